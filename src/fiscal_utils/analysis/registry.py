"""The metrics declared in statutory/metrics.toml, and their values over documents."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

import pandas as pd

from fiscal_utils import specs
from fiscal_utils.analysis.facts import Facts, Figure, MeasureError, facts
from fiscal_utils.analysis.intervals import Interval, corners
from fiscal_utils.errors import DataError
from fiscal_utils.language import language
from fiscal_utils.tables import Selection

Words = Mapping[str, str]
"""A wording in both languages: `zh` and `en`."""

COLUMNS = (
    "document_id", "metric", "name", "value", "low", "high", "unit", "denominator", "status", "why", "simulated",
)  # fmt: skip
STATUSES = ("ok", "inferred", "missing", "zero_base", "too_few", "contradiction")
SIMULATED = "simulated"
"""What the id of every invented document contains."""


@dataclass(frozen=True)
class Metric:
    """A declared measure: how it is named, defined, computed and sourced.

    `function` is `module.name` in this package; it takes what satisfies `needs`, in their order. `inferred`: it takes
    whole figures and returns an interval, because no published figure states the value.
    """

    id: str
    group: str
    name: Words
    formula: Words
    unit: str
    source: Words
    needs: tuple[str, ...]
    function: str
    denominator: Words | None = None
    inferred: bool = False
    costly: bool = False
    """Whether it takes longer than reading does, so that it is computed only where it is asked for by name."""

    def compute(self, *inputs: Any) -> Any:
        """The value of the declared function."""
        return _function(self.function)(*inputs)


@dataclass(frozen=True)
class Measured:
    """A metric's value for a document with the bounds that rounding leaves, or why there is none."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    status: str = "ok"
    why: str = ""


@cache
def registry() -> dict[str, Metric]:
    """Every declared metric by id; an unknown key or language raises TypeError."""
    return {name: _metric(name, entry) for name, entry in specs.read_toml("metrics.toml")["metric"].items()}


@cache
def units() -> dict[str, Words]:
    """Unit → its name in both languages."""
    return {name: _words(words, name) for name, words in specs.read_toml("metrics.toml")["unit"].items()}


def _metric(name: str, entry: Mapping[str, Any]) -> Metric:
    metric: Metric = specs.build(Metric, {"id": name, **entry}, f"metrics.toml [{name}]")
    for words in (metric.name, metric.formula, metric.source, metric.denominator):
        _words({"zh": "", "en": ""} if words is None else words, name)
    if metric.unit not in units():
        raise TypeError(f"metrics.toml [{name}]: unknown unit {metric.unit}")
    return metric


def _words(words: Words, where: str) -> Words:
    if set(words) != {"zh", "en"}:
        raise TypeError(f"metrics.toml [{where}]: zh and en expected, not {sorted(words)}")
    return words


@cache
def _function(path: str) -> Callable[..., Any]:
    module, _, name = path.rpartition(".")
    found: Callable[..., Any] = getattr(import_module(f"fiscal_utils.analysis.{module}"), name)
    return found


def chosen(names: str | Sequence[str] | None) -> list[Metric]:
    """The metrics of these ids or groups, by default all but the costly ones; raises DataError for an unknown name."""
    known = registry()
    if names is None:
        return [metric for metric in known.values() if not metric.costly]
    wanted = [names] if isinstance(names, str) else list(names)
    groups = {metric.group for metric in known.values()}
    unknown = [name for name in wanted if name not in known and name not in groups]
    if unknown:
        raise DataError("unknown_metric", name=", ".join(unknown), known=", ".join([*sorted(groups), *known]))
    return [metric for name in wanted for metric in known.values() if name in (metric.id, metric.group)]


def metrics(document: Selection = None, names: str | Sequence[str] | None = None) -> pd.DataFrame:
    """One row a document and metric, columns `COLUMNS`; never a number without its unit, a gap without its reason.

    `document` is an id, a list of ids, or None or "all" for every document; `names` are ids of metrics or groups
    (accounts, execution, staffing, sangong, performance, matrix), by default all but the costly ones. `low` and
    `high` are what rounding of the published figures allows, missing where that is not modelled. `status` is one of
    `STATUSES`: an `inferred` value is an interval without a point. Raises DataError for an unknown document or metric.
    """
    picked = chosen(names)
    rows = [row for found in facts(None if document == "all" else document) for row in _rows(picked, found)]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(dict.fromkeys(("value", "low", "high"), "float64"))


def values(document: str, names: Iterable[str]) -> dict[str, float | None]:
    """Metric → its value for a document; None where it has none."""
    found = next(facts(document))
    return {name: measure(registry()[name], found).value for name in names}


def catalogue() -> pd.DataFrame:
    """Every declared metric: metric, group, name, formula, unit, denominator, source, needs, in the language in use."""
    rows = [
        {
            "metric": metric.id, "group": metric.group, "name": metric.name[language()],
            "formula": metric.formula[language()], "unit": units()[metric.unit][language()],
            "denominator": _denominator(metric), "source": metric.source[language()], "needs": list(metric.needs),
        }
        for metric in registry().values()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _denominator(metric: Metric) -> str:
    return metric.denominator[language()] if metric.denominator else ""


def _rows(picked: Iterable[Metric], found: Facts) -> Iterator[tuple[object, ...]]:
    for metric in picked:
        got = measure(metric, found)
        yield (
            found.document, metric.id, metric.name[language()], got.value, got.low, got.high,
            units()[metric.unit][language()], _denominator(metric), got.status, got.why, SIMULATED in found.document,
        )  # fmt: skip


def measure(metric: Metric, found: Facts) -> Measured:
    """The metric of a document, or why it has none."""
    try:
        return _measured(metric, [found.find(need) for need in metric.needs])
    except MeasureError as gap:
        return Measured(status=gap.status, why=str(gap))
    except ZeroDivisionError:
        zero = MeasureError("zero_base", base=_denominator(metric) or metric.formula[language()])
        return Measured(status=zero.status, why=str(zero))


def _measured(metric: Metric, inputs: Sequence[Any]) -> Measured:
    if metric.inferred:
        range_: Interval = metric.compute(*inputs)
        return Measured(None, float(range_.low), float(range_.high), "inferred")
    if not all(isinstance(item, Figure) for item in inputs):
        found = metric.compute(*inputs)
        bounded = isinstance(found, Figure)
        return Measured(float(found.value), float(found.low), float(found.high)) if bounded else Measured(float(found))
    value = float(metric.compute(*(item.value for item in inputs)))
    bounds = corners(metric.compute, [Interval(item.low, item.high) for item in inputs])
    return Measured(value, float(bounds.low), float(bounds.high)) if bounds else Measured(value)
