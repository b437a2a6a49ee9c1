"""Numbers of unruled tables that may be pieces of broken ones are told as undetermined."""

from collections.abc import Sequence

import pytest

from fiscal_utils.normalise import Number, number
from fiscal_utils.parse.rows import Row
from fiscal_utils.parse.trust import named, unbroken

COLUMNS = ("total", "basic", "project")


def row(code: str, *printed: str, table: str = "gpb_expenditure", aligned: bool = True, label: str = "") -> Row:
    cells = {c: n for c, text in zip(COLUMNS, printed, strict=False) if (n := number(text))}
    return Row(table, label, COLUMNS, "万元", 1, code=code, cells=cells, aligned=aligned)


def kept(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    return [tuple(str(n) for n in one.cells.values() if isinstance(n, Number)) for one in rows]


WHOLE = [row("201", "12.50", "12.50"), row("20101", "7.25", "7.25"), row("20106", "5.25", "5.25")]


@pytest.mark.parametrize("piece", ["593.9", "1025", "27"])
def test_a_number_with_too_few_decimals_puts_its_unruled_table_in_doubt(piece: str) -> None:
    checked = unbroken([*WHOLE, row("208", piece, piece), row("231", "9.10", table="expenditure")])
    assert kept(checked) == [(), (), (), (), ("9.10",)]
    assert [str(n) for n in checked[3].undetermined] == [piece, piece]


def test_a_table_with_rulings_prints_numbers_as_it_likes() -> None:
    ruled = [row("201", "12.50", aligned=False), row("208", "593.9", aligned=False)]
    assert unbroken(ruled) == ruled


def test_numbers_without_the_zeros_at_their_end_are_whole() -> None:
    plain = [row("201", "12.5", "12.5"), row("20101", "7.25", "7.25"), row("20106", "5.25", "5.25")]
    assert unbroken(plain) == plain


def test_a_plain_nought_is_in_doubt_alone() -> None:
    assert kept(unbroken([*WHOLE, row("208", "3.50", "0")]))[-2:] == [("5.25", "5.25"), ("3.50",)]


def test_a_piece_in_a_row_that_nothing_names_puts_the_table_in_doubt_whatever_its_format() -> None:
    rows = [row("201", "12.51", "12.51"), row("20101", "7.25"), row("", "2", "2", label="支出")]
    assert kept(unbroken(rows)) == [(), (), ()]


def test_unruled_rows_of_one_code_may_be_pieces_of_two() -> None:
    checked = named([row("201", "12.50"), row("20106", "5.25"), row("20106", "1.75")])
    assert kept(checked) == [("12.50",), (), ()]
