"""The maximum-entropy matrix with given sums: what iterative proportional fitting of ones converges to.

It has the form exp(aᵢ + bⱼ) on the support. Proportional fitting (W. E. Deming and F. F. Stephan, On a least squares
adjustment of a sampled frequency table, 1940) alternates between a and b and slows down where some amounts must be
tiny; the Newton steps on both together that follow it do not.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
_CLOSE = 1e-9
"""How near the sums must come, relative to the total."""


def fitted(feasible: Array, support: Mask) -> Array:
    """The maximum-entropy matrix on the support with the row and column sums of a feasible matrix.

    The feasible matrix is positive on the support, so that there is such a matrix. Raises ArithmeticError if the sums
    are not met after all.
    """
    rows, columns = feasible.sum(axis=1), feasible.sum(axis=0)
    found = support.astype(float)
    for _ in range(100):
        found *= _quotient(rows, found.sum(axis=1))[:, None]
        found *= _quotient(columns, found.sum(axis=0))
    for _ in range(100):
        gap = np.concatenate([rows - found.sum(axis=1), columns - found.sum(axis=0)])
        if abs(gap).max() <= _CLOSE * feasible.sum():
            return found
        found = _newton(found, gap)
    raise ArithmeticError("the maximum-entropy matrix was not reached")


def _quotient(wanted: Array, have: Array) -> Array:
    return np.divide(wanted, have, out=np.zeros_like(wanted), where=have > 0)


def _newton(found: Array, gap: Array) -> Array:
    """One damped Newton step of the dual: a and b move together by the step that closes the gaps to first order."""
    hessian = np.block([[np.diag(found.sum(axis=1)), found], [found.T, np.diag(found.sum(axis=0))]])
    scale = 1 / np.sqrt(np.maximum(hessian.diagonal(), np.finfo(float).tiny))
    step = scale * np.linalg.lstsq(hessian * np.outer(scale, scale), scale * gap, rcond=None)[0]
    change = step[: len(found), None] + step[None, len(found) :]
    moved: Array = found * np.exp(change / max(1.0, float(abs(change[found > 0]).max(initial=0.0))))
    return moved
