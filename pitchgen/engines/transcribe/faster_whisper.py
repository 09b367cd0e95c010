"""Whisper by CTranslate2: the fast way, without torch. Tokens and features are those of faster-whisper."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from pitchgen.core.engines import Licence, Recording, Transcriber
from pitchgen.core.errors import MissingWeights
from pitchgen.core.transcript import Transcript
from pitchgen.core.weights import Weights
from pitchgen.engines.rack import Rack, out_of_memory
from pitchgen.engines.transcribe import hearing
from pitchgen.engines.transcribe.clips import RATE, WINDOW, Clip
from pitchgen.engines.transcribe.hearing import Heard, Timed, Vocabulary, in_batches, transcripts, unfit

NAME = "faster-whisper"
RECIPE = 1  # raise it whenever the same sound gives other words
BATCH = 8  # clips that are heard at once; source: the default of faster-whisper
BEAMS = 5  # source: the default of openai/whisper and of faster-whisper
CONTEXT = 448  # tokens of prompt and text together; source: `n_text_ctx` of every Whisper
LONGEST_PROMPT = CONTEXT // 2 - 1
FRAMES_PER_SECOND = 100
POSITIONS_PER_SECOND = 50


class FasterWhisper:
    """Hears clips of many recordings as one stream of batches."""

    name = NAME
    languages = hearing.LANGUAGES
    batch_size = 4  # recordings, each with its sound

    def __init__(self, rack: Rack, weights: Weights) -> None:
        self._rack, self._weights = rack, weights

    @property
    def fingerprint(self) -> str:
        """Recipes, libraries, weights, and how they are searched."""
        libraries = f"{version('faster-whisper')}+ctranslate2-{version('ctranslate2')}"
        return f"{NAME}-{RECIPE}.{hearing.RECIPE}+{libraries}+{self._weights.digest}+beams-{BEAMS}"

    @property
    def licence(self) -> Licence:
        """That of the weights."""
        return self._weights.model.licence

    def transcribe(self, recordings: Sequence[Recording]) -> Sequence[Transcript]:
        """What is heard in each recording, as Whisper cuts it; `segment` makes sentences of it.

        Raises:
            EngineError: files that are no weights of a Whisper, or too little memory.
            MissingWeights: a file that is gone.
        """
        return transcripts(recordings, self._listen, lambda: self._network.vocabulary, self.name)

    @property
    def _network(self) -> _Network:
        rack, weights = self._rack, self._weights
        identity = f"{NAME}:{weights.digest}:{rack.ctranslate2_device}:{rack.compute_type}"
        return rack.hold(identity, lambda: _load(weights, rack), weights.size)

    def _listen(self, clips: Sequence[Clip]) -> list[Heard]:
        return in_batches(clips, self._rack, lambda part: self._network.hear(part), BATCH)


@dataclass(frozen=True)
class _Network:
    """A loaded network with the tokens and the features that belong to it."""

    model: Any
    tokenizer: Any
    features: Any

    @property
    def vocabulary(self) -> Vocabulary:
        """Where text ends and timestamps begin."""
        tokens = self._tokens("en")
        return Vocabulary(tokens.eot, tokens.timestamp_begin)

    def hear(self, clips: Sequence[Clip]) -> list[Heard]:
        """What is said in clips of one language and one prompt."""
        from faster_whisper.transcribe import get_suppressed_tokens

        tokens = self._tokens(clips[0].language)
        prompt = list(tokens.sot_sequence)
        if clips[0].prompt:
            prompt = [tokens.sot_prev, *tokens.encode(" " + clips[0].prompt)[-LONGEST_PROMPT:], *prompt]
        encoded = self._encoded(clips)
        languages = self.model.detect_language(encoded)
        written = self.model.generate(
            encoded,
            [prompt] * len(clips),
            beam_size=BEAMS,
            max_length=CONTEXT,
            suppress_tokens=list(get_suppressed_tokens(tokens, [-1])),
            return_scores=True,
            return_no_speech_prob=True,
        )
        words = self._timed(encoded, [result.sequences_ids[0] for result in written], clips, tokens)
        return [
            Heard(
                tuple(result.sequences_ids[0]),
                timed,
                # CTranslate2 gives the mean over the tokens; the end counts as one of them
                result.scores[0] * len(result.sequences_ids[0]) / (len(result.sequences_ids[0]) + 1),
                result.no_speech_prob,
                likely[0][0][2:-2],
                likely[0][1],
            )
            for result, timed, likely in zip(written, words, languages, strict=True)
        ]

    def _tokens(self, language: str) -> Any:
        from faster_whisper.tokenizer import Tokenizer

        return Tokenizer(self.tokenizer, multilingual=True, task="transcribe", language=language)

    def _encoded(self, clips: Sequence[Clip]) -> Any:
        """The encoder's output for the log-Mel spectrograms, shape (n_clips, 1500, d)."""
        import ctranslate2

        size = round(WINDOW * RATE)
        sounds = (np.pad(samples, (0, size - len(samples))) for samples in (clip.samples() for clip in clips))
        mels = np.stack([self.features(sound, padding=0) for sound in sounds]).astype(np.float32)
        return self.model.encode(ctranslate2.StorageView.from_array(mels))

    def _timed(
        self, encoded: Any, written: Sequence[Sequence[int]], clips: Sequence[Clip], tokens: Any
    ) -> list[tuple[Timed, ...]]:
        """When each word is heard, by the attention of the network's alignment heads."""
        texts = [[token for token in sequence if token < tokens.eot] for sequence in written]
        frames = [max(2, round(clip.span.duration * FRAMES_PER_SECOND)) for clip in clips]
        if not any(texts):
            return [()] * len(clips)
        found = self.model.align(encoded, list(tokens.sot_sequence), texts, frames)
        return [_words(text, result, tokens) for text, result in zip(texts, found, strict=True)]


