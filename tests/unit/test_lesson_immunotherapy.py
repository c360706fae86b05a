"""The lesson on immunotherapy: its figures against the ledger's files and SPEC's trajectories."""

from __future__ import annotations

import json
import random
import re
import time
from functools import partial

import numpy as np
import pytest
from figure_words import WIDTHS, drawn
from golden_values import spec
from lesson_harness import (
    check_every_setting,
    check_kept_figure,
    check_words,
    notebook,
    text_file,
)
from matplotlib.text import Text
from shipped_rows import keyed, rows_of

from oligoteach.modules import _abscopal, _dormancy, _immune_evidence
from oligoteach.modules import immunotherapy as lesson

pytestmark = pytest.mark.filterwarnings("error")
TEXT = text_file("immunotherapy")
NOTEBOOK = notebook("immunotherapy")
BADGES = {
    "dynamics": "model",
    "dormancy": "model",
    "interferon": "model",
    "evidence": "published",
    "abscopal": "published",
}
EXTREMES = {
    "dynamics": (
        {"dose": 10, "fractions": 10, "start": 20, "timing": "after", "spaced": True},
        {"dose": 10, "fractions": 10, "start": 3, "timing": "before", "influx": 150},
        {"fractions": 0, "timing": "none"},
        {"fractions": 0, "timing": "with", "influx": 150},
        {"fractions": 1, "timing": "none", "influx": 50},
    ),
    "dormancy": (
        {"start": "dormant", "killed": 0, "lost": 99},
        {"start": "dormant", "killed": 99, "lost": 99, "day": 60},
        {"killed": 99, "lost": 0, "day": 5},
        {"killed": 0, "lost": 0},
    ),
    "interferon": (
        {"total": 30, "half_rise": 10, "half_fall": 12, "steepness": 2},
        {"total": 12, "half_rise": 1, "half_fall": 18, "steepness": 16},
    ),
    "evidence": (
        {"endpoint": "response", "pooled": True},
        {"endpoint": "PFS", "show": "source", "pooled": True},
        {"pooled": False},
    ),
    "abscopal": (
        {"study": "pembro", "control": False},
        {"study": "cases", "control": False},
        {"study": "first"},
    ),
}


OUTCOMES = rows_of("outcomes")
CLAIMS = keyed("claims", "claim_id")
AUDIT = keyed("audit", "claim_id")


def published(trial: str, endpoint: str, measure: str, arm: str = "") -> dict[str, str]:
    key = (trial, endpoint, measure, arm)
    names = ("trial_id", "endpoint", "measure", "arm_id")
    (found,) = [row for row in OUTCOMES if tuple(row[name] for name in names) == key]
    return found


def explorer(key: str, **values):
    made = lesson.EXPLORERS[key](text={"title": key, "badge": BADGES[key]})
    made.set(**values)
    return made


def words_of(key: str, **values) -> str:
    made = explorer(key, **values)
    return made.describe(made.result())


