# SPDX-License-Identifier: Apache-2.0
"""The link over real DDS, both ends in this process."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
from msgspec import structs

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from nodes.in_process import Stage, stage
from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy
from report_messages import batch_of

from suwon_fleet import msg
from suwon_fleet.adapters.clocks import HeardClock
from suwon_fleet.adapters.ros.link import COMMANDS_QOS, MOST_OF_ONE, RosLink
from suwon_fleet.core.engine.messages import Announced, Reported
from suwon_fleet.core.robots.command import Pause, Resume
from suwon_fleet.core.robots.report import Pose, RobotReport

pytestmark = pytest.mark.ros


@dataclass
class Ends:
    """The fleet's end of the link, and the robots'."""

    play: Stage
    link: RosLink
    clock: HeardClock
    robots: Node
    batches: list[None]
    told: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.robots.create_subscription(
            msg.RobotCommands, "robot_commands", self.told.append, COMMANDS_QOS
        )

    def reporter(self, reliability: ReliabilityPolicy) -> Any:
        qos = QoSProfile(depth=10, reliability=reliability)
        publisher = self.robots.create_publisher(msg.RobotReports, "robot_reports", qos)
        self.play.until(publisher.get_subscription_count)
        return publisher


@pytest.fixture
def ends() -> Iterator[Ends]:
    with stage() as play:
        batches: list[None] = []
        fleet, robots = play.observer(), play.observer()
        clock = HeardClock()
        link = RosLink(fleet, clock, lambda: batches.append(None))
        yield Ends(play, link, clock, robots, batches)


def report(sequence: int, stamp_ns: int) -> RobotReport:
    return RobotReport("r1", sequence, stamp_ns, "s", Pose(0, 0), 0.0, 0, 0)


@pytest.mark.parametrize("reliability", [ReliabilityPolicy.BEST_EFFORT, ReliabilityPolicy.RELIABLE])
def test_reports_are_drained_once_and_in_order(ends: Ends, reliability: ReliabilityPolicy) -> None:
    out = ends.reporter(reliability)
    out.publish(batch_of([(report(1, 5_000), "cart")]))
    out.publish(batch_of([(report(2, 9_000), ""), (report(3, 7_000), "")]))
    ends.play.until(lambda: len(ends.batches) == 2)
    first, *others = ends.link.drain()
    assert isinstance(first, Announced)
    assert first.factsheet.kind == "cart"
    assert others == [Reported(report(2, 9_000)), Reported(report(3, 7_000))]
    assert ends.link.drain() == []
    assert ends.clock.now_ns() == 9_000


def test_faults_are_counted_and_the_newest_is_kept(ends: Ends) -> None:
    out = ends.reporter(ReliabilityPolicy.RELIABLE)
    out.publish(msg.RobotReports(reports=[msg.RobotReport()]))
    out.publish(msg.RobotReports(version=9))
    ends.play.until(lambda: ends.link.faults == 2)
    assert "version 9 is not known" in str(ends.link.last_fault)
    assert ends.batches == []


def test_who_floods_in_a_robots_name_keeps_out_nobody_else(ends: Ends) -> None:
    out = ends.reporter(ReliabilityPolicy.RELIABLE)
    other = structs.replace(report(1, 1), robot_id="r2")
    flood = [(report(number, 1), "") for number in range(MOST_OF_ONE + 7)]
    for turn in (1, 2):
        out.publish(batch_of([*flood, (other, "")]))
        ends.play.until(lambda: len(ends.batches) == turn)  # noqa: B023
        *kept, last = ends.link.drain()
        assert ([heard.report.robot_id for heard in kept], last) == (
            MOST_OF_ONE * ["r1"],
            Reported(other),
        )
    assert ends.link.share.turned_away == {"r1": 14}


def test_a_report_from_the_far_future_is_left_out(ends: Ends) -> None:
    out = ends.reporter(ReliabilityPolicy.RELIABLE)
    out.publish(batch_of([(report(1, 5_000), ""), (report(2, 6_000), "")]))
    out.publish(batch_of([(report(3, 2_000_000_000 * 10**9), ""), (report(4, 7_000), "")]))
    ends.play.until(lambda: len(ends.batches) == 2)
    assert [heard.report.sequence for heard in ends.link.drain()] == [1, 2, 4]
    assert ends.clock.now_ns() == 7_000
    assert ends.link.faults == 1
    assert "r1: stamp: error: 2000000000.0 s is far ahead" in str(ends.link.last_fault)


def test_commands_leave_with_the_flush_as_one_message(ends: Ends) -> None:
    ends.play.until(lambda: ends.robots.count_publishers("robot_commands") == 1)
    ends.link.send([Pause("r1")])
    ends.link.send([Resume("r2")])
    ends.link.flush(3_000_000_000)
    ends.link.flush(4_000_000_000)
    ends.play.until(lambda: len(ends.told) == 2)
    assert [c.verb for c in ends.told[0].commands] == ["pause", "resume"]
    assert [batch.stamp.sec for batch in ends.told] == [3, 4]
    assert not ends.told[1].commands


def test_what_is_urgent_leaves_at_once_and_waits_for_no_flush(ends: Ends) -> None:
    ends.play.until(lambda: ends.robots.count_publishers("robot_commands") == 1)
    ends.link.flush(3_000_000_000)
    ends.link.send([Pause("r1")])
    with ThreadPoolExecutor(1) as other:
        other.submit(ends.link.send_now, [Resume("r2")]).result()
    ends.play.until(lambda: len(ends.told) == 2)
    assert [c.verb for c in ends.told[1].commands] == ["resume"]
    assert ends.told[1].stamp.sec == 3, "the fleet has not come further by it"
    ends.link.close()
    ends.link.send_now([Resume("r2")])


def test_closed_it_has_left_the_topics(ends: Ends) -> None:
    ends.reporter(ReliabilityPolicy.RELIABLE)
    ends.link.close()
    ends.play.until(lambda: ends.robots.count_subscribers("robot_reports") == 0)
    ends.play.until(lambda: ends.robots.count_publishers("robot_commands") == 0)
