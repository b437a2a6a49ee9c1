"""Invented accounts printed as a text layer: every number in its row and its column."""

import re

import pytest

from fiscal_utils.errors import DocumentError
from fiscal_utils.normalise import Number
from fiscal_utils.parse import Accounts, parse
from fiscal_utils.parse.statutory import Row
from fiscal_utils.read import Source, read


def cells(accounts: Accounts, table: str, key: str) -> dict[str, str]:
    """Column → printed number of all rows of the table with that key."""
    rows = [row for row in accounts.rows if row.table == table and row.key == key]
    return {c: str(n) for row in rows for c, n in row.cells.items() if isinstance(n, Number)}


def row(accounts: Accounts, table: str, key: str) -> Row:
    return next(r for r in accounts.rows if r.table == table and r.key == key)


@pytest.mark.parametrize(
    ("table", "key", "printed"),
    [
        ("summary", "general_public_budget", {"revenue_final": "150.00"}),
        ("summary", "201", {"expenditure_final": "120.01"}),
        ("summary", "221", {"expenditure_final": "39.99"}),
        ("summary", "grand_total", {"revenue_final": "1160.00", "expenditure_final": "1160.00"}),
        ("revenue", "total", {"total": "160.00", "fiscal_appropriation": "150.00", "superior_subsidy": "5.50",
                              "other": "4.50"}),
        ("revenue", "2010302", {"total": "14.51", "fiscal_appropriation": "10.01", "other": "4.50"}),
        ("revenue", "2010399", {"total": "5.50", "superior_subsidy": "5.50"}),
        ("expenditure", "total", {"total": "160.00", "basic": "139.99", "project": "14.51", "operating": "5.50"}),
        ("expenditure", "2010302", {"total": "14.51", "project": "14.51"}),
        ("expenditure", "2010399", {"total": "5.50", "operating": "5.50"}),
        ("appropriation_summary", "221", {"total": "39.99", "general_public_budget": "39.99"}),
        ("gpb_expenditure", "2010302", {"total": "10.01", "project": "10.01"}),
        ("gpb_expenditure", "2210201", {"total": "39.99", "basic": "39.99"}),
        ("gpb_basic_economic", "30113", {"final": "39.99"}),
        ("gpb_basic_economic", "operating", {"final": "20.00"}),
        ("gpb_basic_economic", "310111", {}),
        ("government_fund", "total", {}),
        ("sangong", "vehicle_operation", {"initial_budget": "7.00", "adjusted_budget": "6.00", "final": "6.00"}),
        ("sangong", "hospitality_domestic", {"final": "1.50"}),
        ("sangong", "vehicles_held", {"final": "2"}),
        ("assets", "vehicles_ministerial", {"final": "0"}),
        ("assets", "equipment_1m", {"final": "1"}),
    ],
)  # fmt: skip
def test_numbers_stand_in_their_row_and_column(
    tree_office: Accounts, table: str, key: str, printed: dict[str, str]
) -> None:
    assert cells(tree_office, table, key) == printed


def test_no_number_is_lost_or_doubtful(tree_office: Accounts) -> None:
    assert not [r for r in tree_office.rows if r.undetermined]
    assert all(len(r.cells) == len(r.tokens) for r in tree_office.rows)


def test_wrapped_labels_are_joined(tree_office: Accounts) -> None:
    assert row(tree_office, "revenue", "2010399").label == "其他种树事务支出"
    assert row(tree_office, "gpb_basic_economic", "39908").label == "对民间非营利组织和群众性自治组织补贴"


def test_rows_know_line_unit_and_page(tree_office: Accounts) -> None:
    held = row(tree_office, "sangong", "vehicles_held")
    assert (held.line, held.unit, held.page) == (9, "辆", 11)
    assert row(tree_office, "summary", "221").line == 7


def test_the_department_is_described(tree_office: Accounts) -> None:
    assert (tree_office.department, tree_office.year, tree_office.unit) == ("某市植树办公室", 2031, "万元")
    assert (tree_office.statutory_duties, tree_office.budget_units) == (3, 2)
    assert tree_office.staff == {"in_service": 12, "retired": 1, "retired_pension_fund": 5, "other": 3}


def reread(text: str, tmp_path, allow_missing: bool = False) -> Accounts:
    path = tmp_path / "accounts.txt"
    path.write_text(text, "utf-8")
    return parse(read(path), allow_missing)


