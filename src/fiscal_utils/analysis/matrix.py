"""The unpublished matrix of basic expenditure by function and economic type, inferred from its two published margins.

一般公共预算财政拨款支出决算表 (column 基本支出) gives the sums over economic types, 一般公共预算财政拨款基本支出决算表
the sums over functions. Every printed amount is an interval of half a unit, amounts are not below 0, and
statutory/matrix_zeros.csv declares which pairs the classification rules out (政府收支分类科目, Ministry of Finance): a
function that pays one thing only, or an economic type that one function pays. Per cell, linear programming gives the
least and greatest amount that all this allows; both are attained, so the bounds are sharp. Beside them stands the
maximum-entropy point estimate (iterative proportional fitting: Deming and Stephan 1940). All of it is inferred.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fiscal_utils import specs
from fiscal_utils.analysis.entropy import fitted
from fiscal_utils.analysis.facts import Facts, MeasureError, facts
from fiscal_utils.analysis.polytope import Margin, Polytope
from fiscal_utils.analysis.relaxation import to_relax
from fiscal_utils.language import t
from fiscal_utils.specs import code_name, term

PERSONNEL, OPERATING = ("301", "303"), ("302", "307", "310", "312", "399")
_TABLES = {"function": ("gpb_expenditure", "basic"), "economic": ("gpb_basic_economic", "final")}
_TOTALS = {"total": ("",), "personnel": PERSONNEL, "operating": OPERATING}
"""Rows without a code → the codes whose sum they are."""
_REST = "…"
"""Ends the code of what a printed code's items leave of it, where they are not all printed."""
_NOTHING = 1e-7
"""万元 below which a solution's amount is the solver's rounding."""

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Rule:
    """A structural zero: the code on one side goes with the codes in `only` on the other side, and with no others."""

    side: str
    code: str
    only: tuple[str, ...]

    def forbids(self, function: str, economic: str) -> bool:
        """Whether the pair is ruled out."""
        own, other = (function, economic) if self.side == "function" else (economic, function)
        return own.startswith(self.code) and not other.startswith(self.only)


@dataclass(frozen=True)
class Margins:
    """The published sums of the matrix: the codes of its rows and columns, and every printed sum over some of them."""

    functions: tuple[str, ...]
    economic: tuple[str, ...]
    sums: tuple[Margin, ...]


@dataclass(frozen=True)
class Relaxed:
    """A rule that was lifted because the margins contradict it, and how much is booked against it (万元, bounds).

    `alone`: the margins contradict it even without any other rule.
    """

    rule: Rule
    low: float
    high: float
    alone: bool


@dataclass(frozen=True)
class Matrix:
    """The inferred matrix, functions × economic types (万元): sharp bounds, point estimate, what is allowed."""

    functions: tuple[str, ...]
    economic: tuple[str, ...]
    low: Array
    high: Array
    estimate: Array
    allowed: Mask
    relaxed: tuple[Relaxed, ...]
    unique: bool
    """Whether lifting no other rules would do with as few and as little amount against them."""
    rounding: float
    """The width of all margins together: what rounding alone can leave open."""

    @property
    def pinned(self) -> Mask:
        """The allowed cells that are open by no more than rounding."""
        return self.allowed & (self.high - self.low <= self.rounding)


@cache
def rules() -> tuple[Rule, ...]:
    """The declared structural zeros."""
    return tuple(
        Rule(row["side"], row["code"], tuple(row["only"].split())) for row in specs.read_csv("matrix_zeros.csv")
    )


def margins(found: Facts) -> Margins:
    """The margins that a document publishes; raises MeasureError where one of the two tables is missing."""
    sides = {side: _printed(found, *where) for side, where in _TABLES.items()}
    for side, (table, _) in _TABLES.items():
        if not sides[side]:
            raise MeasureError("missing_table", table=term(table))
    leaves = {side: _leaves(sums) for side, sums in sides.items()}
    sums = [
        Margin(side, name, _positions(codes, leaves[side]), low, high)
        for side, printed in sides.items()
        for name, (codes, low, high) in printed.items()
    ]
    return Margins(leaves["function"], leaves["economic"], tuple(sums))


Sums = dict[str, tuple[tuple[str, ...], float, float]]
"""Row → the codes that it sums, least and greatest amount."""


def _printed(found: Facts, table: str, column: str) -> Sums:
    """The positive amounts of a table's column by code or total."""
    return {
        row: (_TOTALS.get(row, (row,)), float(figure.low), float(figure.high))
        for (of, row, name), figure in sorted(found.figures.items())
        if (of, name) == (table, column) and figure.value > 0 and (row.isdigit() or row in _TOTALS)
    }


def _leaves(sums: Sums) -> tuple[str, ...]:
    """The codes without printed codes below them, and what such codes leave of the one above beyond rounding."""
    codes = [row for row in sums if row.isdigit()]
    leaves = []
    for code in codes:
        below = [other for other in codes if other != code and other.startswith(code)]
        children = [other for other in below if not any(other != b and other.startswith(b) for b in below)]
        if not children:
            leaves.append(code)
        elif sums[code][1] > sum(sums[child][2] for child in children) + _NOTHING:
            leaves.append(code + _REST)
    return tuple(leaves)


