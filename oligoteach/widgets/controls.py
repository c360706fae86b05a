"""Controls of an explorer: what may be set, within which limits, in which unit.

A control is a description, not a widget: the page draws it as a native form element, so that
keyboards, screen readers and phones need no repair. Every value that reaches an explorer, from a
slider, a link, browser storage or Python, passes through :meth:`parse`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

MAX_TEXT = 80


class _Control:
    """What all controls share."""

    kind: ClassVar[str]

    def spec(self) -> dict[str, Any]:
        """Return the description that the page draws."""
        described = {"kind": self.kind}
        for part in fields(self):  # type: ignore[arg-type]
            value = getattr(self, part.name)
            if part.name == "options":
                value = [{"value": v, "text": t} for v, t in value.items()]
            described[part.name] = list(value) if isinstance(value, tuple) else value
        return described


@dataclass(frozen=True)
class Number(_Control):
    """A number on a slider with a text field beside it.

    Parameters
    ----------
    name : str
        Parameter name, as in ``compute(params)`` and in links.
    label : str
        What the learner reads.
    low, high : float
        Smallest and largest value, both allowed.
    default : float
        Value at the start.
    step : float
        Distance between allowed values, counted from ``low``.
    unit : str
        Unit, shown beside the value; empty for a pure number.
    why : str
        Why nothing beyond the limits is allowed, where that is not plain: told on a refusal.
    """

    kind: ClassVar[str] = "number"
    name: str
    label: str
    low: float
    high: float
    default: float
    step: float = 1
    unit: str = ""
    hint: str = ""
    why: str = ""

    def __post_init__(self) -> None:
        if not self.low < self.high or self.step <= 0:
            raise ValueError(f"control {self.name!r}: needs low < high and a step above 0")
        if abs(self.parse(self.default) - self.default) > 1e-9:
            raise ValueError(
                f"control {self.name!r}: default {self.default:g} is not on a step of {self.step:g}"
            )

    def parse(self, raw: Any) -> float | int:
        """Return ``raw`` as an allowed number, or raise ValueError with a sentence."""
        value = _as_float(raw)
        if value is None:
            raise ValueError(f"{self.label}: {_short(raw)} is not a number")
        if not self.low <= value <= self.high:
            raise ValueError(
                f"{self.label}: {value:g} is outside {self.low:g} to {self.high:g}{self._unit()}"
            )
        steps = round((value - self.low) / self.step)
        snapped = round(self.low + steps * self.step, 10)
        snapped = min(snapped, self.high)
        return int(snapped) if self._whole() else snapped

    def say(self, value: Any) -> str:
        """Return the value in words."""
        return f"{self.label} {value:g}{self._unit()}"

    def _unit(self) -> str:
        return f" {self.unit}" if self.unit else ""

    def _whole(self) -> bool:
        return float(self.step).is_integer() and float(self.low).is_integer()


@dataclass(frozen=True)
class Choice(_Control):
    """One of several options; ``options`` maps the value to what the learner reads."""

    kind: ClassVar[str] = "choice"
    name: str
    label: str
    options: Mapping[str, str]
    default: str = ""
    hint: str = ""

    def __post_init__(self) -> None:
        if not self.options:
            raise ValueError(f"control {self.name!r}: needs at least one option")
        if not self.default:
            object.__setattr__(self, "default", next(iter(self.options)))
        self.parse(self.default)

    def parse(self, raw: Any) -> str:
        """Return ``raw`` if it is one of the options, or raise ValueError with a sentence."""
        if isinstance(raw, str) and raw in self.options:
            return raw
        raise ValueError(
            f"{self.label}: {_short(raw)} is not one of {', '.join(map(str, self.options))}"
        )

    def say(self, value: Any) -> str:
        """Return the value in words."""
        return f"{self.label}: {self.options[value]}"


@dataclass(frozen=True)
class Many(_Control):
    """Any number of several options, in the order in which they are listed."""

    kind: ClassVar[str] = "many"
    name: str
    label: str
    options: Mapping[str, str]
    default: Sequence[str] = field(default=())
    hint: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "default", self.parse(self.default))

    def parse(self, raw: Any) -> tuple[str, ...]:
        """Return the chosen options, or raise ValueError with a sentence.

        A string is read as a comma-separated list, as it stands in a link.
        """
        chosen = [part for part in raw.split(",") if part] if isinstance(raw, str) else raw
        if not isinstance(chosen, list | tuple):
            raise ValueError(f"{self.label}: {_short(raw)} is not a list of options")
        for item in chosen:
            if item not in self.options:
                raise ValueError(
                    f"{self.label}: {_short(item)} is not one of {', '.join(self.options)}"
                )
        return tuple(option for option in self.options if option in chosen)

    def say(self, value: Any) -> str:
        """Return the value in words."""
        return f"{self.label}: {', '.join(self.options[v] for v in value) or 'none'}"


@dataclass(frozen=True)
class Several(_Control):
    """A number for each of several things of one kind, as sliders side by side.

    Parameters
    ----------
    name, label : str
        As of a number.
    options : mapping of str to str
        The things: a short key, and what the learner reads.
    low, high, step, unit
        As of a number, the same for all.
    default : sequence of float
        A value for each thing; all at ``low`` by default.
    """

    kind: ClassVar[str] = "several"
    name: str
    label: str
    options: Mapping[str, str]
    low: float
    high: float
    default: Sequence[float] = field(default=())
    step: float = 1
    unit: str = ""
    hint: str = ""

    def __post_init__(self) -> None:
        default = self.default or [self.low] * len(self.options)
        object.__setattr__(self, "default", self.parse(default))

    def parse(self, raw: Any) -> tuple[float | int, ...]:
        """Return an allowed number for each thing, or raise ValueError with a sentence.

        A string is read as a comma-separated list, as it stands in a link.
        """
        given = raw.split(",") if isinstance(raw, str) else raw
        if not isinstance(given, list | tuple) or len(given) != len(self.options):
            raise ValueError(f"{self.label}: needs {len(self.options)} numbers, one for each")
        pairs = zip(self.options.values(), given, strict=True)
        return tuple(self._one(text).parse(value) for text, value in pairs)

    def say(self, value: Any) -> str:
        """Return the values in words."""
        pairs = zip(self.options.values(), value, strict=True)
        said = ", ".join(f"{text} {number:g}" for text, number in pairs)
        return f"{self.label}: {said}{f' {self.unit}' if self.unit else ''}"

    def _one(self, text: str) -> Number:
        label = f"{self.label}, {text}"
        return Number(self.name, label, self.low, self.high, self.low, self.step, self.unit)


@dataclass(frozen=True)
class Toggle(_Control):
    """Yes or no."""

    kind: ClassVar[str] = "toggle"
    name: str
    label: str
    default: bool = False
    hint: str = ""

    def parse(self, raw: Any) -> bool:
        """Return ``raw`` as a bool, or raise ValueError with a sentence."""
        if isinstance(raw, bool):
            return raw
        if raw in ("yes", "no"):
            return raw == "yes"
        raise ValueError(f"{self.label}: {_short(raw)} is not one of yes, no")

    def say(self, value: Any) -> str:
        """Return the value in words."""
        return f"{self.label}: {'yes' if value else 'no'}"


@dataclass(frozen=True)
class Text(_Control):
    """A short piece of text, such as words to search for. Never a name: it stays on the page."""

    kind: ClassVar[str] = "text"
    name: str
    label: str
    default: str = ""
    hint: str = ""

    def parse(self, raw: Any) -> str:
        """Return printable text, or raise ValueError with a sentence."""
        if not isinstance(raw, str):
            raise ValueError(f"{self.label}: {_short(raw)} is not text")
        if len(raw) > MAX_TEXT:
            raise ValueError(
                f"{self.label}: {len(raw)} characters, but at most {MAX_TEXT} are allowed"
            )
        if any(not c.isprintable() for c in raw):
            raise ValueError(f"{self.label}: only printable characters are allowed")
        return raw

    def say(self, value: Any) -> str:
        """Return the value in words."""
        return f"{self.label}: {value or 'nothing'}"


Control = Number | Choice | Many | Several | Toggle | Text


def _as_float(raw: Any) -> float | None:
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        return None
    try:
        value = float(raw)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _short(raw: Any) -> str:
    text = repr(raw)
    return text if len(text) <= 40 else text[:37] + "…'"
