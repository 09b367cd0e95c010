"""Pictures for a platform: of its shape and within its bitrates, and nothing is cut off unless that is asked for."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from conftest import run
from numpy.typing import NDArray

from pitchgen.core.picture import Fill, Frame, Look
from pitchgen.edges.ffmpeg import Ffmpeg
from pitchgen.edges.probe import measured, probe


@pytest.fixture(scope="module")
def green(ffmpeg: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """320 x 240, green with a white edge of 8 pixels; 4 s."""
    path = tmp_path_factory.mktemp("green") / "green.mp4"
    edge = "drawbox=x=0:y=0:w=320:h=240:color=white:t=8"
    run(ffmpeg, "-f", "lavfi", "-i", f"color=lime:s=320x240:d=4:r=10,{edge}", "-f", "lavfi", "-i", "sine=d=4", path)
    return path


def picture(ffmpeg: str, video: Path, width: int, height: int) -> NDArray[np.int16]:
    """The frame at 3.5 s, when the label is gone."""
    command = [ffmpeg, "-v", "error", "-ss", "3.5", "-i", str(video), "-frames:v", "1"]
    done = subprocess.run([*command, "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:"], capture_output=True, check=True)
    return np.frombuffer(done.stdout, np.uint8).reshape(height, width, 3).astype(np.int16)


@pytest.mark.parametrize("fill", ["pad", "crop", "blur"])
@pytest.mark.parametrize("size", [(180, 320), (320, 180)])
def test_a_frame_of_another_shape(fill: Fill, size: tuple[int, int], green: Path, ffmpeg: str, tmp_path: Path) -> None:
    target = tmp_path / "made.mp4"
    Ffmpeg().encode_picture(probe(green), Look(frame=Frame(*size, fill)), target, lambda _: None)
    shown = picture(ffmpeg, target, *size)
    middle = shown[size[1] // 2, size[0] // 2]
    upright = size[0] < size[1]
    side = shown[2, size[0] // 2] if upright != (fill == "crop") else shown[size[1] // 2, 2]  # where the shapes differ
    assert is_green(middle)
    assert {"pad": side.max() < 30, "crop": is_green(side), "blur": side[1] > 120}[fill]


def test_pixels_that_are_not_square_are_made_square(ffmpeg: str, tmp_path: Path) -> None:
    narrow, target = tmp_path / "narrow.mp4", tmp_path / "made.mp4"
    source = "color=lime:s=160x240:d=4:r=10,setsar=2"
    run(ffmpeg, "-f", "lavfi", "-i", source, "-f", "lavfi", "-i", "sine=d=4", narrow)
    Ffmpeg().encode_picture(probe(narrow), Look(frame=Frame(320, 180, "pad")), target, lambda _: None)
    shown = picture(ffmpeg, target, 320, 180)
    assert is_green(shown[90, 70]), "320 x 240 as shown, so 240 of 320 columns are filled"
    assert shown[90, 20].max() < 30


def is_green(pixel: NDArray[np.int16]) -> bool:
    return bool(pixel[1] > 200 and max(pixel[0], pixel[2]) < 80)


def test_a_frame_rate_is_constant(green: Path, tmp_path: Path) -> None:
    target = tmp_path / "made.mp4"
    Ffmpeg().encode_picture(probe(green), Look(rate_hz=24.0), target, lambda _: None)
    assert measured(target).rate_hz == pytest.approx(24)


@pytest.fixture(scope="module")
def noise(ffmpeg: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What no encoder makes small; 4 s."""
    path = tmp_path_factory.mktemp("noise") / "noise.mp4"
    source = "color=gray:s=320x240:d=4:r=25,noise=alls=80:allf=t"
    run(ffmpeg, "-f", "lavfi", "-i", source, "-f", "lavfi", "-i", "sine=d=4", "-preset", "ultrafast", path)
    return path


def test_bitrates_have_a_top(noise: Path, tmp_path: Path) -> None:
    free, held = tmp_path / "free.mp4", tmp_path / "held.mp4"
    Ffmpeg().encode_picture(probe(noise), Look(), free, lambda _: None)
    Ffmpeg().encode_picture(probe(noise), Look(bits_per_second=400_000), held, lambda _: None)
    assert measured(free).bits_per_second > 1_000_000
    assert measured(held).bits_per_second < 400_000 * 1.25  # the buffer holds one second of these four


def test_bitrates_have_a_bottom(green: Path, tmp_path: Path) -> None:
    target = tmp_path / "made.mp4"
    Ffmpeg().encode_picture(probe(green), Look(least_bits_per_second=516_000), target, lambda _: None)
    assert 516_000 <= measured(target).bits_per_second < 600_000
