"""The matrices that given sums of their rows and columns allow, and their extremes, by linear programming.

OR-tools' simplex solver keeps its basis from one objective to the next, so that hundreds of cells take a fraction of a
second.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import pywraplp

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
_ZERO = 1e-7


@dataclass(frozen=True)
class Margin:
    """A published sum over rows (`side` function) or columns (economic) at these positions: low … high."""

    side: str
    name: str
    positions: tuple[int, ...]
    low: float
    high: float

    def mask(self, shape: tuple[int, ...]) -> Mask:
        """The cells that it sums."""
        found = np.zeros(shape, dtype=bool)
        found[
            (list(self.positions), slice(None)) if self.side == "function" else (slice(None), list(self.positions))
        ] = 1
        return found


class Polytope:
    """The matrices with amounts of at least 0 in the allowed cells, 0 elsewhere, whose sums lie within the margins."""

    def __init__(self, margins: Sequence[Margin], allowed: Mask) -> None:
        self.allowed = allowed
        self.solver = pywraplp.Solver.CreateSolver("GLOP")
        self.cells = {
            (int(i), int(j)): self.solver.NumVar(0.0, self.solver.infinity(), "") for i, j in np.argwhere(allowed)
        }
        for margin in margins:
            constraint = self.solver.Constraint(margin.low, margin.high)
            for i, j in np.argwhere(margin.mask(allowed.shape) & allowed):
                constraint.SetCoefficient(self.cells[int(i), int(j)], 1.0)

    @property
    def feasible(self) -> bool:
        """Whether there is any such matrix."""
        self.solver.Objective().Clear()
        return bool(self.solver.Solve() == pywraplp.Solver.OPTIMAL)

    def extreme(self, cells: Mask, *, most: bool) -> Array:
        """The matrix with the least or the greatest sum over the cells. There must be one: see `feasible`."""
        objective = self.solver.Objective()
        objective.Clear()
        for i, j in np.argwhere(cells & self.allowed):
            objective.SetCoefficient(self.cells[int(i), int(j)], 1.0)
        objective.SetOptimizationDirection(most)
        if self.solver.Solve() != pywraplp.Solver.OPTIMAL:
            raise ArithmeticError("no optimum of a bounded, feasible programme")
        found = np.zeros(self.allowed.shape)
        for (i, j), variable in self.cells.items():
            found[i, j] = max(variable.solution_value(), 0.0)
        return found

    def range_of(self, cells: Mask) -> tuple[float, float]:
        """The least and the greatest sum over the cells."""
        low, high = (float(self.extreme(cells, most=most)[cells].sum()) for most in (False, True))
        return low, high

    def bounds(self) -> tuple[Array, Array, Array]:
        """The least and the greatest amount of every cell, and a matrix within, the mean of the extreme ones met.

        A cell that is 0 in some matrix already met has 0 for its least amount and needs no programme of its own.
        """
        low, high = np.full(self.allowed.shape, np.inf), np.zeros(self.allowed.shape)
        total, count = np.zeros(self.allowed.shape), 0
        for i, j in self.cells:
            for most in (True, False):
                if not most and low[i, j] <= _ZERO:
                    continue
                found = self.extreme(_only(self.allowed.shape, i, j), most=most)
                low, high = np.minimum(low, found), np.maximum(high, found)
                total, count = total + found, count + 1
        low = np.where(low <= _ZERO, 0.0, low)
        return np.where(self.allowed, low, 0.0), high, total / max(count, 1)


def _only(shape: tuple[int, ...], i: int, j: int) -> Mask:
    found = np.zeros(shape, dtype=bool)
    found[i, j] = True
    return found
