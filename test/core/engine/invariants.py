# SPDX-License-Identifier: Apache-2.0
"""What must hold of a fleet after every step, whatever happened before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from suwon_fleet.core.engine import charging
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.state import FleetState, RobotRecord
from suwon_fleet.core.jobs import JobStatus
from suwon_fleet.core.robots.questions import is_driven_by_person
from suwon_fleet.core.robots.states import Manipulation, Mission

_HELD = (JobStatus.ASSIGNED, JobStatus.RUNNING, JobStatus.RETURNING)


def check(fleet: Fleet, forgotten: Counter[JobStatus] | None = None) -> None:
    """Raise AssertionError for the first invariant that does not hold.

    `forgotten` are the jobs that count and are not known any more.
    """
    state = fleet.state
    jobs_and_robots_agree(state)
    no_job_is_in_two_places(state)
    tally_agrees(state, forgotten or Counter())
    alerts_are_about_something(state)
    places_are_reserved_once(state)
    who_is_idle_goes_nowhere(state)
    hands_at_rest_hold_nothing(state)
    nothing_is_asked_of_robots_in_other_hands(fleet)
    phases_are_in_order(state)
    jobs_follow_others(state)
    teams_hold_together(state)
    index_says_what_is(state)
    answers_are_of_known_jobs(state)
    assert not fleet.asks


def index_says_what_is(state: FleetState) -> None:
    jobs, robots, index = state.jobs.values(), state.robots.values(), state.index
    assert list(index.open_jobs) == [job.job_id for job in jobs if not job.status.is_over]
    subjects: dict[str, list[str]] = {}
    for alert in state.alerts.values():
        subjects.setdefault(alert.subject, []).append(alert.alert_id)
    assert {subject: list(ids) for subject, ids in index.alerts.items()} == subjects
    assert index.ends_at == by(robots, lambda robot: robot.path[-1])
    assert index.bound_for == by(robots, lambda robot: robot.destination)
    low = {robot.robot_id for robot in robots if charging.is_low(robot)}
    assert set(index.low) == low


def by(
    robots: Iterable[RobotRecord], key: Callable[[RobotRecord], str]
) -> dict[str, dict[str, None]]:
    table: dict[str, dict[str, None]] = {}
    for robot in robots:
        if key(robot):
            table.setdefault(key(robot), {})[robot.robot_id] = None
    return table


def jobs_and_robots_agree(state: FleetState) -> None:
    for robot in state.robots.values():
        if robot.job_id:
            assert state.jobs[robot.job_id].robot_id == robot.robot_id
            assert not state.jobs[robot.job_id].status.is_over
    for job in state.jobs.values():
        if job.robot_id and not job.status.is_over:
            assert state.robots[job.robot_id].job_id == job.job_id
        if job.status in _HELD and not job.parts:
            assert job.robot_id
        if job.status is JobStatus.QUEUED:
            assert not job.robot_id


def no_job_is_in_two_places(state: FleetState) -> None:
    held = Counter(robot.job_id for robot in state.robots.values() if robot.job_id)
    assert all(count == 1 for count in held.values())


def tally_agrees(state: FleetState, forgotten: Counter[JobStatus]) -> None:
    whole = [job for job in state.jobs.values() if not job.part_of]
    count = Counter(job.status for job in whole) + forgotten
    tally = state.tally
    assert tally.finished == count[JobStatus.FINISHED]
    assert tally.failed == count[JobStatus.FAILED]
    assert tally.cancelled == count[JobStatus.CANCELLED]
    assert tally.submitted == count.total() + tally.refused


def alerts_are_about_something(state: FleetState) -> None:
    """None twice; those that a person may answer concern what still is."""
    said = Counter((alert.subject, alert.reason) for alert in state.alerts.values())
    assert all(count == 1 for count in said.values()), said
    for alert in state.alerts.values():
        if "release" in alert.answers:
            assert alert.subject in state.robots
        if "keep" in alert.answers:
            assert not state.jobs[alert.subject].status.is_over


def places_are_reserved_once(state: FleetState) -> None:
    """Chargers and parking places; a job's place may be wanted by several."""
    errands = (Mission.TO_DOCK, Mission.TO_PARKING)
    going = [r.destination for r in state.robots.values() if r.states.mission in errands]
    assert len(going) == len(set(going))


def who_is_idle_goes_nowhere(state: FleetState) -> None:
    for robot in state.robots.values():
        if robot.states.mission is Mission.IDLE:
            assert robot.destination == "", robot


def hands_at_rest_hold_nothing(state: FleetState) -> None:
    for robot in state.robots.values():
        if robot.states.manipulation is Manipulation.NONE:
            assert robot.laden is False


def nothing_is_asked_of_robots_in_other_hands(fleet: Fleet) -> None:
    for robot in fleet.state.robots.values():
        if is_driven_by_person(robot.states):
            assert robot.action is None or robot.action.since_ns < fleet.now_ns


def phases_are_in_order(state: FleetState) -> None:
    for job in state.jobs.values():
        assert -1 <= job.phase_index < max(1, len(job.phases)), job
        assert bool(job.phases) != bool(job.parts)
        assert (job.turned_at is None) == (job.ends_as is JobStatus.FINISHED)
        if job.status is JobStatus.RETURNING and not job.parts:
            assert job.turned_at is not None


def jobs_follow_others(state: FleetState) -> None:
    """What awaits another has not begun; nothing awaits what is over, or refers to what is not known."""
    for job in state.jobs.values():
        assert all(job.job_id in state.jobs[name].request.after for name in job.followers)
        for name in job.awaits:
            assert job.job_id in state.jobs[name].followers
            assert job.status.is_over or not state.jobs[name].status.is_over
        if job.awaits:
            assert not job.robot_id
            assert not job.decisions


def answers_are_of_known_jobs(state: FleetState) -> None:
    made = {request_id: job for request_id, job in state.answered.items() if isinstance(job, str)}
    assert all(
        state.jobs[job_id].request.request_id == request_id for request_id, job_id in made.items()
    )
    assert set(state.refused_ns) == set(state.answered) - set(made)


def teams_hold_together(state: FleetState) -> None:
    """Parts know their whole and it them; none goes on when it is over; robots are of one part each."""
    for job in state.jobs.values():
        parts = [state.jobs[name] for name in job.parts]
        assert all(part.part_of == job.job_id for part in parts)
        if job.status.is_over:
            assert all(part.status.is_over for part in parts), job
        if job.status is JobStatus.FINISHED:
            assert all(part.status is JobStatus.FINISHED for part in parts)
        if job.parts:
            assert not job.robot_id
