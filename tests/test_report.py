"""Reports: planned before anything runs, made by papermill, written whole, opened without a network."""

import json
import re
from dataclasses import replace
from pathlib import Path

import nbformat
import papermill
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from fiscal_utils import language
from fiscal_utils.errors import ReportError
from fiscal_utils.reports import execute, jobs, report

DOCUMENT = """
department = "甲市<script>乙局"
year = 2023
[source]
title = "2023年度<b>部门决算"
publisher = "甲市人民政府"
"""

PARAMETERS = """document: str = "none"  # which document
language: str = "zh"  # zh or en
base_year: int = 2020  # the year of constant prices
rate: float | None = None  # price change, %
title: str = "a # b = c"  # a text
scheme: str = "mof-2020"  # mof-2020 | five-band: which grades
level: "Literal['a', 'b']" = "a"
years: list[int] = [2023]
documents: str | list[str] = "all"
"""

GOOD = """import matplotlib.pyplot as plt
import pandas as pd
from fiscal_utils.display import Card, caveat, headline, say
from fiscal_utils.language import set_language
from fiscal_utils.tabulate import table
set_language(language)
headline({"rate": 129.0112345, "prior": float("nan")}, [Card("<script>", 129.01, document, "%")])"""

KERNEL = {"name": "python3", "language": "python", "display_name": "Python 3"}

BAD_TEXT = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    monkeypatch.setattr(language, "_current", ["en"])


