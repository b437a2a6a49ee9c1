"""Documents as PDF: tables with or without ruled lines, wrapped labels, tables that run over pages."""

import io
import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from itertools import accumulate
from pathlib import Path

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from fiscal_utils.errors import DataError
from fiscal_utils.normalise import Number
from fiscal_utils.simulate.document import Block, Heading
from fiscal_utils.simulate.sheets import Sheet, shown
from fiscal_utils.simulate.words import Layout, mark

_CHINESE, _LATIN = "NotoSansSC", "Helvetica"
_MARGIN, _FOOT = 50.0, 28.0
_TEXT, _TABLE, _SMALL = 11.0, 8.5, 6.0
_LEADING = 1.25
_PAD, _GAP = 2.5, 6.0
"""Between text and ruled line, and where no line parts the columns."""
_HEADINGS = {0: 22.0, 1: 16.0, 2: 12.0}
_WIDEST = 62
"""A table of more characters than this lies across the page."""
_RUNS = re.compile(r"[\x21-\x7e]+|[^\x21-\x7e]+")

Wrapped = list[str]


def render(blocks: Sequence[Block], layout: Layout, commas: bool) -> bytes:
    """The document as PDF, its font embedded."""
    paper = _Paper(layout, commas)
    for block in blocks:
        paper.draw(block)
    return paper.finish()


@cache
def _register() -> None:
    spec = find_spec("zhplot")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        font = Path(folder, "fonts", "NotoSansSC-Regular.ttf")
        if font.is_file():
            pdfmetrics.registerFont(TTFont(_CHINESE, font))
            return
    raise DataError("no_chinese_font")


