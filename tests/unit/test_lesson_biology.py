"""The lesson on biology: its figures and texts against the ledger and the golden values."""

from __future__ import annotations

import json
import math
import re
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from figure_words import WIDTHS, faults
from golden_values import spec
from lesson_harness import (
    check_every_setting,
    check_kept_figure,
    check_words,
    notebook,
    text_file,
)
from shipped_rows import keyed, rows_of

from oligoteach.models import fractionation, seeding
from oligoteach.modules import _failures, _prevented, _spectrum
from oligoteach.modules import biology as lesson

pytestmark = pytest.mark.filterwarnings("error")
TEXT = text_file("biology")
NOTEBOOK = notebook("biology")
BADGES = {"spectrum": "model", "failures": "published", "prevented": "model", "kill": "model"}
EXTREMES = {
    "spectrum": (
        {"years": 0, "drug": 0, "spread": 0},
        {"years": 10, "drug": 100, "mean": 20, "alike": "0.5", "doubling": 30, "spread": 60},
        {"years": 0, "doubling": 120, "primary": 60, "stop": "early", "seed": 200},
        {"years": 10, "doubling": 120, "primary": 200, "mean": 20, "seed": 7},
        {"years": 5.5, "stop": "early", "mean": 1},
    ),
    "failures": (
        {"group": "both", "intervals": True, "review": True},
        {"group": "sbrt-eligible", "intervals": False, "review": False},
    ),
    "prevented": (
        {"prevented": 100, "spread": 100},
        {"prevented": 0, "spread": 100, "median": 12},
        {"prevented": 100, "spread": 95, "median": 12},
        {"prevented": 50, "spread": 5, "group": "sbrt-eligible", "median": 1},
    ),
    "kill": (
        {"dose": 1, "fractions": 35, "turn": 4, "late_turn": 4},
        {"dose": 24, "fractions": 35, "turn": 24, "late_turn": 24, "late": "2", "fading": True},
        {"dose": 8, "fractions": 1, "turn": 24, "late_turn": 4, "fading": True},
    ),
}


OUTCOMES = rows_of("outcomes")
CLAIMS = keyed("claims", "claim_id")
AUDIT = keyed("audit", "claim_id")


def explorer(key: str, **values):
    made = lesson.EXPLORERS[key](text={"title": key, "badge": BADGES[key]})
    made.set(**values)
    return made


def words_of(key: str, **values) -> str:
    made = explorer(key, **values)
    return made.describe(made.result())


def explained(key: str) -> str:
    return next(e for e in TEXT["explorers"] if e["id"] == key)["explain"]


class TestEverySetting:
    @pytest.mark.parametrize("key", lesson.EXPLORERS)
    def test_computes_draws_describes_and_tabulates(self, key):
        check_every_setting(explorer(key))

    @pytest.mark.parametrize("key", lesson.EXPLORERS)
    def test_a_frame_shows_its_own_setting_and_nothing_of_the_one_before(self, key):
        check_kept_figure(partial(explorer, key), EXTREMES[key])

    @pytest.mark.parametrize("key", lesson.EXPLORERS)
    def test_the_first_sentence_carries_the_message_and_fits_before_an_audience(self, key):
        for values in ({}, *EXTREMES[key]):
            assert len(words_of(key, **values).split(". ")[0]) <= 145

    @pytest.mark.parametrize(
        ("key", "name", "value", "words"),
        [
            ("spectrum", "years", 11, "outside 0 to 10 years"),
            ("spectrum", "stop", "never", "is not one of"),
            ("spectrum", "seed", 0, "outside 1 to 200"),
            ("failures", "group", "<script>", "is not one of"),
            ("prevented", "median", 0, "outside 1 to 12 months"),
            ("kill", "dose", "much", "is not a number"),
            ("kill", "late", "4", "is not one of"),
        ],
    )
    def test_refuses_other_values_with_a_sentence(self, key, name, value, words):
        with pytest.raises(ValueError, match=re.escape(words)):
            explorer(key, **{name: value})


class TestNothingIsCutOrCovered:
    @pytest.mark.parametrize("width", [250, *WIDTHS])
    @pytest.mark.parametrize("key", lesson.EXPLORERS)
    def test_words(self, key, width):
        check_words(explorer(key), width, EXTREMES[key])

    @pytest.mark.parametrize("theme", ["light", "dark"])
    @pytest.mark.parametrize("key", lesson.EXPLORERS)
    def test_words_before_an_audience(self, key, theme):
        made = explorer(key)
        for height in (412, 466):
            made.frame(624, height, 1, theme)
            assert faults(made.canvas(624, height, 1, theme).figure) == []


