"""Documents as one HTML page."""

from collections.abc import Iterator, Sequence
from html import escape

from fiscal_utils.normalise import Number
from fiscal_utils.simulate.document import Block, Heading
from fiscal_utils.simulate.sheets import Sheet, shown
from fiscal_utils.simulate.words import Layout, mark

_STYLE = (
    "body{font-family:sans-serif;max-width:60em;margin:auto}table{border-collapse:collapse;"
    "width:100%}td,th{border:1px solid #999;padding:.2em .5em}.n{text-align:right}"
    ".above{display:flex;justify-content:space-between}"
)


def render(blocks: Sequence[Block], layout: Layout, commas: bool) -> bytes:
    """The document as UTF-8."""
    title = next(block.text for block in blocks if isinstance(block, Heading))
    body = "\n".join(line for block in blocks for line in _block(block, commas))
    return (
        f'<!DOCTYPE html>\n<html lang="zh"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head>\n<body>\n{body}\n<footer>{mark('simulated')}</footer>\n</body></html>\n"
    ).encode()


def _block(block: Block, commas: bool) -> Iterator[str]:
    if isinstance(block, Sheet):
        yield from _sheet(block, commas)
    elif isinstance(block, Heading):
        yield f"<h{block.level + 1}>{escape(block.text)}</h{block.level + 1}>"
    else:
        yield f"<p>{escape(block.text)}</p>"


def _sheet(sheet: Sheet, commas: bool) -> Iterator[str]:
    yield f"<h3>{escape(sheet.title)}</h3>"
    if sheet.number:
        yield f"<p>{escape(sheet.number)}</p>"
    yield '<div class="above">' + "".join(f"<span>{escape(text)} </span>" for text in sheet.above) + "</div>"
    yield "<table>"
    covered = sheet.covered()
    for i, row in enumerate(sheet.rows):
        tag = "th" if i < sheet.header else "td"
        cells = []
        for j, cell in enumerate(row):
            if (i, j) not in covered:
                height, width = sheet.spans.get((i, j), (1, 1))
                merged = f' rowspan="{height}"' * (height > 1) + f' colspan="{width}"' * (width > 1)
                kind = ' class="n"' if isinstance(cell, Number) else ""
                cells.append(f"<{tag}{merged}{kind}>{escape(shown(cell, commas))}</{tag}>")
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</table>"
    if sheet.note:
        yield f"<p>{escape(sheet.note)}</p>"
