"""The explorers of the lesson on dose and planning: margins, motion, fractionation, limits."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, ClassVar

from oligoteach.modules import _course_time as course_time
from oligoteach.modules import _isoeffect as isoeffect
from oligoteach.modules._constraint_checker import (
    FRACTIONS,
    HEADS,
    ITEMS,
    PLAN_NAMES,
    CheckView,
    check_sentences,
    check_table,
    check_view,
    plan_controls,
    plan_values,
)
from oligoteach.modules._fractionation_lab import (
    MOST_ROWS,
    NAMES,
    SCALES,
    SITES,
    TISSUES,
    TRANSITIONS,
    FractionationView,
    fractionation_sentences,
    fractionation_table,
    fractionation_view,
    nice,
    too_much,
)
from oligoteach.modules._margin_rings import (
    COUNTS,
    ISODOSES,
    PENUMBRAS,
    REACH,
    TICKS,
    TOP,
    MarginView,
    margin_sentences,
    margin_table,
    margin_view,
)
from oligoteach.modules._motion import (
    MM,
    REACH_CM,
    WAYS,
    MotionView,
    cc,
    motion_sentences,
    motion_table,
    motion_view,
)
from oligoteach.modules._own_plan import OwnPlan
from oligoteach.modules._plan_room import PlanRoom
from oligoteach.widgets import Choice, Explorer, Number, Table, Toggle


class Fractionation(Explorer):
    """Schedules side by side under three models of cell kill."""

    key = "fractionation"
    controls = (
        Choice("site", "Schedules for", SITES),
        Choice("tissue", "Tissue", TISSUES),
        Number("fractions", "Your schedule: fractions", 1, 35, default=3),
        Number("dose", "Your schedule: dose of each", 1, 34, default=18, step=0.5, unit="Gy"),
        Choice("transition", "LQ-L turns straight at", TRANSITIONS, default="10"),
        Choice("scale", "Scale", SCALES),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Formula": "−ln S per fraction. LQ: αd + βd². LQ-L: LQ up to d_T, then its tangent. USC: "
        "LQ up to d_T, then (d − Dq)/D0. BED = −ln S/α; EQD2: the dose in 2 Gy fractions with the "
        "same −ln S under the same model",
        "Parameters": "α/β 10, 3 and 2 Gy: seen in secondary sources. LQ-L's d_T is an assumption: "
        "6, 10 and 20 Gy are teaching values. USC: α 0.33 per Gy, α/β 8.6 Gy, D0 1.25 Gy, Dq 1.8 "
        "Gy, seen in code that cites the paper; its d_T of 6.2 Gy was only recomputed",
        "Validity": "LQ from 1 to 10 Gy a fraction, debated above 8: beyond it is drawn hollow. "
        "LQ-L and USC to 34 Gy. USC is fitted to cells of one lung cancer in vitro (the cell line "
        "was not found in a source), so it is not used for normal tissue. No time, volume or "
        "vessels in any of them",
        "Source": "Fowler 1989, 10.1259/0007-1285-62-740-679; Astrahan 2008, 10.1118/1.2969065; "
        "Park 2008, 10.1016/j.ijrobp.2007.10.059; for the schedules the ledger of this course",
    }
    aspect = 0.62
    narrow_aspect = 1.4

    def refuse(self, p: SimpleNamespace) -> Mapping[str, str]:
        """Refuse a course that nobody gives."""
        return too_much(p)

    def compute(self, p: SimpleNamespace) -> FractionationView:
        """Return the schedules."""
        return fractionation_view(p)

    def draw(self, figure: Any, result: FractionationView) -> Any:
        """Draw a row for each schedule."""
        from oligoteach.charts.spread_rows import Look, SpreadRows

        looks = {
            "lq": Look(NAMES["lq"], "blue", "o"),
            "lql": Look(NAMES["lql"], "vermillion", "s"),
            "usc": Look(NAMES["usc"], "green", "D"),
        }
        chart = SpreadRows(figure, looks, MOST_ROWS)
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: FractionationView) -> None:
        """Show other schedules."""
        from oligoteach.charts.spread_rows import Mark, Row

        rows = [
            Row(
                name=s.name,
                detail=f"{s.total:g} Gy, {s.known}",
                marks={way: Mark(v, s.holds[way]) for way, v in s.values.items()},
                words=" / ".join(f"{v:.0f}" for v in s.values.values()),
                lit=s.lit,
            )
            for s in result.schedules
        ]
        artists["note"].set_text("hollow: beyond its range")
        artists.show(rows, (result.end, f"{result.scale_name}, Gy"))

    def describe(self, result: FractionationView) -> str:
        """Return the schedules in words."""
        return " ".join(fractionation_sentences(result))

    def table(self, result: FractionationView) -> Table:
        """Return every schedule with its values."""
        return fractionation_table(result)


class Margins(Explorer):
    """How large a margin a population needs, and whom a given one covers."""

    key = "margins"
    controls = (
        Number("given", "Margin that is used", 0, 12, default=5, step=0.5, unit="mm"),
        Number(
            "systematic",
            "Systematic error Σ",
            0,
            3,
            default=2,
            step=0.1,
            unit="mm",
            hint="Standard deviation over patients: the same at each fraction.",
        ),
        Number(
            "random",
            "Random error σ",
            0,
            4,
            default=3,
            step=0.1,
            unit="mm",
            hint="Standard deviation from day to day.",
        ),
        Number("fractions", "Fractions", 1, 35, default=3),
        Choice("penumbra", "Penumbra of the beams", PENUMBRAS),
        Choice("isodose", "Isodose that must hold the target", ISODOSES),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Formula": "M = 2.5 Σ + b (√(σ² + σp²) − σp), b = Φ⁻¹(isodose); in n fractions Σ′² = Σ² + "
        "σ²/n and σ′² = σ² (1 − 1/n)",
        "Parameters": "σp = 3.2 mm in water and the recipe were read in the paper's abstract; "
        "σp = 6.4 mm in lung and b = 0.842 for 80 % on slides of a course. Σ and σ are yours: they "
        "belong to a department and its imaging, and none were read in a source",
        "Validity": "Gaussian errors, alike in three dimensions; a rigid target, larger than the "
        "penumbra; 90 % of patients, not all. Rotation, deformation and contouring are left out. "
        "The correction for few fractions is the statistics of a mean; its formula was not found "
        "in a source",
        "Dots": "A hundred patients, each as far from the middle as its shift is long in three "
        "dimensions; direction means nothing. Their share is this course's inversion of the recipe",
        "Source": "van Herk 2000, 10.1016/S0360-3016(00)00518-6 (abstract); few fractions: Gordon "
        "and Siebers 2007, Phys Med Biol 52:1967",
    }
    aspect = 0.62
    narrow_aspect = 1.75

    def compute(self, p: SimpleNamespace) -> MarginView:
        """Return margins and shifts."""
        return margin_view(p)

    def draw(self, figure: Any, result: MarginView) -> Any:
        """Draw rings and curve."""
        from oligoteach.charts.shift_rings import ShiftRings

        words = (
            "● covered   ■ shifted too far",
            "Line: margin; grey: lost to blur",
            "Fractions",
            "many fractions",
            "used",
        )
        chart = ShiftRings(figure, REACH, COUNTS, TICKS, TOP, words)
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: MarginView) -> None:
        """Move dots, rings and curve."""
        from oligoteach.charts.shift_rings import Shown

        artists.show(
            Shown(
                lengths=result.lengths,
                room=result.given - result.taken,
                ring=result.given,
                curve=result.by_count,
                count=result.n_fractions,
                wanted=result.wanted,
                limit=result.many,
                headings=(
                    f"{result.inside} of 100 covered by {result.given:g} mm",
                    f"Margin for 90 of 100: {result.wanted:.1f} mm",
                ),
            )
        )

    def describe(self, result: MarginView) -> str:
        """Return the margins in words."""
        return " ".join(margin_sentences(result))

    def table(self, result: MarginView) -> Table:
        """Return margins by number of fractions."""
        return margin_table(result)


class Motion(Explorer):
    """What breathing costs: two ways to a planning target, and the goals for each."""

    key = "motion"
    controls = (
        Number("diameter", "Diameter of the tumour", 1, 5, default=3, step=0.1, unit="cm"),
        Number("amplitude", "Breathing, peak to peak", 0, 25, default=10, unit="mm"),
        Number("systematic", "Systematic error Σ", 0, 3, default=1.5, step=0.1, unit="mm"),
        Number("random", "Random error σ", 0, 4, default=1.5, step=0.1, unit="mm"),
        Number("fractions", "Fractions", 1, 35, default=5),
        Choice("penumbra", "Penumbra of the beams", PENUMBRAS, default="lung"),
        Choice("isodose", "Isodose that must hold the target", ISODOSES, default="80"),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Formula": "ITV: 4/3 π r³ + π r² A. Its PTV: the same with r + M. Around the mean "
        "position: an ellipsoid of margins, M across and, along breathing, M with σ² + A²/8; its "
        "sum with the tumour by Steiner's formula",
        "Parameters": "Margins by van Herk's recipe. Goals for R50, D2cm and lung V20: eleven "
        "volumes of RTOG 0813 and 0915, a straight line between two of them; seen in two copies "
        "in program code, not in the protocols: unverified",
        "Validity": "A rigid sphere that breathes along one line as a sinusoid. Goals from 1.8 to "
        "163 cc of PTV and none beyond. Breathing above 10 mm is not Gaussian enough for the "
        "margin around the mean position: it is shown, and said to be outside. Not a plan: what a "
        "plan reaches depends on its beams",
        "Source": "van Herk 2000, 10.1016/S0360-3016(00)00518-6 (abstract) and van Herk 2004, "
        "10.1053/j.semradonc.2003.10.003 (first page); Bezjak 2019, 10.1200/JCO.18.00622, and "
        "Videtic 2015, 10.1016/j.ijrobp.2015.07.2260, for the protocols; geometry",
    }
    aspect = 0.66
    narrow_aspect = 2.1

    def compute(self, p: SimpleNamespace) -> MotionView:
        """Return volumes, margins and goals."""
        return motion_view(p)

    def draw(self, figure: Any, result: MotionView) -> Any:
        """Draw the target to scale, and both goals by volume."""
        from oligoteach.charts.swept_target import Scale, SweptTarget
        from oligoteach.models.falloff import TABLE

        scales = (
            Scale(
                "R50 below",
                *(0, 8, (0, 2, 4, 6, 8)),
                *(TABLE[:, 1], TABLE[:, 2]),
                "{:.1f}",
            ),
            Scale(
                "D2cm below, %",
                *(20, 100, (20, 40, 60, 80, 100)),
                *(TABLE[:, 3], TABLE[:, 4]),
                "{:.0f}",
            ),
        )
        words = ("1 cm", "PTV, cc (log scale); grey: no goal\n— goal   ··· with a minor deviation")
        chart = SweptTarget(figure, REACH_CM, TABLE[:, 0], scales, words)
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: MotionView) -> None:
        """Move outlines and points."""
        from oligoteach.charts.swept_target import Outline, Target

        outlines = {}
        for name, way in result.ways.items():
            goals = way.goals
            limits = (float(goals.r50.none), float(goals.d2cm.none)) if way.known else (None, None)
            swept = name == "swept"
            outlines[name] = Outline(
                across=way.across * MM,
                along=way.along * MM,
                stretch=result.sweep if swept else 0.0,
                volume=way.volume,
                limits=limits,
                name=f"{'—' if swept else '- -'} PTV around {WAYS[name]}: {cc(way.volume)}",
            )
        headings = (
            f"Tumour {cc(result.gtv)}, ITV {cc(result.itv)}",
            f"breathing {10 * result.sweep:g} mm up and down",
        )
        artists.show(Target(result.radius, result.sweep, outlines, headings))

    def describe(self, result: MotionView) -> str:
        """Return the volumes in words."""
        return " ".join(motion_sentences(result))

    def table(self, result: MotionView) -> Table:
        """Return both ways with their goals."""
        return motion_table(result)


class Isoeffect(Explorer):
    """The same effect in another number of fractions, for tumour and late tissue."""

    key = "isoeffect"
    controls = (
        Number("fractions", "In how many fractions", 1, 40, default=5),
        Number("late", "α/β of late tissue", 1, 10, default=3, step=0.5, unit="Gy"),
        Number("from_fractions", "Schedule to match: fractions", 1, 40, default=30),
        Number("from_dose", "Schedule to match: dose of each", 1, 20, 2, step=0.5, unit="Gy"),
        Number("tumour", "α/β of the tumour", 2, 20, default=10, step=0.5, unit="Gy"),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Formula": "BED = nd (1 + d/(α/β)); the same BED in n fractions: d = (α/β)/2 · (√(1 + 4 "
        "BED/(n α/β)) − 1), once with each α/β",
        "Parameters": "α/β 10 Gy for tumour and 3 Gy for late tissue: teaching values, seen in "
        "secondary sources; both are yours to change",
        "Validity": "LQ: 1 to 10 Gy a fraction, debated above 8; beyond it the lines are dotted. "
        "Time, volume and repair are left out. The formula for n fractions is algebra",
        "Source": "Fowler 1989, 10.1259/0007-1285-62-740-679",
    }
    aspect = 0.62
    narrow_aspect = 1.2

    def refuse(self, p: SimpleNamespace) -> Mapping[str, str]:
        """Refuse a course that nobody gives."""
        return isoeffect.too_much(p)

    def compute(self, p: SimpleNamespace) -> isoeffect.IsoeffectView:
        """Return doses of the same effect."""
        return isoeffect.isoeffect_view(p)

    def draw(self, figure: Any, result: isoeffect.IsoeffectView) -> Any:
        """Draw total dose by number of fractions."""
        from oligoteach.charts.cursor_panels import CursorPanels, Panel

        panel = Panel("Fractions (log scale)", 0.9, 44, isoeffect.TICKS, log=True)
        chart = CursorPanels(figure, [panel])
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: isoeffect.IsoeffectView) -> None:
        """Move both lines."""
        from oligoteach.charts.cursor_panels import Curve, Shown

        lines = result.lines
        words = {
            "tumour": f"same effect on the tumour: {result.total('tumour'):.1f} Gy",
            "late": f"same effect on late tissue: {result.total('late'):.1f} Gy",
        }
        curves = {
            style: Curve(
                lines[tissue].totals, lines[tissue].holds, result.total(tissue), words[tissue]
            )
            for style, tissue in (("first", "tumour"), ("second", "late"))
        }
        matched = result.from_fractions, result.from_fractions * result.from_dose
        most = max(float(line.totals.max()) for line in lines.values())
        heading = f"Total Gy to match {result.from_fractions} × {result.from_dose:g} Gy (◇)"
        artists.show(
            [Shown(heading, isoeffect.COUNTS, curves, result.n_fractions, matched, nice(most))]
        )

    def describe(self, result: isoeffect.IsoeffectView) -> str:
        """Return the doses in words."""
        return " ".join(isoeffect.isoeffect_sentences(result))

    def table(self, result: isoeffect.IsoeffectView) -> Table:
        """Return doses by number of fractions."""
        return isoeffect.isoeffect_table(result)


class CourseTime(Explorer):
    """Days lost to a break, and hours too few for repair."""

    key = "time"
    controls = (
        Number("fractions", "Fractions", 1, 40, default=30),
        Number("dose", "Dose of each", 1, 20, default=2, step=0.5, unit="Gy"),
        Number("gap", "Break", 0, 21, default=7, unit="days"),
        Choice("rhythm", "Rhythm", course_time.RHYTHMS),
        Number("kick_off", "Assumed: growth begins on day", 7, 42, default=28),
        Number("doubling", "Assumed: doubling time", 1, 15, 3, step=0.5, unit="days"),
        Number("half_time", "Assumed: half-time of repair", 0.5, 6, 1.5, step=0.5, unit="h"),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Formula": "Tumour: BED = nd (1 + d/(α/β)) − ln 2 · max(0, T − Tk)/(α Tp). Late tissue: "
        "BED = nd [1 + (1 + h) d/(α/β)], h from the share not repaired from fraction to fraction",
        "Parameters": "α/β 10 and 3 Gy. Kick-off Tk 28 days, doubling time Tp 3 days, α 0.35 per "
        "Gy and half-time of repair 1.5 h are assumptions: none was found in a source",
        "Validity": "Equal intervals; with two a day the hours between them, then the night. The "
        "formula for incomplete repair was recomputed, not found in a source. LQ: 1 to 10 Gy a "
        "fraction; where a model does not hold its line is dotted",
        "Source": "Repopulation: Fowler 2010, 10.1259/bjr/31372149 (form). Repair: Thames 1985, "
        "Int J Radiat Biol 47:319 (index entry)",
    }
    aspect = 0.62
    narrow_aspect = 1.7

    def refuse(self, p: SimpleNamespace) -> Mapping[str, str]:
        """Refuse a course that nobody gives."""
        return course_time.too_much(p)

    def compute(self, p: SimpleNamespace) -> course_time.TimeView:
        """Return the course with its break."""
        return course_time.time_view(p)

    def draw(self, figure: Any, result: course_time.TimeView) -> Any:
        """Draw BED by days and by hours."""
        from oligoteach.charts.cursor_panels import CursorPanels, Panel

        days, hours = course_time.DAYS, course_time.HOURS
        panels = (
            Panel("Days from first to last", 0, days[-1], course_time.DAY_TICKS),
            Panel("Hours between fractions", 0, hours[-1], course_time.HOUR_TICKS),
        )
        chart = CursorPanels(figure, panels)
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: course_time.TimeView) -> None:
        """Move both curves."""
        import numpy as np

        from oligoteach.charts.cursor_panels import Curve, Shown

        days, hours = course_time.DAYS, course_time.HOURS
        top = nice(result.full)
        # The curve leaves the panel where intervals become absurdly short.
        late_top = nice(max(float(np.interp(4, hours, result.by_hours)), result.late))
        tumour = Curve(
            result.by_days,
            result.days_hold,
            result.tumour["actual"],
            f"{result.tumour['actual']:.1f} Gy; ◇ planned {result.tumour['planned']:.1f}",
        )
        late = Curve(
            result.by_hours,
            result.hours_hold,
            result.late,
            f"{result.late:.1f} Gy; all repaired {result.late_full:.1f}",
        )
        planned = (result.planned, result.tumour["planned"])
        apart = course_time.HOURS_APART[result.rhythm]
        artists.show(
            [
                Shown("Tumour, BED in Gy", days, {"first": tumour}, result.actual, planned, top),
                Shown("Late tissue, BED in Gy", hours, {"second": late}, apart, None, late_top),
            ]
        )

    def describe(self, result: course_time.TimeView) -> str:
        """Return the course in words."""
        return " ".join(course_time.time_sentences(result))

    def table(self, result: course_time.TimeView) -> Table:
        """Return BED by days and by hours."""
        return course_time.time_table(result)


class Constraints(Explorer):
    """One plan against the limits of every source."""

    key = "constraints"
    controls = (
        Choice("preset", "Plan (invented)", PLAN_NAMES),
        Choice("fractions", "Fractions", FRACTIONS, default="5"),
        Toggle("optimal", "Optimal limits where a source has them"),
        Toggle("unverified", "Unverified limits too"),
        *plan_controls(),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Cells": "The source's limit and whether the plan keeps it (✓) or breaks it (✗); – where "
        "it has none for this number of fractions",
        "?, framed": "Unverified: nobody has seen the limit in a source",
        "≠": "The plan keeps the limit of one source and breaks that of another",
        "Hottest point": "Limits on a point or on up to 0.5 cc, as each source has them; where it "
        "has several, the one on the smallest volume. Their volumes differ: the table has them",
        "HyTEC, cord": "Myelopathy in 1 to 5 of 100, not irradiated before; the values for the "
        "cord in two to five fractions are extrapolations by LQ",
        "Not done": "No interpolation between numbers of fractions, no merging of sources, no sum "
        "over organs. Cord, thecal sac and canal are three organs",
        "Source": "The constraints of this course, most of them read in copies; each row of the "
        "table has its grade. The plans are invented. Not for planning a treatment",
    }
    aspect = 0.72
    narrow_aspect = 1.8
    table_open = True

    def bring(self, changed: Mapping[str, Any], p: SimpleNamespace) -> Mapping[str, Any]:
        """Let a plan set its values, and a changed value make it one's own."""
        return plan_values(changed, p)

    def compute(self, p: SimpleNamespace) -> CheckView:
        """Return the plan against each source."""
        return check_view(p)

    def draw(self, figure: Any, result: CheckView) -> Any:
        """Draw the matrix."""
        from oligoteach.charts.limit_matrix import LimitMatrix

        keys = ("✓ kept  ✗ broken", "? unverified  ≠ sources disagree")
        chart = LimitMatrix(figure, len(ITEMS), keys)
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: CheckView) -> None:
        """Show other limits."""
        from oligoteach.charts.limit_matrix import Cell, Row

        rows = []
        for line in result.lines:
            found = [line.in_column(column) for column in result.columns]
            cells = [
                cell
                and Cell(
                    f"{cell.judgement.allowed:g}", "kept" if cell.kept else "broken", cell.unread
                )
                for cell in found
            ]
            name = line.item.short if artists.compact else line.item.name
            value = f"{line.value:g}" if artists.compact else f"{line.value:g} {line.item.unit}"
            rows.append(Row(name, value, cells, line.disagree))
        artists.show([HEADS[column][artists.compact] for column in result.columns], rows)

    def describe(self, result: CheckView) -> str:
        """Return the plan in words."""
        return " ".join(check_sentences(result))

    def table(self, result: CheckView) -> Table:
        """Return every limit that was used."""
        return check_table(result)


EXPLORERS = {
    cls.key: cls
    for cls in (
        Fractionation,
        Isoeffect,
        CourseTime,
        Constraints,
        Margins,
        Motion,
        PlanRoom,
        OwnPlan,
    )
}
