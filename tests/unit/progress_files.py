"""Texts that are no progress files, each with the reason: page and server must refuse the same."""

from __future__ import annotations

import json

KIND = "oligoteach-progress"


def progress(lessons=None, misses=None, **changed):
    """Return a progress file as text."""
    whole = {"kind": KIND, "version": 1, "lessons": lessons or {}, "misses": misses or {}}
    return json.dumps({**whole, **changed})


MISS = {"lesson": "trials", "id": "q", "prompt": "Which one?"}
SCORE = {"right": 3, "total": 8, "when": "2026-01-01T00:00:00.000Z"}

GOOD = [
    progress(),
    progress({"trials": {"answers": {"q": {"value": ["a"], "correct": True, "tries": 1}}}}),
    progress({"trials": {"params": None}}, note="Education only", version=1.0),
    json.dumps({"kind": KIND, "version": 1, "lessons": {}}),
    progress({"trials": {"tests": {"entry": {"first": SCORE, "last": SCORE}}}}, {"trials/q": MISS}),
    progress({"a" * 40: {"visited": "2026-01-01T00:00:00.000Z"}}),
]

BAD = [
    ("", "not complete JSON"),
    (progress({"trials": {}})[:-9], "not complete JSON"),
    ('{"kind": "oligoteach-progress", "version": NaN, "lessons": {}}', "not complete JSON"),
    ("[]", "not a progress file of this course"),
    ("null", "not a progress file of this course"),
    (progress(kind="other"), "not a progress file of this course"),
    (progress(version="1"), "does not say its version"),
    (progress(version=True), "does not say its version"),
    (progress(version=1.5), "does not say its version"),
    (progress(version=2), "comes from a newer version (2;"),
    (progress(version=0), "version 0 never existed"),
    (progress(lessons=[1]), "list of lessons is damaged"),
    (progress({"No Such": {}}), "names a lesson that cannot exist"),
    (progress({"a" * 41: {}}), "names a lesson that cannot exist"),
    (progress({"trials\n": {}}), "names a lesson that cannot exist"),
    (progress({"trials": []}), "the lesson “trials” is damaged"),
    (progress({"trials": {"answers": [1]}}), "the answers of the lesson “trials” are damaged"),
    (progress({"trials": {"cases": {"x": 1}}}), "an entry in the cases of the lesson “trials”"),
    (progress({"trials": {"tests": {"x": {}}}}), "an entry in the tests of the lesson “trials”"),
    (
        progress({"trials": {"tests": {"x": {"first": SCORE, "last": {"right": True}}}}}),
        "an entry in the tests of the lesson “trials”",
    ),
    (progress(misses=[1]), "review queue is damaged"),
    (progress(misses={"trials/q": None}), "an entry in its review queue is damaged"),
    (progress(misses={"trials/q": {**MISS, "prompt": 1}}), "an entry in its review queue"),
    ("x" * 1_000_001, "larger than 1 MB"),
]
