"""Resistance before and under a targeted drug: chance, number and time. Illustrative models.

Three constructions of different standing, none fitted to patients:

1. **Chance that a resistant cell exists** when a tumour has grown to ``M`` cells
   (:func:`resistance`): ``P = 1 - exp(-M u F)``, with mutation probability ``u`` for each
   division and ``F = (r / d) ln(r / (r - d))`` for birth rate ``r`` and death rate ``d``; without
   death ``F = 1``. Resistant cells divide and die as the others do before the drug is given.
2. **How many there are** in a tumour that grew without death (:func:`luria_delbruck`): the
   Luria-Delbrueck distribution, ``p_0 = exp(-m)``,
   ``p_n = (m / n) sum over i < n of p_i / (n - i + 1)``, with ``m`` mutations on average.
3. **What the drug leaves** (:func:`two_clones`): in each site the sensitive clone shrinks and
   the resistant one grows, both exponentially, ``S(t) = S_0 exp(-a t)`` and
   ``R(t) = R_0 exp(g t)``. If sensitive cells still divide ``b`` times a month and mutate with
   probability ``u``, then ``dR/dt = g R + u b S``, whose solution is
   ``R(t) = (R_0 + q S_0) exp(g t) - q S_0 exp(-a t)`` with ``q = u b / (g + a)``. Chosen sites are
   ablated at a chosen time. This is algebra of our own and has no source.

Sources
-------
Formula 1: Iwasa, Nowak, Michor. Genetics 2006;172:2557, doi 10.1534/genetics.105.049791. The
paper exists; the formula itself was **not** found in what was read of it (abstract and
introduction). It was derived anew, and agrees with a numerical integral and a simulation.
Formula 2: Lea and Coulson 1949; Ma, Sandri, Sarkar 1992; Sarkar, Ma, Sandri, Genetica 85:173. Seen
in code that cites them; the papers were not read and the recursion was recomputed only.
Test values: ``data/models/spec.json``, ``RESIST_Iwasa`` and ``LURIA_DELBRUCK``.

Cells are turned into diameters by an assumption, not a measurement: a ball with
:data:`CELLS_PER_CM3` cells in each cubic centimetre (:func:`diameter_mm`, :func:`cells`).
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from oligoteach.models._numbers import FloatArray, finite, positive, share, times

LN2 = math.log(2.0)

#: What every figure and card that uses this module has to say.
LABEL = "illustrative model"
#: Assumed cells in a cubic centimetre of tumour; ten times fewer is as defensible.
CELLS_PER_CM3 = 1e9
#: Formula 1 is for many cells and rare mutations. "Many" counts cells times (1 - d / r), because
#: a tumour with much death is ruled by chance for longer. The limits are ours.
MIN_CELLS = 1e3
MAX_MUTATION = 1e-4
#: Largest mean number of mutations of formula 2: beyond, exp(-m) leaves the range of numbers.
MAX_MUTATIONS = 500.0
#: Largest number of resistant cells listed one by one.
MAX_LISTED = 10_000
#: Two clones: about a kilogram of tumour, where exponential growth has long ceased to hold.
MAX_BURDEN = 1e12
#: Longest time followed in months, and the step of the search for progression.
MAX_MONTHS = 240.0
STEP = 0.05
#: Growth over the least sum so far that counts as progression: a share, and in mm.
GROWTH_SHARE = 0.2
GROWTH_MM = 5.0

Rule = Literal["diameters", "return"]

#: The rules of progression, in words.
RULES: dict[Rule, str] = {
    "diameters": "The sum of diameters is 20 % and 5 mm above its least value so far "
    "(like RECIST; ablated sites count as nothing)",
    "return": "There are as many cells again as when the drug was started, all sites together",
}

_FEW = (
    "The formula is for many cells: it says little where cells × (1 − death / birth) is below "
    f"{MIN_CELLS:,.0f}."
)
_FREQUENT = (
    f"The formula is for rare mutations: above {MAX_MUTATION:g} per division it says little."
)
_TOO_LARGE = (
    f"Beyond {MAX_BURDEN:.0e} cells, about a kilogram at 1e9 cells per cm³, tumours do not grow "
    "exponentially; the model says nothing there."
)
_BELOW_ONE = (
    "A clone of less than one cell is an average over many tumours; in one tumour it is there or "
    "it is not."
)
_ABLATED_LATE = "The sites were ablated after progression, which ablation could not delay."


@dataclass(frozen=True)
class Resistance:
    """Chance that a tumour holds a resistant cell.

    Attributes
    ----------
    cells : ndarray of float
        Tumour sizes, as asked.
    probability : ndarray of float, same shape
        Chance of at least one resistant cell, in [0, 1].
    lineages : ndarray of float, same shape
        Mean number of resistant families alive, ``M u F``.
    factor : float
        ``F``: how much death before detection multiplies the mutations; 1 without death.
    valid : ndarray of bool, same shape
        False where the formula isn't meant to be used.
    warnings : tuple of str
        One sentence for each thing a reader must know.
    """

    cells: FloatArray
    probability: FloatArray
    lineages: FloatArray
    factor: float
    valid: NDArray[np.bool_]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class MutantCounts:
    """Distribution of the number of resistant cells.

    Attributes
    ----------
    mutations : float
        Mean number of mutations ``m`` while the tumour grew.
    pmf : ndarray of float, shape (n_max + 1,)
        Probability of 0, 1, ... ``n_max`` resistant cells.
    cdf : ndarray of float, same shape
        Probability of at most that many.
    rest : float
        Probability of more than ``n_max``; the tail is so heavy that the mean is infinite.
    """

    mutations: float
    pmf: FloatArray
    cdf: FloatArray
    rest: float

    def quantile(self, probability: float) -> int | None:
        """Least number of cells that is not exceeded with a probability; None beyond the list."""
        probability = share("probability", probability)
        if self.cdf[-1] < probability:
            return None
        return int(np.searchsorted(self.cdf, probability))


@dataclass(frozen=True)
class Rates:
    """Growth under the drug, from half-life and doubling time.

    Attributes
    ----------
    half_life : float
        Months in which the sensitive clone halves.
    doubling : float
        Months in which the resistant clone doubles.
    mutation : float
        Probability of resistance for each division of a sensitive cell under the drug.
    divisions : float
        Divisions of a sensitive cell in a month under the drug; 0 for none.
    """

    half_life: float
    doubling: float
    mutation: float = 0.0
    divisions: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        positive("half_life", self.half_life, "months")
        positive("doubling", self.doubling, "months")
        share("mutation", self.mutation, ends=True)
        if finite("divisions", self.divisions) < 0:
            raise ValueError(f"divisions is {self.divisions:g}; it must be 0 or more a month.")

    @property
    def shrinkage(self) -> float:
        """Rate ``a`` of the sensitive clone, per month."""
        return LN2 / self.half_life

    @property
    def growth(self) -> float:
        """Rate ``g`` of the resistant clone, per month."""
        return LN2 / self.doubling

    @property
    def feeding(self) -> float:
        """Share ``q`` of the sensitive cells that, in the end, founds resistant ones."""
        return self.mutation * self.divisions / (self.growth + self.shrinkage)


@dataclass(frozen=True)
class TwoClones:
    """A tumour of several sites under a targeted drug, with or without ablation.

    Attributes
    ----------
    time : ndarray of float, shape (T,)
        Months since the drug was started.
    sensitive, resistant : ndarray of float, shape (sites, T)
        Cells.
    diameter : ndarray of float, shape (sites, T)
        Diameter of each site in mm.
    total_cells, total_diameter : ndarray of float, shape (T,)
        Sums over the sites.
    nadir_time, nadir_diameter : float
        When the sum of diameters is least before progression (months), and how much (mm).
    progression : float
        Months to progression by the rule, on straight lines between steps of 0.05 months; ``inf``
        when it isn't reached in the time followed.
    rule : {'diameters', 'return'}
    ablated : tuple of int
        Sites ablated, counted from 0.
    ablation_time : float or None
        Month of ablation.
    valid : ndarray of bool, shape (T,)
        False where the burden is beyond what exponential growth can mean.
    warnings : tuple of str
        One sentence for each thing a reader must know.
    """

    time: FloatArray
    sensitive: FloatArray
    resistant: FloatArray
    diameter: FloatArray
    total_cells: FloatArray
    total_diameter: FloatArray
    nadir_time: float
    nadir_diameter: float
    progression: float
    rule: Rule
    ablated: tuple[int, ...]
    ablation_time: float | None
    valid: NDArray[np.bool_]
    warnings: tuple[str, ...]


def diameter_mm(cells: ArrayLike, density: float = CELLS_PER_CM3) -> FloatArray:
    """Diameter of a ball of so many cells.

    Parameters
    ----------
    cells : array_like of float
        Number of cells, 0 or more.
    density : float, default 1e9
        Cells per cubic centimetre: an assumption, above 0.

    Returns
    -------
    ndarray of float
        Millimetres.

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    volume = _amounts("cells", cells) / positive("density", density, "cells per cm³")
    return np.cbrt(6.0 * volume / math.pi) * 10.0


