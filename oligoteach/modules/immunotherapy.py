"""The explorers of the lesson on immunotherapy: dynamics, dormancy, interferon, evidence."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, ClassVar

from oligoteach.modules._abscopal import (
    STUDIES as ABSCOPAL,
)
from oligoteach.modules._abscopal import (
    AbscopalView,
    abscopal_sentences,
    abscopal_table,
    abscopal_view,
)
from oligoteach.modules._dormancy import (
    LAST,
    STARTS,
    DormancyView,
    dormancy_sentences,
    dormancy_table,
    dormancy_view,
)
from oligoteach.modules._immune_dynamics import (
    NAMES,
    SHORT,
    TIMINGS,
    TYPICAL,
    DynamicsView,
    dynamics_sentences,
    dynamics_table,
    dynamics_view,
)
from oligoteach.modules._immune_evidence import (
    ENDPOINTS,
    EvidenceView,
    evidence_blocks,
    evidence_sentences,
    evidence_table,
    evidence_view,
)
from oligoteach.modules._interferon import (
    COUNTS,
    DOSES,
    InterferonView,
    interferon_sentences,
    interferon_table,
    interferon_view,
)
from oligoteach.widgets import Choice, Explorer, Number, Table, Toggle


class Dynamics(Explorer):
    """Radiotherapy with an antibody in a published mouse model."""

    key = "dynamics"
    controls = (
        Choice("timing", "Antibody against PD-L1", TIMINGS, default="with"),
        Number(
            "influx",
            "T-cell influx, share of the typical mouse's",
            50,
            150,
            default=TYPICAL,
            step=5,
            unit="%",
            hint="The paper lets it differ between animals.",
        ),
        Number("start", "First fraction on day", 3, 20, default=7),
        Number(
            "dose",
            "Dose per fraction",
            1,
            10,
            default=2,
            step=0.5,
            unit="Gy",
            hint="Reference values exist for 2 Gy only.",
        ),
        Number("fractions", "Fractions", 0, 10, default=5),
        Toggle("spaced", "Fractions every other day"),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Formula": "Five equations for viable and dying tumour, waiting and killing effector "
        "cells, and PD-L1; a fraction of D Gy leaves the share exp(−αD − 0.1αD²) viable",
        "Parameters": "20 values; α = 0.146 per Gy, growth 0.4 a day, antibody 10 mg/kg three "
        "times a week for three weeks. Fifteen values, from growth to α, were read in the paper's "
        "table. Not verified: clearance of dying tumour, what the antibody does and how it is "
        "cleared, and the tenth of α for the square of the dose",
        "Validity": "CT26 tumours in mice, day 0 to 40; reference values exist for 5 × 2 Gy with "
        "and without antibody. Other doses, up to 10 Gy a fraction, are what the formula says, "
        "unchecked: nothing on 3 × 8 Gy can be read from it. The paper lets T-cell influx differ "
        "between animals (random effect 0.696); the curves are those of one. Not for patients",
        "Source": "Kosinsky 2018, J Immunother Cancer 6:17, 10.1186/s40425-018-0327-9 (equations "
        "and most of table 1 seen on the journal's page)",
    }
    aspect = 0.66
    narrow_aspect = 1.72

    def compute(self, p: SimpleNamespace) -> DynamicsView:
        """Return the courses with all, part and none of what was chosen."""
        return dynamics_view(p)

    def draw(self, figure: Any, result: DynamicsView) -> Any:
        """Draw the panels."""
        from oligoteach.charts.course_panels import CoursePanels, PanelScale

        scales = (
            PanelScale("Tumour volume, mm³", 2200, range(0, 2001, 500)),
            PanelScale("Killing effector cells", 1500, range(0, 1501, 500)),
            PanelScale("PD-L1 level", 1, (0, 0.25, 0.5, 0.75, 1)),
        )
        chart = CoursePanels(figure, scales, 40, ("fractions", "antibody"))
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: DynamicsView) -> None:
        """Move the curves."""
        from oligoteach.charts.course_panels import Drawn

        curves = {
            arm: Drawn(NAMES[arm], SHORT[arm], c.days, (c.volume, c.effectors, c.pdl1))
            for arm, c in result.arms.items()
        }
        days = [day for day, _ in result.schedule.fractions]
        artists.show(curves, (days, result.schedule.antibody), "\n".join(result.notes))

    def describe(self, result: DynamicsView) -> str:
        """Return the courses in words."""
        return " ".join(dynamics_sentences(result))

    def table(self, result: DynamicsView) -> Table:
        """Return volumes on a few days."""
        return dynamics_table(result)


class Dormancy(Explorer):
    """Two ends of one rule: a tumour held in check, and one that escaped."""

    key = "dormancy"
    controls = (
        Choice("start", "Start", STARTS),
        Number("killed", "Tumour cells killed", 0, 99, default=80, unit="%"),
        Number("lost", "Effector cells lost with them", 0, 99, default=0, unit="%"),
        Number("day", "Day of treatment", 5, 60, default=20),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Formula": "dE/dt = s + pET/(g + T) − mET − dE; dT/dt = aT(1 − bT) − nET",
        "Parameters": "s = 13 000 cells a day, p = 0.1245, d = 0.0412, a = 0.18 per day, "
        "g = 2.019 × 10⁷ cells, m = 3.422 × 10⁻¹⁰, n = 1.101 × 10⁻⁷, b = 2 × 10⁻⁹; read in "
        "publications that cite the paper, not in the paper",
        "Validity": "A lymphoma of mice, days 0 to 1000. The treatment is this course's addition: "
        "it removes shares of both kinds of cells at once. No cure is possible: the state without "
        "tumour is unstable, so even 99 % killed ends in dormancy. Not for patients",
        "Source": "Kuznetsov 1994, Bull Math Biol 56:295–321, 10.1007/BF02460644",
    }
    aspect = 0.62
    narrow_aspect = 1.7

    def compute(self, p: SimpleNamespace) -> DormancyView:
        """Return the path left alone and the treated one."""
        return dormancy_view(p)

    def draw(self, figure: Any, result: DormancyView) -> Any:
        """Draw the plane and the course."""
        from oligoteach.charts.phase_plane import PhasePlane, Plane
        from oligoteach.models.tumour_immune import steady_states, watershed

        effectors, tumour = watershed()
        millions = 1e-6
        rest = [state for state in steady_states() if state.stability == "stable"]
        plane = Plane(
            ("Tumour cells, millions (log)", 1e-2, 1e3),
            ("Effector cells, millions (log)", 1e-2, 10),
            (tumour * millions, effectors * millions),
            ("dormancy", "escape"),
            [(state.tumour * millions, state.effectors * millions) for state in rest],
            LAST,
        )
        chart = PhasePlane(figure, plane)
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: DormancyView) -> None:
        """Move the paths."""
        from oligoteach.charts.phase_plane import Way

        millions = 1e-6
        paths = {"without": ("left alone", result.alone), "with": ("treated", result.treated)}
        jumps = {"without": None, "with": result.jump}
        ways = {}
        for kind, (name, path) in paths.items():
            if path is not None:
                across, up = path.tumour * millions, path.effectors * millions
                ways[kind] = Way(name, path.days, across, up, jumps[kind])
        artists.show(ways)

    def describe(self, result: DormancyView) -> str:
        """Return the paths in words."""
        return " ".join(dormancy_sentences(result))

    def table(self, result: DormancyView) -> Table:
        """Return cells on a few days."""
        return dormancy_table(result)


class Interferon(Explorer):
    """Dose per fraction and interferon: a published range, and a curve that is assumed."""

    key = "interferon"
    controls = (
        Number("total", "Total dose", 12, 30, default=24, step=3, unit="Gy"),
        Number("half_rise", "Assumed: rise half done at", 1, 10, default=4, step=0.5, unit="Gy"),
        Number("half_fall", "Assumed: fall half done at", 12, 18, default=15, step=0.5, unit="Gy"),
        Number("steepness", "Assumed: steepness of the fall", 2, 16, default=8),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Formula": "One fraction: s(d) = d² / (k² + d²) / (1 + (d / t)^h). Course: 1 − exp(−n s)",
        "Parameters": "k (rise), t (fall) and h (steepness) are this course's own, and yours to "
        "change. Assumed too, and not to be moved: that n fractions add up as 1 − exp(−n s). "
        "Published: TREX1 rises above 12 to 18 Gy, by cell line",
        "Validity": "Schematic, from mice and cell lines; 0 to 30 Gy per fraction; relative, "
        "without unit. No dose is recommended by it",
        "Source": "Threshold: Vanpouille-Box 2017, Nat Commun 8:15618 (abstract read). Form: "
        "this course",
    }
    aspect = 0.6
    narrow_aspect = 1.75

    def compute(self, p: SimpleNamespace) -> InterferonView:
        """Return the divisions of the total dose under the assumed form."""
        return interferon_view(p)

    def draw(self, figure: Any, result: InterferonView) -> Any:
        """Draw both panels."""
        from oligoteach.charts.shape_lab import ShapeLab
        from oligoteach.models.interferon import MAX_DOSE, THRESHOLD_HIGH, THRESHOLD_LOW

        words = (
            "Dose per fraction, Gy",
            "Signal of one fraction: assumed",
            "Signal of the course: assumed",
            "published:\nTREX1 rises" if figure.compact else "published range:\nTREX1 rises",
        )
        band = (THRESHOLD_LOW, THRESHOLD_HIGH)
        chart = ShapeLab(figure, MAX_DOSE, band, words, len(COUNTS))
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: InterferonView) -> None:
        """Move curve, dots and bars."""
        from oligoteach.charts.shape_lab import Choice as Row
        from oligoteach.models.interferon import fraction_signal

        rows = [Row(d.name, d.dose, d.signal, d.total, d.beyond) for d in result.divisions]
        artists.show(DOSES, fraction_signal(DOSES, result.shape), rows)

    def describe(self, result: InterferonView) -> str:
        """Return the schematic in words."""
        return " ".join(interferon_sentences(result))

    def table(self, result: InterferonView) -> Table:
        """Return every division."""
        return interferon_table(result)


class Strip(Explorer):
    """Four studies of radiotherapy with immunotherapy: figures, design, and the review beside."""

    key = "evidence"
    controls = (
        Choice("endpoint", "Endpoint", ENDPOINTS),
        Choice(
            "show",
            "Show",
            {
                "both": "Figures, and the review judged",
                "source": "Figures, and the source's words",
            },
        ),
        Toggle("pooled", "With the pooled analysis beyond the review", default=True),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Points": "Hazard ratios or shares as published, with the interval where one was seen",
        "◇": "What the review says, with the verdict on it",
        "Hollow, dashed, ?": "Unverified: neither the source nor a report that quotes it was read",
        "Counted twice": "PEMBRO-RT stands in three rows: its own, Nature Cancer's and the pooled "
        "one",
        "Not done": "No pooling: design, treatment and comparison differ from row to row",
        "Source": "The ledger of this course; each verdict opens below the figure",
    }
    aspect = 0.78
    narrow_aspect = 2.2
    table_open = True

    def compute(self, p: SimpleNamespace) -> EvidenceView:
        """Return the rows for the endpoint."""
        return evidence_view(p.endpoint, p.show, p.pooled)

    def draw(self, figure: Any, result: EvidenceView) -> Any:
        """Draw the rows."""
        from oligoteach.charts.interval_rows import IntervalRows

        chart = IntervalRows(figure)
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: EvidenceView) -> None:
        """Show other rows."""
        artists.show(evidence_blocks(result), result.scale)

    def describe(self, result: EvidenceView) -> str:
        """Return the rows in words."""
        return " ".join(evidence_sentences(result))

    def table(self, result: EvidenceView) -> Table:
        """Return every claim with its verdict."""
        return evidence_table(result)


class Abscopal(Explorer):
    """Responses outside the field, with and without the arm that tells whose they are."""

    key = "abscopal"
    controls = (
        Choice("study", "Source", ABSCOPAL),
        Toggle("control", "Show the arm without radiotherapy", default=True),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Dots": "People per 100, from printed shares; single cases are counted one by one",
        "Purple": "Unverified: the figure was not read in a source",
        "Source": "The ledger of this course: trials, results and audit",
    }
    aspect = 0.68
    narrow_aspect = 1.3
    table_open = True

    def compute(self, p: SimpleNamespace) -> AbscopalView:
        """Return the groups of the source."""
        return abscopal_view(p.study, p.control)

    def draw(self, figure: Any, result: AbscopalView) -> Any:
        """Draw dots and words."""
        from oligoteach.charts.people import People

        chart = People(figure)
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: AbscopalView) -> None:
        """Show other groups."""
        from oligoteach.charts.people import Crowd

        crowds = [Crowd(g.heading, g.filled, g.of, g.words, g.known) for g in result.groups]
        artists.show(crowds, result.facts)

    def describe(self, result: AbscopalView) -> str:
        """Return the groups in words."""
        return " ".join(abscopal_sentences(result))

    def table(self, result: AbscopalView) -> Table:  # noqa: ARG002 - the same for all
        """Return what was irradiated, what responded, in whom."""
        return abscopal_table()


EXPLORERS = {cls.key: cls for cls in (Dynamics, Dormancy, Interferon, Strip, Abscopal)}
