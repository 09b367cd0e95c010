"""The whole main job by ear: no script, no captions, nothing downloaded; a figure is right or is doubted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import SAMPLES, run
from pitches import NUMBERS, figures, script_of

import pitchgen
from pitchgen.core.errors import MissingWeights

NO_HANZI = re.compile(r"[^\u4e00-\u9fff]")


@pytest.mark.parametrize("sample", NUMBERS)
def test_every_fact_is_right_by_ear(sample: str, tmp_path: Path) -> None:
    outcome = pitchgen.make(
        SAMPLES / f"{sample}.mp4", ["en"], words="speech", profile="embedded",
        out=tmp_path / "out", store=tmp_path / "store",
    )  # fmt: skip
    assert outcome.transcript_origin == outcome.engines["transcribe"] == "embedded"
    assert "no people" in outcome.words
    (english,) = outcome.outputs
    heard = "".join(sentence.source for sentence in english.sentences)
    assert NO_HANZI.sub("", heard) == NO_HANZI.sub("", spoken(script_of(sample).read_text("utf-8")))
    assert not english.unsound
    assert not english.kept_original
    read = [figure for sentence in english.sentences for figure in figures(sentence.text)]
    assert read == [figure for index in sorted(NUMBERS[sample]) for figure in NUMBERS[sample][index]]


@pytest.mark.parametrize("sample", NUMBERS)
def test_no_buyer_is_told_a_wrong_figure_where_it_is_noisy(sample: str, ffmpeg: str, tmp_path: Path) -> None:
    """What is misheard is no sentence that the phrasebook knows: it is named and stays in the original voice."""
    video = tmp_path / f"{sample}.mp4"
    noise = "anoisesrc=color=pink:amplitude=0.02:seed=7"
    mixed = "[0:a][1:a]amix=inputs=2:duration=first:normalize=0[mixed]"
    run(
        ffmpeg, "-i", SAMPLES / video.name, "-f", "lavfi", "-i", noise, "-filter_complex", mixed, "-map", "0:v", "-map",
        "[mixed]", "-c:v", "copy", video,
    )  # fmt: skip
    outcome = pitchgen.make(
        video, ["en"], words="speech", profile="embedded", untranslated="keep",
        out=tmp_path / "out", store=tmp_path / "store",
    )  # fmt: skip
    (english,) = outcome.outputs
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
