# SPDX-License-Identifier: Apache-2.0
"""ROS tools drive a robot of docs/zenoh.md through the bridge: real nodes, a real robot's program."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rclpy", reason="ROS 2 is not installed")
pytest.importorskip("zenoh", reason="Zenoh is not installed")

from action_msgs.msg import GoalStatus
from nodes.in_process import Stage, stage
from rclpy.action import ActionClient
from zenoh_net import free_endpoint

from suwon_fleet import msg
from suwon_fleet.action import DriveRobot
from suwon_fleet.adapters.ros.link import COMMANDS_QOS
from suwon_fleet.nodes.zenoh_bridge import ZenohBridge
from suwon_fleet.robot import Action, Connection, Robot, Waypoint, run
from suwon_fleet.srv import ReleaseStop, RequestStop

pytestmark = pytest.mark.ros
OWN = "/fleet/zenoh_bridge"


class Cart(Robot):
    """Is at once where it is sent to, if it may."""

    def __init__(self) -> None:
        super().__init__()
        self.goes = threading.Event()
        self.goes.set()
        self.did: list[str] = []

    def drive(self, to: Waypoint, period_s: float) -> bool:
        if not self.goes.is_set():
            return False
        self.body.x_m, self.body.y_m = to.x_m, to.y_m
        return True

    def act(self, action: Action, period_s: float) -> bool | None:
        if action.is_cancelled:
            return False
        if not self.goes.is_set():
            return None
        self.did.append(f"{action.kind} {action.params}")
        action.result = "taken"
        return True

    def halt(self) -> None:
        self.body.speed_mps = 0.0


class Yard:
    """A bridge, a robot r-1 on Zenoh, and a tool on ROS."""

    def __init__(self, play: Stage, folder: Path) -> None:
        self.play, self.cart, self.leave = play, Cart(), threading.Event()
        endpoint, file = free_endpoint(), folder / "bridge.yaml"
        drive = "drive: {allow: ['r-.*'], deny: [r-9]}"
        head = f"format: suwon_fleet/bridge@1\nzenoh: {{listen: ['{endpoint}']}}\n"
        file.write_text(f"{head}robots: {{site: belt}}\n{drive}\n")
        self.bridge = play.add(ZenohBridge, {"config": file})
        told = {"site": "belt", "zone": "hall", "robot_id": "r-1", "kind": "courier"}
        self.thread = threading.Thread(
            target=run,
            args=(self.cart, Connection([endpoint])),
            kwargs={**told, "rate_hz": 50.0, "until": self.leave.is_set},
        )
        self.thread.start()
        self.tool = play.observer()
        self.client = ActionClient(self.tool, DriveRobot, f"{OWN}/drive_robot")
        self.feedback: list[Any] = []

    def ready(self) -> Yard:
        self.play.until(lambda: "r-1" in self.bridge.robots.known)
        self.play.until(self.client.server_is_ready)
        return self

    def send(self, robot_id: str = "r-1", *points: tuple[float, float], **what: Any) -> Any:
        """A goal that was accepted, as all are: what cannot be is told in the result."""
        way = [msg.Waypoint(x=x, y=y, level="ground", speed_limit=1.0) for x, y in points]
        goal = DriveRobot.Goal(robot_id=robot_id, waypoints=way, **what)
        told = self.client.send_goal_async(goal, lambda one: self.feedback.append(one.feedback))
        self.play.until(told.done)
        return told.result()

    def result(self, goal: Any) -> Any:
        asked = goal.get_result_async()
        self.play.until(asked.done)
        return asked.result()

    def close(self) -> None:
        self.leave.set()
        self.thread.join()
        self.client.destroy()


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    with stage() as play:
        made = Yard(play, tmp_path)
        try:
            yield made.ready()
        finally:
            made.close()


def test_a_robot_drives_and_acts_for_a_tool(yard: Yard) -> None:
    goal = yard.send(
        "r-1", (5.0, 0.0), (5.0, 3.0), act="load", param_names=["of"], param_values=["tea"]
    )
    answer = yard.result(goal)
    assert (answer.status, answer.result.code) == (GoalStatus.STATUS_SUCCEEDED, "")
    assert (answer.result.accepted, answer.result.result) == (True, "taken")
    assert (yard.cart.body.x_m, yard.cart.body.y_m) == (5.0, 3.0)
    assert yard.cart.did == ["load {'of': 'tea'}"]
    assert yard.feedback[0].waypoints_left > 0


def test_a_goal_that_is_cancelled_ends_where_the_ground_ends(yard: Yard) -> None:
    yard.cart.goes.clear()
    goal = yard.send("r-1", (50.0, 0.0), act="load")
    yard.play.until(lambda: yard.feedback)
    busy = yard.result(yard.send("r-1", (1.0, 0.0)))
    assert (busy.status, busy.result.code) == (GoalStatus.STATUS_ABORTED, "drive-robot-busy")
    asked = goal.cancel_goal_async()
    yard.play.until(asked.done)
    yard.cart.goes.set()
    assert yard.result(goal).status == GoalStatus.STATUS_CANCELED
    assert yard.cart.body.x_m <= 6.0
    assert yard.cart.did == []


@pytest.mark.parametrize(
    ("robot_id", "what", "code"),
    [
        ("r-9", {}, "drive-not-allowed"),
        ("cart", {}, "drive-not-allowed"),
        ("r-2", {}, "no-such-robot"),
        ("r-1", {"act": "dance"}, "drive-bad-goal"),
    ],
)
def test_what_cannot_be_is_told(yard: Yard, robot_id: str, what: dict[str, Any], code: str) -> None:
    answer = yard.result(yard.send(robot_id, (1.0, 0.0), **what))
    assert (answer.status, answer.result.code) == (GoalStatus.STATUS_ABORTED, code)
    assert answer.result.reason_en
    assert not answer.result.accepted


def test_where_a_fleet_manager_commands_no_tool_does(yard: Yard) -> None:
    yard.cart.goes.clear()
    goal = yard.send("r-1", (1.0, 0.0))
    yard.tool.create_publisher(msg.RobotCommands, "/fleet/robot_commands", COMMANDS_QOS)
    for one in (goal, None):
        answer = yard.result(one or yard.send("r-1", (1.0, 0.0)))
        assert (answer.status, answer.result.code) == (
            GoalStatus.STATUS_ABORTED,
            "drive-robot-has-fleet",
        )


def test_a_tool_stops_a_robot_and_lets_it_go_on(yard: Yard) -> None:
    heard: list[Any] = []
    yard.tool.create_subscription(
        msg.RobotReports, "/fleet/robot_reports", lambda batch: heard.extend(batch.reports), 100
    )

    def ask(service: Any, name: str, **what: Any) -> Any:
        request = service.Request(scope="robot", requester="test", **what)
        return yard.play.answer(yard.tool, service, f"{OWN}/{name}", request)

    assert ask(ReleaseStop, "release_stop", id="r-1").code == "drive-no-stop"
    told = ask(RequestStop, "request_stop", id="r-1")
    assert (told.accepted, told.robot_ids) == (True, ["r-1"])
    stopped = (told.stop_id, "protective")
    yard.play.until(lambda: heard and (heard[-1].stop_id, heard[-1].stop) == stopped)
    assert ask(ReleaseStop, "release_stop", id="r-1").accepted
    yard.play.until(lambda: heard[-1].stop == "none")
    assert ask(RequestStop, "request_stop", id="r-9").code == "drive-not-allowed"
    assert ask(RequestStop, "request_stop", id="r-1", kind="gently").code == "drive-bad-goal"
    request = RequestStop.Request(scope="all")
    answer = yard.play.answer(yard.tool, RequestStop, f"{OWN}/request_stop", request)
    assert answer.code == "drive-one-robot"
