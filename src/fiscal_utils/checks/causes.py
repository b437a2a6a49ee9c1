"""Related failures grouped under the one cause that explains them.

Where the change of a single cell would close failing checks and break none that hold, that cell is the likely error;
where several cells would do as well, the failures are still one finding, but none is named.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from fiscal_utils import specs
from fiscal_utils.checks.model import Observation, Test
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
    found = _explained(tests, sorted(left))
    left -= {index for finding in found for index in finding.tests}
    repairs = _repairs(tests, statuses, values, sorted(left)) if len(left) <= _LARGEST else []
    while best := _best(repairs, left):
        closed = frozenset.union(*(repair.closes & left for repair in best))
        named = best[0] if len({repair.cell for repair in best}) == 1 else None
        found.append(Finding(tuple(sorted(closed)), named.cell if named else None, named.value if named else None))
        left -= closed
    found = [_joined(finding, tests, left, values) for finding in _rows_together(found, values)]
    left -= {index for finding in found for index in finding.tests}
    return found + _alike(tests, sorted(left))


def _joined(finding: Finding, tests: Sequence[Test], left: set[int], values: Mapping[Cell, Number]) -> Finding:
    """The finding with the failing rules that look at its cell, or at its row where that is missing."""
    cell = finding.cell
    seen = [index for index in sorted(left) if cell and _sees(tests[index], cell, missing=cell not in values)]
    left -= {*seen}
    return replace(finding, tests=(*finding.tests, *seen))


def _sees(test: Test, cell: Cell, *, missing: bool) -> bool:
    cells = test.left + test.right
    return cell in cells or (missing and any(cell[:2] == other[:2] for other in cells))


def _explained(tests: Sequence[Test], failing: Sequence[int]) -> list[Finding]:
    """Failures of rules that explain others, each with the failing equations over the same figures."""
    found, taken = [], set[int]()
    for index in failing:
        test = tests[index]
        if isinstance(test, Observation) and specs.rules()[test.declared].explains:
            cells = {*test.left, *test.right}
            near = [other for other in failing if other not in taken and cells & {*tests[other].cells}]
            found.append(Finding((index, *near)))
            taken |= {index, *near}
    return found


def _rows_together(found: Sequence[Finding], values: Mapping[Cell, Number]) -> list[Finding]:
    """The findings, those of blank cells of one row as one: the row is missing."""
    groups: dict[object, list[Finding]] = defaultdict(list)
    for index, finding in enumerate(found):
        blank = finding.cell and finding.cell not in values
        groups[finding.cell[:2] if finding.cell and blank else index].append(finding)
    return [replace(group[0], tests=tuple(i for finding in group for i in finding.tests)) for group in groups.values()]


def _best(repairs: Sequence[_Repair], left: set[int]) -> list[_Repair]:
    """The repairs that close most of the failures left and break nothing, and their equals; the most exact first."""
    useful = [repair for repair in repairs if repair.closes & left]
    if not useful:
        return []
    first = max(useful, key=lambda repair: (len(repair.closes & left), len(repair.closes), repair.exact))
    equals = [repair for repair in useful if repair.closes & left == first.closes & left]
    return sorted(equals, key=lambda repair: -repair.exact)


def _alike(tests: Sequence[Test], left: Sequence[int]) -> list[Finding]:
    """What no repair closes: the columns of one row together, what touches the same together, the rest by itself."""
    groups: list[tuple[set[object], list[int]]] = []
    for index in left:
        marks, members = _marks(tests[index]), [index]
        for group in [group for group in groups if group[0] & marks]:
            groups.remove(group)
            marks, members = marks | group[0], group[1] + members
        groups.append((marks, members))
    return [Finding(tuple(sorted(members))) for _, members in groups]


def _marks(test: Test) -> set[object]:
    """What makes a failure one finding with another: what it touches, else its declaration and row."""
    if isinstance(test, Observation):
        return {test.id, *test.touches}
    return {(test.declared, *(cell[:2] for cell in test.left))}


def _repairs(
    tests: Sequence[Test], statuses: Sequence[str], values: Mapping[Cell, Number], failing: Sequence[int]
) -> list[_Repair]:
    """Every change of one cell that some failing check asks for and that breaks no check that holds."""
    proposed = dict.fromkeys(
        (cell, _printed(value, values.get(cell))) for index in failing for cell, value in tests[index].repairs(values)
    )
    near: dict[Cell, list[int]] = {cell: [] for cell, _ in proposed}
    for index, test in enumerate(tests):
        if statuses[index] in (*_HOLDS, "fail"):
            for cell in near.keys() & test.cells:
                near[cell].append(index)
    tried = (_tried(cell, number, near[cell], tests, statuses, values) for cell, number in proposed)
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
