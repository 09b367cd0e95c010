"""The packaged reader of captions is the one that its fingerprint names."""

from __future__ import annotations

import hashlib

import numpy as np

from pitchgen.core.folders import packaged
from pitchgen.engines import registry
from pitchgen.engines.read.ppocr import DIGEST, MODEL


def test_the_digest_is_that_of_the_files() -> None:
    both = b"".join((packaged(MODEL) / f"{part}.onnx").read_bytes() for part in ("detection", "recognition"))
    assert hashlib.sha256(both).hexdigest().startswith(DIGEST)


def test_an_empty_picture_has_no_text() -> None:
    reader = registry.load("read", "ppocr")
    assert reader.find([np.zeros((64, 96, 3), np.uint8)]) == [()]
