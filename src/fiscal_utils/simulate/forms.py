"""Invented self-evaluation forms of projects: funds, indicators whose weights add up to 100, scores."""

from decimal import Decimal
from random import Random
from typing import Any

from fiscal_utils.normalise import Number
from fiscal_utils.parse.performance import Form, Fund, Indicator
from fiscal_utils.simulate.figures import ratio
from fiscal_utils.simulate.model import printed
from fiscal_utils.simulate.words import declared, words

_FUND_WEIGHT = 10
_LEAST_WEIGHT = 3


def forms(rng: Random, names: list[str], most: int) -> list[Form]:
    """One form a project; a project spends up to `most` fen."""
    return [_form(rng, name, most) for name in names]


def executed(form: Form) -> int:
    """What the project spent, in fen."""
    total = form.funds[0].executed
    return int(total.value * 1_000_000) if total else 0


def _form(rng: Random, project: str, most: int) -> Form:
    funds = _funds(rng, project, most)
    indicators = _indicators(rng, project)
    scores = [*(one.score for one in indicators), funds[0].score]
    score = sum((mark.value for mark in scores if mark), Decimal(0))
    funds.append(Fund(project, "grand_total", None, None, None, _whole(100), None, _plain(score), None))
    return Form(project, funds, indicators, [])


def _funds(rng: Random, project: str, most: int) -> list[Fund]:
    """Total, fiscal and other money in 万元; the total's rate gives the score."""
    budget = {"fiscal": rng.randint(1, max(1, most // 1_000_000)) * 1_000_000, "other": 0}
    if rng.random() < 0.3:
        budget["other"] = budget["fiscal"] // 4
    spent = {name: int(fen * rng.choice([1, rng.uniform(0.7, 1)])) for name, fen in budget.items()}
    budget, spent = ({"total": sum(parts.values())} | parts for parts in (budget, spent))
    found = []
    for name, fen in budget.items():
        rate = ratio(spent[name], fen) if fen else None
        is_total = name == "total"
        score = _plain((rate.value / 10).quantize(Decimal("0.1"))) if rate and is_total else None
        initial, adjusted, executed = (printed(value, "万元") for value in (fen, fen, spent[name]))
        weight = _whole(_FUND_WEIGHT) if is_total else None
        found.append(Fund(project, name, initial, adjusted, executed, weight, rate, score, None))
    return found


def _indicators(rng: Random, project: str) -> list[Indicator]:
    """One or two indicators for most of the declared second levels, numbered within the level."""
    kinds = [kind for kind in declared()["indicators"] if rng.random() < 0.8] or declared()["indicators"][:1]
    drawn = [(kind, no) for kind in kinds for no in range(1, rng.randint(1, 2) + 1)]
    weights = [_LEAST_WEIGHT] * len(drawn)
    for _ in range(100 - _FUND_WEIGHT - sum(weights)):
        weights[rng.randrange(len(weights))] += 1
    return [_indicator(rng, project, kind, no, weight) for (kind, no), weight in zip(drawn, weights, strict=True)]


def _indicator(rng: Random, project: str, kind: dict[str, Any], no: int, weight: int) -> Indicator:
    target = rng.randint(80, 99) if kind["units"] == ["%"] else rng.randint(2, 900)
    met = rng.random() < 0.8
    worse = 1 if kind["operator"] == "≤" else -1
    actual = target if met else max(1, target + worse * rng.randint(1, 20))
    index = rng.randrange(len(kind["names"]))
    unit = kind["units"][index % len(kind["units"])]
    return Indicator(
        project, kind["level1"], kind["level2"], no, kind["names"][index], f"{kind['operator']}{target}{unit}",
        f"{actual}{unit}", _whole(weight), _whole(weight if met else weight - 1),
        "" if met else rng.choice(words("deviations")), None,
    )  # fmt: skip


def _whole(value: int) -> Number:
    return Number(Decimal(value), 0)


def _plain(value: Decimal) -> Number:
    """The number with as many decimals as it needs."""
    value = value.normalize()
    exponent = value.as_tuple().exponent
    return Number(value, max(0, -exponent if isinstance(exponent, int) else 0))
