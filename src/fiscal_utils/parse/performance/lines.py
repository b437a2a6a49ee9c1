"""Printed lines of a self-evaluation form to its funds and indicators, where the file has no grid."""

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations

from fiscal_utils.errors import DocumentError
from fiscal_utils.language import t
from fiscal_utils.normalise import Number, Token, squeeze, token
from fiscal_utils.parse.performance.model import (
    FUND_COLUMNS,
    Cells,
    Form,
    Fund,
    fund_names,
    fund_row,
    printed_number,
    rules,
)
from fiscal_utils.parse.performance.wrapped import LEAST_VALUES, indicators
from fiscal_utils.read import Line


def form(lines: Sequence[Line]) -> Form:
    """The form printed in these lines, from 项目名称 to 总计.

    Raises DocumentError where the form breaks off before its total.
    """
    lines = [line for line in lines if line.text.strip()]
    marks = rules()["marks"]
    project = _between(lines, marks["project"], marks["project_end"])
    last = lines[-1] if lines else Line("")
    total = re.fullmatch(rf"(?:{marks['total']})\s*(\S+)(?:\s+(\S+))?", last.text.strip())
    if total is None:
        raise DocumentError("form_truncated", project=project, page=last.page if last.page else "?")
    doubts: list[str] = []
    funds = _funds(project, lines, doubts)
    cells = {"weight": printed_number(total[1]), "score": printed_number(total[2] or "")}
    funds.append(fund_row(project, "grand_total", cells, last.page))
    start = _line_after(lines, marks["indicators_start"])
    if start is None:
        doubts.append(t("没有找到指标的表头。", "The header of the indicators was not found."))
        return Form(project, funds, [], doubts)
    return Form(project, funds, indicators(project, lines[start:-1], doubts), doubts)


def _joined(lines: Sequence[Line]) -> str:
    return "".join(squeeze(line.text) for line in lines)


def _between(lines: Sequence[Line], start: str, end: str) -> str:
    found = re.search(rf"(?:{start})(.*?)(?:{end}|$)", _joined(lines))
    return found[1] if found else ""


def _line_after(lines: Sequence[Line], pattern: str, before: bool = False) -> int | None:
    """The index of the line after the match of the pattern (`before`: of the line where it begins)."""
    found = re.search(pattern, _joined(lines))
    if found is None:
        return None
    offset = 0
    for index, line in enumerate(lines):
        offset += len(squeeze(line.text))
        if before and offset > found.start():
            return index
        if not before and offset >= found.end():
            return index + 1
    return None


def _funds(project: str, lines: Sequence[Line], doubts: list[str]) -> list[Fund]:
    """The rows of funds; their labels, which may follow the numbers over a page break, match in order."""
    marks = rules()["marks"]
    start, end = _line_after(lines, marks["funds_start"]), _line_after(lines, marks["funds_end"], before=True)
    labels, rows = "", []
    for line in lines[start or 0 : end] if start is not None else []:
        text, values = _trailing_values(line.text)
        labels += text
        rows += [(values, line.page)] if values else []
    names = fund_names(labels)
    if not rows or len(names) != len(rows):
        doubts.append(
            t(
                f"资金：{len(rows)} 行数字，{len(names)} 个行名。",
                f"Funds: {len(rows)} rows of numbers, {len(names)} labels.",
            )
        )
        return []
    funds: list[Fund] = []
    for name, (values, page) in zip(names, rows, strict=True):
        limit = next((fund.weight.value for fund in funds if fund.weight), Decimal(100))
        placed = _placements(values, limit)
        if len(placed) != 1:
            doubts.append(t(f"资金行 {name}：各数属于哪一栏不能确定。", f"Funds, row {name}: columns not determined."))
        funds.append(fund_row(project, name, placed[0] if len(placed) == 1 else {}, page))
    return funds


def _trailing_values(text: str) -> tuple[str, list[Token]]:
    """The text of a line and, where it ends in at least three numbers or dashes, these."""
    parts = text.split()
    values: list[Token] = []
    while parts and (value := token(parts[-1].rstrip("%％"))) is not None:
        values.insert(0, value)
        parts.pop()
    return ("".join(parts), values) if len(values) >= LEAST_VALUES else (squeeze(text), [])


def _placements(values: list[Token], limit: Decimal) -> list[Cells]:
    """The ways to place the values in the columns, in order, that agree with the rate and the weight."""
    found = []
    for columns in combinations(FUND_COLUMNS, len(values)):
        pairs = zip(columns, values, strict=True)
        cells = {column: value if isinstance(value, Number) else None for column, value in pairs}
        if len(values) == len(FUND_COLUMNS) or _plausible(cells, limit):
            found.append(cells)
    return found


def _plausible(cells: Cells, limit: Decimal) -> bool:
    adjusted, executed, rate = (cells.get(name) for name in ("adjusted_budget", "executed", "execution_rate"))
    marks = [mark.value for name in ("weight", "score") if (mark := cells.get(name))]
    if any(mark > limit for mark in marks) or marks != sorted(marks, reverse=True):
        return False
    if rate is None:
        return True
    if adjusted is None or executed is None:
        return False
    return abs(rate.value * adjusted.value - 100 * executed.value) <= 2 * rate.half_unit * adjusted.value
