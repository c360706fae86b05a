"""The tools that look for a browser and run all checks."""

from __future__ import annotations

import re
from pathlib import Path

import find_browser
import find_proxy
import pytest
import run_tests

TOKENS = (
    Path(__file__).resolve().parents[2]
    / "oligoteach/share/jupyter/voila/templates/oligoteach/static/tokens.css"
)


def test_a_browser_that_is_there_is_taken_in_order(monkeypatch):
    monkeypatch.setattr(find_browser, "_candidates", lambda: iter([None, "/broken", "/good"]))
    monkeypatch.setattr(find_browser, "works", lambda path: path == "/good")
    assert find_browser.find_or_fetch() == "/good"


def test_without_a_browser_it_says_so_loudly(monkeypatch, capsys):
    monkeypatch.setattr(find_browser, "_candidates", lambda: iter([]))
    monkeypatch.setattr(find_browser, "_playwrights", lambda: None)
    monkeypatch.setattr(find_browser, "succeeds", lambda *_, **__: False)
    assert find_browser.main() == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "NO BROWSER" in said.err
    assert "apt-get install" in said.err


def test_a_program_that_does_not_start_is_no_browser(tmp_path):
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nexit 127\n", encoding="utf-8")
    broken.chmod(0o755)
    assert not find_browser.works(str(broken))
    assert not find_browser.works(str(tmp_path / "absent"))
    assert not find_browser.works(None)


def outcome(name="tests", code=0, *, tests=True, **numbers):
    step = run_tests.Step(name, "what", ("true",), tests=tests)
    return run_tests.Outcome(step, code=code, seconds=1.0, **numbers)


def test_the_last_line_adds_all_tests_up():
    outcomes = [
        outcome("style", tests=False),
        outcome(passed=3),
        outcome("browser", code=1, passed=2, failed=1, skipped=1),
    ]
    lines = run_tests.summary(outcomes, ["a warning"]).splitlines()
    assert lines[-1] == "5 passed, 1 failed"
    assert "a warning" in lines
    assert [line for line in lines if line.startswith("FAILED")] == [lines[4]]


def test_numbers_come_from_the_report(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite tests="9" errors="1" failures="2" skipped="3"/></testsuites>',
        encoding="utf-8",
    )
    counted = outcome()
    run_tests.count(report, counted)
    assert (counted.passed, counted.failed, counted.skipped) == (3, 3, 3)


def test_a_step_that_breaks_without_a_report_counts_as_a_failure(monkeypatch, tmp_path):
    monkeypatch.setattr(run_tests, "REPORTS", tmp_path)
    ended = run_tests.run(run_tests.Step("style", "what", ("false",)))
    assert not ended.ok
    assert ended.failed == 1


def test_an_unknown_step_is_refused_in_words():
    with pytest.raises(SystemExit, match="No step is called nonsense; there are style"):
        run_tests.chosen_steps("nonsense")
    assert [step.name for step in run_tests.chosen_steps("types,style")] == ["style", "types"]


def test_without_a_browser_only_its_tests_are_left_out():
    steps = run_tests.without(["browser"], run_tests.STEPS)
    assert "browser" not in [step.name for step in steps]
    tests = next(step for step in steps if step.name == "tests")
    assert tests.command[-2:] == ("-m", "not browser")


def test_without_browser_and_proxy_the_tests_of_both_are_left_out():
    steps = run_tests.without(["browser", "hub"], run_tests.STEPS)
    tests = next(step for step in steps if step.name == "tests")
    assert tests.command[-2:] == ("-m", "not browser and not hub")
    assert run_tests.without([], run_tests.STEPS) == list(run_tests.STEPS)


@pytest.fixture
def no_proxy(monkeypatch, tmp_path):
    """A machine on which nothing of the proxy is there, nor anything to fetch it with."""
    monkeypatch.setattr(find_proxy, "HOME", tmp_path / "proxy")
    monkeypatch.setattr(find_proxy, "succeeds", lambda *_, **__: False)
    monkeypatch.setattr(find_proxy.shutil, "which", lambda _: None)
    monkeypatch.delenv(find_proxy.VARIABLE, raising=False)


def test_without_a_proxy_it_says_so_loudly(no_proxy, capsys):
    assert find_proxy.main() == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "NO HUB PROXY" in said.err
    assert "apt-get install nodejs npm" in said.err


def test_a_run_without_a_proxy_fails_where_ci_is_set(no_proxy, monkeypatch, capsys):
    monkeypatch.setattr(find_browser, "find_or_fetch", lambda: "/a/browser")
    monkeypatch.setenv(find_browser.VARIABLE, "")  # set by the run, and undone after the test
    monkeypatch.setattr(run_tests, "STEPS", (run_tests.Step("tests", "", ("true",)),))
    monkeypatch.setattr("sys.argv", ["run_tests.py"])
    monkeypatch.setenv("CI", "true")
    assert run_tests.main() == 1
    said = capsys.readouterr().out
    assert "NO HUB PROXY" in said
    assert said.splitlines()[-1] == "0 passed, 1 failed"
    monkeypatch.delenv("CI")
    assert run_tests.main() == 0
    assert "NO HUB PROXY" in capsys.readouterr().out


def test_a_proxy_of_another_lock_is_fetched_anew(tmp_path, monkeypatch):
    monkeypatch.setattr(find_proxy, "HOME", tmp_path)
    monkeypatch.delenv(find_proxy.VARIABLE, raising=False)
    monkeypatch.setattr(find_proxy, "works", lambda path: True)
    (tmp_path / "package-lock.json").write_text("{}")
    assert find_proxy.find() is None
    (tmp_path / "package-lock.json").write_bytes(
        (find_proxy.LOCK / "package-lock.json").read_bytes()
    )
    assert find_proxy.find() == str(tmp_path / "node_modules/.bin/configurable-http-proxy")


def luminance(colour):
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_colour_is_legible(theme):
    blocks = TOKENS.read_text(encoding="utf-8").split("@media screen")
    colours = dict(re.findall(r"--ot-([\w-]+):\s*(#[0-9a-f]{6})", blocks[theme]))
    grounds = ["bg", "surface", "sunken"]
    pairs = [(text, ground) for ground in grounds for text in ("fg", "muted", "accent", "bad")]
    pairs += [(mood, f"{mood}-soft") for mood in ("ok", "warn", "bad", "accent")]
    pairs += [("fg", f"{mood}-soft") for mood in ("ok", "warn", "bad", "accent")]
    pairs += [("accent-fg", "accent")]
    faint = {f"{a} on {b}": contrast(colours[a], colours[b]) for a, b in pairs}
    assert {pair: ratio for pair, ratio in faint.items() if ratio < 4.5} == {}
    lines = [("line", ground) for ground in grounds] + [("focus", ground) for ground in grounds]
    lines += [(mark, "surface") for mark in ("blue", "vermillion", "green", "purple")]
    thin = {f"{a} on {b}": contrast(colours[a], colours[b]) for a, b in lines}
    assert {pair: ratio for pair, ratio in thin.items() if ratio < 3} == {}
