"""Patient selection: the board, the factors against the ledger, entry rules, and hit rates."""

from __future__ import annotations

import csv
import json
import random
import time
from functools import partial

import pytest
from figure_words import NARROW_AND_WIDE, WIDTHS, drawn, faults, settings
from lesson_harness import check_kept_figure

from oligoteach import evidence, lesson
from oligoteach.evidence.problems import Problem
from oligoteach.models import classification as rules
from oligoteach.modules import _factors as factors
from oligoteach.modules import patient_selection as selection
from oligoteach.modules._board import BodyPicture, board, tale_of
from oligoteach.widgets.branching import Play

STABLE = "synchronous_driver_negative_stable"
CASES = evidence.board_cases().usable
OPEN = {"unverified", "not-checked"}


def table(name):
    with evidence.data_path("evidence", f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {row["claim_id"]: row for row in csv.DictReader(file)}


def explorer(key, **values):
    made = selection.EXPLORERS[key]()
    made.set(**values)
    return made


# The board ------------------------------------------------------------------------------------


@pytest.fixture
def tumour_board():
    made = lesson("patient_selection").place("board")
    made.sent = []
    made.send = lambda content, buffers=None: made.sent.append((content, buffers))
    return made


def test_the_page_of_the_board_holds_no_answer(tumour_board):
    tumour_board.on_play({"tale": STABLE, "path": []})
    known = json.dumps([tumour_board.config, tumour_board.sent[0][0], tumour_board.summary()])
    case = next(case for case in CASES if case.name == STABLE)
    for node in case.nodes:
        for choice in node.choices:
            assert json.dumps(choice.consequence)[1:-1] not in known
            for reason in choice.reasons:
                assert json.dumps(reason.text)[1:-1] not in known
    assert "Contested" not in known


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_choice_of_every_case_can_be_played_and_shown(case):
    """Take each choice once, by the shortest way to its node."""
    made = board("patient_selection", "Board")
    made.send = lambda *_: None
    tale, picture = made.tales[case.name], made.picture
    ways, seen = [[]], set()
    while ways:
        path = ways.pop(0)
        play, note = made.replay(tale, path)
        assert not note
        words = picture.describe(picture.scene(tale, play.settings()))
        assert words.startswith("Map of the body")
        if play.now is None:
            end = made.ending(play)
            assert end["sources"]
            json.dumps(end)
        elif play.now.id not in seen:
            seen.add(play.now.id)
            ways += [[*path, (way.id, "guess")] for way in play.now.ways]
    assert seen == {node.id for node in case.nodes}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_fork_is_open_where_the_case_is_contested_and_nowhere_else(case):
    tale = tale_of(case)
    for node, fork in zip(case.nodes, tale.forks, strict=True):
        assert fork.open == any(choice.mark == "contested" for choice in node.choices)
        for choice, way in zip(node.choices, fork.ways, strict=True):
            expected = {"preferred": True, "acceptable": True, "harmful": False, "contested": None}
            assert way.mark.right is expected[choice.mark]


def test_a_stable_lesion_grows_on_the_map_when_the_case_says_so():
    tale = board("x", "Board").tales[STABLE]
    play = Play(tale)
    picture = BodyPicture()
    before = picture.scene(tale, play.settings())
    play.commit("restage", "fairly")
    play.commit("maintenance", "fairly")
    after = picture.scene(tale, play.settings())
    assert {spot.site: spot.state for spot in before}["adrenal-left"] == "stable"
    assert {spot.site: spot.state for spot in after}["adrenal-left"] == "progressing"
    assert picture.changed(before, after) == (
        "Changed on the map: adrenal, left, 31 mm, growing (before 24 mm)."
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_lesion_leaves_the_map_and_what_has_doubled_or_shrunk_has_another_size(case):
    sizes = {lesion.id: lesion.mm for lesion in case.lesions}
    parts = [part for node in case.nodes for part in (node, *node.choices)]
    assert all("unseen" not in part.map.values() for part in parts)
    for part in parts:
        assert all(
            mm != sizes[lesion]
            for lesion, mm in part.sizes.items()
            if part.map.get(lesion) == "progressing"
        )
        told = getattr(part, "consequence", "")
        if "has doubled" in told or "half its size" in told:
            assert part.sizes


def test_a_case_that_was_left_out_is_named_on_the_page():
    problem = Problem("data/cases/torn.yaml", "7", "nodes[0]", "dead-end", "there is no choice.")
    made = board("x", "Board", evidence.Cases(CASES[:1], {"torn.yaml": (problem, problem)}))
    words = (
        "The case torn.yaml was left out: line 7, nodes[0]: dead-end – there is no choice. (1 more)"
    )
    assert made.config["notes"] == [words]
    assert words in made.summary()
    assert len(made.tales) == 1


def test_a_step_takes_the_kernel_no_longer_than_fifty_milliseconds(tumour_board):
    steps = [["restage", "fairly"], ["maintenance", "guess"], ["stop", "certain"]]
    look = {"tale": STABLE, "path": [], "entered": True, "width": 400, "ratio": 2}
    tumour_board.on_look(look)  # the first picture sets up the drawing
    taken = []
    for n in range(1, len(steps) + 1):
        path = steps[:n]
        start = time.process_time()
        tumour_board.on_play({"tale": STABLE, "path": path})
        tumour_board.on_look({**look, "path": path})
        taken.append(time.process_time() - start)
    assert sorted(taken)[1] <= 0.05


def test_the_sources_of_a_reason_are_cited_with_their_figures(tumour_board):
    path = [["restage", "fairly"], ["maintenance", "guess"], ["sbrt-and-go-on", "guess"]]
    tumour_board.on_play({"tale": STABLE, "path": path})
    reasons = tumour_board.sent[-1][0]["steps"][-1]["reasons"]
    cited = {c["key"]: c for reason in reasons for c in reason["citations"]}
    assert (
        "PFS NSCLC, hazard ratio: 0.41 (0.22 to 0.75), p=0.0039" in cited["outcome-curb"]["finding"]
    )


# Factors --------------------------------------------------------------------------------------


def test_the_factors_are_counted_as_the_ledger_has_them():
    audit = table("audit")
    sayings = factors.SAYINGS
    open_ = [s for s in sayings if audit[s.claim]["verdict"] in OPEN]
    open_ += [
        s
        for s in sayings
        if audit[s.claim]["verdict"].startswith("confirmed")
        and audit[s.claim]["verification"] == "unverified"
    ]
    stand = [
        s for s in sayings if audit[s.claim]["verdict"].startswith("confirmed") and s not in open_
    ]
    words = explorer("factors").describe(explorer("factors").result())
    assert words.startswith(
        f"Of {len(sayings)} statements the audit lets {len(stand)} stand, disputes "
        f"{len(sayings) - len(stand) - len(open_)} and leaves {len(open_)} open."
    )


def test_every_factor_has_a_statement_and_every_statement_its_factor_and_kind():
    assert {saying.factor for saying in factors.SAYINGS} == set(factors.FACTORS)
    assert {saying.kind for saying in factors.SAYINGS} == set(factors.KINDS) - {factors.ALL}
    assert len({saying.claim for saying in factors.SAYINGS}) == len(factors.SAYINGS)


@pytest.mark.parametrize(
    ("standing", "word"),
    [("hypothesis", "hypothesis"), ("opinion", "opinion"), ("mixed", "mixed")],
)
def test_what_a_statement_is_agrees_with_what_the_audit_says_to_teach(standing, word):
    audit = table("audit")
    called = {s.claim for s in factors.SAYINGS if s.standing == standing}
    assert called == {s.claim for s in factors.SAYINGS if word in audit[s.claim]["teach"].lower()}


def test_supported_stands_and_what_was_not_shown_does_not():
    assert {s.standing for s in factors.SAYINGS} == set(factors.STANDINGS)
    assert all(s.stands for s in factors.SAYINGS if s.standing == "supported")
    assert not any(s.stands for s in factors.SAYINGS if s.standing == "unshown")
    words = explorer("factors").describe(explorer("factors").result())
    assert "Hypothesis, not finding: Responders gain more; Stable disease explains LU002" in words


@pytest.mark.parametrize("kind", factors.KINDS)
@pytest.mark.parametrize("factor", [factors.ALL, *factors.FACTORS])
@pytest.mark.parametrize("read", [True, False])
def test_the_controls_choose_statements(factor, kind, read):
    audit = table("audit")
    shown = explorer("factors", factor=factor, kind=kind, read=read)
    chosen = {saying.claim for saying in shown.result().chosen}
    assert chosen == {
        s.claim
        for s in factors.SAYINGS
        if factor in (factors.ALL, s.factor)
        and kind in (factors.ALL, s.kind)
        and not (read and audit[s.claim]["verification"] == "unverified")
    }
    assert [card.spec()["key"] for card in shown.cards(shown.result())] == [
        s.claim for s in factors.SAYINGS if s.claim in chosen
    ]
    assert len(shown.table(shown.result()).rows) == len(chosen)


def test_no_factor_is_said_to_tell_who_gains():
    """What stands on gain says that it is not known."""
    stand = {s.claim for s in factors.SAYINGS if s.kind == "benefit" and s.stands}
    assert stand == {"conclusion-io-no-clear-benefit", "biomarkers-exploratory"}


# Entry ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_profile_is_a_patient_that_can_be_and_agrees_with_the_map(case):
    patient = rules.Patient(**case.patient.profile)
    seen = [lesion for lesion in case.lesions if lesion.state != "unseen"]
    metastases = [lesion for lesion in seen if lesion.kind == "metastasis"]
    assert patient.n_lesions == len(metastases)
    assert patient.n_brain == sum(lesion.site.startswith("brain") for lesion in metastases)
    assert patient.n_liver == sum(lesion.site.startswith("liver") for lesion in metastases)
    # A primary that is merely stable is not thereby controlled: whether it is, a trial must say.
    if patient.primary_controlled:
        assert all(lesion.state == "treated" for lesion in seen if lesion.kind == "primary")


@pytest.mark.parametrize("one", selection.known_definitions(), ids=lambda one: one.id)
def test_entry_says_what_the_rules_say_of_each_patient(one):
    shown = explorer("entry", rules=one.id)
    result = shown.result()
    expected = [rules.judge(rules.Patient(**c.patient.profile), one).overall for c in CASES]
    assert [selection.ANSWERS[row[0]] for row in result.grid] == expected
    words = shown.describe(result)
    assert f"{expected.count('no')} would be kept out" in words
    assert len(shown.table(result).rows) == len(CASES)


def test_every_stated_rule_but_histology_has_a_column():
    """Every patient here has lung cancer of the one kind."""
    stated = set(rules.stated_kinds(selection.known_definitions()))
    assert stated - {kind for kinds in selection.COLUMNS.values() for kind in kinds} == {
        "histology"
    }


def test_the_stable_patient_is_one_whom_lu002_could_have_admitted():
    row = [case.name for case in CASES].index(STABLE)
    grid = explorer("entry", rules="nrg-lu002").result().grid
    assert selection.ANSWERS[grid[row][0]] == "nothing against"


# Calibration ----------------------------------------------------------------------------------


def test_calibration_says_the_intervals_that_were_worked_out_by_hand():
    shown = explorer("calibration")
    words = shown.describe(shown.result())
    assert "Certain: 8 of 10 right, 49 to 94% in the long run." in words
    assert "A guess: 3 of 6 right, 19 to 81% in the long run." in words
    assert "The intervals overlap" in words


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (
            {"certain_n": 40, "certain_right": 40, "guess_n": 40, "guess_right": 10},
            "means something",
        ),
        ({"certain_n": 40, "certain_right": 4, "guess_n": 40, "guess_right": 39}, "distrust"),
        ({"certain_n": 0, "certain_right": 0}, "Both certain decisions and guesses"),
        ({"certain_n": 5, "certain_right": 9}, "9 right of 5 cannot be; taken as 5"),
    ],
)
def test_calibration_is_put_in_words(values, words):
    shown = explorer("calibration", **values)
    assert words in shown.describe(shown.result())


# Figures --------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", selection.EXPLORERS)
@pytest.mark.parametrize("width", WIDTHS)
def test_no_word_is_clipped_or_written_over(key, width):
    assert faults(drawn(explorer(key), width)) == []


@pytest.mark.parametrize("key", selection.EXPLORERS)
def test_a_kept_figure_shows_what_a_new_one_shows(key):
    every = [{name: value} for name, value in settings(explorer(key))]
    check_kept_figure(partial(explorer, key), random.Random(2).sample(every, min(3, len(every))))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("width", NARROW_AND_WIDE)
@pytest.mark.parametrize("key", selection.EXPLORERS)
def test_every_setting_draws_without_a_warning(key, width):
    shown = explorer(key)  # whose figure is kept, as a page keeps it
    for name, value in settings(shown):
        shown.reset()
        shown.set(**{name: value})
        assert faults(drawn(shown, width, theme="dark")) == [], (name, value)
        assert 20 <= len(shown.describe(shown.result())) <= 900
