"""Headers of grids: where they end, what each column holds, and how the rows below are to be read."""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from fiscal_utils import specs
from fiscal_utils.normalise import PLACEHOLDER, key, label_key, squeeze, token
from fiscal_utils.parse.breaks import Columns
from fiscal_utils.parse.fitting import TOTALS, assigned, keys, score
from fiscal_utils.parse.rows import item
from fiscal_utils.read import Grid
from fiscal_utils.specs import TableSpec

LEVELS = ("类", "款", "项", "目")
CODE = re.compile(r"\d{2,7}")
CODE_HEADER = re.compile(r".*(编码|代码)|[类款项目]")
LINE_HEADER = re.compile(r"行次|序号")
_SANGONG = "三公经费"
_PIECE_OF_NUMBER = re.compile(r"[\d,.]*\d[\d,.]*")
_LABEL_HEADER = re.compile(r".*(项目|科目名称|名称|科目|指标)(\(按.*\))?")
_COLUMN_NUMBERS = re.compile(r"栏次|行次")
_TOP_ROWS = 8


class _Column(NamedTuple):
    """A column of a grid: what it holds (code, label, line or value) and its header from top to bottom."""

    at: int
    role: str
    header: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """One of the tables that stand side by side in a grid: its columns by role."""

    codes: tuple[int, ...]
    labels: tuple[int, ...]
    lines: tuple[int, ...]
    values: dict[int, str]
    """Column of the grid → canonical column."""
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """How the cells of a grid are to be read: its parts, or (`wide`) the item and column of each grid column."""

    parts: tuple[Part, ...]
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


def header_height(grid: Grid, spec: TableSpec) -> int:
    """How many rows of the grid are its header; 0 for a continuation without one."""
    for i, row in enumerate(grid.rows):
        if is_body(row, spec):
            return i
    return next((i for i, row in enumerate(grid.rows) if not any(row)), len(grid.rows))


def is_body(row: Sequence[str], spec: TableSpec) -> bool:
    """Whether the row holds a number that numbers no column, or nothing but known labels."""
    cells = list(map(key, filter(str.strip, row)))
    if not cells or numbers_columns(row):
        return False
    texts = [cell for cell in cells if token(cell) is None and cell not in LEVELS]
    if len(texts) < len([cell for cell in cells if cell not in LEVELS]):
        return True
    known = [label_key(cell) in specs.classes() or (item(cell, spec) and not cell.endswith("计")) for cell in texts]
    alone = len(texts) == 1 and (label_key(texts[0]) in TOTALS or bool(item(texts[0], spec)))
    return alone or (bool(texts) and all(known) and _ordinals(texts))


def _ordinals(texts: Iterable[str]) -> bool:
    """Whether each label carries an ordinal, as headers never do."""
    return all(label_key(text) != text for text in texts)


def numbers_columns(row: Sequence[str]) -> bool:
    """Whether the row is 栏次: nothing but 1, 2, 3 …, dashes and its name."""
    cells = list(map(key, filter(str.strip, row)))
    if "栏次" in cells:
        return True
    integers = [int(cell) for cell in cells if cell.isdigit() and len(cell) < 3]
    others = [cell for cell in cells if not (cell.isdigit() and len(cell) < 3)]
    if not all(_COLUMN_NUMBERS.search(cell) or (token(cell) is not None and not cell.isdigit()) for cell in others):
        return False
    named = any(_COLUMN_NUMBERS.search(cell) for cell in others)
    return integers == sorted(set(integers)) and (named or integers[:2] == [1, 2])


def reading_of(grid: Grid, height: int, spec: TableSpec) -> Reading | None:
    """How the header says that the cells are to be read, None where it fits no declared column."""
    headers = list(map(_header, zip(*_filled(grid, min(height, _TOP_ROWS)), strict=True)))
    if wide := _wide(headers, spec):
        left_out = {j: "/".join(header) for j, header in enumerate(headers) if j not in wide}
        return Reading((), wide, left_out, grid.edges, grid.width)
    cells = list(zip(*grid.rows[height:], strict=True)) or [()] * grid.width
    columns = [_Column(j, _role(header, cells[j], spec), header) for j, header in enumerate(headers)]
    parts: list[Part] = []
    unread: dict[int, str] = {}
    for i, group in enumerate(_groups(_outdented(columns, grid, height))):
        names = spec.sides[i] if i < len(spec.sides) > 1 else tuple(spec.columns)
        values = [column for column in group if column.role == "value"]
        fitted = assigned([(c.at, c.header) for c in values], {name: spec.columns[name] for name in names})
        unread |= {c.at: "/".join(c.header) for c in values if c.at not in fitted}
        by_role = {role: tuple(c.at for c in group if c.role == role) for role in ("code", "label", "line")}
        if fitted:
            told = tuple(n for n in names if n in spec.required or n in fitted.values())
            parts.append(Part(by_role["code"], by_role["label"], by_role["line"], fitted, told))
    return Reading(tuple(parts), {}, unread, grid.edges, grid.width) if parts else None


