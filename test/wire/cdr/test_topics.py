# SPDX-License-Identifier: Apache-2.0
"""What is read is what ROS writes, and the other way round; no bytes make anything but BadInput."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suwon_fleet.core.errors import BadInput
from suwon_fleet.wire.cdr import actions, topics
from suwon_fleet.wire.cdr.stream import HEADER, Reader, Writer

READERS: tuple[Callable[[bytes], Any], ...] = (
    topics.read_odometry,
    topics.read_transforms,
    topics.read_battery,
    actions.read_send_goal_response,
    actions.read_get_result_response,
    actions.read_cancel_goal_response,
    actions.read_feedback,
    actions.read_status,
    actions.read_trigger_response,
)
ODOMETRY = topics.Odometry(12_000_000_034, "map", "base_link", 1.5, -2.25, 0.75, -0.5, 0.3, 0.2)
BATTERY = topics.Battery(0.5, topics.CHARGING)


def test_what_is_written_is_read() -> None:
    read = topics.read_odometry(topics.write_odometry(ODOMETRY))
    assert read.yaw_rad == pytest.approx(ODOMETRY.yaw_rad)
    assert read.speed_mps == -math.hypot(0.5, 0.2), "in whatever direction"
    assert topics.read_battery(topics.write_battery(BATTERY, 5)) == BATTERY
    assert topics.read_battery(topics.write_battery(topics.Battery(None, 0), 5)).share is None


def test_it_is_what_ros_speaks() -> None:
    pytest.importorskip("rclpy", reason="ROS 2 is not installed")
    from action_msgs.msg import GoalInfo, GoalStatus, GoalStatusArray
    from action_msgs.srv import CancelGoal
    from nav_msgs.msg import Odometry
    from rclpy.serialization import deserialize_message, serialize_message
    from sensor_msgs.msg import BatteryState
    from std_srvs.srv import Trigger
    from unique_identifier_msgs.msg import UUID

    odometry = deserialize_message(topics.write_odometry(ODOMETRY), Odometry)
    assert odometry.header.frame_id == "map"
    assert odometry.pose.pose.position.y == -2.25
    twist = odometry.twist.twist
    assert (twist.linear.x, twist.linear.y, twist.angular.y, twist.angular.z) == (-0.5, 0.2, 0, 0.3)
    odometry.header.frame_id, odometry.child_frame_id = "odd", "frames"
    again = topics.read_odometry(serialize_message(odometry))
    assert (again.frame, again.child_frame, again.x_m, again.y_m) == ("odd", "frames", 1.5, -2.25)

    battery = deserialize_message(topics.write_battery(BATTERY, 5), BatteryState)
    assert (battery.percentage, battery.present) == (0.5, True)
    assert math.isnan(battery.voltage)
    battery.header.frame_id, battery.cell_voltage = "abc", [1.0, 2.0]
    assert topics.read_battery(serialize_message(battery)) == BATTERY

    ids = [bytes(range(16)), bytes(range(1, 17))]
    goals = [
        GoalStatus(goal_info=GoalInfo(goal_id=UUID(uuid=list(one))), status=status)
        for one, status in zip(ids, (2, 6), strict=True)
    ]
    told = actions.read_status(serialize_message(GoalStatusArray(status_list=goals)))
    assert told == {ids[0]: actions.GoalStatus.EXECUTING, ids[1]: actions.GoalStatus.ABORTED}
    asked = deserialize_message(actions.write_cancel_goal(ids[0]), CancelGoal.Request)
    assert bytes(asked.goal_info.goal_id.uuid) == ids[0]
    assert (
        actions.read_cancel_goal_response(serialize_message(CancelGoal.Response(return_code=2)))
        == 2
    )
    assert serialize_message(Trigger.Request()).startswith(actions.write_trigger())
    response = serialize_message(Trigger.Response(success=True, message="out"))
    assert actions.read_trigger_response(response) == (True, "out")


def test_many_transforms_are_written_as_ros_has_them() -> None:
    told = [
        topics.Transform("map", "r", 1.0, 2.0, 0.5, 3.0),
        topics.Transform("odd/odom", "odd/base_link", -1.0, 0.0, -3.0),
    ]
    written = topics.write_transforms(told, 7_000_000_009)
    read = topics.read_transforms(written)
    assert [(one.parent, one.child, one.x_m, one.y_m) for one in read] == [
        (one.parent, one.child, one.x_m, one.y_m) for one in told
    ]
    assert [one.yaw_rad for one in read] == pytest.approx([0.5, -3.0])
    tf = pytest.importorskip("tf2_msgs.msg", reason="tf2_msgs is not installed")
    from rclpy.serialization import deserialize_message

    first, _ = deserialize_message(written, tf.TFMessage).transforms
    assert first.header.stamp.nanosec == 9
    assert first.transform.translation.z == 3.0


def test_a_big_endian_robot_is_understood() -> None:
    big = bytes.fromhex("00000000 00000001 00000002 00000002 4100 0000".replace(" ", ""))
    read = Reader(big, "a message")
    assert read.take("iI", 4) == (1, 2)
    assert read.text() == "A"


def test_transforms_are_read_one_after_the_other() -> None:
    write = Writer()
    write.put("I", 4, 2)
    for name in ("odom", "base_link"):
        write.put("iI", 4, 1, 2)
        write.text("map")
        write.text(name)
        write.put("7d", 8, 1.0, 2.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    first, second = topics.read_transforms(write.payload())
    assert (first.parent, first.child, second.child) == ("map", "odom", "base_link")
    assert (second.x_m, second.y_m, abs(second.yaw_rad)) == (1.0, 2.0, math.pi)


@pytest.mark.parametrize(
    ("bytes_", "what"),
    [
        (b"", "begins with nothing"),
        (b"\x00\x07\x00\x00", "begins with 00070000"),
        (HEADER, "ends too soon"),
        (HEADER + b"\xff\xff\xff\xff", "has not the room"),
    ],
)
def test_bytes_that_are_none_of_it_are_named(bytes_: bytes, what: str) -> None:
    with pytest.raises(BadInput, match=what):
        topics.read_transforms(bytes_)


@pytest.mark.parametrize(
    ("x_m", "speed_mps"), [(math.nan, 0.0), (math.inf, 0.0), (2e8, 0.0), (0.0, 1e39), (0.0, 1e4)]
)
def test_a_pose_that_cannot_be_is_refused(x_m: float, speed_mps: float) -> None:
    lost = topics.write_odometry(topics.Odometry(0, "map", "b", x_m, 0.0, 0.0, speed_mps))
    with pytest.raises(BadInput, match="not finite"):
        topics.read_odometry(lost)


@given(st.lists(st.floats(width=64), min_size=7, max_size=7))
def test_what_is_read_can_be_reckoned_with(numbers: list[float]) -> None:
    write = Writer()
    write.put("I", 4, 1)
    write.put("iI", 4, 1, 2)
    write.text("map")
    write.text("odom")
    write.put("7d", 8, *numbers)
    with suppress(BadInput):
        (read,) = topics.read_transforms(write.payload())
        assert all(math.isfinite(one) for one in (read.x_m, read.y_m, read.yaw_rad))


@given(st.binary(max_size=300), st.sampled_from(READERS))
def test_any_bytes_are_read_or_refused(rubbish: bytes, read: Callable[[bytes], Any]) -> None:
    for payload in (rubbish, HEADER + rubbish):
        with suppress(BadInput):
            read(payload)


@given(st.data())
def test_bytes_that_were_mangled_are_read_or_refused(data: st.DataObject) -> None:
    sound = data.draw(
        st.sampled_from([topics.write_odometry(ODOMETRY), topics.write_battery(BATTERY, 1)])
    )
    cut = bytearray(sound[: data.draw(st.integers(0, len(sound)))])
    for _ in range(data.draw(st.integers(0, 4)) if cut else 0):
        cut[data.draw(st.integers(0, len(cut) - 1))] = data.draw(st.integers(0, 255))
    for read in READERS:
        with suppress(BadInput):
            read(bytes(cut))
