"""Reports: those that are out of date made anew, a record kept of the run, all of them listed in an index."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path

from filelock import FileLock, Timeout
from rich.console import Console

from fiscal_utils import cluster
from fiscal_utils.errors import FiscalError, ReportError
from fiscal_utils.language import message
from fiscal_utils.reports import forks, pages, runs
from fiscal_utils.reports.execute import ENGINES, Limits, Made, execute, not_executed, settle
from fiscal_utils.reports.inputs import Inputs, stale, versions
from fiscal_utils.reports.jobs import Job, plan
from fiscal_utils.reports.progress import progress
from fiscal_utils.reports.runs import Report, Run
from fiscal_utils.reports.warm import warm_up

GRACE = 60.0
"""Seconds over the time limit of a notebook that its report may take."""

LEAST_MEMORY = 1 << 30
"""Bytes that a notebook may use however many run at once."""


@dataclass(frozen=True)
class Order:
    """A report to make, the hashes of what it is made of, and why: `new`, `failed`, `forced`, or what has changed."""

    job: Job
    data: Path
    """The folder of its document's tables."""
    inputs: Mapping[str, str]
    because: tuple[str, ...]


def orders(jobs: Sequence[Job], data_dir: Path, *, force: bool = False) -> list[Order]:
    """The reports that are not as their inputs would make them now; with `force` all."""
    inputs = Inputs(data_dir)
    found = []
    for job in jobs:
        hashes = inputs.of(job)
        if because := stale(job, hashes) or (("forced",) if force else ()):
            found.append(Order(job, data_dir / "raw" / job.document.id, hashes, because))
    return found


def make(
    notebooks: Sequence[str] = (),
    documents: Sequence[str] = (),
    languages: Sequence[str] = (),
    *,
    output: Path,
    data_dir: Path,
    notebooks_dir: Path,
    parameters: Mapping[str, str] | None = None,
    workers: int | None = None,
) -> Run:
    """Makes the reports that are out of date, and the index; the record of the run, failed reports among it.

    Nothing named means all. A request that cannot be met raises a ReportError before anything runs.
    """
    jobs = plan(
        notebooks_dir, data_dir, output, names=notebooks, documents=documents, languages=languages, values=parameters
    )
    return run(jobs, output, data_dir, workers=workers or os.cpu_count() or 1)


def run(
    jobs: Sequence[Job],
    output: Path,
    data_dir: Path,
    *,
    workers: int,
    engine: str = ENGINES[0],
    timeout: float = 600.0,
    force: bool = False,
    address: str | None = None,
) -> Run:
    """Makes the planned reports that are out of date, and the index; `timeout` is in seconds a notebook.

    With an `address` they are made on that Dask cluster.

    One run at a time writes to an output folder: another waits until it has ended, and then makes what is left.
    """
    output, data_dir = output.resolve(), data_dir.resolve()
    with _alone(output):
        runs.close_interrupted(output)
        wanted = orders(jobs, data_dir, force=force)
        fresh = len(jobs) - len(wanted)
        begun = Run(runs.new_id(), runs.now(), None, "running", workers, engine, versions(), fresh=fresh)
        runs.write_run(output, begun)
        documents = tuple(dict.fromkeys(order.job.document.id for order in wanted))
        samples = tuple({order.job.language: order.job for order in wanted}.values())
        making = _Making(data_dir, documents, samples, Limits(engine, timeout, _memory(workers)), workers, address)
        return _run(begun, wanted, output, making)


def raise_failures(run: Run) -> None:
    """Raises a ReportError that lists the failed reports, if there are any."""
    if run.failed:
        lines = "\n".join(f"  {report.key}: {report.error}" for report in run.failed)
        raise ReportError("report_failed", failed=len(run.failed), total=len(run.reports) + run.fresh, lines=lines)


def call_hook(command: str, output: Path, run: Run) -> None:
    """Runs a command with the path of the run's record as its last argument, and as `FISCAL_RUN`; with its status.

    Raises a ReportError if the command fails.
    """
    record = str(runs.record(output, run))
    environment = os.environ | {"FISCAL_RUN": record, "FISCAL_STATUS": run.status}
    try:
        status = subprocess.run([*shlex.split(command), record], env=environment, check=False).returncode
    except OSError as error:
        raise ReportError("report_hook_failed", command=command, status=error.strerror) from error
    if status:
        raise ReportError("report_hook_failed", command=command, status=status)


