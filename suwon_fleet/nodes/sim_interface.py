# SPDX-License-Identifier: Apache-2.0
"""The contract that the simulator shares with Gazebo: robots' topics, and services for the world."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rclpy.node import Node

from suwon_fleet.nodes.drivers import Drivers
from suwon_fleet.nodes.gazebo_services import GazeboServices
from suwon_fleet.nodes.open_world import OpenWorld
from suwon_fleet.nodes.optional import optional_packages
from suwon_fleet.nodes.own_scan import OwnScan
from suwon_fleet.nodes.own_topics import OwnTopics
from suwon_fleet.nodes.robot_topics import topic_name, topic_names
from suwon_fleet.nodes.sim_topics import SimTopics
from suwon_fleet.nodes.simulate_steps import SimulateSteps
from suwon_fleet.nodes.standard_services import StandardServices
from suwon_fleet.nodes.world_handle import WorldHandle
from suwon_fleet.sim.robot import SimRobot
from suwon_fleet.wire.sdf.write.names import plain_name


@dataclass(frozen=True, slots=True)
class InterfaceParameters:
    """What the simulator was told of it."""

    has_robot_topics: bool
    topics_hz: float
    driven: tuple[str, ...]
    """Robots that only velocity commands move."""
    scanning: tuple[str, ...]
    """Robots that have a scan."""
    external: frozenset[str]
    """Robots that real controllers stand in for."""
    is_strict: bool
    """As Gazebo does, where that is no help."""


class SimInterface:
    """Call it before and after each step. One thread."""

    def __init__(
        self,
        node: Node,
        judged: OpenWorld,
        parameters: InterfaceParameters,
        *,
        step: Callable[[], None],
        began_again: Callable[[], None],
    ) -> None:
        """`began_again` is told when time has been set back. Raises BadInput when names are not apart."""
        self._node, self._parameters, self._told_again = node, parameters, began_again
        self.optional = optional_packages(node.get_logger().info)
        self._judged, self._world = judged, judged.world
        self._drivers = Drivers(judged, parameters.driven, holds=parameters.is_strict)
        self._topics = SimTopics(node, judged.world, self.optional, hz=parameters.topics_hz)
        if parameters.has_robot_topics:
            topic_names(judged.world.robots)  # they are apart
        for robot in judged.world.robots.values():
            self._came(robot)
        self.handle = WorldHandle(
            judged,
            step=step,
            came=self._came,
            gone=self._gone,
            began_again=self._began_again,
        )
        self._steps: SimulateSteps | None = None
        self._serve()

    def _serve(self) -> None:
        site, found = self._judged.scenario.site, self.optional
        if found.gazebo_srv:
            GazeboServices(
                self._node,
                self.handle,
                found.gazebo_srv,
                plain_name(site.id),
                is_strict=self._parameters.is_strict,
            )
        if found.standard_srv:
            lacking = [
                name
                for name, module in (
                    ("tf2_msgs", found.tf_msg),
                    ("ros_gz_interfaces", found.gazebo_msg),
                )
                if module is None
            ]
            without = f"Not installed: {', '.join(lacking)}." if lacking else ""
            StandardServices(
                self._node, self.handle, found.standard_msg, found.standard_srv, site, without
            )
            self._steps = SimulateSteps(self._node, self.handle, found.standard_action)

    def _came(self, robot: SimRobot) -> None:
        robot_id, parameters = robot.robot_id, self._parameters
        of_it = (*parameters.driven, *parameters.scanning)
        self._drivers.meet(robot)
        has_own = parameters.has_robot_topics or robot.is_foreign or robot_id in of_it
        if has_own and robot_id not in parameters.external:
            name = topic_name(robot_id)
            own = OwnTopics(self._node, robot, name, self._drivers, self.optional)
            scans = robot_id in parameters.scanning
            self._topics.add(own, OwnScan(self._node, self._world, robot, name) if scans else None)

    def _gone(self, robot_id: str) -> None:
        self._topics.remove(robot_id)
        self._drivers.forget(robot_id)

    def _began_again(self) -> None:
        self._drivers.take_over()
        self._topics.begin_again()
        self._told_again()

    @property
    def is_held(self) -> bool:
        """Whether time stands still by request."""
        return self.handle.is_held

    def step_for_an_action(self) -> bool:
        """Make a step that an action asks for; False if none does."""
        return self._steps is not None and self._steps.go_on()

    def before_step(self) -> None:
        """Commands that hold are given again."""
        self._drivers.hold()

    def after_step(self) -> None:
        """Tell what is due."""
        self._topics.tell()
