"""The one-page figures of one real department, and of a document that lacks its tables."""

import math
from pathlib import Path

import pytest
from metric_documents import write_document

from fiscal_utils.analysis import overview

REAL = "jingdezhen-government-office-2023"


@pytest.fixture(autouse=True)
def data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FISCAL_DATA_DIR", str(Path(__file__).parents[1] / "data"))


def test_headline_figures():
    metrics = overview.metrics(REAL)
    assert metrics["revenue"] == metrics["expenditure"] == 2695.61
    assert metrics["balance"] == 0
    assert round(metrics["basic_share_pct"], 2) == 90.33
    assert round(metrics["project_share_pct"], 2) == 9.67
    assert round(metrics["execution_rate_initial_pct"], 2) == 129.01
    assert (metrics["staff"], metrics["statutory_duties"], metrics["budget_units"]) == (74, 15, 1)


def test_sources_are_shares_of_revenue():
    rows = overview.sources(REAL)
    assert list(rows["source"]) == ["fiscal_appropriation", "other"]
    assert list(rows["share_pct"]) == pytest.approx([100 * 2693.88 / 2695.61, 100 * 1.73 / 2695.61])


def test_functions_largest_first():
    rows = overview.functions(REAL)
    assert list(rows["code"]) == ["201", "208", "221", "210", "229"]
    assert rows["total"].sum() == pytest.approx(2695.61)
    assert rows["share_pct"].iloc[0] == pytest.approx(100 * 2200.88 / 2695.61)


def test_economic_types_and_items_share_one_denominator():
    types = overview.economic_types(REAL).set_index("code")
    assert types["final"].sum() == pytest.approx(2433.16)
    assert types.loc["301", "share_pct"] == pytest.approx(100 * 2016.64 / 2433.16)
    items = overview.economic_items(REAL)
    assert list(items["code"][:3]) == ["30107", "30101", "30102"]
    assert items["share_pct"].iloc[0] == pytest.approx(100 * 667.20 / 2433.16)


def test_flows_carry_revenue_in_and_expenditure_out():
    rows = overview.flows(REAL)
    sums = rows.groupby("step")["amount"].sum()
    assert sums["revenue"] == pytest.approx(2695.61, abs=0.03)
    assert sums["expenditure"] == pytest.approx(2695.61, abs=0.03)
    into = rows[(rows["step"] == "revenue") & (rows["end"] == "229")]
    assert into[["start", "amount"]].to_numpy().tolist() == [["other", 1.73]]


def test_document_without_tables(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("FISCAL_DATA_DIR", str(tmp_path))
    nothing = write_document(tmp_path, "simulated-nothing-2031")
    metrics = overview.metrics(nothing)
    assert all(math.isnan(value) for value in metrics.values())
    tables = (overview.sources, overview.functions, overview.flows, overview.staff, overview.economic_items)
    assert all(table(nothing).empty for table in tables)


def test_headlines_are_those_of_the_reports():
    metrics = overview.metrics(REAL)
    assert round(metrics["composition_variance_pct"], 2) == 4.48
    assert round(metrics["personnel_cost_per_head"], 2) == 28.57
    assert (metrics["sangong_final"], metrics["projects"], metrics["indicators"]) == (20.89, 2, 44)


def test_findings_are_counted_by_severity_and_checks_by_result():
    found = overview.checked(REAL)
    assert (found["errors"], found["warnings"], found["fail"]) == (5, 5, 16)
    assert found["findings"] == found["errors"] + found["warnings"] + found["notes"]
    assert found["checks"] == found["pass"] + found["rounding"] + found["fail"] + found["undetermined"]


def test_nodes_have_published_totals():
    totals = overview.node_totals(REAL)
    assert totals[("revenue", "fiscal_appropriation")] == 2693.88
    assert (totals[("expenditure", "basic")], totals[("expenditure", "201")]) == (2434.89, 2200.88)


def test_class_shares_are_of_each_documents_expenditure_and_a_class_that_it_lacks_is_zero():
    shares = overview.class_shares([REAL, "putuo-finance-bureau-2024"])
    assert shares.loc[REAL, "201"] == pytest.approx(100 * 2200.88 / 2695.61)
    assert shares.loc["putuo-finance-bureau-2024", "229"] == 0
    assert shares.columns[0] == "201"
    assert shares.sum(axis=1).tolist() == pytest.approx([100, 100], abs=0.01)
