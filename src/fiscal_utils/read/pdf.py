"""PDF files: characters and drawings of each page, by pdfium."""

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
from pypdfium2 import raw as pdfium

from fiscal_utils.errors import DocumentError
from fiscal_utils.read.drawing import Drawing, TooManyObjectsError, drawing, hides_text, share
from fiscal_utils.read.model import Block, Content
from fiscal_utils.read.page import Glyph, Page, without_running_heads
from fiscal_utils.read.rulings import Box, TooManyRulingsError
from fiscal_utils.read.streams import unpacks_beyond

_MAX_PAGES = 1000
_MAX_CHARACTERS = 100_000
_MAX_UNPACKED = 500_000_000
_READABLE_SHARE = 0.8
_LEAST_CHARACTERS = 8
_LEAST_SHAPES = 50
"""Text that was turned into outlines is drawn as at least so many shapes."""
_SCANNED_SHARE = 0.4
_SCAN_SHARE = 0.5
_UNKNOWN = "\ufffd"
_FIRST_PRIVATE = 0xE000
_HYPHEN = 0x02
"""What pdfium makes of a hyphen at the end of a line."""
_UNPRINTED = {0x09, 0x0A, 0x0D, 0x20, 0xA0, 0xAD, 0x3000, 0xFEFF, 0x200B, 0x200C, 0x200D, 0x2028, 0x2029}
_ASLANT = 3.0
"""Text that is off the page's directions by more degrees is a watermark."""


@dataclass(frozen=True)
class _Read:
    """What the text layer of a page gives, and whether the page has to be recognised or was so by its maker."""

    page: Page
    is_image: bool
    is_hidden: bool


def content(data: bytes, path: Path, password: str | None = None) -> Content:
    """The lines and grids of the pages; pages that are images are recognised where the OCR extra is installed.

    Raises DocumentError for a file that is damaged, encrypted, too long, or has no text while OCR is not installed.
    """
    document = _open(data, path, password)
    try:
        if len(document) > _MAX_PAGES:
            raise DocumentError("too_many_pages", path=path, pages=len(document), limit=_MAX_PAGES)
        pages = [_page(document, index, path) for index in range(len(document))]
        return _content(document, pages, path)
    finally:
        document.close()


