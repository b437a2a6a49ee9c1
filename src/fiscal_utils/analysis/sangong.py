"""The three public expenses (“三公”经费): execution, last year's value inferred as an interval, unit costs, real terms.

Amounts in 万元, ratios in percent, unit costs in 元. How last year's value is inferred: see `prior`.
"""

from collections.abc import Iterable, Mapping
from operator import truediv

import pandas as pd

from fiscal_utils.analysis import comparison
from fiscal_utils.analysis.facts import Facts, Figure, facts
from fiscal_utils.analysis.intervals import Interval, corners
from fiscal_utils.analysis.intervals import printed as printed
from fiscal_utils.analysis.prices import price_table, real
from fiscal_utils.analysis.prior import Statement, series, statement
from fiscal_utils.analysis.prior import bounds as bounds
from fiscal_utils.analysis.prior import growth_range as growth_range
from fiscal_utils.analysis.prior import intersection as intersection
from fiscal_utils.analysis.registry import values
from fiscal_utils.analysis.staffing import ratio
from fiscal_utils.language import t
from fiscal_utils.specs import term
from fiscal_utils.tables import Selection, load

ITEMS = ("total", "overseas", "vehicles", "vehicle_purchase", "vehicle_operation", "hospitality")
_COLUMNS = ("initial_budget", "adjusted_budget", "final")
UNIT_COSTS = (
    ("vehicle_operation", "vehicles_held"),
    ("hospitality_domestic", "domestic_guests"),
    ("hospitality_domestic", "domestic_receptions"),
    ("overseas", "overseas_groups"),
    ("overseas", "overseas_persons"),
)
"""Numerator (万元) and denominator (a count) of each unit cost."""

COLUMNS: Mapping[str, tuple[str, str]] = {
    "label": ("项目", "Item"), "initial_budget": ("年初预算", "Initial budget"),
    "adjusted_budget": ("全年预算", "Adjusted budget"), "final": ("决算", "Final accounts"),
    "of_initial_pct": ("÷ 年初预算（%）", "÷ initial budget (%)"),
    "of_adjusted_pct": ("÷ 全年预算（%）", "÷ adjusted budget (%)"),
    "above_initial": ("决算 − 年初预算", "Final − initial budget"),
    "source": ("依据", "From"), "range": ("区间（推断）", "Interval (inferred)"), "current": ("本年", "This year"),
    "before": ("上年（推断）", "Last year (inferred)"), "growth": ("增长（%，推断）", "Growth (%, inferred)"),
    "basis": ("依据", "Basis"), "change": ("公开的增减额（万元）", "Published change (10,000 yuan)"),
    "points": ("贡献（百分点，推断）", "Contribution (points, inferred)"),
    "reason": ("部门说明的原因（原文）", "Reason given (as printed)"),
    "year": ("年度", "Year"), "printed": ("本年文档公开", "Published"),
    "implied": ("下年文档推断", "Implied by the next document"), "best": ("采用的值", "Value taken"),
    "real": ("按本年价格", "At this year's prices"),
    "denominator_label": ("分母", "Denominator"), "table_count": ("表中数量", "Count, table"),
    "narrative_count": ("说明中数量", "Count, narrative"), "cost": ("元/单位（表）", "Yuan each (table)"),
    "narrative_cost": ("元/单位（说明）", "Yuan each (narrative)"),
}  # fmt: skip
"""Column → heading in Chinese and English."""


