# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from core.engine.puppets import PuppetStage

from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.explain import Explanation, explain_job, explain_robot, why_waits
from suwon_fleet.core.engine.fleet import SECOND
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.jobs import JobKind
from suwon_fleet.core.robots.report import Navigation, OperatingMode, Pose
from suwon_fleet.core.texts import say

SPAWNS = {"r1": ("courier", "a"), "r2": ("courier", "c"), "h1": ("helper", "b2")}


@pytest.fixture
def stage() -> PuppetStage:
    return PuppetStage(SPAWNS)


def job_told(stage: PuppetStage, job_id: str) -> Explanation:
    told = explain_job(stage.fleet, job_id)
    assert told is not None
    return told


def robot_told(stage: PuppetStage, robot_id: str) -> Explanation:
    told = explain_robot(stage.fleet, robot_id)
    assert told is not None
    return told


def codes(told: Explanation) -> list[str]:
    return [reason.code for reason in told.reasons]


def of(told: Explanation, code: str) -> dict[str, str]:
    """Facts of the reason with a code."""
    return dict(next(reason for reason in told.reasons if reason.code == code).facts)


def quoted(told: Explanation, code: str) -> dict[str, dict[str, str]]:
    """What reasons with a code quote: code to facts, the outer ones included."""
    return {dict(r.facts)["why"]: dict(r.facts) for r in told.reasons if r.code == code}


def test_nobody_knows_unknown_ids(stage: PuppetStage) -> None:
    assert explain_job(stage.fleet, "job-9") is None
    assert explain_robot(stage.fleet, "r9") is None


def test_why_this_robot_and_what_the_others_would_have_cost(stage: PuppetStage) -> None:
    job_id = stage.submit(JobKind.DELIVERY, "table", "d")
    told = job_told(stage, job_id)
    chosen = stage.job(job_id).robot_id
    cost = of(told, "choice-cost")
    assert (cost["robot"], chosen) == ("r1", "r1")
    assert int(cost["cost"]) == int(cost["pickup"]) + int(cost["work"]) == 12 + (36 + 30 + 30)
    assert of(told, "soonest-done") == {"robot": "r1"}
    other = of(told, "choice-next-best")
    assert other["robot"] == "r2"
    assert int(other["cost"]) - int(cost["cost"]) == int(other["difference"]) == 12
    assert of(told, "choice-unable") == {"count": "1"}
    assert quoted(told, "robots-cannot")["not-capable"]["robots"] == "h1"
    assert told.decisions == stage.job(job_id).decisions


def test_why_nobody_has_it(stage: PuppetStage) -> None:
    stage.ask(m.CommissionRobot(stage.token(), "r1", False))
    busy = stage.submit(JobKind.DELIVERY, "b", "d")
    job_id = stage.submit(JobKind.DELIVERY, "c2", "b")
    stage.ask(m.StopRobots(stage.token(), "robot", "r2"))
    why = quoted(job_told(stage, job_id), "robots-cannot")
    assert why["robot-has-job"]["job"] == busy
    assert why["robot-not-commissioned"]["robots"] == "r1"
    assert why["not-capable"]["robots"] == "h1"


def test_a_job_may_wait_for_a_robot_that_is_nearly_there(stage: PuppetStage) -> None:
    stage.ask(m.CommissionRobot(stage.token(), "r1", False))
    stage.submit(JobKind.DELIVERY, "c2", "d")
    job_id = stage.submit(JobKind.DELIVERY, "d", "c")
    told = job_told(stage, job_id)
    assert of(told, "job-planned") == {"robot": "r2", "before": "1"}
    parts = of(told, "plan-parts")
    assert parts["jobs"] == "2"  # the other is on its way to be fetched
    assert float(parts["completion"]) > float(parts["empty"]) >= 0.0
    assert parts["late"] == "0"


def test_a_job_that_is_not_due_yet(stage: PuppetStage) -> None:
    starts_ns = stage.now_ns + 60 * SECOND
    job_id = stage.submit(JobKind.GO_TO, "d", earliest_start_ns=starts_ns)
    assert codes(job_told(stage, job_id)) == ["job-not-due"]
    assert 55 <= int(of(job_told(stage, job_id), "job-not-due")["starts_in"]) <= 60


def test_a_job_from_the_queue_to_the_end(stage: PuppetStage) -> None:
    job_id = stage.submit(JobKind.DELIVERY, "b", "d")
    stage.reach(job_id, "to_dropoff")
    told = job_told(stage, job_id)
    assert of(told, "job-in-phase")["phase"] == "to_dropoff"
    assert "job-ends-in" in codes(told)
    stage.finish(job_id)
    ended = of(job_told(stage, job_id), "job-ended")
    assert (ended["status"], ended["robot"]) == ("finished", stage.job(job_id).robot_id)
    assert "job-ends-in" not in codes(job_told(stage, job_id))


