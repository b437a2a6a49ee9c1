"""What a notebook shows of the metric registry: definitions, a document's figures, its place among other accounts.

Every figure stands with its unit and denominator, and where there is none its reason stands instead.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from fiscal_utils import plots
from fiscal_utils.analysis import comparison
from fiscal_utils.analysis.registry import STATUSES, catalogue, metrics
from fiscal_utils.display import Card, caveat, end_section, interval_text, number_text, say
from fiscal_utils.language import t
from fiscal_utils.numerals import Written
from fiscal_utils.plots import Caption
from fiscal_utils.specs import term
from fiscal_utils.tabulate import browse, table
from fiscal_utils.views.naming import departments

_COUNTED = {"人", "个", "persons", "number"}
"""Units of whole numbers."""
ENOUGH = 10
"""As many values as a histogram needs to show more than the ranking does."""


def why(document: str, metric: str) -> str:
    """Why a document has no value of the metric; nothing where it has one."""
    return str(metrics(document, metric)["why"].iloc[0])


def needs(document: str, metric: str) -> None:
    """Says why the document has no value of the metric, and ends the section in its report; else shows nothing."""
    if reason := why(document, metric):
        end_section(reason)


def cards(document: str, names: Sequence[str]) -> list[Card]:
    """A headline card for each metric: its value and unit with the denominator, or the reason that there is none."""
    return [
        Card(row.name, _written(row) or None, row.why or _basis(row.denominator), "" if row.why else _unit(row.unit))
        for row in _rows(metrics(document, names))
    ]


def _unit(unit: str) -> str:
    """The unit as a card has it: English counts things without a word for it."""
    return "" if unit == "number" else unit


def _rows(found: pd.DataFrame) -> Iterator[Any]:
    """The rows as tuples with a `name` each."""
    return found.itertuples(index=False, name="Row")


def _basis(denominator: str) -> str:
    return f"÷ {denominator}" if denominator else ""


def _written(row: Any) -> str:
    """A metric's value without its unit: a whole number of what is counted, an inferred value as its interval."""
    if not math.isnan(row.value):
        return number_text(round(row.value) if row.unit in _COUNTED else row.value)
    return interval_text(row.low, row.high) or ""


def definitions(names: Sequence[str]) -> None:
    """Shows how the metrics are defined: formula, unit and the source of the definition."""
    found = catalogue()
    rows = found[found["metric"].isin(names) | found["group"].isin(names)]
    shown = rows[["name", "formula", "unit", "source"]]
    heads = t(zh="指标,公式,单位,出处", en="Measure,Formula,Unit,Source").split(",")
    caption = t(zh=f"指标的定义（{len(shown)} 个）", en=f"How the {len(shown)} measures are defined")
    table(shown.set_axis(heads, axis=1), caption, folded=True)


def figures(document: str, names: Sequence[str], caption: str, source: str = "") -> None:
    """Shows the metrics of a document as a table, then in sentences what is missing and why."""
    found = metrics(document, names)
    formulas = catalogue().set_index("metric")["formula"]
    rows = [
        [row.name, _written(row), row.unit, _basis(row.denominator) or formulas[row.metric]]
        for row in _rows(found)
        if _written(row)
    ]
    heads = t(zh="指标,数值,单位,分母或公式", en="Measure,Value,Unit,Denominator or formula").split(",")
    if not rows:
        reasons = t("", " ").join(dict.fromkeys(found["why"]))
        return say(zh="{caption}：一个也算不出。{why}", en="{caption}: none. {why}", caption=caption, why=reasons)
    table(pd.DataFrame(rows, columns=heads), caption, source=source, formats={heads[1]: str})
    for reason, missing in found[found["why"] != ""].groupby("why", sort=False):
        say(
            zh="没有数值：{names}。{why}",
            en="No value: {names}. {why}",
            names=t("、", "; ").join(missing["name"]),
            why=reason,
        )
    return None


def compare(documents: str | Sequence[str] | None, focus: str, names: Sequence[str]) -> None:
    """Shows where a document stands among others: rankings, a distribution, courses over years, a table of all.

    Each metric that two of them have is ranked; distribution and courses are those of the first.
    `documents` is "all", ids, or a text of ids parted by commas; where it is empty one sentence says how to choose.
    """
    chosen = comparison.chosen(documents, focus)
    if len(chosen) < 2:
        return _how()
    found = metrics(chosen, list(names))
    beside = set(comparison.peers(chosen, focus, ENOUGH))
    peers = found[found["document_id"].isin(beside)]
    ranked = [comparison.ranked(peers[peers["metric"] == name], focus) for name in names]
    for one in ranked:
        _rank(one)
    _distribution(ranked[0])
    _over_years(found[found["metric"] == names[0]], focus)
    _together(found, chosen, focus)
    return caveat(
        zh="名次只说明位置，不说明优劣：各部门的职责和规模不同。",
        en="A rank says where accounts stand, not how good they are: duties and size differ.",
    )


