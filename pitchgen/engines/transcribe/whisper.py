"""openai-whisper: the reference, in torch. The same clips, prompts and guards as `faster_whisper`.

It takes the likeliest token at each step, as the library does unless told otherwise: its beam search hears one clip
at a time.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from itertools import zip_longest
from typing import Any

import numpy as np

from pitchgen.core.engines import Licence, Recording, Transcriber
from pitchgen.core.errors import MissingWeights
from pitchgen.core.transcript import Transcript
from pitchgen.core.weights import Weights
from pitchgen.engines.rack import Rack, out_of_memory
from pitchgen.engines.transcribe import hearing
from pitchgen.engines.transcribe.clips import Clip
from pitchgen.engines.transcribe.hearing import Heard, Timed, Vocabulary, in_batches, transcripts, unfit

NAME = "whisper"
RECIPE = 1  # raise it whenever the same sound gives other words
BATCH = 8  # clips that are heard at once
POSITIONS_PER_SECOND = 50
MEDIAN = 7  # positions; source: `find_alignment` of openai/whisper


class Whisper:
    """Hears clips of many recordings as one stream of batches."""

    name = NAME
    languages = hearing.LANGUAGES
    batch_size = 4  # recordings, each with its sound

    def __init__(self, rack: Rack, weights: Weights) -> None:
        self._rack, self._weights = rack, weights

    @property
    def fingerprint(self) -> str:
        """Recipes, libraries and weights."""
        libraries = f"{version('openai-whisper')}+torch-{version('torch').partition('+')[0]}"
        return f"{NAME}-{RECIPE}.{hearing.RECIPE}+{libraries}+{self._weights.digest}"

    @property
    def licence(self) -> Licence:
        """That of the weights."""
        return self._weights.model.licence

    def transcribe(self, recordings: Sequence[Recording]) -> Sequence[Transcript]:
        """What is heard in each recording, as Whisper cuts it; `segment` makes sentences of it.

        Raises:
            EngineError: a file that is no weights of a Whisper, or too little memory.
            MissingWeights: it is gone.
        """
        return transcripts(recordings, self._listen, lambda: self._network.vocabulary, self.name)

    @property
    def _network(self) -> _Network:
        weights, device = self._weights, self._rack.device
        return self._rack.hold(f"{NAME}:{weights.digest}:{device}", lambda: _load(weights, device), weights.size)

    def _listen(self, clips: Sequence[Clip]) -> list[Heard]:
        return in_batches(clips, self._rack, lambda part: self._network.hear(part), BATCH)


@dataclass(frozen=True)
class _Network:
    """A loaded network, and the heads of its cross-attention that follow the sound."""

    model: Any
    device: str
    heads: tuple[tuple[int, int], ...]
    """(layer, head)."""

    @property
    def vocabulary(self) -> Vocabulary:
        """Where text ends and timestamps begin."""
        tokens = self._tokens("en")
        return Vocabulary(tokens.eot, tokens.timestamp_begin)

    def hear(self, clips: Sequence[Clip]) -> list[Heard]:
        """What is said in clips of one language and one prompt."""
        import torch
        import whisper

        tokens = self._tokens(clips[0].language)
        options = whisper.DecodingOptions(
            language=clips[0].language,
            prompt=clips[0].prompt or None,
            sample_len=self.model.dims.n_text_ctx,
            fp16=self.device == "cuda",
        )
        with torch.inference_mode():
            encoded = self._encoded(clips)
            _, languages = self.model.detect_language(encoded, tokens)
            written = self.model.decode(encoded, options)
            words = self._timed(encoded, [result.tokens for result in written], clips, tokens)
        likely = [max(chances.items(), key=lambda item: item[1]) for chances in languages]
        return [
            Heard(tuple(result.tokens), timed, result.avg_logprob, result.no_speech_prob, language, certainty)
            for result, timed, (language, certainty) in zip(written, words, likely, strict=True)
        ]

    def _tokens(self, language: str) -> Any:
        return tokenizer(self.model.num_languages, language)

    def _encoded(self, clips: Sequence[Clip]) -> Any:
        """The encoder's output for the log-Mel spectrograms, shape (n_clips, 1500, d)."""
        import torch
        import whisper

        sounds = (whisper.pad_or_trim(torch.tensor(clip.samples())) for clip in clips)
        mels = torch.stack([whisper.log_mel_spectrogram(sound, self.model.dims.n_mels) for sound in sounds])
        mels = mels.to(self.device)
        return self.model.encoder(mels.half() if self.device == "cuda" else mels)

    def _timed(
        self, encoded: Any, written: Sequence[Sequence[int]], clips: Sequence[Clip], tokens: Any
    ) -> list[tuple[Timed, ...]]:
        """When each word is heard: `find_alignment` of openai/whisper, for all clips at once, encoded once."""
        import torch

        texts = [[token for token in sequence if token < tokens.eot] for sequence in written]
        start = [*tokens.sot_sequence, tokens.no_timestamps]
        # after the end of a shorter text more of it makes no difference: no token hears the ones after it
        rows = list(zip(*zip_longest(*([*start, *t, tokens.eot] for t in texts), fillvalue=tokens.eot), strict=True))
        with _listening(self.model, self.heads) as attention:
            logits = self.model.decoder(torch.tensor(rows, device=self.device), encoded)
        found = []
        for number, (text, clip) in enumerate(zip(texts, clips, strict=True)):
            first, last = len(start) - 1, len(start) + len(text)
            chances = logits[number, first : last - 1, : tokens.eot].softmax(-1)
            certain = chances[range(len(text)), text].tolist()
            frames = max(1, min(round(clip.span.duration * POSITIONS_PER_SECOND), encoded.shape[1]))
            heads = torch.stack([attention[layer][number, head, :last, :frames] for layer, head in self.heads])
            found.append(_words(text, certain, _begins(heads.float().cpu(), first), tokens))
        return found


