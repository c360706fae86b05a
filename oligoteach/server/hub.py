"""A learner's own server in a JupyterHub: the lessons for one user, progress in the home.

The hub starts ``oligoteach-singleuser`` for each user and says in the environment where to listen
and whom to let in. It is the course's usual server, lessons only, with three things changed: the
hub's login guards every page, the address begins with ``/user/<name>/``, and progress is kept by
this server in the user's home instead of in the browser, which others may use too.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

NOT_IN_A_HUB = """\
oligoteach-singleuser is started by a JupyterHub for one of its users (deploy/README.md says how).
On a machine of your own: oligoteach serve"""
NO_INNER_TLS = """\
oligoteach-singleuser cannot speak TLS between hub and user (JupyterHub.internal_ssl): switch that
off, and let the proxy in front of the hub speak TLS with the browsers."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="oligoteach-singleuser",
        description="Serve the lessons to one user of a JupyterHub, which starts this program.",
    )
    parser.add_argument(
        "--spare",
        type=int,
        default=0,
        metavar="N",
        help="kernels kept warm for the user's next page (default: %(default)s)",
    )
    parser.add_argument(
        "--progress",
        type=Path,
        default=Path.home() / "oligoteach" / "progress.json",
        metavar="FILE",
        help="where progress is kept (default: oligoteach/progress.json in the home)",
    )
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until the hub ends this program.

    Returns
    -------
    int
        0 after a clean stop; 2 if the server could not start, with the reason on stderr.
    """
    args, ignored = _parser().parse_known_args(argv)
    if ignored:
        print(f"Not known here, and ignored: {' '.join(ignored)}", file=sys.stderr)
    where = os.environ.get("JUPYTERHUB_SERVICE_URL")
    trouble = NO_INNER_TLS if os.environ.get("JUPYTERHUB_SSL_CERTFILE") else None
    if not where or trouble:
        print(trouble or NOT_IN_A_HUB, file=sys.stderr)
        return 2
    return _serve(where, args.spare, args.progress)


def _serve(where: str, spare: int, progress: Path) -> int:
    # Before anything imports jsonschema: see app.make_server.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

    from tornado.netutil import bind_sockets

    from oligoteach.evidence import notebooks_path
    from oligoteach.server.app import make_server
    from oligoteach.server.catalogue import Catalogue
    from oligoteach.server.hub_server import HubServer, hub_settings, keep_from_kernels
    from oligoteach.server.progress import ProgressFile

    url = urlsplit(where)
    try:
        sockets = bind_sockets(url.port or 80, url.hostname)
    except OSError as error:
        print(f"{where} cannot be opened: {error.strerror}.", file=sys.stderr)
        return 2
    catalogue = Catalogue(notebooks_path())
    server = make_server(catalogue, spare_kernels=spare, kind=HubServer, config=hub_settings())
    server.progress = ProgressFile(progress)
    server.prepare(sockets)
    keep_from_kernels(server)
    server.serve_until_stopped()
    return 0


if __name__ == "__main__":
    sys.exit(main())
