"""Characters to runs of text without gaps, and runs to printed lines."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from fiscal_utils.normalise import clean
from fiscal_utils.read.model import Word
from fiscal_utils.read.rulings import Box

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


class Glyph(NamedTuple):
    """A character (or a short run): its origin on the baseline and its box, in points from the lower left.

    `turn` counts the quarter turns by which it is rotated anticlockwise.
    """

    text: str
    x: float
    y: float
    left: float
    bottom: float
    right: float
    top: float
    turn: int = 0

    @property
    def size(self) -> float:
        """The size of the font; that of a broken font box is bounded by the width of the character."""
        width, height = self.right - self.left, (self.top - self.bottom) / _BOX_HEIGHT
        return min(height, 3 * width / len(self.text)) if height > 0 < width else max(height, width)


@dataclass(frozen=True, slots=True)
class Run:
    """Text that no gap parts: its extent, its baseline and its size; one that is printed sideways has no glyphs."""

    text: str
    left: float
    right: float
    y: float
    size: float
    glyphs: tuple[Glyph, ...] = ()

    @property
    def middle(self) -> float:
        """The height at which the middle of its characters lies."""
        return self.y + _MIDDLE * self.size

    @property
    def centre(self) -> float:
        """Halfway between its ends."""
        return (self.left + self.right) / 2


def turned(box: Box, quarters: int) -> Box:
    """The box after so many quarter turns clockwise around the origin."""
    left, bottom, right, top = box
    for _ in range(quarters % 4):
        left, bottom, right, top = bottom, -right, top, -left
    return left, bottom, right, top


def turned_glyph(glyph: Glyph, quarters: int) -> Glyph:
    """The glyph after so many quarter turns clockwise around the origin."""
    x, y, _, _ = turned((glyph.x, glyph.y, glyph.x, glyph.y), quarters)
    return Glyph(glyph.text, x, y, *turned(glyph[3:7], quarters), (glyph.turn - quarters) % 4)


def runs(glyphs: Sequence[Glyph]) -> list[Run]:
    """The runs of a page whose text is upright, in the order of the file."""
    found = list(_upright([glyph for glyph in glyphs if not glyph.turn]))
    for quarters in sorted({glyph.turn for glyph in glyphs} - {0}):
        own = [turned_glyph(glyph, quarters) for glyph in glyphs if glyph.turn == quarters]
        found += [_sideways(run, quarters) for _, line in lines(_upright(own)) for run in _spaced(line)]
    return _marked(found)


def _upright(glyphs: Iterable[Glyph]) -> Iterator[Run]:
    """The runs; a character printed twice in one place (as bold) counts once."""
    run: list[Glyph] = []
    size = 0.0
    for glyph in glyphs:
        own = glyph.size
        if run:
            before = run[-1]
            larger = size if size > own else own
            level = abs(glyph.y - before.y) <= _LEVEL * larger
            if level and _reprints(before, glyph):
                continue
            if not (level and _adjoins(before.right, glyph.left, glyph.right - glyph.left, larger)):
                yield _run(run, size)
                run, size = [], 0.0
        run.append(glyph)
        size = size if size > own else own
    if run:
        yield _run(run, size)


def _reprints(before: Glyph, glyph: Glyph) -> bool:
    return glyph.text == before.text and abs(glyph.left - before.left) < _REPRINT * (glyph.right - glyph.left)


def _adjoins(end: float, start: float, width: float, size: float) -> bool:
    return -_OVERLAP * size <= start - end <= max(_GAP * size, min(_WIDE_GAP * width, _WIDE_GAP * size))


def _run(glyphs: Sequence[Glyph], size: float) -> Run:
    text = clean("".join(glyph.text for glyph in glyphs))
    return Run(text, glyphs[0].left, glyphs[-1].right, glyphs[0].y, size, tuple(glyphs))


def cut(run: Run, glyphs: Sequence[Glyph]) -> Run:
    """Some of the glyphs of the run as a run."""
    return _run(glyphs, run.size)


def _spaced(line: Iterable[Run]) -> list[Run]:
    """The runs of a line, those that only a space parts as one."""
    found: list[Run] = []
    for run in line:
        before = found[-1] if found else None
        if before and run.left - before.right < _SPACE * run.size:
            found[-1] = replace(before, text=f"{before.text} {run.text}", right=run.right)
        else:
            found.append(run)
    return found


def _sideways(run: Run, quarters: int) -> Run:
    left, bottom, right, top = turned((run.left, run.y, run.right, run.y + run.size), -quarters)
    return Run(run.text, left, right, (bottom + top) / 2 - _MIDDLE * run.size, run.size)


def _marked(found: list[Run]) -> list[Run]:
    """The runs, those of raised small print (marks of footnotes) in brackets on the line of what they mark.

    The mark of 12.3¹ is thus kept from being read as a digit.
    """
    if not found:
        return found
    usual = median(run.size for run in found)
    return [
        _on_line(run, found) if run.size < _SMALLER * usual and len(run.text) <= _LONGEST_MARK else run for run in found
    ]


def _on_line(mark: Run, found: Iterable[Run]) -> Run:
    for run in found:
        raised = (mark.y - run.y) / run.size if run.size else 0.0
        is_near = abs(mark.left - run.right) <= 2 * _GAP * run.size or abs(mark.right - run.left) <= _GAP * run.size
        if mark.size < _SMALLER * run.size and is_near and _RAISED[0] < raised < _RAISED[1]:
            text = f"[{mark.text}]" if mark.text.isdigit() else mark.text
            return replace(mark, text=text, y=run.y, size=run.size, glyphs=())
    return mark


def lines(found: Iterable[Run]) -> list[tuple[float, list[Run]]]:
    """The runs by baseline from top to bottom, each line from left to right, reprints left out."""
    by_line: list[list[Run]] = []
    for run in sorted(found, key=lambda run: -run.y):
        first = by_line[-1][0] if by_line else None
        if first and first.y - run.y <= _SAME_BASELINE * min(first.size, run.size):
            by_line[-1].append(run)
        else:
            by_line.append([run])
    return [(line[0].y, _once(sorted(line, key=lambda run: run.left))) for line in by_line]


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
        if before and _adjoins(before.x1, run.left, 0, run.size):
            found[-1] = Word(before.text + run.text, before.x0, max(before.x1, run.right))
        else:
            found.append(Word(run.text, run.left, run.right))
    return found
