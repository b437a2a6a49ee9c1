"""Scores of self-evaluation forms: hand-worked figures of a real document, and documents without forms."""

import math
from pathlib import Path

import pandas as pd
import pytest

from fiscal_utils import set_language
from fiscal_utils.analysis import performance
from fiscal_utils.analysis.performance import Target

DOCUMENT = "jingdezhen-government-office-2023"
GAZETTE, DUTY = "政府公报编制及印发专项经费", "市政府值班、信息化等专项工作经费"


@pytest.fixture(autouse=True)
def _data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FISCAL_DATA_DIR", str(Path(__file__).parents[1] / "data"))
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
    assert performance.parse_target(text) == target


def test_rule() -> None:
    assert performance.recomputed(15, 85 / 90 * 100) == pytest.approx(14.1667, abs=1e-4)
    assert performance.recomputed(3, 2190 / 1800 * 100) == 3
    assert performance.recomputed(10, 125, less_is_better=True) == 8
    assert math.isnan(performance.recomputed(3, math.nan))


def test_achievement_is_unknown_for_zero_targets_and_other_units() -> None:
    assert math.isnan(performance.achievement(Target("=", 0, "次"), Target("", 1, "")))
    assert math.isnan(performance.achievement(Target("=", 3, "万元"), Target("", 30000, "元")))
    assert performance.achievement(Target("=", 1800, "条"), Target("", 2190, "")) == pytest.approx(121.6667, abs=1e-4)


def test_cost_in_yuan_is_an_upper_bound_but_a_control_rate_is_not() -> None:
    assert performance.at_most(Target("=", 3, "万元"), "成本指标")
    assert not performance.at_most(Target("", 100, ""), "成本")
    assert performance.at_most(Target("≤", 5, "天"), "时效")


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
    assert [performance.grade(s) for s in (90, 89.99, 80, 60, 59)] == ["优", "良", "良", "中", "差"]
    assert [performance.grade(s, "five-band") for s in (70, 60)] == ["中", "合格"]
    assert performance.grade(math.nan) == ""
    with pytest.raises(ValueError, match="grade_scheme"):
        performance.grades(DOCUMENT, "three")


def test_a_document_without_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    load = performance.load
    monkeypatch.setattr(performance, "load", lambda name, document: load(name, document).iloc[:0])
    metrics = performance.metrics(DOCUMENT)
    assert (metrics["projects"], metrics["indicators"], metrics["full_score_share_pct"]) == (0, 0, None)
    for frame in (performance.weights, performance.grades, performance.kinds, performance.funds):
        assert isinstance(frame(DOCUMENT), pd.DataFrame)
        assert frame(DOCUMENT).empty
    assert performance.level_parts(DOCUMENT) == {}
