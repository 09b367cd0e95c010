"""What engines need of HTTP: JSON posted to a service, its answer, and one line where there is none."""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import IO, Any
from urllib.parse import urlsplit

from pitchgen.core.errors import EngineError, InputError, in_one_line

ATTEMPTS = 4  # the first one included: a service that restarts is back within the pauses between them
PAUSE = 1.0  # seconds before the second attempt, doubled before each further one
LONGEST_PAUSE = 60.0  # seconds: what a service may ask us to wait; beyond, the user decides
TIMEOUT = 120.0  # seconds for one whole answer: a long sentence on a slow service
LIMIT = 64 << 20  # bytes of an answer: ten minutes of uncompressed speech
BLOCK = 1 << 16
EXCERPT = 200  # characters of a service's own words in a message
BUSY = (408, 425, 429, 500, 502, 503, 504, 529)
"""Statuses after which the same request may succeed."""


def api(base: str, path: str) -> str:
    """The address of `path` in the OpenAI-compatible interface at `base`, given with or without its `/v1`.

    Raises:
        InputError: `base` is no HTTP address.
    """
    parts = urlsplit(base)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError(f"a service's address starts with http:// or https://, not {shown(base)!r}")
    root = parts.path.rstrip("/")
    return parts._replace(path=f"{root}/{path}" if root.endswith("/v1") else f"{root}/v1/{path}").geturl()


def shown(url: str) -> str:
    """`url` as it may be shown: without user, password and query, which may be secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}" if parts.netloc else parts.path


def post_json(
    url: str,
    body: Mapping[str, object],
    *,
    key: str | None = None,
    timeout: float = TIMEOUT,
    limit: int = LIMIT,
    attempts: int = ATTEMPTS,
    sleep: Callable[[float], object] = time.sleep,
) -> bytes:
    """What the service at `url` answers to `body`; a busy or failing service is asked again.

    Args:
        url: where to; redirections are not followed, since they would carry the key elsewhere.
        body: sent as JSON.
        key: sent as a bearer token; never part of a message.
        timeout: seconds for one whole answer.
        limit: bytes of an answer.
        attempts: how often it is asked at most.
        sleep: waits between attempts, for a number of seconds.

    Raises:
        EngineError: no answer; `retryable` where asking later may help.
    """
    pause = PAUSE
    for attempt in range(1, attempts + 1):
        try:
            return _asked(url, body, key, timeout, limit)
        except _Failed as failed:
            wait = pause if failed.wait is None else failed.wait
            if not failed.again or attempt == attempts or wait > LONGEST_PAUSE:
                message = f"{shown(url)} {_without(key, failed.reason)}"
                raise EngineError(message, retryable=failed.later) from None
        sleep(wait)
        pause = min(2 * pause, LONGEST_PAUSE)
    raise ValueError("attempts is at least 1")


class _Failed(Exception):
    """One attempt that brought no answer."""

    def __init__(self, reason: str, *, again: bool, later: bool, wait: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again = again
        """Whether to ask again now."""
        self.later = later
        """Whether asking again later may help."""
        self.wait = wait
        """Seconds that the service asks us to wait."""


class _NoRedirection(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        """None: the redirection becomes an error, with its status."""


_OPENER = urllib.request.build_opener(_NoRedirection)


def _asked(url: str, body: Mapping[str, object], key: str | None, timeout: float, limit: int) -> bytes:
    headers = {"Content-Type": "application/json", "User-Agent": "pitchgen"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    end = time.monotonic() + timeout
    try:
        request = urllib.request.Request(url, json.dumps(body).encode(), headers, method="POST")
        with _OPENER.open(request, timeout=timeout) as response:
            return _read(response, end, timeout, limit)
    except urllib.error.HTTPError as error:
        with error:
            raise _refused(error) from None
    except TimeoutError:
        raise _late(timeout) from None
    except urllib.error.URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise _late(timeout) from None
        raise _Failed(
            f"cannot be reached: {in_one_line(error.reason)}; is it running?", again=False, later=True
        ) from None
    except (ConnectionError, http.client.HTTPException) as error:
        reason = f"broke off its answer: {type(error).__name__}"
        raise _Failed(reason, again=True, later=True) from None
    except (ValueError, OSError) as error:  # a key with a line break, a network that fails in the middle
        raise _Failed(f"cannot be asked: {type(error).__name__}", again=False, later=False) from None


def _read(response: http.client.HTTPResponse, end: float, timeout: float, limit: int) -> bytes:
    """The whole answer: in time, which the socket's own limit does not hold where bytes trickle."""
    blocks: list[bytes] = []
    size = 0
    while block := response.read1(BLOCK):
        blocks.append(block)
        size += len(block)
        if size > limit:
            raise _Failed(f"answered more than {limit >> 10} KiB", again=False, later=False)
        if time.monotonic() > end:
            raise _late(timeout)
    if response.length:  # `read1` does not notice that bytes are missing
        raise http.client.IncompleteRead(b"", response.length)
    return b"".join(blocks)


def _late(timeout: float) -> _Failed:
    return _Failed(f"did not answer within {timeout:g} s", again=True, later=True)


def _refused(error: urllib.error.HTTPError) -> _Failed:
    """What an answer with a status other than 200 means."""
    busy = error.code in BUSY
    reason = f"answered {error.code} {error.reason}"
    if 300 <= error.code < 400:
        reason += ": give the address that it redirects to"
    elif error.code in (401, 403):
        reason += ": check the key"
    if words := _own_words(error):
        reason += f" ({words})"
    return _Failed(reason, again=busy, later=busy, wait=_retry_after(error.headers.get("Retry-After")))


def _own_words(stream: IO[bytes]) -> str:
    """The beginning of what a service says about its refusal, in one line."""
    try:
        text = stream.read(BLOCK).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return ""
    try:
        said = json.loads(text)
        inner = said.get("error", said.get("detail", "")) if isinstance(said, dict) else ""
        text = str(inner.get("message", "")) if isinstance(inner, dict) else str(inner)
    except ValueError:
        text = "" if "<" in text else text
    return in_one_line(text)[:EXCERPT]


def _retry_after(value: str | None) -> float | None:
    """Seconds of a Retry-After header, which gives them or a date. Source: RFC 9110, section 10.2.3."""
    if value is None:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    now = datetime.now(timezone.utc)
    return max(0.0, (date if date.tzinfo else date.replace(tzinfo=timezone.utc)).timestamp() - now.timestamp())


def _without(key: str | None, message: str) -> str:
    """`message` without the key, which some services repeat in their refusals."""
    return message.replace(key, "***") if key else message
