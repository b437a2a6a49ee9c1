"""Declared identities as concrete linear relations between cells, and their exact evaluation.

A printed number stands for an interval of half a unit in its last place on both sides, so a relation between printed
numbers holds when its two sides differ by no more than the half units of all its terms together.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from itertools import product
from typing import NamedTuple

from fiscal_utils import specs
from fiscal_utils.normalise import Number
from fiscal_utils.specs import Identity

Cell = tuple[str, str, str]
"""Table, row key, column."""

_NOTHING = Decimal(0)

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


class Relation(NamedTuple):
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
        sides = [self._replace(right=side, alternative=()) for side in (self.right, self.alternative)]
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
    left = [number for cell in relation.left if (number := values.get(cell))]
    right = [number for cell in relation.right if (number := values.get(cell))]
    if not (printed := left + right):
        return Verdict("not_applicable", _NOTHING, _NOTHING, _NOTHING, _NOTHING)
    lhs, rhs = sum([number.value for number in left], _NOTHING), sum([number.value for number in right], _NOTHING)
    tolerance = sum([number.half_unit for number in printed], _NOTHING)
    difference = lhs - rhs
    excess = -difference if relation.relation == ">=" else abs(difference)
    status = "pass" if excess <= _NOTHING else "rounding" if excess <= tolerance else "fail"
    return Verdict(status, lhs, rhs, difference, tolerance)


def relations(layout: Layout) -> list[Relation]:
    """Every declared identity and every hierarchy sum that the tables of the layout allow."""
    there = {(table, row, column) for table, rows in layout.items() for row, names in rows.items() for column in names}
    possible = [identity for identity in _filled() if layout.keys() >= identity.tables]
    declared = [relation for identity in possible for relation in identity.relations(layout, there)]
    return [*declared, *_hierarchies(layout)]


class _Filled(NamedTuple):
    """An identity for one of its columns and rows; a pattern among the rows of its cells is still open."""

    identity: Identity
    row: str
    suffix: str
    """The column, where a cell has it."""
    left: tuple[Cell, ...]
    right: tuple[Cell, ...]
    other: tuple[Cell, ...]
    """Another right side that may be meant."""
    tables: frozenset[str]
    patterns: tuple[tuple[str, str], ...]
    """Table and row of the cells whose row is a pattern, but for those on the right of a sum."""
    others: tuple[Cell, ...]
    """The right sides for all the identity's rows: a place that prints none of them does not print such details."""

    def relations(self, layout: Layout, there: set[Cell]) -> Iterator[Relation]:
        """The relations with every row that the pattern stands for, where they are to be tested."""
        identity = self.identity
        summed = _expanded(self.right, layout) if identity.sum else ()
        for name in bindings(self.patterns, layout):
            left, right = bound(self.left, name), summed if identity.sum else bound(self.right, name)
            if _applies(left + right, there) and (not identity.detail or not there.isdisjoint(right + self.others)):
                yield Relation(
                    name_of(identity.id, name or self.row, self.suffix), identity.kind, left, right,
                    identity.relation, bound(self.other, name), identity.id,
                )  # fmt: skip


@cache
def _filled() -> list[_Filled]:
    """Every identity for each of its columns and rows."""
    return [
        _fill(identity, column, row)
        for identity in specs.identities()
        for column, row in product(identity.columns or ("",), identity.rows or ("",))
    ]


def _fill(identity: Identity, column: str, row: str) -> _Filled:
    left, right, other = (fill(terms, column, row) for terms in (identity.left, identity.right, identity.alternative))
    suffix = column if any(column == cell[2] for cell in left + right) else ""
    tables = frozenset(table for table, _, _ in left + right)
    opened = patterns(left if identity.sum else left + right)
    others = tuple(cell for name in identity.rows for cell in fill(identity.right, row=name))
    return _Filled(identity, row, suffix, left, right, other, tables, opened, others)


def name_of(declared: str, row: str, column: str) -> str:
    """The id of one instance of a declared check: `declared:row.column`."""
    named = f"{declared}:{row}" if row else declared
    return f"{named}.{column}" if column else named


@cache
def fill(terms: tuple[str, ...], column: str = "", row: str = "") -> tuple[Cell, ...]:
    """The terms `table.row.column` as cells, `{column}` and `{row}` filled in."""
    filled = (term.replace("{column}", column).replace("{row}", row) for term in terms)
    return tuple((table, key, name) for table, key, name in (term.split(".") for term in filled))


def _applies(cells: tuple[Cell, ...], there: set[Cell]) -> bool:
    """Whether any cell is there to be tested, and every narrative cell is stated."""
    return not there.isdisjoint(cells) and there.issuperset([cell for cell in cells if cell[0] == NARRATIVE])


def patterns(cells: Iterable[Cell]) -> tuple[tuple[str, str], ...]:
    """Table and row of the cells whose row is a pattern."""
    return tuple(dict.fromkeys((table, row) for table, row, _ in cells if _opening(row) is not None))


def bindings(found: Sequence[tuple[str, str]], layout: Layout) -> list[str]:
    """The rows that the pattern, in these places, stands for: "" where there is no pattern."""
    if not found:
        return [""]
    return list(dict.fromkeys(name for table, row in found for name in _names(row, layout.get(table, {}))))


def bound(cells: tuple[Cell, ...], name: str) -> tuple[Cell, ...]:
    """The declared cells with the pattern in their rows replaced by a row's name."""
    if not name:
        return cells
    return tuple([cell if (start := _opening(cell[1])) is None else (cell[0], start + name, cell[2]) for cell in cells])


def _expanded(cells: Iterable[Cell], layout: Layout) -> tuple[Cell, ...]:
    """The cells, one whose row is a pattern as all the rows that it stands for."""
    return tuple(one for cell in cells for name in bindings(patterns([cell]), layout) for one in bound((cell,), name))


@cache
def _opening(row: str) -> str | None:
    """What stands before the pattern in a declared row, None where there is no pattern."""
    prefix, slash, last = row.rpartition("/")
    return prefix + slash if last in _PATTERNS else None


def _names(pattern: str, rows: Iterable[str]) -> list[str]:
    """What the pattern's last part stands for in each of the rows that it describes."""
    prefix, slash, last = pattern.rpartition("/")
    fits, start = _PATTERNS[last], prefix + slash
    names = [row[len(start) :] for row in rows if row.startswith(start)]
    return [name for name in names if fits(name) and not (slash and "/" in name)]


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
                    ((table, parent, column),), tuple([(table, child, column) for child in children]),
                    declared="hierarchy",
                )  # fmt: skip


def children_of(parent: str, codes: Sequence[str]) -> list[str]:
    """The codes one printed level below a code, or below `total`."""
    if parent == "total":
        return [code for code in codes if len(code) == 3]
    return [code for code in codes if len(code) == len(parent) + 2 and code.startswith(parent)]
