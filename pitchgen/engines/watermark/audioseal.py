"""A watermark that nobody hears, by AudioSeal: 16 bits that say the sound is pitchgen's, all through it."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from pitchgen.core.audio import Audio, Samples
from pitchgen.core.engines import Licence, Watermarker
from pitchgen.core.errors import MissingWeights
from pitchgen.core.weights import Weights
from pitchgen.dsp.resample import resample
from pitchgen.engines.rack import Rack

NAME = "audioseal"
RECIPE = 1  # raise it whenever the same sound is marked in another way
NETWORK_RATE = 16_000  # Hz. Source: the model's card
HEARD_RATE = 48_000  # Hz, of what comes in and goes out
MESSAGE = tuple(int(bit) for bit in f"{0x5047:016b}")  # "PG"; more would tell whose it is to everybody
WRONG_BITS = 1  # that a coded sound may have: chance agrees with 15 of 16 bits once in 3855
WINDOW = 10.0  # seconds looked at together
SHORTEST = 0.1  # seconds: less is too little for the network, and stays as it is
GENERATOR, DETECTOR = "generator_base.pth", "detector_base.pth"


class AudioSeal:
    """AudioSeal with 16 bits; the same sound gives the same marked sound on the same kind of device."""

    name = NAME
    languages: frozenset[str] = frozenset()
    marks = True

    def __init__(self, rack: Rack, weights: Weights) -> None:
        self._rack, self._weights = rack, weights

    @property
    def fingerprint(self) -> str:
        """Recipe, library and weights."""
        return f"{NAME}-{RECIPE}+audioseal-{version('audioseal')}+{self._weights.digest}"

    @property
    def licence(self) -> Licence:
        """That of the weights."""
        return self._weights.model.licence

    def watermark(self, blocks: Iterable[Samples]) -> Iterator[Samples]:
        """Mono blocks at 48 kHz with the watermark added: made at 16 kHz, so above 8 kHz nothing is touched.

        Raises:
            MissingWeights: the files are not usable.
        """
        for block in blocks:
            yield self._marked(block) if len(block) >= SHORTEST * HEARD_RATE else block

    def detect(self, audio: Audio) -> float:
        """Share of the sound, 0 to 1, in windows whose message is ours, weighed by how sure the network is.

        Raises:
            MissingWeights: the files are not usable.
        """
        import torch

        samples = resample(audio, NETWORK_RATE).samples
        length = int(WINDOW * NETWORK_RATE)
        windows = [samples[start : start + length] for start in range(0, len(samples), length)]
        windows = [window for window in windows if len(window) >= SHORTEST * NETWORK_RATE]
        network, found = self._network(DETECTOR), 0.0
        for window in windows:
            with _uncompiled(), torch.inference_mode():
                share, message = network.detect_watermark(self._tensor(window))
            wrong = int(np.count_nonzero(message[0].cpu().numpy() != np.asarray(MESSAGE)))
            found += float(share[0]) * len(window) * (wrong <= WRONG_BITS)
        return found / max(1, sum(map(len, windows)))

    def _marked(self, block: Samples) -> Samples:
        import torch

        low = resample(Audio(block, HEARD_RATE), NETWORK_RATE).samples
        message = torch.tensor(MESSAGE, device=self._rack.device)[None]
        with _uncompiled(), torch.inference_mode():
            mark = self._network(GENERATOR).get_watermark(self._tensor(low), message=message)
        added = resample(Audio(np.asarray(mark[0, 0].cpu().numpy(), np.float32), NETWORK_RATE), HEARD_RATE).samples
        added = added[: len(block)]
        return np.asarray(block + np.pad(added, (0, len(block) - len(added))), np.float32)

    def _tensor(self, samples: Samples) -> Any:
        """Shape (1, 1, n_samples)."""
        import torch

        return torch.from_numpy(np.ascontiguousarray(samples, np.float32))[None, None].to(self._rack.device)

    def _network(self, file: str) -> Any:
        path = self._weights.folder / file
        identity = f"{NAME}:{file}:{self._weights.digest}:{self._rack.device}"
        return self._rack.hold(identity, lambda: self._load(path), path.stat().st_size)

    def _load(self, path: Path) -> Any:
        with _quiet():
            from audioseal import builder, loader
        kind, create = builder.AudioSealDetectorConfig, builder.create_detector
        if path.name == GENERATOR:
            kind, create = builder.AudioSealWMConfig, builder.create_generator
        try:
            found = _read(path)
            config = loader.AudioSeal.parse_config(dict(found["xp.cfg"]), kind, nbits=len(MESSAGE))
            with _quiet():
                network = create(config, device=self._rack.device)
                loader.load_state_dict(network, loader.convert_state_dict_for_scriptable_model(found["model"]))
        except Exception as error:  # whatever a file that is not this model makes the library raise
            raise MissingWeights(
                f"{path}: not usable by {NAME}: {str(error).splitlines()[0] if str(error) else type(error).__name__}; "
                f"run pitchgen models pull {self._weights.model.name} again"
            ) from error
        return network.eval()


@contextmanager
def _quiet() -> Iterator[None]:
    """Without torch's warnings about how the library is written: TorchScript, and an older weight norm."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", FutureWarning)
        yield


@contextmanager
def _uncompiled() -> Iterator[None]:
    """The network as it is: the library would have it compiled, for which few machines have what it takes."""
    with _quiet():
        from audioseal.libs.moshi.utils.compile import no_compile

        with no_compile():
            yield


def _read(path: Path) -> Any:
    """The checkpoint, which holds its own settings as omegaconf's objects; no other classes are made from it."""
    from collections import defaultdict
    from typing import Any as Anything

    import torch
    from omegaconf import DictConfig, ListConfig, base, nodes

    settings = [DictConfig, ListConfig, base.ContainerMetadata, base.Metadata]
    leaves = [nodes.AnyNode, nodes.StringNode, nodes.IntegerNode, nodes.FloatNode, nodes.BooleanNode]
    plain = [defaultdict, dict, list, int, str, float, bool, Anything]
    with torch.serialization.safe_globals([*settings, *leaves, *plain]):
        return torch.load(path, map_location="cpu", weights_only=True)


def load(rack: Rack, model: str = "") -> Watermarker:
    """AudioSeal with the weights called `model`, or its default.

    Raises:
        MissingWeights: they are not here.
    """
    return AudioSeal(rack, rack.choose(NAME, model))
