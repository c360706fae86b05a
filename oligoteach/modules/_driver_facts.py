"""What the ledger holds on each driver: how often, how long a drug holds, brain, local treatment.

Figures of sources that stand only in the words of an audit are repeated here with their claim; a
test holds them to those words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from oligoteach import evidence
from oligoteach.charts.rows import Block, Line, Mark, Scale
from oligoteach.modules._trials import short_name, worst
from oligoteach.widgets import Table

DRIVERS: Mapping[str, str] = {"all": "All", "EGFR": "EGFR", "ALK": "ALK", "ROS1": "ROS1"}
QUESTIONS: Mapping[str, str] = {
    "local": "Who was studied with local treatment?",
    "often": "How often is it there?",
    "long": "How long does the drug hold?",
    "brain": "What about the brain?",
    "resistance": "What makes it resistant?",
}
# The answer for all drivers together; its figures are those of the rows below.
LEADS: Mapping[str, str] = {
    "often": "An EGFR mutation was found in 14.1 % of NSCLC in Europe and 38.4 % in China, ALK in "
    "a few per cent; for ROS1 the ledger has nothing.",
    "long": "From 10.2 months on the first EGFR drugs to 34.8 months on alectinib, so one range "
    "for all drugs does not fit; for ROS1 the ledger has nothing.",
    "brain": "About 20 % have brain metastases at diagnosis and more in the course; how far each "
    "drug gets into the brain is not in the ledger.",
    "resistance": "After gefitinib or erlotinib T790M was found in 63 %; after osimertinib, and "
    "for ALK and ROS1, the ledger has no figure.",
}
ABSENT = "not in the ledger"
SIGNS = str.maketrans("", "", "✓✗?+")


@dataclass(frozen=True)
class Fact:
    """A figure of the ledger about a driver.

    Attributes
    ----------
    question, driver, heading, detail : str
        Where it belongs, and what it is about.
    claim : str
        The claim whose audit has the figures, or whose printed figure is shown.
    value, low, high : float or None
        The source's figure; none for words alone.
    text : str
        The figure in words, with its unit.
    printed : str
        What the review prints, in words; empty where it prints nothing.
    printed_value, printed_low, printed_high : float or None
        The same as a point or a range.
    """

    question: str
    driver: str
    heading: str
    detail: str
    claim: str
    text: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    printed: str = ""
    printed_value: float | None = None
    printed_low: float | None = None
    printed_high: float | None = None

    @property
    def figures(self) -> tuple[float, ...]:
        """The source's figures."""
        return tuple(x for x in (self.value, self.low, self.high) if x is not None)


