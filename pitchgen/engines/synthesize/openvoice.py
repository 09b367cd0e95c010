"""Another voice's speech in the tone of hers: OpenVoice v2's tone-colour converter (coqui-tts) over any voice."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from pitchgen.core.audio import Audio, Voice
from pitchgen.core.engines import Licence, Synthesizer, Transcriber, Utterance
from pitchgen.core.errors import EngineError
from pitchgen.core.weights import Weights
from pitchgen.dsp.resample import resample
from pitchgen.engines import coqui
from pitchgen.engines.rack import Rack
from pitchgen.engines.synthesize import espeak
from pitchgen.engines.synthesize.takes import Attempt, Jury, choice, said

if TYPE_CHECKING:
    from torch import Tensor

NAME = "openvoice"
RECIPE = 1  # raise it whenever the same utterance gives another sound
SHORTEST = 0.5  # seconds of a reference: the encoder halves its 86 frames a second six times
LONGEST = 30.0  # seconds of it that are heard
VOICES = 256  # kept: 1 kB each
TOGETHER = 1  # sentences at a time: one already fills a GPU's convolutions
SIZES = (
    "inter_channels",
    "hidden_channels",
    "filter_channels",
    "n_heads",
    "n_layers",
    "kernel_size",
    "resblock",
    "resblock_kernel_sizes",
    "resblock_dilation_sizes",
    "upsample_rates",
    "upsample_initial_channel",
    "upsample_kernel_sizes",
    "gin_channels",
    "zero_g",
)
"""What converter/config.json says of the network, under the names that coqui-tts gives it too."""


class OpenVoice:
    """A base voice, converted; the same utterance gives the same samples on the same kind of device."""

    name = NAME
    reference_rate = 24_000  # Hz: what these networks hear of a voice ends below 12 kHz

    def __init__(
        self,
        rack: Rack,
        weights: Weights,
        base: Synthesizer,
        *,
        takes: int = 1,
        recogniser: Transcriber | None = None,
    ) -> None:
        self._rack, self._weights, self._base = rack, weights, base
        self._takes, self._recogniser = takes, recogniser
        self._voices: OrderedDict[str, Tensor] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def fingerprint(self) -> str:
        """Recipe, library, weights, base voice, and how takes are chosen."""
        library = f"coqui-tts-{version('coqui-tts')}"
        chosen = choice(self._takes, self._recogniser)
        return f"{NAME}-{RECIPE}+{library}+{self._weights.digest}+{self._base.fingerprint}{chosen}"

    @property
    def languages(self) -> frozenset[str]:
        """Those of the base voice."""
        return self._base.languages

    @property
    def licence(self) -> Licence:
        """The stricter of the base voice's and the weights'."""
        own = self._weights.model.licence
        return own if not own.commercial else self._base.licence

    @property
    def batch_size(self) -> int:
        """That of the base voice."""
        return int(getattr(self._base, "batch_size", 1))

    def timbre(self, language: str) -> str:
        """Converted, in every language."""
        del language
        return "converted"

    def synthesize(self, utterances: Sequence[Utterance]) -> Sequence[Audio]:
        """Each sentence as sound at the rate of the weights (22,050 Hz), without silence around it.

        Raises:
            EngineError: a sentence that cannot be said; the message names it.
            MissingWeights: the files are not usable.
        """
        if not utterances:
            return []
        bases = dict(zip(map(_key, utterances), self._base.synthesize(utterances), strict=True))

        def run(attempts: Sequence[Attempt]) -> list[Audio]:
            return [self._converted(bases[_key(attempt.utterance)], attempt) for attempt in attempts]

        def speak(attempts: Sequence[Attempt]) -> list[Audio]:
            return self._rack.batched(attempts, run, TOGETHER)

        return said(utterances, speak, takes=self._takes, jury=Jury(self._recogniser, self._alike))

    def _network(self) -> Network:
        identity = f"{NAME}:{self._weights.digest}:{self._rack.device}"
        return self._rack.hold(identity, lambda: load_network(self._weights, self._rack.device), self._weights.size)

    def _converted(self, base: Audio, attempt: Attempt) -> Audio:
        return self._network().converted(base, self._tone(attempt.utterance.voice), attempt.seed)

    def _tone(self, voice: Voice) -> Tensor:
        """Her tone colour, found once for each reference."""
        key = voice.reference.fingerprint
        with self._lock:
            if key not in self._voices:
                self._voices[key] = self._network().tone(voice.reference)
                while len(self._voices) > VOICES:
                    self._voices.popitem(last=False)
            self._voices.move_to_end(key)
            return self._voices[key]

    def _alike(self, utterance: Utterance, take: Audio) -> float:
        from torch.nn.functional import cosine_similarity

        return float(cosine_similarity(self._network().tone(take), self._tone(utterance.voice), dim=1))


def _key(utterance: Utterance) -> tuple[str, str, int]:
    return utterance.language, utterance.text, id(utterance.voice)


@dataclass(frozen=True, slots=True)
class Spectrum:
    """How the converter's spectrogram is made."""

    rate: int
    """Hz."""
    window: int
    """Samples."""
    hop: int
    """Samples."""


