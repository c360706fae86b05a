"""Our radiobiology against pyRadioBiology, and against SciPy where it has no counterpart."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from pyradiobiology.models.geud import Geud
from pyradiobiology.models.linear_quadratic import LinearQuadratic
from pyradiobiology.models.NTCP.lyman_kutcher_burman import LKB
from pyradiobiology.models.TCP.tcp_density import TcpDensity
from pyradiobiology.primitives.dose import Dose, DoseType
from pyradiobiology.primitives.dosebag import DoseBag
from scipy import integrate, optimize, stats

from oligoteach.models import cell_kill, complications, fractionation, tumour_control

COURSES = [(1, 8.0), (3, 18.0), (5, 11.0), (8, 7.5), (30, 2.0), (33, 1.8)]
RATIOS = [2.0, 3.0, 8.6, 10.0]


def theirs(n: int, alpha_beta: float) -> LinearQuadratic:
    return LinearQuadratic(Dose.gy(alpha_beta), n)


@pytest.mark.parametrize(("n", "d"), COURSES)
@pytest.mark.parametrize("ab", RATIOS)
def test_bed_and_eqd2_are_theirs(n, d, ab):
    doses = DoseBag.create(np.linspace(0, n * d, 50))
    per_fraction = doses.data / n
    bed = theirs(n, ab).eqd_zero(doses).data
    eqd2 = theirs(n, ab).eqd_two(doses).data
    assert np.allclose(fractionation.bed(n, per_fraction, ab), bed, rtol=1e-12, atol=0)
    assert np.allclose(fractionation.eqd2(n, per_fraction, ab), eqd2, rtol=1e-12, atol=0)
    assert np.allclose(fractionation.eqd2_of_total(doses.data, n, ab), eqd2, rtol=1e-12, atol=0)


@pytest.mark.parametrize(("n", "d"), COURSES)
@pytest.mark.parametrize("alpha", [0.1, 0.3, 0.33])
def test_survival_under_lq_is_theirs(n, d, alpha):
    doses = DoseBag.create(np.linspace(0, n * d, 50))
    expected = theirs(n, 10.0).suvival_fraction(doses, alpha)
    ours = cell_kill.survival(cell_kill.LQ(alpha, 10.0), n, doses.data / n)
    assert np.allclose(ours.values, expected, rtol=1e-10, atol=0)


@pytest.mark.parametrize(("n", "d"), COURSES)
@pytest.mark.parametrize("ab", RATIOS)
@pytest.mark.parametrize("count", [1, 3, 5, 20])
def test_an_isoeffective_dose_is_where_a_root_finder_finds_their_bed(n, d, ab, count):
    goal = float(theirs(n, ab).eqd_zero(DoseBag.create([n * d])).data[0])

    def off(dose):
        return float(theirs(count, ab).eqd_zero(DoseBag.create([count * dose])).data[0]) - goal

    root = optimize.brentq(off, 0, 500, xtol=1e-13, rtol=1e-14)
    assert float(fractionation.isoeffective_dose(goal, count, ab)) == pytest.approx(root, rel=1e-9)


def test_lql_is_lq_with_its_derivative_carried_on():
    model = cell_kill.LQL(0.3, 10.0, 8.0)

    def lq(dose):
        return 0.3 * dose + 0.03 * dose**2

    slope = optimize.approx_fprime(np.array([8.0]), lambda x: lq(x[0]), 1e-7)[0]
    seen = cell_kill.effect(model, 1, 20.0)
    assert float(seen) == pytest.approx(lq(8.0) + 12 * slope, rel=1e-6)


def test_the_tangent_of_usc_is_where_parabola_and_line_touch():
    alpha, d0, dq = 0.33, 1.25, 1.8

    def off(unknown):
        beta, at = unknown
        parabola, line = alpha * at + beta * at**2, (at - dq) / d0
        return parabola - line, alpha + 2 * beta * at - 1 / d0

    (beta, at), _, found, words = optimize.fsolve(off, (0.04, 6.0), full_output=True, xtol=1e-13)
    assert found == 1, words
    curve = cell_kill.USC.tangent(alpha, d0, dq)
    assert curve.transition == pytest.approx(at, rel=1e-9)
    assert curve.alpha_beta == pytest.approx(alpha / beta, rel=1e-9)


@pytest.mark.parametrize("x", [1e-6, 5e-3, 0.02, 0.5, 5.1, 80.0])
def test_protraction_is_its_double_integral(x):
    grid, weights = np.polynomial.legendre.leggauss(200)
    u, w = (grid + 1) / 2, weights / 2
    # G = 2 integral over 0 < s < t < 1 of exp(-x (t - s)): the inner one is done by substitution.
    inner = ((np.exp(-x * np.outer(u, u)) * w).sum(axis=1)) * u
    expected = 2 * float((inner * w).sum())
    assert float(cell_kill.dose_protraction(x)) == pytest.approx(expected, rel=1e-10)


HISTOGRAM = ([5.0, 10.0, 20.0, 40.0, 60.0], [40.0, 25.0, 20.0, 10.0, 5.0])


@pytest.mark.parametrize("organ", complications.ORGANS.values(), ids=complications.ORGANS)
def test_geud_and_complication_are_theirs(organ):
    doses, volumes = HISTOGRAM
    bag = DoseBag.create(doses, dose_type=DoseType.EQD2)
    expected = Geud(1 / organ.n).calculate(bag, volumes)
    assert float(complications.geud(doses, volumes, organ.n)) == pytest.approx(expected, rel=1e-12)
    model = LKB(Dose.gy(organ.td50, DoseType.EQD2), organ.m, organ.n)
    seen = complications.lkb(doses, volumes, organ)
    assert float(seen.values) == pytest.approx(model.response(bag, volumes), rel=1e-8)


@pytest.mark.parametrize(("n", "d"), COURSES)
@pytest.mark.parametrize("volume", [0.5, 10.0, 100.0])
def test_poisson_of_one_patient_is_theirs(n, d, volume):
    model = TcpDensity(1e7, 0.25)
    bag = DoseBag.create([n * d])
    expected = model.response_from_pysical_dose(bag, [volume], Dose.gy(10.0), n)
    seen = tumour_control.poisson(n, d, volume, alpha=0.25)
    assert float(seen.values) == pytest.approx(float(expected), rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("course", [(33, 2.0), (10, 3.0), (5, 7.0), (5, 11.0), (3, 18.0), (1, 2.0)])
@pytest.mark.parametrize("spread", [0.005, 0.037, 0.15, 0.5])
def test_poisson_over_patients_is_scipys_integral(course, spread):
    people = tumour_control.Population(0.307, spread)
    dose = float(fractionation.bed(*course, 10.0))
    norm = stats.truncnorm(-people.mean / spread, np.inf, people.mean, spread)

    def integrand(alpha):
        return norm.pdf(alpha) * np.exp(-np.exp(np.log(1e8) - alpha * dose))

    middle = np.log(1e8) / dose
    edges = np.unique(np.clip([0, *(middle + np.linspace(-8, 40, 13) / dose), 9], 0, 9))
    expected = sum(
        integrate.quad(integrand, a, b, epsabs=1e-14, epsrel=1e-12, limit=300)[0]
        for a, b in itertools.pairwise(edges)
    )
    seen = tumour_control.poisson(*course, 10.0, population=people)
    assert float(seen.values) == pytest.approx(expected, rel=1e-8, abs=1e-13)


@pytest.mark.parametrize("organ", complications.ORGANS.values(), ids=complications.ORGANS)
def test_complications_over_uniform_doses_are_scipys_normal(organ):
    doses = np.linspace(0, 100, 41)
    expected = stats.norm.cdf(doses, organ.td50, organ.m * organ.td50)
    seen = complications.lkb_of_geud(doses, organ)
    assert np.allclose(seen.values, expected, rtol=1e-10, atol=0)
