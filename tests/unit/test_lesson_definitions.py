"""Lesson 1: its explorers against the tables, hand-made expectations and the model's algebra."""

import csv
import itertools
import json
import math
import random
import re
import warnings
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from figure_words import NARROW_AND_WIDE, drawn, faults, settings
from hypothesis import given
from hypothesis import strategies as st

from oligoteach.evidence import lesson_text
from oligoteach.models import classification as rules
from oligoteach.modules import definitions as module
from oligoteach.modules._counts import Settled
from oligoteach.widgets import Choice, Many, Number, Toggle

ROOT = Path(__file__).parents[2]
WIDTHS = (252, 288, 360, 520, 640, 1100)


def explorer(key, **values):
    part = module.EXPLORERS[key]()
    part.set(**values)
    return part


def message(part):
    return part.describe(part.result())


def values_of(control):
    if isinstance(control, Number):
        count = round((control.high - control.low) / control.step)
        return [control.parse(round(control.low + i * control.step, 9)) for i in range(count + 1)]
    if isinstance(control, Choice):
        return list(control.options)
    if isinstance(control, Toggle):
        return [True, False]
    assert isinstance(control, Many)
    names = list(control.options)
    return [s for n in range(len(names) + 1) for s in itertools.combinations(names, n)]


def height(part, width):
    return round(width * (part.narrow_aspect if width < 520 else part.aspect))


def figure_of(part, width, theme="light"):
    part.frame(width, height(part, width), 1.0, theme)
    return part.canvas(width, height(part, width), 1.0, theme).figure


# Every explorer --------------------------------------------------------------------------------


@pytest.mark.parametrize("key", module.EXPLORERS)
def test_every_value_of_every_control_is_computed_drawn_and_told(key):
    part = explorer(key)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for control in part.controls:
            for value in values_of(control):
                part.set(**part.defaults())
                part.set(**{control.name: value})
                assert len(message(part)) > 80
                assert part.table(part.result()).rows
                part.frame(640, 420)
            part.frame(288, height(part, 288), 2.0, "dark")


@pytest.mark.parametrize("key", ["stage", "who-counts"])
def test_no_combination_of_values_is_refused(key):
    draw = random.Random(1)
    part = explorer(key)
    for _ in range(400):
        values = {c.name: draw.choice(values_of(c)) for c in part.controls}
        part.set(**values)
        assert message(part)


@pytest.mark.parametrize("key", module.EXPLORERS)
@pytest.mark.parametrize("width", WIDTHS)
def test_no_text_leaves_the_figure(key, width):
    part = explorer(key)
    figure = figure_of(part, width)
    renderer = figure.canvas.get_renderer()
    tall = height(part, width)
    for text in figure.findobj(lambda a: hasattr(a, "get_text") and a.get_visible()):
        if not text.get_text().strip():
            continue
        box = text.get_window_extent(renderer)
        inside = box.x0 > -1 and box.y0 > -1 and box.x1 < width + 1 and box.y1 < tall + 1
        assert inside, (text.get_text(), box)
        assert text.get_size() * 100 / 72 > 11.9, text.get_text()


@pytest.mark.parametrize("key", ["stage", "cut-off"])  # words of the matrix stay where they are
def test_at_no_setting_do_words_lie_on_each_other(key):
    part = explorer(key)  # whose figures are kept, as a page keeps them
    for width in NARROW_AND_WIDE:
        for name, value in settings(part):
            part.reset()
            part.set(**{name: value})
            assert faults(drawn(part, width)) == [], (name, value, width)


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("stage", {"lesions": 9, "therapy": True, "growing": 2}),
        ("who-counts", {"preset": "late"}),
        ("cut-off", {"seen": 95, "limit": 2}),
    ],
)
def test_a_kept_figure_shows_the_same_pixels_as_a_new_one(key, values):
    kept = explorer(key)
    kept.frame()
    kept.set(**values)
    assert kept.frame() == explorer(key, **values).frame()


