# SPDX-License-Identifier: Apache-2.0
"""Gazebo's and the standard services of a simulated world, where their message packages are installed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from yard import Yard

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from action_msgs.msg import GoalStatus
from geometry_msgs.msg import Point, Pose, PoseStamped, Quaternion, Twist
from nodes.in_process import Stage, stage
from rclpy.action import ActionClient

from suwon_fleet.nodes.simulator import Simulator

pytestmark = pytest.mark.ros
SECOND = 1_000_000_000
HERE = Pose(position=Point(x=8.0, y=8.0), orientation=Quaternion(z=math.sin(0.3), w=math.cos(0.3)))


@pytest.fixture
def play() -> Iterator[Stage]:
    with stage() as play:
        yield play


def simulated(play: Stage, folder: Path, **parameters: object) -> Any:
    """It waits for a fleet that does not come: only what is asked of it moves its time."""
    return play.add(Simulator, Yard.write(folder).simulator | {"rate": 0.0} | parameters)


class Services:
    """Asks for services of a package that may not be installed."""

    package: str

    def __init__(self, play: Stage, world: Any) -> None:
        reason = f"{self.package} is not installed"
        self.msg = pytest.importorskip(f"{self.package}.msg", reason=reason)
        self.srv = pytest.importorskip(f"{self.package}.srv", reason=reason)
        self._play, self._node, self.world = play, play.observer(), world

    def answer(self, name: str, kind: str, fields: dict[str, Any]) -> Any:
        service = getattr(self.srv, kind)
        return self._play.answer(self._node, service, name, service.Request(**fields))


class Gazebo(Services):
    """Asks what Gazebo's bridge has."""

    package = "ros_gz_interfaces"

    def ask(self, name: str, kind: str, /, **fields: Any) -> bool:
        return bool(self.answer(f"/world/yard/{name}", kind, fields).success)

    def control(self, **fields: Any) -> bool:
        return self.ask("control", "ControlWorld", world_control=self.msg.WorldControl(**fields))

    def put(self, name: str, type_: int = 2) -> bool:
        entity = self.msg.Entity(name=name, type=type_)
        return self.ask("set_pose", "SetEntityPose", entity=entity, pose=HERE)

    def remove(self, name: str) -> bool:
        return self.ask("remove", "DeleteEntity", entity=self.msg.Entity(name=name, type=2))

    def create(self, name: str, **fields: Any) -> bool:
        factory = self.msg.EntityFactory(name=name, pose=HERE, **fields)
        return self.ask("create", "SpawnEntity", entity_factory=factory)


def test_gazebos_control(play: Stage, tmp_path: Path) -> None:
    gazebo = Gazebo(play, simulated(play, tmp_path))
    world = gazebo.world
    assert gazebo.control(pause=True, multi_step=25)
    assert world.world.now_ns == 25 * SECOND // 10
    assert gazebo.control(pause=True, step=True)
    assert world.world.now_ns == 26 * SECOND // 10
    until = gazebo.msg.WorldControl().run_to_sim_time
    until.sec = 1
    assert not gazebo.control(run_to_sim_time=until), "that is past"
    assert gazebo.control(pause=True, reset=gazebo.msg.WorldReset(all=True))
    assert world.world.now_ns == 0
    assert world.interface.is_held


@pytest.mark.parametrize(("profile", "answer"), [("safe", False), ("gazebo_strict", True)])
def test_a_thing_that_is_not_there(play: Stage, tmp_path: Path, profile: str, answer: bool) -> None:
    gazebo = Gazebo(play, simulated(play, tmp_path, profile=profile))
    assert gazebo.put("nobody") is answer
    assert gazebo.remove("nobody") is answer
    assert gazebo.put("cart_1", type_=3) is answer, "a link is no model"


def test_gazebos_create_remove_and_set_pose(play: Stage, tmp_path: Path) -> None:
    gazebo = Gazebo(play, simulated(play, tmp_path, robot_topics="on"))
    node, world = gazebo.world, gazebo.world.world
    assert gazebo.put("cart_1")
    pose = world.pose_of(world.robots["cart-1"])
    assert (pose.x_m, pose.y_m, pose.yaw_rad) == pytest.approx((8.0, 8.0, 0.6))
    assert gazebo.create("new", sdf_filename="model://delivery_robot")
    assert world.robots["new"].kind.id == "delivery_outdoor"
    assert node.count_publishers("/new/odom") == 1
    assert gazebo.create("cart_1", clone_name="cart_1", allow_renaming=True)
    assert not gazebo.create("cart_1", clone_name="cart_1")
    assert not gazebo.create("other", sdf="<sdf/>")
    assert not gazebo.create("other")
    assert gazebo.remove("new")
    assert "new" not in world.robots
    assert node.count_publishers("/new/odom") == 0