class TestSpectrum:
    @pytest.mark.parametrize("row", spec("METS_DFI")["golden"], ids=lambda r: str(r["DFI_y"]))
    def test_the_share_that_is_seen_is_the_specifications(self, row):
        view = explorer("spectrum", years=row["DFI_y"], spread=0).result()
        assert row["E_total"] * view.visible == pytest.approx(row["E_vis"], rel=1e-7)

    def test_hidden_ones_at_diagnosis_are_the_tail_of_the_specification(self):
        view = explorer("spectrum", years=0, spread=0).result()
        ratio = next(r for r in spec("METS_tail")["golden"] if r["exponent"] != "1")["ratio"]
        assert view.hidden_for_each == pytest.approx(ratio, rel=1e-3)
        asked = next(p for p in TEXT["predictions"] if p["id"] == "hidden-for-each")
        assert asked["at"] == {"years": 0, "spread": 0, "drug": 0}
        assert "About 56,000" in asked["explanation"]
        assert "over all patients 56,000 hidden" in words_of("spectrum", **asked["at"])

    @pytest.mark.parametrize(
        ("values", "said"),
        [
            ({}, "shows 41 % of all"),
            ({}, "leaves nothing in 21 %, with systemic therapy in 39 %"),
            ({"years": 8}, "leaves nothing in 93 %"),
            ({"years": 0}, "over all patients 3,700 hidden"),
            ({"years": 0, "stop": "early"}, "19.7 hidden"),
        ],
    )
    def test_the_texts_numbers_are_the_models(self, values, said):
        assert said in words_of("spectrum", **values)
        number = re.search(r"[\d,.]+ %|[\d,]{4,}|19\.7", said).group()
        assert number.replace("19.7", "20") in explained("spectrum")

    def test_chances_fall_with_number_and_rise_with_time_and_drug(self):
        view = explorer("spectrum").result()
        assert all(a > b for a, b in zip(view.alone, view.alone[1:], strict=False))
        assert all(a < b for a, b in zip(view.alone, view.with_drug, strict=True))
        later = explorer("spectrum", years=6).result()
        assert all(a < b for a, b in zip(view.alone, later.alone, strict=True))

    def test_the_average_over_few_is_that_of_simulated_patients(self):
        p = SimpleNamespace(**explorer("spectrum").params)
        course = seeding.Course(p.primary, p.doubling, p.spread / 100)
        cured, seen = [], 0
        for seed in range(6000):
            total = seeding.drawn_total(p.mean, float(p.alike), seed=seed)
            one = seeding.patient(course, total, p.years * 365.25, p.drug / 100, seed=seed)
            if 1 <= one.n_visible <= 5:
                seen += 1
                cured.append((one.n_occult == 0, one.n_left == 0))
        view = explorer("spectrum").result()
        alone, helped = np.mean(cured, axis=0)
        assert alone == pytest.approx(view.few_alone, abs=4 * math.sqrt(0.25 / seen))
        assert helped == pytest.approx(view.few_with_drug, abs=4 * math.sqrt(0.25 / seen))

    def test_another_number_is_another_patient_and_the_same_number_the_same(self):
        one, other = (explorer("spectrum", seed=s).result().patient for s in (59, 60))
        again = explorer("spectrum", seed=59).result().patient
        assert np.array_equal(one.seeded, again.seeded)
        assert not np.array_equal(one.seeded, other.seeded)

    def test_lines_are_the_patients_metastases_by_fate(self):
        view = explorer("spectrum").result()
        found = _spectrum.lines(view)
        one = view.patient
        assert len(found["seen"]) == one.n_visible
        assert len(found["hidden"]) == one.n_left
        assert len(found["gone"]) == one.n_occult - one.n_left
        level = math.log10(view.course.cells_visible)
        for fate, lines in found.items():
            for start, end, power in lines:
                assert start <= 0 < end <= view.years
                assert (power >= level) == (fate == "seen")
                assert power <= 12

    def test_without_a_drug_only_one_row_is_told(self):
        words = words_of("spectrum", drug=0)
        assert "systemic" not in words
        assert (
            explorer("spectrum", drug=0).result().with_drug
            == explorer("spectrum", drug=0).result().alone
        )

    def test_where_nothing_is_visible_yet_that_is_said(self):
        words = words_of("spectrum", years=0, spread=0, doubling=120, primary=60, stop="treated")
        assert "1 to 5 visible" in words or "no metastasis is visible yet" in words

    def test_an_explained_chance_of_the_questions_is_right(self):
        asked = next(q for q in TEXT["questions"] if q["id"] == "chance-of-one")
        assert asked["answer"] == 100 * 0.5**3
        assert f"{100 * 0.8**3:.0f} %" in asked["explanation"]


