"""The narrative with itself: directions, reasons, comparisons with the budget, what is stated twice, years."""

import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

from fiscal_utils import specs
from fiscal_utils.checks.facts import Facts, Row, cell_of, exact, stated
from fiscal_utils.checks.model import Observation
from fiscal_utils.identities import NARRATIVE, Cell
from fiscal_utils.normalise import Number

_REPEATED = ("final", "initial_budget", "adjusted_budget", "count")
_BUDGETS = ("initial_budget", "adjusted_budget")


def statements(found: Facts) -> Iterator[Observation]:
    """Every check of the narrative with itself that is no equation."""
    yield from _directions(found)
    yield from _zero_bases(found)
    yield from _reasons(found)
    yield from _repeats(found)
    yield from _against_budget(found)
    yield from _procurement(found)


def _shown(row: Row) -> str:
    sign = {"increase": "+", "decrease": "−"}.get(row["direction"], "")
    return f"{sign}{row['value']:,.{int(row['decimals'])}f} {row['unit']}"


def _directions(found: Facts) -> Iterator[Observation]:
    """A change and its percentage go the same way."""
    changes = {cell_of(row)[1]: row for row in reversed(stated(found.narrative, "prior_change"))}
    for row in stated(found.narrative, "prior_change_pct"):
        change = changes.get(cell_of(row)[1])
        if change is not None and change["direction"] != "flat" and row["value"] and change["value"]:
            fields = {"left": _shown(change), "right": _shown(row)}
            holds = change["direction"] == row["direction"]
            yield Observation("change-direction", cell_of(row)[1], holds, fields, (cell_of(change),), (cell_of(row),))


def _zero_bases(found: Facts) -> Iterator[Observation]:
    """No percentage of growth from a base of nothing: the rate would make last year more than rounding can hide."""
    for row in stated(found.narrative, "prior_change_pct"):
        name = cell_of(row)[1]
        final, change = (found.values.get((NARRATIVE, name, m)) for m in ("final", "prior_change"))
        if final and change and change.value and found.signs.get(name) == 1 and row["value"]:
            rate = exact(row["value"], row["decimals"], row["unit"])
            hidden = final.half_unit + change.half_unit
            least = 100 * (change.value - change.half_unit) / (rate.value + rate.half_unit)
            holds = final.value != change.value or least <= hidden
            fields = {"left": str(final), "right": _shown(row)}
            cells = ((NARRATIVE, name, "final"), (NARRATIVE, name, "prior_change"))
            yield Observation("zero-base", name, holds, fields, cells, (cell_of(row),))


@cache
def _words() -> dict[str, re.Pattern[str]]:
    """Direction → the words of a reason that explain it."""
    return {name: re.compile("|".join(words)) for name, words in specs.read_toml("reasons.toml")["explains"].items()}


@cache
def _untested() -> frozenset[str]:
    """Items whose change a reason may explain either way."""
    return frozenset(specs.read_toml("reasons.toml")["untested"])


def _reasons(found: Facts) -> Iterator[Observation]:
    """A reason explains the direction that it is given for: only reasons whose words all point one way are tested."""
    told: dict[str, Row] = {}
    for row in found.narrative:
        if row["reason"] and row["item"] not in _untested() and row["direction"] in ("increase", "decrease"):
            told.setdefault(cell_of(row)[1], row)
    for name, row in told.items():
        explained = [direction for direction, words in _words().items() if words.search(row["reason"])]
        if len(explained) == 1:
            fields = {"left": _shown(row), "right": str(row["reason"])}
            yield Observation("reason-direction", name, explained == [row["direction"]], fields, (cell_of(row),))


def _repeats(found: Facts) -> Iterator[Observation]:
    """What a section states twice it states alike."""
    groups: dict[tuple[Cell, str], list[Row]] = defaultdict(list)
    for row in found.narrative:
        if row["measure"] in _REPEATED and row["item"].isascii():
            groups[cell_of(row), row["unit"].rstrip("次")].append(row)
    for (cell, _), rows in groups.items():
        if len(rows) > 1:
            numbers = [exact(row["value"], row["decimals"], row["unit"]) for row in rows]
            spread = max(n.value for n in numbers) - min(n.value for n in numbers)
            other = max(rows[1:], key=lambda row: abs(row["value"] - rows[0]["value"]))
            holds = spread <= max(number.half_unit for number in numbers)
            fields = {"left": _shown(rows[0]), "right": _shown(other)}
            yield Observation("stated-twice", f"{cell[1]}.{cell[2]}", holds, fields, (cell,), (cell,))


def _against_budget(found: Facts) -> Iterator[Observation]:
    """An outturn said to be above, below or at the budget is so."""
    for row in found.statements:
        name = f"{row['section']}/{row['item']}"
        final = found.values.get((NARRATIVE, name, "final"))
        budget = _budget(found, name)
        if row["kind"] == "against_budget" and final and budget:
            yield _compared(name, row["said"], final, budget)


def _budget(found: Facts, name: str) -> tuple[Cell, Number] | None:
    cells = ((NARRATIVE, name, measure) for measure in _BUDGETS)
    return next(((cell, found.values[cell]) for cell in cells if cell in found.values), None)


def _compared(name: str, word: str, final: Number, budget: tuple[Cell, Number]) -> Observation:
    low = final.value - budget[1].value - final.half_unit - budget[1].half_unit
    high = final.value - budget[1].value + final.half_unit + budget[1].half_unit
    near = _NEARLY * abs(budget[1].value)
    holds = {"greater": high > 0, "less": low < 0, "equal": low <= 0 <= high, "about": low <= near and high >= -near}
    zh, en = _WORDS[word]
    fields = {"left": str(final), "right": str(budget[1]), "word_zh": zh, "word_en": en}
    return Observation("against-budget", name, holds[word], fields, ((NARRATIVE, name, "final"),), (budget[0],))


_WORDS = {"greater": ("大于", "above"), "less": ("小于", "below"), "equal": ("等于", "at"), "about": ("接近", "near")}
_NEARLY = Decimal("0.05")
"""How far from the budget an outturn may be that is said to be about the same (基本持平)."""


def _procurement(found: Facts) -> Iterator[Observation]:
    """What small firms won of goods, works and services, by the printed shares, is what they won in all."""
    low = high = Decimal(0)
    cells = []
    for kind in ("goods", "works", "services"):
        amount, share = (
            found.values.get((NARRATIVE, f"procurement/{name}", measure))
            for name, measure in ((kind, "final"), (f"{kind}_sme", "share_pct"))
        )
        if amount is None or share is None:
            return
        low += (amount.value - amount.half_unit) * (share.value - share.half_unit) / 100
        high += (amount.value + amount.half_unit) * min(share.value + share.half_unit, Decimal(100)) / 100
        cells += [(NARRATIVE, f"procurement/{kind}", "final"), (NARRATIVE, f"procurement/{kind}_sme", "share_pct")]
    whole = (NARRATIVE, "procurement/sme", "final")
    if sme := found.values.get(whole):
        holds = low <= sme.value + sme.half_unit and sme.value - sme.half_unit <= high
        middle = (low + high) / 2
        numbers = (sme.value, middle, (high - low) / 2 + sme.half_unit)
        fields = {"left": str(sme), "right": f"{middle:.2f}"}
        yield Observation("procurement-small-firms", "", holds, fields, (whole,), tuple(cells), numbers)
