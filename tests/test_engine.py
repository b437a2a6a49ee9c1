"""The engine `fiscal`: what papermill's own gives, from a forked child; and an error for whatever a notebook does."""

import json
import os
import subprocess
import sys
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import nbformat
import papermill
import pytest
from conftest import ROOT
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from fiscal_utils.reports import engine, forks

pytestmark = pytest.mark.skipif(not forks.AVAILABLE, reason="processes are not forked here")

KERNEL = {"name": "python3", "language": "python", "display_name": "Python 3"}

CELLS = [
    "import os, subprocess, sys\nimport numpy as np, pandas as pd, seaborn as sns\nimport matplotlib.pyplot as plt",
    "print('one'); print('wrong', file=sys.stderr); print('two')",
    "!echo magic; false\n_exit_code",
    "import asyncio\nawait asyncio.sleep(0.01); 'awaited'",
    "pd.DataFrame({'数': [1, 2]})",
    "print(pd.DataFrame(np.arange(60.).reshape(2, 30)))",
    "fig, ax = plt.subplots(); ax.plot([1, 2, 3]); ax.set_title('t');",
    "%matplotlib inline\nplt.plot([3, 1]); plt.show(); print('between'); plt.plot([1, 5]);",
    "sns.set_theme(); sns.barplot(x=['a', 'b'], y=[1, 2]); fig = plt.gcf();",
    "fig",
    "from IPython.display import HTML, Markdown, clear_output, display",
    "h = display('first', display_id=True); h.update('second'); print('gone'); clear_output(); display(HTML('<b>'))",
    "1; display(Markdown('m')); print('z'); 4",
    "__name__, plt.isinteractive(), type(get_ipython()).__name__[:3]",
    "%%capture kept\nprint('kept')",
    "",
]
FAILING = "def f():\n    raise ValueError('坏')\nf()"


@pytest.fixture(autouse=True)
def _warnings_are_printed(monkeypatch):
    """As outside of pytest, which keeps them for its summary."""
    monkeypatch.setattr(warnings, "_showwarnmsg_impl", lambda told: sys.stderr.write(warnings._formatwarnmsg(told)))


def notebook(*sources: str) -> nbformat.NotebookNode:
    cells = [new_code_cell(source, id=f"c{place}") for place, source in enumerate(sources)]
    return new_notebook(cells=[new_markdown_cell("# text", id="m"), *cells], metadata={"kernelspec": KERNEL})


def executed(node: nbformat.NotebookNode, folder: Path, engine_name: str | None, **given: object):
    """The notebook as papermill leaves it, and the name of the error it raised."""
    path, error = folder / f"{engine_name}.ipynb", ""
    try:
        papermill.execute_notebook(node, path, engine_name=engine_name, progress_bar=False, **given)
    except papermill.PapermillExecutionError as raised:
        error = raised.ename
    return nbformat.read(path, as_version=4), error


def executed_apart(*arguments: object, **given: object):
    """The same in a new process: the engine forks, and this one has the style of charts that other tests set."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(executed, *arguments, **given).result()


def facts(node: nbformat.NotebookNode) -> list[object]:
    """What must not depend on the engine: outputs, counts, papermill's record of each cell without its times."""
    found: list[object] = [node.metadata.language_info, node.metadata.kernelspec, sorted(node.metadata.papermill)]
    for cell in node.cells:
        metadata = {name: value for name, value in cell.metadata.items() if name != "execution"}
        record = dict(metadata.pop("papermill", {}))
        times = [record.pop(name, None) is not None for name in ("start_time", "end_time", "duration")]
        found.append(
            (cell.source, cell.get("execution_count"), joined(cell.get("outputs", [])), metadata, record, times)
        )
    return found


def joined(outputs: list[nbformat.NotebookNode]) -> list[dict[str, object]]:
    """The outputs, with text that a kernel happened to send in pieces in one."""
    found: list[dict[str, object]] = []
    for output in json.loads(json.dumps(outputs)):
        if found and output.get("name") and found[-1].get("name") == output["name"]:
            found[-1]["text"] += output["text"]
        else:
            found.append(output)
    return found


def errors(node: nbformat.NotebookNode) -> list[tuple[str, str]]:
    return [(o.ename, o.evalue) for cell in node.cells for o in cell.get("outputs", []) if o.output_type == "error"]


def texts(node: nbformat.NotebookNode) -> str:
    return "".join(o.text for cell in node.cells for o in cell.get("outputs", []) if o.output_type == "stream")


@pytest.mark.parametrize("last", [FAILING, "import sys; sys.exit(0)", "syntax error", "print('end')"])
def test_outputs_equal_papermills_own(tmp_path, last):
    node = notebook(*CELLS, last, "print('after')")
    plain, plain_error = executed(node, tmp_path, None)
    forked, error = executed_apart(node, tmp_path, "fiscal")
    assert error == plain_error
    for mine, theirs in zip(facts(forked), facts(plain), strict=True):
        assert mine == theirs
    assert sum("image/png" in output.get("data", {}) for cell in plain.cells for output in cell.get("outputs", [])) == 5


def test_what_subprocesses_print_stands_in_its_place(tmp_path):
    prints = "print(1, flush=True); os.system('echo 2; sleep 0.1; echo 3'); subprocess.run(['echo', '4']); print(5)"
    source = f"for _ in range(20): {prints}; display(6)"
    node, _ = executed(notebook("import os, subprocess", source), tmp_path, "fiscal")
    found = [o.get("text") or o.data["text/plain"] + "\n" for o in node.cells[-1].outputs]
    assert "".join(found) == "1\n2\n3\n4\n5\n6\n" * 20


