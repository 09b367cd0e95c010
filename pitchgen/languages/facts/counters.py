"""What Chinese amounts are counted in: measure words, units and currencies, and the identifiers they stand for."""

from __future__ import annotations

from collections.abc import Mapping

from pitchgen.core.fact import Kind


def _table(rows: Mapping[str, str]) -> dict[str, str]:
    """Identifier -> words, turned into word -> identifier."""
    return {word: identifier for identifier, words in rows.items() for word in words.split()}


COUNTED = _table(
    {
        "pair": "双 对",
        "piece": "个 件 只 条 把 台 张 支 顶 颗 枚 根 部 辆 盏 朵 片 幅 本 枝 床 串 粒 架 瓣 头 株 棵 扇 pcs PCS 件货",
        "set": "套 组",
        "pair_or_set": "副",
        "carton": "箱 件箱 个箱子",
        "dozen": "打",
        "box": "盒",
        "pack": "包",
        "bag": "袋",
        "bottle": "瓶 罐",
        "bucket": "桶",
        "bundle": "捆 扎 束",
        "cup": "杯",
        "bowl": "碗",
        "roll": "卷",
        "row": "排",
        "ticket": "单",
        "batch": "批",
        "design": "款 种 个款 个款式 种款式 款式 个品种 种花型 个花色 种花色 个系列 类 款产品 种产品",
        "container": "个柜 个货柜 个集装箱 个柜子 柜 个高柜 个小柜",
        "colour": "种颜色 个颜色 款颜色 色",
        "size": "个尺码 种尺码 个尺寸 种尺寸 个码 个号 种规格 个规格",
        "country": "个国家 国",
        "customer": "个客户 位客户 家客户 个客人 位客人 位顾客",
        "worker": "个工人 名工人 名员工 个员工 位员工 名技工",
        "production_line": "条生产线 条流水线",
        "machine": "台机器 台设备",
        "person": "个人 人 口人 位 名 个小朋友 个孩子",
        "shop": "个店 家店 家门店 个店铺 家 间",
        "layer": "层",
        "time": "次 回 遍 趟",
        "step": "步 个步骤",
        "star": "星级 星好评 颗星",
        "in_one": "合一",
        "piece_set": "件套",
        "gear": "档",
        "grid": "格 个格子",
        "port": "个口 孔",
        "generation": "代",
        "degree": "度 °C ℃ 摄氏度",
        "times_as_much": "倍",
        "share": "份",
        "point": "个积分",
    }
)
LENGTHS = _table(
    {
        "metre": "米 公尺 m",
        "centimetre": "厘米 公分 cm CM 公厘米",
        "millimetre": "毫米 mm MM",
        "inch": "英寸 寸",
        "foot": "英尺 尺柜 尺高柜 尺小柜 尺集装箱",  # 二十尺柜 is a container of 20 feet
        "yard": "码",
        "chi": "尺",
        "kilometre": "公里 千米 km",
    }
)
WEIGHTS = _table({"gram": "克 g", "kilogram": "公斤 千克 kg KG Kg", "jin": "斤 市斤", "tonne": "吨", "carat": "克拉"})
VOLUMES = _table({"millilitre": "毫升 ml ML mL", "litre": "升 公升 L", "cubic_metre": "立方米 个立方 立方 个方 m3"})
AREAS = _table({"square_metre": "平方米 平米 平方 个平方 m2", "mu": "亩"})
ELECTRIC = _table(
    {
        "watt": "瓦 W w",
        "kilowatt": "千瓦 kW KW",
        "volt": "伏 V v",
        "milliampere_hour": "毫安时 毫安 mAh mah MAH",
        "gigabyte": "GB",
    }
)
DURATIONS = _table(
    {
        "day": "天 日 个日夜",
        "hour": "小时 个小时 个钟头 钟头 个钟",
        "minute": "分钟",
        "second": "秒 秒钟",
        "business_day": "个工作日 工作日",
        "week": "周 个星期 星期 个礼拜 礼拜",
        "month": "个月 月",
        "year": "年 周年 个年头",
        "quarter": "个季度 季度",
    }
)
AGES = _table({"year": "岁 周岁", "month": "个月大"})

