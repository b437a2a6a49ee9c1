"""Tables: numbers, units and gaps as they should read, text of documents never as markup, the same table the same."""

import re

import numpy as np
import pandas as pd
import pytest
from lxml import html as lxml_html

from fiscal_utils import display, tabulate
from fiscal_utils.tabulate import browse, table

SCRIPT = "<script>alert('x')</script>"
HOSTILE = [SCRIPT, "[x](javascript:alert(1))", "![x](http://x/y.png)", "{{m^2}}", "**b** _c_", "&lt;b&gt;", "<!-- -->"]


@pytest.fixture(autouse=True)
def shown(monkeypatch):
    """All that is displayed."""
    seen = []
    monkeypatch.setattr(display, "display", lambda bundle, raw, metadata: seen.append(bundle))
    monkeypatch.delenv("FISCAL_REPORT", raising=False)
    return seen


def parsed(bundle):
    return lxml_html.fromstring(bundle["text/html"]).find_class("fu-table")[0]


def cells(bundle):
    return [[cell.text_content() for cell in row] for row in parsed(bundle).iterfind(".//tbody/tr")]


def test_numbers_missing_values_units_and_sources(shown):
    frame = pd.DataFrame({"item": ["a", None], "amount": [2693.876, np.nan], "count": [1234, 5], "share": [0.5, 1]})
    table(frame, "What it is", unit="万元", source="table 1", note="of the budget", formats={"share": "{:.0%}"})
    assert cells(shown[0]) == [["a", "2,693.88", "1,234", "50%"], ["—", "—", "5", "100%"]]
    text = parsed(shown[0]).text_content()
    for part in ("What it is", "(万元)", "of the budget", "Source: table 1"):
        assert part in text
    heads = parsed(shown[0]).findall(".//th[@scope='col']")
    assert ["gt_right" in head.get("class") for head in heads] == [False, True, True, True]


def test_what_is_said_of_the_whole_table_stays_while_it_scrolls(shown):
    table(pd.DataFrame({"item": ["a"]}), "What it is", unit="万元", source="table 1", note="of the budget")
    still = [line.text_content().strip() for line in parsed(shown[0]).find_class("fu-still")]
    assert still == ["What it is (万元)", "of the budget", "Source: table 1"]


def test_a_checksum_may_break_and_is_copied_whole(shown):
    checksum = "c5103daa1e3ff16f636290548ee720cd"
    table(pd.DataFrame({"value": [checksum, "administratively", "&&&&&&&&&&&&&&&&&"]}), "x")
    assert [len(cell.findall("wbr")) for cell in parsed(shown[0]).iterfind(".//tbody/tr/td")] == [1, 0, 0]
    assert cells(shown[0])[0] == [checksum]


def test_codes_stand_left_and_texts_with_a_format_right_as_numbers_do(shown):
    table(pd.DataFrame({"code": ["30101"], "value": ["1,234"], "amount": [1.0]}), "x", formats={"value": str})
    heads = parsed(shown[0]).findall(".//th[@scope='col']")
    assert ["gt_right" in head.get("class") for head in heads] == [False, True, True]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_shown_as_it_is_wherever_it_stands(text, shown):
    frame = pd.DataFrame({text: [text], "other": [1.0], "group": [text]})
    formats = {"other": lambda value: f"<b>{value}</b>"}
    table(frame, text, unit=text, source=text, note=text, formats=formats, groups="group", spanners={text: ["other"]})
    page = parsed(shown[0])
    assert not page.xpath(".//script | .//a | .//img | .//b | .//s | .//sup | .//strong | .//em | .//comment()")
    assert page.text_content().count(text) == 8
    assert "<b>1.0</b>" in page.text_content()


