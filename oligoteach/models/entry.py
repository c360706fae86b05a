"""Who is in: one patient against the rules of a definition or of a trial.

A rule that a source doesn't state is *not stated*, which is never a *no*. A rule that is
stated but asks for something unknown of the patient *cannot tell*. The answer over all stated
rules is *no* if one fails, else *cannot tell* if one cannot be told, else *nothing against*. It
is never *yes*: what is stated here is a part of what a definition or a protocol asks, and silence
on the rest admits nobody.

A definition comes in as plain values (:meth:`Definition.from_mapping`), so that this module
knows no file and no ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from oligoteach.models._numbers import finite
from oligoteach.models.patient import Driver, Patient
from oligoteach.models.stage import staging
from oligoteach.models.states import SYNC_MONTHS

Answer = Literal["yes", "no", "cannot tell", "not stated"]
Overall = Literal["no", "cannot tell", "nothing against"]
Verification = Literal["verified_primary", "verified_secondary", "unverified"]
Counted = Literal["lesions", "sites", "metastases"]

#: Kinds of rule with their labels, in the order of the columns.
KIND_LABELS: dict[str, str] = {
    "min_lesions": "fewest lesions",
    "max_lesions": "most lesions",
    "max_extracranial": "most lesions outside the brain",
    "max_progressing": "most growing sites",
    "max_lifetime": "most lesions in a lifetime",
    "max_organs": "most organs",
    "max_per_organ": "most lesions in one organ",
    "brain": "brain metastases",
    "nodes": "mediastinal nodes",
    "timing": "timing",
    "systemic": "systemic therapy",
    "driver": "driver",
    "primary_controlled": "primary controlled",
    "treatable": "all sites treatable",
    "histology": "histology",
    "ecog": "performance status",
    "imaging": "imaging",
    "pathology": "pathology",
}
KINDS: tuple[str, ...] = tuple(KIND_LABELS)

_DRIVERS = tuple(name for name in get_args(Driver) if name != "unknown")


@dataclass(frozen=True)
class Drivers:
    """Drivers that a rule names; for those it doesn't name, nothing is stated.

    Attributes
    ----------
    allowed, excluded : tuple of str
        Out of 'none', 'EGFR', 'ALK', 'other'; each driver at most once.
    """

    allowed: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = (*self.allowed, *self.excluded)
        if not names or not set(names) <= set(_DRIVERS) or len(set(names)) != len(names):
            raise ValueError(
                f"driver allows {self.allowed!r} and excludes {self.excluded!r}; it must name "
                f"at least one of {', '.join(_DRIVERS)}, each once at most."
            )


@dataclass(frozen=True)
class Criterion:
    """One stated rule.

    Attributes
    ----------
    kind : str
        One of :data:`KINDS`.
    value : object
        A whole number for limits, :class:`Drivers` for ``driver``, True for what is simply
        required, a word or a tuple of words for the rest.
    claims, refs, trials : tuple of str
        Ids of the claims, references and rows of the trial table it rests on.
    verified : str
        'verified_primary', 'verified_secondary' or 'unverified'.
    counted : str
        For limits on lesions, the word of the source: 'lesions', 'metastases' (taken as the
        same), or 'sites', which may mean lesions or organs.
    note : str
        What a reader must know beside it, for instance when the lesions were counted.
    differs : str
        Where the review says something else than the source; empty if it doesn't.
    """

    kind: str
    value: Any
    claims: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()
    trials: tuple[str, ...] = ()
    verified: Verification = "unverified"
    counted: Counted = "lesions"
    note: str = ""
    differs: str = ""

    def __post_init__(self) -> None:
        if self.kind not in _RULES:
            raise ValueError(f"kind is {self.kind!r}; it must be one of {', '.join(KINDS)}.")
        if self.verified not in get_args(Verification):
            raise ValueError(
                f"verified is {self.verified!r}; it must be one of "
                f"{', '.join(get_args(Verification))}."
            )
        if self.counted not in get_args(Counted):
            raise ValueError(
                f"counted is {self.counted!r}; it must be one of {', '.join(get_args(Counted))}."
            )
        _RULES[self.kind].check(self.kind, self.value)

    @property
    def text(self) -> str:
        """The rule in a few words, for a cell of a table."""
        return _RULES[self.kind].text(self.value)


@dataclass(frozen=True)
class Definition:
    """A definition of oligometastatic disease, or the entry rules of a trial.

    Attributes
    ----------
    id, name : str
    kind : {'consensus', 'guideline', 'trial'}
    criteria : tuple of Criterion
        At most one of each kind; a kind that is absent isn't stated.
    refs : tuple of str
    note : str
    """

    id: str
    name: str
    kind: Literal["consensus", "guideline", "trial"]
    criteria: tuple[Criterion, ...]
    refs: tuple[str, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        kinds = [criterion.kind for criterion in self.criteria]
        twice = sorted({kind for kind in kinds if kinds.count(kind) > 1})
        if twice:
            raise ValueError(f"{self.id} states {', '.join(twice)} more than once.")

    def criterion(self, kind: str) -> Criterion | None:
        """The rule of that kind, or None if it isn't stated."""
        return next((c for c in self.criteria if c.kind == kind), None)

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Definition:
        """Build a definition from plain values.

        Parameters
        ----------
        values : mapping
            Keys ``id``, ``name``, ``kind``, ``criteria`` (a sequence of mappings with the
            fields of :class:`Criterion`) and, optionally, ``refs`` and ``note``. Lists are
            taken as tuples.

        Returns
        -------
        Definition

        Raises
        ------
        ValueError
            If a key is missing or unknown, or a value doesn't fit.
        """
        try:
            criteria = tuple(_criterion(one) for one in values["criteria"])
            rest = {k: _frozen(v) for k, v in values.items() if k != "criteria"}
            return cls(criteria=criteria, **rest)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(
                f"Definition {values.get('id', '?')!r} is not complete: {error}."
            ) from error


