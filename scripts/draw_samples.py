"""Draws docs/pictures/samples.jpg: a frame of each sample video as pitchgen makes it in English.

    python scripts/draw_samples.py

The first one is from the opening seconds, in which the label stands; the others are from the middle, where the
picture is as it was.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

import pitchgen
from pitchgen.core.box import WHOLE
from pitchgen.edges.ffmpeg import Ffmpeg
from pitchgen.edges.frames import stills
from pitchgen.edges.probe import probe

HOME = Path(__file__).parent.parent
MOMENTS = (("socks", 2.5), ("umbrella", 14.0), ("bottle", 24.0))
"""Seconds: while she speaks, and where there are captions while one stands."""
WIDTH, HEIGHT = 300, 534


def main() -> None:
    """Make the videos and draw."""
    sheet = Image.new("RGB", (WIDTH * len(MOMENTS), HEIGHT))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for i, (sample, at) in enumerate(MOMENTS):
            video = HOME / "samples" / f"{sample}.mp4"
            made = pitchgen.make(
                video, ["en"], profile="embedded", out=folder, store=folder / "store", captions="none", verify="text"
            )
            sheet.paste(frame(made.outputs[0].video, at), (i * WIDTH, 0))
    sheet.save(HOME / "docs" / "pictures" / "samples.jpg", quality=88)


def frame(video: Path, at: float) -> Image.Image:
    """What is shown at `at` seconds."""
    shown = stills(probe(video), Ffmpeg(), rate_hz=2.0, longer_px=2 * HEIGHT, part=WHOLE)
    still = next(still for still in shown if still.at >= at)
    return Image.fromarray(np.asarray(still.pixels)).resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    main()
