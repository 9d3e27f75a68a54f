# SPDX-License-Identifier: Apache-2.0
"""Jobs of every kind, from the request to the end, and called off or failing in every phase."""

from __future__ import annotations

import pytest
from core.engine.invariants import check
from core.engine.puppets import PuppetStage
from core.engine.small import HELPER

from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.jobs import JobKind, JobRequest, JobStatus, compose
from suwon_fleet.core.robots.command import Act, ActionKind, CancelAction, Grant, RobotCommand
from suwon_fleet.core.robots.report import ActionStatus, StopState
from suwon_fleet.core.robots.states import Manipulation, Mission

DELIVERY, MANIPULATION = JobKind.DELIVERY, JobKind.MANIPULATION


@pytest.fixture
def stage() -> PuppetStage:
    return PuppetStage({"r1": ("courier", "a"), "h1": ("helper", "b2")})


def phases_of(kind: JobKind, *places: str) -> list[str]:
    return list(dict.fromkeys(phase.name for phase in compose(JobRequest(kind, places))))


def acts(stage: PuppetStage, robot_id: str) -> list[ActionKind]:
    """What the robot was asked to do, each action once."""
    heard = [c for c in stage.puppets[robot_id].heard if isinstance(c, Act)]
    return [act.kind for act in {act.action_id: act for act in heard}.values()]


def assert_free(stage: PuppetStage, robot_id: str) -> None:
    """Nothing of the job is left: the robot can do another one."""
    robot = stage.robot(robot_id)
    assert (robot.states.mission, robot.job_id, robot.laden) == (Mission.IDLE, "", False)
    assert robot.states.manipulation in (None, Manipulation.NONE)
    check(stage.fleet)
    kind = DELIVERY if stage.puppets[robot_id].compartment else MANIPULATION
    again = stage.submit(kind, "b", "c")
    assert stage.finish(again).status is JobStatus.FINISHED


@pytest.mark.parametrize(
    ("kind", "places", "robot_id", "does"),
    [
        (DELIVERY, ("b", "d"), "r1", ["load", "unload"]),
        (
            MANIPULATION,
            ("table", "shelf"),
            "h1",
            [
                "approach",
                "perceive",
                "grasp",
                "verify",
                "lift_object",
                "place",
                "release",
                "retreat",
            ],
        ),
        (JobKind.GO_TO, ("d",), "h1", []),
    ],
)
def test_a_job_is_done(
    stage: PuppetStage, kind: JobKind, places: tuple[str, ...], robot_id: str, does: list[str]
) -> None:
    job = stage.finish(stage.submit(kind, *places, robot_id=robot_id))
    assert (job.status, job.robot_id) == (JobStatus.FINISHED, robot_id)
    assert acts(stage, robot_id) == does
    assert stage.robot(robot_id).path[-1] == places[-1]
    assert_free(stage, robot_id)


def test_a_patrol_visits_its_stops_in_order_as_often_as_asked(stage: PuppetStage) -> None:
    job_id = stage.submit(JobKind.PATROL, "b", "d", robot_id="r1", rounds=2)
    seen: list[str] = []
    while not stage.job(job_id).status.is_over:
        stage.play()
        phase = stage.job(job_id).phase
        if phase and phase.action and (not seen or seen[-1] != phase.place):
            seen.append(phase.place)
    assert seen == ["b", "d", "b", "d"]
    assert acts(stage, "r1") == ["inspect"] * 4


def test_actions_say_where_and_what(stage: PuppetStage) -> None:
    job_id = stage.submit(MANIPULATION, "table", "shelf", object="cup")
    puppet = stage.reach(job_id, "grasp")
    assert puppet.act is not None
    assert dict(puppet.act.params) == {"place": "table", "object": "cup"}


@pytest.mark.parametrize("restart", [False, True], ids=["", "killed"])
@pytest.mark.parametrize("phase", phases_of(DELIVERY, "b", "d"))
def test_a_delivery_called_off(stage: PuppetStage, phase: str, restart: bool) -> None:
    job_id = stage.submit(DELIVERY, "b", "d")
    stage.reach(job_id, phase)
    assert stage.cancel(job_id).reason is None
    if restart:
        stage.restart()
    job = stage.finish(job_id)
    assert job.status is JobStatus.CANCELLED
    assert job.reason is not None
    assert job.reason.code == "cancelled-by"
    robot = stage.robot("r1")
    if phase in ("to_dropoff", "unload"):
        assert robot.path[-1] == "b", "the load is back where it came from"
        assert acts(stage, "r1")[-1] is ActionKind.UNLOAD
    assert_free(stage, "r1")


