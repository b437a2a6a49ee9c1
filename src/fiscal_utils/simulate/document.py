"""Accounts to the document that every renderer draws: headings, paragraphs and tables in printed order."""

from collections.abc import Iterator
from dataclasses import dataclass

from fiscal_utils.parse import Accounts
from fiscal_utils.simulate.form_sheets import form_sheets
from fiscal_utils.simulate.model import ordinal
from fiscal_utils.simulate.prose import sections
from fiscal_utils.simulate.sheets import Sheet
from fiscal_utils.simulate.tables import sheets
from fiscal_utils.simulate.words import Layout, declared, mark, words


@dataclass(frozen=True)
class Heading:
    """A heading: of the cover (level 0), of a part (1, on a new page) or of a section (2)."""

    text: str
    level: int


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of text."""

    text: str


Block = Heading | Paragraph | Sheet


def document(accounts: Accounts, layout: Layout) -> list[Block]:
    """The whole disclosure: cover, contents, overview, tables, narrative, forms, glossary."""
    tables = sheets(accounts, layout)
    parts = [
        f"第一部分　{accounts.department}概况",
        f"第二部分　{accounts.year}年度部门决算表",
        f"第三部分　{accounts.year}年度部门决算情况说明",
        "第四部分　名词解释",
    ]
    contents: list[Block] = [
        Heading(f"{accounts.department}{accounts.year}年度部门决算", 0),
        Paragraph(mark("simulated")),
        Heading("目录", 1),
    ]
    for part in parts:
        contents.append(Paragraph(part))
        titles = [sheet.title for sheet in tables] if part == parts[1] else []
        contents += [Paragraph(f"{ordinal(i)}、{title.replace('　', '')}") for i, title in enumerate(titles, 1)]
    return [
        *contents,
        Heading(parts[0], 1), *_overview(accounts),
        Heading(parts[1], 1), *tables,
        Heading(parts[2], 1), *_narrative(accounts), *form_sheets(accounts),
        Heading(parts[3], 1), Paragraph(declared()["glossary"]),
    ]  # fmt: skip


def _overview(accounts: Accounts) -> Iterator[Block]:
    yield Heading("一、部门主要职责", 2)
    for number in range(1, (accounts.statutory_duties or 0) + 1):
        yield Paragraph(f"（{ordinal(number)}）{words('duties')[number - 1]}")
    yield Heading("二、机构设置及人员情况", 2)
    yield Paragraph(f"纳入本套部门决算汇编范围的单位共{accounts.budget_units}个。")
    staff = accounts.staff
    if staff:
        yield Paragraph(
            f"本部门年末在职人员{staff['in_service']}人，离退休人员{staff['retired']}人（不含由社保发放养老金者），"
            f"其他人员{staff['other']}人。由养老保险基金发放养老金的离退休人员{staff['retired_pension_fund']}人。"
        )


def _narrative(accounts: Accounts) -> Iterator[Block]:
    for section in sections(accounts.narrative, accounts.year):
        yield Heading(section.heading, 2)
        yield from map(Paragraph, section.paragraphs)
