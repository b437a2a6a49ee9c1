"""Tidy tables over all documents: built from data/raw when stale, loaded as data frames."""

import csv
import hashlib
import json
import os
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

import pandas as pd
from filelock import FileLock

from fiscal_utils import specs
from fiscal_utils.errors import DataError
from fiscal_utils.normalise import number
from fiscal_utils.raw import FUNDS, INDICATORS, NARRATIVE, STATEMENTS

TIDY = ("cells", "narrative", "projects", "indicators", "staff", "statements", "documents", "checks")
_CELLS = (
    "document_id", "table", "line", "code", "item", "label", "column", "value", "decimals", "unit", "page",
)  # fmt: skip
_DOCUMENT = ["document_id", "department", "region_code", "year", "unit"]
_INTEGERS = ("line", "page", "decimals", "no", "year", "statutory_duties", "budget_units", "pages")
_FLOATS = ("value", "initial_budget", "adjusted_budget", "executed", "weight", "execution_rate", "score")
_TEN_THOUSAND_YUAN = {"元": (1e-4, 4), "亿元": (1e4, -4)}
"""Printed unit → factor to 万元 and the decimals that the conversion adds."""

Selection = str | Sequence[str] | None


def data_dir() -> Path:
    """The folder of raw/ and processed/: `FISCAL_DATA_DIR`, else the nearest data/ at or above the working folder."""
    if named := os.environ.get("FISCAL_DATA_DIR"):
        return Path(named)
    here = Path.cwd()
    return next((p / "data" for p in (here, *here.parents) if (p / "data" / "raw").is_dir()), Path("data"))


def load(name: str, document: Selection = None, year: int | Sequence[int] | None = None) -> pd.DataFrame:
    """The rows of a tidy table (`cells`, `narrative`, …) or of a statutory table (`expenditure`, …).

    A statutory table comes as printed: one row a printed row with `document_id, table, line, code, item, label`, one
    column a printed column, `unit` and `page`. Amounts are in 万元 whatever the document prints; `printed_unit` keeps
    its unit. `document` and `year` narrow the rows. Raises DataError for an unknown table, document or year.
    """
    if name not in TIDY and name not in specs.tables():
        raise DataError("unknown_table", table=name, known=", ".join([*TIDY, *specs.tables()]))
    known = _select(_read("documents"), document, year)
    if name == "documents":
        return known.copy()
    frame = _read(name if name in TIDY else "cells")
    frame = frame[frame["document_id"].isin(known["document_id"])].copy()
    if "unit" in frame:
        frame = _in_ten_thousand_yuan(frame)
    return frame.reset_index(drop=True) if name in TIDY else _as_printed(frame, name, known)


def check(document: Selection = None) -> pd.DataFrame:
    """Every check of the documents (default: all): verdict, severity, both sides, message, finding (see data-model)."""
    return load("checks", document)


def documents() -> pd.DataFrame:
    """One row a document in the data folder, from its document.toml."""
    return load("documents")


def process() -> Path:
    """The folder of processed tables, rebuilt from data/raw if anything there, or this package, has changed."""
    processed = data_dir() / "processed"
    if not (data_dir() / "raw").is_dir():
        raise DataError("no_data_folder", path=data_dir())
    processed.mkdir(parents=True, exist_ok=True)
    with FileLock(processed / ".lock"):
        stamp, current = processed / "built.json", {"package": _package(), "raw": _fingerprint()}
        if not stamp.is_file() or json.loads(stamp.read_text("utf-8")) != current:
            stamp.unlink(missing_ok=True)
            for name, frame in _build().items():
                _replace(processed / f"{name}.parquet", frame)
            stamp.write_text(json.dumps(current), "utf-8")
    return processed


def _read(name: str) -> pd.DataFrame:
    """A processed table over all documents, not to be changed. While reports are made the tables are as they are."""
    stamp = data_dir() / "processed" / "built.json"
    if os.environ.get("FISCAL_REPORT") != "1" or not stamp.is_file():
        process()
    return _read_parquet(stamp.with_name(f"{name}.parquet"), stamp.stat().st_mtime_ns)


@cache
def _read_parquet(path: Path, built: int) -> pd.DataFrame:
    return pd.read_parquet(path)


def _replace(path: Path, frame: pd.DataFrame) -> None:
    scratch = path.with_suffix(".partial")
    frame.to_parquet(scratch, index=False)
    scratch.replace(path)


def _folders() -> list[Path]:
    return sorted(path.parent for path in (data_dir() / "raw").glob("[!.]*/document.toml"))


