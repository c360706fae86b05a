"""The lesson on sites: its figures against the ledger, the limits and the specification."""

from __future__ import annotations

import itertools
import json
import re
from functools import partial

import pytest
from figure_words import WIDTHS, drawn, faults
from golden_values import spec
from lesson_harness import (
    check_every_setting,
    check_kept_figure,
    check_words,
    notebook,
    text_file,
)
from shipped_rows import keyed, rows_of

from oligoteach import evidence
from oligoteach.charts.rows import lay_out
from oligoteach.modules import _brain_path, _regimen_lab, _site_control, _site_limits, _site_trials
from oligoteach.modules import sites as lesson

pytestmark = pytest.mark.filterwarnings("error")
TEXT = text_file("sites")
NOTEBOOK = notebook("sites")
BADGES = {
    "control": "published",
    "regimens": "model",
    "limits": "published",
    "trials": "published",
    "brain": "model",
}
EXTREMES = {
    "control": ({"site": "bone"}, {"site": "lung", "review": False}, {"review": False}),
    "regimens": (
        {"site": "brain", "fractions": 1, "dose": 34},
        {"site": "lung-peripheral", "fractions": 1, "dose": 34},
        {"site": "lung-central", "fractions": 15, "dose": 34, "size": 7},
        {"site": "liver", "fractions": 15, "dose": 1, "late": 1},
        {"site": "lung-peripheral", "fractions": 3, "dose": 18, "size": 0.5},
    ),
    "limits": (
        {"organ": "heart"},
        {"organ": "heart", "unverified": True, "fractions": 8},
        {"organ": "lungs", "fractions": 3, "unverified": True},
        {"organ": "spinal-cord", "fractions": 5, "unverified": True, "dose": 0},
        {"organ": "liver", "fractions": 3, "dose": 70},
        {"organ": "brain", "fractions": 1},
        {"organ": "central-airways", "fractions": 5, "unverified": True, "prescription": 70},
        {"site": "adrenal", "fractions": 6},
        {"site": "brain", "fractions": 1},
    ),
    "trials": tuple({"result": key} for key in _site_trials.RESULTS),
    "brain": (
        {"symptoms": True, "lesions": 15},
        {"named": True},
        {"driver": "none", "lesions": 7},
        {"driver": "none", "lesions": 15, "drug": False, "surveillance": False},
    ),
}


OUTCOMES = rows_of("outcomes")
AUDIT = keyed("audit", "claim_id")
CLAIMS = keyed("claims", "claim_id")
LIMITS = keyed("constraints", "constraint_id", "constraints")


def published(trial, endpoint, measure, arm="", months=""):
    found = [
        row
        for row in OUTCOMES
        if (row["trial_id"], row["endpoint"], row["measure"], row["arm_id"])
        == (trial, endpoint, measure, arm)
        and months in ("", row["time_months"])
    ]
    (row,) = found
    return row


def explorer(key, **values):
    made = lesson.EXPLORERS[key](text={"title": key, "badge": BADGES[key]})
    made.set(**values)
    return made


def words_of(key, **values):
    made = explorer(key, **values)
    return made.describe(made.result())


class TestEverySetting:
    @pytest.mark.parametrize("key", lesson.EXPLORERS)
    def test_computes_draws_describes_and_tabulates(self, key):
        check_every_setting(explorer(key))

    @pytest.mark.parametrize("key", lesson.EXPLORERS)
    def test_a_frame_shows_its_own_setting_and_nothing_of_the_one_before(self, key):
        check_kept_figure(partial(explorer, key), EXTREMES[key])

    @pytest.mark.parametrize("key", lesson.EXPLORERS)
    def test_the_first_sentence_carries_the_message_in_brief(self, key):
        for values in [{}, *EXTREMES[key]]:
            first = re.split(r"(?<=[.]) (?=[A-Z†])", words_of(key, **values))[0]
            assert len(first) <= 190, first

    @pytest.mark.parametrize(
        ("key", "name", "value", "words"),
        [
            ("control", "site", "spleen", "is not one of"),
            ("regimens", "dose", 35, "outside 1 to 34 Gy"),
            ("regimens", "fractions", "many", "is not a number"),
            ("limits", "fractions", 9, "outside 1 to 8"),
            ("limits", "organ", "<script>", "is not one of"),
            ("trials", "result", "best", "is not one of"),
            ("brain", "lesions", 0, "outside 1 to 15"),
        ],
    )
    def test_refuses_other_values_with_a_sentence(self, key, name, value, words):
        with pytest.raises(ValueError, match=re.escape(words)):
            explorer(key, **{name: value})


