"""A small Demucs in the layout of the hub: one safetensors file that names its class and arguments, and its bag."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

SIGNATURE = "955717e8"
SECONDS = Fraction(2, 5)  # of a window
SOURCES = ["drums", "bass", "other", "vocals"]


def build_htdemucs(folder: Path) -> None:
    """Random weights: what is tested is that they are loaded as the library loads them, and run window by window."""
    import torch
    from demucs.htdemucs import HTDemucs
    from safetensors.torch import save_file

    arguments = {"channels": 4, "growth": 1, "nfft": 512, "depth": 3, "t_layers": 1, "t_heads": 2, "bottom_channels": 8,
                 "dconv_depth": 1, "dconv_comp": 2, "multi_freqs": [], "norm_starts": 2, "norm_groups": 2,
                 "segment": SECONDS, "samplerate": 44100}  # fmt: skip
    torch.manual_seed(4)
    network = HTDemucs(SOURCES, **arguments)
    state = {name: value.half().contiguous() for name, value in network.state_dict().items()}
    fraction = {"_type": "fraction", "numerator": SECONDS.numerator, "denominator": SECONDS.denominator}
    metadata = {
        "klass": "demucs.htdemucs.HTDemucs",
        "args": json.dumps([SOURCES]),
        "kwargs": json.dumps({**arguments, "segment": fraction}),
    }
    save_file(state, folder / f"{SIGNATURE}.safetensors", metadata)
    (folder / "htdemucs.yaml").write_text(f"models: ['{SIGNATURE}']\n")
