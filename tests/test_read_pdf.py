"""The PDF reader against small drawn pages: the ways in which tables are ruled and printed."""

import io
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from fiscal_utils.parse.outline import outlines
from fiscal_utils.parse.statutory import rows as parsed
from fiscal_utils.read import Grid, Line, Source, read

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


def write(c: Canvas, rows: Sequence[Sequence[str]], xs: Sequence[float] = XS, top: float = 700.0, pitch: float = 20.0,
          size: float = 10.0) -> None:
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
    for left, right in zip(xs, xs[1:], strict=False):
        for top, bottom in zip(ys, ys[1:], strict=False):
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
        for top, bottom in zip(ys, ys[1:], strict=False):
            c.rect(x, bottom + 0.5, 0.5, top - bottom - 0.5, stroke=0, fill=1)
    for y in ys:
        for left, right in zip(xs, xs[1:], strict=False):
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
    for left, right in zip(xs, xs[1:], strict=False):
        for y in ys:
            c.line(left + 2, y + left % 2, right - 1.5, y + left % 2)
    for top, bottom in zip(ys, ys[1:], strict=False):
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
    for left, right in zip(xs, xs[1:], strict=False):
        for top, bottom in zip(ys, ys[1:], strict=False):
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
    "long overflow": (lambda c: c.drawString(2, 15, "一般公共预算财政拨款收入决算"), ("标签", "一般公共预算财政拨款收入决算", "", "")),
    "overflow on a glyph boundary": (lambda c: c.drawString(2, 15, "123456.78901"), ("标签", "123456.78901", "", "")),
    "touching": (lambda c: (c.drawRightString(60.5, 15, "1.50"), c.drawString(60, 15, "甲")), ("标签", "1.50", "甲", "")),
    "hardly a gap": (
        lambda c: (c.drawRightString(59.5, 15, "1,234.56"), c.drawRightString(119.5, 15, "112,347,890.12")),
        ("标签", "1,234.56", "112,347,890.12", "")),
    "no gap at all": (lambda c: (c.drawRightString(60, 15, "2010601"), c.drawString(60, 15, "行政运行")), ("标签", "2010601", "行政运行", "")),
    "clipped under a number": (
        lambda c: (c.drawString(2, 15, "一般公共预算财政拨款"), c.drawRightString(118, 15, "12,345.67")),
        ("标签", "一般公共预算财政拨款", "12,345.67", "")),
    "on the border": (lambda c: c.drawRightString(57, 0.5, "12.30"), ("标签", "12.30", "", "")),
    "below the border": (lambda c: c.drawRightString(57, -1, "12.30"), ("标签", "12.30", "", "")),
    "broken number": (
        lambda c: (c.drawString(3, 25, "1,234,"), c.drawString(3, 10, "567.89"), c.drawString(63, 25, "7,234,"), c.drawString(63, 10, "567.8")),
        ("标签", "1,234,567.89", "7,234,567.8", "")),
    "broken at the point": (lambda c: (c.drawString(3, 25, "1234567"), c.drawString(3, 10, ".89")), ("标签", "1234567.89", "", "")),
    "broken in digits": (
        lambda c: (c.drawString(3, 25, "123456789"), c.drawString(3, 10, "0.89"), c.drawString(63, 25, "123456789"), c.drawString(63, 10, "1.22")),
        ("标签", "1234567890.89", "1234567891.22", "")),
    "letter-spaced": (lambda c: [c.drawString(10 + 25 * i, 15, t) for i, t in enumerate("合计")], ("标签", "合 计", "", "")),
    "wrapped": (lambda c: (c.drawString(3, 25, "一般公共"), c.drawString(3, 14, "预算收"), c.drawString(3, 3, "入")), ("标签", "一般公共\n预算收\n入", "", "")),
    "bold by reprint": (lambda c: [c.drawString(3 + 0.3 * i, 15, "11.10") for i in range(4)], ("标签", "11.10", "", "")),
    "bold by reprint of each": (
        lambda c: [c.drawString(3 + 5.55 * i + 0.3 * k, 15 + 0.2 * k, t) for i, t in enumerate("1123") for k in range(2)],
        ("标签", "1123", "", "")),
    "negatives": (
        lambda c: (c.drawString(3, 15, "(12.3)"), c.drawString(63, 15, "－12.30"), c.drawString(123, 15, "△12.30")),
        ("标签", "(12.3)", "－12.30", "△12.30")),
    "full-width comma": (lambda c: c.drawString(3, 15, "1，234.5"), ("标签", "1，234.5", "", "")),
    "other baseline": (lambda c: (c.drawString(3, 15, "共"), c.drawString(13, 13.5, "3"), c.drawString(19, 15, "个")), ("标签", "共3个", "", "")),
    "double underline": (
        lambda c: (c.drawString(3, 15, "12.30"), c.line(3, 13, 30, 13), c.line(3, 11, 30, 11)), ("标签", "12.30", "", "")),
    "underline from border to border": (lambda c: (c.drawString(3, 15, "12.30"), c.line(0, 5, 60, 5)), ("标签", "12.30", "", "")),
}  # fmt: skip


@pytest.mark.parametrize("name", CELLS)
def test_what_is_printed_in_a_cell(drawn, name: str) -> None:
    draw, expected = CELLS[name]
    (grid,) = drawn(one_cell(draw)).blocks
    assert grid.rows == (expected,)


def raised(c: Canvas, x: float, y: float, text: str, mark: str) -> None:
    run = c.beginText(x, y)
    run.setFont(FONT, 10)
    run.textOut(text)
    run.setRise(4)
    run.setFont(FONT, 6)
    run.textOut(mark)
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
            c.drawString(60, 700, f"本页说明第 {number} 件事。")
            c.drawString(280, 30, style.format(number))

        return draw

    source = drawn(*(page(n) for n in range(1, 6)))
    assert texts(source) == ["样例局2031年度部门决算", *(f"本页说明第 {n} 件事。" for n in range(1, 6))]


def test_a_head_with_the_page_number_beside_it(drawn) -> None:
    def page(number: int) -> Draw:
        return lambda c: (
            c.drawString(60, 700, f"说明第 {number} 件事。"),
            c.drawString(60, 30, "样例局"),
            c.drawString(480, 30, f"- {number} -"),
        )

    assert len(texts(drawn(*(page(n) for n in range(1, 5))))) == 5


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
        c.drawString(100, 660, "合计")
        c.translate(80, 635)
        c.rotate(90)
        c.drawString(0, 0, "支出项目")

    (grid,) = drawn(page).blocks
    assert grid.rows == (("支出项目", "合计"),)
