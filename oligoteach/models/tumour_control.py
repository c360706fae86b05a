"""Tumour control by dose: four models of very different standing, none for a single patient.

``L`` is the largest diameter in cm, ``V`` the volume in cubic centimetres, doses are in Gy::

    stage I lung tumour     TCP(2 years)   = 1 / (1 + exp(-(BED10 - c L - TCD50) / k))
    lung, conventional      TCP(30 months) = 1 / (1 + (TCD50 / EQD2)^(4 g50))
    Poisson                 TCP = exp(-N0 exp(-alpha BED)),  N0 = rho V
                            over patients: alpha ~ Normal(mean, sd), cut off at 0
    adrenal metastasis      logit LC = b0 + b1 BED10, at one and at two years

Sources, and what was checked
-----------------------------
Stage I lung: Ohri 2012, Int J Radiat Oncol Biol Phys 84:e379, 10.1016/j.ijrobp.2012.04.040 (seen in
an audit of the author manuscript by others): stereotactic radiotherapy in several fractions of 8 Gy
or more within two weeks. ``TCD50 = 0`` is a constant of the fit and doesn't mean half control at no
dose. For 50 Gy in 5 fractions at 1 cm the paper prints 93 % where its rounded equation gives
94.8 %. A range of 3 to 5 fractions and of sizes, stated elsewhere, was not confirmed.
Conventional: Martel 1999, Lung Cancer 24:31, 10.1016/S0169-5002(99)00019-7. **The paper was not
found**: formula and parameters come from code that cites it.
Poisson: Webb and Nahum 1993, Phys Med Biol 38:653, 10.1088/0031-9155/38/6/001. The density of 1e7
cells in a cubic centimetre was seen in a secondary source. Alpha of 0.307 with a spread of 0.037
per Gy (Nahum and Uzan 2012, Comput Math Methods Med 329214, 10.1155/2012/329214) was **not
found** in the one page that could be read. It overpredicts at the BED of stereotactic courses.
Adrenal: Chen 2020, Int J Radiat Oncol Biol Phys 107:48, 10.1016/j.ijrobp.2020.01.017, a
meta-regression over studies with a median BED10 of 67 Gy. The coefficients were recovered from its
three published predictions at 60, 80 and 100 Gy, which they meet within 0.3 points.
Test values: ``data/models/spec.json``, ``TCP_Ohri2012``, ``TCP_Martel1999``, ``TCP_Poisson`` and
``TCP_adrenal_Chen2020``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from oligoteach.models._doses import above_zero, amounts, fractions
from oligoteach.models._estimate import Estimate, judged
from oligoteach.models._normal import below
from oligoteach.models._numbers import FloatArray, finite, positive
from oligoteach.models.fractionation import ALPHA_BETA_TUMOUR, bed

#: Ohri 2012: Gy of BED10 lost per cm of diameter, constant, and width, all in Gy.
SIZE_LOSS, OHRI_TCD50, OHRI_WIDTH = 10.0, 0.0, 31.0
#: Ohri 2012: least dose per fraction in Gy, most days, and the largest size checked here in cm.
OHRI_LEAST_DOSE, OHRI_MOST_DAYS, OHRI_MOST_CM = 8.0, 14.0, 5.0
#: Martel 1999: EQD2 in Gy that controls half, and slope there.
MARTEL_TCD50, MARTEL_SLOPE = 84.5, 1.5
#: Conventional fractionation in Gy.
CONVENTIONAL = (1.8, 2.0)
#: Chen 2020: BED10 in Gy of the published predictions, and predicted control by year.
ADRENAL_BED = (60.0, 80.0, 100.0)
ADRENAL_CONTROL = {1: (0.705, 0.848, 0.929), 2: (0.478, 0.701, 0.856)}

_OHRI = (
    "Fitted on stage I lung tumours, not on metastases; TCD50 = 0 is a constant of the fit and "
    "does not mean that half are controlled at no dose."
)
_SINGLE = "The model was not made for a single fraction."
_SMALL_FRACTIONS = f"The model was made for {OHRI_LEAST_DOSE:g} Gy or more a fraction."
_TOO_LONG = "The model was made for courses of at most two weeks."
_TOO_LARGE = (
    f"No source read here gives the sizes that the model was fitted on; above {OHRI_MOST_CM:g} cm "
    "nothing was checked."
)
_MARTEL = (
    "The paper behind this model was not found; formula and parameters come from code that cites "
    "it."
)
_CONVENTIONAL = (
    f"The model is for conventional fractionation ({CONVENTIONAL[0]:g} to {CONVENTIONAL[1]:g} Gy a "
    "fraction) only."
)
_POISSON = (
    "A teaching model: its mean and spread of alpha were not found in a source, and it "
    "overpredicts at the doses of stereotactic radiotherapy."
)
_ADRENAL = (
    "Worked back from three published predictions of a regression over studies, not over patients."
)
_ADRENAL_OUTSIDE = (
    f"Predictions were published from {ADRENAL_BED[0]:g} to {ADRENAL_BED[-1]:g} Gy of BED10 only."
)


@dataclass(frozen=True)
class Population:
    """How the radiosensitivity of tumours is spread over patients.

    Attributes
    ----------
    mean : float
        Mean of alpha per Gy, above 0.
    spread : float
        Its standard deviation per Gy, 0 or more; 0 makes all patients alike.
    density : float
        Clonogenic cells in a cubic centimetre, above 0.
    alpha_beta : float
        Gy, above 0.
    """

    mean: float = 0.307
    spread: float = 0.037
    density: float = 1e7
    alpha_beta: float = ALPHA_BETA_TUMOUR

    def __post_init__(self) -> None:
        positive("mean", self.mean, "per Gy")
        if finite("spread", self.spread) < 0:
            raise ValueError(f"spread is {self.spread:g}; it must be 0 or more per Gy.")
        positive("density", self.density, "cells in a cubic centimetre")
        positive("alpha_beta", self.alpha_beta, "Gy")


#: Nahum and Uzan 2012 as stated; not found in a source.
LUNG = Population()


def early_lung(
    n_fractions: ArrayLike,
    dose_per_fraction: ArrayLike,
    size: ArrayLike,
    days: ArrayLike = 0.0,
) -> Estimate:
    """Control of a stage I lung tumour at two years by BED and size (Ohri 2012).

    Parameters
    ----------
    n_fractions : array_like of int
        Number of fractions, whole, 1 to 200.
    dose_per_fraction : array_like of float
        Gy, 0 or more.
    size : array_like of float
        Largest diameter in cm, above 0.
    days : array_like of float
        Duration of the course, 0 or more; only to check the range.

    Returns
    -------
    Estimate
        Shares from 0 to 1. Invalid for one fraction, below 8 Gy a fraction, beyond two weeks and
        beyond 5 cm; the note that it was not fitted on metastases is always there.

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    centimetres = above_zero("size", size, "cm")
    n = fractions(n_fractions)
    d = amounts("dose_per_fraction", dose_per_fraction)
    reached = bed(n, d, ALPHA_BETA_TUMOUR) - SIZE_LOSS * centimetres
    rules = [
        (n == 1, _SINGLE),
        (d < OHRI_LEAST_DOSE, _SMALL_FRACTIONS),
        (amounts("days", days, "days") > OHRI_MOST_DAYS, _TOO_LONG),
        (centimetres > OHRI_MOST_CM, _TOO_LARGE),
    ]
    return judged(_logistic((reached - OHRI_TCD50) / OHRI_WIDTH), rules, notes=(_OHRI,))


