"""Her own voice by XTTS-v2 (coqui-tts): what it learns of a voice is computed once and kept."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from pitchgen.core.audio import Audio, Voice
from pitchgen.core.engines import Licence, Synthesizer, Transcriber, Utterance
from pitchgen.core.errors import EngineError
from pitchgen.core.weights import Weights
from pitchgen.dsp.resample import resample
from pitchgen.engines import coqui
from pitchgen.engines.espeak.text import speakable
from pitchgen.engines.rack import Rack
from pitchgen.engines.synthesize.guard import expected_seconds
from pitchgen.engines.synthesize.takes import Attempt, Jury, choice, said_in_parts, shortened
from pitchgen.languages.spoken import spelled

if TYPE_CHECKING:
    from torch import Tensor

    from pitchgen.engines.synthesize.xtts_decoding import Line, Sampling

NAME = "xtts"
RECIPE = 2  # raise it whenever the same utterance gives another sound
RATE = 24_000  # Hz, of what it says
HEARD_RATE = 22_050  # Hz, of the reference
CODES_PER_SECOND = HEARD_RATE / 1024
CODES = {"zh": "zh-cn"}
"""XTTS's own names of languages, where they are not BCP-47."""
NEEDS = {"ja": "cutlet"}
"""Languages that need a package of their own to be read."""
SHORTEST_REFERENCE = 0.33  # seconds: the library's own limit
VOICES = 64  # kept: 130 kB each
TOGETHER = {"cuda": 32, "mps": 8, "cpu": 8}
"""Sentences decoded together: on GPUs and CPUs alike a step reads all weights, for one row or for many."""


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """What XTTS knows of a voice."""

    conditioning: Tensor
    """For the decoder of codes, shape (32, dim)."""
    speaker: Tensor
    """For the vocoder, shape (1, 512, 1), of length 1."""


class Xtts:
    """XTTS-v2; the same utterance gives the same samples on the same kind of device."""

    name = NAME
    reference_rate = 24_000  # Hz: what these networks hear of a voice ends below 12 kHz

    def __init__(self, rack: Rack, weights: Weights, *, takes: int = 1, recogniser: Transcriber | None = None) -> None:
        self._rack, self._weights = rack, weights
        self._takes, self._recogniser = takes, recogniser
        self._voices: OrderedDict[str, Likeness] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def fingerprint(self) -> str:
        """Recipe, library, weights, and how takes are chosen."""
        chosen = choice(self._takes, self._recogniser)
        return f"{NAME}-{RECIPE}+coqui-tts-{version('coqui-tts')}+{self._weights.digest}{chosen}"

    @property
    def languages(self) -> frozenset[str]:
        """Those of the weights that can be read with the packages that are installed."""
        lacking = {language for language, package in NEEDS.items() if find_spec(package) is None}
        return self._weights.model.languages - lacking

    @property
    def licence(self) -> Licence:
        """That of the weights."""
        return self._weights.model.licence

    @property
    def batch_size(self) -> int:
        """Twice what is decoded together, so that retries are decoded together too."""
        return 2 * TOGETHER[self._rack.device]

    def timbre(self, language: str) -> str:
        """Cloned, in every language."""
        del language
        return "cloned"

    def synthesize(self, utterances: Sequence[Utterance]) -> Sequence[Audio]:
        """Each sentence as sound at 24 kHz, without silence around it.

        Raises:
            EngineError: a sentence that cannot be said; the message names it.
            MissingWeights: the files are not usable.
        """
        if not utterances:
            return []
        network = self._network()
        jury = Jury(self._recogniser, self._alike)
        return said_in_parts(utterances, network.limit, self._spoken, takes=self._takes, jury=jury)

    def _network(self) -> Network:
        identity = f"{NAME}:{self._weights.digest}:{self._rack.device}"
        return self._rack.hold(identity, lambda: load_network(self._weights, self._rack.device), self._weights.size)

    def _spoken(self, attempts: Sequence[Attempt]) -> list[Audio]:
        likenesses = {id(a.utterance.voice): self.likeness(a.utterance.voice) for a in attempts}
        network = self._network()

        def run(part: Sequence[Attempt]) -> list[Audio]:
            return network.speak(part, [likenesses[id(attempt.utterance.voice)] for attempt in part])

        return self._rack.batched(attempts, run, TOGETHER[self._rack.device])

    def likeness(self, voice: Voice) -> Likeness:
        """What XTTS knows of `voice`, computed once for each reference.

        Raises:
            EngineError: the reference is too short.
        """
        key = voice.reference.fingerprint
        with self._lock:
            if key not in self._voices:
                self._voices[key] = self._network().likeness(voice.reference)
                while len(self._voices) > VOICES:
                    self._voices.popitem(last=False)
            self._voices.move_to_end(key)
            return self._voices[key]

    def _alike(self, utterance: Utterance, take: Audio) -> float:
        return float((self._network().speaker(take) * self.likeness(utterance.voice).speaker).sum())


