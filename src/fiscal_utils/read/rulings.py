"""Rulings to frames: the thin boxes drawn on a page to the borders and merged cells of its tables."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from fiscal_utils.read.arrays import Indices, by_page, page_of
from fiscal_utils.read.model import Grid, Span

_SAME = 2.5
_TOUCHING = 3.0
_TOUCHING_SMALL = 4.5
_APART = 6.0
"""Borders of a table printed at ten points lie further apart; nearer ones are one double line."""
_SHORTEST = 6.0
USUAL_SIZE = 10.0
_FARTHEST = 100_000.0
"""No page is so large; a line that runs further ends here, lest the numbers of other pages lose their digits."""
_MOST_CROSSINGS = 4_000_000

Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""
Numbers = npt.NDArray[np.float64]
Boxes = Numbers
"""A row a Box."""
NO_BOXES: Boxes = np.empty((0, 4))
Cell = tuple[int, int]


class TooManyRulingsError(Exception):
    """More lines than any table has, as in a map."""


class _Ruling(NamedTuple):
    """A horizontal or vertical line: where it lies, from where to where it runs."""

    at: float
    start: float
    end: float


class Rulings(NamedTuple):
    """The rulings of a page, horizontal and vertical ones, and the size of its print in points."""

    across: list[_Ruling]
    down: list[_Ruling]
    size: float


@dataclass(frozen=True)
class Frame:
    """A grid of rulings: the borders of its columns and rows (rows from top to bottom), and its merged cells."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    spans: dict[Cell, Span]

    @cached_property
    def owners(self) -> dict[Cell, Cell]:
        """Each position that a merged cell covers → the position of that cell."""
        return Grid((), spans=self.spans).owners

    @cached_property
    def lowest(self) -> float:
        """The height of the lowest row."""
        return min(above - below for above, below in pairwise(self.ys))

    @cached_property
    def _inner(self) -> tuple[Sequence[float], Sequence[float]]:
        """The borders between columns, and between rows as depths."""
        return self.xs[1:-1], [-y for y in self.ys[1:-1]]

    def holds(self, x: float, y: float) -> bool:
        """Whether the point lies inside the outer borders."""
        return self.xs[0] <= x <= self.xs[-1] and self.ys[-1] <= y <= self.ys[0]

    def cell(self, x: float, y: float) -> Cell:
        """The cell at, or nearest to, the point."""
        columns, rows = self._inner
        cell = bisect_right(rows, -y), bisect_right(columns, x)
        return self.owners.get(cell, cell)

    def extent(self, cell: Cell) -> Box:
        """The borders of the cell, merged or not."""
        (row, column), (down, across) = cell, self.spans.get(cell, (1, 1))
        return self.xs[column], self.ys[row + down], self.xs[column + across], self.ys[row]


def rulings(pages: Sequence[Boxes], sizes: Sequence[float]) -> list[Rulings]:
    """The rulings of each page, in ascending order, of its thin boxes and the size of its print in points.

    Pieces of one line are joined; a dot may be a piece of a horizontal or a vertical one.
    """
    scales = list(map(_scale, sizes))
    boxes, on = np.concatenate(pages).clip(-_FARTHEST, _FARTHEST), page_of(list(map(len, pages)))
    left, bottom, right, top = boxes.T
    width, height = right - left, top - bottom
    dot = (width <= _TOUCHING) & (height < _TOUCHING)
    level, upright = (width >= height) | dot, (height > width) | dot
    across = _joined((bottom + top)[level] / 2, left[level], right[level], on[level], scales)
    down = _joined((left + right)[upright] / 2, bottom[upright], top[upright], on[upright], scales)
    return list(map(Rulings, across, down, sizes))


def _scale(size: float) -> float:
    """By how much distances are smaller than in print of the usual size."""
    return min(1.0, size / USUAL_SIZE)


