"""Numbers in prose: which are found, which are refused, and what their sources vouch for."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oligoteach import evidence
from oligoteach.evidence.backing import SourceBook
from oligoteach.evidence.integrity import read_ledger
from oligoteach.evidence.markup import find_marks, mark_sources
from oligoteach.evidence.numbers import numbers_in, to_decimal
from oligoteach.evidence.prose import REACH, check_markdown, clinical_numbers


@pytest.fixture(scope="module")
def book():
    return SourceBook(read_ledger(evidence.data_path("evidence")), models=["bed"])


@pytest.fixture(scope="module")
def rules(book):
    """Return line and rule of each finding in a text, once the source links are in place."""

    def check(text):
        return [(found.line, found.rule) for found in check_markdown(mark_sources(text), book)]

    return check


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("17, 17.0 and 5,206", {"17", "5206"}),
        ("P=.022; p<0.001", {"0.022", "0.001"}),
        ("85% or 85 percent", {"85"}),
        ("17–39, 17-39 and 40 to 60", {"17", "39", "40", "60"}),
        ("3×8 Gy, 3 x 8 Gy, 54 Gy/3, 1:2", {"1", "2", "3", "8", "54"}),
        ("three of Eighteen", {"3", "18"}),
        ("T790M, LU002, E2-RADIatE, NCT03137771", set()),
        ("twenty-one", {"20", "1"}),
        ("", set()),
    ],
)
def test_numbers_in_a_text(text, expected):
    assert numbers_in(text) == {Decimal(number) for number in expected}


@given(st.integers(0, 10**7), st.integers(0, 99))
def test_a_number_is_the_same_with_and_without_commas_and_final_zeros(whole, cents):
    assert to_decimal(f"{whole:,}.{cents:02d}") == to_decimal(f"{whole}.{cents:02d}0")
    assert to_decimal(f"{whole}.0") == to_decimal(str(whole))


@pytest.mark.parametrize(
    "text",
    [
        "Median survival was 41.2 months <!-- gomez-os-lct -->.",
        "Median survival was 41.2 months. <!-- gomez-os-lct --> Another sentence.",
        "It was **41.2** months <!-- gomez-os-lct --> against 17 months <!-- gomez-os-control -->.",
        "They lived 41.2 and 17.0 months <!-- gomez-os-lct gomez-os-control -->.",
        "PFS was 14.2 months (7.4–23.1) <!-- gomez-pfs-lct -->.",
        "The trial had 49 patients <!-- gomez-n --> and stopped early.",
        "Half (25 of 49) had treatment <!-- outcome:gomez -->.",
        "At five years 42.3% against 17.7% were alive <!-- outcome:sabr-comet -->.",
        "After 5 years 42.3 % were alive <!-- outcome:sabr-comet -->.",
        "The hazard ratio was 0.50 (95% CI 0.30 to 0.84) <!-- outcome:sabr-comet -->.",
        "The consensus of 2020 <!-- ref:lievens-2020 --> allows up to 5 lesions "
        "<!-- omd-1-to-5-lesions -->.",
        "This takes 12 minutes and has 6 questions <!-- course -->.",
        "That is 151.2 Gy <!-- model:bed -->.",
        "The review prints 23 months <!-- petty-median-os -->.",
        "The source gives 28.4 months <!-- petty-median-os -->.",
        "An unverified figure: HR 0.41 <!-- sindas-os-hr -->.",
        "| Trial | OS |\n|---|---|\n| Gomez | 41.2 months <!-- gomez-os-lct --> |",
        "- 41.2 months <!-- gomez-os-lct -->\n- 17.0 months <!-- gomez-os-control -->",
        "Median survival was 41.2\nmonths <!-- gomez-os-lct -->.",
        "One to five lesions <!-- omd-1-to-5-lesions -->, for three reasons.",
        "At least four cycles <!-- gomez-induction-chemo --> came first.",
    ],
)
def test_numbers_with_their_source_pass(rules, text):
    assert rules(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "# Lesson 01: who counts",
        "## 3. What was found",
        "1. First\n2. Second\n10) Tenth",
        "In 4 trials and 2 reviews nothing was blinded.",
        "T790M, L858R, M1b, PD-L1, CTLA-4, BED10, EQD2, R50, D2cm, 4D-CT, 3D, 8th, cT2.",
        "LU002, COMET-3, SABR-COMET-10, KEYNOTE-001, RTOG 0631, N0574, NRG-BR002, SC.24.",
        "Gomez et al. (2019), Palma 2020, Hellman and Weichselbaum (1995), ASCO 2024.",
        "Phase 2, grade 3 to 4 toxicity, stage 4, exons 19 and 21, table 1, figure 2.",
        "The AJCC 8 and TNM 9 categories; ECOG 0–1.",
        "The 95 % confidence interval and the 95% CI are wide.",
        "Write `41 months` or\n\n```\n41 months\n```\n\nin code.",
        r"With $\alpha/\beta = 10$ Gy the formula is $$d_{2} = 2 months$$.",
        "[the trial](https://example.org/12-months) and [here](#claim-12-months).",
        '<a id="x" title="12 months"></a>',
        "Half of them; a third; one patient; three trials; two of three readers; five reasons.",
    ],
)
def test_what_is_no_clinical_number_needs_no_source(rules, text):
    assert rules(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "41.2 months",
        "It was **41.2** months.",
        "3–5 metastases",
        "3 to 5 metastases",
        "up to 3 extracranial metastases",
        "17 and 41 months",
        "54 Gy in 3 fractions",
        "54Gy",
        "85%",
        "85 per cent",
        "49 randomised patients",
        "5-year survival",
        "a 5 mm margin",
        "HR 0.37",
        "HR = 0.37 (0.17–0.78)",
        "a hazard ratio of 0.37",
        "p = 0.017",
        "*p* < 0.001",
        "a p value of 0.02",
        "95% CI 0.17 to 0.78",
        "n = 49",
        "3 of 66",
        "SBRT 54 Gy",
        "# 41.2 months",
        "| Iyengar | 9.7 months |",
        "In 2019 patients were few",
        "It was $41.2$ months.",
        "up to five metastases",
        "one to five metastases",
        "Three extracranial lesions",
        "at least four cycles",
        "eight years",
    ],
)
def test_a_bare_clinical_number_is_refused(rules, text):
    assert rules(text) == [(1, "bare-number")]


def test_all_bare_numbers_of_a_sentence_are_one_finding(book):
    [found] = check_markdown("Text.\n\nHR 0.37 (0.17–0.78), p = 0.017.", book)
    assert found.line == 3
    assert found.sentence.startswith("0.37, 0.17, 0.78, 0.017 in ")


@pytest.mark.parametrize(
    "text",
    [
        "It was 41.3 months <!-- gomez-os-lct -->.",
        "It was 41.2 months <!-- gomez-os-control -->.",
        "It was 412 months <!-- gomez-os-lct -->.",
        "About 40% are adenocarcinomas <!-- adenocarcinoma-most-common -->.",
        "The 2021 consensus, as the paper of 2021 <!-- ref:lievens-2020 --> says.",
        "They were 50 patients <!-- outcome:gomez -->.",
        "One to six lesions <!-- omd-1-to-5-lesions -->.",
    ],
)
def test_a_number_that_its_source_does_not_have(rules, text):
    assert set(rules(text)) == {(1, "number-not-in-source")}


@pytest.mark.parametrize(
    "text",
    [
        "Median survival was 23 months <!-- petty-median-os -->.",  # contradicted by the paper
        "The hazard ratio was 0.41 <!-- sindas-os-hr -->.",  # unverified
        "The hazard ratio was 0.41 <!-- outcome:sindas -->.",  # an unverified row
        "A systematic review found 23 months <!-- petty-median-os -->.",  # another review
        "The review is wrong. Survival was 23 months <!-- petty-median-os -->.",  # not said here
    ],
)
def test_a_disputed_number_must_be_attributed(rules, text):
    assert rules(text) == [(1, "disputed-as-fact")]


def test_a_number_must_be_near_its_comment_and_in_its_sentence(rules):
    near = "41.2 months" + " " + "x" * (REACH - 9) + " <!-- gomez-os-lct -->"
    assert rules(near) == []
    assert rules(near.replace("x ", "xxx ")) == [(1, "bare-number")]
    assert rules("It was 41.2 months. Then more <!-- gomez-os-lct -->") == [(1, "bare-number")]
    assert rules("It was 41.2 months.\n\n<!-- gomez-os-lct -->") == [(1, "bare-number")]
    assert rules("<!-- gomez-os-lct --> It was 41.2 months.") == [(1, "bare-number")]


def test_an_abbreviation_does_not_end_a_sentence(rules):
    assert rules("It was 41.2 vs. Gomez control <!-- gomez-os-lct -->") == []
    assert rules("41.2 months, see Gomez et al. They say so <!-- gomez-os-lct -->") == []


@pytest.mark.parametrize(
    ("comment", "hint"),
    [
        ("gomez-os-lc", "gomez-os-lct"),
        ("outcome:gomes", "outcome:gomez"),
        ("ref:palma-2021", "ref:palma-2020"),
        ("model:bde", "model:bed"),
        ("Remember to check this", "allowed are a claim id"),
        ("", "the comment is empty"),
    ],
)
def test_a_comment_that_names_no_source(book, comment, hint):
    found = check_markdown(mark_sources(f"It was 3 lesions <!-- {comment} -->."), book)
    assert {finding.rule for finding in found} == {"unknown-source"}
    assert hint in found[0].sentence


def test_a_known_source_is_still_used_beside_an_unknown_one(rules):
    text = "It was 41.2 months <!-- gomez-os-lct gomez-os-lcx -->."
    assert rules(text) == [(1, "unknown-source")]


def test_any_model_passes_where_the_models_are_not_known():
    free = SourceBook(read_ledger(evidence.data_path("evidence")))
    assert check_markdown("It is 72 Gy <!-- model:anything -->.", free) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a <!-- gomez-n -->", "a <!-- gomez-n -->[source](#claim-gomez-n)"),
        ("a <!-- gomez-n x-y --> b", "a <!-- gomez-n x-y -->[source](#claim-gomez-n) b"),
        (
            "a <!-- outcome:gomez gomez-n -->",
            "a <!-- outcome:gomez gomez-n -->[source](#claim-gomez-n)",
        ),
        (
            "a <!-- gomez-n --> [source](#claim-old) b",
            "a <!-- gomez-n -->[source](#claim-gomez-n) b",
        ),
        ("a <!-- course --> b", "a <!-- course --> b"),
        ("a <!-- ref:x --><!-- model:y -->", "a <!-- ref:x --><!-- model:y -->"),
        ("`a <!-- gomez-n -->`", "`a <!-- gomez-n -->`"),
        ("```\n<!-- gomez-n -->\n```", "```\n<!-- gomez-n -->\n```"),
        ("no comment", "no comment"),
    ],
)
def test_source_links_are_inserted(text, expected):
    assert mark_sources(text) == expected


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("It was 41.2 months <!-- gomez-os-lct -->.", "source-link"),
        ("It was 41.2 months <!-- gomez-os-lct --> [source](#claim-gomez-os-lct).", "source-link"),
        ("It was 41.2 months <!-- gomez-os-lct -->[source](#claim-gomez-n).", "source-link"),
        ("It has 6 questions <!-- course -->[source](#claim-course).", "source-link"),
    ],
)
def test_a_missing_or_wrong_source_link_is_reported(book, text, finding):
    assert [found.rule for found in check_markdown(text, book)] == [finding]


pieces = st.sampled_from(
    ["41.2 months", "<!-- gomez-os-lct -->", "<!-- course -->", "[source](#claim-gomez-n)", "\n",
     "\n\n", ". The", " ", "`", "```", "<!--", "-->", "| a |", "- ", "x", "$", "0.5", "HR", "# "]
)  # fmt: skip


@given(st.lists(pieces, max_size=12).map("".join))
def test_any_text_is_judged_and_links_are_inserted_only_once(text):
    book = _EMPTY
    once = mark_sources(text)
    assert mark_sources(once) == once
    assert [mark.tokens for mark in find_marks(once)] == [mark.tokens for mark in find_marks(text)]
    for found in check_markdown(once, book):
        assert 1 <= found.line <= once.count("\n") + 1
        assert found.rule != "source-link" or "names no claim" in found.sentence
    clinical_numbers(text)


_EMPTY = SourceBook(read_ledger(evidence.data_path("evidence")), models=[])


@pytest.mark.parametrize("claim_id", sorted(evidence.claims()))
def test_every_claim_vouches_for_its_own_value_as_the_reviews(book, claim_id):
    claim = evidence.claim(claim_id)
    backing = book.backing(claim_id)
    for value in (claim.value, claim.low, claim.high):
        if value is not None:
            assert to_decimal(repr(value)) in backing.sound | backing.attributed


def test_what_is_taught_is_sound_only_where_a_source_was_seen(book):
    assert Decimal("28.4") in book.backing("petty-median-os").sound
    assert Decimal(23) in book.backing("petty-median-os").attributed
    assert book.backing("gomez-os-hr").sound == frozenset()
    assert Decimal("0.37") in book.backing("outcome:gomez").attributed
    assert Decimal("17.7") in book.backing("outcome:sabr-comet").sound
