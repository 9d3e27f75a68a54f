# SPDX-License-Identifier: Apache-2.0
"""Two ROS domains joined by bridges, whatever starts first and whatever ends."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("rclpy", reason="ROS 2 is not installed")
pytest.importorskip("zenoh", reason="Zenoh is not installed")

import zenoh
from diagnostic_msgs.msg import DiagnosticArray
from nav_msgs.msg import Odometry
from nodes.bridged_sites import Sites, joined
from nodes.in_process import Stage
from rclpy.qos import DurabilityPolicy, QoSProfile, qos_profile_sensor_data
from ros_fleet import echo
from std_msgs.msg import Int32
from zenoh_net import session_at

from suwon_fleet import msg
from suwon_fleet.adapters.ros.commands import batch_of
from suwon_fleet.adapters.ros.link import COMMANDS_QOS, REPORTS_QOS
from suwon_fleet.adapters.zenoh.session import SessionSettings
from suwon_fleet.cli.processes import Processes
from suwon_fleet.core.robots.command import Grant, Pause, Waypoint
from suwon_fleet.nodes import zenoh_bridge
from suwon_fleet.nodes.bridge import from_zenoh, route, to_zenoh
from suwon_fleet.robot import Body, Connection
from suwon_fleet.robot.link import Link
from suwon_fleet.robot.member import Member
from suwon_fleet.wire.cdr.topics import Odometry as Placed
from suwon_fleet.wire.cdr.topics import write_odometry

pytestmark = pytest.mark.ros
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
OUT = """\
to_zenoh:
  allow: [/fleet/.*, /loud]
  deny: [/fleet/secret]
  rules:
    - {match: /fleet/(.*), to: 'suwon/v1/belt/suseo/_fleet/ros/\\1'}
    - {match: /loud, max_hz: 4}
"""
IN = """\
from_zenoh:
  allow: [suwon/v1/belt/.*/_fleet/ros/.*, loud, r1/.*]
  rules:
    - {match: 'suwon/v1/belt/([^/]+)/_fleet/ros/(.*)', to: '/\\1/fleet/\\2'}
