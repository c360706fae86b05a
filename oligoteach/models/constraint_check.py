"""Whether a plan keeps a dose constraint, and which constraints apply to it at all.

Three steps, each without side effects:

:func:`choose`
    the limits for an organ, a number of fractions and some sources. A limit holds for the number
    of fractions that it was stated for: nothing is interpolated between two numbers.
:func:`judge`
    one limit against one value of a plan: pass, fail or not applicable, with the margin.
:func:`spreads`
    limits of several sources on the same thing, side by side and never merged into one.

A limit is anything with the attributes of :class:`Limit`; the rows of the course's tables have
them. All doses are physical doses in Gy for the whole course of treatment, volumes in cc or in
percent of the organ.

Sources
-------
The limits carry their own. Comparing a value with a limit is algebra; what counts as the same
thing in :func:`spreads` is this course's choice and stands there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, Protocol, TypeVar

from oligoteach.models._numbers import finite, positive

Status = Literal["pass", "fail", "not applicable"]

#: Largest volume in cc whose dose is compared with that of a point (this course's choice).
SMALL_VOLUME = 0.5
#: Relative distance below which a value counts as equal to its limit, and passes.
_ROUNDING = 1e-9


class Limit(Protocol):
    """What is read of a constraint; see the tables' own description for the words."""

    @property
    def constraint_id(self) -> str:
        """Key of the constraint."""

    @property
    def organ(self) -> str:
        """Key of the organ."""

    @property
    def structure(self) -> str:
        """What the source delineates, where it says more than the organ."""

    @property
    def fractions(self) -> int:
        """Number of fractions that the limit holds for."""

    @property
    def level(self) -> str:
        """``mandatory``, ``optimal``, ``protocol`` or empty."""

    @property
    def kind(self) -> str:
        """``maximum``, ``dose to volume``, ``mean``, ``volume at dose`` or ``spared volume``."""

    @property
    def at(self) -> float | None:
        """Volume or dose at which the metric is read."""

    @property
    def at_unit(self) -> str:
        """``cc``, ``%``, ``Gy`` or empty."""

    @property
    def limit(self) -> float:
        """Largest value allowed."""

    @property
    def limit_unit(self) -> str:
        """``Gy``, ``cc``, ``%`` or ``% of prescription``."""

    @property
    def source(self) -> str:
        """Key of the source."""

    @property
    def verification(self) -> str:
        """``unverified``, or a grade of having been seen."""

    @property
    def use_instead(self) -> str:
        """For a doubtful limit: key of the one to use in its place."""


L = TypeVar("L", bound=Limit)


@dataclass(frozen=True)
class Choice(Generic[L]):
    """The limits that apply, and what was set aside on the way.

    Attributes
    ----------
    limits : tuple of Limit
        Limits to judge a plan by, in the order given.
    replaced : tuple of (Limit, Limit)
        Doubtful limits, each with the one that is used in its place.
    unverified : tuple of Limit
        Limits left out because nobody has seen them in a source.
    other_fractions : tuple of int
        Numbers of fractions for which the sources have limits of this organ.
    reason : str
        Why there is no limit; empty when there is one.
    """

    limits: tuple[L, ...]
    replaced: tuple[tuple[L, L], ...]
    unverified: tuple[L, ...]
    other_fractions: tuple[int, ...]
    reason: str


@dataclass(frozen=True)
class Judgement:
    """One value of a plan against one limit.

    Attributes
    ----------
    status : {'pass', 'fail', 'not applicable'}
        A value equal to its limit passes.
    value : float or None
        As given, in the unit of the limit (Gy where that is a percentage of the prescription).
    allowed : float or None
        The limit in the same unit.
    margin : float or None
        ``allowed - value``: what is left, negative when the limit is broken.
    unit : str
        ``Gy``, ``cc`` or ``%``.
    reason : str
        Why it does not apply; empty otherwise.
    """

    status: Status
    value: float | None
    allowed: float | None
    margin: float | None
    unit: str
    reason: str = ""


@dataclass(frozen=True)
class Spread(Generic[L]):
    """Limits on the same thing, as several sources have them.

    Attributes
    ----------
    organ : str
        Key of the organ.
    fractions : int
        Number of fractions.
    metric : str
        What is limited.
    limits : tuple of Limit
        From the strictest to the loosest.
    allowed : tuple of float
        The same in one unit.
    unit : str
        ``Gy``, ``cc`` or ``%``.
    """

    organ: str
    fractions: int
    metric: str
    limits: tuple[L, ...]
    allowed: tuple[float, ...]
    unit: str

    @property
    def agree(self) -> bool:
        """Whether all of them allow the same."""
        return self.allowed[-1] - self.allowed[0] <= _ROUNDING * self.allowed[-1]

    @property
    def ratio(self) -> float:
        """The loosest limit divided by the strictest."""
        return self.allowed[-1] / self.allowed[0]


