"""Which declared zeros to lift where the margins contradict them: as few as possible, with the least amount.

An integer programme in whole units of the finest margin, so that no tolerance decides what contradicts.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from fiscal_utils.analysis.polytope import Margin

_SECONDS = 60.0
Mask = NDArray[np.bool_]


def to_relax(margins: Sequence[Margin], forbidden: Sequence[Mask]) -> tuple[list[int], bool]:
    """The positions of the rules to lift, and whether no other set of as few and as little amount will do.

    `forbidden` has the cells that each rule rules out. Raises ArithmeticError if the margins contradict each other.
    """
    model = _Model(margins, forbidden)
    found = model.solve()
    if found is None:
        raise ArithmeticError("the margins contradict each other whatever is lifted")
    lifted, cost = found
    return lifted, model.without(lifted, cost).solve() is None


class _Model:
    """Lifting rules as a constraint programme: a cell is open where all the rules against it are lifted."""

    def __init__(self, margins: Sequence[Margin], forbidden: Sequence[Mask]) -> None:
        self.model = cp_model.CpModel()
        scale = lcm(*(_exact(end).denominator for margin in margins for end in (margin.low, margin.high)))
        ends = [(int(_exact(m.low) * scale), int(_exact(m.high) * scale)) for m in margins]
        most = max(high for _, high in ends)
        self.lifted = [self.model.new_bool_var("") for _ in forbidden]
        cells = np.array([[self.model.new_int_var(0, most, "") for _ in row] for row in forbidden[0]])
        for margin, (low, high) in zip(margins, ends, strict=True):
            self.model.add_linear_constraint(sum(cells[margin.mask(cells.shape)]), low, high)
        for lifted, mask in zip(self.lifted, forbidden, strict=True):
            for cell in cells[mask]:
                self.model.add(cell == 0).only_enforce_if(~lifted)
        off_rule = sum(cells[np.logical_or.reduce(forbidden)])
        self.cost = (len(cells) * most + 1) * sum(self.lifted) + off_rule
        self.model.minimize(self.cost)

    def solve(self) -> tuple[list[int], int] | None:
        """The rules lifted by the best solution and its cost; None if there is none."""
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = _SECONDS
        solver.parameters.num_workers = 1
        if solver.solve(self.model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        return [i for i, lifted in enumerate(self.lifted) if solver.value(lifted)], solver.value(self.cost)

    def without(self, found: Sequence[int], cost: int) -> "_Model":
        """The model, henceforth looking for another set at no more than this cost."""
        self.model.add(self.cost <= cost)
        self.model.add(sum(self.lifted[i] for i in found) <= len(found) - 1)
        return self


def _exact(amount: float) -> Fraction:
    return round(Fraction(amount), 9)
