# SPDX-License-Identifier: Apache-2.0
"""Models of what stands in a building: doors, lifts, chargers and lockers; and people."""

from __future__ import annotations

import math
from collections.abc import Sequence

from suwon_fleet.wire.sdf.write.markup import (
    box,
    inertial,
    plugin,
    pose,
    solid,
    tag,
    values,
    visual,
)
from suwon_fleet.wire.sdf.xml import Element

WALL_M = 0.2
"""How thick walls are."""
DOOR_M, DOOR_HEIGHT_M = 0.05, 2.2
CABIN_M = 1.6
_CABIN_HEIGHT_M, _CABIN_FLOOR_M = 2.2, 0.05
LOCKER_M = (0.5, 0.9, 1.6)
"""Deep, wide, high."""
CHARGER_M = (0.3, 0.4, 1.0)
WALK_MPS = 1.2
_TURN_S = 1.0
_GLASS, _STEEL, _GREEN, _BLUE = (
    (0.6, 0.8, 0.9), (0.6, 0.62, 0.65), (0.1, 0.65, 0.3), (0.15, 0.35, 0.7),
)  # fmt: skip
_SKIN = "https://fuel.gazebosim.org/1.0/Mingfei/models/actor/tip/files/meshes/walk.dae"
"""Gazebo fetches it; without a network people are not to be seen, and all else works."""
UNMOVED, _MOVED = "0x01", "0x02"
"""Bits of what is part of a building, and of what slides in and out of its walls and floors without
touching them. All else touches both."""


def fixed(
    name: str,
    size: tuple[float, float, float],
    colour: tuple[float, float, float],
    at: Element | None = None,
) -> Element:
    """A block that stands on its pose and never moves."""
    centre = pose(0, 0, size[2] / 2)
    link = tag(
        "link", centre, solid("block", box(*size)), visual("block", box(*size), colour), name="link"
    )
    return tag("model", tag("static", text=True), [at] if at else [], link, name=name)


def charger(name: str, at: Element | None = None) -> Element:
    """A post a robot backs up to."""
    return fixed(name, CHARGER_M, _GREEN, at)


def locker(name: str, at: Element | None = None) -> Element:
    """A cabinet that parcels are put in and taken out of."""
    return fixed(name, LOCKER_M, _BLUE, at)


def door(name: str, width_m: float, opening_s: float, at: Element | None = None) -> Element:
    """A leaf that slides along x. At 0 it is open, at `width_m` it is shut across the pose."""
    size = (width_m, DOOR_M, DOOR_HEIGHT_M)
    leaf = tag(
        "link",
        pose(-width_m, 0, DOOR_HEIGHT_M / 2 + 0.01),
        tag("gravity", text=False),
        inertial(40.0, size),
        solid("leaf", box(*size), None, touches(_MOVED)),
        visual("leaf", box(*size), _GLASS),
        name="leaf",
    )
    joint = _slide("slide", "leaf", (1.0, 0.0, 0.0), width_m)
    return _moving(name, at, leaf, joint, _motor("slide", width_m / opening_s))


def lift(name: str, rise_m: float, rise_s: float, at: Element | None = None) -> Element:
    """A floor with a back wall that goes up by `rise_m` in `rise_s`; at 0 it is down."""
    back = (WALL_M / 4, CABIN_M, _CABIN_HEIGHT_M)
    behind = pose(-CABIN_M / 2 - back[0] / 2, 0, _CABIN_HEIGHT_M / 2)
    mask = touches(_MOVED)
    floor = box(CABIN_M, CABIN_M, _CABIN_FLOOR_M)
    cabin = tag(
        "link",
        tag("gravity", text=False),
        inertial(400.0, (CABIN_M, CABIN_M, 1.0)),
        solid("floor", floor, pose(0, 0, -_CABIN_FLOOR_M / 2), mask),
        visual("floor", floor, _STEEL, pose(0, 0, -_CABIN_FLOOR_M / 2)),
        solid("back", box(*back), behind, mask),
        visual("back", box(*back), _STEEL, behind),
        name="cabin",
    )
    joint = _slide("rise", "cabin", (0.0, 0.0, 1.0), rise_m)
    return _moving(name, at, cabin, joint, _motor("rise", rise_m / rise_s))


def _moving(
    name: str, at: Element | None, link: Element, joint: Element, motor: Element
) -> Element:
    states = plugin("JointStatePublisher", "joint-state-publisher")
    return tag("model", [at] if at else [], link, joint, motor, states, name=name)


def touches(bits: str) -> Element:
    """The surface of a collision that only touches what shares a bit with it."""
    return tag("surface", tag("contact", tag("collide_bitmask", text=bits)))


def _slide(name: str, child: str, axis: tuple[float, float, float], way_m: float) -> Element:
    limit = tag("limit", *values(lower=0.0, upper=way_m))
    return tag(
        "joint",
        *values(parent="world", child=child),
        tag("axis", tag("xyz", text=axis), limit),
        name=name,
        type="prismatic",
    )


def _motor(joint: str, speed_mps: float) -> Element:
    """Its topic is Gazebo's own: /model/NAME/joint/JOINT/0/cmd_pos."""
    told = values(joint_name=joint, use_velocity_commands=True, cmd_max=speed_mps)
    return plugin("JointPositionController", "joint-position-controller", *told)


def pedestrian(name: str, ends: Sequence[tuple[float, float]], height_m: float = 0.0) -> Element:
    """Somebody who walks to and fro between two points."""
    (x0, y0), (x1, y1) = ends
    way_s, yaw = math.dist(*ends) / WALK_MPS, math.atan2(y1 - y0, x1 - x0)
    back = yaw + math.pi if yaw <= 0 else yaw - math.pi
    stations = (
        (0.0, x0, y0, yaw),
        (way_s, x1, y1, yaw),
        (way_s + _TURN_S, x1, y1, back),
        (2 * way_s + _TURN_S, x0, y0, back),
        (2 * way_s + 2 * _TURN_S, x0, y0, yaw),
    )
    walk = [
        tag("waypoint", tag("time", text=time), pose(x, y, height_m, yaw=heading))
        for time, x, y, heading in stations
    ]
    animation = tag("animation", *values(filename=_SKIN, interpolate_x=True), name="walk")
    return tag(
        "actor",
        tag("skin", tag("filename", text=_SKIN)),
        animation,
        tag(
            "script", tag("loop", text=True), tag("trajectory", walk, id=0, type="walk", tension=1)
        ),
        name=name,
    )