def labelled(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with headings in the language in use."""
    return frame.rename(columns={name: t(*COLUMNS[name]) for name in frame.columns})


def execution(document: str) -> pd.DataFrame:
    """Budgets and final accounts by item (万元), from the table and, where that is blank, from the narrative.

    Columns: item, label, initial_budget, adjusted_budget, final, of_initial_pct = final ÷ initial budget,
    of_adjusted_pct = final ÷ adjusted budget (percent; NaN on base 0), above_initial = final − initial budget (万元).
    An item without any of the three has no row.
    """
    found = next(facts(document))
    rows = []
    for item in ITEMS:
        initial, adjusted, final = (_amount(found, item, column) for column in _COLUMNS)
        if (initial, adjusted, final) != (None, None, None):
            above = None if initial is None or final is None else round(final - initial, 6)
            rows.append([item, label(item), initial, adjusted, final, ratio(final, initial, 100),
                         ratio(final, adjusted, 100), above])  # fmt: skip
    names = ["item", "label", *_COLUMNS, "of_initial_pct", "of_adjusted_pct", "above_initial"]
    return pd.DataFrame(rows, columns=names).astype(dict.fromkeys(names[2:], "float64"))


def _amount(found: Facts, item: str, column: str) -> float | None:
    figure = found.find(f"sangong.{item}.{column} | narrative.sangong/{item}.{column} | none")
    return float(figure.value) if isinstance(figure, Figure) else None


def leaves(items: Iterable[str]) -> list[str]:
    """Those of the items that add up to the total: vehicles as a whole only where they are not split."""
    there = set(items)
    split = bool(there & {"vehicle_purchase", "vehicle_operation"})
    return [item for item in ITEMS[1:] if item in there and not (split and item == "vehicles")]


def prior(document: str) -> pd.DataFrame:
    """Last year's value by item as an interval inferred from the published change and percentage.

    Columns: item, label, current, prior_low, prior_high (万元), growth_low_pct, growth_high_pct, change (signed,
    万元), change_pct (signed), status (inferred | change_only | percentage_only | flat | contradiction | not_stated).
    """
    names = ["item", "label", "current", "prior_low", "prior_high", "growth_low_pct", "growth_high_pct", "change",
             "change_pct", "status"]  # fmt: skip
    rows = [_prior_row(item, made) for item, made in _statements(document).items()]
    return pd.DataFrame(rows, columns=names).astype(dict.fromkeys(names[2:9], "float64"))


def _statements(document: str) -> dict[str, Statement]:
    found = next(facts(document))
    made = {item: statement(found, item) for item in ITEMS}
    return {item: stated for item, stated in made.items() if stated}


def _prior_row(item: str, made: Statement) -> list[object]:
    growth, sign = made.growth_over_prior, made.sign or 0
    sizes = [_middle(size.scaled(sign)) if size else None for size in (made.change, made.growth)]
    return [
        item, label(item), _middle(made.current), *_ends(made.prior), *_ends(growth, 100), sizes[0],
        None if sizes[1] is None else 100 * sizes[1], made.status,
    ]  # fmt: skip


def _middle(interval: Interval) -> float:
    """The printed number that the interval stands for; one that begins at 0 was cut off there and stands for 0."""
    return float((interval.low + interval.high) / 2) if interval.low else 0.0


def _ends(interval: Interval | None, scale: int = 1) -> list[float | None]:
    return [float(interval.low * scale), float(interval.high * scale)] if interval else [None, None]


def prior_bounds(document: str, item: str = "total") -> pd.DataFrame:
    """How each published figure bounds last year's value of an item: source, low, high (万元), their meet last."""
    made = _statements(document).get(item)
    kept = made.bounds | ({"intersection": made.prior} if made.prior else {}) if made else {}
    names = {
        "change": t("本年 − 增减额", "current − change"),
        "growth": t("本年 ÷（1 + 增减率）", "current ÷ (1 + growth)"),
        "ratio": t("增减额 ÷ 增减率", "change ÷ growth"),
        "intersection": t("交集（推断）", "intersection (inferred)"),
        "flat": t("与上年持平", "no change"),
    }
    rows = [[names[name], *_ends(bound)] for name, bound in kept.items()]
    return pd.DataFrame(rows, columns=["source", "low", "high"])


def contributions(document: str) -> pd.DataFrame:
    """How much each item moved the total, in percentage points of last year's total, as intervals.

    change of the item ÷ last year's total × 100; for the total that is its growth. Columns: item, label, change_low,
    change_high (万元, signed), low, high (percentage points). An item whose change is not published is left out. Empty
    where last year's total is unknown or may be 0.
    """
    made = _statements(document)
    total = made.get("total")
    base, growth = (total.prior, total.growth_over_prior) if total else (None, None)
    names = ["item", "label", "change_low", "change_high", "low", "high"]
    if not base or not growth:
        return pd.DataFrame(columns=names)
    changes = {item: change for item in ITEMS if item in made and (change := _signed_change(made[item]))}
    points = {item: corners(truediv, (changes[item], base)) for item in leaves(changes)} | {"total": growth}
    rows = [[item, label(item), *_ends(changes[item]), *_ends(share, 100)] for item, share in points.items()]
    return pd.DataFrame(rows, columns=names)


def _signed_change(made: Statement) -> Interval | None:
    if made.sign is None:
        return None
    if made.change:
        return made.change.scaled(made.sign)
    return made.current.minus(made.prior) if made.prior else None


def additive(document: str) -> dict[str, float | bool | None]:
    """Whether the inferred total can be the sum of the inferred items (万元): parts_low, parts_high, agrees.

    All None unless every item with a current value has an interval.
    """
    frame = prior(document).set_index("item")
    parts = frame.loc[leaves(frame.index[frame["current"].notna()])]
    if "total" not in frame.index or parts.empty or parts["prior_low"].isna().any():
        return {"parts_low": None, "parts_high": None, "agrees": None}
    low, high = float(parts["prior_low"].sum()), float(parts["prior_high"].sum())
    sums = frame["prior_low"]["total"], frame["prior_high"]["total"]
    agrees = None if pd.isna(sums[0]) else bool(low <= sums[1] and high >= sums[0])
    return {"parts_low": low, "parts_high": high, "agrees": agrees}


def unit_costs(document: str) -> pd.DataFrame:
    """Unit costs in 元: numerator (item, 万元) ÷ denominator (count) × 10,000, by the table and by the narrative.

    Columns: numerator, denominator, label, amount (万元), table_count, narrative_count, cost (by the table's count),
    narrative_cost (by the narrative's), differs (the two counts are both stated and differ). A cost of which the table
    prints no amount, or neither a count, has no row.
    """
    table, told = _table(document), _told_counts(document)
    rows = []
    for numerator, denominator in UNIT_COSTS:
        amount, counted = (table.get(name, {}).get("final") for name in (numerator, denominator))
        count = told.get(denominator)
        if amount is None or (counted is None and count is None):
            continue
        differs = counted is not None and count is not None and counted != count
        costs = [ratio(amount, n, 10_000) for n in (counted, count)]
        text = f"{label(numerator)} ÷ {label(denominator)}"
        rows.append([numerator, denominator, text, amount, counted, count, *costs, differs])
    names = ["numerator", "denominator", "label", "amount", "table_count", "narrative_count", "cost",
             "narrative_cost", "differs"]  # fmt: skip
    return pd.DataFrame(rows, columns=names).astype(dict.fromkeys(names[3:8], "float64") | {"differs": "bool"})


def national_cpi(document: str) -> float | None:
    """China's consumer price index of the document's year, previous year = 100; None if statutory/cpi.csv lacks it."""
    year = int(load("documents", document=document)["year"].iloc[0])
    prices = price_table().set_index("year")["index"]
    return float(prices[year]) if year in prices.index else None


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


def history(document: str, documents: Selection = None, item: str = "total") -> pd.DataFrame:
    """The department's value of an item year by year, chained over its documents among those chosen.

    Columns of `prior.series` and: printed (as published), real_low and real_high (万元 at the prices of the document's
    year by the national CPI; NaN where an index is missing). Without other documents: this year and the one before.
    """
    about = load("documents", document).iloc[0]
    found = series(comparison.chosen(documents, document) or document, item)
    found = found[(found["department"] == about["department"]) & (found["region_code"] == about["region_code"])]
    middle = (found["printed_low"] + found["printed_high"]) / 2
    found = found.assign(
        printed=middle.where(found["printed_low"] != 0, 0.0), real_low=found["low"], real_high=found["high"]
    )
    return real(found.reset_index(drop=True), ["real_low", "real_high"], int(about["year"]))


def reasons(document: str) -> dict[str, str]:
    """Item → why it changed, as the narrative prints it."""
    told = _narrative(document)
    told = told[(told["reason"].fillna("") != "") & told["measure"].str.startswith("prior_change")]
    return dict(zip(told["item"], told["reason"], strict=True))


def metrics(document: str) -> dict[str, float | None]:
    """Headline numbers of the total: final, adjusted_budget, initial_budget, prior_low, prior_high (万元) and
    growth_low_pct, growth_high_pct, execution_rate_initial_pct, execution_rate_adjusted_pct; None where unknown.
    """  # fmt: skip
    found = values(document, [f"sangong_{name}" for name in HEADLINE])
    inferred = prior(document).set_index("item")
    result = {HEADLINE[name.removeprefix("sangong_")]: value for name, value in found.items()}
    for name in ("prior_low", "prior_high", "growth_low_pct", "growth_high_pct"):
        value = inferred[name].get("total")
        result[name] = None if value is None or pd.isna(value) else float(value)
    return result


HEADLINE = {
    "final": "final", "adjusted_budget": "adjusted_budget", "initial_budget": "initial_budget",
    "execution_initial_pct": "execution_rate_initial_pct", "execution_adjusted_pct": "execution_rate_adjusted_pct",
}  # fmt: skip
"""Metric of the registry, without its group → its name among the headline numbers."""


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
    return {
        str(row["item"]): {name: float(str(row[name])) for name in _COLUMNS if pd.notna(row[name])}
        for row in frame.to_dict("records")
    }
