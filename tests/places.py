"""Small places to make reports in: notebooks that cost nothing, few documents."""

import shutil
from pathlib import Path

import nbformat
from conftest import ROOT
from nbformat.v4 import new_code_cell, new_notebook

REAL = "jingdezhen-government-office-2023"
KERNEL = {"name": "python3", "language": "python", "display_name": "Python 3"}
PARAMETERS = 'document: str = "none"  # which\nlanguage: str = "zh"  # zh | en'


def notebook(root: Path, name: str, *sources: str, parameters: str = PARAMETERS, **fiscal: object) -> Path:
    """A notebook of these cells in the folder of notebooks."""
    first = new_code_cell(parameters, metadata={"tags": ["parameters"]}, id="p")
    cells = [first, *(new_code_cell(source, id=f"c{place}") for place, source in enumerate(sources))]
    path = root / "notebooks" / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": KERNEL, "fiscal": fiscal}), path)
    return path


def document(root: Path, name: str) -> Path:
    """A document without tables."""
    folder = root / "data" / "raw" / name
    folder.mkdir(parents=True)
    (folder / "document.toml").write_text(f'id = "{name}"\ndepartment = "甲局"\nyear = 2023\n', "utf-8")
    return folder


def copied_document(root: Path, name: str) -> Path:
    """A committed document under another id."""
    folder = root / "data" / "raw" / name
    shutil.copytree(ROOT / "data" / "raw" / REAL, folder)
    about = folder / "document.toml"
    about.write_text(about.read_text("utf-8").replace(REAL, name), "utf-8")
    return folder
