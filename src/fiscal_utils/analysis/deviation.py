"""How the outturn departs from the initial budget: its level, its composition, and the kind of year it makes.

aᵢ is the final account and bᵢ the initial budget of function class i, A and B their sums, b'ᵢ = bᵢ · A ÷ B. Source:
PEFA 2016 framework (second edition, 2018), PI-1 and PI-2, which are made for a government over three years: for one
department and year they tell a type of year and no score. PEFA leaves contingencies and interest out of PI-2; a
department's accounts show neither apart. Amounts in 万元.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import pandas as pd

from fiscal_utils import specs
from fiscal_utils.analysis import execution, sangong
from fiscal_utils.analysis.facts import Figure, MeasureError, unpublished
from fiscal_utils.analysis.intervals import Interval
from fiscal_utils.analysis.registry import metrics
from fiscal_utils.language import language, t
from fiscal_utils.specs import code_name, term
from fiscal_utils.tables import load

STAGES = ("initial_budget", "adjusted_budget", "final")
_D = "D"


@dataclass(frozen=True)
class Indicator:
    """A PEFA measure: its name and, from the best, the least and greatest percentage of each type of year."""

    name: Mapping[str, str]
    bands: tuple[tuple[str, float, float], ...]

    def year_type(self, value: float) -> str:
        """A, B, C or D."""
        return next((band for band, low, high in self.bands if low <= value <= high), _D)


@cache
def pefa() -> dict[str, Indicator]:
    """The measures `outturn` (PI-1) and `composition` (PI-2.1)."""
    return {name: specs.build(Indicator, entry, f"pefa.toml [{name}]") for name, entry in
            specs.read_toml("pefa.toml").items()}  # fmt: skip


def heads(narrative: pd.DataFrame) -> pd.DataFrame:
    """Every function class with its initial budget and final account: code, initial_budget, final (万元).

    A class that the narrative gives no initial budget has 0 where the others' budgets make up the total, and likewise
    for the final account. Raises MeasureError where an amount remains unknown or the classes are not the whole.
    """
    stated = execution.stated(narrative)
    rows = execution.class_budgets(stated)
    if rows.empty or "total" not in stated.index:
        raise _unstated("total", "initial_budget")
    for measure in ("initial_budget", "final"):
        rows[measure] = _completed(rows, measure, float(stated[measure]["total"]), float(half_unit(narrative)))
    return rows[["code", "initial_budget", "final"]]


def half_unit(narrative: pd.DataFrame) -> Fraction:
    """The most by which rounding moves a class's amount (万元): half a unit of the coarsest figure for each item.

    A class whose items are stated instead of itself counts as many half units as the class with the most items has.
    """
    rows = narrative[(narrative["section"] == "appropriation") & narrative["measure"].isin(("initial_budget", "final"))]
    items = rows["item"].drop_duplicates()
    items = items[items.str.fullmatch(r"\d{7}")].str[:3]
    places = rows.loc[rows["value"] != 0, "decimals"].min()
    most = max(items.value_counts(), default=1)
    return Fraction(10) ** -(2 if pd.isna(places) else int(places)) / 2 * int(most)


def _completed(rows: pd.DataFrame, measure: str, total: float, half: float) -> "pd.Series[float]":
    """The classes' amounts with 0 for those not stated; raises where the stated ones are not the total."""
    gap = total - float(rows[measure].sum())
    if not abs(gap) <= half * (len(rows) + 1) + 1e-9:
        unknown = rows.loc[rows[measure].isna(), "code"]
        raise _unstated(unknown.iloc[0] if len(unknown) else "total", measure)
    return rows[measure].fillna(0.0)


def _unstated(row: str, measure: str) -> MeasureError:
    return unpublished("narrative", f"appropriation/{row}", measure)


def split(document: str) -> pd.DataFrame:
    """Each class's deviation as the sum of level and composition, exactly: code, label, initial_budget, final, change,
    level = bᵢ(A ÷ B − 1), composition = aᵢ − b'ᵢ (万元), and the row `total`, whose composition is 0.
    """  # fmt: skip
    found = heads(load("narrative", document))
    initial, final = (list(map(_exact, found[name])) for name in ("initial_budget", "final"))
    if not sum(initial):
        raise MeasureError("zero_base", base=term("initial_budget"))
    growth = sum(final, Fraction(0)) / sum(initial)
    rows = [(b, a, a - b, b * growth - b, a - b * growth) for b, a in zip(initial, final, strict=True)]
    rows.append(tuple(sum(column, Fraction(0)) for column in zip(*rows, strict=True)))  # type: ignore[arg-type]
    codes = [*found["code"], "total"]
    frame = pd.DataFrame({"code": codes, "label": [code_name(code, term(code)) for code in codes]})
    names = ["initial_budget", "final", "change", "level", "composition"]
    return frame.join(pd.DataFrame([list(map(float, row)) for row in rows], columns=names))


