"""The lesson on oligoprogression: its figures against the ledger's files read anew."""

from __future__ import annotations

import io
import itertools
import math
import random
import re

import pytest
from figure_words import drawn, faults
from figure_words import settings as single_settings
from lesson_harness import notebook, text_file
from PIL import Image
from shipped_rows import keyed, rows_of

from oligoteach import lesson
from oligoteach.charts.interval_rows import POOL
from oligoteach.charts.rows import lay_out
from oligoteach.models import progression
from oligoteach.modules import _immortal as immortal
from oligoteach.modules import _time_on_therapy as series
from oligoteach.modules import oligoprogression as module

pytestmark = pytest.mark.filterwarnings("error")
WIDTHS = (253, 288, 360, 640, 1100)
ROWS = ("series", "trials", "subgroups")
BADGES = {
    "path": "model",
    "series": "published",
    "immortal": "model",
    "trials": "published",
    "subgroups": "calculation",
}


OUTCOMES, TRIALS = rows_of("outcomes"), keyed("trials", "trial_id")
CLAIMS = keyed("claims", "claim_id")
AUDIT = keyed("audit", "claim_id")
TEXT = text_file("oligoprogression")
NOTEBOOK = notebook("oligoprogression")


def published(trial: str, endpoint: str, measure: str, arm: str = "") -> dict[str, str]:
    """Return the one row of the outcomes' file with this key."""
    names = ("trial_id", "endpoint", "measure", "arm_id")
    (found,) = [
        row for row in OUTCOMES if tuple(row[n] for n in names) == (trial, endpoint, measure, arm)
    ]
    return found


def explorer(key: str, **values):
    made = module.EXPLORERS[key](text={"title": key, "badge": BADGES[key]})
    made.set(**values)
    return made


def settings(key: str, count: int, seed: int = 3) -> list[dict[str, object]]:
    """Return the defaults, each control moved alone, and ``count`` random settings."""
    made, chance = explorer(key), random.Random(seed)
    found: list[dict[str, object]] = [{}]
    found += [{name: value} for name, value in single_settings(made)]
    for _ in range(count):
        chosen = {}
        for name, value in chance.sample(
            list(single_settings(made)), k=sum(1 for _ in single_settings(made))
        ):
            chosen.setdefault(name, value)
        found.append(chosen)
    return found


def height(made, width: int) -> int:
    return round(width * (made.narrow_aspect if width < 520 else made.aspect))


class TestEverySetting:
    @pytest.mark.parametrize("key", module.EXPLORERS)
    def test_computes_describes_and_tabulates(self, key):
        for values in settings(key, 40):
            made = explorer(key, **values)
            result = made.result()
            words = made.describe(result)
            assert words.endswith("."), words
            assert 20 <= len(words) <= 1000, words
            table = made.table(result)
            assert all(len(row) == len(table.columns) for row in table.rows)
            assert not re.search(r"\bnan\b|\bNone\b|\de-\d", f"{words} {table.rows}")
            assert "aplan" not in words

    @pytest.mark.parametrize("key", module.EXPLORERS)
    def test_a_frame_shows_its_own_setting_and_nothing_of_the_one_before(self, key):
        kept = explorer(key)
        for values in settings(key, 6, seed=8)[-6:]:
            kept.set(**{**kept.defaults(), **values})
            size = (360, height(kept, 360))
            image = kept.frame(*size)
            assert Image.open(io.BytesIO(image)).size == size
            assert image == explorer(key, **values).frame(*size)

    @pytest.mark.parametrize("width", WIDTHS)
    @pytest.mark.parametrize("key", module.EXPLORERS)
    def test_no_word_is_cut_or_lies_on_another(self, key, width):
        made = explorer(key)
        for values in settings(key, 4 if width in (288, 640) else 1):
            made.set(**{**made.defaults(), **values})
            assert not faults(drawn(made, width)), (values, width)

    @pytest.mark.parametrize("key", ROWS)
    def test_the_pool_of_texts_is_large_enough(self, key):
        for values in settings(key, 20):
            made = explorer(key, **values)
            blocks, _ = made.rows(made.result())
            for room in (None, 241, 348):
                assert len(lay_out(blocks, room).words) <= POOL

    @pytest.mark.parametrize(
        ("key", "name", "value"),
        [
            ("path", "sites", 0),
            ("path", "treatment", "chemotherapy"),
            ("path", "rest", "perhaps"),
            ("series", "until", "cure"),
            ("immortal", "ratio", 0),
            ("immortal", "n", 10_000),
            ("immortal", "delay", "soon"),
            ("trials", "measure", "<script>"),
            ("subgroups", "times", 0.5),
        ],
    )
    def test_refuses_other_values_with_a_sentence(self, key, name, value):
        made = explorer(key)
        before = dict(made.params)
        with pytest.raises(ValueError, match=r"is not|is outside"):
            made.set(**{name: value})
        assert made.params == before


