"""Unruled tables: printed words by their x positions to grids.

Numbers of one column stand below each other, so the x ranges of the numbers of a table make its columns; labels lie
between them. A label that is wrapped over several lines belongs to the number beside it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import median

from fiscal_utils import specs
from fiscal_utils.normalise import Number, key, label_key, token
from fiscal_utils.parse.headers import is_body
from fiscal_utils.parse.leaves import Range, header_rows, heads_numbers, overlap, sides_of
from fiscal_utils.parse.rows import item
from fiscal_utils.parse.segments import HEAD, NOTE, Segment
from fiscal_utils.read import Grid, Line, Word
from fiscal_utils.specs import TableSpec

_ORDINAL = re.compile(r"\(?[一二三四五六七八九十]+[)、.]|\(?\d{1,2}[).、]|其中[:：]")
_HEADER = re.compile(r"(支出|收入)?(功能分类)?(科目|项目)?(名称|编码|代码)?|[类款项目]|[栏行]次")
_TOUCHING = (re.compile(r"(-?[\d,]+\.\d+)([^\d.%％]\D*)"), re.compile(r"(\D*[^\d.(（-])(-?[\d,]+\.\d+)"))
_PIECE = re.compile(r"-?[\d,，]*\d[,，]|-?[\d,，]{3,}\.|[,，.]\d[\d,，.]*")
_SAME_ROW = 0.35
_MOST_DECIMALS = 6
_LEADING = 1.4
"""Lines of one label lie no further apart than so many character widths."""
_SLACK = 1.0
_WRAPPED = 1.5
"""Printed lines closer than so many character widths are one wrapped label."""

Parted = tuple[Sequence[Line], Sequence[Line]]
"""The lines of the header and those of the body."""


@dataclass
class _Row:
    """A row in the making: its baseline and, by column, its words' texts from top to bottom."""

    baseline: float
    cells: dict[int, list[str]]


def grids(segment: Segment) -> list[Grid] | None:
    """The table's lines as one grid a page, all of the same columns; None where the file has no geometry.

    A table without a number has no columns and gives no grid.
    """
    spec = specs.tables()[segment.table]
    lines = _table_lines(segment)
    if not lines or not all(line.words for line in lines):
        return None
    pages = {line.page: [other for other in lines if other.page == line.page] for line in lines}
    split = _with_whole_headers({page: _split(of_page, spec) for page, of_page in pages.items()})
    first = next(iter(split), None)
    for page, (header, of_page) in split.items():
        if page != first and not any(heads_numbers(word.text, spec) for line in header for word in line.words):
            split[page] = ((), [*header, *of_page])
    body = [line for _, of_page in split.values() for line in of_page]
    numbers = _clusters((w.x0, w.x1) for line in body for w in line.words if token(w.text) is not None)
    if not numbers:
        return []
    printed = [(w.x0, w.x1) for line in body for w in line.words if isinstance(token(w.text), Number)]
    amounts = [column for column in numbers if any(overlap(column, word) for word in printed)]
    sides = sides_of(body, numbers)
    rows = {
        page: [*header_rows(header, numbers, amounts, sides, spec), *_body_rows(of_page, numbers, spec)]
        for page, (header, of_page) in split.items()
    }
    kept = [j for j in range(2 * len(numbers) + 1) if any(row[j] for of_page in rows.values() for row in of_page)]
    return [Grid(tuple(tuple(row[j] for j in kept) for row in of_page), page) for page, of_page in rows.items()]


def breaks_numbers(segment: Segment) -> bool:
    """Whether a number of the table is broken over lines at a comma or point."""
    return any(_PIECE.fullmatch(word.text) for line in _table_lines(segment) for word in line.words)


def _table_lines(segment: Segment) -> list[Line]:
    """The lines between the unit line and the notes."""
    decimals = _usual_decimals(segment.lines)
    lines = [_parted(line, decimals) for line in segment.lines[1:]]
    heads = [i for i, line in enumerate(lines[:6]) if HEAD.search(key(line.text))]
    start = heads[-1] + 1 if heads else 0
    end = next((i for i, line in enumerate(lines) if i >= start and NOTE.match(key(line.text))), len(lines))
    return lines[start:end]


