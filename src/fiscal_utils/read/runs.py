"""Characters to runs of text without gaps, and runs to printed lines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress, pairwise
from statistics import median
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from fiscal_utils.normalise import clean
from fiscal_utils.read.arrays import Indices, Mask, by_page, page_of
from fiscal_utils.read.model import Word
from fiscal_utils.read.rulings import Boxes

_BOX_HEIGHT = 1.1
_MIDDLE = 0.35
_SAME_BASELINE = 0.35
_LEVEL = 0.25
_GAP = 0.15
_WIDE_GAP = 0.3
_OVERLAP = 0.5
_SPACE = 2.0
_REPRINT = 0.25
_RAISED = (0.15, 0.7)
_SMALLER = 0.8
_LONGEST_MARK = 4

Places = npt.NDArray[np.float64]
"""A row a character, in points from the lower left: x and y of its origin on the baseline, its box as a Box."""


UNKNOWN = "\ufffd"
"""Stands for a character that the file does not tell."""


@dataclass(frozen=True)
class Glyphs:
    """The characters of a page in the order of the file."""

    text: str
    places: Places
    turns: Indices
    """By how many quarter turns each is rotated anticlockwise."""

    def __len__(self) -> int:
        return len(self.text)

    @cached_property
    def sizes(self) -> npt.NDArray[np.float64]:
        """The size of the font of each; that of a broken font box is bounded by the width of the character."""
        _, _, left, bottom, right, top = self.places.T
        width, height = right - left, (top - bottom) / _BOX_HEIGHT
        bounded, broken = np.minimum(height, 3 * width), np.maximum(height, width)
        return np.asarray(np.where((height > 0) & (width > 0), bounded, broken))

    def those(self, wanted: Mask) -> "Glyphs":
        """The glyphs for which `wanted` is true."""
        if wanted.all():
            return self
        return Glyphs("".join(compress(self.text, wanted)), self.places[wanted], self.turns[wanted])

    def part(self, part: slice) -> "Glyphs":
        """Consecutive glyphs."""
        return Glyphs(self.text[part], self.places[part], self.turns[part])

    def turned(self, quarters: int) -> "Glyphs":
        """The glyphs after so many quarter turns clockwise around the origin."""
        if not quarters % 4:
            return self
        x, y, left, bottom, right, top = self.places.T
        for _ in range(quarters % 4):
            x, y, left, bottom, right, top = y, -x, bottom, -right, top, -left
        return Glyphs(self.text, np.stack((x, y, left, bottom, right, top), 1), (self.turns - quarters) % 4)


NO_GLYPHS = Glyphs("", np.empty((0, 6)), np.empty(0, np.int64))


class Run(NamedTuple):
    """Text that no gap parts: its extent, its baseline, its size, and the ends of its characters.

    One that is printed sideways, or is a mark put in brackets, has no such ends.
    """

    text: str
    left: float
    right: float
    y: float
    size: float
    lefts: Sequence[float] = ()
    rights: Sequence[float] = ()

    @property
    def middle(self) -> float:
        """The height at which the middle of its characters lies."""
        return self.y + _MIDDLE * self.size

    @property
    def centre(self) -> float:
        """Halfway between its ends."""
        return (self.left + self.right) / 2

    def part(self, start: int, stop: int) -> "Run":
        """The characters from `start` up to `stop` as a run."""
        lefts, rights = self.lefts[start:stop], self.rights[start:stop]
        return Run(self.text[start:stop], lefts[0], rights[-1], self.y, self.size, lefts, rights)


def turned(boxes: Boxes, quarters: int) -> Boxes:
    """The boxes after so many quarter turns clockwise around the origin."""
    for _ in range(quarters % 4):
        boxes = boxes[:, [1, 2, 3, 0]] * (1, -1, 1, -1)
    return boxes


def runs(pages: Sequence[Glyphs]) -> list[list[Run]]:
    """The runs of each of the pages, whose text is upright, in the order of the file."""
    found: list[list[Run]] = [[] for _ in pages]
    turns = [(k, turn) for k, page in enumerate(pages) for turn in np.flatnonzero(np.bincount(page.turns)).tolist()]
    parts = [pages[k].those(pages[k].turns == turn).turned(turn) for k, turn in turns]
    for (k, turn), own in zip(turns, _upright(parts), strict=True):
        found[k] += [_sideways(run, turn) for _, line in lines(own) for run in _spaced(line)] if turn else own
    return list(map(_marked, found))


def _upright(parts: Sequence[Glyphs]) -> list[list[Run]]:
    """The runs of each part; a character printed twice in one place (as bold) counts once."""
    if not parts:
        return []
    on = page_of(list(map(len, parts)))
    glyphs = Glyphs("".join(part.text for part in parts), np.concatenate([part.places for part in parts]), 0 * on)
    kept = ~_reprints(glyphs, on)
    glyphs, on = glyphs.those(kept), on[kept]
    starts = _starts(glyphs, on)
    sizes = np.maximum.reduceat(glyphs.sizes, starts).tolist()
    baselines = glyphs.places[starts, 1].tolist()
    lefts, rights = glyphs.places[:, (2, 4)].T.tolist()
    text = clean(glyphs.text)
    found = [
        Run(text[a:b], lefts[a], rights[b - 1], y, size, lefts[a:b], rights[a:b])
        for (a, b), y, size in zip(pairwise([*starts.tolist(), len(text)]), baselines, sizes, strict=True)
    ]
    return [found[part] for part in by_page(on[starts], len(parts))]


def _reprints(glyphs: Glyphs, on: Indices) -> Mask:
    """For each glyph whether it is the one before on its page, printed once more."""
    _, y, left, _, right, _ = glyphs.places.T
    codes = np.frombuffer(glyphs.text.encode("utf-32-le"), np.uint32)
    near = abs(left[1:] - left[:-1]) < _REPRINT * (right - left)[1:]
    level = abs(y[1:] - y[:-1]) <= _LEVEL * np.maximum(glyphs.sizes[1:], glyphs.sizes[:-1])
    return np.append(False, (codes[1:] == codes[:-1]) & near & level & (on[1:] == on[:-1]))


def _starts(glyphs: Glyphs, on: Indices) -> npt.NDArray[np.intp]:
    """The places of the glyphs that begin a run, which grows as long as its largest glyph spans the next gap.

    Characters in one box are those of a single sign, as of a ligature.
    """
    _, y, left, _, right, _ = glyphs.places.T
    gaps, widths, sizes, turns_page = left[1:] - right[:-1], (right - left)[1:], glyphs.sizes, on[1:] != on[:-1]
    climbs = np.where(turns_page, np.inf, abs(y[1:] - y[:-1]))
    starts = np.flatnonzero(np.append(True, (glyphs.places[1:] != glyphs.places[:-1]).any(1) | turns_page))
    while True:
        later = starts[1:]
        before = later - 1
        size, gap = np.maximum(np.maximum.reduceat(sizes, starts)[:-1], sizes[later]), gaps[before]
        room = np.maximum(_GAP * size, _WIDE_GAP * np.minimum(widths[before], size))
        parted = (gap < -_OVERLAP * size) | (gap > room) | (climbs[before] > _LEVEL * size)
        if parted.all():
            return starts
        starts = np.append(starts[:1], later[parted])


def _spaced(line: Iterable[Run]) -> list[Run]:
    """The runs of a line, those that only a space parts as one."""
    found: list[Run] = []
    for run in line:
        before = found[-1] if found else None
        if before and run.left - before.right < _SPACE * run.size:
            found[-1] = before._replace(text=f"{before.text} {run.text}", right=run.right)
        else:
            found.append(run)
    return found


def _sideways(run: Run, quarters: int) -> Run:
    box = np.array([(run.left, run.y, run.right, run.y + run.size)])
    left, bottom, right, top = turned(box, -quarters)[0].tolist()
    return Run(run.text, left, right, (bottom + top) / 2 - _MIDDLE * run.size, run.size)


def _marked(found: list[Run]) -> list[Run]:
    """The runs, those of raised small print (marks of footnotes) in brackets on the line of what they mark.

    The mark of 12.3¹ is thus kept from being read as a digit.
    """
    if not found:
        return found
    usual = median([run.size for run in found])
    return [
        _on_line(run, found) if run.size < _SMALLER * usual and len(run.text) <= _LONGEST_MARK else run for run in found
    ]


def _on_line(mark: Run, found: Iterable[Run]) -> Run:
    for run in found:
        if not (run.y < mark.y < run.y + run.size and mark.size < _SMALLER * run.size):
            continue
        raised = (mark.y - run.y) / run.size
        is_near = abs(mark.left - run.right) <= 2 * _GAP * run.size or abs(mark.right - run.left) <= _GAP * run.size
        if is_near and _RAISED[0] < raised < _RAISED[1]:
            text = f"[{mark.text}]" if mark.text.isdigit() else mark.text
            return mark._replace(text=text, y=run.y, size=run.size, lefts=(), rights=())
    return mark


def lines(found: list[Run]) -> list[tuple[float, list[Run]]]:
    """The runs by baseline from top to bottom, each line from left to right, reprints left out."""
    if len(found) == 1:
        return [(found[0].y, found)]
    by_line: list[list[Run]] = []
    for run in sorted(found, key=lambda run: -run.y):
        first = by_line[-1][0] if by_line else None
        if first and first.y - run.y <= _SAME_BASELINE * min(first.size, run.size):
            by_line[-1].append(run)
        else:
            by_line.append([run])
    return [(line[0].y, line if len(line) == 1 else _once(sorted(line, key=lambda run: run.left))) for line in by_line]


def _once(line: Sequence[Run]) -> list[Run]:
    kept = list(line[:1])
    for before, run in pairwise(line):
        if run.text != before.text or run.left - before.left > _REPRINT * min(run.size, run.right - run.left):
            kept.append(run)
    return kept


def words(line: Iterable[Run]) -> list[Word]:
    """The words of a line, runs that no gap parts as one."""
    found: list[Word] = []
    for run in line:
        before = found[-1] if found else None
        if before and -_OVERLAP * run.size <= run.left - before.x1 <= _GAP * run.size:
            found[-1] = Word(before.text + run.text, before.x0, max(before.x1, run.right))
        else:
            found.append(Word(run.text, run.left, run.right))
    return found
