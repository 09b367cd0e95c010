"""`pitchgen memory`, and what a run does with what is remembered."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from conftest import FfmpegCall

import pitchgen
from pitchgen.core.errors import Untranslated
from pitchgen.core.events import ignore
from pitchgen.edges.memory import read_memory
from pitchgen.edges.settings import read_settings
from pitchgen.recipes.make import Studio
from pitchgen.recipes.outcome import Output
from pitchgen.recipes.plan import plan
from pitchgen.shells import cli

GREETING = "各位老板好，我是小王。"
UMBRELLA = "这是我们最新款的雨伞，可以折叠。"


class Shop:
    """Small videos of one shop, made by the fakes."""

    def __init__(self, pitch: FfmpegCall, folder: Path) -> None:
        self.pitch, self.folder = pitch, folder

    def make(self, name: str, *sentences: str, **more: object) -> Output:
        video, script = self.folder / f"{name}.mp4", self.folder / f"{name}.txt"
        script.write_text("\n".join(sentences or (GREETING, UMBRELLA)) + "\n", "utf-8")
        if not video.exists():
            self.pitch(video.name)
        (output,) = pitchgen.make(video, ["fr"], **self.settings, **more).outputs
        return output

    @property
    def settings(self) -> dict[str, object]:
        return {"out": self.folder / "out", "store": self.folder / "store", "profile": "fake"}

    def words(self, name: str) -> str:
        return " ".join(re.sub(r"\d+\n[\d:,]+ --> [\d:,]+\n", "", (self.subtitles(name)).read_text("utf-8")).split())

    def subtitles(self, name: str) -> Path:
        return self.folder / "out" / name / "fr.srt"

    def edit(self, name: str, before: str, after: str, times: int = -1) -> None:
        path = self.subtitles(name)
        words = path.read_text("utf-8")
        assert before in words
        path.write_text(words.replace(before, after, times), "utf-8")


@pytest.fixture
def shop(pitch: FfmpegCall, tmp_path: Path) -> Shop:
    return Shop(pitch, tmp_path)


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    """The command line in this process: exit code and what it printed."""
    monkeypatch.setattr(sys, "argv", ["pitchgen", *map(str, arguments)])
    try:
        cli.main()
        code = 0
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    printed = capsys.readouterr()
    return code, printed.out + printed.err


def test_a_correction_is_said_in_every_video(shop: Shop, memory: Path) -> None:
    shop.make("one")
    shop.edit("one", f"fr: {GREETING}", "Bonjour, ici Lili.")
    assert (shop.make("one").edited, shop.make("one").remembered) == (1, 1)
    other = shop.make("two", UMBRELLA, GREETING)
    assert (other.edited, other.remembered) == (1, 1)
    assert shop.words("two") == f"fr: {UMBRELLA} Bonjour, ici Lili."
    assert shop.make("one").reused
    (entry,) = read_memory(memory).entries
    assert (entry.source, entry.language, entry.text, entry.origin) == (GREETING, "fr", "Bonjour, ici Lili.", "edited")


def test_a_later_correction_reaches_the_video_of_the_earlier_one(shop: Shop) -> None:
    shop.make("one")
    shop.edit("one", f"fr: {GREETING}", "Bonjour.")
    shop.make("one")
    shop.make("two")
    shop.edit("two", "Bonjour.", "Salut.")
    shop.make("two")
    shop.make("one")
    assert shop.words("one") == f"Salut. fr: {UMBRELLA}"


def test_what_is_remembered_is_compared_like_any_line(shop: Shop) -> None:
    sentence = "三块五一双。"
    shop.make("one", GREETING, sentence)
    shop.edit("one", f"fr: {sentence}", "5,3 yuans la paire.")
    shop.make("one", GREETING, sentence)
    other = shop.make("two", GREETING, sentence)
    assert [line.text for line in other.unsound if line.sentence == sentence] == ["5,3 yuans la paire."]


def test_one_occurrence_is_a_matter_of_its_video(shop: Shop, memory: Path) -> None:
    shop.make("one", GREETING, UMBRELLA, GREETING)
    shop.edit("one", f"fr: {GREETING}", "Bonjour.", 1)
    assert shop.make("one", GREETING, UMBRELLA, GREETING).edited == 1
    assert shop.words("one") == f"Bonjour. fr: {UMBRELLA} fr: {GREETING}"
    assert read_memory(memory).entries == ()
    assert shop.make("one", GREETING, UMBRELLA, GREETING).edited == 1, "and not forgotten"


def test_a_lost_memory_costs_no_correction(shop: Shop, memory: Path) -> None:
    shop.make("one")
    shop.edit("one", f"fr: {GREETING}", "Bonjour.")
    shop.make("one")
    memory.unlink()
    assert shop.make("one").edited == 1
    assert shop.words("one") == f"Bonjour. fr: {UMBRELLA}"
    assert read_memory(memory).recall(GREETING, "fr") == "Bonjour."


def test_a_line_that_is_emptied_is_silent_here_alone(shop: Shop) -> None:
    shop.make("one")
    shop.edit("one", f"fr: {GREETING}", "Bonjour.")
    shop.make("one")
    shop.edit("one", "Bonjour.", "")
    assert shop.make("one").segments == 1
    shop.make("two")
    assert shop.words("two") == f"Bonjour. fr: {UMBRELLA}"


def test_a_plan_remembers_and_writes_nothing(shop: Shop, memory: Path) -> None:
    shop.make("one")
    shop.edit("one", f"fr: {GREETING}", "Bonjour.")
    studio = Studio(read_settings(shop.settings), listen=ignore)
    steps = {step.stage: step.todo for step in plan(studio, shop.folder / "one.mp4", ["fr"]).steps}
    assert (steps["translate"], steps["synthesize"], steps["render"]) == (0, 1, 1)
    assert not memory.exists()


def test_the_commands(
    shop: Shop, memory: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def does(*arguments: object) -> str:
        code, printed = run(monkeypatch, capsys, "memory", *arguments)
        assert code == 0, printed
        return printed

    assert "1 remembered" in does("add", GREETING, "Bonjour.", "--lang", "fr")
    assert "1 known already" in does("add", GREETING, "Bonjour.", "--lang", "fr")
    shop.make("one")
    assert shop.words("one") == f"Bonjour. fr: {UMBRELLA}"
    rows = json.loads(does("list", "--json"))["memory"]
    assert [(row["sentence"], row["language"], row["said"], row["from"]) for row in rows] == [
        (GREETING, "fr", "Bonjour.", "added")
    ]
    assert "Bonjour." in does("list", "--lang", "fr")

    sheet = shop.folder / "one.xlf"
    assert "2 entries" in does("export", shop.folder / "out" / "one", "--lang", "fr", "-o", sheet)
    assert "left out: 1 drafts" in does("import", sheet)
    sheet.write_text(sheet.read_text("utf-8").replace(f">fr: {UMBRELLA}<", ">Notre parapluie.<"), "utf-8")
    assert "1 remembered, 1 known already" in does("import", sheet)
    shop.make("one")
    assert shop.words("one") == "Bonjour. Notre parapluie."

    whole = shop.folder / "all.tmx"
    assert "2 entries" in does("export", "-o", whole)
    assert "1 removed" in does("remove", GREETING)
    whole.write_text(re.sub(r'changedate="\d{4}', 'changedate="2020', whole.read_text("utf-8")), "utf-8")
    assert "0 remembered, 1 known already, 1 older than what is known" in does("import", whole)
    shop.make("one")
    assert shop.words("one") == f"fr: {GREETING} Notre parapluie."


def test_what_is_removed_is_forgotten_everywhere(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.make("one")
    shop.edit("one", f"fr: {GREETING}", "Bonjour.")
    shop.make("one")
    assert run(monkeypatch, capsys, "memory", "remove", GREETING, "--lang", "fr") == (0, "1 removed\n")
    assert shop.make("one").edited == 0
    assert shop.words("one") == f"fr: {GREETING} fr: {UMBRELLA}"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["add", "一", "b", "--lang", "xx"], "unknown language 'xx'"),
        (["add", "一", "b", "--lang", "zh"], "she speaks already"),
        (["add", "一", " ", "--lang", "fr"], "names no text"),
        (["remove", "一"], "remembers nothing of '一'"),
        (["import", "missing.tmx"], "missing.tmx: no such file"),
        (["export", "-o", "all.csv"], "ends in .tmx, .xlf, .xliff"),
        (["export", "-o", "all.xlf"], "holds one language"),
        (["export", "nowhere", "-o", "all.xlf", "--lang", "fr"], "no project folder"),
        (["export", "nowhere", "-o", "all.tmx", "--lang", "fr"], "drafts are not"),
    ],
)
def test_a_mistake_is_one_line(
    arguments: list[str],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, printed = run(monkeypatch, capsys, "memory", *arguments)
    assert (code, len(printed.splitlines())) == (3, 1)
    assert words in printed


def test_a_name_is_written_the_same_way_in_every_video(shop: Shop, memory: Path) -> None:
    glossary = shop.folder / "glossary.csv"
    glossary.write_text("term,language,translation\n小王,,\n", "utf-8")
    shop.make("one", glossary=glossary)
    assert shop.words("one").startswith("fr: 各位老板好，我是Xiao Wang。")
    memory.write_text(memory.read_text("utf-8").replace("Xiao Wang", "Siao Ouang"), "utf-8")
    shop.make("two", glossary=glossary)
    assert shop.words("two").startswith("fr: 各位老板好，我是Siao Ouang。"), "as it was settled once"


def test_two_captions_made_one_are_no_translation_of_either(shop: Shop, memory: Path) -> None:
    shop.make("one", GREETING, UMBRELLA, "三块五一双。")
    shop.edit("one", f"fr: {GREETING}", "Bonjour, notre parapluie.")
    shop.edit("one", f"fr: {UMBRELLA}", "")
    shop.edit("one", "fr: 三块五一双。", "3,5 yuans la paire.")
    assert shop.make("one", GREETING, UMBRELLA, "三块五一双。").segments == 2
    assert read_memory(memory).entries == ()


def test_a_sentence_that_nobody_could_translate_is_taught(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    unknown = "今天去爬山吗?"
    with pytest.raises(Untranslated, match="pitchgen memory add"):
        shop.make("one", GREETING, unknown)
    assert run(monkeypatch, capsys, "memory", "add", unknown, "On grimpe ?", "--lang", "fr")[0] == 0
    assert shop.make("one", GREETING, unknown).remembered == 1
    assert shop.words("one") == f"fr: {GREETING} On grimpe ?"
