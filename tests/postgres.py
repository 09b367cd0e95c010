"""A real Postgres that tests start, crash and stop, in a folder of its own; Debian's, run as its unprivileged user."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

USER = "postgres"  # Debian's package makes it; root may not run a server


def programs() -> Path | None:
    """The newest server's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    return found[-1].parent if found else None


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Postgres:
    """A server with its data in `folder`."""

    def __init__(self, folder: Path, programs: Path, port: int) -> None:
        self.folder, self.port, self._programs = folder, port, programs

    def url(self, database: str = "postgres", *, port: int | None = None) -> str:
        return f"postgresql://{USER}@127.0.0.1:{port or self.port}/{database}"

    def fresh(self) -> str:
        """The URL of an empty database."""
        name = f"test_{secrets.token_hex(6)}"
        self.run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", USER, name)
        return self.url(name)

    def make(self) -> None:
        self.run("initdb", "-D", str(self.folder / "data"), "-U", USER, "-A", "trust", "--no-sync", "-E", "UTF8")

    def start(self, *, wait: bool = True) -> None:
        # without fsync only a crash of the machine would lose what is committed, and no test does that
        settings = {
            "listen_addresses": "127.0.0.1", "port": self.port, "fsync": "off", "unix_socket_directories": "''",
            "max_connections": 200,
        }  # fmt: skip
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        how = ["-w", "-t", "30"] if wait else ["-W"]
        self.run(
            "pg_ctl", "-D", str(self.folder / "data"), "-l", str(self.folder / "log"), "-o", options, *how, "start"
        )

    def stop(self, mode: str) -> None:
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-m", mode, "-w", "stop")

    def log(self) -> str:
        """All that it said."""
        return (self.folder / "log").read_text()

    def crash_while_it_recovers(self) -> None:
        """Start it after a crash, and crash it again before it is ready."""
        for _ in range(10):
            said = len(self.log())
            self.start(wait=False)
            while "redo starts" not in self.log()[said:]:
                time.sleep(0.002)
            identity = self.folder / "data" / "postmaster.pid"
            os.kill(int(identity.read_text().split()[0]), signal.SIGQUIT)  # as `pg_ctl -m immediate`, but at once
            while identity.exists():
                time.sleep(0.002)
            if "ready to accept" not in self.log()[said:]:
                return
        raise AssertionError("it recovers too quickly to be crashed in between")

    def run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        if os.getuid() == 0:
            command = ["runuser", "-u", USER, "--", *command]
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            timeout=60, cwd="/",
        )  # fmt: skip
        assert done.returncode == 0, f"{program}: {done.stderr}"


@contextmanager
def serving() -> Iterator[Postgres]:
    """A server that runs; tests are skipped where none is installed."""
    found = programs()
    if found is None:
        if os.environ.get("REQUIRE_POSTGRES"):
            pytest.fail("no Postgres: run scripts/install-system as root")
        pytest.skip("no Postgres is here: run scripts/install-system as root")
    folder = Path(tempfile.mkdtemp(prefix="pitchgen-postgres-"))
    try:
        if os.getuid() == 0:
            shutil.chown(folder, USER)
        server = Postgres(folder, found, free_port())
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
