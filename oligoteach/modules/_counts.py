"""Counts of lesions that each have a control of their own, made one patient."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from oligoteach.models import classification as rules


def agreeing(changed: Mapping[str, Any], p: SimpleNamespace) -> dict[str, int]:
    """Return the counts that a change brings along, so that no control says what cannot be.

    Parameters
    ----------
    changed : mapping
        The values that were set; they stay as they are.
    p : SimpleNamespace
        All values, with the changes.

    Returns
    -------
    dict of str to int
        New values of other counts. What lies in the liver gives way before the number of organs:
        three lesions in one organ that become four are four in that organ.
    """
    now = SimpleNamespace(**vars(p))

    def bring(name: str, value: int) -> None:
        if name not in changed:
            setattr(now, name, max(value, 0))

    def given(name: str) -> int:
        return int(getattr(p, name)) if name in changed else 0

    left = now.lesions - given("liver")
    bring("chest", min(max(now.chest, given("pleura")), left - given("brain")))
    bring("pleura", min(now.pleura, now.chest, now.lesions))
    bring("brain", min(now.brain, left - now.chest))
    bring("liver", _liver(now))
    low, high = _organs(now, now.liver)
    bring("organs", min(max(now.organs, low), high))
    counts = ("chest", "pleura", "brain", "liver", "organs")
    return {name: getattr(now, name) for name in counts if getattr(now, name) != getattr(p, name)}


def _organs(p: SimpleNamespace, liver: int) -> tuple[int, int]:
    return rules.organ_range(p.lesions, p.chest, p.brain, liver)


def _liver(p: SimpleNamespace) -> int:
    """Return the number in the liver, nearest to the present one, that fits the organs best."""

    def change(liver: int) -> tuple[int, bool, int]:
        low, high = _organs(p, liver)
        misfit = max(low - p.organs, p.organs - high, 0)
        return misfit, bool(liver) != bool(p.liver), abs(liver - p.liver)

    return min(range(max(p.lesions - p.chest - p.brain, 0) + 1), key=change)


class Settled:
    """Values of controls, each brought within what the others leave room for.

    A change brings other counts along (:func:`agreeing`); what still cannot be, such as more
    organs than lesions, is taken as the nearest that can, and a note says so.
    """

    def __init__(self, p: SimpleNamespace) -> None:
        self.p = p
        self.notes: list[str] = []
        n = p.lesions
        self.chest = self.within("chest", "lesion", "in the chest", 0, n)
        self.pleura = self.within("pleura", "lesion", "in the pleura", 0, self.chest)
        self.brain = self.within("brain", "lesion", "in the brain", 0, n - self.chest)
        left = n - self.chest - self.brain
        self.liver = self.within("liver", "lesion", "in the liver", 0, left)
        low, high = rules.organ_range(n, self.chest, self.brain, self.liver)
        self.organs = self.within("organs", "organ", "outside the chest", low, high)

    def within(self, name: str, noun: str, where: str, low: int, high: int) -> int:
        """Return a value held between two limits, with a note where it was not."""
        value = getattr(self.p, name)
        held: int = min(max(value, low), high)
        if held != value:
            what = f"{held} {noun}{'' if held == 1 else 's'} {where}".rstrip()
            self.notes.append(f"Taken as {what} rather than {value}, to fit the rest.")
        return held

    def dated(self, earlier: bool) -> bool:
        """Return whether earlier metastatic disease can be: it takes time."""
        if earlier and self.p.months == 0:
            self.notes.append("Found with the primary, so no earlier metastases are taken.")
            return False
        return earlier

    def patient(self, **more: Any) -> rules.Patient:
        """Return the patient, with what only one of the explorers asks."""
        done = self.p.staging
        return rules.Patient(
            n_lesions=self.p.lesions,
            n_organs=self.organs,
            n_intrathoracic=self.chest,
            n_pleural=self.pleura,
            n_brain=self.brain,
            n_liver=self.liver,
            months_since_primary=self.p.months,
            pet_ct="pet-ct" in done,
            brain_mri="brain" in done,
            pathology="pathology" in done,
            liver_mri="liver-mri" in done,
            thoracoscopy="thoracoscopy" in done,
            biopsy_too_risky="risky" in done,
            **more,
        )
