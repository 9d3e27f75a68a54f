# SPDX-License-Identifier: Apache-2.0
"""Where robots go that have to leave our ground: to the gate on their way, and through it when they may."""

from __future__ import annotations

from suwon_fleet.core.engine.border import Border
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.group_state import Leaving, Stage
from suwon_fleet.core.engine.messages import Tell
from suwon_fleet.core.engine.state import RobotRecord
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.federation.events import HandoverWithdrawn
from suwon_fleet.core.federation.messages import Message, Withdraw
from suwon_fleet.core.traffic import Gate

ASK_AHEAD_S = 20.0
"""A robot is asked for when it is so near to its gate."""


def heading(fleet: Fleet, border: Border, robot: RobotRecord, goal: str | None) -> str | None:
    """Where on our ground a robot goes that wants to be at `goal`: there, or to the gate on its way."""
    name, leaving = robot.robot_id, border.state.leaving.get(robot.robot_id)
    if leaving and leaving.stage is not Stage.ASKED:
        return None
    gate = _gate(fleet, border, robot, goal)
    if leaving and leaving.gate != gate:
        withdraw(fleet, border, leaving)
        leaving = None
    if gate is None:
        border.bound.pop(name, None)
        return goal or _aside(border, robot)
    border.in_way.pop(name, None)
    is_new = border.bound.get(name) != gate
    border.bound[name] = gate
    if leaving and leaving.handover_id in border.promised:
        return gate[0]
    if len(robot.path) == 1:
        who = border.refused.get(name, "-")
        fleet.waits[name] = Reason.of("wait-gate", group=border.ground.group_of(gate[1]), who=who)
    if _is_well_placed(border, robot, gate, is_new=is_new):
        return None  # it makes way for those who come in
    return border.ground.halt_before(robot.kind, robot.path[-1], gate)


def _aside(border: Border, robot: RobotRecord) -> str | None:
    """Where a robot goes that wants to be nowhere, if it keeps another from coming in."""
    gate = border.in_way.get(robot.robot_id)
    if gate is None or border.ground.leaves_free(gate, robot.path[-1]):
        border.in_way.pop(robot.robot_id, None)
        return None
    return border.ground.halt_before(robot.kind, robot.path[-1], gate[::-1])


def _is_well_placed(border: Border, robot: RobotRecord, gate: Gate, *, is_new: bool) -> bool:
    """Whether a robot may wait where it is: near the gate, and where nobody who comes in has to go.

    Before the gate itself it stays until it has heard that it is not let in at once.
    """
    name, here = robot.robot_id, robot.path[-1]
    if border.ground.leaves_free(gate, here):
        return border.ground.away_s(name, gate[0]) <= ASK_AHEAD_S
    is_asked = name in border.state.leaving and name not in border.refused
    return here == gate[0] and (is_new or is_asked)


def _gate(fleet: Fleet, border: Border, robot: RobotRecord, goal: str | None) -> Gate | None:
    """The gate by which a robot has to leave; one at work with others stays where they are."""
    job = fleet.job_of(robot)
    if goal is None or (job and job.part_of):
        return None
    return border.ground.gate_towards(robot.kind, robot.path[-1], goal)


def withdraw(fleet: Fleet, border: Border, leaving: Leaving) -> None:
    """Call a handover off. Should this be lost, the promise comes again and is answered the same."""
    fleet.emit(HandoverWithdrawn(fleet.now_ns, leaving.handover_id, leaving.robot_id))
    border.promised.discard(leaving.handover_id)
    border.refused.pop(leaving.robot_id, None)
    fleet.forget_sent(leaving.handover_id)
    fleet.effects.append(Tell(leaving.peer, Withdraw(leaving.handover_id)))


def tell_again(fleet: Fleet, peer: str, about: str, message: Message) -> None:
    """Tell a peer what it has not answered, now and then; `about` is a handover or a job."""
    if fleet.may_resend(about, "peer"):
        fleet.effects.append(Tell(peer, message))
