# SPDX-License-Identifier: Apache-2.0
"""A goal over a link that loses what it likes."""

from __future__ import annotations

import itertools
import struct

import pytest
from adapters.nav2.server import LE, Server
from hypothesis import given
from hypothesis import strategies as st

from suwon_fleet.adapters.nav2.asking import SECOND, Service
from suwon_fleet.adapters.nav2.goal import Ending, Goal, Phase
from suwon_fleet.core.errors import BadInput
from suwon_fleet.wire.cdr import actions
from suwon_fleet.wire.cdr.actions import Feedback, GoalStatus

GOAL_ID = bytes(range(16))


def goal() -> Goal:
    request = actions.write_send_goal(GOAL_ID, "map", 1.0, 2.0, 0.0)
    return Goal(GOAL_ID, 3, request, itertools.count(1))


@given(
    fates=st.lists(st.sampled_from(["whole", "request lost", "reply lost"]), max_size=40),
    outcome=st.sampled_from([GoalStatus.SUCCEEDED, GoalStatus.ABORTED]),
    cancel_at=st.none() | st.integers(0, 30),
    tells_status=st.booleans(),
)
def test_whatever_is_lost_it_ends_as_the_server_ended_it(
    fates: list[str], outcome: GoalStatus, cancel_at: int | None, tells_status: bool
) -> None:
    """The server never gets the goal twice (Server asserts it), and in the end both agree."""
    one, server, now_ns, fate = goal(), Server(), 0, iter(fates)
    for turn in range(2000):
        now_ns += SECOND // 5
        if turn == cancel_at:
            one.cancel()
        for ask in one.step(now_ns):
            what = next(fate, "whole")
            reply = None if what == "request lost" else server.take(ask)
            if reply is not None or what == "request lost":
                one.answer(ask.token, reply if what == "whole" else None, now_ns)
        if turn >= 60:
            server.end_all(outcome)
        for ask, reply in server.results():
            one.answer(ask.token, reply if next(fate, "whole") == "whole" else None, now_ns)
        if tells_status:
            one.hear_status(server.goals)
        if one.phase is Phase.OVER:
            break
    assert one.phase is Phase.OVER
    if held := server.goals.get(GOAL_ID):
        assert held.is_over
        assert one.ending is Ending[held.name]
    else:
        assert one.ending is Ending.CANCELED


def test_an_unanswered_goal_is_not_sent_again_before_the_server_says_it_has_it_not() -> None:
    one = goal()
    (sent,) = one.step(0)
    assert sent.service == Service.SEND_GOAL
    one.answer(sent.token, None, SECOND)
    (asked,) = one.step(2 * SECOND)
    assert asked.service == Service.GET_RESULT
    assert asked.payload == LE + GOAL_ID
    one.answer(asked.token, LE + bytes(4), 3 * SECOND)  # UNKNOWN
    (again,) = one.step(4 * SECOND)
    assert (again.service, again.payload) == (Service.SEND_GOAL, sent.payload)


def test_feedback_is_as_good_as_a_reply() -> None:
    one = goal()
    one.step(0)
    assert not one.hear_feedback(Feedback(bytes(16), 0, 1.0))
    assert one.hear_feedback(Feedback(GOAL_ID, 0, 1.0))
    assert one.phase is Phase.UNDER_WAY


def test_a_server_that_forgot_it_ends_it() -> None:
    one = goal()
    one.step(0)
    one.hear_status({GOAL_ID: GoalStatus.EXECUTING})
    (asked,) = one.step(SECOND)
    one.answer(asked.token, LE + bytes(4), 2 * SECOND)
    assert one.ending is Ending.FORGOTTEN


def test_a_reply_that_cannot_be_read_is_a_lost_one() -> None:
    one = goal()
    (sent,) = one.step(0)
    with pytest.raises(BadInput):
        one.answer(sent.token, b"rubbish", 0)
    assert one.phase is Phase.UNSURE


def test_a_refusal_is_told_with_nav2s_words() -> None:
    one = goal()
    (sent,) = one.step(0)
    one.answer(sent.token, LE + bytes(12), 0)
    assert one.ending is Ending.REJECTED
    other = goal()
    other.step(0)
    other.hear_feedback(Feedback(GOAL_ID, 0, 1.0))
    (asked,) = other.step(SECOND)
    result = LE + struct.pack("<bxHI", 6, 9002, 5) + b"lost\0"
    other.answer(asked.token, result, SECOND)
    assert (other.ending, other.error) == (Ending.ABORTED, "lost")
