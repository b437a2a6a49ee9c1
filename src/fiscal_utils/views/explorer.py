"""A panel for JupyterLab: choose departments, years and a measure, and the chart follows.

`draw` is the whole of it without widgets: a `Choice` in, a chart out.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from fiscal_utils import plots, specs
from fiscal_utils.analysis.registry import catalogue, metrics
from fiscal_utils.display import say
from fiscal_utils.language import t
from fiscal_utils.plots import Caption
from fiscal_utils.specs import code_name, term
from fiscal_utils.tables import documents, load
from fiscal_utils.tabulate import in_report
from fiscal_utils.views import naming

if TYPE_CHECKING:
    import ipywidgets

METRICS = "metrics"
"""Stands for the declared metrics where a table is chosen."""
ROWS, SIDE_BY_SIDE = 15, 6
"""As many rows of a table as are drawn, and as many documents as are drawn side by side; more are ranked."""


@dataclass(frozen=True)
class Choice:
    """What is to be drawn: one column of a table, or one metric (table `metrics`), of some departments and years.

    No departments or no years means all. `detail` draws the most detailed codes in place of the classes (类).
    """

    table: str
    measure: str
    departments: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    detail: bool = False


def explore() -> None:
    """Shows the panel in JupyterLab; in a report, where nothing can run, one line that says so."""
    if in_report():
        return say(
            zh="在 JupyterLab 中运行 `fu.explore()`，可选择部门、年度和指标作图。",
            en="Run `fu.explore()` in JupyterLab to choose departments, years and measures.",
        )
    from IPython.display import display

    display(panel())  # type: ignore[no-untyped-call]
    return None


def panel() -> "ipywidgets.VBox":
    """The widgets of the panel and, below them, the chart of what they say."""
    import ipywidgets

    known = documents()
    table = ipywidgets.Dropdown(options=tables(), description=t("表", "Table"))
    measure = ipywidgets.Dropdown(options=measures(table.value), description=t("数据", "Measure"))
    named = sorted(set(zip(naming.departments(known), known["department"], strict=True)))
    departments = ipywidgets.SelectMultiple(options=named, description=t("部门", "Department"))
    every = sorted(known["year"].unique().tolist())
    years = ipywidgets.SelectMultiple(options=every, description=t("年度", "Year"))
    detail = ipywidgets.Checkbox(description=t("最细科目", "most detailed codes"))
    table.observe(lambda change: setattr(measure, "options", measures(change["new"])), "value")
    controls = {"table": table, "measure": measure, "departments": departments, "years": years, "detail": detail}
    chart = ipywidgets.interactive_output(lambda **chosen: draw(Choice(**chosen)), controls)
    rows = [ipywidgets.HBox([table, measure, detail]), ipywidgets.HBox([departments, years])]
    return ipywidgets.VBox([*rows, chart])


def tables() -> list[tuple[str, str]]:
    """What can be chosen, as (name in the language in use, name): the metrics and every table that some document has.

    Left out are tables of two sides, whose rows are totals of other tables, and tables of counts.
    """
    printed = set(load("cells")["table"])
    amounts = [name for name, spec in specs.tables().items() if name in printed and _has_amounts(spec)]
    return [(t("分析指标", "Metrics"), METRICS), *((term(name), name) for name in amounts)]


def _has_amounts(spec: specs.TableSpec) -> bool:
    return spec.coded or (len(spec.sides) == 1 and bool(set(spec.items) - set(spec.counts)))


def measures(table: str) -> list[tuple[str, str]]:
    """The columns of a table, or the metrics, as (name in the language in use, name)."""
    if table == METRICS:
        known = catalogue()
        return list(zip(known["name"] + " (" + known["unit"] + ")", known["metric"], strict=True))
    cells = load("cells")
    printed = set(cells.loc[cells["table"] == table, "column"])
    return [(term(name), name) for name in specs.tables()[table].columns if name in printed]


def draw(choice: Choice) -> None:
    """Draws what is chosen: a metric as a ranking, a table as bars; past six documents its total as a ranking."""
    known = selected(choice)
    if choice.measure not in [name for _, name in measures(choice.table)]:
        return None  # the table has just changed and its measures follow
    if choice.table == METRICS:
        return _draw_metric(choice, known)
    if len(known) > SIDE_BY_SIDE:
        return _draw_totals(choice, known)
    return _draw_rows(choice, known)


def selected(choice: Choice) -> pd.DataFrame:
    """The documents chosen, with the name that each has in a chart: department and year."""
    known = documents()
    if choice.departments:
        known = known[known["department"].isin(choice.departments)]
    if choice.years:
        known = known[known["year"].isin(choice.years)]
    return known.assign(name=naming.departments(known) + " " + known["year"].astype(str))


def amounts(choice: Choice, known: pd.DataFrame) -> pd.DataFrame:
    """The chosen column: one row a function, economic or other item (index: its name), one column a document.

    Classes only, or with `detail` only codes that no other code of the document refines: rows never contain each
    other. A table without codes has all its amounts but the total.
    """
    rows = load(choice.table, list(known["document_id"]))
    spec = specs.tables()[choice.table]
    if spec.coded:
        rows = rows[_leaves(rows) if choice.detail else rows["code"].fillna("").str.fullmatch(r"\d{3}")]
        named = [code_name(code, label) for code, label in zip(rows["code"], rows["label"], strict=True)]
    else:
        rows = rows[~rows["item"].isin(["total", *spec.counts])]
        named = [
            term(item) if item in spec.items else label for item, label in zip(rows["item"], rows["label"], strict=True)
        ]
    names = known.set_index("document_id")["name"]
    wide = rows.assign(row=named, name=rows["document_id"].map(names)).pivot_table(
        index="row", columns="name", values=choice.measure, aggfunc=_sum, sort=False, dropna=False
    )
    wide = wide.reindex(columns=known["name"])
    return wide.loc[wide.max(axis=1).sort_values(ascending=False, kind="stable").index] if spec.coded else wide


def _sum(values: "pd.Series[float]") -> float:
    """The sum of what is printed; missing, not zero, where nothing is."""
    return float(values.sum(min_count=1))


def _leaves(rows: pd.DataFrame) -> list[bool]:
    """Which rows have a code that no longer code of the same document begins with."""
    codes = {document: set(found.dropna()) for document, found in rows.groupby("document_id")["code"]}
    return [
        bool(code) and not any(other != code and other.startswith(code) for other in codes[document])
        for document, code in zip(rows["document_id"], rows["code"].fillna(""), strict=True)
    ]


def _draw_rows(choice: Choice, known: pd.DataFrame) -> None:
    wide = amounts(choice, known)
    top = wide.head(ROWS)
    more = t(f"前 {ROWS} 行，共 {len(wide)} 行", f"the first {ROWS} of {len(wide)} rows")
    caption = _caption(choice, known, _finding(top), more if len(wide) > ROWS else "")
    if len(top.columns) == 1:
        return plots.bars(top.index, top.iloc[:, 0], caption)
    return plots.grouped_bars(top.index, {name: top[name] for name in top.columns}, caption)


def _finding(top: pd.DataFrame) -> str:
    """The largest amount in words."""
    long = top.reset_index().melt(id_vars="row", var_name="name", value_name="amount").dropna(subset="amount")
    if long.empty:
        return t("没有数值", "No values")
    row, name, amount = long.nlargest(1, "amount").to_numpy()[0]
    zh, en = "{}最大：{}为 {:,.2f} 万元", "{} is largest: {}, {:,.2f} (10,000 yuan)"
    return t(zh, en).format(row, name, amount)


def _draw_totals(choice: Choice, known: pd.DataFrame) -> None:
    rows = load(choice.table, list(known["document_id"]))
    totals = rows[rows["item"] == "total"].drop_duplicates("document_id").set_index("document_id")[choice.measure]
    values = [totals.get(document) for document in known["document_id"]]
    title = t(f"{term(choice.table)}合计的排序", f"{term(choice.table)}: totals in order")
    plots.ranking(known["name"], values, _caption(choice, known, title))


def _draw_metric(choice: Choice, known: pd.DataFrame) -> None:
    found = metrics(list(known["document_id"]), choice.measure).set_index("document_id")
    about = catalogue().set_index("metric").loc[choice.measure].astype(str).to_dict()
    measure = f"{about['formula']} ({about['unit']})"
    caption = Caption(about["name"], measure, about["source"], documents=list(known["document_id"]))
    rows = found.reindex(known["document_id"])
    plots.ranking(known["name"], rows["value"], caption, low=rows["low"], high=rows["high"])


def _caption(choice: Choice, known: pd.DataFrame, title: str, note: str = "") -> Caption:
    measure = f"{term(choice.table)}, {term(choice.measure)}, {t('万元', '10,000 yuan')}"
    source = t("资料来源：", "Source: ") + t("、", "; ").join(known["name"])
    return Caption(title, ", ".join(filter(None, (measure, note))), source, documents=list(known["document_id"]))
