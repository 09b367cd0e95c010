"""Labels of an output in the order in which they last: the AIGC metadata, the content credentials, both read back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pitchgen import __version__
from pitchgen.core.config import Settings
from pitchgen.core.errors import InputError
from pitchgen.core.fingerprint import key
from pitchgen.core.media import Media
from pitchgen.core.provenance import Provenance
from pitchgen.edges import certificates, credentials
from pitchgen.edges.carriers import check, labels_of
from pitchgen.edges.labels import Aigc, aigc
from pitchgen.languages import SOURCE
from pitchgen.recipes.casting import Cast
from pitchgen.recipes.dub import Dub


@dataclass(frozen=True, slots=True)
class Labelling:
    """In whose name the outputs of a shop are labelled."""

    producer: str
    """Code for the implicit label."""
    certificate: Path | None
    certificate_key: Path | None

    @classmethod
    def of(cls, settings: Settings) -> Labelling:
        """As the settings say."""
        return cls(settings.producer, settings.certificate, settings.certificate_key)

    @property
    def fingerprint(self) -> str:
        """Identifies the names: where they change, an output is labelled anew."""
        return key("labelling", self.producer, certificates.fingerprint(self.certificate))

    def label(self, media: Media, code: str, identity: str) -> str:
        """The implicit label of the version in language `code`, which `identity` identifies."""
        return aigc(self.producer, f"{code}-{identity[:32]}", inherited(media.path))

    def sign(self, path: Path, label: str, made: Provenance) -> None:
        """Sign a video that has its implicit label, and see that both hold.

        Raises:
            InputError: a certificate that cannot sign.
            EngineError: a label cannot be read back.
        """
        credentials.sign(path, made, certificates.identity(self.certificate, self.certificate_key))
        check(path, label)


def inherited(path: Path) -> Aigc | None:
    """The implicit label of a source; None where there is none that can be read."""
    try:
        found = labels_of(path)
    except InputError:
        return None
    return found[0] if found else None


def damaged(media: Media) -> list[str]:
    """What is to be said of the label of a source: it cannot be kept where it is no label."""
    try:
        labels_of(media.path)
    except InputError as error:
        return [f"{media.path}: {error}; the outputs cannot say from whom it came"]
    return []


def provenance(media: Media, made: Dub, cast: Cast, by: Mapping[str, Any]) -> Provenance:
    """How a version came to be, as its content credentials say it."""
    code = made.script.language
    return Provenance(
        source=media.path,
        sha256=media.sha256,
        spoken=SOURCE,
        language=code,
        title=f"{code}.mp4",
        dubbed=made.script.dubbed,
        voice=cast.synthesizer.timbre(code) if made.script.dubbed else "none",
        engines=by["engines"],
        words=by["words"],
        version=__version__,
        watermark=cast.watermarker.name if made.script.dubbed and cast.watermarker.marks else "",
        consent=by["consent"],
    )
