"""What the last run changed in the figures of the reports."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from fiscal_utils.reports import runs
from fiscal_utils.reports.runs import Change, Key, Report
from fiscal_utils.specs import term_in

if TYPE_CHECKING:
    from fiscal_utils.analysis.registry import Metric

MOST = 60
"""Of how many reports the index lists the changed figures; `fiscal diff` prints them all."""


@dataclass(frozen=True)
class Changes:
    """The reports of which a figure differs between the last run and the one before, and how many reports are new."""

    listed: Sequence[tuple[Report, Sequence[Change]]]
    """Each report with its changed figures, no more than MOST reports."""
    keys: frozenset[Key]
    """All reports of which a figure changed."""
    new: int
    """How many reports were not there before; their figures are not listed."""

    @property
    def left(self) -> int:
        """How many reports are not listed."""
        return len(self.keys) - len(self.listed)


def since_last_run(shown: Sequence[Report], recorded: Sequence[runs.Run]) -> Changes | None:
    """What changed in these reports; None where fewer than two runs are recorded."""
    if len(recorded) < 2:
        return None
    reports = {report.key: report for report in shown}
    found = [change for change in runs.diff(recorded, recorded[1], recorded[0]) if change.key in reports]
    before = {report.key for run in recorded[1:] for report in run.made}
    changed = [(key, list(group)) for key, group in groupby(found, lambda change: change.key) if key in before]
    listed = [(reports[key], group) for key, group in changed[:MOST]]
    return Changes(listed, frozenset(key for key, _ in changed), len({change.key for change in found} - before))


def named(notebook: str, figures: Iterable[Change], language: str) -> dict[str, Change]:
    """The changed figures of a report by name: one that the notebook records under two keys is listed once."""
    found: dict[str, Change] = {}
    for figure in figures:
        found.setdefault(metric_name(notebook, figure.metric, language), figure)
    return found


def metric_name(notebook: str, metric: str, language: str) -> str:
    """The metric with its unit and denominator, from the registry, else the terms; its key where neither has it.

    The row of a table follows the table's name: `scores.<project>`.
    """
    table, _, row = metric.partition(".")
    entry = _entry(notebook, table)
    known = _with_unit(entry, language) if entry else term_in(language, f"{notebook}/{table}")
    name = known.removeprefix(f"{notebook}/")
    return " · ".join(filter(None, (name, row)))


def _entry(notebook: str, metric: str) -> "Metric | None":
    """The registry's entry of a notebook's metric.

    A notebook names its figures for itself: `initial_budget` is another figure in `sangong_trends` than in
    `budget_execution`. So an entry counts only if its group is part of the notebook's name, or the notebook takes it
    from the registry as it is.
    """
    from fiscal_utils.analysis import overview, sangong, staffing
    from fiscal_utils.analysis.registry import registry

    taken = {"overview": overview.HEADLINES, "staffing_costs": staffing.METRICS}.get(notebook, ())
    if metric in taken:
        return registry()[metric]
    of_subject = {name: entry for name, entry in registry().items() if entry.group in notebook}
    groups = {entry.group for entry in of_subject.values()}
    names = [f"sangong_{name}" for name, headline in sangong.HEADLINE.items() if headline == metric]
    names += [metric, *(f"{group}_{metric}" for group in groups)]
    return next((of_subject[name] for name in names if name in of_subject), None)


def _with_unit(entry: "Metric", language: str) -> str:
    from fiscal_utils.analysis.registry import units

    name, unit = entry.name[language], units()[entry.unit][language]
    base = entry.denominator[language] if entry.denominator else ""
    if language == "zh":
        return f"{name}（{'，分母：'.join(filter(None, (unit, base)))}）"
    joined = " of " if unit == "%" else ", ÷ "
    return f"{name} ({joined.join(filter(None, (unit, base)))})"
