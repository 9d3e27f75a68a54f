# SPDX-License-Identifier: Apache-2.0
"""How a robot takes what it hears: once, in order, from its owner, and in time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire.zenoh import samples as s

from suwon_fleet.core.robots.command import (
    Act,
    ActionKind,
    CancelAction,
    Grant,
    Pause,
    ReleaseStop,
    RequestStop,
    Resume,
    RobotCommand,
    StopKind,
    Waypoint,
)
from suwon_fleet.robot.member import Body, Member
from suwon_fleet.wire.zenoh.commands import Ticket, channel_of, encode_command
from suwon_fleet.wire.zenoh.happenings import CommandAnswer, Refusal, decode_answer

NOW_NS = s.AT_NS
STANDING = Body()


class Told:
    """A robot, and a fleet's side that numbers what it tells."""

    def __init__(self) -> None:
        self.member = Member("r-1", "delivery_indoor", "one")
        self.number = 100

    def hear(self, command: RobotCommand, **ticket: Any) -> CommandAnswer | None:
        self.number += 1
        given = Ticket("one", 0, self.number, NOW_NS, f"c-{self.number}", NOW_NS + 1)
        return self.say(command, replace(given, **ticket))

    def say(self, command: RobotCommand, ticket: Ticket, now_ns: int = NOW_NS) -> Any:
        payload = encode_command(command, ticket)
        answer = self.member.hear(channel_of(command), payload, now_ns)
        return answer and decode_answer(answer, "key")

    def state(self, body: Body = STANDING) -> list[Any]:
        said: list[Any] = msgpack.unpackb(self.member.state(body, NOW_NS))[4]
        return said


@pytest.fixture
def told() -> Told:
    return Told()


def way(first: int, *xs: float) -> Grant:
    return Grant("r-1", first, tuple(Waypoint(x, 0.0, "ground", 1.0) for x in xs))


LOAD = Act("r-1", "a-1", ActionKind.LOAD, (("place", "shop"),))


def test_ground_is_appended_once_whatever_comes_twice(told: Told) -> None:
    assert told.hear(way(0, 0.0, 1.0)) is None
    told.hear(way(0, 0.0, 1.0, 2.0))
    told.hear(way(1, 1.0))
    told.hear(way(5, 5.0))
    assert [one.x_m for one in told.member.ahead] == [0.0, 1.0, 2.0]
    told.member.reached()
    assert (told.member.path_index, told.member.granted_index) == (0, 2)


def test_ground_of_another_session_or_an_earlier_owner_is_not_taken(told: Told) -> None:
    told.hear(way(0, 0.0), session="before")
    assert told.member.granted_index == -1
    told.hear(way(0, 0.0), epoch=2)
    told.hear(way(1, 1.0), epoch=1)
    assert told.member.granted_index == 0


def test_an_action_is_begun_once_and_answered_again(told: Told) -> None:
    ticket = Ticket("one", 0, 7, NOW_NS, "c-7", NOW_NS + 1)
    first, again = told.say(LOAD, ticket), told.say(LOAD, ticket)
    assert first.refusal is again.refusal is Refusal.NONE
    assert (first.command_id, first.of_sequence) == ("c-7", 7)
    assert told.member.action is not None
    told.member.action.status = "finished"
    assert told.hear(LOAD).refusal is Refusal.NONE  # a new command, the same action
    assert told.state()[18] == ["a-1", "finished", ""]


def test_one_action_at_a_time(told: Told) -> None:
    told.hear(LOAD)
    assert told.hear(replace(LOAD, action_id="a-2")).refusal is Refusal.BUSY
    told.hear(CancelAction("r-1", "a-1"))
    assert told.member.action is not None
    assert told.member.action.is_cancelled


def test_an_action_called_off_before_it_came_is_not_begun(told: Told) -> None:
    told.hear(CancelAction("r-1", "a-1"))
    assert told.member.action is None
    told.hear(LOAD)
    assert not told.member.runs_action
    assert told.state()[18] == ["a-1", "failed", "cancelled"], "the fleet waits for its end"


def test_what_is_older_than_the_last_is_not_done(told: Told) -> None:
    told.hear(Resume("r-1"), sequence=500)
    assert told.hear(Pause("r-1"), sequence=499).refusal is Refusal.OLDER
    assert told.hear(RequestStop("r-1", "s", StopKind.PROTECTIVE), sequence=3) is not None
    assert told.member.is_paused is False
    assert told.state()[14] == "protective"  # stops are counted apart


def test_what_comes_too_late_is_answered_so(told: Told) -> None:
    answer = told.say(LOAD, Ticket("one", 0, 9, NOW_NS, "c-9", NOW_NS + 10), NOW_NS + 11)
    assert answer.refusal is Refusal.EXPIRED
    assert told.member.action is None


def test_a_later_owner_takes_over_and_the_earlier_is_heeded_no_more(told: Told) -> None:
    told.hear(Pause("r-1"), sequence=900)
    assert told.hear(Resume("r-1"), epoch=1, sequence=5).refusal is Refusal.NONE
    assert told.hear(Pause("r-1"), epoch=0, sequence=901).refusal is Refusal.OTHER_SESSION
    assert told.member.is_paused is False


def test_whoever_asks_it_to_stop_is_heeded_in_any_session(told: Told) -> None:
    stop = RequestStop("r-1", "s-1", StopKind.PROTECTIVE)
    assert told.hear(LOAD, session="before").refusal is Refusal.OTHER_SESSION
    assert told.hear(stop, session="before").refusal is Refusal.NONE
    assert not told.member.may_go(STANDING)


