"""What an executed notebook says of its report: its error, its metrics, its headline cards."""

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fiscal_utils.display import ABSENT_MIME, METRICS_MIME
from fiscal_utils.language import LANGUAGES
from fiscal_utils.reports.jobs import Job

if TYPE_CHECKING:
    from nbformat import NotebookNode

_HEADING = re.compile(r"^(#+) ", re.MULTILINE)


def outputs(node: "NotebookNode") -> Iterator[Mapping[str, Any]]:
    """All outputs of a notebook, in order."""
    for cell in node.cells:
        yield from cell.get("outputs", [])


def cell_error(node: "NotebookNode") -> str:
    """The error of the cell at which a notebook stopped, as `name: message`; empty if there is none."""
    errors = [output for output in outputs(node) if output["output_type"] == "error"]
    return f"{errors[0]['ename']}: {errors[0]['evalue']}" if errors else ""


def stopped_at(node: "NotebookNode") -> int | None:
    """The place of the cell at which a failed notebook stopped: the one that raised, or that was still at work."""
    return next((place for place, cell in enumerate(node.cells) if stopped(cell)), None)


def metrics_of(node: "NotebookNode") -> dict[str, Any]:
    """The metrics that the headlines of an executed notebook recorded; a later one overrides."""
    merged: dict[str, Any] = {}
    for headline in headlines(node):
        merged |= headline["data"][METRICS_MIME]
    return merged


def cards_of(node: "NotebookNode") -> list[dict[str, str]]:
    """The headline cards as shown: label, value, unit, note."""
    return [card for headline in headlines(node) for card in headline["metadata"][METRICS_MIME]["cards"]]


def headlines(node: "NotebookNode") -> list[Mapping[str, Any]]:
    """The outputs of a notebook that are headlines."""
    return [output for output in outputs(node) if METRICS_MIME in output.get("data", {})]


def without_the_absent(cells: Sequence["NotebookNode"], language: str) -> list["NotebookNode"]:
    """The cells of a language without what follows, in its section, one that said that there is nothing to show."""
    others = set(LANGUAGES) - {language}
    kept: list[NotebookNode] = []
    level = ended = 0
    for cell in (cell for cell in cells if others.isdisjoint(cell.metadata.get("tags", []))):
        heading = _HEADING.search(cell.source) if cell.cell_type == "markdown" else None
        if ended and heading and len(heading[1]) <= ended:
            cell = type(cell)({**cell, "source": cell.source[heading.start() :]})
            ended = 0
        if not ended:
            kept.append(cell)
            level = len(_HEADING.findall(cell.source)[-1]) if heading else level
            ended = level if any(ABSENT_MIME in output.get("data", {}) for output in cell.get("outputs", [])) else 0
    return kept


def stamp(node: "NotebookNode", job: Job, error: str) -> None:
    """Writes into the notebook's metadata what its page tells of this report."""
    node.metadata.setdefault("fiscal", {})["report"] = {
        "department": str(job.document.about.get("department", job.document.id)),
        "year": job.document.about.get("year"),
        "made": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "error": error,
        "cards": cards_of(node),
    }


def stopped(cell: Mapping[str, Any]) -> bool:
    """Whether a notebook stopped at this cell: it raised, or it was still at work."""
    raised = any(output["output_type"] == "error" for output in cell.get("outputs", []))
    return raised or cell["metadata"].get("papermill", {}).get("status") in ("running", "failed")
