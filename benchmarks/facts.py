"""How well facts are read, and how surely a changed one is found. Prints Markdown tables.

    python benchmarks/facts.py [--generated 2400] [--corruptions 5000]

Extraction: two hand-written sets (facts_hard.tsv, and facts_unseen.tsv, of which only a first run says anything new)
and generated sentences. Corruption: facts written in every
language by CLDR, and whole sentences translated by the phrasebook where it knows them; one fact is changed.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import facts_generator
import facts_key
from facts_rendering import KINDS, Writer

from pitchgen.core.engines import Translation
from pitchgen.core.fact import Fact, Kind
from pitchgen.engines import registry
from pitchgen.languages import LANGUAGES, SOURCE
from pitchgen.languages.facts import facts, in_figures
from pitchgen.stages.verify import verify

HARD, SECOND = (Path(__file__).with_name(f"facts_{name}.tsv") for name in ("hard", "unseen"))
CLAUSES = 80  # Chinese clauses of which the phrasebook says what it knows
TARGETS = [code for code in LANGUAGES if code != SOURCE]
SWAPS = {
    # what a changed sentence says in Chinese instead: its translation is what a translator may get wrong
    "unit": (("双", "盒"), ("个", "箱"), ("天", "个月"), ("年", "天"), ("箱", "打"), ("公斤", "克"), ("厘米", "米")),
    "currency": (("块", "美元"), ("元", "欧元"), ("美元", "元"), ("美金", "元")),
}


@dataclass(slots=True)
class Tally:
    """What a corruption test found."""

    changed: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    right: int = 0
    alarms: int = 0
    languages: set[str] = field(default_factory=set)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--generated", type=int, default=2400)
    parser.add_argument("--corruptions", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=2026)
    asked = parser.parse_args()
    hard, second = ([line.split("\t") for line in path.read_text("utf-8").splitlines()] for path in (HARD, SECOND))
    made = [(s.text, s.key) for s in facts_generator.sentences(asked.generated, asked.seed)]
    print("| sentences | facts | recall | precision | all right | same facts from figures | µs a sentence |")
    print("|---|---|---|---|---|---|---|")
    extraction("hard set", hard)
    extraction("second set", second)
    extraction("generated", made)
    chance = random.Random(asked.seed)
    print("\n| target | change | found | of | share |\n|---|---|---|---|---|")
    for name, tally in (
        ("CLDR", by_cldr(made, chance, asked.corruptions)),
        ("phrasebook", by_phrasebook(made, chance)),
    ):
        for kind in KINDS:
            if tally.changed[kind]:
                print(row(name, kind, tally.found[kind], tally.changed[kind]))
        print(row(name, "**all**", sum(tally.found.values()), sum(tally.changed.values())))
        print(
            f"| {name} | right ones passed ({len(tally.languages)} languages) | {tally.right - tally.alarms} "
            f"| {tally.right} | {1 - tally.alarms / tally.right:.2%} |"
        )


def row(name: str, kind: str, found: int, total: int) -> str:
    """A row of the second table."""
    return f"| {name} | {kind} | {found} | {total} | {found / total:.2%} |"


def extraction(name: str, sentences: Sequence[Sequence[str]]) -> None:
    """A row of the first table."""
    expected = found = hit = right = same = 0
    start = time.perf_counter()
    read = [facts(text) for text, _ in sentences]
    seconds = time.perf_counter() - start
    for (text, key), have in zip(sentences, read, strict=True):
        want = facts_key.facts(key)
        expected, found = expected + len(want), found + len(have)
        hit += sum((Counter(want) & Counter(have)).values())
        right += want == have
        same += facts(in_figures(text, have)) == have
    count = len(sentences)
    print(
        f"| {name}: {count} | {expected} | {hit / expected:.2%} | {hit / found:.2%} | {right / count:.2%} "
        f"| {same / count:.2%} | {1e6 * seconds / count:.0f} |"
    )


def by_cldr(sentences: Sequence[Sequence[str]], chance: random.Random, wanted: int) -> Tally:
    """Facts as CLDR writes them, one of them changed, over all languages in turn."""
    known = [read for text, _ in sentences if (read := facts(text))]
    writers = [Writer(code, chance) for code in TARGETS]
    tally = Tally()
    while sum(tally.changed.values()) < wanted:
        for writer in writers:
            read = chance.choice(known)
            judge(tally, read, writer.text(read), writer.code)
            kind = chance.choice(KINDS)
            changed = writer.corrupted(read, kind)
            if changed is not None:
                tally.changed[kind] += 1
                tally.found[kind] += not verify(read, changed, writer.code).sound
    return tally


def judge(tally: Tally, read: tuple[Fact, ...], text: str, code: str) -> None:
    """Count a right text, and whether it passes."""
    tally.languages.add(code)
    tally.right += 1
    tally.alarms += not verify(read, text, code).sound


def by_phrasebook(sentences: Sequence[Sequence[str]], chance: random.Random) -> Tally:
    """Clauses that the phrasebook knows, and what it says where one fact of the Chinese was another."""
    engine = registry.load("translate", "phrasebook")
    clauses = sorted({clause for text, _ in sentences for clause in text.split("，") if facts(clause)})
    clauses = chance.sample(clauses, CLAUSES)
    wrong = {clause: dict(changed(clause, facts(clause), chance)) for clause in clauses}
    texts = sorted({*clauses, *(other for changes in wrong.values() for other in changes.values())})
    codes = sorted(engine.languages)
    asked = [Translation(text, SOURCE, code) for text in texts for code in codes]
    results = engine.translate(asked)
    said = {(a.text, a.target): result.text for a, result in zip(asked, results, strict=True)}
    tally = Tally()
    for code in codes:
        for clause in [clause for clause in clauses if said[clause, code]]:
            read, text = facts(clause), said[clause, code]
            judge(tally, read, text, code)
            forms = {kind: said[other, code] for kind, other in wrong[clause].items()}
            forms |= {"doubled": f"{text} {text}", "dropped": without(text)}
            strangers = [said[c, code] for c in clauses if said[c, code] and not set(facts(c)) & set(read)]
            forms["invented"] = f"{text} {chance.choice(strangers)}"
            for kind, form in forms.items():
                if form and form != text:
                    tally.changed[kind] += 1
                    tally.found[kind] += not verify(read, form, code).sound
    return tally


def changed(clause: str, read: Sequence[Fact], chance: random.Random) -> Iterator[tuple[str, str]]:
    """The Chinese with one fact changed: (kind of change, sentence)."""
    fact = chance.choice([fact for fact in read if fact.kind is not Kind.NAME])
    evidence = fact.evidence
    for kind, swaps in SWAPS.items():
        for old, new in swaps:
            said = evidence.text.replace(old, new)
            if said != evidence.text and facts(said) and facts(said)[0] != fact:
                yield kind, clause[: evidence.start] + said + clause[evidence.end :]
                break
    digits = in_figures(clause, read)
    places = [i for i, character in enumerate(digits) if character in "123456789"]
    if places:
        at = chance.choice(places)
        digit = str(int(digits[at]) % 9 + 1)
        other = digits[:at] + digit + digits[at + 1 :]
        if facts(other) != tuple(read):
            yield "value", other


def without(text: str) -> str:
    """`text` with its figures left out."""
    return "".join(character for character in text if not character.isdecimal())


if __name__ == "__main__":
    main()
