"""The hosted service as one thing: what the API and the command line ask."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pitchgen.core.account import Limits
from pitchgen.edges.service import usages, webhooks
from pitchgen.edges.service.addresses import Addresses
from pitchgen.edges.service.batches import Batches
from pitchgen.edges.service.database import Database
from pitchgen.edges.service.glossaries import Glossaries
from pitchgen.edges.service.jobs import Jobs
from pitchgen.edges.service.keys import Keys
from pitchgen.edges.service.merchants import Merchants
from pitchgen.edges.service.objects import Objects
from pitchgen.edges.service.records import AtEnd
from pitchgen.edges.service.usages import Usages
from pitchgen.edges.service.videos import Videos
from pitchgen.edges.service.voice_folders import VoiceFolders
from pitchgen.edges.service.webhooks import Courier, Deliveries, Secrets
from pitchgen.recipes.service.ordering import Orders, Submit
from pitchgen.recipes.service.receiving import Receiving

AT_END: tuple[AtEnd, ...] = (usages.count, webhooks.owe)
"""What is written down in the transaction that ends a run, whoever ends it."""
REMEMBERED = 2.0
"""Seconds for which an API process takes a key and its merchant's limits for what they were: whoever polls does so more
often, and a key that leaked is revoked by a person."""


@dataclass(frozen=True, slots=True)
class Platform:
    """All parts of the service that somebody asks from outside."""

    database: Database
    objects: Objects
    merchants: Merchants
    keys: Keys
    videos: Videos
    jobs: Jobs
    batches: Batches
    glossaries: Glossaries
    voices: VoiceFolders
    usages: Usages
    secrets: Secrets
    deliveries: Deliveries
    courier: Courier
    receiving: Receiving
    orders: Orders
    limits: Limits

    @classmethod
    def of(
        cls, database: Database, objects: Objects, folder: Path, submit: Submit, *, addresses: Addresses, limits: Limits
    ) -> Platform:  # fmt: skip
        """The service on a database and an object storage, with a folder of this machine for what is under way."""
        jobs, videos, used = Jobs(database, at_end=AT_END), Videos(database), Usages(database)
        batches, glossaries = Batches(database, jobs), Glossaries(database, objects)
        voices = VoiceFolders(database, objects, folder / "voices")
        keys = Keys(database, remember=REMEMBERED)
        return cls(
            database=database, objects=objects, merchants=Merchants(database, changed=keys.forget), keys=keys,
            videos=videos,
            jobs=jobs, batches=batches, glossaries=glossaries, voices=voices, usages=used, secrets=Secrets(database),
            deliveries=Deliveries(database), courier=Courier(database, addresses),
            receiving=Receiving(videos, used, objects, folder / "incoming", addresses=addresses, limits=limits),
            orders=Orders(
                jobs, batches, videos, glossaries, voices, used, addresses, submit, batch_jobs=limits.batch_jobs
            ),
            limits=limits,
        )  # fmt: skip