"""


@pytest.fixture
def sites(tmp_path: Path) -> Iterator[Sites]:
    with joined(tmp_path) as sites:
        yield sites


class Talker:
    """Publishes numbers for as long as it takes."""

    def __init__(self, play: Stage, topic: str = "/fleet/count", qos: Any = 100) -> None:
        self.play, self.node, self.said = play, play.observer(), 0
        self._publisher = self.node.create_publisher(Int32, topic, qos)

    def say(self) -> None:
        self.said += 1
        self._publisher.publish(Int32(data=self.said))

    def end(self) -> None:
        self.play.remove(self.node)


class Listener:
    """Keeps what it hears."""

    def __init__(self, play: Stage, topic: str, kind: Any = Int32, qos: Any = 100) -> None:
        self.heard: list[Any] = []
        play.observer().create_subscription(kind, topic, self.heard.append, qos)


@pytest.mark.parametrize("order", ["talker first", "bridges first"])
def test_a_topic_crosses_whoever_starts_first(sites: Sites, order: str) -> None:
    if order == "talker first":
        talker = Talker(sites.here)
        sites.bridge(sites.here, OUT, listens=True)
        sites.until(lambda: talker.said == 5, step=talker.say)
        sites.bridge(sites.there, IN)
        listener = Listener(sites.there, "/suseo/fleet/count")
    else:
        listener = Listener(sites.there, "/suseo/fleet/count")
        sites.bridge(sites.there, IN, listens=True)
        sites.bridge(sites.here, OUT)
        talker = Talker(sites.here)
    sites.until(lambda: len(listener.heard) >= 10, step=talker.say)
    numbers = [message.data for message in listener.heard]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


@pytest.mark.parametrize("which", ["talker", "near bridge", "far bridge"])
def test_what_starts_anew_is_found_again(sites: Sites, which: str) -> None:
    near = sites.bridge(sites.here, OUT, listens=which == "far bridge")
    far = sites.bridge(sites.there, IN, listens=which != "far bridge")
    talker, listener = Talker(sites.here), Listener(sites.there, "/suseo/fleet/count")
    sites.until(lambda: listener.heard, step=talker.say)
    if which == "talker":
        talker.end()
        talker = Talker(sites.here)
    elif which == "near bridge":
        sites.here.remove(near)
        sites.bridge(sites.here, OUT)
    else:
        sites.there.remove(far)
        sites.bridge(sites.there, IN)
    listener.heard.clear()
    sites.until(lambda: len(listener.heard) >= 5, step=talker.say)


def test_who_comes_late_hears_what_was_latched(sites: Sites) -> None:
    talker = Talker(sites.here, "/fleet/state", LATCHED)
    talker.say()
    near = sites.bridge(sites.here, OUT, listens=True)
    sites.until(lambda: any(route.counts.messages for route in near.to_zenoh.routes.values()))
    sites.bridge(sites.there, IN)
    listener = Listener(sites.there, "/suseo/fleet/state", qos=LATCHED)
    sites.until(lambda: listener.heard)
    assert [message.data for message in listener.heard] == [1]


def test_of_what_was_latched_who_comes_late_gets_no_more_than_its_publisher_keeps(
    sites: Sites,
) -> None:
    talker = Talker(sites.here, "/fleet/state", LATCHED)
    sites.bridge(sites.here, OUT, listens=True)
    sites.bridge(sites.there, IN)
    early = Listener(sites.there, "/suseo/fleet/state")
    sites.until(lambda: len(early.heard) >= 3, step=talker.say)
    sites.until(lambda: early.heard[-1].data == talker.said)
    deep = QoSProfile(depth=10, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    listener = Listener(sites.there, "/suseo/fleet/state", qos=deep)
    sites.until(lambda: listener.heard)
    assert [message.data for message in listener.heard] == [talker.said]


def test_what_is_kept_comes_through_an_outage(sites: Sites) -> None:
    keep = "rules: [{match: .*, keep: 1000}]"
    with session_at(mode="router", listen=[sites.endpoint]):
        sites.bridge(sites.here, f"to_zenoh: {{allow: [/fleet/.*], {keep}}}", mode="client")
        sites.bridge(sites.there, f"from_zenoh: {{allow: [fleet/.*], {keep}}}", mode="client")
        talker, listener = Talker(sites.here), Listener(sites.there, "/fleet/count")
        sites.until(lambda: listener.heard, step=talker.say)
        sites.until(lambda: listener.heard[-1].data == talker.said)
    until = talker.said + 30
    sites.until(lambda: talker.said == until, step=talker.say)
    assert listener.heard[-1].data == until - 30
    with session_at(mode="router", listen=[sites.endpoint]):
        sites.until(lambda: listener.heard[-1].data == until)
    numbers = [message.data for message in listener.heard]
    assert numbers == list(range(numbers[0], until + 1)), "none lost, none doubled, in order"


def test_what_is_not_allowed_stays_and_what_comes_too_often_is_thinned(sites: Sites) -> None:
    near = sites.bridge(sites.here, OUT, listens=True)
    far = sites.bridge(sites.there, IN)
    quiet, secret, other = (
        Talker(sites.here, topic) for topic in ("/fleet/count", "/fleet/secret", "/other")
    )
    loud = Talker(sites.here, "/loud")
    listener = Listener(sites.there, "/loud")
    heard = Listener(sites.there, "/suseo/fleet/count")
    told: list[Any] = []
    watcher = sites.here.observer()
    watcher.create_subscription(DiagnosticArray, "/diagnostics", told.append, 10)

    def speak() -> None:
        for talker in (quiet, secret, other, loud):
            talker.say()

    sites.until(lambda: len(listener.heard) >= 3 and len(heard.heard) >= 10, step=speak)
    assert set(near.to_zenoh.routes) == {"/fleet/count", "/loud"}
    assert set(far.from_zenoh.routes) == {"suwon/v1/belt/suseo/_fleet/ros/count", "loud"}
    assert near.to_zenoh.routes["/loud"].counts.held_back > 0
    last = loud.said
    sites.until(lambda: listener.heard[-1].data == last)  # the newest of those held back

    told.clear()
    statuses = sites.until(lambda: told)[-1].status
    (status,) = (one for one in statuses if "/loud -> loud" in one.name)
    values = {value.key: value.value for value in status.values}
    assert values["type"] == "std_msgs/msg/Int32"
    assert int(values["messages"]) >= 3
    assert int(values["held_back"]) > 0


def test_a_topic_published_on_both_sides_does_not_go_round(sites: Sites) -> None:
    both = "to_zenoh: {allow: [/chat]}\nfrom_zenoh: {allow: [chat]}\n"
    near = sites.bridge(sites.here, both, listens=True)
    far = sites.bridge(sites.there, both)
    talkers = [Talker(play, "/chat") for play in (sites.here, sites.there)]

    def chat() -> None:
        for talker in talkers:
            talker.say()

    sites.until(lambda: near.from_zenoh.troubles and far.from_zenoh.troubles, step=chat)
    assert "published on both sides" in near.from_zenoh.troubles["chat"]
    assert not near.from_zenoh.routes
    assert not far.from_zenoh.routes


def test_another_bridges_topics_are_taken_and_rubbish_on_them_is_counted(sites: Sites) -> None:
    """As zenoh-bridge-ros2dds tells of them."""
    far = sites.bridge(sites.there, IN, listens=True)
    listener = Listener(sites.there, "/r1/odom", Odometry, qos_profile_sensor_data)
    with session_at(connect=[sites.endpoint]) as robot:
        zid = str(robot.info.zid())
        alive = robot.liveliness()
        kept = [
            alive.declare_token(f"@/{zid}/@ros2_lv/MP/r1§odom/nav_msgs§msg§Odometry/:0::0,5"),
            alive.declare_token(f"@/{zid}/@ros2_lv/MP/r1§map/nav9_msgs§msg§Map/:::"),
            alive.declare_token(f"@/{zid}/@ros2_lv/SS/r1§reset/std_srvs§srv§Empty"),
        ]
        payload = write_odometry(Placed(5, "map", "base_link", 1.5, 0.0, 0.0, 0.25))

        def speak() -> None:
            robot.put("r1/odom", b"no CDR at all")
            robot.put("r1/odom", payload)

        sites.until(lambda: listener.heard and "r1/map" in far.from_zenoh.troubles, step=speak)
        come = far.from_zenoh.routes["r1/odom"]
        assert listener.heard[-1].pose.pose.position.x == 1.5
        assert come.counts.faults >= 1
        assert "not installed" in far.from_zenoh.troubles["r1/map"]
        for token in kept:
            token.undeclare()


def test_of_two_types_on_one_key_the_first_stays_and_the_other_is_told(sites: Sites) -> None:
    far = sites.bridge(sites.there, IN, listens=True)
    with session_at(connect=[sites.endpoint]) as robot:
        zid, alive = str(robot.info.zid()), robot.liveliness()
        kept = [alive.declare_token(f"@/{zid}/@ros2_lv/MP/r1§a/std_msgs§msg§Int32/:::")]
        first = sites.until(lambda: far.from_zenoh.routes.get("r1/a"))
        kept.append(alive.declare_token(f"@/{zid}/@ros2_lv/MP/r1§a/std_msgs§msg§String/:::"))
        sites.until(lambda: "std_msgs/msg/String" in far.from_zenoh.troubles.get("r1/a", ""))
        assert far.from_zenoh.routes["r1/a"] is first
        kept[0].undeclare()  # the first has ended, so the other's turn has come
        routes = far.from_zenoh.routes
        sites.until(
            lambda: "r1/a" in routes and routes["r1/a"].wanted.type == "std_msgs/msg/String"
        )
        sites.until(lambda: not far.from_zenoh.troubles)
        kept[1].undeclare()


def test_a_route_that_cannot_be_is_told_and_leaves_nothing_behind(
    sites: Sites, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise zenoh.ZError("refused")

    monkeypatch.setattr(from_zenoh, "declare_advanced_subscriber", refuse)
    monkeypatch.setattr(to_zenoh, "declare_advanced_publisher", refuse)
    far = sites.bridge(sites.there, "to_zenoh: {allow: [/b]}\n" + IN, listens=True)
    node = sites.there.observer()
    node.create_publisher(Int32, "/b", LATCHED)
    with session_at(connect=[sites.endpoint]) as robot:
        zid, alive = str(robot.info.zid()), robot.liveliness()
        kept = alive.declare_token(f"@/{zid}/@ros2_lv/MP/r1§a/std_msgs§msg§Int32/:1:1:,1")
        sites.until(lambda: far.from_zenoh.troubles and far.to_zenoh.troubles)
        assert "refused" in far.from_zenoh.troubles["r1/a"]
        assert "refused" in far.to_zenoh.troubles["/b"]
        sites.until(lambda: not node.count_publishers("/r1/a"))
        monkeypatch.undo()
        sites.until(lambda: far.from_zenoh.routes and far.to_zenoh.routes)
        kept.undeclare()


def test_all_that_does_not_cross_for_its_pace_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = 100.0
    monkeypatch.setattr(route, "time", SimpleNamespace(monotonic=lambda: now_s))
    crossed: list[bytes] = []
    counts = route.Counts()
    pace = route.Pace(1.0, crossed.append, counts)
    for said in (b"1", b"2", b"left out", b"left out, too"):
        pace.take(said)
    now_s = 101.5
    pace.take(b"4")
    pace.take(b"5")
    now_s = 103.0
    pace.look()
    assert crossed == [b"1", b"2", b"4", b"5"]
    assert counts.held_back == 2


ROBOTS = """\
robots: {site: belt}
nav2_robots:
  - {id: n-1, kind: courier, namespace: belt/n1, pose: odom}
