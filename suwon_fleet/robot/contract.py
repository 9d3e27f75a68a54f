# SPDX-License-Identifier: Apache-2.0
"""The robot's half of the wire contract, version 1: keys, and envelopes as msgpack lists."""

from __future__ import annotations

import re
from typing import Any

import msgpack

SCHEMA = 1
MOST_BYTES = 64 * 1024
ROOT = "suwon/v1"
MOST_ID, MOST_TEXT, MOST_FACTS = 64, 1000, 100
"""Letters of a name, letters of a text, and facts of an event."""
_CHUNK = re.compile(r"[a-z0-9_-]{1,64}")


class Unreadable(Exception):
    """What was heard cannot be used: `refusal` says why in a word, `of_sequence` is its number."""

    def __init__(self, refusal: str, of_sequence: int = 0, detail: str = "") -> None:
        super().__init__(refusal, detail)
        self.refusal, self.of_sequence, self.detail = refusal, of_sequence, detail


def prefix(site: str, zone: str, robot_id: str) -> str:
    """What all keys of a robot begin with. Raises ValueError."""
    for name, value in (("site", site), ("zone", zone), ("robot_id", robot_id)):
        if not _CHUNK.fullmatch(value):
            raise ValueError(f"{name} {value!r}: use 1 to 64 of a-z, 0-9, '_' and '-'")
    if robot_id[0] in "_-":
        raise ValueError(f"robot_id {robot_id!r}: begin with a letter or digit")
    return f"{ROOT}/{site}/{zone}/{robot_id}"


def check_text(name: str, value: Any, most: int) -> None:
    """Raise ValueError for what the fleet would not read."""
    if not isinstance(value, str) or len(value) > most:
        raise ValueError(f"{name} {value!r:.80}: give a text of at most {most} letters")
    value.encode()


def pack(kind: str, sequence: int, stamp_ns: int, body: list[Any]) -> bytes:
    """A message as it goes out."""
    packed: bytes = msgpack.packb([SCHEMA, kind, sequence, stamp_ns, body])
    return packed


def unpack(payload: bytes) -> tuple[str, int, list[Any]]:
    """Kind, sequence and body of a message that came in. Raises Unreadable."""
    if len(payload) > MOST_BYTES:
        raise Unreadable("unreadable", detail=f"longer than {MOST_BYTES} bytes")
    try:
        message = msgpack.unpackb(payload)
    except (ValueError, TypeError, msgpack.UnpackException) as error:
        raise Unreadable("unreadable", detail=str(error)[:200]) from error
    match message:
        case [int(schema), str(_), int(sequence), int(_), *_] if schema > SCHEMA:
            detail = f"schema {schema} is newer than {SCHEMA}"
            raise Unreadable("newer-schema", sequence, detail)
        case [1, str(kind), int(sequence), int(_), list(body), *_]:
            return kind, sequence, body
        case [_, _, int(sequence), *_]:
            raise Unreadable("unreadable", sequence, "no envelope")
    raise Unreadable("unreadable", detail="no envelope")
