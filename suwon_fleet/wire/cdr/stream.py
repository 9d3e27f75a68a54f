# SPDX-License-Identifier: Apache-2.0
"""Plain CDR (OMG XCDR version 1): numbers aligned to their size, texts, and the header before them.

Reading is total: whatever the bytes, it gives values or raises BadInput, and never takes more memory than
the bytes have.
"""

from __future__ import annotations

from functools import cache
from struct import Struct
from typing import Any

from suwon_fleet.core.errors import BadInput, Problem

HEADER = b"\x00\x01\x00\x00"
"""Little-endian CDR, no options: what we write. What we read may be big-endian, too."""
_ORDERS = {b"\x00\x00": ">", b"\x00\x01": "<"}


@cache
def _struct(order: str, layout: str) -> Struct:
    return Struct(order + layout)


class Reader:
    """Takes values one after the other out of a payload; `what` it is of, for errors."""

    def __init__(self, payload: bytes, what: str) -> None:
        """Raises BadInput for a payload that is not plain CDR."""
        order = _ORDERS.get(payload[:2]) if len(payload) >= len(HEADER) else None
        if order is None:
            raise _unreadable(what, 0, f"begins with {payload[:4].hex() or 'nothing'}")
        self._payload, self._order, self._what = payload, order, what
        self._at = len(HEADER)

    def take(self, layout: str, align: int) -> tuple[Any, ...]:
        """Numbers side by side, by their letters of :mod:`struct`, the first aligned to `align`.

        Raises BadInput where the payload ends too soon, as all that take do.
        """
        packed = _struct(self._order, layout)
        at = self._aligned(align)
        if at + packed.size > len(self._payload):
            raise _unreadable(self._what, at, "ends too soon")
        self._at = at + packed.size
        return packed.unpack_from(self._payload, at)

    def text(self) -> str:
        """A string: its length with the null at its end, its UTF-8, the null. Raises BadInput."""
        (size,) = self.take("I", 4)
        start, end = self._at, self._at + size
        if size == 0:  # not by the book, but some write an empty one so
            return ""
        if end > len(self._payload) or self._payload[end - 1] != 0:
            raise _unreadable(self._what, start, f"is no text of {size} bytes")
        self._at = end
        try:
            return self._payload[start : end - 1].decode()
        except UnicodeDecodeError:
            raise _unreadable(self._what, start, "is not UTF-8") from None

    def count(self, least_size: int) -> int:
        """How many elements a sequence has, each of at least so many bytes.

        Raises BadInput where there is no room for so many.
        """
        (count,) = self.take("I", 4)
        if count * least_size > len(self._payload) - self._at:
            raise _unreadable(self._what, self._at, f"has not the room for {count} elements")
        return int(count)

    def has(self, size: int, align: int) -> bool:
        """Whether so many more bytes are there, for fields that newer versions have added at the end."""
        return self._aligned(align) + size <= len(self._payload)

    def _aligned(self, align: int) -> int:
        return self._at + (len(HEADER) - self._at) % align


class Writer:
    """Puts values one after the other."""

    def __init__(self) -> None:
        self._out = bytearray(HEADER)

    def put(self, layout: str, align: int, *values: float) -> None:
        """Numbers side by side; see :meth:`Reader.take`."""
        self._out += bytes((len(HEADER) - len(self._out)) % align)
        self._out += _struct("<", layout).pack(*values)

    def raw(self, octets: bytes) -> None:
        """An array of octets, which has no length of its own."""
        self._out += octets

    def text(self, value: str) -> None:
        """A string, as Reader.text takes it."""
        octets = value.encode()
        self.put("I", 4, len(octets) + 1)
        self._out += octets + b"\x00"

    def payload(self) -> bytes:
        """All that was put, with its header."""
        return bytes(self._out)


def _unreadable(what: str, at: int, why: str) -> BadInput:
    mend = "send CDR as ROS 2 does, with its 4-byte header and no request id"
    return BadInput([Problem("cdr-unreadable", f"{what}, byte {at}", why, mend)])