@pytest.mark.parametrize("phase", phases_of(MANIPULATION, "table", "shelf"))
def test_a_manipulation_called_off(stage: PuppetStage, phase: str) -> None:
    job_id = stage.submit(MANIPULATION, "table", "shelf")
    stage.reach(job_id, phase)
    answer = stage.cancel(job_id)
    job = stage.finish(job_id)
    if phase in ("place", "release", "retreat"):
        assert answer.reason is not None
        assert answer.reason.code == "job-nearly-done"
        assert job.status is JobStatus.FINISHED
    else:
        assert answer.reason is None
        assert job.status is JobStatus.CANCELLED
    if phase in ("verify", "lift_object", "to_dropoff"):
        assert acts(stage, "h1")[-3:] == ["place", "release", "retreat"]
        assert stage.robot("h1").path[-1] == "table"
    assert_free(stage, "h1")


@pytest.mark.parametrize("phase", ["to_stop", "inspect"])
def test_a_patrol_called_off(stage: PuppetStage, phase: str) -> None:
    job_id = stage.submit(JobKind.PATROL, "b", "d", robot_id="r1")
    stage.reach(job_id, phase)
    assert stage.cancel(job_id).reason is None
    assert stage.finish(job_id).status is JobStatus.CANCELLED
    stage.play(3)
    assert_free(stage, "r1")


def test_a_job_that_waits_is_called_off_at_once(stage: PuppetStage) -> None:
    job_id = stage.submit(DELIVERY, "b", "d", earliest_start_ns=10**15)
    stage.cancel(job_id)
    assert stage.job(job_id).status is JobStatus.CANCELLED


def test_one_that_returns_is_not_called_off_twice(stage: PuppetStage) -> None:
    job_id = stage.submit(DELIVERY, "b", "d")
    stage.reach(job_id, "to_dropoff")
    stage.cancel(job_id)
    answer = stage.cancel(job_id)
    assert answer.reason is not None
    assert answer.reason.code == "job-is-returning"


def test_what_was_handed_over_after_all_is_delivered(stage: PuppetStage) -> None:
    job_id = stage.submit(DELIVERY, "b", "d")
    puppet = stage.reach(job_id, "unload")
    stage.turn()
    stage.cancel(job_id)
    puppet.cancelled.clear()  # the customer has taken it when the word arrives
    assert stage.finish(job_id).status is JobStatus.FINISHED
    assert_free(stage, "r1")


def test_a_call_off_that_got_lost_is_told_again(stage: PuppetStage) -> None:
    job_id = stage.submit(DELIVERY, "b", "d")
    puppet = stage.reach(job_id, "unload")
    stage.turn()
    stage.cancel(job_id)
    puppet.cancelled.clear()
    stage.wait(3)
    assert puppet.cancelled
    told = [command for command in puppet.heard if isinstance(command, CancelAction)]
    assert 2 <= len(told) <= 5


# Pause


@pytest.mark.parametrize("phase", phases_of(DELIVERY, "b", "d"))
def test_pause_and_resume(stage: PuppetStage, phase: str) -> None:
    job_id = stage.submit(DELIVERY, "b", "d")
    puppet = stage.reach(job_id, phase)
    stage.ask(m.PauseJob(stage.token(), job_id, True))
    stage.turn()
    assert puppet.stop is StopState.PAUSED
    begun = stage.job(job_id).phase_index
    stage.play(20)
    assert stage.job(job_id).phase_index == begun
    assert stage.job(job_id).status is JobStatus.PAUSED
    stage.restart()
    stage.ask(m.PauseJob(stage.token(), job_id, False))
    assert stage.finish(job_id).status is JobStatus.FINISHED
    assert_free(stage, "r1")


def test_a_paused_job_called_off(stage: PuppetStage) -> None:
    job_id = stage.submit(DELIVERY, "b", "d")
    stage.reach(job_id, "to_dropoff")
    stage.ask(m.PauseJob(stage.token(), job_id, True))
    assert stage.cancel(job_id).reason is None
    assert stage.finish(job_id).status is JobStatus.CANCELLED
    assert_free(stage, "r1")


