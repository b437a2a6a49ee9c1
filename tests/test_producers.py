"""PDFs by a word processor, a spreadsheet and a browser read back as what was rendered into their sources."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from docx import Document
from docx.shared import Cm, Pt
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from test_round_trip import cells

from fiscal_utils import simulate
from fiscal_utils.parse import Accounts, parse
from fiscal_utils.read import read

OFFICE = shutil.which("soffice")
BROWSER = shutil.which("chromium")
SEEDS = {
    0: ("jiangxi", "jiangxi", "万元", "medium"),
    1: ("shanghai", "shanghai", "元", "medium"),
    3: ("national", "jiangxi", "元", "large"),
    4: ("shanghai", "jiangxi", "万元", "small"),
}
"""Seed → template, layout, unit and size."""

needs_office = pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not here")
needs_browser = pytest.mark.skipif(BROWSER is None, reason="Chromium is not here")
pytestmark = [pytest.mark.heavy, pytest.mark.xdist_group("producers")]


@pytest.fixture(scope="module")
def made() -> dict[int, Accounts]:
    return {
        seed: simulate.accounts(seed, size, template=template, unit=unit)
        for seed, (template, _, unit, size) in SEEDS.items()
    }


def rendered(made: dict[int, Accounts], folder: Path, suffix: str, layout: str = "") -> Iterator[Path]:
    for seed, accounts in made.items():
        path = folder / f"{seed}{suffix}"
        yield simulate.write(accounts, path, layout=layout or SEEDS[seed][1], commas=seed % 2 == 0)


def office(paths: list[Path], to: str, folder: Path) -> None:
    """All files converted by LibreOffice, by one call with a profile of its own."""
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [str(OFFICE), profile, "--headless", "--convert-to", to, "--outdir", str(folder / to)]
    subprocess.run([*command, *map(str, paths)], check=True, capture_output=True, timeout=300)


def on_landscape(path: Path) -> Path:
    """The Word file with tables as wide as a landscape page."""
    document = Document(str(path))
    for section in document.sections:
        section.page_width, section.page_height = Cm(29.7), Cm(21)
        section.left_margin = section.right_margin = Cm(2)
    for table in document.tables:
        table.autofit = False
        for cell in (cell for row in table.rows for cell in row.cells):
            cell.width = Cm(25.7 / len(table.columns))
            for run in (run for paragraph in cell.paragraphs for run in paragraph.runs):
                run.font.size = Pt(9)
    document.save(str(path))
    return path


def on_one_page_width(path: Path, repeated: bool) -> Path:
    """The workbook with sheets as wide as a page, the title's rows on each of their pages if `repeated`."""
    book = load_workbook(path)
    for sheet in book:
        sheet.page_setup.paperSize, sheet.page_setup.fitToHeight = 9, 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        for j in range(1, sheet.max_column + 1):
            sheet.column_dimensions[get_column_letter(j)].width *= 1.3
        if repeated and sheet.max_column > 2:
            sheet.print_title_rows = "1:5"
    book.save(path)
    return path


def assert_read(made: dict[int, Accounts], folder: Path, suffix: str, narrated: bool = True) -> None:
    for seed, accounts in made.items():
        again = parse(read(folder / f"{seed}{suffix}"))
        assert cells(again) == cells(accounts), seed
        assert not any(row.undetermined for row in again.rows), seed
        if narrated:
            told = [[(f.section, f.item, f.measure, f.value) for f in one.narrative] for one in (again, accounts)]
            assert told[0] == told[1], seed


@needs_office
def test_word_files_printed_by_libreoffice(made: dict[int, Accounts], tmp_path: Path) -> None:
    office(list(rendered(made, tmp_path, ".docx")), "pdf", tmp_path)
    assert_read(made, tmp_path / "pdf", ".pdf", narrated=False)


@needs_office
def test_word_files_on_landscape_pages(made: dict[int, Accounts], tmp_path: Path) -> None:
    office([on_landscape(path) for path in rendered(made, tmp_path, ".docx")], "pdf", tmp_path)
    assert_read(made, tmp_path / "pdf", ".pdf")


