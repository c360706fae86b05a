"""A learner's own plan: known shapes and doses, every refusal, names that must never be seen."""

from __future__ import annotations

import contextlib
import logging
import re
import warnings

import numpy as np
import pytest
from dicom_examples import (
    SECRETS,
    SPACING,
    both,
    dose_dataset,
    structure_dataset,
    written,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
)

from oligoteach.evidence import plan_arrays, plan_records
from oligoteach.modules import _dicom_plan
from oligoteach.modules._dicom_plan import PlanFileError, clean_name, read_plan
from oligoteach.modules._own_plan import OwnPlan, facts

READ = "Read: a dose grid and 2 structures. Now enter dose and fractions."


def read(dose=None, structures=None):
    return read_plan([written(dose or dose_dataset()), written(structures or structure_dataset())])


def refusal(dose=None, structures=None) -> str:
    with pytest.raises(PlanFileError) as error:
        read(dose, structures)
    words = str(error.value)
    assert re.fullmatch(r"[A-Z].*\.", words, re.DOTALL), words
    return words


def own(**values):
    made = OwnPlan(text={"title": "Your plan", "badge": "own"})
    made.set(**values)
    return made


class TestReading:
    def test_dose_and_structures_lie_where_they_were_drawn(self):
        plan = read()
        assert plan.dose.shape == (12, 16, 20)
        assert plan.axes.voxel_cc == pytest.approx(0.012)
        ptv = plan.structures[0]
        assert ptv.name == "PTV"
        assert ptv.weights.sum() * plan.axes.voxel_cc == pytest.approx(2.0 * 1.6 * 2.1)
        # From 7 to 27 mm lie the voxels at 8 to 26 mm, of 4 to 13 Gy.
        held = plan.dose.ravel()[ptv.places]
        assert (held.min(), held.max()) == (pytest.approx(4), pytest.approx(13))
        assert np.average(held, weights=ptv.weights) == pytest.approx(8.5)

    def test_either_file_may_come_first(self):
        files = both()
        assert read_plan(files[::-1]).dose.shape == read_plan(files).dose.shape

    def test_a_grid_read_from_the_other_end_is_the_same_place(self):
        turned = dose_dataset(np.broadcast_to(np.arange(20.0)[::-1], (12, 16, 20)))
        turned.ImageOrientationPatient = [-1, 0, 0, 0, -1, 0]
        turned.ImagePositionPatient = [19 * SPACING, 15 * SPACING, 0]
        plan, straight = read(turned), read()
        assert plan.dose == pytest.approx(straight.dose)
        assert plan.axes.x == pytest.approx(straight.axes.x)
        assert plan.axes.z == pytest.approx(straight.axes.z)

    def test_offsets_that_begin_at_the_plane_s_own_height(self):
        plan = read(
            dose_dataset(
                GridFrameOffsetVector=[6.0 + 3 * i for i in range(12)],
                ImagePositionPatient=[0, 0, 6],
            )
        )
        assert plan.axes.z[0] == pytest.approx(6)

    def test_planes_counted_downwards(self):
        down = dose_dataset(
            GridFrameOffsetVector=[-3.0 * i for i in range(12)], ImagePositionPatient=[0, 0, 33]
        )
        plan = read(down)
        assert plan.axes.z[0] == pytest.approx(0)
        assert np.all(np.diff(plan.axes.z) > 0)

    @pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian])
    def test_other_uncompressed_files(self, syntax):
        dose = dose_dataset()
        if syntax == ExplicitVRBigEndian:
            dose.PixelData = np.frombuffer(dose.PixelData, "<u4").astype(">u4").tobytes()
        plan = read_plan([written(dose, syntax), written(structure_dataset(), syntax)])
        assert plan.dose.max() == pytest.approx(19)

    def test_what_a_reader_must_know_is_said(self):
        plan = read(dose_dataset(DoseSummationType="BEAM"))
        assert plan.notes == ("The dose is a part of a plan only, not its whole course.",)
        half = structure_dataset(("PTV", "Point"))
        for contour in half.ROIContourSequence[1].ContourSequence:
            contour.ContourGeometricType = "POINT"
        assert "1 structure without closed contours" in read(None, half).notes[0]

    def test_two_structures_of_one_name_are_told_apart(self):
        names = [s.name for s in read(None, structure_dataset(("PTV", "PTV"))).structures]
        assert names == ["PTV", "PTV (2)"]