class TestNothingIsCutOrCovered:
    @pytest.mark.parametrize("width", WIDTHS)
    @pytest.mark.parametrize("key", lesson.EXPLORERS)
    def test_words(self, key, width):
        check_words(explorer(key), width, EXTREMES[key])

    def test_every_organ_in_every_number_of_fractions(self):
        made = explorer("limits")
        for organ in made.control["organ"].options:
            for fractions in (1, 2, 3, 4, 5, 8):
                values = {"organ": organ, "fractions": fractions, "unverified": True}
                made.set(**{**made.defaults(), **values})
                assert faults(drawn(made, 640)) == [], values
                assert len(made.describe(made.result())) <= 900, values


class TestControl:
    def test_dots_are_the_ledgers(self):
        for group in _site_control.GROUPS:
            blocks = {b.heading: b for b in _site_control.control_blocks(self.view(group.site))}
            marks = [ln.mark for ln in blocks[_site_control.SITES[group.site]].lines if ln.mark]
            for figure, mark in zip(group.figures, marks, strict=False):
                measure = "landmark" if figure.months else "proportion"
                months = f"{figure.months:g}" if figure.months else ""
                row = published(figure.trial, figure.endpoint, measure, figure.arm, months)
                assert mark.value == float(row["value"])
                assert mark.low == (float(row["low"]) if row["low"] else None)
                assert mark.high == (float(row["high"]) if row["high"] else None)

    @staticmethod
    def view(site):
        return _site_control.ControlView(site, True)

    def test_what_the_review_says_is_its_claim(self):
        for group in _site_control.GROUPS:
            for said in group.said:
                claim = CLAIMS[said.claim]
                for number in re.findall(r"\d\d", said.words):
                    assert number in claim["value_text"]
        said = words_of("control", site="adrenal")
        assert "70–90 %, no time given” (imprecise)" in said
        assert "82 % at one year, 63 % at two" in said

    def test_without_the_review_nothing_is_said_of_it(self):
        assert "review says" not in words_of("control", review=False)
        blocks = _site_control.control_blocks(_site_control.ControlView("all", False))
        assert "without" not in {line.role for block in blocks for line in block.lines}


