"""Personnel and operating cost within basic expenditure (基本支出), per head and against the functional tables.

Classification: 《支出经济分类科目》 of the Ministry of Finance (301, 302, 303 …). Amounts in 万元, ratios in percent.
"""

from collections.abc import Iterable, Mapping

import pandas as pd

from fiscal_utils.analysis.facts import MeasureError, facts
from fiscal_utils.analysis.registry import measure, registry, values
from fiscal_utils.language import language
from fiscal_utils.specs import code_name, read_csv
from fiscal_utils.tables import load

CONTRIBUTIONS = ("30108", "30109", "30110", "30111", "30112", "30113")
"""Employer's social insurance, occupational annuity, medical subsidy and housing fund contributions."""
STAFF_CLASSES = ("208", "210", "221")
"""Functional classes in which those contributions and pensions are booked."""


def ratio(numerator: float | None, denominator: float | None, scale: float = 1.0) -> float | None:
    """numerator ÷ denominator × scale; None where either is missing or the denominator is 0."""
    if numerator is None or not denominator:
        return None
    return numerator / denominator * scale


def total(values: Iterable[float | None]) -> float | None:
    """The sum of the values that are there, rounded to 6 decimals; None if none is."""
    present = [value for value in values if value is not None]
    return round(sum(present), 6) if present else None


METRICS = (
    "staff", "personnel_cost", "operating_cost", "basic", "personnel_share_of_basic_pct", "personnel_cost_per_head",
    "operating_cost_per_head", "wage_bill_gfs", "wage_bill_gfs_per_head", "wage_bill_gfs_share_of_basic_pct",
    "contributions", "contributions_share_of_wages_pct", "contributions_to_cash_pay_pct", "personnel_rigidity_pct",
    "basic_rigidity_pct", "matrix_pinned_amount_pct", "matrix_pinned_cells_pct",
)  # fmt: skip


def metrics(document: str) -> dict[str, float | int | None]:
    """The headline numbers, `METRICS` of the registry and cash_pay = 301 − contributions (万元); None where unknown.

    万元; per head 万元 a person in service at year's end; shares in percent of basic.
    """
    found: dict[str, float | int | None] = {**values(document, METRICS)}
    wages, contributions, staff = (found[name] for name in ("wage_bill_gfs", "contributions", "staff"))
    cash = None if wages is None or contributions is None else round(wages - contributions, 6)
    return found | {"staff": None if staff is None else int(staff), "cash_pay": cash}


def decompose(first: str, second: str, amount: str = "personnel_cost") -> pd.DataFrame:
    """The change of an amount between two documents of a unit, split exactly into price and number (万元).

    With n staff and w the amount per head: price = (w₂ − w₁)(n₁ + n₂) ÷ 2, number = (n₂ − n₁)(w₁ + w₂) ÷ 2; their sum
    is the change. Source: T. L. Bennet, The theory of measurement of changes in cost of living (1920). Columns: part
    (price | number | change), value, share_pct (of the change; NaN where it is 0). `amount` is a metric in 万元.
    Raises MeasureError where a figure is missing or a year has no staff.
    """
    before, after = ([_known(document, name) for name in (amount, "staff")] for document in (first, second))
    (cost, staff), (new_cost, new_staff) = before, after
    wage, new_wage = cost / staff, new_cost / new_staff
    parts = {
        "price": (new_wage - wage) * (staff + new_staff) / 2,
        "number": (new_staff - staff) * (wage + new_wage) / 2,
        "change": new_cost - cost,
    }
    rows = [[part, value, ratio(value, parts["change"], 100)] for part, value in parts.items()]
    return pd.DataFrame(rows, columns=["part", "value", "share_pct"]).astype({"share_pct": "float64"})


def _known(document: str, name: str) -> float:
    found = measure(registry()[name], next(facts(document)))
    if found.value is None:
        raise MeasureError("missing_metric", metric=registry()[name].name[language()], why=found.why)
    if not found.value:
        raise MeasureError("zero_base", base=registry()[name].name[language()])
    return found.value


