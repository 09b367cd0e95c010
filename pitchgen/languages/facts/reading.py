"""Facts read out of what a merchant says in Chinese, each with where it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from pitchgen.core.fact import Fact, Kind, Role
from pitchgen.core.quantity import Amount
from pitchgen.languages.chinese import parse
from pitchgen.languages.facts.codes import code, contact, fraction, number, place, size
from pitchgen.languages.facts.folded import Folded, fold
from pitchgen.languages.facts.found import Found, Said, role
from pitchgen.languages.facts.idioms import idiom_end
from pitchgen.languages.facts.prices import discount, percent, price, priced
from pitchgen.languages.facts.quantities import contained, dimensions, quantity
from pitchgen.languages.facts.times import date, time

Reader = Callable[[str, int], Found | None]

_READERS: tuple[Reader, ...] = (
    # the first that reads something has it: what is told by more words comes before what is told by fewer
    *(contact, date, time, percent, discount),
    *(dimensions, code, place, size, priced, contained, price, fraction, quantity),
)
_COUNT = r"[一二两三四五六七八九十百]+|\d+"
_GIFT = re.compile(rf"(?P<bought>{_COUNT})(?:[送免]|赠送?)(?P<given>{_COUNT})")
_BUY = re.compile(r"[买拿订满购]")


def facts(text: str, names: Sequence[str] = ()) -> tuple[Fact, ...]:
    """All facts of the Chinese sentence `text`, in order and not overlapping.

    Args:
        text: what she says; the evidence of each fact is a part of it, unchanged.
        names: brands and shops that are to be found, in Chinese.
    """
    folded = fold(text)
    wanted = sorted({fold(name).text for name in names if name.strip()}, key=len, reverse=True)
    said: list[Said] = []
    at = 0
    while at < len(folded.text):
        found = _at(folded.text, at, wanted)
        said += found.facts
        at = found.end
    return tuple(_fact(folded, one) for one in said)


def _fact(folded: Folded, said: Said) -> Fact:
    evidence = folded.evidence(said.start, said.end)
    return Fact(said.kind, evidence, said.amount, said.unit, said.per, said.text, said.role)


def _at(text: str, at: int, names: Sequence[str]) -> Found:
    """What stands at `at`, or one character that means nothing here."""
    for name in names:
        if text.startswith(name, at):
            return Found(at + len(name), (Said(at, at + len(name), Kind.NAME, text=name),))
    if gift := _gift(text, at):
        return gift
    for reader in _READERS[:1]:
        if found := reader(text, at):
            return found
    if (end := idiom_end(text, at)) is not None:
        return Found(end)
    for reader in _READERS[1:]:
        if found := reader(text, at):
            return found
    return _number(text, at) or Found(at + 1)


def _number(text: str, at: int) -> Found | None:
    """A number with no unit, and its role."""
    found = number(text, at)
    if found is None:
        return None
    return Found(found.end, tuple(replace(one, role=role(text, one.start, one.end)) for one in found.facts))


def _gift(text: str, at: int) -> Found | None:
    """买一送一, 买三送一: two numbers whose goods go without saying."""
    if not _BUY.match(text, at):
        return None
    found = _GIFT.match(text, at + 1)
    if found is None:
        return None
    bought, given = parse(found["bought"]), parse(found["given"])
    after = text[found.end() : found.end() + 1]
    if bought is None or given is None or (after and after in "双个件箱打只条套盒包块元"):
        return None
    return Found(
        found.end(),
        (
            Said(found.start("bought"), found.end("bought"), Kind.QUANTITY, Amount(bought), "", role=Role.THRESHOLD),
            Said(found.start("given"), found.end("given"), Kind.QUANTITY, Amount(given), ""),
        ),
    )
