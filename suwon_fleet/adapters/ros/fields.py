# SPDX-License-Identifier: Apache-2.0
"""Single fields of messages: time stamps, words, numbers and ids, checked as they come in."""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from builtin_interfaces.msg import Time

from suwon_fleet.core.engine.orders import ID
from suwon_fleet.core.errors import BadInput, Problem

SECOND = 1_000_000_000
LAST_NS = (2**31 - 1) * SECOND
"""The last second that a message's stamp can tell."""

E = TypeVar("E", bound=StrEnum)


def stamp(ns: int) -> Time:
    """Nanoseconds as a message's time; before 1970 and after 2038 there is none."""
    sec, nanosec = divmod(min(max(ns, 0), LAST_NS), SECOND)
    return Time(sec=sec, nanosec=nanosec)


def ns_of(time: Any) -> int:
    """A message's time in nanoseconds."""
    return int(time.sec) * SECOND + int(time.nanosec)


def words(*kinds: type[E]) -> dict[str, E]:
    """The members of enumerations by their words."""
    return {member.value: member for kind in kinds for member in kind}


def word(known: Mapping[str, E], value: str, where: str) -> E:
    """The member a word names. Raises BadInput."""
    member = known.get(value)
    if member is None:
        what = f"{value[:40]!r} is no word for this"
        raise BadInput([Problem("unknown-word", where, what, f"use {', '.join(known)}")])
    return member


def word_or_none(known: Mapping[str, E], value: str, where: str) -> E | None:
    """As `word`; an empty one is None."""
    return word(known, value, where) if value else None


def finite(value: float, where: str) -> float:
    """A number that is one. Raises BadInput."""
    if not math.isfinite(value):
        raise BadInput([Problem("not-finite", where, f"is {value}", "send a finite number")])
    return value


def a_number(value: float, where: str) -> float:
    """A number, which may be infinite where that means no limit. Raises BadInput."""
    if math.isnan(value):
        raise BadInput([Problem("not-a-number", where, "is NaN", "send a number")])
    return value


def robot_id(value: str, where: str) -> str:
    """The id of a robot. Raises BadInput."""
    if not ID.fullmatch(value):
        what = f"{value[:80]!r} is no id"
        mend = "use up to 64 letters, digits, '_', '.', ':' and '-', beginning with one of the first two"
        raise BadInput([Problem("bad-id", where, what, mend)])
    return value


def version(value: int, known: int, where: str) -> None:
    """Accept 0 (not said) and the version known here. Raises BadInput for another."""
    if value not in (0, known):
        what = f"version {value} is not known"
        raise BadInput([Problem("unknown-version", where, what, f"send version {known}")])
