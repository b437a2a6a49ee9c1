"""Self-evaluation forms in grids: the invented form of the text tests, and cells that are merged, broken or blank."""

from collections.abc import Iterable

import pytest
from test_performance import HEAD, ROWS, TOTAL, lines, plain

from fiscal_utils.errors import DocumentError
from fiscal_utils.parse.performance import Form, Fund, Indicator, form
from fiscal_utils.read import Grid, Line

INDICATOR = ("level1", "level2", "no", "name", "target", "actual", "weight", "score", "deviation")
EDGES = (0.0, 20.0, 60.0, 100.0, 130.0, 180.0, 230.0, 280.0, 310.0, 340.0, 400.0)
TOP = """
项目支出绩效自评表|<|<|<|<|<|<|<|<|<
项目名称|<|<|湖岸灯塔养 护经费|<|<|<|<|<|<
主管部门|<|<|某湖管理局|<|<|实施单位|某湖管理局|<|<
项目资金 （万元）|<|<|年初预算数|全年预算数|全年执行数|分值|执行率(%)|得分|<
^|年度资金总额|<|50|60|45|10|75.00%|7|<
^|其中：当年财政拨款|<|50|60|45||75.00%|7|<
^|其他资金|<|0|0|0|-|0|-|<
偏差说明|<|<|无|<|<|<|<|<|<
年度总体目标|<|<|预期目标|<|<|实际完成情况|<|<|<
点亮全部灯塔|<|<|点亮七座|<|<|已点亮|<|<|<
绩效 指标|一级指标|二级指标|三级指标|<|年度指标值|实际完成值|分值|得分|偏差原因分析及改进措施
"""
FIRST = """
^|产出指标|数量|指标1：灯塔点亮数量|<|=7座|7|20|20|
^|^|^|指标3：巡湖 次数|<|≥900次|880|20|18|天气原因
"""
SECOND = """
^|产出指标|质量|指标:1：灯具完好率（%）|<|95|97|20|20|
^|效益指标|经济效益|-|<|-|-|-|-|-
^|^|社会效益|指标1：航行安全|<|有效保障|100|10|10|
^|^|^|指标2：船员信心|<|有效增强|100|10|10|
^|满意度|满意度|服务对象满意度|<|90|85|10|8|基本达到
"""
SUM = "总计|<|<|<|<|<|<|100|91|<"


def grid(text: str, page: int | None = None, edges: tuple[float, ...] = ()) -> Grid:
    """A grid of rows of cells; `<` is merged with the cell to the left, `^` with the one above."""
    rows = [row.split("|") for row in text.split("\n") if row]
    owners: dict[tuple[int, int], tuple[int, int]] = {}
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            owner = owners[i, j - 1] if cell == "<" else owners.get((i - 1, j), (i, j)) if cell == "^" else (i, j)
            owners[i, j] = owner
            spans[owner] = (i - owner[0] + 1, j - owner[1] + 1)
    blanked = tuple(tuple("" if cell in "<^" else cell for cell in row) for row in rows)
    return Grid(blanked, page, {cell: span for cell, span in spans.items() if span != (1, 1)}, edges)


def read(rows: str, total: str = SUM, **how: object) -> Form:
    return form([grid(TOP + rows + total, **how)])


def indicators(found: Form) -> list[tuple[str | None, ...]]:
    return [plain(indicator, *INDICATOR) for indicator in found.indicators]


def unpaged(records: Iterable[Fund | Indicator]) -> list[Fund | Indicator]:
    return [record._replace(page=None) for record in records]


@pytest.fixture
def text() -> Form:
    """The same form read from its wrapped lines."""
    return form(lines(HEAD, ROWS.replace("信心建设", "信心\n有效增\n强"), TOTAL))


def test_a_grid_gives_what_its_lines_give(text):
    found = read(FIRST + SECOND)
    assert text.doubts == found.doubts == []
    assert found.project == text.project == "湖岸灯塔养护经费"
    assert found.funds == unpaged(text.funds)
    assert found.indicators == unpaged(text.indicators)


@pytest.mark.parametrize("between", [[], [Line("湖岸灯塔 7"), Line("— 6 —")]])
def test_a_form_over_two_pages(text, between):
    blocks = [Line("（2031年度）", 5), grid(TOP + FIRST, 5), *between, grid(SECOND + SUM, 6)]
    found = form(blocks)
    assert found.indicators[1:] == [
        indicator._replace(page=page) for indicator, page in zip(text.indicators[1:], (5, 6, 6, 6, 6), strict=True)
    ]
    assert found.funds[-1].page == 6
    assert len(found.doubts) == len(between) // 2


def test_levels_carry_over_a_page_break_and_end_with_a_new_first_level():
    second = "^|||指标2：船数|<|=3|3|5|5|\n^|效益指标||航行安全|<|有效|100|5|5|\n"
    found = form([grid(TOP + FIRST), grid(second + SUM)])
    assert [row[:4] for row in indicators(found)[2:]] == [
        ("产出指标", "数量", "2", "船数"),
        ("效益指标", "", None, "航行安全"),
    ]


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ("^|^|^|指标4：守灯人|<|=3|3|10|9|因", "||到岗次数|<|人||||病"),
        ("^|^|^|指标4：守灯人|<|=3||||因", "||到岗次数|<|人|3|10|9|病"),
    ],
)
@pytest.mark.parametrize("header", ["", TOP.strip().split("\n")[-1] + "\n"])
def test_an_indicator_broken_by_the_page_is_one(above, below, header):
    found = form([grid(TOP + FIRST + above, 1), grid(header + "|" + below + "\n" + SUM, 2)])
    assert indicators(found)[2:] == [("产出指标", "数量", "4", "守灯人到岗次数", "=3人", "3", "10", "9", "因病")]
    assert found.indicators[2].page == 1
    assert found.doubts == []


