"""Faults seeded into the tidy rows of a document: one each, with the place that it is in.

A place is the cells (`table.row.column`, as checks name them) that are wrong, or the
ids with which the checks begin that look at what is no cell: a heading, a word, a line of a form.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from random import Random
from typing import Any

from fiscal_utils import specs

Row = dict[str, Any]
Document = Mapping[str, Sequence[Row]]
"""Tidy table → the document's rows of it."""
Edit = Callable[[Random, str], str | None]
"""A number as printed → what stands there instead; None where that cannot be done to it."""

_TOTALS = ("total", "year_total", "grand_total", "personnel", "operating")
_OPPOSITE = {"increase": "decrease", "decrease": "increase", "greater": "less", "less": "greater"}


@dataclass(frozen=True)
class Fault:
    """A document with one fault: of which kind, in which cells or under which checks, what stands in place of what."""

    kind: str
    document: Document
    cells: frozenset[str]
    ids: tuple[str, ...]
    change: str

    def concerns(self, check_id: str, where: str) -> bool:
        """Whether a check looks at the place."""
        return not self.cells.isdisjoint(terms(where)) or check_id.startswith(self.ids or ("\0",))


def terms(where: str) -> list[str]:
    """The cells that the place of a check names."""
    return re.split(r" (?:\+|=|>=) ", where)


def printed(row: Row, column: str = "value") -> str:
    """A number of a row as printed; forms print as many decimals as they need."""
    if "decimals" in row:
        return f"{row[column]:.{int(row['decimals'])}f}"
    return f"{Decimal(repr(float(row[column]))).normalize():f}"


def cell_term(row: Row) -> str:
    """The cell of a row of `cells` or `narrative` as checks name it."""
    if "table" in row:
        return f"{row['table']}.{row['code'] or row['item'] or row['label']}.{row['column']}"
    return f"narrative.{row['section']}/{row['item']}.{row['measure']}"


# What can be done to a printed number


def digit(rng: Random, text: str) -> str:
    """One digit is another."""
    at = rng.choice([i for i, char in enumerate(text) if char.isdigit()])
    return text[:at] + rng.choice([d for d in "0123456789" if d != text[at]]) + text[at + 1 :]


def swapped(rng: Random, text: str) -> str | None:
    """Two digits that stand beside each other are exchanged."""
    places = [i for i in range(len(text) - 1) if text[i : i + 2].isdigit() and text[i] != text[i + 1]]
    if not places:
        return None
    at = rng.choice(places)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def last(rng: Random, text: str) -> str:
    """The last digit is one more or one less."""
    decimals = len(text.partition(".")[2])
    return f"{Decimal(text) + rng.choice([1, -1]) * Decimal(1).scaleb(-decimals):.{decimals}f}".removeprefix("-")


def shifted(rng: Random, text: str) -> str | None:
    """The decimal point is a place off."""
    decimals = len(text.partition(".")[2])
    moved = f"{Decimal(text).scaleb(rng.choice([1, -1])):.{decimals}f}"
    return moved if Decimal(moved) else None


def negative(rng: Random, text: str) -> str | None:
    """The number has a minus."""
    return f"-{text}" if Decimal(text) else None


def changed(document: Document, table: str, row: Row, **values: Any) -> Document:
    """The document with a row that has other values."""
    return {**document, table: [row | values if other is row else other for other in document[table]]}


def without(document: Document, table: str, gone: Callable[[Row], bool]) -> Document:
    """The document without some rows."""
    return {**document, table: [row for row in document[table] if not gone(row)]}


def edited(
    kind: str, rng: Random, document: Document, table: str, rows: Iterable[Row], edit: Edit, column: str = "value",
    ids: Callable[[Row], tuple[str, ...]] = lambda row: (),
) -> Fault | None:  # fmt: skip
    """One of the rows with another number in a column."""
    rows = list(rows)
    if not rows:
        return None
    row = rng.choice(rows)
    now = printed(row, column)
    new = edit(rng, now)
    if new is None or Decimal(new) == Decimal(now):
        return None
    cells = frozenset([cell_term(row)] if "decimals" in row else [])
    return Fault(kind, changed(document, table, row, **{column: float(new)}), cells, ids(row), f"{now} → {new}")


# Tables


def cell_kinds() -> dict[str, Callable[[Random, Document], Fault | None]]:
    """Every way in which a number of a table is made wrong."""

    def of(name: str, edit: Edit, total: bool = False) -> Callable[[Random, Document], Fault | None]:
        return lambda rng, document: edited(
            name, rng, document, "cells", [r for r in document["cells"] if not total or r["item"] in _TOTALS], edit
        )

    edits = {
        "cell: a digit": digit, "cell: two digits swapped": swapped, "cell: decimal point": shifted,
        "cell: sign": negative, "cell: last digit ±1": last,
    }  # fmt: skip
    made = {name: of(name, edit) for name, edit in edits.items()}
    return made | {"cell: a total": of("cell: a total", digit, total=True)}


def cell_blanked(rng: Random, document: Document) -> Fault:
    """A number is missing."""
    row = rng.choice([row for row in document["cells"] if row["value"]])
    gone = without(document, "cells", lambda other: other is row)
    return Fault("cell: blanked", gone, frozenset([cell_term(row)]), (), f"{printed(row)} →")


def row_dropped(rng: Random, document: Document) -> Fault:
    """A row is missing."""
    one = rng.choice([row for row in document["cells"] if row["value"]])
    line = _line(one)
    cells = frozenset(cell_term(row) for row in document["cells"] if _line(row) == line)
    gone = without(document, "cells", lambda row: _line(row) == line)
    return Fault("row dropped", gone, cells, (), f"{line} →")


