"""The main job, measured: prints the tables of docs/performance.md.

    python benchmarks/dub.py            start-up, the whole job by stage, the fourth language, reruns, mux
    python benchmarks/dub.py --long     peak memory on 60 minutes of 1080p as well (about ten minutes)

Every ratio is taken within one run: machines differ, and so does one machine from hour to hour.
"""

from __future__ import annotations

import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from pitchgen.core.config import Settings
from pitchgen.core.events import Advanced, Event
from pitchgen.edges import labels
from pitchgen.edges.ffmpeg import Ffmpeg, Track
from pitchgen.edges.probe import metadata
from pitchgen.recipes.make import Studio
from pitchgen.recipes.outcome import Outcome

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "samples" / "socks.mp4"
SCRIPT = ROOT / "samples" / "scripts" / "socks.txt"
"""Handed over: what reading captions costs stands in docs/old-captions.md."""
LANGUAGES = ("en", "fr", "ru")
REPEATS = 7


def main() -> None:
    """Measure and print."""
    start_up()
    with tempfile.TemporaryDirectory() as folder:
        whole_job(Path(folder))
        fourth_language(Path(folder))
        mux(Path(folder))
        if "--long" in sys.argv:
            long_video(Path(folder))


def start_up() -> None:
    """`import pitchgen` and `pitchgen --help` as whole processes."""
    rows = []
    for name, command, goal in (
        ("import pitchgen", ["-c", "import pitchgen, sys; assert 'torch' not in sys.modules"], 0.15),
        ("pitchgen --help", ["-m", "pitchgen", "--help"], 0.35),
    ):
        wall = median(partial(subprocess.run, [sys.executable, *command], stdout=subprocess.DEVNULL, check=True))
        rows.append((name, f"{wall:.2f} s", f"{goal:.2f} s"))
    table(("start-up", "measured", "goal"), rows)


def whole_job(folder: Path) -> None:
    """Three languages from nothing, then again with everything kept."""
    clock = Stopwatch()
    began = time.monotonic()
    outcome = run(folder / "a", LANGUAGES, clock)
    wall = time.monotonic() - began
    spoken = outcome.duration * len(LANGUAGES)
    again = median(lambda: run(folder / "a", LANGUAGES, Stopwatch()))
    rerun = median(
        lambda: subprocess.run(
            [sys.executable, "-m", "pitchgen", "make", str(SAMPLE), "--langs", ",".join(LANGUAGES), "--json",
             "--script", str(SCRIPT), "--out", str(folder / "a" / "out"), "--store", str(folder / "a" / "store")],
            stdout=subprocess.DEVNULL, check=True,
        )
    )  # fmt: skip
    rows = [("whole job", f"{wall:.1f} s", f"{wall / spoken:.3f}", "0.25")]
    rows += [(stage, f"{took:.1f} s", f"{took / spoken:.3f}", "") for stage, took in clock.stages()]
    table(
        (f"{outcome.duration:.0f} s x {len(LANGUAGES)} languages", "wall", "of media x languages", "goal"),
        rows,
    )
    table(
        ("everything kept", "measured", "goal"),
        [("in one process", f"{again:.2f} s", "1.50 s"), ("as a command", f"{rerun:.2f} s", "1.50 s")],
    )


def fourth_language(folder: Path) -> None:
    """What one language more adds to a run, against its own synthesis and one stream-copy mux.

    The phrasebook has three languages, so the third stands for the fourth. Picture and transcript are kept, so
    that the language cannot hide behind them; runs with and without it take turns, from the same store.
    """
    run(folder / "b", LANGUAGES[:1], Stopwatch())
    walls: dict[int, list[float]] = {2: [], 3: []}
    voices: dict[int, list[float]] = {2: [], 3: []}
    for _ in range(REPEATS):
        for count in (2, 3):
            with tempfile.TemporaryDirectory(dir=folder) as copy:
                work, clock = Path(copy) / "b", Stopwatch()
                shutil.copytree(folder / "b", work)
                began = time.monotonic()
                run(work, LANGUAGES[:count], clock)
                walls[count].append(time.monotonic() - began)
                voices[count].append(dict(clock.stages())["synthesize"])
    added, spoken = (statistics.median(found[3]) - statistics.median(found[2]) for found in (walls, voices))
    copied = Mux(folder / "b" / "out" / SAMPLE.stem, folder).plain()
    table(
        ("one language more", "measured", "ratio", "goal"),
        [
            ("its synthesis and one `ffmpeg -c copy`", f"{spoken:.2f} + {copied:.2f} s", "1.0", ""),
            ("what it adds to a run", f"{added:.2f} s", f"{added / (spoken + copied):.2f}", "1.15"),
        ],
    )


