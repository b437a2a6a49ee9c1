"""Tables that a page break cuts anywhere: in the header, in a row, in a label, in a number."""

from collections.abc import Sequence

import pytest

from fiscal_utils.errors import DocumentError
from fiscal_utils.normalise import Number
from fiscal_utils.parse import overview, parse
from fiscal_utils.parse.outline import outlines
from fiscal_utils.parse.segments import Segment
from fiscal_utils.parse.statutory import Row, rows
from fiscal_utils.parse.trust import named
from fiscal_utils.read import Block, Grid, Line, Source, Word

HEADER = ("科目编码", "科目名称", "本年支出合计", "基本支出", "项目支出")
TOTAL = ("", "合计", "1,300.00", "1,069.50", "230.50")


def expenditure(*pages: Sequence[Sequence[str]]) -> Segment:
    grids = [Grid(tuple(map(tuple, page)), number) for number, page in enumerate(pages, 1)]
    return Segment("gpb_expenditure", "一般公共预算财政拨款支出决算表", (Line("单位：万元", 1), *grids))


def numbers(found: Sequence[Row]) -> dict[str, tuple[str, ...]]:
    """Key → printed numbers, blank cells left out."""
    return {row.key: tuple(str(n) for n in row.cells.values() if isinstance(n, Number)) for row in found}


def read(*pages: Sequence[Sequence[str]]) -> dict[str, tuple[str, ...]]:
    found, doubts = rows(expenditure(*pages))
    assert doubts == []
    return numbers(found)


SPLIT = {
    "label": (("2010601", "行政", "69.50", "69.50", ""), ("", "运行", "", "", "")),
    "label whose end is a label": (("2010601", "行政运", "69.50", "69.50", ""), ("", "行", "", "", "")),
    "numbers": (("2010601", "行政运行", "6", "69.", ""), ("", "", "9.50", "50", "")),
    "code": (("20106", "行政", "69.50", "69.50", ""), ("01", "运行", "", "", "")),
    "code, label and numbers": (("201060", "行政", "69.", "69", ""), ("1", "运行", "50", ".50", "")),
}


@pytest.mark.parametrize("name", SPLIT)
def test_a_row_that_two_pages_print_is_one(name: str) -> None:
    begin, rest = SPLIT[name]
    found = read([HEADER, TOTAL, begin], [rest, ("208", "社会保障和就业支出", "1.00", "1.00", "")])
    assert found == {
        "total": ("1300.00", "1069.50", "230.50"), "2010601": ("69.50", "69.50"), "208": ("1.00", "1.00"),
    }  # fmt: skip


def test_a_broken_row_right_below_the_header() -> None:
    found = read([HEADER, ("201", "一般公共", "1,069.", "1,069.", "")], [("", "服务支出", "50", "50", ""), TOTAL])
    assert found == {"201": ("1069.50", "1069.50"), "total": ("1300.00", "1069.50", "230.50")}


def test_a_page_with_nothing_but_the_end_of_a_number() -> None:
    found = read([HEADER, TOTAL, ("201", "一般公共服务支出", "1069.", "1069.", "")], [("", "", "50", "50", "")])
    assert found["201"] == ("1069.50", "1069.50")


def test_a_label_that_ends_like_another_is_completed_all_the_same() -> None:
    found = read([HEADER, ("2080599", "其他", "69.50", "69.50", "")], [("", "行政事业单位养老支出", "", "", ""), TOTAL])
    assert found == {"2080599": ("69.50", "69.50"), "total": ("1300.00", "1069.50", "230.50")}


OWN = {
    "with a code": ("208", "社会保障和就业支出", "1.00", "1.00", ""),
    "with a known label": TOTAL,
    "with whole numbers": ("", "非税收入安排的支出", "1.00", "1.00", ""),
}


