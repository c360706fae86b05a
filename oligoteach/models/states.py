"""State of a patient's disease in the ESTRO-EORTC classification: a tree as data, and its walk.

Sources
-------
The ESTRO-EORTC consensus (``guckenberger-2020``), of which the abstract alone was read: the
nine names, the order of the questions and the interval are from general knowledge and are
marked so. The limit of five lesions: ``lievens-2020``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from oligoteach.models._numbers import finite
from oligoteach.models.patient import Patient

#: Most lesions that the consensus counts as oligometastatic (claim omd-1-to-5-lesions).
OLIGO_LIMIT = 5
#: Interval that parts synchronous from metachronous, in months; not read in a source.
SYNC_MONTHS = 6.0


@dataclass(frozen=True)
class Question:
    """A question of the tree.

    Attributes
    ----------
    id : str
    text : str
        With ``{months}`` where the interval stands.
    asks : str
        Which fact of the patient answers it; a key of the walker.
    yes, no : str
        Ids of the question or leaf that follows.
    """

    id: str
    text: str
    asks: str
    yes: str
    no: str


@dataclass(frozen=True)
class Leaf:
    """A state at the end of a path.

    Attributes
    ----------
    id, name : str
    history : {'genuine', 'induced'}
        Induced: what remains or grows of disease that once was widespread.
    onset : {'de novo', 'repeat'} or None
        None for induced states.
    timing : {'synchronous', 'metachronous'} or None
        None for states that don't depend on it.
    pattern : {'oligorecurrence', 'oligoprogression', 'oligopersistence'} or None
        None for the synchronous state.
    claims : tuple of str
    """

    id: str
    name: str
    history: Literal["genuine", "induced"]
    onset: Literal["de novo", "repeat"] | None
    timing: Literal["synchronous", "metachronous"] | None
    pattern: Literal["oligorecurrence", "oligoprogression", "oligopersistence"] | None
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Edge:
    """One answer: from a question to what follows."""

    source: str
    answer: Literal["yes", "no"]
    target: str


@dataclass(frozen=True)
class Tree:
    """A decision tree as data: what a chart draws is what :func:`oligo_state` walks.

    Attributes
    ----------
    root : str
        Id of the first question.
    questions : tuple of Question
    leaves : tuple of Leaf
    """

    root: str
    questions: tuple[Question, ...]
    leaves: tuple[Leaf, ...]

    @property
    def edges(self) -> tuple[Edge, ...]:
        """Every answer of every question, in the order of the questions, 'no' first."""
        return tuple(
            edge
            for q in self.questions
            for edge in (Edge(q.id, "no", q.no), Edge(q.id, "yes", q.yes))
        )

    def question(self, node: str) -> Question | None:
        """The question of that id, or None if it is a leaf."""
        return next((q for q in self.questions if q.id == node), None)

    def leaf(self, node: str) -> Leaf:
        """The leaf of that id.

        Raises
        ------
        ValueError
            If there is none.
        """
        for leaf in self.leaves:
            if leaf.id == node:
                return leaf
        raise ValueError(f"The tree has no leaf {node!r}.")


_HISTORY = "Was there ever widespread (polymetastatic) disease?"
_REPEAT = "Was there oligometastatic disease before the present one?"
_INTERVAL = "Was it found more than {months} months after the primary?"
_THERAPY = "On active systemic therapy now?"
_GROWTH = "Is any site growing or new on the present imaging?"

_RECURRENCE = ("def-metachronous-oligorecurrence",)
_PROGRESSION = ("def-oligoprogression",)
_PERSISTENCE = ("def-oligopersistence",)


TREE = Tree(
    root="history",
    questions=(
        Question("history", _HISTORY, "polymetastatic", "induced-therapy", "repeat"),
        Question("repeat", _REPEAT, "oligometastatic", "repeat-therapy", "interval"),
        Question("interval", _INTERVAL, "late", "metachronous-therapy", "synchronous"),
        Question(
            "metachronous-therapy",
            _THERAPY,
            "therapy",
            "metachronous-oligoprogression",
            "metachronous-oligorecurrence",
        ),
        Question("repeat-therapy", _THERAPY, "therapy", "repeat-growth", "repeat-oligorecurrence"),
        Question(
            "repeat-growth", _GROWTH, "growth", "repeat-oligoprogression", "repeat-oligopersistence"
        ),
        Question(
            "induced-therapy", _THERAPY, "therapy", "induced-growth", "induced-oligorecurrence"
        ),
        Question(
            "induced-growth",
            _GROWTH,
            "growth",
            "induced-oligoprogression",
            "induced-oligopersistence",
        ),
    ),
    leaves=(
        Leaf(
            "synchronous",
            "Synchronous oligometastatic disease",
            "genuine",
            "de novo",
            "synchronous",
            None,
            ("def-synchronous",),
        ),
        Leaf(
            "metachronous-oligorecurrence",
            "Metachronous oligorecurrence",
            "genuine",
            "de novo",
            "metachronous",
            "oligorecurrence",
            _RECURRENCE,
        ),
        Leaf(
            "metachronous-oligoprogression",
            "Metachronous oligoprogression",
            "genuine",
            "de novo",
            "metachronous",
            "oligoprogression",
            _PROGRESSION,
        ),
        Leaf(
            "repeat-oligorecurrence",
            "Repeat oligorecurrence",
            "genuine",
            "repeat",
            None,
            "oligorecurrence",
            _RECURRENCE,
        ),
        Leaf(
            "repeat-oligoprogression",
            "Repeat oligoprogression",
            "genuine",
            "repeat",
            None,
            "oligoprogression",
            _PROGRESSION,
        ),
        Leaf(
            "repeat-oligopersistence",
            "Repeat oligopersistence",
            "genuine",
            "repeat",
            None,
            "oligopersistence",
            _PERSISTENCE,
        ),
        Leaf(
            "induced-oligorecurrence",
            "Induced oligorecurrence",
            "induced",
            None,
            None,
            "oligorecurrence",
            _RECURRENCE,
        ),
        Leaf(
            "induced-oligoprogression",
            "Induced oligoprogression",
            "induced",
            None,
            None,
            "oligoprogression",
            _PROGRESSION,
        ),
        Leaf(
            "induced-oligopersistence",
            "Induced oligopersistence",
            "induced",
            None,
            None,
            "oligopersistence",
            _PERSISTENCE,
        ),
    ),
)

TREE_NOTE = (
    "The names of the nine states, the order of the questions, how lesions are counted and the "
    "interval in months are from general knowledge of the consensus or a reading of this course; "
    "of the consensus only the abstract was read. Cut-offs in months vary between studies."
)


@dataclass(frozen=True)
class Step:
    """One answered question on the way to a state.

    Attributes
    ----------
    question_id, question : str
        Which question, and its wording with the interval filled in.
    answer : {'yes', 'no'}
    target : str
        Id of the question or leaf it leads to.
    reason : str
        The fact of the patient that decides, in a sentence.
    """

    question_id: str
    question: str
    answer: Literal["yes", "no"]
    target: str
    reason: str

    @property
    def edge(self) -> Edge:
        """The edge of the tree that this step takes."""
        return Edge(self.question_id, self.answer, self.target)


@dataclass(frozen=True)
class State:
    """State of a patient's disease in the ESTRO-EORTC classification.

    Attributes
    ----------
    code, name : str
        Of the leaf; or 'polymetastatic', 'not-treatable', 'effusion' and 'no-countable-lesion',
        which lie outside the tree.
    oligometastatic : bool or None
        None where an effusion leaves it open; False elsewhere outside the tree.
    history, onset, timing, pattern : str or None
        As in :class:`Leaf`; None outside the tree.
    path : tuple of Step
        The answered questions in order; empty outside the tree.
    reason : str
        Why, in a sentence.
    claims, refs : tuple of str
        What it rests on.
    verified : bool
        Whether the name of the state was read in a source. False for all nine.
    note : str
        What a reader must know beside it.
    warnings : tuple of str
        Where the answers sit badly with each other, though none is impossible.
    condition : str
        What must still hold, because it was not said of the patient; may be empty.
    """

    code: str
    name: str
    oligometastatic: bool | None
    history: Literal["genuine", "induced"] | None
    onset: Literal["de novo", "repeat"] | None
    timing: Literal["synchronous", "metachronous"] | None
    pattern: Literal["oligorecurrence", "oligoprogression", "oligopersistence"] | None
    path: tuple[Step, ...]
    reason: str
    claims: tuple[str, ...]
    refs: tuple[str, ...]
    verified: bool
    note: str
    warnings: tuple[str, ...]
    condition: str = ""

    @property
    def lit(self) -> frozenset[Edge]:
        """Edges of the tree that the path takes: what a chart lights."""
        return frozenset(step.edge for step in self.path)


def oligo_state(patient: Patient, sync_months: float = SYNC_MONTHS) -> State:
    """Walk the tree of the ESTRO-EORTC classification.

    First comes the count: more than five lesions are polymetastatic disease, outside the tree.
    On systemic therapy the growing sites are counted, if any grow, because limited growth is
    what defines oligoprogression; more than five lesions in all are then taken as disease that
    was widespread before, so the state is an induced one. This way of counting is a reading of
    this course, not of a source.

    A malignant effusion leaves the answer open, because how it counts was not read. Every site
    must be safely treatable: where that is not known, it stands as a condition of the state.

    Parameters
    ----------
    patient : Patient
    sync_months : float, default 6
        Interval after the primary up to which (it included) metastases are synchronous.

    Returns
    -------
    State
        ``path`` holds the questions answered, ``lit`` the edges of ``TREE`` that it takes.

    Raises
    ------
    ValueError
        If the interval is negative or not finite.
    """
    sync_months = finite("sync_months", sync_months)
    if sync_months < 0:
        raise ValueError(f"sync_months is {sync_months:g}; it must be 0 or more months.")
    if patient.n_lesions == 0:
        return _open("no-countable-lesion", "No lesion to count")
    counted, what = _counted(patient)
    if counted > OLIGO_LIMIT:
        return _outside_tree(
            "polymetastatic",
            "Polymetastatic disease",
            f"{counted} {what}; the consensus counts 1 to {OLIGO_LIMIT} as oligometastatic, so "
            "the tree is not entered.",
            "",
            verified=True,
        )
    if patient.all_treatable is False:
        return _outside_tree(
            "not-treatable",
            "Not oligometastatic by the consensus",
            "Not every site can be treated safely, as the consensus asks; the tree is not entered.",
            "",
            verified=True,
        )
    if patient.effusion:
        return _open("effusion", "Malignant effusion")
    return _walk(patient, sync_months, f"{counted} {what}, within the limit of {OLIGO_LIMIT}.")


def _counted(patient: Patient) -> tuple[int, str]:
    """How many sites count towards the limit, and what they are."""
    if patient.on_systemic_therapy and patient.progressing_sites > 0:
        number = patient.progressing_sites
        return number, "growing site on therapy" if number == 1 else "growing sites on therapy"
    return patient.n_lesions, "lesion" if patient.n_lesions == 1 else "lesions"


def _open(code: str, name: str) -> State:
    """State that an effusion leaves open."""
    reason = (
        "A malignant effusion is spread that cannot be counted as a lesion, and the consensus asks "
        "that every site can be treated safely; how an effusion counts was not read in a source."
    )
    return _outside_tree(code, name, reason, "", verified=False, oligometastatic=None)


def _outside_tree(
    code: str,
    name: str,
    reason: str,
    note: str,
    *,
    verified: bool,
    oligometastatic: Literal[False] | None = False,
) -> State:
    claims, refs = ("omd-1-to-5-lesions",), ("lievens-2020",)
    return State(
        code,
        name,
        oligometastatic,
        None,
        None,
        None,
        None,
        (),
        reason,
        claims,
        refs,
        verified,
        note,
        (),
    )


def _walk(patient: Patient, sync_months: float, counted: str) -> State:
    steps: list[Step] = []
    node = TREE.root
    while (question := TREE.question(node)) is not None:
        holds, reason = _ANSWERS[question.asks](patient, sync_months)
        node = question.yes if holds else question.no
        text = question.text.format(months=f"{sync_months:g}")
        steps.append(Step(question.id, text, "yes" if holds else "no", node, reason))
    leaf = TREE.leaf(node)
    return State(
        code=leaf.id,
        name=leaf.name,
        oligometastatic=True,
        history=leaf.history,
        onset=leaf.onset,
        timing=leaf.timing,
        pattern=leaf.pattern,
        path=tuple(steps),
        reason=" ".join((counted, *(step.reason for step in steps))),
        claims=("omd-1-to-5-lesions", *leaf.claims),
        refs=("guckenberger-2020", "lievens-2020"),
        verified=False,
        note=TREE_NOTE,
        warnings=_state_warnings(patient, leaf),
        condition="" if patient.all_treatable else "if all sites can be treated safely",
    )


def _ever_polymetastatic(patient: Patient, _months: float) -> tuple[bool, str]:
    if patient.earlier_polymetastatic:
        return True, "There was widespread disease before."
    if patient.n_lesions > OLIGO_LIMIT:
        return True, (
            f"{patient.n_lesions} lesions in all are taken as widespread disease: a reading of "
            "this course, not of a source."
        )
    return False, "No widespread disease is known."


def _ever_oligometastatic(patient: Patient, _months: float) -> tuple[bool, str]:
    if patient.earlier_oligometastatic:
        return True, "There was oligometastatic disease before."
    return False, "These are the first metastases."


def _late(patient: Patient, months: float) -> tuple[bool, str]:
    if patient.months_since_primary > months:
        return True, f"Found {patient.months_since_primary:g} months after the primary."
    if patient.months_since_primary == 0:
        return False, "Found together with the primary."
    return False, f"Found {patient.months_since_primary:g} months after the primary."


def _on_therapy(patient: Patient, _months: float) -> tuple[bool, str]:
    if patient.on_systemic_therapy:
        return True, "On systemic therapy."
    return False, "Off systemic therapy."


def _growing(patient: Patient, _months: float) -> tuple[bool, str]:
    if patient.progressing_sites:
        plural = "site grows" if patient.progressing_sites == 1 else "sites grow"
        return True, f"{patient.progressing_sites} {plural}."
    return False, "No site grows."


_ANSWERS: dict[str, Callable[[Patient, float], tuple[bool, str]]] = {
    "polymetastatic": _ever_polymetastatic,
    "oligometastatic": _ever_oligometastatic,
    "late": _late,
    "therapy": _on_therapy,
    "growth": _growing,
}


def _state_warnings(patient: Patient, leaf: Leaf) -> tuple[str, ...]:
    """Say where the tree's answer isn't what a clinician would expect."""
    growing = patient.on_systemic_therapy and patient.progressing_sites > 0
    warnings = []
    if leaf.id == "synchronous" and growing:
        warnings.append(
            "Sites grow on therapy, but the tree asks for the time of diagnosis first. If these "
            "metastases were known before, there was earlier oligometastatic disease, and the "
            "state is a repeat oligoprogression."
        )
    if leaf.id == "metachronous-oligoprogression" and not growing:
        warnings.append(
            "Metastases found for the first time on systemic therapy count as progression here, "
            "though no site was entered as growing."
        )
    if patient.n_lesions > OLIGO_LIMIT and not patient.earlier_polymetastatic:
        warnings.append(
            f"{patient.n_lesions} lesions in all are taken as widespread disease before, though "
            "none was entered: a reading of this course, not of a source."
        )
    return tuple(warnings)
