"""Small checkpoints of the true file layout, made at test time: each emits something that means something.

A builder gets an empty folder and fills it with exactly the files that the manifest lists for its model,
as the model's own repository has them. They are built once for a test run and shared by its processes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from filelock import FileLock

from pitchgen.core.weights import Model, Weights
from pitchgen.edges.weights import WeightsFolder, manifest

BUILDERS: dict[str, str] = {
    # model of the manifest: "module:function" beside this file
    "faster-whisper-large-v3-turbo": "whisper:build_ctranslate2",
    "whisper-turbo": "whisper:build_openai",
    "opus-mt-zh-en": "translation:build_marian_zh_en",
    "opus-mt-en-fr": "translation:build_marian_en_fr",
    "nllb-200-distilled-600m": "translation:build_nllb",
    "m2m100-418m": "translation:build_m2m100",
    "madlad400-3b-mt": "translation:build_madlad",
    "xtts-v2": "speech:build_xtts",
    "openvoice-v2": "speech:build_openvoice",
    "htdemucs": "separation:build_htdemucs",
    "audioseal": "watermark:build_audioseal",
}


class TinyShelf:
    """A `Shelf` whose weights are built when they are first asked for."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._folder = WeightsFolder(root, {name: replace(manifest()[name], size_mb=1) for name in BUILDERS})

    def listed(self, engine: str) -> Sequence[Model]:
        """The small models that `engine` can run."""
        return self._folder.listed(engine)

    def has(self, model: str) -> bool:
        """Whether it can be built."""
        return model in BUILDERS

    def weights(self, model: str) -> Weights:
        """As the protocol; CTranslate2 copies are made as `pitchgen models pull` makes them."""
        known = self._folder.model(model)
        self.root.mkdir(parents=True, exist_ok=True)
        with FileLock(self.root / f"{model}.lock"):
            if not self._folder.has(model):
                self._build(known)
        return self._folder.weights(model)

    def source(self, model: str) -> Path:
        """A folder with the files of `model` as its repository has them, and nothing else."""
        return self.weights(model).folder

    def _build(self, model: Model) -> None:
        module, _, function = BUILDERS[model.name].partition(":")
        folder = self._folder.folder(model.name)
        folder.mkdir(parents=True, exist_ok=True)
        getattr(import_module(f"checkpoints.{module}"), function)(folder)
        made = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
        assert made == sorted(model.files), f"{model.name}: not the files that the manifest lists"
        if model.converted:
            from pitchgen.engines.translate.conversion import convert

            convert(Weights(model, folder, ""))
        files = [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]
        self._folder.write_lock(model.name, "checkpoints", None, files)
