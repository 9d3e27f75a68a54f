# SPDX-License-Identifier: Apache-2.0
"""Whom an event concerns: robots that may have something to do now, and had not before.

Whoever is not concerned would decide again what it has decided, so nobody asks it before its time.
"""

from __future__ import annotations

from collections.abc import Iterable

from suwon_fleet.core.engine.events import (
    AlertClosed,
    AlertRaised,
    Event,
    GroundGranted,
    GroundReleased,
    JobAccepted,
    JobAssigned,
    JobsForgotten,
    StopReleased,
    StopRequested,
    ZoneSet,
)
from suwon_fleet.core.engine.state import FleetState
from suwon_fleet.core.federation.events import ZoneHeard


def touched(state: FleetState, event: Event) -> Iterable[str]:
    """Ids of the robots that an event concerns; `state` is as it was before."""
    match event:
        case JobAccepted() | JobsForgotten():
            return ()
        case ZoneSet() | ZoneHeard() | StopRequested() | StopReleased():
            return state.robots
        case JobAssigned(decision=decision):
            return _with_team(state, decision.robot_id, decision.job_id)
        case AlertRaised(subject=subject):
            return _about(state, subject)
        case AlertClosed(alert_id=alert_id):
            return _about(state, state.alerts[alert_id].subject)
    robot_id: str = getattr(event, "robot_id", "")
    return _about(state, robot_id or getattr(event, "job_id", ""))


def is_under_way_still(state: FleetState, event: Event) -> bool:
    """Whether a robot on its way somewhere passes ground or is given more, and has some ahead all along.

    What it does next it knows until it gets there; only who meets others has an eye on them meanwhile.
    """
    if not isinstance(event, GroundGranted | GroundReleased):
        return False
    robot = state.robots[event.robot_id]
    if robot.destination == "" or len(robot.path) == 1:
        return False
    if isinstance(event, GroundReleased) and event.index >= robot.front_index:
        return False
    return not (robot.job_id and state.jobs[robot.job_id].part_of)


def _about(state: FleetState, subject: str) -> Iterable[str]:
    """The robot with an id, or that of the job with it."""
    if job := state.jobs.get(subject):
        return _with_team(state, job.robot_id, subject)
    robot = state.robots.get(subject)
    return _with_team(state, subject, robot.job_id) if robot else ()


def _with_team(state: FleetState, robot_id: str, job_id: str) -> Iterable[str]:
    """A robot, and all that meet it in a joint job."""
    job = state.jobs.get(job_id)
    whole = state.jobs.get(job.part_of) if job else None
    mates = (state.jobs[part].robot_id for part in whole.parts) if whole else ()
    return [one for one in (robot_id, *mates) if one in state.robots]