def test_rows_of_a_group_stand_under_its_heading_and_columns_under_their_spanner(shown):
    frame = pd.DataFrame(
        {"department": ["A", "A", "B"], "item": ["x", "y", "x"], "initial": [1.0, 2, 3], "final": [4.0, 5, 6]}
    )
    table(frame, "c", groups="department", spanners={"amounts": ["initial", "final"]})
    assert cells(shown[0]) == [["A"], ["x", "1.00", "4.00"], ["y", "2.00", "5.00"], ["B"], ["x", "3.00", "6.00"]]
    spanner = parsed(shown[0]).xpath(".//th[@scope='colgroup' and @colspan='2']")
    assert spanner[0].text_content().strip() == "amounts"


def test_a_table_brings_no_style_sheet_of_its_own_and_stays_small(shown):
    frame = pd.DataFrame({"item": ["name"] * 20, "amount": [1234.5] * 20})
    table(frame, "c")
    html = shown[0]["text/html"]
    assert html.count("<style") == 1  # the one shared by all outputs
    assert len(html[html.index("</style>") :]) < 20 * 2 * 80 + 1200


def test_every_cell_names_heads_that_are_there(shown):
    frame = pd.DataFrame({"项目": ["a"], "初": [1.0], "终": [2.0]})
    table(frame, "c", spanners={"金额": ["初", "终"]})
    page = parsed(shown[0])
    ids = {element.get("id") for element in page.iter() if element.get("id")}
    named = {name for cell in page.iterfind(".//td[@headers]") for name in cell.get("headers").split()}
    assert named
    assert named <= ids


def test_the_same_table_has_the_same_html_and_another_has_another_id(shown):
    for value in (1, 1, 2):
        table(pd.DataFrame({"a": [value]}), "same")
    assert shown[0] == shown[1]
    ids = [re.search(r'aria-labelledby="(\w+)-', bundle["text/html"])[1] for bundle in shown]
    assert ids[1] != ids[2]


def test_a_frame_without_rows_is_said_to_have_none(shown):
    table(pd.DataFrame({"a": []}), "Projects <b>")
    assert shown[0]["text/plain"].startswith("Projects")
    assert shown[0]["text/plain"].endswith(": no rows.")
    assert "<b>" not in shown[0]["text/markdown"]


def test_two_columns_of_one_meaning_keep_their_own_values(shown):
    frame = pd.DataFrame([[1.0, 2.0]], columns=["x", " x"])
    table(frame, "c")
    assert cells(shown[0]) == [["1.00", "2.00"]]


def test_browsing_in_a_report_is_a_table_of_the_first_rows(shown, monkeypatch):
    monkeypatch.setenv("FISCAL_REPORT", "1")
    browse(pd.DataFrame({"a": range(100)}), "Rows", unit="yuan")
    assert len(cells(shown[0])) == tabulate.ROWS
    assert f"The first {tabulate.ROWS} of 100 rows" in parsed(shown[0]).text_content()


def test_browsing_in_jupyterlab_is_offline_and_escapes_text(monkeypatch, capsys):
    import itables
    import itables.javascript

    calls, started = [], []
    monkeypatch.setattr(itables, "show", lambda frame, caption, **options: calls.append((frame, caption, options)))
    monkeypatch.setattr(itables, "init_notebook_mode", lambda **options: started.append(options))
    tabulate._start_itables.cache_clear()
    frame = pd.DataFrame({"a": [SCRIPT]})
    for _ in range(2):
        browse(frame, SCRIPT, unit="万元", source="t")
    assert started == [{"all_interactive": False, "connected": False}]
    _, caption, options = calls[0]
    assert "<script" not in caption
    assert "万元; Source: t" in caption
    made = itables.to_html_datatable(frame, caption, **options)
    assert "<script>alert" not in made.replace("\\u003c", "<")
    assert "https://www.unpkg.com" not in made
    tabulate._start_itables.cache_clear()


def test_a_folded_table_opens_by_its_caption(shown):
    table(pd.DataFrame({"a": [1]}), "<b>Many</b>", unit="count", folded=True)
    folded = parsed(shown[0]).getparent()
    assert folded.tag == "details"
    assert folded.findtext("summary") == "<b>Many</b> "
    assert cells(shown[0]) == [["1"]]
