"""Trials run again, and a go/no-go rule: against the ledger's files, the spec, and by hand."""

from __future__ import annotations

import asyncio
import io
import itertools
import math
import random
import re
from types import SimpleNamespace

import numpy as np
import pytest
from golden_values import spec
from kit_examples import in_a_kernel
from lesson_harness import text_file
from matplotlib.text import Text
from PIL import Image
from shipped_rows import keyed, rows_of

from oligoteach import lesson
from oligoteach.charts.figure import TeachingFigure
from oligoteach.charts.go_curve import GoCurve
from oligoteach.charts.repeated_trials import EDGES, LIMITS, RepeatedTrials
from oligoteach.charts.theme import DARK, LIGHT
from oligoteach.models import design, survival
from oligoteach.modules import _go_no_go, _trial_repeats
from oligoteach.modules._simulated_trials import GoNoGo, RunAgain
from oligoteach.widgets import ImpossibleError

pytestmark = pytest.mark.filterwarnings("error")
WIDTHS = (250, 288, 360, 640, 1100)
TEXT = text_file("randomised_trials")


OUTCOMES, ARMS = rows_of("outcomes"), rows_of("arms")
AUDIT = keyed("audit", "claim_id")


def outcome(trial, endpoint, measure, arm=""):
    names = ("trial_id", "endpoint", "measure", "arm_id", "time_months")
    key = (trial, endpoint, measure, arm, "")
    (found,) = [row for row in OUTCOMES if tuple(row[name] for name in names) == key]
    return found


def sizes(trial):
    return {row["role"]: int(row["n"]) for row in ARMS if row["trial_id"] == trial}


def again(**values):
    made = RunAgain(text={"title": "again", "badge": "model"})
    made.set(**values)
    return made


def go(**values):
    made = GoNoGo(text={"title": "go", "badge": "model"})
    made.set(**values)
    return made


def explain(key):
    return next(e["explain"] for e in TEXT["explorers"] if e["id"] == key)


def prediction(key):
    return next(p for p in TEXT["predictions"] if p["id"] == key)


def question(key):
    return next(q for q in TEXT["questions"] if q["id"] == key)


# Values that are telling for each control of the first explorer.
TRIED = {
    "preset": [*_trial_repeats.PRESETS, "own"],
    "truth": [0.3, 0.7, 1.0, 1.5],
    "look": [0, 10, 50, 90],
    "show": list(_trial_repeats.VIEWS),
    "repeats": ["2000"],
    "number": [1, 17, 2000],
    "with_local": [2, 25, 500],
    "without": [2, 24, 500],
    "median": [1, 3.9, 60],
    "alpha": [0.01, 0.1, 0.3],
    "accrual": [0, 36, 120],
    "follow_up": [0, 12, 120],
    "rule": list(_trial_repeats.RULES),
    "seed": [0, 1],
}


def settings(count, seed=3):
    """Yield explorers at every telling value alone, then at random combinations that can be."""
    assert list(TRIED) == [control.name for control in RunAgain.controls]
    for name, values in TRIED.items():
        for value in values:
            yield from _possible({name: value})
    rng = random.Random(seed)
    for _ in range(count):
        names = rng.sample(list(TRIED), 4)
        yield from _possible({name: rng.choice(TRIED[name]) for name in names})


def _possible(values):
    try:
        yield values, again(**values)
    except ImpossibleError:
        return


