"""The formatter of notebooks: what it keeps, what it removes, and that it comes to rest."""

import importlib.util
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

_spec = importlib.util.spec_from_file_location(
    "format_notebooks", ROOT / "tools" / "format_notebooks.py"
)
tool = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(tool)


@pytest.fixture
def notebook():
    """A notebook as it is after a run: counts, widget state, pictures, editor metadata."""
    widget = {"application/vnd.jupyter.widget-view+json": {"model_id": "8f"}}
    return {
        "cells": [
            {
                "cell_type": "markdown",
                "id": "intro",
                "metadata": {"collapsed": True},
                "source": "Survival was 41.2 months <!-- gomez-os-lct -->.  \n\n",
            },
            {
                "cell_type": "code",
                "id": "show",
                "execution_count": 7,
                "metadata": {"tags": ["keep"], "trusted": True},
                "source": ["trials.explore('board')\n"],
                "outputs": [
                    {
                        "output_type": "execute_result",
                        "execution_count": 7,
                        "data": {"text/plain": "Line one\nLine two", "image/png": "AAAA", **widget},
                        "metadata": {"image/png": {"width": 5}},
                    },
                    {"output_type": "display_data", "data": {"image/png": "AAAA"}, "metadata": {}},
                    {"output_type": "stream", "name": "stdout", "text": "printed\n"},
                ],
            },
            {"cell_type": "code", "metadata": {}, "source": "", "outputs": []},
        ],
        "metadata": {
            "kernelspec": {"name": "my-env"},
            "language_info": {"name": "python", "version": "3.11.9"},
            "widgets": {"application/vnd.jupyter.widget-state+json": {"state": {}}},
        },
        "nbformat": 4,
        "nbformat_minor": 4,
    }


def test_text_is_kept_and_the_rest_of_a_run_is_not(notebook):
    shown = tool.format_notebook(notebook)["cells"][1]
    assert shown["execution_count"] == 1
    assert shown["metadata"] == {"tags": ["keep"]}
    assert shown["outputs"] == [
        {
            "output_type": "execute_result",
            "execution_count": 1,
            "data": {"text/plain": ["Line one\n", "Line two"]},
            "metadata": {},
        },
        {"output_type": "stream", "name": "stdout", "text": ["printed\n"]},
    ]


def test_metadata_are_those_of_any_machine(notebook):
    formatted = tool.format_notebook(notebook)
    assert formatted["metadata"]["kernelspec"]["name"] == "python3"
    assert formatted["metadata"]["language_info"] == {"name": "python"}
    assert "widgets" not in formatted["metadata"]
    assert formatted["nbformat_minor"] == 5
    assert [cell["id"] for cell in formatted["cells"]] == ["intro", "show", "cell-03"]


def test_source_links_are_inserted(notebook):
    [line] = tool.format_notebook(notebook)["cells"][0]["source"]
    assert line == "Survival was 41.2 months <!-- gomez-os-lct -->[source](#claim-gomez-os-lct)."


def test_formatting_twice_changes_nothing(notebook):
    once = tool.serialise(tool.format_notebook(notebook))
    assert tool.serialise(tool.format_notebook(json.loads(once))) == once
    assert once.endswith("}\n")


def test_an_error_is_not_kept():
    assert tool.format_output({"output_type": "error", "ename": "E", "evalue": ""}) is None


def test_check_reports_and_changes_nothing_then_formatting_settles_it(notebook, tmp_path, capsys):
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps(notebook), "utf-8")
    before = path.read_bytes()
    assert tool.main(["--check", str(path)]) == 1
    assert path.read_bytes() == before
    assert "would be changed" in capsys.readouterr().out
    assert tool.main([str(path)]) == 0
    assert tool.main(["--check", str(path)]) == 0


def test_a_file_that_is_no_notebook_is_refused(tmp_path, capsys):
    path = tmp_path / "a.ipynb"
    path.write_text("{", "utf-8")
    assert tool.main([str(path)]) == 2
    assert "is not JSON" in capsys.readouterr().err


def test_the_notebooks_of_the_course_are_formatted(capsys):
    assert tool.main(["--check"]) == 0, capsys.readouterr().out
