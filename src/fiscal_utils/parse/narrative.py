"""The figures of the narrative (决算情况说明): what each is of, what it measures, its reason if given."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache

from fiscal_utils import specs
from fiscal_utils.normalise import Number, number, squeeze
from fiscal_utils.read import Line

Names = Mapping[str, tuple[str, ...]]

_HEADING = re.compile(r"[一二三四五六七八九十]+、[^。，;:]{2,40}")
_QUOTES = dict.fromkeys(map(ord, "“”‘’'"), '"')
_NUMBER = r"(?<![\d.,第\[〔])(?<!单价)(?<!单位价值)(?P<number>-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)"
_NO_THRESHOLD = r"(?!\(不?含\)以[上下]|以[上下])"
_STOPS = "。，;:、,"
_CLAUSE = re.compile(rf"[^{_STOPS}]*$")
_PHRASE = re.compile(rf"(?:及以上|以上|左右)?([^{_STOPS}]*?)等?(?=[{_STOPS}]|$)")
_REASON_LENGTH = 60
_EXPLAINED = ("prior_change", "prior_change_pct", "completion_pct")


@dataclass(frozen=True)
class Figure:
    """A figure that the narrative states; a change has its `value` as printed and its sign in `direction`."""

    section: str
    item: str
    measure: str
    value: Number
    unit: str
    direction: str
    reason: str
    page: int | None


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
    free: bool = False

    @property
    def names(self) -> Names:
        """The declared items, and those of the classification where figures are by its codes."""
        if not self.codes:
            return self.items
        coded = {code: (names["zh"],) for code, names in specs.classification(self.codes).items() if len(code) == 3}
        return coded | {name: coded.get(name, ()) + aliases for name, aliases in self.items.items()}


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

    @property
    def kinds(self) -> dict[str, tuple[str, str]]:
        """Folded unit → its reported form and its kind."""
        kinds = {"percent": self.percent, "money": self.money, "count": self.count}
        return {_fold(unit): (unit, kind) for kind, units in kinds.items() for unit in units}


@dataclass(frozen=True)
class PatternSpec:
    """The declared expressions that are not about one measure or section."""

    flat: tuple[str, ...]
    reason: tuple[str, ...]
    verbs: tuple[str, ...]


@dataclass(frozen=True)
class NarrativeSpec:
    """All that is declared about the narrative."""

    units: UnitSpec
    patterns: PatternSpec
    measure: tuple[MeasureSpec, ...]
    section: Mapping[str, SectionSpec]


@dataclass(frozen=True)
class _Text:
    """A section's lines joined: as printed, folded (character by character), and where its pages begin."""

    section: str
    printed: str
    starts: tuple[int, ...]
    pages: tuple[int | None, ...]

    @property
    def folded(self) -> str:
        return _fold(self.printed)

    def page(self, offset: int) -> int | None:
        return self.pages[bisect_right(self.starts, offset) - 1]


def figures(lines: Sequence[Line]) -> list[Figure]:
    """Every figure of the narrative's declared sections, in printed order."""
    return [figure for text in _sections(lines) for figure in _Scan(text).run()]


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


def _fold(text: str) -> str:
    """Compatibility forms and quotes folded, every character to one; ，stays, it does not group digits."""
    forms = ((char, unicodedata.normalize("NFKC", char)) for char in text)
    return "".join(char if char == "，" or len(form) != 1 else form for char, form in forms).translate(_QUOTES)


def _sections(lines: Sequence[Line]) -> Iterator[_Text]:
    """The declared sections, without their headings; lines of other sections are left out."""
    name, body = "", list[Line]()
    for line in lines:
        heading = _section(line.text)
        if heading is None:
            body.append(line)
            continue
        if name and body:
            yield _joined(name, body)
        name, body = heading, []
    if name and body:
        yield _joined(name, body)


def _section(text: str) -> str | None:
    """The section that the line is the heading of, "" for an undeclared one, None if it is no heading."""
    folded = _fold(squeeze(text))
    if not _HEADING.fullmatch(folded):
        return None
    for name, section in spec().section.items():
        if any(_fold(alias) in folded for alias in section.headings):
            return name
    return "" if folded.endswith("说明") else None


def _joined(section: str, lines: Sequence[Line]) -> _Text:
    texts = [squeeze(line.text) for line in lines]
    starts, offset = list[int](), 0
    for text in texts:
        starts.append(offset)
        offset += len(text)
    return _Text(section, "".join(texts), tuple(starts), tuple(line.page for line in lines))


@cache
def _tokens() -> re.Pattern[str]:
    """Reasons, statements that nothing changed, and numbers with their units."""
    units = "|".join(map(re.escape, sorted(spec().units.kinds, key=len, reverse=True)))
    patterns = spec().patterns
    # an atomic group: 台（套） must not be read as 台
    figure = rf"{_NUMBER}(?P<unit>(?>{units})){_NO_THRESHOLD}"
    reason = rf"(?:{'|'.join(patterns.reason)})(?P<reason>[^。;]+)"
    return re.compile(rf"{reason}|(?P<flat>{'|'.join(patterns.flat)})|{figure}")


