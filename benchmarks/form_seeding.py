"""Faults seeded into the self-evaluation forms of a document; see seeding.py."""

import re
from collections.abc import Callable, Sequence
from random import Random

from seeding import Document, Fault, Row, changed, digit, edited


def _of_indicator(row: Row, column: str) -> tuple[str, ...]:
    """The checks that look at an indicator's weight or score."""
    name = f"{row['project']}/{row['level2']}/{row['name']}"
    rules = ("form-score-weight", "form-target-met", "form-target-missed")
    return f"form-{column}s:{row['project']}", *(f"{rule}:{name}" for rule in rules)


def _of_fund(row: Row, column: str) -> tuple[str, ...]:
    """The checks that look at a number of a row of the funds."""
    project, total = row["project"], row["row"] == "total"
    if row["row"] == "grand_total":
        return (f"form-{column}s:{project}", f"form-hundred:{project}", "form-grades")
    if column in ("weight", "score"):
        return (f"form-{column}s:{project}", f"form-execution-score:{project}") if total else ()
    execution = (f"form-execution-rate:{project}", f"form-execution-score:{project}")
    if column == "execution_rate":
        return execution[:1] if total else ()
    return (f"form-funds:{project}.{column}", *(execution if total and column != "initial_budget" else ()))


def form_kinds() -> dict[str, Callable[[Random, Document], Fault | None]]:
    """Every kind of number of a form with another digit: table, rows, columns."""

    def of(name: str, table: str, rows: Sequence[str], columns: Sequence[str]) -> Callable[..., Fault | None]:
        def seed(rng: Random, document: Document) -> Fault | None:
            column = rng.choice(columns)
            there = [r for r in document[table] if r[column] == r[column] and (not rows or r["row"] in rows)]
            ids = _of_fund if table == "projects" else _of_indicator
            return edited(name, rng, document, table, there, digit, column, lambda row: ids(row, column))

        return seed

    amounts = ("initial_budget", "adjusted_budget", "executed")
    numbers = {
        "form: weight": ("indicators", (), ("weight",)),
        "form: score": ("indicators", (), ("score",)),
        "form: total of weights": ("projects", ("grand_total",), ("weight",)),
        "form: total score": ("projects", ("grand_total",), ("score",)),
        "form: funds": ("projects", ("total", "fiscal", "other"), amounts),
        "form: execution rate": ("projects", ("total",), ("execution_rate",)),
        "form: execution score": ("projects", ("total",), ("score",)),
    }  # fmt: skip
    return {name: of(name, *where) for name, where in numbers.items()}


def target_not_met(rng: Random, document: Document) -> Fault | None:
    """An indicator with all its points has a target above what was reached."""
    rows = [
        row
        for row in document["indicators"]
        if row["score"] == row["weight"] and re.fullmatch(r"[≥=]\d+\D+", row["target"])
    ]
    if not rows:
        return None
    row = rng.choice(rows)
    new = re.sub(r"\d+", lambda match: str(int(match[0]) + rng.randint(5, 50)), row["target"])
    ids = (*_of_indicator(row, "score")[1:], f"form-target-text:{row['name']}")
    faulted = changed(document, "indicators", row, target=new)
    return Fault("form: target", faulted, frozenset(), ids, f"{row['target']} → {new}")


def number_skipped(rng: Random, document: Document) -> Fault | None:
    """The numbering of the indicators of a level has a gap."""
    if not document["indicators"]:
        return None
    row = rng.choice(document["indicators"])
    place = f"form-numbering:{row['project']}/{row['level1']}/{row['level2']}"
    faulted = changed(document, "indicators", row, no=int(row["no"]) + 1)
    return Fault("form: numbering", faulted, frozenset(), (place,), f"{row['no']} → {int(row['no']) + 1}")
