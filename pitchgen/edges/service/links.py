"""Videos by link: fetched into a file, within limits of size and time."""

from __future__ import annotations

import time
from pathlib import Path

import httpx

from pitchgen.core.errors import InputError, TooLarge
from pitchgen.edges.service.addresses import Addresses
from pitchgen.edges.store import storage_errors

PIECE = 1 << 20  # bytes
PATIENCE = 30 * 60.0  # seconds for a whole video: 2 GB at 9 Mbit/s


def fetch(addresses: Addresses, url: str, to: Path, *, limit: int, patience: float = PATIENCE) -> int:
    """Have what is at `url` in the file `to`; how many bytes that are.

    Raises:
        InputError: it is no address for us to ask, nobody answers, or it took too long.
        TooLarge: it is larger than `limit` bytes.
    """
    until, size = time.monotonic() + patience, 0
    try:
        with addresses.opened("GET", url) as response:
            if response.status_code != httpx.codes.OK:
                raise InputError(f"{response.request.headers['host']}: answers {response.status_code}, not a video")
            if int(response.headers.get("content-length", 0)) > limit:
                raise TooLarge(f"the file at the link is larger than {limit} bytes")
            with storage_errors(to), to.open("wb") as file:
                for piece in response.iter_bytes(PIECE):
                    size += len(piece)
                    if size > limit:
                        raise TooLarge(f"the file at the link is larger than {limit} bytes")
                    if time.monotonic() > until:
                        raise InputError(f"the link did not give its file within {patience:.0f} s")
                    file.write(piece)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise InputError(f"the link cannot be fetched: {type(error).__name__}") from None
    return size
