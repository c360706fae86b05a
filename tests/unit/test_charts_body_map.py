"""The body map: every site and state, nothing clipped, nothing written over other words."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from figure_words import faults

from oligoteach import evidence
from oligoteach.charts.body_map import LOOKS, PLACES, BodyMap, Spot, changes_in_words, in_words
from oligoteach.charts.figure import TeachingFigure
from oligoteach.charts.theme import THEMES
from oligoteach.evidence.cases import SITES, LesionState
from oligoteach.modules._board import BodyPicture

WIDTHS = (253, 264, 320, 380, 440, 640)


def drawn(spots, width=320, theme="light"):
    picture = BodyPicture
    height = round(width * (picture.narrow_aspect if width < 520 else picture.aspect))
    figure = TeachingFigure(width, height, THEMES[theme])
    body = BodyMap(figure)
    body.show(spots)
    figure.canvas.draw()
    return figure, body


def test_map_and_evidence_know_the_same_sites_and_states():
    assert set(PLACES) == set(SITES)
    assert set(LOOKS) | {"unseen"} == set(get_args(LesionState))


def test_every_place_lies_within_the_body_and_right_is_on_the_left_of_the_picture():
    for site, (_, (x, y)) in PLACES.items():
        assert 20 <= x <= 80, site
        assert 0 <= y <= 150, site
        if "right" in site:
            assert x < 50, site
        if "left" in site:
            assert x > 50, site


def test_states_differ_by_shape_and_by_word_not_by_colour_alone():
    assert len({marker for marker, *_ in LOOKS.values()}) == len(LOOKS)
    assert len({word for *_, word in LOOKS.values()}) == len(LOOKS)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("case", evidence.board_cases().usable, ids=lambda case: case.name)
def test_no_case_has_clipped_or_overlapping_labels(case, width):
    states = {lesion.id: lesion.state for lesion in case.lesions}
    for change in ({}, dict.fromkeys(states, "progressing"), dict.fromkeys(states, "untreated")):
        spots = [
            Spot(lesion.site, {**states, **change}[lesion.id], lesion.mm, lesion.kind.title())
            for lesion in case.lesions
            if {**states, **change}[lesion.id] != "unseen"
        ]
        figure, _ = drawn(spots, width)
        assert faults(figure) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_other_lesions_replace_the_earlier_ones(theme):
    figure, body = drawn(
        [Spot("brain-left", "untreated", 9), Spot("liver-left", "stable", 30)], theme=theme
    )
    body.show([Spot("adrenal-left", "treated", 24, "Primary")])
    figure.canvas.draw()
    shown = [text.get_text() for text in body["titles"] if text.get_text()]
    assert shown == ["Primary"]
    assert [text.get_text() for text in body["states"] if text.get_text()] == ["24 mm\ntreated"]
    assert sum(len(marks.get_offsets()) for marks in body["marks"]) == 1
    body.show([])
    figure.canvas.draw()
    assert sum(len(marks.get_offsets()) for marks in body["marks"]) == 0


def test_lesions_of_one_site_do_not_hide_each_other():
    _, body = drawn([Spot("liver-right", "untreated", 20) for _ in range(3)])
    places = body["marks"][0].get_offsets()
    gaps = [np.hypot(*(a - b)) for i, a in enumerate(places) for b in places[:i]]
    assert min(gaps) > 7


@pytest.mark.parametrize("case", evidence.board_cases().usable, ids=lambda case: case.name)
def test_no_lesion_of_a_case_hides_another(case):
    _, body = drawn([Spot(lesion.site, "untreated", lesion.mm) for lesion in case.lesions])
    places = body["marks"][0].get_offsets()
    gaps = [np.hypot(*(a - b)) for i, a in enumerate(places) for b in places[:i]]
    assert min(gaps, default=99) > 7


def test_a_larger_lesion_has_a_larger_mark():
    _, body = drawn([Spot("liver-right", "stable", 8), Spot("adrenal-left", "stable", 50)])
    small, large = next(marks.get_sizes() for marks in body["marks"] if len(marks.get_offsets()))
    assert large > 1.5 * small


def test_the_map_in_words():
    spots = [Spot("lung-right-upper", "stable", 34, "Primary"), Spot("adrenal-left", "treated", 24)]
    assert in_words(spots) == (
        "Map of the body, 2 marked: primary, lung, right upper, 34 mm, stable; "
        "adrenal, left, 24 mm, treated."
    )
    assert in_words([]) == "Map of the body: no lesion is drawn."


def test_changes_in_words_say_what_grew_and_what_has_gone():
    before = [Spot("lung-right-upper", "stable", 34, "Primary"), Spot("adrenal-left", "stable", 24)]
    assert changes_in_words(before, before) == ""
    grown = [before[0], Spot("adrenal-left", "progressing", 48)]
    assert changes_in_words(before, grown) == (
        "Changed on the map: adrenal, left, 48 mm, growing (before 24 mm)."
    )
    assert changes_in_words(before, before[:1]) == (
        "No longer on the map: adrenal, left, 24 mm, stable."
    )
    new = [*before, Spot("rib-left", "untreated", 9)]
    assert changes_in_words(before, new) == "Changed on the map: rib, left, 9 mm, untreated."