@needs_office
def test_workbooks_printed_by_libreoffice(made: dict[int, Accounts], tmp_path: Path) -> None:
    paths = [on_one_page_width(path, i % 2 == 0) for i, path in enumerate(rendered(made, tmp_path, ".xlsx"))]
    office(paths, "pdf", tmp_path)
    assert_read(made, tmp_path / "pdf", ".pdf", narrated=False)  # a sheet does not print all of a long paragraph
    for seed in made:
        again = parse(read(tmp_path / "pdf" / f"{seed}.pdf"))
        assert figures(again) <= figures(made[seed]), seed
        assert "narrative is not read" in again.doubts[-1], seed


@needs_office
@pytest.mark.parametrize(("suffix", "to"), [(".xlsx", "xls"), (".docx", "html"), (".html", "docx")])
def test_files_converted_by_libreoffice(made: dict[int, Accounts], tmp_path: Path, suffix: str, to: str) -> None:
    filters = {"html": "html:HTML (StarWriter)", "docx": "docx:MS Word 2007 XML"}
    office(list(rendered(made, tmp_path, suffix)), filters.get(to, to), tmp_path)
    assert_read(made, tmp_path / filters.get(to, to), f".{to}")


@needs_browser
def test_pages_printed_by_a_browser(made: dict[int, Accounts], tmp_path: Path) -> None:
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
    flags += ["--no-first-run", "--no-pdf-header-footer", "--disable-sync", f"--user-data-dir={tmp_path / 'profile'}"]
    for path in rendered(made, tmp_path, ".html"):
        style = "<style>@page{size:A4 landscape}table{font-size:80%}</style>"  # wider tables are cut off
        path.write_text(path.read_text("utf-8").replace("</head>", f"{style}</head>"), "utf-8")
        command = [str(BROWSER), *flags, f"--print-to-pdf={path.with_suffix('.pdf')}", path.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert_read(made, tmp_path, ".pdf")


# Tables without lines: what is broken or cut off is undetermined, whatever else is read is right


def assert_nothing_wrong(made: dict[int, Accounts], folder: Path, share: float = 0.0) -> None:
    """No cell is silently wrong, no figure is added to the narrative, and at least the share of the cells is read."""
    for seed, accounts in made.items():
        again = parse(read(folder / f"{seed}.pdf"))
        expected, found = cells(accounts), cells(again)
        assert {cell: number for cell, number in found.items() if expected.get(cell) != number} == {}, seed
        assert len(found) >= share * len(expected), seed


def figures(accounts: Accounts) -> set[tuple[str, str, str, str]]:
    return {(f.section, f.item, f.measure, str(f.value)) for f in accounts.narrative}


@needs_office
def test_word_files_without_lines(made: dict[int, Accounts], tmp_path: Path) -> None:
    office(list(rendered(made, tmp_path, ".docx", "open")), "pdf", tmp_path)
    assert_nothing_wrong(made, tmp_path / "pdf")
    assert all(figures(parse(read(tmp_path / "pdf" / f"{seed}.pdf"))) <= figures(made[seed]) for seed in made)


@needs_office
def test_word_files_without_lines_on_landscape_pages(made: dict[int, Accounts], tmp_path: Path) -> None:
    office([on_landscape(path) for path in rendered(made, tmp_path, ".docx", "open")], "pdf", tmp_path)
    assert_nothing_wrong(made, tmp_path / "pdf")


@needs_office
def test_workbooks_without_lines(made: dict[int, Accounts], tmp_path: Path) -> None:
    office([on_one_page_width(path, False) for path in rendered(made, tmp_path, ".xlsx", "open")], "pdf", tmp_path)
    assert_nothing_wrong(made, tmp_path / "pdf", share=0.95)
    assert all(figures(parse(read(tmp_path / "pdf" / f"{seed}.pdf"))) <= figures(made[seed]) for seed in made)


@needs_office
def test_web_pages_without_lines_on_upright_pages(made: dict[int, Accounts], tmp_path: Path) -> None:
    paths = list(rendered(made, tmp_path, ".html", "open"))
    for path in paths:
        path.write_text(path.read_text("utf-8").replace("border:1px solid #999;", ""), "utf-8")
    office(paths, "pdf:writer_web_pdf_Export", tmp_path)
    assert_nothing_wrong(made, tmp_path / "pdf:writer_web_pdf_Export")
