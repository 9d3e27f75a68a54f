# SPDX-License-Identifier: Apache-2.0
"""The services of ros-simulation's simulation_interfaces, under /gzserver as Gazebo has them.

Its action is in :mod:`.simulate_steps`.
Releases differ in a few fields; what a message has not is left out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from geometry_msgs.msg import Point, Pose, Quaternion, Vector3
from rclpy.node import Node

from suwon_fleet.adapters.ros import fields
from suwon_fleet.core.sitemap import SiteMap
from suwon_fleet.nodes.gazebo_services import place_of
from suwon_fleet.nodes.world_handle import Place3D, Refused, Why, WorldHandle

OK, PLAYING, PAUSED = 1, 1, 2
ALREADY_SO, NO_SUCH_CHANGE = 101, 103
"""Of SetSimulationState."""
DEFAULT, TIME, SPAWNED, ALL = 0, 1, 4, 255
"""Scopes of ResetSimulation."""
FRAMES = ("", "map", "world")
_ROBOT = 1
"""Of EntityCategory."""
_FEATURES = (
    "SPAWNING",
    "SPAWNING_RESOURCE_STRING",
    "DELETING",
    "NAMED_POSES",
    "ENTITY_BOUNDS",
    "ENTITY_BOUNDS_BOX",
    "ENTITY_CATEGORIES",
    "ENTITY_STATE_GETTING",
    "ENTITY_STATE_SETTING",
    "ENTITY_INFO_GETTING",
    "SPAWNABLES",
    "SIMULATION_RESET",
    "SIMULATION_RESET_TIME",
    "SIMULATION_RESET_SPAWNED",
    "SIMULATION_STATE_GETTING",
    "SIMULATION_STATE_SETTING",
    "SIMULATION_STATE_PAUSE",
    "STEP_SIMULATION_SINGLE",
    "STEP_SIMULATION_MULTIPLE",
    "STEP_SIMULATION_ACTION",
)


class StandardServices:
    """Belongs to the thread that spins the node. `msg` and `srv` are simulation_interfaces'."""

    def __init__(
        self, node: Node, handle: WorldHandle, msg: Any, srv: Any, site: SiteMap, without: str
    ) -> None:
        """`without`: what is left out here, in words."""
        self._handle, self._msg, self._site, self._without = handle, msg, site, without
        services: dict[str, Callable[[Any, Any], None]] = {
            "GetSimulatorFeatures": self._features,
            "GetSimulationState": self._get_state,
            "SetSimulationState": self._set_state,
            "StepSimulation": self._step,
            "ResetSimulation": self._reset,
            "GetEntities": self._entities,
            "GetEntitiesStates": self._entities_states,
            "GetEntityState": self._entity_state,
            "SetEntityState": self._set_entity_state,
            "GetEntityInfo": self._info,
            "GetEntityBounds": self._bounds,
            "SpawnEntity": self._spawn,
            "DeleteEntity": self._delete,
            "GetSpawnables": self._spawnables,
            "GetNamedPoses": self._named_poses,
        }
        for name, do in services.items():
            if kind := getattr(srv, name, None):
                snake = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
                node.create_service(kind, f"/gzserver/{snake}", _answering(do))

    # The simulation

    def _features(self, _request: Any, response: Any) -> None:
        kinds = self._msg.SimulatorFeatures
        told = response.features
        told.features = [getattr(kinds, name) for name in _FEATURES if hasattr(kinds, name)]
        if hasattr(told, "spawn_formats"):
            told.spawn_formats = ["sdf"]
        told.custom_info = f"suwon_fleet's kinematic simulator. {self._without}".strip()

    def _get_state(self, _request: Any, response: Any) -> None:
        response.state.state = PAUSED if self._handle.is_held else PLAYING

    def _set_state(self, request: Any, response: Any) -> None:
        wanted = request.state.state
        if wanted not in (PLAYING, PAUSED):
            _no(response, NO_SUCH_CHANGE, "it plays or is paused, and no more")
        elif (wanted == PAUSED) == self._handle.is_held:
            _no(response, ALREADY_SO, "so it is")
        else:
            self._handle.pause(wanted == PAUSED)

    def _step(self, request: Any, _response: Any) -> None:
        self._handle.make_steps(int(request.steps))

    def _reset(self, request: Any, _response: Any) -> None:
        if request.scope in (DEFAULT, ALL):
            self._handle.begin_again()
            return
        if request.scope & ~(TIME | SPAWNED):
            raise Refused(Why.UNSUPPORTED, "the state alone is not reset: use SCOPE_ALL")
        if request.scope & SPAWNED:
            self._handle.remove_added()
        if request.scope & TIME:
            self._handle.set_time_back()

    # Entities

    def _entities(self, request: Any, response: Any) -> None:
        response.entities = self._matching(request.filters)

    def _entities_states(self, request: Any, response: Any) -> None:
        response.entities = self._matching(request.filters)
        response.states = [self._state(name) for name in response.entities]

    def _entity_state(self, request: Any, response: Any) -> None:
        response.state = self._state(request.entity)

    def _set_entity_state(self, request: Any, _response: Any) -> None:
        if request.state.header.frame_id not in FRAMES:
            raise Refused(Why.INVALID_POSE, f"frame {request.state.header.frame_id!r}: use map")
        if not getattr(request, "set_pose", True):
            raise Refused(Why.UNSUPPORTED, "only the pose is set: velocities are cmd_vel's")
        self._handle.set_pose(request.entity, place_of(request.state.pose))

    def _matching(self, filters: Any) -> list[str]:
        """POSIX patterns, as the message has it; of categories there are robots only."""
        names = sorted(self._handle.entities())
        categories = [one.category for one in filters.categories]
        if categories and _ROBOT not in categories:
            return []
        try:
            return [name for name in names if re.search(filters.filter, name)]
        except re.error as error:
            raise Refused(Why.FAILED, f"filter {filters.filter!r}: {error}") from error

    def _state(self, name: str) -> Any:
        robot = self._handle.robot(name)
        state = self._msg.EntityState(pose=_pose(self._handle.where(robot)))
        state.header.frame_id, state.header.stamp = "map", fields.stamp(self._handle.now_ns)
        twist = state.twist
        twist.linear.x, twist.angular.z, twist.linear.y = self._handle.speeds(robot)
        return state

    def _info(self, request: Any, response: Any) -> None:
        robot = self._handle.robot(request.entity)
        response.info.category.category = _ROBOT
        response.info.description = robot.kind.id

    def _bounds(self, request: Any, response: Any) -> None:
        """In the robot's own frame: two corners of a box."""
        kind = self._handle.robot(request.entity).kind
        half_x, half_y = kind.length_m / 2, kind.width_m / 2
        response.bounds.type = self._msg.Bounds.TYPE_BOX
        response.bounds.points = [
            Vector3(x=half_x, y=half_y, z=kind.height_m),
            Vector3(x=-half_x, y=-half_y, z=0.0),
        ]

    def _spawn(self, request: Any, response: Any) -> None:
        resource = getattr(request, "entity_resource", request)  # 1.x has its fields in the request
        if request.initial_pose.header.frame_id not in FRAMES:
            raise Refused(
                Why.INVALID_POSE, f"frame {request.initial_pose.header.frame_id!r}: use map"
            )
        name, may_rename = request.name, request.allow_renaming
        place = place_of(request.initial_pose.pose)
        if resource.uri:
            made = self._handle.create(name, resource.uri, place, may_rename=may_rename)
        elif text := resource.resource_string:
            made = self._handle.create_from_text(name, text, place, may_rename=may_rename)
        else:
            raise Refused(Why.NO_RESOURCE, "give uri (model://delivery_robot) or resource_string")
        response.entity_name = made

    def _delete(self, request: Any, _response: Any) -> None:
        self._handle.remove(request.entity)

    def _spawnables(self, _request: Any, response: Any) -> None:
        for name, kind in sorted(self._handle.kinds().items()):
            told = self._msg.Spawnable(description=kind)
            resource = getattr(told, "entity_resource", told)
            resource.uri = f"model://{name}"
            response.spawnables.append(told)

    def _named_poses(self, request: Any, response: Any) -> None:
        """Places of the map: its stations, chargers and bays; their kinds are the tags."""
        heights = {level.id: level.elevation_m for level in self._site.levels}
        wanted, every = set(request.tags.tags), request.tags.filter_mode == 1
        for place in self._site.places:
            tags = sorted(map(str, place.kinds))
            if wanted and not (wanted <= set(tags) if every else wanted & set(tags)):
                continue
            node = self._site.node_by_id[place.node]
            at = Place3D(node.x_m, node.y_m, heights[node.level], 0.0)
            response.poses.append(self._msg.NamedPose(name=place.id, tags=tags, pose=_pose(at)))


def _answering(do: Callable[[Any, Any], None]) -> Callable[[Any, Any], Any]:
    """A service that answers OK unless `do` says or raises something else."""

    def answer(request: Any, response: Any) -> Any:
        if hasattr(response, "result"):
            response.result.result = OK
        try:
            do(request, response)
        except Refused as no:
            _no(response, int(no.why), str(no))
        return response

    return answer


def _no(response: Any, code: int, text: str) -> None:
    response.result.result, response.result.error_message = code, text


def _pose(place: Place3D) -> Pose:
    half = place.yaw_rad / 2
    return Pose(
        position=Point(x=place.x_m, y=place.y_m, z=place.z_m),
        orientation=Quaternion(z=math.sin(half), w=math.cos(half)),
    )
