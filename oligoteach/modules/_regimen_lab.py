"""The regimen lab: schedules of a site beside one's own, and what a model says of control."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from oligoteach import evidence
from oligoteach.charts.rows import Block, Line, Mark, Scale
from oligoteach.models import tumour_control
from oligoteach.models._estimate import Estimate
from oligoteach.models.fractionation import (
    ALPHA_BETA_TUMOUR,
    LQ_HIGH,
    bed,
    eqd2,
    isoeffective_dose,
)
from oligoteach.modules._course_time import days_of
from oligoteach.modules._trials import worst
from oligoteach.widgets import Table

SITES = {
    "brain": "Brain",
    "bone": "Bone",
    "adrenal": "Adrenal gland",
    "liver": "Liver",
    "lung-peripheral": "Lung, peripheral",
    "lung-central": "Lung, central",
}
#: A first schedule to look at for each site: fractions and Gy in each.
OPENING = {
    "brain": (3, 9.0),
    "bone": (2, 12.0),
    "adrenal": (5, 8.0),
    "liver": (3, 15.0),
    "lung-peripheral": (4, 12.0),
    "lung-central": (8, 7.5),
}
HIGH = 190.0
COLUMN = "BED10 · EQD2 · late tissue, Gy"
SCALE = Scale(
    0,
    HIGH,
    range(0, 181, 30),
    "BED10, Gy (α/β 10)",
    "BED10, Gy\nBED10 · EQD2 · BED of late tissue",
)
GRID = np.linspace(20.0, 185.0, 166)
LUNG = ("lung-peripheral", "lung-central")
#: Median BED10 in Gy of the pooled studies of the adrenal gland (claim ``adrenal-dose``).
ADRENAL_MEDIAN = 67.0
_ROLES = {"tested": "with", "conventional": "ratio", "review": "without"}
_SIGNS = {"ok": "✓", "note": "✓", "open": "?", "bad": "✗"}


@dataclass(frozen=True)
class Schedule:
    """A schedule with its doses.

    Attributes
    ----------
    name : str
    fractions : int
    dose : float
        Gy per fraction.
    tumour, equivalent, late : float
        BED and EQD2 with alpha/beta 10, and BED of late tissue, in Gy.
    control : tuple of (str, float, bool)
        For each time that a model speaks of: name, per cent, and whether the model holds there.
    regimen : Regimen or None
        The record, for a schedule of the table.
    """

    name: str
    fractions: int
    dose: float
    tumour: float
    equivalent: float
    late: float
    control: tuple[tuple[str, float, bool], ...]
    regimen: evidence.Regimen | None = None

    @property
    def disputed(self) -> bool:
        """Whether the dose per fraction lies where the linear-quadratic model is disputed."""
        return self.dose > LQ_HIGH

    @property
    def held(self) -> tuple[tuple[str, float], ...]:
        """Control where the model holds."""
        return tuple((name, share) for name, share, valid in self.control if valid)


@dataclass(frozen=True)
class LabView:
    """What the lab shows; ``why`` is said where no curve holds."""

    site: str
    own: Schedule
    others: tuple[Schedule, ...]
    size: float
    late: float
    curves: tuple[tuple[str, np.ndarray], ...]
    why: str
    warnings: tuple[str, ...]


def lab_view(p: SimpleNamespace) -> LabView:
    """Return schedules and model curves for the explorer's settings."""
    name = f"{p.fractions} × {p.dose:g} Gy"
    own = _schedule(p, name, p.fractions, p.dose)
    others = tuple(
        _schedule(p, row.name, row.fractions, row.dose_per_fraction, row)
        for row in evidence.regimens(p.site)
    )
    return LabView(
        site=p.site,
        own=own,
        others=others,
        size=p.size,
        late=p.late,
        curves=_curves(p),
        why=_why_no_curve(p),
        warnings=_warnings(p),
    )


