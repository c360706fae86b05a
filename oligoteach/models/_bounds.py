"""Refusals of a design's numbers: what was asked, what the limits are, what comes nearest."""

from __future__ import annotations

from typing import Literal

from oligoteach.models._numbers import finite

Sides = Literal[1, 2]


def within(name: str, value: float, low: float, high: float, unit: str = "") -> float:
    """Return ``value`` as a float, or raise ``ValueError`` unless from ``low`` to ``high``."""
    number = finite(name, value)
    if low <= number <= high:
        return number
    nearest = low if number < low else high
    raise ValueError(
        f"{name} is {number:g}; it must be from {low:g} to {high:g}{f' {unit}' if unit else ''}. "
        f"The nearest allowed value is {nearest:g}."
    )


def whole(name: str, value: float, low: int, high: int, unit: str = "") -> int:
    """Return ``value`` as an int, or raise ``ValueError`` unless it is whole and within."""
    number = within(name, value, low, high, unit)
    if number != int(number):
        raise ValueError(f"{name} is {number:g}; it must be a whole number, such as {int(number)}.")
    return int(number)


def two_or_one(sides: int) -> int:
    """Return ``sides``, or raise ``ValueError`` unless it is 1 or 2."""
    if isinstance(sides, bool) or sides not in (1, 2):
        raise ValueError(f"sides is {sides!r}; it must be 1 (benefit only) or 2 (either way).")
    return int(sides)