def _last(names: Names, text: str) -> str:
    """The item whose name ends last in the text, the longest such name's; "" if there is none."""
    found = (
        (at + len(name), len(name), item)
        for item, aliases in names.items()
        for name in map(_fold, aliases)
        if (at := text.rfind(name)) >= 0
    )
    return max(found, default=(0, 0, ""))[2]


def _clause(lead: str) -> str:
    match = _CLAUSE.search(lead)
    return match[0] if match else ""


def _measure(kind: str, lead: str) -> MeasureSpec:
    clause = _clause(lead)
    return next(m for m in spec().measure if kind in m.kinds and re.search(m.pattern, clause))


class _Scan:
    """One pass over a section: the item that is spoken of, and the figures found so far."""

    def __init__(self, text: _Text) -> None:
        self.text = text
        self.folded = text.folded
        self.spec = spec().section[text.section]
        self.item = next(iter(self.spec.items))
        self.context = ""
        self.found: list[tuple[int, Figure]] = []

    def run(self) -> list[Figure]:
        """The section's figures."""
        end = 0
        for match in _tokens().finditer(self.folded):
            lead = self.folded[end : match.start()]
            if match["reason"]:
                self._name(lead)
                self._explain(match)
            elif match["flat"]:
                self._name(lead)
                self._add(match, self.item, MeasureSpec((), "", "prior_change", "flat"), "万元")
            else:
                self._figure(match, lead)
            end = match.end()
        return [figure for _, figure in self.found]

    def _name(self, lead: str) -> bool:
        """Whether the lead names a declared item; it is the current one from here on."""
        self.context = _last(self.spec.contexts, lead) or self.context
        part = _last(self.spec.parts, lead)
        named = f"{self.context}_{part}".strip("_") if part else _last(self.spec.names, lead)
        self.item = named or self.item
        return bool(named)

    def _figure(self, match: re.Match[str], lead: str) -> None:
        unit, kind = spec().units.kinds[match["unit"]]
        measure = _measure(kind, lead)
        share = measure.measure == "share_pct"
        named = self._name(lead[: lead.rfind("占")] if share else lead)
        item = self.item
        if kind == "count":
            item = self._counted(match, lead, unit) or item
        # what is neither named nor a measure of the item spoken of goes under its own printed phrase
        unnamed = not named and item == self.item and measure.measure in ("count", "final")
        if self.spec.free and unnamed:
            item = self._phrase(match, lead) or item
        self._add(match, item, measure, unit)

    def _counted(self, match: re.Match[str], lead: str, unit: str) -> str:
        """The key of what is counted: by the name after the number, the one before it, or by the unit."""
        rest = self.folded[match.end() :]
        for item, names in self.spec.after.items():
            if any(rest.startswith(_fold(name)) for name in names):
                return item
        by_unit = self.spec.by_unit.get(self.item, {})
        keys = (item for item, units in by_unit.items() if unit in units)
        return _last(self.spec.counts, _clause(lead)) or next(keys, "")

    def _phrase(self, match: re.Match[str], lead: str) -> str:
        """The phrase printed before the number; if it is only a verb, with the phrase after."""
        before = self.text.printed[match.start() - len(_clause(lead)) : match.start()]
        if not any(re.fullmatch(verb, before) for verb in spec().patterns.verbs):
            return before
        after = _PHRASE.match(self.folded, match.end())
        return before + (self.text.printed[after.start(1) : after.end(1)] if after else "")

    def _add(self, match: re.Match[str], item: str, measure: MeasureSpec, unit: str) -> None:
        value = Number(Decimal(0), 0) if match["flat"] else number(match["number"])
        if value is None:  # pragma: no cover - the pattern finds only numbers
            return
        page = self.text.page(match.start())
        figure = Figure(self.text.section, item, measure.measure, value, unit, measure.direction, "", page)
        self.found.append((match.start(), figure))

    def _explain(self, match: re.Match[str]) -> None:
        """Give the reason to the sentence's changes of the current item, else to the last figure."""
        begin = max(self.folded.rfind(stop, 0, match.start()) for stop in "。;")
        reason = self.text.printed[match.start("reason") : match.end("reason")][:_REASON_LENGTH]
        explained = [
            index
            for index, (offset, figure) in enumerate(self.found)
            if offset > begin and figure.item == self.item and figure.measure in _EXPLAINED and not figure.reason
        ]
        for index in explained or range(len(self.found))[-1:]:
            offset, figure = self.found[index]
            self.found[index] = (offset, replace(figure, reason=figure.reason or reason))
