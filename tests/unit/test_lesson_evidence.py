"""The evidence itself, against the ledger's own files and independent arithmetic."""

import csv
import io
import json
import math
from collections import Counter

import pytest
from figure_words import NARROW_AND_WIDE, WIDTHS, drawn, faults, settings

from oligoteach.evidence import data_path
from oligoteach.models import intervals
from oligoteach.modules import Lesson
from oligoteach.modules import evidence as module
from oligoteach.widgets import Page

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
    made = module.EXPLORERS[key]()
    made.set(**values)
    return made


def found(**values):
    return [entry.id for entry in explorer("ledger", **values).result().found]


# The ledger -----------------------------------------------------------------------------------


def test_without_conditions_the_whole_ledger_is_listed(claims):
    made = explorer("ledger")
    result = made.result()
    assert {entry.id for entry in result.found} == set(claims)
    assert len(made.table(result).rows) == len(made.cards(result)) == len(claims)
    topics = Counter(row["topic"] for row in claims.values())
    assert result.by_topic == result.whole == [topics[topic] for topic in module.audit.TOPICS]


@pytest.mark.parametrize(
    ("control", "column"),
    [("topic", "topic"), ("verdict", "verdict"), ("verification", "verification")],
)
def test_each_filter_keeps_exactly_its_rows(claims, control, column):
    for value in {row[column] for row in claims.values()}:
        expected = {key for key, row in claims.items() if row[column] == value}
        assert set(found(**{control: value})) == expected


def test_filters_and_words_hold_together(claims):
    expected = {
        key
        for key, row in claims.items()
        if row["topic"] == "driver"
        and row["severity"] in ("high", "critical")
        and row["verdict"] == "contradicted"
    }
    assert set(found(topic="driver", severity="high", verdict="contradicted")) == expected
    assert found(words="northstar single", topic="driver") == ["northstar-single-arm-cell"]


def test_a_search_looks_at_claim_audit_and_sources():
    assert "petty-median-os" in found(words="28.4")  # only in what the source says
    assert "petty-median-os" in found(words="petty 2018")  # author and year of the source
    assert "pof-local-only" in found(words="rusthoven patterns")
    assert found(words="comet hazard") == ["sabrcomet-os-hr"]


def test_a_search_is_not_pedantic_about_case_order_and_hyphens():
    plain = found(words="sabr comet median")
    assert plain
    assert plain == found(words="Median SABR-COMET") == found(words="  sabr–comet   MEDIAN ")


@pytest.mark.parametrize("words", ["%", "' or 1=1 --", "<script>alert(1)</script>", "()[]\\", "🫁"])
def test_hostile_words_find_nothing_or_something_and_never_fail(words):
    made = explorer("ledger", words=words)
    result = made.result()
    assert made.describe(result)
    assert made.frame()[:4] == b"\x89PNG"
    assert len(made.table(result).rows) == len(result.found)


def test_nothing_found_is_said_with_a_remedy():
    made = explorer("ledger", words="unobtainium")
    assert made.describe(made.result()) == (
        "None of 244 claims matches. Use fewer words, or set a filter to all."
    )


def test_the_table_carries_verdict_teaching_and_doi():
    made = explorer("ledger", words="petty 28.4")
    rows = made.table(made.result()).rows
    row = next(row for row in rows if row[0] == "petty-median-os")
    assert row[4] == {"text": "Contradicted by the source", "tone": "bad"}
    assert row[8] == "Median OS 28.4 months in 27 evaluable patients."
    assert "doi:10.1016/j.ijrobp.2018.06.400" in row[9]


def test_cards_are_what_the_page_can_show():
    made = explorer("ledger", verdict="contradicted")
    specs = [card.spec() for card in made.cards(made.result())]
    json.dumps(specs)
    assert {spec["tone"] for spec in specs} == {"bad"}
    assert all(spec["sources"] and spec["teach"] for spec in specs)


# The map --------------------------------------------------------------------------------------


