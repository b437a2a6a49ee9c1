"""The performance self-assessment forms: weights, scores, funds, targets, numbering, and the text about them."""

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import pairwise

from fiscal_utils.checks.facts import Facts, Row, cell_of, exact
from fiscal_utils.checks.model import Observation, compared
from fiscal_utils.identities import NARRATIVE, Cell
from fiscal_utils.normalise import Number, key
from fiscal_utils.targets import Target, achievement, at_most, parse_target

_HUNDRED = Number(Decimal(100), 9)
_MONEY = ("initial_budget", "adjusted_budget", "executed")
_EXCELLENT = 90
"""财预〔2020〕10号: 优 from 90 points."""


def forms(found: Facts) -> Iterator[Observation]:
    """Every check of the forms and of what the narrative says of them."""
    indicators = _by_project(found.indicators)
    funds = {name: {row["row"]: row for row in rows} for name, rows in _by_project(found.funds).items()}
    for project, rows in indicators.items():
        money = funds.get(project, {})
        yield from _sums(project, rows, money)
        yield from _funds(project, money)
        yield from _numbering(project, rows)
        for row in rows:
            yield from _indicator(project, row)
    yield from _in_text(found, indicators, funds)
    yield from _evaluation(found, indicators, funds)


def _cell(project: str, row: str, column: str) -> Cell:
    """What stands for a cell of a form in grouping failures."""
    return "form", f"{project}/{row}", column


def _by_project(rows: tuple[Row, ...]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["project"]].append(row)
    return groups


def _number(value: float | None) -> Number | None:
    """A number of a form; its decimals are those that it needs."""
    if value is None:
        return None
    printed = Decimal(repr(float(value))).normalize()
    return Number(printed, max(-int(printed.as_tuple().exponent), 0))


def _total(rows: list[Row], column: str) -> Decimal:
    numbers = (_number(row[column]) for row in rows)
    return sum((number.value for number in numbers if number), Decimal(0))


def _sums(project: str, rows: list[Row], money: Mapping[str, Row]) -> Iterator[Observation]:
    """Weights and scores add up, with those of the funds' first row, to the printed totals; the weights to 100."""
    ranks = [money[name] for name in ("total", "fiscal", "other") if name in money][:1]
    grand = money.get("grand_total", {})
    for column, rule in (("weight", "form-weights"), ("score", "form-scores")):
        added = Number(_total(rows, column) + _total(ranks, column), 9)
        printed = _number(grand.get(column))
        if printed and added.value:
            fields = {"left": str(printed), "right": f"{added.value}"}
            cells = tuple(
                _cell(project, name, column) for name in (*(row["name"] for row in rows), "total", "grand_total")
            )
            yield compared(rule, project, Number(printed.value, 9), added, fields, touches=cells)
    if weight := _number(grand.get("weight")):
        fields = {"left": str(weight)}
        cells = (_cell(project, "grand_total", "weight"),)
        yield compared("form-hundred", project, Number(weight.value, 9), _HUNDRED, fields, touches=cells)


def _funds(project: str, money: Mapping[str, Row]) -> Iterator[Observation]:
    """The total is its parts, the rate is executed ÷ adjusted, the score is the rate's share of the weight."""
    total = money.get("total")
    if total is None:
        return
    parts = [row for name, row in money.items() if name not in ("total", "grand_total")]
    for column in _MONEY:
        printed = _number(total[column])
        if printed and parts and any(_number(row[column]) for row in parts):
            half = sum((n.half_unit for row in parts if (n := _number(row[column])) and n.value), Decimal(0))
            added = _total(parts, column)
            holds = abs(printed.value - added) <= half + printed.half_unit
            fields = {"left": str(printed), "right": str(added)}
            numbers = (printed.value, added, half + printed.half_unit)
            cells = (_cell(project, "total", column),)
            yield Observation("form-funds", f"{project}.{column}", holds, fields, numbers=numbers, touches=cells)
    yield from _execution(project, total)


