"""A language that no voice speaks: her own sound stays, the lines are subtitles, and the run says so."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from conftest import FfmpegCall

import pitchgen
from pitchgen.edges.ffmpeg import Ffmpeg
from pitchgen.edges.labels import AIGC_KEY
from pitchgen.edges.probe import metadata, probe


def test_it_is_subtitled_and_not_dubbed(pitch: FfmpegCall, script: Path, tmp_path: Path) -> None:
    video = pitch()
    folders = {"out": tmp_path / "out", "store": tmp_path / "store"}
    outcome = pitchgen.make(video, ["th"], script=script, translate="fake", profile="embedded", **folders)
    (thai,) = outcome.outputs
    assert thai.timbre == "none"
    assert any("th: subtitled and not dubbed" in warning for warning in outcome.warnings)
    with av.open(thai.video) as made:
        assert [stream.language for stream in made.streams.audio] == ["zho"]
        assert [stream.language for stream in made.streams.subtitles] == ["tha", "zho"]
    assert AIGC_KEY in metadata(thai.video)
    hers, kept = (Ffmpeg().decode(probe(path)).samples for path in (video, thai.video))
    same = min(len(hers), len(kept))
    assert np.corrcoef(hers[:same], kept[:same])[0, 1] > 0.95
    assert "th: 各位老板好" in thai.subtitles[0].read_text("utf-8")
    again = pitchgen.make(video, ["th"], script=script, translate="fake", profile="embedded", **folders)
    assert again.outputs[0].reused
