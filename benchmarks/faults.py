"""How reliably the checks find one fault seeded into simulated accounts, and how fast they are.

    python benchmarks/faults.py                            500 accounts, 100 faults of each kind (some minutes)
    python benchmarks/faults.py --accounts 30 --each 10    a quick try
    python benchmarks/faults.py --speed                    seconds for one document, documents a second for 1,000

The accounts are written to data/raw and processed as any disclosure is; unfaulted, no check may fail. A fault is found
if a check fails that looks at the place of the fault. Precision: of the checks that fail, those that do. Recall: of the
faults in bound places (some check of the unfaulted document looks there) that contradict anything printed, those found.
Whether a fault that no check reports contradicts anything is settled in `possible.py`, by arithmetic of its own.
"""

import argparse
import os
import re
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pandas as pd
from kinds import KINDS
from possible import possible
from seeding import Document, Fault

from fiscal_utils import raw, simulate, tables
from fiscal_utils.checks import evaluate_all

TABLES = ("documents", "cells", "narrative", "projects", "indicators", "statements")
_BATCH = 400
_SHOWN = 8

Checked = Sequence[tuple[str, str, str, object, str]]
"""Of each check of a document: id, where, status, number of its finding, cell named as wrong."""


@dataclass
class Tally:
    """What became of the faults of a kind: how many, and of some the places."""

    counts: Counter[str] = field(default_factory=Counter)
    places: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def enter(self, what: str, place: str = "") -> None:
        """Counts one more."""
        self.counts[what] += 1
        if place:
            self.places[what].append(place)


