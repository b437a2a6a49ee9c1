"""Headers of unruled tables: which texts stand over which column of numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fiscal_utils.normalise import key, token
from fiscal_utils.parse.headers import CODE_HEADER, LINE_HEADER
from fiscal_utils.parse.rows import item
from fiscal_utils.read import Line
from fiscal_utils.specs import TableSpec

_DIGITS = 1.5
_SAME_COLUMN = 0.15

Range = tuple[float, float]


def overlap(one: Range, other: Range) -> float:
    """How much the ranges have in common."""
    return max(0.0, min(one[1], other[1]) - max(one[0], other[0]))


def _measures(spec: TableSpec) -> set[str]:
    """The headers of the columns of a table that may print its items as columns too."""
    wide = spec.rows == "items" and len(spec.sides) == 1
    return {key(name) for names in spec.columns.values() for name in names} if wide else set()


def sides_of(lines: Iterable[Line], numbers: Sequence[Range]) -> list[str]:
    """Whether the numbers of each column end (`right`) or begin (`left`) at one place; amounts mostly end there.

    They begin there if their ends spread by more than a digit more.
    """
    words = [w for line in lines for w in line.words if token(w.text) is not None]
    sides = []
    for column in numbers:
        starts, ends, digits = zip(
            *((w.x0, w.x1, (w.x1 - w.x0) / len(w.text)) for w in words if overlap((w.x0, w.x1), column)), strict=True
        )
        ragged = max(ends) - min(ends) - (max(starts) - min(starts)) > _DIGITS * min(digits)
        sides.append("left" if ragged else "right")
    return sides


@dataclass
class _Leaf:
    """A header text without another below it: its extent, its lines from bottom to top, and the texts above it."""

    extent: Range
    lines: list[str]
    above: list[str]

    @property
    def middle(self) -> float:
        return (self.extent[0] + self.extent[1]) / 2

    @property
    def texts(self) -> list[str]:
        """From top to bottom, the wrapped lines joined last."""
        lines = self.lines[::-1]
        return [*self.above[::-1], *lines[:-1], "".join(lines)]


def _stands_over(one: Range, other: Range) -> bool:
    narrower = min(one[1] - one[0], other[1] - other[0])
    return overlap(one, other) > _SAME_COLUMN * narrower


def _leaves(lines: Sequence[Line], measures: set[str]) -> list[_Leaf]:
    """The leaves of a header; a word over several of them, or a measure over many, heads them all."""
    leaves: list[_Leaf] = []
    for line in reversed(lines):
        spread = bool(leaves) and all(key(word.text) in measures for word in line.words)
        if spread and len(line.words) < len(leaves):
            for leaf in leaves:
                nearest = min(line.words, key=lambda w: abs((w.x0 + w.x1) / 2 - leaf.middle))
                leaf.above.append(nearest.text)
            continue
        for word in line.words:
            under = [leaf for leaf in leaves if _stands_over((word.x0, word.x1), leaf.extent)]
            if not under:
                leaves.append(_Leaf((word.x0, word.x1), [word.text], []))
            elif len(under) == 1 and not under[0].above:
                under[0].lines.append(word.text)
                start, end = under[0].extent
                under[0].extent = (min(start, word.x0), max(end, word.x1))
            else:
                for leaf in under:
                    leaf.above.append(word.text)
    return sorted(leaves, key=lambda leaf: leaf.extent)


def header_rows(
    lines: Sequence[Line], numbers: Sequence[Range], amounts: Sequence[Range], sides: Sequence[str], spec: TableSpec
) -> list[tuple[str, ...]]:
    """The header: over each column of numbers the texts of its leaf, from top to bottom.

    Two columns that hold more than dashes (`amounts`) have no header in common.
    """
    every = _leaves(lines, _measures(spec))
    if not every:
        return []
    declared = [leaf for leaf in every if heads_numbers("".join(leaf.lines[::-1]), spec)]
    leaves = declared if len(declared) >= len(amounts) else every
    chosen = _chosen(numbers, leaves, sides)
    heads = list(zip(numbers, chosen, strict=True))
    rivals = [[other for other, own in heads if own is leaf and other in amounts] for leaf in chosen]
    texts = [
        leaf.texts if _is_owner(column, leaf, others) else []
        for (column, leaf), others in zip(heads, rivals, strict=True)
    ]
    depth = max(map(len, texts))
    padded = [[""] * (depth - len(found)) + found for found in texts]
    return [tuple("" if j % 2 == 0 else padded[j // 2][i] for j in range(2 * len(numbers) + 1)) for i in range(depth)]


def heads_numbers(text: str, spec: TableSpec) -> bool:
    """Whether the header is one of codes, row numbers, items or declared columns, not of a group of columns."""
    wanted = key(text)
    declared = (key(name) for names in spec.columns.values() for name in names)
    return bool(_is_numbering(wanted) or item(wanted, spec)) or any(name in wanted for name in declared)


def _chosen(numbers: Sequence[Range], leaves: Sequence[_Leaf], sides: Sequence[str]) -> Sequence[_Leaf]:
    """The leaf of each column: in printed order where there are as many and none stands over the column of another."""
    if len(numbers) == len(leaves):
        over = [[leaf for leaf in leaves if overlap(leaf.extent, column)] for column in numbers]
        if all(not found or leaf in found for leaf, found in zip(leaves, over, strict=True)):
            return leaves
    return [_leaf_of(column, leaves, side) for column, side in zip(numbers, sides, strict=True)]


def _is_owner(column: Range, leaf: _Leaf, rivals: Sequence[Range]) -> bool:
    """Whether the leaf heads this column: one of amounts heads but one, that which alone it stands over."""
    over = [other for other in rivals if overlap(leaf.extent, other)]
    return not rivals or rivals == [column] or over == [column] or _is_numbering(leaf.texts[-1])


def _is_numbering(text: str) -> bool:
    return bool(CODE_HEADER.fullmatch(key(text)) or LINE_HEADER.fullmatch(key(text)))


def _leaf_of(column: Range, leaves: Sequence[_Leaf], side: str) -> _Leaf:
    """The leaf over a column of numbers: headers are centred, so a number set to the right ends behind its middle."""
    over = [leaf for leaf in leaves if overlap(leaf.extent, column)]
    if len(over) == 1:
        return over[0]
    if side == "right":
        before = [leaf for leaf in leaves if leaf.middle <= column[1]]
        return max(before or leaves[:1], key=lambda leaf: leaf.middle)
    behind = [leaf for leaf in leaves if leaf.middle >= column[0]]
    return min(behind or leaves[-1:], key=lambda leaf: leaf.middle)