@pytest.mark.parametrize("name", OWN)
def test_a_row_of_its_own_stays_one_on_the_next_page(name: str) -> None:
    found, _ = rows(expenditure([HEADER, ("20106", "财政事务", "1.00", "1.00", "")], [OWN[name]]))
    assert [row.label for row in found] == ["财政事务", OWN[name][1]]


def test_a_header_that_goes_on_on_the_next_page() -> None:
    upper, lower = ("项目", "", "本年支出", "", ""), ("科目编码", "科目名称", "合计", "基本支出", "项目支出")
    assert read([upper], [lower, TOTAL]) == {"total": ("1300.00", "1069.50", "230.50")}


def test_a_header_whose_last_row_parts_the_columns_on_the_next_page() -> None:
    upper = Grid(
        (("经济分类", "科目名称", "决算数"), ("科目编码", "", "")),
        1,
        {(0, 1): (2, 1), (0, 2): (2, 1)},
        (70, 150, 350, 450),
    )
    lower = Grid((("类", "款", "", ""), ("301", "", "工资福利支出", "9.00"), ("301", "01", "基本工资", "9.00")), 2, {},
                 (70, 110, 150, 350, 450))  # fmt: skip
    title = "一般公共预算财政拨款基本支出决算表"
    found, doubts = rows(Segment("gpb_basic_economic", title, (Line("单位：万元", 1), upper, lower)))
    assert doubts == []
    assert numbers(found) == {"301": ("9.00",), "30101": ("9.00",)}


def test_a_header_of_which_either_page_tells_some_columns() -> None:
    upper = Grid(
        (("项目", "年初结转和结余", "本年收入", "本年支出", "年末结转和结余"),), 1, {}, (60, 240, 360, 440, 660, 780)
    )
    lower = Grid(
        (("科目编码", "科目名称", "", "", "小计", "基本支出", "项目支出", ""),
         ("212", "城乡社区支出", "", "2.00", "2.00", "", "2.00", "")),
        2, {}, (60, 140, 240, 360, 440, 500, 580, 660, 780),
    )  # fmt: skip
    found, doubts = rows(Segment("government_fund", "", (Line("单位：万元", 1), upper, lower)))
    assert doubts == []
    assert [row.cells.keys() for row in found] == [{"revenue", "total", "project"}]


def test_a_header_row_that_two_pages_print() -> None:
    upper = ("项目", "决算数", "项目", "小计", "一般公共预算财政拨", "政府性基金预算财政拨", "国有资本经营预算财政拨")
    lower = ("", "", "", "", "款", "款", "款")
    body = ("", "", "三、国防支出", "2.00", "", "", "2.00")
    grids = [Grid((upper,), 1), Grid((lower, body), 2)]
    found, doubts = rows(Segment("appropriation_summary", "", (Line("单位：万元", 1), *grids)))
    assert doubts == []
    assert [list(row.cells) for row in found] == [["total", "state_capital"]]


def test_a_page_with_nothing_but_merged_totals() -> None:
    header = ("科目编码", "科目名称", "决算数")
    first = Grid(
        (header * 2, ("301", "工资福利支出", "9.00", "302", "商品和服务支出", "4.00")),
        1,
        {},
        tuple(range(60, 800, 120)),
    )
    last = Grid((("人员经费合计", "9.00", "公用经费合计", "4.00"),), 2, {}, (60, 300, 420, 660, 780))
    found, doubts = rows(Segment("gpb_basic_economic", "", (Line("单位：万元", 1), first, last)))
    assert doubts == []
    assert numbers(found) == {"301": ("9.00",), "302": ("4.00",), "personnel": ("9.00",), "operating": ("4.00",)}


def test_a_rest_under_a_repeated_header() -> None:
    found = read([HEADER, ("2010601", "行政", "69.50", "69.50", "")], [HEADER, ("", "运行", "", "", ""), TOTAL])
    assert found == {"2010601": ("69.50", "69.50"), "total": ("1300.00", "1069.50", "230.50")}


