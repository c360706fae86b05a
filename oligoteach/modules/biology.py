"""The explorers of the lesson on biology: seeding and growth, first failures, cell kill."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, ClassVar

from oligoteach.modules._cell_kill import (
    DOSES,
    LATE_RATIOS,
    KillView,
    kill_sentences,
    kill_table,
    kill_view,
)
from oligoteach.modules._cell_kill import LAST as LAST_DOSE
from oligoteach.modules._failures import (
    GROUPS as FAILURE_GROUPS,
)
from oligoteach.modules._failures import (
    FailuresView,
    failures_blocks,
    failures_sentences,
    failures_table,
    failures_view,
)
from oligoteach.modules._prevented import (
    GROUPS,
    LAST,
    MONTHS,
    PreventedView,
    median_words,
    prevented_sentences,
    prevented_table,
    prevented_view,
    shares,
)
from oligoteach.modules._spectrum import (
    ALIKE,
    FIRST_YEAR,
    LAST_YEAR,
    NUMBERS,
    STOPS,
    Spectrum,
    hidden_note,
    lines,
    primary,
    spectrum_sentences,
    spectrum_table,
    spectrum_view,
)
from oligoteach.widgets import Choice, Explorer, Number, Table, Toggle


class SpectrumExplorer(Explorer):
    """Seeding and growth by chance: visible and hidden metastases, and when ablation suffices."""

    key = "spectrum"
    controls = (
        Number(
            "years",
            "Scan, years after treatment",
            0,
            10,
            default=4,
            step=0.5,
            unit="years",
            hint="Of the primary. 0 is a scan at diagnosis.",
        ),
        Choice("stop", "The primary seeded", STOPS),
        Number(
            "drug",
            "Hidden ones that a drug eradicates",
            0,
            100,
            default=50,
            step=5,
            unit="%",
        ),
        Number("seed", "Patient, by chance", 1, 200, default=59),
        Number("mean", "Metastases of a patient on average", 1, 20, default=3),
        Choice("alike", "How they are spread over patients", ALIKE, default="1"),
        Number("doubling", "Metastases double in", 30, 120, default=60, step=5, unit="days"),
        Number(
            "spread",
            "Spread of these doubling times",
            0,
            60,
            default=30,
            step=5,
            unit="%",
            hint="Standard deviation of their logarithm.",
        ),
        Number("primary", "The primary doubled in", 60, 200, default=110, step=5, unit="days"),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Formula": "The primary sheds at a rate proportional to its cells. A metastasis is visible "
        "once log₂(5 × 10⁸) doublings old. With n visible, nothing is left with probability "
        "[(k/M + v) / (k/M + v + (1 − v)(1 − s))]^(k + n), where v is the share visible, s the "
        "drug's, M the mean and k the evenness over patients",
        "Parameters": "All assumed, and yours to change but these: 2 × 10¹⁰ cells at treatment, "
        "visible from 5 × 10⁸ (about 1 cm); “early only” stops at 10⁸ cells. Doubling times are "
        "log-normal, numbers over patients a gamma distribution (k = 0.5, 1 or 5)",
        "Validity": "Illustration, fitted to nobody. Ablation never fails and harms nothing, the "
        "primary is controlled, metastases do not seed, all cells of one kind grow alike",
        "Source": "Construction of this course; thinning of Poisson numbers as in Hanin 2006, J "
        "Theor Biol, 10.1016/j.jtbi.2006.07.005 (first page read)",
    }
    aspect = 0.66
    narrow_aspect = 1.9

    def compute(self, p: SimpleNamespace) -> Spectrum:
        """Return one patient by chance, and chances by number of visible metastases."""
        return spectrum_view(p)

    def draw(self, figure: Any, result: Spectrum) -> Any:
        """Draw both panels."""
        from oligoteach.charts.growth_lines import GrowthLines

        words = {
            "across": "Years since the primary was treated",
            "fates": "● visible   ○ hidden",
            "gone": "✕ eradicated by the drug",
            "level": "visible",
            "origin": "primary",
            "chances": "Nothing left, %",
            "alone": "all visible ablated",
            "helped": "and systemic therapy",
            "counted": "Visible metastases",
        }
        level = math.log10(result.course.cells_visible)
        chart = GrowthLines(figure, (FIRST_YEAR, LAST_YEAR), level, NUMBERS, words)
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: Spectrum) -> None:
        """Show another patient, another scan, other chances."""
        start, power = primary(result)
        one = result.patient
        counts = f"{one.n_visible} visible, {one.n_occult} hidden"
        heading = (f"Cells of patient {result.number}", counts)
        scan = (result.years, " scan ")
        artists.show((start, 0.0, power), lines(result), scan, heading, hidden_note(result))
        seen = result.few_alone is not None
        rows = {"alone": [100 * c for c in result.alone]} if seen else {}
        if seen and result.drug:
            rows["helped"] = [100 * c for c in result.with_drug]
        artists.show_chances(NUMBERS, rows, one.n_visible if one.n_visible in NUMBERS else None)

    def describe(self, result: Spectrum) -> str:
        """Return chances and patient in words."""
        return " ".join(spectrum_sentences(result))

    def table(self, result: Spectrum) -> Table:
        """Return the chances by number."""
        return spectrum_table(result)


class Failures(Explorer):
    """Where patients failed first after chemotherapy: the true source, and how few they were."""

    key = "failures"
    controls = (
        Choice("group", "Patients", FAILURE_GROUPS),
        Toggle("intervals", "95 % intervals", default=True),
        Toggle("review", "The review beside, judged", default=True),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Points": "Shares as published: first progression outside the brain, after first-line "
        "systemic therapy",
        "Counts": "Worked back by this course from the printed shares and the number of patients",
        "Intervals": "Wilson's, 95 %, by this course; the paper's were not read",
        "◇": "What the review says, with the verdict on it",
        "Source": "Rusthoven 2009, Acta Oncol 48:578, 10.1080/02841860802662722: one centre, "
        "looked back",
    }
    aspect = 0.6
    narrow_aspect = 1.5

    def compute(self, p: SimpleNamespace) -> FailuresView:
        """Return the groups to show."""
        return failures_view(p.group, p.review, p.intervals)

    def draw(self, figure: Any, result: FailuresView) -> Any:
        """Draw the rows."""
        from oligoteach.charts.interval_rows import IntervalRows

        chart = IntervalRows(figure)
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: FailuresView) -> None:
        """Show other rows."""
        artists.show(failures_blocks(result), result.scale)

    def describe(self, result: FailuresView) -> str:
        """Return the rows in words."""
        return " ".join(failures_sentences(result))

    def table(self, result: FailuresView) -> Table:
        """Return shares, counts and intervals."""
        return failures_table(result)


class Prevented(Explorer):
    """What stopping failure at known sites does to the pattern, and what it need not mean."""

    key = "prevented"
    controls = (
        Number(
            "prevented",
            "Failures at known sites prevented",
            0,
            100,
            default=100,
            step=5,
            unit="%",
        ),
        Number(
            "spread",
            "New sites prevented besides",
            0,
            100,
            default=0,
            step=5,
            unit="%",
        ),
        Number(
            "median",
            "Median to failure without",
            1,
            12,
            default=3.5,
            step=0.5,
            unit="months",
            hint="3.5 months is the control arm of Iyengar 2018.",
        ),
        Choice("group", "Known / both / new, %", GROUPS),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Formula": "Constant rates, in proportion to the published shares k, b and n. With e of "
        "failures at known sites and p of those at new sites prevented: known only "
        "(1 − e)(k + pb), both (1 − e)(1 − p)b, new only (1 − p)(n + eb)",
        "Parameters": "Shares: Rusthoven 2009. Median: yours; e and p: yours, assumed",
        "Validity": "Illustration. Nobody dies, rates stay constant, patients are alike, and a "
        "failure at both places becomes one at the new site alone when the other is prevented",
        "Source": "Algebra of this course",
    }
    aspect = 0.78
    narrow_aspect = 1.35

    def compute(self, p: SimpleNamespace) -> PreventedView:
        """Return both arms."""
        return prevented_view(p)

    def draw(self, figure: Any, result: PreventedView) -> Any:
        """Draw bars and curves."""
        from oligoteach.charts.shares_over_time import SharesOverTime

        words = {
            "bars": "Where patients fail first",
            "curves": "Without failure, % (model)"
            if figure.compact
            else "Without any failure, % (model curves)",
            "across": "Months",
            "nobody": "no failure",
        }
        parts = ("known sites only", "both together", "new sites only")
        chart = SharesOverTime(figure, parts, LAST, range(0, int(LAST) + 1, 6), words)
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: PreventedView) -> None:
        """Move bars and curves."""
        from oligoteach.charts.shares_over_time import Side

        sides = {}
        for arm, name, of in (
            ("without", "without", result.without),
            ("treated", "with local treatment", result.treated),
        ):
            median = of.failing.median
            told = median_words(median, short=artists.compact)
            sides[arm] = Side(name, shares(of), of.free, median, told)
        artists.show(MONTHS, sides)

    def describe(self, result: PreventedView) -> str:
        """Return both arms in words."""
        return " ".join(prevented_sentences(result))

    def table(self, result: PreventedView) -> Table:
        """Return shares and medians."""
        return prevented_table(result)


class CellKill(Explorer):
    """Cell kill by dose per fraction: models that agree at 2 Gy and part at ablative doses."""

    key = "kill"
    controls = (
        Number("dose", "Dose per fraction", 1, LAST_DOSE, default=18, step=0.5, unit="Gy"),
        Number("fractions", "Fractions", 1, 35, default=3),
        Number(
            "turn",
            "Tumour: LQ-L straight from",
            4,
            24,
            default=10,
            step=1,
            unit="Gy",
            hint="A rule of thumb says twice alpha/beta: 20 Gy.",
        ),
        Number(
            "late_turn",
            "Late tissue: LQ-L straight from",
            4,
            24,
            default=6,
            step=1,
            unit="Gy",
            hint="Twice alpha/beta is 6 Gy.",
        ),
        Choice("late", "Alpha/beta of late tissue", LATE_RATIOS),
        Toggle("fading", "With the modified LQ model (mLQ)"),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Formula": "Effect E = −ln S of a fraction of d Gy. LQ: αd + βd². LQ-L: as LQ, then its "
        "tangent. USC: as LQ, then (d − Dq) / D0. mLQ: αd + βG(δd)d². BED = nE/α, "
        "EQD2 = 2nE(d)/E(2)",
        "Parameters": "Tumour: α = 0.3 per Gy, α/β = 10 Gy. Late tissue: α/β = 3 or 2 Gy. USC: "
        "α = 0.33 per Gy, α/β = 8.6 Gy, D0 = 1.25 Gy, Dq = 1.8 Gy, straight from 6.2 Gy. "
        "mLQ: δ = 0.15 per Gy",
        "Validity": "LQ: used from about 1 to 6 or 10 Gy a fraction, debated above 8 to 10. USC: "
        "lung-cancer cells in vitro (which line was not found). LQ-L: the turn is an assumption. "
        "mLQ: no range of doses was read",
        "Not verified": "The straight parts of USC and LQ-L and the 6.2 Gy were recomputed only",
        "Source": "Fowler 1989, Br J Radiol 62:679; Astrahan 2008, Med Phys 35:4161; Park 2008, "
        "IJROBP 70:847; Guerrero 2004, Phys Med Biol 49:4825; most seen in secondary sources",
    }
    aspect = 0.64
    narrow_aspect = 1.9

    def compute(self, p: SimpleNamespace) -> KillView:
        """Return the models in both tissues."""
        return kill_view(p)

    def draw(self, figure: Any, result: KillView) -> Any:
        """Draw both panels."""
        from oligoteach.charts.falling_curves import FallingCurves, Panel
        from oligoteach.models.fractionation import LQ_HIGH

        powers = dict(
            zip(range(0, -11, -2), ("1", "10⁻²", "10⁻⁴", "10⁻⁶", "10⁻⁸", "10⁻¹⁰"), strict=True)
        )
        panels = (
            Panel("Tumour: cells surviving a fraction", -10.8, powers),
            Panel(
                "Late tissue: BED, Gy" if figure.compact else "Late tissue: BED of a fraction, Gy",
                -320.0,
                {-float(gy): f"{gy}" for gy in range(0, 301, 50)},
            ),
        )
        disputed = (LQ_HIGH, "shaded: LQ disputed")
        across = "Dose per fraction, Gy"
        chart = FallingCurves(figure, panels, LAST_DOSE, disputed, across)
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: KillView) -> None:
        """Move the curves."""
        from oligoteach.charts.falling_curves import Falling

        panels = [
            [Falling(k.name, k.curve, k.valid, k.at, f"{k.name} {k.eqd2:.0f} Gy") for k in kills]
            for kills in result.tissues.values()
        ]
        artists.show(DOSES, panels, result.dose, f"EQD2 of {result.course}")

    def describe(self, result: KillView) -> str:
        """Return the models in words."""
        return " ".join(kill_sentences(result))

    def table(self, result: KillView) -> Table:
        """Return BED and EQD2 of the course."""
        return kill_table(result)


EXPLORERS = {cls.key: cls for cls in (SpectrumExplorer, Failures, Prevented, CellKill)}
