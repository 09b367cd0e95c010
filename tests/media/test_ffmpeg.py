"""The ffmpeg edge by itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from conftest import SAMPLES, run

from pitchgen.core.errors import MediaError
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
