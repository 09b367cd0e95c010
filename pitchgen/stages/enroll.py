"""Chooses the seconds of speech that say most about her voice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pitchgen.core.audio import Audio
from pitchgen.core.transcript import Span

MAX_SECONDS = 20.0  # more does not change a long-term spectrum, and cloning engines take 6 to 30
MIN_SPAN = 0.5  # seconds; shorter pieces are mostly onsets


def enroll(audio: Audio, spans: Sequence[Span]) -> Audio:
    """Up to 20 s of the loudest speech in `audio`, in the order in which it was spoken.

    The louder she is, the further her voice stands above the market's noise.
    """
    long_enough = [span for span in spans if span.duration >= MIN_SPAN] or list(spans)
    levels = {span: float(np.mean(audio.cut(span).samples ** 2)) for span in long_enough if span.duration > 0}
    chosen: list[Span] = []
    seconds = 0.0
    for span in sorted(levels, key=lambda s: -levels[s]):
        if seconds >= MAX_SECONDS:
            break
        part = Span(span.start, min(span.end, span.start + MAX_SECONDS - seconds))
        chosen.append(part)
        seconds += part.duration
    pieces = [audio.cut(span).samples for span in sorted(chosen)]
    return Audio(np.concatenate(pieces) if pieces else audio.samples[:0], audio.rate)
