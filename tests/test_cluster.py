"""Reports and readings on a Dask cluster: the same as here; a worker that dies costs a retry."""

import os
import shutil
import signal
import sys
import threading
import time

import pytest
from conftest import SIMULATED
from places import copied_document, notebook

from fiscal_utils import batch, cluster, raw
from fiscal_utils.errors import ClusterError, DocumentError
from fiscal_utils.reports import jobs, report

pytest.importorskip("distributed")


def test_a_cluster_that_does_not_answer_is_named(monkeypatch):
    monkeypatch.setattr(cluster, "TO_CONNECT", 1)
    with pytest.raises(ClusterError, match=r"tcp://127\.0\.0\.1:9 cannot be reached"):
        list(cluster.run([1], str, "tcp://127.0.0.1:9", processes=1, seconds=1))


def test_without_dask_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match=r"fiscal-utils\[cluster\]"):
        list(cluster.run([1], str, "local", processes=1, seconds=1))


@pytest.fixture
def own_cluster():
    """The address of a cluster of two workers, and the cluster."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as made:
        yield made


@pytest.mark.heavy
def test_reports_are_made_though_workers_die(tmp_path, own_cluster):
    copied_document(tmp_path, "jia-2023")
    for number in range(10):
        notebook(tmp_path, f"n{number}", f"import time; time.sleep(0.5)\n{number}")
    notebook(tmp_path, "bad", "1 / 0")
    notebook(tmp_path, "hanging", "import time; time.sleep(600)")
    planned = jobs.plan(tmp_path / "notebooks", tmp_path / "data", tmp_path / "out", languages=["zh"])
    kill = threading.Timer(
        4, lambda: os.kill(next(iter(own_cluster.workers.values())).process.process.pid, signal.SIGKILL)
    )
    kill.start()
    folders = tmp_path / "out", tmp_path / "data"
    run = report.run(planned, *folders, workers=2, timeout=5, address=own_cluster.scheduler_address)
    assert len(run.made) == 10
    assert {one.notebook: one.error.partition(":")[0] for one in run.failed} == {
        "bad": "ZeroDivisionError",
        "hanging": "TimeoutError",
    }
    again = report.run(planned, *folders, workers=2, timeout=5, address="local")
    assert (again.fresh, len(again.failed)) == (10, 2)


@pytest.mark.heavy
def test_documents_are_read_on_a_cluster(tmp_path, own_cluster, monkeypatch):
    files = []
    for place in range(4):
        files.append(tmp_path / f"{place}.txt")
        shutil.copy(SIMULATED, files[-1])
    empty = tmp_path / "empty.txt"
    empty.touch()
    options = batch.Options(tmp_path / "raw", force=True)
    address = own_cluster.scheduler_address
    outcomes = list(batch.run([*files, empty], options, processes=2, seconds=60, address=address))
    assert sorted(outcome.path.name for outcome in outcomes if not outcome.error) == [path.name for path in files]
    assert [type(outcome.error) for outcome in outcomes if outcome.error] == [DocumentError]
    assert len(raw.extracted(tmp_path / "raw")) == 1


@pytest.mark.heavy
def test_what_takes_too_long_on_a_cluster_is_ended(own_cluster):
    outcomes = dict(cluster.run([0.0, 60.0], time.sleep, own_cluster.scheduler_address, processes=2, seconds=2))
    assert outcomes[0.0] is None
    assert "stopped after 2 s" in str(outcomes[60.0])
