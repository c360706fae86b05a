"""Every explorer of every lesson, at settings that nobody has thought of.

A walk tries the ends of all controls at once and seeded random combinations of them. Whatever a
page can send must give a figure, words, a table and cards, or be refused in a sentence.
"""

from __future__ import annotations

import json
import math
import random
import re
import warnings

import pytest
from matplotlib.text import Text

from oligoteach import lesson, lesson_names
from oligoteach.widgets import Choice, ImpossibleError, Many, Number, Several, Toggle

EVERY = [(name, key) for name in lesson_names() for key in lesson(name)._classes]
WIDTHS = (640, 288)
STEPS = 40
SEARCHES = ("", "osimertinib", "sabr comet", "nothing of the sort", "%_\\[(*+?", "Ω≈ç√")
# The longest message, as it is read out by a screen reader.
LONGEST = 1000
# What Python prints where a model had no answer, or a number that nobody has put into words.
UNSAID = re.compile(r"\b(?:nan|inf)\b|^None$|\d[eE][+-]\d|(?<![\w)])[-−]0(?:\.0+)?(?![\d.])")
SENTENCE = re.compile(r"[^a-z].*[.?]", re.DOTALL)


@pytest.fixture(autouse=True)
def strict():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def made(name, key):
    explorer = lesson(name).explore(key)
    if explorer.prediction is not None:
        explorer.prediction.skip()
    return explorer


def ends(control):
    """Return the least and the most that a control allows."""
    if isinstance(control, Number):
        return control.low, control.high
    if isinstance(control, Several):
        return (control.low,) * len(control.options), (control.high,) * len(control.options)
    if isinstance(control, Toggle):
        return False, True
    if isinstance(control, Many):
        return (), tuple(control.options)
    options = tuple(control.options) if isinstance(control, Choice) else SEARCHES
    return options[0], options[-1]


def drawn_by_lot(control, lot):
    """Return a value of a control; the ends of a range come up often."""
    if isinstance(control, Number):
        inside = control.parse(lot.uniform(control.low, control.high))
        return lot.choice((control.low, control.high, inside, inside))
    if isinstance(control, Several):
        some = (control.low, control.high, *control.default)
        return control.parse([lot.choice(some) for _ in control.options])
    if isinstance(control, Toggle):
        return lot.random() < 0.5
    if isinstance(control, Many):
        return tuple(option for option in control.options if lot.random() < 0.5)
    return lot.choice(tuple(control.options) if isinstance(control, Choice) else SEARCHES)


def walk(explorer, seed):
    """Yield settings: both ends of all controls together, then combinations by lot."""
    controls = explorer.controls
    for end in (0, 1):
        yield {control.name: ends(control)[end] for control in controls}
    lot = random.Random(seed)
    for _ in range(STEPS):
        yield {control.name: drawn_by_lot(control, lot) for control in controls}


def settle(explorer, values):
    """Set all values together, or as many of them as can stand together, one after the other."""
    try:
        explorer.set(**values)
    except ImpossibleError as error:
        check_refusals(explorer, error)
        for name, value in values.items():
            before = dict(explorer.params)
            try:
                explorer.set(**{name: value})
            except ImpossibleError as error:
                check_refusals(explorer, error)
                assert explorer.params == before


def check_refusals(explorer, error):
    assert error.refusals
    assert set(error.refusals) <= set(explorer.control)
    for sentence in error.refusals.values():
        check_words(sentence)


def check_words(words):
    assert 20 <= len(words) <= LONGEST, words
    assert SENTENCE.fullmatch(words), words
    assert not UNSAID.search(words), words


def outcome(explorer):
    """Return what an explorer shows at once, or None where it refuses in a sentence."""
    try:
        return explorer.first()
    except ValueError as error:
        check_words(f"{str(error).rstrip('.')}.")
        return None


def check_lists(explorer, result):
    """Check the table and the cards below the figure."""
    table = explorer.table(result)
    if table is not None:
        assert all(len(row) == len(table.columns) for row in table.rows)
        for row in table.rows:
            for cell in row:
                text = cell["text"] if isinstance(cell, dict) else cell
                assert isinstance(text, str), row
                assert not UNSAID.search(text), row
        json.dumps(table.spec(), allow_nan=False)
    json.dumps([card.spec() for card in explorer.cards(result) or ()], allow_nan=False)


def check_texts(figure):
    """Check that every text stands somewhere."""
    for text in figure.findobj(Text):
        if text.get_visible() and text.get_text():
            assert all(map(math.isfinite, text.get_unitless_position())), text
            assert not UNSAID.search(text.get_text()), text


def picture(explorer, width, result):
    height = round(width * (explorer.narrow_aspect if width < 520 else explorer.aspect))
    canvas = explorer.canvas(width, height, 1, "light")
    return canvas.frame(result), canvas.figure


@pytest.mark.parametrize(("name", "key"), EVERY)
def test_what_a_page_sends_is_set_as_what_a_notebook_sets(name, key):
    for control in made(name, key).controls:
        value = ends(control)[1]
        by_page, by_notebook = made(name, key), made(name, key)
        try:
            by_notebook.set(**{control.name: value})
        except ImpossibleError:
            continue
        assert by_page.take({control.name: value}) == []
        assert by_page.params == by_notebook.params, control.name


@pytest.mark.parametrize(("name", "key"), EVERY)
def test_every_setting_is_drawn_and_told_or_refused_in_a_sentence(name, key):
    explorer = made(name, key)
    for width in WIDTHS:
        for values in walk(explorer, f"{key} {width}"):
            settle(explorer, values)
            result = outcome(explorer)
            if result is None:
                continue
            check_words(explorer.describe(result))
            check_lists(explorer, result)
            check_texts(picture(explorer, width, result)[1])
