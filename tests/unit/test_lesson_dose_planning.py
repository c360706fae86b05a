"""The lesson on dose and planning: its figures against the models' specification and by hand."""

from __future__ import annotations

import json
import math
import re
from functools import partial

import numpy as np
import pytest
from figure_words import WIDTHS, boxes, drawn
from golden_values import spec
from lesson_harness import check_every_setting, check_kept_figure, check_words, notebook, text_file
from shipped_rows import rows_of

from oligoteach.modules import dose_planning as lesson
from oligoteach.modules._constraint_checker import SERIES
from oligoteach.widgets import ImpossibleError

pytestmark = pytest.mark.filterwarnings("error")
TEXT = text_file("dose_planning")
NOTEBOOK = notebook("dose_planning")
CONSTRAINTS = rows_of("constraints", "constraints")
BADGES = {"constraints": "published"}
EXTREMES = {
    "fractionation": (
        {"site": "bone", "tissue": "cord", "fractions": 4, "dose": 30},
        {"site": "adrenal", "scale": "bed", "fractions": 1, "dose": 34},
        {"fractions": 35, "dose": 1, "transition": "6"},
        {"tissue": "late", "scale": "bed", "transition": "20"},
    ),
    "isoeffect": (
        {"fractions": 1, "from_fractions": 30, "from_dose": 3, "late": 1, "tumour": 2},
        {"fractions": 40, "from_fractions": 1, "from_dose": 20, "late": 10},
        {"fractions": 30, "tumour": 20},
    ),
    "time": (
        {"rhythm": "twice", "fractions": 40, "gap": 21, "dose": 3, "half_time": 6},
        {"fractions": 1, "dose": 20, "gap": 0},
        {"rhythm": "alternate", "fractions": 40, "gap": 21, "kick_off": 7, "doubling": 1},
        {"fractions": 5, "dose": 10},
    ),
    "constraints": (
        {"preset": "peripheral", "optimal": True, "unverified": True},
        {"preset": "spine", "unverified": True},
        {"fractions": "8", "unverified": True},
        {"fractions": "5", "unverified": True, "total": 70, "heart": 70, "cord": 0},
        {"fractions": "4", "optimal": True, "v20": 60, "mean": 30},
    ),
    "margins": (
        {"given": 0, "systematic": 0, "random": 0},
        {"given": 12, "systematic": 3, "random": 4, "fractions": 1},
        {"given": 12, "systematic": 0.1, "random": 4, "fractions": 35, "penumbra": "lung"},
        {"given": 7, "isodose": "80", "fractions": 30},
    ),
    "motion": (
        {"diameter": 5, "amplitude": 25, "systematic": 3, "random": 4, "fractions": 1},
        {"diameter": 1, "amplitude": 0, "systematic": 0, "random": 0},
        {"diameter": 1.2, "amplitude": 5, "systematic": 0, "random": 0},
        {"diameter": 4.2, "amplitude": 12, "isodose": "95", "penumbra": "water"},
    ),
}


def explorer(key: str, **values):
    made = lesson.EXPLORERS[key](text={"title": key, "badge": BADGES.get(key, "model")})
    made.set(**values)
    return made


def words_of(key: str, **values) -> str:
    made = explorer(key, **values)
    return made.describe(made.result())


def text_of(key: str) -> dict:
    return next(e for e in TEXT["explorers"] if e["id"] == key)


def asked(kind: str, key: str) -> dict:
    return next(q for q in TEXT[kind] if q["id"] == key)


def golden(model: str, **fixed) -> dict:
    (row,) = [r for r in spec(model)["golden"] if fixed.items() <= r.items()]
    return row


