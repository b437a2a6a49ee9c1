"""The figures of a document, found by the needs that statutory/metrics.toml declares.

A need names a cell as `table.row.column` (`narrative.section/item.measure`, `staff.item.value`), a sum of cells
(`a + b`), or alternatives of which the first that is printed counts (`a | b`). After a cell, `?` makes a blank count as
exactly 0 where its table is printed; the alternative `none` makes the need optional. A need without a dot is a tidy
table (`indicators`), the `year`, or the whole `document`. Amounts are in 万元; every figure knows its interval.
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property, lru_cache
from pathlib import Path

import pandas as pd

from fiscal_utils.errors import FiscalError
from fiscal_utils.identities import NARRATIVE, Cell
from fiscal_utils.language import language, t
from fiscal_utils.specs import code_name, tables, term, term_in
from fiscal_utils.tables import Selection, built, data_dir, load
from fiscal_utils.tidy import open_rows_of

STAFF = "staff"
FORMS = ("projects", "indicators")
"""The tidy tables made of the performance forms."""
FRAMES = (NARRATIVE, *FORMS)
"""The tidy tables that a need can name as a whole."""
_MONEY = "万元"
REMEMBERED = 64
"""Of how many documents the facts are remembered."""


class MeasureError(FiscalError):
    """A metric has no value: its inputs are missing, its base is 0, there are too few cases, or they contradict."""

    @property
    def status(self) -> str:
        """missing | zero_base | too_few | contradiction."""
        return next((kind for kind in ("missing", "zero_base") if self.key.startswith(kind)), self.key)


@dataclass(frozen=True)
class Figure:
    """A figure as published: its value, the ends of the interval that it stands for, its direction if it has one."""

    value: Fraction
    low: Fraction
    high: Fraction
    direction: str = ""

    def __add__(self, other: "Figure") -> "Figure":
        return Figure(self.value + other.value, self.low + other.low, self.high + other.high)


ZERO = Figure(Fraction(0), Fraction(0), Fraction(0))


def exactly(number: float) -> Figure:
    """A figure that nobody rounded, such as a count."""
    return Figure(Fraction(number), Fraction(number), Fraction(number))


@dataclass(frozen=True)
class Term:
    """A cell that a need names, and whether a blank there counts as 0."""

    cell: Cell
    blank_is_zero: bool


@cache
def alternatives(need: str) -> tuple[tuple[Term, ...], ...]:
    """The sums of which the first that is printed satisfies the need; an empty one for `none`."""
    return tuple(
        () if option == "none" else tuple(_term(name) for name in option.split(" + ")) for option in need.split(" | ")
    )


def _term(name: str) -> Term:
    table, row, column = name.removesuffix("?").split(".")
    return Term((table, row, column), name.endswith("?"))


@dataclass(frozen=True)
class Facts:
    """The figures of one document by cell, its tidy tables, and which of its tables are printed."""

    document: str
    year: int
    figures: Mapping[Cell, Figure]
    frames: Mapping[str, pd.DataFrame]

    def find(self, need: str) -> "Figure | pd.DataFrame | Facts | None":
        """What satisfies the need, None for an optional one; raises MeasureError saying what is missing."""
        if need in FRAMES:
            return self._frame(need)
        if need == "year":
            return exactly(self.year)
        if need == "document":
            return self
        options = alternatives(need)
        for option in options:
            if not option:
                return None
            found = [figure for term in option if (figure := self._figure(term))]
            if len(found) == len(option):
                return sum(found[1:], found[0])
        raise self._missing(options[0])

    def has(self, table: str) -> bool:
        """Whether the document prints any figure of the table."""
        return any(cell[0] == table for cell in self.figures)

    @cached_property
    def open_rows(self) -> Set[tuple[str, str]]:
        """Table and key of the rows with a number whose column is undetermined: their blanks may not be blank."""
        return open_rows_of(data_dir() / "raw" / self.document)

    def _frame(self, name: str) -> pd.DataFrame:
        if self.frames[name].empty:
            no_form = name in FORMS and all(self.frames[part].empty for part in FORMS)
            raise MeasureError("missing_table", table=term("form" if no_form else name))
        return self.frames[name].copy(deep=False)

    def _figure(self, wanted: Term) -> Figure | None:
        if wanted.cell in self.figures or not wanted.blank_is_zero:
            return self.figures.get(wanted.cell)
        table, row, _ = wanted.cell
        return ZERO if self.has(table) and (table, row) not in self.open_rows else None

    def _missing(self, option: tuple[Term, ...]) -> MeasureError:
        table, row, column = next(term.cell for term in option if self._figure(term) is None)
        if not self.has(table):
            return MeasureError("missing_table", table=term(table))
        return unpublished(table, row, column)


def unpublished(table: str, row: str, column: str) -> MeasureError:
    """The error that names a figure by its table or section, its row and its column in the field's words."""
    section, _, item = row.rpartition("/")
    place = term_in(language(), f"{table}/{section}", table)
    item_name = code_name(item, term_in(language(), f"{section or table}/{item}", item))
    column_name = "" if column == "value" else term_in(language(), f"{table}/{column}", column)
    figure = t("·", " · ").join(part for part in (item_name, column_name) if part)
    return MeasureError("missing_figure", table=place, figure=figure)


