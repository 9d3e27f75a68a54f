# SPDX-License-Identifier: Apache-2.0
"""One fleet_manager serves robots that speak ROS and robots that speak Zenoh."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

pytest.importorskip("rclpy", reason="ROS 2 is not installed")
pytest.importorskip("zenoh", reason="eclipse-zenoh is not installed")

from diagnostic_msgs.msg import DiagnosticArray
from nodes.in_process import Stage, stage
from report_messages import batch_of
from yard import Yard
from zenoh_net import free_endpoint, put_once, session_at

from suwon_fleet import msg
from suwon_fleet.adapters.clocks import WallClock
from suwon_fleet.adapters.zenoh.peers import ZenohPeers
from suwon_fleet.core.engine.messages import PeerSaid, Tell
from suwon_fleet.core.errors import BadInput
from suwon_fleet.core.federation.messages import Promise, Withdraw
from suwon_fleet.core.robots.report import Pose, RobotReport
from suwon_fleet.nodes.fleet_manager import FleetManager
from suwon_fleet.nodes.told_lifecycle import FAILURE, SUCCESS
from suwon_fleet.robot import Action, Connection, Robot, Waypoint, run
from suwon_fleet.wire.zenoh.peers import key_to

pytestmark = pytest.mark.ros


class Post(Robot):
    """It stands where it is put."""

    def drive(self, to: Waypoint, period_s: float) -> bool:
        self.body.x_m, self.body.y_m = to.x_m, to.y_m
        return True

    def act(self, action: Action, period_s: float) -> bool | None:
        return False

    def halt(self) -> None:
        self.body.speed_mps = 0.0


@contextmanager
def post_at(endpoint: str, x_m: float, y_m: float) -> Iterator[Post]:
    """A robot over Zenoh runs on a thread of its own."""
    post, is_over = Post(), threading.Event()
    post.body.x_m, post.body.y_m, post.body.battery = x_m, y_m, 0.9
    post.body.compartment = "closed"
    post.tell("woken", by="the test")
    names = {"site": "yard", "zone": "hall", "robot_id": "post-1", "kind": "delivery_indoor"}
    thread = threading.Thread(
        target=run,
        args=(post, Connection([endpoint])),
        kwargs={**names, "rate_hz": 50.0, "until": is_over.is_set},
    )
    thread.start()
    try:
        yield post
    finally:
        is_over.set()
        thread.join()


def manager_in(play: Stage, folder: Path, **zenoh: str) -> Any:
    given = Yard.write(folder).manager | {"use_sim_time": False, "autostart": False, **zenoh}
    return play.add(FleetManager, given)


def test_robots_of_both_kinds_are_of_one_fleet(tmp_path: Path) -> None:
    endpoint = free_endpoint()
    with stage() as play:
        manager = manager_in(play, tmp_path, zenoh_listen=endpoint)
        assert manager.trigger_configure() == SUCCESS
        assert manager.trigger_activate() == SUCCESS
        node, told = play.observer(), []
        node.create_subscription(DiagnosticArray, "/diagnostics", told.append, 10)
        out = node.create_publisher(msg.RobotReports, "/fleet/robot_reports", 10)
        cart = RobotReport("cart-1", 0, 0, "1", Pose(-3.0, 0.0), 0.0, -1, -1, 0.9)

        def report() -> None:
            now_ns = time.time_ns()
            told_now = structs.replace(cart, sequence=now_ns, stamp_ns=now_ns)
            out.publish(batch_of([(told_now, "delivery_indoor")]))

        robots = manager.fleet.state.robots
        with post_at(endpoint, 27.0, 8.0):
            play.until(lambda: robots.keys() >= {"cart-1", "post-1"}, step=report)
            row = play.until(lambda: events_told(told), step=report)
        assert row["unusable"] == "0"
        assert int(row["states"]) > 0
        wanted = {"post-1": "comms_lost", "cart-1": "online"}
        play.until(
            lambda: {name: robots[name].states.connection for name in wanted} == wanted,
            step=report,
        )
        assert manager.trigger_deactivate() == SUCCESS
        manager.close()


def is_warning_of_owners(status: Any) -> bool:
    return status.name == "fleet_manager: other owners" and status.message.startswith("1 ")


def events_told(told: list[Any]) -> dict[str, str]:
    """The row about robots over Zenoh, once it tells of an event."""
    for status in told[-1].status if told else ():
        row = {value.key: value.value for value in status.values}
        if status.name == "fleet_manager: zenoh robots" and row["events"] == "1":
            return row
    return {}


@pytest.mark.parametrize(
    "zenoh",
    [
        {"zenoh_listen": "nonsense"},
        {"zenoh_config": "/no/such.json5"},
        {"zenoh_listen": "tcp/127.0.0.1:0", "zenoh_site": "No/Site"},
        {"zenoh_mode": "client", "zenoh_connect": "tcp/127.0.0.1:1"},
    ],
)
def test_what_cannot_be_is_told_and_leaves_the_node_as_it_was(
    tmp_path: Path, zenoh: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    with stage() as play:
        manager = manager_in(play, tmp_path, **zenoh)
        assert manager.trigger_configure() == SUCCESS
        assert manager.trigger_activate() == FAILURE
        assert "cannot activate: " in capfd.readouterr().err
        manager.close()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"groups": "belt"}, "group-half-given"),
        ({"group": "suseo"}, "group-half-given"),
        ({"groups": "belt", "group": "suseo"}, "group-alone"),
        ({"groups": "nowhere", "group": "x", "zenoh_listen": "tcp/127.0.0.1:0"}, "no-file"),
    ],
)
def test_who_owns_a_group_can_meet_the_others(
    tmp_path: Path, given: dict[str, str], said: str
) -> None:
    with stage() as play, pytest.raises(BadInput, match=said):
        manager_in(play, tmp_path, **given)


def test_a_manager_that_is_told_something_does_not_wait_for_its_next_turn(tmp_path: Path) -> None:
    with stage() as play:
        endpoint = free_endpoint()
        manager = manager_in(play, tmp_path, **south_of(tmp_path, endpoint))
        assert manager.trigger_configure() == SUCCESS
        assert manager.trigger_activate() == SUCCESS
        manager.destroy_timer(manager._active.timer)  # which makes all other turns
        with session_at(connect=[endpoint]) as session:
            north = ZenohPeers(session, WallClock(), "yard", "north")

            def has_answered() -> bool:
                north.tell([Tell("south", Promise("r@south>north.1"))])
                return bool(north.drain())

            play.until(has_answered)
            north.close()
        manager.close()


def south_of(folder: Path, endpoint: str) -> dict[str, str]:
    """What the manager of the southern half of the yard is given."""
    groups = folder / "groups.yaml"
    groups.write_text("format: suwon_fleet/groups@1\nrest: south\ngroups: {north: [north]}\n")
    return {"groups": str(groups), "group": "south", "zenoh_listen": endpoint}


def test_a_manager_of_a_group_meets_the_others(tmp_path: Path) -> None:
    with stage() as play:
        endpoint = free_endpoint()
        given = south_of(tmp_path, endpoint)
        manager = manager_in(play, tmp_path, **given)
        assert manager.trigger_configure() == SUCCESS
        assert manager.trigger_activate() == SUCCESS
        with session_at(connect=[endpoint]) as session:
            north = ZenohPeers(session, WallClock(), "yard", "north")
            heard = []

            def has_answered() -> bool:
                north.tell([Tell("south", Promise("r@south>north.1"))])
                heard.extend(north.drain())
                return PeerSaid("south", Withdraw("r@south>north.1")) in heard

            play.until(has_answered)
            told: list[Any] = []
            play.observer().create_subscription(DiagnosticArray, "/diagnostics", told.append, 10)
            put_once(session, key_to("yard", "north", "south"), b"no message")
            play.until(
                lambda: any(is_warning_of_owners(one) for array in told for one in array.status)
            )
            north.close()
        manager.close()
