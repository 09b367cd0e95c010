"""API keys: shown once, kept as a hash, limited by scope and time, exchanged without a gap.

A key reads `pgk_ID_SECRET`; ID finds the row, and SECRET is 256 random bits whose SHA-256 is in it. Who bears a key may
be remembered for a moment: what ends a key here is heard here at once, and in other processes when that is over.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, insert, select, update

from pitchgen.core.account import ApiKey
from pitchgen.core.errors import InputError, NotFound
from pitchgen.core.service import Merchant, Scope
from pitchgen.edges.service import tables
from pitchgen.edges.service.database import Database
from pitchgen.edges.service.merchants import merchant_from

PREFIX = "pgk"  # by which scanners of repositories find a key that leaked
ID_BYTES, SECRET_BYTES = 9, 32
MOST = 10_000  # callers who are remembered
TIMES = ("created_at", "expires_at", "revoked_at")
OVERLAP = 24 * 3600.0  # seconds that a key which was exchanged still opens: time to bring the new one everywhere


@dataclass(frozen=True, slots=True)
class Issued:
    """A new key, and the only time that it is told."""

    key: ApiKey
    secret: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks."""

    merchant: Merchant
    key: ApiKey


class Keys:
    """The keys of all merchants."""

    def __init__(self, database: Database, *, remember: float = 0.0) -> None:
        """With the seconds for which a caller is remembered."""
        self._database, self._remember, self._lock = database, remember, threading.Lock()
        self._known: OrderedDict[str, tuple[float, Caller]] = OrderedDict()  # by digest: until when, and who
        self._changes = 0

    def issue(self, merchant: str, name: str, scopes: Sequence[Scope], *, lifetime: float | None = None) -> Issued:
        """A new key that holds for `lifetime` seconds, or until it is revoked.

        Raises:
            InputError: no scope, or a lifetime that is none.
        """
        if not scopes:
            raise InputError("a key without a scope opens nothing; give read, write or voices")
        if lifetime is not None and lifetime <= 0:
            raise InputError(f"a key holds for some time, not {lifetime:g} s")
        now = time.time()
        key_id, secret = secrets.token_hex(ID_BYTES), secrets.token_urlsafe(SECRET_BYTES)
        wanted = tuple(scope for scope in Scope if scope in scopes)
        key = ApiKey(key_id, merchant, name, wanted, now, now + lifetime if lifetime else None)
        values = {
            "id": key_id, "merchant": merchant, "name": name, "scopes": " ".join(scope.value for scope in wanted),
            "digest": _digest(secret), "created_at": now, "expires_at": key.expires_at,
        }  # fmt: skip
        with self._database.transaction() as connection:
            connection.execute(insert(tables.api_key).values(**values))
        return Issued(key, f"{PREFIX}_{key_id}_{secret}")

    def recognise(self, secret: str) -> Caller | None:
        """Who bears the key; None where it is none, expired or revoked."""
        known = self.remembered(secret)
        if known is not None:
            return known
        changes = self._changes
        caller = self._found(secret)
        if caller is None or not caller.key.holds(time.time()):
            return None
        with self._lock:
            if changes == self._changes:  # or what was read may be what was changed meanwhile
                self._known[_digest(secret)] = (time.monotonic() + self._remember, caller)
                while len(self._known) > MOST:
                    self._known.popitem(last=False)
        return caller

    def remembered(self, secret: str) -> Caller | None:
        """Who bears the key, if it was recognised just now: without a look at the database."""
        until, caller = self._known.get(_digest(secret), (0.0, None))
        holds = caller is not None and time.monotonic() < until and caller.key.holds(time.time())
        return caller if holds else None

    def forget(self, merchant: str) -> None:
        """Look at the database again: something of the merchant or her keys was changed."""
        with self._lock:
            self._changes += 1
            for digest in [digest for digest, (_, caller) in self._known.items() if caller.merchant.id == merchant]:
                del self._known[digest]

    def list(self, merchant: str) -> tuple[ApiKey, ...]:
        """Her keys, the newest first."""
        t = tables.api_key.c
        query = select(tables.api_key).where(t.merchant == merchant).order_by(t.created_at.desc())
        with self._database.reading() as connection:
            return tuple(map(_key_from, connection.execute(query)))

    def revoke(self, merchant: str, key_id: str, *, after: float = 0.0) -> ApiKey:
        """End a key, now or `after` seconds.

        Raises:
            NotFound: she has none of this id.
        """
        ends = time.time() + after
        t = tables.api_key.c
        with self._database.transaction() as connection:
            row = connection.execute(select(tables.api_key).where(t.id == key_id, t.merchant == merchant)).one_or_none()
            if row is None:
                raise NotFound(f"{key_id}: no such key")
            ends = min(ends, row.revoked_at or ends)
            connection.execute(update(tables.api_key).where(t.id == key_id).values(revoked_at=ends))
            revoked = _key_from(connection.execute(select(tables.api_key).where(t.id == key_id)).one())
        self.forget(merchant)
        return revoked

    def rotate(self, merchant: str, key_id: str, *, overlap: float = OVERLAP) -> Issued:
        """A new key in place of another, which still opens for `overlap` seconds.

        Raises:
            NotFound: she has none of this id.
            InputError: that key holds no more.
        """
        old = next((key for key in self.list(merchant) if key.id == key_id), None)
        if old is None:
            raise NotFound(f"{key_id}: no such key")
        now = time.time()
        if not old.holds(now):
            raise InputError(f"{key_id}: has ended; create a new key")
        lifetime = old.expires_at - old.created_at if old.expires_at else None
        issued = self.issue(merchant, old.name, old.scopes, lifetime=lifetime)
        self.revoke(merchant, key_id, after=overlap)
        return issued

    def _found(self, secret: str) -> Caller | None:
        """Who bears the key, whether or not it holds."""
        prefix, _, rest = secret.partition("_")
        key_id, _, random = rest.partition("_")
        if prefix != PREFIX or not random:
            return None
        k, m = tables.api_key, tables.merchant
        key = [column.label(f"key_{column.name}") for column in k.c]  # both tables have an id, a name, a moment
        query: Select[Any] = select(*key, m).join_from(k, m).where(k.c.id == key_id)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None or not hmac.compare_digest(row.key_digest, _digest(random)):
            return None
        return Caller(merchant_from(row), _key_from(row, "key_"))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _key_from(row: Row[Any], prefix: str = "") -> ApiKey:
    """Where its columns are called `prefix` and their name."""
    of = {name: getattr(row, prefix + name) for name in ("id", "merchant", "name", *TIMES)}
    return ApiKey(scopes=tuple(map(Scope, getattr(row, f"{prefix}scopes").split())), **of)
