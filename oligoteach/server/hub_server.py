"""What a learner's own server in a JupyterHub has besides the lessons: the login, and progress."""

from __future__ import annotations

import os
from typing import Any

import jupyterhub
from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.handlers import APIHandler, JupyterHandler
from jupyterhub.singleuser.extension import JupyterHubIdentityProvider
from tornado.web import HTTPError, authenticated
from traitlets.config import Config

from oligoteach.server.handlers import Page
from oligoteach.server.progress import LARGEST, ProgressError, ProgressFile, TooLargeError
from oligoteach.server.voila_server import LessonServer


class HubIdentity(JupyterHubIdentityProvider):
    """Lets in whom the hub lets in: the server's own user, and whom the hub's roles allow."""

    async def get_user(self, handler: JupyterHandler) -> Any:
        """Return the user of a request, or None; a page asks a stranger to log in at the hub."""
        if isinstance(handler, Page):
            handler.get_login_url = lambda: JupyterHandler.get_login_url(handler)  # type: ignore[method-assign]
        return await super().get_user(handler)


class Alive(JupyterHandler):
    """Says that the server answers; the hub waits for that, and has no login of its own here."""

    @allow_unauthenticated
    def get(self) -> None:
        """Answer with the hub's version that this server was made for."""
        self.finish({"version": jupyterhub.__version__})


class Progress(APIHandler):
    """The user's progress: read as a whole, and replaced as a whole.

    A page names the copy on which its change rests (``If-Match``, or ``If-None-Match: *`` if there
    was none), so that two open pages never undo each other's work unseen: the second is told with
    status 412, reads again and repeats its change.
    """

    def initialize(self, *, file: ProgressFile) -> None:
        """Take the file in which progress is kept."""
        self.file = file

    @authenticated
    def get(self) -> None:
        """Answer with the file; 204 if there is none yet, 409 if it was damaged and put aside."""
        self.set_header("Cache-Control", "no-store")
        kept = self._read()
        if kept is None:
            self.set_status(204)
            self.finish()
            return
        self.set_header("Content-Type", "application/json")
        self.set_header("Etag", f'"{kept.tag}"')
        self.finish(kept.text)

    @authenticated
    def put(self) -> None:
        """Take a new file in place of the one that the request names."""
        kept = self._read()
        if not self._rests_on(kept.tag if kept else None):
            raise HTTPError(412, "Progress has changed since this page read it.")
        try:
            written = self.file.write(self.request.body)
        except TooLargeError as error:
            raise HTTPError(413, str(error)) from None
        except ProgressError as error:
            raise HTTPError(400, str(error)) from None
        except OSError as error:
            raise HTTPError(507, f"The file cannot be written: {error.strerror}.") from None
        self.set_header("Etag", f'"{written.tag}"')
        self.set_status(204)
        self.finish()

    def _read(self) -> Any:
        try:
            return self.file.read()
        except ProgressError as error:
            raise HTTPError(409, str(error)) from None
        except OSError as error:
            raise HTTPError(503, f"The file cannot be read: {error.strerror}.") from None

    def _rests_on(self, tag: str | None) -> bool:
        known, none = (self.request.headers.get(name) for name in ("If-Match", "If-None-Match"))
        if known is None and none != "*":
            raise HTTPError(428, "The request does not say on which copy it rests.")
        return tag is None if known is None else known == f'"{tag}"'


class HubServer(LessonServer):
    """The lessons for one user of a hub."""

    progress: ProgressFile
    largest_body = 2 * LARGEST  # so that a file that is too large is refused in words

    def init_settings(self) -> dict[str, Any]:
        """Return tornado's settings: any name, for it is the proxy's; the hub's version told."""
        return {
            **super().init_settings(),
            "allow_remote_access": True,
            "headers": {"X-JupyterHub-Version": jupyterhub.__version__},
        }

    def init_handlers(self) -> list[Any]:
        """Return the routes of the lessons, of the login and of progress."""
        login = [
            (self._url(route[0]), *route[1:]) for route in self.identity_provider.get_handlers()
        ]
        return [
            *login,
            (self._url("/api"), Alive),
            (self._url("/progress"), Progress, {"file": self.progress}),
            *super().init_handlers(),
        ]

    def course(self) -> dict[str, Any]:
        """Return what pages are told besides: where progress is kept, and how to log out."""
        return {
            **super().course(),
            "progress": self._url("/progress"),
            "user": os.environ.get("JUPYTERHUB_USER", ""),
            "logout": self._url("/logout"),
        }


def hub_settings() -> Config:
    """Return the configuration by which the hub guards this server."""
    config = Config()
    config.Voila.base_url = os.environ.get("JUPYTERHUB_SERVICE_PREFIX") or "/"
    config.Voila.identity_provider_class = HubIdentity
    config.Voila.auto_token = True  # none is made: the identity provider has the hub's
    return config


def keep_from_kernels(server: HubServer) -> None:
    """Take out of the environment what speaks for the user at the hub: no kernel needs it."""
    _ = server.identity_provider.hub_auth.api_token  # read from there at its first use
    for name in ("JUPYTERHUB_API_TOKEN", "JPY_API_TOKEN"):
        os.environ.pop(name, None)
