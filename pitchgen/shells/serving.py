"""`pitchgen serve`, and who may ask it: merchants and their keys."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pitchgen.core.errors import InputError
from pitchgen.core.hosting import GIBIBYTE
from pitchgen.shells.hosted import DatabaseOption, MetricsOption, ObjectsOption, StateOption, hosting_of, needing_extra

if TYPE_CHECKING:
    from pitchgen.edges.service.database import Database
    from pitchgen.edges.service.keys import Keys
    from pitchgen.edges.service.merchants import Merchants

key = typer.Typer(help="Keys of merchants: made, listed, exchanged, revoked.", no_args_is_help=True)
merchant = typer.Typer(help="Merchants and what each may use.", no_args_is_help=True)

DAY = 24 * 3600.0
MerchantArgument = Annotated[str, typer.Argument(help="Name or id of the merchant.")]


def serve(
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="Port to listen on.")] = 8000,
    inside: Annotated[
        str | None,
        typer.Option("--inside", help="Private networks that links and webhooks may lead to, as in 10.2.0.0/16."),
    ] = None,
    metrics: MetricsOption = None,
    upload_gib: Annotated[float | None, typer.Option("--upload-gib", help="Of one video. (default: 4)")] = None,
    requests_per_minute: Annotated[
        int | None,
        typer.Option("--requests-per-minute", help="Of a merchant without a limit of her own. (default: 600)"),
    ] = None,
    batch_jobs: Annotated[int | None, typer.Option("--batch-jobs", help="In one request. (default: 2000)")] = None,
    database: DatabaseOption = None,
    objects: ObjectsOption = None,
    state: StateOption = None,
) -> None:
    """Answer the HTTP API; on SQLite also do the work, on Postgres workers do it."""
    hosting = hosting_of(
        database, objects, state, inside=inside, metrics=metrics, upload_gib=upload_gib,
        requests_per_minute=requests_per_minute, batch_jobs=batch_jobs,
    )  # fmt: skip
    with needing_extra():
        from pitchgen.shells.web.server import run
    run(hosting, host=host, port=port)


@merchant.command("add")
def merchant_add(
    name: Annotated[str, typer.Argument(help="Of the merchant.")],
    database: DatabaseOption = None,
    state: StateOption = None,
) -> None:
    """Add a merchant, without limits of her own."""
    sys.stdout.write(f"{_merchants(database, state).add(name).id}\n")


@merchant.command("list")
def merchant_list(database: DatabaseOption = None, state: StateOption = None) -> None:
    """List the merchants and their limits."""
    for one in _merchants(database, state).list():
        limits = (one.active_jobs, one.requests_per_minute, one.storage_bytes, one.media_minutes)
        sys.stdout.write(
            f"{one.id}  {one.name}  {' '.join('-' if limit is None else f'{limit:g}' for limit in limits)}\n"
        )


@merchant.command("limit")
def merchant_limit(
    name: MerchantArgument,
    jobs: Annotated[int | None, typer.Option("--jobs", help="At work at once. (default: no limit)")] = None,
    requests: Annotated[int | None, typer.Option("--requests", help="A minute. (default: the service's)")] = None,
    gib: Annotated[float | None, typer.Option("--gib", help="Of videos and outputs. (default: no limit)")] = None,
    minutes: Annotated[
        float | None, typer.Option("--minutes", help="Of outputs in a month. (default: no limit)")
    ] = None,
    database: DatabaseOption = None,
    state: StateOption = None,
) -> None:
    """Set what a merchant may use; what is not named has no limit."""
    merchants = _merchants(database, state)
    merchants.limit(
        merchants.find(name).id, active_jobs=jobs, requests_per_minute=requests, media_minutes=minutes,
        storage_bytes=None if gib is None else int(gib * GIBIBYTE),
    )  # fmt: skip


@key.command("create")
def key_create(
    name: MerchantArgument,
    scopes: Annotated[str, typer.Option("--scopes", help="read, write, voices; joined by commas.")] = "read,write",
    label: Annotated[str, typer.Option("--label", help="What it is for.")] = "",
    days: Annotated[float | None, typer.Option("--days", help="How long it holds. (default: until revoked)")] = None,
    database: DatabaseOption = None,
    state: StateOption = None,
) -> None:
    """Make a key; it is shown this once."""
    from pitchgen.core.service import Scope

    try:
        wanted = [Scope(part.strip()) for part in scopes.split(",") if part.strip()]
    except ValueError:
        raise InputError(f"--scopes {scopes}: scopes are {', '.join(scope.value for scope in Scope)}") from None
    owner = _merchants(database, state).find(name)
    lifetime = None if days is None else days * DAY
    sys.stdout.write(f"{_keys(database, state).issue(owner.id, label, wanted, lifetime=lifetime).secret}\n")


@key.command("list")
def key_list(name: MerchantArgument, database: DatabaseOption = None, state: StateOption = None) -> None:
    """List a merchant's keys; the keys themselves are known to their bearers alone."""
    from pitchgen.core.account import rfc3339

    for one in _keys(database, state).list(_merchants(database, state).find(name).id):
        ends = min((at for at in (one.expires_at, one.revoked_at) if at is not None), default=None)
        until = f"until {rfc3339(ends)}" if ends is not None else "until revoked"
        sys.stdout.write(f"{one.id}  {','.join(scope.value for scope in one.scopes)}  {until}  {one.name}\n")


@key.command("rotate")
def key_rotate(
    name: MerchantArgument,
    key_id: Annotated[str, typer.Argument(help="Of the key.")],
    hours: Annotated[float, typer.Option("--hours", help="How long the old one still opens.")] = 24.0,
    database: DatabaseOption = None,
    state: StateOption = None,
) -> None:
    """Exchange a key for a new one, without a gap."""
    owner = _merchants(database, state).find(name)
    sys.stdout.write(f"{_keys(database, state).rotate(owner.id, key_id, overlap=hours * 3600).secret}\n")


@key.command("revoke")
def key_revoke(
    name: MerchantArgument,
    key_id: Annotated[str, typer.Argument(help="Of the key.")],
    database: DatabaseOption = None,
    state: StateOption = None,
) -> None:
    """End a key; who serves knows within 2 seconds."""
    _keys(database, state).revoke(_merchants(database, state).find(name).id, key_id)
    sys.stdout.write(f"{key_id}: opens nothing any more\n")


def _database(database: str | None, state: Path | None) -> Database:
    """The service's database, with the tables of this version."""
    hosting = hosting_of(database, None, state)
    with needing_extra():
        from pitchgen.edges.service.database import Database
        from pitchgen.recipes.service.worker import migrate

        migrate(hosting)
        return Database.open(hosting.database_url)


def _merchants(database: str | None, state: Path | None) -> Merchants:
    opened = _database(database, state)
    from pitchgen.edges.service.merchants import Merchants

    return Merchants(opened)


def _keys(database: str | None, state: Path | None) -> Keys:
    opened = _database(database, state)
    from pitchgen.edges.service.keys import Keys

    return Keys(opened)
