"""Last year's value as an interval, inferred from this year's value and its published change and percentage.

Where documents of several years are there, each year's interval is narrowed by what the next year's document implies
before it bounds the year before, so that the inference is chained back over documents. Amounts in 万元, growth as a
fraction. Interval arithmetic: see `intervals`.
"""

from dataclasses import dataclass, replace
from fractions import Fraction

import pandas as pd

from fiscal_utils.analysis.facts import Facts, Figure, MeasureError, facts
from fiscal_utils.analysis.intervals import Interval
from fiscal_utils.analysis.prices import deflator
from fiscal_utils.language import t
from fiscal_utils.specs import term
from fiscal_utils.tables import Selection, load

_SIGNS = {"increase": 1, "decrease": -1, "flat": 0}
_UNIT = ["department", "region_code"]
"""What makes two documents those of one unit."""

Bounds = dict[str, Interval]


def bounds(current: Interval, change: Interval | None, growth: Interval | None, sign: int) -> Bounds:
    """The intervals for last year's value that each published figure gives (万元).

    change: current − sign × change. growth: current ÷ (1 + sign × growth). ratio: change ÷ growth. `change` and
    `growth` (a fraction) are sizes as printed, `sign` is +1 for a rise and −1 for a fall. A quotient whose divisor
    may be 0 bounds nothing and is left out.
    """
    found: dict[str, Interval | None] = {}
    if change is not None:
        found["change"] = current.minus(change.scaled(sign))
    if growth is not None:
        factor = growth.scaled(sign)
        found["growth"] = current.over(Interval(1 + factor.low, 1 + factor.high))
    if change is not None and growth is not None:
        found["ratio"] = change.over(growth)
    return {name: interval for name, interval in found.items() if interval is not None}


def intersection(found: Bounds) -> Interval | None:
    """What all the bounds allow, never below 0; None if they contradict each other or there are none.

    Sharp where all three are there: a value lies within if and only if some value of this year goes with it, because
    the three ranges that change, growth and print leave for that one meet as soon as each two of them do.
    """
    if not found:
        return None
    low, high = max(bound.low for bound in found.values()), min(bound.high for bound in found.values())
    return Interval(max(low, Fraction(0)), high) if max(low, Fraction(0)) <= high else None


def growth_range(current: Interval, prior: Interval, published: Interval | None = None) -> Interval | None:
    """current ÷ prior − 1 over both intervals, within the published growth (signed fraction) where there is one.

    None if last year's value may be 0.
    """
    quotient = current.over(prior)
    if quotient is None:
        return None
    growth = Interval(quotient.low - 1, quotient.high - 1)
    return growth if published is None else growth.meet(published)


@dataclass(frozen=True)
class Statement:
    """What is published on one item: this year's value, and the sizes of its change (万元) and growth (a fraction)."""

    current: Interval
    sign: int | None
    """+1 for a rise, −1 for a fall, 0 for no change, None where no direction is stated."""
    change: Interval | None
    growth: Interval | None

    @property
    def bounds(self) -> Bounds:
        """See `bounds`; `flat` where no change is published."""
        if self.sign is None:
            return {}
        return bounds(self.current, self.change, self.growth, self.sign) if self.sign else {"flat": self.current}

    @property
    def prior(self) -> Interval | None:
        """Last year's value; None where nothing bounds it or the figures contradict each other."""
        return intersection(self.bounds)

    @property
    def status(self) -> str:
        """inferred | change_only | percentage_only | flat | contradiction | not_stated."""
        if not self.bounds:
            return "not_stated"
        if self.sign == 0:
            return "flat"
        if self.prior is None:
            return "contradiction"
        if self.change and self.growth:
            return "inferred"
        return "change_only" if self.change else "percentage_only"

    @property
    def growth_over_prior(self) -> Interval | None:
        """Growth over last year's value, signed; None where that is unknown or may be 0."""
        if self.prior is None:
            return None
        if self.sign == 0:
            return Interval(Fraction(0), Fraction(0)) if self.prior.low > 0 else None
        return growth_range(self.current, self.prior, self.growth.scaled(self.sign or 0) if self.growth else None)


def statement_of(current: Figure, change: Figure | None, growth_pct: Figure | None) -> Statement:
    """The statement that three published figures make; `change` and `growth_pct` are sizes with a direction."""
    directions = [figure.direction for figure in (change, growth_pct) if figure and figure.direction]
    growth = _interval(growth_pct)
    return Statement(
        Interval(current.low, current.high), _SIGNS.get(directions[0]) if directions else None, _interval(change),
        growth.scaled(Fraction(1, 100)) if growth else None,
    )  # fmt: skip


def _interval(figure: Figure | None) -> Interval | None:
    return Interval(figure.low, figure.high) if figure else None


def statement(found: Facts, item: str) -> Statement | None:
    """What a document publishes on a 三公 item; None where its value of this year is printed nowhere."""
    needs = (f"sangong.{item}.final | narrative.sangong/{item}.final", f"narrative.sangong/{item}.prior_change",
             f"narrative.sangong/{item}.prior_change_pct")  # fmt: skip
    current, change, growth = (found.find(f"{need} | none") for need in needs)
    if not isinstance(current, Figure):
        return None
    return statement_of(current, *(figure if isinstance(figure, Figure) else None for figure in (change, growth)))


