"""The page: header, links with a state in them, restoring, heartbeat, presenting, printing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import traitlets

from oligoteach.widgets._base import KitWidget
from oligoteach.widgets.explorer import Explorer

MAX_QUERY = 4000
# Understood by the page or the server rather than by an explorer.
RESERVED = {"present", "theme", "token", "voila-theme", "voila-template", "_xsrf"}


class Page(KitWidget):
    """Header of a lesson and bridge to its page.

    Parameters
    ----------
    lesson, title, question : str
        The lesson's name, its heading and what it asks.
    place : str
        Such as "2 of 4".
    minutes : int
        How long it takes.
    """

    view = traitlets.Unicode("page").tag(sync=True)

    def __init__(
        self,
        lesson: str,
        title: str,
        question: str,
        place: str,
        minutes: int,
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
        notes = []
        for key, value in parse_qsl(query, keep_blank_values=True):
            if key in RESERVED:
                continue
            explorer, _, control = key.partition(".")
            notes += self._set(explorer, control, value, "The link")
        return notes

    def restore(self, saved: Mapping[str, Any]) -> list[str]:
        """Set the explorers as the browser remembers them; return a note on each refusal."""
        notes = []
        for key, values in saved.items() if isinstance(saved, Mapping) else ():
            for control, value in values.items() if isinstance(values, Mapping) else ():
                notes += self._set(key, control, value, "Your last visit")
        return notes

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
        return f"{c['title']}: {c['question']} (lesson {c['place']}, {c['minutes']} min)"

    def _set(self, key: str, control: str, value: Any, who: str) -> list[str]:
        explorer = self.explorers.get(key)
        if explorer is None or control not in explorer.control:
            known = ", ".join(f"{k}.{c}" for k, e in self.explorers.items() for c in e.control)
            return [f"{who} names {_clip(key, control)}, which is not here. Known: {known}."]
        try:
            explorer.set(**{control: value})
        except ValueError as error:
            return [f"{who} was not followed. {explorer.title} – {error}."]
        return []


def _clip(key: str, control: str) -> str:
    name = f"{key}.{control}" if control else key
    return repr(name if len(name) <= 40 else name[:39] + "…")
