"""The sound of a room: found in the pauses of a recording, made again with its spectrum, never too loud."""

from __future__ import annotations

import numpy as np
import pytest

from pitchgen.core.audio import Samples
from pitchgen.dsp.loudness import RATE
from pitchgen.dsp.room import BELOW_SPEECH_DB, CENTRES, SILENT, Room, level, room, tone
from pitchgen.stages.mix import over

SECOND = np.arange(RATE) / RATE


def rms(samples: Samples) -> float:
    """In dBFS."""
    return float(10 * np.log10(np.mean(np.square(samples, dtype=np.float64))))


def recording(noise_db: float, *, colour: int, seed: int = 3) -> Samples:
    """Ten seconds: noise averaged over `colour` samples, and a buzz like a voice in 3 of every 4 quarter seconds."""
    chance = np.random.default_rng(seed).standard_normal(10 * RATE)
    noise = np.convolve(chance, np.ones(colour) / colour, "same")
    noise *= 10 ** (noise_db / 20) / np.sqrt(np.mean(noise**2))
    voice = np.sign(np.sin(2 * np.pi * 180 * np.tile(SECOND, 10))) * 0.1
    spoken = np.repeat(np.arange(40) % 4 < 3, RATE // 4)
    return (noise + voice * spoken).astype(np.float32)


def in_band(samples: Samples, low: float, high: float) -> float:
    """dB of what lies between two frequencies."""
    power = np.abs(np.fft.rfft(samples)) ** 2
    hertz = np.fft.rfftfreq(len(samples), 1 / RATE)
    return float(10 * np.log10(power[(hertz >= low) & (hertz < high)].mean()))


def test_the_room_is_what_is_heard_between_words() -> None:
    found = room([recording(-55, colour=1)])
    assert found.level_dbfs == pytest.approx(-55, abs=2.5)  # white noise has some of its power outside of the bands
    assert found.loudness_lufs == pytest.approx(-19, abs=3)


def test_the_tone_has_the_spectrum_of_the_room() -> None:
    dull = recording(-50, colour=12)
    made = np.concatenate(list(tone(room([dull]), -60.0, 10 * RATE)))[RATE:-RATE]
    quiet = np.concatenate([dull[at : at + RATE // 5] for at in range(RATE * 3 // 4 + 1000, 9 * RATE, RATE)])
    bands = [(100, 400), (400, 1500), (1500, 3500), (8500, 11000)]
    theirs, ours = ([in_band(sound, *band) for band in bands] for sound in (quiet, made))
    assert np.ptp(theirs) > 15, "the noise is coloured"
    assert np.diff(ours) == pytest.approx(np.diff(theirs), abs=3)


def test_the_tone_is_as_loud_as_asked_the_same_again_and_fades_in_and_out() -> None:
    known = room([recording(-50, colour=1)])
    made = np.concatenate(list(tone(known, -60.0, 4 * RATE + 77)))
    assert len(made) == 4 * RATE + 77
    assert rms(made[RATE : 3 * RATE]) == pytest.approx(-60, abs=0.3)
    assert np.array_equal(made, np.concatenate(list(tone(known, -60.0, 4 * RATE + 77))))
    assert np.abs(made[:48]).max() < 0.1 * np.abs(made).max()
    assert rms(made[-480:]) < -80
    assert not np.any(np.all(made[: len(made) // 480 * 480].reshape(-1, 480) == 0, axis=1)), "no digital silence"


@pytest.mark.parametrize(("noise", "target", "expected"), [
    (-50, -16, -16 - BELOW_SPEECH_DB[0]),  # a market: not louder than clean speech may have
    (-20.0, -23, -23 - BELOW_SPEECH_DB[0]),
    (-69.0, -16, -66.0),  # 50 dB below her speech, and so below the new one
    (-95.0, -14, -14 - BELOW_SPEECH_DB[1]),
])  # fmt: skip
def test_the_level_is_hers_within_bounds(noise: float, target: float, expected: float) -> None:
    assert level(Room(noise, (0.0,) * len(CENTRES), -19.0), target) == pytest.approx(expected)


def test_a_recording_of_digital_silence_has_a_room_all_the_same() -> None:
    voice = recording(-120, colour=1)
    voice[np.abs(voice) < 1e-3] = 0
    assert room([np.zeros(RATE, np.float32)]) == SILENT
    assert level(SILENT, -16) == -16 - BELOW_SPEECH_DB[1]
    made = np.concatenate(list(tone(SILENT, level(SILENT, -16), 2 * RATE)))
    assert rms(made[RATE // 2 : RATE]) == pytest.approx(-76, abs=0.5)


def test_a_bed_lies_under_all_channels_whatever_its_pieces() -> None:
    blocks = [np.zeros((size, 2), np.float32) for size in (5, 7, 1, 10)]
    bed = np.arange(20, dtype=np.float32)
    both = np.concatenate(list(over(blocks, iter([bed[:3], bed[3:11], bed[11:]]))))
    assert both.shape == (23, 2)
    assert np.array_equal(both[:20, 0], bed)
    assert np.array_equal(both[:, 0], both[:, 1])
    assert not both[20:].any()
    assert not blocks[0].any(), "what was given is not written to"
