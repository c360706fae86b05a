"""Time within a course: days lost to a break, and hours too few for repair."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from oligoteach.models._estimate import Estimate
from oligoteach.models._numbers import FloatArray
from oligoteach.models.fractionation import (
    ALPHA_BETA_LATE,
    ALPHA_BETA_TUMOUR,
    ASSUMED,
    bed,
    with_repair_between,
    with_repopulation,
)
from oligoteach.modules._isoeffect import beyond
from oligoteach.modules._phrases import counted
from oligoteach.widgets import Table

RHYTHMS = {
    "daily": "One a day, Monday to Friday",
    "alternate": "Monday, Wednesday, Friday",
    "twice": "Two a day, 6 hours apart",
}
HOURS_APART = {"daily": 24.0, "alternate": 48.0, "twice": 6.0}
DAYS = np.linspace(0, 112, 225)
HOURS = np.linspace(2, 48, 185)  # fewer hours make one long fraction of two
#: With two a day, most hours from the first to the second: later it belongs to the next day.
WITHIN_A_DAY = 12.0
DAY_TICKS, HOUR_TICKS = (0, 28, 56, 84, 112), (0, 6, 12, 24, 36, 48)


@dataclass(frozen=True)
class TimeView:
    """What the explorer shows; BED in Gy.

    Attributes
    ----------
    n_fractions, dose, rhythm : int, float, str
        The course.
    planned, actual : int
        Days from the first to the last fraction, without and with the break.
    full : float
        BED of the tumour without repopulation.
    by_days : ndarray of float
        BED of the tumour by days.
    tumour : dict of str to float
        ``planned`` and ``actual`` BED.
    late_full, late : float
        BED of late tissue with complete repair, and at this rhythm.
    by_hours : ndarray of float
        BED of late tissue by hours from fraction to fraction; with two a day by hours from the
        first to the second, NaN above 12.
    days_hold, hours_hold : ndarray of bool
        Where the models hold.
    kick_off : float
        Day from which the tumour grows again.
    warnings : tuple of str
        Where the models are left, and what is debated.
    """

    n_fractions: int
    dose: float
    rhythm: str
    planned: int
    actual: int
    full: float
    by_days: FloatArray
    tumour: dict[str, float]
    late_full: float
    late: float
    by_hours: FloatArray
    days_hold: NDArray[np.bool_]
    hours_hold: NDArray[np.bool_]
    kick_off: float
    warnings: tuple[str, ...]

    @property
    def lost(self) -> float:
        """BED that the break costs, in Gy."""
        return self.tumour["planned"] - self.tumour["actual"]


def days_of(n_fractions: int, rhythm: str) -> int:
    """Return the days from the first to the last fraction of a course that begins on a Monday."""
    if rhythm == "alternate":
        weeks, place = divmod(n_fractions - 1, 3)
        return 7 * weeks + 2 * place
    weeks, place = divmod((n_fractions - 1) // (2 if rhythm == "twice" else 1), 5)
    return 7 * weeks + place


def hours_of(n_fractions: int, rhythm: str, apart: FloatArray) -> FloatArray:
    """Return the hours at which fractions are given, for each number of hours apart.

    Two a day keep their days: the night is what the hours between them leave of 24. Weekends are
    left out, which is on the safe side.
    """
    number = np.arange(n_fractions)
    if rhythm == "twice":
        days, second = np.divmod(number, 2)
        return 24.0 * days + apart[..., None] * second
    return apart[..., None] * number


def time_view(p: SimpleNamespace) -> TimeView:
    """Return the course with its break for the explorer's settings."""
    course = p.fractions, p.dose
    planned = days_of(p.fractions, p.rhythm)
    actual = planned + p.gap
    growth = {"kick_off": p.kick_off, "doubling_time": p.doubling}

    def grown(days: float | FloatArray) -> Estimate:
        return with_repopulation(*course, ALPHA_BETA_TUMOUR, days, **growth)

    def repaired(apart: float | FloatArray) -> Estimate:
        times = hours_of(p.fractions, p.rhythm, np.asarray(apart, dtype=float))
        return with_repair_between(times, p.dose, ALPHA_BETA_LATE, p.half_time)

    longest = WITHIN_A_DAY if p.rhythm == "twice" else HOURS[-1]
    shown = longest >= HOURS
    by_hours, hours_hold = np.full(HOURS.shape, np.nan), np.full(HOURS.shape, False)
    hourly, daily = repaired(HOURS[shown]), grown(DAYS)
    by_hours[shown], hours_hold[shown] = hourly.values, hourly.valid
    after, late = grown(actual), repaired(HOURS_APART[p.rhythm])
    said = dict.fromkeys((*after.warnings, *late.warnings))

    return TimeView(
        n_fractions=p.fractions,
        dose=p.dose,
        rhythm=p.rhythm,
        planned=planned,
        actual=actual,
        full=float(bed(*course, ALPHA_BETA_TUMOUR)),
        by_days=daily.values,
        days_hold=daily.valid,
        tumour={"planned": float(grown(planned).values), "actual": float(after.values)},
        late_full=float(bed(*course, ALPHA_BETA_LATE)),
        late=float(late.values),
        by_hours=by_hours,
        hours_hold=hours_hold,
        kick_off=p.kick_off,
        warnings=tuple(sentence for sentence in said if sentence not in ASSUMED),
    )


