"""What was read of a document, what was not, and which accounting identities hold.

A printed number stands for an interval of half a unit in its last place on both sides: 2,693.88 (万元) stands for
[2,693.875, 2,693.885]. Both sides of an identity may so differ by the half units of all their printed terms together,
the tolerance. Counts are of published numbers (cells), stated figures (narrative) and identities.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from fiscal_utils import specs
from fiscal_utils.language import t
from fiscal_utils.normalise import number
from fiscal_utils.specs import code_name, term
from fiscal_utils.tables import data_dir, load

STATUSES = ("pass", "rounding", "fail", "undetermined")
KINDS = ("row", "hierarchy", "items", "table", "narrative")

COLUMNS: Mapping[str, tuple[str, str]] = {
    "field": ("项目", "Item"), "value": ("内容", "Value"), "table": ("表", "Table"), "cells": ("数字个数", "Numbers"),
    "equalities": ("受等式约束", "In an equality"), "bounds": ("仅不等式", "Inequality only"),
    "untested": ("未受检验", "Not tested"), "undetermined": ("未定列", "Undetermined"),
    "tested_share_pct": ("受等式约束占比（%）", "Share (%)"), "check": ("检验", "Check"),
    "kind": ("类型", "Kind"), "status": ("结果", "Result"), "lhs": ("左边", "Left side"), "rhs": ("右边", "Right side"),
    "difference": ("差额", "Difference"), "tolerance": ("舍入允许", "Allowed"), "label": ("行", "Row"),
    "numbers": ("数字", "Numbers"), "page": ("页", "Page"), "project": ("项目", "Project"), "count": ("个数", "Count"),
    "terms": ("右边项数", "Terms on the right"), "column": ("栏", "Column"), "where": ("关系式", "Relation"),
}  # fmt: skip
"""Column → heading in Chinese and English."""

_NAMES: Mapping[str, tuple[str, str]] = {
    "revenue_final": ("收入决算", "Revenue"), "expenditure_final": ("支出决算", "Expenditure"),
    "year_total": ("本年合计", "Total of the year"), "grand_total": ("总计", "Grand total"),
    "other_revenue": ("其他收入", "Other income"), "opening_balance": ("年初结转和结余", "Opening balance"),
    "closing_balance": ("年末结转和结余", "Closing balance"), "appropriation": ("财政拨款支出", "Fiscal appropriation"),
    "hospitality_domestic": ("国内接待费", "Domestic hospitality"),
    "surplus_distribution": ("结余分配", "Surplus distribution"),
    "nonfiscal_surplus_used": ("使用非财政拨款结余", "Non-fiscal surplus used"),
}  # fmt: skip
_KIND_NAMES: Mapping[str, tuple[str, str]] = {
    "row": ("行内", "Within a row"), "hierarchy": ("科目层级", "Code hierarchy"), "items": ("表内合计", "Sum of items"),
    "table": ("表间", "Between tables"), "narrative": ("文字说明与表", "Text and table"),
}  # fmt: skip
_SUMS: Mapping[str, tuple[str, str]] = {
    "row": ("各栏之和", "sum of columns"), "hierarchy": ("下级科目之和", "sum of sub-codes"),
    "items": ("各项之和", "sum of items"), "table": ("各项之和", "sum of items"),
    "narrative": ("各项之和", "sum of items"),
}  # fmt: skip
_STATUS_NAMES: Mapping[str, tuple[str, str]] = {
    "pass": ("精确成立", "Exact"), "rounding": ("舍入范围内", "Within rounding"), "fail": ("不成立", "Fails"),
    "undetermined": ("无法判定", "Undetermined"),
}  # fmt: skip

Cell = tuple[str, str, str]
"""Table, row key, column."""


def kind_name(kind: str) -> str:
    """The name of a kind of identity in the language in use."""
    return t(*_KIND_NAMES.get(kind, (kind, kind)))


def status_name(status: str) -> str:
    """The name of a result in the language in use."""
    return t(*_STATUS_NAMES.get(status, (status, status)))


def table_name(table: str) -> str:
    """The title of a table in the language in use, without the words that all titles share."""
    return t(zh=term(table).removesuffix("决算表"), en=term(table))


def item_name(item: str) -> str:
    """A row key or column in the language in use: a code with its official name, a term, or as it is."""
    if item.isdigit():
        return f"{item} {code_name(item)}".removesuffix(f" {item}")
    return t(*_NAMES[item]) if item in _NAMES else term(item).replace("_", " ")


def labelled(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """The named columns (default: all) with headings, kinds, results and tables in the language in use."""
    chosen = frame[list(columns)].copy() if columns else frame.copy()
    for column, name in (("kind", kind_name), ("status", status_name), ("table", table_name), ("column", item_name)):
        if column in chosen:
            chosen[column] = chosen[column].map(name)
    return chosen.rename(columns={name: t(*COLUMNS[name]) for name in chosen.columns if name in COLUMNS})


def source(document: str) -> pd.DataFrame:
    """Where the figures come from: columns `field, value` — title, publisher, checksum, pages, reader, gaps."""
    row = load("documents", document).iloc[0]
    fields = {
        "source_title": ("标题", "Title"), "source_publisher": ("发布单位", "Publisher"), "year": ("年度", "Year"),
        "source_sha256": ("文件 SHA-256", "SHA-256"), "source_media_type": ("文件类型", "Media type"),
        "source_pages": ("页数", "Pages"), "source_reader": ("读取方式", "Reader"),
        "missing_tables": ("未找到的表", "Tables not found"), "doubts": ("存疑之处", "Doubts"),
    }  # fmt: skip
    values = [_text(row.get(name)) for name in fields]
    return pd.DataFrame({"field": [t(*names) for names in fields.values()], "value": values})


def _text(value: Any) -> str | None:
    return None if value is None or value is pd.NA or value != value or value == "" else str(value)


def terms(where: str) -> tuple[list[Cell], list[Cell], str]:
    """The cells on both sides of a check's `where`, and its relation (`=` or `>=`)."""
    relation = ">=" if " >= " in where else "="
    left, _, right = where.partition(f" {relation} ")
    sides = [[_cell(text) for text in side.split(" + ") if text] for side in (left, right)]
    return sides[0], sides[1], relation


