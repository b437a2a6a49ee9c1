"""Simulated accounts: consistent for every seed, and read back as they were written in every format."""

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pandas as pd
import pytest

from fiscal_utils import raw, simulate, specs, tables
from fiscal_utils.errors import DataError
from fiscal_utils.identities import Cell
from fiscal_utils.normalise import Number
from fiscal_utils.parse import Accounts
from fiscal_utils.read import read
from fiscal_utils.simulate.words import declared, mark

TEMPLATES = ("jiangxi", "shanghai", "national")
UNITS = ("万元", "元", "亿元")


STATED = {
    "growth", "completion", "share-revenue", "share-expenditure", "share-appropriation", "share-functions",
    "share-procurement", "share-procurement-micro", "share-evaluated", "carried-over", "prior-balance",
    "changes-sangong-items", "initial-budget-classes", "initial-budget-items", "procurement-kinds",
    "procurement-reserved-and-other", "procurement-small-firms", "narrative-functions", "narrative-items",
    "narrative-basic-types", "narrative-basic-groups", "narrative-sangong-counts", "narrative-assets",
    "operating-costs", "grades", "grades-qualified", "problems", "overall-evaluation", "stated-twice",
    "reason-direction", "against-budget", "form-weights", "form-scores", "form-hundred", "form-funds",
    "form-execution-rate", "form-execution-score", "form-numbering", "form-target-met", "form-projects",
    "form-grades", "form-target-text", "heading-year",
}  # fmt: skip
"""Checks that need something which real narratives, forms and headings state."""


def values(accounts: Accounts) -> dict[Cell, Number]:
    """Every printed number of the tables."""
    found = {(r.table, r.key, c): n for r in accounts.rows for c, n in r.cells.items() if isinstance(n, Number)}
    assert len(found) == sum(isinstance(n, Number) for r in accounts.rows for n in r.cells.values()), "a row twice"
    return found


@pytest.fixture(scope="module")
def checks(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """All checks of 200 simulated accounts of every template and unit."""
    made = [
        simulate.accounts(seed, ("small", "medium")[seed % 2], template=TEMPLATES[seed % 3], unit=UNITS[seed // 3 % 3])
        for seed in range(200)
    ]
    folder = tmp_path_factory.mktemp("simulated")
    raw.write_all({accounts.source.name: accounts for accounts in made}, folder / "raw")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FISCAL_DATA_DIR", str(folder))
        return tables.load("checks")


def test_every_check_holds_within_rounding(checks: pd.DataFrame) -> None:
    counted = checks["status"].value_counts()
    wrong = checks[~checks["status"].isin(["pass", "rounding"])]
    assert wrong.empty, wrong[["document_id", "check_id", "message_en"]].to_dict("records")[:5]
    assert counted["rounding"] > 5000  # as in real accounts, sums of rounded parts differ from the rounded sum
    assert counted["pass"] > counted["rounding"]


def test_what_real_accounts_state_is_there_to_be_checked(checks: pd.DataFrame) -> None:
    assert set(checks["check_id"].str.split(":").str[0]) >= STATED


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
    assert len(rounded) > 100
    for cell in rounded:
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


def test_no_two_departments_of_a_series_have_one_name() -> None:
    assert len({simulate.accounts(seed, "small").department for seed in range(60)}) == 60
