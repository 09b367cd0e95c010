"""How well captions in the picture are read: characters, figures, times, speed; one row a style. Prints a Markdown
table.

    python benchmarks/captions.py [FOLDER_OF_CLIPS] [--only STYLE,STYLE] [--keep FOLDER]

Captions are burned into ten seconds of a moving test picture, and of each real clip in the folder. Needs the Debian
package fonts-noto-cjk. Characters are compared without marks and spaces; a caption that was not found counts all of
its characters as wrong, one that nobody wrote all of its own. The speed is in seconds of processor for a second of
video, all threads and ffmpeg together, which other programs on the machine change little. What --keep kept is not
made again.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from captions_rendering import LINES, STYLES, Line, Style, burn, script
from edits import edits

from pitchgen.core.footage import OldCaption
from pitchgen.core.media import Media
from pitchgen.edges.ffmpeg import Ffmpeg
from pitchgen.edges.frames import Viewer
from pitchgen.edges.probe import probe
from pitchgen.engines import registry
from pitchgen.stages.join import FIGURES
from pitchgen.stages.read import read

SECONDS = 10.0
SILENCE = ("-f", "lavfi", "-i", f"anullsrc=d={SECONDS}")
MOVING = ("-f", "lavfi", "-i", f"testsrc2=s=720x1280:r=30:d={SECONDS}", *SILENCE)


@dataclass(frozen=True, slots=True)
class Score:
    """Of one video."""

    wrong: int
    """Characters."""
    characters: int
    wrong_figures: int
    """Figures that are other ones, and that no doubt was told of."""
    doubted: int
    """Captions of which a figure was doubted."""
    errors: tuple[float, ...]
    """Seconds of each start and end."""
    effort: float
    """Seconds of processor for a second of video."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    clips = sorted(asked.folder.glob("face*.mp4")) if asked.folder else []
    viewer = Viewer(Ffmpeg(), registry.load("read", "ppocr"))
    print(
        "| style | clips | characters wrong | figures wrong, not doubted | doubted | time, median / worst "
        "| processor s per s |"
    )
    print("|---|---|---|---|---|---|---|")
    every: list[Score] = []
    with tempfile.TemporaryDirectory() as name:
        folder = asked.keep or Path(name)
        for style in STYLES:
            if not asked.only or style.name in asked.only.split(","):
                scores = [_score(media, viewer) for media in _videos(style, clips, folder)]
                every += scores
                print(_row(style.name, scores), flush=True)
    print(_row("all", every))


def _videos(style: Style, clips: Sequence[Path], folder: Path) -> Iterator[Media]:
    """The test picture and each clip, captioned."""
    sources: list[tuple[str, Sequence[object], int, int]] = [("moving", MOVING, 720, 1280)]
    for clip in clips:
        width, height = probe_size(clip)
        loop = ("-stream_loop", 2, "-i", clip, *SILENCE, "-map", "0:v", "-map", "1:a", "-t", SECONDS)
        sources.append((clip.stem, loop, width, height))
    for name, source, width, height in sources:
        path = folder / f"{style.name.replace(' ', '-')}-{name}.mp4"
        if not path.exists():
            burn(source, script(style, LINES, width, height), path)
        yield probe(path)


def probe_size(clip: Path) -> tuple[int, int]:
    """Width and height as shown."""
    from pitchgen.edges.probe import container_of

    with container_of(clip) as container:
        context = container.streams.video[0].codec_context
        return context.width, context.height


def _score(media: Media, viewer: Viewer) -> Score:
    began = _spent()
    (found,) = read([media], viewer)
    return score(LINES, found.captions, (_spent() - began) / media.duration)


def _spent() -> float:
    """Seconds of processor, of this process and those that it waited for."""
    both = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


def score(lines: Sequence[Line], captions: Sequence[OldCaption], effort: float = 0.0) -> Score:
    """Each caption beside the line with which it shares most time."""
    left = list(captions)
    wrong = characters = figures = 0
    errors: list[float] = []
    for line in lines:
        said = plain(line.text)
        characters += len(said)
        beside = [c for c in left if min(c.span.end, line.end) - max(c.span.start, line.start) > 0.3]
        if not beside:
            wrong += len(said)
            print(f"    missed: {line.text}")
            continue
        best = max(beside, key=lambda c: min(c.span.end, line.end) - max(c.span.start, line.start))
        left.remove(best)
        text = plain(best.reading.text)
        distance = edits(said, text)
        wrong += distance
        if distance:
            print(f"    {line.text} -> {best.reading.text} {best.unsure}")
        if _figures(said) != _figures(text) and not best.unsure:
            figures += 1
        errors += [best.span.start - line.start, best.span.end - line.end]
    for caption in left:
        print(f"    invented: {caption}")
    wrong += sum(len(plain(c.reading.text)) for c in left)
    doubted = sum(bool(c.unsure) for c in captions)
    return Score(wrong, characters, figures, doubted, tuple(map(abs, errors)), effort)


def _row(name: str, scores: Sequence[Score]) -> str:
    errors = [error for score in scores for error in score.errors]
    wrong, characters = sum(s.wrong for s in scores), sum(s.characters for s in scores)
    times = f"{1000 * median(errors):.0f} / {1000 * max(errors):.0f} ms" if errors else "-"
    return (
        f"| {name} | {len(scores)} | {wrong} of {characters} ({wrong / max(1, characters):.1%}) | "
        f"{sum(s.wrong_figures for s in scores)} | {sum(s.doubted for s in scores)} | {times} | "
        f"{median(s.effort for s in scores):.2f} |"
    )


def plain(text: str) -> str:
    """Without marks and spaces; a point within a number stays."""
    kept = (c for i, c in enumerate(text) if c.isalnum() or (c == "." and text[i + 1 : i + 2].isdigit()))
    return "".join(kept)


def _figures(text: str) -> str:
    return "".join(c for c in text if c in FIGURES)


if __name__ == "__main__":
    main()
