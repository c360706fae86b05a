"""The server: lessons as pages, from a machine's own loopback address.

>>> from oligoteach.server import serve            # doctest: +SKIP
>>> serve(argparse.Namespace(port=None))           # doctest: +SKIP
"""

from __future__ import annotations

from typing import Any

__all__ = ["serve"]


def serve(args: Any) -> int:
    """Serve the lessons until Ctrl+C, then leave no kernel behind.

    Parameters
    ----------
    args : argparse.Namespace
        Understood attributes, each optional: ``port`` (int; without it the first free port from
        8866 on, 0 for any free one), ``no_browser`` (bool), ``notebooks`` (path of a folder in
        place of the course's own lessons), ``spare`` (int; kernels kept warm for the next reader),
        ``keep_free`` (int; megabytes of memory to leave free: new readers get a page that says so),
        and for a lecture ``lecture`` (name, number or file of a lesson), ``class_size`` (int),
        ``lan`` (str; open to the network under this address, '' to find it), ``pin`` (str) and
        ``polls`` (str; URL of a database, as SQLAlchemy writes it).

    Returns
    -------
    int
        0 after a clean stop; 2 if the server could not start, with the reason on stderr.
    """
    from oligoteach.server.app import run

    return run(args)