class TestPath:
    def test_the_default_is_the_case_and_ends_at_the_test(self):
        made = explorer("path")
        assert made.result().decision.end.id == "test-first"
        assert made.describe(made.result()).startswith(
            "The path ends at “Test before deciding” (not checked). Oligoprogression? yes; On a "
            "TKI? yes; Re-biopsy answers? no."
        )

    @pytest.mark.parametrize(
        ("values", "end", "standing"),
        [
            ({"biopsy": "clear"}, "ablate", "conditional, contested"),
            ({"biopsy": "clear", "treatment": "alk"}, "ablate", "conditional, contested"),
            ({"biopsy": "clear", "treatment": "ros1"}, "analogy", "by analogy"),
            ({"biopsy": "t790m"}, "osimertinib", "depends on the earlier drug"),
            ({"biopsy": "plasma"}, "test-first", "not checked"),
            ({"biopsy": "t790m", "treatment": "alk"}, "test-first", "not checked"),
            ({"biopsy": "t790m", "treatment": "osimertinib"}, "other-drug", "not checked"),
            ({"biopsy": "t790m", "treatment": "osimertinib-later"}, "other-drug", "not checked"),
            ({"biopsy": "other"}, "other-drug", "not checked"),
            ({"treatment": "ici"}, "on-immunotherapy", "open"),
            ({"rest": False}, "outside", "outside"),
            ({"sites": 6}, "outside", "outside"),
            ({"treatable": False}, "outside", "outside"),
        ],
    )
    def test_controls_lead_where_the_rules_do(self, values, end, standing):
        made = explorer("path", **values)
        found = made.result().decision.end
        assert (found.id, found.standing) == (end, standing)
        assert found.name in made.describe(made.result())

    def test_t790m_is_not_taken_without_an_egfr_tki(self):
        for treatment in ("alk", "ros1", "ici"):
            made = explorer("path", treatment=treatment, biopsy="t790m")
            assert "T790M is a change of EGFR" in made.describe(made.result())

    def test_contested_is_called_contested_in_the_figure(self):
        figure = drawn(explorer("path", biopsy="clear"), 640)
        said = {text.get_text() for axes in figure.axes for text in axes.artists + axes.texts}
        assert any("contested" in words for words in said)

    def test_every_name_of_the_model_can_be_chosen_and_drawn(self):
        from oligoteach.modules import _decision_path as steps

        assert tuple(steps._TREATMENT.values()) == progression.TREATMENTS
        assert tuple(steps._BIOPSY.values()) == progression.BIOPSIES
        assert set(steps.QUESTIONS) == {question.id for question in progression.QUESTIONS}
        assert set(steps.BROKEN) == {end.id for end in progression.ENDS}

    def test_cards_are_the_claims_of_the_end_with_their_verdicts(self):
        made = explorer("path", biopsy="t790m")
        (card,) = made.cards(made.result())
        assert card.key == "t790m-switch-osimertinib"
        assert AUDIT[card.key]["verdict"] == "outdated"
        assert card.tone == "bad"

    def test_the_table_gives_the_verdict_on_every_answer(self):
        made = explorer("path", biopsy="clear", bone=True, brain="silent")
        table = made.table(made.result())
        bases = {row[0]: row[3] for row in table.rows}
        assert (
            "not checked" in bases["Does a re-biopsy answer, of tissue or plasma?"]["text"].lower()
        )
        assert "Contradicted by the source." in bases["Pain"]["text"]
        end = bases["End: Keep TKI, ablate sites"]["text"]
        assert "stop-trial-promising" not in end  # the claim's words, not its key
        assert f"“{CLAIMS['stop-trial-promising']['statement']}” Contradicted by the source." in end

    def test_every_claim_is_named_in_the_text_of_the_explorer(self):
        (text,) = [part for part in TEXT["explorers"] if part["id"] == "path"]
        used = set()
        for values in settings("path", 60):
            used |= set(explorer("path", **values).result().decision.claims)
        assert used <= set(text["claims"])