@pytest.mark.parametrize("key", module.EXPLORERS)
def test_only_what_moves_is_drawn_again(key, monkeypatch):
    part = explorer(key)
    canvas = figure_of(part, 640).canvas
    monkeypatch.setattr(canvas, "draw", lambda: pytest.fail("the whole figure was drawn"))
    name, value = {
        "stage": ("lesions", 8),
        "who-counts": ("preset", "growing"),
        "cut-off": ("seen", 95),
    }[key]
    part.set(**{name: value})
    part.frame(640, height(part, 640))


# Stage and state -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "eighth", "ninth"),
    [
        ({"lesions": 1, "liver": 1}, "M1b", "M1b"),
        ({"lesions": 3, "liver": 3}, "M1c", "M1c1"),
        ({"lesions": 2, "liver": 1, "brain": 1}, "M1c", "M1c2"),
        ({"lesions": 2, "liver": 0, "organs": 1}, "M1c", "M1c1"),
        ({"lesions": 2, "liver": 0, "chest": 2}, "M1a", "M1a"),
        ({"lesions": 2, "liver": 0, "chest": 1}, "M1b", "M1b"),
    ],
)
def test_m_category_in_both_editions(values, eighth, ninth):
    result = explorer("stage", **values).result()
    assert (result.leading.code, result.other.code) == (ninth, eighth)
    assert explorer("stage", **values, edition="8").result().leading.code == eighth


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({}, "synchronous"),
        ({"months": 6}, "synchronous"),
        ({"months": 7}, "metachronous-oligorecurrence"),
        ({"months": 7, "cutoff": 8}, "synchronous"),
        ({"months": 7, "therapy": True}, "metachronous-oligoprogression"),
        ({"months": 7, "few": True}, "repeat-oligorecurrence"),
        ({"months": 7, "few": True, "therapy": True}, "repeat-oligopersistence"),
        ({"months": 7, "few": True, "therapy": True, "growing": 1}, "repeat-oligoprogression"),
        ({"months": 7, "widespread": True}, "induced-oligorecurrence"),
        ({"months": 7, "widespread": True, "therapy": True}, "induced-oligopersistence"),
        ({"lesions": 8, "therapy": True, "growing": 2}, "induced-oligoprogression"),
        ({"lesions": 6}, "polymetastatic"),
        ({"effusion": True}, "effusion"),
        ({"effusion": True, "lesions": 6}, "polymetastatic"),
    ],
)
def test_state(values, state):
    assert explorer("stage", **values).result().state.code == state


def test_an_effusion_lights_no_end_and_cannot_be_told():
    part = explorer("stage", effusion=True)
    text = message(part)
    assert "State: cannot tell (malignant effusion)." in text
    assert "Synchronous" not in text
    part.frame(640, 435)
    artists = part.canvas(640, 435, 1.0, "light")._artists
    assert len(artists["tree"]._frames.get_paths()) == 0
    assert artists["state"].get_text() == "cannot tell: malignant effusion"


def test_a_state_is_said_with_its_condition():
    text = message(explorer("stage"))
    assert "Synchronous oligometastatic disease, if all sites can be treated safely" in text
    for width in (253, 760):
        shown = [t.get_text() for t in figure_of(explorer("stage"), width).findobj(match=_is_text)]
        assert "if all sites can be treated safely" in shown


def test_the_reading_of_many_lesions_with_few_growing_is_said_to_be_our_own():
    text = message(explorer("stage", lesions=8, therapy=True, growing=2))
    assert "polymetastatic before: yes" in text
    assert "though none was entered: a reading of this course" in text


@pytest.mark.parametrize(
    ("chest", "pleura", "effusion", "said"),
    [
        (1, 1, False, "a pleural nodule."),
        (1, 0, False, "a nodule in the other lung."),
        (3, 2, False, "a nodule in the other lung and pleural nodules."),
        (3, 1, True, "nodules in the other lung, a pleural nodule and a malignant effusion."),
    ],
)
def test_spread_within_the_chest_is_told_as_it_was_entered(chest, pleura, effusion, said):
    part = explorer("stage", lesions=chest, liver=0, chest=chest, pleura=pleura, effusion=effusion)
    assert f"The spread lies within the chest: {said}" in message(part)


