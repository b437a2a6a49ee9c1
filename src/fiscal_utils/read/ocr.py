"""Scanned pages and images: rulings found in the image, characters recognised by RapidOCR (the extra `ocr`)."""

import io
import re
import struct
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise, product
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from PIL import Image as Pictures
from PIL import ImageOps, ImageSequence

from fiscal_utils.errors import DocumentError
from fiscal_utils.read.model import Content
from fiscal_utils.read.page import Page, blocks
from fiscal_utils.read.rulings import USUAL_SIZE, Box, Boxes, Cell, Frame, TooManyRulingsError, frames, rulings
from fiscal_utils.read.runs import Glyphs

if TYPE_CHECKING:
    from fiscal_utils.read.scan import Image, Pixels

SCALE = 3.0
"""Pixels per point in which a page is to be rendered (216 dpi)."""

_A4 = 842
_SHORTEST_PAGE, _LONGEST_PAGE = 500, 1700
"""The longest side of paper from A5 to A2, in points."""
_MAX_PAGES = 1000
_MAX_PIXELS = 80_000_000
_THREADS = 2
_SAMPLE = 6
_LEAST_LINE = [3, 48, 160]
"""Channels, height and least width to which the recogniser pads a line; half of its own, as cells are short."""
_DETECTED_SIDE = 1280
_MARGIN = 4
_FLAT = 0.4
_DASH = "——"
_CLOSING, _OPENING = "，。、；：？！）】》”’", "（【《“‘"
_ROOM, _ROOM_IN_NUMBERS, _ROOM_AT_MARKS = 0.8, 0.5, 1.5
_MIDDLE = 0.35
_DESCENT = 0.12
_INK_OF_CHINESE = 0.92
_INK_OF_DIGITS = 0.75
_UNREADABLE = "〓"
"""The printers' sign for a character that is missing: print that was seen and not recognised."""
_AMOUNT = re.compile(r"[-−—(（]?[\d\s,，.。·．]*\d[\d\s,，.。·．]*[)）]?")
_NEXT_TO_MARK = re.compile(r"(?<=[,.(（-])\s+|\s+(?=[,.)）])")
_BETWEEN_DIGITS = ((re.compile(r"(?<=\d)，(?=\d{3}(?!\d))"), ","), (re.compile(r"(?<=\d)[。·．](?=\d)"), "."))


def installed() -> bool:
    """Whether the extra `ocr` is installed."""
    return find_spec("rapidocr_onnxruntime") is not None and find_spec("cv2") is not None


def content(data: bytes, path: Path, password: str | None = None) -> Content:
    """The grids and lines of an image file, each frame of it a page.

    Raises DocumentError for a file that is damaged or too large, or where the extra `ocr` is not installed.
    """
    pages = [page(image, number) for number, image in enumerate(_images(data, path), 1)]
    return Content(blocks(pages, path), "rapidocr", len(pages), recognised=tuple(range(1, len(pages) + 1)))


def _images(data: bytes, path: Path) -> Iterator["Image"]:
    """The frames of an image file, each as `page` takes it."""
    try:
        with Pictures.open(io.BytesIO(data)) as file:
            pages = getattr(file, "n_frames", 1)
            if pages > _MAX_PAGES:
                raise DocumentError("too_many_pages", path=path, pages=pages, limit=_MAX_PAGES)
            if not installed():
                raise DocumentError("no_text", path=path, pages=pages)
            for frame in ImageSequence.Iterator(file):
                if frame.width * frame.height > _MAX_PIXELS:
                    raise DocumentError("image_too_large", path=path, width=frame.width, height=frame.height)
                yield _bgr(frame)
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, Pictures.DecompressionBombError) as error:
        raise DocumentError("damaged", path=path, kind=_kind(data)) from error


def _kind(data: bytes) -> str:
    return {b"\x89P": "PNG", b"\xff\xd8": "JPEG", b"BM": "BMP"}.get(data[:2], "TIFF")


def _bgr(frame: Pictures.Image) -> "Image":
    """The frame upright on white paper, in blue, green, red, at the size of a rendered A4 page."""
    upright = ImageOps.exif_transpose(frame).convert("RGBA")
    paper = Pictures.new("RGBA", upright.size, "white")
    factor = SCALE * _A4 / max(upright.size)
    size = (max(1, round(upright.width * factor)), max(1, round(upright.height * factor)))
    rgb = Pictures.alpha_composite(paper, upright).convert("RGB").resize(size, Pictures.Resampling.LANCZOS)
    return np.ascontiguousarray(np.asarray(rgb)[:, :, ::-1])


def scale(width: float, height: float) -> float:
    """The factor that brings a page of this size, in points, to pixels as `page` takes it.

    It is `SCALE` but for pages whose size cannot be that of paper: those count as A4.
    """
    longest = max(width, height)
    return SCALE if _SHORTEST_PAGE <= longest <= _LONGEST_PAGE else SCALE * _A4 / longest


