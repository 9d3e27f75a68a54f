# SPDX-License-Identifier: Apache-2.0
"""Who charges when: chargers are few, so robots do not all come at once, and the emptiest come first.

Places are reserved by going there: who has one for its destination, or stands on it, has it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import compress

import numpy as np

from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.state import RobotRecord
from suwon_fleet.core.robots.command import Waypoint
from suwon_fleet.core.robots.questions import is_immobile
from suwon_fleet.core.robots.states import BatteryLevel, Mission
from suwon_fleet.core.robots.trigger import Trigger
from suwon_fleet.core.sitemap import Place, PlaceKind

AHEAD_EVERY_S = 30.0
"""Who has to charge ahead of time is reckoned anew so often."""
WORTH_WHILE = 0.2
"""Charge (0..1) above the low threshold that a robot stays for, once it charges."""
FAR_EMPTIER = 0.3
"""A robot leaves its charger for one that has so much less charge (0..1)."""
_ON_THE_WAY = (Mission.TO_DOCK, Mission.DOCKING, Mission.BATTERY_SWAP)
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
    """
    soc, other = soc_of(fleet, robot), emptiest_waiting(fleet, robot.path[-1])
    if soc is None:
        return None
    if other is None:
        return _why_yield_outside(fleet, soc) if _is_charged(fleet, robot, soc) else None
    if nearest_free(fleet, other, PlaceKind.CHARGER):
        return None
    for one in _at_chargers(fleet):
        if _can_get(fleet, other, one.path[-1]):
            if one.states.mission is Mission.CHARGING and (soc_of(fleet, one) or 0.0) > soc:
                return None
            if one.states.mission in _LEAVES and not is_immobile(one.states):
                return None
    if _is_charged(fleet, robot, soc):
        return Trigger.CHARGED
    battery = fleet.kind_of(robot).battery
    is_enough = soc >= battery.low_soc + WORTH_WHILE
    is_far_more = soc >= (soc_of(fleet, other) or 0.0) + FAR_EMPTIER
    return Trigger.JOB_WAITS if is_enough and is_far_more else None


def _is_charged(fleet: Fleet, robot: RobotRecord, soc: float) -> bool:
    return soc >= fleet.kind_of(robot).battery.target_soc


def _why_yield_outside(fleet: Fleet, soc: float) -> Trigger | None:
    """Of all that are charged the fullest leaves its charger for another group's robot, one at a time."""
    if not _is_wanted_outside(fleet):
        return None
    for one in _at_chargers(fleet):
        if one.states.mission is Mission.CHARGING and (soc_of(fleet, one) or 0.0) > soc:
            return None
        if one.states.mission in _LEAVES:
            return None
    return Trigger.CHARGED


def _at_chargers(fleet: Fleet) -> list[RobotRecord]:
    """Robots that stand at chargers, or will when they have driven what they were granted."""
    ends_at = fleet.state.index.ends_at
    nodes = dict.fromkeys(place.node for place in fleet.places_of(PlaceKind.CHARGER))
    return [fleet.state.robots[name] for node in nodes for name in ends_at.get(node, ())]


def must_go_ahead(fleet: Fleet, robot: RobotRecord) -> bool:
    """Whether a robot has to go to a charger before it is low, or stay there: later they will be taken."""
    if fleet.seconds_since(fleet.ahead_ns) >= AHEAD_EVERY_S:
        fleet.ahead_ns, fleet.charge_ahead = fleet.now_ns, _reckon(fleet)
    return robot.robot_id in fleet.charge_ahead


def _reckon(fleet: Fleet) -> set[str]:
    """The robots that have to go now, so that each gets to a charger before it is low.

    Robots that share chargers are taken in the order in which work would make them low. With K chargers
    the last may start when it is low, the K before it one charge earlier, and so on.
    """
    on_the_way = [r for r in fleet.state.robots.values() if r.states.mission in _ON_THE_WAY]
    taken = {fleet.vertex_of(robot.destination) for robot in on_the_way if robot.destination}
    taken |= {robot.path[-1] for robot in on_the_way}
    sharing: defaultdict[frozenset[str], list[tuple[float, float, str]]] = defaultdict(list)
    in_reach = _chargers_in_reach(fleet)
    for robot in fleet.state.robots.values():
        soc, battery = soc_of(fleet, robot), fleet.kind_of(robot).battery
        if soc is None or not robot.commissioned or robot.states.mission in _ON_THE_WAY:
            continue
        per_s = (battery.idle_w + battery.drive_w) / 3600.0 / battery.capacity_wh
        fill_s = (battery.target_soc - battery.low_soc) * battery.capacity_wh * 3600.0
        charge_s = battery.swap_s or fill_s / battery.charge_w
        low_s = (soc - battery.low_soc) / per_s
        sharing[in_reach[robot.kind, robot.path[-1]]].append((low_s, charge_s, robot.robot_id))
    ahead: set[str] = set()
    for near_chargers, robots in sharing.items():
        if near_chargers:
            due = _due(sorted(robots), len(near_chargers))
            stay = [name for name in due if _charges(fleet, name)]
            go = [name for name in due if not _charges(fleet, name)]
            ahead.update(stay, go[: max(0, len(near_chargers - taken) - len(stay))])
    return ahead


def _chargers_in_reach(fleet: Fleet) -> dict[tuple[str, str], frozenset[str]]:
    """The vertices of the chargers that a kind of robot can get to, by kind and where it is."""
    nodes = [place.node for place in fleet.places_of(PlaceKind.CHARGER)]
    found: dict[tuple[str, str], frozenset[str]] = {}
    for kind in fleet.kinds:
        here = [r.path[-1] for r in fleet.state.robots.values() if r.kind == kind]
        if not here:
            continue
        for start, row in zip(here, fleet.traffic.travel_table(kind, here, nodes), strict=True):
            found[kind, start] = frozenset(compress(nodes, np.isfinite(row)))
    return found


def _charges(fleet: Fleet, name: str) -> bool:
    return fleet.state.robots[name].states.mission is Mission.CHARGING


def _due(robots: list[tuple[float, float, str]], chargers: int) -> list[str]:
    """Who has to go now. `robots` are seconds until low, seconds to charge and id, the first low first."""
    latest = [low_s for low_s, _, _ in robots]
    for index in range(len(robots) - 2, -1, -1):
        latest[index] = min(latest[index], latest[index + 1])
        if index + chargers < len(robots):
            latest[index] = min(latest[index], latest[index + chargers] - robots[index][1])
    return [
        name
        for (low_s, _, name), last_s in zip(robots, latest, strict=True)
        if low_s > 0.0 and last_s < AHEAD_EVERY_S
    ]
