"""Her sound kept beneath the new voice: everything, ducked; or the background, at its level and without her voice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from conftest import SAMPLES, run

from pitchgen.core.audio import Samples
from pitchgen.dsp.leak import leaks
from pitchgen.edges.ffmpeg import Ffmpeg
from pitchgen.edges.sound import decoded
from pitchgen.recipes.make import make
from pitchgen.recipes.outcome import Output

RATE = 48_000
HUM, SEEN = 700, (690, 710)  # Hz: a tone that no voice holds, on one side of the market and upside down on the other


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory, ffmpeg: str) -> Path:
    """She speaks in the middle; a tone hums to both sides. With the first sentence of its script."""
    path = tmp_path_factory.mktemp("market") / "market.mkv"
    sides = "[1:a]pan=stereo|c0=c0|c1=c0[v];[2:a]pan=stereo|c0=0.1*c0|c1=-0.1*c0[h];[v][h]amix=normalize=0[a]"
    run(ffmpeg, "-f", "lavfi", "-i", "testsrc2=size=64x64:rate=5:duration=8", "-t", 8, "-i", SAMPLES / "umbrella.mp4",
        "-f", "lavfi", "-i", f"sine=frequency={HUM}:sample_rate={RATE}:duration=8", "-filter_complex", sides,
        "-map", "0:v", "-map", "[a]", "-c:a", "pcm_s16le", "-c:v", "libx264", "-t", 8, path)  # fmt: skip
    path.with_suffix(".txt").write_text("各位老板好，我是小王。", "utf-8")
    return path


def dubbed(market: Path, folder: Path, separate: str, *, detect: str | None = None) -> tuple[Output, Samples]:
    outcome = make(market, ["en"], out=folder / "out", store=folder / "store", profile="embedded", separate=separate)
    output = outcome.outputs[0]
    assert not output.leak or separate == "fake"
    return output, np.concatenate(list(decoded(output.video, Ffmpeg(), output.loudness.channels)))


def hum(samples: Samples) -> Samples:
    """The level of the tone in each half second in dB, as one side hears it more than the other."""
    side = (samples[:, 0] - samples[:, 1]) / 2
    frames = side[: len(side) // 24000 * 24000].reshape(-1, 24000)
    spectra = np.abs(np.fft.rfft(frames * np.hanning(24000), axis=1)) / 6000
    return np.asarray(20 * np.log10(spectra[:, SEEN[0] // 2 : SEEN[1] // 2].max(axis=1) + 1e-9), np.float32)


def test_duck_lowers_all_of_it_while_the_voice_speaks(market: Path, tmp_path: Path) -> None:
    output, samples = dubbed(market, tmp_path, "duck")
    assert output.loudness.channels == 2
    assert output.loudness.integrated_lufs == pytest.approx(-16, abs=0.5)
    assert output.loudness.true_peak_dbtp is not None
    assert output.loudness.true_peak_dbtp <= -1
    levels = hum(samples)[1:-1]
    assert levels.max() - levels.min() == pytest.approx(20, abs=2)
    assert np.sort(levels)[-3:] == pytest.approx(levels.max(), abs=0.5), "full, and steady, where nobody speaks"


@pytest.mark.parametrize("separate", ["duck", "fake"])
def test_a_sentence_left_in_her_voice_is_heard_once_and_in_full(market: Path, tmp_path: Path, separate: str) -> None:
    script = tmp_path / "script.txt"
    script.write_text("各位老板好，我是小王。\n我家的猫昨天在屋顶上唱歌。\n", "utf-8")
    outcome = make(market, ["en"], script=script, untranslated="keep", separate=separate, out=tmp_path / "out",
                   store=tmp_path / "store", profile="embedded")  # fmt: skip
    (output,) = outcome.outputs
    assert output.kept_original == ("我家的猫昨天在屋顶上唱歌。",)
    samples = np.concatenate(list(decoded(output.video, Ffmpeg(), 2)))
    hers = np.concatenate(list(decoded(market, Ffmpeg(), 2)))
    late = slice(round(5.0 * RATE), round(7.5 * RATE))
    ours, theirs = ((sound[late, 0] + sound[late, 1]) / 2 for sound in (samples, hers))
    level = float(np.dot(ours, theirs) / np.dot(theirs, theirs))
    rest = 10 * np.log10(np.mean((ours - level * theirs) ** 2) / np.mean(ours**2))
    assert rest < -15, "her voice, once: an echo of itself would not cancel"
    levels = hum(samples)[1:-1]
    assert np.median(levels[-4:]) == pytest.approx(levels.max(), abs=1.0), "and nothing is lowered under it"


def test_the_background_is_kept_at_its_level_without_her_voice(market: Path, tmp_path: Path) -> None:
    output, samples = dubbed(market, tmp_path, "fake")
    levels = hum(samples)[1:-1]
    assert np.ptp(levels) < 1.0, "as it was, whoever speaks"
    hers = np.concatenate(list(decoded(market, Ffmpeg(), 2)))
    middle = (hers[:, 0] + hers[:, 1]) / 2
    assert output.leak is not None
    assert output.leak.highest_db is not None
    assert output.leak.highest_db < -40
    assert output.leak.heard == 0
    assert len(output.leak.levels_db) == 80
    left = samples[:, 0] - samples[:, 1]
    assert np.nanmax(leaks([left[: len(middle)]], [middle[: len(left)]])) < -20, "nor in what is played"
    voice_alone, tone = np.sqrt(np.mean(middle**2)), np.sqrt(np.mean(((hers[:, 0] - hers[:, 1]) / 2) ** 2))
    made = (samples[:, 0] + samples[:, 1]) / 2
    kept = np.sqrt(np.mean(left**2)) / 2 / np.sqrt(np.mean(made**2))
    assert 20 * np.log10(kept / (tone / voice_alone)) == pytest.approx(0, abs=6), "as loud to the voice as it was"


def test_none_replaces_all_of_it(market: Path, tmp_path: Path) -> None:
    output, samples = dubbed(market, tmp_path, "none")
    assert output.loudness.channels == 1
    assert samples.ndim == 1
    hers = np.concatenate(list(decoded(market, Ffmpeg(), 1)))

    def levels(sound: Samples) -> Samples:
        return 10 * np.log10(np.mean(sound[: 7 * RATE].reshape(-1, RATE // 10) ** 2, axis=1) + 1e-12)

    spoken, made = levels(hers) > -35, levels(samples)
    assert np.sum(spoken & (made < -50)) > 10, "she says a second sentence, and nothing of it is heard"


def test_a_second_run_reads_no_sound(market: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = dubbed(market, tmp_path, "fake")

    def never(*arguments: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr("pitchgen.recipes.soundtrack.Soundtrack._background", never)
    second = make(market, ["en"], out=tmp_path / "out", store=tmp_path / "store", profile="embedded", separate="fake")
    assert second.outputs[0].leak == first.leak
    assert second.outputs[0].reused
