"""Invented documents for the tests of metrics, each with nothing but what its test states."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from fiscal_utils import raw, specs

KEYS = ("line", "code", "item", "label")
HEADERS = {
    "narrative": raw.NARRATIVE, "projects": raw.FUNDS, "indicators": raw.INDICATORS, "staff": ("item", "value"),
    "statements": raw.STATEMENTS,
}  # fmt: skip
Rows = Iterable[Mapping[str, Any]]


def write_document(
    data: Path,
    name: str,
    *,
    year: int = 2031,
    department: str = "模拟树木局",
    region_code: str = "360200",
    **rows: Rows,
) -> str:
    """The id of a new document in the data folder that prints these rows, by table, and lacks every other table."""
    folder = data / "raw" / name
    folder.mkdir(parents=True)
    missing = [table for table in specs.tables() if table not in rows]
    about = {"id": name, "department": department, "region_code": region_code, "kind": "final_accounts", "unit": "万元"}
    lines = [f'{key} = "{value}"' for key, value in about.items()] + [f"year = {year}", f"missing_tables = {missing}"]
    (folder / "document.toml").write_text("\n".join(lines) + "\n", "utf-8")
    for table, spec in specs.tables().items():
        if table in rows:
            _write(folder / f"{table}.csv", (*KEYS, *spec.columns, "unit", "undetermined", "page"), rows[table])
    for table, header in HEADERS.items():
        _write(folder / f"{table}.csv", header, rows.get(table, ()))
    return name


def _write(path: Path, header: Sequence[str], rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="")
        writer.writeheader()
        writer.writerows({"unit": "万元", **row} if "unit" in header else dict(row) for row in rows)


def told(section: str, item: str, measure: str, value: str, direction: str = "") -> dict[str, str]:
    """A figure of the narrative, its decimals as written."""
    unit = "%" if measure.endswith("_pct") else "万元"
    return {
        "section": section, "item": item, "measure": measure, "value": value, "unit": unit, "direction": direction,
        "decimals": str(len(value.partition(".")[2])),
    }  # fmt: skip
