# SPDX-License-Identifier: Apache-2.0
"""Robots of ours that go to another group: they are asked for, go through the gate, and are handed over.

Whatever was decided is looked at anew in each turn, so a fleet that starts anew goes on where it was; what
a peer has not answered it is told again.
"""

from __future__ import annotations

from suwon_fleet.core.engine import alerts, events, hearing, motion
from suwon_fleet.core.engine.border import Border
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.group_state import Leaving, Stage
from suwon_fleet.core.engine.messages import Tell
from suwon_fleet.core.engine.state import RobotRecord
from suwon_fleet.core.engine.ways_out import ASK_AHEAD_S, tell_again, withdraw
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.federation import events as ge
from suwon_fleet.core.federation.messages import (
    OLD_EPOCH,
    AskToEnter,
    NotNow,
    Promise,
    Taken,
    Withdraw,
)
from suwon_fleet.core.jobs import JobStatus
from suwon_fleet.core.traffic import Gate

NEARER_S = 5.0
"""Who was asked for gives way to one that is so much nearer to the gate."""


def go_on(fleet: Fleet, border: Border) -> None:
    """Take every robot that leaves as far as it can get now."""
    for leaving in list(border.state.leaving.values()):
        robot = fleet.state.robots.get(leaving.robot_id)
        if robot is None:
            assert leaving.parting is not None
            tell_again(fleet, leaving.peer, leaving.handover_id, leaving.parting)
        elif leaving.stage is Stage.BEGUN:
            _go_through(fleet, border, robot, leaving)
        elif leaving.handover_id in border.promised:
            _begin(fleet, border, robot, leaving)
        else:
            tell_again(fleet, leaving.peer, leaving.handover_id, _question(border, robot, leaving))
    _ask_for_nearest(fleet, border)


def _question(border: Border, robot: RobotRecord, leaving: Leaving) -> AskToEnter:
    epoch = border.state.epochs.get(robot.robot_id, 0) + 1
    return AskToEnter(leaving.handover_id, robot.robot_id, robot.kind, leaving.gate, epoch)


# Asking


def _ask_for_nearest(fleet: Fleet, border: Border) -> None:
    """At each gate whose ground nobody is about to use, ask for the robot that is soonest there."""
    bound = [
        (border.ground.away_s(name, gate[0]), name, gate)
        for name, gate in border.bound.items()
        if (robot := fleet.state.robots.get(name)) and not motion.why_immobile(fleet, robot)
    ]
    for away_s, name, gate in sorted(bound):
        if name in border.state.leaving or away_s > ASK_AHEAD_S:
            continue
        others = _in_the_way(border, gate)
        if others and not _give_way(fleet, border, away_s, others):
            continue
        robot = fleet.state.robots[name]
        number = fleet.state.counters.get("handover", 0) + 1
        peer = border.ground.group_of(gate[1])
        handover_id = f"{name}@{border.ground.own}>{peer}.{border.era}-{number}"
        fleet.emit(ge.HandoverAsked(fleet.now_ns, handover_id, name, peer, gate))
        question = _question(border, robot, border.state.leaving[name])
        tell_again(fleet, peer, handover_id, question)


def _in_the_way(border: Border, gate: Gate) -> list[Leaving | None]:
    """Who uses ground that a gate needs, or was asked for there; None stands for those who come in."""
    meets, state = border.ground.do_meet, border.state
    coming = any(meets(gate, one.gate) for one in state.coming.values())
    leaving = [one for one in state.leaving.values() if meets(gate, one.gate)]
    return [*([None] if coming else []), *leaving]


def _give_way(fleet: Fleet, border: Border, away_s: float, others: list[Leaving | None]) -> bool:
    """Withdraw those that were asked for, if they only were and are further away than this."""
    for other in others:
        if other is None or other.stage is not Stage.ASKED:
            return False
        theirs_s = border.ground.away_s(other.robot_id, other.gate[0])
        if theirs_s < away_s + NEARER_S:
            return False
    for other in others:
        if other:
            withdraw(fleet, border, other)
    return True


# Going through


def _begin(fleet: Fleet, border: Border, robot: RobotRecord, leaving: Leaving) -> None:
    """Grant the gate to a robot that stands before it, or soon will."""
    if motion.why_immobile(fleet, robot):
        withdraw(fleet, border, leaving)  # it may be long, and others need the ground
        return
    if _is_met(border, leaving):
        withdraw(fleet, border, leaving)
        return
    stands_before_it = robot.path[-1] == leaving.gate[0]
    if stands_before_it and not border.ground.why_not_out(robot.robot_id, leaving.gate):
        fleet.emit(ge.HandoverBegun(fleet.now_ns, leaving.handover_id, robot.robot_id))
        border.forget(robot.robot_id)
        _go_through(fleet, border, robot, leaving)