def choose(
    limits: Iterable[L],
    organ: str,
    fractions: int,
    sources: Collection[str] | None = None,
    *,
    unverified: bool = False,
) -> Choice[L]:
    """Pick the limits that apply to an organ in a number of fractions.

    Parameters
    ----------
    limits : iterable of Limit
        Limits to pick from, of any organ.
    organ : str
        Key of the organ. Organs that are easily confused (cord, thecal sac, spinal canal) have
        keys of their own and never stand in for each other.
    fractions : int
        Number of fractions of the plan. Limits for another number are not used.
    sources : collection of str, optional
        Keys of the sources to use; by default all. A doubtful limit of a chosen source is
        replaced by the one that it names, whatever source that has.
    unverified : bool
        Whether to use limits that nobody has seen in a source.

    Returns
    -------
    Choice

    Raises
    ------
    ValueError
        If a doubtful limit names one that is not among ``limits``.
    """
    known = {limit.constraint_id: limit for limit in limits}
    of_organ = [
        limit
        for limit in known.values()
        if limit.organ == organ and (sources is None or limit.source in sources)
    ]
    here = [limit for limit in of_organ if limit.fractions == fractions]
    left_out = tuple(x for x in here if x.verification == "unverified" and not unverified)
    usable = [limit for limit in here if limit not in left_out]
    replaced = tuple((x, _instead(x, known)) for x in usable if x.use_instead)
    used = {_current(limit, known).constraint_id: None for limit in usable}
    elsewhere = tuple(sorted({limit.fractions for limit in of_organ} - {fractions}))
    chosen = tuple(known[key] for key in used)
    reason = "" if chosen else _no_limit(fractions, left_out, elsewhere)
    return Choice(chosen, replaced, left_out, elsewhere, reason)


def _current(limit: L, known: dict[str, L]) -> L:
    """Return the limit itself, or the one that is used in its place."""
    return _instead(limit, known) if limit.use_instead else limit


def _instead(limit: L, known: dict[str, L]) -> L:
    """Return the limit that is used in place of a doubtful one."""
    if limit.use_instead not in known:
        raise ValueError(
            f"{limit.constraint_id} is doubtful and names {limit.use_instead} in its place, which "
            "is not among the limits; give all of them."
        )
    return known[limit.use_instead]


def _no_limit(fractions: int, left_out: Sequence[Limit], elsewhere: Sequence[int]) -> str:
    """Say why there is no limit."""
    if left_out:
        return f"The limits for {_in(fractions)} are all unverified."
    if not elsewhere:
        return "The chosen sources have no limit for this organ."
    numbers = ", ".join(map(str, elsewhere))
    return (
        f"No limit for {_in(fractions)}. There are limits for {numbers}, and a limit is not "
        "carried over from one number of fractions to another."
    )


def _in(fractions: int) -> str:
    """Write a number of fractions."""
    return f"{fractions} fraction{'' if fractions == 1 else 's'}"


def judge(
    limit: Limit,
    value: float | None,
    *,
    fractions: int | None = None,
    prescription: float | None = None,
    organ_volume: float | None = None,
) -> Judgement:
    """Compare a plan's value with a limit.

    Parameters
    ----------
    limit : Limit
        The limit.
    value : float or None
        The plan's value of the limited metric: Gy for doses (also where the limit is a
        percentage of the prescription), cc or percent for volumes. None where there is none.
    fractions : int, optional
        Number of fractions of the plan; a limit for another number is not applicable.
    prescription : float, optional
        Prescribed dose in Gy, for limits that are a percentage of it.
    organ_volume : float, optional
        Volume of the organ in cc; where it is smaller than the volume that the metric is read
        at, the limit is not applicable.

    Returns
    -------
    Judgement

    Raises
    ------
    ValueError
        For a value that is negative or not finite, or a prescription or volume not above 0.
    """
    unit = "Gy" if limit.limit_unit == "% of prescription" else limit.limit_unit
    given = None if value is None else _not_negative(value)
    allowed = _allowed(limit, prescription)
    reason = _inapplicable(limit, given, allowed, fractions, organ_volume)
    if reason or given is None or allowed is None:
        return Judgement("not applicable", given, allowed, None, unit, reason)
    kept = given <= allowed * (1 + _ROUNDING)
    return Judgement("pass" if kept else "fail", given, allowed, allowed - given, unit)


def _not_negative(value: float) -> float:
    """Return a value as a float, or raise ``ValueError`` if it is below 0 or not finite."""
    number = finite("value", value)
    if number < 0:
        raise ValueError(f"value is {number:g}; doses and volumes are 0 or more.")
    return number


