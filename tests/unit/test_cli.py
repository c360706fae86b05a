"""The command line: what it prints, where, and with which exit code."""

import csv
import json
import os
import shutil
import subprocess
import sys
import types

import pytest
from shipped_rows import all_rows, count_of

from oligoteach import __version__, evidence
from oligoteach.cli import main


@pytest.fixture
def copy(tmp_path):
    """A copy of all shipped data below a root of its own, without notebooks or lessons."""
    shutil.copytree(evidence.data_path(), tmp_path / "data")
    shutil.rmtree(tmp_path / "data" / "lessons", ignore_errors=True)
    return tmp_path


def break_a_claim(root):
    path = root / "data" / "evidence" / "claims.csv"
    path.write_text(path.read_text("utf-8").replace(",=,49,,,", ",=,fifty,,,", 1), "utf-8")


def test_check_passes_on_a_sound_copy(copy, capsys):
    assert main(["check", str(copy)]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[-1].endswith(f"no problems, {count_of('known_oddities')} known oddities.")
    assert sum(line.startswith("note: data/evidence/") for line in out) == count_of(
        "known_oddities"
    )


def test_check_fails_with_file_row_field_and_rule(copy, capsys):
    break_a_claim(copy)
    assert main(["check", str(copy)]) == 1
    out = capsys.readouterr().out
    assert (
        "data/evidence/claims.csv:60 value: not-a-number — 'fifty' is not a number; write digits "
        "with a point, such as 41.2 or 0.37.\n" in out
    )
    assert out.splitlines()[-1].endswith(f"1 problem, {count_of('known_oddities')} known oddities.")


def test_check_reports_as_json(copy, capsys):
    break_a_claim(copy)
    assert main(["check", str(copy), "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["ok"] is False
    [problem] = report["problems"]
    assert (problem["file"], problem["where"], problem["field"], problem["rule"]) == (
        "data/evidence/claims.csv",
        "60",
        "value",
        "not-a-number",
    )
    assert problem["key"] == "gomez-n"
    assert len(report["notes"]) == count_of("known_oddities")
    assert report["checked"]["row"] == all_rows() - 1  # the broken one is not counted


def test_check_of_a_folder_without_data_is_wrong_use(tmp_path, capsys):
    assert main(["check", str(tmp_path)]) == 2
    assert "has no folder data/evidence" in capsys.readouterr().err


def test_the_tables_and_definitions_of_this_copy_pass(capsys):
    main(["check", "--json"])
    report = json.loads(capsys.readouterr().out)
    tables = ("data/evidence/", "data/definitions/")
    assert [p for p in report["problems"] if p["file"].startswith(tables)] == []


def test_export_bibtex(capsys):
    assert main(["export", "bibtex"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("% Education only: ")
    assert text.count("\n@") == count_of("references")


def test_export_one_table_to_a_file(tmp_path, capsys):
    path = tmp_path / "outcomes.csv"
    assert main(["export", "csv", "--table", "outcomes", "--out", str(path)]) == 0
    with path.open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == count_of("outcomes")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert str(path) in captured.err
    assert "Education only: " in captured.err


def test_export_all_tables_to_a_folder(tmp_path):
    assert main(["export", "csv", "--out", str(tmp_path / "tables")]) == 0
    assert sorted(path.name for path in (tmp_path / "tables").iterdir()) == [
        f"{table}.csv" for table in sorted(evidence.TABLES)
    ]


def test_export_claims(tmp_path):
    path = tmp_path / "claims.csv"
    assert main(["export", "claims", "--out", str(path)]) == 0
    with path.open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == count_of("claims")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["export", "csv"], "name a table with --table"),
        (["export", "csv", "--table", "claim"], "no table 'claim'; the tables are references"),
        (["export", "bibtex", "--table", "claims"], "--table goes with csv"),
        (["export", "bibtex", "--out", "/nowhere/at/all.bib"], "cannot be written"),
        (["export", "csv", "--out", "/dev/null/folder"], "cannot be made"),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_code_2(arguments, words, capsys):
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [["export", "pdf"], ["serve", "--port", "http"], ["serve", "--port", "99999"], ["x"]],
)
def test_wrong_arguments_are_exit_code_2(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: oligoteach" in capsys.readouterr().err


def test_no_command_shows_the_help(capsys):
    assert main([]) == 2
    assert "exit codes:" in capsys.readouterr().out


@pytest.mark.parametrize("command", [[], ["serve"], ["check"], ["export"]])
def test_help_is_worth_reading(command, capsys):
    with pytest.raises(SystemExit) as caught:
        main([*command, "--help"])
    assert caught.value.code == 0
    out = capsys.readouterr().out
    assert len(out.splitlines()) > 8
    assert max(map(len, out.splitlines())) <= 100


def test_every_example_of_the_help_is_understood(capsys):
    from oligoteach.cli import _EPILOG, build_parser

    examples = [line.split("  ")[1].split() for line in _EPILOG.splitlines() if "  oligot" in line]
    assert len(examples) >= 6
    for _, *arguments in examples:
        assert build_parser().parse_args(arguments).command == arguments[0]


def test_the_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"oligoteach {__version__}\n"


def test_serve_hands_its_options_to_the_server(monkeypatch):
    seen = []
    server = types.ModuleType("oligoteach.server")
    server.serve = lambda args: seen.append(vars(args)) or 0
    monkeypatch.setitem(sys.modules, "oligoteach.server", server)
    assert main(["serve", "--port", "9000", "--no-browser"]) == 0
    assert main(["serve"]) == 0
    first, second = seen
    assert (first["port"], first["no_browser"], first["notebooks"]) == (9000, True, None)
    assert (second["port"], second["no_browser"]) == (None, False)


def test_the_exit_code_of_the_server_is_handed_on(monkeypatch):
    server = types.ModuleType("oligoteach.server")
    server.serve = lambda args: 2
    monkeypatch.setitem(sys.modules, "oligoteach.server", server)
    assert main(["serve"]) == 2


def test_shipped_data_that_cannot_be_used_are_exit_code_1(monkeypatch, capsys):
    from oligoteach.evidence import ledger

    monkeypatch.setattr(ledger, "data_path", lambda *parts: evidence.data_path("none", *parts))
    ledger.references.cache_clear()
    assert main(["export", "bibtex"]) == 1
    ledger.references.cache_clear()
    error = capsys.readouterr().err
    assert "the shipped data cannot be used" in error
    assert "data/evidence/references.csv:1 file: unreadable-file" in error


def test_the_command_imports_nothing_heavy_before_it_needs_it():
    code = (
        "import sys\nfrom oligoteach.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'numpy', 'pydantic', 'yaml', 'matplotlib', 'voila', 'tornado'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=evidence.data_path().parent,
    )
    assert done.stderr == "[]\n"


def test_a_closed_pipe_is_no_error():
    done = subprocess.run(
        f"{sys.executable} -m oligoteach.cli export claims | head -1",
        shell=True,
        capture_output=True,
        text=True,
        cwd=evidence.data_path().parent,
    )
    assert done.stdout.startswith("claim_id,where,")
    assert done.stderr == ""


def test_a_pipe_that_nobody_reads_is_no_error():
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "oligoteach.cli", "export", "claims"],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        cwd=evidence.data_path().parent,
    )
    os.close(writer)
    assert done.returncode == 0
    assert done.stderr == ""