def test_the_path_that_is_lit_is_the_path_that_was_walked():
    part = explorer("stage", months=7, few=True, therapy=True)
    part.frame(640, 435)
    artists = part.canvas(640, 435, 1.0, "light")._artists
    frames = artists["tree"]._frames.get_paths()
    assert len(frames) == len(part.result().state.path) + 1
    part.set(lesions=6, therapy=False)
    part.frame(640, 435)
    assert len(artists["tree"]._frames.get_paths()) == 0
    assert "polymetastatic" in artists["state"].get_text()


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({}, ("PET-CT",)),
        ({"staging": ("pet-ct", "brain")}, ()),
        (
            {"lesions": 1, "liver": 1, "staging": ("pet-ct", "brain")},
            ("pathology of the metastasis", "liver MRI"),
        ),
        ({"lesions": 1, "liver": 1, "staging": ("pet-ct", "brain", "risky", "liver-mri")}, ()),
        (
            {"liver": 0, "chest": 1, "pleura": 1, "staging": ("pet-ct", "brain")},
            ("thoracoscopy",),
        ),
    ],
)
def test_work_up(values, missing):
    part = explorer("stage", **values)
    assert part.result().work_up.missing == missing
    said = f"{', '.join(missing)} missing" if missing else "Work-up complete"
    assert said in message(part)


# The case has three lesions, all in the liver. What lies where follows what is moved.
@pytest.mark.parametrize("key", ["stage", "who-counts"])
@pytest.mark.parametrize(
    ("moves", "liver", "organs"),
    [
        ([{"lesions": 4}], 4, 1),
        ([{"lesions": 2}], 2, 1),
        ([{"lesions": 12}], 12, 1),
        ([{"organs": 2}], 2, 2),
        ([{"organs": 3}], 1, 3),
        ([{"organs": 2}, {"organs": 1}], 3, 1),
        ([{"liver": 2}], 2, 2),
        ([{"liver": 0}], 0, 1),
        ([{"brain": 1}], 2, 2),
        ([{"chest": 1}], 2, 1),
        ([{"chest": 3}], 0, 0),
        ([{"liver": 0}, {"lesions": 5}], 0, 1),
        ([{"chest": 3}, {"liver": 1}], 1, 1),
        ([{"chest": 3}, {"brain": 1}], 0, 1),
    ],
)
def test_a_moved_count_brings_the_others_along(key, moves, liver, organs):
    part = explorer(key)
    for move in moves:
        part.set(**move)
    assert (part.params["liver"], part.params["organs"]) == (liver, organs)
    assert "Taken as" not in message(part)


def test_more_in_the_pleura_are_in_the_chest_too():
    part = explorer("stage", pleura=2)
    assert part.params["chest"] == 2
    part.set(chest=1)
    assert part.params["pleura"] == 1


COUNTS = ("lesions", "organs", "chest", "pleura", "brain", "liver")


@given(st.lists(st.tuples(st.sampled_from(COUNTS), st.integers(0, 12)), max_size=6))
def test_whatever_is_moved_only_that_can_stand_against_the_rest(moves):
    part = explorer("stage")
    for name, value in moves:
        control = part.control[name]
        value = min(max(value, control.low), control.high)
        part.set(**{name: value})
        taken = Settled(SimpleNamespace(**part.params))
        differ = [n for n in COUNTS[1:] if getattr(taken, n) != part.params[n]]
        assert part.params[name] == value
        assert set(differ) <= {name}


def test_what_cannot_be_is_taken_as_the_nearest_and_said_first():
    part = explorer("stage", lesions=2, brain=2, organs=4, months=0, few=True)
    patient, text = part.result().patient, message(part)
    assert (patient.n_brain, patient.n_liver, patient.n_organs) == (2, 0, 1)
    assert text.startswith("Taken as 1 organ outside the chest rather than 4, to fit the rest. ")
    assert "no earlier metastases are taken" in text


