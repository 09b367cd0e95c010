"""What a network of the Whisper family heard, made into a transcript: word times, doubts, simplified characters.

A doubt flags a segment and changes no word of it. One thing alone is left out: a segment of which no word lies
in a span where the detector heard somebody speak, or in which there is no sound. Nobody said it, so there is no
sentence to dub.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import numpy as np

from pitchgen.core.engines import Recording
from pitchgen.core.errors import EngineError, MissingWeights, in_one_line
from pitchgen.core.transcript import Segment, Span, Transcript, Word
from pitchgen.core.weights import Weights
from pitchgen.engines.rack import Rack
from pitchgen.engines.transcribe.clips import Clip, alike, cut
from pitchgen.engines.transcribe.doubts import SILENT, looping_among, why_doubt

RECIPE = 1  # raise it whenever the same words of a network give another transcript

LANGUAGES = frozenset({
    "af", "am", "ar", "as", "az", "ba", "be", "bg", "bn", "bo", "br", "bs", "ca", "cs", "cy", "da", "de", "el",
    "en", "es", "et", "eu", "fa", "fi", "fo", "fr", "gl", "gu", "ha", "haw", "he", "hi", "hr", "ht", "hu", "hy",
    "id", "is", "it", "ja", "jv", "ka", "kk", "km", "kn", "ko", "la", "lb", "ln", "lo", "lt", "lv", "mg", "mi",
    "mk", "ml", "mn", "mr", "ms", "mt", "my", "ne", "nl", "nn", "no", "oc", "pa", "pl", "ps", "pt", "ro", "ru",
    "sa", "sd", "si", "sk", "sl", "sn", "so", "sq", "sr", "su", "sv", "sw", "ta", "te", "tg", "th", "tk", "tl",
    "tr", "tt", "uk", "ur", "uz", "vi", "yi", "yo", "zh"
})  # fmt: skip
"""BCP-47 codes of what Whisper networks of every size hear. Source: `LANGUAGES` of openai/whisper."""
SLACK = 0.5  # seconds that the attention may place a word outside of its timestamps; source: openai/whisper
SHORTEST = 0.02  # seconds: one position of the encoder
OPENING = "“‘「『（《〈【〔([{¿"
STAMP = 0.02  # seconds from one timestamp token to the next


@dataclass(frozen=True, slots=True)
class Timed:
    """A word as the network's attention places it, in seconds from the start of the clip."""

    text: str
    tokens: int
    """How many tokens it is made of."""
    start: float
    end: float
    probability: float


@dataclass(frozen=True, slots=True)
class Heard:
    """All that a network says about a clip."""

    tokens: tuple[int, ...]
    """What it wrote, timestamps included."""
    words: tuple[Timed, ...]
    """Of all tokens but timestamps, in order."""
    log_probability: float
    """Mean over the tokens."""
    no_speech: float
    """Probability that nobody speaks."""
    language: str
    """The likeliest language."""
    certainty: float
    """Probability of that language."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Which tokens are no text."""

    end_of_text: int
    """This one and all above it."""
    first_timestamp: int
    """This one and all above it: `STAMP` from one to the next."""


@dataclass(frozen=True, slots=True)
class _Phrase:
    """What stands between two timestamps, in seconds from the start of the clip."""

    start: float
    end: float
    words: tuple[Timed, ...]


Listen = Callable[[Sequence[Clip]], Sequence[Heard]]


def transcripts(
    recordings: Sequence[Recording], listen: Listen, vocabulary: Callable[[], Vocabulary], origin: str
) -> list[Transcript]:
    """What `listen` hears in the clips of all recordings, which it gets as one stream, put together again."""
    clips = list(cut(recordings))
    segments: list[list[Segment]] = [[] for _ in recordings]
    if clips:
        heard, marks = listen(clips), vocabulary()
        for clip, said in zip(clips, heard, strict=True):
            segments[clip.recording] += _segments(clip, said, marks, recordings[clip.recording].spans)
    return [
        Transcript(recording.language, tuple(_simplified(recording.language, found)), origin=origin)
        for recording, found in zip(recordings, segments, strict=True)
    ]


