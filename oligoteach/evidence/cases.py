"""Cases of the tumour board: one YAML file for each, read into strict records.

A case is a patient who does not exist, a map of lesions, and nodes with choices. Every choice
says what follows, why, on which claims that rests, and how good it is on which ground. A clinician
writes and reviews a case as a text file; nothing of it is in code.

A broken file is left out with its reasons, and the other cases still load.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from oligoteach.evidence.ledger import UnknownKey, claims, references, trials
from oligoteach.evidence.paths import data_path
from oligoteach.evidence.problems import Problem
from oligoteach.evidence.records import Key
from oligoteach.evidence.yamltext import Path_, YamlText, read_yaml, schema_problems

END = "end"
"""What a choice names as its next node when the case is over."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Millimetres = Annotated[int, Field(strict=True, ge=1, le=200)]
Whole = Annotated[int, Field(strict=True, ge=1, le=999)]

Mark = Literal["preferred", "acceptable", "contested", "harmful"]
GroundKind = Literal["guideline", "trial", "cohort", "opinion"]
Strength = Literal["strong", "conditional", "not stated"]
Decade = Literal["twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties"]
Group = Literal["spread", "driver", "progression", "site", "request"]
LesionKind = Literal["primary", "metastasis", "node"]
LesionState = Literal[
    "untreated", "stable", "responding", "progressing", "treated", "quiet", "unseen"
]
Site = Literal[
    "brain-right",
    "brain-left",
    "brain-back",
    "neck-nodes",
    "lung-right-upper",
    "lung-right-lower",
    "lung-left-upper",
    "lung-left-lower",
    "hilum-right",
    "hilum-left",
    "mediastinum",
    "pleura-right",
    "pleura-left",
    "rib-right",
    "rib-left",
    "humerus-right",
    "humerus-left",
    "liver-right",
    "liver-left",
    "liver-near-bowel",
    "adrenal-right",
    "adrenal-left",
    "abdominal-nodes",
    "spine-cervical",
    "spine-thoracic",
    "spine-lumbar",
    "pelvis-right",
    "pelvis-left",
    "femur-right",
    "femur-left",
]
SITES: tuple[str, ...] = get_args(Site)
STATES: tuple[str, ...] = get_args(LesionState)
MARKS: tuple[str, ...] = get_args(Mark)


class _Record(BaseModel):
    """A frozen part of a case; keys beyond its fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Sourced(_Record):
    """Text that rests on claims, or on ``outcome:<trial>`` and ``ref:<reference>``."""

    claims: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def named(self) -> tuple[str, ...]:
        """Everything that the text rests on."""
        return (*self.claims, *self.sources)


class Finding(_Record):
    """One line of the patient's description."""

    label: Text
    text: Text


class Patient(_Record):
    """The patient of a case: in decades, and without anything that identifies a person.

    ``profile`` gives the same patient in the fields of the classification model, so that stage,
    state and the entry rules of trials can be worked out.
    """

    age: Decade
    text: Text
    findings: Annotated[tuple[Finding, ...], Field(min_length=1)]
    profile: dict[str, bool | int | float | str | None]


class Lesion(_Record):
    """A lesion on the body map, with its state when the case opens."""

    id: Key
    kind: LesionKind
    site: Site
    mm: Millimetres
    state: LesionState


class Reason(Sourced):
    """One reason for the mark of a choice: a fact with its claims, or an opinion called so."""

    text: Text
    opinion: Annotated[bool, Field(strict=True)] = False


class Ground(Sourced):
    """What a mark rests on; ``strength`` is that of a guideline's recommendation."""

    kind: GroundKind
    strength: Strength | None = None
    text: Text


