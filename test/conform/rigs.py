# SPDX-License-Identifier: Apache-2.0
"""Rigs in threads of this process: one that keeps the contract, and ways to break it one by one."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from threading import Event, Thread
from typing import Any
from unittest import mock

import msgpack

from suwon_fleet.robot import Action, Connection, Robot, Waypoint, link, robot, run
from suwon_fleet.robot.member import Member

HOME = ("lab", "hall")
ROBOT_ID = "rig-1"
ACTION_S = 1.5
"""Longer than a busy machine needs to tell it of the next."""
SOME_STATE = 30
"""A state by its number, heard in every examination."""


class Rig(Robot):
    """Pretended wheels and a lid; it tells an event at every waypoint and action."""

    def __init__(self) -> None:
        super().__init__()
        self.body.compartment, self.body.battery = "closed", 0.8
        self.doing: Action | None = None
        self.left_s = 0.0

    def drive(self, to: Waypoint, period_s: float) -> bool:
        body = self.body
        left_m = math.dist((body.x_m, body.y_m), (to.x_m, to.y_m))
        share = min(1.0, to.speed_limit_mps * period_s / left_m) if left_m else 1.0
        body.x_m += share * (to.x_m - body.x_m)
        body.y_m += share * (to.y_m - body.y_m)
        body.speed_mps = 0.0 if share == 1.0 else to.speed_limit_mps
        if share == 1.0:
            self.tell("reached", x=f"{to.x_m:.2f}")
        return share == 1.0

    def act(self, action: Action, period_s: float) -> bool | None:
        if action is not self.doing:
            self.doing, self.left_s = action, ACTION_S
            self.tell("began", action=action.kind)
        self.left_s -= period_s
        is_over = self.left_s <= 0.0 or action.is_cancelled
        self.body.compartment = "closed" if is_over else "open"
        return True if is_over else None

    def halt(self) -> None:
        self.body.speed_mps = 0.0


@dataclass(frozen=True, slots=True)
class Fault:
    """What a rig does wrong: methods of the library's that do something else, and other settings."""

    member: dict[str, Any] = field(default_factory=dict)
    rig: dict[str, Any] = field(default_factory=dict)
    link: dict[str, Any] = field(default_factory=dict)
    run: dict[str, Any] = field(default_factory=dict)
    connection: dict[str, Any] = field(default_factory=dict)


Change = Callable[[Any], Any]


def _said(method: str, index: int, change: Change, *, in_body: bool = True) -> Fault:
    """One field of its messages is changed before they leave."""

    def said(self: Member, *args: Any) -> bytes:
        message = msgpack.unpackb(getattr(Member, method)(self, *args))
        part = message[4] if in_body else message
        part[index] = change(part[index])
        packed: bytes = msgpack.packb(message)
        return packed

    return Fault(member={method: said})


def _answer(forget: Callable[[Any, str, int, list[Any]], Any]) -> Fault:
    """It does not look at something before it obeys."""

    def answer(self: Any, channel: str, kind: str, number: int, body: list[Any], now: int) -> Any:
        forget(self, channel, number, body)
        return Member._answer(self, channel, kind, number, body, now)

    return Fault(member={"_answer": answer})


def _forget_answers(me: Any, channel: str, number: int, body: list[Any]) -> None:
    if me._given.pop(body[0], None):
        me._last[channel] = number - 1


def _late(me: Any, channel: str, number: int, body: list[Any]) -> None:
    body[3] = max(body[3], time.time_ns() + 10**9)


def _of_others(me: Any, channel: str, number: int, body: list[Any]) -> None:
    if channel == "command":
        body[1] = me.session


def _older(me: Any, channel: str, number: int, body: list[Any]) -> None:
    if body[0] not in me._given and body[2] == me._epoch:
        me._last[channel] = min(me._last[channel], number - 1)


def _old_owners(me: Any, channel: str, number: int, body: list[Any]) -> None:
    body[2] = max(body[2], me._epoch)


def _own_stops_only(
    self: Any, channel: str, kind: str, number: int, body: list[Any], now: int
) -> Any:
    if body[1] != self.session:
        return "other-session", ""
    return Member._answer(self, channel, kind, number, body, now)


def _release_all(self: Any, channel: str, kind: str, rest: list[Any]) -> Any:
    rest = [self._stop_wanted] if kind == "release_stop" else rest
    return Member._obey(self, channel, kind, rest)


