"""Files from the learner's own machine: in pieces, within limits, held in memory and nowhere else.

A subclass says what it takes and does with it::

    class Words(UploadExplorer):
        upload = Upload("Text files", accept=".txt", max_files=2, max_mb=1)

        def take_files(self, files):           # bytes in, a sentence out
            self.words = sum(len(file.split()) for file in files)
            return f"{self.words} words are shown."

        def drop_files(self):                  # back to how the page opened
            self.words = 0

A file travels in pieces, each one answered before the next leaves, so that other messages pass
between them. Names of files stay in the browser. What ``take_files`` refuses with a ValueError is
told to the learner in its own words, and what was shown before stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from oligoteach.widgets._base import log, sentence
from oligoteach.widgets.explorer import Explorer

MEGABYTE = 1_000_000
PIECE = 400_000  # bytes of a piece


@dataclass(frozen=True)
class Upload:
    """What may be chosen.

    Parameters
    ----------
    label, hint : str
        What the learner reads.
    accept : str
        Endings that the browser offers first, such as ``".dcm"``; others can still be chosen.
    max_files : int
        Most files at once.
    max_mb : float
        Largest size of each, in millions of bytes.
    """

    label: str
    hint: str = ""
    accept: str = ""
    max_files: int = 1
    max_mb: float = 10

    def spec(self) -> dict[str, Any]:
        """Return the description that the page draws."""
        return {**asdict(self), "piece": PIECE}

    def refusal(self, sizes: Sequence[int]) -> str:
        """Return why files of these sizes in bytes are not taken, or an empty text."""
        if not 1 <= len(sizes) <= self.max_files:
            most = f"{self.max_files} file{'' if self.max_files == 1 else 's'}"
            return f"{len(sizes)} files were chosen; at most {most} can be taken at once."
        for number, size in enumerate(sizes, 1):
            which = "The file" if len(sizes) == 1 else f"File {number}"
            if size <= 0:
                return f"{which} is empty."
            if size > self.max_mb * MEGABYTE:
                return f"{which} has {size / MEGABYTE:.0f} MB; {self.max_mb:g} MB is the most."
        return ""


class Arriving:
    """Files on their way."""

    def __init__(self, serial: int, sizes: Sequence[int]) -> None:
        self.serial = serial
        self.sizes = tuple(sizes)
        self.files = [bytearray() for _ in sizes]

    def add(self, index: int, piece: bytes) -> None:
        """Append a piece; one that does not fit what was offered is refused."""
        if not 0 <= index < len(self.files) or len(piece) > PIECE:
            raise ValueError("The files did not arrive as they were offered. Choose them again.")
        self.files[index] += piece
        if len(self.files[index]) > self.sizes[index]:
            raise ValueError("A file changed while it was read. Choose the files again.")

    @property
    def whole(self) -> bool:
        """Whether all of it is there."""
        return all(len(f) == size for f, size in zip(self.files, self.sizes, strict=True))


class UploadExplorer(Explorer):
    """Base class of explorers that show what a learner brings along.

    Attributes to set in a subclass, beside those of an explorer
    -------------------------------------------------------------
    upload : Upload
        What may be chosen.
    """

    upload: ClassVar[Upload]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._arriving: Arriving | None = None
        super().__init__(*args, **kwargs)

    def take_files(self, files: Sequence[bytes]) -> str:
        """Read the files; return a sentence, or raise ValueError with one."""
        raise NotImplementedError

    def drop_files(self) -> None:
        """Forget what was read."""
        raise NotImplementedError

    def bring_files(self, files: Sequence[bytes]) -> str:
        """Take files that are already here, under the same limits as the page's.

        Raises
        ------
        ValueError
            With a sentence; then what was shown before stays.
        """
        refusal = self.upload.refusal([len(file) for file in files])
        if refusal:
            raise ValueError(refusal)
        said = self.take_files(files)
        self._result = None
        return said

    # What the page says ---------------------------------------------------------------------

    def on_offer(self, content: Mapping[str, Any]) -> None:
        """Say whether files of these sizes may come."""
        serial, sizes = content.get("serial"), content.get("sizes")
        if not isinstance(sizes, list) or not all(isinstance(s, int) for s in sizes):
            sizes = []
        refusal = self.upload.refusal(sizes)
        if refusal:
            self._refuse(serial, refusal)
        else:
            self._arriving = Arriving(serial if isinstance(serial, int) else 0, sizes)
            self._go_on()

    def on_piece(self, content: Mapping[str, Any]) -> None:
        """Keep a piece, and read the files when they are whole."""
        arriving = self._arriving
        if arriving is None or content.get("serial") != arriving.serial:
            return  # of files that were given up for others
        pieces = content.get("buffers") or [b""]
        try:
            arriving.add(content.get("index", -1), bytes(pieces[0]))
            if not arriving.whole:
                self._go_on()
                return
            self._arriving = None
            said = self.bring_files([bytes(file) for file in arriving.files])
        except ValueError as error:
            self._arriving = None
            self._refuse(arriving.serial, sentence(error))
        except Exception as error:
            self._arriving = None
            # Not the error itself: it may quote from the file.
            log.error("%s could not read a file: %s", type(self).__name__, type(error).__name__)
            self._refuse(arriving.serial, "The files could not be read.")
        else:
            self.send({"type": "taken", "serial": arriving.serial, "text": said})
            self.send({"type": "stale"})

    def on_forget(self, _content: Mapping[str, Any]) -> None:
        """Forget the files."""
        self._arriving = None
        self.drop_files()
        self._result = None
        self.send({"type": "taken", "serial": None, "text": "The files are forgotten."})
        self.send({"type": "stale"})

    def _go_on(self) -> None:
        arriving = self._arriving
        if arriving is not None:
            got = sum(map(len, arriving.files))
            self.send({"type": "go", "serial": arriving.serial, "got": got})

    def _refuse(self, serial: Any, text: str) -> None:
        self.send({"type": "refused", "serial": serial, "text": text})

    def _config(self, lesson: str) -> dict[str, Any]:
        return {**super()._config(lesson), "upload": self.upload.spec()}