class _Paper:
    """Pages that are being filled from top to bottom."""

    def __init__(self, layout: Layout, commas: bool) -> None:
        _register()
        self.layout, self.commas = layout, commas
        self.data = io.BytesIO()
        self.canvas = Canvas(self.data, pageCompression=1, invariant=1)
        self.canvas.setAuthor(mark("simulated"))
        self.page, self.wide, self.y = 0, False, 0.0
        self.fresh = True
        """Whether nothing but a heading is on the page."""

    def finish(self) -> bytes:
        """The whole file."""
        self._end_page()
        self.canvas.save()
        return self.data.getvalue()

    def draw(self, block: Block) -> None:
        """Draw a block where the page has got to."""
        if isinstance(block, Sheet):
            self._sheet(block)
        elif isinstance(block, Heading):
            self._heading(block)
        else:
            self._paragraph("　　" + block.text)
            self.fresh = False

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the page, in points."""
        width, height = landscape(A4) if self.wide else A4
        return float(width), float(height)

    @property
    def width(self) -> float:
        """The width between the margins."""
        return self.size[0] - 2 * _MARGIN

    def _new_page(self, wide: bool = False) -> None:
        self._end_page()
        self.page, self.wide, self.fresh = self.page + 1, wide, True
        self.canvas.setPageSize(self.size)
        self.y = self.size[1] - _MARGIN

    def _end_page(self) -> None:
        if self.page:
            self._text(_MARGIN, _FOOT, mark("simulated"), _TABLE)
            self._text(self.size[0] / 2, _FOOT, self.layout.page_number.format(self.page), _TABLE, "c")
            self.canvas.showPage()

    def _runs(self, text: str, size: float) -> list[tuple[str, str, float]]:
        """The text in runs of one font each, with their widths."""
        if not self.layout.latin:
            return [(text, _CHINESE, pdfmetrics.stringWidth(text, _CHINESE, size))]
        runs = ((run, _LATIN if run[0] < "\x7f" and run[0] > " " else _CHINESE) for run in _RUNS.findall(text))
        return [(run, font, pdfmetrics.stringWidth(run, font, size)) for run, font in runs]

    def _length(self, text: str, size: float) -> float:
        return sum(width for _, _, width in self._runs(text, size))

    def _text(self, x: float, y: float, text: str, size: float, align: str = "l") -> None:
        """Draw text whose left end, centre or right end is at x."""
        runs = self._runs(text, size)
        x -= sum(width for _, _, width in runs) * {"l": 0, "c": 0.5, "r": 1}[align]
        for run, font, width in runs:
            self.canvas.setFont(font, size)
            self.canvas.drawString(x, y, run)
            x += width

    def _wrap(self, text: str, width: float, size: float) -> Wrapped:
        lines, line, used = list[str](), "", 0.0
        for char in text:
            wide = self._length(char, size)
            if line and used + wide > width:
                lines.append(line)
                line, used = "", 0.0
            line, used = line + char, used + wide
        return [*lines, line]

    def _heading(self, heading: Heading) -> None:
        size = _HEADINGS[heading.level]
        if heading.level < 2 or self.y < 4 * _MARGIN:
            self._new_page()
        self.y -= size * (8 if heading.level == 0 else 2)
        align, x = ("l", _MARGIN) if heading.level == 2 else ("c", self.size[0] / 2)
        for line in self._wrap(heading.text, self.width, size):
            self._text(x, self.y, line, size, align)
            self.y -= size * _LEADING
        self.y -= size / 2

    def _paragraph(self, text: str, size: float = _TEXT) -> None:
        for line in self._wrap(text, self.width, size):
            if self.y < _MARGIN + size:
                self._new_page(self.wide)
            self._text(_MARGIN, self.y, line, size)
            self.y -= size * 1.6

    def _sheet(self, sheet: Sheet) -> None:
        wide = sum(sheet.widths) > _WIDEST
        if not self.fresh or wide != self.wide or not self.page:
            self._new_page(wide)
        self.fresh = False
        self._above(sheet)
        scale = self.width / sum(sheet.widths)
        edges = [_MARGIN, *(_MARGIN + scale * width for width in accumulate(sheet.widths))]
        texts = [[shown(cell, self.commas) for cell in row] for row in sheet.rows]
        wrapped = _Wrapper(self, sheet, edges)
        heights = wrapped.heights(texts)
        for start, end in self._pages(sheet, heights):
            repeated = sheet.header if start and self.layout.repeats else 0
            if start:
                self._new_page(wide)
                self.fresh = False
            for first, last in ((0, repeated), (start, end)):
                tops = [self.y - height for height in accumulate(heights[first:last], initial=0.0)]
                self._cells(sheet, wrapped, (first, last), tops, edges)
                self.y = tops[-1]
        self.y -= _TABLE * 1.5
        if sheet.note:
            self._paragraph(sheet.note, _TABLE)

    def _above(self, sheet: Sheet) -> None:
        self.y -= _HEADINGS[2]
        for line in self._wrap(sheet.title, self.width, 14):
            self._text(self.size[0] / 2, self.y, line, 14, "c")
            self.y -= 20
        if sheet.number:
            self._text(self.size[0] - _MARGIN, self.y, sheet.number, _TABLE, "r")
            self.y -= 14
        xs = (_MARGIN, self.size[0] / 2, self.size[0] - _MARGIN)
        for x, text, align in zip(xs, sheet.above, "lcr", strict=True):
            self._text(x, self.y, text, _TABLE, align)
        self.y -= 6

    def _pages(self, sheet: Sheet, heights: Sequence[float]) -> Iterator[tuple[int, int]]:
        """The rows that stand on each page: first, and one past the last."""
        start, used = 0, self.size[1] - self.y
        header = sum(heights[: sheet.header]) if self.layout.repeats else 0.0
        for row, height in enumerate(heights):
            if used + height > self.size[1] - 1.2 * _MARGIN and row > max(start, sheet.header):
                yield start, row
                start, used = row, _MARGIN + header
            used += height
        yield start, len(heights)

    def _cells(
        self, sheet: Sheet, wrapped: "_Wrapper", rows: tuple[int, int], tops: Sequence[float], edges: Sequence[float]
    ) -> None:
        """Draw the cells of these rows; a merged cell as much of it as is on the page, its text once."""
        first, last = rows
        covered = sheet.covered()
        starts = [(i, j) for i in range(last) for j in range(len(sheet.widths)) if (i, j) not in covered]
        for i, j in starts:
            height, width = sheet.spans.get((i, j), (1, 1))
            top, bottom = max(i, first), min(i + height, last)
            if top >= bottom:
                continue
            x0, x1, y1, y0 = edges[j], edges[j + width], tops[top - first], tops[bottom - first]
            if self.layout.ruled or sheet.is_form:
                self.canvas.rect(x0, y0, x1 - x0, y1 - y0)
            if i >= first:
                lines, size = wrapped.cells[i, j]
                align = "c" if i < sheet.header or width > 1 else sheet.aligns[j]
                x = {"l": x0 + wrapped.pad, "c": (x0 + x1) / 2, "r": x1 - wrapped.pad}[align]
                y = (y0 + y1) / 2 + len(lines) * size * _LEADING / 2 - size
                for line in lines:
                    self._text(x, y, line, size, align)
                    y -= size * _LEADING


class _Wrapper:
    """The texts of a table's cells, wrapped to the widths of their columns."""

    def __init__(self, paper: _Paper, sheet: Sheet, edges: Sequence[float]) -> None:
        self.paper, self.sheet, self.edges = paper, sheet, edges
        self.cells: dict[tuple[int, int], tuple[Wrapped, float]] = {}
        self.pad = _PAD if paper.layout.ruled or sheet.is_form else _GAP

    def heights(self, texts: Sequence[Sequence[str]]) -> list[float]:
        """The height of each row, such that every cell's lines fit; the last row of a merged cell takes the rest."""
        heights = [_TABLE * _LEADING + 2 * _PAD] * len(texts)
        needed: dict[tuple[int, int], float] = {}
        for i, row in enumerate(texts):
            for j, text in enumerate(row):
                down, across = self.sheet.spans.get((i, j), (1, 1))
                room = self.edges[j + across] - self.edges[j] - 2 * self.pad
                lines, size = self.cells[i, j] = self._cell(i, j, text, room)
                height = len(lines) * size * _LEADING + 2 * _PAD
                if down == 1:
                    heights[i] = max(heights[i], height)
                else:
                    needed[i, down] = max(height, needed.get((i, down), 0))
        for (i, down), height in needed.items():
            heights[i + down - 1] += max(0.0, height - sum(heights[i : i + down]))
        return heights

    def _cell(self, i: int, j: int, text: str, room: float) -> tuple[Wrapped, float]:
        """Lines and size of type: words wrap, a number gets smaller till it fits."""
        if not isinstance(self.sheet.rows[i][j], Number):
            return self.paper._wrap(text, room, _TABLE), _TABLE
        length = self.paper._length(text, _TABLE)
        return [text], max(_SMALL / 2, min(_TABLE, _TABLE * room / length))
