"""Demucs on a small checkpoint of its true layout: as its own library separates, in pieces of any length."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from checkpoints import TinyShelf

from pitchgen.core.audio import Samples
from pitchgen.core.errors import LicenceError, MissingWeights
from pitchgen.core.weights import Weights
from pitchgen.engines import registry
from pitchgen.engines.rack import Rack
from pitchgen.engines.separate.demucs import OVERLAP, Demucs, _windows

HEARD = np.random.default_rng(2).uniform(-0.3, 0.3, (60_001, 2)).astype(np.float32)


@pytest.fixture(scope="module")
def engine(rack: Rack) -> Demucs:
    found = registry.load("separate", "demucs", use="research", rack=rack)
    assert isinstance(found, Demucs)
    return found


def test_windows_are_blended_as_the_library_blends_them(engine: Demucs, rack: Rack) -> None:
    import torch
    from demucs.apply import apply_model

    network = engine._network()
    theirs = apply_model(network, torch.from_numpy(HEARD.T.copy())[None], shifts=0, overlap=OVERLAP)[0]
    wanted = theirs[:3].sum(dim=0).numpy().T
    ours = np.concatenate(list(_windows(iter([HEARD[:1000], HEARD[1000:50_000], HEARD[50_000:]]), network, rack)))
    assert ours.shape == wanted.shape
    assert np.abs(wanted).max() > 1e-3, "the small network says something"
    assert np.abs(ours - wanted).max() < 1e-4 * np.abs(wanted).max()


@pytest.mark.parametrize("size", [777, 48_000])
def test_pieces_of_any_length_give_the_same(engine: Demucs, size: int) -> None:
    def left(step: int) -> Samples:
        return np.concatenate(list(engine.separate(iter([HEARD[i : i + step] for i in range(0, len(HEARD), step)]))))

    whole = left(len(HEARD))
    assert whole.shape == HEARD.shape
    assert np.abs(left(size) - whole).max() < 1e-5


def test_one_channel_stays_one(engine: Demucs) -> None:
    left = np.concatenate(list(engine.separate(iter([HEARD[:, 0]]))))
    assert left.shape == (len(HEARD),)


def test_merchants_are_refused_until_the_licence_of_the_weights_is_clear(rack: Rack) -> None:
    with pytest.raises(LicenceError, match="research"):
        registry.load("separate", "demucs", rack=rack)


def test_weights_that_name_another_class_are_not_loaded(shelf: TinyShelf, tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    save_file({"x": np.zeros(1, np.float32)}, tmp_path / "955717e8.safetensors", {"klass": "os.system"})
    model = shelf.weights("htdemucs").model
    broken = Demucs(Rack(shelf, device="cpu"), Weights(model, tmp_path, "digest"))
    with pytest.raises(MissingWeights, match=r"os\.system.*pull htdemucs"):
        next(broken.separate(iter([HEARD])))