def _schedule(
    p: SimpleNamespace,
    name: str,
    fractions: int,
    dose: float,
    regimen: evidence.Regimen | None = None,
) -> Schedule:
    """Work out a schedule's doses, and what the site's model says of it."""
    control = tuple(
        (when, 100.0 * float(found.values), bool(found.valid))
        for when, found in _estimates(p.site, fractions, dose, p.size)
    )
    return Schedule(
        name=name,
        fractions=fractions,
        dose=dose,
        tumour=float(bed(fractions, dose, ALPHA_BETA_TUMOUR)),
        equivalent=float(eqd2(fractions, dose, ALPHA_BETA_TUMOUR)),
        late=float(bed(fractions, dose, p.late)),
        control=control,
        regimen=regimen,
    )


def _estimates(site: str, fractions: int, dose: Any, size: float) -> list[tuple[str, Estimate]]:
    """Return what the site's model says, by time; nothing where there is no model."""
    if site == "adrenal":
        return _adrenal(bed(fractions, dose, ALPHA_BETA_TUMOUR))
    if site in LUNG:
        days = days_of(fractions, "daily")
        return [("2 y", tumour_control.early_lung(fractions, dose, size, days))]
    return []


def _curves(p: SimpleNamespace) -> tuple[tuple[str, np.ndarray], ...]:
    """Return control over BED10 in the number of fractions chosen; NaN where it does not hold."""
    if p.site == "adrenal":  # by BED10 itself, whatever the number of fractions
        estimates = _adrenal(GRID)
    else:
        dose = isoeffective_dose(GRID, p.fractions, ALPHA_BETA_TUMOUR)
        estimates = _estimates(p.site, p.fractions, dose, p.size)
    return tuple(
        (when, np.where(found.valid, 100.0 * found.values, np.nan)) for when, found in estimates
    )


def _why_no_curve(p: SimpleNamespace) -> str:
    """Return why no curve holds anywhere, or an empty text; it holds first at the grid's end."""
    if p.site not in LUNG:
        return NO_MODEL.get(p.site, "")
    last = isoeffective_dose(GRID[-1], p.fractions, ALPHA_BETA_TUMOUR)
    found = [estimate for _, estimate in _estimates(p.site, p.fractions, last, p.size)]
    return next((estimate.reasons[0] for estimate in found if estimate.reasons), "")


def _adrenal(tumour: Any) -> list[tuple[str, Estimate]]:
    """Return control of adrenal metastases at both times of the model."""
    first, second = (tumour_control.adrenal(tumour, year) for year in (1, 2))
    return [("1 y", first), ("2 y", second)]


def _warnings(p: SimpleNamespace) -> tuple[str, ...]:
    """Return what a reader of the own schedule's control must know."""
    found = _estimates(p.site, p.fractions, p.dose, p.size)
    said = [sentence for _, estimate in found for sentence in estimate.warnings]
    if p.dose > LQ_HIGH:
        said.append(
            f"† Above {LQ_HIGH:g} Gy a fraction the linear-quadratic model, and with it every BED "
            "and EQD2 here, is disputed."
        )
    if not found:
        said.append(NO_MODEL[p.site])
    return tuple(dict.fromkeys(said))


NO_MODEL = {
    "brain": "No schedule of radiosurgery and no model of control by dose was read in a source.",
    "bone": "Pain is the endpoint here as often as control; no model of either by dose is in this "
    "course.",
    "liver": "No model of control by dose is in this course; pooled control by year is in the "
    "figure before.",
}


def lab_blocks(view: LabView) -> list[Block]:
    """Return a row for the own schedule, and one for each of the table."""
    own = view.own
    mark = Mark(min(own.tumour, HIGH))
    blocks = [Block(f"Yours: {own.name}", lines=(Line(_doses(own), "with", mark),))]
    for found in view.others:
        regimen = found.regimen
        hollow = regimen is not None and regimen.verification == "unverified"
        role = _ROLES[regimen.role] if regimen else "with"
        line = Line(f"{_doses(found)}{_sign(regimen)}", role, Mark(found.tumour, hollow=hollow))
        blocks.append(Block(found.name, lines=(line,)))
    if view.site == "adrenal":
        line = Line(f"{ADRENAL_MEDIAN:g} (BED10)", "ratio", Mark(ADRENAL_MEDIAN))
        blocks.append(Block("Median, 39 studies", lines=(line,)))
    return blocks


