# SPDX-License-Identifier: Apache-2.0
"""Carries out what transitions of robots' states ask for.

What phases and errands do of themselves (to navigate, load, dock …) is left to them, what only shows
a state is read off the state, and alerts close when the state they tell of is over.
"""

from __future__ import annotations

from suwon_fleet.core.engine import actions, alerts, ending, stops
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.state import RobotRecord
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.robots.ask import Ask
from suwon_fleet.core.robots.command import Resume
from suwon_fleet.core.robots.states import Release
from suwon_fleet.core.robots.trigger import Trigger

_TOLD = frozenset({Ask.RAISE_ALERT, Ask.REQUEST_ASSIST})


def carry_out(fleet: Fleet) -> None:
    """Do all that is asked for, and what that asks for in turn."""
    while fleet.asks:
        robot_id, trigger, asks = fleet.asks.pop(0)
        if robot := fleet.state.robots.get(robot_id):
            _tell_people(fleet, robot, trigger, asks)
            if Ask.REPORT_LOAD_DROPPED in asks:  # before anyone gives the job to another robot
                _load_dropped(fleet, robot)
            for ask in asks:
                _do(fleet, robot, trigger, ask)


def _tell_people(fleet: Fleet, robot: RobotRecord, trigger: Trigger, asks: tuple[Ask, ...]) -> None:
    reason = _event(robot, trigger)
    is_for_person = robot.states.release is Release.NEEDED or Ask.REQUEST_ASSIST in asks
    if is_for_person and _TOLD & set(asks):
        alerts.raise_alert(fleet, alerts.ERROR, reason, robot.robot_id, alerts.ASSIST_ANSWERS)
    elif Ask.RAISE_ALERT in asks:
        alerts.raise_alert(fleet, alerts.WARNING, reason, robot.robot_id)


def _do(fleet: Fleet, robot: RobotRecord, trigger: Trigger, ask: Ask) -> None:
    match ask:
        case Ask.TELL_AGAIN:
            fleet.forget_sent(robot.robot_id)
        case Ask.RESUME:
            fleet.send(Resume(robot.robot_id))
            stops.release_own(fleet, robot)
        case Ask.REQUEST_STOP:
            stops.request_own(fleet, robot, trigger)
        case Ask.CLOSE_LID:
            actions.call_off(fleet, robot)
        case Ask.CLEAR_JOB | Ask.REVIEW_JOB if robot.job_id and trigger is not Trigger.NO_SHOW:
            ending.give_up(fleet, robot, _event(robot, trigger))


def _load_dropped(fleet: Fleet, robot: RobotRecord) -> None:
    reason = Reason.of("load-dropped", robot=robot.robot_id)
    alerts.raise_alert(fleet, alerts.ERROR, reason, robot.robot_id)
    if robot.job_id:
        ending.abandon(fleet, robot, reason)


def _event(robot: RobotRecord, trigger: Trigger) -> Reason:
    return Reason.of("robot-event", robot=robot.robot_id, event=trigger)
