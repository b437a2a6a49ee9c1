"""What the overview says and draws of a document, and beside other accounts."""

from html import unescape
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import ROOT
from metric_documents import write_document

import fiscal_utils as fu
from fiscal_utils import display, plots
from fiscal_utils.analysis import overview
from fiscal_utils.analysis.registry import registry
from fiscal_utils.plots import Caption, figure
from fiscal_utils.views import in_short, overview_charts

REAL, OTHER = "jingdezhen-government-office-2023", "putuo-finance-bureau-2024"


@pytest.fixture(autouse=True)
def english() -> None:
    fu.set_language("en")


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
    for name in ("bars", "flow", "stacked_bars"):
        monkeypatch.setattr(plots, name, lambda *data, **options: seen.append((data, options)))
    return seen


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FISCAL_DATA_DIR", str(tmp_path))
    return tmp_path


def title(chart: tuple[tuple[Any, ...], dict[str, Any]]) -> str:
    return next(part.title for part in chart[0] if isinstance(part, Caption))


def line(shown: list[str], report: str) -> str:
    return next(row for row in shown[0].splitlines() if f"({report}.ipynb)" in row)


def spend(folder: Path, name: str, classes: dict[str, str]) -> str:
    """A document that prints an expenditure table of these classes, each with twice its amount as total revenue."""
    total = f"{sum(map(float, classes.values())):.2f}"
    rows = [{"item": "total", "total": total, "basic": total}]
    rows += [{"code": code, "total": amount, "basic": amount} for code, amount in classes.items()]
    return write_document(folder, name, department=name, expenditure=rows)


def test_each_report_has_a_line_with_its_rates_and_a_link(shown: list[str]) -> None:
    in_short.in_short(REAL)
    assert "came to 129.01% of its initial budget; composition variance 4.48%" in line(shown, "budget_execution")
    assert "personnel is 86.89% of basic expenditure" in line(shown, "staffing_costs")
    assert "growth on the year before 411.725 – 411.735% (inferred)" in line(shown, "sangong_trends")
    scores = "mean total 98.50 points (self-evaluated projects: 2); 97.73% of the scored indicators"
    assert scores in line(shown, "performance_scores")
    assert "errors 5, warnings 5, notes 6" in line(shown, "data_quality")


def test_a_line_gives_the_reason_where_its_figure_is_missing_and_gives_it_once(shown: list[str]) -> None:
    in_short.in_short(OTHER)
    staff, scores = line(shown, "staffing_costs"), line(shown, "performance_scores")
    assert "; personnel cost per head: no figure (not published: Staff figures)." in staff
    assert scores.count("not published") == 1
    assert "denominator may be zero" in line(shown, "sangong_trends")


def test_no_causes_are_counted_where_nothing_fails(shown: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    counts = {"checks": 5, "pass": 3, "rounding": 2, "fail": 0, "errors": 0, "warnings": 0, "notes": 0}
    monkeypatch.setattr(overview, "checked", lambda document: counts)
    in_short.in_short(REAL)
    assert line(shown, "data_quality").endswith("of 5 checks, 5 hold (2 of them within rounding) and 0 fail.")


def test_every_clause_needs_known_figures_and_is_written_in_both_languages() -> None:
    known = {*registry(), *in_short.figures(REAL)}
    for declared in in_short.lines():
        for clause in declared.clauses:
            assert set(clause) == {"needs", "zh", "en"}
            assert set(clause["needs"]) <= known


@pytest.mark.parametrize("declared", in_short.lines()[1:], ids=lambda declared: declared.report)
def test_a_line_has_the_name_of_the_report_that_it_leads_to(declared: in_short.Line) -> None:
    title = nbformat.read(ROOT / "notebooks" / f"{declared.report}.ipynb", as_version=4).metadata["fiscal"]["title"]
    assert all(title[language].startswith(name) for language, name in declared.name.items())


def test_the_flow_names_the_main_source_and_carries_published_totals(charts: list) -> None:
    overview_charts.flow(REAL)
    (links, _), options = charts[0]
    assert (
        title(charts[0]) == "Fiscal appropriation is 99.94% of revenue; basic expenditure is 90.33% of all expenditure"
    )
    assert ("Fiscal appropriation", "General public services", 2200.88) in links
    assert options["totals"]["Basic expenditure"] == 2434.89


def test_of_many_classes_the_smallest_flow_as_one_and_last(folder: Path, charts: list) -> None:
    codes = [f"2{number:02d}" for number in (1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12)]
    classes = {code: f"{amount}.00" for amount, code in enumerate(codes, 1)}
    overview_charts.flow(spend(folder, "simulated-many-2031", classes))
    (links, _), _ = charts[0]
    assert len(links) == overview_charts.FLOWS + 1
    assert ("2 other classes", "Basic expenditure", 3.0) in links


def test_a_single_class_is_all_expenditure(folder: Path, charts: list) -> None:
    overview_charts.functions(spend(folder, "simulated-one-2031", {"205": "5.00"}))
    assert title(charts[0]) == "All expenditure is for Education"


def test_the_items_drawn_are_counted(charts: list) -> None:
    overview_charts.largest_items(REAL)
    (names, values, caption), _ = charts[0]
    assert (names[0], values.iloc[0], len(names)) == ("Performance pay", 667.20, overview_charts.ITEMS)
    assert caption.measure.endswith("10 of 32 items")


def test_a_difference_of_revenue_and_expenditure_is_said_and_so_is_none(folder: Path, shown: list[str]) -> None:
    overview_charts.balance(spend(folder, "simulated-one-2031", {"205": "5.00"}))
    assert "There is no difference of the two to give" in shown[0]


@pytest.mark.parametrize(("document", "said"), [(REAL, "of the year are equal"), (OTHER, "is +6.20 (10,000 yuan)")])
def test_revenue_less_expenditure(document: str, said: str, shown: list[str]) -> None:
    overview_charts.balance(document)
    assert said in shown[0]


def test_without_tables_there_are_sentences_and_no_chart(folder: Path, shown: list[str]) -> None:
    nothing = write_document(folder, "simulated-nothing-2031")
    for show in (
        overview_charts.flow, overview_charts.functions, overview_charts.economic_types, overview_charts.largest_items,
        overview_charts.staff,
    ):  # fmt: skip
        show(nothing)
    assert len(shown) == 4
    assert all("Not published" in text or "No chart" in text for text in shown)


def test_functions_are_compared_with_the_focus_on_top(folder: Path, charts: list) -> None:
    spend(folder, "simulated-a-2031", {"205": "9.00", "208": "1.00"})
    focus = spend(folder, "simulated-b-2031", {"205": "6.00", "208": "4.00"})
    overview_charts.functions_compared("all", focus)
    (names, parts, caption), _ = charts[0]
    assert caption.title == "Largest class in 2 of 2 accounts: Education"
    assert caption.simulated
    assert names[0].startswith("simulated-b-2031")
    assert {name: list(shares) for name, shares in parts.items()} == {
        "Education": [60, 90],
        "Social security and employment": [40, 10],
    }


@pytest.mark.parametrize("documents", ["", OTHER])
def test_functions_are_compared_only_where_others_are_chosen(documents: str, charts: list) -> None:
    overview_charts.functions_compared(documents, REAL)
    assert len(charts) == bool(documents)
