"""The explorers of the lesson on oligoprogression: path, series, immortal time, trials."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, ClassVar

from oligoteach.models.landmark import Setting
from oligoteach.modules import _decision_path as steps
from oligoteach.modules import _immortal as immortal
from oligoteach.modules import _progression_trials as trials
from oligoteach.modules import _subgroups as subgroups
from oligoteach.modules import _time_on_therapy as series
from oligoteach.modules._citing import cite_all
from oligoteach.modules._rows import RowsExplorer
from oligoteach.widgets import Choice, Explorer, Number, Table, Toggle


class DecisionPath(Explorer):
    """One patient whose disease grows on treatment, led through the questions in order."""

    key = "path"
    aspect = 0.7
    narrow_aspect = 2.25
    controls = (
        Number("sites", "Growing or new sites outside the brain", 1, 8, default=2),
        Choice("treatment", "On this treatment now", steps.TREATMENTS),
        Choice("biopsy", "Re-biopsy, tissue or plasma", steps.BIOPSIES),
        Choice("brain", "Site in the brain", steps.BRAIN),
        Toggle("rest", "All else is controlled", default=True),
        Toggle("treatable", "Every growing site can be treated safely", default=True),
        Toggle("bone", "A growing site in bone hurts"),
    )
    card: ClassVar[dict[str, str]] = {
        "Rules": "Six questions in order. An end names an option to discuss, not what to do; the "
        "word beside it says how well it is backed",
        "Source": "Section 8 of the review, each statement with the verdict of the audit; limit of "
        "five: guideline and trials; all treatable: consensus of 2020",
        "Not verified": "The order of the questions is this course's own. That re-biopsy comes "
        "first, and that systemic resistance guides a change, was not checked in a source. That "
        "plasma without a finding is not taken for clear is a caution of this course",
        "Validity": "For teaching, on imagined patients. Only what the ledger of this course has: "
        "chemotherapy and other drivers are not in it. One biopsied site need not speak for "
        "another",
    }

    def compute(self, p: SimpleNamespace) -> steps.PathView:
        """Walk the path."""
        return steps.path_view(p)

    def draw(self, figure: Any, result: steps.PathView) -> dict[str, Any]:
        """Draw the tree."""
        artists = steps.draw_path(figure)
        self.update(artists, result)
        return artists

    def update(self, artists: dict[str, Any], result: steps.PathView) -> None:
        """Light the path."""
        steps.show_path(artists, result)

    def describe(self, result: steps.PathView) -> str:
        """Return the path in words."""
        return " ".join(steps.path_sentences(result))

    def table(self, result: steps.PathView) -> Table:
        """Return every answer with its reason."""
        return steps.path_table(result)

    def cards(self, result: steps.PathView) -> Any:
        """Return the claims on which this end rests."""
        return cite_all(steps.shown_claims(result))


class TimeOnTherapy(RowsExplorer):
    """The series of the review, each median with its own clock, and the range made of them."""

    key = "series"
    aspect = 0.78
    narrow_aspect = 2.3
    controls = (
        Choice("until", "What ends the clock", series.UNTIL),
        Choice("show", "Figures of", series.SHOW),
        Toggle("randomised", "Add the randomised comparison", default=True),
    )
    card: ClassVar[dict[str, str]] = {
        "Points": "Medians as published, with the printed 95 % interval; an arrow means that the "
        "upper limit was not reached",
        "Open diamond": "What the review prints",
        "Not done": "No pooled figure: the endpoints differ, and so do the clocks",
        "Source": "The ledger of this course; each verdict opens below the figure",
    }

    def compute(self, p: SimpleNamespace) -> series.SeriesView:
        """Return the measures to show."""
        return series.series_view(p.until, p.show, p.randomised)

    def rows(self, result: series.SeriesView) -> tuple[Any, Any]:
        """Return a block for each series."""
        return series.series_blocks(result), series.SCALE

    def describe(self, result: series.SeriesView) -> str:
        """Return the rows in words."""
        return " ".join(series.series_sentences(result))

    def table(self, result: series.SeriesView) -> Table:
        """Return every median with its clock."""
        return series.series_table(result)


class Immortal(Explorer):
    """A treatment that does nothing, and three ways to count the time before it."""

    key = "immortal"
    aspect = 0.72
    narrow_aspect = 1.7
    controls = (
        Choice("count", "How to count", immortal.WAYS),
        Number("delay", "Median wait for an occasion to treat", 1, 24, default=6, unit="months"),
        Number("ratio", "True hazard ratio", 0.3, 1.5, default=1, step=0.05),
        Number("n", "Patients in a cohort", 40, 400, default=100, step=20),
        Number("landmark", "Landmark", 1, 24, default=6, unit="months"),
        Number("offered", "Offered local treatment", 10, 100, default=70, step=5, unit="%"),
        Number("median", "Median time on the drug without it", 4, 36, default=12, unit="months"),
        Number("seed", "Random seed", 1, 999, default=7),
    )
    card: ClassVar[dict[str, str]] = {
        "Formula": "Each ratio: (events / time at risk) in those counted as treated, over the same "
        "in those counted as untreated",
        "Parameters": "All are assumptions, fitted to no series: exponential time to failure of "
        "the drug; an exponential wait, independent of it; who fails first is never treated; from "
        "the treatment on the hazard is multiplied by the true ratio; nobody is lost",
        "Validity": "Shows the direction of the error and how counting removes it. Its size in a "
        "clinic depends on figures that nobody has measured here. Selection of fitter patients is "
        "not in the model, and no way to count would remove it",
        "Source": "Construction of this course; algebra, and a time-varying Cox model agrees",
        "Spread": "Middle 95 % of 200 simulated cohorts",
    }

    def compute(self, p: SimpleNamespace) -> immortal.ImmortalView:
        """Simulate and count."""
        setting = Setting(p.median, p.delay, p.ratio, p.offered / 100, p.landmark)
        return immortal.immortal_view(setting, p.count, p.n, p.seed)

    def draw(self, figure: Any, result: immortal.ImmortalView) -> Any:
        """Draw lanes and rows."""
        from oligoteach.charts.lanes import Lanes

        time, ratio = "Months since the start of the drug", "Hazard ratio, treated over untreated"
        chart = Lanes(figure, len(immortal.WAYS), immortal.KEY, time, ratio)
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: immortal.ImmortalView) -> None:
        """Count the same patients in another way, or others."""
        artists.show(immortal.shown(result, artists.compact))

    def describe(self, result: immortal.ImmortalView) -> str:
        """Return truth and estimates in words."""
        return " ".join(immortal.immortal_sentences(result))

    def table(self, result: immortal.ImmortalView) -> Table:
        """Return the three ways to count."""
        return immortal.immortal_table(result)


class Trials(RowsExplorer):
    """STOP, CURB, HALT and others, as their sources read."""

    key = "trials"
    aspect = 0.78
    narrow_aspect = 2.5
    controls = (
        Choice("measure", "Measure", trials.MEASURES),
        Choice("show", "Figures of", trials.SHOW),
        Toggle("ongoing", "With trials that have no results here", default=True),
    )
    card: ClassVar[dict[str, str]] = {
        "Points": "Medians and hazard ratios as published or as a report quotes them",
        "Source": "STOP: abstract read up to the medians; CURB: society and news reports; HALT and "
        "STOP-2: registry; furmonertinib: the review alone",
        "Not done": "No pooled figure; no hazard ratio worked out of medians",
    }

    def compute(self, p: SimpleNamespace) -> trials.TrialsView:
        """Return what to show."""
        return trials.TrialsView(p.measure, p.show, p.ongoing)

    def rows(self, result: trials.TrialsView) -> tuple[Any, Any]:
        """Return a block for each comparison."""
        return trials.trial_blocks(result), trials.SCALES[result.measure]

    def describe(self, result: trials.TrialsView) -> str:
        """Return the trials in words."""
        return " ".join(trials.trial_sentences(result))

    def table(self, result: trials.TrialsView) -> Table:
        """Return the trials side by side."""
        return trials.trial_table(result)


class Subgroups(RowsExplorer):
    """Lung against breast in CURB: whether the two ratios differ from each other."""

    key = "subgroups"
    aspect = 0.5
    narrow_aspect = 1.1
    controls = (
        Choice("read", "Compare", subgroups.READ, default="together"),
        Number("times", "Times as many patients", 1, 8, default=1, step=0.5),
    )
    card: ClassVar[dict[str, str]] = {
        "Formula": "Ratio of ratios = HR lung / HR breast; SE² = SE² lung + SE² breast, each from "
        "its printed 95 % interval; p = 2 (1 − Φ(|ln ratio| / SE))",
        "Parameters": "Printed ratios and intervals of CURB, quoted in reports; more patients "
        "divide each SE by the root of how many times, the ratios staying as they are",
        "Validity": "Separate patients, Wald intervals. More patients are a thought experiment: in "
        "truth the ratios would move as well",
        "Source": "Algebra on the log scale; figures of CURB from the ledger",
    }

    def compute(self, p: SimpleNamespace) -> subgroups.SubgroupView:
        """Work out the ratio of the two."""
        return subgroups.subgroup_view(p.read, p.times)

    def rows(self, result: subgroups.SubgroupView) -> tuple[Any, Any]:
        """Return a row for each group, and one for the ratio of the two."""
        return subgroups.subgroup_blocks(result), subgroups.SCALE

    def describe(self, result: subgroups.SubgroupView) -> str:
        """Return the ratios in words."""
        return " ".join(subgroups.subgroup_sentences(result))

    def table(self, result: subgroups.SubgroupView) -> Table:
        """Return the ratios."""
        return subgroups.subgroup_table(result)


EXPLORERS = {cls.key: cls for cls in (DecisionPath, TimeOnTherapy, Immortal, Trials, Subgroups)}
