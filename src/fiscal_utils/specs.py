"""What is declared about the accounts: tables, identities, classifications, terms (the files in statutory/)."""

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any

from fiscal_utils.language import language
from fiscal_utils.normalise import key

_STATUTORY = files("fiscal_utils") / "statutory"


@dataclass(frozen=True)
class TableSpec:
    """A statutory table: its titles, its columns with their headers, the canonical items of its rows."""

    name: str
    title: str
    aliases: tuple[str, ...]
    rows: str
    columns: Mapping[str, tuple[str, ...]]
    sides: tuple[tuple[str, ...], ...] = ()
    items: Mapping[str, tuple[str, ...]] = None  # type: ignore[assignment]
    optional: tuple[str, ...] = ()
    common: bool = True
    counts: tuple[str, ...] = ()

    @property
    def titles(self) -> tuple[str, ...]:
        """Keys of all titles under which the table is printed."""
        return tuple(key(title) for title in (self.title, *self.aliases))

    @property
    def required(self) -> tuple[str, ...]:
        """The columns that the table has wherever it is printed."""
        return tuple(column for column in self.columns if column not in self.optional)

    def printed(self, header: str) -> tuple[str, ...]:
        """The columns of a table with this header (a key): the required ones and the optional ones that it names."""
        return tuple(
            column
            for column, names in self.columns.items()
            if column not in self.optional or any(key(name) in header for name in names)
        )

    @property
    def coded(self) -> bool:
        """Whether rows are keyed by a classification code."""
        return self.rows in ("function", "economic")


@dataclass(frozen=True)
class Identity:
    """A declared accounting identity: sums of `table.row.column` terms on both sides and their relation."""

    id: str
    kind: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    relation: str = "="
    columns: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    sum: bool = False
    detail: bool = False
    alternative: tuple[str, ...] = ()
    severity: str = "error"
    given: str = ""


@dataclass(frozen=True)
class RatioSpec:
    """A declared percentage: the cell that states it, and the sums whose quotient it is."""

    id: str
    kind: str
    stated: str
    part: tuple[str, ...]
    whole: tuple[str, ...]
    alternative: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    severity: str = "warning"


@dataclass(frozen=True)
class Rule:
    """A check that is no equation: its kind, its severity and what it says where it fails, in both languages."""

    kind: str
    severity: str
    zh: str
    en: str
    explains: bool = False


def read_toml(name: str) -> dict[str, Any]:
    """The parsed file `statutory/<name>`."""
    return tomllib.loads((_STATUTORY / name).read_text("utf-8"))


def read_csv(name: str) -> list[dict[str, str]]:
    """The rows of `statutory/<name>`."""
    return list(csv.DictReader((_STATUTORY / name).read_text("utf-8").splitlines()))


def build(cls: type, values: Mapping[str, Any], where: str) -> Any:
    """An instance of the frozen dataclass `cls`; lists become tuples; unknown and missing keys raise TypeError."""
    unknown = values.keys() - {field.name for field in fields(cls)}
    if unknown:
        raise TypeError(f"{where}: unknown keys {sorted(unknown)}")
    return cls(**{name: _frozen(value) for name, value in values.items()})


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    if isinstance(value, dict):
        return {name: _frozen(item) for name, item in value.items()}
    return value


@cache
def tables() -> dict[str, TableSpec]:
    """Every statutory table by name, in statutory order."""
    empty: dict[str, Any] = {"aliases": [], "items": {}}
    return {
        name: build(TableSpec, empty | spec | {"name": name}, f"tables.toml [{name}]")
        for name, spec in read_toml("tables.toml").items()
    }


@cache
def identities() -> tuple[Identity, ...]:
    """Every declared identity."""
    entries = read_toml("identities.toml")["identity"]
    return tuple(build(Identity, entry, f"identities.toml {entry.get('id')}") for entry in entries)


@cache
def ratios() -> tuple[RatioSpec, ...]:
    """Every declared percentage."""
    entries = read_toml("identities.toml")["ratio"]
    return tuple(build(RatioSpec, entry, f"identities.toml {entry.get('id')}") for entry in entries)


@cache
def rules() -> dict[str, Rule]:
    """Every check of words, forms and completeness by id."""
    return {name: build(Rule, rule, f"rules.toml [{name}]") for name, rule in read_toml("rules.toml").items()}


@cache
def classification(name: str) -> dict[str, dict[str, str]]:
    """The classification `functions` or `economic`: code → names (`zh`, `en`)."""
    return {row["code"]: {"zh": row["name_zh"], "en": row["name_en"]} for row in read_csv(f"{name}.csv")}


@cache
def classes() -> dict[str, str]:
    """Key of a functional class's official name, of today or of former years → its three-digit code."""
    former = {key(row["name_zh"]): row["code"] for row in read_csv("former_classes.csv")}
    return former | {key(names["zh"]): code for code, names in classification("functions").items() if len(code) == 3}


@cache
def _terms() -> dict[str, dict[str, str]]:
    return {row["key"]: row for row in read_csv("terms.csv")}


def term(name: str) -> str:
    """The field's term for a canonical key (`adjusted_budget`) in the language in use; the key itself if unknown."""
    return term_in(language(), name)


def term_in(name_language: str, *names: str) -> str:
    """The term in a language for the first of the keys that has one; the last key itself if none has."""
    terms = _terms()
    for name in names:
        if name in terms:
            return terms[name][name_language]
    return names[-1]


def code_name(code: str, printed: str = "") -> str:
    """The official name of a functional (201…) or economic (30x…, 310…) code in the language in use.

    Falls back on the printed label where the classification file does not have the code.
    """
    return code_name_in(language(), code, printed)


def code_name_in(name_language: str, code: str, printed: str = "") -> str:
    """The official name of a code in a language; see `code_name`."""
    for name in ("functions", "economic"):
        if code in classification(name):
            return classification(name)[code][name_language]
    return printed or code
