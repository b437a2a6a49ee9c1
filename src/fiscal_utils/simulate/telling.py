"""Exact amounts to the figures of a narrative: amounts, counts, shares, budgets, changes from the year before."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from fiscal_utils.normalise import Number
from fiscal_utils.parse.narrative import Figure
from fiscal_utils.simulate.amounts import Books
from fiscal_utils.simulate.flows import Year
from fiscal_utils.simulate.model import printed
from fiscal_utils.simulate.words import declared

_WHOLE = 100

Amount = Callable[[Year], int]
"""What is measured of a year, in fen."""


def ratio(part: int, whole: int) -> Number:
    """The percentage to two decimals, rounded half up; 0 of nothing."""
    exact = Decimal(100 * part) / whole if whole else Decimal(0)
    return Number(exact.quantize(Decimal("0.01"), ROUND_HALF_UP), 2)


def plain(number: Number) -> Number:
    """The number with as many decimals as it needs."""
    value = number.value.normalize()
    exponent = value.as_tuple().exponent
    return Number(value, max(0, -exponent if isinstance(exponent, int) else 0))


@dataclass
class Teller:
    """Tells figures one after the other; keeps the section that it is in."""

    rng: Random
    books: Books
    unit: str
    section: str = ""
    told: list[Figure] = field(default_factory=list)

    def tell(self, item: str, measure: str, value: Number, unit: str, direction: str = "", reason: str = "") -> None:
        """A figure as printed."""
        self.told.append(Figure(self.section, item, measure, value, unit, direction, reason, None))

    def money(self, item: str, fen: int, measure: str = "final") -> None:
        """An amount."""
        self.tell(item, measure, printed(fen, self.unit), self.unit)

    def count(self, item: str, value: int, unit: str) -> None:
        """A count of things."""
        self.tell(item, "count", Number(Decimal(value), 0), unit)

    def share(self, item: str, part: int, whole: int) -> None:
        """A percentage of a whole."""
        self.tell(item, "share_pct", ratio(part, whole), "%")

    def part(self, item: str, part: int, whole: int) -> None:
        """An amount and its share."""
        self.money(item, part)
        self.share(item, part, whole)

    def outturn(self, item: str, budget: int, final: int, measure: str = "initial_budget", why: bool = False) -> None:
        """Budget, outturn, how far the budget was carried out, and why it was not exactly."""
        self.money(item, budget, measure)
        self.money(item, final)
        if budget:
            rate = ratio(final, budget)
            reason = self._reason("above" if final > budget else "below") if why and rate.value != _WHOLE else ""
            self.tell(item, "completion_pct", rate, "%", reason=reason)

    def changed(self, item: str, amount: Amount) -> None:
        """An amount and its change."""
        self.money(item, amount(self.books))
        self.change(item, amount)

    def change(self, item: str, amount: Amount) -> None:
        """The change of an amount from the year before, with its percentage where there was any, and a reason."""
        final, prior = amount(self.books), amount(self.books.last)
        if prior == final:
            self.tell(item, "prior_change", Number(Decimal(0), 0), "万元", "flat")
            return
        direction = "increase" if final > prior else "decrease"
        reason = self._reason(direction if self.rng.random() < 0.5 else "neutral")
        self.tell(item, "prior_change", printed(abs(final - prior), self.unit), self.unit, direction, reason)
        if prior > 0:
            self.tell(item, "prior_change_pct", ratio(abs(final - prior), prior), "%", direction, reason)

    def _reason(self, kind: str) -> str:
        return str(self.rng.choice(declared()["reasons"][kind]))