def test_a_job_called_off_says_by_whom(stage: PuppetStage) -> None:
    job_id = stage.submit(JobKind.DELIVERY, "b", "d")
    stage.cancel(job_id)
    assert of(job_told(stage, job_id), "cancelled-by") == {"requester": "kim"}


@pytest.mark.parametrize(("due_s", "told"), [(10, "job-is-late"), (500, "job-in-time")])
def test_deadlines(stage: PuppetStage, due_s: int, told: str) -> None:
    job_id = stage.submit(JobKind.GO_TO, "yard", deadline_ns=stage.now_ns + due_s * SECOND)
    stage.turn()
    assert told in codes(job_told(stage, job_id))


def test_a_paused_job_tells_so_and_why_its_robot_waits(stage: PuppetStage) -> None:
    job_id = stage.submit(JobKind.GO_TO, "d")
    stage.ask(m.PauseJob(stage.token(), job_id, True))
    assert of(job_told(stage, job_id), "job-in-phase")["status"] == "paused"
    assert "job-paused" in quoted(job_told(stage, job_id), "robot-waits")


# Robots


def test_who_waits_for_whom_down_to_the_one_that_holds_them_all(stage: PuppetStage) -> None:
    """r1 is behind h1, which is behind r2, which a person has stopped."""
    for name in ("r1", "h1"):
        stage.submit(JobKind.GO_TO, "d" if name == "r1" else "c2", robot_id=name)
    stage.ask(m.StopRobots(stage.token(), "robot", "r2", requester="kim"))
    stage.play(40)
    told = robot_told(stage, "r1")
    chain = [
        (f["who"], f["why"])
        for r in told.reasons
        if r.code == "robot-waits"
        for f in [dict(r.facts)]
    ]
    assert chain[0][0] == "r1"
    assert chain[0][1].startswith("wait-")
    assert chain[-1] == ("r2", "stop-held")
    assert "Stop request stop-1 of kim holds it" in say(told.reasons[-1], "en")


def test_a_robot_with_nothing_to_do_does_not_wait(stage: PuppetStage) -> None:
    assert why_waits(stage.fleet, stage.robot("r1")) is None
    assert codes(robot_told(stage, "r1")) == ["robot-does"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"mode": OperatingMode.INTERVENED}, "robot-not-automatic"),
        ({"navigation": Navigation.BLOCKED}, "robot-blocked"),
        ({"navigation": Navigation.ASSIST_NEEDED}, "robot-needs-assist"),
        ({"navigation": Navigation.MOVING}, ""),
        ({"soc": 0.05}, "robot-battery-critical"),
    ],
)
def test_why_a_robot_on_its_way_waits(
    stage: PuppetStage, change: dict[str, object], told: str
) -> None:
    stage.submit(JobKind.GO_TO, "d", robot_id="r1")
    stage.play(2)
    for name, value in change.items():
        setattr(stage.puppets["r1"], name, value)
    stage.turn(seconds=0.0)  # before anybody looks whether another should have its job
    reason = why_waits(stage.fleet, stage.robot("r1"))
    assert (reason.code if reason else "") == told


def test_why_a_robot_at_a_hand_over_waits(stage: PuppetStage) -> None:
    job_id = stage.submit(JobKind.DELIVERY, "b", "d")
    puppet = stage.reach(job_id, "load")
    reason = why_waits(stage.fleet, stage.robot(puppet.robot_id))
    assert reason == Reason.of("robot-acts", action="load")


def test_a_way_that_was_closed(stage: PuppetStage) -> None:
    job_id = stage.submit(JobKind.GO_TO, "yard", robot_id="r1")
    stage.play(1)
    stage.ask(m.SetZone(stage.token(), "yard_zone", False))
    stage.play(20)
    assert "goal-unreachable" in quoted(job_told(stage, job_id), "robot-waits")
    assert "goal-unreachable" in stage.codes("r1")
    stage.ask(m.SetZone(stage.token(), "yard_zone", True))
    stage.finish(job_id)
    assert stage.codes("r1") == []


def test_a_stranger_is_told_why_it_has_not_joined(stage: PuppetStage) -> None:
    stage.puppets["r9"] = type(stage.puppets["r1"])("r9", stage.puppets["r1"].kind, Pose(0, 90))
    stage.turn(stage.announcement("r9"), reports=False)
    assert codes(robot_told(stage, "r9")) == ["robot-off-the-map"]


def test_explaining_changes_nothing(stage: PuppetStage) -> None:
    job_id = stage.submit(JobKind.DELIVERY, "b", "d")
    stage.submit(JobKind.DELIVERY, "c", "d")
    stage.submit(JobKind.DELIVERY, "b", "a")
    before = stage.core.state_hash()
    for job in list(stage.core.state.jobs):
        job_told(stage, job)
    for robot in SPAWNS:
        robot_told(stage, robot)
    assert stage.core.state_hash() == before
    assert stage.finish(job_id).status.is_over