def page(image: "Image", number: int) -> Page:
    """What is printed on a page, from its image in blue, green, red (as pdfium renders it) at `SCALE`.

    The page may be askew by up to 3° or lie on a side or upside down: it is turned upright first.
    """
    from fiscal_utils.read import scan

    points = max(image.shape) / SCALE
    image = scan.straight(scan.resized(image, scale(points, points) / SCALE))
    sheet = _sheet(image)
    if turns := _turns(sheet):
        sheet = _sheet(np.ascontiguousarray(np.rot90(image, turns)))
    return Page(number, _glyphs(sheet, _lines(sheet)), sheet.rulings)


@dataclass(frozen=True)
class _Sheet:
    """A page whose rulings are taken away: its image, its ink, where the detector sees text, and the rulings."""

    image: "Image"
    ink: "Image"
    detected: list["Pixels"]
    rulings: Boxes


def _sheet(image: "Image") -> _Sheet:
    from fiscal_utils.read import scan

    boxes, drawn = scan.rulings(scan.ink_of(image), SCALE)
    image = scan.without(image, drawn)
    rulings = np.array([_points(box, image.shape[0]) for box in boxes]).reshape(-1, 4)
    return _Sheet(image, scan.print_of(image, SCALE), _detected(image), rulings)


def _points(box: "Pixels", height: int) -> Box:
    """A box of pixels in points from the lower left of an image of this height."""
    left, top, right, bottom = box
    return left / SCALE, (height - bottom) / SCALE, right / SCALE, (height - top) / SCALE


def _pixels(box: Box, height: int) -> "Pixels":
    left, bottom, right, top = (round(SCALE * side) for side in box)
    return left, height - top, right, height - bottom


@cache
def _engine() -> Any:
    """RapidOCR with its models loaded: detector, classifier of upside-down lines, recogniser."""
    module = import_module("rapidocr_onnxruntime")
    return module.RapidOCR(intra_op_num_threads=_THREADS, inter_op_num_threads=1, rec_img_shape=_LEAST_LINE)


def _detected(image: "Image") -> list["Pixels"]:
    """The boxes of the lines of text that the detector finds anywhere on the page."""
    from fiscal_utils.read import scan

    factor = min(1.0, _DETECTED_SIDE / max(image.shape))
    boxes, _ = _engine().text_det(scan.resized(image, factor))
    corners = [] if boxes is None else [np.concatenate([box.min(axis=0), box.max(axis=0)]) / factor for box in boxes]
    return [(round(a), round(b), round(c), round(d)) for a, b, c, d in corners]


def _turns(sheet: _Sheet) -> int:
    """By how many quarters the page must be turned anticlockwise for its text to run to the right."""
    from fiscal_utils.read import scan

    long = sorted(sheet.detected, key=lambda box: -max(box[2] - box[0], box[3] - box[1]))[:_SAMPLE]
    if not long:
        return 0
    sideways = int(sum(box[3] - box[1] > box[2] - box[0] for box in long) * 2 > len(long))
    crops = [np.ascontiguousarray(np.rot90(scan.crop(sheet.image, box, 0), sideways)) for box in long]
    _, said, _ = _engine().text_cls(list(crops))
    if not any(label == "180" for label, _ in said):
        return sideways
    scores = [
        sum(found.score * len(found.text) for found in _recognised(lines)) for lines in (crops, _upside_down(crops))
    ]
    return sideways + 2 * (scores[1] > scores[0])


def _upside_down(crops: list["Image"]) -> list["Image"]:
    return [np.ascontiguousarray(np.rot90(crop, 2)) for crop in crops]


class _Recognised(NamedTuple):
    """A line of text, how sure the recogniser is (0 to 1), and where the characters lie, as shares of the width."""

    text: str
    score: float
    places: list[float]


def _recognised(crops: list["Image"]) -> list[_Recognised]:
    found, _ = _engine().text_rec(crops, True) if crops else ([], 0)
    return [
        _Recognised(text, score, [(column + 0.5) / max(width, 1.0) for word in columns for column in word])
        for text, score, (width, _, columns, *_) in found
    ]


def _lines(sheet: _Sheet) -> list["Pixels"]:
    """The printed lines: in cells of tables by their ink, elsewhere where the detector sees them."""
    from fiscal_utils.read import scan

    height = sheet.image.shape[0]
    heights = [line[3] - line[1] for box in sheet.detected if (line := scan.line_in(sheet.ink, box))]
    tables = _frames(sheet, float(np.median(heights)) / SCALE / _INK_OF_CHINESE if heights else USUAL_SIZE)
    cells = [_pixels(frame.extent(cell), height) for frame in tables for cell in _cells(frame)]
    usual = scan.height_of_print(sheet.ink, cells, SCALE)
    inside = [line for cell in cells for line in scan.lines(sheet.ink, cell, usual, SCALE)]
    around = sheet.ink.copy()
    for frame in tables:
        left, top, right, bottom = _pixels((frame.xs[0], frame.ys[-1], frame.xs[-1], frame.ys[0]), height)
        around[top : bottom + 1, left : right + 1] = 0
    outside = [line for box in sheet.detected if (line := scan.line_in(around, box))]
    return inside + scan.completed(around, outside)


