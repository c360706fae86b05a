"""What a plan's histograms are held against: limits by source, complications, goals of fall-off."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from oligoteach import evidence
from oligoteach.models.complications import ORGANS, lkb
from oligoteach.models.conformity import Conformity
from oligoteach.models.constraint_check import Judgement, choose, judge, spreads
from oligoteach.models.dvh import Dvh, eqd2_dvh, mean_conversion
from oligoteach.models.falloff import deviation, goals
from oligoteach.models.fractionation import ALPHA_BETA_CORD, ALPHA_BETA_LATE, ALPHA_BETA_TUMOUR
from oligoteach.widgets import Table

ALL_SOURCES = "all"
SOURCES = {
    ALL_SOURCES: "All sources side by side",
    "tg101": "AAPM TG-101",
    "uk2022": "UK 2022",
    "uk2018": "UK 2018",
    "rtog0813": "RTOG 0813",
    "rtog0915": "RTOG 0915",
    "nccn": "NCCN table",
    "hospital-list": "Hospital list",
    "lungtech": "LungTech",
    "safron2": "SAFRON II",
    "fastrack2": "FASTRACK II",
    "hytec-cord": "HyTEC cord",
    "hytec-lung": "HyTEC lung",
    "dunlap": "Dunlap 2010",
}
LEAST_COVERED = 0.5  # share of the target with the dose, below which goals say nothing
POINT_CC = 0.035  # what a point is read as, where a source names no volume
CORDS = ("spinal-cord", "thecal-sac", "spinal-canal")  # all limited for the sake of the cord
TONES = {"pass": "ok", "fail": "bad", "not applicable": "open"}
WORDS = {"pass": "kept", "fail": "broken", "not applicable": "not applicable"}

Kind = Literal["target", "organ"]


@dataclass(frozen=True)
class StructureDose:
    """A structure with its histogram; ``organ`` is empty where no table of limits knows it."""

    key: str
    name: str
    organ: str
    kind: Kind
    histogram: Dvh

    @property
    def alpha_beta(self) -> float:
        """The textbook value in Gy: 10 for the target, 2 for the cord and what holds it, else 3."""
        if self.kind == "target":
            return ALPHA_BETA_TUMOUR
        return ALPHA_BETA_CORD if self.organ in CORDS else ALPHA_BETA_LATE


@dataclass(frozen=True)
class Judged:
    """A limit held against a structure; ``limit`` is None where no source has one that applies."""

    structure: StructureDose
    limit: Any
    judgement: Judgement
    others: str

    @property
    def source(self) -> str:
        """Short name of the limit's source."""
        return "" if self.limit is None else _source_name(self.limit.source)


@functools.cache
def _source_name(key: str) -> str:
    return evidence.constraint_sources()[key].short_name


@functools.lru_cache(maxsize=256)
def _choice(organ: str, n_fractions: int, source: str) -> Any:
    sources = None if source == ALL_SOURCES else {source}
    return choose(evidence.constraints().values(), organ, n_fractions, sources)


@functools.lru_cache(maxsize=64)
def _others(organ: str, n_fractions: int, dose_gy: float) -> dict[str, str]:
    """Return for each limit of an organ what other sources allow of the same, in words."""
    limits = _choice(organ, n_fractions, ALL_SOURCES).limits
    words: dict[str, str] = {}
    for spread in spreads(limits, dose_gy):
        if spread.agree:
            said = f"{len(spread.limits)} agree"
        else:
            said = f"{spread.allowed[0]:g} to {spread.allowed[-1]:g} {spread.unit}"
        words |= {limit.constraint_id: said for limit in spread.limits}
    return words