def test_what_is_not_verified_is_said_everywhere():
    part = explorer("stage")
    said = [message(part), part.card["Not verified"]]
    said += [lesson_text("definitions").explorers[0].caption]
    notebook = json.loads((ROOT / "notebooks/01_definitions.ipynb").read_text("utf-8"))
    said.append("".join("".join(cell["source"]) for cell in notebook["cells"]))
    for text in said:
        assert re.search(r"(?i)names of the nine states", text)
        assert re.search(r"(?i)not verified", text)
        assert re.search(r"how lesions are counted", text)
    for width in (288, 640):
        shown = [t.get_text() for t in figure_of(part, width).findobj(match=_is_text)]
        assert any("not verified" in text for text in shown)


def _is_text(artist):
    return hasattr(artist, "get_text")


# Who counts ------------------------------------------------------------------------------------

CASE_UNOPPOSED = {"estro-astro-2020", "astro-estro-2023", "de-ruysscher", "omega"}


def answering(part, overall):
    return {one.definition_id for one in part.result().judgements if one.overall == overall}


@pytest.mark.parametrize(
    ("preset", "unopposed", "open_"),
    [
        ("case", CASE_UNOPPOSED, set()),
        ("brain", CASE_UNOPPOSED | {"eortc-lung-2019"}, set()),
        (
            "responder",
            CASE_UNOPPOSED
            | {"eortc-lung-2019", "gomez", "iyengar-utsw", "nrg-lu002", "petty", "saron"},
            set(),
        ),
        (
            "late",
            {"estro-astro-2020", "astro-estro-2023", "sabr-comet", "sabr-comet-3", "omega", "core"},
            set(),
        ),
        # Eight lesions in three organs: over five if sites are lesions, under if they are organs.
        (
            "growing",
            {"sabr-comet-10", "nrog-china-002", "curb", "stop", "halt"},
            {"astro-estro-2023"},
        ),
        ("many", {"sabr-comet-10"}, {"astro-estro-2023"}),
    ],
)
def test_which_sets_of_rules_say_nothing_against_each_patient(preset, unopposed, open_):
    part = explorer("who-counts", preset=preset)
    assert answering(part, "nothing against") == unopposed
    assert answering(part, "cannot tell") == open_


@pytest.mark.parametrize("preset", module.PRESETS)
def test_no_set_of_rules_says_yes(preset):
    part = explorer("who-counts", preset=preset)
    result = part.result()
    assert 1 not in result.grid[:, 0]
    assert all(one.n_not_stated for one in result.judgements)
    assert not re.search(r"\b[Ff]its?\b", message(part))
    for row, one in zip(part.table(result).rows, result.judgements, strict=True):
        text = row[1]["text"] if isinstance(row[1], dict) else row[1]
        assert "Yes" not in text
        assert f"{one.n_not_stated} kinds of rule are not stated" in text
        # Neutral: neither the colour of a yes nor that of a no.
        assert isinstance(row[1], str) is (one.overall == "nothing against")


def test_a_limit_on_sites_says_so_and_is_open_where_the_readings_differ():
    part = explorer("who-counts", preset="responder")
    part.set(lesions=4, organs=2)
    table = part.table(part.result())
    lesions = {row[0]: row[table.columns.index("Lesions")]["text"] for row in table.rows[:7]}
    assert lesions["Gomez"].startswith("Cannot tell: At most 3 sites; here 4 lesions in 2 organs.")
    assert lesions["NRG-LU002"].startswith("Cannot tell: At most 3 sites outside the brain")
    assert lesions["Iyengar"] == "Yes: At most 5 sites; here 4 lesions in 2 organs."
    assert "At most 5 metastases; here 4" in lesions["EORTC lung 2019"]


def test_an_untreated_patient_is_told_not_yet():
    part = explorer("who-counts")
    table = part.table(part.result())
    therapy = table.columns.index("Therapy")
    said = {row[0]: row[therapy]["text"] for row in table.rows if isinstance(row[therapy], dict)}
    refused = [name for name, text in said.items() if text.startswith("No")]
    assert len(refused) == 8
    assert all("Not yet at the point of entry." in said[name] for name in refused)
    assert "not yet at the point of entry" in message(part)
    assert "not yet" not in message(explorer("who-counts", preset="responder"))


