"""Printed headers to declared columns: which column each header fits best, over all columns together."""

from collections.abc import Iterable, Mapping, Sequence

from fiscal_utils.normalise import key

TOTALS = ("合计", "总计", "小计")
_WHOLE = "total"
_OF_WHICH = "其中"


Header = tuple[str, ...]
"""The header texts above a column from top to bottom."""


def assigned(columns: Sequence[tuple[int, Header]], names: Mapping[str, tuple[str, ...]]) -> dict[int, str]:
    """Grid column → canonical column in printed order, by the best fit of their headers over all columns together."""
    best: dict[tuple[int, int], tuple[int, tuple[tuple[int, str], ...]]] = {}
    declared = list(names)
    kept = {name: _others(name, names) for name in names}

    def fit(i: int, j: int) -> tuple[int, tuple[tuple[int, str], ...]]:
        if i == len(columns) or j == len(declared):
            return 0, ()
        if (i, j) not in best:
            options = [fit(i + 1, j), fit(i, j + 1)]
            name, (index, header) = declared[j], columns[i]
            if (own := score(header, names[name])) and kept[name].isdisjoint(header[:-1]):
                rest, pairs = fit(i + 1, j + 1)
                options.append((own + rest, ((index, name), *pairs)))
            best[i, j] = max(options, key=lambda option: option[0])
        return best[i, j]

    return dict(fit(0, 0)[1])


def _others(column: str, names: Mapping[str, tuple[str, ...]]) -> set[str]:
    """The headers of the other columns: what stands below one is a part of that column, but for parts of the total."""
    return {key(text) for name, texts in names.items() if name not in (column, _WHOLE) for text in texts} - {
        key(text) for text in names[column]
    }


def score(header: Header, names: Iterable[str]) -> int:
    """How well the header fits one of the names: the leaf itself, its end, the total of a level above, or some part."""
    best = 0
    if header and header[-1].startswith(_OF_WHICH):
        return 0
    for name in map(key, names):
        if header and header[-1] == name:
            return 8
        if header and (header[-1].endswith(name) or header[-1].startswith(name)):
            best = max(best, 4)
        elif name in header:
            best = max(best, 3 if header[-1] in TOTALS else 2)
        elif name in "".join(header):
            best = max(best, 1)
    return best