class TestPresets:
    @pytest.mark.parametrize("key", _trial_repeats.PRESETS)
    def test_sizes_are_the_ledgers(self, key):
        made = again(preset=key)
        found = sizes(_trial_repeats.PRESETS[key].trial_id)
        assert made.params["with_local"] == found["experimental"]
        assert made.params["without"] == found["control"]
        assert made.result().design.arms == (found["control"], found["experimental"])

    @pytest.mark.parametrize(
        ("key", "row", "median"),
        [
            ("gomez", ("gomez", "PFS first report", "hazard_ratio"), "mto"),
            ("iyengar-utsw", ("iyengar-utsw", "PFS", "hazard_ratio"), "maint"),
            ("sabr-comet", ("sabr-comet", "OS first report", "hazard_ratio"), "soc"),
            ("nrg-lu002", ("nrg-lu002", "PFS", "hazard_ratio"), None),
        ],
    )
    def test_published_ratios_and_medians_are_the_ledgers(self, key, row, median):
        made = again(preset=key)
        printed = _trial_repeats.PRESETS[key].printed
        found = outcome(*row)
        assert printed.value == float(found["value"])
        (mark,) = [
            m for m in _trial_repeats.drawn(made.first(), False).marks if m.kind == "printed"
        ]
        assert mark.ratio == float(found["value"])
        assert mark.sure == (found["verification"] != "unverified")
        assert ("unverified" in mark.words) == (not mark.sure)
        if median:
            published = outcome(row[0], row[1], "median", median)
            assert made.params["median"] == float(published["value"])
        else:
            assert not [r for r in OUTCOMES if r["trial_id"] == key and r["measure"] == "median"]

    def test_alphas_are_the_audits_where_it_has_them_and_else_said_to_be_ours(self):
        assert "significance level 0.10" in AUDIT["gomez-max-mets"]["primary_says"]
        assert "0.20" in AUDIT["sabrcomet-alpha"]["primary_says"]
        assert again(preset="gomez").params["alpha"] == 0.1
        assert again(preset="sabr-comet").params["alpha"] == 0.2
        for key, preset in _trial_repeats.PRESETS.items():
            made = again(preset=key)
            rows = {row[0]: row[2]["text"] for row in made.table(made.first()).rows[-7:]}
            assert ("choice" in rows["Alpha, two-sided"]) == (not preset.alpha_claim)
            assert ("choice" in rows["Median without"]) == (preset.median is not None)
            assert "choice" in rows["Months of accrual; of follow-up after"]
            assert rows["True hazard ratio"] == "your choice"

    def test_a_preset_sets_the_plan_and_a_change_of_the_plan_makes_it_ones_own(self):
        made = again(preset="sabr-comet")
        assert (made.params["with_local"], made.params["median"]) == (66, 28)
        made.set(truth=0.9, look=50, show="typical")  # questions, not the plan
        assert made.params["preset"] == "sabr-comet"
        made.set(with_local=100)
        assert made.params["preset"] == "own"
        assert made.params["without"] == 33  # the rest of the plan stays
        made.set(preset="gomez")
        assert made.params["with_local"] == 25
        made.set(preset="own")
        assert made.params["with_local"] == 25

    def test_a_link_with_preset_and_plan_says_the_same_in_any_order(self):
        wanted = {"preset": "sabr-comet", "truth": 0.9, "with_local": 66, "without": 33}
        for names in itertools.permutations(wanted):
            made = again(**{name: wanted[name] for name in names})
            assert made.params["preset"] == "sabr-comet"
            assert made.params["median"] == 28
        assert again(preset="sabr-comet", with_local=80).params["preset"] == "own"

    def test_the_defaults_are_the_first_preset(self):
        assert again().defaults() == again(preset="gomez").params


