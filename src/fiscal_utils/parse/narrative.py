"""The figures of the narrative (决算情况说明): what each is of, what it measures, its reason if given."""

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from fiscal_utils.normalise import Number, number
from fiscal_utils.parse.functions import Functions
from fiscal_utils.parse.mentions import Mentions, mentions
from fiscal_utils.parse.narrative_spec import MeasureSpec, fold, spec
from fiscal_utils.parse.narrative_tokens import LEVELS, reason_of_change, tokens
from fiscal_utils.parse.sections import EVALUATION, Text, joined, sections
from fiscal_utils.parse.statements import Statement
from fiscal_utils.read import Line

_STOPS = "。，;:、,"
_SENTENCE = "。;"
_PHRASE = re.compile(rf"(?:及以上|以上|左右)?([^{_STOPS}]*?)等?(?=[{_STOPS}]|$)")
_BRACKETS = re.compile(r"[（(][^（）()]*[）)]|[（）()]")
_PAIR = re.compile(r"\([^()]*\)")
_BEFORE_NAME = re.compile(
    r"(?:其中|.*主要(?:用于|包括))?(?:\d{1,2}\.(?!\d)|[（(][\d一二三四五六七八九十]{1,3}[）)]|[（(]含?)?(?:20\d\d年度?)?"
)
"""What something is for, an ordinal or a bracket, and the year: what is printed before a name and is no part of it."""
_SUM = re.compile("总计|合计")
_REASON_LENGTH = 60
_CHANGES = ("prior_change", "prior_change_pct")
_EXECUTION = ("completion_pct",)
_COUNTS = ("count",)
_AMOUNTS = ("final", "initial_budget", "adjusted_budget")


class Figure(NamedTuple):
    """A figure that the narrative states; a change has its `value` as printed and its sign in `direction`."""

    section: str
    item: str
    measure: str
    value: Number
    unit: str
    direction: str
    reason: str
    page: int | None


def figures(lines: Sequence[Line], names: Mapping[str, str] | None = None) -> list[Figure]:
    """Every figure of the narrative's declared sections, in printed order.

    `names` are the codes and labels that the document's own tables print; the functional ones (2…: 类 3, 款 5,
    项 7 digits) are used. An item named by 类, 款 and 项 goes by its code, by these names and else the official
    ones; where neither has it, by the printed names with slashes.
    """
    return narrated(tuple(sections(lines)), names or {})[0]


def narrated(
    texts: Sequence[Text], names: Mapping[str, str], annex: Sequence[Line] = ()
) -> tuple[list[Figure], list[Statement]]:
    """The figures (see `figures`) of the sections' texts, and how outturns are said to compare with their budgets.

    Of an annex, the report on an evaluation, the declared figures are read.
    """
    functions = Functions({code: label for code, label in names.items() if code.startswith("2")})
    scans = [_Scan(text, functions) for text in (*texts, *([joined(EVALUATION, annex)] if annex else []))]
    return [figure for scan in scans for figure in scan.run()], [said for scan in scans for said in scan.comparisons()]


def _clause(lead: str) -> str:
    return lead[max(map(lead.rfind, _STOPS)) + 1 :]


def _measure(kind: str, clause: str) -> MeasureSpec:
    return next(measure for found, measure in _measures(kind) if found(clause))


@cache
def _measures(kind: str) -> list[tuple[Callable[[str], object], MeasureSpec]]:
    """What finds each measure that a number with a unit of this kind may have."""
    return [(re.compile(m.pattern).search, m) for m in spec().measure if kind in m.kinds]


@cache
def _any_of(name: str) -> re.Pattern[str]:
    """The declared expressions of this name as one."""
    return re.compile("|".join(getattr(spec().patterns, name)))


def _ends(name: str, text: str) -> int:
    """Where the last match of any declared expression of this name ends in the text, -1 if there is none."""
    return max((match.end() for match in _any_of(name).finditer(text)), default=-1)


@cache
def _beside(section: str) -> Mapping[str, Mentions]:
    """For items of the section what finds those that they stand for beside other names."""
    return {item: mentions(others) for item, others in spec().section[section].beside.items()}


@cache
def _mentions(section: str) -> tuple[Mentions, Mentions, Mentions, Mentions]:
    """What finds the names, contexts, parts and counts that the section declares."""
    declared = spec().section[section]
    return mentions(declared.names), mentions(declared.contexts), mentions(declared.parts), mentions(declared.counts)


