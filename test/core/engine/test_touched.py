# SPDX-License-Identifier: Apache-2.0
"""A robot to which nothing has happened is left alone, and one to which something has is not."""

from __future__ import annotations

import pytest
from core.engine.puppets import PuppetStage

from suwon_fleet.core.engine import errands, events
from suwon_fleet.core.engine.fleet import LOOK_EVERY_S, Fleet
from suwon_fleet.core.engine.state import RobotRecord
from suwon_fleet.core.engine.touched import is_under_way_still, touched
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.jobs import JobKind, JobRequest, JobStatus, Role
from suwon_fleet.core.robots.command import StopKind

ROBOTS = {"r1": ("courier", "a"), "r2": ("courier", "c"), "h1": ("helper", "b2")}
TEAM = (Role(JobKind.MANIPULATION, ("table", "b2")), Role(JobKind.DELIVERY, ("b", "d")))


@pytest.fixture
def stage() -> PuppetStage:
    return PuppetStage(ROBOTS)


def test_what_happens_to_a_robot_concerns_it(stage: PuppetStage) -> None:
    state = stage.core.state
    assert set(touched(state, events.GroundReleased(0, "r1", 1))) == {"r1"}
    assert set(touched(state, events.AlertRaised(0, "a", 0, Reason.of("x"), "r2"))) == {"r2"}
    stop = events.StopRequested(0, "stop-1", "all", "", StopKind.PROTECTIVE, (), "kim", "")
    assert set(touched(state, stop)) == set(ROBOTS)
    assert set(touched(state, events.ZoneSet(0, "yard_zone", False, "kim", ""))) == set(ROBOTS)


def test_what_happens_to_a_job_concerns_its_robot(stage: PuppetStage) -> None:
    job = stage.submit(JobKind.GO_TO, "d", robot_id="r2")
    state = stage.core.state
    reason = Reason.of("x")
    assert set(touched(state, events.JobUnassigned(0, job, reason))) == {"r2"}
    assert set(touched(state, events.AlertRaised(0, "a", 0, reason, job))) == {"r2"}


def test_what_happens_to_one_of_a_team_concerns_all(stage: PuppetStage) -> None:
    request = JobRequest(JobKind.JOINT, (), roles=TEAM)
    whole = stage.submit(request.kind, roles=TEAM)
    stage.play(10, until=lambda: stage.job(whole).status is not JobStatus.QUEUED)
    team = {stage.job(part).robot_id for part in stage.job(whole).parts}
    assert len(team) == len(TEAM)
    for name in team:
        assert set(touched(stage.core.state, events.GroundReleased(0, name, 1))) == team


def test_ground_passed_or_given_on_the_way_is_no_reason_to_ask_a_robot_anew(
    stage: PuppetStage,
) -> None:
    state = stage.core.state
    stage.submit(JobKind.GO_TO, "d", robot_id="r1")
    robot = state.robots["r1"]
    stage.play(10, until=lambda: len(robot.path) > 2)
    passed, arrived = robot.path_first + 1, robot.front_index
    assert is_under_way_still(state, events.GroundReleased(0, "r1", passed))
    assert is_under_way_still(state, events.GroundGranted(0, "r1", ("d",)))
    assert not is_under_way_still(state, events.GroundReleased(0, "r1", arrived)), "it is there"
    assert not is_under_way_still(state, events.GroundGranted(0, "r2", ("d",))), "it stood"
    assert not is_under_way_still(state, events.DestinationSet(0, "r1", "a"))


def test_a_robot_to_which_nothing_happens_is_looked_at_now_and_then(
    stage: PuppetStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.wait(60.0)
    looked: list[str] = []
    advance = errands.advance

    def counted(fleet: Fleet, robot: RobotRecord) -> None:
        looked.append(robot.robot_id)
        advance(fleet, robot)

    monkeypatch.setattr(errands, "advance", counted)
    for _ in range(int(4 * LOOK_EVERY_S)):
        stage.turn(seconds=0.5)
    assert {name: looked.count(name) for name in ROBOTS} == dict.fromkeys(ROBOTS, 2)