def _cell(text: str) -> Cell:
    table, _, rest = text.partition(".")
    row, _, column = rest.rpartition(".")
    return table, row, column


def check_name(where: str, kind: str) -> str:
    """A readable name for a check: table, row, column, and what it is compared with."""
    left, right, relation = terms(where)
    sign = "≥" if relation == ">=" else "="
    single = len(right) == 1
    other = _cell_name(right[0], known=left[0]) if single else t(*_SUMS.get(kind, ("各项之和", "sum of items")))
    if not single and right and right[0][0] != left[0][0]:
        other = f"{table_name(right[0][0])} · {other}"
    return f"{' + '.join(_cell_name(cell) for cell in left)} {sign} {other}"


def _cell_name(cell: Cell, known: Cell | None = None) -> str:
    """A cell in words; beside the cell `known`, only where it differs."""
    table, row, column = _meant(cell)
    parts = [" ".join(item_name(part) for part in row.split("/")), item_name(column)]
    if known is None or table != known[0]:
        return " · ".join([table_name(table), *parts])
    return " · ".join([part for part, was in zip(parts, known[1:], strict=True) if part != item_name(was)] or parts)


def _meant(cell: Cell) -> Cell:
    """The cell with the key `operating`, which is income in 收入决算表, replaced by what it is elsewhere."""
    table, row, column = cell
    if table == "gpb_basic_economic":
        return table, row.replace("operating", "operating_cost"), column
    if table == "expenditure":
        return table, row, column.replace("operating", "operating_expenditure")
    return table, row.replace("expenditure/operating", "expenditure/operating_expenditure"), column


def checks(document: str) -> pd.DataFrame:
    """One row an identity that could be evaluated: as loaded, with `check` (its name), `table` and `terms`.

    `table` is that of the left side, `terms` the number of cells on the right, blank ones included; 万元 in the
    numeric columns, except where vehicles, persons or visits are counted.
    """
    frame = load("checks", document)
    frame["check"] = [check_name(where, kind) for where, kind in zip(frame["where"], frame["kind"], strict=True)]
    frame["table"] = [terms(where)[0][0][0] for where in frame["where"]]
    frame["terms"] = [len(terms(where)[1]) for where in frame["where"]]
    return frame


def not_exact(document: str) -> pd.DataFrame:
    """The checks that do not hold exactly, failures first, then by how much of the tolerance is used."""
    frame = checks(document)
    frame = frame[frame["status"] != "pass"]
    rank = frame["status"].map({"fail": 0, "undetermined": 1}).fillna(2)
    used = frame["difference"].abs() / frame["tolerance"].where(frame["tolerance"] > 0)
    frame = frame.assign(rank=rank, used=used).sort_values(["rank", "used"], ascending=[True, False], kind="stable")
    return frame.drop(columns=["rank", "used"]).reset_index(drop=True)