class TestImpossible:
    @pytest.mark.parametrize(
        ("values", "where", "why"),
        [
            ({"with_local": 2}, "with_local", "a tenth of the patients. Nearest possible: 3."),
            ({"without": 2, "with_local": 91}, "without", "Nearest possible: 11."),
            ({"show": "number", "number": 2001}, "number", "2000 repeats. Nearest possible: 2000."),
            (
                {"with_local": 4, "without": 4, "median": 60, "accrual": 0, "follow_up": 0},
                "follow_up",
                "nobody is observed. Nearest possible: 1 month.",
            ),
            (
                {"with_local": 4, "without": 4, "median": 60, "accrual": 10, "follow_up": 0},
                "follow_up",
                "a trial needs two. Nearest possible:",
            ),
            (
                {"with_local": 2, "without": 2, "median": 60, "accrual": 0, "follow_up": 5},
                "follow_up",
                "Nearest possible:",
            ),
            ({"with_local": 5, "without": 5, "look": 10}, "look", "before the second. Nearest"),
        ],
    )
    def test_a_design_that_cannot_be_is_refused_at_its_control(self, values, where, why):
        with pytest.raises(ImpossibleError) as error:
            again(**values)
        assert list(error.value.refusals) == [where]
        sentence = error.value.refusals[where]
        assert why in sentence
        assert "_" not in sentence
        assert sentence.endswith(".")

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("truth", 0),
            ("with_local", 1),
            ("without", 0),
            ("median", 0),
            ("alpha", 0.5),
            ("look", 100),
        ],
    )
    def test_a_value_beyond_its_control_is_refused(self, name, value):
        with pytest.raises(ValueError, match="is outside"):
            again(**{name: value})

    @pytest.mark.parametrize("values", [{"with_local": 2}, {"with_local": 5, "look": 10}])
    def test_the_nearest_that_is_named_is_possible(self, values):
        rest = {"without": 5} if "look" in values else {}
        with pytest.raises(ImpossibleError) as error:
            again(**values, **rest)
        ((where, sentence),) = error.value.refusals.items()
        nearest = int(re.search(r"Nearest possible: (\d+)", sentence)[1])
        again(**{**values, **rest, where: nearest}).first()

    def test_limits_that_need_it_say_why(self):
        for name in ("truth", "look", "with_local", "without"):
            assert {c.name: c for c in RunAgain.controls}[name].why.endswith(".")


class TestRepeats:
    def test_instalments_and_the_whole_are_the_same(self):
        made = again(repeats="20000")
        parts = list(made.steps(SimpleNamespace(**made.params)))
        assert [part.done for part in parts] == sorted({part.done for part in parts})
        assert parts[-1].done == parts[-1].total == 20_000
        assert made.describe(parts[-1].result) == made.describe(made.result())
        assert "20,000 repeats" in made.describe(made.result())
        assert parts[0].done <= 500

    def test_the_same_seed_gives_the_same_words_and_another_gives_others(self):
        assert again().summary() == again().summary()
        assert again(seed=2).summary() != again().summary()

    def test_every_repeat_is_in_the_histogram_once(self):
        for values in ({}, {"truth": 1.5}, {"preset": "iyengar-utsw", "truth": 0.3}):
            made = again(**values)
            shown = _trial_repeats.drawn(made.result(), False)
            assert (shown.plain + shown.benefit + shown.harm).sum() == 2000
            trials = made.result().trials
            assert (shown.benefit + shown.harm).sum() == trials.significant.sum()
            beyond = (trials.hazard_ratio < LIMITS[0]).sum()
            assert (shown.plain + shown.benefit)[0] >= beyond

    @pytest.mark.parametrize("key", ["gomez", "sabr-comet", "nrg-lu002"])
    def test_power_and_exaggeration_are_near_the_formulas(self, key):
        made = again(preset=key, repeats="20000")
        found, plan = made.result().summary, made.result().design
        events, share = found.events, made.params["with_local"] / plan.patients
        level = {"alpha": made.params["alpha"], "allocation": share}
        assert found.benefit == pytest.approx(design.power_of(0.7, events, **level), abs=0.03)
        se = 1 / math.sqrt(events * share * (1 - share))
        expected = design.exaggeration(0.7, se, alpha=made.params["alpha"])
        assert found.type_m == pytest.approx(expected.type_m, rel=0.08)
        assert found.type_s == pytest.approx(expected.type_s, abs=0.01)

    def test_without_an_effect_alpha_is_what_is_significant(self):
        found = again(truth=1, repeats="20000").result()
        assert found.summary.power == pytest.approx(0.10, abs=0.012)
        words = RunAgain().describe(found)
        assert "false alarm" in words
        assert "times the true" not in words

    def test_who_stops_early_shows_more_than_who_does_not(self):
        found = again(look=50, repeats="20000").result().summary
        assert found.mean_hr_if_stopped < found.mean_hr_if_significant < 0.7
        lenient = again(look=50, rule="pocock", repeats="20000").result().summary
        assert lenient.stopped > 2 * found.stopped