def in_batches(clips: Sequence[Clip], rack: Rack, hear: Listen, size: int) -> list[Heard]:
    """What `hear` makes of the clips, `size` of one language and prompt at a time, in the order of the clips."""
    heard: dict[int, Heard] = {}
    for group in alike(clips):
        heard.update(zip(map(id, group), rack.batched(group, hear, size), strict=True))
    return [heard[id(clip)] for clip in clips]


def _segments(clip: Clip, heard: Heard, vocabulary: Vocabulary, spans: Sequence[Span]) -> Iterator[Segment]:
    """What was heard in a clip, on the clock of its recording."""
    phrases = _phrases(heard, vocabulary, clip.span.duration)
    texts = [_text(phrase.words) for phrase in phrases]
    looping = looping_among(texts)
    earliest = 0.0
    for phrase in phrases:
        words = _placed(phrase, earliest, clip.span.duration)
        if not words:
            continue
        earliest = words[-1].span.end
        words = [replace(word, span=_moved(word.span, clip.span)) for word in words]
        spoken = [_within(word.span, spans) for word in words]
        text = _text(words)
        if not text or not any(spoken):
            continue
        silent = sum(len(word.text) for word, span in zip(words, spoken, strict=True) if not span) / len(text)
        if silent <= SILENT:
            words = _drawn_in(words, spoken)
        doubt = why_doubt(
            text,
            language=clip.language,
            detected=(heard.language, heard.certainty),
            no_speech=heard.no_speech,
            log_probability=heard.log_probability,
            probability=float(np.mean([word.probability for word in words])),
            silent=silent,
            looping=text in looping,
        )
        yield Segment(Span(words[0].span.start, words[-1].span.end), text, words=tuple(words), doubt=doubt)


def _phrases(heard: Heard, vocabulary: Vocabulary, duration: float) -> list[_Phrase]:
    """The words between each two timestamps; where one is missing, up to the end of the clip."""
    edges = list(accumulate((word.tokens for word in heard.words), initial=0))
    found: list[_Phrase] = []
    start, begun, texts = 0.0, 0, 0
    for token in [*heard.tokens, None]:
        if token is not None and token < vocabulary.end_of_text:
            texts += 1
        elif token is None or token >= vocabulary.first_timestamp:
            stamp = duration if token is None else min((token - vocabulary.first_timestamp) * STAMP, duration)
            words = [w for w, edge in zip(heard.words, edges, strict=False) if begun <= edge < texts]
            if words:
                found.append(_Phrase(start, max(stamp, start), tuple(_clinging(words))))
            start, begun = stamp, texts
    return found


def _clinging(words: Sequence[Timed]) -> list[Timed]:
    """The words, marks joined to the word before them, opening ones to the word after, and parts of a word whole."""
    joined: list[Timed] = []
    for word in words:
        before = joined[-1] if joined else None
        if before and _opens(before.text):
            joined[-1] = replace(word, text=before.text + word.text, tokens=before.tokens + word.tokens)
        elif before and _belongs(word.text, before.text):
            mark = not any(map(str.isalnum, word.text))  # it takes no time to say
            end = before.end if mark else word.end
            joined[-1] = replace(before, text=before.text + word.text, tokens=before.tokens + word.tokens, end=end)
        else:
            joined.append(word)
    return joined


def _opens(text: str) -> bool:
    return bool(text.strip()) and set(text.strip()) <= set(OPENING)


def _belongs(text: str, before: str) -> bool:
    """Whether `text` is a mark after `before`, or goes on with a word in Latin letters or a number."""
    if not any(map(str.isalnum, text)):
        return not _opens(text)
    return all(end.isascii() and end.isalnum() for end in (before[-1], text[0]))