REFUSALS = {
    "a CT": (dose_dataset(Modality="CT"), None, "a CT slice. One RTDOSE and one RTSTRUCT"),
    "unknown": (dose_dataset(Modality="MUELLER"), None, "of another kind"),
    "relative": (dose_dataset(DoseUnits="RELATIVE"), None, "in relative units; only absolute"),
    "no units": (dose_dataset(DoseUnits=None), None, "does not say that it is in Gy"),
    "effective": (dose_dataset(DoseType="EFFECTIVE"), None, "physical dose is needed"),
    "no offsets": (dose_dataset(GridFrameOffsetVector=None), None, "no grid frame offsets"),
    "few offsets": (
        dose_dataset(GridFrameOffsetVector=[0.0, 3.0]),
        None,
        "12 planes and 2 grid frame offsets",
    ),
    "uneven": (
        dose_dataset(GridFrameOffsetVector=[0.0, *(3.0 * i + 1 for i in range(1, 12))]),
        None,
        "not evenly spaced",
    ),
    "flat": (dose_dataset(GridFrameOffsetVector=[0.0] * 12), None, "no distance from each other"),
    "one plane": (dose_dataset(NumberOfFrames=1), None, "not a grid of two rows"),
    "too large": (dose_dataset(Rows=5000, Columns=5000), None, "300 million voxels; at most 8"),
    "fewer pixels": (dose_dataset(Rows=17), None, "damaged or cut off"),
    "no pixels": (dose_dataset(PixelData=None), None, "has no dose in it"),
    "no scaling": (dose_dataset(DoseGridScaling=None), None, "no grid scaling above 0"),
    "cGy": (dose_dataset(DoseGridScaling=0.2), None, "above 1000 Gy it is likely cGy"),
    "nothing": (dose_dataset(np.zeros((12, 16, 20))), None, "0 everywhere"),
    "nowhere": (dose_dataset(ImagePositionPatient=None), None, "where its grid lies"),
    "no spacing": (dose_dataset(PixelSpacing=[0, 2]), None, "a spacing of 0"),
    "tilted": (
        dose_dataset(ImageOrientationPatient=[0.8, 0.6, 0, -0.6, 0.8, 0]),
        None,
        "tilted or on its side",
    ),
    "decubitus": (
        dose_dataset(ImageOrientationPatient=[0, 1, 0, -1, 0, 0]),
        None,
        "tilted or on its side",
    ),
    "other frame": (dose_dataset(FrameOfReferenceUID="1.2.3"), None, "different frames of ref"),
    "no frame": (dose_dataset(FrameOfReferenceUID=None), None, "which frame of reference"),
    "no contours": (None, structure_dataset(ROIContourSequence=None), "has no contours"),
    "points": (None, structure_dataset(shape="POINT"), "No structure with closed contours"),
    "two structures": (structure_dataset(), None, "Two files are an RTSTRUCT"),
}


class TestRefusing:
    @pytest.mark.parametrize("case", REFUSALS, ids=str)
    def test_each_with_its_reason(self, case):
        dose, structures, words = REFUSALS[case]
        assert words in refusal(dose, structures)

    def test_negative_doses(self):
        signed = dose_dataset(PixelRepresentation=1)
        signed.PixelData = (-np.ones((12, 16, 20))).astype("<i4").tobytes()
        assert "negative values" in refusal(signed)

    def test_a_single_file(self):
        with pytest.raises(PlanFileError, match="The RTSTRUCT is missing"):
            read_plan(both()[:1])

    @pytest.mark.parametrize("data", [b"PK\x03\x04 a zip", b"\x89PNG", b"%PDF-1.7" * 100, b"x" * 9])
    def test_what_is_not_dicom(self, data):
        with pytest.raises(PlanFileError, match="A file is not DICOM"):
            read_plan([data, both()[1]])

    def test_a_compressed_file(self):
        files = both()
        plain, other = b"1.2.840.10008.1.2.1\0", JPEG2000Lossless.encode()
        # The same place in the header, with a longer name and its length.
        start = files[0].index(plain)
        head = files[0][: start - 2] + (len(other) + len(other) % 2).to_bytes(2, "little")
        squeezed = head + other + b"\0" * (len(other) % 2) + files[0][start + len(plain) :]
        with pytest.raises(PlanFileError, match=r"compressed in a way|damaged"):
            read_plan([squeezed, files[1]])

    def test_a_file_deflated_as_a_whole_is_not_even_unpacked(self):
        deflated = written(dose_dataset(), DeflatedExplicitVRLittleEndian)
        with pytest.raises(PlanFileError, match="compressed as a whole"):
            read_plan([deflated, both()[1]])

    @settings(deadline=None, max_examples=60)
    @given(st.data())
    def test_a_file_that_is_cut_or_changed_anywhere_never_breaks_anything(self, data):
        files = both()
        which = data.draw(st.integers(0, 1))
        raw = bytearray(files[which])
        if data.draw(st.booleans()):
            raw = raw[: data.draw(st.integers(0, len(raw)))]
        else:
            for _ in range(data.draw(st.integers(1, 6))):
                raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
        files[which] = bytes(raw)
        # Whatever else it raises would fail here.
        with contextlib.suppress(PlanFileError):
            assert np.isfinite(read_plan(files).dose).all()

    def test_without_pydicom_it_says_how_to_get_it(self, monkeypatch):
        monkeypatch.setattr(_dicom_plan, "available", lambda: False)
        with pytest.raises(PlanFileError, match=r"pip install oligoteach\[dicom\]"):
            read_plan(both())

    def test_too_many_structures_and_points(self, monkeypatch):
        monkeypatch.setattr(_dicom_plan, "MAX_STRUCTURES", 1)
        assert "2 structures; at most 1 are read" in refusal()
        monkeypatch.undo()
        monkeypatch.setattr(_dicom_plan, "MAX_POINTS", 20)
        assert "million points" in refusal()