def test_what_the_review_says_otherwise_is_said_once():
    part = explorer("who-counts")
    table = part.table(part.result())
    column = table.columns.index("Review differs")
    sindas = next(row for row in table.rows if row[0] == "SINDAS")
    assert sindas[column] == "The review gives the limit of five only."


def test_limits_agree_with_the_trial_table():
    with (ROOT / "data/evidence/trials.csv").open(encoding="utf-8", newline="") as file:
        table = {row["trial_id"]: row["max_lesions"] for row in csv.DictReader(file)}
    seen = 0
    for one in module.known_definitions():
        kinds = ("max_lesions", "max_extracranial", "max_progressing")
        limits = [c.value for kind in kinds if (c := one.criterion(kind))]
        if one.id in table and limits:
            assert max(limits) == int(table[one.id])
            assert str(max(limits)) in module.limit_text(one)
            seen += 1
    assert seen >= 14


def test_not_stated_is_never_a_no():
    part = explorer("who-counts", preset="many", treatable="unknown", driver="unknown")
    result = part.result()
    for row, one in zip(result.grid, result.judgements, strict=True):
        assert len(row) == 1 + len(result.groups)
        for place, group in zip(row[1:], result.groups, strict=True):
            cells = [cell for cell in one.cells if cell.kind in module.GROUPS[group]]
            stated = any(cell.answer != "not stated" for cell in cells)
            assert (place == 0) is not stated
        assert (row[0] == 2) == (2 in row[1:])


def test_every_kind_of_rule_has_one_column():
    kinds = [kind for group in module.GROUPS.values() for kind in group]
    assert sorted(kinds) == sorted(rules.KINDS)
    assert set(module.SPOKEN) == set(module.GROUPS)


def test_the_table_gives_a_reason_in_each_cell():
    part = explorer("who-counts")
    table = part.table(part.result())
    assert part.table_open
    assert len(table.rows) == len(module.known_definitions())
    for row in table.rows:
        assert len(row) == len(table.columns)
        for cell in row[2:-2]:
            if cell == "Not stated":
                continue
            text = cell["text"] if isinstance(cell, dict) else cell
            assert re.match(r"(Yes|No|Cannot tell|Not stated): .+\.", text), text
    by_name = {row[0]: row for row in table.rows}
    organs = table.columns.index("Organs")
    assert by_name["SINDAS"][organs]["tone"] == "bad"
    assert "one organ holds at least 3" in by_name["SINDAS"][organs]["text"]
    assert "not verified" in by_name["Iyengar"][table.columns.index("Driver")]["text"]


def test_the_message_counts_what_the_matrix_shows():
    text = message(explorer("who-counts"))
    assert "Of 21 sets of rules, 17 say no, 0 cannot be told" in text
    assert "in 4 no stated rule says no" in text
    assert "OMEGA (14)" in text  # 4 of 18 kinds are stated
    assert "systemic therapy 8×, timing 4×" in text
    assert "the number of lesions 1×" in text


def test_the_prediction_is_about_what_the_default_shows():
    prediction = next(p for p in lesson_text("definitions").predictions if p.id == "what-keeps-out")
    assert "eight times, timing four times, the number of lesions once" in prediction.explanation
    right = next(option for option in prediction.options if option.correct)
    assert "systemic therapy" in right.text


def test_defaults_are_the_case():
    part = explorer("who-counts")
    before = dict(part.params)
    part.set(preset="case")
    assert part.params == before


def test_a_preset_sets_the_controls_and_a_change_leaves_it():
    part = explorer("who-counts", cutoff=3)
    part.set(preset="growing")
    assert (part.params["lesions"], part.params["therapy"]) == (8, "on-growing")
    assert part.params["cutoff"] == 3
    part.set(cutoff=9)
    assert part.params["preset"] == "growing"
    part.set(lesions=8)
    assert part.params["preset"] == "growing"
    part.set(lesions=7)
    assert (part.params["preset"], part.params["therapy"]) == ("own", "on-growing")
    with pytest.raises(ValueError, match="is outside 1 to 12"):
        part.set(lesions=99)
    assert part.params["lesions"] == 7