def accounts(count: int) -> dict[str, pd.DataFrame]:
    """The tidy tables of simulated accounts of all templates and units, and their checks, by the usual path."""
    sizes, units = ("small", "medium"), ("万元", "元", "万元", "亿元")
    made = (
        simulate.accounts(seed, sizes[seed % 2], template=simulate.TEMPLATES[seed % 3], unit=units[seed // 6 % 4])
        for seed in range(count)
    )
    with tempfile.TemporaryDirectory() as folder:
        os.environ["FISCAL_DATA_DIR"] = folder
        raw.write_all({one.source.name: one for one in made}, Path(folder) / "raw")
        processed = tables.process()
        return {name: pd.read_parquet(processed / f"{name}.parquet") for name in (*TABLES, "checks")}


def documents(frames: Mapping[str, pd.DataFrame]) -> dict[str, Document]:
    """The rows of each document."""
    found: dict[str, dict[str, list[dict[str, object]]]] = defaultdict(lambda: {name: [] for name in TABLES})
    for name in TABLES:
        for row in frames[name].to_dict("records"):
            found[str(row["document_id"])][name].append({str(column): value for column, value in row.items()})
    return dict(found)


def assembled(faulted: Sequence[Document], frames: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Documents as tidy tables, each under its number."""
    return {
        name: pd.DataFrame(
            [row | {"document_id": f"{number:04}"} for number, one in enumerate(faulted) for row in one[name]],
            columns=frames[name].columns,
        ).astype(frames[name].dtypes)
        for name in TABLES
    }


def by_document(checks: pd.DataFrame) -> dict[str, Checked]:
    """Document → its checks."""
    columns = ["check_id", "where", "status", "finding", "suspect"]
    return {
        str(name): list(part[columns].itertuples(index=False, name=None))
        for name, part in checks.groupby("document_id", sort=False)
    }


def seeded(known: Mapping[str, Document], each: int) -> Iterator[tuple[str, Fault]]:
    """Up to so many faults of every kind, spread over the documents, with the document that each is in."""
    names = list(known)
    for kind, seed in KINDS.items():
        rng, made = Random(kind), 0
        for name in rng.sample(names, len(names)) * -(-each // len(names)):
            if made < each and (fault := seed(rng, known[name])):
                made += 1
                yield name, fault


def tallied(frames: Mapping[str, pd.DataFrame], each: int) -> dict[str, Tally]:
    """What became of the faults of each kind."""
    known, sound = documents(frames), by_document(frames["checks"])
    faults = list(seeded(known, each))
    tallies = {kind: Tally() for kind in KINDS}
    for start in range(0, len(faults), _BATCH):
        batch = faults[start : start + _BATCH]
        checked = by_document(evaluate_all(assembled([fault.document for _, fault in batch], frames), {}))
        for number, (name, fault) in enumerate(batch):
            tally(tallies[fault.kind], name, fault, sound[name], checked.get(f"{number:04}", ()))
    return tallies


def tally(into: Tally, name: str, fault: Fault, sound: Checked, checked: Checked) -> None:
    """Enters what the checks made of a fault."""
    wheres = {check_id: where for check_id, where, *_ in sound if fault.concerns(check_id, where)}
    failing = [check for check in checked if check[2] == "fail"]
    true = [check for check in failing if check[0] in wheres or fault.concerns(*check[:2])]
    about = f"{name} {' '.join(fault.cells or fault.ids)}: {fault.change}"
    into.enter("seeded")
    into.counts.update(failing=len(failing), true=len(true))
    for check in failing:
        if check not in true:
            into.enter("astray", f"{check[0]} ({about})")
    if true:
        into.enter("found")
        into.counts.update(findings=len({check[3] for check in failing}))
        into.enter(_named(fault, {check[4] for check in failing} - {""}))
    elif not wheres and not any(fault.concerns(*check[:2]) for check in checked):
        into.enter("unbound", _kind_of([*fault.cells, *fault.ids][0]))
    elif possible(fault, wheres):
        into.enter("possible")
    else:
        into.enter("missed", about)


def _named(fault: Fault, suspects: Set[str]) -> str:
    """Whether the findings name the cell that is wrong, another or none."""
    if not fault.cells:
        return "other" if suspects else "no cell"
    return "right" if suspects & fault.cells else "other" if suspects else "none"


def _kind_of(cell: str) -> str:
    """The cell without the code in it; of the id of a check the rule."""
    return re.sub(r"\d", "#", cell.partition(":")[0])


def report(tallies: Mapping[str, Tally]) -> None:
    """Prints precision and recall by kind, and what was missed, reported astray or not bound."""
    print(f"{'kind':28} seeded  found missed possible unbound  recall precision findings  named: right/other/none")
    for kind, one in tallies.items():
        print(line(kind, one.counts))
    print(line("all", sum((one.counts for one in tallies.values()), Counter())))
    for what in ("missed", "astray"):
        for kind, one in tallies.items():
            for place in one.places[what][:_SHOWN]:
                print(f"  {what}: {kind}: {place}")
    unbound = Counter(place for one in tallies.values() for place in one.places["unbound"])
    print("bound by no check: " + (", ".join(f"{cell} ({n})" for cell, n in unbound.most_common()) or "nothing"))


def line(kind: str, n: Counter[str]) -> str:
    """A kind's row of the report."""
    found = f"{n['seeded']:6} {n['found']:6} {n['missed']:6} {n['possible']:8} {n['unbound']:7}"
    rates = f"{_rate(n['found'], n['found'] + n['missed']):>7} {_rate(n['true'], n['failing']):>9}"
    return f"{kind:28} {found} {rates} {_rate(n['findings'], n['found']):>8}  {n['right']}/{n['other']}/{n['none']}"


def _rate(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "–"


def speed(count: int) -> None:
    """Prints how long the checks of one document take, and how many documents a second."""
    frames = accounts(min(count, 100))
    names = list(frames["documents"]["document_id"])
    seconds = [
        min(timed({table: frames[table][frames[table]["document_id"] == name] for table in TABLES}) for _ in range(3))
        for name in names[:20]
    ]
    print(f"one document: {min(seconds):.3f} to {max(seconds):.3f} s, by its size")
    known = list(documents(frames).values())
    many = assembled([known[i % len(known)] for i in range(count)], frames)
    print(f"{count} documents: {count / timed(many):.0f} a second")


def timed(frames: Mapping[str, pd.DataFrame]) -> float:
    """Seconds that all checks of the tidy tables take."""
    start = time.perf_counter()
    evaluate_all(frames, {})
    return time.perf_counter() - start


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=500)
    parser.add_argument("--each", type=int, default=100, help="faults of each kind")
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--documents", type=int, default=1000)
    arguments = parser.parse_args()
    if arguments.speed:
        speed(arguments.documents)
        return
    frames = accounts(arguments.accounts)
    status = frames["checks"]["status"].value_counts().to_dict()
    print(f"{arguments.accounts} unfaulted accounts: {status}")
    for _, wrong in frames["checks"][frames["checks"]["status"] == "fail"].head(_SHOWN).iterrows():
        print(f"  fails: {wrong['document_id']} {wrong['check_id']}: {wrong['message_en']}")
    report(tallied(frames, arguments.each))


if __name__ == "__main__":
    main()
