# SPDX-License-Identifier: Apache-2.0
"""Joint jobs at work: their parts are jobs by themselves that meet, wait for each other, and end together.

A meeting begins when all stand at their places, and is over when all have done what they do there.
"""

from __future__ import annotations

from collections.abc import Iterable

from suwon_fleet.core.engine import ending
from suwon_fleet.core.engine.actions import phase_stem
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.state import JobRecord, RobotRecord
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.jobs import JobStatus
from suwon_fleet.core.robots.report import ActionStatus
from suwon_fleet.core.robots.states import LEGS

MOST_WAYS_MADE = 5
"""Times a robot makes way while it waits for its team; after that they cannot meet there (assumption)."""
_BROKEN = (JobStatus.FAILED, JobStatus.CANCELLED)


def parts_of(fleet: Fleet, whole: JobRecord) -> list[JobRecord]:
    """The parts of a joint job, in the order of its roles."""
    return [fleet.state.jobs[name] for name in whole.parts]


def why_not_begin(fleet: Fleet, part: JobRecord) -> Reason | None:
    """Who has not come to the meeting at the end of a part's leg; None if all have, or none is held."""
    meeting = part.phase.meeting if part.phase else 0
    if not meeting or part.turned_at is not None:
        return None
    for other in _others(fleet, part):
        if _is_broken(other):
            return Reason.of("team-broken", job=other.job_id)
        if not _is_there(fleet, other, meeting):
            return _no_robot(other) or Reason.of("wait-team", robot=other.robot_id)
    return None


def why_not_go_on(fleet: Fleet, part: JobRecord) -> Reason | None:
    """Who is still at work in the meeting that a part is at; None if all are done."""
    meeting = _meeting_at(part)
    if not meeting or part.turned_at is not None:
        return None
    for other in _others(fleet, part):
        if _is_broken(other):
            return None
        if not _is_done(fleet, other, meeting):
            return _no_robot(other) or Reason.of("wait-team-done", robot=other.robot_id)
    return None


def is_waiting(fleet: Fleet, part: JobRecord | None) -> bool:
    """Whether a part's robot stands where it meets others that have not come."""
    if part is None or not part.part_of or part.phase is None or not part.phase.meeting:
        return False
    robot = fleet.state.robots[part.robot_id]
    return fleet.has_arrived(robot) and why_not_begin(fleet, part) is not None


def has_made_way_in_vain(
    fleet: Fleet, robot: RobotRecord, part: JobRecord, *, has_come: bool
) -> bool:
    """Whether a robot had to leave where it meets the others time and again, and they have not come.

    Where the way of each leads past the other they would make way for each other for ever.
    """
    if part.turned_at is not None:  # it goes back, and meets nobody any more
        return False
    if has_come or robot.states.mission not in LEGS:
        fleet.standing.add(part.job_id)
    elif part.job_id in fleet.standing:
        fleet.standing.remove(part.job_id)
        fleet.made_way[part.job_id] = fleet.made_way.get(part.job_id, 0) + 1
    return fleet.made_way.get(part.job_id, 0) > MOST_WAYS_MADE


def has_begun(fleet: Fleet, whole: JobRecord) -> bool:
    """Whether a joint job's robots have met: from then on it cannot have others."""
    return any(part.phase_index > _leg(part, 1) for part in parts_of(fleet, whole))


def review(fleet: Fleet) -> None:
    """What has become of one part concerns the others; with the last one the joint job is over."""
    for whole in fleet.state.open_jobs:
        if not whole.parts or whole.status.is_over:
            continue
        parts = parts_of(fleet, whole)
        broken = [part for part in parts if part.status in _BROKEN]
        still_open = [part for part in parts if not part.status.is_over]
        for part in still_open if broken else ():
            if part.turned_at is None:
                ending.cancel_one(fleet, part, Reason.of("team-broken", job=broken[0].job_id))
        if all(part.status.is_over for part in parts):
            _end(fleet, whole, parts)


def _end(fleet: Fleet, whole: JobRecord, parts: list[JobRecord]) -> None:
    """A joint job ends as the worst of its parts, for that one's reason."""
    for status in (JobStatus.FAILED, JobStatus.CANCELLED):
        for part in parts:
            if part.status is status:
                ending.end(fleet, whole, status, part.reason)
                return
    ending.end(fleet, whole, JobStatus.FINISHED)


def _others(fleet: Fleet, part: JobRecord) -> Iterable[JobRecord]:
    whole = fleet.state.jobs.get(part.part_of)
    return [other for other in parts_of(fleet, whole) if other is not part] if whole else []


def _no_robot(other: JobRecord) -> Reason | None:
    return None if other.robot_id else Reason.of("wait-team-robot", job=other.job_id)


def _is_broken(part: JobRecord) -> bool:
    return part.status in _BROKEN or part.turned_at is not None


def _is_there(fleet: Fleet, part: JobRecord, meeting: int) -> bool:
    """Whether a part has come to a meeting, at whatever it is now."""
    leg = _leg(part, meeting)
    if part.status is JobStatus.FINISHED or part.phase_index != leg:
        return part.status is JobStatus.FINISHED or part.phase_index > leg
    robot = fleet.state.robots[part.robot_id]
    return robot.states.mission not in LEGS or fleet.has_arrived(robot)


def _is_done(fleet: Fleet, part: JobRecord, meeting: int) -> bool:
    """Whether a part has done all it does at a meeting."""
    last = _leg(part, meeting)
    while last + 1 < len(part.phases) and part.phases[last + 1].action is not None:
        last += 1
    if part.status is JobStatus.FINISHED or part.phase_index != last:
        return part.status is JobStatus.FINISHED or part.phase_index > last
    if part.phases[last].action is None:
        return _is_there(fleet, part, meeting)
    action = fleet.state.robots[part.robot_id].action
    is_its = action is not None and action.stem == phase_stem(part)
    return is_its and action is not None and action.status is ActionStatus.FINISHED


def _leg(part: JobRecord, meeting: int) -> int:
    """The phase that ends at a meeting."""
    return next(n for n, phase in enumerate(part.phases) if phase.meeting == meeting)


def _meeting_at(part: JobRecord) -> int:
    """The meeting a part is at, 0 on legs that end at none, and for jobs that are no parts."""
    if not part.part_of:
        return 0
    legs = (p for p in reversed(part.phases[: part.phase_index + 1]) if p.action is None)
    return next((leg.meeting for leg in legs), 0)