NAMED = ("PTV_Mueller", "Heart 19580314", "annegret-lung", "PID-0815-77", "Cord", "")


class TestNames:
    def test_none_of_the_patient_reaches_the_page(self):
        made = own(target="structure")
        said = made.bring_files(both(names=NAMED))
        result = made.result()
        seen = " ".join(
            [
                said,
                made.summary(),
                made.describe(result),
                repr(made.table(result).spec()),
                repr(made.get_state()),
                " ".join(s.name for s in result.structures),
            ]
        ).lower()
        for secret in (*SECRETS, "0815"):
            assert secret.lower() not in seen
        assert "Cord" in [s.name for s in result.structures]

    def test_nothing_is_logged_or_warned(self, caplog, capsys):
        files = both()
        # pydicom says the value of a field that breaks a rule, wherever it may.
        odd = files[0].replace(b"PHYSICAL", b"MUELLER!")
        caplog.clear()
        with caplog.at_level(logging.DEBUG), warnings.catch_warnings():
            warnings.simplefilter("error")
            pydicom_was = logging.getLogger("pydicom").disabled
            for broken in (odd, odd[: len(odd) // 2], b"MUELLER"):
                with pytest.raises(PlanFileError) as error:
                    read_plan([broken, files[1]])
                assert "MUELLER" not in str(error.value)
        printed = capsys.readouterr()
        assert "MUELLER" not in caplog.text + printed.out + printed.err
        assert logging.getLogger("pydicom").disabled == pydicom_was

    @pytest.mark.parametrize(
        ("raw", "name"),
        [
            ("PTV 54", "PTV 54"),
            ("Lt Lung", "Lt Lung"),
            ("PTV_Smith", "Structure 7"),
            ("ptvsmith", "Structure 7"),
            ("GTV 12.03.2024", "Structure 7"),
            ("", "Structure 7"),
            (" \x00\n", "Structure 7"),
            ("Heart" * 9, "HeartHeartHeartHeartHeart…"),
            ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ],
    )
    def test_names_of_structures_are_cleaned(self, raw, name):
        assert clean_name(raw, frozenset({"smith", "ng"}), 7) == name

    def test_a_patient_called_like_an_organ_hides_no_organ(self):
        dose = dose_dataset(PatientName="Heart^Boost")
        assert [s.name for s in read(dose).structures] == ["PTV", "Heart"]


def spoil(structure, *kinds):
    """Make the first contours of a structure unusable, each in its own way."""
    for contour, kind in zip(structure.ContourSequence, kinds, strict=False):
        if kind == "tilted":
            data = list(contour.ContourData)
            contour.ContourData = [v + 0.2 if i == 2 else v for i, v in enumerate(data)]
        elif kind == "two points":
            contour.ContourData = list(contour.ContourData)[:6]
        else:
            contour.ContourGeometricType = kind


class TestContoursLeftOut:
    @pytest.mark.parametrize("kind", ["tilted", "two points", "OPEN_PLANAR", "POINT"])
    def test_each_is_counted_and_the_rest_is_used(self, kind):
        structures = structure_dataset()
        spoil(structures.ROIContourSequence[1], kind, kind)
        ptv, heart = read(None, structures).structures
        assert (ptv.contours, ptv.left_out) == (7, 0)
        assert (heart.contours, heart.left_out) == (7, 2)
        # Five of seven slabs of 3 mm.
        assert heart.weights.sum() * 0.012 == pytest.approx(2.0 * 1.6 * 1.5)

    def test_a_slant_that_rounding_makes_is_none(self):
        structures = structure_dataset()
        contour = structures.ROIContourSequence[0].ContourSequence[0]
        contour.ContourData = [v + 0.09 if i == 2 else v
                               for i, v in enumerate(contour.ContourData)]  # fmt: skip
        assert read(None, structures).structures[0].left_out == 0

    def test_it_is_said_by_name_the_greatest_lack_first(self):
        structures = structure_dataset(("PTV", "Heart", "Cord"))
        spoil(structures.ROIContourSequence[0], "tilted")
        spoil(structures.ROIContourSequence[2], "POINT", "tilted", "two points")
        made = own(dose=8, fractions=2)
        made.bring_files([written(dose_dataset()), written(structures)])
        words = made.describe(made.result())
        assert (
            "Contours that are tilted, open or of fewer than 3 points are left out, so volume and "
            "doses may be wrong: 3 of 7 of Cord, 1 of 7 of PTV."
        ) in words

    def test_the_list_is_bounded_and_silent_where_all_are_used(self):
        names = tuple(f"Organ {letter}" for letter in "ABCDEFGHIJ")
        structures = structure_dataset(names)
        made = own(dose=8, fractions=2)
        made.bring_files([written(dose_dataset()), written(structures)])
        assert "are left out" not in made.describe(made.result())
        for item in structures.ROIContourSequence:
            spoil(item, "tilted")
        made.bring_files([written(dose_dataset()), written(structures)])
        (said,) = re.findall(r"Contours that are[^.]*\.", made.describe(made.result()))
        assert said.count("1 of 7 of Organ") == 6
        assert said.endswith("and 4 more.")

    def test_a_structure_of_tilted_contours_only_is_one_left_out(self):
        structures = structure_dataset()
        spoil(structures.ROIContourSequence[1], *["tilted"] * 7)
        plan = read(None, structures)
        assert [s.name for s in plan.structures] == ["PTV"]
        assert plan.notes == (
            "1 structure without closed contours on the dose grid, or with tilted ones only, "
            "left out.",
        )


class TestNamesHeldAgainstLimits:
    def test_the_words_say_what_was_taken_as_what_and_what_as_nothing(self):
        made = own(dose=8, fractions=5)
        made.bring_files(both(names=("zRing_PTV", "Lungs-GTV", "Adrenal_L", "PTV54", "Body")))
        words = made.describe(made.result())
        assert words.startswith("Your plan: 60.0 % of PTV54 gets 8 Gy")
        assert "Held against limits, by name: Lungs-GTV as lungs." in words
        assert "Held against none, by name: zRing_PTV, Adrenal_L." in words
        judged = {j.structure.name for j in made.result().judged if j.limit is not None}
        assert judged == {"Lungs-GTV"}

    def test_lungs_without_the_tumour_are_no_tumour(self):
        made = own(fractions=5)
        made.bring_files(both(names=("PTV", "Lungs-GTV", "zRing_PTV", "GTV")))
        ratios = {s.name: s.alpha_beta for s in made.result().structures}
        assert ratios == {"PTV": 10, "GTV": 10, "Lungs-GTV": 3, "zRing_PTV": 3}


class TestOutsideTheGrid:
    # The structures fill 7 to 27, 7 to 23 and 7.5 to 28.5 mm; a voxel reaches half of its size
    # beyond its middle.
    @pytest.mark.parametrize(
        ("origin", "share"),
        [
            ([0, 0, 0], 0),
            ([17, 0, 0], 9 / 20),
            ([0, 15, 0], 7 / 16),
            ([0, 0, 18], 9 / 21),
            ([17, 15, 18], 1 - 11 / 20 * 9 / 16 * 12 / 21),
        ],
        ids=str,
    )
    def test_what_is_lost_is_known(self, origin, share):
        plan = read(dose_dataset(ImagePositionPatient=origin))
        assert [s.outside for s in plan.structures] == pytest.approx([share] * 2, abs=1e-6)

    def test_it_is_said_by_name_the_greatest_loss_first(self):
        structures = structure_dataset(("PTV", "Heart", "Cord"))
        for contour in structures.ROIContourSequence[1].ContourSequence:
            contour.ContourData = [v - 14 if i % 3 == 0 else v
                                   for i, v in enumerate(contour.ContourData)]  # fmt: skip
        for contour in structures.ROIContourSequence[2].ContourSequence:
            contour.ContourData = [v + 8 if i % 3 == 0 else v
                                   for i, v in enumerate(contour.ContourData)]  # fmt: skip
        made = own(dose=8, fractions=2)
        made.bring_files([written(dose_dataset(ImagePositionPatient=[9, 0, 0])),
                          written(structures)])  # fmt: skip
        words = made.describe(made.result())
        # The grid begins at 8 mm: one of 20 mm of the PTV, 15 of the heart, nothing of the cord.
        assert "Outside the dose grid, and so left out of every figure: 75 % of Heart, " in words
        assert "5 % of PTV." in words
        assert "% of Cord" not in words

    def test_the_list_is_bounded_and_silent_where_nothing_is_lost(self):
        made = own(dose=8, fractions=2)
        names = tuple(f"Organ {letter}" for letter in "ABCDEFGHIJ")
        made.bring_files(both(names=names))
        assert "Outside the dose grid" not in made.describe(made.result())
        made.bring_files([written(dose_dataset(ImagePositionPatient=[17, 0, 0])),
                          written(structure_dataset(names))])  # fmt: skip
        (said,) = re.findall(r"Outside the dose grid[^.]*\.", made.describe(made.result()))
        assert said.count("45 % of Organ") == 6
        assert said.endswith("and 4 more.")

    def test_the_example_says_what_the_phantom_s_window_cuts_off(self):
        organs = {s.name: s for s in plan_records()["peripheral"].structures}
        voxel = plan_records()["peripheral"].grid.voxel_cc
        liver = plan_arrays("peripheral").masks["liver"].sum() * voxel
        beyond = organs["Liver"].beyond_cc
        made = own()
        words = made.describe(made.result())
        assert f"{100 * beyond / (beyond + liver):.0f} % of Liver" in words


class TestExplorer:
    def test_until_files_come_the_phantom_s_plan_stands_there(self):
        made = own()
        assert made.describe(made.result()).startswith("The phantom's plan, as an example: 95.")

    def test_its_own_plan_and_back(self):
        made = own(dose=8, fractions=2)
        before = made.describe(made.result())
        assert made.bring_files(both()) == READ
        words = made.describe(made.result())
        # Five of ten columns have 8 Gy or more... of 4 to 13: 8 to 13 are six.
        assert words.startswith("Your plan: 60.0 % of PTV gets 8 Gy")
        made.drop_files()
        made._result = None
        assert made.describe(made.result()) == before

    def test_a_broken_file_leaves_what_was_there(self):
        made = own()
        made.bring_files(both())
        words = made.describe(made.result())
        with pytest.raises(ValueError, match="not DICOM"):
            made.bring_files([b"nothing", b"of the sort"])
        assert made.describe(made.result()) == words

    def test_a_dose_that_the_plan_does_not_reach_meets_no_goal(self):
        made = own(dose=60)
        made.bring_files(both())
        shown = dict(facts(made.result()))
        assert shown["Target at the dose"] == "0.0 %"
        assert shown["R50 (goal)"] == "0.0 (not covered)"

    def test_a_target_that_is_not_there_is_said(self):
        made = own(target="cerebellum")
        made.bring_files(both())
        words = made.describe(made.result())
        assert "no target" in words
        assert "No structure's name holds “cerebellum”" in words
        made.frame(400, 800)

    def test_files_of_this_machine_are_read_by_whoever_runs_the_notebook(self, tmp_path):
        paths = [tmp_path / "dose.dcm", tmp_path / "structures.dcm"]
        for path, data in zip(paths, both(), strict=True):
            path.write_bytes(data)
        made = own()
        assert made.read(*paths) == READ
        with pytest.raises(ValueError, match="There is no file"):
            made.read(tmp_path / "other.dcm", paths[0])

    def test_no_message_of_a_page_reads_a_path(self):
        answers = {name[3:] for name in dir(OwnPlan) if name.startswith("on_")}
        assert not answers & {"read", "path", "open", "file", "load"}
        assert answers >= {"offer", "piece", "forget", "frame"}
