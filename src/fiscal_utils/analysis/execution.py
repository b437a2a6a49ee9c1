"""Budget execution: initial budget (年初预算) → adjusted budget (全年预算) → final accounts (决算).

Amounts are in 万元, rates in percent, contributions in percentage points. A figure that a document does not state is
NaN, and so is every rate whose denominator is missing or zero.

Sources: the completion percentage is the one stated in 决算情况说明 (决算数 ÷ 年初预算); the execution rate of a
project is the one of the 项目支出绩效自评表 (全年执行数 ÷ 全年预算数); the contributions follow from the first by
splitting its numerator by function.
"""

import math
from typing import Any

import pandas as pd

from fiscal_utils.analysis.facts import MeasureError
from fiscal_utils.analysis.registry import values
from fiscal_utils.language import t
from fiscal_utils.specs import term
from fiscal_utils.tables import load

MEASURES = ("initial_budget", "adjusted_budget", "final", "completion_pct")
RESIDUAL = "residual"
"""The row that takes what the classes leave of the total: rounding, or classes that the narrative does not state."""

_FLOAT_ERROR = 1e-9
_HALF_UNIT = 0.005
"""Half of the last printed place of an amount in 万元 with two decimals, as the statutory tables print it."""


def share_pct(part: float, whole: float) -> float:
    """`part` in percent of `whole`; NaN where either is missing or the whole is zero."""
    if math.isnan(part) or math.isnan(whole) or whole == 0:
        return math.nan
    return 100 * part / whole


def rate_bounds(executed: float, budget: float) -> tuple[float, float]:
    """The least and greatest rate, in percent, of amounts that round to `executed` and `budget` (two decimals).

    Interval arithmetic: (e - h) / (b + h) … (e + h) / (b - h) with h = 0.005 万元; NaN where the budget is within h
    of zero.
    """
    if not budget > _HALF_UNIT:
        return math.nan, math.nan
    low = 100 * (executed - _HALF_UNIT) / (budget + _HALF_UNIT)
    return low, 100 * (executed + _HALF_UNIT) / (budget - _HALF_UNIT)


def stated(rows: pd.DataFrame) -> pd.DataFrame:
    """The figures on fiscal appropriation among rows of the narrative: one row an item, `MEASURES` and `reason`."""
    rows = rows[(rows["section"] == "appropriation") & rows["measure"].isin(MEASURES)]
    values = rows.drop_duplicates(["item", "measure"]).pivot(index="item", columns="measure", values="value")
    reasons = rows[rows["reason"].fillna("") != ""].groupby("item")["reason"].first()
    return values.reindex(columns=list(MEASURES)).assign(reason=reasons.reindex(values.index).fillna(""))


def _stated(document: str) -> pd.DataFrame:
    return stated(load("narrative", document))


def _first_row(frame: pd.DataFrame) -> dict[str, Any]:
    """The first row by column name; nothing where there is none."""
    return {str(name): frame[name].iloc[0] for name in frame} if len(frame) else {}


def totals(document: str) -> dict[str, float]:
    """Expenditure from fiscal appropriation (财政拨款支出): initial budget, final, their difference, the rate.

    `execution_rate_initial_pct` = final / initial budget × 100, unrounded; `completion_printed_pct` is as stated.
    """
    stated = _stated(document)
    row = _first_row(stated[stated.index == "total"])
    names = ("initial_budget", "final", "completion_pct")
    initial, final, printed = (float(row.get(name, math.nan)) for name in names)
    return {
        "initial_budget": initial,
        "final": final,
        "change": final - initial,
        "execution_rate_initial_pct": share_pct(final, initial),
        "completion_printed_pct": printed,
    }


def by_function(document: str) -> pd.DataFrame:
    """Initial budget and final accounts by function class, one row a class that the narrative states.

    Where it states the initial budgets of a class's items (项) only, the class has their sum, if these are all its
    items: their final accounts add up to the class's within rounding.

    Columns: code, initial_budget, final, change (万元); completion_pct and completion_printed_pct (denominator: the
    class's initial budget); contribution_pp = (final_i - initial_i) / initial_total × 100; reason as printed.
    """
    total = totals(document)["initial_budget"]
    rows = class_budgets(_stated(document)).rename(columns={"completion_pct": "completion_printed_pct"})
    rows["change"] = (rows["final"] - rows["initial_budget"]).round(6)  # a sum of items is no exact float
    pairs = list(zip(rows["initial_budget"], rows["final"], rows["change"], strict=True))
    rows["completion_pct"] = [share_pct(final, initial) for initial, final, _ in pairs]
    rows["contribution_pp"] = [share_pct(change, total) for *_, change in pairs]
    return rows[
        ["code", "initial_budget", "final", "change", "completion_pct", "completion_printed_pct", "contribution_pp",
         "reason"]
    ]  # fmt: skip


def class_budgets(stated: pd.DataFrame) -> pd.DataFrame:
    """The function classes among the stated figures: code, `MEASURES` and reason; see `by_function`."""
    rows = stated[stated.index.str.fullmatch(r"\d{3}")].rename_axis("code").reset_index()
    unknown = rows[rows["initial_budget"].isna()]
    sums = [_sum_of_items(stated, code, final) for code, final in zip(unknown["code"], unknown["final"], strict=True)]
    rows.loc[unknown.index, "initial_budget"] = sums
    return rows


