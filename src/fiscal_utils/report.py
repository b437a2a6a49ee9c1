"""Reports by papermill: each notebook executed, shown as a page, its metrics kept, all in an index."""

import json
import logging
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from fiscal_utils import pages
from fiscal_utils.errors import ReportError
from fiscal_utils.jobs import Job, plan, read
from fiscal_utils.language import t

if TYPE_CHECKING:
    from nbformat import NotebookNode

WORKERS = 2


@dataclass(frozen=True)
class Result:
    """One report made: its job, its error (empty if it succeeded), how long it took, its files by ending."""

    job: Job
    error: str
    seconds: float
    files: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def page(self) -> Path:
        """The HTML file of the report."""
        return self.job.folder / f"{self.job.notebook.name}.html"


def make(
    notebooks: Sequence[str] = (),
    documents: Sequence[str] = (),
    languages: Sequence[str] = (),
    *,
    output: Path,
    data_dir: Path,
    notebooks_dir: Path,
    parameters: Mapping[str, str] | None = None,
    workers: int = WORKERS,
) -> list[Result]:
    """Makes the reports and the index; returns one result a report, failed ones among them.

    Nothing named means all. A request that cannot be met raises a ReportError before anything runs.
    """
    jobs = plan(
        notebooks_dir.resolve(),
        data_dir.resolve(),
        output.resolve(),
        names=notebooks,
        documents=documents,
        languages=languages,
        values=parameters,
    )
    try:
        return list(run(jobs, data_dir.resolve(), workers))
    finally:
        write(output / "index.html", pages.index(output))


def raise_failures(results: Sequence[Result]) -> None:
    """Raises a ReportError that lists the failed reports, if there are any."""
    failed = [result for result in results if result.error]
    if failed:
        lines = "\n".join(f"  {result.job.label}: {result.error}" for result in failed)
        raise ReportError("report_failed", failed=len(failed), total=len(results), lines=lines)


def run(jobs: Sequence[Job], data_dir: Path, workers: int = WORKERS) -> Iterator[Result]:
    """Executes the jobs, some at once, writes the files of each as it ends, and yields its result."""
    with _progress(len(jobs)) as advance, _pool(min(workers, len(jobs)), data_dir) as pool:
        futures = {pool.submit(execute, job): job for job in jobs}
        for future in as_completed(futures):
            result = future.result() if not future.exception() else _not_executed(futures[future], future)
            _save(result)
            advance(result)
            yield result


def execute(job: Job) -> Result:
    """The report of a job, made in this process; an error in the notebook is part of the report."""
    start = time.monotonic()
    node, error = _execute_notebook(job)
    return _result(job, node, pages.cell_error(node) or error, start)


def _not_executed(job: Job, future: "Future[Result]") -> Result:
    """The report of a job whose worker process ended before it: the notebook as it is, with the error."""
    return _result(job, read(job.notebook.path), f"{future.exception()}", time.monotonic())


def _result(job: Job, node: "NotebookNode", error: str, start: float) -> Result:
    pages.stamp(node, job, error)
    made = {".html": pages.export(node, job), ".ipynb": _notebook_text(node)}
    if not error:
        made[".metrics.json"] = json.dumps(pages.metrics_of(node), ensure_ascii=False, indent=2) + "\n"
    return Result(job, error, time.monotonic() - start, made)


def write(path: Path, text: str) -> None:
    """Writes a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as file:
        unfinished = Path(file.name)
    try:
        unfinished.write_text(text, "utf-8")
        unfinished.chmod(0o644)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _execute_notebook(job: Job) -> tuple["NotebookNode", str]:
    """The notebook after execution, as far as it came, and the error that no cell shows."""
    import papermill

    with tempfile.TemporaryDirectory() as folder:
        executed = Path(folder) / "executed.ipynb"
        error = ""
        try:
            papermill.execute_notebook(
                read(job.notebook.path),
                executed,
                parameters=job.arguments,
                kernel_name="python3",
                language="python",
                cwd=job.notebook.path.parent,
                progress_bar=False,
                # A kernel reports its start and its end on stderr; what its cells say is in their outputs.
                extra_arguments=["--log-level=CRITICAL"],
            )
        except Exception as problem:  # whatever a notebook or its kernel does, the other reports go on
            error = f"{type(problem).__name__}: {problem}"
        return read(executed if executed.exists() else job.notebook.path), error


def _notebook_text(node: "NotebookNode") -> str:
    import nbformat

    return str(nbformat.writes(node))  # type: ignore[no-untyped-call]


def _save(result: Result) -> None:
    """Writes the files of a report; those of an earlier run that it does not have any more are removed."""
    for ending in (".html", ".metrics.json", ".ipynb"):
        path = result.page.with_name(result.job.notebook.name + ending)
        if ending in result.files:
            write(path, result.files[ending])
        else:
            path.unlink(missing_ok=True)


@contextmanager
def _pool(workers: int, data_dir: Path) -> Iterator[ProcessPoolExecutor]:
    """Worker processes; when the work is interrupted they are ended, and their kernels end with them."""
    before = set(multiprocessing.active_children())
    with tempfile.TemporaryDirectory(prefix="fiscal-", ignore_cleanup_errors=True) as scratch:
        spawn = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(max(workers, 1), spawn, _start_worker, (str(data_dir), scratch))
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for worker in set(multiprocessing.active_children()) - before:
                worker.terminate()
                worker.join()
            raise
        pool.shutdown()


def _start_worker(data_dir: str, scratch: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tempfile.tempdir = scratch
    os.environ["FISCAL_DATA_DIR"] = data_dir
    # A backend set for scripts would keep the kernel from showing any chart.
    os.environ.pop("MPLBACKEND", None)
    # Parameters were checked against their declarations; papermill cannot parse `float | None`.
    logging.getLogger("papermill").setLevel(logging.ERROR)


@contextmanager
def _progress(total: int) -> Iterator[Any]:
    """A function to call with each result: a bar on a terminal, else a line a report."""
    console = Console(stderr=True)
    if not sys.stderr.isatty():
        yield lambda result: console.print(_line(result), soft_wrap=True)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(t(zh="生成报告", en="Making reports"), total=total)

        def advance(result: Result) -> None:
            if result.error:
                progress.console.print(_line(result))
            progress.advance(task)

        yield advance


def _line(result: Result) -> Text:
    status = result.error or t(zh="完成", en="done")
    return Text(f"{result.job.label}  {result.seconds:.1f} s  {status}", style="red" if result.error else "")
