"""The lesson on driver mutations: its figures against the ledger's files and hand-made sums."""

from __future__ import annotations

import io
import itertools
import math
import random
import re
from types import SimpleNamespace

import numpy as np
import pytest
from figure_words import drawn, faults
from lesson_harness import text_file
from PIL import Image
from shipped_rows import keyed, rows_of

from oligoteach.charts.interval_rows import POOL
from oligoteach.charts.rows import lay_out
from oligoteach.charts.stamp import Stamp
from oligoteach.modules import _clones, _driver_facts, _driver_trials
from oligoteach.modules import driver_mutations as lesson

pytestmark = pytest.mark.filterwarnings("error")
WIDTHS = (253, 288, 360, 640, 1100)
NUMBER = re.compile(r"\d+(?:\.\d+)?")


OUTCOMES = rows_of("outcomes")
CLAIMS = keyed("claims", "claim_id")
AUDIT = keyed("audit", "claim_id")
TRIALS = keyed("trials", "trial_id")
TEXT = text_file("driver_mutations")


def published(trial: str, endpoint: str, measure: str, arm: str = "") -> dict[str, str]:
    """Return the one row of the outcomes' file with this key."""
    key = (trial, endpoint, measure, arm)
    names = ("trial_id", "endpoint", "measure", "arm_id")
    (found,) = [row for row in OUTCOMES if tuple(row[name] for name in names) == key]
    return found


def explorer(key: str, **values):
    made = lesson.EXPLORERS[key](text={"title": key, "badge": "model"})
    made.set(**values)
    return made


def words(key: str, **values) -> str:
    made = explorer(key, **values)
    return made.describe(made.result())


def values_of(control) -> list[object]:
    """Return every option, or the ends and the middle of a range."""
    if control.kind == "number":
        return [control.low, control.parse((control.low + control.high) / 2), control.high]
    return [False, True] if control.kind == "toggle" else list(control.options)


def settings(key: str) -> list[dict[str, object]]:
    """Return combinations of the controls: all, or many where there are too many."""
    controls = lesson.EXPLORERS[key].controls
    names = [control.name for control in controls]
    every = itertools.product(*map(values_of, controls))
    made = [dict(zip(names, values, strict=True)) for values in every]
    return made if len(made) <= 150 else random.Random(4).sample(made, 150)


def cell(table, row: str, column: str):
    return dict(zip(table.columns, next(r for r in table.rows if r[0] == row), strict=True))[column]


@pytest.mark.parametrize("key", lesson.EXPLORERS)
class TestEverySetting:
    def test_computes_describes_and_tabulates(self, key):
        made = explorer(key)
        for values in settings(key):
            made.set(**values)
            result = made.result()
            said = made.describe(result)
            assert said.endswith((".", "?"))
            assert 1 <= len(re.findall(r"[.?](?:\s|$)", said)) <= 5
            assert said == made.describe(made.compute(SimpleNamespace(**made.params)))
            table = made.table(result)
            assert all(len(row) == len(table.columns) for row in table.rows)
            assert not re.search(r"\bnan\b|\bNone\b|\binf\b|e-\d", f"{said} {table.rows}")
            assert "aplan" not in said

    def test_a_frame_shows_its_own_setting_and_nothing_of_the_one_before(self, key):
        kept = explorer(key)
        for values in random.Random(7).sample(settings(key), 8):
            kept.set(**values)
            fresh = explorer(key, **values)
            height = round(360 * fresh.narrow_aspect)
            frame = kept.frame(360, height)
            assert frame == fresh.frame(360, height)
            assert Image.open(io.BytesIO(frame)).size == (360, height)

    @pytest.mark.parametrize("width", WIDTHS)
    def test_nothing_is_cut_or_covered(self, key, width):
        made = explorer(key)
        every = settings(key)
        for values in random.Random(width).sample(every, min(24, len(every))):
            made.set(**values)
            assert not faults(drawn(made, width)), values


