"""A picture that waits shows the right frame at every moment, and subtitles and sound keep its clock."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from conftest import run

from pitchgen.core.clock import Clock, Wait
from pitchgen.core.picture import Look
from pitchgen.edges.ffmpeg import Ffmpeg
from pitchgen.edges.probe import probe

RATE, SIDE = 10, 160
CLOCK = Clock((Wait(1.0, 1.0, 0.8), Wait(2.0, 3.0, 0.15), Wait(3.5, 3.5, 1.2)))


def grey(ffmpeg: str, path: Path) -> np.ndarray:
    """Mean brightness of the middle of each frame below the label, shape (n_frames,)."""
    command = [
        ffmpeg,
        "-loglevel",
        "error",
        "-i",
        path,
        "-vf",
        "crop=40:20:60:120",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "gray",
    ]
    frames = subprocess.run([*map(str, command), "-"], capture_output=True, check=True).stdout
    return np.frombuffer(frames, np.uint8).reshape(-1, 20 * 40).mean(1)


def test_every_moment_shows_the_frame_that_the_clock_says(ffmpeg: str, tmp_path: Path) -> None:
    source, target = tmp_path / "source.mp4", tmp_path / "picture.mp4"
    ramp = f"color=black:size={SIDE}x{SIDE}:rate={RATE}:duration=4,format=gray,geq=lum='16+5*N'"
    run(ffmpeg, "-f", "lavfi", "-i", ramp, "-f", "lavfi", "-i", "sine=duration=4", "-pix_fmt", "yuv420p", source)
    media = probe(source)
    Ffmpeg().encode_picture(media, Look(clock=CLOCK), target, lambda seconds: None)
    made, filmed = grey(ffmpeg, target), grey(ffmpeg, source)
    assert len(made) == pytest.approx(RATE * (4 + CLOCK.added), abs=1)
    for number, brightness in enumerate(made):
        shown = int(np.argmin(np.abs(filmed - brightness)))
        assert (
            CLOCK.at((shown - 1) / RATE) - 0.5 / RATE
            <= (number + 0.5) / RATE
            <= CLOCK.at((shown + 1) / RATE) + 1.5 / RATE
        )
    held = int(np.sum(np.abs(made - filmed[9]) < 2))
    assert held >= RATE * 0.8, "the frame before the first wait stands for as long as it says"