def conventional_lung(eqd2_gy: ArrayLike, dose_per_fraction: ArrayLike = 2.0) -> Estimate:
    """Control of a lung tumour at 30 months after conventional fractionation (Martel 1999).

    Parameters
    ----------
    eqd2_gy : array_like of float
        Dose in 2 Gy fractions, 0 or more.
    dose_per_fraction : array_like of float
        Gy of the course that it came from, above 0; only to check the range.

    Returns
    -------
    Estimate
        Shares from 0 to 1; invalid unless 1.8 to 2 Gy a fraction were given.

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    dose = amounts("eqd2_gy", eqd2_gy)
    d = above_zero("dose_per_fraction", dose_per_fraction)
    with np.errstate(divide="ignore"):
        values = _logistic(4.0 * MARTEL_SLOPE * np.log(dose / MARTEL_TCD50))
    other = (d < CONVENTIONAL[0]) | (d > CONVENTIONAL[1])
    return judged(values, [(other, _CONVENTIONAL)], notes=(_MARTEL,))


def poisson(
    n_fractions: ArrayLike,
    dose_per_fraction: ArrayLike,
    volume: ArrayLike,
    *,
    alpha: ArrayLike | None = None,
    population: Population = LUNG,
) -> Estimate:
    """Chance that no clonogenic cell survives, in one patient or over a population.

    Parameters
    ----------
    n_fractions : array_like of int
        Number of fractions, whole, 1 to 200.
    dose_per_fraction : array_like of float
        Gy, 0 or more.
    volume : array_like of float
        Tumour volume in cubic centimetres, above 0, with 1,000 clonogenic cells or more.
    alpha : array_like of float, optional
        Of one patient, per Gy; then the spread of the population isn't used.
    population : Population
        Density and alpha/beta, and the spread of alpha if ``alpha`` isn't given.

    Returns
    -------
    Estimate
        Shares from 0 to 1. Always with the note that this is a teaching model.

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    dose = bed(n_fractions, dose_per_fraction, population.alpha_beta)
    cells = above_zero("volume", volume, "cm3") * population.density
    if np.any(cells < 1e3):
        raise ValueError(
            f"The smallest volume holds {float(cells.min()):g} clonogenic cells; the model needs "
            "1,000 or more."
        )
    log_cells = np.log(cells)
    if alpha is None and population.spread > 0:
        return judged(_over_patients(log_cells, dose, population), notes=(_POISSON,))
    one = population.mean if alpha is None else above_zero("alpha", alpha, "per Gy")
    return judged(_none_left(log_cells - one * dose), notes=(_POISSON,))


