"""The three public expenses (“三公”经费): execution, last year's value inferred as an interval, unit costs, real terms.

Amounts in 万元, ratios in percent, unit costs in 元. A number printed with d decimals stands for the closed interval
of half a unit in its last place on both sides; intervals are computed exactly with fractions (interval arithmetic:
R. E. Moore, Interval Analysis, 1966).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from fiscal_utils.language import t
from fiscal_utils.metrics.staffing import ratio
from fiscal_utils.specs import read_csv, term
from fiscal_utils.tables import load

ITEMS = ("total", "overseas", "vehicles", "vehicle_purchase", "vehicle_operation", "hospitality")
PARTS = ("overseas", "vehicle_purchase", "vehicle_operation", "hospitality")
"""The items of which the total is the sum."""
UNIT_COSTS = (
    ("vehicle_operation", "vehicles_held"),
    ("hospitality_domestic", "domestic_guests"),
    ("hospitality_domestic", "domestic_receptions"),
    ("overseas", "overseas_groups"),
    ("overseas", "overseas_persons"),
)
"""Numerator (万元) and denominator (a count) of each unit cost."""


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
        """The interval quotient of a dividend not below 0; None if the divisor is not wholly above 0."""
        if other.low <= 0:
            return None
        return Interval(max(self.low, Fraction(0)) / other.high, self.high / other.low)


Bounds = dict[str, Interval]


def printed(value: float, decimals: int, scale: int = 1) -> Interval:
    """The interval that a printed number stands for, divided by `scale` (100 for percentages)."""
    exact, half = round(Fraction(value), decimals), Fraction(1, 2) / Fraction(10) ** decimals
    return Interval((exact - half) / scale, (exact + half) / scale)


def bounds(current: Interval, change: Interval | None, growth: Interval | None, sign: int) -> Bounds:
    """The intervals for last year's value that each published figure gives (万元).

    change: current − sign × change. growth: current ÷ (1 + sign × growth). ratio: change ÷ growth. `change` and
    `growth` (a fraction) are sizes as printed, `sign` is +1 for a rise and −1 for a fall. A quotient whose divisor
    may be 0 bounds nothing and is left out.
    """
    found: dict[str, Interval | None] = {}
    if change is not None:
        signed = change if sign > 0 else Interval(-change.high, -change.low)
        found["change"] = current.minus(signed)
    if growth is not None:
        ends = sorted((1 + sign * growth.low, 1 + sign * growth.high))
        found["growth"] = current.over(Interval(ends[0], ends[1]))
    if change is not None and growth is not None:
        found["ratio"] = change.over(growth)
    return {name: interval for name, interval in found.items() if interval is not None}


def intersection(found: Bounds) -> Interval | None:
    """What all the bounds allow, never below 0; None if they contradict each other or there are none."""
    if not found:
        return None
    meet: Interval | None = Interval(Fraction(0), max(bound.high for bound in found.values()))
    if meet is None or meet.high < 0:
        return None
    for bound in found.values():
        meet = meet.meet(bound) if meet else None
    return meet


def growth_range(current: Interval, prior: Interval, published: Interval | None = None) -> Interval | None:
    """current ÷ prior − 1 over both intervals, within the published growth (signed fraction) where there is one.

    None if last year's value may be 0.
    """
    quotient = current.over(prior)
    if quotient is None:
        return None
    growth = Interval(quotient.low - 1, quotient.high - 1)
    return growth if published is None else growth.meet(published)


def execution(document: str) -> pd.DataFrame:
    """Budgets and final accounts by item (万元): item, label, initial_budget, adjusted_budget, final, and
    of_initial_pct = final ÷ initial budget, of_adjusted_pct = final ÷ adjusted budget (percent; None on base 0),
    above_initial = final − initial budget (万元).
    """  # fmt: skip
    columns = ["initial_budget", "adjusted_budget", "final"]
    rows = []
    for item, row in _table(document).items():
        if item not in ITEMS:
            continue
        initial, adjusted, final = (row.get(column) for column in columns)
        above = None if initial is None or final is None else round(final - initial, 6)
        rows.append([item, label(item), initial, adjusted, final, ratio(final, initial, 100),
                     ratio(final, adjusted, 100), above])  # fmt: skip
    names = ["item", "label", *columns, "of_initial_pct", "of_adjusted_pct", "above_initial"]
    return pd.DataFrame(rows, columns=names).astype(dict.fromkeys(names[2:], "float64"))


def prior(document: str) -> pd.DataFrame:
    """Last year's value by item as an interval inferred from the published change and percentage.

    Columns: item, label, current, prior_low, prior_high (万元), growth_low_pct, growth_high_pct, change (signed,
    万元), change_pct (signed), status (inferred | change_only | percentage_only | flat | contradiction | not_stated).
    """
    names = ["item", "label", "current", "prior_low", "prior_high", "growth_low_pct", "growth_high_pct", "change",
             "change_pct", "status"]  # fmt: skip
    rows = [row for item in ITEMS if (row := _prior_row(document, item))]
    return pd.DataFrame(rows, columns=names).astype(dict.fromkeys(names[2:9], "float64"))


def prior_bounds(document: str, item: str = "total") -> pd.DataFrame:
    """How each published figure bounds last year's value of an item: source, low, high (万元), their meet last."""
    statement = _statement(document, item)
    found = statement.bounds if statement else {}
    meet = intersection(found)
    kept = found | ({"intersection": meet} if meet else {})
    names = {
        "change": t("本年 − 增减额", "current − change"),
        "growth": t("本年 ÷（1 + 增减率）", "current ÷ (1 + growth)"),
        "ratio": t("增减额 ÷ 增减率", "change ÷ growth"),
        "intersection": t("交集（推断）", "intersection (inferred)"),
        "flat": t("与上年持平", "no change"),
    }
    rows = [[names[name], float(bound.low), float(bound.high)] for name, bound in kept.items()]
    return pd.DataFrame(rows, columns=["source", "low", "high"])


