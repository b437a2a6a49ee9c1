"""Figures of the narrative to its sections: a heading and paragraphs for each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from fiscal_utils import specs
from fiscal_utils.parse.narrative import Figure
from fiscal_utils.parse.narrative_spec import spec
from fiscal_utils.simulate.model import ordinal
from fiscal_utils.simulate.words import declared, words

_BUDGETS = {"initial_budget": "年初预算", "adjusted_budget": "全年预算"}
_LEVELS = {3: "（类）", 5: "（款）", 7: "（项）"}


@dataclass(frozen=True)
class Section:
    """A section of the narrative."""

    heading: str
    paragraphs: tuple[str, ...]


def sections(figures: Sequence[Figure], style: str) -> list[Section]:
    """The narrative told in the style `numbered` or `itemised`; figures that follow each other in order."""
    headings = declared()["prose"][style]["headings"]
    told = []
    for number, (name, part) in enumerate(groupby(figures, key=lambda figure: figure.section), 1):
        paragraphs = tuple(_paragraphs(list(part), style))
        told.append(Section(f"{ordinal(number)}、{headings[name]}", paragraphs))
    return told


def _paragraphs(figures: Sequence[Figure], style: str) -> Iterator[str]:
    """One paragraph for each 项 by its path, one for all that comes before."""
    text, number = "", 0
    for item, part in groupby(figures, key=lambda figure: figure.item):
        said = _sentence(list(part), style)
        if len(item) == 7 and item.isdigit():
            if text:
                yield text
            number += 1
            purpose = words("purposes")[number % len(words("purposes"))]
            text = f"{number}、{_path(item)}。主要用于：{purpose}。{said.removeprefix(_path(item))}"
        else:
            text += said
    yield text


def _sentence(figures: Sequence[Figure], style: str) -> str:
    """What is stated of one item."""
    phrases = declared()["prose"][style]
    said, of = _name(figures[0], phrases["names"]), ""
    for i, figure in enumerate(figures):
        value = f"{figure.value}{figure.unit}"
        if figure.measure in _BUDGETS:
            of = _BUDGETS[figure.measure]
        if figure.direction == "flat":
            phrase = "与上年持平"
        elif figure.measure == "prior_change":
            phrase = phrases[figure.direction].format(value=value)
        elif figure.measure == "prior_change_pct":
            phrase = ("增长" if figure.direction == "increase" else "下降") + value
        elif figure.measure == "share_pct":
            phrase = f"占{_declared('bases', figure)}{value}"
        elif figure.measure == "count" or (figure.measure == "final" and not of):
            phrase = value
        else:
            phrase = phrases["outturn" if figure.measure == "final" else figure.measure].format(value=value, of=of)
        said += _joint(figures, i) + phrase
    reason = figures[-1].reason
    return said + (f"，主要原因：{reason}。" if reason else "。")


def _joint(figures: Sequence[Figure], index: int) -> str:
    """What parts a figure from the one before: its reason must not pass for that of the completion."""
    if index == 0:
        return ""
    before, figure = figures[index - 1], figures[index]
    if figure.measure == "prior_change" and before.measure == "completion_pct":
        return "；决算数"
    return "，"


def _declared(kind: str, figure: Figure) -> str:
    found: str = declared()["prose"][kind].get(f"{figure.section}/{figure.item}", "")
    return found


def _name(figure: Figure, names: Mapping[str, str]) -> str:
    if name := names.get(f"{figure.section}/{figure.item}") or _declared("names", figure):
        return name
    if figure.item.isdigit():
        if figure.section == "basic":
            return specs.classification("economic")[figure.item]["zh"]
        return _path(figure.item)
    return spec().section[figure.section].items[figure.item][0]


def _path(code: str) -> str:
    """The names of a functional code and those above it, with their levels."""
    names = specs.classification("functions")
    return "".join(names[code[:n]]["zh"] + level for n, level in _LEVELS.items() if n <= len(code))