class Choice(_Record):
    """Something that the board may do.

    Attributes
    ----------
    id, text : str
        Stable id, and the choice as the learner reads it.
    mark : str
        How good it is; ``contested`` where the evidence conflicts.
    ground : Ground
        What the mark rests on.
    consequence : str
        What happens to this patient then.
    map, sizes : dict
        State and diameter in millimetres of lesions from then on, by lesion id.
    reasons : tuple of Reason
        Why it is marked so.
    next : str
        Id of the node that follows, or ``end``.
    """

    id: Key
    text: Text
    mark: Mark
    ground: Ground
    consequence: Text
    map: dict[str, LesionState] = Field(default_factory=dict)
    sizes: dict[str, Millimetres] = Field(default_factory=dict)
    reasons: Annotated[tuple[Reason, ...], Field(min_length=1)]
    next: Key


class Node(_Record):
    """A point at which the board decides."""

    id: Key
    title: Text
    text: Text
    question: Text
    map: dict[str, LesionState] = Field(default_factory=dict)
    sizes: dict[str, Millimetres] = Field(default_factory=dict)
    choices: tuple[Choice, ...] = ()

    @property
    def contested(self) -> bool:
        """Whether the evidence conflicts here; contested choices then count as neither."""
        return any(choice.mark == "contested" for choice in self.choices)


class Point(Sourced):
    """Something to discuss with one's own board at the end."""

    text: Text


class Case(_Record):
    """A branching case.

    Attributes
    ----------
    name : str
        File stem in snake case.
    number : int
        Place in the list of cases.
    title, question, about : str
        Title, what the case asks, and one sentence for the list that gives nothing away.
    group : str
        Under which heading the list shows it.
    start : bool
        Whether the list says that one may begin with it.
    short : str
        Name of the case in narrow tables, 22 characters at most.
    patient : Patient
    lesions : tuple of Lesion
    nodes : tuple of Node
        The first one opens the case.
    discussion : tuple of Point
        What to take to one's own board, shown at the end.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")]
    number: Whole
    title: Text
    short: Annotated[str, StringConstraints(min_length=1, max_length=22)] = ""
    question: Text
    about: Text
    group: Group
    start: Annotated[bool, Field(strict=True)] = False
    patient: Patient
    lesions: Annotated[tuple[Lesion, ...], Field(min_length=1)]
    nodes: Annotated[tuple[Node, ...], Field(min_length=1)]
    discussion: Annotated[tuple[Point, ...], Field(min_length=1)]

    def node(self, key: str) -> Node:
        """Return a node by its id.

        Raises
        ------
        ValueError
            If the case has no such node.
        """
        for node in self.nodes:
            if node.id == key:
                return node
        raise ValueError(f"the case {self.name!r} has no node {key!r}.")

    @property
    def story(self) -> str:
        """The patient in words, whose numbers need no source."""
        findings = [f"{f.label} {f.text}" for f in self.patient.findings]
        sizes = [f"{lesion.mm} mm" for lesion in self.lesions]
        nodes = [f"{node.title}. {node.text} {node.question}" for node in self.nodes]
        return " ".join([self.patient.text, *findings, *sizes, *nodes])


@dataclass(frozen=True, slots=True)
class Known:
    """The keys of the ledger that a case may name."""

    claims: Collection[str]
    trials: Collection[str]
    references: Collection[str]

    def source(self, token: str) -> bool:
        """Return whether a token names a trial's results or a reference."""
        kind, _, key = token.partition(":")
        return key in {"outcome": self.trials, "ref": self.references}.get(kind, ())


Fault = Callable[[Mapping[str, object]], str]
"""Says in a sentence why a profile cannot be that of a patient; empty if it can.

The classification model lies on a floor above this one, so that whoever reads cases hands it in.
"""


@dataclass(slots=True)
class ParsedCase:
    """A case file as far as it could be read."""

    source: YamlText
    case: Case | None
    problems: list[Problem]


@dataclass(frozen=True, slots=True)
class Cases:
    """The cases that can be used, in their order, and those that were left out."""

    usable: tuple[Case, ...]
    left_out: dict[str, tuple[Problem, ...]]


