"""Numbers, prices and quantities as Chinese sellers say them, in characters."""

from __future__ import annotations

from random import Random

DIGITS = "零一二三四五六七八九"
ROUND = (10, 12, 20, 24, 30, 36, 48, 50, 60, 80, 100, 120, 144, 150, 200, 240, 250, 300, 360, 400, 500, 600, 800, 1000)
LARGE = (1200, 1500, 2000, 2400, 3000, 3600, 5000, 6000, 8000, 10_000, 12_000, 20_000, 50_000, 100_000, 150_000)


def said(number: int, *, liang: bool = True, short: bool = False) -> str:
    """A number below 100 million in words: 250 is `两百五十`, `short` is `两百五`; without `liang` 2 is always `二`."""
    two = "两" if liang else "二"
    if number < 10:
        return two if number == 2 else DIGITS[number]
    if number < 20:
        return "十" + (DIGITS[number - 10] if number > 10 else "")
    if number < 100:
        tens, rest = divmod(number, 10)
        return DIGITS[tens] + "十" + (DIGITS[rest] if rest else "")
    for value, word in ((10_000, "万"), (1000, "千"), (100, "百")):
        if number >= value:
            head, rest = divmod(number, value)
            first = (two if head == 2 else said(head, liang=False)) + word
            return first + _rest(rest, value, short=short)
    raise AssertionError(number)


def _rest(rest: int, value: int, *, short: bool) -> str:
    """What is said after `value` hundreds, thousands or ten thousands."""
    if not rest:
        return ""
    if short and rest % (value // 10) == 0:
        return DIGITS[rest // (value // 10)]
    tail = said(rest, liang=False)
    if rest >= value // 10:
        return ("一" if tail.startswith("十") else "") + tail
    return "零" + ("一" if tail.startswith("十") else "") + tail


def number(random: Random) -> str:
    """Any number a pitch may have."""
    kind = random.random()
    if kind < 0.4:
        value = random.choice(ROUND)
    elif kind < 0.52:
        value = random.choice(LARGE)
    elif kind < 0.68:
        value = random.randint(1, 10)
    elif kind < 0.84:
        value = random.randint(1, 99)
    else:
        value = random.randint(100, 9999)
    return said(value, liang=random.random() < 0.7, short=random.random() < 0.3)


def digits(random: Random) -> str:
    """Digits one by one, as of a telephone or a model."""
    words = [
        random.choice("幺一") if digit == 1 else DIGITS[digit]
        for digit in random.choices(range(10), k=random.randint(3, 8))
    ]
    return "".join(words)


def decimal(random: Random) -> str:
    whole = said(random.randint(0, 199), liang=False)
    return whole + "点" + "".join(random.choices(DIGITS, k=random.choice((1, 1, 2))))


def money(random: Random) -> str:
    """A price."""
    whole = said(random.choice((random.randint(1, 20), random.randint(1, 99), random.randint(100, 999))), short=False)
    one, two = DIGITS[random.randint(1, 9)], DIGITS[random.randint(1, 9)]
    tenth = "两" if one == "二" else one
    forms = (
        f"{whole}块{one}", f"{whole}块", f"{whole}块钱", f"{whole}块{tenth}毛", f"{whole}块{one}毛{two}",
        f"{whole}块零{two}分", f"{whole}元", f"{decimal(random)}元", f"{decimal(random)}块", f"{tenth}毛{two}",
        f"{tenth}毛钱", f"{tenth}毛", f"{tenth}角", f"{number(random)}元", f"{whole}块半", f"{whole}美元",
        f"{decimal(random)}美元", f"{whole}美金", f"{whole}欧元", f"{whole}元{tenth}角", f"{tenth}分钱",
        f"{number(random)}块", f"{whole}人民币",
    )  # fmt: skip
    return random.choice(forms[: random.choice((8, len(forms)))])


def percent(random: Random) -> str:
    value = random.choice((100, 50, 30, 20, 10, random.randint(1, 100)))
    return "百分之" + ("百" if value == 100 else said(value, liang=False)) + (random.random() < 0.1) * "以上"


def discount(random: Random) -> str:
    one, two = DIGITS[random.randint(1, 9)], DIGITS[random.randint(1, 9)]
    return random.choice((f"{one}折", f"{one}{two}折", f"{one}点{two}折", "半价"))


def amount(random: Random) -> str:
    """How many of something: exact, about, a range."""
    first = random.randint(1, 8)
    tens = random.choice("十百千万")
    near = ("两" if first == 2 else DIGITS[first]) + DIGITS[first + 1]
    forms = (
        number(random), number(random), number(random), f"{number(random)}到{number(random)}",
        f"大概{number(random)}", f"{number(random)}多", near + tens, near, f"几{tens}", f"上{tens}",
        f"{said(random.randint(1, 90))}万", f"{DIGITS[random.randint(1, 9)]}十多", f"好几{tens}", "半",
        f"第{said(random.randint(1, 30), liang=False)}",
    )  # fmt: skip
    return random.choice(forms[: random.choice((3, 6, len(forms)))])


def year(random: Random) -> str:
    return "".join(DIGITS[int(digit)] for digit in str(random.randint(1978, 2030)))