class TestBoard:
    @pytest.mark.parametrize(
        ("trial", "with_arm", "without"),
        [("sindas", "rt-tki", "tki"), ("peng", "sbrt-tki", "tki"), ("northstar", "osi-lct", "osi")],
    )
    def test_medians_are_those_of_the_ledger(self, trial, with_arm, without):
        rows = {row.trial_id: row for row in explorer("board").result().rows}
        found = [outcome for _, outcome, _ in rows[trial].outcomes]
        for outcome, arm in zip(found, (with_arm, without), strict=True):
            row = published(trial, "PFS", "median", arm)
            assert outcome.value == float(row["value"])
            assert outcome.low == (float(row["low"]) if row["low"] else None)

    def test_the_default_view_carries_the_message(self):
        said = words("board")
        for part in (
            "JAMA Oncol; it was JNCI",
            "integrity flag, to be checked",
            "“Multicenter” for N",
            "“Pending”",
            "“Single arm”; it had two",
            "level of the intervals in doubt",
            "source: not in its abstract",
        ):
            assert part in said

    def test_no_row_of_the_table_is_free_of_a_dispute(self):
        disputed = {
            "contradicted", "wrong-citation", "internally-inconsistent", "imprecise", "outdated"
        }  # fmt: skip
        for trial_id in _driver_trials.FOUR:
            verdicts = {AUDIT[i]["verdict"] for i in _driver_trials.ERRORS[trial_id]}
            assert verdicts & disputed, trial_id

    def test_the_flag_stands_in_every_view(self):
        for values in settings("board"):
            assert "integrity flag, to be checked" in words("board", **values)

    def test_trials_beyond_the_review_are_badged(self):
        made = explorer("board", rows="beyond")
        blocks = {b.heading: b.status for b in lesson.board_blocks(made.result())}
        assert blocks["NROG China-002"] == blocks["ATOM"] == "+ beyond the review"
        titles = made.table(made.result()).columns[5:]
        assert all(title.endswith("(beyond the review)") for title in titles)
        assert {trial for trial in TRIALS if TRIALS[trial]["in_review"] == "no"} >= {
            *_driver_trials.BEYOND,
            *_driver_trials.WITHOUT_FIGURES,
        }

    def test_harm_that_the_review_leaves_out_is_shown(self):
        said = words("board", endpoint="harm")
        row = published("sindas", "symptomatic grade 3-4 pneumonitis", "proportion", "rt-tki")
        assert f"pneumonitis, grade 3–4, with {row['value']}, review: nothing printed" in said

    def test_the_source_alone_shows_nothing_of_the_review(self):
        for values in settings("board"):
            made = explorer("board", **values)
            for block in lesson.board_blocks(made.result()):
                for line in block.lines:
                    if values["show"] == "source":
                        assert line.ghost is None
                        assert "review" not in line.text
                    if values["show"] == "review":
                        assert line.mark is None

    def test_the_table_has_no_hazard_ratio_for_sindas(self):
        made = explorer("board", show="source")
        table = made.table(made.result())
        assert "HR" not in cell(table, "OS: the source", "SINDAS")
        assert "HR 0.53" in cell(table, "OS: the source", "Peng")
        assert cell(table, "OS: the source", "NorthStar") == "no figure seen"
        found = cell(table, "What the audit found", "SINDAS")
        assert "0.41" not in found["text"]  # the next figure's question, and its answer
        assert "0.68" not in found["text"]
        assert found["tone"] == "bad"

    def test_a_tick_says_what_it_is_for(self):
        for values in settings("board"):
            for row in explorer("board", **values).result().rows:
                said = row.verdict(values["show"])[0]
                if said.startswith("✓") and values["show"] != "source":
                    assert "these" in said

    def test_every_claim_named_in_code_exists(self):
        named = [i for printed in _driver_trials.PRINTED.values() for i in printed.ids]
        for kept in (_driver_trials.ERRORS, _driver_trials.DESIGN_CELLS, _driver_facts.CITED):
            named += [i for ids in kept.values() for i in ids]
        assert set(named) <= set(CLAIMS)


