"""The lesson on the randomised trials: its figures against the ledger's files read anew."""

from __future__ import annotations

import io
import itertools
import json
import math
import random
import re
from types import SimpleNamespace

import numpy as np
import pytest
from lesson_harness import notebook, text_file
from PIL import Image
from shipped_rows import keyed, rows_of

from oligoteach.charts.belief_rows import BeliefRows
from oligoteach.charts.figure import TeachingFigure
from oligoteach.charts.interval_rows import POOL, IntervalRows
from oligoteach.charts.model_curves import ModelCurves
from oligoteach.charts.pooled_rows import MORE_TEXTS, PooledRows
from oligoteach.charts.rows import lay_out
from oligoteach.charts.stamp import Stamp, stamp
from oligoteach.charts.theme import DARK, LIGHT
from oligoteach.modules import _curve_fits, _pooling, _trial_board, _trials, _updating
from oligoteach.modules import randomised_trials as lesson

pytestmark = pytest.mark.filterwarnings("error")
WIDTHS = (250, 288, 360, 640, 1100)
BADGES = {
    "board": "published",
    "forest": "published",
    "pooling": "calculation",
    "curves": "model-curve",
    "again": "model",
    "go-no-go": "model",
    "prior": "model",
}
# Those that simulate are tested in test_lesson_simulated_trials.py.
CHARTS = {
    "board": IntervalRows,
    "forest": IntervalRows,
    "pooling": PooledRows,
    "curves": ModelCurves,
    "prior": BeliefRows,
}
FOUR = ["gomez", "iyengar-utsw", "sabr-comet", "nrg-lu002"]
ALL_SIX = [*FOUR, "extend", "nrg-br002"]


OUTCOMES = rows_of("outcomes")
CLAIMS = keyed("claims", "claim_id")
AUDIT = keyed("audit", "claim_id")
TEXT = text_file("randomised_trials")
NOTEBOOK = notebook("randomised_trials")


def published(trial: str, endpoint: str, measure: str, arm: str = "", months: str = ""):
    """Return the one row of the outcomes' file with this key."""
    key = (trial, endpoint, measure, arm, months)
    names = ("trial_id", "endpoint", "measure", "arm_id", "time_months")
    (found,) = [row for row in OUTCOMES if tuple(row[name] for name in names) == key]
    return found


def explorer(key: str, **values):
    made = lesson.EXPLORERS[key](text={"title": key, "badge": BADGES[key]})
    made.set(**values)
    return made


def values_of(control) -> list[object]:
    """Return the values of a control that are tried: all, or the telling ones."""
    if control.kind == "choice":
        return list(control.options)
    if control.kind == "many":
        every = list(control.options)
        return [list(control.default), every, [], every[:1], [every[0], every[2]], every[2:]]
    if control.kind == "number":
        return sorted({control.low, control.default, control.high})
    return [False, True]


def settings(key: str) -> list[dict[str, object]]:
    """Return combinations of the values of an explorer's controls."""
    controls = lesson.EXPLORERS[key].controls
    values = [values_of(control) for control in controls]
    names = [control.name for control in controls]
    return [dict(zip(names, combined, strict=True)) for combined in itertools.product(*values)]


def height(made, width: int) -> int:
    return round(width * (made.narrow_aspect if width < 520 else made.aspect))


class TestEverySetting:
    @pytest.mark.parametrize("key", CHARTS)
    def test_computes_describes_and_tabulates(self, key):
        made = explorer(key)
        for values in settings(key):
            made.set(**values)
            result = made.result()
            words = made.describe(result)
            assert words.endswith(".")
            assert 1 <= len(re.findall(r"\.(?:\s|$)", words)) <= 5
            assert words == made.describe(made.compute(SimpleNamespace(**made.params)))
            table = made.table(result)
            assert all(len(row) == len(table.columns) for row in table.rows)
            assert not re.search(r"\bnan\b|\bNone\b|e-\d", f"{words} {table.rows}")
            assert "aplan" not in words

    @pytest.mark.parametrize("key", CHARTS)
    def test_draws_a_picture_of_the_size_asked(self, key):
        made = explorer(key)
        for values in random.Random(3).sample(settings(key), 24):
            made.set(**values)
            image = Image.open(io.BytesIO(made.frame(640, 420, 1.0)))
            assert image.size == (640, 420)
            assert len(image.convert("L").getcolors()) > 10

    @pytest.mark.parametrize("key", CHARTS)
    def test_a_frame_shows_its_own_setting_and_nothing_of_the_one_before(self, key):
        chosen = random.Random(7).sample(settings(key), 10)
        kept = explorer(key)
        for values in chosen:
            kept.set(**values)
            assert kept.frame(360, height(kept, 360)) == explorer(key, **values).frame(
                360, height(kept, 360)
            )

    @pytest.mark.parametrize(
        ("key", "name", "value"),
        [
            ("board", "endpoint", "Endpoint"),
            ("board", "rows", "<script>"),
            ("forest", "level", 95),
            ("forest", "check", "maybe"),
            ("curves", "trial", "gomez"),
            ("curves", "model", None),
            ("pooling", "method", "guess"),
            ("prior", "prior", "hope"),
        ],
    )
    def test_refuses_other_values_with_a_sentence(self, key, name, value):
        made = explorer(key)
        before = dict(made.params)
        with pytest.raises(ValueError, match="is not one of"):
            made.set(**{name: value})
        assert made.params == before


