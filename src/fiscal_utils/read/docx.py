"""Word documents of 2007 and later: paragraphs and tables in reading order, by python-docx."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
from docx.oxml.ns import qn

from fiscal_utils.read import office
from fiscal_utils.read.model import Block, Content, Grid, Span
from fiscal_utils.read.numbering import Numbering

_MOST_COLUMNS = 63
"""The most columns that Word gives a table."""
_CONTAINERS = {qn(f"w:{tag}") for tag in ("sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo")}
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_UNPRINTED = {qn(f"w:{tag}") for tag in ("pPr", "rPr", "del", "moveFrom", "rt")} | {_FALLBACK}
_BOX = qn("w:txbxContent")
_PRINTED = {qn("w:tab"): " ", qn("w:ptab"): " ", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}


def content(data: bytes, path: Path, password: str | None = None) -> Content:
    """The body's paragraphs and tables with the text boxes behind their paragraphs; no headers and footers.

    Tracked changes are read as if accepted; hidden text is left out. A document in Word has no pages. Raises
    DocumentError for a damaged document and a table too large to be accounts.
    """
    with office.reading(path, "Word"):
        office.refuse_unsound_archive(data)
        document = docx.Document(io.BytesIO(data))
        return Content(list(_Body(path, Numbering(document)).blocks(document.element.body)), "python-docx")


class _Body:
    """A walk through the body in reading order, which the automatic numbers need."""

    def __init__(self, path: Path, numbering: Numbering) -> None:
        self._path = path
        self._numbering = numbering

    def blocks(self, parent: Any) -> Iterator[Block]:
        for element in parent:
            if element.tag == qn("w:p"):
                yield from self._paragraph(element)
            elif element.tag == qn("w:tbl"):
                yield from office.as_printed(self._table(element))
            elif element.tag in _CONTAINERS:
                yield from self.blocks(element)

    def _paragraph(self, paragraph: Any) -> Iterator[Block]:
        label = self._numbering.label(paragraph)
        text = "".join(_runs(paragraph))
        if text.strip():
            yield from office.lines(label + text)
        for box in _boxes(paragraph):
            yield from self.blocks(box)

    def _table(self, table: Any) -> Grid:
        texts: dict[office.Position, str] = {}
        spans: dict[office.Position, Span] = {}
        open_above: dict[int, int] = {}
        rows = [row for row in _children(table, "tr") if not _has(row, "trPr", "del", "hidden")]
        for index, row in enumerate(rows):
            column = min(_number(row, "trPr", "gridBefore"), _MOST_COLUMNS)
            for cell in _children(row, "tc"):
                width = min(max(_number(cell, "tcPr", "gridSpan"), 1), _MOST_COLUMNS)
                merge = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
                continued = merge is not None and merge.get(qn("w:val")) != "restart" and column in open_above
                first = open_above[column] if continued else index
                texts[index, column] = "" if continued else self._cell(cell)
                spans[first, column] = index - first + 1, width
                open_above.pop(column, None)
                if merge is not None:
                    open_above[column] = first
                column += width
            office.refuse_too_large(self._path, "Word", index + 1, column)
        return office.grid(texts, spans)

    def _cell(self, cell: Any) -> str:
        """The text of the cell, its paragraphs and the cells of tables in it on lines of their own."""
        parts: list[str] = []
        for block in self.blocks(cell):
            parts += (text for row in block.rows for text in row) if isinstance(block, Grid) else [block.text]
        return "\n".join(part for part in parts if part)


def _children(parent: Any, tag: str) -> Iterator[Any]:
    for element in parent:
        if element.tag == qn(f"w:{tag}"):
            yield element
        elif element.tag in _CONTAINERS:
            yield from _children(element, tag)


def _runs(parent: Any) -> Iterator[str]:
    """The printed text under the element, without that of text boxes."""
    for element in parent:
        if element.tag == qn("w:t"):
            yield element.text or ""
        elif element.tag in _PRINTED:
            yield _PRINTED[element.tag]
        elif element.tag not in _UNPRINTED and element.tag != _BOX and not _has(element, "rPr", "vanish"):
            yield from _runs(element)


def _boxes(parent: Any) -> Iterator[Any]:
    for element in parent:
        if element.tag == _BOX:
            yield element
        elif element.tag not in _UNPRINTED:
            yield from _boxes(element)


def _has(element: Any, properties: str, *names: str) -> bool:
    """Whether one of the properties is on: present and not set to false."""
    found = (element.find(f"{qn(f'w:{properties}')}/{qn(f'w:{name}')}") for name in names)
    return any(node is not None and node.get(qn("w:val")) not in ("0", "false", "off") for node in found)


def _number(element: Any, properties: str, name: str) -> int:
    node = element.find(f"{qn(f'w:{properties}')}/{qn(f'w:{name}')}")
    text = node.get(qn("w:val")) if node is not None else None
    return int(text) if text and text.isdecimal() else 0