MULE = """<sdf version="1.9"><model name="mule"><link name="base"><collision name="c">
  <geometry><box><size>0.8 0.6 0.4</size></box></geometry></collision></link>
  <plugin filename="gz-sim-velocity-control-system" name="gz::sim::systems::VelocityControl"/>
</model></sdf>"""


def test_a_model_of_ones_own_is_driven_as_in_gazebo(play: Stage, tmp_path: Path) -> None:
    gazebo = Gazebo(play, simulated(play, tmp_path, robot_topics="off", profile="gazebo_strict"))
    node, world = gazebo.world, gazebo.world.world
    assert gazebo.create("", sdf=MULE)
    assert not [one for one in world.reports() if one.robot_id == "mule"], "to its fleet silent"
    steer = play.observer().create_publisher(Twist, "/mule/cmd_vel", 10)
    play.until(steer.get_subscription_count)
    twist = Twist()
    twist.linear.y = 1.0
    steer.publish(twist)
    mule = world.robots["mule"]
    play.until(lambda: mule.bodies.speed[mule.row] > 0.0)
    assert gazebo.control(pause=True, multi_step=10)
    assert world.pose_of(mule).y_m == pytest.approx(8.0 + math.cos(0.6))
    assert gazebo.remove("mule")
    assert gazebo.create("mule", sdf=MULE)
    assert gazebo.control(pause=True, multi_step=10)
    assert world.pose_of(world.robots["mule"]).y_m == 8.0, "what the other was told is forgotten"
    assert node.count_publishers("/mule/odom") == 1


class Standard(Services):
    """Asks what any simulator has."""

    package = "simulation_interfaces"

    def ask(self, name: str, kind: str, /, **fields: Any) -> Any:
        return self.answer(f"/gzserver/{name}", kind, fields)


def test_the_standard_simulation(play: Stage, tmp_path: Path) -> None:
    standard = Standard(play, simulated(play, tmp_path))
    world = standard.world.world
    features = standard.msg.SimulatorFeatures
    told = standard.ask("get_simulator_features", "GetSimulatorFeatures").features
    assert {features.SPAWNING, features.NAMED_POSES} <= set(told.features)
    assert features.WORLD_LOADING not in told.features
    assert standard.ask("step_simulation", "StepSimulation", steps=1).result.result == 4
    paused = standard.msg.SimulationState(state=2)
    for code in (1, 101):
        answer = standard.ask("set_simulation_state", "SetSimulationState", state=paused)
        assert answer.result.result == code
    assert standard.ask("get_simulation_state", "GetSimulationState").state.state == 2
    stopped = standard.msg.SimulationState(state=0)
    answer = standard.ask("set_simulation_state", "SetSimulationState", state=stopped)
    assert answer.result.result == 103
    assert standard.ask("step_simulation", "StepSimulation", steps=12).result.result == 1
    assert world.now_ns == 12 * SECOND // 10
    assert standard.ask("reset_simulation", "ResetSimulation", scope=2).result.result == 0
    assert standard.ask("reset_simulation", "ResetSimulation", scope=255).result.result == 1
    assert world.now_ns == 0


class Steps:
    """A client of the action, and the feedback it got."""

    def __init__(self, play: Stage, standard: Standard) -> None:
        self._play, self.world = play, standard.world
        actions = pytest.importorskip("simulation_interfaces.action")
        self._kind = actions.SimulateSteps
        self._client = ActionClient(play.observer(), self._kind, "/gzserver/simulate_steps")
        play.until(self._client.server_is_ready)
        self.told: list[tuple[int, int]] = []

    def begin(self, steps: int) -> Any:
        sent = self._client.send_goal_async(self._kind.Goal(steps=steps), self._hear)
        return self._until(sent)

    def end(self, goal: Any) -> tuple[int, int]:
        """How the goal ended, and with what code."""
        wrapped = self._until(goal.get_result_async())
        return wrapped.status, wrapped.result.result.result

    def cancel(self, goal: Any) -> None:
        self._until(goal.cancel_goal_async())

    def _until(self, future: Any) -> Any:
        self._play.until(future.done, step=self.world.advance)
        return future.result()

    def _hear(self, message: Any) -> None:
        told = message.feedback
        self.told.append((told.completed_steps, told.remaining_steps))


