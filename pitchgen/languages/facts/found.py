"""What the readers of facts return, and how a quantity's role shows in the words around it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pitchgen.core.fact import Kind, Role
from pitchgen.core.quantity import Amount


@dataclass(frozen=True, slots=True)
class Said:
    """A fact at a place [start, end) of the folded text."""

    start: int
    end: int
    kind: Kind
    amount: Amount | None = None
    unit: str = ""
    per: str = ""
    text: str = ""
    role: Role = Role.PLAIN


@dataclass(frozen=True, slots=True)
class Found:
    """What a reader read: up to where, and the facts in it; none where it is to be passed over."""

    end: int
    facts: tuple[Said, ...] = ()


_START = re.compile(
    r"(?:就|才|即|都|也|便|的)?(?:可以|能)?(?:起订|起批|起售|起卖|起拿|起发|起做|起定|起购|起送|"
    r"起接单|起(?![来飞到码名家点床皱球毛泡雾重]))|(?:就|才|即|便)(?:可以|能)(?:批发|订货|起订|下单|定制|定做|拿货)"
)
_OR_MORE = re.compile(r"(?:及|或|或者)?(?:以上|往上|之上|起步)")
_OR_LESS = re.compile(r"(?:及|或)?(?:以下|以内|之内|之下|内(?![容部裤衣里外销贸存]))")
_MINIMUM_BEFORE = re.compile(
    r"(?:起订量|起批量|起订|起批|起定量|起做量|最低订量|最小订单量?|最低订购量|订购量|最少|最低|至少|起码|最起码|MOQ|moq|门槛)"
    r"(?:量|起订|起批|起|订|拿|买|做|要|也要|需要|是|为|只要|只需要?|就是|仅需|都是|批|下单|一次|:| )*$"
)
_THRESHOLD_BEFORE = re.compile(r"(?:满|超过|达到|买够|拿够|买到|够|订够|凑够|凑满)$")
_BOUGHT = re.compile(r"[买订拿购]$")
_GIVEN = re.compile(r"(?:就|可以|再|直接)*(?:免费)?[送赠免减返打]")
_LIMIT_BEFORE = re.compile(r"(?:不到|不超过|最多|至多|不会超过|低于|小于|少于)(?:是|能|可以|装)?$")


def role(text: str, start: int, end: int) -> Role:
    """What the words around [start, end) make of a quantity or a price."""
    before = text[:start]
    if _START.match(text, end) or _MINIMUM_BEFORE.search(before[-14:]):
        return Role.MINIMUM
    if _OR_MORE.match(text, end) or _THRESHOLD_BEFORE.search(before[-4:]):
        return Role.THRESHOLD
    if _BOUGHT.search(before) and _GIVEN.match(text, end):
        return Role.THRESHOLD
    if _OR_LESS.match(text, end) or _LIMIT_BEFORE.search(before[-7:]):
        return Role.LIMIT
    return Role.PLAIN
