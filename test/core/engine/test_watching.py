# SPDX-License-Identifier: Apache-2.0
"""Nothing that goes wrong waits in silence."""

from __future__ import annotations

import pytest
from core.engine.invariants import check
from core.engine.puppets import PuppetStage

from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.explain import explain_job
from suwon_fleet.core.jobs import JobKind, JobStatus
from suwon_fleet.core.robots.report import (
    ControlMode,
    Navigation,
    OperatingMode,
    Posture,
    StopState,
)
from suwon_fleet.core.robots.states import Mission

SPAWNS = {"r1": ("courier", "a"), "r2": ("courier", "c"), "h1": ("helper", "b2")}


@pytest.fixture
def stage() -> PuppetStage:
    return PuppetStage(SPAWNS)


# Jobs nobody can do any more


def remove(stage: PuppetStage, name: str) -> None:
    stage.ask(m.RemoveRobot(stage.token(), name, "kim"))


@pytest.mark.parametrize("restart", [False, True])
def test_a_job_whose_only_robot_left_is_told_of(stage: PuppetStage, restart: bool) -> None:
    job_id = stage.submit(JobKind.MANIPULATION, "table", "shelf")
    stage.reach(job_id, "to_pickup")
    remove(stage, "h1")
    if restart:
        stage.restart()
    stage.wait(2)
    assert stage.job(job_id).status is JobStatus.QUEUED
    (alert,) = stage.alerts(job_id)
    assert (alert.reason.code, dict(alert.reason.facts)["why"]) == ("job-stranded", "not-capable")
    assert alert.answers == ("keep", "cancel")
    assert stage.answer(alert, "cancel").reason is None
    assert stage.job(job_id).status is JobStatus.CANCELLED


def test_it_may_be_kept_until_somebody_can_do_it_again(stage: PuppetStage) -> None:
    job_id = stage.submit(JobKind.MANIPULATION, "table", "shelf")
    remove(stage, "h1")
    stage.wait(2)
    stage.answer(stage.alerts(job_id)[0], "keep")
    stage.wait(30)
    assert stage.alerts(job_id) == []
    stage.puppets["h1"].reboot()
    stage.turn(stage.announcement("h1"), reports=False)
    assert stage.finish(job_id).status is JobStatus.FINISHED


def test_commissioning_and_zones_strand_jobs_too(stage: PuppetStage) -> None:
    starts_ns = stage.now_ns + 10**12
    far = stage.submit(JobKind.GO_TO, "yard", earliest_start_ns=starts_ns)
    handy = stage.submit(JobKind.MANIPULATION, "table", "shelf", earliest_start_ns=starts_ns)
    stage.ask(m.SetZone(stage.token(), "yard_zone", False))
    stage.ask(m.CommissionRobot(stage.token(), "h1", False))
    stage.wait(2)
    why = [dict(stage.alerts(job)[0].reason.facts)["why"] for job in (far, handy)]
    assert why == ["zone-closed", "not-capable"]
    stage.ask(m.SetZone(stage.token(), "yard_zone", True))
    stage.ask(m.CommissionRobot(stage.token(), "h1", True))
    stage.wait(2)
    assert stage.core.state.alerts == {}


def test_a_load_that_left_with_its_robot_is_lost(stage: PuppetStage) -> None:
    job_id = stage.submit(JobKind.DELIVERY, "b", "d")
    puppet = stage.reach(job_id, "to_dropoff")
    remove(stage, puppet.robot_id)
    job = stage.job(job_id)
    assert (job.status, job.reason and job.reason.code) == (JobStatus.FAILED, "robot-removed")
    assert stage.codes(job_id) == ["job-failed"]
    check(stage.fleet)


# Robots that cannot go on


BROKEN = {
    "lost": {"stop": StopState.FATAL},
    "emergency": {"stop": StopState.EMERGENCY},
    "helpless": {"navigation": Navigation.ASSIST_NEEDED},
    "empty": {"soc": 0.02},
    "in service": {"mode": OperatingMode.SERVICE},
}


@pytest.mark.parametrize("broken", BROKEN)
def test_another_robot_takes_what_one_that_broke_had_not_fetched(
    stage: PuppetStage, broken: str
) -> None:
    job_id = stage.submit(JobKind.DELIVERY, "table", "d")
    puppet = stage.reach(job_id, "to_pickup")
    assert puppet.robot_id == "r1"
    for name, value in BROKEN[broken].items():
        setattr(puppet, name, value)
    stage.wait(15)
    assert stage.job(job_id).robot_id == "r2"
    check(stage.fleet)


@pytest.mark.parametrize("broken", [name for name in BROKEN if name != "in service"])
def test_people_are_asked_about_what_it_had_fetched(stage: PuppetStage, broken: str) -> None:
    job_id = stage.submit(JobKind.DELIVERY, "table", "d")
    puppet = stage.reach(job_id, "to_dropoff")
    well = {name: getattr(puppet, name) for name in BROKEN[broken]}
    for name, value in BROKEN[broken].items():
        setattr(puppet, name, value)
    stage.wait(15)
    (alert,) = stage.alerts(job_id)
    assert (alert.reason.code, alert.answers) == ("robot-held-up", ("keep", "cancel"))
    for name, value in well.items():
        setattr(puppet, name, value)
    stage.turn()
    for alert in stage.alerts(puppet.robot_id):
        if "release" in alert.answers:
            stage.answer(alert, "release")
    assert stage.finish(job_id).status is JobStatus.FINISHED
    assert stage.alerts(job_id) == []


