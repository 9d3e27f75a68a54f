# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from rclpy.serialization import deserialize_message, serialize_message

from suwon_fleet import msg
from suwon_fleet.adapters.ros.commands import batch_of, commands_in
from suwon_fleet.core.robots import command as c

pytestmark = pytest.mark.ros

names = st.text("abcdefgh0123456789-", min_size=1, max_size=8).map(lambda text: f"r{text}")
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
points = st.builds(
    c.Waypoint,
    st.floats(-1e6, 1e6),
    st.floats(-1e6, 1e6),
    names,
    st.floats(0, 1e3, width=32) | st.just(math.inf),
    texts,
    st.floats(0, 1e3, width=32),
)
commands = st.one_of(
    st.builds(
        c.Grant,
        names,
        st.integers(0, 2**32 - 1),
        st.lists(points, min_size=1, max_size=4).map(tuple),
    ),
    st.builds(
        c.Act,
        names,
        texts,
        st.sampled_from(list(c.ActionKind)),
        st.lists(st.tuples(texts, texts), max_size=3).map(tuple),
    ),
    st.builds(c.CancelAction, names, texts),
    st.builds(c.RequestStop, names, texts, st.sampled_from(list(c.StopKind))),
    st.builds(c.ReleaseStop, names, texts),
    st.builds(c.Pause, names),
    st.builds(c.Resume, names),
)


@given(st.lists(commands, max_size=4))
def test_what_goes_out_comes_in(sent: list[c.RobotCommand]) -> None:
    batch = batch_of(sent, 7_000_000_001)
    batch = deserialize_message(serialize_message(batch), msg.RobotCommands)
    assert (batch.stamp.sec, batch.stamp.nanosec) == (7, 1)
    assert commands_in(batch) == (sent, [])


GOOD = {"robot_id": "r", "verb": "pause"}


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"robot_id": "", "verb": "pause"}, "commands[0].robot_id"),
        ({"robot_id": "r", "verb": "explode"}, "'explode' is no verb"),
        ({"robot_id": "r", "verb": "grant"}, "a grant without waypoints"),
        ({"robot_id": "r", "verb": "act", "kind": "?"}, "use load, unload"),
        (
            {"robot_id": "r", "verb": "act", "kind": "load", "param_names": ["place"]},
            "differ in length",
        ),
        ({"robot_id": "r", "verb": "request_stop"}, "use protective, settle, cut"),
        (
            {"robot_id": "r", "verb": "grant", "waypoints": [msg.Waypoint(x=math.nan)]},
            "waypoints[0].x",
        ),
        (
            {"robot_id": "r", "verb": "grant", "waypoints": [msg.Waypoint(speed_limit=math.nan)]},
            "waypoints[0].speed_limit: error: is NaN",
        ),
    ],
)
def test_a_bad_command_is_told_and_the_others_count(fields: dict[str, Any], told: str) -> None:
    batch = msg.RobotCommands(commands=[msg.RobotCommand(**f) for f in (fields, GOOD)])
    taken, (fault,) = commands_in(batch)
    assert taken == [c.Pause("r")]
    assert told in str(fault)


def test_another_version_is_refused_as_a_whole() -> None:
    batch = msg.RobotCommands(version=2, commands=[msg.RobotCommand(**GOOD)])
    taken, wrong = commands_in(batch)
    assert (taken, len(wrong)) == ([], 1)
