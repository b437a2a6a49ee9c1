"""What the last run changed in the figures of the reports."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from fiscal_utils.reports import runs
from fiscal_utils.reports.runs import Change, Key, Report

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


def metric_name(notebook: str, metric: str, language: str) -> str:
    """The metric with its unit and denominator where the registry has it under the notebook's subject, else its key.

    A notebook names its figures for itself: `initial_budget` is another figure in `sangong_trends` than in
    `budget_execution`. So an entry counts only if its group is part of the notebook's name.
    """
    from fiscal_utils.analysis.registry import registry, units

    known = registry()
    groups = {entry.group for entry in known.values() if entry.group in notebook}
    names = [metric, *(f"{group}_{metric}" for group in groups)]
    entry = next((known[name] for name in names if name in known and known[name].group in groups), None)
    if entry is None:
        return metric
    of = [units()[entry.unit][language], *([entry.denominator[language]] if entry.denominator else [])]
    return (
        f"{entry.name[language]}（{'，分母：'.join(of)}）"
        if language == "zh"
        else f"{entry.name[language]} ({' of '.join(of)})"
    )
