"""The real stages on two machines that share the object storage alone; nothing of one merchant reaches another."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from conftest import FfmpegCall

from pitchgen.core.errors import InputError, MediaError
from pitchgen.core.hosting import Hosting
from pitchgen.core.service import Job, JobRequest, JobState, video_key
from pitchgen.edges.service.objects import Objects
from pitchgen.edges.store import file_sha256
from pitchgen.recipes.service.performing import Performing
from pitchgen.recipes.service.stages import Order, Step, Stopped

WORDS = "各位老板好，我是小王。\n这是我们最新款的雨伞，可以折叠。\n"
REQUEST = JobRequest("vid_1", ("en",), profile="embedded", script=WORDS, settings={"subtitles": "srt"})


def order(stage: str, language: str = "", merchant: str = "mer_a", request: JobRequest = REQUEST) -> Order:
    job = Job("job_1", merchant, request, JobState.RUNNING, 1, 0.0, 0.0)
    return Order(job, "run_1", stage, language, ("en",))


def machine(tmp_path: Path, name: str) -> Performing:
    database = "postgresql://nobody@127.0.0.1/none"  # never asked: only that it is not embedded counts
    objects = (tmp_path / "objects").as_uri()
    return Performing(Hosting(state=tmp_path / name, database=database, objects=objects))


def test_two_machines(pitch: FfmpegCall, tmp_path: Path) -> None:
    objects = Objects.open((tmp_path / "objects").as_uri())
    objects.put(video_key("mer_a", "vid_1"), pitch())
    first, second = machine(tmp_path, "first"), machine(tmp_path, "second")
    for stage, language in (("hear", ""), ("tell", ""), ("speak", "en")):
        assert first.perform(order(stage, language), lambda _: None) is None
    steps: list[Step] = []
    spent = {used.stage: used for used in first.measured().used}
    assert spent["synthesize"].made == 2
    assert spent["synthesize"].seconds > 0
    assert first.measured().media_seconds == pytest.approx(4, abs=0.2)
    made = second.perform(order("make", "en"), steps.append)
    found = {used.stage: (used.kept, used.made) for used in second.measured().used}
    assert found["synthesize"] == (2, 0)
    assert found["picture"] == (0, 1)
    assert made is not None
    spoken = [step for step in steps if step.what == "synthesize"]
    assert spoken
    assert all(step.done == step.total for step in spoken), "the second machine spoke what the first had spoken"
    video = f"{made.artifact}/{made.video}"
    assert made.artifact.startswith("outputs/mer_a/run_1/en/")
    assert objects.get(video, tmp_path / "copy.mp4")
    assert file_sha256(tmp_path / "copy.mp4") == made.sha256
    names = {found.key.removeprefix(f"{made.artifact}/") for found in objects.list(made.artifact)}
    assert {made.video, "en.srt", "transcript.zh.srt"} <= names
    assert list((tmp_path / "second" / "merchants" / "mer_a" / "runs" / "run_1").glob("*/")) == []
    with pytest.raises(MediaError, match="not there any more"):
        second.perform(order("hear", merchant="mer_b"), lambda _: None)


def test_stopped_in_the_middle(pitch: FfmpegCall, tmp_path: Path) -> None:
    Objects.open((tmp_path / "objects").as_uri()).put(video_key("mer_a", "vid_1"), pitch())

    def stop(step: Step) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        machine(tmp_path, "first").perform(order("hear"), stop)


def test_what_a_request_may_set(tmp_path: Path) -> None:
    request = replace(REQUEST, settings={"chat_url": "http://169.254.169.254/"})
    with pytest.raises(InputError, match="'chat_url' cannot be set by a request"):
        machine(tmp_path, "first").perform(order("hear", request=request), lambda _: None)