def cells(diameter: ArrayLike, density: float = CELLS_PER_CM3) -> FloatArray:
    """Cells in a ball: the inverse of :func:`diameter_mm`.

    Parameters
    ----------
    diameter : array_like of float
        Millimetres, 0 or more.
    density : float, default 1e9
        Cells per cubic centimetre: an assumption, above 0.

    Returns
    -------
    ndarray of float

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    centimetres = _amounts("diameter", diameter) / 10.0
    return math.pi / 6.0 * centimetres**3 * positive("density", density, "cells per cm³")


def death_factor(birth: float, death: float) -> float:
    """How much cell death multiplies the mutations behind a tumour of a given size.

    ``F = (r / d) ln(r / (r - d))``, and 1 without death: with more death a tumour needs more
    divisions to reach the same size.

    Parameters
    ----------
    birth : float
        Division rate r, above 0; any unit of time, the same for both.
    death : float
        Death rate d, 0 or more and below ``birth``.

    Returns
    -------
    float
        1 or more.

    Raises
    ------
    ValueError
        If a rate is out of range.
    """
    birth, death = positive("birth", birth), finite("death", death)
    if not 0 <= death < birth:
        raise ValueError(
            f"death is {death:g}; it must be 0 or more and below the birth rate of {birth:g}, or "
            "the tumour would not grow."
        )
    lost = death / birth
    return -math.log1p(-lost) / lost if lost > 0 else 1.0


def resistance(
    cells: ArrayLike, mutation: float, birth: float = 1.0, death: float = 0.0
) -> Resistance:
    """Chance that a tumour holds a resistant cell when it has grown to a size.

    ``P = 1 - exp(-M u F)``; see the module for what was verified of it.

    Parameters
    ----------
    cells : array_like of float
        Number of cells M, 0 or more, of any shape. For several sites that grew from different
        cells, take the sum.
    mutation : float
        Probability u of resistance for each division, from 0 to 1.
    birth, death : float
        Rates before the drug; see :func:`death_factor`.

    Returns
    -------
    Resistance
        ``valid`` is false for few cells or frequent mutations, and ``warnings`` says so.

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    number = _amounts("cells", cells)
    mutation = share("mutation", mutation, ends=True)
    factor = death_factor(birth, death)
    enough = np.asarray(number * (1.0 - death / birth) >= MIN_CELLS)
    rare = mutation <= MAX_MUTATION
    told = ((_FEW, not bool(enough.all())), (_FREQUENT, not rare))
    lineages = number * mutation * factor
    return Resistance(
        cells=number,
        probability=-np.expm1(-lineages),
        lineages=lineages,
        factor=factor,
        valid=enough & rare,
        warnings=tuple(text for text, holds in told if holds),
    )


