"""Every error that a user can meet: one line, one exit code, one HTTP status."""

from __future__ import annotations

import ast
import errno
from pathlib import Path

import pytest

from pitchgen.core import errors
from pitchgen.core.errors import (
    CODES,
    EngineError,
    PitchgenError,
    StorageError,
    Untranslated,
    exit_code,
    http_status,
    without_paths,
)
from pitchgen.edges.store import storage_errors

PACKAGE = Path(errors.__file__).resolve().parents[1]
KINDS = [
    kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, PitchgenError)
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_in_the_table_and_in_the_docstring(kind: type[PitchgenError]) -> None:
    assert kind in CODES
    assert kind.__name__ in (errors.__doc__ or "")
    assert exit_code(kind("x")) == CODES[kind][0]
    assert http_status(kind("x")) == CODES[kind][1]


def test_exit_codes_are_distinct_and_free() -> None:
    codes = [code for code, _ in CODES.values()]
    assert len(set(codes)) == len(codes)
    assert not {0, 2, 130} & set(codes), "success, misuse and interrupt have theirs"
    assert all(400 <= status < 600 for _, status in CODES.values())


def test_a_kind_of_its_own_has_the_code_of_the_nearest_one() -> None:
    class Torn(StorageError): ...

    class Bare(PitchgenError): ...

    assert exit_code(Torn("x")) == exit_code(StorageError("x"))
    assert exit_code(Bare("x")) == 1


def test_what_errors_carry() -> None:
    assert EngineError("x").retryable is False
    assert EngineError("x", retryable=True).retryable
    assert Untranslated("x", ("一",)).sentences == ("一",)
    assert str(Untranslated("x", ("一",))) == "x"


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "disk is full"), (errno.EDQUOT, "disk is full"), (errno.EACCES, "cannot be written")],
)
def test_the_systems_errors_become_one_line(number: int, words: str, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=words) as caught, storage_errors(tmp_path):
        raise OSError(number, "words of the system")
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value.__cause__, OSError)


def test_no_message_in_the_package_has_a_line_break() -> None:
    names = {kind.__name__ for kind in KINDS}
    raised = 0
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
                raised += 1
                texts = [c.value for c in ast.walk(node) if isinstance(c, ast.Constant) and isinstance(c.value, str)]
                assert not any("\n" in text for text in texts), f"{path}:{node.lineno}"
    assert raised > 40


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("/srv/state/merchants/mer_a/videos/vid_1: is no video", "vid_1: is no video"),
        ("cannot read '/tmp/x/a.mp4', nor ~/b.srt", "cannot read 'a.mp4', nor b.srt"),
        ("/srv/my shop/videos/vid_1: is no video", "vid_1: is no video"),
        ("POST /v1/voices/wang/consents records one", "POST /v1/voices/wang/consents records one"),
        ("https://shop.example/a/b.mp4 answers 404", "https://shop.example/a/b.mp4 answers 404"),
        ("captions and/or titles, 1/2 of en/fr, 30 m/s", "captions and/or titles, 1/2 of en/fr, 30 m/s"),
    ],
)
def test_who_asks_over_a_network_learns_no_folder_of_the_server(said: str, told: str) -> None:
    assert without_paths(said, ["/srv/my shop"]) == told
