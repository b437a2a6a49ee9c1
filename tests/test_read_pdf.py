"""The PDF reader against small drawn pages: the ways in which tables are ruled and printed."""

import io
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
from conftest import ROOT
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from fiscal_utils.parse.outline import outlines
from fiscal_utils.parse.statutory import rows as parsed
from fiscal_utils.read import Block, Grid, Line, Source, read

FONT = "Noto"
XS = (60.0, 130, 250, 340, 430, 520)
ROWS = (
    ("科目编码", "科目名称", "本年支出合计", "基本支出", "项目支出"),
    ("201", "一般公共服务支出", "1,230.50", "1,000.00", "230.50"),
    ("20106", "财政事务", "1,230.50", "1,000.00", "230.50"),
    ("2010601", "行政运行", "1,000.00", "1,000.00", ""),
    ("2010602", "一般行政管理事务", "230.50", "", "230.50"),
)
Draw = Callable[[Canvas], object]


@pytest.fixture(scope="session", autouse=True)
def _font() -> None:
    folder = find_spec("zhplot").submodule_search_locations[0]
    pdfmetrics.registerFont(TTFont(FONT, Path(folder, "fonts", "NotoSansSC-Regular.ttf")))


@pytest.fixture
def drawn(tmp_path: Path) -> Callable[..., Source]:
    """Reads what the functions draw, each on a page of its own."""

    def make(*pages: Draw, size: tuple[float, float] = (595, 842)) -> Source:
        file = io.BytesIO()
        canvas = Canvas(file, pagesize=size)
        for page in pages:
            canvas.setFont(FONT, 10)
            page(canvas)
            canvas.showPage()
        canvas.save()
        path = tmp_path / "drawn.pdf"
        path.write_bytes(file.getvalue())
        return read(path)

    return make


def borders(count: int, top: float = 700.0, pitch: float = 20.0) -> list[float]:
    return [top - pitch * i for i in range(count + 1)]


def write(
    c: Canvas,
    rows: Sequence[Sequence[str]],
    xs: Sequence[float] = XS,
    top: float = 700.0,
    pitch: float = 20.0,
    size: float = 10.0,
) -> None:
    """The cells' texts: numbers to the right, the rest to the left."""
    c.setFont(FONT, size)
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            y = top - pitch * (i + 0.5) - 0.35 * size
            if text[:1].isdigit() and "." in text:
                c.drawRightString(xs[j + 1] - 0.3 * size, y, text)
            else:
                c.drawString(xs[j] + 0.3 * size, y, text)


def grids(source: Source) -> list[Grid]:
    return [block for block in source.blocks if isinstance(block, Grid)]


def texts(source: Source) -> list[str]:
    return [block.text for block in source.blocks if isinstance(block, Line)]


def ruled(c: Canvas, xs: Sequence[float], ys: Sequence[float]) -> None:
    for x in xs:
        c.line(x, ys[0], x, ys[-1])
    for y in ys:
        c.line(xs[0], y, xs[-1], y)


def _cells(c: Canvas, xs: Sequence[float], ys: Sequence[float]) -> None:
    for left, right in zip(xs, xs[1:], strict=False):  # noqa: RUF007
        for top, bottom in zip(ys, ys[1:], strict=False):  # noqa: RUF007
            c.rect(left, bottom, right - left, top - bottom)


def _one_path(c: Canvas, xs: Sequence[float], ys: Sequence[float]) -> None:
    path = c.beginPath()
    for x in xs:
        path.moveTo(x, ys[0])
        path.lineTo(x, ys[-1])
    for y in ys:
        path.moveTo(xs[0], y)
        path.lineTo(xs[-1], y)
    c.drawPath(path)


def _filled(c: Canvas, xs: Sequence[float], ys: Sequence[float]) -> None:
    for x in xs:
        c.rect(x - 0.25, ys[-1], 0.5, ys[0] - ys[-1], stroke=0, fill=1)
    for y in ys:
        c.rect(xs[0], y - 0.25, xs[-1] - xs[0], 0.5, stroke=0, fill=1)