def size_for(probability: float, mutation: float, birth: float = 1.0, death: float = 0.0) -> float:
    """Number of cells at which a resistant cell exists with a given chance.

    ``M = -ln(1 - P) / (u F)``, the inverse of :func:`resistance`.

    Parameters
    ----------
    probability : float
        Chance wanted, between 0 and 1 (both excluded).
    mutation, birth, death : float
        As in :func:`resistance`, with ``mutation`` above 0.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    probability, mutation = share("probability", probability), share("mutation", mutation)
    return -math.log1p(-probability) / (mutation * death_factor(birth, death))


def luria_delbruck(n_max: int, mutations: float) -> MutantCounts:
    """Distribution of the number of resistant cells in a tumour that grew without death.

    Parameters
    ----------
    n_max : int
        Largest number listed, from 0 to 10 000.
    mutations : float
        Mean number of mutations m, 0 to 500. For a tumour of M cells without death it is
        ``u M``, so that ``p_0`` is what :func:`resistance` leaves.

    Returns
    -------
    MutantCounts

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    number, mutations = finite("n_max", n_max), finite("mutations", mutations)
    if number != int(number) or not 0 <= number <= MAX_LISTED:
        raise ValueError(f"n_max is {number:g}; it must be a whole number from 0 to {MAX_LISTED}.")
    if not 0 <= mutations <= MAX_MUTATIONS:
        raise ValueError(
            f"mutations is {mutations:g}; the distribution is worked out from 0 to "
            f"{MAX_MUTATIONS:g} mutations."
        )
    last = int(number)
    pmf = np.zeros(last + 1)
    pmf[0] = math.exp(-mutations)
    weights = 1.0 / np.arange(last + 1, 0, -1.0)  # 1 / (last + 1) ... 1 / 1
    for n in range(1, last + 1):
        # sum over i < n of p_i / (n - i + 1): the divisors run from n + 1 down to 2.
        pmf[n] = mutations / n * float(pmf[:n] @ weights[last - n : last])
    cdf = np.minimum(np.cumsum(pmf), 1.0)
    return MutantCounts(mutations, pmf, cdf, max(1.0 - float(pmf.sum()), 0.0))


