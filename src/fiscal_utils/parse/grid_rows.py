"""Grids of a statutory table to rows: columns by their headers, cells by their columns."""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from fiscal_utils import specs
from fiscal_utils.errors import DocumentError
from fiscal_utils.language import t
from fiscal_utils.normalise import Number, Token, key, label_key, squeeze, token
from fiscal_utils.parse.breaks import Columns, mended, refined, stacked
from fiscal_utils.parse.outline import Segment
from fiscal_utils.parse.rows import Row, item, keyed, named_after, unit
from fiscal_utils.read import Grid
from fiscal_utils.specs import TableSpec

_TOTALS = ("合计", "总计", "小计")
_SANGONG = "三公经费"
_WHOLE = "total"
_OF_WHICH = "其中"
_LEVELS = ("类", "款", "项", "目")
_CODE = re.compile(r"\d{2,7}")
_PIECE_OF_NUMBER = re.compile(r"[\d,.]*\d[\d,.]*")
CODE_HEADER = re.compile(r".*(编码|代码)|[类款项目]")
LINE_HEADER = re.compile(r"行次|序号")
_LABEL_HEADER = re.compile(r".*(项目|科目名称|名称|科目|指标)(\(按.*\))?")
_COLUMN_NUMBERS = re.compile(r"栏次|行次")
_TOP_ROWS = 8
_REMEMBERED = 20_000


@dataclass(frozen=True)
class _Column:
    """A column of a grid: what it holds (code, label, line or value) and its header from top to bottom."""

    index: int
    role: str
    header: tuple[str, ...]


@dataclass(frozen=True)
class _Part:
    """One of the tables that stand side by side in a grid: its columns by role."""

    codes: tuple[int, ...]
    labels: tuple[int, ...]
    lines: tuple[int, ...]
    values: dict[int, str]
    """Column of the grid → canonical column."""
    columns: tuple[str, ...]


@dataclass(frozen=True)
class _Reading:
    """How the cells of a grid are to be read: its parts, or (`wide`) the item and column of each grid column."""

    parts: tuple[_Part, ...]
    wide: dict[int, tuple[str, str]]
    unread: dict[int, str]
    """Columns that no declared column fits, with their headers."""
    edges: tuple[float, ...]
    width: int

    @property
    def by_content(self) -> Columns:
        """The columns of all parts by what they hold."""
        every = [[getattr(part, role) for part in self.parts] for role in ("codes", "labels", "lines", "values")]
        return Columns(*(tuple(itertools.chain(*of_role)) for of_role in every))


def rows(segment: Segment, grids: Sequence[Grid]) -> tuple[list[Row], list[str]]:
    """The rows of the table in printed order with their cells, and what could not be read.

    Raises DocumentError where no grid has a header that fits the declared columns.
    """
    spec = specs.tables()[segment.table]
    printed_unit = unit([line.text for line in segment.lines])
    bodies, doubts = _bodies(segment, grids, spec)
    found: list[Row] = []
    for body, reading in bodies:
        template = Row(spec.name, "", spec.required, printed_unit, body.page)
        found += list(_wide_rows(body, reading, template) if reading.wide else _rows(body, reading, template, spec))
        doubts += _unread(body, reading, spec)
    nameless = [row for row in found if not row.key]
    doubts += [_doubt(spec, row.page, _without_label(row)) for row in nameless if row.cells]
    found = [_broken_by(after, row) if after and not after.key else row for row, after in _with_next(found)]
    return named_after([keyed(row, spec) for row in found if row.key], spec), doubts


def _with_next(rows: Sequence[Row]) -> Iterator[tuple[Row, Row | None]]:
    return itertools.zip_longest(rows, rows[1:])


def _broken_by(rest: Row, row: Row) -> Row:
    """The row without the numbers that those of a row without a name below it may belong to."""
    return row.without({c for c, printed in rest.cells.items() if isinstance(printed, Number)})


