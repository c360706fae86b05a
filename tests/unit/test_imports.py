"""What an import may pull in: each learner pays for it at every cold start."""

from __future__ import annotations

import subprocess
import sys

import pytest

import oligoteach

HEAVY = ("numpy", "matplotlib", "scipy", "pandas", "pydantic", "ipywidgets", "yaml", "lifelines")


def loaded_by(code):
    listing = "import sys; print(' '.join({name.partition('.')[0] for name in sys.modules}))"
    run = subprocess.run(
        [sys.executable, "-c", f"{code}\n{listing}"], capture_output=True, text=True, check=True
    )
    return set(run.stdout.split())


def test_the_package_itself_loads_nothing_heavy():
    assert loaded_by("import oligoteach").isdisjoint(HEAVY)


@pytest.mark.parametrize("floor", ["evidence", "models", "charts", "widgets", "modules", "server"])
def test_a_floor_loads_nothing_heavy_before_it_is_used(floor):
    assert loaded_by(f"import oligoteach.{floor}").isdisjoint(HEAVY)


def test_a_server_loads_polls_only_for_a_lecture():
    loaded = loaded_by("import oligoteach.server.voila_server, oligoteach.server.app")
    assert loaded.isdisjoint({"sqlalchemy", "segno", "psycopg"})


def test_a_lesson_in_words_needs_neither_pyplot_nor_pandas_nor_scipy():
    code = (
        "from oligoteach import lesson\nl = lesson('definitions')\nl.header\n"
        "for e in l.text.explorers:\n    x = l.explore(e.id); x.summary(); x.frame()\n"
        "import sys; assert 'matplotlib.pyplot' not in sys.modules"
    )
    assert loaded_by(code).isdisjoint({"pandas", "scipy", "lifelines", "statsmodels"})


def test_public_names_are_found_and_unknown_ones_are_named():
    assert set(oligoteach.__all__) <= set(dir(oligoteach))
    for name in oligoteach.__all__:
        assert getattr(oligoteach, name)
    with pytest.raises(AttributeError, match="no 'lessson'; its public names are"):
        oligoteach.lessson  # noqa: B018
