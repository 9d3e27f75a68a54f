# SPDX-License-Identifier: Apache-2.0
"""What may be done to a running world, without ROS in between."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from yard import Yard

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from suwon_fleet.core.robots.report import OperatingMode
from suwon_fleet.nodes.open_world import OpenWorld
from suwon_fleet.nodes.world_handle import MOST_STEPS, Place3D, Refused, Why, WorldHandle
from suwon_fleet.sim.robot import SimRobot
from suwon_fleet.sim.scenario import load_scenario
from suwon_fleet.sim.teleop import Velocity
from suwon_fleet.wire.sdf.write.markup import document
from suwon_fleet.wire.sdf.write.robots import robot as model_of

pytestmark = pytest.mark.ros
SECOND = 1_000_000_000
HERE = Place3D(8.0, 8.0, 0.0, 0.5)


class Held:
    """A yard's world, its handle, and who came, who went and how often it began again."""

    def __init__(self, folder: Path) -> None:
        self.judged = OpenWorld(load_scenario(Yard.write(folder).scenario), "run-1")
        self.came: list[str] = []
        self.gone: list[str] = []
        self.beginnings = 0
        self.handle = WorldHandle(
            self.judged,
            step=self.judged.step,
            came=self._came,
            gone=self.gone.append,
            began_again=self._begin,
        )

    def _came(self, robot: SimRobot) -> None:
        self.came.append(robot.robot_id)

    def _begin(self) -> None:
        self.beginnings += 1

    @property
    def hash(self) -> str:
        return self.judged.world.state_hash()


@pytest.fixture
def held(tmp_path: Path) -> Held:
    return Held(tmp_path)


def why(error: pytest.ExceptionInfo[Refused]) -> Why:
    return error.value.why