def additive(document: str) -> dict[str, float | bool | None]:
    """Whether the inferred total can be the sum of the inferred items (万元): parts_low, parts_high, agrees.

    All None unless every item with a current value has an interval.
    """
    frame = prior(document).set_index("item")
    parts = frame.loc[[item for item in PARTS if item in frame.index]]
    parts = parts[parts["current"].notna()]
    if "total" not in frame.index or parts.empty or parts["prior_low"].isna().any():
        return {"parts_low": None, "parts_high": None, "agrees": None}
    low, high = float(parts["prior_low"].sum()), float(parts["prior_high"].sum())
    sums = frame["prior_low"]["total"], frame["prior_high"]["total"]
    agrees = None if pd.isna(sums[0]) else bool(low <= sums[1] and high >= sums[0])
    return {"parts_low": low, "parts_high": high, "agrees": agrees}


def unit_costs(document: str) -> pd.DataFrame:
    """Unit costs in 元: numerator (item, 万元) ÷ denominator (count) × 10,000, by the table and by the narrative.

    Columns: numerator, denominator, label, amount (万元), table_count, narrative_count, cost (by the table's count),
    narrative_cost (by the narrative's), differs (the two counts are both stated and differ).
    """
    table, told = _table(document), _told_counts(document)
    rows = []
    for numerator, denominator in UNIT_COSTS:
        amount, counted = (table.get(name, {}).get("final") for name in (numerator, denominator))
        count = told.get(denominator)
        differs = counted is not None and count is not None and counted != count
        costs = [ratio(amount, n, 10_000) for n in (counted, count)]
        text = f"{label(numerator)} ÷ {label(denominator)}"
        rows.append([numerator, denominator, text, amount, counted, count, *costs, differs])
    names = ["numerator", "denominator", "label", "amount", "table_count", "narrative_count", "cost",
             "narrative_cost", "differs"]  # fmt: skip
    return pd.DataFrame(rows, columns=names).astype(dict.fromkeys(names[3:8], "float64"))


def national_cpi(document: str) -> float | None:
    """China's consumer price index of the document's year, previous year = 100; None if statutory/cpi.csv lacks it."""
    year = str(load("documents", document=document)["year"].iloc[0])
    return next((float(row["index"]) for row in read_csv("cpi.csv") if row["year"] == year), None)


def real_terms(document: str, price_index: float | None = None) -> pd.DataFrame:
    """Last year at this year's prices and real growth: prior × index ÷ 100; (1 + growth) ÷ (index ÷ 100) − 1.

    Columns: item, label, current, prior_low, prior_high (万元 at this year's prices), growth_low_pct,
    growth_high_pct (real). Empty where there is no index. `price_index`: previous year = 100, default national CPI.
    """
    index = national_cpi(document) if price_index is None else price_index
    frame = prior(document).drop(columns=["change", "change_pct", "status"])
    if not index:
        return frame.iloc[0:0]
    for column in ("prior_low", "prior_high"):
        frame[column] = frame[column] * index / 100
    for column in ("growth_low_pct", "growth_high_pct"):
        frame[column] = ((1 + frame[column] / 100) / (index / 100) - 1) * 100
    return frame


def metrics(document: str) -> dict[str, float | None]:
    """Headline numbers of the total: final, adjusted_budget, initial_budget, prior_low, prior_high (万元) and
    growth_low_pct, growth_high_pct, execution_rate_initial_pct, execution_rate_adjusted_pct.
    """  # fmt: skip
    row = _table(document).get("total", {})
    inferred = prior(document).set_index("item")
    result = {name: row.get(name) for name in ("final", "adjusted_budget", "initial_budget")}
    for name in ("prior_low", "prior_high", "growth_low_pct", "growth_high_pct"):
        value = inferred[name].get("total")
        result[name] = None if value is None or pd.isna(value) else float(value)
    result["execution_rate_initial_pct"] = ratio(row.get("final"), row.get("initial_budget"), 100)
    result["execution_rate_adjusted_pct"] = ratio(row.get("final"), row.get("adjusted_budget"), 100)
    return result


