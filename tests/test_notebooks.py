"""The committed notebooks: without outputs, in both languages, and right on the real accounts."""

import json
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT

from fiscal_utils import report

REAL = "jingdezhen-government-office-2023"
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
        ("budget_execution", "execution_rate_initial_pct", 129.01),
        ("budget_execution", "basic_share_pct", 90.33),
        ("budget_execution", "project_share_pct", 9.67),
        ("staffing_costs", "staff", 74),
        ("staffing_costs", "personnel_cost", 2114.08),
        ("staffing_costs", "operating_cost", 319.08),
        ("staffing_costs", "personnel_share_of_basic_pct", 86.89),
        ("staffing_costs", "personnel_cost_per_head", 28.57),
        ("sangong_trends", "final", 20.89),
        ("sangong_trends", "adjusted_budget", 20.89),
        ("sangong_trends", "initial_budget", 19.77),
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


def test_last_years_total_is_pinned_down_by_change_and_percentage(metrics: dict) -> None:
    found = metrics["sangong_trends"]
    assert 4.08 <= found["prior_low"] < found["prior_high"] <= 4.085
    assert found["growth_low_pct"] <= 411.73 <= found["growth_high_pct"]


def test_the_projects_scored_98_and_99(metrics: dict) -> None:
    assert sorted(metrics["performance_scores"]["scores"].values()) == [98, 99]
