# SPDX-License-Identifier: Apache-2.0
"""What robots do of their own: charge, change packs, get off the charger, park out of the way."""

from __future__ import annotations

import math

from suwon_fleet.core.engine import actions, alerts, events, firing
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.state import RobotRecord
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.robots.layers.mission import DOCK_TRIES
from suwon_fleet.core.robots.questions import may_act, may_command
from suwon_fleet.core.robots.report import ActionStatus, ControlMode
from suwon_fleet.core.robots.states import BatteryLevel, Layer, Mission
from suwon_fleet.core.robots.trigger import Trigger
from suwon_fleet.core.sitemap import PlaceKind
from suwon_fleet.core.traffic import WaitReason

CURRENT_WITHIN_S = 30.0
"""Current must flow so long after a robot says it has docked (assumption)."""
_NEEDS_CHARGE = (BatteryLevel.LOW, BatteryLevel.CRITICAL)
_DONE = {Mission.UNDOCKING: Trigger.UNDOCKED, Mission.BATTERY_SWAP: Trigger.SWAPPED}
_FAILED = {Mission.UNDOCKING: Trigger.UNDOCK_FAILED, Mission.BATTERY_SWAP: Trigger.SWAP_FAILED}


def advance(fleet: Fleet, robot: RobotRecord) -> None:
    """Take a robot on with its own affairs; one that has a job, only as far as the job needs."""
    mission = robot.states.mission
    if mission in (Mission.TO_DOCK, Mission.TO_PARKING):
        _travel(fleet, robot)
    elif mission in actions.ERRANDS:
        _work(fleet, robot, mission)
    elif mission is Mission.CHARGING:
        _leave_charger(fleet, robot)
    elif mission is Mission.IDLE and not robot.job_id:
        _seek(fleet, robot)


def _travel(fleet: Fleet, robot: RobotRecord) -> None:
    """On the way to a charger or parking place: get there, or look for another."""
    if not robot.job_id and actions.is_down(robot.states):
        actions.get_ready(fleet, robot)
    elif fleet.has_arrived(robot):
        firing.try_fire(fleet, robot, Trigger.GOAL_REACHED)
    elif robot.destination and not fleet.can_reach(robot, robot.destination):
        firing.try_fire(fleet, robot, Trigger.CANCELLED)


def _work(fleet: Fleet, robot: RobotRecord, mission: Mission) -> None:
    """Dock, undock or swap: ask for the action, and take its end into the states."""
    kind = actions.ERRANDS[mission]
    action = robot.action
    begun = action is not None and action.since_ns >= robot.since_ns[Layer.MISSION]
    if robot.busy_action:
        return
    if not begun or action is None or action.kind is not kind:
        _ask(fleet, robot, mission)
    elif mission is Mission.DOCKING:
        _dock_again(fleet, robot)
    elif action.status is ActionStatus.FINISHED:
        firing.try_fire(fleet, robot, _DONE[mission])
    else:
        firing.try_fire(fleet, robot, _FAILED[mission])


def _ask(fleet: Fleet, robot: RobotRecord, mission: Mission) -> None:
    kind = actions.ERRANDS[mission]
    if refusal := may_act(robot.states, kind):
        fleet.waits[robot.robot_id] = refusal
    else:
        actions.begin(fleet, robot, kind, f"{robot.robot_id}.{kind}")


def _dock_again(fleet: Fleet, robot: RobotRecord) -> None:
    """Docking has failed, or the robot says it has docked and no current flows."""
    action = robot.action
    assert action is not None
    failed = action.status is ActionStatus.FAILED
    if not failed and fleet.seconds_since(action.ended_ns) < CURRENT_WITHIN_S:
        return
    if failed and robot.tries < DOCK_TRIES:
        _ask(fleet, robot, Mission.DOCKING)
    else:
        firing.try_fire(fleet, robot, Trigger.DOCK_GIVEN_UP, tries=DOCK_TRIES)