class TestRegimens:
    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"fractions": 12, "dose": 5}, "two weeks"),  # no dose of 12 fractions could hold
            ({"fractions": 1, "dose": 5}, "not made for a single fraction"),
            ({"fractions": 15, "dose": 34}, "8 Gy or more"),
            ({"fractions": 4, "dose": 12, "size": 7}, "above 5 cm"),
        ],
    )
    def test_where_no_curve_holds_it_is_said_why_whatever_the_own_schedule(self, values, words):
        view = explorer("regimens", site="lung-peripheral", **values).result()
        assert words in " ".join(_regimen_lab.lab_note(view, False).split())

    def test_nothing_is_said_where_a_curve_holds(self):
        for site in ("lung-peripheral", "adrenal"):
            view = explorer("regimens", site=site).result()
            assert _regimen_lab.lab_note(view, False) == ""

    @pytest.mark.parametrize("golden", spec("BED_EQD2")["golden"])
    def test_doses_are_those_of_the_specification(self, golden):
        if not (golden["n"] <= 15 and 1 <= golden["d"] <= 34 and golden["d"] % 0.5 == 0):
            assert golden["n"] == 30
            return
        own = explorer("regimens", fractions=golden["n"], dose=golden["d"]).result().own
        assert own.tumour == pytest.approx(golden["BED10"])
        assert own.equivalent == pytest.approx(golden["EQD2_10"])
        assert own.late == pytest.approx(golden["BED3"])

    def test_adrenal_control_is_that_of_the_specification(self):
        [at_72] = [g for g in spec("TCP_adrenal_Chen2020")["golden"] if g["BED10"] == 72]
        own = explorer("regimens", site="adrenal", fractions=5, dose=8).result().own
        assert dict(own.held) == pytest.approx(
            {"1 y": 100 * at_72["LC1"], "2 y": 100 * at_72["LC2"]}, abs=1e-3
        )

    def test_lung_control_is_that_of_the_specification(self):
        for golden in spec("TCP_Ohri2012")["golden"]:
            values = {"fractions": golden["n"], "dose": golden["d"], "size": golden["L_cm"]}
            own = explorer("regimens", site="lung-peripheral", **values).result().own
            assert dict(own.held)["2 y"] == pytest.approx(100 * golden["TCP"])

    @pytest.mark.parametrize(
        ("values", "held"),
        [
            ({"site": "adrenal", "fractions": 3, "dose": 20}, False),  # BED10 180
            ({"site": "adrenal", "fractions": 5, "dose": 6}, False),  # BED10 48
            ({"site": "adrenal", "fractions": 5, "dose": 10}, True),  # BED10 100
            ({"site": "lung-peripheral", "fractions": 1, "dose": 34}, False),
            ({"site": "lung-central", "fractions": 8, "dose": 7.5}, False),
            ({"site": "lung-central", "fractions": 5, "dose": 10}, True),
            ({"site": "lung-central", "fractions": 5, "dose": 10, "size": 6}, False),
            ({"site": "lung-central", "fractions": 11, "dose": 8}, True),  # 14 days
            ({"site": "lung-central", "fractions": 12, "dose": 8}, False),  # 15 days
            ({"site": "bone", "fractions": 1, "dose": 16}, False),
        ],
    )
    def test_control_is_given_only_where_a_model_holds(self, values, held):
        view = explorer("regimens", **values).result()
        assert bool(view.own.held) == held
        own, _ = _regimen_lab.lab_places(view)
        assert bool(own) == held
        said = _regimen_lab.lab_sentences(view)[0]
        assert ("control" in said and "%" in said) == held

    def test_curves_end_where_the_published_predictions_do(self):
        curves = explorer("regimens", site="adrenal").result().curves
        for _, values in curves:
            drawn_at = _regimen_lab.GRID[~(values != values)]
            assert (drawn_at.min(), drawn_at.max()) == (60, 100)

    def test_a_large_fraction_carries_the_dagger(self):
        assert "†" not in words_of("regimens", dose=10)
        assert "† Above 10 Gy" in words_of("regimens", dose=10.5)

    def test_schedules_are_those_of_the_table(self):
        for site in _regimen_lab.SITES:
            rows = [row for row in rows_of("regimens", "regimens") if row["site"] == site]
            view = explorer("regimens", site=site).result()
            assert [s.regimen.regimen_id for s in view.others] == [r["regimen_id"] for r in rows]

    def test_a_site_brings_a_schedule_along_and_a_given_one_stays(self):
        made = explorer("regimens", site="lung-peripheral")
        assert (made.params["fractions"], made.params["dose"]) == (4, 12)
        made = explorer("regimens", site="lung-peripheral", fractions=3, dose=18)
        assert (made.params["fractions"], made.params["dose"]) == (3, 18)

    def test_the_pooled_median_is_the_audits(self):
        assert "67" in AUDIT["adrenal-dose"]["primary_says"]
        assert _regimen_lab.ADRENAL_MEDIAN == 67