def _bodies(segment: Segment, grids: Sequence[Grid], spec: TableSpec) -> tuple[list[tuple[Grid, _Reading]], list[str]]:
    """The rows below the headers, with how they are to be read, and which grids could not be read."""
    reading: _Reading | None = None
    header: Sequence[Sequence[str]] = ()
    found: list[tuple[Grid, _Reading]] = []
    doubts: list[str] = []
    for grid in _with_headers(grids, spec):
        repeated = bool(header) and grid.rows[: len(header)] == header
        height = len(header) if repeated else _header_height(grid, spec)
        own = _reading(grid, height, spec) if height else None
        if height and reading and own is None and not _numbers_columns(_printed(grid.rows[0])):
            height = 0
        reading, header = (own, grid.rows[:height]) if own else (reading, header)
        if reading is None:
            raise _mismatch(segment, grid, spec)
        if height == len(grid.rows):
            continue
        body = _shifted(grid.part(height, len(grid.rows)), reading)
        if body is None:
            doubts.append(_doubt(spec, grid.page, t("续表的列与表头不同", "a continuation has other columns")))
            continue
        if found and not reading.wide:
            before, body = mended(found[-1][0], body, reading.by_content, spec)
            found[-1] = (before, found[-1][1])
        found.append((body, reading))
    return found, doubts


def _with_headers(grids: Sequence[Grid], spec: TableSpec) -> Iterator[Grid]:
    """The grids; one that holds but a header, or the begin of one, as one with the next if that tells more columns."""
    begun: Grid | None = None
    for grid in grids:
        whole = stacked(begun, grid) if begun else None
        if whole and _columns_told(whole, spec) > _columns_told(grid, spec):
            grid = whole
        elif begun and not _columns_told(grid, spec):
            yield begun
        begun = grid if _header_height(grid, spec) == len(grid.rows) else None
        if begun is None:
            yield grid
    if begun:
        yield begun


def _columns_told(grid: Grid, spec: TableSpec) -> int:
    """How many columns the header of the grid tells, 0 where it has none."""
    height = _header_height(grid, spec)
    reading = _reading(grid, height, spec) if height else None
    return len(reading.by_content.values) + len(reading.wide) if reading else 0


def _mismatch(segment: Segment, grid: Grid, spec: TableSpec) -> DocumentError:
    header = " ".join(key(cell) for row in grid.rows[:4] for cell in row if cell)
    required = [spec.columns[column] for column in spec.required]
    missing = [names[0] for names in required if not any(key(name) in squeeze(header) for name in names)]
    return DocumentError(
        "header_mismatch", table=spec.title, page=segment.page or "?", printed=grid.width,
        declared=len(required), missing="、".join(missing) or "-", header=header[:80],
    )  # fmt: skip


def _doubt(spec: TableSpec, page: int | None, what: str) -> str:
    return t(f"《{spec.title}》第 {page or '?'} 页：{what}", f"{spec.title} p. {page or '?'}: {what}")


def _without_label(row: Row) -> str:
    numbers = " ".join(map(str, row.cells.values()))
    return t(f"{numbers} 没有行名", f"{numbers} without a row label")


def _header_height(grid: Grid, spec: TableSpec) -> int:
    """How many rows of the grid are its header; 0 for a continuation without one."""
    for i, row in enumerate(grid.rows):
        if is_body(row, spec):
            return i
    return next((i for i, row in enumerate(grid.rows) if not any(row)), len(grid.rows))


def is_body(row: Sequence[str], spec: TableSpec) -> bool:
    """Whether the row holds a number that numbers no column, or nothing but known labels."""
    cells = _printed(row)
    if not cells or _numbers_columns(cells):
        return False
    texts = [cell for cell in cells if token(cell) is None and cell not in _LEVELS]
    if len(texts) < len([cell for cell in cells if cell not in _LEVELS]):
        return True
    known = [label_key(cell) in specs.classes() or (item(cell, spec) and not cell.endswith("计")) for cell in texts]
    alone = len(texts) == 1 and (label_key(texts[0]) in _TOTALS or bool(item(texts[0], spec)))
    return alone or (bool(texts) and all(known) and _ordinals(texts))


def _printed(row: Iterable[str]) -> list[str]:
    return [key(cell) for cell in row if squeeze(cell)]


def _ordinals(texts: Iterable[str]) -> bool:
    """Whether each label carries an ordinal, as headers never do."""
    return all(label_key(text) != text for text in texts)


def _numbers_columns(cells: Sequence[str]) -> bool:
    """Whether the row is 栏次: nothing but 1, 2, 3 …, dashes and its name."""
    if any(cell == "栏次" for cell in cells):
        return True
    integers = [int(cell) for cell in cells if cell.isdigit() and len(cell) < 3]
    others = [cell for cell in cells if not (cell.isdigit() and len(cell) < 3)]
    counted = integers == list(range(1, len(integers) + 1)) or integers == sorted(set(integers))
    named = any(_COLUMN_NUMBERS.search(cell) for cell in others)
    plain = all(_COLUMN_NUMBERS.search(cell) or (token(cell) is not None and not cell.isdigit()) for cell in others)
    return counted and plain and (named or (len(integers) > 1 and integers[:2] == [1, 2]))


