# SPDX-License-Identifier: Apache-2.0
"""When a job is expected to end, and whether that is too late: pure questions about state and now."""

from __future__ import annotations

import math

from suwon_fleet.core.engine.fleet import SECOND, Fleet
from suwon_fleet.core.engine.state import JobRecord, RobotRecord
from suwon_fleet.core.jobs import ACTION_S
from suwon_fleet.core.robots.questions import needs_get_ready
from suwon_fleet.core.robots.states import Mission

GET_READY_S = 20.0
"""To stand up, and to leave a charger, for estimates (assumptions)."""
UNDOCK_S = 10.0


def expected_end_ns(fleet: Fleet, job: JobRecord) -> int:
    """When a job ends if nothing holds its robot from now on; 0 while nobody can tell.

    Of one that waits it is what dispatch last planned.

    Nanoseconds of the fleet's clock; for a job that is over, when it ended.
    """
    if job.status.is_over:
        return job.ended_ns
    if job.parts:
        ends = [expected_end_ns(fleet, fleet.state.jobs[name]) for name in job.parts]
        return max(ends) if all(ends) else 0
    robot = fleet.state.robots.get(job.robot_id)
    if robot is None:
        forecast = fleet.planned.get(job.job_id)
        return fleet.planned_ns + int(forecast.end_s * SECOND) if forecast else 0
    seconds = left_s(fleet, job, robot)
    return 0 if math.isinf(seconds) else fleet.now_ns + int(seconds * SECOND)


def late_s(fleet: Fleet, job: JobRecord) -> float:
    """Seconds from a job's deadline to its end, expected or real; 0 when it is in time.

    A job that waits is late once its deadline has passed.
    """
    if not job.request.deadline_ns:
        return 0.0
    end_ns = expected_end_ns(fleet, job) or fleet.now_ns
    return max(0.0, (end_ns - job.request.deadline_ns) / SECOND)


def free_in_s(robot: RobotRecord) -> float:
    """Seconds until a robot that is given a job can set out: off its charger and on its feet."""
    undock_s = UNDOCK_S if robot.states.mission is Mission.CHARGING else 0.0
    return undock_s + (GET_READY_S if needs_get_ready(robot.states) else 0.0)


def left_s(fleet: Fleet, job: JobRecord, robot: RobotRecord) -> float:
    """Seconds of driving and doing until a robot's job ends; infinite where a way is closed."""
    travel_s, kind = fleet.traffic.travel_s, robot.kind
    here = robot.path[-1]
    seconds = fleet.ahead_s(robot)
    if job.phase_index < 0:
        seconds += free_in_s(robot)
    for index in range(max(job.phase_index, 0), len(job.phases)):
        phase = job.phases[index]
        if phase.action is not None:
            seconds += ACTION_S[phase.action]
            if index == job.phase_index:
                seconds -= _done_s(fleet, robot, ACTION_S[phase.action])
            continue
        goal = fleet.vertex_of(phase.place)
        seconds += travel_s(kind, here, goal)
        here = goal
    return seconds


def _done_s(fleet: Fleet, robot: RobotRecord, most_s: float) -> float:
    """How much of an action that takes `most_s` is done."""
    action = robot.action
    return min(most_s, fleet.seconds_since(action.since_ns)) if action else 0.0
