"""The explorers of the lesson on driver mutations: Table 2, hazard ratios, resistance, drivers."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, ClassVar

from oligoteach.modules._citing import cite_all
from oligoteach.modules._clones import (
    ABLATED,
    HIDDEN,
    MAX_SITES,
    MONTHS,
    RULES,
    SHARES,
    UNDER_DRUG,
    Clones,
    clone_sentences,
    clone_table,
    clones_view,
    row_words,
)
from oligoteach.modules._driver_facts import (
    CITED,
    DRIVERS,
    FACT_SCALES,
    QUESTIONS,
    Facts,
    fact_blocks,
    fact_sentences,
    fact_table,
    facts_view,
)
from oligoteach.modules._driver_ratios import (
    LEVELS,
    RATIO_SCALE,
    Ratios,
    ratio_blocks,
    ratio_sentences,
    ratio_table,
    ratios_view,
)
from oligoteach.modules._driver_trials import (
    ENDPOINTS,
    SCALES,
    Board,
    board_blocks,
    board_sentences,
    board_table,
    board_view,
)
from oligoteach.modules._resistance_chance import (
    DENSITIES,
    LABEL,
    LARGEST,
    MUTATIONS,
    NAMES,
    SIZES,
    SMALLEST,
    TICKS,
    Chance,
    chance_sentences,
    chance_table,
    chance_view,
    heading,
)
from oligoteach.widgets import Choice, Explorer, Number, Table, Toggle


class DriverBoard(Explorer):
    """The review's Table 2, with what the sources say beside it."""

    key = "board"
    controls = (
        Choice("endpoint", "Endpoint", ENDPOINTS),
        Choice(
            "rows",
            "Studies",
            {"four": "The review's four", "beyond": "with trials beyond the review"},
        ),
        Choice(
            "show",
            "Figures of",
            {"both": "Review and source", "review": "The review", "source": "The source"},
        ),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Points": "Medians and shares as published; no figure is worked out here",
        "Intervals": "As printed; where only congress reports print them, their level is unsure",
        "Open diamond": "What the review prints",
        "Signs": "✓ the review's figures agree with the source, ✗ they do not, or a cell of the "
        "row is wrong, ? not verified, ! to be checked by a person",
        "Source": "The ledger of this course; each verdict opens below the figure",
    }
    aspect = 0.86
    narrow_aspect = 2.7
    table_open = True

    def compute(self, p: SimpleNamespace) -> Board:
        """Return the rows for the endpoint."""
        return board_view(p.endpoint, p.rows, p.show)

    def draw(self, figure: Any, result: Board) -> Any:
        """Draw the rows."""
        from oligoteach.charts.interval_rows import IntervalRows

        chart = IntervalRows(figure)
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: Board) -> None:
        """Show other rows."""
        artists.show(board_blocks(result), SCALES[result.endpoint])

    def describe(self, result: Board) -> str:
        """Return the rows in words."""
        return " ".join(board_sentences(result))

    def table(self, result: Board) -> Table:
        """Return the review's table with the sources beside it."""
        return board_table(result)


