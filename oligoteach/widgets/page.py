"""The page: header, links with a state in them, restoring, heartbeat, presenting, printing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import traitlets

from oligoteach.widgets._base import KitWidget
from oligoteach.widgets.explorer import Explorer, ImpossibleError

MAX_QUERY = 4000
# Understood by the page or the server rather than by an explorer; with their values, where few.
RESERVED: dict[str, tuple[str, ...]] = {
    "present": ("1",),
    "theme": ("light", "dark"),
    "token": (),
    "voila-theme": (),
    "voila-template": (),
    "_xsrf": (),
}


class Page(KitWidget):
    """Header of a lesson and bridge to its page.

    Parameters
    ----------
    lesson, title, question : str
        The lesson's name, its heading and what it asks.
    place : str
        Its number in the course.
    minutes : int
        How long it takes.
    legend : mapping of str to str
        What the marks in the text stand for: a sentence ``about`` them, and words for each tone.
    """

    view = traitlets.Unicode("page").tag(sync=True)

    def __init__(
        self,
        lesson: str,
        title: str,
        question: str,
        place: str,
        minutes: int,
        legend: Mapping[str, str] | None = None,
    ) -> None:
        self.explorers: dict[str, Explorer] = {}
        self.others: list[Any] = []
        super().__init__(
            config={
                "lesson": lesson,
                "title": title,
                "question": question,
                "place": place,
                "minutes": minutes,
                "legend": dict(legend or {}),
            }
        )

    def add(self, part: Any) -> None:
        """Put an explorer, a quiz or a prediction under the page's care."""
        if isinstance(part, Explorer):
            self.explorers[part.key] = part
        else:
            self.others.append(part)

    def on_open(self, content: dict[str, Any]) -> None:
        """Set what the browser kept and what the link says; the link wins.

        Whatever cannot be set is left out, and the page says so.
        """
        notes = self.restore(content.get("saved") or {})
        notes += self.follow(content.get("search") or "")
        self.send({"type": "opened", "notes": notes})

    def follow(self, search: str) -> list[str]:
        """Set the explorers as a link's query string says; return a note on each refusal."""
        query = search.lstrip("?")
        if len(query) > MAX_QUERY:
            return [f"The link's settings were left out: longer than {MAX_QUERY} characters."]
        notes: list[str] = []
        wanted: dict[str, dict[str, str]] = {}
        for key, value in parse_qsl(query, keep_blank_values=True):
            if key in RESERVED:
                notes += _reserved(key, value)
                continue
            explorer, _, control = key.partition(".")
            wanted.setdefault(explorer, {})[control] = value
        return notes + self._set(wanted, "The link")

    def restore(self, saved: Mapping[str, Any]) -> list[str]:
        """Set the explorers as the browser remembers them; return a note on each refusal."""
        kept = saved.items() if isinstance(saved, Mapping) else ()
        wanted = {key: values for key, values in kept if isinstance(values, Mapping)}
        return self._set(wanted, "Your last visit")

    def on_ping(self, _content: dict[str, Any]) -> None:
        """Say that the kernel is alive."""
        self.send({"type": "pong"})

    def on_reset(self, _content: dict[str, Any]) -> None:
        """Put every part of the page back to how it was at first."""
        for part in [*self.explorers.values(), *self.others]:
            part.reset()

    def summary(self) -> str:
        """Return the header in words."""
        c = self.config
        return f"{c['title']}: {c['question']} ({c['minutes']} min)"

    def _set(self, wanted: Mapping[str, Mapping[str, Any]], who: str) -> list[str]:
        """Set each explorer's values together, since some are possible only beside others."""
        notes = []
        for key, values in wanted.items():
            known = {name: v for name, v in values.items() if self._has(key, name)}
            notes += [self._unknown(key, name, who) for name in values if name not in known]
            if known:
                notes += _set_one(self.explorers[key], known, who)
        return notes

    def _has(self, key: str, control: str) -> bool:
        return key in self.explorers and control in self.explorers[key].control

    def _unknown(self, key: str, control: str, who: str) -> str:
        here = self.explorers.get(key)
        known = [f"{key}.{name}" for name in here.control] if here else list(self.explorers)
        what = "Known" if here else "Figures here"
        name = _short(f"{key}.{control}" if control else key)
        return f"{who} names {name}, which is not here. {what}: {', '.join(known)}."


def _set_one(explorer: Explorer, values: Mapping[str, Any], who: str) -> list[str]:
    """Set one explorer's values, and return a note on each refusal."""
    try:
        refused = explorer.take(values)
    except ImpossibleError as error:
        refused = [f"{error}."]
    return [f"{who} was not followed. {explorer.title} – {note}" for note in refused]


def _reserved(key: str, value: str) -> list[str]:
    """Return a note on a value that the page does not understand."""
    allowed = RESERVED[key]
    if not allowed or value in allowed:
        return []
    return [f"The link was not followed. {key}: {_short(value)} is not {' or '.join(allowed)}."]


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:39] + "…")
