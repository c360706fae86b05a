"""The explorers of the lesson on the randomised trials: board, forest plot, model curves."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, ClassVar

from oligoteach.modules._curve_fits import (
    CURVES,
    FAMILIES,
    LANDMARKS,
    CurvesView,
    curve_sentences,
    curves_table,
    curves_view,
    drawn_curve,
)
from oligoteach.modules._hazard_ratios import (
    ENDPOINT_NAMES,
    HAZARD_RATIOS,
    ForestView,
    forest_blocks,
    forest_sentences,
    forest_table,
    forest_view,
)
from oligoteach.modules._pooling import (
    FIGURES,
    METHODS,
    TRIALS,
    PoolView,
    pool_blocks,
    pool_sentences,
    pool_table,
    pool_view,
)
from oligoteach.modules._simulated_trials import GoNoGo, RunAgain
from oligoteach.modules._trial_board import (
    SCALES,
    BoardView,
    board_blocks,
    board_sentences,
    board_table,
    board_view,
)
from oligoteach.modules._updating import (
    PRIORS,
    WEIGHTS,
    UpdateView,
    axis_label,
    hills,
    update_sentences,
    update_table,
    update_view,
)
from oligoteach.widgets import Choice, Explorer, Many, Number, Table, Toggle


class TrialBoard(Explorer):
    """The review's Table 1, with what the sources say beside it."""

    key = "board"
    controls = (
        Choice(
            "endpoint",
            "Endpoint",
            {
                "OS": "Overall survival, median",
                "PFS": "Progression-free survival, median",
                "landmark": "Share alive at a set time",
            },
        ),
        Choice(
            "rows",
            "Trials",
            {
                "four": "The review's four",
                "first": "with the first reports",
                "single": "with its single-arm studies",
                "beyond": "with trials beyond the review",
            },
        ),
        Choice(
            "show",
            "Figures of",
            {"both": "Review and source", "review": "The review", "source": "The source"},
        ),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Points": "Medians or shares as published; no figure is worked out here",
        "Intervals": "As printed, 95 % unless another level is named; an arrow means that the "
        "upper limit was not reached",
        "Open diamond": "What the review prints",
        "Source": "The ledger of this course; each verdict opens below the figure",
    }
    aspect = 0.78
    narrow_aspect = 2.1
    table_open = True

    def compute(self, p: SimpleNamespace) -> BoardView:
        """Return the rows for the endpoint."""
        return board_view(p.endpoint, p.rows, p.show)

    def draw(self, figure: Any, result: BoardView) -> Any:
        """Draw the rows."""
        from oligoteach.charts.interval_rows import IntervalRows

        chart = IntervalRows(figure)
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: BoardView) -> None:
        """Show other rows."""
        artists.show(board_blocks(result), SCALES[result.endpoint])

    def describe(self, result: BoardView) -> str:
        """Return the rows in words."""
        return " ".join(board_sentences(result))

    def table(self, result: BoardView) -> Table:
        """Return the review's table with the sources beside it."""
        return board_table(result)


class Forest(Explorer):
    """Hazard ratios side by side, each with its printed interval, and no pooled diamond."""

    key = "forest"
    controls = (
        Choice("endpoint", "Endpoint", ENDPOINT_NAMES),
        Choice(
            "rows",
            "Trials",
            {"four": "The review's four", "beyond": "with trials beyond the review"},
        ),
        Choice(
            "level",
            "Read the intervals as",
            {"printed": "the level printed", "95": "95 %", "90": "90 %", "80": "80 %"},
        ),
        Toggle("check", "Check p against the interval", default=True),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Interval to p": "SE = (ln upper − ln lower) / (2 z); p = 2 (1 − Φ(|ln HR| / SE)); "
        "z = 1.96 for an interval of 95 %",
        "When p fits": "Within a factor of 1.5 of the implied one, or within 0.03 where either is "
        "0.05 or more: tolerances of this course",
        "Rounding": "A question mark stands where the printed figures do not fit but some that "
        "round to them would",
        "Validity": "Ratio, interval and p from the same Wald analysis; a log-rank, stratified or "
        "adjusted p usually differs a little",
        "Source": "Altman and Bland, BMJ 2011;343:d2304; hazard ratios from the ledger",
        "Not done": "No pooled estimate: see the text below",
    }
    aspect = 0.78
    narrow_aspect = 2.2

    def compute(self, p: SimpleNamespace) -> ForestView:
        """Return the hazard ratios of the endpoint, checked."""
        return forest_view(p.endpoint, p.rows, p.level, p.check)

    def draw(self, figure: Any, result: ForestView) -> Any:
        """Draw the rows."""
        from oligoteach.charts.interval_rows import IntervalRows

        chart = IntervalRows(figure)
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: ForestView) -> None:
        """Show other rows."""
        artists.show(forest_blocks(result), HAZARD_RATIOS)

    def describe(self, result: ForestView) -> str:
        """Return the ratios and the checks in words."""
        return " ".join(forest_sentences(result))

    def table(self, result: ForestView) -> Table:
        """Return every ratio with what its interval implies."""
        return forest_table(result)