FACTS = (
    Fact(
        "often", "EGFR", "EGFR, Europe", "in all NSCLC", "egfr-western",
        "14.1 % (12.7–15.5)", 14.1, 12.7, 15.5, "review: about 15 %", 15,
    ),
    Fact(
        "often", "EGFR", "EGFR, China", "in all NSCLC", "egfr-east-asian",
        "38.4 %", 38.4, None, None,
        "review, East Asia: 40–50 %", None, 40, 50,
    ),
    Fact(
        "often", "EGFR", "EGFR, Asia-Pacific", "in adenocarcinoma", "egfr-east-asian",
        "47 %", 47,
    ),
    Fact(
        "often", "ALK", "ALK, United States", "tested, advanced", "alk-prevalence",
        "2.6 %", 2.6, None, None, "review: 3–7 %", None, 3, 7,
    ),
    Fact(
        "often", "ALK", "ALK, other sources", "as quoted", "alk-prevalence",
        "3–5 %", None, 3, 5,
    ),
    Fact("often", "ROS1", "ROS1", "", "", ABSENT),
    Fact(
        "long", "EGFR", "EGFR, erlotinib", "series in Colorado", "tki-resistance-first-gen",
        "13.8 months", 13.8, None, None, "review, 1st gen.: 10–14", None, 10, 14,
    ),
    Fact(
        "long", "EGFR", "EGFR, 1st generation", "SINDAS controls", "tki-resistance-first-gen",
        "12.5 months", 12.5,
    ),
    Fact(
        "long", "EGFR", "EGFR, 1st generation", "FLAURA controls", "tki-resistance-first-gen",
        "10.2 months", 10.2,
    ),
    Fact(
        "long", "EGFR", "EGFR, osimertinib", "first line", "tki-resistance-later-gen",
        "18.9 months", 18.9, None, None, "review, later: 15–18", None, 15, 18,
    ),
    Fact(
        "long", "ALK", "ALK, alectinib", "later drug", "tki-resistance-later-gen",
        "34.8 months", 34.8, None, None, "review, later: 15–18", None, 15, 18,
    ),
    Fact(
        "long", "ALK", "ALK, lorlatinib", "later drug", "tki-resistance-later-gen",
        "60 % without progression at 5 years",
    ),
    Fact("long", "ROS1", "ROS1", "", "", ABSENT),
    Fact(
        "brain", "all", "NSCLC, at diagnosis", "any driver or none", "brain-mets-incidence",
        "about 20 %", 20, None, None, "review: 20–40 %", None, 20, 40,
    ),
    Fact(
        "brain", "all", "NSCLC, in its course", "any driver or none", "brain-mets-incidence",
        "25–50 %", None, 25, 50,
    ),
    Fact(
        "brain", "EGFR ALK", "EGFR or ALK", "quoted, an editorial", "brain-mets-driver",
        "up to 50–60 %", None, 50, 60, "review: more often, no figure",
    ),
    Fact("brain", "all", "Drugs into the brain", "how far each gets", "", ABSENT),
    Fact("brain", "ROS1", "ROS1", "", "", ABSENT),
    Fact(
        "resistance", "EGFR", "EGFR, T790M", "after gefitinib/erlotinib",
        "t790m-switch-osimertinib", "63 % (55–70)", 63, 55, 70,
        "review: switch to osimertinib",
    ),
    Fact("resistance", "EGFR", "EGFR, T790M", "after osimertinib", "", ABSENT),
    Fact("resistance", "ALK", "ALK, any mechanism", "share of patients", "", ABSENT),
    Fact("resistance", "ROS1", "ROS1", "", "", ABSENT),
)  # fmt: skip


@dataclass(frozen=True)
class Study:
    """A study of local treatment in a driver's disease, and when the treatment was given.

    Attributes
    ----------
    driver : str
        Key of :data:`DRIVERS`; ``any`` where the ledger does not say which.
    trial_id, moment : str
        Study, and when the local treatment was given.
    part : int or None
        Patients with this driver, where a study has several.
    note : str
        What must be known with the number.
    """

    driver: str
    trial_id: str
    moment: str
    part: int | None = None
    note: str = ""

    @property
    def trial(self) -> evidence.Trial:
        """The study's record."""
        return evidence.trial(self.trial_id)

    @property
    def name(self) -> str:
        """A short name."""
        return SHORTER.get(self.trial_id, short_name(self.trial_id))

    @property
    def number(self) -> int | None:
        """Patients with this driver, as far as known."""
        return self.part or self.trial.n

    @property
    def patients(self) -> str:
        """Who was treated, in a word."""
        return "On any TKI" if self.driver == "any" else self.driver

    @property
    def about(self) -> str:
        """Driver and moment in words."""
        return f"{self.patients}, {self.moment}"

    @property
    def size(self) -> str:
        """Number of patients, what must be known with it, and a plus for beyond the review."""
        whole = f" of {self.trial.n}" if self.part else ""
        number = "number not seen" if self.number is None else f"{self.number}{whole}"
        note = f", {self.note}" if self.note else ""
        return f"{number}{note}{'' if self.trial.in_review else ' +'}"


