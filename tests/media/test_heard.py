"""The whole main job by ear: no script, no captions, nothing downloaded; a figure is right or is doubted."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from conftest import ROOT, SAMPLES
from pitches import NUMBERS, figures, script_of

import pitchgen
from pitchgen.core.errors import MissingWeights

sys.path.append(str(ROOT / "benchmarks"))

from edits import edits  # a measure of ours, beside the benchmarks


@pytest.mark.parametrize("sample", NUMBERS)
def test_no_buyer_is_told_a_wrong_figure(sample: str, tmp_path: Path) -> None:
    """What was misheard is no sentence that the phrasebook knows: it is named and stays in the original voice."""
    outcome = pitchgen.make(
        SAMPLES / f"{sample}.mp4", ["en"], words="speech", profile="embedded", untranslated="keep",
        out=tmp_path / "out", store=tmp_path / "store",
    )  # fmt: skip
    assert outcome.transcript_origin == outcome.engines["transcribe"] == "embedded"
    assert "no people" in outcome.words
    (english,) = outcome.outputs
    heard, said = (
        re.sub(r"[^\u4e00-\u9fff]", "", text)
        for text in ("".join(s.source for s in english.sentences), spoken(script_of(sample).read_text("utf-8")))
    )
    assert edits(heard, said) <= 0.06 * len(said)
    wanted = {figure for row in NUMBERS[sample].values() for figure in row}
    told = [figure for sentence in english.sentences for figure in figures(sentence.text or "")]
    assert set(told) <= wanted


def spoken(script: str) -> str:
    """As it is said: what the bottle's script writes in figures."""
    return script.replace("18.5", "十八点五").replace("48", "四十八")


def test_nobody_is_invented(tmp_path: Path) -> None:
    """A person is told the ways forward, and no output is made of what she never said."""
    clip = Path(__file__).resolve().parents[3] / "shared" / "media" / "face_f_talk.mp4"
    if not clip.exists():
        pytest.skip("the shared media are not beside this checkout")
    with pytest.raises(MissingWeights, match=r"hears clear synthetic speech and no people, refuses it .*--script"):
        pitchgen.make(clip, ["en"], profile="embedded", out=tmp_path / "out", store=tmp_path / "store")
    assert not list(tmp_path.rglob("*.mp4"))