class TestSeries:
    @pytest.mark.parametrize("measure", series.MEASURES, ids=lambda m: f"{m.trial_id} {m.words}")
    def test_points_are_those_of_the_ledger(self, measure):
        arm = {"weickhardt": "lat-tki", "yu-mskcc": "local-tki", "gan-2014": "srt-criz"}
        row = published(
            measure.trial_id, measure.endpoint, "median", arm.get(measure.trial_id, "sbrt")
        )
        blocks = series.series_blocks(series.series_view("all", "both", True))
        marks = [line.mark for block in blocks for line in block.lines if line.mark]
        values = (
            float(row["value"]),
            float(row["low"]) if row["low"] else None,
            float(row["high"]) if row["high"] else None,
        )
        drawn_values = [(mark.value, mark.low, mark.high) for mark in marks]
        # What stands only in the review is an open diamond, and never a point.
        assert (values in drawn_values) == (row["verification"] != "unverified")

    def test_what_the_review_prints_is_marked_with_its_verdict(self):
        blocks = {
            b.heading: b for b in series.series_blocks(series.series_view("all", "both", True))
        }
        ghosts = {h: [line.ghost for line in b.lines if line.ghost] for h, b in blocks.items()}
        assert (
            ghosts["Yu"]
            == [22, 41]
            == [float(CLAIMS[i]["value"]) for i in ("mskcc-time-to-change", "mskcc-median-os")]
        )
        assert ghosts["Gan"] == [float(CLAIMS["gan-second-progression"]["value"])] == [6.5]
        assert ghosts["The review"] == [6, 22]
        assert ghosts["Weickhardt"] == ghosts["CURB"] == []
        assert blocks["Yu"].status == "✗ review: miscited"
        assert blocks["The review"].status == "✗ inconsistent"
        assert AUDIT["tki-extension-range"]["verdict"] == "internally-inconsistent"

    def test_patients_who_were_not_suitable_stand_apart_and_are_no_control(self):
        blocks = series.series_blocks(series.series_view("all", "both", True))
        (others,) = [block for block in blocks if block.heading == "Gan, the others"]
        assert others.lines[0].mark.value == 10.1
        note = published("gan-2014", "total time on crizotinib", "median", "srt-criz")["note"]
        assert note.startswith("10.1 months in those not suitable")
        assert others.status == "✗ no fair control"
        assert others.lines[1].text == "immortal time, selection"

    def test_one_is_said_in_the_singular(self):
        made = explorer("series", until="all", show="review", randomised=False)
        assert " medians from " in made.describe(made.result())
        made = explorer("series", until="therapy", show="review", randomised=False)
        words = made.describe(made.result())
        assert not re.search(r"\b1 (medians|studies|different)", words), words

    def test_a_clock_that_the_ledger_does_not_start_is_said_to_be_unknown(self):
        made = explorer("series")
        starts = {(row[0], row[3]): row[2] for row in made.table(made.result()).rows}
        assert starts[("Weickhardt", "second progression")] == "not stated here"
        assert starts[("Yu", "death")] == "local treatment"
        assert "from local therapy" in published("yu-mskcc", "OS", "median", "local-tki")["note"]

    def test_numbers_of_patients_are_the_ledgers(self):
        made = explorer("series")
        words = made.describe(made.result())
        for trial in ("weickhardt", "yu-mskcc", "gan-2014", "curb"):
            assert f"(n = {TRIALS[trial]['n']}, " in words

    def test_nothing_is_pooled(self):
        for values in settings("series", 20):
            made = explorer("series", **values)
            assert "nothing is pooled" in made.describe(made.result())