class TestLimits:
    def test_the_heart_keeps_two_sources_and_breaks_one(self):
        said = words_of("limits", organ="heart")
        assert "31 Gy near the maximum keeps AAPM TG-101 and NCCN table and breaks UK 2018" in said
        assert "UK 2018 D0.5cc 29 Gy, D0.5cc 27 Gy optimal" in said

    def test_the_overview_runs_from_the_strictest_source_to_the_loosest(self):
        blocks = _site_limits.limit_blocks(explorer("limits").result())
        heart = next(block for block in blocks if block.heading == "Heart")
        mark = heart.lines[0].mark
        assert (mark.low, mark.high) == (29, 52.5)
        assert mark.high == float(LIMITS["nccn-heart-5fx-dmax"]["limit"]) / 100 * 50

    def test_nothing_is_carried_over_to_another_number_of_fractions(self):
        said = words_of("limits", organ="heart", fractions=6)
        assert "No limit for 6 fractions" in said
        assert "1, 3, 4, 5, 8" in said
        view = explorer("limits", fractions=6).result()
        assert not any(
            line.mark for block in _site_limits.limit_blocks(view) for line in block.lines
        )

    def test_cord_and_thecal_sac_have_their_own(self):
        cord = words_of("limits", organ="spinal-cord", fractions=3)
        sac = words_of("limits", organ="thecal-sac", fractions=3)
        assert "HyTEC cord Dmax 23.1 Gy" in cord
        assert "20.3" not in cord
        assert "HyTEC cord Dmax 20.3 Gy" in sac
        assert "23.1" not in sac
        assert "Not the same, with limits of their own: Thecal sac" in cord

    def test_a_doubtful_limit_is_shown_and_the_lower_one_used(self):
        said = words_of("limits", organ="liver", fractions=3)
        assert "19.2 Gy for the coldest 700 cc circulates; 17.4 Gy is used" in said
        view = explorer("limits", organ="liver", fractions=3).result()
        lines = [line for block in _site_limits.limit_blocks(view) for line in block.lines]
        [at] = [i for i, line in enumerate(lines) if line.ghost]
        assert (lines[at - 1].mark.value, lines[at].ghost) == (17.4, 19.2)
        assert lines[at].text == "◇ 19.2 Gy is not used"

    def test_unverified_limits_are_hollow_and_only_shown_when_asked_for(self):
        plain = explorer("limits", organ="heart", fractions=8).result()
        asked = explorer("limits", organ="heart", fractions=8, unverified=True).result()
        hollow = [
            line.mark.hollow
            for view in (plain, asked)
            for block in _site_limits.limit_blocks(view)
            for line in block.lines
        ]
        assert hollow == [False, False, False, False, True, True]
        assert "Left out as unverified: 2." in words_of("limits", organ="heart", fractions=8)

    def test_every_limit_of_a_table_is_the_files(self):
        made = explorer("limits", organ="oesophagus", fractions=5, unverified=True)
        limits = [r for r in LIMITS.values() if (r["organ"], r["fractions"]) == ("oesophagus", "5")]
        shown = {
            row[3].split()[0] for row in made.table(made.result()).rows if row[1] != "Conflict"
        }
        assert {float(row["limit"]) for row in limits} == {
            float(text.removesuffix("%")) for text in shown
        }

    def test_known_conflicts_stand_in_the_table(self):
        made = explorer("limits", organ="heart")
        rows = [row for row in made.table(made.result()).rows if row[1] == "Conflict"]
        assert len(rows) == 1
        assert "largest spread among sources" in rows[0][-1].lower()

    def test_site_and_organ_stay_together(self):
        made = explorer("limits", organ="heart")
        made.set(site="brain")
        assert made.params["organ"] == "all"
        made.set(organ="liver")
        assert made.params["site"] == "adrenal"


class TestTrials:
    @pytest.mark.parametrize("key", _site_trials.RESULTS)
    def test_dots_are_the_ledgers(self, key):
        compared = _site_trials.COMPARED[key]
        view = explorer("trials", result=key).result()
        for arm, share in zip(compared.arms, view.arms, strict=True):
            row = published(compared.trial, compared.endpoint, compared.measure, arm)
            assert share.share == float(row["value"])
            assert share.known == (row["verification"] != "unverified")

    def test_the_two_sided_p_is_the_ledgers_note(self):
        row = published("rtog-0631", "pain response", "p_value")
        assert row["note"].endswith("two-sided 0.01")
        assert "two-sided 0.01" in words_of("trials")

    def test_arms_are_the_doses_of_the_ledger(self):
        arms = {(r["trial_id"], r["arm_id"]): r["label"] for r in rows_of("arms")}
        assert "16 or 18 Gy once" in arms["rtog-0631", "srs"]
        assert "8 Gy once" in arms["rtog-0631", "cebrt"]
        assert arms["sc24", "sbrt"].startswith("24 Gy in 2")
        assert arms["sc24", "cebrt"].startswith("20 Gy in 5")

    def test_the_review_is_shown_with_its_verdict(self):
        assert "SRS superior for local control (contradicted)." in words_of("trials")
        assert "contradicted" not in words_of("trials", review=False)
        assert AUDIT["rtog0631-superior-lc"]["verdict"] == "contradicted"

    def test_survival_is_the_ledgers(self):
        said = words_of("trials", result="brain")
        assert "10.4 against 7.4 months, hazard ratio 1.02, p = 0.92" in said


