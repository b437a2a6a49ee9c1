"""data/raw/<document_id>/: one disclosure's tables as published, with their provenance."""

import csv
import re
import shutil
import tempfile
import time
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock

from fiscal_utils import specs
from fiscal_utils.errors import DataError
from fiscal_utils.normalise import Number
from fiscal_utils.parse import Accounts
from fiscal_utils.parse.statutory import Row

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# A scratch folder as `tempfile` names it, or the folder that `_swap` puts aside.
_LEFTOVER = re.compile(r"\.(?P<id>[a-z0-9-]+)-[a-z0-9_]{8}(?P<old>-old)?")
_HOUR = 3600
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


STATEMENTS = ("section", "item", "kind", "said", "page")


def write(accounts: Accounts, document_id: str, raw: Path) -> Path:
    """The folder `raw/<document_id>` holding the accounts; one already there is replaced as a whole."""
    return write_all({document_id: accounts}, raw, replace=True)[0]


def write_all(documents: Mapping[str, Accounts], raw: Path, *, replace: bool = False) -> list[Path]:
    """The folders `raw/<document_id>` holding the accounts: all are written, or none if anything fails.

    Several processes may write into one `raw` at once. A folder that holds the same file's accounts is replaced as a
    whole; one that holds another file's raises DataError, unless `replace`.
    """
    for document_id in documents:
        check_id(document_id)
    raw.mkdir(parents=True, exist_ok=True)
    scratch: dict[str, Path] = {}
    try:
        for document_id, accounts in documents.items():
            scratch[document_id] = Path(tempfile.mkdtemp(prefix=f".{document_id}-", dir=raw))
            _write_files(accounts, document_id, scratch[document_id])
        with _lock(raw):
            if not replace:
                _refuse_taken(documents, raw)
            for document_id, folder in scratch.items():
                _swap(folder, raw / document_id)
    finally:
        for folder in scratch.values():
            shutil.rmtree(folder, ignore_errors=True)
    return [raw / document_id for document_id in documents]


def about(folder: Path) -> dict[str, Any]:
    """What the document.toml of a folder says; raises DataError where it cannot be read."""
    path = folder / "document.toml"
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise DataError("bad_document", path=path, problem=error) from error


def extracted(raw: Path) -> dict[str, list[Path]]:
    """The sha256 of each file that was extracted into `raw` → the folders of its accounts."""
    found: dict[str, list[Path]] = {}
    for path in sorted(raw.glob("[!.]*/document.toml")):
        if sha256 := _sha256(path.parent):
            found.setdefault(sha256, []).append(path.parent)
    return found


def remove_leftovers(raw: Path) -> None:
    """Clears away what a killed run left in `raw` over an hour ago; a folder it had put aside comes back."""
    leftovers = [path for path in raw.glob(".*") if _LEFTOVER.fullmatch(path.name)]
    if not leftovers:
        return
    with _lock(raw):
        for path in leftovers:
            match = _LEFTOVER.fullmatch(path.name)
            if match and match["old"] and path.exists() and not (raw / match["id"]).exists():
                path.rename(raw / match["id"])
            elif match and (match["old"] or _age(path) > _HOUR):
                shutil.rmtree(path, ignore_errors=True)


def check_id(document_id: str) -> None:
    """Raises DataError unless the id is of lower-case letters, digits and single hyphens."""
    if not _ID.fullmatch(document_id):
        raise DataError("bad_document_id", id=document_id)


def _lock(raw: Path) -> FileLock:
    """The lock that is held while folders in `raw` change places; beside `raw`, which holds documents only."""
    return FileLock(raw.with_name(f".{raw.name}.lock"))


def _refuse_taken(documents: Mapping[str, Accounts], raw: Path) -> None:
    for document_id, accounts in documents.items():
        folder = raw / document_id
        if folder.exists() and _sha256(folder) != accounts.source.sha256:
            raise DataError("id_taken", path=accounts.source.name, folder=folder)


def _sha256(folder: Path) -> str | None:
    """The digest of the file that the folder's accounts were read from, None where it does not say."""
    try:
        document = tomllib.loads((folder / "document.toml").read_text("utf-8"))
        return str(document["source"]["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _age(path: Path) -> float:
    """The seconds since the folder last changed, 0 if it is gone."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0


def _swap(scratch: Path, folder: Path) -> None:
    """Puts the new folder in the place of the old, which comes back if that fails."""
    old = scratch.with_name(scratch.name + "-old")
    try:
        if folder.exists():
            folder.rename(old)
        scratch.chmod(0o755)
        scratch.rename(folder)
    except BaseException:
        if old.exists() and not folder.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _write_files(accounts: Accounts, document_id: str, folder: Path) -> None:
    (folder / "document.toml").write_text(_document_toml(accounts, document_id), "utf-8")
    for name, spec in specs.tables().items():
        rows = [row for row in accounts.rows if row.table == name]
        if name not in accounts.missing:
            columns = [c for c in spec.columns if c not in spec.optional or any(c in row.columns for row in rows)]
            header = ["line", "code", "item", "label", *columns, "unit", "undetermined", "page"]
            _write_csv(folder / f"{name}.csv", header, (_table_row(row, columns) for row in rows))
    for number, segment in enumerate(accounts.unknown, 1):
        grids = [row for grid in segment.grids for row in grid.rows]
        width = max(map(len, grids), default=0)
        _write_csv(folder / f"unknown-{number}.csv", [str(i + 1) for i in range(width)], grids)
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
    said = ((s.section, s.item, s.kind, s.said, s.page) for s in accounts.statements)
    _write_csv(folder / "statements.csv", STATEMENTS, said)


def _table_row(row: Row, columns: Sequence[str]) -> list[object]:
    cells = [row.cells.get(column, "") for column in columns]
    undetermined = " ".join([str(n) for n in row.undetermined if isinstance(n, Number)])
    return [row.line, row.code, row.item, row.label, *cells, row.unit, undetermined, row.page]


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Iterable[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _document_toml(accounts: Accounts, document_id: str) -> str:
    region, source = accounts.region, accounts.source
    doubts = [*accounts.doubts, *(doubt for form in accounts.forms for doubt in form.doubts)]
    document: dict[str, Any] = {
        "id": document_id,
        "department": accounts.department,
        "region": region.name_zh if region else None,
        "region_code": region.code if region else None,
        "level": region.level if region else None,
        "year": accounts.year,
        "kind": "final_accounts",
        "simulated": True if accounts.simulated else None,
        "unit": accounts.unit,
        "statutory_duties": accounts.statutory_duties,
        "budget_units": accounts.budget_units,
        "missing_tables": list(accounts.missing),
        "unknown_tables": [segment.title for segment in accounts.unknown] or None,
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
        return str(value).lower()
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text) + '"'
