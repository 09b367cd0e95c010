"""The vital signs of a worker for who operates it: `/healthz`, `/readyz`, `/metrics`, on an address of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http import HTTPStatus
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, make_wsgi_app

from pitchgen.core.errors import InputError, PitchgenError, in_one_line

Start = Callable[..., Any]


class _Server(ThreadingMixIn, WSGIServer):
    """A look that takes long keeps no other from being answered."""

    daemon_threads = True


class _Handler(WSGIRequestHandler):
    timeout = 10.0  # seconds for who connects and says nothing

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: it is asked every few seconds."""


def show(address: str, registry: CollectorRegistry, unready: Callable[[], str | None]) -> int:
    """Answer on `HOST:PORT` from now on, in a thread of its own; the port, which is chosen where it is 0.

    Raises:
        InputError: the address is none, or is taken.
    """
    host, _, port = address.rpartition(":")
    if not port.isdecimal():
        raise InputError(f"{address!r} is no address for metrics; give HOST:PORT, as in 0.0.0.0:9100")
    try:
        server = make_server(host, int(port), _site(registry, unready), _Server, _Handler)
    except (OSError, OverflowError) as error:
        raise InputError(f"{address}: no metrics can be told there: {in_one_line(error)}") from None
    threading.Thread(target=server.serve_forever, name="vitals", daemon=True).start()
    return server.server_port


def _site(registry: CollectorRegistry, unready: Callable[[], str | None]) -> Callable[[dict[str, Any], Start], Any]:
    metrics = make_wsgi_app(registry)

    def answer(environ: dict[str, Any], start: Start) -> Any:
        match environ["PATH_INFO"]:
            case "/metrics":
                return metrics(environ, start)
            case "/healthz":
                status, text = HTTPStatus.OK, "ok"
            case "/readyz":
                why = _asked(unready)
                status, text = (HTTPStatus.SERVICE_UNAVAILABLE, why) if why else (HTTPStatus.OK, "ok")
            case _:
                status, text = HTTPStatus.NOT_FOUND, "there is /healthz, /readyz and /metrics"
        start(f"{status.value} {status.phrase}", [("Content-Type", "text/plain; charset=utf-8")])
        return [f"{text}\n".encode()]

    return answer


def _asked(unready: Callable[[], str | None]) -> str | None:
    try:
        return unready()
    except PitchgenError as error:
        return in_one_line(error)
