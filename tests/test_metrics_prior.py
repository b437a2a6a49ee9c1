"""Earlier years inferred from published changes and percentages, chained back over documents."""

from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from metric_documents import told, write_document

import fiscal_utils as fu
from fiscal_utils.analysis import prices, prior
from fiscal_utils.analysis.facts import Figure, MeasureError
from fiscal_utils.analysis.intervals import Interval

FEN = Fraction(1, 10**6)
"""One fen in 万元."""


def published(amount: Fraction, direction: str = "") -> Figure:
    """The figure that an amount is printed as, with two decimals."""
    half = Fraction(1, 200)
    rounded = round(amount, 2)
    return Figure(rounded, max(rounded - half, Fraction(0)), rounded + half, direction)


def statement(current: Fraction, before: Fraction) -> tuple[Figure, Figure, Figure]:
    change = current - before
    direction = "increase" if change > 0 else "decrease" if change < 0 else "flat"
    return published(current), published(abs(change), direction), published(100 * abs(change) / before, direction)


def fits(before: Fraction, current: Figure, change: Figure, growth: Figure) -> bool:
    """Whether some value of this year makes last year's value print as published, worked out without `prior`."""
    sign = 1 if change.direction == "increase" else -1
    ranges = [
        (current.low, current.high),
        tuple(sorted(before + sign * size for size in (change.low, change.high))),
        tuple(sorted(before * (1 + sign * rate / 100) for rate in (growth.low, growth.high))),
    ]
    return max(low for low, _ in ranges) <= min(high for _, high in ranges)


amounts = st.integers(10**4, 10**9).map(lambda fen: fen * FEN)


@given(current=amounts, before=amounts)
def test_interval_contains_last_years_exact_value(current, before):
    found = prior.prior_of(*statement(current, before))
    assert found.low <= before <= found.high


@given(current=amounts, before=amounts)
def test_both_ends_of_the_interval_are_attained_and_nothing_beyond(current, before):
    figures = statement(current, before)
    assume(figures[1].low > 0)
    assume(Fraction(1, 2) < figures[2].low)
    assume(current > before or figures[2].high < 99)
    found = prior.prior_of(*figures)
    assert fits(found.low, *figures)
    assert fits(found.high, *figures)
    beyond = (found.high - found.low) / 1000 + FEN
    assert not fits(found.low - beyond, *figures) or found.low == 0
    assert not fits(found.high + beyond, *figures)


@given(current=amounts, before=amounts)
def test_growth_contains_the_exact_growth(current, before):
    assume(before > Fraction(1, 10))
    figures = statement(current, before)
    assume(figures[1].direction != "flat")
    found = prior.growth_of(*figures)
    assert found.low <= 100 * (current - before) / before <= found.high


def test_no_figure_on_the_change_and_contradicting_figures_are_named():
    current = published(Fraction(8))
    with pytest.raises(MeasureError, match="Not published") as missing:
        prior.prior_of(current, None, None)
    assert missing.value.status == "missing"
    with pytest.raises(MeasureError, match="contradict") as wrong:
        prior.prior_of(current, published(Fraction(2), "increase"), published(Fraction(50), "increase"))
    assert wrong.value.status == "contradiction"


def test_real_growth_without_an_index_says_so():
    figures = statement(Fraction(8), Fraction(6))
    year = Figure(Fraction(2099), Fraction(2099), Fraction(2099))
    with pytest.raises(MeasureError, match="2099 in price index table"):
        prior.real_growth_of(*figures, year)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FISCAL_DATA_DIR", str(tmp_path))
    return tmp_path


def disclose(folder: Path, year: int, final: str, change: str, growth: str, direction: str = "increase") -> None:
    stated = [told("sangong", "total", name, size, direction) for name, size in
              (("prior_change", change), ("prior_change_pct", growth)) if size]  # fmt: skip
    rows = [{"item": "total", "final": final}]
    write_document(folder, f"simulated-tree-office-{year}", year=year, sangong=rows, narrative=stated)