@dataclass(frozen=True)
class Cell:
    """Answer of one rule for one patient.

    Attributes
    ----------
    kind : str
        One of :data:`KINDS`.
    criterion : Criterion or None
        None if not stated.
    answer : {'yes', 'no', 'cannot tell', 'not stated'}
    reason : str
        In a sentence: the rule, and the patient.
    claims, refs : tuple of str
    verified : str or None
        None if not stated.
    """

    kind: str
    criterion: Criterion | None
    answer: Answer
    reason: str
    claims: tuple[str, ...]
    refs: tuple[str, ...]
    verified: Verification | None


@dataclass(frozen=True)
class Judgement:
    """Answer of a whole definition for one patient.

    Attributes
    ----------
    definition_id : str
    cells : tuple of Cell
        One for each of :data:`KINDS`, in that order.
    overall : {'no', 'cannot tell', 'nothing against'}
    n_stated, n_not_stated : int
        Rules stated, and kinds of rule that aren't.
    rests_on_unverified : bool
        Whether the answer would need a rule for which no source was read: for 'no', every
        failing rule is such a one; otherwise, some rule is.
    summary : str
        In a sentence.
    """

    definition_id: str
    cells: tuple[Cell, ...]
    overall: Overall
    n_stated: int
    n_not_stated: int
    rests_on_unverified: bool
    summary: str


def judge(patient: Patient, definition: Definition, sync_months: float = SYNC_MONTHS) -> Judgement:
    """Put one patient against every kind of rule of one definition.

    Parameters
    ----------
    patient : Patient
    definition : Definition
    sync_months : float, default 6
        Interval up to which metastases count as synchronous, where the rule needs it; the
        sources that were read don't give one.

    Returns
    -------
    Judgement

    Raises
    ------
    ValueError
        If the interval is negative or not finite.
    """
    sync_months = finite("sync_months", sync_months)
    if sync_months < 0:
        raise ValueError(f"sync_months is {sync_months:g}; it must be 0 or more months.")
    cells = tuple(_cell(patient, kind, definition, sync_months) for kind in KINDS)
    stated = [cell for cell in cells if cell.answer != "not stated"]
    overall = _overall(stated)
    return Judgement(
        definition_id=definition.id,
        cells=cells,
        overall=overall,
        n_stated=len(stated),
        n_not_stated=len(cells) - len(stated),
        rests_on_unverified=_rests_on_unverified(stated, overall),
        summary=_summary(stated, overall, len(cells) - len(stated)),
    )


def stated_kinds(definitions: Iterable[Definition]) -> tuple[str, ...]:
    """Kinds of rule that at least one definition states, in the order of the columns."""
    used = {c.kind for definition in definitions for c in definition.criteria}
    return tuple(kind for kind in KINDS if kind in used)


# --------------------------------------------------------------------------- cells


