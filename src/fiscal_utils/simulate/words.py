"""What statutory/simulation.toml declares: sizes, templates, printed rows, words."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from fiscal_utils import specs


@dataclass(frozen=True)
class Size:
    """How large a department is: functions it spends on, the most that one takes (yuan), forms, duties."""

    functions: int
    yuan: int
    forms: int
    duties: int


@dataclass(frozen=True)
class Template:
    """Which tables accounts have, under which titles, and what they print (the keys are explained in the file)."""

    tables: tuple[str, ...]
    budgets: tuple[str, ...]
    lines: bool
    income: bool
    prose: str
    classes_left_out: tuple[str, ...]
    economic: tuple[str, ...]


@dataclass(frozen=True)
class Layout:
    """How tables are printed (the keys are explained in the file)."""

    numbered: bool
    named: bool
    codes: tuple[int, int]
    total_last: tuple[str, ...]
    total_in_header: bool
    spaced: bool
    ruled: bool
    repeats: bool
    latin: bool
    page_number: str
    label: int
    economic: tuple[tuple[str, ...], ...]
    amount: str
    sangong: str
    titles: Mapping[str, str]

    def title(self, table: str) -> str:
        """The title that the table is printed under."""
        return self.titles.get(table, specs.tables()[table].title)


@cache
def declared() -> dict[str, Any]:
    """The whole file."""
    return specs.read_toml("simulation.toml")


def words(name: str) -> list[str]:
    """A declared list of words."""
    return cast(list[str], declared()[name])


@cache
def size(name: str) -> Size:
    """The declared size; raises KeyError for an unknown one."""
    return cast(Size, specs.build(Size, declared()["size"][name], f"simulation.toml [size.{name}]"))


@cache
def template(name: str) -> Template:
    """The declared template; raises KeyError for an unknown one."""
    return cast(Template, specs.build(Template, declared()["template"][name], f"simulation.toml [template.{name}]"))


@cache
def layout(name: str) -> Layout:
    """The declared layout; raises KeyError for an unknown one."""
    return cast(Layout, specs.build(Layout, declared()["layout"][name], f"simulation.toml [layout.{name}]"))


def labels(table: str, side: str = "left") -> dict[str, str]:
    """Canonical item → printed label of one side of a table, in printed order."""
    return cast(dict[str, str], declared()["rows"][table][side])


def mark(name: str) -> str:
    """One of the sentences that say that the accounts are simulated."""
    return cast(str, declared()["marks"][name])
