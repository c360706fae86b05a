"""One imagined patient, as the rules of stage, state, staging and entry see them.

The fields are the smallest set that the rules ask for. No field identifies anybody.
``None`` means "not known" where it is allowed, and a rule that needs the answer then says that
it cannot tell.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Literal, get_args

Response = Literal["none yet", "response", "stable", "progression"]
Driver = Literal["none", "EGFR", "ALK", "other", "unknown"]

MAX_LESIONS = 100
MAX_MONTHS = 600.0
MAX_ECOG = 4

_COUNTS = ("n_lesions", "n_organs", "n_intrathoracic", "n_pleural", "n_brain", "n_liver")
_FLAGS = (
    "effusion",
    "on_systemic_therapy",
    "earlier_polymetastatic",
    "earlier_oligometastatic",
    "nodes",
    "pet_ct",
    "brain_mri",
    "pathology",
    "biopsy_too_risky",
    "liver_mri",
    "thoracoscopy",
)
_OPEN_FLAGS = ("all_treatable", "primary_controlled", "histology_nsclc")


def organ_range(
    n_lesions: int, n_intrathoracic: int = 0, n_brain: int = 0, n_liver: int = 0
) -> tuple[int, int]:
    """Fewest and most extrathoracic organ systems that the counts allow.

    Parameters
    ----------
    n_lesions, n_intrathoracic, n_brain, n_liver : int
        As in :class:`Patient`.

    Returns
    -------
    tuple of int
        ``(0, 0)`` when no lesion lies outside the chest.
    """
    named = (1 if n_brain else 0) + (1 if n_liver else 0)
    elsewhere = max(n_lesions - n_intrathoracic - n_brain - n_liver, 0)
    return named + (1 if elsewhere else 0), named + elsewhere


@dataclass(frozen=True, kw_only=True)
class Patient:
    """What is known of one patient when the question is asked.

    Parameters
    ----------
    n_lesions : int, default 1
        Metastases seen now, 1 to 100, brain included; without the primary and without the
        lymph nodes of its own region. 0 is allowed when an effusion is the only spread.
    n_organs : int, default 1
        Extrathoracic organ systems that hold them; 0 when all lie within the chest.
    n_intrathoracic : int, default 0
        How many of ``n_lesions`` are nodules of the other lung or the pleura.
    n_pleural : int, default 0
        How many of those are pleural.
    n_brain, n_liver : int, default 0
        How many of ``n_lesions`` lie in the brain and in the liver.
    max_per_organ : int or None
        Largest number of lesions in any one organ; None if not known.
    effusion : bool
        Malignant effusion.
    progressing_sites : int
        Sites that grow or are new on the present imaging (0: none).
    lifetime_lesions : int or None
        Metastases ever seen, those now gone included; None if not known.
    all_treatable : bool or None
        Whether every site could be treated safely; None if not yet judged.
    months_since_primary : float
        Months from the diagnosis of the primary to the finding of the present metastases;
        0 when they were found with it.
    earlier_polymetastatic, earlier_oligometastatic : bool
        Whether there was many-site or few-site metastatic disease before the present one.
    on_systemic_therapy : bool
        On active systemic therapy now.
    response : {'none yet', 'response', 'stable', 'progression'}
        Result of the present or latest systemic therapy; 'none yet' before its first
        assessment, and where none was given.
    primary_controlled : bool or None
        None if not known.
    nodes : bool
        Mediastinal lymph nodes involved.
    driver : {'none', 'EGFR', 'ALK', 'other', 'unknown'}
        Actionable driver; 'other' is one outside EGFR and ALK that has its own drug.
    histology_nsclc : bool or None
        Non-small cell lung cancer.
    ecog : int or None
        Performance status 0 to 4.
    pet_ct, brain_mri, liver_mri, thoracoscopy : bool
        Whether it has been done.
    pathology : bool
        Whether a metastasis was proved by pathology.
    biopsy_too_risky : bool
        Whether the team judged a biopsy to be riskier than it is worth.

    Raises
    ------
    ValueError
        If a value is out of range or two values contradict each other. The sentence names the
        field, the value and what is allowed.
    """

    n_lesions: int = 1
    n_organs: int = 1
    n_intrathoracic: int = 0
    n_pleural: int = 0
    n_brain: int = 0
    n_liver: int = 0
    max_per_organ: int | None = None
    effusion: bool = False
    progressing_sites: int = 0
    lifetime_lesions: int | None = None
    all_treatable: bool | None = None
    months_since_primary: float = 0.0
    earlier_polymetastatic: bool = False
    earlier_oligometastatic: bool = False
    on_systemic_therapy: bool = False
    response: Response = "none yet"
    primary_controlled: bool | None = None
    nodes: bool = False
    driver: Driver = "unknown"
    histology_nsclc: bool | None = True
    ecog: int | None = None
    pet_ct: bool = False
    brain_mri: bool = False
    pathology: bool = False
    biopsy_too_risky: bool = False
    liver_mri: bool = False
    thoracoscopy: bool = False

    def __post_init__(self) -> None:
        _check_types(self)
        _check_lesions(self)
        _check_organs(self)
        _check_per_organ(self)
        _check_course(self)

    @property
    def n_extrathoracic(self) -> int:
        """Metastases outside the chest."""
        return self.n_lesions - self.n_intrathoracic

    @property
    def n_extracranial(self) -> int:
        """Metastases outside the brain."""
        return self.n_lesions - self.n_brain

    @property
    def intrathoracic_spread(self) -> bool:
        """Whether there is spread within the chest beyond the primary and its nodes."""
        return self.effusion or self.n_intrathoracic > 0

    @property
    def organs_with_lesions(self) -> int:
        """Organs that hold metastases, the chest counted as one where it holds nodules."""
        return self.n_organs + (1 if self.n_intrathoracic else 0)

    @property
    def earlier_metastatic(self) -> bool:
        """Whether there was any metastatic disease before the present one."""
        return self.earlier_polymetastatic or self.earlier_oligometastatic

    @property
    def disease_free_months(self) -> float | None:
        """Months without known spread, or None when there was earlier metastatic disease."""
        return None if self.earlier_metastatic else self.months_since_primary

    @property
    def per_organ_range(self) -> tuple[int, int]:
        """Smallest and largest value that ``max_per_organ`` can have, given the other counts."""
        if self.max_per_organ is not None:
            return self.max_per_organ, self.max_per_organ
        return _per_organ_bounds(self)


def profile_fault(profile: Mapping[str, object]) -> str:
    """Say why these fields cannot be those of a patient.

    Parameters
    ----------
    profile : mapping of str to object
        Fields of :class:`Patient` with their values.

    Returns
    -------
    str
        A sentence that names the field; empty if such a patient can be.
    """
    known = [field.name for field in fields(Patient)]
    for name in profile:
        if name not in known:
            return f"there is no field {name!r}; allowed are {', '.join(known)}."
    try:
        Patient(**profile)  # type: ignore[arg-type]
    except ValueError as error:
        return str(error)
    return ""


def _check_types(patient: Patient) -> None:
    for name in (*_COUNTS, "progressing_sites"):
        _whole(name, getattr(patient, name), 0, MAX_LESIONS)
    for name, low, high in (
        ("max_per_organ", 1, MAX_LESIONS),
        ("lifetime_lesions", 1, 10 * MAX_LESIONS),
        ("ecog", 0, MAX_ECOG),
    ):
        if getattr(patient, name) is not None:
            _whole(name, getattr(patient, name), low, high, "or None if not known")
    for name in _FLAGS:
        _choice(name, getattr(patient, name), (True, False))
    for name in _OPEN_FLAGS:
        _choice(name, getattr(patient, name), (True, False, None))
    _choice("response", patient.response, get_args(Response))
    _choice("driver", patient.driver, get_args(Driver))
    _months(patient.months_since_primary)


def _whole(name: str, value: object, low: int, high: int, more: str = "") -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(
            f"{name} is {value!r}; it must be a whole number from {low} to {high}"
            f"{f', {more}' if more else ''}."
        )


def _choice(name: str, value: object, allowed: tuple[object, ...]) -> None:
    # Compare types too, because Python takes 1 for True.
    if not any(type(value) is type(one) and value == one for one in allowed):
        raise ValueError(f"{name} is {value!r}; it must be one of {', '.join(map(repr, allowed))}.")


def _months(value: float) -> None:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    # A comparison with "not a number" is false, so that is refused too.
    if not number or not 0 <= value <= MAX_MONTHS:
        raise ValueError(
            f"months_since_primary is {value!r}; it must be a number from 0 to {MAX_MONTHS:g}."
        )


def _check_lesions(patient: Patient) -> None:
    if patient.n_lesions == 0 and not patient.effusion:
        raise ValueError(
            "n_lesions is 0; at least 1 metastasis is needed, unless effusion is True."
        )
    for name in ("n_intrathoracic", "n_brain", "n_liver"):
        _at_most(name, getattr(patient, name), patient.n_lesions, "n_lesions")
    _at_most("n_pleural", patient.n_pleural, patient.n_intrathoracic, "n_intrathoracic")
    placed = patient.n_intrathoracic + patient.n_brain + patient.n_liver
    if placed > patient.n_lesions:
        raise ValueError(
            f"n_intrathoracic, n_brain and n_liver add up to {placed}; together they can be at "
            f"most n_lesions, which is {patient.n_lesions}."
        )
    if patient.lifetime_lesions is not None and patient.lifetime_lesions < patient.n_lesions:
        raise ValueError(
            f"lifetime_lesions is {patient.lifetime_lesions}; it must be at least n_lesions, "
            f"which is {patient.n_lesions}."
        )


def _at_most(name: str, value: int, limit: int, limiting: str) -> None:
    if value > limit:
        raise ValueError(f"{name} is {value}; it can be at most {limiting}, which is {limit}.")


def _check_organs(patient: Patient) -> None:
    low, high = organ_range(
        patient.n_lesions, patient.n_intrathoracic, patient.n_brain, patient.n_liver
    )
    if not low <= patient.n_organs <= high:
        allowed = f"{low}" if low == high else f"from {low} to {high}"
        raise ValueError(
            f"n_organs is {patient.n_organs}; with {patient.n_extrathoracic} "
            f"{'lesion' if patient.n_extrathoracic == 1 else 'lesions'} outside the chest, "
            f"{patient.n_brain} of them in the brain and {patient.n_liver} in the liver, it must "
            f"be {allowed}."
        )


def _per_organ_bounds(patient: Patient) -> tuple[int, int]:
    """Bounds of the largest number of lesions in one organ, from the counts alone."""
    known = (patient.n_intrathoracic, patient.n_brain, patient.n_liver)
    other = patient.n_extrathoracic - patient.n_brain - patient.n_liver
    other_organs = patient.n_organs - sum(1 for n in known[1:] if n)
    if other == 0 or other_organs == 0:
        return max(known), max(known)
    fewest, most = math.ceil(other / other_organs), other - other_organs + 1
    return max(*known, fewest), max(*known, most)


def _check_per_organ(patient: Patient) -> None:
    if patient.max_per_organ is None:
        return
    low, high = _per_organ_bounds(patient)
    if not low <= patient.max_per_organ <= high:
        allowed = f"{low}" if low == high else f"from {low} to {high}"
        raise ValueError(
            f"max_per_organ is {patient.max_per_organ}; with {patient.n_lesions} lesions in "
            f"{patient.organs_with_lesions} organs it must be {allowed}."
        )


def _check_course(patient: Patient) -> None:
    others = [] if patient.primary_controlled else ["the primary"]
    others += ["the effusion"] if patient.effusion else []
    if patient.progressing_sites > patient.n_lesions + len(others):
        extra = f", and one more each for {' and '.join(others)}" if others else ""
        raise ValueError(
            f"progressing_sites is {patient.progressing_sites}; it can be at most n_lesions, "
            f"which is {patient.n_lesions}{extra}."
        )
    for name in ("earlier_polymetastatic", "earlier_oligometastatic"):
        if getattr(patient, name) and patient.months_since_primary == 0:
            raise ValueError(
                f"{name} is True while months_since_primary is 0; earlier metastatic disease "
                "takes time, so months_since_primary must be above 0."
            )
    if patient.on_systemic_therapy:
        _check_response(patient)


def _check_response(patient: Patient) -> None:
    growing = patient.progressing_sites > 0
    if growing and patient.response in ("response", "stable"):
        raise ValueError(
            f"response is {patient.response!r} while progressing_sites is "
            f"{patient.progressing_sites} on systemic therapy; it must be 'progression' or "
            "'none yet'."
        )
    if not growing and patient.response == "progression":
        raise ValueError(
            "response is 'progression' while progressing_sites is 0 on systemic therapy; at "
            "least 1 progressing site is needed."
        )
