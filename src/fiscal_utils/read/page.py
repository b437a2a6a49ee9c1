"""What is printed on a page: its characters to the cells and lines that they stand in."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path
from statistics import median

import numpy as np

from fiscal_utils.errors import DocumentError
from fiscal_utils.normalise import Number, token
from fiscal_utils.read.model import Block, Grid, Line, Word
from fiscal_utils.read.rulings import USUAL_SIZE, Box, Boxes, Cell, Frame, TooManyRulingsError, frames, rulings
from fiscal_utils.read.runs import Glyphs, Run, lines, runs, turned, words

__all__ = ["Box", "Glyphs", "Page", "blocks"]

_PAGE_NUMBER = re.compile(
    r"[-—–－·~\s]*\d{1,3}[-—–－·~\s]*"
    r"|[-—–]?\s*第\s*\d+\s*页(\s*[,，/／]?\s*(共|总)\s*\d+\s*页)?\s*[-—–]?"
    r"|\d{1,3}\s*[/／]\s*\d{1,3}"
    r"|(?i:page)\s*\d{1,3}(\s*(?i:of)\s*\d{1,3})?"
)
_COLON = re.compile("[:：]")
_TOO_TALL = 1.3
_PIECE_OF_NUMBER = re.compile(r"-?[\d,，.]+")
_CUT = 0.12
_EXACT = 0.03
_MOSTLY = 0.75
_MARKS = ",，."
_PADDING = 0.8
_WORD_MARGINS = 13.0
"""What Word leaves free of the width of a cell, and the difference between its characters' widths."""
_MOST_DIGITS = 14
_CODE_LENGTHS = (5, 7)
"""A code of three digits is not broken over lines."""
_LEVEL = 0.35
_NEXT_ROW = 3.0
_LEAST_HEADS = 3
_MOST_PAGES = 0.6

CellLines = list[tuple[float, list[Run]]]
Placed = Sequence[tuple[float, float, Block]]
"""Blocks with the height of their top and their left end."""


@dataclass(frozen=True)
class Page:
    """What is printed on a page."""

    number: int
    glyphs: Glyphs
    boxes: Boxes
    """The rulings."""

    def upright(self) -> "Page":
        """The page turned so that most of its text is upright."""
        quarters = int(np.bincount(self.glyphs.turns, minlength=1).argmax())
        return Page(self.number, self.glyphs.turned(quarters), turned(self.boxes, quarters)) if quarters else self


def blocks(pages: Sequence[Page], path: Path) -> list[Block]:
    """The grids and lines of the pages, without page numbers and running heads.

    Raises DocumentError for a page with more rulings than any table has.
    """
    pages = [page.upright() for page in pages]
    printed = runs([page.glyphs for page in pages])
    sizes = [median([run.size for run in own]) if own else USUAL_SIZE for own in printed]
    found: list[list[Block]] = []
    for page, own, drawn in zip(pages, printed, rulings([page.boxes for page in pages], sizes), strict=True):
        try:
            found.append(_placed(page.number, own, frames(drawn), drawn.size))
        except TooManyRulingsError:
            raise DocumentError("page_too_complex", path=path, page=page.number) from None
    return [block for own in _without_running_heads(found) for block in own]


def _placed(page: int, found: Iterable[Run], tables: Iterable[Frame], size: float) -> list[Block]:
    """The grids and lines that the runs make, from top to bottom, without the page number."""
    inside: list[tuple[Frame, list[Run]]] = [(frame, []) for frame in tables]
    outside: list[Run] = []
    for run in found:
        for frame, held in inside:
            if _holds(frame, run):
                held.append(run)
                break
        else:
            outside.append(run)
    around = _without_page_number([(y, line[0].left, _line(line, page, y)) for y, line in lines(outside)])
    placed: list[tuple[float, float, Block]] = list(around)
    for frame, held in inside:
        goes_on = any(_goes_on(frame, line, size) for _, _, line in around)
        placed += _blocks(frame, held, page, goes_on) if held else []
    return [block for _, _, block in sorted(placed, key=lambda entry: (-entry[0], entry[1]))]


def _line(line: Iterable[Run], page: int, baseline: float) -> Line:
    found = tuple(words(line))
    return Line(" ".join(word.text for word in found), page, found, baseline)


def _without_page_number(placed: list[tuple[float, float, Line]]) -> list[tuple[float, float, Line]]:
    numbers = [entry for entry in placed[-1:] + placed[:1] if _PAGE_NUMBER.fullmatch(entry[2].text)]
    return [entry for entry in placed if entry not in numbers]


