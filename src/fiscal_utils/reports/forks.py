"""Reports made by processes of their own, some at once: each starts warm from this one and ends with its report.

Where processes cannot be forked they start anew. Each leads a session of its own, so that it can be ended with all that
it started, and ends by itself when this process does, however that ends.
"""

import ctypes
import multiprocessing
import os
import signal
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, NoReturn, TypeVar

from fiscal_utils.errors import FiscalError, ReportError

AVAILABLE = sys.platform == "linux"
"""Whether processes are forked; elsewhere system libraries do not bear it."""

_CONTEXT: Any = multiprocessing.get_context("fork" if AVAILABLE else "spawn")
_TO_END = 5.0
"""Seconds that a process has to end what it started when it is told to end."""
_TICK = 0.5
"""Seconds between two looks at the clock."""
_PR_SET_PDEATHSIG = 1

dependants: set[int] = set()
"""The ids of the process groups that end with this process, if it is one of those at work here."""

Item = TypeVar("Item")
Done = TypeVar("Done")


def run(
    items: Sequence[Item], work: Callable[[Item], Done], processes: int, seconds: float
) -> Generator[tuple[Item, Done | FiscalError] | None]:
    """Each item with what `work` makes of it, in the order in which they end; None now and then, while none does.

    A process that is lost, or takes more than so many seconds, gives an error in place. Closing the iterator ends all.
    """
    waiting, busy = deque(items), list[_Process[Item, Done]]()
    try:
        while waiting or busy:
            while waiting and len(busy) < processes:
                busy.append(_Process(waiting.popleft(), work, seconds))
            wait([process.connection for process in busy], timeout=_TICK)
            ended = [process for process in busy if process.has_ended()]
            busy = [process for process in busy if process not in ended]
            yield from ((process.item, process.outcome) for process in ended)
            if not ended:
                yield None
    finally:
        for process in busy:
            process.stop()
        for process in busy:
            process.end()


def die_with_parent(parent: int, number: signal.Signals) -> None:
    """Has the kernel send this process the signal when its parent ends, however it ends; on Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:
            os.kill(os.getpid(), number)


class _Process(Generic[Item, Done]):
    """A process at work on an item."""

    outcome: Done | FiscalError

    def __init__(self, item: Item, work: Callable[[Item], Done], seconds: float) -> None:
        self.item, self.seconds = item, seconds
        self.deadline = time.monotonic() + seconds
        self.connection, theirs = _CONTEXT.Pipe(duplex=False)
        self.process = _CONTEXT.Process(target=_work, args=(theirs, work, item, os.getpid()))
        with _interrupts_held():
            self.process.start()
        theirs.close()

    def has_ended(self) -> bool:
        """Whether the process has given its outcome, was lost, or was stopped as its time is over."""
        if self.connection.poll():
            try:
                self.outcome = self.connection.recv()
                self.process.join(_TO_END)
            except (EOFError, OSError):
                self.process.join(_TO_END)
                self.outcome = ReportError("report_lost", status=self.process.exitcode)
        elif time.monotonic() > self.deadline:
            self.outcome = ReportError("report_timeout", seconds=self.seconds)
        else:
            return False
        self.end()
        return True

    def stop(self) -> None:
        """Tells the process to end."""
        self.process.terminate()

    def end(self) -> None:
        """Ends the process, by force if it does not do so by itself."""
        self.stop()
        self.process.join(_TO_END)
        if AVAILABLE:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.join()
        self.connection.close()


def _work(connection: Connection, work: Callable[[Any], Any], item: Any, parent: int) -> None:
    """The life of a process: it ends with its parent, and on SIGTERM with all that it has started."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end_with_dependants)
    if AVAILABLE:
        os.setsid()
        die_with_parent(parent, signal.SIGTERM)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    with closing(connection), suppress(BrokenPipeError):
        connection.send(_attempt(work, item))


def _end_with_dependants(number: int, _frame: object) -> NoReturn:
    for group in dependants:
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
    os._exit(128 + number)


def _attempt(work: Callable[[Item], Done], item: Item) -> Done | FiscalError:
    """What `work` makes of the item, or its error; with `FISCAL_DEBUG` the traceback is printed."""
    try:
        return work(item)
    except FiscalError as error:
        return error
    except Exception as error:
        if os.environ.get("FISCAL_DEBUG"):
            traceback.print_exception(error)
        return ReportError("report_unexpected", type=type(error).__name__, problem=str(error))


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """A Ctrl-C within comes after it, to this process only."""
    if not AVAILABLE:
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
