# SPDX-License-Identifier: Apache-2.0
"""The robot's half of the contract says and understands the very bytes of the golden file."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire.zenoh import samples as s

from suwon_fleet.robot.contract import MOST_BYTES, Unreadable, prefix, unpack
from suwon_fleet.robot.member import Action, Body, Member

KEPT = s.golden()
FORBIDDEN = (
    "numpy",
    "msgspec",
    "rclpy",
    "numba",
    "scipy",
    "yaml",
    "suwon_fleet.core",
    "suwon_fleet.wire",
)


def test_it_loads_nothing_but_zenoh_and_msgpack() -> None:
    program = (
        f"import sys, suwon_fleet.robot; print([m for m in {FORBIDDEN!r} if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert said.stdout.strip() == b"[]"


def member() -> Member:
    sheet = s.SHEET
    return Member(sheet.robot_id, sheet.kind, sheet.session, sheet.vendor, sheet.serial)


def test_what_it_says_are_the_golden_bytes() -> None:
    robot, state = member(), s.STATE
    robot.path_index, robot.granted_index = state.path_index, state.granted_index
    robot._sequence |= {"state": 411, "event": 8, "alarm": 2}
    assert state.action is not None
    robot.action = Action(state.action.action_id, "load", {}, "finished", state.action.result)
    robot._stop_wanted = "stop-1"
    pose = state.pose
    body = Body(pose.x_m, pose.y_m, pose.yaw_rad, pose.level, state.speed_mps, state.battery_soc)
    body.compartment, body.faults = "closed", list(state.faults)
    said = {
        "factsheet": robot.factsheet(s.AT_NS),
        "event": robot.event(s.EVENT.what, dict(s.EVENT.facts), s.AT_NS),
        "alarm": robot.alarm(s.ALARM.code, s.ALARM.grade, s.ALARM.text, True, s.AT_NS),
    }
    assert {name: said[name].hex() for name in said} == {name: KEPT[name]["hex"] for name in said}
    told = msgpack.unpackb(robot.state(body, s.AT_NS))
    assert told[4].pop(-2) == ""  # it is not standing yet, and has not carried the stop out
    wanted = msgpack.unpackb(bytes.fromhex(KEPT["state"]["hex"]))
    assert wanted[4].pop(-2) == "stop-1"
    assert told == wanted


def test_a_short_state_is_what_a_new_robot_says() -> None:
    fresh = Member("lab-1", "delivery_indoor", "18a2")
    said = fresh.state(Body(1.5, -2.25), s.AT_NS)
    assert said.hex() == KEPT["short_state"]["hex"]


@pytest.mark.parametrize("name", ["act", "cancel_action", "pause", "resume", "grant", "unread"])
def test_it_understands_the_golden_commands(name: str) -> None:
    kind, sequence, body = unpack(bytes.fromhex(KEPT[name]["hex"]))
    assert [kind, sequence, body] == [KEPT[name]["value"][i] for i in (1, 2, 4)]


@given(st.binary(max_size=100))
def test_any_bytes_are_read_or_refused(payload: bytes) -> None:
    with suppress(Unreadable):
        unpack(payload)


def test_a_newer_schema_and_too_long_messages_are_refused() -> None:
    with pytest.raises(Unreadable) as caught:
        unpack(msgpack.packb([2, "act", 5, 6, {}]))
    assert (caught.value.refusal, caught.value.of_sequence) == ("newer-schema", 5)
    with pytest.raises(Unreadable, match="longer than"):
        unpack(bytes(MOST_BYTES + 1))


@pytest.mark.parametrize(
    "bad", [("S", "z", "r"), ("s", "", "r"), ("s", "z", "r/x"), ("s", "z", "_r")]
)
def test_ids_that_cannot_be_keys_are_refused(bad: tuple[str, str, str]) -> None:
    assert prefix("s", "z", "r") == "suwon/v1/s/z/r"
    with pytest.raises(ValueError, match=r"letter|use 1 to 64"):
        prefix(*bad)
