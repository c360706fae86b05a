"""A lecture: one lesson made ready for a class, what that takes, and where the class finds it."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import re
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import psutil

from oligoteach.server.catalogue import Card, Catalogue
from oligoteach.server.system import MB, free_memory

if TYPE_CHECKING:
    from oligoteach.server.kernels import LessonKernels

DEFAULT_CLASS = 30
LARGEST_CLASS = 1000
# Of one core, to run a lesson in a kernel and to send its page; measured on one machine.
WARM_UP_S = 3.1
PAGE_S = 0.13
LOOK_EVERY_S = 0.5
SAY_EVERY = 10
# Nothing is sent there: asking for the way to it tells which of our addresses faces the network.
FAR_AWAY = ("192.0.2.1", 9)
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


@dataclass(frozen=True)
class Lecture:
    """What a lecturer asks for.

    Attributes
    ----------
    card : Card
        The lesson.
    class_size : int
        How many readers are expected.
    pin : str
        What opens the polls to the lecturer.
    polls : str
        Database of the polls, as SQLAlchemy writes it; empty for a file of this user's.
    """

    card: Card
    class_size: int
    pin: str
    polls: str = ""


@dataclass(frozen=True)
class Network:
    """How others reach the server: a host name or address, and the link's token.

    Behind a proxy that has a login of its own there is no token, but a ``public`` address.
    """

    host: str
    token: str = ""
    public: str = ""

    def link(self, port: int, base_url: str = "/", path: str = "") -> str:
        """Return the whole link to a page, with its token."""
        if self.public:
            return f"{self.public}{base_url}{path}"
        return f"http://{self.host}:{port}{base_url}{path}?token={quote(self.token, safe='')}"


def lecture_of(args: Any, catalogue: Catalogue) -> Lecture | None:
    """Return the lecture that the command line asks for, or None.

    Raises
    ------
    ValueError
        With a sentence, for a lesson that is not served or a class that cannot be.
    """
    wanted = getattr(args, "lecture", None)
    if wanted is None:
        return None
    size = getattr(args, "class_size", None)
    size = DEFAULT_CLASS if size is None else size
    if not 1 <= size <= LARGEST_CLASS:
        raise ValueError(f"A class of {size} cannot be; 1 to {LARGEST_CLASS} are allowed.")
    return Lecture(
        card=_lesson(str(wanted), catalogue),
        class_size=size,
        pin=_pin(getattr(args, "pin", None)),
        polls=getattr(args, "polls", None) or os.environ.get("OLIGOTEACH_POLLS", ""),
    )


def _lesson(wanted: str, catalogue: Catalogue) -> Card:
    """Find a lesson by its name, its number or its file."""
    for card in catalogue.cards:
        names = {card.name, card.file, card.file.removesuffix(".ipynb")}
        if card.number is not None:
            names |= {str(card.number), f"{card.number:02d}"}
        if wanted in names:
            return card
    known = ", ".join(card.name for card in catalogue.cards)
    raise ValueError(f"There is no lesson {wanted!r}; there are {known}.")


def _pin(chosen: str | None) -> str:
    """Return the PIN that was chosen, or six digits by chance."""
    if chosen is None:
        return f"{secrets.randbelow(10**6):06d}"
    if not re.fullmatch(r"[0-9]{6,12}", chosen):
        raise ValueError("A PIN has 6 to 12 digits.")
    return chosen


def network_of(args: Any) -> Network | None:
    """Return how others reach the server, or None if it is for this machine only.

    Raises
    ------
    ValueError
        With a sentence, for an address that cannot be, or if this machine has none.
    """
    wanted, public = getattr(args, "lan", None), getattr(args, "public", None)
    if public is not None:
        if wanted is not None:
            raise ValueError(
                "Either --lan, with a key in the link, or --public, without; not both."
            )
        return _behind_a_proxy(public)
    if wanted is None:
        return None
    host = str(wanted) or lan_address()
    if not host:
        raise ValueError(
            "This machine has no address on a network. Connect it, or name one: --lan ADDRESS."
        )
    if not _HOST.fullmatch(host):
        raise ValueError(f"{host!r} is no host name or IPv4 address, such as 192.168.1.20.")
    return Network(host.lower(), secrets.token_urlsafe(9))  # as names are compared


def _behind_a_proxy(public: str) -> Network:
    """Return how others reach the server by an address that a proxy passes on."""
    try:
        parts = urlsplit(public)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    plain = host and public.rstrip("/") == f"{parts.scheme}://{parts.netloc}"
    if not plain or "@" in public or parts.scheme not in ("http", "https"):
        host = ""
    if not _HOST.fullmatch(host):
        raise ValueError(f"{public!r} is no public address, such as https://course.example.org.")
    return Network(host, public=public.rstrip("/"))


def lan_address() -> str:
    """Return this machine's IPv4 address on the network that it reaches others by, or ''."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(FAR_AWAY)
            found = str(asking.getsockname()[0])
        except OSError:
            found = ""
    if found and not ipaddress.ip_address(found).is_loopback:
        return found
    others = (
        a.address
        for every in psutil.net_if_addrs().values()
        for a in every
        if a.family == socket.AF_INET
    )
    return next((a for a in others if not ipaddress.ip_address(a).is_loopback), "")


