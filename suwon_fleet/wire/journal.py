# SPDX-License-Identifier: Apache-2.0
"""Events as bytes and back: the name of the event and its fields in msgpack."""

from __future__ import annotations

from typing import get_args

import msgspec

from suwon_fleet.core.engine.events import Event
from suwon_fleet.core.errors import BadInput, Problem

SCHEMA = 2
"""Version of how journals keep events, which each says of itself; in the first, records had no hashes."""

_DECODERS = {kind.__name__: msgspec.msgpack.Decoder(kind) for kind in get_args(Event)}
_encode = msgspec.msgpack.Encoder().encode


def encode(event: Event) -> tuple[str, bytes]:
    """Name and body of an event."""
    return type(event).__name__, _encode(event)


def decode(name: str, body: bytes, where: str) -> Event:
    """The event that `encode` gave `name` and `body` for. Raises BadInput, naming `where` it stood."""
    decoder = _DECODERS.get(name)
    if decoder is None:
        raise _unreadable(where, f"there is no event {name!r}")
    try:
        event: Event = decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable(where, f"{name!r} cannot be read: {error}") from error
    return event


def _unreadable(where: str, what: str) -> BadInput:
    mend = "the journal was damaged, or written by another version: put back a copy, or run that version"
    return BadInput([Problem("journal-record-unreadable", where, what, mend)])
