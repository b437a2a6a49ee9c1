"""Printed percentages against the amounts that they are of.

A printed percentage is right if an amount within rounding of each printed part gives it: the quotient is monotonous in
every part, so the ends of its range are among the quotients of the parts' own ends.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import product
from typing import NamedTuple

from fiscal_utils import specs
from fiscal_utils.checks.facts import Facts
from fiscal_utils.identities import Cell, Verdict, bindings, bound, fill, name_of, patterns
from fiscal_utils.normalise import Number
from fiscal_utils.specs import RatioSpec

Terms = tuple[tuple[int, Cell], ...]
"""Cells with their weights."""

_HUNDRED = Decimal(100)
_FOURTH = Decimal("0.0001")
_LARGEST = Decimal(10) ** 12
"""Stands for a quotient without bound."""


class Ratio(NamedTuple):
    """`stated = part ÷ whole × 100`, made from one declared percentage."""

    id: str
    kind: str
    declared: str
    stated: Cell
    part: Terms
    whole: Terms
    other: Terms
    """Another denominator that may be meant; the whole itself where there is none."""

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The stated cell, the parts, the whole."""
        return (self.stated, *dict.fromkeys(cell for _, cell in self.part + self.whole))

    @property
    def left(self) -> tuple[Cell, ...]:
        """The cell that states the percentage."""
        return (self.stated,)

    @property
    def right(self) -> tuple[Cell, ...]:
        """The parts and the whole."""
        return self.cells[1:]

    def meant(self, values: Mapping[Cell, Number]) -> "Ratio":
        """The percentage of the whole that is meant: of the one that gives it more nearly, where there are two."""
        if self.other == self.whole:
            return self
        wholes = [self._replace(whole=whole, other=whole) for whole in (self.whole, self.other)]
        return min(wholes, key=lambda ratio: _failing(ratio.verdict(values)))

    def verdict(self, values: Mapping[Cell, Number]) -> Verdict:
        """`pass` where the printed amounts give the printed percentage, `rounding` where amounts within them do.

        `not_applicable` where the printed whole is nothing; `fail` where it is less than nothing.
        """
        stated, whole = values[self.stated], _sum(self.whole, values)
        if not whole:
            return Verdict("not_applicable", stated.value, Decimal(0), Decimal(0), Decimal(0))
        low, high = self._ends(values)
        computed = _HUNDRED * _sum(self.part, values) / whole
        difference = stated.value - computed
        tolerance = stated.half_unit + max(min(high, _LARGEST) - computed, computed - low)
        within = stated.value + stated.half_unit >= low and stated.value - stated.half_unit <= high
        status = "pass" if abs(difference) <= stated.half_unit else "rounding" if within else "fail"
        return Verdict(status, stated.value, *(x.quantize(_FOURTH) + 0 for x in (computed, difference, tolerance)))

    def _ends(self, values: Mapping[Cell, Number]) -> tuple[Decimal, Decimal]:
        """The least and the greatest quotient of amounts within rounding; no greatest where the whole may be nothing.

        Of a whole that is less than nothing there is no quotient: the ends are then the wrong way round.
        """
        cells = self.cells[1:]
        quotients, endless = [], False
        for ends in product(*(_interval(values[cell]) for cell in cells)):
            corner = dict(zip(cells, ends, strict=True))
            whole = sum((weight * corner[cell] for weight, cell in self.whole), Decimal(0))
            part = sum((weight * corner[cell] for weight, cell in self.part), Decimal(0))
            endless |= whole <= 0
            if whole > 0:
                quotients.append(_HUNDRED * part / whole)
        if not quotients:
            return _LARGEST, -_LARGEST
        return min(quotients), _LARGEST if endless else max(quotients)

    def repairs(self, values: Mapping[Cell, Number]) -> Iterator[tuple[Cell, Decimal]]:
        """Each cell with the value that would make the quotient as stated."""
        rate = values[self.stated].value / _HUNDRED
        part, whole = _sum(self.part, values), _sum(self.whole, values)
        if whole:
            yield self.stated, _HUNDRED * part / whole
        for cell in self.cells[1:]:
            slope = rate * _weight(self.whole, cell) - _weight(self.part, cell)
            if slope:
                yield cell, values[cell].value + (part - rate * whole) / slope


def _failing(verdict: Verdict) -> tuple[bool, Decimal]:
    return verdict.status == "fail", abs(verdict.difference)


def _weight(terms: Terms, cell: Cell) -> int:
    return sum(weight for weight, other in terms if other == cell)


def _sum(terms: Terms, values: Mapping[Cell, Number]) -> Decimal:
    return sum((weight * values[cell].value for weight, cell in terms), Decimal(0))


def _interval(number: Number) -> tuple[Decimal, ...]:
    half = number.half_unit
    return (number.value - half, number.value + half)


def ratios(found: Facts) -> Iterator[Ratio]:
    """Every declared percentage that the document states together with its parts."""
    for spec in specs.ratios():
        for row in spec.rows or ("",):
            yield from _instances(spec, row, found)


def _instances(spec: RatioSpec, row: str, found: Facts) -> Iterator[Ratio]:
    stated, part, whole, other = (
        fill(terms, row=row) for terms in ((spec.stated,), spec.part, spec.whole, spec.alternative)
    )
    if any(table not in found.layout for table, _, _ in whole):
        return
    for name in bindings(patterns(stated), found.layout):
        [cell] = bound(stated, name)
        if cell not in found.values:
            continue
        parts, *wholes = (with_prior(bound(side, name), found) for side in (part, whole, other))
        printed = [terms for terms in wholes if terms and _printed(terms, found)]
        if printed and _printed(parts, found):
            yield Ratio(name_of(spec.id, name or row, ""), spec.kind, spec.id, cell, parts, printed[0], printed[-1])


def _printed(terms: Terms, found: Facts) -> bool:
    return all(cell in found.values for _, cell in terms)


def with_prior(cells: tuple[Cell, ...], found: Facts) -> Terms:
    """The cells with weight 1; `prior`, last year's amount, as this year's less its change."""
    terms: list[tuple[int, Cell]] = []
    for table, row, column in cells:
        if column == "prior":
            terms += [(1, (table, row, "final")), (-found.signs.get(row, 0), (table, row, "prior_change"))]
        else:
            terms.append((1, (table, row, column)))
    return tuple(terms)
