"""The inside of a forked notebook: ipykernel's shell without its sockets, what it shows sent through a pipe."""

import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from ipykernel.compiler import XCachingCompiler
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.interactiveshell import InteractiveShell
from jupyter_client.session import Session
from traitlets.config import Config

INLINE = "module://matplotlib_inline.backend_inline"

Printed = Callable[[], Iterable[tuple[str, str]]]
"""Gives what has been written to the streams' own files since: the name of each stream with its text."""

MOST_KEPT = 1 << 16
"""Characters that a stream keeps at most before it sends them."""


def serve(connection: Connection, printed: Printed) -> None:
    """Runs the cells that come through the pipe until it ends, sending what they show and a reply for each.

    What is `printed` past this shell, by subprocesses, is sent in its place among the rest.
    """
    session = PipeSession(connection, printed)
    sys.stdout, sys.stderr = Stream("stdout", session), Stream("stderr", session)
    InteractiveShell.clear_instance()
    config = Config({"HistoryManager": {"enabled": False}})
    shell: Any = ZMQPipeShell.instance(config=config, compiler_class=XCachingCompiler)
    shell.displayhook.session = shell.display_pub.session = session
    _show_charts(shell)
    _show_frames()
    with suppress(EOFError):
        while True:
            cell = json.loads(connection.recv_bytes())
            session.send(None, "execute_reply", _reply(shell, cell))


class PipeSession(Session):
    """Sends messages through a pipe, where a kernel would use a socket."""

    def __init__(self, connection: Connection, printed: Printed) -> None:
        super().__init__()
        self.connection, self.printed = connection, printed

    def send(self, stream: Any, msg_or_type: Any, content: Any = None, *_: Any, **__: Any) -> None:
        """Sends the content of a message under its type; without content the message is given whole."""
        for name, text in self.printed():
            self._put("stream", {"name": name, "text": text})
        if content:
            self._put(msg_or_type, content)
        else:
            self._put(msg_or_type["msg_type"], msg_or_type["content"])

    def _put(self, name: str, content: Any) -> None:
        self.connection.send_bytes(json.dumps({"msg_type": name, "content": content}).encode())


class ZMQPipeShell(ZMQInteractiveShell):
    """The shell of a kernel, without a kernel to show windows; pandas tells by its name that it is a notebook's."""

    def enable_gui(self, gui: Any = None) -> None:
        """Nothing: charts are shown in the notebook."""


class Stream(io.TextIOBase):
    """A standard stream whose text is sent when it is flushed; subprocesses write to the file that it names."""

    encoding = "utf-8"

    def __init__(self, name: str, session: PipeSession) -> None:
        self.name, self.session = name, session
        self.parts: list[str] = []
        self.size = 0

    def writable(self) -> bool:
        """True: it can be written to."""
        return True

    def fileno(self) -> int:
        """The number of the stream's own file."""
        return 1 if self.name == "stdout" else 2

    def write(self, text: str) -> int:
        """Keeps the text until the next flush, or until it is much."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self.parts.append(text)
        self.size += len(text)
        if self.size > MOST_KEPT:
            self.flush()
        return len(text)

    def flush(self) -> None:
        """Sends the text that was kept."""
        if self.parts:
            text, self.parts, self.size = "".join(self.parts), [], 0
            self.session.send(None, "stream", {"name": self.name, "text": text})


def _reply(shell: Any, cell: Mapping[str, Any]) -> dict[str, Any]:
    """Runs the cell; the content of a kernel's reply to it."""
    result = shell.run_cell(cell["source"], store_history=True, cell_id=cell["id"])
    sys.stdout.flush()
    sys.stderr.flush()
    reply: dict[str, Any] = {"status": "ok", "execution_count": shell.execution_count - 1}
    if not result.success or shell._last_traceback_during_displayhook:
        error = result.error_before_exec or result.error_in_exec
        named = {"ename": type(error).__name__, "evalue": str(error)}
        reply |= {"status": "error", "traceback": shell._last_traceback or [], **named}
    return reply


def _show_charts(shell: Any) -> None:
    """Has charts shown in the notebook: set for a matplotlib to come, or hooked into the one that is there."""
    os.environ["MPLBACKEND"] = INLINE
    if "matplotlib" in sys.modules:
        from IPython.core.pylabtools import activate_matplotlib
        from matplotlib_inline import backend_inline, config

        # Settings of a shell that the parent may have belong to that shell.
        vars(backend_inline.configure_inline_support).pop("current_backend", None)
        config.InlineBackend.clear_instance()
        activate_matplotlib(INLINE)  # type: ignore[no-untyped-call]
        backend_inline.configure_inline_support(shell, INLINE)  # type: ignore[no-untyped-call]


def _show_frames() -> None:
    """Has pandas print as many columns as in a kernel; imported outside of one it fits them to a terminal."""
    if pandas := sys.modules.get("pandas"):
        pandas.set_option("display.max_columns", 20)
