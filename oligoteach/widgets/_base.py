"""What all widgets of the kit share: one copy of the front end, and messages that never vanish.

Every widget is an anywidget whose own script is a few lines: it asks the page for the one copy of
the kit's script, which :class:`Source` carries, and hands over to the view that is named. So a
lesson with twenty widgets sends the script once, and it works alike in JupyterLab and Voila.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import ipywidgets
import traitlets
from anywidget import AnyWidget

log = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"
TOKENS = Path(__file__).parents[1] / "share/jupyter/voila/templates/oligoteach/static/tokens.css"
# Joined in this order into one module: a page cannot resolve imports between widget scripts.
PARTS = (
    "dom.js",
    "store.js",
    "home.js",
    "citation.js",
    "controls.js",
    "prediction.js",
    "frame.js",
    "running.js",
    "upload.js",
    "explorer.js",
    "branching.js",
    "quiz.js",
    "progress.js",
    "download.js",
    "present.js",
    "page.js",
    "index.js",
)

LOADER = """
const load = async (model) => {
  const id = model.get("kit").slice("IPY_MODEL_".length);
  const source = await model.widget_manager.get_model(id);
  const shared = (globalThis.__oligoteach ??= new Map());
  const version = source.get("version");
  if (!shared.has(version)) {
    const blob = new Blob([source.get("script")], { type: "text/javascript" });
    const kit = import(URL.createObjectURL(blob));
    shared.set(version, kit.then(async (k) => (await k.install(source.get("style"), version), k)));
  }
  return shared.get(version);
};
export default {
  async render({ model, el, signal }) {
    const kit = await load(model);
    return kit.render(model.get("view"), { model, el, signal });
  },
};
"""


class Source(ipywidgets.Widget):
    """The kit's front end: one script and one stylesheet for all widgets of a kernel."""

    script = traitlets.Unicode().tag(sync=True)
    style = traitlets.Unicode().tag(sync=True)
    version = traitlets.Unicode().tag(sync=True)


@cache
def source() -> Source:
    """Return the kernel's one copy of the front end."""
    script = "\n".join((STATIC / part).read_text("utf-8") for part in PARTS)
    style = TOKENS.read_text("utf-8") + (STATIC / "kit.css").read_text("utf-8")
    version = hashlib.sha256((script + style).encode()).hexdigest()[:16]
    return Source(script=script, style=style, version=version)


def call_later(seconds: float, call: Callable[..., None], *args: Any) -> asyncio.TimerHandle | None:
    """Have a function called on the kernel's own loop; None without a loop, as in a script."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return None
    return loop.call_later(seconds, call, *args)


class KitWidget(AnyWidget):
    """A widget of the kit: a view with a fixed description that talks in messages.

    Subclasses name their ``view`` and answer a message of type ``x`` in a method ``on_x``; binary
    parts of it come as ``buffers``. An exception in such a method reaches the page as a sentence
    instead of being swallowed.
    """

    _esm = LOADER
    kit = traitlets.Instance(Source).tag(sync=True, **ipywidgets.widget_serialization)
    view = traitlets.Unicode().tag(sync=True)
    config = traitlets.Dict().tag(sync=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(kit=source(), **kwargs)
        self.on_msg(self._receive)

    def summary(self) -> str:
        """Return the whole widget in words, for a reader without a browser and for tests."""
        raise NotImplementedError(f"{type(self).__name__} must say itself in words")

    def __repr__(self) -> str:
        return self.summary()

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Show the widget, with its whole summary as plain text (ipywidgets would cut it)."""
        bundle = super()._repr_mimebundle_(**kwargs)
        bundle[0]["text/plain"] = self.summary()
        return bundle

    def _receive(self, _widget: Any, content: dict[str, Any], buffers: list[bytes]) -> None:
        handler = getattr(self, f"on_{content.get('type')}", None)
        if handler is None:
            log.warning("%s: no answer to %r", type(self).__name__, content.get("type"))
            return
        try:
            handler({**content, "buffers": buffers} if buffers else content)
        except Exception as error:  # the page must hear of whatever went wrong
            log.exception("%s failed to answer %r", type(self).__name__, content.get("type"))
            self.send({"type": "failed", "text": sentence(error)})


def sentence(error: Exception) -> str:
    """Return what the page is told of an error: its own words only where they were meant for it."""
    if isinstance(error, ValueError):
        return str(error)
    return "This part could not be computed. Restore the defaults and try again."
