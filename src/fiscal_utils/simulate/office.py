"""Documents as an Excel workbook and as a Word document."""

import io
from collections.abc import Sequence

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from fiscal_utils.normalise import Number
from fiscal_utils.simulate.document import Block, Heading
from fiscal_utils.simulate.sheets import Cell, Sheet, shown
from fiscal_utils.simulate.words import Layout, mark

_ALIGN = {"l": "left", "c": "center", "r": "right"}
_TITLE_LENGTH = 31
"""Excel allows no longer names of sheets."""


def xlsx(blocks: Sequence[Block], layout: Layout, commas: bool) -> bytes:
    """The document as a workbook: a sheet a table, the text before the tables and after them on sheets of its own."""
    book = Workbook()
    book.remove(book.active)
    text: Worksheet | None = None
    for block in blocks:
        if isinstance(block, Sheet):
            text = None
            _add_table(_new_sheet(book, block.number or block.title), block, layout, commas)
            continue
        if text is None:
            text = _new_sheet(
                book, "说明" if any(isinstance(b, Sheet) for b in blocks[: blocks.index(block)]) else "封面"
            )
            text.column_dimensions["A"].width = 100
        text.append([block.text])
        text.cell(text.max_row, 1).alignment = Alignment(wrap_text=True)
        if isinstance(block, Heading):
            text.cell(text.max_row, 1).font = Font(bold=True)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _new_sheet(book: Workbook, title: str) -> Worksheet:
    sheet: Worksheet = book.create_sheet(title.replace("　", "")[:_TITLE_LENGTH])
    sheet.oddHeader.center.text = mark("simulated")
    return sheet


def _add_table(out: Worksheet, sheet: Sheet, layout: Layout, commas: bool) -> None:
    """Title, number and unit rows, then the cells; numbers are numbers, shown with the decimals that are printed."""
    width = len(sheet.widths)
    out.append([sheet.title])
    out.merge_cells(start_row=1, end_row=1, start_column=1, end_column=width)
    out.cell(1, 1).alignment = Alignment(horizontal="center")
    if sheet.number:
        out.cell(2, width, sheet.number)
    left, middle, right = sheet.above
    top = out.max_row + 1
    for column, text in ((1, left), (max(2, width // 2), middle), (width, right)):
        if text:
            out.cell(top, column, text)
    edge = Side(style="thin") if layout.ruled else Side()
    for i, row in enumerate(sheet.rows):
        for j, cell in enumerate(row):
            target = out.cell(top + 1 + i, 1 + j)
            if cell != "":
                _set(target, cell, commas)
            target.border = Border(edge, edge, edge, edge)
            where = "center" if i < sheet.header else _ALIGN[sheet.aligns[j]]
            target.alignment = Alignment(horizontal=where, vertical="center", wrap_text=True)
    for (first, column), (height, across) in sheet.spans.items():
        out.merge_cells(
            start_row=top + 1 + first, end_row=top + first + height, start_column=1 + column, end_column=column + across
        )
    for j, letters in enumerate(sheet.widths, 1):
        out.column_dimensions[get_column_letter(j)].width = 2 * letters + 2
    if sheet.note:
        out.append([sheet.note])


def _set(target: object, cell: Cell, commas: bool) -> None:
    if isinstance(cell, Number):
        target.value = float(cell.value)  # type: ignore[attr-defined]
        places = "." + "0" * cell.decimals if cell.decimals else ""
        target.number_format = ("#,##0" if commas else "0") + places  # type: ignore[attr-defined]
    else:
        target.value = str(cell)  # type: ignore[attr-defined]
        target.data_type = "s"  # type: ignore[attr-defined]  # "=12期" is no formula


def docx(blocks: Sequence[Block], layout: Layout, commas: bool) -> bytes:
    """The document as Word writes it: headings, paragraphs, tables with merged cells."""
    out = Document()
    out.sections[0].footer.paragraphs[0].text = mark("simulated")
    for block in blocks:
        if isinstance(block, Sheet):
            _add_word_table(out, block, layout, commas)
        elif isinstance(block, Heading):
            out.add_heading(block.text, block.level)
        else:
            out.add_paragraph(block.text)
    data = io.BytesIO()
    out.save(data)
    return data.getvalue()


def _add_word_table(out: object, sheet: Sheet, layout: Layout, commas: bool) -> None:
    out.add_heading(sheet.title, 3)  # type: ignore[attr-defined]
    for text in filter(None, (sheet.number, "　".join(filter(None, sheet.above)))):
        out.add_paragraph(text)  # type: ignore[attr-defined]
    table = out.add_table(len(sheet.rows), len(sheet.widths))  # type: ignore[attr-defined]
    table.style = "Table Grid" if layout.ruled else "Normal Table"
    grid = [list(row.cells) for row in table.rows]
    covered = sheet.covered()
    for i, row in enumerate(sheet.rows):
        for j, cell in enumerate(row):
            if (i, j) in covered or cell == "":
                continue
            paragraph = grid[i][j].paragraphs[0]
            paragraph.add_run(shown(cell, commas))
            if isinstance(cell, Number):
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for (i, j), (height, width) in sheet.spans.items():
        grid[i][j].merge(grid[i + height - 1][j + width - 1])
    if sheet.note:
        out.add_paragraph(sheet.note)  # type: ignore[attr-defined]
