"""The field by year: what was published when, and how many patients it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from oligoteach import evidence
from oligoteach.charts.year_items import KINDS, Item
from oligoteach.modules._trials import arm_ids, interval_text, is_verified, number, p_text
from oligoteach.widgets import Table

LANES = {
    "rules": "Definitions",
    "local": "Local treatment",
    "driver": "Driver",
    "immune": "Immunotherapy",
    "progress": "Progression",
}
# Headings of the lanes, each with a brief one for a narrow page; and brief words of events.
HEADINGS = dict(
    zip(LANES.values(), ("Definitions", "Local", "Driver", "Immune", "Progression"), strict=True)
)
BRIEF = {
    "Oligometastases": "Term coined",
    "AJCC 8th edition": "AJCC 8th ed.",
    "9th ed. proposed": "9th proposed",
    "9th ed. in force": "9th in force",
    "Failure patterns": "Failure sites",
    "Gomez: survival": "Gomez: OS",
    "SABR-COMET 5 y": "COMET 5 y",
    "SABR-COMET 8 y": "COMET 8 y",
    "NROG China": "NROG",
    "Mice: RT, PD-L1": "Mice: RT",
    "TREX1 in models": "TREX1 lab",
    "KEYNOTE-001": "KEYNOTE",
    "PEMBRO-RT samples": "RT samples",
}
FIRST, LAST = 1995, 2026


@dataclass(frozen=True)
class Event:
    """A publication, or what one reports.

    Attributes
    ----------
    ref_id : str
        Source; its year is the event's, unless ``year`` is set.
    lane, kind, words : str
        Lane, sign and short name.
    trial_id : str
        Trial of the ledger, if it is one's.
    endpoint : str
        Endpoint of the ledger that the sign rests on.
    counted : bool
        First report of a randomised comparison of local treatment in non-small cell lung cancer
        alone.
    year : int
        Set where the event is not the publication.
    """

    ref_id: str
    lane: str
    kind: str
    words: str
    trial_id: str = ""
    endpoint: str = ""
    counted: bool = False
    year: int = 0

    @property
    def when(self) -> int:
        """Year of the event."""
        return self.year or int(evidence.reference(self.ref_id).year)

    @property
    def patients(self) -> int | None:
        """Patients of the trial, if known."""
        return evidence.trial(self.trial_id).n if self.trial_id else None

    @property
    def size(self) -> str:
        """The same in words; empty if unknown."""
        if self.patients is None:
            return ""
        least = "over " if "lower bound" in evidence.trial(self.trial_id).note else ""
        return f"{least}{self.patients} patients"


_EVENTS = (
    Event("hellman-1995", "rules", "rules", "Oligometastases"),
    Event("amin-2017", "rules", "rules", "AJCC 8th edition"),
    Event("dingemans-2019", "rules", "rules", "EORTC lung"),
    Event("lievens-2020", "rules", "rules", "ESTRO–ASTRO"),
    Event("guckenberger-2020", "rules", "rules", "ESTRO–EORTC"),
    Event("iyengar-2023", "rules", "rules", "Guideline"),
    Event("fong-2024", "rules", "rules", "9th ed. proposed"),
    Event("fong-2024", "rules", "rules", "9th ed. in force", year=2025),
    Event("vedagiri-2026", "rules", "rules", "The review"),
    Event("rusthoven-2009", "local", "series", "Failure patterns", "rusthoven"),
    Event("de-ruysscher-2012", "local", "series", "De Ruysscher", "de-ruysscher"),
    Event("gomez-2016", "local", "for", "Gomez: PFS", "gomez", "PFS first report", counted=True),
    Event("iyengar-2018", "local", "for", "Iyengar: PFS", "iyengar-utsw", "PFS", counted=True),
    Event("petty-2018", "local", "series", "Petty", "petty"),
    Event("gomez-2019", "local", "for", "Gomez: survival", "gomez", "OS"),
    Event("palma-2019", "local", "for", "SABR-COMET", "sabr-comet", "OS first report"),
    Event("palma-2019-comet10", "local", "plan", "COMET-10", "sabr-comet-10"),
    Event("palma-2020", "local", "for", "SABR-COMET 5 y", "sabr-comet", "OS"),
    Event("olson-2020", "local", "plan", "COMET-3", "sabr-comet-3"),
    Event("harrow-2022", "local", "for", "SABR-COMET 8 y", "sabr-comet", "OS"),
    Event("chmura-2022", "local", "none", "NRG-BR002", "nrg-br002", "PFS"),
    Event("baker-2022", "local", "series", "SABR-5", "sabr-5"),
    Event("khoo-2023", "local", "unseen", "CORE", "core"),
    Event("iyengar-2024-lu002", "local", "none", "NRG-LU002", "nrg-lu002", "PFS", counted=True),
    Event("sherry-2025", "local", "for", "EXTEND", "extend", "PFS"),
    Event("e2-radiate-2025", "local", "plan", "OligoCare", "oligocare"),
    Event("wang-xs-2023", "driver", "for", "SINDAS", "sindas", "PFS", counted=True),
    Event("peng-2023", "driver", "for", "Peng", "peng", "PFS", counted=True),
    Event("sun-2024", "driver", "for", "NROG China", "nrog-china-002", "PFS", counted=True),
    Event("elamin-2025", "driver", "for", "NorthStar", "northstar", "PFS", counted=True),
    Event("deng-l-2014", "immune", "lab", "Mice: RT, PD-L1"),
    Event("shaverdian-2017", "immune", "series", "KEYNOTE-001", "keynote001-rt"),
    Event("vanpouille-box-2017", "immune", "lab", "TREX1 in models"),
    Event("theelen-2019", "immune", "none", "PEMBRO-RT", "pembro-rt", "response at 12 weeks"),
    Event("huang-2025", "immune", "lab", "PEMBRO-RT samples"),
    Event("weickhardt-2012", "progress", "series", "Weickhardt", "weickhardt"),
    Event("yu-2013", "progress", "series", "Yu", "yu-mskcc"),
    Event("gan-2014", "progress", "series", "Gan", "gan-2014"),
    Event("tsai-2024", "progress", "for", "CURB", "curb", "PFS all"),
    Event("schellenberg-2024", "progress", "none", "STOP", "stop", "PFS"),
)


@dataclass(frozen=True)
class View:
    """What the timeline shows.

    Attributes
    ----------
    year : int
        Year at whose end the learner stands.
    lane : str
        Lane, or ``"all"``.
    events : tuple of Event
        All events in order.
    lit : tuple of bool
        Which of them had happened, in the lanes chosen.
    """

    year: int
    lane: str
    events: tuple[Event, ...]
    lit: tuple[bool, ...]

    @property
    def counted(self) -> tuple[Event, ...]:
        """Randomised comparisons in lung cancer alone that had been reported, in any lane."""
        return tuple(e for e in self.events if e.counted and e.when <= self.year)

    @property
    def patients(self) -> int:
        """Patients of those."""
        return sum(event.patients or 0 for event in self.counted)

    @property
    def shown(self) -> tuple[Event, ...]:
        """Events that are lit."""
        return tuple(event for event, on in zip(self.events, self.lit, strict=True) if on)


def view(year: int, lane: str) -> View:
    """Return what was known at the end of a year, in one lane or all."""
    events = tuple(sorted(_EVENTS, key=lambda event: event.when))
    lit = tuple(e.when <= year and lane in ("all", e.lane) for e in events)
    return View(year, lane, events, lit)


def items(shown: View) -> tuple[Item, ...]:
    """Return the events as the chart wants them; a trial's size stands at its first report."""
    found, sized = [], {""}
    for event in shown.events:
        more = "" if event.trial_id in sized or not event.size else f", {event.size}"
        sized.add(event.trial_id)
        words = event.words
        brief, long_words = BRIEF.get(words, words), f"{words}{more}"
        lane = LANES[event.lane]
        found.append(Item(event.when, lane, event.kind, words, brief, long_words))
    return tuple(found)


