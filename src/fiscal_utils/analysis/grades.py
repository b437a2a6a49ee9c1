"""Grades of total scores under the schemes of statutory/grade_schemes.toml; a scheme is data and a parameter."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import pandas as pd

from fiscal_utils import specs
from fiscal_utils.language import language, t

DEFAULT = "mof-2020"


@dataclass(frozen=True)
class Scheme:
    """A grade scheme: its name and source in both languages, and the lowest score and names (zh, en) of each grade."""

    name: Mapping[str, str]
    source: Mapping[str, str]
    grades: tuple[tuple[float, str, str], ...]

    def grade(self, score: float) -> str:
        """The grade in the language in use; a threshold belongs to the higher grade; empty where there is no score."""
        return next((t(zh=zh, en=en) for low, zh, en in self.grades if score >= low), "")

    def margin(self, score: float) -> float:
        """Points above the grade's threshold; NaN in the lowest grade and where there is no score."""
        low = next((low for low, _, _ in self.grades[:-1] if score >= low), math.nan)
        return score - low

    @property
    def boundaries(self) -> tuple[float, ...]:
        """The scores at which the grade changes, highest first."""
        return tuple(low for low, _, _ in self.grades[:-1])


@cache
def schemes() -> dict[str, Scheme]:
    """Every grade scheme by id."""
    entries = specs.read_toml("grade_schemes.toml")
    return {name: specs.build(Scheme, entry, f"grade_schemes.toml [{name}]") for name, entry in entries.items()}


def scheme(name: str) -> Scheme:
    """The scheme of this id; raises ValueError for an unknown one."""
    if name not in schemes():
        raise ValueError(f"grade_scheme must be one of {', '.join(schemes())}, not {name!r}")
    return schemes()[name]


def grade(score: float, name: str = DEFAULT) -> str:
    """The grade of a total score out of 100 under a scheme, in the language in use; empty where there is no score."""
    return scheme(name).grade(score)


def scheme_table(name: str = DEFAULT) -> pd.DataFrame:
    """The grades of a scheme: columns `grade, lowest` score."""
    rows = [(t(zh=zh, en=en), float(low)) for low, zh, en in scheme(name).grades]
    return pd.DataFrame(rows, columns=["grade", "lowest"])


def under_schemes(scores: Mapping[str, float]) -> pd.DataFrame:
    """Project → total score, graded under every scheme: project, score, one column a scheme (its name), agree.

    `agree`: all schemes give the project the same grade.
    """
    rows = []
    for project, score in scores.items():
        found = {made.name[language()]: made.grade(score) for made in schemes().values()}
        rows.append({"project": project, "score": score, **found, "agree": len(set(found.values())) == 1})
    return pd.DataFrame(rows)
