"""The panel: what is chosen is what is drawn, without a browser."""

import pandas as pd
import pytest

import fiscal_utils as fu
from fiscal_utils import display
from fiscal_utils.language import set_language
from fiscal_utils.plots import figure
from fiscal_utils.views.explorer import METRICS, Choice, amounts, draw, measures, panel, selected, tables

JINGDEZHEN, PUTUO = "景德镇市人民政府办公室", "上海市普陀区财政局"
OFFICE = "General Office of the People's Government, Jingdezhen 2023"
BUREAU = "Finance Bureau, Putuo District, Shanghai 2024"


@pytest.fixture(autouse=True)
def shown(monkeypatch):
    """The alt text or the sentence of all that is displayed."""
    seen = []

    def see(data, raw=True, metadata=None):
        seen.append((metadata or {}).get("alt", data["text/plain"]))

    monkeypatch.setattr(figure, "display", see)
    monkeypatch.setattr(display, "display", see)
    monkeypatch.delenv("FISCAL_REPORT", raising=False)
    return seen


def frame(choice):
    return amounts(choice, selected(choice))


def test_a_table_of_one_department_is_bars_from_the_largest_class(shown):
    draw(Choice("expenditure", "total", departments=(JINGDEZHEN,)))
    assert shown[0].startswith(f"General public services is largest: {OFFICE}, 2,200.88")
    assert "Bar chart: General public services 2,200.88; Social security and employment 285.18" in shown[0]


def test_several_departments_stand_side_by_side(shown):
    draw(Choice("expenditure", "total"))
    assert f"General public services {OFFICE} 2,200.88, {BUREAU} 2,106.66" in shown[0]


def test_years_and_departments_narrow_what_is_drawn():
    assert list(selected(Choice("expenditure", "total", years=(2024,)))["department"]) == [PUTUO]
    assert list(selected(Choice("expenditure", "total", departments=(JINGDEZHEN,)))["year"]) == [2023]
    assert len(selected(Choice("expenditure", "total"))) == 2


def test_classes_and_most_detailed_codes_both_add_up_to_the_total():
    total = 2695.61
    for detail in (False, True):
        found = frame(Choice("expenditure", "total", departments=(JINGDEZHEN,), detail=detail))
        assert found.iloc[:, 0].sum() == pytest.approx(total, abs=0.1)
    assert len(found) > 10


def test_what_is_not_printed_is_missing_and_not_zero():
    found = frame(Choice("expenditure", "project"))
    housing = found.loc["Housing"]
    assert pd.isna(housing[f"{OFFICE}"])


def test_items_have_one_name_whatever_each_document_prints():
    found = frame(Choice("sangong", "adjusted_budget"))
    assert {"Official overseas travel", "Official vehicles", "Official hospitality"} <= set(found.index)
    assert "Vehicles held" not in found.index
    assert not found.index.duplicated().any()


def test_a_metric_is_a_ranking_that_says_what_is_missing(shown):
    draw(Choice(METRICS, "personnel_cost_per_head"))
    assert "1 missing" in shown[0]
    assert f"Ranking: {OFFICE} 28.57" in shown[0]


def test_nobody_chosen_is_said(shown):
    draw(Choice("expenditure", "total", departments=("no such department",)))
    assert shown == ["No chart: Expenditure, Total, 10,000 yuan – there is no value to draw."]


def test_a_measure_of_the_table_chosen_before_draws_nothing(shown):
    draw(Choice("sangong", "basic"))
    assert shown == []


def test_every_choice_offered_can_be_drawn(shown):
    offered = [(table, name) for _, table in tables() if table != METRICS for _, name in measures(table)]
    assert {table for table, _ in offered} >= {"revenue", "expenditure", "gpb_basic_economic", "sangong"}
    for table, name in offered:
        draw(Choice(table, name))
    assert len(shown) == len(offered)


def test_the_widgets_follow_each_other_and_redraw(shown):
    box = panel()
    table, measure, detail = box.children[0].children
    departments, years = box.children[1].children
    table.value = "expenditure"
    assert [name for _, name in measure.options] == ["total", "basic", "project"]
    departments.value = (PUTUO,)
    assert list(years.options) == [2023, 2024]
    before = len(shown)
    detail.value = True
    assert len(shown) > before
    assert BUREAU in shown[-1]
    assert (BUREAU.removesuffix(" 2024"), PUTUO) in departments.options


@pytest.mark.parametrize(("language", "words"), [("zh", "在 JupyterLab 中运行"), ("en", "in JupyterLab")])
def test_in_a_report_one_line_stands_for_the_panel(language, words, shown, monkeypatch):
    monkeypatch.setenv("FISCAL_REPORT", "1")
    set_language(language)
    fu.explore()
    assert len(shown) == 1
    assert words in shown[0]
