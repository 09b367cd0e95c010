"""How well captions in the picture are read: characters, figures, times, speed; one row a style. Prints a Markdown
table.

    python benchmarks/captions.py [FOLDER_OF_CLIPS] [--only STYLE,STYLE] [--keep FOLDER] [--unseen]

Captions are burned into ten seconds of a moving test picture, and of each real clip in the folder that shows a face.
With --unseen they are other sentences, over other pictures: a pale sky, an office mirrored and cut to a portrait, the
stall of a sample. Needs the Debian
package fonts-noto-cjk. Characters are compared without marks and spaces; a caption that was not found counts all of
its characters as wrong, one that nobody wrote all of its own. The speed is in seconds of processor for a second of
video, all threads and ffmpeg together, which other programs on the machine change little. What --keep kept is not
made again.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from captions_rendering import LINES, STYLES, UNSEEN, Line, Style, burn, script
from edits import edits

from pitchgen.core.footage import OldCaption
from pitchgen.core.media import Media
from pitchgen.edges.ffmpeg import Ffmpeg
from pitchgen.edges.frames import Viewer
from pitchgen.edges.probe import probe
from pitchgen.engines import registry
from pitchgen.stages.read import read
from pitchgen.stages.vote import FIGURES

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
    """Captions of which a figure, or whether they are whole, was doubted."""
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
    parser.add_argument("--unseen", action="store_true")
    asked = parser.parse_args()
    lines = UNSEEN if asked.unseen else LINES
    sources = _unseen(asked.folder) if asked.unseen else _seen(asked.folder)
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
                videos = [_video(style, lines, source, folder) for source in sources]
                scores = [_score(media, lines, viewer) for media in videos]
                every += scores
                print(_row(style.name, scores), flush=True)
    print(_row("all", every))


@dataclass(frozen=True, slots=True)
class Source:
    """What captions are burned into."""

    name: str
    arguments: tuple[object, ...]
    """For ffmpeg."""
    size: tuple[int, int]
    look: str = ""
    """Filters before the captions."""


def _seen(folder: Path | None) -> list[Source]:
    """The test picture, and each clip with a face."""
    clips = sorted(folder.glob("face*.mp4")) if folder else []
    return [Source("moving", MOVING, (720, 1280)), *(Source(c.stem, _loop(c), probe_size(c)) for c in clips)]


def _unseen(folder: Path) -> list[Source]:
    """What was not looked at while the code was written."""
    sky, office = folder / "odd" / "video_with_failing_audio.mp4", folder / "face_en_talk.mp4"
    stall = Path(__file__).parents[1] / "samples" / "umbrella.mp4"
    return [
        Source("sky", _loop(sky), probe_size(sky)),
        Source("office", _loop(office), (406, 720), "hflip,crop=406:720:500:0"),
        Source("stall", ("-ss", 20, *_loop(stall)), probe_size(stall)),
    ]


def _loop(clip: Path) -> tuple[object, ...]:
    return ("-stream_loop", 2, "-i", clip, *SILENCE, "-map", "0:v:0", "-map", "1:a", "-t", SECONDS)


def _video(style: Style, lines: Sequence[Line], source: Source, folder: Path) -> Media:
    """A source, captioned."""
    path = folder / f"{style.name.replace(' ', '-')}-{source.name}.mp4"
    if not path.exists():
        burn(source.arguments, script(style, lines, *source.size), path, look=source.look)
    return probe(path)


def probe_size(clip: Path) -> tuple[int, int]:
    """Width and height as shown."""
    from pitchgen.edges.probe import container_of

    with container_of(clip) as container:
        context = container.streams.video[0].codec_context
        return context.width, context.height


def _score(media: Media, lines: Sequence[Line], viewer: Viewer) -> Score:
    began = _spent()
    (found,) = read([media], viewer)
    return score(lines, found.captions, (_spent() - began) / media.duration)


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
            print(f"    {line.text} -> {best.reading.text} {best.unsure}{' hidden' if best.hidden else ''}")
        if _figures(said) != _figures(text) and not (best.unsure or best.hidden):
            figures += 1
        errors += [best.span.start - line.start, best.span.end - line.end]
    for caption in left:
        print(f"    invented: {caption}")
    wrong += sum(len(plain(c.reading.text)) for c in left)
    doubted = sum(bool(c.unsure or c.hidden) for c in captions)
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
