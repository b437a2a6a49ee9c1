"""What the notebook on the three public expenses draws and says of one document, and of its department over the years.

Each function shows a sentence with the reason where the figures it needs are not published. Amounts in 万元.
"""

from typing import Any

import pandas as pd

from fiscal_utils import plots
from fiscal_utils.analysis import sangong
from fiscal_utils.display import interval_text, is_missing, number_text, phrase, say
from fiscal_utils.language import t
from fiscal_utils.plots import Caption
from fiscal_utils.specs import term
from fiscal_utils.tables import Selection
from fiscal_utils.tabulate import table
from fiscal_utils.views.naming import origin, source
from fiscal_utils.views.showing import why

STAGES = ("initial_budget", "adjusted_budget", "final")
_STATED = ("sangong", "narrative")
"""Where the amounts are printed: what the table leaves blank the narrative may state."""


def _yuan() -> str:
    return t("万元", "10,000 yuan")


def _table(frame: pd.DataFrame, caption: str, where: str, *, unit: str = "", note: str = "") -> None:
    """The frame with headings, without columns that say nothing; nothing at all without rows."""
    shown = frame.dropna(axis=1, how="all")
    if len(shown):
        table(sangong.labelled(shown), caption, unit=unit, source=where, note=note)


def _spans(frame: pd.DataFrame, low: str, high: str) -> "pd.Series[Any]":
    """The intervals between two columns as written."""
    texts = [interval_text(*ends) for ends in zip(frame[low], frame[high], strict=True)]
    return pd.Series(texts, index=frame.index, dtype="object")


def _joined(names: "pd.Series[str]") -> str:
    return t("、", ", ").join(names)


def in_short(document: str) -> None:
    """Says how much was spent against the initial budget, and how it changed since last year."""
    found = sangong.metrics(document)
    if found["final"] == 0:
        say(
            zh="“三公”经费没有支出；年初预算 {initial_budget:,.2f} 万元。",
            en="Nothing was spent on the three public expenses; their initial budget was {initial_budget:,.2f} (10,000 "
            "yuan).",
            **found,
        )
    elif found["execution_rate_initial_pct"] is not None:
        say(
            zh="“三公”经费决算 {final:,.2f} 万元，为年初预算 {initial_budget:,.2f} 万元的 {rate:.2f}%。",
            en="The three public expenses come to {final:,.2f} (10,000 yuan): {rate:.2f}% of the initial budget of "
            "{initial_budget:,.2f}.",
            rate=found["execution_rate_initial_pct"], **found,
        )  # fmt: skip
    growth = interval_text(found["growth_low_pct"], found["growth_high_pct"])
    if not growth:
        reason = why(document, "sangong_growth_pct")
        return say(zh="增长率算不出。{why}", en="There is no growth rate. {why}", why=reason)
    return say(
        zh="由公开的增减额和增减率推断，上年为 {before} 万元，名义增长 {growth}%；"
        "上年相当于本年的 {base:.1f}%，增长率随基数而定。",
        en="The published change and percentage put last year at {before} (10,000 yuan, inferred) and nominal growth "
        "at {growth}%; last year was {base:.1f}% of this year, and a growth rate depends on its base.",
        before=_before(document), growth=growth,
        base=50 * _sum(found, "prior_low", "prior_high") / _sum(found, "final"),
    )  # fmt: skip


def _sum(found: dict[str, float | None], *names: str) -> float:
    return sum(found[name] or 0.0 for name in names)


def _before(document: str) -> str | None:
    """Last year's total as written."""
    found = sangong.metrics(document)
    return interval_text(found["prior_low"], found["prior_high"])


def execution_lines(document: str) -> None:
    """Draws each item with a budget from there to the final accounts, those above their initial budget marked."""
    done, parts = sangong.execution(document), _parts(document)
    over = list(parts.loc[parts["above_initial"] > 0, "label"])
    drawn = done[_budgeted(done) & done["item"].isin(["total", *parts["item"]])]
    lines = dict(zip(drawn["label"], drawn[list(STAGES)].to_numpy().tolist(), strict=True))
    empty = t(
        "没有公布“三公”经费的预算和决算。", "No budget or final accounts of the three public expenses are published."
    )
    title = _execution_title(sangong.metrics(document)["execution_rate_initial_pct"], parts)
    measure = t("各阶段金额，万元", "amount at each stage, 10,000 yuan")
    caption = Caption(title, measure, source(document, *_STATED), documents=document, if_empty=empty)
    plots.slopes(list(map(term, STAGES)), lines, caption, highlight=over)


