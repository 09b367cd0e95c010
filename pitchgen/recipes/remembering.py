"""What a shop remembers: corrections go in once, and are said from then on in every video."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from pitchgen import __version__
from pitchgen.core.config import Settings
from pitchgen.core.errors import InputError
from pitchgen.core.glossary import Glossary
from pitchgen.core.memory import SENTENCE, Brought, Entry, Memory, memory, now, tidy, unwritable
from pitchgen.core.transcript import Transcript
from pitchgen.edges.markup import read_markup
from pitchgen.edges.memory import State, checked, memory_path, memory_state, read_memory, remember
from pitchgen.edges.project import RECORD, opened
from pitchgen.edges.store import write_atomically
from pitchgen.edges.tmx import read_tmx, write_tmx
from pitchgen.edges.xliff import Line, read_xliff, write_xliff
from pitchgen.languages import SOURCE, language
from pitchgen.recipes.naming import new_names
from pitchgen.recipes.telling import Edits
from pitchgen.stages.revise import Occurrence, edits, occurrences

TMX, XLIFF = (".tmx",), (".xlf", ".xliff")
"""Suffixes of the files that agencies work with."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What became of entries that were to be remembered."""

    new: int
    known: int
    """Said already."""
    older: int
    """Of which something else was said later."""
    skipped: tuple[str, ...] = ()
    """What a file held besides, and why it was left out."""


