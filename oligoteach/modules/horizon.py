"""The explorers of the lesson on what is to come: registry, timeline, power, belief, questions."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, ClassVar

from oligoteach.modules import _belief as belief
from oligoteach.modules import _open_questions as questions
from oligoteach.modules import _planned as planned
from oligoteach.modules import _registry as registry
from oligoteach.modules import _years as years
from oligoteach.modules._citing import cite_all
from oligoteach.widgets import Choice, Explorer, Number, Table


class RegistryBoard(Explorer):
    """Ongoing and just reported trials, each with its status when last seen."""

    key = "registry"
    controls = (
        Choice("trials", "Trials", registry.SET_NAMES),
        Choice(
            "about",
            "Show",
            {
                "status": "Status, and what the review prints",
                "who": "Who takes part, and what is measured",
            },
        ),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Points": "Patients planned or entered, as far as a source was seen to say",
        "Status": "As last seen by this course, which recorded the day for few: beside it stands "
        "the newest source that has a date. It is not the status of today",
        "Source": "The ledger of this course; each verdict opens below the figure",
    }
    aspect = 0.8
    narrow_aspect = 2.7
    table_open = True

    def compute(self, p: SimpleNamespace) -> registry.Board:
        """Return the trials of the set."""
        return registry.board(p.trials, p.about)

    def draw(self, figure: Any, result: registry.Board) -> Any:
        """Draw the rows."""
        from oligoteach.charts.interval_rows import IntervalRows

        chart = IntervalRows(figure)
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: registry.Board) -> None:
        """Show other rows."""
        artists.show(registry.blocks(result, _letters(artists)), registry.size_scale())

    def describe(self, result: registry.Board) -> str:
        """Return the trials in words."""
        return " ".join(registry.sentences(result))

    def table(self, result: registry.Board) -> Table:
        """Return what the ledger has on each trial."""
        return registry.table(result)


class Timeline(Explorer):
    """Definitions, trials and plans by year, and what was known at the end of any of them."""

    key = "timeline"
    controls = (
        Number("year", "Stand at the end of", years.FIRST, years.LAST, default=years.LAST),
        Choice("lane", "Show", {"all": "Everything", **years.LANES}),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Year": "That of the source in the ledger; a congress report counts where it is all "
        "there is",
        "Sign": "What the trial's own test said at its own threshold: one for a screening trial, "
        "or one-sided, may be lenient. The endpoint is the primary one as far as the ledger has "
        "it; Gomez's survival was a secondary one",
        "Counted": "Patients of randomised comparisons in non-small cell lung cancer alone, each "
        "trial once: local treatment as consolidation, or added to a targeted drug. PEMBRO-RT, "
        "one site irradiated to rouse immunity, is not among them",
        "Source": "The ledger of this course, which holds a choice of the field's publications",
    }
    aspect = 0.86
    narrow_aspect = 2.75

    def compute(self, p: SimpleNamespace) -> years.View:
        """Return what was known."""
        return years.view(p.year, p.lane)

    def draw(self, figure: Any, result: years.View) -> Any:
        """Draw every event."""
        from oligoteach.charts.year_lanes import YearLanes

        chart = YearLanes(figure, years.items(result), years.HEADINGS)
        artists = {"years": chart}
        self.update(artists, result)
        return artists

    def update(self, artists: Any, result: years.View) -> None:
        """Light what was known."""
        whole = result.year == years.LAST
        artists["years"].show(result.lit, None if whole else result.year, years.line_words(result))

    def describe(self, result: years.View) -> str:
        """Return the events in words."""
        return " ".join(years.sentences(result))

    def table(self, result: years.View) -> Table:
        """Return the events that are shown."""
        return years.table(result)


class PlannedPower(Explorer):
    """What a planned trial could find, and why events count rather than patients."""

    key = "power"
    controls = (
        Choice("trial", "Trial", planned.trial_names()),
        Number("hr", "True hazard ratio", 0.4, 1, default=0.7, step=0.01),
        Number("patients", "Patients", 40, 800, default=297),
        Number("follow", "Analysis after the last patient", 0, 84, default=24, unit="months"),
        Number("median", "Control arm: median", 6, 60, default=planned.MEDIAN, unit="months"),
        Number("accrual", "Patients come in over", 6, 96, default=48, unit="months"),
        Choice("alpha", "Two-sided alpha", planned.ALPHAS),
        Choice("ratio", "Control to treated", planned.RATIOS, default="1:2"),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Formula": "Power = Φ(|ln HR| · √(D p (1 − p)) − z); D events, p share of patients "
        "treated, z = 1.96 for a two-sided alpha of 0.05. Events: constant rates, even accrual, "
        "1 − e^(−rf) (1 − e^(−ra)) / (ra) of an arm with rate r, accrual a, follow-up f",
        "From the ledger": "Trials with overall survival as a primary endpoint: their planned or "
        "entered size and, where it has it, allocation. For OMEGA and LONESTAR equal arms are "
        "assumed. For CCTG BR.38 the median that its planners took, 10 months",
        "Assumed": "Everything else: true ratio, control median (that of SABR-COMET's control "
        "arm), accrual, follow-up and alpha. The trials' own assumptions are not in the ledger, "
        "but for BR.38: 10 against 14.3 months, a hazard ratio of 0.7 and a power of 80 %",
        "Validity": "Hazard ratios of 0.4 to 1, proportional hazards, no dropout, no crossover, no "
        "interim look. Expected events; a real trial scatters around them",
        "Source": "Schoenfeld, Biometrics 1983;39:499. Not verified: the formula was recomputed, "
        "not read in the paper",
    }
    aspect = 0.56
    narrow_aspect = 1.2

    def bring(self, changed: Mapping[str, Any], p: SimpleNamespace) -> Mapping[str, Any]:
        """Let a trial set size and allocation, and a change of these leave the trial."""
        if p.trial == planned.OWN:
            return {}
        values = planned.preset(p.trial)
        if p.trial != self.params["trial"] and not {"patients", "ratio"} & set(changed):
            before = self.params["trial"]
            return {**values, **planned.median_with(p.trial, before, p.median)}
        kept = all(getattr(p, name) == value for name, value in values.items())
        return {} if kept else {"trial": planned.OWN}

    def refuse(self, p: SimpleNamespace) -> Mapping[str, str]:
        """Say how many patients are needed for the formula to hold."""
        return planned.refusals(p)

    def compute(self, p: SimpleNamespace) -> planned.Power:
        """Return events and power."""
        return planned.power_of(p)

    def draw(self, figure: Any, result: planned.Power) -> Any:
        """Draw strip and curves."""
        from oligoteach.charts.power_curve import PowerCurve

        names = [ghost.name for ghost in result.ghosts]
        artists = {"power": PowerCurve(figure, names, planned.TARGET)}
        self.update(artists, result)
        return artists

    def update(self, artists: Any, result: planned.Power) -> None:
        """Move them."""
        ratios = planned.HAZARD_RATIOS
        artists["power"].show(
            (result.plan.patients, result.events, result.plan.name),
            ratios,
            result.plan.power(ratios),
            [ghost.power(ratios) for ghost in result.ghosts],
            (result.ratio, result.power),
            result.same,
        )

    def describe(self, result: planned.Power) -> str:
        """Return assumptions, events and power in words."""
        return " ".join(planned.sentences(result))

    def table(self, result: planned.Power) -> Table:
        """Return events and power by true hazard ratio."""
        return planned.table(result)


class WorthOfAResult(Explorer):
    """What a positive and a negative trial do to a belief, as 100 or 1000 trials."""

    key = "belief"
    controls = (
        Number("prior", "Of 100 such treatments, how many work?", 2, 95, default=20, unit="of 100"),
        Number("power", "Power of the trial", 5, 99, default=80, unit="%"),
        Choice("alpha", "Threshold (two-sided alpha)", belief.ALPHAS),
        Number("act", "I would act on a belief of", 50, 99, default=80, unit="%"),
        Choice("n", "Trials drawn", {"100": "100", "1000": "1000"}),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Formula": "P(works | positive) = prior · power / (prior · power + (1 − prior) · alpha / "
        "2); P(works | negative) = prior · (1 − power) / (1 − P(positive))",
        "Positive": "In favour of the treatment beyond the threshold: half of a two-sided alpha",
        "Parameters": "All four are yours; none is taken from a trial",
        "Validity": "Two truths only: it works as well as the trial was planned for, or not at "
        "all. No bias, no interim look, and a result is only a side of a line. Counts are rounded "
        "to whole trials, shares are not",
        "Source": "Bayes' theorem: algebra",
    }
    aspect = 0.58
    narrow_aspect = 1.75

    def compute(self, p: SimpleNamespace) -> belief.Belief:
        """Return the belief before and after."""
        return belief.belief(p.prior, p.power, p.alpha, p.act, p.n)

    def draw(self, figure: Any, result: belief.Belief) -> Any:
        """Draw dots and scale."""
        from oligoteach.charts.trial_dots import TrialDots

        artists = {"dots": TrialDots(figure)}
        self.update(artists, result)
        return artists

    def update(self, artists: Any, result: belief.Belief) -> None:
        """Sort the dots anew."""
        artists["dots"].show(belief.dots(result), belief.marks(result), result.act)

    def describe(self, result: belief.Belief) -> str:
        """Return counts and beliefs in words."""
        return " ".join(belief.sentences(result))

    def table(self, result: belief.Belief) -> Table:
        """Return the four kinds of trials."""
        return belief.table(result)


class OpenQuestions(Explorer):
    """The five open questions of the review, and which study asks which of them."""

    key = "open-questions"
    controls = (
        Choice("question", "Question", {k: q.text for k, q in questions.QUESTIONS.items()}),
        Choice("rows", "Studies", questions.ROWS),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Marks": "This course's reading of the ledger's entries; the reason for each stands in "
        "the table",
        "Cannot be told": "The ledger does not hold what would decide it; the protocol may",
        "Validity": "Studies of this ledger only. Others may ask what none of these does",
        "Source": "The questions are the review's; what would answer them is this course's advice",
    }
    aspect = 0.55
    narrow_aspect = 1.5

    def compute(self, p: SimpleNamespace) -> questions.Answered:
        """Return question and studies."""
        return questions.Answered(p.question, p.rows)

    def draw(self, figure: Any, result: questions.Answered) -> Any:
        """Draw the matrix."""
        from oligoteach.charts.fit_matrix import FitMatrix

        every = questions.OPEN + questions.REPORTED
        rows = [questions.name_of(i) for i in every]
        fits = dict(zip(rows, map(questions.fits, every), strict=True))
        columns = [question.short for question in questions.QUESTIONS.values()]
        second = len(questions.OPEN)
        chart = FitMatrix(figure, rows, columns, fits, questions.FITS, second)
        artists = {"matrix": chart}
        self.update(artists, result)
        return artists

    def update(self, artists: Any, result: questions.Answered) -> None:
        """Light another question."""
        artists["matrix"].show(
            [questions.name_of(i) for i in result.shown],
            list(questions.QUESTIONS).index(result.key),
        )

    def describe(self, result: questions.Answered) -> str:
        """Return the question and its studies in words."""
        return " ".join(questions.sentences(result))

    def table(self, result: questions.Answered) -> Table:
        """Return why each study fits the question or not."""
        return questions.table(result)

    def cards(self, result: questions.Answered) -> Any:
        """Return what is known, claim by claim."""
        return cite_all(result.question.claims)


def _letters(chart: Any) -> int:
    """Return how many bold letters a line of a chart of rows holds beside its names."""
    from oligoteach.charts.interval_rows import GROWN, LARGE, WIDE_LEFT

    width = chart.axes.figure.width
    if chart.compact:
        return int((width - registry.ASIDE) / registry.LETTER)
    grown = GROWN if width >= LARGE else 1.0
    return int((width / grown - WIDE_LEFT - registry.ASIDE) / registry.LETTER)


EXPLORERS = {
    cls.key: cls for cls in (RegistryBoard, Timeline, PlannedPower, WorthOfAResult, OpenQuestions)
}
