"""A project's self-evaluation form (项目支出绩效自评表) to its funds and indicators."""

from collections.abc import Sequence

from fiscal_utils.parse.performance import grids, lines
from fiscal_utils.parse.performance.model import Form, Fund, Indicator
from fiscal_utils.read import Block, Grid, Line

__all__ = ["Form", "Fund", "Indicator", "form"]


def form(blocks: Sequence[Block]) -> Form:
    """The form printed in these blocks: by the geometry of its grids, or from its lines where it has no grid.

    Raises DocumentError where the form breaks off before its total.
    """
    if any(isinstance(block, Grid) for block in blocks):
        return grids.form(blocks)
    return lines.form([block for block in blocks if isinstance(block, Line)])
