"""What a trial's result is worth: the chance that a treatment works, before and after it.

Two truths are allowed: the treatment works as well as the trial was planned for, or not at all.
A result is positive where it favours the treatment beyond the trial's threshold, and negative
otherwise. What a result is worth then follows from three shares: how often such treatments work
(the prior), how often the trial finds it where it is so (the power), and how often chance alone
gives a positive result where it is not.

Sources
-------
Bayes' theorem, which is algebra: no parameter is taken from a publication.

Validity: two truths and two results. A real effect may lie between, beyond or below the two; a
real result is an estimate with an interval, and says more than which side of a line it is on.
Bias is left out, and with it everything that lets a trial without an effect come out positive
more often than its threshold says.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from oligoteach.models._numbers import finite, share


@dataclass(frozen=True)
class Worth:
    """What either result says about the truth.

    Attributes
    ----------
    prior : float
        Share of such treatments that work, before the trial.
    power : float
        Share of positive results where the treatment works.
    false_positive : float
        Share of positive results where it does not.
    positive : float
        Share of positive results among all trials.
    if_positive, if_negative : float
        Share of treatments that work among trials with that result.
    """

    prior: float
    power: float
    false_positive: float

    @property
    def positive(self) -> float:
        """Share of positive results among all trials."""
        return self.prior * self.power + (1 - self.prior) * self.false_positive

    @property
    def if_positive(self) -> float:
        """Share of treatments that work among those with a positive trial."""
        return self.prior * self.power / self.positive

    @property
    def if_negative(self) -> float:
        """Share of treatments that work among those with a negative trial."""
        return self.prior * (1 - self.power) / (1 - self.positive)


@dataclass(frozen=True)
class Counts:
    """The same as whole trials: natural frequencies.

    Attributes
    ----------
    true_positive, false_negative : int
        Trials of treatments that work, by their result.
    false_positive, true_negative : int
        Trials of treatments that do not.
    """

    true_positive: int
    false_negative: int
    false_positive: int
    true_negative: int

    @property
    def positive(self) -> int:
        """Number of positive trials."""
        return self.true_positive + self.false_positive

    @property
    def negative(self) -> int:
        """Number of negative trials."""
        return self.false_negative + self.true_negative

    @property
    def works(self) -> int:
        """Number of trials whose treatment works."""
        return self.true_positive + self.false_negative


def worth(prior: float, power: float, false_positive: float) -> Worth:
    """Return what a positive and a negative result are worth.

    ``P(works | positive) = prior * power / (prior * power + (1 - prior) * false_positive)``, and
    ``P(works | negative) = prior * (1 - power) / (1 - P(positive))``.

    Parameters
    ----------
    prior, power, false_positive : float
        Shares above 0 and below 1.

    Returns
    -------
    Worth

    Raises
    ------
    ValueError
        If a share is not a number above 0 and below 1.

    Examples
    --------
    >>> found = worth(prior=0.2, power=0.8, false_positive=0.1)
    >>> round(found.if_positive, 3), round(found.if_negative, 3)
    (0.667, 0.053)
    """
    return Worth(
        share("prior", prior), share("power", power), share("false_positive", false_positive)
    )


def in_favour(alpha: float) -> float:
    """Return how often chance alone favours the treatment beyond a two-sided threshold.

    Half of ``alpha``: the other half would favour the control arm, and is no positive result.

    Raises
    ------
    ValueError
        If ``alpha`` is not above 0 and below 1.
    """
    return share("alpha", alpha) / 2


def whole_trials(found: Worth, n: int) -> Counts:
    """Return the four kinds of trials as whole numbers that add up to ``n``.

    Each kind gets the whole part of its share; the trials left go to the largest remainders, in
    the order of the fields where remainders are equal.

    Parameters
    ----------
    found : Worth
        Shares.
    n : int
        Number of trials, 1 or more.

    Raises
    ------
    ValueError
        If ``n`` is not a whole number of at least 1.
    """
    number = finite("n", n)
    if number < 1 or not number.is_integer():
        raise ValueError(f"n is {number:g}; a whole number of trials, 1 or more, is needed.")
    works, fails = found.prior, 1 - found.prior
    shares = (
        works * found.power,
        works * (1 - found.power),
        fails * found.false_positive,
        fails * (1 - found.false_positive),
    )
    # Rounding at the tenth decimal keeps 0.1 + 0.2 from losing a whole trial.
    exact = [round(number * part, 10) for part in shares]
    counts = [math.floor(part) for part in exact]
    left = int(number) - sum(counts)
    by_remainder = sorted(range(4), key=lambda i: counts[i] - exact[i])
    for i in by_remainder[:left]:
        counts[i] += 1
    return Counts(*counts)
