"""The axis of values: where its ticks are, and how their figures are written."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

STEPS = (1, 2, 2.5, 5, 10)
#: From 10,000 on figures are written in 万, from 100 million on in 亿.
LARGE = ((1e8, "亿"), (1e4, "万"))


@dataclass(frozen=True, slots=True)
class Axis:
    """Ticks from the lowest to the highest; `divisor` and `large` (万, 亿) are common to all of its figures."""

    ticks: list[float]
    divisor: float = 1
    large: str = ""

    @property
    def low(self) -> float:
        return self.ticks[0]

    @property
    def high(self) -> float:
        return self.ticks[-1]

    def share(self, value: float) -> float:
        """0 at the lowest tick, 1 at the highest."""
        return (value - self.low) / (self.high - self.low)

    def written(self, value: float) -> str:
        """The figure in the axis's unit, without zeros at its end: 12345678 → `1234.57` where `large` is 万."""
        text = f"{value / self.divisor:,.2f}".rstrip("0").rstrip(".")
        return "0" if text == "-0" else text


def axis_of(values: Sequence[float], *, from_zero: bool, wanted: int = 5) -> Axis:
    """About `wanted` round steps over all values; from zero on if it must or if zero is near enough to be shown."""
    low, high = min(values), max(values)
    if from_zero or 0 <= low <= high / 2:
        low, high = min(low, 0), max(high, 0)
    if low == high:
        spread = abs(low) / 10 or 1
        low, high = (0, spread) if low == 0 else (low - spread / 2, high + spread / 2)
    step = _round_step((high - low) / wanted)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    divisor, large = next(((size, word) for size, word in LARGE if max(abs(low), abs(high)) >= size), (1, ""))
    return Axis([number * step for number in range(first, last + 1)], divisor, large)


def _round_step(rough: float) -> float:
    power: float = 10.0 ** math.floor(math.log10(rough))
    return next(step * power for step in STEPS if step * power >= rough * (1 - 1e-9))
