# SPDX-License-Identifier: Apache-2.0
"""Until a job has begun another robot may get it, and its robot another job; after that neither."""

from __future__ import annotations

import pytest
from core.engine.invariants import check
from core.engine.puppets import PuppetStage

from suwon_fleet.core.engine import events as e
from suwon_fleet.core.engine import explain
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.jobs import JobKind, JobStatus, Priority

GO_TO, DELIVERY = JobKind.GO_TO, JobKind.DELIVERY
LOW, NORMAL, HIGH, URGENT = Priority


@pytest.fixture
def alone() -> PuppetStage:
    return PuppetStage({"r1": ("courier", "a")})


def on_its_way(stage: PuppetStage, job_id: str, vertices: int = 1) -> None:
    """The robot that has the job has passed some vertices of the way to it, and is not there yet."""
    for _ in range(vertices):
        stage.turn()
        stage.puppets[stage.job(job_id).robot_id].drive(1)
    stage.turn()
    assert stage.job(job_id).phase_index == 0


def unassigned(stage: PuppetStage) -> list[tuple[str, str]]:
    """Jobs that lost their robot, and why, in order."""
    return [
        (event.job_id, event.reason.code)
        for event in stage.journal.read()
        if isinstance(event, e.JobUnassigned)
    ]


@pytest.mark.parametrize("restart", [False, True], ids=["", "killed"])
@pytest.mark.parametrize("kind", [GO_TO, DELIVERY])
def test_an_urgent_job_takes_the_robot_of_a_lesser_one(
    alone: PuppetStage, kind: JobKind, restart: bool
) -> None:
    lesser = alone.submit(kind, *("d", "c2")[: 1 if kind is GO_TO else 2], priority=NORMAL)
    on_its_way(alone, lesser)
    urgent = alone.submit(GO_TO, "a2", priority=URGENT)
    alone.turn()
    assert alone.job(urgent).robot_id == "r1"
    assert alone.job(lesser).status is JobStatus.QUEUED
    reason = alone.job(lesser).reason
    assert reason is not None
    assert (reason.code, dict(reason.facts)["other"]) == ("job-preempted", urgent)
    check(alone.fleet)
    if restart:
        alone.restart()
    assert alone.finish(urgent).status is JobStatus.FINISHED
    assert alone.finish(lesser).status is JobStatus.FINISHED
    assert unassigned(alone) == [(lesser, "job-preempted")]


def test_a_job_is_not_taken_from_once_it_has_begun(alone: PuppetStage) -> None:
    lesser = alone.submit(DELIVERY, "b", "d", priority=LOW)
    alone.reach(lesser, "load")
    urgent = alone.submit(GO_TO, "a", priority=URGENT)
    for _ in range(12):
        alone.turn()
    alone.reach(lesser, "to_dropoff")
    alone.turn()
    assert alone.job(urgent).status is JobStatus.QUEUED
    assert alone.finish(lesser).status is JobStatus.FINISHED
    assert alone.finish(urgent).status is JobStatus.FINISHED
    assert unassigned(alone) == []


@pytest.mark.parametrize("priority", [LOW, NORMAL])
def test_only_a_more_urgent_job_takes_a_robot(alone: PuppetStage, priority: Priority) -> None:
    first = alone.submit(GO_TO, "d", priority=NORMAL)
    on_its_way(alone, first)
    second = alone.submit(GO_TO, "a2", priority=priority)
    alone.play(200, until=lambda: alone.job(second).status.is_over)
    assert alone.job(first).ended_ns < alone.job(second).ended_ns
    assert unassigned(alone) == []


def test_a_free_robot_is_sent_rather_than_one_taken_away() -> None:
    stage = PuppetStage({"r1": ("courier", "a"), "r2": ("courier", "yard")})
    lesser = stage.submit(GO_TO, "d", priority=LOW, robot_id="r1")
    on_its_way(stage, lesser)
    urgent = stage.submit(GO_TO, "c2", priority=URGENT)
    stage.turn()
    assert stage.job(urgent).robot_id == "r2"
    assert unassigned(stage) == []


def test_the_one_whose_robot_is_taken_gets_another() -> None:
    """r1 is next to the urgent job and on its way to another, which r2 can do as well."""
    stage = PuppetStage({"r1": ("courier", "charger1"), "r2": ("courier", "yard")})
    lesser = stage.submit(GO_TO, "b2", priority=NORMAL, robot_id="")
    assert stage.job(lesser).robot_id == "r1"
    on_its_way(stage, lesser)
    deadline = stage.now_ns + 10**9
    urgent = stage.submit(GO_TO, "charger1", priority=URGENT, deadline_ns=deadline)
    stage.turn()
    assert stage.job(urgent).robot_id == "r1"
    assert stage.job(lesser).robot_id == "r2"
    assert unassigned(stage) == [(lesser, "job-handed-on")]
    check(stage.fleet)
    assert stage.finish(lesser).status is JobStatus.FINISHED


def test_a_robot_that_comes_free_nearer_by_takes_the_job() -> None:
    stage = PuppetStage({"r1": ("courier", "a"), "r2": ("courier", "d")})
    stage.ask(m.CommissionRobot(stage.token(), "r2", False, "kim"))
    late = stage.submit(GO_TO, "yard", deadline_ns=stage.now_ns + 10**9)
    on_its_way(stage, late)
    assert stage.job(late).robot_id == "r1"
    stage.ask(m.CommissionRobot(stage.token(), "r2", True, "kim"))
    stage.turn()
    assert stage.job(late).robot_id == "r2"
    assert unassigned(stage) == [(late, "job-handed-on")]
    assert stage.finish(late).robot_id == "r2"


def test_a_robot_is_not_turned_round_for_little() -> None:
    stage = PuppetStage({"r1": ("courier", "a"), "r2": ("courier", "d")})
    stage.ask(m.CommissionRobot(stage.token(), "r2", False, "kim"))
    job = stage.submit(GO_TO, "yard")
    on_its_way(stage, job)
    stage.ask(m.CommissionRobot(stage.token(), "r2", True, "kim"))
    assert stage.finish(job).robot_id == "r1"
    assert unassigned(stage) == []


def test_a_job_for_one_robot_alone_waits_for_it_when_it_is_taken() -> None:
    stage = PuppetStage({"r1": ("courier", "a"), "h1": ("helper", "d")})
    lesser = stage.submit(DELIVERY, "c", "d", robot_id="r1", priority=LOW)
    on_its_way(stage, lesser)
    urgent = stage.submit(DELIVERY, "a2", "b", priority=URGENT)
    stage.turn()
    assert (stage.job(urgent).robot_id, stage.job(lesser).robot_id) == ("r1", "")
    assert stage.finish(lesser).robot_id == "r1"


def test_both_sides_are_explained(alone: PuppetStage) -> None:
    lesser = alone.submit(GO_TO, "d", priority=NORMAL)
    on_its_way(alone, lesser)
    urgent = alone.submit(GO_TO, "a2", priority=URGENT)
    alone.turn()
    assert alone.job(urgent).decisions[-1].reason.code == "robot-taken"
    told = explain.explain_job(alone.fleet, lesser)
    assert told is not None
    assert "job-preempted" in [reason.code for reason in told.reasons]
    alone.finish(urgent)
    alone.play(4)
    told = explain.explain_job(alone.fleet, lesser)
    assert told is not None
    assert "job-preempted" in [reason.code for reason in told.reasons], "still why it is late"
