import pandas as pd
import pytest

from fiscal_utils.analysis import staffing

DOCUMENT = "jingdezhen-government-office-2023"


def test_headline_of_the_real_document() -> None:
    found = staffing.metrics(DOCUMENT)
    assert found["staff"] == 74
    assert found["personnel_cost"] == 2114.08
    assert found["operating_cost"] == 319.08
    assert found["personnel_share_of_basic_pct"] == pytest.approx(2114.08 / 2433.16 * 100)
    assert found["personnel_cost_per_head"] == pytest.approx(28.5686, abs=1e-4)
    assert found["wage_bill_gfs"] == 2016.64
    assert found["contributions"] == pytest.approx(140.31 + 146.02 + 84.81 + 11.59 + 0.98 + 163.19)
    assert found["cash_pay"] == pytest.approx(1469.74)


def test_make_up_is_largest_first_and_adds_up() -> None:
    found = staffing.make_up(DOCUMENT)
    assert found["code"].iloc[0] == "30107"
    assert found["share_pct"].sum() == pytest.approx(100, abs=0.01)
    assert staffing.component_gap(DOCUMENT) == pytest.approx(0.01)


def test_functions_beside_economic_items() -> None:
    found = staffing.staff_functions(DOCUMENT).set_index("function")
    assert found["gap"].to_dict() == pytest.approx(
        {"2080501": 5.58, "2080505": 12.47, "2080506": 29.12, "21011": -3.86, "2210201": 55.63}
    )
    assert set(found["column"]) == {"basic"}


def test_staff_part_of_the_social_classes() -> None:
    found = staffing.staff_classes(DOCUMENT)
    assert found["share_pct"].iloc[-1] == pytest.approx(476.57 / 493.00 * 100)


def test_function_row_summed_from_its_items_where_it_is_not_printed() -> None:
    assert staffing._function({"2101101": 1.5, "2101199": 0.5, "2080501": 9.0}, "21011") == 2.0


def test_missing_tables_give_none(monkeypatch: pytest.MonkeyPatch) -> None:
    empty = pd.DataFrame(columns=["code", "item", "final", "basic", "total", "value"])
    monkeypatch.setattr(staffing, "load", lambda name, document: empty)
    assert set(staffing.metrics(DOCUMENT).values()) == {None}
    assert staffing.make_up(DOCUMENT).empty
    assert staffing.staff_functions(DOCUMENT).empty
    assert staffing.staff_classes(DOCUMENT).empty


def test_no_staff_no_rate_per_head() -> None:
    assert staffing.ratio(5.0, 0) is None
    assert staffing.ratio(None, 2.0) is None
