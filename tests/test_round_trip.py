"""What is read of a rendered file is what was rendered: every format and layout, over many invented accounts."""

import itertools
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from ortools.sat.python.cp_model import CpSolver, CpSolverStatus

from fiscal_utils import simulate, specs
from fiscal_utils.errors import DocumentError
from fiscal_utils.normalise import Number
from fiscal_utils.parse import Accounts, parse, solver
from fiscal_utils.read import read
from fiscal_utils.simulate.words import layout as layout_named

TEMPLATES = ("jiangxi", "shanghai", "national")
LAYOUTS = ("jiangxi", "shanghai", "open")
UNITS = ("万元", "元", "亿元")
KINDS = [
    *((suffix, layout) for suffix in (".pdf", ".html") for layout in LAYOUTS),
    (".xlsx", "jiangxi"), (".xlsx", "shanghai"), (".docx", "jiangxi"), (".docx", "open"),
]  # fmt: skip
CASES = list(itertools.product(KINDS, TEMPLATES))

Cells = dict[tuple[str, str, str], str]


def cells(accounts: Accounts) -> Cells:
    return {
        (row.table, row.key, column): str(printed)
        for row in accounts.rows
        for column, printed in row.cells.items()
        if isinstance(printed, Number)
    }


def without_pages(found: Any) -> list[Any]:
    return [one._replace(page=None) for one in found]


def said(accounts: Accounts, layout: str) -> list[Any]:
    """What the accounts say besides figures, without the years and departments that a layout has not above tables."""
    above = () if layout_named(layout).named else specs.tables()
    found = without_pages(accounts.statements)
    return [one for one in found if one.kind not in ("year", "department") or one.section not in above]


def rendered(folder: Path, suffix: str, layout: str, made: Accounts, seed: int) -> Accounts:
    path = simulate.write(made, folder / f"simulated-{seed}{suffix}", layout=layout, commas=seed % 2 == 0)
    return parse(read(path))


def assert_same(made: Accounts, again: Accounts, layout: str) -> None:
    assert cells(again) == cells(made)
    assert said(again, layout) == said(made, layout)
    assert without_pages(again.narrative) == without_pages(made.narrative)
    assert [form.project for form in again.forms] == [form.project for form in made.forms]
    for form, read_form in zip(made.forms, again.forms, strict=True):
        assert without_pages(read_form.funds) == without_pages(form.funds)
        assert without_pages(read_form.indicators) == without_pages(form.indicators)
    for what in ("department", "year", "unit", "staff", "statutory_duties", "budget_units", "missing"):
        assert getattr(again, what) == getattr(made, what), what
    assert again.doubts == ()
    assert not any(row.undetermined for row in again.rows)


@pytest.mark.parametrize(("kind", "template"), CASES)
def test_a_file_reads_back_as_rendered(tmp_path: Path, kind: tuple[str, str], template: str) -> None:
    seed = CASES.index((kind, template))
    made = simulate.accounts(seed, "medium", template=template, unit=UNITS[seed % 3])
    assert_same(made, rendered(tmp_path, *kind, made, seed), kind[1])


@pytest.mark.heavy
@pytest.mark.parametrize(("kind", "template"), CASES)
def test_files_of_many_seeds_read_back_as_rendered(tmp_path: Path, kind: tuple[str, str], template: str) -> None:
    for seed in range(1000, 1010):
        size = ("small", "medium", "large")[seed % 3]
        made = simulate.accounts(seed, size, template=template, unit=UNITS[seed % 4 % 3])
        assert_same(made, rendered(tmp_path, *kind, made, seed), kind[1])


def settled_as_printed(made: Accounts, again: Accounts) -> None:
    """Text layers lose blank cells: what is determined is right, and what is not is there as undetermined."""
    expected, found = cells(made), cells(again)
    assert {cell: number for cell, number in found.items() if expected.get(cell) != number} == {}
    lost = Counter((table, key, number) for (table, key, c), number in expected.items() if (table, key, c) not in found)
    doubtful = Counter((row.table, row.key, str(number)) for row in again.rows for number in row.undetermined)
    assert lost == doubtful
    assert without_pages(again.narrative) == without_pages(made.narrative)


@pytest.mark.parametrize("seed", range(6))
def test_a_text_layer_reads_back_but_for_columns_that_nothing_settles(tmp_path: Path, seed: int) -> None:
    made = simulate.accounts(seed, ("small", "medium", "large")[seed % 3])
    settled_as_printed(made, rendered(tmp_path, ".txt", "jiangxi", made, seed))


def test_what_takes_too_much_work_to_settle_is_undetermined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = simulate.accounts(3, "small")
    path = simulate.write(made, tmp_path / "a.txt")
    settled = sum(len(row.undetermined) for row in parse(read(path)).rows)
    run = solver.Model._run

    def tired(model: solver.Model) -> tuple[CpSolver, CpSolverStatus]:
        done = run(model)
        model.work = 0.0
        return done

    monkeypatch.setattr(solver.Model, "_run", tired)
    again = parse(read(path))
    settled_as_printed(made, again)
    assert sum(len(row.undetermined) for row in again.rows) > settled
    monkeypatch.setattr(solver, "_WORK", 0.0)
    with pytest.raises(DocumentError, match="pdftotext -layout"):
        parse(read(path))


@pytest.mark.heavy
def test_text_layers_of_many_seeds_read_back_but_for_columns_that_nothing_settles(tmp_path: Path) -> None:
    for seed in range(1000, 1100):
        made = simulate.accounts(seed, ("small", "medium", "large")[seed % 3])
        settled_as_printed(made, rendered(tmp_path, ".txt", "jiangxi", made, seed))