def _leave_charger(fleet: Fleet, robot: RobotRecord) -> None:
    """Leave for a job or for one who needs this place; once charged, for one who needs charge."""
    if alerts.needs_help(fleet, robot.robot_id):
        return
    if robot.job_id or _is_in_the_way(fleet, robot):
        firing.try_fire(fleet, robot, Trigger.JOB_WAITS)
    elif _charger_is_wanted(fleet) and not may_command(robot.states):
        report = fleet.reports.get(robot.robot_id)
        target = fleet.kind_of(robot).battery.target_soc
        if report and report.battery_soc is not None and report.battery_soc >= target:
            firing.try_fire(fleet, robot, Trigger.CHARGED)


def _is_in_the_way(fleet: Fleet, robot: RobotRecord) -> bool:
    """Whether a robot on its way to where `robot` stands can get no nearer."""
    return any(
        (wait := fleet.traffic.wait_of(other.robot_id)) is not None
        and wait.reason is WaitReason.NO_WAY
        and wait.robot_id == robot.robot_id
        for other in fleet.state.robots.values()
        if other.destination
    )


def _charger_is_wanted(fleet: Fleet) -> bool:
    return any(
        robot.states.battery in _NEEDS_CHARGE
        and robot.states.mission in (Mission.IDLE, Mission.TO_PARKING)
        for robot in fleet.state.robots.values()
    )


def _seek(fleet: Fleet, robot: RobotRecord) -> None:
    """Send an idle robot to a charger if it needs one, else out of the way."""
    if robot.busy_action or may_command(robot.states):
        return
    is_low = robot.states.battery in _NEEDS_CHARGE
    if actions.is_down(robot.states):
        has_fallen = robot.states.control is ControlMode.FALLEN
        if has_fallen or is_low or _is_in_the_way(fleet, robot):
            actions.get_ready(fleet, robot)
    elif is_low:
        _charge(fleet, robot)
    elif not _is_parked(fleet, robot):
        _park(fleet, robot)


def _park(fleet: Fleet, robot: RobotRecord) -> None:
    """After a while, to a charger if that does some good, else out of the way."""
    if fleet.seconds_since(robot.since_ns[Layer.MISSION]) < fleet.settings.park_after_s:
        return
    report = fleet.reports.get(robot.robot_id)
    soc = report.battery_soc if report else None
    place = None
    if soc is not None and soc < fleet.settings.charge_idle_below:
        place = _nearest_free(fleet, robot, PlaceKind.CHARGER)
    if place:
        _go(fleet, robot, Trigger.CHARGE_DUE, place)
    elif place := _nearest_free(fleet, robot, PlaceKind.PARKING):
        _go(fleet, robot, Trigger.PARKING_STARTED, place)


def _charge(fleet: Fleet, robot: RobotRecord) -> None:
    if place := _nearest_free(fleet, robot, PlaceKind.CHARGER):
        _go(fleet, robot, Trigger.CHARGE_DUE, place)
        return
    reason = Reason.of("no-free-charger", robot=robot.robot_id)
    fleet.waits[robot.robot_id] = reason
    alerts.raise_once(fleet, alerts.WARNING, reason, robot.robot_id)


def _go(fleet: Fleet, robot: RobotRecord, trigger: Trigger, place: str) -> None:
    if firing.try_fire(fleet, robot, trigger):
        fleet.emit(events.DestinationSet(fleet.now_ns, robot.robot_id, place))
        alerts.close_of(fleet, robot.robot_id, "no-free-charger")


def _is_parked(fleet: Fleet, robot: RobotRecord) -> bool:
    """At a parking place, or at a charger that nobody else needs."""
    here = robot.path[-1]
    kinds = {kind for place in fleet.site.places if place.node == here for kind in place.kinds}
    if PlaceKind.CHARGER in kinds and _charger_is_wanted(fleet):
        return False
    return bool(kinds & {PlaceKind.PARKING, PlaceKind.CHARGER})


def _nearest_free(fleet: Fleet, robot: RobotRecord, kind: PlaceKind) -> str | None:
    """The place of a kind that nobody goes to or stands on, soonest reached."""
    taken = {other.destination for other in fleet.state.robots.values() if other is not robot}
    occupied = {other.path[-1] for other in fleet.state.robots.values() if other is not robot}
    best, best_s = None, math.inf
    for place in fleet.site.places_of(kind):
        if place.id in taken or place.node in occupied:
            continue
        seconds = fleet.traffic.travel_s(robot.kind, robot.path[-1], place.node)
        if seconds < best_s:
            best, best_s = place.id, seconds
    return best
