"""Engines in processes and environments of their own: the mechanism, and Chatterbox's side of it.

The real chatterbox-tts is too large for a test. A package of its name with the same signatures is installed, without a
network, into a real environment made by `install`; the process there runs the real worker/chatterbox.py.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pitchgen.core.audio import Audio, Voice
from pitchgen.core.engines import Utterance
from pitchgen.core.errors import EngineError, InputError, MissingWeights
from pitchgen.core.weights import Model, Weights
from pitchgen.edges.weights import manifest
from pitchgen.engines.rack import Rack
from pitchgen.engines.synthesize import chatterbox
from pitchgen.engines.worker import environment
from pitchgen.engines.worker.client import Worker

PROGRAM = """
import os, sys, time
from pathlib import Path

def versions():
    print("libraries print on import")
    return {"engine": "1.0"}

def answer(verb, options, samples):
    print("libraries print while they work", flush=True)
    os.write(1, b"and from C, too")
    if verb == "echo":
        return {"pid": os.getpid(), **options}, samples
    if verb == "fail":
        raise ValueError("no such\\nvoice")
    if verb == "noise":
        sys.stderr.write("x" * 5_000_000)
        return {}, b""
    if verb == "sleep":
        Path(options["begun"]).touch()
        time.sleep(options["seconds"])
        Path(options["done"]).touch()
        return {}, b""
    if verb == "die":
        marker = Path(options["marker"])
        if not marker.exists() or options["always"]:
            marker.touch()
            sys.stderr.write("loading\\nfatal: out of ideas\\n")
            sys.stderr.flush()
            os._exit(3)
        return {"survived": True}, b""
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "engine.py"
    path.write_text(PROGRAM, "utf-8")
    return path


@pytest.fixture
def worker(program: Path) -> Iterator[Worker]:
    started = Worker("tiny", Path(sys.executable), program, patience=20)
    yield started
    started.close()


def test_samples_go_there_and_back_and_prints_do_no_harm(worker: Worker) -> None:
    samples = np.random.default_rng(0).normal(0, 1, 500_000).astype("<f4").tobytes()
    reply = worker.ask("echo", {"text": "大家好"}, samples)
    assert reply.samples == samples
    assert reply.result["text"] == "大家好"
    assert worker.ask("echo", {}).result["pid"] == reply.result["pid"], "one process for all requests"


def test_health_tells_versions(worker: Worker) -> None:
    assert worker.health() == {"python": sys.version.split()[0], "engine": "1.0"}


def test_a_refusal_is_one_line_and_the_process_lives_on(worker: Worker) -> None:
    pid = worker.ask("echo", {}).result["pid"]
    with pytest.raises(EngineError, match="tiny: ValueError: no such voice"):
        worker.ask("fail", {})
    assert worker.ask("echo", {}).result["pid"] == pid


def test_a_flood_on_standard_error_does_not_block(worker: Worker) -> None:
    assert worker.ask("noise", {}).result == {}


def test_a_crash_costs_one_retry(worker: Worker, tmp_path: Path) -> None:
    reply = worker.ask("die", {"marker": str(tmp_path / "marker"), "always": False})
    assert reply.result == {"survived": True}


def test_a_request_that_always_kills_is_an_error_with_the_last_words(worker: Worker, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="tiny died twice: fatal: out of ideas") as raised:
        worker.ask("die", {"marker": str(tmp_path / "marker"), "always": True})
    assert raised.value.retryable
    assert worker.ask("echo", {"n": 1}).result["n"] == 1


def test_a_killed_process_is_started_again(worker: Worker) -> None:
    pid = worker.ask("echo", {}).result["pid"]
    os.kill(pid, signal.SIGKILL)
    assert worker.ask("echo", {}).result["pid"] != pid


def test_a_request_that_hangs_is_ended(program: Path, tmp_path: Path) -> None:
    worker = Worker("tiny", Path(sys.executable), program, patience=0.5)
    start = time.monotonic()
    options = {"seconds": 60, "begun": str(tmp_path / "begun"), "done": str(tmp_path / "done")}
    with pytest.raises(EngineError, match=r"did not answer within 0\.5 s") as raised:
        worker.ask("sleep", options)
    assert raised.value.retryable
    assert time.monotonic() - start < 10
    worker.close()


