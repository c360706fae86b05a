"""M category of the TNM classification, and whether the staging work-up suffices.

Sources
-------
M categories: the IASLC proposals for the eighth and the ninth edition (``eberhardt-2015``,
``fong-2024``). Staging: the EORTC lung consensus (``dingemans-2019``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from oligoteach.models.patient import Patient


@dataclass(frozen=True)
class MCategory:
    """M category of the TNM classification of lung cancer.

    Attributes
    ----------
    code : str
        'M1a', 'M1b', 'M1c' (eighth edition), or 'M1a', 'M1b', 'M1c1', 'M1c2' (ninth).
    edition : int
        8 or 9.
    stage_group : str
        'IVA' or 'IVB'.
    stage_group_verified : bool
        False where the stage group was not read in a source.
    reason : str
        Why, in a sentence.
    claims, refs : tuple of str
        What the category rests on.
    note : str
        What a reader must know beside it; may be empty.
    """

    code: str
    edition: int
    stage_group: Literal["IVA", "IVB"]
    stage_group_verified: bool
    reason: str
    claims: tuple[str, ...]
    refs: tuple[str, ...]
    note: str


_GROUP_NOTE = "The stage group of this category was not read in a source."


def m_category(patient: Patient, edition: int = 9) -> MCategory:
    """M category of a patient.

    M1a: spread within the chest only (nodules of the other lung or the pleura, malignant
    effusion). M1b: one lesion in one extrathoracic organ. M1c: several extrathoracic lesions;
    the ninth edition splits it into M1c1 (one organ system) and M1c2 (several).

    Parameters
    ----------
    patient : Patient
    edition : {8, 9}, default 9
        Edition of the classification; the ninth has been in force since January 2025.

    Returns
    -------
    MCategory

    Raises
    ------
    ValueError
        If the edition is neither 8 nor 9.
    """
    if edition not in (8, 9) or isinstance(edition, bool):
        raise ValueError(f"edition is {edition!r}; it must be 8 or 9.")
    outside = patient.n_extrathoracic
    if outside == 0:
        reason = "The spread lies within the chest: " + _chest_spread(patient) + "."
        return MCategory(
            "M1a", edition, "IVA", False, reason, ("ajcc8-m1b",), _m_refs(edition), _GROUP_NOTE
        )
    if outside == 1:
        reason = "One lesion in one organ outside the chest."
        return MCategory(
            "M1b", edition, "IVA", False, reason, ("ajcc8-m1b",), _m_refs(edition), _GROUP_NOTE
        )
    return _several_outside(patient, edition)


def _several_outside(patient: Patient, edition: int) -> MCategory:
    """M1c, or its parts in the ninth edition."""
    lesions, organs = patient.n_extrathoracic, patient.n_organs
    where = "one organ system" if organs == 1 else f"{organs} organ systems"
    if edition == 8:
        reason = f"{lesions} lesions outside the chest; the number of organs does not matter here."
        return MCategory("M1c", 8, "IVB", False, reason, ("ajcc8-m1c",), _m_refs(8), _GROUP_NOTE)
    reason = f"{lesions} lesions outside the chest, in {where}."
    code = "M1c1" if organs == 1 else "M1c2"
    return MCategory(code, 9, "IVB", True, reason, ("ajcc8-m1c",), _m_refs(9), "")


def _chest_spread(patient: Patient) -> str:
    parts = []
    in_lung = patient.n_intrathoracic - patient.n_pleural
    if in_lung:
        parts.append("a nodule in the other lung" if in_lung == 1 else "nodules in the other lung")
    if patient.n_pleural:
        parts.append("a pleural nodule" if patient.n_pleural == 1 else "pleural nodules")
    if patient.effusion:
        parts.append("a malignant effusion")
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last


def _m_refs(edition: int) -> tuple[str, ...]:
    return ("eberhardt-2015",) if edition == 8 else ("fong-2024", "eberhardt-2015")


@dataclass(frozen=True)
class Need:
    """One examination that this patient needs before the disease is called oligometastatic.

    Attributes
    ----------
    key : {'pet-ct', 'brain', 'pathology', 'liver-mri', 'thoracoscopy'}
    name : str
        For display.
    why : str
        The rule, in a sentence.
    done : bool
        Done, or rightly left out.
    claim : str
        What the rule rests on.
    waived : bool
        Rightly left out: ``why`` says the reason.
    """

    key: str
    name: str
    why: str
    done: bool
    claim: str
    waived: bool = False

    @property
    def reason(self) -> str:
        """The rule, and whether it is met."""
        if self.waived:
            return self.why
        return f"{self.why} {'Done.' if self.done else 'Not done yet.'}"


@dataclass(frozen=True)
class Staging:
    """Whether the work-up suffices to call a disease oligometastatic.

    Attributes
    ----------
    complete : bool
    needs : tuple of Need
        What this patient needs, done or not.
    missing : tuple of str
        Names of what is still to be done.
    reasons : tuple of str
        One sentence for each examination that this patient needs, done or not.
    claims, refs : tuple of str
    """

    complete: bool
    needs: tuple[Need, ...]
    missing: tuple[str, ...]
    reasons: tuple[str, ...]
    claims: tuple[str, ...]
    refs: tuple[str, ...]


def staging(patient: Patient) -> Staging:
    """Compare the work-up with what the EORTC lung consensus asks for.

    PET-CT and brain imaging always; pathology of a solitary metastasis unless the team judges
    the risk too high; liver MRI for a single lesion in the liver; thoracoscopy for a single
    pleural lesion. The source asks for brain imaging and the review for MRI: the field is MRI.

    Parameters
    ----------
    patient : Patient

    Returns
    -------
    Staging
    """
    needs = _needs(patient)
    missing = tuple(need.name for need in needs if not need.done)
    return Staging(
        complete=not missing,
        needs=needs,
        missing=missing,
        reasons=tuple(need.reason for need in needs),
        claims=tuple(dict.fromkeys(need.claim for need in needs)),
        refs=("dingemans-2019",),
    )


def _needs(patient: Patient) -> tuple[Need, ...]:
    both, criteria = "staging-petct-and-brain-mri", "eortc-imaging-criteria"
    needs = [
        Need("pet-ct", "PET-CT", "PET-CT is mandatory.", patient.pet_ct, both),
        Need("brain", "brain imaging", "Brain imaging is mandatory.", patient.brain_mri, both),
    ]
    if patient.n_lesions == 1:
        needs.append(_proof(patient))
    if patient.n_liver == 1:
        why = "A solitary liver lesion needs MRI of the liver."
        needs.append(Need("liver-mri", "liver MRI", why, patient.liver_mri, criteria))
    if patient.n_pleural == 1:
        why = "A solitary pleural lesion needs thoracoscopy."
        needs.append(Need("thoracoscopy", "thoracoscopy", why, patient.thoracoscopy, criteria))
    return tuple(needs)


def _proof(patient: Patient) -> Need:
    name, claim = "pathology of the metastasis", "guideline-biopsy-one-met"
    if patient.biopsy_too_risky and not patient.pathology:
        why = "A solitary metastasis needs pathology, but the team judged the risk too high."
        return Need("pathology", name, why, True, claim, waived=True)
    why = "A solitary metastasis needs pathology, unless the risk is too high."
    return Need("pathology", name, why, patient.pathology, claim)
