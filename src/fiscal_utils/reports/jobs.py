"""Which reports to make: notebooks × documents × languages, everything checked before anything runs."""

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fiscal_utils import raw
from fiscal_utils.errors import ReportError
from fiscal_utils.language import LANGUAGES, t
from fiscal_utils.reports.parameters import Parameter, convert, declared
from fiscal_utils.reports.runs import Key

if TYPE_CHECKING:
    from nbformat import NotebookNode

# The notebook libraries import jsonschema, which imports rfc3987_syntax, which takes two seconds to build a
# grammar for a format of string that no notebook has. Without it jsonschema leaves that one format unchecked.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

OWN_PARAMETERS = ("document", "language")
"""The parameters that every notebook has, and that the plan fills in."""

ALL = "all"
"""The value of a parameter `documents…` that stands for all documents."""

DOCUMENT_ID = re.compile(r"[a-z0-9][a-z0-9-]*")


@dataclass(frozen=True)
class Notebook:
    """A report notebook: its file, its title by language, its place among the others, its parameters."""

    path: Path
    title: Mapping[str, str] = field(hash=False)
    order: float
    parameters: Mapping[str, Parameter] = field(hash=False)
    reads_all: bool = False
    """Whether it reads the data of all documents, whichever it is for."""

    @property
    def name(self) -> str:
        """The file name without its ending."""
        return self.path.stem

    def place(self) -> tuple[float, str]:
        """The sorting key of the notebooks."""
        return (self.order, self.name)


@dataclass(frozen=True)
class Document:
    """A document in the data folder: its id and its document.toml as read."""

    id: str
    about: Mapping[str, Any] = field(hash=False)


@dataclass(frozen=True)
class Job:
    """One report to make: a notebook for a document in a language, with its parameter values."""

    notebook: Notebook
    document: Document
    language: str
    parameters: Mapping[str, Any] = field(hash=False)
    output: Path
    siblings: tuple[Notebook, ...] = ()
    """The notebooks whose reports stand beside this one when all is done, itself among them."""
    languages: tuple[str, ...] = ()
    """The languages in which this report is there when all is done."""

    @property
    def arguments(self) -> dict[str, Any]:
        """All that is passed to the notebook."""
        return {"document": self.document.id, "language": self.language, **self.parameters}

    @property
    def key(self) -> Key:
        """Which report it is."""
        return Key(self.document.id, self.language, self.notebook.name)

    @property
    def folder(self) -> Path:
        """The folder of the report and its companions."""
        return self.output / self.document.id / self.language


def notebooks(folder: Path) -> list[Path]:
    """The notebook files of a folder, sorted by name."""
    return sorted(folder.glob("*.ipynb"))


def read(path: Path) -> "NotebookNode":
    """The notebook of a file; one that is not valid raises a ReportError."""
    import nbformat

    try:
        return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call, no-any-return]
    except (ValueError, OSError, AttributeError) as error:
        raise ReportError("report_bad_notebook", notebook=path.name, problem=error) from error


def inspect(path: Path) -> Notebook:
    """What the notebook of a file says of itself; without `fiscal` metadata its title is its file name."""
    node = read(path)
    about = node.metadata.get("fiscal", {})
    title = {language: about.get("title", {}).get(language, path.stem) for language in LANGUAGES}
    try:
        reads_all = about.get("documents") == ALL
        return Notebook(path, title, about.get("order", float("inf")), declared(_parameter_cells(node)), reads_all)
    except (ValueError, SyntaxError) as error:
        raise ReportError("report_bad_parameters", notebook=path.name, problem=error) from error


def _parameter_cells(node: "NotebookNode") -> list[str]:
    return [cell.source for cell in node.cells if "parameters" in cell.metadata.get("tags", [])]


def parameters(path: Path) -> Mapping[str, Parameter]:
    """The parameters of a notebook by name, as declared in its cell tagged `parameters`."""
    return inspect(path).parameters


def plan(
    notebooks_dir: Path,
    data_dir: Path,
    output: Path,
    *,
    names: Sequence[str] = (),
    documents: Sequence[str] = (),
    languages: Sequence[str] = (),
    values: Mapping[str, str] | None = None,
) -> list[Job]:
    """The reports to make, all notebooks, documents and languages where none are named.

    Whatever is unknown, misspelt or of the wrong type raises a ReportError that says what is allowed.
    """
    notebooks_dir, data_dir, output = notebooks_dir.resolve(), data_dir.resolve(), output.resolve()
    chosen = _choose_notebooks(notebooks_dir, names)
    _refuse_unknown(values or {}, chosen)
    known = _document_folders(data_dir)
    given = {notebook.name: _values_for(notebook, values or {}, known) for notebook in chosen}
    in_languages = _choose_languages(languages)
    jobs = [
        Job(notebook, document, language, given[notebook.name], output)
        for document, language, notebook in product(_choose_documents(known, documents), in_languages, chosen)
    ]
    made_before = _made_before(notebooks_dir, output, chosen)
    return [_with_links(job, chosen, made_before, in_languages) for job in jobs]


