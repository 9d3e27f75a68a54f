# SPDX-License-Identifier: Apache-2.0
"""What the fleet believes of robots: late, lost and doubled reports, silence, restarts, strangers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from core.engine.invariants import check
from core.engine.puppets import Puppet, PuppetStage
from core.engine.small import COURIER, fresh_core
from msgspec import structs

from suwon_fleet.adapters.memory_journal import MemoryJournal
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.events import RobotChanged
from suwon_fleet.core.engine.fleet import SECOND
from suwon_fleet.core.jobs import JobKind, JobStatus, compose
from suwon_fleet.core.jobs import JobRequest as Request
from suwon_fleet.core.robots.command import Grant
from suwon_fleet.core.robots.report import ControlMode, Factsheet, Navigation, Pose
from suwon_fleet.core.robots.states import Connection
from suwon_fleet.core.robots.trigger import Trigger

SPAWNS = {"r1": ("courier", "a"), "r2": ("courier", "c"), "h1": ("helper", "b2")}
PHASES = [phase.name for phase in compose(Request(JobKind.DELIVERY, ("b", "d")))]


@pytest.fixture
def stage() -> PuppetStage:
    return PuppetStage(SPAWNS)


def stranger(
    stage: PuppetStage, name: str, x_m: float, y_m: float, kind: str = "courier"
) -> Puppet:
    puppet = stage.puppets[name] = Puppet(name, replace(COURIER, id=kind), Pose(x_m, y_m))
    stage.turn(stage.announcement(name), reports=False)
    return puppet


# Joining


@pytest.mark.parametrize(
    ("at", "kind", "told"),
    [
        ((36.0, 0.0), "submarine", "robot-kind-unknown"),
        ((36.0, 40.0), "courier", "robot-off-the-map"),
        ((0.1, 0.0), "courier", "robot-on-others-ground"),
    ],
)
def test_a_robot_that_cannot_join_is_told_of_once(
    stage: PuppetStage, at: tuple[float, float], kind: str, told: str
) -> None:
    puppet = stranger(stage, "r9", *at, kind)
    for step in range(10):
        puppet.pose = Pose(at[0] + step * 0.01, at[1])  # its position is never quite the same
        stage.turn()
    assert stage.codes("r9") == [told]
    assert stage.fleet.strangers["r9"].code == told
    assert "r9" not in stage.core.state.robots


def test_it_joins_once_it_stands_where_it_may(stage: PuppetStage) -> None:
    puppet = stranger(stage, "r9", 0.1, 0.0)
    puppet.pose = Pose(36.0, 0.3)
    stage.turn()
    assert stage.robot("r9").path == ["d"]
    assert (stage.codes("r9"), stage.fleet.strangers) == ([], {})
    job_id = stage.submit(JobKind.GO_TO, "c2", robot_id="r9")
    assert stage.finish(job_id).status is JobStatus.FINISHED


def test_reports_of_who_never_announced_itself_are_noted(stage: PuppetStage) -> None:
    stage.puppets["r9"] = Puppet("r9", COURIER, Pose(36.0, 0.0))
    stage.turn()
    assert stage.fleet.strangers["r9"].code == "robot-not-announced"


def test_who_announces_itself_again_is_the_same(stage: PuppetStage) -> None:
    stage.turn(stage.announcement("r1"), stage.announcement("r1"), reports=False)
    assert list(stage.core.state.robots) == list(SPAWNS)
    stage.restart()
    stage.turn(stage.announcement("r1"), reports=False)
    assert stage.fleet.reports["r1"].sequence == stage.puppets["r1"].sequence


# Reports


def test_late_and_doubled_reports_change_nothing(stage: PuppetStage) -> None:
    puppet = stage.puppets["r1"]
    old = puppet.report(stage.now_ns)
    stage.turn()
    before = stage.core.state_hash()
    outcome = stage.core.step(stage.now_ns, [m.Reported(structs.replace(old, battery_soc=0.01))])
    assert (stage.core.state_hash(), outcome.events) == (before, ())


def test_a_grant_that_got_lost_is_told_again(stage: PuppetStage) -> None:
    puppet = stage.puppets["r1"]
    stage.submit(JobKind.GO_TO, "d", robot_id="r1")
    puppet.path = puppet.path[:1]  # it never heard of more
    puppet.heard.clear()
    stage.wait(3)
    assert [c for c in puppet.heard if isinstance(c, Grant)]
    assert len(puppet.path) == len(stage.robot("r1").path) > 1


def test_a_change_nothing_explains_is_believed_and_told(stage: PuppetStage) -> None:
    stage.puppets["h1"].control = ControlMode.GETTING_UP
    stage.turn()
    assert stage.robot("h1").states.control is ControlMode.GETTING_UP
    (alert,) = stage.alerts("h1")
    assert alert.reason.code == "robot-surprise"
    assert stage.answer(alert, "seen").reason is None
    assert stage.alerts("h1") == []


def test_humanoids_that_stand_and_walk_are_nothing_to_tell_of(stage: PuppetStage) -> None:
    job_id = stage.submit(JobKind.MANIPULATION, "table", "shelf")
    stage.finish(job_id)
    stage.wait(60)
    assert stage.core.state.alerts == {}


# Silence


def test_a_robot_that_falls_silent_is_given_no_more_ground(stage: PuppetStage) -> None:
    stage.submit(JobKind.GO_TO, "d", robot_id="r1")
    stage.puppets["r1"].is_silent = True
    stage.wait(5)
    assert stage.robot("r1").states.connection is Connection.COMMS_LOST
    assert "robot-event" in stage.codes("r1")
    path = stage.robot("r1").path[:]
    stage.wait(5)
    assert stage.robot("r1").path == path
    stage.puppets["r1"].is_silent = False
    stage.turn()
    assert stage.robot("r1").states.connection is Connection.ONLINE
    assert stage.codes("r1") == []


def test_a_robot_that_is_heard_too_late_stays_silent_and_does_not_flicker(
    stage: PuppetStage,
) -> None:
    """Its reports come, but each is so old when it comes that the fleet cannot go by it."""
    for _ in range(20):
        late = stage.puppets["r1"].report(stage.fleet.now_ns - 4 * SECOND)
        stage.puppets["r1"].is_silent = True
        stage.turn(m.Reported(late))
    changes = [
        event
        for event in stage.journal.read()
        if isinstance(event, RobotChanged) and event.robot_id == "r1"
        if Trigger.COMMS_LOST in event.triggers
    ]
    assert len(changes) == 1
    assert stage.robot("r1").states.connection is Connection.COMMS_LOST
    assert stage.codes("r1") == ["robot-event"]
    stage.puppets["r1"].is_silent = False
    stage.turn()
    assert stage.robot("r1").states.connection is Connection.ONLINE


@pytest.mark.parametrize("phase", PHASES)
def test_silence_in_every_phase(stage: PuppetStage, phase: str) -> None:
    """A job that has fetched nothing goes to another robot; else people are asked."""
    job_id = stage.submit(JobKind.DELIVERY, "b", "d", robot_id="")
    puppet = stage.reach(job_id, phase)
    first = puppet.robot_id
    stage.turn()
    puppet.is_silent = True
    stage.wait(20)
    job = stage.job(job_id)
    check(stage.fleet)
    if phase == "to_pickup":
        assert job.robot_id not in ("", first)
    else:
        assert job.robot_id == first
        (alert,) = stage.alerts(job_id)
        assert (alert.reason.code, alert.answers) == ("robot-silent", ("keep", "cancel"))
        assert stage.answer(alert, "keep").reason is None
        stage.wait(20)
        assert stage.alerts(job_id) == [], "a person has kept it: that is not asked twice"
    puppet.is_silent = False
    assert stage.finish(job_id).status is JobStatus.FINISHED
    check(stage.fleet)


def test_a_job_kept_waiting_by_silence_may_be_called_off(stage: PuppetStage) -> None:
    job_id = stage.submit(JobKind.DELIVERY, "b", "d")
    puppet = stage.reach(job_id, "to_dropoff")
    puppet.is_silent = True
    stage.wait(20)
    stage.answer(stage.alerts(job_id)[0], "cancel")
    assert stage.job(job_id).status is JobStatus.RETURNING
    puppet.is_silent = False
    assert stage.finish(job_id).status is JobStatus.CANCELLED


def test_a_fleet_that_starts_anew_gives_its_robots_time_to_speak(stage: PuppetStage) -> None:
    stage.submit(JobKind.DELIVERY, "b", "d")
    stage.play(2)
    stage.restart()
    stage.now_ns += 3600 * SECOND
    stage.turn(reports=False)
    stage.turn(reports=False)
    states = [robot.states.connection for robot in stage.core.state.robots.values()]
    assert states == [Connection.ONLINE] * 3
    stage.wait(1)
    assert stage.core.state.alerts == {}


# Restarts of the robot's program


@pytest.mark.parametrize("silent_s", [0, 8, 30])
@pytest.mark.parametrize("phase", PHASES)
def test_a_robot_that_starts_anew_in_every_phase(
    stage: PuppetStage, phase: str, silent_s: int
) -> None:
    job_id = stage.submit(JobKind.DELIVERY, "b", "d")
    puppet = stage.reach(job_id, phase)
    stage.turn()
    puppet.is_silent = silent_s > 0
    stage.wait(silent_s)
    puppet.reboot()
    puppet.is_silent = False
    stage.turn()
    assert stage.robot(puppet.robot_id).session == "2"
    assert stage.robot(puppet.robot_id).path_first == 0
    check(stage.fleet)
    assert stage.finish(job_id).status is JobStatus.FINISHED
    check(stage.fleet)


def test_one_that_wakes_up_elsewhere_is_found_there(stage: PuppetStage) -> None:
    job_id = stage.submit(JobKind.GO_TO, "d", robot_id="r1")
    puppet = stage.puppets["r1"]
    puppet.reboot()
    puppet.pose = Pose(60.0, 30.0)
    stage.wait(3)
    assert "robot-off-the-map" in stage.codes("r1")
    assert stage.robot("r1").session == "1"
    puppet.pose = Pose(30.0, 0.0)
    stage.turn()
    assert stage.robot("r1").path[0] == "c2"
    assert stage.codes("r1") == []
    assert stage.finish(job_id).status is JobStatus.FINISHED


def test_a_stopped_robot_that_starts_anew_is_stopped_again(stage: PuppetStage) -> None:
    stop_id = stage.ask(m.StopRobots(stage.token(), "robot", "r1")).id
    stage.turn()
    stage.puppets["r1"].reboot()
    stage.wait(3)
    assert stage.puppets["r1"].stop_id == stop_id


def test_a_factsheet_of_a_kind_nobody_knows_does_not_stop_the_others(stage: PuppetStage) -> None:
    sheet = Factsheet("x" * 500, "?" * 500)
    report = structs.replace(stage.puppets["r1"].report(stage.now_ns), robot_id=sheet.robot_id)
    stage.turn(m.Announced(sheet, report))
    assert stage.finish(stage.submit(JobKind.GO_TO, "b")).status is JobStatus.FINISHED


# Robots and fleets that have forgotten each other


def go_to(stage: PuppetStage, place: str, robot: str = "r1") -> str:
    request = Request(JobKind.GO_TO, (place,), robot_id=robot)
    stage.turn(m.SubmitJob(place, request))
    return stage.answers.pop(place).id


def test_a_fleet_that_lost_its_journal_counts_on_where_its_robots_are() -> None:
    stage = PuppetStage({"r1": ("courier", "a")})
    first = go_to(stage, "d")
    stage.play(60, until=lambda: stage.job(first).status is JobStatus.FINISHED)
    puppet = stage.puppets["r1"]
    assert puppet.index > 0
    stage.core, stage.journal = fresh_core(), MemoryJournal()
    stage.turn(stage.announcement("r1"), reports=False)
    assert stage.robot("r1").path_first == puppet.index
    second = go_to(stage, "a")
    for _ in range(5):
        stage.turn()  # it is told where to go, and does not move
    assert stage.job(second).status is JobStatus.RUNNING
    assert stage.robot("r1").path_first == puppet.index, "no ground is freed under it"
    stage.play(60, until=lambda: stage.job(second).status is JobStatus.FINISHED)
    assert puppet.pose.x_m == 0.0
    check(stage.fleet)


def test_a_robot_with_ground_of_another_fleet_joins_at_its_end() -> None:
    stage = PuppetStage({"r1": ("courier", "a")})
    go_to(stage, "d")
    stage.turn()
    puppet = stage.puppets["r1"]
    assert len(puppet.path) > 1
    stage.core, stage.journal = fresh_core(), MemoryJournal()
    stage.turn(stage.announcement("r1"), reports=False)
    assert stage.codes("r1") == ["robot-has-other-ground"]
    puppet.drive()
    stage.turn()
    assert stage.robot("r1").path_first == puppet.index
    assert stage.codes("r1") == []


def test_actions_of_two_fleets_have_different_ids() -> None:
    stage = PuppetStage({"r1": ("courier", "a")})
    seen = set()
    for _ in range(2):
        request = Request(JobKind.DELIVERY, ("b", "d"))
        stage.turn(m.SubmitJob("x", request))
        job_id = stage.answers.pop("x").id
        stage.play(120, until=lambda job_id=job_id: stage.job(job_id).status is JobStatus.FINISHED)
        ids = set(stage.puppets["r1"].ended)
        assert len(ids) == len(seen) + 2
        seen = ids
        stage.core, stage.journal = fresh_core(), MemoryJournal()
        stage.turn(stage.announcement("r1"), reports=False)


def test_a_robot_that_starts_anew_between_two_vertices_keeps_the_ground_it_is_on() -> None:
    stage = PuppetStage({"r1": ("courier", "a")})
    job = go_to(stage, "d")
    stage.turn()
    puppet, ground = stage.puppets["r1"], list(stage.robot("r1").path)
    here, there = puppet.path[:2]
    puppet.pose = Pose((here.x_m + there.x_m) / 2, (here.y_m + there.y_m) / 2 + 0.1)
    puppet.reboot()
    stage.turn(stage.announcement("r1"), reports=False)
    assert stage.robot("r1").session == puppet.session
    assert stage.robot("r1").path == ground
    assert stage.robot("r1").path_first == 0
    stage.restart()
    stage.play(60, until=lambda: stage.job(job).status is JobStatus.FINISHED)
    check(stage.fleet)


# Reports that tell what the last one did


def eventful(stage: PuppetStage, *, forgets: bool) -> tuple[str, list[object]]:
    """A minute with a bit of everything; the state after it, and what robots were told."""
    puppet = stage.puppets["r1"]
    job_id = ""
    for step in range(120):
        if forgets:
            stage.fleet.settled.clear()
        elif step in (5, 100):
            assert "r2" in stage.fleet.settled
        match step:
            case 10:
                job_id = stage.submit(JobKind.DELIVERY, "b", "d", robot_id="r1")
            case 20:
                stage.ask(m.PauseJob(stage.token(), job_id, True))
            case 25:
                stage.ask(m.PauseJob(stage.token(), job_id, False))
            case 30:
                stage.ask(m.StopRobots(stage.token(), "all", "", requester="kim"))
            case 35:
                stage.ask(m.ReleaseRobots(stage.token(), "kim", scope="all"))
            case 40:
                puppet.soc = 0.2
            case 50:
                stage.puppets["r2"].navigation = Navigation.BLOCKED
            case 55:
                stage.puppets["r2"].navigation = Navigation.STANDING
        stage.play()
    return stage.core.state_hash(), [one for p in stage.puppets.values() for one in p.heard]


def test_reports_of_whom_nothing_was_left_to_do_are_passed_over_without_a_difference() -> None:
    quick, slow = (eventful(PuppetStage(SPAWNS), forgets=forgets) for forgets in (False, True))
    assert quick == slow
