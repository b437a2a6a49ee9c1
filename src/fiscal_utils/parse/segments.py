"""What is printed of one table: its title with the lines and grids below it, over all of its pages."""

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from fiscal_utils.normalise import key
from fiscal_utils.parse.titles import rank, titled
from fiscal_utils.read import Block, Grid, Line

HEAD = re.compile(r"单位[:：]|部门[:：]|公开\d+表|名称[:：]")
NOTE = re.compile(r"(注|备注|说明)[:：]")
TITLE_REACH = 8
"""How many lines may stand between a title and its table."""


@dataclass(frozen=True)
class Segment:
    """What is printed of one table, its title first; `table` is empty for a title that is not declared."""

    table: str
    title: str
    blocks: tuple[Block, ...]

    @property
    def page(self) -> int | None:
        """The page of the title."""
        return self.blocks[0].page

    @property
    def rank(self) -> int:
        """The place of the printed title among those of the table."""
        return rank(self.table, key(self.title))

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The table as lines, grids row by row."""
        return flat(self.blocks)

    @property
    def grids(self) -> tuple[Grid, ...]:
        """The table's grids, one a page or sheet."""
        return tuple(block for block in self.blocks if isinstance(block, Grid))


def ranked(segments: Sequence[Segment]) -> list[Segment]:
    """The segments; where one table stands under two of its titles, the one with the later title is undeclared."""
    best: dict[str, int] = {}
    for segment in segments:
        if segment.table:
            best[segment.table] = min(segment.rank, best.get(segment.table, segment.rank))
    return [replace(one, table="") if one.table and one.rank > best[one.table] else one for one in segments]


def continued(segments: Sequence[Segment]) -> list[Segment]:
    """The segments; pages of one table that repeat its title, as Excel prints it, as one."""
    joined: list[Segment] = []
    for segment in segments:
        if joined and _goes_on(joined[-1], segment):
            heads = [i for i, block in enumerate(segment.blocks[:TITLE_REACH]) if _is_head(block)]
            joined[-1] = replace(joined[-1], blocks=joined[-1].blocks + segment.blocks[heads[-1] + 1 :])
        else:
            joined.append(segment)
    return joined


def _is_head(block: Block) -> bool:
    return isinstance(block, Line) and bool(HEAD.search(key(block.text)) or titled(key(block.text)))


def _goes_on(first: Segment, second: Segment) -> bool:
    """Whether the second is the next page of the first: the same title and header, and no row in common."""
    if not (first.table and first.table == second.table and first.title == second.title):
        return False
    if (first.blocks[-1].page or 0) + 1 != second.page:
        return False
    before, after = ([key(line.text) for line in segment.lines] for segment in (first, second))
    same = len(list(itertools.takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False))))
    return same > 1 and same < len(after) and set(before).isdisjoint(after[same:])


def flat(blocks: Iterable[Block]) -> tuple[Line, ...]:
    """The blocks as lines, grids row by row."""
    return tuple(line for block in blocks for line in (block.lines() if isinstance(block, Grid) else (block,)))
