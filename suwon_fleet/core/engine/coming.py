# SPDX-License-Identifier: Apache-2.0
"""Robots of other groups that come to us: ground is kept for them, and they are taken with their jobs."""

from __future__ import annotations

from suwon_fleet.core.engine import cuts, events, firing, joining
from suwon_fleet.core.engine.border import Border
from suwon_fleet.core.engine.borrowing import ERRANDS
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.group_state import Coming, Stage
from suwon_fleet.core.engine.leaving import close
from suwon_fleet.core.engine.messages import Tell
from suwon_fleet.core.engine.ways_out import tell_again
from suwon_fleet.core.federation import events as ge
from suwon_fleet.core.federation.messages import (
    OLD_CUT,
    OLD_EPOCH,
    AskToEnter,
    HandOver,
    NotNow,
    Promise,
    Taken,
    Withdraw,
)
from suwon_fleet.core.robots.trigger import Trigger
from suwon_fleet.core.traffic import Gate


def go_on(fleet: Fleet, border: Border) -> None:
    """Tell what was promised again, until the robot has come or is said not to."""
    for coming in border.state.coming.values():
        tell_again(fleet, coming.peer, coming.handover_id, Promise(coming.handover_id))


def hear_ask(fleet: Fleet, border: Border, peer: str, said: AskToEnter) -> None:
    """Keep the ground of a gate for a robot of another group, if it is free; tell either way."""
    close_if_it_came_back(fleet, border, said.robot_id, said.epoch)
    who = None
    if said.handover_id not in border.state.coming:
        is_old = border.state.epochs.get(said.robot_id, 0) >= said.epoch  # it has been here since
        who = OLD_EPOCH if is_old else _why_not_in(fleet, border, peer, said)
        if who in fleet.state.robots:
            border.in_way[who] = said.gate
            fleet.stirred.add(who)
        if who is None:
            _promise(fleet, border, peer, said)
    answer = NotNow(said.handover_id, who) if who else Promise(said.handover_id)
    fleet.effects.append(Tell(peer, answer))


def _why_not_in(fleet: Fleet, border: Border, peer: str, said: AskToEnter) -> str | None:
    """Who or what keeps a robot out."""
    ground, gate = border.ground, said.gate
    if not border.is_own(gate[1]) or ground.group_of(gate[0]) != peer:
        cuts.ask_again(fleet, border, peer)
        return OLD_CUT
    if (giving := border.state.giving) and ground.is_going(gate[1]):
        return giving.zone_id
    if said.robot_id in fleet.state.robots or said.robot_id in border.state.leaving:
        return said.robot_id
    for leaving in border.state.leaving.values():
        # Both sides have asked for the same ground: the group with the smaller name goes first, unless
        # it has heard that it cannot.
        is_first = ground.own < peer and leaving.robot_id not in border.refused
        if leaving.stage is Stage.ASKED and is_first and ground.do_meet(leaving.gate, gate):
            return leaving.robot_id
    return ground.why_not_in(said.kind, gate) or _who_comes_against(fleet, border, gate)


def _who_comes_against(fleet: Fleet, border: Border, gate: Gate) -> str | None:
    """Where robots cannot pass each other, one that is not on its way out by another gate than this."""
    ground = border.ground
    part = ground.narrow_part(gate[1])
    if part is None:
        return None
    for name in border.robots_in(part):
        out = border.way_out(name)
        if out is None or ground.do_meet(out, gate):
            return name
    for coming in border.state.coming.values():
        if part == ground.narrow_part(coming.gate[1]) and not ground.do_meet(coming.gate, gate):
            return coming.robot_id
    return None


def _promise(fleet: Fleet, border: Border, peer: str, said: AskToEnter) -> None:
    fleet.emit(
        ge.HandoverPromised(
            fleet.now_ns, said.handover_id, said.robot_id, said.kind, peer, said.gate
        )
    )
    border.ground.place(said.handover_id, said.kind, said.gate, 0)
    border.ground.set_mobile(said.handover_id, False)
    fleet.may_resend(said.handover_id, "peer")  # it is told now


def hear_withdraw(fleet: Fleet, border: Border, peer: str, said: Withdraw) -> None:
    """The robot does not come."""
    if promised := _promised_to(border, peer, said.handover_id):
        void(fleet, border, promised)


def void(fleet: Fleet, border: Border, promised: Coming) -> None:
    """The ground of a gate is not kept any more."""
    fleet.emit(ge.PromiseVoid(fleet.now_ns, promised.handover_id))
    border.ground.remove(promised.handover_id)
    fleet.forget_sent(promised.handover_id)


def hear_hand_over(fleet: Fleet, border: Border, peer: str, said: HandOver) -> None:
    """Take a robot, once; it is ours before anybody hears of it."""
    robot, known = said.robot, border.state.epochs.get(said.robot.robot_id, 0)
    if said.epoch > known:
        close_if_it_came_back(fleet, border, robot.robot_id, said.epoch)
        if not _take(fleet, border, peer, said):
            return  # a person has given its place to another: it is told again until there is room
    fleet.effects.append(Tell(peer, Taken(said.handover_id)))


def _take(fleet: Fleet, border: Border, peer: str, said: HandOver) -> bool:
    robot, ground = said.robot, border.ground
    if robot.robot_id in fleet.state.robots:
        return False
    if _promised_to(border, peer, said.handover_id):
        ground.remove(said.handover_id)
    elif ground.owner_near(robot.kind, robot.vertex):
        return False
    lease = border.state.leases.get(robot.robot_id)
    fleet.emit(
        ge.RobotTaken(fleet.now_ns, said.handover_id, robot.robot_id, robot, said.epoch, said.job)
    )
    ground.place(robot.robot_id, robot.kind, [robot.vertex], robot.index)
    fleet.forget_sent(said.handover_id)
    joining.forget_refusal(fleet, robot.robot_id)
    fleet.dispatch_due = True
    if lease is None or lease.place != robot.destination:
        _look_for_another_place(fleet, border, robot.robot_id)
    return True


def _look_for_another_place(fleet: Fleet, border: Border, robot_id: str) -> None:
    """A charger or parking place of ours that was not kept for it may be another's by now."""
    robot = fleet.state.robots[robot_id]
    is_on_errand = robot.states.mission in ERRANDS and not robot.job_id
    if not is_on_errand or not robot.destination:
        return
    if border.is_own(fleet.vertex_of(robot.destination)) and firing.try_fire(
        fleet, robot, Trigger.CANCELLED
    ):
        fleet.emit(events.DestinationSet(fleet.now_ns, robot_id, ""))


def _promised_to(border: Border, peer: str, handover_id: str) -> Coming | None:
    coming = border.state.coming.get(handover_id)
    return coming if coming and coming.peer == peer else None


def close_if_it_came_back(fleet: Fleet, border: Border, robot_id: str, epoch: int) -> None:
    """Whoever offers a robot that we have handed over has had it from us."""
    leaving = border.state.leaving.get(robot_id)
    if leaving and leaving.parting and leaving.parting.epoch < epoch:
        close(fleet, border, leaving)
