"""A small course of notebooks with good and bad manners, and its server."""

from __future__ import annotations

import time

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

METADATA = {
    "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
    "language_info": {"name": "python"},
}
PROSE = """\
# The first lesson

An opening paragraph.

| definition | lesions | organs | nodes | timing | source |
|---|---|---|---|---|---|
| a consensus with a long name | five | three | no | both | a paper |

<details><summary>More</summary>

Folded away until asked for.

</details>

See [a source](https://doi.org/10.1000/182).
"""


def shows(source: str):
    """Return a code cell that is known to show something."""
    output = new_output("execute_result", data={"text/plain": "kept"}, execution_count=1)
    return new_code_cell(source, outputs=[output])


def write(folder, name, *cells):
    notebook = new_notebook(cells=list(cells), metadata=METADATA)
    nbformat.write(notebook, folder / f"{name}.ipynb")


@pytest.fixture(scope="session")
def course_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("course")
    slider = "import ipywidgets\nipywidgets.IntSlider(value=3, description='Lesions')"
    write(
        folder, "01_first", new_markdown_cell(PROSE), shows(slider), new_markdown_cell("The end.")
    )
    write(
        folder,
        "02_broken",
        new_markdown_cell("# A broken lesson\n\nStill readable."),
        shows("secret_name = 1 / 0"),
        new_markdown_cell("Readable too."),
        shows("'never run'"),
    )
    write(
        folder,
        "03_dying",
        new_markdown_cell("# Dying"),
        shows("import os\nos.kill(os.getpid(), 9)"),
    )
    write(
        folder,
        "04_slow",
        new_markdown_cell("# Slow"),
        shows("print('quick')"),
        shows("import time\ntime.sleep(2.5)\nprint('slow')"),
    )
    (folder / "notes.py").write_text("secret = 1\n", encoding="utf-8")
    (folder / "picture.png").write_bytes(b"\x89PNG")
    (folder / "below").mkdir()
    write(folder / "below", "05_hidden", new_markdown_cell("# Hidden"))
    return folder


@pytest.fixture(scope="session")
def course_url(lesson_server, course_folder):
    """The base address of the small course."""
    return lesson_server(course_folder)


def running_kernels():
    """Return the kernels that this test process has below it."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with_arguments = ""
        try:
            with_arguments = " ".join(process.cmdline())
        except psutil.Error:
            continue
        if "ipykernel" in with_arguments:
            found.append(process.pid)
    return found


@pytest.fixture
def kernels():
    """Return a function that lists running kernels, and leave none to the next test."""
    yield running_kernels
    assert wait_until(lambda: not running_kernels()), "the test left a kernel behind"


def wait_until(condition, limit_s=15.0):
    """Return the seconds until a condition holds, or None if it never does."""
    begun = time.monotonic()
    while not condition():
        if time.monotonic() - begun > limit_s:
            return None
        time.sleep(0.05)
    return time.monotonic() - begun or 0.001


@pytest.fixture
def seconds_until():
    return wait_until
