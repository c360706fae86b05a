"""Small explorers and questions for the tests of the kit; none of them knows medicine."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from oligoteach.widgets import (
    Choice,
    Explorer,
    Many,
    Number,
    Part,
    RunningExplorer,
    Table,
    Text,
    Toggle,
)
from oligoteach.widgets.question import Option, Question


class Decay(Explorer):
    """A curve on axes that stand still, or, on request, on axes that move."""

    key = "decay"
    title = "Decay"
    controls = (
        Number("rate", "Rate", 0.1, 2, default=1, step=0.1, unit="per month"),
        Choice("axes", "Axes", {"fixed": "Fixed", "moving": "Moving"}),
        Toggle("dots", "Dots"),
        Many("marks", "Marks", {"a": "First", "b": "Second"}, ("a",)),
        Text("find", "Find"),
    )

    def compute(self, p):
        if p.find == "break":
            raise ZeroDivisionError
        if p.find == "refuse":
            raise ValueError("Nothing is called refuse")
        t = np.linspace(0, 12, 121)
        return t, np.exp(-p.rate * t), p

    def draw(self, figure, result):
        axes = figure.panel()
        axes.set(xlim=(0, 12), ylim=(0, 1), xlabel="Months", ylabel="Share")
        artists = {"curve": axes.plot([], [], color=figure.theme.blue)[0]}
        self.update(artists, result)
        return artists

    def update(self, artists, result):
        t, share, p = result
        artists["curve"].set_data(t, share)
        if p.axes == "moving":
            artists["curve"].axes.set_xlim(0, 6 + p.rate)

    def describe(self, result):
        return f"At 1 month {result[1][10]:.3f} is left. The rest has gone."

    def table(self, result):
        return Table(
            ["Month", "Share"],
            [[f"{t:g}", f"{s:.3f}"] for t, s in zip(*result[:2], strict=True)][::10],
        )


def apart(work, *args):
    """Run a function in a thread of its own: in this one a browser's event loop may be running."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work, *args).result()


def in_a_kernel(coroutine):
    """Run a coroutine on an event loop, as a kernel handles messages."""
    return apart(asyncio.run, coroutine)


DICE = {"coin": (1, 2), "cube": (1, 6)}


class Dice(RunningExplorer):
    """A mean that settles as it runs, a preset, and two controls that cannot stand anyhow."""

    key = "dice"
    title = "Dice"
    unit = "throws"
    pace = 0.0  # seconds that a thousand throws take at least
    controls = (
        Choice("die", "Die", {"coin": "A coin", "cube": "A cube", "own": "Your own"}, "cube"),
        Number("low", "Lowest face", 1, 20, default=1),
        Number("high", "Highest face", 1, 20, default=6),
        Number("throws", "Throws", 1000, 100_000, default=2000, step=1000),
        Text("find", "Find"),
    )

    def bring(self, changed, p):
        if "die" in changed and p.die in DICE:
            return {**dict(zip(("low", "high"), DICE[p.die], strict=True)), **changed}
        return {"die": "own"} if {"low", "high"} & set(changed) else {}

    def refuse(self, p):
        if p.low < p.high:
            return {}
        return {"low": f"A die needs two faces or more. Nearest possible: {p.high - 1}."}

    def steps(self, p):
        rng = np.random.default_rng(7)
        total = 0
        for done in range(1000, p.throws + 1, 1000):
            if (p.find, done) in (("break", 1000), ("break later", 4000)):
                raise ZeroDivisionError
            time.sleep(self.pace)
            total += int(rng.integers(p.low, p.high + 1, 1000).sum())
            yield Part((done, total / done), done, p.throws)

    def draw(self, figure, result):
        axes = figure.panel()
        axes.set(xlim=(0, 100_000), ylim=(0, 20), xlabel="Throws", ylabel="Mean")
        artists = {"mean": axes.plot([], [], "o", color=figure.theme.blue)[0]}
        self.update(artists, result)
        return artists

    def update(self, artists, result):
        artists["mean"].set_data([result[0]], [result[1]])

    def describe(self, result):
        return f"The mean of {result[0]:,} throws is {result[1]:.3f}."


SINGLE = Question(
    "half",
    "How much is left after one half-life?",
    "single",
    "By definition.",
    options=(
        Option("half", "Half", True, "Yes."),
        Option("none", "Nothing", False, "That takes for ever."),
    ),
)
MULTIPLE = Question(
    "even",
    "Which are even?",
    "multiple",
    "Divisible by two.",
    options=(
        Option("two", "2", True, "Two is even."),
        Option("three", "3", False, "Three is odd."),
        Option("four", "4", True, "Four is even."),
    ),
)
NUMERIC = Question(
    "ten",
    "Twice five?",
    "numeric",
    "Arithmetic.",
    answer=10,
    tolerance=0.5,
    low=0,
    high=20,
    unit="Gy",
    near="Yes.",
    far="Twice, not thrice.",
)
