"""AudioSeal on a small checkpoint of the true layout: loaded, run in pieces, told apart from what is no checkpoint."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from checkpoints import TinyShelf

from pitchgen.core.audio import Audio
from pitchgen.core.errors import MissingWeights
from pitchgen.engines.rack import Rack
from pitchgen.engines.watermark.audioseal import DETECTOR, GENERATOR, HEARD_RATE, MESSAGE, AudioSeal, load


@pytest.fixture(scope="module")
def engine(rack: Rack) -> AudioSeal:
    made = load(rack)
    assert isinstance(made, AudioSeal)
    return made


def noise(seconds: float) -> np.ndarray:
    return (0.1 * np.random.default_rng(1).standard_normal(int(seconds * HEARD_RATE))).astype(np.float32)


@pytest.mark.filterwarnings("ignore:.*weight_norm.*:FutureWarning", "ignore:.*torch.jit.*:DeprecationWarning")
def test_the_mark_is_the_librarys(engine: AudioSeal, shelf: TinyShelf) -> None:
    import torch

    list(engine.watermark([noise(1)]))  # imports the library, its warnings kept off
    from audioseal import AudioSeal as Library
    from audioseal.libs.moshi.utils.compile import no_compile

    from pitchgen.dsp.resample import resample

    block = noise(1)
    (marked,) = engine.watermark([block])
    theirs = Library.load_generator(str(shelf.weights("audioseal").folder / GENERATOR), nbits=16).eval()
    low = torch.from_numpy(resample(Audio(block, HEARD_RATE), 16_000).samples)[None, None]
    with torch.inference_mode(), no_compile():
        mark = theirs.get_watermark(low, message=torch.tensor(MESSAGE)[None])[0, 0].numpy()
    assert len(marked) == len(block)
    assert np.abs(mark).max() > 0
    added = resample(Audio(marked - block, HEARD_RATE), 16_000).samples
    ours, wanted = (np.fft.rfft(samples)[:6000] for samples in (added, mark))  # 1 Hz each; above 7 kHz resampling fades
    assert np.linalg.norm(ours - wanted) < 0.02 * np.linalg.norm(wanted)


def test_sound_of_any_length_keeps_it(engine: AudioSeal) -> None:
    for seconds in (0.0, 0.05, 0.3, 1.01):
        assert sum(map(len, engine.watermark([noise(seconds)]))) == int(seconds * HEARD_RATE)


def test_detection_is_a_share(engine: AudioSeal) -> None:
    assert 0.0 <= engine.detect(Audio(noise(1), HEARD_RATE)) <= 1.0
    assert engine.detect(Audio.silence(0, HEARD_RATE)) == 0.0


def test_another_message_is_not_ours(engine: AudioSeal, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the network's answer given: its weights here are random."""
    import torch

    class Sure:
        def __init__(self, message: tuple[int, ...]) -> None:
            self.message = message

        def detect_watermark(self, _: object) -> tuple[object, object]:
            return torch.tensor([0.9]), torch.tensor([self.message])

    audio = Audio(noise(12), HEARD_RATE)
    for message, share in ((MESSAGE, 0.9), ((1 - MESSAGE[0], *MESSAGE[1:]), 0.9), (tuple(1 - b for b in MESSAGE), 0.0)):
        monkeypatch.setattr(engine, "_network", lambda _, m=message: Sure(m))
        assert engine.detect(audio) == pytest.approx(share)


@pytest.mark.parametrize("file", [GENERATOR, DETECTOR])
def test_what_is_no_checkpoint_is_named(file: str, rack: Rack, shelf: TinyShelf, tmp_path) -> None:  # type: ignore[no-untyped-def]
    import os

    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.system, (f"touch {tmp_path}/ran",)

    import torch

    weights = replace(shelf.weights("audioseal"), folder=tmp_path, digest=file)
    torch.save({"xp.cfg": Evil(), "model": {}}, tmp_path / file)
    broken = AudioSeal(rack, weights)
    with pytest.raises(MissingWeights, match=file):
        broken._network(file)
    assert not (tmp_path / "ran").exists()
