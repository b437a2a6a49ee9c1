"""Whether what a faulted document prints can still be true: arithmetic in fractions, apart from that of the checks.

A printed number stands for every amount that is rounded to it. A fault is possible if such amounts exist for each sum
and each percentage that the wrong number is part of, taken one at a time: then nothing printed contradicts it.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product

from seeding import Document, Fault, Row, cell_term, printed, terms

from fiscal_utils import specs

_SCALE = {"元": Fraction(1, 10_000), "万元": Fraction(1), "亿元": Fraction(10_000)}
_CENT = Fraction(1, 200)
_SIGNS = {"increase": 1, "decrease": -1}
_WHOLES = {
    "revenue": "narrative.revenue/year_total.final", "expenditure": "narrative.expenditure/year_total.final",
    "appropriation/total": "expenditure.total.total", "appropriation": "narrative.appropriation/total.final",
    "procurement/sme": "narrative.procurement/total.final", "procurement/micro": "narrative.procurement/sme.final",
    "performance/funds": "expenditure.total.project",
}  # fmt: skip
"""Section, or section and item, of a share → the cell that it is a share of."""
_AMOUNTS = ("initial_budget", "adjusted_budget", "executed")

Range = tuple[Fraction, Fraction]
"""The least and the greatest amount that a printed number stands for, in 万元."""
Numbers = Mapping[str, Range]
Constraint = tuple[set[str], bool]
"""Cells or ids of checks that a statement is about, and whether what is printed contradicts it."""

_NOTHING = (Fraction(0), Fraction(0))


def possible(fault: Fault, checks: Mapping[str, str]) -> bool:
    """Whether nothing printed contradicts the fault; `checks` (id → terms) are those that look at its place."""
    numbers = _numbers(fault.document)
    place = fault.cells | set(fault.ids)
    constraints = list(_constraints(fault.document, numbers))
    if "direction" not in fault.kind:  # there the sums themselves change
        constraints += [
            (set(terms(where)), _sum_fails(where, numbers)) for name, where in checks.items() if _is_sum(name)
        ]
    about = [fails for cells, fails in constraints if cells & place]
    return bool(about) and not any(about)


def _is_sum(check_id: str) -> bool:
    """Whether the check is of amounts or counts that add up."""
    declared = re.split("[:.]", check_id)[0]
    return declared.startswith("hierarchy-") or declared in {identity.id for identity in specs.identities()}


def _sum_fails(where: str, numbers: Numbers) -> bool:
    """Whether no amounts within rounding make `a + b = c` or `a >= b + c` true."""
    sign = " >= " if " >= " in where else " = "
    left, right = (
        [sum(ends) for ends in zip(*(numbers.get(term, _NOTHING) for term in terms(side)), strict=True)]
        for side in where.split(sign)
    )
    return left[1] < right[0] or (sign == " = " and right[1] < left[0])


def _numbers(document: Document) -> Numbers:
    """Cell → the amounts that its number stands for; of a figure that is stated twice the first."""
    found: dict[str, Range] = {}
    for row in (*document["cells"], *document["narrative"]):
        found.setdefault(cell_term(row), _range(row))
    return found


def _range(row: Row) -> Range:
    """Counts are exact, and so is an amount that did not change."""
    value, unit = Fraction(printed(row)), row["unit"]
    counted = unit not in _SCALE and unit not in ("%", "分")
    half = Fraction(0) if counted or row.get("direction") == "flat" else Fraction(1, 2 * 10 ** int(row["decimals"]))
    scale = _SCALE.get(unit, Fraction(1))
    return (value - half) * scale, (value + half) * scale


def _quotient_fails(stated: Range, part: Range, whole: Range) -> bool:
    """Whether no part and whole within rounding have the stated percentage."""
    if whole[1] <= 0:
        return True
    if whole[0] <= 0:
        return False
    ends = [100 * p / w for p, w in product(part, whole)]
    return max(ends) < stated[0] or min(ends) > stated[1]


def _constraints(document: Document, numbers: Numbers) -> Iterator[Constraint]:
    """What the narrative and the forms state that is no sum."""
    for row in document["narrative"]:
        place = f"narrative.{row['section']}/{row['item']}"
        if row["measure"] == "prior_change_pct":
            yield _growth(row, place, numbers)
        elif row["measure"] == "completion_pct":
            yield from _completion(row, place, numbers)
        elif row["measure"] == "share_pct":
            yield from _share(row, place, numbers)
    yield from _directions(document)
    yield from _repeated(document)
    yield from _small_firms(numbers)
    yield from _compared(document, numbers)
    yield from _funds(document)


def _growth(row: Row, place: str, numbers: Numbers) -> Constraint:
    """The change is the percentage of what there was before."""
    final, change = (numbers.get(f"{place}.{measure}", _NOTHING) for measure in ("final", "prior_change"))
    sign = _SIGNS.get(row["direction"], 0)
    before = (final[0] - change[1], final[1] - change[0]) if sign > 0 else (final[0] + change[0], final[1] + change[1])
    return {f"{place}.{m}" for m in ("final", "prior_change", row["measure"])}, _quotient_fails(
        _range(row), change, before
    )


def _completion(row: Row, place: str, numbers: Numbers) -> Iterator[Constraint]:
    """The outturn is the percentage of one of the budgets."""
    budgets = [cell for m in ("initial_budget", "adjusted_budget") if (cell := f"{place}.{m}") in numbers]
    final = numbers.get(f"{place}.final", _NOTHING)
    if budgets:
        fails = all(_quotient_fails(_range(row), final, numbers[cell]) for cell in budgets)
        yield {*budgets, f"{place}.final", f"{place}.completion_pct"}, fails


def _share(row: Row, place: str, numbers: Numbers) -> Iterator[Constraint]:
    whole = _WHOLES.get(f"{row['section']}/{row['item']}") or _WHOLES.get(row["section"], "")
    if whole in numbers and f"{place}.final" in numbers:
        fails = _quotient_fails(_range(row), numbers[f"{place}.final"], numbers[whole])
        yield {f"{place}.final", f"{place}.share_pct", whole}, fails


def _directions(document: Document) -> Iterator[Constraint]:
    """A change and its percentage go the same way, unless one is nothing."""
    words: dict[str, list[Row]] = defaultdict(list)
    for row in document["narrative"]:
        if row["direction"] in _SIGNS and row["value"]:
            words[f"{row['section']}/{row['item']}"].append(row)
    for rows in words.values():
        yield {cell_term(row) for row in rows}, len({row["direction"] for row in rows}) > 1


def _repeated(document: Document) -> Iterator[Constraint]:
    """What is stated twice is the same amount."""
    stated: dict[str, list[Range]] = defaultdict(list)
    for row in document["narrative"]:
        stated[cell_term(row)].append(_range(row))
    for cell, ranges in stated.items():
        if len(ranges) > 1:
            yield {cell}, max(low for low, _ in ranges) > min(high for _, high in ranges)


def _small_firms(numbers: Numbers) -> Iterator[Constraint]:
    """What small firms won of each kind is what they won in all."""
    kinds = [(f"narrative.procurement/{k}.final", f"narrative.procurement/{k}_sme.share_pct") for k in _PROCURED]
    whole = "narrative.procurement/sme.final"
    if whole in numbers and all(cell in numbers for pair in kinds for cell in pair):
        low, high = (sum(numbers[a][end] * numbers[s][end] / 100 for a, s in kinds) for end in (0, 1))
        fails = numbers[whole][1] < low or numbers[whole][0] > high
        yield {whole, "procurement-small-firms", *(cell for pair in kinds for cell in pair)}, fails


_PROCURED = ("goods", "works", "services")


def _compared(document: Document, numbers: Numbers) -> Iterator[Constraint]:
    """An outturn said to be above its budget can be so."""
    for row in document["statements"]:
        name = f"{row['section']}/{row['item']}"
        cells = [f"narrative.{name}.{m}" for m in ("initial_budget", "final")]
        if row["kind"] == "against_budget" and all(cell in numbers for cell in cells):
            (least, most), (low, high) = (numbers[cell] for cell in cells)
            apart = high < least or low > most
            fails = {"greater": high < least, "less": low > most, "equal": apart}.get(row["said"], False)
            yield {f"against-budget:{name}", *cells}, fails


def _funds(document: Document) -> Iterator[Constraint]:
    """The funds of a form add up, and their execution gives the rate and the score; amounts are to 0.01."""
    forms: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in document["projects"]:
        forms[row["project"]][row["row"]] = row
    for project, rows in forms.items():
        total, parts = rows["total"], [rows["fiscal"], rows["other"]]
        for column in _AMOUNTS:
            ends = [_cents(row, column) for row in parts]
            low, high = _cents(total, column)
            fails = high < sum(end[0] for end in ends) or low > sum(end[1] for end in ends)
            yield {f"form-funds:{project}.{column}"}, fails
        executed, budget = _cents(total, "executed"), _cents(total, "adjusted_budget")
        rate, score = _cents(total, "execution_rate"), Fraction(printed(total, "score"))
        yield {f"form-execution-rate:{project}"}, _quotient_fails(rate, executed, budget)
        half = Fraction(1, 2 * 10 ** len(printed(total, "score").partition(".")[2]))
        tens = ((score - half) * 10, (score + half) * 10)
        yield {f"form-execution-score:{project}"}, _quotient_fails(tens, executed, budget)


def _cents(row: Row, column: str) -> Range:
    value = Fraction(printed(row, column))
    return (value - _CENT, value + _CENT) if value else _NOTHING
