"""What the narrative says of performance: how many projects were evaluated, their funds, grades and targets."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from fiscal_utils.normalise import Number
from fiscal_utils.parse.narrative_spec import spec
from fiscal_utils.parse.performance import Form, Indicator
from fiscal_utils.simulate.flows import FISCAL, spent_as
from fiscal_utils.simulate.model import printed
from fiscal_utils.simulate.telling import Teller, plain, ratio
from fiscal_utils.targets import Target, parse_target

_GRADES = {"grade_excellent": 90, "grade_good": 80, "grade_medium": 60, "grade_poor": 0}
"""Grade → the points that it begins at (财预〔2020〕10号)."""
_QUALIFIED = {"grade_excellent": 90, "grade_good": 75, "grade_qualified": 60, "grade_unqualified": 0}
_STAGES = ("objectives", "monitoring", "self_evaluation")
_TARGETS = 2
"""Targets of each form that the text names."""


def evaluated(teller: Teller, forms: Sequence[Form]) -> None:
    """The self-evaluated projects with their funds and grades, what the department evaluated, the forms' targets."""
    teller.section = "performance"
    books = teller.books
    teller.count("projects", len(forms), "个")
    teller.tell("funds", "final", _funds(sum(books.projects)), "万元")
    teller.tell("funds", "share_pct", plain(ratio(sum(books.projects), books.total(spent_as("project")))), "%")
    _graded(teller, [score.value for form in forms if (score := form.funds[-1].score)], _GRADES)
    if books.projects:
        teller.tell("department_evaluation_general_public_budget", "final", _funds(books.projects[0]), "万元")
    teller.money("overall_evaluation_general_public_budget", books.total(lambda flow: flow.spent, FISCAL[:1]))
    for name, target in _targets(forms).items():
        teller.count(name, int(target.value), target.unit)


def managed(teller: Teller) -> None:
    """The projects through the stages of performance management, the grades, the problems found."""
    teller.section = "performance"
    budgets, rng = teller.books.projects, teller.rng
    if not budgets:
        return
    for stage in _STAGES:
        teller.count(f"{stage}_projects", len(budgets), "个")
        teller.tell(f"{stage}_funds", "adjusted_budget", _funds(sum(budgets)), "万元")
    scores = [Decimal(rng.randint(5500, 10000)) / 100 for _ in budgets]
    average = sum(scores, Decimal(0)) / len(scores)
    teller.tell("average_score", "count", Number(round(average, 2), 2), "分")
    _graded(teller, scores, _QUALIFIED)
    found = rng.randint(0, 4)
    resolved = rng.randint(0, found)
    for item, value in {"found": found, "resolved": resolved, "open": found - resolved}.items():
        teller.count(f"problems_{item}", value, "个")


def _funds(fen: int) -> Number:
    return plain(printed(fen, "万元"))


def _graded(teller: Teller, scores: Sequence[Decimal], grades: dict[str, int]) -> None:
    given = [next(grade for grade, least in grades.items() if score >= least) for score in scores]
    for grade in grades:
        teller.count(grade, given.count(grade), "个")


def _targets(forms: Sequence[Form]) -> dict[str, Target]:
    """Name of an indicator whose target is a count → the target; some of each form, no name twice."""
    named: dict[str, Target] = {}
    for form in forms:
        new = [(name, target) for name, target in _counted(form.indicators) if name not in named]
        named |= dict(new[:_TARGETS])
    return named


def _counted(indicators: Sequence[Indicator]) -> Iterator[tuple[str, Target]]:
    for one in indicators:
        target = parse_target(one.target)
        if target and target.unit in spec().units.count:
            yield one.name, target
