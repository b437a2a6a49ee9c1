"""How fast reports are made, against the loop that everybody writes, and how near to what the cells themselves take.

    python benchmarks/reports.py                  192 reports, by one method after another, some fifteen minutes
    python benchmarks/reports.py --grow 1000      up to so many reports of light notebooks, so that what is not their
                                                  cells shows: seconds a report, memory, and a run that finds all fresh

The floor is the time of the cells alone, in a process that has made the same report of another document before, and of
the pages made from them, spread over the cores. Methods run in turn `--rounds` times; ratios are of the fastest rounds.
Trust the ratios: seconds depend on the machine. Where other work shares it, look at the seconds of processor time.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent


def copies(data: Path, count: int) -> None:
    """Fills raw/ with so many copies of the committed documents under other ids."""
    sources = sorted((ROOT / "data" / "raw").glob("*/document.toml"))
    for number in range(count):
        source = sources[number % len(sources)].parent
        target = data / "raw" / f"simulated-{number:04}-{source.name[-4:]}"
        shutil.copytree(source, target)
        about = target / "document.toml"
        about.write_text(about.read_text("utf-8").replace(source.name, target.name), "utf-8")


def planned(data: Path, output: Path, count: int, notebooks: Path = ROOT / "notebooks") -> list:
    """So many reports to make, in Chinese."""
    from fiscal_utils.reports import jobs

    return jobs.plan(notebooks, data, output, languages=["zh"])[:count]


def naive(jobs: list, data: Path) -> None:
    """`papermill` then `jupyter nbconvert` for each report."""
    environment = os.environ | {"FISCAL_DATA_DIR": str(data)}
    run = partial(subprocess.run, env=environment, check=True, capture_output=True)
    for job in jobs:
        job.folder.mkdir(parents=True, exist_ok=True)
        executed = job.folder / f"{job.notebook.name}.ipynb"
        given = [text for name, value in job.arguments.items() for text in ("-p", name, value)]
        run([BIN / "papermill", job.notebook.path, executed, "--cwd", job.notebook.path.parent, *given])
        run([BIN / "jupyter", "nbconvert", "--to", "html", "--no-input", executed])


def plain(jobs: list, data: Path) -> None:
    """Papermill's own engine and the pages, one after another in this process."""
    from fiscal_utils.reports import execute

    execute.settle(data)
    for job in jobs:
        made = execute.execute(job, execute.Limits("papermill"))
        assert not made.error, made.error


def ours(jobs: list, data: Path, workers: int) -> None:
    """`fiscal report`."""
    output = jobs[0].output
    command = [BIN / "fiscal", "--data-dir", data, "report", "--language", "zh", "--output", output]
    command += ["--notebooks-dir", jobs[0].notebook.path.parent, "--workers", str(workers)]
    for document in dict.fromkeys(job.document.id for job in jobs):
        command += ["--document", document]
    subprocess.run(list(map(str, command)), check=True, capture_output=True)


def floor(jobs: list, data: Path, workers: int) -> "Cost":
    """What the cells and the pages of these reports cost at least, spread over the workers."""
    from fiscal_utils.reports.warm import warm_up

    os.environ["FISCAL_DATA_DIR"] = str(data)
    warm_up(data)
    unlike = {_kind(job): job for job in jobs}
    alone = {kind: (_cells(job, _another(job, unlike.values())), _page(job)) for kind, job in unlike.items()}
    costs = [part for job in jobs for part in alone[_kind(job)]]
    return Cost(sum(cost.seconds for cost in costs) / workers, sum(cost.cpu for cost in costs))


def _kind(job) -> tuple[str, int]:
    """What reports that cost the same have in common: the notebook, and the document that theirs is a copy of."""
    return job.notebook.name, job.document.about["year"]


def _page(job) -> "Cost":
    """The cost of the page of a report, once pages have been made."""
    from fiscal_utils.reports import execute, pages

    node, error = execute._executed(job, execute.Limits())
    pages.stamp(node, job, error)
    return min(cost(partial(pages.export, node, job)) for _ in range(3))


def _another(job, jobs: Iterable) -> object:
    """A report by the same notebook of another document."""
    return next(other for other in jobs if other.notebook == job.notebook and other.document != job.document)


def _cells(job, before) -> "Cost":
    """The cost of the cells in a child that has run those of `before`; the least of three."""
    return Cost(*map(min, zip(*(_cells_once(job, before) for _ in range(3)), strict=True)))


def _cells_once(job, before) -> list[float]:
    read, write = os.pipe()
    if os.fork() == 0:
        _report_cells(job, before, write)
    os.close(write)
    with os.fdopen(read) as said:
        return json.load(said)


def _report_cells(job, before, write: int) -> None:
    """The life of the child that measures."""
    from fiscal_utils.reports import execute, shell

    try:
        execute.settle(Path(os.environ["FISCAL_DATA_DIR"]))
        os.chdir(job.notebook.path.parent)
        shell.serve(_Script(_sources(before)), tuple)
        os.write(write, json.dumps(cost(partial(shell.serve, _Script(_sources(job)), tuple))).encode())
    finally:
        os._exit(0)


def _sources(job) -> list[str]:
    """The cells of a report with its parameters."""
    from fiscal_utils.reports import jobs

    cells = [cell for cell in jobs.read(job.notebook.path).cells if cell.cell_type == "code"]
    values = "\n".join(f"{name} = {value!r}" for name, value in job.arguments.items())
    return [cells[0].source, values, *(cell.source for cell in cells[1:])]