def _filled_pieces(c: Canvas, xs: Sequence[float], ys: Sequence[float]) -> None:
    """As Word does: each cell's borders as thin filled pieces with a small square at each corner."""
    for x in xs:
        for y in ys:
            c.rect(x, y, 0.5, 0.5, stroke=0, fill=1)
        for top, bottom in zip(ys, ys[1:], strict=False):  # noqa: RUF007
            c.rect(x, bottom + 0.5, 0.5, top - bottom - 0.5, stroke=0, fill=1)
    for y in ys:
        for left, right in zip(xs, xs[1:], strict=False):  # noqa: RUF007
            c.rect(left + 0.5, y, right - left - 0.5, 0.5, stroke=0, fill=1)


def _double(c: Canvas, xs: Sequence[float], ys: Sequence[float]) -> None:
    ruled(c, xs, ys)
    ruled(c, [x + 2 for x in xs], [y + 2 for y in ys])


def _dashed(c: Canvas, xs: Sequence[float], ys: Sequence[float]) -> None:
    c.setDash(3, 2)
    ruled(c, xs, ys)
    c.setDash()


def _dots(c: Canvas, xs: Sequence[float], ys: Sequence[float]) -> None:
    for x in xs:
        for k in range(int(ys[0] - ys[-1]) // 2):
            c.rect(x, ys[-1] + 2 * k, 1, 1, stroke=0, fill=1)
    for y in ys:
        for k in range(int(xs[-1] - xs[0]) // 2):
            c.rect(xs[0] + 2 * k, y, 1, 1, stroke=0, fill=1)


def _short(c: Canvas, xs: Sequence[float], ys: Sequence[float]) -> None:
    """Lines that miss each other by up to two points."""
    for left, right in zip(xs, xs[1:], strict=False):  # noqa: RUF007
        for y in ys:
            c.line(left + 2, y + left % 2, right - 1.5, y + left % 2)
    for top, bottom in zip(ys, ys[1:], strict=False):  # noqa: RUF007
        for x in xs:
            c.line(x, top - 1.5, x, bottom + 2)


def _form(c: Canvas, xs: Sequence[float], ys: Sequence[float]) -> None:
    c.beginForm("table", 0, 0, 600, 900)
    ruled(c, [(x - 10) / 2 for x in xs], [(y - 20) / 2 for y in ys])
    c.endForm()
    c.saveState()
    c.transform(2, 0, 0, 2, 10, 20)
    c.doForm("table")
    c.restoreState()


def _thick(c: Canvas, xs: Sequence[float], ys: Sequence[float]) -> None:
    c.setLineWidth(4)
    ruled(c, xs, ys)
    c.setLineWidth(1)


def _open_sides(c: Canvas, xs: Sequence[float], ys: Sequence[float]) -> None:
    for x in xs[1:-1]:
        c.line(x, ys[0], x, ys[-1])
    for y in ys:
        c.line(xs[0], y, xs[-1], y)


def _shaded(c: Canvas, xs: Sequence[float], ys: Sequence[float]) -> None:
    c.setFillGray(0.8)
    for left, right in zip(xs, xs[1:], strict=False):  # noqa: RUF007
        for top, bottom in zip(ys, ys[1:], strict=False):  # noqa: RUF007
            c.rect(left, bottom, right - left, top - bottom, stroke=1, fill=1)
    c.setFillGray(0)


def _bordered(c: Canvas, xs: Sequence[float], ys: Sequence[float]) -> None:
    c.rect(20, 20, 555, 800)
    ruled(c, xs, ys)


def _diagonal(c: Canvas, xs: Sequence[float], ys: Sequence[float]) -> None:
    ruled(c, xs, ys)
    c.line(xs[0], ys[0], xs[1], ys[1])


RULINGS = [ruled, _cells, _one_path, _filled, _filled_pieces, _double, _dashed, _dots, _short, _form, _thick,
           _open_sides, _shaded, _bordered, _diagonal]  # fmt: skip


@pytest.mark.parametrize("rule", RULINGS, ids=lambda rule: rule.__name__)
def test_however_a_table_is_ruled_its_cells_are_the_same(drawn, rule) -> None:
    def page(c: Canvas) -> None:
        rule(c, XS, borders(5))
        write(c, ROWS)

    (grid,) = drawn(page).blocks
    assert grid.rows == ROWS
    assert grid.spans == {}


@pytest.mark.parametrize("size", [2.5, 4, 6, 16, 40])
def test_tiny_and_huge_print(drawn, size: float) -> None:
    scale = size / 10
    xs = [x * scale for x in XS]

    def page(c: Canvas) -> None:
        ruled(c, xs, borders(5, 700 * scale, 15 * scale))
        write(c, ROWS, xs, 700 * scale, 15 * scale, size)

    (grid,) = drawn(page, size=(600 * max(scale, 1), 850 * max(scale, 1))).blocks
    assert grid.rows == ROWS


@pytest.mark.parametrize("turn", [90, 180, 270])
@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_turned_tables_read_as_upright_ones(drawn, turn: int, rotate: int) -> None:
    def page(c: Canvas) -> None:
        c.setPageRotation(rotate)
        c.drawString(280, 30, "— 3 —")
        c.translate(300, 400)
        c.rotate(turn)
        c.translate(-290, -650)
        ruled(c, XS, borders(5))
        write(c, ROWS)
        c.drawString(60, 720, "支出决算表")

    source = drawn(page, size=(842, 842))
    assert texts(source) == ["支出决算表"]
    assert grids(source)[0].rows == ROWS


def test_stacked_and_side_by_side_tables(drawn) -> None:
    def page(c: Canvas) -> None:
        ruled(c, XS[:3], borders(2))
        write(c, [row[:2] for row in ROWS[:2]])
        ruled(c, XS, borders(3, 655))
        write(c, ROWS[:3], top=655)
        for xs in (XS[:3], [x + 250 for x in XS[:3]]):
            ruled(c, xs, borders(3, 500))
            write(c, [row[:2] for row in ROWS[:3]], xs, top=500)

    first, second, third = drawn(page).blocks
    assert first.rows == tuple(row[:2] for row in ROWS[:2])
    assert second.rows == ROWS[:3]
    assert third.rows == tuple(row[:2] * 2 for row in ROWS[:3])


def test_a_table_in_a_cell(drawn) -> None:
    def page(c: Canvas) -> None:
        ruled(c, [30, 100, 560], [760, 500])
        c.drawString(40, 630, "附表")
        ruled(c, [x * 0.8 + 100 for x in XS], borders(5))
        write(c, ROWS, [x * 0.8 + 100 for x in XS], size=8)

    outer, inner = drawn(page).blocks
    assert outer.rows == (("附表", ""),)
    assert inner.rows == ROWS


def test_a_header_merged_over_three_levels(drawn) -> None:
    def page(c: Canvas) -> None:
        for y in (700, 640, 620):
            c.line(60, y, 520, y)
        c.line(250, 680, 520, 680)
        c.line(340, 660, 520, 660)
        for x in (60, 130, 250, 520):
            c.line(x, 700, x, 620)
        c.line(340, 680, 340, 620)
        c.line(430, 660, 430, 620)
        for x, y, text in ((65, 665, "编码"), (135, 665, "名称"), (360, 687, "本年支出"), (260, 657, "合计"),
                           (400, 667, "其中"), (350, 647, "基本"), (440, 647, "项目")):  # fmt: skip
            c.drawString(x, y, text)
        write(c, [("201", "甲", "3.00", "1.00", "2.00")], top=640)

    (grid,) = drawn(page).blocks
    assert grid.rows == (
        ("编码", "名称", "本年支出", "", ""),
        ("", "", "合计", "其中", ""),
        ("", "", "", "基本", "项目"),
        ("201", "甲", "3.00", "1.00", "2.00"),
    )
    assert grid.spans == {(0, 0): (3, 1), (0, 1): (3, 1), (0, 2): (1, 3), (1, 2): (2, 1), (1, 3): (1, 2)}


def one_cell(draw: Draw, width: float = 60) -> Draw:
    """A page with a row of four cells; the text is drawn from the lower left of the second."""

    def page(c: Canvas) -> None:
        ruled(c, [100 - width, 100, 100 + width, 100 + 2 * width, 100 + 3 * width], [720, 680])
        c.drawString(102 - width, 695, "标签")
        c.translate(100, 680)
        draw(c)

    return page


CELLS = {
    "left overflow": (lambda c: c.drawRightString(57, 15, "12,345,678.90"), ("标签", "12,345,678.90", "", "")),
    "right overflow": (lambda c: c.drawString(3, 15, "一般公共预算财政拨款"), ("标签", "一般公共预算财政拨款", "", "")),
    "centred overflow": (lambda c: c.drawCentredString(30, 15, "一般公共预算财"), ("标签", "一般公共预算财", "", "")),
    "long overflow": (lambda c: c.drawString(2, 15, "一般公共预算财政拨款收入决算"), ("标签", "一般公共预算财政拨款收入决算", "", "")),  # noqa: E501
    "overflow on a glyph boundary": (lambda c: c.drawString(2, 15, "123456.78901"), ("标签", "123456.78901", "", "")),
    "touching": (lambda c: (c.drawRightString(60.5, 15, "1.50"), c.drawString(60, 15, "甲")), ("标签", "1.50", "甲", "")),  # noqa: E501
    "hardly a gap": (
        lambda c: (c.drawRightString(59.5, 15, "1,234.56"), c.drawRightString(119.5, 15, "112,347,890.12")),
        ("标签", "1,234.56", "112,347,890.12", "")),
    "no gap at all": (lambda c: (c.drawRightString(60, 15, "2010601"), c.drawString(60, 15, "行政运行")), ("标签", "2010601", "行政运行", "")),  # noqa: E501
    "clipped under a number": (
        lambda c: (c.drawString(2, 15, "一般公共预算财政拨款"), c.drawRightString(118, 15, "12,345.67")),
        ("标签", "一般公共预算财政拨款", "12,345.67", "")),
    "on the border": (lambda c: c.drawRightString(57, 0.5, "12.30"), ("标签", "12.30", "", "")),
    "below the border": (lambda c: c.drawRightString(57, -1, "12.30"), ("标签", "12.30", "", "")),
    "broken number": (
        lambda c: (c.drawString(3, 25, "1,234,"), c.drawString(3, 10, "567.89"), c.drawString(63, 25, "7,234,"), c.drawString(63, 10, "567.8")),  # noqa: E501
        ("标签", "1,234,567.89", "7,234,567.8", "")),
    "broken at the point": (lambda c: (c.drawString(3, 25, "1234567"), c.drawString(3, 10, ".89")), ("标签", "1234567.89", "", "")),  # noqa: E501
    "broken in digits": (
        lambda c: (c.drawString(3, 25, "123456789"), c.drawString(3, 10, "0.89"), c.drawString(63, 25, "123456789"), c.drawString(63, 10, "1.22")),  # noqa: E501
        ("标签", "1234567890.89", "1234567891.22", "")),
    "broken before the last digit": (
        lambda c: (c.drawString(3, 25, "123456.7"), c.drawString(3, 10, "8"), c.drawString(63, 25, "112,345,6"), c.drawString(63, 10, "78")),  # noqa: E501
        ("标签", "123456.78", "112,345,678", "")),
    "letter-spaced": (lambda c: [c.drawString(10 + 25 * i, 15, t) for i, t in enumerate("合计")], ("标签", "合 计", "", "")),  # noqa: E501
    "wrapped": (lambda c: (c.drawString(3, 25, "一般公共"), c.drawString(3, 14, "预算收"), c.drawString(3, 3, "入")), ("标签", "一般公共\n预算收\n入", "", "")),  # noqa: E501
    "bold by reprint": (lambda c: [c.drawString(3 + 0.3 * i, 15, "11.10") for i in range(4)], ("标签", "11.10", "", "")),  # noqa: E501
    "bold by reprint of each": (
        lambda c: [c.drawString(3 + 5.55 * i + 0.3 * k, 15 + 0.2 * k, t) for i, t in enumerate("1123") for k in range(2)],  # noqa: E501
        ("标签", "1123", "", "")),
    "negatives": (
        lambda c: (c.drawString(3, 15, "(12.3)"), c.drawString(63, 15, "－12.30"), c.drawString(123, 15, "△12.30")),
        ("标签", "(12.3)", "－12.30", "△12.30")),
    "full-width comma": (lambda c: c.drawString(3, 15, "1，234.5"), ("标签", "1，234.5", "", "")),
    "other baseline": (lambda c: (c.drawString(3, 15, "共"), c.drawString(13, 13.5, "3"), c.drawString(19, 15, "个")), ("标签", "共3个", "", "")),  # noqa: E501
    "double underline": (
        lambda c: (c.drawString(3, 15, "12.30"), c.line(3, 13, 30, 13), c.line(3, 11, 30, 11)), ("标签", "12.30", "", "")),  # noqa: E501
    "underline from border to border": (lambda c: (c.drawString(3, 15, "12.30"), c.line(0, 5, 60, 5)), ("标签", "12.30", "", "")),  # noqa: E501
}  # fmt: skip


@pytest.mark.parametrize("name", CELLS)
def test_what_is_printed_in_a_cell(drawn, name: str) -> None:
    draw, expected = CELLS[name]
    (grid,) = drawn(one_cell(draw)).blocks
    assert grid.rows == (expected,)


def test_a_code_broken_over_lines_in_a_narrow_cell(drawn) -> None:
    def cell(c: Canvas) -> None:
        c.drawString(3, 25, "20106")
        c.drawString(3, 10, "01")

    (grid,) = drawn(one_cell(cell, 40)).blocks
    assert grid.rows == (("标签", "2010601", "", ""),)


def raised(c: Canvas, x: float, y: float, text: str, mark: str) -> None:
    run = c.beginText(x, y)
    run.setFont(FONT, 10)
    run.textOut(text)
    run.setRise(4)
    run.setFont(FONT, 6)
    run.textOut(mark)
    run.setRise(0)
    c.drawText(run)


def test_the_mark_of_a_footnote_is_no_digit(drawn) -> None:
    def cell(c: Canvas) -> None:
        raised(c, 3, 15, "12.3", "1")
        raised(c, 63, 15, "收入", "12")

    (grid,) = drawn(one_cell(cell)).blocks
    assert grid.rows == (("标签", "12.3[1]", "收入[12]", ""),)


def test_a_watermark_is_no_text(drawn) -> None:
    def page(c: Canvas) -> None:
        ruled(c, XS, borders(5))
        c.saveState()
        c.setFillGray(0.8)
        c.translate(150, 550)
        c.rotate(30)
        c.setFont(FONT, 30)
        for i in range(3):
            c.drawString(0, 50 * i, "内部资料请勿外传副本")
        c.restoreState()
        c.saveState()
        c.setFillGray(0.8)
        c.setFont(FONT, 60)
        c.drawString(150, 620, "样本")
        c.restoreState()
        write(c, ROWS)

    source = drawn(page)
    assert grids(source)[0].rows == ROWS
    assert texts(source) in ([], ["样本"])


@pytest.mark.parametrize("style", ["— {0} —", "{0}", "第{0}页 共9页", "{0}/9", "- {0} -", "第 {0} 页", "Page {0} of 9"])
def test_heads_and_page_numbers_are_no_content(drawn, style: str) -> None:
    def page(number: int) -> Draw:
        def draw(c: Canvas) -> None:
            c.drawString(60, 800, "样例局2031年度部门决算")
            c.drawString(60, 700, f"本页说明第{number}件事。")
            c.drawString(280, 30, style.format(number))

        return draw

    source = drawn(*(page(n) for n in range(1, 6)))
    assert texts(source) == ["样例局2031年度部门决算", *(f"本页说明第{n}件事。" for n in range(1, 6))]


def test_a_head_with_the_page_number_beside_it(drawn) -> None:
    def page(number: int) -> Draw:
        return lambda c: (
            c.drawString(60, 700, f"说明第{number}件事。"),
            c.drawString(60, 30, "样例局"),
            c.drawString(480, 30, f"- {number} -"),
        )

    assert len(texts(drawn(*(page(n) for n in range(1, 5))))) == 5


def test_a_unit_that_each_page_repeats_stays(drawn) -> None:
    def page(c: Canvas) -> None:
        c.drawString(450, 800, "单位：万元")
        c.drawString(60, 700, "支出决算表")

    assert texts(drawn(page, page, page)).count("单位：万元") == 3


def test_lines_that_are_no_table(drawn) -> None:
    def page(c: Canvas) -> None:
        c.drawString(60, 700, "本年支出12.30万元，增长较多。")
        c.line(80, 698, 140, 698)
        c.rect(50, 600, 400, 60)
        c.drawString(60, 630, "框内的文字")
        c.line(50, 550, 500, 550)

    assert texts(drawn(page)) == ["本年支出12.30万元，增长较多。", "框内的文字"]


def test_a_short_page_and_an_empty_one(drawn) -> None:
    source = drawn(lambda c: c.drawString(200, 500, "第二部分"), lambda c: None, lambda c: c.drawString(60, 700, "尾"))
    assert texts(source) == ["第二部分", "尾"]
    assert (source.pages, source.unread) == (3, ())


def test_what_is_cropped_is_not_read(drawn) -> None:
    def page(c: Canvas) -> None:
        c.setCropBox((50, 400, 550, 730))
        c.drawString(60, 760, "裁去的文字")
        ruled(c, XS, borders(5))
        write(c, ROWS)

    (grid,) = drawn(page).blocks
    assert grid.rows == ROWS


def test_turned_text_in_a_cell_is_one_text(drawn) -> None:
    def page(c: Canvas) -> None:
        ruled(c, [60, 90, 250], [700, 620])
        c.drawString(100, 660, "一般公共预算财政拨款")
        c.translate(80, 635)
        c.rotate(90)
        c.drawString(0, 0, "支出项目")

    (grid,) = drawn(page).blocks
    assert grid.rows == (("支出项目", "一般公共预算财政拨款"),)


BODY = (
    ("201", "一般公共服务支出", "1,230.50", "1,000.00", "230.50"),
    ("20106", "财政事务", "1,230.50", "1,000.00", "230.50"),
    ("2010601", "行政运行", "1,000.00", "1,000.00", ""),
    ("2010602", "一般行政管理事务", "230.50", "", "230.50"),
    ("208", "社会保障和就业支出", "69.50", "69.50", ""),
    ("", "合计", "1,300.00", "1,069.50", "230.50"),
)
HEADER = ("功能分类科目编码", "科目名称", "本年支出合计", "基本支出", "项目支出")
WIDE_XS = (50.0, 140, 260, 350, 440, 530)


def expenditure(rule: Draw, wrap: int = 0, place: float = 0.5) -> Draw:
    """A page with a small expenditure table of 1300.

    `wrap` prints so many characters of a label on a line; `place` says whether the numbers stand beside the first
    line of it (0), the middle (0.5) or the last (1).
    """

    def page(c: Canvas) -> None:
        c.drawCentredString(290, 760, "支出决算表")
        c.drawString(60, 735, "部门：样例局")
        c.drawString(450, 735, "单位：万元")
        c.saveState()
        rule(c)
        c.restoreState()
        for i, (code, label, *amounts) in enumerate((HEADER, *BODY)):
            parts = [label[k : k + wrap] for k in range(0, len(label), wrap)] if wrap and i else [label]
            write(c, [(code, "", *amounts)], WIDE_XS, YS[i], YS[0] - YS[1])
            first = YS[i] - (YS[0] - YS[1]) / 2 - 3.5 + 11 * place * (len(parts) - 1)
            for k, part in enumerate(parts):
                c.drawString(143, first - 11 * k, part)

    return page


YS = [720 - 60 * i for i in range(8)]
SPARSE = {
    "three lines": lambda c: [c.line(50, y, 530, y) for y in (720, YS[1], YS[-1])],
    "row rules": lambda c: [c.line(50, y, 530, y) for y in YS],
    "column rules": lambda c: [c.line(x, 720, x, YS[-1]) for x in WIDE_XS],
    "no rules": lambda c: None,
    "header ruled": lambda c: ruled(c, WIDE_XS, YS[:2]),
    "header ruled, body boxed": lambda c: (ruled(c, WIDE_XS, YS[:2]), c.rect(50, YS[-1], 480, YS[1] - YS[-1])),
    "no row rules": lambda c: ruled(c, WIDE_XS, [720, YS[1], YS[-1]]),
    "all rules": lambda c: ruled(c, WIDE_XS, YS),
    "no rule above the total": lambda c: ruled(c, WIDE_XS, YS[:-2] + YS[-1:]),
}


@pytest.mark.parametrize(("wrap", "place"), [(0, 0.5), (5, 0), (5, 0.5), (5, 1), (3, 0), (3, 0.5), (3, 1)])
@pytest.mark.parametrize("name", SPARSE)
def test_sparsely_ruled_tables_from_page_to_rows(drawn, name: str, wrap: int, place: float) -> None:
    source = drawn(expenditure(SPARSE[name], wrap, place))
    (segment,) = outlines(source)[0].segments
    found, doubts = parsed(segment)
    assert [(row.code or row.label, {c: str(v) for c, v in row.cells.items()}) for row in found] == [
        (
            row[0] or row[1],
            {
                column: text.replace(",", "")
                for column, text in zip(("total", "basic", "project"), row[2:], strict=True)
                if text
            },
        )
        for row in BODY
    ]
    assert [row.label for row in found] == [row[1] for row in BODY]
    assert doubts == []


SUMMARY_XS = (40.0, 180, 300, 440, 560)
SUMMARY = (
    ("收入", "", "支出", ""),
    ("项目", "决算数", "项目", "决算数"),
    ("一、一般公共预算财政拨款收入", "1,300.00", "一、一般公共服务支出", "1,230.50"),
    ("二、政府性基金预算财政拨款收入", "", "二、外交支出", ""),
    ("三、上级补助收入", "10.00", "三、社会保障和就业支出", "69.50"),
    ("四、事业收入", "", "四、住房保障支出", ""),
    ("本年收入合计", "1,310.00", "本年支出合计", "1,300.00"),
    ("年初结转和结余", "5.00", "年末结转和结余", "15.00"),
    ("总计", "1,315.00", "总计", "1,315.00"),
)
SUMMARY_YS = [720 - 24 * i for i in range(10)]
HALVES = {
    "no rules": lambda c: None,
    "three lines": lambda c: [c.line(40, SUMMARY_YS[i], 560, SUMMARY_YS[i]) for i in (0, 2, -1)],
    "column rules": lambda c: [c.line(x, 720, x, SUMMARY_YS[-1]) for x in SUMMARY_XS],
    "no row rules": lambda c: ruled(c, SUMMARY_XS, [720, SUMMARY_YS[2], SUMMARY_YS[-1]]),
    "body boxed": lambda c: (ruled(c, SUMMARY_XS, SUMMARY_YS[:3]), c.rect(40, SUMMARY_YS[-1], 520, 7 * 24)),
    "all rules": lambda c: ruled(c, SUMMARY_XS, SUMMARY_YS),
    "side by side": lambda c: (
        ruled(c, [x - 5 for x in SUMMARY_XS[:3]], SUMMARY_YS), ruled(c, SUMMARY_XS[2:], SUMMARY_YS)),
}  # fmt: skip


@pytest.mark.parametrize("name", HALVES)
def test_tables_of_two_halves_from_page_to_rows(drawn, name: str) -> None:
    def page(c: Canvas) -> None:
        c.drawCentredString(300, 770, "收入支出决算总表")
        c.drawString(60, 745, "部门：样例局")
        c.drawString(450, 745, "单位：万元")
        HALVES[name](c)
        write(c, SUMMARY, SUMMARY_XS, 720, 24, 9)

    (segment,) = outlines(drawn(page))[0].segments
    found, doubts = parsed(segment)
    cells = {(row.label, column): str(value) for row in found for column, value in row.cells.items()}
    assert cells == {
        (row[j], side): row[j + 1].replace(",", "")
        for row in SUMMARY[2:]
        for j, side in ((0, "revenue_final"), (2, "expenditure_final"))
        if row[j + 1]
    }
    assert doubts == []


def random_table(seed: int) -> tuple[Draw, list[list[str]], tuple[float, float]]:
    """A ruled table of random shape, print, alignment and ruling; what its cells hold; and the size of its page."""
    rng = random.Random(seed)
    size, pad, kinds = rng.choice([6, 9, 10.5, 14]), rng.choice([0.5, 3, 5.4]), rng.choices("lnnc", k=rng.randint(2, 8))
    amounts = [f"{rng.uniform(0, 1e6):,.2f}" for _ in range(5)] + ["0.00", "——", "-3.20", ""]
    texts = {"l": ["一般公共服务支出", "财政事务", "其中：行政运行"], "n": amounts, "c": ["201", "2010601", ""]}
    body = [[rng.choice(texts[kind]) for kind in kinds] for _ in range(rng.randint(1, 12))]
    body[0][0] = "甲"
    length = rng.randint(2, 9)
    cells = [
        [[text[k : k + length] for k in range(0, len(text), length)] if kind == "l" else [text]
         for text, kind in zip(row, kinds, strict=True)] for row in body
    ]  # fmt: skip
    xs = [40.0]
    for j in range(len(kinds)):
        widest = max(pdfmetrics.stringWidth(line, FONT, size) for row in cells for line in row[j])
        xs.append(xs[-1] + max(widest, size) + 2 * pad + rng.choice([0, 10]))
    heights = [1.2 * size * max(map(len, row)) + rng.choice([1, 8]) for row in cells]
    page = (xs[-1] + 40, sum(heights) + 120)
    ys = [page[1] - 60.0]
    for height in heights:
        ys.append(ys[-1] - height)
    rule = rng.choice([ruled, _cells, _one_path, _filled, _filled_pieces, _dashed, _dots, _open_sides, _shaded])
    aligned = [rng.choice("lrc") for _ in kinds]

    def draw(c: Canvas) -> None:
        rule(c, xs, ys)
        c.setFont(FONT, size)
        for i, row in enumerate(cells):
            for j, lines in enumerate(row):
                for k, line in enumerate(lines):
                    y = ys[i] - (heights[i] - 1.2 * size * len(lines)) / 2 - size * (1.2 * k + 0.95)
                    if aligned[j] == "l":
                        c.drawString(xs[j] + pad, y, line)
                    elif aligned[j] == "r":
                        c.drawRightString(xs[j + 1] - pad, y, line)
                    else:
                        c.drawCentredString((xs[j] + xs[j + 1]) / 2, y, line)

    return draw, body, page


def test_random_tables(drawn) -> None:
    for seed in range(40):
        draw, body, size = random_table(seed)
        found = [["".join(cell.split()) for cell in row] for grid in grids(drawn(draw, size=size)) for row in grid.rows]
        assert found == body, seed


def test_a_line_that_leads_far_off_its_page(drawn) -> None:
    def far(c: Canvas) -> None:
        c.drawString(60, 400, "说明")
        c.transform(1, 0, 0, 1e9, 0, 0)
        c.line(300, 0, 300, 1e9)

    def tables(c: Canvas) -> None:
        for top in (700, 500):
            ruled(c, XS, borders(5, top))
            write(c, ROWS, top=top)

    assert [grid.rows for grid in grids(drawn(tables, far, tables))] == [ROWS] * 4


def test_pages_together_read_as_alone(drawn) -> None:
    """Also where a page begins at the end of the one before, with the character that ends it, or beside it upright."""

    def ends(c: Canvas) -> None:
        c.drawString(500, 780, "支出数")

    def repeats(c: Canvas) -> None:
        c.drawString(520, 780, "数额")
        c.drawString(60, 700, "说明")

    def goes_on(c: Canvas) -> None:
        c.drawString(80, 700, "增加")

    def is_turned(c: Canvas) -> None:
        c.rotate(90)
        c.drawString(700, -100, "竖排")

    tables = [random_table(seed)[0] for seed in range(8)]
    pages = [page for table in tables for page in (table, ends, repeats, goes_on, is_turned)]
    together = drawn(*pages, size=(900, 900)).blocks
    for number, page in enumerate(pages, 1):
        alone = drawn(page, lambda c: c.drawString(60, 60, "末页"), size=(900, 900)).blocks[:-1]
        assert [_unnumbered(block) for block in together if block.page == number] == list(map(_unnumbered, alone))


def _unnumbered(block: Block) -> Block:
    return block._replace(page=None) if isinstance(block, Line) else replace(block, page=None)


def test_corpus_grids_are_those_of_pdfplumber() -> None:
    corpus = sorted((ROOT.parent / "shared" / "corpus").glob("*.pdf"))
    if not corpus:
        pytest.skip("the corpus is not here")
    pdfplumber = pytest.importorskip("pdfplumber")
    for path in corpus:
        ours = grids(read(path))
        with pdfplumber.open(path) as document:
            for page in document.pages[4:16]:
                theirs = [filled(table) for table in page.extract_tables()]
                mine = [filled(grid.rows) for grid in ours if grid.page == page.page_number]
                assert mine == [table for table in theirs if table], (path.name, page.page_number)


def filled(table: Sequence[Sequence[str | None]]) -> list[list[str]]:
    """The texts of each row that has any, without white space."""
    rows = [["".join((cell or "").split()) for cell in row if cell and cell.strip()] for row in table]
    return [row for row in rows if row]
