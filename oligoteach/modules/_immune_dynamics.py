"""Courses of the mouse model as the lesson shows them: what was given, against what was not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from types import SimpleNamespace

import numpy as np

from oligoteach.models.immune_response import (
    LAST_DAY,
    PUBLISHED,
    REFERENCE_DOSE,
    Course,
    Schedule,
    daily,
    simulate,
    three_a_week,
)
from oligoteach.widgets import Table

NAMES = {
    "none": "untreated",
    "rt": "radiotherapy only",
    "mab": "antibody only",
    "both": "both",
}
SHORT = {"none": "untreated", "rt": "RT only", "mab": "antibody", "both": "both"}
TIMINGS = {
    "none": "None",
    "before": "From 5 days before the first fraction",
    "with": "From the first fraction on",
    "after": "From 7 days after the first fraction",
}
_SHIFT = {"before": -5, "with": 0, "after": 7}
_SAID = {
    "before": "from 5 days before",
    "with": "from the first fraction on",
    "after": "from 7 days after the first fraction",
}
GRID = np.arange(0, LAST_DAY + 0.01, 0.5)
# Relative error of one step of the integration; what is drawn holds to one part in a thousand.
COARSE = 3e-6
# Just behind a fraction, so that its pulse is drawn upright.
BEHIND = 1e-3
MILESTONES = (7, 12, 20, 30, 40)
TYPICAL = 100  # per cent of the typical animal's influx
GONE = 10.0  # mm3 below which the text says "almost gone"


@dataclass(frozen=True)
class DynamicsView:
    """What the explorer shows.

    Attributes
    ----------
    arms : dict of str to Course
        Courses by arm, of those in ``NAMES``; the last is what was chosen.
    schedule : Schedule
        What was chosen.
    timing : str
        Of the antibody, as in ``TIMINGS``.
    influx : int
        Influx of T cells as a share of the typical animal's, in per cent.
    """

    arms: dict[str, Course]
    schedule: Schedule
    timing: str
    influx: int

    @property
    def chosen(self) -> str:
        """The arm with all that was chosen."""
        return list(self.arms)[-1]

    @property
    def notes(self) -> tuple[str, ...]:
        """What the figure says of itself: a dose that nothing checks, an animal of its own."""
        unchecked = any(dose != REFERENCE_DOSE for _, dose in self.schedule.fractions)
        found = ["unchecked dose"] if unchecked else []
        return (*found, *(["another mouse"] if self.influx != TYPICAL else []))


def dynamics_view(p: SimpleNamespace) -> DynamicsView:
    """Return the courses for the explorer's settings."""
    gap = 2.0 if p.spaced else 1.0
    fractions = daily(float(p.start), p.fractions, p.dose, gap)
    antibody = _injections(p.start, p.timing)
    schedules = {"none": Schedule()}
    if fractions:
        schedules["rt"] = Schedule(fractions)
    if antibody:
        schedules["mab"] = Schedule((), antibody)
    if fractions and antibody:
        schedules["both"] = Schedule(fractions, antibody)
    times = tuple(sorted({*GRID.tolist(), *(day + BEHIND for day, _ in fractions)}))
    arms = {name: _course(s, times, p.influx) for name, s in schedules.items()}
    return DynamicsView(arms, list(schedules.values())[-1], p.timing, p.influx)


def _injections(start: int, timing: str) -> tuple[float, ...]:
    """Return the days of nine injections; days after the last day of the model are left out."""
    if timing == "none":
        return ()
    first = max(start + _SHIFT[timing], 0)
    return tuple(day for day in three_a_week(float(first)) if day <= LAST_DAY)


@lru_cache(maxsize=32)
def _course(schedule: Schedule, times: tuple[float, ...], influx: int) -> Course:
    parameters = replace(PUBLISHED, kLN=PUBLISHED.kLN * influx / 100)
    return simulate(schedule, times, parameters, tolerance=COARSE)


def dynamics_sentences(view: DynamicsView) -> list[str]:
    """Return the courses in words."""
    ends = {name: float(course.volume[-1]) for name, course in view.arms.items()}
    said = [f"{NAMES[name]} {_volume(end)}" for name, end in ends.items()]
    found = [f"Mouse model, tumour volume on day 40: {', '.join(said)}."]
    given = _given(view)
    if given:
        found.append(given)
    if not view.schedule.fractions:
        found.append("Without fractions their dose and their days change nothing.")
    if given:
        chosen = view.arms[view.chosen]
        found.append(
            f"Then the killing effector cells peak at {chosen.effectors.max():.0f} against "
            f"{view.arms['none'].effectors.max():.0f} untreated, and PD-L1 at "
            f"{chosen.pdl1.max():.2f} against {view.arms['none'].pdl1.max():.2f}."
        )
    if view.influx != TYPICAL:
        found.append(
            f"T-cell influx is set to {view.influx} % of the typical mouse's; the paper lets it "
            "differ between animals."
        )
    return [*found, *_cautions(view)]


def _given(view: DynamicsView) -> str:
    parts = []
    if view.schedule.fractions:
        days = [day for day, _ in view.schedule.fractions]
        dose = view.schedule.fractions[0][1]
        plural = "fraction" if len(days) == 1 else "fractions"
        when = f"on day {days[0]:g}" if len(days) == 1 else f"on days {days[0]:g} to {days[-1]:g}"
        parts.append(f"{len(days)} {plural} of {dose:g} Gy {when}")
    if view.schedule.antibody:
        if view.schedule.fractions:
            when = f"{_SAID[view.timing]} (day {view.schedule.antibody[0]:g})"
        else:
            when = f"from day {view.schedule.antibody[0]:g}"
        parts.append(f"antibody {when}")
    return f"Given: {', and '.join(parts)}." if parts else ""


def _cautions(view: DynamicsView) -> list[str]:
    """Return the model's own warnings of the chosen course, but for that on parameters."""
    found = view.arms[view.chosen].warnings
    return [text for text in found if "Parameters differ" not in text]


def _volume(value: float) -> str:
    return f"{value:.0f} mm³" if value >= GONE else f"{value:.1f} mm³"


def dynamics_table(view: DynamicsView) -> Table:
    """Return volume, effector cells and PD-L1 of each arm on a few days."""
    columns = ["Arm"]
    for day in MILESTONES:
        columns.append(f"Volume, day {day} (mm³)")
    columns += ["Most effector cells", "Highest PD-L1"]
    rows = []
    for name, course in view.arms.items():
        at = np.searchsorted(course.days, MILESTONES)
        volumes = [f"{course.volume[i]:.1f}" for i in at]
        tops = [f"{course.effectors.max():.0f}", f"{course.pdl1.max():.2f}"]
        rows.append([NAMES[name].capitalize(), *volumes, *tops])
    caption = "Illustrative model of CT26 tumours in mice; on the day of a fraction, before it."
    return Table(columns, rows, caption)
