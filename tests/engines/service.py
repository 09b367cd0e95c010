"""A well-behaved service on this machine: translations and speech as OpenAI-compatible ones give them."""

from __future__ import annotations

import io
import json
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import soundfile

from pitchgen.engines.espeak.client import shared


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        content = _translated(body) if self.path.endswith("/chat/completions") else _spoken(body)
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing: tests are quiet."""


@contextmanager
def service() -> Iterator[str]:
    """Its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def _translated(body: dict[str, Any]) -> bytes:
    system, user = (message["content"] for message in body["messages"])
    target = system.partition(" into ")[2].partition(",")[0]
    rows = json.loads(user)["lines"]
    lines = [
        {"line": row["line"], "text": f"{target.split()[0]}: {zlib.crc32(row['text'].encode()):x}.", "others": []}
        for row in rows
    ]
    message = {"role": "assistant", "content": json.dumps({"lines": lines}, ensure_ascii=False)}
    return json.dumps({"choices": [{"message": message, "finish_reason": "stop"}]}).encode()


def _spoken(body: dict[str, Any]) -> bytes:
    said = shared().speak(body["input"], "en-us").audio
    file = io.BytesIO()
    soundfile.write(file, said.samples, said.rate, format="WAV")
    return file.getvalue()
