"""A transcriber for tests of the flow: it spreads the script over the speech."""

from __future__ import annotations

from collections.abc import Sequence

from pitchgen.core.engines import Licence, Recording, Transcriber
from pitchgen.core.transcript import Segment, Span, Transcript


class FakeTranscriber:
    """Deterministic, weightless: the script's sentences share the speech by length; without one, 句子 N."""

    name = "fake"
    fingerprint = "fake-transcriber-1"
    aligns = True
    languages: frozenset[str] = frozenset()
    licence = Licence("Apache-2.0", commercial=True)

    def transcribe(self, recordings: Sequence[Recording]) -> Sequence[Transcript]:
        """The script of each recording over its speech, or a sentence for each span."""
        return [
            Transcript(recording.language, _spread(recording), origin="fake", score=1.0) for recording in recordings
        ]


def _spread(recording: Recording) -> tuple[Segment, ...]:
    spans = [span for span in recording.spans if span.duration > 0]
    if recording.script is None:
        return tuple(Segment(span, f"句子 {number}") for number, span in enumerate(spans, start=1))
    if not spans:
        return ()
    start, seconds = spans[0].start, spans[-1].end - spans[0].start
    letters = sum(map(len, recording.script)) or 1
    segments: list[Segment] = []
    said = 0
    for text in recording.script:
        before, said = said, said + len(text)
        span = Span(start + seconds * before / letters, start + seconds * said / letters)
        segments.append(Segment(span, text))
    return tuple(segments)


def load() -> Transcriber:
    """The fake transcriber."""
    return FakeTranscriber()
