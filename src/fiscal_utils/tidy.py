"""data/raw to tidy rows: one row a fact over all documents, and the Parquet files that hold them."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import zip_longest
from multiprocessing import get_context
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from fiscal_utils import specs
from fiscal_utils.checks import COLUMNS as CHECKS
from fiscal_utils.checks import verdicts
from fiscal_utils.checks.facts import Row, missing_tables
from fiscal_utils.errors import DataError
from fiscal_utils.normalise import number
from fiscal_utils.raw import FUNDS, INDICATORS, NARRATIVE, STATEMENTS, about

_PORTION = 50
"""Documents whose rows are in the memory of a process at a time, some 2 MB each."""
_MANY = 200
"""Documents from which on it is worth while to start processes."""
_BUFFER = 1 << 16
"""Bytes that are gathered before a file is written to; a Parquet file is made of hundreds of small pieces."""
_KEYS = ("code", "item", "label")
_TEXTS = (*_KEYS, "unit")
_OPEN = (*_KEYS, "undetermined")
_PRINTED = {
    "narrative": NARRATIVE,
    "projects": FUNDS,
    "indicators": INDICATORS,
    "staff": ("item", "value"),
    "statements": STATEMENTS,
}
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "cells": ("document_id", "table", "line", *_KEYS, "column", "value", "decimals", "unit", "page"),
    **{name: ("document_id", *columns) for name, columns in _PRINTED.items()},
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

_TYPES = {
    "Int64": (pa.int64(), "int64"),
    "float64": (pa.float64(), "float64"),
    "str": (pa.large_string(), "unicode"),
    "boolean": (pa.bool_(), "bool"),
}
"""Type of a column for pandas → for Arrow, and the logical type that pandas notes."""


def build(folders: Sequence[Path]) -> dict[str, pa.Table]:
    """The tidy tables of these raw folders, checks included.

    Raises DataError for a folder whose tables, columns or numbers are not as `fiscal extract` writes them.
    """
    documents = [_document(folder) for folder in folders]
    parts = _parts(documents, folders)
    named = dict.fromkeys(name for row in documents for name in row)
    tables = {name: pa.concat_tables([part[name] for part in parts]) for name in parts[0]}
    columns = tuple(named) or _DOCUMENT
    return tables | {"documents": _table(_by_column(documents, columns), columns)}


def _parts(documents: Sequence[Row], folders: Sequence[Path]) -> list[dict[str, pa.Table]]:
    """The tidy tables by portions of the documents; many documents are spread over processes."""
    starts = range(0, max(len(folders), 1), _PORTION)
    portions = [[part[at : at + _PORTION] for at in starts] for part in (documents, folders)]
    if len(folders) < _MANY:
        return list(map(_built, *portions))
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        return list(pool.map(_built, *portions))


def _built(documents: Sequence[Row], folders: Sequence[Path]) -> dict[str, pa.Table]:
    """The tidy tables of some documents but for their own, which may differ in its columns."""
    rows: dict[str, list[Row]] = {"documents": [*documents], "cells": []}
    open_rows = {}
    for document, folder in zip(documents, folders, strict=True):
        printed = _statutory(folder, missing_tables(document))
        rows["cells"] += _cells(folder, printed)
        open_rows[folder.name] = _open(printed)
    for name, columns in _PRINTED.items():
        rows[name] = [row for folder in folders for row in _figures(folder, name, columns)]
    tables = {name: _table(_by_column(rows[name], columns), columns) for name, columns in _COLUMNS.items()}
    return tables | {"checks": _table(zip(*verdicts(rows, open_rows), strict=True), CHECKS)}


def store(table: pa.Table, path: Path) -> None:
    """Writes the table as a Parquet file, whole or not at all; with statistics of what its rows are narrowed by."""
    scratch = path.with_suffix(".partial")
    with pa.output_stream(scratch, buffer_size=_BUFFER) as file:
        pq.write_table(table, file, write_statistics=["document_id"])
    scratch.replace(path)


def open_rows_of(folder: Path) -> set[tuple[str, str]]:
    """Table and key of the rows with a number whose column is undetermined."""
    paths = {name: folder / f"{name}.csv" for name in specs.tables()}
    return _open({name: _csv(path, _OPEN) for name, path in paths.items() if path.is_file()})


def _open(printed: Mapping[str, list[dict[str, str]]]) -> set[tuple[str, str]]:
    return {
        (name, row["code"] or row["item"] or row["label"])
        for name, rows in printed.items()
        for row in rows
        if row["undetermined"]
    }


def _table(values: Iterable[Sequence[object]], columns: tuple[str, ...]) -> pa.Table:
    """The table of the values of each column; without values it has no rows."""
    schema = _schema(columns)
    filled = list(values) or [()] * len(columns)
    arrays = [pa.array(column, kind) for column, kind in zip(filled, schema.types, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _by_column(rows: Sequence[Row], columns: Sequence[str]) -> Iterator[list[object]]:
    """The values of all rows in each of the columns, None where a row has none."""
    return ([row.get(column) for row in rows] for column in columns)


@cache
def _schema(columns: tuple[str, ...]) -> pa.Schema:
    """The types of the columns, and what tells pandas to read integers that may be missing as such.

    Written as pandas documents it; to have it made of an empty frame takes milliseconds a table.
    """
    kinds = [_kind(name) for name in columns]
    described = [
        {"name": name, "field_name": name, "pandas_type": _TYPES[kind][1], "numpy_type": kind, "metadata": None}
        for name, kind in zip(columns, kinds, strict=True)
    ]
    told = {"index_columns": [], "column_indexes": [], "columns": described, "pandas_version": pd.__version__}
    fields = [(name, _TYPES[kind][0]) for name, kind in zip(columns, kinds, strict=True)]
    return pa.schema(fields, {"pandas": json.dumps(told)})


def _kind(name: str) -> str:
    """The type of a column for pandas."""
    if name == "simulated":
        return "boolean"
    return "Int64" if name in _INTEGERS else "float64" if name in _FLOATS else "str"


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
    document, numbers = folder.name, [column for column in columns if column in _INTEGERS | _FLOATS]
    for row in _csv(path, columns):
        yield {**row, "document_id": document, **{column: _value(row[column], column, path) for column in numbers}}


def _statutory(folder: Path, missing: Sequence[str]) -> dict[str, list[dict[str, str]]]:
    """The printed rows of a document's statutory tables, but for those it lacks."""
    return {
        name: _csv(folder / f"{name}.csv", (*_OPEN, "line", *spec.required, "unit", "page"))
        for name, spec in specs.tables().items()
        if name not in missing
    }


