"""Imported by a spare kernel while nobody waits: what every lesson loads anyway."""

from __future__ import annotations

import oligoteach
from oligoteach import charts, evidence

oligoteach.lesson  # noqa: B018  (the access loads lessons and kit)
charts.warm()
evidence.lessons()
evidence.claims()
