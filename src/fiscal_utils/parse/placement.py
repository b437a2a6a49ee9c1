"""Rows that lost their blank cells to columns, placed so that as many accounting identities as possible close.

A text layer prints `230.72 230.72` for two of seven columns. Every order-preserving placement of a row's numbers is a
candidate; the candidates of all rows together are chosen by integer programming so that the fewest identities fail
within rounding. A number whose column differs between equally good choices is undetermined.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations

from fiscal_utils.identities import Cell, Layout
from fiscal_utils.normalise import Number, Token
from fiscal_utils.parse.rows import Row

Placement = Mapping[str, Token]
"""Column → what is printed there."""


def place(rows: Sequence[Row], narrative: Mapping[Cell, Number]) -> list[Row]:
    """The rows with their cells filled; numbers whose column the identities leave open in `undetermined`."""
    candidates = {i: _candidates(row) for i, row in enumerate(rows)}
    open_rows = [i for i, found in candidates.items() if len(found) > 1]
    if not open_rows:
        filled = [(row, found[0]) for row, found in zip(rows, candidates.values(), strict=True)]
        return [row if row.cells == cells else row._replace(cells=cells) for row, cells in filled]
    from fiscal_utils.parse.solver import Model  # its library takes as long to import as a document to read

    model = Model(rows, candidates, narrative)
    best = model.solve()
    doubtful = model.doubtful(best, open_rows)
    placed = []
    for i, row in enumerate(rows):
        cells = candidates[i][best[i]]
        doubts = doubtful.get(i, set())
        placed.append(
            row._replace(
                cells={column: printed for column, printed in cells.items() if column not in doubts},
                undetermined=tuple(printed for column, printed in cells.items() if column in doubts),
            )
        )
    return placed


def layout(rows: Sequence[Row], narrative: Mapping[Cell, Number]) -> Layout:
    """Which rows and columns there are, for making relations."""
    found: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        columns = found.setdefault(row.table, {}).setdefault(row.key, [])
        columns += [column for column in row.columns if column not in columns]
    for table, row_key, column in narrative:
        found.setdefault(table, {}).setdefault(row_key, []).append(column)
    return found


def _candidates(row: Row) -> list[Placement]:
    if row.cells:
        return [row.cells]
    if not any(isinstance(printed, Number) for printed in row.tokens):
        return [dict(zip(row.columns, row.tokens, strict=False))]
    return [dict(zip(columns, row.tokens, strict=True)) for columns in combinations(row.columns, len(row.tokens))]
