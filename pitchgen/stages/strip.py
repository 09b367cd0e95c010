"""Where in the frame captions stand: told from logos, price tags and print on the goods by what they do over time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from statistics import median

from pitchgen.core.box import Box
from pitchgen.core.footage import Reading

LEGIBLE = 0.6  # mean probability; below it a text is print on goods, or no text
LEVEL = 0.5  # of a line's height: two texts whose middles are nearer stand in one row
ALIKE_HEIGHT = (0.7, 1.4)  # of one text to another in the same row: with and without letters that reach high or low
STILL = 0.75  # share of the moments: what stands so long in one place is a logo or a title
SAME_TEXT = 0.7  # likeness of two readings of one text: letters over moving things are misread now and then
ALIGNED = 0.06  # of the frame's width: captions are centred, or begin, within it
FLUSH = 0.03  # the same, to tell those that begin at one place from those that are centred and about as long
LEAST_ALIGNED = 0.6  # share of the texts of a row; signs that come and go stand anywhere
NEXT_LINE = 1.5  # line heights from middle to middle: lines of one caption
LINE_SIZES = (0.45, 1.6)  # of a line to the main one: a second language is smaller
MARGIN = 1.2  # line heights around the rows that were seen: a second line, a movement
LEAST_TEXTS = 2  # in one row: a single one is a title or a sign, even one that comes and goes
LEAST_CHINESE = 2  # characters: a sign of a single one is no speech


@dataclass(frozen=True, slots=True)
class Sighting:
    """A line of text that was seen at a moment."""

    at: float
    box: Box
    """In the whole frame."""
    reading: Reading


@dataclass(frozen=True, slots=True)
class Strip:
    """Where captions stand."""

    part: Box
    """Of the frame: all their lines, and some room."""
    line: float
    """Height of a line, of the frame's height."""
    centre: float | None
    """Across, where their lines are centred; None where they begin at `left`."""
    left: float

    def holds(self, box: Box) -> bool:
        """Whether a line of text stands as captions do here."""
        if self.centre is None:
            return abs(box.left - self.left) <= ALIGNED
        return abs(box.middle[0] - self.centre) <= ALIGNED


@dataclass(slots=True)
class _Row:
    """Texts at one height."""

    texts: list[Sighting]

    @property
    def middle(self) -> float:
        return median(text.box.middle[1] for text in self.texts)

    @property
    def height(self) -> float:
        return median(text.box.height for text in self.texts)

    def takes(self, box: Box) -> bool:
        low, high = ALIKE_HEIGHT
        return abs(box.middle[1] - self.middle) <= LEVEL * self.height and low <= box.height / self.height <= high

    @property
    def centre(self) -> float:
        """Where they are meant to be centred.

        In the middle of the frame where most reach over it and one has its middle there: what comes letter by letter
        is mostly seen when only its left part is there. Else where most are.
        """
        over = _share(text.box.left < 0.5 < text.box.right for text in self.texts)
        exact = any(abs(text.box.middle[0] - 0.5) <= ALIGNED / 2 for text in self.texts)
        return 0.5 if exact and over >= LEAST_ALIGNED else self._most

    @property
    def _most(self) -> float:
        return median(text.box.middle[0] for text in self.texts)

    @property
    def left(self) -> float:
        return median(text.box.left for text in self.texts)

    @property
    def centred(self) -> float:
        """Share of the texts that are centred where most are."""
        return _share(abs(text.box.middle[0] - self._most) <= ALIGNED for text in self.texts)

    @property
    def flush(self) -> float:
        """Share of the texts that begin where most do."""
        return _share(abs(text.box.left - self.left) <= FLUSH for text in self.texts)

    @property
    def aligned(self) -> float:
        """Share of the texts that stand where captions would."""
        return max(self.centred, self.flush)

    @property
    def changes(self) -> bool:
        """Whether something else is written in it sooner or later, as in captions and hardly on signs."""
        return len(_groups(self.texts)) >= LEAST_TEXTS

    @property
    def worth(self) -> float:
        """How much Chinese is said in it."""
        groups = _groups(self.texts)
        return self.aligned * sum(max(chinese(t.reading.text) for t in group) for group in groups) if groups else 0.0


def find_strip(sightings: Sequence[Sighting], looks: Sequence[float]) -> Strip | None:
    """Where captions stand, by what was seen when the frame was looked at; None where there are none.

    They are the row in which most different Chinese is written, centred or beginning at the same place, coming and
    going; rows above and below that come with it are its second line or its second language.
    """
    legible = [s for s in sightings if s.reading.certainty >= LEGIBLE]
    rows = [row for row in (_without_still(row, looks) for row in _rows(legible)) if row.texts]
    candidates = [row for row in rows if row.changes and row.aligned >= LEAST_ALIGNED and row.worth >= LEAST_CHINESE]
    if not candidates:
        return None
    main = max(candidates, key=lambda row: row.worth)
    centre = main.centre if main.centred >= main.flush else None
    lines = [main, *(row for row in rows if row is not main and _belongs(row, main, centre))]
    top = min(text.box.top for row in lines for text in row.texts)
    bottom = max(text.box.bottom for row in lines for text in row.texts)
    part = Box(0.0, top, 1.0, bottom).grown(0.0, MARGIN * main.height)
    return Strip(part, main.height, centre, main.left)


def chinese(text: str) -> int:
    """How many Chinese characters it has."""
    return sum("\u4e00" <= character <= "\u9fff" for character in text)


def alike(one: str, other: str) -> float:
    """Likeness of two readings, 0 to 1."""
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _rows(sightings: Iterable[Sighting]) -> list[_Row]:
    rows: list[_Row] = []
    for sighting in sightings:
        row = next((row for row in rows if row.takes(sighting.box)), None)
        if row:
            row.texts.append(sighting)
        else:
            rows.append(_Row([sighting]))
    return rows


def _without_still(row: _Row, looks: Sequence[float]) -> _Row:
    """The row without what stands in it all the time: what is behind may hide it now and then."""
    groups = _groups(row.texts)
    return _Row([text for group in groups if _looks_from_to(group, looks) < STILL * len(looks) for text in group])


def _looks_from_to(group: Sequence[Sighting], looks: Sequence[float]) -> int:
    """How often was looked from the first sighting of a text to its last."""
    times = [text.at for text in group]
    return sum(min(times) <= at <= max(times) for at in looks)


def _belongs(row: _Row, main: _Row, centre: float | None) -> bool:
    """Whether a row is another line of the captions whose main row is `main`."""
    low, high = LINE_SIZES
    beside = abs(row.middle - main.middle) <= NEXT_LINE * main.height
    aligned = abs(row.left - main.left) if centre is None else abs(row.centre - centre)
    return beside and low <= row.height / main.height <= high and aligned <= 2 * ALIGNED


def _groups(texts: Sequence[Sighting]) -> list[list[Sighting]]:
    """Texts that say the same, together."""
    groups: list[list[Sighting]] = []
    for text in texts:
        group = next((g for g in groups if alike(g[0].reading.text, text.reading.text) >= SAME_TEXT), None)
        if group:
            group.append(text)
        else:
            groups.append([text])
    return groups


def _share(found: Iterable[bool]) -> float:
    counted = list(found)
    return sum(counted) / len(counted) if counted else 0.0