@pytest.mark.parametrize("severity", ["all", "high"])
@pytest.mark.parametrize("verification", ["all", "verified_primary"])
@pytest.mark.parametrize("kind", ["all", "figure", "words"])
def test_the_map_counts_topics_against_verdicts(claims, severity, verification, kind):
    rows = [
        row
        for row in claims.values()
        if (severity == "all" or row["severity"] in ("high", "critical"))
        and verification in ("all", row["verification"])
        and (kind == "all" or (kind == "figure") == bool(row["value_text"]))
    ]
    pairs = Counter((row["topic"], row["verdict"]) for row in rows)
    made = explorer("audit-map", severity=severity, verification=verification, kind=kind)
    result = made.result()
    assert result.total == len(rows)
    for topic, line in zip(module.audit.TOPICS, result.counts, strict=True):
        assert line == [pairs[topic, verdict] for verdict in module.audit.VERDICTS]


def test_the_map_says_where_the_largest_disputed_share_is(claims):
    disputed, whole = Counter(), Counter()
    for row in claims.values():
        whole[row["topic"]] += 1
        disputed[row["topic"]] += row["verdict"] not in AGREED | OPEN
    worst = max(whole, key=lambda topic: disputed[topic] / whole[topic])
    made = explorer("audit-map")
    assert worst == "oligoprogression"
    assert made.describe(made.result()) == (
        "Of 244 claims, the audit disputes 63. "
        f"The largest disputed share is in Oligoprogression: {disputed[worst]} of {whole[worst]}."
    )
    assert min(whole, key=lambda topic: disputed[topic] / whole[topic]) == "trial"


# The interval ---------------------------------------------------------------------------------


def test_presets_are_the_hazard_ratios_that_have_everything():
    rows = [
        row
        for row in table("outcomes")
        if row["measure"] == "hazard_ratio" and row["low"] and row["high"] and row["p_value"]
    ]
    assert len(module.PRESETS) == len(rows)
    for row, preset in zip(rows, module.PRESETS.values(), strict=True):
        params = preset.params
        assert params["hr"] == float(row["value"])
        assert (params["low"], params["high"]) == (float(row["low"]), float(row["high"]))
        assert params["p"] == float(row["p_value"])
        assert params["level"] == int(row["ci_level"])
        assert preset.verified == (row["verification"] != "unverified")
        assert preset.label.startswith("?") != preset.verified
    one_sided = {key for key, preset in module.PRESETS.items() if preset.params["sided"] == "one"}
    assert one_sided == {"northstar-pfs", "nrg-br002-pfs"}


@pytest.mark.parametrize("key", module.PRESETS)
def test_a_preset_fills_in_its_numbers_and_stays_chosen(key):
    made = explorer("interval-check", preset=key)
    assert made.params["preset"] == key
    assert {name: made.params[name] for name in module.PRESETS[key].params} == dict(
        module.PRESETS[key].params
    )


def test_another_number_makes_the_figures_ones_own():
    made = explorer("interval-check", preset="gomez-os")
    made.set(p=0.5)
    assert made.params["preset"] == module.OWN
    assert made.params["low"] == 0.17
    made.set(preset="gomez-os")
    assert made.params["p"] == 0.017


def test_a_link_to_a_preset_and_a_link_to_own_figures_are_followed():
    for values in ({"preset": "peng-os"}, {"preset": "peng-os", "high": 0.9}):
        made = explorer("interval-check")
        made.set(**values)
        changed = {
            name: value
            for name, value in made.params.items()
            if value != made.control[name].default
        }
        other = explorer("interval-check")
        page = Page("evidence", "", "", "", 1)
        page.add(other)
        query = "&".join(f"interval-check.{name}={value}" for name, value in changed.items())
        assert page.follow(f"?{query}") == []
        assert other.params == made.params


def test_a_wrong_value_changes_nothing():
    made = explorer("interval-check")
    before = dict(made.params)
    for values in ({"preset": "nope"}, {"p": 2}, {"low": "x"}, {"preset": "gomez-os", "p": -1}):
        with pytest.raises(ValueError, match=r"is not one of|outside|is not a number"):
            made.set(**values)
        assert made.params == before


GOLDEN = {
    case["name"]: case
    for case in json.loads(data_path("models", "spec.json").read_text("utf-8"))["CI_CHECK"][
        "golden"
    ]
}


@pytest.mark.parametrize(
    ("preset", "name"),
    [
        ("gomez-os", "Gomez OS (review)"),
        ("sabr-comet-os-first-report", "SABR-COMET OS 2019"),
        ("sabr-comet-os-96", "SABR-COMET OS 8y (Harrow 2022)"),
        ("keynote001-rt-os", "KEYNOTE-001 OS"),
    ],
)
def test_the_implied_p_is_that_of_the_specification(preset, name):
    judged = explorer("interval-check", preset=preset).result().judged
    assert judged.p_implied == pytest.approx(GOLDEN[name]["p_wald"], rel=1e-3)
    assert judged.se == pytest.approx(GOLDEN[name]["SE"], rel=1e-5)


