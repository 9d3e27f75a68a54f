# SPDX-License-Identifier: Apache-2.0
"""The part of SDF the simulator knows: what it reads, and what it leaves to Gazebo.

A tag in neither set is one warning. Tags with a colon are somebody's own, as SDF allows.
"""

from __future__ import annotations

from typing import NamedTuple

from suwon_fleet.wire.findings import Findings
from suwon_fleet.wire.sdf.xml import Element


class _Tags(NamedTuple):
    read: frozenset[str]
    left: frozenset[str]
    """Of no consequence for how things move here."""


def _tags(read: str, left: str = "") -> _Tags:
    return _Tags(frozenset(read.split()), frozenset(left.split()))


_SUBSET = {
    "sdf": _tags("world model actor include", "light"),
    "world": _tags(
        "physics model include actor frame plugin",
        "light scene gui gravity atmosphere magnetic_field spherical_coordinates",
    ),
    "physics": _tags(
        "max_step_size",
        "real_time_factor real_time_update_rate max_contacts dart ode bullet simbody",
    ),
    "model": _tags(
        "pose static link joint model include frame plugin",
        "self_collide allow_auto_disable enable_wind",
    ),
    "include": _tags("uri name pose static placement_frame"),
    "frame": _tags("pose"),
    "link": _tags(
        "pose inertial collision sensor",
        "visual light gravity self_collide kinematic velocity_decay enable_wind",
    ),
    "inertial": _tags("mass inertia", "pose"),
    "inertia": _tags("ixx ixy ixz iyy iyz izz"),
    "collision": _tags("pose geometry", "surface max_contacts laser_retro"),
    "box": _tags("size"),
    "cylinder": _tags("radius length"),
    "sphere": _tags("radius"),
    "plane": _tags("normal size"),
    "mesh": _tags("uri scale"),
    "joint": _tags("parent child axis pose", "physics"),
    "axis": _tags("xyz limit", "dynamics"),
    "limit": _tags("lower upper", "effort velocity stiffness dissipation"),
    "sensor": _tags(
        "pose topic update_rate lidar ray contact gz_frame_id ignition_frame_id",
        "always_on visualize enable_metrics",
    ),
    "lidar": _tags("scan range", "visibility_mask"),
    "ray": _tags("scan range", "visibility_mask"),
    "scan": _tags("horizontal", "vertical"),
    "horizontal": _tags("samples min_angle max_angle", "resolution"),
    "range": _tags("min max", "resolution"),
    "contact": _tags("collision topic"),
    "actor": _tags("pose script", "skin animation"),
    "script": _tags("loop delay_start auto_start trajectory"),
    "trajectory": _tags("waypoint"),
    "waypoint": _tags("time pose"),
}


def warn_of_others(element: Element, findings: Findings) -> None:
    """One warning for each child that is not in the subset."""
    known = _SUBSET[element.tag]
    for child in element.children:
        if child.tag in known.read or child.tag in known.left or ":" in child.tag:
            continue
        near = findings.likely(child.tag, known.read | known.left)
        mend = f"did you mean <{near}>?" if near else "Gazebo may know it, the simulator does not"
        what = f"<{child.tag}> in <{element.tag}> is not read"
        findings.warn(child.mark, "not-read", what, mend)
