"""What the notebook on staffing costs draws: the inferred matrix of function × economic type, and pay or people.

Each function shows a sentence with the reason where the figures it needs are not published.
"""

import pandas as pd

from fiscal_utils import plots
from fiscal_utils.analysis import comparison, matrix, staffing
from fiscal_utils.analysis.facts import MeasureError
from fiscal_utils.analysis.registry import values
from fiscal_utils.display import phrase, say
from fiscal_utils.language import t
from fiscal_utils.plots import Caption
from fiscal_utils.tables import Selection, load
from fiscal_utils.tabulate import table
from fiscal_utils.views.naming import origin, source

ROWS = 16
"""As many functions, the largest, as the matrix is drawn with."""


def _caption(document: str, title: str, measure: str) -> Caption:
    """A caption that names the two tables whose margins the matrix has."""
    return Caption(title, measure, source(document, "gpb_expenditure", "gpb_basic_economic"), documents=document)


def _impossible(why: MeasureError) -> None:
    say(zh="矩阵无法推断：{why}", en="The matrix cannot be inferred: {why}", why=str(why))


def matrix_by_class(document: str) -> None:
    """Draws the bounds of every function's expenditure by economic class, with the maximum-entropy estimate."""
    try:
        blocks = matrix.blocks(document)
    except MeasureError as why:
        return _impossible(why)
    blocks["row"] = blocks["function"] + " " + blocks["function_label"]
    low, high, estimate, pinned = (_wide(blocks, name) for name in ("low", "high", "estimate", "pinned"))
    largest = estimate.index.isin(estimate.sum(axis=1).nlargest(ROWS).index)
    title = phrase(
        zh="按经济类，公开数至少确定了 {sure:.1f}% 的基本支出落在哪一格（推断）",
        en="By economic class, published figures place at least {sure:.1f}% of the amount in its cell (inferred)",
        sure=100 * blocks["low"].sum() / blocks["estimate"].sum(),
    )
    measure = t("基本支出，功能 × 经济类，万元", "Basic expenditure, function × economic class, 10,000 yuan")
    if not largest.all():
        measure += t(f"；最大的 {ROWS} 个功能，共 {len(low)} 个", f"; the {ROWS} largest of {len(low)} functions")
    caption = _caption(document, title, measure)
    options = {"estimate": estimate[largest], "pinned": pinned[largest]}
    return plots.bounds_map(low[largest], high[largest], caption, value_format="{:,.1f}", **options)


def _wide(blocks: pd.DataFrame, name: str) -> pd.DataFrame:
    return blocks.pivot_table(index="row", columns="economic_label", values=name, aggfunc="first", sort=False)


def widest_cells(document: str, count: int = 10) -> None:
    """Draws the cells, by economic item, whose bounds lie farthest apart; nothing where the matrix is unknown."""
    try:
        cells = matrix.cells(document)
    except MeasureError:
        return
    totals = cells.groupby("economic")["estimate"].transform("sum")
    found = cells.assign(width=cells["high"] - cells["low"], total=totals).nlargest(count, "width")
    low, high, estimate = ((100 * found[name] / found["total"]).clip(upper=100) for name in ("low", "high", "estimate"))
    labels = list(found["function_label"] + " × " + found["economic_label"])
    title = phrase(
        zh="最不确定的是{cell}：占该款的 {low:.1f}% 至 {high:.1f}%（推断）",
        en="Least certain is {cell}: {low:.1f}% to {high:.1f}% of the item (inferred)",
        cell=labels[0], low=low.iloc[0], high=high.iloc[0],
    )  # fmt: skip
    measure = t(
        f"功能占经济款基本支出的百分比；按金额最不确定的 {len(found)} 格",
        f"The function's share of basic expenditure on the item, %; the {len(found)} cells with the widest bounds in "
        "10,000 yuan",
    )
    names = t("上下界（推断）", "bounds (inferred)"), t("最大熵估计（推断）", "maximum-entropy estimate (inferred)")
    caption = _caption(document, title, measure)
    plots.intervals(labels, low, high, estimate, caption, names=names, value_format="{:.1f}%")


def lifted_rules(document: str) -> None:
    """Shows which rules of the classification the margins contradict, with the amounts against them."""
    try:
        found, unique = matrix.relaxed(document), matrix.infer(document).unique
    except MeasureError:
        return None
    if found.empty:
        return say(
            zh="公布的合计与分类排除的组合没有矛盾。",
            en="The published totals do not contradict what the classification rules out.",
        )
    rows = found.assign(alone=found["alone"].map({True: t("是", "yes"), False: t("否", "no")}))
    zh, en = (
        "科目,名称,按规定只对应,违反至少,违反至多,单独即矛盾",
        "Code,Name,By rule only with,Against it at least,at most,Contradicted by itself",
    )
    return table(
        rows[["code", "label", "only", "low", "high", "alone"]].set_axis(t(zh, en).split(","), axis=1),
        t(
            "与公布的合计矛盾而放开的规定（推断）",
            "Rules lifted because the published totals contradict them (inferred)",
        ),
        unit=t("万元", "10,000 yuan"),
        source=origin(document, "gpb_expenditure", "gpb_basic_economic"),
        note="" if unique else t("放开别的几条同样可行", "Lifting others would do as well"),
    )


def pay_or_people(documents: Selection, document: str) -> None:
    """Draws the change in personnel cost since the department's earlier year among `documents`, as price and number."""
    before = comparison.earlier(documents, document)
    if before is None:
        return say(
            zh="没有可比的两年：参数 documents 选定的决算中没有本部门更早的年度。",
            en="No two years to compare: the parameter `documents` chose no earlier year of this department.",
        )
    try:
        parts = staffing.decompose(before, document).set_index("part")["value"]
    except MeasureError as why:
        return say(zh="两年无法比较：{why}", en="The two years cannot be compared: {why}", why=str(why))
    title = phrase(
        zh="人员经费变化 {change:+,.2f} 万元：人均费用 {price:+,.2f}，人数 {number:+,.2f}",
        en="Personnel cost changed by {change:+,.2f}: cost per head {price:+,.2f}, staff {number:+,.2f}",
        **parts,
    )
    end = values(document, ["personnel_cost"])["personnel_cost"] or 0.0
    years = load("documents", [before, document]).set_index("document_id")["year"]
    where = f"{source(before)}; {origin(document, 'gpb_basic_economic')}"
    measure = t("人员经费，万元；人数为年末在职人员", "Personnel cost, 10,000 yuan; staff in service at year's end")
    return plots.waterfall(
        [t("人均费用（价格）", "cost per head (price)"), t("人数", "number of staff")],
        parts[["price", "number"]],
        Caption(title, measure, where, documents=[before, document]),
        start=end - parts["change"],
        start_label=str(years[before]),
        end_label=str(years[document]),
        end=end,
    )