class _Script:
    """A pipe from which the cells come, and into which what they show goes."""

    def __init__(self, sources: list[str]) -> None:
        self.waiting = [json.dumps({"source": source, "id": str(place)}) for place, source in enumerate(sources)][::-1]

    def recv_bytes(self) -> bytes:
        if not self.waiting:
            raise EOFError
        return self.waiting.pop().encode()

    def send_bytes(self, data: bytes) -> None:
        pass


class Cost(NamedTuple):
    """Seconds by the clock, and of processor time in this process and those that it waited for."""

    seconds: float
    cpu: float


def cost(work: Callable[[], object]) -> Cost:
    """What the work costs."""
    start, before = time.perf_counter(), _cpu()
    work()
    return Cost(time.perf_counter() - start, _cpu() - before)


def _cpu() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def compare(count: int, rounds: int, naive_count: int, workers: int) -> None:
    """Prints the seconds a report of each method, and the ratios."""
    with tempfile.TemporaryDirectory() as scratch:
        data = Path(scratch) / "data"
        copies(data, -(-count // len(list((ROOT / "notebooks").glob("*.ipynb")))))
        subprocess.run([BIN / "fiscal", "--data-dir", data, "process"], check=True, capture_output=True)
        found: dict[str, list[Cost]] = {}
        for number in range(rounds):
            for name, one in _round(data, Path(scratch) / f"out{number}", count, naive_count, workers).items():
                found.setdefault(name, []).append(one)
    least = {name: Cost(*map(min, zip(*costs, strict=True))) for name, costs in found.items()}
    for name, (seconds, cpu) in least.items():
        every = ", ".join(f"{one.seconds:.2f}" for one in found[name])
        print(f"{name:26} {seconds:6.2f} s a report ({every}), {cpu:6.2f} s of processor time")
    naive_cost, own, bottom = (least[name] for name in ("naive loop", "fiscal report", "floor"))
    print(f"throughput: {naive_cost.seconds / own.seconds:.1f} times the naive loop's")
    print(
        f"time: {own.seconds / bottom.seconds:.2f} times the floor, start-up and all ({count} reports); "
        f"processor time: {own.cpu / bottom.cpu:.2f} times"
    )


def _round(data: Path, output: Path, count: int, naive_count: int, workers: int) -> dict[str, Cost]:
    """The cost a report of each method."""
    jobs = planned(data, output, count)
    few = jobs[:naive_count]
    methods: dict[str, tuple[Callable[[], object], int]] = {
        "naive loop": (partial(naive, few, data), len(few)),
        "papermill in one process": (partial(_forked, plain, few, data), len(few)),
        "fiscal report": (partial(ours, jobs, data, workers), len(jobs)),
    }
    costs = {name: Cost(*(part / number for part in cost(work))) for name, (work, number) in methods.items()}
    return costs | {"floor": Cost(*(part / len(jobs) for part in floor(jobs, data, workers)))}


def _forked(work: Callable[..., None], *arguments: object) -> None:
    """Does the work in a child, so that what it imports is not there for the next one."""
    pid = os.fork()
    if pid == 0:
        try:
            work(*arguments)
        finally:
            os._exit(0)
    os.waitpid(pid, 0)


LIGHT = """import fiscal_utils as fu
fu.set_language(language)
spent = fu.load("expenditure", document=document)
fu.headline({"total": spent["total"].max()}, [])
spent.plot.bar(y="total");"""


def light(folder: Path) -> None:
    """Writes six notebooks of few cells."""
    import nbformat
    from nbformat.v4 import new_code_cell, new_notebook

    folder.mkdir()
    declared = 'document: str = ""\nlanguage: str = "zh"'
    for number in range(6):
        cells = [new_code_cell(declared, metadata={"tags": ["parameters"]}), *map(new_code_cell, LIGHT.splitlines())]
        kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
        nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), folder / f"light{number}.ipynb")


def grow(most: int, workers: int) -> None:
    """Prints seconds a report and memory for more and more reports, and the seconds of a run that finds all fresh."""
    for count in sorted({most // 10, most // 3, most}):
        with tempfile.TemporaryDirectory() as scratch:
            data, output, notebooks = (Path(scratch) / name for name in ("data", "out", "notebooks"))
            light(notebooks)
            copies(data, -(-count // 6))
            subprocess.run([BIN / "fiscal", "--data-dir", data, "process"], check=True, capture_output=True)
            jobs = planned(data, output, 6 * -(-count // 6), notebooks)
            made = cost(partial(ours, jobs, data, workers))
            fresh = min(cost(partial(ours, jobs, data, workers)) for _ in range(3))
            memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
            print(
                f"{len(jobs):5} reports: {made.seconds / len(jobs):.3f} s each ({made.cpu / len(jobs):.3f} s of "
                f"processor time), largest process {memory} MB; all fresh: {fresh.seconds:.2f} s ({fresh.cpu:.2f} s)",
                flush=True,
            )


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=192, help="reports made by fiscal report")
    parser.add_argument(
        "--naive-count", type=int, default=12, help="reports made by the slower methods: 12 are one of each kind"
    )
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--grow", type=int, metavar="COUNT")
    given = parser.parse_args()
    if given.grow:
        grow(given.grow, given.workers)
    else:
        compare(given.count, given.rounds, given.naive_count, given.workers)


if __name__ == "__main__":
    main()
