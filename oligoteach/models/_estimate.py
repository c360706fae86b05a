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
    """

    values: FloatArray
    valid: NDArray[np.bool_]
    warnings: tuple[str, ...]


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
        Where each rule is *broken*, broadcast to the shape of ``values``, and its sentence.
    notes : sequence of str
        Sentences that always hold and make nothing invalid; they come first.

    Returns
    -------
    Estimate
        With the sentences of ``notes`` and of the broken rules.
    """
    valid = np.ones(values.shape, dtype=np.bool_)
    warnings = list(notes)
    for broken, sentence in rules:
        outside = np.broadcast_to(np.asarray(broken, dtype=np.bool_), values.shape)
        if bool(outside.any()):
            valid &= ~outside
            warnings.append(sentence)
    return Estimate(values, valid, tuple(warnings))
