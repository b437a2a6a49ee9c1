"""What the notebook on performance scores draws and says of the self-evaluation forms of a document.

Each function says why, or shows nothing, where there is no form. Scores and weights in points, ratios in percent.
"""

import pandas as pd

from fiscal_utils import plots
from fiscal_utils.analysis import comparison, density, grades, performance, scores
from fiscal_utils.display import phrase, say
from fiscal_utils.language import language, t
from fiscal_utils.plots import Caption
from fiscal_utils.tables import Selection, load
from fiscal_utils.tabulate import Format, table
from fiscal_utils.views.naming import origin, source
from fiscal_utils.views.showing import why


def _caption(document: str, title: str, measure: str, if_empty: str = "") -> Caption:
    """A caption; where there is no form the chart is replaced by the reason."""
    empty = why(document, "indicators") or if_empty
    return Caption(title, measure, source(document, "form"), documents=document, if_empty=empty)


def _table(
    frame: pd.DataFrame,
    caption: str,
    document: str,
    *,
    formats: dict[str, Format] | None = None,
    note: str = "",
    by_project: bool = False,
) -> None:
    """The frame with headings, `formats` by column, `by_project` under the name of each; nothing without rows."""
    if len(frame):
        shown = performance.labelled(frame)
        heads = dict(zip(frame.columns, shown.columns, strict=True))
        written = {heads[name]: form for name, form in (formats or {}).items()}
        groups = heads["project"] if by_project else ""
        where, unit = origin(document, "form"), t("分", "points")
        table(shown, caption, unit=unit, formats=written, source=where, note=note, groups=groups)


def in_short(document: str) -> None:
    """Says how many indicators got full marks, how many points were lost and how many targets are numbers."""
    if missing := why(document, "indicators"):
        return say(
            zh="没有可分析的项目支出绩效自评表。{missing}以下各节只留定义和说明。",
            en="There is no project self-evaluation form to analyse. {missing} Definitions only are kept below.",
            missing=missing,
        )  # fmt: skip
    return say(
        zh="{indicators} 个指标中 {full_score} 个得满分（{full_score_share_pct:.1f}%），"
        "连同预算执行共失 {lost_points:g} 分；定量指标 {quantitative} 个，定性指标 {qualitative} 个。",
        en="Full marks for {full_score} of {indicators} indicators ({full_score_share_pct:.1f}%); points lost, fund "
        "execution included: {lost_points:g}. Quantitative targets: {quantitative}; qualitative ones: {qualitative}.",
        **performance.metrics(document),
    )


def ratios(document: str) -> None:
    """Draws how the score ratios of the indicators are distributed."""
    found = performance.indicators(document)["ratio_pct"].dropna()
    full = performance.metrics(document)["full_score"]
    title = t(f"{len(found)} 个指标中 {full} 个得满分", f"Full marks for {full} of {len(found)} indicators")
    measure = t("得分 ÷ 分值（%），按指标计数", "score ÷ weight (%), number of indicators")
    plots.distribution(found, _caption(document, title, measure), count_label=t("指标数", "indicators"))


def levels(document: str) -> None:
    """Draws the score ratio of each level 1, the one that lost most points marked."""
    found = scores.by_level(document)
    names = [*map(performance.level_name, found["level1"])]
    most = found["lost"].argmax() if (found["lost"] > 0).any() else None
    title = t("没有一级指标失分", "No level lost any point")
    if most is not None:
        title = phrase(
            zh="失分最多的是{name}：{lost:g} 分，占全部失分的 {share:.0f}%",
            en="{name} lost most: {lost:g} points, {share:.0f}% of all points lost",
            name=names[most], lost=found["lost"].iloc[most], share=found["lost_share_pct"].iloc[most],
        )  # fmt: skip
    measure = t("各一级指标的得分率（%）= Σ得分 ÷ Σ分值", "score ratio by level 1 (%) = Σscores ÷ Σweights")
    marked = [] if most is None else [names[most]]
    plots.bars(names, found["ratio_pct"], _caption(document, title, measure), highlight=marked, value_format="{:,.1f}%")


