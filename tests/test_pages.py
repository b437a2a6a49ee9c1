"""Pages: safe whatever a cell shows, readable by everyone, an index that finds failures and changes."""

import base64
import hashlib
import re
from pathlib import Path

import nbformat
import pytest
import recorded
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from fiscal_utils.display import ABSENT_MIME
from fiscal_utils.reports import pages, runs
from fiscal_utils.reports.jobs import Document, Job, Notebook
from fiscal_utils.reports.pages import look
from fiscal_utils.reports.pages.changes import MOST, metric_name, named, since_last_run
from fiscal_utils.reports.pages.spark import spark

EVIL = "../甲局\"'<script>alert(1)</script>{{ 7*7 }}\n</title>"
PARAMETERS = new_code_cell('language: str = "zh"', metadata={"tags": ["parameters"]})


def html_cell(html: str) -> nbformat.NotebookNode:
    return new_code_cell("show()", outputs=[new_output("display_data", data={"text/html": html})])


def page(*cells: nbformat.NotebookNode, error: str = "", language: str = "zh", **about: object) -> BeautifulSoup:
    """The page of a notebook of these cells, executed."""
    title = {"zh": "执行", "en": "Execution"}
    notebook = Notebook(Path("notebooks/execution.ipynb"), title, 1, {})
    document = Document("jia-2023", {"department": "甲局", "year": 2023, **about})
    job = Job(notebook, document, language, {}, Path("out"), (notebook,), ("zh", "en"))
    node = new_notebook(cells=[PARAMETERS, *cells])
    pages.stamp(node, job, error)
    return BeautifulSoup(pages.export(node, job), "html.parser")


def failed_cell(name: str, message: str) -> nbformat.NotebookNode:
    error = new_output("error", ename=name, evalue=message, traceback=[f"\x1b[31m{name}\x1b[0m: {message}"])
    return new_code_cell("raise", outputs=[error])


@pytest.mark.parametrize(
    "html",
    [
        "<script>x()</script>",
        "<iframe src='https://example.org'></iframe>",
        "<img src='https://example.org/a.png' onerror='x()'>",
        "<img src='data:text/html,x' srcset='https://example.org/a.png'>",
        "<a href='javascript:x()'>a</a>",
        "<a href='java\tscript:x()'>a</a>",
        "<a href=' data:text/html,x'>a</a>",
        "<svg><a xlink:href='javascript:x()'>a</a></svg>",
        "<svg onload='x()'><use href='https://example.org/a.svg#b'></use></svg>",
        "<form action='https://example.org'><button formaction='javascript:x()'>a</button></form>",
        "<meta http-equiv='refresh' content='0;url=https://example.org'>",
        "<base href='https://example.org/'>",
        "<link rel='stylesheet' href='https://example.org/a.css'>",
        "<object data='https://example.org'></object>",
        "<video poster='https://example.org/a.png'></video>",
        "<p ONCLICK='x()'>a</p>",
    ],
)
def test_nothing_that_a_cell_shows_runs_or_is_fetched(html: str) -> None:
    main = page(html_cell(html + "<p>after</p>")).main
    assert "after" in main.get_text()
    assert not main.find_all(["script", "iframe", "form", "meta", "base", "link", "object"])
    written = str(main).lower()
    assert not re.search(r"javascript:|example\.org|\son\w+=|data:text", written)


def test_a_link_that_a_reader_may_follow_stays() -> None:
    main = page(html_cell('<a href="https://example.org/a">a</a> <a href="#b">b</a>')).main
    assert [a["href"] for a in main.select(".html a")] == ["https://example.org/a", "#b"]


def test_chinese_sentences_on_lines_of_their_own_have_no_space_between_them() -> None:
    text = "表里没有上年数。\n《预算法》说“公开”\n并说明。\nPEFA is\nEnglish.\n\n```\n甲\n乙\n```\n"
    main = page(new_markdown_cell(text)).main
    assert main.p.get_text() == "表里没有上年数。《预算法》说“公开”并说明。\nPEFA is\nEnglish."
    assert "甲\n乙" in main.pre.get_text()


