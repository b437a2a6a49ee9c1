"""Runs of reports under bad luck: nothing finished is lost, nothing half-written is left, no process survives."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from places import copied_document, notebook

from fiscal_utils import cli
from fiscal_utils.reports import forks, jobs, report, runs
from fiscal_utils.reports.runs import Run

linux = pytest.mark.skipif(not forks.AVAILABLE, reason="processes are not forked here")

HEADLINE = """from fiscal_utils.display import headline
headline({"figure": FIGURE}, [])"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Two documents and a notebook."""
    for name in ("jia-2023", "yi-2023"):
        copied_document(tmp_path, name)
    notebook(tmp_path, "one", HEADLINE.replace("FIGURE", "1"))
    return tmp_path


def make(root: Path, output: str = "out", **options: object) -> Run:
    planned = jobs.plan(root / "notebooks", root / "data", root / output, languages=["zh"])
    return report.run(planned, root / output, root / "data", workers=2, **options)


def command(root: Path, *arguments: str, output: str = "out") -> list[str]:
    folders = ["--output", str(root / output), "--notebooks-dir", str(root / "notebooks")]
    start = [sys.executable, "-m", "fiscal_utils.cli", "--data-dir", str(root / "data"), "--messages", "en", "report"]
    return [*start, *folders, "--language", "zh", "--workers", "2", *arguments]


def whole(output: Path) -> set[str]:
    """The reports that stand in the folder; each must have all its files, all of them readable."""
    for one in runs.standing(output):
        assert (output / one.key.path(".html")).read_text("utf-8").rstrip().endswith("</html>")
        nbformat.read(output / one.key.path(".ipynb"), as_version=4)
        if not one.error:
            json.loads((output / one.key.path(".metrics.json")).read_text("utf-8"))
    return {str(one.key) for one in runs.standing(output)}


def survivors(marker: str) -> list[str]:
    """The processes with this text in their command line, this test's own aside."""
    found = subprocess.run(["pgrep", "-f", marker], capture_output=True, text=True, check=False).stdout.split()
    return [pid for pid in found if int(pid) != os.getpid()]


def gone(marker: str, seconds: float = 15.0) -> bool:
    until = time.monotonic() + seconds
    while survivors(marker) and time.monotonic() < until:
        time.sleep(0.1)
    return not survivors(marker)


def until(condition, process: subprocess.Popen, seconds: float = 60.0) -> None:
    """Waits for the condition, while the process is at work."""
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, "the process has ended"
        assert time.monotonic() < end, "it did not come to hold"
        time.sleep(0.02)


def test_only_what_is_out_of_date_is_made(place):
    first, second = make(place), make(place)
    assert (first.status, len(first.made), first.fresh) == ("succeeded", 2, 0)
    assert (second.status, len(second.made), second.fresh) == ("succeeded", 0, 2)
    (place / "data" / "raw" / "yi-2023" / "staff.csv").write_text("item,value\n编制人数,1\n", "utf-8")
    third = make(place)
    assert [one.key.document for one in third.made] == ["yi-2023"]
    assert len(make(place, force=True).made) == 2
    assert [run.id for run in runs.load(place / "out")][2:] == [second.id, first.id]


def test_a_failing_report_leaves_its_page_and_is_tried_again(place):
    notebook(place, "two", "print('done')", "1 / 0")
    failed = make(place)
    assert (failed.status, len(failed.made), len(failed.failed)) == ("failed", 2, 2)
    page = BeautifulSoup((place / "out" / "jia-2023" / "zh" / "two.html").read_text("utf-8"), "html.parser")
    assert "ZeroDivisionError" in page.select_one(".banner").get_text()
    again = make(place)
    assert (len(again.failed), again.fresh) == (2, 2)


@linux
@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("import time; time.sleep(60)", "stopped after 2 s, its time limit"),
        ("while True: print('x' * 100_000)", "more than 20 MB"),
        ("x = bytearray(1 << 50)", "needs more memory than one report may use"),
        ("import sys; sys.exit()", "the notebook ended itself"),
        ("import os; os._exit(0)", "ended its own process (status 0)"),
        ("import os; os.kill(os.getppid(), 9)", "ended unexpectedly (status -9)"),
    ],
)
def test_a_notebook_that_misbehaves_is_a_failed_report(place, source, says):
    notebook(place, "two", "print('before')", source, "print('after')")
    run = make(place, timeout=2)
    assert len(run.made) == len(run.failed) == 2
    assert all(says in one.error for one in run.failed)
    path = place / "out" / "jia-2023" / "zh" / "two.html"
    assert path.stat().st_size < 500_000
    text = BeautifulSoup(path.read_text("utf-8"), "html.parser").get_text()
    assert says in text


def test_papermills_own_engine_gives_the_same_figures(place):
    assert [one.metrics for one in make(place, engine="papermill").made] == [{"figure": 1}] * 2