def level2_table(document: str) -> None:
    """Shows scores and losses by level 2."""
    columns = ["level2", "count", "weight", "score", "lost", "ratio_pct", "lost_share_pct"]
    caption = t("二级指标的得分与失分", "Scores and losses by level 2")
    _table(scores.by_level(document, "level2")[columns], caption, document)


def weight_table(document: str) -> None:
    """Shows scores and losses by the weight of the indicator."""
    caption = t("按单个指标的分值（不含预算执行）", "By the weight of the indicator (without fund execution)")
    found = scores.by_weight(document)[["weight", "count", "lost", "ratio_pct"]]
    _table(found, caption, document, formats={"weight": "{:g}", "lost": "{:g}"})


def lost(document: str) -> None:
    """Shows every score below its weight with the reason given, or says that there is none."""
    found = performance.lost_points(document)
    columns = ["project", "name", "target", "actual", "weight", "score", "lost", "deviation"]
    listed = found[columns].assign(deviation=found["deviation"].where(found["deviation"] != "", None))
    _table(listed, t("失分明细", "Points lost, item by item"), document, by_project=True)
    if found.empty:
        none = why(document, "indicators") or t("没有一项失分。", "No points were lost.")
        say(zh="{none}", en="{none}", none=none)


def weights(document: str) -> None:
    """Draws how each project's 100 points are spread over level 1."""
    sums, parts = performance.form_sums(document), performance.level_parts(document)
    points = {name: sum(values) for name, values in parts.items()}
    top = max(points, key=lambda name: points[name], default="")
    share = 100 * points.get(top, 0.0) / (sum(points.values()) or 1)
    title = t(f"{top}占全部分值的 {share:.1f}%", f"{top} has {share:.1f}% of all weights")
    measure = t("一级指标分值（分），合计应为 100", "weights by level 1 (points), 100 in all")
    caption = _caption(document, title, measure)
    plots.stacked_bars(sums["project"], parts, caption, totals=sums["weight_sum"], value_format="{:g}")


def structure_table(document: str) -> None:
    """Shows how concentrated each project's weights are."""
    columns = ["project", "n", "hhi", "effective_n", "equal_share_pct", "most_frequent"]
    _table(
        scores.weight_structure(document)[columns],
        t("各项目的分值结构（不含预算执行）", "Weight structure by project (without fund execution)"),
        document,
        formats={"hhi": "{:.3f}", "effective_n": "{:.1f}", "most_frequent": "{:g}"},
        note=t("HHI：指数（0–1）；等权占比的分母是指标数",
               "HHI: index (0 to 1); equal weights as a share of the indicators"),
    )  # fmt: skip


def kinds(document: str) -> None:
    """Draws how many targets are quantitative and how many qualitative, by level 2."""
    found, numbers = performance.kinds(document), performance.metrics(document)
    words, every = numbers["qualitative"], numbers["indicators"]
    share = 100 * words / (every or 1)
    title = t(
        f"{every} 个指标中 {words} 个是定性指标，占 {share:.0f}%",
        f"{words} of {every} targets are qualitative: {share:.0f}%",
    )
    caption = _caption(document, title, t("指标个数，按二级指标", "number of indicators, by level 2"))
    counted = {t(*performance.COLUMNS[kind]): found[kind] for kind in ("quantitative", "qualitative")}
    plots.stacked_bars([*map(performance.level_name, found["level2"])], counted, caption, value_format="{:.0f}")


def kinds_table(document: str) -> None:
    """Shows how quantitative and qualitative targets are scored."""
    columns = ["kind_name", "count", "full", "full_pct", "weight", "score", "ratio_pct"]
    note = t("满分占比的分母是该类指标数", "the share of full marks is of the indicators of the kind")
    caption = t("两类指标的得分", "How the two kinds are scored")
    _table(performance.by_kind(document)[columns], caption, document, note=note)


def verbal(document: str) -> None:
    """Shows the qualitative targets with their printed actual, and says how many of these are numbers."""
    found = performance.indicators(document)
    columns = ["project", "name", "target", "actual", "weight", "score"]
    caption = t("定性指标及其“实际完成”", "Qualitative targets and their printed actual")
    _table(found.loc[found["kind"] == "qualitative", columns], caption, document, by_project=True)
    if performance.metrics(document)["qualitative"]:
        say(
            zh="定性指标 {qualitative} 个，其中 {qualitative_numeric_actual} 个的实际完成填的是数字。",
            en="Qualitative targets: {qualitative}, of which {qualitative_numeric_actual} have a number for their "
            "actual.",
            **performance.metrics(document),
        )  # fmt: skip


