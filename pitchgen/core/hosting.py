"""What an operator of the hosted service can set."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pitchgen.core.account import Limits

GIBIBYTE = 1 << 30


@dataclass(frozen=True, slots=True)
class Hosting:
    """Settings of the service; the table `[service]` of `pitchgen.toml` < `PITCHGEN_SERVICE_*` < flags.

    Times are in seconds.
    """

    state: Path = Path("service")
    """Folder of this process: local copies and, where nothing else is said, the database and the objects."""
    database: str | None = None
    """`sqlite:///FILE`, which one process works on, or `postgresql://USER@HOST/NAME`; by default a file in `state`."""
    objects: str | None = None
    """`file:///FOLDER` or `s3://BUCKET/PREFIX`; by default a folder in `state`."""
    poll: float = 1.0
    """Between looks for work that nobody told of; of what is enqueued a worker hears at once."""
    beat: float = 10.0
    """Between signs of life of a worker."""
    ttl: float = 60.0
    """Without a sign of life until a worker counts as lost, and its work is given to others."""
    cpu_slots: int = 2
    """Stages that one process makes files for at once."""
    stall: float = 900.0
    """Without any progress until a stage is ended: the first sentence waits for weights from a cold disk."""
    patience: float = 6 * 3600.0
    """For one stage, however it progresses."""
    retries: int = 3
    """How often a stage is tried again whose failure may pass."""
    backoff: float = 10.0
    """Before the first of these; each further one waits three times as long."""
    crashes: int = 5
    """How often a stage may take its process with it until it is given up."""
    drain: float = 300.0
    """For the stages at work to end, once a worker is asked to leave."""
    keep_days: float = 30.0
    """How long outputs of ended jobs are kept; what they were made from is kept as long as they are."""
    metrics: str | None = None
    """`HOST:PORT` on which a process tells how it is and what it did; by default a worker nowhere, and the API on its
    own address."""
    inside: str = ""
    """Private networks that links and webhooks of merchants may lead to, joined by commas: `10.2.0.0/16`."""
    upload_gib: float = 4.0
    """Of one video: two hours from a phone."""
    requests_per_minute: int = 600
    """Of a merchant without a limit of her own, over all her keys: ten screens that ask every second."""
    batch_jobs: int = 2000
    """In one request."""
    performer: str = "pitchgen.recipes.service.performing:Performing"
    """Who does the work of a stage: `module:class`, which tests and benchmarks replace."""

    @property
    def database_url(self) -> str:
        """The one that is meant."""
        return self.database or f"sqlite:///{self.state.absolute()}/service.sqlite"

    @property
    def objects_url(self) -> str:
        """The one that is meant."""
        return self.objects or (self.state.absolute() / "objects").as_uri()

    @property
    def embedded(self) -> bool:
        """Whether one process does everything."""
        return self.database_url.startswith("sqlite")

    @property
    def networks(self) -> tuple[str, ...]:
        """Those of `inside`."""
        return tuple(part.strip() for part in self.inside.split(",") if part.strip())

    @property
    def limits(self) -> Limits:
        """What holds for every merchant who has no limit of her own."""
        return Limits(int(self.upload_gib * GIBIBYTE), self.requests_per_minute, self.batch_jobs)