class TestFailures:
    @pytest.mark.parametrize("group", ["all", "sbrt-eligible"])
    def test_shares_are_the_ledgers_and_counts_fit_them(self, group):
        total = 0
        for place in _failures.PLACES:
            (row,) = [
                r
                for r in OUTCOMES
                if (r["trial_id"], r["endpoint"], r["arm_id"])
                == ("rusthoven", place.endpoint, group)
            ]
            seen = _failures.counted(place, group)
            assert seen.per_cent == float(row["value"])
            assert seen.low < seen.per_cent < seen.high
            assert abs(100 * seen.count / seen.of - seen.per_cent) < 1
            total += seen.count
        assert total == seen.of

    def test_the_review_has_the_same_shares_and_another_source(self):
        for place in _failures.PLACES:
            claim = CLAIMS[place.claim]
            assert float(claim["value"]) == _failures.counted(place, "all").per_cent
            assert AUDIT[place.claim]["verdict"] == "wrong-citation"
            assert "rusthoven-2009" in AUDIT[place.claim]["source_refs"]
        assert "wrong citation" in words_of("failures")
        assert "wrong citation" not in words_of("failures", review=False)

    def test_the_subset_is_the_audits_and_its_odd_share_is_named(self):
        said = AUDIT["pof-distant-only"]["primary_says"]
        shares = [_failures.counted(p, "sbrt-eligible").per_cent for p in _failures.PLACES]
        known, both, new = (f"{share:g}" for share in shares)
        assert f"{known}, {new} and {both} percent (local, distant, both" in said
        assert not any(100 * n / 34 == pytest.approx(14, abs=0.5) for n in range(35))
        assert "No whole number of 34 gives 14 %" in words_of("failures", group="both")
        assert "No whole number" not in words_of("failures")

    def test_the_texts_interval_is_the_figures(self):
        assert "52 to 75 %" in words_of("failures")
        assert "52 to 75 %" in explained("failures")


class TestPrevented:
    def test_the_split_is_the_published_one(self):
        split = _prevented.split_of("all")
        assert (split.known, split.both, split.new) == pytest.approx((0.64, 0.27, 0.09))

    def test_the_texts_numbers_are_the_models(self):
        assert "from 3.5 to 9.7 months, and 100 % of failures" in words_of("prevented")
        assert "to 19.4 months" in words_of("prevented", spread=50)
        for number in ("9.7", "19.4"):
            assert number in explained("prevented")

    def test_the_default_is_the_trials_control_arm_and_meets_its_treated_arm(self):
        view = explorer("prevented").result()
        control, treated = (
            float(CLAIMS[f"iyengar-pfs-{arm}"]["value"]) for arm in ("control", "sbrt")
        )
        assert view.without.failing.median == pytest.approx(control)
        assert round(view.treated.failing.median, 1) == treated

    def test_without_any_effect_both_arms_are_alike(self):
        view = explorer("prevented", prevented=0, spread=0).result()
        assert _prevented.shares(view.without) == pytest.approx(_prevented.shares(view.treated))
        assert np.allclose(view.without.free, view.treated.free)

    def test_where_nobody_fails_that_is_said(self):
        assert "nobody fails any more" in words_of("prevented", prevented=100, spread=100)