def _reading(grid: Grid, height: int, spec: TableSpec) -> _Reading | None:
    """How the header says that the cells are to be read, None where it fits no declared column."""
    headers = [_header(grid, j, height) for j in range(grid.width)]
    if wide := _wide(headers, spec):
        left_out = {j: "/".join(header) for j, header in enumerate(headers) if j not in wide}
        return _Reading((), wide, left_out, grid.edges, grid.width)
    columns = [
        _Column(j, _role(header, [key(row[j]) for row in grid.rows[height:] if squeeze(row[j])], spec), header)
        for j, header in enumerate(headers)
    ]
    parts: list[_Part] = []
    unread: dict[int, str] = {}
    for i, group in enumerate(_groups(_outdented(columns, grid, height))):
        names = spec.sides[i] if i < len(spec.sides) > 1 else tuple(spec.columns)
        values = [column for column in group if column.role == "value"]
        assigned = _assigned(values, {name: spec.columns[name] for name in names})
        unread |= {c.index: "/".join(c.header) for c in values if c.index not in assigned}
        by_role = {role: tuple(c.index for c in group if c.role == role) for role in ("code", "label", "line")}
        if assigned:
            printed = tuple(n for n in names if n in spec.required or n in assigned.values())
            parts.append(_Part(by_role["code"], by_role["label"], by_role["line"], assigned, printed))
    return _Reading(tuple(parts), {}, unread, grid.edges, grid.width) if parts else None


def _header(grid: Grid, column: int, height: int) -> tuple[str, ...]:
    """The header texts above a column from top to bottom, each once."""
    texts = [key(grid.text(row, column)) for row in range(min(height, _TOP_ROWS))]
    return tuple(
        text
        for i, text in enumerate(texts)
        if (text and not (i and text == texts[i - 1]) and not text.isdigit() and not _COLUMN_NUMBERS.fullmatch(text))
        or LINE_HEADER.fullmatch(text)
    )


def _role(header: tuple[str, ...], cells: Sequence[str], spec: TableSpec) -> str:
    leaf = header[-1] if header else ""
    if LINE_HEADER.fullmatch(leaf):
        return "line"
    texts = [cell for cell in cells if token(cell) is None and not _PIECE_OF_NUMBER.fullmatch(cell)]
    codes = [cell for cell in cells if _CODE.fullmatch(cell)]
    if CODE_HEADER.fullmatch(leaf) and len(codes) >= len(cells) - len(texts):
        return "code"
    if (texts and len(texts) * 2 > len(cells)) or (not cells and _LABEL_HEADER.fullmatch(leaf)):
        return "label"
    if spec.coded and codes and len(codes) == len(cells) and _LABEL_HEADER.fullmatch(leaf):
        return "code"
    return "value" if not _LABEL_HEADER.fullmatch(leaf) else "label"


def _outdented(columns: Sequence[_Column], grid: Grid, height: int) -> list[_Column]:
    """The columns; a blank one right before names holds the labels that begin left of these on a later page."""
    found: list[_Column] = []
    for column in reversed(columns):
        blank = not column.header and not any(squeeze(row[column.index]) for row in grid.rows[height:])
        names = bool(found) and found[-1].role in ("code", "label")
        found.append(replace(column, role="label") if blank and names else column)
    return found[::-1]


def _groups(columns: Sequence[_Column]) -> Iterator[list[_Column]]:
    """The columns of each table that stands in the grid: a new one begins where names follow values."""
    group: list[_Column] = []
    for column in columns:
        if column.role != "value" and any(c.role == "value" for c in group):
            yield group
            group = []
        group.append(column)
    if group:
        yield group


def _assigned(columns: Sequence[_Column], names: dict[str, tuple[str, ...]]) -> dict[int, str]:
    """Grid column → canonical column in printed order, by the best fit of their headers over all columns together."""
    best: dict[tuple[int, int], tuple[int, tuple[tuple[int, str], ...]]] = {}
    declared = list(names)
    kept = {name: _others(name, names) for name in names}

    def fit(i: int, j: int) -> tuple[int, tuple[tuple[int, str], ...]]:
        if i == len(columns) or j == len(declared):
            return 0, ()
        if (i, j) not in best:
            options = [fit(i + 1, j), fit(i, j + 1)]
            name, header = declared[j], columns[i].header
            if (score := _score(header, names[name])) and kept[name].isdisjoint(header[:-1]):
                rest, pairs = fit(i + 1, j + 1)
                options.append((score + rest, ((columns[i].index, name), *pairs)))
            best[i, j] = max(options, key=lambda option: option[0])
        return best[i, j]

    return dict(fit(0, 0)[1])