def tokenizer(languages: int, language: str) -> Any:
    """Whisper's own, for a network of so many languages that is to hear one of them."""
    from whisper.tokenizer import get_tokenizer

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # it leaves its vocabulary's file to be closed by chance
        return get_tokenizer(True, num_languages=languages, language=language, task="transcribe")


def _begins(heads: Any, first: int) -> list[float]:
    """When each token from `first` on is heard, in seconds; the last is the end of the text.

    Args:
        heads: what the alignment heads look for, shape (n_heads, n_tokens, n_positions).
        first: the place of the token after which the text begins.
    """
    import torch
    from whisper.timing import dtw, median_filter

    weights = heads.softmax(-1)
    spread, mean = torch.std_mean(weights, dim=-2, keepdim=True, unbiased=False)
    matrix = median_filter((weights - mean) / spread.clamp(min=1e-6), MEDIAN).mean(0)[first:]
    rows, columns = dtw(-matrix)
    jumps = np.append(True, np.diff(rows) > 0)
    return [float(column) / POSITIONS_PER_SECOND for column in columns[jumps]]


def _words(text: Sequence[int], certain: Sequence[float], begins: Sequence[float], tokens: Any) -> tuple[Timed, ...]:
    found, at = [], 0
    for word, part in zip(*tokens.split_to_word_tokens(list(text)), strict=True):
        end = at + len(part)
        found.append(Timed(word, len(part), begins[at], begins[end], float(np.mean(certain[at:end]))))
        at = end
    return tuple(found)


@contextmanager
def _listening(model: Any, heads: Sequence[tuple[int, int]]) -> Iterator[dict[int, Any]]:
    """By layer, what the cross-attention of the next forward pass looks for."""
    from whisper.model import disable_sdpa

    caught: dict[int, Any] = {}

    def catch(layer: int) -> Any:
        return model.decoder.blocks[layer].cross_attn.register_forward_hook(
            lambda _module, _inputs, outputs: caught.__setitem__(layer, outputs[-1])
        )

    hooks = [catch(layer) for layer in sorted({layer for layer, _ in heads})]
    try:
        with disable_sdpa():  # the fused kernel does not say where it looks
            yield caught
    finally:
        for hook in hooks:
            hook.remove()


def _load(weights: Weights, device: str) -> _Network:
    import torch
    import whisper

    file = weights.folder / weights.model.files[0]
    if not file.is_file():
        raise MissingWeights(f"{file}: is missing; pitchgen models pull {weights.model.name}")
    try:
        model = whisper.load_model(str(file), device="cpu")
    except Exception as error:  # the unpickler, torch and the library raise whatever they meet
        if out_of_memory(error):
            raise
        raise unfit(weights, file, error) from None
    if not model.is_multilingual:
        raise unfit(weights, file, "it hears English only")
    heads = whisper._ALIGNMENT_HEADS.get(file.stem)
    if heads and len(_flags(heads)) == model.dims.n_text_layer * model.dims.n_text_head:
        model.set_alignment_heads(heads)
    chosen = tuple((int(layer), int(head)) for layer, head in model.alignment_heads.indices().T)
    model.alignment_heads = torch.zeros(0)  # Apple's GPU knows no sparse tensors
    return _Network(model.to(device), device, chosen)


def _flags(packed: bytes) -> bytes:
    """A byte for each head: whether it follows the sound. Source: `set_alignment_heads` of openai/whisper."""
    import base64
    import gzip

    return gzip.decompress(base64.b85decode(packed))


def load(*, rack: Rack, model: str = "") -> Transcriber:
    """openai-whisper with the weights `model`, by default the first that the manifest lists.

    Raises:
        InputError, MissingWeights: as `Rack.choose`.
    """
    return Whisper(rack, rack.choose(NAME, model))