class TestNothingIsCutOrCovered:
    """Words inside the figure and apart from one another, at every width and setting."""

    @pytest.mark.parametrize("width", WIDTHS)
    @pytest.mark.parametrize(("key", "chart"), CHARTS.items())
    def test_words(self, key, chart, width):
        made = explorer(key)
        figure = TeachingFigure(width, height(made, width), LIGHT)
        drawn = chart(figure)
        every = settings(key)
        if len(every) > 60 or width not in (250, 288, 640):
            every = [made.params, *random.Random(5).sample(every, 20)]
        for values in every:
            made.set(**values)
            made.update(drawn, made.result())
            figure.canvas.draw()
            boxes = list(self.boxes(figure))
            for text, box in boxes:
                assert box.x0 >= -1, (values, text)
                assert box.x1 <= figure.bbox.width + 1, (values, text)
                assert box.y0 >= -1, (values, text)
                assert box.y1 <= figure.bbox.height + 1, (values, text)
            for (one, a), (other, b) in itertools.combinations(boxes, 2):
                assert not self.overlap(a, b), (values, one, other)

    @staticmethod
    def boxes(figure):
        renderer = figure.canvas.get_renderer()
        (axes,) = figure.axes
        ticks = [
            tick.label1
            for axis in (axes.xaxis, axes.yaxis)
            for tick in axis.get_major_ticks()
            if axis.get_view_interval()[0] <= tick.get_loc() <= axis.get_view_interval()[1]
        ]
        for text in (*axes.texts, *ticks):
            if text.get_visible() and text.get_text():
                yield text.get_text(), text.get_window_extent(renderer)

    @staticmethod
    def overlap(a, b, slack: float = 3.0) -> bool:
        """Return whether two boxes share more than the rims of their letters."""
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        down = min(a.y1, b.y1) - max(a.y0, b.y0)
        return across > 1 and down > slack

    @pytest.mark.parametrize("key", ["board", "forest", "pooling"])
    def test_the_pool_of_texts_is_large_enough(self, key):
        blocks = {
            "board": lesson.board_blocks,
            "forest": lesson.forest_blocks,
            "pooling": lesson.pool_blocks,
        }[key]
        most = POOL + (MORE_TEXTS if key == "pooling" else 0)
        made = explorer(key)
        for values in settings(key):
            made.set(**values)
            for room in (None, 238, 348):
                assert len(lay_out(blocks(made.result()), room).words) <= most


class TestStamp:
    def test_lays_down_the_same_picture_as_a_text(self):
        pictures = []
        for kind in (Stamp, None):
            figure = TeachingFigure(240, 60, LIGHT)
            axes = figure.add_axes((0, 0, 1, 1))
            axes.set_axis_off()
            look = {"fontsize": 10, "color": "#b84a00", "va": "center_baseline", "ha": "center"}
            if kind is None:
                axes.text(0.5, 0.5, "with 41.2 (18.9)", **look)
            else:
                stamp(axes, text="with 41.2 (18.9)", position=(0.5, 0.5), **look)
            figure.canvas.draw()
            pictures.append(np.asarray(figure.canvas.buffer_rgba())[..., :3].astype(float))
        ink = [(255 - picture).sum() for picture in pictures]
        assert ink[0] == pytest.approx(ink[1], rel=0.02)
        assert ink[0] > 0

    def test_ground_covers_what_lies_below(self):
        figure = TeachingFigure(100, 40, DARK)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.axhspan(0, 1, color="#ff0000")
        words = stamp(axes, text="I", position=(0.5, 0.5), fontsize=10, color="#ffffff", zorder=9)
        counts = []
        for ground in (None, DARK.ground):
            words.set_ground(ground)
            figure.canvas.draw()
            picture = np.asarray(figure.canvas.buffer_rgba())
            counts.append(int((picture[..., :3] == (255, 0, 0)).all(axis=-1).sum()))
        assert counts[1] < counts[0]

    def test_nothing_is_drawn_of_an_empty_or_hidden_text(self):
        figure = TeachingFigure(100, 40, LIGHT)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        stamp(axes, position=(0.5, 0.5))
        stamp(axes, text="hidden", position=(0.5, 0.5), visible=False)
        figure.canvas.draw()
        assert (np.asarray(figure.canvas.buffer_rgba())[..., :3] == 255).all()