class Network:
    """The loaded converter."""

    def __init__(self, network: Any, spectrum: Spectrum, device: str) -> None:
        self._network, self._spectrum, self._device = network, spectrum, device

    def tone(self, audio: Audio) -> Tensor:
        """Tone colour of who is heard, shape (1, n_channels, 1).

        Raises:
            EngineError: too little is heard.
        """
        import torch

        heard = Audio(audio.samples[: round(LONGEST * audio.rate)], audio.rate)
        if heard.duration < SHORTEST:
            heard = _repeated(heard)
        with torch.inference_mode(), coqui.quiet():
            tone: Tensor = self._network.ref_enc(self._frames(heard).transpose(1, 2)).unsqueeze(-1)
        return tone

    def converted(self, audio: Audio, target: Tensor, seed: int) -> Audio:
        """`audio` in the tone `target`, as long as before."""
        import torch

        source = self.tone(audio)
        with torch.inference_mode(), coqui.quiet(), torch.random.fork_rng(devices=_forked(self._device)):
            torch.manual_seed(seed)
            frames = self._frames(audio)
            lengths = torch.tensor([frames.shape[2]], device=self._device)
            inputs = {"x_lengths": lengths, "g_src": source, "g_tgt": target}
            sound = self._network.inference(frames, inputs)["model_outputs"][0, 0]
        samples = sound.float().cpu().numpy()
        wanted = round(audio.duration * self._spectrum.rate)
        return Audio(np.pad(samples, (0, max(0, wanted - len(samples))))[:wanted], self._spectrum.rate)

    def _frames(self, audio: Audio) -> Tensor:
        """Magnitudes, shape (1, n_bins, n_frames)."""
        import torch
        from TTS.utils.audio.torch_transforms import wav_to_spec

        samples = np.ascontiguousarray(resample(audio, self._spectrum.rate).samples)
        wave = torch.from_numpy(samples)[None, None].to(self._device)
        shape = {"n_fft": self._spectrum.window, "hop_length": self._spectrum.hop, "win_length": self._spectrum.window}
        frames: Tensor = wav_to_spec(wave, center=False, **shape)
        return frames


def _repeated(audio: Audio) -> Audio:
    """A very short sound, said again until it is long enough to be heard.

    Raises:
        EngineError: there is nothing.
    """
    if not len(audio.samples):
        raise EngineError("the voice reference is empty: nothing of hers is heard in the video")
    times = int(np.ceil(SHORTEST * audio.rate / len(audio.samples)))
    return Audio(np.tile(audio.samples, times), audio.rate)


def _forked(device: str) -> list[int]:
    """Devices whose random numbers are put back as they were."""
    return [0] if device == "cuda" else []


def load_network(weights: Weights, device: str) -> Network:
    """The converter from its two files.

    Raises:
        MissingWeights: a file is missing, damaged, or of another architecture; the message names it.
    """
    coqui.prepare()
    with coqui.quiet():
        from TTS.vc.configs.openvoice_config import OpenVoiceArgs, OpenVoiceConfig
        from TTS.vc.models.openvoice import OpenVoice as Library

        with coqui.reading(weights, "converter/config.json") as path:
            said = json.loads(path.read_text("utf-8"))
            data, model = said["data"], said["model"]
            spectrum = Spectrum(data["sampling_rate"], data["filter_length"], data["hop_length"])
            config = OpenVoiceConfig(model_args=OpenVoiceArgs(**{name: model[name] for name in SIZES if name in model}))
            config.audio.fft_size = config.audio.win_length = spectrum.window
            config.audio.hop_length = spectrum.hop
            config.audio.input_sample_rate = config.audio.output_sample_rate = spectrum.rate
            network = Library(config)
        with coqui.reading(weights, "converter/checkpoint.pth") as path:
            network.load_state_dict(coqui.state(path))
        return Network(network.eval().to(device), spectrum, device)


def load(*, rack: Rack, model: str = "", takes: int = 1, recogniser: Transcriber | None = None) -> Synthesizer:
    """The converter over the tinted espeak-ng."""
    return OpenVoice(rack, rack.choose(NAME, model), espeak.load(), takes=takes, recogniser=recogniser)
