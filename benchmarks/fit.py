"""The optimiser of stages/fit.py against the greedy fit that was there before it: prints the tables of docs/timing.md.

    python benchmarks/fit.py

Greedy takes sentences one after the other: each starts when hers does or when the one before has ended, runs into
the pause that follows, and only then is said faster. Real timings are the samples' own transcripts with espeak-ng's
voice in every language it speaks; generated ones are pitches of 8 to 40 sentences in which the dubbed speech is
shorter or longer than hers by a factor that varies from sentence to sentence.
"""

from __future__ import annotations

import math
import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from pitchgen.core.config import Settings
from pitchgen.core.timeline import TOLERANCE, Clip, Timeline
from pitchgen.core.transcript import Segment, Span
from pitchgen.edges.probe import probe
from pitchgen.languages import LANGUAGES
from pitchgen.languages.pace import seconds
from pitchgen.recipes.dub import dub, hear
from pitchgen.recipes.make import Studio
from pitchgen.recipes.telling import told
from pitchgen.stages.fit import EARLY, LATE, MAX_TEMPO, Take, cost, fit

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
PITCHES = 100  # generated for each factor
SPREAD = 0.2  # of the factor from sentence to sentence: that of the samples' phrasebook translations
HASTY = 1.2
GREEDY_MIN, GREEDY_BREATH = 0.9, 0.12  # as they were


@dataclass(frozen=True, slots=True)
class Case:
    """Sentences to be placed."""

    takes: tuple[Take, ...]
    duration: float
    language: str = "en"


def main() -> None:
    """Measure and print."""
    groups = [(f"generated, x {factor}", list(generated(factor))) for factor in (0.9, 1.0, 1.1, 1.2, 1.3)]
    with tempfile.TemporaryDirectory() as folder:
        spoken = list(real(Path(folder)))
    groups.append((f"the samples, {len({case.language for case in spoken})} languages", spoken))
    print("| timings | sentences | cost a sentence | tempo over 1.2 | change of tempo | start late, p95 | ends late |")
    print("|---|---|---|---|---|---|---|")
    for name, cases in groups:
        show(name, cases)
    without_time(spoken)
    estimates(spoken)
    speed()


def show(name: str, cases: Sequence[Case]) -> None:
    """A row of the table: greedy, then the optimiser."""
    dearer = 0
    rows: list[tuple[list[Timeline], list[float]]] = [([], []), ([], [])]
    for case in cases:
        both = greedy(case), fit(case.takes, "en", case.duration)
        costs = [cost(case.takes, timeline) for timeline in both]
        dearer += costs[1] > costs[0] * (1 + 1e-6) + 1e-6
        for (timelines, found), timeline, price in zip(rows, both, costs, strict=True):
            timelines.append(timeline)
            found.append(price)
    count = sum(len(case.takes) for case in cases)
    cells = [f"{sum(costs) / count:.2f}" for _, costs in rows]
    hasty = [sum(map(hasty_in, timelines)) for timelines, _ in rows]
    jumps = [f"{jump(timelines):.3f}" for timelines, _ in rows]
    late = [f"{lateness(timelines):.2f} s" for timelines, _ in rows]
    ends = [sum(ends_late(case, t) for case, t in zip(cases, ts, strict=True)) for ts, _ in rows]
    print(
        f"| {name} | {count} | {' -> '.join(cells)} | {hasty[0]} -> {hasty[1]} | {' -> '.join(jumps)} "
        f"| {' -> '.join(late)} | {ends[0]} -> {ends[1]} |"
    )
    if dearer:
        print(f"DEARER THAN GREEDY in {dearer} of {len(cases)}")


def jump(timelines: Sequence[Timeline]) -> float:
    """Mean change of tempo between neighbours."""
    return statistics.fmean(abs(a.tempo - b.tempo) for t in timelines for a, b in pairwise(t.clips))


def lateness(timelines: Sequence[Timeline]) -> float:
    """How late sentences start: the 95th percentile, in seconds."""
    late = sorted(clip.start - clip.segment.span.start for timeline in timelines for clip in timeline.clips)
    return late[int(0.95 * len(late))]


def ends_late(case: Case, timeline: Timeline) -> bool:
    """Whether the last sentence outlasts the video."""
    return timeline.clips[-1].end > case.duration + TOLERANCE


def greedy(case: Case) -> Timeline:
    """As fit was before."""
    clips: list[Clip] = []
    clock = 0.0
    deadlines = [*(take.segment.span.start for take in case.takes[1:]), case.duration]
    for index, (take, deadline) in enumerate(zip(case.takes, deadlines, strict=True)):
        start = max(take.segment.span.start, clock)
        room = deadline - start - (0.0 if index == len(case.takes) - 1 else GREEDY_BREATH)
        if take.duration > room:
            tempo = min(MAX_TEMPO, take.duration / room) if room > 0 else MAX_TEMPO
        else:
            source = min(room, max(take.segment.span.end - start, 0.0))
            tempo = max(GREEDY_MIN, take.duration / source) if take.duration < source else 1.0
        clips.append(Clip(take.segment, start, take.duration, tempo))
        clock = clips[-1].end
    return Timeline("en", max(case.duration, clock), tuple(clips))