@pytest.mark.parametrize("first", list(module.PRESETS))
def test_what_a_browser_keeps_brings_the_same_patient_back(first):
    part = explorer("who-counts", preset=first)
    part.set(months=33)
    changed = {n: v for n, v in part.params.items() if v != part.defaults()[n]}
    again = explorer("who-counts")
    again.set(**changed)
    assert again.params == part.params


# Cut-off lab -----------------------------------------------------------------------------------


def shares(m, k, s, limit, most=4000):
    """The model's shares by summing over true numbers, independently of its closed forms."""
    n = np.arange(most)
    log_nb = np.array(
        [
            math.lgamma(i + k)
            - math.lgamma(k)
            - math.lgamma(i + 1)
            + k * math.log(k / (k + m))
            + i * math.log(m / (k + m))
            for i in n
        ]
    )
    true = np.exp(log_nb)
    true[0] = 0
    true /= true.sum()
    called = rightly = 0.0
    for i in range(1, most):
        if true[i] < 1e-14:
            continue
        p = sum(math.comb(i, o) * s**o * (1 - s) ** (i - o) for o in range(1, min(i, limit) + 1))
        called += true[i] * p
        rightly += true[i] * p if i <= limit else 0
    return true[1 : limit + 1].sum(), called, rightly


@pytest.mark.parametrize(
    ("seen", "limit", "burden", "spread"),
    [(60, 5, 6, 1), (60, 1, 6, 1), (5, 10, 1, 0.2), (100, 3, 20, 5), (85, 2, 12.5, 0.7)],
)
def test_shares_agree_with_a_plain_sum(seen, limit, burden, spread):
    part = explorer("cut-off", seen=seen, limit=limit, burden=burden, spread=spread)
    here = part.result().here
    truly, called, rightly = shares(burden, spread, seen / 100, limit, most=700)
    assert here.truly == pytest.approx(truly, abs=1e-9)
    assert here.called == pytest.approx(called, abs=1e-9)
    assert here.called_and_truly == pytest.approx(rightly, abs=1e-9)
    assert f"calls {called:.0%} of patients" in message(part)
    assert f"{rightly / called:.0%} truly are" in message(part)


def test_the_words_around_the_lab_are_its_numbers():
    text = lesson_text("definitions")
    prediction = next(p for p in text.predictions if p.id == "stricter-limit")
    for limit in (5, 1):
        _, called, rightly = shares(6, 1, 0.6, limit, most=700)
        assert f"{100 * rightly / called:.0f} %" in prediction.explanation
    question = next(q for q in text.questions if q.id == "six-seen-five")
    assert question.answer == pytest.approx(100 * (1 - 0.7**6 - 0.3**6), abs=question.tolerance)


def test_perfect_imaging_calls_exactly_those_within_the_limit():
    here = explorer("cut-off", seen=100).result().here
    assert here.called == pytest.approx(here.truly)
    assert here.missed == pytest.approx(0)
    assert here.predictive_value == pytest.approx(1)


# The lesson ------------------------------------------------------------------------------------


def test_the_lesson_keeps_to_the_skeleton():
    text = lesson_text("definitions")
    assert {e.id for e in text.explorers} == set(module.EXPLORERS)
    assert len(text.questions) >= 6
    assert {q.kind for q in text.questions} == {"single", "multiple", "numeric"}
    assert {q.difficulty for q in text.questions} == {"recall", "apply", "judge"}
    assert {p.explorer for p in text.predictions} == set(module.EXPLORERS)
    assert all(p.misconception for p in text.predictions)
    cited = {ref for one in module.known_definitions() for ref in one.refs}
    assert cited <= set(text.references)


def test_half_of_the_trials_state_a_rule_on_systemic_therapy():
    trials = [one for one in module.known_definitions() if one.kind == "trial"]
    stated = [rule.value for one in trials if (rule := one.criterion("systemic"))]
    assert len(trials) == 18
    assert (len(stated), stated.count("untreated")) == (9, 1)
