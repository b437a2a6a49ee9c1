"""Declared identities as concrete linear relations between cells, and their exact evaluation.

A printed number stands for an interval of half a unit in its last place on both sides, so a relation between printed
numbers holds when its two sides differ by no more than the half units of all its terms together.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from fiscal_utils import specs
from fiscal_utils.normalise import Number
from fiscal_utils.specs import Identity

Cell = tuple[str, str, str]
"""Table, row key, column."""

Layout = Mapping[str, Mapping[str, Sequence[str]]]
"""Table → row key → columns that the row can have. For the narrative: the figures that it states."""


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

    @property
    def terms(self) -> list[tuple[int, Cell]]:
        """All cells with their weight: +1 on the left, −1 on the right."""
        return [(1, cell) for cell in self.left] + [(-1, cell) for cell in self.right]


@dataclass(frozen=True)
class Verdict:
    """The evaluation of a relation: both sides, their difference and the difference that rounding allows."""

    status: str
    lhs: Decimal
    rhs: Decimal
    difference: Decimal
    tolerance: Decimal


def evaluate(relation: Relation, values: Mapping[Cell, Number]) -> Verdict:
    """The verdict `pass`, `rounding`, `fail` or, where every cell is blank, `not_applicable`.

    A blank cell counts as exactly 0. Tolerance: half a printed unit for each printed term. The alternative right side
    counts where the first one fails and it does not.
    """
    verdict = _verdict(relation, values)
    if verdict.status == "fail" and relation.alternative:
        other = _verdict(replace(relation, right=relation.alternative), values)
        return other if other.status != "fail" else verdict
    return verdict


def _verdict(relation: Relation, values: Mapping[Cell, Number]) -> Verdict:
    lhs = sum((values[cell].value for cell in relation.left if cell in values), Decimal(0))
    rhs = sum((values[cell].value for cell in relation.right if cell in values), Decimal(0))
    printed = [values[cell] for _, cell in relation.terms if cell in values]
    tolerance = sum((number.half_unit for number in printed), Decimal(0))
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
    for column in identity.columns or ("",):
        for row in identity.rows or ("",):
            left = [_fill(term, column, row) for term in identity.left]
            right = [_fill(term, column, row) for term in identity.right]
            other = [_fill(term, column, row) for term in identity.alternative]
            if any(table not in layout for table, _, _ in left + right):
                continue
            yield from _per_row(identity, left, right, other, layout)


def _fill(term: str, column: str, row: str) -> Cell:
    table, row_key, column_name = term.replace("{column}", column).replace("{row}", row).split(".")
    return table, row_key, column_name


def _per_row(
    identity: Identity, left: list[Cell], right: list[Cell], other: list[Cell], layout: Layout
) -> Iterator[Relation]:
    pattern = next((row for _, row, _ in left + right if row == "*" or row.endswith("class")), "")
    if not pattern:
        bindings = [""]
    elif identity.sum:
        bindings = None
    else:
        bindings = _rows(pattern, [table for table, row, _ in left + right if row == pattern], layout)
    if bindings is None:
        right = [(table, row, column) for table, p, column in right for row in _rows(p, [table], layout)]
        bindings = [""]
    for bound in bindings:
        sides = [[(t, _bind(row, bound), c) for t, row, c in side] for side in (left, right, other)]
        cells = sides[0] + sides[1]
        stated = all(c in layout[t].get(row, ()) for t, row, c in cells if t == "narrative")
        if identity.detail and not any(c in layout[t].get(row, ()) for t, row, c in sides[1]):
            continue
        if stated and any(c in layout[t].get(row, ()) for t, row, c in cells):
            name = f"{identity.id}:{bound}" if bound else identity.id
            suffix = next((c for c in identity.columns if any(c == cell[2] for cell in cells)), "")
            yield Relation(
                ".".join(filter(None, (name, suffix))), identity.kind, tuple(sides[0]), tuple(sides[1]),
                identity.relation, tuple(sides[2]),
            )  # fmt: skip


def _bind(row: str, bound: str) -> str:
    if row == "*" or row == "class":
        return bound
    return row.replace("/class", f"/{bound}")


def _rows(pattern: str, tables: Iterable[str], layout: Layout) -> list[str]:
    """The rows of the tables that a pattern stands for, in printed order, each once."""
    found: dict[str, None] = {}
    for table in tables:
        for row in layout[table]:
            name = row.split("/")[-1]
            if pattern == "*" or (len(name) == 3 and name.isdigit()):
                found[name] = None
    return list(found)


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
                )  # fmt: skip


def children_of(parent: str, codes: Sequence[str]) -> list[str]:
    """The codes one printed level below a code, or below `total`."""
    if parent == "total":
        return [code for code in codes if len(code) == 3]
    return [code for code in codes if len(code) == len(parent) + 2 and code.startswith(parent)]
