"""Names of structures: the organ whose limits count, or none; and which one is the target."""

from __future__ import annotations

import pytest

from oligoteach.evidence import organs, plan_records
from oligoteach.modules._structure_names import ORGANS, find_target, is_target, organ_of

AS = {
    "lungs": "Lungs, LUNGS, Both Lungs, Lung_Both, Total Lung, Lung_Total, Bilateral lungs, "
    "Lungs-GTV, Lungs - GTV, Lungs minus ITV, Lungs_minus_IGTV, Lungs sub GTV, Lungs_sub_CTV, "
    "Lungs without GTV, Lungs-GTVs, Lungs-GTV1, Total Lung-GTV, Lungs-tumour",
    "kidneys": "Kidneys, KIDNEYS, Both kidneys, Kidney_Both, Kidneys-GTV",
    "liver": "Liver, LIVER, Liver-GTV, Liver minus GTV",
    "spinal-canal": "SpinalCanal, Spinal_Canal, Spinal Canal, SPINALCANAL, Canal_Spinal",
    "thecal-sac": "ThecalSac, Thecal sac, Spinal_Cord_PRV, SpinalCord_PRV, SpinalCord_PRV05, "
    "Cord PRV, Cord PRV 5mm, PRV_Cord, PRV5 SpinalCord, CordPRV",
    "spinal-cord": "SpinalCord, Spinal_Cord, Spinal cord, SPINALCORD, Cord, Myelon, Spinal-cord",
    "oesophagus": "Esophagus, Oesophagus, ESOPHAGUS",
    "heart": "Heart, heart, HEART, Heart (2), Heart/pericardium, Heart+Pericardium",
    "central-airways": "Trachea, Bronchus, Bronchus_Main, Bronchus_Main_L, BronchialTree, "
    "Proximal Bronchial Tree, ProxBronchTree, PBT, Trachea and bronchi",
    "great-vessels": "GreatVes, GreatVessels, Great vessels, A_Aorta, Aorta, V_Venacava_I, "
    "Superior vena cava",
    "chest-wall": "Chestwall, Chest Wall, ChestWall, Chestwall_L, Chestwall_R, Left chest wall, CW",
    "brachial-plexus": "BrachialPlex, BrachialPlex_L, BrachialPlexs, Brachial plexus, "
    "Rt Brachial Plexus, Plexus brachialis",
    "stomach": "Stomach, STOMACH",
    "duodenum": "Duodenum",
    "small-bowel": "Bowel_Small, Bowel_small, SmallBowel, Small bowel, Jejunum, Ileum, "
    "Jejunum_Ileum",
    "colon": "Colon",
    "rectum": "Rectum",
    "brainstem": "Brainstem, BrainStem, Brain stem",
}
AS_NOTHING = {
    "another organ that sounds alike": "Adrenal_L, Adrenal, Glnd_Adrenal_R, Anal_Canal, "
    "Canal_Anal, Canal, Optic_Nerve_L, OpticChiasm, Vocal cord, Umbilical cord, Semicolon, "
    "Heartburn, A_Pulmonary, Bowel, Bowel_Large, Spc_Bowel, Brain, CaudaEquina, SacralPlex, "
    "LumbSacPlex, Lung vessels, Bronchus intermedius ring, Bile duct liver",
    "one of two": "Lung_L, Lung_R, Lt Lung, Left lung, Lung, Lung_L-GTV, Kidney_L, Right kidney",
    "a part": "Heart_LAD, Heart_Atrium_L, A_LAD, Lung_LUL, Lung_LLL, Esophagus_S, Esophagus_NAdj, "
    "GreatVes_NAdj, Trachea_NAdj, Colon_Sigmoid, Colon_Ascending, Kidney_Cortex, Renal_Cortex, "
    "Renal_Hilum, SpinalCord_Thor, Brainstem_Core, Rectum wall, Ribs, Rib05_L, Bronchus_L, "
    "Pericardium, Heart+A_Pulm, Aorta arch",
    "a margin": "Heart_PRV, Brainstem_PRV03, Esophagus_PRV, Esophagus PRV 5mm, SpinalCanal_PRV, "
    "ThecalSac_PRV, Cord+5mm, SpinalCord_05, Chestwall_2cm, Stomach_PRV",
    "an organ without its hottest part": "Lungs-PTV, Esophagus-PTV, Esophagus-GTV, Heart-PTV, "
    "Heart minus GTV, Chestwall-PTV, SpinalCord-PTV, Stomach minus PTV, Liver-PTV, Bowel_Small-PTV",
    "the optimiser's": "zHeart, z_Heart, _Heart, zLungs, Heart_opt, Dummy cord, Lungs_avoid",
    "a target": "GTV_liver, PTV_Lung, ITV liver, PTV heart, Liver_GTV, Heart_PTV, PTV, GTVp, "
    "Lung tumour, Chestwall_GTV",
    "in doubt": "Structure 4, Table, Heart old, Esophagus lower thor…, Lungs-GTV-Heart, Cord2, "
    "Heart Liver, Lungs_GTV, Cord… (2)",
}