class Shop:
    """The memory of a shop, which other runs may add to at any moment."""

    def __init__(self, settings: Settings) -> None:
        self.path = memory_path(settings.memory, settings.glossary)
        self._read: tuple[State | None, Memory] = (None, Memory())

    def memory(self) -> Memory:
        """What is remembered at this moment; the file is read again where anybody has written."""
        state = memory_state(self.path)
        if state != self._read[0]:
            self._read = state, read_memory(self.path)
        return self._read[1]

    def learn(self, changed: Edits, transcript: Transcript) -> Memory:
        """The memory, with what is new in the edits of a video."""
        remember(self.path, self.memory().news(corrections(changed, transcript)))
        return self.memory()

    def settle_names(self, glossary: Glossary, transcript: Transcript, codes: Sequence[str]) -> list[Entry]:
        """Remember how names in a video are written; those that are new."""
        found = new_names(glossary, transcript.texts, codes, self.memory())
        remember(self.path, found)
        return found

    def foreseen(self, glossary: Glossary, transcript: Transcript, codes: Sequence[str]) -> Memory:
        """What would be remembered once names are settled."""
        known = self.memory()
        return memory((*known.latest.values(), *new_names(glossary, transcript.texts, codes, known)))

    def add(self, entries: Iterable[Entry], skipped: tuple[str, ...] = ()) -> Learned:
        """Remember `entries`, all or none; what was said later than they stays.

        Raises:
            InputError: one that a memory cannot hold.
        """
        wanted, known = checked(entries), self.memory()
        news = known.news(wanted)
        remember(self.path, news)
        same = sum(one.place in known.latest and known.latest[one.place].text == one.text for one in wanted)
        return Learned(len(news), same, len(wanted) - len(news) - same, skipped)

    def remove(self, sentence: str, code: str | None) -> int:
        """Forget what is said for a sentence or a name, in one language or in all; how many it were.

        Raises:
            InputError: nothing is remembered of it.
        """
        known = [entry for entry in self.memory().entries if code in (None, entry.language)]
        wanted = [entry for entry in known if entry.source == tidy(sentence)]
        if not wanted:
            near = get_close_matches(tidy(sentence), [entry.source for entry in known], n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise InputError(f"{self.path}: remembers nothing of {tidy(sentence)!r}{hint}")
        remember(self.path, [Entry(e.source, e.language, None, now(), "removed", e.kind) for e in wanted])
        return len(wanted)

    def bring(self, path: Path) -> Learned:
        """Remember what an agency translated: TMX or XLIFF 2, told apart by what is in the file.

        Raises:
            InputError: a file that is neither.
        """
        root = read_markup(path)
        brought: Brought = (read_tmx if root.tag.endswith("tmx") else read_xliff)(root, path)
        return self.add(brought.entries, brought.skipped)

    def hand_out(self, target: Path, project: Path | None, code: str | None) -> int:
        """Write the memory, or the lines of a project, for an agency; how many sentences and names.

        Raises:
            InputError: neither TMX nor XLIFF is asked for, TMX of a project, no language where one is needed, or no
                such project.
        """
        suffix = target.suffix.lower()
        if suffix not in (*TMX, *XLIFF):
            raise InputError(f"{target}: name a file that ends in {', '.join((*TMX, *XLIFF))}")
        if suffix in XLIFF and code is None:
            raise InputError(f"{target}: holds one language; name it, as in --lang fr")
        if project and suffix in TMX:
            raise InputError(f"{target}: TMX is for what is remembered, drafts are not; name one that ends in .xlf")
        entries = [entry for entry in self.memory().entries if code in (None, entry.language)]
        if suffix in TMX:
            write_atomically(target, write_tmx(entries, __version__))
            return len(entries)
        lines = [Line(e.source, e.text, settled=True) for e in entries if e.kind == SENTENCE]
        if project and code:
            lines = project_lines(project, code)
        write_atomically(target, write_xliff(lines, (project or self.path).name, code or ""))
        return len(lines)


def corrections(changed: Edits, transcript: Transcript) -> list[Entry]:
    """What is to be remembered of edits: sentences that a person has in the same words wherever they occur.

    One of which only one occurrence was changed is a matter of this video. So is silence, and what is said before or
    after it: two captions that were made one are no translation of either sentence.
    """
    times, date = Counter(map(tidy, transcript.texts)), now()
    found = []
    for code, wishes in changed.items():
        texts = defaultdict(list)
        for place, text in _alone(wishes, occurrences(transcript.texts)):
            texts[tidy(place[0])].append(tidy(text))
        for sentence, said in texts.items():
            if len(said) == times[sentence] and len(set(said)) == 1:
                found.append(Entry(sentence, code, said[0], date))
    return found


def _alone(wishes: Mapping[Occurrence, str | None], places: Sequence[Occurrence]) -> Iterator[tuple[Occurrence, str]]:
    """What is said for each sentence that stands beside no emptied one."""
    for before, place, after in zip([None, *places], places, [*places[1:], None], strict=False):
        text = wishes.get(place)
        if text and "" not in (wishes.get(before) if before else None, wishes.get(after) if after else None):
            yield place, text


def project_lines(folder: Path, code: str) -> list[Line]:
    """What is said in a project in one language, each sentence once, as the subtitle file has it now.

    Raises:
        InputError: no such project, or not in that language.
    """
    if not (folder / RECORD).is_file():
        raise InputError(f"{folder}: no project folder of pitchgen; name one such as out/NAME")
    with opened(folder, write=False) as project:
        version = project.record.versions.get(code)
        if version is None:
            made = ", ".join(project.record.versions) or "none"
            raise InputError(f"{folder}: has not been made in {language(code).name}; languages made: {made}")
        wishes = edits(version, project.edited_cues(project.subtitle_path(code)), code)
    places = occurrences([line.source for line in version.lines])
    said: dict[str, Line] = {}
    for place, line in zip(places, version.lines, strict=True):
        text = wishes.get(place, line.text)
        settled = place in wishes or line.remembered
        if text != "" and (place[0] not in said or settled):
            said[place[0]] = _line(folder, place[0], text, settled=settled)
    return list(said.values())


def _line(folder: Path, source: str, text: str | None, *, settled: bool) -> Line:
    """A line that a file can hold."""
    tidied = None if text is None else tidy(text)
    for part in (tidy(source), tidied or ""):
        if character := unwritable(part):
            raise InputError(f"{folder}: {part!r} holds {character!r}, which no file for agencies can hold")
    return Line(tidy(source), tidied, settled)


def target_language(code: str) -> str:
    """The code of a language that her words can be translated into.

    Raises:
        InputError: an unknown one, or her own.
    """
    found = language(code).code
    if found == SOURCE:
        raise InputError(f"{SOURCE} is what she speaks already; name a language of her buyers")
    return found
