"""Records of runs: what each run of `fiscal report` made, from what, with which figures; what changed between two.

    <output>/runs/<run id>/run.json                          one a run: the reports it made and left
    <output>/<document>/<language>/<notebook>.report.json    one a report: how the report that stands there was made

A report is written down once, in the run that made it; a later run that finds it up to date counts it only. So the
record of a night in which nothing changed is short, however many reports there are.
"""

import csv
import datetime
import io
import json
import secrets
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from fiscal_utils.errors import ReportError

RUNS = "runs"
RECORD = "run.json"
ENDING = ".report.json"
UNFINISHED = ".unfinished"
"""Folder of the output in which files are written before they are moved to their place."""

COLUMNS = ("document", "language", "notebook", "metric", "old", "new", "change", "because")
"""The columns of a diff."""

Number = int | float | None


class Key(NamedTuple):
    """Which report: the folders and the name of its files."""

    document: str
    language: str
    notebook: str

    def path(self, ending: str = ".html") -> str:
        """The file of the report with this ending (.html, .ipynb, .metrics.json), relative to the output folder."""
        return f"{self.document}/{self.language}/{self.notebook}{ending}"

    def __str__(self) -> str:
        return f"{self.document} {self.language} {self.notebook}"


@dataclass(frozen=True)
class Report:
    """A report that was made, whole or as far as its notebook came."""

    document: str
    language: str
    notebook: str
    title: str
    department: str
    made: str
    """When, as ISO 8601 in UTC."""
    made_in: str
    """Id of the run."""
    seconds: float
    year: int | None = None
    order: float | None = None
    simulated: bool = False
    error: str = ""
    """Why the notebook did not end, as one text; empty if it did."""
    inputs: Mapping[str, str] = field(default_factory=dict)
    """What it was made of (notebook, parameters, data, package, dependencies) → sha256, shortened."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Number] = field(default_factory=dict)
    """The figures that its headline recorded; a table of figures is there as `name.row`."""
    cards: Sequence[Mapping[str, str]] = ()
    """The headline cards as shown: label, value, unit, note."""
    data: str = ""
    """The folder of the document's tables as published, relative to the output folder."""

    @property
    def key(self) -> Key:
        """Which report it is."""
        return Key(self.document, self.language, self.notebook)

    @property
    def status(self) -> str:
        """`made` or `failed`."""
        return "failed" if self.error else "made"


@dataclass(frozen=True)
class Run:
    """One run of `fiscal report`."""

    id: str
    started: str
    finished: str | None
    """Both times as ISO 8601 in UTC; none while the run is at work."""
    status: str
    """`running`, `succeeded`, `failed` (some report did) or `interrupted`."""
    workers: int
    engine: str
    versions: Mapping[str, str] = field(default_factory=dict)
    reports: tuple[Report, ...] = ()
    """The reports that this run made, failed ones among them, in the order of the index."""
    fresh: int = 0
    """How many reports it found up to date and left as they were."""

    @property
    def seconds(self) -> float | None:
        """How long the run took; None while it is at work."""
        if self.finished is None:
            return None
        begun, ended = map(datetime.datetime.fromisoformat, (self.started, self.finished))
        return (ended - begun).total_seconds()

    @property
    def failed(self) -> tuple[Report, ...]:
        """The reports of this run that failed."""
        return tuple(report for report in self.reports if report.error)

    @property
    def made(self) -> tuple[Report, ...]:
        """The reports of this run that did not fail."""
        return tuple(report for report in self.reports if not report.error)


@dataclass(frozen=True)
class Change:
    """A metric of a report whose value is another in the later of two runs; None where there is none."""

    key: Key
    metric: str
    old: Number
    new: Number
    because: tuple[str, ...]
    """The inputs that changed: notebook, parameters, data, package, dependencies; empty for a first report."""

    @property
    def change(self) -> float | None:
        """New less old."""
        return None if self.old is None or self.new is None else self.new - self.old


def new_id() -> str:
    """An id for a run that starts now: the time to the microsecond, so that ids sort by it, and six random digits."""
    return f"{datetime.datetime.now(datetime.UTC):%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(3)}"


def now() -> str:
    """This moment as ISO 8601 in UTC."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")


def load(output: Path) -> list[Run]:
    """The runs recorded in the output folder, newest first."""
    return [run for path in sorted((output / RUNS).glob(f"*/{RECORD}"), reverse=True) if (run := _read_run(path))]


def latest(output: Path) -> Run | None:
    """The newest run recorded in the output folder."""
    newest_first = sorted((output / RUNS).glob(f"*/{RECORD}"), reverse=True)
    return next(filter(None, map(_read_run, newest_first)), None)


def standing(output: Path) -> list[Report]:
    """The reports that stand in the output folder, whichever run made them, sorted by document, order and language."""
    found = [report for path in output.glob(f"*/*/*{ENDING}") if (report := read_report(path))]
    return sorted(found, key=_place)


def read_report(path: Path) -> Report | None:
    """The report that the file tells of; None if there is none or the file is damaged."""
    with suppress(OSError, ValueError, TypeError):
        return Report(**json.loads(path.read_text("utf-8")))
    return None


def write_report(output: Path, report: Report) -> None:
    """Writes the file that tells of a report that stands in the output folder; it comes last of the report's files."""
    write(output, output / report.key.path(ENDING), _json(asdict(report)))


