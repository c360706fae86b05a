"""Stage, state, staging work-up and entry rules of one patient: the names to import.

Every rule carries the ids of the claims and references that it rests on, and whether a source
was read for it. The ids are plain strings here; what they say lives in the evidence ledger.

Where to find what
------------------
``patient``: :class:`Patient` and its checks. ``stage``: :func:`m_category`, :func:`staging`.
``states``: :data:`TREE`, :func:`oligo_state`. ``entry``: :class:`Definition`, :func:`judge`.
"""

from oligoteach.models.entry import (
    KIND_LABELS,
    KINDS,
    Cell,
    Criterion,
    Definition,
    Drivers,
    Judgement,
    judge,
    stated_kinds,
    timing_of,
)
from oligoteach.models.patient import Patient, organ_range
from oligoteach.models.stage import MCategory, Need, Staging, m_category, staging
from oligoteach.models.states import (
    OLIGO_LIMIT,
    SYNC_MONTHS,
    TREE,
    TREE_NOTE,
    Edge,
    Leaf,
    Question,
    State,
    Step,
    Tree,
    oligo_state,
)

__all__ = [
    "KINDS",
    "KIND_LABELS",
    "OLIGO_LIMIT",
    "SYNC_MONTHS",
    "TREE",
    "TREE_NOTE",
    "Cell",
    "Criterion",
    "Definition",
    "Drivers",
    "Edge",
    "Judgement",
    "Leaf",
    "MCategory",
    "Need",
    "Patient",
    "Question",
    "Staging",
    "State",
    "Step",
    "Tree",
    "judge",
    "m_category",
    "oligo_state",
    "organ_range",
    "staging",
    "stated_kinds",
    "timing_of",
]
