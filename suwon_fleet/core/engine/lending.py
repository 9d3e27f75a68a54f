# SPDX-License-Identifier: Apache-2.0
"""Places of ours that are kept for other groups' robots, each for one, and for as long as somebody asks."""

from __future__ import annotations

import math

from suwon_fleet.core.engine import charging
from suwon_fleet.core.engine.border import Border
from suwon_fleet.core.engine.fleet import SECOND, Fleet
from suwon_fleet.core.engine.messages import Tell
from suwon_fleet.core.federation import events as ge
from suwon_fleet.core.federation.messages import AskPlace, NoPlace, PlaceLent, PlaceReturned
from suwon_fleet.core.sitemap import PlaceKind

LEASE_S = 60.0
"""A place is kept for so long after it was last asked for."""
WANTED_S = 30.0
"""A robot that found no charger free is known to wait for one for so long, unless it asks again."""


def go_on(fleet: Fleet, border: Border) -> None:
    """Leases end that nobody renews, and who asked in vain is forgotten."""
    for robot_id, lease in list(border.state.leases.items()):
        if lease.ends_ns <= fleet.now_ns:
            end(fleet, robot_id)
    for robot_id, asked_ns in list(border.wanted.items()):
        if robot_id in fleet.state.robots or fleet.seconds_since(asked_ns) >= WANTED_S:
            del border.wanted[robot_id]


def end(fleet: Fleet, robot_id: str) -> None:
    """A place of ours is kept for a robot no more."""
    fleet.emit(ge.LeaseEnded(fleet.now_ns, robot_id))
    fleet.dispatch_due = True
    fleet.stirred.update(fleet.state.index.low)


def hear_ask(fleet: Fleet, border: Border, peer: str, said: AskPlace) -> None:
    """Keep a place for a robot, the one it has already if it has one; one robot never has two."""
    if said.robot_id in fleet.state.robots:
        return  # it has come meanwhile
    place = _place_for(fleet, border, said)
    if place is None:
        if said.what is PlaceKind.CHARGER:
            border.wanted[said.robot_id] = fleet.now_ns
            fleet.stirred.update(charging.at_chargers(fleet))
        fleet.effects.append(Tell(peer, NoPlace(said.robot_id, said.asked_ns)))
        return
    border.wanted.pop(said.robot_id, None)
    lease = border.state.leases.get(said.robot_id)
    is_long = lease is not None and lease.ends_ns - fleet.now_ns > LEASE_S / 2 * SECOND
    if lease is None or not is_long or (lease.place, lease.peer) != (place, peer):
        ends_ns = fleet.now_ns + int(LEASE_S * SECOND)
        event = ge.PlaceLeased(fleet.now_ns, said.robot_id, peer, place, said.asked_ns, ends_ns)
        fleet.emit(event)
    else:
        ends_ns = lease.ends_ns
    for_s = (ends_ns - fleet.now_ns) / SECOND
    fleet.effects.append(Tell(peer, PlaceLent(said.robot_id, place, said.asked_ns, for_s)))


def _place_for(fleet: Fleet, border: Border, said: AskPlace) -> str | None:
    """The place a robot has, or the one that it is soonest at and that none of ours waits for."""
    places = {place.id: place for place in fleet.places_of(said.what)}
    lease = border.state.leases.get(said.robot_id)
    if lease and lease.place in places and said.place in ("", lease.place):
        return lease.place
    best, best_s = None, math.inf
    for place in places.values():
        if said.place not in ("", place.id) or charging.is_taken(fleet, place.node, said.robot_id):
            continue
        if charging.emptiest_waiting(fleet, place.node):
            continue
        seconds = fleet.traffic.travel_s(said.kind, said.vertex, place.node)
        if seconds < best_s:
            best, best_s = place.id, seconds
    return best


def hear_returned(fleet: Fleet, border: Border, peer: str, said: PlaceReturned) -> None:
    """It does not come, unless it has been asked for again since."""
    lease = border.state.leases.get(said.robot_id)
    if lease and lease.peer == peer and lease.asked_ns <= said.asked_ns:
        end(fleet, said.robot_id)
