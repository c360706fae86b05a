"""Maximum of the partial likelihood of one binary covariate, for many trials at once.

With one covariate that is 0 or 1, an event that happens while ``n0`` patients of the one arm and
``n1`` of the other are at risk contributes one number: the probability
``p = n1 r / (n0 + n1 r)`` that it strikes the second arm, ``r`` being the hazard ratio. The log
likelihood is concave, so Newton's method between bounds always ends.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from oligoteach.models._numbers import FloatArray

#: Newton's last step; what remains after it is of the order of its square.
_STEP = 1e-8
_MOST_STEPS = 200
#: Beyond it a log hazard ratio is no number that data can hold.
_FURTHEST = 60.0


def maximise(
    odds: FloatArray, observed: FloatArray, start: FloatArray, bounded: NDArray[np.bool_]
) -> tuple[FloatArray, FloatArray]:
    """Log hazard ratio at the maximum, and its information.

    Parameters
    ----------
    odds : ndarray of float, trials x events
        ``n0 / n1`` at each event, corrected for ties; ``inf`` where a column holds no event.
    observed : ndarray of float, trials
        Events of the second arm among the events counted.
    start : ndarray of float, trials
        A first guess.
    bounded : ndarray of bool, trials
        Where a maximum exists. Elsewhere the likelihood rises for ever, and the result is the
        guess and means nothing.

    Returns
    -------
    log_ratio, information : ndarray of float, trials
    """
    beta = np.where(bounded, start, 0.0)
    low, high = np.full_like(beta, -_FURTHEST), np.full_like(beta, _FURTHEST)
    information = np.zeros_like(beta)
    # A trial rests once it is there, so that its result does not depend on its companions.
    moving = bounded.copy()
    work = np.empty_like(odds)
    for _ in range(_MOST_STEPS):
        if not moving.any():
            break
        np.multiply(odds, np.exp(-beta)[:, None], out=work)
        work += 1.0
        np.reciprocal(work, out=work)
        expected = work.sum(axis=1)
        np.copyto(information, expected - np.einsum("ij,ij->i", work, work), where=moving)
        score = observed - expected
        # The score falls as beta rises, so its sign tells on which side the maximum lies.
        np.copyto(low, beta, where=score > 0)
        np.copyto(high, beta, where=score < 0)
        wanted = beta + score / np.where(information > 0, information, 1.0)
        inside = (wanted >= low) & (wanted <= high) & (information > 0)
        after = np.where(inside, wanted, 0.5 * (low + high))
        step = np.where(moving, after - beta, 0.0)
        beta += step
        moving &= np.abs(step) >= _STEP
    return beta, information