def test_column_numbers_beside_the_end_of_a_header_are_no_amounts() -> None:
    assert read([HEADER], [("栏次", "", "合\n1", "2", "3"), TOTAL]) == {"total": ("1300.00", "1069.50", "230.50")}


def test_a_row_without_numbers_at_the_top_of_a_page_is_no_header() -> None:
    found = read(
        [HEADER, TOTAL], [("201", "一般公共服务支出", "", "", ""), ("208", "卫生健康支出", "1.00", "", "1.00")]
    )
    assert list(found) == ["total", "201", "208"]


def table(page: int, *body: Sequence[str]) -> list[Block]:
    """A page as Excel prints it that repeats the rows of the title."""
    head = [Line("一般公共预算财政拨款支出决算表", page), Line("部门：样例局 2031年度 单位：万元", page)]
    return [*head, Grid((HEADER, *map(tuple, body)), page)]


def segments(*blocks: Block) -> tuple[Segment, ...]:
    return outlines(Source("sample.pdf", "", "", "", 2, blocks))[0].segments


def test_pages_that_repeat_the_title_are_one_table() -> None:
    (segment,) = segments(*table(1, TOTAL), *table(2, ("201", "一般公共服务支出", "1.00", "", "1.00")))
    found, doubts = rows(segment)
    assert doubts == []
    assert numbers(found) == {"total": ("1300.00", "1069.50", "230.50"), "201": ("1.00", "1.00")}


def test_a_table_printed_twice_stays_two() -> None:
    assert len(segments(*table(1, TOTAL), *table(2, TOTAL))) == 2


def test_sheets_printed_over_several_page_widths_are_refused_with_a_way_out() -> None:
    body = [Line(f"第{i}行 1.00", 2) for i in range(8)]
    left = [Line("收入支出决算总表", 2), Line("部门：样例局", 2), *body]
    right = [Line("单位：万元", 3), Line("1.00", 3)]
    text = [Line("第三部分 部门决算情况说明", 4), Line("第四部分 名词解释", 5)]
    source = Source("sample.pdf", "", "", "pdf", 5, (*table(1, TOTAL), *left, *right, *text))
    with pytest.raises(DocumentError, match=r"收入支出决算总表.*one page wide"):
        parse(source)


def test_a_cover_whose_year_is_broken() -> None:
    lines = [Line("模拟市第七养蜂管理委员会2031年"), Line("度部门决算")]
    assert overview.department_and_year([], lines) == ("模拟市第七养蜂管理委员会", 2031)


FORM = (("项目名称", "样例经费"), ("主管部门", "样例局"))


def test_a_form_that_repeats_its_head_on_the_next_page_is_one() -> None:
    first = Grid((*FORM, ("年度资金总额", "预算数 1")), 2)
    blocks = [*table(1, TOTAL), Line("第三部分 部门决算情况说明", 2), first, Grid((*FORM, ("总分", "100 99")), 3)]
    (form,) = outlines(Source("sample.pdf", "", "", "", 3, tuple(blocks)))[0].forms
    assert [row for grid in form if isinstance(grid, Grid) for row in grid.rows] == [*first.rows, ("总分", "100 99")]


# Unruled pages


def unruled(page: int, y: float, *words: tuple[str, float, float]) -> Line:
    found = tuple(Word(text, start, end) for text, start, end in words)
    return Line(" ".join(word.text for word in found), page, found, y)


def amounts(y: float, page: int, *printed: str) -> tuple[tuple[str, float, float], ...]:
    return tuple((text, end - 6.0 * len(text), end) for text, end in zip(printed, (300.0, 380.0, 460.0), strict=False))


HEAD = unruled(1, 700, ("科目编码", 50, 90), ("科目名称", 110, 150), ("合计", 270, 290), ("基本支出", 335, 375),
               ("项目支出", 415, 455))  # fmt: skip