def test_the_default_view_shows_the_misfit():
    made = explorer("interval-check")
    assert made.describe(made.result()) == (
        "Printed: ratio 0.48 (0.30 to 0.75), p = 0.006. "
        "The interval implies p = 0.0017 (within rounding 0.0011 to 0.0025), and the printed p "
        "does not fit that. "
        "The printed p asks for 0.28 to 0.81. These figures were not found in a source."
    )


def test_what_the_explanation_promises_of_the_presets_holds():
    def fits(preset, **more):
        made = explorer("interval-check", preset=preset)
        made.set(**more)
        return made.result().judged.p_fits

    assert fits("nrg-br002-pfs")
    assert not fits("northstar-pfs")
    assert fits("northstar-pfs", level=80)
    assert fits("sabr-comet-os-first-report")
    assert fits("sabr-comet-os-96")
    assert not fits("sabr-comet-os-60")


@pytest.mark.parametrize(
    ("preset", "agreement", "verdict"),
    [
        ("sabr-comet-os-60", "misfit", "✗ They do not fit"),
        ("gomez-os", "rounding", "? Cannot tell within rounding"),
        ("iyengar-utsw-pfs", "rounding", "? Cannot tell within rounding"),
        ("gomez-pfs-first-report", "misfit", "✗ They do not fit"),
        ("sabr-comet-os-96", "fits", "✓ They fit"),
    ],
)
def test_rounding_is_no_misfit(preset, agreement, verdict):
    made = explorer("interval-check", preset=preset)
    judged = made.result().judged
    assert judged.agreement == agreement
    assert module._fit_words(judged) == verdict
    assert ("cannot be told within rounding" in made.describe(made.result())) is (
        agreement == "rounding"
    )


@pytest.mark.parametrize("key", module.PRESETS)
def test_the_interval_that_a_p_asks_for_gives_that_p_back(key):
    params = module.PRESETS[key].params
    one_sided = params["sided"] == "one"
    low, high = module.interval_for(params["hr"], params["p"], params["level"], one_sided=one_sided)
    assert math.sqrt(low * high) == pytest.approx(params["hr"])
    back = intervals.implied_p(params["hr"], low, high, params["level"], one_sided=one_sided)
    assert back == pytest.approx(params["p"], rel=1e-9)


@pytest.mark.parametrize(
    ("ratio", "p", "one_sided"),
    [(1, 0.04, False), (0.5, 0, False), (0.5, 1, False), (0.5, 0.5, True), (0.5, 0.9999999, False)],
)
def test_a_p_that_asks_for_no_interval_is_known(ratio, p, one_sided):
    assert module.interval_for(ratio, p, 95, one_sided=one_sided) is None


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"low": 0.8, "high": 0.75}, "low must be below high"),
        ({"low": 0.75, "high": 0.75}, "low must be below high"),
        ({"hr": 0.9}, r"The estimate of 0.9 lies outside its interval of 0.3 to 0.75"),
        ({"hr": 0.1}, r"lies outside its interval"),
    ],
)
def test_impossible_intervals_are_refused_in_a_sentence(values, sentence):
    made = explorer("interval-check", **values)
    with pytest.raises(ValueError, match=sentence):
        made.result()


# The words ------------------------------------------------------------------------------------


def test_the_glossary_is_whole_and_in_order():
    made = explorer("glossary")
    rows = made.table(made.result()).rows
    terms = {row["term"]: row for row in table("glossary")}
    assert {row[0] for row in rows} == set(terms)
    assert [row[0].casefold() for row in rows] == sorted(row[0].casefold() for row in rows)
    assert all(row[1] == terms[row[0]]["definition"] for row in rows)


