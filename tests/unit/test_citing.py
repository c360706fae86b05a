"""Marks in running text name the review, so that none reads as a verdict on the text around it."""

import pytest

from oligoteach import evidence
from oligoteach.evidence.records import VerdictWord
from oligoteach.modules import _citing
from oligoteach.widgets import Page


@pytest.mark.parametrize("verdict", VerdictWord.__args__)
@pytest.mark.parametrize("verified", [True, False])
def test_every_verdict_has_a_mark_of_few_words_that_names_the_review(verdict, verified):
    said = _citing.mark(verdict, verified)
    assert said.startswith("review: ")
    assert len(said) <= len("review: confirmed, with a note")
    if _citing.tone(verdict, verified) == "open":
        assert said in ("review: unverified", "review: not checked")


def test_a_claim_that_no_source_was_read_for_is_never_marked_as_confirmed():
    for claim_id in evidence.claims():
        cited = _citing.cite(claim_id)
        if cited.tone == "open":
            assert "confirmed" not in cited.mark
        else:
            assert cited.tone == "bad" or "confirmed" in cited.mark


def test_the_legend_says_who_is_judged_and_knows_the_tones():
    page = Page("try", "Decay", "What is left?", "1 of 1", 5, _citing.LEGEND)
    assert "judge the review, not this text" in page.config["legend"]["about"]
    assert set(page.config["legend"]) == {"about", "ok", "bad", "open"}