def test_refusing_to_call_off_does_not_resume(stage: PuppetStage) -> None:
    job_id = stage.submit(DELIVERY, "b", "d")
    stage.reach(job_id, "to_dropoff")
    stage.cancel(job_id)
    stage.ask(m.PauseJob(stage.token(), job_id, True))
    assert stage.cancel(job_id).reason is not None
    assert stage.job(job_id).status is JobStatus.PAUSED
    stage.ask(m.PauseJob(stage.token(), job_id, False))
    assert stage.finish(job_id).status is JobStatus.CANCELLED


def test_a_paused_job_waits_for_its_resume_even_without_its_robot(stage: PuppetStage) -> None:
    job_id = stage.submit(DELIVERY, "b", "d")
    puppet = stage.reach(job_id, "to_pickup")
    stage.ask(m.PauseJob(stage.token(), job_id, True))
    puppet.is_silent = True
    stage.wait(20)
    job = stage.job(job_id)
    assert (job.status, job.robot_id) == (JobStatus.PAUSED, "")
    puppet.is_silent = False
    stage.play(20)
    assert stage.job(job_id).robot_id == ""
    stage.ask(m.PauseJob(stage.token(), job_id, False))
    assert stage.finish(job_id).status is JobStatus.FINISHED


# No-show


def test_nobody_at_the_pickup(stage: PuppetStage) -> None:
    job_id = stage.submit(DELIVERY, "b", "d")
    stage.reach(job_id, "load")
    stage.wait(310)
    job = stage.job(job_id)
    assert (job.status, job.reason and job.reason.code) == (JobStatus.FAILED, "no-show")
    stage.play(3)
    assert_free(stage, "r1")


def test_nobody_at_the_dropoff(stage: PuppetStage) -> None:
    job_id = stage.submit(DELIVERY, "b", "d")
    stage.reach(job_id, "unload")
    stage.wait(310)
    assert stage.job(job_id).status is JobStatus.RETURNING
    job = stage.finish(job_id)
    assert (job.status, job.reason and job.reason.code) == (JobStatus.FAILED, "no-show")
    assert stage.robot("r1").path[-1] == "b"
    assert_free(stage, "r1")


def test_nobody_anywhere(stage: PuppetStage) -> None:
    """The load is back at the sender, who is not there: a person takes it out in the end."""
    job_id = stage.submit(DELIVERY, "b", "d")
    stage.reach(job_id, "unload")
    stage.wait(310)
    for _ in range(20):
        stage.puppets["r1"].drive()
        if stage.robot("r1").states.mission is Mission.RETURNING:
            stage.puppets["r1"].end()
        stage.turn()
    assert stage.robot("r1").states.mission is Mission.AT_RETURN
    stage.wait(310)
    (alert,) = stage.alerts("r1")
    assert alert.answers == ("release", "remove")
    assert stage.answer(alert, "release").reason is None
    assert stage.finish(job_id).status is JobStatus.FAILED
    assert_free(stage, "r1")


def test_time_spent_stopped_is_no_waiting(stage: PuppetStage) -> None:
    job_id = stage.submit(DELIVERY, "b", "d")
    stage.reach(job_id, "unload")
    stage.ask(m.StopRobots(stage.token(), "robot", "r1"))
    stage.wait(400)
    assert stage.job(job_id).status is JobStatus.RUNNING
    stage.ask(m.ReleaseRobots(stage.token(), "kim", scope="robot", id="r1"))
    stage.wait(100)
    assert stage.finish(job_id).status is JobStatus.FINISHED


# Failing actions


def fail(stage: PuppetStage, job_id: str, phase: str, times: int = 1) -> None:
    """An action of the job fails, so often in a row."""
    for _ in range(times):
        puppet = stage.reach(job_id, phase)
        stage.turn()
        puppet.end(ActionStatus.FAILED, "jammed")
        stage.turn()


def test_a_failed_load_fails_the_job(stage: PuppetStage) -> None:
    job_id = stage.submit(DELIVERY, "b", "d")
    fail(stage, job_id, "load")
    job = stage.finish(job_id)
    assert job.status is JobStatus.FAILED
    assert job.reason is not None
    assert dict(job.reason.facts)["result"] == "jammed"
    assert_free(stage, "r1")


