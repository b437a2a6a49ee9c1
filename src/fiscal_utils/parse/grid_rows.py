"""Grids of a statutory table to rows: columns by their headers, cells by their columns."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from fiscal_utils import specs
from fiscal_utils.errors import DocumentError
from fiscal_utils.language import on_page, t
from fiscal_utils.normalise import PLACEHOLDER, Number, Token, key, squeeze, token
from fiscal_utils.parse.breaks import mended, refined, stacked
from fiscal_utils.parse.headers import CODE, LEVELS, Part, Reading, header_height, numbers_columns, reading_of
from fiscal_utils.parse.rows import Row, item, keyed, named_after, unit
from fiscal_utils.parse.segments import Segment
from fiscal_utils.read import Grid
from fiscal_utils.specs import TableSpec

_REMEMBERED = 20_000


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
    if nameless := [row for row in found if not row.key]:
        doubts += [_doubt(spec, row.page, _without_label(row)) for row in nameless if _has_number(row)]
        found = [_broken_by(after, row) if after and not after.key else row for row, after in _with_next(found)]
    return named_after([keyed(row, spec) for row in found if row.key]), doubts


def _with_next(rows: Sequence[Row]) -> Iterator[tuple[Row, Row | None]]:
    return itertools.zip_longest(rows, rows[1:])


def _broken_by(rest: Row, row: Row) -> Row:
    """The row without the numbers that those of a row without a name below it may belong to."""
    return row.without({c for c, printed in rest.cells.items() if isinstance(printed, Number)})


def _bodies(segment: Segment, grids: Sequence[Grid], spec: TableSpec) -> tuple[list[tuple[Grid, Reading]], list[str]]:
    """The rows below the headers, with how they are to be read, and which grids could not be read."""
    reading: Reading | None = None
    header: Sequence[Sequence[str]] = ()
    found: list[tuple[Grid, Reading]] = []
    doubts: list[str] = []
    for grid, told in _with_headers(grids, spec):
        repeated = bool(header) and grid.rows[: len(header)] == header
        height = len(header) if repeated else told
        own = reading_of(grid, height, spec) if height else None
        if height and reading and own is None and not numbers_columns(grid.rows[0]):
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


def _with_headers(grids: Sequence[Grid], spec: TableSpec) -> Iterator[tuple[Grid, int]]:
    """The grids and the heights of their headers.

    One that holds but a header, or the begin of one, is one with the next if that tells more columns.
    """
    begun: Grid | None = None
    for grid in grids:
        whole = stacked(begun, grid, _is_cut(begun, grid, spec)) if begun else None
        if whole and _columns_told(whole, spec) > _columns_told(grid, spec):
            grid = whole
        elif begun and not _columns_told(grid, spec):
            yield begun, len(begun.rows)
        height = header_height(grid, spec)
        begun = grid if height == len(grid.rows) else None
        if begun is None:
            yield grid, height
    if begun:
        yield begun, len(begun.rows)


def _is_cut(first: Grid, second: Grid, spec: TableSpec) -> bool:
    """Whether the first row of the second ends the header texts that the last row of the first begins."""
    declared = {key(name) for names in spec.columns.values() for name in names}
    pairs = [pair for pair in zip(first.rows[-1], second.rows[0], strict=False) if squeeze(pair[1])]
    return bool(pairs) and all(squeeze(begin) for begin, _ in pairs) and any(key(a + b) in declared for a, b in pairs)


def _columns_told(grid: Grid, spec: TableSpec) -> int:
    """How many columns the header of the grid tells, 0 where it has none."""
    height = header_height(grid, spec)
    reading = reading_of(grid, height, spec) if height else None
    return len(reading.by_content.values) + len(reading.wide) if reading else 0


def _mismatch(segment: Segment, grid: Grid, spec: TableSpec) -> DocumentError:
    header = " ".join(key(cell) for row in grid.rows[:4] for cell in row if cell)
    required = [spec.columns[column] for column in spec.required]
    missing = [names[0] for names in required if not any(key(name) in squeeze(header) for name in names)]
    return DocumentError(
        "header_mismatch", table=spec.title, page=segment.page, printed=grid.width,
        declared=len(required), missing="、".join(missing) or "-", header=header[:80],
    )  # fmt: skip


def _doubt(spec: TableSpec, page: int | None, what: str) -> str:
    return f"{on_page(page)}{t(f'《{spec.title}》：', f'table {spec.title}: ')}{what}"


def _without_label(row: Row) -> str:
    numbers = " ".join(map(str, row.cells.values()))
    return t(f"{numbers} 没有行名", f"{numbers} without a row label")


def _shifted(grid: Grid, reading: Reading) -> Grid | None:
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


def _rows(grid: Grid, reading: Reading, template: Row, spec: TableSpec) -> Iterator[Row]:
    moved = _moved(grid, reading)
    for i, cells in enumerate(grid.rows):
        row = _labelled(cells, moved[i]) if i in moved else cells
        found = [_row(row, part, template) for part in reading.parts]
        for before, after in itertools.pairwise(range(len(found))):
            if _names_next(found[before], found[after], spec):
                found[after] = found[after]._replace(label=found[before].label)
                found[before] = found[before]._replace(label="")
        yield from (one for one in found if one.label or one.code or one.line or _has_number(one))


def _has_number(row: Row) -> bool:
    return any(isinstance(printed, Number) for printed in row.cells.values())


def _row(row: Sequence[str], part: Part, template: Row) -> Row:
    return Row(
        template.table,
        "".join([_name(row[j]) for j in (*part.codes, *part.labels)]),
        part.columns,
        template.unit,
        template.page,
        code=_code([_digits(row[j]) for j in part.codes]),
        line=next((int(line) for j in part.lines if (line := key(row[j])).isdigit()), None),
        cells={column: value for j, column in part.values.items() if (value := _token(row[j])) is not None},
    )


@lru_cache(_REMEMBERED)
def _digits(cell: str) -> str:
    """The code or the part of one that the cell prints; nothing where it holds anything else."""
    text = key(cell)
    return text if CODE.fullmatch(text) else ""


@lru_cache(_REMEMBERED)
def _name(cell: str) -> str:
    """What the cell prints of a name: nothing where it holds a code, a dash or one of 类, 款 and 项."""
    return "" if _digits(cell) or _token(cell) is PLACEHOLDER or key(cell) in LEVELS else squeeze(cell)


def _names_next(before: Row, after: Row, spec: TableSpec) -> bool:
    """Whether a total's label is printed over two parts, its number in the second."""
    bare = not before.cells and not before.code and not after.label and not after.code and after.cells
    return bool(bare and item(before.label, spec))


