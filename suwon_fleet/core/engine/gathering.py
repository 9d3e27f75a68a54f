# SPDX-License-Identifier: Apache-2.0
"""Gives joint jobs their robots: to each all at once or none, so that none waits for what never comes."""

from __future__ import annotations

from collections.abc import Sequence

from suwon_fleet.core.dispatch import Candidate, Decision, Worker
from suwon_fleet.core.engine import ending, events, teams, weighing, workers
from suwon_fleet.core.engine.choosing import choose
from suwon_fleet.core.engine.fleet import SECOND, Fleet
from suwon_fleet.core.engine.state import JobRecord
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.jobs import JobStatus

_SHOWN = 5
_Choices = dict[str, tuple[Candidate, ...]]
"""The robot for each part, by the part's job id, followed by those it was preferred to."""


def waiting(fleet: Fleet) -> list[JobRecord]:
    """Joint jobs that are due and lack robots, the most urgent first, then the oldest."""
    due = [
        job
        for job in fleet.state.open_jobs
        if job.parts and not job.awaits and job.due_ns <= fleet.now_ns
    ]
    lacking = [job for job in due if _open_parts(fleet, job)]
    return sorted(lacking, key=lambda job: (-job.request.priority, job.due_ns))


def gather(fleet: Fleet, wholes: Sequence[JobRecord]) -> set[str]:
    """Crew the joint jobs that can be; the robots that are kept for the others until all are free."""
    spoken_for: set[str] = set()
    for whole in wholes:
        free = workers.crew(fleet)
        lesser = _lesser(fleet, whole)
        later = workers.crew_later(fleet)
        for crew in (free, [*free, *lesser], [*free, *lesser, *later]):
            hands = [one for one in crew if one.robot_id not in spoken_for]
            if picks := _pick(fleet, _open_parts(fleet, whole), hands):
                names = {chosen.robot_id for chosen, *_ in picks.values()}
                if names.isdisjoint(one.robot_id for one in hands if one.is_busy):
                    _crew(fleet, whole, picks)
                else:
                    spoken_for |= names
                break
        else:
            _disband(fleet, whole)
    return spoken_for


def _open_parts(fleet: Fleet, whole: JobRecord) -> list[JobRecord]:
    return [part for part in teams.parts_of(fleet, whole) if part.status is JobStatus.QUEUED]


def _lesser(fleet: Fleet, whole: JobRecord) -> list[Worker]:
    """Robots on the way to jobs that are less urgent, and no joint ones."""
    lesser = []
    for robot in fleet.state.robots.values():
        job = fleet.job_of(robot)
        if job and not job.part_of and job.request.priority < whole.request.priority:
            worker = workers.worker(fleet, robot)
            if worker and workers.may_change_hands(fleet, robot):
                lesser.append(worker)
    return lesser


def _pick(fleet: Fleet, parts: list[JobRecord], hands: list[Worker]) -> _Choices | None:
    """A robot for each part: the part that fewest can take chooses first, each what is done soonest."""
    able: dict[str, dict[str, Candidate]] = {}
    for part in parts:
        errand = weighing.errand_of(fleet, part)
        weighed = [fleet.dispatcher.weigh(errand, one, fleet.traffic.travel_s) for one in hands]
        can = [one for one in weighed if one.refusal is None]
        soonest = sorted(can, key=lambda one: (one.cost_s or 0.0, one.robot_id))
        able[part.job_id] = {one.robot_id: one for one in soonest}
    chosen = choose({part: list(candidates) for part, candidates in able.items()})
    if chosen is None:
        return None
    return {
        part: (able[part].pop(name), *list(able[part].values())[: _SHOWN - 1])
        for part, name in chosen.items()
    }


def _crew(fleet: Fleet, whole: JobRecord, choices: _Choices) -> None:
    """Give each part its robot, in the order of the roles."""
    for part in _open_parts(fleet, whole):
        chosen = choices[part.job_id][0]
        robot = fleet.state.robots[chosen.robot_id]
        if robot.job_id:
            taken = Reason.of("job-preempted", robot=robot.robot_id, other=whole.job_id)
            ending.hand_on(fleet, robot, taken)
        why = Reason.of("team-gathered", robot=robot.robot_id, job=whole.job_id)
        decision = Decision(part.job_id, robot.robot_id, choices[part.job_id], why)
        seconds = (chosen.pickup_s or 0.0) + (chosen.work_s or 0.0)
        end_ns = fleet.now_ns + int(seconds * SECOND)
        fleet.emit(events.JobAssigned(fleet.now_ns, decision, end_ns))


def _disband(fleet: Fleet, whole: JobRecord) -> None:
    """Nobody can take the place of a robot that was lost: the others need not wait for it."""
    if teams.has_begun(fleet, whole):
        return
    names = {part.robot_id for part in teams.parts_of(fleet, whole) if part.robot_id}
    robots = [fleet.state.robots[name] for name in sorted(names)]
    if all(workers.may_change_hands(fleet, robot) for robot in robots):
        for robot in robots:
            ending.hand_on(fleet, robot, Reason.of("team-incomplete", job=whole.job_id))
