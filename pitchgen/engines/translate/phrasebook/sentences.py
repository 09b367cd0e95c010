"""Whole sentences: taken apart into clauses, understood, put together again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pitchgen.engines.translate.phrasebook.book import Source
from pitchgen.engines.translate.phrasebook.forms import Filling
from pitchgen.engines.translate.phrasebook.writing import Writer
from pitchgen.languages.chinese import normalise
from pitchgen.languages.facts.numbers import BEFORE_TWO

LONGEST = 6
"""Most clauses that one form may span: the longest lists of colours have about as many."""

SHORTEST = 2  # characters of a clause that no comma sets apart

_SENTENCE = re.compile(r"([^。!?]+)([。!?]*)")
_PAUSE = re.compile(r"([、]|,(?!\d{3}(?!\d)))")
_OPENERS = re.compile(
    r"^(?:嗯|呃|额|哎|诶|那么|那|然后|另外|而且|并且|同时|还有|还|所以|因为|其实|就是说|对了|好的|来|首先|其次|最后)+"
)
_CLOSERS = re.compile(r"[啊呢吧哦啦呀嘛哈喔噢哟了]+$")
_PARTICLES = re.compile(r"[啊呢哦啦呀嘛呃嗯]|的话|(?<![得的])哈")
_MARKS = {"!": "exclamation", "?": "question"}
_DOTTED = ("tr",)
"""Languages in which the capital of i keeps its dot."""
_FIGURE = re.compile(
    rf"(?![{BEFORE_TWO}]两)[\d零一二两三四五六七八九十百千万亿点块元毛角][\d零一二两三四五六七八九十百千万亿半]"
)
"""What may be one number: 一千双两块八万双 is 两块, 八万双 or 两块八, 万双."""
_NUMERAL_PAUSE = re.compile(r"(?<=[\d零一二两三四五六七八九十百千万点]),(?=[\d零一二两三四五六七八九十百千万半])")


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause that was understood."""

    key: str
    values: Filling


@dataclass(frozen=True, slots=True)
class Matched:
    """All sentences of a text, understood."""

    sentences: tuple[tuple[tuple[Clause, ...], str], ...]
    """(clauses, name of the mark at the end) of each."""
    comma_after: frozenset[str]


def understand(text: str, source: Source) -> Matched | None:
    """What `text` says; None where any part of it is not known."""
    sentences = []
    for body, mark in _SENTENCE.findall(normalise(text)):
        clauses = _clauses(body.strip(",、"), source)
        if not clauses:
            return None
        sentences.append((clauses, _MARKS.get(mark[-1:], "stop")))
    return Matched(tuple(sentences), source.comma_after) if sentences else None


def _clauses(body: str, source: Source) -> tuple[Clause, ...] | None:
    """The sentence as clauses; where it is not known as it is written, with the commas that a recogniser left out."""
    return _covered(body, source) or _covered(_paused(body, source), source)


def _paused(body: str, source: Source) -> str:
    """The sentence with a comma in each part that is two clauses said in one breath."""
    return "".join(part if _PAUSE.fullmatch(part) else _with_comma(part, source) for part in _PAUSE.split(body))


def _with_comma(text: str, source: Source) -> str:
    """`text` with a comma where it is two known clauses; never within what may be one figure."""
    if _clause(text, source) is None:
        for place in range(SHORTEST, len(text) - SHORTEST + 1):
            first, second = text[:place], text[place:]
            divided = _FIGURE.fullmatch(first[-1] + second[0])
            if not divided and _clause(first, source) and _clause(second, source):
                return f"{first},{second}"
    return text


def _covered(body: str, source: Source) -> tuple[Clause, ...] | None:
    """The sentence as the fewest known pieces from the left, each one clause or several together."""
    parts = _PAUSE.split(body)
    texts, pauses = parts[::2], parts[1::2]
    known: dict[tuple[int, int], Clause | None] = {}

    def piece(start: int, stop: int) -> Clause | None:
        if (start, stop) not in known:
            joined = "".join(t + p for t, p in zip(texts[start:stop], [*pauses[start : stop - 1], ""], strict=True))
            known[start, stop] = _clause(joined, source)
        return known[start, stop]

    def cover(start: int) -> tuple[Clause, ...] | None:
        if start == len(texts):
            return ()
        for stop in range(min(len(texts), start + LONGEST), start, -1):
            if (found := piece(start, stop)) and (rest := cover(stop)) is not None:
                return (found, *rest)
        return None

    return cover(0)


def _clause(text: str, source: Source) -> Clause | None:
    """The sentence of the phrasebook that `text` is, as said or less its particles."""
    for variant in dict.fromkeys(_variants(text)):
        if variant and (found := _best(variant, source)):
            return found
    return None


def _variants(text: str) -> Iterator[str]:
    """`text` as said, then with more and more left out that carries no meaning."""
    yield text
    yield (closed := _CLOSERS.sub("", text))
    yield (opened := _OPENERS.sub("", closed))
    yield (bare := _PARTICLES.sub("", opened))
    if "," in bare and not _NUMERAL_PAUSE.search(bare):
        yield bare.replace(",", "")


def _best(text: str, source: Source) -> Clause | None:
    """The match with the most literal characters, then the fewest slots, then the first in the file."""
    best: tuple[tuple[int, int], Clause] | None = None
    for key, form in source.forms:
        for values, literal in form.match(text, source.readers):
            rank = (literal, -len(values))
            if best is None or rank > best[0]:
                best = rank, Clause(key, values)
    return best[1] if best else None


def compose(matched: Matched, writer: Writer) -> str | None:
    """The translation, with capitals and full stops; None where the language lacks something."""
    written = []
    for clauses, mark in matched.sentences:
        text, pause, start = "", "", 0
        for clause in clauses:
            said = writer.sentence(clause.key, dict(clause.values))
            if said is None:
                return None
            goes_on = clause.key in matched.comma_after
            if pause != writer.mark("comma"):
                start, said = len(text + pause), _capital(said, writer.code)
            text += pause + said
            pause = writer.mark("comma") if goes_on else writer.mark("stop") + writer.mark("joiner")
        written.append(text[:start] + writer.mark(f"{mark}_opening") + text[start:] + writer.mark(mark))
    return writer.mark("joiner").join(written)


def _capital(text: str, code: str) -> str:
    first = "İ" if code in _DOTTED and text[:1] == "i" else text[:1].upper()
    return first + text[1:]
