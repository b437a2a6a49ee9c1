"""What the overview draws: the money's way, functions, economic types and staff, and functions beside other accounts.

Each function shows a sentence with the reason where the figures it needs are not published. Amounts in 万元.
"""

import math

import pandas as pd

from fiscal_utils import plots
from fiscal_utils.analysis import comparison, overview
from fiscal_utils.analysis.registry import values
from fiscal_utils.display import Card, say
from fiscal_utils.language import t
from fiscal_utils.plots import Caption
from fiscal_utils.specs import code_name, term
from fiscal_utils.tables import Selection
from fiscal_utils.tabulate import table
from fiscal_utils.views.naming import labels, origin, source
from fiscal_utils.views.showing import why

ITEMS = 10
"""As many economic items, the largest, as are drawn."""
FLOWS = 9
"""As many function classes, the largest, as the flow has by name."""
CLASSES, ROWS = 6, 24
"""As many function classes, the largest, and as many accounts as are drawn beside each other."""


def findings_card(document: str) -> Card:
    """How many findings the checks have, by severity."""
    found = overview.checked(document)
    weights = t(
        "错误 {errors}，警告 {warnings}，提示 {notes}；检查 {checks} 条",
        "errors {errors}, warnings {warnings}, notes {notes}; checks made {checks}",
    )
    return Card(t("核对中的发现", "Findings of the checks"), found["findings"], weights.format(**found), t("处", ""))


def _caption(document: str, title: str, measure: str, *tables: str, missing: str = "") -> Caption:
    return Caption(title, measure, source(document, *tables), documents=document, if_empty=missing)


def flow(document: str) -> None:
    """Draws the money's way from its source over functions to the kind of expenditure."""
    flows = overview.flows(document)
    small = _small(document, flows)
    rest = t(f"其余 {len(small)} 类", f"{len(small)} other classes")
    for side in ("start", "end"):
        names = zip(flows["step"], flows[side], strict=True)
        flows[side] = [rest if name in small else _node(table, name) for table, name in names]
    links = flows.groupby(["start", "end"], sort=False)["amount"].sum().reset_index()
    links = links.sort_values("end", key=lambda ends: ends == rest, kind="stable")
    totals = {_node(table, name): amount for (table, name), amount in overview.node_totals(document).items()}
    measure = t("来源 → 功能 → 支出性质，万元", "Source → function → kind of expenditure, 10,000 yuan")
    caption = _caption(document, _flow_title(document), measure, *overview.SIDES)
    plots.flow(list(links.itertuples(index=False, name=None)), caption, totals=totals)


def _small(document: str, flows: pd.DataFrame) -> set[str]:
    """The function classes that are drawn as one: all but the largest by expenditure, if that joins two or more."""
    classes = {name for name in (*flows["start"], *flows["end"]) if name.isdigit()}
    small = classes - set(overview.functions(document)["code"].head(FLOWS))
    return small if len(small) > 1 else set()


def _node(table: str, name: str) -> str:
    """A node of the flow in the language in use; both tables have a column `operating`."""
    if name.isdigit():
        return code_name(name, name)
    return term("operating_expenditure" if (table, name) == ("expenditure", "operating") else name)


def _flow_title(document: str) -> str:
    """What the main source gives of revenue, and what basic expenditure takes of expenditure, as far as is known."""
    sources, basic = overview.sources(document), values(document, ["basic_share_pct"])["basic_share_pct"]
    parts = []
    if len(sources):
        source, _, share = sources.iloc[0]
        parts.append(t(f"{term(source)}占收入的 {share:.2f}%", f"{term(source)} is {share:.2f}% of revenue"))
    if basic is not None:
        parts.append(t(f"基本支出占支出的 {basic:.2f}%", f"basic expenditure is {basic:.2f}% of all expenditure"))
    return t("，", "; ").join(parts)


def functions(document: str) -> None:
    """Draws each function class's share of expenditure."""
    found = overview.functions(document)
    names = [code_name(code, code) for code in found["code"]]
    title = t("支出全部用于{name}", "All expenditure is for {name}") if len(found) == 1 else t(
        "{name}占支出的 {first:.2f}%，最大的两类合计占 {two:.2f}%",
        "{name}: {first:.2f}% of expenditure; the two largest classes together: {two:.2f}%",
    )  # fmt: skip
    title = title.format(
        name=next(iter(names), ""), first=found["share_pct"].head(1).sum(), two=found["share_pct"].head(2).sum()
    )
    measure = t("占本年支出合计的百分比，按功能分类", "% of total expenditure of the year, by function class")
    caption = _caption(document, title, measure, "expenditure", missing=why(document, "expenditure"))
    plots.bars(names, found["share_pct"], caption, highlight=names[:1], value_format="{:.2f}%")


