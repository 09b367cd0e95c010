"""Sentence forms: read from their notation, matched against text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pitchgen.core.errors import InputError

Reader = Callable[[str, int], Sequence[tuple[int, object]]]
"""Reads a slot: text and index -> its readings as (end, value), the longest first."""
Filling = tuple[tuple[str, object], ...]
"""Slot names and values, in the order of the text."""


@dataclass(frozen=True, slots=True)
class Literal:
    """Text that stands as it is."""

    text: str


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a value; `kind` is the name without its number."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several sequences, tried in order; an empty one makes it optional."""

    options: tuple[tuple[Node, ...], ...]


_PLAIN = re.compile(r"[^()\[\]{}<>|?]*")

Node = Literal | Slot | Choice
Nodes = tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """One way to say a sentence."""

    nodes: Nodes
    slots: frozenset[str]
    needs: tuple[str, ...]
    """A text without any of these cannot match: a quick test before the real one. Empty: no test."""

    def match(self, text: str, readers: Mapping[str, Reader]) -> Iterator[tuple[Filling, int]]:
        """Every way in which `text` as a whole has this form, with the number of literal characters."""
        if self.needs and not any(need in text for need in self.needs):
            return
        for end, filling, literal in _match(self.nodes, text, 0, readers):
            if end == len(text):
                yield filling, literal


def _match(nodes: Nodes, text: str, start: int, readers: Mapping[str, Reader]) -> Iterator[tuple[int, Filling, int]]:
    """Ways to match `nodes` from `start` on: (end, values, literal characters)."""
    if not nodes:
        yield start, (), 0
        return
    node, rest = nodes[0], nodes[1:]
    if isinstance(node, Literal):
        if text.startswith(node.text, start):
            size = len(node.text)
            for end, filling, literal in _match(rest, text, start + size, readers):
                yield end, filling, literal + size
    elif isinstance(node, Slot):
        for stop, value in readers[node.kind](text, start):
            for end, filling, literal in _match(rest, text, stop, readers):
                yield end, ((node.name, value), *filling), literal
    else:
        for option in node.options:
            for middle, first, size in _match(option, text, start, readers):
                for end, filling, literal in _match(rest, text, middle, readers):
                    yield end, (*first, *filling), size + literal


def parse(notation: str, groups: Mapping[str, str], made: dict[str, Choice] | None = None) -> Form:
    """The form that `notation` writes down, with the named groups put in.

    `made` keeps the groups that were read, so that many forms share them.

    Raises:
        InputError: brackets that do not pair, an unknown group, a slot that may be left out.
    """
    nodes = parse_nodes(notation, groups, {} if made is None else made)
    return Form(nodes, _slots(nodes, notation), _needs(nodes))


def parse_nodes(notation: str, groups: Mapping[str, str], made: dict[str, Choice]) -> Nodes:
    """As `parse`, without asking that every way to say it has the same slots.

    Raises:
        InputError: brackets that do not pair, an unknown group.
    """
    options = _Parser(notation, groups, made).options("")
    return options[0] if len(options) == 1 else (Choice(options),)


class _Parser:
    """Recursive descent over one notation."""

    def __init__(self, notation: str, groups: Mapping[str, str], made: dict[str, Choice]) -> None:
        self.notation = "".join(notation.split())  # as the text it is matched against, it has no spaces
        self.groups, self.made, self.at = groups, made, 0

    def options(self, closing: str) -> tuple[Nodes, ...]:
        """Sequences separated by `|` up to `closing`, which is read too."""
        found: list[Nodes] = []
        nodes: list[Node] = []
        while self.at < len(self.notation):
            character = self.notation[self.at]
            self.at += 1
            if character == closing:
                return (*found, _merged(nodes))
            if character == "|":
                found.append(_merged(nodes))
                nodes = []
            elif character == "?" and nodes:
                nodes[-1] = _optional(nodes[-1])
            else:
                nodes.append(self._node(character))
        if closing:
            raise InputError(f"{self.notation!r} lacks a {closing!r}")
        return (*found, _merged(nodes))

    def _node(self, character: str) -> Node:
        """The node that begins with `character`."""
        if character == "(":
            return Choice(self.options(")"))
        if character == "[":
            return _optional(Choice(self.options("]")))
        if character == "{":
            name = self._until("}")
            return Slot(name, name.rstrip("0123456789"))
        if character == "<":
            group = self._until(">")
            if group not in self.groups:
                raise InputError(f"{self.notation!r} names the group {group!r}, which is not in [groups]")
            if group not in self.made:
                self.made[group] = Choice(_Parser(self.groups[group], self.groups, self.made).options(""))
            return self.made[group]
        if character in ")]}>?":
            raise InputError(f"{self.notation!r} has a {character!r} too many")
        end = _PLAIN.match(self.notation, self.at).end()  # type: ignore[union-attr]  # matches nothing too
        if self.notation[end : end + 1] == "?":
            end = max(end - 1, self.at)  # the ? belongs to the last character alone
        run, self.at = self.notation[self.at - 1 : end], end
        return Literal(run)

    def _until(self, closing: str) -> str:
        end = self.notation.find(closing, self.at)
        if end < 0:
            raise InputError(f"{self.notation!r} lacks a {closing!r}")
        name, self.at = self.notation[self.at : end], end + 1
        return name


def _optional(node: Node) -> Choice:
    """`node` or nothing."""
    return Choice((*node.options, ()) if isinstance(node, Choice) else ((node,), ()))


def _merged(nodes: Sequence[Node]) -> Nodes:
    """`nodes` with neighbouring characters joined into one literal."""
    merged: list[Node] = []
    for node in nodes:
        if isinstance(node, Literal) and merged and isinstance(merged[-1], Literal):
            merged[-1] = Literal(merged[-1].text + node.text)
        else:
            merged.append(node)
    return tuple(merged)


def _slots(nodes: Nodes, notation: str) -> frozenset[str]:
    """The slots that every text of this form fills, each once.

    Raises:
        InputError: a slot that some texts of this form lack, or that stands twice.
    """
    slots: set[str] = set()
    for node in nodes:
        here: frozenset[str] = frozenset()
        if isinstance(node, Slot):
            here = frozenset((node.name,))
        elif isinstance(node, Choice):
            kinds = {_slots(option, notation) for option in node.options}
            if len(kinds) > 1:
                raise InputError(f"{notation!r} has a slot that may be left out")
            here = kinds.pop()
        if twice := slots & here:
            raise InputError(f"{notation!r} has the slot {min(twice)!r} twice")
        slots |= here
    return frozenset(slots)


def _needs(nodes: Nodes) -> tuple[str, ...]:
    """Literals of which one stands in every text of this form: the most telling ones."""
    best: tuple[str, ...] = ()
    for node in nodes:
        needs: tuple[str, ...] = ()
        if isinstance(node, Literal):
            needs = (node.text,)
        elif isinstance(node, Choice):
            each = [_needs(option) for option in node.options]
            needs = tuple({need for option in each for need in option}) if all(each) else ()
        if needs and (not best or min(map(len, needs)) > min(map(len, best))):
            best = needs
    return best