def test_paused_it_makes_exactly_the_steps_that_are_asked(held: Held) -> None:
    with pytest.raises(Refused, match="only a paused world") as no:
        held.handle.make_steps(1)
    assert why(no) is Why.FAILED
    held.handle.pause(True)
    held.handle.make_steps(7)
    assert (held.handle.now_ns, held.handle.is_held) == (7 * SECOND // 10, True)
    for count in (0, -1, MOST_STEPS + 1):
        with pytest.raises(Refused, match="make 1 to"):
            held.handle.make_steps(count)
    held.handle.pause(False)
    assert not held.handle.is_held


def test_it_runs_until_a_time_and_pauses(held: Held) -> None:
    held.handle.pause(True)
    held.handle.run_until(SECOND)
    while not held.handle.is_held:
        held.judged.step()
    assert held.handle.now_ns == SECOND
    with pytest.raises(Refused, match="past"):
        held.handle.run_until(SECOND)


def test_a_robot_is_put_elsewhere_and_begins_anew_there(held: Held) -> None:
    robot = held.judged.world.robots["cart-1"]
    session = robot.session
    held.handle.set_pose("cart_1", HERE)
    pose = held.judged.world.pose_of(robot)
    assert (pose.x_m, pose.y_m, pose.yaw_rad, pose.level) == (8.0, 8.0, 0.5, "ground")
    assert robot.session != session
    held.handle.set_pose("cart-1", Place3D(1.0, 2.0, 0.3, 0.0))
    assert held.handle.where(robot) == Place3D(1.0, 2.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("name", "place", "code"),
    [
        ("nobody", HERE, Why.NOT_FOUND),
        ("cart_1", Place3D(math.nan, 0.0, 0.0, 0.0), Why.INVALID_POSE),
        ("cart_1", Place3D(0.0, 0.0, 0.0, math.inf), Why.INVALID_POSE),
    ],
)
def test_what_cannot_be_put_there_stays(held: Held, name: str, place: Place3D, code: Why) -> None:
    before = held.hash
    with pytest.raises(Refused) as no:
        held.handle.set_pose(name, place)
    assert why(no) is code
    assert held.hash == before


def test_a_robot_goes_and_the_judge_looks_at_the_others(held: Held) -> None:
    held.judged.note_wanting("/fleet", ["cart-2", "cart-3"])
    held.judged.set_manual(held.judged.world.robots["cart-2"], True)
    held.handle.remove("cart_2")
    assert (held.gone, "cart_2" in held.handle.entities()) == (["cart-2"], False)
    for _ in range(20):
        held.judged.step()
    assert held.judged.summary()["robots"] == 3
    with pytest.raises(Refused) as no:
        held.handle.remove("cart_2")
    assert why(no) is Why.NOT_FOUND


@pytest.mark.parametrize(
    "what", ["delivery_indoor", "model://delivery_robot_indoor", "cart_1", "cart-1"]
)
def test_a_robot_comes(held: Held, what: str) -> None:
    name = held.handle.create("new", what, HERE, may_rename=False)
    robot = held.judged.world.robots[name]
    assert (robot.kind.id, robot.session, held.came) == ("delivery_indoor", "run-1", ["new"])
    for _ in range(20):
        held.judged.step()
    assert "new" in {report.robot_id for report in held.judged.world.reports()}


@pytest.mark.parametrize(
    ("name", "what", "code"),
    [
        ("cart_1", "delivery_indoor", Why.NAME_NOT_UNIQUE),
        ("a/b", "delivery_indoor", Why.NAME_INVALID),
        ("new", "model://tank", Why.NO_RESOURCE),
    ],
)
def test_who_cannot_come_does_not(held: Held, name: str, what: str, code: Why) -> None:
    with pytest.raises(Refused) as no:
        held.handle.create(name, what, HERE, may_rename=False)
    assert (why(no), held.came) == (code, [])


def test_a_name_that_is_taken_may_be_changed(held: Held) -> None:
    assert held.handle.create("cart_1", "cart_1", HERE, may_rename=True) == "cart_1_1"


def test_it_begins_again_as_it_was_whoever_came_and_went(held: Held) -> None:
    before = held.hash
    held.handle.remove("cart_3")
    held.handle.create("new", "humanoid", HERE, may_rename=False)
    held.judged.set_manual(held.judged.world.robots["cart-1"], True)
    for _ in range(50):
        held.judged.drive(held.judged.world.robots["cart-1"], Velocity(0.5, 0.0))
        held.judged.step()
    held.handle.begin_again()
    assert (held.handle.now_ns, held.beginnings) == (0, 1)
    assert (held.gone, held.came) == (["cart-3", "new"], ["new", "cart-3"])
    robots = held.judged.world.robots
    assert {robot.session for robot in robots.values()} == {"run-1-2"}
    for robot in robots.values():
        robot.session = "run-1"
    assert held.hash == before, "but for that"
    assert robots["cart-1"].mode is OperatingMode.AUTOMATIC
    for _ in range(20):
        held.judged.step()


def test_time_alone_is_set_back_and_those_added_go(held: Held) -> None:
    held.handle.create("new", "cart_1", HERE, may_rename=False)
    held.judged.step()
    held.handle.set_time_back()
    assert (held.handle.now_ns, held.beginnings) == (0, 1)
    held.handle.remove_added()
    assert held.gone == ["new"]


MULE = """<sdf version="1.9"><model name="mule"><link name="base"><collision name="c">
  <geometry><box><size>0.8 0.6 0.4</size></box></geometry></collision></link>
  <plugin filename="gz-sim-velocity-control-system" name="gz::sim::systems::VelocityControl"/>
</model></sdf>"""


def test_a_robot_comes_as_a_model_in_sdf(held: Held) -> None:
    world = held.judged.world
    ours = document(model_of(world.kinds["delivery_indoor"], "cart_9"), "")
    assert held.handle.create_from_text("", ours, HERE, may_rename=False) == "cart_9"
    made = world.robots["cart_9"]
    assert (made.kind.id, made.is_foreign) == ("delivery_indoor", False)

    assert held.handle.create_from_text("", MULE, HERE, may_rename=True) == "mule"
    mule = world.robots["mule"]
    assert mule.is_foreign
    held.judged.set_manual(mule, True)
    x_m = world.pose_of(mule).x_m
    for _ in range(10):
        held.judged.drive(mule, Velocity(2.0, 0.0, 0.0))
        held.judged.step()
    assert world.pose_of(mule).x_m == pytest.approx(x_m + 2.0 * math.cos(0.5))
    assert held.handle.create("twin", "mule", HERE, may_rename=False) == "twin"
    assert world.robots["twin"].kind is mule.kind
    held.handle.begin_again()
    assert "mule" not in world.robots


def test_a_robot_comes_from_a_file(held: Held, tmp_path: Path) -> None:
    file = tmp_path / "mule & co.sdf"
    file.write_text(MULE)
    for what in (str(file), f"file://{file}"):
        name = held.handle.create("", what, HERE, may_rename=True)
        assert held.judged.world.robots[name].is_foreign


@pytest.mark.parametrize(
    ("text", "said"),
    [("<sdf/>", "begin with <sdf"), ("<sdf", "sdf:1"), (MULE.replace("gz::", "my::"), "not drive")],
)
def test_broken_sdf_is_refused_with_what_to_mend(held: Held, text: str, said: str) -> None:
    before = held.hash
    with pytest.raises(Refused, match=said) as no:
        held.handle.create_from_text("new", text, HERE, may_rename=False)
    assert (why(no), held.came, held.hash) == (Why.PARSE_ERROR, [], before)
