# SPDX-License-Identifier: Apache-2.0
"""What is legal in a driving model and makes it drive otherwise in Gazebo than its numbers say."""

from __future__ import annotations

from suwon_fleet.wire.findings import Findings, shown
from suwon_fleet.wire.sdf.drives import DiffDrive
from suwon_fleet.wire.sdf.model import Cylinder, Link, Model, Plane, Sphere
from suwon_fleet.wire.sdf.shapes import model_bounds
from suwon_fleet.wire.sdf.xml import Element

WIDEST_WHEEL_M = 0.01
"""Wheels with wider contact slip as they turn: with 5 cm Gazebo turns 13 % too fast."""
LEAST_CLEARANCE_M = 0.003
"""Casters nearer to the ground carry weight, and wheels slip: odometry runs up to 1.8 times too far."""
_SAME_M = 0.001
_TURNING = ("revolute", "continuous")


def warn_of_oddities(model: Model, element: Element, findings: Findings) -> None:
    """Check the joints a model's plug-ins name, and the wheels of a DiffDrive."""
    names = {joint.name: joint for joint in model.joints}
    for control in model.controls:
        if control.joint and control.joint not in names:
            _no_joint(control.joint, "JointPositionController", element, findings)
    if not isinstance(model.drive, DiffDrive):
        return
    drive = model.drive
    wheels: dict[str, float] = {}
    for name in (*drive.left_joints, *drive.right_joints):
        joint = names.get(name)
        if joint is None:
            _no_joint(name, "DiffDrive", element, findings)
        elif joint.kind not in _TURNING:
            what = f"joint {shown(name)} of a wheel is {joint.kind}"
            findings.error(element.mark, "bad-joint", what, "make it revolute or continuous")
        else:
            wheels[joint.child] = joint.pose.y
    sides = [
        sum(names[name].pose.y for name in row if name in names) / len(row)
        for row in (drive.left_joints, drive.right_joints)
        if row
    ]
    apart = sides[0] - sides[1] if len(sides) == 2 else drive.wheel_separation_m
    if wheels and abs(apart - drive.wheel_separation_m) > _SAME_M:
        what = f"wheels are {apart:g} m apart, and <wheel_separation> says {drive.wheel_separation_m:g}"
        findings.warn(element.mark, "wheel-separation", what, "make them the same, left in +y")
    for link in model.links:
        if link.name in wheels:
            _check_wheel(link, drive, element, findings)
    heights_m = [link.pose.z for link in model.links if link.name in wheels]
    if heights_m:
        ground_m = min(heights_m) - drive.wheel_radius_m
        _check_clearance(model, set(wheels), ground_m, element, findings)


def _no_joint(name: str, plugin: str, element: Element, findings: Findings) -> None:
    what = f"{plugin} names joint {shown(name)}, which model {shown(element.name)} has not"
    findings.error(element.mark, "no-joint", what, "name one of its joints")


def _check_wheel(link: Link, drive: DiffDrive, element: Element, findings: Findings) -> None:
    for collision in link.collisions:
        shape = collision.shape
        if isinstance(shape, Sphere):
            radius, is_thin = shape.radius_m, True
        elif isinstance(shape, Cylinder):
            radius, is_thin = shape.radius_m, shape.length_m < WIDEST_WHEEL_M
        else:
            radius, is_thin = drive.wheel_radius_m, False
        if not is_thin:
            what = f"wheel {shown(link.name)} touches the ground in more than a point"
            mend = "make its collision a sphere, or it turns faster than it is told"
            findings.warn(element.mark, "wide-wheel", what, mend)
        if abs(radius - drive.wheel_radius_m) > _SAME_M:
            what = f"wheel {shown(link.name)} has a radius of {radius:g} m, and <wheel_radius> says"
            what += f" {drive.wheel_radius_m:g}"
            findings.warn(element.mark, "wheel-radius", what, "make them the same")


def _check_clearance(
    model: Model, wheels: set[str], ground_m: float, element: Element, findings: Findings
) -> None:
    """Nothing but wheels may touch the ground they stand on."""
    for link in model.links:
        if link.name in wheels or any(isinstance(c.shape, Plane) for c in link.collisions):
            continue
        alone = Model(link.name, link.pose, is_static=True, links=(link,))
        bounds = model_bounds(alone)
        if bounds is not None and bounds[0][2] < ground_m + LEAST_CLEARANCE_M - 1e-9:
            clear_mm = (bounds[0][2] - ground_m) * 1e3
            what = f"link {shown(link.name)} is {clear_mm:.1f} mm clear of the ground"
            mend = f"raise it to {LEAST_CLEARANCE_M * 1e3:g} mm, or wheels slip under less weight"
            findings.warn(element.mark, "low-link", what, mend)
