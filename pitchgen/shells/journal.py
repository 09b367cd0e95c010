"""What the processes of the hosted service log: a line of JSON for each thing, on stderr."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

from pitchgen.core.account import rfc3339

OWN = ("merchant", "job", "method", "path", "status", "seconds", "request_id", "address")
QUIET = ("httpx", "alembic", "dbos")
"""The first names addresses of merchants, the others each step."""


class JsonLines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": rfc3339(record.created), "level": record.levelname.lower(), "logger": record.name,
            "message": record.getMessage(), **{n: v for n in OWN if (v := getattr(record, n, None)) is not None},
        }  # fmt: skip
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def keep() -> None:
    """Log so from now on, whatever was set up before."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level="INFO", handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel("WARNING")
