"""Price indices: chained from year to year, to compare amounts of different years in real terms.

The package's table is the national consumer price index (previous year = 100) of the National Bureau of Statistics,
statutory/cpi.csv. Any other table with the columns year and index (previous year = 100) can be given instead.
"""

from fractions import Fraction
from typing import Any

import pandas as pd

from fiscal_utils.specs import read_csv


def price_table() -> pd.DataFrame:
    """The national consumer price index: year, index (previous year = 100), source."""
    frame = pd.DataFrame(read_csv("cpi.csv"))
    return frame.astype({"year": "int64", "index": "float64"})


def deflator(year: int, base: int, table: pd.DataFrame | None = None) -> Fraction | None:
    """Prices of `year` over those of `base`: the product of the indices between, ÷ 100 each; None if one is missing.

    `base` may be the later year; the same year gives 1.
    """
    if year < base:
        inverse = deflator(base, year, table)
        return 1 / inverse if inverse else None
    frame = price_table() if table is None else table
    indices = dict(zip(frame["year"].astype(int), frame["index"], strict=True))
    if any(between not in indices for between in range(base + 1, year + 1)):
        return None
    product = Fraction(1)
    for between in range(base + 1, year + 1):
        product *= round(Fraction(float(indices[between])), 6) / 100
    return product


def real(frame: pd.DataFrame, columns: list[str], base: int, table: pd.DataFrame | None = None) -> pd.DataFrame:
    """The frame with the amounts in `columns` at the prices of the year `base`; NaN where an index is missing.

    The frame has a column `year`; the years and source of the indices belong beside the result.
    """
    factors = {year: deflator(base, int(year), table) for year in frame["year"].unique()}
    by_row: pd.Series[Any] = frame["year"].map({y: None if f is None else float(f) for y, f in factors.items()})
    return frame.assign(**{column: frame[column].astype("float64") * by_row.astype("float64") for column in columns})