STUDIES = (
    Study("EGFR", "sindas", "at the start"),
    Study("EGFR", "nrog-china-002", "at the start"),
    Study("EGFR", "northstar", "residual disease"),
    Study("EGFR", "peng", "residual disease"),
    Study("EGFR", "atom", "residual disease"),
    Study("EGFR", "osi-pilot", "residual disease"),
    Study("EGFR", "yu-mskcc", "oligoprogression"),
    Study("EGFR", "weickhardt", "oligoprogression", 10),
    Study("ALK", "weickhardt", "oligoprogression", 15),
    Study("ALK", "gan-2014", "oligoprogression", note="maybe the same 15"),
    Study("ALK", "brightstar", "on brigatinib"),
    Study("any", "halt", "oligoprogression", note="no results seen"),
)
FACT_SCALES: Mapping[str, Scale] = {
    "often": Scale(
        0, 60, range(0, 61, 20), "Share of patients with the driver, %\n◇ or dashed: the review",
        "Share with the driver, %\n◇ or dashed: the review",
    ),
    "long": Scale(
        0, 36, range(0, 37, 12), "Median months to progression on the drug\ndashed: the review",
        "Median months on the drug\ndashed: the review",
    ),
    "brain": Scale(
        0, 80, range(0, 81, 20), "Share with brain metastases, %\ndashed: the review",
        "With brain metastases, %\ndashed: the review",
    ),
    "resistance": Scale(
        0, 100, range(0, 101, 25), "Patients whose tumour has it at progression, %",
        "Share at progression, %",
    ),
    "local": Scale(
        0, 150, range(0, 151, 50),
        "Patients in the study; + beyond the review\n● randomised, ■ not randomised",
        "Patients; + beyond the review\n● randomised, ■ not randomised",
    ),
}  # fmt: skip
CITED: Mapping[str, tuple[str, ...]] = {
    "often": ("egfr-western", "egfr-east-asian", "alk-prevalence", "egfr-common-mutations"),
    "long": ("tki-resistance-first-gen", "tki-resistance-later-gen", "alk-tkis"),
    "brain": ("brain-mets-incidence", "brain-mets-driver", "cns-tki-defer-rt"),
    "resistance": (
        "t790m-switch-osimertinib",
        "resistance-mechanism-guides",
        "rebiopsy-before-lat",
    ),
    "local": (
        "sindas-n",
        "sindas-highest-evidence",
        "peng-n-cell",
        "northstar-single-arm-cell",
        "gan-design",
        "ros1-no-trials",
    ),
}


@dataclass(frozen=True)
class Facts:
    """What the explorer shows: a question, a driver, and the rows that answer it."""

    question: str
    driver: str
    rows: tuple[Fact | Study, ...]


def facts_view(question: str, driver: str) -> Facts:
    """Return what the ledger holds.

    Parameters
    ----------
    question : str
        Key of :data:`QUESTIONS`.
    driver : str
        Key of :data:`DRIVERS`.
    """
    if question == "local":
        rows: tuple[Fact | Study, ...] = tuple(
            study for study in STUDIES if driver in ("all", study.driver)
        )
        if driver in ("all", "ROS1"):
            rows += (
                Fact(
                    "local",
                    "ROS1",
                    "ROS1",
                    "",
                    "ros1-no-trials",
                    "no study in the ledger",
                    printed="review: by analogy",
                ),
            )
        return Facts(question, driver, rows)
    rows = tuple(
        fact
        for fact in FACTS
        if fact.question == question
        and (driver == "all" or fact.driver == "all" or driver in fact.driver.split())
    )
    return Facts(question, driver, rows)


def fact_blocks(view: Facts) -> list[Block]:
    """Return the blocks that the figure shows: studies together by driver and moment."""
    blocks = []
    for _, rows in groupby(view.rows, key=_together):
        group = list(rows)
        if isinstance(group[0], Fact):
            blocks += [_fact_block(fact) for fact in group if isinstance(fact, Fact)]
        else:
            blocks.append(_study_block([row for row in group if isinstance(row, Study)]))
    return blocks


def _together(row: Fact | Study) -> tuple[str, str]:
    return (row.driver, row.moment) if isinstance(row, Study) else ("", "")


def _fact_block(fact: Fact) -> Block:
    words, tone = worst((fact.claim,)) if fact.claim and fact.printed else ("", "muted")
    words = f"review {words.replace('✓ confirmed', '✓')}" if words else ""
    return Block(fact.heading, fact.detail, words, tone, tuple(_fact_lines(fact)), joined=True)


def _fact_lines(fact: Fact) -> Iterator[Line]:
    """Yield the source's figure, then the review's, as a point, a range or words."""
    pointed = fact.printed_value
    if fact.value is not None:
        mark = Mark(fact.value, fact.low, fact.high)
        yield Line(fact.text, "ratio", mark, pointed)
    elif fact.low is not None:
        yield Line(fact.text, "ink", Mark(fact.low, fact.low, fact.high))
    else:
        yield Line(fact.text, "muted", wide=True)
    if fact.printed_low is not None:
        # A dotted line leads from the source's figure to the nearest end of the review's range.
        near = min(max(fact.value or 0, fact.printed_low), fact.printed_high or 0)
        mark = Mark(near, fact.printed_low, fact.printed_high, hollow=True)
        yield Line(fact.printed, "muted", mark)
    elif fact.printed:
        yield Line(f"◇ {fact.printed}" if pointed is not None else fact.printed)


