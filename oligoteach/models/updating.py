"""What a result does to a belief: a normal prior on the log hazard ratio, updated.

Prior ``N(a, b²)`` and estimate ``y`` with standard error ``s`` give the posterior with
``1 / sd² = 1 / b² + 1 / s²`` and ``mean = sd² (a / b² + y / s²)``. A later estimate with
standard error ``e`` is foretold as ``N(mean, sd² + e²)``.

Sources
-------
Algebra of the normal distribution. The standard error from a number of events is Schoenfeld's,
``1 / sqrt(D p (1 - p))``; see ``data/models/spec.json``, ``SCHOENFELD`` and ``GO_NOGO_LU002``.

Validity: estimates that are normal on the log scale; a belief that a bell on that scale can
hold. The result says what follows from prior and data, not whether the prior is right: look at
several, and at :attr:`Posterior.conflict`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from oligoteach.models._numbers import FloatArray, finite, positive, share
from oligoteach.models.intervals import standard_error, z_value

#: Bounds of a standard deviation on the log scale: outside, nothing or everything is known.
MIN_SD = 0.001
MAX_SD = 20.0
#: A two-sided prior predictive probability below this is said to be a conflict.
CONFLICT = 0.05

_NORMAL = NormalDist()
_DISAGREE = (
    "Prior and result disagree: so far apart they would lie with a probability of {p:.2g} only. "
    "What the two have in the middle may be believed by nobody; ask first why they differ."
)


@dataclass(frozen=True)
class Belief:
    """A normal distribution of the log hazard ratio.

    Attributes
    ----------
    mean, sd : float
        On the log scale.
    """

    mean: float
    sd: float

    def __post_init__(self) -> None:
        """Refuse what is no belief."""
        finite("mean", self.mean)
        sd = positive("sd", self.sd)
        if not MIN_SD <= sd <= MAX_SD:
            raise ValueError(
                f"sd is {sd:g}; it must be from {MIN_SD:g} to {MAX_SD:g} on the log scale."
            )

    @property
    def ratio(self) -> float:
        """Median hazard ratio."""
        return math.exp(self.mean)

    def interval(self, level: float = 95.0) -> tuple[float, float]:
        """Limits of the hazard ratio between which it lies with ``level`` per cent."""
        reach = z_value(level) * self.sd
        return math.exp(self.mean - reach), math.exp(self.mean + reach)

    def probability_below(self, ratio: float) -> float:
        """Probability that the true hazard ratio is below ``ratio``."""
        return _phi((math.log(positive("ratio", ratio)) - self.mean) / self.sd)

    def predictive_below(self, ratio: float, se: float) -> float:
        """Probability that a later trial estimates a hazard ratio below ``ratio``.

        Parameters
        ----------
        ratio : float
            Above 0.
        se : float
            Standard error of that trial's log hazard ratio, above 0.
        """
        spread = math.hypot(self.sd, positive("se", se))
        return _phi((math.log(positive("ratio", ratio)) - self.mean) / spread)

    def predictive_success(self, se: float, level: float = 95.0) -> float:
        """Probability that a later trial's interval of ``level`` per cent lies wholly below 1."""
        se = positive("se", se)
        return _phi((-z_value(level) * se - self.mean) / math.hypot(self.sd, se))

    def density(self, ratio: ArrayLike) -> FloatArray:
        """Density for each unit of the log hazard ratio, at hazard ratios.

        Parameters
        ----------
        ratio : array_like of float
            Hazard ratios, above 0.

        Returns
        -------
        ndarray of float
        """
        x = np.asarray(ratio, dtype=np.float64)
        if not np.all(np.isfinite(x)) or np.any(x <= 0):
            raise ValueError("ratio holds a value that is not a finite number above 0.")
        z = (np.log(x) - self.mean) / self.sd
        with np.errstate(under="ignore"):
            return np.exp(-0.5 * z**2) / (self.sd * math.sqrt(2.0 * math.pi))

    def weakened(self, weight: float) -> Belief:
        """Return the belief as if it rested on a share of its information.

        Parameters
        ----------
        weight : float
            Above 0, at most 1. The variance is divided by it.
        """
        weight = share("weight", weight, ends=True)
        if weight == 0:
            raise ValueError("weight is 0; a prior of no weight is none. Take a vague one.")
        return Belief(self.mean, self.sd / math.sqrt(weight))