def _allowed(limit: Limit, prescription: float | None) -> float | None:
    """Return the limit in Gy, cc or percent; None where it needs a prescription that is missing."""
    if limit.limit_unit != "% of prescription":
        return float(limit.limit)
    if prescription is None:
        return None
    return limit.limit / 100 * positive("prescription", prescription, "Gy")


def _inapplicable(
    limit: Limit,
    value: float | None,
    allowed: float | None,
    fractions: int | None,
    organ_volume: float | None,
) -> str:
    """Return why a limit does not apply, or an empty text."""
    if fractions is not None and fractions != limit.fractions:
        return f"The limit is for {_in(limit.fractions)}, the plan has {fractions}."
    if allowed is None:
        return "The limit is a percentage of the prescribed dose, which is not given."
    if organ_volume is not None and limit.at_unit == "cc" and limit.kind != "maximum":
        volume = positive("organ_volume", organ_volume, "cc")
        if limit.at is not None and volume < limit.at:
            return f"The organ has {volume:.1f} cc, less than the {limit.at:g} cc of the limit."
    return "The plan has no value for it." if value is None else ""


def spreads(limits: Iterable[L], prescription: float | None = None) -> tuple[Spread[L], ...]:
    """Put limits on the same thing side by side, the strictest first.

    The same thing is: the same organ, number of fractions and metric. Dose of a point and dose
    of up to 0.5 cc count as one metric here, "hottest 0.5 cc or less", because sources differ in
    the volume that they call a maximum; a limit on 0.5 cc is the looser one at the same number.
    Of each source only the limit nearest to a point counts (:func:`near_maxima`).

    Parameters
    ----------
    limits : iterable of Limit
        Limits to compare. Optimal ones are left out: they lie below the mandatory ones of the
        same source on purpose, and that is no disagreement.
    prescription : float, optional
        Prescribed dose in Gy; without it limits in percent of the prescription are left out.

    Returns
    -------
    tuple of Spread
        One for each thing that two sources or more speak of, in the order of their first limits.

    Raises
    ------
    ValueError
        If the prescription is not a number above 0.
    """
    groups: dict[tuple[str, int, str, str], list[tuple[float, L]]] = defaultdict(list)
    given = tuple(limits)
    points = {limit.constraint_id for limit in near_maxima(given)}
    for limit in given:
        allowed = _allowed(limit, prescription)
        inner = is_near_maximum(limit) and limit.constraint_id not in points
        if allowed is None or inner or limit.level == "optimal":
            continue
        unit = "Gy" if limit.limit_unit == "% of prescription" else limit.limit_unit
        groups[limit.organ, limit.fractions, _metric(limit), unit].append((allowed, limit))
    found = []
    for (organ, fractions, metric, unit), group in groups.items():
        if len({limit.source for _, limit in group}) > 1:
            group.sort(key=lambda pair: pair[0])
            doses, ordered = zip(*group, strict=True)
            found.append(Spread(organ, fractions, metric, tuple(ordered), tuple(doses), unit))
    return tuple(found)


def is_near_maximum(limit: Limit) -> bool:
    """Return whether a limit is on the dose of a point or of at most 0.5 cc."""
    small = limit.at_unit == "cc" and (limit.at or 0) <= SMALL_VOLUME
    return limit.kind == "maximum" or (limit.kind == "dose to volume" and small)


def near_maxima(limits: Iterable[L]) -> tuple[L, ...]:
    """Return of each source its limit nearest to a point, among those up to 0.5 cc.

    Where a source limits a point and 0.35 cc as well, the point stands for its maximum: a plan's
    hottest point says nothing on the dose of 0.35 cc. Structures and levels are kept apart.

    Parameters
    ----------
    limits : iterable of Limit
        Limits of one organ and one number of fractions.

    Returns
    -------
    tuple of Limit
        In the order given.
    """
    near = [limit for limit in limits if is_near_maximum(limit)]
    first: dict[tuple[str, str, str], L] = {}
    for limit in sorted(near, key=lambda limit: limit.at or 0.0):
        first.setdefault((limit.source, limit.structure, limit.level), limit)
    kept = {limit.constraint_id for limit in first.values()}
    return tuple(limit for limit in near if limit.constraint_id in kept)


def _metric(limit: Limit) -> str:
    """Name what a limit is on; near maxima have one name."""
    at = "" if limit.at is None else f"{limit.at:g}"
    if is_near_maximum(limit):
        return f"hottest {SMALL_VOLUME:g} cc or less"
    return {
        "dose to volume": f"D{at}{limit.at_unit}",
        "mean": "Dmean",
        "volume at dose": f"V{at}Gy",
        "spared volume": f"coldest {at} cc",
    }[limit.kind]
