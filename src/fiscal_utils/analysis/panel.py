"""A metric over years: the fixed panel of units with a value in every year, beside all units there are.

The mean over all units of a year moves with the units and with who they are. The fixed panel moves with the units
only; what is left of the change is the composition effect. A unit is a department at a place (region code).
"""

import pandas as pd

from fiscal_utils.analysis.facts import MeasureError
from fiscal_utils.analysis.registry import metrics
from fiscal_utils.language import t
from fiscal_utils.tables import Selection, load

UNIT = ["department", "region_code"]


def values(metric: str, documents: Selection = None) -> pd.DataFrame:
    """One row a document with a value: department, region_code, year, document_id, value, simulated, fixed.

    `fixed`: the unit has a value in every year that any unit has. Raises MeasureError where no document has a value.
    """
    found = metrics(documents, metric).dropna(subset=["value"])[["document_id", "value", "simulated"]]
    if found.empty:
        raise MeasureError("too_few", n=0, needed=1, what=t(zh="有数值的文档", en="documents with a value"))
    about = load("documents", None if documents == "all" else documents)
    frame = found.merge(about[["document_id", "year", *UNIT]], on="document_id")
    frame = frame.drop_duplicates([*UNIT, "year"])
    years = frame.groupby(UNIT, dropna=False)["year"].transform("nunique")
    return frame.assign(fixed=years == frame["year"].nunique())


def by_year(metric: str, documents: Selection = None) -> pd.DataFrame:
    """One row a year: how the fixed panel moves, how all units do, and the composition effect between them.

    Columns: year; n, mean, median, zeros of the fixed panel (`fixed_…`) and of all units (`all_…`); fixed_change and
    all_change of the means from the year before in the table; composition_effect = all_change − fixed_change. The
    fixed columns are NaN where no unit has a value in every year.
    """
    frame = values(metric, documents)
    parts = [_described(frame[frame["fixed"]], "fixed"), _described(frame, "all")]
    table = pd.concat(parts, axis=1).sort_index()
    for name in ("fixed", "all"):
        table[f"{name}_n"] = table[f"{name}_n"].fillna(0).astype("int64")
        table[f"{name}_change"] = table[f"{name}_mean"].diff()
    return (
        table.assign(composition_effect=table["all_change"] - table["fixed_change"]).rename_axis("year").reset_index()
    )


def _described(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    groups = frame.groupby("year")["value"]
    zeros = (frame["value"] == 0).groupby(frame["year"]).sum()
    found = {"n": groups.size(), "mean": groups.mean(), "median": groups.median(), "zeros": zeros}
    return pd.DataFrame({f"{name}_{key}": values for key, values in found.items()})