class TestRatios:
    @pytest.mark.parametrize(
        ("trial", "endpoint", "with_arm", "without"),
        [
            ("sindas", "OS", "rt-tki", "tki"),
            ("sindas", "PFS", "rt-tki", "tki"),
            ("peng", "OS", "sbrt-tki", "tki"),
            ("northstar", "PFS", "osi-lct", "osi"),
        ],
    )
    def test_the_ratio_of_medians_is_turned_round(self, trial, endpoint, with_arm, without):
        rows = explorer("ratios", endpoint=endpoint).result().rows
        (found,) = [row for row in rows if row.trial_id == trial]
        a, b = (
            float(published(trial, endpoint, "median", arm)["value"]) for arm in (with_arm, without)
        )
        assert found.from_medians == pytest.approx(b / a)

    def test_only_the_ratio_without_a_source_lies_outside_its_medians(self):
        for endpoint in ("OS", "PFS"):
            for row in explorer("ratios", endpoint=endpoint, rows="more").result().rows:
                assert row.outside == ((row.trial_id, endpoint) == ("sindas", "OS"))

    def test_an_unverified_ratio_is_hollow_and_says_so(self):
        blocks = lesson.ratio_blocks(explorer("ratios").result())
        sindas = next(block for block in blocks if block.heading == "SINDAS")
        assert sindas.status == "? unverified"
        assert sindas.lines[0].mark.hollow
        assert not next(b for b in blocks if b.heading == "Peng").lines[0].mark.hollow

    def test_the_level_decides_whether_northstar_fits(self):
        for level, z, fits in (("printed", 1.959964, False), ("80", 1.281552, True)):
            rows = explorer("ratios", endpoint="PFS", level=level).result().rows
            (row,) = [row for row in rows if row.trial_id == "northstar"]
            error = (math.log(0.87) - math.log(0.50)) / (2 * z)
            p = math.erfc(abs(math.log(0.66)) / error / math.sqrt(2)) / 2
            assert row.check.p_implied == pytest.approx(p, rel=1e-4)
            assert row.check.p_fits is fits

    def test_at_the_printed_level_northstar_would_need_more_events_than_patients(self):
        known = {
            "PFS": int(TRIALS["northstar"]["n"]),
            "PFS 3 or fewer metastases": 24 + 26,
            "PFS more than 3 metastases": 32 + 37,
        }
        for level, z, possible in (("printed", 1.959964, False), ("80", 1.281552, True)):
            made = explorer("ratios", endpoint="PFS", rows="more", level=level)
            for row in made.result().rows:
                assert row.in_doubt == (row.trial_id == "northstar")
                if not row.in_doubt:
                    continue
                printed = published("northstar", row.endpoint, "hazard_ratio")
                error = math.log(float(printed["high"]) / float(printed["low"])) / (2 * z)
                assert row.patients == known[row.endpoint]
                assert row.events() == pytest.approx(4 / error**2, rel=1e-4)
                assert (row.events() <= row.patients) is possible
            said = made.describe(made.result())
            assert ("needs 200 events in 119" in said) is not possible
            assert ("needs 86 events in 119" in said) is possible

    def test_the_texts_numbers_are_those_worked_out(self):
        texts = {e["id"]: e["explain"] for e in TEXT["explorers"]}
        assert f"{17.4 / 25.5:.2f}" == "0.68"
        assert "0.68" in texts["ratios"]
        question = next(q for q in TEXT["questions"] if q["id"] == "peng-ratio")
        assert question["answer"] == round(23.2 / 33.6, 2)


class TestChance:
    def test_a_centimetre_at_one_in_a_hundred_million(self):
        result = explorer("chance").result()
        cells = math.pi / 6 * 1e9
        assert result.cells == pytest.approx(cells)
        assert result.chance == pytest.approx(100 * (1 - math.exp(-cells * 1e-8)))
        assert result.half == pytest.approx(10 * (math.log(2) / 1e-8 / cells) ** (1 / 3))
        assert "99 %" in words("chance")

    def test_the_numbers_of_the_texts(self):
        assert "10⁻⁹: 41 %" in words("chance")
        assert explorer("chance").result().half == pytest.approx(5.1, abs=0.05)
        (prediction,) = [p for p in TEXT["predictions"] if p["id"] == "too-small"]
        assert "41 %" in prediction["explanation"]

    def test_death_raises_the_chance_and_fewer_cells_lower_it(self):
        base = explorer("chance", diameter=5).result().chance
        assert explorer("chance", diameter=5, death=90).result().chance > base
        assert explorer("chance", diameter=5, density="1e8").result().chance < base

    def test_curves_rise_with_size_and_rate(self):
        chances = explorer("chance").result().chances
        assert (np.diff(chances, axis=1) >= 0).all()
        assert (np.diff(chances, axis=0) >= 0).all()