def _cell(patient: Patient, kind: str, definition: Definition, months: float) -> Cell:
    criterion = definition.criterion(kind)
    if criterion is None:
        return Cell(kind, None, "not stated", "Not stated.", (), (), None)
    asked = criterion.value
    if kind in _COUNTS:
        asked = _Limit(criterion.value, criterion.counted)
    answer, reason = _RULES[kind].apply(patient, asked, months)
    verified = None if answer == "not stated" else criterion.verified
    return Cell(kind, criterion, answer, reason, criterion.claims, criterion.refs, verified)


def _overall(stated: Sequence[Cell]) -> Overall:
    answers = {cell.answer for cell in stated}
    if "no" in answers:
        return "no"
    if "cannot tell" in answers or not answers:
        return "cannot tell"
    return "nothing against"


def _rests_on_unverified(stated: Sequence[Cell], overall: Overall) -> bool:
    if overall == "no":
        return all(cell.verified == "unverified" for cell in stated if cell.answer == "no")
    return any(cell.verified == "unverified" for cell in stated)


def _summary(stated: Sequence[Cell], overall: Overall, n_not_stated: int) -> str:
    rest = f" {n_not_stated} kinds of rule are not stated."
    if overall == "nothing against":
        return f"No stated rule says no ({len(stated)} stated).{rest}"
    wanted = "no" if overall == "no" else "cannot tell"
    named = ", ".join(KIND_LABELS[cell.kind] for cell in stated if cell.answer == wanted)
    if overall == "no":
        return f"Fails on: {named}.{rest}"
    return f"Undecided: {named or 'any stated rule'}.{rest}"


# --------------------------------------------------------------------------- rules

Verdict = tuple[Answer, str]


@dataclass(frozen=True)
class _Rule:
    """How one kind of rule is checked, worded and applied."""

    check: Callable[[str, Any], None]
    text: Callable[[Any], str]
    apply: Callable[[Patient, Any, float], Verdict]


def _yes_no(holds: bool, reason: str) -> Verdict:
    return ("yes" if holds else "no"), reason