def _doses(found: Schedule) -> str:
    dagger = "†" if found.disputed else ""
    return f"{found.tumour:.0f}{dagger} · {found.equivalent:.0f} · {found.late:.0f}"


def _sign(regimen: evidence.Regimen | None) -> str:
    """Return the sign of what the audit says of a schedule that the review names."""
    if regimen is None or not regimen.claims:
        return ""
    if regimen.verification == "unverified":
        return " ?"
    return f" {_SIGNS[worst(regimen.claims)[1]]}"


def lab_heading(view: LabView) -> str:
    """Return what the model says of the own schedule, as a heading above the curves."""
    own = view.own
    if not own.control:
        return "Control: no model for this site"
    if not own.held:
        return "Model of control: does not hold here"
    shares = ", ".join(f"{share:.0f} % at {when}" for when, share in own.held)
    return f"Model: control {shares}"


def lab_note(view: LabView, compact: bool) -> str:
    """Return words for the curves' panel where no curve holds."""
    if any(np.isfinite(values).any() for _, values in view.curves):
        return ""
    return "\n".join(textwrap.wrap(view.why, 34 if compact else 44))


def lab_places(view: LabView) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Return where the own schedule and the others stand on the curves, where a model holds."""
    own = [(view.own.tumour, share) for _, share in view.own.held]
    others = [(found.tumour, share) for found in view.others for _, share in found.held]
    return own, others


def lab_sentences(view: LabView) -> list[str]:
    """Return the lab in words, the own schedule first."""
    own = view.own
    lead = (
        f"{own.name}: BED10 {own.tumour:.0f} Gy, EQD2 {own.equivalent:.0f} Gy, late tissue "
        f"{own.late:.0f} Gy"
    )
    told = [f"{lead}; {_control(own)}.", *view.warnings]
    if view.others:
        listed = "; ".join(f"{found.tumour:.0f} for {found.name}" for found in view.others)
        told.append(f"Schedules of the site, BED10 in Gy: {listed}.")
    return told


def _control(found: Schedule) -> str:
    """Return control by the site's model in words."""
    if not found.control:
        return "no model of control"
    if not found.held:
        return "outside the model of control"
    shares = " and ".join(f"{share:.0f} % at {when}" for when, share in found.held)
    return f"model: control {shares}"


def lab_table(view: LabView) -> Table:
    """Return every schedule with doses, control by the model, and what it rests on."""
    rows: list[list[Any]] = []
    for found in (view.own, *view.others):
        regimen = found.regimen
        control = _control(found).removeprefix("model: control ")
        where: Any = "your choice"
        if regimen is not None:
            tone = worst(regimen.claims)[1] if regimen.claims else "ok"
            unread = regimen.verification == "unverified"
            where = {"text": regimen.note, "tone": "open" if unread else tone}
        rows.append(
            [
                found.name,
                f"{found.dose:.3g}",
                f"{found.tumour:.1f}{'†' if found.disputed else ''}",
                f"{found.equivalent:.1f}",
                f"{found.late:.1f}",
                control,
                where,
            ]
        )
    columns = [
        "Schedule",
        "Gy a fraction",
        "BED10, Gy",
        "EQD2, Gy",
        f"BED{view.late:g} of late tissue, Gy",
        "Control by the model",
        "Where it stands",
    ]
    caption = f"† above {LQ_HIGH:g} Gy a fraction, where the linear-quadratic model is disputed."
    return Table(columns, rows, caption)


def shown_claims(view: LabView) -> tuple[str, ...]:
    """Return the claims that the schedules of the site rest on."""
    named = [found.regimen.claims for found in view.others if found.regimen]
    return tuple(dict.fromkeys(claim for claims in named for claim in claims))