def _words(text: Sequence[int], aligned: Any, tokens: Any) -> tuple[Timed, ...]:
    """Words with times out of the path that dynamic time warping found."""
    if not text:
        return ()
    rows, columns = np.array(aligned.alignments, dtype=np.int64).T
    # where each token begins; the last row is the end of the text
    begins = np.append(columns[np.append(True, np.diff(rows) > 0)] / POSITIONS_PER_SECOND, np.inf)
    found, at = [], 0
    for word, part in zip(*tokens.split_to_word_tokens(list(text)), strict=True):
        end = at + len(part)
        probability = float(np.mean(aligned.text_token_probs[at:end]))
        found.append(Timed(word, len(part), float(begins[at]), float(begins[end]), probability))
        at = end
    return tuple(found)


def _load(weights: Weights, rack: Rack) -> _Network:
    import ctranslate2
    from faster_whisper.feature_extractor import FeatureExtractor

    for name in weights.model.files:
        if not (weights.folder / name).is_file():
            raise MissingWeights(f"{weights.folder / name}: is missing; pitchgen models pull {weights.model.name}")
    file = weights.folder / "model.bin"
    try:
        model = ctranslate2.models.Whisper(
            str(weights.folder), device=rack.ctranslate2_device, compute_type=rack.compute_type
        )
    except (RuntimeError, ValueError) as error:
        if out_of_memory(error):
            raise
        raise unfit(weights, file, error) from None
    if not model.is_multilingual:
        raise unfit(weights, file, "it hears English only")
    return _Network(model, _tokenizer(weights), FeatureExtractor(feature_size=model.n_mels))


def _tokenizer(weights: Weights) -> Any:
    """The tokenizer, if it numbers its tokens as the network does.

    Raises:
        EngineError: it is none, or that of another network.
    """
    from tokenizers import Tokenizer

    file = weights.folder / "tokenizer.json"
    try:
        tokenizer = Tokenizer.from_file(str(file))
        listed = _vocabulary(weights.folder)
    except Exception as error:  # the library raises bare exceptions
        raise unfit(weights, file, error) from None
    last = max(number for number, token in enumerate(listed) if token.startswith("<|") and token.endswith("|>"))
    marks = ("<|endoftext|>", "<|startoftranscript|>", "<|zh|>", "<|notimestamps|>")
    agreed = all(tokenizer.token_to_id(token) == number for number, token in enumerate(listed) if token in marks)
    if not agreed or last < len(marks) or tokenizer.token_to_id(marks[-1]) is None:
        raise unfit(weights, file, "it numbers its tokens otherwise than model.bin does")
    return tokenizer


def _vocabulary(folder: Path) -> list[str]:
    """The tokens of `model.bin`, in its order."""
    if (folder / "vocabulary.json").is_file():
        listed: list[str] = json.loads((folder / "vocabulary.json").read_text("utf-8"))
        return listed
    return (folder / "vocabulary.txt").read_text("utf-8").split("\n")


def load(*, rack: Rack, model: str = "") -> Transcriber:
    """faster-whisper with the weights `model`, by default the first that the manifest lists.

    Raises:
        InputError, MissingWeights: as `Rack.choose`.
    """
    return FasterWhisper(rack, rack.choose(NAME, model))