def achievements(document: str) -> None:
    """Draws the indicators whose actual differs from the target, those below it marked."""
    numeric = performance.indicators(document).dropna(subset=["achievement_pct"])
    apart = numeric[numeric["achievement_pct"].round(6) != 100].sort_values("achievement_pct", ascending=False)
    labels = apart["name"] + " · " + apart["project"]
    below = list(labels[apart["achievement_pct"] < 100])
    title = t(
        f"{len(numeric)} 个可比的定量指标中 {len(apart)} 个与指标值不同，{len(below)} 个低于指标值",
        f"{len(apart)} of {len(numeric)} comparable targets differ from the actual; lower actuals: {len(below)}",
    )
    measure = t("实际 ÷ 指标值（%），突出的为低于指标值", "actual ÷ target (%), lower ones stand out")
    same = t("可比的定量指标实际都等于指标值。", "Every comparable actual equals its target.")
    none = t("没有可比的定量指标。", "There is no comparable target.")
    caption = _caption(document, title, measure, if_empty=same if len(numeric) else none)
    plots.bars(labels, apart["achievement_pct"], caption, highlight=below, value_format="{:,.1f}%")


def exceeded(document: str) -> None:
    """Says how many targets printed with “=” were exceeded, and how many of them got full marks; nothing if none."""
    found = performance.indicators(document)
    over = found[(found["operator"] == "=") & (found["achievement_pct"].round(6) > 100)]
    if len(over):
        say(
            zh="指标值写作“=”而实际更高的有 {n} 个，其中 {full} 个得满分：打分时把“=”当作了“不少于”。",
            en="Targets printed with “=” whose actual is higher: {n}; with full marks: {full}, which reads “=” as “at "
            "least”.",
            n=len(over), full=int((over["score"] == over["weight"]).sum()),
        )  # fmt: skip


def _differing(document: str) -> pd.DataFrame:
    """Indicator and fund scores that differ from the declared proportional rule."""
    columns = ["project", "name", "weight", "score", "recomputed", "difference"]
    funds = performance.funds(document).assign(name=t("预算执行率（%）", "Budget execution rate (%)"))
    found = pd.concat([performance.indicators(document)[columns], funds[columns]], ignore_index=True)
    return found[found["difference"].abs() > 1e-9]


def recomputed(document: str) -> None:
    """Draws printed beside recomputed scores where they differ."""
    found = _differing(document)
    title = t(
        f"{len(found)} 项得分与按比例重算不同",
        f"{len(found)} {'score differs' if len(found) == 1 else 'scores differ'} from the proportional rule",
    )
    agree = t(
        "可重算的得分都与按比例重算相同。", "Every score that can be recomputed agrees with the proportional rule."
    )
    caption = _caption(document, title, t("得分（分）", "score (points)"), if_empty=agree)
    names = t("印出的得分", "printed"), t("按比例重算", "recomputed")
    labels = found["name"] + " · " + found["project"]
    plots.dumbbells(labels, found["score"], found["recomputed"], caption, names=names, value_format="{:,.4g}")


def recomputed_table(document: str) -> None:
    """Shows the scores that differ from the declared rule."""
    formats: dict[str, Format] = {"recomputed": "{:.3f}", "difference": "{:+.3f}"}
    caption = t("印出的得分与重算之差", "Printed score against recomputed score")
    _table(_differing(document), caption, document, formats=formats, by_project=True)


def grades_table(document: str, scheme: str) -> None:
    """Shows each total's grade under every scheme, and how far it lies above its threshold in the named one."""
    totals = performance.grades(document, scheme)
    found = grades.under_schemes(performance.metrics(document)["scores"]).rename(columns={"score": "grand_total"})
    if len(found):
        found = found.drop(columns="agree").assign(margin=totals["margin"].to_numpy())
    name = grades.scheme(scheme).name[language()]
    note = t(f"高出本档下限：按{name}", f"above threshold: by {name}")
    _table(found, t("自评总分在各种分档下的等级", "The grade of each total under every scheme"), document, note=note)