def _filled(grid: Grid, height: int) -> list[list[str]]:
    """The keys of the cells of the first rows; that of a merged cell wherever it covers them."""
    rows = [list(map(key, row)) for row in grid.rows[:height]]
    for (top, left), (down, across) in grid.spans.items():
        for row in rows[top : top + down]:
            row[left : left + across] = [rows[top][left]] * across
    return rows


def _header(texts: Sequence[str]) -> tuple[str, ...]:
    """The header texts above a column from top to bottom, each once."""
    return tuple(
        text
        for before, text in itertools.pairwise(("", *texts))
        if (text and text != before and not text.isdigit() and not _COLUMN_NUMBERS.fullmatch(text))
        or LINE_HEADER.fullmatch(text)
    )


def _role(header: tuple[str, ...], cells: Iterable[str], spec: TableSpec) -> str:
    leaf = header[-1] if header else ""
    if LINE_HEADER.fullmatch(leaf):
        return "line"
    kinds = list(filter(None, map(_kind, cells)))
    texts, codes = kinds.count("text"), kinds.count("code")
    if CODE_HEADER.fullmatch(leaf) and "number" not in kinds:
        return "code"
    if (texts and texts * 2 > len(kinds)) or (not kinds and _LABEL_HEADER.fullmatch(leaf)):
        return "label"
    if spec.coded and codes and codes == len(kinds) and _LABEL_HEADER.fullmatch(leaf):
        return "code"
    return "value" if not _LABEL_HEADER.fullmatch(leaf) else "label"


@lru_cache(20_000)
def _kind(cell: str) -> str:
    """What the cell holds: a code, another number or a piece of one, a dash, or text; nothing if it is blank."""
    text = key(cell)
    if CODE.fullmatch(text):
        return "code"
    if token(text) is PLACEHOLDER:
        return "dash"
    if token(text) is not None or _PIECE_OF_NUMBER.fullmatch(text):
        return "number"
    return "text" if cell.strip() else ""


def _outdented(columns: Sequence[_Column], grid: Grid, height: int) -> list[_Column]:
    """The columns; a blank one right before names holds the labels that begin left of these on a later page."""
    found: list[_Column] = []
    for column in reversed(columns):
        blank = not column.header and not any(squeeze(row[column.at]) for row in grid.rows[height:])
        names = bool(found) and found[-1].role in ("code", "label")
        found.append(column._replace(role="label") if blank and names else column)
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


def _wide(headers: Sequence[tuple[str, ...]], spec: TableSpec) -> dict[int, tuple[str, str]]:
    """Grid column → item and column, for a table that prints items as columns.

    The column is empty where measures are not in the header: then each row is of one (决算数).
    """
    if spec.rows != "items" or len(spec.sides) != 1:
        return {}
    found: dict[int, tuple[str, str]] = {}
    for j, header in enumerate(headers):
        scores = {
            column: max((score((text,), keys(names)) for text in header), default=0)
            for column, names in spec.columns.items()
        }
        column = max(scores, key=lambda name: scores[name])
        if name := _header_item(header, spec):
            found[j] = (name, column if scores[column] >= 4 else "")
    measured = {j: pair for j, pair in found.items() if pair[1]} or found
    return measured if len({name for name, _ in measured.values()}) > 1 else {}


def _header_item(header: tuple[str, ...], spec: TableSpec) -> str:
    """The item that a header names: the lowest but for totals, which are of the item above them."""
    items = [name for text in header if text not in TOTALS and (name := item(text, spec))]
    whole = any(text.endswith(_SANGONG) for text in header)
    totals = ["total"] if whole else [name for text in header if (name := item(text, spec))]
    return next(reversed([name for name in items if name != "total"] or totals), "")
