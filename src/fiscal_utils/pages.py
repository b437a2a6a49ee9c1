"""The HTML of a report and of the index: self-contained, without script, the same look in both languages."""

import datetime
import importlib.metadata
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jinja2 import Environment, select_autoescape
from markupsafe import Markup

from fiscal_utils.display import METRICS_MIME
from fiscal_utils.jobs import DOCUMENT_ID, Job
from fiscal_utils.language import LANGUAGES

if TYPE_CHECKING:
    from bs4 import BeautifulSoup
    from nbformat import NotebookNode

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""Content security policy of every page: nothing is fetched, nothing runs."""

HTML_LANGUAGE = {"zh": "zh-CN", "en": "en"}
LANGUAGE_NAME = {"zh": "中文", "en": "English"}

ACTIVE_ELEMENTS = ("script", "iframe", "object", "embed", "form", "base", "link", "meta")


def export(node: "NotebookNode", job: Job) -> str:
    """The page of an executed notebook."""
    from bs4 import BeautifulSoup

    resources = {"page": _page(node, job), "metadata": {"path": str(job.notebook.path.parent)}}
    html, _ = _exporter(job.language).from_notebook_node(node, resources)
    soup = BeautifulSoup(html, "html.parser")
    for finish in (_make_inert, _drop_title, _list_contents, _wrap_tables, _name_images):
        finish(soup)
    return str(soup)


def outputs(node: "NotebookNode") -> Iterator[Mapping[str, Any]]:
    """All outputs of a notebook, in order."""
    for cell in node.cells:
        yield from cell.get("outputs", [])


def cell_error(node: "NotebookNode") -> str:
    """The error of the cell at which a notebook stopped, as `name: message`; empty if there is none."""
    errors = [output for output in outputs(node) if output["output_type"] == "error"]
    return f"{errors[0]['ename']}: {errors[0]['evalue']}" if errors else ""


def metrics_of(node: "NotebookNode") -> dict[str, Any]:
    """The metrics that the headlines of an executed notebook recorded; a later one overrides."""
    merged: dict[str, Any] = {}
    for headline in _headlines(node):
        merged |= headline["data"][METRICS_MIME]
    return merged


def stamp(node: "NotebookNode", job: Job, error: str) -> None:
    """Writes into the notebook's metadata what the index needs to know of this report."""
    cards = [card for headline in _headlines(node) for card in headline["metadata"][METRICS_MIME]["cards"]]
    node.metadata.setdefault("fiscal", {})["report"] = {
        "department": str(job.document.about.get("department", job.document.id)),
        "year": job.document.about.get("year"),
        "made": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "error": error,
        "cards": cards,
    }


def index(output: Path) -> str:
    """The page that lists every report in the output folder, by document, notebook and language."""
    environment = Environment(autoescape=select_autoescape(default=True, default_for_string=True))
    template = environment.from_string(_template("index.html.j2"))
    documents = [(folder.name, _rows(folder)) for folder in sorted(output.glob("*")) if _is_document(folder)]
    listed = [(name, rows) for name, rows in documents if rows]
    return template.render(documents=listed, css=_css(), policy=POLICY, minute=_minute, languages=LANGUAGES)


def _page(node: "NotebookNode", job: Job) -> dict[str, Any]:
    """What the template shows around the cells."""
    about, report = job.document.about, node.metadata["fiscal"]["report"]
    return {
        "t": lambda zh, en: zh if job.language == "zh" else en,
        "html_language": HTML_LANGUAGE[job.language],
        "policy": POLICY,
        "css": _css(),
        "title": job.notebook.title[job.language],
        "department": str(about.get("department", job.document.id)),
        "year": about.get("year", ""),
        "document": job.document.id,
        "sources": _sources(about, job.language),
        "languages": [_language_link(job, name) for name in job.languages],
        "siblings": [_sibling_link(job, other) for other in job.siblings],
        "headlines": [headline["data"]["text/html"] for headline in _headlines(node)],
        "metrics_mime": METRICS_MIME,
        "error": report["error"],
        "failed_cell": bool(cell_error(node)),
        "made": report["made"],
        "made_text": _minute(report["made"]),
        "version": importlib.metadata.version("fiscal-utils"),
    }


def _language_link(job: Job, name: str) -> dict[str, Any]:
    href = f"../{name}/{quote(job.notebook.name)}.html"
    current = name == job.language
    return {"code": HTML_LANGUAGE[name], "name": LANGUAGE_NAME[name], "href": href, "current": current}


def _sibling_link(job: Job, other: Any) -> dict[str, Any]:
    href = f"{quote(other.name)}.html"
    return {"href": href, "title": other.title[job.language], "current": other.name == job.notebook.name}


