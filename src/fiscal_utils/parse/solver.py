"""The choice of columns as a constraint programme (see placement)."""

from collections.abc import Mapping, Sequence

from ortools.sat.python import cp_model

from fiscal_utils.errors import DocumentError
from fiscal_utils.identities import Cell, Relation, relations
from fiscal_utils.normalise import Number
from fiscal_utils.parse.placement import Placement, layout
from fiscal_utils.parse.rows import Row

_WORK = 15.0
"""How much is computed for one document, in the solver's own measure: about as many seconds, alike on all machines."""


class Model:
    """The choice of one candidate a row as a constraint programme in units of half the last printed place."""

    def __init__(
        self, rows: Sequence[Row], candidates: Mapping[int, list[Placement]], known: Mapping[Cell, Number]
    ) -> None:
        self.rows, self.candidates = rows, candidates
        self.work = _WORK
        self.model = cp_model.CpModel()
        numbers = [n for row in rows for n in row.tokens if isinstance(n, Number)] + list(known.values())
        self.decimals = max((number.decimals for number in numbers), default=0)
        self.chosen = {
            i: [self.model.new_bool_var(f"row{i}is{j}") for j in range(len(found))] for i, found in candidates.items()
        }
        for options in self.chosen.values():
            self.model.add_exactly_one(options)
        self.cells = self._cell_expressions(known)
        self.broken = [
            broken for relation in relations(layout(rows, known)) if (broken := self._add(relation)) is not None
        ]

    def _cell_expressions(self, known: Mapping[Cell, Number]) -> dict[Cell, list[tuple[object, int, int]]]:
        """Cell → (presence, value, half unit) of each candidate that fills it."""
        cells: dict[Cell, list[tuple[object, int, int]]] = {
            cell: [(1, *self._scaled(number))] for cell, number in known.items()
        }
        for i, found in self.candidates.items():
            for j, placement in enumerate(found):
                for column, printed in placement.items():
                    if isinstance(printed, Number):
                        cell = (self.rows[i].table, self.rows[i].key, column)
                        cells.setdefault(cell, []).append((self.chosen[i][j], *self._scaled(printed)))
        return cells

    def _scaled(self, number: Number) -> tuple[int, int]:
        return int(number.value.scaleb(self.decimals) * 2), int(number.half_unit.scaleb(self.decimals) * 2)

    def _add(self, relation: Relation) -> cp_model.IntVar | None:
        """The variable that is true where the relation fails, None where nothing in it is open or printed."""
        parts = [(weight, *part) for weight, cell in relation.terms for part in self.cells.get(cell, ())]
        if not any(isinstance(present, cp_model.IntVar) for _, present, _, _ in parts):
            return None
        weights, options, values, halves = zip(*parts, strict=True)
        signed = [weight * value for weight, value in zip(weights, values, strict=True)]
        difference = cp_model.LinearExpr.weighted_sum(options, signed)
        tolerance = cp_model.LinearExpr.weighted_sum(options, halves)
        broken = self.model.new_bool_var(relation.id)
        self.model.add(difference >= -tolerance).only_enforce_if(broken.negated())
        if relation.relation == "=":
            self.model.add(difference <= tolerance).only_enforce_if(broken.negated())
        return broken

    def solve(self) -> dict[int, int]:
        """Row → its candidate in a choice that breaks the fewest identities; raises DocumentError if that is too hard.

        To ask for no more than 0, 1, 2 … broken ones takes a fraction of the time that minimising their number does.
        """
        allowed = self.model.add_linear_constraint(sum(self.broken), 0, 0)
        for count in range(len(self.broken) + 1):
            allowed.proto.linear.domain[1] = count
            solver, status = self._run()
            if status == cp_model.OPTIMAL:
                return self._choice(solver)
            if status != cp_model.INFEASIBLE:
                break
        raise DocumentError("placement_unsolved", rows=len(self.rows))

    def doubtful(self, best: Mapping[int, int], open_rows: Sequence[int]) -> dict[int, set[str]]:
        """Row → columns of the best choice that another, equally good choice fills differently, or may."""
        doubts: dict[int, set[str]] = {}
        remaining = list(open_rows)
        while remaining:
            self.model.clear_objective()  # type: ignore[no-untyped-call]
            self.model.maximize(sum(1 - self.chosen[i][best[i]] for i in remaining))
            solver, status = self._run()
            if status != cp_model.OPTIMAL:
                return doubts | {i: set(self.candidates[i][best[i]]) for i in remaining}
            other = self._choice(solver)
            changed = [i for i in remaining if other[i] != best[i]]
            if not changed:
                break
            for i in changed:
                mine, theirs = self.candidates[i][best[i]], self.candidates[i][other[i]]
                doubts.setdefault(i, set()).update(
                    c for c, printed in mine.items() if isinstance(printed, Number) and theirs.get(c) != printed
                )
            remaining = [i for i in remaining if i not in changed]
        return doubts

    def _run(self) -> tuple[cp_model.CpSolver, cp_model.CpSolverStatus]:
        """The solver after its work on the model, and what it found; unknown if there was too much to do."""
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.linearization_level = 0  # relaxations only slow it down: these sums hold or they do not
        solver.parameters.max_deterministic_time = max(self.work, 0.0)
        status = solver.solve(self.model)
        self.work -= solver.deterministic_time
        return solver, status

    def _choice(self, solver: cp_model.CpSolver) -> dict[int, int]:
        return {
            i: next(j for j, option in enumerate(options) if solver.boolean_value(option))
            for i, options in self.chosen.items()
        }
