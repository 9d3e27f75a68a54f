# SPDX-License-Identifier: Apache-2.0
"""Links and joints of a model, read from their elements."""

from __future__ import annotations

from math import inf, pi
from pathlib import Path

import numpy as np

from suwon_fleet.wire.findings import shown
from suwon_fleet.wire.sdf.frames import Scope, read_pose
from suwon_fleet.wire.sdf.model import FREE, Collision, ContactSensor, Joint, Lidar, Link
from suwon_fleet.wire.sdf.pose import Pose, Vector
from suwon_fleet.wire.sdf.shapes import read_shape
from suwon_fleet.wire.sdf.subset import warn_of_others
from suwon_fleet.wire.sdf.values import Values
from suwon_fleet.wire.sdf.xml import Element

JOINT_KINDS = ("continuous", "revolute", "prismatic", "fixed", "ball", "universal", "screw")
LIDARS = ("gpu_lidar", "lidar", "gpu_ray", "ray")
_NAMED = ("collision", "visual", "sensor")
_TENSOR = ("ixx", "iyy", "izz", "ixy", "ixz", "iyz")


def read_link(element: Element, scope: Scope, values: Values, file: Path) -> Link:
    """A link whose scope has all names of its model."""
    warn_of_others(element, values.findings)
    pose = scope.pose_of(element.name, element.mark)
    _check_names(element, values)
    collisions = tuple(
        collision
        for child in element.all("collision")
        if (collision := _collision(child, pose, scope, values, file)) is not None
    )
    sensors = (_sensor(child, pose, scope, values) for child in element.all("sensor"))
    mass = _mass(element, values)
    return Link(element.name, pose, mass, collisions, tuple(filter(None, sensors)))


def _within(element: Element, link: Pose, scope: Scope, values: Values) -> Pose:
    """The pose of a part of a link, in the link."""
    pose, relative_to = read_pose(element, values)
    if not relative_to:
        return pose
    return link.inverse().then(scope.pose_of(relative_to, element.mark)).then(pose)


def _check_names(link: Element, values: Values) -> None:
    """Whatever has a name in a link must have one of its own: libsdformat says so."""
    seen: set[str] = set()
    for child in link.children:
        if child.tag in _NAMED and not child.name:
            what = f"<{child.tag}> in link {shown(link.name)} has no name"
            values.findings.error(child.mark, "bad-name", what, "give it one")
        elif child.name in seen:
            what = f"{shown(child.name)} is already a name in link {shown(link.name)}"
            mend = "name each collision, visual and sensor of a link differently"
            values.findings.error(child.mark, "duplicate-name", what, mend)
        elif child.name:
            seen.add(child.name)


def _collision(
    element: Element, link: Pose, scope: Scope, values: Values, file: Path
) -> Collision | None:
    name = element.name
    warn_of_others(element, values.findings)
    geometry = element.child("geometry")
    if geometry is None:
        what = f"collision {shown(name)} has no <geometry>"
        values.findings.error(element.mark, "missing-tag", what, "add <geometry>…</geometry>")
        return None
    shape = read_shape(geometry, values, file)
    return None if shape is None else Collision(name, _within(element, link, scope, values), shape)


def _mass(link: Element, values: Values) -> float:
    inertial = link.child("inertial")
    if inertial is None:
        return 1.0
    warn_of_others(inertial, values.findings)
    mass = values.number(inertial, "mass", 1.0)
    if not 0 < mass < inf:
        what = f"link {shown(link.name)} has a mass of {mass:g}"
        values.findings.error(inertial.mark, "bad-mass", what, "give a positive mass in kg")
    tensor = inertial.child("inertia")
    if tensor is not None:
        warn_of_others(tensor, values.findings)
        defaults = (1.0, 1.0, 1.0, 0.0, 0.0, 0.0)
        moments = [
            values.number(tensor, tag, default)
            for tag, default in zip(_TENSOR, defaults, strict=True)
        ]
        if not _is_of_a_body(moments):
            what = f"link {shown(link.name)} has moments of inertia that no body has"
            mend = "let them be positive, and none more than the other two together"
            values.findings.error(tensor.mark, "bad-inertia", what, mend)
    return mass


def _is_of_a_body(moments: list[float]) -> bool:
    ixx, iyy, izz, ixy, ixz, iyz = moments
    if not np.isfinite(moments).all():
        return False
    least, middle, most = np.linalg.eigvalsh([[ixx, ixy, ixz], [ixy, iyy, iyz], [ixz, iyz, izz]])
    return bool(least > 0 and least + middle >= most * (1 - 1e-6))


