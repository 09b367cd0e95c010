"""How often a merchant may ask: a bucket for each, in the memory of this process.

Where several processes answer, each tells the others now and then how many requests it has taken of a merchant, and
takes theirs out of its own bucket: a limit is one limit, but for what is asked meanwhile.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from pitchgen.core.errors import QuotaError

SIXTH = 6  # of a minute's requests at once: a page that opens asks for many things
LEAST_BURST = 5
MOST = 50_000  # merchants who are remembered; whoever was not here for longest is forgotten, with a full bucket
SHARED = 1.0  # seconds between two words to the others of the same merchant: a statement that writes one row
TENTH = 10  # of what may be asked at once: until then there is nothing to tell, and who asks rarely costs nothing

Add = Callable[[str, int], int]
"""Adds to what all processes have taken of a merchant, and tells how much that is by now."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    burst: float
    filled: float
    """When its tokens were counted."""
    told: float
    """When the others were last told."""
    untold: int = 0
    """Requests since."""
    total: int | None = None
    """Of all processes, as it was then."""


class RateLimit:
    """A token bucket for each merchant."""

    def __init__(self, add: Add | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        """With who counts for all processes; without, this is the only one."""
        self._add, self._clock, self._lock = add, clock, threading.Lock()
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, merchant: str, per_minute: int) -> bool:
        """Count one request; whether the others are to be told now, by `share`.

        Raises:
            QuotaError: there were too many; it says when the next one is taken.
        """
        rate, burst = per_minute / 60, max(LEAST_BURST, per_minute / SIXTH)
        with self._lock:
            now = self._clock()
            bucket = self._buckets.pop(merchant, None) or _Bucket(burst, burst, now, now - SHARED)
            bucket.burst = burst
            bucket.tokens = min(burst, bucket.tokens + (now - bucket.filled) * rate)
            bucket.filled = now
            taken = bucket.tokens >= 1
            bucket.tokens -= taken
            bucket.untold += taken
            self._buckets[merchant] = bucket
            if len(self._buckets) > MOST:
                self._buckets.popitem(last=False)
            told = self._add is None or bucket.untold < burst / TENTH or now - bucket.told < SHARED
            if due := bool(taken and not told):
                bucket.told = now
        if not taken:
            wait = (1 - bucket.tokens) / rate if rate else 60.0
            raise QuotaError(f"you may ask {per_minute} times a minute", retry_after=wait)
        return due

    def share(self, merchant: str) -> None:
        """Tell the others what was taken here, and take out of the bucket what was taken there.

        Raises:
            StorageError: the database cannot be reached; it is told the next time.
        """
        bucket = self._buckets.get(merchant)
        if self._add is None or bucket is None:
            return
        with self._lock:
            mine, bucket.untold = bucket.untold, 0
        try:
            total = self._add(merchant, mine)
        except Exception:
            with self._lock:
                bucket.untold += mine
            raise
        with self._lock:
            theirs = 0 if bucket.total is None else total - bucket.total - mine
            bucket.total = total
            bucket.tokens = max(-bucket.burst, bucket.tokens - max(0, theirs))  # nobody is shut out for long
