"""Statutory tables to rows: from grids and aligned words by geometry, from plain text by placement."""

from fiscal_utils.parse import align, grid_rows, text_rows
from fiscal_utils.parse.rows import Row
from fiscal_utils.parse.segments import Segment

__all__ = ["Row", "rows"]

_MOST_DOUBTS = 0.2
"""An unruled table with more doubts a row was not understood, as where its numbers are broken over lines."""


def rows(segment: Segment) -> tuple[list[Row], list[str]]:
    """The rows of the table in printed order, and what of it could not be read.

    Raises DocumentError where the header does not fit the declared columns or a row prints too many numbers.
    """
    if segment.grids:
        return grid_rows.rows(segment, segment.grids)
    aligned = align.grids(segment)
    if aligned is not None:
        found, doubts = grid_rows.rows(segment, aligned)
        if align.breaks_numbers(segment) or len(doubts) > _MOST_DOUBTS * len(found):
            found = [row.without(row.cells) for row in found]
        return [row._replace(aligned=True) for row in found], doubts
    return text_rows.rows(segment), []