@dataclass(frozen=True)
class Posterior:
    """A belief after a result.

    Attributes
    ----------
    prior, data, belief : Belief
        Before; what the result alone says (estimate and standard error); after.
    prior_weight : float
        Share of the posterior mean that comes from the prior, in (0, 1).
    conflict : float
        Two-sided probability, under the prior, of a result as far from its mean as this.
    warnings : tuple of str
        One sentence for each thing a reader must know.
    """

    prior: Belief
    data: Belief
    belief: Belief
    prior_weight: float
    conflict: float
    warnings: tuple[str, ...]


def from_interval(ratio: float, low: float, high: float, level: float = 95.0) -> Belief:
    """Belief that a printed ratio and its interval hold.

    Parameters
    ----------
    ratio, low, high : float
        Estimate and limits, above 0.
    level : float, default 95
        Level of the interval in per cent.

    Returns
    -------
    Belief

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    return Belief(math.log(positive("ratio", ratio)), standard_error(low, high, level))


def sceptical(sd: float) -> Belief:
    """Belief centred on no effect (hazard ratio 1) with a stated spread on the log scale."""
    return Belief(0.0, sd)


def sceptical_of(ratio: float, probability: float = 0.05) -> Belief:
    """Belief centred on no effect that gives ``ratio`` or better only a small probability.

    Parameters
    ----------
    ratio : float
        Hazard ratio hoped for, above 0 and below 1.
    probability : float, default 0.05
        Chance that the truth is at or below it, above 0 and below 0.5.

    Returns
    -------
    Belief

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    return Belief(0.0, _spread_between(ratio, probability))


def enthusiastic(ratio: float, probability: float = 0.05) -> Belief:
    """Belief centred on a hoped-for ratio that gives no effect or harm a small probability.

    Parameters
    ----------
    ratio : float
        Hazard ratio hoped for, above 0 and below 1.
    probability : float, default 0.05
        Chance that the truth is 1 or above, above 0 and below 0.5.

    Returns
    -------
    Belief

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    return Belief(math.log(positive("ratio", ratio)), _spread_between(ratio, probability))


def update(prior: Belief, data: Belief) -> Posterior:
    """Bring prior and result together.

    Parameters
    ----------
    prior : Belief
    data : Belief
        Estimate of the log hazard ratio and its standard error.

    Returns
    -------
    Posterior
    """
    known, seen = 1.0 / prior.sd**2, 1.0 / data.sd**2
    weight = known / (known + seen)
    mean = weight * prior.mean + (1.0 - weight) * data.mean
    belief = Belief(mean, max(MIN_SD, 1.0 / math.sqrt(known + seen)))
    apart = abs(prior.mean - data.mean) / math.hypot(prior.sd, data.sd)
    conflict = math.erfc(apart / math.sqrt(2.0))
    warnings = (_DISAGREE.format(p=conflict),) if conflict < CONFLICT else ()
    return Posterior(prior, data, belief, weight, conflict, warnings)


def error_from_events(events: float, allocated: float = 0.5) -> float:
    """Standard error of a log hazard ratio from the number of events, near no effect.

    ``1 / sqrt(D p (1 - p))``.

    Parameters
    ----------
    events : float
        Events D in both arms, above 0.
    allocated : float, default 0.5
        Share p of the patients in one arm, between 0 and 1.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    p = share("allocated", allocated)
    return 1.0 / math.sqrt(positive("events", events) * p * (1.0 - p))


def error_from_p(ratio: float, p: float) -> float:
    """Standard error of a log ratio from its two-sided p value: ``abs(ln ratio) / z``.

    Parameters
    ----------
    ratio : float
        Above 0 and not 1.
    p : float
        Two-sided p value, above 0 and below 1.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    ratio, p = positive("ratio", ratio), share("p", p)
    if ratio == 1:
        raise ValueError("ratio is 1; its p value holds no standard error.")
    return abs(math.log(ratio)) / -_NORMAL.inv_cdf(p / 2.0)


def _phi(z: float) -> float:
    """Distribution function of the normal, with its digits in the far tail."""
    return math.erfc(-z / math.sqrt(2.0)) / 2.0


def _spread_between(ratio: float, probability: float) -> float:
    """Spread of a bell whose middle and whose tail of a probability are ln(ratio) apart."""
    ratio, probability = positive("ratio", ratio), share("probability", probability)
    if ratio >= 1:
        raise ValueError(f"ratio is {ratio:g}; a hazard ratio hoped for is below 1.")
    if probability >= 0.5:
        raise ValueError(f"probability is {probability:g}; it must be below 0.5.")
    return math.log(ratio) / _NORMAL.inv_cdf(probability)
