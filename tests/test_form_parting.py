"""The narrative parted into text and self-evaluation forms."""

from fiscal_utils.parse.performance.parting import Parts, parted
from fiscal_utils.read import Grid, Line

TITLE, YEAR = Line("项目支出绩效自评表", 7), Line("（2031年度）", 7)
HEAD = [Line("项目名称 样例经费", 7), Line("主管部门 样例局", 7)]
TOTAL = Line("总分 100 90", 7)
PROSE = Line("九、预算绩效情况说明", 6)
NEXT = Line("十、其他重要事项的情况说明", 8)


def texts(found: Parts) -> tuple[list[str], list[list[str]]]:
    forms = [[block.text for block in form if isinstance(block, Line)] for form in found.forms]
    return [line.text for line in found.text], forms


def test_a_form_whose_begin_is_broken_is_no_text_and_is_told() -> None:
    broken = [Line("项目名 样例经费", 7), Line("称", 7), Line("1：地 ≥96% 96% 10", 7)]
    found = parted([PROSE, TITLE, YEAR, *broken, NEXT])
    assert texts(found) == ([PROSE.text, TITLE.text, NEXT.text], [])
    assert found.unread == (TITLE,)


def test_the_end_of_a_number_below_a_total_row_is_no_text() -> None:
    found = parted([PROSE, TITLE, YEAR, *HEAD, TOTAL, Line("1", 7), NEXT])
    assert texts(found) == ([PROSE.text, TITLE.text, NEXT.text], [[*(line.text for line in HEAD), TOTAL.text]])
    assert found.unread == ()


def test_the_head_that_the_next_page_repeats_begins_no_form() -> None:
    again = [Line(line.text, 8) for line in HEAD]
    _, forms = texts(parted([TITLE, *HEAD, Line("产出指标", 7), *again, Line("效益指标", 8), TOTAL]))
    assert forms == [[*(line.text for line in HEAD), "产出指标", "效益指标", TOTAL.text]]


def test_the_year_in_a_grid_between_title_and_form_is_neither() -> None:
    grid = Grid((("（2031年度）", ""), ("项目名称", "样例经费"), ("年度指标值", "1"), ("总分", "100")), 7)
    found = parted([TITLE, grid])
    assert [len(form) for form in found.forms] == [1]
    assert (found.unread, [line.text for line in found.text]) == ((), [TITLE.text])
