"""Invented self-evaluation forms of projects: funds, indicators whose weights add up to 100, scores."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

from fiscal_utils.normalise import Number
from fiscal_utils.parse.performance import Form, Fund, Indicator
from fiscal_utils.simulate.model import printed
from fiscal_utils.simulate.telling import plain, ratio
from fiscal_utils.simulate.words import declared, words

_FUND_WEIGHT = 10
_LEAST_WEIGHT = 3
_TENTH = Decimal("0.1")


def forms(rng: Random, names: Sequence[str], budgets: Sequence[int]) -> list[Form]:
    """One form a project, with its budget in fen."""
    return [_form(rng, name, budget) for name, budget in zip(names, budgets, strict=True)]


def _form(rng: Random, project: str, budget: int) -> Form:
    funds = _funds(rng, project, budget)
    indicators = _indicators(rng, project)
    scores = [*(one.score for one in indicators), funds[0].score]
    score = sum((mark.value for mark in scores if mark), Decimal(0))
    funds.append(Fund(project, "grand_total", None, None, None, _whole(100), None, _plain(score), None))
    return Form(project, funds, indicators, [])


def _funds(rng: Random, project: str, adjusted: int) -> list[Fund]:
    """Total, fiscal and other money in 万元; the total's rate gives the score."""
    other = adjusted // 50_000 * 10_000 if rng.random() < 0.3 else 0
    found: dict[str, tuple[int, int, int]] = {}
    for name, budget in {"fiscal": adjusted - other, "other": other}.items():
        initial = int(budget * rng.choice([1, rng.uniform(0.7, 1.3)])) // 10_000 * 10_000
        found[name] = (initial, budget, int(budget * rng.choice([1, rng.uniform(0.7, 1)])))
    totals = [sum(amounts) for amounts in zip(*found.values(), strict=True)]
    rows = {"total": totals} | {name: list(amounts) for name, amounts in found.items()}
    return [_fund(project, name, *amounts) for name, amounts in rows.items()]


def _fund(project: str, name: str, initial: int, adjusted: int, executed: int) -> Fund:
    rate = ratio(executed, adjusted) if adjusted else None
    weight = score = None
    if name == "total":
        weight, due = _whole(_FUND_WEIGHT), Decimal(_FUND_WEIGHT * executed) / adjusted
        score = _plain(due.quantize(_TENTH, ROUND_HALF_UP))
    first, second, third = (plain(printed(fen, "万元")) for fen in (initial, adjusted, executed))
    return Fund(project, name, first, second, third, weight, rate, score, None)


def _indicators(rng: Random, project: str) -> list[Indicator]:
    """One or two indicators for most of the declared second levels, numbered within the level."""
    kinds = [kind for kind in declared()["indicators"] if rng.random() < 0.8] or declared()["indicators"][:1]
    drawn = [(kind, no) for kind in kinds for no in range(1, rng.randint(1, 2) + 1)]
    weights = [_LEAST_WEIGHT] * len(drawn)
    for _ in range(100 - _FUND_WEIGHT - sum(weights)):
        weights[rng.randrange(len(weights))] += 1
    return [_indicator(rng, project, kind, no, weight) for (kind, no), weight in zip(drawn, weights, strict=True)]


def _indicator(rng: Random, project: str, kind: dict[str, Any], no: int, weight: int) -> Indicator:
    index = rng.randrange(len(kind["names"]))
    if words_of_target := kind.get("targets"):
        return Indicator(
            project, kind["level1"], kind["level2"], no, kind["names"][index], words_of_target[index], "100",
            _whole(weight), _whole(weight), "", None,
        )  # fmt: skip
    target = rng.randint(80, 99) if kind["units"] == ["%"] else rng.randint(2, 900)
    met = rng.random() < 0.8
    actual = _actual(rng, kind, target, met)
    unit = kind["units"][index % len(kind["units"])]
    lost = 0 if met else min(weight, rng.choice([1, 2, weight]))
    return Indicator(
        project, kind["level1"], kind["level2"], no, kind["names"][index], f"{kind['operator']}{target}{unit}",
        f"{actual}{unit}", _whole(weight), _whole(weight - lost), "" if met else rng.choice(words("deviations")), None,
    )  # fmt: skip


def _actual(rng: Random, kind: dict[str, Any], target: int, met: bool) -> int:
    """What was reached: the target, more than that where more is better, or too little."""
    better = -1 if kind["operator"] == "≤" else 1
    if not met:
        return max(1, target - better * rng.randint(1, 20))
    return target + (rng.choice([0, 0, 1]) if better > 0 and kind["operator"] != "=" and target < 99 else 0)


def _whole(value: int) -> Number:
    return Number(Decimal(value), 0)


def _plain(value: Decimal) -> Number:
    return plain(Number(value, 0))
