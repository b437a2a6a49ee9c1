"""Rows of grids that run over pages, and the columns under which their cells stand."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from fiscal_utils.normalise import key, squeeze
from fiscal_utils.parse.performance.model import rules
from fiscal_utils.read import Grid

_BRACKETED = re.compile(r"\(.*?\)")
_LEAST_HEADERS = 3
"""A row is a header where at least so many of its cells name columns, one of them the column in _ANCHORS."""
_ANCHORS = {"funds": "executed", "indicators": "name"}


class Cell(NamedTuple):
    """The text of a cell without white space, its columns from `start` to before `stop`."""

    text: str
    start: int
    stop: int
    own: bool
    """Whether the cell begins in this row; else it is merged down from a row above."""


@dataclass(frozen=True)
class Row:
    """All cells that cover a row of a grid, from left to right."""

    cells: tuple[Cell, ...]
    grid: Grid
    first: bool
    """Whether it is the first row of a grid that continues another."""

    @property
    def page(self) -> int | None:
        """The page of the grid."""
        return self.grid.page

    @property
    def own(self) -> tuple[str, ...]:
        """The texts of the cells that begin in this row and are not blank."""
        return tuple(cell.text for cell in self.cells if cell.own and cell.text)


Placed = dict[str, list[Cell]]
"""Cells by the column that they stand under; `label` is left of all columns, the empty name is under none."""


def rows_of(grids: Sequence[Grid]) -> list[Row]:
    """The rows of all grids in printed order."""
    return [
        Row(_cells(grid, index), grid, first=index == 0 and count > 0)
        for count, grid in enumerate(grids)
        for index in range(len(grid.rows))
    ]


def _cells(grid: Grid, row: int) -> tuple[Cell, ...]:
    cells, column = [], 0
    while column < grid.width:
        owner = grid.owners.get((row, column), (row, column))
        stop = owner[1] + grid.spans.get(owner, (1, 1))[1]
        cells.append(Cell(squeeze(grid.rows[owner[0]][owner[1]]), column, stop, owner[0] == row))
        column = stop
    return tuple(cells)


def is_blank(text: str) -> bool:
    """Whether a cell prints nothing or only dashes, slashes or dots."""
    return re.fullmatch(rules()["blank"], text) is not None


def joined(placed: Placed, column: str, own: bool = True) -> str:
    """The text that stands under a column, empty where it is only a dash; `own`: without cells of rows above."""
    text = "".join(cell.text for cell in placed.get(column, []) if cell.own or not own)
    return "" if is_blank(text) else text


@dataclass(frozen=True)
class Header:
    """The columns that a header row names, in order; cells whose headers are joined make one column."""

    columns: tuple[tuple[str, Cell], ...]
    grid: Grid
    missing: tuple[str, ...]
    unknown: tuple[str, ...]

    @classmethod
    def of(cls, row: Row, kind: str) -> "Header | None":
        """The header of the `funds` or `indicators` that the row prints, None where it prints none."""
        named = [(_named(cell.text, kind), cell) for cell in row.cells if cell.text]
        columns = tuple((name, cell) for name, cell in named if name)
        names = {name for name, _ in columns} - {"ignored"}
        if len(names) < _LEAST_HEADERS or _ANCHORS[kind] not in names:
            return None
        missing = tuple(name for name in rules()["headers"][kind] if name not in names and name != "ignored")
        unknown = tuple(cell.text for name, cell in named if not name and cell.start > columns[0][1].start)
        return cls(columns, row.grid, missing, unknown)

    def place(self, row: Row) -> Placed | None:
        """The cells of the row by column, None where the columns of its grid cannot be compared with the header's."""
        by_edge = _has_edges(row.grid) and _has_edges(self.grid)
        if not by_edge and row.grid.width != self.grid.width:
            return None
        theirs = row.grid.edges if by_edge else tuple(range(row.grid.width + 1))
        ours = self.grid.edges if by_edge else theirs
        placed: Placed = {}
        for cell in row.cells:
            placed.setdefault(self._column(theirs[cell.start], theirs[cell.stop], ours), []).append(cell)
        return placed

    def _column(self, left: float, right: float, at: Sequence[float]) -> str:
        """The column of which the extent covers most, if the two share at least half of the narrower one."""
        extents = [(name, at[cell.start], at[cell.stop]) for name, cell in self.columns]
        shares = [(min(right, stop) - max(left, start)) / (stop - start) for _, start, stop in extents]
        name, start, stop = extents[shares.index(max(shares))]
        if 2 * max(shares) * (stop - start) >= min(right - left, stop - start):
            return name
        return "label" if left + right < 2 * extents[0][1] else ""


def _named(text: str, kind: str) -> str:
    match = _headers(kind).fullmatch(_BRACKETED.sub("", key(text)))
    return (match and match.lastgroup) or ""


@cache
def _headers(kind: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{name}>{words})" for name, words in rules()["headers"][kind].items()))


def _has_edges(grid: Grid) -> bool:
    return len(grid.edges) == grid.width + 1
