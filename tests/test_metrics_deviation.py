"""Level and composition of the deviation from the initial budget, and the type of year that PEFA's bands make of it."""

import random
from fractions import Fraction
from pathlib import Path

import pytest
from metric_documents import told, write_document

import fiscal_utils as fu
from fiscal_utils.analysis import deviation
from fiscal_utils.analysis.facts import MeasureError

REAL, OTHER = "jingdezhen-government-office-2023", "putuo-finance-bureau-2024"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FISCAL_DATA_DIR", str(tmp_path))
    return tmp_path


def disclose(folder: Path, budgets: dict[str, tuple[str, str]], name: str = "simulated-tree-office-2031") -> str:
    """A document that states the initial budget and the final account of each item; an empty one is not stated."""
    narrative = [
        told("appropriation", item, measure, amount)
        for item, pair in budgets.items()
        for measure, amount in zip(("initial_budget", "final"), pair, strict=True)
        if amount
    ]
    return write_document(folder, name, narrative=narrative)


def test_growth_of_129_percent_with_little_reallocation():
    found = deviation.year_types(REAL).set_index("indicator")
    assert found["value"].round(2).to_dict() == {"outturn": 129.01, "composition": 4.48}
    assert found["year_type"].to_dict() == {"outturn": "D", "composition": "A"}
    assert deviation.year_types(OTHER)["year_type"].tolist() == ["A", "A"]


def test_deviation_splits_exactly_into_level_and_composition():
    found = deviation.split(REAL).set_index("code")
    growth = 2693.88 / 2088.14
    assert found.loc["201", "level"] == pytest.approx(1664.55 * (growth - 1))
    assert found.loc["201", "composition"] == pytest.approx(2200.88 - 1664.55 * growth)
    assert found["change"].to_numpy() == pytest.approx((found["level"] + found["composition"]).to_numpy())
    assert found.loc["total", "composition"] == 0
    assert found.loc["total", "level"] == pytest.approx(605.74)


def test_scaling_all_classes_alike_is_no_reallocation(folder):
    name = disclose(folder, {"total": ("30.00", "60.00"), "201": ("10.00", "20.00"), "208": ("20.00", "40.00")})
    assert deviation.split(name)["composition"].tolist() == [0, 0, 0]
    found = fu.metrics(name, ["composition_variance_pct", "gross_deviation_pct"]).set_index("metric")
    assert found["value"].to_dict() == {"composition_variance_pct": 0, "gross_deviation_pct": 100}


def test_class_without_an_initial_budget_has_none_where_the_others_make_up_the_total(folder):
    name = disclose(folder, {"total": ("10.00", "14.00"), "201": ("10.00", "12.00"), "229": ("", "2.00")})
    # b' = 14 and 0: |12 − 14| + |2 − 0| over 14.
    assert fu.metrics(name, "composition_variance_pct")["value"].iloc[0] == pytest.approx(100 * 4 / 14)
    assert fu.metrics(name, "gross_deviation_pct")["value"].iloc[0] == pytest.approx(40)


def test_class_whose_initial_budget_is_unknown_leaves_the_metric_without_a_value(folder):
    name = disclose(folder, {"total": ("13.00", "14.00"), "201": ("10.00", "12.00"), "229": ("", "2.00")})
    found = fu.metrics(name, "composition_variance_pct").iloc[0]
    assert (found["status"], found["value"]) == ("missing", pytest.approx(float("nan"), nan_ok=True))
    assert "Other expenditure · Initial budget" in found["why"]


def test_classes_that_are_not_the_whole_leave_the_metric_without_a_value(folder):
    name = disclose(folder, {"total": ("13.00", "14.00"), "201": ("10.00", "12.00"), "208": ("1.00", "1.00")})
    assert fu.metrics(name, "gross_deviation_pct")["status"].iloc[0] == "missing"


@pytest.mark.parametrize("budgets", [{"201": ("1.00", "1.00")}, {"total": ("1.00", "1.00")}])
def test_classes_without_a_total_or_a_total_without_classes_leave_the_metric_without_a_value(folder, budgets):
    found = fu.metrics(disclose(folder, budgets), "composition_variance_pct").iloc[0]
    assert found["status"] == "missing"
    assert "Total · Initial budget" in found["why"]