def schemes_table() -> None:
    """Shows every grade scheme with its source."""
    made = grades.schemes()
    bands = pd.concat([grades.scheme_table(name).assign(scheme=made[name].name[language()]) for name in made])
    shown = performance.labelled(bands, "scheme", "grade", "lowest")
    group, _, lowest = shown.columns
    every = t("；", "; ").join(scheme.source[language()] for scheme in made.values())
    caption = t("各种分档（含最低分）", "The schemes (lowest score included)")
    table(shown, caption, unit=t("分", "points"), formats={lowest: "{:.0f}"}, groups=group, source=every)


def _totals(document: str, documents: Selection) -> list[float]:
    """The printed total scores of the chosen documents, else of the one."""
    funds = load("projects", comparison.chosen(documents, document) or document)
    return list(funds.loc[funds["row"] == "grand_total", "score"].dropna())


def boundaries(document: str, documents: Selection, scheme: str) -> None:
    """Shows the density test at each boundary of the scheme, and names those with too few totals for a test."""
    jumps = density.at_boundaries(_totals(document, documents), grades.scheme(scheme).boundaries)
    tested, few = jumps[jumps["why"] == ""], jumps[jumps["why"] != ""]
    if len(few):
        say(
            zh="检验要求界线两侧 {width:g} 分以内各有至少 {least} 个总分；"
            "个数不够、不作检验的界线（括号中为界线下、界线上的个数）：{listed}。",
            en="The test needs {least} totals within {width:g} points on each side. Boundaries with too few (in "
            "brackets how many lie below and above): {listed}.",
            width=density.BANDWIDTH, least=density.LEAST, listed=t("；", "; ").join(
                f"{row['boundary']:g} ({row['n_below']}, {row['n_above']})" for _, row in few.iterrows()),
        )  # fmt: skip
    if len(tested):
        shown = performance.labelled(tested, "boundary", "n_below", "n_above", "log_difference", "z", "p")
        formats = {shown.columns[0]: "{:g}", shown.columns[5]: "{:.3f}"}
        note = t(
            "对数密度差为正：界线上方较密；同时检验几条界线，单个 p 值偏乐观",
            "positive log difference: denser above; several boundaries are tested at once, so single p values flatter",
        )
        table(shown, t("界线处的密度检验", "Density test at the boundaries"), formats=formats, note=note)


def totals(document: str, documents: Selection, scheme: str) -> None:
    """Draws the total scores of the chosen documents with the grades' boundaries; nothing where none is chosen."""
    chosen = comparison.chosen(documents, document)
    if not chosen:
        return
    found, bands = _totals(document, documents), grades.scheme_table(scheme).iloc[:-1]
    high = sum(score >= bands["lowest"].max() for score in found)
    caption = Caption(
        t(f"{len(found)} 个自评总分中 {high} 个在最高一档", f"{high} of {len(found)} totals are in the highest grade"),
        t("自评总分（分，满分 100），按项目计数", "total score (points out of 100), number of projects"),
        t("资料来源：各部门项目支出绩效自评表", "Source: project self-evaluation forms of each department"),
        documents=chosen,
        if_empty=t("所选决算都没有自评总分。", "None of the accounts has a total score."),
    )
    lowest = dict(zip(bands["grade"], bands["lowest"], strict=True))
    plots.distribution(found, caption, bands=lowest, count_label=t("项目数", "projects"), value_format="{:,.0f}")


def sums_table(document: str) -> None:
    """Shows whether scores and weights add up, and says of how many forms they do."""
    sums = performance.form_sums(document)
    columns = ["project", "indicator_score", "fund_score", "sum", "grand_total", "difference", "weight_sum"]
    _table(sums[columns], t("得分与分值的加总", "Sums of scores and weights"), document)
    if len(sums):
        say(
            zh="{a} 张自评表中，加总等于印出总分的 {b} 张，分值合计为 100 的 {c} 张。",
            en="Forms: {a}; whose scores sum to the printed total: {b}; whose weights sum to 100: {c}.",
            a=len(sums), b=int((sums["difference"] == 0).sum()), c=int((sums["weight_sum"] == 100).sum()),
        )  # fmt: skip
