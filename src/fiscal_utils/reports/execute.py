"""One report: its notebook executed by papermill, shown as a page, its figures taken out."""

import json
import logging
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fiscal_utils.language import message
from fiscal_utils.reports import pages
from fiscal_utils.reports.jobs import Job, read

if TYPE_CHECKING:
    from nbformat import NotebookNode

ENGINES = ("fiscal", "papermill")

KEPT = "kept:"
"""The scheme of paths that are no files."""


MEANINGS = {"MemoryError": "report_out_of_memory", "SystemExit": "report_ended_itself"}
"""Errors of Python whose name says little to a reader → the message that explains them."""


@dataclass(frozen=True)
class Limits:
    """How a notebook is executed: by which engine, for how many seconds at most, with how many bytes of memory."""

    engine: str = "fiscal"
    seconds: float = 600.0
    memory: int | None = None


@dataclass(frozen=True)
class Made:
    """A report as made: its error (empty if it succeeded), how long it took, its files by ending, its figures."""

    error: str
    seconds: float
    files: Mapping[str, str] = field(repr=False)
    metrics: Mapping[str, Any]
    cards: list[dict[str, str]]


def execute(job: Job, limits: Limits) -> Made:
    """The report of a job, made in this process; an error in the notebook is part of the report."""
    start = time.monotonic()
    node, error = _executed(job, limits)
    return _made(job, node, _explained(pages.cell_error(node)) or error, start)


def not_executed(job: Job, error: str) -> Made:
    """The report of a job that could not be executed at all: the notebook as it is, with the error."""
    return _made(job, read(job.notebook.path), error, time.monotonic())


def _explained(error: str) -> str:
    """The error of a cell; where its name says little to a reader, with what it means."""
    name = error.partition(":")[0]
    return f"{error} ({message(MEANINGS[name])})" if name in MEANINGS else error


def _made(job: Job, node: "NotebookNode", error: str, start: float) -> Made:
    pages.stamp(node, job, error)
    files = {".html": pages.export(node, job), ".ipynb": _text(node)}
    metrics = {} if error else pages.metrics_of(node)
    if not error:
        files[".metrics.json"] = json.dumps(metrics, ensure_ascii=False, indent=2) + "\n"
    return Made(error, round(time.monotonic() - start, 3), files, metrics, pages.cards_of(node))


def _executed(job: Job, limits: Limits) -> tuple["NotebookNode", str]:
    """The notebook after execution, as far as it came, and the error that no cell shows."""
    import papermill

    kept, path = _kept(), f"{KEPT}{id(job)}.ipynb"
    try:
        executed = papermill.execute_notebook(
            read(job.notebook.path),
            path,
            parameters=job.arguments,
            kernel_name="python3",
            language="python",
            cwd=job.notebook.path.parent,
            progress_bar=False,
            **_engine(limits),
        )
    except Exception as problem:  # whatever a notebook or its kernel does, the other reports go on
        return kept.last(path) or read(job.notebook.path), f"{type(problem).__name__}: {problem}"
    finally:
        kept.texts.pop(path, None)
    return executed, ""


def _engine(limits: Limits) -> dict[str, Any]:
    """Papermill's arguments for the engine. Its own engine saves after each cell: what is there when a kernel dies."""
    if limits.engine == "fiscal":
        own = {"notebook_timeout": limits.seconds, "memory": limits.memory}
        return {"engine_name": "fiscal", "request_save_on_cell_execute": False, **own}
    # A kernel reports its start and its end on stderr; what its cells say is in their outputs.
    return {"execution_timeout": limits.seconds, "extra_arguments": ["--log-level=CRITICAL"]}


class _Kept:
    """Notebooks that papermill has written, kept in memory: nothing is left if the process is killed."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def write(self, text: str, path: str) -> None:
        """Keeps a notebook in place of the one before."""
        self.texts[path] = text

    def pretty_path(self, path: str) -> str:
        """The name for papermill's log."""
        return path

    def last(self, path: str) -> "NotebookNode | None":
        """The notebook that was written last; None if there was none."""
        import nbformat

        text = self.texts.get(path)
        return nbformat.reads(text, as_version=4) if text else None  # type: ignore[no-untyped-call]


@cache
def _kept() -> _Kept:
    """The one place for notebooks in memory, known to papermill as a kind of path."""
    from papermill.iorw import papermill_io

    kept = _Kept()
    papermill_io.register(KEPT, kept)
    return kept


def _text(node: "NotebookNode") -> str:
    import nbformat

    return str(nbformat.writes(node))  # type: ignore[no-untyped-call]


def settle(data_dir: Path) -> None:
    """Sets what notebooks expect of their process; for a process that makes reports and nothing else."""
    os.environ |= {"FISCAL_REPORT": "1", "FISCAL_DATA_DIR": str(data_dir)}
    # A backend set for scripts would keep a kernel from showing any chart.
    os.environ.pop("MPLBACKEND", None)
    # Parameters were checked against their declarations; papermill cannot parse `float | None`.
    logging.getLogger("papermill").setLevel(logging.ERROR)
