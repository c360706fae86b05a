"""What a model says, where it may say it, and what a reader must know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from oligoteach.models._numbers import FloatArray


@dataclass(frozen=True)
class Estimate:
    """Values of a model with a mask of where they hold.

    Attributes
    ----------
    values : ndarray of float
        In the unit that the function names.
    valid : ndarray of bool, same shape
        False where the model leaves what it was made for or fitted on; the value there is still
        given, and is an extrapolation.
    warnings : tuple of str
        One sentence for each thing a reader must know: what was left, and what the model assumes
        wherever it is used.
    notes : int
        How many of them, the first ones, make nothing invalid.
    """

    values: FloatArray
    valid: NDArray[np.bool_]
    warnings: tuple[str, ...]
    notes: int = 0

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why some of the values are invalid, a sentence each."""
        return self.warnings[self.notes :]


def judged(
    values: FloatArray,
    rules: Sequence[tuple[ArrayLike, str]] = (),
    *,
    notes: Sequence[str] = (),
) -> Estimate:
    """Return ``values`` as an estimate that is valid where no rule is broken.

    Parameters
    ----------
    values : ndarray of float
        Of any shape.
    rules : sequence of (array_like of bool, str)
        Where each rule is *broken*, and its sentence. Values and rules are broadcast together: a
        quantity that only decides on validity may have a shape of its own.
    notes : sequence of str
        Sentences that always hold and make nothing invalid; they come first.

    Returns
    -------
    Estimate
        With the sentences of ``notes`` and of the broken rules.
    """
    outside = [np.asarray(broken, dtype=np.bool_) for broken, _ in rules]
    shape = np.broadcast_shapes(values.shape, *(where.shape for where in outside))
    valid = np.ones(shape, dtype=np.bool_)
    warnings = list(notes)
    for where, (_, sentence) in zip(outside, rules, strict=True):
        if bool(where.any()):
            valid &= ~where
            warnings.append(sentence)
    same = values if values.shape == shape else np.broadcast_to(values, shape).copy()
    return Estimate(same, valid, tuple(warnings), len(notes))
