# SPDX-License-Identifier: Apache-2.0
"""What is said to try a link: a question to the owner of a zone, its answer, and a robot's tries.

They have keys of their own, so that trying a link moves no robot and changes nothing the fleet knows.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from suwon_fleet.wire.zenoh.envelope import Codec, Count
from suwon_fleet.wire.zenoh.keys import FLEET, Address, all_robots

DOCTOR = "doctor"
"""The channel: of an owner a queryable, of a robot what it puts for a try."""

Mark = Annotated[bytes, Meta(max_length=16)]
"""Tells the tries of one examination from those of others."""


class QuestionBody(msgspec.Struct, array_like=True, frozen=True):
    """On the wire: what has come of the tries with this mark."""

    mark: Mark


class AnswerBody(msgspec.Struct, array_like=True, frozen=True):
    """On the wire; the envelope's stamp is when it was made, by the owner's clock."""

    lease_ms: Count
    arrived: Count


QUESTION = Codec("examine", QuestionBody)
ANSWER = Codec("examined", AnswerBody)
_MARK_BYTES = 16


def of_owner(site: str, zone: str) -> str:
    """Where the owner of a zone answers; zone may be ``*``. Raises BadInput."""
    return f"{all_robots(site, zone, DOCTOR).removesuffix(f'*/{DOCTOR}')}{FLEET}/{DOCTOR}"


def of_robot(address: Address) -> str:
    """What a robot puts on for a try."""
    return f"{address}/{DOCTOR}"


def encode_try(mark: bytes, size: int) -> bytes:
    """A try of about `size` bytes."""
    return mark.ljust(max(size, _MARK_BYTES), b"\0")


def mark_of(payload: bytes) -> bytes:
    """The mark that a try was made with, whatever bytes those are."""
    return payload[:_MARK_BYTES]
