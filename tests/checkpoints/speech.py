"""Small voices: an XTTS whose speech is as long as its text, and an OpenVoice converter."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from pitchgen.engines import coqui

DIM = 64  # of the network; coordinates 0 to 5 carry the script below, the others what is random
HEADS = 4
MARK = 0.5  # size of the marks in those coordinates
CODES_PER_TOKEN = 0.8  # of sound for each of text: at 21.5 codes a second, fast speech, for the vocoder is slow
SHARP = 4.0  # how strictly the counting head looks at text and sound alone
SMALL = 0.01  # what the head writes: so little that it does not change the norm of what it reads
STEEP = 3e4  # how suddenly the stop token becomes certain
LEVEL = 0.1  # root mean square of the sound
CHARACTERS = (
    "abcdefghijklmnopqrstuvwxyz0123456789.,!?;:'-()%&/+*=@_"
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюяáàâäãåąćčçďéèêëęěğíìîïıłńňñóòôöõőøœřśšşßťúùûüůűýÿźžż"
    "ابتثجحخدذرزسشصضطظعغفقكلمنهويءآأؤإئةىअआइईउऊएऐओऔकखगघचछजझटठडढणतथदधनपफबभमयरलवशषसहािीुूेैोौ्ंँ़"
)
LANGUAGES = ["en", "es", "fr", "de", "it", "pt", "pl", "tr", "ru", "nl", "cs", "ar", "zh-cn", "hu", "ko", "ja", "hi"]


def build_xtts(folder: Path) -> None:
    """XTTS-v2's four files; it says `CODES_PER_TOKEN` codes for every token of the text, its start and its end."""
    coqui.prepare()
    import torch
    from TTS.tts.configs.xtts_config import XttsArgs, XttsConfig

    torch.set_num_threads(1)
    _vocabulary(folder / "vocab.json")
    sizes = {"gpt_layers": 2, "gpt_n_model_channels": DIM, "gpt_n_heads": HEADS, "decoder_input_dim": DIM}
    tokens = {"gpt_num_audio_tokens": 1026, "gpt_start_audio_token": 1024, "gpt_stop_audio_token": 1025}
    arguments = XttsArgs(gpt_use_perceiver_resampler=True, **sizes, **tokens)
    config = XttsConfig(model_args=arguments, languages=LANGUAGES, repetition_penalty=5.0, gpt_cond_chunk_len=4)
    config.gpt_cond_len = config.max_ref_len = 30
    config.save_json(str(folder / "config.json"))
    torch.save({"Nobody": {}}, folder / "speakers_xtts.pth")
    network = _network(config, folder)
    with torch.no_grad():
        _script(network.gpt)
        _loud(network)
    tensors = {name: tensor for name, tensor in network.state_dict().items() if "gpt_inference" not in name}
    _save_as_published(config, tensors, folder / "model.pth")


def _network(config: Any, folder: Path) -> Any:
    """A random network of the vocabulary in `folder`."""
    import torch
    from TTS.tts.layers.xtts.tokenizer import VoiceBpeTokenizer
    from TTS.tts.models.xtts import Xtts

    torch.manual_seed(1)
    network = Xtts(config)
    network.tokenizer = VoiceBpeTokenizer(vocab_file=str(folder / "vocab.json"))
    network.init_models()
    network.gpt.eval()
    network.hifigan_decoder.eval()
    return network


def _save_as_published(config: Any, tensors: dict[str, Any], path: Path) -> None:
    """As the published file was made: its configuration is an object of classes that have moved since."""
    import torch
    from TTS.tts.configs import xtts_config

    moved = (xtts_config.XttsArgs, xtts_config.XttsAudioConfig)
    places = [kind.__module__ for kind in moved]
    for kind in moved:
        kind.__module__ = "TTS.tts.models.xtts"
    try:
        torch.save({"config": config, "model": tensors}, path)
    finally:
        for kind, place in zip(moved, places, strict=True):
            kind.__module__ = place


def _vocabulary(path: Path) -> None:
    """One token for each character, and the marks that XTTS knows."""
    from tokenizers import AddedToken, Tokenizer, models

    special = ["[STOP]", "[UNK]", "[SPACE]", "[START]", *(f"[{code}]" for code in LANGUAGES)]
    names = [*special, *dict.fromkeys(CHARACTERS)]
    tokenizer = Tokenizer(models.BPE({name: index for index, name in enumerate(names)}, [], unk_token="[UNK]"))
    tokenizer.add_special_tokens([AddedToken(name) for name in special])
    tokenizer.save(str(path))


