# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from core.engine.puppets import PuppetStage
from core.engine.stage import Stage

from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine import outlook
from suwon_fleet.core.engine.fleet import SECOND
from suwon_fleet.core.jobs import JobKind, JobStatus


def test_a_job_that_waits_is_expected_to_end_after_the_one_before() -> None:
    stage = PuppetStage({"r1": ("courier", "a")})
    first = stage.job(stage.submit(JobKind.GO_TO, "d"))
    second = stage.job(stage.submit(JobKind.GO_TO, "b"))
    assert second.status is JobStatus.QUEUED
    there, back = stage.fleet.traffic.travel_s("courier", "a", "d"), 24.0
    ends_ns = outlook.expected_end_ns(stage.fleet, second)
    assert ends_ns >= outlook.expected_end_ns(stage.fleet, first) + back * SECOND
    assert ends_ns < stage.now_ns + (there + back + 5) * SECOND


def test_nobody_can_tell_when_a_job_without_a_robot_ends() -> None:
    stage = PuppetStage({"r1": ("courier", "a")})
    stage.ask(m.StopRobots("", "robot", "r1"))
    job_id = stage.submit(JobKind.GO_TO, "b", deadline_ns=stage.now_ns + 20 * SECOND)
    job = stage.job(job_id)
    assert (job.status, outlook.expected_end_ns(stage.fleet, job)) == (JobStatus.QUEUED, 0)
    assert outlook.late_s(stage.fleet, job) == 0.0
    stage.wait(25)
    assert 3.0 < outlook.late_s(stage.fleet, job) < 8.0
    assert "deadline-missed" in stage.codes(job_id)


@pytest.mark.parametrize("kind", [JobKind.DELIVERY, JobKind.MANIPULATION, JobKind.PATROL])
def test_the_expected_end_comes_true(kind: JobKind) -> None:
    """Nobody is in the way: at every moment it is off by no more than turning and people take."""
    stage = Stage({"r1": ("courier", "charger1"), "h1": ("helper", "c")})
    job_id = stage.submit(kind, "table", "shelf", deadline_ns=400 * SECOND)
    told = []
    while not stage.job(job_id).status.is_over:
        stage.run(5)
        told.append(outlook.expected_end_ns(stage.fleet, stage.job(job_id)) / SECOND)
        assert outlook.late_s(stage.fleet, stage.job(job_id)) == 0.0
    job = stage.job(job_id)
    assert job.status is JobStatus.FINISHED
    ended = told.pop()
    assert ended == job.ended_ns / SECOND
    assert all(abs(then - ended) < 60 for then in told), (told, ended)
    assert abs(told[-1] - ended) < 30


def test_one_that_ended_too_late_stays_late() -> None:
    stage = PuppetStage({"r1": ("courier", "a")})
    job_id = stage.submit(JobKind.GO_TO, "d", deadline_ns=stage.now_ns + 2 * SECOND)
    stage.wait(10)
    stage.finish(job_id)
    late_s = outlook.late_s(stage.fleet, stage.job(job_id))
    assert late_s > 5.0
    stage.wait(50)
    assert outlook.late_s(stage.fleet, stage.job(job_id)) == late_s
