"""Explorers of the lesson on the randomised trials that simulate: repeats, and a go/no-go rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any, ClassVar

from oligoteach.modules._go_no_go import (
    EVENTS,
    RULE,
    GoView,
    drawn_view,
    go_sentences,
    go_table,
    go_view,
)
from oligoteach.modules._trial_repeats import (
    MOST_MONTHS,
    OWN,
    PRESETS,
    RULES,
    VIEWS,
    Repeats,
    brought,
    drawn,
    preset_values,
    refusals,
    run_again,
    sentences,
    table,
)
from oligoteach.widgets import Choice, Explorer, Number, Part, RunningExplorer, Table

FIRST = "gomez"
_PLAN = preset_values(FIRST)


class RunAgain(RunningExplorer):
    """A trial of the review, or the learner's own, run thousands of times under a chosen truth."""

    key = "again"
    unit = "repeats"
    controls = (
        Choice(
            "preset",
            "Design",
            {**{key: preset.name for key, preset in PRESETS.items()}, OWN: "Your own design"},
            hint="Sets size, median, alpha and months below; change one, and the design is yours",
        ),
        Number(
            "truth",
            "True hazard ratio",
            0.3,
            1.5,
            default=0.7,
            step=0.05,
            why="Nearer 0 hardly anybody would ever have the event.",
        ),
        Number(
            "look",
            "Interim look after this share of the events",
            0,
            90,
            default=0,
            step=10,
            unit="%",
            hint="0: no look. A trial that crosses its line there stops",
            why="A look after all events is the end of the trial.",
        ),
        Choice("show", "Show", VIEWS),
        Choice(
            "repeats",
            "Repeats",
            {"2000": "2,000", "20000": "20,000", "100000": "100,000"},
        ),
        Number(
            "number",
            "Number of the repeat shown alone",
            1,
            100_000,
            default=1,
            hint="Change it, and that repeat is shown",
        ),
        Number(
            "with_local",
            "Patients with local treatment",
            2,
            500,
            default=_PLAN["with_local"],
            why="One patient cannot be compared with anybody.",
        ),
        Number(
            "without",
            "Patients without",
            2,
            500,
            default=_PLAN["without"],
            why="One patient cannot be compared with anybody.",
        ),
        Number(
            "median",
            "Median without local treatment",
            1,
            60,
            default=_PLAN["median"],
            step=0.1,
            unit="months",
        ),
        Number("alpha", "Alpha, two-sided", 0.01, 0.3, default=_PLAN["alpha"], step=0.01),
        Number(
            "accrual", "Accrual", 0, MOST_MONTHS, default=_PLAN["accrual"], step=1, unit="months"
        ),
        Number(
            "follow_up",
            "Follow-up after the last patient",
            0,
            MOST_MONTHS,
            default=_PLAN["follow_up"],
            step=1,
            unit="months",
        ),
        Choice("rule", "Line at the look", RULES, hint="Counts only with an interim look"),
        Number("seed", "Seed of chance", 0, 9999, default=1),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Formula": "Times to the event are exponential; log-rank test and Cox’s ratio in each "
        "repeat. Exaggeration: mean |ln HR| of significant repeats over |ln HR| of the truth",
        "Parameters": "Sizes, median and published ratio from the ledger, each named in the table. "
        "Months of accrual and follow-up are our choice; so are alpha for Iyengar and NRG-LU002, "
        "and the median for NRG-LU002",
        "Validity": "Constant and proportional hazards, even accrual, nobody lost, no crossover, "
        "no strata, 4 to 1,000 patients. No trial’s data, and no verdict on its truth",
        "Source": "Log-rank: Mantel 1966; types M and S: Gelman and Carlin 2014; looks: Lan and "
        "DeMets 1983. Formulas recomputed and tested against other software; papers not read",
    }
    aspect = 0.72
    narrow_aspect = 1.5

    def bring(self, changed: Mapping[str, Any], p: SimpleNamespace) -> Mapping[str, Any]:
        """Let a preset set the plan, and a change of the plan leave the preset."""
        return brought(changed, p)

    def refuse(self, p: SimpleNamespace) -> Mapping[str, str]:
        """Say at which control a design is impossible, and the nearest that is not."""
        return refusals(_counted(p))

    def steps(self, p: SimpleNamespace) -> Iterator[Part]:
        """Yield the repeats that have come so far."""
        return run_again(_counted(p))

    def draw(self, figure: Any, result: Repeats) -> Any:
        """Draw the axes of both views."""
        from oligoteach.charts.repeated_trials import RepeatedTrials

        chart = RepeatedTrials(figure)
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: Repeats) -> None:
        """Show what has come."""
        artists.show(drawn(result, artists.compact))

    def describe(self, result: Repeats) -> str:
        """Return what the repeats show in words."""
        return " ".join(sentences(result))

    def table(self, result: Repeats) -> Table:
        """Return results and design, with where each value is from."""
        return table(result)


def _counted(p: SimpleNamespace) -> SimpleNamespace:
    """Return the controls' values with the number of repeats as a number."""
    return SimpleNamespace(**{**vars(p), "repeats": int(p.repeats)})


class GoNoGo(Explorer):
    """The rule of NRG-LU002 under a chosen truth, and what its result leaves open."""

    key = "go-no-go"
    controls = (
        Number("helped", "True hazard ratio", 0.4, 1.4, default=0.8, step=0.05),
        Number("share", "Share of patients whom it helps", 10, 100, default=100, step=5, unit="%"),
        Number("events", "Events at the decision", 40, 210, default=EVENTS, step=10),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Formula": "P(go) = Φ((ln 0.83 − ln HR) · √(D p (1 − p))); interval: ratio · "
        "exp(±1.96 / √(D p (1 − p)))",
        "Parameters": "Rule: ratio for progression-free survival below 0.83, as reports of the "
        "trial quote it; p: 134 of 215 patients with local treatment. D, the events at the "
        "decision, is not in the ledger: our choice",
        "Share helped": "HR over all patients = (HR of those helped)^share; a mean of logs, near "
        "the truth if both groups have the same prognosis; an assumption of this course",
        "Validity": "Normal approximation; proportional hazards; one analysis. No trial data",
        "Source": "Algebra of the log-rank test (Schoenfeld 1983; formula recomputed, not read)",
    }
    aspect = 0.62
    narrow_aspect = 1.2
    table_open = True

    def compute(self, p: SimpleNamespace) -> GoView:
        """Return the chance to go on, and what the observed ratio leaves open."""
        return go_view(p.helped, p.share / 100, p.events)

    def draw(self, figure: Any, result: GoView) -> Any:
        """Draw axes, rule and curve."""
        from oligoteach.charts.go_curve import GoCurve

        chart = GoCurve(figure, RULE, result.observed)
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: GoView) -> None:
        """Move curve, point and interval."""
        artists.show(drawn_view(result, artists.compact))

    def describe(self, result: GoView) -> str:
        """Return the chance and what is left open in words."""
        return " ".join(go_sentences(result))

    def table(self, result: GoView) -> Table:
        """Return the rule at several truths, and the ledger's figures with their verdicts."""
        return go_table(result)