def _script(gpt: Any) -> None:
    """Write into the weights that sound ends when there are `CODES_PER_TOKEN` codes for each token.

    The only head of the first block that does anything looks at text (marked in coordinates 0 and 1) and sound (marked
    in 4 and 5) evenly, and writes the share of text into coordinates 2 and 3. The stop token wins as soon as that
    share is below what was to be reached; the second block and everything else is random.
    """
    import torch

    def unit(weight: Any, marked: int | None) -> None:
        """Rows of norm 1 and mean 0, whose first six coordinates hold a mark or nothing."""
        rest = torch.randn_like(weight)
        rest[:, :6] = 0
        rest[:, 6:] -= rest[:, 6:].mean(1, keepdim=True)
        rest *= math.sqrt(1 - (2 * MARK**2 if marked is not None else 0)) / rest.norm(dim=1, keepdim=True)
        if marked is not None:
            rest[:, marked], rest[:, marked + 1] = MARK, -MARK
        weight.copy_(rest)

    unit(gpt.text_embedding.weight, 0)
    unit(gpt.mel_embedding.weight, 4)
    gpt.text_pos_embedding.emb.weight.zero_()
    gpt.mel_pos_embedding.emb.weight.zero_()
    gpt.conditioning_perceiver.norm.gamma[:6] = 0
    gpt.conditioning_perceiver.norm.gamma[6:] *= 4

    first, second = gpt.gpt.h
    seen = MARK * math.sqrt(DIM)  # a mark behind the layer's norm
    attention = first.attn.c_attn
    attention.weight.zero_()
    attention.bias.zero_()
    attention.weight[4, 0] = SHARP  # query: sound asks
    attention.weight[0, DIM] = attention.weight[4, DIM] = 1.0  # key: text and sound answer alike, the voice does not
    attention.weight[0, 2 * DIM] = 1.0  # value: whether it is text
    first.attn.c_proj.weight.zero_()
    first.attn.c_proj.bias.zero_()
    first.attn.c_proj.weight[0, 2], first.attn.c_proj.weight[0, 3] = SMALL, -SMALL
    first.mlp.c_proj.weight.zero_()
    first.mlp.c_proj.bias.zero_()
    wanted = SMALL * seen / (1 + CODES_PER_TOKEN)
    gpt.mel_pos_embedding.emb.weight[:, 2], gpt.mel_pos_embedding.emb.weight[:, 3] = -wanted, wanted
    for layer in (second.attn.c_attn, second.attn.c_proj, second.mlp.c_fc, second.mlp.c_proj):
        layer.weight.mul_(20)
    for layer in (second.attn.c_proj, second.mlp.c_proj):
        layer.weight[:, :6] = 0
        layer.bias.zero_()
    gpt.mel_head.weight.normal_(0, 0.5)
    gpt.mel_head.weight[:, 2:4] = 0
    stop = gpt.mel_head.weight[gpt.stop_audio_token]
    stop.zero_()
    stop[2], stop[3] = -STEEP, STEEP


def _loud(network: Any) -> None:
    """Give the sound the level of speech."""
    import torch

    latents = torch.randn(1, 8, DIM)
    embedding = torch.nn.functional.normalize(torch.randn(1, 512, 1), dim=1)
    head = network.hifigan_decoder.waveform_decoder.conv_post
    weight = head.parametrizations.weight.original1 if hasattr(head, "parametrizations") else head.weight
    for _ in range(2):
        sound = network.hifigan_decoder(latents, g=embedding)
        weight.mul_(LEVEL / sound.square().mean().sqrt())


def build_openvoice(folder: Path) -> None:
    """OpenVoice v2's converter, narrow and random, in its own two files."""
    coqui.prepare()
    import torch
    from TTS.vc.configs.openvoice_config import OpenVoiceArgs, OpenVoiceConfig
    from TTS.vc.models.openvoice import OpenVoice

    torch.set_num_threads(1)
    torch.manual_seed(2)
    channels = {"inter_channels": 16, "hidden_channels": 16, "filter_channels": 32, "gin_channels": 16}
    arguments = OpenVoiceArgs(upsample_initial_channel=32, **channels)
    network = OpenVoice(OpenVoiceConfig(model_args=arguments))
    with torch.no_grad():
        _converting(network)
    (folder / "converter").mkdir()
    torch.save({"model": network.state_dict()}, folder / "converter" / "checkpoint.pth")
    data = {"sampling_rate": 22050, "filter_length": 1024, "hop_length": 256, "win_length": 1024, "n_speakers": 0}
    model = {
        **channels,
        "zero_g": True,
        "n_heads": 2,
        "n_layers": 6,
        "kernel_size": 3,
        "p_dropout": 0.1,
        "resblock": "1",
        "resblock_kernel_sizes": [3, 7, 11],
        "resblock_dilation_sizes": [[1, 3, 5], [1, 3, 5], [1, 3, 5]],
        "upsample_rates": [8, 8, 2, 2],
        "upsample_initial_channel": 32,
        "upsample_kernel_sizes": [16, 16, 4, 4],
    }
    text = json.dumps({"_version_": "v2", "data": data, "model": model})
    (folder / "converter" / "config.json").write_text(text, "utf-8")


def _converting(network: Any) -> None:
    """Let the sound depend on what is said and on whose tone it gets; a random converter hums, whatever it hears."""
    for layer in network.flow.flows[::2]:
        layer.post.weight.normal_(0, 0.3)  # zero at the start of a training: the tone would change nothing
    network.ref_enc.proj.weight.mul_(200)
    for name, weight in network.dec.named_parameters():
        if name.endswith("bias"):
            weight.zero_()
        elif name.startswith("ups") and "original0" in name:
            weight.mul_(2.5)
    network.dec.conv_pre.weight.mul_(2.5)
