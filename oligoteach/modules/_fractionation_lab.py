"""Schedules side by side as the lesson shows them, under three models of cell kill."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

from oligoteach.models.cell_kill import LQ, LQL, USC, bed, eqd2
from oligoteach.models.fractionation import (
    ALPHA_BETA_CORD,
    ALPHA_BETA_LATE,
    ALPHA_BETA_TUMOUR,
    LQ_HIGH,
)
from oligoteach.modules._isoeffect import beyond
from oligoteach.modules._phrases import counted, listed
from oligoteach.widgets import Table

TISSUES = {
    "tumour": "Tumour, α/β 10 Gy",
    "late": "Late-reacting tissue, α/β 3 Gy",
    "cord": "Spinal cord, α/β 2 Gy",
}
ALPHA_BETA = {"tumour": ALPHA_BETA_TUMOUR, "late": ALPHA_BETA_LATE, "cord": ALPHA_BETA_CORD}
SCALES = {"eqd2": "EQD2: as 2 Gy fractions", "bed": "BED"}
TRANSITIONS = {"6": "6 Gy", "10": "10 Gy", "20": "20 Gy"}
SITES = {"lung": "Lung", "bone": "Bone and spine", "adrenal": "Adrenal gland"}
CONVENTIONAL = (30, 2.0)
# Fractions, dose of each, and what the schedule is known from; claims stand in the lesson's text.
SCHEDULES: dict[str, tuple[tuple[int, float, str], ...]] = {
    "lung": (
        (8, 7.5, "central, LUSTRE"),
        (5, 10.0, "central, RTOG 0813"),
        (4, 12.0, "RTOG 0915, LUSTRE"),
        (3, 18.0, "peripheral, RTOG 0236"),
    ),
    "bone": (
        (10, 3.0, "conventional"),
        (1, 8.0, "RTOG 0631, control"),
        (1, 16.0, "RTOG 0631"),
        (1, 18.0, "RTOG 0631"),
    ),
    "adrenal": (
        (5, 8.0, "the review's lower end"),
        (3, 20.0, "the review's upper end"),
    ),
}
MOST_ROWS = 6
WAYS = ("lq", "lql", "usc")
NAMES = {"lq": "LQ", "lql": "LQ-L", "usc": "USC"}
# Each can be parted into four.
_TOPS = (40, 60, 80, 100, 120, 160, 200, 240, 300, 400, 600, 800, 1200, 2000, 4000)


@dataclass(frozen=True)
class Schedule:
    """A schedule under the models that apply.

    Attributes
    ----------
    n_fractions, dose : int, float
        Fractions and Gy of each.
    known : str
        Where it is from.
    values : dict of str to float
        EQD2 or BED in Gy by model.
    holds : dict of str to bool
        Whether the model is within its range.
    lit : bool
        Whether it is the learner's.
    """

    n_fractions: int
    dose: float
    known: str
    values: dict[str, float]
    holds: dict[str, bool]
    lit: bool

    @property
    def name(self) -> str:
        """As it is written."""
        return f"{self.n_fractions} × {self.dose:g} Gy"

    @property
    def total(self) -> float:
        """Total dose in Gy."""
        return self.n_fractions * self.dose

    @property
    def spread(self) -> float:
        """Largest less smallest value, in Gy."""
        return max(self.values.values()) - min(self.values.values())


@dataclass(frozen=True)
class FractionationView:
    """What the explorer shows: the schedules by dose per fraction, and how they are reckoned."""

    schedules: tuple[Schedule, ...]
    tissue: str
    scale: str
    transition: float
    warnings: tuple[str, ...]

    @property
    def yours(self) -> Schedule:
        """The learner's schedule."""
        return next(s for s in self.schedules if s.lit)

    @property
    def scale_name(self) -> str:
        """EQD2 or BED."""
        return self.scale.upper()

    @property
    def end(self) -> float:
        """End of the axis, in Gy."""
        most = max(max(s.values.values()) for s in self.schedules)
        return nice(most)


