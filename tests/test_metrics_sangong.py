from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from metric_documents import write_document

from fiscal_utils.analysis import sangong
from fiscal_utils.analysis.sangong import bounds, growth_range, intersection, printed

DOCUMENT = "jingdezhen-government-office-2023"


def test_headline_of_the_real_document() -> None:
    found = sangong.metrics(DOCUMENT)
    assert (found["final"], found["adjusted_budget"], found["initial_budget"]) == (20.89, 20.89, 19.77)
    assert found["prior_low"] == pytest.approx(16.805 / 4.11735)
    assert found["prior_high"] == pytest.approx(20.895 / 5.11725)
    assert 4.08 <= found["prior_low"] <= found["prior_high"] <= 4.085
    assert found["growth_low_pct"] == pytest.approx(411.725)
    assert found["growth_high_pct"] == pytest.approx(411.735)


def test_prior_by_item() -> None:
    found = sangong.prior(DOCUMENT).set_index("item")
    assert found.loc["hospitality", ["prior_low", "prior_high"]].tolist() == pytest.approx(
        [1.095 / 5.09405, 0.885 / 4.09395]
    )
    assert found.loc["overseas", ["prior_low", "prior_high"]].tolist() == pytest.approx([0, 0.01])
    assert found.loc["overseas", "status"] == "change_only"
    assert pd.isna(found.loc["overseas", "growth_low_pct"])
    assert found.loc["vehicle_purchase", "status"] == "flat"
    assert found.loc["vehicles", "status"] == "not_stated"
    assert sangong.additive(DOCUMENT)["agrees"] is True


def test_a_fall_is_signed() -> None:
    found = bounds(printed(8.0, 2), printed(2.0, 2), printed(20.0, 2, 100), -1)
    meet = intersection(found)
    assert meet is not None
    assert meet.low <= 10 <= meet.high
    growth = growth_range(printed(8.0, 2), meet)
    assert growth is not None
    assert growth.low <= Fraction(-1, 5) <= growth.high


def test_contradiction_is_an_empty_intersection() -> None:
    assert intersection(bounds(printed(8.0, 2), printed(2.0, 2), printed(50.0, 2, 100), 1)) is None


def test_a_fall_of_everything_bounds_by_the_change() -> None:
    found = bounds(printed(0.0, 2), printed(5.0, 2), printed(100.0, 2, 100), -1)
    assert "growth" not in found
    meet = intersection(found)
    assert meet is not None
    assert meet.low <= 5 <= meet.high


def test_unit_costs_by_table_and_narrative() -> None:
    found = sangong.unit_costs(DOCUMENT).set_index("denominator")
    assert found.loc["vehicles_held", "cost"] == pytest.approx(105200 / 3)
    assert found.loc["domestic_guests", ["cost", "narrative_cost"]].tolist() == pytest.approx([11000 / 57, 11000 / 65])
    assert found.loc["domestic_receptions", "cost"] == pytest.approx(1100)
    assert found["differs"].to_dict()["domestic_receptions"]
    assert found.loc["overseas_persons", "cost"] == pytest.approx(92800)


def test_execution_names_both_bases() -> None:
    found = sangong.execution(DOCUMENT).set_index("item")
    assert found.loc["total", "of_initial_pct"] == pytest.approx(20.89 / 19.77 * 100)
    assert found.loc["overseas", "of_initial_pct"] == pytest.approx(464)
    assert found.loc["total", "of_adjusted_pct"] == 100


def test_real_terms() -> None:
    nominal, real = sangong.prior(DOCUMENT), sangong.real_terms(DOCUMENT, 110.0)
    assert real["prior_low"].iloc[0] == pytest.approx(nominal["prior_low"].iloc[0] * 1.1)
    assert real["growth_low_pct"].iloc[0] == pytest.approx((5.11725 / 1.1 - 1) * 100)
    assert sangong.national_cpi(DOCUMENT) == 100.2


