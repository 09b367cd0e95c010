"""`pitchgen voice`, `consent` and `audit`: voices that are kept, what was agreed about them, and what was made."""

from __future__ import annotations

import csv
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from pitchgen.recipes.voices import Terms, Voices

voice = typer.Typer(help="Keep a voice to speak in, with its consent.", no_args_is_help=True)
consent = typer.Typer(help="Show and revoke what was agreed about a voice.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Of the voice.")]
Folder = Annotated[Path | None, typer.Option("--voices", help="Folder of voices. (default: in your data folder)")]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]
AuditOption = Annotated[Path | None, typer.Option("--audit", help="The log. (default: in your data folder)")]
Person = Annotated[str, typer.Option(help="Whose voice it is.")]
Purposes = Annotated[str, typer.Option(help="What it may be used for: dub, present, interpret.")]
Languages = Annotated[str, typer.Option(help="In which languages, as in en,fr. (default: all)")]
Until = Annotated[str, typer.Option(help="Last day, as in 2027-12-31. (default: none)")]
Statement = Annotated[str | None, typer.Option(help="What she wrote.")]
Spoken = Annotated[Path | None, typer.Option(help="A recording in which she reads the sentence of consent.")]
Signed = Annotated[Path | None, typer.Option(help="The document that she signed.")]


@voice.command("add")
def voice_add(
    name: Name,
    video: Annotated[Path, typer.Option("--from", help="A video in which she alone speaks.")],
    person: Person,
    statement: Statement = None,
    spoken: Spoken = None,
    signed: Signed = None,
    purposes: Purposes = "dub",
    languages: Languages = "",
    until: Until = "",
    voices: Folder = None,
) -> None:
    """Keep the voice of who speaks in a video, and her consent."""
    from pitchgen.edges.probe import probe

    terms = _terms(person, purposes, languages, until)
    _one_way(statement, spoken, signed)
    shop = _voices(voices)
    agree = partial(shop.record, name, terms, statement=statement, spoken=spoken, signed=signed)
    profile, given = shop.keep(name, probe(video), agree)
    sys.stdout.write(f"{name}: {profile.seconds} s of {terms.person}; consent {given.id[:12]} ({given.way.value})\n")


@voice.command("consent")
def voice_consent(
    name: Name,
    person: Person,
    statement: Statement = None,
    spoken: Spoken = None,
    signed: Signed = None,
    purposes: Purposes = "dub",
    languages: Languages = "",
    until: Until = "",
    voices: Folder = None,
) -> None:
    """Record another consent for a voice that is kept."""
    _one_way(statement, spoken, signed)
    terms = _terms(person, purposes, languages, until)
    given = _voices(voices).record(name, terms, statement=statement, spoken=spoken, signed=signed)
    sys.stdout.write(f"{name}: consent {given.id[:12]} ({given.way.value})\n")


@voice.command("list")
def voice_list(voices: Folder = None, json: Json = False) -> None:
    """List the voices, and what was agreed about each."""
    from pitchgen.shells.showing import show

    folder = _voices(voices).folder
    rows: list[dict[str, Any]] = []
    for name in folder.names():
        profile, holding = folder.profile(name), folder.holding(name)
        row = {"voice": name, "seconds": profile.seconds, "from": profile.video, "person": "", "for": "", "until": ""}
        if holding:
            row |= {"person": holding.person, "for": ", ".join(p.value for p in holding.purposes)}
            row["until"] = holding.until
        rows.append(row)
    if rows or json:
        show("voices", rows, json=json)
    else:
        sys.stdout.write("no voices yet: pitchgen voice add NAME --from VIDEO --person WHO\n")


@consent.command("show")
def consent_show(name: Name, voices: Folder = None, audit: AuditOption = None) -> None:
    """Export all that is kept about a person: her voice, consents and outputs, as JSON."""
    import msgspec

    from pitchgen.shells.showing import print_json

    folder = _voices(voices).folder
    consents = folder.consents(name)
    profile = folder.profile(name) if name in folder.names() else None
    if profile is None and not consents:
        folder.profile(name)  # says which there are
    document = {"profile": profile, "consents": consents, "outputs": _audit(audit).outputs_of(name)}
    print_json(msgspec.to_builtins(document))


@consent.command("revoke")
def consent_revoke(name: Name, voices: Folder = None, audit: AuditOption = None) -> None:
    """Take back a consent: the voice is deleted with all that was made of it, and its outputs are listed."""
    entry = _voices(voices).folder.revoke(name)
    sys.stdout.write(f"{name}: revoked at {entry.at}; the voice and everything derived from it are deleted\n")
    outputs = _audit(audit).outputs_of(name)
    sys.stdout.write(f"{len(outputs)} outputs were made with it; take them down where they are shown:\n")
    for output in outputs:
        sys.stdout.write(f"  {output}\n")


def audit(
    voice: Annotated[str | None, typer.Option(help="Made with this voice.")] = None,
    source: Annotated[str | None, typer.Option(help="Made from the video with this SHA-256.")] = None,
    output: Annotated[str | None, typer.Option(help="The file with this SHA-256.")] = None,
    since: Annotated[str | None, typer.Option(help="From this day on, as in 2026-11-01.")] = None,
    table: Annotated[Path | None, typer.Option("--csv", help="Write it to a CSV file.")] = None,
    path: AuditOption = None,
    json: Json = False,
) -> None:
    """Say who made what from what, with which voice and under which consent."""
    from pitchgen.recipes.auditing import Query, check_day
    from pitchgen.shells.showing import show

    found = _audit(path).entries(Query(voice, source, output, check_day(since)))
    rows = [{"number": entry.number, "at": entry.at, **entry.record, "hash": entry.hash} for entry in found]
    if table:
        _write_csv(table, rows)
    elif json:
        show("audit", rows, json=True)
    elif rows:
        columns = ("at", "user", "video", "language", "voice", "output")
        show("audit", [{name: row.get(name) or "" for name in columns} for row in rows], json=False)
    else:
        sys.stdout.write("nothing was made yet that matches\n")


def _write_csv(path: Path, rows: list[dict[str, Any]]) -> None:
    from pitchgen.edges.store import storage_errors

    names = list(dict.fromkeys(name for row in rows for name in row))
    with storage_errors(path), path.open("w", encoding="utf-8-sig", newline="") as file:  # Excel asks for the mark
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)


def _voices(folder: Path | None) -> Voices:
    from pitchgen.edges.settings import read_settings
    from pitchgen.engines import registry
    from pitchgen.recipes.voices import Voices, voices_folder

    settings = read_settings({"voices": folder})
    return Voices(voices_folder(settings), registry.load("detect", "silero"), registry.load("transcribe", "script"))


def _audit(path: Path | None) -> Any:
    from pitchgen.edges.settings import read_settings
    from pitchgen.recipes.auditing import Audit

    return Audit(read_settings({"audit": path}))


def _terms(person: str, purposes: str, languages: str, until: str) -> Terms:
    from pitchgen.core.consent import Purpose
    from pitchgen.core.errors import InputError
    from pitchgen.recipes.voices import Terms

    try:
        wanted = tuple(Purpose(part.strip()) for part in purposes.split(",") if part.strip())
    except ValueError as error:
        raise InputError(f"{error}; purposes are dub, present and interpret") from None
    return Terms(person, wanted, tuple(code.strip() for code in languages.split(",") if code.strip()), until)


def _one_way(*ways: object) -> None:
    from pitchgen.core.errors import ConsentError

    if sum(way is not None for way in ways) != 1:
        raise ConsentError("say how she agreed, in one way: --statement TEXT, --spoken RECORDING or --signed DOCUMENT")