def _frames(sheet: _Sheet, size: float) -> list[Frame]:
    """The tables of the page, whose print is of this size in points; none where it has too many rulings for any."""
    try:
        return frames(rulings([sheet.rulings], [size])[0])
    except TooManyRulingsError:
        return []


def _cells(frame: Frame) -> Iterator[Cell]:
    """The positions of the frame's cells, a merged one once."""
    for cell in product(range(len(frame.ys) - 1), range(len(frame.xs) - 1)):
        if frame.owners.get(cell, cell) == cell:
            yield cell


def _glyphs(sheet: _Sheet, lines: Sequence["Pixels"]) -> Glyphs:
    """The characters of the lines, which share the width of their line."""
    from fiscal_utils.read import scan

    usual = float(np.median([line[3] - line[1] for line in lines])) if lines else 0.0
    dashes = [line for line in lines if _is_dash(line, usual)]
    written = [line for line in lines if not _is_dash(line, usual)]
    texts = _recognised([scan.crop(sheet.image, line, _MARGIN) for line in written])
    printed = [part for line, found in zip(written, texts, strict=True) for part in _parts(sheet, line, found)]
    height = sheet.image.shape[0]
    found = [
        letter
        for line, text in [*printed, *((line, _DASH) for line in dashes)]
        for letter in _spread(text, _points(line, height), usual / SCALE)
    ]
    places = np.array([place for _, place in found]).reshape(-1, 6)
    return Glyphs("".join(char for char, _ in found), places, np.zeros(len(found), np.int64))


def _parts(sheet: _Sheet, line: "Pixels", found: _Recognised) -> Iterator[tuple["Pixels", str]]:
    """The line cut where there is more room between two characters than printing gives them, as between columns."""
    from fiscal_utils.read import scan

    left, top, right, bottom = line
    places = [left - _MARGIN + share * (right - left + 2 * _MARGIN) for share in found.places]
    start, begin = 0, left
    for i, (place, after) in enumerate(pairwise(places), 1):
        end, goes_on = scan.widest_blank(sheet.ink, (round(place), top, round(after), bottom))
        if goes_on - end > _room(found.text[i - 1], found.text[i]) * (bottom - top):
            yield (begin, top, end, bottom), normalised(found.text[start:i]) or _UNREADABLE
            start, begin = i, goes_on
    yield (begin, top, right, bottom), normalised(found.text[start:]) or _UNREADABLE


def _room(before: str, after: str) -> float:
    """The most room that printing leaves between the ink of two characters of one text, in heights of the line."""
    if before in _CLOSING or after in _OPENING:
        return _ROOM_AT_MARKS
    return _ROOM_IN_NUMBERS if before.isascii() and after.isascii() else _ROOM


def _is_dash(line: "Pixels", usual: float) -> bool:
    """Whether the ink is one flat stroke, which the recogniser does not know without its neighbours."""
    width, height = line[2] - line[0], line[3] - line[1]
    return height < _FLAT * usual and width > 2 * height


def _spread(text: str, box: Box, usual: float) -> Iterator[tuple[str, tuple[float, ...]]]:
    """The characters and their places, side by side in the box of their ink; `usual` is the height of most ink."""
    left, bottom, right, top = box
    size, y = _size_and_baseline(text, bottom, top, usual)
    widths = [2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text]
    unit = (right - left) / sum(widths)
    for char, width in zip(text, widths, strict=True):
        if not char.isspace():
            yield char, (left, y, left, y - 0.2 * size, left + unit * width, y + 0.9 * size)
        left += unit * width


def _size_and_baseline(text: str, bottom: float, top: float, usual: float) -> tuple[float, float]:
    """The size of the type and the height of its baseline, from the ink of a line."""
    if top - bottom < 0.55 * usual:
        size = usual / _INK_OF_CHINESE
        return size, (top + bottom) / 2 - _MIDDLE * size
    if text.isascii():
        return (top - bottom) / _INK_OF_DIGITS, bottom + _DESCENT * (top - bottom) * bool(set(text) & set(",()"))
    return (top - bottom) / _INK_OF_CHINESE, bottom + _DESCENT * (top - bottom)


def normalised(text: str) -> str:
    """The text with the points and commas of its numbers as they are printed; a letter in a number stays.

    Between digits ， is a comma and 。 and · are points. In a number that stands alone spaces beside its marks
    are dropped; those between digits may part two numbers.
    """
    text = text.strip()
    for pattern, mark in _BETWEEN_DIGITS:
        text = pattern.sub(mark, text)
    return _NEXT_TO_MARK.sub("", text) if _AMOUNT.fullmatch(text) else text
