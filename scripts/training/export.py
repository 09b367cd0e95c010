"""The network as a file that the package carries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from pitchgen.dsp.mel import FEATURES
from training.network import Network

OPSET = 17


def export(network: Network, path: Path, **told: str) -> None:
    """Write the network as ONNX, with what is told of it as metadata.

    Weights lie in half precision and are made single again as they are loaded.
    """
    import onnx

    network.syllables = network.syllables.merged()
    raw = path.with_suffix(".raw")
    axes = {"bands": {0: "batch", 1: "frames"}, "logits": {0: "batch", 1: "frames_out"}}
    torch.onnx.export(
        network.eval().cpu(),
        (torch.zeros(1, 400, FEATURES),),
        str(raw),
        input_names=["bands"],
        output_names=["logits"],
        dynamic_axes=axes,
        opset_version=OPSET,
        dynamo=False,
    )
    model = onnx.load(str(raw))
    raw.unlink()
    _halve(model)
    for key, value in told.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())


def _halve(model: Any) -> None:
    """Keep every matrix in half precision, with a node that makes it single again."""
    from onnx import TensorProto, helper, numpy_helper

    casts = []
    for tensor in list(model.graph.initializer):
        if tensor.data_type == TensorProto.FLOAT and len(tensor.dims) > 1:
            half = numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float16), tensor.name + "_half")
            casts.append(helper.make_node("Cast", [half.name], [tensor.name], to=TensorProto.FLOAT))
            model.graph.initializer.remove(tensor)
            model.graph.initializer.append(half)
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
