"""Phrases and textbook values that several explorers share."""

from __future__ import annotations

import pytest

from oligoteach.models.dvh import dvh
from oligoteach.modules._dose_checks import StructureDose
from oligoteach.modules._phrases import counted, listed


@pytest.mark.parametrize(
    ("parts", "words"),
    [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_parts_are_listed_as_in_a_sentence(parts, words):
    assert listed(parts) == words


def test_fractions_are_counted():
    assert [counted(n) for n in (1, 2)] == ["1 fraction", "2 fractions"]


@pytest.mark.parametrize(
    ("organ", "kind", "alpha_beta"),
    [
        ("", "target", 10),
        ("spinal-cord", "organ", 2),
        ("thecal-sac", "organ", 2),
        ("spinal-canal", "organ", 2),
        ("heart", "organ", 3),
        ("", "organ", 3),
    ],
)
def test_whatever_holds_the_cord_has_its_alpha_beta(organ, kind, alpha_beta):
    structure = StructureDose("x", "X", organ, kind, dvh([1.0, 2.0], 1.0))
    assert structure.alpha_beta == alpha_beta