def _placed(phrase: _Phrase, earliest: float, duration: float) -> list[Word]:
    """The words in order, on the clock of the clip, none before `earliest` and each `SHORTEST` long if there is room.

    The attention places them, but not more than `SLACK` outside of the phrase's timestamps. Where it places
    no more than half of them, as in a network without trained heads, they share the phrase by their length.
    """
    low = max(earliest, phrase.start - SLACK)
    high = min(max(phrase.end + SLACK, low), duration)
    if high <= low or not phrase.words:
        return []
    edges = np.array([(word.start, word.end) for word in phrase.words])
    edges = np.clip(np.nan_to_num(edges), low, high)
    if np.count_nonzero(edges[:, 1] - edges[:, 0] >= SHORTEST) * 2 <= len(edges):
        shares = np.cumsum([0, *(len(word.text.strip()) or 1 for word in phrase.words)])
        first, last = max(low, phrase.start), max(min(high, phrase.end), low)
        times = first + (last - first) * shares / shares[-1]
        edges = np.stack([times[:-1], times[1:]], axis=1)
    room = min(SHORTEST, (high - low) / len(edges))
    offset = np.cumsum(np.tile([0.0, room], len(edges)))
    forward = np.maximum.accumulate(edges.ravel() - offset) + offset
    times = np.minimum(np.maximum(forward, low + offset), high - (offset[-1] - offset))
    return [
        Word(Span(float(start), float(end)), word.text, round(min(max(word.probability, 0.0), 1.0), 3))
        for word, start, end in zip(phrase.words, times[::2], times[1::2], strict=True)
    ]


def _moved(span: Span, clip: Span) -> Span:
    """From the clock of a clip to that of its recording."""
    return Span(min(clip.start + span.start, clip.end), min(clip.start + span.end, clip.end))


def _within(word: Span, spans: Sequence[Span]) -> Span | None:
    """The part of a word in which somebody speaks: attention stretches words over the pauses beside them."""
    best = max(spans, key=word.overlap, default=None)
    if best is None or word.overlap(best) == 0:
        return None
    return Span(max(word.start, best.start), min(word.end, best.end))


def _drawn_in(words: Sequence[Word], spoken: Sequence[Span | None]) -> list[Word]:
    """The words in the spans that `_within` found; the stray ones before and after them at their edges."""
    spans = [span for span in spoken if span]
    first, last = Span(spans[0].start, spans[0].start), Span(spans[-1].end, spans[-1].end)
    before = next(at for at, span in enumerate(spoken) if span)
    after = len(spoken) - next(at for at, span in enumerate(reversed(spoken)) if span)
    return [
        replace(word, span=span or (first if at < before else last if at >= after else word.span))
        for at, (word, span) in enumerate(zip(words, spoken, strict=True))
    ]


def _text(words: Sequence[Word] | Sequence[Timed]) -> str:
    return "".join(word.text for word in words).strip()


def _simplified(language: str, segments: Sequence[Segment]) -> list[Segment]:
    """Chinese in simplified characters, which all that follows reads; Whisper writes now these, now those."""
    if language.split("-")[0].lower() != "zh":
        return list(segments)
    return [_in_simplified(segment) for segment in segments]


def _in_simplified(segment: Segment) -> Segment:
    """The segment converted as a whole: which character it becomes may depend on its neighbours."""
    convert = _converter().convert
    joined = "".join(word.text for word in segment.words)
    whole = convert(joined)
    texts = [convert(word.text) for word in segment.words]
    if len(whole) == len(joined):
        edges = list(accumulate((len(word.text) for word in segment.words), initial=0))
        texts = [whole[start:end] for start, end in pairwise(edges)]
    words = tuple(replace(word, text=text) for word, text in zip(segment.words, texts, strict=True))
    return replace(segment, text="".join(texts).strip(), words=words)


@lru_cache(maxsize=1)
def _converter() -> Any:
    try:
        import opencc
    except ImportError:
        raise MissingWeights("opencc is not installed; pip install 'pitchgen[models]'") from None
    return opencc.OpenCC("t2s")


def unfit(weights: Weights, file: Path, why: object) -> EngineError:
    """The error for a file that is not what its name says: one line, with the way out."""
    reason = in_one_line(why)[:200] or type(why).__name__
    return EngineError(f"{file}: no weights of a Whisper ({reason}); pitchgen models pull {weights.model.name}")