def _positions(codes: Iterable[str], leaves: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(i for i, leaf in enumerate(leaves) if leaf.startswith(tuple(codes)))


def infer(document: str) -> Matrix:
    """The matrix of a document; raises MeasureError where a margin is missing or the margins contradict each other."""
    return bounded(margins(next(facts(document))))


@lru_cache(maxsize=32)
def bounded(known: Margins) -> Matrix:
    """The matrix that the margins and the declared zeros allow, lifting as few of these as the margins contradict."""
    relax, unique = _contradicted(known)
    kept = tuple(rule for rule in rules() if rule not in relax)
    allowed = ~forbidden(known, kept)
    polytope = Polytope(known.sums, allowed)
    low, high, middle = polytope.bounds()
    rounding = float(sum(margin.high - margin.low for margin in known.sums))
    return Matrix(
        known.functions, known.economic, low, high, fitted(middle, high > _NOTHING), allowed,
        tuple(_lifted(rule, known, polytope) for rule in relax), unique, rounding,
    )  # fmt: skip


def forbidden(known: Margins, declared: Iterable[Rule]) -> Mask:
    """The cells that the rules rule out."""
    found = np.zeros((len(known.functions), len(known.economic)), dtype=bool)
    for rule in declared:
        found |= np.array([[rule.forbids(f, e) for e in known.economic] for f in known.functions])
    return found


def _contradicted(known: Margins) -> tuple[tuple[Rule, ...], bool]:
    """The fewest rules without which the margins can hold, with the least amount booked against them; if unique."""
    if Polytope(known.sums, ~forbidden(known, rules())).feasible:
        return (), True
    if not Polytope(known.sums, ~forbidden(known, ())).feasible:
        raise MeasureError("contradiction", what=t(zh="两张表的合计", en="the totals of the two tables"))
    lifted, unique = to_relax(known.sums, [forbidden(known, [rule]) for rule in rules()])
    return tuple(rules()[i] for i in lifted), unique


def _lifted(rule: Rule, known: Margins, polytope: Polytope) -> Relaxed:
    against = forbidden(known, [rule])
    return Relaxed(rule, *polytope.range_of(against), alone=not Polytope(known.sums, ~against).feasible)


def cells(document: str) -> pd.DataFrame:
    """One row a cell: function, function_label, economic, economic_label, low, high, estimate (万元, inferred), status.

    status: zero (ruled out) | pinned (open by no more than rounding) | open.
    """
    made = infer(document)
    rows = [
        {
            "function": f, "function_label": name_of(f), "economic": e, "economic_label": name_of(e),
            "low": made.low[i, j], "high": made.high[i, j], "estimate": made.estimate[i, j],
            "status": "zero" if not made.allowed[i, j] else "pinned" if made.pinned[i, j] else "open",
        }
        for i, f in enumerate(made.functions)
        for j, e in enumerate(made.economic)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def blocks(document: str) -> pd.DataFrame:
    """The matrix by economic class (301, 302 …): columns function, economic, their labels, low, high, estimate, pinned.

    The bounds (万元, inferred) are those of the sum over the class, narrower than the sums of the cells' bounds.
    `pinned`: as exact as a printed amount.
    """
    known = margins(next(facts(document)))
    made = bounded(known)
    polytope = Polytope(known.sums, made.allowed)
    exact = max(margin.high - margin.low for margin in known.sums) + _NOTHING
    rows = []
    for i, function in enumerate(made.functions):
        for code in sorted({economic[:3] for economic in made.economic}):
            mask = np.zeros(made.allowed.shape, dtype=bool)
            mask[i] = [economic.startswith(code) for economic in made.economic]
            ends = [0.0 if end <= _NOTHING else end for end in polytope.range_of(mask)]
            rows.append([function, name_of(function), code, name_of(code), *ends, float(made.estimate[mask].sum())])
    names = ["function", "function_label", "economic", "economic_label", "low", "high", "estimate"]
    found = pd.DataFrame(rows, columns=names)
    return found.assign(pinned=found["high"] - found["low"] <= exact)


def name_of(code: str) -> str:
    """The official name of a code; of what is left of one, its name with 其余."""
    if code.endswith(_REST):
        return t(zh="其余", en="Rest of ") + code_name(code.removesuffix(_REST))
    return code_name(code)


def relaxed(document: str) -> pd.DataFrame:
    """The structural zeros that the margins contradict: side, code, label, only, low, high (万元 against it), alone.

    `alone`: whether the margins contradict it by itself; if not, it is one of several rules that cannot hold together.
    """
    rows: list[list[Any]] = [
        [r.rule.side, r.rule.code, code_name(r.rule.code), " ".join(r.rule.only), r.low, r.high, r.alone]
        for r in infer(document).relaxed
    ]
    return pd.DataFrame(rows, columns=["side", "code", "label", "only", "low", "high", "alone"])


def pinned_amount(found: Facts) -> float:
    """The share of basic expenditure whose cell is certain: Σ least amounts ÷ Σ amounts × 100."""
    made = bounded(margins(found))
    return float(100 * made.low.sum() / made.estimate.sum())


def pinned_cells(found: Facts) -> float:
    """The share of the cells not ruled out that are open by no more than rounding."""
    made = bounded(margins(found))
    return float(100 * made.pinned.sum() / made.allowed.sum())
