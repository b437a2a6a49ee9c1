"""Blocks of a file to the disclosures in it, and each of these to its parts: overview, tables, narrative, forms."""

import itertools
import re
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from fiscal_utils import specs
from fiscal_utils.errors import DocumentError
from fiscal_utils.normalise import key, squeeze
from fiscal_utils.parse import overview
from fiscal_utils.parse.performance.parting import Parts, parted
from fiscal_utils.parse.segments import HEAD, NOTE, TITLE_REACH, Segment, continued, flat, ranked
from fiscal_utils.parse.titles import titled
from fiscal_utils.read import Block, Grid, Line, Source

_PART = re.compile(r"第[一二三四五六七八九十]部分")
_NARRATIVE = re.compile(r"(第[一二三四五六七八九十]部分)?.{0,40}决算(情况)?说明")
_GLOSSARY = re.compile(r"(第[一二三四五六七八九十]部分|[一二三四五六七八九十]+、)?(专业|相关)?(名词|名称|术语)解释")
_CONTENTS = re.compile(r"目录")
_EVALUATION = re.compile(r"绩效评价报告$")
_LEADERS = ".…·。-"
_UNKNOWN_TITLE = re.compile(r"(?!.*公开\d+表)[^,，。;；:：]{3,40}表")
_UNIT = re.compile(r"单位[:：]")
_COVER_LINE = 40
"""A line of a cover is shorter than this and ends no sentence."""


@dataclass(frozen=True)
class Outline:
    """A disclosure taken apart, each part in printed order."""

    front: tuple[Line, ...]
    segments: tuple[Segment, ...]
    unknown: tuple[Segment, ...]
    narrative: tuple[Line, ...]
    forms: tuple[tuple[Block, ...], ...]
    listed: frozenset[str]
    """The tables that its table of contents lists, and `glossary` where it lists one; empty where it has none."""
    has_glossary: bool
    annex: tuple[Line, ...] = ()
    """What follows the glossary, where a report on an evaluation is among it."""
    unread_forms: tuple[Line, ...] = ()
    """The titles of performance forms below which none is found."""

    @property
    def doubled(self) -> tuple[Segment, Segment] | None:
        """The first table that is printed twice."""
        first: dict[str, Segment] = {}
        for segment in self.segments:
            before = first.setdefault(segment.table, segment)
            if before is not segment:
                return before, segment
        return None


def outlines(source: Source) -> list[Outline]:
    """The disclosures that the file holds, one a unit; raises DocumentError where no statutory table is found."""
    loosened = (part for block in source.blocks for part in ([block] if isinstance(block, Line) else _loosened(block)))
    blocks = _rejoined([part for part in loosened if not _blank(part)])
    starts = list(_table_starts(blocks))
    if not any(table for _, table, _ in starts):
        raise DocumentError("not_a_disclosure", path=source.name)
    cuts = [0, *_cuts(blocks, starts), len(blocks)]
    found = [
        _outline(blocks[a:b], [(index - a, table, title) for index, table, title in starts if a <= index < b])
        for a, b in itertools.pairwise(cuts)
    ]
    return _narrated(found)


def _narrated(found: list[Outline]) -> list[Outline]:
    """The outlines; the only narrative of a file belongs to its first unit, whose sub-units' tables stand before it."""
    holders = [i for i, parts in enumerate(found) if parts.narrative]
    if holders in ([], [0]) or len(holders) > 1:
        return found
    holder = found[holders[0]]
    found[0] = replace(
        found[0],
        narrative=holder.narrative,
        forms=holder.forms,
        has_glossary=holder.has_glossary,
        annex=holder.annex,
        unread_forms=holder.unread_forms,
    )
    found[holders[0]] = replace(holder, narrative=(), forms=(), annex=(), has_glossary=False, unread_forms=())
    return found


