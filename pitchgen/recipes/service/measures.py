"""What a worker tells Prometheus: the stages it performed, what they took and found in the store, what it holds.

Labels are stages, verbs, resources and networks of the manifest; never a merchant or a job, of which there is no end.
"""

from __future__ import annotations

import re
from collections import Counter as Sums
from collections.abc import Iterator
from enum import Enum

from prometheus_client import CollectorRegistry, Counter, Histogram, Metric
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.registry import Collector

from pitchgen.recipes.service.slots import Slots
from pitchgen.recipes.service.stages import Measured

SECONDS = (0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600)
"""A sentence that is in the store, to a long video in many languages on a processor."""
FACTORS = (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16)
"""A GPU that hears, to a processor that speaks."""
DIGEST = re.compile("[0-9a-f]{64}")
SHOWN = 12  # digits of a digest, which tell one file from another


class Outcome(str, Enum):
    """What became of a stage, once it was begun."""

    DONE = "done"
    FAILED = "failed"
    """For good."""
    AGAIN = "again"
    """Failed, and is tried again."""
    CRASHED = "crashed"
    """Took its process with it, or stood still; is tried again."""
    MOVED = "moved"
    """Was at work when its worker left; another one performs it."""
    DEAD = "dead"
    """Was given up."""
    UNWANTED = "unwanted"
    """Its run was cancelled or replaced, or was over."""


class Measures:
    """The numbers of one worker."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        """In a registry of its own, or beside others in the one that is given."""
        self.registry = registry or CollectorRegistry()
        self._stages = Counter(
            "pitchgen_stages", "Stages that were begun, by what became of them.", ["stage", "outcome"],
            registry=self.registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "pitchgen_stage_seconds", "Seconds at work of stages that ended, well or not.", ["stage"],
            buckets=SECONDS, registry=self.registry,
        )  # fmt: skip
        self._factor = Histogram(
            "pitchgen_stage_real_time_factor", "Seconds at work for each second of the video, of stages that are done.",
            ["stage"], buckets=FACTORS, registry=self.registry,
        )  # fmt: skip
        self._media = Counter(
            "pitchgen_stage_media_seconds", "Seconds of video that stages are done for.", ["stage"],
            registry=self.registry,
        )  # fmt: skip
        results = ["stage", "verb"]
        self._hits = Counter(
            "pitchgen_store_hits", "Results that a stage found in the store.", results, registry=self.registry
        )
        self._misses = Counter(
            "pitchgen_store_misses", "Results that a stage had to make.", results, registry=self.registry
        )
        self._making = Counter(
            "pitchgen_verb_seconds", "Seconds that making results took.", results, registry=self.registry
        )
        self.recovered = Counter(
            "pitchgen_stages_recovered", "Stages of lost workers that this one gave to others.", registry=self.registry
        )

    def count(self, stage: str, outcome: Outcome) -> None:
        """A stage that was begun has come to this."""
        self._stages.labels(stage, outcome.value).inc()

    def took(self, stage: str, seconds: float, measured: Measured, *, done: bool) -> None:
        """A stage has ended after so long, and is `done` or has failed."""
        self._seconds.labels(stage).observe(seconds)
        for used in measured.used:
            self._hits.labels(stage, used.stage).inc(used.kept)
            self._misses.labels(stage, used.stage).inc(used.made)
            self._making.labels(stage, used.stage).inc(used.seconds)
        if done and measured.media_seconds > 0:
            self._factor.labels(stage).observe(seconds / measured.media_seconds)
            self._media.labels(stage).inc(measured.media_seconds)

    def show(self, slots: Slots) -> None:
        """Tell from now on of these places, and of what their processes hold."""
        self.registry.register(_Places(slots))


class _Places(Collector):
    """Asked at each look, so that what has died holds nothing."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots

    def collect(self) -> Iterator[Metric]:
        places = GaugeMetricFamily("pitchgen_worker_slots", "Stages worked on at once.", labels=["resource"])
        busy = GaugeMetricFamily("pitchgen_worker_slots_busy", "Stages at work now.", labels=["resource"])
        held = GaugeMetricFamily(
            "pitchgen_worker_network_bytes", "Of the files of networks that are loaded.", labels=["resource", "network"]
        )
        for resource, count in self._slots.counts.items():
            places.add_metric([resource], count)
            busy.add_metric([resource], self._slots.busy(resource))
            networks: Sums[str] = Sums()
            for one in self._slots.networks(resource):
                networks.update({_shown(name): size for name, size in one.items()})
            for name, size in networks.items():
                held.add_metric([resource, name], size)
        yield from (places, busy, held)


def _shown(network: str) -> str:
    return DIGEST.sub(lambda digest: digest[0][:SHOWN], network)