def test_the_command_line_says_what_it_would_make_and_what_changed(place, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    start = ["--data-dir", str(place / "data"), "--messages", "en"]

    def fiscal(*arguments: str) -> str:
        done = CliRunner().invoke(cli.main, [*start, *arguments])
        assert done.exit_code == 0, done.output
        return done.output

    where = ["--output", str(place / "out"), "--notebooks-dir", str(place / "notebooks"), "--language", "zh"]
    assert "2 of 2 reports to make" in fiscal("report", "--dry-run", *where)
    assert not (place / "out").exists()
    assert "2 reports made, 0 failed, 0 were up to date" in fiscal("report", *where)
    notebook(place, "one", HEADLINE.replace("FIGURE", "2.5"))
    assert "notebook" in fiscal("report", "--dry-run", *where)
    fiscal("report", *where)
    changes = json.loads(fiscal("diff", "--output", str(place / "out"), "--format", "json"))
    assert [(row["document"], row["old"], row["new"], row["change"], row["because"]) for row in changes] == [
        (name, 1, 2.5, 1.5, "notebook") for name in ("jia-2023", "yi-2023")
    ]
    assert "2 changes" in fiscal("diff", "--output", str(place / "out"))
    assert fiscal("diff", "--output", str(place / "out"), "--format", "csv").count("\n") == 3


def test_a_diff_needs_two_runs(place):
    done = CliRunner().invoke(cli.main, ["diff", "--output", str(place / "out")])
    assert done.exit_code == 1
    assert "to compare there must be two" in done.output


def test_the_hook_gets_the_record_of_the_run(place):
    run = make(place)
    script = place / "hook.py"
    script.write_text("import os, sys\nopen(sys.argv[1], 'w').write(os.environ['FISCAL_RUN'] + ' ' + sys.argv[2])")
    report.call_hook(f"{sys.executable} {script} '{place}/told'", place / "out", run)
    record = str(runs.record(place / "out", run))
    assert (place / "told").read_text() == f"{record} {record}"
    with pytest.raises(report.ReportError, match="failed"):
        report.call_hook("false", place / "out", run)
    with pytest.raises(report.ReportError, match="No such file"):
        report.call_hook("no-such-command", place / "out", run)


@pytest.fixture
def slow(place) -> tuple[Path, str]:
    """Twenty reports of half a second, and a marker in the command lines of all processes that they start."""
    marker = f"7{os.getpid()}{random.randrange(10**6)}"
    for number in range(10):
        source = f"import subprocess, sys\nsubprocess.run(['sleep', '0.3{marker}'])"
        notebook(place, f"slow{number}", HEADLINE.replace("FIGURE", str(number)), source)
    (place / "notebooks" / "one.ipynb").unlink()
    return place, marker


@linux
def test_an_interrupted_run_goes_on(slow):
    place, marker = slow
    process = subprocess.Popen(command(place), stderr=subprocess.PIPE, text=True, stdout=subprocess.PIPE)
    until(lambda: len(list((place / "out").glob("*/*/*.report.json"))) >= 2, process)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Interrupted after" in output
    assert gone(marker)
    finished = whole(place / "out")
    (run,) = runs.load(place / "out")
    assert (run.status, {str(one.key) for one in run.reports}) == ("interrupted", finished)
    second = make(place)
    assert (second.status, second.fresh, len(second.made)) == ("succeeded", len(finished), 20 - len(finished))


@pytest.mark.heavy
@linux
def test_thirty_kills_at_random_moments_lose_nothing(slow):
    place, marker = slow
    output, seed = place / "out", random.randrange(10**6)
    chance, last = random.Random(seed), set()
    print("seed", seed)
    for _ in range(30):
        process = subprocess.Popen(command(place), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        time.sleep(chance.uniform(0, 8))
        process.kill()
        process.wait()
        assert gone(marker)
        finished = whole(output)
        assert last <= finished
        last = finished if len(finished) < 20 else set()
        if len(finished) == 20:  # begin anew
            notebook(place, "slow0", HEADLINE.replace("FIGURE", str(chance.random())))
            (output / "jia-2023" / "zh" / "slow3.report.json").unlink()
    done = make(place)
    assert done.status == "succeeded"
    assert len(whole(output)) == 20
    assert not (output / runs.UNFINISHED).exists()
    assert {run.status for run in runs.load(output)} <= {"interrupted", "succeeded"}
    assert make(place).fresh == 20


@pytest.mark.heavy
@linux
def test_two_runs_at_once_make_each_report_once(slow):
    place, _ = slow
    pair = [subprocess.Popen(command(place), stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=120)[1] for process in pair]
    assert [process.returncode for process in pair] == [0, 0]
    assert sum("Another run is writing" in text for text in said) == 1
    first, second = sorted(runs.load(place / "out"), key=lambda run: len(run.made))
    assert (len(first.made), first.fresh, len(second.made)) == (0, 20, 20)
    assert len(whole(place / "out")) == 20


@pytest.fixture
def small_disk(place) -> Iterator[Path]:
    """A file system with room for a few reports."""
    disk = place / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", disk], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a file system can be mounted by root only")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


@pytest.mark.heavy
@linux
def test_a_full_disk_stops_the_run_and_leaves_what_is_whole(slow, small_disk):
    place, marker = slow
    done = subprocess.run(command(place, output="disk"), capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1
    assert "cannot be written: No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    assert gone(marker)
    finished = whole(small_disk)
    assert 0 < len(finished) < 20
    subprocess.run(["mount", "-o", "remount,size=100m", small_disk], check=True)
    second = make(place, output="disk")
    assert (second.status, second.fresh) == ("succeeded", len(finished))
    assert not (small_disk / runs.UNFINISHED).exists()
