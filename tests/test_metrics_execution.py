"""Execution rates on the amounts that one real department states, and where figures are missing or zero."""

import math
from pathlib import Path

import pandas as pd
import pytest
from metric_documents import write_document

from fiscal_utils.analysis import execution

REAL = "jingdezhen-government-office-2023"


@pytest.fixture
def nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A document that lacks every table."""
    monkeypatch.setenv("FISCAL_DATA_DIR", str(tmp_path))
    return write_document(tmp_path, "simulated-nothing-2031")


def test_execution_rate_is_final_over_initial_budget():
    totals = execution.totals(REAL)
    assert totals["initial_budget"] == 2088.15
    assert totals["final"] == 2693.88
    assert totals["execution_rate_initial_pct"] == 100 * 2693.88 / 2088.15
    assert round(totals["execution_rate_initial_pct"], 2) == totals["completion_printed_pct"] == 129.01


def test_class_contributes_its_change_over_the_total_initial_budget():
    rows = execution.by_function(REAL).set_index("code")
    assert rows.loc["201", "change"] == pytest.approx(536.33)
    assert rows.loc["201", "contribution_pp"] == pytest.approx(100 * 536.33 / 2088.15)
    assert rows.loc["208", "contribution_pp"] == pytest.approx(100 * 69.41 / 2088.15)
    assert rows.loc["210", "contribution_pp"] == 0


@pytest.mark.parametrize(("code", "printed"), [("201", 132.22), ("208", 132.17), ("210", 100), ("221", 100)])
def test_completion_recomputed_equals_the_printed_one(code, printed):
    row = execution.by_function(REAL).set_index("code").loc[code]
    assert round(row["completion_pct"], 2) == row["completion_printed_pct"] == printed


def test_contributions_and_residual_add_up_to_the_deviation():
    rows = execution.contributions(REAL)
    assert list(rows["code"][:2]) == ["201", "208"]
    assert rows["contribution_pp"].sum() == pytest.approx(100 * 605.73 / 2088.15)
    # The classes' initial budgets sum to 2088.14, the total says 2088.15: 0.01 is left over.
    assert rows["contribution_pp"].iloc[-1] == pytest.approx(-100 * 0.01 / 2088.15)


def test_shares_of_basic_and_project_expenditure():
    metrics = execution.metrics(REAL)
    assert metrics["basic_share_pct"] == pytest.approx(100 * 2434.89 / 2695.61)
    assert metrics["project_share_pct"] == pytest.approx(100 * 260.72 / 2695.61)
    rows = execution.by_nature(REAL).set_index("code")
    assert rows.loc["201", "project"] == rows["project"]["total"] == 260.72
    assert rows.loc["208", "basic_share_pct"] == 100


def test_projects_execute_their_adjusted_budget():
    rows = execution.projects(REAL)
    assert list(rows["rate_pct"]) == pytest.approx([100, 100 * 190.72 / 191])
    assert rows["agrees"].all()
    assert execution.project_totals(REAL)["projects_execution_rate_adjusted_pct"] == pytest.approx(100 * 230.72 / 231)


def test_printed_rate_beyond_rounding_does_not_agree():
    low, high = execution.rate_bounds(190.72, 191)
    assert low < 100 * 190.72 / 191 < high
    assert high - low < 0.02
    assert all(math.isnan(bound) for bound in execution.rate_bounds(0, 0))


def test_rate_of_a_zero_or_missing_base_is_unknown():
    assert math.isnan(execution.share_pct(5, 0))
    assert math.isnan(execution.share_pct(math.nan, 5))
    assert execution.share_pct(0, 5) == 0


def test_document_without_figures_gives_unknown_rates(nothing):
    assert all(math.isnan(value) for value in execution.metrics(nothing).values())
    for rows in (execution.by_function(nothing), execution.contributions(nothing), execution.projects(nothing)):
        assert isinstance(rows, pd.DataFrame)
        assert rows.empty


def test_a_class_has_the_sum_of_its_items_where_only_these_have_an_initial_budget():
    rows = execution.by_function("putuo-finance-bureau-2024").set_index("code")
    # 1560.05 + 10.00 + 135.90 + 450.52; 85.55 + 161.62 + 80.81 + 0.94; one item; 187.75 + 258.50
    assert rows["initial_budget"].to_dict() == pytest.approx(
        {"201": 2156.47, "208": 328.92, "210": 62.29, "221": 446.25}
    )
    assert rows.loc["201", "change"] == pytest.approx(2106.66 - 2156.47)


def test_a_class_that_ended_on_the_sum_of_its_items_did_not_change(monkeypatch):
    stated = execution._stated("putuo-finance-bureau-2024")
    budgets = {"2080501": 0.1, "2080505": 0.2, "2080506": 0.0, "2080599": 0.0}  # 0.1 + 0.2 is no exact float
    for item, amount in budgets.items():
        stated.loc[item, ["initial_budget", "final"]] = amount
    stated.loc["208", "final"] = 0.3
    monkeypatch.setattr(execution, "_stated", lambda document: stated)
    assert execution.by_function("putuo-finance-bureau-2024").set_index("code").loc["208", "change"] == 0


@pytest.mark.parametrize("change", [{"final": 1.0}, {"initial_budget": float("nan")}])
def test_items_that_are_not_the_whole_class_give_no_initial_budget(monkeypatch, change):
    stated = execution._stated("putuo-finance-bureau-2024")
    for measure, value in change.items():
        stated.loc["2010602", measure] = value
    monkeypatch.setattr(execution, "_stated", lambda document: stated)
    rows = execution.by_function("putuo-finance-bureau-2024").set_index("code")
    assert rows["initial_budget"].isna().to_dict() == {"201": True, "208": False, "210": False, "221": False}
