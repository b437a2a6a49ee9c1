"""How far the making of reports has come."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from fiscal_utils.language import t
from fiscal_utils.reports.runs import Report


@contextmanager
def progress(total: int) -> Iterator[Callable[[Report | None], None]]:
    """A function to call with each report made, and with None from time to time.

    On a terminal there is a bar with the rate and the time left, else a line a report. Failures are always printed.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda report: _print(console, report)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"))
    # No thread that refreshes the bar: reports are made by forks of this process.
    with Progress(*columns, TimeRemainingColumn(), console=console, auto_refresh=False) as bar:
        task = bar.add_task(t(zh="生成报告", en="Making reports"), total=total, rate="")

        def show(report: Report | None) -> None:
            if report:
                bar.advance(task)
                minutes = (bar.tasks[task].elapsed or 0) / 60
                speed = bar.tasks[task].completed / minutes if minutes else 0
                bar.update(task, rate=t(f"每分钟 {speed:.0f} 份", f"{speed:.0f} a minute"))
            if report and report.error:
                _print(bar.console, report)
            bar.refresh()

        yield show


def _print(console: Console, report: Report | None) -> None:
    if report:
        status = report.error or t(zh="完成", en="done")
        line = Text(f"{report.key}  {report.seconds:.1f} s  {status}", style="red" if report.error else "")
        console.print(line, soft_wrap=True, highlight=False)
