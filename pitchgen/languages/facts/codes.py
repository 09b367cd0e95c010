"""Codes, places and sizes, read out of Chinese at a place: what is no amount."""

from __future__ import annotations

import re
from decimal import Decimal

from pitchgen.core.fact import Kind
from pitchgen.core.quantity import Amount
from pitchgen.languages.chinese import parse
from pitchgen.languages.facts.counters import unit_at
from pitchgen.languages.facts.found import Found, Said
from pitchgen.languages.facts.numbers import NUMERALS, RUN, amounts_at

_SPOKEN = "零〇○幺一二三四五六七八九"
_VALUE = {**{sign: str(value) for value, sign in enumerate("零一二三四五六七八九")}, "〇": "0", "○": "0", "幺": "1"}
_KEYS = (
    ("wechat", r"微信(?:号码?)?|wechat|WeChat|VX|V信|加微"),
    ("qq", r"QQ(?:号码?)?|扣扣(?:号)?|企鹅号"),
    ("whatsapp", r"WhatsApp|whatsapp"),
    ("phone", r"(?:联系)?(?:电话|手机)(?:号码?)?|热线|号码|座机|传真|联系方式|拨打"),
    ("model", r"(?:产品)?(?:型号|货号|款号|编号|编码|代码|条码|商品号|订单号)"),
    ("stall", r"(?:摊位|店铺|商铺|店面|展位|门牌|铺位|档口)(?:号码?)?"),
)
_BETWEEN = re.compile(r"(?:就是|是|为|也是|号|同号|:|=|找我|请加|在|加|都是|微信|,)*")
_CODE = re.compile(rf"(?:[A-Za-z0-9_-]|(?<=\d) (?=\d)|[{_SPOKEN}]|(?<=[{_SPOKEN}])[ ,、-](?=[{_SPOKEN}]{{3}})|杠)+")
_LEAST_DIGITS = 3  # of a code after its key word; fewer may begin a quantity: 电话两个
_SPOKEN_RUN = re.compile(rf"[{_SPOKEN}]{{5,}}(?![十百千万亿点])")
_DIALLED = re.compile(
    rf"(?:\+?86[ -]?)?1\d{{2}}[ -]?\d{{4}}[ -]?\d{{4}}(?!\d)|(?:0\d{{2,3}}-)\d{{7,8}}|"
    rf"400-?\d{{3,4}}-?\d{{3,4}}(?!\d)|幺[{_SPOKEN}]{{2,}}(?:[ -]?[{_SPOKEN}]{{4}})*"
)
_MIXED = re.compile(r"(?=[A-Za-z-]*\d)(?=\d*-?[A-Za-z])[A-Za-z0-9]+(?:[-.][A-Za-z0-9]+)*(?![A-Za-z0-9])")
_MOBILE = re.compile(r"[345]G(?![A-Za-z内存容])")  # generations of mobile networks, no gigabytes
_STALL = re.compile(rf"(?P<code>[A-Za-z]?-?(?:\d{{3,}}|[{_SPOKEN}]{{3,}}))(?:号|铺位|摊位)")
_PLACE = re.compile(
    rf"(?P<code>[A-Za-z]\d*|[{NUMERALS}]+|\d+)(?P<word>楼(?!梯|下|盘)|区(?!别|域)|号?馆|号门|号?街|"
    rf"排(?=\d|[{NUMERALS}])|期(?=市场|[{NUMERALS}]?区|[{NUMERALS}]楼)|号(?:店|摊|铺|楼|仓库?|厅|柜台|(?=链接|产品|款|样|车)))"
)
_PLACES = {"楼": "floor", "区": "district", "馆": "hall", "门": "gate", "街": "street", "排": "row", "期": "phase"}
_PLACES |= {
    "店": "shop",
    "摊": "stall",
    "铺": "stall",
    "仓": "warehouse",
    "库": "warehouse",
    "厅": "hall",
    "台": "stall",
}
_NTH = re.compile(rf"第(?P<number>[{NUMERALS}]+|\d+)(?P<unit>[件双个套箱条只款天年代届期批次层盒包位名家台张瓶])?")
_LETTERS = r"(?:\d?X{0,4}[SL]|[2-9]XL|M|F)"
_MARK = r"(?:码|号)?"
_LETTER_SIZES = re.compile(rf"(?P<first>{_LETTERS}){_MARK}(?P<to>到|至|-|~)(?P<last>{_LETTERS}){_MARK}(?![A-Za-z0-9])")
_LETTER_LIST = re.compile(rf"(?<![A-Za-z0-9]){_LETTERS}{_MARK}(?:[、,/ 和]+{_LETTERS}{_MARK})*(?![A-Za-z0-9])")
_LETTER = re.compile(_LETTERS)
_WORD_SIZES = {"特大": "extra_large", "加大": "extra_large", "大": "large", "中": "medium", "小": "small"}
_WORDS = re.compile(r"(?P<sizes>(?:特大|加大|大|中|小)(?:[、,和]?(?:特大|加大|大|中|小))*)(?:号|(?=[两三四五]个号))")
_WORD = re.compile("特大|加大|大|中|小")
_SIZED = re.compile(rf"(?P<low>[{NUMERALS}]+|\d+)(?:码?(?:到|至|-|~)(?P<high>[{NUMERALS}]+|\d+))?(?P<unit>码|号鞋)")
_SIZES = range(15, 60)
"""Shoes and trousers; above and below, 码 is a yard of cloth."""
_CLOTH = re.compile(r"一?(?:布|面料|蕾丝|织带|花边|起订|起批|起)")
_LETTERS_ONLY = re.compile(rf"{_LETTERS}|\d+(?:[xX]\d+)+(?:cm|CM|mm|m)?|\d+[xX]")
_MONEY = re.compile(r"(?:USD|RMB|CNY|EUR)\d|\d+(?:USD|RMB|CNY|EUR)")
_FRACTION = re.compile(rf"(?P<below>[{NUMERALS}]+)分之(?P<above>[{NUMERALS}]+)")