def _outline(blocks: Sequence[Block], starts: Sequence[tuple[int, str, str]]) -> Outline:
    first, last = starts[0][0], max(index for index, table, _ in starts if table)
    narrative = next(iter(_found(blocks, _NARRATIVE, after=last)), None)
    if narrative is None:
        narrative = _narrative_before(blocks[:first])
    told_first = narrative is not None and narrative < first
    glossary = next(reversed(_found(blocks, _GLOSSARY, after=narrative if told_first and narrative else first)), None)
    tables_end = len(blocks) if narrative is None or told_first else narrative
    starts = [start for start in starts if start[0] < tables_end]
    ends = [start for start, _, _ in starts[1:]] + [tables_end]
    segments = ranked(
        continued(
            [
                Segment(table, title, _until_part(blocks[start:end]))
                for (start, table, title), end in zip(starts, ends, strict=True)
            ]
        )
    )
    told = Parts((), (), ())
    text_end = first if told_first else len(blocks)
    if narrative is not None:
        stop = glossary if glossary is not None and narrative < glossary < text_end else text_end
        told = parted(blocks[narrative + 1 : stop])
    front = flat(blocks[: narrative if told_first else first])
    annex = flat(blocks[glossary + 1 : text_end]) if glossary is not None else ()
    return Outline(
        front,
        tuple(segment for segment in segments if segment.table),
        tuple(segment for segment in segments if not segment.table),
        told.text,
        told.forms,
        _listed(front),
        glossary is not None,
        annex if any(_EVALUATION.search(key(line.text)) for line in annex) else (),
        told.unread,
    )


def _narrative_before(blocks: Sequence[Block]) -> int | None:
    """The index of the heading of a narrative that stands before the tables; the table of contents has one as well."""
    headings = {i: key(line.text) for i in _found(blocks, _NARRATIVE, after=-1) if isinstance(line := blocks[i], Line)}
    parts = [i for i, text in headings.items() if _PART.match(text)]
    first = next(iter(headings.values()), "")
    return max(parts or [i for i, text in headings.items() if text == first], default=None)


def _blank(block: Block) -> bool:
    return isinstance(block, Line) and not block.text.strip()


def _loosened(grid: Grid) -> Iterator[Block]:
    """A grid without the titles, unit lines and notes that are printed inside it: these become lines."""
    start = 0
    for i, row in enumerate(grid.rows):
        cells = list(filter(str.strip, row))
        if cells and _is_heading(cells, start == i):
            if i > start:
                yield grid.part(start, i)
            yield Line(" ".join(squeeze(cell) for cell in cells), grid.page)
            start = i + 1
    if start < len(grid.rows):
        yield grid.part(start, len(grid.rows)) if start else grid


def _is_heading(cells: Sequence[str], leading: bool) -> bool:
    if len(cells) == 1:
        text = key(cells[0])
        title = titled(text) or _PART.match(text) or (leading and _is_unknown_title(text))
        return bool(title or _UNIT.search(text) or NOTE.match(text) or re.fullmatch(r"公开\d+表", text))
    return len(cells) <= 4 and all(HEAD.search(text) or re.fullmatch(r"\d{4}年度?", text) for text in map(key, cells))


def _is_unknown_title(text: str) -> bool:
    return text.endswith("表") and bool(_UNKNOWN_TITLE.fullmatch(text))


def _rejoined(blocks: Sequence[Block]) -> list[Block]:
    """The blocks, a title or part heading that is printed on two lines as one line."""
    joined: list[Block] = []
    for block in blocks:
        before = joined[-1] if joined else None
        if isinstance(before, Line) and isinstance(block, Line) and _completes(key(before.text), key(block.text)):
            joined[-1] = Line(before.text + block.text, before.page)
        else:
            joined.append(block)
    return joined


def _completes(first: str, second: str) -> bool:
    """Whether two lines are one heading: a title, or the heading of the narrative, cut in two."""
    if len(second) > 12 or titled(first) or titled(second):
        return False
    whole = first + second
    return bool(titled(whole)) or bool(
        _PART.match(first) and _NARRATIVE.fullmatch(whole) and not _NARRATIVE.fullmatch(first)
    )


def _table_starts(blocks: Sequence[Block]) -> Iterator[tuple[int, str, str]]:
    """Index, name ("" if undeclared) and printed title of each line that is the title of a table."""
    for index, block in enumerate(blocks):
        if not isinstance(block, Line):
            continue
        text = key(block.text)
        table = titled(text)
        if table and _announces(blocks[index + 1 : index + TITLE_REACH], table):
            yield index, table, squeeze(block.text)
        elif (
            not table
            and _is_unknown_title(text)
            and not _PART.match(text)
            and _heads_grid(blocks[index + 1 : index + 4])
        ):
            yield index, "", squeeze(block.text)