def _sources(about: Mapping[str, Any], language: str) -> list[tuple[str, str]]:
    source = about.get("source", {})
    labels = {
        "title": ("来源", "Source"),
        "publisher": ("发布者", "Publisher"),
        "date": ("发布日期", "Date"),
        "sha256": ("文件 SHA-256", "File SHA-256"),
    }
    zh = language == "zh"
    return [(labels[key][0 if zh else 1], str(source[key])) for key in labels if source.get(key)]


def _headlines(node: "NotebookNode") -> list[Mapping[str, Any]]:
    return [output for output in outputs(node) if METRICS_MIME in output.get("data", {})]


@cache
def _exporter(language: str) -> Any:
    """The nbconvert exporter of a language: cells tagged for the other one are left out."""
    from nbconvert import HTMLExporter
    from traitlets.config import Config

    others = {name for name in LANGUAGES if name != language}
    config = Config()
    config.TagRemovePreprocessor.enabled = True
    config.TagRemovePreprocessor.remove_cell_tags = others | {"papermill-error-cell-tag"}
    folder = str(files("fiscal_utils").joinpath("template"))
    return HTMLExporter(  # type: ignore[no-untyped-call]
        config=config,
        template_name="report",
        extra_template_basedirs=[folder],
        embed_images=True,
        exclude_anchor_links=True,
    )


def _make_inert(soup: "BeautifulSoup") -> None:
    """Takes out of the cells what could run, send or redirect, and styles that the page has already."""
    for element in soup.select("main style.fu-style"):
        element.decompose()
    for element in soup.select(", ".join(f"body {name}" for name in ACTIVE_ELEMENTS)):
        element.decompose()
    for element in soup.select("body *"):
        for name in [name for name in element.attrs if name.lower().startswith("on")]:
            del element[name]
        if re.match(r"\s*(javascript|data|vbscript):", str(element.get("href", "")), re.IGNORECASE):
            del element["href"]
        if not str(element.get("src", "data:")).startswith("data:"):
            del element["src"]


def _drop_title(soup: "BeautifulSoup") -> None:
    """Takes the notebook's own first-level headings out: the page has its title above."""
    for heading in soup.select("main h1"):
        heading.decompose()


def _list_contents(soup: "BeautifulSoup") -> None:
    """Fills the table of contents from the headings of second and third level."""
    headings = soup.select("main h2, main h3")
    entries = soup.new_tag("ol")
    taken: set[str] = set()
    for heading in headings:
        heading["id"] = _anchor(heading.get_text(), taken)
        entry = soup.new_tag("li", attrs={"class": "deeper"} if heading.name == "h3" else {})
        link = soup.new_tag("a", href=f"#{heading['id']}", string=heading.get_text())
        entry.append(link)
        entries.append(entry)
    contents = soup.select_one("#contents")
    if contents and headings:
        contents.append(entries)
    elif contents:
        contents.clear()


def _anchor(text: str, taken: set[str]) -> str:
    """A readable id for a heading, not yet taken on the page."""
    base = re.sub(r"\W+", "-", text).strip("-").lower() or "section"
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    taken.add(name)
    return name


def _wrap_tables(soup: "BeautifulSoup") -> None:
    """Gives every table a container of its own in which it scrolls."""
    for table in soup.select("main table"):
        if not table.find_parent(class_="fu-table"):
            table.wrap(soup.new_tag("div", attrs={"class": "scroll"}))


def _name_images(soup: "BeautifulSoup") -> None:
    """Names an image without alternative text after the heading above it."""
    for image in soup.select("main img"):
        if not image.get("alt"):
            heading = image.find_previous(["h1", "h2", "h3", "h4"])
            image["alt"] = heading.get_text() if heading else ""


def _is_document(folder: Path) -> bool:
    return folder.is_dir() and bool(DOCUMENT_ID.fullmatch(folder.name))


def _rows(folder: Path) -> list[dict[str, Any]]:
    """The reports of a document: one row a notebook, with what was made in each language."""
    rows: dict[str, dict[str, Any]] = {}
    for language in LANGUAGES:
        for path in (folder / language).glob("*.ipynb"):
            about = json.loads(path.read_text("utf-8"))["metadata"].get("fiscal", {})
            if "report" in about:
                row = rows.setdefault(path.stem, {"place": (about.get("order", float("inf")), path.stem)})
                row[language] = _entry(path, language, about)
    return sorted(rows.values(), key=lambda row: row["place"])


def _entry(path: Path, language: str, about: Mapping[str, Any]) -> dict[str, Any]:
    title = about.get("title", {}).get(language, path.stem)
    href = f"{path.parent.parent.name}/{language}/{quote(path.stem)}.html"
    return {"title": title, "href": href, **about["report"]}


def _minute(moment: str) -> str:
    return datetime.datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M")


@cache
def _css() -> Markup:
    return Markup(_template("output.css") + _template("page.css"))


def _template(name: str) -> str:
    return files("fiscal_utils").joinpath("template", name).read_text("utf-8")
