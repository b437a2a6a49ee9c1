"""Numbers whose characters or columns may be wrong: what identities confirm is kept, the rest is undetermined."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from fiscal_utils import specs
from fiscal_utils.identities import Cell, evaluate, relations
from fiscal_utils.normalise import Number
from fiscal_utils.parse.placement import layout
from fiscal_utils.parse.rows import Row

_CODE = re.compile(r"2(\d\d){1,3}|[35]\d\d(\d\d|\d{3})?")
"""Codes of functions have 3, 5 or 7 digits, of economic types 3 or 5; one digit too many is known as a misprint."""
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
            row = row.without({c for c in row.cells if (row.table, row.key, c) not in held})
        elif row.aligned:
            row = row.without({c for c in row.cells if (row.table, row.key, c) in doubtful})
        checked.append(row)
    return checked


def named(rows: Sequence[Row]) -> list[Row]:
    """The rows; numbers of those that nothing names in `undetermined`, for a piece of a broken row looks like that.

    Where most rows of a table have codes, a row is named by a code of the classification's form or as a total; an
    aligned row also by its label, and its numbers have no more decimals than most of the table. A nameless aligned row
    may be the rest of the one above it, whose numbers in the same columns are then in doubt as well.
    """
    tables = {table: [row for row in rows if row.table == table] for table in dict.fromkeys(row.table for row in rows)}
    coded = {
        table
        for table, found in tables.items()
        if specs.tables()[table].coded and sum(1 if row.code else -1 for row in found if not row.item) > 0
    }
    decimals = {table: _usual_decimals(found) for table, found in tables.items()}
    checked: list[Row] = []
    for row in rows:
        bare = not row.code and not row.item
        if (row.code and not _CODE.fullmatch(row.code)) or (bare and (row.aligned or row.table in coded)):
            if row.aligned and checked and checked[-1].columns == row.columns:
                checked[-1] = checked[-1].without(set(row.cells))
            row = row.without(set(row.cells))
        elif row.aligned:
            printed = [(c, n) for c, n in row.cells.items() if isinstance(n, Number)]
            row = row.without({c for c, n in printed if n.decimals > decimals[row.table]})
        checked.append(row)
    return checked


def _usual_decimals(rows: Sequence[Row]) -> int:
    printed = Counter(n.decimals for row in rows for n in row.cells.values() if isinstance(n, Number))
    return printed.most_common(1)[0][0] if printed else 0


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