def test_steps_as_an_action(play: Stage, tmp_path: Path) -> None:
    standard = Standard(play, simulated(play, tmp_path))
    steps, world = Steps(play, standard), standard.world.world
    features = standard.ask("get_simulator_features", "GetSimulatorFeatures").features.features
    assert standard.msg.SimulatorFeatures.STEP_SIMULATION_ACTION in features
    assert steps.end(steps.begin(3)) == (GoalStatus.STATUS_ABORTED, 4), "it is not paused"
    standard.world.interface.handle.pause(True)
    assert steps.end(steps.begin(0)) == (GoalStatus.STATUS_ABORTED, 4)
    assert world.now_ns == 0
    first, second = steps.begin(3), steps.begin(2)
    assert steps.end(second) == (GoalStatus.STATUS_SUCCEEDED, 1)
    assert steps.end(first) == (GoalStatus.STATUS_SUCCEEDED, 1)
    assert steps.told == [(1, 2), (2, 1), (3, 0), (1, 1), (2, 0)]
    assert (world.now_ns, standard.world.interface.is_held) == (5 * SECOND // 10, True)


def test_steps_that_are_called_off_or_overtaken(play: Stage, tmp_path: Path) -> None:
    standard = Standard(play, simulated(play, tmp_path))
    steps, world = Steps(play, standard), standard.world.world
    handle = standard.world.interface.handle
    handle.pause(True)
    goal = steps.begin(2**63)
    play.until(lambda: world.now_ns > SECOND, step=standard.world.advance)
    steps.cancel(goal)
    assert steps.end(goal) == (GoalStatus.STATUS_CANCELED, 4)
    since_ns = world.now_ns
    standard.world.advance()
    assert world.now_ns == since_ns
    goal = steps.begin(2**63)
    handle.pause(False)
    assert steps.end(goal) == (GoalStatus.STATUS_ABORTED, 4), "somebody let time go on"


def test_the_standard_entities(play: Stage, tmp_path: Path) -> None:
    standard = Standard(play, simulated(play, tmp_path))
    world = standard.world.world
    everybody = [f"cart_{n}" for n in (1, 2, 3, 4)]
    assert standard.ask("get_entities", "GetEntities").entities == everybody
    filters = standard.msg.EntityFilters(filter="_[12]$")
    states = standard.ask("get_entities_states", "GetEntitiesStates", filters=filters)
    assert (states.entities, len(states.states)) == (everybody[:2], 2)
    filters = standard.msg.EntityFilters(filter="[")
    assert standard.ask("get_entities", "GetEntities", filters=filters).result.result == 4

    state = standard.msg.EntityState(pose=HERE)
    where = {"entity": "cart_1", "state": state, "set_pose": True}
    assert standard.ask("set_entity_state", "SetEntityState", **where).result.result == 1
    told = standard.ask("get_entity_state", "GetEntityState", entity="cart_1").state
    assert (told.pose.position.x, told.header.frame_id) == (8.0, "map")
    unknown = where | {"entity": "nobody"}
    assert standard.ask("set_entity_state", "SetEntityState", **unknown).result.result == 2

    resource = standard.msg.Resource(uri="model://humanoid")
    pose = PoseStamped(pose=HERE)
    spawn = {"name": "new", "entity_resource": resource, "initial_pose": pose}
    answer = standard.ask("spawn_entity", "SpawnEntity", **spawn)
    assert (answer.result.result, answer.entity_name) == (1, "new")
    assert standard.ask("spawn_entity", "SpawnEntity", **spawn).result.result == 101
    for text, code in ((MULE, 1), ("<sdf>", 106), ("", 104)):
        resource = standard.msg.Resource(resource_string=text)
        own = {"name": "", "entity_resource": resource, "initial_pose": pose}
        assert standard.ask("spawn_entity", "SpawnEntity", **own).result.result == code
    pose.header.frame_id = "moon"
    assert standard.ask("spawn_entity", "SpawnEntity", **spawn).result.result == 109
    info = standard.ask("get_entity_info", "GetEntityInfo", entity="new").info
    assert (info.category.category, info.description) == (1, "humanoid")
    bounds = standard.ask("get_entity_bounds", "GetEntityBounds", entity="new").bounds
    assert (bounds.type, bounds.points[0].z) == (1, world.kinds["humanoid"].height_m)
    assert standard.ask("delete_entity", "DeleteEntity", entity="new").result.result == 1
    assert standard.ask("delete_entity", "DeleteEntity", entity="new").result.result == 2


def test_the_maps_places_are_named_poses(play: Stage, tmp_path: Path) -> None:
    standard = Standard(play, simulated(play, tmp_path))
    spawnables = standard.ask("get_spawnables", "GetSpawnables").spawnables
    assert "model://delivery_robot" in {one.entity_resource.uri for one in spawnables}
    poses = standard.ask("get_named_poses", "GetNamedPoses").poses
    assert {"shop", "charger-1"} <= {pose.name for pose in poses}
    tags = standard.msg.TagsFilter(tags=["charger"])
    chargers = standard.ask("get_named_poses", "GetNamedPoses", tags=tags).poses
    assert {pose.name for pose in chargers} == {"charger-1", "charger-2"}
    assert chargers[0].pose.orientation.w == 1.0
