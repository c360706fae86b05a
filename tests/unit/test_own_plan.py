"""Your plan: slices and indices against a plain computation, and what a frame draws anew."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from dicom_examples import both
from figure_words import faults
from matplotlib.path import Path
from scipy.ndimage import distance_transform_edt

from oligoteach.models.structures import Axes
from oligoteach.modules._dicom_plan import FilePlan, FileStructure
from oligoteach.modules._own_plan import OwnPlan, made_ready, own_view, shown

SHAPE = (9, 14, 17)
AXES = Axes(*(start + step * np.arange(n) for start, step, n in
              zip((-40.0, 12.0, 5.0), (5.0, 6.0, 7.0), SHAPE[::-1], strict=True)))  # fmt: skip
SIZE = (640, 403)


def plan(names=("PTV", "Body", "Ring", "Faint"), seed=3):
    """Return a plan with its structures as dense shares of voxels, of rugged shapes."""
    rng = np.random.default_rng(seed)
    dense = {name: np.zeros(SHAPE, np.float32) for name in names}
    dense[names[0]][3:6, 5:9, 6:11] = rng.random((3, 4, 5), dtype=np.float32)
    dense[names[1]][1:, 1:-1, 1:-1] = np.float32(1)
    dense[names[2]][:, 2:12, 3:15] = 1
    dense[names[2]][:, 4:9, 5:12] = 0
    dense[names[3]][2:4, 2:4, 2:4] = 0.4
    dose = (60 * rng.random(SHAPE)).astype(np.float32)
    structures = tuple(
        FileStructure(name, np.flatnonzero(share), share.ravel()[np.flatnonzero(share)])
        for name, share in dense.items()
    )
    return FilePlan(dose, AXES, structures), dense


def settings(**changed):
    values = {"target": "", "dose": 40.0, "fractions": 5, "source": "all", "axis": "dose",
              "look_head": 0, "look_left": 0, "look_back": 0}  # fmt: skip
    return SimpleNamespace(**{**values, **changed})


def sliced(cube, look):
    """Return the slices of a cube from above, from the front and from the side."""
    x, y, z = look
    return cube[z], cube[:, y], cube[:, :, x]


def within(lines, plane):
    """Return which pixels of a plane have their middle inside the lines."""
    across, up = np.meshgrid(plane.across, plane.up)
    points = np.column_stack([across.ravel(), up.ravel()])
    odd = np.zeros(len(points), dtype=bool)
    for line in lines:
        odd ^= Path(line).contains_points(points)
    return odd.reshape(across.shape)


LOOKS = [{}, {"look_head": 10}, {"look_left": -14, "look_back": 12}, {"look_head": -300},
         {"look_head": 300, "look_left": 300, "look_back": 300}]  # fmt: skip


class TestSlices:
    @pytest.mark.parametrize("look", LOOKS, ids=str)
    def test_each_is_the_cube_cut_there(self, look):
        made, dense = plan()
        view = own_view(made_ready(made), settings(**look))
        members = [share >= 0.5 for share in dense.values()]
        greys = sliced(0.12 * sum(member.astype(float) for member in members), view.look)
        doses = sliced(made.dose, view.look)
        for cut, grey, dose in zip(shown(view).cuts, greys, doses, strict=True):
            assert cut.plane.grey == pytest.approx(np.minimum(grey, 0.6), abs=1e-6)
            assert cut.values == pytest.approx(dose / 40, rel=1e-6)

    @pytest.mark.parametrize("look", LOOKS, ids=str)
    def test_outlines_go_around_what_belongs_to_a_structure(self, look):
        made, dense = plan()
        view = own_view(made_ready(made), settings(**look))
        target = sliced(dense["PTV"] >= 0.5, view.look)
        others = sliced(
            sum((dense[name] >= 0.5).astype(int) for name in ("Body", "Ring")) % 2, view.look
        )
        for cut, inside, odd in zip(shown(view).cuts, target, others, strict=True):
            main = [line for line, mattering in cut.plane.outlines if mattering]
            rest = [line for line, mattering in cut.plane.outlines if not mattering]
            assert np.array_equal(within(main, cut.plane), inside)
            assert np.array_equal(within(rest, cut.plane), odd.astype(bool))

    def test_what_is_kept_is_what_would_be_made(self):
        made, _ = plan(("PTV", "Body", "Ring", "CTV"))
        kept = made_ready(made)
        walk = [{}, {"look_head": 10}, {"target": "ring"}, {"look_left": 7}, {}, {"dose": 20.0}]
        for step in walk:
            p = settings(**step)
            ours, anew = (shown(own_view(r, p)) for r in (kept, made_ready(made)))
            for one, other in zip(ours.cuts, anew.cuts, strict=True):
                assert np.array_equal(one.plane.grey, other.plane.grey)
                assert [main for _, main in one.plane.outlines] == [
                    main for _, main in other.plane.outlines
                ]
                assert one.cross == other.cross

    def test_a_slice_that_stays_is_kept(self):
        ready = made_ready(plan()[0])
        before, after = (
            shown(own_view(ready, settings(look_head=at))).cuts for at in (0, 10)
        )  # fmt: skip
        assert before[0].plane is not after[0].plane
        assert before[1].plane is after[1].plane
        assert before[2].plane is after[2].plane
        assert before[1].cross != after[1].cross


class TestIndices:
    @pytest.mark.parametrize("names", [("PTV", "Body", "Ring", "Faint"), ("PTV", "A", "B", "C")])
    def test_they_are_those_of_a_plain_count(self, names):
        made, dense = plan(names)
        found = own_view(made_ready(made), settings()).indices
        body = dense["Body"] >= 0.5 if "Body" in dense else np.ones(SHAPE, bool)
        share, dose = dense["PTV"], made.dose
        away = distance_transform_edt(share < 0.5, sampling=(7, 6, 5))
        voxel = 5 * 6 * 7 / 1000
        assert found.v100_cc == pytest.approx(voxel * np.sum(body & (dose >= 40)))
        assert found.v50_cc == pytest.approx(voxel * np.sum(body & (dose >= 20)))
        assert found.target_cc == pytest.approx(voxel * share.sum())
        assert found.covered == pytest.approx(share[dose >= 40].sum() / share.sum())
        assert found.d2cm == pytest.approx(dose[body & (away >= 20)].max() / 40)

    def test_another_target_has_its_own(self):
        made, dense = plan()
        ready = made_ready(made)
        first, ring, again = (
            own_view(ready, settings(target=name)).indices for name in ("ptv", "ring", "ptv")
        )
        assert again == first
        assert ring.target_cc == pytest.approx(0.21 * (dense["Ring"] > 0).sum())

    def test_a_target_that_holds_no_voxel_by_half(self):
        view = own_view(made_ready(plan()[0]), settings(target="faint"))
        assert view.indices.target_cc == pytest.approx(8 * 0.4 * 0.21)
        assert not any(main for cut in shown(view).cuts for _, main in cut.plane.outlines)


class TestWords:
    @pytest.mark.parametrize("size", [(288, 755), (624, 460), (666, 440), (1100, 726)])
    @pytest.mark.parametrize("name", ["PTV", "Wwwwwwwwwwwwwwwwwwww"])
    def test_none_lies_on_another_however_many_and_long_the_names(self, size, name):
        made = OwnPlan(text={"title": "Your plan", "badge": "own"})
        made.bring_files(both(names=("PTV", *(f"{name} {letter}" for letter in "ABCDEFGHIJKL"))))
        made.frame(*size)
        assert faults(made.canvas(*size, 1.0, "light").figure) == []


class TestFrames:
    @pytest.fixture
    def own(self):
        made = OwnPlan(text={"title": "Your plan", "badge": "own"})
        made.bring_files(both())
        made.set(dose=10, fractions=2)
        made.frame(*SIZE)
        return made

    @pytest.mark.parametrize(
        "change",
        [{"look_head": 6}, {"look_left": -6, "look_back": 3}, {"dose": 60}, {"axis": "eqd2"}],
        ids=str,
    )
    def test_slices_and_dose_move_without_axes_drawn_anew(self, own, change):
        canvas = own.canvas(*SIZE, 1.0, "light")
        drawn_anew = []
        canvas.figure.canvas.draw = lambda: drawn_anew.append(1)
        before = own.frame(*SIZE)
        own.set(**change)
        assert own.frame(*SIZE) != before
        assert not drawn_anew

    @pytest.mark.parametrize("width", [288, 640])
    def test_a_kept_picture_is_the_one_drawn_anew(self, own, width):
        size = (width, round(width * (own.narrow_aspect if width < 520 else own.aspect)))
        for change in ({"look_head": 6}, {"look_left": -6}, {"target": "heart"}, {"axis": "eqd2"}):
            own.set(**change)
            own.frame(*size)
        kept = own.frame(*size)
        assert kept == own._new_canvas(*size, 1.0, "light").frame(own.result())
