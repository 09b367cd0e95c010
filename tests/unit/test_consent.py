"""Nobody is imitated who has not agreed, and nothing of her is left when she takes it back."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pitchgen.core.audio import Audio, Voice
from pitchgen.core.config import Settings
from pitchgen.core.consent import STATEMENT, Purpose, Subject
from pitchgen.core.engines import Utterance
from pitchgen.core.errors import ConsentError, InputError, StorageError
from pitchgen.dsp.resample import resample
from pitchgen.edges.ledger import now
from pitchgen.edges.probe import probe
from pitchgen.edges.voices import Profile
from pitchgen.engines import registry
from pitchgen.engines.synthesize.espeak import TintedEspeak
from pitchgen.recipes.auditing import Audit, Query
from pitchgen.recipes.make import Studio
from pitchgen.recipes.voices import Terms, Voices, voices_folder

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
VIDEO = SAMPLES / "umbrella.mp4"
STOCK = Voice(Audio.silence(1.0, 16_000))
TODAY = date(2026, 11, 25)


class Cloner(TintedEspeak):
    """An engine that says it clones: what it does with her voice is the tint."""

    name = "cloner"

    def timbre(self, language: str) -> str:
        return "cloned"


@pytest.fixture
def voices(records: Path) -> Voices:
    settings = Settings(voices=records / "voices")
    return Voices(voices_folder(settings), registry.load("detect", "silero"), registry.load("transcribe", "script"))


def studio(folder: Path, records: Path, **settings: object) -> Studio:
    made = Studio(
        Settings(
            profile="embedded", out=folder / "out", store=folder / "store", voices=records / "voices",
            audit=records / "audit.jsonl", **settings,  # type: ignore[arg-type]
        )
    )  # fmt: skip
    made.company.synthesizer  # noqa: B018 - the engines are made
    object.__setattr__(made.company, "synthesizer", Cloner())
    return made


@pytest.mark.parametrize(
    ("terms", "purpose", "language", "words"),
    [
        (Terms("王丽"), Purpose.PRESENT, "en", "covers dub, not present"),
        (Terms("王丽", languages=("en", "fr")), Purpose.DUB, "ru", "covers en, fr, not ru"),
        (Terms("王丽", until="2026-11-24"), Purpose.DUB, "en", "ended on 2026-11-24"),
    ],
)
def test_a_consent_covers_what_was_agreed(
    voices: Voices, terms: Terms, purpose: Purpose, language: str, words: str
) -> None:
    voices.add("wang", probe(VIDEO))
    given = voices.agree("wang", terms, "yes")
    assert voices.folder.holding("wang") == given
    with pytest.raises(ConsentError, match=words):
        given.require(Subject.VOICE, purpose, language, TODAY)


@pytest.mark.parametrize(
    ("person", "until", "words"),
    [("", "", "whose voice"), ("w", "tomorrow", "is no date"), ("w", "2026-13-01", "no date")],
)
def test_terms_that_are_none(person: str, until: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        Terms(person, until=until)


@pytest.mark.parametrize("name", ["../x", ".hidden", "a/b", "", "x\n", "x ", "a" * 65])
def test_a_name_that_is_no_folder(voices: Voices, name: str) -> None:
    with pytest.raises(InputError, match="no name for a voice"):
        voices.folder.profile(name)


def test_without_consent_a_stock_voice_speaks_and_says_so(tmp_path: Path, records: Path) -> None:
    made = studio(tmp_path, records).make(VIDEO, ["en"])
    assert made.outputs[0].timbre == "stock"
    assert any("a stock voice speaks" in warning for warning in made.warnings)
    (entry,) = Audit(Settings(audit=records / "audit.jsonl")).entries(Query())
    assert entry.record["voice"] is None
    assert entry.record["engines"]["synthesize"] == "stock"


def test_at_a_terminal_one_is_asked_once(tmp_path: Path, records: Path) -> None:
    asked: list[str] = []
    for _ in range(2):
        run = studio(tmp_path, records)
        run._ask = lambda video: asked.append(video) or "Wang Li, in person"  # type: ignore[func-returns-value]
        assert run.make(VIDEO, ["en"]).outputs[0].timbre == "cloned"
    assert asked == [str(VIDEO)]


def test_a_revocation_stops_every_use_and_leaves_nothing_of_the_voice(tmp_path: Path, records: Path) -> None:
    first = studio(tmp_path, records, consent="Wang Li, signed 2026-11-24").make(VIDEO, ["en", "fr"])
    folder = voices_folder(Settings(voices=records / "voices"))
    assert folder.names() == ("umbrella",)
    audit = Audit(Settings(audit=records / "audit.jsonl", voices=records / "voices"))
    consent = folder.holding("umbrella")
    assert consent
    assert {entry.record["consent"] for entry in audit.entries(Query(voice="umbrella"))} == {consent.id}
    assert audit.outputs_of("umbrella") == tuple(str(o.video.absolute()) for o in first.outputs)
    folder.revoke("umbrella")
    left = [path for root in (tmp_path / "store", records / "voices") for path in root.rglob("*") if path.is_file()]
    assert [path.name for path in left if path.suffix in (".flac", ".m4a", ".wav", ".npy")] == []
    assert not (records / "voices" / "umbrella").exists()
    with pytest.raises(ConsentError, match="the voice 'umbrella' was revoked"):
        studio(tmp_path, records, voice="umbrella").make(VIDEO, ["en"])
    again = studio(tmp_path, records).make(VIDEO, ["en"])
    assert again.outputs[0].timbre == "stock"


def test_what_was_heard_before_anybody_agreed_is_deleted_too(tmp_path: Path, records: Path) -> None:
    studio(tmp_path, records).make(VIDEO, ["en"])
    studio(tmp_path, records, consent="Wang Li").make(VIDEO, ["en"])
    voices_folder(Settings(voices=records / "voices")).revoke("umbrella")
    heard = probe(VIDEO).duration
    lengths = [soundfile.info(path).duration for path in (tmp_path / "store").rglob("*.flac")]
    assert all(abs(length - heard) > 0.5 for length in lengths), "her own speech is still in the store"


def test_a_voice_needs_enough_clean_speech(voices: Voices, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="s of clean speech are in it, a voice needs 600"):
        voices.add("wang", probe(VIDEO), least=600)


def said(person: str, voice: Voice) -> Audio:
    """The sentence of consent, by the embedded voice."""
    (sound,) = TintedEspeak().synthesize([Utterance(STATEMENT.format(person=person), "zh", voice)])
    return sound


def spoken(voices: Voices, folder: Path, audio: Audio) -> None:
    path = folder / "consent.wav"
    soundfile.write(path, audio.samples, audio.rate)
    voices.speak("wang", Terms("王丽"), path, resample(audio, 16_000))


def test_a_spoken_consent_has_to_be_in_her_own_voice(voices: Voices, tmp_path: Path) -> None:
    (hers,) = TintedEspeak().synthesize([Utterance("这款袜子三块五一双，一百双起批。", "zh", STOCK)])
    voices.folder.add(Profile("wang", "wang.mp4", "0" * 64, hers.duration, now()), hers)
    spoken(voices, tmp_path, said("王丽", STOCK))
    consent = voices.folder.holding("wang")
    assert consent
    assert consent.way.value == "spoken"
    assert consent.evidence
    other = said("王丽", STOCK)
    lower = Audio(other.samples, other.rate * 2 // 3)  # a man
    with pytest.raises(ConsentError, match="in another voice"):
        spoken(voices, tmp_path, lower)
    with pytest.raises(ConsentError, match="nobody is heard"):
        spoken(voices, tmp_path, Audio(np.zeros(48_000, np.float32), 16_000))


def test_a_reference_that_is_a_link_is_refused(voices: Voices, tmp_path: Path) -> None:
    voices.add("wang", probe(VIDEO))
    voices.agree("wang", Terms("王丽"), "yes")
    reference = voices.folder.root / "wang" / "reference.flac"
    reference.rename(tmp_path / "stolen.flac")
    reference.symlink_to(tmp_path / "stolen.flac")
    with pytest.raises(StorageError, match="is a link"):
        voices.voice("wang", ["en"], 16_000)


def test_a_consent_that_was_written_by_hand_holds_nothing(voices: Voices) -> None:
    voices.add("wang", probe(VIDEO))
    voices.agree("wang", Terms("王丽", until="2026-01-01"), "yes")
    ledger = voices.folder.ledger.path
    ledger.write_text(ledger.read_text("utf-8").replace("2026-01-01", "2036-01-01"), "utf-8")
    with pytest.raises(StorageError, match="line 1: was changed"):
        voices.voice("wang", ["en"], 16_000)


def test_the_log_can_be_asked(tmp_path: Path, records: Path) -> None:
    outcome = studio(tmp_path, records, consent="Wang Li").make(VIDEO, ["en", "fr"])
    audit = Audit(Settings(audit=records / "audit.jsonl"))
    everything = list(audit.entries(Query()))
    assert [entry.record["language"] for entry in everything] == ["en", "fr"]
    one = everything[0].record["sha256"]
    assert [entry.record["output"] for entry in audit.entries(Query(output=one[:16]))] == [
        os.path.abspath(outcome.outputs[0].video)  # noqa: PTH100 - as a shell would say it
    ]
    assert not list(audit.entries(Query(since="2099-01-01")))
    assert json.dumps([dict(entry.record) for entry in everything])
