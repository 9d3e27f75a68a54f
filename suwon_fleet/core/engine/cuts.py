# SPDX-License-Identifier: Apache-2.0
"""Which zones have been given from owner to owner, as all of them learn it from each other.

Nobody need agree: whoever does not know yet asks a former owner for ground, and is refused. What is told
of our own ground we know ourselves, as nobody else gives or takes it.
"""

from __future__ import annotations

from suwon_fleet.core.engine import alerts
from suwon_fleet.core.engine.border import Border
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.group_state import Stage
from suwon_fleet.core.engine.messages import Tell
from suwon_fleet.core.engine.ways_out import tell_again, withdraw
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.federation import events as ge
from suwon_fleet.core.federation.cuts import Ownership
from suwon_fleet.core.federation.messages import CutHeard, CutTold


def _about(peer: str) -> str:
    """What is told again and again is told about this; no robot, job or handover is called so."""
    return f">cut {peer}"


def about_zone(zone_id: str) -> str:
    """What is told about this is that a zone becomes another's."""
    return f">zone {zone_id}"


def known(border: Border) -> tuple[Ownership, ...]:
    """Zones that were ever given away."""
    return tuple(word for _, word in sorted(border.state.owners.items()))


def go_on(fleet: Fleet, border: Border) -> None:
    """Tell every peer that is not known to know the same as we."""
    if not fleet.site.zones:
        return
    now = known(border)
    for peer in border.peers:
        if border.cut_at.get(peer) != now:
            tell_again(fleet, peer, _about(peer), CutTold(now))


def ask_again(fleet: Fleet, border: Border, peer: str) -> None:
    """Find out whether a peer is there, and knows the same as we."""
    border.cut_at.pop(peer, None)
    fleet.forget_sent(_about(peer))


def agrees(border: Border, peer: str) -> bool:
    """Whether a peer has said that it knows the same as we."""
    return border.cut_at.get(peer) == known(border)


def hear_told(fleet: Fleet, border: Border, peer: str, said: CutTold) -> None:
    """Take in what is news to us, and say what we know now."""
    _take_in(fleet, border, peer, said.owners)
    fleet.effects.append(Tell(peer, CutHeard(known(border))))


def hear_heard(fleet: Fleet, border: Border, peer: str, said: CutHeard) -> None:
    """The answer may have news for us as well."""
    _take_in(fleet, border, peer, said.owners)


def _take_in(fleet: Fleet, border: Border, peer: str, owners: tuple[Ownership, ...]) -> None:
    border.cut_at[peer] = owners
    close_if_taken(fleet, border, owners)
    news = [word for word in owners if word.outranks(border.state.owners.get(word.zone_id))]
    if not news:
        return
    if border.ground.gained(known(border), news):
        zone = news[0].zone_id
        reason = Reason.of("zone-owner-unsure", zone=zone, group=news[0].group, peer=peer)
        alerts.raise_once(fleet, alerts.ERROR, reason, f"zone {zone}")
        return
    for word in news:
        fleet.emit(ge.OwnerHeard(fleet.now_ns, word))
    take_effect(fleet, border)


def close_if_taken(fleet: Fleet, border: Border, owners: tuple[Ownership, ...]) -> None:
    """Whoever knows of a gift of ours, or of a later one, knows that it was taken."""
    giving = border.state.giving
    if giving is None or giving.parting is None:
        return
    numbers = {word.zone_id: word.number for word in owners}
    if any(numbers.get(word.zone_id, 0) >= word.number for word in giving.gift):
        fleet.emit(ge.ZoneGivenClosed(fleet.now_ns, giving.zone_id))
        fleet.forget_sent(about_zone(giving.zone_id))
        for robot_id in giving.robot_ids:
            border.ground.remove(robot_id)
        take_effect(fleet, border)


def take_effect(fleet: Fleet, border: Border) -> None:
    """The map is divided anew: what robots had asked for at a gate that is another's now is void."""
    divide(border)
    for leaving in list(border.state.leaving.values()):
        owner = border.ground.group_of(leaving.gate[1])
        if leaving.stage is Stage.ASKED and owner != leaving.peer:
            withdraw(fleet, border, leaving)
    border.bound.clear()
    border.in_way.clear()
    for peer in border.peers:
        fleet.forget_sent(_about(peer))
    fleet.stirred.update(fleet.state.robots)
    fleet.calm_until_ns.clear()
    fleet.dispatch_due = fleet.crew_changed = True


def divide(border: Border) -> None:
    """Let traffic know whose ground is whose."""
    giving = border.state.giving
    if owners := known(border):
        border.ground.divide(owners)
    border.ground.give(owners, giving.gift if giving else ())