def _sensor(
    element: Element, link: Pose, scope: Scope, values: Values
) -> Lidar | ContactSensor | None:
    name = element.name
    kind = element.attributes.get("type", "")
    warn_of_others(element, values.findings)
    if kind == "contact":
        contact = element.child("contact")
        if contact is None:
            what = f"contact sensor {shown(name)} has no <contact>"
            values.findings.error(element.mark, "missing-tag", what, "add <contact>…</contact>")
            return None
        warn_of_others(contact, values.findings)
        topic = values.text(contact, "topic") or values.text(element, "topic")
        return ContactSensor(name, values.text(contact, "collision"), topic)
    if kind in LIDARS:
        return _lidar(element, name, _within(element, link, scope, values), values)
    what = f"sensor {shown(name)} of type {shown(kind)} is not read"
    mend = f"read here: contact, {', '.join(LIDARS)}"
    values.findings.warn(element.mark, "not-read", what, mend)
    return None


def _lidar(element: Element, name: str, pose: Pose, values: Values) -> Lidar | None:
    found: Element | None = element.child("lidar") or element.child("ray")
    scan = found.child("scan") if found else None
    flat = scan.child("horizontal") if scan else None
    reach = found.child("range") if found else None
    if found is None or scan is None or flat is None or reach is None:
        what = f"lidar {shown(name)} lacks its <lidar> with <scan><horizontal> and <range>"
        values.findings.error(element.mark, "missing-tag", what, "add them")
        return None
    for part in (found, scan, flat, reach):
        warn_of_others(part, values.findings)
    return Lidar(
        name,
        pose,
        rate_hz=values.number(element, "update_rate", 10.0, 0.0, 1e4),
        samples=int(values.number(flat, "samples", 640, 1, 100_000)),
        first_rad=values.number(flat, "min_angle", 0.0, -2 * pi, 2 * pi),
        last_rad=values.number(flat, "max_angle", 0.0, -2 * pi, 2 * pi),
        nearest_m=values.number(reach, "min", 0.0, 0.0, 1e4),
        farthest_m=values.number(reach, "max", 10.0, 0.0, inf),
        topic=values.text(element, "topic"),
        frame=values.text(element, "gz_frame_id") or values.text(element, "ignition_frame_id"),
    )


def read_joint(element: Element, scope: Scope, values: Values) -> Joint:
    """A joint whose scope has all names of its model."""
    findings, name = values.findings, element.name
    warn_of_others(element, findings)
    kind = element.attributes.get("type", "")
    if kind not in JOINT_KINDS:
        what = f"joint {shown(name)} is of type {shown(kind)}"
        findings.error(element.mark, "bad-joint", what, f"one of {', '.join(JOINT_KINDS)}")
    parent, child = values.text(element, "parent"), values.text(element, "child")
    for end, part in (("parent", parent), ("child", child)):
        if part not in scope and not (end == "parent" and part == "world"):
            where = element.child(end) or element
            what = f"joint {shown(name)} has {shown(part)} as its {end}, which is not in the model"
            findings.error(where.mark, "no-frame", what, f"name a link as the {end}")
    if parent == child:
        what = f"joint {shown(name)} joins {shown(child)} to itself"
        findings.error(element.mark, "bad-joint", what, "name two links")
    axis = element.child("axis")
    lower, upper, along = -FREE, FREE, (0.0, 0.0, 1.0)
    if axis is not None:
        warn_of_others(axis, findings)
        along = _axis(axis, name, values)
        if limit := axis.child("limit"):
            warn_of_others(limit, findings)
            lower = values.number(limit, "lower", -FREE)
            upper = values.number(limit, "upper", FREE)
    elif kind in ("revolute", "continuous", "prismatic", "screw"):
        what = f"joint {shown(name)} has no <axis>"
        findings.error(element.mark, "missing-tag", what, "add <axis><xyz>0 0 1</xyz></axis>")
    pose = scope.pose_of(name, element.mark)
    return Joint(name, kind, parent, child, pose, along, lower, upper)


def _axis(axis: Element, joint: str, values: Values) -> Vector:
    xyz = axis.child("xyz")
    numbers = values.numbers(xyz, 3) if xyz is not None else None
    if xyz is None or numbers is None:
        return 0.0, 0.0, 1.0
    if xyz.attributes.get("expressed_in"):
        what = f"the axis of joint {shown(joint)} is read as if it were told in the joint's frame"
        values.findings.warn(xyz.mark, "not-read", what, "leave expressed_in away")
    if not any(numbers):
        what = f"the axis of joint {shown(joint)} has no length"
        values.findings.error(xyz.mark, "bad-joint", what, "give a direction")
    return numbers[0], numbers[1], numbers[2]
