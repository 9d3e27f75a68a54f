# SPDX-License-Identifier: Apache-2.0
"""Moves robots' states: all changes of a robot's states go through here.

What a transition asks for is not done here but kept in `fleet.asks`, for :mod:`.asks` to carry out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from suwon_fleet.core.engine import alerts, events
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.state import RobotRecord
from suwon_fleet.core.errors import Reason, Rejected
from suwon_fleet.core.robots.ask import Ask
from suwon_fleet.core.robots.command import ActionKind
from suwon_fleet.core.robots.facts import Facts
from suwon_fleet.core.robots.questions import may_take_job
from suwon_fleet.core.robots.row import Row
from suwon_fleet.core.robots.states import Layer, Manipulation, Mission, Release, RobotStates
from suwon_fleet.core.robots.tables import TABLES
from suwon_fleet.core.robots.trigger import Trigger

_HANDOVERS = (ActionKind.LOAD, ActionKind.UNLOAD)
_TOLD = frozenset({Ask.RAISE_ALERT, Ask.REQUEST_ASSIST})


def facts(fleet: Fleet, robot: RobotRecord, **more: Any) -> Facts:
    """What the fleet knows of a robot beside its states."""
    report = fleet.reports.get(robot.robot_id)
    action, job = robot.busy_action, fleet.job_of(robot)
    grasps = job is not None and robot.states.manipulation not in (None, Manipulation.NONE)
    known: dict[str, Any] = {
        "soc": report.battery_soc if report else None,
        "battery": fleet.kind_of(robot).battery,
        "tries": job.grasps if job and grasps else robot.tries,
        "stop_held": bool(fleet.stops_of(robot.robot_id)),
        "unlock_asked": action is not None and action.kind in _HANDOVERS,
        "loaded": robot.laden,
    }
    return Facts(**(known | more))


def fire(fleet: Fleet, robot: RobotRecord, *triggers: Trigger, **more: Any) -> None:
    """Let triggers move the robot's states, one after another: all of them, or none.

    Raises Rejected with the reason of the first that cannot.
    """
    table, states = fleet.table_of(robot), robot.states
    rows: list[Row] = []
    for trigger in triggers:
        fired = table.fire(states, trigger, facts(fleet, robot, **more))
        states = fired.states
        rows += fired.rows
    change(fleet, robot, states, triggers, rows)


def try_fire(fleet: Fleet, robot: RobotRecord, *triggers: Trigger, **more: Any) -> bool:
    """As `fire`, but a refusal becomes the reason why the robot waits."""
    try:
        fire(fleet, robot, *triggers, **more)
    except Rejected as refused:
        fleet.waits[robot.robot_id] = refused.reason
        return False
    return True


def why_not(fleet: Fleet, robot: RobotRecord, trigger: Trigger, **more: Any) -> Reason | None:
    """Why `fire` would refuse, or None."""
    return fleet.table_of(robot).can(robot.states, trigger, facts(fleet, robot, **more))


def change(
    fleet: Fleet,
    robot: RobotRecord,
    states: RobotStates,
    triggers: Iterable[Trigger],
    rows: Iterable[Row],
) -> None:
    """Journal new states and what goes with them; keep what the rows that led there ask for.

    An idle robot goes nowhere, and alerts about states that are over close.
    """
    if states != robot.states:
        names = tuple(trigger.value for trigger in triggers)
        if may_take_job(robot.states) and not may_take_job(states):
            fleet.dispatch_due = True
        fleet.emit(events.RobotChanged(fleet.now_ns, robot.robot_id, states, names))
        if states.mission is Mission.IDLE and robot.destination:
            fleet.emit(events.DestinationSet(fleet.now_ns, robot.robot_id, ""))
        for alert in alerts.about(fleet, robot.robot_id):
            if is_over(robot, alert.reason):
                alerts.close(fleet, alert)
    asked: dict[Trigger, dict[Ask, None]] = {}
    for row in rows:
        asked.setdefault(row.trigger, {}).update(dict.fromkeys(row.asks))
    for trigger, asks in asked.items():
        if asks:
            fleet.asks.append((robot.robot_id, trigger, tuple(asks)))


def _reported_states() -> dict[str, set[tuple[Layer, Any]]]:
    """Where the rows that make people be told of a trigger lead."""
    led: dict[str, set[tuple[Layer, Any]]] = {}
    for table in TABLES.values():
        for row in table.rows:
            if _TOLD & set(row.asks):
                led.setdefault(row.trigger, set()).add((row.layer, row.dest))
    return led


_LED_TO = _reported_states()


def is_over(robot: RobotRecord, reason: Reason) -> bool:
    """Whether what people were told of a robot's states is so no more.

    After a safety stop it is not over before a person has released the robot.
    """
    told = dict(reason.facts)
    if reason.code == "robot-overdue":
        return robot.states.at(Layer(told["layer"])) != told["state"]
    if reason.code != "robot-event" or robot.states.release is Release.NEEDED:
        return False
    led_to = _LED_TO.get(told["event"], set())
    return not any(robot.states.at(layer) is state for layer, state in led_to)
