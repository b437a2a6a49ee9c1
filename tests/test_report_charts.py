"""What the notebooks on the three public expenses and on performance scores draw and say."""

from html import unescape
from pathlib import Path
from typing import Any

import pytest
from metric_documents import told, write_document

from fiscal_utils import display, plots
from fiscal_utils.plots import Caption, figure
from fiscal_utils.views import sangong_charts, score_charts

REAL, NOTHING_SPENT = "jingdezhen-government-office-2023", "putuo-finance-bureau-2024"
DRAWN = (
    "bars", "distribution", "dumbbells", "intervals", "lollipops", "slopes", "stacked_bars", "timeline",
)  # fmt: skip


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All that is displayed, as plain text."""
    seen: list[str] = []
    for module in (display, figure):
        monkeypatch.setattr(module, "display", lambda bundle, **_: seen.append(unescape(bundle["text/plain"])))
    return seen


@pytest.fixture
def charts(monkeypatch: pytest.MonkeyPatch) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
    """The data and the options of every chart."""
    seen: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
    for name in DRAWN:
        monkeypatch.setattr(plots, name, lambda *data, **options: seen.append((data, options)))
    return seen


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FISCAL_DATA_DIR", str(tmp_path))
    return tmp_path


def title(chart: tuple[tuple[Any, ...], dict[str, Any]]) -> str:
    return next(part.title for part in chart[0] if isinstance(part, Caption))


def test_the_execution_of_the_total_names_the_item_that_is_above_its_budget(charts: list) -> None:
    sangong_charts.execution_lines(REAL)
    assert title(charts[0]) == "105.7% of the initial budget was spent; above it: Official overseas travel"
    assert charts[0][1]["highlight"] == ["Official overseas travel"]
    assert "Official vehicles" not in charts[0][0][1]  # it is split into purchase and operation
    assert charts[0][0][1]["Official hospitality"] == [5, 1.1, 1.1]


def test_items_without_an_initial_budget_are_not_said_to_keep_to_it(charts: list) -> None:
    sangong_charts.execution_lines(NOTHING_SPENT)
    assert title(charts[0]) == "0.0% of the initial budget was spent; the items' own are not published"


def test_items_that_offset_one_another_are_told(shown: list[str]) -> None:
    sangong_charts.offsets(REAL)
    sangong_charts.offsets(NOTHING_SPENT)
    assert len(shown) == 1
    assert "exceed it by 7.28 in all, the others fall short by 6.15; the printed totals differ by +1.12" in shown[0]


def test_an_item_without_a_budget_is_said_and_not_drawn(charts: list, shown: list[str]) -> None:
    sangong_charts.execution_lines(NOTHING_SPENT)
    sangong_charts.execution_table(NOTHING_SPENT)
    assert list(charts[0][0][1]) == ["Three public expenses", "Official hospitality"]
    assert shown[-1] == "Official vehicles: only the final amount is published, 0.00 (10,000 yuan)."


def test_the_largest_contribution_is_the_finding(charts: list, shown: list[str]) -> None:
    sangong_charts.contributions(REAL)
    assert (
        title(charts[0])
        == "Official overseas travel contributes most to the change of the total: +227.3 percentage points"
    )
    sangong_charts.contributions_table(REAL)
    assert "227.14 – 227.49" in shown[0]


def test_a_base_that_may_be_zero_has_no_growth_and_no_contributions(shown: list[str]) -> None:
    sangong_charts.in_short(NOTHING_SPENT)
    sangong_charts.contributions(NOTHING_SPENT)
    sangong_charts.contributions_table(NOTHING_SPENT)
    sangong_charts.real_growth(NOTHING_SPENT)
    assert shown[1].startswith("There is no growth rate. The denominator may be zero: the interval inf")
    assert "may be 0" in shown[2]
    assert shown[3].startswith("No figures in real terms.")
    assert len(shown) == 4


def test_real_growth_takes_a_price_index(shown: list[str]) -> None:
    sangong_charts.real_growth(REAL)
    sangong_charts.real_growth(REAL, 110.0)
    assert "Price index 100.2" in shown[0]
    assert "real growth 410.703 – 410.714%, nominal growth 411.725 – 411.735%" in shown[0]
    assert "real growth 365.204 – 365.214%" in shown[1]


def test_years_are_checked_against_the_next_document(folder: Path, charts: list, shown: list[str]) -> None:
    for year, final, change, growth in ((2021, "10.00", "2.00", "25.00"), (2022, "40.00", "31.00", "344.44")):
        stated = [told("sangong", "total", "prior_change", change, "increase")]
        stated += [told("sangong", "total", "prior_change_pct", growth, "increase")]
        write_document(
            folder, f"simulated-a-{year}", year=year, sangong=[{"item": "total", "final": final}], narrative=stated
        )
    sangong_charts.consistency("simulated-a-2022")
    sangong_charts.history("simulated-a-2022")
    assert "no year can be checked" in shown[0]
    assert not charts
    sangong_charts.history("simulated-a-2022", "all")
    sangong_charts.consistency("simulated-a-2022", "all")
    assert title(charts[0]) == "Three public expenses: 7.995 – 8.005 (inferred) in 2020, 40.00 in 2022"
    assert shown[1] == "Years that can be checked against the next document: 1; that do not agree with it: 1 (2021)."


def test_counts_that_differ_give_two_unit_costs(shown: list[str]) -> None:
    sangong_charts.differing_counts(REAL)
    assert "domestic guests" in shown[0]
    assert "held" not in shown[0]


def test_the_level_that_lost_most_is_the_finding(charts: list) -> None:
    score_charts.levels(REAL)
    assert title(charts[0]) == "Satisfaction lost most: 2 points, 67% of all points lost"
    assert charts[0][1]["highlight"] == ["Satisfaction"]


def test_printed_and_recomputed_scores_part_where_they_differ(charts: list) -> None:
    score_charts.recomputed(REAL)
    assert title(charts[0]) == "2 scores differ from the proportional rule"
    assert charts[0][0][1].tolist() == [13, 9]


def test_levels_stand_in_the_order_of_the_form_and_a_missing_reason_is_a_dash(charts: list, shown: list[str]) -> None:
    score_charts.kinds(REAL)
    assert charts[0][0][0][4:] == ["Economic benefit", "Social benefit", "Lasting effect", "Satisfaction"]
    score_charts.level2_table(REAL)
    score_charts.lost(REAL)
    rows = [line.split()[0] for line in shown[0].splitlines()[2:]]
    assert rows == [
        "Budget",
        "Quantity",
        "Quality",
        "Timeliness",
        "Cost",
        "Economic",
        "Social",
        "Lasting",
        "Satisfaction",
    ]
    assert shown[1].rstrip().endswith("NaN")


def test_targets_in_words_and_exceeded_equal_signs_are_counted(shown: list[str]) -> None:
    score_charts.verbal(REAL)
    score_charts.exceeded(REAL)
    assert shown[1] == "Qualitative targets: 9, of which 9 have a number for their actual."
    assert shown[2].startswith("Targets printed with “=” whose actual is higher: 3; with full marks: 3")


def test_two_totals_are_too_few_for_the_density_test(shown: list[str]) -> None:
    score_charts.boundaries(REAL, "", "five-band")
    assert len(shown) == 1
    assert shown[0].endswith("90 (0, 2); 80 (0, 0); 70 (0, 0); 60 (0, 0).")


def test_totals_are_pooled_only_where_documents_are_chosen(charts: list) -> None:
    score_charts.totals(REAL, "", "mof-2020")
    assert not charts
    score_charts.totals(REAL, "all", "mof-2020")
    assert title(charts[0]) == "2 of 2 totals are in the highest grade"
    assert charts[0][1]["bands"] == {"Excellent": 90, "Good": 80, "Medium": 60}


def test_without_forms_every_section_is_one_sentence_and_never_a_table(shown: list[str]) -> None:
    sections = (
        (score_charts.in_short,), (score_charts.ratios,), (score_charts.levels, score_charts.level2_table),
        (score_charts.lost,), (score_charts.weights, score_charts.structure_table),
        (score_charts.kinds, score_charts.kinds_table, score_charts.verbal),
        (score_charts.achievements, score_charts.exceeded), (score_charts.recomputed, score_charts.recomputed_table),
    )  # fmt: skip
    for section in sections:
        for part in section:
            part(NOTHING_SPENT)
    assert len(shown) == len(sections)
    assert all("Not published: Performance forms" in text for text in shown)
    score_charts.sums_table(NOTHING_SPENT)
    score_charts.grades_table(NOTHING_SPENT, "mof-2020")
    assert len(shown) == len(sections)