class TestOneTrial:
    @pytest.mark.parametrize("show", ["luckiest", "typical", "number"])
    @pytest.mark.parametrize("values", [{}, {"look": 50}, {"preset": "nrg-lu002"}])
    def test_the_repeat_alone_is_one_of_them(self, show, values):
        repeats = again(show=show, number=3, **values).result()
        at = repeats.index
        patients = repeats.patients
        ratio = survival.hazard_ratio(patients.time, patients.event, patients.arm)
        assert float(ratio.log) == pytest.approx(repeats.trials.log_hr[at], abs=1e-6)
        assert patients.look == repeats.trials.stopped_at[at]
        alone = _trial_repeats.one_trial(repeats)
        assert alone.significant == repeats.trials.significant[at]
        assert alone.events == repeats.trials.events[at]
        if show == "luckiest":
            assert at == np.argmin(repeats.trials.log_hr)
        if show == "number":
            assert at == 2

    def test_its_curves_are_steps_of_simulated_patients_and_say_so(self):
        made = again(show="luckiest")
        shown = _trial_repeats.drawn(made.result(), False)
        for arm in shown.arms:
            assert arm.time[0] == 0
            assert arm.alive[0] == 100
            assert np.all(np.diff(arm.alive) <= 1e-9)
        words = made.describe(made.result())
        assert "simulated trial" in words
        assert "Kaplan–Meier estimate of simulated patients with and without" in words
        assert "simulated" in shown.heading[0]

    def test_a_number_that_has_not_been_run_yet_can_be_shown_all_the_same(self):
        made = again(show="number", number=1999)
        first = made.first()
        assert len(first.trials) < 1999
        assert made.describe(first).startswith("One simulated trial, number 1,999")


class TestEverySetting:
    def test_describes_tabulates_and_draws(self):
        chart = RepeatedTrials(TeachingFigure(360, 540, LIGHT))
        for values, made in settings(60):
            result = made.result()
            words = made.describe(result)
            assert words.endswith("."), values
            assert 60 <= len(words) <= 900, values
            table = made.table(result)
            assert all(len(row) == len(table.columns) for row in table.rows)
            assert not re.search(r"\bnan\b|\bNone\b|\binf\b|e-\d", f"{words} {table.rows}"), values
            made.update(chart, result)
            made.update(chart, made.first())

    @pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
    def test_a_picture_of_the_size_asked(self, theme):
        for show in _trial_repeats.VIEWS:
            image = Image.open(io.BytesIO(again(show=show).frame(640, 420, 1.0, theme.name)))
            assert image.size == (640, 420)

    def test_a_kept_figure_shows_its_own_setting_and_nothing_of_the_one_before(self):
        kept = again()
        for _, made in itertools.islice(settings(4, seed=9), 40):
            kept.params = dict(made.params)
            assert kept.frame(360, 540) == made.frame(360, 540)

    @pytest.mark.parametrize("width", WIDTHS)
    def test_nothing_is_cut_or_covered(self, width):
        aspect = RunAgain.narrow_aspect if width < 520 else RunAgain.aspect
        figure = TeachingFigure(width, round(width * aspect), LIGHT)
        chart = RepeatedTrials(figure)
        for values, made in settings(12):
            made.update(chart, made.result())
            assert_tidy(figure, values)


