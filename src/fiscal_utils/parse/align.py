"""Unruled tables: printed words by their x positions to grids.

Numbers of one column stand below each other, so the x ranges of the numbers of a table make its columns; labels lie
between them. A label that is wrapped over several lines belongs to the number beside it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from fiscal_utils import specs
from fiscal_utils.normalise import key, label_key, token
from fiscal_utils.parse.grid_rows import is_body
from fiscal_utils.parse.outline import HEAD, NOTE, Segment
from fiscal_utils.parse.rows import item
from fiscal_utils.read import Grid, Line, Word
from fiscal_utils.specs import TableSpec

_ORDINAL = re.compile(r"\(?[一二三四五六七八九十]+[)、.]|\(?\d{1,2}[).、]|其中[:：]")
_SAME_ROW = 0.35
_WRAPPED = 1.5
"""Printed lines closer than so many character widths are one wrapped label."""

Range = tuple[float, float]


@dataclass
class _Row:
    """A row in the making: its baseline and, by column, its words' texts from top to bottom."""

    baseline: float
    cells: dict[int, list[str]]


def grids(segment: Segment) -> list[Grid]:
    """The table's lines as one grid a page, all of the same columns; empty where the file has no geometry."""
    spec = specs.tables()[segment.table]
    lines = _table_lines(segment)
    if not lines or not all(line.words for line in lines):
        return []
    pages = {line.page: [other for other in lines if other.page == line.page] for line in lines}
    split = {page: _split(of_page, spec) for page, of_page in pages.items()}
    columns = _columns([line for _, body in split.values() for line in body])
    if len(columns) < 2:
        return []
    measures = {key(name) for names in spec.columns.values() for name in names}
    return [
        Grid((*_header_rows(header, columns, measures), *_body_rows(body, columns, spec)), page)
        for page, (header, body) in split.items()
    ]


def _table_lines(segment: Segment) -> list[Line]:
    """The lines between the unit line and the notes."""
    lines = list(segment.lines[1:])
    heads = [i for i, line in enumerate(lines[:6]) if HEAD.search(key(line.text))]
    start = heads[-1] + 1 if heads else 0
    end = next((i for i, line in enumerate(lines) if i >= start and NOTE.match(key(line.text))), len(lines))
    return lines[start:end]


def _split(lines: Sequence[Line], spec: TableSpec) -> tuple[Sequence[Line], Sequence[Line]]:
    first = next((i for i, line in enumerate(lines) if is_body([w.text for w in line.words], spec)), len(lines))
    return lines[:first], lines[first:]


def _columns(lines: Iterable[Line]) -> list[Range]:
    """The x ranges of the columns: those of numbers, then those of texts that stand apart from them."""
    words = [word for line in lines for word in line.words]
    numbers = _clusters((w.x0, w.x1) for w in words if token(w.text) is not None)
    texts = _clusters(
        (w.x0, w.x1) for w in words if token(w.text) is None and not any(_overlap((w.x0, w.x1), r) for r in numbers)
    )
    return sorted(numbers + texts)


def _clusters(ranges: Iterable[Range]) -> list[Range]:
    """The ranges, overlapping ones as one."""
    merged: list[Range] = []
    for start, end in sorted(ranges):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _overlap(one: Range, other: Range) -> float:
    return max(0.0, min(one[1], other[1]) - max(one[0], other[0]))


def _column(word: Word, columns: Sequence[Range]) -> int:
    """The column that the word overlaps most, else the nearest."""
    here = (word.x0, word.x1)
    distance = [abs((here[0] + here[1]) / 2 - (start + end) / 2) for start, end in columns]
    return max(range(len(columns)), key=lambda j: (_overlap(here, columns[j]), -distance[j]))


def _header_rows(lines: Sequence[Line], columns: Sequence[Range], measures: set[str]) -> list[tuple[str, ...]]:
    """The header with each column under every word that is printed above it."""
    rows = []
    for line in lines:
        spread = all(key(word.text) in measures for word in line.words) and len(line.words) < len(columns)
        rows.append(tuple(_above(line.words, column, spread) for column in columns))
    return rows


def _above(words: Sequence[Word], column: Range, spread: bool) -> str:
    """The word over the column; with `spread` the nearest one, where few words head many columns."""
    found = "".join(word.text for word in words if _overlap((word.x0, word.x1), column))
    if found or not spread:
        return found
    middle = (column[0] + column[1]) / 2
    return min(words, key=lambda word: abs((word.x0 + word.x1) / 2 - middle)).text


def _body_rows(lines: Sequence[Line], columns: Sequence[Range], spec: TableSpec) -> list[tuple[str, ...]]:
    size = _character_width(lines)
    rows: list[_Row] = []
    loose: list[tuple[float, int, str]] = []
    for line in lines:
        cells: dict[int, list[str]] = {}
        for word in line.words:
            cells.setdefault(_column(word, columns), []).append(word.text)
        joined = {j: "".join(texts) for j, texts in cells.items()}
        if any(token(key(text)) is not None for text in joined.values()):
            rows.append(_Row(line.baseline, {j: [text] for j, text in joined.items()}))
        else:
            loose += [(line.baseline, j, text) for j, text in joined.items()]
    for baseline, column, text in loose:
        _attach(rows, baseline, column, text, size, spec)
    rows.sort(key=lambda row: -row.baseline)
    return [tuple("".join(row.cells.get(j, ())) for j in range(len(columns))) for row in rows]


def _character_width(lines: Sequence[Line]) -> float:
    widths = [(w.x1 - w.x0) / len(w.text) for line in lines for w in line.words if token(w.text) is None]
    return median(widths) if widths else 10.0


def _attach(rows: list[_Row], baseline: float, column: int, text: str, size: float, spec: TableSpec) -> None:
    """Puts a text without numbers in the row beside, above or below it, or in one of its own."""
    near = [row for row in rows if abs(row.baseline - baseline) <= _SAME_ROW * size and column not in row.cells]
    if near:
        near[0].cells[column] = [text]
        return
    starts = _ORDINAL.match(key(text)) or item(text, spec) or label_key(text) in specs.classes()
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
