"""A script becomes sentences."""

from __future__ import annotations

import pytest

from pitchgen.stages.segment import LONGEST, sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("大家好！我是小王。你好吗？", ("大家好！", "我是小王。", "你好吗？")),
        ("一双3.5元。十双30元", ("一双3.5元。", "十双30元")),
        ("她说：“你好！”然后走了。", ("她说：“你好！”", "然后走了。")),
        ("（欢迎光临。）请进。", ("（欢迎光临。）", "请进。")),
        ("真的吗？！真的！！！", ("真的吗？！", "真的！！！")),
        ("现货；三天发货;好\r\n第二行\n\n第三行", ("现货；", "三天发货;", "好", "第二行", "第三行")),
        ("# 第一段。\n  # 注释\n你好。", ("你好。",)),
        ("——\n。。。\n***\n好", ("好",)),
        ("\ufeff你好", ("你好",)),
        ("  两  打 \t起批。 ", ("两 打 起批。",)),
        ("", ()),
    ],
)
def test_sentences(text: str, expected: tuple[str, ...]) -> None:
    assert sentences(text) == expected


def test_an_endless_sentence_is_cut_at_its_commas() -> None:
    clause = "我们的袜子又柔软又透气又舒服，"
    cut = sentences(clause * 10 + "欢迎下单。")
    assert "".join(cut) == clause * 10 + "欢迎下单。"
    assert max(map(len, cut)) <= LONGEST
    assert all(part.endswith(("，", "。")) for part in cut)


def test_the_comma_of_a_thousand_is_no_pause() -> None:
    assert all("1,200" in part for part in sentences("起订" + "好" * 58 + "1,200双"))
