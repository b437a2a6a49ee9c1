"""When a report is up to date, and what it is that made it out of date."""

from pathlib import Path

import pytest
from places import PARAMETERS, document, notebook

from fiscal_utils.reports import inputs, jobs, runs
from fiscal_utils.reports.inputs import Inputs, stale

DOCUMENTS = PARAMETERS + '\ndocuments: str | list[str] = "none"  # others\nyear: int = 2023'


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Two documents, and two notebooks whose reports stand in the output folder."""
    for name in ("jia-2023", "yi-2023"):
        document(tmp_path, name)
    notebook(tmp_path, "one", parameters=DOCUMENTS)
    notebook(tmp_path, "peers", documents="all")
    for job in plan(tmp_path):
        for ending in inputs.FILES:
            runs.write(job.output, job.output / job.key.path(ending), "")
        report = runs.Report(*job.key, "", "", runs.now(), "r", 1.0, inputs=Inputs(tmp_path / "data").of(job))
        runs.write_report(job.output, report)
    return tmp_path


def plan(root: Path, **given: object) -> list[jobs.Job]:
    return jobs.plan(root / "notebooks", root / "data", root / "out", **given)


def due(root: Path, **given: object) -> dict[str, tuple[str, ...]]:
    """The Chinese reports that are out of date → why."""
    hashes = Inputs(root / "data")
    found = {job.key: stale(job, hashes.of(job)) for job in plan(root, languages=["zh"], **given)}
    return {f"{key.document} {key.notebook}": why for key, why in found.items() if why}


def test_reports_are_fresh_while_nothing_changes(place):
    assert due(place) == {}
    assert due(place, names=["one"], documents=["jia-2023"]) == {}


def test_a_changed_notebook_makes_its_reports_stale(place):
    notebook(place, "one", "print('new')", parameters=DOCUMENTS)
    assert due(place) == {"jia-2023 one": ("notebook",), "yi-2023 one": ("notebook",)}


def test_changed_data_makes_the_reports_stale_that_read_it(place):
    (place / "data" / "raw" / "yi-2023" / "staff.csv").write_text("item,value\n")
    assert due(place) == {"yi-2023 one": ("data",), "yi-2023 peers": ("data",), "jia-2023 peers": ("data",)}


@pytest.mark.parametrize("others", ["all", "yi-2023", "jia-2023,yi-2023"])
def test_a_report_on_several_documents_reads_them_all(place, others):
    (job,) = plan(place, names=["one"], documents=["jia-2023"], languages=["zh"], values={"documents": others})
    before = Inputs(place / "data").of(job)
    (place / "data" / "raw" / "yi-2023" / "staff.csv").write_text("item,value\n")
    after = Inputs(place / "data").of(job)
    assert {name for name in after if after[name] != before[name]} == {"data"}


def test_other_parameters_make_a_report_stale(place):
    wish = {"names": ["one"], "documents": ["jia-2023"]}
    assert due(place, **wish, values={"year": "2022"}) == {"jia-2023 one": ("parameters",)}
    assert due(place, **wish, values={"year": "2023"}) == {}


def test_a_changed_package_or_library_makes_everything_stale(place, monkeypatch, tmp_path):
    monkeypatch.setattr(inputs, "versions", lambda: {"pandas": "99"})
    assert set(due(place).values()) == {("dependencies",)}
    monkeypatch.setattr(inputs, "PACKAGE", place / "notebooks")
    assert set(due(place).values()) == {("package", "dependencies")}


def test_a_report_that_failed_or_lost_a_file_is_made_again(place):
    (job, other) = plan(place, names=["one"], languages=["zh"])
    path = job.output / job.key.path(runs.ENDING)
    path.write_text(path.read_text().replace('"error":""', '"error":"x"'))
    (other.output / other.key.path(".html")).unlink()
    assert due(place) == {"jia-2023 one": ("failed",), "yi-2023 one": ("new",)}


def test_a_new_notebook_beside_a_report_makes_its_links_stale(place):
    notebook(place, "two")
    assert {name: why for name, why in due(place).items() if "two" not in name} == {
        f"{document} {name}": ("links",) for document in ("jia-2023", "yi-2023") for name in ("one", "peers")
    }


def test_versions_name_python_this_package_and_its_libraries():
    assert {"python", "fiscal-utils", "pandas", "papermill"} <= inputs.versions().keys()
    assert not any("<" in name or ";" in name for name in inputs.versions())