def _execution(project: str, row: Row) -> Iterator[Observation]:
    executed, budget, rate = (_number(row[name]) for name in ("executed", "adjusted_budget", "execution_rate"))
    if executed is None or budget is None or not budget.value:
        return
    computed = 100 * executed.value / budget.value
    slack = 100 * _CENT / budget.value * (1 + executed.value / budget.value)
    if rate:
        tolerance = max(rate.half_unit, _CENT) + slack
        holds = abs(rate.value - computed) <= tolerance
        fields = {"left": f"{rate}%", "right": f"{computed:.2f}%"}
        numbers = (rate.value, round(computed, 4), round(tolerance, 4))
        cells = tuple(_cell(project, "total", name) for name in ("executed", "adjusted_budget", "execution_rate"))
        yield Observation("form-execution-rate", project, holds, fields, numbers=numbers, touches=cells)
    weight, score = _number(row["weight"]), _number(row["score"])
    if weight and score:
        due = weight.value * min(computed, Decimal(100)) / 100
        tolerance = score.half_unit + weight.value * slack / 100
        holds = abs(score.value - due) <= tolerance
        fields = {"left": str(score), "right": f"{due:.2f}"}
        numbers = (score.value, round(due, 4), round(tolerance, 4))
        cells = tuple(_cell(project, "total", name) for name in ("executed", "adjusted_budget", "weight", "score"))
        yield Observation("form-execution-score", project, holds, fields, numbers=numbers, touches=cells)


_CENT = Decimal("0.005")
"""Half of the last place of an amount with two decimals; forms print fewer where the rest is 0."""


def _numbering(project: str, rows: list[Row]) -> Iterator[Observation]:
    """The indicators of a level are numbered without gaps."""
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in rows:
        if row["no"] is not None:
            groups[(row["level1"], row["level2"])].append(int(row["no"]))
    for (level1, level2), numbers in groups.items():
        steps = [b - a for a, b in pairwise(numbers)]
        fields = {"left": f"{level1} · {level2}", "right": ", ".join(map(str, numbers))}
        holds = numbers[0] == 1 and all(step == 1 for step in steps)
        yield Observation("form-numbering", f"{project}/{level1}/{level2}", holds, fields)


def _indicator(project: str, row: Row) -> Iterator[Observation]:
    """A score is no higher than its weight; who meets a target gets all its points, who misses it does not."""
    weight, score = _number(row["weight"]), _number(row["score"])
    if weight is None or score is None:
        return
    subject = f"{project}/{row['level2']}/{row['name']}"
    fields = {
        "left": str(score), "right": str(weight), "target": str(row["target"]), "actual": str(row["actual"]),
    }  # fmt: skip
    cells = tuple(_cell(project, row["name"], column) for column in ("weight", "score"))
    yield Observation("form-score-weight", subject, score.value <= weight.value, fields, touches=cells)
    met = _met(row)
    if met is not None:
        rule = "form-target-met" if met else "form-target-missed"
        yield Observation(rule, subject, met == (score.value >= weight.value), fields, touches=cells)


def _met(row: Row) -> bool | None:
    """Whether the target is met, None where that cannot be told."""
    target, actual = parse_target(str(row["target"])), parse_target(str(row["actual"]))
    achieved = achievement(target, actual)
    if target is None or math.isnan(achieved):
        return None
    return achieved <= 100 if at_most(target, str(row["level2"])) else achieved >= 100


def _in_text(
    found: Facts, indicators: Mapping[str, list[Row]], funds: Mapping[str, Mapping[str, Row]]
) -> Iterator[Observation]:
    """Number of projects, grades and targets that the narrative states, against the forms."""
    stated = {
        row: found.values[cell] for cell in found.values for _, row, _ in [cell] if row.startswith("performance/")
    }
    projects = _first(found, ("performance/projects", "performance/self_evaluation_projects"))
    if projects and indicators:
        subject = Number(Decimal(len(indicators)), 9)
        fields = {"left": str(len(indicators)), "right": f"{projects.value}"}
        yield compared("form-projects", "", subject, projects, fields, at_most=True)
        if projects.value == len(indicators):
            yield from _grades(stated.get("performance/grade_excellent"), funds)
    yield from _targets(found, indicators)