def _resume_ends_stops(self: Any, channel: str, kind: str, rest: list[Any]) -> Any:
    if kind == "resume":
        self._stop_wanted = self.stop_kind = ""
    return Member._obey(self, channel, kind, rest)


def _takes_more_at_once(self: Any, action_id: str, kind: str, params: Any) -> Any:
    if self.runs_action:
        return "", ""
    return Member._begin(self, action_id, kind, params)


def _does_again(self: Any, action_id: str, kind: str, params: Any) -> Any:
    self._known_actions.clear()
    return Member._begin(self, action_id, kind, params)


def _over_gaps(self: Any, body: list[Any]) -> None:
    body[2] = min(body[2], self.granted_index + 1)
    Member._take_ground(self, body)


def _whole_or_nothing(self: Any, body: list[Any]) -> None:
    if body[2] == self.granted_index + 1:
        Member._take_ground(self, body)


def _foreign_ground(self: Any, body: list[Any]) -> None:
    body[0] = self.session
    Member._take_ground(self, body)


def _wrong_number(self: Any, channel: str, payload: bytes, now_ns: int) -> bytes | None:
    answer = Member.hear(self, channel, payload, now_ns)
    if answer is None:
        return None
    message = msgpack.unpackb(answer)
    message[4][3] += message[4][4] == ""
    packed: bytes = msgpack.packb(message)
    return packed


def _dies_of_junk(self: Any, channel: str, payload: bytes, now_ns: int) -> bytes | None:
    if payload[:1] == b"\xc1":
        raise KeyboardInterrupt
    return Member.hear(self, channel, payload, now_ns)


def _slides(self: Rig) -> None:
    self.body.speed_mps = 0.0
    self.body.y_m += 0.04


def _one_ahead(self: Member, *args: Any) -> bytes:
    message = msgpack.unpackb(Member.state(self, *args))
    message[4][7] = min(message[4][7] + 1, message[4][8])
    packed: bytes = msgpack.packb(message)
    return packed


def _speeds(self: Rig, to: Waypoint, period_s: float) -> bool:
    return Rig.drive(self, replace(to, speed_limit_mps=1.5 * to.speed_limit_mps), period_s)


def _without_a_token(self: Any, factsheet: bytes) -> None:
    self._factsheet.put(factsheet)


def _silent_on(refusal: str) -> Fault:
    """It does not answer so, nor at all."""

    def hear(self: Any, channel: str, payload: bytes, now_ns: int) -> bytes | None:
        answer = Member.hear(self, channel, payload, now_ns)
        return None if answer and msgpack.unpackb(answer)[4][4] == refusal else answer

    return Fault(member={"hear": hear})


def _deaf_to(asked: str, *which: int) -> Fault:
    """Of all it is asked to do of a kind it leaves some, counted from 1; all, where none is named."""

    def obey(self: Any, channel: str, kind: str, rest: list[Any]) -> Any:
        if kind != asked:
            return Member._obey(self, channel, kind, rest)
        count = self.asked = getattr(self, "asked", 0) + 1
        is_deaf = not which or count in which
        return ("", "") if is_deaf else Member._obey(self, channel, kind, rest)

    return Fault(member={"_obey": obey})


def _keeps_its_first_stop(self: Any, channel: str, kind: str, rest: list[Any]) -> Any:
    if kind == "request_stop" and self._stop_wanted:
        return "", ""
    return Member._obey(self, channel, kind, rest)


def _slow_to_change_owners(self: Any, epoch: int) -> bool:
    is_new = epoch > self._epoch > 0
    return Member._is_of_the_owner(self, epoch) and not is_new


def _another_session_once(self: Member, *args: Any) -> bytes:
    message = msgpack.unpackb(Member.state(self, *args))
    if message[2] == SOME_STATE:
        message[4][1] = "another"
    packed: bytes = msgpack.packb(message)
    return packed


def _takes_no_ground(self: Any, body: list[Any]) -> None:
    """It hears of it."""


def _never_done(self: Rig, action: Action, period_s: float) -> bool | None:
    return True if action.is_cancelled else None


def _leaves_its_lid_open(self: Rig, action: Action, period_s: float) -> bool | None:
    done = Rig.act(self, action, period_s)
    if action.is_cancelled:
        self.body.compartment = "open"
    return done