def economic_types(document: str) -> None:
    """Draws each economic class's share of basic expenditure from the general public budget."""
    found = overview.economic_types(document)
    names = _economic_names(found)
    title = t("{}占一般公共预算基本支出的 {:.2f}%", "{}: {:.2f}% of basic expenditure")
    title = title.format(next(iter(names), ""), found["share_pct"].head(1).sum())
    measure = t("占一般公共预算财政拨款基本支出的百分比", "% of basic expenditure from the general public budget")
    caption = _caption(document, title, measure, "gpb_basic_economic", missing=why(document, "basic"))
    plots.bars(names, found["share_pct"], caption, highlight=names[:1], value_format="{:.2f}%")


def _economic_names(found: pd.DataFrame) -> list[str]:
    return [code_name(code, label) for code, label in zip(found["code"], found["label"], strict=True)]


def largest_items(document: str) -> None:
    """Draws the largest economic items; nothing where there are none."""
    every = overview.economic_items(document)
    if every.empty:
        return
    found = every.head(ITEMS)
    names = _economic_names(found)
    share = found["share_pct"].sum()
    title = t(
        f"最大的一款是{names[0]}；图中 {len(found)} 款占基本支出的 {share:.2f}%",
        f"Largest item: {names[0]}; those shown make up {share:.2f}% of basic expenditure",
    )
    measure = t(
        f"一般公共预算财政拨款基本支出，万元；共 {len(every)} 款，图中 {len(found)} 款",
        f"Basic expenditure from the general public budget, 10,000 yuan; {len(found)} of {len(every)} items",
    )
    caption = _caption(document, title, measure, "gpb_basic_economic")
    plots.bars(names, found["final"], caption, highlight=names[:1])


def staff(document: str) -> None:
    """Shows the staff figures as printed, or why there are none."""
    found = overview.staff(document)
    if found.empty:
        return say("{why}", "{why}", why=why(document, "staff"))
    names = found["item"].map(lambda item: term("other_staff" if item == "other" else item))
    heads = t("人员,人数", "Staff,Number").split(",")
    rows = found.assign(item=names).astype({"value": "Int64"}).set_axis(heads, axis=1)
    return table(rows, t("人员情况", "Staff"), unit=t("人", "persons"), source=origin(document, "staff"))


def functions_compared(documents: Selection, focus: str) -> None:
    """Draws what each of the chosen accounts spends on, the document in focus on top; nothing without others."""
    chosen = comparison.chosen(documents, focus)
    shares = overview.class_shares(chosen)
    if len(chosen) < 2 or len(shares) < 2:
        return
    largest = shares.idxmax(axis=1).value_counts()
    title = t(
        f"{code_name(largest.index[0])}在 {len(shares)} 份决算的 {largest.iloc[0]} 份中占支出最多",
        f"Largest class in {largest.iloc[0]} of {len(shares)} accounts: {code_name(largest.index[0])}",
    )
    shown = _focus_first(shares, focus).head(ROWS)
    parts = {code_name(code, code): shown[code] for code in shown.columns[:CLASSES]}
    if len(shares.columns) > CLASSES:
        parts[t("其余各类", "All other classes")] = shown.iloc[:, CLASSES:].sum(axis=1)
    measure = t(
        "各功能类占本年支出合计的百分比；第一行为本部门",
        "Function classes, % of total expenditure of the year; the first row is this department",
    )
    if len(shown) < len(shares):
        measure += t(f"；共 {len(shares)} 份，图中 {len(shown)} 份", f"; {len(shown)} of {len(shares)} accounts shown")
    every = t("资料来源：各部门决算公开；", "Source: final accounts of each department; ") + term("expenditure")
    caption = Caption(title, measure, every, documents=list(shares.index))
    plots.stacked_bars(labels(list(shown.index)), parts, caption, value_format="{:.0f}")


def _focus_first(shares: pd.DataFrame, focus: str) -> pd.DataFrame:
    """The rows of the document in focus, then by the largest class."""
    return shares.sort_values(shares.columns[0], ascending=False).sort_index(
        key=lambda ids: ids != focus, kind="stable"
    )


def balance(document: str) -> None:
    """Says by how much revenue and expenditure of the year differ, or that one of them is missing."""
    found = overview.metrics(document)["balance"]
    if math.isnan(found):
        reason = why(document, "revenue") or why(document, "expenditure")
        return say(zh="收支之差算不出：{why}", en="There is no difference of the two to give: {why}", why=reason)
    if found == 0:
        return say(zh="本年收入与本年支出相等。", en="Revenue and expenditure of the year are equal.")
    return say(
        zh="本年收入减本年支出为 {gap:+,.2f} 万元，由年初、年末的结转结余和结余分配等补平。",
        en="Revenue less expenditure of the year is {gap:+,.2f} (10,000 yuan), made up by opening and closing balances "
        "and the allocation of surpluses.",
        gap=found,
    )