def _budgeted(done: pd.DataFrame) -> "pd.Series[bool]":
    """Which items have an initial or adjusted budget."""
    return done[["initial_budget", "adjusted_budget"]].notna().any(axis=1)


def _parts(document: str) -> pd.DataFrame:
    """The execution of the items that add up to the total."""
    done = sangong.execution(document)
    return done[done["item"].isin(sangong.leaves(done["item"]))]


def _execution_title(rate: float | None, parts: pd.DataFrame) -> str:
    if rate is None:
        return t("没有同时公布年初预算与决算", "No initial budget is published beside final accounts")
    above = _joined(parts.loc[parts["above_initial"] > 0, "label"])
    items = t(f"超出的是{above}", f"above it: {above}")
    if not above and parts["above_initial"].notna().any():
        items = t("公布年初预算的各项都没有超出", "no item is above its own")
    elif not above:
        items = t("各项的年初预算没有公布", "the items' own are not published")
    return t(f"决算为年初预算的 {rate:.1f}%，{items}", f"{rate:.1f}% of the initial budget was spent; {items}")


def offsets(document: str) -> None:
    """Says how far items above and below their initial budget offset each other; nothing where they do not."""
    apart, found = _parts(document)["above_initial"], sangong.metrics(document)
    more, less = apart.clip(lower=0).sum(), -apart.clip(upper=0).sum()
    if more and less and found["execution_rate_initial_pct"] is not None:
        say(
            zh="超出年初预算的项目合计多用 {more:,.2f} 万元，其余合计少用 {less:,.2f} 万元；"
            "印出的合计相差 {net:+,.2f} 万元，各数分别舍入。",
            en="Items above their initial budget exceed it by {more:,.2f} in all, the others fall short by "
            "{less:,.2f}; the printed totals differ by {net:+,.2f} (10,000 yuan), every figure rounded on its own.",
            more=more, less=less, net=_sum(found, "final") - _sum(found, "initial_budget"),
        )  # fmt: skip


def execution_table(document: str) -> None:
    """Shows budgets, final accounts and rates by item; items of which only the final amount is published are named."""
    done = sangong.execution(document)
    budgeted = _budgeted(done)
    columns = ["label", *STAGES, "of_initial_pct", "of_adjusted_pct", "above_initial"]
    caption = t("“三公”经费执行情况", "Execution of the three public expenses")
    shown = done.loc[budgeted, columns].dropna(axis=1, how="all")
    gaps = t("—：没有公布，或没有分母", "—: not published, or no denominator") if shown.isna().any(axis=None) else ""
    _table(shown, caption, origin(document, *_STATED), unit=_yuan(), note=gaps)
    for _, row in done[~budgeted].iterrows():
        say(
            zh="{label}只公布了决算，{final:,.2f} 万元。",
            en="{label}: only the final amount is published, {final:,.2f} (10,000 yuan).",
            label=row["label"], final=row["final"],
        )  # fmt: skip


def prior_bounds(document: str) -> None:
    """Shows the interval that each published figure gives for last year's total, and where they meet."""
    steps = sangong.prior_bounds(document)
    steps = steps.assign(range=_spans(steps, "low", "high"))
    caption = t("上年“三公”经费合计的区间（推断）", "Last year's total as an interval (inferred)")
    _table(steps[["source", "range"]], caption, origin(document, *_STATED), unit=_yuan())


def prior_by_item(document: str) -> None:
    """Draws last year's inferred interval beside this year's published figure, by item."""
    known = sangong.prior(document).dropna(subset=["prior_low"])
    if len(known) and not known["current"].any() and known["prior_high"].max() < 0.01:
        return say(
            zh="下列各项本年都是 0，上年在舍入范围内也是 0，不作图。",
            en="Every item below is 0 this year and, within rounding, was 0 last year: there is nothing to draw.",
        )
    title = t("上年合计推断不出，可推断的只有下列各项", "Last year's total cannot be inferred, only the items shown")
    if before := _before(document):
        final = sangong.metrics(document)["final"]
        title = phrase(
            zh="上年合计推断为 {before} 万元，本年 {final:,.2f} 万元",
            en="Last year's total is inferred as {before}, this year's is {final:,.2f}", before=before, final=final,
        )  # fmt: skip
    measure = t(
        "万元；条形为推断区间，菱形为公开数", "10,000 yuan; bars are inferred intervals, diamonds published figures"
    )
    where, empty = source(document, *_STATED), why(document, "sangong_prior")
    caption = Caption(title, measure, where, documents=document, if_empty=empty)
    return plots.intervals(known["label"], known["prior_low"], known["prior_high"], known["current"], caption)