def _sum_of_items(stated: pd.DataFrame, code: str, final: float) -> float:
    """The initial budgets of the class's items; NaN where one is missing or they are not the whole class."""
    items = stated[stated.index.str.fullmatch(rf"{code}\d{{4}}")]
    off = abs(float(items["final"].sum(min_count=1)) - final)
    is_whole = off <= _HALF_UNIT * (len(items) + 1) + _FLOAT_ERROR
    return float(items["initial_budget"].sum(skipna=False)) if is_whole else math.nan


def contributions(document: str) -> pd.DataFrame:
    """Columns code and contribution_pp: how each class moves the rate away from 100 %, largest first.

    The contributions and a last row `RESIDUAL` add up exactly to the rate minus 100. The residual is rounding where
    all classes are stated.
    """
    rows = by_function(document)[["code", "contribution_pp"]].dropna()
    rows = rows.sort_values("contribution_pp", ascending=False, key=abs, kind="stable")
    left = totals(document)["execution_rate_initial_pct"] - 100 - float(rows["contribution_pp"].sum())
    if math.isnan(left):
        return rows.iloc[:0]
    residual = pd.DataFrame({"code": [RESIDUAL], "contribution_pp": [left]})
    return pd.concat([rows, residual], ignore_index=True)


def by_nature(document: str) -> pd.DataFrame:
    """Basic and project expenditure (支出决算表), one row a function class and first the row `total`.

    Columns: code, total, basic, project (万元; not printed = 0) and basic_share_pct, project_share_pct (denominator:
    the total of the same row).
    """
    rows = load("expenditure", document)
    classes = rows["code"].fillna("").str.fullmatch(r"\d{3}")
    rows = rows[classes | (rows["item"] == "total")].copy()
    rows["code"] = rows["code"].where(rows["item"] != "total", "total")
    rows = rows[["code", "total", "basic", "project"]].fillna({"total": 0.0, "basic": 0.0, "project": 0.0})
    for name in ("basic", "project"):
        rows[f"{name}_share_pct"] = [share_pct(a, b) for a, b in zip(rows[name], rows["total"], strict=True)]
    return rows.reset_index(drop=True)


def projects(document: str) -> pd.DataFrame:
    """The funds of each self-evaluated project, one row a project.

    Columns: project, initial_budget, adjusted_budget, executed (万元), rate_pct = executed / adjusted budget × 100,
    rate_printed_pct, agrees (the printed rate lies within what rounding of the amounts and of itself allows).
    """
    rows = load("projects", document)
    rows = rows[rows["row"] == "total"].rename(columns={"execution_rate": "rate_printed_pct"})
    rows = rows[["project", "initial_budget", "adjusted_budget", "executed", "rate_printed_pct"]].reset_index(drop=True)
    pairs = list(zip(rows["executed"], rows["adjusted_budget"], rows["rate_printed_pct"], strict=True))
    rows["rate_pct"] = [share_pct(executed, adjusted) for executed, adjusted, _ in pairs]
    rows["agrees"] = [_agrees(*pair) for pair in pairs]
    return rows


def _agrees(executed: float, adjusted: float, printed: float) -> bool:
    low, high = rate_bounds(executed, adjusted)
    return low - _HALF_UNIT <= printed <= high + _HALF_UNIT


def project_totals(document: str) -> dict[str, float]:
    """Sums over the self-evaluated projects: initial, adjusted, executed (万元) and the rate on the adjusted budget."""
    rows = projects(document)
    initial, adjusted, executed = (
        float(rows[name].sum(min_count=1)) for name in ("initial_budget", "adjusted_budget", "executed")
    )
    return {
        "projects_initial_budget": initial,
        "projects_adjusted_budget": adjusted,
        "projects_executed": executed,
        "projects_execution_rate_adjusted_pct": share_pct(executed, adjusted),
    }


def projects_rate(rows: pd.DataFrame) -> float:
    """Σ executed ÷ Σ adjusted budget × 100 over the forms' rows of total funds."""
    return _ratio_of_sums(rows, "executed", "adjusted_budget")


def projects_adjustment(rows: pd.DataFrame) -> float:
    """(Σ adjusted ÷ Σ initial budget − 1) × 100 over the forms' rows of total funds."""
    return _ratio_of_sums(rows, "adjusted_budget", "initial_budget") - 100


def _ratio_of_sums(rows: pd.DataFrame, part: str, whole: str) -> float:
    funds = rows.loc[rows["row"] == "total", [part, whole]]
    if funds.isna().any(axis=None) or funds.empty:
        raise MeasureError(
            "missing_figure", table=term("projects"), figure=t("、", ", ").join(map(term, (part, whole)))
        )
    return float(100 * funds[part].sum()) / float(funds[whole].sum())


_RATES = (
    "execution_rate_initial_pct", "gross_deviation_pct", "composition_variance_pct", "basic_share_pct",
    "project_share_pct", "opening_balance_pct", "carry_over_pct", "projects_execution_rate_adjusted_pct",
    "projects_adjustment_pct",
)  # fmt: skip


def metrics(document: str) -> dict[str, float]:
    """The figures of the notebook: `totals`, basic and project expenditure, `project_totals`, and the rates.

    The denominator of both shares is total expenditure of the 支出决算表. A figure or rate that is missing is NaN.
    """
    nature = by_nature(document)
    row = _first_row(nature[nature["code"] == "total"])
    names = {"expenditure": "total", "basic": "basic", "project": "project"}
    amounts = {name: float(row.get(column, math.nan)) for name, column in names.items()}
    rates = {name: math.nan if rate is None else rate for name, rate in values(document, _RATES).items()}
    return totals(document) | amounts | project_totals(document) | rates
