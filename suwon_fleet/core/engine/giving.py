# SPDX-License-Identifier: Apache-2.0
"""A zone of ours that becomes another owner's, with the robots inside and their jobs.

First nobody is let in, nor moved inside; when all who are inside stand, and nothing is under way at the
zone's gates, it is let go of as robots are: its new owner is told until it has it.
"""

from __future__ import annotations

from suwon_fleet.core.engine import alerts, cuts, lending
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.border import Border
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.group_state import Giving, Stage
from suwon_fleet.core.engine.leaving import is_settled
from suwon_fleet.core.engine.state import RobotRecord
from suwon_fleet.core.engine.ways_out import tell_again, withdraw
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.federation import events as ge
from suwon_fleet.core.federation.messages import ZoneIsTaken

GIVE_WITHIN_S = 300.0
"""A zone whose robots do not come to rest in this time is kept."""


def give(fleet: Fleet, order: m.GiveAway) -> None:
    """A person wants a zone of ours to be another group's; or, if it is still ours, to stay so."""
    border = fleet.border
    if order.zone_id not in fleet.site.zone_by_id:
        fleet.answer(order.token, Reason.of("no-such-zone", zone=order.zone_id[:80]))
    elif border is None:
        fleet.answer(order.token, Reason.of("one-owner"))
    elif order.group == border.ground.own:
        fleet.answer(order.token, _call_off(fleet, border, order.zone_id), id=order.zone_id)
    else:
        fleet.answer(order.token, _begin(fleet, border, order), id=order.zone_id)


def _begin(fleet: Fleet, border: Border, order: m.GiveAway) -> Reason | None:
    """Begin to give a zone away; or why that is not possible."""
    if order.group not in border.peers:
        others = ", ".join(border.peers)
        return Reason.of("no-such-group", group=order.group[:80], known=others)
    if giving := border.state.giving:
        is_same = (giving.zone_id, giving.peer) == (order.zone_id, order.group)
        return None if is_same else _is_given(giving)
    owners = border.ground.owners_of(order.zone_id)
    if border.ground.own not in owners:
        whose = ", ".join(owners) or "-"
        return Reason.of("zone-elsewhere", zone=order.zone_id, group=whose)
    known = cuts.known(border)
    gift = border.ground.gift_of(known, order.zone_id, order.group)
    if refusal := border.ground.why_not_give(known, gift, order.zone_id):
        return refusal
    fleet.emit(ge.ZoneGiving(fleet.now_ns, order.zone_id, order.group, gift, order.requester))
    border.ground.give(known, gift)
    cuts.ask_again(fleet, border, order.group)
    fleet.stirred.update(fleet.state.robots)
    return None


def _is_given(giving: Giving) -> Reason:
    return Reason.of("zone-is-given", zone=giving.zone_id, group=giving.peer)


def _call_off(fleet: Fleet, border: Border, zone_id: str) -> Reason | None:
    """Keep a zone that is being given away, if its next owner has not been told."""
    giving = border.state.giving
    if giving and giving.zone_id == zone_id:
        if giving.parting:
            return _is_given(giving)
        _keep(fleet, border, giving)
        return None
    owners = border.ground.owners_of(zone_id)
    is_ours = owners == (border.ground.own,)
    return (
        None
        if is_ours
        else Reason.of("zone-elsewhere", zone=zone_id, group=", ".join(owners) or "-")
    )


def _keep(fleet: Fleet, border: Border, giving: Giving) -> None:
    fleet.emit(ge.ZoneKept(fleet.now_ns, giving.zone_id))
    border.ground.give(cuts.known(border), ())
    fleet.stirred.update(fleet.state.robots)
    fleet.dispatch_due = True


# Step by step


def go_on(fleet: Fleet, border: Border) -> None:
    """Take the zone that is being given away as far as it can get now."""
    giving = border.state.giving
    if giving is None:
        return
    if giving.parting is None:
        hinders = _what_hinders(fleet, border, giving)
        if hinders is None:
            _let_go(fleet, border, giving)
        elif fleet.seconds_since(giving.at_ns) >= GIVE_WITHIN_S:
            _keep(fleet, border, giving)
            reason = Reason.of("zone-kept", zone=giving.zone_id, group=giving.peer)
            alerts.raise_alert(
                fleet, alerts.WARNING, reason.because(hinders), f"zone {giving.zone_id}"
            )
    if giving.parting:
        tell_again(fleet, giving.peer, cuts.about_zone(giving.zone_id), giving.parting)


def _what_hinders(fleet: Fleet, border: Border, giving: Giving) -> Reason | None:
    """Why a zone cannot be let go of yet; None when all inside stand, and nobody comes or goes."""
    is_going = border.ground.is_going
    for leaving in list(border.state.leaving.values()):
        if is_going(leaving.gate[0]):
            if leaving.stage is not Stage.ASKED:
                return Reason.of("zone-robot-crosses", robot=leaving.robot_id)
            withdraw(fleet, border, leaving)
    for coming in border.state.coming.values():
        if is_going(coming.gate[1]):
            return Reason.of("zone-robot-crosses", robot=coming.robot_id)
    for robot in fleet.state.robots.values():
        touches = any(map(is_going, robot.path))
        if touches and (len(robot.path) > 1 or not is_settled(fleet, robot)):
            return Reason.of("zone-robot-busy", robot=robot.robot_id)
    for job in fleet.state.open_jobs:
        if any(
            is_going(fleet.vertex_of(place)) for role in job.request.roles for place in role.places
        ):
            return Reason.of("zone-joint-job", job=job.job_id)
    if not cuts.agrees(border, giving.peer):
        return Reason.of("zone-peer-silent", group=giving.peer)
    return None


def _let_go(fleet: Fleet, border: Border, giving: Giving) -> None:
    """The zone, and all inside, are the next owner's as soon as that one hears of it."""
    for robot_id, lease in list(border.state.leases.items()):
        if border.ground.is_going(fleet.vertex_of(lease.place)):
            lending.end(fleet, robot_id)
    residents = [robot for robot in fleet.state.robots.values() if _is_inside(border, robot)]
    for robot in residents:
        for subject in (robot.robot_id, robot.job_id):
            alerts.close_of(fleet, subject)
    names = tuple(robot.robot_id for robot in residents)
    fleet.emit(ge.ZoneGiven(fleet.now_ns, giving.zone_id, names))
    for name in names:
        border.ground.set_mobile(name, False)
        border.forget(name)
        fleet.forget_sent(name)
        fleet.reports.pop(name, None)
        fleet.waits.pop(name, None)


def _is_inside(border: Border, robot: RobotRecord) -> bool:
    return border.ground.is_going(robot.path[-1])


def hear_taken(fleet: Fleet, border: Border, peer: str, said: ZoneIsTaken) -> None:
    """The next owner has the zone: what was kept there is free on our side."""
    giving = border.state.giving
    if giving and giving.peer == peer and giving.gift == said.gift:
        cuts.close_if_taken(fleet, border, said.gift)