def time_sentences(view: TimeView) -> list[str]:
    """Return the course in words."""
    course = f"{counted(view.n_fractions)} of {view.dose:g} Gy"
    gap = view.actual - view.planned
    days = f"{gap} day{'' if gap == 1 else 's'}"
    cost = f"costs {view.lost:.1f} Gy of BED" if view.lost > 0.05 else "costs no BED"
    first = f"A break of {days} in {course} {cost}, if the tumour grows again as assumed"
    if not gap:
        first = f"{course} without a break, if the tumour grows again as assumed"
    late = view.late - view.late_full
    more = f"{late:.1f} Gy more" if late > 0.05 else "no more"
    hours = HOURS_APART[view.rhythm]
    whose = "the two of a day" if view.rhythm == "twice" else "fractions"
    return [
        f"{first}: {view.tumour['actual']:.1f} Gy after {view.actual} days.",
        f"Planned: {view.tumour['planned']:.1f} Gy after {view.planned} days; without growth "
        f"{view.full:.1f} Gy. Growth is assumed to begin on day {view.kick_off:g}.",
        f"Late tissue: {view.late:.1f} Gy with {hours:g} hours between {whose}, {more} than with "
        "complete repair.",
        "Kick-off, doubling time, α and half-time of repair are assumptions; no source for them "
        "was found.",
        *view.warnings,
    ]


def time_table(view: TimeView) -> Table:
    """Return BED of the tumour by days, and of late tissue by hours."""
    days = (0, 7, 14, 21, 28, 35, 42, 49, 56)
    hours = (4, 6, 8, 12, 24, 48)
    rows = [
        ["Tumour", f"{day} days", f"{float(np.interp(day, DAYS, view.by_days)):.1f}"]
        for day in sorted({*days, view.planned, view.actual})
    ]
    rows += [
        ["Late tissue", f"{h} hours apart", f"{float(np.interp(h, HOURS, view.by_hours)):.1f}"]
        for h in hours
        if view.rhythm != "twice" or h <= WITHIN_A_DAY
    ]
    return Table(
        ["Tissue", "Time", "BED, Gy"],
        rows,
        f"{counted(view.n_fractions)} of {view.dose:g} Gy; α/β 10 Gy for tumour, 3 Gy for late "
        "tissue. Every number of time in it rests on an assumption.",
    )


def too_much(p: SimpleNamespace) -> dict[str, str]:
    """Return why a course is not shown, at the control that must change."""
    return beyond("dose", p.fractions, p.dose)