class TestClones:
    def progressions(self, **values):
        return explorer("clones", **values).result().progressions

    def test_the_numbers_of_the_texts(self):
        found = [f"{value:.1f}" for value in self.progressions()]
        assert found == ["19.9", "20.5", "21.5", "26.9"]
        explain = next(e["explain"] for e in TEXT["explorers"] if e["id"] == "clones")
        ruled = [f"{value:.1f}" for value in self.progressions(rule="diameters")]
        for number in (found[0], *found[2:], ruled[0], ruled[2]):
            assert number in explain

    def test_two_of_three_sites_are_a_third_of_the_cells_and_its_logarithm_in_doublings(self):
        alone, _, two, _ = self.progressions(hidden="0")
        assert two - alone == pytest.approx(math.log2(3), abs=0.05)
        slow = self.progressions(hidden="0", doubling=1.5)
        assert slow[2] - slow[0] == pytest.approx(1.5 * math.log2(3), abs=0.05)

    def test_a_hidden_deposit_follows_from_algebra(self):
        # From 100 cells to the cells of three balls of 20 mm, pi / 6 * 8 cm³ each.
        months = math.log2(3 * math.pi / 6 * 8 * 1e9 / 100)
        assert self.progressions()[-1] == pytest.approx(months, abs=0.05)
        # By diameters: from nearly nothing to 5 mm, pi / 6 * 0.125 cm³.
        months = math.log2(math.pi / 6 * 0.125 * 1e9 / 100)
        assert self.progressions(rule="diameters")[-1] == pytest.approx(months, abs=0.3)

    def test_the_level_is_where_the_crosses_lie(self):
        result = explorer("clones").result()
        assert result.level == pytest.approx(3 * math.pi / 6 * 8 * 1e9)
        for course in (result.alone, result.treated):
            assert course.cells[-1] == pytest.approx(result.level, rel=0.05)
        assert explorer("clones", rule="diameters").result().level is None

    @pytest.mark.parametrize("rule", _clones.RULES)
    def test_no_month_contradicts_the_drug_alone(self, rule):
        for month in range(25):
            made = explorer("clones", month=month, ablated="all", rule=rule)
            result, said = made.result(), made.describe(made.result())
            assert result.late == (month >= result.alone.progression)
            assert ("delays nothing" in said) == result.late
            assert ("no later" in said) == result.late

    def test_progression_brought_forward_by_the_rule_is_explained(self):
        for hidden in ("1e2", "1e4"):
            said = words("clones", share="0", hidden=hidden, rule="diameters", ablated="all")
            assert "earlier;" in said
            assert "Nothing grows faster" in said
        for values in settings("clones"):
            if values["rule"] == "return":
                assert not explorer("clones", **values).result().earlier

    def test_a_month_without_ablation_is_said_to_change_nothing(self):
        assert "month of ablation changes nothing" in words("clones", ablated="none")

    def test_more_sites_ablated_never_bring_progression_earlier(self):
        for sites in range(1, 6):
            for hidden in _clones.HIDDEN:
                found = self.progressions(sites=sites, hidden=hidden)
                assert all(b >= a - 0.05 for a, b in itertools.pairwise(found))

    def test_only_without_a_remnant_does_progression_stay_away(self):
        assert math.isinf(self.progressions(hidden="0")[-1])
        assert math.isfinite(self.progressions(hidden="1e2")[-1])
        assert math.isfinite(self.progressions(hidden="0", share="1e-4")[-2])

    def test_ablation_after_progression_delays_nothing(self):
        made = explorer("clones", month=22, ablated="all")
        result = made.result()
        assert result.late
        assert result.treated.progression == pytest.approx(result.alone.progression)
        assert "delays nothing" in made.describe(result)

    def test_early_and_residual_differ_little_as_the_texts_say(self):
        for under_drug in _clones.UNDER_DRUG:
            for month in (3, 6, 18):
                result = explorer("clones", month=month, under_drug=under_drug).result()
                assert result.progressions == pytest.approx(result.at_start, abs=0.01)

    def test_one_site_and_all_but_one_is_the_drug_alone(self):
        result = explorer("clones", sites=1, ablated="but-one").result()
        assert result.ablated == 0
        assert len(result.progressions) == 2

    @pytest.mark.parametrize("half_life", [0.3, 0.7, 1.1, 3])
    @pytest.mark.parametrize("ablated", _clones.ABLATED)
    @pytest.mark.parametrize("width", [288, 640])
    def test_names_stand_beside_courses_that_die_out(self, half_life, ablated, width):
        gone = {"hidden": "0", "share": "0", "under_drug": "0"}
        made = explorer("clones", half_life=half_life, ablated=ablated, **gone)
        assert not faults(drawn(made, width))

    def test_resistant_cells_that_arise_under_the_drug_are_named(self):
        made = explorer("clones", hidden="0", share="0", under_drug="1e-8")
        said = {text.get_text() for text in drawn(made, 640).findobj(Stamp) if text.get_visible()}
        assert "resistant cells" in said

    def test_courses_end_at_progression(self):
        result = explorer("clones").result()
        for course in (result.alone, result.treated):
            assert course.time[-1] <= course.progression
            assert course.time[-1] == pytest.approx(course.progression, abs=0.06)


