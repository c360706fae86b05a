"""What is shipped: the locks, the conda environment, the wheel away from its repository."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import sync_environment
import yaml

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = ["run", "hub", "dev"]


def lock_text(name):
    return (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")


def pins(name):
    """Return all locked versions of each package."""
    found: dict[str, set[str]] = {}
    for package, version in re.findall(r"^([a-z0-9._-]+)==([^\s;\\]+)", lock_text(name), re.M):
        found.setdefault(package, set()).add(version)
    return found


def named(requirements):
    return [re.split(r"[<>=!~;\[ ]", line, maxsplit=1)[0].lower() for line in requirements]


def test_conda_has_the_versions_of_the_lock():
    assert (ROOT / "environment.yml").read_text(encoding="utf-8") == sync_environment.environment()
    environment = yaml.safe_load(sync_environment.environment())
    conda = dict(
        line.replace("matplotlib-base", "matplotlib").split("=", 1)
        for line in environment["dependencies"]
        if isinstance(line, str) and "=" in line and not line.startswith("python=")
    )
    assert set(conda) == set(named(PROJECT["dependencies"]))
    assert {package: {version} for package, version in conda.items()} == {
        package: pins("run")[package] for package in conda
    }


@pytest.mark.parametrize("name", LOCKS)
def test_a_direct_dependency_has_one_version_on_every_python(name):
    wanted = named(PROJECT["dependencies"])
    if name == "hub":
        wanted += named(PROJECT["optional-dependencies"]["hub"])
    if name == "dev":
        groups = PROJECT["optional-dependencies"]
        wanted += [p for group in set(groups) - {"planning"} for p in named(groups[group])]
    several = {package: pins(name)[package] for package in wanted if len(pins(name)[package]) != 1}
    assert several == {}


@pytest.mark.parametrize(("small", "large"), [("run", "hub"), ("hub", "dev")])
def test_a_larger_lock_agrees_with_a_smaller_one(small, large):
    some, more = pins(small), pins(large)
    assert {package: more.get(package) for package in some} == some


def test_the_planning_engine_stays_out_of_the_other_locks():
    assert pins("planning")["pyradplan"] == {"0.5.0"}
    assert "pyradplan" not in pins("dev") | pins("run")


@pytest.mark.parametrize("name", [*LOCKS, "lock", "planning"])
def test_a_lock_has_hashes_and_names_no_host(name):
    text = lock_text(name)
    assert "://" not in text
    assert not re.search(r"^\s*--(?!hash)", text, re.M)
    blocks = re.split(r"^(?=[a-z0-9._-]+==)", text, flags=re.M)[1:]
    assert all("--hash=sha256:" in block for block in blocks)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A wheel of this checkout, unpacked far from it."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    options = ["--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "wheel", *options, "-w", str(folder), str(ROOT)], check=True, cwd=folder)
    (wheel,) = folder.glob("oligoteach-*.whl")
    home = folder / "home"
    subprocess.run([*pip, "install", *options, "--target", str(home), str(wheel)], check=True)
    return home


def run_away(installed, code):
    """Run code against the unpacked wheel, with nothing of the checkout in reach."""
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    environment.pop("JUPYTER_PATH", None)
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=installed.parent,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_carries_data_lessons_and_licences(installed):
    package = installed / "oligoteach"
    for shipped in ("data", "notebooks"):
        here = {p.relative_to(ROOT / shipped) for p in (ROOT / shipped).rglob("*") if p.is_file()}
        there = {
            p.relative_to(package / f"_{shipped}")
            for p in (package / f"_{shipped}").rglob("*")
            if p.is_file()
        }
        assert {path for path in here if ".ipynb_checkpoints" not in path.parts} <= there
    (information,) = installed.glob("oligoteach-*.dist-info")
    licences = {path.name for path in (information / "licenses").iterdir()}
    assert licences == {"LICENSE", "LICENSE-CONTENT"}


def test_the_wheel_puts_the_template_where_voila_looks(installed):
    template = installed / "share" / "jupyter" / "voila" / "templates" / "oligoteach"
    package = installed / "oligoteach" / "share" / "jupyter" / "voila" / "templates" / "oligoteach"
    names = sorted(path.relative_to(template) for path in template.rglob("*"))
    assert names == sorted(path.relative_to(package) for path in package.rglob("*"))
    assert Path("index.html.j2") in names
    assert Path("static/tokens.css") in names


def test_an_installed_copy_checks_its_own_data(installed):
    words = run_away(
        installed,
        "import sys, oligoteach.evidence as e; from oligoteach.cli import main; "
        "print(e.data_path()); sys.exit(main(['check']))",
    )
    assert str(installed / "oligoteach" / "_data") in words.splitlines()[0]


def test_an_installed_copy_finds_its_lessons_and_template(installed):
    words = run_away(
        installed,
        "from oligoteach.evidence import notebooks_path\n"
        "from oligoteach.server.app import make_server\n"
        "from oligoteach.server.catalogue import Catalogue\n"
        "catalogue = Catalogue(notebooks_path())\n"
        "server = make_server(catalogue, spare_kernels=0)\n"
        "print(server.template_paths[0])\n"
        "print(*(card.file for card in catalogue.cards))",
    )
    template, lessons = words.splitlines()
    assert template.startswith(str(installed))
    assert lessons.split() == sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
