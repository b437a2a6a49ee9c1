"""Lines of the narrative to its declared sections, told by their headings."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from fiscal_utils.normalise import squeeze
from fiscal_utils.parse.narrative_spec import fold, spec
from fiscal_utils.read import Line

EVALUATION = "evaluation"
"""The section of the report on an evaluation that stands in an annex; no heading opens it."""

_NUMERAL = "[一二三四五六七八九十]+"
_ORDINALS = (rf"第?{_NUMERAL}[、.]", rf"\({_NUMERAL}\)、?", r"\d{1,2}(?:[、)]|\.(?!\d))|\(\d{1,2}\)")
"""How the headings of the first, second and third level are numbered."""
_ORDINAL = re.compile("|".join(_ORDINALS))
_HEADING = re.compile(
    "".join(f"(?:(?P<level{level}>{ordinal})|" for level, ordinal in enumerate(_ORDINALS, 1))
    + ")" * len(_ORDINALS)
    + r"(?P<title>[^。，;:]{2,60})[。;:]?"
)
_YEAR = re.compile(r"20\d\d年度?")
_UNNUMBERED = len(_ORDINALS) + 1
_CLOSED = ("。", ";", ":", "!")


@dataclass(frozen=True)
class Text:
    """A section's lines joined: as printed without white space, and where its pages begin."""

    section: str
    printed: str
    starts: tuple[int, ...]
    pages: tuple[int | None, ...]

    @cached_property
    def folded(self) -> str:
        """The text in compatibility forms, character by character."""
        return fold(self.printed)

    def page(self, offset: int) -> int | None:
        """The page on which the character at the offset is printed."""
        return self.pages[bisect_right(self.starts, offset) - 1]


@dataclass(frozen=True)
class _Heading:
    """A heading: its section ("" for an undeclared one), its level by its ordinal, how long it is."""

    section: str
    level: int
    length: int


def sections(lines: Sequence[Line]) -> Iterator[Text]:
    """The declared sections, without their headings; lines of other sections are left out."""
    opened, body, index = _Heading("", 1, 0), list[Line](), 0
    while index < len(lines):
        heading, taken, rest = _heading_at(lines, index, opened)
        if heading is None:
            body.append(lines[index])
        else:
            if opened.section and body:
                yield joined(opened.section, body)
            if heading.section != opened.section:
                opened = heading
            body = [Line(rest, lines[index + taken - 1].page)] if rest else []
        index += taken
    if opened.section and body:
        yield joined(opened.section, body)


def _heading_at(lines: Sequence[Line], index: int, opened: _Heading) -> tuple[_Heading | None, int, str]:
    """The heading that begins on the line, how many lines it is wrapped over, and the text that follows it there."""
    text = squeeze(lines[index].text)
    before = squeeze(lines[index - 1].text) if index else None
    found = _free_heading(text, before, opened)
    if index + 1 < len(lines) and begins_heading(text) and not is_ended(text):
        following = squeeze(lines[index + 1].text)
        joined = text + following
        whole = None if begins_heading(following) else _free_heading(joined, before, opened)
        if whole and whole.length > len(text) and is_ended(joined[: whole.length]):
            return whole, 2, joined[whole.length :]
    return (found, 1, text[found.length :]) if found else (None, 1, "")


def _free_heading(text: str, before: str | None, opened: _Heading) -> _Heading | None:
    """The heading that the text begins with; one without an ordinal only where no sentence runs on into the text."""
    heading = _heading(text, opened)
    if heading is None or heading.level != _UNNUMBERED or before is None or _stands_alone(before, opened):
        return heading
    return None


def _stands_alone(text: str, opened: _Heading) -> bool:
    """Whether no sentence runs on from the line of this text to the next."""
    return fold(text).endswith(_CLOSED) or _heading(text, opened) is not None


def begins_heading(text: str) -> bool:
    """Whether the text begins with an ordinal, as headings do."""
    return bool(_ORDINAL.match(fold(text)))


def is_ended(text: str) -> bool:
    """Whether the text ends as a heading or a sentence does."""
    folded = fold(text)
    return folded.endswith(_CLOSED) or _matches("ending", folded)


def _heading(text: str, opened: _Heading) -> _Heading | None:
    """The heading that the text begins with, None if it begins with none; `opened` is that of the open section."""
    folded = fold(text)
    match = _HEADING.match(folded)
    if not match:
        return None
    title, length = match["title"].replace('"', ""), match.end()
    alone = length == len(folded)
    level = next((n for n in range(1, len(_ORDINALS) + 1) if match[f"level{n}"]), _UNNUMBERED)
    if level == _UNNUMBERED and not alone:
        return None
    ended = _matches("ending", title)
    if not ended and (level == _UNNUMBERED or not alone):
        return None
    if re.search(r"\d", _YEAR.sub("", title)) or title.endswith("表"):
        return None
    if level > 1 and not ended and not _is_alias(title):
        return None
    section = _section(title, level, opened)
    if section is None and _ends_section(title, level, opened):
        section = ""
    return None if section is None else _Heading(section, level, length)


def _section(title: str, level: int, opened: _Heading) -> str | None:
    """The section with an alias at the begin of the title, else (first level only) the first with one in it."""
    declared = spec().section
    nested = bool(opened.section) and level > opened.level and not declared[opened.section].opening
    begun = (name for name in declared if _begin(name).match(title) and not (nested and declared[name].opening))
    within = (
        name
        for name, pattern in _aliases().items()
        if level == 1 and pattern.search(title) and not declared[name].opening
    )
    return next(begun, None) or next(within, None)


def _ends_section(title: str, level: int, opened: _Heading) -> bool:
    """Whether the heading is of an undeclared section: one of the first level, or beside the one that is open."""
    if level == 1:
        return _matches("undeclared", title)
    return level == opened.level and level != _UNNUMBERED and _matches("ending", title)


def _is_alias(title: str) -> bool:
    return any(title == fold(alias) for section in spec().section.values() for alias in section.headings)


@cache
def _aliases() -> dict[str, re.Pattern[str]]:
    return {
        name: re.compile("|".join(re.escape(fold(alias)) for alias in section.headings))
        for name, section in spec().section.items()
    }


@cache
def _begin(name: str) -> re.Pattern[str]:
    prefix = "|".join(spec().heading.prefix)
    return re.compile(rf"(?:{prefix})*(?:{_aliases()[name].pattern})")


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(getattr(spec().heading, name))})$")


def _matches(name: str, title: str) -> bool:
    return bool(_pattern(name).search(title))


def joined(section: str, lines: Sequence[Line]) -> Text:
    """The lines as the text of a section."""
    texts = [squeeze(line.text) for line in lines]
    starts, offset = list[int](), 0
    for text in texts:
        starts.append(offset)
        offset += len(text)
    return Text(section, "".join(texts), tuple(starts), tuple(line.page for line in lines))