def _made_before(folder: Path, output: Path, chosen: Sequence[Notebook]) -> list[Notebook]:
    """The notebooks that are not chosen now and of which a report stands in the output folder."""
    names = {notebook.name for notebook in chosen}
    others = [path for path in notebooks(folder) if path.stem not in names]
    return [inspect(path) for path in others if any(output.glob(f"*/*/{path.stem}.html"))]


def _with_links(job: Job, chosen: list[Notebook], before: list[Notebook], languages: list[str]) -> Job:
    beside = [other for other in before if (job.folder / f"{other.name}.html").exists()]
    page = f"{job.notebook.name}.html"
    translated = [name for name in LANGUAGES if name in languages or (job.folder.parent / name / page).exists()]
    siblings = sorted([*chosen, *beside], key=Notebook.place)
    return replace(job, siblings=tuple(siblings), languages=tuple(translated))


def _choose_notebooks(folder: Path, names: Sequence[str]) -> list[Notebook]:
    paths = {path.stem: path for path in notebooks(folder)}
    if not paths:
        raise ReportError("report_no_notebooks", folder=folder)
    wanted = [name.removesuffix(".ipynb") for name in names] or list(paths)
    for name in wanted:
        if name not in paths:
            raise ReportError("report_unknown_notebook", name=name, **_allowed(name, paths))
    chosen = [inspect(paths[name]) for name in dict.fromkeys(wanted)]
    for notebook in chosen:
        for needed in OWN_PARAMETERS:
            if needed not in notebook.parameters:
                raise ReportError("report_missing_parameter", notebook=notebook.name, name=needed)
    return sorted(chosen, key=Notebook.place)


def _document_folders(data_dir: Path) -> dict[str, Path]:
    """Document id → its folder in raw/."""
    folders = sorted(path.parent for path in (data_dir / "raw").glob("*/document.toml"))
    known = {folder.name: folder for folder in folders if DOCUMENT_ID.fullmatch(folder.name)}
    if not known:
        raise ReportError("report_no_documents", folder=data_dir / "raw")
    return known


def _choose_documents(known: Mapping[str, Path], ids: Sequence[str]) -> list[Document]:
    for name in ids:
        if name not in known:
            raise ReportError("report_unknown_document", name=name, **_allowed(name, known))
    return [Document(name, raw.about(known[name])) for name in dict.fromkeys(ids or known)]


def _choose_languages(names: Sequence[str]) -> list[str]:
    for name in names:
        if name not in LANGUAGES:
            raise ReportError("report_unknown_language", name=name, **_allowed(name, LANGUAGES))
    return list(dict.fromkeys(names or LANGUAGES))


def _refuse_unknown(values: Mapping[str, str], chosen: Sequence[Notebook]) -> None:
    """Raises a ReportError where a parameter is one that none of the chosen notebooks takes."""
    known = {name for notebook in chosen for name in notebook.parameters} - set(OWN_PARAMETERS)
    for name in values:
        if name not in known:
            names = ", ".join(notebook.name for notebook in chosen)
            raise ReportError("report_unknown_parameter", name=name, notebook=names, **_allowed(name, known))


def _values_for(notebook: Notebook, values: Mapping[str, str], documents: Iterable[str]) -> dict[str, Any]:
    """The given values that this notebook takes, converted to the types it declares."""
    taken = notebook.parameters.keys() & values.keys() - set(OWN_PARAMETERS)
    given = {name: convert(notebook.name, notebook.parameters[name], values[name]) for name in sorted(taken)}
    for name, value in given.items():
        if name.startswith("document"):
            _check_documents(value, documents)
    return given


def _check_documents(value: Any, known: Iterable[str]) -> None:
    """Raises a ReportError unless the value of a parameter `document…` names documents, or is None or "all"."""
    for name in value if isinstance(value, list) else [value]:
        if name not in (None, ALL, *known):
            raise ReportError("report_unknown_document", name=name, **_allowed(name, known))


def _allowed(name: str, known: Iterable[str]) -> dict[str, str]:
    """The fields of a message that list what is allowed and suggest the nearest."""
    names = sorted(known)
    near = get_close_matches(name, names, n=1, cutoff=0.5)
    hint = t(zh=f"是否指 {near[0]}？", en=f" Did you mean {near[0]}?") if near else ""
    return {"allowed": ", ".join(names) or "—", "hint": hint}
