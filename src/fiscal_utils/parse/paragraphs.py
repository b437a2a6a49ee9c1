"""Whether the lines of a text are whole paragraphs, or what the cells of a sheet leave of them.

A row that is too low for a wrapped paragraph prints one line of it, the first or the last, so that a number may be cut
in two and what it is of may be lost.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from fiscal_utils.normalise import squeeze
from fiscal_utils.parse.sections import begins_heading, is_ended
from fiscal_utils.read import Line

_INSIDE = re.compile(r"[，。、；：,;:）)”]|占\d|[\d,.]*(?:%|个百分点|[万亿千]元)|[\d,.]+元")
"""What no paragraph begins with."""
_ROOM = 2
"""Characters that may be missing at the end of a full line."""


def are_cut(lines: Sequence[Line]) -> bool:
    """Whether more lines break off, or begin inside a sentence, than run on to the next; False without geometry.

    One alone is no sign: its stop may have been left out.
    """
    printed = [line for line in lines if line.words]
    edge = max((line.words[-1].x1 for line in printed), default=0.0)
    texts = pairwise([squeeze(line.text) for line in printed])
    signs = [_lost(above, text, _is_full(line, edge)) for (above, text), line in zip(texts, printed, strict=False)]
    return signs.count(True) > max(signs.count(False), 1)


def _lost(above: str, text: str, is_full: bool) -> bool | None:
    """Whether text is lost between two lines, one below the other; None where they do not tell."""
    if is_ended(above):
        return True if _INSIDE.match(text) else None
    if not is_full or (begins_heading(text) and begins_heading(above)):
        return None  # points of a list need no stops
    return begins_heading(text)


def _is_full(line: Line, edge: float) -> bool:
    """Whether the line has no room for another two characters."""
    width = line.words[-1].x1 - line.words[0].x0
    return edge - line.words[-1].x1 < _ROOM * width / max(len(line.text), 1)
