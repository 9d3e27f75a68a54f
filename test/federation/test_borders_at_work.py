# SPDX-License-Identifier: Apache-2.0
"""What people and robots may do while a robot is on its way from group to group."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from federation.realm import Realm, Trouble
from federation.test_realm import realm
from msgspec import structs

from suwon_fleet.core.engine import explain
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.group_state import Stage
from suwon_fleet.core.engine.soundness import fault_of
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.federation.events import RobotOwned
from suwon_fleet.core.federation.messages import (
    OLD_CUT,
    OLD_EPOCH,
    AskToEnter,
    HandOver,
    JobOver,
    NotNow,
    SendJob,
    Withdraw,
)
from suwon_fleet.core.federation.travel import CarriedJob, Traveller
from suwon_fleet.core.jobs import JobKind, JobRequest, JobStatus
from suwon_fleet.core.robots.report import Factsheet
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


def told_of(one: Realm, name: str, code: str) -> int:
    """How many alerts of a kind are open at an owner."""
    return sum(a.reason.code == code for a in one.owners[name].state.alerts.values())


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
    through = structs.replace(report, sequence=report.sequence + 1, path_index=robot.front_index)
    core.step(now_ns, [m.Reported(through)])
    assert robot.path == [head]
    spot = core.fleet.traffic.waypoint(robot.kind, None, tail)
    pose = structs.replace(report.pose, x_m=spot.x_m, y_m=spot.y_m)
    pushed_back = structs.replace(report, session="anew", path_index=0, granted_index=-1, pose=pose)
    core.step(now_ns, [m.Reported(pushed_back)])
    core.step(now_ns)
    assert (robot.path, _stage(one)) == ([tail], Stage.BEGUN)
    core.step(now_ns, [m.ReleaseRobots("release", "ana", scope="robot", id="r")])
    assert robot.path == [tail, head]


def test_a_robot_that_is_handed_over_is_its_next_owners_to_remove() -> None:
    one = sent_east(until=Stage.BEGUN)
    one.trouble = Trouble(lost=1.0)
    wait(one, lambda: _stage(one) is Stage.TOLD)
    for request in (m.RemoveRobot("r", "r", "ana"), m.CommissionRobot("c", "r", False, "ana")):
        told = ask(one, "west", request).reason
        assert told == Reason.of("robot-handed-over", robot="r", group="yard")
    late = NotNow(one.owners["west"].state.leaving["r"].handover_id, OLD_EPOCH)
    one.owners["west"].core.step(one.world.now_ns, [m.PeerSaid("yard", late)])
    assert told_of(one, "west", "robot-epoch-old") == 0
    one.settle(900)


def test_who_is_asked_to_let_in_a_robot_that_others_have_had_since_says_so() -> None:
    one = realm({"r": "w1"})
    yard = one.owners["yard"].core.fleet
    yard.emit(RobotOwned(yard.now_ns, "r", 10**12))
    one.run(2)
    one.submit("west", JobRequest(JobKind.GO_TO, ("at-e3",), robot_id="r"))
    wait(one, lambda: told_of(one, "west", "robot-epoch-old") == 1)
    one.run(20)
    assert (_stage(one), coming(one)) == (Stage.ASKED, [])
    assert told_of(one, "west", "robot-epoch-old") == 1
    yard.emit(RobotOwned(yard.now_ns, "r", 0))
    wait(one, lambda: coming(one) == ["r"])
    one.run(2)
    assert told_of(one, "west", "robot-epoch-old") == 0


def test_why_a_robot_could_not_join_is_forgotten_once_it_is_anothers() -> None:
    one = realm({"r": "w1"})
    one.run(2)
    core, report = one.owners["west"].core, structs.replace(one.world.reports()[0], robot_id="x")
    sheet = Factsheet("x", "delivery_indoor", report.session)
    core.step(one.world.now_ns, [m.Announced(sheet, report)])
    assert told_of(one, "west", "robot-on-others-ground") == 1
    spot = one.site.node_by_id["m"]
    elsewhere = structs.replace(
        report, pose=structs.replace(report.pose, x_m=spot.x_m, y_m=spot.y_m)
    )
    core.step(one.world.now_ns, [m.Reported(elsewhere)])
    assert told_of(one, "west", "robot-on-others-ground") == 0
    assert (core.fleet.strangers, core.fleet.factsheets) == ({}, {})


def test_nothing_is_kept_of_a_handover_whose_robot_is_removed() -> None:
    one = sent_east(until=Stage.ASKED)
    west = one.owners["west"].core.fleet
    assert west.border
    border, handover_id = west.border, one.owners["west"].state.leaving["r"].handover_id
    wait(one, lambda: bool(border.promised))
    assert _stage(one) is Stage.ASKED
    one.removed.add("r")
    told = (
        one.owners["west"]
        .core.step(one.world.now_ns, [m.RemoveRobot("remove", "r", "ana")])
        .effects
    )
    assert m.Tell("yard", Withdraw(handover_id)) in told
    assert border.promised == set()
    assert not [about for about, _ in west.sent_ns if about == handover_id]


def test_a_job_called_off_before_the_gate_frees_what_was_promised() -> None:
    one = sent_east(until=Stage.ASKED)
    wait(one, lambda: coming(one) == ["r"])
    assert ask(one, "west", m.CancelJob("cancel", "west.job-0-1", "ana")).reason is None
    wait(one, lambda: not coming(one))
    assert one.owners_of("r") == ["west"]
    assert one.owners["west"].state.jobs["west.job-0-1"].status is JobStatus.CANCELLED


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


def test_what_cannot_be_is_not_heeded_and_told_to_people() -> None:
    one = sent_east(until=Stage.ASKED)
    yard = one.owners["yard"].core
    wait(one, lambda: bool(one.owners["yard"].state.coming))
    question = AskToEnter("x@west>yard.9", "x", "delivery_indoor", ("w2~m~1", "w2~m~2"), 9)
    traveller = Traveller.of(one.owners["west"].state.robots["r"])
    job = CarriedJob.of(one.owners["west"].state.jobs["west.job-0-1"], "west", 9, (), None)
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
    elsewhere = replace(
        question, handover_id="x@east>yard.9"
    )  # it may not know who owns what by now
    told_east = yard.step(one.world.now_ns, [m.PeerSaid("east", elsewhere)]).effects
    assert m.Tell("east", NotNow("x@east>yard.9", OLD_CUT)) in told_east
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
