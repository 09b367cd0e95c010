"""Numbers with a meaning: how many of what. Exact, never float."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Bound = Literal["exact", "over", "about"]


@dataclass(frozen=True, slots=True)
class Amount:
    """A number or a range, as it was said."""

    low: Decimal
    high: Decimal | None = None
    """End of the range, inclusive; None where one number was said."""
    bound: Bound = "exact"
    """`over` for 三十多, `about` for 三十左右."""

    def __post_init__(self) -> None:
        if self.high is not None and not self.low < self.high:
            raise ValueError(f"a range runs upward, not from {self.low} to {self.high}")

    @property
    def exact(self) -> bool:
        """One number, neither rounded nor a range."""
        return self.high is None and self.bound == "exact"


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount of something: 100 pairs, 3.5 yuan, 15 days, 30 percent."""

    amount: Amount
    unit: str
    """Identifier of the unit: `pair`, `yuan`, `day`, `percent`."""