def _joined(at: Numbers, start: Numbers, end: Numbers, on: Indices, scales: Sequence[float]) -> list[list[_Ruling]]:
    """The rulings of each page of which these are pieces (where, from, to, on which page), in ascending order."""
    found: list[list[_Ruling]] = [[] for _ in scales]
    if not len(at):
        return found
    apart = _lanes(at, on, scales) * (end.max() - start.min() + 2 * _TOUCHING)
    order = np.lexsort((start, apart))
    at, start, end, apart, on = at[order], start[order], end[order], apart[order], on[order]
    gaps = (start + apart)[1:] - np.maximum.accumulate(end + apart)[:-1]
    opens = np.concatenate(([True], gaps > _TOUCHING))
    begins = np.flatnonzero(opens)
    means = np.add.reduceat(at, begins) / np.bincount(np.cumsum(opens) - 1)
    ends = np.maximum.reduceat(end, begins)
    for page, *line in zip(on[begins].tolist(), means.tolist(), start[begins].tolist(), ends.tolist(), strict=True):
        if line[2] - line[1] >= _SHORTEST * scales[page]:
            found[page].append(_Ruling(*line))
    return list(map(sorted, found))


def _lanes(at: Numbers, on: Indices, scales: Sequence[float]) -> Indices:
    """For each place the number of the lane of its page that it lies in; a lane reaches so far from its first place."""
    lanes, before = np.empty(len(at), np.int64), 0
    for part, scale in zip(by_page(on, len(scales)), scales, strict=True):
        places = sorted(set(at[part].tolist()))
        firsts = places[:1]
        while firsts and (after := bisect_right(places, firsts[-1] + _SAME * scale)) < len(places):
            firsts.append(places[after])
        lanes[part] = before + np.searchsorted(firsts, at[part], "right")
        before += len(firsts)
    return lanes


def frames(found: Rulings) -> list[Frame]:
    """The grids that connected rulings make, the innermost first; those of one cell or one column are left out.

    Tables side by side with the same rows are one grid. Raises TooManyRulingsError.
    """
    across, down, scale = found.across, found.down, _scale(found.size)
    near = min(_TOUCHING, _TOUCHING_SMALL * scale)
    if len(across) * len(down) > _MOST_CROSSINGS:
        raise TooManyRulingsError
    tables: list[Frame] = []
    for rows, columns in _connected(across, down, near):
        xs = _positions(columns, rows, _APART * scale)
        rows = [row for row in rows if _reaches(row, xs, _APART * scale)] if len(xs) > 2 else []
        ys = _positions(rows, columns, _APART * scale)[::-1] if rows else []
        if len(ys) > 1:
            tables.append(Frame(tuple(xs), tuple(ys), _merged(xs, ys, rows, columns, _APART * scale)))
    joined = _side_by_side(tables, near)
    return sorted(joined, key=lambda frame: (frame.xs[-1] - frame.xs[0]) * (frame.ys[0] - frame.ys[-1]))


def _connected(
    across: list[_Ruling], down: list[_Ruling], near: float
) -> Iterator[tuple[list[_Ruling], list[_Ruling]]]:
    """The rulings in groups that touch each other, directly or through others."""
    group = list(range(len(across) + len(down)))
    places = [ruling.at for ruling in down]

    def root(i: int) -> int:
        while group[i] != i:
            group[i] = group[group[i]]
            i = group[i]
        return i

    for i, (at, start, end) in enumerate(across):
        for j in range(bisect_left(places, start - near), bisect_right(places, end + near)):
            if down[j].start - near <= at <= down[j].end + near:
                group[root(len(across) + j)] = i
    members: dict[int, tuple[list[_Ruling], list[_Ruling]]] = defaultdict(lambda: ([], []))
    for i, ruling in enumerate([*across, *down]):
        members[root(i)][i >= len(across)].append(ruling)
    yield from (found for found in members.values() if all(found))


