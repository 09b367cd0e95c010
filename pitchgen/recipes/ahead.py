"""Several videos: those that have to be heard are heard as one stream, before each is made by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from pitchgen.core.engines import Recording
from pitchgen.core.errors import PitchgenError
from pitchgen.edges.probe import probe
from pitchgen.recipes.dub import recording
from pitchgen.recipes.make import Studio
from pitchgen.recipes.speaking import known_speaker
from pitchgen.stages.transcribe import transcribe


def hear_ahead(studio: Studio, videos: Sequence[Path], codes: Sequence[str]) -> None:
    """Have the recogniser hear the videos that have no script, as many recordings at once as it likes.

    What it hears is kept, so that making each video finds it. One that fails here fails again, by its own name, when
    it is made; the others are not touched by it.
    """
    at_once = getattr(studio.cast.transcriber, "batch_size", 1)
    if len(videos) < 2 or at_once < 2:
        return
    recordings = _recordings(studio, videos, codes)
    while batch := list(islice(recordings, at_once)):
        try:
            list(studio.kit.map(transcribe, batch, studio.cast.transcriber))
        except PitchgenError:
            continue


def _recordings(studio: Studio, videos: Sequence[Path], codes: Sequence[str]) -> Iterator[Recording]:
    for video in videos:
        try:
            media = probe(video, audio_track=studio.settings.audio_track)
            studio.present(known_speaker(media, codes, studio.company, studio.settings))
            sources = studio.sources(media, None)
            if sources.words is None and not sources.captioned:
                speech = studio.booth.speech(media)
                yield recording(speech.audio, speech.spans, None, studio.cast)
        except PitchgenError:
            continue