def _study_block(studies: Sequence[Study]) -> Block:
    first = studies[0]
    lines = tuple(map(_study_line, studies))
    return Block(first.patients, first.moment, lines=lines, joined=True, linked=False)


def _study_line(study: Study) -> Line:
    number, words = study.number, f"{study.name} {study.size}"
    if number is None:
        return Line(words, wide=True)
    return Line(words, "with" if study.trial.randomised else "without", Mark(number))


SHORTER: Mapping[str, str] = {"osi-pilot": "Osimertinib pilot"}


def fact_sentences(view: Facts) -> Iterator[str]:
    """Yield the answer, then the question with every row in words."""
    yield _answer(view)
    if view.question == "local":
        yield from _study_sentences(view)
        return
    said = []
    for block in fact_blocks(view):
        lines = ", ".join(line.text.lstrip("◇ ") for line in block.lines)
        about = f" ({block.detail})" if block.detail else ""
        verdict = block.status.replace("✓", "confirmed").translate(SIGNS).replace("  ", " ").strip()
        said.append(f"{block.heading}{about} {lines}{f' – {verdict}' if verdict else ''}")
    drivers = "" if view.driver == "all" else f" {view.driver}:"
    yield f"{QUESTIONS[view.question]}{drivers} {'; '.join(said)}."


def _study_sentences(view: Facts) -> Iterator[str]:
    """Yield the randomised studies, the others, and the drivers without any."""
    for title, randomised in (("Randomised", True), ("Not randomised", False)):
        said = [
            f"{row.name} ({row.about}) {row.size.replace(' +', ', beyond the review')}"
            for row in view.rows
            if isinstance(row, Study) and row.trial.randomised is randomised
        ]
        if said:
            yield f"{title}: {'; '.join(said)}."
    for row in view.rows:
        if isinstance(row, Fact):
            verdict = worst((row.claim,))[0].translate(SIGNS).strip()
            yield f"{row.heading}: {row.text}, {row.printed} – {verdict}."


def _answer(view: Facts) -> str:
    """Return the sentence that answers the question as far as the ledger does."""
    if view.question != "local":
        if view.driver == "all":
            return LEADS[view.question]
        own = [row for row in view.rows if isinstance(row, Fact) and row.driver != "all"]
        known = sum(row.text != ABSENT for row in own)
        figures = "1 figure" if known == 1 else f"{known or 'no'} figures"
        return f"The ledger has {figures} for {view.driver} disease itself."
    studies = [row for row in view.rows if isinstance(row, Study)]
    trials = [row for row in studies if row.trial.randomised]
    if not studies:
        return f"No study of local treatment in {view.driver} disease is in the ledger."
    reported = sum("no results" not in row.trial.status for row in trials)
    if not reported:
        return f"No randomised trial of local treatment in {view.driver} disease is in the ledger."
    where = ", all in EGFR disease," if view.driver == "all" else ""
    return (
        f"The ledger has {reported} randomised trials of local treatment with results{where} and "
        f"{len(studies) - len(trials)} series or single arms."
    )


def fact_table(view: Facts) -> Table:
    """Return every row with what the review prints, the verdict, and what to teach."""
    rows: list[list[Any]] = []
    for row in view.rows:
        if isinstance(row, Study):
            rows.append(_study_row(row))
        else:
            rows.append(_fact_row(row))
    columns = ["About", "Source", "The review prints", "What the audit says"]
    return Table(columns, rows, f"{QUESTIONS[view.question]} Only what the ledger holds")


def _fact_row(fact: Fact) -> list[Any]:
    about = ", ".join(filter(None, (fact.heading, fact.detail)))
    if not fact.claim:
        return [about, fact.text, "–", "–"]
    record = evidence.citation(fact.claim)
    verdict = {"text": f"{record.label}: {record.teach}", "tone": worst((fact.claim,))[1]}
    return [about, fact.text, fact.printed.removeprefix("review: ") or "–", verdict]


def _study_row(study: Study) -> list[Any]:
    trial = study.trial
    about = f"{short_name(study.trial_id)}: {study.about}"
    if not trial.in_review:
        about += " (beyond the review)"
    number = study.number
    size = f"{number} patients" if number else "number of patients not seen"
    note = f"; {study.note}" if study.note else ""
    return [about, f"{size}; {trial.design}{note}", "–", f"{trial.population}. {trial.status}"]
