# SPDX-License-Identifier: Apache-2.0
"""Who has to charge before it is low, because all that share its chargers would be low together."""

from __future__ import annotations

from collections import defaultdict
from itertools import compress

import numpy as np

from suwon_fleet.core.engine.charging import soc_of
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.state import RobotRecord
from suwon_fleet.core.robots.states import Mission
from suwon_fleet.core.sitemap import PlaceKind

AHEAD_EVERY_S = 30.0
"""Who has to charge ahead of time is reckoned anew so often."""
_ON_THE_WAY = (Mission.TO_DOCK, Mission.DOCKING, Mission.BATTERY_SWAP)


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
