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
from oligoteach.modules._trial_board import (
    SCALES,
    BoardView,
    board_blocks,
    board_sentences,
    board_table,
    board_view,
)
from oligoteach.widgets import Choice, Explorer, Table, Toggle


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


EXPLORERS = {cls.key: cls for cls in (TrialBoard, Forest, ModelCurveExplorer)}