def test_a_failed_unload_brings_the_load_back(stage: PuppetStage) -> None:
    job_id = stage.submit(DELIVERY, "b", "d")
    fail(stage, job_id, "unload")
    assert stage.job(job_id).status is JobStatus.RETURNING
    assert stage.finish(job_id).status is JobStatus.FAILED
    assert stage.robot("r1").path[-1] == "b"
    assert_free(stage, "r1")


def test_a_load_that_cannot_be_given_back_needs_a_person(stage: PuppetStage) -> None:
    job_id = stage.submit(DELIVERY, "b", "d")
    stage.reach(job_id, "to_dropoff")
    stage.cancel(job_id)
    fail(stage, job_id, "unload")
    stage.wait(5)
    assert stage.codes("r1") == ["action-failed"]
    assert not stage.job(job_id).status.is_over
    stage.answer(stage.alerts("r1")[0], "release")
    assert stage.finish(job_id).status is JobStatus.CANCELLED
    assert_free(stage, "r1")


def test_a_grasp_is_tried_again(stage: PuppetStage) -> None:
    job_id = stage.submit(MANIPULATION, "table", "shelf")
    fail(stage, job_id, "verify", times=2)
    assert stage.finish(job_id).status is JobStatus.FINISHED
    assert acts(stage, "h1").count(ActionKind.GRASP) == 3
    assert_free(stage, "h1")


@pytest.mark.parametrize("phase", ["grasp", "verify"])
def test_a_grasp_that_never_holds_is_given_up(stage: PuppetStage, phase: str) -> None:
    job_id = stage.submit(MANIPULATION, "table", "shelf")
    fail(stage, job_id, phase, times=3)
    assert stage.finish(job_id).status is JobStatus.FAILED
    assert acts(stage, "h1").count(ActionKind.GRASP) == 3
    assert acts(stage, "h1")[-1] is ActionKind.RETREAT
    (alert,) = stage.alerts(job_id)
    assert alert.reason.code == "job-failed"
    assert stage.answer(alert, "again").reason is None
    again = list(stage.core.state.jobs)[-1]
    assert again != job_id
    assert stage.finish(again).status is JobStatus.FINISHED
    assert_free(stage, "h1")


@pytest.mark.parametrize("phase", ["approach", "perceive", "lift_object"])
def test_hands_that_fail_thrice_end_the_job(stage: PuppetStage, phase: str) -> None:
    job_id = stage.submit(MANIPULATION, "table", "shelf")
    fail(stage, job_id, phase, times=3)
    assert stage.finish(job_id).status is JobStatus.FAILED
    assert_free(stage, "h1")


@pytest.mark.parametrize("phase", ["place", "release", "retreat"])
def test_hands_that_cannot_let_go_need_a_person(stage: PuppetStage, phase: str) -> None:
    job_id = stage.submit(MANIPULATION, "table", "shelf")
    fail(stage, job_id, phase, times=3)
    stage.wait(3)
    (alert,) = stage.alerts("h1")
    assert alert.reason.code == "action-failed"
    stage.answer(alert, "release")
    assert stage.finish(job_id).status is JobStatus.FINISHED
    assert_free(stage, "h1")


def test_one_failure_of_the_hands_is_tried_again(stage: PuppetStage) -> None:
    job_id = stage.submit(MANIPULATION, "table", "shelf")
    fail(stage, job_id, "place", times=2)
    assert stage.finish(job_id).status is JobStatus.FINISHED
    assert stage.alerts("h1") == []


def test_hands_that_carry_go_slowly(stage: PuppetStage) -> None:
    job_id = stage.submit(MANIPULATION, "table", "shelf")
    puppet = stage.reach(job_id, "to_dropoff")
    before = len(puppet.heard)
    assert stage.finish(job_id).status is JobStatus.FINISHED
    grants = [[c for c in part if isinstance(c, Grant)] for part in split(puppet.heard, before)]
    fastest = [
        max(w.speed_limit_mps for grant in part for w in grant.waypoints[1:]) for part in grants
    ]
    assert fastest == [HELPER.indoor_speed_mps, HELPER.carrying_speed_mps]


def split(heard: list[RobotCommand], at: int) -> tuple[list[RobotCommand], list[RobotCommand]]:
    """What a robot heard before it carried, and from then on."""
    return heard[: at - 1], heard[at:]
