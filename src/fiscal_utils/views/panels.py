"""How metrics are spread over departments, and move over the years in a fixed panel of them, as a notebook shows it."""

from collections.abc import Sequence

import pandas as pd

from fiscal_utils import plots
from fiscal_utils.analysis import comparison, panel
from fiscal_utils.analysis.registry import catalogue, metrics
from fiscal_utils.display import phrase, say
from fiscal_utils.language import t
from fiscal_utils.plots import Caption
from fiscal_utils.tables import Selection
from fiscal_utils.tabulate import table
from fiscal_utils.views.showing import ENOUGH, years_text

_SPREAD = {
    "name": ("指标（单位）", "Measure (unit)"), "n": ("n", "n"), "missing": ("缺", "missing"),
    "zeros": ("零值数", "zeros"), "q1": ("下四分位", "lower quartile"), "median": ("中位数", "median"),
    "q3": ("上四分位", "upper quartile"), "max": ("最大", "maximum"), "mean": ("均值", "mean"),
}  # fmt: skip


def spread(documents: Selection, focus: str, names: Sequence[str]) -> None:
    """Shows how metrics are spread over the documents that the focus is ranked among: zeros, quartiles, mean and n."""
    chosen = comparison.peers(comparison.chosen(documents, focus) or [focus], focus, ENOUGH)
    years = years_text(comparison.about(chosen)["year"])
    found = comparison.spread(names, chosen)
    found["name"] = [t("{}（{}）", "{} ({})").format(*pair) for pair in zip(found["name"], found["unit"], strict=True)]
    table(
        found.drop(columns="unit").rename(columns={name: t(*heading) for name, heading in _SPREAD.items()}),
        t(f"分布：零值、中位数与均值（{years} 年决算）", f"How the figures are spread: accounts of {years}"),
        note=t(
            "零值多、分布偏时，均值不代表一般部门",
            "with many zeros or a skew the mean stands for no typical department",
        ),
    )


def fixed_panel(documents: Selection, focus: str, metric: str) -> None:
    """Shows how the mean of a metric moved in a fixed panel and among all, and the composition effect between the two.

    Documents weigh the same. Where no department has every year, no line joins the means of different departments;
    where there are not two years with a value, one sentence says so.
    """
    chosen = comparison.chosen(documents, focus)
    about = catalogue().set_index("metric").T[metric]
    values = metrics(chosen, metric)["value"] if chosen else pd.Series(dtype="float64")
    yearly = panel.by_year(metric, chosen) if values.notna().any() else pd.DataFrame({"year": []})
    if len(yearly) < 2:
        return say(
            zh="{name}：有数值的决算不到两个年度，不作跨年比较。",
            en="{name}: fewer than two years have a value, so nothing is compared over years.",
            name=about["name"],
        )
    if yearly["fixed_n"].any():
        _chart(yearly, about, chosen)
    else:
        say(
            zh="{name}：没有一个部门在 {years} 各年都有数值，均值的变化与样本构成的影响分不开，不作图；各年均值如下。",
            en="{name}: no department has a value in every year of {years}, so that the change of the mean cannot be "
            "told from who is in it, and no line is drawn; the mean of each year follows.",
            name=about["name"], years=t("、", ", ").join(yearly["year"].astype(str)),
        )  # fmt: skip
    return _table(yearly, about)


def _chart(yearly: pd.DataFrame, about: "pd.Series[str]", chosen: list[str]) -> None:
    units = yearly["fixed_n"].max()
    lines = {
        t(f"固定样本（{units} 个部门）的均值", f"mean of the fixed panel (n = {units})"): yearly["fixed_mean"],
        t("全部决算的均值", "mean of all"): yearly["all_mean"],
    }
    measure = t(f"{about['unit']}，各份决算等权", f"{about['unit']}, every account weighs the same")
    source = t("资料来源：各部门决算公开；", "Source: final accounts of each department; ") + about["source"]
    caption = Caption(_title(yearly, about), measure, source, documents=chosen)
    plots.slopes(yearly["year"].astype(str), lines, caption, highlight=list(lines)[:1])


def _title(yearly: pd.DataFrame, about: "pd.Series[str]") -> str:
    """How far the means moved from the first year to the last, and what of it is composition."""
    name, moved = about["name"], t("百分点", "percentage points") if about["unit"] == "%" else about["unit"]
    first, last = yearly.iloc[0], yearly.iloc[-1]
    whole = last["all_mean"] - first["all_mean"]
    years = f"{first['year']:.0f}–{last['year']:.0f}"
    fixed = last["fixed_mean"] - first["fixed_mean"]
    return phrase(
        zh="{name}：{years} 年固定样本均值变化 {fixed:+,.2f}，样本构成效应 {effect:+,.2f}（{unit}）",
        en="{name}, {years}: the fixed panel moved by {fixed:+,.2f}, the composition effect is {effect:+,.2f} ({unit})",
        name=name, years=years, fixed=fixed, effect=whole - fixed, unit=moved,
    )  # fmt: skip


def _table(yearly: pd.DataFrame, about: "pd.Series[str]") -> None:
    heads = {"n": "n", "mean": t("均值", "mean"), "median": t("中位数", "median"), "zeros": t("零值数", "zeros")}
    fixed = bool(yearly["fixed_n"].any())
    parts = {"fixed": t("固定样本", "fixed panel")} if fixed else {}
    parts["all"] = t("全部", "all")
    # a zero-width space a part keeps the columns apart, whose headings are the same
    columns = {
        f"{part}_{key}": head + "\u200b" * place for place, part in enumerate(parts) for key, head in heads.items()
    }
    if fixed:
        columns["composition_effect"] = t("构成效应", "composition effect")
    shown = yearly[["year", *columns]].astype({"year": str})
    table(
        shown.rename(columns={"year": t("年度", "Year"), **columns}),
        t("{}：{}", "{}: {}").format(about["name"], t("与", " and ").join(parts.values())),
        unit=about["unit"],
        spanners={name: [columns[f"{part}_{key}"] for key in heads] for part, name in parts.items()} if fixed else {},
        note=t(
            "构成效应 = 全部均值比上一年的变化 − 固定样本均值的变化",
            "composition effect = change in the mean of all on the year before − that in the mean of the fixed panel",
        )
        if fixed
        else "",
    )
