"""Related failures grouped under the one cause that explains them.

Where the change of a single cell would close failing checks and break none that hold, that cell is the likely error;
where several cells would do as well, the failures are still one finding, but none is named.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from fiscal_utils.checks.model import Test
from fiscal_utils.identities import Cell
from fiscal_utils.normalise import Number

_HOLDS = ("pass", "rounding")
_LARGEST = 400
"""Failures in a document beyond this many are not grouped: the reading is wrong, not the accounts."""


@dataclass(frozen=True)
class Finding:
    """Failing checks (by index) of one cause, and the cell most likely wrong with the value that closes them."""

    tests: tuple[int, ...]
    cell: Cell | None = None
    expected: Number | None = None


@dataclass(frozen=True)
class _Repair:
    """A change of one cell: the failing checks that it closes, how many it breaks, how many then hold exactly."""

    cell: Cell
    value: Number
    closes: frozenset[int]
    breaks: int
    exact: int


def findings(tests: Sequence[Test], statuses: Sequence[str], values: Mapping[Cell, Number]) -> list[Finding]:
    """The failures of a document as findings, the one that explains most first."""
    left = {index for index, status in enumerate(statuses) if status == "fail"}
    repairs = _repairs(tests, statuses, values, sorted(left)) if len(left) <= _LARGEST else []
    found = []
    while best := _best(repairs, left):
        closed = frozenset.union(*(repair.closes & left for repair in best))
        named = best[0] if len({repair.cell for repair in best}) == 1 else None
        found.append(Finding(tuple(sorted(closed)), named.cell if named else None, named.value if named else None))
        left -= closed
    return found + _alike(tests, sorted(left))


def _best(repairs: Sequence[_Repair], left: set[int]) -> list[_Repair]:
    """The repairs that close most of the failures left and break nothing, and their equals; the most exact first."""
    useful = [repair for repair in repairs if repair.closes & left]
    if not useful:
        return []
    first = max(useful, key=lambda repair: (len(repair.closes & left), len(repair.closes), repair.exact))
    equals = [repair for repair in useful if repair.closes & left == first.closes & left]
    return sorted(equals, key=lambda repair: -repair.exact)


def _alike(tests: Sequence[Test], left: Sequence[int]) -> list[Finding]:
    """What no repair closes: the columns of one row together, everything else by itself."""
    groups: dict[object, list[int]] = defaultdict(list)
    for index in left:
        test = tests[index]
        groups[(test.declared, *(cell[:2] for cell in test.left)) if test.cells else test.id].append(index)
    return [Finding(tuple(group)) for group in groups.values()]


def _repairs(
    tests: Sequence[Test], statuses: Sequence[str], values: Mapping[Cell, Number], failing: Sequence[int]
) -> list[_Repair]:
    """Every change of one cell that some failing check asks for and that breaks no check that holds."""
    by_cell: dict[Cell, list[int]] = defaultdict(list)
    for index, test in enumerate(tests):
        if statuses[index] in (*_HOLDS, "fail"):
            for cell in test.cells:
                by_cell[cell].append(index)
    proposed = dict.fromkeys(
        (cell, _printed(value, values.get(cell))) for index in failing for cell, value in tests[index].repairs(values)
    )
    tried = (_tried(cell, number, by_cell[cell], tests, statuses, values) for cell, number in proposed)
    return [repair for repair in tried if repair.closes and not repair.breaks]


def _printed(value: Decimal, now: Number | None) -> Number:
    """The value with the decimals of the number that is there, two where the cell is blank."""
    decimals = now.decimals if now and now.decimals < 9 else 0 if now else 2
    return Number(round(value, decimals), now.decimals if now else decimals)


def _tried(
    cell: Cell, number: Number, near: Sequence[int], tests: Sequence[Test], statuses: Sequence[str],
    values: Mapping[Cell, Number],
) -> _Repair:  # fmt: skip
    changed = {**{c: values[c] for index in near for c in tests[index].cells if c in values}, cell: number}
    found = {index: tests[index].verdict(changed).status for index in near}
    closes = frozenset(index for index in near if statuses[index] == "fail" and found[index] != "fail")
    breaks = sum(statuses[index] != "fail" and found[index] == "fail" for index in near)
    return _Repair(cell, number, closes, breaks, sum(status == "pass" for status in found.values()))
