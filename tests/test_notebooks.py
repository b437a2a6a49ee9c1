"""The committed notebooks: without outputs, in both languages, and right on the real accounts."""

import json
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from conftest import ROOT

from fiscal_utils.reports import report
from fiscal_utils.reports.pages.changes import metric_name

REAL = "jingdezhen-government-office-2023"
WITHOUT_FORMS = "putuo-finance-bureau-2024"
"""Accounts without self-evaluation forms, staff figures and any of the three public expenses."""
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_committed_without_outputs_and_in_both_languages(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    tags = [tag for cell in cells if cell.cell_type == "markdown" for tag in cell.metadata.get("tags", [])]
    assert not any(cell.outputs or cell.execution_count for cell in code)
    assert code[0].metadata["tags"] == ["parameters"]
    assert not any("def " in cell.source for cell in code)
    assert tags.count("zh") == tags.count("en") > 0


@pytest.fixture(scope="module")
def metrics(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict]:
    """Notebook → its metrics on the real accounts."""
    output = tmp_path_factory.mktemp("reports")
    results = report.make(
        documents=[REAL], languages=["zh"], output=output, data_dir=ROOT / "data", notebooks_dir=ROOT / "notebooks"
    )
    report.raise_failures(results)
    folder = output / REAL / "zh"
    return {path.stem: json.loads((folder / f"{path.stem}.metrics.json").read_text("utf-8")) for path in NOTEBOOKS}


@pytest.mark.parametrize(
    ("notebook", "key", "value"),
    [
        ("overview", "revenue", 2695.61),
        ("overview", "expenditure", 2695.61),
        ("overview", "fiscal_share_pct", 99.94),
        ("overview", "execution_rate_initial_pct", 129.01),
        ("overview", "personnel_cost_per_head", 28.57),
        ("budget_execution", "execution_rate_initial_pct", 129.01),
        ("budget_execution", "basic_share_pct", 90.33),
        ("budget_execution", "project_share_pct", 9.67),
        ("budget_execution", "composition_variance_pct", 4.48),
        ("budget_execution", "gross_deviation_pct", 29.01),
        ("budget_execution", "carry_over_pct", 0),
        ("budget_execution", "projects_execution_rate_adjusted_pct", 99.88),
        ("staffing_costs", "staff", 74),
        ("staffing_costs", "personnel_cost", 2114.08),
        ("staffing_costs", "operating_cost", 319.08),
        ("staffing_costs", "personnel_share_of_basic_pct", 86.89),
        ("staffing_costs", "personnel_cost_per_head", 28.57),
        ("staffing_costs", "contributions_to_cash_pay_pct", 37.21),
        ("staffing_costs", "personnel_rigidity_pct", 78.48),
        ("staffing_costs", "matrix_pinned_amount_pct", 80.63),
        ("sangong_trends", "final", 20.89),
        ("sangong_trends", "adjusted_budget", 20.89),
        ("sangong_trends", "initial_budget", 19.77),
        ("sangong_trends", "sangong_share_of_gpb_pct", 0.78),
        ("sangong_trends", "sangong_per_head", 2822.97),
        ("performance_scores", "score_entropy_bits", 0.16),
        ("performance_scores", "exact_hit_share_pct", 85.71),
        ("performance_scores", "projects", 2),
        ("performance_scores", "indicators", 44),
        ("performance_scores", "full_score_share_pct", 97.73),
        ("data_quality", "errors", 5),
        ("data_quality", "warnings", 5),
        ("data_quality", "fail", 16),
        ("data_quality", "undetermined", 0),
    ],
)
def test_the_reports_give_the_published_figures(metrics: dict, notebook: str, key: str, value: float) -> None:
    assert round(metrics[notebook][key], 2) == value


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_figure_of_a_report_has_a_name_for_the_index(metrics: dict, language: str) -> None:
    for notebook, figures in metrics.items():
        assert not [name for name in figures if metric_name(notebook, name, language) == name]


def test_last_years_total_is_pinned_down_by_change_and_percentage(metrics: dict) -> None:
    found = metrics["sangong_trends"]
    assert 4.08 <= found["prior_low"] < found["prior_high"] <= 4.085
    assert found["growth_low_pct"] <= 411.73 <= found["growth_high_pct"]


def test_the_projects_scored_98_and_99(metrics: dict) -> None:
    assert sorted(metrics["performance_scores"]["scores"].values()) == [98, 99]


def test_the_three_public_expenses_and_the_scores_compare_accounts_and_say_what_one_lacks(tmp_path: Path) -> None:
    made = report.make(
        ["sangong_trends", "performance_scores"], [WITHOUT_FORMS], ["en"], output=tmp_path, data_dir=ROOT / "data",
        notebooks_dir=ROOT / "notebooks", parameters={"documents": "all"},
    )  # fmt: skip
    report.raise_failures(made)
    expenses, scores = (tmp_path / WITHOUT_FORMS / "en" / name for name in ("sangong_trends", "performance_scores"))
    found = json.loads(expenses.with_suffix(".metrics.json").read_text("utf-8"))
    assert (found["final"], found["initial_budget"], found["growth_low_pct"]) == (0, 0.95, None)
    found = json.loads(scores.with_suffix(".metrics.json").read_text("utf-8"))
    assert (found["projects"], found["full_score_share_pct"], found["scores"]) == (0, None, {})
    for page in (expenses, scores):
        soup = BeautifulSoup(page.with_suffix(".html").read_text("utf-8"), "html.parser")
        rows = [[cell.get_text() for cell in row.select("td")][1:] for row in soup.select("tbody tr")]
        assert not any(cells and set(cells) == {"—"} for cells in rows)
        assert "Not published" in soup.get_text()
    ranked = "initial budget: Finance Bureau, Putuo District, Shanghai 2024 is number 2 of 2 accounts of 2023–2024"
    assert ranked in expenses.with_suffix(".html").read_text("utf-8")


def test_the_overview_compares_accounts_leads_to_the_other_reports_and_says_what_is_missing(tmp_path: Path) -> None:
    made = report.make(
        ["overview", "staffing_costs"], [WITHOUT_FORMS], ["en"], output=tmp_path, data_dir=ROOT / "data",
        notebooks_dir=ROOT / "notebooks", parameters={"documents": "all"},
    )  # fmt: skip
    report.raise_failures(made)
    page = tmp_path / WITHOUT_FORMS / "en" / "overview.html"
    found = json.loads(page.with_suffix(".metrics.json").read_text("utf-8"))
    assert (found["revenue"], found["staff"], found["projects"]) == (2946.25, None, None)
    soup = BeautifulSoup(page.read_text("utf-8"), "html.parser")
    assert {a["href"] for a in soup.select("#report li a")} == {"staffing_costs.html"}
    assert "Data quality: of" in soup.get_text()
    assert "Largest class in 2 of 2 accounts: General public services" in str(soup)
    assert "personnel cost per head: no figure (not published: Staff figures)" in soup.get_text()
