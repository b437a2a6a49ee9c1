"""pyproject.toml is the one list of dependencies; the conda file and the pinned versions must follow it."""

import csv
import re
import subprocess
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
CONDA_NAMES = {"matplotlib": "matplotlib-base", "ortools": "ortools-python"}
CONDA_ALONE = {"python", "pip"}
CONDA_LINE = re.compile(r"(?P<name>[a-z0-9][a-z0-9._-]*)(?P<version>[<>=!~][^\s]*)?")


@pytest.fixture(scope="module")
def required() -> dict[str, SpecifierSet]:
    """The version range of each direct dependency, of the package and of its development."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    lines = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    requirements = [Requirement(line) for line in lines]
    return {canonicalize_name(r.name): r.specifier for r in requirements}


@pytest.fixture(scope="module")
def environment() -> list[object]:
    return yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]


@pytest.fixture(scope="module")
def conda(environment: list[object]) -> dict[str, SpecifierSet]:
    """The version range of each conda package; a line that is no plain `name>=version` fails."""
    matches = [CONDA_LINE.fullmatch(line) for line in environment if isinstance(line, str)]
    assert None not in matches
    return {m["name"]: SpecifierSet(m["version"] or "") for m in matches if m}


@pytest.fixture(scope="module")
def pip_lines(environment: list[object]) -> list[str]:
    [section] = [entry for entry in environment if isinstance(entry, dict)]
    assert list(section) == ["pip"]
    return section["pip"]


@pytest.fixture(scope="module")
def pinned() -> list[Requirement]:
    return [Requirement(line) for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()]


def test_the_conda_environment_has_the_dependencies_of_the_project_and_no_others(
    required: dict[str, SpecifierSet], conda: dict[str, SpecifierSet], pip_lines: list[str]
) -> None:
    from_pip = {r.name: r.specifier for r in map(Requirement, pip_lines[:-1])}
    here = {name: conda[name] for name in conda if name not in CONDA_ALONE}
    assert not here.keys() & from_pip.keys()
    assert {**here, **from_pip} == {CONDA_NAMES.get(name, name): spec for name, spec in required.items()}


def test_the_conda_environment_installs_the_package_itself_on_the_same_python(
    conda: dict[str, SpecifierSet], pip_lines: list[str]
) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert pip_lines[-1] == "-e ."
    assert conda["python"] == SpecifierSet(project["requires-python"])


def test_the_conda_specifications_parse_as_conda_reads_them(environment: list[object]) -> None:
    rattler = pytest.importorskip("rattler")
    for line in environment:
        if isinstance(line, str):
            assert rattler.MatchSpec(line, strict=True).name is not None


def test_every_dependency_has_a_lower_bound(required: dict[str, SpecifierSet]) -> None:
    assert [name for name, spec in required.items() if ">=" not in str(spec)] == []


def test_every_dependency_is_pinned_within_its_range(
    required: dict[str, SpecifierSet], pinned: list[Requirement]
) -> None:
    versions = {pin.name: [] for pin in pinned}
    for pin in pinned:
        [only] = pin.specifier
        assert only.operator == "=="
        versions[pin.name].append(only.version)
    assert required.keys() - versions.keys() == set()
    assert [name for name, spec in required.items() if not all(map(spec.contains, versions[name]))] == []


def test_pins_name_no_host_address_or_path(pinned: list[Requirement]) -> None:
    text = (ROOT / "constraints.txt").read_text("utf-8")
    assert not re.search(r"[/\\@#]|--|https?:", text)
    assert [pin.name for pin in pinned if pin.url] == []


def test_make_help_names_every_target_a_newcomer_needs() -> None:
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("report", "test", "lab", "check", "clean", "help"):
        assert f"make {target} " in listed


def test_an_old_python_gets_one_message_that_says_what_to_do(tmp_path: Path) -> None:
    old = tmp_path / "old-python"
    old.write_text("#!/bin/sh\ncase $1 in --version) echo Python 3.9.2;; *) exit 1;; esac\n")
    old.chmod(0o755)
    (tmp_path / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).touch()
    command = ["make", "report", f"PYTHON={old}"]
    made = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert made.returncode != 0
    assert "needs Python 3.11 or newer" in made.stderr
    assert "Python 3.9.2" in made.stderr
    assert "make PYTHON=python3.12 report" in made.stderr
    assert not (tmp_path / ".venv").exists()


def test_the_price_index_has_one_plausible_figure_a_year() -> None:
    text = files("fiscal_utils").joinpath("statutory/cpi.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    years = [int(row["year"]) for row in rows]
    assert years == list(range(2016, 2016 + len(rows)))
    assert all(95 < float(row["index"]) < 110 and row["source"] for row in rows)