def time_to_size(start: float, size: float, doubling: float) -> float:
    """Months in which a clone grows from a size to another: ``doubling * log2(size / start)``.

    Parameters
    ----------
    start, size : float
        Cells, above 0; ``size`` at least ``start``.
    doubling : float
        Doubling time in months, above 0.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    start, size = positive("start", start, "cells"), positive("size", size, "cells")
    if size < start:
        raise ValueError(f"size is {size:g} cells, below the start of {start:g}; clones grow here.")
    return positive("doubling", doubling, "months") * math.log2(size / start)


def least_burden_time(sensitive: float, resistant: float, rates: Rates) -> float:
    """Month at which two clones together have the least cells, if nothing is ablated.

    ``t = ln(a S' / (g R')) / (a + g)`` with ``S' = (1 - q) S_0`` and ``R' = R_0 + q S_0``; 0 when
    the burden grows from the start.

    Parameters
    ----------
    sensitive, resistant : float
        Cells at the start, 0 or more; for several sites with the same rates, their sums.
    rates : Rates

    Returns
    -------
    float
        ``inf`` when there is no resistant cell and none arises.

    Raises
    ------
    ValueError
        If a number is negative or not finite.
    """
    shrinking = float(_amounts("sensitive", sensitive)) * (1.0 - rates.feeding)
    growing = float(_amounts("resistant", resistant)) + rates.feeding * float(sensitive)
    if growing <= 0:
        return math.inf
    falling, rising = rates.shrinkage * shrinking, rates.growth * growing
    if falling <= rising:
        return 0.0
    return math.log(falling / rising) / (rates.shrinkage + rates.growth)


def two_clones(
    sensitive: ArrayLike,
    resistant: ArrayLike,
    rates: Rates,
    *,
    months: float = 60.0,
    ablated: Collection[int] = (),
    ablation_time: float | None = None,
    left: float = 0.0,
    rule: Rule = "diameters",
    density: float = CELLS_PER_CM3,
) -> TwoClones:
    """Follow a tumour of several sites under a drug, and tell when it has progressed.

    An ablated site counts as nothing from then on, so the least sum of diameters falls with it.
    Ablating a site without a resistant cell can then bring the date of progression forward by
    the rule ``diameters``, though nothing grows faster: a property of the rule, not of a tumour.
    Ablation when progression has come already leaves its date as it was.

    Parameters
    ----------
    sensitive, resistant : array_like of float, shape (sites,)
        Cells of both clones in each site when the drug is started, 0 or more.
    rates : Rates
        The same in all sites.
    months : float, default 60
        Time followed, above 0, at most 240.
    ablated : collection of int
        Sites that are ablated, counted from 0.
    ablation_time : float, optional
        Month of ablation: 0 is early, before the drug works; later it meets residual disease.
    left : float, default 0
        Share of the cells of an ablated site, of both clones, that survive it; 0 to 1.
    rule : {'diameters', 'return'}
        What counts as progression; see :data:`RULES`.
    density : float, default 1e9
        Cells per cubic centimetre: an assumption.

    Returns
    -------
    TwoClones

    Raises
    ------
    ValueError
        If a value is out of range, or no cell is there to begin with.
    """
    s, r = _sites(sensitive, resistant)
    months = _followed(months)
    chosen = _chosen(ablated, len(s))
    when = _ablation(ablation_time, chosen, months)
    t = _grid(months)
    clones = _clones(s, r, rates, t)
    alone = _alone(t, clones[0] + clones[1], density, _rule(rule))
    spared = np.ones((len(s), len(t)))
    if when is not None:
        spared[list(chosen)] = np.where(t < when, 1.0, share("left", left, ends=True))
    shrinking, growing = clones[0] * spared, clones[1] * spared
    diameter = diameter_mm(shrinking + growing, density)
    total, width = (shrinking + growing).sum(axis=0), diameter.sum(axis=0)
    progression = alone
    if when is not None and when < alone:
        start, rows = float((s + r).sum()), (total[np.newaxis], width[np.newaxis])
        progression = float(_progression(t, *rows, start, rule)[0])
    before = t <= progression
    least = int(np.argmin(np.where(before, width, math.inf)))
    valid = np.asarray(total <= MAX_BURDEN)
    return TwoClones(
        time=t,
        sensitive=shrinking,
        resistant=growing,
        diameter=diameter,
        total_cells=total,
        total_diameter=width,
        nadir_time=float(t[least]),
        nadir_diameter=float(width[least]),
        progression=progression,
        rule=rule,
        ablated=chosen,
        ablation_time=when,
        valid=valid,
        warnings=_told(s, r, t, valid, progression, when),
    )


def progression_by_ablation_time(
    sensitive: ArrayLike,
    resistant: ArrayLike,
    rates: Rates,
    ablation_times: ArrayLike,
    *,
    ablated: Collection[int],
    months: float = 60.0,
    left: float = 0.0,
    rule: Rule = "diameters",
    density: float = CELLS_PER_CM3,
) -> FloatArray:
    """Months to progression for each of many times of ablation.

    Parameters
    ----------
    sensitive, resistant, rates, ablated, months, left, rule, density
        As in :func:`two_clones`.
    ablation_times : array_like of float, shape (A,)
        Months, from 0 to ``months``.

    Returns
    -------
    ndarray of float, shape (A,)
        ``inf`` where progression isn't reached in the time followed.

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    s, r = _sites(sensitive, resistant)
    months = _followed(months)
    chosen = list(_chosen(ablated, len(s)))
    moments = np.atleast_1d(times("ablation_times", ablation_times))
    if np.any(moments > months):
        raise ValueError(f"ablation_times goes beyond the {months:g} months followed.")
    t = _grid(months)
    shrinking, growing = _clones(s, r, rates, t)
    number = shrinking + growing
    diameter = diameter_mm(number, density)
    kept = np.ones(len(s), dtype=bool)
    kept[chosen] = False
    spared = np.where(t < moments[:, np.newaxis], 1.0, share("left", left, ends=True))
    total = number[kept].sum(axis=0) + number[~kept].sum(axis=0) * spared
    width = diameter[kept].sum(axis=0) + diameter[~kept].sum(axis=0) * np.cbrt(spared)
    found = _progression(t, total, width, float((s + r).sum()), _rule(rule))
    alone = _alone(t, number, density, rule)
    return np.where(moments < alone, found, alone)


