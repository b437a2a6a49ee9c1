"""Printed lines of a project's self-evaluation form (项目支出绩效自评表) to its funds and indicators.

The cells of these forms are printed in column order, row by row, wrapped to a few characters a line. A row of
indicators therefore ends at the line that ends in `actual weight score`, and only the vocabulary of
performance.toml tells which of the lines before it are levels, name and target.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from itertools import combinations
from typing import Any

from fiscal_utils.errors import DocumentError
from fiscal_utils.language import t
from fiscal_utils.normalise import PLACEHOLDER, Number, Token, squeeze, token
from fiscal_utils.read import Line
from fiscal_utils.specs import read_toml

FUND_COLUMNS = ("initial_budget", "adjusted_budget", "executed", "weight", "execution_rate", "score")
_NUMBERED = re.compile(r"(?:^|(?<=\s))指标\s*[:：]?\s*(\d{1,2})\s*[:：、.]")
_LONGEST_WRAP = 10
_LEAST_VALUES = 3

Cells = dict[str, Number | None]


@dataclass(frozen=True)
class Fund:
    """One row of the funds (total, fiscal, other), or the grand_total of the form (weight and score only)."""

    project: str
    row: str
    initial_budget: Number | None
    adjusted_budget: Number | None
    executed: Number | None
    weight: Number | None
    execution_rate: Number | None
    score: Number | None
    page: int | None


@dataclass(frozen=True)
class Indicator:
    """One indicator, its levels as printed (carried forward where the cells are merged)."""

    project: str
    level1: str
    level2: str
    no: int | None
    name: str
    target: str
    actual: str
    weight: Number | None
    score: Number | None
    deviation: str
    page: int | None


@dataclass(frozen=True)
class Form:
    """A form: its project, funds and indicators in printed order, and what could not be read for certain."""

    project: str
    funds: list[Fund]
    indicators: list[Indicator]
    doubts: list[str]


@dataclass(frozen=True)
class _Piece:
    """Printed text without white space, or (`no`) the number that begins an indicator."""

    text: str
    page: int | None
    no: int | None = None
    new_page: bool = False


@dataclass
class _Chunk:
    """What is printed up to the end of a row: the text and, unless the row is empty, its numbers."""

    pieces: list[_Piece] = field(default_factory=list)
    closing: int = 0
    """How many of the last pieces stand on the closing line."""
    actual: str = ""
    weight: Number | None = None
    score: Number | None = None
    closed: bool = False
    page: int | None = None

    @property
    def full(self) -> bool:
        """Whether the row got its full score."""
        return self.weight is not None and self.score is not None and self.score.value >= self.weight.value


@dataclass(frozen=True)
class _Row:
    """A chunk taken apart: what still belongs to the row before, the levels, and the cells of its own row."""

    tail: list[_Piece]
    level1: str
    level2: str
    no: int | None
    body: list[_Piece]
    mixed: bool = False
    """Whether the deviation of the row before could not be told from the name."""


def form(lines: Sequence[Line]) -> Form:
    """The form printed in these lines, from 项目名称 to 总计.

    Raises DocumentError where the form breaks off before its total.
    """
    lines = [line for line in lines if line.text.strip()]
    marks = _rules()["marks"]
    project = _between(lines, marks["project"], marks["project_end"])
    last = lines[-1] if lines else Line("")
    total = re.fullmatch(rf"(?:{marks['total']})\s*(\S+)(?:\s+(\S+))?", last.text.strip())
    if total is None:
        raise DocumentError("form_truncated", project=project, page=last.page if last.page else "?")
    doubts: list[str] = []
    funds = _funds(project, lines, doubts)
    cells = {"weight": _number(total[1]), "score": _number(total[2] or "")}
    funds.append(_fund(project, "grand_total", cells, last.page))
    start = _line_after(lines, marks["indicators_start"])
    if start is None:
        doubts.append(t("没有找到指标的表头。", "The header of the indicators was not found."))
        return Form(project, funds, [], doubts)
    return Form(project, funds, _indicators(project, lines[start:-1], doubts), doubts)


@cache
def _rules() -> dict[str, Any]:
    return read_toml("performance.toml")


def _number(text: str) -> Number | None:
    found = token(text)
    return found if isinstance(found, Number) else None


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


# Funds


def _funds(project: str, lines: Sequence[Line], doubts: list[str]) -> list[Fund]:
    """The rows of funds; their labels, which may follow the numbers over a page break, match in order."""
    marks = _rules()["marks"]
    start, end = _line_after(lines, marks["funds_start"]), _line_after(lines, marks["funds_end"], before=True)
    labels, rows = "", []
    for line in lines[start or 0 : end] if start is not None else []:
        text, values = _trailing_values(line.text)
        labels += text
        rows += [(values, line.page)] if values else []
    names = _fund_names(labels)
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
        funds.append(_fund(project, name, placed[0] if len(placed) == 1 else {}, page))
    return funds


def _fund(project: str, row: str, cells: Cells, page: int | None) -> Fund:
    return Fund(project=project, row=row, page=page, **{name: cells.get(name) for name in FUND_COLUMNS})


def _trailing_values(text: str) -> tuple[str, list[Token]]:
    """The text of a line and, where it ends in at least three numbers or dashes, these."""
    parts = text.split()
    values: list[Token] = []
    while parts and (value := token(parts[-1].rstrip("%％"))) is not None:
        values.insert(0, value)
        parts.pop()
    return ("".join(parts), values) if len(values) >= _LEAST_VALUES else (squeeze(text), [])


def _fund_names(labels: str) -> list[str]:
    pattern = "|".join(f"(?P<{name}>{words})" for name, words in _rules()["funds"].items())
    return [found.lastgroup for found in re.finditer(pattern, labels) if found.lastgroup]


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


# Indicators


def _indicators(project: str, lines: Sequence[Line], doubts: list[str]) -> list[Indicator]:
    found: list[Indicator] = []
    level1 = level2 = ""
    before = _Chunk()
    deviations: dict[int, str] = {}
    rows: list[tuple[_Row, _Chunk]] = []
    for chunk in _chunks(lines):
        row = _row(chunk, before, level1, level2)
        level1, level2 = row.level1 or level1, row.level2 or ("" if row.level1 else level2)
        if row.tail and rows:
            _hand_back(row.tail, rows, deviations)
        elif row.tail and not chunk.closed:
            doubts.append(_unread(row.tail))
        if chunk.closed and chunk.weight is not None:
            rows.append((replace(row, level1=level1, level2=level2), chunk))
        elif row.body:
            doubts.append(_unread(row.body))
        before = chunk
    for index, (row, chunk) in enumerate(rows):
        found.append(_indicator(project, row, chunk, deviations.get(index, ""), doubts))
    return found


def _unread(pieces: list[_Piece]) -> str:
    text = "".join(piece.text for piece in pieces)
    return t(f"文字未归入任何指标：{text}", f"Text that belongs to no indicator: {text}")


def _hand_back(tail: list[_Piece], rows: list[tuple[_Row, _Chunk]], deviations: dict[int, str]) -> None:
    """Give the text after a row back to it: the rest of its name after a page break, else its deviation."""
    row, chunk = rows[-1]
    if chunk.full and tail[0].new_page:
        at = len(row.body) - _target_length(row.body, chunk)
        row.body[at:at] = tail
    else:
        deviations[len(rows) - 1] = "".join(piece.text for piece in tail)


def _chunks(lines: Sequence[Line]) -> Iterator[_Chunk]:
    """The printed rows; the last chunk holds what follows the last row."""
    pages = [line.page for line in lines[:1]] + [line.page for line in lines]
    pieces = _drop_vertical([_pieces(line, page) for line, page in zip(lines, pages, strict=False)])
    chunk = _Chunk()
    for line, parts in zip(lines, pieces, strict=True):
        values = [token(word) for word in line.text.split()]
        if len(values) >= _LEAST_VALUES and all(value is PLACEHOLDER for value in values):
            chunk.closed, chunk.page = True, line.page
        elif len(values) >= _LEAST_VALUES and _ends_row(values[-2], values[-1]):
            chunk.closed, chunk.page = True, line.page
            chunk.weight, chunk.score = _number(parts[-2].text), _number(parts[-1].text)
            unit = 2 if len(parts) > _LEAST_VALUES + 1 and values[-3] is None and values[-4] is not None else 1
            chunk.actual = "".join(piece.text for piece in parts[-2 - unit : -2])
            chunk.closing = len(parts) - 2 - unit
            chunk.pieces += parts[: -2 - unit]
        else:
            chunk.pieces += parts
            continue
        yield chunk
        chunk = _Chunk()
    yield chunk


def _ends_row(weight: Token | None, score: Token | None) -> bool:
    return isinstance(weight, Number) and isinstance(score, Number) and 0 <= score.value <= weight.value


def _pieces(line: Line, page_before: int | None) -> list[_Piece]:
    """The words of a line; the number that begins an indicator is one piece."""
    pieces: list[_Piece] = []
    new_page, end = line.page != page_before or line.text.startswith(" "), 0
    for found in _NUMBERED.finditer(line.text):
        pieces += [_Piece(word, line.page) for word in line.text[end : found.start()].split()]
        pieces.append(_Piece(squeeze(found[0]), line.page, int(found[1])))
        end = found.end()
    pieces += [_Piece(word, line.page) for word in line.text[end:].split()]
    return [_Piece(p.text, p.page, p.no, new_page and not i) for i, p in enumerate(pieces)]


def _drop_vertical(lines: list[list[_Piece]]) -> list[list[_Piece]]:
    """The lines without the heading that is printed from top to bottom before the first row."""
    text = ""
    for index, line in enumerate(lines[:_LONGEST_WRAP]):
        text += "".join(piece.text for piece in line)
        if text in _rules()["vertical"]:
            return [[] for _ in lines[: index + 1]] + lines[index + 1 :]
    return lines


def _row(chunk: _Chunk, before: _Chunk, level1: str, level2: str) -> _Row:
    """The chunk taken apart: at its number if it has one, else by its levels."""
    pieces = chunk.pieces
    numbered = next((i for i, piece in enumerate(pieces) if piece.no is not None), None)
    empty = chunk.weight is None
    if numbered is not None or empty:
        end = len(pieces) if numbered is None else numbered
        for start in range(end + 1):
            one, two, length = _levels(pieces[start:end], level1)
            if start + length == end:
                no = None if numbered is None else pieces[numbered].no
                return _Row(pieces[:start], one, two, no, pieces[end + 1 :])
    for start in range(len(pieces)):
        one, two, length = _levels(pieces[start:], level1)
        after_tail = not before.full or pieces[0].new_page
        if length and (start == 0 or one or (after_tail and two != level2)):
            if start + length + _target_length(pieces, chunk) >= len(pieces):
                one, two, length = _without_name(one, two, pieces[start:])
            return _Row(pieces[:start], one, two, None, pieces[start + length :])
    return _Row([], "", "", None, pieces, mixed=before.weight is not None and not before.full)


def _without_name(one: str, two: str, pieces: list[_Piece]) -> tuple[str, str, int]:
    """The levels where no name would be left after them: the second level is then the name."""
    return (one, "", _match(pieces, _rules()["level1"])[1]) if two else (one, two, 0)


def _levels(pieces: list[_Piece], current: str) -> tuple[str, str, int]:
    """The levels with which the pieces begin, and how many pieces they take."""
    ending = _rules()["level2_ending"]
    seconds = [word + more for word in _rules()["level2"] for more in ("", ending)]
    one, length = _match(pieces, _rules()["level1"])
    two, more = _match(pieces[length:], seconds)
    if one and not two and one == current:  # 满意度 names both a first and a second level
        again, taken = _match(pieces, seconds)
        return ("", again, taken) if again else (one, "", length)
    return one, two, length + more


def _match(pieces: list[_Piece], words: list[str]) -> tuple[str, int]:
    """The longest of the words that the first pieces make up."""
    text, found = "", ("", 0)
    for count, piece in enumerate(pieces[:_LONGEST_WRAP], 1):
        if piece.no is not None:
            break
        text += piece.text
        found = (text, count) if text in words else found
    return found


def _target_length(body: list[_Piece], chunk: _Chunk) -> int:
    """How many of the last pieces are the target; 0 where no rule applies."""
    operators, size = _rules()["target_operators"], len(body)
    for start in range(size - 1, -1, -1):
        if body[start].text[0] in operators:
            return size - start
    on_line = body[size - chunk.closing :]
    if on_line and re.match(r"\d", on_line[0].text):
        return len(on_line)
    begins = re.compile("|".join(_rules()["target_starts"]))
    for start in range(size - 1, max(size - _LONGEST_WRAP, 0) - 1, -1):
        if _number(body[start].text) or begins.match("".join(piece.text for piece in body[start:])):
            return size - start
    return len(on_line) if len(on_line) < size else 0  # beside the actual value stands the target's cell


def _indicator(project: str, row: _Row, chunk: _Chunk, deviation: str, doubts: list[str]) -> Indicator:
    at = len(row.body) - _target_length(row.body, chunk)
    name, target = ("".join(piece.text for piece in part) for part in (row.body[:at], row.body[at:]))
    doubts += _doubts(row, name, target)
    return Indicator(
        project=project,
        level1=row.level1,
        level2=row.level2,
        no=row.no,
        name=name,
        target=target,
        actual=chunk.actual,
        weight=chunk.weight,
        score=chunk.score,
        deviation=deviation,
        page=row.body[0].page if row.body else chunk.page,
    )


def _doubts(row: _Row, name: str, target: str) -> Iterator[str]:
    where = " ".join(filter(None, (row.level1, row.level2, str(row.no or ""), name, target)))
    if not target:
        yield t(f"名称与指标值未能分开：{where}", f"Name and target could not be told apart: {where}")
    if not name or not row.level1:
        yield t(f"指标没有名称或级别：{where}", f"Indicator without name or level: {where}")
    if any(piece.no is not None for piece in row.body):
        yield t(f"两个指标未能分开：{where}", f"Two indicators could not be told apart: {where}")
    if row.mixed:
        yield t(
            f"名称之前可能是上一指标的偏差原因：{where}",
            f"The name may begin with the deviation of the indicator before: {where}",
        )
