"""What notebooks show of the metric registry: units, denominators and reasons, and a document among others."""

from html import unescape
from pathlib import Path
from typing import Any

import pytest
from metric_documents import write_document

from fiscal_utils import display, plots
from fiscal_utils.plots import Caption, figure
from fiscal_utils.views import showing, staff_charts

OFFICE = "General Office of the People's Government, Jingdezhen 2023"
REAL, OTHER = "jingdezhen-government-office-2023", "putuo-finance-bureau-2024"


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All that is displayed, as plain text."""
    seen: list[str] = []

    def keep(bundle: dict[str, Any], **_: Any) -> None:
        seen.append(bundle["text/plain"])

    for module in (display, figure):
        monkeypatch.setattr(module, "display", keep)
    monkeypatch.setenv("FISCAL_REPORT", "1")
    return seen


@pytest.fixture
def ranked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Caption, dict[str, Any]]]:
    """The caption and the options of every ranking drawn."""
    seen: list[tuple[Caption, dict[str, Any]]] = []
    monkeypatch.setattr(plots, "ranking", lambda labels, values, caption, **options: seen.append((caption, options)))
    return seen


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FISCAL_DATA_DIR", str(tmp_path))
    return tmp_path


def staffed(folder: Path, office: str, year: int, personnel: str, staff: str) -> str:
    return write_document(
        folder, f"simulated-{office}-{year}", year=year, department=office,
        gpb_basic_economic=[{"item": "personnel", "final": personnel}],
        staff=[{"item": "in_service", "value": staff}],
    )  # fmt: skip


def test_a_card_has_value_unit_and_denominator_or_the_reason_that_it_has_none() -> None:
    rate, staff = showing.cards(REAL, ["personnel_cost_per_head", "staff"])
    assert (rate.value, rate.unit, rate.note) == ("28.57", "10,000 yuan per person", "÷ in-service staff at year's end")
    assert (staff.value, staff.unit) == ("74", "persons")
    (none,) = showing.cards(OTHER, ["personnel_cost_per_head"])
    assert (none.value, none.unit) == (None, "")
    assert none.note == showing.why(OTHER, "staff") == "Not published: Staff figures."
    assert showing.why(REAL, "staff") == ""


def test_figures_without_a_value_are_a_sentence_with_the_reason_and_no_row(shown: list[str]) -> None:
    showing.figures(OTHER, ["staff", "personnel_cost", "personnel_cost_per_head"], "Staff")
    table, sentence = shown
    assert "Personnel cost 2,152.26 10,000 yuan" in table
    assert "per head" not in table
    assert unescape(sentence).startswith("No value: In-service staff at year's end; Personnel cost per head. Not pub")


def test_definitions_show_formula_and_source_of_what_is_named(shown: list[str]) -> None:
    showing.definitions(["composition_variance_pct"])
    assert "PEFA 2016 PI-2.1" in shown[0]
    assert len(shown[0].splitlines()) == 3


@pytest.mark.parametrize("documents", ["", None, [], REAL])
def test_without_others_to_compare_one_sentence_says_how_to_choose_them(documents: Any, shown: list[str]) -> None:
    showing.compare(documents, REAL, ["personnel_cost", "staff"])
    assert len(shown) == 1
    assert "`-p documents all`" in shown[0]


def test_the_title_of_a_ranking_says_where_the_focus_stands(ranked: list, shown: list[str]) -> None:
    showing.compare("all", REAL, ["personnel_cost", "staff"])
    (caption, options), *more = ranked
    assert caption.title == f"Personnel cost: {OFFICE} is number 2 of 2 accounts of 2023–2024, the highest first"
    assert options["focus"] == [OFFICE]
    assert not more  # one value of staff is no ranking
    assert "2 accounts, 0 of them simulated" in shown[0]
    assert unescape(shown[-2]) == "Accounts without a value: not published 1 (In-service staff at year's end)."
    assert "A rank says where accounts stand" in shown[-1]


def test_metrics_with_the_same_gaps_are_named_together(ranked: list, shown: list[str]) -> None:
    showing.compare("all", REAL, ["mean_score", "score_ratio_pct", "personnel_cost"])
    assert (
        unescape(shown[-2]) == "Accounts without a value: not published 1 (Mean total score of projects; Score ratio)."
    )


def test_a_focus_without_a_value_is_said_to_have_none(folder: Path, ranked: list, shown: list[str]) -> None:
    for office, personnel in zip("abc", ("10.00", "30.00", "50.00"), strict=True):
        staffed(folder, office, 2031, personnel, "10")
    focus = write_document(folder, "simulated-none-2031", department="d")
    showing.compare("all", focus, ["personnel_cost_per_head"])
    assert ranked[0][0].title == "Personnel cost per head: none for d 2031; median of 3 3.00"
    assert ranked[0][0].simulated


def test_equal_values_have_no_rank(folder: Path, ranked: list, shown: list[str]) -> None:
    for office, personnel in zip("abc", ("10.00", "10.00", "50.00"), strict=True):
        staffed(folder, office, 2031, personnel, "10")
    showing.compare("all", "simulated-a-2031", ["personnel_cost_per_head"])
    assert ranked[0][0].title == "Personnel cost per head: 1.00 for a 2031 and 1 more of 3 accounts of 2031"


def test_where_all_are_equal_a_sentence_stands_for_the_ranking(folder: Path, ranked: list, shown: list[str]) -> None:
    for office in "ab":
        staffed(folder, office, 2031, "10.00", "10")
    showing.compare("all", "simulated-a-2031", ["personnel_cost_per_head"])
    assert not ranked
    assert unescape(shown[0]) == "Personnel cost per head: 1.00 in all 2 accounts."


def test_what_is_needed_and_missing_ends_the_section(shown: list[str]) -> None:
    showing.needs(REAL, "staff")
    assert not shown
    showing.needs(OTHER, "staff")
    assert unescape(shown[0]) == "Not published: Staff figures."


def test_departments_with_several_years_are_drawn_over_these_years(
    folder: Path, monkeypatch: pytest.MonkeyPatch, shown: list[str]
) -> None:
    drawn: list[Any] = []
    monkeypatch.setattr(plots, "small_multiples", lambda wide, caption, **options: drawn.append((wide, caption)))
    for office, year, personnel in (("a", 2030, "10.00"), ("a", 2031, "20.00"), ("b", 2029, "5.00")):
        staffed(folder, office, year, personnel, "10")
    showing.compare("all", "simulated-a-2031", ["personnel_cost_per_head"])
    wide, caption = drawn[0]
    assert wide.to_dict() == {"a": {2030: 1.0, 2031: 2.0}}
    assert caption.title.endswith("up in 1 of 1 departments with several years")


def test_pay_or_people_needs_an_earlier_year_with_staff(folder: Path, shown: list[str]) -> None:
    staffed(folder, "a", 2031, "200.00", "10")
    second, third = staffed(folder, "a", 2032, "360.00", "12"), staffed(folder, "a", 2033, "360.00", "0")
    staff_charts.pay_or_people("", second)
    staff_charts.pay_or_people("all", second)
    assert "no earlier year" in shown[0]
    assert shown[1] == "Personnel cost changed by +160.00: cost per head +110.00, staff +50.00"
    staff_charts.pay_or_people("all", third)
    assert "cannot be compared: The denominator is zero" in shown[2]


def test_a_matrix_that_cannot_be_inferred_is_said_once(folder: Path, shown: list[str]) -> None:
    nothing = write_document(folder, "simulated-nothing-2031")
    staff_charts.matrix_by_class(nothing)
    staff_charts.widest_cells(nothing)
    staff_charts.lifted_rules(nothing)
    assert len(shown) == 1
    assert shown[0].startswith("The matrix cannot be inferred")


def test_rules_that_the_totals_contradict_are_shown_and_their_absence_said(shown: list[str]) -> None:
    staff_charts.lifted_rules(REAL)
    staff_charts.lifted_rules(OTHER)
    assert "2101103" in shown[0]
    assert shown[1] == "The published totals do not contradict what the classification rules out."