class TestBoard:
    @pytest.mark.parametrize(
        ("trial", "endpoint", "ledger", "with_arm", "without"),
        [
            ("gomez", "OS", "OS", "lct", "mto"),
            ("gomez", "PFS", "PFS", "lct", "mto"),
            ("iyengar-utsw", "PFS", "PFS", "sbrt-maint", "maint"),
            ("sabr-comet", "OS", "OS", "sabr", "soc"),
            ("sabr-comet", "PFS", "PFS first report", "sabr", "soc"),
        ],
    )
    def test_points_are_those_of_the_ledger(self, trial, endpoint, ledger, with_arm, without):
        cells = explorer("board", endpoint=endpoint).result().cells
        (cell,) = [cell for cell in cells if cell.report.trial_id == trial]
        for arm, arm_id in zip(cell.arms, (with_arm, without), strict=True):
            row = published(trial, ledger, "median", arm_id)
            assert arm.outcome.value == float(row["value"])
            assert arm.outcome.low == (float(row["low"]) if row["low"] else None)
            assert arm.outcome.high == (float(row["high"]) if row["high"] else None)

    def test_the_default_view_carries_the_message(self):
        made = explorer("board")
        words = made.describe(made.result())
        assert words.startswith(
            "Median overall survival, months: figures of both arms were seen in a source for "
            "Gomez, SABR-COMET."
        )
        for said in (
            "41.2 (18.9–not reached)",
            "17 (10.1–39.8)",
            "NR (not spelled out)",
            "HR 1.05",
        ):
            assert said in words

    def test_a_figure_that_the_review_prints_is_marked_where_it_prints_it(self):
        blocks = lesson.board_blocks(explorer("board", rows="single").result())
        (petty,) = [block for block in blocks if block.heading == "Petty"]
        (line,) = [line for line in petty.lines if line.mark]
        assert line.ghost == float(CLAIMS["petty-median-os"]["value"]) == 23
        assert (
            line.mark.value == float(published("petty", "OS", "median", "conrt")["value"]) == 28.4
        )
        assert petty.tone == "bad"
        assert AUDIT["petty-median-os"]["verdict"] == "contradicted"

    def test_the_control_arm_that_the_review_leaves_out_is_shown(self):
        blocks = lesson.board_blocks(explorer("board", endpoint="landmark").result())
        five = next(block for block in blocks if block.heading == "SABR-COMET, 5 years")
        marks = [
            (line.mark.value, line.mark.low, line.mark.high, line.ghost) for line in five.lines[:2]
        ]
        assert marks == [(42.3, 28, 56, 42.3), (17.7, 6, 34, None)]
        assert "no control" in five.lines[2].text

    def test_the_reviews_figures_alone_show_no_point_of_a_source(self):
        for values in settings("board"):
            if values["show"] == "review":
                for block in lesson.board_blocks(explorer("board", **values).result()):
                    assert all(line.mark is None for line in block.lines)
            if values["show"] == "source":
                for block in lesson.board_blocks(explorer("board", **values).result()):
                    assert all(line.ghost is None for line in block.lines)
                    assert not any("review:" in line.text for line in block.lines)

    def test_trials_beyond_the_review_are_badged(self):
        result = explorer("board", rows="beyond").result()
        for block in lesson.board_blocks(result):
            if block.heading in ("EXTEND", "NRG-BR002"):
                assert block.status == "+ beyond the review"
        columns = explorer("board", rows="beyond").table(result).columns
        beyond = {"EXTEND", "NRG-BR002", "CORE", "SARON", "OMEGA"}
        assert {f"{name} (beyond the review)" for name in beyond} == set(columns[5:])

    def test_intervals_of_another_level_say_so(self):
        words = explorer("board", rows="beyond", endpoint="PFS")
        assert "19.5 (17–36 at 70 %)" in words.describe(words.result())

    def test_the_table_has_every_printed_figure_with_its_verdict(self):
        made = explorer("board")
        table = made.table(made.result())
        cells = {row[0]: dict(zip(table.columns, row, strict=True)) for row in table.rows}
        gomez = cells["OS: the review"]["Gomez"]
        assert gomez["text"] == (
            "41.2 with: confirmed; 17.0 without: confirmed; p=0.017: confirmed; "
            "HR 0.37 (95% CI 0.17–0.78): unverified"
        )
        assert gomez["tone"] == "open"
        assert cells["OS: the review"]["SABR-COMET"]["tone"] == "bad"
        assert "42.3 (28–56) vs 17.7 (6–34) % at 60 months" in cells["OS: the source"]["SABR-COMET"]
        assert "0.37" not in cells["OS: the source"]["Gomez"]
        assert cells["OS: the source"]["Iyengar"] == "no figure seen; trial reported"
        assert "credit NRG-LU002 to Robinson" in cells["Also corrected"]["NRG-LU002"]["text"]
        assert "9 of 20" in cells["Worth knowing"]["Gomez"]

    @pytest.mark.parametrize("show", ["review", "source"])
    def test_the_table_follows_the_choice_of_figures(self, show):
        made = explorer("board", show=show)
        names = [row[0] for row in made.table(made.result()).rows]
        other = {"review": "source", "source": "review"}[show]
        assert f"OS: the {show}" in names
        assert f"OS: the {other}" not in names

    def test_the_verdict_covers_all_figures_of_the_row(self):
        for show in ("both", "review"):
            made = explorer("board", endpoint="PFS", show=show)
            assert "HR 0.93; p=0.664 – unverified" in made.describe(made.result())
        made = explorer("board", endpoint="PFS", show="source")
        assert made.describe(made.result()).endswith("HR 0.93, no medians seen – as quoted.")

    def test_a_source_alone_has_no_verdict_on_the_reviews_figures(self):
        made = explorer("board", show="source")
        words = made.describe(made.result())
        assert "unverified" not in words
        assert "17 (10.1–39.8) – source read" in words

    def test_the_reviews_figures_alone_are_called_printed(self):
        made = explorer("board", endpoint="PFS", show="review")
        assert "both arms were printed in the review for Gomez, Iyengar." in made.describe(
            made.result()
        )

    def test_a_first_report_is_called_so(self):
        made = explorer("board", endpoint="PFS")
        assert "SABR-COMET (first report) with 12, without 6" in made.describe(made.result())

    def test_harm_stands_in_the_table(self):
        made = explorer("board")
        rows = {row[0]: row[1:] for row in made.table(made.result()).rows}
        gomez, iyengar, comet, lu002 = rows["Harm: the source"]
        assert gomez == "grade 3 or higher toxicity 20 vs 8 %"
        assert iyengar == "none seen"
        assert comet.startswith("treatment-related death 4.5 vs 0 %; grade 2 or higher toxicity")
        assert lu002 == "grade 3 or higher pneumonitis 10 % with"
        assert "1% without LCT: unverified" in rows["Harm: the review"][3]["text"]

    def test_primary_endpoints_are_named(self):
        made = explorer("board")
        rows = {row[0]: row[1:] for row in made.table(made.result()).rows}
        gomez, iyengar, comet, _ = rows["Worth knowing"]
        assert gomez.startswith("Primary endpoint PFS, OS secondary")
        assert iyengar.startswith("Primary endpoint PFS, OS secondary")
        assert comet.startswith("Primary endpoint OS")

    def test_every_claim_named_in_code_exists_and_belongs_to_its_trial(self):
        named = [i for printed in _trial_board.PRINTED.values() for i in printed.ids]
        for kept in (_trial_board.REVIEW_ERRORS, _trial_board.PRINTED_HARM):
            named += [i for ids in kept.values() for i in ids]
        assert set(named) <= set(CLAIMS)


