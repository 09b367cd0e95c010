"""Performs the real stages: what a merchant sent is fetched, a studio does the work, what it made is published."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from pitchgen.core.config import OF_A_JOB, Settings
from pitchgen.core.errors import InputError, MediaError
from pitchgen.core.events import Advanced, Event, Listener, Opened, Used, Warned
from pitchgen.core.hosting import Hosting
from pitchgen.core.service import glossary_key, output_prefix, video_key, voices_prefix
from pitchgen.edges.service.objects import Objects
from pitchgen.edges.service.runs import Made
from pitchgen.edges.service.shared_store import SharedStore
from pitchgen.edges.service.voice_copies import VoiceCopies
from pitchgen.edges.settings import read_settings
from pitchgen.edges.store import Store, file_sha256
from pitchgen.recipes.casting import Casting
from pitchgen.recipes.make import Shelve, Studio, Upto
from pitchgen.recipes.service.stages import Measured, Order, Step, Tell

OF_A_RUN = ("out", "store", "voices", "memory", "audit", "voice", "glossary", *sorted(OF_A_JOB - {"currency"}))
"""Settings that engines do not depend on, so that merchants share the networks that are loaded; a cast knows rates."""
CASTS = 2  # profiles whose networks stay loaded
UPTO = {"hear": Upto.HEARD, "tell": Upto.TOLD, "speak": Upto.SPOKEN}


class Performing:
    """The engines of this process, for one merchant after the other. Nothing of one is in the reach of another."""

    def __init__(self, hosting: Hosting) -> None:
        self._hosting = hosting
        self._objects = Objects.open(hosting.objects_url)
        self._voice_copies = VoiceCopies(self._objects)
        self._casts: dict[Settings, Casting] = {}
        self._used: list[Used] = []
        self._media_seconds = 0.0

    def perform(self, order: Order, tell: Tell) -> Made | None:
        """Do the work of one stage.

        Raises:
            PitchgenError: it failed, and why.
        """
        self._used, self._media_seconds = [], 0.0
        home = self._hosting.state / "merchants" / order.job.merchant
        name = f"{order.stage}-{order.language or 'all'}"
        settings = self._settings(order, home)
        studio = Studio(
            settings, listen=self._listener(tell), casting=self._casting(settings), shelve=self._shelf(order, home)
        )
        video, script = self._video(order, home), self._script(order, home)
        languages = [order.language] if order.language else list(order.languages)
        try:
            if order.stage in UPTO:
                studio.prepare(video, languages, UPTO[order.stage], script=script, name=name)
                return None
            outcome = studio.make(video, languages, script=script, name=name)
            made = outcome.outputs[0]
            return self._published(order, outcome.folder, made.video, made.duration)
        finally:
            shutil.rmtree(settings.out / name, ignore_errors=True)

    def measured(self) -> Measured:
        """What the last stage took, however it ended."""
        return Measured.of(self._media_seconds, self._used)

    def networks(self) -> dict[str, int]:
        """Networks that are loaded now, and the bytes of their files."""
        return {name: size for cast in tuple(self._casts.values()) for name, size in cast.rack.held().items()}

    def _listener(self, tell: Tell) -> Listener:
        def listen(event: Event) -> None:
            if isinstance(event, Advanced):
                tell(Step(event.done, event.total, event.stage))
            elif isinstance(event, Warned):
                tell(Step(0, 0, "warning", event.message))
            elif isinstance(event, Opened):
                self._media_seconds = event.duration
            else:
                self._used.append(event)  # encoding tells of it from a thread of its own

        return listen

    def _settings(self, order: Order, home: Path) -> Settings:
        """The operator's, with what the merchant asks for.

        Raises:
            InputError: she asks for what is not hers to set.
        """
        request = order.job.request
        foreign = [name for name in request.settings if name not in OF_A_JOB]
        if foreign:
            raise InputError(f"{foreign[0]!r} cannot be set by a request; these can: {', '.join(sorted(OF_A_JOB))}")
        voices = self._voices(order, home)
        own = read_settings({**request.settings, "profile": request.profile, "voice": request.voice})
        return replace(
            own, out=home / "runs" / order.run_id, store=home / "store", voices=voices, consent=None,
            glossary=self._glossary(order, home), memory=home / "runs" / order.run_id / "memory.jsonl",
            audit=home / "audit.jsonl",
        )  # fmt: skip

    def _casting(self, settings: Settings) -> Casting:
        """Engines as these settings choose them, loaded once."""
        of_engines = replace(settings, **{name: getattr(_DEFAULTS, name) for name in OF_A_RUN})
        if of_engines not in self._casts:
            while len(self._casts) >= CASTS:
                del self._casts[next(iter(self._casts))]
            self._casts[of_engines] = Casting(of_engines)
        return self._casts[of_engines]

    def _shelf(self, order: Order, home: Path) -> Shelve:
        merchant = order.job.merchant

        def shelve(root: Path, *, sounds: Path | None = None) -> Store:
            if self._objects.local and self._hosting.embedded:
                return Store(root, sounds=sounds)
            prefix = f"store/{merchant}"
            own = (
                prefix
                if sounds is None
                else f"{voices_prefix(merchant)}/{sounds.relative_to(self._voices_root(merchant, home))}"
            )
            return SharedStore(root, self._objects, prefix, sounds=sounds, sounds_prefix=own)

        return shelve

    def _video(self, order: Order, home: Path) -> Path:
        path = home / "videos" / order.job.request.video_id
        if not path.exists() and not self._objects.get(video_key(order.job.merchant, order.job.request.video_id), path):
            raise MediaError(f"{order.job.request.video_id}: the video is not there any more; send it again")
        return path

    def _script(self, order: Order, home: Path) -> Path | None:
        text = order.job.request.script
        if not text:
            return None
        folder = home / "runs" / order.run_id
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{order.stage}-{order.language}.script{'.srt' if '-->' in text else '.txt'}"
        path.write_text(text, "utf-8")
        return path

    def _glossary(self, order: Order, home: Path) -> Path | None:
        name = order.job.request.glossary
        path = home / "runs" / order.run_id / "glossary.csv"
        if name is None:
            return None
        if not self._objects.get(glossary_key(order.job.merchant, name), path):
            raise InputError(f"{name}: the glossary is not there any more")
        return path

    def _voices_root(self, merchant: str, home: Path) -> Path:
        """Her folder itself, where it lies on a disk: a revocation then deletes what was made with a voice too."""
        return home / "voices" if self._objects.local is None else self._objects.local / voices_prefix(merchant)

    def _voices(self, order: Order, home: Path) -> Path:
        """The voice that is named, or all, of which one may be of this video, and the consents, as they are now."""
        folder = self._voices_root(order.job.merchant, home)
        if self._objects.local is None:
            self._voice_copies.pull(order.job.merchant, folder, order.job.request.voice)
        return folder

    def _published(self, order: Order, folder: Path, video: Path, duration: float) -> Made:
        """The files of a language in the object storage, under a name that is made of the video's content."""
        digest = file_sha256(video)
        prefix = f"{output_prefix(order.job.merchant, order.run_id, order.language)}/{digest[:16]}"
        files = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")]
        for path in sorted(files, key=lambda path: path == video):  # the video last
            self._objects.put_if_absent(f"{prefix}/{path.relative_to(folder).as_posix()}", path)
        return Made(prefix, video.relative_to(folder).as_posix(), video.stat().st_size, digest, duration)


_DEFAULTS = Settings()