def test_single_class_has_no_composition(folder):
    name = disclose(folder, {"total": ("10.00", "12.00"), "201": ("10.00", "12.00")})
    found = fu.metrics(name, ["composition_variance_pct", "gross_deviation_pct"]).set_index("metric")
    assert found.loc["composition_variance_pct", "status"] == "too_few"
    assert "function classes: 1" in found.loc["composition_variance_pct", "why"]
    assert found.loc["gross_deviation_pct", "value"] == 20


def test_no_initial_budget_at_all_is_a_zero_base(folder):
    name = disclose(folder, {"total": ("0.00", "3.00"), "201": ("0.00", "1.00"), "208": ("0.00", "2.00")})
    found = fu.metrics(name, "execution").set_index("metric")["status"]
    for metric in ("execution_rate_initial_pct", "composition_variance_pct", "gross_deviation_pct"):
        assert found[metric] == "zero_base"
    with pytest.raises(MeasureError, match="denominator is zero"):
        deviation.split(name)


def test_bounds_contain_the_measures_of_the_exact_amounts(folder):
    rng = random.Random(1)
    truth = {}
    for number in range(100):
        exact = {code: (rng.randint(10**3, 10**8), rng.randint(10**3, 10**8)) for code in ("201", "208", "210", "221")}
        b, a = ([Fraction(pair[side]) for pair in exact.values()] for side in (0, 1))
        exact["total"] = (sum(b), sum(a))
        stated = {code: tuple(f"{float(amount) / 10_000:.2f}" for amount in pair) for code, pair in exact.items()}
        name = disclose(folder, stated, f"simulated-{number}-2031")
        variance = sum(abs(x / sum(a) - y / sum(b)) for x, y in zip(a, b, strict=True))
        truth[name, "composition_variance_pct"] = 100 * variance
        truth[name, "gross_deviation_pct"] = 100 * sum(abs(x - y) for x, y in zip(a, b, strict=True)) / sum(b)
    found = fu.metrics(names=["composition_variance_pct", "gross_deviation_pct"])
    found = found.set_index(["document_id", "metric"]).sort_index()
    for key, value in truth.items():
        assert found.loc[key, "low"] - 1e-9 <= float(value) <= found.loc[key, "high"] + 1e-9


def test_what_rounding_leaves_open_is_that_of_the_coarsest_figure_and_of_every_item_summed(folder):
    assert deviation.half_unit(fu.load("narrative", disclose(folder, {"201": ("10.5", "12.00")}))) == Fraction(1, 20)
    items = {"201": ("", "12.00"), "2010301": ("1.00", "6.00"), "2010302": ("1.00", "6.00")}
    name = disclose(folder, items, "simulated-items-2031")
    assert deviation.half_unit(fu.load("narrative", name)) == Fraction(2, 200)


@pytest.mark.parametrize(
    ("value", "band"), [(100, "A"), (95, "A"), (94.99, "B"), (110, "B"), (86, "C"), (84.9, "D"), (129, "D")]
)
def test_bands_of_the_outturn(value, band):
    assert deviation.pefa()["outturn"].year_type(value) == band


def test_bands_are_published_as_a_table():
    assert deviation.bands("composition").to_numpy().tolist() == [["A", 0, 5], ["B", 0, 10], ["C", 0, 15]]


def test_slope_has_the_published_stages_only():
    found = deviation.slope(REAL).set_index(["scope", "series", "stage"])["value"].sort_index()
    assert found[("appropriation", "201")].to_dict() == {"initial_budget": 1664.55, "final": 2200.88}
    assert found[("sangong", "overseas")].to_dict() == {"initial_budget": 2, "adjusted_budget": 9.28, "final": 9.28}
    duty = "市政府值班、信息化等专项工作经费"
    assert found[("projects", duty)].to_dict() == {"initial_budget": 191, "adjusted_budget": 191, "final": 190.72}
    assert set(deviation.slope(OTHER)["scope"]) == {"appropriation", "sangong"}