def _line(row: Row) -> tuple[Any, ...]:
    return row["table"], row["code"] or row["item"] or row["label"], row["column"].startswith("revenue_final")


# The narrative


def figure_kinds() -> dict[str, Callable[[Random, Document], Fault | None]]:
    """Every kind of figure of the narrative with another digit."""

    def of(name: str, measures: Sequence[str]) -> Callable[[Random, Document], Fault | None]:
        return lambda rng, document: edited(
            name, rng, document, "narrative", [r for r in document["narrative"] if r["measure"] in measures], digit,
            ids=lambda row: (f"form-target-text:{row['item']}", *_COUNTED.get(row["item"], ())),
        )  # fmt: skip

    measures = {
        "amount": ("final",), "budget": ("initial_budget", "adjusted_budget"), "change": ("prior_change",),
        "change in %": ("prior_change_pct",), "share": ("share_pct",), "completion rate": ("completion_pct",),
        "count": ("count",),
    }  # fmt: skip
    return {f"text: {name}": of(f"text: {name}", chosen) for name, chosen in measures.items()}


_COUNTED = {
    "projects": ("form-projects", "form-grades"), "grade_excellent": ("form-grades",),
    "goods_sme": ("procurement-small-firms",), "works_sme": ("procurement-small-firms",),
    "services_sme": ("procurement-small-firms",),
}  # fmt: skip


def turned(kind: str, measures: Sequence[str]) -> Callable[[Random, Document], Fault | None]:
    """A change goes the other way in words: an increase is called a decrease."""

    def turn(rng: Random, document: Document) -> Fault | None:
        rates = [row for row in document["narrative"] if row["measure"] == "prior_change_pct" and row["value"]]
        if not rates:
            return None
        name = _of(rng.choice(rates))
        new, cells = [], []
        for row in document["narrative"]:
            wrong = _of(row) == name and row["measure"] in measures and row["direction"] in _OPPOSITE
            new.append(row | {"direction": _OPPOSITE[row["direction"]]} if wrong else row)
            cells += [cell_term(row)] if wrong else []
        return Fault(kind, {**document, "narrative": new}, frozenset(cells), (), " ".join(cells))

    return turn


def _of(row: Row) -> tuple[str, str]:
    return row["section"], row["item"]


@cache
def _reasons() -> dict[str, list[str]]:
    found: dict[str, list[str]] = specs.read_toml("simulation.toml")["reasons"]
    return found


def reason_turned(rng: Random, document: Document) -> Fault | None:
    """The reason of a change explains the opposite."""
    balances = specs.read_toml("reasons.toml")["untested"]
    rows = [row for row in document["narrative"] if row["direction"] in _OPPOSITE and row["item"] not in balances]
    if not rows:
        return None
    row = rng.choice(rows)
    reason = rng.choice(_reasons()[_OPPOSITE[row["direction"]]])
    new = [other | {"reason": reason} if _is_change(other, row) else other for other in document["narrative"]]
    place = f"reason-direction:{row['section']}/{row['item']}"
    return Fault("text: sense of a reason", {**document, "narrative": new}, frozenset(), (place,), reason)


def _is_change(row: Row, like: Row) -> bool:
    return _of(row) == _of(like) and row["direction"] == like["direction"]


def comparison_turned(rng: Random, document: Document) -> Fault | None:
    """An outturn is said to be above its budget where it is below."""
    rows = [row for row in document["statements"] if row["kind"] == "against_budget" and row["said"] in _OPPOSITE]
    if not rows:
        return None
    row = rng.choice(rows)
    new = _OPPOSITE[row["said"]]
    place = f"against-budget:{row['section']}/{row['item']}"
    faulted = changed(document, "statements", row, said=new)
    return Fault("text: above or below budget", faulted, frozenset(), (place,), f"{row['said']} → {new}")


# Headings and completeness


def said(kind: str, what: str, edit: Callable[[Row], str]) -> Callable[[Random, Document], Fault | None]:
    """A heading, or the note under an empty table, says something else."""

    def turn(rng: Random, document: Document) -> Fault | None:
        rows = [row for row in document["statements"] if row["kind"] == what]
        if not rows:
            return None
        row = rng.choice(rows)
        rule = {"empty_note": "empty-table-note:"}.get(what, f"heading-{what}:")
        new = edit(row)
        faulted = changed(document, "statements", row, said=new)
        return Fault(kind, faulted, frozenset(), (f"{rule}{row['section']}",), f"{row['said']} → {new}")

    return turn


def placeholder_left(rng: Random, document: Document) -> Fault:
    """A blank of the template is left to be filled in."""
    row = dict.fromkeys(document["statements"][0]) | {
        "document_id": "", "section": "narrative", "item": "", "kind": "placeholder", "said": "XX", "page": None,
    }  # fmt: skip
    faulted = {**document, "statements": [*document["statements"], row]}
    return Fault("placeholder left", faulted, frozenset(), ("placeholder:",), "→ XX")


def table_missing(rng: Random, document: Document) -> Fault:
    """A table that every disclosure has is not there."""
    name = rng.choice([name for name, spec in specs.tables().items() if spec.common])
    about = document["documents"][0]
    missing = ", ".join(filter(None, [about["missing_tables"], name]))
    faulted = changed(document, "documents", about, missing_tables=missing)
    faulted = without(without(faulted, "cells", lambda row: row["table"] == name), "statements", _in(name))
    return Fault("table missing", faulted, frozenset(), (f"table-missing:{name}",), name)


def _in(section: str) -> Callable[[Row], bool]:
    return lambda row: row["section"] == section
