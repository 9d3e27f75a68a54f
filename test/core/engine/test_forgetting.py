# SPDX-License-Identifier: Apache-2.0
"""Jobs that ended long ago leave the state, and nothing that still refers to them is left behind."""

from __future__ import annotations

import pytest
from core.engine.invariants import check
from core.engine.puppets import PuppetStage

from suwon_fleet.core.engine import events, forgetting
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.fleet import Settings
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.jobs import JobKind, JobStatus, Role
from suwon_fleet.core.robots.report import ActionStatus

GO_TO, DELIVERY = JobKind.GO_TO, JobKind.DELIVERY
SPAWNS = {"r1": ("courier", "a"), "h1": ("helper", "b2")}
KEPT_S = 600.0


@pytest.fixture
def stage() -> PuppetStage:
    return PuppetStage(SPAWNS, Settings(remember_jobs=0, remember_ended_s=KEPT_S))


def wait(stage: PuppetStage, seconds: float = KEPT_S + 20.0) -> None:
    """Let time pass, with robots that report."""
    for _ in range(int(seconds / 10.0)):
        stage.turn(seconds=10.0)


def known(stage: PuppetStage) -> list[str]:
    return list(stage.core.state.jobs)


def test_a_job_is_known_for_its_time_and_then_forgotten(stage: PuppetStage) -> None:
    job = stage.submit(GO_TO, "b", request_id="mine")
    stage.finish(job)
    wait(stage, KEPT_S / 2)
    assert known(stage) == [job]
    assert stage.try_submit(GO_TO, "b", request_id="mine").id == job
    wait(stage)
    assert known(stage) == []
    assert stage.core.state.answered == {}
    assert stage.core.state.tally.finished == 1
    check(stage.fleet, stage.forgotten)


def test_a_restart_forgets_the_same(stage: PuppetStage) -> None:
    stage.finish(stage.submit(GO_TO, "b"))
    wait(stage)
    stage.finish(stage.submit(GO_TO, "c"))
    stage.restart()  # compares the states
    assert known(stage) == ["job-2"]


def test_the_newest_are_known_however_old_they_are() -> None:
    stage = PuppetStage(SPAWNS, Settings(remember_jobs=2, remember_ended_s=KEPT_S))
    jobs = [stage.submit(GO_TO, place) for place in ("b", "c", "b2")]
    for job in jobs:
        stage.finish(job)
    oldest, *newest = sorted(jobs, key=lambda job: stage.job(job).ended_ns)
    wait(stage, 2 * KEPT_S)
    assert sorted(known(stage)) == sorted(newest)
    assert oldest not in known(stage)


def test_ids_are_not_used_again(stage: PuppetStage) -> None:
    stage.finish(stage.submit(GO_TO, "b"))
    wait(stage)
    assert stage.submit(GO_TO, "c") == "job-2"


def test_who_asks_about_it_is_told_where_it_is(stage: PuppetStage) -> None:
    job = stage.submit(GO_TO, "b")
    stage.finish(job)
    wait(stage)
    assert stage.cancel(job).reason == Reason.of("no-such-job", job=job)


def test_a_refusal_is_given_again_for_as_long(stage: PuppetStage) -> None:
    first = stage.try_submit(GO_TO, "island", request_id="far")
    wait(stage, KEPT_S / 2)
    assert stage.try_submit(GO_TO, "b", request_id="far").reason == first.reason
    wait(stage)
    assert stage.core.state.refused_ns == {}
    assert stage.try_submit(GO_TO, "b", request_id="far").reason is None


def test_what_an_open_job_follows_is_known(stage: PuppetStage) -> None:
    first = stage.submit(GO_TO, "b")
    second = stage.submit(GO_TO, "c", after=(first,))
    stage.ask(m.PauseJob(stage.token(), second, True, "kim"))
    stage.finish(first)
    wait(stage)
    assert known(stage) == [first, second]
    stage.ask(m.PauseJob(stage.token(), second, False, "kim"))
    stage.finish(second)
    wait(stage)
    assert known(stage) == []


def test_a_chain_without_end_is_forgotten_link_by_link(stage: PuppetStage) -> None:
    last = stage.submit(GO_TO, "b")
    for place in ("c", "b", "c", "b"):
        stage.finish(last)
        last = stage.submit(GO_TO, place, after=(last,))
        wait(stage, KEPT_S / 2)
    assert len(known(stage)) < 5
    check(stage.fleet, stage.forgotten)


def test_a_failed_job_is_known_until_somebody_has_looked(stage: PuppetStage) -> None:
    failed = stage.submit(DELIVERY, "b", "c")
    follower = stage.submit(GO_TO, "c2", after=(failed,))
    puppet = stage.reach(failed, "load")
    stage.turn()
    puppet.end(ActionStatus.FAILED, "jammed")
    stage.turn()
    assert stage.job(follower).status is JobStatus.FAILED
    for alert in stage.alerts(follower):
        stage.answer(alert, "close")
    wait(stage)
    assert known(stage) == [failed, follower], "asked for again, both are"
    (alert,) = stage.alerts(failed)
    stage.answer(alert, "again")
    wait(stage, 60.0)
    assert failed not in known(stage)
    assert follower not in known(stage)


def test_parts_go_with_their_joint_job(stage: PuppetStage) -> None:
    roles = (Role(GO_TO, ("b",), robot_id="r1"), Role(GO_TO, ("c",), robot_id="h1"))
    job = stage.submit(JobKind.JOINT, roles=roles)
    assert known(stage) == [job, f"{job}.1", f"{job}.2"]
    stage.cancel(job)
    wait(stage)
    assert known(stage) == []
    check(stage.fleet, stage.forgotten)


def test_one_event_says_so_many_and_the_next_the_rest(
    stage: PuppetStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "MOST_AT_ONCE", 2)
    for _ in range(5):
        stage.cancel(stage.submit(GO_TO, "b"))
    wait(stage, KEPT_S + 60.0)
    told = [e for e in stage.journal.read() if isinstance(e, events.JobsForgotten)]
    assert sum(len(one.job_ids) for one in told) == 5
    assert max(len(one.job_ids) for one in told) == 2