def test_a_link_to_a_notebook_leads_to_its_report_where_there_is_one() -> None:
    text = "[made](execution.ipynb), [not made](absent.ipynb), [elsewhere](../other/execution.ipynb)"
    main = page(new_markdown_cell(text)).main
    links = {a.get_text(): a["href"] for a in main.select("p a")}
    assert links == {"made": "execution.html", "elsewhere": "../other/execution.ipynb"}
    assert "not made" in main.get_text()


def test_the_page_forbids_fetching_and_scripts() -> None:
    policy = page().select_one("meta[http-equiv]")["content"]
    assert "default-src 'none'" in policy
    assert "script-src 'none'" in policy
    assert "img-src data:;" in policy


def test_the_name_of_a_department_is_text() -> None:
    soup = page(department=EVIL)
    assert " ".join(EVIL.split()) in " ".join(soup.select_one(".kicker").get_text().split())
    assert "</title>" in soup.title.get_text()
    assert not soup.find_all("script")


def test_a_control_character_does_not_cut_the_page() -> None:
    soup = page(new_code_cell("p()", outputs=[new_output("stream", name="stdout", text="a\0b\x08c 后")]))
    assert "后" in soup.main.get_text()
    assert soup.footer


def test_contents_lists_the_headings_with_ids_of_their_own() -> None:
    soup = page(new_markdown_cell("# 题\n## 要点\n### PEFA & 乙\n## 要点"))
    assert [a["href"] for a in soup.select("#contents a")] == ["#section", "#pefa", "#section-2"]
    assert [h["id"] for h in soup.main.find_all(["h2", "h3"])] == ["section", "pefa", "section-2"]
    assert [h.get_text() for h in soup.find_all("h1")] == ["执行"]
    assert not page().select("#contents > *")


def test_code_that_shows_nothing_is_folded_with_the_next() -> None:
    quiet = [new_code_cell("first = 1"), new_code_cell("second = 2")]
    soup = page(*quiet, html_cell("<p>shown</p>"), new_markdown_cell("text"), html_cell("<p>shown</p>"))
    folded = [d.get_text() for d in soup.select(".cell details.code")]
    assert len(folded) == 2
    assert re.search(r"first.*second.*show", folded[0], re.DOTALL)
    assert soup.main.get_text().count("shown") == 2


def test_a_section_ends_where_a_cell_says_that_there_is_nothing_to_show() -> None:
    ends = [new_output("display_data", data={"text/markdown": "no forms", ABSENT_MIME: {}})]
    cells = [
        new_markdown_cell("## Figures"), new_code_cell("needs()", outputs=ends), new_markdown_cell("### Scores"),
        html_cell("<p>left out</p>"), new_markdown_cell("on scores\n\n## Tests", metadata={"tags": ["en"]}),
        new_markdown_cell("about scores\n\n## Checks\n\nare made", metadata={"tags": ["zh"]}),
        new_markdown_cell("### One"), new_code_cell("needs()", outputs=ends), html_cell("<p>left out</p>"),
        new_markdown_cell("### Two"), html_cell("<p>shown</p>"),
    ]  # fmt: skip
    found = page(*cells)
    assert [heading.get_text() for heading in found.select("main h2, main h3")] == ["Figures", "Checks", "One", "Two"]
    text = found.main.get_text()
    assert text.count("no forms") == 2
    assert "left out" not in text
    assert "about scores" not in text
    assert "are made" in text
    assert "shown" in text


def test_an_english_page_has_the_english_name_of_a_department_beside_its_own() -> None:
    about = {"department": "上海市普陀区财政局", "region_code": "310107"}
    both = "Finance Bureau, Putuo District, Shanghai 上海市普陀区财政局"
    assert both in page(language="en", **about).header.get_text()
    assert "Finance" not in page(language="zh", **about).header.get_text()


def test_wide_things_scroll_by_keyboard_and_images_have_a_name() -> None:
    png = new_output("display_data", data={"image/png": "iVBORw0KGgo="}, metadata={})
    named = new_output("display_data", data={"image/png": "iVBORw0KGgo="}, metadata={"image/png": {"alt": "支出"}})
    table = html_cell("before<table><tr><td>1</td></tr></table>after")
    soup = page(new_markdown_cell("## 执行"), new_code_cell("plot()", outputs=[png, named]), table)
    assert [image["alt"] for image in soup.select("figure img")] == ["执行", "支出"]
    assert all(element["tabindex"] == "0" for element in soup.select("figure, .scroll"))
    assert soup.select_one(".html").get_text() == "before1after"
    assert soup.select_one(".scroll").get_text() == "1"


