"""The image of a page: made straight, its rulings found and taken away, its lines of print located.

Images are arrays of rows from top to bottom; positions are in pixels, boxes are (left, top, right, bottom).
"""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
Pixels = tuple[int, int, int, int]

_STEEPEST = 3.0
_STRAIGHT = 0.04
_SMALL = 900
_SHORTEST_ACROSS = 20
_SHORTEST_DOWN = 11.5
_LEAST_FRAME = 60
_STROKE = 24
_DASH = 40
_TOUCHING = 0.7
_NEIGHBOURHOOD = 41
_DARKER = 10
_DARK = 0.4
_SPECK = 0.5
_LEAST_PRINT = 2.5
_WIDE_GAP = 2.0
_BESIDE, _LEAST_MISSED, _TALLER = 0.7, 0.3, 1.3
_SAME_LINE = 0.6
_DASH_BESIDE = 1.3


def straight(image: Image) -> Image:
    """The image (grey or colour) turned so that its lines are level, where it was scanned askew by up to 3°."""
    ink = ink_of(image)
    factor = _SMALL / max(ink.shape)
    small = resized(ink, factor)
    angle = _steepest(small, np.arange(-_STEEPEST, _STEEPEST + 0.01, 0.25))
    angle = _steepest(small, angle + np.arange(-0.24, 0.241, 0.04))
    if abs(angle) < _STRAIGHT:
        return image
    return _rotated(image, angle, 255)


def _steepest(small: Image, angles: npt.NDArray[np.float64]) -> float:
    """The angle at which the sums of the rows and columns of an image of ink change most."""

    def contrast(angle: float) -> float:
        turned = _rotated(small, angle, 0).astype(np.float32)
        return sum(float(np.square(np.diff(turned.sum(axis=axis))).sum()) for axis in (0, 1))

    return float(max(angles, key=contrast))


def _rotated(image: Image, angle: float, background: int) -> Image:
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)
    fill = (background,) * 3
    turned = cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=fill)
    return np.asarray(turned, np.uint8)


def ink_of(image: Image) -> Image:
    """255 where the image is darker than what surrounds it, else 0; noise and pale lines are among it."""
    smooth = cv2.GaussianBlur(_grey(image), (3, 3), 0)
    method, kind = cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV
    return np.asarray(cv2.adaptiveThreshold(smooth, 255, method, kind, _NEIGHBOURHOOD, _DARKER), np.uint8)


def _grey(image: Image) -> Image:
    return image if image.ndim == 2 else np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)


def print_of(image: Image, scale: float) -> Image:
    """The ink of characters: without noise, of which no point is dark, and without spots smaller than a point."""
    ink, smooth = ink_of(image), cv2.GaussianBlur(_grey(image), (3, 3), 0)
    surround = cv2.blur(smooth, (_NEIGHBOURHOOD, _NEIGHBOURHOOD)).astype(np.int16)
    depth = surround - smooth
    printed = depth[ink > 0]
    dark = ink.astype(bool)
    if len(printed):
        dark &= depth > max(_DARK * float(np.percentile(printed, 90)), 1.5 * _DARKER)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink)
    is_dark = np.bincount(labels[dark], minlength=count) > 0
    is_large = stats[:, cv2.CC_STAT_AREA] >= (_SPECK * scale) ** 2
    keep = (is_dark & is_large).astype(np.uint8) * 255
    keep[0] = 0
    return np.asarray(keep[labels], np.uint8)


def rulings(ink: Image, scale: float) -> tuple[list[Pixels], Image]:
    """The lines that tables are drawn with, and the image of ink that they are made of.

    `scale` is in pixels per point. Long strokes of characters and dashes are no rulings: a table is larger.
    """
    across = _long(ink, round(_SHORTEST_ACROSS * scale), 1)
    down = _long(ink, 1, round(_SHORTEST_DOWN * scale))
    across, down = _between(across, down, _DASH * scale, scale), _between(down, across, _STROKE * scale, scale)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(_thicker(across | down, scale))
    large = stats[:, cv2.CC_STAT_HEIGHT] >= _SHORTEST_DOWN * scale
    large &= np.bincount(labels[_long(across, round(_LEAST_FRAME * scale), 1) > 0], minlength=count) > 0
    large[0] = False
    kept = (large.astype(np.uint8) * 255)[labels]
    boxes = [box for lines in (across & kept, down & kept) for box in _boxes(lines)]
    return boxes, np.asarray((across | down) & kept, np.uint8)


def _thicker(mask: Image, by: float) -> Image:
    width = 2 * round(by) + 1
    return np.asarray(cv2.dilate(mask, np.ones((width, width), np.uint8)), np.uint8)


