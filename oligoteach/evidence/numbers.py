"""Numbers as a reader meets them in text, brought to one form so that they can be compared."""

from __future__ import annotations

import re
from decimal import Decimal

NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"

_NUMBER = re.compile(rf"(?<![\w.]){NUMBER}|(?<=\d[xX×/:]){NUMBER}")
_UNDER_TWENTY = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
    fifteen sixteen seventeen eighteen nineteen twenty
"""
_WORDS = {word: Decimal(value) for value, word in enumerate(_UNDER_TWENTY.split())}

WORD = rf"(?i:\b(?:{'|'.join(_WORDS)})\b)"
"""Pattern of ``zero`` to ``twenty``."""

_WORD = re.compile(WORD)


def to_decimal(text: str) -> Decimal:
    """Return the value of a number as printed: ``17.0``, ``5,206``, ``.022`` or ``five``."""
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    return Decimal(text.replace(",", ""))


def exact(value: float) -> Decimal:
    """Return a stored number as the shortest decimal that prints it."""
    return Decimal(repr(float(value)))


def numbers_in(text: str, *, words: bool = True) -> frozenset[Decimal]:
    """Return every number in a text.

    Parameters
    ----------
    text : str
        Any prose; ranges such as ``17–39`` count as two numbers.
    words : bool, default True
        Whether ``zero`` to ``twenty`` count as well.

    Returns
    -------
    frozenset of Decimal
        The values without sign and unit, so that 17 equals 17.0 and 85% equals 85 percent.
    """
    found = {to_decimal(match) for match in _NUMBER.findall(text)}
    if words:
        found |= {_WORDS[word.lower()] for word in _WORD.findall(text)}
    return frozenset(found)
