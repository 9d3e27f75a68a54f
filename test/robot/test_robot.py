# SPDX-License-Identifier: Apache-2.0
"""The loop around a robot: what its author is asked, and what the fleet hears, without a network."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any

import msgpack
import pytest
import zenoh
from wire.zenoh import samples as s
from zenoh_net import free_endpoint

from suwon_fleet.core.robots.command import (
    Act,
    ActionKind,
    CancelAction,
    Grant,
    RequestStop,
    RobotCommand,
    StopKind,
    Waypoint,
)
from suwon_fleet.robot import Action, Connection, Robot, run
from suwon_fleet.robot import Waypoint as Goal
from suwon_fleet.robot.member import Member
from suwon_fleet.robot.robot import _Loop
from suwon_fleet.wire.zenoh.commands import Ticket, channel_of, encode_command
from suwon_fleet.wire.zenoh.happenings import decode_alarm, decode_event
from suwon_fleet.wire.zenoh.reports import decode_state

PERIOD_S = 0.5


class Wire:
    """A link that keeps what is said, and gives what a test puts in."""

    def __init__(self) -> None:
        self.inbox: deque[tuple[str, bytes]] = deque()
        self.said: dict[str, list[bytes]] = {"state": [], "answer": [], "event": [], "alarm": []}
        self.asked = 0

    def heard(self) -> list[tuple[str, bytes]]:
        return [self.inbox.popleft() for _ in range(len(self.inbox))]

    def answer_who(self, factsheet: bytes) -> None:
        self.asked += 1

    def __getattr__(self, name: str) -> Any:
        return self.said[name.removeprefix("say_")].append


class Puppet(Robot):
    """It takes so many periods to a waypoint or for an action, and keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.left = 2

    def _go_on(self) -> bool:
        self.left -= 1
        if self.left:
            return False
        self.left = 2
        return True

    def drive(self, to: Goal, period_s: float) -> bool:
        self.asked.append(f"drive {to.x_m:g}")
        self.body.speed_mps = 1.0
        return self._go_on()

    def act(self, action: Action, period_s: float) -> bool | None:
        self.asked.append(f"act {action.kind}")
        if action.is_cancelled:
            return False
        action.result = "done"
        return self._go_on() or None

    def halt(self) -> None:
        self.asked.append(f"halt {self.stop_kind}".strip())
        self.body.speed_mps = 0.0


class Play:
    """A robot, its loop, and a fleet that tells it things."""

    def __init__(self) -> None:
        self.robot, self.member, self.wire = Puppet(), Member("r-1", "courier", "one"), Wire()
        self.loop: Any = _Loop(self.robot, self.member, self.wire)  # type: ignore[arg-type]
        self.number = 0

    def tell(self, command: RobotCommand) -> None:
        self.number += 1
        now_ns = time.time_ns()
        ticket = Ticket("one", 0, self.number, now_ns, f"c-{self.number}", now_ns + 10**10)
        self.wire.inbox.append((channel_of(command), encode_command(command, ticket)))

    def live(self, periods: int = 1) -> list[str]:
        """Let periods pass; what the robot was asked in them."""
        self.robot.asked.clear()
        for _ in range(periods):
            self.loop.hear()
            self.loop.live(PERIOD_S, time.time_ns())
        return self.robot.asked

    @property
    def state(self) -> Any:
        return decode_state(self.wire.said["state"][-1], "key")


@pytest.fixture
def play() -> Play:
    return Play()


def way(*points: tuple[float, float]) -> Grant:
    return Grant("r-1", 0, tuple(Waypoint(x, 0.0, "g", 1.0, "", hold) for x, hold in points))


LOAD = Act("r-1", "a-1", ActionKind.LOAD)


def test_it_drives_from_waypoint_to_waypoint_and_waits_where_it_must(play: Play) -> None:
    play.tell(way((0.0, 0.0), (1.0, 1.0)))
    assert play.live(7) == ["drive 0", "drive 0", "halt", "halt", "drive 1", "drive 1", "halt"]
    assert (play.state.path_index, play.state.granted_index) == (1, 1)


def test_it_stops_at_once_and_goes_on_where_it_was(play: Play) -> None:
    play.tell(way((0.0, 0.0)))
    play.live(1)
    assert play.state.navigation == "moving"
    play.tell(RequestStop("r-1", "s-1", StopKind.SETTLE))
    play.robot.asked.clear()
    play.loop.hear()
    assert play.robot.asked == ["halt settle"]
    play.live(1)
    assert (play.state.stop, play.state.stop_id) == ("protective", "s-1")
    assert len(play.wire.said["answer"]) == 1


def test_an_action_runs_to_its_end_and_is_told_of(play: Play) -> None:
    play.tell(LOAD)
    assert play.live(3) == ["act load", "act load", "halt"]
    assert play.state.action is not None
    assert (play.state.action.status, play.state.action.result) == ("finished", "done")