class TestEverySetting:
    @pytest.mark.parametrize("key", EXTREMES)
    def test_computes_draws_describes_and_tabulates(self, key):
        check_every_setting(explorer(key), may_refuse=True)

    @pytest.mark.parametrize("key", EXTREMES)
    def test_a_frame_shows_its_own_setting_and_nothing_of_the_one_before(self, key):
        check_kept_figure(partial(explorer, key), EXTREMES[key])

    @pytest.mark.parametrize("width", WIDTHS)
    @pytest.mark.parametrize("key", EXTREMES)
    def test_no_word_is_cut_or_covered(self, key, width):
        check_words(explorer(key), width, EXTREMES[key])

    @pytest.mark.parametrize("key", EXTREMES)
    def test_the_first_sentence_carries_the_message_beside_a_figure_on_the_wall(self, key):
        for values in ({}, *EXTREMES[key]):
            first = re.split(r"(?<=\.) (?=[A-Z])", words_of(key, **values))[0]
            assert len(first) <= 160, first

    @pytest.mark.parametrize(
        ("key", "name", "value", "words"),
        [
            ("fractionation", "dose", 35, "outside 1 to 34 Gy"),
            ("fractionation", "tissue", "brain", "is not one of"),
            ("constraints", "fractions", "2", "is not one of"),
            ("constraints", "heart", 71, "outside 0 to 70 Gy"),
            ("isoeffect", "fractions", 41, "outside 1 to 40"),
            ("time", "rhythm", "weekly", "is not one of"),
            ("margins", "systematic", -1, "outside 0 to 3 mm"),
            ("margins", "fractions", "many", "is not a number"),
            ("motion", "amplitude", 26, "outside 0 to 25 mm"),
        ],
    )
    def test_refuses_other_values_with_a_sentence(self, key, name, value, words):
        with pytest.raises(ValueError, match=re.escape(words)):
            explorer(key, **{name: value})


class TestFractionation:
    def test_conventional_fractions_are_the_measure_of_all_models(self):
        view = explorer("fractionation").result()
        first = view.schedules[0]
        assert (first.n_fractions, first.dose) == (30, 2)
        assert list(first.values.values()) == pytest.approx([60, 60, 60])

    def test_values_are_the_specifications(self):
        made = explorer("fractionation", scale="bed", transition="10")
        lq = golden("BED_EQD2", n=3, d=18)["BED10"]
        lql = golden("LQ-L", n=3, d=18)["BED"]
        yours = made.result().yours
        assert (yours.values["lq"], yours.values["lql"]) == pytest.approx((lq, lql))
        made.set(site="adrenal")
        usc = golden("USC", n=3, d=20)["BED"]
        twenty = next(s for s in made.result().schedules if s.dose == 20)
        assert twenty.values["usc"] == pytest.approx(usc, rel=1e-8)
        assert twenty.values["lq"] == pytest.approx(180)
        eight = next(s for s in made.result().schedules if s.dose == 8)
        assert eight.values["lq"] == pytest.approx(72)

    def test_normal_tissue_has_no_usc_and_says_so(self):
        for tissue, key in (("late", "EQD2_3"), ("cord", "EQD2_2")):
            view = explorer("fractionation", tissue=tissue).result()
            assert set(view.yours.values) == {"lq", "lql"}
            expected = golden("BED_EQD2", n=3, d=18)[key]
            assert view.yours.values["lq"] == pytest.approx(expected)
            assert "USC is fitted to tumour cells" in words_of("fractionation", tissue=tissue)

    def test_a_schedule_beyond_the_range_of_lq_is_marked(self):
        made = explorer("fractionation", dose=12, fractions=4)
        assert made.result().yours.holds == {"lq": False, "lql": True, "usc": True}
        assert "12 Gy a fraction lies beyond the range of LQ" in made.describe(made.result())
        made.set(dose=10)
        assert all(made.result().yours.holds.values())
        assert "beyond" not in made.describe(made.result())

    def test_a_listed_schedule_is_lit_and_another_is_added(self):
        listed = explorer("fractionation").result()
        other = explorer("fractionation", dose=11).result()
        assert len(other.schedules) == len(listed.schedules) + 1
        for view in (listed, other):
            assert sum(s.lit for s in view.schedules) == 1
            doses = [s.dose for s in view.schedules]
            assert doses == sorted(doses)

    def test_a_course_that_nobody_gives_is_refused_with_the_nearest(self):
        made = explorer("fractionation")
        with pytest.raises(ImpossibleError) as error:
            made.set(fractions=30)
        assert "30 × 18 Gy is 540 Gy" in error.value.refusals["dose"]
        assert "4 Gy each" in error.value.refusals["dose"]
        made.set(fractions=30, dose=4)

    def test_the_texts_numbers_are_the_models(self):
        values = explorer("fractionation").result().yours.values
        rounded = [str(round(values[way])) for way in ("lq", "lql", "usc")]
        assert rounded == ["126", "110", "96"]
        for number in rounded:
            assert number in text_of("fractionation")["explain"]
        prediction = asked("predictions", "usc-of-54")
        assert prediction["answer"] == pytest.approx(values["usc"], abs=0.5)
        assert asked("questions", "bed-5x8")["answer"] == 5 * 8 * (1 + 8 / 10)