def notebook(path: Path, cells: list, **fiscal: object) -> None:
    first = new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})
    node = new_notebook(cells=[first, *cells], metadata={"kernelspec": KERNEL} | ({"fiscal": fiscal} if fiscal else {}))
    nbformat.write(node, path)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with two notebooks (one that fails) and one document."""
    root = tmp_path_factory.mktemp("reports")
    (root / "notebooks").mkdir()
    notebook(
        root / "notebooks" / "good.ipynb",
        [
            new_markdown_cell("# 好报告\n\n## 执行\n\n说明", metadata={"tags": ["zh"]}),
            new_markdown_cell("# Good\n\n## Execution\n\nA text", metadata={"tags": ["en"]}),
            new_code_cell(GOOD),
            new_code_cell("print('支出', base_year)\nfig, ax = plt.subplots(); ax.plot([1, 2]);"),
            new_code_cell(f"say('值 {{v}}', 'value {{v}}', v={BAD_TEXT!r}); caveat('慎', 'careful')"),
            new_code_cell(f"table(pd.DataFrame({{'a': [{BAD_TEXT!r}], 'b': [1.5]}}), 'table')"),
            new_code_cell(
                "from IPython.display import HTML\n"
                'HTML(\'<p onclick="x()">raw<script>x()</script><img src="https://example.org/x.png"></p>\')'
            ),
            new_code_cell("import sys; print('a warning', file=sys.stderr)"),
        ],
        title={"zh": "好报告", "en": "Good report"},
        order=1,
    )
    notebook(
        root / "notebooks" / "bad.ipynb",
        [
            new_code_cell("print('before')"),
            new_code_cell(f"raise ValueError({BAD_TEXT!r})"),
            new_code_cell("print('never' + 'reached')"),
        ],
    )
    folder = root / "data" / "raw" / "jia-2023"
    folder.mkdir(parents=True)
    (folder / "document.toml").write_text(DOCUMENT, "utf-8")
    (root / "data" / "raw" / "Not An Id").mkdir()
    (root / "data" / "raw" / "Not An Id" / "document.toml").touch()
    return root


def plan(place: Path, **given: object) -> list[jobs.Job]:
    return jobs.plan(place / "notebooks", place / "data", place / "out", **given)


@pytest.fixture(scope="module")
def made(place):
    """The record of one run over everything, after an earlier success of the notebook that fails now."""
    stale = place / "out" / "jia-2023" / "zh" / "bad.metrics.json"
    stale.parent.mkdir(parents=True)
    stale.write_text("{}")
    folders = {"output": place / "out", "data_dir": place / "data", "notebooks_dir": place / "notebooks"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MPLBACKEND", "agg")
        return report.make(**folders, parameters={"base_year": "2019"})


def page(place: Path, name: str, language: str) -> BeautifulSoup:
    return BeautifulSoup((place / "out" / "jia-2023" / language / f"{name}.html").read_text("utf-8"), "html.parser")


def test_every_report_has_its_files_and_nothing_else(made, place):
    names = {str(path.relative_to(place / "out")) for path in (place / "out").rglob("*") if path.is_file()}
    endings = (".html", ".ipynb", ".report.json")
    good = {f"jia-2023/{la}/good{end}" for la in ("zh", "en") for end in (*endings, ".metrics.json")}
    bad = {f"jia-2023/{la}/bad{end}" for la in ("zh", "en") for end in endings}
    assert names == good | bad | {"index.html", "index.en.html", f"runs/{made.id}/run.json", ".lock"}


def test_metrics_are_what_the_headline_recorded(made, place):
    path = place / "out" / "jia-2023" / "en" / "good.metrics.json"
    assert json.loads(path.read_text()) == {"rate": 129.0112345, "prior": None}


def test_no_page_asks_the_network_or_runs_anything(made, place):
    for path in (place / "out" / "jia-2023").rglob("*.html"):
        soup = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        assert "default-src 'none'" in soup.select_one("meta[http-equiv]")["content"]
        assert not soup.find_all(["script", "iframe", "link"])
        assert not [a["href"] for a in soup.select("[href]") if re.match(r"[a-z]+:|//", a["href"])]
        assert not soup.find_all(onclick=True)
        assert not soup.select('[src]:not([src^="data:"])')


def test_text_of_documents_is_text(made, place):
    good = page(place, "good", "en")
    assert "value <script>alert(1)</script>" in good.get_text()
    assert "甲市<script>乙局" in good.select_one(".kicker").get_text()
    assert "2023年度<b>部门决算" in good.footer.get_text()
    assert "甲市<script>乙局" in (
        BeautifulSoup((place / "out/index.html").read_text("utf-8"), "html.parser").get_text()
    )


def test_each_language_has_its_own_text(made, place):
    zh, en = page(place, "good", "zh"), page(place, "good", "en")
    assert (zh.html["lang"], en.html["lang"]) == ("zh-CN", "en")
    assert (zh.h1.get_text(), en.h1.get_text()) == ("好报告", "Good report")
    assert "说明" in zh.main.get_text()
    assert "A text" not in zh.main.get_text()
    assert "A text" in en.main.get_text()
    assert len(zh.find_all("h1")) == 1


def test_page_has_contents_chart_and_cards_first(made, place):
    soup = page(place, "good", "en")
    assert [link["href"] for link in soup.select("#contents a")] == ["#execution"]
    assert soup.find(id="execution")
    assert len(soup.select("figure img")) == 1
    assert soup.select_one("figure img")["alt"] == "Execution"
    assert "fu-cards" in soup.main.find("div")["class"]
    assert len(soup.select(".fu-cards")) == 1
    assert len(soup.select("style.fu-style")) == 0


def test_parameters_stand_in_one_folded_section(made, place):
    soup = page(place, "good", "en")
    assert "base_year" in soup.select_one("details.parameters").get_text()
    assert "2019" in soup.select_one("details.parameters").get_text()
    assert "支出 2019" in soup.get_text()
    assert sum("base_year: int" in details.get_text() for details in soup.find_all("details")) == 1


def test_links_lead_to_reports_that_are_there(made, place):
    for path in (place / "out" / "jia-2023").rglob("*.html"):
        soup = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        links = [link["href"] for link in soup.select("header a")]
        assert len(links) == 4
        assert all((path.parent / link).exists() for link in links)


def test_a_failed_notebook_still_gives_its_page(made, place):
    soup = page(place, "bad", "en")
    assert {report.error for report in made.failed} == {f"ValueError: {BAD_TEXT}"}
    assert soup.select_one(".banner a")["href"] == "#failed-cell"
    assert "ValueError" in soup.find(id="failed-cell").get_text()
    assert "before" in soup.main.get_text()
    assert "neverreached" not in soup.get_text()
    assert nbformat.read(place / "out" / "jia-2023" / "en" / "bad.ipynb", 4).metadata.fiscal.report.error


def test_failures_are_raised_at_the_end(made):
    with pytest.raises(ReportError, match=r"2 of 4 reports failed:\n  jia-2023 .. bad: ValueError"):
        report.raise_failures(made)
    report.raise_failures(replace(made, reports=made.made))


def test_a_partial_run_links_what_was_made_before(made, place):
    (job,) = plan(place, names=["good"], languages=["en"])
    assert [sibling.name for sibling in job.siblings] == ["good", "bad"]
    assert job.languages == ("zh", "en")


def test_a_report_that_could_not_be_executed_still_gives_a_page(made, place):
    (job,) = plan(place, names=["good"], languages=["en"])
    page = execute.not_executed(job, "process ended").files[".html"]
    assert "process ended" in BeautifulSoup(page, "html.parser").select_one(".banner").get_text()


def test_plan_is_notebooks_by_documents_by_languages(place):
    planned = [(job.document.id, job.language, job.notebook.name) for job in plan(place)]
    assert planned == [("jia-2023", la, name) for la in ("zh", "en") for name in ("good", "bad")]


def test_parameters_are_read_as_declared(place):
    declared = jobs.parameters(place / "notebooks" / "good.ipynb")
    assert list(declared)[:5] == ["document", "language", "base_year", "rate", "title"]
    assert declared["scheme"].choices == ("mof-2020", "five-band")
    assert declared["language"].choices == ()
    assert declared["base_year"] == jobs.Parameter("base_year", "int", 2020, "the year of constant prices")
    assert declared["title"].default == "a # b = c"
    assert declared["title"].help == "a text"
    theirs = papermill.inspect_notebook(place / "notebooks" / "good.ipynb")["base_year"]
    assert (theirs["inferred_type_name"], theirs["help"]) == ("int", "the year of constant prices")


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("2019", "base_year", 2019),
        ("2", "rate", 2.0),
        ("", "rate", None),
        ("1e-1", "rate", 0.1),
        ("2019", "title", "2019"),
        ("five-band", "scheme", "five-band"),
        ("a", "level", "a"),
        ("1,2", "years", [1, 2]),
        ("[3]", "years", [3]),
        ("4", "years", [4]),
        ("jia-2023", "documents", "jia-2023"),
        ("jia-2023,all", "documents", ["jia-2023", "all"]),
        ("a, b", "title", "a, b"),
    ],
)
def test_values_are_converted_to_the_declared_type(place, text, name, value):
    job = plan(place, names=["good"], values={name: text})[0]
    assert job.parameters[name] == value
    assert type(job.parameters[name]) is type(value)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"names": ["goood"]}, "no notebook goood. Did you mean good? There are: bad, good"),
        ({"documents": ["jia-2024"]}, "no document jia-2024. Did you mean jia-2023?"),
        ({"documents": ["../raw/jia-2023"]}, "no document ../raw/jia-2023"),
        ({"documents": ["Not An Id"]}, "no document Not An Id"),
        ({"languages": ["fr"]}, "language fr is not known. There are: en, zh"),
        ({"values": {"base_yaer": "1"}}, "No parameter base_yaer in good, bad. Did you mean base_year?"),
        ({"values": {"document": "x"}}, "No parameter document"),
        ({"values": {"base_year": "soon"}}, "base_year of good must be int, not 'soon'"),
        ({"values": {"base_year": "2019.5"}}, "must be int, not '2019.5'"),
        ({"values": {"base_year": "True"}}, "must be int, not 'True'"),
        ({"values": {"rate": "high"}}, r"must be float | None, not 'high'"),
        ({"values": {"scheme": "gf"}}, "scheme of good must be one of mof-2020, five-band, not 'gf'"),
        ({"values": {"level": "c"}}, "level of good must be Literal['a', 'b'], not 'c'"),
        ({"values": {"years": "2023,x"}}, "years of good must be list[int], not '2023,x'"),
        ({"values": {"documents": "jia-2023,yi-2023"}}, "no document yi-2023. Did you mean jia-2023?"),
    ],
)
def test_a_wrong_request_is_refused_before_anything_runs(place, given, says):
    with pytest.raises(ReportError, match=re.escape(says)):
        plan(place, **given)


def test_unusable_notebooks_and_documents_are_named(tmp_path):
    (tmp_path / "notebooks").mkdir()
    with pytest.raises(ReportError, match="no notebooks"):
        plan(tmp_path)
    path = tmp_path / "notebooks" / "n.ipynb"
    path.write_text("not a notebook")
    with pytest.raises(ReportError, match=r"n\.ipynb is not a valid notebook"):
        plan(tmp_path)
    nbformat.write(new_notebook(cells=[new_markdown_cell("text")]), path)
    with pytest.raises(ReportError, match="n has no parameter document"):
        plan(tmp_path)
    nbformat.write(
        new_notebook(cells=[new_code_cell("document: str = name()", metadata={"tags": ["parameters"]})]), path
    )
    with pytest.raises(ReportError, match="literals only"):
        plan(tmp_path)
    notebook(path, [])
    with pytest.raises(ReportError, match="no documents"):
        plan(tmp_path)
