"""What a report is made of, as hashes: a report whose inputs are as they were when it was made is fresh."""

import hashlib
import json
import platform
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

from fiscal_utils.reports import runs
from fiscal_utils.reports.jobs import ALL, Job

PACKAGE = Path(__file__).parents[1]

FILES = (".html", ".ipynb")
"""The files without which a report is not there."""


class Inputs:
    """The hashes of what reports are made of; each file is read once, so use a new one for each run."""

    def __init__(self, data_dir: Path) -> None:
        self.raw = data_dir / "raw"
        self.documents = sorted(path.parent.name for path in self.raw.glob("[!.]*/document.toml"))
        self.package = _digest(*map(_of_file, _files(PACKAGE)))
        self.dependencies = _digest(json.dumps(versions(), sort_keys=True))
        self._folder = cache(_of_folder)
        self._notebook = cache(_of_file)

    def of(self, job: Job) -> dict[str, str]:
        """The hashes of the report's notebook, parameters, data, package, dependencies and links to other reports."""
        values = {name: parameter.default for name, parameter in job.notebook.parameters.items()} | job.arguments
        return {
            "notebook": self._notebook(job.notebook.path),
            "parameters": _digest(json.dumps(values, sort_keys=True)),
            "data": _digest(*(self._folder(self.raw / name) for name in self._read_by(job, values))),
            "package": self.package,
            "dependencies": self.dependencies,
            "links": _digest(*(other.name for other in job.siblings), *job.languages),
        }

    def _read_by(self, job: Job, values: Mapping[str, Any]) -> list[str]:
        """The documents whose data the notebook reads: those that its parameters name, or all of them.

        All are read where a parameter `documents…` is "all", and where the notebook's `fiscal` metadata says so:
        `"documents": "all"`.
        """
        if job.notebook.reads_all or any(v == ALL for name, v in values.items() if name.startswith("documents")):
            return self.documents
        named = {text for value in values.values() for text in _texts(value)}
        return [name for name in self.documents if name in named]


def stale(job: Job, inputs: Mapping[str, str]) -> tuple[str, ...]:
    """Why the report has to be made: `new`, `failed`, or the inputs that changed; nothing if it is fresh."""
    report = runs.read_report(job.output / job.key.path(runs.ENDING))
    if report is None or not all((job.output / job.key.path(ending)).is_file() for ending in FILES):
        return ("new",)
    if report.error:
        return ("failed",)
    return tuple(name for name, digest in inputs.items() if report.inputs.get(name) != digest)


@cache
def versions() -> dict[str, str]:
    """The versions of Python, of this package and of the libraries that it requires."""
    required = [re.split(r"[^\w.-]", line)[0] for line in requires("fiscal-utils") or () if "extra ==" not in line]
    return {"python": platform.python_version()} | dict(_installed(["fiscal-utils", *sorted(required)]))


def _installed(names: list[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        try:
            yield name, version(name)
        except PackageNotFoundError:  # required on another platform
            continue


def _texts(value: Any) -> list[str]:
    texts = [text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)]
    return [part for text in texts for part in re.split(r"[,，\s]+", text)]


def _of_folder(folder: Path) -> str:
    return _digest(*(f"{path.relative_to(folder)} {_of_file(path)}" for path in _files(folder)))


def _of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.parent.name != "__pycache__")


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