def digits(said: str) -> str:
    """`said`, which is read out digit by digit, in digits; letters stay."""
    return "".join(_VALUE.get(c, "-" if c == "杠" else c) for c in said)


def contact(text: str, start: int) -> Found | None:
    """A number after the word that says what it is: 电话幺三八..., 微信号abc123, 型号8866."""
    for unit, words in _KEYS:
        key = re.compile(words).match(text, start)
        between = _BETWEEN.match(text, key.end()) if key else None
        code = _CODE.match(text, between.end()) if between else None
        if code is None:
            continue
        said = code.group().rstrip("- ").removesuffix("号")
        plain = re.sub("[ ,、]", "", digits(said))
        if sum(c.isdigit() for c in plain) >= (_LEAST_DIGITS if unit not in ("model", "wechat") else 1):
            end = code.start() + len(said)
            counted = unit_at(text, end)
            if counted and not any(c.isascii() and c.isalpha() for c in plain) and len(plain) < 5:
                continue  # 型号三个
            return Found(end, (_code(code.start(), end, unit, plain),))
    return None


def _code(start: int, end: int, unit: str, plain: str) -> Said:
    return Said(start, end, Kind.CODE, unit=unit, text=plain if unit in ("model", "wechat") else plain.replace("-", ""))


def code(text: str, start: int) -> Found | None:
    """A code that shows by its form: a telephone number, digits read out, A-123, a stall's number."""
    if start and text[start - 1].isascii() and text[start - 1].isalnum():
        return None
    if found := _DIALLED.match(text, start):
        plain = digits(found.group()).replace(" ", "").replace("-", "").replace("+86", "")
        return Found(found.end(), (Said(start, found.end(), Kind.CODE, unit="phone", text=plain),))
    if found := _STALL.match(text, start):
        end = found.end("code")
        return Found(
            found.end(), (Said(start, end, Kind.CODE, unit="stall", text=digits(found["code"]).replace("-", "")),)
        )
    if found := _SPOKEN_RUN.match(text, start):
        return Found(found.end(), (Said(start, found.end(), Kind.CODE, unit="phone", text=digits(found.group())),))
    if found := _MOBILE.match(text, start):
        return Found(found.end(), (Said(start, found.end(), Kind.CODE, unit="model", text=found.group()),))
    found = _MIXED.match(text, start)
    if found and not _measured(text, start, found.end()) and not _LETTERS_ONLY.fullmatch(found.group()):
        return Found(found.end(), (Said(start, found.end(), Kind.CODE, unit="model", text=found.group()),))
    return None