def composition_variance(narrative: pd.DataFrame) -> Figure:
    """V = Σ|aᵢ − b'ᵢ| ÷ Σb'ᵢ × 100, which is Σ|aᵢ ÷ A − bᵢ ÷ B| × 100; its bounds may be wider than necessary."""
    rows = _several(narrative)
    final, initial = (list(map(_exact, rows[name])) for name in ("final", "initial_budget"))
    value = sum((abs(a / sum(final) - b / sum(initial)) for a, b in zip(final, initial, strict=True)), Fraction(0))
    half = half_unit(narrative)
    gaps = [a.minus(b).magnitude for a, b in zip(_shares(final, half), _shares(initial, half), strict=True)]
    return _percent(value, sum(gap.low for gap in gaps), sum(gap.high for gap in gaps))


def gross_deviation(narrative: pd.DataFrame) -> Figure:
    """Σ|aᵢ − bᵢ| ÷ Σbᵢ × 100: how far the classes together are from their initial budgets, up or down."""
    rows = _several(narrative, least=1)
    final, initial = (list(map(_exact, rows[name])) for name in ("final", "initial_budget"))
    gaps = [abs(a - b) for a, b in zip(final, initial, strict=True)]
    half, total = half_unit(narrative), sum(initial)
    slack = half * len(initial)
    low = sum((max(gap - 2 * half, Fraction(0)) for gap in gaps), Fraction(0)) / (total + slack)
    return _percent(Fraction(sum(gaps)) / total, low, Fraction(sum(gaps) + 2 * slack) / (total - slack))


def _several(narrative: pd.DataFrame, least: int = 2) -> pd.DataFrame:
    rows = heads(narrative)
    if len(rows) < least:
        raise MeasureError("too_few", n=len(rows), needed=least, what=t(zh="功能类", en="function classes"))
    return rows


def _exact(amount: float) -> Fraction:
    return round(Fraction(amount), 6)


def _percent(*parts: Fraction | int) -> Figure:
    value, low, high = (100 * Fraction(part) for part in parts)
    return Figure(value, low, high)


def _shares(amounts: Sequence[Fraction], half: Fraction) -> list[Interval]:
    """The range of each amount's share of their sum: x ÷ (x + rest) rises with x and falls with the rest."""
    total, rest_half = sum(amounts), half * (len(amounts) - 1)
    ends = [(max(x - half, Fraction(0)), x + half, total - x) for x in amounts]
    return [
        Interval(low / (low + rest + rest_half), high / (high + max(rest - rest_half, Fraction(0))))
        for low, high, rest in ends
    ]


def year_types(document: str) -> pd.DataFrame:
    """PI-1 and PI-2.1 of one year: indicator, label, value (%), year_type (A to D, which is no score), and why not."""
    names = {"execution_rate_initial_pct": "outturn", "composition_variance_pct": "composition"}
    found = metrics(document, list(names)).set_index("metric")
    rows = [
        {
            "indicator": key, "label": pefa()[key].name[language()], "value": found["value"][name],
            "year_type": "" if pd.isna(found["value"][name]) else pefa()[key].year_type(found["value"][name]),
            "why": found["why"][name],
        }
        for name, key in names.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def bands(indicator: str) -> pd.DataFrame:
    """The bands of `outturn` or `composition`: year_type, low, high (percent), D left open."""
    return pd.DataFrame(pefa()[indicator].bands, columns=["year_type", "low", "high"])


def slope(document: str) -> pd.DataFrame:
    """Initial budget → adjusted budget → final account, one row a published stage of a series (万元).

    Columns: scope (appropriation: 财政拨款支出 in all and by class; sangong: by item; projects: the self-evaluated
    ones), series, label, stage (`STAGES`), value. A stage that is not published has no row.
    """
    rows = [*_appropriated(document), *_table_rows(document), *_project_rows(document)]
    return pd.DataFrame(rows, columns=["scope", "series", "label", "stage", "value"]).dropna(ignore_index=True)


def _appropriated(document: str) -> Iterator[tuple[str, str, str, str, float]]:
    stated = execution.stated(load("narrative", document))
    classes = execution.class_budgets(stated).set_index("code")
    for series, row in pd.concat([stated[stated.index == "total"], classes]).iterrows():
        label = code_name(str(series), term(str(series)))
        yield from (("appropriation", str(series), label, stage, float(row[stage])) for stage in STAGES)


def _table_rows(document: str) -> Iterator[tuple[str, str, str, str, float]]:
    for row in sangong.execution(document).to_dict("records"):
        yield from (("sangong", str(row["item"]), str(row["label"]), stage, row[stage]) for stage in STAGES)


def _project_rows(document: str) -> Iterator[tuple[str, str, str, str, float]]:
    rows = execution.projects(document).rename(columns={"executed": "final"})
    for row in rows.to_dict("records"):
        yield from (("projects", str(row["project"]), str(row["project"]), stage, row[stage]) for stage in STAGES)
