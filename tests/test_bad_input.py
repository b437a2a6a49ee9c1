"""Files that are not what they seem, and unusual print: one message each, and the other files of the batch are read."""

import io
import re
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from conftest import SIMULATED
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from fiscal_utils import simulate
from fiscal_utils.cli import main
from fiscal_utils.normalise import Number
from fiscal_utils.parse import Accounts, parse
from fiscal_utils.parse.rows import Row
from fiscal_utils.read import ocr, read
from fiscal_utils.simulate import accounts as simulated

GOOD = "moushizhishu-office-2031"

Extract = Callable[..., Result]


@pytest.fixture
def extract(tmp_path: Path) -> Extract:
    def run(*arguments: object) -> Result:
        return CliRunner().invoke(
            main, ["--messages", "en", "--data-dir", str(tmp_path / "data"), "extract", *map(str, arguments)]
        )

    return run


def names(tmp_path: Path) -> list[str]:
    folder = tmp_path / "data" / "raw"
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def zipped(**members: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return packed.getvalue()


def pictures() -> bytes:
    """A PDF of two pages, each one image."""
    made = io.BytesIO()
    canvas = Canvas(made)
    for _ in range(2):
        canvas.drawImage(ImageReader(Image.new("RGB", (600, 800), "white")), 0, 0, 595, 842)
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def printed(suffix: str, tmp_path: Path, **options: str) -> bytes:
    """A small disclosure in the format of the suffix."""
    return simulate.write(simulated(3, size="small", **options), tmp_path / f"printed{suffix}").read_bytes()


def table(text: str, title: str) -> str:
    """One table of the invented accounts as printed, from its number to before the next one's."""
    found = re.search(rf"^[ \f]*{title}\n.*?(?=^[ \f]*\S+表\n *公开)", text, re.M | re.S)
    assert found
    return found[0]


BAD = {
    "word-97.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "Save it as .docx or PDF"),
    "rich.doc": (b"{\\rtf1\\ansi 2031}", "a RTF file"),
    "archive.docx": (zipped(a="决算", b="说明"), "Unpack it"),
    "archive.xlsx": (zipped(a="决算") + b"PK", "Unpack it"),
    "cut.docx": (zipped(a="决算")[:40], "is damaged or incomplete"),
    "page.html": ("<html><body><p>通知</p></body></html>".encode(), "no statutory table title"),
    "blank.txt": (b" \r\n\x0c\n", "the file is empty"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_be_read_is_named_and_does_not_stop_the_next(
    extract: Extract, tmp_path: Path, name: str
) -> None:
    data, says = BAD[name]
    bad = tmp_path / name
    bad.write_bytes(data)
    alone = extract(bad)
    assert alone.exit_code == 1
    assert name in alone.stderr
    assert says in alone.stderr
    assert "Traceback" not in alone.output
    assert names(tmp_path) == []
    both = extract(bad, SIMULATED, "--workers", 1)
    assert both.exit_code == 1
    assert says in both.stdout
    assert "1 files read, 0 skipped (read before), 1 failed" in both.stdout
    assert names(tmp_path) == [GOOD]


def test_images_without_text_recognition_say_what_to_install(
    extract: Extract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr, "installed", lambda: False)
    path = tmp_path / "pictures.pdf"
    path.write_bytes(pictures())
    result = extract(path)
    assert result.exit_code == 1
    assert "pictures.pdf: 2 pages of images without text" in result.stderr
    assert "fiscal-utils[ocr]" in result.stderr
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("written", "named"), [(".pdf", "a.xlsx"), (".html", "a.xls"), (".xlsx", "a.html"), (".docx", "a.doc")]
)
def test_a_file_is_read_by_its_content_whatever_it_is_called(
    extract: Extract, tmp_path: Path, written: str, named: str
) -> None:
    path = tmp_path / named
    path.write_bytes(printed(written, tmp_path))
    result = extract(path)
    assert result.exit_code == 0, result.output
    assert "9 tables" in result.stdout or "10 tables" in result.stdout
    assert len(names(tmp_path)) == 1


def test_a_missing_table_is_named_with_the_file(extract: Extract, tmp_path: Path, text: str) -> None:
    path = tmp_path / "short.txt"
    path.write_text(text.replace(table(text, "收入决算表"), ""), "utf-8")
    refused = extract(path)
    assert refused.exit_code == 1
    assert "short.txt" in refused.stderr
    assert "missing: 《收入决算表》" in refused.stderr
    assert names(tmp_path) == []
    assert extract(path, "--allow-missing").exit_code == 0
    described = tomllib.loads((tmp_path / "data" / "raw" / GOOD / "document.toml").read_text("utf-8"))
    assert described["missing_tables"] == ["revenue"]


def test_a_doubled_table_is_named_with_the_file(extract: Extract, tmp_path: Path, text: str) -> None:
    path, revenue = tmp_path / "doubled.txt", table(text, "收入决算表")
    path.write_text(text.replace(revenue, revenue * 2), "utf-8")
    refused = extract(path)
    assert refused.exit_code == 1
    assert "收入决算表 is printed twice" in refused.stderr
    assert names(tmp_path) == []
    assert "doubled.txt" in extract(path, SIMULATED, "--workers", 1).stdout
    assert names(tmp_path) == [GOOD]


# Unusual print


@pytest.mark.parametrize("suffix", [".html", ".xlsx", ".docx"])
def test_accounts_in_yuan_keep_their_unit(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"yuan{suffix}"
    path.write_bytes(printed(suffix, tmp_path, unit="元"))
    assert parse(read(path)).unit == "元"


def basic(accounts: Accounts) -> str:
    """What the table of expenditure prints as the basic expenditure of its total row."""
    row = next(row for row in accounts.rows if row.table == "expenditure" and row.item == "total")
    return str(row.cells.get("basic"))


AMOUNTS = {
    "(12.3)": "-12.3",
    "（12.3）": "-12.3",
    "－12.3": "-12.3",
    "－": "——",
    "——": "——",
    "1，234.5": "1234.5",
    "1,234.50": "1234.50",
    "１２．３０": "12.30",
    "￥1,234.50": "1234.50",
    "　12.3 ": "12.3",
    "": "None",
}


@pytest.mark.parametrize("amount", AMOUNTS)
def test_amounts_in_html_tables_are_read_as_they_print(tmp_path: Path, amount: str) -> None:
    page = printed(".html", tmp_path).decode()
    pattern = r"(>支出决算表<.*?>合计</td>(?:<td[^>]*>[^<]*</td>)*?<td[^>]*>[^<]*</td><td[^>]*>)[^<]*"
    changed = re.sub(pattern, lambda found: found[1] + amount, page, count=1, flags=re.S)
    assert changed != page
    path = tmp_path / "amounts.html"
    path.write_text(changed, "utf-8")
    assert basic(parse(read(path))) == AMOUNTS[amount]


def test_blank_cells_printed_as_dashes_name_nothing(tmp_path: Path) -> None:
    """Also those of codes and names, where one half of a table is shorter than the other."""
    page = printed(".html", tmp_path).decode()
    assert page.count("<td></td>") > 100
    accounts = {}
    for name, text in {"blank": page, "dashed": page.replace("<td></td>", "<td>—</td>")}.items():
        path = tmp_path / f"{name}.html"
        path.write_text(text, "utf-8")
        accounts[name] = parse(read(path))
    blank, dashed = (
        {(row.table, row.key, row.label): numbers for row in found.rows if (numbers := _numbers(row))}
        for found in accounts.values()
    )
    assert dashed == blank
    assert accounts["dashed"].doubts == accounts["blank"].doubts


def _numbers(row: Row) -> dict[str, Number]:
    return {column: printed for column, printed in row.cells.items() if isinstance(printed, Number)}


@pytest.mark.parametrize("amount", AMOUNTS)
def test_amounts_typed_as_text_in_sheets_are_read_as_they_print(tmp_path: Path, amount: str) -> None:
    path = tmp_path / "amounts.xlsx"
    path.write_bytes(printed(".xlsx", tmp_path))
    book = openpyxl.load_workbook(path)
    sheet = next(s for s in book if any(cell.value == "支出决算表" for row in s.iter_rows() for cell in row))
    total = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "合计" and cell.row > 6)
    first, second, *_ = [c for c in sheet[total.row] if isinstance(c.value, int | float)]
    second.value = amount
    book.save(path)
    assert first.value
    assert basic(parse(read(path))) == AMOUNTS[amount]
