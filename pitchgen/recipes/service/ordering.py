"""Orders: everything a job names is looked at before it is taken, so that it does not fail an hour later."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pitchgen.core.account import Batch, VideoState
from pitchgen.core.config import OF_A_JOB
from pitchgen.core.consent import Purpose, Subject
from pitchgen.core.errors import Conflict, ConsentError, InputError, NotFound, PitchgenError, QuotaError, in_one_line
from pitchgen.core.service import Job, JobRequest, Merchant, Priority
from pitchgen.edges.service.addresses import Addresses
from pitchgen.edges.service.batches import Batches
from pitchgen.edges.service.glossaries import Glossaries
from pitchgen.edges.service.jobs import Jobs
from pitchgen.edges.service.usages import Usages, month_of
from pitchgen.edges.service.videos import Videos
from pitchgen.edges.service.voice_folders import VoiceFolders
from pitchgen.edges.settings import read_settings
from pitchgen.engines.registry import PROFILES
from pitchgen.languages import SOURCE, language
from pitchgen.recipes.service.voicing import require_kept

Submit = Callable[[Job], object]
"""Tells the queue of a job."""
SOON = 30.0  # seconds after which a merchant with as many jobs as she may have asks again
LONGEST_SCRIPT = 200_000  # characters: two hours of speech


@dataclass(frozen=True, slots=True)
class Orders:
    """The counter of the service."""

    jobs: Jobs
    batches: Batches
    videos: Videos
    glossaries: Glossaries
    voices: VoiceFolders
    usages: Usages
    addresses: Addresses
    submit: Submit
    batch_jobs: int

    def place(self, merchant: Merchant, request: JobRequest, *, idempotency_key: str | None = None) -> Job:
        """Take an order; one with a known key is the one that was taken before.

        Raises:
            NotFound: she has no such video, glossary or voice.
            Conflict: the video is not there yet; the key was used for another request.
            InputError: what is wrong with it.
            ConsentError: the voice may not be used for it.
            QuotaError: she has too many jobs, or no minutes left.
        """
        job = self.jobs.create(merchant.id, self._checked(merchant, [request])[0], idempotency_key=idempotency_key)
        self.submit(job)
        return job

    def place_batch(
        self, merchant: Merchant, name: str, requests: Sequence[JobRequest], *, idempotency_key: str | None = None
    ) -> Batch:
        """Take many orders at once, none where any is wrong.

        Raises:
            PitchgenError: as `place`; every order that is wrong is named by its number.
        """
        if not 1 <= len(requests) <= self.batch_jobs:
            raise InputError(f"a batch has 1 to {self.batch_jobs} jobs, not {len(requests)}")
        wanted = [replace(request, priority=Priority.BATCH) for request in requests]
        checked = self._checked(merchant, wanted)
        batch = self.batches.create(merchant.id, name, checked, idempotency_key=idempotency_key)
        for job in self.jobs.each(merchant.id, batch=batch.id):
            if not job.state.terminal:
                self.submit(job)
        return batch

    def retry(self, merchant: Merchant, job_id: str) -> Job:
        """Try a job again.

        Raises:
            NotFound: she has no such job.
            Conflict: it is not over, or has succeeded.
        """
        if self.jobs.retry(merchant.id, job_id) is None:
            raise NotFound(f"{job_id}: no such job")
        job = self.jobs.get(merchant.id, job_id)
        assert job is not None
        self.submit(job)
        return job

    def _checked(self, merchant: Merchant, requests: Sequence[JobRequest]) -> list[JobRequest]:
        checked, wrong, seconds = [], [], 0.0
        for number, request in enumerate(requests, 1):
            try:
                checked.append(self._sound(merchant, request))
                seconds += (self.videos.get(merchant.id, request.video_id).duration or 0) * len(request.languages)
            except PitchgenError as error:
                if len(requests) == 1:
                    raise
                wrong.append(f"job {number}: {in_one_line(error)}")
        if wrong:
            raise InputError("; ".join(wrong))
        self._check_quota(merchant, requests, seconds / 60)
        return checked

    def _sound(self, merchant: Merchant, request: JobRequest) -> JobRequest:
        """The request with its languages as we call them."""
        video = self.videos.get(merchant.id, request.video_id)
        if video.state is not VideoState.READY:
            raise Conflict(f"{video.id}: is {video.state.value}; a job needs one that is ready")
        codes = tuple(language(code).code for code in request.languages)
        if SOURCE in codes:
            raise InputError(f"{SOURCE} is what she speaks already; name the languages of her buyers")
        if request.profile not in (None, "auto", *PROFILES):
            raise InputError(f"profile is auto, {', '.join(PROFILES)}, not {request.profile!r}")
        if request.script is not None and not 0 < len(request.script.strip()) <= LONGEST_SCRIPT:
            raise InputError(f"a script has 1 to {LONGEST_SCRIPT} characters")
        if request.glossary is not None:
            self.glossaries.get(merchant.id, request.glossary)
        if request.webhook is not None:
            self.addresses.check(request.webhook)
        if request.voice is not None:
            self._check_voice(merchant, request.voice, codes)
        unknown = sorted(set(request.settings) - OF_A_JOB)
        if unknown:
            raise InputError(f"settings of a job are {', '.join(sorted(OF_A_JOB))}, not {', '.join(unknown)}")
        read_settings(dict(request.settings))
        return replace(request, languages=codes)

    def _check_voice(self, merchant: Merchant, name: str, codes: Sequence[str]) -> None:
        with self.voices.opened(merchant.id, name) as folder:
            require_kept(folder, name)
            consent = folder.holding(name)
        record = f"POST /v1/voices/{name}/consents records one that does"
        if consent is None:
            raise ConsentError(f"no consent allows that the voice {name!r} is imitated; {record}")
        for code in codes:
            if reason := consent.refusal(Subject.VOICE, Purpose.DUB, code, date.today()):
                raise ConsentError(f"the consent of {consent.person} for the voice {name!r} {reason}; {record}")

    def _check_quota(self, merchant: Merchant, requests: Sequence[JobRequest], minutes: float) -> None:
        interactive = sum(request.priority is Priority.INTERACTIVE for request in requests)
        if merchant.active_jobs is not None and interactive:
            active = self.jobs.active(merchant.id)
            if active + interactive > merchant.active_jobs:
                raise QuotaError(
                    f"{active} jobs are at work, and you may have {merchant.active_jobs}", retry_after=SOON
                )
        if merchant.media_minutes is not None:
            start, end = month_of(time.time())
            used = self.usages.between(merchant.id, start, end).minutes
            if used + minutes > merchant.media_minutes:
                raise QuotaError(
                    f"{used:.0f} of this month's {merchant.media_minutes:g} minutes are used, this is {minutes:.1f}",
                    retry_after=end - time.time(),
                )
