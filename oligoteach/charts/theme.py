"""Colours of figures, for light and for dark pages.

The hues are those of Okabe and Ito. On each ground only those that reach a contrast of 3:1 carry
a line; none ever carries meaning alone: a line style, a marker or a direct label goes with it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Theme:
    """Colours by what they are for, as hexadecimal strings."""

    name: str
    ground: str
    ink: str
    muted: str
    line: str
    blue: str
    vermillion: str
    green: str
    purple: str
    soft_blue: str
    soft_vermillion: str
    soft_green: str
    soft_muted: str


LIGHT = Theme(
    name="light",
    ground="#ffffff",
    ink="#1a1a1a",
    muted="#595959",
    line="#d9d9d9",
    blue="#0072b2",
    vermillion="#b84a00",
    green="#00795a",
    purple="#a3478a",
    soft_blue="#d6e9f5",
    soft_vermillion="#fbe3d3",
    soft_green="#d5efe6",
    soft_muted="#efefef",
)

DARK = Theme(
    name="dark",
    ground="#18212a",
    ink="#e9eef3",
    muted="#a7b4c0",
    line="#3a4754",
    blue="#56b4e9",
    vermillion="#f28c4d",
    green="#3cc9a0",
    purple="#e0a0cd",
    soft_blue="#17374a",
    soft_vermillion="#4a2a15",
    soft_green="#123d31",
    soft_muted="#25303a",
)

THEMES = {theme.name: theme for theme in (LIGHT, DARK)}
