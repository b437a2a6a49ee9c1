"""data/raw to tidy rows: one row a fact over all documents, and the Parquet files that hold them."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from fiscal_utils import specs
from fiscal_utils.checks import COLUMNS as CHECKS
from fiscal_utils.checks import verdicts
from fiscal_utils.checks.facts import Row
from fiscal_utils.errors import DataError
from fiscal_utils.normalise import number
from fiscal_utils.raw import FUNDS, INDICATORS, NARRATIVE, STATEMENTS, about

_AT_ONCE = 200
"""Documents whose rows are in memory at a time, some 2 MB each: enough for their checks to be spread over processes."""
_KEYS = ("line", "code", "item", "label")
_PRINTED = {
    "narrative": NARRATIVE,
    "projects": FUNDS,
    "indicators": INDICATORS,
    "staff": ("item", "value"),
    "statements": STATEMENTS,
}
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "cells": ("document_id", "table", *_KEYS, "column", "value", "decimals", "unit", "page"),
    **{name: ("document_id", *columns) for name, columns in _PRINTED.items()},
    "checks": CHECKS,
}
_DOCUMENT = ("document_id", "department", "region_code", "year", "unit")
_INTEGERS = {
    "line", "page", "decimals", "no", "year", "statutory_duties", "budget_units", "pages", "source_pages",
    "finding",
}  # fmt: skip
_FLOATS = {
    "value", "initial_budget", "adjusted_budget", "executed", "weight", "execution_rate", "score",
    "lhs", "rhs", "difference", "tolerance", "expected",
}  # fmt: skip


def build(folders: Sequence[Path]) -> dict[str, pa.Table]:
    """The tidy tables of these raw folders, checks included.

    Raises DataError for a folder whose tables, columns or numbers are not as `fiscal extract` writes them.
    """
    documents = [_document(folder) for folder in folders]
    starts = range(0, max(len(folders), 1), _AT_ONCE)
    parts = [_built(documents[at : at + _AT_ONCE], folders[at : at + _AT_ONCE]) for at in starts]
    named = dict.fromkeys(name for row in documents for name in row)
    tables = {name: pa.concat_tables([part[name] for part in parts]) for name in _COLUMNS}
    return tables | {"documents": _table(documents, tuple(named) or _DOCUMENT)}


def _built(documents: list[Row], folders: Sequence[Path]) -> dict[str, pa.Table]:
    """The tidy tables of some documents but for their own, which may differ in its columns."""
    rows: dict[str, list[Row]] = {"documents": documents}
    rows["cells"] = [row for folder in folders for row in _cells(folder)]
    for name, columns in _PRINTED.items():
        rows[name] = [row for folder in folders for row in _figures(folder, name, columns)]
    open_rows = {folder.name: open_rows_of(folder) for folder in folders}
    checked = [dict(zip(CHECKS, row, strict=True)) for row in verdicts(rows, open_rows)]
    return {name: _table(rows.get(name, checked), columns) for name, columns in _COLUMNS.items()}


def store(table: pa.Table, path: Path) -> None:
    """Writes the table as a Parquet file, whole or not at all."""
    scratch = path.with_suffix(".partial")
    pq.write_table(table, scratch)
    scratch.replace(path)


def open_rows_of(folder: Path) -> set[tuple[str, str]]:
    """Table and key of the rows with a number whose column is undetermined."""
    return {
        (path.stem, row["code"] or row["item"] or row["label"])
        for path in (folder / f"{name}.csv" for name in specs.tables())
        if path.is_file()
        for row in _csv(path, ("code", "item", "label", "undetermined"))
        if row["undetermined"]
    }


def _table(rows: Iterable[Row], columns: tuple[str, ...]) -> pa.Table:
    schema = _schema(columns)
    named = zip(schema.names, schema.types, strict=True)
    arrays = [pa.array([row.get(name) for row in rows], kind) for name, kind in named]
    return pa.Table.from_arrays(arrays, schema=schema)


@cache
def _schema(columns: tuple[str, ...]) -> pa.Schema:
    """The types of the columns, and what tells pandas to read integers that may be missing as such."""
    kinds: dict[str, Any] = {
        name: "Int64" if name in _INTEGERS else "float64" if name in _FLOATS else "str" for name in columns
    }
    kinds |= {name: "boolean" for name in columns if name == "simulated"}
    frame = pd.DataFrame({name: pd.array([], dtype=kind) for name, kind in kinds.items()})
    return pa.Schema.from_pandas(frame, preserve_index=False)


def _document(folder: Path) -> Row:
    document = about(folder)
    if document.get("id") != folder.name:
        raise DataError("id_mismatch", folder=folder, id=document.get("id"))
    source = document.pop("source", {})
    row = {"document_id": document.pop("id"), "region_code": ""} | document
    row |= {f"source_{name}": value for name, value in source.items()}
    return {name: _told(value, name, folder) for name, value in row.items()}


def _told(value: object, name: str, folder: Path) -> object:
    """A value of document.toml as that of a cell."""
    if name in _INTEGERS and not isinstance(value, int):
        raise DataError("bad_document_value", path=folder / "document.toml", name=name, value=value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return value if name in _INTEGERS or name == "simulated" else str(value)


def _figures(folder: Path, name: str, columns: Sequence[str]) -> Iterator[Row]:
    """The rows of a file with one figure a row."""
    path = folder / f"{name}.csv"
    if name == "statements" and not path.is_file():  # folders of earlier versions lack it
        return
    for row in _csv(path, columns):
        yield {"document_id": folder.name} | {column: _value(row[column], column, path) for column in columns}


def _cells(folder: Path) -> Iterator[Row]:
    """The printed numbers of a document's statutory tables."""
    missing = about(folder).get("missing_tables", [])
    for name, spec in specs.tables().items():
        if name in missing:
            continue
        path = folder / f"{name}.csv"
        for row in _csv(path, (*_KEYS, *spec.required, "unit", "page")):
            head = {"document_id": folder.name, "table": name} | {k: _value(row[k], k, path) for k in _KEYS}
            tail = {"unit": row["unit"], "page": _value(row["page"], "page", path)}
            for column in spec.columns:
                if printed := number(row.get(column) or ""):
                    found = {"column": column, "value": float(printed.value), "decimals": printed.decimals}
                    yield head | found | tail


def _csv(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    if not path.is_file():
        raise DataError("missing_raw_table", path=path)
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        absent = [column for column in columns if column not in (reader.fieldnames or ())]
        if absent:
            raise DataError("missing_raw_columns", path=path, columns=", ".join(absent))
        return list(reader)


def _value(text: str, column: str, path: Path) -> Any:
    """The text as the column's kind of value, None for a blank where that is a number."""
    kind = int if column in _INTEGERS else float if column in _FLOATS else None
    if kind is None:
        return text
    try:
        return kind(text) if text else None
    except ValueError:
        raise DataError("raw_not_a_number", path=path, column=column, text=text) from None