@pytest.mark.heavy
@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_reports_equal_papermills_own(tmp_path, path, monkeypatch):
    monkeypatch.setenv("FISCAL_REPORT", "1")
    given = {"kernel_name": "python3", "cwd": path.parent, "parameters": {"language": "zh"}}
    plain, _ = executed(nbformat.read(path, as_version=4), tmp_path, None, **given)
    forked, _ = executed_apart(nbformat.read(path, as_version=4), tmp_path, "fiscal", **given)
    for mine, theirs in zip(facts(forked), facts(plain), strict=True):
        assert mine == theirs


def test_the_command_of_papermill_knows_the_engine(tmp_path):
    nbformat.write(notebook("x = 2", "x + 1"), tmp_path / "in.ipynb")
    command = [sys.executable, "-m", "papermill", "--engine", "fiscal", "in.ipynb", "out.ipynb"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert nbformat.read(tmp_path / "out.ipynb", 4).cells[-1].outputs[0].data["text/plain"] == "3"


def test_children_do_not_share_random_states(tmp_path):
    node = notebook("import random, numpy as np\nprint(random.random(), np.random.rand())")
    assert texts(executed(node, tmp_path, "fiscal")[0]) != texts(executed(node, tmp_path, "fiscal")[0])


def test_a_notebook_leaves_nothing_behind_in_its_parent(tmp_path):
    node = notebook(
        "import os, matplotlib.pyplot as plt\nos.environ['LEFT'] = '1'; plt.rcParams['font.size'] = 3; plt.plot([1])"
    )
    executed(node, tmp_path, "fiscal")
    found, _ = executed(
        notebook("import os, matplotlib as m\n(os.environ.get('LEFT'), m.rcParams['font.size'])"), tmp_path, "fiscal"
    )
    assert found.cells[-1].outputs[0].data["text/plain"] == "(None, 10.0)"


@pytest.mark.parametrize(
    ("source", "given", "name", "says"),
    [
        ("import time; time.sleep(60)", {"notebook_timeout": 1}, "TimeoutError", "after 1 s"),
        ("while True: pass", {"execution_timeout": 1}, "TimeoutError", "after 1 s"),
        ("while True: print('x')", {"notebook_timeout": 1}, "TimeoutError", "after 1 s"),
        ("while True: print('x' * 100_000)", {}, "OutputError", "more than 20 MB"),
        ("import os\nwhile True: os.write(1, b'x' * 100_000)", {}, "OutputError", "more than 20 MB"),
        ("x = bytearray(8 << 30)", {"memory": 4 << 30}, "MemoryError", ""),
        ("import numpy\nnumpy.ones(1 << 30)", {"memory": 4 << 30}, "MemoryError", "Unable to allocate"),
        ("import os; os._exit(3)", {}, "ProcessDied", "status 3"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", {}, "ProcessDied", "signal 9"),
        ("import ctypes, faulthandler as f; f.disable(); ctypes.string_at(0)", {}, "ProcessDied", "signal 11"),
        ("import os; os.closerange(3, 1000)", {}, "ProcessDied", "status 1"),
        ("import sys; sys.exit(2)", {}, "SystemExit", "2"),
    ],
)
def test_whatever_a_notebook_does_is_an_error_of_its_cell(tmp_path, source, given, name, says):
    node, raised = executed(notebook("print('before')", source, "print('after')"), tmp_path, "fiscal", **given)
    assert raised == name
    assert [found for found, message in errors(node) if says in message] == [name]
    assert "before" in texts(node)
    assert "after" not in texts(node)
    assert len(texts(node)) < 20_000_000
    statuses = [cell.metadata.papermill.status for cell in node.cells if cell.cell_type == "code"]
    assert statuses == ["completed", "failed", "pending"]


@pytest.mark.parametrize("source", ["import os; os.system('sleep 300 &')", "import os; os.system('sleep 300')"])
def test_what_a_notebook_started_ends_with_it(tmp_path, source):
    marker = f"3{os.getpid()}"
    executed(notebook(source.replace("300", marker)), tmp_path, "fiscal", notebook_timeout=2)
    assert not running(f"sleep {marker}")


def test_children_die_with_their_parent(tmp_path):
    marker = f"4{os.getpid()}"
    nbformat.write(notebook(f"import os, time\nprint(os.getpid())\ntime.sleep({marker})"), tmp_path / "in.ipynb")
    command = [sys.executable, "-m", "papermill", "--engine", "fiscal", "in.ipynb", "out.ipynb", "--log-level=ERROR"]
    parent = subprocess.Popen(command, cwd=tmp_path)
    child = wait_for(lambda: children(parent.pid))
    parent.kill()
    parent.wait()
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in child))


def test_another_language_goes_to_papermills_own_engine(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(engine.NBClientEngine, "execute_managed_notebook", lambda *_, **given: asked.append(given))
    node = notebook("1 + 1")
    node.metadata.kernelspec.language = "R"
    executed(node, tmp_path, "fiscal", notebook_timeout=5)
    assert asked[0]["execution_timeout"] == 5


def running(command: str) -> bool:
    found = subprocess.run(["pgrep", "-f", f"^{command}$"], capture_output=True, check=False)
    return found.returncode == 0


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def wait_for(condition, seconds: float = 20.0):
    """What the condition gives once it holds."""
    until = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < until, "it did not come to hold"
        time.sleep(0.05)
    return found
