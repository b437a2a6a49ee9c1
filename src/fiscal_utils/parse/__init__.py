"""One disclosure's text to its accounts: statutory tables, narrative, performance forms, staff."""

from collections.abc import Sequence
from dataclasses import dataclass

from fiscal_utils import regions, specs
from fiscal_utils.errors import DocumentError
from fiscal_utils.identities import Cell
from fiscal_utils.normalise import Number, key
from fiscal_utils.parse import overview
from fiscal_utils.parse.narrative import Figure, figures
from fiscal_utils.parse.outline import Outline, Segment, outline
from fiscal_utils.parse.performance import Form, form
from fiscal_utils.parse.placement import place
from fiscal_utils.parse.statutory import Row, rows
from fiscal_utils.read import Source


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


def parse(source: Source, allow_missing: bool = False) -> Accounts:
    """The accounts that the source prints.

    Raises DocumentError where it is no disclosure, where a statutory table, the narrative or the glossary that ends
    it is missing (unless `allow_missing`), where a table is printed twice, or where a table cannot be read.
    """
    parts = outline(source)
    _refuse_doubled(parts.segments)
    missing = tuple(name for name in specs.tables() if name not in {s.table for s in parts.segments})
    if not allow_missing:
        _refuse_incomplete(parts, missing, source)
    narrative = figures(parts.narrative)
    placed = place([row for segment in parts.segments for row in rows(segment)], _stated(narrative))
    headings = [segment.lines for segment in parts.segments]
    department, year = overview.department(headings), overview.year(headings)
    if not department or year is None:
        raise DocumentError("no_department_or_year", path=source.name)
    context = "".join(line.text for line in parts.overview)
    return Accounts(
        source=source,
        department=department,
        year=year,
        unit=overview.unit(headings),
        region=regions.find(department, context),
        statutory_duties=overview.duties(parts.overview),
        budget_units=overview.budget_units(parts.overview),
        missing=missing,
        rows=tuple(placed),
        narrative=tuple(narrative),
        forms=tuple(form(lines) for lines in parts.forms),
        staff=overview.staff(parts.overview),
    )


def _refuse_doubled(segments: Sequence[Segment]) -> None:
    first: dict[str, Segment] = {}
    for segment in segments:
        before = first.setdefault(segment.table, segment)
        if before is not segment:
            raise DocumentError(
                "doubled_table",
                table=specs.tables()[segment.table].title,
                pages=f"{before.page}, {segment.page}",
            )


def _refuse_incomplete(parts: Outline, missing: Sequence[str], source: Source) -> None:
    absent = [f"《{specs.tables()[name].title}》" for name in missing]
    absent += [] if parts.narrative else ["决算情况说明"]
    absent += [] if parts.has_glossary else ["名词解释"]
    if absent:
        last = parts.segments[-1] if not parts.narrative else None
        read = key(last.lines[0].text) if last else "决算情况说明"
        raise DocumentError("incomplete", path=source.name, missing="、".join(absent), last=read)


def _stated(narrative: Sequence[Figure]) -> dict[Cell, Number]:
    """The first statement of each figure, as cells of the table `narrative`."""
    stated: dict[Cell, Number] = {}
    for figure in narrative:
        stated.setdefault(("narrative", f"{figure.section}/{figure.item}", figure.measure), figure.value)
    return stated