def _usual_decimals(lines: Iterable[Line]) -> int:
    """The number of decimals that most words are amounts with, alone or else before a code that touches them."""
    texts = [word.text for line in lines for word in line.words if "." in word.text]

    def fit(decimals: int) -> tuple[int, int]:
        found = [match for text in texts if (match := _amount(decimals).fullmatch(text))]
        return len(found), sum(match[2] is None for match in found)

    return max(range(1, _MOST_DECIMALS + 1), key=fit)


def _parted(line: Line, decimals: int) -> Line:
    """The line, a word that is an amount with a label or a code close beside it as two words."""
    parted = [part for word in line.words for part in _parts(word, decimals)]
    return line._replace(words=tuple(parted)) if len(parted) > len(line.words) else line


def _parts(word: Word, decimals: int) -> Iterator[Word]:
    patterns = (*_TOUCHING, _amount(decimals))
    found = next((match for pattern in patterns if (match := pattern.fullmatch(word.text))), None)
    texts = [text for text in found.groups() if text] if found else [word.text]
    widths = [sum(map(_width, text)) for text in texts]
    start = word.x0
    for text, width in zip(texts, widths, strict=True):
        end = start + (word.x1 - word.x0) * width / sum(widths)
        yield Word(text, start, end)
        start = end


def _width(char: str) -> float:
    """How wide the character is in most fonts, in digits."""
    return 0.5 if char in ",." else 1.0 if char.isascii() else 2.0


@cache
def _amount(decimals: int) -> re.Pattern[str]:
    """An amount of so many decimals, a code of the classifications right behind it or none."""
    return re.compile(rf"(-?[\d,]+\.\d{{{decimals}}})([235]\d\d(?:\d\d){{0,2}})?")


def _split(lines: Sequence[Line], spec: TableSpec) -> Parted:
    """The lines of the header and those of the body."""
    first = next((i for i, line in enumerate(lines) if is_body([w.text for w in line.words], spec)), len(lines))
    while first < len(lines) and first and _wraps(lines[first - 1], lines[first:]):
        first -= 1
    return lines[:first], lines[first:]


def _with_whole_headers(split: Mapping[int | None, Parted]) -> dict[int | None, Parted]:
    """The pages' headers and bodies; a header without a body below it is the begin of the next page's."""
    begun: Sequence[Line] = ()
    whole: dict[int | None, Parted] = {}
    for page, (header, body) in split.items():
        header = (*begun, *header)
        begun = () if body else header
        if body:
            whole[page] = (header, body)
    return whole


def _wraps(line: Line, below: Sequence[Line]) -> bool:
    """Whether the line begins the label of the row below: close above it, over some label and over no number.

    The end of a wrapped label can stand left of its indented begin: the labels further below show the column.
    """
    block = _blocks([line, *below], _character_width([line]))[0][1:]
    labels = [word for other in below for word in other.words if token(word.text) is None]
    numbers = [word for other in block for word in other.words if token(word.text) is not None]
    return bool(numbers) and all(
        any(overlap((w.x0, w.x1), (other.x0, other.x1)) for other in labels)
        and not any(overlap((w.x0, w.x1), (other.x0, other.x1)) for other in numbers)
        and not _HEADER.fullmatch(key(w.text))
        for w in line.words
    )


def _blocks(lines: Sequence[Line], size: float) -> list[list[Line]]:
    """The lines in groups that more than the space between the lines of one label parts."""
    blocks: list[list[Line]] = []
    for line in lines:
        if blocks and blocks[-1][-1].baseline - line.baseline <= _LEADING * size:
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return blocks


