"""Declared identities as concrete linear relations between cells, and their exact evaluation.

A printed number stands for an interval of half a unit in its last place on both sides, so a relation between printed
numbers holds when its two sides differ by no more than the half units of all its terms together.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from itertools import product
from typing import NamedTuple

from fiscal_utils import specs
from fiscal_utils.normalise import Number
from fiscal_utils.specs import Identity

Cell = tuple[str, str, str]
"""Table, row key, column."""

Layout = Mapping[str, Mapping[str, Sequence[str]]]
"""Table → row key → columns that the row can have. For the narrative: the figures that it states."""

NARRATIVE = "narrative"
"""The table name of the narrative's figures; their rows are `section/item`, their columns the measures."""

_PATTERNS: Mapping[str, Callable[[str], bool]] = {
    "*": lambda row: True,
    "class": lambda row: len(row) == 3 and row.isdigit(),
    "type": lambda row: len(row) == 5 and row.isdigit(),
    "item": lambda row: len(row) == 7 and row.isdigit(),
    "code": str.isdigit,
}
"""What stands for many rows, alone or after `section/`: every row, 类, 款, 项, all codes."""


@dataclass(frozen=True)
class Relation:
    """`left = right` (or `>=`) over cells, made from one declared identity."""

    id: str
    kind: str
    left: tuple[Cell, ...]
    right: tuple[Cell, ...]
    relation: str = "="
    alternative: tuple[Cell, ...] = ()
    """Another right side that may be meant."""
    declared: str = ""
    """The id of the identity that it is made from."""

    @property
    def terms(self) -> list[tuple[int, Cell]]:
        """All cells with their weight: +1 on the left, −1 on the right."""
        return [(1, cell) for cell in self.left] + [(-1, cell) for cell in self.right]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All cells, those of the left side first."""
        return self.left + self.right

    def meant(self, values: Mapping[Cell, Number]) -> "Relation":
        """The relation with the right side that is meant: the nearer one, where another one may be."""
        if not self.alternative:
            return self
        sides = [replace(self, right=side, alternative=()) for side in (self.right, self.alternative)]
        return min(sides, key=lambda side: abs(_verdict(side, values).difference))

    def verdict(self, values: Mapping[Cell, Number]) -> "Verdict":
        """See `evaluate`."""
        return evaluate(self, values)

    def repairs(self, values: Mapping[Cell, Number]) -> Iterator[tuple[Cell, Decimal]]:
        """Each cell with the amount that would make both sides equal; a blank cell counts as 0."""
        difference = _verdict(self, values).difference
        for weight, cell in self.terms:
            yield cell, (values[cell].value if cell in values else Decimal(0)) - weight * difference


class Verdict(NamedTuple):
    """The evaluation of a relation: both sides, their difference and the difference that rounding allows."""

    status: str
    lhs: Decimal
    rhs: Decimal
    difference: Decimal
    tolerance: Decimal


def evaluate(relation: Relation, values: Mapping[Cell, Number]) -> Verdict:
    """The verdict `pass`, `rounding`, `fail` or, where every cell is blank, `not_applicable`.

    A blank cell counts as exactly 0. Tolerance: half a printed unit for each printed term. Of two right sides that may
    be meant the nearer one counts.
    """
    return _verdict(relation.meant(values), values)


def _verdict(relation: Relation, values: Mapping[Cell, Number]) -> Verdict:
    left = [values[cell] for cell in relation.left if cell in values]
    right = [values[cell] for cell in relation.right if cell in values]
    printed = [*left, *right]
    lhs, rhs = (sum([number.value for number in side], Decimal(0)) for side in (left, right))
    tolerance = sum([number.half_unit for number in printed], Decimal(0))
    difference = lhs - rhs
    excess = -difference if relation.relation == ">=" else abs(difference)
    if not printed:
        status = "not_applicable"
    elif excess <= 0:
        status = "pass"
    else:
        status = "rounding" if excess <= tolerance else "fail"
    return Verdict(status, lhs, rhs, difference, tolerance)


def relations(layout: Layout) -> list[Relation]:
    """Every declared identity and every hierarchy sum that the tables of the layout allow."""
    declared = (made for identity in specs.identities() for made in _instances(identity, layout))
    return [*declared, *_hierarchies(layout)]


def _instances(identity: Identity, layout: Layout) -> Iterator[Relation]:
    for column, row in product(identity.columns or ("",), identity.rows or ("",)):
        sides = Sides(*(fill(terms, column, row) for terms in (identity.left, identity.right, identity.alternative)))
        if any(table not in layout for table, _, _ in sides.left + sides.right):
            continue
        if identity.sum:
            sides = replace(sides, right=_expanded(sides.right, layout))
        for bound in bindings(sides.left + sides.right, layout):
            made = sides.bound(bound) if bound else sides
            if _applies(made, layout) and (not identity.detail or _detailed(identity, made, layout)):
                suffix = column if any(column == cell[2] for cell in made.left + made.right) else ""
                yield Relation(
                    name_of(identity.id, bound or row, suffix),
                    identity.kind,
                    made.left,
                    made.right,
                    identity.relation,
                    made.other,
                    identity.id,
                )


def name_of(declared: str, row: str, column: str) -> str:
    """The id of one instance of a declared check: `declared:row.column`."""
    return ".".join(filter(None, (f"{declared}:{row}" if row else declared, column)))


@dataclass(frozen=True)
class Sides:
    """The cells on both sides of an identity, and those of another right side that may be meant."""

    left: tuple[Cell, ...]
    right: tuple[Cell, ...]
    other: tuple[Cell, ...]

    def bound(self, name: str) -> "Sides":
        """The sides with every row pattern replaced by the row of this name."""
        return Sides(*(tuple(bind(cell, name) for cell in side) for side in (self.left, self.right, self.other)))


@cache
def fill(terms: tuple[str, ...], column: str = "", row: str = "") -> tuple[Cell, ...]:
    """The terms `table.row.column` as cells, `{column}` and `{row}` filled in."""
    filled = (term.replace("{column}", column).replace("{row}", row) for term in terms)
    return tuple((table, key, name) for table, key, name in (term.split(".") for term in filled))


def _applies(sides: Sides, layout: Layout) -> bool:
    """Whether any cell is there to be tested, and every narrative cell is stated."""
    there = [cell for cell in sides.left + sides.right if _is_there(cell, layout)]
    return bool(there) and all(cell in there for cell in sides.left + sides.right if cell[0] == NARRATIVE)


def _detailed(identity: Identity, sides: Sides, layout: Layout) -> bool:
    """Whether the place prints such details: one on the right side, or of another of the identity's rows."""
    cells = [*sides.right, *(cell for row in identity.rows for cell in fill(identity.right, row=row))]
    return any(_is_there(cell, layout) for cell in cells)


