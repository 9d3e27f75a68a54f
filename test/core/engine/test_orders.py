# SPDX-License-Identifier: Apache-2.0
"""What people may ask for, and the one true answer they get at once."""

from __future__ import annotations

import pytest
from core.engine.puppets import PuppetStage

from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.fleet import SECOND
from suwon_fleet.core.jobs import JobKind, JobRequest, JobStatus, Priority

DELIVERY, GO_TO, PATROL = JobKind.DELIVERY, JobKind.GO_TO, JobKind.PATROL
SPAWNS = {"r1": ("courier", "a"), "h1": ("helper", "b2")}


@pytest.fixture
def stage() -> PuppetStage:
    return PuppetStage(SPAWNS)


def code(answer: m.Answer) -> str:
    return answer.reason.code if answer.reason else ""


@pytest.mark.parametrize(
    ("kind", "places", "more", "told"),
    [
        (DELIVERY, ("b",), {}, "wrong-places"),
        (GO_TO, ("b", "d"), {}, "wrong-places"),
        (DELIVERY, ("b", "b"), {}, "same-place"),
        (DELIVERY, ("b", "nowhere"), {}, "no-such-place"),
        (DELIVERY, ("b", "d"), {"rounds": 2}, "only-patrols-repeat"),
        (PATROL, (), {}, "wrong-rounds"),
        (PATROL, ("b",), {"rounds": 0}, "wrong-rounds"),
        (PATROL, ("b",), {"rounds": 1001}, "wrong-rounds"),
        (DELIVERY, ("b", "d"), {"payload_kg": float("nan")}, "bad-value"),
        (DELIVERY, ("b", "d"), {"payload_kg": -1.0}, "bad-value"),
        (DELIVERY, ("b", "d"), {"payload_kg": 10.5}, "payload-too-heavy"),
        (DELIVERY, ("b", "d"), {"job_id": "a b"}, "bad-id"),
        (DELIVERY, ("b", "d"), {"deadline_ns": 1}, "deadline-passed"),
        (
            DELIVERY,
            ("b", "d"),
            {"deadline_ns": 50 * SECOND, "earliest_start_ns": 60 * SECOND},
            "deadline-passed",
        ),
        (DELIVERY, ("b", "d"), {"robot_id": "r9"}, "no-such-robot"),
        (DELIVERY, ("b", "d"), {"robot_id": "h1"}, "not-capable"),
        (JobKind.MANIPULATION, ("b", "d"), {"robot_id": "r1"}, "not-capable"),
        (GO_TO, ("island",), {}, "unreachable"),
        (PATROL, ("b", "d") * 100, {"rounds": 5}, "battery-too-small"),
    ],
)
def test_refused_at_once_and_why(
    stage: PuppetStage, kind: JobKind, places: tuple[str, ...], more: dict[str, object], told: str
) -> None:
    answer = stage.try_submit(kind, *places, **more)
    assert (code(answer), answer.id) == (told, "")
    tally = stage.core.state.tally
    assert (tally.submitted, tally.refused, stage.core.state.jobs) == (1, 1, {})


def test_a_closed_zone_is_named(stage: PuppetStage) -> None:
    stage.ask(m.SetZone(stage.token(), "yard_zone", False, "kim"))
    answer = stage.try_submit(GO_TO, "yard")
    assert answer.reason is not None
    assert answer.reason.code == "zone-closed"
    assert dict(answer.reason.facts)["zone"] == "yard_zone"
    stage.ask(m.SetZone(stage.token(), "yard_zone", True, "kim"))
    assert stage.try_submit(GO_TO, "yard").reason is None


def test_a_fleet_without_robots_takes_no_jobs() -> None:
    assert code(PuppetStage({}).try_submit(GO_TO, "b")) == "no-robots"


def test_robots_that_are_not_commissioned_do_not_count(stage: PuppetStage) -> None:
    stage.ask(m.CommissionRobot(stage.token(), "r1", False))
    assert code(stage.try_submit(DELIVERY, "b", "d")) == "not-capable"
    assert code(stage.try_submit(GO_TO, "b", robot_id="r1")) == "robot-not-commissioned"
    stage.ask(m.CommissionRobot(stage.token(), "h1", False))
    assert code(stage.try_submit(GO_TO, "b")) == "no-robots"


def test_who_could_do_the_last_job_need_not_be_able_to_do_the_next(stage: PuppetStage) -> None:
    assert stage.try_submit(DELIVERY, "b", "d").reason is None
    assert code(stage.try_submit(DELIVERY, "b", "d", payload_kg=1e3)) == "payload-too-heavy"
    stage.ask(m.CommissionRobot(stage.token(), "r1", False))
    assert code(stage.try_submit(DELIVERY, "b", "d")) == "not-capable"


