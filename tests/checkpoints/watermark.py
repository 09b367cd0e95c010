"""A small AudioSeal in the layout of the hub: two files of torch, each with its settings as omegaconf's objects."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

SEANET: dict[str, Any] = {
    "activation": "ELU", "activation_params": {"alpha": 1.0}, "causal": False, "channels": 1, "compress": 2,
    "dilation_base": 2, "dimension": 16, "disable_norm_outer_blocks": 0, "kernel_size": 7, "last_kernel_size": 7,
    "lstm": 2, "n_filters": 4, "n_residual_layers": 1, "norm": "weight_norm", "norm_params": {}, "pad_mode": "constant",
    "ratios": [8, 5, 4, 2], "residual_kernel_size": 3, "true_skip": True,
}  # fmt: skip
DECODER = {"final_activation": None, "final_activation_params": None, "trim_right_ratio": 1.0}


def build_audioseal(folder: Path) -> None:
    """Random weights: what is tested is that they are loaded and run as the library does."""
    import torch
    from omegaconf import OmegaConf

    with warnings.catch_warnings():  # of torch, about how the library is written
        warnings.simplefilter("ignore", DeprecationWarning)
        from audioseal.builder import AudioSealDetectorConfig, AudioSealWMConfig, create_detector, create_generator
        from audioseal.loader import AudioSeal

    torch.manual_seed(5)
    kinds = {
        "generator_base.pth": (AudioSealWMConfig, create_generator, {"decoder": DECODER}),
        "detector_base.pth": (AudioSealDetectorConfig, create_detector, {"detector": {"output_dim": 32}}),
    }
    for name, (kind, create, more) in kinds.items():
        settings = {"nbits": 16, "seanet": {**SEANET, **more}}
        network = create(AudioSeal.parse_config(dict(OmegaConf.create(settings)), kind, nbits=16))
        state = {key.replace(".inner_conv.", "."): value for key, value in network.state_dict().items()}
        torch.save({"xp.cfg": OmegaConf.create(settings), "model": state}, folder / name)
