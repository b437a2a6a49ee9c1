"""Bounds on the unpublished matrix: true matrices lie within, every end is attained, contradicted zeros are named."""

from fractions import Fraction
from random import Random

import numpy as np
import pytest

import fiscal_utils as fu
from fiscal_utils.analysis import matrix
from fiscal_utils.analysis.facts import Facts, Figure, MeasureError
from fiscal_utils.analysis.polytope import Polytope

REAL, OTHER = "jingdezhen-government-office-2023", "putuo-finance-bureau-2024"
FUNCTIONS = ("2010301", "2010399", "2080501", "2080505", "2080506", "2101101", "2101103", "2210201")
ECONOMIC = ("30101", "30107", "30108", "30109", "30110", "30111", "30113", "30201", "30299", "30302", "31002")
CLOSE = 1e-6


def published(fen: int) -> Figure:
    """An amount in fen as printed in 万元 with two decimals."""
    rounded = round(Fraction(fen, 10**6), 2)
    return Figure(rounded, max(rounded - Fraction(1, 200), Fraction(0)), rounded + Fraction(1, 200))


def accounts(cells: dict[tuple[str, str], int]) -> Facts:
    """Accounts that publish both margins of the true cells (fen): every code, its class and group, and the totals."""
    figures = {}
    for (function, economic), fen in cells.items():
        rows = [("gpb_expenditure", row, "basic") for row in (function, function[:5], function[:3], "total")]
        kind = "personnel" if economic[:3] in matrix.PERSONNEL else "operating"
        rows += [("gpb_basic_economic", row, "final") for row in (economic, economic[:3], kind)]
        for row in rows:
            figures[row] = figures.get(row, 0) + fen
    return Facts("simulated", 2031, {row: published(fen) for row, fen in figures.items()}, {})


def true_cells(rng: Random) -> dict[tuple[str, str], int]:
    """A true matrix in fen on the cells that no zero rules out, sparse and of mixed size, its empty lines left out."""
    pairs = [(f, e) for f in FUNCTIONS for e in ECONOMIC if not any(rule.forbids(f, e) for rule in matrix.rules())]
    density = rng.uniform(0.3, 1)
    return {pair: int(10 ** rng.uniform(4, 9)) for pair in pairs if rng.random() < density} or {pairs[0]: 10**8}


@pytest.mark.parametrize("seed", range(200))
def test_intervals_contain_the_truth_and_both_ends_are_attained(seed):
    cells = true_cells(Random(seed))
    known = matrix.margins(accounts(cells))
    found = matrix.bounded(known)
    assert found.relaxed == ()
    truth = np.array([[cells.get((f, e), 0) / 10**6 for e in found.economic] for f in found.functions])
    assert truth.sum() == pytest.approx(sum(cells.values()) / 10**6)
    assert (found.low <= truth + CLOSE).all()
    assert (truth <= found.high + CLOSE).all()
    assert (found.low[~found.allowed] == 0).all()
    assert (found.high[~found.allowed] == 0).all()
    polytope = Polytope(known.sums, found.allowed)
    for i, j in np.argwhere(found.allowed):
        only = np.zeros_like(found.allowed)
        only[i, j] = True
        for most, bound in ((True, found.high[i, j]), (False, found.low[i, j])):
            witness = polytope.extreme(only, most=most)
            assert witness[i, j] == pytest.approx(bound, abs=CLOSE)
            assert_publishable(witness, known, found.allowed)
    assert_publishable(found.estimate, known, found.allowed)
    assert (found.low - CLOSE <= found.estimate).all()
    assert (found.estimate <= found.high + CLOSE).all()


def assert_publishable(amounts: np.ndarray, known: matrix.Margins, allowed: np.ndarray) -> None:
    """The amounts print as the margins do, worked out from the codes alone."""
    assert (amounts >= 0).all()
    assert (amounts[~allowed] == 0).all()
    for margin in known.sums:
        at = list(margin.positions)
        total = amounts[at].sum() if margin.side == "function" else amounts[:, at].sum()
        assert margin.low - CLOSE <= total <= margin.high + CLOSE


def test_two_by_two_by_hand():
    """r = (60, 40), c = (70, 30): the first cell is 30 … 60 (Fréchet), each end moved by rounding."""
    cells = {("2010301", "30101"): 45, ("2010301", "30201"): 15, ("2010399", "30101"): 25, ("2010399", "30201"): 15}
    found = matrix.bounded(matrix.margins(accounts({pair: fen * 10**6 for pair, fen in cells.items()})))
    assert found.low[0, 0] == pytest.approx(29.99)  # 59.995 − 30.005
    assert found.high[0, 0] == pytest.approx(60.005)
    assert found.estimate[0, 0] == pytest.approx(60 * 70 / 100, abs=0.02)  # independence is maximum entropy
    assert not found.pinned.any()


def test_single_function_pins_the_whole_matrix_down():
    cells = {("2010301", "30101"): 5 * 10**6, ("2010301", "30201"): 7 * 10**6}
    facts = accounts(cells)
    assert matrix.bounded(matrix.margins(facts)).pinned.all()
    assert matrix.pinned_cells(facts) == 100
    # 12 less what the total's rounding leaves open in each of the two cells.
    assert matrix.pinned_amount(facts) == pytest.approx(100 * (4.995 + 6.995) / 12, abs=0.05)