class TestForest:
    def wald(self, hr: float, low: float, high: float, level: float = 95) -> float:
        z = {95: 1.959964, 90: 1.644854, 80: 1.281552, 70: 1.036433}[level]
        error = (math.log(high) - math.log(low)) / (2 * z)
        return math.erfc(abs(math.log(hr)) / error / math.sqrt(2))

    def test_points_and_intervals_are_those_of_the_ledger(self):
        for endpoint in ("OS", "PFS"):
            for ratio in explorer("forest", endpoint=endpoint, rows="beyond").result().ratios:
                outcome = ratio.outcome
                months = "" if outcome.time_months is None else f"{outcome.time_months:g}"
                row = published(outcome.trial_id, outcome.endpoint, "hazard_ratio", "", months)
                assert outcome.value == float(row["value"])
                assert outcome.low == (float(row["low"]) if row["low"] else None)

    def test_all_ratios_of_the_four_trials_are_there(self):
        for endpoint in ("OS", "PFS"):
            shown = [r.outcome for r in explorer("forest", endpoint=endpoint).result().ratios]
            expected = [
                row
                for row in OUTCOMES
                if row["trial_id"] in [report.trial_id for report in _trial_board.FOUR]
                and row["measure"] == "hazard_ratio"
                and row["endpoint"].startswith(endpoint)
            ]
            assert len(shown) == len(expected)

    def test_unverified_is_hollow_and_says_so(self):
        blocks = lesson.forest_blocks(explorer("forest").result())
        for ratio, block in zip(explorer("forest").result().ratios, blocks, strict=False):
            unverified = ratio.outcome.verification == "unverified"
            assert block.lines[0].mark.hollow == unverified
            assert (block.status == "unverified") == unverified
        assert [block.status for block in blocks].count("unverified") == 3

    def test_without_an_interval_there_is_no_whisker_but_words(self):
        for endpoint in ("OS", "PFS"):
            blocks = lesson.forest_blocks(explorer("forest", endpoint=endpoint).result())
            (lu002,) = [block for block in blocks if block.heading == "NRG-LU002"]
            assert lu002.lines[0].mark.low is None
            assert "no interval seen" in lu002.lines[0].text

    def test_the_reviews_ratio_for_sabr_comet_does_not_fit_and_the_eight_year_one_does(self):
        ratios = explorer("forest").result().ratios
        review = next(r for r in ratios if r.outcome.value == 0.48)
        eight = next(r for r in ratios if r.outcome.value == 0.50)
        assert review.check.p_implied == pytest.approx(self.wald(0.48, 0.30, 0.75), rel=1e-4)
        assert review.check.agreement == "misfit"
        assert eight.check.p_implied == pytest.approx(self.wald(0.50, 0.30, 0.84), rel=1e-4)
        assert eight.check.p_fits
        gomez = next(r for r in ratios if r.outcome.trial_id == "gomez")
        assert gomez.check.agreement == "rounding"
        words = explorer("forest").describe(explorer("forest").result())
        assert "Cannot be told within rounding: Gomez in the review 0.37" in words

    def test_a_level_that_was_not_read_is_said(self):
        made = explorer("forest", endpoint="PFS")
        assert "Gomez first report 0.35 (0.18–0.66, level not read)" in made.describe(made.result())
        assert "level not read in the paper" in made.table(made.result()).rows[0][2]
        board = explorer("board", endpoint="PFS", rows="first")
        assert "3.9 (2.3–6.6), level of intervals not read" in board.describe(board.result())

    def test_a_level_changes_the_implied_p_and_nothing_else(self):
        ratios = explorer("forest", endpoint="PFS", level="90").result().ratios
        gomez = ratios[0]
        assert gomez.outcome.value == 0.35
        assert gomez.check.p_implied == pytest.approx(self.wald(0.35, 0.18, 0.66, 90), rel=1e-4)
        assert gomez.check.p_fits
        made = explorer("forest", endpoint="PFS", level="90")
        assert "0.35 (0.18–0.66 as 90 %)" in made.describe(made.result())

    def test_one_sided_p_and_another_level_are_taken_as_printed(self):
        ratios = explorer("forest", endpoint="PFS", rows="beyond").result().ratios
        (br002,) = [r for r in ratios if r.outcome.trial_id == "nrg-br002"]
        assert br002.level == 70
        half = self.wald(0.92, 0.71, 1.17, 70) / 2
        assert br002.check.p_implied == pytest.approx(half, rel=1e-4)

    def test_a_p_value_is_called_unverified_only_where_it_is(self):
        made = explorer("forest", endpoint="PFS")
        words = made.describe(made.result())
        assert "NRG-LU002 0.93, no interval seen, p = 0.664, unverified" in words
        table = explorer("forest").table(explorer("forest").result())
        sabr = next(row for row in table.rows if row[1] == "0.48")
        assert sabr[3] == "p = 0.006"  # read in the abstract, unlike the ratio
        assert sabr[-1] == {"text": "Unverified", "tone": "open"}

    def test_without_the_check_no_implied_p_is_shown(self):
        made = explorer("forest", check=False)
        assert "implies" not in made.describe(made.result())
        lines = [line for b in lesson.forest_blocks(made.result()) for line in b.lines]
        assert not any("implies" in line.text for line in lines)

    def test_nothing_is_pooled(self):
        made = explorer("forest")
        assert "nothing is pooled" in made.describe(made.result())
        chart = IntervalRows(TeachingFigure(640, 420, LIGHT))
        made.update(chart, made.result())
        shown = len(chart["ratio-solid"].get_xdata()) + len(chart["ratio-hollow"].get_xdata())
        assert shown == len(made.result().ratios)
        assert len(chart["ghosts"].get_xdata()) == 0


