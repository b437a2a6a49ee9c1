"""PDF files: characters and drawings of each page, by pdfium."""

import ctypes
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2
from pypdfium2 import raw as pdfium

from fiscal_utils.errors import DocumentError
from fiscal_utils.read.drawing import Drawing, TooManyObjectsError, drawing, hides_text, share
from fiscal_utils.read.model import Block, Content
from fiscal_utils.read.page import Page, without_running_heads
from fiscal_utils.read.pdfium import call, room, unchecked
from fiscal_utils.read.rulings import NO_BOXES, Box, TooManyRulingsError
from fiscal_utils.read.runs import NO_GLYPHS, UNKNOWN, Glyphs, Mask, Places
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
_HYPHEN = 0x02
"""What pdfium makes of a hyphen at the end of a line."""
_HYPHEN_IN_TEXT = 0xFFFE
_HIGH, _LOW = 0xD800 >> 10, 0xDC00 >> 10
"""How the halves of a character beyond 0xFFFF begin."""
_PRIVATE = 0xF0000
_SHOWN = np.arange(0x10000, dtype="<u4")
"""What each code point up to 0xFFFF shows: 0 where it is blank, UNKNOWN where it means what a font makes of it."""
_SHOWN[[*range(0x21), 0xA0, 0xAD, 0x3000, 0xFEFF, 0x200B, 0x200C, 0x200D, 0x2028, 0x2029]] = 0
_SHOWN[_HYPHEN] = ord("-")
_SHOWN[0xD800:0xF900] = _SHOWN[0xFFF0:] = ord(UNKNOWN)
_SLANTED = -1
_ASLANT = 3.0
"""Text that is off the page's directions by more degrees is a watermark."""

_code = unchecked(pdfium.FPDFText_GetUnicode)
_text = unchecked(pdfium.FPDFText_GetText)
_is_unmapped = unchecked(pdfium.FPDFText_HasUnicodeMapError)
_box = unchecked(pdfium.FPDFText_GetLooseCharBox)
_origin = unchecked(pdfium.FPDFText_GetCharOrigin)


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
        glyphs = _glyphs(page)
        drawn = drawing(page)
        if glyphs.text.count(UNKNOWN) > (1 - _READABLE_SHARE) * len(glyphs):
            return _Read(Page(index + 1, NO_GLYPHS, NO_BOXES), True, False)
        scan = any(share(picture, page.get_bbox()) > _SCAN_SHARE for picture in drawn.pictures)
        hidden = len(glyphs) > 0 and scan and hides_text(page)
        return _Read(Page(index + 1, glyphs, drawn.rulings), _is_image(page.get_bbox(), glyphs, drawn), hidden)
    except (TooManyObjectsError, _TooManyCharactersError):
        raise DocumentError("page_too_complex", path=path, page=index + 1) from None
    finally:
        page.close()


def _is_image(page: Box, glyphs: Glyphs, drawn: Drawing) -> bool:
    """Whether the page shows text that is not in its text layer: in a picture of its own, or as outlines."""
    if len(glyphs) < _LEAST_CHARACTERS:
        return bool(drawn.pictures) or drawn.shapes >= _LEAST_SHAPES
    large = [picture for picture in drawn.pictures if share(picture, page) > _SCANNED_SHARE]
    return any(not _is_on(glyphs, picture) for picture in large)


def _is_on(glyphs: Glyphs, box: Box) -> bool:
    """Whether a character stands in the box."""
    x, y, *_ = glyphs.places.T
    return bool(((box[0] <= x) & (x <= box[2]) & (box[1] <= y) & (y <= box[3])).any())


class _TooManyCharactersError(Exception):
    """More characters than any page has."""


