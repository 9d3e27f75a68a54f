# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from core.engine.puppets import PuppetStage

from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.fleet import SECOND
from suwon_fleet.core.engine.state import AlertRecord
from suwon_fleet.core.jobs import JobKind, JobStatus
from suwon_fleet.core.robots.report import ActionStatus, StopState


@pytest.fixture
def stage() -> PuppetStage:
    return PuppetStage({"r1": ("courier", "a"), "h1": ("helper", "b2")})


def failed(stage: PuppetStage, **more: object) -> tuple[str, AlertRecord]:
    """A job that has failed, and the alert about it."""
    job_id = stage.submit(JobKind.DELIVERY, "b", "d", **more)
    puppet = stage.reach(job_id, "load")
    stage.turn()
    puppet.end(ActionStatus.FAILED, "jammed")
    stage.turn()
    (alert,) = stage.alerts(job_id)
    return job_id, alert


def code(answer: m.Answer) -> str:
    return answer.reason.code if answer.reason else ""


def test_only_what_is_offered_only_by_people_and_only_once(stage: PuppetStage) -> None:
    _, alert = failed(stage)
    assert alert.answers == ("again", "seen")
    assert code(stage.answer(alert, "release")) == "no-such-answer"
    nobody = m.AnswerAlert(stage.token(), alert.alert_id, "seen", "")
    assert code(stage.ask(nobody)) == "person-needed"
    assert alert.alert_id in stage.core.state.alerts
    assert code(stage.answer(alert, "seen")) == ""
    assert code(stage.answer(alert, "seen")) == "no-such-alert"


@pytest.mark.parametrize("is_over", [False, True])
def test_the_same_job_again(stage: PuppetStage, is_over: bool) -> None:
    deadline_ns = stage.now_ns + 200 * SECOND
    first, alert = failed(stage, payload_kg=3.0, request_id="q1", deadline_ns=deadline_ns)
    if is_over:
        stage.turn(seconds=300)
    assert code(stage.answer(alert, "again")) == ""
    second = list(stage.core.state.jobs)[-1]
    assert second != first
    request = stage.job(second).request
    assert (request.places, request.payload_kg, request.requester) == (("b", "d"), 3.0, "kim")
    assert request.deadline_ns == (0 if is_over else deadline_ns)
    assert stage.finish(second).status is JobStatus.FINISHED


def test_again_may_be_refused_and_then_the_alert_stays(stage: PuppetStage) -> None:
    _, alert = failed(stage)
    stage.ask(m.RemoveRobot(stage.token(), "r1", "kim"))
    assert code(stage.answer(alert, "again")) == "not-capable"
    assert alert.alert_id in stage.core.state.alerts


def test_a_release_that_is_not_possible_yet_leaves_the_alert_open(stage: PuppetStage) -> None:
    stage.puppets["r1"].stop = StopState.EMERGENCY
    stage.turn()
    (alert,) = stage.alerts("r1")
    assert code(stage.answer(alert, "release")) == "robot-guards-refuse"
    assert stage.alerts("r1") == [alert]
