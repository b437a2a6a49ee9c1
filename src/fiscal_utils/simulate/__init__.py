"""Invented accounts of any size, for tests, lessons and measurements of speed.

`accounts` draws them from a seed; `write` renders them as a file. Whatever is made says `simulated`.
"""

import hashlib
from importlib import import_module
from pathlib import Path
from random import Random

from fiscal_utils import regions
from fiscal_utils.errors import DataError
from fiscal_utils.parse import SIMULATED, Accounts
from fiscal_utils.read import Source
from fiscal_utils.simulate.amounts import books
from fiscal_utils.simulate.document import document
from fiscal_utils.simulate.figures import figures
from fiscal_utils.simulate.forms import forms
from fiscal_utils.simulate.model import Maker
from fiscal_utils.simulate.said import statements
from fiscal_utils.simulate.words import declared, words
from fiscal_utils.simulate.words import layout as layout_named
from fiscal_utils.simulate.words import size as size_named
from fiscal_utils.simulate.words import template as template_named
from fiscal_utils.specs import tables

__all__ = ["FORMATS", "LAYOUTS", "SIZES", "TEMPLATES", "accounts", "write"]

FORMATS = {
    ".txt": ("text", "render"), ".html": ("html", "render"), ".xlsx": ("office", "xlsx"), ".docx": ("office", "docx"),
    ".pdf": ("pdf", "render"),
}  # fmt: skip
"""Suffix of a file → the module and function that render it."""
LAYOUTS, SIZES, TEMPLATES = (tuple(declared()[name]) for name in ("layout", "size", "template"))


def accounts(
    seed: int, size: str = "medium", year: int = 2031, template: str = "jiangxi", unit: str = "万元"
) -> Accounts:
    """Invented accounts, the same for the same arguments.

    `size` is small, medium or large; `template` is jiangxi, shanghai or national and settles which tables there are;
    `unit` is 元, 万元 or 亿元 and changes no exact amount. Amounts are rounded each on its own, so every declared
    identity holds exactly or within rounding. Raises KeyError for an unknown size, template or unit.
    """
    rng = Random(f"{template} {size} {year} {seed}")
    large, printed_as = size_named(size), template_named(template)
    kept = books(rng, large, printed_as)
    complete = "assets" in printed_as.tables
    projects = [f"模拟{name}" for name in rng.sample(words("projects"), len(kept.projects))]
    evaluated = forms(rng, projects, kept.projects) if complete else []
    told = figures(rng, kept, printed_as, unit, evaluated)
    place, work, body = (rng.choice(words(part)) for part in ("places", "works", "bodies"))
    department = f"{SIMULATED}{place}第{_numeral(seed)}{work}{body}"
    rows = Maker(kept, printed_as, unit, zeros=rng.random() < 0.4).rows()
    name = f"simulated-{template}-{size}-{seed}-{year}"
    return Accounts(
        source=Source(name, hashlib.sha256(name.encode()).hexdigest(), "text/plain", "simulated", None, ()),
        department=department,
        year=year,
        unit=unit,
        region=regions.find(department),
        statutory_duties=large.duties,
        budget_units=rng.randint(1, 4),
        missing=tuple(table for table in tables() if table not in printed_as.tables),
        rows=tuple(rows),
        narrative=tuple(told),
        forms=tuple(evaluated),
        staff=dict(kept.staff) if complete else {},
        statements=tuple(statements(printed_as.tables, rows, told, department, year, unit)),
    )


def _numeral(seed: int) -> str:
    """The seed in Chinese figures, so that no two departments of a series have one name."""
    return "".join("〇一二三四五六七八九"[int(figure)] for figure in str(abs(seed)))


def write(accounts: Accounts, path: Path, layout: str = "jiangxi", commas: bool = True) -> Path:
    """The file that prints the accounts, in the format of its suffix (one of `FORMATS`).

    `layout` is jiangxi (numbered, with 行次), shanghai (codes in three columns, continuation pages without header) or
    open (no ruled lines); text layers are best read back in the first. `commas` part the thousands in tables. Raises
    DataError for an unknown suffix and KeyError for an unknown layout.
    """
    if path.suffix not in FORMATS:
        raise DataError("unknown_format", path=path, known=" ".join(FORMATS))
    module, function = FORMATS[path.suffix]
    render = getattr(import_module(f"fiscal_utils.simulate.{module}"), function)
    named = layout_named(layout)
    path.write_bytes(render(document(accounts, named), named, commas))
    return path
