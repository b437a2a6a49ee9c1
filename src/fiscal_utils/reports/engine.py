"""A papermill engine that runs each notebook in a forked child: `papermill --engine fiscal …`, `fiscal report`.

The child starts with all that this process has imported and ends with the notebook, so that notebooks cost their cells'
own time and share nothing. What a cell prints and shows is what a kernel would send: the shell is ipykernel's, its
messages go through a pipe instead of sockets, and papermill's own client turns them into outputs. This process keeps
the time, reads the output of subprocesses, and ends the child's whole process group. Without fork, and for notebooks
that are not in Python, papermill's usual engine does the work. Widgets have no front end to talk to here.
"""

import json
import os
import random
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing.connection import Connection, Pipe, wait
from typing import Any, NoReturn

from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, NBClientEngine, NotebookExecutionManager

from fiscal_utils.language import message
from fiscal_utils.reports.forks import AVAILABLE, dependants, die_with_parent

MOST_OUTPUT = 20_000_000
"""Characters of output past which a notebook is stopped."""

KEPT_OUTPUTS, KEPT_TEXT = 10, 10_000
"""How many outputs are kept of a cell that was stopped for writing too much, and how many characters of each text."""

TO_DIE = 1.0
"""Seconds between the end of a child's pipe and its own."""

LONGEST_WAIT = 3600.0
"""Seconds; a wait without end is not to be had."""


class ForkEngine(Engine):  # type: ignore[misc]
    """Papermill's engine `fiscal`.

    Beside papermill's own arguments it takes `notebook_timeout`, seconds for the whole notebook (`execution_timeout` is
    for a cell), and `memory`, bytes that the child may allocate. A cell that overruns them, or ends its process, gets
    an error output, as one that raises.
    """

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        log_output: bool = False,
        execution_timeout: float | None = None,
        notebook_timeout: float | None = None,
        memory: int | None = None,
        **kwargs: Any,
    ) -> None:
        """Runs the cells one by one until one fails, with papermill's record of each."""
        language = nb_man.nb.metadata.get("kernelspec", {}).get("language", "python")
        if not AVAILABLE or language != "python":
            limits = {"execution_timeout": execution_timeout or notebook_timeout}
            NBClientEngine.execute_managed_notebook(nb_man, kernel_name, log_output, **limits, **kwargs)
            return
        files = {name: kwargs[name] for name in ("stdout_file", "stderr_file") if kwargs.get(name)}
        client = PapermillNotebookClient(nb_man, record_timing=False, log_output=log_output, **files)
        client.reset_execution_trackers()
        with _child(memory) as child:
            run = _Execution(client, child, execution_timeout, notebook_timeout)
            for index, cell in enumerate(nb_man.nb.cells):
                if not run.managed(index, cell):
                    break
        nb_man.nb.metadata["language_info"] = _language_info()


