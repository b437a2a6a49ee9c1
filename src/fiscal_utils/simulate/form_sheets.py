"""Self-evaluation forms of projects to printed tables."""

from collections.abc import Sequence

from fiscal_utils.normalise import Number
from fiscal_utils.parse import Accounts
from fiscal_utils.parse.performance import Form, Indicator
from fiscal_utils.simulate.sheets import Canvas, Cell, Sheet
from fiscal_utils.simulate.words import declared

_WIDTHS = (5.0, 6.0, 7.0, 12.0, 8.0, 8.0, 5.0, 5.0, 9.0)
_ALIGNS = "ccclccccl"
_LEVELS = (1, 2)
"""The columns of the levels, whose cells are merged down."""


def form_sheets(accounts: Accounts) -> list[Sheet]:
    """The form of each project."""
    return [_form_sheet(form, accounts) for form in accounts.forms]


def _form_sheet(form: Form, accounts: Accounts) -> Sheet:
    words = declared()["form"]
    canvas = Canvas(len(_WIDTHS))
    _head(canvas, form, accounts.department, words)
    _funds(canvas, form, words)
    last = len(canvas.rows)
    canvas.add([words["goal"], words["goal_text"]])
    canvas.spans[last, 1] = (1, canvas.width - 1)
    _indicators(canvas, form.indicators, words)
    total = form.funds[-1]
    blanks = [""] * (len(words["indicators"]) - 4)
    canvas.add([words["total"], "", *blanks, _mark(total.weight), _mark(total.score)], 6)
    return Sheet(
        words["title"], ("", f"（{accounts.year}年度）", ""), canvas.frozen(), 0, canvas.spans, _WIDTHS, _ALIGNS,
        is_form=True,
    )  # fmt: skip


def _head(canvas: Canvas, form: Form, department: str, words: dict[str, str]) -> None:
    canvas.add([words["project"], form.project])
    canvas.add([words["department"], department, "", "", words["unit"], department])
    canvas.spans |= {(0, 1): (1, canvas.width - 1), (1, 1): (1, 3), (1, 5): (1, canvas.width - 5)}


def _funds(canvas: Canvas, form: Form, words: dict[str, dict[str, str]]) -> None:
    funds = [fund for fund in form.funds if fund.row != "grand_total"]
    canvas.add([str(words["funds"]), "", *words["fund_columns"]])
    canvas.spans[len(canvas.rows) - 1, 0] = (1 + len(funds), 1)
    for fund in funds:
        amounts = (fund.initial_budget, fund.adjusted_budget, fund.executed)
        values = (*amounts, fund.weight, fund.execution_rate, fund.score)
        canvas.add(["", words["fund_rows"][fund.row], *["-" if value is None else value for value in values]])


def _indicators(canvas: Canvas, indicators: Sequence[Indicator], words: dict[str, Sequence[str]]) -> None:
    header = len(canvas.rows)
    canvas.add([str(words["evaluated"]), *words["indicators"]])
    canvas.spans[header, 0] = (1 + len(indicators), 1)
    level1 = level2 = ""
    for one in indicators:
        level2 = level2 if one.level1 == level1 else ""
        cells: list[Cell] = ["", "" if one.level1 == level1 else one.level1, "" if one.level2 == level2 else one.level2]
        cells += [f"指标{one.no}：{one.name}", one.target, one.actual, _mark(one.weight), _mark(one.score)]
        canvas.add([*cells, one.deviation])
        level1, level2 = one.level1, one.level2
    for column in _LEVELS:
        _merge_down(canvas, header + 1, column)


def _merge_down(canvas: Canvas, start: int, column: int) -> None:
    """Merge each cell of the column from a row on with the empty ones below it."""
    filled = [row for row in range(start, len(canvas.rows)) if canvas.rows[row][column]]
    for first, end in zip(filled, [*filled[1:], len(canvas.rows)], strict=True):
        if end - first > 1:
            canvas.spans[first, column] = (end - first, 1)


def _mark(number: Number | None) -> Cell:
    return "" if number is None else number
