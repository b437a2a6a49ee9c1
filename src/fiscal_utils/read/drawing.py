"""What is drawn on a page of a PDF besides its text: rulings, shapes and pictures, by pdfium."""

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pypdfium2
from pypdfium2 import raw as pdfium

from fiscal_utils.read.rulings import Box

_MAX_OBJECTS = 200_000
_DEEPEST_FORM = 8
_THIN = 3.0
_LINE_SEGMENTS = 5
_COVERING = 0.5

Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Matrix = (1, 0, 0, 1, 0, 0)


def unchecked(function: Any) -> Callable[..., Any]:
    """The function of pdfium without the check of its arguments by ctypes, which takes longer than most functions."""
    return ctypes.cast(function, ctypes.CFUNCTYPE(function.restype))


_object = unchecked(pdfium.FPDFPage_GetObject)
_type = unchecked(pdfium.FPDFPageObj_GetType)
_bounds = unchecked(pdfium.FPDFPageObj_GetBounds)
_draw_mode = unchecked(pdfium.FPDFPath_GetDrawMode)
_count_segments = unchecked(pdfium.FPDFPath_CountSegments)
_segment = unchecked(pdfium.FPDFPath_GetPathSegment)
_point = unchecked(pdfium.FPDFPathSegment_GetPoint)
_kind = unchecked(pdfium.FPDFPathSegment_GetType)
_closes = unchecked(pdfium.FPDFPathSegment_GetClose)


class TooManyObjectsError(Exception):
    """More is drawn on the page than on any page of accounts."""


@dataclass
class Drawing:
    """Rulings as thin boxes, pictures as boxes, and how many other shapes are painted."""

    rulings: list[Box] = field(default_factory=list)
    pictures: list[Box] = field(default_factory=list)
    shapes: int = 0


def drawing(page: pypdfium2.PdfPage) -> Drawing:
    """What is drawn on the page; raises TooManyObjectsError."""
    return _Reader().read(page)


class _Reader:
    """Walks over the objects of a page with one set of buffers for pdfium to write to."""

    def __init__(self) -> None:
        self.found = Drawing()
        self.seen = 0
        self.corners = (ctypes.c_float * 4)()
        self.at_corners = [ctypes.byref(self.corners, i * ctypes.sizeof(ctypes.c_float)) for i in range(4)]
        self.x, self.y = ctypes.c_float(), ctypes.c_float()
        self.at_x, self.at_y = ctypes.byref(self.x), ctypes.byref(self.y)
        self.fill, self.stroke = ctypes.c_int(), ctypes.c_int()
        self.at_fill, self.at_stroke = ctypes.byref(self.fill), ctypes.byref(self.stroke)

    def read(self, page: pypdfium2.PdfPage) -> Drawing:
        for i in range(pdfium.FPDFPage_CountObjects(page.raw)):
            self._object(_object(page.raw, i), _IDENTITY, 0)
        return self.found

    def _object(self, thing: Any, outer: Matrix, depth: int) -> None:
        self.seen += 1
        if self.seen > _MAX_OBJECTS:
            raise TooManyObjectsError
        kind = _type(thing)
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            self._path(thing, outer)
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            if box := self._bounds(thing, outer):
                self.found.pictures.append(box)
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEEPEST_FORM:
            matrix = _times(_matrix(thing), outer)
            for i in range(pdfium.FPDFFormObj_CountObjects(thing)):
                self._object(pdfium.FPDFFormObj_GetObject(thing, i), matrix, depth + 1)

    def _path(self, path: Any, outer: Matrix) -> None:
        _draw_mode(path, self.at_fill, self.at_stroke)
        if not self.fill.value and not self.stroke.value:
            return
        whole = self._bounds(path, outer)
        if whole is None:
            return
        if _is_thin(whole) and _count_segments(path) <= _LINE_SEGMENTS:
            self.found.rulings.append(_without_caps(whole) if self.stroke.value else whole)
            return
        for points in self._subpaths(path, _times(_matrix(path), outer)):
            xs, ys = [x for x, _ in points], [y for _, y in points]
            box = (min(xs), min(ys), max(xs), max(ys))
            if _is_thin(box):
                self.found.rulings.append(box)
            elif self.stroke.value:
                edges = ((min(a, c), min(b, d), max(a, c), max(b, d)) for (a, b), (c, d) in pairwise(points))
                self.found.rulings += (edge for edge in edges if _is_thin(edge))
            else:
                self.found.shapes += 1

    def _bounds(self, thing: Any, outer: Matrix) -> Box | None:
        if not _bounds(thing, *self.at_corners):
            return None
        left, bottom, right, top = self.corners
        if outer is _IDENTITY:
            return left, bottom, right, top
        a, b, c, d, e, f = outer
        corners = ((left, bottom), (left, top), (right, bottom), (right, top))
        xs, ys = [a * x + c * y + e for x, y in corners], [b * x + d * y + f for x, y in corners]
        return min(xs), min(ys), max(xs), max(ys)

    def _subpaths(self, path: Any, matrix: Matrix) -> Iterator[list[tuple[float, float]]]:
        """The corner points of each part of a path, closed where the file closes it."""
        a, b, c, d, e, f = matrix
        points: list[tuple[float, float]] = []
        count = _count_segments(path)
        self.seen += count
        if self.seen > _MAX_OBJECTS:
            raise TooManyObjectsError
        for i in range(count):
            segment = _segment(path, i)
            _point(segment, self.at_x, self.at_y)
            if _kind(segment) == pdfium.FPDF_SEGMENT_MOVETO:
                if len(points) > 1:
                    yield points
                points = []
            x, y = self.x.value, self.y.value
            points.append((a * x + c * y + e, b * x + d * y + f))
            if _closes(segment):
                points.append(points[0])
        if len(points) > 1:
            yield points


