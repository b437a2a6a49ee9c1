"""data/raw/<document_id>/: one disclosure's tables as published, with their provenance."""

import csv
import re
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from fiscal_utils import specs
from fiscal_utils.errors import DataError
from fiscal_utils.normalise import Number
from fiscal_utils.parse import Accounts
from fiscal_utils.parse.statutory import Row

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NARRATIVE = ("section", "item", "measure", "value", "decimals", "unit", "direction", "reason", "page")
FUNDS = (
    "project",
    "row",
    "initial_budget",
    "adjusted_budget",
    "executed",
    "weight",
    "execution_rate",
    "score",
)
INDICATORS = (
    "project", "level1", "level2", "no", "name", "target", "actual", "weight", "score", "deviation",
)  # fmt: skip


def write(accounts: Accounts, document_id: str, raw: Path) -> Path:
    """The folder `raw/<document_id>` holding the accounts; one already there is replaced as a whole."""
    check_id(document_id)
    raw.mkdir(parents=True, exist_ok=True)
    folder = raw / document_id
    scratch = Path(tempfile.mkdtemp(prefix=f".{document_id}-", dir=raw))
    try:
        _write_files(accounts, document_id, scratch)
        _swap(scratch, folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return folder


def check_id(document_id: str) -> None:
    """Raises DataError unless the id is of lower-case letters, digits and single hyphens."""
    if not _ID.fullmatch(document_id):
        raise DataError("bad_document_id", id=document_id)


def _swap(scratch: Path, folder: Path) -> None:
    """Puts the new folder in the place of the old, which comes back if that fails."""
    old = scratch.with_name(scratch.name + "-old")
    if folder.exists():
        folder.rename(old)
    try:
        scratch.chmod(0o755)
        scratch.rename(folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _write_files(accounts: Accounts, document_id: str, folder: Path) -> None:
    (folder / "document.toml").write_text(_document_toml(accounts, document_id), "utf-8")
    for name, spec in specs.tables().items():
        rows = [row for row in accounts.rows if row.table == name]
        if name not in accounts.missing:
            header = ["line", "code", "item", "label", *spec.columns, "unit", "undetermined", "page"]
            _write_csv(folder / f"{name}.csv", header, (_table_row(row, list(spec.columns)) for row in rows))
    narrative = (
        (f.section, f.item, f.measure, f.value, f.value.decimals, f.unit, f.direction, f.reason, f.page)
        for f in accounts.narrative
    )
    _write_csv(folder / "narrative.csv", NARRATIVE, narrative)
    funds = ([getattr(fund, name) for name in FUNDS] for form in accounts.forms for fund in form.funds)
    _write_csv(folder / "projects.csv", FUNDS, funds)
    indicators = (
        [getattr(indicator, name) for name in INDICATORS] for form in accounts.forms for indicator in form.indicators
    )
    _write_csv(folder / "indicators.csv", INDICATORS, indicators)
    _write_csv(folder / "staff.csv", ("item", "value"), accounts.staff.items())


def _table_row(row: Row, columns: Sequence[str]) -> list[object]:
    cells = [row.cells.get(column, "") for column in columns]
    undetermined = " ".join(str(n) for n in row.undetermined if isinstance(n, Number))
    return [row.line, row.code, row.item, row.label, *cells, row.unit, undetermined, row.page]


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Iterable[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(["" if value is None else str(value) for value in row] for row in rows)


def _document_toml(accounts: Accounts, document_id: str) -> str:
    region, source = accounts.region, accounts.source
    doubts = [doubt for form in accounts.forms for doubt in form.doubts]
    document: dict[str, Any] = {
        "id": document_id,
        "department": accounts.department,
        "region": region.name_zh if region else None,
        "region_code": region.code if region else None,
        "level": region.level if region else None,
        "year": accounts.year,
        "kind": "final_accounts",
        "unit": accounts.unit,
        "statutory_duties": accounts.statutory_duties,
        "budget_units": accounts.budget_units,
        "missing_tables": list(accounts.missing),
        "doubts": doubts,
    }
    provenance = {
        "title": f"{accounts.department}{accounts.year}年度部门决算",
        "publisher": accounts.department,
        "sha256": source.sha256,
        "media_type": source.media_type,
        "pages": source.pages,
        "reader": source.reader,
    }
    return _toml(document) + "\n[source]\n" + _toml(provenance)


def _toml(values: dict[str, Any]) -> str:
    return "".join(f"{name} = {_toml_value(value)}\n" for name, value in values.items() if value is not None)


def _toml_value(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml_value, value)) + "]"
    if isinstance(value, int):
        return str(value)
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text) + '"'