def _keeps_its_sheet(self: Any, factsheet: bytes) -> None:
    self.sheet = factsheet
    self._token = self._session.liveliness().declare_token(f"{self._key}/alive")


def _state_first(self: Any, payload: bytes) -> None:
    is_heard = self._state.matching_status.matching  # what is put before is lost
    self._state.put(payload)
    if is_heard and self.sheet:
        self._factsheet.put(self.sheet)
        self.sheet = b""


FAULTS: dict[str, Fault] = {
    "session": Fault(member={"state": _another_session_once}),
    "pause": _deaf_to("pause"),
    "resume": _deaf_to("resume", 1),
    "new-owner": Fault(member={"_is_of_the_owner": _slow_to_change_owners}),
    "unreadable": _silent_on("unreadable"),
    "newer-schema": _silent_on("newer-schema"),
    "stop": _deaf_to("request_stop", 3),
    "stop-replaced": Fault(member={"_obey": _keeps_its_first_stop}),
    "release": _deaf_to("release_stop", 4),
    "action": Fault(rig={"act": _never_done}),
    "cancel": Fault(rig={"act": _leaves_its_lid_open}),
    "grant": Fault(member={"_take_ground": _takes_no_ground}),
    "factsheet-first": Fault(link={"join": _keeps_its_sheet, "say_state": _state_first}),
    "token": Fault(link={"join": _without_a_token}),
    "factsheet": _said("factsheet", 2, lambda _: "0"),
    "envelope": _said("event", 1, lambda _: "alert", in_body=False),
    "body": _said("event", 3, lambda _: None),
    "robot-id": _said("event", 0, lambda _: "rig-2"),
    "seq": _said("state", 2, lambda _: 7, in_body=False),
    "stamp": _said("state", 3, lambda at_ns: at_ns - 20 * 10**9, in_body=False),
    "rate": Fault(run={"rate_hz": 30.0}),
    "answered": Fault(member={"hear": _wrong_number}),
    "duplicate": _answer(_forget_answers),
    "expired": _answer(_late),
    "older": _answer(_older),
    "other-session": _answer(_of_others),
    "old-owner": _answer(_old_owners),
    "stop-any-session": Fault(member={"_answer": _own_stops_only}),
    "release-other": Fault(member={"_obey": _release_all}),
    "no-self-resume": Fault(member={"_obey": _resume_ends_stops}),
    "busy": Fault(member={"_begin": _takes_more_at_once}),
    "action-once": Fault(member={"_begin": _does_again}),
    "grant-gap": Fault(member={"_take_ground": _over_gaps}),
    "grant-again": Fault(member={"_take_ground": _whole_or_nothing}),
    "grant-session": Fault(member={"_take_ground": _foreign_ground}),
    "reached": Fault(member={"state": _one_ahead}),
    "overrun": Fault(rig={"halt": _slides}),
    "speed-limit": Fault(rig={"drive": _speeds}),
    "events-gap-free": _said("event", 2, lambda number: 2 * number, in_body=False),
    "events-replayed": Fault(connection={"outage_s": 0.1}),
}
"""By the clause that each breaks."""
MAY_BREAK_TOO = {"release": {"grant"}, "action": {"busy"}}
"""Who is not released does not drive; what ends only when called off may still run when more is asked."""
DIES_OF_JUNK = Fault(member={"hear": _dies_of_junk})


@contextmanager
def rig_at(endpoint: str, *faults: Fault) -> Iterator[None]:
    """A rig at work with all these faults; each is of other methods."""

    def merged(part: str) -> dict[str, Any]:
        parts = [getattr(fault, part) for fault in faults]
        together = {name: value for one in parts for name, value in one.items()}
        assert len(together) == sum(map(len, parts)), "two faults are of one method"
        return together

    rig = type("Faulty", (Rig,), merged("rig"))()
    member, over = type("Wrong", (Member,), merged("member")), Event()
    connection = Connection([endpoint], **merged("connection"))
    names = dict(zip(("site", "zone"), HOME, strict=True))
    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(robot, "Member", member))
        for name, method in merged("link").items():
            stack.enter_context(mock.patch.object(link.Link, name, method))
        options = {"robot_id": ROBOT_ID, "kind": "delivery_indoor", **names, **merged("run")}
        thread = Thread(
            target=run, args=(rig, connection), kwargs={**options, "until": over.is_set}
        )
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
