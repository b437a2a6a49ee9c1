"""What a reader sees in Chromium: nothing fetched, nothing broken, nothing missing; and the notebooks in JupyterLab."""

import contextlib
import dataclasses
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import nbformat
import pypdfium2
import pytest
import recorded
from axe_playwright_python.sync_playwright import Axe
from conftest import ROOT
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Browser, Page, sync_playwright

from fiscal_utils import ids, raw
from fiscal_utils.parse import Accounts
from fiscal_utils.reports import pages, report

pytestmark = pytest.mark.heavy

CHROMIUM = shutil.which("chromium")
REAL = "jingdezhen-government-office-2023"
NOTEBOOKS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
EVIL = "../../甲局\"'<script>alert(1)</script>{{ 7*7 }}\n<img src=x onerror=alert(2)>"
SCREENS = {
    "light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
}

# Which characters of the page are drawn like one that no font has, each in the fonts of its element.
MISSING_GLYPHS = """(more) => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 40, height: 40 });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const drawn = (text, font) => {
    pen.clearRect(0, 0, 40, 40);
    pen.font = font;
    pen.fillText(text, 4, 30);
    return pen.getImageData(0, 0, 40, 40).data.join();
  };
  const fonts = new Map();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (["SCRIPT", "STYLE"].includes(parent.tagName)) continue;
    const family = getComputedStyle(parent).fontFamily;
    if (!fonts.has(family)) fonts.set(family, new Set(more));
    for (const sign of walker.currentNode.data) fonts.get(family).add(sign);
  }
  const missing = [];
  for (const [family, signs] of fonts) {
    const font = `24px ${family}`;
    const box = drawn("\\u{10FFFF}", font);
    for (const sign of signs) {
      if (!/[\\p{C}\\p{Z}\\p{M}]/u.test(sign) || more.includes(sign)) if (drawn(sign, font) === box) missing.push(sign);
    }
  }
  return [...new Set(missing)];
}"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium, with the Chinese font that the charts use added to those of the system."""
    if not CHROMIUM:
        pytest.skip("Chromium is not installed")
    spec = find_spec("zhplot")
    assert spec
    assert spec.submodule_search_locations
    fonts = Path(spec.submodule_search_locations[0]) / "fonts"
    config = tmp_path_factory.mktemp("fonts") / "fonts.conf"
    system = '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>'
    config.write_text(f"<fontconfig>{system}<dir>{fonts}</dir></fontconfig>", "utf-8")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"], env={**os.environ, "FONTCONFIG_FILE": str(config)}
        )
        yield chromium
        chromium.close()


@dataclasses.dataclass
class Watched:
    """A page and what must not happen on it."""

    page: Page
    wrong: list[str]


@contextlib.contextmanager
def watched(browser: Browser, **screen: object) -> Iterator[Watched]:
    """A page that notes requests to anywhere, errors, warnings and dialogs."""
    context = browser.new_context(**screen)
    page = context.new_page()
    seen = Watched(page, [])
    context.on("request", lambda r: None if r.url.startswith(("file:", "data:")) else seen.wrong.append(r.url))
    page.on("console", lambda m: seen.wrong.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: seen.wrong.append(str(error)))
    page.on("dialog", lambda dialog: (seen.wrong.append(dialog.message), dialog.dismiss()))
    yield seen
    context.close()


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory, tree_office: Accounts) -> Path:
    """All notebooks, and one that fails, on real accounts and on accounts of a department with a hostile name."""
    root = tmp_path_factory.mktemp("browser")
    shutil.copytree(ROOT / "data" / "raw" / REAL, root / "data" / "raw" / REAL)
    hostile = dataclasses.replace(tree_office, department=EVIL)
    raw.write(hostile, ids.derive(hostile), root / "data" / "raw")
    shutil.copytree(ROOT / "notebooks", root / "notebooks", ignore=shutil.ignore_patterns(".*"))
    _write_broken(root / "notebooks" / "broken.ipynb")
    report.make(output=root / "reports", data_dir=root / "data", notebooks_dir=root / "notebooks")
    return root / "reports"