class DriverRatios(Explorer):
    """Each hazard ratio beside what its own medians and its own interval imply."""

    key = "ratios"
    controls = (
        Choice("endpoint", "Endpoint", {"OS": "Overall survival", "PFS": "Progression-free"}),
        Choice(
            "rows",
            "Comparisons",
            {"review": "The review's trials", "more": "more, also beyond the review"},
        ),
        Choice("level", "Read the intervals at", LEVELS),
        Toggle("medians", "Show what the medians give", default=True),
    )
    card: ClassVar[Mapping[str, str]] = {
        "From medians": "Hazard ratio = median without / median with, if both hazards are "
        "constant and proportional. Curves that bend give another ratio, so a difference is a "
        "question and no proof of an error",
        "Interval to p": "SE = (ln upper − ln lower) / (2 z); p = 2 (1 − Φ(|ln HR| / SE)), half "
        "of it where the printed p is one-sided",
        "Events": "At least 4 / SE², because 1 / d₁ + 1 / d₂ is never below 4 / (d₁ + d₂); a "
        "patient has at most one event",
        "Validity": "Ratio, interval and p from the same Wald analysis; a log-rank or stratified "
        "p usually differs a little",
        "Source": "Altman and Bland, BMJ 2011;343:d2304; the ratio of medians and the number of "
        "events are algebra; the published figures are in the ledger",
    }
    aspect = 0.72
    narrow_aspect = 2.2

    def compute(self, p: SimpleNamespace) -> Ratios:
        """Return the comparisons of the endpoint, checked."""
        return ratios_view(p.endpoint, p.rows, p.level, p.medians)

    def draw(self, figure: Any, result: Ratios) -> Any:
        """Draw the rows."""
        from oligoteach.charts.interval_rows import IntervalRows

        chart = IntervalRows(figure)
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: Ratios) -> None:
        """Show other rows."""
        artists.show(ratio_blocks(result), RATIO_SCALE)

    def describe(self, result: Ratios) -> str:
        """Return the comparisons in words."""
        return " ".join(ratio_sentences(result))

    def table(self, result: Ratios) -> Table:
        """Return every comparison with what it implies."""
        return ratio_table(result)


class ResistanceChance(Explorer):
    """How likely a tumour holds resistant cells before any drug, by its size."""

    key = "chance"
    controls = (
        Number("diameter", "Diameter", SMALLEST, LARGEST, default=10, step=1, unit="mm"),
        Choice("mutation", "Resistance arises in", MUTATIONS, default="1e-8"),
        Number("death", "Cells that die for each 100 born", 0, 90, default=0, step=10),
        Choice("density", "Cells assumed", DENSITIES),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Formula": "P = 1 − exp(−M u F), F = (r / d) ln(r / (r − d)); M cells, u mutations for "
        "each division, birth rate r, death rate d; without death F = 1",
        "Parameters": "Mutation rate and death are chosen, not measured in any tumour; cells are "
        "turned into a diameter by an assumed density, in a ball",
        "Validity": "Many cells, rare mutations; resistant cells divide and die like the others "
        "until the drug is given. Nothing is drawn outside 1 to 50 mm",
        "Source": "Iwasa, Nowak, Michor, Genetics 2006;172:2557. The paper exists; the formula "
        "was not verified in it (only abstract and introduction were read). It was derived anew",
    }
    aspect = 0.68
    narrow_aspect = 1.25

    def compute(self, p: SimpleNamespace) -> Chance:
        """Return the chances for the tumour."""
        return chance_view(p.diameter, p.mutation, p.death, p.density)

    def draw(self, figure: Any, result: Chance) -> Any:
        """Draw the curves."""
        from oligoteach.charts.chance_curve import ChanceCurves

        chart = ChanceCurves(figure, NAMES, (SMALLEST, LARGEST), TICKS, LABEL)
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: Chance) -> None:
        """Move the curves."""
        place = (result.diameter, result.chance)
        artists.show(SIZES, result.chances, result.chosen, place, heading(result))

    def describe(self, result: Chance) -> str:
        """Return the chance in words."""
        return " ".join(chance_sentences(result))

    def table(self, result: Chance) -> Table:
        """Return the chances by size and mutation rate."""
        return chance_table(result)