UNITS: dict[str, tuple[Kind, str]] = {
    # of words that two tables have, the later one wins
    **{word: (Kind.QUANTITY, unit) for word, unit in (COUNTED | AREAS | ELECTRIC).items()},
    **{word: (Kind.SIZE, unit) for word, unit in LENGTHS.items()},
    **{word: (Kind.WEIGHT, unit) for word, unit in WEIGHTS.items()},
    **{word: (Kind.VOLUME, unit) for word, unit in VOLUMES.items()},
    **{word: (Kind.DURATION, unit) for word, unit in (DURATIONS | AGES).items()},
}
LONGEST = max(map(len, UNITS))

ARTICLE = frozenset("个件只条把台张支顶颗枚根部辆盏朵片幅本架款种家位名人次回批类组层步单份块面系列")
"""Counters before which 一 is an article more often than a number: 这是一款新袜子."""

_OTHER_WORDS = {
    # unit -> characters with which it is the beginning of another word: 九块九包邮, 一百批发, 9.9秒杀
    **{
        "包": "邮退换税括含您赔教会你装满",
        "批": "发",
        "秒": "杀",
        "打": "折包开印",
        "只": "要需有是卖能剩",
        "支": "持付",
    },
    **{
        "条": "件",
        "对": "于面比应外",
        "双": "面层肩",
        "层": "次",
        "台": "阶湾州",
        "把": "手握关",
        "部": "分门",
        "根": "据本",
    },
    **{
        "本": "店厂公身来地",
        "顶": "部级",
        "单": "价独纯位色品",
        "家": "具居里纺",
        "位": "置于",
        "次": "日要品",
        "回": "购复头",
    },
    **{"步": "骤", "代": "发理替购工", "升": "级", "码": "头", "天": "然猫津", "周": "边年末一二三四五六日"},
    **{
        "年": "货轻底初中",
        "色": "卡差系",
        "国": "内外庆家际产",
        "人": "民气工造",
        "米": "色黄白",
        "度": "假身",
        "款": "项",
    },
    **{"张": "力", "件": "均", "份": "额", "名": "片称牌字", "排": "扣名", "类": "型似", "孔": "雀", "格": "式局外"},
}

CONTAINERS = frozenset({"carton", "dozen", "box", "pack", "bag", "set", "container", "bundle", "roll", "bucket", "row"})
"""Units that hold others: 一箱48个 tells how many a carton holds."""

CURRENCIES = _table(
    {
        "dollar": "美元 美金 美刀 刀 USD",
        "euro": "欧元 欧 EUR",
        "ruble": "卢布 RUB",
        "pound_sterling": "英镑 镑 GBP",
        "hong_kong_dollar": "港币 港元 HKD",
        "yen": "日元 日币 JPY",
        "won": "韩元 韩币 KRW",
        "baht": "泰铢 THB",
        "rupee": "卢比 INR",
        "dirham": "迪拉姆 AED",
        "yuan": "元人民币 块钱人民币 块人民币 人民币 块钱 元钱 块 元 圆 RMB CNY",
    }
)
SIGNS = {
    **dict.fromkeys(("¥", "RMB", "人民币"), "yuan"),
    **dict.fromkeys(("US$", "$", "USD"), "dollar"),
    **{"€": "euro", "£": "pound_sterling"},
}
CENTS = {"美分": "dollar", "欧分": "euro"}


def unit_at(text: str, start: int) -> tuple[int, Kind, str] | None:
    """The longest unit that stands at `start` and begins no other word: (end, kind, identifier)."""
    found = unit_word_at(text, start)
    if found is None:
        return None
    after = text[found[0] : found[0] + 1]
    return None if after and after in _OTHER_WORDS.get(text[start : found[0]], "") else found


def unit_word_at(text: str, start: int) -> tuple[int, Kind, str] | None:
    """As `unit_at`, where 每 or 一 has already said that a unit follows: 每包装24个, 一只卖三块."""
    for size in range(min(LONGEST, len(text) - start), 0, -1):
        word = text[start : start + size]
        if (found := UNITS.get(word)) is not None and _whole(text, start + size, word):
            return start + size, *found
    return None


def _whole(text: str, end: int, word: str) -> bool:
    """Whether a unit in Latin letters ends with its word: 5 m is a length, 5 ml is none."""
    return not word[-1].isascii() or not (text[end : end + 1].isascii() and text[end : end + 1].isalnum())


def currency_at(text: str, start: int) -> tuple[int, str] | None:
    """The longest currency that stands at `start`: (end, identifier)."""
    for size in range(min(6, len(text) - start), 0, -1):
        word = text[start : start + size]
        if (found := CURRENCIES.get(word)) is not None:
            return start + size, found
    return None
