"""Numbers whose characters or columns may be wrong: what identities confirm is kept, the rest is undetermined."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from fiscal_utils import specs
from fiscal_utils.identities import Cell, evaluate, relations
from fiscal_utils.normalise import Number
from fiscal_utils.parse.placement import layout
from fiscal_utils.parse.rows import Row

_CODE = re.compile(r"2(\d\d){1,3}|[35]\d\d(\d\d|\d{3})?")
"""Codes of functions have 3, 5 or 7 digits, of economic types 3 or 5; one digit too many is known as a misprint."""
_MANY = 0.1
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
    aligned row also by its label. A nameless aligned row may be the rest of the one above it, whose numbers in the
    same columns are then in doubt as well; so are those of aligned rows of one name, which may be pieces of two.
    """
    tables = {table: [row for row in rows if row.table == table] for table in dict.fromkeys(row.table for row in rows)}
    coded = {
        table
        for table, found in tables.items()
        if specs.tables()[table].coded and sum(1 if row.code else -1 for row in found if not row.item) > 0
    }
    names = Counter((row.table, row.key, c) for row in rows if row.aligned for c in row.cells)
    checked: list[Row] = []
    for row in rows:
        bare = not row.code and not row.item
        if (row.code and not _CODE.fullmatch(row.code)) or (bare and (row.aligned or row.table in coded)):
            if row.aligned and checked and checked[-1].columns == row.columns:
                checked[-1] = checked[-1].without(set(row.cells))
            row = row.without(set(row.cells))
        elif row.aligned:
            row = row.without({c for c in row.cells if names[row.table, row.key, c] > 1})
        checked.append(row)
    return checked


def unbroken(rows: Sequence[Row]) -> list[Row]:
    """The rows; numbers of unruled tables that may be pieces of broken ones in `undetermined`.

    Of a number that is broken over lines, or cut off at the edge of the page, the first piece has too few decimals.
    Where the document prints a fixed number of them, or no label names the row, such a piece puts its whole table in
    doubt: the rest of it may be read as another number.
    """
    aligned = [row for row in rows if row.aligned]
    if not aligned:
        return list(rows)
    usual = _usual_decimals(rows)
    fixed = {row.unit for row in rows for n in _printed(row) if n.decimals == usual[row.unit] and _is_padded(n)}
    suspect = [row for row in aligned if row.unit in fixed or not (row.code or row.item)]
    broken = {row.table for row in suspect if any(_is_piece(n, usual[row.unit]) for n in _printed(row))}
    checked = []
    for row in rows:
        doubtful = {c for c, n in _numbers(row).items() if _is_odd(n, usual[row.unit], row.unit in fixed)}
        checked.append(row.without(row.cells if row.table in broken else doubtful) if row.aligned else row)
    return checked


def _is_odd(printed: Number, usual: int, fixed: bool) -> bool:
    return printed.decimals > usual or (fixed and printed.decimals < usual)


def _is_piece(printed: Number, usual: int) -> bool:
    """Whether the number has too few decimals; a plain 0 may be printed for none."""
    return printed.decimals < usual and bool(printed.decimals or printed.value)


def _numbers(row: Row) -> dict[str, Number]:
    return {c: n for c, n in row.cells.items() if isinstance(n, Number)}


def _printed(row: Row) -> Iterator[Number]:
    return (printed for printed in (*row.cells.values(), *row.undetermined) if isinstance(printed, Number))


def _usual_decimals(rows: Sequence[Row]) -> dict[str, int]:
    """Unit → the most decimals that many of its numbers have: where some have fewer, these may be pieces."""
    found: dict[str, Counter[int]] = defaultdict(Counter)
    for row in rows:
        found[row.unit].update(n.decimals for n in _printed(row))
    return {
        unit: max((decimals for decimals, count in counts.items() if count > _MANY * counts.total()), default=0)
        for unit, counts in found.items()
    }


def _is_padded(printed: Number) -> bool:
    """Whether the number ends in a 0 that only a fixed number of decimals puts there."""
    return printed.decimals > 0 and str(printed).endswith("0")


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
