"""Simulated accounts: consistent for every seed, and read back as they were written in every format."""

import dataclasses
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from fiscal_utils import simulate, specs
from fiscal_utils.errors import DataError
from fiscal_utils.identities import Cell, evaluate, relations
from fiscal_utils.normalise import Number
from fiscal_utils.parse import Accounts, parse
from fiscal_utils.parse.placement import layout
from fiscal_utils.read import read
from fiscal_utils.simulate.words import declared, mark

TEMPLATES = ("jiangxi", "shanghai", "national")
LAYOUTS = {"jiangxi": "jiangxi", "shanghai": "shanghai", "national": "open"}


def values(accounts: Accounts) -> dict[Cell, Number]:
    """Every printed number of the tables, and the first statement of each figure."""
    found = {(r.table, r.key, c): n for r in accounts.rows for c, n in r.cells.items() if isinstance(n, Number)}
    assert len(found) == sum(isinstance(n, Number) for r in accounts.rows for n in r.cells.values()), "a row twice"
    for figure in accounts.narrative:
        found.setdefault(("narrative", f"{figure.section}/{figure.item}", figure.measure), figure.value)
    return found


def verdicts(accounts: Accounts) -> dict[str, str]:
    """Identity → its verdict, for all that the accounts print enough for."""
    printed = values(accounts)
    narrative = {cell: number for cell, number in printed.items() if cell[0] == "narrative"}
    rows = {(row.table, row.key) for row in accounts.rows}
    found = {}
    for relation in relations(layout(accounts.rows, narrative)):
        table, row, _ = relation.right[0]
        parts_printed = relation.kind != "items" or row.isdigit() or (table, row) in rows
        if parts_printed and not _of_another_budget(relation.id, accounts):
            found[relation.id] = evaluate(relation, printed).status
    return found


def _of_another_budget(identity: str, accounts: Accounts) -> bool:
    """Whether the identity takes the general public budget's narrative for that of all appropriations."""
    itemised = any(figure.section == "overall" for figure in accounts.narrative)
    return itemised and identity.startswith(("narrative-appropriation", "narrative-functions"))


def test_every_identity_holds_within_rounding_for_200_seeds() -> None:
    counted: Counter[str] = Counter()
    for seed in range(200):
        accounts = simulate.accounts(seed, ("small", "medium")[seed % 2], template=TEMPLATES[seed % 3])
        found = verdicts(accounts)
        assert "fail" not in found.values(), (seed, [name for name, status in found.items() if status == "fail"])
        counted.update(found.values())
    assert counted["rounding"] > 1000  # as in real accounts, sums of rounded parts differ from the rounded sum
    assert counted["pass"] > counted["rounding"]


def test_a_wrong_amount_fails_an_identity() -> None:
    accounts = simulate.accounts(1)
    row = next(row for row in accounts.rows if row.table == "expenditure" and row.item == "total")
    wrong = dataclasses.replace(row, cells=row.cells | {"basic": Number(Decimal("0.01"), 2)})
    changed = dataclasses.replace(accounts, rows=tuple(wrong if r is row else r for r in accounts.rows))
    assert "fail" in verdicts(changed).values()


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_seed_settles_everything(template: str) -> None:
    assert simulate.accounts(5, template=template) == simulate.accounts(5, template=template)
    assert simulate.accounts(5, template=template) != simulate.accounts(6, template=template)


def test_sizes_differ_in_their_functions() -> None:
    rows = [
        sum(row.table == "expenditure" for row in simulate.accounts(2, size).rows)
        for size in ("small", "medium", "large")
    ]
    assert rows == sorted(rows)
    assert rows[0] < 20 < 60 < rows[2]


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_template_settles_the_tables(template: str) -> None:
    accounts = simulate.accounts(3, template=template)
    printed = {row.table for row in accounts.rows}
    assert printed | set(accounts.missing) == set(specs.tables())
    assert ("assets" in printed) == bool(accounts.staff) == bool(accounts.forms) == (template == "jiangxi")
    budgets = {"jiangxi": ("initial_budget", "adjusted_budget", "final")}.get(template, ("adjusted_budget", "final"))
    assert {row.columns for row in accounts.rows if row.table == "sangong"} == {budgets}