def prior_of(current: Figure, change: Figure | None, growth_pct: Figure | None) -> Interval:
    """Last year's value; raises MeasureError where nothing is published on its change or the figures contradict."""
    made = statement_of(current, change, growth_pct)
    if made.prior is None:
        raise _unknown(made)
    return made.prior


def growth_of(current: Figure, change: Figure | None, growth_pct: Figure | None) -> Interval:
    """Nominal growth in percent; raises MeasureError as `prior_of`, and where last year's value may be 0."""
    prior_of(current, change, growth_pct)
    growth = statement_of(current, change, growth_pct).growth_over_prior
    if growth is None:
        raise MeasureError("zero_base_possible", base=t(zh="上年决算", en="last year's final accounts"))
    return growth.scaled(100)


def real_growth_of(current: Figure, change: Figure | None, growth_pct: Figure | None, year: Figure) -> Interval:
    """Growth in percent at the prices of the year before: ((1 + growth) ÷ (index ÷ 100) − 1) × 100."""
    growth = growth_of(current, change, growth_pct)
    prices = deflator(int(year.value), int(year.value) - 1)
    if prices is None:
        raise MeasureError("missing_figure", table=t(zh="价格指数表", en="price index table"), figure=int(year.value))
    return Interval((100 + growth.low) / prices - 100, (100 + growth.high) / prices - 100)


def _unknown(made: Statement) -> MeasureError:
    names = t(zh="增减额与增减率", en="change and percentage")
    if made.status == "contradiction":
        return MeasureError("contradiction", what=names)
    return MeasureError("missing_figure", table=term("narrative"), figure=names)


def series(documents: Selection = None, item: str = "total") -> pd.DataFrame:
    """Every year's value of a 三公 item that documents print or imply, one row a unit and year (万元).

    Columns: department, region_code, year, document_id (empty where no document of that year is there), printed_low,
    printed_high, implied_low, implied_high (by the next year's document), low, high, source (printed | implied | both),
    agrees (whether the two meet; NA without both). Where both meet, low … high is what both allow; where they do not,
    it is the printed one. Inferred values are intervals.
    """
    known = load("documents", documents).set_index("document_id")
    statements = {found.document: statement(found, item) for found in facts(documents)}
    rows: list[dict[str, object]] = []
    for unit, about in known.groupby(_UNIT, dropna=False, sort=False):
        years = {int(year): statements[str(name)] for name, year in about["year"].items()}
        names = {int(year): str(name) for name, year in about["year"].items()}
        rows += [dict(zip(_UNIT, unit, strict=True)) | row | {"document_id": names.get(int(str(row["year"])), "")}
                 for row in _chained(years)]  # fmt: skip
    columns = [*_UNIT, "year", "document_id", "printed_low", "printed_high", "implied_low", "implied_high", "low",
               "high", "source", "agrees"]  # fmt: skip
    amounts = dict.fromkeys(columns[4:10], "float64")
    frame = pd.DataFrame(rows, columns=columns).astype(amounts | {"agrees": "boolean"})
    return frame.sort_values([*_UNIT, "year"], ignore_index=True)


def _chained(statements: dict[int, Statement | None]) -> list[dict[str, object]]:
    """The years of one unit from the last to the first, each with what it prints and what the next one implies."""
    rows: list[dict[str, object]] = []
    for year in sorted({year - back for year in statements for back in (0, 1)}, reverse=True):
        own, following = statements.get(year), statements.get(year + 1)
        implied = _narrowed(following, rows[-1]) if following and rows else None
        printed = own.current if own else None
        if printed or implied:
            rows.append(_year(year, printed, implied))
    return rows


def _narrowed(following: Statement, row: dict[str, object]) -> Interval | None:
    """What the following year's document implies, its own value narrowed to what is known of that year."""
    known = Interval(Fraction(str(row["low"])), Fraction(str(row["high"])))
    return replace(following, current=known).prior


def _year(year: int, printed: Interval | None, implied: Interval | None) -> dict[str, object]:
    meet = printed.meet(implied) if printed and implied else None
    best = meet or printed or implied or Interval(Fraction(0), Fraction(0))
    source = "both" if printed and implied else "printed" if printed else "implied"
    agrees = meet is not None if source == "both" else None
    ends = {name: (i.low, i.high) if i else (None, None) for name, i in (("printed", printed), ("implied", implied))}
    return {
        "year": year, "printed_low": ends["printed"][0], "printed_high": ends["printed"][1],
        "implied_low": ends["implied"][0], "implied_high": ends["implied"][1], "low": best.low, "high": best.high,
        "source": source, "agrees": agrees,
    }  # fmt: skip


def contradictions(documents: Selection = None, item: str = "total") -> pd.DataFrame:
    """The years of `series` in which a document's value is not the base that the next year's document implies."""
    frame = series(documents, item)
    return frame[frame["agrees"].eq(False).fillna(False)].reset_index(drop=True)
