# SPDX-License-Identifier: Apache-2.0
"""Gives jobs to robots, and to better ones as long as they have not begun."""

from __future__ import annotations

from dataclasses import replace

from suwon_fleet.core.dispatch import Decision, Worker
from suwon_fleet.core.engine import ending, events, weighing, workers
from suwon_fleet.core.engine.fleet import SECOND, Fleet
from suwon_fleet.core.engine.state import JobRecord, RobotRecord
from suwon_fleet.core.errors import Reason


def assign(fleet: Fleet) -> None:
    """Match jobs that wait with robots that are free; each decision is journalled with its reasons.

    Jobs that robots are still on their way to are matched anew with the others: robots may change jobs
    with each other, and one that is more urgent may take the robot of another.
    """
    fleet.dispatch_due = False
    waiting = [job for job in fleet.state.jobs.values() if job.is_due(fleet.now_ns)]
    free = workers.crew(fleet)
    holders = _holders(fleet, waiting, free)
    on_the_way = [one for robot in holders if (one := workers.worker(fleet, robot))]
    now = {one.robot_id for one in (*free, *on_the_way)}
    jobs = waiting + [fleet.state.jobs[r.job_id] for r in holders if r.robot_id in now]
    fleet.planned, fleet.planned_ns = {}, fleet.now_ns
    if not jobs:
        return
    errands = [weighing.errand_of(fleet, job) for job in jobs]
    crew = [*free, *on_the_way, *(_later(fleet, now) if waiting else ())]
    plan = fleet.dispatcher.assign(errands, crew, fleet.traffic)
    fleet.planned = {forecast.job_id: forecast for forecast in plan.forecasts}
    _carry_out(fleet, _lawful(fleet, {d.robot_id: d for d in plan.decisions}))


def _holders(fleet: Fleet, waiting: list[JobRecord], free: list[Worker]) -> list[RobotRecord]:
    """Robots that may exchange the jobs they are on their way to.

    Something may be won by that when a job or a free robot is new; else only for one more urgent.
    """
    holders = [r for r in fleet.state.robots.values() if workers.may_change_hands(fleet, r)]
    if _is_news(fleet, waiting, free):
        return holders
    top = max((job.request.priority for job in waiting), default=-1)
    return [r for r in holders if fleet.state.jobs[r.job_id].request.priority < top]


def _is_news(fleet: Fleet, waiting: list[JobRecord], free: list[Worker]) -> bool:
    """Whether a robot is free that was not when jobs were last given, or a job waits that did not."""
    known = fleet.unmatched
    fleet.unmatched = {job.job_id for job in waiting} | {one.robot_id for one in free}
    return not fleet.unmatched <= known


def _later(fleet: Fleet, now: set[str]) -> list[Worker]:
    """Robots at work, as they will be when their jobs have ended."""
    busy = [robot for robot in fleet.state.robots.values() if robot.robot_id not in now]
    return [one for robot in busy if (one := workers.worker_later(fleet, robot))]


def _lawful(fleet: Fleet, moves: dict[str, Decision]) -> dict[str, Decision]:
    """The decisions, by robot, but for those that would take one from a job that is no less urgent.

    A job whose robot is taken may have another one; where a decision falls, those that rest on it do.
    """
    jobs = fleet.state.jobs
    while True:
        moved = {decision.job_id for decision in moves.values()}
        unlawful = [
            robot_id
            for robot_id, decision in moves.items()
            if (held := fleet.state.robots[robot_id].job_id)
            and held not in moved
            and jobs[held].request.priority >= jobs[decision.job_id].request.priority
        ]
        if not unlawful:
            return moves
        for robot_id in unlawful:
            del moves[robot_id]


def _carry_out(fleet: Fleet, moves: dict[str, Decision]) -> None:
    """First robots let go of the jobs they have, then each takes its new one."""
    moved = {decision.job_id: robot_id for robot_id, decision in moves.items()}
    taken: dict[str, str] = {}
    for robot_id, decision in moves.items():
        held = fleet.state.robots[robot_id].job_id
        if held and held not in moved:
            taken[robot_id] = held
            reason = Reason.of("job-preempted", robot=robot_id, other=decision.job_id)
            ending.hand_on(fleet, fleet.state.robots[robot_id], reason)
    for job_id, robot_id in moved.items():
        if before := fleet.state.jobs[job_id].robot_id:
            reason = Reason.of("job-handed-on", robot=before, other=robot_id)
            ending.hand_on(fleet, fleet.state.robots[before], reason)
    for robot_id, decision in moves.items():
        if robot_id in taken:
            why = Reason.of("robot-taken", robot=robot_id, other=taken[robot_id])
            decision = replace(decision, reason=why.because(decision.reason))
        chosen = decision.candidates[0]
        seconds = (chosen.pickup_s or 0.0) + (chosen.work_s or 0.0)
        fleet.emit(events.JobAssigned(fleet.now_ns, decision, fleet.now_ns + int(seconds * SECOND)))
