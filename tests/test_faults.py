"""The benchmark of seeded faults on a small scale: what is seeded is found, and nothing else is."""

import sys
from collections import Counter
from pathlib import Path
from random import Random

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

import faults
from kinds import KINDS
from possible import possible
from seeding import cell_term, changed, edited, printed


@pytest.fixture(scope="module")
def frames() -> dict[str, pd.DataFrame]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FISCAL_DATA_DIR", "")  # what `accounts` sets ends with this module
        return faults.accounts(18)


def test_seeded_faults_are_found_and_nothing_else(frames: dict[str, pd.DataFrame]) -> None:
    assert not (frames["checks"]["status"] == "fail").any()
    tallies = faults.tallied(frames, each=3)
    counts = sum((one.counts for one in tallies.values()), Counter[str]())
    assert all(tallies[kind].counts["seeded"] for kind in KINDS)
    assert counts["true"] == counts["failing"], [one.places["astray"] for one in tallies.values()]
    assert counts["found"] >= 0.98 * (counts["found"] + counts["missed"]), [
        one.places["missed"] for one in tallies.values()
    ]
    assert counts["found"] > 0.8 * counts["seeded"]


@pytest.mark.parametrize(("added", "expected"), [("0.01", True), ("1.00", False)])
def test_a_number_within_rounding_of_the_right_one_contradicts_nothing(
    frames: dict[str, pd.DataFrame], added: str, expected: bool
) -> None:
    documents = faults.documents(frames)
    name = next(name for name in documents if "jiangxi" in name and documents[name]["documents"][0]["unit"] == "万元")
    document = documents[name]
    rows = [row for row in document["cells"] if cell_term(row) == "revenue.total.total"]
    fault = edited("cell", Random(1), document, "cells", rows, lambda _, text: f"{float(text) + float(added):.2f}")
    assert fault is not None
    sound = faults.by_document(frames["checks"])[name]
    looking = {check_id: where for check_id, where, *_ in sound if fault.concerns(check_id, where)}
    assert possible(fault, looking) is expected


def test_a_fault_changes_one_number_and_leaves_the_sound_document_alone(frames: dict[str, pd.DataFrame]) -> None:
    document = next(iter(faults.documents(frames).values()))
    before = [printed(row) for row in document["cells"]]
    fault = KINDS["cell: a digit"](Random(2), document)
    assert fault is not None
    after = [printed(row) for row in fault.document["cells"]]
    assert sum(a != b for a, b in zip(before, after, strict=True)) == 1
    assert [printed(row) for row in document["cells"]] == before
    row = document["cells"][0]
    assert changed(document, "cells", row, value=1.0)["cells"][0]["value"] == 1.0