def _cells(folder: Path, printed: Mapping[str, list[dict[str, str]]]) -> Iterator[Row]:
    """The printed numbers of a document's statutory tables."""
    for name, rows in printed.items():
        path, columns = folder / f"{name}.csv", specs.tables()[name].columns
        place = {"document_id": folder.name, "table": name}
        for row in rows:
            numbers = {key: _value(row[key], key, path) for key in ("line", "page")}
            head = {**place, **{key: row[key] for key in _TEXTS}, **numbers}
            for column in columns:
                if found := number(row.get(column) or ""):
                    yield {**head, "column": column, "value": float(found.value), "decimals": found.decimals}


def _csv(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    try:
        file = path.open(encoding="utf-8", newline="")
    except FileNotFoundError:
        raise DataError("missing_raw_table", path=path) from None
    with file:
        reader = csv.reader(file)
        header = next(reader, [])
        if absent := [column for column in columns if column not in header]:
            raise DataError("missing_raw_columns", path=path, columns=", ".join(absent))
        return [dict(zip_longest(header, row)) for row in reader if row]


def _value(text: str, column: str, path: Path) -> int | float | None:
    """The text as the number of the column, None for a blank."""
    try:
        return (int if column in _INTEGERS else float)(text) if text else None
    except ValueError:
        raise DataError("raw_not_a_number", path=path, column=column, text=text) from None
