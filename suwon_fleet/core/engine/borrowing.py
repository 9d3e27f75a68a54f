# SPDX-License-Identifier: Apache-2.0
"""Robots of ours that charge or park at another group's places, which their owners keep for them.

A lease is asked for anew as long as the robot is on its way; whoever owns it on the way does that. Where it
goes is its destination, so a fleet that starts anew goes on asking.
"""

from __future__ import annotations

import math

from suwon_fleet.core.engine import firing
from suwon_fleet.core.engine.border import Border, Borrowed
from suwon_fleet.core.engine.fleet import SECOND, Fleet
from suwon_fleet.core.engine.messages import Tell
from suwon_fleet.core.engine.state import RobotRecord
from suwon_fleet.core.federation.messages import AskPlace, NoPlace, PlaceLent, PlaceReturned
from suwon_fleet.core.robots.states import Mission
from suwon_fleet.core.robots.trigger import Trigger
from suwon_fleet.core.sitemap import PlaceKind

ASK_AGAIN_S = 10.0
"""Whoever had no place for a robot, or did not answer, is asked again after so long."""
RENEW_S = 15.0
"""While a robot is on its way its lease is renewed so often."""
UNHEARD_S = 60.0
"""A robot gives up whose lease has not been heard of for so long since this process began."""
ERRANDS = (Mission.TO_DOCK, Mission.TO_PARKING)


def find(fleet: Fleet, robot: RobotRecord, what: PlaceKind) -> str | None:
    """A place of another group that a robot may have; if there is none yet, the next of them is asked."""
    border = fleet.border
    if border is None or border.is_in_line(robot.robot_id):
        return None
    offer = border.offered.pop(robot.robot_id, None)
    if (
        offer
        and offer.until_ns > fleet.now_ns
        and what in fleet.site.place_by_id[offer.place].kinds
    ):
        border.borrowed[robot.robot_id] = offer
        return offer.place
    asked = border.asked.setdefault(robot.robot_id, {})
    for peer in _nearest_first(fleet, border, robot, what):
        if peer not in asked or fleet.seconds_since(asked[peer]) >= ASK_AGAIN_S:
            asked[peer] = fleet.now_ns
            _ask(fleet, robot, peer, what, "")
            return None
    return None


def _ask(fleet: Fleet, robot: RobotRecord, peer: str, what: PlaceKind, place: str) -> None:
    question = AskPlace(robot.robot_id, robot.kind, robot.path[-1], what, place, fleet.now_ns)
    fleet.effects.append(Tell(peer, question))


def _nearest_first(fleet: Fleet, border: Border, robot: RobotRecord, what: PlaceKind) -> list[str]:
    """Other groups with places that a robot can get to, by the one it is soonest at."""
    nodes = [p.node for p in fleet.site.places_of(what) if not border.is_own(p.node)]
    times = fleet.traffic.travel_table(robot.kind, [robot.path[-1]], nodes)[0].tolist()
    soonest: dict[str, float] = {}
    for node, time_s in zip(nodes, times, strict=True):
        peer = border.ground.group_of(node)
        soonest[peer] = min(time_s, soonest.get(peer, math.inf))
    able = [(time_s, peer) for peer, time_s in soonest.items() if math.isfinite(time_s)]
    return [peer for _, peer in sorted(able)]


def go_on(fleet: Fleet, border: Border) -> None:
    """Renew leases of robots on their way, and return those of robots that do something else."""
    state = border.state
    for name in [name for name in border.asked if name not in state.robots]:
        del border.asked[name]
    for name, offer in list(border.offered.items()):
        robot = state.robots.get(name)
        if robot is None or _needs_none(robot) or offer.until_ns <= fleet.now_ns:
            del border.offered[name]
            _return(fleet, border, name, offer)
    for name, lease in list(border.borrowed.items()):
        robot = state.robots.get(name)
        if robot is None or robot.destination != lease.place:
            del border.borrowed[name]
            if robot:
                _return(fleet, border, name, lease)
    for name in list(border.bound):
        robot = state.robots.get(name)
        if robot and not robot.job_id and robot.states.mission in ERRANDS and robot.destination:
            _renew(fleet, border, robot)


def _needs_none(robot: RobotRecord) -> bool:
    return bool(robot.job_id or robot.destination)


def _renew(fleet: Fleet, border: Border, robot: RobotRecord) -> None:
    peer = border.ground.group_of(fleet.vertex_of(robot.destination))
    if peer == border.ground.own:
        return
    lease = border.borrowed.get(robot.robot_id)
    if lease is None:  # we have had it for a moment only, or have started anew
        until_ns = fleet.now_ns + int(UNHEARD_S * SECOND)
        lease = Borrowed(robot.destination, -(10**18), until_ns)
    if lease.until_ns <= fleet.now_ns:
        _give_up(fleet, border, robot)
        return
    if fleet.seconds_since(lease.asked_ns) >= RENEW_S:
        lease = Borrowed(lease.place, fleet.now_ns, lease.until_ns)
        what = PlaceKind.CHARGER if robot.states.mission is Mission.TO_DOCK else PlaceKind.PARKING
        _ask(fleet, robot, peer, what, lease.place)
    border.borrowed[robot.robot_id] = lease


def _give_up(fleet: Fleet, border: Border, robot: RobotRecord) -> None:
    """The place is not kept any more: the robot looks for another."""
    border.borrowed.pop(robot.robot_id, None)
    firing.try_fire(fleet, robot, Trigger.CANCELLED)


def _return(fleet: Fleet, border: Border, robot_id: str, lease: Borrowed) -> None:
    peer = border.ground.group_of(fleet.vertex_of(lease.place))
    if peer != border.ground.own:
        fleet.effects.append(Tell(peer, PlaceReturned(robot_id, lease.asked_ns)))


def hear_lent(fleet: Fleet, border: Border, peer: str, said: PlaceLent) -> None:
    """A robot may have a place, or still has it; one that needs none any more returns it."""
    robot = fleet.state.robots.get(said.robot_id)
    if robot is None:
        return  # its next owner asks for itself
    if border.ground.group_of(fleet.vertex_of(said.place)) != peer:
        return  # it was another's, or is by now: that one is asked
    lease = Borrowed(said.place, said.asked_ns, said.asked_ns + int(said.for_s * SECOND))
    known = border.borrowed.get(said.robot_id)
    if robot.destination == said.place:
        if known is None or known.until_ns < lease.until_ns:
            asked_ns = max(said.asked_ns, known.asked_ns if known else 0)
            border.borrowed[said.robot_id] = Borrowed(said.place, asked_ns, lease.until_ns)
    elif _needs_none(robot) or border.offered.get(said.robot_id, lease).place != said.place:
        _return(fleet, border, said.robot_id, lease)
    else:
        border.offered[said.robot_id] = lease
        fleet.stirred.add(said.robot_id)


def hear_none(fleet: Fleet, border: Border, peer: str, said: NoPlace) -> None:
    """There is none: the next is asked, or the place that a robot goes to is another's by now."""
    robot, lease = fleet.state.robots.get(said.robot_id), border.borrowed.get(said.robot_id)
    if robot is None:
        return
    if lease is None:
        fleet.stirred.add(said.robot_id)
    elif lease.asked_ns == said.asked_ns and robot.destination == lease.place:
        _give_up(fleet, border, robot)
