"""Intervals that printed numbers stand for, computed exactly with fractions.

Source: R. E. Moore, Interval Analysis (1966). A number printed with d decimals stands for the closed interval of half
a unit in its last place on both sides.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product


@dataclass(frozen=True)
class Interval:
    """The closed interval low … high."""

    low: Fraction
    high: Fraction

    def meet(self, other: "Interval") -> "Interval | None":
        """What both contain; None if nothing."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return Interval(low, high) if low <= high else None

    def minus(self, other: "Interval") -> "Interval":
        """The interval difference."""
        return Interval(self.low - other.high, self.high - other.low)

    def over(self, other: "Interval") -> "Interval | None":
        """The interval quotient, not below 0 (the dividend is cut off there); None if the divisor may be 0 or less."""
        if other.low <= 0:
            return None
        return Interval(max(self.low, Fraction(0)) / other.high, self.high / other.low)

    def scaled(self, factor: Fraction | int) -> "Interval":
        """Every number of the interval times a factor."""
        ends = sorted((self.low * factor, self.high * factor))
        return Interval(ends[0], ends[1])

    @property
    def magnitude(self) -> "Interval":
        """The interval of the absolute values."""
        ends = sorted((abs(self.low), abs(self.high)))
        return Interval(Fraction(0) if self.low <= 0 <= self.high else ends[0], ends[1])


def printed(value: float, decimals: int, scale: int = 1) -> Interval:
    """The interval that a printed number stands for, divided by `scale` (100 for percentages)."""
    exact, half = round(Fraction(value), decimals), Fraction(1, 2) / Fraction(10) ** decimals
    return Interval((exact - half) / scale, (exact + half) / scale)


def corners(function: Callable[..., Fraction | float], intervals: Sequence[Interval]) -> Interval | None:
    """The range of a function that is continuous and monotone in each argument, which it attains at the corners.

    None where it is not defined at a corner (a divisor may be 0), and so has no bounds.
    """
    try:
        values = [Fraction(function(*corner)) for corner in product(*((i.low, i.high) for i in intervals))]
    except ZeroDivisionError:
        return None
    return Interval(min(values), max(values))
