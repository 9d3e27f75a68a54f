# SPDX-License-Identifier: Apache-2.0
"""Reads what a robot says over Zenoh as strictly as the contract tells it, and judges its form."""

from __future__ import annotations

from typing import Any

import msgpack

from suwon_fleet.conform.book import Book
from suwon_fleet.core.errors import BadInput
from suwon_fleet.core.robots.report import Factsheet, RobotReport
from suwon_fleet.wire.zenoh.access import SAID
from suwon_fleet.wire.zenoh.envelope import MOST_BYTES, SCHEMA
from suwon_fleet.wire.zenoh.happenings import (
    Alarm,
    CommandAnswer,
    RobotEvent,
    decode_alarm,
    decode_answer,
    decode_event,
)
from suwon_fleet.wire.zenoh.keys import Address, Channel, parse
from suwon_fleet.wire.zenoh.reports import decode_factsheet, decode_state

Said = Factsheet | RobotReport | CommandAnswer | RobotEvent | Alarm
_READ: dict[Channel, Any] = {
    Channel.FACTSHEET: decode_factsheet,
    Channel.STATE: decode_state,
    Channel.ANSWER: decode_answer,
    Channel.ALARM: decode_alarm,
    Channel.EVENTS: decode_event,
}
_KINDS = {Channel.EVENTS: "event"}
"""Where the kind is not the name of the channel."""


class Hearing:
    """Belongs to one robot. `home` is known once it has been heard on a key that can be."""

    def __init__(self, robot_id: str, book: Book, home: Address | None) -> None:
        self.home = home
        self.has_sheet = self.has_state = False
        self._robot_id, self._book = robot_id, book
        self._last: dict[tuple[str, Channel], int] = {}

    def at(self, key: str) -> tuple[Address, str] | None:
        """Whose key it is and which channel; None for one that the robot has no right to."""
        try:
            address, channel = parse(key)
        except BadInput as error:
            self._book.judge("key-form", False, error.problems[0].what)
            return None
        self.home = self.home or address
        is_own = address == self.home
        self._book.judge(
            "key-form", is_own, str(self.home) if is_own else f"{key}, not {self.home}"
        )
        return (address, channel) if is_own else None

    def read(self, key: str, payload: bytes, *, was_asked: bool = False) -> Said | None:
        """What was said by a key, or answered to a question there; None when it cannot be used."""
        place = self.at(key)
        if place is None:
            return None
        if place[1] not in SAID:
            self._book.judge("key-form", False, f"somebody else than this program spoke on {key}")
            return None
        channel = Channel(place[1])
        if not self._has_envelope(channel, payload):
            return None
        try:
            said: Said = _READ[channel](payload, key)
        except BadInput as error:
            self._book.judge("body", False, f"{channel}: {error.problems[0].what}")
            return None
        self._book.judge("body", True)
        is_own = said.robot_id == self._robot_id
        self._book.judge("robot-id", is_own, f"{said.robot_id!r}")
        self._order(channel, said, was_asked=was_asked)
        return said if is_own else None

    def _has_envelope(self, channel: Channel, payload: bytes) -> bool:
        """Judged apart from the body, which another library reads."""
        try:
            message = msgpack.unpackb(payload)
        except (ValueError, TypeError, msgpack.UnpackException) as error:
            return self._book.judge("envelope", False, f"{channel}: no msgpack: {error}")
        is_good = len(payload) <= MOST_BYTES
        match message:
            case [int(schema), str(kind), int(seq), int(stamp_ns), list(_), *_]:
                is_good &= schema == SCHEMA and kind == _KINDS.get(channel, channel.value)
                is_good &= seq >= 0 and stamp_ns >= 0
                seen = f"{channel}: schema {schema}, kind {kind!r}, {len(payload)} bytes"
            case _:
                is_good, seen = False, f"{channel}: {message!r:.80}"
        return self._book.judge("envelope", is_good, "" if is_good else seen)

    def _order(self, channel: Channel, said: Said, *, was_asked: bool) -> None:
        """The factsheet first, and numbers that grow; states' are the watch's, events' are their own.

        No factsheet before the first state says nothing: before it knows of us what a robot puts is lost.
        """
        if channel is Channel.FACTSHEET:
            if self.has_state and not self.has_sheet and not was_asked:
                self._book.judge("factsheet-first", False, "it was put after a state")
            self.has_sheet = True
        elif channel is Channel.STATE:
            if not self.has_state and self.has_sheet:
                self._book.judge("factsheet-first", True, "it came first")
            self.has_state = True
        elif isinstance(said, CommandAnswer | Alarm):
            before = self._last.get((said.session, channel), 0)
            seen = f"{channel} {said.sequence} after {before}"
            self._book.judge("seq", said.sequence > before, seen)
            self._last[said.session, channel] = said.sequence