class TestImmortal:
    def test_the_default_shows_benefit_from_nothing(self):
        view = explorer("immortal").result()
        naive, landmark, dependent = view.middle
        assert naive[2] < 1  # even the upper end of the middle 95 %
        assert naive[1] == pytest.approx(0.53, abs=0.03)
        assert landmark[1] == pytest.approx(1, abs=0.06)
        assert dependent[1] == pytest.approx(1, abs=0.06)

    @pytest.mark.parametrize("way", immortal.WAYS)
    def test_lanes_say_how_each_month_is_counted(self, way):
        view = explorer("immortal", count=way, landmark=4).result()
        for lane in immortal.shown(view).lanes:
            stretches = lane.stretches
            assert stretches[0].start == 0
            assert stretches[-1].stop == pytest.approx(lane.end)
            for one, after in itertools.pairwise(stretches):
                assert one.stop == after.start
            counted = [stretch.counted for stretch in stretches]
            if way == "naive":
                assert len(counted) == 1
            if way == "landmark":
                assert counted[0] == "not counted"
                assert (len(counted) == 2) == (lane.end > 4)
            if way == "time-dependent" and len(counted) == 2:
                assert counted == ["untreated", "treated"]
                assert stretches[0].stop == lane.mark or lane.mark is None

    def test_the_same_patients_whatever_the_count(self):
        ends = [
            explorer("immortal", count=way).result().patients.end.tolist() for way in immortal.WAYS
        ]
        assert ends[0] == ends[1] == ends[2]

    def test_moving_the_true_ratio_moves_the_time_dependent_count_with_it(self):
        for ratio in (0.4, 0.7, 1.3):
            middle = explorer("immortal", ratio=ratio, n=400).result().middle[2][1]
            assert math.log(middle) == pytest.approx(math.log(ratio), abs=0.06)

    def test_a_group_that_is_mostly_empty_is_said_to_be(self):
        made = explorer("immortal", delay=1, offered=100, n=40, ratio=0.3)
        view = made.result()
        assert "Repeats without a ratio because a group was empty" in made.describe(view)
        assert immortal.shown(view).estimates[1].words == "mostly no ratio"

    def test_it_says_that_it_is_a_model_of_assumptions(self):
        made = lesson("oligoprogression").explore("immortal")
        assert made.badge == "model"
        assert "assumptions" in made.card["Parameters"]
        assert "fitted to no series" in made.card["Parameters"]


class TestTrials:
    def test_points_are_those_of_the_ledger(self):
        from oligoteach.modules import _progression_trials as trials

        for measure, roles in (("median", {"with", "without"}), ("ratio", {"ratio"})):
            view = trials.TrialsView(measure, "source", False)
            for population, block in zip(
                trials.POPULATIONS, trials.trial_blocks(view), strict=True
            ):
                marks = {line.role: line.mark for line in block.lines if line.mark}
                assert set(marks) == (
                    set() if (measure, population.name) == ("ratio", "STOP") else roles
                )
                arms = {
                    "with": "sabr" if population.trial_id == "stop" else "sbrt",
                    "without": "soc",
                }
                for role, mark in marks.items():
                    kind = "hazard_ratio" if role == "ratio" else "median"
                    row = published(
                        population.trial_id, population.endpoint, kind, arms.get(role, "")
                    )
                    assert mark.value == float(row["value"])
                    if role == "ratio":
                        assert (mark.low, mark.high) == (float(row["low"]), float(row["high"]))

    def test_stop_is_said_to_be_negative_and_compromised_beside_the_reviews_word(self):
        made = explorer("trials")
        words = made.describe(made.result())
        assert words.startswith("STOP states no difference in progression-free survival")
        assert "11 of 31 controls (35 %) went off protocol or withdrew" in words
        assert "11 of 31 controls off protocol or withdrawn" in TRIALS["stop"]["note"]
        assert "11 of 31 controls (35 percent)" in AUDIT["stop-trial-promising"]["primary_says"]
        row = made.table(made.result()).rows[0]
        assert "promising" in row[-1]["text"]
        assert row[-1]["tone"] == "bad"

    def test_the_reviews_view_has_its_word_and_no_figure(self):
        made = explorer("trials", show="review")
        assert "“promising outcomes”; no figure" in made.describe(made.result())
        blocks, _ = made.rows(made.result())
        assert not [line for block in blocks for line in block.lines if line.mark]

    def test_trials_without_results_have_none(self):
        made = explorer("trials")
        words = made.describe(made.result())
        assert "HALT (in follow-up; no results seen)" in words
        assert not [row for row in OUTCOMES if row["trial_id"] in ("halt", "stop-2")]
        rows = {row[0]: row for row in made.table(made.result()).rows}
        assert rows["HALT"][4:6] == ["–", "–"]
        assert "not found" in rows["the furmonertinib trial"][6]


