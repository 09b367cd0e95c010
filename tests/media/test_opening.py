"""The label in the words of a language: the first seconds are another encode, and no player sees where it ends."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from conftest import run

from pitchgen.core.picture import Look
from pitchgen.edges import opening
from pitchgen.edges.ffmpeg import Ffmpeg
from pitchgen.edges.labels import LABEL_SECONDS
from pitchgen.edges.probe import probe
from pitchgen.edges.visible import look

UNEVEN = "settb=1/90000,select='gt(mod(n,7),1)',setpts='PTS+0.004/TB*mod(N,3)'"
SOURCES = {
    "x264 with many B-frames": ("-r", "30", "-c:v", "libx264", "-bf", "8", "-g", "250"),
    "open groups of pictures": ("-r", "25", "-c:v", "libx264", "-x264-params", "open-gop=1:keyint=60"),
    "29.97 a second, MPEG-4": ("-r", "30000/1001", "-c:v", "mpeg4"),
    "VP9 in WebM": ("-r", "24", "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"),
    "a phone's uneven frames": ("-vf", UNEVEN, "-c:v", "libx264", "-fps_mode", "vfr"),
    "frames that were not coded in order": ("-r", "50", "-c:v", "libx265", "-x265-params", "log-level=none:bframes=6"),
}  # fmt: skip


@pytest.mark.parametrize("made_by", SOURCES)
def test_it_goes_on_as_if_it_were_one(made_by: str, ffmpeg: str, tmp_path: Path) -> None:
    source = tmp_path / ("source.webm" if "WebM" in made_by else "source.mp4")
    moving = ["-f", "lavfi", "-i", "testsrc2=size=320x240:rate=30:duration=7", "-f", "lavfi", "-i", "sine=duration=7"]
    run(ffmpeg, *moving, *SOURCES[made_by], source)
    media, program = probe(source), Ffmpeg()
    shared, first, made = tmp_path / "shared.mp4", tmp_path / "first.mp4", tmp_path / "made.mp4"
    program.encode_picture(media, Look(), shared, lambda _: None)
    at = opening.first_key(shared)
    assert at is not None
    assert LABEL_SECONDS + opening.APART / 2 <= at <= LABEL_SECONDS + 0.5
    program.encode_picture(media, Look(label="ta"), first, lambda _: None, until=float(at))
    assert opening.alike(first, shared)
    opening.splice(first, shared, at, made)

    before, after = decoded(shared), decoded(made)
    assert [time for time, _ in after] == [time for time, _ in before]
    assert all(np.array_equal(a, b) for (time, a), (_, b) in zip(after, before, strict=True) if time >= at)
    assert not np.array_equal(after[5][1], before[5][1])
    seen = look(made)
    assert seen
    assert seen.words == "ta"
    assert seen.seconds == pytest.approx(LABEL_SECONDS, abs=0.1)
    run(ffmpeg, "-v", "error", "-xerror", "-i", made, "-f", "null", "-")


def test_other_parameters_are_no_continuation(ffmpeg: str, tmp_path: Path) -> None:
    for name, size in (("a", "320x240"), ("b", "640x480")):
        run(
            ffmpeg, "-f", "lavfi", "-i", f"testsrc2=size={size}:duration=1", "-c:v", "libx264", tmp_path / f"{name}.mp4"
        )
    assert opening.alike(tmp_path / "a.mp4", tmp_path / "a.mp4")
    assert not opening.alike(tmp_path / "a.mp4", tmp_path / "b.mp4")
    assert opening.first_key(tmp_path / "a.mp4") is None


def decoded(path: Path) -> list[tuple[float, np.ndarray]]:
    """Seconds and brightness of every frame."""
    with av.open(str(path)) as container:
        return [(float(frame.time), frame.to_ndarray(format="gray")) for frame in container.decode(video=0)]