def parse_case(
    path: Path, known: Known, label: str | None = None, fault: Fault | None = None
) -> ParsedCase:
    """Read and check one case file.

    Parameters
    ----------
    path : Path
        YAML file.
    known : Known
        What the case may name.
    label : str, optional
        Path as shown to a reader; by default ``path`` itself.
    fault : Fault, optional
        Judges the patient's profile; without it the profile is not checked.

    Returns
    -------
    ParsedCase
        ``case`` is None where the file departs from the schema; ``problems`` name line, field
        and rule.
    """
    source = read_yaml(path, label)
    if source.problems:
        return ParsedCase(source, None, source.problems)
    try:
        case = Case.model_validate(source.data)
    except ValidationError as error:
        return ParsedCase(source, None, schema_problems(source, error))
    found = [source.problem(*rule) for rule in _rules(case, path.stem, known)]
    sentence = fault(case.patient.profile) if fault is not None else ""
    if sentence:
        found.append(source.problem(("patient", "profile"), "profile-can-be", sentence))
    return ParsedCase(source, case, found)


def case_files(folder: Path) -> list[Path]:
    """Return the case files of a folder in the order of their names."""
    return sorted(folder.glob("*.yaml"))


def read_cases(folder: Path, known: Known, fault: Fault | None = None) -> Cases:
    """Return the cases of a folder; a broken one is left out with its problems.

    Parameters
    ----------
    folder : Path
        Folder with YAML files; it need not exist.
    known : Known
        What a case may name.
    fault : Fault, optional
        Judges profiles, as for one case.

    Returns
    -------
    Cases
    """
    usable: list[Case] = []
    left_out: dict[str, tuple[Problem, ...]] = {}
    for path in case_files(folder):
        label = f"data/cases/{path.name}"
        parsed = parse_case(path, known, label, fault)
        if parsed.case is None or parsed.problems:
            left_out[path.name] = tuple(parsed.problems)
        else:
            usable.append(parsed.case)
    usable.sort(key=lambda case: (case.number, case.name))
    return Cases(tuple(usable), left_out)


@functools.cache
def board_cases(fault: Fault | None = None) -> Cases:
    """Return the cases that are shipped; ``fault`` judges their profiles."""
    return read_cases(data_path("cases"), Known(claims(), trials(), references()), fault)


Rule = tuple[Path_, str, str]
"""Path in the file, rule and sentence."""


def _rules(case: Case, stem: str, known: Known) -> Iterator[Rule]:
    """Check what the schema cannot say."""
    if case.name != stem:
        yield ("name",), "name-is-file", f"the name is {case.name!r} but the file is {stem!r}."
    yield from _unique(case)
    for path, part in sourced_parts(case):
        yield from _claim_rules(path, part, known)
    yield from _graph_rules(case)
    for i, node in enumerate(case.nodes):
        yield from _node_rules(("nodes", i), node)
        yield from _map_rules(case, ("nodes", i), node)
    yield from _profile_rules(case)
    yield from _privacy_rules(case)


def sourced_parts(case: Case) -> Iterator[tuple[Path_, Sourced]]:
    """Yield every part of a case that names claims, with its path in the file."""
    for i, node in enumerate(case.nodes):
        for j, choice in enumerate(node.choices):
            here: Path_ = ("nodes", i, "choices", j)
            yield (*here, "ground"), choice.ground
            for k, reason in enumerate(choice.reasons):
                yield (*here, "reasons", k), reason
    for i, point in enumerate(case.discussion):
        yield ("discussion", i), point


def claims_of(case: Case) -> tuple[str, ...]:
    """Return every claim of a case once, in the order of the file."""
    named = [claim for _, part in sourced_parts(case) for claim in part.claims]
    return tuple(dict.fromkeys(named))


