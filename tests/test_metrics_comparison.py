"""A metric over many documents and years: ranks, gaps, ties, fixed panels and the composition effect."""

from pathlib import Path

import pandas as pd
import pytest
from metric_documents import write_document

from fiscal_utils.analysis import comparison, panel
from fiscal_utils.analysis.facts import MeasureError
from fiscal_utils.errors import DataError

REAL, OTHER = "jingdezhen-government-office-2023", "putuo-finance-bureau-2024"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FISCAL_DATA_DIR", str(tmp_path))
    return tmp_path


def disclose(folder: Path, office: str, year: int, final: str | None) -> str:
    rows = {"sangong": [{"item": "total", "final": final}]} if final else {}
    return write_document(folder, f"simulated-{office}-{year}", year=year, department=office, **rows)


def test_ranks_gaps_and_focus(folder):
    for office, final in zip("abcde", ("3.00", "1.00", "3.00", "0.00", None), strict=True):
        disclose(folder, office, 2031, final)
    found = comparison.compare("sangong_final", focus="simulated-b-2031")
    assert found["department"].tolist() == ["a", "c", "b", "d", "e"]
    assert found["rank"].tolist()[:4] == [1, 1, 3, 4]
    assert pd.isna(found["rank"].iloc[4])
    assert found["percentile"].tolist()[:4] == [100, 100, 50, 25]
    assert found["tied"].tolist() == [True, True, False, False, False]
    assert found.loc[found["focus"], "department"].tolist() == ["b"]
    assert comparison.summary(found) == {
        "n": 4, "missing": 1, "zeros": 1, "simulated": 5, "mean": 1.75, "min": 0, "q1": 0.75, "median": 2, "q3": 3,
        "max": 3, "focus_rank": 3, "focus_equal": 1, "reasons": {"missing": 1},
    }  # fmt: skip


def test_two_real_documents_are_thin_and_say_so():
    found = comparison.compare("personnel_cost_per_head", "all", focus=OTHER)
    assert found["document_id"].tolist() == [REAL, OTHER]
    summary = comparison.summary(found)
    assert (summary["n"], summary["missing"], summary["simulated"], summary["focus_rank"]) == (1, 1, 0, None)


def test_intervals_are_ranked_by_their_middle():
    found = comparison.compare("sangong_prior")
    assert found["position"].iloc[0] == pytest.approx((4.0815087 + 4.0832478) / 2)
    assert found["value"].isna().all()


def test_nothing_to_compare(folder):
    disclose(folder, "a", 2031, None)
    summary = comparison.summary(comparison.compare("sangong_final"))
    assert (summary["n"], summary["mean"], summary["median"]) == (0, None, None)
    with pytest.raises(MeasureError, match="documents with a value"):
        panel.by_year("sangong_final")


def test_a_fixed_panel_moves_with_its_units_and_the_rest_is_composition(folder):
    disclosed = {"a": ("2.00", "4.00"), "b": ("0.00", "2.00"), "new": (None, "12.00")}
    for office, finals in disclosed.items():
        for year, final in zip((2031, 2032), finals, strict=True):
            disclose(folder, office, year, final)
    found = panel.by_year("sangong_final").set_index("year")
    assert found["fixed_mean"].tolist() == [1, 3]
    assert found["all_mean"].tolist() == [1, 6]
    assert found[["fixed_n", "all_n"]].to_numpy().tolist() == [[2, 2], [2, 3]]
    assert found["all_zeros"].tolist() == [1, 0]
    assert found.loc[2032, ["fixed_change", "all_change", "composition_effect"]].tolist() == [2, 5, 3]
    assert found.loc[2032, "all_median"] == 4


def test_no_unit_in_every_year_leaves_no_fixed_panel(folder):
    disclose(folder, "a", 2031, "1.00")
    disclose(folder, "b", 2032, "2.00")
    found = panel.by_year("sangong_final")
    assert found["fixed_n"].tolist() == [0, 0]
    assert found["fixed_mean"].isna().all()
    assert found["all_mean"].tolist() == [1, 2]


def test_chosen_documents_are_all_a_list_or_a_text_and_always_the_focus_too(folder):
    one, two, three = (disclose(folder, office, 2031, "1.00") for office in "abc")
    assert comparison.chosen("", one) == comparison.chosen([], one) == comparison.chosen(None, one) == []
    assert comparison.chosen("all", one) == [one, two, three]
    assert comparison.chosen(f"{two}, {three}", one) == [one, two, three]
    assert comparison.chosen([two], two) == [two]
    with pytest.raises(DataError):
        comparison.chosen("nowhere-2031", one)


def test_the_earlier_document_is_of_the_same_department_at_the_same_place_and_nearest(folder):
    first, second, third = (disclose(folder, "a", year, "1.00") for year in (2029, 2030, 2031))
    write_document(folder, "simulated-elsewhere-2030", year=2030, department="a", region_code="310107")
    disclose(folder, "b", 2030, "1.00")
    assert comparison.earlier("all", third) == second
    assert comparison.earlier([first], third) == first
    assert comparison.earlier("all", first) is None
    assert comparison.earlier("", third) is None


def test_a_department_without_a_region_code_has_earlier_years_too(folder):
    for year in (2030, 2031):
        write_document(folder, f"simulated-a-{year}", year=year, department="a", region_code="")
    assert comparison.earlier("all", "simulated-a-2031") == "simulated-a-2030"


def test_the_spread_counts_zeros_and_gaps_beside_the_quartiles(folder):
    for office, final in zip("abc", ("0.00", "0.00", "3.00"), strict=True):
        disclose(folder, office, 2031, final)
    write_document(folder, "simulated-none-2031")
    found = comparison.spread(["sangong_final"]).iloc[0]
    assert found[["n", "missing", "zeros", "median", "max", "mean"]].tolist() == [3, 1, 2, 0, 3, 1]


def test_accounts_stand_beside_those_of_their_year_where_these_are_enough(folder):
    for office, year in (("a", 2030), ("a", 2031), ("b", 2031), ("c", 2031)):
        disclose(folder, office, year, "1.00")
    every = [f"simulated-{name}" for name in ("a-2030", "a-2031", "b-2031", "c-2031")]
    assert comparison.peers(every, "simulated-a-2031", 3) == every[1:]
    assert comparison.peers(every, "simulated-a-2031", 4) == every
