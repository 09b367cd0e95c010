"""Addresses that merchants give reach nothing inside: by name, by number, by redirect, or by a second look-up."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pitchgen.core.errors import InputError, TooLarge
from pitchgen.edges.service.addresses import Addresses, resolve
from pitchgen.edges.service.links import fetch

PUBLIC = "93.184.215.14"
HERE = "127.0.0.1"


class Site(BaseHTTPRequestHandler):
    """A merchant's server, good and bad."""

    def do_GET(self) -> None:
        asked = self.path.partition("?")[0]
        if asked == "/video":
            self._say(200, b"x" * 5000)
        elif asked == "/endless":
            self.send_response(200)
            self.end_headers()
            for _ in range(10_000):
                try:
                    self.wfile.write(b"y" * 65536)
                except OSError:
                    return
        elif asked == "/host":
            self._say(200, self.headers["Host"].encode())
        elif asked.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.headers["X-To"] if "X-To" in self.headers else TARGETS[asked])
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self._say(404, b"")

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


TARGETS = {"/to/inside": "http://10.0.0.8/latest/meta-data", "/to/video": "/video", "/to/itself": "/to/itself"}


@pytest.fixture(scope="module")
def site() -> Iterator[int]:
    """The port of a server here, which stands for one on the internet where tests admit 127.0.0.1."""
    server = ThreadingHTTPServer((HERE, 0), Site)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


def outside() -> Addresses:
    """Names of the test lead here, which counts as outside; numbers stay what they are."""
    return Addresses(
        resolve=lambda host, port: [HERE] if host == "shop.example" else resolve(host, port), inside=(f"{HERE}/32",)
    )


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "2130706433", "0x7f.1", "[::1]", "[fe80::1]", "[fd00::1]", "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
    ],
)  # fmt: skip
def test_what_is_inside_is_not_asked(host: str) -> None:
    with pytest.raises(InputError, match=r"not on the public internet|no such host"):
        Addresses().check(f"http://{host}/x")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://a/b", "gopher://x", "//x/y", "http://", "http://a:b@c/"])
def test_only_the_web_is_asked(url: str) -> None:
    with pytest.raises(InputError):
        Addresses().check(url)


def test_one_inner_address_among_public_ones_is_enough_to_refuse() -> None:
    with pytest.raises(InputError, match="not on the public internet"):
        Addresses(resolve=lambda host, port: [PUBLIC, "10.0.0.1"]).check("https://shop.example/v.mp4")
    assert Addresses(resolve=lambda host, port: [PUBLIC]).check("https://shop.example/v.mp4") == PUBLIC


def test_a_name_is_looked_up_once_and_the_connection_goes_there(site: int) -> None:
    answers = [[HERE], ["10.9.9.9"]]  # what a rebinding name server does
    addresses = Addresses(resolve=lambda host, port: answers.pop(0), inside=(f"{HERE}/32",))
    with addresses.opened("GET", f"http://shop.example:{site}/host") as response:
        assert response.read() == f"shop.example:{site}".encode()
    assert answers == [["10.9.9.9"]]


def test_a_redirect_inside_is_not_followed(site: int) -> None:
    with (
        pytest.raises(InputError, match="not on the public internet"),
        outside().opened("GET", f"http://shop.example:{site}/to/inside"),
    ):
        pass
    with (
        pytest.raises(InputError, match="redirects more than"),
        outside().opened("GET", f"http://shop.example:{site}/to/itself"),
    ):
        pass


def test_a_video_is_fetched_through_a_redirect(site: int, tmp_path: Path) -> None:
    assert fetch(outside(), f"http://shop.example:{site}/to/video", tmp_path / "v", limit=5000) == 5000
    assert (tmp_path / "v").read_bytes() == b"x" * 5000


def test_size_and_time_are_limited(site: int, tmp_path: Path) -> None:
    with pytest.raises(TooLarge, match="larger than 4999"):
        fetch(outside(), f"http://shop.example:{site}/video", tmp_path / "v", limit=4999)
    with pytest.raises(TooLarge, match="larger than 1000000"):
        fetch(outside(), f"http://shop.example:{site}/endless", tmp_path / "v", limit=1_000_000)
    with pytest.raises(InputError, match="did not give its file within"):
        fetch(outside(), f"http://shop.example:{site}/video", tmp_path / "v", limit=5000, patience=-1)
    with pytest.raises(InputError, match="answers 404"):
        fetch(outside(), f"http://shop.example:{site}/gone", tmp_path / "v", limit=5000)
    with pytest.raises(InputError, match="cannot be fetched"):
        fetch(outside(), "http://shop.example:1/video", tmp_path / "v", limit=5000)
