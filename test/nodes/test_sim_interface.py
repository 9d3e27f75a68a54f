# SPDX-License-Identifier: Apache-2.0
"""The simulator over ROS beside Gazebo behind ros_gz_bridge: the same names, and what they do."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from yard import Yard

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from geometry_msgs.msg import Twist, TwistStamped
from nav_msgs.msg import Odometry
from nodes.in_process import Stage, stage
from sensor_msgs.msg import BatteryState, JointState, LaserScan
from std_msgs.msg import Float64

from suwon_fleet import msg
from suwon_fleet.cli.main import main
from suwon_fleet.core.errors import BadInput
from suwon_fleet.core.robots.report import Compartment
from suwon_fleet.nodes.own_topics import QOS
from suwon_fleet.nodes.robot_topics import topic_name
from suwon_fleet.nodes.simulator import Simulator
from suwon_fleet.wire.sdf import of_kind
from suwon_fleet.wire.sdf.bridge import Way, crossings, services
from suwon_fleet.wire.sdf.load import load_world

pytestmark = pytest.mark.ros


@pytest.fixture
def play() -> Iterator[Stage]:
    with stage() as play:
        yield play


def simulated(play: Stage, folder: Path, **parameters: object) -> Any:
    """Four carts; as fast as this machine makes it."""
    given = {"rate": 50.0, "robot_topics": "on"} | parameters
    return play.add(Simulator, Yard.write(folder).simulator | given)


def is_there(ros_type: str) -> bool:
    return find_spec(ros_type.split("/")[0]) is not None


def test_names_and_types_are_those_of_the_bridge_to_gazebo(play: Stage, tmp_path: Path) -> None:
    Yard.write(tmp_path)
    fleets = ["delivery_indoor:1", "humanoid:1"]
    site, world = str(tmp_path / "yard.yaml"), str(tmp_path / "world.sdf")
    assert main(["map", "world", site, "--robots", *fleets, "--lidar", "-o", world]) == 0
    given = {"site": site, "fleets": fleets, "robot_topics": "on", "scan": "*"}
    node = play.add(Simulator, given)
    name, space = node.get_name(), node.get_namespace()
    told = dict(node.get_publisher_names_and_types_by_node(name, space))
    heard = dict(node.get_subscriber_names_and_types_by_node(name, space))
    gazebo = load_world(world)
    robots = {model.name for model in gazebo.models if model.drive is not None}
    assert len(robots) == 2
    compared = 0
    for crossing in crossings(gazebo):
        topic = crossing.ros_topic.replace("/gazebo/battery_state", "/battery_state")
        if topic.split("/")[1] in {"tf", "sim", *robots} and is_there(crossing.ros_type):
            side = told if crossing.way is Way.TO_ROS else heard
            assert side[topic] == [crossing.ros_type]
            compared += 1
    assert compared >= 10  # more where more message packages are
    both = [topic for topic in (*told, *heard) if topic.split("/")[1] in robots]
    names = {
        one.ros_topic.replace("/gazebo/battery_state", "/battery_state")
        for one in crossings(gazebo)
    }
    assert set(both) <= names, "and no others"
    offered = dict(node.get_service_names_and_types_by_node(name, space))
    for argument in services(gazebo):
        service, kind = argument.split("@")
        if is_there(kind):
            assert offered[service] == [kind]


def hear(play: Stage, kind: Any, topic: str) -> list[Any]:
    heard: list[Any] = []
    play.observer().create_subscription(kind, topic, heard.append, QOS)
    return heard


def hand(play: Stage, kind: Any, topic: str, message: Any) -> Callable[[], None]:
    out = play.observer().create_publisher(kind, topic, QOS)
    play.until(out.get_subscription_count)
    return lambda: out.publish(message)


def ahead(speed_mps: float) -> Twist:
    twist = Twist()
    twist.linear.x = speed_mps
    return twist


@pytest.mark.parametrize("topic", ["cmd_vel", "cmd_vel_stamped"])
def test_a_controller_drives_a_robot_as_in_gazebo(play: Stage, tmp_path: Path, topic: str) -> None:
    world = simulated(play, tmp_path, driven="cart-1", robot_topics="off")
    robot = world.world.robots["cart-1"]
    began = world.world.pose_of(robot)
    odometry = hear(play, Odometry, "/cart_1/odom")
    joints = hear(play, JointState, "/cart_1/joint_states")
    kind = Twist if topic == "cmd_vel" else TwistStamped
    message = ahead(0.4) if kind is Twist else TwistStamped(twist=ahead(0.4))
    steer = hand(play, kind, f"/cart_1/{topic}", message)

    def go_on() -> None:
        steer()
        world.advance()

    play.until(lambda: odometry and odometry[-1].pose.pose.position.x > 1.0 and joints, step=go_on)
    first, last = odometry[0], odometry[-1]
    assert (last.header.frame_id, last.child_frame_id) == ("cart_1/odom", "cart_1/base_link")
    assert abs(first.pose.pose.position.x) < 0.2, "wheel odometry begins at zero"
    assert last.twist.twist.linear.x == pytest.approx(0.4, abs=0.01)
    assert abs(last.pose.pose.position.y) < 1e-9
    now = world.world.pose_of(robot)
    assert math.dist((now.x_m, now.y_m), (began.x_m, began.y_m)) > 1.0
    wheels = dict(zip(joints[-1].name, joints[-1].velocity, strict=True))
    radius_m = of_kind.wheels(robot.kind).radius_m
    assert wheels["left_wheel_joint"] == pytest.approx(0.4 / radius_m, rel=0.05)
    assert not [told for told in world.world.reports() if told.robot_id == "cart-1"], "silent"


def test_a_humanoid_is_driven_to_the_side(play: Stage, tmp_path: Path) -> None:
    site = str(Yard.write(tmp_path).scenario.with_name("yard.yaml"))
    given = {"site": site, "fleets": ["humanoid:1"], "driven": "*", "rate": 50.0}
    world = play.add(Simulator, given)
    (robot,) = world.world.robots.values()
    name = topic_name(robot.robot_id)
    odometry = hear(play, Odometry, f"/{name}/odom")
    command = ahead(0.3)
    command.linear.y = -0.2
    steer = hand(play, Twist, f"/{name}/cmd_vel", command)

    def go_on() -> None:
        steer()
        world.advance()

    told = play.until(
        lambda: odometry and odometry[-1].pose.pose.position.x > 0.6 and odometry[-1], step=go_on
    )
    assert told.pose.pose.position.y == pytest.approx(-told.pose.pose.position.x * 2 / 3)
    assert (told.twist.twist.linear.x, told.twist.twist.linear.y) == pytest.approx((0.3, -0.2))


@pytest.mark.parametrize(("profile", "goes_on"), [("safe", False), ("gazebo_strict", True)])
def test_how_long_a_command_counts(
    play: Stage, tmp_path: Path, profile: str, goes_on: bool
) -> None:
    world = simulated(play, tmp_path, driven="*", profile=profile)
    robot = world.world.robots["cart-1"]
    steer = hand(play, Twist, "/cart_1/cmd_vel", ahead(0.3))

    def go_on() -> None:
        steer()
        world.advance()

    play.until(lambda: robot.bodies.speed[robot.row] > 0.29, step=go_on)
    for _ in range(20):
        play.turn()  # take in all that was said
    since_ns = world.world.now_ns
    play.until(lambda: world.world.now_ns > since_ns + 3_000_000_000, step=world.advance)
    assert bool(robot.bodies.speed[robot.row] > 0.29) is goes_on


def test_a_lid_is_opened_and_closed_by_its_joint(play: Stage, tmp_path: Path) -> None:
    world = simulated(play, tmp_path, driven="cart-1")
    robot = world.world.robots["cart-1"]
    for angle, state in ((1.2, Compartment.OPEN), (0.0, Compartment.CLOSED)):
        move = hand(play, Float64, "/cart_1/lid_joint/cmd_pos", Float64(data=angle))
        play.until(lambda: robot.compartment is state, step=move)  # noqa: B023
    other = world.world.robots["cart-2"]
    move = hand(play, Float64, "/cart_2/lid_joint/cmd_pos", Float64(data=1.0))
    for _ in range(20):
        move()
        play.turn()
    assert other.compartment is Compartment.CLOSED, "the fleet's robots open theirs themselves"


def test_a_battery_is_told_as_ros_defines_it(play: Stage, tmp_path: Path) -> None:
    world = simulated(play, tmp_path)
    robot = world.world.robots["cart-1"]
    told = hear(play, BatteryState, "/cart_1/battery_state")
    battery = play.until(lambda: told, step=world.advance)[-1]
    model = of_kind.battery(robot.kind)
    assert 0.5 < battery.percentage <= 1.0
    assert battery.current == pytest.approx(-robot.kind.battery.idle_w / battery.voltage, rel=1e-4)
    assert model.constant_v + model.linear_v < battery.voltage < model.constant_v
    assert battery.charge == pytest.approx(battery.percentage * model.capacity_ah, rel=1e-5)


def test_all_robots_are_told_in_one_message(play: Stage, tmp_path: Path) -> None:
    world = simulated(play, tmp_path, robot_topics="off", driven="cart-2")
    told = hear(play, msg.SimRobots, "/sim/robots")
    steer = hand(play, Twist, "/cart_2/cmd_vel", ahead(0.3))

    def go_on() -> None:
        steer()
        world.advance()

    play.until(lambda: told and max(told[-1].odom_x) > 0.5, step=go_on)
    robots = told[-1]
    assert list(robots.names) == [f"cart_{n}" for n in (1, 2, 3, 4)]
    assert set(robots.levels) == {"ground"}
    assert robots.odom_x[1] == max(robots.odom_x)
    assert robots.speed[1] == pytest.approx(0.3, abs=0.01)
    assert [robots.odom_x[row] for row in (0, 2, 3)] == [0.0] * 3
    assert all(0.5 < charge <= 1.0 for charge in robots.charge)


def test_transforms_say_where_it_is_by_its_wheels_and_in_truth(play: Stage, tmp_path: Path) -> None:
    tf = pytest.importorskip("tf2_msgs.msg", reason="tf2_msgs is not installed")
    world = simulated(play, tmp_path)
    by_wheels = hear(play, tf.TFMessage, "/tf")
    truly = hear(play, tf.TFMessage, "/sim/ground_truth")
    play.until(lambda: by_wheels and truly, step=world.advance)
    first = by_wheels[-1].transforms[0]
    assert (first.header.frame_id, first.child_frame_id) == ("cart_1/odom", "cart_1/base_link")
    assert first.transform.translation.x == 0.0
    first = truly[-1].transforms[0]
    pose = world.world.pose_of(world.world.robots["cart-1"])
    assert (first.header.frame_id, first.child_frame_id) == ("map", "cart_1")
    assert (first.transform.translation.x, first.transform.translation.y) == (pose.x_m, pose.y_m)


def test_a_robot_tells_whom_it_touches(play: Stage, tmp_path: Path) -> None:
    gazebo = pytest.importorskip(
        "ros_gz_interfaces.msg", reason="ros_gz_interfaces is not installed"
    )
    world = simulated(play, tmp_path, driven="cart-1")
    one, other = (world.world.robots[name] for name in ("cart-1", "cart-2"))
    bodies, pose = world.world.bodies, world.world.pose_of(one)
    bodies.x[other.row] = pose.x_m + math.cos(pose.yaw_rad)
    bodies.y[other.row] = pose.y_m + math.sin(pose.yaw_rad)
    contacts = hear(play, gazebo.Contacts, "/cart_1/contacts")
    steer = hand(play, Twist, "/cart_1/cmd_vel", ahead(0.4))

    def go_on() -> None:
        steer()
        world.advance()

    play.until(lambda: contacts, step=go_on)
    (contact,) = contacts[0].contacts
    assert contact.collision2.name == "cart_2::base_link::body_collision"


def test_a_scan_sees_the_walls_and_who_is_there(play: Stage, tmp_path: Path) -> None:
    world = simulated(play, tmp_path, scan="cart-1", robot_topics="off")
    one, other = (world.world.robots[name] for name in ("cart-1", "cart-2"))
    bodies = world.world.bodies
    bodies.x[one.row], bodies.y[one.row], bodies.yaw[one.row] = 12.0, 6.0, math.pi / 2
    bodies.x[other.row], bodies.y[other.row] = 12.0, 9.0
    scans = hear(play, LaserScan, "/cart_1/scan")
    scan = play.until(lambda: scans, step=world.advance)[-1]
    assert scan.header.frame_id == "cart_1/lidar"
    assert (len(scan.ranges), scan.range_max) == (180, 12.0)
    assert scan.ranges[90] == pytest.approx(3.0 - other.kind.radius_m, abs=0.02)
    assert min(scan.ranges[:20]) == pytest.approx(2.0, abs=0.05), "the hall's wall is behind it"


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"driven": "tank"}, "no robot that is simulated"),
        ({"driven": "cart-1", "external": "cart-1"}, "no robot that is simulated here"),
        ({"profile": "brave"}, "use safe, gazebo_strict"),
        ({"topics_hz": 100.0}, "from 0.1 to 10"),
    ],
)
def test_what_does_not_go_together_is_said(
    play: Stage, tmp_path: Path, parameters: dict[str, object], told: str
) -> None:
    with pytest.raises(BadInput, match=told):
        simulated(play, tmp_path, **parameters)
