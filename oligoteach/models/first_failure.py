"""Where a disease fails first, and what preventing failure at known sites would change.

An illustration of competing rates; algebra of this course's own, with no source. Each patient
fails first at known sites only, at new sites only, or at both together, each at a constant rate::

    rate of a kind = (ln 2 / median) * share of that kind

Local treatment prevents a share ``e`` of failures at known sites. A patient who would have failed
at both together then fails at the new site alone, at the same time. If local treatment also
prevents a share ``p`` of new sites, the reverse holds. With the shares ``k`` (known only), ``b``
(both) and ``n`` (new only), the rates become, times ``ln 2 / median``::

    known only   (1 - e) (k + p b)
    both         (1 - e) (1 - p) b
    new only     (1 - p) (n + e b)

Each failure is prevented or not by chance, independently of any other (thinning); a patient whose
failure was prevented may fail later. Nobody dies here, and what happens after the first failure
isn't followed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from oligoteach.models._doses import amounts
from oligoteach.models._numbers import FloatArray, finite, positive, share

LN2 = math.log(2.0)


@dataclass(frozen=True)
class Split:
    """Shares of first failures by place; they are made to sum to 1.

    Attributes
    ----------
    known, both, new : float
        At known sites only, at both together, at new sites only; 0 or more, in any unit.
    """

    known: float
    both: float
    new: float

    def __post_init__(self) -> None:
        parts = {name: finite(name, getattr(self, name)) for name in ("known", "both", "new")}
        for name, value in parts.items():
            if value < 0:
                raise ValueError(f"{name} is {value:g}; it must be 0 or more.")
        total = sum(parts.values())
        if total <= 0:
            raise ValueError("known, both and new are all 0; somebody has to fail.")
        for name, value in parts.items():
            object.__setattr__(self, name, value / total)


@dataclass(frozen=True)
class Failing:
    """First failures under local treatment.

    Attributes
    ----------
    split : Split or None
        Shares of those who fail; None if nobody does any more.
    rate : float
        Of all first failures, a month.
    median : float
        Months to the first failure; ``inf`` if nobody fails any more.
    """

    split: Split | None
    rate: float
    median: float


def failing(split: Split, median: float, prevented: float = 0.0, spread: float = 0.0) -> Failing:
    """First failures when local treatment prevents some.

    Parameters
    ----------
    split : Split
        Without local treatment.
    median : float
        Months to the first failure without it, above 0.
    prevented : float
        Share of failures at known sites that it prevents, 0 to 1.
    spread : float
        Share of failures at new sites that it prevents besides, 0 to 1.

    Returns
    -------
    Failing
        Shares, rate and median.

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    e, p = share("prevented", prevented, ends=True), share("spread", spread, ends=True)
    rate = LN2 / positive("median", median, "months")
    known = (1 - e) * (split.known + p * split.both)
    both = (1 - e) * (1 - p) * split.both
    new = (1 - p) * (split.new + e * split.both)
    total = known + both + new
    if total <= 0:
        return Failing(None, 0.0, math.inf)
    return Failing(Split(known, both, new), rate * total, median / total)


def free(of: Failing, months: ArrayLike) -> FloatArray:
    """Share without any failure after so many months, 0 or more: ``exp(-rate t)``."""
    return np.asarray(np.exp(-of.rate * amounts("months", months, "months")))