def prior_table(document: str) -> None:
    """Shows last year and growth by item as intervals, with what they are inferred from."""
    found = sangong.prior(document)
    found = found.assign(
        before=_spans(found, "prior_low", "prior_high"),
        growth=_spans(found, "growth_low_pct", "growth_high_pct"),
        basis=[*map(sangong.status_text, found["status"])],
    )
    caption = t("各项上年数与增长率（推断）", "Last year and growth by item (inferred)")
    columns = ["label", "current", "before", "growth", "basis"]
    _table(found[columns], caption, origin(document, *_STATED), unit=_yuan())


def contributions(document: str) -> None:
    """Draws what each item contributes to the growth of the total, at the middle of its interval."""
    moved = sangong.contributions(document)
    items = moved[moved["item"] != "total"].assign(middle=lambda rows: (rows["low"] + rows["high"]) / 2)
    title = ""
    if len(items):
        largest = items.sort_values("middle", key=abs).iloc[-1]
        title = phrase(
            zh="{label}对合计变化的贡献最大：{middle:+,.1f} 个百分点",
            en="{label} contributes most to the change of the total: {middle:+,.1f} percentage points",
            label=largest["label"], middle=largest["middle"],
        )  # fmt: skip
    caption = Caption(
        title,
        t("百分点；分母：上年合计（推断），画区间中点",
          "percentage points of last year's total (inferred); middles of intervals"),
        source(document, *_STATED),
        documents=document,
        if_empty=t("上年合计推断不出或可能为 0，算不出各项的贡献。",
                   "Last year's total cannot be inferred or may be 0, so there are no contributions."),
    )  # fmt: skip
    plots.lollipops(items["label"], items["middle"], caption, value_format="{:,.1f}")


def contributions_table(document: str) -> None:
    """Shows the contributions as intervals with the published changes and the reasons that the department gives."""
    moved = sangong.contributions(document).merge(sangong.prior(document)[["item", "change"]], on="item")
    moved = moved.assign(
        points=_spans(moved, "low", "high"),
        reason=moved["item"].map(sangong.reasons(document)),
    )
    caption = t("各项对合计增长的贡献（推断）", "Contributions to the growth of the total (inferred)")
    _table(moved[["label", "change", "points", "reason"]], caption, origin(document, *_STATED))


def history(document: str, documents: Selection = None) -> None:
    """Draws the years that the department's documents print or imply; nothing where there is no document but one."""
    chain = sangong.history(document, documents)
    if len(chain) <= 2:
        return
    first, last, implied = chain.iloc[0], chain.iloc[-1], int((chain["source"] == "implied").sum())
    title = t("“三公”经费：{} 年 {} 万元，{} 年 {} 万元", "Three public expenses: {1} in {0}, {3} in {2}")
    title = title.format(first["year"], _known(first), last["year"], _known(last))
    measure = t(
        f"合计，万元，名义值；{len(chain)} 个年度，其中 {implied} 个只由推断而来",
        f"total, 10,000 yuan, nominal; {len(chain)} years, {implied} of them by inference only",
    )
    caption = Caption(title, measure, source(document, *_STATED), documents=chain["document_id"])
    plots.timeline(chain["year"].astype(str), chain["implied_low"], chain["implied_high"], chain["printed"], caption)


def _known(year: "pd.Series[Any]") -> str:
    """The total of a year as printed, else its inferred interval."""
    if not is_missing(year["printed"]):
        return number_text(year["printed"])
    return t("{}（推断）", "{} (inferred)").format(interval_text(year["low"], year["high"]))


def consistency(document: str, documents: Selection = None) -> None:
    """Says whether what the department's documents print is the base that those of the next years imply."""
    tested = sangong.history(document, documents).dropna(subset=["agrees"])
    if tested.empty:
        return say(
            zh="没有本部门相邻年度的文档（参数 `documents` 可给出），各年之间无从对照。",
            en="There is no document of an adjoining year of this department (the parameter `documents` takes them), "
            "so no year can be checked against another.",
        )
    broken = tested.loc[~tested["agrees"].astype(bool), "year"].astype(str)
    return say(
        zh="可与下年文档对照的 {n} 个年度中，不相符的个数：{which}。",
        en="Years that can be checked against the next document: {n}; that do not agree with it: {which}.",
        n=len(tested), which=f"{len(broken)} ({', '.join(broken)})" if len(broken) else 0,
    )  # fmt: skip


