"""Files worked on one by one in processes of their own, so that none can stop the others.

`ProcessPoolExecutor` does not tell which file a lost process was at, nor can it stop one that hangs; here each
process has its own pipe, and is at one file at a time.
"""

import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import FrameType
from typing import Any

from fiscal_utils.errors import DocumentError, FiscalError
from fiscal_utils.language import language, message, set_language

_SPAWN = multiprocessing.get_context("spawn")
GRACE = 10.0
"""Seconds over its limit after which a process that does not stop by itself is killed."""
_TO_START = 60.0
"""Seconds that a process may take to start."""
_TO_END = 2.0
"""Seconds that a process has to clear up after it is told to end."""


@dataclass(frozen=True)
class Outcome:
    """What became of a file: what was written, the folders that make reading it needless, or the error."""

    path: Path
    written: tuple[Any, ...] = ()
    skipped: tuple[Path, ...] = ()
    error: FiscalError | None = None

    def __str__(self) -> str:
        if self.error:
            return _with_path(str(self.error), self.path)
        if self.skipped:
            return message("already_extracted", path=self.path, folder=", ".join(map(str, self.skipped)))
        return "\n".join(map(str, self.written))


Work = Callable[[Path], Outcome]
"""Must be importable by its name, as it goes to other processes."""


def run(paths: Sequence[Path], work: Work, processes: int, seconds: float) -> Generator[Outcome]:
    """The outcome of `work` on each file, in the order in which they end; one file alone is done in this process.

    A file whose process dies is tried once more after the others, alone, as their need of memory may have been the
    cause. Closing the iterator ends the processes.
    """
    if len(paths) == 1:
        yield attempt(work, paths[0], seconds)
        return
    again = []
    for outcome in _in_processes(paths, work, min(processes, len(paths)), seconds):
        if outcome.error and outcome.error.key == "worker_died":
            again.append(outcome.path)
        else:
            yield outcome
    for path in again:
        yield from _in_processes([path], work, 1, seconds)


def attempt(work: Work, path: Path, seconds: float) -> Outcome:
    """The outcome of `work` on the file; whatever it raises becomes an error with a message.

    With the environment variable `FISCAL_DEBUG` the traceback of an unexpected error is printed too.
    """
    try:
        with _memory_limit(), _time_limit(path, seconds):
            return work(path)
    except FiscalError as error:
        return Outcome(path, error=error)
    except MemoryError:
        return Outcome(path, error=DocumentError("out_of_memory", path=path))
    except Exception as error:
        return Outcome(path, error=_unexpected(error, path))


def _with_path(text: str, path: Path) -> str:
    """The message headed by the whole path; the errors of a source have the file's name only, or no name."""
    if text.startswith(path.name):
        return str(path) + text.removeprefix(path.name)
    return text if text.startswith(str(path)) else f"{path}: {text}"


def _unexpected(error: Exception, path: Path) -> FiscalError:
    if isinstance(error, OSError) and error.strerror:
        return DocumentError("os_error", path=error.filename or path, error=error.strerror)
    if os.environ.get("FISCAL_DEBUG"):
        traceback.print_exception(error)
    problem = " ".join(str(error).split())[:200]
    return DocumentError("unexpected", path=path, type=type(error).__name__, problem=problem)


def _in_processes(paths: Sequence[Path], work: Work, processes: int, seconds: float) -> Generator[Outcome]:
    waiting = deque(paths)
    crew = [_Worker(work, seconds) for _ in range(processes)]
    try:
        for worker in crew:
            worker.take(waiting.popleft())
        while busy := [worker for worker in crew if worker.path]:
            wait([worker.connection for worker in busy], timeout=0.2)
            for worker in busy:
                if outcome := worker.outcome():
                    if waiting:
                        worker.take(waiting.popleft())
                    yield outcome
    finally:
        for worker in crew:
            worker.stop()
        for worker in crew:
            worker.end()


class _Worker:
    """A process that works on one file at a time, and is replaced when it is lost."""

    def __init__(self, work: Work, seconds: float) -> None:
        self.work, self.seconds = work, seconds
        self.path: Path | None = None
        self._start()

    def take(self, path: Path) -> None:
        """Sends the file to the process, which must have none."""
        if not self.process.is_alive():
            self._start()
        self.path, self.deadline = path, time.monotonic() + _TO_START + self.seconds + GRACE
        with suppress(OSError):  # lost since; its outcome will tell
            self.connection.send(path)

    def outcome(self) -> Outcome | None:
        """The outcome of its file, None while it is at work."""
        path = self.path
        if path is None:
            return None
        try:
            if self.connection.poll():
                done: Outcome | None = self.connection.recv()
                if done is None:
                    self.deadline = time.monotonic() + self.seconds + GRACE
                    return None
            elif time.monotonic() > self.deadline:
                self.end()
                done = Outcome(path, error=DocumentError("time_limit", path=path, seconds=self.seconds))
            else:
                return None
        except (EOFError, OSError):
            self.end()
            status = self.process.exitcode
            done = Outcome(path, error=DocumentError("worker_died", path=path, status=status))
        self.path = None
        return done

    def stop(self) -> None:
        """Tells the process to end: without a connection it does when it is idle."""
        self.connection.close()
        if self.path:
            self.process.terminate()

    def end(self) -> None:
        """Ends the process, by force if it does not do so by itself."""
        self.stop()
        self.process.join(_TO_END)
        self.process.kill()
        self.process.join()

    def _start(self) -> None:
        self.connection, theirs = _SPAWN.Pipe()
        arguments = (theirs, self.work, self.seconds, language())
        self.process = _SPAWN.Process(target=_serve, args=arguments, daemon=True)
        with _interrupts_ignored():
            self.process.start()
        theirs.close()


def _serve(connection: Connection, work: Work, seconds: float, language_name: str) -> None:
    """What a process does: for each file that comes by the connection it sends back None, then the outcome."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    set_language(language_name)
    gc.freeze()  # what is imported by now stays: no collection of garbage need go through it
    with suppress(EOFError, OSError):  # the connection is closed when there is nothing more to do
        while True:
            path = connection.recv()
            connection.send(None)
            connection.send(attempt(work, path, seconds))


def _leave(_number: int, _frame: FrameType | None) -> None:
    """Ends the process once; being told again does not disturb its clearing up."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(1)


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """A process started within ignores Ctrl-C from its first moment; the one that started it ends it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class _TimeUp(BaseException):
    """No Exception, so that no reader takes it for damage in the file."""


def _time_up(_number: int, _frame: FrameType | None) -> None:
    raise _TimeUp


@contextmanager
def _time_limit(path: Path, seconds: float) -> Iterator[None]:
    """Raises DocumentError after so many seconds; not on Windows, nor outside the main thread, which has no timer."""
    if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _time_up)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds, 1)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except _TimeUp:
        raise DocumentError("time_limit", path=path, seconds=seconds) from None
    finally:
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _memory_limit() -> Iterator[None]:
    """Makes a file that needs more than three quarters of this machine's memory a MemoryError; on Linux only."""
    if sys.platform != "linux":
        yield
        return
    import resource

    before = resource.getrlimit(resource.RLIMIT_DATA)
    most = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * 3 // 4
    limits = [limit for limit in (*before, most) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_DATA, (min(limits), before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)
