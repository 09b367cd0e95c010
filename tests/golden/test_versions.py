"""A stage whose output changes bumps its version: digests of fixed inputs, kept beside the versions.

After a deliberate change: PITCHGEN_UPDATE_GOLDEN=1 python -m pytest tests/golden
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pitches import NUMBERS, script_of

from pitchgen.core.audio import Audio
from pitchgen.core.engines import Translation
from pitchgen.core.fingerprint import canonical
from pitchgen.core.timeline import Clip, Timeline
from pitchgen.core.transcript import Segment, Span
from pitchgen.engines import registry
from pitchgen.stages import fit as fitting
from pitchgen.stages import mix as mixing
from pitchgen.stages.caption import caption
from pitchgen.stages.fit import Take, fit
from pitchgen.stages.segment import sentences
from pitchgen.stages.translate import translate

GOLDEN = Path(__file__).with_name("stages.json")
TEXTS = sentences("".join(script_of(name).read_text("utf-8") for name in sorted(NUMBERS)))


def fitted() -> object:
    takes = [Take(Segment(Span(3.0 * i, 3.0 * i + 2), text), 0.2 * len(text) + 0.4) for i, text in enumerate(TEXTS)]
    made = fit(takes, "zh", 3.0 * len(takes))
    return [(round(clip.start, 3), round(clip.tempo, 3)) for clip in made.clips], [o.segment for o in made.overruns]


def timeline() -> Timeline:
    """Not by `fit`: what one stage changes is no new version of the next."""
    segments = [Segment(Span(3.0 * i, 3.0 * i + 2), text) for i, text in enumerate(TEXTS)]
    clips = tuple(Clip(s, s.span.start, min(3.0, 0.2 * len(s.text) + 0.4), 1.1) for s in segments)
    return Timeline("zh", 3.0 * len(clips), clips)


def translated() -> object:
    requests = [Translation(text, "zh", code) for code in ("en", "fr", "ru") for text in TEXTS]
    return tuple(r.text for r in translate(requests, registry.load("translate", "phrasebook")))


def mixed() -> object:
    tone = Audio(np.sin(np.arange(24_000) / 20).astype(np.float32), 24_000)
    made = timeline()
    samples = np.concatenate(list(mixing.mix(made, [tone] * len(made.clips))))
    return [round(float(power), 3) for power in np.abs(samples[: len(samples) // 480 * 480]).reshape(-1, 480).mean(1)]


STAGES: dict[str, tuple[int, Callable[[], object]]] = {
    "fit": (fitting.VERSION, fitted),
    "caption": (caption.version, lambda: caption(timeline())),  # type: ignore[attr-defined]
    "translate": (translate.version, translated),  # type: ignore[attr-defined]
    "mix": (mixing.VERSION, mixed),
}


@pytest.mark.parametrize("name", STAGES)
def test_a_changed_output_has_a_new_version(name: str) -> None:
    version, make = STAGES[name]
    digest = hashlib.sha256(canonical(make()).encode()).hexdigest()
    known = json.loads(GOLDEN.read_text()) if GOLDEN.exists() else {}
    if os.environ.get("PITCHGEN_UPDATE_GOLDEN"):
        GOLDEN.write_text(json.dumps({**known, name: {"version": version, "sha256": digest}}, indent=2) + "\n")
        return
    assert known[name] == {"version": version, "sha256": digest}, (
        f"{name} gives another output: raise its version, then PITCHGEN_UPDATE_GOLDEN=1"
    )
