# SPDX-License-Identifier: Apache-2.0
"""Names that poses refer to in one world or one model, composed whatever order they are written in."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from suwon_fleet.wire.findings import Findings, Mark, shown
from suwon_fleet.wire.sdf.pose import Pose
from suwon_fleet.wire.sdf.values import Values
from suwon_fleet.wire.sdf.xml import Element

Frames = Mapping[str, Pose]
"""Poses by name, of all that is in a model, in the model's own frame."""


@dataclass(frozen=True, slots=True)
class _Declared:
    pose: Pose
    relative_to: str
    mark: Mark
    inner: Frames


class Scope:
    """The frames of one world or model. `root` is the name of its own frame."""

    def __init__(self, root: str, findings: Findings) -> None:
        self._root, self._findings = root, findings
        self._declared: dict[str, _Declared] = {}
        self._resolved: dict[str, Pose] = {root: Pose()}
        self._open: list[str] = []

    def declare(
        self, name: str, pose: Pose, relative_to: str, mark: Mark, inner: Frames | None = None
    ) -> None:
        """Add a frame; `inner` are the frames of a model by that name."""
        if first := self._declared.get(name):
            what = f"{shown(name)} is already a name at {self._findings.where(first.mark)}"
            mend = "give each model, link, joint and frame beside each other a name of its own"
            self._findings.error(mark, "duplicate-name", what, mend)
            return
        self._declared[name] = _Declared(pose, relative_to, mark, inner or {})

    def __contains__(self, name: str) -> bool:
        outer, _, inner = name.partition("::")
        declared = self._declared.get(outer)
        if not inner:
            return declared is not None or outer == self._root
        return declared is not None and inner in declared.inner

    def pose_of(self, name: str, mark: Mark) -> Pose:
        """The pose of a frame in the root. `mark` is where it is referred to."""
        name = name or self._root
        outer, _, inner = name.partition("::")
        if name not in self:
            near = self._findings.likely(name, self._declared)
            mend = f"did you mean '{near}'?" if near else "name a link, joint, model or frame here"
            self._findings.error(mark, "no-frame", f"there is no frame {shown(name)} here", mend)
            return Pose()
        pose = self._resolve(outer)
        return pose.then(self._declared[outer].inner[inner]) if inner else pose

    def _resolve(self, name: str) -> Pose:
        if name in self._resolved:
            return self._resolved[name]
        declared = self._declared[name]
        if name in self._open:
            ring = " -> ".join([*self._open[self._open.index(name) :], name])
            what = f"poses refer to each other in a ring: {ring}"
            self._findings.error(declared.mark, "frame-ring", what, "cut it at one relative_to")
            return Pose()
        self._open.append(name)
        pose = self.pose_of(declared.relative_to, declared.mark).then(declared.pose)
        self._open.pop()
        self._resolved[name] = pose
        return pose

    def all(self) -> dict[str, Pose]:
        """Every frame of the scope, those of models in it as ``model::frame``."""
        found: dict[str, Pose] = {}
        for name, declared in self._declared.items():
            found[name] = pose = self._resolve(name)
            found |= {f"{name}::{inner}": pose.then(at) for inner, at in declared.inner.items()}
        return found


def read_pose(parent: Element, values: Values) -> tuple[Pose, str]:
    """The <pose> of an element and what it is relative to, empty for the default."""
    element = parent.child("pose")
    if element is None:
        return Pose(), ""
    relative_to = element.attributes.get("relative_to", "")
    for name in element.attributes:
        if name not in ("relative_to", "degrees", "rotation_format"):
            what = f"attribute {shown(name)} of <pose> is not read"
            values.findings.warn(element.mark, "not-read", what, "use relative_to")
    if not element.text:
        return Pose(), relative_to
    if element.attributes.get("rotation_format") == "quat_xyzw":
        return _quaternion(element, values), relative_to
    numbers = values.numbers(element, 6)
    if numbers is None:
        return Pose(), relative_to
    x, y, z, roll, pitch, yaw = numbers
    if element.flag("degrees"):
        roll, pitch, yaw = map(math.radians, (roll, pitch, yaw))
    return Pose.of(x, y, z, roll, pitch, yaw), relative_to


def _quaternion(element: Element, values: Values) -> Pose:
    numbers = values.numbers(element, 7)
    if numbers is None:
        return Pose()
    x, y, z, qx, qy, qz, qw = numbers
    length = (qw * qw + qx * qx + qy * qy + qz * qz) ** 0.5
    if not 1e-6 < length < 1e6:
        mend = "give a unit quaternion x y z w"
        values.findings.error(element.mark, "bad-quaternion", "a quaternion of no length", mend)
        return Pose()
    return Pose(x, y, z, qw / length, qx / length, qy / length, qz / length)