def judge_all(
    structures: Sequence[StructureDose], n_fractions: int, dose_gy: float, source: str
) -> list[Judged]:
    """Hold every organ against the limits of the sources for this number of fractions."""
    found: list[Judged] = []
    for structure in structures:
        if not structure.organ:
            continue
        choice = _choice(structure.organ, n_fractions, source)
        others = _others(structure.organ, n_fractions, dose_gy)
        for limit in choice.limits:
            verdict = judge(
                limit,
                _value(structure.histogram, limit),
                fractions=n_fractions,
                prescription=dose_gy,
                organ_volume=structure.histogram.total_cc,
            )
            said = others.get(limit.constraint_id, "no other source")
            found.append(Judged(structure, limit, verdict, said))
        if not choice.limits:
            nothing = Judgement("not applicable", None, None, None, "Gy", choice.reason)
            found.append(Judged(structure, None, nothing, ""))
    return found


def _value(histogram: Dvh, limit: Any) -> float | None:
    """Return the plan's value of what is limited, or None where the organ is too small for it."""
    at, total = limit.at or 0.0, histogram.total_cc
    if limit.kind == "mean":
        return histogram.mean
    if limit.kind == "volume at dose":
        share = 100 / total if limit.limit_unit == "%" else 1.0
        return histogram.volume_at(at) * share
    if limit.kind == "maximum":
        return histogram.dose_at(min(at or POINT_CC, total))
    volume = at / 100 * total if limit.at_unit == "%" else at
    if volume > total:
        return None
    spared = limit.kind == "spared volume"
    return histogram.dose_spared(volume) if spared else histogram.dose_at(volume)


def counted(judged: Sequence[Judged]) -> dict[str, int]:
    """Return how many limits are kept, broken, and not applicable."""
    return {word: sum(j.judgement.status == word for j in judged) for word in WORDS}


def limit_place(item: Judged) -> tuple[float, float] | None:
    """Return dose in Gy and share in % at which a limit stands in a histogram, if it does."""
    limit, allowed = item.limit, item.judgement.allowed
    total = item.structure.histogram.total_cc
    if limit is None or allowed is None or item.judgement.status == "not applicable":
        return None
    at = limit.at or 0.0
    if limit.kind == "volume at dose":
        return at, allowed if limit.limit_unit == "%" else 100 * allowed / total
    if limit.kind == "mean":
        return None
    volume = {"maximum": at, "spared volume": total - at}.get(limit.kind, at)
    return allowed, volume if limit.at_unit == "%" else 100 * volume / total


# Words ------------------------------------------------------------------------------------------

COLUMNS = ("Structure", "Measured", "Plan", "Limit", "Judged", "Source", "Same limit elsewhere")


def limit_rows(judged: Sequence[Judged]) -> list[list[Any]]:
    """Return a row for each limit: broken ones first, then kept, then what does not apply."""
    order = {"fail": 0, "pass": 1, "not applicable": 2}
    rows = []
    for item in sorted(judged, key=lambda j: order[j.judgement.status]):
        verdict, limit = item.judgement, item.limit
        words = WORDS[verdict.status]
        if verdict.reason:
            words += f": {verdict.reason}"
        rows.append(
            [
                item.structure.name,
                "any limit" if limit is None else limit.metric,
                "" if verdict.value is None else f"{verdict.value:.1f} {verdict.unit}",
                "" if limit is None else _limit_text(limit),
                {"text": words, "tone": TONES[verdict.status]},
                item.source,
                item.others,
            ]
        )
    return rows


def _limit_text(limit: Any) -> str:
    level = f", {limit.level}" if limit.level else ""
    return f"{limit.limit_text}{level}"


def structure_rows(structures: Sequence[StructureDose], n_fractions: int) -> list[list[Any]]:
    """Return a row for each structure: mean and EQD2, voxel by voxel and of the mean."""
    rows = []
    for structure in structures:
        if structure.organ == "lungs":
            rows.append(lung_row(structure, n_fractions))
        h, ab = structure.histogram, structure.alpha_beta
        mean = mean_conversion(h, n_fractions, ab)
        rows.append(
            [
                structure.name,
                f"mean, {h.total_cc:.1f} cc; EQD2 with α/β {ab:g} Gy",
                f"{h.mean:.1f} Gy; EQD2 {mean.voxelwise:.1f} Gy",
                "",
                f"converted mean {mean.of_mean:.1f} Gy: {mean.missed:.1f} Gy too low",
                "",
                "",
            ]
        )
    return rows


