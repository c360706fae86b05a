"""A lesson that satisfies every rule, for tests to break."""

LESSON = """\
name: long_follow_up
number: 3
notebook: 03_long_follow_up
title: What five years show
question: Did local treatment prolong life?
about: One randomised trial with long follow-up, and what its control arm says.
minutes: 12
objectives:
  - Read a landmark with its interval.
prerequisites: []
take_away:
  - Always show both arms.
references: [palma-2020, harrow-2022]
case_hook:
  title: A woman in her sixties
  text: Two lung metastases, the primary resected three years ago.
  claims: [sabrcomet-mets]
predictions:
  - id: five-years
    explorer: survival
    prompt: How many of the SABR arm are alive after five years?
    kind: numeric
    answer: 42.3
    tolerance: 5
    unit: "%"
    low: 0
    high: 100
    near: Right, 42.3 percent.
    far: It was 42.3 percent, against 17.7 percent without SABR.
    explanation: The difference appeared late.
    misconception: That the median tells the whole curve.
    claims: [sabrcomet-5y-os-sabr]
    badge: published
  - id: which-arm
    explorer: null
    prompt: Which arm had more toxicity?
    kind: choice
    options:
      - {id: sabr, text: SABR, correct: true, feedback: Yes.}
      - {id: soc, text: Standard of care, correct: false, feedback: No.}
    explanation: Treatment harms too.
    claims: [sabrcomet-deaths-n]
    badge: published
questions:
  - id: threshold
    prompt: Which significance level did the trial use?
    kind: single
    options:
      - {id: five, text: "0.05", feedback: That is the usual one.}
      - {id: twenty, text: "0.20", correct: true, feedback: Right.}
    explanation: It was a screening design.
    claims: [sabrcomet-alpha]
    difficulty: recall
  - id: limits
    prompt: What limits the result?
    kind: multiple
    options:
      - {id: mixed, text: Mixed histologies, correct: true, feedback: Right.}
      - {id: small, text: Small numbers, correct: true, feedback: Right.}
      - {id: blind, text: Too much blinding, feedback: It was open.}
    explanation: Think of whom it stands for.
    claims: []
    difficulty: judge
  - id: count
    prompt: How many patients were randomised?
    kind: numeric
    answer: 99
    tolerance: 0
    unit: patients
    low: 10
    high: 1000
    near: Right.
    far: There were 99 patients.
    explanation: A small trial.
    claims: [sabrcomet-n]
    difficulty: recall
explorers:
  - id: survival
    title: Two arms
    caption: Survival at landmarks.
    badge: published
    claims: [sabrcomet-5y-os-sabr]
    explain: Both arms are shown, each with its interval.
"""


def line_of(text, fragment):
    """Line of the first occurrence of a fragment, from 1."""
    return text[: text.index(fragment)].count("\n") + 1