def test_a_robot_taken_out_of_service_with_a_load(stage: PuppetStage) -> None:
    job_id = stage.submit(JobKind.DELIVERY, "table", "d")
    puppet = stage.reach(job_id, "to_dropoff")
    puppet.mode = OperatingMode.SERVICE
    stage.wait(2)
    assert stage.job(job_id).status is JobStatus.FAILED
    puppet.mode = OperatingMode.AUTOMATIC
    stage.wait(20)
    robot = stage.robot(puppet.robot_id)
    assert robot.laden is True
    (alert,) = [a for a in stage.alerts(robot.robot_id) if a.reason.code == "load-without-job"]
    again = stage.submit(JobKind.DELIVERY, "table", "d", robot_id=robot.robot_id)
    told = explain_job(stage.fleet, again)
    assert told is not None
    assert stage.job(again).status is JobStatus.QUEUED
    for alert in stage.alerts(robot.robot_id):
        stage.answer(alert, "release")
    assert stage.robot(robot.robot_id).laden is False
    assert stage.finish(again).status is JobStatus.FINISHED


@pytest.mark.parametrize("mode", [OperatingMode.SERVICE, OperatingMode.MANUAL])
@pytest.mark.parametrize(
    "phase", ["approach", "perceive", "grasp", "verify", "lift_object", "to_dropoff", "place"]
)
def test_a_robot_taken_out_of_service_with_its_arms_out(
    stage: PuppetStage, phase: str, mode: OperatingMode
) -> None:
    """It stood with busy hands for ever, and no job of its kind could be done."""
    job_id = stage.submit(JobKind.MANIPULATION, "table", "b")
    puppet = stage.reach(job_id, phase)
    puppet.mode = mode
    stage.wait(2)
    assert stage.job(job_id).status is JobStatus.FAILED
    puppet.mode = OperatingMode.AUTOMATIC
    stage.play(20)
    again = stage.submit(JobKind.MANIPULATION, "table", "b")
    stage.play(20)
    assert stage.job(again).status is JobStatus.QUEUED
    left = {"load-without-job", "arms-without-job"}
    (alert,) = [a for a in stage.alerts(puppet.robot_id) if a.reason.code in left]
    for alert in stage.alerts(puppet.robot_id):
        stage.answer(alert, "release")
    assert stage.alerts(puppet.robot_id) == []
    assert stage.finish(again).status is JobStatus.FINISHED


def test_an_operator_who_drives_keeps_the_order(stage: PuppetStage) -> None:
    job_id = stage.submit(JobKind.DELIVERY, "table", "d")
    puppet = stage.reach(job_id, "to_pickup")
    puppet.mode = OperatingMode.INTERVENED
    stage.wait(60)
    assert stage.job(job_id).robot_id == puppet.robot_id
    puppet.mode = OperatingMode.AUTOMATIC
    assert stage.finish(job_id).status is JobStatus.FINISHED


def test_one_that_may_go_and_does_not_is_noticed(stage: PuppetStage) -> None:
    """Its reports say that all is well; only it does not move."""
    job_id = stage.submit(JobKind.DELIVERY, "table", "d")
    puppet = stage.reach(job_id, "to_pickup")
    stage.wait(170)
    assert stage.alerts("r1") == []
    stage.wait(30)
    (alert,) = stage.alerts("r1")
    assert (alert.reason.code, alert.answers) == ("robot-stuck", ("release", "remove"))
    assert stage.job(job_id).robot_id == "r2"
    puppet.drive(1)
    stage.wait(2)
    assert stage.alerts("r1") == []
    assert stage.finish(job_id).status is JobStatus.FINISHED


def test_a_fall_fetches_people_and_another_robot(stage: PuppetStage) -> None:
    job_id = stage.submit(JobKind.MANIPULATION, "table", "shelf")
    puppet = stage.reach(job_id, "to_dropoff")
    puppet.control, puppet.posture = ControlMode.FALLEN, Posture.LYING_PRONE
    stage.turn()
    job = stage.job(job_id)
    assert (job.status, job.reason and job.reason.code) == (JobStatus.FAILED, "load-dropped")
    assert {"robot-event", "load-dropped"} <= set(stage.codes("h1"))
    help_asked = [a for a in stage.alerts("h1") if "release" in a.answers]
    stage.answer(help_asked[0], "release")
    stage.play(30)
    assert stage.robot("h1").states.control is ControlMode.BALANCED, "it got up again"
    again = stage.submit(JobKind.MANIPULATION, "table", "shelf")
    assert stage.finish(again).status is JobStatus.FINISHED


@pytest.mark.parametrize("blocked_s", [20, 40])
def test_what_a_robot_should_have_done_by_now_is_told(stage: PuppetStage, blocked_s: int) -> None:
    stage.submit(JobKind.GO_TO, "d", robot_id="r1")
    stage.play(2)
    stage.puppets["r1"].navigation = Navigation.BLOCKED
    stage.wait(blocked_s)
    assert ("robot-overdue" in stage.codes("r1")) == (blocked_s > 30)
    stage.puppets["r1"].navigation = Navigation.STANDING
    stage.turn()
    assert stage.alerts("r1") == []


def test_a_robot_that_is_removed_leaves_nothing_behind(stage: PuppetStage) -> None:
    stage.puppets["r1"].stop = StopState.EMERGENCY
    stage.turn()
    (alert,) = stage.alerts("r1")
    assert stage.answer(alert, "remove").reason is None
    assert stage.alerts("r1") == []
    assert "r1" not in stage.core.state.robots
    stage.wait(5)
    job_id = stage.submit(JobKind.GO_TO, "a", robot_id="r2")
    assert stage.finish(job_id).status is JobStatus.FINISHED
    assert stage.robot("r2").states.mission is Mission.IDLE
