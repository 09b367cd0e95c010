"""Chinese names of people and shops in the letters of another language: pinyin without tones, or its own writing.

Source: GB/T 28039-2011 (names of people: surname, given name in one word, each with a capital); GB/T 16159-2012
(apostrophes). Russian and Kazakh: the system of Palladius, as pypinyin has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from pitchgen.languages import language

_SURNAMES = frozenset(
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆"
    "范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文樊兰殷施洪翟安颜倪"
    "牛温芦季俞章鲁葛伍申尤毕聂柴焦柳邢岳齐庄梅涂祝耿辛管左凌单项冉骆骆盛解仇查柯缪冼朴区"
)
_DOUBLE = (
    *("欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "公孙", "慕容", "令狐", "夏侯"),
    *("司徒", "端木", "宇文", "尉迟", "长孙"),
)
_AS_SURNAME = {
    # characters that are read otherwise where they are surnames
    **{"曾": "zeng", "单": "shan", "解": "xie", "仇": "qiu", "查": "zha", "任": "ren", "翟": "zhai", "朴": "piao"},
    **{"区": "ou", "覃": "qin", "缪": "miao", "冼": "xian", "葛": "ge", "万": "wan"},
}
_READ_DOUBLE = {"尉迟": ("yu", "chi"), "长孙": ("zhang", "sun")}
_BEFORE = "小老阿"
_TITLES = ("老板娘", "老板", "老师", "师傅", "经理", "厂长", "先生", "女士", "小姐", "姐", "哥", "总")
_SHOPS = (*"店行坊厂城屋馆阁轩斋堂社园号牌", "公司", "集团", "百货")
"""What names of shops end with, so that they are not taken for people."""
_LONGEST_GIVEN = 2  # characters of a given name
_LONGEST_WORD = 3  # syllables of a shop's name that are written in one word: Haidilao, but Mixue Bingcheng
_CYRILLIC = ("ru", "kk")
_LETTER_AFTER_GAP = "aoe"  # xi'an is not xian
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]+")


@dataclass(frozen=True, slots=True)
class Word:
    """A part of a name that is written together."""

    syllables: tuple[str, ...] = ()
    """In pinyin without tones, `lv` for lü."""
    foreign: str = ""
    """What is no Chinese in the first place."""


def words(name: str) -> tuple[Word, ...]:
    """The words that `name` is written in."""
    found: list[Word] = []
    at = 0
    for run in _HAN.finditer(name):
        found += _foreign(name[at : run.start()])
        found += [Word(syllables) for syllables in _person(run.group()) or _shop(run.group())]
        at = run.end()
    return (*found, *_foreign(name[at:]))


def spelled(name: str, code: str, letters: Mapping[str, str]) -> str:
    """`name` in the language `code` (BCP-47).

    Args:
        letters: syllables of pinyin, as that language writes them. A script other than Latin of which one is missing
            is left alone, and the name stays in Latin letters: half a name in each would be none.
    """
    parts = words(name)
    if language(code).script == "Latn":
        return " ".join(_latin(word, letters) for word in parts)
    known = {**_palladius(parts, code), **letters}
    if all(syllable in known for word in parts for syllable in word.syllables):
        return " ".join(word.foreign or "".join(known[s] for s in word.syllables).capitalize() for word in parts)
    return " ".join(_latin(word, {}) for word in parts)


def _latin(word: Word, letters: Mapping[str, str]) -> str:
    written = ""
    for syllable in word.syllables:
        gap = "'" if written and syllable[0] in _LETTER_AFTER_GAP else ""
        written += gap + letters.get(syllable, syllable.replace("v", "ü")).lower()
    return word.foreign or written[:1].upper() + written[1:]


def _palladius(parts: tuple[Word, ...], code: str) -> dict[str, str]:
    """The syllables of `parts` in Cyrillic, where the language writes them so."""
    if code not in _CYRILLIC:
        return {}
    from pypinyin import Style
    from pypinyin.style import convert

    return {s: convert(s, Style.CYRILLIC, strict=True) for word in parts for s in word.syllables}


def _person(name: str) -> list[tuple[str, ...]] | None:
    """The words of a person's name; None where it is none."""
    if name.endswith(_SHOPS):
        return None
    if len(name) == 2 and name[0] in _BEFORE and name[1] in _SURNAMES:
        return [_read(name[0]), _surname(name[1])]
    surname = name[:2] if name.startswith(_DOUBLE) else name[:1]
    given = name[len(surname) :]
    if surname not in _DOUBLE and surname not in _SURNAMES:
        return None
    if given in _TITLES or 0 < len(given) <= _LONGEST_GIVEN:
        return [_surname(surname), _read(given)]
    return None


def _surname(surname: str) -> tuple[str, ...]:
    if surname in _READ_DOUBLE:
        return _READ_DOUBLE[surname]
    return (_AS_SURNAME[surname],) if surname in _AS_SURNAME else _read(surname)


def _shop(name: str) -> list[tuple[str, ...]]:
    """The syllables of any other name, by twos where they are many."""
    read = _read(name)
    if len(read) <= _LONGEST_WORD:
        return [read]
    ends = [*range(0, len(read) - 1, 2), len(read)]
    return [read[start:end] for start, end in pairwise(ends)]


def _read(text: str) -> tuple[str, ...]:
    from pypinyin import lazy_pinyin

    return tuple(lazy_pinyin(text))


def _foreign(text: str) -> Iterator[Word]:
    yield from (Word(foreign=part) for part in text.split())