@cache
def _package() -> str:
    """What tells one state of this package's code and declarations from another."""
    files = sorted(path for path in Path(__file__).parent.rglob("*") if path.suffix in (".py", ".toml", ".csv"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def _fingerprint() -> str:
    digest = hashlib.sha256(str(data_dir().resolve()).encode())
    for folder in _folders():
        for path in sorted(folder.iterdir()):
            status = path.stat()
            digest.update(f"{folder.name}/{path.name}:{status.st_size}:{status.st_mtime_ns}".encode())
    return digest.hexdigest()


def _build() -> dict[str, pd.DataFrame]:
    from fiscal_utils.checks import evaluate_all  # checks stand on the tables that are built here

    folders = _folders()
    documents = [_document(folder) for folder in folders]
    frames = {
        "documents": _typed(pd.DataFrame(documents, columns=None if folders else _DOCUMENT)),
        "cells": _frame((cell for folder in folders for cell in _cells(folder)), _CELLS),
    }
    for name, columns in {
        "narrative": NARRATIVE, "projects": FUNDS, "indicators": INDICATORS, "staff": ("item", "value"),
        "statements": STATEMENTS,
    }.items():  # fmt: skip
        rows = (
            (folder.name, *(row[column] for column in columns))
            for folder in folders
            if name != "statements" or (folder / "statements.csv").is_file()  # folders of earlier versions lack it
            for row in _csv(folder / f"{name}.csv", columns)
        )
        frames[name] = _frame(rows, ("document_id", *columns))
    open_rows = {folder.name: open_rows_of(folder) for folder in folders}
    frames["checks"] = evaluate_all(frames, open_rows)
    return frames


def open_rows_of(folder: Path) -> set[tuple[str, str]]:
    """Table and key of the rows with a number whose column is undetermined."""
    return {
        (path.stem, row["code"] or row["item"] or row["label"])
        for path in (folder / f"{name}.csv" for name in specs.tables())
        if path.is_file()
        for row in _csv(path, ("code", "item", "label", "undetermined"))
        if row["undetermined"]
    }


def _document(folder: Path) -> dict[str, object]:
    document = tomllib.loads((folder / "document.toml").read_text("utf-8"))
    if document.get("id") != folder.name:
        raise DataError("id_mismatch", folder=folder, id=document.get("id"))
    source = document.pop("source", {})
    row = {name: ", ".join(value) if isinstance(value, list) else value for name, value in document.items()}
    row = {"document_id": row.pop("id"), "region_code": ""} | row
    return row | {f"source_{name}": value for name, value in source.items()}


def _csv(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    if not path.is_file():
        raise DataError("missing_raw_table", path=path)
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        absent = [column for column in columns if column not in (reader.fieldnames or ())]
        if absent:
            raise DataError("missing_raw_columns", path=path, columns=", ".join(absent))
        return list(reader)


def _cells(folder: Path) -> Iterator[tuple[object, ...]]:
    """The printed numbers of a document's statutory tables, in the order of _CELLS."""
    document = tomllib.loads((folder / "document.toml").read_text("utf-8"))
    missing = document.get("missing_tables", [])
    keys = ("line", "code", "item", "label")
    for name, spec in specs.tables().items():
        if name in missing:
            continue
        for row in _csv(folder / f"{name}.csv", (*keys, *spec.required, "unit", "page")):
            for column in spec.columns:
                if printed := number(row.get(column) or ""):
                    value, decimals = float(printed.value), printed.decimals
                    place = (row[k] for k in keys)
                    yield folder.name, name, *place, column, value, decimals, row["unit"], row["page"]


def _frame(rows: Iterable[Sequence[object]], columns: Sequence[str]) -> pd.DataFrame:
    return _typed(pd.DataFrame(list(rows), columns=list(columns)))


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    for column in frame.columns.intersection(list(_INTEGERS)):
        frame[column] = pd.to_numeric(frame[column]).astype("Int64")
    for column in frame.columns.intersection(list(_FLOATS)):
        frame[column] = pd.to_numeric(frame[column]).astype("float64")
    return frame


def _select(known: pd.DataFrame, document: Selection, year: int | Sequence[int] | None) -> pd.DataFrame:
    if document is not None:
        wanted = [document] if isinstance(document, str) else list(document)
        unknown = [name for name in wanted if name not in set(known["document_id"])]
        if unknown:
            raise DataError("unknown_document", id=", ".join(unknown), known=", ".join(known["document_id"]))
        known = known[known["document_id"].isin(wanted)]
    if year is not None:
        years = [year] if isinstance(year, int) else list(year)
        known = known[known["year"].isin(years)]
        if known.empty:
            raise DataError("unknown_year", year=", ".join(map(str, years)))
    return known.reset_index(drop=True)


def _in_ten_thousand_yuan(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.assign(printed_unit=frame["unit"])
    for unit, (factor, decimals) in _TEN_THOUSAND_YUAN.items():
        rows = frame["unit"] == unit
        frame.loc[rows, "value"] *= factor
        frame.loc[rows, "decimals"] += decimals
        frame.loc[rows, "unit"] = "万元"
    return frame


def _as_printed(cells: pd.DataFrame, name: str, known: pd.DataFrame) -> pd.DataFrame:
    """The cells of one statutory table, one row a printed row; rows that print no number are left out."""
    keys = ["document_id", "table", "line", "code", "item", "label", "unit", "printed_unit", "page"]
    cells = cells[cells["table"] == name]
    order = cells.drop_duplicates(keys)[keys].reset_index(drop=True)
    columns = list(specs.tables()[name].columns)
    wide = cells.pivot_table(index=keys, columns="column", values="value", dropna=False, observed=True)
    wide = wide.reindex(columns=columns).dropna(how="all").reset_index()
    merged = order.merge(wide, on=keys, how="left")
    return merged[["document_id", "table", "line", "code", "item", "label", *columns, "unit", "printed_unit", "page"]]