def _between(mask: Image, crossing: Image, short: float, scale: float) -> Image:
    """The lines of the mask without short parts that do not run from one crossing line to another, as strokes."""
    crossed = _thicker(crossing, _TOUCHING * scale)
    near = _thicker(crossed, 1)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(np.asarray(mask & ~crossed, np.uint8))
    keep = np.full(count, 255, np.uint8)
    for i, (left, top, width, height, _) in enumerate(stats[1:].tolist(), 1):
        if max(width, height) < short:
            ends = near[top : top + height, left : left + width]
            first, last = (ends[:1], ends[-1:]) if height > width else (ends[:, :1], ends[:, -1:])
            keep[i] = 255 * bool(first.any() and last.any())
    return np.asarray(keep[labels] & mask, np.uint8)


def _long(ink: Image, width: int, height: int) -> Image:
    """The ink that makes lines of at least this width or height; a slant or gap of a pixel does not break them."""
    thicker = cv2.dilate(ink, np.ones((3, 1) if width > 1 else (1, 3), np.uint8))
    closed = cv2.morphologyEx(thicker, cv2.MORPH_CLOSE, np.ones((1, 3) if width > 1 else (3, 1), np.uint8))
    return np.asarray(cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((height, width), np.uint8)), np.uint8)


def _boxes(mask: Image) -> Iterator[Pixels]:
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask)
    for left, top, width, height, _ in stats[1:count].tolist():
        yield left, top, left + width, top + height


def without(image: Image, drawn: Image) -> Image:
    """The image with what is drawn there (255) painted in the colour of the paper around it."""
    thick = cv2.dilate(drawn, np.ones((3, 3), np.uint8))
    paper = cv2.morphologyEx(image, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    cleaned = image.copy()
    cleaned[thick > 0] = paper[thick > 0]
    return cleaned


def height_of_print(ink: Image, cells: Sequence[Pixels], scale: float) -> float:
    """The usual height of a printed line in these parts of the image, in pixels."""
    heights = [bottom - top for cell in cells for top, bottom in _bands(_part(ink, cell))]
    tall = [height for height in heights if height >= 2 * _LEAST_PRINT * scale]
    return float(np.median(tall)) if tall else 10 * scale


def lines(ink: Image, cell: Pixels, height: float, scale: float) -> Iterator[Pixels]:
    """The printed lines of a cell from top to bottom; a line is cut where it has a gap of some characters."""
    part = _part(ink, cell)
    for top, bottom in _whole_lines(list(_bands(part)), part, height):
        for left, right in _pieces(part[top:bottom], _WIDE_GAP * height):
            if max(right - left, bottom - top) >= _LEAST_PRINT * scale:
                yield cell[0] + left, cell[1] + top, cell[0] + right, cell[1] + bottom


def line_in(ink: Image, box: Pixels, core: float = 0.25) -> Pixels | None:
    """The printed line in the box, without empty margins and what reaches in from above and below.

    None where nothing is printed in its core, which leaves out this share of its height on either side.
    """
    left, top = max(box[0], 0), max(box[1], 0)
    part = _part(ink, box)
    low, high = core * len(part), (1 - core) * len(part)
    bands = [band for band in _bands(part) if band[1] > low and band[0] < high]
    if not bands:
        return None
    first, last = bands[0][0], bands[-1][1]
    columns = np.flatnonzero(part[first:last].any(axis=0))
    return left + int(columns[0]), top + first, left + int(columns[-1]) + 1, top + last


def completed(ink: Image, lines: Sequence[Pixels]) -> list[Pixels]:
    """The lines with the print beside them that belongs to none, as a 一 set apart; what is further off is a line."""
    if not lines:
        return []
    lines = _joined(lines)
    left, top, right, bottom = (np.array(side) for side in zip(*lines, strict=True))
    height = float(np.median(bottom - top))
    found = list(lines)
    for group in _missed(ink, lines, height):
        middle, tall, wide = (group[1] + group[3]) / 2, group[3] - group[1], group[2] - group[0]
        level = (top <= middle) & (middle <= bottom) & (tall <= _TALLER * (bottom - top))
        if not level.any():
            continue
        away = np.where(level, np.maximum(np.maximum(left - group[2], group[0] - right), 0), np.inf)
        nearest = int(away.argmin())
        is_dash = tall < height / 2 and wide >= _DASH_BESIDE * height
        if away[nearest] <= _WIDE_GAP * (bottom - top)[nearest] and not is_dash:
            found[nearest] = _around(found[nearest], group)
        elif tall >= height / 2 or is_dash:
            found.append(group)
    return _joined(found)


def _missed(ink: Image, lines: Sequence[Pixels], height: float) -> Iterator[Pixels]:
    """Groups of ink that are on no line."""
    rest = ink.copy()
    for line in lines:
        _part(rest, line)[:] = 0
    reach = max(1, round(_BESIDE * height))
    for box in _boxes(np.asarray(cv2.dilate(rest, np.ones((1, reach), np.uint8)), np.uint8)):
        group = line_in(rest, box, core=0)
        if group and max(group[2] - group[0], group[3] - group[1]) >= _LEAST_MISSED * height:
            yield group


def _joined(lines: Sequence[Pixels]) -> list[Pixels]:
    """The lines, those that overlap side by side as one."""
    found: list[Pixels] = []
    for line in sorted(lines):
        same = next((i for i in range(len(found) - 1, -1, -1) if _overlaps(found[i], line)), None)
        if same is None:
            found.append(line)
        else:
            found[same] = _around(found[same], line)
    return found


def _overlaps(first: Pixels, second: Pixels) -> bool:
    shared = min(first[3], second[3]) - max(first[1], second[1])
    least = min(first[3] - first[1], second[3] - second[1])
    return second[0] < first[2] and first[0] < second[2] and shared >= _SAME_LINE * least


def _around(first: Pixels, second: Pixels) -> Pixels:
    return min(first[0], second[0]), min(first[1], second[1]), max(first[2], second[2]), max(first[3], second[3])


def widest_blank(ink: Image, box: Pixels) -> tuple[int, int]:
    """Where the widest gap in the ink of the box starts and ends."""
    blanks = list(_runs(_part(ink, box).max(axis=0, initial=0) == 0))
    start, end = max(blanks, key=lambda blank: blank[1] - blank[0], default=(0, 0))
    return box[0] + start, box[0] + end


def resized(image: Image, factor: float) -> Image:
    """The image smaller or larger by the factor."""
    if factor == 1:
        return image
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, None, fx=factor, fy=factor, interpolation=method), np.uint8)