def test_a_chart_brings_its_finding_for_narrow_screens_and_other_images_none() -> None:
    data = {"image/png": "iVBORw0KGgo=", "text/plain": "Pay <b>rose</b>"}
    chart = new_code_cell("draw()", outputs=[new_output("display_data", data=data, metadata={"alt": "Pay rose."})])
    other = new_code_cell("draw()", outputs=[new_output("display_data", data=data)])
    first, second = page(chart, other).select("figure")
    assert first.figcaption.get_text() == "Pay <b>rose</b>"
    assert second.figcaption is None


def test_formulas_are_mathml_and_dollars_of_documents_are_not() -> None:
    soup = page(new_markdown_cell("执行率 $r = \\frac{a}{b}$ 与\n\n$$V = \\sum_i |a_i|$$\n\n花了 &#36;5 与 &#36;6"))
    inline, block = soup.main.find_all("math")
    assert (inline["display"], block["display"]) == ("inline", "block")
    assert inline.find("mfrac")
    assert "$5 与 $6" in soup.main.get_text()


def test_a_formula_that_cannot_be_read_is_shown_as_written() -> None:
    soup = page(new_markdown_cell("$\\frac{<b>}{$ 后"))
    assert soup.select_one("code.formula").get_text() == "\\frac{<b>}{"
    assert not soup.main.find("b")


def test_a_failed_page_ends_with_the_cell_that_failed() -> None:
    cells = (new_markdown_cell("## 前"), failed_cell("KeyError", EVIL), new_markdown_cell("## 后"), html_cell("never"))
    soup = page(*cells, error="KeyError: x")
    assert soup.select_one(".banner a")["href"] == "#failed-cell"
    assert "alert(1)" in soup.find(id="failed-cell").get_text()
    assert soup.find(id="failed-cell").details.has_attr("open")
    assert "其后的 1 个代码单元格没有执行" in soup.main.get_text()
    assert not re.search("never|后$", soup.select_one("#contents").get_text())
    assert "前" in soup.select_one("#contents").get_text()


def test_a_page_whose_time_ran_out_marks_the_cell_at_work() -> None:
    done, busy, left = (new_code_cell(name) for name in ("done()", "busy()", "left()"))
    for cell, status in ((done, "completed"), (busy, "running"), (left, "pending")):
        cell.metadata["papermill"] = {"status": status}
    soup = page(done, busy, left, error="not done within 5 s")
    assert "busy" in soup.find(id="failed-cell").get_text()
    assert "left()" not in soup.get_text()
    assert "not done within 5 s" in soup.select_one(".banner").get_text()


def test_an_error_that_no_cell_shows_has_no_link() -> None:
    soup = page(html_cell("shown"), error="the process was killed")
    assert not soup.select_one(".banner a")
    assert "shown" in soup.main.get_text()


def test_invented_accounts_say_so() -> None:
    assert page(simulated=True).select_one(".kicker .simulated").get_text() == "模拟数据"
    assert not page().select(".simulated")


def test_the_languages_lead_to_each_other_and_to_their_index() -> None:
    zh, en = page(language="zh"), page(language="en")
    assert [a["href"] for a in zh.select("header .bar a")] == ["../../index.html", "../en/execution.html"]
    assert [a["href"] for a in en.select("header .bar a")] == ["../../index.en.html", "../zh/execution.html"]
    assert (zh.html["lang"], en.html["lang"]) == ("zh-CN", "en")


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        (None, 74.0, ("—", "74", "—")),
        (2690.61, 2695.61, ("2,690.61", "2,695.61", "5.00")),
        (231.0, 230.72, ("231.00", "230.72", "−0.28")),
        (129.00797, 129.00785, ("129.00797", "129.00785", "−0.00012")),
        (0.0, 1e-12, ("0.00000000", "0.00000000", "0.00000000")),
        (0.5, None, ("0.50", "—", "—")),
    ],
)
def test_figures_are_printed_so_that_they_differ(old: float | None, new: float | None, shown: tuple[str, ...]) -> None:
    change = None if old is None or new is None else new - old
    assert tuple(look.number(value, look.decimals(old, new)) for value in (old, new, change)) == shown


