"""What the small recogniser is trained on: nothing that is kept for measuring, and characters alone."""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

import pytest

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "scripts"))

from training import text  # noqa: E402  # beside the scripts
from training.held_out import HANZI, held_out  # noqa: E402
from training.slots import names  # noqa: E402

TAGS = ("n", "v", "a", "d", "r", "ns", "t", "i", "nr")
CLAUSES = 3000


@pytest.fixture(scope="module")
def clauses(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    dictionary = tmp_path_factory.mktemp("dictionary") / "dict.txt"
    dictionary.write_text("\n".join(f"词{'甲乙丙丁戊己庚辛壬'[at]} 9000 {tag}" for at, tag in enumerate(TAGS)), "utf-8")
    said, draw = text.texts(dictionary, strings=0.2), Random(1)
    return [said.clause(draw) for _ in range(CLAUSES)]


def test_no_text_names_a_good_that_is_kept_for_measuring(clauses: list[str]) -> None:
    book = text._book()
    goods = book.pop("goods")
    kept = names({key: line for key, line in goods.items() if held_out(key)})
    other = str(book) + " ".join(line for key, line in goods.items() if not held_out(key))
    apart = [name for name in kept if name not in other]  # 家具 is also what a shop sells that a pitch is made to
    assert len(apart) > 20
    assert [name for name in apart if any(name in clause for clause in clauses)] == []


def test_texts_for_measuring_name_what_no_text_to_train_on_does() -> None:
    draw, said = Random(2), text.pitches(unseen_goods=True)
    goods = names({key: line for key, line in text._book()["goods"].items() if held_out(key)})
    measured = [said.clause(draw) for _ in range(200)]
    assert [clause for clause in measured if not any(good in clause for good in goods)] == []


def test_clauses_are_characters_that_can_be_said_in_a_breath(clauses: list[str]) -> None:
    assert all(HANZI.fullmatch(clause) and len(clause) <= text.LONGEST for clause in clauses)
    assert len(set(clauses)) > 0.8 * CLAUSES


@pytest.mark.parametrize("path", [text.SENTENCES, text.GOODS], ids=lambda path: path.name)
def test_every_written_line_can_be_drawn(path: Path) -> None:
    lines = list(text._read(path))
    assert len(lines) == len(set(lines)) > 1500
    assert [line for line in lines if not HANZI.fullmatch(line) or len(line) > text.LONGEST] == []
