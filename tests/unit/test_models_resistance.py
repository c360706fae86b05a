"""Resistance: golden values, limits of the formulas, two clones by hand, refusals."""

from __future__ import annotations

import json
import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oligoteach.evidence.paths import data_path
from oligoteach.models import resistance as model

SPEC = json.loads(data_path("models", "spec.json").read_text(encoding="utf-8"))
IWASA, LURIA = SPEC["RESIST_Iwasa"]["golden"], SPEC["LURIA_DELBRUCK"]["golden"]

sizes = st.floats(1e4, 1e12)
mutations = st.floats(1e-10, 1e-5)
lost = st.floats(0, 0.99)


@pytest.fixture(autouse=True)
def strict():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


class TestChance:
    @pytest.mark.parametrize("row", IWASA, ids=lambda row: f"{row['M']} cells")
    def test_golden_values(self, row):
        m, u, r, d = (float(row[name]) for name in ("M", "u", "r", "d"))
        found = model.resistance(m, u, r, d)
        assert float(found.probability) == pytest.approx(float(row["P"]), rel=1e-9)
        assert found.valid
        assert found.warnings == ()

    @given(sizes, mutations)
    def test_without_death_nobody_mutates_in_all_divisions(self, m, u):
        # M - 1 divisions make M cells; each stays sensitive with probability 1 - u.
        exact = -math.expm1((m - 1) * math.log1p(-u))
        assert float(model.resistance(m, u).probability) == pytest.approx(exact, rel=2e-4)

    @given(sizes, mutations, lost)
    def test_death_only_adds(self, m, u, d):
        found = model.resistance(m, u, 1.0, d)
        assert found.factor >= 1.0
        assert found.probability >= model.resistance(m, u).probability
        assert found.lineages == pytest.approx(m * u * found.factor)

    def test_a_little_death_is_almost_none(self):
        assert model.death_factor(1.0, 1e-12) == pytest.approx(1.0, rel=1e-11)
        assert model.death_factor(2.0, 1.0) == pytest.approx(2 * math.log(2))

    @given(st.floats(0.01, 0.99), mutations, lost)
    def test_size_is_the_inverse(self, p, u, d):
        m = model.size_for(p, u, 1.0, d)
        assert float(model.resistance(m, u, 1.0, d).probability) == pytest.approx(p)

    def test_sites_multiply_their_chances_to_be_free(self):
        parts = np.array([1e6, 5e6, 2e7])
        free = 1 - model.resistance(parts, 1e-7, 1, 0.4).probability
        assert float(model.resistance(parts.sum(), 1e-7, 1, 0.4).probability) == pytest.approx(
            1 - float(free.prod())
        )

    def test_says_where_it_does_not_hold(self):
        few = model.resistance([10.0, 1e8], 1e-8)
        assert few.valid.tolist() == [False, True]
        assert "many cells" in few.warnings[0]
        often = model.resistance(1e8, 1e-3)
        assert not often.valid
        assert "rare mutations" in often.warnings[0]
        near = model.resistance(1e5, 1e-8, 1.0, 0.999)
        assert not near.valid

    @pytest.mark.parametrize(
        ("m", "u", "r", "d", "words"),
        [
            (-1, 1e-8, 1, 0, "0 or more"),
            (math.nan, 1e-8, 1, 0, "finite"),
            (1e8, 2, 1, 0, "from 0 to 1"),
            (1e8, 1e-8, 0, 0, "above 0"),
            (1e8, 1e-8, 1, 1, "would not grow"),
            (1e8, 1e-8, 1, -0.1, "0 or more"),
        ],
    )
    def test_refuses(self, m, u, r, d, words):
        with pytest.raises(ValueError, match=words):
            model.resistance(m, u, r, d)


class TestDiameter:
    def test_a_ball_of_a_centimetre_and_a_bit(self):
        # 4/3 pi r^3 = 1 cm^3 at r = 0.6204 cm
        assert float(model.diameter_mm(1e9)) == pytest.approx(12.407, abs=1e-3)
        assert float(model.diameter_mm(1e8, density=1e8)) == pytest.approx(12.407, abs=1e-3)
        assert float(model.diameter_mm(0)) == 0

    @given(st.floats(0, 300), st.floats(1e7, 1e10))
    def test_inverse(self, mm, density):
        assert float(model.diameter_mm(model.cells(mm, density), density)) == pytest.approx(mm)

    def test_refuses(self):
        with pytest.raises(ValueError, match="0 or more"):
            model.cells(-1)
        with pytest.raises(ValueError, match="density"):
            model.diameter_mm(1e9, density=0)


