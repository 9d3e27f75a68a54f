# SPDX-License-Identifier: Apache-2.0
"""What robots do of their own: charge, change packs, get off the charger, park out of the way."""

from __future__ import annotations

from suwon_fleet.core.engine import (
    actions,
    alerts,
    borrowing,
    charging,
    charging_ahead,
    events,
    firing,
)
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.state import RobotRecord
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.robots.layers.mission import DOCK_TRIES
from suwon_fleet.core.robots.questions import may_act, may_command
from suwon_fleet.core.robots.report import ActionStatus, ControlMode
from suwon_fleet.core.robots.states import Layer, Mission
from suwon_fleet.core.robots.trigger import Trigger
from suwon_fleet.core.sitemap import PlaceKind

CURRENT_WITHIN_S = 30.0
"""Current must flow so long after a robot says it has docked (assumption)."""
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
    if robot.job_id or fleet.traffic.cuts_off(robot.robot_id):
        firing.try_fire(fleet, robot, Trigger.JOB_WAITS)
    elif not may_command(robot.states) and (trigger := charging.why_yield(fleet, robot)):
        firing.try_fire(fleet, robot, trigger)


def _seek(fleet: Fleet, robot: RobotRecord) -> None:
    """Send an idle robot to a charger if it needs one, else out of the way."""
    if robot.busy_action or may_command(robot.states):
        return
    is_low = charging.is_low(robot)
    if actions.is_down(robot.states):
        has_fallen = robot.states.control is ControlMode.FALLEN
        if has_fallen or is_low or fleet.traffic.cuts_off(robot.robot_id):
            actions.get_ready(fleet, robot)
    elif is_low:
        _charge(fleet, robot)
    elif charging_ahead.must_go_ahead(fleet, robot) and (place := _charger(fleet, robot)):
        _go(fleet, robot, Trigger.CHARGE_DUE, place)
    elif not _is_parked(fleet, robot):
        _park(fleet, robot)


def _park(fleet: Fleet, robot: RobotRecord) -> None:
    """After a while, to a charger if that does some good, else out of the way; at once off a charger."""
    is_wanted = charging.is_wanted(fleet, robot.path[-1])
    is_new = fleet.seconds_since(robot.since_ns[Layer.MISSION]) < fleet.settings.park_after_s
    if is_new and not (is_wanted and PlaceKind.CHARGER in _kinds_here(fleet, robot)):
        return
    place = None
    if charging.is_idle_below(fleet, robot) and not is_wanted:
        place = charging.nearest_free(fleet, robot, PlaceKind.CHARGER)
    if place:
        _go(fleet, robot, Trigger.CHARGE_DUE, place)
    elif place := _parking(fleet, robot):
        _go(fleet, robot, Trigger.PARKING_STARTED, place)


def _parking(fleet: Fleet, robot: RobotRecord) -> str | None:
    """A place to park at; another group's only where ours has none at all."""
    if fleet.places_of(PlaceKind.PARKING):
        return charging.nearest_free(fleet, robot, PlaceKind.PARKING)
    return borrowing.find(fleet, robot, PlaceKind.PARKING)


def _charge(fleet: Fleet, robot: RobotRecord) -> None:
    place = _charger(fleet, robot) or borrowing.find(fleet, robot, PlaceKind.CHARGER)
    if place:
        _go(fleet, robot, Trigger.CHARGE_DUE, place)
        return
    reason = Reason.of("no-free-charger", robot=robot.robot_id)
    fleet.waits[robot.robot_id] = reason
    alerts.raise_once(fleet, alerts.WARNING, reason, robot.robot_id)


def _charger(fleet: Fleet, robot: RobotRecord) -> str | None:
    """A charger for a robot that has to charge, if no emptier one needs it."""
    if not charging.is_turn_of(fleet, robot):
        return None
    return charging.nearest_free(fleet, robot, PlaceKind.CHARGER)


def _go(fleet: Fleet, robot: RobotRecord, trigger: Trigger, place: str) -> None:
    if firing.try_fire(fleet, robot, trigger):
        fleet.emit(events.DestinationSet(fleet.now_ns, robot.robot_id, place))
        alerts.close_of(fleet, robot.robot_id, "no-free-charger")


def _is_parked(fleet: Fleet, robot: RobotRecord) -> bool:
    """At a parking place, or at a charger that nobody else needs, and charged well enough."""
    kinds = _kinds_here(fleet, robot)
    if PlaceKind.CHARGER in kinds and charging.is_wanted(fleet, robot.path[-1]):
        return False
    if PlaceKind.CHARGER in kinds and charging.is_idle_below(fleet, robot):
        return False
    return bool(kinds & {PlaceKind.PARKING, PlaceKind.CHARGER})


def _kinds_here(fleet: Fleet, robot: RobotRecord) -> set[PlaceKind]:
    places = fleet.site.places_at.get(robot.path[-1], ())
    return {kind for place in places for kind in place.kinds}
