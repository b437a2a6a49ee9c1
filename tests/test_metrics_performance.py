"""Scores of self-evaluation forms: hand-worked figures of a real document, and documents without forms."""

import math
from collections.abc import Callable

import pandas as pd
import pytest

from fiscal_utils import set_language
from fiscal_utils.analysis import grades, performance, scores
from fiscal_utils.analysis.facts import MeasureError
from fiscal_utils.targets import Target, achievement, at_most, parse_target

DOCUMENT, OTHER = "jingdezhen-government-office-2023", "putuo-finance-bureau-2024"
GAZETTE, DUTY = "政府公报编制及印发专项经费", "市政府值班、信息化等专项工作经费"


@pytest.fixture(autouse=True)
def _chinese() -> None:
    set_language("zh")


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("=1800条", Target("=", 1800, "条")),
        ("≥ 95%", Target("≥", 95, "%")),
        ("＞=95％", Target("≥", 95, "%")),
        ("不超过1,200.5元", Target("≤", 1200.5, "元")),
        ("90以上", Target("≥", 90, "")),
        ("100", Target("", 100, "")),
        ("提升", None),
        ("=确保", None),
        ("2023年12月", None),
        ("", None),
    ],
)
def test_targets(text: str, target: Target | None) -> None:
    assert parse_target(text) == target


def test_rule() -> None:
    assert performance.recomputed(15, 85 / 90 * 100) == pytest.approx(14.1667, abs=1e-4)
    assert performance.recomputed(3, 2190 / 1800 * 100) == 3
    assert performance.recomputed(10, 125, less_is_better=True) == 8
    assert math.isnan(performance.recomputed(3, math.nan))


def test_achievement_is_unknown_for_zero_targets_and_other_units() -> None:
    assert math.isnan(achievement(Target("=", 0, "次"), Target("", 1, "")))
    assert math.isnan(achievement(Target("=", 3, "万元"), Target("", 30000, "元")))
    assert achievement(Target("=", 1800, "条"), Target("", 2190, "")) == pytest.approx(121.6667, abs=1e-4)


def test_cost_in_yuan_is_an_upper_bound_but_a_control_rate_is_not() -> None:
    assert at_most(Target("=", 3, "万元"), "成本指标")
    assert not at_most(Target("", 100, ""), "成本")
    assert at_most(Target("≤", 5, "天"), "时效")


def test_metrics_of_the_real_document() -> None:
    metrics = performance.metrics(DOCUMENT)
    assert metrics["scores"] == {GAZETTE: 98, DUTY: 99}
    assert (metrics["projects"], metrics["indicators"], metrics["full_score"]) == (2, 44, 43)
    assert metrics["full_score_share_pct"] == pytest.approx(43 / 44 * 100)
    assert (metrics["quantitative"], metrics["qualitative"], metrics["qualitative_numeric_actual"]) == (35, 9, 9)
    assert (metrics["above_target"], metrics["at_target"], metrics["below_target"]) == (4, 30, 1)


def test_lost_points_and_sums() -> None:
    lost = performance.lost_points(DOCUMENT)
    assert list(lost["lost"]) == [2, 1]
    assert list(lost["project"]) == [GAZETTE, DUTY]
    sums = performance.form_sums(DOCUMENT).set_index("project")
    assert list(sums["sum"]) == [88 + 10, 90 + 9]
    assert list(sums["difference"]) == [0, 0]
    assert list(sums["weight_sum"]) == [100, 100]
    assert performance.funds(DOCUMENT)["recomputed"].tolist() == pytest.approx([10, 9.985])


def test_weights_by_level() -> None:
    weights = performance.weights(DOCUMENT).set_index(["project", "level1"])["weight"]
    assert weights[GAZETTE].to_dict() == {"预算执行": 10, "产出": 45, "效益": 30, "满意度": 15}
    assert performance.level_parts(DOCUMENT)["产出"] == [45, 54]


def test_grades() -> None:
    assert [grades.grade(s) for s in (90, 89.99, 80, 60, 59)] == ["优", "良", "良", "中", "差"]
    assert [grades.grade(s, "five-band") for s in (70, 60)] == ["中", "合格"]
    assert grades.grade(math.nan) == ""
    with pytest.raises(ValueError, match="grade_scheme"):
        performance.grades(DOCUMENT, "three")


def test_a_document_without_forms() -> None:
    metrics = performance.metrics(OTHER)
    assert (metrics["projects"], metrics["indicators"], metrics["full_score_share_pct"]) == (0, 0, None)
    assert metrics["scores"] == {}
    assert performance.lost_points(OTHER).empty
    assert scores.by_level(OTHER).empty
    assert scores.by_weight(OTHER).empty
    assert scores.weight_structure(OTHER).empty


