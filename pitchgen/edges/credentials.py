"""Content credentials (C2PA): a manifest that says what a file was made from and how, signed."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pitchgen.core.errors import EngineError, InputError, MediaError, in_one_line
from pitchgen.core.provenance import Holding, Layer, Provenance
from pitchgen.edges.certificates import DEVELOPMENT, Identity
from pitchgen.edges.store import storage_errors, temporary

MADE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
COMPOSED = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
PRODUCTION = "org.pitchgen.production"
"""Our own assertion: the source's SHA-256, the engines, the voice and its consent."""
UNTRUSTED = "signingCredential.untrusted"
"""The only status of a file whose certificate is on no list of trusted ones; everything else holds."""
FORMATS = {".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime", ".avi": "video/avi"}
"""Containers of a source from which its own manifest is taken over."""
LOCAL = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}
"""A file that is looked at must not make us ask an address that stands in it."""


@dataclass(frozen=True, slots=True)
class Credential:
    """The manifest of a file, as the library reads it."""

    signer: str
    state: str
    """`Trusted`, `Valid`, `Invalid`."""
    failures: tuple[str, ...]
    """Status codes of C2PA of what does not hold."""
    actions: tuple[str, ...]
    ingredients: tuple[str, ...]


def sign(path: Path, provenance: Provenance, identity: Identity) -> None:
    """Put a signed manifest into the file at `path`, and read it back.

    Raises:
        InputError: a certificate that the standard does not allow.
        EngineError: the manifest does not hold; then the file must not be used.
    """
    import c2pa

    with storage_errors(path), temporary(path) as part:
        try:
            signer = c2pa.Signer.from_info(
                c2pa.C2paSignerInfo(identity.algorithm, identity.certificates, identity.key, None)
            )
            with signer, _context() as context, c2pa.Builder(_manifest(provenance), context=context) as builder:
                builder.set_intent(c2pa.C2paBuilderIntent.EDIT)
                _add_parent(builder, provenance)
                builder.sign_file(path, part, signer)
        except c2pa.C2paError as error:
            for full in (errno.ENOSPC, errno.EDQUOT):  # the library hands on the system's words alone
                if os.strerror(full) in str(error):
                    raise OSError(full, os.strerror(full)) from error
            raise InputError(f"{identity.name}: cannot sign content credentials: {in_one_line(error)}") from error
        part.replace(path)
    found = read(path)
    if found is None or found.failures:
        codes = ", ".join(found.failures) if found else "no manifest"
        raise EngineError(f"{path}: the content credentials do not hold ({codes}); the output is withheld")


def read(path: Path) -> Credential | None:
    """The manifest of a file; None where there is none.

    Raises:
        MediaError: there is one, and it is damaged.
    """
    import c2pa

    try:
        with _context() as context, c2pa.Reader(path, context=context) as reader:
            document, state = json.loads(reader.json()), reader.get_validation_state() or "Invalid"
    except (c2pa.C2paError.ManifestNotFound, c2pa.C2paError.NotSupported):
        return None
    except c2pa.C2paError as error:
        raise MediaError(f"{path}: its content credentials are damaged: {in_one_line(error)}") from error
    return _credential(document, state)


def layer(path: Path) -> Layer:
    """What the content credentials of a file say."""
    try:
        found = read(path)
    except MediaError as error:
        return Layer("C2PA", Holding.BROKEN, str(error).removeprefix(f"{path}: "))
    if found is None:
        return Layer("C2PA", Holding.ABSENT, "no manifest; copying the streams into another file removes it")
    if found.failures:
        return Layer("C2PA", Holding.BROKEN, f"signed by {found.signer}, but {', '.join(found.failures)}")
    trust = "trusted" if found.state == "Trusted" else "on no list of trusted signers"
    if DEVELOPMENT in found.signer:
        trust = "which anybody can make: not trusted"
    of = f" of {', '.join(found.ingredients)}" if found.ingredients else ""
    return Layer("C2PA", Holding.HOLDS, f"signed by {found.signer}, {trust}: {', '.join(found.actions)}{of}")


def _context() -> Any:
    import c2pa

    return c2pa.Context(c2pa.Settings.from_dict(LOCAL))


def _credential(document: Mapping[str, Any], state: str) -> Credential:
    manifest = document["manifests"][document["active_manifest"]]
    signature = manifest.get("signature_info", {})
    failures = [status["code"] for status in document.get("validation_status", ()) if status["code"] != UNTRUSTED]
    if state == "Invalid" and not failures:
        failures = ["invalid"]
    actions = [
        action["action"]
        for assertion in manifest.get("assertions", ())
        if assertion["label"].startswith("c2pa.actions")
        for action in assertion["data"]["actions"]
    ]
    return Credential(
        signer=str(signature.get("common_name") or signature.get("issuer") or "nobody"),
        state=state,
        failures=tuple(failures),
        actions=tuple(actions),
        ingredients=tuple(str(part.get("title", "")) for part in manifest.get("ingredients", ())),
    )


def _add_parent(builder: Any, made: Provenance) -> None:
    """The source as what this was made from, with the manifest that it may have itself."""
    import c2pa

    parent = {"title": made.source.name, "relationship": "parentOf", "instance_id": f"sha256:{made.sha256}"}
    kind = FORMATS.get(made.source.suffix.lower())
    with made.source.open("rb") as file:
        try:
            builder.add_ingredient(parent, kind or "application/octet-stream", file)
            return
        except c2pa.C2paError:
            if kind is None:
                raise
    with made.source.open("rb") as file:  # a damaged manifest, or a wrong suffix: the file itself is what counts
        builder.add_ingredient(parent, "application/octet-stream", file)


def _manifest(made: Provenance) -> dict[str, Any]:
    languages = {"sourceLanguage": made.spoken, "targetLanguage": made.language}
    actions: list[dict[str, Any]] = [
        {"action": "c2pa.translated", "parameters": languages, "softwareAgent": _agent(made, "translate")}
    ]
    if made.dubbed:
        agent = _agent(made, "synthesize")
        actions.append(
            {"action": "c2pa.dubbed", "digitalSourceType": MADE, "parameters": languages, "softwareAgent": agent}
        )
    said = "label of AI-generated content and subtitles added"
    actions.append({"action": "c2pa.edited", "digitalSourceType": COMPOSED, "parameters": {"description": said}})
    production = {
        "source": {"sha256": made.sha256},
        "engines": dict(made.engines),
        "words": made.words,
        "voice": made.voice,
        "consent": made.consent,
        "watermark": made.watermark,
    }
    return {
        "claim_generator_info": [{"name": "pitchgen", "version": made.version}],
        "title": made.title,
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": actions}},
            {"label": PRODUCTION, "data": production},
        ],
    }


def _agent(made: Provenance, verb: str) -> dict[str, str]:
    return {"name": made.engines.get(verb, "a person")}
