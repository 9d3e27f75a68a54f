# SPDX-License-Identifier: Apache-2.0
"""Jobs that follow others: they begin when those have finished, and end as those do that have not."""

from __future__ import annotations

import pytest
from core.engine.invariants import check
from core.engine.puppets import PuppetStage

from suwon_fleet.core.engine import explain
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.jobs import JobKind, JobStatus
from suwon_fleet.core.robots.report import ActionStatus

GO_TO, DELIVERY = JobKind.GO_TO, JobKind.DELIVERY


@pytest.fixture
def stage() -> PuppetStage:
    return PuppetStage({"r1": ("courier", "a"), "r2": ("courier", "d")})


def refused(answer: m.Answer) -> str:
    assert answer.reason is not None
    return answer.reason.code


def statuses(stage: PuppetStage, *job_ids: str) -> list[JobStatus]:
    return [stage.job(job_id).status for job_id in job_ids]


def fail_load(stage: PuppetStage, job_id: str) -> None:
    puppet = stage.reach(job_id, "load")
    stage.turn()
    puppet.end(ActionStatus.FAILED, "jammed")
    stage.turn()
    assert stage.job(job_id).status is JobStatus.FAILED


@pytest.mark.parametrize("restart", [False, True], ids=["", "killed"])
def test_a_job_begins_when_all_it_follows_have_finished(stage: PuppetStage, restart: bool) -> None:
    first = stage.submit(DELIVERY, "b", "c", robot_id="r1")
    second = stage.submit(GO_TO, "c2", robot_id="r2")
    third = stage.submit(GO_TO, "a2", after=(first, second))
    assert stage.finish(second).status is JobStatus.FINISHED
    assert stage.job(third).awaits == (first,)
    assert stage.job(third).status is JobStatus.QUEUED
    if restart:
        stage.restart()
    stage.finish(first)
    assert stage.job(third).due_ns == stage.job(first).ended_ns
    assert stage.finish(third).status is JobStatus.FINISHED
    assert stage.job(third).ended_ns > stage.job(first).ended_ns
    check(stage.fleet)


def test_a_job_may_follow_one_that_has_finished_already(stage: PuppetStage) -> None:
    first = stage.submit(GO_TO, "b")
    stage.finish(first)
    second = stage.submit(GO_TO, "c", after=(first,))
    assert stage.job(second).awaits == ()
    assert stage.finish(second).status is JobStatus.FINISHED


def test_what_cannot_be_followed_is_refused(stage: PuppetStage) -> None:
    assert refused(stage.try_submit(GO_TO, "b", after=("job-9",))) == "no-such-job"
    assert refused(stage.try_submit(GO_TO, "b", job_id="mine", after=("mine",))) == "after-itself"
    many = tuple(f"job-{number}" for number in range(101))
    assert refused(stage.try_submit(GO_TO, "b", after=many)) == "too-many-after"
    first = stage.submit(GO_TO, "b")
    stage.cancel(first)
    assert refused(stage.try_submit(GO_TO, "c", after=(first,))) == "after-ended"
    assert stage.core.state.tally.refused == 4


def test_the_followers_of_a_job_that_is_called_off_are_called_off(stage: PuppetStage) -> None:
    first = stage.submit(GO_TO, "b")
    chain = [first]
    for _ in range(3):
        chain.append(stage.submit(GO_TO, "c", after=(chain[-1],)))
    stage.cancel(first)
    assert set(statuses(stage, *chain)) == {JobStatus.CANCELLED}
    reason = stage.job(chain[-1]).reason
    assert reason is not None
    assert (reason.code, dict(reason.facts)["after"]) == ("after-ended", chain[-2])
    check(stage.fleet)


def test_a_long_chain_ends_at_once(stage: PuppetStage) -> None:
    chain = [stage.submit(GO_TO, "b", earliest_start_ns=10**15)]
    requests = []
    for number in range(1500):
        after = (chain[0] if number == 0 else f"link-{number - 1}",)
        requests.append(_link(stage, number, after))
    stage.turn(*requests)
    stage.cancel(chain[0])
    assert stage.job("link-1499").status is JobStatus.CANCELLED


def _link(stage: PuppetStage, number: int, after: tuple[str, ...]) -> m.SubmitJob:
    from suwon_fleet.core.jobs import JobRequest

    return m.SubmitJob(
        f"link-{number}", JobRequest(GO_TO, ("c",), job_id=f"link-{number}", after=after)
    )


def test_the_followers_of_a_job_that_fails_fail_and_one_answer_asks_for_all_again(
    stage: PuppetStage,
) -> None:
    first = stage.submit(DELIVERY, "b", "c")
    second = stage.submit(GO_TO, "d", after=(first,))
    third = stage.submit(GO_TO, "a", after=(first, second))
    other = stage.submit(GO_TO, "yard")
    fail_load(stage, first)
    assert set(statuses(stage, second, third)) == {JobStatus.FAILED}
    assert stage.alerts(second) == []
    assert not stage.job(other).reason
    (alert,) = stage.alerts(first)
    assert stage.answer(alert, "again").reason is None
    again = list(stage.core.state.jobs)[-3:]
    assert [stage.job(name).request.after for name in again] == [
        (),
        (again[0],),
        (again[0], again[1]),
    ]
    stage.restart()
    assert stage.finish(again[2]).status is JobStatus.FINISHED
    check(stage.fleet)


def test_a_follower_says_what_it_waits_for(stage: PuppetStage) -> None:
    first = stage.submit(DELIVERY, "b", "c")
    second = stage.submit(GO_TO, "d", after=(first,))
    told = explain.explain_job(stage.fleet, second)
    assert told is not None
    assert [reason.code for reason in told.reasons] == ["job-follows"]
    assert dict(told.reasons[0].facts)["jobs"] == first


def test_a_follower_that_nobody_can_do_any_more_is_told_of(stage: PuppetStage) -> None:
    first = stage.submit(DELIVERY, "b", "c", robot_id="r1")
    second = stage.submit(GO_TO, "yard", after=(first,))
    stage.ask(m.SetZone(stage.token(), "yard_zone", False))
    stage.play(4)
    assert stage.codes(second) == ["job-stranded"]


def test_decisions_know_when_they_were_made(stage: PuppetStage) -> None:
    job = stage.finish(stage.submit(GO_TO, "b"))
    (decision,) = job.decisions
    assert job.submitted_ns <= decision.at_ns < job.ended_ns
