"""Every language version of one video: placed on the clock by the engines here, made into files beside them."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pitchgen.core.events import Advanced
from pitchgen.core.picture import Look
from pitchgen.core.project import Version
from pitchgen.edges.project import Project
from pitchgen.edges.rates import OUTPUT
from pitchgen.languages import SOURCE
from pitchgen.recipes import remarks
from pitchgen.recipes.background import Background
from pitchgen.recipes.dub import Dub
from pitchgen.recipes.labelling import provenance
from pitchgen.recipes.listening import NOT_HEARD, Heard, listened
from pitchgen.recipes.outcome import Output
from pitchgen.recipes.packaging import Packager
from pitchgen.recipes.published import by_line, output
from pitchgen.recipes.render import Renderer
from pitchgen.recipes.telling import Script

if TYPE_CHECKING:
    from pitchgen.recipes.make import Studio


class Versions:
    """The versions of the studio's present video."""

    def __init__(self, studio: Studio, project: Project, renderer: Renderer, background: Background) -> None:
        self._studio, self._project, self._renderer, self._background = studio, project, renderer, background
        self._pictures: dict[Look, Future[Path]] = {}
        self._by = studio.audit.makers(studio.speaker, studio.engines, studio.words)

    def made(self, scripts: Sequence[Script]) -> tuple[tuple[Output, ...], tuple[Path, ...]]:
        """Every version, and the files that hold all of them; the picture is encoded while the voices are made."""
        studio, project = self._studio, self._project
        pending: list[Future[Output]] = []
        dubs: list[Dub] = []
        for made in studio.dubs(self._renderer.media, scripts):
            dubs.append(made)
            studio.warn(*remarks.of_timing(made))
            pending.append(self._submitted(made))
            studio.kit.listen(Advanced("render", sum(f.done() for f in pending), len(scripts)))
        heard = [self._heard(made) for made in dubs]  # after all are said: each network is loaded once
        outputs: list[Output] = []
        for future, facts in zip(pending, heard, strict=True):
            outputs.append(replace(future.result(), heard=facts))
            studio.kit.listen(Advanced("render", len(outputs), len(scripts), sum(o.reused for o in outputs)))
        preset = studio.screen.preset
        studio.warn(*(f"{preset.name}: {note}" for note in preset.notes))
        studio.warn(*(f"{preset.name}: {o.video}: {limit}" for o in outputs for limit in o.unmet))
        project.save_subtitles(SOURCE, self._renderer.captions, studio.settings.formats)
        logged = partial(studio.audit.made, self._renderer.media, by=self._by)
        packager = Packager(self._renderer, project, studio.cast, logged, self._by)
        return tuple(outputs), packager.pack(studio.settings.packages, dubs)

    def _submitted(self, made: Dub) -> Future[Output]:
        """The files of a version, being made beside the engines; versions that look the same share one picture."""
        look = self._renderer.look(made)
        identity = self._renderer.output_key(made, look)
        picture = None
        if not self._project.is_current(made.script.language, identity):
            picture = self._pictures.get(look) or self._background.submit(self._renderer.picture, look)
            self._pictures[look] = picture
        return self._background.submit(self._rendered, made, look, identity, picture)

    def _heard(self, made: Dub) -> Heard:
        """What is heard of the facts in a version; what is heard otherwise is said."""
        studio = self._studio
        if studio.settings.verify != "speech":
            return NOT_HEARD
        heard = listened(made, studio.cast, studio.kit)
        studio.warn(*remarks.of_hearing(made, heard, self._project))
        return heard

    def _rendered(self, made: Dub, look: Look, identity: str, picture: Future[Path] | None) -> Output:
        """The files of one version; where there is no picture to wait for, its video is there already."""
        studio, project, renderer, code = self._studio, self._project, self._renderer, made.script.language
        kept = project.record.versions.get(code)
        written = kept.output if kept else None
        if picture is not None:
            sound = renderer.soundtrack.sound(made)  # made while the picture is still being encoded
            encoded = picture.result()

            def write(path: Path) -> None:
                origin = provenance(renderer.media, made, studio.cast, self._by)
                renderer.mux(made, identity, look, encoded, sound, origin, path)
                studio.audit.made(renderer.media, code, path, project.video_path(code), self._by)

            written = project.publish(code, identity, write)
            studio.kit.rates.learn(OUTPUT, written.size, made.timeline.duration)
        version = Version(made.script.lines, by_line(made), written)
        if version != kept or not project.has_subtitles(code, studio.settings.formats):
            label = renderer.labelling.label(renderer.media, code, identity)
            project.save_subtitles(code, made.cues, studio.settings.formats, label)
            project.save_version(code, version)
        return output(made, identity, project, studio.cast, renderer, reused=picture is None)
