"""Start here, against the ledger's own files."""

import csv
from collections import Counter

import pytest
from figure_words import NARROW_AND_WIDE, WIDTHS, boxes, drawn, faults, settings

from oligoteach import lesson
from oligoteach.evidence import data_path
from oligoteach.modules import _printed as printed
from oligoteach.modules import start_here

ORDER = ["none", "low", "medium", "high", "critical"]
AGREED = {"confirmed", "confirmed-with-note"}
OPEN = {"unverified", "not-checked"}


def table(name):
    with data_path("evidence", f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def claims():
    """Return the rows of claims and audit, joined, by claim."""
    audit = {row["claim_id"]: row for row in table("audit")}
    return {row["claim_id"]: {**row, **audit[row["claim_id"]]} for row in table("claims")}


def explorer(key, **values):
    made = start_here.EXPLORERS[key]()
    made.set(**values)
    return made


# What the audit found -------------------------------------------------------------------------


def test_badges_count_every_claim_once(claims):
    result = explorer("badges").result()
    found = Counter(row["verdict"] for row in claims.values())
    assert sum(result.whole) == len(claims)
    assert dict(zip(start_here.audit.VERDICTS, result.whole, strict=True)) == dict(found)
    assert result.chosen == result.whole


@pytest.mark.parametrize("topic", ["all", *start_here.audit.TOPICS])
@pytest.mark.parametrize("severity", ["all", "low", "medium", "high", "critical"])
def test_badges_count_what_the_controls_choose(claims, topic, severity):
    least = 0 if severity == "all" else ORDER.index(severity)
    fits = [
        row
        for row in claims.values()
        if topic in ("all", row["topic"]) and ORDER.index(row["severity"]) >= least
    ]
    badges = explorer("badges", topic=topic, severity=severity)
    found = Counter(row["verdict"] for row in fits)
    assert badges.result().chosen == [found[verdict] for verdict in start_here.audit.VERDICTS]
    assert len(badges.cards(badges.result())) == len(fits)
    words = badges.describe(badges.result())
    if fits:
        agreed = sum(row["verdict"] in AGREED for row in fits)
        left = sum(row["verdict"] in OPEN for row in fits)
        assert f"agrees with {agreed}," in words
        assert f"disputes {len(fits) - agreed - left} and leaves {left} open" in words
    else:
        assert words == "No claim of this topic matters that much."


def test_badges_list_the_chosen_verdict_gravest_first(claims):
    badges = explorer("badges", verdict="contradicted")
    keys = [card.spec()["key"] for card in badges.cards(badges.result())]
    assert len(keys) == sum(row["verdict"] == "contradicted" for row in claims.values())
    weights = [ORDER.index(claims[key]["severity"]) for key in keys]
    assert weights == sorted(weights, reverse=True)
    assert claims[keys[0]]["severity"] == "critical"


def test_the_default_view_says_what_the_texts_say():
    words = explorer("badges").describe(explorer("badges").result())
    assert words.startswith(
        "Of 244 claims, the audit agrees with 134, 43 of them with a note; "
        "it disputes 63 and leaves 47 open."
    )
    text = next(p for p in lesson("start_here").text.predictions if p.id == "share-agreed")
    assert text.answer == round(100 * 134 / 244)


# Printed and found ----------------------------------------------------------------------------


def figures(row):
    return row.value, row.low, row.high


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("petty-median-os", [(23, None, None), (28.4, 14.5, 45.8)]),
        ("keynote001-n", [(98, None, None), (97, None, None)]),
        ("sabrcomet-5y-os-sabr", [(42.3, None, None), (42.3, 28, 56), (17.7, 6, 34)]),
        (
            "sabrcomet-os-hr",
            [(0.48, 0.3, 0.75), (0.57, 0.3, 1.1), (None, None, None), (0.5, 0.3, 0.84)],
        ),
        (
            "rtog0631-superior-lc",
            [(None, None, None), *((found, None, None) for found in (41.3, 60.5, 34, 42.3))],
        ),
        ("northstar-results-pending", [(None, None, None), (25.3, 19.4, 45), (17.5, 14.5, 24.3)]),
        ("adrenal-lc", [(None, 70, 90), (82, 74, 88), (63, 50, 74)]),
        ("gomez-os-hr", [(0.37, 0.17, 0.78), (None, None, None)]),
    ],
)
def test_printed_and_found_values_are_those_of_review_and_source(claim, expected):
    assert [figures(row) for row in printed.rows_of(claim)] == expected


def test_every_value_of_every_case_stands_in_the_ledger():
    rows = [*table("claims"), *table("outcomes"), *table("trials")]
    known = {
        float(row[name]) for row in rows for name in ("value", "low", "high", "n") if row.get(name)
    }
    for key in printed.CASES:
        for row in printed.rows_of(key):
            assert {value for value in figures(row) if value is not None} <= known, key


def test_every_case_is_one_that_the_audit_does_not_simply_confirm(claims):
    for key in printed.CASES:
        assert claims[key]["verdict"] not in AGREED, key


