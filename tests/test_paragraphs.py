"""Texts whose paragraphs are whole, and texts of which cells of a sheet show one line a paragraph."""

from collections.abc import Sequence

from fiscal_utils.parse.paragraphs import are_cut
from fiscal_utils.read import Line, Word

HEADING = "二、收入决算情况说明"
FIRST = "2031年度收入合计1,300.00万元，其中：事业收入1,069.50"
LAST = "万元，占82.27%；其他收入230.50万元，占17.73%。"


def printed(*texts: str, edge: float = 0.0) -> Sequence[Line]:
    """The texts one below the other, ten points a character, each to the edge at most."""
    return [Line(text, 1, (Word(text, 0.0, edge or 10.0 * len(text)),)) for text in texts]


def test_a_paragraph_that_runs_on_is_whole() -> None:
    assert not are_cut(printed(HEADING, FIRST, LAST, HEADING))


def test_a_paragraph_that_breaks_off_before_a_heading_is_cut() -> None:
    assert are_cut(printed(HEADING, FIRST, "三、支出决算情况说明", FIRST, HEADING))


def test_a_paragraph_that_begins_inside_a_sentence_is_cut() -> None:
    assert are_cut(printed(HEADING, LAST, HEADING, "1,069.50万元，占82.27%。"))


def test_an_item_that_runs_on_from_its_heading_is_whole() -> None:
    assert not are_cut(printed("1.一般公共服务支出（类）。年初预算为1,300.00万元，支出决算为", "1,069.50万元。"))


def test_a_line_with_room_for_more_is_no_sign() -> None:
    assert not are_cut(printed(HEADING, "收入合计1,300.00万元", HEADING, FIRST, LAST))


def test_a_stop_left_out_is_no_sign() -> None:
    assert not are_cut(printed(HEADING, FIRST, HEADING))
    assert not are_cut(printed(HEADING, FIRST, LAST, FIRST, LAST, FIRST, HEADING, FIRST, HEADING))


def test_points_of_a_list_need_no_stops() -> None:
    assert not are_cut(printed(*(f"（{n}）一般公共服务支出1,300.00万元" for n in "一二三四五")))


def test_lines_without_places_tell_nothing() -> None:
    assert not are_cut([Line(text) for text in (HEADING, FIRST, HEADING, LAST)])
