"""Dormancy and escape as the lesson shows them: a path with and without a treatment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace

import numpy as np

from oligoteach.models.tumour_immune import Path, Pulse, simulate, steady_states
from oligoteach.widgets import Table

STARTS = {
    "growing": "A growing tumour, few effector cells",
    "dormant": "A dormant tumour",
}
LAST = 300
GRID = tuple(float(day) for day in range(LAST + 1))
BEHIND = 1e-3
MILESTONES = (0, 20, 50, 100, 200, 300)
FATES = {"dormant": "dormancy", "escaped": "escape", "below one cell": "fewer than one cell"}
_GROWING = (3e5, 1e8)


Jump = tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True)
class DormancyView:
    """What the explorer shows: the path left alone and the treated one, and the treatment."""

    alone: Path
    treated: Path | None
    pulse: Pulse

    @property
    def jump(self) -> Jump | None:
        """Millions of tumour and effector cells just before and just after the treatment."""
        if self.treated is None:
            return None
        i = int(np.searchsorted(self.treated.days, self.pulse.day))
        tumour, effectors = self.treated.tumour / 1e6, self.treated.effectors / 1e6
        before, after = (float(tumour[i]), float(effectors[i])), (tumour[i + 1], effectors[i + 1])
        return before, (float(after[0]), float(after[1]))


def start_of(name: str) -> tuple[float, float]:
    """Return effector and tumour cells on day 0."""
    if name == "growing":
        return _GROWING
    state = next(s for s in steady_states() if s.stability == "stable")
    return state.effectors, state.tumour


def dormancy_view(p: SimpleNamespace) -> DormancyView:
    """Return the paths for the explorer's settings."""
    pulse = Pulse(float(p.day), p.killed / 100, p.lost / 100)
    given = bool(p.killed or p.lost)
    return DormancyView(_path(p.start, None), _path(p.start, pulse) if given else None, pulse)


@lru_cache(maxsize=32)
def _path(start: str, pulse: Pulse | None) -> Path:
    days = GRID if pulse is None else tuple(sorted({*GRID, pulse.day + BEHIND}))
    return simulate(*start_of(start), days, [] if pulse is None else [pulse])


def dormancy_sentences(view: DormancyView) -> list[str]:
    """Return the paths in words."""
    jump = view.jump
    if view.treated is None or jump is None:
        return [
            f"Mouse model, tumour cells on day {LAST}: left alone {_end(view.alone)}.",
            "Nothing is killed, so the day of treatment changes nothing.",
        ]
    found = [
        f"Mouse model, tumour cells on day {LAST}: left alone {_end(view.alone)}; treated "
        f"{_end(view.treated)}."
    ]
    (before, guards), (after, left) = jump
    tumour = _change("tumour", before, after, view.pulse.tumour_killed)
    effectors = _change("effector", guards, left, view.pulse.effectors_killed)
    found.append(f"On day {view.pulse.day:g} {tumour}, and {effectors}.")
    found.append(f"From there the path leads to {FATES[view.treated.fate]}.")
    return [*found, *view.treated.warnings]


def dormancy_table(view: DormancyView) -> Table:
    """Return cells on a few days, and the steady states."""
    columns = ["Path", *(f"Tumour, day {day}" for day in MILESTONES), "Leads to"]
    paths = {"Left alone": view.alone, "Treated": view.treated}
    rows = []
    for name, path in paths.items():
        if path is not None:
            at = np.searchsorted(path.days, MILESTONES)
            rows.append([name, *(cells(path.tumour[i]) for i in at), FATES[path.fate]])
    for state in steady_states():
        kind = "saddle" if state.stability == "saddle" else "stable"
        name = f"Steady state, {kind}"
        rows.append([name, cells(state.tumour), *[""] * (len(MILESTONES) - 1), ""])
    return Table(columns, rows, "Illustrative model of a lymphoma in mice; numbers of cells.")


def _end(path: Path) -> str:
    return f"{cells(path.tumour[-1])} ({FATES[path.fate]})"


def _change(kind: str, before: float, after: float, share: float) -> str:
    """Say how a number of cells, in millions, changes at the treatment."""
    if not share:
        return f"{kind} cells stay at {cells(1e6 * before)}"
    return f"{kind} cells go from {cells(1e6 * before)} to {cells(1e6 * after)}"


def cells(number: float) -> str:
    """Return a number of cells with two digits, in thousands or millions."""
    if number >= 999_500:
        return f"{float(f'{number / 1e6:.2g}'):g} million"
    if number >= 1000:
        return f"{float(f'{number / 1e3:.2g}'):g} thousand"
    return f"{number:.0f}"
