from pathlib import Path

import pytest
from metric_documents import write_document

from fiscal_utils.analysis import staffing
from fiscal_utils.analysis.facts import MeasureError

DOCUMENT = "jingdezhen-government-office-2023"
OTHER = "putuo-finance-bureau-2024"


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


def test_housing_subsidies_are_staff_cost_though_no_economic_item_is_theirs_alone() -> None:
    found = staffing.staff_classes(OTHER).set_index("code")
    # 住房公积金 187.19 + 购房补贴 258.50; of 833.40 in the three classes only 其他行政事业单位养老支出 0.94 is left
    assert found.loc["221", "staff"] == pytest.approx(445.69)
    assert found["share_pct"].iloc[-1] == pytest.approx(832.46 / 833.40 * 100)
    assert "2210203" not in set(staffing.staff_functions(OTHER)["function"])


def test_function_row_summed_from_its_items_where_it_is_not_printed() -> None:
    assert staffing._function({"2101101": 1.5, "2101199": 0.5, "2080501": 9.0}, "21011") == 2.0


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FISCAL_DATA_DIR", str(tmp_path))
    return tmp_path


def disclose(folder: Path, year: int, personnel: str, staff: str) -> str:
    rows = [{"item": "personnel", "final": personnel}]
    return write_document(
        folder, f"simulated-office-{year}", year=year, gpb_basic_economic=rows,
        staff=[{"item": "in_service", "value": staff}],
    )  # fmt: skip


def test_missing_tables_give_none(folder: Path) -> None:
    nothing = write_document(folder, "simulated-nothing-2031")
    assert set(staffing.metrics(nothing).values()) == {None}
    assert staffing.make_up(nothing).empty
    assert staffing.staff_functions(nothing).empty
    assert staffing.staff_classes(nothing).empty


def test_change_of_the_wage_bill_is_price_and_number(folder: Path) -> None:
    first, second = disclose(folder, 2031, "200.00", "10"), disclose(folder, 2032, "360.00", "12")
    found = staffing.decompose(first, second).set_index("part")
    # 20 → 30 a head over 11 heads on average; two heads more at 25 on average.
    assert found["value"].to_dict() == pytest.approx({"price": 110, "number": 50, "change": 160})
    assert found["share_pct"].to_dict() == pytest.approx({"price": 68.75, "number": 31.25, "change": 100})


def test_no_decomposition_of_no_change_and_without_staff(folder: Path) -> None:
    names = [disclose(folder, year, "200.00", staff) for year, staff in ((2031, "10"), (2032, "10"), (2033, "0"))]
    assert staffing.decompose(*names[:2])["value"].tolist() == [0, 0, 0]
    assert staffing.decompose(*names[:2])["share_pct"].isna().all()
    with pytest.raises(MeasureError, match="denominator is zero: In-service staff"):
        staffing.decompose(names[0], names[2])
    with pytest.raises(MeasureError, match=r"no In-service staff at year's end: .* Staff figures"):
        staffing.decompose(names[0], write_document(folder, "simulated-nothing-2034", gpb_basic_economic=[
            {"item": "personnel", "final": "1.00"}]))  # fmt: skip


def test_no_staff_no_rate_per_head() -> None:
    assert staffing.ratio(5.0, 0) is None
    assert staffing.ratio(None, 2.0) is None
