# SPDX-License-Identifier: Apache-2.0
"""The envelope around everything said: the msgpack list ``[schema, kind, seq, stamp_ns, body]``.

Fields after those a reader knows are ignored, so a body may grow at its end; what breaks a reader needs a
new schema, and that is refused.
"""

from __future__ import annotations

from typing import Annotated, Generic, Literal, TypeVar

import msgspec
from msgspec import Meta

from suwon_fleet.core.errors import BadInput, Problem

SCHEMA: Literal[1] = 1
MOST_BYTES = 64 * 1024
"""Of one message; a grant of five hundred waypoints fits."""

Count = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Id = Annotated[str, Meta(max_length=64)]
Words = Annotated[str, Meta(max_length=1000)]

B = TypeVar("B", bound=msgspec.Struct)


class Head(msgspec.Struct, array_like=True, frozen=True):
    """What the envelope of every version begins with."""

    schema: Count
    kind: Id
    seq: Count
    stamp_ns: Count


class Message(msgspec.Struct, Generic[B], array_like=True, frozen=True, gc=False):
    """A whole message of this version."""

    schema: Literal[1]
    kind: Id
    seq: Count
    stamp_ns: Count
    body: B


class NewerSchema(BadInput):
    """Written by a newer version than this one: its writer should be told."""

    def __init__(self, where: str, head: Head) -> None:
        self.head = head
        what = f"schema {head.schema} is newer than {SCHEMA}, the newest known here"
        mend = f"send schema {SCHEMA}, or update this side"
        super().__init__([Problem("newer-schema", where, what, mend)])


class Codec(Generic[B]):
    """One kind of message as bytes and back."""

    def __init__(self, kind: str, body: type[B]) -> None:
        self.kind = kind
        self._decode = msgspec.msgpack.Decoder(Message[body]).decode  # type: ignore[valid-type]

    def encode(self, seq: int, stamp_ns: int, body: B) -> bytes:
        """The bytes of a message."""
        return _encode(Message(SCHEMA, self.kind, seq, stamp_ns, body))

    def decode(self, payload: bytes, where: str) -> Message[B]:
        """The message that bytes are; `where` they came from is for the error.

        Raises BadInput, and NewerSchema when the writer is ahead of us.
        """
        try:
            if len(payload) <= MOST_BYTES:
                message: Message[B] = self._decode(payload)
                if message.kind == self.kind:
                    return message
        except _UNREADABLE as error:
            raise _refusal(payload, where, str(error)) from error
        raise _refusal(payload, where, f"is no message of kind {self.kind!r}")


def head_of(payload: bytes, where: str) -> Head:
    """Version, kind and number of a message, which may be of a newer version. Raises BadInput."""
    if len(payload) > MOST_BYTES:
        raise _unreadable(where, f"{len(payload)} bytes are more than {MOST_BYTES}")
    try:
        return _decode_head(payload)
    except _UNREADABLE as error:
        raise _unreadable(where, str(error)) from error


def _refusal(payload: bytes, where: str, what: str) -> BadInput:
    """Why bytes that are no message of this version and kind cannot be used."""
    try:
        head = head_of(payload, where)
    except BadInput as error:
        return error
    return NewerSchema(where, head) if head.schema > SCHEMA else _unreadable(where, what)


def _unreadable(where: str, what: str) -> BadInput:
    mend = "send what docs/zenoh.md tells for this key"
    return BadInput([Problem("message-unreadable", where, what, mend)])


_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_encode = msgspec.msgpack.Encoder().encode
_decode_head = msgspec.msgpack.Decoder(Head).decode