class TestCounts:
    @pytest.mark.parametrize("row", LURIA, ids=lambda row: f"m {row['m']}")
    def test_golden_values(self, row):
        found = model.luria_delbruck(20, row["m"])
        assert found.pmf[:6] == pytest.approx(row["p0_5"], rel=1e-7)
        assert found.cdf[20] == pytest.approx(row["P_le_20"], rel=1e-8)
        assert found.rest == pytest.approx(1 - row["P_le_20"], rel=1e-7)

    @given(st.floats(0, 500))
    def test_is_a_distribution(self, m):
        found = model.luria_delbruck(60, m)
        assert np.all(found.pmf >= 0)
        assert np.all(np.diff(found.cdf) >= 0)
        assert found.cdf[-1] + found.rest == pytest.approx(1.0)

    def test_none_is_what_the_first_formula_leaves(self):
        chance = model.resistance(1e8, 1e-8).probability
        assert model.luria_delbruck(0, 1.0).pmf[0] == pytest.approx(1 - float(chance))

    def test_quantiles(self):
        found = model.luria_delbruck(20, 1)
        assert found.quantile(0.3) == 0
        assert found.quantile(0.5) == 1
        assert found.quantile(0.99) is None

    @pytest.mark.parametrize(("n", "m"), [(-1, 1), (1.5, 1), (10_001, 1), (5, -1), (5, 501)])
    def test_refuses(self, n, m):
        with pytest.raises(ValueError, match=r"must be a whole number|worked out from"):
            model.luria_delbruck(n, m)


RATES = model.Rates(half_life=1.0, doubling=2.0)