def write_run(output: Path, run: Run) -> Path:
    """Writes the record of a run and returns its path."""
    path = record(output, run)
    write(output, path, _json(asdict(replace(run, reports=tuple(sorted(run.reports, key=_place))))))
    return path


def record(output: Path, run: Run) -> Path:
    """The file of a run's record."""
    return output / RUNS / run.id / RECORD


def close_interrupted(output: Path) -> None:
    """Ends the records of runs that were killed, with the reports they had made; only one run may be at work."""
    for run in load(output):
        if run.status == "running":
            made = tuple(report for report in standing(output) if report.made_in == run.id)
            last = max((report.made for report in made), default=run.started)
            write_run(output, replace(run, status="interrupted", finished=last, reports=made))


def find(runs: Sequence[Run], name: str) -> Run:
    """The run with this id or the beginning of it; raises a ReportError unless it is exactly one."""
    found = [run for run in runs if run.id.startswith(name)]
    if len(found) != 1:
        raise ReportError("run_unknown", name=name, known=", ".join(run.id for run in found or runs) or "—")
    return found[0]


def diff(runs: Sequence[Run], old: Run, new: Run) -> list[Change]:
    """The metrics that differ between the reports as they stood after the run `old` and after the run `new`.

    `runs` are all that are recorded (`load`). A report that failed counts with the figures it had before.
    """
    before, after = _state(runs, old), _state(runs, new)
    again = [report for key, report in after.items() if report is not before.get(key)]
    return [change for report in again for change in _changes(before.get(report.key), report)]


def history(runs: Sequence[Run]) -> dict[Key, list[Report]]:
    """Each report as it was made over the runs, oldest first; failed ones are left out."""
    found: dict[Key, list[Report]] = {}
    for run in sorted(runs, key=lambda run: run.id):
        for report in run.made:
            found.setdefault(report.key, []).append(report)
    return found


def as_json(changes: Sequence[Change]) -> str:
    """The changes as JSON, one object a changed figure."""
    return json.dumps([_row(change) for change in changes], ensure_ascii=False, indent=2) + "\n"


def as_csv(changes: Sequence[Change]) -> str:
    """The changes as CSV with a header, one row a changed figure."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_row(change) for change in changes)
    return text.getvalue()


def _row(change: Change) -> dict[str, Any]:
    values = (*change.key, change.metric, change.old, change.new, change.change, " ".join(change.because))
    return dict(zip(COLUMNS, values, strict=True))


def flat(metrics: Mapping[str, Any], prefix: str = "") -> dict[str, Number]:
    """The metrics without nesting: a table `scores` gives `scores.<row>`."""
    rows: dict[str, Number] = {}
    for name, value in metrics.items():
        rows |= flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {prefix + name: value}
    return rows


def write(output: Path, path: Path, text: str) -> None:
    """Writes a file of the output folder whole or not at all; raises a ReportError if it cannot be written."""
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = output / UNFINISHED
        scratch.mkdir(exist_ok=True)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=scratch, delete=False) as file:
            unfinished = Path(file.name)
        try:
            unfinished.write_text(text, "utf-8")
            unfinished.chmod(0o644)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Makes a failure to write a ReportError that names the path."""
    try:
        yield
    except OSError as error:
        raise ReportError("report_cannot_write", path=error.filename or path, problem=error.strerror) from error


def _place(report: Report) -> tuple[Any, ...]:
    return (report.document, float("inf") if report.order is None else report.order, report.notebook, report.language)


def _read_run(path: Path) -> Run | None:
    """The run of a record; None if the file was damaged."""
    with suppress(OSError, ValueError, TypeError):
        fields = json.loads(path.read_text("utf-8"))
        fields["reports"] = tuple(Report(**report) for report in fields["reports"])
        return Run(**fields)
    return None


def _state(runs: Sequence[Run], until: Run) -> dict[Key, Report]:
    """Key → the report as it was last made without failing, up to this run."""
    return {key: made[-1] for key, made in history([run for run in runs if run.id <= until.id]).items()}


def _changes(old: Report | None, new: Report) -> Iterator[Change]:
    before = old.metrics if old else {}
    because = () if old is None else tuple(name for name, now in new.inputs.items() if old.inputs.get(name) != now)
    for metric in {**before, **new.metrics}:
        was, now = before.get(metric), new.metrics.get(metric)
        if was != now:
            yield Change(new.key, metric, was, now, because)


def _json(fields: Mapping[str, Any]) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")) + "\n"
