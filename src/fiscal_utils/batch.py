"""Disclosures by the hundred: which files, each extracted within its limits, and what became of each."""

import glob
import hashlib
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from fiscal_utils import cluster, ids, raw, workers
from fiscal_utils.errors import DataError, DocumentError, FiscalError
from fiscal_utils.language import message, t
from fiscal_utils.normalise import Number
from fiscal_utils.parse import Accounts, disclosures
from fiscal_utils.read import read
from fiscal_utils.workers import Outcome, Work

SUFFIXES = frozenset(
    {".pdf", ".txt", ".docx", ".doc", ".xlsx", ".xls", ".html", ".htm", ".png", ".jpg", ".jpeg", ".tif", ".tiff"}
)
"""The endings of the files that are taken from a folder; a file named one by one may have any."""


@dataclass(frozen=True)
class Options:
    """Where accounts are written to and how their files are read."""

    raw: Path
    document_id: str | None = None
    password: str | None = None
    allow_missing: bool = False
    force: bool = False


@dataclass(frozen=True)
class Extracted:
    """The folder that one department's accounts were written to, and how much is in it."""

    folder: Path
    tables: int
    cells: int
    figures: int
    indicators: int
    undetermined: tuple[str, ...]
    """The rows whose columns could not be told: table, page, code, label and numbers."""
    doubts: tuple[str, ...]
    """What could not be read, and tables that are not declared, in words."""

    def __str__(self) -> str:
        counts = {**vars(self), "undetermined": len(self.undetermined)}
        return "\n  ".join((message("extracted", **counts), *self.undetermined, *self.doubts))


def files(named: Sequence[str]) -> list[Path]:
    """The files that the arguments name, each once: files, folders (all documents below them) and glob patterns.

    Hidden files and the lock files of office programs are left out. Raises DataError if nothing is left.
    """
    found = [path for argument in named for path in _named_by(argument) if not _is_lock(path)]
    if not found:
        raise DataError("no_files", named=", ".join(named), suffixes=" ".join(sorted(SUFFIXES)))
    return list({path.resolve(): path for path in found}.values())


def run(
    paths: Sequence[Path],
    options: Options,
    *,
    processes: int,
    seconds: float,
    work: Work | None = None,
    address: str | None = None,
) -> Generator[Outcome]:
    """What becomes of each file, as it is done: read into `options.raw`, skipped as done before, or failed.

    Several files are read by as many `processes`, one in this process; each for at most `seconds`. `work` reads a
    file instead of `extract`. With an `address` they are read on that Dask cluster, which sees the same folders. Raises
    DataError if an id is given and there is more than one file.
    """
    if options.document_id is not None:
        raw.check_id(options.document_id)
        if len(paths) > 1:
            raise DataError("id_for_one", count=len(paths))
    raw.remove_leftovers(options.raw)
    done = {} if options.force else raw.extracted(options.raw)
    reading = work or partial(extract, options=options, done=done)
    if address:
        yield from _on_cluster(paths, reading, address, processes, seconds)
    else:
        yield from workers.run(paths, reading, processes, seconds)


def _on_cluster(paths: Sequence[Path], work: Work, address: str, processes: int, seconds: float) -> Generator[Outcome]:
    attempt = partial(workers.attempt, work, seconds=seconds)
    absolute = [path.resolve() for path in paths]
    done = cluster.run(absolute, attempt, address, processes=processes, seconds=seconds + workers.GRACE)
    for path, outcome in done:
        yield Outcome(path, error=outcome) if isinstance(outcome, FiscalError) else outcome


def extract(path: Path, options: Options, done: Mapping[str, Sequence[Path]]) -> Outcome:
    """Reads the file and writes its accounts, one folder a department, unless that was `done` (sha256 → folders)."""
    folders = _done(path, options.document_id, done)
    if folders:
        return Outcome(path, skipped=tuple(folders))
    named = _named(disclosures(read(path, options.password), options.allow_missing), options.document_id, path)
    replace = options.force or options.document_id is not None
    written = raw.write_all(named, options.raw, replace=replace)
    return Outcome(path, tuple(map(_extracted, named.values(), written)))


