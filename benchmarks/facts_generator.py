"""Chinese sentences with facts in the forms in which merchants say them, and the facts in the benchmarks' notation.

Written apart from the reader: it composes surface forms from its own tables and imports nothing of the package.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

DIGITS = "零一二三四五六七八九"
SPOKEN = "零幺二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is said, and its facts in the notation of `facts_key`."""

    text: str
    key: str


Slot = tuple[str, str]
"""What is said for a fact, and its key."""


def numeral(number: int) -> str:
    """A whole number below 100 million in formal Chinese."""
    if number >= 10_000:
        rest = number % 10_000
        return numeral(number // 10_000) + "万" + (("零" if rest < 1000 else "") + numeral(rest) if rest else "")
    text, zero = "", False
    for size, sign in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // size % 10
        if digit:
            text += ("零" if zero else "") + DIGITS[digit] + sign
            zero = False
        elif text:
            zero = True
    return text.removeprefix("一") if text.startswith("一十") else text


def counted(number: int) -> str:
    """A number before a unit: 两双, 两百."""
    text = numeral(number)
    if number == 2:
        return "两"
    return "两" + text[1:] if text[0] == "二" and text[1:2] in ("百", "千", "万") else text


class Maker:
    """Draws sentences."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def sentences(self, count: int) -> Iterator[Sentence]:
        """`count` sentences of one to three clauses."""
        for _ in range(count):
            clauses = [self.chance.choice(CLAUSES)(self) for _ in range(self.chance.choice((1, 1, 2, 3)))]
            yield Sentence("，".join(text for text, _ in clauses), "; ".join(key for _, key in clauses if key))

    def pick(self, *options: str) -> str:
        return self.chance.choice(options)

    def number(self, number: int) -> str:
        """In Chinese or in digits."""
        return counted(number) if self.chance.random() < 0.7 else str(number)

    def round(self) -> int:
        return self.chance.choice(
            (10, 12, 20, 24, 30, 36, 48, 50, 60, 100, 120, 150, 200, 300, 500, 800, 1000, 2000, 5000)
        )

    def small(self, most: int = 12) -> int:
        return self.chance.randint(2, most)

    def price(self) -> Slot:
        """A sum in one of its forms: the words and `p VALUE yuan`."""
        form = self.chance.randrange(8)
        yuan, jiao = self.chance.randint(1, 99), self.chance.randint(1, 9)
        fen = self.chance.randint(1, 9)
        if form == 0:
            return f"{counted(yuan)}块{DIGITS[jiao]}", f"p {yuan}.{jiao} yuan"
        if form == 1:
            return f"{counted(yuan)}块{DIGITS[jiao]}毛", f"p {yuan}.{jiao} yuan"
        if form == 2:
            return f"{yuan}.{jiao}{self.pick('元', '块', '块钱')}", f"p {yuan}.{jiao} yuan"
        if form == 3:
            return f"{counted(yuan)}{self.pick('块', '块钱', '元', '元钱')}", f"p {yuan} yuan"
        if form == 4:
            return f"{DIGITS[jiao] if jiao != 2 else '两'}毛{self.pick('', '钱')}", f"p 0.{jiao} yuan"
        if form == 5:
            return f"{counted(yuan)}块{DIGITS[jiao]}毛{DIGITS[fen]}", f"p {yuan}.{jiao}{fen} yuan"
        if form == 6:
            return f"{yuan}{self.pick('美元', '美金', '刀')}", f"p {yuan} dollar"
        return f"{self.pick('¥', '￥')}{yuan}.{jiao}0", f"p {yuan}.{jiao} yuan"

    def code(self, letters: int = 1) -> str:
        head = "".join(self.chance.choice("ABCDHKQRTWYZ") for _ in range(letters))
        return head + self.pick("", "-") + str(self.chance.randint(10, 99_999))


UNITS = (
    *(("双", "pair"), ("个", "piece"), ("套", "set"), ("箱", "carton"), ("打", "dozen"), ("盒", "box"), ("包", "pack")),
    *(("条", "piece"), ("件", "piece"), ("只", "piece"), ("台", "piece"), ("把", "piece"), ("卷", "roll")),
)
GOODS = ("袜子", "雨伞", "保温杯", "毛绒玩具", "毛巾", "手套", "帽子", "围巾", "拖鞋", "发夹", "数据线", "圣诞饰品")


def price_clause(make: Maker) -> Slot:
    said, key = make.price()
    word, unit = make.chance.choice(UNITS)
    form = make.chance.randrange(4)
    lead = make.pick("", "只要", "价格是", "批发价", "我们家")
    if form == 0:
        return f"{lead}{said}{make.pick('一', '每')}{word}", f"{key}/{unit}"
    if form == 1:
        return f"{said}/{word}" if not said.endswith("钱") else f"{said}一{word}", f"{key}/{unit}"
    if form == 2:
        return f"{make.pick('一', '每')}{word}{make.pick('', '只要', '才', '卖', '只卖')}{said}", f"{key}/{unit}"
    return f"{make.pick('这款', '价格', '单价是', '成本价')}{said}", key


def tier_clause(make: Maker) -> Slot:
    word, unit = make.chance.choice(UNITS)
    number, (said, key) = make.round(), make.price()
    lead = make.pick("", "拿", "订")
    return f"{lead}{make.number(number)}{word}{make.pick('以上', '及以上')}{said}", f"q {number} {unit} thr; {key}"


def minimum_clause(make: Maker) -> Slot:
    word, unit = make.chance.choice(UNITS)
    number = make.round()
    forms = ("{}起订", "{}起批", "起订量{}", "最低起订量是{}", "最少{}", "至少要订{}", "{}起卖", "{}就可以批发")
    return make.pick(*forms).format(make.number(number) + word), f"q {number} {unit} min"


def duration_clause(make: Maker) -> Slot:
    word, unit = make.chance.choice(
        (("天", "day"), ("个工作日", "business_day"), ("个月", "month"), ("小时", "hour"), ("周", "week"))
    )
    low = make.small(20)
    high = low + make.small(10)
    form = make.chance.randrange(5)
    if form == 0:
        joint = make.pick("到", "至", "-") if low > 2 else "到"
        said = f"{low}{joint}{high}" if make.chance.random() < 0.4 else f"{counted(low)}到{counted(high)}"
        return (
            f"{make.pick('', '大货', '下单后')}{said}{word}{make.pick('发货', '交货', '')}",
            f"d {low}..{high} {unit}",
        )
    if form == 1:
        return f"{make.number(low)}{word}内发货", f"d {low} {unit} max"
    if form == 2:
        return f"{make.pick('大概', '大约')}{make.number(low)}{word}", f"d ~{low} {unit}"
    if form == 3:
        pair = make.chance.randint(3, 8)
        return f"{DIGITS[pair]}{DIGITS[pair + 1]}{word}就到", f"d {pair}..{pair + 1} {unit}"
    return f"{make.pick('交期', '质保', '保修', '货期')}{make.number(low)}{word}", f"d {low} {unit}"


def half_clause(make: Maker) -> Slot:
    number = make.small(5)
    return make.chance.choice(
        (
            (f"保修{counted(number)}年半", f"d {number}.5 year"),
            (f"{counted(number)}个半月交货", f"d {number}.5 month"),
            (f"{counted(number)}斤半", f"w {number}.5 jin"),
            ("半年质保", "d 0.5 year"),
            ("半个月到货", "d 0.5 month"),
            ("买半打也行", "q 0.5 dozen"),
        )
    )


def vague_clause(make: Maker) -> Slot:
    tens = make.chance.randint(2, 9)
    word, unit = make.chance.choice(
        (("个", "piece"), ("种颜色", "colour"), ("个国家", "country"), ("台机器", "machine"), ("个款式", "design"))
    )
    low = make.chance.randint(2, 8)
    return make.chance.choice(
        (
            (f"有{DIGITS[tens]}十多{word}", f"q {tens}0+ {unit}"),
            (f"有十几{word}", f"q 10+ {unit}"),
            (f"有{DIGITS[tens]}十来{word}", f"q ~{tens}0 {unit}"),
            (f"有{tens}0多{word}", f"q {tens}0+ {unit}"),
            (f"有{DIGITS[low]}{DIGITS[low + 1]}十{word}", f"q {low}0..{low + 1}0 {unit}"),
            (f"有一百多{word}", f"q 100+ {unit}"),
            (f"有上千{word}", f"q 1000+ {unit}"),
            (f"差不多{counted(tens * 100)}{word}", f"q ~{tens}00 {unit}"),
            (f"有好几百{word}", ""),
        )
    )


def size_clause(make: Maker) -> Slot:
    a, b, c = (make.chance.randint(5, 95) for _ in range(3))
    metres, tenth = make.chance.randint(1, 3), make.chance.randint(1, 9)
    return make.chance.choice(
        (
            (f"{numeral(a)}乘{numeral(b)}厘米", f"size {a}x{b} centimetre"),
            (f"尺寸{a}x{b}x{c}cm", f"size {a}x{b}x{c} centimetre"),
            (f"宽{make.number(a)}公分", f"size {a} centimetre"),
            (f"{make.number(20)}寸的箱子", "size 20 inch"),
            (f"长{counted(metres)}米{DIGITS[tenth]}", f"size {metres}.{tenth} metre"),
            ("大中小号都有", "size large,medium,small"),
            ("S、M、L、XL都有", "size S,M,L,XL"),
            ("均码", "size one_size"),
            (f"{35 + a % 5}到{41 + a % 5}码", f"size {35 + a % 5}..{41 + a % 5} size_number"),
            (f"{make.number(a * 10)}克", f"w {a * 10} gram"),
            (f"重{make.number(a)}公斤", f"w {a} kilogram"),
            (f"容量{make.number(a * 10)}毫升", f"v {a * 10} millilitre"),
        )
    )


def content_clause(make: Maker) -> Slot:
    number = make.round()
    inner, unit = make.chance.choice(UNITS[:2])
    word, outer = make.chance.choice((("箱", "carton"), ("盒", "box"), ("包", "pack")))
    said = make.number(number)
    return make.chance.choice(
        (
            (f"一{word}{said}{inner}", f"q {number} {unit}/{outer}"),
            (f"每{word}装{said}{inner}", f"q {number} {unit}/{outer}"),
            (f"{said}{inner}一{word}", f"q {number} {unit}/{outer}"),
            (f"{word}里没有{make.pick('多余的东西', '别的')}", ""),
        )
    )


def discount_clause(make: Maker) -> Slot:
    tenth, fine = make.chance.randint(1, 9), make.chance.randint(1, 9)
    return make.chance.choice(
        (
            (f"打{DIGITS[tenth]}折", f"off {100 - tenth * 10}"),
            (
                f"全场{DIGITS[tenth]}{DIGITS[fine]}折" if tenth + 1 != fine else "全场八折",
                f"off {100 - tenth * 10 - fine}" if tenth + 1 != fine else "off 20",
            ),
            (f"{tenth}折优惠", f"off {100 - tenth * 10}"),
            ("半价", "off 50"),
            ("第二件半价", "ord 2 piece; off 50"),
            (f"百分之{numeral(tenth * 10 + fine)}的棉", f"% {tenth * 10 + fine}"),
            (f"{tenth * 10}%定金", f"% {tenth * 10}"),
            ("买一送一", "q 1 thr; q 1"),
            (f"买{counted(tenth + 1)}送一", f"q {tenth + 1} thr; q 1"),
            ("百分百纯棉", "% 100"),
        )
    )


def code_clause(make: Maker) -> Slot:
    phone = "1" + "".join(str(make.chance.randrange(10)) for _ in range(10))
    model, stall = make.code(), str(make.chance.randint(1000, 29_999))
    spoken = "".join(SPOKEN[int(digit)] for digit in phone)
    floor = make.chance.randint(1, 5)
    return make.chance.choice(
        (
            (f"电话{spoken}", f"phone {phone}"),
            (f"手机号{phone}", f"phone {phone}"),
            (f"微信{make.pick('号', '')}{model.lower().replace('-', '')}", f"wechat {model.lower().replace('-', '')}"),
            (f"货号{model}", f"model {model}"),
            (f"型号是{model}", f"model {model}"),
            (
                f"在{numeral(floor)}区{numeral(floor)}楼{stall}号",
                f"ord {floor} district; ord {floor} floor; stall {stall}",
            ),
            (f"店铺在{numeral(floor)}楼", f"ord {floor} floor"),
        )
    )


def date_clause(make: Maker) -> Slot:
    month, day, year, hour = (
        make.chance.randint(1, 12),
        make.chance.randint(2, 28),
        make.chance.randint(2000, 2029),
        make.chance.randint(6, 10),
    )
    spoken_year = "".join(DIGITS[int(digit)] for digit in str(year))
    return make.chance.choice(
        (
            (f"{numeral(month)}月{numeral(day)}号开始", f"month {month}; day {day}"),
            (f"{month}月{day}日上新", f"month {month}; day {day}"),
            (f"{year}年成立", f"year {year}"),
            (f"{spoken_year}年的新款", f"year {year}"),
            (f"早上{numeral(hour)}点开门", f"time {hour:02}:00"),
            (f"下午{numeral(hour - 4) if hour != 6 else '两'}点半", f"time {hour + 8:02}:30"),
            ("周一到周五", "weekday 1; weekday 5"),
        )
    )


def output_clause(make: Maker) -> Slot:
    number = make.chance.randint(1, 90) * 1000
    word, unit = make.chance.choice(UNITS[:2])
    return make.chance.choice(
        (
            (f"月产{counted(number)}{word}", f"q {number} {unit}/month"),
            (f"每天生产{counted(number)}{word}", f"q {number} {unit}/day"),
            (f"库存{number}{word}", f"q {number} {unit}"),
            (
                f"已经卖了{counted(number)}多{word}"
                if number % 10_000 == 0 or number < 10_000
                else f"卖了{number}{word}",
                f"q {number}{'+' if number % 10_000 == 0 or number < 10_000 else ''} {unit}",
            ),
        )
    )


def plain_clause(make: Maker) -> Slot:
    """No fact at all, though numerals in it."""
    good = make.chance.choice(GOODS)
    forms = (
        *("我们一起来看看这款{}", "一定不会让您失望", "质量第一", "{}一直卖得很好", "统一价格", "第一次来的朋友看一下"),
        *("千万不要错过", "万一有问题随时联系", "五颜六色的{}", "一年四季都好卖", "这是一款新{}", "做工一流"),
        *("颜色都不一样", "价格再便宜一点", "十分好看", "百搭的{}", "零售批发都可以", "老板们看一下这个{}", "一件代发"),
    )
    return make.pick(*forms).format(good), ""


CLAUSES: tuple[Callable[[Maker], Slot], ...] = (
    *(price_clause, price_clause, tier_clause, minimum_clause, duration_clause, half_clause, vague_clause, size_clause),
    *(content_clause, discount_clause, code_clause, date_clause, output_clause, plain_clause),
)


def sentences(count: int = 2400, seed: int = 2026) -> list[Sentence]:
    """The generated set: the same for the same seed."""
    return list(Maker(seed).sentences(count))
