"""A learner's progress as one file in the home: read, checked and replaced as a whole.

Only a hub's server keeps it (:mod:`oligoteach.server.hub_server`); everywhere else progress lives
in the browser. The file is what the course map saves as a copy, so either can take the other's
place, and the checks are those of the page's own import, in the same words.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

KIND = "oligoteach-progress"
VERSION = 1
LARGEST = 1_000_000
PARTS = ("params", "answers", "predictions", "tests", "cases")

_NAME = re.compile(r"[a-z0-9_]{1,40}", re.ASCII)


class ProgressError(ValueError):
    """A text that is no progress file; the message says why, as a sentence."""


class TooLargeError(ProgressError):
    """A text longer than a progress file may be."""


def check_progress(text: bytes) -> None:
    """Raise a ProgressError unless the text is a progress file.

    Parameters
    ----------
    text : bytes
        The whole file, at most ``LARGEST`` bytes of JSON in UTF-8.
    """
    if len(text) > LARGEST:
        raise TooLargeError("It is larger than 1 MB.")
    try:
        data = json.loads(text.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise ProgressError("It is not complete JSON, as if cut off or edited.") from None
    if not isinstance(data, dict) or data.get("kind") != KIND:
        raise ProgressError("It is not a progress file of this course.")
    _check_version(data.get("version"))
    if not isinstance(data.get("lessons"), dict):
        raise ProgressError("Its list of lessons is damaged.")
    for name, lesson in data["lessons"].items():
        _check_lesson(name, lesson)
    misses = _or_empty(data.get("misses"))
    if not isinstance(misses, dict):
        raise ProgressError("Its review queue is damaged.")
    if not all(map(_is_miss, misses.values())):
        raise ProgressError("An entry in its review queue is damaged.")


def _no_number(word: str) -> NoReturn:
    """Refuse NaN and Infinity, which Python reads and JSON does not know."""
    raise ValueError(word)


def _check_version(version: Any) -> None:
    if isinstance(version, bool) or not isinstance(version, int | float) or version != version // 1:
        raise ProgressError("It does not say its version.")
    if version > VERSION:
        raise ProgressError(
            f"It comes from a newer version ({version:g}; this server reads {VERSION})."
        )
    if version < 1:
        raise ProgressError(f"Version {version:g} never existed.")


def _check_lesson(name: str, lesson: Any) -> None:
    if not _NAME.fullmatch(name):
        raise ProgressError("It names a lesson that cannot exist.")
    if not isinstance(lesson, dict):
        raise ProgressError(f"The lesson “{name}” is damaged.")
    for part in PARTS:
        entries = _or_empty(lesson.get(part))
        if not isinstance(entries, dict):
            raise ProgressError(f"The {part} of the lesson “{name}” are damaged.")
        sound = _is_sitting if part == "tests" else _is_object
        if not all(map(sound, entries.values())):
            raise ProgressError(f"An entry in the {part} of the lesson “{name}” is damaged.")


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _is_miss(value: Any) -> bool:
    """Whether this is a question to review: of which lesson, which one, and its words."""
    return _is_object(value) and all(
        isinstance(value.get(key), str) for key in ("lesson", "id", "prompt")
    )


def _is_sitting(value: Any) -> bool:
    """Whether this is a test with its first and last score."""
    return _is_object(value) and all(_is_score(value.get(key)) for key in ("first", "last"))


def _is_score(value: Any) -> bool:
    return _is_object(value) and all(
        isinstance(value.get(key), int | float) and not isinstance(value[key], bool)
        for key in ("right", "total")
    )


def _or_empty(value: Any) -> Any:
    return {} if value is None else value


@dataclass(frozen=True)
class Kept:
    """A progress file as it was read; ``tag`` names exactly this content."""

    text: bytes

    @property
    def tag(self) -> str:
        """The content's name, for a page to say on which copy its change rests."""
        return hashlib.sha256(self.text).hexdigest()[:32]


class ProgressFile:
    """The file in which a learner's progress is kept.

    Parameters
    ----------
    path : Path
        Where it lies; its folder is made when something is first written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def set_aside(self) -> Path:
        """Put a damaged file aside under a name of its own, so that nothing is lost; return it."""
        names = itertools.chain(["damaged"], (f"damaged-{n}" for n in itertools.count(2)))
        free = (self.path.with_name(f"{self.path.stem}.{n}{self.path.suffix}") for n in names)
        aside = next(path for path in free if not path.exists())
        self.path.replace(aside)
        return aside

    def read(self) -> Kept | None:
        """Return what is kept, or None if there is nothing yet.

        Raises
        ------
        ProgressError
            If the file is damaged. It is put aside then, and the next reading finds none.
        OSError
            If it cannot be read at all.
        """
        try:
            with self.path.open("rb") as file:
                text = file.read(LARGEST + 1)
        except FileNotFoundError:
            return None
        try:
            check_progress(text)
        except ProgressError as error:
            aside = self.set_aside()
            raise ProgressError(
                f"The file of your progress could not be used: {_inside(error)} It was put aside "
                f"as {aside.name}, and a new one is begun."
            ) from None
        return Kept(text)

    def write(self, text: bytes) -> Kept:
        """Put a text in the file's place, all of it or nothing, after checking it.

        Raises
        ------
        ProgressError
            If the text is no progress file; what is kept stays as it is.
        OSError
            If it cannot be written; what is kept stays as it is.
        """
        check_progress(text)
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Beside its goal, readable to its owner only, and on the disk before it takes the name.
        handle, name = tempfile.mkstemp(prefix=".progress-", dir=self.path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self.path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return Kept(text)


def _inside(error: ProgressError) -> str:
    """Return a sentence so that it can follow a colon."""
    words = str(error)
    return words[0].lower() + words[1:]
