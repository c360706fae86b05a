"""Immortal time: simulated patients as lanes, and the three ways to count them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from oligoteach.models import landmark as model
from oligoteach.widgets import Table

REPEATS = 200
N_LANES = 18
LANDMARK = model.METHODS.index("landmark")
WAYS = {
    "naive": "Naive: ever treated or never",
    "landmark": "Landmark: treated by then or not",
    "time-dependent": "Time-dependent: untreated until treated",
}
# The words of the key: three kinds of stretches, the mark, the end.
KEY = ("as treated", "as untreated", "not counted", "local treatment", "drug fails")


@dataclass(frozen=True)
class ImmortalView:
    """What the figure shows: setting, way to count, patients and estimates."""

    setting: model.Setting
    way: str
    n: int
    patients: model.Cohorts
    estimates: model.Estimates
    middle: Any
    long_run: tuple[float, float, float]

    @property
    def chosen(self) -> int:
        """Which of the estimates the lanes stand for."""
        return model.METHODS.index(self.way)

    @property
    def limit(self) -> float:
        """Right end of the time axis, in months."""
        return 3 * self.setting.median


@lru_cache(maxsize=2)
def _drawn(n: int, seed: int) -> model.Draws:
    """Keep the random numbers while other controls move."""
    return model.draw(n, REPEATS, seed)


def immortal_view(setting: model.Setting, way: str, n: int, seed: int) -> ImmortalView:
    """Simulate cohorts and count them in three ways."""
    patients = model.cohorts(setting, _drawn(n, seed))
    found = model.estimate(patients, setting.landmark)
    return ImmortalView(setting, way, n, patients, found, found.middle(), model.long_run(setting))


def shown(view: ImmortalView, compact: bool = False) -> Any:
    """Return what the chart draws, with fewer words on a phone."""
    from oligoteach.charts.lanes import Shown

    return Shown(
        lanes=list(_lanes(view)),
        limit=view.limit,
        line=view.setting.landmark if view.way == "landmark" else None,
        estimates=[_row(view, number, compact) for number in range(len(model.METHODS))],
        chosen=view.chosen,
        truth=view.setting.ratio,
    )


def _lanes(view: ImmortalView) -> Iterator[Any]:
    """Yield the first patients of the first cohort: the treated by their end, then the others."""
    from oligoteach.charts.lanes import Lane

    end, start = view.patients.end[0][:N_LANES], view.patients.start[0][:N_LANES]
    order = np.lexsort((-end, np.isinf(start)))
    for last, treated in zip(end[order].tolist(), start[order].tolist(), strict=True):
        mark = treated if treated <= view.limit else None
        yield Lane(tuple(_stretches(view, treated, last)), mark, last)


def _stretches(view: ImmortalView, treated: float, end: float) -> Iterator[Any]:
    """Yield the stretches of a patient by how the chosen way counts them."""
    from oligoteach.charts.lanes import Stretch

    if view.way == "naive":
        yield Stretch(0, end, "treated" if math.isfinite(treated) else "untreated")
    elif view.way == "landmark":
        at = view.setting.landmark
        yield Stretch(0, min(at, end), "not counted")
        if end > at:
            yield Stretch(at, end, "treated" if treated <= at else "untreated")
    elif math.isfinite(treated):
        yield Stretch(0, treated, "untreated")
        yield Stretch(treated, end, "treated")
    else:
        yield Stretch(0, end, "untreated")


def _row(view: ImmortalView, number: int, compact: bool) -> Any:
    from oligoteach.charts.lanes import Estimate

    low, middle, high = view.middle[number].tolist()
    label = _label(view, number).removesuffix(f" {_months(view)}" if compact else "")
    if 2 * view.estimates.missing[number] > REPEATS:
        return Estimate(label, "mostly no ratio")
    return Estimate(label, f"{middle:.2f} ({low:.2f}–{high:.2f})", low, middle, high)


def _label(view: ImmortalView, number: int) -> str:
    return (
        "Naive",
        f"Landmark at {view.setting.landmark:g} {_months(view)}",
        "Time-dependent",
    )[number]


def immortal_sentences(view: ImmortalView) -> Iterator[str]:
    """Yield the truth, what each way to count makes of it, and what the first cohort shows."""
    ways = range(len(model.METHODS))
    yield (
        f"With a hazard ratio of {view.setting.ratio:.2f} put in, the counts find: "
        f"{', '.join(_middle(view, number) for number in ways)}."
    )
    spans = [_span(view, number) for number in ways]
    yield (
        f"These are the middles of {REPEATS} simulated cohorts of {view.n} patients; the middle "
        f"95 % are {', '.join(spans)}."
    )
    yield from _first_cohort(view)
    missing = view.estimates.missing
    if missing.any():
        said = ", ".join(
            f"{_spoken(view, i)} {int(count)}" for i, count in enumerate(missing) if count
        )
        yield f"Repeats without a ratio because a group was empty: {said}."


def _months(view: ImmortalView) -> str:
    return "month" if view.setting.landmark == 1 else "months"


def _spoken(view: ImmortalView, number: int) -> str:
    """Return the name of a way to count within a sentence."""
    return _label(view, number).lower()


def _middle(view: ImmortalView, number: int) -> str:
    middle = view.middle[number].tolist()[1]
    return f"{_spoken(view, number)} {'no ratio' if math.isnan(middle) else f'{middle:.2f}'}"


def _span(view: ImmortalView, number: int) -> str:
    low, middle, high = view.middle[number].tolist()
    return "none" if math.isnan(middle) else f"{low:.2f} to {high:.2f}"


def _first_cohort(view: ImmortalView) -> Iterator[str]:
    """Yield how long the treated of the first cohort waited, and the naive medians."""
    treated = view.patients.treated[0]
    count = int(treated.sum())
    if not 0 < count < view.n:
        yield f"In the first cohort {count} of {view.n} were treated."
        return
    wait = float(view.patients.start[0][treated].mean())
    with_treatment, without = view.estimates.medians.tolist()
    yield (
        f"In the first cohort {count} of {view.n} were treated, after {wait:.1f} months in the "
        f"mean in which none of them could fail; the median time on the drug was "
        f"{with_treatment:.1f} months in them and {without:.1f} in the others."
    )


def immortal_table(view: ImmortalView) -> Table:
    """Return every way to count: what it compares, what repeats gave, and the long run."""
    what = (
        "All patients from the start of the drug, by whether they were ever treated",
        f"Those still on the drug at {view.setting.landmark:g} {_months(view)}, from then on, by "
        "whether they had been treated by then",
        "All time on the drug: up to the treatment as untreated, from then on as treated",
    )
    rows = []
    for number, words in enumerate(what):
        low, middle, high = view.middle[number].tolist()
        known = not math.isnan(middle)
        events = view.estimates.events[number]
        rows.append(
            [
                _label(view, number),
                words,
                f"{middle:.2f}" if known else "none",
                f"{low:.2f} to {high:.2f}" if known else "none",
                f"{view.long_run[number]:.2f}",
                f"{events[0]} and {events[1]}",
            ]
        )
    columns = [
        "Way to count",
        "Who is compared",
        "Middle of repeats",
        "Middle 95 %",
        "With endless patients",
        "First cohort: counted as treated, as untreated",
    ]
    return Table(columns, rows, f"True hazard ratio {view.setting.ratio:.2f}; simulated patients")
