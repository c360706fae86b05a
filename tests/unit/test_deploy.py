"""What a department deploys: image, Binder, hub and Kubernetes, as far as no engine is needed."""

from __future__ import annotations

import json
import os
import re
import shlex
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from contextlib import closing
from pathlib import Path

import own_loop
import pytest
import yaml
from jupyterhub.auth import DummyAuthenticator
from traitlets.config import Config

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
IMAGE = ROOT / "deploy" / "image" / "Dockerfile"
DOCKERFILE = IMAGE.read_text("utf-8")
PROXY = ROOT / "deploy" / "jupyterhub" / "proxy"
VALUES = yaml.safe_load((ROOT / "deploy" / "jupyterhub" / "values.yaml").read_text("utf-8"))
HUB_CONFIG = (ROOT / "deploy" / "jupyterhub" / "jupyterhub_config.py").read_text("utf-8")
README = (ROOT / "deploy" / "README.md").read_text("utf-8")


def instructions(name):
    """Return what follows each instruction of this name, its lines joined."""
    joined = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.M))
    return re.findall(rf"^\s*{name} (.*)$", joined, flags=re.M)


def free_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


# The image ----------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="hadolint is not packaged for Windows")
def test_the_linter_finds_nothing_in_the_dockerfile():
    done = subprocess.run([BIN / "hadolint", IMAGE], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def ignored(path):
    """Whether the ignore file, a list of exceptions to everything, leaves a path out."""
    rules = Path(f"{IMAGE}.dockerignore").read_text("utf-8").split("\n")
    assert "*" in rules
    return not any(path == rule[1:] for rule in rules if rule.startswith("!"))


def copied():
    """Return the paths of the checkout that the image is built from."""
    here = [line.split() for line in instructions("COPY") if "--from" not in line]
    return [path for words in here for path in words[:-1]]


def test_whatever_is_copied_is_there_and_not_ignored():
    assert [path for path in copied() if not (ROOT / path).exists()] == []
    assert [path for path in copied() if ignored(path)] == []


def test_whatever_the_package_is_made_of_is_copied():
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {*wheel["packages"], *wheel["force-include"], *PROJECT["project"]["license-files"]}
    needed |= {PROJECT["project"]["readme"], "pyproject.toml"}
    assert needed <= set(copied())


def test_no_registry_is_named_beside_the_ordinary_base_image():
    bases = {line.split()[0] for line in instructions("FROM")}
    assert len(bases) == 1
    (base,) = bases
    assert re.fullmatch(r"python:3\.\d+-slim-bookworm", base)
    version = re.search(r"3\.(\d+)", base)[1]
    assert int(version) >= int(re.search(r"3\.(\d+)", PROJECT["project"]["requires-python"])[1])
    assert "://" not in re.sub(r"http://(127\.0\.0\.1|localhost):\d+", "", DOCKERFILE)


def test_every_package_of_the_image_is_checked_by_its_hash():
    packages, itself = instructions("RUN")[:2]
    assert "--require-hashes -r requirements/hub.txt" in packages
    assert re.search(r"^jupyterhub==", (ROOT / "requirements/hub.txt").read_text("utf-8"), re.M)
    # The package itself is built from what is already there, as tools/setup_env.sh does it.
    setup = (ROOT / "tools" / "setup_env.sh").read_text("utf-8")
    for option in ("--no-deps", "--no-build-isolation"):
        assert option in itself
        assert option in setup


def test_the_course_runs_without_rights_and_cannot_change_itself():
    last = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]
    assert re.search(r"^USER 1000$", last, re.M)
    assert "USER root" not in last
    assert "--chown" not in last  # what is copied belongs to root
    assert "chmod" not in last


def test_the_images_command_serves_and_its_check_tells_whether_it_does(tmp_path):
    port = free_port()
    served = json.loads(instructions("CMD")[-1])
    assert served[0] in PROJECT["project"]["scripts"]
    check = json.loads(re.search(r"CMD (\[.*\])", instructions("HEALTHCHECK")[0])[1])
    assert check[0] == "python"
    check = [sys.executable, *(word.replace("8866", port) for word in check[1:])]
    command = [str(BIN / served[0]), *(word.replace("8866", port) for word in served[1:])]
    assert port in command
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    try:
        assert f":{port}/" in process.stdout.readline()
        subprocess.run(check, check=True, timeout=60)
    finally:
        process.terminate()  # as an engine does
        assert process.wait(timeout=30) == 0
        process.stdout.close()
    assert subprocess.run(check, capture_output=True, timeout=60).returncode != 0


# Binder -------------------------------------------------------------------------------------


def test_binder_would_build_from_the_environment_and_start_through_our_script():
    """Repo2docker writes the recipe that a Binder builds, without building it.

    A Dockerfile at the root would be built instead, so ours lies elsewhere.
    """
    command = [BIN / "jupyter-repo2docker", "--no-build", "--debug", "--user-name", "jovyan"]
    done = subprocess.run(
        [*command, "--user-id", "1000", ROOT], capture_output=True, text=True, timeout=120
    )
    recipe = done.stdout + done.stderr
    assert done.returncode == 0, recipe
    assert "Building conda environment for python=3.12" in recipe
    assert re.search(r'env update .*--file "environment.yml"', recipe)
    assert 'R2D_ENTRYPOINT="${REPO_DIR}/start"' in recipe


