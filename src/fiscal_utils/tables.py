"""Tidy tables over all documents: built from data/raw when stale, loaded as data frames."""

import hashlib
import json
import os
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TypeVar

import pandas as pd
from filelock import FileLock

from fiscal_utils import specs
from fiscal_utils.errors import DataError

TIDY = ("cells", "narrative", "projects", "indicators", "staff", "statements", "documents", "checks")
_TEN_THOUSAND_YUAN = {"元": (1e-4, 4), "亿元": (1e4, -4)}
"""Printed unit → factor to 万元 and the decimals that the conversion adds."""

Selection = str | Sequence[str] | None
T = TypeVar("T", str, int)

_KEPT = 128
"""How many selections of tables are remembered."""


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
    # a shallow copy: pandas copies what its reader changes
    return _loaded(name, _several(document), _several(year), built()).copy(deep=False)


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
            from fiscal_utils import tidy  # with the checks, which nothing else here needs

            stamp.unlink(missing_ok=True)
            for name, table in tidy.build(_folders()).items():
                tidy.store(table, processed / f"{name}.parquet")
            stamp.write_text(json.dumps(current), "utf-8")
    return processed


def built() -> tuple[Path, int]:
    """The folder of the processed tables and when they were built; while reports are made they are as they are."""
    stamp = data_dir() / "processed" / "built.json"
    if os.environ.get("FISCAL_REPORT") != "1" or not stamp.is_file():
        process()
    return stamp.parent, stamp.stat().st_mtime_ns


@lru_cache(_KEPT)
def _loaded(
    name: str, documents: tuple[str, ...] | None, years: tuple[int, ...] | None, at: tuple[Path, int]
) -> pd.DataFrame:
    known = _select(_read("documents", at), documents, years)
    if name == "documents":
        return known
    frame = _read(name if name in TIDY else "cells", at)
    frame = frame[frame["document_id"].isin(known["document_id"])].copy()
    if "unit" in frame:
        frame = _in_ten_thousand_yuan(frame)
    return frame.reset_index(drop=True) if name in TIDY else _as_printed(frame, name, known)


@lru_cache(len(TIDY))
def _read(name: str, at: tuple[Path, int]) -> pd.DataFrame:
    """A processed table over all documents, not to be changed."""
    return pd.read_parquet(at[0] / f"{name}.parquet")


def _several(values: T | Sequence[T] | None) -> tuple[T, ...] | None:
    return None if values is None else (values,) if isinstance(values, str | int) else tuple(values)


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
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
            status = entry.stat()
            digest.update(f"{folder.name}/{entry.name}:{status.st_size}:{status.st_mtime_ns}".encode())
    return digest.hexdigest()


def _select(known: pd.DataFrame, documents: Sequence[str] | None, years: Sequence[int] | None) -> pd.DataFrame:
    if documents is not None:
        unknown = [name for name in documents if name not in set(known["document_id"])]
        if unknown:
            raise DataError("unknown_document", id=", ".join(unknown), known=", ".join(known["document_id"]))
        known = known[known["document_id"].isin(documents)]
    if years is not None:
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
    row = cells.groupby(keys, sort=False, dropna=False).ngroup()
    wide = cells.pivot_table(index=row, columns="column", values="value").reindex(columns=columns)
    printed = order.join(wide)
    return printed[["document_id", "table", "line", "code", "item", "label", *columns, "unit", "printed_unit", "page"]]