def check_table(
    structures: Sequence[StructureDose], judged: Sequence[Judged], n_fractions: int
) -> Table:
    """Return limits and structures as one table."""
    return Table(
        COLUMNS,
        [*limit_rows(judged), *structure_rows(structures, n_fractions)],
        "Limits are published data, doses are not. A limit holds for its own number of fractions "
        "and for no other. Sources are never merged: the last column is what others allow of the "
        "same thing.",
    )


def limits_fact(judged: Sequence[Judged]) -> tuple[str, str]:
    """Return how the limits stand as a name and a figure, in a few words."""
    bare = len(without_limit(judged))
    organs = f"{bare} organ{'s' if bare > 1 else ''}"
    name = f"Broken ({organs}: no limit)" if bare else "Limits broken"
    return name, _share_broken(judged)


def limits_words(judged: Sequence[Judged]) -> str:
    """Return how the limits stand as the end of a sentence."""
    bare = len(without_limit(judged))
    none = f"; {bare} organ{'s have' if bare > 1 else ' has'} none" if bare else ""
    return f"{_share_broken(judged)} limits broken{none}"


def without_limit(judged: Sequence[Judged]) -> list[str]:
    """Return the organs for which no source has a limit that applies: not judged is not safe."""
    return [j.structure.name for j in judged if j.limit is None]


def _share_broken(judged: Sequence[Judged]) -> str:
    count = counted(judged)
    return f"{count['fail']} of {count['fail'] + count['pass']}"


def broken_sentence(judged: Sequence[Judged]) -> str:
    """Return which limits are broken, in words."""
    broken = [j for j in judged if j.judgement.status == "fail"]
    if not broken:
        return ""
    said = [
        f"{j.structure.name} {j.limit.metric} {j.judgement.value:.1f} {j.judgement.unit} against "
        f"{j.limit.limit_text} ({j.source})"
        for j in broken[:3]
    ]
    rest = len(broken) - len(said)
    more = f" and {rest} more" if rest else ""
    return f"Broken: {'; '.join(said)}{more}."


def lung_row(lungs: StructureDose, n_fractions: int) -> list[Any]:
    """Return a table row with the chance of pneumonitis, and what the model is not good for."""
    converted = eqd2_dvh(lungs.histogram, n_fractions, ALPHA_BETA_LATE)
    middles, shares = converted.differential()
    found = lkb(middles, shares / shares.sum(), ORGANS["lung_Seppenwoolde"])
    return [
        lungs.name,
        "pneumonitis, model of Lyman, Kutcher and Burman",
        f"{100 * float(found.values):.1f} % at a mean EQD2 of {converted.mean:.1f} Gy",
        "",
        {"text": " ".join(found.warnings), "tone": "open"},
        "Seppenwoolde 2003",
        "",
    ]


def goal_words(found: Conformity) -> tuple[str, str]:
    """Return R50 and D2cm with what RTOG 0813 and 0915 ask of a PTV of this size."""
    asked = goals(found.target_cc)
    for_all = "not covered" if found.covered < LEAST_COVERED else ""
    if not for_all and not bool(asked.valid):
        for_all = "no goal"
    r50 = f"{found.r50:.1f} ({for_all or _goal(found.r50, asked.r50, '.1f')})"
    if found.d2cm is None:
        return r50, "no body at 2 cm"
    d2cm = 100 * found.d2cm
    return r50, f"{d2cm:.0f} % ({for_all or _goal(d2cm, asked.d2cm, '.0f')})"


def _goal(value: float, limit: Any, look: str) -> str:
    return f"< {float(limit.none):{look}}: {_deviation(value, limit)}"


def _deviation(value: float, limit: Any) -> str:
    word = str(deviation(value, limit))
    return {"none": "met", "minor": "minor", "major": "missed"}[word]
