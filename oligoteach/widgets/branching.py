"""A branching case: choose, say how sure you are, see what follows and why, and go on.

Neither consequence nor mark nor reason is on the page before the learner has committed: the page
keeps the way taken so far, and the kernel answers each request with no more than that way has
earned. So a reload, a second view and a new kernel need no state of their own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import traitlets

from oligoteach.widgets._base import KitWidget
from oligoteach.widgets.canvas import Canvas
from oligoteach.widgets.citation import Citation
from oligoteach.widgets.explorer import MAX_PIXELS, RATIOS, SHELF, WIDTHS
from oligoteach.widgets.prediction import CONFIDENCE

UNASKED = "unasked"
"""Confidence of a step before an audience, where nobody is asked how sure they are."""

MAX_STEPS = 40
LETTERS = "ABCDEFGHIJ"


@dataclass(frozen=True)
class Mark:
    """How good a way is: its name, its badge, and whether it is right, wrong or neither."""

    text: str
    tone: str
    right: bool | None = None


@dataclass(frozen=True)
class Remark:
    """A statement with what it rests on; ``label`` says what kind of statement it is."""

    text: str
    label: str = ""
    citations: tuple[Citation, ...] = ()

    def spec(self) -> dict[str, Any]:
        """Return the remark as the page wants it."""
        citations = [citation.spec() for citation in self.citations]
        return {"text": self.text, "label": self.label, "citations": citations}


@dataclass(frozen=True)
class Way:
    """One of the ways at a fork: without ``next`` it ends the case; ``setting`` is drawn."""

    id: str
    text: str
    mark: Mark
    ground: Remark
    consequence: str
    reasons: tuple[Remark, ...]
    next: str | None
    setting: Any = None


@dataclass(frozen=True)
class Fork:
    """A point of decision; ``open`` says that the evidence conflicts there."""

    id: str
    title: str
    text: str
    question: str
    ways: tuple[Way, ...]
    open: bool = False
    setting: Any = None

    def way(self, key: Any) -> Way:
        """Return a way by its id.

        Raises
        ------
        ValueError
            With a sentence, if nothing or something else was chosen.
        """
        for way in self.ways:
            if way.id == key:
                return way
        raise ValueError("Choose one of the options.")

    def letter(self, way: Way) -> str:
        """Return the letter of a way, by which people compare what they chose."""
        return LETTERS[self.ways.index(way)]

    def spec(self) -> dict[str, Any]:
        """Return what the page may know before a commitment."""
        return {
            "id": self.id,
            "title": self.title,
            "text": self.text,
            "question": self.question,
            "options": [
                {"id": way.id, "text": f"{self.letter(way)}. {way.text}"} for way in self.ways
            ],
        }


@dataclass(frozen=True)
class Tale:
    """A case: its first fork opens it; ``picture`` is what the picture is drawn from.

    The list of cases shows it under ``group``, and says so where it is one to ``start`` with.
    """

    key: str
    title: str
    question: str
    about: str
    text: str
    facts: tuple[tuple[str, str], ...]
    forks: tuple[Fork, ...]
    closing: tuple[Remark, ...] = ()
    picture: Any = None
    group: str = ""
    start: bool = False

    def fork(self, key: str) -> Fork:
        """Return a fork by its id."""
        return next(fork for fork in self.forks if fork.id == key)


class Picture(Protocol):
    """What draws a tale: like an explorer's four functions, from the settings along the way."""

    title: str
    aspect: float
    narrow_aspect: float

    def scene(self, tale: Tale, settings: Sequence[Any]) -> Any:
        """Return what is to be seen after these settings."""

    def draw(self, figure: Any, scene: Any) -> dict[str, Any]:
        """Fill an empty figure, and return the artists that move."""

    def update(self, artists: dict[str, Any], scene: Any) -> None:
        """Show another scene."""

    def describe(self, scene: Any) -> str:
        """Return the picture in words."""

    def changed(self, before: Any, after: Any) -> str:
        """Return what is new in a scene, in words; empty if nothing is."""


@dataclass(frozen=True)
class Step:
    """A commitment: which way at which fork, and how sure."""

    fork: Fork
    way: Way
    confidence: str

    @property
    def counts(self) -> bool | None:
        """Whether the way was right; None if it counts as neither.

        Each way is judged by its own mark, so that harm done with certainty counts as wrong even
        where the evidence leaves other ways open.
        """
        return self.way.mark.right