def test_hiding_what_was_found_hides_it_everywhere():
    hidden = explorer("printed-and-found", claim="petty-median-os", hide=True)
    result = hidden.result()
    shown = f"{hidden.describe(result)} {hidden.table(result).spec()}"
    assert "23" in shown
    assert "28.4" not in shown
    assert "contradicted" not in shown
    assert hidden.cards(result) == []
    figure = drawn(hidden, 640)
    assert not [text for text, _ in boxes(figure) if "28.4" in text]


def test_hidden_rows_keep_their_places():
    open_, hidden = (
        drawn(explorer("printed-and-found", claim="spine-sbrt-lc", hide=hide), 640)
        for hide in (False, True)
    )
    assert open_.axes[0].get_ylim() == hidden.axes[0].get_ylim()
    assert open_.axes[0].get_xlim() == hidden.axes[0].get_xlim()


def test_the_description_teaches_the_source():
    petty = explorer("printed-and-found", claim="petty-median-os")
    assert petty.describe(petty.result()) == (
        "Printed in the review: Petty long-term median OS about 23 months. "
        "Found: Petty 2018 28.4 months (14.5 to 45.8). "
        "The audit's verdict: contradicted by the source. "
        "To teach: Median OS 28.4 months in 27 evaluable patients."
    )


def test_control_is_compared_with_control_where_the_claim_is_about_control():
    spine = explorer("printed-and-found", claim="rtog0631-superior-lc")
    assert "8 Gy 42.3%, p = 0.12." in spine.describe(spine.result())
    rows = [r for r in table("outcomes") if r["endpoint"] == printed.KNOWN_SITES]
    assert {r["p_value"] for r in rows if r["trial_id"] == "rtog-0631"} == {"0.12"}


def test_a_ledger_without_the_result_is_refused_in_a_sentence():
    case = printed.CASES["petty-median-os"]
    item = printed.Found("Petty", "petty", "OS", "median", "nobody")
    with pytest.raises(ValueError, match="The ledger has no result 'OS' of 'petty'"):
        printed._row(item, case, None)


# How sure are we ------------------------------------------------------------------------------


@pytest.mark.parametrize("group", ["all", "agreed", "disputed", "open"])
def test_how_sure_counts_the_levels_of_each_topic(claims, group):
    fits = {
        "all": lambda verdict: True,
        "agreed": AGREED.__contains__,
        "open": OPEN.__contains__,
        "disputed": lambda verdict: verdict not in AGREED | OPEN,
    }[group]
    reading, _ = explorer("how-sure", verdict=group).result()
    for topic, line in zip(start_here.audit.TOPICS, reading.counts, strict=True):
        rows = [r for r in claims.values() if r["topic"] == topic and fits(r["verdict"])]
        found = Counter(row["verification"] for row in rows)
        levels = ("verified_primary", "verified_secondary", "unverified")
        assert line == [found[level] for level in levels]


def test_how_sure_says_its_numbers():
    assert explorer("how-sure").describe(explorer("how-sure").result()) == (
        "Of 244 claims, 117 (48%) were read in the source itself, 73 (30%) are quoted by another "
        "source, and 54 (22%) are unverified. "
        "The largest unverified share is in Biology: 6 of 11."
    )


def test_how_sure_agreed_claims_are_not_all_verified(claims):
    reading, _ = explorer("how-sure", verdict="agreed").result()
    assert reading.total[2] == 4  # as the explanation says: a few


# Figures --------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("key", start_here.EXPLORERS)
def test_nothing_is_clipped_at_any_width(key, width, theme):
    assert faults(drawn(explorer(key), width, theme)) == []


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("width", NARROW_AND_WIDE)
@pytest.mark.parametrize("key", start_here.EXPLORERS)
def test_every_setting_draws_without_a_warning_clip_or_overlap(key, width):
    made = explorer(key)  # whose figures are kept, as a page keeps them
    for name, value in settings(made):
        made.reset()
        made.set(**{name: value})
        assert made.describe(made.result())
        made.table(made.result()).spec()
        assert faults(drawn(made, width)) == [], (name, value)


def test_the_kept_figure_follows_from_one_claim_to_the_next():
    kept = explorer("printed-and-found", claim="spine-sbrt-lc")
    kept.frame()
    kept.set(claim="petty-median-os")
    kept.frame()
    kept.set(claim="adrenal-lc")
    fresh = explorer("printed-and-found", claim="adrenal-lc")
    assert kept.frame() == fresh.frame()


def test_the_two_quizzes_share_out_the_questions():
    start = lesson("start_here")
    entry = set(start.test("entry-test", title="Before you begin").questions)
    badges = set(start.check().questions)
    assert entry | badges == {question.id for question in start.text.questions}
    assert not entry & badges
    assert len(entry) >= 6
    assert len(badges) >= 6
    with pytest.raises(ValueError, match="no test 'exit'; there are entry-test"):
        start.test("exit", title="After")
