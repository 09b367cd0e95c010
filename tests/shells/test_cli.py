"""The command line, as a process: what it prints, where, and with which exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "samples" / "umbrella.mp4"


def pitchgen(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pitchgen", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=300, check=False)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    folder = tmp_path_factory.mktemp("cli")
    done = pitchgen("make", SAMPLE, "--langs", "en,ru", "--out", folder / "out", "--store", folder / "store", "--json")
    assert done.returncode == 0, done.stderr
    return folder, json.loads(done.stdout)["videos"][0]


def again(folder: Path, *more: object) -> subprocess.CompletedProcess[str]:
    return pitchgen("make", SAMPLE, "--langs", "en,ru", "--out", folder / "out", "--store", folder / "store", *more)


def test_json_is_one_document_that_names_every_file(made: tuple[Path, dict[str, object]]) -> None:
    _, outcome = made
    outputs = outcome["outputs"]
    assert isinstance(outputs, list)
    assert [o["language"] for o in outputs] == ["en", "ru"]
    for output in outputs:
        assert Path(output["video"]).stat().st_size > 100_000
        assert all(Path(path).exists() for path in output["subtitles"])
    assert [o["timbre"] for o in outputs] == ["tinted", "tinted"]
    assert outcome["score"] > 0.5  # type: ignore[operator]


def test_a_second_run_reuses_everything(made: tuple[Path, dict[str, object]]) -> None:
    done = again(made[0])
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("all of it") == 2
    assert "not a clone" in done.stdout


def test_a_report_is_written_again(made: tuple[Path, dict[str, object]]) -> None:
    folder = made[0] / "out" / "umbrella"
    page = (folder / "report.html").read_text("utf-8")
    (folder / "report.html").unlink()
    done = pitchgen("report", folder)
    assert done.returncode == 0, done.stderr
    assert [line.split(":")[0] for line in done.stdout.splitlines()[:2]] == ["en", "ru"]
    assert str(folder / "report.html") in done.stdout
    assert (folder / "report.html").read_text("utf-8") == page
    failed = pitchgen("report", made[0])
    assert failed.returncode == 3
    assert len(failed.stderr.splitlines()) == 1


def test_a_dry_run_makes_nothing(made: tuple[Path, dict[str, object]], tmp_path: Path) -> None:
    steps = json.loads(again(made[0], "--dry-run", "--json").stdout)["videos"][0]["steps"]
    assert {step["stage"]: step["todo"] for step in steps}["render"] == 0
    fresh = pitchgen("make", SAMPLE, "--langs", "en", "--out", tmp_path / "o", "--store", tmp_path / "s", "--dry-run")
    assert fresh.returncode == 0
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--langs", "frr"], 3, "did you mean fr"),
        (["--langs", "en,en"], 3, "named twice"),
        (["--langs", "zh"], 3, "she speaks already"),
        (["--langs", ""], 3, "no language"),
        (["--langs", "en", "--profile", "embeded"], 3, "did you mean embedded"),
        (["--langs", "en", "--audio-track", "3"], 6, "no number 3"),
        (["--langs", "en", "--script", "missing.txt"], 3, "missing.txt"),
        (["--langs", "en", "--ffmpeg", "no-such-program"], 3, "no-such-program"),
        (["--langs", "en", "--untranslated", "guess"], 3, "stop or keep"),
        (["--langs", "en", "--for", "tictok"], 3, "did you mean tiktok"),
        (["--langs", "en", "--fill", "pad"], 3, "name one by --for"),
        (["--langs", "en", "--bilingual"], 3, "add --captions burn"),
        (["--langs", "en", "--subtitles", "sub"], 3, "srt, vtt, ass, ttml"),
        (["--langs", "en", "--fonts", "missing"], 3, "no such folder of fonts"),
        (["--langs", "en", "--translation", "fr=x.srt"], 3, "not among the languages"),
        (["--langs", "en", "--translation", "x.srt"], 3, "write it as fr=FILE"),
    ],
)
def test_a_mistake_is_one_line_and_a_code(arguments: list[str], code: int, words: str, tmp_path: Path) -> None:
    done = pitchgen("make", SAMPLE, *arguments, "--out", tmp_path / "o", "--store", tmp_path / "s")
    assert words in done.stderr, done.stderr
    assert done.returncode == code
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.rglob("*.mp4"))


def test_untranslatable_words_stop_before_any_output(tmp_path: Path) -> None:
    script = tmp_path / "pitch.txt"
    script.write_text((ROOT / "samples" / "umbrella.txt").read_text("utf-8") + "今天天气不错，我们去爬山。\n", "utf-8")
    arguments = (
        "make",
        SAMPLE,
        "--langs",
        "en",
        "--script",
        script,
        "--out",
        tmp_path / "o",
        "--store",
        tmp_path / "s",
    )
    done = pitchgen(*arguments)
    assert done.returncode == 4
    assert "爬山" in done.stderr
    assert not list((tmp_path / "o").rglob("*.mp4"))
    kept = pitchgen(*arguments, "--untranslated", "keep", "--json")
    assert kept.returncode == 0, kept.stderr
    assert json.loads(kept.stdout)["videos"][0]["outputs"][0]["kept_original"] == ["今天天气不错，我们去爬山。"]


def test_one_bad_video_stops_no_other(tmp_path: Path) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_text("no video")
    done = pitchgen("make", bad, SAMPLE, "--langs", "en", "--out", tmp_path / "o", "--store", tmp_path / "s", "--json")
    assert done.returncode == 6
    first, second = json.loads(done.stdout)["videos"]
    assert "bad.mp4" in first["error"]
    assert Path(second["outputs"][0]["video"]).exists()


@pytest.mark.parametrize("command", ["languages", "engines", "doctor"])
def test_lists_are_tables_and_json(command: str) -> None:
    assert pitchgen(command).returncode == 0
    assert json.loads(pitchgen(command, "--json").stdout)


def test_importing_and_help_load_nothing_heavy() -> None:
    code = "import pitchgen, pitchgen.shells.cli, sys; print({'torch', 'numpy', 'av'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
    assert pitchgen("--help").returncode == 0