def test_closing_lets_the_request_in_progress_end(worker: Worker, tmp_path: Path) -> None:
    begun, done = tmp_path / "begun", tmp_path / "done"
    asking = threading.Thread(
        target=worker.ask, args=("sleep", {"seconds": 0.5, "begun": str(begun), "done": str(done)})
    )
    asking.start()
    while not begun.exists():
        time.sleep(0.01)
    worker.close()
    asking.join()
    assert done.exists()


def test_a_program_that_cannot_start_says_why(tmp_path: Path) -> None:
    path = tmp_path / "engine.py"
    path.write_text("import no_such_package\n", "utf-8")
    worker = Worker("tiny", Path(sys.executable), path)
    with pytest.raises(
        EngineError, match="tiny does not start: ModuleNotFoundError: No module named 'no_such_package'"
    ):
        worker.ask("echo", {})
    with pytest.raises(EngineError, match="cannot be started"):
        Worker("tiny", tmp_path / "no-python", path).health()


def test_a_process_ends_with_its_parent_even_when_busy(program: Path, tmp_path: Path) -> None:
    script = f"""
import os, sys, threading, time
from pathlib import Path
from pitchgen.engines.worker.client import Worker
worker = Worker("tiny", Path(sys.executable), Path({str(program)!r}))
print(worker.ask("echo", {{}}).result["pid"], flush=True)
options = {{"seconds": 60, "begun": {str(tmp_path / "begun")!r}, "done": {str(tmp_path / "done")!r}}}
threading.Thread(target=worker.ask, args=("sleep", options), daemon=True).start()
while not os.path.exists(options["begun"]):
    time.sleep(0.01)
os.kill(os.getpid(), 9)
"""
    parent = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, timeout=60)
    pid = int(parent.stdout)
    assert parent.returncode == -signal.SIGKILL
    end = time.monotonic() + 10
    while _runs(pid):
        assert time.monotonic() < end, "it outlived its parent"
        time.sleep(0.05)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


# environments

LIBRARY = '''
import random
from pathlib import Path
import torch

class ChatterboxMultilingualTTS:
    """The interface of chatterbox-tts 0.1.7: sound as long as the text, coloured by voice and seed."""

    def __init__(self):
        self.sr, self.conds = 24000, None

    @classmethod
    def from_local(cls, ckpt_dir, device):
        assert Path(ckpt_dir, "ve.pt").exists() and device == "cpu"
        print("Loading model ...")
        return cls()

    def prepare_conditionals(self, wav_fpath, exaggeration=0.5):
        import wave
        with wave.open(wav_fpath) as sound:
            assert sound.getparams()[:3] == (1, 2, 22050)
            frames = torch.frombuffer(bytearray(sound.readframes(sound.getnframes())), dtype=torch.int16)
        self.conds = frames.float().std() / 32768

    def generate(self, text, language_id, audio_prompt_path=None, exaggeration=0.5, cfg_weight=0.5, temperature=0.8,
                 repetition_penalty=2.0, min_p=0.05, top_p=1.0):
        assert language_id in ("en", "fr")
        pieces = [torch.nn.functional.conv1d(torch.randn(1, 1, 1447), torch.randn(1, 1, 8)) for _ in text]
        return torch.cat(pieces, 2).clamp(-5, 5)[0] * self.conds
'''


def wheel(folder: Path) -> Path:
    """chatterbox-tts, as far as the tests need it."""
    path = folder / "chatterbox_tts-0.1.7-py3-none-any.whl"
    info = "chatterbox_tts-0.1.7.dist-info"
    files = {
        "chatterbox/__init__.py": "",
        "chatterbox/mtl_tts.py": LIBRARY,
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: chatterbox-tts\nVersion: 0.1.7\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**files, f"{info}/RECORD": record}.items():
            archive.writestr(name, content)
    return path


