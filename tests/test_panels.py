"""What notebooks show of metrics over departments and years: the fixed panel, the composition effect, the spread."""

from html import unescape
from pathlib import Path
from typing import Any

import pytest
from metric_documents import write_document

import fiscal_utils as fu
from fiscal_utils import display, plots
from fiscal_utils.plots import Caption


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All that is displayed, as plain text."""
    seen: list[str] = []
    monkeypatch.setattr(display, "display", lambda bundle, **_: seen.append(bundle["text/plain"]))
    return seen


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict[str, Any], Caption]]:
    """Lines and caption of every slope chart."""
    seen: list[tuple[dict[str, Any], Caption]] = []
    monkeypatch.setattr(plots, "slopes", lambda years, lines, caption, **_: seen.append((lines, caption)))
    return seen


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FISCAL_DATA_DIR", str(tmp_path))
    return tmp_path


def disclose(folder: Path, office: str, year: int, final: str) -> str:
    rows = [{"item": "total", "final": final}]
    return write_document(folder, f"simulated-{office}-{year}", year=year, department=office, sangong=rows)


def test_composition_effect_is_what_the_fixed_panel_does_not_explain(folder, shown, drawn):
    disclose(folder, "a", 2030, "10.00")
    disclose(folder, "a", 2031, "12.00")
    newcomer = disclose(folder, "b", 2031, "2.00")
    fu.fixed_panel("all", newcomer, "sangong_final")
    lines, caption = drawn[0]
    assert [list(values) for values in lines.values()] == [[10, 12], [10, 7]]
    moved = "2030–2031: the fixed panel moved by +2.00, the composition effect is −5.00 (10,000 yuan)"
    assert caption.title.endswith(moved)
    assert caption.simulated
    assert "fixed panel and all" in shown[0]
    assert "composition effect" in shown[0]


def test_without_a_unit_in_every_year_the_effect_is_not_told_apart(folder, shown, drawn):
    first, _ = disclose(folder, "a", 2030, "10.00"), disclose(folder, "b", 2031, "12.00")
    fu.fixed_panel("all", first, "sangong_final")
    assert not drawn
    assert "no department has a value in every year of 2030, 2031" in unescape(shown[0])
    assert "fixed panel" not in shown[1]
    assert "composition" not in shown[1]


@pytest.mark.parametrize("documents", ["", "all"])
def test_one_year_is_no_panel(documents, folder, shown, drawn):
    fu.fixed_panel(documents, disclose(folder, "a", 2030, "10.00"), "sangong_final")
    assert not drawn
    assert "fewer than two years" in shown[0]


def test_a_metric_that_nobody_publishes_is_no_panel(folder, shown, drawn):
    fu.fixed_panel("all", disclose(folder, "a", 2030, "10.00"), "sangong_per_head")
    assert len(shown) == 1
    assert not drawn


def test_the_spread_shows_zeros(folder, shown):
    focus = disclose(folder, "a", 2030, "0.00")
    disclose(folder, "b", 2030, "4.00")
    fu.spread("all", focus, ["sangong_final"])
    assert "zeros" in shown[0]
    assert shown[0].splitlines()[-1].split()[-4:] == ["2.0", "3.0", "4.0", "2.0"]