class TestCurves:
    def arm(self, role: str, **values):
        (found,) = [arm for arm in explorer("curves", **values).result().arms if arm.role == role]
        return found

    def test_the_control_arm_misses_eight_years_by_nine_points(self):
        arm = self.arm("without")
        (miss,) = arm.misses
        k = math.log(math.log(2) / -math.log(0.177)) / math.log(28 / 60)
        expected = math.exp(-math.log(2) * (96 / 28) ** k)
        assert miss.time == 96
        assert miss.predicted == pytest.approx(expected, rel=1e-9)
        assert miss.predicted == pytest.approx(0.0475723, rel=1e-5)
        assert miss.published == 0.136
        assert miss.points == pytest.approx(-8.84, abs=0.01)
        assert not miss.valid

    def test_the_description_has_the_miss(self):
        made = explorer("curves")
        words = made.describe(made.result())
        assert "the curve of those without runs 8.8 percentage points below" in words
        assert "curve 4.8 %, published 13.6 %" in words
        assert "17.7 % (6–34) at 60 months" in words
        assert words.count("from another data cut") == 2

    def test_the_exponential_misses_as_the_text_says(self):
        arm = self.arm("without", model="exponential")
        assert [round(miss.points, 1) for miss in arm.misses] == [4.9, -4.3]
        (curves,) = [e for e in TEXT["explorers"] if e["id"] == "curves"]
        assert "misses by 4.9 and 4.3 points" in " ".join(curves["explain"].split())

    def test_the_latest_landmark_is_passed_and_the_other_missed(self):
        arm = self.arm("without", landmark="last")
        (miss,) = arm.misses
        assert arm.used.time_months == 96
        assert (miss.time, miss.valid) == (60, True)
        assert miss.points > 5

    @pytest.mark.parametrize("key", lesson.CURVES)
    @pytest.mark.parametrize("model", lesson.FAMILIES)
    def test_curves_pass_what_holds_them(self, key, model):
        for arm in explorer("curves", trial=key, model=model).result().arms:
            drawn = _curve_fits.drawn_curve(arm, compact=False)
            time, value = np.asarray(drawn.time), np.asarray(drawn.value)
            assert np.interp(arm.median.value, time, value) == pytest.approx(50, abs=0.2)
            if arm.used is not None:
                at = np.interp(arm.used.time_months, time, value)
                assert at == pytest.approx(arm.used.value, abs=0.2)
            assert (np.diff(value) <= 0).all()
            assert time.max() == arm.last

    def test_all_points_of_the_ledger_are_shown(self):
        for source in lesson.CURVES.values():
            for arm_id in filter(None, _trials.arm_ids(source.trial_id)):
                rows = [
                    float(row["value"])
                    for row in OUTCOMES
                    if (row["trial_id"], row["endpoint"], row["measure"], row["arm_id"])
                    == (source.trial_id, source.landmark, "landmark", arm_id)
                ]
                arms = _curve_fits._fitted(source, "weibull", "first")
                shown = next(
                    [o.value for o in (*arm.landmarks, *arm.apart)]
                    for arm in arms
                    if arm.median.arm_id == arm_id
                )
                assert sorted(shown) == sorted(rows)

    def test_nothing_is_drawn_after_the_last_published_time(self):
        chart = ModelCurves(TeachingFigure(640, 420, LIGHT))
        made = explorer("curves")
        for values in settings("curves"):
            made.set(**values)
            made.update(chart, made.result())
            for role in ("with", "without"):
                for part in ("curve", "tail"):
                    xdata = np.asarray(chart[f"{role}-{part}"].get_xdata())
                    assert xdata.size == 0 or xdata.max() <= made.result().last

    def test_beyond_what_holds_a_curve_it_is_dotted_and_never_stepped(self):
        chart = ModelCurves(TeachingFigure(640, 420, LIGHT))
        made = explorer("curves")
        made.update(chart, made.result())
        assert chart["without-curve"].get_xdata()[-1] == 60
        assert chart["without-tail"].get_xdata()[0] == 60
        assert chart["without-tail"].get_linestyle() == ":"
        for role in ("with", "without"):
            for part in ("curve", "tail"):
                assert chart[f"{role}-{part}"].get_drawstyle() == "default"

    def test_later_reports_are_not_joined_to_the_medians_of_the_first(self):
        made = explorer("curves", trial="sabr-comet-pfs")
        arms = made.result().arms
        assert [[o.time_months for o in arm.apart] for arm in arms] == [[60, 96], [48, 96]]
        assert all(arm.curve.family == "exponential" for arm in arms)
        assert made.result().last == 12
        words = made.describe(made.result())
        assert "not joined, because from a later report: with local treatment 17.3 %" in words
        assert "the shares are from later reports" in words

    def test_medians_alone_show_no_error(self):
        for key in ("gomez-os", "gomez-pfs", "iyengar-pfs", "petty-os"):
            made = explorer("curves", trial=key)
            assert all(arm.curve.family == "exponential" for arm in made.result().arms)
            assert "no further number that could show their error" in made.describe(made.result())

    def test_a_trial_with_one_arm_shows_it_whichever_is_asked_for(self):
        made = explorer("curves", trial="de-ruysscher-os", arms="without")
        (arm,) = made.result().arms
        assert arm.name == "all patients"
        assert len(arm.misses) == 2

    def test_a_doubtful_trial_says_so(self):
        made = explorer("curves", trial="sindas-pfs")
        assert "expression of concern" in made.describe(made.result())