def status_matrix(document: str, by: str = "kind") -> pd.DataFrame:
    """Number of checks: rows by `kind` or `table`, columns the four results, all zero columns kept."""
    frame = checks(document)
    order = KINDS if by == "kind" else (*specs.tables(), "narrative")
    counts = pd.crosstab(frame[by], frame["status"]) if len(frame) else pd.DataFrame()
    counts = counts.reindex(index=[n for n in order if n in counts.index], columns=list(STATUSES), fill_value=0)
    return counts.astype("int64").rename_axis(index=None, columns=None)


def named_matrix(matrix: pd.DataFrame) -> pd.DataFrame:
    """A status matrix with rows and columns named in the language in use."""
    name = kind_name if set(matrix.index) <= set(KINDS) else table_name
    return matrix.rename(index=name, columns=status_name)


def coverage(document: str) -> pd.DataFrame:
    """How many published numbers the identities bind: one row a table, the narrative last.

    `cells` = `equalities` (in at least one equality) + `bounds` (in inequalities only) + `untested` (in neither);
    `tested_share_pct` = equalities / cells; `undetermined` numbers have no column and are not among the cells.
    """
    keys = _published(document)
    equal, bound = _bound(document)
    frame = pd.DataFrame({"table": [cell[0] for cell in keys], "cells": 1})
    frame["equalities"] = [int(cell in equal) for cell in keys]
    frame["bounds"] = [int(cell in bound and cell not in equal) for cell in keys]
    frame["untested"] = frame["cells"] - frame["equalities"] - frame["bounds"]
    counts = frame.groupby("table").sum().reindex([*specs.tables(), "narrative"], fill_value=0).reset_index()
    open_cells = undetermined_cells(document).groupby("table")["count"].sum()
    counts["undetermined"] = counts["table"].map(open_cells).fillna(0).astype("int64")
    counts["tested_share_pct"] = counts["equalities"] / counts["cells"].where(counts["cells"] > 0) * 100
    return counts


def _published(document: str) -> list[Cell]:
    cells, narrative = load("cells", document), load("narrative", document)
    keys = [(str(r.table), str(r.code or r.item or r.label), str(r.column)) for r in cells.itertuples()]
    return keys + [("narrative", f"{r.section}/{r.item}", str(r.measure)) for r in narrative.itertuples()]


def _bound(document: str) -> tuple[set[Cell], set[Cell]]:
    """The cells in equalities and those in inequalities."""
    equal: set[Cell] = set()
    bound: set[Cell] = set()
    for where in load("checks", document)["where"]:
        left, right, relation = terms(where)
        (equal if relation == "=" else bound).update([*left, *right])
    return equal, bound


def undetermined_cells(document: str) -> pd.DataFrame:
    """Printed numbers whose column could not be told: `table, label, numbers, count, page`, from the raw files."""
    rows: list[dict[str, Any]] = []
    for name in specs.tables():
        path = data_dir() / "raw" / document / f"{name}.csv"
        if path.is_file():
            raw = pd.read_csv(path, dtype=str, keep_default_na=False)
            rows += [_open_row(name, row) for row in raw.to_dict("records") if row.get("undetermined")]
    return pd.DataFrame(rows, columns=["table", "label", "numbers", "count", "page"])


def _open_row(table: str, row: Mapping[Any, Any]) -> dict[str, Any]:
    numbers = [text for text in str(row["undetermined"]).split() if number(text)]
    return {
        "table": table, "label": row["label"], "numbers": " ".join(numbers), "count": len(numbers), "page": row["page"],
    }  # fmt: skip


def forms(document: str) -> pd.DataFrame:
    """Number of indicators by self-evaluation form: columns `project, count`."""
    return load("indicators", document).groupby("project", sort=False).size().rename("count").reset_index()


def metrics(document: str) -> dict[str, Any]:
    """The numbers of the notebook: checks by result, numbers read, numbers that no equality binds (shares in %)."""
    found, counts = load("checks", document), coverage(document)
    results = found["status"].value_counts()
    tables = counts[counts["table"] != "narrative"]
    cells, figures = int(tables["cells"].sum()), int(counts["cells"].sum() - tables["cells"].sum())
    return {
        **{status: int(results.get(status, 0)) for status in STATUSES},
        "checks": int(results.sum()),
        "zero_checks": int(((found["lhs"] == 0) & (found["rhs"] == 0)).sum()),
        "cells": cells,
        "figures": figures,
        "indicators": len(load("indicators", document)),
        "cells_in_equalities": int(tables["equalities"].sum()),
        "cells_in_bounds_only": int(tables["bounds"].sum()),
        "cells_untested": int(tables["untested"].sum()),
        "cells_tested_share_pct": float(tables["equalities"].sum() / cells * 100) if cells else None,
        "figures_untested": int(counts["untested"].sum() - tables["untested"].sum()),
        "undetermined_cells": int(tables["undetermined"].sum()),
    }