@dataclass
class Play:
    """A way through a case, as far as it was taken."""

    tale: Tale
    steps: list[Step] = field(default_factory=list)

    @property
    def now(self) -> Fork | None:
        """The fork that waits for a decision, or None at the end."""
        if not self.steps:
            return self.tale.forks[0]
        following = self.steps[-1].way.next
        return None if following is None else self.tale.fork(following)

    def commit(self, way: Any, confidence: Any) -> Step:
        """Take a way.

        Raises
        ------
        ValueError
            With a sentence, if there is no such way, no confidence, or nothing to decide.
        """
        fork = self.now
        if fork is None:
            raise ValueError("This case is over; play it again to choose otherwise.")
        if len(self.steps) >= MAX_STEPS:
            raise ValueError(f"This case went round {MAX_STEPS} times; start it again.")
        chosen = fork.way(way)
        if confidence != UNASKED and confidence not in CONFIDENCE:
            raise ValueError("Say how sure you are: a guess, fairly sure or certain.")
        step = Step(fork, chosen, confidence)
        self.steps.append(step)
        return step

    def settings(self, entered: bool = True) -> list[Any]:
        """Return the settings along the way, with that of the next fork if it is entered."""
        found = [s for step in self.steps for s in (step.fork.setting, step.way.setting)]
        if entered and self.now is not None:
            found.append(self.now.setting)
        return found

    def tally(self) -> dict[str, tuple[int, int]]:
        """Return right answers and answers that count, by confidence."""
        counts = {}
        for key in CONFIDENCE:
            judged = [s.counts for s in self.steps if s.confidence == key and s.counts is not None]
            counts[key] = (sum(judged), len(judged))
        return counts