def cases(table):
    return [(name, key) for key, names in table.items() for name in names.split(", ")]


class TestOrgans:
    @pytest.mark.parametrize(("name", "organ"), cases(AS))
    def test_a_whole_name_is_its_organ(self, name, organ):
        assert organ_of(name) == organ
        assert not is_target(name)

    @pytest.mark.parametrize(("name", "why"), cases(AS_NOTHING))
    def test_what_is_not_the_organ_is_held_against_nothing(self, name, why):
        assert organ_of(name) == "", why

    def test_each_is_an_organ_of_the_tables_and_each_is_tried(self):
        assert set(ORGANS) == set(AS)
        assert set(ORGANS) <= set(organs())

    def test_the_phantom_s_own_names_are_known(self):
        for record in plan_records().values():
            for structure in record.structures:
                assert organ_of(structure.name) == structure.organ


class TestTargets:
    @pytest.mark.parametrize(
        "name", ["PTV", "PTV54", "PTV_5mm", "iGTV", "IGTV", "ICTV_2", "GTVp", "ITV liver",
                 "Tumour bed", "LUL PTV", "zPTV", "_PTV", "Lung_PTV", "PTV_Chestwall", "Target 1"]
    )  # fmt: skip
    def test_a_target(self, name):
        assert is_target(name)

    @pytest.mark.parametrize(
        "name", ["Lungs-GTV", "Lungs-PTV", "Lungs minus ITV", "zRing_PTV", "PTV_Ring", "PTVring2",
                 "PTV-GTV", "PTV minus GTV", "Lungs_GTV", "Shell PTV", "NT_PTV",
                 "non-PTV", "Heart", "Body"]
    )  # fmt: skip
    def test_no_target(self, name):
        assert not is_target(name)

    @pytest.mark.parametrize(
        ("names", "found"),
        [
            ("Lungs-PTV, PTV54", "PTV54"),
            ("zRing_PTV, PTV54", "PTV54"),
            ("PTV_Ring, GTV, PTV54", "PTV54"),
            ("PTV_Ring, GTV", "GTV"),
            ("PTV-GTV, PTV_opt, PTV_1", "PTV_1"),
            ("zPTV_54, PTV_54", "PTV_54"),
            ("GTV, zPTV", "zPTV"),
            ("GTV, CTV, ITV, PTV", "PTV"),
            ("Heart, GTV, ITV", "ITV"),
            ("iGTV, Body", "iGTV"),
            ("PTV45, PTV54", "PTV45"),
            ("LUL PTV, GTV", "LUL PTV"),
            ("LUL PTV, PTV", "PTV"),
            ("Heart_PTV, GTV", "GTV"),
            ("Heart, Lung_PTV", "Lung_PTV"),
            ("PTV+5mm, PTV", "PTV"),
            ("Lungs-PTV, zRing_PTV, Lungs-GTV", None),
            ("Heart, Body", None),
        ],
    )
    def test_unasked_it_is_the_plainest(self, names, found):
        names = names.split(", ")
        index = find_target(names, "  ")
        assert (None if index is None else names[index]) == found

    @pytest.mark.parametrize(
        ("names", "asked", "found"),
        [
            ("Lungs-PTV, PTV54, PTV", " ptv ", "PTV"),
            ("Lungs-PTV, PTV_Ring, PTV54", "ptv", "PTV54"),
            ("zPTV54, PTV54_b", "PTV54", "PTV54_b"),
            ("Lungs-PTV54, RT PTV54", "54", "RT PTV54"),
            ("PTV45, PTV54", "54", "PTV54"),
            ("Lungs-PTV, Heart", "ptv", "Lungs-PTV"),
            ("PTV, zRing_PTV", "ring", "zRing_PTV"),
            ("Heart_PTV, Heart", "heart", "Heart"),
            ("PTV (2)", "(2)", "PTV (2)"),
            ("PTV, GTV", "cerebellum", None),
        ],
    )
    def test_asked_it_is_the_nearest_name(self, names, asked, found):
        names = names.split(", ")
        index = find_target(names, asked)
        assert (None if index is None else names[index]) == found

    def test_no_structures_no_target(self):
        assert find_target([], "") is None
        assert find_target([], "ptv") is None
