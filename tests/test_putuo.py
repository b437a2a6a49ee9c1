"""The second real document: its tables against a transcription made by eye from images of its pages."""

import csv
from pathlib import Path

import pytest
from conftest import ROOT

from fiscal_utils import raw
from fiscal_utils.normalise import Number, number
from fiscal_utils.parse import Accounts, parse
from fiscal_utils.read import Grid, read
from fiscal_utils.specs import tables

PDF = ROOT.parent / "shared" / "corpus" / "putuo-finance-bureau-2024.pdf"
TRUTH = Path(__file__).parent / "truth" / "putuo-finance-bureau-2024.csv"
COMMITTED = ROOT / "data" / "raw" / "putuo-finance-bureau-2024"

Cells = dict[tuple[str, str, str], tuple[str, str]]


@pytest.fixture(scope="module")
def truth() -> Cells:
    with TRUTH.open(encoding="utf-8") as file:
        return {(r["table"], r["key"], r["column"]): (r["value"], r["page"]) for r in csv.DictReader(file)}


@pytest.fixture(scope="module")
def pdf() -> Path:
    if not PDF.is_file():
        pytest.skip("the corpus is not here")
    return PDF


@pytest.fixture(scope="module")
def accounts(pdf: Path) -> Accounts:
    return parse(read(pdf))


def test_the_committed_tables_are_the_transcribed_ones(truth: Cells) -> None:
    found: Cells = {}
    for table in tables():
        path = COMMITTED / f"{table}.csv"
        if not path.is_file():
            assert table == "assets"
            continue
        with path.open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                assert row["undetermined"] == ""
                for column in set(tables()[table].columns) & set(row):
                    if number(row[column]):
                        found[table, row["code"] or row["item"], column] = row[column], row["page"]
    assert found == truth


def test_the_document_reads_as_transcribed(accounts: Accounts, truth: Cells) -> None:
    found = {
        (row.table, row.key, column): (str(printed), str(row.page))
        for row in accounts.rows
        for column, printed in row.cells.items()
        if isinstance(printed, Number)
    }
    assert found == truth
    assert not any(row.undetermined for row in accounts.rows)
    assert accounts.doubts == ()
    assert accounts.missing == ("assets",)


def test_the_document_reads_to_the_committed_folder(accounts: Accounts, tmp_path: Path) -> None:
    again = raw.write(accounts, COMMITTED.name, tmp_path)
    names = {path.name for path in COMMITTED.iterdir()}
    assert names == {path.name for path in again.iterdir()}
    for name in names - {"narrative.csv"}:
        assert (again / name).read_text("utf-8") == (COMMITTED / name).read_text("utf-8"), name
    assert _without_reasons(again / "narrative.csv") == _without_reasons(COMMITTED / "narrative.csv")


def test_it_is_described(accounts: Accounts) -> None:
    assert (accounts.department, accounts.year, accounts.unit) == ("上海市普陀区财政局", 2024, "万元")
    assert accounts.region is not None
    assert accounts.region.code == "310107"
    assert accounts.source.pages == 25


def test_grids_are_those_of_pdfplumber(pdf: Path) -> None:
    pdfplumber = pytest.importorskip("pdfplumber")
    grids = [block for block in read(pdf).blocks if isinstance(block, Grid)]
    with pdfplumber.open(pdf) as document:
        for page in document.pages[5:20]:
            ours = [_filled(grid.rows) for grid in grids if grid.page == page.page_number]
            theirs = [_filled(table) for table in page.extract_tables()]
            assert [table for table in ours if table] == [table for table in theirs if table], page.page_number


def _without_reasons(path: Path) -> list[dict[str, str]]:
    """The figures; their stated reasons are the document's own words and are not committed."""
    with path.open(encoding="utf-8") as file:
        return [row | {"reason": ""} for row in csv.DictReader(file)]


def _filled(rows: object) -> list[list[str]]:
    """The non-blank cells of each row without white space."""
    cells = [["".join(cell.split()) for cell in row if cell and cell.strip()] for row in rows]  # type: ignore[attr-defined]
    return [row for row in cells if row]
