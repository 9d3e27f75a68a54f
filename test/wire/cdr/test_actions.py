# SPDX-License-Identifier: Apache-2.0
"""NavigateToPose's requests and responses, byte by byte; nav2_msgs is no package here to compare with."""

from __future__ import annotations

import struct

import pytest

from suwon_fleet.core.errors import BadInput
from suwon_fleet.wire.cdr import actions
from suwon_fleet.wire.cdr.actions import Feedback, GoalStatus, Result

GOAL = bytes(range(16))
LE = bytes.fromhex("00010000")


def test_a_goal_is_sent_so() -> None:
    sent = actions.write_send_goal(GOAL, "map", 1.0, -2.0, 0.0)
    assert sent == bytes.fromhex(
        "00010000 00010203 04050607 08090a0b 0c0d0e0f"  # header, UUID
        " 00000000 00000000 04000000 6d617000"  # stamp, frame_id "map"
        " 00000000 0000f03f 00000000 000000c0 00000000 00000000"  # position
        " 00000000 00000000 00000000 00000000 00000000 00000000 00000000 0000f03f"  # orientation
        " 01000000 00"  # behavior_tree ""
    )


def test_a_result_and_a_cancel_are_asked_for_so() -> None:
    assert actions.write_get_result(GOAL) == LE + GOAL
    assert actions.write_cancel_goal(GOAL) == LE + GOAL + bytes(8)


def test_answers_are_read() -> None:
    assert actions.read_send_goal_response(LE + b"\x01" + bytes(11))
    assert not actions.read_send_goal_response(LE + bytes(12))
    assert actions.read_cancel_goal_response(LE + b"\x02\0\0\0\0\0\0\0") == 2


def test_results_of_old_and_new_nav2_are_read() -> None:
    humble = LE + b"\x04\x00"  # std_msgs/Empty
    iron = LE + struct.pack("<bxH", 6, 9002)
    newer = iron + struct.pack("<I", 4) + b"lost"[:3] + b"\0"
    assert actions.read_get_result_response(humble) == Result(GoalStatus.SUCCEEDED)
    assert actions.read_get_result_response(iron) == Result(GoalStatus.ABORTED, 9002)
    assert actions.read_get_result_response(newer) == Result(GoalStatus.ABORTED, 9002, "los")


def test_feedback_is_read_also_when_it_has_grown() -> None:
    told = GOAL + struct.pack("<iII", 0, 0, 4) + b"map\0" + bytes(7 * 8)
    told += struct.pack("<iIiIhxxf", 1, 0, 2, 0, 3, 4.5)
    for grown in (b"", bytes(8)):
        assert actions.read_feedback(LE + told + grown) == Feedback(GOAL, 3, 4.5)


def test_a_status_there_is_not_is_refused() -> None:
    with pytest.raises(BadInput, match="is 9"):
        actions.read_get_result_response(LE + b"\x09")


def test_words_without_an_end_are_cut() -> None:
    long = struct.pack("<I", 5001) + b"x" * 5000 + b"\0"
    result = actions.read_get_result_response(LE + struct.pack("<bxH", 6, 9002) + long)
    assert len(result.error_text) == actions.MOST_WORDS
    _, words = actions.read_trigger_response(LE + bytes(4) + long)
    assert len(words) == actions.MOST_WORDS
