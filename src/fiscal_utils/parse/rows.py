"""Printed rows of statutory tables: what they are keyed by, and what names the keys."""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from fiscal_utils import specs
from fiscal_utils.normalise import Number, Token, key, label_key
from fiscal_utils.specs import TableSpec

_UNIT = re.compile(r"单位[:：](万元|亿元|千元|元|[台辆套个、，,]+)")
_COUNTED = re.compile(r"[(（]([个人辆台套批次、]+)[)）]$")


class Row(NamedTuple):
    """One printed row (or one half of it, where a table prints two side by side)."""

    table: str
    label: str
    columns: tuple[str, ...]
    unit: str
    page: int | None
    code: str = ""
    item: str = ""
    line: int | None = None
    tokens: tuple[Token, ...] = ()
    cells: Mapping[str, Token] = {}
    undetermined: tuple[Token, ...] = ()
    aligned: bool = False
    """Whether its columns were told by where its words stand, without rulings."""

    @property
    def key(self) -> str:
        """What identifies the row in its table: code, canonical item, else the label."""
        return self.code or self.item or label_key(self.label)

    def without(self, doubtful: Collection[str]) -> "Row":
        """The row, its numbers in the doubtful columns in `undetermined`."""
        moved = {c: n for c, n in self.cells.items() if c in doubtful and isinstance(n, Number)}
        kept = {c: printed for c, printed in self.cells.items() if c not in moved}
        return self._replace(cells=kept, undetermined=(*self.undetermined, *moved.values()))


def unit(texts: Sequence[str]) -> str:
    """The unit that the heading of a table prints, empty if it prints none."""
    return next((match[1] for text in texts if (match := _UNIT.search(key(text)))), "")


def item(label: str, spec: TableSpec) -> str:
    """The canonical item of a label: declared in the spec, or `total` for 合计."""
    wanted = label_key(label)
    if spec.rows == "function" and wanted in ("合计", "总计"):
        return "total"
    return _items(spec.name).get(wanted, "")


@cache
def _items(table: str) -> dict[str, str]:
    """Label key → canonical item."""
    return {key(label): name for name, labels in specs.tables()[table].items.items() for label in labels}


def keyed(row: Row, spec: TableSpec) -> Row:
    """The row with its canonical item, the functional class that its label names, and the unit of a count."""
    code, name = row.code, "" if row.code else item(row.label, spec)
    if not code and row.columns[0] != "revenue_final" and spec.rows == "items":
        code = specs.classes().get(label_key(row.label), "")
    counted = _COUNTED.search(row.label)
    told = (code, "" if code else name, counted[1] if counted else row.unit)
    return row if told == (row.code, row.item, row.unit) else row._replace(code=told[0], item=told[1], unit=told[2])


def named_after(rows: Sequence[Row]) -> list[Row]:
    """The rows, an item that recurs on the same side named after the heading item before it."""
    seen: set[tuple[str, tuple[str, ...]]] = set()
    heading: dict[tuple[str, ...], str] = {}
    named = []
    for row in rows:
        if row.item and (row.item, row.columns) in seen and heading.get(row.columns):
            row = row._replace(item=f"{heading[row.columns]}_{row.item}")
        elif row.item in ("opening_balance", "closing_balance"):
            heading[row.columns] = row.item
        seen.add((row.item, row.columns))
        named.append(row)
    return named
