"""What a shop remembers: corrections go in once, and are said from then on in every video."""

from __future__ import annotations

from collections import Counter, defaultdict

from pitchgen.core.config import Settings
from pitchgen.core.memory import Entry, Memory, now, tidy
from pitchgen.core.transcript import Transcript
from pitchgen.edges.memory import memory_path, read_memory, remember
from pitchgen.recipes.telling import Edits


class Shop:
    """The memory of a shop, which other runs may add to at any moment."""

    def __init__(self, settings: Settings) -> None:
        self.path = memory_path(settings.memory, settings.glossary)

    def memory(self) -> Memory:
        """What is remembered at this moment."""
        return read_memory(self.path)

    def learn(self, edits: Edits, transcript: Transcript) -> Memory:
        """The memory, with what is new in `edits`."""
        news = self.memory().news(corrections(edits, transcript))
        remember(self.path, news)
        return self.memory()


def corrections(edits: Edits, transcript: Transcript) -> list[Entry]:
    """What is to be remembered of `edits`: sentences that a person has in the same words wherever they occur.

    One of which only one occurrence was changed is a matter of this video; so is silence.
    """
    times, date = Counter(map(tidy, transcript.texts)), now()
    found = []
    for code, wishes in edits.items():
        texts = defaultdict(list)
        for (sentence, _), text in wishes.items():
            texts[tidy(sentence)].append(tidy(text or ""))
        for sentence, said in texts.items():
            if len(said) == times[sentence] and len(set(said)) == 1 and said[0]:
                found.append(Entry(sentence, code, said[0], date))
    return found
