"""What the choice of a preset brings along, and when a setting is no longer the preset's."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

OWN = "own"


def brought(
    said: Mapping[str, Any] | None, changed: Mapping[str, Any], p: SimpleNamespace
) -> dict[str, Any]:
    """Return the values that a change of controls brings along.

    Parameters
    ----------
    said : mapping or None
        What the preset chosen in ``p.preset`` says of other controls; None where it is the
        learner's own setting, which brings nothing.
    changed : mapping
        The values that were set; what was set together with a preset stands before it.
    p : SimpleNamespace
        All values, with the changes.

    Returns
    -------
    dict
        The preset's values where it was chosen just now, and ``preset`` as :data:`OWN` where the
        values are no longer the preset's.
    """
    if said is None:
        return {}
    filled = {k: v for k, v in said.items() if "preset" in changed and k not in changed}
    kept = all({**vars(p), **filled}[name] == value for name, value in said.items())
    return filled if kept else {**filled, "preset": OWN}