class TestIsoeffect:
    def test_a_fraction_below_the_range_of_lq_is_not_called_within_it(self):
        made = explorer("isoeffect", from_fractions=1, from_dose=1, fractions=40)
        view = made.result()
        assert not any(line.holds[-1] for line in view.lines.values())
        assert all(line.holds[0] for line in view.lines.values())
        assert "Below 1 Gy a fraction no source read here vouches" in made.describe(view)
        within = {row[0]: row[-1] for row in made.table(view).rows}
        assert (within["1"], within["40"]) == ("yes", "no")

    def test_doses_are_the_specifications(self):
        row = golden("ISO_D", n=5)
        made = explorer("isoeffect", from_fractions=10, from_dose=row["d"] / 2, fractions=5)
        # 10 fractions of 5 Gy have a BED of 75 Gy; the row's BED is 100.
        assert made.result().lines["tumour"].target == pytest.approx(75)
        made.set(from_fractions=5, from_dose=row["d"], fractions=5)
        assert made.result().lines["tumour"].target == pytest.approx(row["BED"])
        assert made.result().lines["tumour"].dose == pytest.approx(row["d"])
        made.set(fractions=3)
        three = golden("ISO_D", n=3)
        assert made.result().total("tumour") == pytest.approx(three["total"], rel=1e-8)

    def test_the_schedule_matches_itself_and_alike_tissues_are_alike(self):
        same = explorer("isoeffect", fractions=30).result()
        assert [same.total(t) for t in ("tumour", "late")] == pytest.approx([60, 60])
        alike = explorer("isoeffect", late=10).result()
        assert alike.share == pytest.approx(1)

    def test_fewer_fractions_leave_late_tissue_less(self):
        shares = [explorer("isoeffect", fractions=n).result().share for n in (1, 3, 5, 15, 30, 40)]
        assert shares == sorted(shares)

    def test_the_texts_numbers_are_the_models(self):
        view = explorer("isoeffect").result()
        assert view.total("tumour") == pytest.approx(40)
        assert view.total("late") == pytest.approx(31.9, abs=0.05)
        assert 100 * view.share == pytest.approx(
            asked("predictions", "late-share")["answer"], abs=0.5
        )
        assert (round(view.late_bed), round(view.lines["late"].target)) == (147, 100)
        explain = text_of("isoeffect")["explain"]
        assert all(number in explain for number in ("31.9", "80 %", "147", "100"))

    def test_large_fractions_are_marked(self):
        assert "disputed" not in words_of("isoeffect", fractions=5)
        assert "LQ is disputed" in words_of("isoeffect", fractions=1)
        holds = explorer("isoeffect").result().lines["tumour"].holds
        assert holds.tolist() == [False] * 3 + [True] * 37