class Branching(KitWidget):
    """Branching cases on the page.

    Parameters
    ----------
    key, title : str
        Stable id, under which the browser keeps the ways taken, and heading.
    tales : iterable of Tale
        The cases, in order.
    picture : Picture, optional
        Draws each case; without it there is no figure.
    lesson : str
        The lesson under which the browser keeps it.
    notes : sequence of str
        Sentences on what had to be left out.
    """

    view = traitlets.Unicode("branching").tag(sync=True)

    def __init__(
        self,
        key: str,
        title: str,
        tales: Iterable[Tale],
        picture: Picture | None = None,
        lesson: str = "",
        notes: Sequence[str] = (),
    ) -> None:
        self.tales = {tale.key: tale for tale in tales}
        self.picture = picture
        self.notes = tuple(notes)
        super().__init__(
            config={
                "key": key,
                "lesson": lesson,
                "title": title,
                "notes": list(self.notes),
                "confidence": [{"id": k, "text": v} for k, v in CONFIDENCE.items()],
                "unasked": UNASKED,
                "picture": picture
                and {
                    "title": picture.title,
                    "aspect": picture.aspect,
                    "narrow": picture.narrow_aspect,
                },
                "tales": [
                    {
                        "key": t.key,
                        "title": t.title,
                        "about": t.about,
                        "group": t.group,
                        "start": t.start,
                    }
                    for t in self.tales.values()
                ],
            }
        )

    # What the page says ---------------------------------------------------------------------

    def on_play(self, content: Mapping[str, Any]) -> None:
        """Answer with the case as far as the way has earned it."""
        tale = self._tale(content.get("tale"))
        play, note = self.replay(tale, content.get("path") or ())
        if note and not content.get("restored"):
            self.send({"type": "refused", "tale": tale.key, "text": note})
            return
        self.send(
            {
                "type": "played",
                "tale": tale.key,
                "title": tale.title,
                "question": tale.question,
                "text": tale.text,
                "facts": [list(fact) for fact in tale.facts],
                "path": [[step.way.id, step.confidence] for step in play.steps],
                "steps": [self._told(play, i) for i in range(len(play.steps))],
                "now": self._asked(play),
                "end": None if play.now else self.ending(play),
                "note": note,
            }
        )

    def on_sum(self, content: Mapping[str, Any]) -> None:
        """Answer with the decisions on all ways that the page has kept, summed by confidence."""
        ways = content.get("ways")
        kept = ways.items() if isinstance(ways, Mapping) else ()
        plays = [self.replay(self.tales[key], path)[0] for key, path in kept if key in self.tales]
        self.send({"type": "summed", "text": summed(plays)})

    def on_look(self, content: Mapping[str, Any]) -> None:
        """Answer with the picture at a point of the way."""
        if self.picture is None:
            raise ValueError("There is no picture here.")
        tale = self._tale(content.get("tale"))
        play, _ = self.replay(tale, content.get("path") or ())
        scene = self.picture.scene(tale, play.settings(bool(content.get("entered"))))
        frame = self.frame(scene, *_size(content, self.picture))
        self.send(
            {"type": "looked", "id": content.get("id"), "text": self.picture.describe(scene)},
            [frame],
        )

    # What a caller may do -------------------------------------------------------------------

    def replay(self, tale: Tale, path: Any) -> tuple[Play, str]:
        """Take a way again, as far as it fits the case.

        Parameters
        ----------
        tale : Tale
            The case.
        path : sequence of pairs
            Ids of ways with a confidence each.

        Returns
        -------
        Play
            As far as it was possible.
        str
            Why it went no further; empty if it went to the end of the path.
        """
        play = Play(tale)
        if not isinstance(path, list | tuple):
            return play, "The way kept for this case could not be read."
        for pair in path:
            if not isinstance(pair, list | tuple) or len(pair) != 2:
                return play, "The way kept for this case could not be read."
            try:
                play.commit(*pair)
            except ValueError as error:
                return play, str(error)
        return play, ""

    def frame(
        self,
        scene: Any,
        width: int = 380,
        height: int = 420,
        ratio: float = 1.0,
        theme: str = "light",
    ) -> bytes:
        """Return the picture of a scene as PNG bytes, sized as an explorer's frame is."""
        size = (width, height, ratio, theme)
        canvas: Canvas = SHELF.take((self.model_id, *size), lambda: self._canvas(*size))
        return canvas.frame(scene)

    def ending(self, play: Play) -> dict[str, Any]:
        """Return what the page shows at the end: way, contested forks, calibration, sources."""
        steps = play.steps
        remarks = [r for s in steps for r in (s.way.ground, *s.way.reasons)]
        cited = [c for r in (*remarks, *play.tale.closing) for c in r.citations]
        sources = {source.key: source for c in cited for source in c.sources}
        return {
            "code": "–".join(step.fork.letter(step.way) for step in steps),
            "path": [
                {
                    "title": s.fork.title,
                    "choice": f"{s.fork.letter(s.way)}. {s.way.text}",
                    "mark": {"tone": s.way.mark.tone, "verdict": s.way.mark.text},
                    "ground": s.way.ground.spec(),
                    "confidence": CONFIDENCE.get(s.confidence, ""),
                }
                for s in steps
            ],
            "open": list(dict.fromkeys(step.fork.title for step in steps if step.fork.open)),
            "calibration": _calibrated(play),
            "rows": _rows(play.tally()),
            "closing": [remark.spec() for remark in play.tale.closing],
            "sources": [{"text": s.text, "doi": s.doi} for s in sources.values()],
        }

    def reset(self) -> None:
        """Forget every way taken."""
        self.send({"type": "reset"})

    def summary(self) -> str:
        """Return the cases and what was left out, without anything that a choice would earn."""
        lines = [f"{self.config['title']} – cases: {len(self.tales)}"]
        for number, tale in enumerate(self.tales.values(), 1):
            lines.append(f"{number}. {tale.title}: {tale.question} ({_points(len(tale.forks))})")
        return "\n".join([*lines, *self.notes])

    def _tale(self, key: Any) -> Tale:
        if key not in self.tales:
            raise ValueError(f"There is no case {key!r} here; there are {', '.join(self.tales)}.")
        return self.tales[key]

    def _asked(self, play: Play) -> dict[str, Any] | None:
        """Return the next fork as the page may know it, with what its picture has anew."""
        if play.now is None:
            return None
        before, after = play.settings(entered=False), play.settings()
        return {**play.now.spec(), "seen": self._changed(play.tale, before, after)}

    def _changed(self, tale: Tale, before: list[Any], after: list[Any]) -> str:
        """Return in words what is new in the picture between two points of the way."""
        if self.picture is None:
            return ""
        scenes = (self.picture.scene(tale, settings) for settings in (before, after))
        return self.picture.changed(*scenes)

    def _told(self, play: Play, index: int) -> dict[str, Any]:
        """Return what a commitment has earned."""
        step = play.steps[index]
        mark = step.way.mark
        before = Play(play.tale, play.steps[:index])
        after = Play(play.tale, play.steps[: index + 1])
        changed = self._changed(play.tale, before.settings(), after.settings(entered=False))
        return {
            **(self._asked(before) or {}),
            "changed": changed,
            "way": step.way.id,
            "confidence": step.confidence,
            "mark": {"tone": mark.tone, "verdict": mark.text},
            "remark": _remark(step),
            "ground": step.way.ground.spec(),
            "consequence": step.way.consequence,
            "reasons": [reason.spec() for reason in step.way.reasons],
            "others": [
                {
                    "text": f"{step.fork.letter(way)}. {way.text}",
                    "mark": {"tone": way.mark.tone, "verdict": way.mark.text},
                    "ground": way.ground.spec(),
                }
                for way in step.fork.ways
                if way is not step.way
            ],
        }

    def _canvas(self, width: int, height: int, ratio: float, theme: str) -> Canvas:
        from oligoteach.charts.figure import TeachingFigure
        from oligoteach.charts.theme import THEMES

        assert self.picture is not None
        figure = TeachingFigure(width, height, THEMES[theme], ratio)
        return Canvas(figure, self.picture.draw, self.picture.update)