class TestPooling:
    """The lesson's pools against sums made here from the ledger's file."""

    def by_hand(self, rows):
        """Return fixed-effect and DerSimonian-Laird results of (ratio, low, high, level)."""
        z = {95: 1.959964, 70: 1.036433}
        y = [math.log(hr) for hr, *_ in rows]
        s = [(math.log(high) - math.log(low)) / (2 * z[level]) for _, low, high, level in rows]
        w = [1 / v**2 for v in s]
        mean = sum(a * b for a, b in zip(w, y, strict=True)) / sum(w)
        q = sum(a * (b - mean) ** 2 for a, b in zip(w, y, strict=True))
        df = len(y) - 1
        tau2 = max(0, (q - df) / (sum(w) - sum(a * a for a in w) / sum(w)))
        v = [1 / (a**2 + tau2) for a in s]
        mean = sum(a * b for a, b in zip(v, y, strict=True)) / sum(v)
        return mean, 1 / math.sqrt(sum(v)), q, max(0, 1 - df / q) if q else 0, tau2

    def row(self, trial, endpoint, months=""):
        found = published(trial, endpoint, "hazard_ratio", "", months)
        return (
            float(found["value"]),
            float(found["low"]),
            float(found["high"]),
            int(found["ci_level"]),
        )

    def test_what_was_read_of_the_four_is_two_trials(self):
        view = explorer("pooling").result()
        assert [e.trial_id for e in view.entries] == FOUR
        assert [e.trial_id for e in view.summed] == ["gomez", "sabr-comet"]
        rows = [self.row("gomez", "PFS first report"), self.row("sabr-comet", "PFS", "96")]
        mean, se, q, i2, tau2 = self.by_hand(rows)
        assert view.pooled.estimate == pytest.approx(mean, abs=1e-6)
        assert view.pooled.se == pytest.approx(se, abs=1e-6)
        assert (view.pooled.i2, view.pooled.tau2) == (i2, tau2) == (0, 0)
        assert view.pooled.q == pytest.approx(q, abs=1e-5)

    def test_other_levels_are_read_as_printed(self):
        trials = ["sabr-comet", "extend", "nrg-br002"]
        view = explorer("pooling", trials=trials).result()
        rows = [
            self.row("sabr-comet", "PFS", "96"),
            self.row("extend", "PFS"),
            self.row("nrg-br002", "PFS"),
        ]
        mean, se, _, i2, tau2 = self.by_hand(rows)
        assert view.pooled.estimate == pytest.approx(mean, abs=1e-6)
        assert view.pooled.se == pytest.approx(se, abs=1e-6)
        assert view.pooled.i2 == pytest.approx(i2, abs=1e-5)
        assert view.pooled.tau2 == pytest.approx(tau2, abs=1e-5)

    def test_unverified_figures_count_only_when_asked_for(self):
        for endpoint in ("PFS", "OS"):
            for entry in explorer("pooling", endpoint=endpoint, trials=ALL_SIX).result().summed:
                assert entry.ratio.outcome.verification != "unverified"
                assert not entry.from_p
        every = explorer("pooling", trials=ALL_SIX, figures="all").result()
        assert [e.trial_id for e in every.summed] == ALL_SIX

    def test_the_weight_of_lu002_is_worked_back_from_the_reviews_p(self):
        view = explorer("pooling", figures="all").result()
        (lu002,) = [e for e in view.entries if e.trial_id == "nrg-lu002"]
        p = float(published("nrg-lu002", "PFS", "p_value")["p_value"])
        ratio = float(published("nrg-lu002", "PFS", "hazard_ratio")["value"])
        assert math.erfc(abs(math.log(ratio)) / lu002.error / math.sqrt(2)) == pytest.approx(p)
        block = next(b for b in lesson.pool_blocks(view) if b.heading == "NRG-LU002")
        assert block.status == "unverified"
        assert block.lines[0].mark.hollow
        assert f"? weight from p {p:g}" in [line.text for line in block.lines]

    def test_for_survival_one_verified_ratio_is_left_and_nothing_is_pooled(self):
        made = explorer("pooling", endpoint="OS", trials=ALL_SIX)
        assert made.result().pooled is None
        assert "1 of 6 can be weighed; two are needed, so nothing is pooled" in made.describe(
            made.result()
        )
        assert made.table(made.result()).rows[0][-1]["text"] == "Unverified"

    def test_no_trial_counts_twice(self):
        for values in settings("pooling"):
            ids = [e.trial_id for e in explorer("pooling", **values).result().entries]
            assert len(ids) == len(set(ids))

    def test_words_are_given_on_what_must_not_be_pooled(self):
        made = explorer("pooling", trials=ALL_SIX, figures="all", method="fixed")
        words = made.describe(made.result())
        for said in (
            "unverified: Iyengar, NRG-LU002",
            "~90 % immunotherapy",
            "18 of 99 lung primaries",
            "no lung basket of its own",
            "breast cancer",
            "stopped early: Gomez, Iyengar",
            "fixed effect, though they differ",
        ):
            assert said in words
        few = explorer("pooling")
        assert "2 trials hardly show a spread" in few.describe(few.result())
        lucky = explorer("pooling", method="hartung-knapp")
        assert "Hartung–Knapp factor 0.38, below 1" in lucky.describe(lucky.result())

    def test_the_cautions_say_what_the_ledger_says(self):
        assert CLAIMS["sabrcomet-nsclc-n"]["value"] == "18"
        assert CLAIMS["sabrcomet-n"]["value"] == "99"
        assert "90" in AUDIT["lu002-io-share"]["teach"]
        assert AUDIT["gomez-early-stop"]["verdict"] == "confirmed"
        assert "Stopped early" in AUDIT["iyengar-early-stop"]["teach"]
        trials = {row["trial_id"]: row for row in rows_of("trials")}
        assert "no lung basket of its own" in trials["extend"]["note"]
        assert "breast cancer" in trials["nrg-br002"]["population"]

    def test_a_doubtful_row_is_marked(self):
        blocks = {b.heading: b for b in lesson.pool_blocks(explorer("pooling").result())}
        said = [line.text for line in blocks["Gomez"].lines]
        assert said[1:] == ["? level not read", "✗ p does not fit"]
        assert len(blocks["SABR-COMET"].lines) == 1

    def test_leaving_one_out(self):
        made = explorer("pooling", figures="all", each=True)
        view = made.result()
        assert len(view.without) == 4
        words = made.describe(view)
        assert "Without one: Gomez: " in words
        last = view.without[-1].ratio
        assert f"NRG-LU002: {last[0]:.2f} ({last[1]:.2f}–{last[2]:.2f})" in words
        chart = PooledRows(TeachingFigure(640, 627, LIGHT))
        made.update(chart, view)
        assert len(chart["diamonds"].get_paths()) == 5

    def test_what_runs_out_of_the_axis_has_an_arrow(self):
        made = explorer("pooling", figures="all")
        chart = PooledRows(TeachingFigure(640, 627, LIGHT))
        made.update(chart, made.result())
        assert len(chart["ends-left"].get_xdata()) == 1
        assert len(chart["ends-right"].get_xdata()) == 1

    def test_the_texts_numbers_are_the_models(self):
        (text,) = [e for e in TEXT["explorers"] if e["id"] == "pooling"]
        explain = " ".join(text["explain"].split())
        read, every = explorer("pooling"), explorer("pooling", figures="all")
        ratio = _pooling.ratio_text(*read.result().pooled.ratio)
        assert f"pool to {ratio} with I² 0 %" in explain
        pooled = every.result().pooled
        low, high = pooled.predicted_ratio
        assert f"I² rises to {pooled.i2:.0%}".replace("%", " %") in explain
        assert f"from {low:.2f} to {high:.2f}" in explain
        knapp = explorer("pooling", method="hartung-knapp").result().pooled
        (asked,) = [q for q in TEXT["questions"] if q["id"] == "two-trials-wide"]
        said = " ".join(asked["prompt"].split())
        assert "{:.2f} ({:.2f} to {:.2f}) after Hartung".format(*knapp.ratio) in said
        three = explorer(
            "pooling", figures="all", trials=["gomez", "sabr-comet", "nrg-lu002"]
        ).result()
        (guess,) = [p for p in TEXT["predictions"] if p["id"] == "zero-heterogeneity"]
        assert f"is {three.pooled.i2:.0%}".replace("%", " %") in " ".join(
            guess["explanation"].split()
        )