def line_words(shown: View) -> str:
    """Return what stands at the line of the chosen year."""
    return f"known by the end of {shown.year} ↑"


def sentences(shown: View) -> Iterator[str]:
    """Yield what the randomised evidence was, and how many signs of each kind there were."""
    counted = shown.counted
    names = ", ".join(event.words.split(":")[0] for event in counted)
    trials = f"{len(counted)} randomised comparison{'' if len(counted) == 1 else 's'}"
    known = f" ({names})" if names else ""
    yield (
        f"By the end of {shown.year} this ledger has {trials} in non-small cell lung cancer alone, "
        f"with {shown.patients} patients{known}."
    )
    yield "Counted is local treatment as consolidation, or added to a targeted drug."
    counts = {kind: sum(e.kind == kind for e in shown.shown) for kind in KINDS}
    said = [f"{KINDS[kind]} {n}" for kind, n in counts.items() if n]
    lane = "" if shown.lane == "all" else f" in the lane {LANES[shown.lane].lower()}"
    yield f"Signs shown{lane}: {'; '.join(said) or 'none yet'}."
    last = [e for e in shown.shown if shown.shown[-1].when == e.when]
    if last:
        yield f"Last, in {last[0].when}: {', '.join(event.words for event in last)}."


def table(shown: View) -> Table:
    """Return the events that are lit, with what each rests on."""
    return Table(
        ["Year", "What", "Sign", "Patients", "Figures seen", "Status", "Source"],
        [_row(event) for event in shown.shown],
        "The year is that of the source, not of the first patient or of the first talk",
    )


def _row(event: Event) -> Sequence[str]:
    source = evidence.reference(event.ref_id)
    return [
        str(event.when),
        event.words,
        KINDS[event.kind],
        event.size or "–",
        figures(event.trial_id, event.endpoint, event.ref_id) or "–",
        evidence.trial(event.trial_id).status if event.trial_id else "–",
        f"{source.first_author}: {source.title}",
    ]


def figures(trial_id: str, endpoint: str, ref_id: str) -> str:
    """Return the figures of an endpoint that were seen in a source: arms, ratio, p value.

    Parameters
    ----------
    trial_id, endpoint : str
        As in the ledger.
    ref_id : str
        The report: what another report of the trial gives is left out.
    """
    if not endpoint:
        return ""
    others = {*evidence.trial(trial_id).ref_ids} - {ref_id}
    seen = [
        o
        for o in evidence.outcomes(trial_id)
        if o.endpoint == endpoint and is_verified(o) and o.source_ref not in others
    ]
    roles = dict(zip(arm_ids(trial_id), ("with", "without"), strict=True))
    return "; ".join(_figure(o, roles) for o in seen)


def _figure(outcome: evidence.Outcome, roles: Mapping[str, str]) -> str:
    when = f" at {outcome.time_months:g} months" if outcome.time_months else ""
    p = "" if outcome.p_value is None else p_text(outcome)
    if outcome.measure == "p_value":
        return f"{p}{when}"
    name = {"hazard_ratio": "HR ", "median": "median "}.get(outcome.measure, "")
    unit = {"ratio": "", "%": " %"}.get(outcome.unit, f" {outcome.unit}")
    arm = f" {roles[outcome.arm_id]}" if outcome.arm_id else ""
    value = f"{number(outcome, outcome.value)}{interval_text(outcome)}"
    return f"{name}{value}{unit}{arm}{when}{', ' if p else ''}{p}"