def real_growth(document: str, price_index: float | None = None) -> None:
    """Says last year's total at this year's prices and real beside nominal growth; `price_index` as in `real_terms`."""
    found = [frame.set_index("item") for frame in (sangong.real_terms(document, price_index), sangong.prior(document))]
    real, nominal = (_of_total(frame, "growth_low_pct", "growth_high_pct") for frame in found)
    if real is None:
        reason = why(document, "sangong_real_growth_pct")
        return say(zh="不作价格折算。{why}", en="No figures in real terms. {why}", why=reason)
    return say(
        zh="价格指数 {index:.1f}（上年 = 100）：上年合计按本年价格为 {before} 万元（推断），"
        "实际增长 {real}%，名义增长 {nominal}%。",
        en="Price index {index:.1f} (previous year = 100): at this year's prices last year's total was {before} "
        "(10,000 yuan, inferred); real growth {real}%, nominal growth {nominal}%.",
        index=price_index or sangong.national_cpi(document), real=real, nominal=nominal,
        before=_of_total(found[0], "prior_low", "prior_high"),
    )  # fmt: skip


def _of_total(frame: pd.DataFrame, low: str, high: str) -> str | None:
    """The total's interval as written; None where it is unknown."""
    return interval_text(frame[low].get("total"), frame[high].get("total"))


def history_table(document: str, documents: Selection = None) -> None:
    """Shows the department's years, nominal and at the prices of the document's; nothing without another document."""
    chain = sangong.history(document, documents)
    if len(chain) <= 2:
        return
    chain = chain.assign(
        year=chain["year"].astype(str),
        implied=_spans(chain, "implied_low", "implied_high"),
        best=_spans(chain, "low", "high"),
        real=_spans(chain, "real_low", "real_high"),
    )
    note = t(
        "公开数与推断相符时取两者所容，不符时取公开数；折算用全国居民消费价格指数（上年 = 100）",
        "Taken: what publication and inference both allow, the published figure where they disagree; converted by the "
        "national consumer price index (previous year = 100)",
    )
    caption = t(
        "各年合计：公开数、推断区间与按本年价格计算的值",
        "Total by year: published, inferred, and at this year's prices",
    )
    columns = ["year", "printed", "implied", "best", "real"]
    _table(chain[columns], caption, origin(document, *_STATED), unit=_yuan(), note=note)


def differing_counts(document: str) -> None:
    """Shows the unit costs that two different counts give; nothing where table and narrative agree."""
    costs = sangong.unit_costs(document)
    costs = costs[costs["differs"]].assign(denominator_label=lambda rows: rows["denominator"].map(sangong.label))
    caption = t(
        "表与情况说明所列数量不同，单位成本也就有两个",
        "Table and narrative state different counts, and so two unit costs",
    )
    columns = ["denominator_label", "table_count", "narrative_count", "cost", "narrative_cost"]
    whole = costs[columns].astype(dict.fromkeys(columns[1:3], "Int64"))
    _table(whole, caption, origin(document, *_STATED))


def additive(document: str) -> None:
    """Says whether the inferred items of last year can add up to its inferred total."""
    sums = sangong.additive(document)
    if sums["agrees"] is None:
        return say(
            zh="各项的上年数不全，不能与合计比较。",
            en="Last year is not known for every item: nothing to compare with the total.",
        )
    verdict = (
        t("两者相容", "the two are compatible") if sums["agrees"] else t("两者矛盾", "the two contradict each other")
    )
    return say(
        zh="各项上年数之和推断为 {parts} 万元，合计推断为 {before} 万元：{verdict}。",
        en="The items of last year add up to {parts} (10,000 yuan, inferred), the total is inferred as {before}: "
        "{verdict}.",
        parts=interval_text(sums["parts_low"], sums["parts_high"]), before=_before(document), verdict=verdict,
    )  # fmt: skip


def contradictions(document: str) -> None:
    """Names the items whose published change and percentage contradict each other."""
    found = sangong.prior(document)
    contrary = found.loc[found["status"] == "contradiction", "label"]
    if contrary.empty:
        return say(zh="没有一项的增减额与增减率相互矛盾。", en="No item's change and percentage contradict each other.")
    return say(
        zh="增减额与增减率相互矛盾的项目：{names}。",
        en="Items whose change and percentage contradict each other: {names}.", names=_joined(contrary),
    )  # fmt: skip