def test_a_whole_indicator_after_the_page_break_is_its_own():
    found = form([grid(TOP + FIRST), grid("|||船数|<|=3|3|5|5|\n" + SUM)])
    assert [row[3] for row in indicators(found)] == ["灯塔点亮数量", "巡湖次数", "船数"]


def test_the_rest_of_a_header_after_the_page_break_is_no_indicator():
    found = form([grid(TOP), grid("||||<|||||措施\n" + FIRST.replace("^|产", "|产").lstrip() + SUM)])
    assert len(found.indicators) == 2
    assert found.doubts == ["Text that belongs to no indicator: 措施"]


def test_a_page_with_fewer_columns_is_matched_by_its_edges(text):
    narrow = "\n".join(row.replace("|<", "", 1) for row in SECOND.split("\n"))
    edges = tuple(edge + 1.5 for edge in EDGES if edge != 130)
    found = form([grid(TOP + FIRST, edges=EDGES), grid(narrow + SUM.replace("|<", "", 1), edges=edges)])
    assert found.doubts == []
    assert found.indicators == unpaged(text.indicators)
    unmatched = form([grid(TOP + FIRST), grid(narrow + SUM.replace("|<", "", 1), page=8)])
    assert len(unmatched.indicators) == 2
    assert unmatched.doubts == ["page 8: the columns do not match the header; this part was not read."]


def test_one_satisfaction_cell_over_both_levels_is_the_first_level():
    assert indicators(read("^|满意度指标|<|船员满意度|<|90|85|10|8|\n", edges=EDGES))[0][:2] == ("满意度指标", "")


def test_sign_value_and_unit_of_a_target_are_joined_and_renamed_headers_understood():
    table = """
项目名称：灯塔|<|<|<|<|<|<|<|<|<|<
|预算执行情况|<|年初预算|调整后预算数|预算执行数|预算执行率|权重|得分|原因|<
|总额|<|5.00|4.00|4.00|100.00%|10|10|船期调整|<
|其中：财政资金|<|5.00|4.00|4.00|100.00%|/|/||<
|单位资金|<|0.00|0.00|0.00|0.00%|/|/||<
绩效指标（90分）|一级指标|二级指标|三级指标|指标性质|指标值|度量单位|完成值|权重|得分|未完成原因分析
^|产出指标（90分）|数量指标|灯塔数|≥|7|座|7|90分|88|/
合计|<|<|<|<|<|<|<||98|
"""
    found = form([grid(table)])
    assert found.doubts == []
    assert found.project == "灯塔"
    assert [plain(fund, "row", "adjusted_budget", "weight", "execution_rate", "score") for fund in found.funds] == [
        ("total", "4.00", "10", "100.00", "10"),
        ("fiscal", "4.00", None, "100.00", None),
        ("grand_total", None, None, None, "98"),
    ]
    assert indicators(found) == [("产出指标（90分）", "数量指标", None, "灯塔数", "≥7座", "7", "90", "88", "")]


@pytest.mark.parametrize(
    ("old", "new", "doubt"),
    [
        ("|7|20|20|", "|7|廿|20|", "could not be read (廿 20)"),
        ("|7|20|20|", "|7|||", "could not be read ()"),
        ("|≥900次|880", "指标4：船次|≥900次|880", "Two indicators"),
        ("|产出指标|数量", "|标|数量", "without name or level: 标"),
        ("|指标1：灯塔点亮数量|", "|指标1：|", "without name or level: 产出指标 数量 指标1："),
        ("年度指标值", "甲", "unknown 甲"),
        ("一级指标|二级指标|三级指标|<|年度指标值", "甲|乙|丙|<|丁", "header of the indicators"),
        ("年初预算数|全年预算数|全年执行数|分值", "甲|乙|丙|丁", "header of the funds"),
        ("其他资金|<|0|0|0", "上年结转资金|<|0|3|0", "not read: 上年结转资金"),
        ("其他资金|<|0|0", "其他资金|<|0|甲", "not all numbers"),
        ("其他资金|<|0|0|0", "财政资金|<|1|1|1", "not read: 财政资金"),
        ("项目名称", "项目", "project's name"),
        ("|100|91|<", "|100|91|8", "total row has 3"),
        ("|^|^|指标3", "|^||指标3", "level cells are blank"),
    ],
)
def test_what_a_grid_leaves_open_is_a_doubt(old, new, doubt):
    whole = TOP + FIRST + SUM
    assert old in whole
    found = form([grid(whole.replace(old, new), edges=EDGES)])
    assert any(doubt in text for text in found.doubts), found.doubts


def test_text_under_a_column_without_header_is_a_doubt():
    table = (TOP + FIRST + SUM).replace("偏差原因分析及改进措施", "")
    assert "Text under no header: 天气原因" in form([grid(table)]).doubts


def test_a_grid_without_its_total_is_refused():
    with pytest.raises(DocumentError, match="湖岸灯塔养护经费") as caught:
        form([grid(TOP + FIRST, 7)])
    assert (caught.value.key, caught.value.fields["page"]) == ("form_truncated", 7)