class _Execution:
    """A notebook at work in a child, seen from the parent: it sends the cells and keeps their outputs."""

    def __init__(
        self, client: PapermillNotebookClient, child: "_Child", cell_timeout: float | None, timeout: float | None
    ) -> None:
        self.client, self.child = client, child
        self.cell_timeout = cell_timeout or float("inf")
        self.timeout = timeout or float("inf")
        self.start = time.monotonic()
        self.written = 0

    def managed(self, index: int, cell: NotebookNode) -> bool:
        """Whether the cell ran well; papermill's record of it is kept."""
        manager = self.client.nb_man
        manager.cell_start(cell, index)
        try:
            if cell.cell_type == "code" and cell.source.strip():
                self.execute(index, cell)
        except CellExecutionError as error:
            manager.cell_exception(cell, cell_index=index, exception=error)
            return False
        finally:
            manager.cell_complete(cell, cell_index=index)
        return True

    def execute(self, index: int, cell: NotebookNode) -> None:
        """Runs a cell; a CellExecutionError is raised if it failed, with the error among its outputs."""
        self.client.clear_before_next_output = False
        begun = time.monotonic()
        deadline = min(begun + self.cell_timeout, self.start + self.timeout)
        with suppress(OSError):  # lost since the last cell; receiving will tell
            self.child.connection.send_bytes(json.dumps({"source": cell.source, "id": cell.get("id")}).encode())
        while not self._ended(index, cell, deadline):
            if self.written > MOST_OUTPUT:
                _shorten(cell)
                raise self._stopped(index, cell, "OutputError", message("report_flood", limit=MOST_OUTPUT // 1_000_000))
            if time.monotonic() >= deadline:
                limit = self.timeout if deadline == self.start + self.timeout else self.cell_timeout
                raise self._stopped(index, cell, "TimeoutError", message("report_timeout", seconds=limit))

    def _ended(self, index: int, cell: NotebookNode, deadline: float) -> bool:
        """Waits for something to read and takes it; True if the cell has come to its end."""
        wait(self.child.channels, timeout=max(0.0, min(deadline - time.monotonic(), LONGEST_WAIT)))
        # The child sends what was printed before a message ahead of it: what is left was printed after.
        reply = self._take_message(index, cell) if self.child.connection.poll() else None
        if reply is None and self.child.connection.poll():
            return False
        self._take_printed(index, cell)
        if reply is None:
            return False
        cell.execution_count = reply["execution_count"]
        if reply["status"] == "error" and "raises-exception" not in cell.metadata.get("tags", []):
            raise CellExecutionError.from_cell_and_msg(cell, reply)
        return True

    def _take_message(self, index: int, cell: NotebookNode) -> dict[str, Any] | None:
        """Takes one message of the child; the reply if it is the one that ends the cell."""
        try:
            data = self.child.connection.recv_bytes()
        except (EOFError, OSError):
            raise self._stopped(index, cell, "ProcessDied", self.child.obituary()) from None
        self.written += len(data)
        sent: dict[str, Any] = json.loads(data)
        if sent["msg_type"] == "execute_reply":
            return dict(sent["content"])
        self._show(index, cell, sent)
        return None

    def _take_printed(self, index: int, cell: NotebookNode) -> None:
        """Takes what subprocesses have written to the streams since."""
        for name, text in self.child.printed():
            self.written += len(text)
            self._show(index, cell, {"msg_type": "stream", "content": {"name": name, "text": text}})

    def _show(self, index: int, cell: NotebookNode, sent: dict[str, Any]) -> None:
        """Has papermill's client turn a message into an output."""
        around = {"header": {"msg_type": sent["msg_type"]}, "parent_header": {}, "metadata": {}}
        self.client.process_message(sent | around, cell, index)

    def _stopped(self, index: int, cell: NotebookNode, name: str, problem: str) -> CellExecutionError:
        """The error of a cell that the parent stops or finds stopped, put among its outputs."""
        self._take_printed(index, cell)
        content = {"ename": name, "evalue": problem, "traceback": [f"{name}: {problem}"]}
        cell.outputs.append(new_output("error", **content))  # type: ignore[no-untyped-call]
        return CellExecutionError.from_cell_and_msg(cell, content)


class _Child:
    """The parent's end of a child: its process id, the pipe of messages, and the pipes of its two streams."""

    def __init__(self, pid: int, connection: Connection, streams: Mapping[str, int]) -> None:
        self.pid, self.connection, self.streams = pid, connection, streams
        self.printed = partial(_printed, streams)

    @property
    def channels(self) -> list[Any]:
        """All that can have something to read."""
        return [self.connection, *self.streams.values()]

    def obituary(self) -> str:
        """How the child ended, in words; one that only closed its pipe is killed."""
        until = time.monotonic() + TO_DIE
        while not (ended := os.waitpid(self.pid, os.WNOHANG))[0]:
            if time.monotonic() > until:
                os.kill(self.pid, signal.SIGKILL)
            time.sleep(0.01)
        code = os.waitstatus_to_exitcode(ended[1])
        return message("report_killed", signal=-code) if code < 0 else message("report_exited", status=code)

    def end(self) -> None:
        """Ends the child and all that it started, and closes the pipes."""
        for end in (os.killpg, os.kill):  # by its own id if it has no group of its own yet
            with suppress(ProcessLookupError):
                end(self.pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(self.pid, 0)
        self.connection.close()
        for stream in self.streams.values():
            os.close(stream)


@contextmanager
def _child(memory: int | None) -> Iterator[_Child]:
    """A forked child that runs the cells it is sent; ended at last with all that it started."""
    ours, theirs = Pipe()
    pipes = {name: os.pipe() for name in ("stdout", "stderr")}
    streams = {name: read for name, (read, _) in pipes.items()}
    for stream in streams.values():
        os.set_blocking(stream, False)
    sys.stdout.flush()
    sys.stderr.flush()
    parent, pid = os.getpid(), os.fork()
    if pid == 0:
        ours.close()
        _settle([write for _, write in pipes.values()], parent, memory)
        _be_child(theirs, streams)
    dependants.add(pid)
    theirs.close()
    for _, write in pipes.values():
        os.close(write)
    child = _Child(pid, ours, streams)
    try:
        yield child
    finally:
        child.end()
        dependants.discard(pid)


def _printed(streams: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """What is there to read of each stream.

    The child reads before each message that it sends, the parent while none comes: so all is in its order.
    """
    for name, stream in streams.items():
        with suppress(BlockingIOError):
            if data := os.read(stream, 1 << 20):
                yield name, data.decode("utf-8", "replace")


def _be_child(connection: Connection, streams: Mapping[str, int]) -> NoReturn:
    """The life of the child: it never returns to the code that forked."""
    status = 1
    try:
        from fiscal_utils.reports.shell import serve  # ipykernel is slow to import, and the parent can do without

        serve(connection, partial(_printed, streams))
        status = 0
    except BaseException:  # the parent sees the end of the pipe and the status
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(status)


def _settle(streams: list[int], parent: int, memory: int | None) -> None:
    """Makes the process its own: group, signals, streams, limits, random state; it dies with its parent."""
    os.setsid()
    die_with_parent(parent, signal.SIGKILL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    null = os.open(os.devnull, os.O_RDONLY)
    for number, stream in enumerate((null, *streams)):
        os.dup2(stream, number)
        os.close(stream)
    if memory:
        import resource  # not on Windows

        resource.setrlimit(resource.RLIMIT_DATA, (memory, resource.getrlimit(resource.RLIMIT_DATA)[1]))
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()


def _shorten(cell: NotebookNode) -> None:
    """Keeps the beginning of what a cell wrote."""
    del cell.outputs[KEPT_OUTPUTS:]
    for output in cell.outputs:
        if output.output_type == "stream":
            output.text = output.text[:KEPT_TEXT]


def _language_info() -> dict[str, Any]:
    from ipykernel.ipkernel import IPythonKernel

    return dict(IPythonKernel.language_info)