def _is_there(cell: Cell, layout: Layout) -> bool:
    table, row, column = cell
    return column in layout[table].get(row, ())


def bindings(cells: Iterable[Cell], layout: Layout) -> list[str]:
    """The rows that the pattern among the cells' rows stands for: "" where there is no pattern."""
    patterned = [(table, row) for table, row, _ in cells if _is_pattern(row)]
    if not patterned:
        return [""]
    return list(dict.fromkeys(name for table, row in patterned for name in _names(row, layout.get(table, {}))))


def bind(cell: Cell, name: str) -> Cell:
    """The cell with the pattern in its row replaced by a row's name."""
    table, row, column = cell
    prefix, slash, last = row.rpartition("/")
    return (table, f"{prefix}{slash}{name}", column) if last in _PATTERNS else cell


def _expanded(cells: Iterable[Cell], layout: Layout) -> tuple[Cell, ...]:
    """The cells, one whose row is a pattern as all the rows that it stands for."""
    return tuple(bind(cell, name) for cell in cells for name in bindings([cell], layout))


def _is_pattern(row: str) -> bool:
    return row.rpartition("/")[2] in _PATTERNS


def _names(pattern: str, rows: Iterable[str]) -> Iterator[str]:
    """What the pattern's last part stands for in each of the rows that it describes."""
    prefix, slash, last = pattern.rpartition("/")
    for row in rows:
        name = row.removeprefix(prefix + slash)
        if row.startswith(prefix + slash) and (not slash or "/" not in name) and _PATTERNS[last](name):
            yield name


def _hierarchies(layout: Layout) -> Iterator[Relation]:
    """Every code's columns as the sum of the codes one level below, and 合计 as the sum of the classes."""
    for table, spec in specs.tables().items():
        if not spec.coded or table not in layout:
            continue
        rows = layout[table]
        optional = set(spec.optional) - {column for columns in rows.values() for column in columns}
        printed = [column for column in spec.columns if column not in optional]
        codes = [row for row in rows if row.isdigit()]
        parents = [row for row in codes if len(row) < 7]
        if spec.rows == "function":
            parents.insert(0, "total")
        for parent in parents:
            children = children_of(parent, codes)
            if not children or parent not in rows:
                continue
            for column in printed:
                yield Relation(
                    f"hierarchy-{table}:{parent}.{column}", "hierarchy",
                    ((table, parent, column),), tuple((table, child, column) for child in children),
                    declared="hierarchy",
                )  # fmt: skip


def children_of(parent: str, codes: Sequence[str]) -> list[str]:
    """The codes one printed level below a code, or below `total`."""
    if parent == "total":
        return [code for code in codes if len(code) == 3]
    return [code for code in codes if len(code) == len(parent) + 2 and code.startswith(parent)]
