"""The page of one report."""

import importlib.metadata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fiscal_utils.departments import english_name
from fiscal_utils.display import METRICS_MIME
from fiscal_utils.reports.jobs import Job
from fiscal_utils.reports.pages import look, notebook

if TYPE_CHECKING:
    from nbformat import NotebookNode

SOURCE_LABELS = {
    "title": ("来源", "Source"),
    "publisher": ("发布者", "Publisher"),
    "date": ("发布日期", "Date"),
    "sha256": ("文件 SHA-256", "File SHA-256"),
}


def export(node: "NotebookNode", job: Job) -> str:
    """The page of an executed notebook; of a failed one, as far as it came."""
    from fiscal_utils.reports.pages.exporter import exporter
    from fiscal_utils.reports.pages.finish import finish

    stop = notebook.stopped_at(node) if node.metadata["fiscal"]["report"]["error"] else None
    reached = node.cells if stop is None else node.cells[: stop + 1]
    shown = type(node)({**node, "cells": notebook.without_the_absent(reached, job.language)})
    left = [cell for cell in node.cells[len(reached) :] if cell.cell_type == "code"]
    page = _page(node, job) | {"stopped": stop is not None, "left": len(left)}
    resources = {"page": page, "metadata": {"path": str(job.notebook.path.parent)}}
    html, _ = exporter(job.language).from_notebook_node(shown, resources)
    return finish(html, [other.name for other in job.siblings])


def _page(node: "NotebookNode", job: Job) -> dict[str, Any]:
    """What the template shows around the cells."""
    about, report = job.document.about, node.metadata["fiscal"]["report"]
    return {
        "t": lambda zh, en: zh if job.language == "zh" else en,
        "html_language": look.HTML_LANGUAGE[job.language],
        "policy": look.policy(),
        "css": look.css("output", "page", "report"),
        "title": job.notebook.title[job.language],
        "department": report["department"],
        "department_en": english_name(report["department"], str(about.get("region_code", ""))),
        "year": about.get("year", ""),
        "simulated": bool(about.get("simulated")) or "simulated" in job.document.id,
        "document": job.document.id,
        "index": f"../../{look.INDEX[job.language]}",
        "sources": _sources(about, job.language),
        "languages": [_language_link(job, name) for name in job.languages],
        "siblings": [_sibling_link(job, other) for other in job.siblings],
        "headlines": [headline["data"]["text/html"] for headline in notebook.headlines(node)],
        "metrics_mime": METRICS_MIME,
        "stopped_cell": notebook.stopped,
        "error": report["error"],
        "made": report["made"],
        "made_text": look.minute(report["made"]),
        "time_zone": look.time_zone(),
        "version": importlib.metadata.version("fiscal-utils"),
    }


def _language_link(job: Job, name: str) -> dict[str, Any]:
    href = f"../{name}/{quote(job.notebook.name)}.html"
    current = name == job.language
    return {"code": look.HTML_LANGUAGE[name], "name": look.LANGUAGE_NAME[name], "href": href, "current": current}


def _sibling_link(job: Job, other: Any) -> dict[str, Any]:
    href = f"{quote(other.name)}.html"
    return {"href": href, "title": other.title[job.language], "current": other.name == job.notebook.name}


def _sources(about: Mapping[str, Any], language: str) -> list[tuple[str, str]]:
    source = about.get("source", {})
    chosen = 0 if language == "zh" else 1
    return [(label[chosen], str(source[key])) for key, label in SOURCE_LABELS.items() if source.get(key)]
