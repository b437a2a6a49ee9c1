"""What a self-evaluation form (项目支出绩效自评表) says, and the words that it is read by."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from fiscal_utils.normalise import Number, token
from fiscal_utils.specs import read_toml

FUND_COLUMNS = ("initial_budget", "adjusted_budget", "executed", "weight", "execution_rate", "score")
NUMBERED = re.compile(r"(?:^|(?<=\s))指标\s*[:：]?\s*(\d{1,2})\s*[:：、.]")
"""The number that begins an indicator."""

Cells = dict[str, Number | None]


class Fund(NamedTuple):
    """One row of the funds (total, fiscal, other), or the grand_total of the form (weight and score only)."""

    project: str
    row: str
    initial_budget: Number | None
    adjusted_budget: Number | None
    executed: Number | None
    weight: Number | None
    execution_rate: Number | None
    score: Number | None
    page: int | None


class Indicator(NamedTuple):
    """One indicator, its levels as printed (carried forward where the cells are merged)."""

    project: str
    level1: str
    level2: str
    no: int | None
    name: str
    target: str
    actual: str
    weight: Number | None
    score: Number | None
    deviation: str
    page: int | None


@dataclass(frozen=True)
class Form:
    """A form: its project, funds and indicators in printed order, and what could not be read for certain."""

    project: str
    funds: list[Fund]
    indicators: list[Indicator]
    doubts: list[str]


@cache
def rules() -> dict[str, Any]:
    """The vocabulary of performance.toml."""
    return read_toml("performance.toml")


def printed_number(text: str) -> Number | None:
    """The number that the text prints, None for a dash or other text."""
    found = token(text)
    return found if isinstance(found, Number) else None


def fund_row(project: str, row: str, cells: Cells, page: int | None) -> Fund:
    """The row of funds with these cells; a column that is not among them is blank."""
    return Fund(project=project, row=row, page=page, **{name: cells.get(name) for name in FUND_COLUMNS})


def fund_names(labels: str) -> list[str]:
    """The rows of funds that the labels name, in printed order."""
    pattern = "|".join(f"(?P<{name}>{words})" for name, words in rules()["funds"].items())
    return [found.lastgroup for found in re.finditer(pattern, labels) if found.lastgroup]
