"""Lines of a disclosure to its parts: overview, statutory tables, narrative, performance forms."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fiscal_utils import specs
from fiscal_utils.errors import DocumentError
from fiscal_utils.normalise import key, squeeze
from fiscal_utils.read import Line, Source

_PART = re.compile(r"第[一二三四五六七八九十]部分")
_NARRATIVE = re.compile(r"(第[一二三四五六七八九十]部分)?.{0,40}决算情况说明")
_GLOSSARY = re.compile(r"(第[一二三四五六七八九十]部分|[一二三四五六七八九十]+、)?(专业)?名词解释")
_TITLE_PREFIX = re.compile(r"(公开)?(表?\d{1,2}表?|[一二三四五六七八九十]+)?[、.:：]?(.{0,40}?\d{4}年度?)?")
_FORM_START = re.compile(r"项目名称")
_FORM_END = re.compile(r"(总计|总分|合计)(100(\.0+)?\d.*|100)")
_UNIT = re.compile(r"单位[:：]")
_TITLE_REACH = 8
"""A title counts where a unit line follows within so many printed lines: a table of contents has none."""


@dataclass(frozen=True)
class Segment:
    """The printed lines of one statutory table, its title first."""

    table: str
    lines: tuple[Line, ...]

    @property
    def page(self) -> int | None:
        """The page of the title."""
        return self.lines[0].page


@dataclass(frozen=True)
class Outline:
    """A disclosure taken apart, each part in printed order."""

    overview: tuple[Line, ...]
    segments: tuple[Segment, ...]
    narrative: tuple[Line, ...]
    forms: tuple[tuple[Line, ...], ...]
    has_glossary: bool


def outline(source: Source) -> Outline:
    """The parts of the disclosure; raises DocumentError where no statutory table is found at all."""
    lines = tuple(line for line in source.lines if line.text.strip())
    starts = list(_table_starts(lines))
    if not starts:
        raise DocumentError("not_a_disclosure", path=source.name)
    first = starts[0][0]
    narrative = next(iter(_found(lines, _NARRATIVE, after=starts[-1][0])), None)
    glossary = next(reversed(_found(lines, _GLOSSARY, after=first)), None)
    tables_end = len(lines) if narrative is None else narrative
    ends = [start for start, _ in starts[1:]] + [tables_end]
    segments = tuple(
        Segment(table, _until_part(lines[start:end])) for (start, table), end in zip(starts, ends, strict=True)
    )
    text: list[Line] = []
    forms: list[tuple[Line, ...]] = []
    if narrative is not None:
        stop = glossary if glossary is not None and glossary > narrative else len(lines)
        text, forms = _split_forms(lines[narrative + 1 : stop])
    return Outline(lines[:first], segments, tuple(text), tuple(forms), glossary is not None)


def _table_starts(lines: tuple[Line, ...]) -> Iterator[tuple[int, str]]:
    titles = sorted(
        ((title, spec.name) for spec in specs.tables().values() for title in spec.titles),
        key=lambda pair: -len(pair[0]),
    )
    for index, line in enumerate(lines):
        table = _title_of(key(line.text), titles)
        if table and any(_UNIT.search(key(near.text)) for near in lines[index + 1 : index + _TITLE_REACH]):
            yield index, table


def _title_of(text: str, titles: list[tuple[str, str]]) -> str | None:
    for title, name in titles:
        if text.endswith(title) and _TITLE_PREFIX.fullmatch(text.removesuffix(title)):
            return name
    return None


def _found(lines: tuple[Line, ...], pattern: re.Pattern[str], after: int) -> list[int]:
    """The indices, behind `after`, of the lines that the pattern describes as a whole."""
    return [i for i, line in enumerate(lines) if i > after and pattern.fullmatch(key(line.text))]


def _until_part(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    end = next((i for i, line in enumerate(lines) if _PART.match(squeeze(line.text))), len(lines))
    return lines[:end]


def _split_forms(lines: tuple[Line, ...]) -> tuple[list[Line], list[tuple[Line, ...]]]:
    text: list[Line] = []
    forms: list[tuple[Line, ...]] = []
    form: list[Line] | None = None
    for line in lines:
        if _FORM_START.match(squeeze(line.text)):
            forms += [tuple(form)] if form else []
            form = []
        if form is None:
            text.append(line)
            continue
        form.append(line)
        if _FORM_END.fullmatch(squeeze(line.text)):
            forms.append(tuple(form))
            form = None
    return text, forms + ([tuple(form)] if form else [])