class TestEverySetting:
    @pytest.mark.parametrize("key", lesson.EXPLORERS)
    def test_computes_draws_describes_and_tabulates(self, key):
        check_every_setting(explorer(key))

    @pytest.mark.parametrize("key", lesson.EXPLORERS)
    def test_a_frame_shows_its_own_setting_and_nothing_of_the_one_before(self, key):
        check_kept_figure(partial(explorer, key), EXTREMES[key])

    @pytest.mark.parametrize(
        ("key", "name", "value", "words"),
        [
            ("dynamics", "dose", 11, "outside 1 to 10 Gy"),
            ("dynamics", "timing", "later", "is not one of"),
            ("dynamics", "influx", "much", "is not a number"),
            ("dormancy", "killed", 100, "outside 0 to 99 %"),
            ("interferon", "half_fall", 19, "outside 12 to 18 Gy"),
            ("evidence", "endpoint", "<script>", "is not one of"),
            ("abscopal", "control", "maybe", "is not one of"),
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

    @pytest.mark.parametrize("key", ["dynamics", "dormancy", "interferon"])
    def test_curves_stay_within_their_axes(self, key):
        chosen = random.Random(11)
        made = explorer(key)
        for _ in range(30):
            drawn_values = {}
            for control in made.controls:
                if control.kind == "number":
                    drawn_values[control.name] = control.parse(
                        chosen.uniform(control.low, control.high)
                    )
                elif control.kind == "toggle":
                    drawn_values[control.name] = chosen.random() < 0.5
                else:
                    drawn_values[control.name] = chosen.choice(list(control.options))
            made.set(**drawn_values)
            view = made.result()
            if key == "dynamics":
                for course in view.arms.values():
                    assert course.volume.max() <= 2200
                    assert course.effectors.max() <= 1500, drawn_values
                    assert course.pdl1.max() <= 1
            elif key == "dormancy":
                for path in filter(None, (view.alone, view.treated)):
                    assert path.tumour.min() >= 1e4, drawn_values
                    assert path.tumour.max() <= 1e9
                    assert path.effectors.min() >= 1e4, drawn_values
                    assert path.effectors.max() <= 1e7
            else:
                assert all(0 <= d.total <= 1 and d.signal <= 1 for d in view.divisions)


class TestSpeed:
    @pytest.mark.parametrize(
        ("key", "name", "values"),
        [
            ("dynamics", "dose", np.arange(1, 10.5, 0.5)),
            ("dormancy", "killed", range(0, 80, 4)),
            ("interferon", "half_rise", np.arange(1, 10.5, 0.5)),
            ("evidence", "endpoint", ["OS", "PFS", "response"] * 6),
            ("abscopal", "study", ["pooled", "pembro", "cases"] * 6),
        ],
    )
    def test_half_of_all_frames_take_forty_milliseconds_of_the_processor_or_less(
        self, key, name, values
    ):
        made = explorer(key)
        made.frame(640, 420)
        taken = []
        for value in values:
            begin = time.process_time()
            made.set(**{name: value})
            made.frame(640, 420)
            taken.append(time.process_time() - begin)
        assert np.median(taken) <= 0.04


class TestDynamics:
    def test_the_default_is_the_published_schedule(self):
        view = explorer("dynamics").result()
        ends = {row["arm"]: row["day: [TV,TVd,nT,dT,L]"]["40"] for row in golden()}
        names = {"none": "control", "rt": "rt5x2", "mab": "mAb", "both": "rt5x2+mAb"}
        assert list(view.arms) == list(names)
        for arm, name in names.items():
            assert view.arms[arm].volume[-1] == pytest.approx(sum(ends[name][:2]), rel=1e-4)
            assert view.arms[arm].effectors[-1] == pytest.approx(ends[name][3], rel=1e-4)
            assert view.arms[arm].pdl1[-1] == pytest.approx(ends[name][4], rel=1e-4)
        assert "untreated 1759 mm³" in words_of("dynamics")
        assert "both 3.0 mm³" in words_of("dynamics")

    @pytest.mark.parametrize(
        ("values", "said"),
        [
            ({"timing": "after"}, "both 538 mm³"),
            ({"start": 10}, "both 1314 mm³"),
            ({"influx": 75}, "both 1733 mm³"),
        ],
    )
    def test_the_texts_numbers_are_the_models(self, values, said):
        assert said in words_of("dynamics", **values)
        number = said.split()[1]
        shown = next(e for e in TEXT["explorers"] if e["id"] == "dynamics")
        assert number in shown["explain"]

    def test_without_treatment_there_is_one_curve(self):
        view = explorer("dynamics", fractions=0, timing="none").result()
        assert list(view.arms) == ["none"]
        assert "Given" not in words_of("dynamics", fractions=0, timing="none")

    def test_injections_never_leave_the_model(self):
        view = explorer("dynamics", start=20, timing="after").result()
        assert max(view.schedule.antibody) <= 40
        assert explorer("dynamics", start=3, timing="before").result().schedule.antibody[0] == 0

    def test_other_doses_and_influx_are_said_to_be_assumed(self):
        assert "unchecked" in words_of("dynamics", dose=8, fractions=3)
        assert "75 % of the typical mouse's" in words_of("dynamics", influx=75)
        assert "unchecked" not in words_of("dynamics")

    @pytest.mark.parametrize(
        ("values", "notes"),
        [
            ({}, ()),
            ({"dose": 8, "fractions": 3}, ("unchecked dose",)),
            ({"influx": 90}, ("another mouse",)),
            ({"dose": 4, "influx": 150}, ("unchecked dose", "another mouse")),
            ({"dose": 8, "fractions": 0}, ()),
        ],
    )
    def test_the_figure_itself_says_what_nothing_checks(self, values, notes):
        made = explorer("dynamics", **values)
        assert made.result().notes == notes
        shown = {text.get_text() for text in drawn(made, 360).findobj(Text) if text.get_visible()}
        assert ("\n".join(notes) in shown) or not notes

    def test_in_other_animals_either_treatment_may_suffice(self):
        ends = {
            influx: explorer("dynamics", influx=influx).result().arms for influx in (75, 90, 150)
        }
        assert ends[150]["rt"].volume[-1] < 10
        assert ends[150]["mab"].volume[-1] < 10
        explain = next(e for e in TEXT["explorers"] if e["id"] == "dynamics")["explain"]
        for influx in (75, 90):
            assert f"at {influx} % {ends[influx]['both'].volume[-1]:.0f}" in explain.lower()

    def test_a_control_without_effect_is_named(self):
        assert "change nothing" in words_of("dynamics", fractions=0)
        assert "change nothing" not in words_of("dynamics")


class TestDormancy:
    @pytest.mark.parametrize(
        ("values", "fate"),
        [
            ({}, "dormancy"),
            ({"lost": 50}, "escape"),
            ({"start": "dormant", "killed": 0, "lost": 95}, "escape"),
            ({"start": "dormant"}, "dormancy"),
        ],
    )
    def test_the_texts_fates_are_the_models(self, values, fate):
        assert f"From there the path leads to {fate}" in words_of("dormancy", **values)

    def test_left_alone_the_growing_tumour_escapes(self):
        view = explorer("dormancy", killed=0, lost=0).result()
        assert view.treated is None
        assert view.jump is None
        assert view.alone.fate == "escaped"
        assert "Nothing is killed" in words_of("dormancy", killed=0, lost=0)

    def test_no_cure_is_possible(self):
        assert explorer("dormancy", killed=99).result().treated.fate == "dormant"
        assert words_of("dormancy").split(". ")[0].endswith("treated 5.7 million (dormancy)")

    def test_the_jump_is_the_treatment(self):
        (tumour, effectors), (after, left) = explorer("dormancy", lost=25).result().jump
        assert after == pytest.approx(0.2 * tumour, rel=1e-3)
        assert left == pytest.approx(0.75 * effectors, rel=1e-3)

    @pytest.mark.parametrize(
        ("number", "words"),
        [
            (0.4, "0"),
            (999, "999"),
            (1000, "1 thousand"),
            (16_083, "16 thousand"),
            (999_499, "1000 thousand"),
            (999_501, "1 million"),
            (8.19e6, "8.2 million"),
            (4.47e8, "450 million"),
        ],
    )
    def test_numbers_of_cells_in_words(self, number, words):
        assert _dormancy.cells(number) == words


class TestInterferon:
    @pytest.mark.parametrize(
        ("values", "best"),
        [({}, "6 × 4 Gy"), ({"half_rise": 8}, "3 × 8 Gy"), ({"half_rise": 2}, "12 × 2 Gy")],
    )
    def test_the_best_division_is_a_matter_of_the_assumed_shape(self, values, best):
        assert explorer("interferon", **values).result().best.name == best
        assert f"signal as {best}" in words_of("interferon", **values)

    def test_it_is_called_schematic_and_assumed(self):
        said = words_of("interferon")
        assert said.startswith("Under the assumed curve 24 Gy gives")
        assert "Schematic, preclinical" in said
        assert "how fractions add up and every number on them are assumed" in said
        assert "changed assumed curve" in words_of("interferon", steepness=4)

    def test_divisions_share_the_total(self):
        for total in (12, 21, 30):
            for division in explorer("interferon", total=total).result().divisions:
                assert division.count * division.dose == pytest.approx(total, abs=0.05)
                assert division.beyond == (division.dose >= 12)


class TestEvidence:
    @pytest.mark.parametrize("endpoint", ["OS", "PFS"])
    def test_ratios_are_the_ledgers(self, endpoint):
        blocks = lesson.evidence_blocks(explorer("evidence", endpoint=endpoint).result())
        marks = {b.heading: ln.mark for b in blocks for ln in b.lines if ln.mark}
        for name, trial in (
            ("KEYNOTE-001", "keynote001-rt"),
            ("PEMBRO-RT", "pembro-rt"),
            ("NRG-LU002", "nrg-lu002"),
        ):
            row, mark = published(trial, endpoint, "hazard_ratio"), marks[name]
            assert mark.value == float(row["value"])
            assert mark.low == (float(row["low"]) if row["low"] else None)
            assert mark.high == (float(row["high"]) if row["high"] else None)
            assert mark.hollow == (row["verification"] == "unverified")
        assert "Nature Cancer 2025" not in marks

    def test_an_unverified_ratio_is_said_to_be_so(self):
        said = words_of("evidence")
        assert "NRG-LU002 1.05 unverified" in said.split(". ")[0]
        blocks = lesson.evidence_blocks(explorer("evidence").result())
        assert [b.status for b in blocks] == ["", "", "", "unverified", "+ not in the review"]

    def test_a_row_with_one_figure_read_and_one_not_says_which(self):
        blocks = lesson.evidence_blocks(explorer("evidence", endpoint="PFS").result())
        row = next(block for block in blocks if block.heading == "NRG-LU002")
        assert [line.text for line in row.lines[:2]] == [
            "0.93 ✓, no interval",
            "p = 0.664 ? unverified",
        ]

    @pytest.mark.parametrize("endpoint", ["OS", "PFS"])
    def test_the_pooled_analysis_is_there_with_both_arms(self, endpoint):
        blocks = lesson.evidence_blocks(explorer("evidence", endpoint=endpoint).result())
        told = " ".join(line.text for line in blocks[-1].lines)
        name = f"{endpoint} first report"
        medians = [
            published("theelen-pooled", name, "median", arm)["value"]
            for arm in ("rt-pembro", "pembro")
        ]
        assert f"median {' against '.join(medians)} months" in told
        assert len(lesson.evidence_blocks(explorer("evidence", pooled=False).result())) == 4

    def test_responses_are_the_ledgers(self):
        said = words_of("evidence", endpoint="response", pooled=True)
        for trial, endpoint in (
            ("pembro-rt", "response at 12 weeks"),
            ("theelen-pooled", "response first report"),
        ):
            rows = [r for r in OUTCOMES if (r["trial_id"], r["endpoint"]) == (trial, endpoint)]
            assert len(rows) == 2
            assert all(f"{row['value']} %" in said for row in rows)

    def test_the_table_gives_every_claim_and_its_verdict(self):
        made = explorer("evidence")
        rows = made.table(made.result()).rows
        ids = [claim for study in _immune_evidence.STUDIES for claim in study.claims]
        assert len(rows) == len(ids)
        for row, claim_id in zip(rows, ids, strict=True):
            assert row[1] == CLAIMS[claim_id]["statement"]
            assert row[4] == AUDIT[claim_id]["teach"]

    def test_short_words_of_the_review_rest_on_claims(self):
        for study in _immune_evidence.STUDIES:
            for said in study.said:
                figure = re.search(r"\d[\d.]*", said.words)
                if figure and "-" not in said.words:
                    assert figure.group() in CLAIMS[said.claim]["value_text"]


class TestAbscopal:
    def test_dots_are_the_ledgers_shares(self):
        for study, trial, endpoint in (
            ("pooled", "theelen-pooled", "abscopal response"),
            ("first", "theelen-pooled", "response first report"),
            ("pembro", "pembro-rt", "response at 12 weeks"),
        ):
            groups = explorer("abscopal", study=study).result().groups
            first = "sbrt-pembro" if study == "pembro" else "rt-pembro"
            for group, arm in zip(groups, (first, "pembro"), strict=True):
                row = published(trial, endpoint, "proportion", arm)
                assert group.filled == round(float(row["value"]))
                assert group.words.startswith(f"{float(row['value']):g} %")
                assert group.known == (row["verification"] != "unverified")

    def test_cases_are_those_of_the_audit(self):
        found = AUDIT["abscopal-rare"]["primary_says"]
        assert f"{_abscopal.CASES} published cases" in found
        assert f"{_abscopal.ALONE} of them after radiation alone and one without" in found

    def test_without_the_other_arm_nothing_is_judged(self):
        said = words_of("abscopal", control=False)
        assert "19.7" not in said
        assert "cannot tell" in said
        assert "difference 22 points" in words_of("abscopal")
        assert "difference 18 points, p = 0.07" in words_of("abscopal", study="pembro")
        assert "difference 17 points, p = 0.01" in words_of("abscopal", study="first")
        hidden = explorer("abscopal", control=False).result().groups[1]
        assert (hidden.of, hidden.words) == (0, "hidden")

    def test_every_row_of_the_table_carries_a_verdict(self):
        made = explorer("abscopal")
        for row in made.table(made.result()).rows:
            assert row[-1]["tone"] in {"ok", "note", "open", "bad"}
            parts = row[-1]["text"].lower().split("; ")
            assert len(parts) == len(set(parts))

    def test_what_the_review_does_not_say_gets_no_verdict(self):
        made = explorer("abscopal")
        badges = {row[0]: row[-1]["text"] for row in made.table(made.result()).rows}
        assert badges["PEMBRO-RT, clinical"] == "not in the review"
        assert badges["Pooled analysis, first report"] == "not in the review"

    def test_shares_of_the_table_are_the_ledgers(self):
        made = explorer("abscopal")
        rows = {row[0]: row[2] for row in made.table(made.result()).rows}
        for name, trial, endpoint, arms in (
            ("PEMBRO-RT, clinical", "pembro-rt", "response at 12 weeks", ("sbrt-pembro", "pembro")),
            (
                "Pooled analysis, first report",
                "theelen-pooled",
                "response first report",
                ("rt-pembro", "pembro"),
            ),
        ):
            shares = [published(trial, endpoint, "proportion", arm)["value"] for arm in arms]
            assert f"{shares[0]} % against {shares[1]} %" in rows[name]


class TestTexts:
    def test_the_skeleton_is_complete(self):
        assert {e["id"] for e in TEXT["explorers"]} == set(lesson.EXPLORERS) == set(BADGES)
        assert {e["id"]: e["badge"] for e in TEXT["explorers"]} == BADGES
        assert len(TEXT["predictions"]) >= 2
        assert len(TEXT["questions"]) >= 7
        assert {q["kind"] for q in TEXT["questions"]} == {"single", "multiple", "numeric"}
        assert {q["difficulty"] for q in TEXT["questions"]} == {"recall", "apply", "judge"}

    def test_options_of_a_question_have_feedback_of_their_own(self):
        for asked in (*TEXT["predictions"], *TEXT["questions"]):
            said = [option["feedback"] for option in asked.get("options", ())]
            assert len(said) == len(set(said))

    def test_numeric_answers_are_the_ledgers(self):
        answers = {q["id"]: q["answer"] for q in TEXT["questions"] if "answer" in q}
        arms = [
            float(published("theelen-pooled", "abscopal response", "proportion", arm)["value"])
            for arm in ("rt-pembro", "pembro")
        ]
        control = published("pembro-rt", "response at 12 weeks", "proportion", "pembro")
        assert answers == {
            "pembro-control": float(control["value"]),
            "attributable": pytest.approx(arms[0] - arms[1]),
        }

    def test_no_prose_before_a_prediction_gives_its_answer_away(self):
        cells = ["".join(cell["source"]) for cell in NOTEBOOK["cells"]]
        before = {
            "dynamics": ("3 mm", "synerg", "nearly gone", "much together"),
            "dormancy": ("held in check once", "million", "cure"),
            "interferon": ("6 × 4", "12 × 2", "cannot tell", "this course's own"),
            "evidence": ("36 %", "0.66", "not met", "lengthened"),
            "abscopal": ("41.7", "19.7", "control arm", "without radiotherapy", "drug alone"),
        }
        for key, hints in before.items():
            place = next(i for i, cell in enumerate(cells) if f'explore("{key}")' in cell)
            known = " ".join([TEXT["about"], *TEXT["objectives"], *cells[:place]])
            assert not [hint for hint in hints if hint in known], key

    def test_no_text_calls_a_model_curve_kaplan_meier_or_promises_anything(self):
        cells = ["".join(cell["source"]) for cell in NOTEBOOK["cells"]]
        everything = " ".join([json.dumps(TEXT, ensure_ascii=False), *cells])
        assert not re.search(r"(?i)kaplan|coming soon|later release", everything)


def golden() -> list[dict]:
    return spec("RT_ICI_Kosinsky2018")["golden"]
