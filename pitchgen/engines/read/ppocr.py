"""Reads text in pictures by the mobile networks of PP-OCRv4, which are packaged: see models/pp-ocrv4/README.md."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pitchgen.core.box import Box
from pitchgen.core.engines import Licence, TextReader
from pitchgen.core.errors import MissingWeights
from pitchgen.core.folders import packaged
from pitchgen.core.footage import Pixels, Reading
from pitchgen.dsp.blobs import Blob, blobs
from pitchgen.dsp.pixels import scaled

RECIPE = 1  # raise it whenever the same picture is read in another way
MODEL = "pp-ocrv4"
DIGEST = "6f73ed25183f00d1"
"""The first of the SHA-256 of both networks, one after the other; a test holds it to the files."""
THREADS = 4  # more gain nothing with networks this small

STEP = 32  # pixels: what the detection network takes as a unit of width and height
INK = 0.3  # probability from which a pixel belongs to text. Source: PaddleOCR's configuration
TEXT = 0.5  # mean probability of a text. Source: the same
UNCLIP = 1.6  # of area by circumference: the network marks less than the letters cover. Source: the same
SMALLEST = 3  # pixels of the network: less is no letter

LINE_PX = 48  # height of a line as the recognition network wants it
NARROWEST = 320  # pixels of its width: shorter lines are filled up
WIDEST = 1600  # pixels: no line of a caption is longer
BLANK = 0  # class of the recognition network that is no character


class PaddleReader:
    """Finds lines of text and reads them: Chinese, Latin letters, figures."""

    name = "ppocr"
    languages = frozenset({"zh"})
    licence = Licence("Apache-2.0", commercial=True)

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._loaded: tuple[Any, Any, list[str]] | None = None

    @property
    def fingerprint(self) -> str:
        """Recipe, weights, library."""
        return f"ppocr-{RECIPE}+{DIGEST}+onnxruntime-{version('onnxruntime')}"

    def find(self, pictures: Sequence[Pixels]) -> Sequence[tuple[Box, ...]]:
        """Where text stands in each picture, upright boxes from the top."""
        return [self._found(picture) for picture in pictures]

    def read(self, lines: Sequence[Pixels]) -> Sequence[Reading]:
        """What stands in each picture of one line."""
        return [self._read(line) for line in lines]

    def _networks(self) -> tuple[Any, Any, list[str]]:
        with self._lock:
            if self._loaded is None:
                find, read = (_session(self._folder / f"{part}.onnx") for part in ("detection", "recognition"))
                characters = read.get_modelmeta().custom_metadata_map["character"].splitlines()
                self._loaded = find, read, ["", *characters, " "]
            return self._loaded

    def _found(self, picture: Pixels) -> tuple[Box, ...]:
        height, width = (max(STEP, round(size / STEP) * STEP) for size in picture.shape[:2])
        network = self._networks()[0]
        values = (scaled(picture, height, width) / 127.5 - 1).transpose(2, 0, 1)[None]
        ink = network.run(None, {network.get_inputs()[0].name: np.ascontiguousarray(values)})[0][0, 0]
        return tuple(_box(blob, ink.shape) for blob in blobs(ink > INK) if _is_text(blob, ink))

    def _read(self, line: Pixels) -> Reading:
        _, network, characters = self._networks()
        width = int(np.clip(np.ceil(LINE_PX * line.shape[1] / max(1, line.shape[0])), 1, WIDEST))
        values = np.zeros((1, 3, LINE_PX, max(NARROWEST, width)), np.float32)
        values[0, :, :, :width] = (scaled(line, LINE_PX, width) / 127.5 - 1).transpose(2, 0, 1)
        classes = network.run(None, {network.get_inputs()[0].name: values})[0][0]
        return _decoded(classes, characters)


def _decoded(classes: NDArray[np.float32], characters: Sequence[str]) -> Reading:
    """The likeliest character of each place, doubled ones once, shape (n_places, n_classes)."""
    best = classes.argmax(axis=1)
    changed = np.flatnonzero(np.diff(best, prepend=-1))
    ends = [*changed[1:], len(best)]
    found = [
        (characters[best[start]], float(classes[start:end, best[start]].max()))
        for start, end in zip(changed, ends, strict=True)
        if best[start] != BLANK
    ]
    return Reading("".join(text for text, _ in found), tuple(round(p, 4) for _, p in found))


def _is_text(blob: Blob, ink: NDArray[np.float32]) -> bool:
    height, width = blob.bottom - blob.top, blob.right - blob.left
    if min(height, width) < SMALLEST:
        return False
    part = ink[blob.top : blob.bottom, blob.left : blob.right]
    return float(part[part > INK].mean()) >= TEXT


def _box(blob: Blob, shape: tuple[int, ...]) -> Box:
    """The text of a blob: the network marks its middle, so all sides are moved out."""
    height, width = blob.bottom - blob.top, blob.right - blob.left
    more = height * width * UNCLIP / (2 * (height + width))
    found = Box(blob.left / shape[1], blob.top / shape[0], blob.right / shape[1], blob.bottom / shape[0])
    return found.grown(more / shape[1], more / shape[0])


def _session(path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(THREADS, os.cpu_count() or 1)
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # ffmpeg decodes meanwhile
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def load() -> TextReader:
    """The packaged reader.

    Raises:
        MissingWeights: an installation without its networks.
    """
    folder = packaged(MODEL)
    if not folder.is_dir():
        raise MissingWeights(f"{MODEL} belongs to this installation and is not in it; install pitchgen again")
    return PaddleReader(folder)