def _others(column: str, names: Mapping[str, tuple[str, ...]]) -> set[str]:
    """The headers of the other columns: what stands below one is a part of that column, but for parts of the total."""
    return {key(text) for name, texts in names.items() if name not in (column, _WHOLE) for text in texts} - {
        key(text) for text in names[column]
    }


def _score(header: tuple[str, ...], names: Iterable[str]) -> int:
    """How well the header fits one of the names: the leaf itself, its end, the total of a level above, or some part."""
    best = 0
    if header and header[-1].startswith(_OF_WHICH):
        return 0
    for name in map(key, names):
        if header and header[-1] == name:
            return 8
        if header and (header[-1].endswith(name) or header[-1].startswith(name)):
            best = max(best, 4)
        elif name in header:
            best = max(best, 3 if header[-1] in _TOTALS else 2)
        elif name in "".join(header):
            best = max(best, 1)
    return best


def _wide(headers: Sequence[tuple[str, ...]], spec: TableSpec) -> dict[int, tuple[str, str]]:
    """Grid column → item and column, for a table that prints items as columns.

    The column is empty where measures are not in the header: then each row is of one (决算数).
    """
    if spec.rows != "items" or len(spec.sides) != 1:
        return {}
    found: dict[int, tuple[str, str]] = {}
    for j, header in enumerate(headers):
        scores = {
            column: max((_score((text,), names) for text in header), default=0)
            for column, names in spec.columns.items()
        }
        column = max(scores, key=lambda name: scores[name])
        if name := _header_item(header, spec):
            found[j] = (name, column if scores[column] >= 4 else "")
    measured = {j: pair for j, pair in found.items() if pair[1]} or found
    return measured if len({name for name, _ in measured.values()}) > 1 else {}


def _header_item(header: tuple[str, ...], spec: TableSpec) -> str:
    """The item that a header names: the lowest but for totals, which are of the item above them."""
    items = [name for text in header if text not in _TOTALS and (name := item(text, spec))]
    whole = any(text.endswith(_SANGONG) for text in header)
    totals = ["total"] if whole else [name for text in header if (name := item(text, spec))]
    return next(reversed([name for name in items if name != "total"] or totals), "")


def _shifted(grid: Grid, reading: _Reading) -> Grid | None:
    """The continuation with the columns of the grid that has the header; None where they do not correspond."""
    if grid.width == reading.width and (not grid.edges or not reading.edges or _same(grid.edges, reading.edges)):
        return grid
    if not grid.edges or not reading.edges:
        return None
    if (whole := refined(grid, reading.edges)) is not grid:
        return whole
    middles = [(a + b) / 2 for a, b in zip(grid.edges, grid.edges[1:], strict=False)]
    targets = [sum(edge <= middle for edge in reading.edges) - 1 for middle in middles]
    if len(set(targets)) < len(targets) or not all(0 <= target < reading.width for target in targets):
        return None
    rows = []
    for row in grid.rows:
        moved = [""] * reading.width
        for target, cell in zip(targets, row, strict=True):
            moved[target] = cell
        rows.append(tuple(moved))
    return Grid(tuple(rows), grid.page, {}, reading.edges)


def _same(one: Sequence[float], other: Sequence[float]) -> bool:
    return all(abs(a - b) < 10 for a, b in zip(one, other, strict=True))


def _rows(grid: Grid, reading: _Reading, template: Row, spec: TableSpec) -> Iterator[Row]:
    for i in range(len(grid.rows)):
        row = _labelled(grid, i, reading)
        found = [_row(row, part, template) for part in reading.parts]
        for before, after in itertools.pairwise(range(len(found))):
            if _names_next(found[before], found[after], spec):
                found[after] = replace(found[after], label=found[before].label)
                found[before] = replace(found[before], label="")
        yield from (one for one in found if one.label or one.code or one.cells or one.line)


