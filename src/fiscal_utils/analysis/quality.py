"""What was read of a document, what was not, which checks hold, and what the failures come from.

A printed number stands for an interval of half a unit in its last place on both sides: 2,693.88 (万元) stands for
[2,693.875, 2,693.885]. Both sides of an equation may so differ by the half units of all their printed terms together,
the tolerance. Counts are of published numbers (cells), stated figures (narrative), checks and findings: failures with
one cause are one finding.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from fiscal_utils import checks, specs
from fiscal_utils.checks.wording import cell_name, told
from fiscal_utils.checks.wording import table_name as name_of_table
from fiscal_utils.identities import NARRATIVE, Cell
from fiscal_utils.language import language, t
from fiscal_utils.normalise import number
from fiscal_utils.specs import term, term_in
from fiscal_utils.tables import TIDY, data_dir, load

STATUSES = ("pass", "rounding", "fail", "undetermined")
SEVERITIES = ("error", "warning", "note")
KINDS = ("row", "hierarchy", "items", "table", "narrative", "consistency", "form", "completeness")

COLUMNS: Mapping[str, tuple[str, str]] = {
    "place": ("位置", "Place"), "field": ("项目", "Item"), "value": ("内容", "Value"), "table": ("表", "Table"),
    "number": ("数值", "Value"), "cells": ("数字个数", "Numbers"),
    "equalities": ("受等式约束", "In an equality"), "bounds": ("仅不等式", "Inequality only"),
    "untested": ("未受检验", "Not tested"), "undetermined": ("未定列", "Undetermined"),
    "tested_share_pct": ("受等式约束占比（%）", "Share (%)"), "kind": ("类型", "Kind"), "status": ("结果", "Result"),
    "difference": ("差额", "Difference"), "tolerance": ("舍入允许", "Allowed"), "label": ("行", "Row"),
    "numbers": ("数字", "Numbers"), "page": ("页", "Page"),
    "project": ("项目", "Project"), "count": ("个数", "Count"), "finding": ("序号", "No."),
    "severity": ("程度", "Severity"), "message": ("发现", "Finding"),
    "checks": ("涉及检查", "Checks"), "sides": ("两边的数", "Both sides"), "used": ("用去的允许", "Allowance used"),
}  # fmt: skip
"""Column → heading in Chinese and English."""


def kind_name(kind: str) -> str:
    """The name of a kind of check in the language in use."""
    return term_in(language(), f"kind/{kind}", kind)


def status_name(status: str) -> str:
    """The name of a result in the language in use."""
    return term(status)


def table_name(table: str) -> str:
    """The title of a table in the language in use, without the words that all titles share."""
    return name_of_table(table, language())


def labelled(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """The named columns (default: all) with headings, kinds, results, severities and tables in the language in use."""
    chosen = frame[list(columns)].copy() if columns else frame.copy()
    names = {"kind": kind_name, "status": term, "severity": term, "table": table_name}
    for column in chosen.columns.intersection(list(names)):
        chosen[column] = chosen[column].map(names[column])
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
    absent = (_text(row.get("missing_tables")) or "").split(", ")
    row["missing_tables"] = t("、", ", ").join(table_name(table) for table in absent if table) or t("无", "none")
    row["doubts"] = _text(row.get("doubts")) or t("无", "none")
    values = [_text(row.get(name)) for name in fields]
    return pd.DataFrame({"field": [t(*names) for names in fields.values()], "value": values})


def _text(value: Any) -> str | None:
    return None if value is None or value is pd.NA or value != value or value == "" else str(value)


def checked(document: str) -> pd.DataFrame:
    """The checks of a document as loaded, with `message` in the language in use and `table`, that of the left side.

    万元 in the numeric columns, except where percentages, points, vehicles, persons or visits are compared.
    """
    frame = load("checks", document)
    tables = frame["where"].str.split(".").str[0]
    known = tables.isin([*specs.tables(), NARRATIVE])
    return frame.assign(message=frame[f"message_{language()}"], table=tables.where(known, frame["kind"]))


def findings(document: str) -> pd.DataFrame:
    """One row a cause of failures, the weightiest first: finding, severity, message (in the language in use), checks.

    The message names both sides of the first failing check, and the number most likely wrong where one is singled
    out; `checks` is how many fail for this cause.
    """
    failed = checked(document).query("status == 'fail'")
    rows = [
        {
            "finding": number,
            "severity": min(found["severity"], key=SEVERITIES.index),
            "message": t("", " ").join(told(found, language()).splitlines()),
            "checks": len(found),
        }
        for number, found in failed.groupby("finding", sort=True)
    ]
    return pd.DataFrame(rows, columns=["finding", "severity", "message", "checks"])


def not_exact(document: str) -> pd.DataFrame:
    """The checks that hold within rounding only, by how much of the tolerance is `used` (a fraction), most first."""
    frame = checked(document).query("status == 'rounding'")
    used = frame["difference"].abs() / frame["tolerance"].where(frame["tolerance"] > 0)
    return frame.assign(used=used).sort_values("used", ascending=False, kind="stable").reset_index(drop=True)


def status_matrix(document: str, by: str = "kind") -> pd.DataFrame:
    """Number of checks: rows by `kind` or `table`, columns the four results, all zero columns kept."""
    frame = checked(document)
    order = KINDS if by == "kind" else tuple(dict.fromkeys((*specs.tables(), NARRATIVE, *KINDS)))
    counts = pd.crosstab(frame[by], frame["status"]) if len(frame) else pd.DataFrame()
    counts = counts.reindex(index=[n for n in order if n in counts.index], columns=list(STATUSES), fill_value=0)
    return counts.astype("int64").rename_axis(index=None, columns=None)


def named_matrix(matrix: pd.DataFrame, by: str = "kind") -> pd.DataFrame:
    """A status matrix, made by the same `by`, with rows and columns named in the language in use."""
    tables = {*specs.tables(), NARRATIVE} if by == "table" else set()
    return matrix.rename(index=lambda row: (table_name if row in tables else kind_name)(row), columns=status_name)


def most_rounded(named: pd.DataFrame) -> str:
    """The finding of a named status matrix by table: where most checks hold within rounding only."""
    counts = named[status_name("rounding")]
    most = int(counts.max())
    if not most:
        return t("没有一条检查只在舍入范围内成立", "No check holds within rounding only")
    where = list(named.index[counts == most])
    zh, en = ("各 ", " each") if len(where) > 1 else ("", "")
    return t(
        f"舍入差最多的是{'、'.join(where)}（{zh}{most} 条）",
        f"Most rounding differences: {', '.join(where)} ({most}{en})",
    )


def coverage(document: str) -> pd.DataFrame:
    """How many published numbers the checks bind: one row a table, the narrative last.

    `cells` = `equalities` (in at least one equation) + `bounds` (in inequalities only) + `untested` (in neither);
    `tested_share_pct` = equalities / cells; `undetermined` numbers have no column and are not among the cells.
    """
    keys, equal, bound = _bound(document)
    frame = pd.DataFrame({"table": [cell[0] for cell in keys], "cells": 1})
    frame["equalities"] = [int(cell in equal) for cell in keys]
    frame["bounds"] = [int(cell in bound and cell not in equal) for cell in keys]
    frame["untested"] = frame["cells"] - frame["equalities"] - frame["bounds"]
    counts = frame.groupby("table").sum().reindex([*specs.tables(), NARRATIVE], fill_value=0).reset_index()
    open_cells = undetermined_cells(document).groupby("table")["count"].sum()
    counts["undetermined"] = counts["table"].map(open_cells).fillna(0).astype("int64")
    counts["tested_share_pct"] = counts["equalities"] / counts["cells"].where(counts["cells"] > 0) * 100
    return counts


def untested(document: str) -> pd.DataFrame:
    """The published numbers that no check binds: `place` (table, row and column in words) and `number` as stored."""
    facts = next(checks.facts(_rows(document), {}))
    keys, equal, bound = _bound(document)
    rows = [
        (cell_name(cell, language()), float(facts.values[cell].value)) for cell in keys if cell not in equal | bound
    ]
    return pd.DataFrame(rows, columns=["place", "number"])


def _rows(document: str) -> dict[str, list[checks.Row]]:
    return checks.rows_of({name: load(name, document) for name in TIDY if name not in ("checks", "staff")})


def _bound(document: str) -> tuple[list[Cell], set[Cell], set[Cell]]:
    """The published cells, those in equations or compared words, and those in inequalities."""
    facts = next(checks.facts(_rows(document), {}))
    equal: set[Cell] = set()
    bound: set[Cell] = set()
    for test in checks.tests_of(facts):
        (bound if getattr(test, "relation", "=") == ">=" else equal).update([*test.left, *test.right])
    return list(facts.values), equal, bound


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
    """The numbers of the notebook: checks by result, findings by severity, numbers read, numbers that nothing binds."""
    tested, counts = load("checks", document), coverage(document)
    results, weights = tested["status"].value_counts(), findings(document)["severity"].value_counts()
    tables = counts[counts["table"] != NARRATIVE]
    cells, figures = int(tables["cells"].sum()), int(counts["cells"].sum() - tables["cells"].sum())
    return {
        **{status: int(results.get(status, 0)) for status in STATUSES},
        **{f"{severity}s": int(weights.get(severity, 0)) for severity in SEVERITIES},
        "checks": int(results.sum()),
        "zero_checks": int(((tested["lhs"] == 0) & (tested["rhs"] == 0) & tested["kind"].isin(KINDS[:5])).sum()),
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
