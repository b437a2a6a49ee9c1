"""One metric over many documents: ranks, quantiles, what is missing and why, the document in focus."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from fiscal_utils.analysis.panel import UNIT
from fiscal_utils.analysis.registry import metrics
from fiscal_utils.tables import Selection, load

QUANTILES = {"min": 0.0, "q1": 0.25, "median": 0.5, "q3": 0.75, "max": 1.0}


def chosen(documents: Selection, focus: str) -> list[str]:
    """The ids that `documents` stands for ("all", ids, or a text of ids parted by commas), the focus among them.

    Nothing where it names none. Raises DataError for an unknown document.
    """
    if not documents:
        return []
    named = documents.split(",") if isinstance(documents, str) else documents
    wanted = None if documents == "all" else [focus, *(name.strip() for name in named if name.strip())]
    return list(load("documents", wanted)["document_id"])


def about(documents: Sequence[str]) -> pd.DataFrame:
    """The documents as the data folder describes them: document_id, department, region_code, year."""
    return load("documents", documents)[["document_id", "department", "region_code", "year"]]


def earlier(documents: Selection, document: str) -> str | None:
    """Of the chosen documents that of the same department for the nearest earlier year; None without one."""
    known = about([document, *chosen(documents, document)])
    own = known[known["document_id"] == document].iloc[0]
    same = (known[UNIT].fillna("") == own[UNIT].fillna("")).all(axis=1)
    before = known[same & (known["year"] < own["year"])].sort_values("year")
    return str(before["document_id"].iloc[-1]) if len(before) else None


def peers(documents: Sequence[str], focus: str, least: int) -> list[str]:
    """Those of the documents of the same year as the one in focus; all of them where these are fewer than `least`.

    A rank over several years would set a department against itself.
    """
    years = about(documents).set_index("document_id")["year"]
    same = list(years.index[years == years[focus]])
    return same if len(same) >= least else list(documents)


def compare(metric: str, documents: Selection = None, focus: str | None = None) -> pd.DataFrame:
    """One row a document, greatest value first, those without a value last with the reason.

    Columns of `metrics` and: department, region_code, year, rank (1 is the greatest; equal values share the least
    rank; NA without a value), percentile (share of the documents with a value that are at or below, in percent), tied
    (whether rounding leaves its order with a neighbour open), focus, and simulated. An interval without a point is
    ranked by its middle.
    """
    return ranked(metrics(documents, metric), focus)


def ranked(found: pd.DataFrame, focus: str | None = None) -> pd.DataFrame:
    """The rows that `metrics` gives of one metric, as `compare` has them."""
    found = found.merge(about(list(found["document_id"])), on="document_id", how="left")
    middle = found["value"].fillna((found["low"] + found["high"]) / 2)
    found = found.assign(
        position=middle,
        rank=middle.rank(ascending=False, method="min").astype("Int64"),
        percentile=middle.rank(pct=True, method="max") * 100,
        focus=found["document_id"] == focus,
    ).sort_values("position", ascending=False, kind="stable", ignore_index=True)
    return found.assign(tied=_tied(found))


def _tied(frame: pd.DataFrame) -> list[bool]:
    """Whether a value's interval meets that of the next or of the one before, in descending order."""
    low = frame["low"].fillna(frame["position"])
    high = frame["high"].fillna(frame["position"])
    meets_next = low <= high.shift(-1)
    return [bool(meet) for meet in meets_next | meets_next.shift(fill_value=False)]


def summary(compared: pd.DataFrame) -> dict[str, Any]:
    """What `compare` holds: n with a value, missing, zeros, mean, `QUANTILES`, simulated, and the focus's rank.

    `focus_equal`: how many documents share that rank, itself among them.
    `reasons`: why values are missing → in how many documents. Without any value the quantiles are None.
    """
    present = compared.loc[compared["position"].notna()]
    absent = compared.loc[compared["position"].isna()]
    focus = present.loc[present["focus"], "rank"]
    equal = int((present["rank"] == focus.iloc[0]).sum()) if len(focus) else 0
    return {
        "n": len(present),
        "missing": len(absent),
        "zeros": int((present["position"] == 0).sum()),
        "simulated": int(compared["simulated"].sum()),
        "mean": float(present["position"].mean()) if len(present) else None,
        **_quantiles(present["position"]),
        "focus_rank": int(focus.iloc[0]) if len(focus) else None,
        "focus_equal": equal,
        "reasons": absent["status"].value_counts().to_dict(),
    }


def spread(names: Sequence[str], documents: Selection = None) -> pd.DataFrame:
    """How each metric is spread over the documents: name, unit, n, missing, zeros, q1, median, q3, max, mean.

    An interval without a point counts by its middle.
    """
    rows, every = [], metrics(documents, list(names))
    for name in names:
        found = ranked(every[every["metric"] == name])
        rows.append({"name": found["name"].iloc[0], "unit": found["unit"].iloc[0], **summary(found)})
    columns = ["name", "unit", "n", "missing", "zeros", "q1", "median", "q3", "max", "mean"]
    return pd.DataFrame(rows, columns=columns)


def _quantiles(values: "pd.Series[float]") -> Mapping[str, float | None]:
    """Linear interpolation between order statistics (type 7 of Hyndman and Fan 1996)."""
    return {name: float(values.quantile(q)) if len(values) else None for name, q in QUANTILES.items()}
