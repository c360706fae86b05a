"""Phrases that many messages need."""

from __future__ import annotations

from collections.abc import Sequence


def counted(n_fractions: int) -> str:
    """Return a number of fractions in words."""
    return f"{n_fractions} fraction{'' if n_fractions == 1 else 's'}"


def listed(parts: Sequence[str]) -> str:
    """Return one part or more as they read in a sentence: ``a``, ``a and b``, ``a, b and c``."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
