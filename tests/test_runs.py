"""Records of runs: read as written, short where nothing changed, and what differs between two of them."""

import csv
import io
import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from fiscal_utils.errors import ReportError
from fiscal_utils.reports import runs
from fiscal_utils.reports.runs import Key, Report, Run

FIRST = Report(
    document="jia-2023",
    language="zh",
    notebook="overview",
    title="部门概览",
    department="甲局",
    made="2026-01-01T00:00:00+00:00",
    made_in="20260101T000000Z-000000",
    seconds=0.5,
    inputs={"notebook": "a", "data": "b"},
    metrics={"revenue": 100.0, "staff": 7, "prior": None},
    cards=[{"label": "收入", "value": "100.00", "unit": "万元", "note": ""}],
)


def run(day: int, *reports: Report, **given: object) -> Run:
    moment = f"2026-01-{day:02}T00:00:00+00:00"
    return Run(f"202601{day:02}T000000Z-000000", moment, moment, "succeeded", 2, "fiscal", reports=reports, **given)


def test_runs_are_read_as_they_were_written_newest_first(tmp_path):
    written = [run(1, FIRST), run(2, fresh=1)]
    for one in written:
        runs.write_run(tmp_path, one)
    assert runs.load(tmp_path) == written[::-1]
    assert runs.latest(tmp_path) == written[1]
    assert [path.name for path in tmp_path.iterdir() if path.name != runs.UNFINISHED] == ["runs"]


def test_a_damaged_record_is_left_out(tmp_path):
    runs.write_run(tmp_path, run(1))
    runs.record(tmp_path, run(1)).with_name("x").touch()
    path = runs.write_run(tmp_path, run(2))
    path.write_text(path.read_text()[:40])
    assert runs.load(tmp_path) == [run(1)]
    assert runs.latest(tmp_path) == run(1)


def test_standing_reports_are_listed_in_the_order_of_the_index(tmp_path):
    later = replace(FIRST, notebook="staff", order=2.0)
    for report in (later, replace(FIRST, order=1.0), replace(FIRST, document="a-2023")):
        runs.write_report(tmp_path, report)
    (tmp_path / "jia-2023" / "zh" / "torn.report.json").write_text("{")
    assert [str(report.key) for report in runs.standing(tmp_path)] == [
        "a-2023 zh overview",
        "jia-2023 zh overview",
        "jia-2023 zh staff",
    ]


def test_a_killed_run_is_closed_with_what_it_had_made(tmp_path):
    killed = replace(run(1), status="running", finished=None)
    runs.write_run(tmp_path, killed)
    runs.write_report(tmp_path, replace(FIRST, made_in=killed.id))
    runs.write_report(tmp_path, replace(FIRST, notebook="older"))
    runs.close_interrupted(tmp_path)
    (closed,) = runs.load(tmp_path)
    assert (closed.status, closed.finished) == ("interrupted", FIRST.made)
    assert {report.notebook for report in closed.reports} >= {"overview"}


def test_the_diff_has_what_changed_and_the_inputs_that_did():
    second = replace(
        FIRST,
        made_in=run(2).id,
        inputs={"notebook": "a", "data": "c"},
        metrics={"revenue": 90.0, "staff": 7, "cost": 1.5},
    )
    new = replace(FIRST, notebook="staff", metrics={"heads": 3})
    recorded = [run(1, FIRST), run(2, second, new)]
    changes = runs.diff(recorded, recorded[0], recorded[1])
    assert [(c.key.notebook, c.metric, c.old, c.new, c.change, c.because) for c in changes] == [
        ("overview", "revenue", 100.0, 90.0, -10.0, ("data",)),
        ("overview", "cost", None, 1.5, None, ("data",)),
        ("staff", "heads", None, 3, None, ()),
    ]


def test_a_run_in_between_that_failed_or_made_nothing_hides_no_change():
    changed = replace(FIRST, metrics={"revenue": 90.0})
    failed = replace(changed, metrics={}, error="ValueError: x")
    recorded = [run(4, fresh=1), run(3, failed), run(2, changed), run(1, FIRST)]
    assert [c.new for c in runs.diff(recorded, recorded[3], recorded[0]) if c.metric == "revenue"] == [90.0]
    assert runs.diff(recorded, recorded[2], recorded[0]) == []


def test_history_leaves_failures_out():
    failed = replace(FIRST, error="ValueError: x")
    assert runs.history([run(2, failed), run(1, FIRST)]) == {FIRST.key: [FIRST]}


def test_tables_of_figures_are_flattened():
    assert runs.flat({"a": 1, "scores": {"甲": 98, "乙": {"c": None}}}) == {
        "a": 1,
        "scores.甲": 98,
        "scores.乙.c": None,
    }


def test_a_run_is_found_by_the_beginning_of_its_id():
    recorded = [run(2), run(1)]
    assert runs.find(recorded, "20260102") == run(2)
    with pytest.raises(ReportError, match="202601 is not the beginning of exactly one run"):
        runs.find(recorded, "202601")


def test_a_diff_prints_as_json_and_csv():
    changes = [runs.Change(Key("jia-2023", "zh", "n"), "a,b", 1, 2.5, ("data", "notebook"))]
    assert json.loads(runs.as_json(changes))[0] | {} == {
        "document": "jia-2023",
        "language": "zh",
        "notebook": "n",
        "metric": "a,b",
        "old": 1,
        "new": 2.5,
        "change": 1.5,
        "because": "data notebook",
    }
    (row,) = csv.DictReader(io.StringIO(runs.as_csv(changes)))
    assert (row["metric"], row["change"]) == ("a,b", "1.5")


def test_an_interrupted_write_leaves_the_old_file(tmp_path, monkeypatch):
    runs.write(tmp_path, tmp_path / "a.txt", "old")

    def interrupted(self, *_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        runs.write(tmp_path, tmp_path / "a.txt", "new")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"


def test_what_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ReportError, match=r"file cannot be written: File exists.*run again to go on"):
        runs.write(tmp_path, tmp_path / "file" / "below.txt", "text")


def test_many_runs_of_many_reports_are_read_quickly(tmp_path):
    reports = tuple(replace(FIRST, document=f"d{number:04}-2023") for number in range(1000))
    runs.write_run(tmp_path, run(1, *reports))
    for day in range(2, 30):
        runs.write_run(tmp_path, run(day, *reports[:10], fresh=990))
    start = time.process_time()
    recorded = runs.load(tmp_path)
    assert len(runs.history(recorded)) == 1000
    assert runs.diff(recorded, recorded[1], recorded[0]) == []
    assert time.process_time() - start < 1
