# SPDX-License-Identifier: Apache-2.0
"""Actors: people who walk as scripted."""

from __future__ import annotations

from itertools import pairwise

from suwon_fleet.wire.findings import shown
from suwon_fleet.wire.sdf.frames import read_pose
from suwon_fleet.wire.sdf.model import Actor, Waypoint
from suwon_fleet.wire.sdf.subset import warn_of_others
from suwon_fleet.wire.sdf.values import Values
from suwon_fleet.wire.sdf.xml import Element

MOST_S = 1e6


def read_actor(element: Element, values: Values) -> Actor:
    """An actor with its waypoints in the order of time."""
    findings = values.findings
    warn_of_others(element, findings)
    pose, relative_to = read_pose(element, values)
    if relative_to not in ("", "world"):
        what = f"actor {shown(element.name)} is placed relative to {shown(relative_to)}"
        findings.error(element.mark, "not-read", what, "place actors in the world")
    script = element.child("script")
    waypoints: list[Waypoint] = []
    is_loop, delay_s = True, 0.0
    if script is not None:
        warn_of_others(script, findings)
        is_loop = values.flag(script, "loop", default=True)
        delay_s = values.number(script, "delay_start", 0.0, 0.0, MOST_S)
        for trajectory in script.all("trajectory"):
            warn_of_others(trajectory, findings)
            waypoints += _waypoints(trajectory, values)
    for before, after in pairwise(waypoints):
        if after.at_s < before.at_s:
            what = f"actor {shown(element.name)} is to be somewhere at {after.at_s:g} s, after"
            what += f" {before.at_s:g} s"
            findings.error(element.mark, "bad-time", what, "order waypoints by time")
            break
    return Actor(element.name, pose, tuple(waypoints), is_loop, delay_s)


def _waypoints(trajectory: Element, values: Values) -> list[Waypoint]:
    found = []
    for element in trajectory.all("waypoint"):
        warn_of_others(element, values.findings)
        at_s = values.number(element, "time", 0.0, 0.0, MOST_S)
        found.append(Waypoint(at_s, read_pose(element, values)[0]))
    return found
