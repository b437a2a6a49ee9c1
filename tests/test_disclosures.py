"""Files that hold the accounts of several units, tables that nobody declared, and tables in another order."""

from pathlib import Path

import pytest
from test_round_trip import cells as printed_numbers

from fiscal_utils import batch, simulate
from fiscal_utils.errors import DocumentError
from fiscal_utils.normalise import number
from fiscal_utils.parse import disclosures, parse
from fiscal_utils.parse.outline import outlines
from fiscal_utils.parse.statutory import rows
from fiscal_utils.read import Source, html, read

HEADER = (
    "<p>一般公共预算财政拨款支出决算表</p><p>单位：万元</p><table><tr><td>科目编码</td><td>科目名称</td>"
    "<td>合计</td><td>基本支出</td><td>项目支出</td></tr>"
)
NAME, OTHER = "某市植树办公室", "某市护林站"


def saved(text: str, folder: Path) -> Path:
    path = folder / "accounts.txt"
    path.write_text(text, "utf-8")
    return path


def part(text: str, title: str, following: str) -> str:
    return text[text.index(f" {title}\n") : text.index(f" {following}\n")]


def test_two_disclosures_in_one_file_are_kept_apart(text: str, tmp_path: Path) -> None:
    second = text.replace(NAME, OTHER).replace("浇水", "巡山").replace("160.00", "160.01")
    both = disclosures(read(saved(text + second, tmp_path)))
    assert [accounts.department for accounts in both] == [NAME, OTHER]
    (tmp_path / "alone").mkdir()
    for accounts, alone in zip(both, (text, second), strict=True):
        single = parse(read(saved(alone, tmp_path / "alone")))
        assert [(r.key, r.cells) for r in accounts.rows] == [(r.key, r.cells) for r in single.rows]
        assert [(f.item, f.value) for f in accounts.narrative] == [(f.item, f.value) for f in single.narrative]
        assert accounts.staff == single.staff
        assert accounts.statutory_duties == single.statutory_duties


def test_tables_of_a_sub_unit_before_one_narrative_are_kept_apart(text: str, tmp_path: Path) -> None:
    start, end = text.index("收入支出决算总表\n公开"), text.index(" 第三部分")
    whole = text[:end] + text[start:end].replace(NAME, OTHER) + text[end:]
    both = disclosures(read(saved(whole, tmp_path)))
    assert [accounts.department for accounts in both] == [NAME, OTHER]
    assert [len(accounts.rows) for accounts in both] == [len(both[0].rows)] * 2
    assert bool(both[0].narrative) is True


def test_the_same_unit_twice_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="printed twice"):
        disclosures(read(saved(text + text, tmp_path)))


def test_tables_in_another_order_read_the_same(text: str, tmp_path: Path) -> None:
    revenue = part(text, "收入决算表", "支出决算表")
    end = text.index(" 第三部分")
    moved = text.replace(revenue, "")
    end = moved.index(" 第三部分")
    accounts = parse(read(saved(moved[:end] + revenue + moved[end:], tmp_path)))
    (tmp_path / "first").mkdir()
    first = parse(read(saved(text, tmp_path / "first")))
    assert sorted((r.table, r.key, str(r.cells)) for r in accounts.rows) == sorted(
        (r.table, r.key, str(r.cells)) for r in first.rows
    )


@pytest.mark.parametrize(
    ("printed", "cells"),
    [
        ("2010302 一般行政管理事务 （14.51） （14.51）\n", {"total": "-14.51", "project": "-14.51"}),
        ("2010302 一般行政管理事务 １４.５１ １４.５１\n", {"total": "14.51", "project": "14.51"}),
        ("2010302 一般行政管理事务 14.51 —— 14.51 －\n", {"total": "14.51", "basic": "——", "project": "14.51"}),
    ],
)
def test_amounts_are_read_as_they_print(text: str, tmp_path: Path, printed: str, cells: dict[str, str]) -> None:
    changed = text.replace("2010302 一般行政管理事务 14.51 14.51\n", printed)
    assert changed != text
    rows = parse(read(saved(changed, tmp_path))).rows
    row = next(r for r in rows if (r.table, r.code) == ("expenditure", "2010302"))
    assert {c: str(n) for c, n in row.cells.items()}.items() >= cells.items() or row.undetermined