class OneModel:
    """A shelf with Chatterbox's files, which are empty."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in manifest()["chatterbox-multilingual"].files:
            (folder / name).touch()

    def listed(self, engine: str) -> Sequence[Model]:
        return [manifest()["chatterbox-multilingual"]] if engine == "chatterbox" else []

    def has(self, model: str) -> bool:
        return True

    def weights(self, model: str) -> Weights:
        return Weights(manifest()[model], self.folder, "digest")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's data folder, and no network."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    return tmp_path / "data" / "pitchgen" / "engines"


def require(monkeypatch: pytest.MonkeyPatch, *requirements: str) -> None:
    known = replace(environment.environment("chatterbox"), requirements=requirements)
    monkeypatch.setitem(environment.ENVIRONMENTS, "chatterbox", known)


def test_an_environment_is_made_resumed_and_used(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rack = Rack(OneModel(tmp_path), device="cpu")
    lines: list[str] = []
    require(monkeypatch, "no-such-package-anywhere==1")
    with pytest.raises(EngineError, match="could not be made: ERROR: No matching distribution") as raised:
        environment.install("chatterbox", lines.append)
    assert raised.value.retryable
    assert environment.installed("chatterbox") is None, "half made is not made"
    with pytest.raises(MissingWeights, match="pitchgen engines install chatterbox"):
        chatterbox.load(rack=rack)

    require(monkeypatch, str(wheel(tmp_path)))
    made = data / "chatterbox" / "pyvenv.cfg"
    before = made.stat().st_mtime_ns
    python = environment.install("chatterbox", lines.append)
    assert made.stat().st_mtime_ns == before, "gone on with, not begun anew"
    assert any("Successfully installed chatterbox-tts" in line for line in lines)
    assert environment.installed("chatterbox") == python
    lines.clear()
    assert environment.install("chatterbox", lines.append) == python
    assert lines == [], "nothing to do"

    packages = next((data / "chatterbox" / "lib").glob("python*/site-packages"))
    import torch

    # torch and numpy of this environment, which the wheel would bring; a .pth file inside is not read: no pitchgen
    (packages / "torch.pth").write_text(str(Path(torch.__file__).parents[1]), "utf-8")
    alone = subprocess.run([python, "-I", "-c", "import pitchgen.core"], capture_output=True, text=True)
    assert "No module named 'pitchgen" in alone.stderr
    _speaks(rack)

    require(monkeypatch, str(wheel(tmp_path)), "another==1")
    assert environment.installed("chatterbox") is None, "made of something else"


def _speaks(rack: Rack) -> None:
    voice = chatterbox.load(rack=rack)
    one, other = (
        Voice(Audio(np.random.default_rng(i).normal(0, 0.05 * i, 22_050).astype("f4"), 22_050)) for i in (1, 2)
    )
    lines = [Utterance("Hello there.", "en", one), Utterance("Bonjour à tous.", "fr", one)]
    sounds = voice.synthesize(lines)
    for line, sound in zip(lines, sounds, strict=True):
        assert sound.rate == 24_000
        assert sound.duration == pytest.approx(len(line.text) * 0.06, abs=0.1)
    (again,) = voice.synthesize(lines[:1])
    assert np.array_equal(again.samples, sounds[0].samples), "alone as in company"
    assert isinstance(voice, chatterbox.Chatterbox)
    assert voice._worker.health()["chatterbox-tts"] == "0.1.7"
    running = voice._worker._running
    assert running is not None
    running._process.kill()
    (again,) = voice.synthesize(lines[:1])
    assert np.array_equal(again.samples, sounds[0].samples), "a process started anew is told whose voice it is"
    with pytest.raises(EngineError, match="chatterbox: AssertionError"):
        voice.synthesize([Utterance("Hallo.", "de", other)])
    assert voice.timbre("en") == "cloned"
    assert "chatterbox_tts" in voice.fingerprint
    voice._worker.close()


def test_a_damaged_environment_is_made_anew(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    require(monkeypatch, str(wheel(tmp_path)))
    (data / "chatterbox" / "bin").mkdir(parents=True)
    (data / "chatterbox" / "bin" / "python").write_text("", "utf-8")
    lines: list[str] = []
    python = environment.install("chatterbox", lines.append)
    assert environment.installed("chatterbox") == python
    assert "that did not succeed: making it anew" in lines
    environment.remove("chatterbox")
    assert environment.installed("chatterbox") is None
    assert not (data / "chatterbox").exists()


def test_engines_without_an_environment_of_their_own() -> None:
    with pytest.raises(InputError, match="xtts needs no environment of its own; these do: chatterbox"):
        environment.install("xtts")
