"""Tables in the layouts of several provinces and years, as invented rows: titles, headers, items, order of parts."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from fiscal_utils.errors import DocumentError
from fiscal_utils.normalise import Number
from fiscal_utils.parse import disclosures
from fiscal_utils.parse.outline import Outline, outlines
from fiscal_utils.parse.statutory import rows
from fiscal_utils.read import Block, Line, Source, html

Cell = str | tuple[str, int, int]
"""A text, or a text and how many rows and columns its cell covers."""


def table(title: str, *printed: Sequence[Cell]) -> str:
    cells = [[cell if isinstance(cell, tuple) else (cell, 1, 1) for cell in row] for row in printed]
    body = "".join(
        "<tr>" + "".join(f"<td rowspan={down} colspan={across}>{text}</td>" for text, down, across in row) + "</tr>"
        for row in cells
    )
    return f"<p>{title}</p><p>部门：样例局 2031年度 单位：万元</p><table>{body}</table>"


def outline(*parts: str) -> Outline:
    content = html.content(f"<html>{''.join(parts)}</html>".encode(), Path("sample.html"))
    return outlines(Source("sample.html", "", "", "", None, tuple(content.blocks)))[0]


def read(title: str, *printed: Sequence[Cell]) -> tuple[str, dict[str, dict[str, str]], list[str]]:
    """The table, its numbers by row and column, and the doubts."""
    (segment,) = outline(table(title, *printed)).segments
    found, doubts = rows(segment)
    numbers = {row.key: {column: str(n) for column, n in row.cells.items() if isinstance(n, Number)} for row in found}
    return segment.table, {name: cells for name, cells in numbers.items() if cells}, doubts


TITLES = {
    "表一：收入支出决算总表": "summary",
    "公开02表：收入决算表": "revenue",
    "附表3　2031年度部门支出决算表": "expenditure",
    "收入决算总表": "revenue",
    "支出决算总表（公开）": "expenditure",
    "《财政拨款收入支出决算总表》": "appropriation_summary",
    "财政拨款收入支出决算表": "appropriation_summary",
    "一般公共预算财政拨款收入支出决算表": "gpb_expenditure",
    "表六：一般公共预算财政拨款基本支出决算明细表": "gpb_basic_economic",
    "一般公共预算财政拨款“三公”经费情况表": "sangong",
    "一般公共预算财政拨款“三公”经费及会议费、培训费支出决算表": "sangong",
    "一般公共预算财政拨款项目支出决算表": "",
    "财政拨款支出决算明细表": "",
    "机构运行经费支出、国有资产占用情况及政府采购支出信息表": "",
}


@pytest.mark.parametrize("title", TITLES)
def test_titles(title: str) -> None:
    header = [
        "项目", "决算数", "合计", "小计", "基本支出", "项目支出", "财政拨款收入", "上级补助收入", "事业收入",
        "本年支出合计", "一般公共预算财政拨款", "政府性基金预算财政拨款",
    ]  # fmt: skip
    known = outline(table(title, header), table("国有资本经营预算财政拨款支出决算表", header))
    found = [segment.table for segment in (*known.segments, *known.unknown) if segment.title == title.replace("　", "")]
    assert found == [TITLES[title]]


BUSINESS: list[list[Cell]] = [
    [("项目", 1, 2), ("本年收入合计", 2, 1), ("财政拨款收入", 2, 1), ("上级补助收入", 2, 1), ("事业收入", 1, 2),
     ("经营收入", 2, 1), ("附属单位上缴收入", 2, 1), ("其他收入", 2, 1)],
    ["功能分类科目编码", "科目名称", "小计", "其中：教育收费"],
    ["205", "教育支出", "10.00", "5.00", "", "4.00", "3.00", "", "", "1.00"],
]  # fmt: skip


def test_a_part_of_a_column_is_not_the_column() -> None:
    _, numbers, doubts = read("收入决算表", *BUSINESS)
    assert numbers["205"] == {"total": "10.00", "fiscal_appropriation": "5.00", "business": "4.00", "other": "1.00"}
    assert len(doubts) == 1
    assert "教育收费" in doubts[0]


def test_a_template_with_dots_among_its_codes() -> None:
    header = ["科目编码", "科目名称", "合计", "基本支出", "项目支出"]
    (segment,) = outline(
        table("一般公共预算财政拨款支出决算表", header, ["205", "教育支出", "", "", ""], ["…", "…", "", "", ""])
    ).segments
    assert rows(segment)[0][0].code == "205"


def test_columns_of_one_name_below_several_headings() -> None:
    _, numbers, doubts = read(
        "一般公共预算财政拨款收入支出决算表",
        [("项目", 1, 2), ("年初结转和结余", 1, 3), ("本年收入", 1, 3), ("本年支出", 1, 5), ("年末结转和结余", 1, 2)],
        [("科目编码", 2, 1), ("科目名称", 2, 1), ("合计", 2, 1), ("基本支出结转", 2, 1), ("项目支出结转和结余", 2, 1),
         ("合计", 2, 1), ("基本支出", 2, 1), ("项目支出", 2, 1), ("合计", 2, 1), ("基本支出", 1, 3), ("项目支出", 2, 1),
         ("合计", 2, 1), ("项目支出结转和结余", 2, 1)],
        ["小计", "人员经费", "日常公用经费"],
        ["201", "一般公共服务支出", "1.00", "", "1.00", "20.00", "13.00", "7.00", "19.00", "12.00", "10.00",
         "2.00", "7.00", "2.00", "2.00"],
    )  # fmt: skip
    assert numbers["201"] == {
        "opening": "1.00", "revenue": "20.00", "total": "19.00", "basic": "12.00", "project": "7.00", "closing": "2.00",
    }  # fmt: skip
    assert len(doubts) == 6


ITEMS: list[Cell] = [
    ("合计", 2, 1), ("因公出国（境）费用", 2, 1), ("公务用车购置及运行费", 1, 3), ("公务接待费", 2, 1),
]  # fmt: skip
SUB: list[Cell] = ["小计", "公务用车购置费", "公务用车运行费"]
THREE = {
    "total": {"adjusted_budget": "9.00", "final": "8.00"},
    "vehicles": {"adjusted_budget": "7.00", "final": "6.50"},
    "vehicle_operation": {"adjusted_budget": "7.00", "final": "6.50"},
    "hospitality": {"adjusted_budget": "2.00", "final": "1.50"},
}


def test_three_public_expenses_of_a_named_unit() -> None:
    head: list[Cell] = [("单位名称", 3, 1), ("当年财政拨款预算数", 1, 6), ("当年财政拨款决算数", 1, 6)]
    amounts = ["样例局", "9.00", "", "7.00", "", "7.00", "2.00", "8.00", "", "6.50", "", "6.50", "1.50"]
    found = read("一般公共预算财政拨款“三公”经费支出决算表", head, ITEMS * 2, SUB * 2, amounts)
    assert found == ("sangong", THREE, [])


CROSSED: list[list[Cell]] = [
    [("项目", 3, 1), ("一般公共预算财政拨款安排的“三公”经费", 1, 6), ("会议费", 3, 1), ("培训费", 3, 1)],
    [("小计", 2, 1), ("因公出国（境）费用", 2, 1), ("公务接待费", 2, 1), ("公务用车购置及运行维护费", 1, 3)],
    ["小计", "公务用车购置费", "公务用车运行维护费"],
    ["预算数", "9.00", "", "2.00", "7.00", "", "7.00", "1.00", "0.50"],
    ["决算数", "8.00", "", "1.50", "6.50", "", "6.50", "0.80", "0.40"],
]
OTHERS = {
    "meetings": {"adjusted_budget": "1.00", "final": "0.80"}, "training": {"adjusted_budget": "0.50", "final": "0.40"},
}  # fmt: skip


def test_three_public_expenses_with_a_row_for_each_measure() -> None:
    title = "一般公共预算财政拨款“三公”经费及会议费、培训费支出决算表"
    assert read(title, *CROSSED) == ("sangong", THREE | OTHERS, [])
    _, numbers, doubts = read(title, *CROSSED, ["上年决算数", "8.10", "", "1.60", "6.50", "", "6.50", "0.90", "0.30"])
    assert numbers == THREE | OTHERS
    assert len(doubts) == 1


def test_three_public_expenses_beside_running_costs() -> None:
    _, numbers, doubts = read(
        "财政拨款“三公”经费、行政参公单位机关运行经费情况表",
        ["项目", "行次", "年初预算数", "全年预算数", "决算统计数"],
        ["栏次", "", "1", "2", "3"],
        ["一、“三公”经费支出", "1", "—", "—", "—"],
        ["（一）支出合计", "2", "10.00", "9.00", "8.00"],
        ["3．公务接待费", "7", "3.00", "2.00", "1.50"],
        ["二、机关运行经费", "22", "—", "—", "55.00"],
    )
    assert doubts == []
    assert numbers == {
        "total": {"initial_budget": "10.00", "adjusted_budget": "9.00", "final": "8.00"},
        "hospitality": {"initial_budget": "3.00", "adjusted_budget": "2.00", "final": "1.50"},
        "机关运行经费": {"final": "55.00"},
    }


def test_the_better_title_of_two_tables_that_may_be_one() -> None:
    both = [
        table(title, ["项目", "预算数", "决算数"], ["公务接待费", "2.00", "1.50"])
        for title in ("财政拨款“三公”经费、行政参公单位机关运行经费情况表", "一般公共预算财政拨款“三公”经费情况表")
    ]
    found = outline(*both)
    assert [segment.title for segment in found.segments] == ["一般公共预算财政拨款“三公”经费情况表"]
    assert [segment.title for segment in found.unknown] == ["财政拨款“三公”经费、行政参公单位机关运行经费情况表"]


def test_a_table_in_no_known_layout_is_kept_where_tables_may_be_missing() -> None:
    strange = table("支出决算表", ["甲", "乙"], ["丙", "1.00"])
    known = table("收入支出决算总表", ["项目", "决算数"], ["总计", "3.00"])
    content = html.content(f"<html>{known}{strange}</html>".encode(), Path("sample.html"))
    source = Source("sample.html", "", "", "", None, tuple(content.blocks))
    with pytest.raises(DocumentError, match="支出决算表"):
        disclosures(source)
    (accounts,) = disclosures(source, allow_missing=True)
    assert [segment.title for segment in accounts.unknown] == ["支出决算表"]
    assert "expenditure" in accounts.missing


def test_classes_under_former_names() -> None:
    _, numbers, _ = read(
        "收入支出决算总表",
        ["项目", "行次", "金额", "项目", "行次", "金额"],
        ["二、上级补助收入", "2", "3.00", "九、医疗卫生与计划生育支出", "31", "1.00"],
        ["三、事业收入", "3", "", "七、文化体育与传媒支出", "32", "0.50"],
    )
    assert (numbers["210"], numbers["207"]) == ({"expenditure_final": "1.00"}, {"expenditure_final": "0.50"})


def lines(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


CONTENTS = lines(
    "样例局2031年度部门决算", "目录", "第一部分 部门概况", "第二部分 2031年度部门决算情况说明",
    "一、收入支出决算总体情况说明", "第三部分 名词解释", "第四部分 附件", "第五部分 附表", "一、收入支出决算总表",
)  # fmt: skip


@pytest.mark.parametrize("part", ["第二部分 ", "二、"])
def test_a_narrative_before_the_tables(part: str) -> None:
    told = lines(
        "第一部分 部门概况", "样例局管理苗圃。", f"{part}2031年度部门决算情况说明", "一、收入支出决算总体情况说明",
        "收入总计3.00万元。", "第三部分 名词解释", "财政拨款：略。", "第四部分 附件", "第五部分 附表",
    )  # fmt: skip
    contents = CONTENTS.replace("第二部分 ", part)
    found = outline(contents, told, table("收入支出决算总表", ["项目", "决算数"], ["总计", "3.00"]))
    assert [line.text for line in found.narrative] == ["一、收入支出决算总体情况说明", "收入总计3.00万元。"]
    assert [segment.table for segment in found.segments] == ["summary"]
    assert (found.has_glossary, "样例局管理苗圃。" in [line.text for line in found.front]) == (True, True)


def test_a_part_named_after_its_tables_is_no_table() -> None:
    grid = html.content(table("", ["项目", "决算数"]).encode(), Path("x.html")).blocks
    blocks: list[Block] = [Line("收入支出决算总表"), *grid, Line("第二部分 2031年度部门决算表"), *grid]
    found = outlines(Source("sample.html", "", "", "", None, tuple(blocks)))[0]
    assert [segment.title for segment in (*found.segments, *found.unknown)] == ["收入支出决算总表"]
