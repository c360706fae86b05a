"""Hit rates with Wilson's interval, against values worked out by hand."""

import math

import pytest

from oligoteach.models.calibration import hit_rate


def roots(right, n, z):
    """Return the shares at which the score test just rejects: roots of a quadratic."""
    p = right / n
    a, b, c = 1 + z * z / n, -(2 * p + z * z / n), p * p
    spread = math.sqrt(max(b * b - 4 * a * c, 0.0))
    return (-b - spread) / (2 * a), (-b + spread) / (2 * a)


@pytest.mark.parametrize(
    ("right", "n"), [(8, 10), (1, 2), (0, 5), (5, 5), (1, 1), (37, 60), (500, 1000)]
)
def test_limits_are_where_the_score_test_just_rejects(right, n):
    rate = hit_rate(right, n)
    low, high = roots(right, n, 1.959963984540054)
    assert rate.low == pytest.approx(low, abs=1e-12)
    assert rate.high == pytest.approx(high, abs=1e-12)
    assert rate.share == right / n


def test_nothing_counted_tells_nothing():
    rate = hit_rate(0, 0)
    assert rate.share is rate.low is rate.high is None


def test_four_times_as_many_decisions_about_halve_the_interval():
    few, many = hit_rate(8, 10), hit_rate(32, 40)
    assert (many.high - many.low) / (few.high - few.low) == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ((-1, 5), "right is -1"),
        ((6, 5), "right is 6"),
        ((0, -1), "counted is -1"),
        ((0, 1001), "counted is 1001"),
        ((1, 2, 1.0), "level is 1"),
        ((1, 2, 0.0), "level is 0"),
    ],
)
def test_impossible_numbers_are_refused_in_a_sentence(values, why):
    with pytest.raises(ValueError, match=why):
        hit_rate(*values)
