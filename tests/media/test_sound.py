"""Sound from end to end: whatever comes in, as loud as asked and no peak above the promise, by independent meters."""

from __future__ import annotations

import re
import subprocess
import warnings
from pathlib import Path

import numpy as np
import pytest
from conftest import SAMPLES, FfmpegCall, run

from pitchgen.core.audio import Samples
from pitchgen.core.media import Media, Stream
from pitchgen.edges.ffmpeg import Ffmpeg
from pitchgen.edges.probe import probe
from pitchgen.edges.sound import channels_of, decoded, encode, measure, original
from pitchgen.edges.store import Store
from pitchgen.engines import registry
from pitchgen.kit import Kit
from pitchgen.recipes.make import make
from pitchgen.recipes.soundtrack import PROMISED_DBTP, Soundtrack, spooled
from pitchgen.stages.mix import master

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pyloudnorm's own imports
    import pyloudnorm

RATE = 48_000
NOTHING = registry.load("separate", "none")


def read_by_ffmpeg(path: Path) -> tuple[float, float, float]:
    """LUFS, LU of range and dBTP as ffmpeg's own meter reads them."""
    command = [Ffmpeg().binary, "-nostats", "-i", str(path), "-af", "ebur128=peak=true", "-f", "null", "-"]
    words = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    found = (re.findall(rf"{name}:\s+(-?[\d.]+) {unit}", words)[-1] for name, unit in
             (("I", "LUFS"), ("LRA", "LU"), ("Peak", "dBFS")))  # fmt: skip
    loudness, spread, peak = map(float, found)
    return loudness, spread, peak


def nasty(seconds: int, seed: int = 5) -> Samples:
    """Bursts with the spectrum of speech and steep clicks on them, shape (n, 2): work for limiter and codec."""
    chance = np.random.default_rng(seed)
    noise = chance.standard_normal((2, seconds * RATE)) * np.repeat(chance.choice([0.02, 0.1, 0.3], seconds * 4), 12000)
    clicks = (chance.random((2, seconds * RATE)) < 0.0002) * chance.choice([-3.0, 3.0], (2, seconds * RATE))
    return np.stack([np.convolve(row, np.hanning(9) / 4, "same") for row in noise + clicks], axis=1).astype(np.float32)


@pytest.mark.parametrize("target", [-14.0, -16.0, -23.0])
def test_the_decoded_file_is_as_loud_as_asked_and_keeps_the_promise(target: float, tmp_path: Path) -> None:
    media = Media(tmp_path / "x", "", 30.0, None, Stream(0, "audio", "aac", channels=2))
    track = Soundtrack(media, Kit(Store(tmp_path / "store")), Ffmpeg(), target, NOTHING)
    path = tmp_path / "sound.m4a"
    with spooled([nasty(30)], tmp_path, 2) as blocks:
        track._master(blocks, path, 2, 30.0)
    loudness, spread, peak = read_by_ffmpeg(path)
    samples = np.concatenate(list(decoded(path, Ffmpeg(), 2)))
    assert samples.shape[1] == 2
    assert pyloudnorm.Meter(RATE).integrated_loudness(samples) == pytest.approx(target, abs=0.3)
    assert loudness == pytest.approx(target, abs=0.3)
    assert peak <= PROMISED_DBTP
    ours = measure(path, Ffmpeg())
    assert ours.integrated_lufs == pytest.approx(loudness, abs=0.15)
    assert ours.range_lu == pytest.approx(spread, abs=1.0)  # what EBU Tech 3342 allows a meter
    assert ours.true_peak_dbtp == pytest.approx(peak, abs=0.25)