class Pooling(Explorer):
    """Hazard ratios pooled, with what the sum leaves out and mixes."""

    key = "pooling"
    controls = (
        Choice("endpoint", "Endpoint", {"PFS": "Progression-free survival", "OS": "Survival"}),
        Choice("figures", "Count", FIGURES),
        Choice("method", "Method", METHODS),
        Toggle("each", "Leave out one in turn"),
        Many(
            "trials", "Trials", TRIALS, default=("gomez", "iyengar-utsw", "sabr-comet", "nrg-lu002")
        ),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Formula": "Weights 1/SE² (fixed), 1/(SE² + τ²) (random). Q = Σ w (y − mean)²; "
        "I² = max(0, 1 − (k − 1)/Q); τ² after DerSimonian and Laird",
        "Hartung–Knapp": "Variance times Σ w (y − mean)²/(k − 1), t quantile with k − 1 degrees of "
        "freedom; “factor at least 1” does not let that product fall below the plain variance",
        "Another trial": "Prediction interval: mean ± t(k − 2) · √(τ² + SE²); from three trials on",
        "Standard error": "From interval and level; for NRG-LU002, without an interval, from its "
        "unverified p value, and only if unverified figures count",
        "Validity": "Independent trials that ask one question of like patients: here that does not "
        "hold, which is the point of the figure. No report of a trial counts twice",
        "Source": "Textbook formulas, checked against an independent library; ratios from the "
        "ledger. Not a meta-analysis: no literature was searched",
    }
    aspect = 0.98
    narrow_aspect = 2.7

    def compute(self, p: SimpleNamespace) -> PoolView:
        """Pool the chosen trials."""
        return pool_view(p.endpoint, p.trials, p.figures, p.method, p.each)

    def draw(self, figure: Any, result: PoolView) -> Any:
        """Draw rows and pool."""
        from oligoteach.charts.pooled_rows import PooledRows

        chart = PooledRows(figure)
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: PoolView) -> None:
        """Show another pool."""
        artists.show(pool_blocks(result), HAZARD_RATIOS)

    def describe(self, result: PoolView) -> str:
        """Return pool, weights and cautions in words."""
        return " ".join(pool_sentences(result))

    def table(self, result: PoolView) -> Table:
        """Return every trial with its weight and the pool without it."""
        return pool_table(result)