def test_an_unruled_page_that_begins_with_the_end_of_a_label_and_a_total_left_of_the_codes() -> None:
    lines = [
        Line("一般公共预算财政拨款支出决算表", 1, (Word("表", 0, 1),)), unruled(1, 720, ("单位：万元", 400, 450)), HEAD,
        unruled(1, 680, ("201", 50, 68), ("一般公共服务支出", 110, 190), *amounts(680, 1, "2.00", "1.00", "1.00")),
        unruled(1, 660, ("20805", 50, 80), ("行政事业单位", 110, 170), *amounts(660, 1, "1.00", "1.00", "0.00")),
        unruled(2, 700, ("养老支出", 110, 150)),
        unruled(2, 680, ("合计", 20, 40), *amounts(680, 2, "3.00", "2.00", "1.00")),
    ]  # fmt: skip
    found, doubts = rows(Segment("gpb_expenditure", "一般公共预算财政拨款支出决算表", tuple(lines)))
    assert doubts == []
    assert [(row.key, row.label) for row in found] == [
        ("201", "一般公共服务支出"), ("20805", "行政事业单位养老支出"), ("total", "合计"),
    ]  # fmt: skip


FOUR, EIGHT = ("4.50", 396, 420), ("8.50", 396, 420)


def test_an_amount_that_touches_the_next_label_is_an_amount() -> None:
    lines = [
        Line("收入支出决算总表", 1, (Word("表", 0, 1),)), unruled(1, 720, ("单位：万元", 400, 450)),
        unruled(1, 700, ("项目", 50, 70), ("决算数", 190, 220), ("项目", 240, 260), ("决算数", 390, 420)),
        unruled(1, 680, ("一、一般公共预算财政拨款收入", 50, 180), ("12.30一、一般公共服务支出", 196, 332), FOUR),
        unruled(1, 660, ("二、政府性基金预算财政拨款收入", 50, 190), ("0.70二、外交支出", 202, 300), EIGHT),
    ]  # fmt: skip
    found, _ = rows(Segment("summary", "收入支出决算总表", tuple(lines)))
    assert numbers(found) == {
        "general_public_budget": ("12.30",), "201": ("4.50",), "government_fund": ("0.70",), "202": ("8.50",),
    }  # fmt: skip


# What cannot be right is not told as if it were


def coded(*body: Sequence[str]) -> list[Row]:
    found, _ = rows(expenditure([HEADER, TOTAL, ("201", "一般公共服务支出", "1.00", "1.00", ""), *body]))
    return named(found)


@pytest.mark.parametrize("code", ["03", "2101", "102", "201060", ""])
def test_a_row_that_no_whole_code_names_is_undetermined(code: str) -> None:
    *_, row = coded(("20106", "财政事务", "1.00", "1.00", ""), (code, "事务", "7.00", "7.00", ""))
    assert (numbers([row])[row.key], [str(n) for n in row.undetermined]) == ((), ["7.00", "7.00"])


def test_an_aligned_row_without_a_name_may_be_the_rest_of_the_one_above() -> None:
    found, _ = rows(expenditure([HEADER, TOTAL, ("201", "一般公共", "1.0", "1.0", ""), ("", "服务支出", "5", "", "")]))
    _, above, below = named([row._replace(aligned=True) for row in found])
    assert (numbers([above])["201"], numbers([below])[below.key]) == (("1.0",), ())


def test_rows_of_a_table_that_prints_no_codes_are_named_by_their_labels() -> None:
    header = HEADER[1:]
    found, _ = rows(expenditure([header, TOTAL[1:], ("财政事务", "1.00", "1.00", "")]))
    assert numbers(named(found))["财政事务"] == ("1.00", "1.00")


def test_numbers_below_a_row_that_may_end_it_make_it_undetermined() -> None:
    found, doubts = rows(expenditure([HEADER, TOTAL, ("201", "财政事务", "1.5", "1.00", ""), ("", "", "9", "", "")]))
    assert len(doubts) == 1
    assert numbers(found)["201"] == ("1.00",)
    assert [str(n) for row in found for n in row.undetermined] == ["1.5"]
