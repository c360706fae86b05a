"""Model curves of trials: fitted through published points, and set against the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from oligoteach import evidence
from oligoteach.models import curves
from oligoteach.modules._trials import arm_ids, interval_text, result, short_name
from oligoteach.widgets import Table


@dataclass(frozen=True)
class CurveSource:
    """Where a curve's published points stand in the ledger.

    Attributes
    ----------
    trial_id : str
        Trial.
    words : str
        Endpoint in words.
    median, landmark : str
        The ledger's names of the endpoint for medians and for shares at a set time.
    apart : tuple of float
        Months of shares from another report that must not be joined with the rest.
    """

    trial_id: str
    words: str
    median: str
    landmark: str = ""
    apart: tuple[float, ...] = ()

    @property
    def title(self) -> str:
        """Trial and endpoint."""
        return f"{short_name(self.trial_id)}, {self.words}"


OVERALL, PROGRESSION_FREE = "overall survival", "progression-free survival"
CURVES = {
    "sabr-comet-os": CurveSource("sabr-comet", OVERALL, "OS", "OS"),
    "sabr-comet-pfs": CurveSource(
        "sabr-comet", PROGRESSION_FREE, "PFS first report", "PFS", (48, 60, 96)
    ),
    "de-ruysscher-os": CurveSource("de-ruysscher", OVERALL, "OS", "OS"),
    "sindas-pfs": CurveSource("sindas", PROGRESSION_FREE, "PFS", "PFS"),
    "gomez-os": CurveSource("gomez", OVERALL, "OS", "OS"),
    "gomez-pfs": CurveSource("gomez", PROGRESSION_FREE, "PFS", "PFS"),
    "iyengar-pfs": CurveSource("iyengar-utsw", PROGRESSION_FREE, "PFS", "PFS"),
    "petty-os": CurveSource("petty", OVERALL, "OS", "OS"),
}
FAMILIES = {
    "weibull": "Weibull: median and one landmark",
    "exponential": "Exponential: median only",
}
LANDMARKS = {"first": "the earliest", "second": "the second", "last": "the latest"}
SAMPLES = 121


@dataclass(frozen=True)
class FittedArm:
    """A curve of one arm with all that was published of it.

    Attributes
    ----------
    role, name : str
        ``with`` or ``without``, and the arm in words.
    curve : Curve
        As fitted.
    median : Outcome
        Published median.
    landmarks : tuple of Outcome
        Published shares, in time.
    used : Outcome or None
        The landmark that the curve was made to pass.
    misses : tuple of LandmarkMiss
        The other landmarks, in time.
    apart : tuple of Outcome
        Shares of another report, not joined.
    """

    role: str
    name: str
    curve: curves.Curve
    median: evidence.Outcome
    landmarks: tuple[evidence.Outcome, ...]
    used: evidence.Outcome | None
    misses: tuple[curves.LandmarkMiss, ...]
    apart: tuple[evidence.Outcome, ...]

    @property
    def last(self) -> float:
        """Last published time that the curve may be compared with, in months."""
        times = [landmark.time_months for landmark in self.landmarks]
        return max([self.median.value, *times])


@dataclass(frozen=True)
class CurvesView:
    """What the curves show: the source, the family asked for, and the arms."""

    source: CurveSource
    family: str
    arms: tuple[FittedArm, ...]

    @property
    def last(self) -> float:
        """Last published time of all arms, in months."""
        return max(arm.last for arm in self.arms)

    @property
    def has_later(self) -> bool:
        """Whether later reports give shares that are not joined."""
        return any(arm.apart for arm in self.arms)


def curves_view(trial: str, family: str, landmark: str, arms: str) -> CurvesView:
    """Return the fitted curves of a trial.

    Parameters
    ----------
    trial : str
        Key of ``CURVES``.
    family : {'weibull', 'exponential'}
        Without a landmark the exponential is taken in either case.
    landmark : {'first', 'second', 'last'}
        Which landmark a Weibull curve must pass.
    arms : {'both', 'with', 'without'}
        A trial with one arm shows it, whichever arm is asked for.
    """
    source = CURVES[trial]
    every = tuple(_fitted(source, family, landmark))
    chosen = tuple(arm for arm in every if arms in ("both", arm.role))
    return CurvesView(source, family, chosen or every)


def _fitted(source: CurveSource, family: str, which: str) -> Iterator[FittedArm]:
    """Yield the fitted curves of the arms of a trial."""
    for role, arm_id in zip(("with", "without"), arm_ids(source.trial_id), strict=True):
        if not arm_id:
            continue
        median = result(source.trial_id, source.median, "median", arm_id)
        points = _landmarks(source, arm_id)
        joined = tuple(o for o in points if o.time_months not in source.apart)
        used = _landmark_used(joined, which) if family == "weibull" else None
        curve = _curve(median, used)
        yield FittedArm(
            role=role,
            name=_arm_name(source.trial_id, role),
            curve=curve,
            median=median,
            landmarks=joined,
            used=used,
            misses=tuple(
                curves.landmark_miss(curve, o.time_months, o.value / 100)
                for o in joined
                if o is not used
            ),
            apart=tuple(o for o in points if o.time_months in source.apart),
        )


def _landmarks(source: CurveSource, arm_id: str) -> list[evidence.Outcome]:
    """Return the published shares of an arm, in time."""
    found = [
        outcome
        for outcome in evidence.outcomes(source.trial_id)
        if (outcome.endpoint, outcome.measure, outcome.arm_id)
        == (source.landmark, "landmark", arm_id)
    ]
    return sorted(found, key=lambda outcome: outcome.time_months)


def _landmark_used(landmarks: tuple[evidence.Outcome, ...], which: str) -> evidence.Outcome | None:
    """Return the landmark that a Weibull curve is to pass, or None where there is none."""
    if not landmarks:
        return None
    places = {"first": 0, "second": min(1, len(landmarks) - 1), "last": len(landmarks) - 1}
    return landmarks[places[which]]


def _curve(median: evidence.Outcome, used: evidence.Outcome | None) -> curves.Curve:
    if used is None:
        return curves.exponential(median.value)
    return curves.weibull(median.value, used.time_months, used.value / 100)


def _arm_name(trial_id: str, role: str) -> str:
    if len(evidence.arms(trial_id)) == 1:
        return "all patients"
    return "with local treatment" if role == "with" else "without"


def drawn_curve(arm: FittedArm, compact: bool) -> Any:
    """Return a curve as the chart wants it: up to the last published time of its arm."""
    from oligoteach.charts.model_curves import Drawn

    time = np.unique(np.append(np.linspace(0, arm.last, SAMPLES), arm.curve.horizon))
    return Drawn(
        role=arm.role,
        name=arm.name.removesuffix(" local treatment") if compact else arm.name,
        note=f"median {arm.median.value:g}",
        time=time,
        value=100 * curves.survival(arm.curve, time),
        horizon=arm.curve.horizon,
        points=tuple(_shown(arm, compact)),
    )


def _shown(arm: FittedArm, compact: bool) -> Iterator[Any]:
    """Yield the published points of an arm; a phone has words only for those that are missed."""
    from oligoteach.charts.model_curves import Shown

    median = arm.median
    yield Shown(median.value, 50, (), "held", time_low=median.low, time_high=median.high)
    missed = {miss.time: miss for miss in arm.misses}
    for outcome in arm.landmarks:
        miss = missed.get(outcome.time_months)
        words = () if compact else (f"{outcome.value:g} %",)
        if miss is not None:
            words += (f"curve {miss.points:+.1f}".replace("-", "−"),)
        yield Shown(
            outcome.time_months,
            outcome.value,
            words,
            "held" if miss is None else "missed",
            predicted=None if miss is None else 100 * miss.predicted,
            low=outcome.low,
            high=outcome.high,
        )


def curve_sentences(view: CurvesView) -> Iterator[str]:
    """Yield the largest miss, what holds the curves, every miss, and where the curves end."""
    misses = [(arm, miss) for arm in view.arms for miss in arm.misses]
    yield _headline(view, misses)
    yield _sentence([*map(_fit_words, view.arms), *_implied_ratio(view)])
    if misses:
        yield _sentence([_miss_words(arm, miss) for arm, miss in misses])
    same = "the last time that the same report gives"
    last = same if view.has_later else "the last published time"
    yield f"Nothing is drawn after {view.last:g} months, {last}{_apart(view)}."


def _headline(view: CurvesView, misses: list[tuple[FittedArm, curves.LandmarkMiss]]) -> str:
    title = view.source.title
    if not misses:
        held = "every landmark" if any(arm.used for arm in view.arms) else "medians alone"
        if view.has_later:
            return f"{title}: the curves rest on {held}; the shares are from later reports."
        return (
            f"{title}: the curves rest on {held}; the ledger has no further number that could "
            "show their error."
        )
    arm, miss = max(misses, key=lambda item: abs(item[1].points))
    return (
        f"{title}: the curve of {_whose(arm)} runs {abs(miss.points):.1f} percentage points "
        f"{_side(miss)} the published share at {miss.time:g} months."
    )


def _whose(arm: FittedArm) -> str:
    return {"without": "those without", "all patients": "all patients"}.get(
        arm.name, "those with local treatment"
    )


def _side(miss: curves.LandmarkMiss) -> str:
    return "below" if miss.points < 0 else "above"


def _fit_words(arm: FittedArm) -> str:
    curve = arm.curve
    family = f"Weibull, k {curve.shape:.2f}," if curve.family == "weibull" else "exponential"
    through = f"the median of {arm.median.value:g} months"
    if arm.used is not None:
        interval = interval_text(arm.used)
        through += f" and {arm.used.value:g} %{interval} at {arm.used.time_months:g} months"
    return f"{arm.name}: {family} through {through}"


def _sentence(parts: list[str]) -> str:
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def _implied_ratio(view: CurvesView) -> Iterator[str]:
    """Say what the medians alone would imply, where both arms are shown."""
    if len(view.arms) == 2:
        ratio = curves.hazard_ratio_from_medians(*(arm.median.value for arm in view.arms))
        yield f"were both hazards constant, the medians would imply a ratio of {ratio.value:.2f}"


def _miss_words(arm: FittedArm, miss: curves.LandmarkMiss) -> str:
    where = "" if miss.valid else ", beyond the points that hold the curve"
    (outcome,) = [o for o in arm.landmarks if o.time_months == miss.time]
    return (
        f"{arm.name} at {miss.time:g} months: curve {100 * miss.predicted:.1f} %, published "
        f"{outcome.value:g} %{interval_text(outcome)}{where}{_other_cut(arm, outcome)}"
    )


def _other_cut(arm: FittedArm, outcome: evidence.Outcome) -> str:
    """Say so where a share is from another report than the one that holds the curve."""
    held = arm.used or arm.median
    return "" if outcome.source_ref == held.source_ref else ", from another data cut"


def _apart(view: CurvesView) -> str:
    """Name the shares of another report, and a status that a reader must know."""
    said = [
        f"{arm.name} {outcome.value:g} % at {outcome.time_months:g} months"
        for arm in view.arms
        for outcome in arm.apart
    ]
    words = f"; not joined, because from a later report: {', '.join(said)}" if said else ""
    status = evidence.trial(view.source.trial_id).status
    return f"{words}; status of the trial: {status}" if "concern" in status else words


def curves_table(view: CurvesView) -> Table:
    """Return every published point of the arms beside the curve's value."""
    columns = ["Arm", "Months", "Published", "Interval", "Curve", "Curve minus published", "Role"]
    rows = [row for arm in view.arms for row in _point_rows(arm)]
    return Table(columns, rows, f"{view.source.title}: published points and the curve")


