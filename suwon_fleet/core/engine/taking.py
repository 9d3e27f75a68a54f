# SPDX-License-Identifier: Apache-2.0
"""A zone of another owner that becomes ours, with the robots inside and their jobs."""

from __future__ import annotations

from suwon_fleet.core.engine import coming, cuts, joining
from suwon_fleet.core.engine.border import Border
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.group_state import Stage
from suwon_fleet.core.engine.messages import Tell
from suwon_fleet.core.federation import events as ge
from suwon_fleet.core.federation.messages import GiveZone, ZoneIsTaken


def hear_give(fleet: Fleet, border: Border, peer: str, said: GiveZone) -> None:
    """Take a zone, once; it is ours before anybody hears of it."""
    # Ours may come back before we have heard that it was taken.
    cuts.close_if_taken(fleet, border, said.gift)
    owners = border.state.owners
    is_new = any(word.outranks(owners.get(word.zone_id)) for word in said.gift)
    if is_new and not _take(fleet, border, peer, said):
        return  # it is told again until there is room
    fleet.effects.append(Tell(peer, ZoneIsTaken(said.gift)))


def _take(fleet: Fleet, border: Border, peer: str, said: GiveZone) -> bool:
    """Take it if nothing of ours is still under way there."""
    state, ground = border.state, border.ground
    gained = ground.gained(cuts.known(border), said.gift)
    if any(
        one.stage is not Stage.ASKED and one.gate[1] in gained for one in state.leaving.values()
    ):
        return False
    for promised in list(state.coming.values()):
        if promised.peer == peer and promised.gate[0] in gained:
            coming.void(fleet, border, promised)  # it was withdrawn before the zone was let go of
    for resident in said.residents:
        robot = resident.robot
        coming.close_if_it_came_back(fleet, border, robot.robot_id, resident.epoch)
        is_known = robot.robot_id in state.robots or robot.robot_id in state.leaving
        if is_known or ground.owner_near(robot.kind, robot.vertex):
            return False
    fleet.emit(ge.ZoneTaken(fleet.now_ns, peer, said.gift, said.residents))
    for resident in said.residents:
        robot = resident.robot
        ground.place(robot.robot_id, robot.kind, [robot.vertex], robot.index)
        joining.forget_refusal(fleet, robot.robot_id)
    cuts.take_effect(fleet, border)
    return True