def _positions(rulings: Sequence[_Ruling], crossing: Sequence[_Ruling], apart: float) -> list[float]:
    """Where borders lie in ascending order; the ends of the crossing rulings count where no border is drawn."""
    found: list[float] = []
    for position in sorted(ruling.at for ruling in rulings):
        if not found or position - found[-1] > apart:
            found.append(position)
    first, last = min(ruling.start for ruling in crossing), max(ruling.end for ruling in crossing)
    before = [first] if found[0] - first > apart else []
    return before + found + ([last] if last - found[-1] > apart else [])


def _reaches(row: _Ruling, xs: Sequence[float], near: float) -> bool:
    """Whether the line runs from border to border, as one under a text in a cell does not."""
    first, last = _nearest(xs, row.start), _nearest(xs, row.end)
    return abs(xs[first] - row.start) <= near and abs(xs[last] - row.end) <= near


def _nearest(borders: Sequence[float], at: float) -> int:
    """Which of the borders, in ascending order, is nearest to the place."""
    k = bisect_left(borders, at, 1, len(borders) - 1)
    return k if borders[k] - at < at - borders[k - 1] else k - 1


def _merged(
    xs: Sequence[float], ys: Sequence[float], rows: Sequence[_Ruling], columns: Sequence[_Ruling], apart: float
) -> dict[Cell, Span]:
    """The cells that no ruling parts, by their first row and column."""
    height, width = len(ys) - 1, len(xs) - 1
    upright, level = _open(columns, xs, ys[::-1], apart), _open(rows, ys[::-1], xs, apart)
    right = [(*row, False) for row in zip(*upright[1:-1], strict=True)][::-1]
    below = [*level[-2:0:-1], [False] * width]
    spans: dict[Cell, Span] = {}
    seen: set[Cell] = set()
    for i in range(height):
        for j in range(width):
            if not (right[i][j] or below[i][j]) or (i, j) in seen:
                continue
            across = 1
            while right[i][j + across - 1] and (i, j + across) not in seen:
                across += 1
            down = 1
            while all(below[i + down - 1][j : j + across]) and all(right[i + down][j : j + across - 1]):
                down += 1
            seen |= {(i + k, j + m) for k in range(down) for m in range(across)}
            if across * down > 1:
                spans[i, j] = (down, across)
    return spans


def _open(
    rulings: Iterable[_Ruling], borders: Sequence[float], crossing: Sequence[float], apart: float
) -> list[list[bool]]:
    """For each border whether no ruling draws it between each two borders that cross it; all in ascending order."""
    middles = [(a + b) / 2 for a, b in pairwise(crossing)]
    gaps = [[True] * len(middles) for _ in borders]
    for ruling in rulings:
        nearest = _nearest(borders, ruling.at)
        if abs(borders[nearest] - ruling.at) <= apart:
            start, end = bisect_left(middles, ruling.start), bisect_right(middles, ruling.end)
            gaps[nearest][start:end] = [False] * (end - start)
    return gaps


def _side_by_side(found: Sequence[Frame], near: float) -> list[Frame]:
    """The frames, those that stand beside each other and have the same rows as one."""
    joined: list[Frame] = []
    for frame in sorted(found, key=lambda frame: frame.xs[0]):
        left = next((other for other in joined if _continues(other, frame, near)), None)
        if left is None:
            joined.append(frame)
            continue
        shift = len(left.xs) - 1
        spans = left.spans | {(i, j + shift): span for (i, j), span in frame.spans.items()}
        xs = (*left.xs[:-1], (left.xs[-1] + frame.xs[0]) / 2, *frame.xs[1:])
        joined[joined.index(left)] = Frame(xs, left.ys, spans)
    return joined


def _continues(left: Frame, right: Frame, near: float) -> bool:
    return (
        len(left.ys) == len(right.ys) > 2
        and left.xs[-1] <= right.xs[0]
        and all(abs(a - b) <= near for a, b in zip(left.ys, right.ys, strict=True))
    )