def nice(most: float) -> float:
    """Return the end of an axis that holds a dose: one of a few, so that it seldom changes."""
    return next(top for top in _TOPS if top >= most * 1.02)


def models_for(tissue: str, transition: float) -> dict[str, LQ]:
    """Return the models that are used for a tissue; USC is fitted to tumour cells only."""
    ab = ALPHA_BETA[tissue]
    found: dict[str, LQ] = {
        "lq": LQ(alpha_beta=ab),
        "lql": LQL(alpha_beta=ab, transition=transition),
    }
    return {**found, "usc": USC()} if tissue == "tumour" else found


def fractionation_view(p: SimpleNamespace) -> FractionationView:
    """Return the schedules for the explorer's settings."""
    models = models_for(p.tissue, float(p.transition))
    measure = eqd2 if p.scale == "eqd2" else bed
    known_ones = [(*CONVENTIONAL, "conventional"), *SCHEDULES[p.site]]
    own = (p.fractions, float(p.dose))
    if own not in [(n, d) for n, d, _ in known_ones]:
        known_ones.append((*own, "yours"))
    found, warnings = [], dict.fromkeys(())
    for n, d, known in sorted(known_ones, key=lambda s: (s[1], -s[0])):
        estimates = {way: measure(model, n, d) for way, model in models.items()}
        lit = (n, d) == own
        if lit:
            warnings = dict.fromkeys(w for e in estimates.values() for w in e.warnings)
        values = {way: float(e.values) for way, e in estimates.items()}
        holds = {way: bool(e.valid) for way, e in estimates.items()}
        found.append(Schedule(n, d, known, values, holds, lit))
    return FractionationView(tuple(found), p.tissue, p.scale, float(p.transition), tuple(warnings))


def too_much(p: SimpleNamespace) -> dict[str, str]:
    """Return why a schedule is not reckoned, at the control that must change."""
    return beyond("dose", p.fractions, p.dose)


def fractionation_sentences(view: FractionationView) -> list[str]:
    """Return the learner's schedule in words, then the others."""
    yours = view.yours
    said = [f"{value:.0f} under {NAMES[way]}" for way, value in yours.values.items()]
    said[0] = said[0].replace(" under", " Gy under")
    count = counted(yours.n_fractions)
    tissue = TISSUES[view.tissue].split(",")[0].lower()
    others = [
        f"{s.name} {'/'.join(f'{v:.0f}' for v in s.values.values())}"
        for s in view.schedules
        if not s.lit
    ]
    names = "/".join(NAMES[way] for way in yours.values)
    found = [
        f"{yours.total:g} Gy in {count}, {tissue}: {view.scale_name} {listed(said)}, a spread of "
        f"{yours.spread:.0f} Gy.",
        f"{names} of the others, in Gy: {', '.join(others)}.",
        f"LQ-L turns straight at {view.transition:g} Gy.",
    ]
    if yours.dose > LQ_HIGH:
        found.append(f"{yours.dose:g} Gy a fraction lies beyond the range of LQ.")
    if view.tissue != "tumour":
        found.append("USC is fitted to tumour cells, and left out here.")
    return found


def fractionation_table(view: FractionationView) -> Table:
    """Return every schedule with its values."""
    ways = list(view.yours.values)
    rows = []
    for s in view.schedules:
        cells = [
            f"{s.values[way]:.1f}{'' if s.holds[way] else ' (outside its range)'}" for way in ways
        ]
        rows.append([s.name, f"{s.total:g}", s.known, *cells, f"{s.spread:.1f}"])
    columns = [
        "Schedule",
        "Total, Gy",
        "Known from",
        *(f"{view.scale_name} under {NAMES[way]}, Gy" for way in ways),
        "Spread, Gy",
    ]
    return Table(columns, rows, f"{TISSUES[view.tissue]}. {' '.join(view.warnings)}")
