"""The targets of performance indicators: quantities with an operator, or words."""

import math
import re
import unicodedata
from dataclasses import dataclass

_TARGET = re.compile(
    r"(?P<before>>=|<=|[=≥≤><≧≦]|不低于|不少于|不超过|不高于|大于等于|小于等于|达到)?"
    r"(?P<value>-?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?)(?P<unit>\D*)"
)
_AT_LEAST = {">=", "≥", "≧", "不低于", "不少于", "大于等于", "以上"}
_AT_MOST = {"<=", "≤", "≦", "不超过", "不高于", "小于等于", "以下", "以内"}


@dataclass(frozen=True)
class Target:
    """A quantitative target: operator (`=`, `≥`, `≤`, `>`, `<`, empty where none is printed), number and unit."""

    operator: str
    value: float
    unit: str


def parse_target(text: str) -> Target | None:
    """The target that a form prints (`=1800条`, `≥95%`, `不低于90`); None if it is qualitative (提升, 每月更新)."""
    found = _TARGET.fullmatch("".join(unicodedata.normalize("NFKC", text).split()))
    if found is None:
        return None
    before, unit = found["before"] or "", found["unit"]
    for ending in ("以上", "以下", "以内"):
        if unit.endswith(ending):
            before, unit = before or ending, unit.removesuffix(ending)
    operator = "≥" if before in _AT_LEAST else "≤" if before in _AT_MOST else before.replace("达到", "≥")
    return Target(operator, float(found["value"].replace(",", "")), unit)


def at_most(target: Target, level2: str) -> bool:
    """Whether less is better: an upper bound is printed, or a cost in yuan without a lower bound."""
    cost = level2.removesuffix("指标").endswith("成本") and target.unit.endswith("元")
    return target.operator in ("≤", "<") or (cost and target.operator not in ("≥", ">"))


def achievement(target: Target | None, actual: Target | None) -> float:
    """Actual / target in percent; NaN where either is not a number, the target is 0 or the units differ."""
    if target is None or actual is None or not target.value:
        return math.nan
    if target.unit and actual.unit and target.unit != actual.unit:
        return math.nan
    return actual.value / target.value * 100