def generated(factor: float, pitches: int = PITCHES) -> Iterator[Case]:
    """Pitches whose dubbed sentences take `factor` times as long as hers, more or less."""
    chance = random.Random(round(100 * factor))
    for _ in range(pitches):
        clock, takes = chance.uniform(0.2, 1.0), []
        for _ in range(chance.randint(8, 40)):
            length = chance.uniform(1.0, 5.0)
            span = Span(clock, clock + length)
            takes.append(Take(Segment(span, "x"), length * factor * chance.lognormvariate(0.0, SPREAD)))
            clock = span.end + chance.choice((0.1, 0.2, 0.4, 0.6, 1.0))
        yield Case(tuple(takes), clock)


def real(folder: Path) -> Iterator[Case]:
    """The samples in every language with a voice."""
    studio = Studio(Settings(profile="embedded", out=folder / "out", store=folder / "store"))
    codes = sorted(studio.cast.synthesizer.languages & studio.cast.translator.languages - {"zh"})
    for video in sorted(SAMPLES.glob("*.mp4")):
        media = probe(video)
        words = studio.sources(media, next(SAMPLES.rglob(f"{video.stem}.txt"))).script
        assert words
        transcript = hear(media, words.sentences, studio.cast, studio.kit, studio.ffmpeg)
        scripts = told(transcript, codes, {}, studio.cast, studio.kit)
        for made in dub(scripts, studio.booth.voice(media, codes), media.duration, studio.cast, studio.kit):
            takes = tuple(Take(clip.segment, clip.duration, clip.original) for clip in made.timeline.clips)
            yield Case(takes, media.duration, made.script.language)


def without_time(cases: Sequence[Case]) -> None:
    """How many versions cannot be said at HASTY at all, and how much of the haste is in them."""
    tight = [case for case in cases if not sayable(case)]
    hasty = [sum(hasty_in(fit(c.takes, "en", c.duration)) for c in found) for found in (tight, cases)]
    print(
        f"\n{len(tight)} of {len(cases)} versions cannot be said at {HASTY}; they have {hasty[0]} of {hasty[1]} hasty"
    )


def sayable(case: Case) -> bool:
    """Whether all can be said at HASTY, as early as they may begin, none later than `fit` allows."""
    due = [*(take.segment.span.start + LATE for take in case.takes[1:]), case.duration]
    clock = 0.0
    for take, wanted in zip(case.takes, due, strict=True):
        clock = max(0.0, take.segment.span.start - EARLY, clock) + take.duration / HASTY
        if clock > wanted + TOLERANCE:
            return False
    return True


def hasty_in(timeline: Timeline) -> int:
    """Sentences at a tempo over HASTY."""
    return sum(clip.tempo > HASTY + TOLERANCE for clip in timeline.clips)


def estimates(cases: Sequence[Case]) -> None:
    """How far the estimated length of a sentence is from the spoken one."""
    print("\n| estimate | off by, rms | within a language, rms |\n|---|---|---|")
    for name, guess in (("characters alone", _characters), ("languages/pace.py", seconds)):
        ratios: dict[str, list[float]] = {}
        for case in cases:
            for take in case.takes:
                ratio = math.log(guess(take.segment.text, case.language) / take.duration)
                ratios.setdefault(case.language, []).append(ratio)
        all_of = math.sqrt(statistics.fmean(r * r for found in ratios.values() for r in found))
        within = math.sqrt(statistics.fmean(statistics.pvariance(found) for found in ratios.values()))
        print(f"| {name} | {all_of:.0%} | {within:.0%} |")


def _characters(text: str, code: str) -> float:
    return len(text) / LANGUAGES[code].pace


def speed() -> None:
    """Milliseconds by the number of sentences."""
    print("\n| sentences | ms, median of 9 |\n|---|---|")
    for count in (12, 50, 100, 300):
        takes = [take for case in generated(1.1, 30) for take in case.takes][:count]
        clock, chained = 0.5, []
        for take in takes:
            span = Span(clock, clock + take.segment.span.duration)
            chained.append(Take(Segment(span, "x"), take.duration))
            clock = span.end + 0.4
        walls = []
        for _ in range(9):
            began = time.perf_counter()
            fit(chained, "en", clock)
            walls.append(time.perf_counter() - began)
        print(f"| {count} | {1000 * statistics.median(walls):.1f} |")


if __name__ == "__main__":
    main()
