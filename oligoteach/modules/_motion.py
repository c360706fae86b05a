"""What breathing costs: two ways to a planning target, their volumes, and the goals for each."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

from oligoteach.models import falloff, target_volumes
from oligoteach.models._estimate import Estimate
from oligoteach.models.margins import breathing_margin, few_fractions, margin
from oligoteach.modules._margin_rings import WIDTHS
from oligoteach.widgets import Table

MM = 0.1  # cm in a mm
WAYS = {"swept": "ITV", "middle": "mean position"}
REACH_CM = 5.2  # half the height of the drawing


@dataclass(frozen=True)
class Way:
    """One way to a PTV.

    Attributes
    ----------
    across, along : float
        Margins in mm across breathing and along it.
    volume : float
        PTV in cc.
    goals : falloff.Goals
        For this PTV.
    """

    across: float
    along: float
    volume: float
    goals: falloff.Goals

    @property
    def known(self) -> bool:
        """Whether the table of goals has this volume."""
        return bool(self.goals.valid)


@dataclass(frozen=True)
class MotionView:
    """What the explorer shows.

    Attributes
    ----------
    radius, sweep : float
        Of the tumour, and of its breathing from peak to peak, in cm.
    gtv, itv : float
        Volumes in cc.
    ways : dict of str to Way
        ``swept``: the ITV with its margin; ``middle``: around the mean position.
    breathing : Estimate
        The margin along breathing, in mm, with what must be said of it.
    """

    radius: float
    sweep: float
    gtv: float
    itv: float
    ways: dict[str, Way]
    breathing: Estimate


def motion_view(p: SimpleNamespace) -> MotionView:
    """Return volumes and goals for the explorer's settings."""
    how = (WIDTHS[p.penumbra], int(p.isodose) / 100)
    errors = few_fractions(p.systematic, p.random, p.fractions)
    across = float(margin(errors.systematic, errors.random, *how))
    along = breathing_margin(errors, p.amplitude, *how)
    radius, sweep = p.diameter / 2, p.amplitude * MM
    longest = float(along.values)
    swept = float(target_volumes.ptv_of_itv(radius, sweep, across * MM))
    middle = float(target_volumes.ptv_of_mean_position(radius, across * MM, longest * MM))
    return MotionView(
        radius=radius,
        sweep=sweep,
        gtv=float(target_volumes.sphere_volume(radius)),
        itv=float(target_volumes.itv_volume(radius, sweep)),
        ways={
            "swept": Way(across, across, swept, falloff.goals(swept)),
            "middle": Way(across, longest, middle, falloff.goals(middle)),
        },
        breathing=along,
    )


def motion_sentences(view: MotionView) -> list[str]:
    """Return the volumes in words."""
    swept, middle = view.ways["swept"], view.ways["middle"]
    less = max(1 - middle.volume / swept.volume, 0.0)  # equal ones may differ in a last digit
    found = [
        f"The ITV's PTV holds {cc(swept.volume)}, the one around the mean position "
        f"{cc(middle.volume)}: {100 * less:.0f} % less. The tumour alone holds {cc(view.gtv)}.",
        f"The ITV holds {cc(view.itv)}. Margins: {swept.across:.1f} mm, along breathing around the "
        f"mean position {middle.along:.1f} mm.",
    ]
    found += [_goal_sentence(way, view.ways[way]) for way in WAYS]
    if swept.known or middle.known:
        none, minor = falloff.LUNG_V20
        found.append(f"Lung V20 below {none:g} and {minor:g} %, whatever the volume.")
    return found + list(view.breathing.warnings)


def _goal_sentence(name: str, way: Way) -> str:
    """Return the goals for one PTV in words."""
    if not way.known:
        return f"For {cc(way.volume)} ({WAYS[name]}) the table has no goal."
    r50, d2cm = way.goals.r50, way.goals.d2cm
    distance = float(falloff.gradient_distance(way.volume, r50.none))
    return (
        f"Goals for {cc(way.volume)} ({WAYS[name]}), without and with a minor deviation: R50 below "
        f"{float(r50.none):.2f} and {float(r50.minor):.2f}, D2cm below {float(d2cm.none):.0f} and "
        f"{float(d2cm.minor):.0f} %; for a sphere the 50 % isodose then lies within "
        f"{distance:.1f} cm of its edge."
    )


def motion_table(view: MotionView) -> Table:
    """Return volumes, margins and goals of both ways."""
    rows = []
    for name, way in view.ways.items():
        r50, d2cm = way.goals.r50, way.goals.d2cm
        goals = ["no goal", "no goal"]
        if way.known:
            goals = [
                f"{float(r50.none):.2f} / {float(r50.minor):.2f}",
                f"{float(d2cm.none):.0f} / {float(d2cm.minor):.0f}",
            ]
        lung = f"{falloff.LUNG_V20[0]:g} / {falloff.LUNG_V20[1]:g}" if way.known else "no goal"
        rows.append(
            [
                WAYS[name],
                f"{way.across:.1f}",
                f"{way.along:.1f}",
                f"{way.volume:.1f}",
                *goals,
                lung,
            ]
        )
    columns = [
        "PTV around",
        "Margin across, mm",
        "Margin along, mm",
        "PTV, cc",
        "R50 below",
        "D2cm below, %",
        "Lung V20 below, %",
    ]
    caption = (
        f"Tumour {view.gtv:.1f} cc, ITV {view.itv:.1f} cc. Goals without / with a minor deviation; "
        "their values were seen in copies, not in the protocols: unverified."
    )
    return Table(columns, rows, caption)


def cc(volume: float) -> str:
    """Return a volume in words, with three digits at most."""
    return f"{volume:.1f} cc" if volume < 99.95 else f"{volume:.0f} cc"
