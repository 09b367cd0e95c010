"""All languages of a video in one: a file with a track for each, or a stream that a viewer switches."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pitchgen.core.caption import Cue
from pitchgen.core.errors import InputError, MediaError
from pitchgen.core.fingerprint import key
from pitchgen.core.provenance import Provenance
from pitchgen.edges.carriers import check, labels_in
from pitchgen.edges.ffmpeg import Track
from pitchgen.edges.hls import INIT, LABEL, MASTER, Rendition, write_stream
from pitchgen.edges.labels import AIGC_KEY, Aigc, read_aigc
from pitchgen.edges.project import Project
from pitchgen.edges.store import folder_atomically, storage_errors, temporary
from pitchgen.edges.subtitle_formats import write_srt
from pitchgen.languages import SOURCE, language
from pitchgen.recipes.casting import Cast
from pitchgen.recipes.dub import Dub
from pitchgen.recipes.labelling import provenance
from pitchgen.recipes.render import Renderer

VERSION = 1  # raised whenever the same input gives another file
FILES = {"tracks": "all.mp4", "tracks.mkv": "all.mkv", "hls": f"hls/{MASTER}"}
"""Package to its file in the project's folder."""

Recorded = Callable[[str, Path, Path], object]
"""Told the languages of a finished file, where it lies for the moment and where it will be, before it is put there."""


@dataclass(frozen=True, slots=True)
class _Spoken:
    """One language of a package."""

    code: str
    sound: Path | None
    cues: tuple[Cue, ...]


@dataclass(frozen=True, slots=True)
class Packager:
    """What makes the packages of one video."""

    renderer: Renderer
    project: Project
    cast: Cast
    recorded: Recorded
    by: Mapping[str, Any]
    """Who made it, as the audit names them."""

    def pack(self, names: Sequence[str], dubs: Sequence[Dub]) -> tuple[Path, ...]:
        """The packages called `names`, each made where it is not there already from the same.

        Raises:
            EngineError: a label cannot be read back.
            StorageError: they cannot be written.
        """
        return tuple(self._packed(name, dubs) for name in names)

    def _packed(self, name: str, dubs: Sequence[Dub]) -> Path:
        place = self.project.folder / FILES[name]
        look = replace(self.renderer.look(dubs[0]), label=None)  # one picture, in the words that all share
        parts = [self.renderer.output_key(dub, look) for dub in dubs]
        identity = key(f"package:{name}@{VERSION}", *parts, self.renderer.soundtrack.original_parts)
        label = self.renderer.labelling.label(self.renderer.media, name.replace(".", "-"), identity)
        if _made(name, place) == (read_aigc(label),):
            return place
        spoken, picture = self._spoken(dubs), self.renderer.picture(look)
        seconds = max([self.renderer.media.duration, *(dub.timeline.duration for dub in dubs)])
        with storage_errors(place):
            if name == "hls":
                self._stream(spoken, picture, label, seconds, place)
            else:
                self._file(dubs, spoken, picture, label, seconds, place)
        return place

    def _spoken(self, dubs: Sequence[Dub]) -> list[_Spoken]:
        """The languages in the order in which they were asked for, then her own."""
        soft, track = self.renderer.screen.soft, self.renderer.soundtrack
        versions = [
            _Spoken(dub.script.language, track.sound(dub) if dub.script.dubbed else None, dub.cues if soft else ())
            for dub in dubs
        ]
        return [*versions, _Spoken(SOURCE, track.original(), self.renderer.captions if soft else ())]

    def _file(
        self, dubs: Sequence[Dub], spoken: Sequence[_Spoken], picture: Path, label: str, seconds: float, place: Path
    ) -> None:
        with temporary(place) as part, tempfile.TemporaryDirectory(prefix="pitchgen-") as folder:
            sounds, captions = [], []
            for one in spoken:
                row = language(one.code)
                if one.sound:
                    sounds.append(Track(one.sound, row.iso639_2, row.native))
                if one.cues:
                    text = Path(folder) / f"{one.code}.srt"
                    text.write_text(write_srt(one.cues, one.code), "utf-8")
                    captions.append(Track(text, row.iso639_2, row.native))
            self.renderer.ffmpeg.mux(picture, sounds, captions, {AIGC_KEY: label}, part, seconds)
            if part.suffix == ".mp4":
                self.renderer.labelling.sign(part, label, self._provenance(dubs, place))
            check(part, label)
            self.recorded(_codes(spoken), part, place)
            part.replace(place)

    def _stream(self, spoken: Sequence[_Spoken], picture: Path, label: str, seconds: float, place: Path) -> None:
        renditions = [Rendition(one.code, language(one.code).native, one.sound, one.cues) for one in spoken]
        with folder_atomically(place.parent) as folder:
            write_stream(folder, picture, renditions, label, seconds, self.renderer.ffmpeg)
            carrier = Path("video", INIT)
            self.recorded(_codes(spoken), folder / carrier, place.parent / carrier)

    def _provenance(self, dubs: Sequence[Dub], place: Path) -> Provenance:
        """How all versions came to be, as the content credentials of their file say it."""
        dubbed = [dub for dub in dubs if dub.script.dubbed] or dubs
        made = provenance(self.renderer.media, dubbed[0], self.cast, self.by)
        return replace(made, language=",".join(dub.script.language for dub in dubbed), title=place.name)


def _made(name: str, place: Path) -> tuple[Aigc, ...]:
    """The label of the package that is there: it names what it was made from."""
    carrier = place.with_name(LABEL) if name == "hls" else place
    if not place.is_file() or not carrier.is_file():
        return ()
    try:
        return (read_aigc(carrier.read_text("utf-8")),) if name == "hls" else labels_in(place)
    except (InputError, MediaError):  # of somebody else, or damaged: made anew
        return ()


def _codes(spoken: Sequence[_Spoken]) -> str:
    return ",".join(one.code for one in spoken if one.sound and one.code != SOURCE)
