"""Reads every layer of labels of a file back and says what holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from pitchgen.core.audio import Audio
from pitchgen.core.config import Settings
from pitchgen.core.errors import InputError, PitchgenError, UnsupportedError
from pitchgen.core.provenance import Holding, Layer
from pitchgen.dsp.loudness import RATE
from pitchgen.edges import credentials
from pitchgen.edges.carriers import labels_in
from pitchgen.edges.content import content_digest
from pitchgen.edges.ffmpeg import Ffmpeg
from pitchgen.edges.labels import codes_allowed
from pitchgen.edges.sound import decoded
from pitchgen.edges.store import file_sha256, storage_errors
from pitchgen.edges.visible import LEAST_SECONDS, look
from pitchgen.engines import registry
from pitchgen.recipes.auditing import Audit
from pitchgen.recipes.casting import Casting

LEAST_LETTERS = 0.05  # of the shortest side: GB 45438-2025
WATERMARKER = "audioseal"
HEARD_PIECES = 30  # of ten seconds: the mark is all through the sound, and an hour would fill the memory
MARKED = 0.05  # of the sound: pauses carry no mark; not measured, the true weights could not be had
SILENT_KINDS = (".wav", ".mp3", ".m4a", ".flac", ".ogg", ".opus", ".mka")
PICTURES = (".mp4", ".mov", ".m4v", ".mkv", ".webm")
MEDIA = (*PICTURES, *SILENT_KINDS)


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file says of itself."""

    path: Path
    layers: tuple[Layer, ...]
    produce_id: str
    """Of the implicit label, or where that was stripped, of the log; empty where neither knows the file."""

    @property
    def holds(self) -> bool:
        """Nothing is broken, and the implicit label is there, and in a picture the explicit one."""
        needed = [layer for layer in self.layers if layer.name in ("visible", "AIGC")]
        broken = any(layer.holding is Holding.BROKEN for layer in self.layers)
        return not broken and all(layer.holding is Holding.HOLDS for layer in needed)


def inspect(path: Path, settings: Settings) -> Inspection:
    """Every layer of the labels in the file at `path`.

    Raises:
        StorageError: it cannot be read.
    """
    found = read_back(path)
    sound = path.suffix.lower() in MEDIA
    marks = [_told("watermark", lambda: _watermark(path, settings))] if sound else []
    audited, known = _audited(path, settings)
    return Inspection(path, (*found.layers, *marks, audited), found.produce_id or known)


def read_back(path: Path) -> Inspection:
    """The layers that lie in the file at `path` itself.

    Raises:
        StorageError: it cannot be read.
    """
    with storage_errors(path, "read"), path.open("rb"):
        pass
    layers = [_told("visible", lambda: visible(path))] if path.suffix.lower() in PICTURES else []
    implicit, produce_id = _implicit(path)
    return Inspection(path, (*layers, implicit, credentials.layer(path)), produce_id)


def visible(path: Path) -> Layer:
    """The explicit label, compared with its picture."""
    seen = look(path)
    if seen is None:
        return Layer("visible", Holding.ABSENT, "no picture")
    if not seen.seconds:
        return Layer("visible", Holding.ABSENT, f"not in the first frame (likeness {seen.likeness:.2f})")
    letters = f"letters {seen.letters:.1%} of the shortest side, words: {seen.words}"
    said = f"from the first frame for {seen.seconds:.2f} s, {letters}"
    if seen.seconds < LEAST_SECONDS or seen.letters < LEAST_LETTERS:
        return Layer("visible", Holding.BROKEN, f"{said}: less than the standard asks for")
    return Layer("visible", Holding.HOLDS, f"{said} (likeness {seen.likeness:.2f})")


def _implicit(path: Path) -> tuple[Layer, str]:
    """The implicit label and its ProduceID."""
    try:
        found = labels_in(path)
    except InputError as error:
        return Layer("AIGC", Holding.BROKEN, str(error)), ""
    except PitchgenError as error:
        holding = Holding.ABSENT if isinstance(error, UnsupportedError) else Holding.BROKEN
        return Layer("AIGC", holding, str(error).removeprefix(f"{path}: ")), ""
    if not found:
        return Layer("AIGC", Holding.ABSENT, "no label"), ""
    label = found[0]
    if len(found) > 1:
        return Layer("AIGC", Holding.BROKEN, f"{len(found)} labels; one is allowed"), label.produce_id
    if label.label not in ("1", "2", "3") or not codes_allowed(label):
        return Layer("AIGC", Holding.BROKEN, "it holds what the standard does not allow"), label.produce_id
    said = f"producer {label.producer}, number {label.produce_id}"
    if (label.propagator, label.propagate_id) != (label.producer, label.produce_id):
        said += f", made from {label.propagate_id} of {label.propagator}"
    return Layer("AIGC", Holding.HOLDS, said), label.produce_id


def _watermark(path: Path, settings: Settings) -> Layer:
    """Whether the sound has our mark, where its detector is here."""
    casting = Casting(settings)
    lacking = registry.lacks(WATERMARKER, casting.weights)
    if lacking:
        return Layer("watermark", Holding.UNKNOWN, f"no detector here: {lacking}")
    engine = registry.load("watermark", WATERMARKER, use=settings.use, rack=casting.rack)
    pieces = islice(decoded(path, Ffmpeg(settings.ffmpeg), 1), HEARD_PIECES)
    share = engine.detect(Audio(np.concatenate([np.zeros(0, np.float32), *pieces]), RATE))
    if share >= MARKED:
        return Layer("watermark", Holding.HOLDS, f"{WATERMARKER}, in {share:.0%} of the sound")
    return Layer("watermark", Holding.ABSENT, f"{WATERMARKER} finds our mark in {share:.0%} of the sound")


def _audited(path: Path, settings: Settings) -> tuple[Layer, str]:
    """What the log of this shop knows of the file, by its bytes or by its content; and its ProduceID."""
    try:
        entries = Audit(settings).ledger.entries()
    except PitchgenError as error:
        return Layer("audit", Holding.BROKEN, str(error)), ""
    whole = {entry.record.get("sha256"): entry for entry in entries}
    if (found := whole.get(file_sha256(path))) is not None:
        return Layer("audit", Holding.HOLDS, f"made here on {found.at}, unchanged"), str(found.record["produce_id"])
    if path.suffix.lower() in MEDIA:
        try:
            digest = content_digest(path)
        except PitchgenError as error:
            return Layer("audit", Holding.UNKNOWN, str(error)), ""
        for entry in reversed(entries):
            if entry.record.get("content") == digest:
                number = str(entry.record["produce_id"])
                said = f"picture and sound were made here on {entry.at} as {number}, and the file was changed since"
                return Layer("audit", Holding.HOLDS, said), number
    return Layer("audit", Holding.ABSENT, "not in the log of this machine"), ""


def _told(name: str, layer: Callable[[], Layer]) -> Layer:
    try:
        return layer()
    except PitchgenError as error:
        return Layer(name, Holding.UNKNOWN, str(error))