def _clones(s: FloatArray, r: FloatArray, rates: Rates, t: FloatArray) -> tuple[FloatArray, ...]:
    """Both clones of all sites over time, without ablation; shapes (sites, T)."""
    shrink, grow = np.exp(-rates.shrinkage * t), np.exp(np.minimum(rates.growth * t, 600.0))
    fed = rates.feeding * s[:, np.newaxis]
    return s[:, np.newaxis] * shrink, (r[:, np.newaxis] + fed) * grow - fed * shrink


def _alone(t: FloatArray, number: FloatArray, density: float, rule: Rule) -> float:
    """Month of progression when nothing is ablated; ``number`` has shape (sites, T).

    It is asked for first: on the grid, ablation between the true crossing and the next step
    would hide a progression that has already come.
    """
    total, width = number.sum(axis=0), diameter_mm(number, density).sum(axis=0)
    rows = (total[np.newaxis], width[np.newaxis])
    return float(_progression(t, *rows, float(number[:, 0].sum()), rule)[0])


def _progression(
    t: FloatArray, total: FloatArray, width: FloatArray, start: float, rule: Rule
) -> FloatArray:
    """First month at which each row of burdens has progressed; between steps on a straight line.

    ``total`` and ``width`` have shape (rows, T); ``start`` is the number of cells before anything
    was done.
    """
    if rule == "return":
        over = total - start
        over[:, 0] = -1.0  # the start isn't a return
    else:
        least = np.minimum.accumulate(width, axis=1)
        over = width - np.maximum((1.0 + GROWTH_SHARE) * least, least + GROWTH_MM)
    found = np.full(len(over), math.inf)
    for row, values in enumerate(over):
        hits = np.flatnonzero(values >= 0)
        if hits.size and hits[0] > 0:
            at = hits[0]
            before, after = values[at - 1], values[at]
            found[row] = t[at] - (t[at] - t[at - 1]) * after / (after - before)
    return found


