# SPDX-License-Identifier: Apache-2.0
"""Reports and stops as bytes are what rclpy makes of the same as objects."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from rclpy.serialization import deserialize_message
from report_messages import batch_of
from wire.zenoh.samples import SHORT_STATE, STATE

from suwon_fleet import msg
from suwon_fleet.adapters.ros import commands
from suwon_fleet.core.robots.command import RequestStop, StopKind
from suwon_fleet.core.robots.report import RobotReport
from suwon_fleet.wire.cdr import fleet
from suwon_fleet.wire.cdr.fleet import write_reports, write_stops

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=9)
REPORTS = st.builds(
    lambda robot_id, session, level, stamp_ns, stop_id, faults, whole: structs.replace(
        whole,
        robot_id=robot_id,
        session=session,
        stamp_ns=stamp_ns,
        stop_id=stop_id,
        faults=tuple(faults),
        pose=structs.replace(whole.pose, level=level),
    ),
    TEXTS,
    TEXTS,
    TEXTS,
    st.integers(-5, 2**62),
    TEXTS,
    st.lists(TEXTS, max_size=3),
    st.sampled_from([STATE, SHORT_STATE]),
)


@given(st.lists(st.tuples(REPORTS, TEXTS), max_size=4))
def test_they_are_the_same(told: list[tuple[RobotReport, str]]) -> None:
    payload, left_out = write_reports(told)
    assert not left_out
    read, wanted = deserialize_message(payload, msg.RobotReports), batch_of(told)
    assert read.version == wanted.version
    for one, other in zip(read.reports, wanted.reports, strict=True):
        if math.isnan(other.battery):
            assert math.isnan(one.battery)
            one.battery = other.battery = 0.0
        for number in ("speed", "battery"):  # 32 bits on the wire
            assert getattr(one, number) == pytest.approx(getattr(other, number))
            setattr(other, number, getattr(one, number))
        assert one == other


def test_numbers_come_through() -> None:
    payload, _ = write_reports([(STATE, "cart")])
    (read,) = deserialize_message(payload, msg.RobotReports).reports
    assert STATE.battery_soc is not None
    assert read.battery == pytest.approx(STATE.battery_soc)
    assert read.speed == pytest.approx(STATE.speed_mps)
    assert (read.path_index, read.granted_index) == (STATE.path_index, STATE.granted_index)


@pytest.mark.parametrize(
    "numbers",
    [{"path_index": 2**31}, {"granted_index": 2**53}, {"speed_mps": 1e39}, {"sequence": 2**64}],
)
def test_one_robots_numbers_do_not_keep_the_others_back(numbers: dict[str, Any]) -> None:
    mad = structs.replace(STATE, robot_id="mad", **numbers)
    payload, left_out = write_reports([(STATE, ""), (mad, ""), (SHORT_STATE, "")])
    assert left_out == ["mad"]
    read = deserialize_message(payload, msg.RobotReports).reports
    assert [one.robot_id for one in read] == [STATE.robot_id, SHORT_STATE.robot_id]


def test_words_of_robots_are_not_kept() -> None:
    before = fleet._text.cache_info().misses
    for number in range(10):
        write_reports([(structs.replace(SHORT_STATE, faults=(f"fault {number}",)), "")])
    assert fleet._text.cache_info().misses <= before + 3


STOPS = st.builds(RequestStop, TEXTS, TEXTS, st.sampled_from(list(StopKind)))


@given(st.lists(STOPS, max_size=4), st.integers(0, 2**31 * 10**9 - 10**9))
def test_stops_are_the_same(stops: list[RequestStop], at_ns: int) -> None:
    read = deserialize_message(write_stops(stops, at_ns), msg.RobotCommands)
    assert read == commands.batch_of(stops, at_ns)
