"""What several tests need: real media, and small videos made by the packaged ffmpeg."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
from checkpoints import TinyShelf

from pitchgen.core.errors import MissingWeights
from pitchgen.edges.ffmpeg import Ffmpeg
from pitchgen.edges.fonts import Fonts
from pitchgen.engines.rack import Rack
from pitchgen.languages import language

hypothesis.settings.register_profile("unhurried", deadline=None)  # a machine that does other work is no failure
hypothesis.settings.load_profile("unhurried")

if TYPE_CHECKING:
    from postgres import Postgres
    from s3 import S3

    from pitchgen.edges.service.database import Database
    from pitchgen.edges.service.objects import Objects

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the command line does, before torch is loaded
os.environ["PITCHGEN_MEMORY"] = os.devnull  # what a test corrects is not remembered in this checkout
ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "samples"
SHARED = ROOT.parent / "shared" / "media"

FONT_PACKAGES = "fonts-noto-core and fonts-noto-cjk are not here: run scripts/install-system as root"

FfmpegCall = Callable[..., Path]


@pytest.fixture(autouse=True)
def records(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Voices, consents and a log of its own for every test; the folder they are in."""
    folder = tmp_path_factory.mktemp("records")
    monkeypatch.setenv("PITCHGEN_VOICES", str(folder / "voices"))
    monkeypatch.setenv("PITCHGEN_AUDIT", str(folder / "audit.jsonl"))
    return folder


@pytest.fixture(scope="session")
def shared_media() -> Path:
    """Real clips and odd files, where this checkout has them beside it."""
    if not SHARED.is_dir():
        pytest.skip("the real clips are not beside this checkout")
    return SHARED


@pytest.fixture(autouse=True)
def memory(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A memory of its own for every test."""
    path = tmp_path_factory.mktemp("memory") / "memory.jsonl"
    monkeypatch.setenv("PITCHGEN_MEMORY", str(path))
    return path


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> TinyShelf:
    """Small checkpoints, shared by all processes of this test run."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    return TinyShelf(shared / "checkpoints")


@pytest.fixture(scope="session")
def rack(shelf: TinyShelf) -> Rack:
    """Small networks on the processor."""
    return Rack(shelf, device="cpu")


@pytest.fixture(scope="session")
def ffmpeg() -> str:
    """The packaged program."""
    return Ffmpeg().binary


@pytest.fixture(scope="session")
def speech(tmp_path_factory: pytest.TempPathFactory, ffmpeg: str) -> Path:
    """The first sentence of a sample: 各位老板好，我是小王。 and the one after it."""
    path = tmp_path_factory.mktemp("speech") / "speech.wav"
    run(ffmpeg, "-i", SAMPLES / "umbrella.mp4", "-t", "10", "-ac", "1", path)
    return path


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """What `speech` says."""
    path = tmp_path / "script.txt"
    path.write_text("各位老板好，我是小王。\n这是我们最新款的雨伞，可以折叠。\n", "utf-8")
    return path


@pytest.fixture
def pitch(ffmpeg: str, speech: Path, tmp_path: Path) -> FfmpegCall:
    """Makes a small video of 4 s in which she speaks: name, and how ffmpeg is to encode it."""

    def make(name: str = "pitch.mp4", *options: object) -> Path:
        path = tmp_path / name
        picture = ["-f", "lavfi", "-i", "testsrc2=size=90x160:rate=10:duration=4"]
        coded = options or ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac")
        run(ffmpeg, *picture, "-t", 4, "-i", speech, *coded, path)
        return path

    return make


def run(ffmpeg: str, *arguments: object) -> None:
    """ffmpeg with `arguments`; its complaints fail the test."""
    subprocess.run([ffmpeg, "-y", "-loglevel", "error", *map(str, arguments)], check=True, timeout=120)


@pytest.fixture(scope="session")
def fonts() -> Fonts:
    """The fonts that scripts/install-system brings."""
    found = Fonts()
    try:
        for code in ("th", "zh"):
            found.lettering(language(code), [language(code).sample])
    except MissingWeights:
        if os.environ.get("REQUIRE_FONTS"):
            raise
        pytest.skip(FONT_PACKAGES)
    return found


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser of scripts/install-system."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not found:
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail("no browser: run scripts/install-system as root")
        pytest.skip("no browser is here: run scripts/install-system as root")
    return found


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running server."""
    from postgres import serving

    with serving() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with the tables of this version."""
    from pitchgen.edges.service.database import Database

    url = f"sqlite:///{tmp_path}/service.sqlite"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres").fresh()
    database = Database.open(url)
    database.migrate()
    yield database
    database.close()


@pytest.fixture(scope="session")
def s3() -> Iterator[S3]:
    """A running server."""
    from s3 import serving

    with serving() as server:
        yield server


@pytest.fixture
def bucket(s3: S3, monkeypatch: pytest.MonkeyPatch) -> Objects:
    """An object storage in an empty bucket."""
    from pitchgen.edges.service.objects import Objects

    return Objects.open(s3.bucket(monkeypatch))


@pytest.fixture
def objects(tmp_path: Path) -> Objects:
    """An object storage in a folder."""
    from pitchgen.edges.service.objects import Objects

    return Objects.open((tmp_path / "objects").as_uri())