def mux(folder: Path) -> None:
    """One language's mux, its label read back, against plain `ffmpeg -c copy` of the same streams, in turns."""
    muxed = Mux(folder / "a" / "out" / SAMPLE.stem, folder)
    muxed.labelled()
    pairs = [(muxed.plain(), muxed.labelled()) for _ in range(3 * REPEATS)]
    copied, ours = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(mine / theirs for theirs, mine in pairs)
    rows = [
        ("ffmpeg -c copy", f"{copied:.3f} s", "1.0", ""),
        ("pitchgen", f"{ours:.3f} s", f"{ratio:.2f}", "1.3"),
    ]
    table(("mux of one language", "measured", "ratio", "goal"), rows)


class Mux:
    """The streams of one made video, and two ways to put them into a file; each returns its seconds."""

    def __init__(self, out: Path, folder: Path) -> None:
        self.ffmpeg = Ffmpeg()
        self.picture, self.sound = folder / "picture.mp4", folder / "sound.m4a"
        for kind, path in (("v", self.picture), ("a", self.sound)):
            take = ["-i", str(out / "en.mp4"), "-map", f"0:{kind}", "-c", "copy", str(path)]
            subprocess.run([self.ffmpeg.binary, "-loglevel", "error", "-y", *take], check=True)
        self.captions = [Track(out / f"{code}.srt", "eng", code) for code in ("en", "zh")]
        self.folder = folder

    def plain(self) -> float:
        """By ffmpeg alone."""
        paths = (self.picture, self.sound, *(track.path for track in self.captions))
        words = [word for path in paths for word in ("-i", str(path))]
        words += [word for index in range(len(paths)) for word in ("-map", str(index))]
        words += ["-c", "copy", "-c:s", "mov_text", "-movflags", "+faststart", str(self.folder / "plain.mp4")]
        return seconds(partial(subprocess.run, [self.ffmpeg.binary, "-loglevel", "error", "-y", *words], check=True))

    def labelled(self) -> float:
        """By pitchgen, with the label, which is read back."""
        made, label = self.folder / "made.mp4", {labels.AIGC_KEY: labels.aigc("benchmark", "1")}

        def put() -> None:
            self.ffmpeg.mux(self.picture, [Track(self.sound, "eng", "English")], self.captions, label, made, 60.0)
            assert labels.AIGC_KEY in metadata(made)

        return seconds(put)


def long_video(folder: Path) -> None:
    """Peak memory of the largest process on 60 minutes of 1080p made of the sample over and over."""
    source, script = folder / "long.mp4", folder / "long.txt"
    rounds = 3600 // 48
    repeated = ["-stream_loop", str(rounds), "-i", str(SAMPLE), "-t", "3600"]
    cheap = ["-vf", "fps=5,scale=1920:1080", "-preset", "ultrafast", "-c:a", "copy"]
    graph = [Ffmpeg().binary, "-loglevel", "error", "-y", *repeated, *cheap, str(source)]
    subprocess.run(graph, check=True)
    script.write_text(SCRIPT.read_text("utf-8") * (rounds - 1), "utf-8")
    began = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "pitchgen", "make", str(source), "--langs", "en", "--json",
         "--out", str(folder / "long"), "--store", str(folder / "long-store")],
        stdout=subprocess.DEVNULL, check=True,
    )  # fmt: skip
    wall = time.monotonic() - began
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    table(
        ("60 minutes of 1080p, one language", "measured", "goal"),
        [("peak memory of the largest process", f"{peak:.0f} MB", "700 MB"), ("wall", f"{wall:.0f} s", "")],
    )


class Stopwatch:
    """Wall seconds from a stage's first event to its last."""

    def __init__(self) -> None:
        self._spans: dict[str, tuple[float, float]] = {}

    def __call__(self, event: Event) -> None:
        """Take in an event."""
        if isinstance(event, Advanced):
            now = time.monotonic()
            self._spans[event.stage] = (self._spans.get(event.stage, (now, now))[0], now)

    def stages(self) -> list[tuple[str, float]]:
        """Stages in order; some run beside each other, so they add up to more than the whole."""
        return [(stage, end - start) for stage, (start, end) in self._spans.items()]


def studio_in(folder: Path, listen: Callable[[Event], None]) -> Studio:
    """A studio whose results and store lie in `folder`."""
    return Studio(Settings(out=folder / "out", store=folder / "store"), listen=listen)


def run(folder: Path, languages: Sequence[str], listen: Callable[[Event], None]) -> Outcome:
    """The sample in `languages`."""
    return studio_in(folder, listen).make(SAMPLE, languages, script=SCRIPT)


def median(action: Callable[[], object]) -> float:
    """Median wall seconds of a few calls."""
    return statistics.median(seconds(action) for _ in range(REPEATS))


def seconds(action: Callable[[], object]) -> float:
    """Wall seconds of one call."""
    began = time.monotonic()
    action()
    return time.monotonic() - began


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a Markdown table."""
    print("|", " | ".join(head), "|")
    print("|" + "---|" * len(head))
    for row in rows:
        print("|", " | ".join(row), "|")
    print()


if __name__ == "__main__":
    main()