@pytest.mark.parametrize(
    ("text", "name", "used"),
    [
        ("The PFS was long.", "Progression-free survival", True),
        ("Progression-free survival improved.", "Progression-free survival", True),
        ("SABR-COMET was randomised.", "Stereotactic ablative radiotherapy", False),
        ("SABR was given.", "Stereotactic ablative radiotherapy", True),
        ("OM-NSCLC only.", "Non-small cell lung cancer", False),
        ("OM-NSCLC only.", "Oligometastatic NSCLC", True),
        ("Three fractions.", "Fraction", True),
        ("A fractionated course.", "Fraction", False),
        ("M1b is one lesion.", "M1a, M1b, M1c", True),
        ("ALKaline phosphatase", "Anaplastic lymphoma kinase", False),
        ("EGFR-mutant disease", "Epidermal growth factor receptor", True),
    ],
)
def test_what_counts_as_a_use_of_a_term(text, name, used):
    pattern = module._pattern(module.ledger.term(name))
    assert bool(pattern.search(text)) == used


def test_uses_of_a_rare_word_are_those_that_a_plain_search_finds(claims):
    expected = {
        key
        for key, row in claims.items()
        if "T790M" in f"{row['statement']} {row['primary_says']} {row['teach']}"
    }
    assert module.uses()["T790M"] == expected


def test_the_glossary_says_which_words_lead():
    made = explorer("glossary")
    counts = {name: len(used) for name, used in module.uses().items()}
    top = sorted(counts.values(), reverse=True)[:3]
    words = made.describe(made.result())
    assert words.startswith(f"{len(table('glossary'))} terms fit.")
    assert all(f"({n})" in words for n in top)
    shown = [term.term for term in made.result().leading]
    covered = set().union(*(module.uses()[name] for name in shown))
    assert f"Of 244 claims, {len(covered)} use" in words


@pytest.mark.parametrize("words", ["nothing like it", "((", "%"])
def test_a_glossary_search_without_a_hit_is_said(words):
    made = explorer("glossary", words=words)
    assert made.describe(made.result()) == (
        "No term fits. Use fewer words, or set the topic to all."
    )
    assert made.frame()[:4] == b"\x89PNG"


# Files ----------------------------------------------------------------------------------------


def test_the_files_hold_the_whole_ledger():
    files = Lesson("evidence").place("downloads").files
    assert files["bibtex"].make().count("\n@") + 1 == len(table("references"))
    assert files["bibtex"].comment.startswith("%")
    report = list(csv.DictReader(io.StringIO(files["claims"].make())))
    assert {row["claim_id"] for row in report} == {row["claim_id"] for row in table("claims")}
    assert all(row["verdict"] and row["teach"] for row in report)
    outcomes = list(csv.DictReader(io.StringIO(files["outcomes"].make())))
    assert len(outcomes) == len(table("outcomes"))


# Figures --------------------------------------------------------------------------------------

# Set alone, these contradict the other figures of the default.
IMPOSSIBLE = {("low", 3), ("low", 1.52), ("high", 0.1), ("hr", 0.1), ("hr", 3), ("hr", 1.55)}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("key", module.EXPLORERS)
def test_nothing_is_clipped_at_any_width(key, width, theme):
    assert faults(drawn(explorer(key), width, theme)) == []


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("width", NARROW_AND_WIDE)
@pytest.mark.parametrize("key", module.EXPLORERS)
def test_every_setting_draws_without_a_warning_clip_or_overlap(key, width):
    made = explorer(key)  # whose figures are kept, as a page keeps them
    for name, value in settings(made):
        made.reset()
        made.set(**{name: value})
        if (name, value) in IMPOSSIBLE:
            with pytest.raises(ValueError, match=r"^The .*interval"):
                made.result()
            continue
        result = made.result()
        assert made.describe(result)
        made.table(result).spec()
        assert faults(drawn(made, width)) == [], (name, value)


def test_kept_figures_show_what_new_ones_show():
    for key, changes in {
        "ledger": [{"words": "sbrt"}, {"words": ""}, {"topic": "trial"}],
        "audit-map": [{"severity": "critical"}, {"severity": "all"}, {"kind": "words"}],
        "interval-check": [{"preset": "peng-os"}, {"preset": "extend-pfs"}, {"p": 0.5}],
        "glossary": [{"topic": "ongoing"}, {"topic": "all"}, {"words": "median"}],
    }.items():
        kept = explorer(key)
        kept.frame()
        for change in changes:
            kept.set(**change)
            shown = kept.frame()
        fresh = module.EXPLORERS[key]()
        fresh.params = dict(kept.params)
        assert fresh.frame() == shown, key