def _claim_rules(path: Path_, part: Sourced, known: Known) -> Iterator[Rule]:
    """Every claim is in the ledger, and every statement of fact names one."""
    for index, claim_id in enumerate(part.claims):
        if claim_id not in known.claims:
            nearest = UnknownKey(claim_id, known.claims).nearest
            hint = f"; near it: {', '.join(nearest)}" if nearest else ""
            sentence = f"there is no claim {claim_id!r} in the ledger{hint}."
            yield (*path, "claims", index), "unknown-claim", sentence
    for index, token in enumerate(part.sources):
        if not known.source(token):
            sentence = (
                f"{token!r} names no source; allowed are outcome:<trial> and ref:<reference> "
                "with keys of the ledger."
            )
            yield (*path, "sources", index), "unknown-source", sentence
    opinion = isinstance(part, Reason) and part.opinion
    opinion = opinion or (isinstance(part, Ground) and part.kind == "opinion")
    if not part.named and not opinion:
        sentence = (
            "a statement of fact names at least one claim or source; an opinion is marked as one "
            "('opinion: true' in a reason, 'kind: opinion' in a ground)."
        )
        yield path, "fact-needs-claim", sentence
    if isinstance(part, Ground):
        yield from _ground_rules(path, part)


def _ground_rules(path: Path_, ground: Ground) -> Iterator[Rule]:
    """A guideline has a strength, and nothing else has."""
    if (ground.kind == "guideline") != (ground.strength is not None):
        sentence = (
            f"a ground of kind {ground.kind!r} "
            + ("needs" if ground.kind == "guideline" else "has no")
            + f" 'strength'; for a guideline it is one of {', '.join(get_args(Strength))}."
        )
        yield (*path, "strength"), "guideline-strength", sentence


def _unique(case: Case) -> Iterator[Rule]:
    """Ids occur once where they are looked up."""
    yield from _each_once("lesions", ("lesions",), [lesion.id for lesion in case.lesions])
    yield from _each_once("nodes", ("nodes",), [node.id for node in case.nodes])
    for i, node in enumerate(case.nodes):
        if node.id == END:
            sentence = f"no node may be called {END!r}: this is how a choice ends the case."
            yield ("nodes", i, "id"), "reserved-id", sentence
        path: Path_ = ("nodes", i, "choices")
        yield from _each_once("choices of this node", path, [c.id for c in node.choices])


def _each_once(what: str, path: Path_, ids: list[str]) -> Iterator[Rule]:
    """Report ids that occurred before."""
    for index, name in enumerate(ids):
        if name in ids[:index]:
            sentence = f"the id {name!r} occurs earlier among the {what}; each may occur once."
            yield (*path, index, "id"), "duplicate-id", sentence


def _graph_rules(case: Case) -> Iterator[Rule]:
    """Every node can be reached, and the end can be reached from every node."""
    known = {node.id: i for i, node in enumerate(case.nodes)}
    steps = {node.id: [choice.next for choice in node.choices] for node in case.nodes}
    for i, node in enumerate(case.nodes):
        for j, choice in enumerate(node.choices):
            if choice.next not in known and choice.next != END:
                sentence = (
                    f"there is no node {choice.next!r}; allowed: {', '.join(known)} or {END}."
                )
                yield ("nodes", i, "choices", j, "next"), "missing-node", sentence
    reached = _reached(steps, case.nodes[0].id)
    for name in (name for name in known if name not in reached):
        sentence = f"no choice leads to the node {name!r}; lead one to it or remove it."
        yield ("nodes", known[name]), "unreachable-node", sentence
    back: dict[str, list[str]] = {}
    for name, following in steps.items():
        for target in following:
            back.setdefault(target, []).append(name)
    ending = _reached(back, END)
    for name, i in known.items():
        if name not in ending and steps[name] and all(step in known for step in steps[name]):
            sentence = f"from the node {name!r} no way leads to the end: a loop without exit."
            yield ("nodes", i), "loop-without-exit", sentence


def _reached(steps: dict[str, list[str]], start: str) -> set[str]:
    """Return every name that can be reached from a start, itself included."""
    seen, todo = {start}, [start]
    while todo:
        for following in steps.get(todo.pop(), ()):
            if following not in seen:
                seen.add(following)
                todo.append(following)
    return seen