def make_up(document: str) -> pd.DataFrame:
    """The 301xx items, largest first: code, label, final (万元), share_pct (of 301), contribution (bool)."""
    codes = _economic(document)
    rows = [
        {
            "code": code,
            "label": code_name(code),
            "final": final,
            "share_pct": ratio(final, codes.get("301"), 100),
            "contribution": code in CONTRIBUTIONS,
        }
        for code, final in codes.items()
        if code.startswith("301") and len(code) == 5
    ]
    frame = pd.DataFrame(rows, columns=["code", "label", "final", "share_pct", "contribution"])
    return frame.sort_values("final", ascending=False, ignore_index=True)


def component_gap(document: str) -> float | None:
    """301 − the sum of its items, 万元: beyond rounding where the table leaves items out."""
    codes = _economic(document)
    items = total(final for code, final in codes.items() if code.startswith("301") and len(code) == 5)
    return None if items is None or "301" not in codes else round(codes["301"] - items, 6)


def staff_functions(document: str) -> pd.DataFrame:
    """Staff costs by function beside the same costs by economic item, 万元.

    One row a pair of `_staff_costs` of which either side is printed: function, economic, label, by_function (column
    basic, else total: see `column`), by_economic (sum of the items), gap = economic − function.
    """
    codes, (functions, column) = _economic(document), _functions(document)
    rows = []
    for function, items in _staff_costs().items():
        if not items:
            continue
        row = {
            "function": function,
            "economic": " + ".join(items),
            "label": code_name(function),
            "by_function": _function(functions, function),
            "by_economic": total(codes.get(code) for code in items),
            "column": column,
        }
        if row["by_function"] is not None or row["by_economic"] is not None:
            rows.append(row)
    names = ["function", "economic", "label", "by_function", "by_economic", "column"]
    frame = pd.DataFrame(rows, columns=names).astype({"by_function": "float64", "by_economic": "float64"})
    return frame.assign(gap=(frame["by_economic"] - frame["by_function"]).round(6))


def staff_classes(document: str) -> pd.DataFrame:
    """Of classes 208, 210 and 221: basic (or total) expenditure, the staff part of it (万元), and its percent.

    The staff part is the sum of the functions of `_staff_costs` in the class. The last row is the three together.
    """
    functions, column = _functions(document)
    rows = []
    for code in STAFF_CLASSES:
        staff = [_function(functions, name) for name in _staff_costs() if name.startswith(code)]
        rows.append({"code": code, "amount": functions.get(code), "staff": total(staff)})
    rows = [row for row in rows if row["amount"] is not None]
    if rows:
        together = {name: total(_number(row[name]) for row in rows) for name in ("amount", "staff")}
        rows.append({"code": "", **together})
    for row in rows:
        row["label"] = code_name(str(row["code"])) if row["code"] else ""
        row["share_pct"] = ratio(_number(row["staff"]), _number(row["amount"]), 100)
        row["column"] = column
    return pd.DataFrame(rows, columns=["code", "label", "amount", "staff", "share_pct", "column"])


def _staff_costs() -> dict[str, list[str]]:
    """The functions that pay for a unit's own staff → the economic items of that cost; none where it has no own item.

    提租补贴 and 购房补贴 are booked as allowances (30102) or transfers to individuals, together with much else.
    """
    return {row["function"]: row["economic"].split() for row in read_csv("staff_functions.csv")}


def _number(value: object) -> float | None:
    return value if isinstance(value, float) else None


def _economic(document: str) -> dict[str, float]:
    """Code or item → final (万元) of the basic expenditure table; empty where the document lacks it."""
    frame = load("gpb_basic_economic", document=document)
    keys = [code or item for code, item in zip(frame["code"], frame["item"], strict=True)]
    pairs = zip(keys, frame["final"], strict=True)
    return {str(key): float(value) for key, value in pairs if key and pd.notna(value)}


def _functions(document: str) -> tuple[dict[str, float], str]:
    """Code → 万元 in column `basic` of gpb_expenditure, or in `total` where no basic is printed; that column."""
    frame = load("gpb_expenditure", document=document)
    column = "basic" if frame["basic"].notna().any() else "total"
    pairs = zip(frame["code"], frame[column], strict=True)
    return {str(code): float(value) for code, value in pairs if code and pd.notna(value)}, column


def _function(functions: Mapping[str, float], code: str) -> float | None:
    """The amount of a function, summed from its items where its own row is not printed."""
    if code in functions:
        return functions[code]
    return total(value for name, value in functions.items() if name.startswith(code) and len(name) == 7)
