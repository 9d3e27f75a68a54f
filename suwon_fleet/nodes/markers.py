# SPDX-License-Identifier: Apache-2.0
"""Robots and zones as markers, for RViz and Foxglove."""

from __future__ import annotations

import math
from typing import Any

from geometry_msgs.msg import Point, Quaternion
from std_msgs.msg import ColorRGBA
from visualization_msgs.msg import Marker, MarkerArray

from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.sitemap import Zone

OPEN = ColorRGBA(r=0.35, g=0.55, b=0.80, a=0.8)
CLOSED = ColorRGBA(r=0.85, g=0.20, b=0.15, a=0.9)
FREE = ColorRGBA(r=0.20, g=0.65, b=0.35, a=1.0)
BUSY = ColorRGBA(r=0.95, g=0.60, b=0.10, a=1.0)
HELD = ColorRGBA(r=0.85, g=0.20, b=0.15, a=1.0)
TEXT = ColorRGBA(r=0.1, g=0.1, b=0.1, a=1.0)


def markers(fleet: Fleet, state: Any) -> MarkerArray:
    """Everything of a FleetState message to draw, in the `map` frame at its level's elevation."""
    closed = fleet.closed_zones()
    elevation = {level.id: level.elevation_m for level in fleet.site.levels}
    drawn = [Marker(action=Marker.DELETEALL)]
    for number, zone in enumerate(fleet.site.zones):
        marker = _marker("zones", number, Marker.LINE_STRIP, state.stamp)
        marker.points = _ring(zone, elevation.get(zone.level or "", 0.0))
        marker.scale.x = 0.3
        marker.color = CLOSED if zone.id in closed else OPEN
        drawn.append(marker)
    for number, robot in enumerate(state.robots):
        kind = fleet.kinds[robot.kind]
        floor_m = elevation.get(robot.pose.level, 0.0)
        drawn.append(_body(number, robot, kind, floor_m, state.stamp))
        drawn.append(_label(number, robot, kind, floor_m, state.stamp))
    return MarkerArray(markers=drawn)


def _marker(namespace: str, number: int, shape: int, stamp: Any) -> Marker:
    marker = Marker(ns=namespace, id=number, type=shape)
    marker.header.frame_id, marker.header.stamp = "map", stamp
    marker.pose.orientation.w = 1.0
    return marker


def _ring(zone: Zone, floor_m: float) -> list[Point]:
    return [Point(x=x, y=y, z=floor_m) for x, y in (*zone.polygon, zone.polygon[0])]


def _body(number: int, robot: Any, kind: RobotKind, floor_m: float, stamp: Any) -> Marker:
    marker = _marker("robots", number, Marker.CUBE, stamp)
    place = marker.pose.position
    place.x, place.y, place.z = robot.pose.x, robot.pose.y, floor_m + kind.height_m / 2
    half = robot.pose.yaw / 2
    marker.pose.orientation = Quaternion(z=math.sin(half), w=math.cos(half))
    marker.scale.x, marker.scale.y, marker.scale.z = kind.length_m, kind.width_m, kind.height_m
    if robot.stop != "none" or robot.connection != "online":
        marker.color = HELD
    else:
        marker.color = BUSY if robot.job_id else FREE
    return marker


def _label(number: int, robot: Any, kind: RobotKind, floor_m: float, stamp: Any) -> Marker:
    marker = _marker("names", number, Marker.TEXT_VIEW_FACING, stamp)
    place = marker.pose.position
    place.x, place.y, place.z = robot.pose.x, robot.pose.y, floor_m + kind.height_m + 0.5
    marker.scale.z = 0.6
    marker.color = TEXT
    marker.text = f"{robot.robot_id} {robot.job_id}".strip()
    return marker
