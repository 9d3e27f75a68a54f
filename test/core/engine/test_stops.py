# SPDX-License-Identifier: Apache-2.0
"""Stop requests hold until a person releases them, whatever else happens."""

from __future__ import annotations

import pytest
from core.engine.invariants import check
from core.engine.puppets import Puppet, PuppetStage

from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.explain import why_waits
from suwon_fleet.core.engine.stops import stop_named
from suwon_fleet.core.jobs import JobKind, JobStatus
from suwon_fleet.core.robots.command import Grant, ReleaseStop, RequestStop, StopKind
from suwon_fleet.core.robots.kind import Family
from suwon_fleet.core.robots.report import Compartment, ControlMode, Pose, StopState

SPAWNS = {"r1": ("courier", "a"), "r2": ("courier", "c"), "h1": ("helper", "b2")}


@pytest.fixture
def stage() -> PuppetStage:
    return PuppetStage(SPAWNS)


def stop(stage: PuppetStage, scope: str, id: str = "", kind: StopKind = StopKind.PROTECTIVE) -> str:
    return stage.ask(m.StopRobots(stage.token(), scope, id, kind, "kim", "drill")).id


def release(stage: PuppetStage, **more: str) -> m.Answer:
    return stage.ask(m.ReleaseRobots(stage.token(), "kim", **more))


def test_a_stopped_robot_gets_nothing_until_it_is_released(stage: PuppetStage) -> None:
    job_id = stage.submit(JobKind.GO_TO, "d", robot_id="r1")
    stop_id = stop(stage, "robot", "r1")
    stage.turn()
    puppet = stage.puppets["r1"]
    assert (puppet.stop, puppet.stop_id) == (StopState.PROTECTIVE, stop_id)
    puppet.heard.clear()
    stage.restart()
    stage.play(30)
    assert not [c for c in puppet.heard if isinstance(c, Grant)]
    assert stage.core.state.stops[stop_id].confirmed == ("r1",)
    reason = why_waits(stage.fleet, stage.robot("r1"))
    assert reason is not None
    assert reason.code == "stop-held"
    answer = release(stage, stop_id=stop_id)
    assert answer.robot_ids == ("r1",)
    assert stage.finish(job_id).status is JobStatus.FINISHED


def test_requests_and_releases_that_get_lost_are_told_again(stage: PuppetStage) -> None:
    puppet = stage.puppets["r1"]
    puppet.is_silent = True
    stop_id = stop(stage, "robot", "r1")
    puppet.is_silent = False
    stage.wait(3)
    assert puppet.stop_id == stop_id
    puppet.is_silent = True
    release(stage, stop_id=stop_id)
    puppet.is_silent = False
    stage.wait(3)
    assert puppet.stop is StopState.NONE


def test_it_is_held_as_long_as_one_request_holds_it(stage: PuppetStage) -> None:
    one, other = stop(stage, "robot", "r1"), stop(stage, "all")
    stage.turn()
    assert release(stage, stop_id=other).robot_ids == ("r2", "h1")
    stage.wait(3)
    assert stage.puppets["r1"].stop_id == one
    assert release(stage, scope="robot", id="r1").robot_ids == ("r1",)
    stage.turn()
    assert stage.puppets["r1"].stop is StopState.NONE


def test_a_zone_stop_holds_who_is_or_may_drive_there(stage: PuppetStage) -> None:
    stage.submit(JobKind.GO_TO, "yard", robot_id="r2")
    granted = False
    for _ in range(30):
        stage.turn()
        stage.puppets["r2"].drive(1)
        granted = granted or stage.fleet.touches_zone(stage.robot("r2"), "yard_zone")
        if granted:
            break
    answer = stage.ask(m.StopRobots(stage.token(), "zone", "yard_zone"))
    assert granted
    assert answer.robot_ids == ("r2",)


def test_who_joins_during_a_stop_of_all_is_stopped_too(stage: PuppetStage) -> None:
    stop_id = stop(stage, "all")
    late = Puppet("r9", stage.puppets["r1"].kind, stage.puppets["r1"].pose)
    late.pose = Pose(36.0, 0.0)
    stage.puppets["r9"] = late
    stage.turn(stage.announcement("r9"), reports=False)
    stage.wait(3)
    assert late.stop_id == stop_id
    assert "r9" in release(stage, stop_id=stop_id).robot_ids
    stage.turn()
    assert late.stop is StopState.NONE


@pytest.mark.parametrize("scope", ["robot", "all"])
def test_an_emergency_stop_needs_the_robot_and_a_person(stage: PuppetStage, scope: str) -> None:
    job_id = stage.submit(JobKind.GO_TO, "d", robot_id="r1")
    stage.play(3)
    puppet = stage.puppets["r1"]
    puppet.stop = StopState.EMERGENCY
    stage.turn()
    (alert,) = stage.alerts("r1")
    assert alert.answers == ("release", "remove")
    assert stage.answer(alert, "release").reason is not None, "it must be acknowledged there first"
    assert release(stage, scope=scope, id="r1" if scope == "robot" else "").reason is not None
    puppet.stop = StopState.SAFE_HOLD  # somebody there has acknowledged it
    puppet.heard.clear()
    stage.play(10)
    assert not [c for c in puppet.heard if isinstance(c, Grant)], "no person has released it"
    assert stage.answer(alert, "release").reason is None
    assert stage.finish(job_id).status is JobStatus.FINISHED
    assert stage.alerts("r1") == []


