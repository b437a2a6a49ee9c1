"""What every report would do anew, done once in the process from which those that make reports are forked."""

import gc
import os
import pkgutil
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path

from fiscal_utils.errors import FiscalError
from fiscal_utils.reports.execute import not_executed
from fiscal_utils.reports.jobs import Job

PACKAGES = ("analysis", "checks", "plots", "reports.pages", "views")
"""The parts of this package of which a report may use every module."""

MODULES = (
    "papermill.execute",
    "ipykernel.ipkernel",
    "IPython.core.application",
    "IPython.core.completerlib",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.core.pylabtools",
    "matplotlib_inline.backend_inline",
    "fiscal_utils.reports.shell",
    "fiscal_utils.tabulate",
)
"""What a report uses besides."""


@cache
def warm_up(data_dir: Path, documents: tuple[str, ...] = (), samples: tuple[Job, ...] = ()) -> None:
    """Imports what reports use, reads the data that they load, draws a chart and sets a table that nobody sees.

    The facts of the first of the `documents` are found too: each of their reports needs them. Pages are
    made of the `samples` as they would be had they failed.
    """
    for name in (*MODULES, *(name for package in PACKAGES for name in _modules(package))):
        import_module(name)
    _read(data_dir, documents)
    _draw()
    _set_table()
    for job in samples:
        not_executed(job, error="")
    gc.collect()
    gc.freeze()  # so that a child's collector does not write to the memory it shares with its parent


def _modules(package: str) -> list[str]:
    path = import_module(f"fiscal_utils.{package}").__path__
    return [found.name for found in pkgutil.iter_modules(path, f"fiscal_utils.{package}.")]


def _read(data_dir: Path, documents: tuple[str, ...]) -> None:
    """Reads tidy tables and declarations, which stay in memory; what cannot be read, the notebooks will tell."""
    from fiscal_utils import tables
    from fiscal_utils.analysis.facts import REMEMBERED, facts
    from fiscal_utils.analysis.registry import registry

    registry()
    before = os.environ.copy()
    os.environ["FISCAL_DATA_DIR"] = str(data_dir)
    with suppress(FiscalError):
        tables.process()
        os.environ["FISCAL_REPORT"] = "1"  # the tables are as they are from now on
        for name in tables.TIDY:
            tables.load(name)
        for document in documents[:REMEMBERED]:
            facts(document)
    for name in ("FISCAL_DATA_DIR", "FISCAL_REPORT"):
        os.environ.pop(name, None)
    os.environ |= before


def _draw() -> None:
    """Draws a chart in the style of the reports; the settings are left as they were."""
    import matplotlib
    from matplotlib.backends.registry import backend_registry
    from matplotlib.figure import Figure

    from fiscal_utils.plots.figure import Caption, framed
    from fiscal_utils.plots.style import use_style

    # It looks for those of other packages through all that is installed.
    backend_registry.list_all()  # type: ignore[no-untyped-call]
    with matplotlib.rc_context():
        use_style()
        figure = Figure()
        figure.subplots().bar(["部门", "Department"], [1, 2])
        framed(figure, Caption("标题", "Measure", "Source"))
    use_style.cache_clear()


def _set_table() -> None:
    import pandas as pd
    from great_tables import GT

    GT(pd.DataFrame({"a": [1.0]})).as_raw_html()
