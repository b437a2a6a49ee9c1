"""PDF files: characters and drawings of each page, by pdfium."""

import ctypes
import math
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain, compress, repeat
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pypdfium2
from pypdfium2 import raw as pdfium

from fiscal_utils.errors import DocumentError
from fiscal_utils.read.arrays import Indices, Mask, by_page, page_of
from fiscal_utils.read.drawing import Drawing, TooManyObjectsError, drawings, hides_text, share
from fiscal_utils.read.model import Content
from fiscal_utils.read.page import Page, blocks
from fiscal_utils.read.pdfium import unchecked, written
from fiscal_utils.read.rulings import NO_BOXES, Box
from fiscal_utils.read.runs import NO_GLYPHS, UNKNOWN, Glyphs, Places
from fiscal_utils.read.streams import unpacks_beyond

_MAX_PAGES = 1000
_MAX_CHARACTERS = 100_000
_TOGETHER, _ENOUGH = 32, 50_000
"""So many pages are read together, or as many as hold so many characters and objects."""
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


class _Page(NamedTuple):
    """A page that is being read: its visible part, how many objects it has, its text and how many characters."""

    page: pypdfium2.PdfPage
    box: Box
    objects: int
    text: Any
    characters: int


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
        pages: list[_Read] = []
        while len(pages) < len(document):
            pages += _pages(document, len(pages), path)
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
    hidden = {read.page.number for read in pages if read.is_hidden}
    images = [read.page.number for read in pages if read.is_image]
    reader = "pypdfium2"
    if images:
        from fiscal_utils.read import ocr

        if ocr.installed():
            reader, hidden = "pypdfium2+rapidocr", hidden | set(images)
            for number in images:
                page = document[number - 1]
                image = page.render(scale=ocr.scale(*page.get_size())).to_numpy()
                pages[number - 1] = _Read(ocr.page(image, number), True, False)
            images = []
    found = blocks([read.page for read in pages], path)
    if images and not found:
        raise DocumentError("no_text", path=path, pages=len(pages))
    return Content(found, reader, len(pages), recognised=tuple(sorted(hidden)), unread=tuple(images))


def _pages(document: pypdfium2.PdfDocument, first: int, path: Path) -> list[_Read]:
    """The pages from this index on, as many as are not too large together: read at once they take less time."""
    with ExitStack() as opened:
        pages: list[_Page] = []
        for index in range(first, min(first + _TOGETHER, len(document))):
            pages.append(_open_page(document, index, path, opened))
            if sum(page.characters + page.objects for page in pages) > _ENOUGH:
                break
        try:
            drawn = drawings([page.page for page in pages])
        except TooManyObjectsError as error:
            raise DocumentError("page_too_complex", path=path, page=first + error.index + 1) from None
        return list(map(_seen, range(first + 1, first + 1 + len(pages)), pages, _glyphs(pages), drawn))


def _open_page(document: pypdfium2.PdfDocument, index: int, path: Path, opened: ExitStack) -> _Page:
    try:
        page = document[index]
    except pypdfium2.PdfiumError as error:
        raise DocumentError("damaged_page", path=path, page=index + 1) from error
    opened.callback(page.close)
    loaded = pdfium.FPDFText_LoadPage(page.raw)
    opened.callback(pdfium.FPDFText_ClosePage, loaded)
    text = ctypes.byref(loaded.contents)
    characters = pdfium.FPDFText_CountChars(text)
    if characters > _MAX_CHARACTERS:
        raise DocumentError("page_too_complex", path=path, page=index + 1)
    return _Page(page, page.get_bbox(), pdfium.FPDFPage_CountObjects(page.raw), text, characters)


def _seen(number: int, page: _Page, glyphs: Glyphs, drawn: Drawing) -> _Read:
    """The page's characters and rulings; none of them where its text is in an encoding of its own."""
    if glyphs.text.count(UNKNOWN) > (1 - _READABLE_SHARE) * len(glyphs):
        return _Read(Page(number, NO_GLYPHS, NO_BOXES), True, False)
    scan = any(share(picture, page.box) > _SCAN_SHARE for picture in drawn.pictures)
    hidden = len(glyphs) > 0 and scan and hides_text(page.page)
    return _Read(Page(number, glyphs, drawn.rulings), _is_image(page.box, glyphs, drawn), hidden)


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