@pytest.mark.parametrize("places", [("b", "d"), ("b", "nowhere")], ids=["accepted", "refused"])
def test_a_request_sent_twice_is_one(stage: PuppetStage, places: tuple[str, ...]) -> None:
    first = stage.try_submit(DELIVERY, *places, request_id="q1")
    stage.restart()
    again = stage.try_submit(DELIVERY, *places, request_id="q1")
    assert (again.reason, again.id) == (first.reason, first.id)
    assert stage.core.state.tally.submitted == 1


def test_two_requests_in_one_turn(stage: PuppetStage) -> None:
    request = JobRequest(DELIVERY, ("b", "d"), request_id="q1")
    stage.turn(m.SubmitJob("1", request), m.SubmitJob("2", request))
    assert stage.answers["1"].id == stage.answers["2"].id != ""


def test_wished_ids_are_kept_and_never_given_twice(stage: PuppetStage) -> None:
    assert stage.submit(DELIVERY, "b", "d", job_id="job-2") == "job-2"
    assert code(stage.try_submit(DELIVERY, "b", "d", job_id="job-2")) == "job-exists"
    ids = [stage.submit(DELIVERY, "b", "d") for _ in range(3)]
    assert len({*ids, "job-2"}) == 4


def test_whole_numbers_are_no_other_jobs(stage: PuppetStage) -> None:
    """A caller in Python may give an int where the journal gives back a float."""
    stage.submit(DELIVERY, "b", "d", payload_kg=2)
    stage.restart()


def test_orders_about_what_is_not_there(stage: PuppetStage) -> None:
    orders = {
        "no-such-job": m.CancelJob(stage.token(), "job-7"),
        "no-such-robot": m.CommissionRobot("t2", "r9", True),
        "no-such-zone": m.SetZone("t3", "nowhere", False),
        "no-such-scope": m.StopRobots("t4", "floor", "2"),
        "no-such-stop": m.ReleaseRobots("t5", "kim", stop_id="stop-3"),
        "no-such-alert": m.AnswerAlert("t6", "alert-3", "seen", "kim"),
        "person-needed": m.ReleaseRobots("t7", "", scope="all"),
    }
    for told, order in orders.items():
        assert code(stage.ask(order)) == told
    assert code(stage.ask(m.StopRobots("t8", "zone", "nowhere"))) == "no-such-zone"
    assert code(stage.ask(m.StopRobots("t9", "robot", "r9"))) == "no-such-robot"
    assert code(stage.ask(m.RemoveRobot("t10", "r9", "kim"))) == "no-such-robot"
    assert code(stage.ask(m.RemoveRobot("t11", "r1", ""))) == "person-needed"
    assert code(stage.ask(m.PauseJob("t12", "job-7", True))) == "no-such-job"


def test_what_is_over_stays_as_it_is(stage: PuppetStage) -> None:
    job_id = stage.submit(GO_TO, "b")
    stage.finish(job_id)
    assert code(stage.cancel(job_id)) == "job-is-over"
    assert code(stage.ask(m.PauseJob(stage.token(), job_id, True))) == "job-is-over"


def test_pausing_twice(stage: PuppetStage) -> None:
    job_id = stage.submit(GO_TO, "d")
    assert code(stage.ask(m.PauseJob(stage.token(), job_id, False))) == "job-is-not-paused"
    assert code(stage.ask(m.PauseJob(stage.token(), job_id, True))) == ""
    assert code(stage.ask(m.PauseJob(stage.token(), job_id, True))) == "job-is-paused"


def test_a_job_begins_no_earlier_than_asked(stage: PuppetStage) -> None:
    starts_ns = stage.now_ns + 30 * SECOND
    job_id = stage.submit(GO_TO, "d", earliest_start_ns=starts_ns)
    while stage.job(job_id).status is JobStatus.QUEUED:
        stage.turn()
        assert stage.now_ns < starts_ns + 10 * SECOND
    assert stage.now_ns >= starts_ns


def test_urgent_jobs_go_first(stage: PuppetStage) -> None:
    stage.submit(DELIVERY, "b", "d")
    low = stage.submit(DELIVERY, "b", "d", priority=Priority.LOW)
    urgent = stage.submit(DELIVERY, "c", "table", priority=Priority.URGENT)
    normal = stage.submit(DELIVERY, "b", "d", priority=Priority.NORMAL)
    stage.finish(low, turns=500)
    ended = {job_id: stage.job(job_id).ended_ns for job_id in (urgent, normal, low)}
    assert sorted(ended, key=ended.__getitem__) == [urgent, normal, low]