def test_each_amount_is_rounded_on_its_own() -> None:
    exact, rounded = (values(simulate.accounts(4, template="shanghai", unit=unit)) for unit in ("元", "万元"))
    tables = [cell for cell in rounded if cell[0] != "narrative"]
    assert len(tables) > 100
    for cell in tables:
        value = (exact[cell].value / 10_000).quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert rounded[cell] == Number(value, 2), cell


def test_weights_add_up_to_100_and_scores_to_the_total() -> None:
    for form in simulate.accounts(1, "large").forms:
        scored = [*form.indicators, form.funds[0]]
        total = form.funds[-1]
        assert sum(part.weight.value for part in scored if part.weight) == total.weight.value == 100  # type: ignore[union-attr]
        assert sum(part.score.value for part in scored if part.score) == total.score.value  # type: ignore[union-attr]


def test_printed_titles_and_rows_are_declared() -> None:
    for name, described in declared()["layout"].items():
        for table, title in described["titles"].items():
            spec = specs.tables()[table]
            assert title in (spec.title, *spec.aliases), (name, table)
    for table, described in declared()["rows"].items():
        for side in described.values():
            items = {item.removeprefix("opening_balance_") for item in side}
            assert items <= set(specs.tables()[table].items), table


# Read back


def written(tmp_path: Path, suffix: str, template: str, seed: int, size: str = "medium") -> tuple[Accounts, Accounts]:
    """Accounts, and what is read back of the file that prints them."""
    accounts = simulate.accounts(seed, size, template=template)
    path = simulate.write(accounts, tmp_path / f"simulated{suffix}", LAYOUTS[template], commas=seed % 2 == 0)
    return accounts, parse(read(path))


def printed(accounts: Accounts) -> dict[Cell, str]:
    return {(row.table, row.key, column): str(n) for row in accounts.rows for column, n in row.cells.items()}


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("suffix", [".html", ".xlsx", ".docx", ".pdf"])
def test_files_read_back_cell_by_cell(tmp_path: Path, suffix: str, template: str) -> None:
    for seed in (1, 2):
        accounts, again = written(tmp_path, suffix, template, seed)
        assert printed(again) == printed(accounts)
        assert (again.department, again.year, again.unit) == (accounts.department, accounts.year, accounts.unit)
        assert again.statutory_duties == accounts.statutory_duties
        assert again.budget_units == accounts.budget_units
        assert again.staff == accounts.staff
        assert again.missing == accounts.missing


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_narrative_reads_back_figure_by_figure(tmp_path: Path, template: str) -> None:
    accounts, again = written(tmp_path, ".html", template, 1)
    assert [dataclasses.replace(figure, page=None) for figure in again.narrative] == list(accounts.narrative)


def test_forms_read_back_indicator_by_indicator(tmp_path: Path) -> None:
    for suffix in (".txt", ".html", ".xlsx", ".pdf"):
        accounts, again = written(tmp_path, suffix, "jiangxi", 1, "small")
        for form, read_form in zip(accounts.forms, again.forms, strict=True):
            assert read_form.project == form.project
            assert [dataclasses.replace(one, page=None) for one in read_form.indicators] == form.indicators
            assert [dataclasses.replace(fund, page=None) for fund in read_form.funds] == form.funds


def test_a_text_layer_reads_back_but_for_columns_that_nothing_settles(tmp_path: Path) -> None:
    accounts, again = written(tmp_path, ".txt", "jiangxi", 1)
    expected, found = printed(accounts), printed(again)
    assert {cell: number for cell, number in found.items() if expected.get(cell) != number} == {}
    unsettled = sum(len(row.undetermined) for row in again.rows)
    assert len(expected) - len(found) <= unsettled


@pytest.mark.parametrize("suffix", sorted(simulate.FORMATS))
def test_every_file_says_that_it_is_simulated(tmp_path: Path, suffix: str) -> None:
    accounts = simulate.accounts(7, "small")
    path = simulate.write(accounts, tmp_path / f"x{suffix}")
    assert any(mark("simulated").strip("（）") in line.text for line in read(path).lines)
    assert "模拟" in accounts.department
    assert accounts.source.name.startswith("simulated")


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"\.rtf"):
        simulate.write(simulate.accounts(1, "small"), tmp_path / "x.rtf")
