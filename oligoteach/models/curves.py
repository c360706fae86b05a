"""Survival curves through a published median, or through a median and a landmark.

These are reconstructions: a smooth curve with one or two free parameters, drawn through the
one or two numbers that a paper prints. They aren't data and never a Kaplan-Meier curve. What
such a curve gets wrong is the point of it: a third published number that it misses shows how
much the shape was assumed (:func:`landmark_miss`).

All times are in months, all survival values are shares between 0 and 1.

Sources
-------
Algebra of the exponential and the Weibull distribution; the formulas, and the values they are
tested against, stand in ``data/models/spec.json`` under ``CURVES``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from oligoteach.models._numbers import FloatArray, positive, share, times

LN2 = math.log(2.0)

#: Beyond it the scale of a nearly flat curve leaves the range of floating-point numbers.
_MAX_LOG_SCALE = 700.0

_FROM_MEDIANS = (
    "Worked out from the medians alone, as if the rate of events were constant in both arms."
)


@dataclass(frozen=True)
class Curve:
    """A fitted survival curve ``S(t) = exp(-(t / scale) ** shape)``.

    Attributes
    ----------
    family : {'exponential', 'weibull'}
        The exponential is the Weibull with ``shape`` 1.
    shape : float
        Weibull shape k. Below 1 the hazard falls with time, above 1 it rises.
    scale : float
        Weibull scale in months: the time at which survival is 1/e.
    median : float
        Median survival in months, as given.
    landmark_time, landmark_survival : float or None
        The second point the curve was made to pass, if any.
    horizon : float
        Last time in months at which the curve is held by a published number. Beyond it a
        prediction is an extrapolation and says so.
    """

    family: Literal["exponential", "weibull"]
    shape: float
    scale: float
    median: float
    landmark_time: float | None
    landmark_survival: float | None
    horizon: float

    @property
    def hazard(self) -> Literal["constant", "falling", "rising"]:
        """How the rate of events changes with time under this curve."""
        if self.family == "exponential":
            return "constant"
        return "falling" if self.shape < 1 else "rising"


@dataclass(frozen=True)
class Prediction:
    """Survival read off a curve.

    Attributes
    ----------
    time : ndarray of float
        Months, as asked.
    survival : ndarray of float, same shape
        Share alive (or free of the event), in [0, 1].
    valid : ndarray of bool, same shape
        False beyond the last published number that holds the curve.
    warnings : tuple of str
        One sentence for each thing a reader must know; empty when all is inside.
    """

    time: FloatArray
    survival: FloatArray
    valid: NDArray[np.bool_]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class LandmarkMiss:
    """How far a curve lies from a published landmark.

    Attributes
    ----------
    time : float
        Months.
    predicted, published : float
        Shares in [0, 1].
    points : float
        Predicted minus published, in percentage points: negative when the curve is too low.
    valid : bool
        False when the landmark lies beyond what holds the curve.
    warnings : tuple of str
        As in :class:`Prediction`.
    """

    time: float
    predicted: float
    published: float
    points: float
    valid: bool
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class MedianRatio:
    """A hazard ratio worked out from two medians.

    Attributes
    ----------
    value : float
        Median of the control arm divided by the median of the experimental arm.
    warnings : tuple of str
        Always holds the assumption that it rests on.
    """

    value: float
    warnings: tuple[str, ...]


def exponential(median: float) -> Curve:
    """Exponential survival curve through a median.

    ``S(t) = exp(-ln(2) t / median)``: the rate of events stays the same for ever.

    Parameters
    ----------
    median : float
        Median survival in months, above 0.

    Returns
    -------
    Curve
        Held by a published number up to the median only.

    Raises
    ------
    ValueError
        If ``median`` isn't a finite number above 0.
    """
    median = positive("median", median, "months")
    return Curve("exponential", 1.0, median / LN2, median, None, None, median)


def weibull(median: float, landmark_time: float, landmark_survival: float) -> Curve:
    """Weibull survival curve through a median and one landmark.

    ``S(t) = exp(-(t / scale) ** k)`` with
    ``k = ln(ln 2 / -ln S_L) / ln(median / t_L)`` and ``scale = median / ln(2) ** (1 / k)``.

    Parameters
    ----------
    median : float
        Median survival in months, above 0.
    landmark_time : float
        Time of the landmark in months, above 0 and not the median itself.
    landmark_survival : float
        Survival at the landmark as a share, between 0 and 1 (both excluded); below 0.5 when
        the landmark comes after the median and above 0.5 when it comes before.

    Returns
    -------
    Curve
        Held by published numbers up to the later of median and landmark.

    Raises
    ------
    ValueError
        If a value is out of range, or no falling curve passes both points.
    """
    median = positive("median", median, "months")
    landmark_time = positive("landmark_time", landmark_time, "months")
    landmark_survival = share("landmark_survival", landmark_survival)
    _check_order(median, landmark_time, landmark_survival)
    shape = math.log(LN2 / -math.log(landmark_survival)) / math.log(median / landmark_time)
    log_scale = math.log(median) - math.log(LN2) / shape if shape > 0 else math.inf
    if log_scale > _MAX_LOG_SCALE:
        raise ValueError(
            f"The curve would be flat between the median of {median:g} months and the landmark of "
            f"{landmark_survival:g} at {landmark_time:g} months; take a landmark whose survival "
            "is further from 0.5."
        )
    scale = math.exp(log_scale)
    horizon = max(median, landmark_time)
    return Curve("weibull", shape, scale, median, landmark_time, landmark_survival, horizon)


def _check_order(median: float, landmark_time: float, landmark_survival: float) -> None:
    """Refuse two points that no falling curve can pass."""
    if landmark_time == median:
        raise ValueError(
            f"landmark_time is {landmark_time:g} months, the median itself; a second point at "
            "another time is needed."
        )
    late = landmark_time > median
    if (late and landmark_survival >= 0.5) or (not late and landmark_survival <= 0.5):
        where, side = ("after", "below") if late else ("before", "above")
        raise ValueError(
            f"landmark_survival is {landmark_survival:g} at {landmark_time:g} months, {where} the "
            f"median of {median:g} months; there it must be {side} 0.5, because survival falls."
        )


def survival(curve: Curve, t: ArrayLike) -> FloatArray:
    """Survival of a curve at ``t`` without the validity check: for drawing a marked tail.

    Parameters
    ----------
    curve : Curve
        From :func:`exponential` or :func:`weibull`.
    t : array_like of float
        Months, 0 or later, of any shape.

    Returns
    -------
    ndarray of float
        Shares in [0, 1], of the shape of ``t``.

    Raises
    ------
    ValueError
        If a time is negative or not finite.
    """
    months = times("t", t)
    # A very steep curve leaves the range of numbers on both sides, where 1 and 0 are right.
    with np.errstate(over="ignore", under="ignore"):
        return np.exp(-((months / curve.scale) ** curve.shape))


def predict(curve: Curve, t: ArrayLike) -> Prediction:
    """Survival of a curve at ``t``, with a mask of where a published number holds it.

    Parameters
    ----------
    curve : Curve
        From :func:`exponential` or :func:`weibull`.
    t : array_like of float
        Months, 0 or later, of any shape.

    Returns
    -------
    Prediction
        ``valid`` is false beyond ``curve.horizon``, and ``warnings`` then has a sentence.

    Raises
    ------
    ValueError
        If a time is negative or not finite.
    """
    months = times("t", t)
    valid = np.asarray(months <= curve.horizon)
    warnings = () if bool(valid.all()) else (_beyond(curve),)
    return Prediction(months, survival(curve, months), valid, warnings)


def landmark_miss(curve: Curve, time: float, published: float) -> LandmarkMiss:
    """Distance between a curve and a published landmark.

    Parameters
    ----------
    curve : Curve
        From :func:`exponential` or :func:`weibull`.
    time : float
        Time of the landmark in months, 0 or later.
    published : float
        Published survival there, as a share from 0 to 1.

    Returns
    -------
    LandmarkMiss
        With the difference in percentage points.

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    published = share("published", published, ends=True)
    seen = predict(curve, time)
    predicted = float(seen.survival)
    points = 100.0 * (predicted - published)
    return LandmarkMiss(
        float(seen.time), predicted, published, points, bool(seen.valid), seen.warnings
    )


def hazard_ratio_from_medians(experimental: float, control: float) -> MedianRatio:
    """Hazard ratio that two medians imply if both arms were exponential.

    ``HR = median of control / median of experimental``: below 1 favours the experimental arm.

    Parameters
    ----------
    experimental, control : float
        Median times in months, above 0.

    Returns
    -------
    MedianRatio
        Not an estimate of the trial's hazard ratio: a check of what the medians alone say.

    Raises
    ------
    ValueError
        If a median isn't a finite number above 0.
    """
    experimental = positive("experimental", experimental, "months")
    control = positive("control", control, "months")
    return MedianRatio(control / experimental, (_FROM_MEDIANS,))


def _beyond(curve: Curve) -> str:
    points = "the median" if curve.landmark_time is None else "the median and one landmark"
    return (
        f"Beyond {curve.horizon:g} months no published number holds this curve: it is fitted to "
        f"{points}, and what follows is extrapolation."
    )
