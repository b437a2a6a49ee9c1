"""How long a PDF takes from file to checked tidy tables, against pdfplumber's table extraction of the same pages.

    python benchmarks/reading.py [PDF]                  one document: seconds, ratio, peak memory
    python benchmarks/reading.py --folder 200           a folder of simulated PDFs with one worker and with two

Without PDF a simulated disclosure is made and read. Both readers run in turn `--runs` times, each time in a process of
its own that has read another document before, as one of a batch has; the ratio is of the medians of processor time.
Trust the ratios: seconds depend on the machine.
"""

import argparse
import gc
import multiprocessing
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median


def ours(path: Path) -> None:
    """File → raw folder → tidy tables with their checks."""
    from fiscal_utils import raw, tables
    from fiscal_utils.parse import parse
    from fiscal_utils.read import read

    raw.write(parse(read(path), allow_missing=True), "benchmark-2031", tables.data_dir() / "raw")
    tables.process()


def pdfplumber(path: Path) -> None:
    """The cells of the tables and nothing more."""
    import pdfplumber

    with pdfplumber.open(path) as document:
        for page in document.pages:
            page.extract_tables()


def measured(work: Callable[[Path], None], path: Path, warm_up: Path) -> tuple[float, float, int]:
    """Seconds by the clock and of processor time, and peak memory in MB, of the work in a new process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (work, path, warm_up))


def _measured(work: Callable[[Path], None], path: Path, warm_up: Path) -> tuple[float, float, int]:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["FISCAL_DATA_DIR"] = str(Path(folder) / "before")
        work(warm_up)
        gc.freeze()  # as a worker of `fiscal extract` does
        os.environ["FISCAL_DATA_DIR"] = str(Path(folder) / "now")
        start, cpu = time.perf_counter(), time.process_time()
        work(path)
        seconds = time.perf_counter() - start, time.process_time() - cpu
    return *seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def document(path: Path, runs: int) -> None:
    """Prints both readers' seconds for one document."""
    readers = {"pdfplumber": pdfplumber, "fiscal-utils": ours}
    found: dict[str, list[tuple[float, float, int]]] = {name: [] for name in readers}
    with tempfile.TemporaryDirectory() as scratch:
        simulated(Path(scratch) / "pdf", 2)
        warm_up = max((Path(scratch) / "pdf").iterdir())
        for _ in range(runs):
            for name, work in readers.items():
                found[name].append(measured(work, path, warm_up))
    for name, runs_made in found.items():
        seconds, cpu, memory = zip(*runs_made, strict=True)
        print(
            f"{name:13} {median(cpu):6.3f} s of processor time ({min(cpu):.3f}–{max(cpu):.3f}), "
            f"{median(seconds):.3f} s by the clock, peak {max(memory)} MB"
        )
    theirs, mine = (median(cpu for _, cpu, _ in found[name]) for name in readers)
    print(f"fiscal-utils takes {mine / theirs:.3f} of pdfplumber's time")


def folder(count: int) -> None:
    """Prints the seconds of `fiscal extract` over a folder of simulated PDFs with one worker and with two."""
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "pdf"
        simulated(source, count)
        for workers in (1, 2):
            data = Path(scratch) / f"data{workers}"
            command = [Path(sys.executable).parent / "fiscal", "--data-dir", data, "extract", source]
            start = time.perf_counter()
            subprocess.run([*map(str, command), "--workers", str(workers)], check=True, capture_output=True)
            seconds = time.perf_counter() - start
            done = len(list((data / "raw").iterdir()))
            print(
                f"{workers} worker(s): {seconds:6.1f} s for {done} of {count} documents, {seconds / count:.3f} s each"
            )


def simulated(target: Path, count: int) -> None:
    """Writes `count` simulated disclosures in all layouts."""
    from fiscal_utils import simulate

    target.mkdir(parents=True)
    for seed in range(count):
        layout = simulate.LAYOUTS[seed % len(simulate.LAYOUTS)]
        simulate.write(simulate.accounts(seed, size="large"), target / f"simulated-{seed:04}.pdf", layout=layout)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pdf", nargs="?", type=Path)
    parser.add_argument("--folder", type=int, metavar="COUNT")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    if arguments.folder:
        folder(arguments.folder)
    elif arguments.pdf:
        document(arguments.pdf, arguments.runs)
    else:
        scratch = Path(tempfile.mkdtemp())
        simulated(scratch / "pdf", 1)
        document(next((scratch / "pdf").iterdir()), arguments.runs)
        shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
