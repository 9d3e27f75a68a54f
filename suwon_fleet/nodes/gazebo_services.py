# SPDX-License-Identifier: Apache-2.0
"""Gazebo's services for a world as ros_gz_bridge has them: /world/<world>/{control,create,remove,set_pose}.

What cannot be done is answered with false, and said in the log. Gazebo answers true for a thing it does not
know; so do we where that is asked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from rclpy.node import Node

from suwon_fleet.adapters.ros import fields
from suwon_fleet.nodes.world_handle import Place3D, Refused, Why, WorldHandle

MODEL, ANY = 2, 0
"""Of Entity's types."""


def place_of(pose: Any) -> Place3D:
    """A message's pose, of which a robot on its wheels keeps the heading."""
    q = pose.orientation
    yaw = math.atan2(2.0 * (q.w * q.z + q.x * q.y), q.w * q.w + q.x * q.x - q.y * q.y - q.z * q.z)
    return Place3D(pose.position.x, pose.position.y, pose.position.z, yaw)


class GazeboServices:
    """Belongs to the thread that spins the node."""

    def __init__(
        self, node: Node, handle: WorldHandle, srv: Any, world: str, *, is_strict: bool
    ) -> None:
        """`srv` is ros_gz_interfaces.srv; `is_strict`: what is not known is answered as Gazebo does."""
        self._handle, self._node, self._is_strict = handle, node, is_strict
        for name, kind, do in (
            ("control", srv.ControlWorld, self._control),
            ("create", srv.SpawnEntity, self._create),
            ("remove", srv.DeleteEntity, self._remove),
            ("set_pose", srv.SetEntityPose, self._set_pose),
        ):
            node.create_service(kind, f"/world/{world}/{name}", self._answering(name, do))

    def _answering(self, name: str, do: Callable[[Any], None]) -> Callable[[Any, Any], Any]:
        def answer(request: Any, response: Any) -> Any:
            try:
                do(request)
                response.success = True
            except Refused as no:
                self._node.get_logger().warning(f"{name}: {no}")
                response.success = self._is_strict and no.why is Why.NOT_FOUND
            return response

        return answer

    def _control(self, request: Any) -> None:
        """In Gazebo's order: set back, hold or go on, then steps, which only a paused world makes."""
        asked = request.world_control
        if asked.reset.all:
            self._handle.begin_again()
        elif asked.reset.time_only:
            self._handle.set_time_back()
        self._handle.pause(asked.pause)
        if asked.pause and (steps := asked.multi_step or int(asked.step)):
            self._handle.make_steps(steps)
        if until_ns := fields.ns_of(asked.run_to_sim_time):
            self._handle.run_until(until_ns)
        if asked.reset.model_only and not asked.reset.all:
            raise Refused(Why.UNSUPPORTED, "model_only is not supported, as in Gazebo")

    def _create(self, request: Any) -> None:
        asked = request.entity_factory
        if asked.relative_to not in ("", "world"):
            raise Refused(
                Why.UNSUPPORTED, f"a pose relative to {asked.relative_to!r}: use the world"
            )
        name, place, may_rename = asked.name, place_of(asked.pose), asked.allow_renaming
        if asked.sdf:  # in Gazebo's order
            self._handle.create_from_text(name, asked.sdf, place, may_rename=may_rename)
        elif what := asked.sdf_filename or asked.clone_name:
            self._handle.create(name, what, place, may_rename=may_rename)
        else:
            raise Refused(Why.NO_RESOURCE, "give sdf, sdf_filename or clone_name")

    def _remove(self, request: Any) -> None:
        self._handle.remove(_named(request.entity))

    def _set_pose(self, request: Any) -> None:
        self._handle.set_pose(_named(request.entity), place_of(request.pose))


def _named(entity: Any) -> str:
    if entity.type not in (ANY, MODEL):
        raise Refused(
            Why.NOT_FOUND, f"{entity.name!r} of type {entity.type}: only models are known"
        )
    return str(entity.name)
