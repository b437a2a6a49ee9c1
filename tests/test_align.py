"""Unruled tables: which header a column of numbers has, and words that are two."""

from collections.abc import Sequence

from fiscal_utils.normalise import Number
from fiscal_utils.parse.segments import Segment
from fiscal_utils.parse.statutory import rows
from fiscal_utils.read import Line, Word

Printed = tuple[str, float, float]


def line(y: float, *words: Printed, page: int = 1) -> Line:
    found = tuple(Word(*word) for word in words)
    return Line(" ".join(word.text for word in found), page, found, y)


def read(table: str, title: str, *lines: Line) -> tuple[dict[str, dict[str, str]], list[str]]:
    found, doubts = rows(Segment(table, title, (line(740, (title, 200, 300)), *lines)))
    return {
        row.key: {c: str(n) for c, n in row.cells.items() if isinstance(n, Number)} for row in found if row.cells
    }, doubts


UNIT = line(720, ("单位：万元", 400, 450))
HEAD = (("科目编码", 50, 90), ("科目名称", 110, 150), ("本年支出合计", 190, 250), ("基本支出", 270, 310))
CODES = ("201", "205", "206", "208", "210", "221")
EXPENDITURE = ("expenditure", "支出决算表")


def body(*amounts: Sequence[Printed]) -> list[Line]:
    return [
        line(680 - 20 * i, (code, 50, 80), ("样例", 110, 130), *printed)
        for i, (code, printed) in enumerate(zip(CODES, amounts, strict=False))
    ]


def test_a_header_over_two_columns_heads_the_one_that_it_stands_over() -> None:
    head = line(700, *HEAD, ("经营支出", 345, 385), ("对附属单", 400, 440))
    amounts = (("9.00", 210, 250), ("5.00", 280, 310), ("3.00", 350, 380), ("1.00", 412, 440))
    found, doubts = read(*EXPENDITURE, UNIT, head, *body(*[amounts] * 6))
    assert found["201"] == {"total": "9.00", "basic": "5.00", "operating": "3.00"}
    assert len(doubts) == 1


def test_headers_of_numbers_that_stand_beside_them_go_by_their_order() -> None:
    head = line(700, *HEAD, ("项目支出", 400, 440))
    amounts = (("9.00", 252, 267), ("5.00", 380, 398), ("4.00", 482, 500))
    found, doubts = read(*EXPENDITURE, UNIT, head, *body(amounts, amounts))
    assert (found["201"], doubts) == ({"total": "9.00", "basic": "5.00", "project": "4.00"}, [])


def test_a_header_above_a_page_break_belongs_to_the_rows_below_it() -> None:
    upper = line(60, *HEAD[:2], ("本年支出", 200, 240), ("基本", 280, 300))
    lower = line(760, ("合计", 210, 230), ("支出", 280, 300), page=2)
    rest = [line(740 - 20 * i, *((w.text, w.x0, w.x1) for w in one.words), page=2)
            for i, one in enumerate(body((("9.00", 210, 250), ("5.00", 270, 310)), (("8.00", 210, 250),)))]  # fmt: skip
    found, doubts = read(*EXPENDITURE, UNIT, upper, lower, *rest)
    assert (found["201"], doubts) == ({"total": "9.00", "basic": "5.00"}, [])


def test_an_amount_that_touches_the_next_code_is_an_amount() -> None:
    head = line(700, ("科目编码", 50, 90), ("科目名称", 110, 150), ("决算数", 190, 220), ("科目编码", 260, 300),
                ("科目名称", 320, 360), ("决算数", 400, 430))  # fmt: skip
    found, doubts = read(
        "gpb_basic_economic", "一般公共预算财政拨款基本支出决算表", UNIT, head,
        line(680, ("301", 50, 65), ("工资福利支出", 110, 170), ("1,706.59302", 200, 250),
             ("商品和服务支出", 320, 390), ("696.56", 402.5, 430)),
        line(660, ("30101", 50, 75), ("基本工资", 110, 150), ("775.6330201", 207.5, 260), ("办公费", 320, 350),
             ("96.50", 407.5, 430)),
        line(640, ("30102", 50, 75), ("津贴补贴", 110, 150), ("30202", 235, 260), ("印刷费", 320, 350),
             ("600.06", 402.5, 430)),
    )  # fmt: skip
    assert doubts == []
    assert found == {
        "301": {"final": "1706.59"}, "302": {"final": "696.56"}, "30101": {"final": "775.63"},
        "30201": {"final": "96.50"}, "30202": {"final": "600.06"},
    }  # fmt: skip


def test_a_number_broken_at_a_comma_leaves_nothing_certain() -> None:
    broken = line(690, ("201", 50, 80), ("样例", 110, 130), ("1,322,", 212, 250), ("5.00", 280, 310))
    rest = line(670, ("205.50", 215, 250))
    found, _ = read(*EXPENDITURE, UNIT, line(710, *HEAD), broken, rest, *body(*[(("9.00", 230, 250),)] * 6)[2:])
    assert not any(found.values())