def crop(image: Image, box: Pixels, margin: int) -> Image:
    """The part of the image in the box with a margin of paper around it."""
    part = np.ascontiguousarray(_part(image, box))
    paper = np.median(part.reshape(-1, part.shape[2]), axis=0) if part.ndim == 3 else np.array([255.0] * 3)
    padded = cv2.copyMakeBorder(
        part, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=[float(value) for value in paper]
    )
    return np.asarray(padded, np.uint8)


def _part(image: Image, box: Pixels) -> Image:
    left, top, right, bottom = box
    return image[max(top, 0) : bottom, max(left, 0) : right]


def _runs(filled: npt.NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Where runs of true values start and end."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], filled, [False])).astype(np.int8)))
    yield from ((int(start), int(end)) for start, end in edges.reshape(-1, 2))


def _bands(part: Image) -> Iterator[tuple[int, int]]:
    yield from _runs(np.asarray(part.any(axis=1)))


def _whole_lines(bands: list[tuple[int, int]], part: Image, height: float) -> Iterator[tuple[int, int]]:
    """Bands of ink as lines: those of one character joined (as of 三), those of several lines parted."""
    joined: list[tuple[int, int]] = []
    for start, end in bands:
        small = joined and min(end - start, joined[-1][1] - joined[-1][0]) < 0.65 * height
        if small and end - joined[-1][0] <= 1.25 * height:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    for start, end in joined:
        count = round((end - start) / (1.25 * height))
        if end - start < 1.8 * height or count < 2:
            yield start, end
        else:
            yield from _parted(part, start, end, count)


def _parted(part: Image, start: int, end: int, count: int) -> Iterator[tuple[int, int]]:
    """A band that holds `count` touching lines, cut where it has the least ink."""
    profile = part.sum(axis=1, dtype=np.int64)
    step = (end - start) / count
    cuts = [start]
    for i in range(1, count):
        low, high = (round(start + (i + shift) * step) for shift in (-0.3, 0.3))
        cuts.append(low + int(profile[low:high].argmin()))
    yield from zip(cuts, [*cuts[1:], end], strict=True)


def _pieces(line: Image, widest: float) -> Iterator[tuple[int, int]]:
    """The runs of a line between gaps that are wider than this."""
    runs = list(_runs(np.asarray(line.any(axis=0))))
    start = 0
    for i, (_, end) in enumerate(runs):
        if i + 1 == len(runs) or runs[i + 1][0] - end > widest:
            yield runs[start][0], end
            start = i + 1
