"""The results of the checks as text: tables for a terminal, JSON, CSV, HTML."""

import html

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fiscal_utils.checks.wording import told
from fiscal_utils.language import language, t
from fiscal_utils.specs import term

FORMATS = ("table", "json", "csv", "html")
SEVERITIES = ("error", "warning", "note")
_STATUSES = ("pass", "rounding", "fail", "undetermined")
_STYLES = {"error": "red", "warning": "yellow", "note": ""}


def show(checks: pd.DataFrame, form: str, console: Console) -> None:
    """Prints the checks: as a table the findings of each document and a summary, in other formats every check."""
    if form == "table":
        for document, found in checks.groupby("document_id", sort=False):
            console.print(_table(str(document), found))
    else:
        print(_written(checks, form))


def grave(checks: pd.DataFrame, severity: str | None) -> bool:
    """Whether any check fails with this severity or a graver one; False where no severity is named."""
    wanted = SEVERITIES[: SEVERITIES.index(severity) + 1] if severity else ()
    return bool(((checks["status"] == "fail") & checks["severity"].isin(wanted)).any())


def _written(checks: pd.DataFrame, form: str) -> str:
    if form == "json":
        return str(checks.to_json(orient="records", force_ascii=False, indent=2))
    if form == "csv":
        return str(checks.to_csv(index=False)).rstrip("\n")
    style = "table{border-collapse:collapse;font:14px sans-serif}td,th{border:1px solid #ccc;padding:.3em}"
    head = f'<meta charset="utf-8"><title>{html.escape(t("核对结果", "Checks"))}</title><style>{style}</style>'
    rows = checks.to_html(index=False, na_rep="", escape=True)
    return f'<!doctype html><html lang="{language()}">{head}{rows}</html>'


def _table(document: str, checks: pd.DataFrame) -> Table:
    failed = checks[checks["status"] == "fail"]
    table = Table(title=document, caption=_summary(checks), show_lines=True, expand=True)
    for heading, wide in ((t("序号", "no."), 3), (t("程度", "severity"), 7)):
        table.add_column(heading, min_width=wide)
    table.add_column(t("发现", "finding"), overflow="fold", ratio=1)
    for number, found in failed.groupby("finding", sort=True):
        severity = str(found["severity"].iloc[0])
        table.add_row(str(number), Text(term(severity), style=_STYLES[severity]), Text(told(found, language())))
    return table


def _summary(checks: pd.DataFrame) -> str:
    counts = checks["status"].value_counts()
    statuses = [f"{term(status)} {counts[status]}" for status in _STATUSES if status in counts]
    findings = checks.loc[checks["status"] == "fail", "finding"].nunique()
    total = t(f"检查 {len(checks)} 条：", f"{len(checks)} checks: ")
    return total + t("，", ", ").join(statuses) + t(f"；问题 {findings} 个", f"; {findings} findings")