def test_thousands_commas_may_be_full_width(text: str, tmp_path: Path) -> None:
    accounts = parse(read(saved(text.replace("1,160.00", "1，160.00"), tmp_path)))
    total = next(r for r in accounts.rows if (r.table, r.item) == ("summary", "grand_total"))
    assert str(total.cells["revenue_final"]) == "1160.00"


@pytest.mark.parametrize("text", ["12.3②", "12.3¹", "△12.30", "12.3万", "1,2,3"])
def test_marks_beside_a_number_are_no_digits(text: str) -> None:
    assert number(text) is None


@pytest.mark.parametrize(("cell", "read"), [("5\n6", None), ("12.30 1", None), ("1,234,\n567.89", "1234567.89")])
def test_two_numbers_in_a_cell_are_never_one(cell: str, read: str | None) -> None:
    page = HEADER + f"<tr><td>2010301</td><td>行政运行</td><td>{cell}</td><td></td><td></td></tr></table>"
    page += "<p>注：</p>"
    [outline] = outlines(Source("a", "", "", "html", None, tuple(html.content(page.encode(), Path("a")).blocks)))
    found, doubts = rows(outline.segments[0])
    printed = [str(token) for row in found for token in row.cells.values()]
    assert printed == ([read] if read else [])
    assert bool(doubts) is (read is None)


def test_a_table_that_nobody_declared_is_kept_and_named(tmp_path: Path) -> None:
    accounts = simulate.accounts(3, "small")
    page = simulate.write(accounts, tmp_path / "a.html").read_text("utf-8")
    cells = "".join(f"<tr><td>{name}</td><td>{cost}</td></tr>" for name, cost in (("项目", "金额"), ("会议", "1.50")))
    extra = f"<p>会议费支出情况表</p><p>单位：万元</p><table>{cells}</table>"
    at = page.index("第三部分", page.index("第三部分") + 1)
    start = page.rindex("<", 0, at)
    (tmp_path / "b.html").write_text(page[:start] + extra + page[start:], "utf-8")
    outcome = batch.extract(tmp_path / "b.html", batch.Options(tmp_path / "raw"), {})
    [written] = outcome.written
    assert written.cells == len(printed_numbers(accounts))
    assert (written.folder / "unknown-1.csv").read_text("utf-8").splitlines()[1:] == ["项目,金额", "会议,1.50"]
    assert 'unknown_tables = ["会议费支出情况表"]' in (written.folder / "document.toml").read_text("utf-8")
    assert "会议费支出情况表" in str(outcome)


def test_more_than_one_row_of_a_wide_table_is_a_doubt() -> None:
    head = "".join(f"<td>{name}</td><td></td>" for name in ("合计", "公务接待费"))
    rows_ = "".join(f"<tr><td>{n}.00</td><td>1.00</td><td>{n}.00</td><td>1.00</td></tr>" for n in (2, 3))
    measures = "<tr>" + "<td>预算数</td><td>决算数</td>" * 2 + "</tr>"
    head = head.replace("</td><td></td>", "</td>").replace("<td>", '<td colspan="2">')
    page = f"<p>“三公”经费支出决算表</p><p>单位：万元</p><table><tr>{head}</tr>{measures}{rows_}</table><p>注：</p>"
    [outline] = outlines(Source("a", "", "", "html", None, tuple(html.content(page.encode(), Path("a")).blocks)))
    found, doubts = rows(outline.segments[0])
    assert {row.item: str(row.cells["final"]) for row in found} == {"total": "1.00", "hospitality": "1.00"}
    assert any("more than one row" in doubt for doubt in doubts)


def test_html_in_utf16_is_html(tmp_path: Path) -> None:
    accounts = simulate.accounts(3, "small")
    path = simulate.write(accounts, tmp_path / "a.html")
    path.write_bytes(path.read_text("utf-8").replace("utf-8", "utf-16").encode("utf-16"))
    again = parse(read(path))
    assert again.source.media_type == "text/html"
    assert printed_numbers(again) == printed_numbers(accounts)