"""
EXAMPLE = Path(__file__).parents[2] / "examples" / "zenoh_robot.py"
PLAYER = Path(__file__).parents[1] / "adapters" / "zenoh" / "nav2_player.py"


def test_robots_on_zenoh_are_robots_of_a_fleet_on_ros(sites: Sites) -> None:
    bridge = sites.bridge(sites.here, ROBOTS, listens=True)
    heard: dict[str, Any] = {}
    kinds: dict[str, str] = {}
    fleet = sites.here.observer()

    def hear(batch: Any) -> None:
        for report in batch.reports:
            heard[report.robot_id] = report
            kinds[report.robot_id] = report.kind or kinds.get(report.robot_id, "")

    fleet.create_subscription(msg.RobotReports, "/fleet/robot_reports", hear, REPORTS_QOS)
    out = fleet.create_publisher(msg.RobotCommands, "/fleet/robot_commands", COMMANDS_QOS)
    odometry = Listener(sites.here, "/n_1/odom", Odometry, qos_profile_sensor_data)
    others = Listener(sites.here, "/z_1/odom", Odometry, qos_profile_sensor_data)
    fleet.create_publisher(Odometry, "/z_1/odom", qos_profile_sensor_data)
    with Processes(echo) as processes:
        example = [
            sys.executable,
            str(EXAMPLE),
            sites.endpoint,
            "belt",
            "hall",
            "z-1",
            "1.0",
            "0.0",
        ]
        player = [sys.executable, str(PLAYER), sites.endpoint, "belt/n1", "1.0", "0.0", "0.0", "1"]
        processes.start("example", example)
        processes.start("player", player)
        sites.until(lambda: kinds == {"z-1": "delivery_indoor", "n-1": "courier"})
        sites.until(lambda: {report.mode for report in heard.values()} == {"automatic"})
        way = tuple(Waypoint(x, 0.0, "ground", 2.0) for x in (1.0, 2.0))
        grants = [Grant(robot_id, 0, way) for robot_id in (*heard, "stranger")]
        out.publish(batch_of(grants, 0))
        sites.until(lambda: all(report.path_index == 1 for report in heard.values()))
        out.publish(batch_of([Pause(robot_id) for robot_id in heard], 0))
        sites.until(lambda: all(report.stop == "paused" for report in heard.values()))
        assert bridge.robots.known.keys() == {"z-1", "n-1"}
    sites.until(lambda: bridge.robots.known.keys() == {"n-1"})  # z-1's process has ended
    assert odometry.heard[-1].pose.pose.position.x == 2.0
    assert not others.heard, "another node publishes it"
    topics = {name for name, _ in fleet.get_topic_names_and_types()}
    assert "/z_1/battery_state" not in topics


def test_what_happened_to_robots_is_logged_and_who_has_left_has_no_topics(
    sites: Sites, capfd: pytest.CaptureFixture[str]
) -> None:
    bridge = sites.bridge(sites.here, "robots: {site: belt}\n", listens=True)
    odometry = Listener(sites.here, "/z_1/odom", Odometry, qos_profile_sensor_data)
    node = sites.here.observer()
    connection, member = Connection([sites.endpoint]), Member("z-1", "courier", "1")
    for _ in range(2):  # it comes again
        link = Link(connection, "belt", "hall", "z-1")
        link.join(member.factsheet(time.time_ns()))
        sites.until(
            lambda: odometry.heard,
            step=lambda: link.say_state(member.state(Body(), time.time_ns())),  # noqa: B023
        )
        link.say_event(member.event("woken", {"by": "the test"}, time.time_ns()))
        sites.until(lambda: "z-1: woken by the test" in capfd.readouterr().err)
        link.close()
        sites.until(lambda: not bridge.robots.known and not node.count_publishers("/z_1/odom"))
        odometry.heard.clear()


def test_a_client_waits_for_its_router(sites: Sites) -> None:
    said: list[str] = []
    with ExitStack() as open_:

        def start_router(text: str) -> None:
            said.append(text)
            open_.enter_context(session_at(mode="router", listen=[sites.endpoint]))

        settings = SessionSettings(mode="client", connect=[sites.endpoint])
        session = zenoh_bridge.open_when_there(settings, start_router)
        (text,) = said
        assert "trying again" in text
        session.close()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("format: suwon_fleet/bridge@9", "wrong-format"),
        ("zenoh: {mode: carrier-pigeon}", "bad-zenoh-setting"),
        ("to_zenoh: {allow: ['(']}", "bad-pattern"),
    ],
)
def test_bad_files_end_it_with_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, told: str
) -> None:
    file = tmp_path / "bridge.yaml"
    file.write_text(text)
    assert zenoh_bridge.main(["--ros-args", "-p", f"config:={file}"]) == 2
    said = capsys.readouterr().err
    assert told in said
    assert "Traceback" not in said