class ModelCurveExplorer(Explorer):
    """A smooth curve through published numbers, and the published number that it misses."""

    key = "curves"
    controls = (
        Choice(
            "trial", "Trial and endpoint", {key: source.title for key, source in CURVES.items()}
        ),
        Choice("model", "Model", FAMILIES),
        Choice(
            "landmark",
            "Landmark that the Weibull curve must pass",
            LANDMARKS,
            hint="Where a trial has only one, that one is taken",
        ),
        Choice(
            "arms",
            "Arms",
            {"both": "Both", "with": "With local treatment", "without": "Without"},
        ),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Formula": "Exponential: S(t) = exp(−ln 2 · t / median). Weibull: "
        "S(t) = exp(−(t / scale)^k), k = ln(ln 2 / −ln S_L) / ln(median / t_L), "
        "scale = median / (ln 2)^(1/k)",
        "Parameters": "Published median; for the Weibull also one published share S_L at time t_L",
        "Validity": "Reconstruction, not data. Solid as far as a published number holds the curve, "
        "dotted from there to the last published time; nothing is drawn beyond",
        "Source": "Algebra; the published points are in the ledger, each with its source",
    }
    aspect = 0.66
    narrow_aspect = 1.35

    def compute(self, p: SimpleNamespace) -> CurvesView:
        """Fit the curves of the chosen arms."""
        return curves_view(p.trial, p.model, p.landmark, p.arms)

    def draw(self, figure: Any, result: CurvesView) -> Any:
        """Draw axes and curves."""
        from oligoteach.charts.model_curves import ModelCurves

        chart = ModelCurves(figure)
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: CurvesView) -> None:
        """Move the curves."""
        drawn = [drawn_curve(arm, artists.compact) for arm in result.arms]
        label = f"{result.source.words.capitalize()}, %"
        artists.show(drawn, result.last, label, later=result.has_later)

    def describe(self, result: CurvesView) -> str:
        """Return the curves and their misses in words."""
        return " ".join(curve_sentences(result))

    def table(self, result: CurvesView) -> Table:
        """Return every published point beside the curve."""
        return curves_table(result)


class PriorToPosterior(Explorer):
    """What the phase II trials let one believe, and what NRG-LU002 leaves of it."""

    key = "prior"
    controls = (
        Choice("prior", "Belief before", PRIORS),
        Number(
            "weight",
            "How much the earlier trials count",
            5,
            100,
            default=100,
            step=5,
            unit="%",
            hint="100 % if their patients were like those of NRG-LU002; for the first two beliefs",
        ),
        Choice("weighed", "Weight of NRG-LU002", WEIGHTS),
        Number(
            "events",
            "Events assumed",
            60,
            200,
            default=150,
            step=5,
            hint="Counts only if the weight comes from events that you assume",
        ),
        Number("margin", "Ratio to be beaten", 0.5, 1, default=0.83, step=0.01),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Formula": "On the log scale: 1/sd² = 1/b² + 1/s²; mean = sd² (a/b² + y/s²), for a belief "
        "N(a, b²) and a result y with standard error s",
        "Beliefs": "Gomez, first report; SABR-COMET, eight years; pooled by random effects "
        "(DerSimonian–Laird). Counted at w %: variance divided by w. Sceptical: centred on 1 with "
        "5 % below 0.7; vague: standard deviation 2. The last two are assumptions of this course. "
        "Gomez read as a 95 % interval; at 90 % the belief is slightly wider",
        "Result": "0.93 as reported; no interval was seen. Its standard error: |ln 0.93| / z from "
        "the review's unverified p = 0.664, or 1/√(D p (1 − p)) from D events that you assume, "
        "with p = 134/215",
        "Validity": "Normal on the log scale, and patients alike; where belief and result "
        "disagree, the middle of the two may be nobody's ratio",
        "Source": "Algebra of the normal distribution; Schoenfeld 1983 for events, formula "
        "recomputed, paper not read; ratios from the ledger",
    }
    aspect = 0.8
    narrow_aspect = 1.6

    def compute(self, p: SimpleNamespace) -> UpdateView:
        """Update the belief."""
        return update_view(p.prior, p.weight, p.weighed, p.events, p.margin)

    def draw(self, figure: Any, result: UpdateView) -> Any:
        """Draw the beliefs."""
        from oligoteach.charts.belief_rows import BeliefRows

        chart = BeliefRows(figure)
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: UpdateView) -> None:
        """Move the beliefs."""
        artists.show(hills(result), result.margin, axis_label(result))

    def describe(self, result: UpdateView) -> str:
        """Return the beliefs in words."""
        return " ".join(update_sentences(result))

    def table(self, result: UpdateView) -> Table:
        """Return the beliefs in numbers."""
        return update_table(result)


EXPLORERS = {
    cls.key: cls
    for cls in (
        TrialBoard,
        Forest,
        Pooling,
        ModelCurveExplorer,
        RunAgain,
        GoNoGo,
        PriorToPosterior,
    )
}
