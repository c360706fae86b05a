"""What is known: typed, validated records of the ledger, and the only door to ``data/``.

Names load on first use, so that asking for a path costs no validation library.

>>> from oligoteach.evidence import citation
>>> citation("gomez-os-lct").label
'Confirmed'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oligoteach.evidence.cases import Case, Cases, board_cases
    from oligoteach.evidence.citations import (
        VERDICT_LABELS,
        VERIFICATION_LABELS,
        Citation,
        citation,
        format_reference,
    )
    from oligoteach.evidence.dose_constraints import (
        Constraint,
        ConstraintConflict,
        ConstraintSource,
        Organ,
        UnknownConstraint,
        constraint,
        constraint_conflicts,
        constraint_sources,
        constraints,
        organs,
    )
    from oligoteach.evidence.export import TABLES, claims_report, to_bibtex, to_csv
    from oligoteach.evidence.ledger import (
        UnknownClaim,
        UnknownKey,
        UnknownReference,
        UnknownTerm,
        UnknownTrial,
        arms,
        claim,
        claims,
        glossary,
        outcomes,
        reference,
        references,
        term,
        trial,
        trials,
        verdict,
        verdicts,
    )
    from oligoteach.evidence.notebooks import claims_in_notebook
    from oligoteach.evidence.paths import data_path, notebooks_path
    from oligoteach.evidence.plans import (
        BeamDose,
        PlanArrays,
        PlanRecord,
        plan_arrays,
        plan_records,
    )
    from oligoteach.evidence.problems import EvidenceError, Problem
    from oligoteach.evidence.records import (
        Arm,
        Claim,
        GlossaryTerm,
        Outcome,
        Reference,
        Trial,
        Verdict,
    )
    from oligoteach.evidence.schedules import Regimen, regimens
    from oligoteach.evidence.teaching import (
        LessonText,
        UnknownLesson,
        lesson_names,
        lesson_text,
        lessons,
    )

_HOMES = {
    "cases": "Case Cases board_cases",
    "citations": "Citation VERDICT_LABELS VERIFICATION_LABELS citation format_reference",
    "dose_constraints": "Constraint ConstraintConflict ConstraintSource Organ UnknownConstraint "
    "constraint constraint_conflicts constraint_sources constraints organs",
    "export": "TABLES claims_report to_bibtex to_csv",
    "ledger": "UnknownClaim UnknownKey UnknownReference UnknownTerm UnknownTrial arms claim claims "
    "glossary outcomes reference references term trial trials verdict verdicts",
    "notebooks": "claims_in_notebook",
    "paths": "data_path notebooks_path",
    "plans": "BeamDose PlanArrays PlanRecord plan_arrays plan_records",
    "problems": "EvidenceError Problem",
    "records": "Arm Claim GlossaryTerm Outcome Reference Trial Verdict",
    "schedules": "Regimen regimens",
    "teaching": "LessonText UnknownLesson lesson_names lesson_text lessons",
}
_MODULE_OF = {name: module for module, names in _HOMES.items() for name in names.split()}

__all__ = [
    "TABLES",
    "VERDICT_LABELS",
    "VERIFICATION_LABELS",
    "Arm",
    "BeamDose",
    "Case",
    "Cases",
    "Citation",
    "Claim",
    "Constraint",
    "ConstraintConflict",
    "ConstraintSource",
    "EvidenceError",
    "GlossaryTerm",
    "LessonText",
    "Organ",
    "Outcome",
    "PlanArrays",
    "PlanRecord",
    "Problem",
    "Reference",
    "Regimen",
    "Trial",
    "UnknownClaim",
    "UnknownConstraint",
    "UnknownKey",
    "UnknownLesson",
    "UnknownReference",
    "UnknownTerm",
    "UnknownTrial",
    "Verdict",
    "arms",
    "board_cases",
    "citation",
    "claim",
    "claims",
    "claims_in_notebook",
    "claims_report",
    "constraint",
    "constraint_conflicts",
    "constraint_sources",
    "constraints",
    "data_path",
    "format_reference",
    "glossary",
    "lesson_names",
    "lesson_text",
    "lessons",
    "notebooks_path",
    "organs",
    "outcomes",
    "plan_arrays",
    "plan_records",
    "reference",
    "references",
    "regimens",
    "term",
    "to_bibtex",
    "to_csv",
    "trial",
    "trials",
    "verdict",
    "verdicts",
]


def __getattr__(name: str) -> Any:
    """Load a public name on first use."""
    if name not in _MODULE_OF:
        raise AttributeError(f"oligoteach.evidence has no {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
