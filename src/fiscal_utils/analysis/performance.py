"""Scores, targets and grades of the project self-evaluation forms (项目支出绩效自评表).

Scores and weights are in points out of 100 a project, ratios in percent. The grades are those of the Ministry of
Finance's measures on project performance evaluation (项目支出绩效评价管理办法, 财预〔2020〕10号). The recomputed score
is a rule declared here for comparison; forms need not follow it, and a printed score that differs is not wrong.
"""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from fiscal_utils.analysis import grades as schemes
from fiscal_utils.analysis.grades import scheme_table as scheme_table
from fiscal_utils.analysis.registry import values
from fiscal_utils.language import t
from fiscal_utils.tables import load
from fiscal_utils.targets import achievement, at_most, parse_target

LEVELS: Mapping[str, str] = {
    "预算执行": "Budget execution", "产出": "Output", "数量": "Quantity", "质量": "Quality", "时效": "Timeliness",
    "成本": "Cost", "经济成本": "Economic cost", "社会成本": "Social cost", "生态环境成本": "Environmental cost",
    "效益": "Benefit", "经济效益": "Economic benefit", "社会效益": "Social benefit", "生态效益": "Ecological benefit",
    "可持续影响": "Lasting effect", "满意度": "Satisfaction", "服务对象满意度": "Satisfaction of those served",
}  # fmt: skip
"""Name of a printed indicator level without its ending 指标 → English name, in the order of the official form."""

FUNDS = "预算执行"
"""The level under which the score for fund execution is listed beside the indicators."""

COLUMNS: Mapping[str, tuple[str, str]] = {
    "project": ("项目", "Project"), "level1": ("一级指标", "Level 1"), "level2": ("二级指标", "Level 2"),
    "name": ("指标", "Indicator"), "target": ("指标值", "Target"), "actual": ("实际完成", "Actual"),
    "weight": ("分值", "Weight"), "score": ("得分", "Score"), "lost": ("失分", "Lost"),
    "count": ("指标数", "Indicators"), "deviation": ("偏差说明（原文）", "Reason (as printed)"),
    "achievement_pct": ("完成程度（%）", "Achievement (%)"), "recomputed": ("按比例重算", "Recomputed"),
    "difference": ("差额", "Difference"), "indicator_score": ("指标得分", "Indicators"),
    "fund_score": ("预算执行得分", "Fund execution"), "sum": ("合计", "Sum"),
    "grand_total": ("自评总分", "Printed total"),
    "weight_sum": ("分值合计", "Sum of weights"), "grade": ("等级", "Grade"),
    "margin": ("高出本档下限", "Above threshold"),
    "quantitative": ("定量", "Quantitative"), "qualitative": ("定性", "Qualitative"),
    "lowest": ("最低分", "Lowest score"),
    "ratio_pct": ("得分率（%）", "Score ratio (%)"), "lost_share_pct": ("占全部失分（%）", "Of all points lost (%)"),
    "n": ("指标数", "Indicators"), "hhi": ("集中度 HHI", "HHI"), "effective_n": ("等效指标数 1 ÷ HHI", "1 ÷ HHI"),
    "equal_share_pct": ("等权占比（%）", "Equal weights (%)"), "most_frequent": ("最常见分值", "Most frequent weight"),
    "scheme": ("分档", "Scheme"),
    "kind_name": ("指标类型", "Kind of target"), "full": ("得满分", "Full marks"),
    "full_pct": ("满分占比（%）", "Full marks (%)"),
    "boundary": ("等级界线", "Boundary"), "n_below": ("界线下", "n below"), "n_above": ("界线上", "n above"),
    "log_difference": ("对数密度差", "Log difference"), "z": ("z", "z"), "p": ("p", "p"),
    "share_pct": ("占比（%）", "Share (%)"),
}  # fmt: skip
"""Column → heading in Chinese and English."""


def recomputed(weight: float, achieved_pct: float, less_is_better: bool = False) -> float:
    """Points by the declared rule, NaN where the achievement is unknown.

    Full weight when the target is met, else weight × actual / target; where less is better weight × target / actual.
    Neither below 0 nor above the weight. Rule declared by this notebook suite, not an official one.
    """
    if math.isnan(achieved_pct) or math.isnan(weight):
        return math.nan
    if less_is_better:
        return weight if achieved_pct <= 100 else weight * 100 / achieved_pct
    return weight * min(max(achieved_pct / 100, 0.0), 1.0)


def level_name(printed: str) -> str:
    """The name of an indicator level (产出指标, 数量) in the language in use; as printed if unknown."""
    plain = printed.removesuffix("指标")
    return t(zh=plain, en=LEVELS.get(plain, printed))


def in_form_order(frame: pd.DataFrame, level: str) -> pd.DataFrame:
    """The rows in the order of the official form, by their `level`; levels unknown to it last, in printed order."""
    place = {name: number for number, name in enumerate(LEVELS)}
    return frame.sort_values(level, key=lambda names: names.map(place), kind="stable", ignore_index=True)


