# SPDX-License-Identifier: Apache-2.0
"""The simulator in lockstep with rigs over Zenoh and over ROS, and with controllers on the wall's clock."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from yard import Yard

pytest.importorskip("rclpy", reason="ROS 2 is not installed")
pytest.importorskip("zenoh", reason="eclipse-zenoh is not installed")

from diagnostic_msgs.msg import DiagnosticArray
from nodes.in_process import Stage, stage
from ros_fleet import echo
from zenoh_net import free_endpoint, put_once, session_at

from suwon_fleet import msg
from suwon_fleet.adapters.clocks import HeardClock
from suwon_fleet.adapters.zenoh.link import ZenohLink
from suwon_fleet.cli.processes import Processes
from suwon_fleet.core.engine.messages import Announced
from suwon_fleet.core.errors import BadInput
from suwon_fleet.core.robots.command import Grant, Waypoint
from suwon_fleet.core.robots.report import Pose, RobotReport
from suwon_fleet.nodes.rigs import Aborted
from suwon_fleet.nodes.simulator import Simulator
from suwon_fleet.wire.zenoh.reports import encode_state

pytestmark = pytest.mark.ros
PROGRAM = Path(__file__).parents[2] / "examples" / "hil_rig.py"
HOME = ("yard", "hall")
SECOND = 1_000_000_000
FASTEST = {"rate": 1000.0, "robot_topics": "off"}
"""As fast as those in lockstep answer."""


@pytest.fixture
def play() -> Iterator[Stage]:
    with stage() as play:
        yield play


@contextmanager
def rig_at(endpoint: str, name: str, x: float, y: float, *options: str) -> Iterator[None]:
    """The example's program runs."""
    command = [sys.executable, str(PROGRAM), endpoint, *HOME, name, str(x), str(y), *options]
    with Processes(echo) as processes:
        processes.start("rig", command)
        yield


def simulated(play: Stage, folder: Path, **parameters: object) -> Any:
    return play.add(Simulator, Yard.write(folder).simulator | FASTEST | parameters)


class Participant:
    """One over ROS, which answers while it is told to."""

    def __init__(self, play: Stage, name: str) -> None:
        self.name, self.answers = name, True
        self.ticks: list[int] = []
        self.node = play.observer()
        self._out = self.node.create_publisher(msg.SimTicked, "/sim/ticked", 10)
        self.node.create_subscription(msg.SimTick, "/sim/tick", self._hear, 10)

    def join(self, play: Stage) -> None:
        play.until(self._out.get_subscription_count)
        self._out.publish(msg.SimTicked(participant=self.name))

    def _hear(self, told: Any) -> None:
        self.ticks.append(told.tick)
        if self.answers:
            at = msg.Pose2D(x=0.01 * told.tick, y=-9.0, level="ground")
            self._out.publish(
                msg.SimTicked(
                    participant=self.name, run=told.run, tick=told.tick, has_pose=True, pose=at
                )
            )


