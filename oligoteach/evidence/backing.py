"""Which numbers a source vouches for: the ledger seen from the side of the prose.

Prose names its sources by *tokens*: a claim id; ``outcome:<trial>``; ``ref:<reference>``;
``constraint:<id>`` for a dose limit; ``model:<name>`` for a computed number; ``course`` for numbers
of the course itself.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from oligoteach.evidence.citations import is_disputed
from oligoteach.evidence.definitions import DefinitionRecord, Rule
from oligoteach.evidence.dose_constraints import Constraint
from oligoteach.evidence.integrity import Ledger
from oligoteach.evidence.markup import COURSE
from oligoteach.evidence.numbers import exact, numbers_in
from oligoteach.evidence.records import Arm, Claim, Outcome, Reference, Trial, Verdict

Numbers = frozenset[Decimal]

_PREFIXED = re.compile(r"(outcome|ref|constraint|model):([A-Za-z0-9_.-]+)")


@dataclass(frozen=True, slots=True)
class Backing:
    """The numbers that a source vouches for.

    Attributes
    ----------
    sound : frozenset of Decimal
        Numbers that may be stated as fact.
    attributed : frozenset of Decimal
        Numbers that may be shown only as what the review says or as unverified.
    anything : bool
        Whether every number passes, as for computed ones.
    """

    sound: Numbers = frozenset()
    attributed: Numbers = frozenset()
    anything: bool = False

    def __or__(self, other: Backing) -> Backing:
        return Backing(
            self.sound | other.sound,
            self.attributed | other.attributed,
            self.anything or other.anything,
        )


FREE = Backing(anything=True)


def claim_backing(claim: Claim, verdict: Verdict | None) -> Backing:
    """Return the numbers of a claim.

    The audit's numbers are sound when a source was read or quoted. The review's own numbers
    are sound when the audit confirmed them; otherwise they are the review's word only.
    """
    stated = _figures(claim.value, claim.low, claim.high)
    stated |= numbers_in(f"{claim.value_text} {claim.statement} {claim.population}")
    if verdict is None:
        return Backing(attributed=stated)
    audited = numbers_in(f"{verdict.primary_says} {verdict.teach}")
    if verdict.verification == "unverified":
        return Backing(attributed=stated | audited)
    if is_disputed(verdict.verdict):
        return Backing(sound=audited, attributed=stated)
    return Backing(sound=stated | audited)


def outcome_backing(outcome: Outcome) -> Backing:
    """Return the numbers of a published result, in months as well as years."""
    time = outcome.time_months
    numbers = _figures(
        outcome.value, outcome.low, outcome.high, outcome.p_value, outcome.ci_level, time
    )
    if time is not None and time % 12 == 0:
        numbers |= _figures(time / 12)
    numbers |= numbers_in(f"{outcome.endpoint} {outcome.note}")
    if outcome.verification == "unverified":
        return Backing(attributed=numbers)
    return Backing(sound=numbers)


def trial_backing(trial: Trial, arms: Iterable[Arm]) -> Backing:
    """Return the numbers of a trial's design and of its arms."""
    numbers = _figures(trial.n, trial.max_lesions)
    numbers |= numbers_in(f"{trial.allocation} {trial.population} {trial.design} {trial.note}")
    for arm in arms:
        numbers |= _figures(arm.n) | numbers_in(arm.label)
    return Backing(sound=numbers)


def reference_backing(ref: Reference) -> Backing:
    """Return the numbers of a reference: year, number in the review, title and note."""
    numbers = _figures(ref.review_number)
    return Backing(sound=numbers | numbers_in(f"{ref.year} {ref.title} {ref.note}"))


def constraint_backing(row: Constraint) -> Backing:
    """Return the numbers of a dose constraint; unverified ones need attribution."""
    numbers = _figures(row.limit, row.at, row.fractions)
    numbers |= numbers_in(f"{row.structure} {row.endpoint}")
    if row.verification == "unverified":
        return Backing(attributed=numbers)
    if row.verification == "verified_primary":  # then the note says what was read there
        numbers |= numbers_in(row.note)
    return Backing(sound=numbers)


def _figures(*values: float | None) -> Numbers:
    """Return the given values as exact decimals."""
    return frozenset(exact(value) for value in values if value is not None)


