"""The ffmpeg edge by itself."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from conftest import SAMPLES, run

from pitchgen.core.errors import EngineError, MediaError
from pitchgen.core.transcript import Span
from pitchgen.edges.ffmpeg import Ffmpeg
from pitchgen.edges.probe import probe


def test_a_span_is_the_same_part_of_the_whole() -> None:
    media = probe(SAMPLES / "umbrella.mp4")
    whole = Ffmpeg().decode(media)
    assert whole.duration == pytest.approx(media.duration, abs=0.05)
    part = Ffmpeg().decode(media, span=Span(7.0, 9.5))
    assert part.duration == pytest.approx(2.5, abs=0.001)
    same = whole.cut(Span(7.0, 9.5)).samples[: len(part.samples)]
    assert np.corrcoef(same, part.samples)[0, 1] > 0.99


def test_a_playlist_cannot_reach_other_files(ffmpeg: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.mp4"
    run(ffmpeg, "-f", "lavfi", "-i", "testsrc=size=64x64:duration=1", "-f", "lavfi", "-i", "sine=duration=1", secret)
    playlist = tmp_path / "video.m3u8"
    playlist.write_text(f"#EXTM3U\n#EXTINF:1,\nhttp://localhost:9/x.ts\n#EXTINF:1,\nconcat:{secret}\n#EXT-X-ENDLIST\n")
    with pytest.raises(MediaError):
        probe(playlist)


@pytest.mark.parametrize("sides", ["-1*c0", "0*c0"])
def test_speech_is_heard_whatever_the_second_microphone_did(ffmpeg: str, tmp_path: Path, sides: str) -> None:
    source, turned = SAMPLES / "umbrella.mp4", tmp_path / "turned.mp4"
    run(ffmpeg, "-i", source, "-t", "6", "-af", f"pan=stereo|c0=c0|c1={sides}", "-c:a", "aac", turned)
    plain = Ffmpeg().decode(probe(source), span=Span(0, 6))
    heard = Ffmpeg().decode(probe(turned))
    same = min(len(plain.samples), len(heard.samples))
    level = np.sqrt(np.mean(heard.samples**2)) / np.sqrt(np.mean(plain.samples**2))
    assert 20 * np.log10(level) > -7, "half the sound at worst"
    assert np.corrcoef(plain.samples[:same], heard.samples[:same])[0, 1] > 0.95


def test_a_run_that_takes_too_long_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pitchgen.edges.program.STARTUP", 0.2)
    monkeypatch.setattr("pitchgen.edges.program.SECONDS_PER_SECOND", 0.0)
    target = tmp_path / "picture.mp4"
    with pytest.raises(EngineError, match="took too long") as caught:
        Ffmpeg().run(endless(target), tmp_path, 1.0)
    assert caught.value.retryable


def endless(target: Path) -> object:
    """A graph that never ends by itself."""
    import ffmpeg

    return ffmpeg.input("testsrc2=size=1280x720", f="lavfi").output(str(target), t=3600)


KILLED = """
import os, signal, sys
from pathlib import Path
from pitchgen.core.picture import Look
from pitchgen.edges.ffmpeg import Ffmpeg
from pitchgen.edges.probe import probe
video, target = map(Path, sys.argv[1:])
Ffmpeg().encode_picture(probe(video), Look(), target, lambda seconds: os.kill(os.getpid(), signal.SIGKILL))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends the children of a killed process")
def test_an_encode_does_not_outlive_a_killed_pitchgen(ffmpeg: str, tmp_path: Path) -> None:
    long, target = tmp_path / "long.mp4", tmp_path / "picture.mp4"
    run(ffmpeg, "-f", "lavfi", "-i", "testsrc2=size=1280x720:duration=60", "-f", "lavfi", "-i", "sine=duration=60",
        "-preset", "ultrafast", long)  # fmt: skip
    killed = subprocess.run([sys.executable, "-c", KILLED, str(long), str(target)], check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    deadline = time.monotonic() + 5
    while (left := working_on(target)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not left


def working_on(target: Path) -> list[str]:
    """Processes whose command line names `target`."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if str(target).encode() in (folder / "cmdline").read_bytes().split(b"\0"):
                found.append(folder.name)
    return found