def _holds(frame: Frame, run: Run) -> bool:
    """Whether the run stands in a cell of the frame; a watermark is taller than the cell that it is printed over."""
    x, y = run.centre, run.middle
    if not frame.holds(x, y):
        return False
    if not run.lefts or run.size <= _TOO_TALL * frame.lowest:
        return True
    _, bottom, _, top = frame.extent(frame.cell(x, y))
    return run.size <= _TOO_TALL * (top - bottom)


def _goes_on(frame: Frame, line: Line, size: float) -> bool:
    """Whether the line is a row of the table that is printed right below its last ruling: numbers in two columns."""
    reach = max(_NEXT_ROW * size, frame.ys[-2] - frame.ys[-1])
    if not 0 < frame.ys[-1] - line.baseline < reach:
        return False
    middles = [(word.x0 + word.x1) / 2 for word in line.words if isinstance(token(word.text), Number)]
    return len({frame.cell(x, frame.ys[-1])[1] for x in middles if frame.xs[0] <= x <= frame.xs[-1]}) > 1


def _blocks(frame: Frame, held: Iterable[Run], page: int, goes_on: bool) -> Placed:
    """The grid; lines cut at the columns' borders where not all rows are ruled."""
    cells: dict[Cell, list[Run]] = defaultdict(list)
    for run in held:
        for cell, piece in _by_cell(frame, run):
            cells[cell].append(piece)
    printed = {cell: lines(found) for cell, found in cells.items()}
    if goes_on or _is_unruled(printed, frame):
        return list(_unruled_lines(printed, page))
    rows = [[""] * (len(frame.xs) - 1) for _ in frame.ys[1:]]
    for (i, j), found in printed.items():
        rows[i][j] = _text(found, frame, (i, j))
    return [(frame.ys[0], frame.xs[0], Grid(tuple(map(tuple, rows)), page, frame.spans, frame.xs))]


def _by_cell(frame: Frame, run: Run) -> list[tuple[Cell, Run]]:
    """The run by the cells that it stands in: cut at borders between its characters, whole where they cut one."""
    y = run.middle
    first = frame.cell(run.left, y)
    if first == frame.cell(run.right, y):
        return [(first, run)]
    if len(run.lefts) < 2:
        return [(frame.cell(run.centre, y), run)]
    cells = [frame.cell((left + right) / 2, y) for left, right in zip(run.lefts, run.rights, strict=True)]
    ends = [0, *(i for i in range(1, len(cells)) if cells[i] != cells[i - 1]), len(cells)]
    cuts = [
        b
        for a, b, c in zip(ends, ends[1:], ends[2:], strict=False)
        if _is_cut(run.part(a, b), run.part(b, c), frame.extent(cells[b])[0])
    ]
    spans = pairwise([0, *cuts, len(cells)])
    return [(_owner(frame, cells[a:b], part), part) for a, b in spans for part in [run.part(a, b)]]


def _is_cut(before: Run, after: Run, border: float) -> bool:
    """Whether the border parts two texts; where it lies between two characters of one text that is by chance."""
    end, start, size = before.right, after.left, before.size
    if abs(start - end) > _EXACT * size:
        return end - border <= _CUT * size and border - start <= _CUT * size
    if token(before.text + after.text) is not None:
        return False
    one_kind = before.text[-1].isascii() == after.text[0].isascii() and token(before.text) is None
    return abs(end - border) <= (_EXACT if one_kind else _CUT) * size


def _owner(frame: Frame, cells: Sequence[Cell], run: Run) -> Cell:
    """The cell of a run that crosses borders: that which holds most of it, else that to which it is aligned."""
    shares = {}
    misfits = {}
    for cell in cells:
        left, _, right, _ = frame.extent(cell)
        shares[cell] = min(run.right, right) - max(run.left, left)
        if right - left <= run.right - run.left + run.size:
            sides = {"left": abs(run.left - left), "right": abs(run.right - right)}
            first = "right" if token(run.text) is not None else "left"
            misfits[cell] = min(sides[first], abs(run.centre - (left + right) / 2), sides["left"] + run.size)
    most = max(cells, key=lambda cell: shares[cell])
    if not misfits or shares[most] >= _MOSTLY * (run.right - run.left):
        return most
    return min(misfits, key=lambda cell: misfits[cell])


def _text(printed: CellLines, frame: Frame, cell: Cell) -> str:
    """The text of a cell line by line; a number that is broken over lines is put together."""
    (_, first), *more = printed
    if not more and len(first) == 1:
        return first[0].text
    pieces = (" ".join(word.text for word in words(line)) for _, line in printed)
    return ("" if _is_broken(printed, frame, cell) else "\n").join(pieces)


