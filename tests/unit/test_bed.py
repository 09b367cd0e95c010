"""What is kept of her sound lies beneath the new voices, on their clock and out of their way; a leak is measured."""

from __future__ import annotations

import numpy as np
import pytest

from pitchgen.core.clock import Clock, Wait
from pitchgen.core.transcript import Span
from pitchgen.dsp.leak import LOWEST_DB, leaks
from pitchgen.dsp.loudness import RATE, STEP
from pitchgen.dsp.reader import Reader
from pitchgen.stages.bed import ATTACK, DUCKED_DB, RELEASE, gains, on_clock

TONE = np.stack([np.sin(2 * np.pi * f * np.arange(6 * RATE) / RATE) * 0.5 for f in (300, 500)], 1).astype(np.float32)


def at(curve: np.ndarray, seconds: float) -> float:  # type: ignore[type-arg]
    """dB."""
    return float(20 * np.log10(curve[round(seconds * RATE / STEP)]))


def test_the_bed_is_down_while_the_voice_speaks_and_full_between() -> None:
    curve = gains(20.0, [Span(2, 4), Span(4.5, 6), Span(12, 14)])
    assert [at(curve, t) for t in (1.0, 9.0, 17.0)] == pytest.approx([0, 0, 0], abs=0.01)
    assert [at(curve, t) for t in (2.0, 3.0, 4.25, 5.9, 13.0)] == pytest.approx([DUCKED_DB] * 5, abs=0.1)
    assert at(curve, 2 - ATTACK / 2) == pytest.approx(DUCKED_DB / 2, abs=0.2)
    assert at(curve, 6 + RELEASE / 2) == pytest.approx(DUCKED_DB / 2, abs=0.2)
    assert np.abs(np.diff(20 * np.log10(curve[100:-400]))).max() < 0.15, "no step is heard"


def test_the_bed_fades_in_and_out() -> None:
    curve = gains(5.0)
    assert curve[0] < 0.02
    assert curve[100] == 1.0
    assert curve[4990] < 0.05


def test_the_bed_stops_while_a_frame_is_held_and_slows_with_the_picture() -> None:
    clock = Clock((Wait(1.0, 1.0, 0.5), Wait(2.0, 4.0, 0.25)))
    made = np.concatenate(list(on_clock([TONE[:70_000], TONE[70_000:]], clock)))
    assert made.shape == (round(6.75 * RATE), 2)
    assert np.array_equal(made[: round(0.9 * RATE)], TONE[: round(0.9 * RATE)])
    assert not made[RATE : round(1.5 * RATE)].any()
    assert np.abs(np.diff(made[:, 0])).max() < 0.03, "no click"
    for channel, hertz in enumerate((300, 500)):
        slow = made[round(2.7 * RATE) : round(4.5 * RATE), channel]
        spectrum = np.abs(np.fft.rfft(slow * np.hanning(len(slow))))
        assert spectrum.argmax() / 1.8 == pytest.approx(hertz, abs=2), "slower at the same pitch"
    assert np.array_equal(made[round(5.0 * RATE) :], TONE[round(4.25 * RATE) :])


def test_a_reader_gives_what_is_asked_for_and_silence_after_the_end() -> None:
    reader = Reader(iter([TONE[:10], TONE[10:11], TONE[11:20]]))
    assert np.array_equal(reader.take(15), TONE[:15])
    assert np.array_equal(reader.take(8), np.concatenate([TONE[15:20], np.zeros((3, 2), np.float32)]))
    assert Reader(iter([])).take(3).shape == (3,)


VOICE = np.random.default_rng(7).standard_normal(3 * RATE).astype(np.float32) * 0.1
MUSIC = np.random.default_rng(8).standard_normal(3 * RATE).astype(np.float32) * 0.1


@pytest.mark.parametrize("leaked_db", [-6.0, -20.0])
def test_a_leak_is_measured_whatever_is_beside_it(leaked_db: float) -> None:
    background = MUSIC + VOICE * np.float32(10 ** (leaked_db / 20))
    found = leaks([background[:50_000], background[50_000:]], [VOICE])
    assert len(found) == 30
    assert np.nanmedian(found) == pytest.approx(leaked_db, abs=1.0)


def test_a_turned_phase_hides_nothing() -> None:
    turned = np.fft.irfft(np.fft.rfft(VOICE) * np.exp(1.2j), len(VOICE)).astype(np.float32)
    assert np.nanmedian(leaks([turned], [VOICE])) == pytest.approx(0.0, abs=0.2)


def test_what_has_nothing_to_do_with_the_voice_is_no_leak() -> None:
    assert np.nanmax(leaks([MUSIC], [VOICE])) < -22, "by chance"
    assert np.nanmax(leaks([MUSIC * 0], [VOICE])) == LOWEST_DB
    assert np.isnan(leaks([MUSIC], [VOICE * 0])).all()
