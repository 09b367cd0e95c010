"""Pitch, spectra, resampling and time warping, against slow or known answers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pitchgen.core.audio import Audio
from pitchgen.dsp import dtw
from pitchgen.dsp.dtw import warp
from pitchgen.dsp.pitch import pitch
from pitchgen.dsp.resample import framed, resample
from pitchgen.dsp.spectrum import HOP, RATE, TINT_TAPS, cepstra, filter_between, filtered, long_term


def buzz(hertz: float, seconds: float, rate: int = RATE) -> Audio:
    """A tone rich in harmonics, as a voice has."""
    time = np.arange(round(seconds * rate)) / rate
    tones = [np.sin(2 * np.pi * hertz * k * time) / k for k in range(1, 8)]
    return Audio((0.2 * np.sum(tones, axis=0)).astype(np.float32), rate)


@pytest.mark.parametrize("hertz", [80, 120, 165, 210, 300, 380])
@pytest.mark.parametrize("rate", [16_000, 44_100])
def test_pitch_of_a_buzz(hertz, rate):
    heard = pitch(buzz(hertz, 2.0, rate))
    assert heard.median_hz == pytest.approx(hertz, rel=0.03)
    assert heard.voiced_seconds == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize("seconds", [0, 0.001, 0.02, 1])
def test_silence_has_no_pitch(seconds):
    assert pitch(Audio.silence(seconds, 16_000)).voiced_seconds == 0


def test_noise_has_no_pitch():
    noise = np.random.default_rng(0).standard_normal(32_000).astype(np.float32)
    assert pitch(Audio(noise, 16_000)).voiced_seconds < 0.2


@pytest.mark.parametrize("rate", [8_000, 22_050, 48_000])
def test_resampling_keeps_length_and_tone(rate):
    sound = buzz(200, 1.5)
    other = resample(sound, rate)
    assert other.rate == rate
    assert other.duration == pytest.approx(sound.duration, abs=2 / rate)
    back = resample(other, RATE)
    assert np.sqrt(np.mean((back.samples[800:-800] - sound.samples[800 : len(back.samples) - 800]) ** 2)) < 0.01


@given(st.lists(st.integers(0, 50), max_size=20), st.integers(1, 40))
def test_frames_hold_every_sample_once(lengths, length):
    blocks = np.split(np.arange(1, sum(lengths) + 1, dtype=np.float32), np.cumsum(lengths)[:-1])
    frames = list(framed(iter(blocks), length))
    joined = np.concatenate([np.zeros(0), *frames])
    assert all(len(frame) == length for frame in frames)
    assert np.array_equal(joined[: sum(lengths)], np.arange(1, sum(lengths) + 1))
    assert not joined[sum(lengths) :].any()
    assert len(joined) < sum(lengths) + length


@settings(deadline=None)
@given(st.integers(0, 5000), st.lists(st.integers(0, 5000), max_size=5))
def test_cepstra_do_not_depend_on_the_blocks(length, cuts):
    samples = np.random.default_rng(length).standard_normal(length).astype(np.float32)
    whole, levels = cepstra([samples])
    parts, part_levels = cepstra(np.split(samples, sorted(min(c, length) for c in cuts)))
    assert len(whole) == len(levels) == -(-length // HOP)
    assert np.allclose(whole, parts)
    assert np.allclose(levels, part_levels)


def test_a_filter_brings_one_spectrum_to_another():
    rng = np.random.default_rng(0)
    white = Audio(rng.standard_normal(96_000).astype(np.float32), 24_000)
    dull = Audio(np.convolve(white.samples, [0.5, 0.5], "same").astype(np.float32), 24_000)
    taps = filter_between(long_term(white), long_term(dull))
    got = long_term(Audio(filtered(white.samples, taps), 24_000)) - long_term(dull)
    assert np.std(got[10:400]) < 0.1


def test_filtering_keeps_the_time():
    click = np.zeros(5000, np.float32)
    click[1234] = 1
    flat = long_term(Audio(click, 24_000)) * 0
    out = filtered(click, filter_between(flat, flat))
    assert len(out) == len(click)
    assert out.argmax() == 1234


def test_the_spectrum_goes_on_where_a_recording_ends():
    narrow = long_term(
        resample(Audio(np.random.default_rng(0).standard_normal(80_000).astype(np.float32), 16_000), 8_000)
    )
    above = narrow[round(0.4 * TINT_TAPS) :]
    assert np.ptp(above) < 1.0


def naive(query, reference) -> float:
    """Cost by the definition, cell by cell."""
    q, r = dtw._directions(query), dtw._directions(reference)
    best = np.full((len(q) + 1, len(r) + 1), np.inf)
    best[0, 0] = 0
    for i in range(len(q) + 1):
        for j in range(len(r) + 1):
            for rise, advance in dtw._STEPS:
                if rise > i or advance > j:
                    continue
                alone = not (rise and advance)
                weight = 1.0 if rise == advance else dtw.BENT
                step = dtw.ALONE if alone else weight * (1 - float(q[i - 1] @ r[j - 1]))
                best[i, j] = min(best[i, j], best[i - rise, j - advance] + step)
    return best[-1, -1] / (len(q) + len(r))


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 14), st.integers(1, 14), st.integers(0, 1000))
def test_warp_costs_what_the_definition_says(n, m, seed):
    rng = np.random.default_rng(seed)
    query, reference = (rng.standard_normal((k, 3)).astype(np.float32) for k in (n, m))
    found = warp(query, reference)
    assert found.cost == pytest.approx(naive(query, reference), abs=1e-5)
    assert (found.query[0], found.reference[0]) == (0, 0)
    assert (found.query[-1], found.reference[-1]) == (n, m)
    assert (np.diff(found.query) >= 0).all()
    assert (np.diff(found.reference) >= 0).all()


def smooth(frames: int, seed: int):
    corners = np.random.default_rng(seed).standard_normal((frames // 8 + 2, 13))
    at = np.arange(frames) / 8
    low, part = at.astype(int), (at % 1)[:, np.newaxis]
    return (corners[low] * (1 - part) + corners[low + 1] * part).astype(np.float32)


def test_coarse_to_fine_finds_the_same_way(monkeypatch):
    reference = smooth(3000, 1)
    rng = np.random.default_rng(2)
    clock = np.cumsum(rng.uniform(0.7, 1.4, 3000))
    frames = np.interp(np.arange(0, clock[-1]), clock, np.arange(3000)).astype(int)
    query = reference[frames] + rng.standard_normal((len(frames), 13)).astype(np.float32) * np.float32(0.5)
    query = np.concatenate([query[:1000], smooth(300, 3), query[1000:]])  # an ad-lib of 6 s
    whole = warp(query, reference)
    monkeypatch.setattr(dtw, "CELLS", 100_000)
    assert warp(query, reference).cost == pytest.approx(whole.cost, rel=1e-3)


def test_an_hour_fits(monkeypatch):
    reference = smooth(40_000, 1)
    query = np.concatenate([reference[:9000], reference[9600:20_000], smooth(700, 5), reference[20_000:]])
    found = warp(query, reference)
    at = np.interp([5000, 15_000, 30_000], found.reference, found.query)
    assert at == pytest.approx([5000, 14_400, 30_100], abs=3)


def test_nothing_cannot_be_aligned():
    with pytest.raises(ValueError, match="nothing"):
        warp(np.zeros((0, 13), np.float32), np.zeros((5, 13), np.float32))