def _grid(months: float) -> FloatArray:
    return np.linspace(0.0, months, round(months / STEP) + 1)


def _followed(months: float) -> float:
    months = positive("months", months, "months")
    if not STEP <= months <= MAX_MONTHS:
        raise ValueError(f"months is {months:g}; from {STEP:g} to {MAX_MONTHS:g} are followed.")
    return months


def _rule(rule: Rule) -> Rule:
    if rule not in RULES:
        raise ValueError(f"rule is {rule!r}; it must be one of {', '.join(map(repr, RULES))}.")
    return rule


def _amounts(name: str, values: ArrayLike) -> FloatArray:
    """Return amounts as a float array, or raise ``ValueError`` unless finite and 0 or more."""
    array = np.asarray(values, dtype=np.float64)
    if not np.all(np.isfinite(array)) or np.any(array < 0):
        raise ValueError(f"{name} holds a value that is not a finite number of 0 or more.")
    return array


def _sites(sensitive: ArrayLike, resistant: ArrayLike) -> tuple[FloatArray, FloatArray]:
    s, r = (
        np.atleast_1d(_amounts(name, values))
        for name, values in (("sensitive", sensitive), ("resistant", resistant))
    )
    if s.ndim != 1 or s.shape != r.shape:
        raise ValueError("sensitive and resistant need one number of cells for each site.")
    burden = float((s + r).sum())
    if burden <= 0:
        raise ValueError("No site holds a cell; there is nothing to follow.")
    if burden > MAX_BURDEN:
        raise ValueError(f"The tumour starts with {burden:.3g} cells. {_TOO_LARGE}")
    return s, r


def _chosen(ablated: Collection[int], sites: int) -> tuple[int, ...]:
    wrong = [site for site in ablated if not 0 <= site < sites]
    if wrong:
        raise ValueError(f"Site {wrong[0]} isn't there; sites count from 0 to {sites - 1}.")
    return tuple(sorted(set(ablated)))


def _ablation(moment: float | None, chosen: tuple[int, ...], months: float) -> float | None:
    """Return the month of ablation, or None where nothing is ablated."""
    if moment is None or not chosen:
        return None
    moment = float(times("ablation_time", moment))
    if moment > months:
        raise ValueError(f"ablation_time is {moment:g}; only {months:g} months are followed.")
    return moment


def _told(
    s: FloatArray,
    r: FloatArray,
    t: FloatArray,
    valid: NDArray[np.bool_],
    progression: float,
    ablation: float | None,
) -> tuple[str, ...]:
    """Sentences that a reader of a course must know."""
    some = np.concatenate((s[s > 0], r[r > 0]))
    told = (
        (_TOO_LARGE, not bool(valid[t <= progression].all())),
        (_BELOW_ONE, bool(np.any(some < 1))),
        (_ABLATED_LATE, ablation is not None and ablation >= progression),
    )
    return tuple(text for text, holds in told if holds)