def _is_met(border: Border, leaving: Leaving) -> bool:
    """Both sides have promised the other the same ground: the group with the larger name goes back."""
    meets = border.ground.do_meet
    return any(
        coming.peer < border.ground.own and meets(coming.gate, leaving.gate)
        for coming in border.state.coming.values()
    )


def _go_through(fleet: Fleet, border: Border, robot: RobotRecord, leaving: Leaving) -> None:
    """Grant the gate if that is still to do; hand the robot over if it is through."""
    tail, head = leaving.gate
    border.ground.set_mobile(robot.robot_id, False)
    if robot.path[-1] == tail:
        is_free = border.ground.why_not_out(robot.robot_id, leaving.gate) is None
        if is_free and not motion.why_not_drive(fleet, robot):
            first_new = robot.front_index + 1
            border.ground.cross(robot.robot_id, head)
            fleet.emit(events.GroundGranted(fleet.now_ns, robot.robot_id, (head,)))
            hearing.tell_ground(fleet, robot, first_new)
    elif head not in robot.path:
        withdraw(fleet, border, leaving)  # a person has put it elsewhere
    elif robot.path == [head] and is_settled(fleet, robot):
        _hand_over(fleet, robot, leaving)


def is_settled(fleet: Fleet, robot: RobotRecord) -> bool:
    """Whether nothing is under way with a robot that its next owner would not know of."""
    job = fleet.job_of(robot)
    return (
        not fleet.stops_of(robot.robot_id)
        and robot.busy_action is None
        and not (job and (job.status is JobStatus.PAUSED or job.part_of))
    )


def _hand_over(fleet: Fleet, robot: RobotRecord, leaving: Leaving) -> None:
    for subject in (robot.robot_id, robot.job_id):
        alerts.close_of(fleet, subject)
    fleet.emit(ge.RobotHandedOver(fleet.now_ns, leaving.handover_id, robot.robot_id))
    fleet.forget_sent(robot.robot_id)
    fleet.reports.pop(robot.robot_id, None)
    fleet.waits.pop(robot.robot_id, None)
    fleet.forget_sent(leaving.handover_id)
    assert leaving.parting is not None
    tell_again(fleet, leaving.peer, leaving.handover_id, leaving.parting)


# Answers


def hear_promise(fleet: Fleet, border: Border, peer: str, said: Promise) -> None:
    """The next owner lets a robot in; if nobody waits for that any more, it is told so."""
    leaving = _named(border, peer, said.handover_id)
    if leaving is None:
        fleet.effects.append(Tell(peer, Withdraw(said.handover_id)))
    elif leaving.stage is Stage.ASKED:
        border.promised.add(said.handover_id)
        border.refused.pop(leaving.robot_id, None)
        alerts.close_of(fleet, leaving.robot_id, "robot-epoch-old")
        fleet.stirred.add(leaving.robot_id)


def hear_not_now(fleet: Fleet, border: Border, peer: str, said: NotNow) -> None:
    """The next owner has no room yet; it is asked again.

    If it knows of a later owner than us, people are told: either somebody's clock or journal is old, or
    the robot is ours no more.
    """
    leaving = _named(border, peer, said.handover_id)
    if leaving is None or leaving.stage is not Stage.ASKED:
        return  # what it was asked has been settled since
    border.refused[leaving.robot_id] = said.who
    if said.who == OLD_EPOCH:
        reason = Reason.of("robot-epoch-old", robot=leaving.robot_id, group=peer)
        alerts.raise_once(fleet, alerts.ERROR, reason, leaving.robot_id)


def hear_taken(fleet: Fleet, border: Border, peer: str, said: Taken) -> None:
    """The next owner has the robot: its ground is free on our side."""
    leaving = _named(border, peer, said.handover_id)
    if leaving and leaving.stage is Stage.TOLD:
        close(fleet, border, leaving)


def close(fleet: Fleet, border: Border, leaving: Leaving) -> None:
    """Another owner has a robot that was ours."""
    fleet.emit(ge.HandoverClosed(fleet.now_ns, leaving.handover_id, leaving.robot_id))
    border.promised.discard(leaving.handover_id)
    border.refused.pop(leaving.robot_id, None)
    border.ground.remove(leaving.robot_id)
    fleet.forget_sent(leaving.handover_id)


def _named(border: Border, peer: str, handover_id: str) -> Leaving | None:
    """The handover with an id, if it is one to that peer and still open."""
    for leaving in border.state.leaving.values():
        if leaving.handover_id == handover_id and leaving.peer == peer:
            return leaving
    return None