def label(item: str) -> str:
    """The name of an item or count in the language in use."""
    if item == "total":
        return term("sangong_total")
    names = {
        "hospitality_domestic": t("国内公务接待费", "Domestic hospitality"),
        "vehicles_held": t("公务用车保有量（辆）", "vehicles held"),
        "domestic_guests": t("国内公务接待人次", "domestic guests"),
        "domestic_receptions": t("国内公务接待批次", "domestic receptions"),
        "overseas_groups": t("因公出国（境）团组数", "overseas groups"),
        "overseas_persons": t("因公出国（境）人次", "persons sent overseas"),
    }
    return names.get(item) or term(item)


def status_text(status: str) -> str:
    """What a status of `prior` means, in the language in use."""
    return {
        "inferred": t("由增减额和增减率推断", "inferred from change and percentage"),
        "change_only": t("仅由增减额推断", "inferred from the change only"),
        "percentage_only": t("仅由增减率推断", "inferred from the percentage only"),
        "flat": t("与上年持平", "published as unchanged"),
        "contradiction": t("增减额与增减率相互矛盾", "change and percentage contradict each other"),
        "not_stated": t("未公开增减", "nothing published on its change"),
    }[status]


@dataclass(frozen=True)
class _Statement:
    """What is published on one item, with the sizes as intervals: `sign` 0 is no change, None unknown."""

    current: Interval
    value: float
    sign: int | None
    change: Interval | None
    growth: Interval | None
    sizes: tuple[float | None, float | None]

    @property
    def bounds(self) -> Bounds:
        if self.sign is None:
            return {}
        return bounds(self.current, self.change, self.growth, self.sign) if self.sign else {"flat": self.current}

    @property
    def status(self) -> str:
        if not self.bounds:
            return "not_stated"
        if self.sign == 0:
            return "flat"
        if intersection(self.bounds) is None:
            return "contradiction"
        if self.change and self.growth:
            return "inferred"
        return "change_only" if self.change else "percentage_only"

    @property
    def signed_growth(self) -> Interval | None:
        if self.growth is None or not self.sign:
            return None
        return self.growth if self.sign > 0 else Interval(-self.growth.high, -self.growth.low)


def _prior_row(document: str, item: str) -> list[object] | None:
    statement = _statement(document, item)
    if statement is None:
        return None
    meet = intersection(statement.bounds)
    flat = statement.sign == 0
    growth = growth_range(statement.current, meet, statement.signed_growth) if meet and not flat else None
    zero = Interval(Fraction(0), Fraction(0))
    growth = zero if flat and meet and meet.low > 0 else growth
    sizes = [None if size is None else size * (statement.sign or 0) for size in statement.sizes]
    return [
        item, label(item), statement.value, *_ends(meet), *_ends(growth, 100), *sizes, statement.status,
    ]  # fmt: skip


def _ends(interval: Interval | None, scale: int = 1) -> list[float | None]:
    return [float(interval.low * scale), float(interval.high * scale)] if interval else [None, None]


def _statement(document: str, item: str) -> _Statement | None:
    """The published figures on an item; None where its value of this year is not printed anywhere."""
    told = _narrative(document)
    told = told[told["item"] == item]
    figures = {str(row["measure"]): row for row in reversed(told.to_dict("records"))}
    current = _current(document, item, figures.get("final"))
    if current is None:
        return None
    change, growth = figures.get("prior_change"), figures.get("prior_change_pct")
    directions = [str(row["direction"]) for row in (change, growth) if row and row["direction"]]
    sign = {"increase": 1, "decrease": -1, "flat": 0}.get(directions[0]) if directions else None
    return _Statement(
        printed(*current), current[0], sign, _interval(change), _interval(growth, 100), (_size(change), _size(growth))
    )


def _interval(row: Mapping[object, object] | Mapping[str, object] | None, scale: int = 1) -> Interval | None:
    return printed(float(str(row["value"])), int(str(row["decimals"])), scale) if row else None


def _size(row: Mapping[object, object] | Mapping[str, object] | None) -> float | None:
    return float(str(row["value"])) if row else None


def _current(document: str, item: str, told: Mapping[object, object] | None) -> tuple[float, int] | None:
    """This year's final value and its decimals: from the table, else from the narrative."""
    cells = load("cells", document=document)
    found = cells[(cells["table"] == "sangong") & (cells["item"] == item) & (cells["column"] == "final")]
    if len(found):
        return float(found["value"].iloc[0]), int(found["decimals"].iloc[0])
    return (float(str(told["value"])), int(str(told["decimals"]))) if told else None


def _narrative(document: str) -> pd.DataFrame:
    told = load("narrative", document=document)
    return told[told["section"] == "sangong"]


def _told_counts(document: str) -> dict[str, float]:
    """Item → the first count that the narrative states for it."""
    told = _narrative(document)
    told = told[told["measure"] == "count"].drop_duplicates("item")
    return {str(item): float(value) for item, value in zip(told["item"], told["value"], strict=True)}


def _table(document: str) -> dict[str, dict[str, float]]:
    """Item → column → value of the 三公 table; empty where the document lacks it."""
    frame = load("sangong", document=document)
    columns = ("initial_budget", "adjusted_budget", "final")
    return {
        str(row["item"]): {name: float(str(row[name])) for name in columns if pd.notna(row[name])}
        for row in frame.to_dict("records")
    }
