"""The plan room: sums by hand, moves against rolled arrays, limits, words against figures."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import yaml
from figure_words import WIDTHS, boxes, drawn, faults
from shipped_rows import beams_of

from oligoteach.evidence import constraint_sources, constraints, plan_arrays, plan_records
from oligoteach.models.constraint_check import choose
from oligoteach.modules import _plan_room as module
from oligoteach.modules._dose_checks import SOURCES
from oligoteach.modules._plan_room import CASES, PLANNED, PlanRoom, facts, neighbours, shown
from oligoteach.widgets import ImpossibleError

ROOT = Path(__file__).resolve().parents[2]
TEXT = yaml.safe_load((ROOT / "data" / "lessons" / "dose_planning.yaml").read_text("utf-8"))
FULL = (100,) * 9
WITHOUT_NEAR = (100, 100, 100, 0, 0, 0, 100, 100, 100)


@pytest.fixture(autouse=True)
def strict():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def room(**values):
    made = PlanRoom(text={"title": "Plan room", "badge": "model"})
    made.set(**values)
    return made


def view(**values):
    return room(**values).result()


def organ(result, key):
    return next(s for s in result.structures if s.key == key).histogram


def text_of(key):
    return next(e for e in TEXT["explorers"] if e["id"] == key)


class TestTheDose:
    def test_every_case_has_its_own_dose_and_fractions(self):
        made = room()
        for case in CASES:
            made.set(case=case)
            assert (made.params["dose"], made.params["fractions"]) == PLANNED[case]
            shown = dict(facts(made.result()))
            assert float(shown["PTV at the dose"].split()[0]) == pytest.approx(95, abs=0.6)

    def test_a_link_that_names_a_dose_keeps_it(self):
        made = room(case="central", dose=60, fractions=8)
        assert (made.params["dose"], made.params["fractions"]) == (60, 8)

    def test_as_planned_a_dropped_beam_is_missing_and_no_more(self):
        arrays, record = plan_arrays("peripheral"), plan_records()["peripheral"]
        weights = [100, 50, 0, 100, 100, 100, 200, 100, 100]
        by_hand = np.tensordot(np.array(weights) / 100, beams_of("peripheral"), axes=1)
        found = view(weights=weights, normalise="none")
        ptv = arrays.masks["ptv"]
        assert organ(found, "ptv").mean == pytest.approx(by_hand[ptv].mean(), rel=1e-5)
        lungs = by_hand[arrays.masks["lungs"]]
        beyond = next(s.beyond_cc for s in record.structures if s.key == "lungs")
        whole = lungs.size + beyond / record.grid.voxel_cc
        assert organ(found, "lungs").mean == pytest.approx(lungs.sum() / whole, rel=1e-4)

    def test_whatever_was_moved_before_the_beams_add_up(self):
        made = room(normalise="none")
        beams = beams_of("peripheral")
        weights = [100] * 9
        for beam, weight in [(0, 150), (0, 40), (3, 0), (3, 70), (8, 200), (0, 100), (3, 100)]:
            weights[beam] = weight
            made.set(weights=tuple(weights))
            by_hand = np.tensordot(np.array(weights) / 100, beams, axes=1)
            assert np.allclose(made.result().dose, by_hand, rtol=1e-5, atol=1e-5)
        made.set(weights=(0, 0, 0, 50, 0, 0, 0, 0, 100))
        by_hand = 0.5 * beams[3] + beams[8]
        assert np.allclose(made.result().dose, by_hand, rtol=1e-5, atol=1e-5)

    @pytest.mark.parametrize("weights", [FULL, WITHOUT_NEAR, (0, 0, 0, 0, 100, 0, 0, 0, 0)])
    def test_what_it_is_normalised_to_holds_whatever_the_beams(self, weights):
        covered = view(weights=weights)
        assert covered.indices.covered >= 0.95
        assert organ(covered, "ptv").dose_at_share(0.95) == pytest.approx(54, abs=0.05)
        assert organ(view(weights=weights, normalise="mean"), "ptv").mean == pytest.approx(54)
        hottest = view(weights=weights, normalise="max")
        assert 0.8 * hottest.dose.max() == pytest.approx(54, rel=1e-5)

    def test_twice_the_dose_is_twice_the_dose_everywhere(self):
        assert view(dose=60).dose == pytest.approx(2 * view(dose=30).dose, rel=1e-5)

    def test_a_plan_without_beams_is_refused_with_the_reason(self):
        with pytest.raises(ImpossibleError, match="At least one needs a weight"):
            room(weights=(0,) * 9)


class TestCasesAhead:
    def test_the_neighbours_in_the_list_are_made_ready(self, monkeypatch):
        module.anatomy.cache_clear()
        made = room(case="central")
        made.frame()
        parts = made.ahead(SimpleNamespace(**made.params))
        assert len(list(parts)) == 2
        at_rest = {case: view(case=case, dose=50.0, fractions=5) for case in CASES}
        module.anatomy.cache_clear()
        made.frame()
        list(made.ahead(SimpleNamespace(**made.params)))
        monkeypatch.setattr(module.evidence, "plan_arrays", None)  # no file is read from here on
        for case in ("chest_wall", "central", "peripheral", "central"):
            found = view(case=case, dose=50.0, fractions=5)
            assert np.array_equal(found.dose, at_rest[case].dose)
        with pytest.raises(TypeError):
            view(case="vertebra")

    def test_the_ends_of_the_list_have_one(self):
        assert neighbours("peripheral") == ["central"]
        assert neighbours("vertebra") == ["adrenal"]

    def test_what_is_made_ready_is_what_is_shown(self):
        made = room(look_head=9)
        list(made.ahead(SimpleNamespace(**made.params)))
        before = module._plane.cache_info().misses
        shown(room(case="central", look_head=9).result())
        assert module._plane.cache_info().misses == before


class TestThePatient:
    def test_a_move_by_voxels_is_the_array_rolled(self):
        still, moved = view(), view(head=6, left=-3, back=3)
        # The patient lies 6 mm towards the head, so its voxels see the dose 6 mm further up.
        rolled = np.roll(still.dose, (-2, -1, 1), axis=(0, 1, 2))
        inner = np.s_[3:-3, 3:-3, 3:-3]
        assert moved.dose[inner] == pytest.approx(rolled[inner], abs=1e-3)

    def test_an_error_takes_from_the_ptv_first(self):
        still, moved = view(), view(head=3)
        lost = [organ(r, "gtv").dose_at_share(0.98) for r in (still, moved)]
        assert still.indices.covered - moved.indices.covered > 0.1
        assert lost[1] > 0.93 * lost[0]

    def test_breathing_leaves_what_keeps_still(self):
        still, breathing = view(), view(breathing=20)
        assert organ(breathing, "chest_wall").mean == organ(still, "chest_wall").mean
        assert organ(breathing, "gtv").dose_at_share(0.98) < organ(still, "gtv").dose_at_share(0.98)
        assert breathing.dose.sum() == pytest.approx(still.dose.sum(), rel=1e-3)


class TestWhatItIsHeldAgainst:
    def test_every_source_of_the_control_is_one(self):
        assert set(SOURCES) - {"all"} <= set(constraint_sources())

    @pytest.mark.parametrize("source", ["tg101", "uk2018", "hytec-lung"])
    def test_the_limits_are_those_of_the_source_for_this_number_of_fractions(self, source):
        found = view(fractions=5, source=source)
        wanted = {
            limit.constraint_id
            for structure in found.structures
            if structure.organ
            for limit in choose(constraints().values(), structure.organ, 5, {source}).limits
        }
        assert {j.limit.constraint_id for j in found.judged if j.limit} == wanted

    def test_no_limit_is_carried_over_to_another_number(self):
        found = view(fractions=7)
        assert found.judged
        assert {j.judgement.status for j in found.judged} == {"not applicable"}
        rows = room(fractions=7).table(found).rows
        assert "not carried over" in str(rows[0])

    def test_organs_without_a_limit_are_counted_where_nothing_is_broken(self):
        limited = {x.organ for x in constraints().values() if x.fractions == 2}
        made = room(case="vertebra")
        organs = {s.organ for s in made.result().structures if s.organ}
        bare = len(organs - limited)
        assert bare > 1
        first = re.split(r"(?<=[.!?])\s", made.describe(made.result()))[0]
        assert first.endswith(f"0 of 1 limits broken; {bare} organs have none.")
        assert facts(made.result())[-1] == (f"Broken ({bare} organs: no limit)", "0 of 1")

    def test_a_single_beam_breaks_limits_and_says_which(self):
        made = room(weights=(0, 0, 0, 0, 100, 0, 0, 0, 0))
        words = made.describe(made.result())
        assert "Broken: " in words
        assert "Without beams 1, 2, 3, 4, 6, 7, 8, 9." in words
        tones = [
            row[4]["tone"] for row in made.table(made.result()).rows if isinstance(row[4], dict)
        ]
        assert tones == sorted(tones, key=("bad", "ok", "open").index)

    def test_sources_that_disagree_stand_side_by_side(self):
        made = room(fractions=5, dose=50)
        cords = [r for r in made.table(made.result()).rows if r[0] == "Spinal cord" and r[5]]
        assert len({row[5] for row in cords}) >= 3
        assert any(re.fullmatch(r"[\d.]+ to [\d.]+ Gy", row[6]) for row in cords)

    def test_the_complication_model_says_what_it_is_not_good_for(self):
        rows = room().table(view()).rows
        (row,) = [r for r in rows if "pneumonitis" in r[1]]
        assert "no source read here vouches" in row[4]["text"]


class TestTheWords:
    def test_the_first_sentence_carries_the_message(self):
        for case in CASES:
            made = room(case=case)
            first = re.split(r"(?<=[.!?])\s", made.describe(made.result()))[0]
            assert len(first) < 150
            assert "limit" in first

    def test_the_explanation_tells_what_the_figure_shows(self):
        told = text_of("plan-room")["explain"]
        whole, fewer = view(), view(weights=WITHOUT_NEAR)
        breaks = sum(j.judgement.status == "fail" for j in fewer.judged)
        assert f"R50 goes from {whole.indices.r50:.1f} to {fewer.indices.r50:.1f}" in told
        near, far = whole.indices.d2cm * 100, fewer.indices.d2cm * 100
        assert f"{near:.0f} to {far:.0f} %" in told
        assert breaks == 3
        assert "three limits break" in told
        d98 = [organ(r, "gtv").dose_at_share(0.98) for r in (whole, view(head=5))]
        assert f"falls from {d98[0]:.0f} to {d98[1]:.0f} Gy" in told
        blurred = organ(view(breathing=20), "gtv").dose_at_share(0.98)
        assert f"leave it {blurred:.0f}" in told

    def test_the_prediction_s_answer_is_the_figure_s(self):
        (asked,) = [p for p in TEXT["predictions"] if p["explorer"] == "plan-room"]
        arrays, record = plan_arrays("peripheral"), plan_records()["peripheral"]
        lungs = view().dose[arrays.masks["lungs"]].astype(float)
        beyond = next(s.beyond_cc for s in record.structures if s.key == "lungs")
        n = lungs.size + beyond / record.grid.voxel_cc
        mean = lungs.sum() / n
        voxels = (lungs * (lungs / 3 + 3) / 5).sum() / n
        assert f"the lungs is {mean:.1f} Gy" in asked["prompt"]
        assert f"EQD2 of {mean * (mean / 3 + 3) / 5:.1f} Gy" in asked["prompt"]
        right = next(o for o in asked["options"] if o.get("correct"))
        assert right["text"].startswith(f"{voxels:.1f} Gy")
        assert "4.2 times" in right["feedback"]  # 54 (18 + 3) / 5 over 54

    def test_the_question_on_fewer_beams_has_the_figure_s_numbers(self):
        asked = next(q for q in TEXT["questions"] if q["id"] == "fewer-beams")
        assert "2.9 to 4.8 and D2cm from 44 to 70 %" in asked["explanation"]


class TestTheFigure:
    @pytest.mark.parametrize("case", CASES)
    @pytest.mark.parametrize("width", WIDTHS)
    def test_no_word_lies_on_another_or_outside(self, case, width):
        assert faults(drawn(room(case=case), width)) == []

    @pytest.mark.parametrize(
        "values",
        [
            {"axis": "eqd2"},
            {"axis": "eqd2", "dose": 70, "fractions": 1},
            {"dose": 8, "fractions": 35},
            {"weights": (0,) * 8 + (200,)},
            {"look_head": 81, "look_left": -150, "look_back": 90},
        ],
    )
    def test_nor_at_other_settings(self, values):
        for width in WIDTHS:
            assert faults(drawn(room(**values), width)) == []

    @pytest.mark.parametrize("at", [{}, *(v["at"] for v in text_of("plan-room")["views"])], ids=str)
    @pytest.mark.parametrize("size", [(288, 755), (343, 899), (624, 460), (666, 440), (881, 581)])
    def test_neither_limit_nor_curve_runs_through_the_list_of_curves(self, at, size):
        made = room()
        made.take(at)
        made.frame(*size)
        canvas = made.canvas(*size, 1.0, "light")
        names = {s.name for s in made.result().structures} | {"Lungs", "Bronchi"}
        listed = [box for text, box in boxes(canvas.figure) if text in names - {"Heart"}]
        assert len(listed) >= 8
        moving = [*(f"curve-{i}" for i in range(10)), "kept", "broken"]
        lines = [canvas._artists[name] for name in moving]
        found = np.concatenate([line.get_transform().transform(line.get_xydata())
                                for line in lines if line.get_xydata().size])  # fmt: skip
        assert len(found) > 500
        for box in listed:
            # Half a mark, and the sample of the curve before its name.
            x0, y0, x1, y1 = box.x0 - 26, box.y0 - 6, box.x1 + 6, box.y1 + 6
            x, y = found.T
            assert not np.any((x > x0) & (x < x1) & (y > y0) & (y < y1))

    def test_a_weight_moves_the_picture_and_keeps_what_stands_still(self):
        made = room()
        before = made.frame(640, 403)
        canvas = made.canvas(640, 403, 1.0, "light")
        drawn_anew = []
        canvas.figure.canvas.draw = lambda: drawn_anew.append(1)
        made.set(weights=(100, 100, 100, 0, 100, 100, 100, 100, 100))
        after = made.frame(640, 403)
        assert before != after
        assert not drawn_anew