class Network:
    """The loaded XTTS."""

    def __init__(self, network: Any, device: str) -> None:
        self._xtts, self._device = network, device

    def limit(self, language: str) -> int:
        """Characters that it says at once."""
        return int(self._xtts.tokenizer.char_limits.get(language, 200))

    def likeness(self, reference: Audio) -> Likeness:
        """What it knows of a voice.

        Raises:
            EngineError: the reference is too short.
        """
        if reference.duration < SHORTEST_REFERENCE:
            raise EngineError(
                f"the voice reference is {reference.duration:.2f} s long; XTTS needs {SHORTEST_REFERENCE} s, better 6 s"
            )
        config = self._xtts.config
        with coqui.quiet():
            heard = _tensor(resample(reference, HEARD_RATE)).to(self._device)
            lengths = (config.gpt_cond_len, config.gpt_cond_chunk_len)
            conditioning = self._xtts.get_gpt_cond_latents(heard, HEARD_RATE, *lengths)
        return Likeness(conditioning[0], self.speaker(reference))

    def speaker(self, audio: Audio) -> Tensor:
        """Who is heard: a vector of length 1, shape (1, 512, 1)."""
        heard = _tensor(resample(audio, HEARD_RATE))[:, : HEARD_RATE * self._xtts.config.max_ref_len]
        with coqui.quiet():
            embedding: Tensor = self._xtts.get_speaker_embedding(heard.to(self._device), HEARD_RATE)
        return embedding

    def speak(self, attempts: Sequence[Attempt], likenesses: Sequence[Likeness]) -> list[Audio]:
        """Each attempt as sound, all decoded together.

        Raises:
            EngineError: a text that its tokenizer cannot read.
        """
        from pitchgen.engines.synthesize.xtts_decoding import decode

        lines = [self._line(attempt, likeness) for attempt, likeness in zip(attempts, likenesses, strict=True)]
        decoded = decode(self._xtts.gpt, lines, self._sampling())
        pairs = zip(decoded, likenesses, strict=True)
        return [self._sounded(result.latents, likeness.speaker) for result, likeness in pairs]

    def _sounded(self, latents: Tensor, speaker: Tensor) -> Audio:
        import torch

        with torch.inference_mode():
            sound = self._xtts.hifigan_decoder(latents[None], g=speaker)
        return Audio(np.ascontiguousarray(sound.flatten().float().cpu().numpy()), RATE)

    def _line(self, attempt: Attempt, likeness: Likeness) -> Line:
        import torch

        from pitchgen.engines.synthesize.xtts_decoding import Line

        text, language = attempt.utterance.text, attempt.utterance.language
        try:
            with coqui.quiet():
                tokens = self._xtts.tokenizer.encode(_readable(text, language), CODES.get(language, language))
        except Exception as error:  # its rules for numbers and money raise whatever num2words and float raise
            raise coqui.failed(error, text) from None
        if len(tokens) >= self._xtts.args.gpt_max_text_tokens:
            raise EngineError(f"{shortened(text)} has {len(tokens)} tokens, more than XTTS takes; part the sentence")
        _, longest = expected_seconds(text, language)
        limit = min(math.ceil(longest * CODES_PER_SECOND) + 1, self._xtts.gpt.max_gen_mel_tokens)
        return Line(likeness.conditioning, torch.tensor(tokens), limit, attempt.seed)

    def _sampling(self) -> Sampling:
        from pitchgen.engines.synthesize.xtts_decoding import Sampling

        config = self._xtts.config
        return Sampling(config.temperature, config.top_k, config.top_p, config.repetition_penalty)


def _readable(text: str, language: str) -> str:
    """`text` as its tokenizer takes it: lower case, no pictures, units and numbers in words.

    The library's own reading of numbers has none for Hindi, says 3.5 as 3.50 in Arabic, and fails at `5.` in Czech.
    """
    return spelled(speakable(text, "" if language == "zh" else language), language).strip().lower()


def _tensor(audio: Audio) -> Tensor:
    import torch

    return torch.from_numpy(np.ascontiguousarray(audio.samples))[None]


def load_network(weights: Weights, device: str) -> Network:
    """XTTS from its four files.

    The library's own loader is not used: it writes the checkpoint anew into the file it was read from.

    Raises:
        MissingWeights: a file is missing, damaged, or of another architecture; the message names it.
    """
    coqui.prepare()
    with coqui.quiet():
        from TTS.config.shared_configs import BaseDatasetConfig
        from TTS.tts.configs.xtts_config import XttsArgs, XttsAudioConfig, XttsConfig
        from TTS.tts.layers.xtts.tokenizer import VoiceBpeTokenizer
        from TTS.tts.models.xtts import Xtts as Library

        classes = [XttsConfig, XttsArgs, XttsAudioConfig, BaseDatasetConfig]
        moved = [(kind, f"TTS.tts.models.xtts.{kind.__name__}") for kind in (XttsArgs, XttsAudioConfig)]
        with coqui.reading(weights, "config.json") as path:
            config = XttsConfig()
            config.load_json(str(path))
            network = Library(config)
        with coqui.reading(weights, "vocab.json") as path:
            network.tokenizer = VoiceBpeTokenizer(vocab_file=str(_present(path)))
        with coqui.reading(weights, "model.pth") as path:
            network.init_models()
            network.load_state_dict(_of_speech(coqui.state(path, [*classes, *moved])))
        network.gpt.eval()
        network.hifigan_decoder.eval()
        return Network(network.to(device), device)


def _present(path: Any) -> Any:
    """`path`; the tokenizers library says no more of an absent file than "Exception"."""
    with path.open("rb"):
        return path


def _of_speech(tensors: dict[str, Any]) -> dict[str, Any]:
    """Without what only training uses, and without copies that earlier versions kept."""
    unused = ("torch_mel_spectrogram_style_encoder", "torch_mel_spectrogram_dvae", "dvae")
    plain = {name.removeprefix("xtts."): tensor for name, tensor in tensors.items()}
    return {
        name: tensor
        for name, tensor in plain.items()
        if not name.startswith((*unused, "gpt.gpt_inference.", "gpt.gpt.wte."))
    }


def load(*, rack: Rack, model: str = "", takes: int = 1, recogniser: Transcriber | None = None) -> Synthesizer:
    """XTTS with the weights `model`, by default XTTS-v2."""
    return Xtts(rack, rack.choose(NAME, model), takes=takes, recogniser=recogniser)