def facts(document: Selection = None) -> Iterator[Facts]:
    """The facts of each document, in the order of the data folder; those of one document are remembered."""
    return iter(_alone(document, built())) if isinstance(document, str) else _facts(document)


@lru_cache(REMEMBERED)
def _alone(document: str, _at: tuple[Path, int]) -> tuple[Facts, ...]:
    return tuple(_facts(document))


def _facts(document: Selection) -> Iterator[Facts]:
    known = load("documents", document)
    years = dict(zip(known["document_id"], known["year"], strict=True))
    frames = {name: dict(iter(load(name, document).groupby("document_id"))) for name in ("cells", STAFF, *FRAMES)}
    blank = {name: load(name, document).iloc[:0] for name in frames}
    for name in known["document_id"]:
        rows = {table: found.get(name, blank[table]).reset_index(drop=True) for table, found in frames.items()}
        yield Facts(name, int(years[name]), dict(_figures(rows)), {table: rows[table] for table in FRAMES})


def _figures(rows: Mapping[str, pd.DataFrame]) -> Iterator[tuple[Cell, Figure]]:
    """Every figure by cell; of one that the narrative states twice the first is kept."""
    for row in rows["cells"].itertuples():
        key = str(row.code or row.item or row.label)
        counted = key in tables()[str(row.table)].counts
        yield (str(row.table), key, str(row.column)), exactly(float(str(row.value))) if counted else _figure(row)
    for row in rows[NARRATIVE].iloc[::-1].itertuples():
        yield (NARRATIVE, f"{row.section}/{row.item}", str(row.measure)), _figure(row, str(row.direction or ""))
    for row in rows[STAFF].dropna().itertuples():
        yield (STAFF, str(row.item), "value"), exactly(float(str(row.value)))


def _figure(row: object, direction: str = "") -> Figure:
    """A figure of a tidy table. Counts are exact, and so is a 0 without decimals, which says that there is none."""
    value, decimals, unit = (getattr(row, name) for name in ("value", "decimals", "unit"))
    counted = unit not in (_MONEY, "%", "分") or (decimals == 0 and value == 0)
    return _rounded(float(value), int(decimals), counted, direction)


@lru_cache(maxsize=100_000)
def _rounded(value: float, decimals: int, exact: bool, direction: str) -> Figure:
    unit = Fraction(10) ** -decimals
    amount = round(value / float(unit)) * unit
    half = Fraction(0) if exact else unit / 2
    low = amount - half if amount < 0 else max(amount - half, Fraction(0))  # what is below 0 is printed with a minus
    return Figure(amount, low, amount + half, direction)