def _is_broken(printed: CellLines, frame: Frame, cell: Cell) -> bool:
    """Whether the lines of a cell are one number: no line but the last could take in the next character.

    In the last row it may go on on the next page.
    """
    if len(printed) < 2:
        return False
    found = [line for _, line in printed]
    pieces = ["".join(run.text for run in line) for line in found]
    if not all(map(_PIECE_OF_NUMBER.fullmatch, pieces)):
        return False
    cut = cell[0] == len(frame.ys) - 2
    if not _is_whole("".join(pieces)) and not (cut and sum(map(len, pieces)) < _MOST_DIGITS):
        return False
    extent = frame.extent(cell)
    return all(
        above[-1] in _MARKS or below[0] in _MARKS or _fills(line, len(above), extent)
        for line, above, below in zip(found, pieces, pieces[1:], strict=False)
    )


def _is_whole(text: str) -> bool:
    """Whether the text is a number with decimals or with commas, or a code."""
    return token(text) is not None and (not text.isdigit() or len(text) in _CODE_LENGTHS)


def _fills(line: Sequence[Run], characters: int, extent: Box) -> bool:
    """Whether one more character of the same width has no room in the cell beside the line."""
    width = line[-1].right - line[0].left
    return width + width / characters > extent[2] - extent[0] - max(2 * _PADDING * line[0].size, _WORD_MARGINS)


def _is_unruled(printed: Mapping[Cell, CellLines], frame: Frame) -> bool:
    """Whether a band between two rulings holds several printed rows: numbers below each other, with others beside."""
    bands: dict[int, list[tuple[CellLines, bool]]] = defaultdict(list)
    for cell, found in printed.items():
        if len(found) < 2 or _is_broken(found, frame, cell):
            continue
        if _holds_columns(found):
            return True
        bands[cell[0]].append((found, all(line == [True] for line in _numbers(found))))
    return any(
        numbered and other is not found and _beside(found, other) > 1
        for band in bands.values()
        for found, numbered in band
        for other, _ in band
    )


def _numbers(found: CellLines) -> list[list[bool]]:
    """For each word of each line whether it is a number."""
    return [[token(word.text) is not None for word in words(line)] for _, line in found]


def _holds_columns(found: CellLines) -> bool:
    """Whether a cell holds a table of its own: several lines with several numbers."""
    return sum(sum(line) > 1 for line in _numbers(found)) > 1


def _beside(found: CellLines, other: CellLines) -> int:
    """How many lines of the one stand on a line of the other."""
    return sum(any(abs(y - height) <= _LEVEL * line[0].size for height, _ in other) for y, line in found)


def _unruled_lines(printed: Mapping[Cell, CellLines], page: int) -> Iterator[tuple[float, float, Line]]:
    """The runs as lines with one word a cell, but for a cell that holds several columns."""
    owner = {id(run): cell for cell, found in printed.items() for _, line in found for run in line}
    whole = {cell for cell, found in printed.items() if not _holds_columns(found)}
    every = [run for found in printed.values() for _, held in found for run in held]
    for y, line in lines(every):
        parts: list[Word] = []
        for cell, group in groupby(line, key=lambda run: owner[id(run)]):
            found = words(group)
            text = "".join(word.text for word in found)
            parts += [Word(text, found[0].x0, found[-1].x1)] if cell in whole else found
        yield y, line[0].left, Line(" ".join(word.text for word in parts), page, tuple(parts), y)


def _without_running_heads(pages: Sequence[Sequence[Block]]) -> Iterator[list[Block]]:
    """The pages' blocks; a first or last line that most pages repeat stays on the first page only."""
    edges = Counter(text for blocks in pages for text in {_unnumbered(block) for block in _edges(blocks)} if text)
    heads = {text for text, count in edges.items() if count >= max(_LEAST_HEADS, _MOST_PAGES * len(pages))}
    seen: set[str] = set()
    for blocks in pages:
        running = [block for block in _edges(blocks) if _unnumbered(block) in heads]
        repeated = {id(block) for block in running if _unnumbered(block) in seen}
        seen |= {_unnumbered(block) for block in running}
        yield [block for block in blocks if id(block) not in repeated]


def _edges(blocks: Sequence[Block]) -> list[Block]:
    return [*blocks[:1], *blocks[1:][-1:]]


def _unnumbered(block: Block) -> str:
    """The text of a line without the page number at either end; empty for a grid, and for a unit or a department."""
    if not isinstance(block, Line) or _COLON.search(block.text):
        return ""
    parts = [word.text for word in block.words]
    for k in range(1, len(parts)):
        if _PAGE_NUMBER.fullmatch(" ".join(parts[k:])):
            return " ".join(parts[:k])
        if _PAGE_NUMBER.fullmatch(" ".join(parts[:-k])):
            return " ".join(parts[-k:])
    return " ".join(parts)