def test_columns_that_no_identity_settles_are_undetermined(text: str, tmp_path) -> None:
    # 50.00 of basic and 50.00 of project under one parent: either child may be the basic one.
    twins = text.replace("2010302 一般行政管理事务 14.51 14.51\n", "2010302 一般行政管理事务 50.00 50.00\n")
    twins = twins.replace("2010301 行政运行 100.00 100.00\n2010302 一般行政管理事务 50.00",
                          "2010301 行政运行 50.00 50.00\n2010302 一般行政管理事务 50.00")  # fmt: skip
    accounts = reread(twins, tmp_path)
    doubtful = [r for r in accounts.rows if r.undetermined]
    assert {r.table for r in doubtful} == {"expenditure"}
    assert all(str(n) == "50.00" for r in doubtful for n in r.undetermined)


def test_a_misprint_does_not_move_other_cells(text: str, tmp_path) -> None:
    wrong = text.replace("20103 政府办公厅（室）及相关机构事务 120.01 100.00 14.51 5.50",
                         "20103 政府办公厅（室）及相关机构事务 120.01 100.00 14.15 5.50")  # fmt: skip
    accounts = reread(wrong, tmp_path)
    assert cells(accounts, "expenditure", "2010302") == {"total": "14.51", "project": "14.51"}
    assert cells(accounts, "expenditure", "20103")["project"] == "14.15"


def test_gb18030_and_look_alike_radicals_read_the_same(text: str, tmp_path, tree_office: Accounts) -> None:
    path = tmp_path / "gb.txt"
    path.write_bytes(text.replace("支", "⽀").replace("民", "⺠").encode("gb18030"))
    again = parse(read(path))
    assert [r.cells for r in again.rows] == [r.cells for r in tree_office.rows]
    assert [r.label for r in again.rows] == [r.label for r in tree_office.rows]


@pytest.mark.parametrize(
    ("cut", "message"),
    [
        ("国有资产占用情况表", "incomplete"),
        ("第三部分", "incomplete"),
        ("第四部分", "incomplete"),
        ("收入支出决算总表", "not_a_disclosure"),
    ],
)
def test_a_file_cut_off_is_refused(text: str, tmp_path, cut: str, message: str) -> None:
    with pytest.raises(DocumentError) as caught:
        reread(text[: text.index(cut)], tmp_path)
    assert caught.value.key == message


def test_a_missing_table_is_named(text: str, tmp_path) -> None:
    start, end = text.index(" 财政拨款“三公”"), text.index(" 国有资产占用情况表")
    lacking = text[:start] + text[end:]
    with pytest.raises(DocumentError, match="财政拨款“三公”经费支出决算表"):
        reread(lacking, tmp_path)
    assert reread(lacking, tmp_path, allow_missing=True).missing == ("sangong",)


def test_a_table_printed_twice_is_refused(text: str, tmp_path) -> None:
    start, end = text.index(" 国有资产占用情况表"), text.index(" 第三部分")
    with pytest.raises(DocumentError, match="pages 12, 13: table 国有资产占用情况表 is printed twice"):
        reread(text[:end] + text[start:end] + text[end:], tmp_path)


def test_another_number_of_columns_is_refused(text: str, tmp_path) -> None:
    with pytest.raises(DocumentError, match="header fits no known layout"):
        reread(text.replace("栏次 1 2 3 4 5 6 7", "栏次 1 2 3 4 5 6 7 8"), tmp_path)


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "empty_file"),
        (b" \n ", "empty_file"),
        (b"%PDF-1.7", "damaged"),
        (b"PK\x03\x04", "damaged"),
        (b"\xff\x00\x81 not text", "unknown_encoding"),
        ("预算是什么？".encode(), "not_a_disclosure"),
    ],
)
def test_a_file_that_is_no_disclosure_is_refused(tmp_path, data: bytes, key: str) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(data)
    with pytest.raises(DocumentError) as caught:
        parse(read(path))
    assert caught.value.key == key
    assert str(path.name) in str(caught.value)


def test_text_with_one_cell_a_line_is_refused_for_what_it_is(text: str, tmp_path) -> None:
    with pytest.raises(DocumentError) as caught:
        reread(re.sub(r"[ ]+(?=-?\d)", "\n", text), tmp_path, allow_missing=True)
    assert caught.value.key == "one_cell_a_line"


def test_pages_follow_form_feeds_without_their_footers(tmp_path) -> None:
    path = tmp_path / "pages.txt"
    path.write_text("甲\n— 1 —\n\f乙\n- 2 -\n\f", "utf-8")
    source: Source = read(path)
    assert [(line.text, line.page) for line in source.lines] == [("甲", 1), ("乙", 2)]
