"""What is drawn on a page of a PDF besides its text: rulings, shapes and pictures, by pdfium."""

import ctypes
from collections.abc import Sequence
from itertools import compress, repeat
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pypdfium2
from pypdfium2 import raw as pdfium

from fiscal_utils.read.pdfium import call, room, unchecked
from fiscal_utils.read.rulings import NO_BOXES, Box, Boxes

_MAX_OBJECTS = 200_000
_DEEPEST_FORM = 8
_THIN = 3.0
_LINE_SEGMENTS = 5
_COVERING = 0.5

Mask = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.int64]
Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Matrix = (1, 0, 0, 1, 0, 0)


_object = unchecked(pdfium.FPDFPage_GetObject)
_type = unchecked(pdfium.FPDFPageObj_GetType)
_bounds = unchecked(pdfium.FPDFPageObj_GetBounds)
_draw_mode = unchecked(pdfium.FPDFPath_GetDrawMode)
_count_segments = unchecked(pdfium.FPDFPath_CountSegments)
_segment = unchecked(pdfium.FPDFPath_GetPathSegment)
_point = unchecked(pdfium.FPDFPathSegment_GetPoint)
_kind = unchecked(pdfium.FPDFPathSegment_GetType)
_closes = unchecked(pdfium.FPDFPathSegment_GetClose)
_get_matrix = unchecked(pdfium.FPDFPageObj_GetMatrix)


class TooManyObjectsError(Exception):
    """More is drawn on the page than on any page of accounts."""


class Drawing(NamedTuple):
    """Rulings as thin boxes, pictures as boxes, and how many other shapes are painted."""

    rulings: Boxes
    pictures: list[Box]
    shapes: int


def drawing(page: pypdfium2.PdfPage) -> Drawing:
    """What is drawn on the page; raises TooManyObjectsError."""
    return _Reader().read(page)


class _Reader:
    """Walks over the objects of a page, those of one kind together."""

    def __init__(self) -> None:
        self.rulings = [NO_BOXES]
        self.pictures: list[Box] = []
        self.shapes = self.seen = 0

    def read(self, page: pypdfium2.PdfPage) -> Drawing:
        count = pdfium.FPDFPage_CountObjects(page.raw)
        self._count(count)
        self._objects(list(map(_object, repeat(page.raw), range(count))), _IDENTITY, 0)
        return Drawing(np.concatenate(self.rulings), self.pictures, self.shapes)

    def _count(self, count: int) -> None:
        self.seen += count
        if self.seen > _MAX_OBJECTS:
            raise TooManyObjectsError

    def _objects(self, things: Sequence[Any], outer: Matrix, depth: int) -> None:
        segments = np.fromiter(map(_count_segments, things), np.int64, len(things))
        is_path = segments >= 0  # of what is no path pdfium counts -1
        self._paths(list(compress(things, is_path.tolist())), segments[is_path], outer)
        pictures, forms = _pictures_and_forms(list(compress(things, (~is_path).tolist())))
        has_bounds, boxes = _boxes(pictures, outer)
        self.pictures += map(tuple, boxes[has_bounds].tolist())
        for form in forms if depth < _DEEPEST_FORM else ():
            self._form(form, outer, depth)

    def _form(self, form: Any, outer: Matrix, depth: int) -> None:
        count = pdfium.FPDFFormObj_CountObjects(form)
        self._count(count)
        things = [pdfium.FPDFFormObj_GetObject(form, i) for i in range(count)]
        self._objects(things, _times(_matrix(form), outer), depth + 1)

    def _paths(self, paths: Sequence[Any], segments: Indices, outer: Matrix) -> None:
        """Thin lines as rulings, all at once; what else is painted part by part."""
        fills, strokes = _modes(paths)
        has_bounds, boxes = _boxes(paths, outer)
        painted = (fills | strokes) & has_bounds
        line = painted & _are_thin(boxes) & (segments <= _LINE_SEGMENTS)
        self.rulings.append(_without_caps(boxes[line], strokes[line]))
        rest = np.flatnonzero(painted & ~line)
        if len(rest):
            self._parts([paths[index] for index in rest.tolist()], strokes[rest], segments[rest], outer)

    def _parts(self, paths: Sequence[Any], strokes: Mask, segments: Indices, outer: Matrix) -> None:
        """Of the parts of paths thin ones, and the thin edges of stroked ones, as rulings; filled ones as shapes."""
        self._count(int(segments.sum()))
        corners = _corners(paths, segments, outer)
        starts, points = np.flatnonzero(corners.opens), corners.points
        part = np.cumsum(corners.opens) - 1
        boxes = np.hstack((np.minimum.reduceat(points, starts), np.maximum.reduceat(points, starts)))
        drawn = np.add.reduceat(1 + corners.closes, starts) > 1
        thin, stroked = _are_thin(boxes) & drawn, strokes[corners.owner[starts]]
        begins, ends = _edges(corners, starts[part])
        edges = np.hstack((np.minimum(points[begins], points[ends]), np.maximum(points[begins], points[ends])))
        edged = _are_thin(edges) & (stroked & ~thin)[part[ends]]
        self.rulings += boxes[thin], edges[edged]
        self.shapes += int((drawn & ~thin & ~stroked).sum())