def _how() -> None:
    say(
        zh="没有选定可比较的其他决算：`fiscal report` 加上 `-p documents all`（或以逗号分隔的文档编号），"
        "本节就给出排序、分布和历年变化。",
        en="No other accounts were chosen: with `-p documents all` (or ids separated by commas) `fiscal report` ranks "
        "them here and shows their distribution and their course over the years.",
    )


def _rank(found: pd.DataFrame) -> None:
    about = found.iloc[0]
    ranked = comparison.summary(found)
    if ranked["n"] < 2:
        return None  # how many have no value, and why, is said below
    labels = _labels(found)
    marked = list(labels[found["focus"]])
    if ranked["min"] == ranked["max"]:
        return say(zh="{equal}。", en="{equal}.", equal=_place(found, ranked, marked[0]))
    caption = Caption(_place(found, ranked, marked[0]), _measure(about), _source(about), documents=found["document_id"])
    spans = {"low": found["low"], "high": found["high"]}
    return plots.ranking(labels, found["value"], caption, focus=marked, value_format=_form(about), **spans)


def _labels(found: pd.DataFrame) -> "pd.Series[str]":
    return departments(found) + " " + found["year"].astype(str)


def _place(found: pd.DataFrame, ranked: Mapping[str, Any], label: str) -> str:
    """The finding of a ranking: where the document in focus stands, or that it has no value."""
    about = found.iloc[0]
    if ranked["focus_rank"] is None:
        zh, en = (
            "{label} 没有{name}；另外 {n} 份的中位数为 {middle}",
            "{name}: none for {label}; median of {n} {middle}",
        )
    elif ranked["min"] == ranked["max"]:
        zh, en = "{name}：{n} 份决算都是 {middle}", "{name}: {middle} in all {n} accounts"
    elif ranked["focus_equal"] > 1:
        zh, en = (
            "{name}：{label} 与另外 {others} 份同为 {value}（{years}共 {n} 份）",
            "{name}: {value} for {label} and {others} more of {n} accounts{years}",
        )
    else:
        zh, en = (
            "{name}：{label} 在 {years} {n} 份决算中由高到低居第 {rank} 位",
            "{name}: {label} is number {rank} of {n} accounts{years}, the highest first",
        )
    return t(zh, en).format(
        label=label, name=about["name"], n=ranked["n"], rank=ranked["focus_rank"], others=ranked["focus_equal"] - 1,
        years=_years(found), middle=_written_as(ranked["median"], about),
        value=_written_as(found.loc[found["focus"], "position"].iloc[0], about),
    )  # fmt: skip


def _years(found: pd.DataFrame) -> str:
    """Of which year or years the accounts are."""
    years = years_text(found["year"])
    return t(f"{years} 年的", f" of {years}")


def years_text(years: "pd.Series[Any]") -> str:
    """A year, or from the first to the last."""
    first, last = years.min(), years.max()
    return str(first) if first == last else f"{first}–{last}"


def _written_as(value: float, about: "pd.Series[Any]") -> str:
    return _form(about).format(Written(value))


def _form(about: "pd.Series[Any]") -> str:
    return "{:,.2f}%" if about["unit"] == "%" else "{:,.0f}" if about["unit"] in _COUNTED else "{:,.2f}"


def _measure(about: "pd.Series[Any]") -> str:
    """Formula and unit of a metric."""
    formula = catalogue().set_index("metric")["formula"][about["metric"]]
    return t(zh=f"{formula}，{about['unit']}", en=f"{formula}, {about['unit']}")


def _source(about: "pd.Series[Any]") -> str:
    where = catalogue().set_index("metric")["source"][about["metric"]]
    return t(zh=f"资料来源：各部门决算公开；{where}", en=f"Source: final accounts of each department; {where}")


