"""Tables as printed, for every renderer: header and body cells with the cells that they merge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fiscal_utils.normalise import Number, Placeholder
from fiscal_utils.read import Span

Cell = str | Number | Placeholder


@dataclass(frozen=True)
class Sheet:
    """A table as printed: what stands above it, its rows (the first `header` of them are its header), its note.

    `widths` are in characters. A column is aligned by its letter in `aligns` (left, centre, right).
    """

    title: str
    above: tuple[str, ...]
    """What stands between title and table, from left to right."""
    rows: tuple[tuple[Cell, ...], ...]
    header: int
    spans: Mapping[tuple[int, int], Span]
    widths: tuple[float, ...]
    aligns: str
    note: str = ""
    number: str = ""
    is_form: bool = False

    def covered(self) -> set[tuple[int, int]]:
        """The positions that merged cells cover, without the first of each."""
        return {
            (row + down, column + right)
            for (row, column), (height, width) in self.spans.items()
            for down in range(height)
            for right in range(width)
            if down or right
        }


@dataclass
class Canvas:
    """Rows that are being filled."""

    width: int
    rows: list[list[Cell]] = field(default_factory=list)
    spans: dict[tuple[int, int], Span] = field(default_factory=dict)

    def put(self, row: int, column: int, text: Cell, height: int = 1, width: int = 1) -> None:
        """Set a cell that covers `height` rows and `width` columns."""
        while len(self.rows) < row + height:
            self.rows.append([""] * self.width)
        self.rows[row][column] = text
        if height > 1 or width > 1:
            self.spans[row, column] = (height, width)

    def add(self, cells: Sequence[Cell], merged: int = 1) -> None:
        """Append a row whose first cell covers `merged` columns."""
        self.put(len(self.rows), 0, "", 1, merged)
        self.rows[-1] = [*cells, *[""] * (self.width - len(cells))]

    def frozen(self) -> tuple[tuple[Cell, ...], ...]:
        """The rows, no longer to be changed."""
        return tuple(map(tuple, self.rows))


def shown(cell: Cell, commas: bool) -> str:
    """The cell as text, with or without commas at the thousands."""
    if commas and isinstance(cell, Number):
        return f"{cell.value:,.{cell.decimals}f}"
    return str(cell)