def test_a_spark_is_drawn_of_a_number_that_changed() -> None:
    history = [recorded.report(night) for night in (0, 2, 1)]
    line = spark("完成年初预算", history)
    assert line.values == ["90.00", "92.00", "91.00"]
    assert line.points == [(3.0, 15.0), (24.0, 3.0), (45.0, 9.0)]
    assert spark("完成年初预算", history[:1]) is None
    assert spark("完成年初预算", [history[0], history[0]]) is None
    assert spark("another", history) is None
    bounds = recorded.report(0, cards=[{"label": "上年", "value": "4.08 – 4.09", "unit": "", "note": ""}])
    assert spark("上年", [bounds, bounds]) is None


def test_a_metric_is_named_by_the_registry_only_under_its_subject() -> None:
    assert metric_name("budget_execution", "execution_rate_initial_pct", "zh").endswith("（%，分母：年初预算）")
    assert metric_name("budget_execution", "initial_budget", "en").endswith("(10,000 yuan)")
    assert "三公" in metric_name("sangong_trends", "initial_budget", "zh")
    assert metric_name("overview", "initial_budget", "zh") == "initial_budget"
    assert metric_name("overview", "sangong_final", "zh") == metric_name("sangong_trends", "final", "zh")
    assert metric_name("performance_scores", "scores.项目", "zh") == "自评总分（分） · 项目"
    assert metric_name("sangong_trends", "guest_cost", "en").endswith("(yuan per person, ÷ domestic guests)")


def test_a_figure_under_two_keys_is_listed_once() -> None:
    key = runs.Key("simulated-a-2031", "en", "sangong_trends")
    keys = ("final", "execution_rate_initial_pct", "sangong_final", "sangong_execution_initial_pct", "prior_low")
    found = named("sangong_trends", [runs.Change(key, name, 1.0, 2.0, ()) for name in keys], "en")
    assert [change.metric for change in found.values()] == ["final", "execution_rate_initial_pct", "prior_low"]


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """Three nights: two departments; the last one changes a figure, fails one report and makes a new one."""
    first = [recorded.report(0, language=la, notebook=nb) for la in ("zh", "en") for nb in recorded.TITLES]
    recorded.record(tmp_path, 0, [*first, recorded.report(0, "yi-2022", department=EVIL, simulated=True)])
    recorded.record(tmp_path, 1, [recorded.report(1)], fresh=4)
    again = [
        recorded.report(2),
        recorded.report(2, "yi-2022", department=EVIL, error=EVIL, simulated=True, cards=(), metrics={}),
    ]
    recorded.record(tmp_path, 2, [*again, recorded.report(2, "yi-2023", department=EVIL)], fresh=3)
    return tmp_path


def index(output: Path, language: str = "zh") -> BeautifulSoup:
    return BeautifulSoup(pages.indexes(output)[look.INDEX[language]], "html.parser")


def test_the_index_is_there_in_both_languages_and_links_every_report(output: Path) -> None:
    assert list(pages.indexes(output)) == ["index.html", "index.en.html"]
    zh, en = index(output), index(output, "en")
    assert (zh.html["lang"], en.html["lang"]) == ("zh-CN", "en")
    for soup in (zh, en):
        links = {a["href"] for a in soup.select(".row a")}
        assert {report.key.path() for report in runs.standing(output)} <= links
        assert "../data/raw/jia-2023/" in {a["href"] for a in soup.select(".year a")}
    assert [a.get_text() for a in en.select("h4 a")][:2] == ["Budget execution", "The three public expenses"]
    assert "Execution" in en.select_one(".figures dt").get_text()


def test_a_report_in_the_other_language_only_is_listed_and_said_to_be(output: Path) -> None:
    row = index(output, "en").select('[data-name="yi-2022"] .row')[0]
    assert row.h4.get_text(" ", strip=True) == "预算执行 中文"
    assert row.h4.a["href"] == "yi-2022/zh/budget_execution.html"


