"""A server that speaks S3 over HTTP, for tests: moto's, a process of its own that keeps everything in memory."""

from __future__ import annotations

import importlib.util
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from postgres import free_port

PATIENCE = 60.0  # seconds until it answers, on a machine that others use too


class S3:
    """A server, and buckets in it."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint

    def bucket(self, monkeypatch: pytest.MonkeyPatch) -> str:
        """The URL of an empty bucket, whose access is in the environment from now on."""
        name = f"test-{secrets.token_hex(6)}"
        httpx.put(f"{self.endpoint}/{name}").raise_for_status()
        access = {
            "ENDPOINT": self.endpoint, "ALLOW_HTTP": "true", "REGION": "us-east-1", "ACCESS_KEY_ID": "k",
            "SECRET_ACCESS_KEY": "s",
        }  # fmt: skip
        for variable, value in access.items():
            monkeypatch.setenv(f"AWS_{variable}", value)
        return f"s3://{name}/prefix"


@contextmanager
def serving() -> Iterator[S3]:
    """A server that runs; tests are skipped where the package is not here."""
    if importlib.util.find_spec("moto") is None or importlib.util.find_spec("flask") is None:
        if os.environ.get("REQUIRE_S3"):
            pytest.fail("no S3: pip install 'moto[server]'")
        pytest.skip("no S3 is here: pip install 'moto[server]'")
    port = free_port()
    words = [sys.executable, "-m", "moto.server", "-p", str(port)]
    server = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    endpoint, end = f"http://127.0.0.1:{port}", time.monotonic() + PATIENCE
    try:
        while True:
            try:
                httpx.get(endpoint)
                break
            except httpx.HTTPError:
                assert server.poll() is None, "it ended"
                assert time.monotonic() < end, "it does not answer"
                time.sleep(0.1)
        yield S3(endpoint)
    finally:
        server.kill()
        server.wait()