def plan(class_size: int, kernel_bytes: int, room: int, cores: int) -> list[str]:
    """Say what a class takes of this machine, and what to do where it has not got it.

    Parameters
    ----------
    class_size : int
        Readers expected.
    kernel_bytes : int
        What one page's kernel takes.
    room : int
        How many kernels there is memory for, those that are warm already included.
    cores : int
        Processor cores.
    """
    takes = class_size * kernel_bytes
    lines = [
        f"{class_size} pages at {kernel_bytes / MB:.0f} MB each take {_size(takes)}; "
        f"{_size(free_memory())} are free. Opening them takes {_cores(cores)} about "
        f"{class_size * PAGE_S / cores:.0f} s if all come at once."
    ]
    if room < class_size:
        lines.append(
            f"This machine holds about {room} of them. More readers are told that it is full, and "
            "asked to try again. What helps: close other programs; let two or three share a page; "
            "have phones vote only, which needs no page of a lesson; or serve from a larger "
            "machine or a hub (deploy/README.md)."
        )
    return lines


def _size(n_bytes: int) -> str:
    return f"{n_bytes / (1000 * MB):.1f} GB" if n_bytes >= 1000 * MB else f"{n_bytes / MB:.0f} MB"


def _cores(n: int) -> str:
    return "1 core" if n == 1 else f"{n} cores"


async def make_ready(kernels: LessonKernels, lecture: Lecture, say: Callable[[str], None]) -> None:
    """Warm the pool, saying how far it is, what it takes, and when the class may come."""
    cores = os.cpu_count() or 1
    say(
        f"Making {lecture.class_size} pages of “{lecture.card.title}” ready, which takes "
        f"{_cores(cores)} about {lecture.class_size * WARM_UP_S / cores:.0f} s; whoever comes "
        "before that is served all the same."
    )
    told, planned = 0, False
    filling = kernels.fill()
    while True:
        await asyncio.wait([filling], timeout=LOOK_EVERY_S)
        warm = kernels.warm
        # Once a page is there to be measured; where there is no room for one, that is what to say.
        if not planned and (warm or filling.done()):
            planned = True
            size = kernels.measure()
            for line in plan(lecture.class_size, size, warm + kernels.room(), cores):
                say(line)
        if filling.done():
            break
        if warm // SAY_EVERY > told:
            told = warm // SAY_EVERY
            say(f"{warm} of {lecture.class_size} pages are warm.")
    say(f"Ready: {kernels.warm} of {lecture.class_size} pages of “{lecture.card.title}” are warm.")