class _Corners(NamedTuple):
    """The corners of many paths: where they are, of which path, which begin a part, at which it is closed."""

    points: npt.NDArray[np.float64]
    owner: Indices
    opens: Mask
    closes: Mask


def _corners(paths: Sequence[Any], counts: Indices, outer: Matrix) -> _Corners:
    total = int(counts.sum())
    owner = np.repeat(np.arange(len(paths)), counts)
    place = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
    segments = list(map(_segment, map(paths.__getitem__, owner.tolist()), place.tolist()))
    written, pointers = room(ctypes.c_float, 2, total)
    call(_point, segments, *pointers)
    x, y = written.astype(np.float64).T
    a, b, c, d, e, f = (column[owner] for column in _matrices(paths, outer))
    opens = np.fromiter(map(_kind, segments), np.int64, total) == pdfium.FPDF_SEGMENT_MOVETO
    closes = np.fromiter(map(_closes, segments), np.int64, total) != 0
    return _Corners(np.stack((a * x + c * y + e, b * x + d * y + f), 1), owner, opens | (place == 0), closes)


def _edges(corners: _Corners, first: Indices) -> tuple[Indices, Indices]:
    """From which corner to which each edge runs; `first` is the one with which the part of each begins."""
    every = np.arange(len(first))
    inner = every[1:][~corners.opens[1:]]
    begins = np.where(corners.closes[inner - 1], first[inner - 1], inner - 1)
    closed = every[corners.closes]
    return np.append(begins, closed), np.append(inner, first[closed])


def _matrices(things: Sequence[Any], outer: Matrix) -> tuple[Any, ...]:
    """For each place of a matrix the numbers of the objects there."""
    written, (at_first, *_) = room(ctypes.c_float, 6, len(things))
    call(_get_matrix, things, at_first)
    return _times(tuple(written.astype(np.float64).T), outer)


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


def _pictures_and_forms(things: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    kinds = list(map(_type, things))
    pictures = [thing for thing, kind in zip(things, kinds, strict=True) if kind == pdfium.FPDF_PAGEOBJ_IMAGE]
    forms = [thing for thing, kind in zip(things, kinds, strict=True) if kind == pdfium.FPDF_PAGEOBJ_FORM]
    return pictures, forms


def _boxes(things: Sequence[Any], outer: Matrix) -> tuple[Mask, Boxes]:
    """Which of the objects have bounds, and these on the page."""
    corners, pointers = room(ctypes.c_float, 4, len(things))
    has_bounds = np.fromiter(map(_bounds, things, *pointers), bool, len(things))
    boxes = corners.astype(np.float64)
    return has_bounds, boxes if outer is _IDENTITY else _moved(boxes, outer)


def _moved(boxes: Boxes, matrix: Matrix) -> Boxes:
    """What bounds the boxes after they are moved, turned or scaled."""
    a, b, c, d, e, f = matrix
    x, y = boxes[:, [0, 0, 2, 2]], boxes[:, [1, 3, 1, 3]]
    xs, ys = a * x + c * y + e, b * x + d * y + f
    return np.stack((xs.min(1), ys.min(1), xs.max(1), ys.max(1)), 1)


def _modes(paths: Sequence[Any]) -> tuple[Mask, Mask]:
    """Which of the paths are filled, and which are stroked."""
    modes, pointers = room(ctypes.c_int, 2, len(paths))
    call(_draw_mode, paths, *pointers)
    fills, strokes = (modes != 0).T
    return fills, strokes


def _are_thin(boxes: Boxes) -> Mask:
    left, bottom, right, top = boxes.T
    return np.asarray(np.minimum(right - left, top - bottom) <= _THIN)


def _without_caps(lines: Boxes, stroked: Mask) -> Boxes:
    """The lines, stroked ones without the half of their width that their bounds add at either end."""
    sizes = lines[:, 2:] - lines[:, :2]
    widths = sizes[:, ::-1]
    caps = np.where(stroked[:, None] & (sizes > 2 * widths), widths / 2, 0)
    return np.hstack((lines[:, :2] + caps, lines[:, 2:] - caps))


def _matrix(thing: Any) -> Matrix:
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(thing, matrix)
    return (matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)


def _times(inner: tuple[Any, ...], outer: Matrix) -> tuple[Any, ...]:
    """The matrix that applies `inner` first and `outer` then."""
    a, b, c, d, e, f = inner
    p, q, r, s, t, u = outer
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)
