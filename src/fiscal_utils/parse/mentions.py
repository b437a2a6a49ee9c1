"""Which of the declared items a text names last."""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from fiscal_utils.parse.narrative_spec import Names, fold


@dataclass(frozen=True)
class Mentions:
    """Items by their folded names read backwards, to be looked for from the end of a text."""

    items: dict[str, str]

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        longest_first = sorted(self.items, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, longest_first)) or "(?!)")

    def last(self, text: str) -> str:
        """The item whose name ends last in the folded text, the longest such name's; "" if there is none."""
        match = self._pattern.search(text[::-1])
        return self.items[match[0]] if match else ""


def mentions(names: Names) -> Mentions:
    """What finds these names, item → names; a name of two items is the one's that is last in alphabetical order."""
    return _mentions(tuple(sorted(names.items())))


@lru_cache(1_000)
def _mentions(names: tuple[tuple[str, tuple[str, ...]], ...]) -> Mentions:
    return Mentions({fold(name)[::-1]: item for item, aliases in names for name in aliases})