def _whole_number(kind: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{kind} is {value!r}; it must be a whole number, 0 or more.")


def _one_of(*allowed: Any) -> Callable[[str, Any], None]:
    def check(kind: str, value: Any) -> None:
        if not any(type(value) is type(one) and value == one for one in allowed):
            raise ValueError(
                f"{kind} is {value!r}; it must be one of {', '.join(map(repr, allowed))}."
            )

    return check


def _some_of(*allowed: str) -> Callable[[str, Any], None]:
    def check(kind: str, value: Any) -> None:
        if not isinstance(value, tuple) or not value or not set(value) <= set(allowed):
            raise ValueError(
                f"{kind} is {value!r}; it must be one or more of {', '.join(allowed)}."
            )

    return check


def _drivers(kind: str, value: Any) -> None:
    if not isinstance(value, Drivers):
        raise ValueError(f"{kind} is {value!r}; it must be Drivers.")


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@dataclass(frozen=True)
class _Limit:
    """A limit on lesions, with the word of the source for what it counts."""

    number: int
    counted: Counted

    @property
    def noun(self) -> str:
        """The word, in the number that fits."""
        one = {"lesions": "lesion", "sites": "site", "metastases": "metastasis"}
        return one[self.counted] if self.number == 1 else self.counted

    def __str__(self) -> str:
        return f"{self.number} {self.noun}"


_EFFUSION = " and a malignant effusion, for which nothing is stated."
_SITE = (
    ". The source counts sites: with lesions as sites that is too many, with organs as sites it is "
    "not; which was meant is not stated."
)


def _at_most(count: Callable[[Patient], int], organs: Callable[[Patient], int], what: str) -> _Rule:
    """Rule on a count of lesions, which an effusion leaves open, and so may the word 'site'."""

    def apply(patient: Patient, limit: _Limit, _months: float) -> Verdict:
        number, places = count(patient), organs(patient)
        reason = f"At most {limit}{what}; here {number}"
        if limit.counted == "sites":
            reason = f"{reason} {'lesion' if number == 1 else 'lesions'} in "
            reason += _plural(places, "organ")
            if places <= limit.number < number:
                return "cannot tell", f"{reason}{_SITE}"
        if number <= limit.number and patient.effusion:
            return "cannot tell", f"{reason}{_EFFUSION}"
        return _yes_no(number <= limit.number, f"{reason}.")

    return _Rule(_whole_number, lambda limit: f"≤ {limit}", apply)


def _organs_outside_brain(patient: Patient) -> int:
    return patient.organs_with_lesions - (1 if patient.n_brain else 0)


def _min_lesions(patient: Patient, limit: _Limit, _months: float) -> Verdict:
    reason = f"At least {limit}; here {patient.n_lesions}"
    if patient.n_lesions < limit.number and patient.effusion:
        return "cannot tell", f"{reason}{_EFFUSION}"
    return _yes_no(patient.n_lesions >= limit.number, f"{reason}.")


def _max_progressing(patient: Patient, limit: _Limit, _months: float) -> Verdict:
    # The patient's growing sites are entered as sites, so the word leaves nothing open here.
    number = patient.progressing_sites
    reason = f"At most {limit.number} growing {limit.noun}; here {number}."
    return _yes_no(number <= limit.number, reason)


def _max_organs(patient: Patient, limit: int, _months: float) -> Verdict:
    number = patient.organs_with_lesions
    chest = ", the nodules in the chest counted as one" if patient.n_intrathoracic else ""
    return _yes_no(number <= limit, f"At most {_plural(limit, 'organ')}; here {number}{chest}.")


def _max_lifetime(patient: Patient, limit: _Limit, _months: float) -> Verdict:
    rule = f"At most {limit} in a lifetime"
    ever = patient.lifetime_lesions
    if ever is not None:
        return _yes_no(ever <= limit.number, f"{rule}; {ever}.")
    if patient.n_lesions > limit.number:
        return "no", f"{rule}; {patient.n_lesions} are there now."
    if patient.earlier_metastatic:
        return "cannot tell", f"{rule}; how many there were earlier is not known."
    return "yes", f"{rule}; {patient.n_lesions} now and no earlier metastases."


def _max_per_organ(patient: Patient, limit: _Limit, _months: float) -> Verdict:
    low, high = patient.per_organ_range
    rule = f"At most {limit} in one organ"
    if low > limit.number:
        return "no", f"{rule}; one organ holds at least {low}."
    if high <= limit.number:
        return "yes", f"{rule}; no organ holds more than {high}."
    return "cannot tell", f"{rule}; the fullest organ may hold {low} to {high}."


def _brain(patient: Patient, value: str, _months: float) -> Verdict:
    if value == "allowed":
        return "yes", f"Brain metastases are allowed; here {patient.n_brain}."
    return _yes_no(patient.n_brain == 0, f"No brain metastases; here {patient.n_brain}.")


def _nodes(patient: Patient, _value: str, _months: float) -> Verdict:
    if patient.nodes:
        return "yes", "Involved mediastinal nodes do not count as metastases."
    return "yes", "Mediastinal nodes do not count as metastases; none is involved."


def timing_of(patient: Patient, sync_months: float = SYNC_MONTHS) -> frozenset[str]:
    """Words for the timing of a patient's disease, as entry rules use them.

    Parameters
    ----------
    patient : Patient
    sync_months : float, default 6
        Interval up to which metastases count as synchronous.

    Returns
    -------
    frozenset of str
        'synchronous', 'metachronous' (which includes all that follows earlier oligometastatic
        disease) or, after widespread disease, 'induced', for which the interval says nothing;
        and, on systemic therapy, 'oligoprogression' where sites grow or 'oligopersistence'
        where disease responded or is stable.
    """
    words = {_onset(patient, sync_months)}
    if patient.on_systemic_therapy and patient.progressing_sites:
        words.add("oligoprogression")
    elif patient.on_systemic_therapy and patient.response in ("response", "stable"):
        words.add("oligopersistence")
    return frozenset(words)


def _onset(patient: Patient, sync_months: float) -> str:
    if patient.earlier_polymetastatic:
        return "induced"
    early = patient.months_since_primary <= sync_months and not patient.earlier_metastatic
    return "synchronous" if early else "metachronous"


_BY_INTERVAL = frozenset({"synchronous", "metachronous"})


def _timing(patient: Patient, allowed: tuple[str, ...], months: float) -> Verdict:
    words = timing_of(patient, months)
    rule = f"Timing must be {_either(allowed)}"
    # A rule that admits both intervals asks for none, and so admits induced disease, too.
    met = bool(words & set(allowed)) or set(allowed) >= _BY_INTERVAL
    if "induced" in words:
        return _yes_no(met, f"{rule}; here {_induced(words)}; many sites were found before.")
    reason = f"{rule}; here {', '.join(word for word in _TIMINGS if word in words)}."
    # Where both are admitted, or found together with the primary, the cut-off decides nothing.
    if patient.months_since_primary and len(_BY_INTERVAL & set(allowed)) == 1:
        reason += f" The cut-off of {months:g} months is a choice: cut-offs vary."
    return _yes_no(met, reason)


def _induced(words: frozenset[str]) -> str:
    pattern = next((word for word in _TIMINGS if word in words), "oligometastatic disease")
    return f"induced {pattern}"


# For somebody untreated, a rule on the result of therapy is a matter of when, not of whether.
_NOT_YET = "Not yet at the point of entry."


def _systemic(patient: Patient, value: str, _months: float) -> Verdict:
    return _SYSTEMIC[value](patient)


def _untreated(patient: Patient) -> Verdict:
    treated = patient.on_systemic_therapy or patient.response != "none yet"
    here = "systemic therapy has been given" if treated else "none has been given"
    return _yes_no(not treated, f"No systemic therapy before; {here}.")


def _given(patient: Patient) -> Verdict:
    treated = patient.on_systemic_therapy or patient.response != "none yet"
    rule = "Systemic therapy must have been given first"
    return _yes_no(treated, f"{rule}; it has." if treated else f"{rule}; it has not. {_NOT_YET}")


def _no_progression(patient: Patient) -> Verdict:
    rule = "No progression after first systemic therapy"
    if patient.response in ("response", "stable"):
        return "yes", f"{rule}; the disease {_did(patient)}."
    if patient.response == "progression" or (
        patient.on_systemic_therapy and patient.progressing_sites
    ):
        return "no", f"{rule}; the disease progressed."
    if patient.on_systemic_therapy:
        return "cannot tell", f"{rule}; the result of the present therapy is not known yet."
    return "no", f"{rule}; none has been given. {_NOT_YET}"


def _did(patient: Patient) -> str:
    return "responded" if patient.response == "response" else "is stable"


def _on_tki(patient: Patient) -> Verdict:
    rule = "On a TKI"
    if not patient.on_systemic_therapy:
        later = f" {_NOT_YET}" if patient.response == "none yet" else ""
        return "no", f"{rule}; the patient is off systemic therapy.{later}"
    if patient.driver == "unknown":
        return "cannot tell", f"{rule}; the driver, and so the kind of therapy, is not known."
    if patient.driver == "none":
        return "no", f"{rule}; without a driver the therapy is not a TKI."
    return "yes", f"{rule}; on systemic therapy with a driver ({patient.driver}), taken as a TKI."


_SYSTEMIC: dict[str, Callable[[Patient], Verdict]] = {
    "untreated": _untreated,
    "given": _given,
    "no progression": _no_progression,
    "on tki": _on_tki,
}


def _driver(patient: Patient, value: Drivers, _months: float) -> Verdict:
    rule = f"Driver: {_driver_text(value)}"
    if patient.driver == "unknown":
        return "cannot tell", f"{rule}; not known here."
    here = _driver_name(patient.driver)
    if patient.driver in value.allowed:
        return "yes", f"{rule}; here {here}."
    if patient.driver in value.excluded:
        return "no", f"{rule}; here {here}."
    return "not stated", f"{rule}; for {here} nothing is stated."


def _driver_text(value: Drivers) -> str:
    allowed = _either(_driver_name(name) for name in value.allowed)
    excluded = _either(_driver_name(name) for name in value.excluded)
    if not allowed:
        return f"{excluded} excluded"
    if len(value.allowed) + len(value.excluded) == len(_DRIVERS):
        return f"{allowed} only" if excluded else "any"
    return f"{allowed} admitted, {excluded} excluded" if excluded else f"{allowed} admitted"


def _driver_name(name: str) -> str:
    return {"none": "no driver", "other": "another driver"}.get(name, name)


def _either(words: Iterable[str]) -> str:
    *most, last = list(words) or [""]
    return f"{', '.join(most)} or {last}" if most else last


def _known(fact: bool | None, rule: str, true: str, false: str) -> Verdict:
    """Rule on a fact that may be unknown."""
    if fact is None:
        return "cannot tell", f"{rule}; not known here."
    return _yes_no(fact, f"{rule}; {true if fact else false}.")


def _primary(patient: Patient, _value: bool, _months: float) -> Verdict:
    return _known(
        patient.primary_controlled, "The primary must be controlled", "it is", "it is not"
    )


def _treatable(patient: Patient, _value: bool, _months: float) -> Verdict:
    rule = "Every site must be safely treatable"
    return _known(patient.all_treatable, rule, "all are", "not all are")


def _histology(patient: Patient, value: str, _months: float) -> Verdict:
    if value == "any":
        return "yes", "Any solid tumour."
    if patient.histology_nsclc is None:
        return "cannot tell", "Non-small cell lung cancer; the histology is not known."
    if value == "nsclc":
        here = "it is" if patient.histology_nsclc else "it is not"
        return _yes_no(patient.histology_nsclc, f"Non-small cell lung cancer only; {here}.")
    if patient.histology_nsclc:
        return "yes", "Non-small cell lung cancer is one of the tumours admitted."
    return "cannot tell", "Some other tumours are admitted; which one this is, is not known."


def _ecog(patient: Patient, limit: int, _months: float) -> Verdict:
    if patient.ecog is None:
        return "cannot tell", f"Performance status at most {limit}; not known here."
    return _yes_no(
        patient.ecog <= limit, f"Performance status at most {limit}; here {patient.ecog}."
    )


def _imaging(patient: Patient, wanted: tuple[str, ...], _months: float) -> Verdict:
    needs = [need for need in staging(patient).needs if need.key in wanted]
    missing = [need.name for need in needs if not need.done]
    asked = ", ".join(need.name for need in needs) or "nothing for this patient"
    if missing:
        return "no", f"Asks for {asked}; still missing: {', '.join(missing)}."
    return "yes", f"Asks for {asked}; all done."


def _pathology(patient: Patient, _value: str, _months: float) -> Verdict:
    for need in staging(patient).needs:
        if need.key == "pathology":
            return _yes_no(need.done, need.reason)
    return "yes", "Asked for a solitary metastasis only; here there are more."


_TIMINGS = ("synchronous", "metachronous", "oligoprogression", "oligopersistence")
_EXAMINATIONS = ("pet-ct", "brain", "liver-mri", "thoracoscopy")
_EXAMINATION_TEXT = {"pet-ct": "PET-CT", "brain": "brain", "liver-mri": "liver MRI"}
_HISTOLOGIES = {"nsclc": "NSCLC", "nsclc among others": "NSCLC among others", "any": "any"}

_RULES: dict[str, _Rule] = {
    "min_lesions": _Rule(_whole_number, lambda limit: f"≥ {limit}", _min_lesions),
    "max_lesions": _at_most(lambda p: p.n_lesions, lambda p: p.organs_with_lesions, ""),
    "max_extracranial": _at_most(
        lambda p: p.n_extracranial, _organs_outside_brain, " outside the brain"
    ),
    "max_progressing": _Rule(_whole_number, lambda limit: f"≤ {limit}", _max_progressing),
    "max_lifetime": _Rule(_whole_number, lambda limit: f"≤ {limit}", _max_lifetime),
    "max_organs": _Rule(_whole_number, lambda limit: f"≤ {limit}", _max_organs),
    "max_per_organ": _Rule(_whole_number, lambda limit: f"≤ {limit}", _max_per_organ),
    "brain": _Rule(_one_of("excluded", "allowed"), str, _brain),
    "nodes": _Rule(_one_of("not counted"), str, _nodes),
    "timing": _Rule(_some_of(*_TIMINGS), _either, _timing),
    "systemic": _Rule(_one_of(*_SYSTEMIC), lambda v: v.replace("tki", "TKI"), _systemic),
    "driver": _Rule(_drivers, _driver_text, _driver),
    "primary_controlled": _Rule(_one_of(True), lambda _: "required", _primary),
    "treatable": _Rule(_one_of(True), lambda _: "required", _treatable),
    "histology": _Rule(_one_of(*_HISTOLOGIES), lambda v: _HISTOLOGIES[v], _histology),
    "ecog": _Rule(_whole_number, lambda limit: f"≤ {limit}", _ecog),
    "imaging": _Rule(
        _some_of(*_EXAMINATIONS),
        lambda v: ", ".join(_EXAMINATION_TEXT.get(one, one) for one in v),
        _imaging,
    ),
    "pathology": _Rule(_one_of("solitary"), lambda _: "solitary lesion", _pathology),
}


#: Kinds of rule that limit a number of lesions, and so depend on what the source counts.
_COUNTS = (
    "min_lesions",
    "max_lesions",
    "max_extracranial",
    "max_progressing",
    "max_lifetime",
    "max_per_organ",
)


def _criterion(values: Mapping[str, Any]) -> Criterion:
    """A criterion from plain values, its lists made tuples so that it can't be changed."""
    fields = {key: _frozen(value) for key, value in values.items()}
    if fields.get("kind") == "driver" and isinstance(fields.get("value"), Mapping):
        fields["value"] = Drivers(**{k: _frozen(v) for k, v in fields["value"].items()})
    return Criterion(**fields)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
