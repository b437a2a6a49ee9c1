"""Numbers whose characters or columns may be wrong: what identities confirm is kept, the rest is undetermined."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from fiscal_utils.identities import Cell, evaluate, relations
from fiscal_utils.normalise import Number
from fiscal_utils.parse.placement import layout
from fiscal_utils.parse.rows import Row

_HOLDS = ("pass", "rounding")


def confirmed(rows: Sequence[Row], narrative: Mapping[Cell, Number], pages: Collection[int]) -> list[Row]:
    """The rows; numbers that may be misread and that no identity confirms in `undetermined`.

    On the recognised `pages` any character may be wrong, so each number needs an identity that holds. In aligned rows
    the characters are certain and only the column may be wrong, so a number is in doubt where identities fail and
    none holds. An identity counts where it is an equality and at least two of its terms are printed.
    """
    held, failed = _tested(rows, narrative)
    doubtful = failed - held
    checked = []
    for row in rows:
        if row.page in pages:
            row = _without(row, {c for c in row.cells if (row.table, row.key, c) not in held})
        elif row.aligned:
            row = _without(row, {c for c in row.cells if (row.table, row.key, c) in doubtful})
        checked.append(row)
    return checked


def _tested(rows: Sequence[Row], narrative: Mapping[Cell, Number]) -> tuple[set[Cell], set[Cell]]:
    """The cells in identities that hold, and those in identities that fail."""
    values: dict[Cell, Number] = dict(narrative)
    for row in rows:
        values |= {(row.table, row.key, c): n for c, n in row.cells.items() if isinstance(n, Number)}
    held: set[Cell] = set()
    failed: set[Cell] = set()
    for relation in relations(layout(rows, narrative)):
        printed = {cell for _, cell in relation.terms if cell in values}
        if relation.relation == "=" and len(printed) > 1:
            (held if evaluate(relation, values).status in _HOLDS else failed).update(printed)
    return held, failed


def _without(row: Row, doubtful: Collection[str]) -> Row:
    numbers = {column: printed for column, printed in row.cells.items() if isinstance(printed, Number)}
    moved = tuple(printed for column, printed in numbers.items() if column in doubtful)
    cells = {c: printed for c, printed in row.cells.items() if c not in doubtful or c not in numbers}
    return replace(row, cells=cells, undetermined=(*row.undetermined, *moved))
