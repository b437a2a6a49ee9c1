"""What a disclosure says besides its figures: years, departments and units in headings, comparisons, blanks left."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from fiscal_utils import specs
from fiscal_utils.normalise import key, squeeze
from fiscal_utils.parse import overview
from fiscal_utils.parse.outline import Outline
from fiscal_utils.parse.rows import Row
from fiscal_utils.parse.sections import Text
from fiscal_utils.parse.segments import Segment

_BLANK = re.compile(
    r"[XxＸ×╳]{2,}(?=[\u4e00-\u9fff%])|(?<=[\u4e00-\u9fff])[XxＸ×╳]{2,}|\*{3,}|_{3,}|[（(]?请?填写[^）)]{0,10}[）)]?"
)
_SIGN = re.compile("[XxＸ×╳*_填]")
"""What every blank has: looked for first, as it is found in a tenth of the time."""
_EMPTY = re.compile(r"(无|没有|未(安排|使用|发生|涉及))|(空表|数据为(空|零)|为零)")
_SUBJECTS = {
    "government_fund": "政府性基金", "state_capital": "国有资本经营", "sangong": "“?三公”?", "assets": "国有资产",
}  # fmt: skip
"""Table → what the narrative says that there is none of."""
_ABOUT = re.compile(r"(?:^|[。；])(?P<name>[^。；\d]+)(?P<year>20\d\d)年")
_OWN_NAMES = ("本部门", "本单位", "我部门", "我单位", "本局", "我局", "本办", "我办")
_DIGITS = {"function": (3, 5, 7), "economic": (3, 5)}
_LONGEST = 12


class Statement(NamedTuple):
    """Something said that is no figure: where, of what, its kind, the short printed value, the page.

    Kinds: `year`, `department`, `unit` (of a table's heading; a year also of a section's text), `against_budget` (how
    an item's outturn is said to compare with its budget), `empty_note` (whether an empty table says that it is),
    `placeholder` (a blank of the template left to fill in), `code` (one of the wrong length, with its label),
    `code_name` (a code's label that is not its official name).
    """

    section: str
    item: str
    kind: str
    said: str
    page: int | None


def statements(parts: Outline, texts: Sequence[Text], rows: Sequence[Row], department: str) -> list[Statement]:
    """Everything said in headings, tables and the narrative's texts that the checks compare, in printed order."""
    return [
        *(said for segment in parts.segments for said in _heading(segment)),
        *_empty_notes(parts, rows),
        *_codes(rows),
        *_years(texts, department),
        *_placeholders(parts),
    ]


def _heading(segment: Segment) -> Iterator[Statement]:
    """The year, department and unit above a table, those that are printed; a money table has a unit."""
    lines = [segment.lines]
    department, year = overview.department_and_year(lines)
    for kind, value in (("year", year), ("department", department)):
        if value:
            yield Statement(segment.table, "", kind, str(value), segment.page)
    spec = specs.tables()[segment.table]
    if spec.coded or not spec.counts:
        yield Statement(segment.table, "", "unit", overview.unit(lines), segment.page)


def _empty_notes(parts: Outline, rows: Sequence[Row]) -> Iterator[Statement]:
    """Whether each table without a number says so, beneath it or in the narrative."""
    text = key("".join(line.text for line in parts.narrative))
    filled = {row.table for row in rows if row.cells or row.undetermined}
    for segment in parts.segments:
        if segment.table not in filled:
            subject = _SUBJECTS.get(segment.table)
            told = subject and re.search(rf"(无|没有|未安排|未使用)[^。；]{{0,12}}{subject}", text)
            noted = any(_EMPTY.search(key(line.text)) for line in segment.lines[1:])
            yield Statement(segment.table, "", "empty_note", "yes" if told or noted else "no", segment.page)


def _codes(rows: Sequence[Row]) -> Iterator[Statement]:
    """Codes of a length that their classification does not have, and names that are not the official ones.

    A name that is cut short is not another name.
    """
    for row in rows:
        digits = _DIGITS.get(specs.tables()[row.table].rows, ())
        if row.code and digits and len(row.code) not in digits:
            yield Statement(row.table, row.code, "code", row.label, row.page)
        elif digits and not key(specs.code_name_in("zh", row.code, row.label)).startswith(key(row.label)):
            yield Statement(row.table, row.code, "code_name", row.label, row.page)


def _years(texts: Sequence[Text], department: str) -> Iterator[Statement]:
    """The year that each section of the narrative says that it is about, where it opens a sentence."""
    names = (*_OWN_NAMES, key(department))
    for text in texts:
        for match in _ABOUT.finditer(text.folded):
            if match["name"] in names:
                yield Statement(text.section, "", "year", match["year"], text.page(match.start("year")))


def _placeholders(parts: Outline) -> Iterator[Statement]:
    """The first blank that is left on each page of each part."""
    tables = {segment.table: segment.lines for segment in parts.segments}
    everywhere = {"front": parts.front, **tables, "narrative": parts.narrative}
    seen = set[tuple[str, int | None]]()
    for section, line in ((section, line) for section, lines in everywhere.items() for line in lines):
        match = _SIGN.search(line.text) and _BLANK.search(squeeze(line.text))
        if match and (section, line.page) not in seen:
            seen.add((section, line.page))
            yield Statement(section, "", "placeholder", match[0][:_LONGEST], line.page)
