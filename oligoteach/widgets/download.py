"""Files that the kernel writes when somebody asks for them, each with the education-only line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import traitlets

from oligoteach.widgets._base import KitWidget


@dataclass(frozen=True)
class File:
    """A file on offer.

    Parameters
    ----------
    key : str
        Stable id.
    label : str
        What stands on the button.
    name : str
        Name under which the browser saves it.
    make : callable
        Returns the text; called at each click and not before.
    media_type : str
        Such as ``"text/csv"``.
    comment : str
        What goes before the education-only line, so that programs skip it.
    """

    key: str
    label: str
    name: str
    make: Callable[[], str]
    media_type: str = "text/plain"
    comment: str = ""


class Download(KitWidget):
    """Buttons that save files; nothing is written or sent before a click.

    Parameters
    ----------
    title : str
        Heading.
    files : iterable of File
        The files, in the order of the buttons.
    """

    view = traitlets.Unicode("download").tag(sync=True)

    def __init__(self, title: str, files: Iterable[File]) -> None:
        self.files = {file.key: file for file in files}
        super().__init__(
            config={
                "title": title,
                "files": [
                    {
                        "key": file.key,
                        "label": file.label,
                        "name": file.name,
                        "media_type": file.media_type,
                        "comment": file.comment,
                    }
                    for file in self.files.values()
                ],
            }
        )

    def on_fetch(self, content: dict[str, Any]) -> None:
        """Write a file and send it."""
        key = content.get("key")
        if key not in self.files:
            raise ValueError(f"There is no file {key!r} here; there are {', '.join(self.files)}.")
        self.send({"type": "file", "key": key, "text": self.files[key].make()})

    def summary(self) -> str:
        """Return the title and what is on offer."""
        offers = [f"   – {file.label}: {file.name}" for file in self.files.values()]
        return "\n".join([self.config["title"], *offers])
