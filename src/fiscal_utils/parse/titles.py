"""Titles of statutory tables: which table a printed title names, and how well."""

import re
from functools import cache, lru_cache

from fiscal_utils import specs

_PREFIX = re.compile(
    r"(附(件|表)?\d*[:：]?)?(公开)?(表?\d{1,2}表?|表?[一二三四五六七八九十]+)?[、.:：]?"
    r"(.{0,40}?\d{4}年度?)?(部门|单位)?"
)
_IN_BRACKETS = re.compile(r"\([^()]*\)$")
_LONGEST = 90
_REMEMBERED = 20_000


@lru_cache(_REMEMBERED)
def titled(text: str) -> str | None:
    """The table whose title the key of a line is, with what stands before and behind it; None for any other line."""
    if len(text) > _LONGEST:
        return None
    text = _bare(text)
    if text[-1:] not in _last_characters():
        return None
    for title, name in _titles():
        if text.endswith(title) and _PREFIX.fullmatch(text.removesuffix(title)):
            return name
    return None


def rank(table: str, text: str) -> int:
    """The place of the title that the key of a line prints among those of the table, 0 for the best."""
    titles, printed = specs.tables()[table].titles, _bare(text)
    return max(
        (i for i, title in enumerate(titles) if printed.endswith(title)), key=lambda i: len(titles[i]), default=0
    )


def _bare(text: str) -> str:
    """The title without what is in brackets behind it, and without marks of a title around it."""
    text = text.replace("《", "").replace("》", "")
    return _IN_BRACKETS.sub("", text) if text.endswith(")") else text


@cache
def _titles() -> list[tuple[str, str]]:
    pairs = ((title, spec.name) for spec in specs.tables().values() for title in spec.titles)
    return sorted(pairs, key=lambda pair: -len(pair[0]))


@cache
def _last_characters() -> frozenset[str]:
    return frozenset(title[-1] for title, _ in _titles())