class TestTime:
    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"fractions": 1, "dose": 20, "gap": 0}, "linear-quadratic model is disputed"),
            ({"fractions": 5, "dose": 9}, "it is debated whether"),
            (
                {"fractions": 10, "dose": 1, "gap": 21, "kick_off": 7, "doubling": 1},
                "takes away more than the whole course gives",
            ),
        ],
    )
    def test_it_says_where_the_models_are_left(self, values, words):
        assert words in words_of("time", **values)
        assert words not in words_of("time")

    def test_lines_hold_where_the_models_do(self):
        usual = explorer("time").result()
        assert usual.days_hold.all()
        assert usual.hours_hold.all()
        large = explorer("time", fractions=3, dose=18).result()
        assert not large.days_hold.any()
        assert not large.hours_hold.any()
        spent = explorer("time", fractions=10, dose=1, kick_off=7, doubling=1).result()
        assert np.array_equal(spent.days_hold, spent.by_days > 0)

    @pytest.mark.parametrize(("n", "rhythm", "days"), [(30, "daily", 39), (33, "daily", 44)])
    def test_days_are_the_specifications(self, n, rhythm, days):
        row = golden("BED_repop", n=n)
        assert row["T"] == days
        view = explorer("time", fractions=n, rhythm=rhythm, gap=0).result()
        assert view.actual == days
        assert view.tumour["actual"] == pytest.approx(row["BED"], rel=1e-8)

    @pytest.mark.parametrize(
        ("n", "rhythm", "days"),
        [
            (1, "daily", 0),
            (5, "daily", 4),
            (6, "daily", 7),
            (1, "alternate", 0),
            (3, "alternate", 4),
            (4, "alternate", 7),
            (2, "twice", 0),
            (10, "twice", 4),
            (11, "twice", 7),
        ],
    )
    def test_days_by_hand(self, n, rhythm, days):
        assert explorer("time", fractions=n, rhythm=rhythm, gap=0).result().actual == days

    def test_repair_is_the_specifications(self):
        row = golden("BED_incomplete_repair", dT_h=24)
        view = explorer("time", fractions=3, dose=8).result()
        assert view.late == pytest.approx(row["BED"], rel=1e-8)

    def test_two_a_day_have_a_night_between_the_days(self):
        """Pairs 6 hours apart repair down to 1/16; a night of 18 hours leaves 1/4096 of it."""
        view = explorer("time", rhythm="twice").result()
        pairs = sum(
            0.5 ** ((24 * (j // 2 - i // 2) + 6 * (j % 2 - i % 2)) / 1.5)
            for j in range(30)
            for i in range(j)
        )
        assert view.late == pytest.approx(60 + 4 / 3 * (30 + 2 * pairs), rel=1e-12)
        assert math.isnan(view.by_hours[-1])

    def test_the_texts_numbers_are_the_models(self):
        view = explorer("time").result()
        assert view.lost == pytest.approx(7 * 0.66, abs=0.01)
        assert "costs 4.6 Gy of BED" in words_of("time")
        assert "4.6 Gy" in text_of("time")["explain"]
        assert explorer("time", rhythm="twice").result().late == pytest.approx(102.5, abs=0.05)
        prediction = asked("predictions", "break-in-five")
        short = explorer("time", **prediction["at"]).result()
        assert (short.planned, short.actual, short.lost) == (4, 11, 0)
        assert "costs no BED" in words_of("time", **prediction["at"])

    def test_assumptions_are_named_every_time(self):
        for values in ({}, *EXTREMES["time"]):
            assert "are assumptions; no source for them was found" in words_of("time", **values)


class TestConstraints:
    """Limits are looked up in the file itself, not through the course's own reader."""

    @staticmethod
    def limits(**fixed):
        found = [r for r in CONSTRAINTS if all(r[k] == v for k, v in fixed.items())]
        assert found, fixed
        return found

    def test_the_sources_are_never_merged(self):
        heart = line_of(explorer("constraints").result(), "heart")
        (tg101,) = self.limits(constraint_id="tg101-heart-5fx-dmax")
        (uk,) = self.limits(constraint_id="uk2018-heart-5fx-d0-5cc")
        (nccn,) = self.limits(constraint_id="nccn-heart-5fx-dmax")
        assert nccn["limit_unit"] == "% of prescription"
        allowed = {source: cell.judgement.allowed for source, cell in heart.cells.items()}
        assert allowed == {
            "tg101": float(tg101["limit"]),
            "uk2018": float(uk["limit"]),
            "nccn": float(nccn["limit"]) / 100 * 50,
        }
        assert heart.disagree
        words = words_of("constraints")
        assert "Heart, 33 Gy: UK 2018 29 broken, AAPM TG-101 38 kept, NCCN table 52.5 kept" in words
        assert "disagree on main airways and heart" in words

    def test_cord_sac_and_canal_have_rows_and_limits_of_their_own(self):
        view = explorer("constraints", cord=26, sac=26, canal=26).result()
        (cord,) = self.limits(constraint_id="hytec-cord-spinal-cord-5fx-dmax")
        (sac,) = self.limits(constraint_id="hytec-cord-thecal-sac-5fx-dmax")
        cells = {key: line_of(view, key).cells.get("hytec-cord") for key in ("cord", "sac")}
        assert cells["cord"].judgement.allowed == float(cord["limit"])
        assert cells["sac"].judgement.allowed == float(sac["limit"])
        assert cells["cord"].kept
        assert not cells["sac"].kept
        assert "hytec-cord" not in line_of(view, "canal").cells

    @pytest.mark.parametrize("fractions", ["1", "3", "4", "5", "8"])
    @pytest.mark.parametrize("optimal", [False, True])
    def test_every_limit_is_for_this_organ_and_number_and_is_shown(self, fractions, optimal):
        made = explorer("constraints", fractions=fractions, optimal=optimal, unverified=True)
        view = made.result()
        rows = {r["constraint_id"]: r for r in CONSTRAINTS}
        shown = 0
        for line in view.lines:
            for source, cell in line.cells.items():
                row = rows[cell.limit.constraint_id]
                assert (row["organ"], row["fractions"]) == (line.item.organ, fractions)
                assert row["source"] == source
                assert optimal or row["level"] != "optimal"
                small = row["at_unit"] != "cc" or float(row["at"]) <= 0.5
                assert line.item.metric != "near maximum" or small
                assert line.in_column(SERIES.get(source, source)) is cell
                shown += 1
        assert len(made.table(view).rows) == shown

    def test_the_smallest_volume_of_a_source_stands_for_its_hottest_point(self):
        # TG-101 limits the cord at a point, at 0.35 cc and at 1.2 cc.
        cord = line_of(explorer("constraints", fractions="1").result(), "cord")
        assert cord.cells["tg101"].judgement.allowed == 14

    def test_unverified_limits_come_only_when_asked_for_and_are_marked(self):
        plain, all_ = (explorer("constraints", unverified=u) for u in (False, True))
        kept = [c for n in plain.result().lines for c in n.cells.values()]
        assert not any(cell.unread for cell in kept)
        assert "Left out as unverified" in plain.describe(plain.result())
        cells = [c for n in all_.result().lines for c in n.cells.values()]
        unread = {r["constraint_id"] for r in CONSTRAINTS if r["verification"] == "unverified"}
        assert {c.limit.constraint_id for c in cells if c.unread} <= unread
        assert any(cell.unread for cell in cells)
        grades = [row[6]["tone"] for row in all_.table(all_.result()).rows]
        assert grades.count("open") == sum(cell.unread for cell in cells)

    def test_a_plan_sets_its_values_and_a_changed_value_makes_it_ones_own(self):
        made = explorer("constraints")
        made.set(preset="spine")
        assert (made.params["fractions"], made.params["cord"]) == ("1", 13.5)
        made.set(cord=14)
        assert made.params["preset"] == "own"
        assert made.params["heart"] == 10

    def test_the_texts_numbers_are_the_files(self):
        explain = text_of("constraints")["explain"]
        for key in ("tg101-heart-5fx-dmax", "uk2018-heart-5fx-d0-5cc"):
            (row,) = self.limits(constraint_id=key)
            assert f"{float(row['limit']):g}" in explain
        for key in ("hytec-cord-spinal-cord-5fx-dmax", "hytec-cord-thecal-sac-5fx-dmax"):
            (row,) = self.limits(constraint_id=key)
            assert f"{float(row['limit']):g}" in explain

    def test_the_figure_says_with_a_sign_what_it_says_with_a_colour(self):
        figure = drawn(explorer("constraints", unverified=True), 640)
        words = [text for text, _ in boxes(figure)]
        assert "29 ✗" in words
        assert "38 ✓?" in words
        assert "≠" in words


def line_of(view, key):
    (line,) = [line for line in view.lines if line.item.key == key]
    return line


class TestMargins:
    def test_dots_and_share_tell_the_same(self):
        for values in ({}, *EXTREMES["margins"]):
            view = explorer("margins", **values).result()
            assert view.inside == pytest.approx(100 * view.share, abs=0.51)

    def test_the_recipes_own_margin_covers_ninety(self):
        view = explorer("margins", systematic=2, random=3).result()
        at_own = np.sum(view.lengths <= view.wanted - view.taken)
        assert at_own == 90

    def test_numbers_by_hand(self):
        view = explorer("margins", systematic=2, random=3, fractions=1).result()
        assert view.wanted == pytest.approx(2.5 * math.hypot(2, 3))
        assert view.taken == 0
        assert view.rule == pytest.approx(golden("MARGIN_vanHerk", S=2, s=3, M=7.1)["M"])
        lung = explorer("margins", penumbra="lung", isodose="80").result()
        assert lung.many == pytest.approx(golden("MARGIN_vanHerk", sp=6.4)["M"], rel=1e-8)

    def test_the_texts_numbers_are_the_models(self):
        said = [words_of("margins", fractions=n) for n in (3, 1)]
        explain = text_of("margins")["explain"]
        for words, number in zip(said, ("8.0", "9.0"), strict=True):
            assert f"asks for {number} mm" in words
            assert number in explain
        assert "For many fractions it would ask for 7.0 mm" in said[0]
        assert "covers 40 of 100 patients" in said[0]
        better = explorer("margins", systematic=1, random=1.5).result()
        assert better.inside == 99
        five = explorer("margins", systematic=1, random=1.5, fractions=5).result()
        assert five.wanted == pytest.approx(3.5, abs=0.05)
        prediction = asked("predictions", "one-fraction")
        (right,) = [o["text"] for o in prediction["options"] if o.get("correct")]
        assert right == f"{explorer('margins', **prediction['at']).result().wanted:.1f} mm"

    def test_halving_one_error_or_the_other(self):
        full = explorer("margins").result().many
        systematic = full - explorer("margins", systematic=1).result().many
        random = full - explorer("margins", random=1.5).result().many
        assert (systematic, random) == pytest.approx((2.5, 1.4), abs=0.01)
        right = asked("questions", "which-error")["options"][0]["feedback"]
        assert "2.5 mm, the other 1.4" in right

    def test_one_fraction_is_told_in_the_singular(self):
        assert "with 1 fraction, " in words_of("margins", fractions=1)


class TestMotion:
    def test_volumes_are_the_specifications(self):
        for row in spec("ITV_geometry")["golden"]:
            view = explorer(
                "motion", diameter=row["d_cm"], amplitude=10 * row["A_cm"], systematic=0, random=0
            ).result()
            assert view.gtv == pytest.approx(row["GTV"], rel=1e-8)
            assert view.itv == pytest.approx(row["ITV"], rel=1e-8)
            assert view.ways["swept"].volume == pytest.approx(row["ITV"], rel=1e-8)

    def test_the_mean_position_needs_no_more_than_the_itv(self):
        for diameter in (1, 3, 5):
            for amplitude in (0, 5, 10):
                ways = explorer("motion", diameter=diameter, amplitude=amplitude).result().ways
                assert ways["middle"].volume <= ways["swept"].volume * (1 + 1e-12)
                assert ways["middle"].across == ways["swept"].across

    def test_without_breathing_both_are_one_sphere(self):
        ways = explorer("motion", amplitude=0).result().ways
        assert ways["middle"].volume == pytest.approx(ways["swept"].volume)

    def test_outside_the_table_there_is_no_goal(self):
        words = words_of("motion", diameter=5, amplitude=25, systematic=3)
        assert words.count("the table has no goal") == 2
        assert "R50 below" not in words
        made = explorer("motion", diameter=1, amplitude=0, systematic=0, random=0)
        assert [row[4:] for row in made.table(made.result()).rows] == [["no goal"] * 3] * 2

    def test_breathing_beyond_the_recipe_is_said(self):
        assert "not Gaussian enough" not in words_of("motion", amplitude=10)
        assert "not Gaussian enough" in words_of("motion", amplitude=11)

    def test_the_texts_numbers_are_the_models(self):
        view = explorer("motion").result()
        swept, middle = view.ways["swept"], view.ways["middle"]
        explain = text_of("motion")["explain"]
        for volume in (view.gtv, swept.volume, middle.volume):
            assert f"{volume:.1f}" in explain
        assert asked("predictions", "mean-position")["answer"] == round(middle.volume)
        assert middle.along - middle.across < 1

    def test_goals_in_the_question_are_the_tables(self):
        table = np.array(spec("R50_D2cm")["params"]["table"], dtype=float)
        r50, d2cm = (np.interp([20, 60], table[:, 0], table[:, c]) for c in (1, 3))
        right = asked("questions", "r50-by-volume")["options"][0]["feedback"]
        assert f"{r50[0]:.1f} becomes {math.ceil(10 * r50[1]) / 10:.1f}" in right
        assert f"{d2cm[0]:.0f} % becomes {d2cm[1]:.0f} %" in right


class TestWhatIsTold:
    def test_what_was_not_found_stands_on_the_cards(self):
        few = spec("MARGIN_few_fractions")["checked"]
        assert any(c["verdict"] == "not_found" and c["item"] == "formula" for c in few)
        assert "not found" in lesson.Margins.card["Validity"]
        table = spec("R50_D2cm")["checked"]
        assert any(c["verdict"] == "not_found" and "table" in c["stated"] for c in table)
        assert "unverified" in lesson.Motion.card["Parameters"]
        assert "unverified" in explorer("motion").table(explorer("motion").result()).caption
        line = spec("USC")["checked"]
        assert any(c["verdict"] == "not_found" and "H460" in c["stated"] for c in line)
        assert "not found in a source" in lesson.Fractionation.card["Validity"]

    def test_schedules_are_those_of_the_claims(self):
        told = " ".join(
            c["statement"] + c["value_text"] for c in claims(text_of("fractionation")["claims"])
        )
        for total, n in (("54", 3), ("60", 8), ("50", 5), ("30", 10)):
            assert re.search(rf"{total} Gy.{{0,4}}(?:in )?{n}\b", told), (total, n)

    def test_the_notebook_keeps_what_the_explorers_say(self):
        kept = json.dumps(NOTEBOOK["cells"], ensure_ascii=False)
        for key in EXTREMES:
            assert words_of(key) in kept


def claims(ids):
    return [row for row in rows_of("claims") if row["claim_id"] in ids]