class _Scan:
    """One pass over a section: the item that is spoken of, and the figures found so far."""

    def __init__(self, text: Text, functions: Functions) -> None:
        self.text = text
        self.folded = text.folded
        self.functions = functions
        self.spec = spec().section[text.section]
        self.names, self.contexts, self.parts, self.counts = _mentions(text.section)
        if self.spec.codes == "functions":
            self.names = Mentions({fold(label): code for code, label in functions.classes.items()} | self.names)
        self.item = self.whole = next(iter(self.spec.items))
        self.context = self.outer = self.sentence = ""
        self.path: list[str] = []
        self.found: list[tuple[int, Figure]] = []

    def run(self) -> list[Figure]:
        """The section's figures."""
        pattern, end = tokens(self.folded), 0
        while match := pattern.search(self.folded, end):
            lead = self.folded[end : match.start()]
            self.sentence = (self.sentence + lead).rpartition("。")[2]
            self._bracket(lead)
            if match["reason"]:
                self._name(lead)
                self._explain(match)
            elif match["path"]:
                self._function(match)
            elif match["flat"]:
                self._flat(match, lead)
            else:
                self._figure(match, lead)
            end = match.end()
            if (reason := reason_of_change().match(self.folded, end)) and self._is_change(match):
                self._explain(reason)
                end = reason.end()
        return [figure for _, figure in self.found]

    def comparisons(self) -> Iterator[Statement]:
        """How the outturn of the item last spoken of is said to compare with its budget; after `run`."""
        for direction, pattern in spec().compared.items():
            for match in re.finditer(pattern, self.folded):
                before = ["", *(figure.item for offset, figure in self.found if offset < match.start())]
                item = self.names.last(_clause(self.folded[: match.start()])) or before[-1]
                if item:
                    page = self.text.page(match.start())
                    yield Statement(self.text.section, item, "against_budget", direction, page)

    def _bracket(self, lead: str) -> None:
        """Of the item before a bracket is spoken behind it again, whatever is named in between."""
        single = _PAIR.sub(lambda pair: " " * len(pair[0]), lead)
        if ")" in single and self.outer:
            self.item = self.outer
        if ")" in single or "。" in single:
            self.outer = ""
        if "(" in single:
            self._name(lead[: single.rindex("(")])
            self.outer = self.item

    def _name(self, lead: str) -> bool:
        """Whether the lead names a declared item; it is the current one from here on."""
        self.context = self.contexts.last(lead) or self.context
        part = self.parts.last(lead)
        named = f"{self.context}_{part}".strip("_") if part else self.names.last(lead)
        if others := _beside(self.text.section).get(named):
            named = others.last(self.sentence) or named
        self.item = named or self.item
        return bool(named)

    def _function(self, match: re.Match[str]) -> None:
        """Make the functional class, type or item that is named in full the current item."""
        if self.spec.codes != "functions":
            return
        groups = {name.rstrip("012"): match.span(name) for name in LEVELS if match[name]}
        named = {level: self.text.printed[start:end] for level, (start, end) in groups.items()}
        above = itertools.takewhile(lambda level: level not in named, ("class", "type"))
        path = [*self.path[: len(list(above))], *named.values()]
        self.path = path
        self.item = self.functions.code(path) or "/".join(path)

    def _is_change(self, match: re.Match[str]) -> bool:
        """Whether the figure is said to be a change, or nothing to have changed."""
        return bool(match["flat"] or _any_of("of_change").search(_clause(self.folded[: match.start()])))

    def _flat(self, match: re.Match[str], lead: str) -> None:
        self._name(lead)
        if not self._against_budget(match, lead):
            self._add(match, self.item, MeasureSpec((), "", "prior_change", "flat"), "万元")

    def _figure(self, match: re.Match[str], lead: str) -> None:
        unit, kind = spec().units.kinds[match["unit"]]
        clause = _clause(self.folded[: match.start()]) if kind == "percent" else _clause(lead)
        measure = _measure(kind, clause)
        share = measure.measure == "share_pct"
        named = self._name(lead[: lead.rfind("占")] if share else lead)
        if not measure.measure or (measure.measure in _CHANGES and self._against_budget(match, lead)):
            return
        if self.spec.declared and not self.names.last(_clause(lead)):
            return
        counted = self._counted(match, lead, unit) if kind == "count" else ""
        if measure.measure == "count" and not (counted or self.spec.counts_items(kind)):
            return
        item = counted or self.item
        if item == self.item and not (named and self._is_close(lead)):
            item = self._unnamed(match, lead, kind, measure.measure) or item
        self._add(match, item, measure, unit)

    def _is_close(self, lead: str) -> bool:
        """Whether the name stands in the clause of the number, or names what no other clause of its own can."""
        return self.spec.free or bool(self.parts.last(lead) or self.names.last(_clause(lead)))

    def _against_budget(self, match: re.Match[str], lead: str) -> bool:
        """Whether the change is one from the budget and not from the year before."""
        begin = max(self.folded.rfind(stop, 0, match.start()) for stop in _SENTENCE) + 1
        sentence = self.folded[begin : match.start()]
        return _ends("against_budget", sentence) > _ends("against_prior", sentence)

    def _unnamed(self, match: re.Match[str], lead: str, kind: str, measure: str) -> str:
        """The printed phrase that a figure without a declared name goes under, "" if it is of the item spoken of."""
        if self.spec.free:
            return self._phrase(match, lead) if measure in ("count", "final", "completion_pct") else ""
        if measure not in (_COUNTS if kind == "count" else _AMOUNTS):
            return ""
        clause = _clause(lead)
        if alone := next((item for item, words in self.spec.alone.items() if clause in words), ""):
            self.item = alone
            return alone
        phrase = _BEFORE_NAME.sub("", self.text.printed[match.start() - len(clause) : match.start()], count=1)
        is_general = len(_any_of("general").sub("", _BRACKETS.sub("", phrase))) < 2
        if is_general and (self.item == self.whole or not _SUM.search(phrase)):
            return ""
        self.item = phrase
        return phrase

    def _counted(self, match: re.Match[str], lead: str, unit: str) -> str:
        """The key of what is counted: by the name after the number, the one before it, or by the unit."""
        rest = self.folded[match.end() :]
        for item, names in self.spec.after.items():
            if any(rest.startswith(fold(name)) for name in names):
                return item
        by_unit = self.spec.by_unit.get(self.item, {})
        keys = (item for item, units in by_unit.items() if unit in units)
        return self.counts.last(_clause(lead)) or next(keys, "")

    def _phrase(self, match: re.Match[str], lead: str) -> str:
        """The phrase printed before the number; if it is only a verb, with the phrase after."""
        before = self.text.printed[match.start() - len(_clause(lead)) : match.start()]
        if not _any_of("verbs").fullmatch(before):
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
        """Give the reason to the figures that it explains."""
        begin = max(self.folded.rfind(stop, 0, match.start()) for stop in _SENTENCE)
        reason = self.text.printed[match.start("reason") : match.end("reason")][:_REASON_LENGTH]
        for index in self._explained(begin, self.folded[begin + 1 : match.start()]):
            offset, figure = self.found[index]
            self.found[index] = (offset, figure._replace(reason=figure.reason or reason))

    def _explained(self, begin: int, words: str) -> list[int]:
        """The figures of the current item that a reason in the sentence is of, else the last figure if it is of it.

        They stand in the sentence, or in the last one before it that has any, if it has no figures itself; `words`
        before the reason tell whether it is of the execution of the budget or of a change.
        """
        of_budget, of_change = _ends("of_budget", words), _ends("of_change", words)
        if of_budget >= max(of_change, 0):
            wanted: tuple[tuple[str, ...], ...] = (_EXECUTION, ("final",))
        else:
            wanted = (_CHANGES,) if of_change >= 0 else ((*_CHANGES, *_EXECUTION),)
        numbered = list(enumerate(self.found))
        in_sentence = any(offset > begin for _, (offset, _) in numbered)
        for measures in wanted:
            own = [
                (index, offset)
                for index, (offset, figure) in numbered
                if figure.item == self.item and figure.measure in measures and (offset > begin or not in_sentence)
            ]
            if own:
                floor = begin if in_sentence else self._sentence_of(own[-1][1])
                return [index for index, offset in own if offset > floor]
        return [len(self.found) - 1] if self.found and self.found[-1][1].item == self.item else []

    def _sentence_of(self, offset: int) -> int:
        """Where the sentence with the character at the offset begins."""
        return max(self.folded.rfind(stop, 0, offset) for stop in _SENTENCE)
