"""What a structure is by its name: an organ that limits are for, a target, or neither.

A name counts as an organ only if the whole of it says so, as AAPM TG-263 has it (``SpinalCord``,
``Bowel_Small``, ``Lungs-GTV``) or in plain words (``small bowel``). A part of an organ, an organ
with a margin, a helper of the optimiser and whatever is in doubt is no organ: no verdict is better
than the verdict on something else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# Of the organs that come in pairs the limits are for both; of the chest wall and the plexus they
# are for the side that is near.
_SIDE = r"( (l|r|lt|rt|left|right))?"
_NEAR = rf"((l|r|lt|rt|left|right) )?{{}}{_SIDE}"
_LESION = r"(i?gtv|i?ctv|itv|tumou?r)(s|p|n)?( ?\d+)?"
_WITHOUT_LESION = rf"( minus {_LESION})?"
_BOTH = r"((both|total|bilat|bilateral) {0}s?|{0}s|{0}s? (both|total|tot|bilat|bilateral))"

# Matched against a whole name as `_plain` gives it. Limits of the lungs are for what is left of
# them without the tumour, and liver and kidneys without it are taken likewise. A PTV cut out takes
# organ with it; and an oesophagus without any target is not judged, as it lacks its hottest part.
ORGANS = {
    "lungs": _BOTH.format("lung") + _WITHOUT_LESION,
    "kidneys": _BOTH.format("kidney") + _WITHOUT_LESION,
    "liver": "liver" + _WITHOUT_LESION,
    "spinal-canal": r"(spinal|vertebral) ?canal|canal spinal",
    "thecal-sac": r"thecal ?sac|(spinal ?)?cord ?prv( ?\d+)?( ?mm)?"
    r"|prv( ?\d+)?( ?mm)? (spinal ?)?cord( ?\d+ ?mm)?",
    "spinal-cord": r"(spinal ?)?cord|cord spinal|myelon",
    "oesophagus": r"o?esophagus",
    "heart": r"heart(( and)? pericardium)?",
    "central-airways": r"trachea|trachea( and)? bronch(us|i)|bronch(us|i)|main ?bronch(us|i)"
    rf"|bronch(us|i) main{_SIDE}|(prox|proximal)? ?bronch(ial)? ?tree|pbt"
    r"|bronch(us|i|ial tree) (prox|proximal)|central airways?|airways? central",
    "great-vessels": r"great ?ves(sels?)?|(a )?aorta|(v )?vena ?cava( [is])?"
    r"|(inferior|superior) vena cava",
    "chest-wall": _NEAR.format(r"(chest ?wall|cw)"),
    "brachial-plexus": _NEAR.format(r"(brachial ?plex(s|us)?|plexus brachial(is)?)"),
    "stomach": r"stomach",
    "duodenum": r"duodenum",
    "small-bowel": r"small ?bowel|bowel ?small|jejunum|ileum|jejunum( and)? ileum",
    "colon": r"colon",
    "rectum": r"rectum",
    "brainstem": r"brain ?stem",
}

# In the order in which they are looked for.
TARGETS = ("ptv", "i?ctv", "itv", "i?gtv", "tumou?r", "target")
_TARGET = rf"({'|'.join(TARGETS)})"
# What lies around a target, or is left of it.
_NOT_THE_TARGET = re.compile(
    r"minus|avoid|dummy|overlap|rind|ring\d*\b|shell|\b(no|non|not|nt|prv|without)\b"
)
_CHANGED = re.compile(r"^z|\+|eval|opt\b|crop|[\d ][mc]m\b")
_ORGAN_WORDS = re.compile(
    r"bowel|brain|bronch|canal|chest|colon|cord|duoden|esoph|heart|kidney|liver|lung|plex|rectum"
    r"|skin|stomach|trachea|vessel"
)

_CUT_OUT = re.compile(rf" *- *(?={_TARGET})|\b(minus|without|sub|less|excl|excluding|w/o)\b")


def _plain(name: str) -> str:
    """Return a name in lower case, as single words, with ``minus`` before what is cut out."""
    words = re.sub(r" \(\d+\)$", "", name.strip())  # the second structure of this name
    words = re.sub(r"(?<=[a-z]{2})(?=[A-Z])", " ", words).lower().replace("_", " ")
    return " ".join(re.sub(r"[-/&,.]", " ", _CUT_OUT.sub(" minus ", words)).split())


def organ_of(name: str) -> str:
    """Return the organ whose limits a structure of this name is held against, or an empty text."""
    # A leading underscore marks a helper of the optimiser; an ellipsis stands for unknown words.
    if name.startswith("_") or "…" in name:
        return ""
    words = _plain(name.replace("+", " and "))
    return next((organ for organ, whole in ORGANS.items() if re.fullmatch(whole, words)), "")


def _target_rank(name: str) -> tuple[int, int, int] | None:
    """Return how well a name suits the target, the least the best, or None for no target.

    First of all comes whether it is a target rather than a target in an organ, then which target
    it is, and last whether it begins with the target's word, unchanged.
    """
    words = _plain(name)
    if _NOT_THE_TARGET.search(words):
        return None
    for place, target in enumerate(TARGETS):
        if re.match(rf"z? ?{target}", words):
            cut = name.lower().startswith("_") or re.search(r"- ?[a-z]", name.lower())
            return False, place, 1 if cut or _CHANGED.search(words) else 0
    for place, target in enumerate(TARGETS):
        # “Lungs_GTV” may well be the lungs without it.
        if re.search(rf"\b{target}", words) and not re.search(r"lungs|kidneys", words):
            return bool(_ORGAN_WORDS.search(words)), place, 2
    return None


def is_target(name: str) -> bool:
    """Return whether a structure of this name is a target, and no ring around one."""
    return _target_rank(name) is not None


def find_target(names: Sequence[str], asked: str) -> int | None:
    """Return which of the structures is the target, or None.

    Parameters
    ----------
    names : sequence of str
        Of the structures, in their order in the file.
    asked : str
        A part of the target's name. Of several names that hold it, the one that is just that comes
        first, then those that begin with it. Empty: the first PTV, CTV, ITV or GTV, preferably one
        whose name begins so; never a ring, nor an organ without its target.
    """
    wanted = asked.strip().lower()
    ranks: dict[int, tuple[int, ...]] = {}
    for index, name in enumerate(names):
        rank = _nearness(name, wanted) if wanted else _target_rank(name)
        if rank is not None:
            ranks[index] = rank
    return min(ranks, key=lambda index: (ranks[index], index), default=None)


def _nearness(name: str, wanted: str) -> tuple[bool, bool, bool, bool] | None:
    """Return how near a name is to what was asked for, the least the best; None if it lacks it."""
    low = name.lower()
    if wanted not in low:
        return None
    begins = re.match(rf"[z_]*{re.escape(wanted)}", low)
    return low != wanted, not begins, not is_target(name), not low.startswith(wanted)
