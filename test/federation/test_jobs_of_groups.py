# SPDX-License-Identifier: Apache-2.0
"""Jobs that are another group's to do, and what people who asked for them are told."""

from __future__ import annotations

from dataclasses import replace

from federation.realm import Trouble
from federation.test_borders_at_work import ask, sent_east, told_of, wait
from federation.test_realm import realm

from suwon_fleet.adapters.memory_journal import MemoryJournal
from suwon_fleet.core.engine import explain
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.events import JobAccepted
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.federation.messages import JobOver, SendJob
from suwon_fleet.core.jobs import JobKind, JobRequest, JobStatus, Role
from suwon_fleet.core.texts import say


def test_nothing_is_kept_of_a_job_whose_end_is_told_before_that_it_came() -> None:
    one = realm({"r": "e2"})
    one.run(2)
    one.trouble = Trouble(lost=1.0)
    job = ask(one, "west", m.SubmitJob("j", JobRequest(JobKind.GO_TO, ("at-e3",)))).id
    west = one.owners["west"].core
    assert (job, "peer") in west.fleet.sent_ns
    over = JobOver(job, JobStatus.CANCELLED, None)
    west.step(one.world.now_ns, [m.PeerSaid("east", over)])
    assert west.state.jobs[job].status is JobStatus.CANCELLED
    assert (job, "peer") not in west.fleet.sent_ns


def test_a_job_elsewhere_is_listed_explained_and_asked_after_there() -> None:
    one = sent_east()
    wait(one, lambda: one.owners_of("r") == ["yard"])
    west = one.owners["west"]
    assert west.state.jobs["west.job-0-1"].status is JobStatus.RUNNING
    answer = ask(one, "west", m.PauseJob("p", "west.job-0-1", True))
    assert answer.reason
    assert answer.reason.code == "job-elsewhere"
    told = explain.explain_job(west.core.fleet, "west.job-0-1")
    assert told
    assert "group yard" in say(told.reasons[0], "en")
    assert ask(one, "yard", m.CancelJob("y", "west.job-0-1", "ana")).reason is None
    one.settle(60)
    assert west.state.jobs["west.job-0-1"].status is JobStatus.CANCELLED
    assert west.state.tally.cancelled == 1


def test_people_are_told_of_a_failed_job_where_they_asked_for_it() -> None:
    one = realm({"r": "w1"})
    one.run(2)
    one.submit("west", JobRequest(JobKind.DELIVERY, ("at-w4", "at-e3")))
    wait(one, lambda: one.owners_of("r") == ["east"], turns=2000)
    one.removed.add("r")
    assert ask(one, "east", m.RemoveRobot("remove", "r", "ana")).reason is None
    one.settle(60)
    told = {name: told_of(one, name, "job-failed") for name in one.owners}
    assert told == {"west": 1, "yard": 0, "east": 0}
    assert one.owners["west"].state.tally.failed == 1


def test_a_job_that_nobody_can_do_waits_where_it_begins_and_is_offered_now_and_then() -> None:
    one = realm({"r": "e2"})
    one.run(2)
    assert ask(one, "east", m.CommissionRobot("off", "r", False, "ana")).reason is None
    one.submit("yard", JobRequest(JobKind.GO_TO, ("at-w4",)))
    one.run(50)
    west = one.owners["west"]
    assert list(west.state.index.open_jobs) == ["yard.job-0-1"]
    assert [told_of(one, name, "job-stranded") for name in ("west", "yard", "east")] == [1, 0, 0]
    assert west.state.hops["yard.job-0-1"] == 3  # yard, west, east, west
    west.core.step(one.world.now_ns, [])
    assert told_of(one, "west", "job-stranded") == 1
    one.restart("west")
    one.run(20)
    assert told_of(one, "west", "job-stranded") == 1
    assert ask(one, "east", m.CommissionRobot("on", "r", True, "ana")).reason is None
    one.settle(300)
    assert one.finished() == ["yard.job-0-1"]
    assert told_of(one, "west", "job-stranded") == 0
    assert one.owners["west"].state.hops["yard.job-0-1"] < 10


