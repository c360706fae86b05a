"""The explorer: a question that a learner turns over with a few controls and one figure.

A new explorer is a subclass with controls and four functions::

    class Decay(Explorer):
        key = "decay"
        title = "Decay"
        badge = "model"
        controls = (Number("rate", "Rate", 0.1, 2, default=1, step=0.1, unit="per month"),)

        def compute(self, p):                  # parameters in, result out
            t = np.linspace(0, 12, 200)
            return t, np.exp(-p.rate * t)

        def draw(self, figure, result):        # once for each size and theme
            axes = figure.panel()
            return {"curve": axes.plot(*result, color=figure.theme.blue)[0]}

        def update(self, artists, result):     # at each change
            artists["curve"].set_data(*result)

        def describe(self, result):            # the same in words
            return f"At 12 months {result[1][-1]:.0%} is left."

The base class does the rest: controls, frames no faster than the browser shows them, text
alternative, data table, downloads, links, restoring, prediction gate and citations.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, ClassVar

import traitlets

from oligoteach.widgets._base import KitWidget, call_later
from oligoteach.widgets.canvas import Canvas, Shelf
from oligoteach.widgets.controls import Control
from oligoteach.widgets.prediction import Prediction, PredictionHost

BADGES = {
    "published": "Published data",
    "model": "Illustrative model",
    "model-curve": "Model curve through published values",
    "calculation": "Calculation from printed figures",
    "course": "Counted by this course",
    "own": "Computed from chosen files",
}
CONTROLS_IN_VIEW = 4
# How long after a picture, in seconds, a learner counts as resting.
REST = 0.25
# What a frame carries along; the rest of a long list is sent when somebody asks for it.
CARDS_AT_ONCE = 20
# The figure that is being moved: a kept one holds its pixels twice.
SHELF = Shelf(kept=1)
WIDTHS = (240, 2000)
RATIOS = (0.5, 6.0)
# Sharp on a phone of triple resolution; a wide picture on such a screen is a little softer, since
# every pixel is held three times while it is drawn.
MAX_PIXELS = 1_000_000
# Before an audience the figure alone fills a screen: sharp on one of 1920 by 1080.
LECTURE_PIXELS = 1_700_000
# How far its shape may give way to the screen's there, over the height that it has by itself.
BENDS = (0.76, 1.2)


@dataclass(frozen=True)
class Table:
    """The figure's data as a table: for reading, for screen readers and for download.

    A cell is text, or a mapping with ``text`` and a ``tone`` ("ok", "bad", "open", "note").
    The first column names the row.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]] = field(default=())
    caption: str = ""

    def spec(self) -> dict[str, Any]:
        """Return the table as the page wants it."""
        return {
            "columns": list(self.columns),
            "rows": [list(row) for row in self.rows],
            "caption": self.caption,
        }


class ImpossibleError(ValueError):
    """Values that are each allowed but cannot stand together.

    Attributes
    ----------
    refusals : dict of str to str
        A sentence for each control that must change: why, and the nearest allowed value.
    """

    def __init__(self, refusals: Mapping[str, str]) -> None:
        self.refusals = dict(refusals)
        super().__init__(" ".join(self.refusals.values()).rstrip("."))