def _node_rules(path: Path_, node: Node) -> Iterator[Rule]:
    """A node has choices, a defensible one among them; contested is called contested."""
    if not node.choices:
        yield path, "dead-end", f"the node {node.id!r} has no choice: a dead end."
        return
    if len(node.choices) < 2:
        sentence = f"the node {node.id!r} has 1 choice; at least 2 are needed."
        yield (*path, "choices"), "choice-count", sentence
    marks = [choice.mark for choice in node.choices]
    if set(marks) == {"harmful"}:
        sentence = "every choice is marked harmful; at least one must be defensible."
        yield (*path, "choices"), "no-defensible-choice", sentence
    if node.contested:
        if "preferred" in marks:
            j = marks.index("preferred")
            sentence = (
                "another choice here is contested, so none is the only right one; mark this one "
                "acceptable or contested."
            )
            yield (*path, "choices", j, "mark"), "contested-has-no-preferred", sentence
        if sum(mark != "harmful" for mark in marks) < 2:
            sentence = "where the evidence conflicts at least two choices must be defensible."
            yield (*path, "choices"), "contested-needs-two", sentence


def _map_rules(case: Case, path: Path_, node: Node) -> Iterator[Rule]:
    """Changes of the map name lesions of the case."""
    known = {lesion.id for lesion in case.lesions}
    places: list[tuple[Path_, Node | Choice]] = [(path, node)]
    places += [((*path, "choices", j), choice) for j, choice in enumerate(node.choices)]
    for place, part in places:
        named = [("map", name) for name in part.map] + [("sizes", name) for name in part.sizes]
        for what, name in (one for one in named if one[1] not in known):
            sentence = f"there is no lesion {name!r}; allowed: {', '.join(sorted(known))}."
            yield (*place, what, name), "unknown-lesion", sentence


def _profile_rules(case: Case) -> Iterator[Rule]:
    """The profile counts the metastases that the map shows when the case opens."""
    sites = [
        lesion.site
        for lesion in case.lesions
        if lesion.kind == "metastasis" and lesion.state != "unseen"
    ]
    for name, part, otherwise in (
        ("n_lesions", "", 1),
        ("n_brain", "brain", 0),
        ("n_liver", "liver", 0),
    ):
        drawn = sum(site.startswith(part) for site in sites)
        if case.patient.profile.get(name, otherwise) != drawn:
            sentence = (
                f"the map opens with {drawn} metastases{f' of the {part}' if part else ''}, but "
                f"{name} is {case.patient.profile.get(name, otherwise)!r}; make them agree."
            )
            yield ("patient", "profile"), "profile-fits-map", sentence


_IDENTIFYING = {
    "an exact age": re.compile(r"(?i)\b\d{2}[\s-]*(?:years?[\s-]*old|y/?o\b)|\baged\s+\d{2}\b"),
    "a date": re.compile(
        r"\b\d{4}-\d\d-\d\d\b|\b\d{1,2}[./]\d{1,2}[./](?:19|20)?\d\d\b"
        r"|\b\d{1,2}\s+(?:January|February|March|April|May|June|July|August|September|October"
        r"|November|December)\b"
    ),
    "a hospital number or date of birth": re.compile(
        r"(?i)\b(?:MRN|NHS number|hospital number|patient id|date of birth|DOB)\b"
    ),
    "a name": re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr)\.?\s+[A-Z]"),
}


def _privacy_rules(case: Case) -> Iterator[Rule]:
    """Nothing in the story may identify a person."""
    for path, text in story_texts(case):
        for what, pattern in _IDENTIFYING.items():
            match = pattern.search(text)
            if match:
                sentence = f"{match.group()!r} looks like {what}; a case identifies nobody."
                yield path, "no-identifiers", sentence


def story_texts(case: Case) -> Iterator[tuple[Path_, str]]:
    """Yield the texts that tell of the imagined patient, with their paths in the file."""
    for name in ("title", "question", "about"):
        yield (name,), getattr(case, name)
    yield ("patient", "text"), case.patient.text
    for i, finding in enumerate(case.patient.findings):
        yield ("patient", "findings", i, "text"), finding.text
    for i, node in enumerate(case.nodes):
        for name in ("title", "text", "question"):
            yield ("nodes", i, name), getattr(node, name)
        for j, choice in enumerate(node.choices):
            yield ("nodes", i, "choices", j, "text"), choice.text
            yield ("nodes", i, "choices", j, "consequence"), choice.consequence