def _point_rows(arm: FittedArm) -> Iterator[list[Any]]:
    median = arm.median
    months = interval_text(median).strip(" ()")
    yield [
        arm.name,
        f"{median.value:g}",
        "50 %",
        f"{months} months" if months else "none seen",
        "50.0 %",
        "0",
        "holds the curve",
    ]
    missed = {miss.time: miss for miss in arm.misses}
    for outcome in (*arm.landmarks, *arm.apart):
        yield _landmark_row(arm, outcome, missed.get(outcome.time_months))


def _landmark_row(
    arm: FittedArm, outcome: evidence.Outcome, miss: curves.LandmarkMiss | None
) -> list[Any]:
    interval = interval_text(outcome).strip(" ()")
    row: list[Any] = [
        arm.name,
        f"{outcome.time_months:g}",
        f"{outcome.value:g} %",
        f"{interval} %" if interval else "none seen",
    ]
    if outcome in arm.apart:
        return [*row, "–", "–", {"text": "later report, not joined", "tone": "note"}]
    if miss is None:
        return [*row, f"{outcome.value:.1f} %", "0", "holds the curve"]
    where = "missed" if miss.valid else "missed; beyond the points that hold the curve"
    where += _other_cut(arm, outcome)
    points = f"{miss.points:+.1f} points".replace("-", "−")
    return [*row, f"{100 * miss.predicted:.1f} %", points, {"text": where, "tone": "bad"}]
