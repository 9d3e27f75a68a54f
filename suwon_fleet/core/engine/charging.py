# SPDX-License-Identifier: Apache-2.0
"""Who charges when: chargers are few, so robots do not all come at once, and the emptiest come first.

Places are reserved by going there: who has one for its destination, or stands on it, has it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.state import RobotRecord
from suwon_fleet.core.robots.command import Waypoint
from suwon_fleet.core.robots.questions import is_immobile
from suwon_fleet.core.robots.states import BatteryLevel, Mission
from suwon_fleet.core.robots.trigger import Trigger
from suwon_fleet.core.sitemap import Place, PlaceKind

WORTH_WHILE = 0.2
"""Charge (0..1) above the low threshold that a robot stays for, once it charges."""
FAR_EMPTIER = 0.3
"""A robot leaves its charger for one that has so much less charge (0..1)."""
_WAITS = (Mission.IDLE, Mission.TO_PARKING)
_LEAVES = (Mission.UNDOCKING, *_WAITS)


def soc_of(fleet: Fleet, robot: RobotRecord) -> float | None:
    """The charge a robot has told last, 0..1."""
    report = fleet.reports.get(robot.robot_id)
    return report.battery_soc if report else None


def is_low(robot: RobotRecord) -> bool:
    """Whether a robot has to charge before it does anything else."""
    return robot.states.battery in (BatteryLevel.LOW, BatteryLevel.CRITICAL)


def is_idle_below(fleet: Fleet, robot: RobotRecord) -> bool:
    """Whether a robot had better charge while it has nothing to do."""
    soc = soc_of(fleet, robot)
    return soc is not None and soc < fleet.settings.charge_idle_below


def nearest_free(fleet: Fleet, robot: RobotRecord, kind: PlaceKind) -> str | None:
    """The place of a kind that nobody goes to or stands on, soonest reached.

    Only those are looked at that may be reached sooner than the best so far, as the crow flies.
    """
    best, best_s = None, math.inf
    here = fleet.traffic.waypoint(robot.kind, None, robot.path[-1])
    most_mps = fleet.kind_of(robot).max_speed_mps
    places = fleet.places_of(kind)
    least_s = [_least_m(fleet, here, place) / most_mps for place in places]
    for number in sorted(range(len(places)), key=lambda number: least_s[number]):
        if least_s[number] >= best_s:
            break
        place = places[number]
        if is_taken(fleet, place.node, robot.robot_id):
            continue
        seconds = fleet.traffic.travel_s(robot.kind, robot.path[-1], place.node)
        if seconds < best_s:
            best, best_s = place.id, seconds
    return best


def _least_m(fleet: Fleet, here: Waypoint, place: Place) -> float:
    """Metres that any way to a place is long at least; lifts have none."""
    node = fleet.site.node_by_id[place.node]
    return (
        math.dist((node.x_m, node.y_m), (here.x_m, here.y_m)) if node.level == here.level else 0.0
    )


def _free(fleet: Fleet, robot: RobotRecord, kind: PlaceKind) -> list[Place]:
    places = fleet.places_of(kind)
    return [place for place in places if not is_taken(fleet, place.node, robot.robot_id)]


def is_taken(fleet: Fleet, node: str, mine: str) -> bool:
    """Whether another robot stands at a node or goes there, or it is kept for another group's."""
    index, border = fleet.state.index, fleet.border
    if any(other != mine for other in index.ends_at.get(node, ())):
        return True
    for other, lease in border.state.leases.items() if border else ():
        if other != mine and fleet.vertex_of(lease.place) == node:
            return True
    bound = (index.bound_for.get(place.id, ()) for place in fleet.site.places_at.get(node, ()))
    return any(other != mine for others in bound for other in others)


