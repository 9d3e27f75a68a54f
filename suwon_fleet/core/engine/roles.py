# SPDX-License-Identifier: Apache-2.0
"""Joint jobs as they are asked for: roles that can meet."""

from __future__ import annotations

import itertools

from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.jobs import NEEDS, JobKind, JobRequest, Role

MOST = 8
"""Roles of one job."""


def fault_of_number(request: JobRequest) -> Reason | None:
    """A joint job has several roles, and no other has any."""
    given = len(request.roles)
    least, most = (2, MOST) if request.kind is JobKind.JOINT else (0, 0)
    if not least <= given <= most:
        return Reason.of("wrong-roles", kind=request.kind, most=MOST, given=given)
    if any(role.kind is JobKind.JOINT for role in request.roles):
        return Reason.of("role-is-joint")
    return None


def fault_of_meetings(fleet: Fleet, roles: tuple[Role, ...]) -> Reason | None:
    """All meet equally often, each at its own places in their order, and apart from the others there."""
    for role in roles:
        stray = _stray_meeting(role)
        if stray is not None:
            return Reason.of("meets-elsewhere", place=stray[:80], places=", ".join(role.places))
        if len(role.meetings) != len(roles[0].meetings):
            here, there = len(roles[0].meetings), len(role.meetings)
            return Reason.of("meetings-differ", one=here, other=there)
    return _fault_of_room(fleet, roles)


def _stray_meeting(role: Role) -> str | None:
    """A meeting that is at no place of the role, or not in the order of its places."""
    ahead = list(role.places)
    for place in role.meetings:
        if place not in ahead:
            return place
        del ahead[: ahead.index(place) + 1]
    return None


def _fault_of_room(fleet: Fleet, roles: tuple[Role, ...]) -> Reason | None:
    """Two that meet must not need the same ground."""
    for spots in zip(*(role.meetings for role in roles), strict=True):
        for (one, here), (other, there) in itertools.combinations(
            zip(roles, spots, strict=True), 2
        ):
            room_m = _least_radius(fleet, one) + _least_radius(fleet, other)
            if fleet.distance_m(here, there) < room_m:
                return Reason.of("no-room-to-meet", place=here, other=there, needed=f"{room_m:.1f}")
    return None


def _least_radius(fleet: Fleet, role: Role) -> float:
    """The radius of the smallest kind of robot that may take a role."""
    kinds = [kind for kind in fleet.kinds.values() if NEEDS[role.kind] in kind.capabilities]
    return min((kind.radius_m for kind in kinds), default=0.0)