def _measured(text: str, start: int, end: int) -> bool:
    """Whether what looks like a code is an amount with a unit: 500ml."""
    run = RUN.match(text, start)
    unit = unit_at(text, run.end()) if run else None
    return (unit is not None and unit[0] >= end) or bool(_MONEY.match(text, start))


def place(text: str, start: int) -> Found | None:
    """Where something is, or which in a row: 三楼, 二区, 第二件. 第一 alone is praise, not a number."""
    if found := _PLACE.match(text, start):
        letters = found["code"][0].isascii() and found["code"][0].isalpha()
        value = None if letters else parse(found["code"])
        if value is not None:
            unit = _PLACES.get(found["word"][-1], "")
            return Found(found.end(), (Said(start, found.end(), Kind.ORDINAL, Amount(value), unit),))
        if letters and found["code"][1:]:
            return Found(found.end(), (Said(start, found.end("code"), Kind.CODE, unit="model", text=found["code"]),))
    found = _NTH.match(text, start)
    value = parse(found["number"]) if found else None
    if found is None or value is None:
        return None
    if value == 1:
        return Found(found.end())
    counted = unit_at(text, found.start("unit")) if found["unit"] else None
    unit = counted[2] if counted else ""
    return Found(found.end(), (Said(start, found.end(), Kind.ORDINAL, Amount(value), unit),))


def size(text: str, start: int) -> Found | None:
    """Sizes of clothes and shoes: 大中小号, S到XL, 均码, 36到40码."""
    if text.startswith(("均码", "均号"), start):
        return _sizes(start, start + 2, ["one_size"])
    if words := _WORDS.match(text, start):
        return _sizes(start, words.end(), [_WORD_SIZES[w] for w in _WORD.findall(words["sizes"])])
    if start == 0 or not (text[start - 1].isascii() and text[start - 1].isalnum()):
        if spread := _LETTER_SIZES.match(text, start):
            return _sizes(start, spread.end(), [spread["first"], spread["last"]], between="-")
        if (listed := _LETTER_LIST.match(text, start)) and _is_size(text, start, listed):
            return _sizes(start, listed.end(), _LETTER.findall(listed.group()))
    found = _SIZED.match(text, start)
    if found is None or text[start - 1 : start] in tuple(NUMERALS):
        return None
    low, high = (parse(found[name]) if found[name] else None for name in ("low", "high"))
    if low is None or int(low) not in _SIZES or _CLOTH.match(text, found.end()):
        return None
    amount = Amount(low, high if high and low < high else None)
    return Found(found.end(), (Said(start, found.end(), Kind.SIZE, amount, "size_number"),))


def _is_size(text: str, start: int, listed: re.Match[str]) -> bool:
    """Whether letters are sizes: several, or marked as such, or more than one letter."""
    letters = _LETTER.findall(listed.group())
    before = text[max(0, start - 6) : start]
    marked = any(sign in listed.group() for sign in "码号") or re.search(r"尺码|尺寸|码数|号码", before)
    return len(letters) > 1 or bool(marked) or (len(letters[0]) > 1 and "X" in letters[0])


def _sizes(start: int, end: int, sizes: list[str], between: str = ",") -> Found:
    return Found(end, (Said(start, end, Kind.SIZE, unit="size", text=between.join(sizes)),))


def fraction(text: str, start: int) -> Found | None:
    """A fraction or a half that counts nothing: 三分之一, 一半."""
    if (found := _FRACTION.match(text, start)) and found["below"] not in ("百", "千"):
        below, above = parse(found["below"]), parse(found["above"])
        if below and above and above < below:
            said = Said(start, found.end(), Kind.NUMBER, unit="fraction", text=f"{above}/{below}")
            return Found(found.end(), (said,))
    if text.startswith("一半", start):
        return Found(start + 2, (Said(start, start + 2, Kind.NUMBER, Amount(Decimal("0.5")), "half"),))
    return None


def number(text: str, start: int) -> Found | None:
    """Any other number: in digits, or in Chinese where it is longer than one numeral."""
    for end, amount in amounts_at(text, start):
        said = text[start:end]
        spoken = [c for c in said if c in NUMERALS]
        if any(c.isdecimal() for c in said) or len(spoken) > 1 or "点" in said:
            return Found(end, (Said(start, end, Kind.NUMBER, amount),))
    return None