def _moved(grid: Grid, reading: Reading) -> dict[int, list[tuple[int, int]]]:
    """Row → the merged cells of names in it, each by the first and the last column of names that it covers."""
    moved: dict[int, list[tuple[int, int]]] = {}
    names = [j for part in reading.parts for j in (*part.codes, *part.labels)]
    for (top, left), (_, width) in grid.spans.items():
        last = max((j for j in names if left < j < left + width), default=left)
        if last > left:
            moved.setdefault(top, []).append((left, last))
    return moved


def _labelled(cells: Sequence[str], moved: Iterable[tuple[int, int]]) -> list[str]:
    """The cells of a row; the text of a merged cell in the last column of names that it covers."""
    row = list(cells)
    for first, last in moved:
        row[first], row[last] = "", row[first]
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


def _wide_rows(grid: Grid, reading: Reading, template: Row) -> Iterator[Row]:
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
        yield template._replace(label=spec.items[name][0], cells=cells)


def _measured(grid: Grid, reading: Reading, spec: TableSpec) -> list[tuple[tuple[str, ...], str]]:
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


def _unread(grid: Grid, reading: Reading, spec: TableSpec) -> Iterator[str]:
    """What stands in value columns and is no number, and what stands in columns that nothing declares."""
    columns = sorted({j for part in reading.parts for j in part.values} | set(reading.wide))
    for row in grid.rows:
        for j in columns:
            if row[j] and _token(row[j]) is None and (text := squeeze(row[j])):
                yield _doubt(spec, grid.page, t(f"“{text[:20]}”不是数", f"{text[:20]!r} is no number"))
    for j, header in reading.unread.items():
        if any(_numbered(grid, (j,))):
            yield _doubt(spec, grid.page, t(f"栏“{header}”未读", f"column {header} is not read"))
    left_out = len(list(_numbered(grid, reading.wide))) - len(_measured(grid, reading, spec)) if reading.wide else 0
    if left_out > 0:
        what = t(f"数字多于一行，{left_out} 行未读", f"more than one row of numbers, {left_out} of them not read")
        yield _doubt(spec, grid.page, what)