def _write_broken(path: Path) -> None:
    parameters = new_code_cell(
        f'document: str = "{REAL}"  # id\nlanguage: str = "zh"  # zh or en', metadata={"tags": ["parameters"]}
    )
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    cells = [parameters, new_code_cell("print('finished')"), new_code_cell(f"raise ValueError({EVIL!r})")]
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)


@pytest.fixture(scope="module")
def thousand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index of a thousand reports."""
    output = tmp_path_factory.mktemp("thousand")
    recorded.many(output, departments=250)
    for name, text in pages.indexes(output).items():
        (output / name).write_text(text, "utf-8")
    return output


def test_what_must_not_happen_would_be_noticed(browser: Browser, tmp_path: Path) -> None:
    page = '<img src="http://127.0.0.1:9/a.png"><script>console.warn("w"); alert("a"); x()</script>'
    (tmp_path / "bad.html").write_text(page, "utf-8")
    with watched(browser) as seen:
        seen.page.goto(f"file://{tmp_path}/bad.html")
    assert "http://127.0.0.1:9/a.png" in seen.wrong
    assert {"w", "a"} < set(seen.wrong)
    assert any("x is not defined" in wrong for wrong in seen.wrong)


@pytest.mark.parametrize("screen", SCREENS)
def test_every_page_stands_alone(browser: Browser, reports: Path, screen: str) -> None:
    with watched(browser, **SCREENS[screen]) as seen:
        for path in sorted(reports.rglob("*.html")):
            seen.page.goto(f"file://{path}")
            assert seen.wrong == [], path
            assert seen.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_a_page_of_each_kind_is_within_reach_of_everyone(browser: Browser, reports: Path) -> None:
    kinds = [reports / "index.html", *(reports / REAL / "en").glob("*.html")]
    for screen in SCREENS.values():
        with watched(browser, **screen) as seen:
            for path in kinds:
                seen.page.goto(f"file://{path}")
                found = Axe().run(seen.page).response["violations"]
                assert [(v["id"], v["nodes"][0]["html"]) for v in found] == [], path


def test_every_character_has_a_glyph(browser: Browser, reports: Path) -> None:
    with watched(browser) as seen:
        for path in sorted(reports.rglob("*.html")):
            seen.page.goto(f"file://{path}")
            assert seen.page.evaluate(MISSING_GLYPHS, []) == [], path
        assert seen.page.evaluate(MISSING_GLYPHS, ["\u0378"]) == ["\u0378"], "no font has this one"


def test_every_chart_is_drawn_and_described(browser: Browser, reports: Path) -> None:
    with watched(browser) as seen:
        plotting = [
            name for name in NOTEBOOKS if "fu.plots." in (ROOT / "notebooks" / f"{name}.ipynb").read_text("utf-8")
        ]
        assert plotting
        for name in plotting:
            seen.page.goto(f"file://{reports}/{REAL}/zh/{name}.html")
            images = seen.page.evaluate("[...document.images].map((i) => [i.naturalWidth, i.alt.length])")
            assert images, name
            assert all(width > 100 and described > 5 for width, described in images), name


def test_links_between_pages_lead_somewhere(browser: Browser, reports: Path) -> None:
    with watched(browser) as seen:
        for path in sorted(reports.rglob("*.html")):
            seen.page.goto(f"file://{path}")
            links = seen.page.evaluate("[...document.links].map((a) => a.href)")
            targets = {link.removeprefix("file://").partition("#")[0] for link in links if link.startswith("file:")}
            assert [target for target in targets if not Path(target).exists()] == [], path
            anchors = "[...document.querySelectorAll('a[href^=\"#\"]')].filter((a) => !document.querySelector(a.hash))"
            assert seen.page.evaluate(f"{anchors}.length") == 0, path


def test_a_hostile_name_gives_safe_paths_and_shows_as_text(browser: Browser, reports: Path) -> None:
    files = [path.relative_to(reports).as_posix() for path in reports.rglob("*") if path.is_file()]
    assert [name for name in files if not re.fullmatch(r"[A-Za-z0-9._/-]+", name) or ".." in name] == []
    [folder] = [path for path in reports.iterdir() if (path / "zh").is_dir() and path.name != REAL]
    shown = " ".join(EVIL.split())
    with watched(browser) as seen:
        seen.page.goto(f"file://{folder}/zh/overview.html")
        assert shown in " ".join(seen.page.inner_text(".kicker").split())
        seen.page.goto(f"file://{folder}/en/broken.html")
        assert shown in " ".join(seen.page.inner_text(".banner").split())
        seen.page.goto(f"file://{reports}/index.html")
        assert shown in [" ".join(text.split()) for text in seen.page.locator("h3").all_inner_texts()]
        assert seen.wrong == []


def test_the_banner_of_a_failed_report_leads_to_the_cell(browser: Browser, reports: Path) -> None:
    with watched(browser, viewport={"width": 1280, "height": 400}) as seen:
        seen.page.goto(f"file://{reports}/index.html")
        seen.page.click("#failed li a[href*='broken']")
        assert "finished" in seen.page.inner_text("main")
        assert seen.page.locator("#failed-cell").get_by_text("ValueError").first.is_visible()
        seen.page.click(".banner a")
        assert seen.page.evaluate("document.querySelector(':target').id") == "failed-cell"


def test_only_the_notebook_that_is_meant_to_failed(browser: Browser, reports: Path) -> None:
    with watched(browser) as seen:
        seen.page.goto(f"file://{reports}/index.html")
        links = seen.page.evaluate("[...document.querySelectorAll('#failed a')].map((a) => a.getAttribute('href'))")
    assert [Path(link).name for link in links] == ["broken.html#failed-cell"] * 2


def test_code_unfolds(browser: Browser, reports: Path) -> None:
    with watched(browser) as seen:
        seen.page.goto(f"file://{reports}/{REAL}/zh/overview.html")
        code = seen.page.locator("details.code").first
        assert not code.locator("pre").first.is_visible()
        code.locator("summary").click()
        assert code.locator("pre").first.is_visible()


def test_a_chart_stays_on_white_in_the_dark(browser: Browser, reports: Path) -> None:
    with watched(browser, **SCREENS["dark"]) as seen:
        seen.page.goto(f"file://{reports}/{REAL}/zh/overview.html")
        background = "(element) => getComputedStyle(element).backgroundColor"
        assert seen.page.locator("figure img").first.evaluate(background) == "rgb(255, 255, 255)"
        dark = re.findall(r"\d+", seen.page.locator("body").evaluate(background))
        assert max(map(int, dark)) < 64


def test_a_report_prints_without_its_controls(browser: Browser, reports: Path, tmp_path: Path) -> None:
    with watched(browser, **SCREENS["dark"]) as seen:
        seen.page.goto(f"file://{reports}/{REAL}/zh/overview.html")
        seen.page.pdf(path=tmp_path / "a.pdf", prefer_css_page_size=True)
    document = pypdfium2.PdfDocument(tmp_path / "a.pdf")
    text = "".join(page.get_textpage().get_text_range() for page in document)
    assert {"部门概览", "核对与注意"} <= set(text.split())
    assert not re.search("› *代码|全部报告|目录", text)
    assert [round(side) for side in document[0].get_size()] == [595, 842]


def test_a_table_that_scrolls_on_a_phone_keeps_its_caption_source_and_first_column(
    browser: Browser, reports: Path
) -> None:
    with watched(browser, **SCREENS["phone"]) as seen:
        seen.page.goto(f"file://{reports}/{REAL}/en/budget_execution.html")
        table = seen.page.locator(".fu-table", has_text="Measures of budget execution")
        still = [*table.locator(".fu-still").all(), table.locator("tbody td").first]
        before = [part.bounding_box() for part in still]
        table.evaluate("(element) => { element.scrollLeft = 9999; }")
        assert table.evaluate("(element) => element.scrollLeft") > 0
        after = [part.bounding_box() for part in still]
    assert [box and box["x"] for box in after] == pytest.approx([box and box["x"] for box in before], abs=1)
    assert all(box and box["x"] + box["width"] <= 390 for box in after)


def test_charts_are_printed_in_one_size_and_definitions_small(browser: Browser, reports: Path) -> None:
    with watched(browser) as seen:
        seen.page.goto(f"file://{reports}/{REAL}/en/overview.html")
        seen.page.emulate_media(media="print")
        widths = [image.bounding_box() for image in seen.page.locator("figure img").all()]
        size = "(element) => parseFloat(getComputedStyle(element).fontSize)"
        body, folded = (seen.page.locator(part).first.evaluate(size) for part in (".prose p", ".fu-fold table"))
    assert len({round(box["width"]) for box in widths if box}) == 1
    assert folded < 0.8 * body


def test_the_filter_finds_one_department_among_a_thousand_reports(browser: Browser, thousand: Path) -> None:
    with watched(browser) as seen:
        seen.page.goto(f"file://{thousand}/index.html")
        counted, visible = seen.page.locator("#filter output"), seen.page.locator(".row:visible")
        assert counted.inner_text() == "1000 / 1000"
        seen.page.fill("[name=text]", "第17局 三公")
        assert counted.inner_text() == "2 / 1000"
        seen.page.select_option("[name=year]", "2023")
        assert visible.count() == 1
        assert seen.page.locator(".department:visible h3").all_inner_texts() == ["第17局"]
        seen.page.fill("[name=text]", "")
        seen.page.select_option("[name=year]", "")
        seen.page.select_option("[name=state]", "changed")
        assert visible.count() == 4 * 25
        seen.page.select_option("[name=notebook]", "budget_execution")
        assert visible.count() == 2 * 25
        seen.page.fill("[name=text]", "no such department")
        assert seen.page.locator(".department:visible").count() == 0
        assert seen.wrong == []


def test_the_filter_is_quick(browser: Browser, thousand: Path) -> None:
    with watched(browser) as seen:
        seen.page.goto(f"file://{thousand}/index.html")
        took = seen.page.evaluate("""() => {
          const field = document.querySelector("[name=text]");
          const start = performance.now();
          field.value = "第17局";
          field.dispatchEvent(new Event("input", { bubbles: true }));
          document.body.offsetHeight;
          return performance.now() - start;
        }""")
    assert took < 1000, f"{took:.0f} ms"


def test_without_script_the_index_shows_everything(browser: Browser, thousand: Path) -> None:
    with watched(browser, java_script_enabled=False) as seen:
        seen.page.goto(f"file://{thousand}/index.en.html")
        assert not seen.page.locator("#filter").is_visible()
        assert seen.page.locator(".row h4 a").count() == 1000


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of a JupyterLab of its own and the folder that it shows: copies of the notebooks."""
    root = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", root / "notebooks", ignore=shutil.ignore_patterns(".*"))
    disabled = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
    (root / "config" / "labconfig").mkdir(parents=True)
    (root / "config" / "labconfig" / "page_config.json").write_text(json.dumps(disabled), "utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}", "--port-retries=0",
        "--IdentityProvider.token=", "--LabApp.expose_app_in_browser=True", f"--ServerApp.root_dir={root}/notebooks",
    ]  # fmt: skip
    environment = {**os.environ, "FISCAL_DATA_DIR": str(ROOT / "data"), "FISCAL_LANGUAGE": "zh"}
    environment |= {f"JUPYTER_{kind.upper()}_DIR": f"{root}/{kind}" for kind in ("config", "data", "runtime")}
    with (root / "log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=root)
    try:
        _await(f"http://127.0.0.1:{port}/api", server, root / "log")
        yield f"http://127.0.0.1:{port}", root / "notebooks"
    finally:
        server.terminate()
        server.wait(30)


def _await(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        time.sleep(0.3)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")


# The toolbar may say idle before a kernel is connected; what runs then is lost.
CONNECTED = """() => {
  const panel = window.jupyterapp?.shell.currentWidget;
  return panel?.sessionContext?.session?.kernel?.connectionStatus === "connected" && panel.context.isReady
    && panel.sessionContext.session.kernel.status === "idle";
}"""
RUN_ALL = "async () => { await jupyterapp.commands.execute('notebook:run-all-cells'); }"
SAVE = "async () => { await jupyterapp.commands.execute('docmanager:save'); }"


def open_in_lab(page: Page, address: str, notebook: str) -> None:
    page.goto(f"{address}/lab/tree/{notebook}.ipynb?reset")
    page.wait_for_function(CONNECTED, timeout=90_000)


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_a_notebook_runs_in_jupyterlab(browser: Browser, lab: tuple[str, Path], notebook: str) -> None:
    address, folder = lab
    asked = []
    page = browser.new_page()
    page.on("request", lambda r: None if r.url.startswith((address, "data:", "blob:", "ws:")) else asked.append(r.url))
    try:
        open_in_lab(page, address, notebook)
        page.evaluate(RUN_ALL)
        page.evaluate(SAVE)
    finally:
        page.close()
    node = nbformat.read(folder / f"{notebook}.ipynb", 4)
    code = [cell for cell in node.cells if cell.cell_type == "code" and cell.source]
    outputs = [output for cell in code for output in cell.outputs]
    assert [o["evalue"] for o in outputs if o["output_type"] == "error"] == []
    assert all(cell.execution_count for cell in code)
    shown = [output.get("data", {}) for output in outputs]
    assert any("image/png" in forms for forms in shown)
    texts = [forms.get("text/plain", "") for forms in shown if "image/png" not in forms]
    assert [text for text in texts if text.startswith(("<Figure", "Figure("))] == [], "charts as text"
    assert asked == []


@pytest.fixture
def scratch(browser: Browser, lab: tuple[str, Path]) -> Iterator[Callable[[str], Page]]:
    """Opens a new notebook of one cell in JupyterLab, and runs it."""
    address, folder = lab
    page = browser.new_page()

    def run(source: str) -> Page:
        kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
        nbformat.write(
            new_notebook(cells=[new_code_cell(source)], metadata={"kernelspec": kernel}), folder / "new.ipynb"
        )
        open_in_lab(page, address, "new")
        page.evaluate(RUN_ALL)
        return page

    yield run
    page.close()


def test_the_panel_s_chart_follows_its_widgets(scratch: Callable[[str], Page]) -> None:
    page = scratch("import fiscal_utils as fu\nfu.explore()")
    chart = page.locator(".jp-OutputArea img")
    seen = [chart.get_attribute("src", timeout=60_000)]

    def follows(act: Callable[[], object]) -> None:
        act()
        page.wait_for_function(
            "(old) => ![null, undefined, old].includes(document.querySelector('.jp-OutputArea img')?.src)",
            arg=seen[-1],
            timeout=30_000,
        )
        seen.append(chart.get_attribute("src"))

    table, measure = page.locator(".widget-dropdown select").all()
    departments, _years = page.locator(".widget-select-multiple select").all()
    follows(lambda: measure.select_option(index=1))
    follows(lambda: table.select_option("支出决算表"))
    follows(lambda: departments.select_option("景德镇市人民政府办公室"))
    follows(lambda: page.locator(".widget-checkbox input").check())
    assert len(set(seen)) == len(seen)


def test_a_browsed_table_is_searched_and_sorted(scratch: Callable[[str], Page]) -> None:
    page = scratch("import fiscal_utils as fu\nfu.browse(fu.load('cells'), 'cells')")
    rows = page.locator(".dt-container tbody tr")
    rows.first.wait_for(timeout=60_000)
    before = rows.first.inner_text()
    page.locator(".dt-container thead th", has_text="value").locator(".dt-column-order").click()
    page.wait_for_function("(old) => document.querySelector('.dt-container tbody tr').innerText !== old", arg=before)
    page.fill(".dt-container input[type=search]", "no such text anywhere")
    page.wait_for_function("document.querySelectorAll('.dt-container tbody tr').length <= 1")