class TestPrior:
    def test_the_prior_is_the_pool_and_the_data_are_the_ledgers(self):
        posterior = explorer("prior").result().posterior
        pool = explorer("pooling").result().pooled
        assert (posterior.prior.mean, posterior.prior.sd) == (pool.estimate, pool.se)
        ratio = float(published("nrg-lu002", "PFS", "hazard_ratio")["value"])
        assert posterior.data.ratio == pytest.approx(ratio)
        p = float(published("nrg-lu002", "PFS", "p_value")["p_value"])
        z = abs(math.log(ratio)) / posterior.data.sd
        assert math.erfc(z / math.sqrt(2)) == pytest.approx(p)

    def test_the_update_by_hand(self):
        posterior = explorer("prior", prior="sceptical").result().posterior
        a, b = 0.0, -math.log(0.7) / 1.644854
        y, s = posterior.data.mean, posterior.data.sd
        mean = (a / b**2 + y / s**2) / (1 / b**2 + 1 / s**2)
        assert posterior.belief.mean == pytest.approx(mean, rel=1e-5)
        assert posterior.belief.sd == pytest.approx((1 / b**2 + 1 / s**2) ** -0.5, rel=1e-5)

    def test_events_give_the_weight_when_assumed(self):
        posterior = explorer("prior", weighed="events", events=150).result().posterior
        arms = {r["role"]: int(r["n"]) for r in rows_of("arms") if r["trial_id"] == "nrg-lu002"}
        share = arms["experimental"] / sum(arms.values())
        assert posterior.data.sd == pytest.approx((150 * share * (1 - share)) ** -0.5)

    def test_counting_less_makes_the_earlier_trials_weaker_and_no_other_belief(self):
        whole = explorer("prior").result().posterior
        tenth = explorer("prior", weight=10).result().posterior
        assert tenth.prior.sd == pytest.approx(whole.prior.sd * math.sqrt(10))
        assert tenth.belief.mean > whole.belief.mean
        for prior in ("sceptical", "vague"):
            one, other = (explorer("prior", prior=prior, weight=w).result() for w in (5, 100))
            assert one.posterior == other.posterior

    def test_a_disagreement_is_said(self):
        made = explorer("prior")
        assert "so they disagree" in made.describe(made.result())
        assert any("✗" in line for line in _updating.hills(made.result())[2].lines)
        made = explorer("prior", prior="sceptical")
        assert "no conflict is seen" in made.describe(made.result())

    def test_unverified_or_assumed_is_said_at_every_setting(self):
        for values in settings("prior"):
            words = explorer("prior", **values)
            said = words.describe(words.result())
            assert ("unverified p 0.664" in said) != ("events, assumed" in said)

    def test_what_is_below_one_is_filled_and_no_more(self):
        made = explorer("prior")
        chart = BeliefRows(TeachingFigure(640, 500, LIGHT))
        for values in random.Random(2).sample(settings("prior"), 12):
            made.set(**values)
            made.update(chart, made.result())
            for row in range(3):
                (area,) = chart[f"area-{row}"].get_paths()
                assert area.vertices[:, 0].max() == pytest.approx(1.0)

    def test_the_texts_numbers_are_the_models(self):
        def after(**values):
            return explorer("prior", **values).result().posterior

        (text,) = [e for e in TEXT["explorers"] if e["id"] == "prior"]
        explain = " ".join(text["explain"].split())
        full, tenth, doubt = after(), after(weight=10), after(prior="sceptical")
        low, high = full.belief.interval()
        assert f"{full.belief.ratio:.2f} ({low:.2f}–{high:.2f})" in explain
        assert f"p {full.conflict:.2g}" in explain
        shares = [b.belief.probability_below(c) for b in (tenth, doubt) for c in (1, 0.83)]
        one, margin, doubt_one, doubt_margin = (round(100 * share) for share in shares)
        assert f"{one} % below 1 and {margin} % below 0.83" in explain
        assert f"Sceptical: {doubt_one} % and {doubt_margin} %" in explain
        assert full.belief.probability_below(1) > 0.999
        (guess,) = [p for p in TEXT["predictions"] if p["id"] == "after-the-negative"]
        low, high = full.data.interval()
        assert f"as wide as {low:.2f} to {high:.2f}" in " ".join(guess["prompt"].split())
        assert full.conflict < 0.002

    def test_the_cards_numbers_are_the_ledgers(self):
        card = lesson.EXPLORERS["prior"].card["Result"]
        arms = {r["role"]: r["n"] for r in rows_of("arms") if r["trial_id"] == "nrg-lu002"}
        ratio = published("nrg-lu002", "PFS", "hazard_ratio")["value"]
        p = published("nrg-lu002", "PFS", "p_value")["p_value"]
        total = sum(map(int, arms.values()))
        assert f"{ratio} as reported" in card
        assert f"unverified p = {p}" in card
        assert f"{arms['experimental']}/{total}" in card
        margin = {c.name: c for c in lesson.EXPLORERS["prior"].controls}["margin"].default
        assert f"HR below {margin:g}" in AUDIT["lu002-phase"]["primary_says"]


