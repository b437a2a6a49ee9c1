"""Figures of the narrative to its sections: a heading and paragraphs for each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from fiscal_utils import specs
from fiscal_utils.parse.narrative import Figure
from fiscal_utils.parse.narrative_spec import spec
from fiscal_utils.simulate.model import ordinal
from fiscal_utils.simulate.words import declared, words

_WHOLE = 100
_BUDGETS = {"initial_budget": "年初预算", "adjusted_budget": "全年预算"}
_LEVELS = {3: "（类）", 5: "（款）", 7: "（项）"}


@dataclass(frozen=True)
class Section:
    """A section of the narrative."""

    heading: str
    paragraphs: tuple[str, ...]


def style_of(figures: Sequence[Figure]) -> str:
    """The style in which figures are told: `itemised` with an overall section, else `numbered`."""
    return "itemised" if any(figure.section == "overall" for figure in figures) else "numbered"


def sections(figures: Sequence[Figure], year: int) -> list[Section]:
    """The narrative of the year; figures that follow each other stand in order."""
    phrases = declared()["prose"][style_of(figures)]
    told = []
    for number, (name, part) in enumerate(groupby(figures, key=lambda figure: figure.section), 1):
        first, *paragraphs = _paragraphs(list(part), phrases)
        heading = f"{ordinal(number)}、{phrases['headings'][name]}"
        told.append(Section(heading, (f"本部门{year}年度{first}", *paragraphs)))
    return told


def compared(figures: Sequence[Figure]) -> dict[tuple[str, str], str]:
    """Section and item → greater, less, equal or about, for every outturn that is compared with its budget."""
    if not declared()["prose"][style_of(figures)]["equal"]:
        return {}
    outturns = zip(figures, figures[1:], figures[2:], strict=False)
    return {
        (rate.section, rate.item): _against(budget, final, rate)
        for budget, final, rate in outturns
        if rate.measure == "completion_pct" and (rate.reason or _at_budget(rate))
    }


def _paragraphs(figures: Sequence[Figure], phrases: Mapping[str, Any]) -> Iterator[str]:
    """One paragraph for each 项 by its path, one for all that comes before."""
    text, number = "", 0
    for item, part in groupby(figures, key=lambda figure: figure.item):
        said = _sentences(list(part), phrases)
        if len(item) == 7 and item.isdigit():
            if text:
                yield text
            number += 1
            purpose = words("purposes")[number % len(words("purposes"))]
            text = f"{number}、{_path(item)}。主要用于：{purpose}。{said.removeprefix(_path(item))}"
        else:
            text += said
    yield text


def _sentences(figures: Sequence[Figure], phrases: Mapping[str, Any]) -> str:
    """What is stated of one item."""
    said, stop, budget = _name(figures[0], phrases["names"]), "", figures[0]
    for i, figure in enumerate(figures):
        budget = figure if figure.measure in _BUDGETS else budget
        if stop == "，" and figure.measure == "prior_change" and budget.measure in _BUDGETS:
            stop = "；决算数"
        said += stop + _phrase(figure, budget, len(figures) == 1, phrases)
        why = _why(figures, i, phrases)
        said += why
        stop = "。决算数" if why else "，"
    return said + "。"


def _phrase(figure: Figure, budget: Figure, alone: bool, phrases: Mapping[str, Any]) -> str:
    """The figure in words; an amount that stands alone is behind its name."""
    value, of = f"{figure.value}{figure.unit}", _BUDGETS.get(budget.measure, "")
    if figure.direction == "flat":
        return "与上年持平"
    if figure.measure == "prior_change_pct":
        return ("增长" if figure.direction == "increase" else "下降") + value
    if figure.measure == "share_pct":
        return f"占{_declared('bases', figure)}{value}"
    if figure.measure == "count" or alone or (figure.measure == "final" and not of):
        return f"{value}{phrases['suffixes'].get(f'{figure.section}/{figure.item}', '')}"
    wording = {"prior_change": figure.direction, "final": "outturn"}.get(figure.measure, figure.measure)
    return str(phrases[wording].format(value=value, of=of))


def _why(figures: Sequence[Figure], i: int, phrases: Mapping[str, Any]) -> str:
    """What follows a figure: how the outturn compares with its budget, and the reason."""
    figure = figures[i]
    if figure.measure == "completion_pct":
        budget = figures[i - 2]
        told = str(phrases[_against(budget, figures[i - 1], figure)]) if figure.reason or _at_budget(figure) else ""
        return told and f"。{told.format(of=_BUDGETS[budget.measure], reason=figure.reason)}"
    if figure.reason and figure.reason not in [after.reason for after in figures[i + 1 : i + 2]]:
        return f"，主要原因：{figure.reason}"
    return ""


def _at_budget(completion: Figure) -> bool:
    return completion.value.value == _WHOLE


def _against(budget: Figure, final: Figure, completion: Figure) -> str:
    """How an outturn is said to compare with its budget, by what is printed of them and of the completion."""
    if not _at_budget(completion):
        return "greater" if completion.value.value > _WHOLE else "less"
    return "equal" if final.value == budget.value else "about"


def _declared(kind: str, figure: Figure) -> str:
    found: str = declared()["prose"][kind].get(f"{figure.section}/{figure.item}", "")
    return found


def _name(figure: Figure, names: Mapping[str, str]) -> str:
    place = f"{figure.section}/{figure.item}"
    if place in (chosen := {**declared()["prose"]["names"], **names}):
        return str(chosen[place])
    if figure.item.isdigit():
        return specs.classification("economic")[figure.item]["zh"] if figure.section == "basic" else _path(figure.item)
    known = spec().section[figure.section].items
    return known[figure.item][0] if figure.item in known else f"{declared()['prose']['target']}{figure.item}"


def _path(code: str) -> str:
    """The names of a functional code and those above it, with their levels."""
    names = specs.classification("functions")
    return "".join(names[code[:n]]["zh"] + level for n, level in _LEVELS.items() if n <= len(code))