def test_failures_stand_on_top_as_text(output: Path) -> None:
    soup = index(output)
    first = soup.main.find("section")
    assert first["id"] == "failed"
    assert first.a["href"] == "yi-2022/zh/budget_execution.html#failed-cell"
    assert "alert(1)" in first.get_text()
    assert [script.get("src") for script in soup.find_all("script")] == [None]
    assert "{{ 7*7 }}" in soup.select_one('[data-name="yi-2022"]').parent.h3.get_text()
    assert len(soup.select(".row.failed")) == 1
    assert not soup.select_one(".row.failed").select('a[href$=".metrics.json"]')


def test_the_index_says_what_the_last_run_changed_and_why(output: Path) -> None:
    changes = index(output).select_one("#changes")
    assert "新增 1 份报告" in changes.get_text()
    rows = [[cell.get_text() for cell in row.find_all("td")] for row in changes.select("tbody tr")]
    assert rows[1:] == [["支出完成年初预算的比例（%，分母：年初预算）", "91", "92", "+1"]]
    assert changes.select_one("tbody .note").get_text() == "变化的输入：数据"
    assert [row["data-states"] for row in index(output).select(".row")] == ["changed made", "", "made", "failed made"]


def test_years_stand_under_their_department_newest_first(output: Path) -> None:
    soup = index(output)
    assert soup.select_one(".department h3").get_text() == "jia"
    assert [d["data-year"] for d in soup.select(".department")[1].select(".document")] == ["2023", "2022"]
    assert soup.select(".department")[1].select_one('[data-year="2022"] .simulated')


def test_headlines_carry_unit_denominator_and_course(output: Path) -> None:
    figure = index(output).select_one(".figures div")
    assert figure.dd.get_text(" ", strip=True) == "92.00 % 分母：年初预算"
    assert figure.svg["aria-label"] == "完成年初预算：历次为 90.00 → 91.00 → 92.00"


def test_the_runs_are_listed_newest_first(output: Path) -> None:
    rows = index(output).select("#runs tbody tr")
    assert [row.a["href"] for row in rows] == [f"runs/{recorded.run_id(night)}/run.json" for night in (2, 1, 0)]
    assert [cell.get_text() for cell in rows[0].find_all("td")][1:6] == ["有失败", "2", "1", "3", "125.0"]
    assert all((output / row.a["href"]).is_file() for row in rows)


def test_only_the_index_s_own_script_and_style_may_act(output: Path) -> None:
    for text in pages.indexes(output).values():
        soup = BeautifulSoup(text, "html.parser")
        policy = soup.select_one("meta[http-equiv]")["content"]
        for element, directive in ((soup.script, "script-src"), (soup.style, "style-src")):
            digest = base64.b64encode(hashlib.sha256(element.string.encode()).digest()).decode()
            assert f"{directive} 'sha256-{digest}';" in policy
        assert "unsafe" not in policy
        assert not soup.find_all(style=True)


def test_an_empty_folder_gives_an_index_that_says_what_to_do(tmp_path: Path) -> None:
    assert "fiscal report" in index(tmp_path).select_one(".lede").get_text()
    recorded.record(tmp_path, 0, [recorded.report(0)])
    assert not index(tmp_path).select("#changes, #failed")
    assert index(tmp_path).select("#runs")


def test_the_index_lists_no_more_changes_than_can_be_read(tmp_path: Path) -> None:
    for night in (0, 1):
        recorded.record(tmp_path, night, [recorded.report(night, f"d{place}-2023") for place in range(MOST + 5)])
    changes = since_last_run(runs.standing(tmp_path), runs.load(tmp_path))
    assert (len(changes.listed), changes.left, changes.new) == (MOST, 5, 0)
    assert "还有 5 份" in index(tmp_path).select_one("#changes").get_text()


def test_the_page_of_a_thousand_reports_stays_small(tmp_path: Path) -> None:
    recorded.many(tmp_path, departments=250)
    text = pages.indexes(tmp_path)["index.html"]
    assert text.count("<article") == 1000
    assert len(text.encode()) < 1_500_000