def _run(begun: Run, wanted: Sequence[Order], output: Path, making: "_Making") -> Run:
    """Makes the reports, and ends the record of the run whatever happens."""
    reports: list[Report] = []
    try:
        with progress(len(wanted)) as show, closing(making.outcomes(wanted)) as outcomes:
            for outcome in outcomes:
                if outcome:
                    reports.append(_save(*outcome, begun.id))
                show(reports[-1] if outcome else None)
    except KeyboardInterrupt:
        return _ended(begun, "interrupted", reports, output)
    except BaseException:
        with suppress(FiscalError):  # the error at hand is the one to be told
            _ended(begun, "interrupted", reports, output)
        raise
    return _ended(begun, "failed" if any(report.error for report in reports) else "succeeded", reports, output)


@dataclass(frozen=True)
class _Making:
    """How reports are made: from which data, within which limits, how many at once, and on which cluster if any."""

    data_dir: Path
    documents: tuple[str, ...]
    samples: tuple[Job, ...]
    """One report for each language."""
    limits: Limits
    workers: int
    address: str | None

    def outcomes(self, wanted: Sequence[Order]) -> Generator[tuple[Order, Made | FiscalError] | None]:
        """What becomes of each order, as it is done; None now and then, while nothing is."""
        seconds = self.limits.seconds + GRACE
        if self.address:
            yield from cluster.run(
                wanted, self.made, self.address, processes=self.workers, seconds=seconds, prepare=self.prepare
            )
        elif wanted:
            self.prepare()
            yield from forks.run(wanted, self.made, self.workers, seconds)

    def prepare(self) -> None:
        """Warms the process that those which make the reports are forked from."""
        if self.limits.engine == ENGINES[0] and forks.AVAILABLE:
            warm_up(self.data_dir, self.documents, self.samples)

    def made(self, order: Order) -> Made:
        """The report, made in this process."""
        settle(self.data_dir)
        return execute(order.job, self.limits)


def _save(order: Order, outcome: Made | FiscalError, run: str) -> Report:
    """Writes the files of a report; those of an earlier run that it does not have any more are removed.

    Its own record goes first and comes back last: without it the report is made anew.
    """
    job = order.job
    made = not_executed(job, str(outcome)) if isinstance(outcome, FiscalError) else outcome
    report = _report(order, made, run)
    (job.output / job.key.path(runs.ENDING)).unlink(missing_ok=True)
    for ending in (".html", ".metrics.json", ".ipynb"):
        path = job.output / job.key.path(ending)
        if ending in made.files:
            runs.write(job.output, path, made.files[ending])
        else:
            path.unlink(missing_ok=True)
    runs.write_report(job.output, report)
    return report


def _report(order: Order, made: Made, run: str) -> Report:
    job, about = order.job, order.job.document.about
    return Report(
        **job.key._asdict(),
        title=job.notebook.title[job.language],
        department=str(about.get("department", job.document.id)),
        made=runs.now(),
        made_in=run,
        seconds=made.seconds,
        year=about.get("year"),
        order=job.notebook.order if isfinite(job.notebook.order) else None,
        simulated=bool(about.get("simulated")),
        error=made.error,
        inputs=order.inputs,
        parameters=job.parameters,
        metrics=runs.flat(made.metrics),
        cards=made.cards,
        data=Path(os.path.relpath(order.data, job.output)).as_posix(),
    )


def _ended(begun: Run, status: str, reports: Sequence[Report], output: Path) -> Run:
    """The run at its end, recorded, and the index written anew."""
    run = replace(begun, status=status, finished=runs.now(), reports=tuple(reports))
    runs.write_run(output, run)
    for name, page in pages.indexes(output).items():
        runs.write(output, output / name, page)
    shutil.rmtree(output / runs.UNFINISHED, ignore_errors=True)
    return run


@contextmanager
def _alone(output: Path) -> Iterator[None]:
    """Waits until no other run writes to the output folder, and keeps others waiting; clears up after killed ones."""
    lock = FileLock(output / ".lock")
    with runs.writing(output):
        output.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            Console(stderr=True).print(message("report_waiting", output=output), markup=False, soft_wrap=True)
            lock.acquire()
    try:
        shutil.rmtree(output / runs.UNFINISHED, ignore_errors=True)
        yield
    finally:
        lock.release()


def _memory(workers: int) -> int | None:
    """The bytes that each of so many notebooks may use: its part of three quarters of this machine's memory."""
    if not forks.AVAILABLE:
        return None
    return max(LEAST_MEMORY, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * 3 // 4 // workers)