def labelled(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """The named columns (default: all) with headings, and levels named, in the language in use."""
    chosen = frame[list(columns)].copy() if columns else frame.copy()
    for level in chosen.columns.intersection(["level1", "level2"]):
        chosen[level] = chosen[level].map(level_name)
    return chosen.rename(columns={name: t(*COLUMNS[name]) for name in chosen.columns if name in COLUMNS})


def indicators(document: str) -> pd.DataFrame:
    """One row an indicator: the form's columns and what `enriched` derives from them."""
    return enriched(load("indicators", document))


def enriched(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of the tidy table `indicators` with what follows from them.

    `ratio_pct` score / weight and `achievement_pct` actual / target, in percent; `lost` weight − score and
    `recomputed` by the declared rule, in points; `difference` score − recomputed; `kind` quantitative | qualitative;
    `less_is_better` for upper bounds; `numeric_actual` whether a qualitative target has a number for its actual.
    """
    frame = frame.reset_index(drop=True)
    targets = [parse_target(_plain(text)) for text in frame["target"]]
    actuals = [parse_target(_plain(text)) for text in frame["actual"]]
    achieved = [achievement(target, actual) for target, actual in zip(targets, actuals, strict=True)]
    level2 = frame["level2"].map(_plain)
    less = [target is not None and at_most(target, level) for target, level in zip(targets, level2, strict=True)]
    frame["less_is_better"] = pd.Series(less, dtype="bool")
    frame["kind"] = ["quantitative" if target else "qualitative" for target in targets]
    frame["numeric_actual"] = [not goal and bool(done) for goal, done in zip(targets, actuals, strict=True)]
    frame["operator"] = [target.operator if target else "" for target in targets]
    frame["unit"] = [target.unit if target else "" for target in targets]
    frame["achievement_pct"] = pd.Series(achieved, dtype="float64")
    frame["ratio_pct"] = (frame["score"] / frame["weight"].where(frame["weight"] > 0) * 100).astype("float64")
    frame["lost"] = (frame["weight"] - frame["score"]).round(6)
    rule = [recomputed(*row) for row in zip(frame["weight"], achieved, less, strict=True)]
    frame["recomputed"] = pd.Series(rule, dtype="float64")
    frame["difference"] = frame["score"] - frame["recomputed"]
    return frame


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else ""


def lost_points(document: str) -> pd.DataFrame:
    """Every indicator and fund execution score below its weight, most points lost first.

    Columns `project, level1, level2, name, target, actual, weight, score, lost, deviation`; points out of 100.
    """
    columns = ["project", "level1", "level2", "name", "target", "actual", "weight", "score", "lost", "deviation"]
    both = pd.concat([indicators(document)[columns], _funds(document)[columns]], ignore_index=True)
    return both[both["lost"] > 0].sort_values("lost", ascending=False, kind="stable").reset_index(drop=True)


def _funds(document: str) -> pd.DataFrame:
    """The fund rows in the shape of the indicators: target 100 %, actual the printed execution rate."""
    frame = load("projects", document)
    frame = frame[frame["row"] == "total"].reset_index(drop=True)
    return frame.assign(
        level1=FUNDS, level2=FUNDS, name=t(zh="预算执行率（%）", en="Budget execution rate (%)"), target="100",
        actual=["" if math.isnan(rate) else f"{rate:g}" for rate in frame["execution_rate"]],
        lost=(frame["weight"] - frame["score"]).round(6), deviation="",
    )  # fmt: skip


def funds(document: str) -> pd.DataFrame:
    """One row a project: `execution_rate` (%), `weight`, `score`, `recomputed` (weight × rate) and `difference`."""
    frame = _funds(document)[["project", "execution_rate", "weight", "score"]]
    rule = [recomputed(weight, rate) for weight, rate in zip(frame["weight"], frame["execution_rate"], strict=True)]
    frame = frame.assign(recomputed=pd.Series(rule, dtype="float64"))
    return frame.assign(difference=frame["score"] - frame["recomputed"])


def weights(document: str, level: str = "level1") -> pd.DataFrame:
    """Points by project and indicator level (`level1` or `level2`), fund execution included.

    Columns `project, level, count, weight, score, lost, share_pct` (of the project's weights), in printed order.
    """
    frame = pd.concat([_funds(document), indicators(document)], ignore_index=True)
    frame[level] = frame[level].map(lambda name: _plain(name).removesuffix("指标"))
    grouped = frame.groupby(["project", level], sort=False)
    result = grouped.agg(count=("name", "size"), weight=("weight", "sum"), score=("score", "sum"), lost=("lost", "sum"))
    result = result.reset_index()
    result["share_pct"] = result["weight"] / result.groupby("project")["weight"].transform("sum") * 100
    return result


def form_sums(document: str) -> pd.DataFrame:
    """One row a project: do the parts make the printed total, and the weights 100?

    `sum = indicator_score + fund_score`; `difference = sum − grand_total`; `weight_sum = indicator_weight +
    fund_weight`. Points. A total that the form does not print is NaN.
    """
    parts = indicators(document).groupby("project", sort=False)[["score", "weight"]].sum()
    rows = load("projects", document).drop_duplicates(["project", "row"]).set_index(["project", "row"])
    fund, grand = (rows[rows.index.get_level_values("row") == row].droplevel("row") for row in ("total", "grand_total"))
    frame = pd.DataFrame({"project": list(rows.index.unique("project"))})
    frame["indicator_score"], frame["fund_score"] = frame["project"].map(parts["score"]), _at(frame, fund["score"])
    frame["sum"] = frame["indicator_score"] + frame["fund_score"]
    frame["grand_total"] = _at(frame, grand["score"])
    frame["difference"] = (frame["sum"] - frame["grand_total"]).round(6)
    frame["indicator_weight"], frame["fund_weight"] = frame["project"].map(parts["weight"]), _at(frame, fund["weight"])
    frame["weight_sum"] = frame["indicator_weight"] + frame["fund_weight"]
    return frame


def _at(frame: pd.DataFrame, values: "pd.Series[Any]") -> "pd.Series[Any]":
    return frame["project"].map(values).astype("float64")


def grades(document: str, scheme: str = "mof-2020") -> pd.DataFrame:
    """One row a project: `grand_total` as printed, `grade`, `margin` (points above the grade's threshold)."""
    frame = form_sums(document)[["project", "grand_total"]]
    made = schemes.scheme(scheme)
    return frame.assign(
        grade=[made.grade(s) for s in frame["grand_total"]], margin=[made.margin(s) for s in frame["grand_total"]]
    )


def kinds(document: str) -> pd.DataFrame:
    """Number of quantitative and qualitative targets: columns `level2, quantitative, qualitative`, in form order."""
    frame = indicators(document)
    frame["level2"] = frame["level2"].map(lambda name: _plain(name).removesuffix("指标"))
    counts = frame.groupby(["level2", "kind"], sort=False).size().unstack(fill_value=0)
    counts = counts.reindex(index=frame["level2"].unique(), columns=["quantitative", "qualitative"], fill_value=0)
    return in_form_order(counts.rename_axis(index="level2", columns=None).reset_index(), "level2")


def by_kind(document: str) -> pd.DataFrame:
    """How the two kinds of targets are scored: kind, kind_name, count, full, full_pct, weight, score, ratio_pct.

    Of the indicators with a score and a weight; `full_pct` is of `count`, `ratio_pct` score ÷ weight × 100.
    """
    frame = indicators(document)
    frame = frame[frame["ratio_pct"].notna()].assign(full=lambda rows: rows["score"] >= rows["weight"])
    found = frame.groupby("kind", sort=False).agg(
        count=("kind", "size"), full=("full", "sum"), weight=("weight", "sum"), score=("score", "sum")
    )
    found = found.reset_index().assign(kind_name=lambda rows: rows["kind"].map(lambda kind: t(*COLUMNS[kind])))
    return found.assign(full_pct=found["full"] / found["count"] * 100, ratio_pct=found["score"] / found["weight"] * 100)


def level_parts(document: str) -> dict[str, list[float]]:
    """The weights by level 1 for a stacked chart: named level → one value a project, in points."""
    frame = weights(document)
    wide = frame.pivot(index="level1", columns="project", values="weight").fillna(0.0)
    wide = wide.reindex(index=frame["level1"].unique(), columns=form_sums(document)["project"], fill_value=0.0)
    return {level_name(str(level)): list(map(float, row)) for level, row in zip(wide.index, wide.values, strict=True)}


def metrics(document: str) -> dict[str, Any]:
    """The numbers of the notebook; `full_score_share_pct` is of indicators with a score and a weight."""
    frame, sums = indicators(document), form_sums(document)
    rates = values(document, ("full_score_share_pct", "lost_points"))
    achieved = frame["achievement_pct"].round(9)
    numeric = frame["kind"] == "quantitative"
    return {
        "projects": len(sums),
        "indicators": len(frame),
        "full_score": int((frame["ratio_pct"] >= 100).sum()),
        "full_score_share_pct": rates["full_score_share_pct"],
        "lost_points": rates["lost_points"] or 0.0,
        "quantitative": int(numeric.sum()),
        "qualitative": int((~numeric).sum()),
        "qualitative_numeric_actual": int(frame["numeric_actual"].sum()),
        "above_target": int((achieved > 100).sum()),
        "at_target": int((achieved == 100).sum()),
        "below_target": int((achieved < 100).sum()),
        "scores": dict(zip(sums["project"], sums["grand_total"], strict=True)),
    }
