"""Documents as a text layer: cells of a row parted by spaces, blank ones gone, pages by form feeds."""

from collections.abc import Iterator, Sequence

from fiscal_utils.simulate.document import Block, Heading, Paragraph
from fiscal_utils.simulate.sheets import Sheet, shown
from fiscal_utils.simulate.words import Layout

_LINE = 36
"""Characters of a printed line of prose."""


def render(blocks: Sequence[Block], layout: Layout, commas: bool) -> bytes:
    """The document as UTF-8."""
    pages = "".join(_block(block, commas) for block in blocks)
    return pages.removeprefix("\f").encode()


def _block(block: Block, commas: bool) -> str:
    if isinstance(block, Sheet):
        return "\f" + "".join(f"{line}\n" for line in _sheet(block, commas))
    if isinstance(block, Heading):
        return ("\f" if block.level < 2 else "") + f"{block.text}\n"
    return "".join(f"{line}\n" for line in _wrapped(block))


def _wrapped(paragraph: Paragraph) -> Iterator[str]:
    for start in range(0, len(paragraph.text), _LINE):
        yield paragraph.text[start : start + _LINE]


def _sheet(sheet: Sheet, commas: bool) -> Iterator[str]:
    yield sheet.title
    yield from filter(None, (sheet.number, " ".join(filter(None, sheet.above))))
    for row in sheet.rows:
        cells = [shown(cell, commas).replace(" ", "") for cell in row]
        if sheet.is_form:  # the deviation is wrapped, so it comes after the row's numbers
            yield " ".join(filter(None, cells[:-1] if cells[-3] else cells))
            yield from filter(None, [cells[-1]] if cells[-3] else [])
        elif any(cells):
            yield " ".join(filter(None, cells))
    yield from filter(None, [sheet.note])
