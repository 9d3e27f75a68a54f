# SPDX-License-Identifier: Apache-2.0
"""What people and robots may do while a robot is on its way from group to group."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from federation.realm import Realm
from federation.test_realm import realm

from suwon_fleet.adapters.memory_journal import MemoryJournal
from suwon_fleet.core.engine import explain
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.group_state import Stage
from suwon_fleet.core.engine.soundness import fault_of
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.federation.messages import AskToEnter, HandOver, JobOver, SendJob
from suwon_fleet.core.federation.travel import CarriedJob, Traveller
from suwon_fleet.core.jobs import JobKind, JobRequest, JobStatus, Role
from suwon_fleet.core.texts import say


def sent_east(*, until: Stage | None = None) -> Realm:
    """A robot is on its way from the west to the far east, and has got as far as a stage."""
    one = realm({"r": "w1"})
    one.run(2)
    one.submit("west", JobRequest(JobKind.GO_TO, ("at-e3",), robot_id="r"))
    if until:
        wait(one, lambda: _stage(one) is until)
    return one


def _stage(one: Realm) -> Stage | None:
    leaving = one.owners["west"].state.leaving.get("r")
    return leaving.stage if leaving else None


def wait(one: Realm, until: Callable[[], bool], turns: int = 400) -> None:
    for _ in range(turns):
        if until():
            return
        one.turn()
    raise AssertionError("it does not come about")


def ask(one: Realm, name: str, request: m.Input) -> m.Answer:
    one.asked[name].append(request)
    one.turn()
    return one.answers[request.token]  # type: ignore[union-attr]


def coming(one: Realm) -> list[str]:
    return [each.robot_id for each in one.owners["yard"].state.coming.values()]


def test_a_robot_that_dies_in_a_gate_keeps_it_until_a_person_removes_it() -> None:
    one = sent_east(until=Stage.BEGUN)
    one.world.robots["r"].is_dead = True
    one.run(120)
    one.restart("west")
    one.restart("yard")
    one.run(120)
    assert (_stage(one), coming(one)) == (Stage.BEGUN, ["r"])
    assert one.owners_of("r") == ["west"]
    one.removed.add("r")
    assert ask(one, "west", m.RemoveRobot("remove", "r", "ana")).reason is None
    wait(one, lambda: not coming(one))
    assert _stage(one) is None
    assert not one.checker.violations


def test_a_stopped_robot_is_handed_over_once_it_is_released() -> None:
    one = sent_east(until=Stage.BEGUN)
    stop = ask(one, "west", m.StopRobots("stop", "robot", "r", requester="ana"))
    one.run(60)
    assert one.owners_of("r") == ["west"]
    assert coming(one) == ["r"]
    assert ask(one, "west", m.ReleaseRobots("release", "ana", stop.id)).reason is None
    one.settle(600)
    assert one.owners_of("r") == ["east"]


def test_a_robot_whose_program_starts_anew_in_a_gate_goes_on() -> None:
    one = sent_east(until=Stage.BEGUN)
    one.world.robots["r"].restart()
    one.checker.restarted("r")
    one.settle(900)
    assert one.owners_of("r") == ["east"]
    assert not one.checker.violations


def test_a_stopped_robot_that_is_back_before_its_gate_is_granted_it_once_it_is_released() -> None:
    one = sent_east(until=Stage.BEGUN)
    core, now_ns = one.owners["west"].core, one.world.now_ns
    tail, head = one.owners["west"].state.leaving["r"].gate
    robot, report = core.state.robots["r"], one.world.reports()[0]
    core.step(now_ns, [m.StopRobots("stop", "robot", "r", requester="ana")])
    through = replace(report, sequence=report.sequence + 1, path_index=robot.front_index)
    core.step(now_ns, [m.Reported(through)])
    assert robot.path == [head]
    spot = core.fleet.traffic.waypoint(robot.kind, None, tail)
    pose = replace(report.pose, x_m=spot.x_m, y_m=spot.y_m)
    pushed_back = replace(report, session="anew", path_index=0, granted_index=-1, pose=pose)
    core.step(now_ns, [m.Reported(pushed_back)])
    core.step(now_ns)
    assert (robot.path, _stage(one)) == ([tail], Stage.BEGUN)
    core.step(now_ns, [m.ReleaseRobots("release", "ana", scope="robot", id="r")])
    assert robot.path == [tail, head]


def test_a_job_called_off_before_the_gate_frees_what_was_promised() -> None:
    one = sent_east(until=Stage.ASKED)
    wait(one, lambda: coming(one) == ["r"])
    assert ask(one, "west", m.CancelJob("cancel", "west.job-0-1", "ana")).reason is None
    wait(one, lambda: not coming(one))
    assert one.owners_of("r") == ["west"]
    assert one.owners["west"].state.jobs["west.job-0-1"].status is JobStatus.CANCELLED


def test_a_job_elsewhere_is_listed_explained_and_asked_after_there() -> None:
    one = sent_east()
    wait(one, lambda: one.owners_of("r") == ["yard"])
    west = one.owners["west"]
    assert west.state.jobs["west.job-0-1"].status is JobStatus.RUNNING
    for request in (m.CancelJob("c", "west.job-0-1", "ana"), m.PauseJob("p", "west.job-0-1", True)):
        answer = ask(one, "west", request)
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


def told_of(one: Realm, name: str, code: str) -> int:
    """How many alerts of a kind are open at an owner."""
    return sum(a.reason.code == code for a in one.owners[name].state.alerts.values())


def test_who_waits_for_a_gate_says_so() -> None:
    one = realm({"r": "w1", "s": "n"})
    one.run(2)
    one.submit("west", JobRequest(JobKind.GO_TO, ("at-e3",), robot_id="r"))
    one.run(15)  # whoever is idle in the yard leaves it only after a while
    told = explain.explain_robot(one.owners["west"].core.fleet, "r")
    assert told
    assert "wait-gate" in str(told.reasons)
    assert any("until group yard lets it in" in say(reason, "en") for reason in told.reasons)
    one.settle(900)


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


def test_what_cannot_be_is_not_heeded_and_told_to_people() -> None:
    one = sent_east(until=Stage.ASKED)
    yard = one.owners["yard"].core
    wait(one, lambda: bool(one.owners["yard"].state.coming))
    question = AskToEnter("x@west>yard.9", "x", "delivery_indoor", ("w2~m~1", "w2~m~2"), 9)
    traveller = Traveller.of(one.owners["west"].state.robots["r"])
    job = CarriedJob.of(one.owners["west"].state.jobs["west.job-0-1"], "west", 9, ())
    over = HandOver("x@west>yard.9", replace(traveller, vertex="m"), 10**9, job)
    (promised,) = one.owners["yard"].state.coming.values()
    at_head = replace(traveller, vertex=promised.gate[1])
    came = HandOver(promised.handover_id, at_head, 10**9, None)
    unsound = [
        ("nobody", question),
        ("yard", question),
        ("west", replace(question, handover_id="r")),
        ("west", replace(question, kind="tank")),
        ("west", replace(question, gate=("m", "nowhere"))),
        ("east", replace(question, handover_id="x@east>yard.9")),
        ("west", replace(over, robot=replace(over.robot, vertex="w1"))),
        ("west", replace(over, robot=replace(over.robot, vertex="nowhere"))),
        ("west", replace(over, robot=replace(over.robot, kind="tank"))),
        ("west", replace(over, robot=replace(over.robot, destination="nowhere"))),
        ("west", replace(over, robot=replace(over.robot, since_ns=()))),
        ("west", replace(over, job=replace(job, phase_index=7))),
        ("west", replace(over, job=replace(job, phases=()))),
        ("west", SendJob(replace(job, request=replace(job.request, places=("nowhere",))))),
        ("west", SendJob(replace(job, status=JobStatus.FINISHED))),
        ("west", SendJob(replace(job, origin="south"))),
        ("west", SendJob(replace(job, looked=("south",)))),
        ("west", JobOver("west.job-0-1", JobStatus.QUEUED, None)),
        ("west", replace(came, robot=replace(came.robot, vertex="n"))),
        ("west", replace(came, robot=replace(came.robot, robot_id="x"))),
        ("east", came),
    ]
    again = AskToEnter(promised.handover_id, "r", promised.kind, (promised.gate[0], "m"), 10**9)
    assert yard.fleet.border
    assert fault_of(yard.fleet, yard.fleet.border, "west", again) == "handover_id"
    for peer, message in unsound:
        yard.step(one.world.now_ns, [m.PeerSaid(peer, message)])
        told = {(a.reason.code, a.subject) for a in yard.state.alerts.values()}
        assert ("peer-unsound", f"group {peer}") in told, message
        for alert in [*yard.state.alerts]:
            yard.step(one.world.now_ns, [m.AnswerAlert("", alert, "seen", "ana")])
    assert set(yard.state.robots) == set()
    assert list(one.owners["yard"].state.jobs) == []


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
