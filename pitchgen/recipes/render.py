"""From a dub to its file: the picture once for all languages that look the same, sound and subtitles for each."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pitchgen.core.caption import Cue
from pitchgen.core.engines import Separator, Watermarker
from pitchgen.core.events import Advanced
from pitchgen.core.fingerprint import key
from pitchgen.core.media import Media
from pitchgen.core.picture import Cover, Look
from pitchgen.core.provenance import Provenance
from pitchgen.edges import labels, opening
from pitchgen.edges.ffmpeg import Ffmpeg, Track
from pitchgen.edges.subtitle_formats import write_srt
from pitchgen.kit import Kit
from pitchgen.languages import SOURCE, language
from pitchgen.recipes.dub import Dub
from pitchgen.recipes.labelling import Labelling
from pitchgen.recipes.screen import Screen
from pitchgen.recipes.soundtrack import Soundtrack

PICTURE_VERSION, MUX_VERSION = 2, 4
"""Raised whenever the same input gives another file."""


@dataclass(frozen=True, slots=True)
class Renderer:
    """What makes the files of one video."""

    media: Media
    kit: Kit
    ffmpeg: Ffmpeg
    labelling: Labelling
    captions: tuple[Cue, ...]
    """What she says, in her own language."""
    screen: Screen
    separator: Separator
    watermarker: Watermarker
    cover: Cover | None = None
    """What of her picture is blurred."""

    @property
    def shared_look(self) -> Look | None:
        """How the picture of every version looks; None where each has its own."""
        look = replace(self.screen.look(self.media), cover=self.cover)
        return look if self.shares(look) else None

    def look(self, dub: Dub) -> Look:
        """How the picture of a version looks; versions that look the same share one."""
        look = replace(self.screen.look(self.media, dub), cover=self.cover)
        return look if self.shares(look) else replace(look, label=dub.script.language)

    def shares(self, look: Look) -> bool:
        """Whether all versions share a picture, of which only the first seconds are in the words of each language."""
        alone = self.screen.burns or self.screen.waits
        return not alone and self.media.duration >= opening.SHORTEST and not look.least_bits_per_second

    def picture(self, look: Look) -> Path:
        """The labelled picture that looks like this, encoded once for all languages that share it."""

        length = self.media.duration + look.clock.added

        def progress(seconds: float) -> None:
            self.kit.listen(Advanced("picture", seconds, length, unit="s"))

        return self.kit.file(
            "picture",
            ".mp4",
            self._picture_parts(look),
            lambda path: self.ffmpeg.encode_picture(self.media, look, path, progress),
            version=PICTURE_VERSION,
            units=self.media.duration,
        )

    def opened(self, picture: Path, look: Look, code: str, target: Path) -> Path:
        """A shared picture with the label in the words of a language: `target`, or the whole encoded anew.

        Whole where the encoder did not begin as before, as with another version of ffmpeg than the one that made
        `picture`.
        """
        at = opening.first_key(picture)
        worded = replace(look, label=code)
        if at is not None:
            first = self.kit.file(
                "opening",
                ".mp4",
                [self._picture_parts(worded), float(at)],
                lambda path: self.ffmpeg.encode_picture(self.media, worded, path, lambda _: None, until=float(at)),
                version=PICTURE_VERSION,
            )
            if opening.alike(first, picture):
                opening.splice(first, picture, at, target)
                return target
        return self.picture(worded)

    def has_picture(self, look: Look) -> bool:
        """Whether the picture is encoded already."""
        return self.kit.has_file("picture", self._picture_parts(look), version=PICTURE_VERSION)

    @property
    def soundtrack(self) -> Soundtrack:
        """What makes its sounds."""
        engines = self.separator, self.watermarker
        return Soundtrack(self.media, self.kit, self.ffmpeg, self.screen.loudness, *engines)

    def output_key(self, dub: Dub, look: Look) -> str:
        """Identifies all that the video of a version is made from."""
        tracks = (dub.cues, self._captions(dub)) if self.screen.soft else ()
        parts = (
            self._picture_parts(look),
            labels.wording(dub.script.language).sha256,
            self.soundtrack.parts(dub),
            tracks,
            self.labelling,
        )
        return key(f"mux@{MUX_VERSION}", *parts)

    def mux(
        self, dub: Dub, identity: str, look: Look, picture: Path, sound: Path, made: Provenance, target: Path
    ) -> None:
        """The labelled and signed video of a version, whose `output_key` is `identity` and whose picture looks like
        `look`.

        Raises:
            EngineError: its labels cannot be read back.
        """
        code = dub.script.language
        spoken, source = language(code), language(SOURCE)
        label = self.labelling.label(self.media, code, identity)
        with tempfile.TemporaryDirectory(prefix="pitchgen-") as folder:
            tracks = [
                Track(_written(Path(folder) / f"{row.code}.srt", cues, row.code), row.iso639_2, row.native)
                for row, cues in ((spoken, dub.cues), (source, self._captions(dub)))
                if cues and self.screen.soft
            ]
            if look.label is None:
                picture = self.opened(picture, look, code, Path(folder) / "picture.mp4")
            heard = spoken if dub.script.dubbed else source
            speech = Track(sound, heard.iso639_2, heard.native)
            self.ffmpeg.mux(picture, [speech], tracks, {labels.AIGC_KEY: label}, target, dub.timeline.duration)
        self.labelling.sign(target, label, made)

    def _captions(self, dub: Dub) -> tuple[Cue, ...]:
        """What she says, on the clock of a version."""
        return tuple(replace(cue, span=dub.clock.span(cue.span)) for cue in self.captions)

    def _picture_parts(self, look: Look) -> list[object]:
        return [self.media, look, self.ffmpeg, labels.LABEL_SECONDS, labels.wording(look.label or labels.SHARED).sha256]


def _written(path: Path, cues: Sequence[Cue], code: str) -> Path:
    path.write_text(write_srt(cues, code), "utf-8")
    return path