def _row(row: Sequence[str], part: _Part, template: Row) -> Row:
    codes = [key(row[j]) for j in part.codes]
    names = [squeeze(row[j]) for j in (*part.codes, *part.labels) if not _CODE.fullmatch(key(row[j]))]
    lines = [int(key(row[j])) for j in part.lines if key(row[j]).isdigit()]
    return replace(
        template,
        label="".join(name for name in names if key(name) not in _LEVELS),
        code=_code([code for code in codes if _CODE.fullmatch(code)]),
        line=lines[0] if lines else None,
        columns=part.columns,
        cells={part.values[j]: value for j in part.values if (value := _token(row[j])) is not None},
    )


def _names_next(before: Row, after: Row, spec: TableSpec) -> bool:
    """Whether a total's label is printed over two parts, its number in the second."""
    bare = not before.cells and not before.code and not after.label and not after.code and after.cells
    return bool(bare and item(before.label, spec))


def _labelled(grid: Grid, index: int, reading: _Reading) -> list[str]:
    """The cells of a row; the text of a merged cell in the last column of names that it covers."""
    row = list(grid.rows[index])
    names = [j for part in reading.parts for j in (*part.codes, *part.labels)]
    for (top, left), (_, width) in grid.spans.items():
        last = max((j for j in names if left < j < left + width), default=left)
        if top == index and last > left:
            row[left], row[last] = "", row[left]
    return row


def _code(parts: Sequence[str]) -> str:
    """The classification code that stands in one column (2010601) or in several (201 06 01, or 201 20106 2010601)."""
    code = ""
    for part in parts:
        code = part if part.startswith(code) and len(part) > len(code) else code + part
    return code


@lru_cache(_REMEMBERED)
def _token(cell: str) -> Token | None:
    """The number or dash in the cell; pieces with digits are one only where they end in a comma or point."""
    pieces = [piece for piece in cell.split() if any(char.isdigit() for char in piece)]
    broken = any(not piece.endswith((",", "，", ".")) for piece in pieces[:-1])
    text = squeeze(cell)
    return token(text) if text and not broken else None


def _wide_rows(grid: Grid, reading: _Reading, template: Row) -> Iterator[Row]:
    """The rows of items of a table that prints them as columns: one row of numbers, or one for each measure."""
    spec = specs.tables()[template.table]
    for name in dict.fromkeys(name for name, _ in reading.wide.values()):
        printed = {
            measure or column: row[j]
            for row, measure in _measured(grid, reading, spec)
            for j, (owner, column) in reading.wide.items()
            if owner == name
        }
        cells = {column: value for column, text in printed.items() if (value := _token(text)) is not None}
        yield replace(template, label=spec.items[name][0], cells=cells)


def _measured(grid: Grid, reading: _Reading, spec: TableSpec) -> list[tuple[tuple[str, ...], str]]:
    """The rows of numbers that are read, each with the column of the measure that it names if the header names none."""
    if any(column for _, column in reading.wide.values()):
        return [(row, "") for row in itertools.islice(_numbered(grid, reading.wide), 1)]
    measures = {key(name): column for column, names in spec.columns.items() for name in names}
    found = [(row, measures[key(text)]) for row in grid.rows for text in row if key(text) in measures]
    return [(row, column) for row, column in found if [other for _, other in found].count(column) == 1]


def _numbered(grid: Grid, columns: Iterable[int]) -> Iterator[tuple[str, ...]]:
    """The rows with a number in one of the columns."""
    wanted = tuple(columns)
    return (row for row in grid.rows if any(isinstance(_token(row[j]), Number) for j in wanted))


def _unread(grid: Grid, reading: _Reading, spec: TableSpec) -> Iterator[str]:
    """What stands in value columns and is no number, and what stands in columns that nothing declares."""
    columns = {j for part in reading.parts for j in part.values} | set(reading.wide)
    for row in grid.rows:
        for j, cell in enumerate(row):
            text = squeeze(cell)
            if text and j in columns and _token(cell) is None:
                yield _doubt(spec, grid.page, t(f"“{text[:20]}”不是数", f"{text[:20]!r} is no number"))
    for j, header in reading.unread.items():
        if any(_numbered(grid, (j,))):
            yield _doubt(spec, grid.page, t(f"栏“{header}”未读", f"column {header} is not read"))
    left_out = len(list(_numbered(grid, reading.wide))) - len(_measured(grid, reading, spec)) if reading.wide else 0
    if left_out > 0:
        what = t(f"数字多于一行，{left_out} 行未读", f"more than one row of numbers, {left_out} of them not read")
        yield _doubt(spec, grid.page, what)
