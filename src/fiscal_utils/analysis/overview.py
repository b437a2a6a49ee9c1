"""The department on one page: sources, functions, economic types, staff, the headline rates and the checks.

Amounts are in 万元, shares in percent. Sources: 收入决算表, 支出决算表, 一般公共预算财政拨款基本支出决算表 and the
figures on staff of the document. A figure that a document does not print is NaN; a table that it lacks gives no rows.
"""

import math
from collections.abc import Sequence

import pandas as pd

from fiscal_utils import specs
from fiscal_utils.analysis import execution, quality
from fiscal_utils.analysis.execution import share_pct
from fiscal_utils.analysis.registry import values
from fiscal_utils.tables import load

HEADLINES = (
    "revenue", "expenditure", "fiscal_share_pct", "basic_share_pct", "project_share_pct",
    "execution_rate_initial_pct", "composition_variance_pct", "carry_over_pct",
    "staff", "personnel_share_of_basic_pct", "personnel_cost_per_head",
    "sangong_final", "sangong_share_of_gpb_pct", "sangong_execution_initial_pct",
    "projects", "indicators", "full_score_share_pct", "mean_score",
)  # fmt: skip
"""The metrics of all reports that the overview gives."""
SIDES = ("revenue", "expenditure")
"""The tables between which `flows` run."""


def _with_shares(rows: pd.DataFrame, amount: str, whole: float) -> pd.DataFrame:
    return rows.assign(share_pct=[share_pct(float(value), whole) for value in rows[amount]]).reset_index(drop=True)


def _total(table: str, document: str) -> "pd.Series[float]":
    """The row 合计 of a statutory table, its printed columns only; empty where there is none."""
    rows = load(table, document)
    rows = rows.loc[rows["item"] == "total", list(specs.tables()[table].columns)]
    return rows.iloc[0].astype(float) if len(rows) else pd.Series(dtype=float)


def sources(document: str) -> pd.DataFrame:
    """Where the money came from: columns source, amount (万元), share_pct (denominator: revenue of the year)."""
    row = _total("revenue", document).dropna()
    whole = float(row.get("total", math.nan))
    rows = row.drop("total", errors="ignore").rename_axis("source").reset_index(name="amount")
    return _with_shares(rows[rows["amount"] != 0].sort_values("amount", ascending=False), "amount", whole)


def functions(document: str) -> pd.DataFrame:
    """What it was spent on: `execution.by_nature` without the total row, largest first, with share_pct.

    The denominator of share_pct is the expenditure of the year (本年支出合计).
    """
    rows = execution.by_nature(document)
    whole = float(rows.loc[rows["code"] == "total", "total"].sum(min_count=1))
    rows = rows[rows["code"] != "total"].sort_values("total", ascending=False, kind="stable")
    return _with_shares(rows[["code", "total", "basic", "project"]], "total", whole)


def economic_types(document: str) -> pd.DataFrame:
    """Basic expenditure from the general public budget by economic class: columns code, label, final, share_pct.

    The denominator is the sum of the three-digit classes.
    """
    rows = _economic(document, 3)
    return _with_shares(rows, "final", float(rows["final"].sum(min_count=1)))


def economic_items(document: str) -> pd.DataFrame:
    """The five-digit economic items, largest first, columns as in `economic_types` and with its denominator."""
    whole = float(_economic(document, 3)["final"].sum(min_count=1))
    return _with_shares(_economic(document, 5), "final", whole)


def _economic(document: str, digits: int) -> pd.DataFrame:
    rows = load("gpb_basic_economic", document)
    chosen = rows["code"].fillna("").str.fullmatch(rf"\d{{{digits}}}")
    rows = rows.loc[chosen, ["code", "label", "final"]]
    return rows[rows["final"] > 0].sort_values("final", ascending=False, kind="stable")


def flows(document: str) -> pd.DataFrame:
    """The money's way in two steps, columns step, start, end, amount (万元), positive amounts only.

    Step `revenue` leads from a source (column of the 收入决算表) to a function class, step `expenditure` from the class
    to the kind of expenditure (column of the 支出决算表).
    """
    steps = [_step(name, document, inward=name == "revenue") for name in SIDES]
    return pd.concat(steps, ignore_index=True)


def _step(table: str, document: str, *, inward: bool) -> pd.DataFrame:
    rows = load(table, document)
    rows = rows[rows["code"].fillna("").str.fullmatch(r"\d{3}")]
    parts = [name for name in specs.tables()[table].columns if name != "total"]
    long = rows.melt(id_vars="code", value_vars=parts, var_name="part", value_name="amount")
    start, end = ("part", "code") if inward else ("code", "part")
    long = long.assign(step=table).rename(columns={start: "start", end: "end"})
    return long.loc[long["amount"] > 0, ["step", "start", "end", "amount"]]


def node_totals(document: str) -> dict[tuple[str, str], float]:
    """The published amounts that `flows` run through: (table, column of its total row or code of its class) → 万元."""
    found = {(name, str(column)): amount for name in SIDES for column, amount in _total(name, document).items()}
    classes = functions(document)
    return found | {("expenditure", code): total for code, total in zip(classes["code"], classes["total"], strict=True)}


def class_shares(documents: Sequence[str]) -> pd.DataFrame:
    """Each function class's share of expenditure in percent: one row a document that has any, one column a class.

    A class that a document does not have is 0. The classes come by their mean share, largest first.
    """
    rows = load("expenditure", documents).drop_duplicates(["document_id", "code", "item"])
    wholes = rows[rows["item"] == "total"].set_index("document_id")["total"]
    classes = rows[rows["code"].fillna("").str.fullmatch(r"\d{3}")]
    wide = classes.pivot_table(index="document_id", columns="code", values="total", aggfunc="sum", fill_value=0.0)
    shares = 100 * wide.div(wholes[wholes > 0], axis=0).dropna()
    return shares[shares.mean().sort_values(ascending=False).index]


def staff(document: str) -> pd.DataFrame:
    """The staff figures as printed: columns item, value (persons)."""
    return load("staff", document)[["item", "value"]]


def metrics(document: str) -> dict[str, float]:
    """The metrics `HEADLINES`, and: balance = revenue - expenditure of the year (万元), statutory duties, budget units.

    NaN where a document has no value.
    """
    found = {name: math.nan if value is None else value for name, value in values(document, HEADLINES).items()}
    about = load("documents", document).iloc[0]
    counts = {name: _count(about.get(name)) for name in ("statutory_duties", "budget_units")}
    return {**found, "balance": round(found["revenue"] - found["expenditure"], 6), **counts}


def checked(document: str) -> dict[str, int]:
    """How many checks there are by result, and findings, that is causes of failures, by severity."""
    results = load("checks", document)["status"].value_counts()
    weights = quality.findings(document)["severity"].value_counts()
    return {
        "checks": int(results.sum()),
        **{status: int(results.get(status, 0)) for status in quality.STATUSES},
        "findings": int(weights.sum()),
        **{f"{severity}s": int(weights.get(severity, 0)) for severity in quality.SEVERITIES},
    }


def _count(value: object) -> float:
    return math.nan if value is None or pd.isna(value) else float(value)  # type: ignore[arg-type, call-overload]
