# SPDX-License-Identifier: Apache-2.0
"""Records of a journal, each bound to the one before by a hash, so that a change to any of them shows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

HASH_BYTES = 16


class Record(NamedTuple):
    """An event as it is kept. `before` is the hash of the record before, `hash` that of all of this one."""

    number: int
    name: str
    body: bytes
    before: bytes
    hash: bytes

    @property
    def is_whole(self) -> bool:
        """Whether it is as it was written."""
        return self.hash == _hash(self.number, self.name, self.body, self.before)


class Head(NamedTuple):
    """Where a chain ends: number and hash of its last record."""

    number: int = 0
    hash: bytes = bytes(HASH_BYTES)

    def is_followed_by(self, record: Record) -> bool:
        """Whether a record is the next one, and whole."""
        return record.number == self.number + 1 and record.before == self.hash and record.is_whole


def head_of(record: Record) -> Head:
    """The end of a chain whose last record this is."""
    return Head(record.number, record.hash)


def link(head: Head, encoded: Iterable[tuple[str, bytes]]) -> Iterator[Record]:
    """Records after `head` of names and bodies, as `wire.journal.encode` gives them."""
    number, before = head
    for name, body in encoded:
        number += 1
        hash = _hash(number, name, body, before)
        yield Record(number, name, body, before, hash)
        before = hash


def raw(record: Record) -> dict[str, object]:
    """A record for JSON, byte by byte, whatever is wrong with it."""
    return {
        "number": record.number,
        "name": record.name,
        "body": record.body.hex(),
        "before": record.before.hex(),
        "hash": record.hash.hex(),
    }


def _hash(number: int, name: str, body: bytes, before: bytes) -> bytes:
    text = b"".join((before, number.to_bytes(8, "big"), name.encode(), b"\0", body))
    return hashlib.blake2b(text, digest_size=HASH_BYTES).digest()
