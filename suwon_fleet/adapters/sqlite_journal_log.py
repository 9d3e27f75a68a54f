# SPDX-License-Identifier: Apache-2.0
"""What SQLite's write-ahead log holds after its last whole transaction.

The layout is SQLite's (https://www.sqlite.org/fileformat2.html#walformat): a header of 32 bytes, then
frames of 24 bytes and a page. Each carries two salts. When the log is begun anew from its start the first
salt is one more than before, so that frames of the log before it can be told from those of this one.
"""

from __future__ import annotations

import struct
from pathlib import Path

_HEADER = struct.Struct(">IIIIIIII")
_FRAME = struct.Struct(">IIIIII")
_LOGS_BEFORE = 1_000_000
"""A salt that is less by up to so many is of an earlier log."""


def torn_end(log: Path, frames: int) -> bytes:
    """The bytes after the first `frames` frames, unless an earlier log left them; none if all is whole."""
    try:
        with log.open("rb") as file:
            header = file.read(_HEADER.size)
            if len(header) < _HEADER.size:
                return header
            _, _, page_bytes, _, salt, *_ = _HEADER.unpack(header)
            file.seek(_HEADER.size + max(frames, 0) * (_FRAME.size + page_bytes))
            rest = file.read()
    except FileNotFoundError:
        return b""
    if len(rest) >= _FRAME.size:
        _, _, its_salt, *_ = _FRAME.unpack_from(rest)
        if 1 <= (salt - its_salt) % 2**32 <= _LOGS_BEFORE:
            return b""
    return rest