@contextmanager
def progress(total: int) -> Iterator[Any]:
    """A function to call with each of so many outcomes: a bar on a terminal, else a line a file; nothing for one file.

    Failures are always printed.
    """
    console = Console(stderr=True)
    if total == 1:
        yield lambda outcome: None
        return
    if not console.is_terminal:
        yield lambda outcome: console.print(_line(outcome), soft_wrap=True, highlight=False)
        return
    rate = TextColumn("{task.fields[rate]}")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(t("读取", "Reading"), total=total, rate="")

        def advance(outcome: Outcome) -> None:
            if outcome.error:
                bar.console.print(_line(outcome), soft_wrap=True, highlight=False)
            bar.advance(task)
            minutes = (bar.tasks[task].elapsed or 0) / 60
            speed = bar.tasks[task].completed / minutes if minutes else 0
            bar.update(task, rate=t(f"每分钟 {speed:.0f} 份", f"{speed:.0f} a minute"))

        yield advance


def summary(outcomes: Sequence[Outcome]) -> str:
    """How many files were read, skipped and not read, with the message of each failure; of one file, what was read.

    Raises the error of a single file.
    """
    if len(outcomes) == 1:
        [only] = outcomes
        if only.error:
            raise only.error
        return str(only)
    failed = [outcome for outcome in outcomes if outcome.error]
    rows = sum(len(extracted.undetermined) for outcome in outcomes for extracted in outcome.written)
    counts = message(
        "batch_done",
        read=sum(bool(outcome.written) for outcome in outcomes),
        skipped=sum(bool(outcome.skipped) for outcome in outcomes),
        failed=len(failed),
        undetermined=rows,
    )
    return "\n".join((counts, *(_line(outcome).plain for outcome in failed)))


def _named_by(argument: str) -> list[Path]:
    """The files of one argument; one that matches nothing stands for itself, so that its reading says so."""
    path = Path(argument).expanduser()
    if path.exists() or not glob.has_magic(argument):
        return _in_folder(path) if path.is_dir() else [path]
    matches = map(Path, sorted(glob.glob(str(path), recursive=True)))  # noqa: PTH207 Path.glob takes hidden files
    return [file for match in matches for file in (_in_folder(match) if match.is_dir() else [match])] or [path]


def _in_folder(folder: Path) -> list[Path]:
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in SUFFIXES
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]


def _is_lock(path: Path) -> bool:
    return path.name.startswith(("~$", ".~lock."))


def _done(path: Path, document_id: str | None, done: Mapping[str, Sequence[Path]]) -> list[Path]:
    """The folders that hold the file's accounts: any, or that of the id if one is asked for."""
    if not done or not path.is_file():
        return []
    with path.open("rb") as file:
        folders = done.get(hashlib.file_digest(file, "sha256").hexdigest(), ())
    return [folder for folder in folders if document_id in (None, folder.name)]


def _named(found: Sequence[Accounts], document_id: str | None, path: Path) -> dict[str, Accounts]:
    """The accounts by their ids; the id that was asked for can name only one."""
    if document_id is not None:
        if len(found) > 1:
            raise DataError("id_for_one", count=len(found))
        return {document_id: found[0]}
    named = {ids.derive(accounts): accounts for accounts in found}
    if len(named) < len(found):
        departments = "、".join(accounts.department for accounts in found)
        raise DocumentError("same_ids", path=path, departments=departments, ids=", ".join(named))
    return named


def _extracted(accounts: Accounts, folder: Path) -> Extracted:
    return Extracted(
        folder=folder,
        tables=len({row.table for row in accounts.rows}),
        cells=sum(isinstance(printed, Number) for row in accounts.rows for printed in row.cells.values()),
        figures=len(accounts.narrative),
        indicators=sum(len(form.indicators) for form in accounts.forms),
        undetermined=tuple(
            f"{row.table} p.{row.page} {row.key} {row.label}: {' '.join(map(str, row.undetermined))}"
            for row in accounts.rows
            if row.undetermined
        ),
        doubts=(
            *(message("unknown_title", title=segment.title, page=segment.page) for segment in accounts.unknown),
            *accounts.doubts,
            *(doubt for form in accounts.forms for doubt in form.doubts),
        ),
    )


def _line(outcome: Outcome) -> Text:
    return Text(str(outcome), style="red" if outcome.error else "")
