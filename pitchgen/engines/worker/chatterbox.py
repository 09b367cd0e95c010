"""Chatterbox Multilingual, in its own environment: run by `serve`, imports nothing of pitchgen.

Unverified against the real weights, which this project's tests do not have: the names and signatures used are those of
chatterbox-tts 0.1.7.
"""

from __future__ import annotations

import tempfile
import wave
from array import array
from collections import OrderedDict
from importlib import import_module
from importlib.metadata import version
from typing import Any

VOICES = 16  # kept: some MB each
RATE_BYTES = 2  # of a sample in the file that the library reads the reference from

_models: dict[tuple[str, str], Any] = {}
_voices: OrderedDict[str, Any] = OrderedDict()


def versions() -> dict[str, str]:
    """Of the packages that change what is said."""
    return {"chatterbox-tts": version("chatterbox-tts")}


def answer(verb: str, options: dict[str, Any], samples: bytes) -> tuple[dict[str, Any], bytes]:
    """Say a text in the voice of `samples` (float32); the sound's rate and its samples.

    Options: folder (of the weights), device, text, language, seed, voice (names the reference), rate (of it).
    """
    if verb != "speak":
        raise ValueError(f"it does not know how to {verb}")
    import torch

    model = _model(options["folder"], options["device"])
    model.conds = _voice(model, options["voice"], samples, options["rate"])
    torch.manual_seed(options["seed"])
    sound = model.generate(options["text"], language_id=options["language"])
    flat = sound.detach().to("cpu", torch.float32).flatten().contiguous().numpy()
    return {"rate": int(model.sr)}, flat.astype("<f4").tobytes()


def _model(folder: str, device: str) -> Any:
    """The loaded model; the one before leaves, as memory seldom holds two."""
    if (folder, device) not in _models:
        library = import_module("chatterbox.mtl_tts")
        _models.clear()
        _voices.clear()
        _models[folder, device] = library.ChatterboxMultilingualTTS.from_local(folder, device)
    return _models[folder, device]


def _voice(model: Any, name: str, samples: bytes, rate: int) -> Any:
    """What the model knows of a voice, found once for each reference."""
    if name not in _voices:
        with tempfile.NamedTemporaryFile(suffix=".wav") as file:
            with wave.open(file, "wb") as sound:
                sound.setnchannels(1)
                sound.setsampwidth(RATE_BYTES)
                sound.setframerate(rate)
                sound.writeframes(_sixteen_bits(samples))
            file.flush()
            model.prepare_conditionals(file.name)
        _voices[name] = model.conds
        while len(_voices) > VOICES:
            _voices.popitem(last=False)
    _voices.move_to_end(name)
    return _voices[name]


def _sixteen_bits(samples: bytes) -> bytes:
    values = array("f", samples)
    return array("h", (round(32767 * max(-1.0, min(1.0, value))) for value in values)).tobytes()
