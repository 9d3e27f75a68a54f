# SPDX-License-Identifier: Apache-2.0
"""Whole jobs with simulated robots in virtual time, judged by the checker."""

from __future__ import annotations

import pytest
from core.engine.invariants import check
from core.engine.stage import Stage

from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.jobs import JobKind, JobStatus, Priority
from suwon_fleet.sim.people import People

SPAWNS = {
    "r1": ("courier", "a"),
    "r2": ("courier", "d"),
    "r3": ("courier", "charger2"),
    "h1": ("helper", "park2"),
}


def submit_all(stage: Stage) -> list[str]:
    ends = [("b", "d"), ("d", "a"), ("table", "yard"), ("c2", "table"), ("shelf", "b2")]
    jobs = [stage.submit(JobKind.DELIVERY, *pair) for pair in ends]
    jobs += [stage.submit(JobKind.MANIPULATION, "shelf", "table", object="cup")]
    jobs += [stage.submit(JobKind.PATROL, "a", "c", "yard", priority=Priority.HIGH)]
    return jobs


def assert_clean(stage: Stage) -> None:
    assert stage.checker.counts == {}
    check(stage.fleet)


def test_a_busy_quarter_of_an_hour() -> None:
    stage = Stage(SPAWNS, people=People(no_show=0.0, grasp_failure=0.2), seed=3)
    jobs = submit_all(stage)
    stage.run(1500, lambda: all(stage.job(job_id).status.is_over for job_id in jobs))
    assert {stage.job(job_id).status for job_id in jobs} <= {JobStatus.FINISHED, JobStatus.FAILED}
    failed = [job for job in jobs if stage.job(job).status is JobStatus.FAILED]
    assert all("job-failed" in stage.codes(job) for job in failed)
    assert len(failed) <= 1
    assert_clean(stage)


@pytest.mark.parametrize("every", [7, 23])
def test_killed_again_and_again(every: int) -> None:
    """Each job is done once: what robots carried out is what the journal says, and nothing twice."""
    stage = Stage(SPAWNS, seed=every)
    jobs = submit_all(stage)
    turns = 0
    while not all(stage.job(job_id).status.is_over for job_id in jobs):
        stage.turn()
        turns += 1
        assert turns < 3000
        if turns % every == 0:
            stage.restart()
    assert {stage.job(job_id).status for job_id in jobs} == {JobStatus.FINISHED}
    done = [action_id for robot in stage.world.robots.values() for action_id, _ in robot.done]
    stems = [action_id.rpartition(".")[0] for action_id in done if action_id.startswith("job-")]
    assert len(stems) == len(set(stems))
    wanted = {
        f"{job_id}.{index}"
        for job_id in jobs
        for index, phase in enumerate(stage.job(job_id).phases)
        if phase.action
    }
    assert set(stems) == wanted
    assert_clean(stage)


def test_a_robot_that_dies_with_a_load() -> None:
    """It stays where it is, and so does the load; people are asked, and told what was lost."""
    stage = Stage(SPAWNS)
    job_id = stage.submit(JobKind.DELIVERY, "b", "d")
    stage.reach(job_id, "to_dropoff")
    name = stage.job(job_id).robot_id
    stage.sim(name).is_dead = stage.sim(name).is_silent = True
    other = stage.submit(JobKind.DELIVERY, "a", "table")
    stage.run(30)
    (alert,) = [a for a in stage.core.state.alerts.values() if a.subject == job_id]
    assert alert.answers == ("keep", "cancel")
    stage.ask(m.RemoveRobot(stage.token(), name, "kim"))
    assert stage.job(job_id).status is JobStatus.FAILED
    assert stage.finish(other).status is JobStatus.FINISHED
    assert_clean(stage)


def test_nobody_comes_anywhere() -> None:
    """Loads nobody puts in or takes out end their jobs, and block no robot."""
    stage = Stage(SPAWNS, people=People(no_show=1.0))
    jobs = [stage.submit(JobKind.DELIVERY, "b", "d"), stage.submit(JobKind.DELIVERY, "c", "a")]
    stage.run(1200, lambda: all(stage.job(job_id).status.is_over for job_id in jobs))
    assert {stage.job(job_id).status for job_id in jobs} == {JobStatus.FAILED}
    stage.run(60)
    assert all(robot.laden is False for robot in stage.core.state.robots.values())
    assert_clean(stage)


def test_all_robots_charge_in_turn() -> None:
    low = {name: (kind, node, 0.28) for name, (kind, node) in SPAWNS.items() if kind == "courier"}
    stage = Stage(low)
    jobs = [stage.submit(JobKind.DELIVERY, "b", "d") for _ in range(3)]
    stage.run(2500, lambda: all(stage.job(job_id).status.is_over for job_id in jobs))
    assert {stage.job(job_id).status for job_id in jobs} == {JobStatus.FINISHED}
    assert_clean(stage)
