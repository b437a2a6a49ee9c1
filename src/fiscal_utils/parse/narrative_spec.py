"""What narrative.toml declares: units, expressions, measures, sections of the 决算情况说明."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, lru_cache

from fiscal_utils import specs

Names = Mapping[str, tuple[str, ...]]

_QUOTES = frozenset("“”‘’'")


@dataclass(frozen=True)
class SectionSpec:
    """A declared section of the narrative (the keys are explained in narrative.toml)."""

    headings: tuple[str, ...]
    items: Names
    codes: str = ""
    counts: Names = field(default_factory=dict)
    by_unit: Mapping[str, Names] = field(default_factory=dict)
    after: Names = field(default_factory=dict)
    contexts: Names = field(default_factory=dict)
    parts: Names = field(default_factory=dict)
    beside: Mapping[str, Names] = field(default_factory=dict)
    alone: Names = field(default_factory=dict)
    free: bool = False
    declared: bool = False
    counted: bool = False
    opening: bool = False

    @cached_property
    def names(self) -> dict[str, tuple[str, ...]]:
        """The declared items, and those of the classification where figures are by its codes."""
        if not self.codes:
            return dict(self.items)
        coded = {code: (names["zh"],) for code, names in specs.classification(self.codes).items() if len(code) == 3}
        return coded | {name: coded.get(name, ()) + aliases for name, aliases in self.items.items()}

    def counts_items(self, kind: str) -> bool:
        """Whether a number with a unit of this kind may count the item itself that is spoken of."""
        return self.free or self.declared or (self.counted and kind == "count")


@dataclass(frozen=True)
class MeasureSpec:
    """A declared measure: the kinds of unit that it has and what is printed before its number."""

    kinds: tuple[str, ...]
    pattern: str
    measure: str
    direction: str = ""


@dataclass(frozen=True)
class UnitSpec:
    """The declared units by kind."""

    percent: tuple[str, ...]
    money: tuple[str, ...]
    count: tuple[str, ...]

    @cached_property
    def kinds(self) -> dict[str, tuple[str, str]]:
        """Folded unit → its reported form and its kind."""
        kinds = {"percent": self.percent, "money": self.money, "count": self.count}
        return {fold(unit): (unit, kind) for kind, units in kinds.items() for unit in units}


@dataclass(frozen=True)
class PatternSpec:
    """The declared expressions that are not about one measure or section."""

    flat: tuple[str, ...]
    reason: tuple[str, ...]
    reason_of_change: tuple[str, ...]
    verbs: tuple[str, ...]
    purpose: tuple[str, ...]
    against_budget: tuple[str, ...]
    against_prior: tuple[str, ...]
    of_budget: tuple[str, ...]
    of_change: tuple[str, ...]
    general: tuple[str, ...]


@dataclass(frozen=True)
class HeadingSpec:
    """The declared expressions that tell a heading: how it ends, and what may stand before a section's alias."""

    ending: tuple[str, ...]
    undeclared: tuple[str, ...]
    prefix: tuple[str, ...]


@dataclass(frozen=True)
class NarrativeSpec:
    """All that is declared about the narrative."""

    units: UnitSpec
    patterns: PatternSpec
    heading: HeadingSpec
    compared: Mapping[str, str]
    measure: tuple[MeasureSpec, ...]
    section: Mapping[str, SectionSpec]


@cache
def spec() -> NarrativeSpec:
    """What narrative.toml declares; unknown keys raise TypeError."""
    return parse_spec(specs.read_toml("narrative.toml"))


def parse_spec(values: Mapping[str, object]) -> NarrativeSpec:
    """The declarations as read from a toml file; unknown and missing keys raise TypeError."""
    whole: NarrativeSpec = specs.build(NarrativeSpec, values, "narrative.toml")
    return replace(
        whole,
        units=specs.build(UnitSpec, _table(whole.units), "narrative.toml [units]"),
        patterns=specs.build(PatternSpec, _table(whole.patterns), "narrative.toml [patterns]"),
        heading=specs.build(HeadingSpec, _table(whole.heading), "narrative.toml [heading]"),
        measure=tuple(
            specs.build(MeasureSpec, _table(entry), f"narrative.toml measure {index}")
            for index, entry in enumerate(whole.measure, 1)
        ),
        section={
            name: specs.build(SectionSpec, _table(entry), f"narrative.toml [section.{name}]")
            for name, entry in whole.section.items()
        },
    )


def _table(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise TypeError(f"narrative.toml: a table is expected, not {value!r}")
    return value


class _Folded(dict[int, str]):
    """Code point → what it is folded to, found when it is first met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        form = unicodedata.normalize("NFKC", char)
        folded = self[code] = '"' if form in _QUOTES else char if char == "，" or len(form) != 1 else form
        return folded


_FOLDED = _Folded()
_USUAL = tuple((mark, _FOLDED[ord(mark)]) for mark in (*_QUOTES, *"：；（）"))


@lru_cache(20_000)
def fold(text: str) -> str:
    """Compatibility forms and quotes folded, every character to one; ，stays, it does not group digits.

    The usual marks first: what has no others need not be looked up character by character.
    """
    for mark, folded in _USUAL:
        text = text.replace(mark, folded)
    return text if unicodedata.is_normalized("NFKC", text.replace("，", "")) else text.translate(_FOLDED)
