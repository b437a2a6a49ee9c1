"""What is drawn on a page of a PDF besides its text: rulings, shapes and pictures, by pdfium."""

import ctypes
from collections.abc import Sequence
from itertools import chain, compress, repeat
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pypdfium2
from pypdfium2 import raw as pdfium

from fiscal_utils.read.arrays import Indices, Mask, by_page, page_of
from fiscal_utils.read.pdfium import unchecked, written
from fiscal_utils.read.rulings import Box, Boxes

_MAX_OBJECTS = 200_000
_DEEPEST_FORM = 8
_THIN = 3.0
_LINE_SEGMENTS = 5
_COVERING = 0.5

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
    """More is drawn on the page of this index than on any page of accounts."""

    def __init__(self, index: int) -> None:
        super().__init__(index)
        self.index = index


class Drawing(NamedTuple):
    """Rulings as thin boxes, pictures as boxes, and how many other shapes are painted."""

    rulings: Boxes
    pictures: list[Box]
    shapes: int


def drawings(pages: Sequence[pypdfium2.PdfPage]) -> list[Drawing]:
    """What is drawn on each of the pages; raises TooManyObjectsError."""
    return _Reader(len(pages)).read(pages)


class _Reader:
    """Walks over the objects of pages, those of one kind together."""

    def __init__(self, pages: int) -> None:
        self.rulings: list[tuple[Boxes, Indices]] = []
        """Rulings with the indices of their pages."""
        self.pictures: list[list[Box]] = [[] for _ in range(pages)]
        self.shapes, self.seen = np.zeros((2, pages), np.int64)

    def read(self, pages: Sequence[pypdfium2.PdfPage]) -> list[Drawing]:
        counts = [pdfium.FPDFPage_CountObjects(page.raw) for page in pages]
        self._count(range(len(pages)), counts)
        handles = chain.from_iterable(map(repeat, [page.raw for page in pages], counts))
        things = list(map(_object, handles, chain.from_iterable(map(range, counts))))
        self._objects(things, page_of(counts), _IDENTITY, 0)
        boxes, on = map(np.concatenate, zip(*self.rulings, strict=True))
        order = np.argsort(on, kind="stable")
        rulings = [boxes[order[part]] for part in by_page(on[order], len(pages))]
        return list(map(Drawing, rulings, self.pictures, self.shapes.tolist()))

    def _count(self, on: Sequence[int] | Indices, counts: Sequence[int] | Indices) -> None:
        np.add.at(self.seen, on, counts)
        if self.seen.max() > _MAX_OBJECTS:
            raise TooManyObjectsError(int(self.seen.argmax()))

    def _objects(self, things: Sequence[Any], on: Indices, outer: Matrix, depth: int) -> None:
        segments = np.fromiter(map(_count_segments, things), np.int64, len(things))
        is_path = segments >= 0  # of what is no path pdfium counts -1
        self._paths(list(compress(things, is_path.tolist())), on[is_path], segments[is_path], outer)
        others, where = list(compress(things, (~is_path).tolist())), on[~is_path]
        kinds = np.fromiter(map(_type, others), np.int64, len(others))
        self._pictures(*_of_kind(pdfium.FPDF_PAGEOBJ_IMAGE, others, where, kinds), outer)
        for form, page in zip(*_of_kind(pdfium.FPDF_PAGEOBJ_FORM, others, where, kinds), strict=True):
            if depth < _DEEPEST_FORM:
                self._form(form, page, outer, depth)

    def _pictures(self, pictures: Sequence[Any], on: Indices, outer: Matrix) -> None:
        has_bounds, boxes = _boxes(pictures, outer)
        for page, box in zip(on[has_bounds].tolist(), boxes[has_bounds].tolist(), strict=True):
            self.pictures[page].append(tuple(box))

    def _form(self, form: Any, page: Any, outer: Matrix, depth: int) -> None:
        count = pdfium.FPDFFormObj_CountObjects(form)
        self._count([page], [count])
        things = [pdfium.FPDFFormObj_GetObject(form, i) for i in range(count)]
        self._objects(things, np.full(count, page), _times(_matrix(form), outer), depth + 1)

    def _paths(self, paths: Sequence[Any], on: Indices, segments: Indices, outer: Matrix) -> None:
        """Thin lines as rulings, all at once; what else is painted part by part."""
        fills, strokes = _modes(paths)
        has_bounds, boxes = _boxes(paths, outer)
        painted = (fills | strokes) & has_bounds
        line = painted & _are_thin(boxes) & (segments <= _LINE_SEGMENTS)
        self.rulings.append((_without_caps(boxes[line], strokes[line]), on[line]))
        rest = np.flatnonzero(painted & ~line)
        if len(rest):
            self._parts([paths[index] for index in rest.tolist()], on[rest], strokes[rest], segments[rest], outer)

    def _parts(self, paths: Sequence[Any], on: Indices, strokes: Mask, segments: Indices, outer: Matrix) -> None:
        """Of the parts of paths thin ones, and the thin edges of stroked ones, as rulings; filled ones as shapes."""
        self._count(on, segments)
        corners = _corners(paths, segments, outer)
        starts, points = np.flatnonzero(corners.opens), corners.points
        part, owner = np.cumsum(corners.opens) - 1, corners.owner[starts]
        boxes = np.hstack((np.minimum.reduceat(points, starts), np.maximum.reduceat(points, starts)))
        drawn = np.add.reduceat(1 + corners.closes, starts) > 1
        thin, stroked = _are_thin(boxes) & drawn, strokes[owner]
        begins, ends = _edges(corners, starts[part])
        edges = np.hstack((np.minimum(points[begins], points[ends]), np.maximum(points[begins], points[ends])))
        edged = _are_thin(edges) & (stroked & ~thin)[part[ends]]
        on = on[owner]
        self.rulings += (boxes[thin], on[thin]), (edges[edged], on[part[ends]][edged])
        np.add.at(self.shapes, on[drawn & ~thin & ~stroked], 1)


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
    x, y = written(_point, ctypes.c_float, 2, segments, pointers=2)[1].astype(np.float64).T
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
    numbers = written(_get_matrix, ctypes.c_float, 6, things)[1].astype(np.float64)
    return _times(tuple(numbers.T), outer)


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


def _of_kind(kind: int, things: Sequence[Any], on: Indices, kinds: Indices) -> tuple[list[Any], Indices]:
    """The objects of this kind, and their pages."""
    wanted = kinds == kind
    return list(compress(things, wanted.tolist())), on[wanted]


def _boxes(things: Sequence[Any], outer: Matrix) -> tuple[Mask, Boxes]:
    """Which of the objects have bounds, and these on the page."""
    has_bounds, corners = written(_bounds, ctypes.c_float, 4, things, pointers=4)
    boxes = corners.astype(np.float64)
    return np.array(has_bounds, bool), boxes if outer is _IDENTITY else _moved(boxes, outer)


def _moved(boxes: Boxes, matrix: Matrix) -> Boxes:
    """What bounds the boxes after they are moved, turned or scaled."""
    a, b, c, d, e, f = matrix
    x, y = boxes[:, [0, 0, 2, 2]], boxes[:, [1, 3, 1, 3]]
    xs, ys = a * x + c * y + e, b * x + d * y + f
    return np.stack((xs.min(1), ys.min(1), xs.max(1), ys.max(1)), 1)


def _modes(paths: Sequence[Any]) -> tuple[Mask, Mask]:
    """Which of the paths are filled, and which are stroked."""
    fills, strokes = written(_draw_mode, ctypes.c_int, 2, paths, pointers=2)[1].astype(bool).T
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