def adrenal(bed10: ArrayLike, year: Literal[1, 2]) -> Estimate:
    """Local control of adrenal metastases at one or two years (Chen 2020).

    Parameters
    ----------
    bed10 : array_like of float
        BED with alpha/beta 10 Gy, 0 or more.
    year : {1, 2}
        Time at which control is read.

    Returns
    -------
    Estimate
        Shares from 0 to 1; invalid outside 60 to 100 Gy.

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    if year not in ADRENAL_CONTROL:
        raise ValueError(f"year is {year!r}; control was published at 1 and at 2 years.")
    dose = amounts("bed10", bed10)
    intercept, slope = adrenal_line(year)
    rules = [((dose < ADRENAL_BED[0]) | (dose > ADRENAL_BED[-1]), _ADRENAL_OUTSIDE)]
    return judged(_logistic(intercept + slope * dose), rules, notes=(_ADRENAL,))


def adrenal_line(year: int) -> tuple[float, float]:
    """Intercept, and slope per Gy of BED10, of the least-squares line through three predictions."""
    share = np.asarray(ADRENAL_CONTROL[year])
    slope, intercept = np.polyfit(ADRENAL_BED, np.log(share / (1.0 - share)), 1)
    return float(intercept), float(slope)


def _logistic(x: FloatArray) -> FloatArray:
    with np.errstate(over="ignore"):
        return np.asarray(1.0 / (1.0 + np.exp(-x)))


def _none_left(log_surviving: FloatArray) -> FloatArray:
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray(np.exp(-np.exp(log_surviving)))


def _over_patients(log_cells: FloatArray, dose: FloatArray, population: Population) -> FloatArray:
    """Average over the normal distribution of alpha, by the trapezium rule.

    That rule converges exponentially for such smooth integrands, if its step follows the steepness
    of control over alpha. The cut at 0 only changes the norm: with no kill nobody is cured.
    """
    steepness = population.spread * float(dose.max(initial=0.0))
    step = min(0.05, 0.3 / steepness) if steepness > 0 else 0.05
    z = np.arange(-9.0, 9.0 + step, step)
    alpha = population.mean + population.spread * z
    weight = np.where(alpha > 0, np.exp(-0.5 * z**2), 0.0) * step / math.sqrt(2.0 * math.pi)
    surviving = log_cells[..., None] - alpha * dose[..., None]
    norm = float(below(population.mean / population.spread))
    return np.asarray(np.clip(_none_left(surviving) @ weight / norm, 0.0, 1.0))