def test_a_job_that_passes_through_leaves_nothing_but_its_count() -> None:
    one = realm({"r": "w1", "s": "e2"})
    one.run(2)
    assert ask(one, "west", m.CommissionRobot("off", "r", False, "ana")).reason is None
    one.submit("yard", JobRequest(JobKind.DELIVERY, ("at-w4", "at-e3")))
    wait(one, lambda: bool(one.owners["yard"].state.sent))
    (sent,) = one.owners["yard"].state.sent.values()
    one.settle(900)
    assert one.owners_of("s") == ["east"]
    west = one.owners["west"]
    state = west.state
    assert (state.jobs, state.origins, state.away, state.looked) == ({}, {}, {}, {})
    assert state.hops == {
        "yard.job-0-1": 5
    }  # it was passed on, came with its robot, and left again
    west.core.step(one.world.now_ns, [m.PeerSaid("yard", SendJob(sent.job))])
    assert state.jobs == {}
    after = JobRequest(JobKind.GO_TO, ("at-w1",), after=("yard.job-0-1",))
    west.core.fleet.emit(JobAccepted(one.world.now_ns, "west.old", after, ()))
    assert state.jobs["west.old"].awaits == ()


def test_a_job_follows_those_asked_for_at_its_owner_only() -> None:
    one = realm({"r": "e2"})
    one.run(2)
    one.submit("west", JobRequest(JobKind.GO_TO, ("at-e3",)))
    wait(one, lambda: "west.job-0-1" in one.owners["east"].state.jobs)
    after = JobRequest(JobKind.GO_TO, ("at-e2",), after=("west.job-0-1",))
    refused = ask(one, "east", m.SubmitJob("e", after)).reason
    assert refused == Reason.of("no-such-job", job="west.job-0-1")
    assert ask(one, "west", m.SubmitJob("w", after)).reason is None
    one.settle(300)
    assert len(one.finished()) == 2


def test_a_job_for_a_named_robot_goes_to_where_that_is() -> None:
    one = realm({"r": "w1", "s": "e2"})
    one.run(2)
    wanted = JobRequest(JobKind.GO_TO, ("at-w4",), robot_id="s")
    assert ask(one, "west", m.SubmitJob("s", wanted)).reason is None
    one.settle(600)
    assert one.owners_of("s") == ["west"]
    nobody = JobRequest(JobKind.GO_TO, ("at-w4",), robot_id="x")
    asked = ask(one, "west", m.SubmitJob("x", nobody))
    one.run(20)
    (why,) = [a.reason for a in one.owners["west"].state.alerts.values() if a.subject == asked.id]
    assert say(why, "en").startswith(
        f"No robot of the fleet can do job {asked.id} any more: The job is for x"
    )
    roles = (Role(JobKind.GO_TO, ("at-w4",)), Role(JobKind.GO_TO, ("at-w1",), robot_id="x"))
    refused = ask(one, "west", m.SubmitJob("t", JobRequest(JobKind.JOINT, (), roles=roles)))
    assert refused.reason
    assert refused.reason.code == "no-such-robot"


def test_robots_that_work_together_stay_in_one_group() -> None:
    one = realm({"r": "w1", "s": "w3"})
    one.run(2)
    roles = tuple(Role(JobKind.GO_TO, (place,)) for place in ("at-w4", "at-e3"))
    answer = ask(one, "west", m.SubmitJob("j", JobRequest(JobKind.JOINT, (), roles=roles)))
    assert answer.reason
    assert answer.reason.code == "joint-across-groups"


def test_ids_of_jobs_begin_with_the_group() -> None:
    one = realm({"r": "w1"})
    one.run(2)
    first = JobRequest(JobKind.GO_TO, ("at-w4",), job_id="job-0-2")
    assert ask(one, "west", m.SubmitJob("1", first)).id == "west.job-0-2"
    second = ask(one, "west", m.SubmitJob("2", JobRequest(JobKind.GO_TO, ("at-w1",))))
    assert second.id == "west.job-0-3"
    longest = JobRequest(JobKind.GO_TO, ("at-w1",), job_id="j" * 64)
    assert ask(one, "west", m.SubmitJob("4", longest)).id == f"west.{longest.job_id}"
    too_long = replace(longest, job_id="j" * 65)
    refused = ask(one, "west", m.SubmitJob("5", too_long)).reason
    assert refused == Reason.of("bad-id", field="job_id", value=too_long.job_id)
    again = ask(one, "west", m.SubmitJob("3", first))
    assert again.reason
    assert again.reason.code == "job-exists"


def test_an_owner_on_a_new_journal_gives_ids_that_nobody_remembers() -> None:
    one = realm({"r": "e2"})
    one.run(2)
    for _ in range(2):
        one.submit("west", JobRequest(JobKind.GO_TO, ("at-e3",)))
        one.settle(120)
        one.owners["west"].journal = MemoryJournal()
        one.restart("west")
    done = [job.status for job in one.owners["east"].state.jobs.values()]
    assert done == [JobStatus.FINISHED, JobStatus.FINISHED]
