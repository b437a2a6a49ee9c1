"""What accounts are called where people read them: the department in the language in use, its year, its tables."""

from collections.abc import Sequence

import pandas as pd

from fiscal_utils.analysis import comparison
from fiscal_utils.departments import department_name
from fiscal_utils.language import t
from fiscal_utils.specs import term


def departments(about: pd.DataFrame) -> "pd.Series[str]":
    """The departments' names in the language in use, each on one line, of rows with `department` and `region_code`."""
    pairs = zip(about["department"], about["region_code"], strict=True)
    names = [" ".join(department_name(*pair).split()) for pair in pairs]
    return pd.Series(names, index=about.index, dtype="str")


def labels(documents: Sequence[str]) -> list[str]:
    """What each of the documents is called: department and year."""
    about = comparison.about(documents).set_index("document_id").loc[list(documents)]
    return [f"{name} {year}" for name, year in zip(departments(about), about["year"], strict=True)]


def origin(document: str, *tables: str) -> str:
    """The source of a figure: department, year and the tables that it is taken from."""
    [label] = labels([document])
    if not tables:
        return label
    return t("{}，{}", "{}; {}").format(label, t("、", ", ").join(map(term, tables)))


def source(document: str, *tables: str) -> str:
    """The source line of a chart."""
    return t("资料来源：", "Source: ") + origin(document, *tables)