class TestCellKill:
    def test_eqd2_is_the_specifications(self):
        row = next(r for r in spec("BED_EQD2")["golden"] if (r["n"], r["d"]) == (3, 18))
        tumour, late = explorer("kill").result().tissues.values()
        assert tumour[0].eqd2 == pytest.approx(row["EQD2_10"], rel=1e-9)
        assert late[0].eqd2 == pytest.approx(row["EQD2_3"], rel=1e-9)
        straight = next(r for r in spec("LQ-L")["golden"] if r["d"] == 18)
        assert tumour[1].bed == pytest.approx(straight["BED"], rel=1e-9)
        universal = spec("USC")["golden"][0]
        usc = explorer("kill", dose=20).result().tissues["tumour"][2]
        assert usc.bed == pytest.approx(universal["BED"], rel=1e-8)
        assert usc.at * math.log(10) == pytest.approx(universal["lnS_per_fx"], rel=1e-8)

    def test_the_texts_numbers_are_the_models(self):
        words = words_of("kill").split(". ")[0]
        assert words == (
            "3 × 18 Gy, EQD2: tumour LQ 126, LQ-L 110, USC 96 Gy; late tissue LQ 227, LQ-L 140 Gy"
        )
        for number in ("126", "110", "96", "227", "140"):
            assert number in explained("kill")
        asked = next(q for q in TEXT["questions"] if q["id"] == "eqd2-of-three")
        assert asked["answer"] == pytest.approx(float(fractionation.eqd2(3, 8, 3)))
        late = explorer("kill", dose=8, late_turn=6).result().tissues["late"][1]
        assert f"{late.eqd2:.1f}" in asked["explanation"]
        compared = next(q for q in TEXT["questions"] if q["id"] == "compare-schedules")
        tumour = explorer("kill").result().tissues["tumour"]
        told = json.dumps(compared, ensure_ascii=False)
        assert f"{tumour[0].bed:.0f} Gy of BED under LQ and {tumour[1].bed:.0f}" in told

    def test_all_models_agree_at_two_gy(self):
        for fading in (False, True):
            view = explorer("kill", dose=2, fractions=30, fading=fading).result()
            for kills in view.tissues.values():
                assert {round(kill.eqd2, 6) for kill in kills} == {60.0}

    def test_there_is_no_usc_for_late_tissue(self):
        view = explorer("kill", fading=True).result()
        assert [kill.name for kill in view.tissues["tumour"]] == ["LQ", "LQ-L", "USC", "mLQ"]
        assert [kill.name for kill in view.tissues["late"]] == ["LQ", "LQ-L", "mLQ"]
        assert "not for late tissue" in words_of("kill")

    def test_lq_is_marked_where_it_is_disputed(self):
        lq, lql = explorer("kill").result().tissues["tumour"][:2]
        from oligoteach.modules._cell_kill import DOSES

        assert lq.valid[DOSES <= 10].all()
        assert not lq.valid[DOSES > 10].any()
        assert lql.valid.all()
        assert "LQ is disputed" in words_of("kill", dose=10.5)
        assert "LQ is disputed" not in words_of("kill", dose=10)

    def test_curves_stay_within_their_panels(self):
        for values in ({}, *EXTREMES["kill"]):
            for kills, lowest in zip(
                explorer("kill", **values).result().tissues.values(), (-10.8, -320), strict=True
            ):
                assert all(lowest <= kill.curve.min() and kill.curve.max() <= 0 for kill in kills)


class TestTexts:
    def test_the_skeleton_is_complete(self):
        assert {e["id"]: e["badge"] for e in TEXT["explorers"]} == BADGES
        assert set(BADGES) == set(lesson.EXPLORERS)
        assert {q["kind"] for q in TEXT["questions"]} == {"single", "multiple", "numeric"}
        assert {q["difficulty"] for q in TEXT["questions"]} == {"recall", "apply", "judge"}

    def test_options_of_a_question_have_feedback_of_their_own(self):
        for asked in (*TEXT["predictions"], *TEXT["questions"]):
            said = [option["feedback"] for option in asked.get("options", ())]
            assert len(said) == len(set(said))

    def test_no_prose_before_a_prediction_gives_its_answer_away(self):
        cells = ["".join(cell["source"]) for cell in NOTEBOOK["cells"]]
        before = {
            "spectrum": ("56,000", "tens of thousands"),
            "failures": ("64", "Rusthoven", "one centre"),
            "prevented": ("9.7", "median grows", "three times"),
            "kill": ("227", "140", "late tissue"),
        }
        for key, hints in before.items():
            place = next(i for i, cell in enumerate(cells) if f'explore("{key}")' in cell)
            earlier = [cell for cell in cells[:place] if "Take away" not in cell]
            near = " ".join(earlier[-2:] if key in ("prevented", "kill") else earlier)
            found = [hint for hint in hints if hint in near]
            assert not found, (key, found)

    def test_what_was_not_found_in_a_source_is_said_on_the_cards(self):
        card = " ".join(lesson.EXPLORERS["kill"].card.values())
        assert "which line was not found" in card
        assert "recomputed only" in card
        assert "fitted to nobody" in lesson.EXPLORERS["spectrum"].card["Validity"]