class TestTexts:
    def test_the_skeleton_is_complete(self):
        assert {e["id"] for e in TEXT["explorers"]} == set(lesson.EXPLORERS) == set(BADGES)
        assert {e["id"]: e["badge"] for e in TEXT["explorers"]} == BADGES
        assert {p["explorer"] for p in TEXT["predictions"]} == set(BADGES)
        assert len(TEXT["questions"]) >= 6
        assert {q["kind"] for q in TEXT["questions"]} == {"single", "multiple", "numeric"}
        assert {q["difficulty"] for q in TEXT["questions"]} == {"recall", "apply", "judge"}

    def test_no_text_calls_a_model_curve_kaplan_meier_or_promises_anything(self):
        cells = ["".join(cell["source"]) for cell in NOTEBOOK["cells"]]
        everything = " ".join([json.dumps(TEXT, ensure_ascii=False), *cells])
        assert not re.search(r"(?i)kaplan|coming soon|later release|will follow", everything)

    def test_options_of_a_question_have_feedback_of_their_own(self):
        for asked in (*TEXT["predictions"], *TEXT["questions"]):
            said = [option["feedback"] for option in asked.get("options", ())]
            assert len(said) == len(set(said))

    def test_numeric_answers_are_the_ledgers(self):
        answers = {
            q["id"]: q["answer"]
            for q in (*TEXT["questions"], *TEXT["predictions"])
            if "answer" in q
        }
        assert answers == {
            "missing-control": float(
                published("sabr-comet", "OS", "landmark", "soc", "60")["value"]
            ),
            "eight-years": float(published("sabr-comet", "OS", "landmark", "soc", "96")["value"]),
        }

    def test_code_cells_are_a_line_or_a_few(self):
        for cell in NOTEBOOK["cells"]:
            if cell["cell_type"] == "code":
                assert len("".join(cell["source"]).splitlines()) <= 4