def test_the_world_waits_for_rigs_over_zenoh_and_over_ros(play: Stage, tmp_path: Path) -> None:
    endpoint = free_endpoint()
    names = {"lockstep": "cart-1,cart-2", "external": "cart-1,cart-2", "zenoh_listen": endpoint}
    world = simulated(play, tmp_path, lockstep_deadline_s=60.0, **names)
    ros = Participant(play, "cart-2")
    with (
        rig_at(endpoint, "cart-1", 3.0, 0.0, "--lockstep"),
        session_at(mode="client", connect=[endpoint]) as session,
        closing(ZenohLink(session, HeardClock(), HOME[0])) as fleet,
    ):
        ros.join(play)
        heard: list[Any] = []
        who, *_ = play.until(lambda: announced(heard, fleet), step=world.advance)
        assert who.report.stamp_ns % (SECOND // 10) == 0, "simulated time"
        way = tuple(Waypoint(x, 0.0, "ground", 1.0) for x in (3.0, 7.0))
        fleet.send([Grant("cart-1", 0, way)])

        def go_on() -> None:
            fleet.drain()  # which tells it again until it was heard
            world.advance()

        play.until(lambda: world.world.poses()["cart-1"].x_m == pytest.approx(7.0), go_on)
        # a moment more for the path index, which only reports tell
        play.until(lambda: path_index(world, "cart-1") == 1, step=world.advance)
    lockstep = world.summary()["lockstep"]
    assert (lockstep["lost"], lockstep["overruns"]) == (0, 0)
    assert lockstep["participants"]["cart-1"]["ticks"] >= 40
    assert ros.ticks[:20] == sorted({*ros.ticks[:20]})
    place = world.world.poses()["cart-2"]
    assert place.x_m > 0.5, "one centimetre a tick"
    assert place.y_m == -9.0
    assert {r.robot_id for r in world.world.reports()} == {"cart-3", "cart-4"}


def announced(heard: list[Any], fleet: ZenohLink) -> list[Announced]:
    """Robots that have said who they are."""
    heard += fleet.drain()
    return [one for one in heard if isinstance(one, Announced)]


def path_index(world: Any, name: str) -> int:
    return int(world.world.bodies.reached[world.world.robots[name].row])


def test_nothing_begins_before_all_have_joined(play: Stage, tmp_path: Path) -> None:
    world = simulated(play, tmp_path, lockstep="arm")
    for _ in range(20):
        world.advance()
    assert world.world.now_ns == 0
    arm = Participant(play, "arm")
    arm.join(play)
    play.until(lambda: world.world.now_ns >= SECOND, step=world.advance)


def test_who_is_late_is_skipped_and_shown_and_comes_back(play: Stage, tmp_path: Path) -> None:
    given = {"lockstep": "arm", "lockstep_policy": "skip", "lockstep_deadline_s": 0.2}
    world = simulated(play, tmp_path, **given)
    arm = Participant(play, "arm")
    statuses: list[Any] = []
    play.observer().create_subscription(
        DiagnosticArray, "/diagnostics", lambda told: statuses.extend(told.status), 10
    )
    arm.join(play)
    play.until(lambda: len(arm.ticks) > 3, step=world.advance)
    arm.answers = False
    now_ns = world.world.now_ns
    play.until(lambda: world.world.now_ns > now_ns + SECOND, step=world.advance)
    world.tell_summary()

    def shown() -> list[Any]:
        return [s for s in statuses if s.name == "simulator: lockstep: arm" and s.level != b"\0"]

    play.until(shown)
    lost = world.summary()["lockstep"]["lost"]
    assert lost >= 10
    arm.answers = True
    answered = world.summary()["lockstep"]["participants"]["arm"]["ticks"]
    play.until(
        lambda: world.summary()["lockstep"]["participants"]["arm"]["ticks"] > answered + 10,
        step=world.advance,
    )


def test_what_cannot_be_read_is_left_out_and_told(play: Stage, tmp_path: Path) -> None:
    endpoint = free_endpoint()
    world = simulated(play, tmp_path, external="cart-1", zenoh_listen=endpoint)
    node, nowhere = play.observer(), math.nan
    told: list[Any] = []
    node.create_subscription(
        DiagnosticArray, "/diagnostics", lambda heard: told.extend(heard.status), 10
    )
    ticked = node.create_publisher(msg.SimTicked, "/sim/ticked", 10)
    reports = node.create_publisher(msg.RobotReports, "/fleet/robot_reports", 10)
    play.until(lambda: ticked.get_subscription_count() and reports.get_subscription_count())
    ticked.publish(
        msg.SimTicked(participant="cart-1", run="1", has_pose=True, pose=msg.Pose2D(x=nowhere))
    )

    def shown() -> list[str]:
        world.advance()
        world.tell_summary()
        found = [one for one in told if one.name == "simulator: controllers"]
        return [value.value for one in found[-1:] for value in one.values]

    strange = msg.RobotReport(robot_id="cart-1", pose=msg.Pose2D(x=nowhere))
    reports.publish(msg.RobotReports(version=1, reports=[strange]))
    with session_at(mode="client", connect=[endpoint]) as session:
        key = f"suwon/v1/{'/'.join(HOME)}"
        put_once(session, f"{key}/cart-1/ticked", b"rubbish")
        put_once(session, f"{key}/cart-1/state", b"rubbish")
        session.put(f"{key}/cart-9/state", b"is none of ours")
        play.until(lambda: shown() == ["4"])
        another = RobotReport("cart-9", 1, 0, "one", Pose(0.0, 0.0), 0.0, -1, -1)
        put_once(session, f"{key}/cart-1/state", encode_state(another))
        play.until(lambda: shown() == ["5"])


def test_it_may_end_instead(play: Stage, tmp_path: Path) -> None:
    given = {"lockstep": "arm", "lockstep_policy": "abort", "lockstep_deadline_s": 0.05}
    world = simulated(play, tmp_path, **given)
    arm = Participant(play, "arm")
    arm.answers = False
    arm.join(play)
    with pytest.raises(Aborted, match="arm did not answer tick 0"):
        play.until(lambda: False, step=world.advance)


def test_real_robots_mix_with_simulated_ones_on_the_walls_clock(
    play: Stage, tmp_path: Path
) -> None:
    endpoint = free_endpoint()
    given = {"external": "cart-1", "clock": "wall", "rate": 1.0, "zenoh_listen": endpoint}
    given |= {"robot_topics": "on"}
    world = simulated(play, tmp_path, **given)
    with rig_at(endpoint, "cart-1", -2.5, 1.25):
        play.until(
            lambda: (
                math.dist((world.world.bodies.x[0], world.world.bodies.y[0]), (-2.5, 1.25)) == 0
            ),
            step=world.advance,
        )
    play.until(lambda: abs(world.world.now_ns - time.time_ns()) < 2 * SECOND, step=world.advance)
    assert world.world.now_ns % (SECOND // 10) == 0
    assert world.summary()["pace"]["steps"] > 0
    topics = {name for name, _ in world.get_topic_names_and_types()}
    assert "/cart_2/odom" in topics
    assert "/cart_1/odom" not in topics, "it has a controller of its own"


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"external": "cart-9"}, "no robot 'cart-9'"),
        ({"clock": "wall", "rate": 2.0}, "waits for nobody"),
        ({"clock": "wall", "rate": 1.0, "lockstep": "arm"}, "waits for nobody"),
        ({"lockstep_policy": "hope"}, "'hope' is not known"),
        ({"lockstep": "arm", "zenoh_listen": "nowhere"}, "nowhere"),
        ({"lockstep": "arm", "zenoh_connect": "tcp/127.0.0.1:1"}, "connect"),
    ],
)
def test_wrong_parameters_are_named(
    play: Stage, tmp_path: Path, given: dict[str, object], what: str
) -> None:
    with pytest.raises(BadInput, match=what):
        simulated(play, tmp_path, **given)
