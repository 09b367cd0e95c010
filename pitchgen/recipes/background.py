"""Work beside the engines: encoding and muxing."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any


class Background:
    """Two threads for encoding and muxing; when the run fails, what waits is dropped."""

    def __init__(self) -> None:
        # the picture keeps one thread for long; the other one prepares the sound of the first language
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="render")

    def __enter__(self) -> Background:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Have `function` run beside the caller."""
        return self._pool.submit(function, *arguments)
