"""Recognised characters may be wrong: what an identity confirms is kept, the rest is undetermined."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from fiscal_utils.identities import Cell, evaluate, relations
from fiscal_utils.normalise import Number
from fiscal_utils.parse.placement import layout
from fiscal_utils.parse.rows import Row

_HOLDS = ("pass", "rounding")


def confirmed(rows: Sequence[Row], narrative: Mapping[Cell, Number], pages: Collection[int]) -> list[Row]:
    """The rows; numbers on the recognised pages that take part in no identity that holds in `undetermined`.

    An identity confirms the numbers in it where it is an equality and at least two of its terms are printed.
    """
    trusted = _trusted(rows, narrative)
    return [_checked(row, trusted) if row.page in pages else row for row in rows]


def _trusted(rows: Sequence[Row], narrative: Mapping[Cell, Number]) -> set[Cell]:
    values: dict[Cell, Number] = dict(narrative)
    for row in rows:
        values |= {(row.table, row.key, c): n for c, n in row.cells.items() if isinstance(n, Number)}
    trusted: set[Cell] = set()
    for relation in relations(layout(rows, narrative)):
        printed = {cell for _, cell in relation.terms if cell in values}
        if relation.relation == "=" and len(printed) > 1 and evaluate(relation, values).status in _HOLDS:
            trusted |= printed
    return trusted


def _checked(row: Row, trusted: set[Cell]) -> Row:
    doubtful = {
        column: printed
        for column, printed in row.cells.items()
        if isinstance(printed, Number) and (row.table, row.key, column) not in trusted
    }
    cells = {column: printed for column, printed in row.cells.items() if column not in doubtful}
    return replace(row, cells=cells, undetermined=(*row.undetermined, *doubtful.values()))