def is_turn_of(fleet: Fleet, robot: RobotRecord) -> bool:
    """Whether there is a charger left for a robot when all that are emptier have had their choice."""
    mine = soc_of(fleet, robot) or 0.0
    emptier = sum(
        (soc_of(fleet, other) or 0.0, other.robot_id) < (mine, robot.robot_id)
        for other in map(fleet.state.robots.__getitem__, fleet.state.index.low)
        if other is not robot and other.states.mission in _WAITS
        if not other.job_id and _can_get(fleet, other, robot.path[-1])
    )
    if emptier == 0:
        return True
    free = _free(fleet, robot, PlaceKind.CHARGER)
    return sum(_can_get(fleet, robot, place.node) for place in free) > emptier


def emptiest_waiting(fleet: Fleet, vertex: str) -> RobotRecord | None:
    """Of the robots that have to charge, and could do so at a vertex, the one with the least charge."""
    names = (*fleet.state.index.low, *fleet.charge_ahead)
    waiting = [
        robot
        for robot in map(fleet.state.robots.get, names)
        if robot and robot.states.mission in _WAITS and not robot.job_id
        if _can_get(fleet, robot, vertex)
    ]
    return min(waiting, key=lambda r: (soc_of(fleet, r) or 0.0, r.robot_id), default=None)


def _can_get(fleet: Fleet, robot: RobotRecord, vertex: str) -> bool:
    return math.isfinite(fleet.traffic.travel_s(robot.kind, robot.path[-1], vertex))


def is_wanted(fleet: Fleet, vertex: str) -> bool:
    """Whether a robot that has to charge waits for a charger, one of ours or of another group."""
    return _is_wanted_outside(fleet) or emptiest_waiting(fleet, vertex) is not None


def _is_wanted_outside(fleet: Fleet) -> bool:
    return fleet.border is not None and bool(fleet.border.wanted)


def at_chargers(fleet: Fleet) -> list[str]:
    """Ids of the robots that stand at chargers of ours, or soon will."""
    return [robot.robot_id for robot in _at_chargers(fleet)]


def why_yield(fleet: Fleet, robot: RobotRecord) -> Trigger | None:
    """What makes a robot leave its charger for one that has to charge, None if nothing does.

    It is charged, or has far more than that one; and of all that could leave one to it it has the most.
    For another group's robot, of which only is known that it waits, it leaves when it is charged.
    """
    soc, other = soc_of(fleet, robot), emptiest_waiting(fleet, robot.path[-1])
    if soc is None:
        return None
    if other is None:
        is_due = _is_wanted_outside(fleet) and _is_charged(fleet, robot, soc)
        return Trigger.CHARGED if is_due and _is_next(fleet, soc, _at_chargers(fleet)) else None
    if nearest_free(fleet, other, PlaceKind.CHARGER):
        return None
    beside = [one for one in _at_chargers(fleet) if _can_get(fleet, other, one.path[-1])]
    if not _is_next(fleet, soc, beside):
        return None
    if _is_charged(fleet, robot, soc):
        return Trigger.CHARGED
    battery = fleet.kind_of(robot).battery
    is_enough = soc >= battery.low_soc + WORTH_WHILE
    is_far_more = soc >= (soc_of(fleet, other) or 0.0) + FAR_EMPTIER
    return Trigger.JOB_WAITS if is_enough and is_far_more else None


def _is_charged(fleet: Fleet, robot: RobotRecord, soc: float) -> bool:
    return soc >= fleet.kind_of(robot).battery.target_soc


def _is_next(fleet: Fleet, soc: float, beside: Iterable[RobotRecord]) -> bool:
    """Whether nobody at a charger is about to leave it, or charges and has more; one leaves at a time."""
    for one in beside:
        if one.states.mission is Mission.CHARGING and (soc_of(fleet, one) or 0.0) > soc:
            return False
        if one.states.mission in _LEAVES and not is_immobile(one.states):
            return False
    return True


def _at_chargers(fleet: Fleet) -> list[RobotRecord]:
    """Robots that stand at chargers, or will when they have driven what they were granted."""
    ends_at = fleet.state.index.ends_at
    nodes = dict.fromkeys(place.node for place in fleet.places_of(PlaceKind.CHARGER))
    return [fleet.state.robots[name] for node in nodes for name in ends_at.get(node, ())]
