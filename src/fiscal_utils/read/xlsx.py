"""Excel workbooks of 2007 and later: the visible sheets as grids, by openpyxl."""

import io
import warnings
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
from lxml import etree
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.worksheet import Worksheet

from fiscal_utils.errors import DocumentError
from fiscal_utils.read import office
from fiscal_utils.read.excel_format import printed, printed_date
from fiscal_utils.read.model import Block, Content, Grid

_SHEETS = "xl/worksheets/"
_LAST_COLUMN = 16_384
_MAX_CELLS = office.MAX_ROWS * office.MAX_COLUMNS


def content(data: bytes, path: Path, password: str | None = None) -> Content:
    """Each visible sheet as one grid, its number as the page; hidden rows and columns are left out.

    Raises DocumentError for a damaged workbook, a sheet too large to be accounts, and a formula saved without its
    value.
    """
    with office.reading(path, "Excel"):
        office.refuse_unsound_archive(data)
        has_formulas = _inspect(data, path)
        book = _workbook(data, data_only=True)
        formulas = _workbook(data, data_only=False) if has_formulas else None
        blocks: list[Block] = []
        for number, name in enumerate(book.sheetnames, 1):
            sheet = book[name]
            if not isinstance(sheet, Worksheet) or sheet.sheet_state != "visible":
                continue
            if formulas:
                _refuse_without_value(sheet, formulas[name], path)
            table = _grid(sheet, number, path)
            blocks += [table] if table.rows else []
        return Content(blocks, "openpyxl", len(book.sheetnames))


def _inspect(data: bytes, path: Path) -> bool:
    """Whether any sheet holds formulas; refuses sheets of more cells or merged areas than openpyxl should hold."""
    has_formulas = False
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.namelist():
            if member.startswith(_SHEETS) and member.endswith(".xml"):
                with archive.open(member) as stream:
                    has_formulas |= _inspect_sheet(stream, Path(member).stem, path)
    return has_formulas


def _inspect_sheet(stream: Any, sheet: str, path: Path) -> bool:
    has_formulas, rows, widest, cells, area = False, 0, 0, 0, 0
    tags = [f"{{*}}{tag}" for tag in ("f", "row", "mergeCell", "hyperlink")]
    for _, element in etree.iterparse(stream, tag=tags, resolve_entities=False):
        kind = etree.QName(element).localname
        if kind == "f":
            has_formulas = True
        elif kind == "row":
            rows, widest, cells = rows + 1, max(widest, len(element)), cells + len(element)
            element.clear()
        else:
            left, top, right, bottom = range_boundaries(element.get("ref"))
            area += (right - left + 1) * (bottom - top + 1)
        if cells > _MAX_CELLS:
            office.refuse_too_large(path, sheet, rows, widest)
        if area > _MAX_CELLS:
            raise ValueError("merged cells larger than any sheet that is read")
    return has_formulas


def _workbook(data: bytes, data_only: bool) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(io.BytesIO(data), data_only=data_only, keep_links=False)


def _cells(sheet: Worksheet) -> Any:
    """The cells that the file holds by row and column: openpyxl's public iterators walk the whole extent instead."""
    return sheet._cells


def _refuse_without_value(sheet: Worksheet, formulas: Worksheet, path: Path) -> None:
    """A formula that no spreadsheet program has calculated; one whose result is an empty text has the type str."""
    values = _cells(sheet)
    for position, cell in sorted(_cells(formulas).items()):
        stored = values.get(position)
        if cell.data_type == "f" and stored is not None and stored.value is None and stored.data_type != "str":
            raise DocumentError("formula_without_value", path=path, sheet=sheet.title, cell=cell.coordinate)


def _grid(sheet: Worksheet, number: int, path: Path) -> Grid:
    texts = {position: text for position, cell in _cells(sheet).items() if (text := office.tidy(_text(cell)))}
    office.refuse_too_large(path, sheet.title, *office.extent(texts))
    spans = {
        (area.min_row, area.min_col): (area.max_row - area.min_row + 1, area.max_col - area.min_col + 1)
        for area in sheet.merged_cells.ranges
    }
    columns = [column for column in sheet.column_dimensions.values() if column.hidden]
    hidden_columns = {index for column in columns for index in range(column.min, min(column.max, _LAST_COLUMN) + 1)}
    hidden_rows = {index for index, row in sheet.row_dimensions.items() if row.hidden}
    return office.grid(texts, spans, number, hidden_rows, hidden_columns)


def _text(cell: Any) -> str:
    match cell.value:
        case None:
            return ""
        case bool(value):
            return str(value).upper()
        case int(value) | float(value):
            return printed(value, cell.number_format)
        case datetime() | date() | time() as value:
            return printed_date(value, cell.number_format)
        case value:
            return str(unescape(str(value)))
