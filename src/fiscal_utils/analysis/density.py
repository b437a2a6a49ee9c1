"""Whether total scores jump in frequency at a grade boundary (bunching), where there are enough of them.

McCrary's test: the logarithm of the density just above the boundary less that just below, each estimated by local
linear regression on a histogram with a triangular kernel. Source: J. McCrary, Manipulation of the running variable in
the regression discontinuity design: a density test, Journal of Econometrics 142 (2008). Scores are mostly whole
numbers, so bins are one point wide and centred on them; with fewer than `LEAST` scores near the boundary on either
side nothing is claimed.
"""

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fiscal_utils.analysis.facts import MeasureError
from fiscal_utils.language import t

LEAST = 30
"""Scores within the bandwidth on each side of the boundary below which no test is made."""
BANDWIDTH = 10.0
"""Points on each side that the regressions use."""
_VARIANCE = 24 / 5
"""The asymptotic variance factor of the log difference for the triangular kernel (McCrary 2008, section 3.2)."""

_JUST = 1e-9
"""Moves a score one point below the boundary into the first bin below it."""


@dataclass(frozen=True)
class Jump:
    """The result at a boundary: log difference of the densities, its standard error, z, two-sided p, and n per side."""

    boundary: float
    log_difference: float
    standard_error: float
    z: float
    p: float
    n_below: int
    n_above: int


def density_test(scores: Iterable[float], boundary: float, bandwidth: float = BANDWIDTH) -> Jump:
    """Tests whether more scores lie just above a grade boundary than just below it.

    A positive log difference is bunching above. A score on the boundary counts above. Raises MeasureError where fewer
    than `LEAST` scores lie within the bandwidth on either side, or no density can be estimated there.
    """
    values = np.array([score for score in scores if not math.isnan(score)], dtype=float)
    offsets = values - boundary
    near = offsets[abs(offsets) <= bandwidth]
    below, above = int((near < 0).sum()), int((near >= 0).sum())
    if min(below, above) < LEAST:
        what = t(zh=f"{boundary:g} 分一侧的总分", en=f"total scores on one side of {boundary:g}")
        raise MeasureError("too_few", n=min(below, above), needed=LEAST, what=what)
    left, right = (_edge_density(offsets, bandwidth, side) for side in (-1, 1))
    if min(left, right) <= 0:
        raise MeasureError("too_few", n=0, needed=1, what=t(zh="界线附近的总分", en="scores next to the boundary"))
    theta = math.log(right) - math.log(left)
    error = math.sqrt(_VARIANCE * (1 / right + 1 / left) / (len(values) * bandwidth))
    z = theta / error
    return Jump(boundary, theta, error, z, math.erfc(abs(z) / math.sqrt(2)), below, above)


def at_boundaries(scores: Collection[float], boundaries: Iterable[float]) -> pd.DataFrame:
    """The test at each boundary: boundary, n_below, n_above, log_difference, z, p, why (there is no test, else empty).

    n_below and n_above count the scores within `BANDWIDTH`.
    """
    return pd.DataFrame([_tested(scores, boundary) for boundary in boundaries])


def _tested(scores: Collection[float], boundary: float) -> dict[str, object]:
    near = [score - boundary for score in scores if abs(score - boundary) <= BANDWIDTH]
    below = sum(offset < 0 for offset in near)
    row: dict[str, object] = {"boundary": boundary, "n_below": below, "n_above": len(near) - below}
    try:
        jump = density_test(scores, boundary)
    except MeasureError as gap:
        return row | {"log_difference": math.nan, "z": math.nan, "p": math.nan, "why": str(gap)}
    return row | {"log_difference": jump.log_difference, "z": jump.z, "p": jump.p, "why": ""}


def _edge_density(offsets: NDArray[np.float64], bandwidth: float, side: int) -> float:
    """The density at the boundary from one side: intercept of a weighted regression of bin heights on bin centres."""
    edges = np.arange(0, math.ceil(bandwidth) + 1, dtype=float)
    distances = offsets[offsets >= 0] if side > 0 else -offsets[offsets < 0] - _JUST
    heights = np.histogram(distances, bins=edges)[0] / len(offsets)
    centres = edges[:-1] + 0.5
    weights = np.clip(1 - centres / bandwidth, 0, None)
    design = np.column_stack([np.ones_like(centres), centres])
    intercept, _ = np.linalg.solve(design.T @ (weights[:, None] * design), design.T @ (weights * heights))
    return float(intercept)
