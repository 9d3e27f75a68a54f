# SPDX-License-Identifier: Apache-2.0
"""Zones are opened and closed by people; what they did at one owner the others are told.

Every owner keeps what was said last of each zone, so whoever was away, or begins a new journal, is told
all of it by any other.
"""

from __future__ import annotations

from suwon_fleet.core.engine import events
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.border import Border
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.state import RobotRecord
from suwon_fleet.core.engine.ways_out import tell_again
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.federation import events as ge
from suwon_fleet.core.federation.messages import ZonesHeard, ZonesTold
from suwon_fleet.core.federation.zones import ZoneWord


def set_zone(fleet: Fleet, order: m.SetZone) -> None:
    """Open or close a zone; robots inside a closed one may leave, none may enter."""
    if order.zone_id not in fleet.site.zone_by_id:
        fleet.answer(order.token, Reason.of("no-such-zone", zone=order.zone_id[:80]))
        return
    fleet.emit(
        events.ZoneSet(fleet.now_ns, order.zone_id, order.is_open, order.requester, order.reason)
    )
    _take_effect(fleet, order.zone_id, order.is_open)
    fleet.answer(order.token, id=order.zone_id)


def _take_effect(fleet: Fleet, zone_id: str, is_open: bool) -> None:
    fleet.traffic.set_open(zone_id, is_open)
    fleet.dispatch_due = True
    if fleet.border:
        for peer in fleet.border.peers:
            fleet.forget_sent(_about(peer))


def why_no_way(fleet: Fleet, robot: RobotRecord, place: str) -> Reason | None:
    """Why no open way leads a robot to a place, and the closed zone that keeps it; None if one does."""
    if fleet.can_reach(robot, place):
        return None
    zone = fleet.traffic.closed_between(robot.kind, robot.path[-1], fleet.vertex_of(place))
    return Reason.of("goal-unreachable", robot=robot.robot_id, place=place, zone=zone or "-")


# What owners tell each other


def _about(peer: str) -> str:
    """What is told again and again is told about this; no robot, job or handover is called so."""
    return f">zones {peer}"


def _known(border: Border) -> tuple[ZoneWord, ...]:
    return tuple(word for _, word in sorted(border.state.zones.items()))


def go_on(fleet: Fleet, border: Border) -> None:
    """Tell every peer that is not known to know the same as we."""
    if not fleet.site.zones:
        return
    known = _known(border)
    for peer in border.peers:
        if border.zones_at.get(peer) != known:
            tell_again(fleet, peer, _about(peer), ZonesTold(known))


def hear_told(fleet: Fleet, border: Border, peer: str, said: ZonesTold) -> None:
    """Take in what is news to us, and say what we know now."""
    _take_in(fleet, border, peer, said.words)
    fleet.effects.append(m.Tell(peer, ZonesHeard(_known(border))))


def hear_heard(fleet: Fleet, border: Border, peer: str, said: ZonesHeard) -> None:
    """The answer may have news for us as well."""
    _take_in(fleet, border, peer, said.words)


def _take_in(fleet: Fleet, border: Border, peer: str, words: tuple[ZoneWord, ...]) -> None:
    border.zones_at[peer] = words
    for word in words:
        if word.outranks(border.state.zones.get(word.zone_id)):
            fleet.emit(ge.ZoneHeard(fleet.now_ns, word))
            _take_effect(fleet, word.zone_id, word.is_open)
