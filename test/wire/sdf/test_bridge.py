# SPDX-License-Identifier: Apache-2.0
"""The file of ros_gz_bridge: exactly the contract's topics, of whatever a world has."""

from pathlib import Path

import pytest
import yaml

from suwon_fleet.cli.main import main
from suwon_fleet.resources import resource_path
from suwon_fleet.wire.kinds import load_kinds
from suwon_fleet.wire.sdf.bridge import bridge_yaml, crossings, services
from suwon_fleet.wire.sdf.load import load_world
from suwon_fleet.wire.sdf.model import World
from suwon_fleet.wire.sdf.write.markup import document, tag
from suwon_fleet.wire.sdf.write.parts import door
from suwon_fleet.wire.sdf.write.robots import robot

KINDS = load_kinds(resource_path("config/robots"))

# ROS topic, Gazebo topic, ROS type, Gazebo type, direction: to ROS or to Gazebo
COMMON = """
/sim/ground_truth  /world/w/dynamic_pose/info                 tf2_msgs/msg/TFMessage         Pose_V        R
/{r}/cmd_vel       /model/{r}/cmd_vel                         geometry_msgs/msg/Twist        Twist         G
/{r}/cmd_vel_stamped /model/{r}/cmd_vel                       geometry_msgs/msg/TwistStamped Twist         G
/{r}/odom          /model/{r}/odometry                        nav_msgs/msg/Odometry          Odometry      R
/tf                /model/{r}/tf                              tf2_msgs/msg/TFMessage         Pose_V        R
/{r}/gazebo/battery_state /model/{r}/battery/main/state       sensor_msgs/msg/BatteryState   BatteryState  R
/{r}/scan          /world/w/model/{r}/link/base_link/sensor/lidar/scan sensor_msgs/msg/LaserScan LaserScan R
"""
WHEELED = """
/{r}/joint_states  /world/w/model/{r}/joint_state             sensor_msgs/msg/JointState     Model         R
/{r}/contacts      /world/w/model/{r}/link/base_link/sensor/bumper/contact ros_gz_interfaces/msg/Contacts Contacts R
/{r}/lid_joint/cmd_pos /model/{r}/joint/lid_joint/0/cmd_pos   std_msgs/msg/Float64           Double        G
"""  # noqa: E501
DOOR = """
/sim/ground_truth  /world/w/dynamic_pose/info                 tf2_msgs/msg/TFMessage         Pose_V        R
/d/joint_states    /world/w/model/d/joint_state               sensor_msgs/msg/JointState     Model         R
/d/slide/cmd_pos   /model/d/joint/slide/0/cmd_pos             std_msgs/msg/Float64           Double        G
"""


def table(text: str) -> set[tuple[str, ...]]:
    ways = {"R": "GZ_TO_ROS", "G": "ROS_TO_GZ"}
    rows = [line.split() for line in text.split("\n") if line]
    return {(ros, gz, kind, f"gz.msgs.{of}", ways[way]) for ros, gz, kind, of, way in rows}


def world_of(folder: Path, *models: object) -> World:
    path = folder / "w.sdf"
    path.write_text(document(tag("world", list(models), name="w"), "w"))  # type: ignore[arg-type]
    return load_world(path)


@pytest.mark.parametrize(
    ("kind", "rows"), [("delivery_outdoor", COMMON + WHEELED), ("humanoid", COMMON)]
)
def test_a_robot_has_the_topics_of_the_contract(kind: str, rows: str, tmp_path: Path) -> None:
    world = world_of(tmp_path, robot(KINDS[kind], "r_1", has_lidar=True))
    found = [(c.ros_topic, c.gz_topic, c.ros_type, c.gz_type, c.way) for c in crossings(world)]
    assert set(found) == table(rows.format(r="r_1"))
    assert len(found) == len(set(found))


def test_a_door_can_be_moved(tmp_path: Path) -> None:
    world = world_of(tmp_path, door("d", 2.0, 3.0))
    found = {(c.ros_topic, c.gz_topic, c.ros_type, c.gz_type, c.way) for c in crossings(world)}
    assert found == table(DOOR)


def test_topics_of_the_file_count(tmp_path: Path) -> None:
    text = document(tag("world", robot(KINDS["delivery_indoor"], "r"), name="w"), "w")
    text = text.replace(
        "<left_joint>", "<topic>/go</topic><odom_topic>/here</odom_topic><left_joint>"
    )
    (tmp_path / "w.sdf").write_text(text)
    names = {c.ros_topic: c.gz_topic for c in crossings(load_world(tmp_path / "w.sdf"))}
    assert (names["/r/cmd_vel"], names["/r/odom"]) == ("/go", "/here")


def test_the_file_is_what_the_bridge_takes(tmp_path: Path) -> None:
    world = world_of(tmp_path, robot(KINDS["delivery_outdoor"], "r"))
    entries = yaml.safe_load(bridge_yaml(world))
    assert len(entries) == len(crossings(world))
    for entry in entries:
        assert set(entry) == {
            "ros_topic_name", "gz_topic_name", "ros_type_name", "gz_type_name", "direction", "lazy",
        }  # fmt: skip
    assert services(world)[0] == "/world/w/control@ros_gz_interfaces/srv/ControlWorld"


def test_the_verb_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shipped = str(resource_path("sim/worlds/hanriver_path.sdf"))
    path = tmp_path / "bridge.yaml"
    assert main(["sim", "bridge", shipped, "-o", str(path)]) == 0
    assert main(["sim", "bridge", shipped]) == 0
    assert capsys.readouterr().out == path.read_text()
    assert main(["sim", "bridge", str(tmp_path / "none.sdf")]) == 2
    assert "no such file" in capsys.readouterr().err