def test_missing_tables_give_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FISCAL_DATA_DIR", str(tmp_path))
    nothing = write_document(tmp_path, "simulated-nothing-2031")
    assert set(sangong.metrics(nothing).values()) == {None}
    assert sangong.execution(nothing).empty
    assert sangong.prior(nothing).empty
    assert sangong.additive(nothing)["agrees"] is None
    assert not sangong.unit_costs(nothing)["differs"].any()


def test_a_printed_zero_is_zero_and_not_the_middle_of_what_it_stands_for() -> None:
    found = sangong.prior("putuo-finance-bureau-2024").set_index("item")
    assert found["current"].to_dict() == dict.fromkeys(("total", "overseas", "vehicles", "hospitality"), 0)


def test_leaves_are_the_items_that_add_up() -> None:
    assert sangong.leaves(["total", *sangong.ITEMS]) == [
        "overseas",
        "vehicle_purchase",
        "vehicle_operation",
        "hospitality",
    ]
    assert sangong.leaves(["total", "overseas", "vehicles", "hospitality"]) == ["overseas", "vehicles", "hospitality"]


def test_vehicles_that_are_not_split_count_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FISCAL_DATA_DIR", str(tmp_path))
    finals = {"total": "10.00", "overseas": "4.00", "vehicles": "6.00"}
    stated = [{"section": "sangong", "measure": "prior_change", "unit": "万元", "decimals": "2", **row} for row in (
        {"item": "total", "value": "2.00", "direction": "increase"},
        {"item": "overseas", "value": "1.00", "direction": "decrease"},
        {"item": "vehicles", "value": "3.00", "direction": "increase"},
    )]  # fmt: skip
    rows = [{"item": item, "final": final} for item, final in finals.items()]
    name = write_document(tmp_path, "simulated-whole-2031", sangong=rows, narrative=stated)
    assert sangong.additive(name) == {
        "parts_low": pytest.approx(7.98), "parts_high": pytest.approx(8.02), "agrees": True
    }  # fmt: skip
    points = sangong.contributions(name).set_index("item")
    assert list(points.index) == ["overseas", "vehicles", "total"]
    assert points.loc["overseas", ["low", "high"]].tolist() == pytest.approx([-100.5 / 7.99, -99.5 / 8.01])


def test_the_contribution_of_the_total_is_its_growth() -> None:
    total = sangong.contributions(DOCUMENT).set_index("item").loc["total"]
    assert (total["low"], total["high"]) == (pytest.approx(411.725), pytest.approx(411.735))


def test_unit_costs_are_listed_only_where_there_is_an_amount_and_a_count() -> None:
    assert sangong.unit_costs("putuo-finance-bureau-2024").empty


def test_reasons_are_those_printed_with_the_change() -> None:
    found = sangong.reasons(DOCUMENT)
    assert set(found) == {"overseas", "vehicle_operation", "hospitality"}


def test_history_of_one_document_is_its_year_and_the_one_it_implies() -> None:
    found = sangong.history(DOCUMENT).set_index("year")
    assert found["source"].to_dict() == {2022: "implied", 2023: "printed"}
    assert found.loc[2023, "printed"] == 20.89
    assert found.loc[2022, "real_low"] == pytest.approx(16.805 / 4.11735 * 1.002)
    assert found.loc[2023, ["real_low", "real_high"]].tolist() == found.loc[2023, ["low", "high"]].tolist()


def test_history_keeps_to_the_department_and_the_chosen_documents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FISCAL_DATA_DIR", str(tmp_path))
    for office, year in (("a", 2021), ("a", 2022), ("b", 2020)):
        rows = [{"item": "total", "final": "1.00"}]
        write_document(
            tmp_path, f"simulated-{office}-{year}", year=year, department=office, region_code="", sangong=rows
        )
    assert sangong.history("simulated-a-2022", "all")["year"].tolist() == [2021, 2022]
    assert sangong.history("simulated-a-2022")["year"].tolist() == [2022]
