"""Resistance against SciPy's integral, a simulation, and a distribution by generating function."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate

from oligoteach.models.resistance import death_factor, luria_delbruck, resistance


@pytest.mark.parametrize(("birth", "death"), [(1, 0.1), (0.25, 0.18), (2, 1.9), (1, 0.999)])
def test_the_factor_is_the_integral_over_families_that_survive(birth, death):
    growth = birth - death

    def surviving(age: float) -> float:
        # Divisions at an age before now, times the chance that a family of that age lives.
        grown = math.exp(-growth * age)
        return birth * grown * growth / (birth - death * grown)

    # Age runs to where e^(-growth age) leaves nothing.
    found, _ = integrate.quad(surviving, 0, 60 / growth, epsabs=0, epsrel=1e-11, limit=400)
    assert death_factor(birth, death) == pytest.approx(found, rel=1e-9)


def test_a_simulation_of_cells_one_by_one():
    """Births and deaths until 1500 cells, many tumours at once; tumours that die start anew."""
    rng = np.random.default_rng(11)
    tumours, target, mutation, death = 3000, 1500, 4e-4, 0.5
    sensitive = np.ones(tumours, dtype=int)
    resistant = np.zeros(tumours, dtype=int)
    while True:
        running = np.flatnonzero(sensitive + resistant < target)
        if not running.size:
            break
        s, r = sensitive[running], resistant[running]
        of_sensitive = rng.random(running.size) * (s + r) < s
        dies = rng.random(running.size) * (1 + death) < death
        mutates = rng.random(running.size) < mutation
        change = np.where(dies, -1, 1)
        to_resistant = ~of_sensitive | (~dies & mutates)
        sensitive[running] += np.where(to_resistant, 0, change)
        resistant[running] += np.where(to_resistant, change, 0)
        gone = running[(sensitive[running] + resistant[running]) == 0]
        sensitive[gone], resistant[gone] = 1, 0
    seen = float((resistant > 0).mean())
    predicted = float(resistance(target, mutation, 1.0, death).probability)
    error = math.sqrt(predicted * (1 - predicted) / tumours)
    assert abs(seen - predicted) < 4 * error


@pytest.mark.parametrize("m", [0.3, 1.0, 8.0])
def test_counts_are_the_coefficients_of_the_generating_function(m):
    """G(z) = (1 - z)^(m (1 - z) / z), read off a circle by the fast Fourier transform."""
    points, radius = 4096, 0.99
    z = radius * np.exp(2j * np.pi * np.arange(points) / points)
    values = np.exp(m * (1 - z) / z * np.log(1 - z))
    coefficients = np.fft.fft(values).real / points / radius ** np.arange(points)
    assert luria_delbruck(200, m).pmf == pytest.approx(coefficients[:201], rel=1e-8, abs=1e-12)
