"""The density test at a grade boundary: no claim on few scores, no jump where there is none, a jump where there is."""

import math
from random import Random

import pytest

from fiscal_utils.analysis.density import LEAST, at_boundaries, density_test
from fiscal_utils.analysis.facts import MeasureError

BOUNDARY = 90


def scores(seed: int, n: int = 2000, bunching: float = 0.0) -> list[float]:
    """Whole scores with a smooth density; a share of those up to three points below the boundary is moved onto it."""
    rng = Random(seed)
    drawn = (min(100, max(0, round(rng.gauss(88, 8)))) for _ in range(n))
    return [BOUNDARY if BOUNDARY - 3 <= s < BOUNDARY and rng.random() < bunching else s for s in drawn]


def test_two_forms_are_too_few():
    with pytest.raises(MeasureError) as error:
        density_test([98, 99], BOUNDARY)
    assert error.value.status == "too_few"
    assert str(error.value) == f"Too few total scores on one side of 90: 0, at least {LEAST} needed."


def test_smooth_scores_are_rejected_about_as_often_as_the_level_says():
    rejected = sum(density_test(scores(seed), BOUNDARY).p < 0.05 for seed in range(200))
    assert rejected <= 20


def test_bunching_just_above_the_boundary_is_found():
    found = [density_test(scores(seed, bunching=0.5), BOUNDARY) for seed in range(20)]
    assert all(jump.log_difference > 0 and jump.p < 0.01 for jump in found)


def test_counts_and_statistic_hang_together():
    values = [*scores(1), math.nan]
    found = density_test(values, BOUNDARY, bandwidth=8)
    assert found.n_above == sum(90 <= score <= 98 for score in values)
    assert found.n_below == sum(82 <= score < 90 for score in values)
    assert found.z == pytest.approx(found.log_difference / found.standard_error)
    assert found.p == pytest.approx(math.erfc(abs(found.z) / math.sqrt(2)))


def test_nobody_next_to_the_boundary():
    with pytest.raises(MeasureError, match="next to the boundary"):
        density_test([81.0] * 40 + [95.0] * 40, BOUNDARY)


def test_each_boundary_is_tested_or_says_why_not():
    found = at_boundaries([*scores(1, bunching=0.5)], (90, 20)).set_index("boundary")
    assert found.loc[90, "log_difference"] == density_test(scores(1, bunching=0.5), 90).log_difference
    assert found["why"].tolist() == ["", "Too few total scores on one side of 20: 0, at least 30 needed."]
    assert math.isnan(found.loc[20, "p"])
    few = at_boundaries([98, 99, 89.5], (90,)).iloc[0]
    assert (few["n_below"], few["n_above"]) == (1, 2)