def assert_tidy(figure, values):
    """Assert that visible texts are inside the figure and apart from one another."""
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    boxes = []
    for axes in figure.axes:
        if not axes.get_visible():
            continue
        ticks = [
            tick.label1
            for axis in (axes.xaxis, axes.yaxis)
            for tick in axis.get_major_ticks()
            if axis.get_view_interval()[0] <= tick.get_loc() <= axis.get_view_interval()[1]
            and axes.axison
        ]
        texts = [a for a in axes.get_children() if isinstance(a, Text)]
        for text in (*texts, *ticks, axes.xaxis.label):
            if text.get_visible() and text.get_text().strip():
                boxes.append((text.get_text(), text.get_window_extent(renderer)))
    for text, box in boxes:
        assert box.x0 >= -1, (values, text)
        assert box.x1 <= figure.bbox.width + 1, (values, text)
        assert box.y0 >= -1, (values, text)
        assert box.y1 <= figure.bbox.height + 1, (values, text)
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        down = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert not (across > 1 and down > 3), (values, one, other)


class TestGoNoGo:
    def test_the_rule_is_the_audits_and_the_result_the_ledgers(self):
        assert f"below {_go_no_go.RULE}" in AUDIT["lu002-phase"]["primary_says"]
        view = go().result()
        assert view.observed == float(outcome("nrg-lu002", "PFS", "hazard_ratio")["value"])
        found = sizes("nrg-lu002")
        share = found["experimental"] / (found["experimental"] + found["control"])
        assert _go_no_go.allocation() == pytest.approx(share)

    @pytest.mark.parametrize("golden", spec("GO_NOGO_LU002")["golden"])
    def test_the_chance_is_the_specs(self, golden):
        view = _go_no_go.go_view(float(golden["HR"]), 1.0, golden["D"])
        assert view.chance == pytest.approx(golden["P_go"], abs=1e-9)

    def test_the_curve_passes_the_point_and_falls(self):
        for events in (40, 150, 210):
            view = go(helped=0.8, events=events).result()
            truth, percent = _go_no_go.chances(events)
            assert np.all(np.diff(percent) <= 0)
            assert np.interp(0.8, truth, percent) == pytest.approx(100 * view.chance, abs=0.1)

    def test_a_benefit_in_some_is_diluted_over_all(self):
        view = go(helped=0.6, share=40).result()
        assert view.truth == pytest.approx(0.6**0.4)
        assert "in the other 60 %, an assumption" in go().describe(view)

    def test_the_interval_by_hand(self):
        view = go(events=150).result()
        p = 134 / 215
        half = 1.959964 / math.sqrt(150 * p * (1 - p))
        assert (view.low, view.high) == pytest.approx(
            (0.93 * math.exp(-half), 0.93 * math.exp(half))
        )

    def test_every_fact_stands_with_its_verdict(self):
        rows = {row[0]: row for row in go().table(go().result()).rows}
        for words, claim in _go_no_go.FACTS:
            sure = AUDIT[claim]["verification"] != "unverified"
            assert (rows[words][2]["tone"] == "open") == (not sure), claim
        for words, claim in _go_no_go.EXPLANATIONS:
            assert rows[words][1] == "hypothesis"
            assert "ypothesis" in AUDIT[claim]["teach"]
        assert rows["Events at the decision"][2] == "course's choice"
        assert not [r for r in OUTCOMES if r["trial_id"] == "nrg-lu002" and "event" in r["measure"]]

    def test_every_setting_describes_and_fits(self):
        for width in WIDTHS:
            aspect = GoNoGo.narrow_aspect if width < 520 else GoNoGo.aspect
            figure = TeachingFigure(width, round(width * aspect), LIGHT)
            chart = GoCurve(figure, _go_no_go.RULE, 0.93)
            for helped, share, events in itertools.product(
                (0.4, 0.8, 1, 1.4), (10, 60, 100), (40, 150, 210)
            ):
                made = go(helped=helped, share=share, events=events)
                result = made.result()
                words = made.describe(result)
                assert words.endswith(".")
                assert len(words) <= 900
                made.update(chart, result)
                assert_tidy(figure, (helped, share, events))


