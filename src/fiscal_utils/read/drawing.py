"""What is drawn on a page of a PDF besides its text: rulings, shapes and pictures, by pdfium."""

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import compress, pairwise, repeat
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2
from pypdfium2 import raw as pdfium

from fiscal_utils.read.pdfium import call, room, unchecked
from fiscal_utils.read.rulings import Box

_MAX_OBJECTS = 200_000
_DEEPEST_FORM = 8
_THIN = 3.0
_LINE_SEGMENTS = 5
_COVERING = 0.5

Boxes = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
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
    """Walks over the objects of a page, those of one kind together."""

    def __init__(self) -> None:
        self.found = Drawing()
        self.seen = 0
        self.x, self.y = ctypes.c_float(), ctypes.c_float()
        self.at_x, self.at_y = ctypes.byref(self.x), ctypes.byref(self.y)

    def read(self, page: pypdfium2.PdfPage) -> Drawing:
        count = pdfium.FPDFPage_CountObjects(page.raw)
        self._count(count)
        self._objects(list(map(_object, repeat(page.raw), range(count))), _IDENTITY, 0)
        return self.found

    def _count(self, count: int) -> None:
        self.seen += count
        if self.seen > _MAX_OBJECTS:
            raise TooManyObjectsError

    def _objects(self, things: Sequence[Any], outer: Matrix, depth: int) -> None:
        paths, pictures, forms = _by_kind(things)
        self._paths(paths, outer)
        has_bounds, boxes = _boxes(pictures, outer)
        self.found.pictures += map(tuple, boxes[has_bounds].tolist())
        for form in forms if depth < _DEEPEST_FORM else ():
            self._form(form, outer, depth)

    def _form(self, form: Any, outer: Matrix, depth: int) -> None:
        count = pdfium.FPDFFormObj_CountObjects(form)
        self._count(count)
        things = [pdfium.FPDFFormObj_GetObject(form, i) for i in range(count)]
        self._objects(things, _times(_matrix(form), outer), depth + 1)

    def _paths(self, paths: Sequence[Any], outer: Matrix) -> None:
        """Thin lines as rulings, all at once; what else is painted part by part."""
        fills, strokes = _modes(paths)
        has_bounds, boxes = _boxes(paths, outer)
        painted = (fills | strokes) & has_bounds
        segments = np.fromiter(map(_count_segments, paths), np.int64, len(paths))
        line = painted & _are_thin(boxes) & (segments <= _LINE_SEGMENTS)
        boxes[strokes] = _without_caps(boxes[strokes])
        self.found.rulings += map(tuple, boxes[line].tolist())
        for index in np.flatnonzero(painted & ~line).tolist():
            self._path(paths[index], bool(strokes[index]), outer)

    def _path(self, path: Any, is_stroked: bool, outer: Matrix) -> None:
        for points in self._subpaths(path, _times(_matrix(path), outer)):
            xs, ys = [x for x, _ in points], [y for _, y in points]
            box = (min(xs), min(ys), max(xs), max(ys))
            if _is_thin(box):
                self.found.rulings.append(box)
            elif is_stroked:
                edges = ((min(a, c), min(b, d), max(a, c), max(b, d)) for (a, b), (c, d) in pairwise(points))
                self.found.rulings += (edge for edge in edges if _is_thin(edge))
            else:
                self.found.shapes += 1

    def _subpaths(self, path: Any, matrix: Matrix) -> Iterator[list[tuple[float, float]]]:
        """The corner points of each part of a path, closed where the file closes it."""
        a, b, c, d, e, f = matrix
        points: list[tuple[float, float]] = []
        count = _count_segments(path)
        self._count(count)
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


def _by_kind(things: Sequence[Any]) -> tuple[list[Any], list[Any], list[Any]]:
    """The paths, pictures and forms among the objects."""
    kinds = list(map(_type, things))
    wanted = (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM)
    paths, pictures, forms = ([*compress(things, (kind == one for kind in kinds))] for one in wanted)
    return paths, pictures, forms


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


def _is_thin(box: Box) -> bool:
    return box[2] - box[0] <= _THIN or box[3] - box[1] <= _THIN


def _are_thin(boxes: Boxes) -> Mask:
    return np.asarray((boxes[:, 2:] - boxes[:, :2]).min(1) <= _THIN)


def _without_caps(lines: Boxes) -> Boxes:
    """Stroked lines without the half of their width that their bounds add at either end."""
    sizes = lines[:, 2:] - lines[:, :2]
    caps = np.where(sizes > 2 * sizes[:, ::-1], sizes.min(1, keepdims=True) / 2, 0)
    return np.hstack((lines[:, :2] + caps, lines[:, 2:] - caps))


def _matrix(thing: Any) -> Matrix:
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(thing, matrix)
    return (matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)


def _times(inner: Matrix, outer: Matrix) -> Matrix:
    """The matrix that applies `inner` first and `outer` then."""
    a, b, c, d, e, f = inner
    p, q, r, s, t, u = outer
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)
