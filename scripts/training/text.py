"""Chinese to train on, all in characters: what the phrasebook knows, other pitches, other speech, any words at all.

The phrasebook's own sentences are the smaller part. `sentences.txt` and `everyday.txt` show how Chinese goes on where
nobody sells; strings of words from a dictionary, that anything may be said.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from pitchgen.engines.translate.phrasebook.forms import Choice, Literal, Nodes, Slot, parse_nodes
from training.held_out import HANZI, held_out
from training.slots import Filler, fillers, names

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PHRASES = Path(__file__).parents[2] / "pitchgen" / "engines" / "translate" / "phrasebook" / "data" / "zh.toml"
PITCHES = Path(__file__).with_name("pitches.txt")
EVERYDAY = Path(__file__).with_name("everyday.txt")
SENTENCES = Path(__file__).with_name("sentences.txt")
GOODS = Path(__file__).with_name("goods.txt")
COMMON = 700  # occurrences in the dictionary's corpus: the 10,000 commonest words
HEARD_OF = 50  # the same, of words that strings are made of
LONGEST = 26  # characters said in one breath

SPEECH_PARTS = {
    "noun": {"n"}, "verb": {"v", "vn"}, "adjective": {"a"}, "adverb": {"d"}, "pronoun": {"r"}, "place": {"ns"},
    "time": {"t"}, "idiom": {"i", "l"}, "name": {"nr"},
}  # fmt: skip
"""Slots of `everyday.txt` and the dictionary's tags."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Clauses from groups of patterns, each group with its weight."""

    groups: tuple[tuple[float, tuple[tuple[Nodes, ...], ...]], ...]
    """(weight, sentences); a sentence is its forms."""
    fillers: dict[str, Filler]
    words: tuple[tuple[str, ...], ...] = ()
    """For strings of words, at the weight that the groups leave: for each character the words that have it."""

    def clause(self, random: Random) -> str:
        """One clause, of characters alone."""
        while True:
            text = self._drawn(random)
            if len(text) <= LONGEST and HANZI.fullmatch(text):
                return text

    def _drawn(self, random: Random) -> str:
        drawn = random.random()
        for weight, sentences in self.groups:
            drawn -= weight
            if drawn < 0:
                return self._grown(random.choice(random.choice(sentences)), random)
        return "".join(random.choice(random.choice(self.words)) for _ in range(random.randint(2, 5)))

    def _grown(self, nodes: Nodes, random: Random) -> str:
        parts = []
        for node in nodes:
            if isinstance(node, Literal):
                parts.append(node.text)
            elif isinstance(node, Slot):
                parts.append(self.fillers[node.kind](random))
            else:
                parts.append(self._grown(random.choice(node.options), random))
        return "".join(parts)


def texts(dictionary: Path, *, strings: float) -> Texts:
    """What to train on, of which the share `strings` is words in any order.

    `dictionary` has a word, its count and its part of speech a line, as the package jieba has.
    """
    book, words = _book(), _words(dictionary)
    told = 1 - strings
    groups = (
        (0.30 * told, _phrases(book, unseen=False)),
        (0.36 * told, _patterns(PITCHES, book, unseen=False)),
        (0.14 * told, _patterns(EVERYDAY, book, unseen=False)),
        (0.20 * told, tuple(((Literal(line),),) for line in _lines(SENTENCES, book))),
    )
    slots = fillers(book, words, unseen_goods=False, more_goods=_lines(GOODS, book))
    return Texts(groups, slots, _by_character(dictionary))


def unseen_patterns() -> Texts:
    """Pitches of which no training text has the pattern."""
    book = _book()
    groups = ((0.5, _phrases(book, unseen=True)), (0.5, _patterns(PITCHES, book, unseen=True)))
    return Texts(groups, fillers(book, {}, unseen_goods=False))


def pitches(*, unseen_goods: bool = False) -> Texts:
    """Pitches as they are trained on; with `unseen_goods`, each about a good that no training text names."""
    book = _book()
    groups = ((0.5, _phrases(book, unseen=False)), (0.5, _patterns(PITCHES, book, unseen=False)))
    if unseen_goods:
        groups = tuple((weight, _about_goods(sentences)) for weight, sentences in groups)  # type: ignore[assignment]
    return Texts(groups, fillers(book, {}, unseen_goods=unseen_goods))


def prices() -> Texts:
    """Clauses with a number."""
    book = _book()
    found = _patterns(PITCHES, book, unseen=False) + _phrases(book, unseen=False)
    told = tuple(
        kept for forms in found if (kept := tuple(nodes for nodes in forms if _slots(nodes) & {"money", "quantity"}))
    )
    return Texts(((1.0, told),), fillers(book, {}, unseen_goods=False))


def _about_goods(sentences: Sequence[tuple[Nodes, ...]]) -> tuple[tuple[Nodes, ...], ...]:
    return tuple(
        kept for forms in sentences if (kept := tuple(nodes for nodes in forms if _slots(nodes) & {"good", "goods"}))
    )


def _slots(nodes: Nodes) -> set[str]:
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, Slot):
            found.add(node.kind)
        elif isinstance(node, Choice):
            for option in node.options:
                found |= _slots(option)
    return found


def _book() -> dict[str, Any]:
    return tomllib.loads(PHRASES.read_text("utf-8"))


def _phrases(book: dict[str, Any], *, unseen: bool) -> tuple[tuple[Nodes, ...], ...]:
    """The sentences of the phrasebook, each with its forms."""
    made: dict[str, Choice] = {}
    return tuple(
        tuple(parse_nodes(form, book["groups"], made) for form in forms)
        for key, forms in book["patterns"].items()
        if held_out(key) == unseen
    )


def _patterns(path: Path, book: dict[str, Any], *, unseen: bool) -> tuple[tuple[Nodes, ...], ...]:
    """The patterns of a file, in the phrasebook's notation, one a line."""
    made: dict[str, Choice] = {}
    return tuple((parse_nodes(line, book["groups"], made),) for line in _read(path) if held_out(line) == unseen)


def _lines(path: Path, book: dict[str, Any]) -> tuple[str, ...]:
    """The lines of a file, but for those that name a good which is kept for measuring."""
    kept = names({key: line for key, line in book["goods"].items() if held_out(key)})
    return tuple(line for line in _read(path) if not any(good in line for good in kept))


def _read(path: Path) -> Iterator[str]:
    return (line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#"))


def _words(dictionary: Path) -> dict[str, tuple[str, ...]]:
    """The common words by slot."""
    found: dict[str, list[str]] = {slot: [] for slot in SPEECH_PARTS}
    for word, part in _entries(dictionary, COMMON):
        for slot, tags in SPEECH_PARTS.items():
            if part in tags:
                found[slot].append(word)
    return {slot: tuple(words) for slot, words in found.items()}


def _by_character(dictionary: Path) -> tuple[tuple[str, ...], ...]:
    """For each character its words: drawn so, a rare syllable is said about as often as any other."""
    found: dict[str, list[str]] = {}
    for word, _ in _entries(dictionary, HEARD_OF):
        for character in word if len(word) > 1 else "":
            found.setdefault(character, []).append(word)
    return tuple(map(tuple, found.values()))


def _entries(dictionary: Path, least: int) -> Iterator[tuple[str, str]]:
    """Words that occur so often in the dictionary's corpus, and their parts of speech."""
    for line in dictionary.read_text("utf-8").splitlines():
        word, count, part = line.split(" ")
        if int(count) >= least and HANZI.fullmatch(word):
            yield word, part