def test_an_action_called_off_has_failed(play: Play) -> None:
    play.tell(LOAD)
    play.live(1)
    play.tell(CancelAction("r-1", "a-1"))
    play.live(1)
    assert play.state.action.status == "failed"


def test_in_its_own_emergency_stop_it_is_given_nothing_to_do(play: Play) -> None:
    play.tell(way((0.0, 0.0)))
    play.robot.body.stop = "emergency"
    assert set(play.live(3)) == {"halt"}
    assert play.state.stop == "emergency"


def test_events_are_numbered_from_one_without_a_gap(play: Play) -> None:
    play.robot.tell("lid-forced", by="hand")
    play.robot.tell("lid-closed")
    play.live(2)
    events = [decode_event(one, "key") for one in play.wire.said["event"]]
    assert [(e.sequence, e.what, e.facts) for e in events] == [
        (1, "lid-forced", (("by", "hand"),)),
        (2, "lid-closed", ()),
    ]


def test_an_alarm_is_said_at_once_and_each_second_and_its_end_three_times(play: Play) -> None:
    play.robot.alarm("tilted", "by 40 degrees")
    play.live(5)
    play.robot.alarm("tilted", "upright", is_on=False)
    play.live(20)
    alarms = [decode_alarm(one, "key").is_on for one in play.wire.said["alarm"]]
    assert alarms == [True] * 3 + [False] * 3


def test_it_answers_who_asks_for_it_and_what_it_cannot_read(play: Play) -> None:
    play.wire.inbox.append(("command", msgpack.packb([2, "act", 4, s.AT_NS, {}])))
    play.live(1)
    assert play.wire.asked == 1
    assert msgpack.unpackb(play.wire.said["answer"][0])[4][3:5] == [4, "newer-schema"]


@pytest.mark.parametrize(
    "said",
    [
        lambda robot: robot.tell("x" * 65),
        lambda robot: robot.tell("x", count=1),
        lambda robot: robot.tell("x", text="x" * 1001),
        lambda robot: robot.tell("x", text="\ud800"),
        lambda robot: robot.tell("x", **{f"n{number}": "" for number in range(101)}),
        lambda robot: robot.tell("x", **{f"n{number}": "한" * 1000 for number in range(22)}),
        lambda robot: robot.alarm("x" * 65, "x"),
        lambda robot: robot.alarm("x", "x" * 1001),
        lambda robot: robot.alarm("x", "x", grade="fatal"),
    ],
)
def test_what_the_fleet_would_not_read_is_refused_where_it_is_said(
    play: Play, said: Callable[[Robot], None]
) -> None:
    with pytest.raises(ValueError, match=r"at most|too much|use info|surrogates"):
        said(play.robot)
    play.live(1)
    assert play.wire.said["event"] == play.wire.said["alarm"] == []


@pytest.mark.parametrize("letter", ["x", "한"])
def test_as_much_as_may_be_said_the_fleet_reads(play: Play, letter: str) -> None:
    play.robot.tell(letter * 64, **{letter * 64: letter * 1000})
    play.robot.tell("x", **{f"n{number}": letter * 200 for number in range(100)})
    play.robot.alarm(letter * 64, letter * 1000, grade="warning")
    play.live(1)
    assert len([decode_event(one, "key") for one in play.wire.said["event"]]) == 2
    assert decode_alarm(play.wire.said["alarm"][0], "key").text == letter * 1000


NAMES = {"site": "s", "zone": "z", "robot_id": "r-1", "kind": "courier"}


@pytest.mark.parametrize("ending", [None, KeyboardInterrupt])
def test_it_can_be_ended_while_no_fleet_is_there(ending: type[BaseException] | None) -> None:
    robot, looks = Puppet(), iter(range(3))

    def is_over() -> bool:
        if next(looks) < 1:
            return False
        if ending:
            raise ending
        return True

    run(robot, Connection([free_endpoint()]), until=is_over, **NAMES)
    assert robot.asked == ["halt"]


@pytest.mark.parametrize(
    ("connection", "said"),
    [
        (Connection(["tcp/fleet.example"]), "give it as tcp/HOST:PORT"),
        (Connection(["http/fleet.example:80"]), "give it as tcp/HOST:PORT"),
        (Connection(["tls/127.0.0.1:1"], tls_ca="/no/ca.pem"), "/no/ca.pem: .*No such file"),
        (Connection(["tls/127.0.0.1:1"], tls_ca=__file__), "test_robot.py: .*"),
        (
            Connection(["tls/127.0.0.1:1"], tls_certificate="/1.pem", tls_private_key="/1.key"),
            "/1.key",
        ),
        (Connection([]), "No peer specified"),
        (Connection(["tcp/127.0.0.1:1"], config=[("mode", '"hermit"')]), "hermit"),
    ],
)
def test_what_is_wrong_with_a_connection_is_raised_and_not_waited_for(
    connection: Connection, said: str
) -> None:
    robot = Puppet()
    with pytest.raises((ValueError, zenoh.ZError), match=said):
        run(robot, connection, **NAMES)
    assert robot.asked == ["halt"]
