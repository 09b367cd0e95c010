"""How often a merchant may ask: a bucket for each, in the memory of this process."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from pitchgen.core.errors import QuotaError

SIXTH = 6  # of a minute's requests at once: a page that opens asks for many things
LEAST_BURST = 5
MOST = 50_000  # merchants who are remembered; whoever was not here for longest is forgotten, with a full bucket


class RateLimit:
    """A token bucket for each merchant."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens, and when they were counted

    def take(self, merchant: str, per_minute: int) -> None:
        """Count one request.

        Raises:
            QuotaError: there were too many; it says when the next one is taken.
        """
        rate, burst = per_minute / 60, max(LEAST_BURST, per_minute / SIXTH)
        with self._lock:
            now = self._clock()
            tokens, then = self._buckets.pop(merchant, (burst, now))
            tokens = min(burst, tokens + (now - then) * rate)
            taken = tokens >= 1
            self._buckets[merchant] = (tokens - taken, now)
            if len(self._buckets) > MOST:
                self._buckets.popitem(last=False)
        if not taken:
            wait = (1 - tokens) / rate if rate else 60.0
            raise QuotaError(f"you may ask {per_minute} times a minute", retry_after=wait)
