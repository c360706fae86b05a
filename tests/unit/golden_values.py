"""Golden values of data/models/spec.json, and how closely to agree with them."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

from oligoteach.evidence.paths import data_path


def spec(name: str) -> dict[str, Any]:
    """Return one entry of the specification."""
    return json.loads(data_path("models", "spec.json").read_text(encoding="utf-8"))[name]


def agrees(value: float, printed: float) -> bool:
    """Whether a value agrees to 1e-8, or to the last printed digit if that is coarser."""
    digits = Decimal(repr(printed)).normalize().as_tuple()
    printed_to = 0.5000001 * 10.0 ** int(digits.exponent)
    whole = len(digits.digits) <= 4  # a short number is exact, not rounded
    return math.isclose(value, printed, rel_tol=1e-8, abs_tol=0 if whole else printed_to)