def _open(data: bytes, path: Path, password: str | None) -> pypdfium2.PdfDocument:
    if unpacks_beyond(data, _MAX_UNPACKED):
        raise DocumentError("file_too_large", path=path, limit=_MAX_UNPACKED // 1_000_000)
    document = _decrypted(data, path, None)
    if document is None and password is not None:
        document = _decrypted(data, path, password)
    if document is None:
        raise DocumentError("encrypted_pdf" if password is None else "wrong_password", path=path, kind="PDF")
    if not len(document):
        document.close()
        raise DocumentError("damaged", path=path, kind="PDF")
    return document


def _decrypted(data: bytes, path: Path, password: str | None) -> pypdfium2.PdfDocument | None:
    """The document, None where this password does not open it."""
    try:
        return pypdfium2.PdfDocument(data, password=password)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD:
            return None
        raise DocumentError("damaged", path=path, kind="PDF") from error


def _content(document: pypdfium2.PdfDocument, pages: list[_Read], path: Path) -> Content:
    """The blocks of all pages, those that are images recognised where that is possible."""
    images = [read.page.number for read in pages if read.is_image]
    hidden = [read.page.number for read in pages if read.is_hidden]
    if not images:
        return Content(_blocks(pages, path), "pypdfium2", len(pages), recognised=tuple(hidden))
    from fiscal_utils.read import ocr

    if not ocr.installed():
        blocks = _blocks(pages, path)
        if not blocks:
            raise DocumentError("no_text", path=path, pages=len(pages))
        return Content(blocks, "pypdfium2", len(pages), tuple(hidden), tuple(images))
    for number in images:
        page = document[number - 1]
        image = page.render(scale=ocr.scale(*page.get_size())).to_numpy()
        pages[number - 1] = _Read(ocr.page(image, number), True, False)
    recognised = tuple(sorted({*images, *hidden}))
    return Content(_blocks(pages, path), "pypdfium2+rapidocr", len(pages), recognised)


def _blocks(pages: list[_Read], path: Path) -> list[Block]:
    found: list[list[Block]] = []
    for read in pages:
        try:
            found.append(read.page.blocks())
        except TooManyRulingsError:
            raise DocumentError("page_too_complex", path=path, page=read.page.number) from None
    return [block for blocks in without_running_heads(found) for block in blocks]


def _page(document: pypdfium2.PdfDocument, index: int, path: Path) -> _Read:
    """The page's characters and rulings; none of them where its text is in an encoding of its own."""
    try:
        page = document[index]
    except pypdfium2.PdfiumError as error:
        raise DocumentError("damaged_page", path=path, page=index + 1) from error
    try:
        glyphs, readable = _glyphs(page)
        drawn = drawing(page)
        if readable < _READABLE_SHARE * len(glyphs):
            return _Read(Page(index + 1, (), ()), True, False)
        scan = any(share(picture, page.get_bbox()) > _SCAN_SHARE for picture in drawn.pictures)
        hidden = bool(glyphs) and scan and hides_text(page)
        return _Read(Page(index + 1, glyphs, drawn.rulings), _is_image(page.get_bbox(), glyphs, drawn), hidden)
    except (TooManyObjectsError, _TooManyCharactersError):
        raise DocumentError("page_too_complex", path=path, page=index + 1) from None
    finally:
        page.close()


def _is_image(page: Box, glyphs: list[Glyph], drawn: Drawing) -> bool:
    """Whether the page shows text that is not in its text layer: in a picture of its own, or as outlines."""
    if len(glyphs) < _LEAST_CHARACTERS:
        return bool(drawn.pictures) or drawn.shapes >= _LEAST_SHAPES
    large = [picture for picture in drawn.pictures if share(picture, page) > _SCANNED_SHARE]
    return any(not any(_is_on(glyph, picture) for glyph in glyphs) for picture in large)


def _is_on(glyph: Glyph, box: Box) -> bool:
    return box[0] <= glyph.x <= box[2] and box[1] <= glyph.y <= box[3]


class _TooManyCharactersError(Exception):
    """More characters than any page has."""


def _glyphs(page: pypdfium2.PdfPage) -> tuple[list[Glyph], int]:
    """The characters on the visible part of a page, without those printed aslant, and how many can be read."""
    text = pdfium.FPDFText_LoadPage(page.raw)
    left, bottom, right, top = page.get_bbox()
    x, y, box = ctypes.c_double(), ctypes.c_double(), pdfium.FS_RECTF()
    found: list[Glyph] = []
    places: list[int] = []
    try:
        count = pdfium.FPDFText_CountChars(text)
        if count > _MAX_CHARACTERS:
            raise _TooManyCharactersError
        for i in range(count):
            code = pdfium.FPDFText_GetUnicode(text, i)
            unmapped = pdfium.FPDFText_HasUnicodeMapError(text, i) == 1
            if not unmapped and (code in _UNPRINTED or (code < 0x20 and code != _HYPHEN)):
                continue
            pdfium.FPDFText_GetCharOrigin(text, i, x, y)
            pdfium.FPDFText_GetLooseCharBox(text, i, box)
            printed = _UNKNOWN if unmapped else _character(code)
            found.append(Glyph(printed, x.value, y.value, box.left, box.bottom, box.right, box.top))
            places.append(i)
        turned = _turned(text, found, places)
        glyphs = [g for g in turned if left <= (g.left + g.right) / 2 <= right and bottom <= g.y <= top]
    finally:
        pdfium.FPDFText_ClosePage(text)
    return glyphs, sum(glyph.text != _UNKNOWN for glyph in glyphs)


def _character(code: int) -> str:
    if code >= _FIRST_PRIVATE and (code < 0xF900 or 0xFFF0 <= code < 0x10000 or code >= 0xF0000):
        return _UNKNOWN
    return "-" if code == _HYPHEN else chr(code)


def _turned(text: object, glyphs: list[Glyph], places: list[int]) -> Iterator[Glyph]:
    """The glyphs with their turns, those printed aslant left out; only what is on no line can be turned."""
    last = len(glyphs) - 1
    for i, glyph in enumerate(glyphs):
        level = (i and abs(glyphs[i - 1].y - glyph.y) < 0.01) or (i < last and abs(glyphs[i + 1].y - glyph.y) < 0.01)
        if level and glyph.right > glyph.x:
            yield glyph
            continue
        degrees = -math.degrees(pdfium.FPDFText_GetCharAngle(text, places[i]))
        if abs((degrees + 45) % 90 - 45) <= _ASLANT:
            yield glyph._replace(turn=round(degrees / 90) % 4)