class Explorer(PredictionHost, KitWidget):
    """Base class of all explorers.

    Attributes to set in a subclass
    -------------------------------
    key, title, caption, explain : str
        Stable id (used in links), heading, caption, and what to take from it (120 words at most).
    badge : {"published", "model", "model-curve", "calculation", "course", "own"}
        Whether published data, a model, a calculation, the course itself or the learner's own
        files are shown.
    controls : sequence of Control
        What can be set. The first four stand in view; more are folded away.
    card : mapping of str to str
        For a model: its formula, parameters, validity and source, as shown under the badge.
    aspect, narrow_aspect : float
        Height over width of the figure, on a wide page and on a phone.
    table_open : bool
        Whether the data table is open from the start.
    views : sequence of mapping
        Settings to step through before an audience: ``at``, values of controls, and ``say``, what
        to look at.
    """

    view = traitlets.Unicode("explorer").tag(sync=True)
    params = traitlets.Dict().tag(sync=True)
    _resting: asyncio.TimerHandle | None = None

    key: ClassVar[str]
    title: str = ""
    caption: str = ""
    explain: str = ""
    badge: str = "model"
    controls: ClassVar[Sequence[Control]] = ()
    card: Mapping[str, str] = {}
    aspect: ClassVar[float] = 0.62
    narrow_aspect: ClassVar[float] = 1.05
    table_open: ClassVar[bool] = False
    views: Sequence[Mapping[str, Any]] = ()

    def __init__(
        self,
        text: Mapping[str, str] | None = None,
        prediction: Prediction | None = None,
        citations: Sequence[Any] = (),
        lesson: str = "",
    ) -> None:
        for name, value in (text or {}).items():
            setattr(self, name, value)
        if self.badge not in BADGES:
            raise ValueError(f"explorer {self.key!r}: badge {self.badge!r} is unknown")
        self.prediction = prediction
        self.citations = tuple(citations)
        self.control = {control.name: control for control in self.controls}
        self._result: tuple[dict[str, Any], Any] | None = None
        super().__init__(params=self.defaults(), config=self._config(lesson))
        self._asked = self._asked_values()
        self._viewed()

    # What a subclass says -------------------------------------------------------------------

    def compute(self, p: SimpleNamespace) -> Any:
        """Return the result for the parameters; everything else is drawn from it."""
        raise NotImplementedError

    def refuse(self, p: SimpleNamespace) -> Mapping[str, str]:  # noqa: ARG002 - for subclasses
        """Return a sentence for each control whose value cannot stand beside the others.

        It says why, and which value is the nearest that could. Nothing is set then, and the
        figure stays as it is.
        """
        return {}

    def bring(self, changed: Mapping[str, Any], p: SimpleNamespace) -> Mapping[str, Any]:  # noqa: ARG002 - for subclasses
        """Return values of further controls that a change brings along, as a preset does."""
        return {}

    def draw(self, figure: Any, result: Any) -> dict[str, Any]:
        """Fill an empty figure, and return the artists that move, by name."""
        raise NotImplementedError

    def update(self, artists: dict[str, Any], result: Any) -> None:
        """Change those artists, and anything else that the new result changes."""
        raise NotImplementedError

    def describe(self, result: Any) -> str:
        """Return the figure's message in words, with its numbers."""
        raise NotImplementedError

    def table(self, result: Any) -> Table | None:  # noqa: ARG002 - for subclasses
        """Return the figure's data, or None where there is nothing to tabulate."""
        return None

    def cards(self, result: Any) -> Sequence[Any] | None:  # noqa: ARG002 - for subclasses
        """Return citations to list below the figure, or None for no list."""
        return None

    def ahead(self, p: SimpleNamespace) -> Iterator[None] | None:  # noqa: ARG002 - for subclasses
        """Make ready what may be asked for next, while the learner rests; None for nothing.

        It yields after each part that takes long: what the learner does then comes first, and
        what is left is made ready at the next rest.
        """
        return None

    # What a caller may do -------------------------------------------------------------------

    def defaults(self) -> dict[str, Any]:
        """Return the parameters at the start."""
        return {control.name: control.default for control in self.controls}

    def set(self, **values: Any) -> None:
        """Set parameters.

        Raises
        ------
        ValueError
            With a sentence, for an unknown name, a value that is not allowed, or values that
            cannot stand together (:class:`ImpossibleError`); then nothing is changed.
        """
        self._adopt({name: self._parsed(name, value) for name, value in values.items()})

    def take(self, values: Mapping[str, Any]) -> list[str]:
        """Set those of the values that are allowed, and return a sentence on each of the others.

        Raises
        ------
        ImpossibleError
            If the allowed ones cannot stand together; then nothing is changed.
        """
        parsed, notes = {}, []
        for name, value in values.items():
            try:
                parsed[name] = self._parsed(name, value)
            except ValueError as error:
                notes.append(f"{error}.")
        self._adopt(parsed)
        return notes

    def result(self) -> Any:
        """Return the result for the present parameters, computed once for each change."""
        if self._result is None or self._result[0] != self.params:
            params = dict(self.params)
            self._result = (params, self.compute(SimpleNamespace(**params)))
        return self._result[1]

    def first(self) -> Any:
        """Return the result for the present parameters as far as it is there at once."""
        return self.result()

    def shown(self) -> Any:
        """Return the result that the page is shown now."""
        return self.result()

    def progress(self) -> Mapping[str, Any] | None:
        """Return how far a result that comes in instalments has come, or None."""
        return None

    def frame(
        self, width: int = 640, height: int = 420, ratio: float = 1.0, theme: str = "light"
    ) -> bytes:
        """Return the figure for the present parameters as PNG bytes.

        Parameters
        ----------
        width, height : int
            Size in page pixels.
        ratio : float
            Picture pixels for each page pixel.
        theme : {"light", "dark"}
            Colours.
        """
        result = self.result()
        return self.canvas(width, height, ratio, theme).frame(result)

    def canvas(self, width: int, height: int, ratio: float, theme: str) -> Canvas:
        """Return the canvas of this size and theme, kept from the last frame or new."""
        size = (width, height, ratio, theme)
        return SHELF.take((self.model_id, *size), lambda: self._new_canvas(*size))

    def reset(self) -> None:
        """Put back the defaults and hide the answer of the prediction."""
        if self.prediction is not None:
            self.prediction.reset()
            self.send(self.prediction.reply())
        self.params = self.defaults()
        self.send({"type": "stale"})

    def summary(self) -> str:
        """Return title, prediction, badge, settings and message in words."""
        lines = [f"{self.title} [{BADGES[self.badge]}]"]
        if self.prediction is not None:
            lines.append(self.prediction.line())
        lines += [control.say(self.params[control.name]) for control in self.controls]
        lines.append(self.describe(self.result()))
        return "\n".join(lines)

    def reveal(self) -> dict[str, Any]:
        """Return what the page may know now, with the words that wait for the prediction."""
        reply = super().reveal()
        return reply if self.locked else {**reply, **self._told()}

    def answered(self) -> None:
        """Take the setting that the question names, unless a link or a visit has set another."""
        if self._asked and self.params == self.defaults():
            self.params = dict(self._asked)

    @property
    def locked(self) -> bool:
        """Whether the figure still waits for a prediction."""
        return self.prediction is not None and not self.prediction.revealed

    # What the page says ---------------------------------------------------------------------

    def on_frame(self, content: dict[str, Any]) -> None:
        """Answer the page's request for a frame, taking over the values that came with it."""
        view = content.get("view")
        # The picture travels first: the echo of the values and the lists can wait behind it.
        with self.hold_sync():
            notes, refusals = [], {}
            try:
                notes = self.take(content.get("params") or {})
            except ImpossibleError as error:
                refusals = error.refusals
            if self.locked:
                self.send({"type": "locked", "view": view})
                return
            result = self.shown()
            reply = {
                "type": "frame",
                "view": view,
                "params": self.params,
                "text": self.describe(result),
                "notes": notes,
                "refusals": refusals,
                "run": self.progress(),
            }
            self.send(reply, [self.canvas(*self._size(content)).frame(result)])
        if self._has_extras:
            extras = self._extras(result, content.get("table"))
            self.send({"type": "extras", "view": view, **extras})
        self._at_rest(self.ahead(SimpleNamespace(**self.params)))

    def on_cards(self, _content: dict[str, Any]) -> None:
        """Send the cards that the last frame left out."""
        cards = self.cards(self.shown()) or ()
        self.send({"type": "cards", "cards": [card.spec() for card in cards[CARDS_AT_ONCE:]]})

    def on_defaults(self, _content: dict[str, Any]) -> None:
        """Put back the defaults; the prediction stays as it is."""
        self.params = self.defaults()
        self.send({"type": "stale"})

    def close(self) -> None:
        """Leave the page, and make nothing more ready."""
        self._stir()
        super().close()

    def _at_rest(self, parts: Iterator[None] | None) -> None:
        """Have the next part made ready when the learner has rested for a while."""
        self._stir()
        if parts is not None:
            self._resting = call_later(REST, self._make_part, parts)

    def _stir(self) -> None:
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None

    def _make_part(self, parts: Iterator[None]) -> None:
        self._resting = None
        for _ in parts:
            self._at_rest(parts)
            break

    def _parsed(self, name: str, value: Any) -> Any:
        if name not in self.control:
            known = ", ".join(self.control)
            raise ValueError(f"{self.title}: there is no {name!r}; there are {known}")
        return self.control[name].parse(value)

    def _parsed_all(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self._parsed(name, value) for name, value in values.items()}

    def _viewed(self) -> list[dict[str, Any]]:
        """Return the views with whole settings; refuse one that cannot be."""
        made = []
        for number, view in enumerate(self.views, 1):
            try:
                at = self._together(self._parsed_all(view["at"]), self.defaults())
            except ValueError as error:
                raise ValueError(f"explorer {self.key!r}: view {number}: {error}") from None
            made.append({"say": view["say"], "at": at})
        return made

    def _asked_values(self) -> dict[str, Any]:
        """Return the setting that the prediction names, or nothing.

        Raises
        ------
        ValueError
            With a sentence, if they do not fit the controls.
        """
        asked = self.prediction.at if self.prediction else {}
        if not asked:
            return {}
        try:
            return self._together(self._parsed_all(asked))
        except ValueError as error:
            raise ValueError(f"explorer {self.key!r}: at of its prediction: {error}") from None

    def _adopt(self, changed: Mapping[str, Any]) -> None:
        """Set parsed values with what they bring along, unless they cannot stand together."""
        self.params = self._together(changed)

    def _together(
        self, changed: Mapping[str, Any], before: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the parameters with these changed; refuse what cannot stand together."""
        params = {**(self.params if before is None else before), **changed}
        brought = self.bring(changed, SimpleNamespace(**params))
        params |= {name: self._parsed(name, value) for name, value in brought.items()}
        refusals = self.refuse(SimpleNamespace(**params))
        if refusals:
            raise ImpossibleError(refusals)
        return params

    @property
    def _has_extras(self) -> bool:
        return type(self).table is not Explorer.table or type(self).cards is not Explorer.cards

    def _extras(self, result: Any, wants_table: Any) -> dict[str, Any]:
        extras: dict[str, Any] = {}
        table = self.table(result) if wants_table else None
        if table is not None:
            extras["table"] = table.spec()
        cards = self.cards(result)
        if cards is not None:
            extras["cards"] = [card.spec() for card in cards[:CARDS_AT_ONCE]]
            extras["n_cards"] = len(cards)
        return extras

    def _size(self, content: Mapping[str, Any]) -> tuple[int, int, float, str]:
        """Return the size that the page asks for, held within bounds."""
        width = int(_clamp(content.get("width"), WIDTHS, 640))
        height = round(width * (self.narrow_aspect if width < 520 else self.aspect))
        pixels = MAX_PIXELS
        if "height" in content:  # before an audience: as high as the screen has room for
            low, high = (height * bend for bend in BENDS)
            height = round(_clamp(content["height"], (low, high), height))
            pixels = LECTURE_PIXELS
        ratio = _clamp(content.get("ratio"), RATIOS, 1.0)
        ratio = min(ratio, (pixels / (width * height)) ** 0.5)
        return width, height, round(ratio, 3), _theme(content.get("theme"))

    def _new_canvas(self, width: int, height: int, ratio: float, theme: str) -> Canvas:
        from oligoteach.charts.figure import TeachingFigure
        from oligoteach.charts.theme import THEMES

        figure = TeachingFigure(width, height, THEMES[theme], ratio)
        return Canvas(figure, self.draw, self.update)

    def _told(self) -> dict[str, Any]:
        """Return what may give the answer away."""
        return {
            "caption": self.caption,
            "explain": self.explain,
            "citations": [citation.spec() for citation in self.citations],
            "views": self._viewed(),
        }

    def _config(self, lesson: str) -> dict[str, Any]:
        return {
            "lesson": lesson,
            "key": self.key,
            "title": self.title,
            **({} if self.locked else self._told()),
            "badge": self.badge,
            "badge_text": BADGES[self.badge],
            "card": dict(self.card),
            "controls": [control.spec() for control in self.controls],
            "in_view": CONTROLS_IN_VIEW,
            "aspect": self.aspect,
            "narrow_aspect": self.narrow_aspect,
            "bends": BENDS,
            "table_open": self.table_open,
            "has_table": type(self).table is not Explorer.table,
            "prediction": self.prediction.spec() if self.prediction else None,
        }


def _clamp(raw: Any, bounds: tuple[float, float], otherwise: float) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return otherwise
    return min(max(float(raw), bounds[0]), bounds[1])


def _theme(raw: Any) -> str:
    return "dark" if raw == "dark" else "light"