def test_each_year_is_narrowed_by_the_next_document_before_it_bounds_the_year_before(folder):
    disclose(folder, 2031, "10.00", "2.00", "25.00")
    disclose(folder, 2032, "40.00", "30.00", "300.00")
    found = prior.series().set_index("year")
    assert list(found.index) == [2030, 2031, 2032]
    assert found["source"].to_dict() == {2030: "implied", 2031: "both", 2032: "printed"}
    # 2032: 39.995 … 40.005; a growth of 299.995 … 300.005 % leaves 10.00 within 0.00138.
    low, high = 39.995 / 4.00005, 40.005 / 3.99995
    assert found.loc[2031, ["implied_low", "implied_high"]].tolist() == pytest.approx([low, high])
    assert found.loc[2031, ["low", "high"]].tolist() == pytest.approx([low, high])
    # 2031 so narrowed, over 1.2499 … 1.2501, gives 2030; without the chain it would be 9.995 … 10.005.
    assert found.loc[2030, ["low", "high"]].tolist() == pytest.approx([low / 1.25005, high / 1.24995])
    assert found.loc[2031, "agrees"]
    assert prior.contradictions().empty


def test_a_base_that_the_next_document_does_not_imply_is_a_contradiction(folder):
    disclose(folder, 2031, "10.00", "", "")
    disclose(folder, 2032, "40.00", "31.00", "344.44")
    found = prior.contradictions()
    assert found["year"].tolist() == [2031]
    assert found.loc[0, ["low", "high"]].tolist() == pytest.approx([9.995, 10.005])
    assert found.loc[0, "implied_high"] < 9.01


def test_series_of_the_real_documents():
    found = prior.series().set_index(["region_code", "year"])
    assert found.loc[("360200", 2022), "source"] == "implied"
    assert 4.081 < found.loc[("360200", 2022), "low"] < found.loc[("360200", 2022), "high"] < 4.084


def test_contributions_of_items_to_the_change():
    from fiscal_utils.analysis import sangong

    found = sangong.contributions("jingdezhen-government-office-2023").set_index("item")
    assert found.loc["overseas", "low"] == pytest.approx(100 * 9.275 / (20.895 / 5.11725))
    assert found.loc["overseas", "high"] == pytest.approx(100 * 9.285 / (16.805 / 4.11735))
    assert found.loc["vehicle_purchase", ["low", "high"]].tolist() == [0, 0]
    parts = found.drop(index="total")
    assert parts["low"].sum() <= found.loc["total", "high"]
    assert parts["high"].sum() >= found.loc["total", "low"]


def test_no_contributions_over_a_base_that_may_be_zero():
    from fiscal_utils.analysis import sangong

    assert sangong.contributions("putuo-finance-bureau-2024").empty


def test_deflator_chains_the_indices_between_the_years():
    assert prices.deflator(2023, 2021) == Fraction(102, 100) * Fraction(1002, 1000)
    assert prices.deflator(2021, 2023) == 1 / prices.deflator(2023, 2021)
    assert prices.deflator(2023, 2023) == 1
    assert prices.deflator(2030, 2023) is None


def test_amounts_at_the_prices_of_a_year_by_a_table_of_the_users():
    table = pd.DataFrame({"year": [2032, 2033], "index": [110.0, 100.0]})
    frame = pd.DataFrame({"year": [2031, 2032, 2034], "amount": [10.0, 11.0, 12.0]})
    found = prices.real(frame, ["amount"], 2032, table)["amount"]
    assert found.tolist()[:2] == pytest.approx([11.0, 11.0])
    assert pd.isna(found.iloc[2])


def test_price_table_is_dated_and_sourced():
    table = prices.price_table()
    assert table["year"].tolist() == list(range(2016, 2025))
    assert dict(zip(table["year"], table["index"], strict=True))[2019] == 102.9
    assert table["source"].str.contains("国家统计局").all()


def test_interval_arithmetic():
    one, two = Interval(Fraction(1), Fraction(2)), Interval(Fraction(-3), Fraction(4))
    assert one.minus(two) == Interval(Fraction(-3), Fraction(5))
    assert one.over(two) is None
    assert two.magnitude == Interval(Fraction(0), Fraction(4))
    assert one.scaled(-2) == Interval(Fraction(-4), Fraction(-2))
    assert one.meet(Interval(Fraction(3), Fraction(4))) is None


def test_fu_is_measured_through_the_same_functions():
    found = fu.metrics("jingdezhen-government-office-2023", "sangong_prior").iloc[0]
    frame = fu.analysis.sangong.prior("jingdezhen-government-office-2023").set_index("item")
    assert frame.loc["total", ["prior_low", "prior_high"]].tolist() == [found["low"], found["high"]]
