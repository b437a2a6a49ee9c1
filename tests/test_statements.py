"""What a disclosure says besides figures, in invented lines."""

import pytest

from fiscal_utils.parse import parse
from fiscal_utils.parse.narrative import narrated
from fiscal_utils.parse.sections import sections
from fiscal_utils.read import Line, read


def said(text: str) -> list[tuple[str, str]]:
    lines = [Line("一、财政拨款支出决算情况说明", 1), Line(text, 1)]
    return [(statement.item, statement.said) for statement in narrated(tuple(sections(lines)), {})[1]]


@pytest.mark.parametrize(
    ("words", "direction"),
    [
        ("决算数大于预算数的主要原因是甲", "greater"),
        ("支出数低于年初预算数，主要是乙", "less"),
        ("决算数等于预算数", "equal"),
        ("决算数与预算数持平", "equal"),
        ("决算数与年初预算数基本持平", "about"),
    ],
)
def test_how_an_outturn_is_said_to_compare_with_its_budget(words: str, direction: str) -> None:
    text = f"教育支出（类）年初预算为5.00万元，支出决算为6.00万元。{words}。"
    assert said(text) == [("205", direction)]


def test_the_item_named_in_the_clause_counts_and_not_the_last_figure() -> None:
    lines = [
        Line("一、“三公”经费支出决算情况说明", 1),
        Line("公务接待费支出决算为0.00万元。“三公”经费支出决算数小于预算数。", 1),
    ]
    assert [(s.item, s.said) for s in narrated(tuple(sections(lines)), {})[1]] == [("total", "less")]


def test_headings_say_year_department_and_unit(text: str, tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "a.txt"
    path.write_text(text, "utf-8")
    accounts = parse(read(path))
    kinds = {statement.kind for statement in accounts.statements}
    assert {"year", "department", "unit"} <= kinds
    assert {s.said for s in accounts.statements if s.kind == "year"} == {str(accounts.year)}


def test_a_blank_of_the_template_is_told_once_a_page(text: str, tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "a.txt"
    at = text.index("本部门")
    path.write_text(f"{text[:at]}XX部门，XX年，{text[at:]}", "utf-8")
    blanks = [s for s in parse(read(path)).statements if s.kind == "placeholder"]
    assert [blank.said for blank in blanks] == ["XX"]
