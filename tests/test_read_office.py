"""Excel, Word and HTML files, written here and read back."""

import io
import re
import struct
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
import xlwt
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from fiscal_utils.errors import DocumentError
from fiscal_utils.read import Grid, Line, Source, html, read
from fiscal_utils.read.excel_format import printed, printed_date

ROWS = [("项目", "决算数"), ("基本支出", 230.72), ("项目支出", 12.5)]
PRINTED = (("项目", "决算数"), ("基本支出", "230.72"), ("项目支出", "12.5"))


def grids(source: Source) -> list[Grid]:
    return [block for block in source.blocks if isinstance(block, Grid)]


def texts(source: Source) -> list[str]:
    return [block.text for block in source.blocks if isinstance(block, Line)]


# Excel


def saved(book: openpyxl.Workbook, folder: Path) -> Path:
    path = folder / "accounts.xlsx"
    book.save(path)
    return path


def workbook(rows: list[tuple[Any, ...]]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return book


def rewritten(path: Path, member: str, pattern: str, replacement: str) -> Path:
    """The archive with the text of one member changed."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    changed = re.sub(pattern, replacement, members[member].decode())
    assert changed != members[member].decode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, changed if name == member else data)
    return path


@pytest.mark.parametrize(
    ("value", "format_", "text"),
    [
        (230.71999999999997, "General", "230.72"),
        (1 / 3, "General", "0.33333333333"),
        (2010601, "General", "2010601"),
        (-0.5, "General", "-0.5"),
        (123456789012345, "General", "123456789012345"),
        (12.0, "G/通用格式", "12"),
        (5, "@", "5"),
        (2.675, "0.00", "2.68"),
        (1234.5, "#,##0.00", "1234.50"),
        (-1234.5, "#,##0.00_ ;[Red]-#,##0.00\\ ", "-1234.50"),
        (-1234.5, "#,##0.00_);(#,##0.00)", "(1234.50)"),
        (-1.5, "0.00;[Red]0.00", "-1.50"),
        (0, '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', "-"),
        (0, "0.00;-0.00;", ""),
        (0, "#,##0.00", "0.00"),
        (0, "#", ""),
        (7, "000", "007"),
        (0.4, "0", "0"),
        (2.5, "0.0##", "2.5"),
        (2, "0.##", "2"),
        (0.5, ".00", ".50"),
        (0.98765, "0.00%", "98.77%"),
        (12345, '0!.0,"万"', "1.2万"),
        (1234567, "#,##0.0,", "1234.6"),
        (230.72, '0.00"万元"', "230.72万元"),
        (230.72, "[$¥-804]#,##0.00", "230.72"),
        (150, '[>=100]0"+";0', "150+"),
        (50, '[>=100]0"+";0', "50"),
        (0.25, "# ?/?", "0.25"),
        (12345, "0.00E+00", "1.23E+4"),
    ],
)
def test_numbers_print_as_their_format_says(value: float, format_: str, text: str) -> None:
    assert printed(value, format_) == text


@pytest.mark.parametrize(
    ("value", "format_", "text"),
    [
        (datetime(2024, 8, 5), "yyyy-mm-dd", "2024年8月5日"),
        (date(2024, 8, 5), 'yyyy"年"m"月"', "2024年8月"),
        (datetime(2024, 8, 5), "General", "2024年8月5日"),
        (datetime(2024, 8, 5, 14, 30), "h:mm", "14:30"),
        (time(9, 5), "h:mm", "09:05"),
    ],
)
def test_dates_print_the_parts_that_their_format_shows(value: date, format_: str, text: str) -> None:
    assert printed_date(value, format_) == text


def test_xlsx_values(tmp_path: Path) -> None:
    book = workbook([("文字", 230.71999999999997, True, "#REF!", datetime(2024, 8, 5), 3.14159, "_x000D_⽀出")])
    book.active["F1"].number_format = "0.00"
    source = read(saved(book, tmp_path))
    assert source.reader == "openpyxl"
    assert grids(source)[0].rows == (("文字", "230.72", "TRUE", "#REF!", "2024年8月5日", "3.14", "支出"),)


def test_xlsx_sheets_are_pages_and_hidden_ones_are_left_out(tmp_path: Path) -> None:
    book = workbook(ROWS)
    for title, state in (("说明", "hidden"), ("代码", "veryHidden"), ("空", "visible"), ("二", "visible")):
        sheet = book.create_sheet(title)
        sheet.sheet_state = state
        if title != "空":
            sheet.append([title, 1])
    source = read(saved(book, tmp_path))
    assert [(grid.page, grid.rows[0][0]) for grid in grids(source)] == [(1, "项目"), (5, "二")]
    assert source.pages == 5


def test_xlsx_is_trimmed_with_its_merged_cells(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    cells = {"C3": "收入支出决算表", "C6": "项目", "D6": "本年支出", "D7": "合计", "E7": "基本支出", "E8": 1}
    for cell, value in cells.items():
        sheet[cell] = value
    for area in ("C3:H3", "C6:C7", "D6:E6"):
        sheet.merge_cells(area)
    sheet["J20"].number_format = "0.00"
    (grid,) = grids(read(saved(book, tmp_path)))
    assert grid.rows == (
        ("收入支出决算表", "", ""),
        ("项目", "本年支出", ""),
        ("", "合计", "基本支出"),
        ("", "", "1"),
    )
    assert grid.spans == {(0, 0): (1, 3), (1, 0): (2, 1), (1, 1): (1, 2)}
    assert grid.text(1, 2) == "本年支出"


def test_xlsx_hidden_rows_and_columns_are_left_out(tmp_path: Path) -> None:
    book = workbook([("合并", "代码", "项目"), ("", "x", "甲"), ("", "y", "乙")])
    book.active.merge_cells("A1:B1")
    book.active.row_dimensions[2].hidden = True
    book.active.column_dimensions["A"].hidden = True
    (grid,) = grids(read(saved(book, tmp_path)))
    assert grid.rows == (("合并", "项目"), ("y", "乙"))
    assert not grid.spans


def test_xlsx_formula_without_a_value_is_refused(tmp_path: Path) -> None:
    book = workbook([*ROWS, ("合计", "=B2+B3")])
    with pytest.raises(DocumentError) as caught:
        read(saved(book, tmp_path))
    assert caught.value.key == "formula_without_value"
    assert caught.value.fields["cell"] == "B4"


def test_xlsx_formula_with_a_value_prints_it(tmp_path: Path) -> None:
    path = saved(workbook([*ROWS, ("合计", "=B2+B3")]), tmp_path)
    rewritten(path, "xl/worksheets/sheet1.xml", r"</f><v ?/?>(</v>)?", "</f><v>243.22</v>")
    assert grids(read(path))[0].rows[-1] == ("合计", "243.22")


def test_xlsx_formula_whose_value_is_an_empty_text_is_blank(tmp_path: Path) -> None:
    path = saved(workbook([*ROWS, ("合计", '=IF(B2>0,"",1)')]), tmp_path)
    rewritten(path, "xl/worksheets/sheet1.xml", r'<c r="B4"', '<c r="B4" t="str"')
    assert grids(read(path))[0].rows[-1] == ("合计", "")


def test_xlsx_that_claims_the_whole_sheet_is_read_by_its_cells(tmp_path: Path) -> None:
    path = saved(workbook(ROWS), tmp_path)
    rewritten(path, "xl/worksheets/sheet1.xml", r'<dimension ref="[^"]*"', '<dimension ref="A1:XFD1048576"')
    book = openpyxl.load_workbook(path)
    book.active["XFD1048576"].number_format = "0.00"
    assert grids(read(saved(book, tmp_path)))[0].rows == PRINTED


@pytest.mark.parametrize("cell", ["A20001", "GS1"])
def test_xlsx_sheets_that_reach_too_far_are_refused(tmp_path: Path, cell: str) -> None:
    book = workbook(ROWS)
    book.active[cell] = "远"
    with pytest.raises(DocumentError) as caught:
        read(saved(book, tmp_path))
    assert caught.value.key == "sheet_too_large"


@pytest.mark.parametrize(
    "bomb",
    [
        '<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>',
        '<hyperlinks><hyperlink ref="A1:XFD1048576" location="A1"/></hyperlinks>',
    ],
)
def test_xlsx_with_a_merged_area_of_the_whole_sheet_is_refused_at_once(tmp_path: Path, bomb: str) -> None:
    path = saved(workbook(ROWS), tmp_path)
    rewritten(path, "xl/worksheets/sheet1.xml", "</sheetData>", f"</sheetData>{bomb}")
    with pytest.raises(DocumentError) as caught:
        read(path)
    assert caught.value.key == "damaged"


def biff(folder: Path, book: xlwt.Workbook) -> Path:
    path = folder / "accounts.xls"
    book.save(str(path))
    return path


def test_xls_values_and_merged_cells(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("一")
    sheet.write_merge(2, 2, 1, 6, "支出决算表")
    for column, (value, format_) in enumerate(
        [
            ("⽀出", "General"),
            (1234.5, "#,##0.00"),
            (230.71999999999997, "General"),
            (datetime(2024, 8, 5), "yyyy-mm-dd"),
            (True, "General"),
        ],
        start=1,
    ):
        sheet.write(5, column, value, xlwt.easyxf(num_format_str=format_))
    hidden = book.add_sheet("藏")
    hidden.visibility = 1
    hidden.write(0, 0, "藏")
    last = book.add_sheet("三")
    last.write(0, 0, "甲")
    last.write(1, 0, "乙")
    last.row(1).hidden = True
    source = read(biff(tmp_path, book))
    assert source.reader == "xlrd"
    assert [grid.page for grid in grids(source)] == [1, 3]
    first, third = grids(source)
    assert first.rows == (("支出决算表", "", "", "", ""), ("支出", "1234.50", "230.72", "2024年8月5日", "TRUE"))
    assert first.spans == {(0, 0): (1, 5)}
    assert third.rows == (("甲",),)


def test_xls_too_wide_is_refused(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("一")
    sheet.write(0, 0, "甲")
    sheet.write(0, 255, "乙")
    with pytest.raises(DocumentError) as caught:
        read(biff(tmp_path, book))
    assert caught.value.key == "sheet_too_large"


# Word


def word(folder: Path, document: Any) -> Path:
    path = folder / "accounts.docx"
    document.save(path)
    return path


def paragraph(inner: str) -> Any:
    return parse_xml(f"<w:p {nsdecls('w')}>{inner}</w:p>")


def appended(document: Any, *elements: Any) -> None:
    for element in elements:
        document.element.body.insert_element_before(element, "w:sectPr")


def test_docx_paragraphs_and_tables_in_order(tmp_path: Path) -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "页眉"
    document.add_paragraph("第一部分　概况")
    table = document.add_table(3, 2)
    for row, values in zip(table.rows, PRINTED, strict=True):
        for cell, value in zip(row.cells, values, strict=True):
            cell.text = value
    document.add_paragraph("⽀出说明")
    source = read(word(tmp_path, document))
    assert source.reader == "python-docx"
    assert source.blocks == (Line("第一部分　概况"), Grid(PRINTED), Line("支出说明"))


def test_docx_merged_cells_and_cells_of_several_paragraphs(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(3, 3)
    table.cell(0, 0).merge(table.cell(1, 0)).text = "项目"
    table.cell(0, 1).merge(table.cell(0, 2)).text = "支出"
    table.cell(1, 1).text, table.cell(1, 2).text = "合计", "基本"
    table.cell(2, 0).text = "一般公共"
    table.cell(2, 0).add_paragraph("服务支出")
    (grid,) = grids(read(word(tmp_path, document)))
    assert grid.rows == (("项目", "支出", ""), ("", "合计", "基本"), ("一般公共\n服务支出", "", ""))
    assert grid.spans == {(0, 0): (2, 1), (0, 1): (1, 2)}


def test_docx_nested_tables_are_text_of_their_cell(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(1, 2)
    table.cell(0, 0).text = "外"
    inner = table.cell(0, 1).add_table(1, 2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "内甲", "内乙"
    assert grids(read(word(tmp_path, document)))[0].rows == (("外", "内甲\n内乙"),)


def test_docx_short_rows_are_padded_and_wild_spans_clamped(tmp_path: Path) -> None:
    cell = "<w:tc><w:tcPr>{}</w:tcPr><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    rows = [
        cell.format('<w:gridSpan w:val="999999999"/>', "题"),
        cell.format("", "甲") + cell.format("", "乙") + cell.format("", "丙"),
        cell.format("", "丁"),
    ]
    document = docx.Document()
    body = "".join(f"<w:tr>{row}</w:tr>" for row in rows)
    appended(document, parse_xml(f"<w:tbl {nsdecls('w')}><w:tblPr/><w:tblGrid/>{body}</w:tbl>"))
    (grid,) = grids(read(word(tmp_path, document)))
    assert grid.rows == (("题", "", ""), ("甲", "乙", "丙"), ("丁", "", ""))
    assert grid.spans == {(0, 0): (1, 3)}


def test_docx_table_of_one_cell_is_text(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_table(1, 1).cell(0, 0).text = "第一行\n第二行"
    assert texts(read(word(tmp_path, document))) == ["第一行", "第二行"]


def test_docx_tracked_changes_are_read_as_accepted(tmp_path: Path) -> None:
    run = "<w:r><w:t>{}</w:t></w:r>"
    document = docx.Document()
    appended(
        document,
        paragraph(
            run.format("支出")
            + '<w:del w:id="1" w:author="x"><w:r><w:delText>旧数</w:delText></w:r></w:del>'
            + f'<w:ins w:id="2" w:author="x">{run.format("新数")}</w:ins>'
            + f'<w:moveFrom w:id="3" w:author="x">{run.format("移走")}</w:moveFrom>'
            + "<w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏</w:t></w:r>"
            + "<w:r><w:instrText>PAGE</w:instrText></w:r>"
        ),
    )
    assert texts(read(word(tmp_path, document))) == ["支出新数"]


def test_docx_text_boxes_and_content_controls_are_read_once(tmp_path: Path) -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>框内</w:t></w:r></w:p></w:txbxContent>"
    compatibility = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    document = docx.Document()
    appended(
        document,
        paragraph(
            f"<w:r><w:t>框外</w:t></w:r><w:r><mc:AlternateContent {compatibility}><mc:Choice>{box}</mc:Choice>"
            f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>"
        ),
        parse_xml(f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p><w:r><w:t>控件</w:t></w:r></w:p></w:sdtContent></w:sdt>"),
    )
    assert texts(read(word(tmp_path, document))) == ["框外", "框内", "控件"]


def test_docx_automatic_numbers_are_text(tmp_path: Path) -> None:
    document = docx.Document()
    root = document.part.numbering_part.element
    level = (
        '<w:lvl w:ilvl="{}"><w:start w:val="1"/><w:numFmt w:val="{}"/><w:suff w:val="nothing"/>'
        '<w:lvlText w:val="{}"/></w:lvl>'
    )
    levels = (
        level.format(0, "chineseCounting", "第%1部分")
        + level.format(1, "japaneseCounting", "%2、")
        + level.format(2, "decimal", "%2.%3 ")
        + level.format(3, "bullet", "·")
    )
    root.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90">{levels}</w:abstractNum>'))
    root.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="90"><w:abstractNumId w:val="90"/></w:num>'))
    numbered = '<w:pPr><w:numPr><w:ilvl w:val="{}"/><w:numId w:val="90"/></w:numPr></w:pPr><w:r><w:t>{}</w:t></w:r>'
    for depth, text in [(0, "概况"), (1, "职责"), (1, "机构"), (2, "编制"), (3, "点"), (0, "报表"), (1, "收入")]:
        appended(document, paragraph(numbered.format(depth, text)))
    assert texts(read(word(tmp_path, document))) == [
        "第一部分概况", "一、职责", "二、机构", "二.1 编制", "点", "第二部分报表", "一、收入",
    ]  # fmt: skip


# HTML


def page(folder: Path, body: str | bytes) -> Path:
    path = folder / "accounts.html"
    markup = body if isinstance(body, bytes) else f"<!DOCTYPE html><html><body>{body}</body></html>".encode()
    path.write_bytes(markup)
    return path


def test_html_text_in_order(tmp_path: Path) -> None:
    source = read(
        page(
            tmp_path,
            "<h1>决算\n 公开</h1><div>单位<b>概况</b><br>主要<span>职责</span><p>⽀出</p>尾\u200b声</div>"
            "<script>var a='脚本'</script><style>p{}</style><!-- 注释 --><p hidden>藏一</p>"
            "<p style='DISPLAY : none'>藏二</p><pre>一行\n二行</pre>",
        )
    )
    assert source.reader == "beautifulsoup"
    assert texts(source) == ["决算 公开", "单位概况", "主要职责", "支出", "尾声", "一行", "二行"]


def test_html_tables_with_spans(tmp_path: Path) -> None:
    (grid,) = grids(
        read(
            page(
                tmp_path,
                "<table><thead><tr><th rowspan=2>项目<th colspan=2>支出</tr><tr><th>合<br>计<th>基本</tr></thead>"
                "<tr style='display:none'><td>藏</tr><tr><td>&nbsp;</tr><tr><td>办公费<td>1.00<td>2.00</table>",
            )
        )
    )
    assert grid.rows == (("项目", "支出", ""), ("", "合\n计", "基本"), ("办公费", "1.00", "2.00"))
    assert grid.spans == {(0, 0): (2, 1), (0, 1): (1, 2)}


def test_html_spans_are_clamped(tmp_path: Path) -> None:
    wide, high = "colspan=1000000000", "rowspan=99999999999999999999"
    markup = f"<table><tr><td {wide}>题</tr><tr><td {high}>甲<td colspan=x>乙</tr><tr><td rowspan=0>丙</tr></table>"
    (grid,) = grids(read(page(tmp_path, markup)))
    assert grid.rows == (("题", ""), ("甲", "乙"), ("", "丙"))
    assert grid.spans == {(0, 0): (1, 2), (1, 0): (2, 1)}
    with pytest.raises(DocumentError) as caught:
        read(page(tmp_path, f"<table><tr><td {wide} {high}>题</tr><tr><td>甲</tr></table>"))
    assert caught.value.key == "sheet_too_large"


def test_html_cells_that_run_into_a_merged_cell_keep_their_text(tmp_path: Path) -> None:
    markup = "<table><tr><td>甲<td rowspan=2>乙<td>丙</tr><tr><td colspan=2>丁<td>戊</table>"
    assert grids(read(page(tmp_path, markup)))[0].rows == (("甲", "乙", "丙"), ("丁", "", "戊"))


def test_html_layout_tables_are_ordinary_content(tmp_path: Path) -> None:
    markup = (
        "<table><tr><td>导航</td><td>前文<table><tr><td>甲<td>乙</table>后文"
        "<table><tr><td>一格<br>两行</table></td></tr></table>"
    )
    blocks = read(page(tmp_path, markup)).blocks
    assert blocks == (Line("导航"), Line("前文"), Grid((("甲", "乙"),)), Line("后文"), Line("一格"), Line("两行"))


def test_html_too_many_rows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as caught:
        read(page(tmp_path, "<table>" + "<tr><td>甲" * 20_001 + "</table>"))
    assert caught.value.key == "sheet_too_large"


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("gb2312", "gb18030"), ("GBK", "gb18030"), ("utf-8", "utf-8"), ("gb2312", "utf-8"), ("", "gb18030")],
)
def test_html_encodings(tmp_path: Path, declared: str, encoding: str) -> None:
    markup = f'<html><head><meta charset="{declared}"><title>题</title></head><body>镕基㐂决算</body></html>'
    assert texts(read(page(tmp_path, markup.encode(encoding)))) == ["镕基㐂决算"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_html_byte_order_marks(tmp_path: Path, encoding: str) -> None:
    data = "<html><body>决算</body></html>".encode(encoding)
    assert html.content(data, tmp_path).blocks == [Line("决算")]


def test_html_in_no_known_encoding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as caught:
        read(page(tmp_path, b"<html><body>\xff\xff\x80</body></html>"))
    assert caught.value.key == "unknown_encoding"


def test_xhtml_with_an_encoding_in_its_xml_declaration(tmp_path: Path) -> None:
    markup = (
        '<?xml version="1.0" encoding="gb2312"?><html xmlns="http://www.w3.org/1999/xhtml"><body>决算</body></html>'
    )
    assert texts(read(page(tmp_path, markup.encode("gb18030")))) == ["决算"]


@pytest.mark.parametrize("element", ["div", "font", "table><tr><td"])
def test_html_elements_that_are_never_closed(tmp_path: Path, element: str) -> None:
    assert texts(read(page(tmp_path, f"<{element}>" * 400 + "决算"))) == ["决算"]


# Damage


def outcome(path: Path) -> str:
    """The key of the error that the file raises; `read` where it raises none."""
    try:
        read(path)
    except DocumentError as error:
        return error.key
    return "read"


def office_files(folder: Path) -> dict[str, Path]:
    biff_book = xlwt.Workbook()
    sheet = biff_book.add_sheet("一")
    for index, row in enumerate(ROWS):
        for column, value in enumerate(row):
            sheet.write(index, column, value)
    document = docx.Document()
    document.add_paragraph("决算")
    return {"xlsx": saved(workbook(ROWS), folder), "xls": biff(folder, biff_book), "docx": word(folder, document)}


@pytest.mark.parametrize("format_", ["xlsx", "xls", "docx"])
@pytest.mark.parametrize("kept", [0.3, 0.6, 0.9])
def test_cut_files_are_refused_as_damaged(tmp_path: Path, format_: str, kept: float) -> None:
    path = office_files(tmp_path)[format_]
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)])
    if outcome(path) == "read":
        assert grids(read(path))[0].rows == PRINTED, "an .xls file may end in unused sectors"
    else:
        assert outcome(path) in {"damaged", "convert_first"}


@pytest.mark.parametrize(("format_", "kind"), [("xlsx", "Excel"), ("docx", "Word")])
def test_broken_xml_is_refused_as_damaged(tmp_path: Path, format_: str, kind: str) -> None:
    path = office_files(tmp_path)[format_]
    member = "xl/worksheets/sheet1.xml" if format_ == "xlsx" else "word/document.xml"
    rewritten(path, member, r"</(sheetData|w:body)>", "")
    with pytest.raises(DocumentError) as caught:
        read(path)
    assert (caught.value.key, caught.value.fields["kind"]) == ("damaged", kind)
    assert caught.value.__cause__ is not None


@pytest.mark.parametrize("format_", ["xlsx", "docx"])
def test_a_member_larger_than_it_declares_is_refused(tmp_path: Path, format_: str) -> None:
    path = office_files(tmp_path)[format_]
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("media/bomb.bin", bytes(30_000_000))
    path.write_bytes(path.read_bytes().replace(struct.pack("<L", 30_000_000), struct.pack("<L", 30)))
    with zipfile.ZipFile(path) as archive:
        assert archive.getinfo("media/bomb.bin").file_size == 30
    with pytest.raises(DocumentError) as caught:
        read(path)
    assert caught.value.key == "damaged"


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("name", "method"), [("xl/workbook.xml", zipfile.ZIP_DEFLATED), ("xl/media/bomb.bin", zipfile.ZIP_BZIP2)]
)
def test_archives_that_office_does_not_write_are_refused(tmp_path: Path, name: str, method: int) -> None:
    path = office_files(tmp_path)["xlsx"]
    with zipfile.ZipFile(path, "a", method) as archive:
        archive.writestr(name, b"0" * 1000)
    with pytest.raises(DocumentError) as caught:
        read(path)
    assert caught.value.key == "damaged"


def test_damaged_bytes_never_raise_anything_else(tmp_path: Path) -> None:
    outcomes = set()
    for path in office_files(tmp_path).values():
        data = path.read_bytes()
        for start in range(100, len(data), max(1, len(data) // 25)):
            buffer = io.BytesIO(data)
            buffer.seek(start)
            buffer.write(b"\xff\x00\xa5" * 5)
            path.write_bytes(buffer.getvalue())
            outcomes.add(outcome(path))
    assert {"read", "damaged"} <= outcomes
