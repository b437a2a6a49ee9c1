"""The narrative to its text and its performance forms: from 项目名称 to 总计, on lines or in grids."""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from fiscal_utils.normalise import key, squeeze
from fiscal_utils.parse.segments import flat
from fiscal_utils.read import Block, Grid, Line

_TITLE = re.compile(r"[^,。;:]{0,40}自评表(\(.{0,20}\))?")
_START = re.compile(r"项目名称")
_END = re.compile(r"(总计|总分|合计)(100(\.0+)?\d.*|100)")
_TOTAL_ROW = re.compile(r"(总计|总分|合计)\d[\d.]*")
"""In a grid a form's total row is told from text that looks like it, whatever the weights add up to."""
_HEADING = re.compile(r"第[一二三四五六七八九十]部分|[一二三四五六七八九十]+、|\([一二三四五六七八九十]+\)")
_WORD = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class Parts:
    """The lines of the text, the blocks of each form, and the titles of forms below which none is found."""

    text: tuple[Line, ...]
    forms: tuple[tuple[Block, ...], ...]
    unread: tuple[Line, ...]


@dataclass
class _Parting:
    """A narrative being parted, block by block."""

    text: list[Line] = field(default_factory=list)
    forms: list[list[Block]] = field(default_factory=list)
    unread: list[Line] = field(default_factory=list)
    is_open: bool = False
    """Whether the last form goes on."""
    below: Line | None = None
    """The title of a form that has not begun yet."""
    repeated: Iterator[Block] = field(default_factory=lambda: iter(()))
    """What the next lines of the open form are if they repeat its head."""

    def add(self, block: Block) -> None:
        if self.is_open and isinstance(block, Grid):
            block = _unrepeated(block, self.forms[-1])
        if self.is_open and isinstance(block, Line) and self._is_repeated(block):
            return
        if _begins(block):
            self.forms.append([])
            self.is_open, self.below = True, None
        if not self.is_open:
            self._tell(block)
            return
        self.forms[-1].append(block)
        total = _TOTAL_ROW if isinstance(block, Grid) else _END
        self.is_open = not any(total.fullmatch(squeeze(line.text)) for line in flat([block]))

    def end(self) -> Parts:
        self._give_up()
        return Parts(tuple(self.text), tuple(map(tuple, self.forms)), tuple(self.unread))

    def _is_repeated(self, line: Line) -> bool:
        """Whether the line is one of the open form's head, which is printed again on the next page."""
        begin = self.forms[-1][0]
        if isinstance(begin, Line) and begin.text == line.text:
            self.repeated = iter(self.forms[-1].copy())
        expected = next(self.repeated, None)
        if isinstance(expected, Line) and expected.text == line.text:
            return True
        self.repeated = iter(())
        return False

    def _tell(self, block: Block) -> None:
        """What belongs to no form that has begun: text, but for what stands between a form's title and its begin."""
        opening = key(block.text) if isinstance(block, Line) else ""
        title = "自评表" in opening and _TITLE.fullmatch(opening)
        if title or _HEADING.match(opening):
            self._give_up()
        if self.below is None and not self._is_rest(block):
            self.text += [block] if isinstance(block, Line) else block.lines()
        if title and isinstance(block, Line):
            self.below = block

    def _is_rest(self, block: Block) -> bool:
        """Whether the block is the end of a number in the total row of the form before it."""
        behind = bool(self.forms) and isinstance(self.forms[-1][-1], Line) and self.forms[-1][-1].page == block.page
        return behind and isinstance(block, Line) and not _WORD.search(block.text)

    def _give_up(self) -> None:
        self.unread += [self.below] if self.below else []
        self.below = None


def parted(blocks: Sequence[Block]) -> Parts:
    """The narrative's text and the forms in it."""
    parting = _Parting()
    for part in itertools.chain.from_iterable(map(_single_forms, blocks)):
        parting.add(part)
    return parting.end()


def _begins(block: Block) -> bool:
    first = block if isinstance(block, Line) else next(block.lines())
    return bool(_START.match(key(first.text))) and (isinstance(block, Line) or _is_form(block))


def _unrepeated(grid: Grid, form: Sequence[Block]) -> Grid:
    """The rest of an open form on the next page, without the rows that are repeated there from the form's begin."""
    begin = next((block.rows for block in form if isinstance(block, Grid)), ())
    pairs = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(begin, grid.rows, strict=False))
    repeated = sum(1 for _ in pairs)
    return grid.part(repeated, len(grid.rows)) if 0 < repeated < len(grid.rows) else grid


def _single_forms(block: Block) -> Iterator[Block]:
    """A grid that holds several forms as one grid each."""
    if isinstance(block, Line):
        yield block
        return
    begins = [i for i, row in enumerate(block.rows) if _START.match(key("".join(row)))]
    cuts = sorted({0, *begins, len(block.rows)})
    yield from (block.part(a, b) for a, b in itertools.pairwise(cuts))


def _is_form(grid: Grid) -> bool:
    text = key("".join("".join(row) for row in grid.rows))
    return "指标" in text or "得分" in text or "预算数" in text