def _clusters(ranges: Iterable[Range]) -> list[Range]:
    """The ranges, those that overlap by more than a hair as one."""
    merged: list[Range] = []
    for start, end in sorted(ranges):
        if merged and start < merged[-1][1] - _SLACK:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _column(word: Word, numbers: Sequence[Range]) -> int:
    """The column of a word: 2i + 1 for the i-th range of numbers, the even ones between them for labels."""
    here = (word.x0, word.x1)
    if token(word.text) is not None:
        return 2 * max(range(len(numbers)), key=lambda i: overlap(here, numbers[i])) + 1
    return 2 * sum((start + end) / 2 <= word.x0 for start, end in numbers)


def _body_rows(lines: Sequence[Line], numbers: Sequence[Range], spec: TableSpec) -> list[tuple[str, ...]]:
    size = _character_width(lines)
    rows: list[_Row] = []
    loose: list[tuple[float, int, str]] = []
    for block in _blocks(lines, size):
        found = [_Row(line.baseline, _cells(line, numbers)) for line in block]
        if whole := _one_row(found, spec):
            rows.append(whole)
            continue
        rows += [row for row in found if _is_numbered(row)]
        loose += [
            (row.baseline, j, texts[0]) for row in found if not _is_numbered(row) for j, texts in row.cells.items()
        ]
    for baseline, column, text in loose:
        _attach(rows, baseline, column, text, size, spec)
    rows.sort(key=lambda row: -row.baseline)
    return [tuple("".join(row.cells.get(j, ())) for j in range(2 * len(numbers) + 1)) for row in rows]


def _cells(line: Line, numbers: Sequence[Range]) -> dict[int, list[str]]:
    cells: dict[int, str] = {}
    for word in line.words:
        column = _column(word, numbers)
        cells[column] = cells.get(column, "") + word.text
    return {column: [text] for column, text in cells.items()}


def _is_numbered(row: _Row) -> bool:
    return any(token(key(text)) is not None for (text,) in row.cells.values())


def _one_row(block: Sequence[_Row], spec: TableSpec) -> _Row | None:
    """The lines of a block as one row, where one of them has numbers and the others go on with its labels."""
    numbered = [row for row in block if _is_numbered(row)]
    if len(numbered) != 1:
        return None
    cells: dict[int, list[str]] = {}
    for row in block:
        for column, (text,) in row.cells.items():
            if column in cells and _starts(text, spec):
                return None
            cells.setdefault(column, []).append(text)
    return _Row(numbered[0].baseline, cells)


def _starts(text: str, spec: TableSpec) -> bool:
    """Whether the text begins a row: it has an ordinal, or is a whole label."""
    return bool(_ORDINAL.match(key(text)) or item(text, spec) or label_key(text) in specs.classes())


def _character_width(lines: Sequence[Line]) -> float:
    widths = [(w.x1 - w.x0) / len(w.text) for line in lines for w in line.words if token(w.text) is None]
    return median(widths) if widths else 10.0


def _attach(rows: list[_Row], baseline: float, column: int, text: str, size: float, spec: TableSpec) -> None:
    """Puts a text without numbers in the row beside, above or below it, or in one of its own."""
    near = [row for row in rows if abs(row.baseline - baseline) <= _SAME_ROW * size and column not in row.cells]
    if near:
        near[0].cells[column] = [text]
        return
    starts = _starts(text, spec)
    open_rows = [row for row in rows if _is_open(row, column, baseline, size)]
    if open_rows and not (starts and not _beside(open_rows, baseline, size)):
        nearest = min(open_rows, key=lambda row: abs(row.baseline - baseline))
        nearest.cells.setdefault(column, []).append(text)
        return
    rows.append(_Row(baseline, {column: [text]}))


def _beside(rows: Sequence[_Row], baseline: float, size: float) -> bool:
    return any(row.baseline < baseline and baseline - row.baseline < size for row in rows)


def _is_open(row: _Row, column: int, baseline: float, size: float) -> bool:
    """Whether a text at the baseline can belong to the row's label: its number lacks one, or it ends just above."""
    distance = row.baseline - baseline
    if column not in row.cells:
        return abs(distance) <= size
    last = row.baseline - (len(row.cells[column]) - 1) * size
    return 0 < last - baseline <= _WRAPPED * size