class TestTexts:
    def test_the_numbers_of_run_again_are_the_models(self):
        text = explain("again")
        found = again(repeats="100000").result()
        assert found.summary.power == pytest.approx(1 / 3, abs=0.01)
        assert f"{found.summary.mean_hr_if_significant:.2f}" == "0.50"
        assert found.summary.type_m == pytest.approx(2.0, abs=0.05)
        assert "0.50 on average: twice the true effect" in text
        assert f"{100 * _trial_repeats.at_least_as_far(found):.0f} %" == "2 %"
        assert "The published 0.35 or less comes in 2 % of repeats" in text
        early = again(look=50, repeats="100000").result().summary
        assert early.stopped < 0.06
        assert early.mean_hr_if_stopped == pytest.approx(0.25, abs=0.015)
        assert "show 0.25" in text
        more = again(preset="sabr-comet", repeats="20000").result().summary
        assert more.power > found.summary.power + 0.1
        right = prediction("filter")
        assert [o["id"] for o in right["options"] if o.get("correct")] == ["half"]

    def test_the_filters_line_lies_where_the_feedback_says(self):
        found = again(repeats="20000").result().trials
        passed = found.hazard_ratio[found.significant & (found.z < 0)]
        assert np.quantile(passed, 0.99) == pytest.approx(0.61, abs=0.03)

    def test_the_numbers_of_the_rule_are_the_models(self):
        view = go(helped=0.8, events=150).result()
        assert f"{100 * view.chance:.0f}" == "59"
        assert f"{100 * go(helped=1.0).result().chance:.0f}" == "13"
        assert (f"{view.low:.2f}", f"{view.high:.2f}") == ("0.67", "1.29")
        diluted = go(helped=0.6, share=40).result()
        assert f"{diluted.truth:.2f}" == "0.82"
        assert 0.5 < diluted.chance < 0.56
        for words in ("59 %", "13 %", "0.67 to 1.29", "0.82"):
            assert words in explain("go-no-go")
        told = prediction("good-but-stopped")["explanation"]
        half = math.log(view.high / view.observed)
        assert f"{0.8 * math.exp(-half):.2f} and {0.8 * math.exp(half):.2f}" in told
        thirty = _go_no_go.go_view(0.91, 1.0, 150).chance
        assert thirty == pytest.approx(0.3, abs=0.02)

    def test_the_numbers_of_the_questions_are_the_models(self):
        assert math.ceil(design.events_needed(0.35, 0.8, alpha=0.1)) == 23
        assert "23 events" in question("planned-on-luck")["prompt"]
        power = design.power_of(0.7, 23, alpha=0.1)
        (right,) = [o for o in question("planned-on-luck")["options"] if o.get("correct")]
        assert f"{100 * power:.0f} %" in right["feedback"]
        needed = math.ceil(design.events_needed(0.7, 0.8, alpha=0.1))
        assert f"{needed} events" in question("planned-on-luck")["explanation"]
        assert needed / 23 > 8
        assert 10 <= len(TEXT["questions"]) <= 12

    def test_nothing_is_told_before_the_prediction(self):
        for key in ("again", "go-no-go"):
            made = lesson("randomised_trials").explore(key)
            assert made.locked
            assert not {"caption", "explain"} & set(made.config)


def test_the_page_is_answered_with_the_first_repeats_while_the_rest_runs(monkeypatch):
    made = again(preset="sabr-comet", repeats="100000")
    sent = []
    monkeypatch.setattr(made, "send", lambda content, buffers=(): sent.append(content))

    async def watch():
        made.on_frame({"view": "v", "width": 640})
        assert sent[0]["run"]["words"].endswith("of 100,000 repeats")
        assert sent[0]["run"]["done"] <= 500
        await asyncio.sleep(0.15)
        made.on_stop({})

    in_a_kernel(watch())
    assert sent[-1]["run"]["state"] == "stopped"
    assert 0 < sent[-1]["run"]["done"] < 100_000


def test_edges_span_the_axis():
    assert EDGES[0] == pytest.approx(LIMITS[0])
    assert EDGES[-1] == pytest.approx(LIMITS[1])