class ResistantClones(Explorer):
    """Several sites under a drug: what ablating some of them changes, and what it cannot."""

    key = "clones"
    controls = (
        Number("sites", "Sites that scans show", 1, MAX_SITES, default=3),
        Choice("ablated", "Sites ablated", ABLATED, default="but-one"),
        Number("month", "Month of ablation", 0, 24, default=3, step=1),
        Choice("hidden", "Deposit that no scan shows", HIDDEN, default="1e2"),
        Choice("share", "Resistant at the start, in each site", SHARES, default="1e-6"),
        Choice("under_drug", "New resistance under the drug", UNDER_DRUG),
        Number("doubling", "Doubling of resistant cells, months", 0.5, 4, default=1, step=0.1),
        Number("half_life", "Halving of sensitive cells, months", 0.3, 3, default=0.7, step=0.1),
        Choice("rule", "Progression", RULES),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Formula": "In each site S(t) = S₀ exp(−a t) and dR/dt = g R + u b S; ablation takes "
        "away all cells of the sites chosen",
        "Parameters": "Sites of 20 mm; 10⁹ cells in a cm³; rates as set, the same in all sites; "
        "sensitive cells that still divide do so once a month. The unseen deposit is assumed "
        "wholly resistant, unlike the sites that are seen. Chosen, not fitted to patients",
        "Rule": "By the sum of diameters ablated sites count as nothing; late ablation can look "
        "better, and ablation of a site without resistance worse, by this rule alone",
        "Validity": "No spread from site to site, no immune system, no slowing of growth; followed "
        "for 36 months and up to 10¹² cells. A course ends at progression, where treatment would "
        "change",
        "Source": "Algebra of this course, without a published source; illustrative",
    }
    aspect = 0.84
    narrow_aspect = 1.95

    def compute(self, p: SimpleNamespace) -> Clones:
        """Follow the tumour with and without ablation."""
        return clones_view(
            int(p.sites),
            p.ablated,
            p.month,
            p.hidden,
            p.share,
            p.under_drug,
            p.doubling,
            p.half_life,
            p.rule,
        )

    def draw(self, figure: Any, result: Clones) -> Any:
        """Draw both panels."""
        from oligoteach.charts.clone_courses import CloneCourses

        chart = CloneCourses(figure, MONTHS)
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: Clones) -> None:
        """Move courses and rows."""
        alone, treated = result.alone, result.treated
        artists.show(
            (alone.time, alone.cells),
            (treated.time, treated.cells),
            (treated.time, treated.resistant),
            result.month if result.ablated else None,
            (alone.progression, treated.progression),
            result.level,
        )
        artists.show_rows(row_words(result), result.progressions, result.at_start, result.ablated)

    def describe(self, result: Clones) -> str:
        """Return the courses in words."""
        return " ".join(clone_sentences(result))

    def table(self, result: Clones) -> Table:
        """Return months to progression by number of sites."""
        return clone_table(result)


class DriverFacts(Explorer):
    """What the ledger holds on each driver, and where it holds nothing."""

    key = "drivers"
    controls = (
        Choice("question", "Question", QUESTIONS),
        Choice("driver", "Driver", DRIVERS),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Points": "Figures as published; no figure is worked out here",
        "Dashed line, open diamond": "What the review prints",
        "After “review”": "✓ the source bears it out, ✗ it does not, ? nobody has checked it",
        "Not in the ledger": "No figure was seen in a source, which does not mean that there is "
        "none",
        "Source": "The ledger of this course; each verdict opens below the figure",
    }
    aspect = 0.8
    narrow_aspect = 2.4

    def compute(self, p: SimpleNamespace) -> Facts:
        """Return what the ledger holds."""
        return facts_view(p.question, p.driver)

    def draw(self, figure: Any, result: Facts) -> Any:
        """Draw the rows."""
        from oligoteach.charts.interval_rows import IntervalRows

        chart = IntervalRows(figure)
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: Facts) -> None:
        """Show other rows."""
        artists.show(fact_blocks(result), FACT_SCALES[result.question])

    def describe(self, result: Facts) -> str:
        """Return the rows in words."""
        return " ".join(fact_sentences(result))

    def table(self, result: Facts) -> Table:
        """Return every row with the review's words and the audit's."""
        return fact_table(result)

    def cards(self, result: Facts) -> list[Any]:
        """Return the citations that the question rests on."""
        return list(cite_all(CITED[result.question]))


EXPLORERS = {
    cls.key: cls
    for cls in (DriverBoard, DriverRatios, ResistanceChance, ResistantClones, DriverFacts)
}