def _distribution(found: pd.DataFrame) -> None:
    """The histogram of a metric with the document in focus marked, if there are enough values."""
    ranked, about = comparison.summary(found), found.iloc[0]
    if ranked["n"] < ENOUGH:
        return
    low, high = _written_as(ranked["q1"], about), _written_as(ranked["q3"], about)
    title = t(
        zh=f"{about['name']}：一半的决算在 {low} 与 {high} 之间",
        en=f"{about['name']}: half of the accounts lie between {low} and {high}",
    )
    focus = found[found["focus"] & found["position"].notna()]
    marks = dict(zip(_labels(focus), focus["position"], strict=True))
    measure = t(f"{_measure(about)}；{_years(found)}决算", f"{_measure(about)}; accounts{_years(found)}")
    measure += t(f"，n = {ranked['n']}", f", n = {ranked['n']}")
    caption = Caption(title, measure, _source(about), documents=found["document_id"])
    plots.distribution(
        found["position"],
        caption,
        bins=math.ceil(2 * ranked["n"] ** (1 / 3)),  # Rice's rule
        marks=marks,
        value_format=_form(about),
        count_label=t(zh="决算份数", en="accounts"),
    )


def _over_years(found: pd.DataFrame, focus: str) -> None:
    """Each department's course over the years, if any has a value in two of them."""
    found = comparison.ranked(found, focus)
    found["name_shown"] = departments(found)
    wide = found.pivot_table(index="year", columns="name_shown", values="position", sort=True)
    wide = wide.loc[:, wide.notna().sum() > 1].dropna(how="all")
    if wide.empty:
        return
    about, count = found.iloc[0], len(wide.columns)
    risen = int((wide.bfill().iloc[0] < wide.ffill().iloc[-1]).sum())
    title = t(
        f"{about['name']}：{count} 个部门有多年数值，其中 {risen} 个上升",
        f"{about['name']}: up in {risen} of {count} departments with several years",
    )
    plots.small_multiples(
        wide,
        Caption(title, _measure(about), _source(about), documents=found["document_id"]),
        focus=list(found.loc[found["focus"], "name_shown"]),
        value_format=_form(about),
    )


def _together(found: pd.DataFrame, chosen: Sequence[str], focus: str) -> None:
    """One row a document with a value, the one in focus first, one column a metric; then how many have none and why."""
    valued = set(found.loc[found["status"].isin(STATUSES[:2]), "document_id"])
    about = comparison.about([name for name in chosen if name in valued])
    about = about.sort_values("document_id", key=lambda ids: ids != focus, kind="stable")
    years = about["year"].astype(str)
    shown = pd.DataFrame({t(zh="部门", en="Department"): departments(about), t(zh="年度", en="Year"): years})
    for (name, unit), rows in found.groupby(["name", "unit"], sort=False):
        shown[f"{name} ({unit})"] = _column(rows).reindex(about["document_id"]).to_numpy()
    made_up = int(about["document_id"].str.contains("simulated").sum())
    if valued:
        browse(
            shown,
            t(
                zh=f"{len(shown)} 份决算，其中模拟 {made_up} 份",
                en=f"{len(shown)} accounts, {made_up} of them simulated",
            )
            + (t(zh="；第一行为本部门", en="; the first row is this department") if focus in valued else ""),
            folded=len(shown) > ENOUGH,
        )
    _gaps(found[found["status"].isin(STATUSES[2:])])


def _gaps(missing: pd.DataFrame) -> None:
    """Says how many accounts lack a value and why, metrics with the same gaps together."""
    why = missing.groupby("name", sort=False)["status"].agg(lambda found: _reasons(found.value_counts().to_dict()))
    for reasons, names in why.groupby(why, sort=False):
        say(
            zh="没有数值的决算份数：{reasons}（{names}）。",
            en="Accounts without a value: {reasons} ({names}).",
            names=t("、", "; ").join(names.index), reasons=reasons,
        )  # fmt: skip


def _column(rows: pd.DataFrame) -> "pd.Series[Any]":
    """A metric's values by document: numbers, whole if they count, or texts if any of them is an interval."""
    rows = rows.set_index("document_id")
    if (rows["status"] == "inferred").any():
        return pd.Series({row.Index: _written(row) or None for row in rows.itertuples()})
    return rows["value"].astype("Int64") if rows["unit"].iloc[0] in _COUNTED else rows["value"]


def _reasons(counts: Mapping[Any, int]) -> str:
    """Why values are missing, with how often."""
    return t("，", ", ").join(f"{term(f'status_{status}')} {count}" for status, count in counts.items())
