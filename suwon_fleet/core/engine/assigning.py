# SPDX-License-Identifier: Apache-2.0
"""Gives jobs to robots, and to better ones as long as they have not begun."""

from __future__ import annotations

from dataclasses import replace

from suwon_fleet.core.dispatch import Decision, Worker
from suwon_fleet.core.engine import ending, events, forwarding, gathering, weighing, workers
from suwon_fleet.core.engine.fleet import SECOND, Fleet
from suwon_fleet.core.engine.state import JobRecord, RobotRecord
from suwon_fleet.core.errors import Reason


def assign(fleet: Fleet) -> None:
    """Give jobs that wait to robots that are free; each decision is journalled with its reasons.

    Joint jobs come before all that are no more urgent: they need several robots at the same time.
    """
    fleet.dispatch_due = False
    if fleet.border:
        forwarding.send_out(fleet, fleet.border)
    waiting = [
        job
        for job in fleet.state.open_jobs
        if job.is_due(fleet.now_ns) and not (job.parts or job.part_of)
    ]
    spoken_for: set[str] = set()
    if wholes := gathering.waiting(fleet):
        top = wholes[0].request.priority
        _match(fleet, [job for job in waiting if job.request.priority > top], spoken_for)
        spoken_for = gathering.gather(fleet, wholes)
        waiting = [job for job in waiting if not job.robot_id]
    _match(fleet, waiting, spoken_for)


def _match(fleet: Fleet, waiting: list[JobRecord], spoken_for: set[str]) -> None:
    """Match jobs and robots, but for those that are spoken for, so that all together are best served.

    Jobs that robots are still on their way to are matched anew with the others: robots may change jobs
    with each other, and one that is more urgent may take the robot of another.
    """
    free = [one for one in workers.crew(fleet) if one.robot_id not in spoken_for]
    holders = _holders(fleet, waiting, free)
    on_the_way = [one for robot in holders if (one := workers.worker(fleet, robot))]
    now = {one.robot_id for one in (*free, *on_the_way)}
    jobs = waiting + [fleet.state.jobs[r.job_id] for r in holders if r.robot_id in now]
    fleet.planned, fleet.planned_ns = {}, fleet.now_ns
    if not jobs:
        return
    errands = [weighing.errand_of(fleet, job) for job in jobs]
    crew = [*free, *on_the_way]
    if waiting:
        crew += workers.crew_later(fleet, now | spoken_for)
    plan = fleet.dispatcher.assign(errands, crew, fleet.traffic)
    fleet.planned = {forecast.job_id: forecast for forecast in plan.forecasts}
    fleet.planned_parts = plan.parts
    _carry_out(fleet, _lawful(fleet, {d.robot_id: d for d in plan.decisions if d.robot_id in now}))


def _holders(fleet: Fleet, waiting: list[JobRecord], free: list[Worker]) -> list[RobotRecord]:
    """Robots that may exchange the jobs they are on their way to.

    Something may be won by that when a job or a free robot is new; else only for one more urgent.
    """
    holders = [
        robot
        for robot in fleet.state.robots.values()
        if (job := fleet.job_of(robot)) and not job.part_of
        if workers.may_change_hands(fleet, robot)
    ]
    if _is_news(fleet, waiting, free):
        return holders
    top = max((job.request.priority for job in waiting), default=-1)
    return [r for r in holders if fleet.state.jobs[r.job_id].request.priority < top]


def _is_news(fleet: Fleet, waiting: list[JobRecord], free: list[Worker]) -> bool:
    """Whether a robot is free that was not when jobs were last given, or a job waits that did not."""
    known = fleet.unmatched
    fleet.unmatched = {job.job_id for job in waiting} | {one.robot_id for one in free}
    return not fleet.unmatched <= known


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
