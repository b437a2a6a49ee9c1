"""What the checks of one document stand on: its numbers, each an exact interval, and where they are printed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

import pandas as pd

from fiscal_utils import specs
from fiscal_utils.identities import NARRATIVE, Cell
from fiscal_utils.normalise import Number

Row = Mapping[str, Any]
"""One row of a tidy table."""

_SCALE = {"元": -4, "千元": -1, "亿元": 4, "万元": 0}
"""Unit of money → the power of ten to 万元."""
_EXACT = 9
"""Decimals given to a number that nobody rounded: a count, or a bare 0."""
_SIGNS = {"increase": 1, "decrease": -1, "flat": 0}


@dataclass(frozen=True)
class Facts:
    """The tidy rows of one document, and its numbers by cell."""

    about: Row
    cells: tuple[Row, ...]
    narrative: tuple[Row, ...]
    funds: tuple[Row, ...]
    indicators: tuple[Row, ...]
    statements: tuple[Row, ...]
    open_rows: AbstractSet[tuple[str, str]]
    values: dict[Cell, Number] = field(default_factory=dict)
    layout: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    pages: dict[Cell, int] = field(default_factory=dict)
    signs: dict[str, int] = field(default_factory=dict)
    """Row of the narrative → the sign of its change from the year before."""

    def is_open(self, cell: Cell) -> bool:
        """Whether the cell may be where a number of an undetermined column belongs."""
        return cell[:2] in self.open_rows and cell not in self.values


def facts(rows: Mapping[str, Iterable[Row]], open_rows: Mapping[str, AbstractSet[tuple[str, str]]]) -> Iterator[Facts]:
    """The facts of each document of the tidy tables, in their order; `rows` are those of each table."""
    parts = {name: _by_document(part) for name, part in rows.items() if name != "documents"}
    for about in rows["documents"]:
        document = str(about["document_id"])
        own = {name: tuple(part.get(document, ())) for name, part in parts.items()}
        found = Facts(
            about,
            own["cells"],
            own["narrative"],
            own["projects"],
            own["indicators"],
            own["statements"],
            open_rows.get(document, frozenset()),
        )
        _enter_cells(found)
        _enter_narrative(found)
        yield found


def missing_tables(about: Row) -> list[str]:
    """The statutory tables that a document's row of `documents` says it lacks."""
    return str(about.get("missing_tables") or "").split(", ")


def rows_of(frames: Mapping[str, pd.DataFrame]) -> dict[str, list[Row]]:
    """The rows of tidy tables that are data frames; what is missing is None."""
    return {name: _rows(frame) for name, frame in frames.items()}


def _rows(frame: pd.DataFrame) -> list[Row]:
    columns = {
        str(name): values.to_numpy(object, na_value=None)  # type: ignore[call-overload]  # pandas-stubs lacks None
        for name, values in frame.items()
    }
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _by_document(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["document_id"]].append(row)
    return found


def _enter_cells(found: Facts) -> None:
    for row in found.cells:
        cell = (row["table"], row["code"] or row["item"] or row["label"], row["column"])
        counted = cell[1] in specs.tables()[cell[0]].counts
        _enter(found, cell, exact(row["value"], row["decimals"], "" if counted else row["unit"]), row["page"])


def _enter_narrative(found: Facts) -> None:
    """The figures stated; of one that is stated twice the first (`repeated` compares them)."""
    for row in found.narrative:
        cell = cell_of(row)
        if cell not in found.values:
            _enter(found, cell, exact(row["value"], row["decimals"], row["unit"]), row["page"])
        if row["measure"] == "prior_change" and row["unit"] in _SCALE:
            found.signs.setdefault(cell[1], _SIGNS.get(row["direction"], 0))


def cell_of(row: Row) -> Cell:
    """The cell of a row of the narrative."""
    return NARRATIVE, f"{row['section']}/{row['item']}", row["measure"]


def _enter(found: Facts, cell: Cell, value: Number, page: Any) -> None:
    found.values[cell] = value
    table, row, column = cell
    found.layout.setdefault(table, {}).setdefault(row, []).append(column)
    if page is not None:
        found.pages[cell] = int(page)


@lru_cache(20_000)
def exact(value: float, decimals: int, unit: str) -> Number:
    """The number in 万元, if it is money. A count is exact, and so is a 0 without decimals: it says that there is none.

    Any other stands for the interval of half a unit in its last printed place on both sides.
    """
    places = int(decimals)
    printed = Decimal(f"{value:z.{places}f}")
    if unit in _SCALE:
        shift = _SCALE[unit]
        return Number(printed.scaleb(shift), _EXACT if places == 0 and not printed else places - shift)
    return Number(printed, places if "%" in unit or unit in ("个百分点", "分") else _EXACT)


def stated(rows: Iterable[Row], measure: str) -> list[Row]:
    """The rows of the narrative that state this measure."""
    return [row for row in rows if row["measure"] == measure]
