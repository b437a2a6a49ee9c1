"""Excel workbooks of before 2007: the visible sheets as grids, by xlrd."""

import io
from pathlib import Path
from typing import Any

import xlrd

from fiscal_utils.errors import DocumentError
from fiscal_utils.read import office
from fiscal_utils.read.excel_format import printed, printed_date
from fiscal_utils.read.model import Block, Content, Grid


def content(data: bytes, path: Path, password: str | None = None) -> Content:
    """Each visible sheet as one grid, its number as the page; hidden rows and columns are left out.

    Raises DocumentError for a workbook that is damaged or encrypted, and for a sheet too large to be accounts. The
    format does not tell a formula that was never calculated from one whose result is an empty text.
    """
    with office.reading(path, "Excel"):
        book = _workbook(data, path)
        visible = [(number, sheet) for number, sheet in enumerate(book.sheets(), 1) if sheet.visibility == 0]
        tables = [_grid(book, sheet, number, path) for number, sheet in visible]
        blocks: list[Block] = [table for table in tables if table.rows]
        return Content(blocks, "xlrd", book.nsheets)


def _workbook(data: bytes, path: Path) -> Any:
    try:
        return xlrd.open_workbook(file_contents=data, logfile=io.StringIO(), formatting_info=True, ragged_rows=True)
    except xlrd.XLRDError as error:
        if "encrypted" in str(error):
            raise DocumentError("encrypted_office", path=path) from error
        raise


def _grid(book: Any, sheet: Any, number: int, path: Path) -> Grid:
    texts = {
        (row, column): text
        for row in range(sheet.nrows)
        for column, cell in enumerate(sheet.row(row))
        if (text := office.tidy(_text(book, cell)))
    }
    office.refuse_too_large(path, sheet.name, *office.extent(texts))
    spans = {(top, left): (bottom - top, right - left) for top, bottom, left, right in sheet.merged_cells}
    hidden_rows = {index for index, row in sheet.rowinfo_map.items() if row.hidden}
    hidden_columns = {index for index, column in sheet.colinfo_map.items() if column.hidden}
    return office.grid(texts, spans, number, hidden_rows, hidden_columns)


def _text(book: Any, cell: Any) -> str:
    match cell.ctype:
        case xlrd.XL_CELL_EMPTY | xlrd.XL_CELL_BLANK:
            return ""
        case xlrd.XL_CELL_BOOLEAN:
            return str(bool(cell.value)).upper()
        case xlrd.XL_CELL_ERROR:
            return str(xlrd.error_text_from_code.get(cell.value, "#N/A"))
        case xlrd.XL_CELL_NUMBER:
            return printed(cell.value, _format(book, cell))
        case xlrd.XL_CELL_DATE:
            return printed_date(xlrd.xldate_as_datetime(cell.value, book.datemode), _format(book, cell))
    return str(cell.value)


def _format(book: Any, cell: Any) -> str:
    return str(book.format_map[book.xf_list[cell.xf_index].format_key].format_str)