def test_points_lost_by_level_and_weight() -> None:
    found = scores.by_level(DOCUMENT).set_index("level1")
    assert found.loc["满意度", ["weight", "lost"]].tolist() == [24, 2]
    assert found.loc["预算执行", "ratio_pct"] == 95
    assert found["lost_share_pct"].sum() == pytest.approx(100)
    by_weight = scores.by_weight(DOCUMENT).set_index("weight")
    assert by_weight.loc[15, ["count", "lost"]].tolist() == [1, 2]
    assert by_weight.loc[3, ["count", "ratio_pct"]].tolist() == [27, 100]


def test_weight_structure() -> None:
    found = scores.weight_structure(DOCUMENT).set_index("project")
    assert found.loc[GAZETTE, ["n", "most_frequent"]].tolist() == [16, 5]
    assert found.loc[GAZETTE, "hhi"] == pytest.approx((15 * 25 + 225) / 8100)
    assert found.loc[GAZETTE, "effective_n"] == pytest.approx(13.5)
    assert found.loc[DUTY, "equal_share_pct"] == pytest.approx(100 * 27 / 28)


def form(*rows: tuple[str, str, float, float], level2: str = "数量") -> pd.DataFrame:
    """Indicators of one project: target, actual, weight and score."""
    frame = pd.DataFrame(rows, columns=["target", "actual", "weight", "score"])
    return frame.assign(project="模拟", level1="产出", level2=level2, name="", deviation="")


def test_cheaper_than_the_target_betters_it() -> None:
    costs = form(("≤10万元", "7万元", 5, 5), ("≤10万元", "10万元", 5, 5), ("≤10万元", "11万元", 5, 4), level2="成本")
    assert scores.over_fulfilment_share(costs) == pytest.approx(100 / 3)
    assert scores.soft_target_share(costs) == pytest.approx(100 / 3)
    assert scores.exact_hit_share(costs) == pytest.approx(100 / 3)
    assert scores.recomputed_gap(costs) == pytest.approx(4 - 5 * 10 / 11)


def test_a_single_indicator_and_even_scores() -> None:
    one = form(("=10", "10", 5, 5))
    assert (scores.weight_hhi(one), scores.equal_weight_share(one), scores.entropy(one)) == (1, 100, 0)
    two = form(("=10", "10", 5, 5), ("=10", "5", 5, 2.5))
    assert scores.entropy(two) == 1


@pytest.mark.parametrize(
    "measure",
    [scores.ceiling_share, scores.entropy, scores.weight_hhi, scores.equal_weight_share, scores.score_ratio],
)
def test_indicators_without_weight_or_score_are_too_few(measure: Callable[[pd.DataFrame], float]) -> None:
    with pytest.raises(MeasureError) as error:
        measure(form(("=10", "10", math.nan, math.nan)))
    assert error.value.status == "too_few"


def test_words_are_no_comparable_targets() -> None:
    words = form(("提升", "提升", 5, 5))
    assert scores.quantitative_share(words) == 0
    for measure in (scores.exact_hit_share, scores.soft_target_share, scores.recomputed_gap):
        with pytest.raises(MeasureError, match=r"定量|重算"):
            measure(words)


def test_grades_under_every_scheme_at_once() -> None:
    found = grades.under_schemes({"a": 92, "b": 75, "c": 65, "d": 30, "e": math.nan}).set_index("project")
    assert found["财政部2020年办法"].tolist() == ["优", "中", "中", "差", ""]
    assert found["五级划分"].tolist() == ["优", "中", "合格", "差", ""]
    assert found["agree"].tolist() == [True, True, False, True, True]


def test_margin_above_the_threshold() -> None:
    found = performance.grades(DOCUMENT).set_index("project")
    assert found["margin"].tolist() == [8, 9]
    assert math.isnan(grades.scheme("mof-2020").margin(12))
    assert grades.scheme("five-band").boundaries == (90, 80, 70, 60)
    assert performance.scheme_table("mof-2020")["lowest"].tolist() == [90, 80, 60, 0]


def test_scores_by_kind_of_target() -> None:
    found = performance.by_kind(DOCUMENT).set_index("kind")
    assert found["count"].to_dict() == {"quantitative": 35, "qualitative": 9}
    assert found.loc["quantitative", ["full", "weight", "score"]].tolist() == [34, 147, 145]
    assert found.loc["quantitative", "ratio_pct"] == pytest.approx(145 / 147 * 100)
    assert found.loc["qualitative", "full_pct"] == 100
    assert performance.by_kind("putuo-finance-bureau-2024").empty