def _glyphs(pages: Sequence[_Page]) -> list[Glyphs]:
    """The characters on the visible part of each page, without those printed aslant."""
    counts = [page.characters for page in pages]
    texts = list(chain.from_iterable(map(repeat, [page.text for page in pages], counts)))
    indices = list(chain.from_iterable(map(range, counts)))
    shown = _shown(np.concatenate(list(map(_codes, pages))), texts, indices)
    printed = shown > 0
    texts, indices = list(compress(texts, printed.tolist())), list(compress(indices, printed.tolist()))
    on, places = page_of(counts)[printed], _places(texts, indices)
    glyphs = Glyphs(shown[printed].tobytes().decode("utf-32-le"), places, _turns(texts, indices, places, on))
    left, bottom, right, top = np.array([page.box for page in pages])[on].T
    middle, y = (places[:, 2] + places[:, 4]) / 2, places[:, 1]
    kept = (left <= middle) & (middle <= right) & (bottom <= y) & (y <= top) & (glyphs.turns != _SLANTED)
    glyphs = glyphs.those(kept)
    return [glyphs.part(part) for part in by_page(on[kept], len(pages))]


def _shown(codes: npt.NDArray[np.uint32], texts: Sequence[Any], indices: Sequence[int]) -> npt.NDArray[np.uint32]:
    """What the characters show: 0 where one leaves no ink."""
    shown = np.where(codes < len(_SHOWN), _SHOWN.take(codes, mode="clip"), codes)
    unmapped = np.fromiter(map(_is_unmapped, texts, indices), bool, len(codes))
    shown[unmapped | (codes >= _PRIVATE)] = ord(UNKNOWN)
    return shown


def _codes(page: _Page) -> npt.NDArray[np.uint32]:
    """The code points of the characters; each is asked for only where the text of the page is not one unit each.

    Of two halves of a character beyond 0xFFFF the first becomes the character, the second blank.
    """
    units = np.empty(page.characters + 1, np.uint16)
    count = _text(page.text, 0, page.characters, ctypes.c_void_p(units.ctypes.data))
    codes = units[:-1].astype(np.uint32)
    is_aligned = count == len(units) and not (codes >> 11 == _HIGH >> 1).any()
    for k in np.flatnonzero(codes == _HYPHEN_IN_TEXT).tolist() if is_aligned else range(len(codes)):
        codes[k] = _code(page.text, k)
    if not is_aligned:
        high = np.flatnonzero((codes[:-1] >> 10 == _HIGH) & (codes[1:] >> 10 == _LOW))
        codes[high] = 0x10000 + ((codes[high] & 0x3FF) << 10 | codes[high + 1] & 0x3FF)
        codes[high + 1] = 0
    return codes


def _places(texts: Sequence[Any], indices: Sequence[int]) -> Places:
    _, boxes = written(_box, ctypes.c_float, 4, texts, indices)
    _, origins = written(_origin, ctypes.c_double, 2, texts, indices, pointers=2)
    left, top, right, bottom = boxes.T
    return np.column_stack((origins, left, bottom, right, top))


def _turns(texts: Sequence[Any], indices: Sequence[int], places: Places, on: Indices) -> Indices:
    """The quarter turns of each character, `_SLANTED` for those printed aslant; what is on a line is not turned."""
    x, y, _, _, right, _ = places.T
    turns = np.zeros(len(places), np.int64)
    for k in np.flatnonzero(~_level(y, on) | (right <= x)).tolist():
        turns[k] = _turn(pdfium.FPDFText_GetCharAngle(texts[k], indices[k]))
    return turns


def _level(ys: npt.NDArray[np.float64], on: Indices) -> Mask:
    """For each character whether the one before or after on its page stands on its baseline."""
    level = np.zeros(len(ys), bool)
    same = (abs(ys[1:] - ys[:-1]) < 0.01) & (on[1:] == on[:-1])
    level[1:] |= same
    level[:-1] |= same
    return level


def _turn(angle: float) -> int:
    """The quarter turns anticlockwise of an angle clockwise in radians, `_SLANTED` where it is none of these."""
    degrees = -math.degrees(angle)
    return round(degrees / 90) % 4 if abs((degrees + 45) % 90 - 45) <= _ASLANT else _SLANTED