class TestFacts:
    @pytest.mark.parametrize(
        "fact", [f for f in _driver_facts.FACTS if f.claim], ids=lambda f: f"{f.claim} {f.heading}"
    )
    def test_figures_stand_in_the_audit_or_in_the_claim(self, fact):
        audit, claim = AUDIT[fact.claim], CLAIMS[fact.claim]
        said = {
            float(n)
            for n in NUMBER.findall(f"{audit['primary_says']} {audit['teach']}".replace(",", ""))
        }
        assert set(fact.figures) <= said
        printed = {float(claim[name]) for name in ("value", "low", "high") if claim[name]}
        shown = (fact.printed_value, fact.printed_low, fact.printed_high)
        assert {x for x in shown if x is not None} <= printed

    def test_the_figures_in_words_are_the_figures_drawn(self):
        for fact in _driver_facts.FACTS:
            if fact.figures:
                assert {float(n) for n in NUMBER.findall(fact.text)} == set(fact.figures)

    def test_sizes_of_studies_are_those_of_the_ledger(self):
        for study in _driver_facts.STUDIES:
            row = TRIALS[study.trial_id]
            if study.part:
                assert f"{study.part} {study.driver}" in row["note"]
        said = words("drivers")
        for trial in ("sindas", "nrog-china-002", "northstar", "peng", "atom", "gan-2014", "halt"):
            assert re.search(rf"\) {TRIALS[trial]['n']}[;,.]", said)

    def test_the_leads_repeat_figures_of_the_rows(self):
        for question, lead in _driver_facts.LEADS.items():
            rows = [fact for fact in _driver_facts.FACTS if fact.question == question]
            known = {figure for fact in rows for figure in fact.figures}
            said = re.sub("T790M|ROS1", "", lead)
            assert {float(n) for n in NUMBER.findall(said)} <= known
            assert words("drivers", question=question).startswith(lead)

    def test_the_lead_counts_randomised_trials_with_results(self):
        def counts(row):
            return row["randomised"] == "yes" and "no results" not in row["status"]

        studies = {study.trial_id for study in _driver_facts.STUDIES}
        number = sum(counts(TRIALS[trial]) for trial in studies)
        assert words("drivers").startswith(f"The ledger has {number} randomised trials")
        assert words("drivers", driver="ALK").startswith("No randomised trial")

    def test_two_series_that_may_share_patients_say_so(self):
        assert "overlap" in TRIALS["gan-2014"]["note"]
        assert "overlap" in TRIALS["weickhardt"]["note"]
        assert "14, maybe the same 15" in words("drivers")

    def test_randomised_studies_are_told_from_others(self):
        marked = {
            (line.role, line.text.split()[0])
            for block in lesson.fact_blocks(explorer("drivers").result())
            for line in block.lines
            if line.mark is not None
        }
        for study in _driver_facts.STUDIES:
            row = TRIALS[study.trial_id]
            if row["n"]:
                role = "with" if row["randomised"] == "yes" else "without"
                assert (role, study.name.split()[0]) in marked
        said = words("drivers")
        assert said.index("HALT") < said.index("Not randomised:") < said.index("ATOM")

    def test_studies_of_one_moment_stand_together_without_being_joined(self):
        blocks = lesson.fact_blocks(explorer("drivers").result())
        assert len({(block.heading, block.detail) for block in blocks}) == len(blocks)
        assert not lay_out(blocks).links

    @pytest.mark.parametrize("question", _driver_facts.QUESTIONS)
    def test_what_is_missing_is_said_for_ros1(self, question):
        assert re.search(
            "not in the ledger|no study", words("drivers", question=question, driver="ROS1")
        )

    def test_every_question_shows_its_citations(self):
        for question in _driver_facts.QUESTIONS:
            made = explorer("drivers", question=question)
            assert [card.key for card in made.cards(made.result())] == list(
                _driver_facts.CITED[question]
            )


@pytest.mark.parametrize(
    ("key", "blocks"),
    [
        ("board", lesson.board_blocks),
        ("ratios", lesson.ratio_blocks),
        ("drivers", lesson.fact_blocks),
    ],
)
def test_the_pool_of_texts_is_large_enough(key, blocks):
    made = explorer(key)
    for values in settings(key):
        made.set(**values)
        for room in (None, 241, 348):
            assert len(lay_out(blocks(made.result()), room).words) <= POOL


def test_every_option_has_feedback_of_its_own():
    for part in (*TEXT["questions"], *TEXT["predictions"]):
        said = [option["feedback"] for option in part.get("options", ())]
        assert len(set(said)) == len(said)