def _announces(following: Sequence[Block], table: str) -> bool:
    """Whether a table follows its title: a unit line, or a grid with its header. A table of contents has neither."""
    header = ""
    for block in following:
        if isinstance(block, Grid):
            header += "".join(key(cell) for row in block.rows[:6] for cell in row)
            columns = specs.tables()[table].columns.values()
            return sum(any(key(name) in header for name in names) for names in columns) * 2 >= len(columns)
        if _UNIT.search(key(block.text)):
            return True
        if titled(key(block.text)):
            return False
    return False


def _heads_grid(following: Sequence[Block]) -> bool:
    """Whether a unit line and a grid follow, with no declared title between."""
    texts = [
        key(block.text)
        for block in itertools.takewhile(lambda b: isinstance(b, Line), following)
        if isinstance(block, Line)
    ]
    return len(texts) < len(following) and any(map(_UNIT.search, texts)) and not any(map(titled, texts))


def titles_opening_pages(blocks: Sequence[Block]) -> set[str]:
    """The tables whose titles are the first lines of pages."""
    pages = itertools.groupby((block for block in blocks if not _blank(block)), key=lambda block: block.page)
    first = [next(of_page) for page, of_page in pages if page]
    return {table for block in first if isinstance(block, Line) and (table := titled(key(block.text)))}


def _listed(front: Sequence[Line]) -> frozenset[str]:
    """What the table of contents lists."""
    texts = [key(line.text).rstrip(string.digits).rstrip(_LEADERS) for line in front]
    start = next((i for i, text in enumerate(texts) if _CONTENTS.search(text)), None)
    if start is None:
        return frozenset()
    found = {table for text in texts[start:] if (table := titled(text))}
    return frozenset(found | ({"glossary"} if any(_GLOSSARY.fullmatch(text) for text in texts[start:]) else set()))


def _cuts(blocks: Sequence[Block], starts: Sequence[tuple[int, str, str]]) -> Iterator[int]:
    """Where the disclosure of another unit begins: a table comes again, under another department's name or year."""
    seen: dict[str, str] = {}
    last = 0
    titles = [(index, table) for index, table, _ in starts if table]
    if len({table for _, table in titles}) == len(titles):
        return
    for index, table in titles:
        cover = _cover(blocks, last, index)
        named = _named(blocks, cover, index)
        if table in seen and named and seen[table] and named != seen[table]:
            yield cover
            seen = {}
        seen[table] = named or next(iter(seen.values()), "")
        last = index


def _cover(blocks: Sequence[Block], last: int, index: int) -> int:
    """Where the front matter before the table begins, if another disclosure's begins behind the last table."""
    texts = [key(block.text) if isinstance(block, Line) else "" for block in blocks[last + 1 : index]]
    opening = (i for i, text in enumerate(texts) if _CONTENTS.fullmatch(text) or text.startswith("第一部分"))
    first = next(opening, None)
    if first is None:
        return index
    while first > 0 and 0 < len(texts[first - 1]) < _COVER_LINE and not texts[first - 1].endswith("。"):
        first -= 1
    return last + 1 + first


def _named(blocks: Sequence[Block], cover: int, index: int) -> str:
    """The department and year that head the table, or are on the cover before it."""
    heading = flat(blocks[index : index + TITLE_REACH])
    front = flat(blocks[cover:index]) if cover < index else ()
    department, year = overview.department_and_year([heading], front)
    return f"{department} {year or ''}" if department else ""


def _found(blocks: Sequence[Block], pattern: re.Pattern[str], after: int) -> list[int]:
    """The indices, behind `after`, of the lines that the pattern describes as a whole."""
    return [
        i
        for i, block in enumerate(blocks)
        if i > after and isinstance(block, Line) and pattern.fullmatch(key(block.text))
    ]


def _until_part(blocks: Sequence[Block]) -> tuple[Block, ...]:
    parts = (i for i, block in enumerate(blocks) if isinstance(block, Line) and _PART.match(squeeze(block.text)))
    return tuple(blocks[: next(parts, len(blocks))])