class TestTwoClones:
    def test_halves_and_doubles(self):
        found = model.two_clones([1e9], [1e3], RATES, months=10)
        at = int(np.flatnonzero(np.isclose(found.time, 4.0))[0])
        assert found.sensitive[0, at] == pytest.approx(1e9 / 16)
        assert found.resistant[0, at] == pytest.approx(4e3)

    def test_divisions_under_the_drug_feed_resistance(self):
        rates = model.Rates(1.0, 2.0, mutation=1e-5, divisions=0.5)
        found = model.two_clones([1e9], [0.0], rates, months=12)
        s, r, h = found.sensitive[0], found.resistant[0], found.time[1]
        slope = (r[2:] - r[:-2]) / (2 * h)
        assert slope == pytest.approx((rates.growth * r + 1e-5 * 0.5 * s)[1:-1], rel=1e-3)
        assert r[0] == pytest.approx(0, abs=1e-6)

    @given(st.floats(1e6, 1e11), st.floats(1, 1e6), st.floats(0.3, 6), st.floats(0.5, 12))
    def test_least_burden(self, s, r, half_life, doubling):
        rates = model.Rates(half_life, doubling, 1e-7, 0.3)
        best = model.least_burden_time(s, r, rates)

        def burden(t):
            fed = rates.feeding * s
            falling = math.exp(-rates.shrinkage * t)
            return (s - fed) * falling + (r + fed) * math.exp(rates.growth * t)

        assert burden(best) <= burden(best + 0.01)
        assert best == 0 or burden(best) <= burden(max(best - 0.01, 0))

    def test_least_burden_without_resistance_never_comes(self):
        assert model.least_burden_time(1e9, 0, RATES) == math.inf
        assert model.least_burden_time(0, 10, RATES) == 0

    def test_return_is_the_resistant_clone_at_the_starting_size(self):
        found = model.two_clones([1e9], [1e4], RATES, months=60, rule="return")
        closed = model.time_to_size(1e4, 1e9 + 1e4, 2.0)
        assert found.progression == pytest.approx(closed, abs=0.002)

    def test_progression_is_a_fifth_and_five_millimetres(self):
        found = model.two_clones([1e10], [1e5], RATES, months=60)
        wide = float(np.interp(found.progression, found.time, found.total_diameter))
        least = found.nadir_diameter
        assert wide == pytest.approx(max(1.2 * least, least + 5), abs=0.01)
        assert found.nadir_time < found.progression

    def test_without_resistance_there_is_no_progression(self):
        found = model.two_clones([1e10, 1e9], [0, 0], RATES, months=120)
        assert found.progression == math.inf
        assert found.warnings == ()

    def test_ablating_the_resistant_site_prevents_progression(self):
        start = ([1e10, 1e10], [0.0, 1e5])
        none = model.two_clones(*start, RATES)
        right = model.two_clones(*start, RATES, ablated=[1], ablation_time=3)
        wrong = model.two_clones(*start, RATES, ablated=[0], ablation_time=3)
        assert none.progression < math.inf
        assert right.progression == math.inf
        assert wrong.progression < math.inf
        assert np.all(right.total_cells <= none.total_cells)

    def test_ablation_after_progression_is_said_to_be_late(self):
        start = ([1e10, 1e10], [0.0, 1e6])
        none = model.two_clones(*start, RATES)
        late = model.two_clones(
            *start, RATES, ablated=[1], ablation_time=math.ceil(none.progression) + 1
        )
        assert late.progression == pytest.approx(none.progression)
        assert "after progression" in late.warnings[-1]

    def test_ablation_between_progression_and_the_next_step_comes_too_late(self):
        # Three sites of 20 mm under a doubling of a month: progression in month 11.95, on a grid
        # whose next step is the month of ablation.
        start = ([4.19e9] * 3 + [0.0], [4.19e3] * 3 + [100.0])
        rates = model.Rates(0.7, 1.0)
        alone = model.two_clones(*start, rates, months=36).progression
        assert 11.95 < alone < 12
        for chosen in ([0], [0, 1], [0, 1, 2]):
            found = model.two_clones(*start, rates, months=36, ablated=chosen, ablation_time=12)
            assert found.progression == alone
            assert "after progression" in found.warnings[-1]
            swept = model.progression_by_ablation_time(
                *start, rates, [11, 12, 13], ablated=chosen, months=36
            )
            assert swept[0] > alone
            assert swept[1:] == pytest.approx([alone, alone])

    @pytest.mark.parametrize("rule", model.RULES)
    def test_no_month_of_ablation_contradicts_the_drug_alone(self, rule):
        start = ([4.19e9] * 3, [4.19e3] * 3)
        rates = model.Rates(0.7, 1.0)
        alone = model.two_clones(*start, rates, months=36, rule=rule).progression
        moments = np.linspace(alone - 0.2, alone + 0.2, 41)
        swept = model.progression_by_ablation_time(
            *start, rates, moments, ablated=[0, 1], months=36, rule=rule
        )
        assert np.all(swept[moments >= alone] == alone)
        assert np.all(swept[moments < alone] > alone)

    def test_cells_left_by_ablation_grow_on(self):
        start = ([1e10], [1e6])
        some = model.two_clones(*start, RATES, ablated=[0], ablation_time=0, left=1e-3)
        none = model.two_clones(*start, RATES)
        assert none.progression < some.progression < math.inf
        assert some.total_cells == pytest.approx(none.total_cells * 1e-3)

    def test_the_sweep_agrees_with_one_at_a_time(self):
        start, moments = ([1e10, 1e10, 1e9], [1e4, 0.0, 1e6]), [0.0, 1.0, 6.0, 12.0, 30.0]
        for rule in model.RULES:
            for left in (0.0, 0.01):
                swept = model.progression_by_ablation_time(
                    *start, RATES, moments, ablated=[2], left=left, rule=rule
                )
                single = [
                    model.two_clones(
                        *start, RATES, ablated=[2], ablation_time=m, left=left, rule=rule
                    ).progression
                    for m in moments
                ]
                assert swept == pytest.approx(single)

    def test_says_where_it_does_not_hold(self):
        tiny = model.two_clones([1e9], [0.5], RATES)
        assert "less than one cell" in tiny.warnings[0]
        large = model.two_clones([1e12 - 1e11], [1e11], RATES, months=24, rule="return")
        assert large.valid[0]
        assert not large.valid[-1]

    def test_a_fast_clone_does_not_leave_the_range_of_numbers(self):
        found = model.two_clones([1e9], [1e9], model.Rates(0.01, 0.01), months=240)
        assert np.all(np.isfinite(found.total_cells))
        assert not found.valid[-1]

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"sensitive": [0.0], "resistant": [0.0]}, "nothing to follow"),
            ({"sensitive": [1e13]}, "kilogram"),
            ({"sensitive": [1e9, 1e9]}, "one number of cells for each site"),
            ({"sensitive": [-1.0]}, "0 or more"),
            ({"ablated": [1], "ablation_time": 1}, "isn't there"),
            ({"ablated": [0], "ablation_time": 99}, "only 60 months"),
            ({"ablated": [0], "ablation_time": -1}, "upwards"),
            ({"ablated": [0], "ablation_time": 1, "left": 2}, "from 0 to 1"),
            ({"months": 500}, "are followed"),
            ({"rule": "feeling"}, "must be one of"),
        ],
    )
    def test_refuses(self, change, words):
        made = {"sensitive": [1e9], "resistant": [1e3], "rates": RATES, **change}
        with pytest.raises(ValueError, match=words):
            model.two_clones(**made)

    @pytest.mark.parametrize("values", [(0, 1), (1, -1), (1, 1, 2), (1, 1, 0.1, -1), (math.nan, 1)])
    def test_refuses_rates(self, values):
        with pytest.raises(ValueError, match=r"must|finite"):
            model.Rates(*values)

    def test_refuses_the_rest(self):
        with pytest.raises(ValueError, match="clones grow here"):
            model.time_to_size(10, 5, 1)
        with pytest.raises(ValueError, match="beyond"):
            model.progression_by_ablation_time([1e9], [1], RATES, [61], ablated=[0])
