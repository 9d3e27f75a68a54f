# SPDX-License-Identifier: Apache-2.0
"""The simulator node, with the test as its fleet_manager."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from yard import ROBOTS, Yard

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from geometry_msgs.msg import Twist
from nav_msgs.msg import Odometry
from nodes.in_process import Stage, stage
from rosgraph_msgs.msg import Clock
from std_msgs.msg import String
from std_srvs.srv import SetBool

from suwon_fleet import msg
from suwon_fleet.adapters.ros.commands import batch_of
from suwon_fleet.adapters.ros.link import COMMANDS_QOS, REPORTS_QOS
from suwon_fleet.adapters.ros.reports import heard_in
from suwon_fleet.core.engine.messages import Announced
from suwon_fleet.core.errors import BadInput
from suwon_fleet.core.robots.report import OperatingMode
from suwon_fleet.nodes import simulator
from suwon_fleet.nodes.fleet_topics import LATEST_QOS
from suwon_fleet.nodes.robot_topics import topic_names
from suwon_fleet.nodes.simulator import Simulator
from suwon_fleet.srv import ClearFault, InjectFault

pytestmark = pytest.mark.ros
SECOND = 1_000_000_000


@pytest.fixture
def play() -> Iterator[Stage]:
    with stage() as play:
        yield play


class Fleet:
    """Hears the robots and tells how far it has come."""

    def __init__(self, play: Stage) -> None:
        self.node = play.observer()
        self.heard: list[Any] = []
        self._out = self.node.create_publisher(
            msg.RobotCommands, "/fleet/robot_commands", COMMANDS_QOS
        )
        self.node.create_subscription(
            msg.RobotReports, "/fleet/robot_reports", self._hear, REPORTS_QOS
        )
        play.until(self._out.get_subscription_count)

    def _hear(self, batch: Any) -> None:
        heard, wrong = heard_in(batch)
        assert not wrong
        self.heard += heard

    def tell(self, at_s: float) -> None:
        self._out.publish(batch_of([], round(at_s * SECOND)))


def simulated(play: Stage, folder: Path, **parameters: object) -> Any:
    return play.add(Simulator, Yard.write(folder).simulator | parameters)


def test_it_never_runs_further_ahead_than_it_may(play: Stage, tmp_path: Path) -> None:
    world = simulated(play, tmp_path, lead_s=1.5)
    fleet = Fleet(play)
    play.until(lambda: len(fleet.heard) >= ROBOTS, step=world.advance)
    assert world.world.now_ns == 0, "it waits for a fleet, and tells it who is there"
    assert all(isinstance(heard, Announced) for heard in fleet.heard)
    for at_s in (0.0, 0.5, 2.0):
        fleet.tell(at_s)
        play.until(lambda: world.world.now_ns == (at_s + 1.5) * SECOND, step=world.advance)  # noqa: B023
        for _ in range(20):
            world.advance()
        assert world.world.now_ns == (at_s + 1.5) * SECOND


def test_it_begins_where_a_fleet_is_that_goes_on(play: Stage, tmp_path: Path) -> None:
    world = simulated(play, tmp_path)
    fleet = Fleet(play)
    fleet.tell(1234.56)
    play.until(lambda: world.world.now_ns, step=world.advance)
    assert world.world.now_ns >= 1234.5 * SECOND
    began_ns = world.world.now_ns
    fleet.tell(3000.0)
    play.until(lambda: world.world.now_ns > began_ns, step=world.advance)
    for _ in range(100):
        world.advance()
    assert world.world.now_ns <= began_ns + 2 * SECOND, "no fleet is further than its world"


def test_with_a_rate_it_keeps_the_wall_clocks_pace(play: Stage, tmp_path: Path) -> None:
    world = simulated(play, tmp_path, rate=20.0)
    clocks: list[Any] = []
    play.observer().create_subscription(Clock, "/clock", clocks.append, 10)
    play.until(lambda: world.world.now_ns >= 10 * SECOND, step=world.advance)
    play.until(lambda: clocks, step=world.advance)
    summaries: list[Any] = []
    play.observer().create_subscription(String, "/sim/summary", summaries.append, LATEST_QOS)
    world.tell_summary()
    summary = json.loads(play.until(lambda: summaries)[-1].data)
    assert summary["sim_s"] >= 10.0
    assert summary["wall_s"] >= 10.0 / 20.0 - 0.01


def test_a_robot_of_the_fleet_is_driven_by_hand_once_it_is_manual(
    play: Stage, tmp_path: Path
) -> None:
    world = simulated(play, tmp_path, rate=10.0, robot_topics="on")
    hand = play.observer()
    odometry: list[Any] = []
    hand.create_subscription(Odometry, "/cart_1/odom", odometry.append, 10)
    wheel = hand.create_publisher(Twist, "/cart_1/cmd_vel", 10)
    twist = Twist()
    twist.linear.x = 0.4

    def steer() -> None:
        wheel.publish(twist)
        world.advance()

    play.until(lambda: odometry, step=steer)
    assert odometry[-1].twist.twist.linear.x == 0.0, "in automatic mode cmd_vel does nothing"

    switch = hand.create_client(SetBool, "/cart_1/set_manual")
    play.until(switch.service_is_ready)
    turned = switch.call_async(SetBool.Request(data=True))
    play.until(turned.done, step=world.advance)
    assert turned.result().success
    assert world.world.robots["cart-1"].mode is OperatingMode.MANUAL
    play.until(lambda: odometry[-1].twist.twist.linear.x > 0.3, step=steer)
    play.until(lambda: odometry[-1].pose.pose.position.x > 0.5, step=steer)


def test_faults_are_put_in_told_and_cleared(play: Stage, tmp_path: Path) -> None:
    world = simulated(play, tmp_path, rate=20.0)
    observer = play.observer()
    told: list[dict[str, Any]] = []
    observer.create_subscription(
        String, "/sim/events", lambda one: told.append(json.loads(one.data)), 10
    )

    def ask(kind: Any, name: str, **fields: str) -> Any:
        client = observer.create_client(kind, name)
        play.until(client.service_is_ready)
        asked = client.call_async(kind.Request(**fields))
        play.until(asked.done, step=world.advance)
        return asked.result()

    wrong = ask(InjectFault, "/sim/inject_fault", fault="{target: nobody, comms: {loss: 1}}")
    assert not wrong.accepted
    assert "[no-target]" in wrong.message
    fault = "{target: cart-1, comms: {partition: true}}"
    accepted = ask(InjectFault, "/sim/inject_fault", fault=fault)
    assert accepted.accepted
    play.until(lambda: told, step=world.advance)
    assert (told[0]["fault"], told[0]["is"]) == (accepted.fault_id, "began")
    assert len(world.world.reports()) == ROBOTS - 1
    assert not ask(ClearFault, "/sim/clear_fault", fault_id="other").accepted
    cleared = ask(ClearFault, "/sim/clear_fault")
    assert (cleared.accepted, cleared.cleared) == (True, 1)
    assert len(world.world.reports()) == ROBOTS


def test_rubbish_does_not_stop_it(play: Stage, tmp_path: Path) -> None:
    world = simulated(play, tmp_path)
    fleet = Fleet(play)
    rubbish = fleet.node.create_publisher(msg.RobotCommands, "/fleet/robot_commands", COMMANDS_QOS)
    play.until(rubbish.get_subscription_count)
    rubbish.publish(msg.RobotCommands(version=77))
    rubbish.publish(
        msg.RobotCommands(
            commands=[
                msg.RobotCommand(robot_id="cart-1", verb="fly"),
                msg.RobotCommand(robot_id="nobody", verb="pause"),
                msg.RobotCommand(robot_id="cart-1", verb="grant", waypoints=[msg.Waypoint()]),
            ]
        )
    )

    def go_on() -> None:
        fleet.tell(2.0)
        world.advance()

    play.until(lambda: world.world.now_ns >= 2 * SECOND, step=go_on)


def test_robots_whose_topics_would_be_one_are_refused() -> None:
    assert topic_names(["a-1", "7"]) == {"a-1": "a_1", "7": "robot_7"}
    with pytest.raises(BadInput, match="namespace of two robots"):
        topic_names(["a-1", "a_1"])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["-p", "scenario:=doomsday"], "there is no scenario 'doomsday'"),
        (["-p", "fleets:=[delivery_outdoor]"], "is not KIND:COUNT"),
        (["-p", "fleets:=['tank:3']"], "use a kind of delivery_indoor"),
        (["-p", "rate:=-1.0"], "give a number from 0 to 1000"),
        (["-p", "robot_topics:=few"], "use auto, on, off"),
        (["-p", "seed:=1.5"], "give a number from -1 to"),
    ],
)
def test_bad_parameters_are_told_in_lines_and_end_the_process(
    arguments: list[str], told: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with stage():
        assert simulator.main(["--ros-args", *arguments]) == 2
    errors = capfd.readouterr().err
    assert told in errors
    assert "Traceback" not in errors


def test_robots_by_kind_and_count(play: Stage, tmp_path: Path) -> None:
    Yard.write(tmp_path)
    world = play.add(
        Simulator,
        {"site": tmp_path / "yard.yaml", "fleets": ["delivery_indoor:3"], "seed": 5},
    )
    assert sorted(world.world.robots) == [f"delivery-indoor-{n}" for n in (1, 2, 3)]