def test_a_forced_lid_stops_the_robot(stage: PuppetStage) -> None:
    job_id = stage.submit(JobKind.DELIVERY, "b", "d", robot_id="r1")
    stage.reach(job_id, "to_dropoff")
    puppet = stage.puppets["r1"]
    puppet.compartment = Compartment.FORCED
    stage.turn()
    assert [c for c in puppet.heard if isinstance(c, RequestStop)]
    stage.wait(3)
    (alert,) = stage.alerts("r1")
    puppet.compartment = Compartment.CLOSED
    stage.turn()
    assert stage.answer(alert, "release").reason is None
    stage.turn()
    assert [c for c in puppet.heard if isinstance(c, ReleaseStop)]
    assert stage.finish(job_id).status is JobStatus.FINISHED
    check(stage.fleet)


@pytest.mark.parametrize("kind", [StopKind.SETTLE, StopKind.CUT])
@pytest.mark.parametrize("phase", ["to_pickup", "grasp", "to_dropoff"])
def test_a_humanoid_that_had_to_sit_down(stage: PuppetStage, kind: StopKind, phase: str) -> None:
    """It gets up once it is released; what it held then is not what it holds now."""
    job_id = stage.submit(JobKind.MANIPULATION, "table", "shelf")
    stage.reach(job_id, phase)
    stop_id = stop(stage, "robot", "h1", kind)
    puppet = stage.puppets["h1"]
    assert puppet.kind.family is Family.HUMANOID
    stage.wait(2)
    assert puppet.control in (ControlMode.DAMPED, ControlMode.FALLEN)
    puppet.end()
    stage.wait(15)
    release(stage, stop_id=stop_id)
    if kind is StopKind.CUT:
        puppet.stop = StopState.SAFE_HOLD
    stage.turn()
    for alert in stage.alerts("h1"):
        if "release" in alert.answers:
            assert stage.answer(alert, "release").reason is None
    job = stage.finish(job_id)
    held = phase == "to_dropoff"
    assert job.status is (JobStatus.FAILED if held else JobStatus.FINISHED)
    if held:
        assert job.reason is not None
        assert job.reason.code == "load-dropped"
    check(stage.fleet)


def told_early(stage: PuppetStage, name: str, request_id: str) -> str:
    """A robot is told to stop on the short way; the fleet dies before it decides about the request."""
    stop_id = stop_named(request_id)
    stage.puppets[name].obey(RequestStop(name, stop_id, StopKind.PROTECTIVE))
    stage.restart()
    return stop_id


def test_a_stop_that_nobody_knows_of_is_found_and_held_until_a_person_releases_it(
    stage: PuppetStage,
) -> None:
    job_id = stage.submit(JobKind.GO_TO, "d", robot_id="r1")
    stop_id = told_early(stage, "r1", "lost")
    puppet = stage.puppets["r1"]
    stage.wait(30)
    stage.restart()
    assert puppet.stop_id == stop_id, "nobody has released it"
    assert [alert.reason.code for alert in stage.alerts("r1")] == ["stop-found"]
    assert stage.core.state.stops[stop_id].confirmed == ("r1",)
    assert release(stage, stop_id=stop_id).robot_ids == ("r1",)
    assert stage.alerts("r1") == []
    assert stage.finish(job_id).status is JobStatus.FINISHED


def test_a_robot_that_was_away_when_its_stop_was_released_goes_on(stage: PuppetStage) -> None:
    ask = m.StopRobots(stage.token(), "robot", "r1", request_id="one", told=("r1",))
    stop_id = stop_named("one")
    puppet = stage.puppets["r1"]
    puppet.obey(RequestStop("r1", stop_id, StopKind.PROTECTIVE))
    assert stage.ask(ask).id == stop_id
    puppet.is_silent = True
    release(stage, stop_id=stop_id)
    stage.restart()
    puppet.is_silent = False
    stage.wait(5)
    assert puppet.stop is StopState.NONE
    assert stage.core.state.stops == {}


def test_the_same_request_again_is_the_same_stop(stage: PuppetStage) -> None:
    for told in ((), ("r1",)):
        again = m.StopRobots(
            stage.token(), "robot", "r1", StopKind.PROTECTIVE, "kim", "", "one", told
        )
        answer = stage.ask(again)
        assert (answer.id, answer.robot_ids) == (stop_named("one"), ("r1",))
    assert len(stage.core.state.stops) == 1
    release(stage, stop_id=stop_named("one"))
    late = stage.ask(m.StopRobots(stage.token(), "robot", "r1", request_id="one"))
    assert late.robot_ids == ()
    assert stage.core.state.stops == {}


def test_who_was_told_before_is_not_told_twice_and_whoever_was_left_out_is(
    stage: PuppetStage,
) -> None:
    for puppet in stage.puppets.values():
        puppet.heard.clear()
    stage.puppets["r1"].obey(RequestStop("r1", stop_named("x"), StopKind.PROTECTIVE))
    stage.ask(m.StopRobots(stage.token(), "all", "", request_id="x", told=("r1", "gone")))
    heard = {name: len(puppet.heard) for name, puppet in stage.puppets.items()}
    assert heard == {"r1": 1, "r2": 1, "h1": 1}
    assert stage.core.state.stops[stop_named("x")].robot_ids == ("r1", "r2", "h1")


def test_how_long_each_robot_took_is_known(stage: PuppetStage) -> None:
    stop_id = stop(stage, "all")
    stage.wait(2)
    record = stage.core.state.stops[stop_id]
    assert set(record.confirmed) == set(SPAWNS)
    assert all(record.at_ns < at_ns <= stage.fleet.now_ns for at_ns in record.confirmed_ns)


def test_a_robot_that_makes_stops_up_does_not_fill_the_journal(stage: PuppetStage) -> None:
    puppet = stage.puppets["r1"]
    for number in range(20):
        puppet.stop, puppet.stop_id = StopState.PROTECTIVE, stop_named(str(number))
        stage.wait(3)
    assert len(stage.core.state.stops) == 1