def hides_text(page: pypdfium2.PdfPage) -> bool:
    """Whether most of the text is invisible or lies under a later picture, as the recognised text of a scan does."""
    hidden = texts = 0
    for thing in page.get_objects((pdfium.FPDF_PAGEOBJ_TEXT, pdfium.FPDF_PAGEOBJ_IMAGE), max_depth=_DEEPEST_FORM):
        if thing.type == pdfium.FPDF_PAGEOBJ_TEXT:
            texts += 1
            hidden += pdfium.FPDFTextObj_GetTextRenderMode(thing.raw) == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE
        elif share(thing.get_bounds(), page.get_bbox()) > _COVERING and hidden < texts and _is_opaque(thing):
            hidden = texts
    return hidden * 2 > texts


def _is_opaque(picture: pypdfium2.PdfImage) -> bool:
    """Whether the picture covers what lies under it, as a watermark does not."""
    pixels = picture.get_bitmap(render=True).to_numpy()
    return pixels.ndim < 3 or pixels.shape[2] < 4 or bool((pixels[..., 3] == 255).mean() > _COVERING)


def share(box: Box, page: Box) -> float:
    """The share of the page that the box covers."""
    width, height = min(box[2], page[2]) - max(box[0], page[0]), min(box[3], page[3]) - max(box[1], page[1])
    area = (page[2] - page[0]) * (page[3] - page[1])
    return max(0.0, width) * max(0.0, height) / area if area > 0 else 0.0


def _is_thin(box: Box) -> bool:
    return box[2] - box[0] <= _THIN or box[3] - box[1] <= _THIN


def _without_caps(line: Box) -> Box:
    """A stroked line without the half of its width that its bounds add at either end."""
    left, bottom, right, top = line
    width, height = right - left, top - bottom
    half = min(width, height) / 2
    if width > 2 * height:
        return left + half, bottom, right - half, top
    if height > 2 * width:
        return left, bottom + half, right, top - half
    return line


def _matrix(thing: Any) -> Matrix:
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(thing, matrix)
    return (matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)


def _times(inner: Matrix, outer: Matrix) -> Matrix:
    """The matrix that applies `inner` first and `outer` then."""
    a, b, c, d, e, f = inner
    p, q, r, s, t, u = outer
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)