class TestSubgroups:
    def test_the_two_groups_are_printed_and_the_ratio_is_worked_out(self):
        made = explorer("subgroups")
        words = made.describe(made.result())
        for endpoint in ("PFS NSCLC", "PFS breast"):
            row = published("curb", endpoint, "hazard_ratio")
            assert f"{row['value']} ({row['low']}–{row['high']}), p = {row['p_value']}" in words
        # By hand: exp(ln 0.41 - ln 0.78), SE 0.438.
        assert "0.53 (0.22–1.24), p = 0.14: these figures do not tell the two apart" in words

    def test_about_twice_the_patients_would_tell_them_apart(self):
        for times, told in ((1.5, "would not tell"), (2, "would tell")):
            made = explorer("subgroups", times=times)
            assert f"these figures {told} the two apart" in made.describe(made.result())

    def test_the_sizes_in_the_text_follow_from_the_printed_intervals(self):
        logs, variance = [], 0.0
        for endpoint in ("PFS NSCLC", "PFS breast"):
            row = published("curb", endpoint, "hazard_ratio")
            logs.append(math.log(float(row["value"])))
            reach = math.log(float(row["high"]) / float(row["low"])) / 2
            variance += (reach / 1.959964) ** 2
        squared = (logs[1] - logs[0]) ** 2 / variance
        (text,) = [part["explain"] for part in TEXT["explorers"] if part["id"] == "subgroups"]
        assert f"below 0.05 at {1.959964**2 / squared:.1f} times the size" in text
        # 0.841621: the standard normal quantile of 80 %.
        assert f"to be {(1.959964 + 0.841621) ** 2 / squared:.1f} times as large" in text

    def test_it_is_a_calculation(self):
        assert lesson("oligoprogression").explore("subgroups").badge == "calculation"


class TestPage:
    def test_the_lesson_has_what_was_asked(self):
        assert len(TEXT["predictions"]) >= 2
        assert len(TEXT["questions"]) >= 7
        assert {q["kind"] for q in TEXT["questions"]} == {"single", "multiple", "numeric"}
        assert {q["difficulty"] for q in TEXT["questions"]} == {"recall", "apply", "judge"}

    def test_no_prose_before_an_explorer_gives_its_answer_away(self):
        prose = "\n".join(
            "".join(cell["source"]) for cell in NOTEBOOK["cells"] if cell["cell_type"] == "markdown"
        ).split("## Take away")[0]
        visible = re.sub(r"<!--.*?-->", "", prose)
        for answer in (
            "second progression-free",
            "wrong paper",
            "0.53",
            "no difference",
            "promising",
        ):
            assert answer not in visible, answer

    def test_explanations_are_short_and_every_option_has_feedback(self):
        for part in TEXT["explorers"]:
            assert len(part["explain"].split()) <= 120
        for part in (*TEXT["questions"], *TEXT["predictions"]):
            assert all(option["feedback"] for option in part.get("options", ()))
