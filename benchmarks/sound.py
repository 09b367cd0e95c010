"""What docs/sound.md states: how loud outputs are by two meters, and what a long recording takes in time and memory.

python benchmarks/sound.py loudness    # the samples in English at three loudnesses: a few minutes
python benchmarks/sound.py long 20     # so many minutes of stereo, ducked under a voice, mastered and encoded
"""

from __future__ import annotations

import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from pitchgen.core.audio import Samples
from pitchgen.core.transcript import Span
from pitchgen.dsp.loudness import RATE, amplified
from pitchgen.edges.ffmpeg import Ffmpeg
from pitchgen.edges.sound import encode, measure
from pitchgen.recipes.make import make
from pitchgen.recipes.soundtrack import spooled
from pitchgen.stages.bed import gains
from pitchgen.stages.mix import master, over

SAMPLES = Path(__file__).resolve().parents[1] / "samples"


def loudness() -> None:
    """A row of the table for each sample and loudness."""
    with tempfile.TemporaryDirectory() as folder:
        for video in sorted(SAMPLES.glob("*.mp4")):
            for target in (-14, -16, -23):
                script = next(SAMPLES.rglob(f"{video.stem}.txt"))
                outcome = make(video, ["en"], script=script, out=folder, store=Path(folder, "store"),
                               profile="embedded", loudness=target)  # fmt: skip
                (output,) = outcome.outputs
                ours = output.loudness
                print(
                    f"| {video.stem} | {target} | {ours.integrated_lufs:.2f} | {ours.range_lu:.2f} | "
                    f"{ours.true_peak_dbtp:.2f} | {by_ffmpeg(output.video)} |"
                )


def by_ffmpeg(path: Path) -> str:
    """LUFS, LU and dBTP as ffmpeg's own meter reads them."""
    command = [Ffmpeg().binary, "-nostats", "-i", str(path), "-af", "ebur128=peak=true", "-f", "null", "-"]
    words = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    return ", ".join(re.findall(rf"{name}:\s+(-?[\d.]+) ", words)[-1] for name in ("I", "LRA", "Peak"))


def long(minutes: float) -> None:
    """From pieces to a measured file: noise for her market, bursts for the voice."""
    seconds = 60 * minutes
    spans = [Span(at, at + 3.0) for at in np.arange(1.0, seconds - 4, 5.0)]
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder, target = Path(name), Path(name, "sound.m4a")
        bed = amplified(noise(seconds, 2, 0.05), gains(seconds, spans))
        voices = amplified(noise(seconds, 1, 0.2), speaking(seconds, spans))
        with spooled(over(voices, bed), folder, 2) as blocks:
            encode(master(blocks), target, Ffmpeg(), 2, seconds)
            found = measure(target, Ffmpeg())
    took = time.monotonic() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{minutes:g} minutes: {seconds / took:.0f} times real time, {memory:.0f} MiB at most, {found}")


def noise(seconds: float, channels: int, level: float) -> Iterator[Samples]:
    """The same in every run, in pieces of 10 s."""
    chance = np.random.default_rng(1)
    for start in range(0, round(seconds * RATE), 10 * RATE):
        length = min(10 * RATE, round(seconds * RATE) - start)
        shape = (length,) if channels == 1 else (length, channels)
        yield (level * chance.standard_normal(shape, np.float32)).astype(np.float32)


def speaking(seconds: float, spans: list[Span]) -> Samples:
    """1 in each millisecond in which somebody speaks, else 0."""
    gate = np.zeros(round(seconds * 1000) + 2, np.float32)
    for span in spans:
        gate[round(span.start * 1000) : round(span.end * 1000)] = 1
    return gate


if __name__ == "__main__":
    if sys.argv[1] == "loudness":
        loudness()
    else:
        long(float(sys.argv[2]))