class TestBrain:
    def test_words_cover_every_question_and_end(self):
        from oligoteach.models.brain_metastases import ENDS, QUESTIONS

        assert set(_brain_path.QUESTIONS) == {question.id for question in QUESTIONS}
        ends = {end.id for end in ENDS}
        assert set(_brain_path.BROKEN) == set(_brain_path.SHORT_WARNINGS) == ends

    @pytest.mark.parametrize(
        ("values", "said"),
        [
            ({}, "“Radiosurgery alone” (randomised)"),
            ({"named": True}, "“Drug first, image closely”"),
            ({"symptoms": True, "named": True}, "“Local therapy first” (guideline)"),
            ({"driver": "none", "lesions": 8}, "“Radiosurgery, observed” (observational)"),
        ],
    )
    def test_where_the_path_ends(self, values, said):
        assert said in words_of("brain", **values)

    def test_what_stands_against_a_drug_is_said(self):
        assert "Against a drug first: There is no driver." in words_of(
            "brain", driver="none", named=True
        )


class TestTexts:
    def test_the_skeleton_is_complete(self):
        assert {e["id"]: e["badge"] for e in TEXT["explorers"]} == BADGES
        assert len(TEXT["predictions"]) >= 4
        assert len(TEXT["questions"]) >= 8
        assert {q["kind"] for q in TEXT["questions"]} == {"single", "multiple", "numeric"}
        assert {q["difficulty"] for q in TEXT["questions"]} == {"recall", "apply", "judge"}

    def test_options_of_a_question_have_feedback_of_their_own(self):
        for asked in (*TEXT["predictions"], *TEXT["questions"]):
            said = [option["feedback"] for option in asked.get("options", ())]
            assert len(said) == len(set(said))

    def test_numeric_answers_are_the_ledgers_and_the_specifications(self):
        answers = {q["id"]: q["answer"] for q in (*TEXT["questions"], *TEXT["predictions"])
                   if "answer" in q}  # fmt: skip
        [golden] = [g for g in spec("BED_EQD2")["golden"] if (g["n"], g["d"]) == (3, 18)]
        two_years = published("adrenal-pool", "LC", "landmark", "sbrt", "24")
        assert answers == {
            "bed-of-54-in-3": golden["BED10"],
            "adrenal-two-years": float(two_years["value"]),
        }

    def test_the_prediction_on_the_heart_opens_its_figure(self):
        [asked] = [p for p in TEXT["predictions"] if p["id"] == "heart-sources"]
        said = words_of("limits", **asked["at"])
        assert "keeps AAPM TG-101 and NCCN table and breaks UK 2018" in said
        right = [option["id"] for option in asked["options"] if option.get("correct")]
        assert right == ["two"]

    def test_no_prose_before_a_prediction_gives_its_answer_away(self):
        cells = ["".join(cell["source"]) for cell in NOTEBOOK["cells"]]
        before = {
            "control": ("63 %", "at two"),
            "regimens": ("BED10 180", "times the pooled", "Two and a half"),
            "limits": ("29", "52.5", "breaks"),
            "trials": ("41.3", "60.5", "not superior", "contradicted"),
        }
        for key, hints in before.items():
            place = next(i for i, cell in enumerate(cells) if f'explore("{key}")' in cell)
            known = " ".join([TEXT["about"], *TEXT["objectives"], *cells[:place]])
            assert not [hint for hint in hints if hint in known], key

    def test_every_site_of_the_lesson_has_its_schedules_limits_and_claims(self):
        sites = set(_regimen_lab.SITES)
        assert {site for organ in evidence.organs().values() for site in organ.sites} == sites
        assert {row.site for row in evidence.regimens()} == sites - {"brain"}

    def test_no_text_promises_anything_or_advises(self):
        cells = ["".join(cell["source"]) for cell in NOTEBOOK["cells"]]
        everything = " ".join([json.dumps(TEXT, ensure_ascii=False), *cells])
        assert not re.search(r"(?i)kaplan|coming soon|later release|\bprescribe\b", everything)


@pytest.mark.parametrize("room", [None, 350.0])
def test_the_lines_of_one_site_keep_together_in_the_middle(room):
    """Drawn apart over the whole height, its second line would look like a row of its own."""
    for site, least in (("lung", 1), ("adrenal", 3)):
        view = _site_control.ControlView(site, True)
        layout = lay_out(_site_control.control_blocks(view), room)
        heights = sorted({place.y for place in (*layout.words, *layout.points)})
        assert len(layout.points) >= least
        assert max(b - a for a, b in itertools.pairwise(heights)) < 0.1
        assert heights[0] == pytest.approx(1 - heights[-1], abs=0.06)