def definition_backings(records: Iterable[DefinitionRecord]) -> dict[str, Backing]:
    """Return the numbers of definitions and entry rules by the reference that they rest on.

    Parameters
    ----------
    records : iterable of DefinitionRecord
        Definitions as read from their file.

    Returns
    -------
    dict of str to Backing
        A rule that is unverified gives numbers that need attribution.
    """
    backings: dict[str, Backing] = {}
    for record in records:
        parts = [(record.refs, Backing(sound=numbers_in(record.note)))]
        parts += [(rule.refs, _rule_backing(rule)) for _, rule in record.criteria.stated()]
        for refs, backing in parts:
            for ref_id in refs:
                backings[ref_id] = backings.get(ref_id, Backing()) | backing
    return backings


def _rule_backing(rule: Rule) -> Backing:
    """Return the numbers of one rule of a definition."""
    numbers = numbers_in(rule.note)
    value = getattr(rule, "value", None)
    if isinstance(value, int) and not isinstance(value, bool):
        numbers |= _figures(value)
    if rule.verified == "unverified":
        return Backing(attributed=numbers)
    return Backing(sound=numbers, attributed=numbers_in(rule.differs))


class SourceBook:
    """Backings by token, built from a ledger.

    Parameters
    ----------
    ledger : Ledger
        Tables to look tokens up in.
    models : iterable of str, optional
        Names that ``model:`` may name; by default any.
    definitions : mapping of str to Backing, optional
        Numbers of definitions by the reference that they rest on.
    limits : iterable of Constraint, optional
        Dose constraints.
    """

    def __init__(
        self,
        ledger: Ledger,
        models: Iterable[str] | None = None,
        definitions: Mapping[str, Backing] | None = None,
        limits: Iterable[Constraint] = (),
    ):
        self._models = None if models is None else frozenset(models)
        self._backings: dict[str, Backing] = {COURSE: FREE}
        audit = {at.key: at.record for at in ledger.audit}
        self.claim_ids = frozenset(ledger.claims.keys)
        for claim in ledger.claims:
            self._add(claim.key, claim_backing(claim.record, audit.get(claim.key)))
        for ref in ledger.references:
            self._add(f"ref:{ref.key}", reference_backing(ref.record))
        self._add_trials(ledger)
        for ref_id, backing in (definitions or {}).items():
            self._add(f"ref:{ref_id}", backing)
        for row in limits:
            self._add(f"constraint:{row.constraint_id}", constraint_backing(row))

    def _add_trials(self, ledger: Ledger) -> None:
        """Add the numbers of trials and of their results."""
        arms: dict[str, list[Arm]] = {}
        for arm in ledger.arms:
            arms.setdefault(arm.record.trial_id, []).append(arm.record)
        for trial in ledger.trials:
            self._add(f"outcome:{trial.key}", trial_backing(trial.record, arms.get(trial.key, ())))
        for outcome in ledger.outcomes:
            self._add(f"outcome:{outcome.record.trial_id}", outcome_backing(outcome.record))

    def _add(self, token: str, backing: Backing) -> None:
        """Join a backing to what the token has already."""
        self._backings[token] = self._backings.get(token, Backing()) | backing

    def backing(self, token: str) -> Backing | None:
        """Return the backing of a token, or None where the token is not known."""
        match = _PREFIXED.fullmatch(token)
        if match and match[1] == "model":
            return FREE if self._models is None or match[2] in self._models else None
        return self._backings.get(token)

    def joint(self, tokens: Iterable[str]) -> Backing:
        """Return the backing of several tokens together; unknown ones add nothing."""
        joint = Backing()
        for token in tokens:
            joint |= self.backing(token) or Backing()
        return joint

    def complaint(self, token: str) -> str:
        """Return a sentence on a token that is not known, with the nearest ones."""
        known = [*self._backings, *(f"model:{name}" for name in self._models or ())]
        nearest = difflib.get_close_matches(token, known, n=3, cutoff=0.6)
        hint = f"; near it are {', '.join(nearest)}" if nearest else ""
        return (
            f"{token!r} names no source{hint}; allowed are a claim id, outcome:<trial>, "
            "ref:<reference>, constraint:<id>, model:<name> and course."
        )