def test_contradicted_zeros_of_the_real_document_are_named_and_only_they_are_lifted():
    found = matrix.relaxed(REAL).set_index("code")
    assert set(found.index) == {"2101103", "30108", "30109", "30113", "30301", "30304"}
    # 31.32 spent on civil servants' medical subsidy, 11.59 paid under its economic type.
    assert found.loc["2101103", "low"] == pytest.approx(31.315 - 11.595)
    # 163.19 paid into the housing fund, 107.56 of it under its function; and so on.
    assert found.loc["30113", ["low", "high"]].tolist() == pytest.approx([163.185 - 107.565, 163.195 - 107.555])
    assert found.loc["30108", "low"] == pytest.approx(140.305 - 127.845)
    assert found.loc["30109", "low"] == pytest.approx(146.015 - 116.905)
    assert found.loc["30304", "low"] == pytest.approx(32.775 - 16.43)
    # 28.09 + 1.50 retirement pay over 24.01: not contradicted alone, but with what the other functions can only be.
    assert found.loc["30301", "low"] == pytest.approx(28.085 + 1.495 - 24.015)
    assert found["alone"].to_dict() == {
        "2101103": True, "30108": True, "30109": True, "30113": True, "30301": False, "30304": True,
    }  # fmt: skip
    assert matrix.infer(REAL).unique


def test_cells_of_the_real_documents():
    found = matrix.cells(REAL).set_index(["function", "economic"])
    assert found.loc[("2210201", "30113"), ["low", "high"]].tolist() == pytest.approx([107.555, 107.565])
    assert found.loc[("2210201", "30113"), "status"] == "pinned"
    assert found.loc[("2210201", "30101"), "status"] == "zero"
    assert found.loc[("2010301", "30107"), ["low", "high"]].tolist() == pytest.approx([647.72, 667.205])
    assert found["estimate"].sum() == pytest.approx(2433.16, abs=0.1)
    assert matrix.relaxed(OTHER).empty


@pytest.mark.parametrize("document", [REAL, OTHER])
def test_bounds_of_a_class_are_within_the_sums_of_its_cells_and_contain_their_estimate(document):
    blocks = matrix.blocks(document).set_index(["function", "economic"])
    cells = matrix.cells(document)
    sums = cells.groupby(["function", cells["economic"].str[:3].rename("economic")])[["low", "high", "estimate"]].sum()
    found = blocks.join(sums.add_suffix("_of_cells"))
    assert (found["low"] >= found["low_of_cells"] - 1e-6).all()
    assert (found["high"] <= found["high_of_cells"] + 1e-6).all()
    assert (found["low_of_cells"] < found["low"] - 1).any()
    assert found["estimate"].tolist() == pytest.approx(found["estimate_of_cells"].tolist())


def test_blocks_of_the_real_document():
    found = matrix.blocks(REAL).set_index(["function", "economic"])
    # 2010301 is 1,867.24 in basic and holds all goods and services (319.08) but what the small functions can: 42.005
    assert found.loc[("2010301", "302"), ["low", "high"]].tolist() == pytest.approx([277.08, 319.085])
    assert found.loc[("2210201", "301"), "pinned"]
    assert not found.loc[("2010301", "301"), "pinned"]
    assert found.loc[("2210201", "302"), "high"] == 0


def test_share_of_the_matrix_that_is_pinned_down_is_asked_for_by_name():
    assert "matrix_pinned_amount_pct" not in set(fu.metrics(REAL)["metric"])
    found = fu.metrics(REAL, "matrix").set_index("metric")["value"]
    cells = matrix.cells(REAL)
    assert found["matrix_pinned_amount_pct"] == pytest.approx(100 * cells["low"].sum() / cells["estimate"].sum())
    share = 100 * (cells["status"] == "pinned").sum() / (cells["status"] != "zero").sum()
    assert found["matrix_pinned_cells_pct"] == pytest.approx(share)


def test_what_a_class_has_beyond_its_printed_items_is_a_line_of_its_own():
    facts = accounts({("2010301", "30101"): 5 * 10**6, ("2010301", "30102"): 2 * 10**6})
    figures = {cell: figure for cell, figure in facts.figures.items() if cell[1] != "30102"}
    found = matrix.bounded(matrix.margins(Facts("simulated", 2031, figures, {})))
    assert found.economic == ("301…", "30101")
    assert found.high.tolist()[0] == pytest.approx([2.01, 5.005])
    assert matrix.name_of("301…") == "Rest of Wages and welfare"


def test_margins_that_contradict_each_other_and_missing_ones_are_errors():
    facts = accounts({("2010301", "30101"): 5 * 10**6})
    wrong = {**facts.figures, ("gpb_basic_economic", "30201", "final"): published(3 * 10**6)}
    with pytest.raises(MeasureError, match="contradict") as error:
        matrix.bounded(matrix.margins(Facts("simulated", 2031, wrong, {})))
    assert error.value.status == "contradiction"
    with pytest.raises(MeasureError, match="Not published: Basic expenditure") as missing:
        matrix.margins(Facts("simulated", 2031, {("gpb_expenditure", "total", "basic"): published(10**6)}, {}))
    assert missing.value.status == "missing"


def test_declared_zeros_name_known_codes():
    from fiscal_utils.specs import classification

    for rule in matrix.rules():
        own, other = ("functions", "economic") if rule.side == "function" else ("economic", "functions")
        assert rule.code in classification(own)
        assert set(rule.only) <= set(classification(other))