def _first(found: Facts, rows: tuple[str, ...]) -> Number | None:
    cells = ((NARRATIVE, row, "count") for row in rows)
    return next((found.values[cell] for cell in cells if cell in found.values), None)


def _grades(stated: Number | None, funds: Mapping[str, Mapping[str, Row]]) -> Iterator[Observation]:
    scores = [number for rows in funds.values() if (number := _number(rows.get("grand_total", {}).get("score")))]
    if stated and scores and len(scores) == len(funds):
        excellent = sum(score.value >= _EXCELLENT for score in scores)
        fields = {"left": f"{stated.value}", "right": str(excellent)}
        yield Observation("form-grades", "", stated.value == excellent, fields)


def _targets(found: Facts, indicators: Mapping[str, list[Row]]) -> Iterator[Observation]:
    """A target that the text names is the one of the only indicator that its words and unit fit."""
    rows = [
        (row, target) for part in indicators.values() for row in part if (target := parse_target(str(row["target"])))
    ]
    for stated in found.narrative:
        if stated["section"] != "performance" or stated["measure"] != "count" or stated["item"].isascii():
            continue
        fitting = [(row, target) for row, target in rows if _fits(stated, row, target)]
        if len(fitting) == 1:
            row, target = fitting[0]
            fields = {"left": f"{stated['value']:g} {stated['unit']}", "right": str(row["target"]), "name": row["name"]}
            holds = stated["value"] == target.value or _reached(stated, row)
            yield Observation("form-target-text", stated["item"], holds, fields, (cell_of(stated),))


def _reached(stated: Row, row: Row) -> bool:
    """Whether the text tells what was reached and not what was aimed at."""
    actual = parse_target(str(row["actual"]))
    return actual is not None and actual.value == stated["value"]


def _fits(stated: Row, row: Row, target: Target) -> bool:
    """Whether the words of the text are all in the indicator's name, in their order, and the units do not differ."""
    name = key(str(row["name"]))
    unit = target.unit or next(iter(re.findall(r"[(](.+?)[)]$", name)), "")
    if (stated["unit"] == "%") != (unit == "%") or (unit and unit != stated["unit"]):
        return False
    letters = iter(name)
    return len(stated["item"]) > 2 and all(letter in letters for letter in key(stated["item"]))


def _evaluation(
    found: Facts, indicators: Mapping[str, list[Row]], funds: Mapping[str, Mapping[str, Row]]
) -> Iterator[Observation]:
    """The figures of an annexed report on an evaluation are those of one of the forms."""
    stated = {row["item"]: row for row in reversed(found.narrative) if row["section"] == "evaluation"}
    totals = [rows.get(name, {}) for rows in funds.values() for name in ("total", "grand_total")]
    for item, column in _REPORTED.items():
        printed = {row[column] for row in totals if row.get(column) is not None}
        if item in stated and printed:
            yield _among(item, stated[item], printed)
    targets = [(row, t) for rows in indicators.values() for row in rows if (t := parse_target(str(row["target"])))]
    satisfied = {target.value for row, target in targets if "满意" in str(row["name"])}
    if "satisfaction" in stated and satisfied:
        yield _among("satisfaction", stated["satisfaction"], satisfied)
    copies = {target.value for row, target in targets if target.unit == "份"}
    if copies and "issues" in stated and "copies_per_issue" in stated:
        each, issues = (stated[item]["value"] for item in ("copies_per_issue", "issues"))
        yield _among("copies_per_issue", stated["copies_per_issue"], copies, each * issues, f"{each:g} × {issues:g} = ")


_REPORTED = {"budget": "adjusted_budget", "executed": "executed", "score": "score"}
"""What a report on an evaluation states → the column of the form that has it."""


def _among(item: str, row: Row, printed: set[float], value: float | None = None, computed: str = "") -> Observation:
    """The observation that a figure of the report is one of those that the forms print."""
    shown = float(exact(row["value"], row["decimals"], row["unit"]).value) if value is None else value
    fields = {"left": f"{computed}{shown:g}", "right": ", ".join(f"{n:g}" for n in sorted(printed))}
    return Observation("evaluation-report", item, shown in printed, fields, (cell_of(row),))
