"""What every reader makes of a file: its lines and grids in reading order, with their pages."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

Span = tuple[int, int]
"""How many rows and columns a merged cell covers."""


class Word(NamedTuple):
    """A run of text without gaps and its horizontal extent, in points."""

    text: str
    x0: float
    x1: float


class Line(NamedTuple):
    """A printed line: its text, its page and, where the file has geometry, its words and its height on the page."""

    text: str
    page: int | None = None
    words: tuple[Word, ...] = ()
    baseline: float = 0.0


@dataclass(frozen=True)
class Grid:
    """A table as printed, rectangular: `rows[i][j]` is the text of the cell, empty where it is blank or merged over.

    `spans` has the extent of each merged cell by its first row and column; `edges` are the x positions of the
    columns' borders where the file has geometry.
    """

    rows: tuple[tuple[str, ...], ...]
    page: int | None = None
    spans: Mapping[tuple[int, int], Span] = field(default_factory=dict)
    edges: tuple[float, ...] = ()

    @property
    def width(self) -> int:
        """How many columns the grid has."""
        return len(self.rows[0]) if self.rows else 0

    @cached_property
    def owners(self) -> dict[tuple[int, int], tuple[int, int]]:
        """Each position that a merged cell covers → the position of that cell."""
        return {
            (row + down, column + right): (row, column)
            for (row, column), (height, width) in self.spans.items()
            for down in range(height)
            for right in range(width)
        }

    def text(self, row: int, column: int) -> str:
        """The text of the cell that covers the position."""
        row, column = self.owners.get((row, column), (row, column))
        return self.rows[row][column]

    def part(self, start: int, stop: int) -> "Grid":
        """The rows from `start` up to `stop` as a grid of their own."""
        spans = {
            (row - start, column): (min(height, stop - row), width)
            for (row, column), (height, width) in self.spans.items()
            if start <= row < stop
        }
        return Grid(self.rows[start:stop], self.page, spans, self.edges)

    def lines(self) -> Iterator[Line]:
        """The rows as lines of text, cells parted by spaces."""
        for row in self.rows:
            yield Line(" ".join(filter(None, row)), self.page)


Block = Line | Grid


@dataclass(frozen=True)
class Content:
    """What a reader finds in a file: blocks in reading order, the reader's name, and how many pages there are."""

    blocks: Sequence[Block]
    reader: str
    pages: int | None = None
    recognised: tuple[int, ...] = ()
    """Pages that are images whose characters were recognised, and so may be wrong."""
    unread: tuple[int, ...] = ()
    """Pages that are images and were not read, because OCR is not installed."""


@dataclass(frozen=True)
class Source:
    """A file that was read: its blocks in reading order and what is known of where they come from."""

    name: str
    sha256: str
    media_type: str
    reader: str
    pages: int | None
    blocks: tuple[Block, ...]
    recognised: tuple[int, ...] = ()
    unread: tuple[int, ...] = ()

    @property
    def lines(self) -> tuple[Line, ...]:
        """The text of the whole document, grids row by row."""
        return tuple(line for block in self.blocks for line in (block.lines() if isinstance(block, Grid) else (block,)))
