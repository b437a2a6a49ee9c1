"""What a file prints to the accounts in it: statutory tables, narrative, performance forms, staff."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fiscal_utils import regions, specs
from fiscal_utils.errors import DocumentError
from fiscal_utils.identities import Cell
from fiscal_utils.language import on_page, t
from fiscal_utils.normalise import Number
from fiscal_utils.parse import overview
from fiscal_utils.parse.narrative import Figure, narrated
from fiscal_utils.parse.outline import Outline, outlines, titles_opening_pages
from fiscal_utils.parse.paragraphs import are_cut
from fiscal_utils.parse.performance import Form, form
from fiscal_utils.parse.placement import place
from fiscal_utils.parse.rows import Row
from fiscal_utils.parse.sections import sections
from fiscal_utils.parse.segments import Segment
from fiscal_utils.parse.statements import Statement, statements
from fiscal_utils.parse.statutory import rows
from fiscal_utils.parse.trust import confirmed, named, unbroken
from fiscal_utils.read import Source

SIMULATED = "模拟"
"""What the names of invented departments begin with."""
_TABLES_ONLY = ("openpyxl", "xlrd")
"""Readers of spreadsheets: these hold the tables and need no narrative."""


@dataclass(frozen=True)
class Accounts:
    """One department's final accounts of one year, as published."""

    source: Source
    department: str
    year: int
    unit: str
    region: regions.Region | None
    statutory_duties: int | None
    budget_units: int | None
    missing: tuple[str, ...]
    rows: tuple[Row, ...]
    narrative: tuple[Figure, ...]
    forms: tuple[Form, ...]
    staff: dict[str, int]
    unknown: tuple[Segment, ...] = ()
    """Tables under titles that are not declared, as printed."""
    doubts: tuple[str, ...] = ()
    """What could not be read, in words."""
    statements: tuple[Statement, ...] = ()
    """What is said besides figures, for the checks."""

    @property
    def simulated(self) -> bool:
        """Whether the department is an invented one (see fiscal_utils.simulate)."""
        return self.department.startswith(SIMULATED)


def parse(source: Source, allow_missing: bool = False) -> Accounts:
    """The accounts of the first, usually the only, unit that the source prints; see `disclosures`."""
    return disclosures(source, allow_missing)[0]


def disclosures(source: Source, allow_missing: bool = False) -> tuple[Accounts, ...]:
    """The accounts that the source prints, one for each unit.

    Raises DocumentError where it is no disclosure, where a table that its contents list or that every disclosure has
    or the narrative is missing, where one cannot be read (unless `allow_missing`), or where a table is printed twice.
    """
    found = outlines(source)
    narrated = any(parts.narrative for parts in found)
    for parts in found:
        _refuse_doubled(parts)
        if not allow_missing:
            _refuse_incomplete(parts, narrated, source)
    return tuple(_accounts(*_tables(parts, allow_missing), source) for parts in found)


def _tables(parts: Outline, allow_missing: bool) -> tuple[Outline, list[tuple[list[Row], list[str]]]]:
    """The outline, and the rows and doubts of each of its tables.

    With `allow_missing` a table whose header fits no known layout is among the undeclared ones.
    """
    read: list[tuple[Segment, tuple[list[Row], list[str]]]] = []
    failed: list[Segment] = []
    for segment in parts.segments:
        try:
            read.append((segment, rows(segment)))
        except DocumentError:
            if not allow_missing:
                raise
            failed.append(replace(segment, table=""))
    known = tuple(segment for segment, _ in read)
    return replace(parts, segments=known, unknown=(*parts.unknown, *failed)), [found for _, found in read]


def _accounts(parts: Outline, read: Sequence[tuple[list[Row], list[str]]], source: Source) -> Accounts:
    found = [row for part, _ in read for row in part]
    labels = {row.code: row.label for row in found if row.code}
    cut = are_cut(parts.narrative)
    texts = () if cut else tuple(sections(parts.narrative))
    narrative, comparisons = narrated(texts, labels, () if cut else parts.annex)
    placed = named(unbroken(place(found, _stated(narrative))))
    if source.recognised or any(row.aligned for row in placed):
        placed = confirmed(placed, _stated(narrative), source.recognised)
    headings = [segment.lines for segment in parts.segments]
    department, year = overview.department_and_year(headings, parts.front)
    if not department or year is None:
        raise DocumentError("no_department_or_year", path=source.name)
    return Accounts(
        source=source,
        department=department,
        year=year,
        unit=overview.unit(headings),
        region=regions.find(department, "".join(line.text for line in parts.front)),
        statutory_duties=overview.duties(parts.front),
        budget_units=overview.budget_units(parts.front),
        missing=tuple(name for name in specs.tables() if name not in {s.table for s in parts.segments}),
        rows=tuple(placed),
        narrative=tuple(narrative),
        forms=tuple(form(blocks) for blocks in parts.forms),
        staff=overview.staff(parts.front),
        unknown=parts.unknown,
        statements=(*statements(parts, texts, placed, department), *comparisons),
        doubts=(
            *_unread(source),
            *(doubt for _, doubts in read for doubt in doubts),
            *_without_form(parts),
            *(_cut_text(parts) if cut else ()),
        ),
    )


def _refuse_doubled(parts: Outline) -> None:
    if twice := parts.doubled:
        raise DocumentError(
            "doubled_table",
            table=specs.tables()[twice[0].table].title,
            page=(twice[0].page, twice[1].page),
        )


def _refuse_incomplete(parts: Outline, narrated: bool, source: Source) -> None:
    present = {segment.table for segment in parts.segments}
    wanted = [name for name, spec in specs.tables().items() if spec.common or name in parts.listed]
    lacking = [name for name in wanted if name not in present]
    if cut := _named([name for name in lacking if name in titles_opening_pages(source.blocks)]):
        raise DocumentError("cut_apart", path=source.name, missing="、".join(cut))
    absent = _named(lacking)
    if source.reader not in _TABLES_ONLY:
        absent += [] if narrated else ["决算情况说明"]
        explained = parts.has_glossary or (parts.listed and "glossary" not in parts.listed)
        absent += [] if explained or not parts.narrative else ["名词解释"]
    if absent:
        read = "决算情况说明" if parts.narrative else parts.segments[-1].title
        raise DocumentError("incomplete", path=source.name, missing="、".join(absent), last=read)


def _named(tables: Sequence[str]) -> list[str]:
    return [f"《{specs.tables()[name].title}》" for name in tables]


def _unread(source: Source) -> list[str]:
    pages = ", ".join(map(str, source.unread))
    return [t(f"第 {pages} 页是图像，未读", f"pages {pages} are images and were not read")] if pages else []


def _without_form(parts: Outline) -> list[str]:
    what = t("绩效自评表未读", "a self-evaluation form is not read")
    return [f"{on_page(line.page)}{what}" for line in parts.unread_forms]


def _cut_text(parts: Outline) -> list[str]:
    pages = f"{parts.narrative[0].page}–{parts.narrative[-1].page}"
    return [
        t(
            f"第 {pages} 页：决算情况说明的段落被单元格截断，未读；请加大行高后重新打印，或直接给出工作簿",
            f"pages {pages}: the narrative is not read, as cells cut its paragraphs off; print it with higher rows, "
            "or give the workbook itself",
        )
    ]


def _stated(narrative: Sequence[Figure]) -> dict[Cell, Number]:
    """The first statement of each figure, as cells of the table `narrative`."""
    stated: dict[Cell, Number] = {}
    for figure in narrative:
        stated.setdefault(("narrative", f"{figure.section}/{figure.item}", figure.measure), figure.value)
    return stated
