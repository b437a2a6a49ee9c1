"""Web pages: text and tables in reading order, by Beautiful Soup."""

import codecs
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

from bs4 import BeautifulSoup, Tag, XMLParsedAsHTMLWarning
from bs4.element import NavigableString, PageElement

from fiscal_utils.errors import DocumentError
from fiscal_utils.read import office
from fiscal_utils.read.model import Block, Content, Grid, Line, Span

_CHARSET = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w-]+)""", re.I)
_GB = {"gb2312", "gbk"}
_UNPRINTED = {"head", "script", "style", "noscript", "template", "select", "textarea", "iframe", "object", "svg"}
_BLOCKS = frozenset(
    {
        "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "dir", "div",
        "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
        "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody",
        "td", "tfoot", "th", "thead", "tr", "ul",
    }
)  # fmt: skip
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_SPACE = re.compile(r"\s+")


def content(data: bytes, path: Path, password: str | None = None) -> Content:
    """The lines and tables of the page as shown: without scripts, styles, comments and hidden elements.

    A table that contains tables is layout, read as ordinary content. Raises DocumentError for a page that cannot be
    parsed, is in no known encoding, or has a table too large to be accounts.
    """
    with office.reading(path, "HTML"), warnings.catch_warnings():
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        page = _Page(path)
        page.walk(BeautifulSoup(_decode(data, path), "lxml"))
        page.end_line()
        return Content(page.blocks, "beautifulsoup")


def _decode(data: bytes, path: Path) -> str:
    """The page as text: by its byte order mark, as UTF-8, in the encoding it declares, or in GB18030.

    UTF-8 goes before the declaration: no other encoding passes for it, and pages that were converted often keep a
    declaration that is no longer true. A declared encoding with stray bytes in it shows them as U+FFFD.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    declared = _declared(data)
    for encoding in ("utf-8-sig", declared, "gb18030"):
        if encoding:
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                continue
    if not declared:
        raise DocumentError("unknown_encoding", path=path)
    return data.decode(declared, errors="replace")


def _declared(data: bytes) -> str | None:
    """The Python name of the encoding that the page declares: GB2312 and GBK mean GB18030, as in browsers."""
    match = _CHARSET.search(data[:4096])
    try:
        name = codecs.lookup(match[1].decode("ascii")).name if match else None
    except LookupError:
        return None
    return "gb18030" if name in _GB else name


class _Page:
    """A walk through a page: text gathers into a line until an element ends it."""

    def __init__(self, path: Path) -> None:
        self.blocks: list[Block] = []
        self._path = path
        self._text: list[str] = []

    def walk(self, parent: Tag) -> None:
        """Reads what the element holds; without recursion, for pages that never close their elements nest deep."""
        unread: list[tuple[Iterator[PageElement], bool]] = [(parent.children, False)]
        while unread:
            children, is_block = unread[-1]
            child = next(children, None)
            if child is None:
                unread.pop()
                self._end_line_if(is_block)
            elif isinstance(child, Tag) and not _hidden(child):
                self._end_line_if(child.name in _BLOCKS)
                if child.name == "table" and not child.find("table"):
                    self._table(child)
                else:
                    unread.append((child.children, child.name in _BLOCKS))
            elif type(child) is NavigableString:
                self._text.append(str(child) if _is_preformatted(child) else _SPACE.sub(" ", child))

    def end_line(self) -> None:
        self.blocks += office.lines("".join(self._text))
        self._text.clear()

    def _end_line_if(self, ends: bool) -> None:
        if ends:
            self.end_line()

    def _table(self, table: Tag) -> None:
        for caption in table.find_all("caption"):
            self.blocks += office.lines(self._cell(caption))
        self.blocks += office.as_printed(self._grid(list(_rows(table))))

    def _grid(self, rows: list[Tag]) -> Grid:
        office.refuse_too_large(self._path, "HTML", len(rows), 0)
        texts: dict[office.Position, str] = {}
        spans: dict[office.Position, Span] = {}
        free_from: dict[int, int] = {}
        for index, row in enumerate(rows):
            column = 0
            for cell in row.find_all(["td", "th"], recursive=False):
                if _hidden(cell):
                    continue
                while free_from.get(column, 0) > index:
                    column += 1
                left = len(rows) - index
                height = min(_extent(cell, "rowspan") or left, left)
                width = min(max(_extent(cell, "colspan"), 1), office.MAX_COLUMNS)
                width = next((n for n in range(1, width) if free_from.get(column + n, 0) > index), width)
                texts[index, column] = self._cell(cell)
                spans[index, column] = height, width
                free_from |= dict.fromkeys(range(column, column + width), index + height)
                column += width
                office.refuse_too_large(self._path, "HTML", len(rows), column)
        return office.grid(texts, spans)

    def _cell(self, cell: Tag) -> str:
        inside = _Page(self._path)
        inside.walk(cell)
        inside.end_line()
        return "\n".join(block.text for block in inside.blocks if isinstance(block, Line))


def _rows(parent: Tag) -> Iterator[Tag]:
    for child in parent.find_all(["tr", "thead", "tbody", "tfoot"], recursive=False):
        if not _hidden(child):
            yield from [child] if child.name == "tr" else _rows(child)


def _hidden(element: Tag) -> bool:
    return (
        element.name in _UNPRINTED
        or element.has_attr("hidden")
        or bool(_HIDING.search(str(element.get("style") or "")))
    )


def _is_preformatted(text: NavigableString) -> bool:
    return text.find_parent("pre") is not None


def _extent(cell: Tag, name: str) -> int:
    """How many rows or columns the cell declares to cover; 1 where that is no number."""
    text = str(cell.get(name) or "").strip()
    return int(text[:6]) if text.isdecimal() else 1
