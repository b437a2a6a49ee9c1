"""How performance scores, weights and targets are spread over the forms of a document.

The functions take the tidy tables `indicators` and `projects` of one document; scores and weights in points, shares in
percent. A target counts as comparable where target and actual are numbers of one unit and the target is not 0.
"""

import math
from typing import Any

import pandas as pd

from fiscal_utils.analysis import performance
from fiscal_utils.analysis.facts import MeasureError
from fiscal_utils.language import t

SOFT_PCT = 20.0
"""By how many percent an actual betters its target before the target counts as soft; declared by this package."""
_DIGITS = 9


def projects(funds: pd.DataFrame) -> int:
    """The number of self-evaluation forms."""
    return int(funds["project"].nunique())


def count(rows: pd.DataFrame) -> int:
    """The number of indicators."""
    return len(rows)


def mean_total(funds: pd.DataFrame) -> float:
    """The mean of the printed total scores."""
    return float(_totals(funds).mean())


def whole_share(funds: pd.DataFrame) -> float:
    """Heaping: the share of printed totals that are whole numbers."""
    return float((_totals(funds) % 1 == 0).mean() * 100)


def _totals(funds: pd.DataFrame) -> "pd.Series[float]":
    scores = funds.loc[funds["row"] == "grand_total", "score"].dropna()
    return _some(scores, t(zh="有总分的项目", en="projects with a total"))


def ceiling_share(rows: pd.DataFrame) -> float:
    """The share of scored indicators at full marks."""
    return float((_ratios(rows) >= 100).mean() * 100)


def _ratios(rows: pd.DataFrame) -> "pd.Series[float]":
    """score ÷ weight × 100 of the indicators that have both."""
    ratios = (rows["score"] / rows["weight"].where(rows["weight"] > 0) * 100).astype("float64").dropna()
    return _some(ratios, t(zh="有得分和分值的指标", en="indicators with a score and a weight"))


def _some(values: "pd.Series[Any]", what: str) -> "pd.Series[float]":
    if values.empty:
        raise MeasureError("too_few", n=0, needed=1, what=what)
    return values.astype("float64")


def score_ratio(rows: pd.DataFrame) -> float:
    """Σ score ÷ Σ weight × 100 of the indicators that have both."""
    scored = rows.loc[_ratios(rows).index]
    return float(scored["score"].sum() / scored["weight"].sum() * 100)


def lost(rows: pd.DataFrame, funds: pd.DataFrame) -> float:
    """Σ(weight − score) of the indicators and of the fund execution scores."""
    funds = funds[funds["row"] == "total"]
    gaps = pd.concat([rows["weight"] - rows["score"], funds["weight"] - funds["score"]])
    return round(float(gaps.clip(lower=0).sum()), 6)


def entropy(rows: pd.DataFrame) -> float:
    """Shannon entropy, in bits, of the distinct score ratios: 0 where all are equal and the scores tell nothing."""
    shares = _ratios(rows).round(6).value_counts(normalize=True)
    return float(-(shares * shares.map(math.log2)).sum()) + 0.0


def weight_hhi(rows: pd.DataFrame) -> float:
    """The mean over projects of Σ(w ÷ Σw)²: 1 ÷ n for n equal weights, 1 for a single indicator."""
    groups = _weighted(rows).groupby("project")["weight"]
    return float(groups.apply(lambda weights: ((weights / weights.sum()) ** 2).sum()).mean())


def equal_weight_share(rows: pd.DataFrame) -> float:
    """The share of indicators that have the most frequent weight of their project."""
    groups = _weighted(rows).groupby("project")["weight"]
    return float(groups.apply(lambda weights: weights.value_counts().max()).sum() / groups.size().sum() * 100)


def _weighted(rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows[rows["weight"] > 0]
    _some(rows["weight"], t(zh="有分值的指标", en="indicators with a weight"))
    return rows


def quantitative_share(rows: pd.DataFrame) -> float:
    """The share of indicators whose target is a number."""
    return float((performance.enriched(rows)["kind"] == "quantitative").mean() * 100)


def exact_hit_share(rows: pd.DataFrame) -> float:
    """The share of comparable targets achieved at exactly 100 %."""
    return float((_bettered(rows).round(_DIGITS) == 0).mean() * 100)


def over_fulfilment_share(rows: pd.DataFrame) -> float:
    """The share of comparable targets that were bettered, by however little."""
    return float((_bettered(rows).round(_DIGITS) > 0).mean() * 100)


def soft_target_share(rows: pd.DataFrame, soft_pct: float = SOFT_PCT) -> float:
    """The share of comparable targets bettered by at least `soft_pct` percent of the target."""
    return float((_bettered(rows).round(_DIGITS) >= soft_pct).mean() * 100)


def _bettered(rows: pd.DataFrame) -> "pd.Series[float]":
    """By how many percent of the target each comparable actual is better; negative where it falls short."""
    found = performance.enriched(rows)
    found = found[found["achievement_pct"].notna()]
    gains = (found["achievement_pct"] - 100).where(~found["less_is_better"], 100 - found["achievement_pct"])
    return _some(gains, t(zh="可比的定量指标", en="comparable quantitative targets"))


def recomputed_gap(rows: pd.DataFrame) -> float:
    """Σ(score − recomputed score) of the indicators that can be recomputed; positive: the form is more generous."""
    gaps = performance.enriched(rows)["difference"].dropna()
    return float(_some(gaps, t(zh="可重算的指标", en="indicators that can be recomputed")).sum())


def by_level(document: str, level: str = "level1") -> pd.DataFrame:
    """Score ratio and lost points by indicator level over all projects, fund execution included.

    Columns: `level`, count, weight, score, lost (points), ratio_pct = score ÷ weight × 100, lost_share_pct (of all
    points lost; NaN where none is), in the order of the official form.
    """
    parts = performance.weights(document, level).groupby(level, sort=False)
    frame = parts[["count", "weight", "score", "lost"]].sum().reset_index()
    frame["ratio_pct"] = frame["score"] / frame["weight"].where(frame["weight"] > 0) * 100
    all_lost = float(frame["lost"].sum())
    frame = frame.assign(lost_share_pct=frame["lost"] / all_lost * 100 if all_lost else math.nan)
    return performance.in_form_order(frame, level)


def by_weight(document: str) -> pd.DataFrame:
    """Score ratio and lost points by the weight of the indicator: weight, count, score, lost, ratio_pct, by weight."""
    frame = performance.indicators(document).dropna(subset=["weight", "score"])
    grouped = frame.groupby("weight").agg(count=("score", "size"), score=("score", "sum"), lost=("lost", "sum"))
    result = grouped.reset_index()
    return result.assign(ratio_pct=result["score"] / (result["weight"] * result["count"]).where(lambda w: w > 0) * 100)


def weight_structure(document: str) -> pd.DataFrame:
    """One row a project: n indicators, hhi, effective_n = 1 ÷ hhi, equal_share_pct, most_frequent weight (points)."""
    rows = []
    for project, group in performance.indicators(document).groupby("project", sort=False):
        frequent = group["weight"].mode()
        rows.append([project, len(group), weight_hhi(group), equal_weight_share(group), float(frequent.iloc[0])])
    frame = pd.DataFrame(rows, columns=["project", "n", "hhi", "equal_share_pct", "most_frequent"])
    return frame.assign(effective_n=1 / frame["hhi"].astype("float64"))