def test_an_encoder_that_lifts_peaks_is_met_with_a_lower_ceiling(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ceilings: list[float] = []

    def told(blocks: object, loudness: float, ceiling: float) -> object:
        ceilings.append(ceiling)
        return master(blocks, loudness, ceiling + 2.5)  # type: ignore[arg-type]

    monkeypatch.setattr("pitchgen.stages.mix.master", told)
    media = Media(tmp_path / "x", "", 4.0, None, Stream(0, "audio", "aac", channels=2))
    with spooled([nasty(4)], tmp_path, 2) as blocks:
        Soundtrack(media, Kit(Store(tmp_path / "store")), Ffmpeg(), -14.0, NOTHING)._master(
            blocks, tmp_path / "s.m4a", 2, 4.0
        )
    assert len(ceilings) > 1
    assert ceilings == sorted(ceilings, reverse=True)
    assert read_by_ffmpeg(tmp_path / "s.m4a")[2] <= PROMISED_DBTP


def test_what_the_encoder_takes_away_is_made_up_for(tmp_path: Path) -> None:
    hiss = (np.random.default_rng(1).standard_normal(20 * RATE) * 0.05).astype(np.float32)  # AAC cuts the top of it off
    media = Media(tmp_path / "x", "", 20.0, None, Stream(0, "audio", "aac", channels=1))
    encode(master([hiss], -20.0), tmp_path / "once.m4a", Ffmpeg(), 1, 20.0)
    assert read_by_ffmpeg(tmp_path / "once.m4a")[0] < -20.6
    with spooled([hiss], tmp_path, 1) as blocks:
        Soundtrack(media, Kit(Store(tmp_path / "store")), Ffmpeg(), -20.0, NOTHING)._master(
            blocks, tmp_path / "sound.m4a", 1, 20.0
        )
    assert read_by_ffmpeg(tmp_path / "sound.m4a")[0] == pytest.approx(-20, abs=0.3)


LAYOUTS = {
    "mono 8 kHz": ("mono", 8000, 1),
    "mono 96 kHz": ("mono", 96000, 1),
    "stereo 44.1 kHz": ("stereo", 44100, 2),
    "5.1 48 kHz": ("5.1", 48000, 2),
    "7.1 48 kHz": ("7.1", 48000, 2),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_and_rate_comes_out_sane(layout: str, ffmpeg: str, tmp_path: Path) -> None:
    name, rate, channels = LAYOUTS[layout]
    path = tmp_path / "in.mkv"
    run(ffmpeg, "-f", "lavfi", "-i", "testsrc=size=64x64:rate=5:duration=3", "-f", "lavfi", "-i",
        f"sine=frequency=997:sample_rate={rate}:duration=3", "-af", f"aformat=channel_layouts={name}",
        "-c:a", "pcm_s16le", "-c:v", "libx264", path)  # fmt: skip
    media = probe(path)
    assert channels_of(media) == channels
    heard = np.concatenate(list(original(media, Ffmpeg(), channels)))
    assert heard.shape == ((3 * RATE,) if channels == 1 else (3 * RATE, 2))
    spectrum = np.abs(np.fft.rfft(heard if channels == 1 else heard[:, 0]))
    assert spectrum.argmax() / 3 == pytest.approx(997, abs=1)
    encode([heard], tmp_path / "out.m4a", Ffmpeg(), channels, 3.0)
    made = probe_sound(tmp_path / "out.m4a")
    assert made == (RATE, channels)


def probe_sound(path: Path) -> tuple[int, int]:
    """Hertz and channels of the first sound."""
    import av

    with av.open(str(path)) as container:
        context = container.streams.audio[0].codec_context
        return context.sample_rate, context.channels


def test_a_run_reports_what_it_measured_and_leaves_no_digital_silence(pitch: FfmpegCall, tmp_path: Path) -> None:
    video = pitch("pitch.mkv", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "pcm_s16le", "-ac", 6, "-ar", 96000)
    script = tmp_path / "script.txt"
    script.write_text("各位老板好，我是小王。", "utf-8")
    outcome = make(video, ["en"], script=script, out=tmp_path / "out", store=tmp_path / "store", profile="embedded",
                   loudness=-23)  # fmt: skip
    output = outcome.outputs[0]
    loudness, _, peak = read_by_ffmpeg(output.video)
    assert output.loudness.integrated_lufs == pytest.approx(loudness, abs=0.15)
    assert loudness == pytest.approx(-23, abs=0.4)
    assert output.loudness.true_peak_dbtp == pytest.approx(peak, abs=0.25)
    assert output.loudness.channels == 1
    samples = np.concatenate(list(decoded(output.video, Ffmpeg(), 1)))
    inner = samples[RATE // 4 : -RATE // 2]
    levels = np.sqrt(np.mean(inner[: len(inner) // 4800 * 4800].reshape(-1, 4800) ** 2, axis=1))
    assert 20 * np.log10(levels.min()) > -90, "the room is heard where nobody speaks"


def test_what_is_not_dubbed_is_as_loud_as_the_rest(tmp_path: Path) -> None:
    assert "th" not in registry.load("synthesize", "espeak").languages
    outcome = make(SAMPLES / "umbrella.mp4", ["th"], out=tmp_path / "out", store=tmp_path / "store",
                   profile="embedded", loudness=-14)  # fmt: skip
    loudness, _, peak = read_by_ffmpeg(outcome.outputs[0].video)
    assert loudness == pytest.approx(-14, abs=0.4)
    assert peak <= PROMISED_DBTP
