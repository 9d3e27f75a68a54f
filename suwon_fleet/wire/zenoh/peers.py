# SPDX-License-Identifier: Apache-2.0
"""What owners of groups say to each other, as bytes and back.

Body: the fields of a class of :mod:`suwon_fleet.core.federation.messages` in their order; what those hold
(a robot, a job) are maps by the names of their fields. Each owner writes under its own key only, one key
for each other owner.
"""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any, get_args, get_type_hints

import msgspec

from suwon_fleet.core.engine.messages import PeerSaid
from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.core.federation.messages import Message as Said
from suwon_fleet.wire.zenoh.envelope import SCHEMA, Head, Message, NewerSchema
from suwon_fleet.wire.zenoh.keys import FLEET, ROOT, owner_of, parse

MOST_BYTES = 4 * 1024 * 1024
"""Of one message; a patrol of a thousand stops fits."""
_TO = "to-"
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")


def key_to(site: str, group: str, peer: str) -> str:
    """The key under which a group tells another. Raises BadInput for names that cannot be part of it."""
    owner_of(site, peer)
    return f"{owner_of(site, group)}/{_TO}{peer}"


def keys_to(site: str, group: str) -> str:
    """The key expression of all that others tell a group. Raises BadInput."""
    owner_of(site, group)
    return f"{ROOT}/{site}/*/{FLEET}/{_TO}{group}"


def encode(said: Said, seq: int, stamp_ns: int) -> bytes:
    """The bytes of a message."""
    body = [getattr(said, field.name) for field in fields(said)]
    return _encode([SCHEMA, _kind(type(said)), seq, stamp_ns, body])


def decode(payload: bytes, key: str) -> PeerSaid:
    """What an owner has said by a key. Raises BadInput, and NewerSchema when the other is ahead of us."""
    address, _ = parse(key)
    if address.robot != FLEET:
        raise _unreadable(key, "no owner of a group has this key")
    if len(payload) > MOST_BYTES:
        raise _unreadable(key, f"{len(payload)} bytes are more than {MOST_BYTES}")
    try:
        head = _decode_head(payload)
        if head.schema > SCHEMA:
            raise NewerSchema(key, head)
        if head.kind not in _READERS:
            raise _unreadable(key, f"is of no known kind, {head.kind!r}")
        said, read = _READERS[head.kind]
        body = read(payload).body
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable(key, str(error)) from error
    return PeerSaid(address.zone, said(*(getattr(body, field.name) for field in fields(said))))


def _unreadable(where: str, what: str) -> BadInput:
    mend = "run the same version on all owners, with certificates of their own"
    return BadInput([Problem("message-unreadable", where, what, mend)])


def _kind(said: type) -> str:
    """The name of a kind of message, such as `hand-over`."""
    return _WORD.sub("-", said.__name__).lower()


def _reader(said: Any) -> tuple[Any, Any]:
    hints = get_type_hints(said)
    parts = [(field.name, hints[field.name]) for field in fields(said)]
    body = msgspec.defstruct(said.__name__, parts, array_like=True, frozen=True)
    return said, msgspec.msgpack.Decoder(Message[body]).decode  # type: ignore[valid-type]


_encode = msgspec.msgpack.Encoder().encode
_decode_head = msgspec.msgpack.Decoder(Head).decode
_READERS = {_kind(said): _reader(said) for said in get_args(Said)}