def _calibrated(play: Play) -> str:
    """Return how sure and how right; before an audience nobody was asked."""
    if all(step.confidence == UNASKED for step in play.steps):
        return "Before an audience nobody is asked, so nothing is counted."
    return calibration(play.tally())


def _rows(tally: Mapping[str, tuple[int, int]]) -> list[list[str]]:
    """Return a row for each confidence; none where nothing counted."""
    if not any(counted for _, counted in tally.values()):
        return []
    pairs = zip(tally.values(), CONFIDENCE.values(), strict=True)
    return [[words.capitalize(), str(right), str(counted)] for (right, counted), words in pairs]


def summed(plays: Iterable[Play]) -> str:
    """Return a sentence with right answers and answers that count of several ways.

    Parameters
    ----------
    plays : iterable of Play
        One for each case; those without an answer that counts are left out.

    Returns
    -------
    str
        Empty if nothing counts.
    """
    tallies = [tally for play in plays if _rows(tally := play.tally())]
    if not tallies:
        return ""
    parts = [
        f"{words} {sum(t[key][0] for t in tallies)} right of {sum(t[key][1] for t in tallies)}"
        for key, words in CONFIDENCE.items()
    ]
    cases = f"{len(tallies)} case{'' if len(tallies) == 1 else 's'}"
    return f"Your decisions so far, in {cases}: {'; '.join(parts)}. Contested choices are left out."


def calibration(tally: Mapping[str, tuple[int, int]]) -> str:
    """Return a sentence on how confidence and outcome went together.

    Parameters
    ----------
    tally : mapping of str to pair of int
        Right answers and answers that count, by confidence.
    """
    right, counted = (sum(pair[i] for pair in tally.values()) for i in (0, 1))
    if not counted:
        return (
            "No decision on this way counted as right or wrong, so there is nothing to calibrate."
        )
    verb = "was" if right == 1 else "were"
    text = f"{right} of {counted} decisions with a clear answer {verb} right."
    sure_right, sure = tally["certain"]
    guess_right, guesses = tally["guess"]
    if sure > sure_right:
        missed = sure - sure_right
        return f"{text} {_times(missed)} you were certain and off: begin there."
    if guesses and guess_right == guesses:
        return f"{text} Your guesses were all right: you know more than you think."
    if sure:
        return f"{text} When you were certain, you were right."
    return text


def _remark(step: Step) -> str:
    """Return a sentence on how confidence and outcome of one step go together."""
    if step.counts is None:
        return "The evidence conflicts here, so this answer counts as neither right nor wrong."
    if step.confidence == UNASKED:
        return ""
    sure = CONFIDENCE[step.confidence]
    if step.counts:
        more = " You know more than you think." if step.confidence == "guess" else ""
        return f"{sure.capitalize()}, and right.{more}"
    more = " Such surprises are remembered best." if step.confidence == "certain" else ""
    return f"{sure.capitalize()}, and off.{more}"


def _times(number: int) -> str:
    return "Once" if number == 1 else f"{number} times"


def _points(number: int) -> str:
    return f"{number} decision{'' if number == 1 else 's'}"


def _size(content: Mapping[str, Any], picture: Picture) -> tuple[int, int, float, str]:
    """Return the size that the page asks for, held within bounds."""
    width = int(_clamp(content.get("width"), WIDTHS, 380))
    height = round(width * (picture.narrow_aspect if width < 520 else picture.aspect))
    ratio = min(_clamp(content.get("ratio"), RATIOS, 1.0), (MAX_PIXELS / (width * height)) ** 0.5)
    return width, height, round(ratio, 3), "dark" if content.get("theme") == "dark" else "light"


def _clamp(raw: Any, bounds: tuple[float, float], otherwise: float) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw):
        return otherwise
    return min(max(float(raw), bounds[0]), bounds[1])