def _glyphs(page: pypdfium2.PdfPage) -> Glyphs:
    """The characters on the visible part of a page, without those printed aslant."""
    loaded = pdfium.FPDFText_LoadPage(page.raw)
    text = ctypes.byref(loaded.contents)
    try:
        count = pdfium.FPDFText_CountChars(text)
        if count > _MAX_CHARACTERS:
            raise _TooManyCharactersError
        indices, characters = _printed(text, count)
        places = _places(text, indices)
        glyphs = Glyphs(characters, places, _turns(text, indices, places))
    finally:
        pdfium.FPDFText_ClosePage(loaded)
    left, bottom, right, top = page.get_bbox()
    _, y, start, _, end, _ = glyphs.places.T
    middle = (start + end) / 2
    visible = (left <= middle) & (middle <= right) & (bottom <= y) & (y <= top)
    return glyphs.those(visible & (glyphs.turns != _SLANTED))


def _printed(text: Any, count: int) -> tuple[list[int], str]:
    """The indices of the characters that leave ink, and what they are."""
    codes = _codes(text, count)
    shown = np.where(codes < len(_SHOWN), _SHOWN.take(codes, mode="clip"), codes)
    unmapped = np.fromiter(map(_is_unmapped, repeat(text), range(count)), bool, count)
    shown[unmapped | (codes >= _PRIVATE)] = ord(UNKNOWN)
    printed = np.flatnonzero(shown)
    return printed.tolist(), shown[printed].tobytes().decode("utf-32-le")


def _codes(text: Any, count: int) -> npt.NDArray[np.uint32]:
    """The code points of the characters; each is asked for only where the text of the page is not one unit each.

    Of two halves of a character beyond 0xFFFF the first becomes the character, the second blank.
    """
    units, ((at_first, *_),) = room(ctypes.c_ushort, 1, count + 1)
    written = _text(text, 0, count, at_first)
    codes = units[:count, 0].astype(np.uint32)
    is_aligned = written == count + 1 and not (codes >> 11 == _HIGH >> 1).any()
    for k in np.flatnonzero(codes == _HYPHEN_IN_TEXT).tolist() if is_aligned else range(count):
        codes[k] = _code(text, k)
    if not is_aligned:
        high = np.flatnonzero((codes[:-1] >> 10 == _HIGH) & (codes[1:] >> 10 == _LOW))
        codes[high] = 0x10000 + ((codes[high] & 0x3FF) << 10 | codes[high + 1] & 0x3FF)
        codes[high + 1] = 0
    return codes


def _places(text: Any, indices: Sequence[int]) -> Places:
    boxes, (at_box, *_) = room(ctypes.c_float, 4, len(indices))
    call(_box, repeat(text), indices, at_box)
    origins, (at_x, at_y) = room(ctypes.c_double, 2, len(indices))
    call(_origin, repeat(text), indices, at_x, at_y)
    left, top, right, bottom = boxes.T
    return np.column_stack((origins, left, bottom, right, top))


def _turns(text: Any, indices: Sequence[int], places: Places) -> npt.NDArray[np.int64]:
    """The quarter turns of each character, `_SLANTED` for those printed aslant; what is on a line is not turned."""
    x, y, _, _, right, _ = places.T
    turns = np.zeros(len(places), np.int64)
    for k in np.flatnonzero(~_level(y) | (right <= x)).tolist():
        turns[k] = _turn(pdfium.FPDFText_GetCharAngle(text, indices[k]))
    return turns


def _level(ys: npt.NDArray[np.float64]) -> Mask:
    """For each character whether the one before or after stands on its baseline."""
    level = np.zeros(len(ys), bool)
    same = abs(ys[1:] - ys[:-1]) < 0.01
    level[1:] |= same
    level[:-1] |= same
    return level


def _turn(angle: float) -> int:
    """The quarter turns anticlockwise of an angle clockwise in radians, `_SLANTED` where it is none of these."""
    degrees = -math.degrees(angle)
    return round(degrees / 90) % 4 if abs((degrees + 45) % 90 - 45) <= _ASLANT else _SLANTED