def test_a_stop_is_reported_once_it_stands_and_until_it_is_released(told: Told) -> None:
    told.hear(RequestStop("r-1", "s-1", StopKind.PROTECTIVE))
    moving = Body(speed_mps=0.5)
    assert (told.state(moving)[14], told.state(moving)[19]) == ("none", "")
    assert (told.state()[14], told.state()[19]) == ("protective", "s-1")
    told.hear(ReleaseStop("r-1", "other"))
    assert told.state()[14] == "protective"
    told.hear(ReleaseStop("r-1", "s-1"))
    assert (told.state()[14], told.state()[19]) == ("none", "")


@pytest.mark.parametrize("speed_mps", [0.02, -0.02])
def test_odometry_that_is_never_zero_stands(told: Told, speed_mps: float) -> None:
    told.hear(RequestStop("r-1", "s-1", StopKind.PROTECTIVE))
    state = told.state(Body(speed_mps=speed_mps))
    assert (state[11], state[14], state[19]) == ("standing", "protective", "s-1")
    assert told.state(Body(speed_mps=2 * speed_mps))[19] == ""


def test_what_is_left_off_at_the_end_of_a_waypoint_has_its_default(told: Told) -> None:
    at = [1.0, 2.0, "ground", 1.0]
    body = ["one", 0, 0, [at, [*at, "lane-1"], [*at, "lane-2", 3.0], [*at, "lane-3", 4.0, "new"]]]
    told.member.hear("grant", msgpack.packb([1, "grant", 1, 1, body]), NOW_NS)
    ahead = [(one.lane, one.hold_s) for one in told.member.ahead]
    assert ahead == [("", 0.0), ("lane-1", 0.0), ("lane-2", 3.0), ("lane-3", 4.0)]


@pytest.mark.parametrize(
    ("said", "kind"),
    [(["settle"], "settle"), (["newer"], "protective"), ([[]], "protective"), ([], "protective")],
)
def test_however_it_is_asked_to_stop_it_does(told: Told, said: list[Any], kind: str) -> None:
    body = ["c-1", "one", 0, NOW_NS + 1, "s-1", *said]
    told.member.hear("stop", msgpack.packb([1, "request_stop", 1, 1, body]), NOW_NS)
    assert (told.member.stop_kind, told.member.may_go(STANDING)) == (kind, False)
    told.hear(ReleaseStop("r-1", "s-1"))
    assert (told.member.stop_kind, told.member.may_go(STANDING)) == ("", True)


def test_its_own_emergency_stop_is_never_hidden_by_the_fleets(told: Told) -> None:
    told.hear(Pause("r-1"))
    assert told.state()[14] == "paused"
    body = Body(stop="emergency")
    told.hear(RequestStop("r-1", "s-1", StopKind.PROTECTIVE))
    told.hear(ReleaseStop("r-1", "s-1"))
    told.hear(Resume("r-1"))
    assert told.state(body)[14] == "emergency"
    assert not told.member.may_go(body)


def test_a_newer_schema_is_answered_with_its_number(told: Told) -> None:
    answer = told.member.hear("command", msgpack.packb([2, "act", 12, NOW_NS, {}]), NOW_NS)
    assert answer is not None
    said = decode_answer(answer, "key")
    assert (said.refusal, said.of_sequence) == (Refusal.NEWER_SCHEMA, 12)
    assert "schema 2 is newer than 1" in told.member.detail


def test_that_the_fleet_cannot_read_it_is_kept(told: Told) -> None:
    unread = bytes.fromhex(s.golden()["unread"]["hex"])
    assert told.member.hear("command", unread, NOW_NS) is None
    assert (told.member.unread, told.member.detail) == (1, "unread by the fleet: ['state', 413, 1]")


KINDS = ["act", "cancel_action", "pause", "resume", "request_stop", "release_stop", "grant", "x"]
VALUES = st.recursive(
    st.one_of(st.none(), st.integers(-(2**63), 2**64 - 1), st.floats(), st.text(max_size=5)),
    lambda inner: st.lists(inner, max_size=6),
    max_leaves=12,
)


@given(
    st.sampled_from(["command", "grant", "stop"]),
    st.one_of(
        st.binary(max_size=60),
        st.tuples(st.just(1), st.sampled_from(KINDS), st.integers(0, 9), st.just(0), VALUES).map(
            msgpack.packb
        ),
    ),
)
def test_whatever_it_hears_it_answers_or_does(channel: str, payload: bytes) -> None:
    member = Member("r-1", "delivery_indoor", "one")
    answer = member.hear(channel, payload, NOW_NS)
    assert answer is None or decode_answer(answer, "key").robot_id == "r-1"
    assert member.granted_index == len(member.ahead) - 1


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(1, 4)), max_size=12))
def test_ground_has_no_gap_in_whatever_order_it_comes(grants: list[tuple[int, int]]) -> None:
    told = Told()
    for first, count in grants:
        told.hear(way(first, *(float(first + k) for k in range(count))))
    assert [one.x_m for one in told.member.ahead] == list(range(told.member.granted_index + 1))


def test_what_comes_by_a_channel_it_does_not_belong_to_is_unreadable() -> None:
    member = Member("r-1", "cart", "one")
    answer = member.hear("grant", msgpack.packb([1, "pause", 1, 0, ["id-1", "one", 0, 10]]), 0)
    assert answer is not None
    assert msgpack.unpackb(answer)[4][4:] == ["unreadable", "no pause on grant"]
    assert not member.is_paused
