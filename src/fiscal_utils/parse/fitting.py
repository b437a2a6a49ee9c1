"""Printed headers to declared columns: which column each header fits best, over all columns together."""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from operator import itemgetter

from fiscal_utils.normalise import key

TOTALS = ("合计", "总计", "小计")
_WHOLE = "total"
_OF_WHICH = "其中"


Header = tuple[str, ...]
"""The header texts above a column from top to bottom."""
_Fit = tuple[int, tuple[tuple[int, str], ...]]
"""A score, and the pairs of a grid column and a canonical column that have it."""


def assigned(columns: Sequence[tuple[int, Header]], names: Mapping[str, tuple[str, ...]]) -> dict[int, str]:
    """Grid column → canonical column in printed order, by the best fit of their headers over all columns together."""
    declared = list(enumerate(_declared(tuple(names.items()))))
    below: list[_Fit] = [(0, ())] * (len(declared) + 1)
    for index, header in reversed(columns):
        best: list[_Fit] = [(0, ())]
        for j, (name, own_keys, others) in reversed(declared):
            found = max(below[j], best[-1], key=itemgetter(0))
            total, pairs = below[j + 1]
            if (total := total + score(header, own_keys)) > found[0] and others.isdisjoint(header[:-1]):
                found = total, ((index, name), *pairs)
            best.append(found)
        below = best[::-1]
    return dict(below[0][1])


@cache
def _declared(names: tuple[tuple[str, tuple[str, ...]], ...]) -> list[tuple[str, tuple[str, ...], set[str]]]:
    """Each column, the keys of its headers, and those of the other columns but the total.

    What stands below a header of another column is a part of that column, but for parts of the total.
    """
    parts = {name: keys(texts) for name, texts in names if name != _WHOLE}
    return [
        (name, keys(texts), {text for other in parts if other != name for text in parts[other]}.difference(keys(texts)))
        for name, texts in names
    ]


@cache
def keys(names: tuple[str, ...]) -> tuple[str, ...]:
    """The keys of the declared headers of a column."""
    return tuple(map(key, names))


@lru_cache(20_000)
def score(header: Header, names: tuple[str, ...]) -> int:
    """How well the header fits one of the keys: the leaf itself, its end, the total right below it, or some part."""
    if not header:
        return 0
    if header[-1].startswith(_OF_WHICH):
        return 4 if header[-1].removeprefix(_OF_WHICH).removeprefix(":") in names else 0
    best, leaf, whole = 0, header[-1], "".join(header)
    for name in names:
        if leaf == name:
            return 8
        if leaf.endswith(name) or leaf.startswith(name):
            best = max(best, 4)
        elif name in whole:
            best = max(best, 1 if name not in header else 3 if leaf in TOTALS and header[-2] == name else 2)
    return best
