"""Tables cut by a page break: a header that goes on in the next grid, and a row that goes on at its top."""

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from fiscal_utils import specs
from fiscal_utils.normalise import Number, key, label_key, number, squeeze
from fiscal_utils.parse.rows import item
from fiscal_utils.read import Grid
from fiscal_utils.specs import TableSpec

_SAME_EDGE = 3.0


@dataclass(frozen=True)
class Columns:
    """The columns of a table by what they hold, those of tables that stand side by side together."""

    codes: tuple[int, ...]
    labels: tuple[int, ...]
    lines: tuple[int, ...]
    values: tuple[int, ...]


def stacked(first: Grid, second: Grid, cut: bool = False) -> Grid | None:
    """The rows of two grids as one grid, None where the columns of the first are none of the second or of these.

    `cut`: the last row of the first and the first row of the second are one.
    """
    first = refined(first, second.edges) if first.width < second.width else first
    if first.width != second.width:
        return None
    height = len(first.rows) - cut
    shared = [tuple(a + b for a, b in zip(first.rows[-1], second.rows[0], strict=True))] if cut else []
    spans = {**first.spans, **{(row + height, column): span for (row, column), span in second.spans.items()}}
    return replace(second, rows=(*first.rows[:height], *shared, *second.rows[int(cut) :]), spans=spans)


def refined(grid: Grid, edges: Sequence[float]) -> Grid:
    """The grid with the columns between the edges, over which its cells are merged; itself where it has other ones."""
    places = [next((j for j, edge in enumerate(edges) if abs(edge - own) < _SAME_EDGE), -1) for own in grid.edges]
    if not places or -1 in places or places[-1] != len(edges) - 1:
        return grid
    rows = [[""] * (len(edges) - 1) for _ in grid.rows]
    spans = {}
    for i, j in itertools.product(range(len(grid.rows)), range(grid.width)):
        down, across = grid.spans.get((i, j), (1, 1))
        rows[i][places[j]] = grid.rows[i][j]
        if (i, j) not in grid.owners or (i, j) in grid.spans:
            spans[i, places[j]] = (down, places[j + across] - places[j])
    return replace(grid, rows=tuple(map(tuple, rows)), spans=spans, edges=tuple(edges))


def mended(first: Grid, second: Grid, columns: Columns, spec: TableSpec) -> tuple[Grid, Grid]:
    """The bodies of a table on two pages; a row that begins on the first and ends on the second is whole on the first.

    A rest of a row has no code and no row number of its own, completes a label, or completes broken numbers.
    """
    if not first.rows or not second.rows or first.width != second.width:
        return first, second
    begin, rest = first.rows[-1], second.rows[0]
    if not (
        _is_rest(begin, rest, columns, spec) and _completes(begin, rest, columns, _decimals((first, second), columns))
    ):
        return first, second
    whole = tuple(a + b for a, b in zip(begin, rest, strict=True))
    spans = {at: span for at, span in first.spans.items() if at[0] < len(first.rows) - 1}
    return replace(first, rows=(*first.rows[:-1], whole), spans=spans), second.part(1, len(second.rows))


def _is_rest(begin: Sequence[str], rest: Sequence[str], columns: Columns, spec: TableSpec) -> bool:
    """Whether the row has nothing that begins one: by its codes and row numbers, else by its labels."""
    alone = len(columns.codes) == 1
    coded = any(_begins_code(begin[j], rest[j], alone) for j in columns.codes)
    if coded or any(key(rest[j]).isdigit() for j in columns.lines):
        return False
    pairs = [(begin[j], rest[j]) for j in columns.labels if squeeze(rest[j])]
    open_ended = [pair for pair in pairs if not _is_known("".join(pair), spec)]
    numbered = any(key(begin[j]).isdigit() for j in (*columns.codes, *columns.lines))
    return not open_ended or (numbered and not any(_is_known(label, spec) for pair in open_ended for label in pair))


def _begins_code(begin: str, rest: str, alone: bool) -> bool:
    """Whether the cell has a code of its own; where codes stand in one column, the end of one has too few digits."""
    above, below = key(begin), key(rest)
    return below.isdigit() and not (alone and len(below) < 3 and len(above + below) in (5, 7))


def _is_known(label: str, spec: TableSpec) -> bool:
    """Whether a row is known by this label: an item, or an official name of the classifications."""
    return bool(item(label, spec)) or label_key(label) in _names()


@cache
def _names() -> frozenset[str]:
    every = (specs.classification(name).values() for name in ("functions", "economic"))
    return frozenset(key(names["zh"]) for found in every for names in found)


def _decimals(pages: Sequence[Grid], columns: Columns) -> int:
    """How many decimals most numbers of the pages have."""
    printed = _numbers(row[j] for grid in pages for row in grid.rows for j in columns.values)
    return max(Counter(one.decimals for one in printed).items(), key=lambda entry: entry[1], default=(0, 0))[0]


def _numbers(cells: Iterable[str]) -> Iterator[Number]:
    return (one for cell in cells if (one := number(squeeze(cell))))


def _completes(begin: Sequence[str], rest: Sequence[str], columns: Columns, decimals: int) -> bool:
    """Whether each number that goes on is broken and becomes one with the usual decimals."""
    empty = not any(squeeze(begin[j]) for j in columns.values)
    for above, below in ((squeeze(begin[j]), squeeze(rest[j])) for j in columns.values if squeeze(rest[j])):
        joined = number(above + below)
        whole = (before := number(above)) is not None and before.decimals == decimals
        if joined is None or joined.decimals != decimals or whole or not (above or empty):
            return False
    return any(map(squeeze, rest))