def test_binder_opens_on_the_index_in_voila(tmp_path):
    port = free_port()
    options = ["--no-browser", "--allow-root", f"--port={port}", "--ServerApp.port_retries=0"]
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(tmp_path)}
    process = subprocess.Popen(
        [ROOT / "start", "jupyter", "server", *options, "--IdentityProvider.token="],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        page = wait_for(f"http://127.0.0.1:{port}/", process)
        lessons = re.findall(r'href="(/voila/render/notebooks/[^"]+\.ipynb)"', page)
        assert lessons == [
            f"/voila/render/notebooks/{path.name}"
            for path in sorted((ROOT / "notebooks").glob("*.ipynb"))
        ]
        assert '<body class="ot-index"' in page
        lesson = wait_for(f"http://127.0.0.1:{port}{lessons[0]}", process)
        assert '<body class="ot-lesson"' in lesson
        assert '<ot-arrived data-at="all">' in lesson
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_for(url, process, limit_s=120):
    """Return a page as soon as the server answers."""
    end = time.monotonic() + limit_s
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=limit_s) as answer:
                return answer.read().decode()
        except ConnectionError:
            pass
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionError):
                raise
        time.sleep(0.1)
    pytest.fail(f"{url} was not answered")


# Hub and Kubernetes -------------------------------------------------------------------------


def test_the_proxys_lock_has_hashes_and_names_no_registry():
    lock = json.loads((PROXY / "package-lock.json").read_text("utf-8"))
    wanted = json.loads((PROXY / "package.json").read_text("utf-8"))["dependencies"]
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert lock["packages"][""]["dependencies"] == wanted
    for name, version in wanted.items():
        assert packages[f"node_modules/{name}"]["version"] == version
    assert [name for name, entry in packages.items() if not entry.get("integrity")] == []
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert "://" not in (PROXY / "package-lock.json").read_text("utf-8")


def test_kubernetes_runs_what_the_image_has():
    user = VALUES["singleuser"]
    assert user["cmd"] == ["oligoteach-singleuser"]
    assert user["cmd"][0] in PROJECT["project"]["scripts"]
    assert user["image"]["tag"] == PROJECT["project"]["version"]
    assert [str(user["uid"])] == instructions("USER")
    assert [user["storage"]["homeMountPath"]] == instructions("WORKDIR")[1:]


def test_on_kubernetes_nobody_may_in_before_a_login_is_chosen():
    """The chart passes these settings to the hub: here to the authenticator that they name."""
    settings = VALUES["hub"]["config"]
    assert settings["JupyterHub"]["authenticator_class"] == "dummy"
    login = DummyAuthenticator(config=Config(settings))
    for password in ("", "anything"):
        given = {"username": "stranger", "password": password}
        assert own_loop.run(login.get_authenticated_user(None, given)) is None


def test_hub_and_kubernetes_give_the_same_memory_which_the_text_explains():
    memory = VALUES["singleuser"]["memory"]
    for word, value in (("guarantee", memory["guarantee"]), ("limit", memory["limit"])):
        assert f'c.Spawner.mem_{word} = "{value}"' in HUB_CONFIG
        assert f"`{value}`" in README


def test_the_login_says_what_is_behind_it_and_that_it_is_for_education():
    said = VALUES["hub"]["config"]["JupyterHub"]["template_vars"]["announcement_login"]
    assert said in "".join(re.findall(r'^ {8}"(.*)"$', HUB_CONFIG, flags=re.M))
    assert "Education only" in said


def test_the_service_starts_what_the_text_starts():
    unit = (ROOT / "deploy" / "jupyterhub" / "oligoteach-hub.service").read_text("utf-8")
    told = dict(line.split("=", 1) for line in unit.splitlines() if re.match(r"\w+=", line))
    assert f"{told['Environment']} {told['ExecStart']}" in README
    state = re.search(r'"OLIGOTEACH_HUB_STATE", "([^"]+)"', HUB_CONFIG)[1]
    assert told["WorkingDirectory"] == state == f"/var/lib/{told['StateDirectory']}"


def test_whatever_path_the_text_names_is_there():
    named = re.findall(r"`((?:deploy|requirements|tools|tests|benchmarks)/[\w./-]+)`", README)
    assert len(named) >= 6
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_commands_of_the_text_are_commands_that_exist():
    """Each program that a block of the text starts is one of ours, or an ordinary tool."""
    blocks = re.findall(r"^```\n(.*?)^```", README, flags=re.M | re.S)
    programs = {shlex.split(line)[0] for block in blocks for line in block.splitlines() if line}
    ours = {name for name in programs if "oligoteach" in name}
    assert {Path(name).name for name in ours} <= set(PROJECT["project"]["scripts"])
