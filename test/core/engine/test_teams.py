# SPDX-License-Identifier: Apache-2.0
"""Joint jobs: robots that meet, work together and end together, whatever becomes of one of them."""

from __future__ import annotations

import pytest
from core.engine.invariants import check
from core.engine.puppets import PuppetStage
from core.engine.stage import Stage

from suwon_fleet.core.engine import explain, teams
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.jobs import JobKind, JobStatus, Priority, Role, compose_part, part_of
from suwon_fleet.core.jobs import JobRequest as Request
from suwon_fleet.core.robots.report import ActionStatus, StopState
from suwon_fleet.core.robots.states import Mission

JOINT, GO_TO, DELIVERY, MANIPULATION = (
    JobKind.JOINT,
    JobKind.GO_TO,
    JobKind.DELIVERY,
    JobKind.MANIPULATION,
)
HAND_OVER = (
    Role(MANIPULATION, ("shelf", "c2"), meet_at=("c2",), object="cup"),
    Role(DELIVERY, ("b2", "a"), meet_at=("b2",), payload_kg=1.0),
)
"""A humanoid brings something to a cart."""
CARRY = (
    Role(MANIPULATION, ("b", "d"), meet_at=("b", "d")),
    Role(MANIPULATION, ("c", "table"), meet_at=("c", "table")),
)
"""Two humanoids lift something, carry it, and put it down."""


def stage_of(**spawns: str) -> PuppetStage:
    kinds = {"r": "courier", "h": "helper"}
    return PuppetStage({name: (kinds[name[0]], at) for name, at in spawns.items()})


@pytest.fixture
def pair() -> PuppetStage:
    return stage_of(r1="a", h1="d")


def parts(stage: PuppetStage, job_id: str) -> list[str]:
    return stage.job(job_id).parts


def phases(stage: PuppetStage, job_id: str) -> list[str]:
    told = [stage.job(part).phase for part in parts(stage, job_id)]
    return [phase.name if phase else "" for phase in told]


def refused(answer: m.Answer) -> str:
    assert answer.reason is not None
    return answer.reason.code


def play_but(stage: PuppetStage, name: str, turns: int) -> None:
    """All do what is asked of them but one robot, which stays where it is."""
    for _ in range(turns):
        for puppet in stage.puppets.values():
            if puppet.robot_id != name:
                puppet.drive()
                puppet.end()
        stage.turn()


@pytest.mark.parametrize("restart", [False, True], ids=["", "killed"])
def test_a_hand_over(pair: PuppetStage, restart: bool) -> None:
    """Neither begins before the other is there, nor leaves before it is done."""
    job_id = pair.submit(JOINT, roles=HAND_OVER)
    hands, cart = parts(pair, job_id)
    assert (pair.job(hands).robot_id, pair.job(cart).robot_id) == ("h1", "r1")
    seen: list[list[str]] = []
    while not pair.job(job_id).status.is_over:
        pair.play()
        check(pair.fleet)
        if restart:
            pair.restart()
        if not seen or seen[-1] != phases(pair, job_id):
            seen.append(phases(pair, job_id))
        assert len(seen) < 60
    for hand_phase, cart_phase in seen:
        if cart_phase in ("load", "to_dropoff", "unload"):
            assert hand_phase in ("to_dropoff", "place", "release", "retreat")
        if hand_phase in ("place", "release", "retreat"):
            assert cart_phase != ""
        if cart_phase == "to_dropoff":
            assert hand_phase == "retreat"
    assert pair.job(job_id).status is JobStatus.FINISHED
    assert [pair.job(part).status for part in (hands, cart)] == [JobStatus.FINISHED] * 2
    tally = pair.core.state.tally
    assert (tally.submitted, tally.finished) == (1, 1)


def test_one_waits_for_the_other_and_says_so(pair: PuppetStage) -> None:
    job_id = pair.submit(JOINT, roles=HAND_OVER)
    hands, cart = parts(pair, job_id)
    play_but(pair, "h1", 60)
    assert phases(pair, job_id)[1] == "to_pickup"
    assert pair.robot("r1").path == ["b2"]
    assert pair.robot("r1").states.mission is Mission.TO_PICKUP
    told = explain.explain_job(pair.fleet, cart)
    assert told is not None
    codes = [reason.code for reason in told.reasons]
    assert "job-is-part" in codes
    waits = [dict(r.facts)["why"] for r in told.reasons if r.code == "robot-waits"]
    assert waits[0] == "wait-team"
    whole = explain.explain_job(pair.fleet, job_id)
    assert whole is not None
    assert [reason.code for reason in whole.reasons][:3] == [
        "job-joint",
        "job-in-phase",
        "job-in-phase",
    ]
    pair.wait(400)
    assert not pair.job(cart).status.is_over, "nobody is expected before all are there"
    assert pair.finish(job_id).status is JobStatus.FINISHED
    assert hands


def test_two_carry() -> None:
    stage = stage_of(h1="a", h2="yard")
    job_id = stage.submit(JOINT, roles=CARRY)
    assert stage.finish(job_id, turns=600).status is JobStatus.FINISHED
    check(stage.fleet)


def test_who_waits_makes_way() -> None:
    """One waits in the only way to where the other must go."""
    stage = stage_of(h1="b", h2="a")
    roles = (
        Role(GO_TO, ("b2",)),
        Role(MANIPULATION, ("c2", "d")),
    )
    job_id = stage.submit(JOINT, roles=roles)
    assert stage.finish(job_id, turns=600).status is JobStatus.FINISHED
    check(stage.fleet)


def test_who_waits_makes_way_in_the_simulated_world() -> None:
    stage = Stage({"h1": ("helper", "b"), "h2": ("helper", "a")})
    roles = (Role(GO_TO, ("b2",), robot_id="h1"), Role(MANIPULATION, ("c2", "d"), robot_id="h2"))
    answer = stage.try_submit(JOINT, roles=roles)
    assert answer.reason is None
    assert stage.finish(answer.id).status is JobStatus.FINISHED
    stage.restart()


def test_those_who_can_only_block_each_other_give_up() -> None:
    """The way of each leads past where the other waits: r2 is behind r1's place."""
    stage = stage_of(r1="a", r2="yard")
    roles = (Role(GO_TO, ("d",), robot_id="r1"), Role(DELIVERY, ("c2", "a"), robot_id="r2"))
    job = stage.finish(stage.submit(JOINT, roles=roles), turns=900)
    if job.status is not JobStatus.FINISHED:
        assert (job.status, job.reason and job.reason.code) == (JobStatus.FAILED, "cannot-meet")
        assert stage.codes(job.job_id) == ["job-failed"]
    stage.play(10)
    check(stage.fleet)


def test_who_gives_a_meeting_up_brings_back_what_it_carries() -> None:
    """It gave up again at every step of its way back, and stood there for ever."""
    stage = stage_of(r1="a", h1="c")
    roles = (Role(MANIPULATION, ("c2", "d"), meet_at=("d",)), Role(DELIVERY, ("yard", "shelf")))
    job_id = stage.submit(JOINT, roles=roles)
    carries, _ = parts(stage, job_id)
    stage.reach(carries, "to_dropoff")
    stage.fleet.made_way[carries] = teams.MOST_WAYS_MADE + 1
    job = stage.finish(job_id)
    assert (job.status, job.reason and job.reason.code) == (JobStatus.FAILED, "cannot-meet")
    assert stage.robot("h1").laden is False
    check(stage.fleet)


def test_all_robots_at_once_or_none() -> None:
    stage = stage_of(r1="a", h1="d")
    first = stage.submit(MANIPULATION, "shelf", "table")
    job_id = stage.submit(JOINT, roles=HAND_OVER)
    stage.turn()
    assert [stage.job(part).robot_id for part in parts(stage, job_id)] == ["", ""]
    parcel = stage.submit(DELIVERY, "c", "d")
    stage.turn()
    assert stage.job(parcel).robot_id == "", "the cart is kept for the older joint job"
    urgent = stage.submit(DELIVERY, "c", "d", priority=Priority.URGENT)
    stage.turn()
    assert stage.job(urgent).robot_id == "r1"
    for one in (first, urgent, job_id, parcel):
        assert stage.finish(one, turns=600).status is JobStatus.FINISHED


def test_an_urgent_joint_job_takes_robots_of_lesser_ones(pair: PuppetStage) -> None:
    lesser = pair.submit(DELIVERY, "c", "d", priority=Priority.LOW)
    pair.turn()
    job_id = pair.submit(JOINT, roles=HAND_OVER, priority=Priority.HIGH)
    pair.turn()
    assert [pair.job(part).robot_id for part in parts(pair, job_id)] == ["h1", "r1"]
    assert pair.job(lesser).reason is not None
    assert pair.finish(job_id).status is JobStatus.FINISHED
    assert pair.finish(lesser).status is JobStatus.FINISHED


def test_the_scarcest_role_is_filled_first() -> None:
    """Only r1 may take the second role, and it is the nearest for the first."""
    stage = stage_of(r1="b", r2="yard")
    roles = (Role(GO_TO, ("b2",)), Role(GO_TO, ("c2",), robot_id="r1"))
    job_id = stage.submit(JOINT, roles=roles)
    assert [stage.job(part).robot_id for part in parts(stage, job_id)] == ["r2", "r1"]


@pytest.mark.parametrize("restart", [False, True], ids=["", "killed"])
def test_a_lost_robot_is_replaced_before_the_work_begins(restart: bool) -> None:
    stage = stage_of(r1="a", h1="d", h2="yard")
    job_id = stage.submit(JOINT, roles=HAND_OVER)
    hands, cart = parts(stage, job_id)
    lost = stage.job(hands).robot_id
    stage.turn()
    stage.puppets[lost].is_silent = True
    stage.wait(15)
    if restart:
        stage.restart()
    stage.play(2)
    assert stage.job(hands).robot_id not in ("", lost)
    assert stage.job(cart).robot_id == "r1"
    stage.puppets[lost].is_silent = False  # it stood in the way
    assert stage.finish(job_id, turns=600).status is JobStatus.FINISHED
    check(stage.fleet)


def test_without_a_replacement_the_others_are_free_for_other_work(pair: PuppetStage) -> None:
    job_id = pair.submit(JOINT, roles=HAND_OVER)
    pair.turn()
    pair.puppets["h1"].is_silent = True
    pair.wait(20)
    assert [pair.job(part).robot_id for part in parts(pair, job_id)] == ["", ""]
    assert pair.job(job_id).status is JobStatus.QUEUED
    other = pair.submit(DELIVERY, "b", "a2")
    assert pair.finish(other).status is JobStatus.FINISHED
    pair.puppets["h1"].is_silent = False
    assert pair.finish(job_id, turns=600).status is JobStatus.FINISHED
    check(pair.fleet)


@pytest.mark.parametrize("turns", [1, 4, 12, 20, 26])
def test_called_off_all_end(pair: PuppetStage, turns: int) -> None:
    job_id = pair.submit(JOINT, roles=HAND_OVER)
    pair.play(turns)
    asked_for = parts(pair, job_id)[turns % 2] if turns > 1 else job_id
    answer = pair.cancel(asked_for)
    job = pair.finish(job_id)
    if answer.reason is None:
        assert job.status is JobStatus.CANCELLED
    pair.play(30)
    for robot in pair.core.state.robots.values():
        assert (robot.job_id, robot.laden) == ("", False)
    check(pair.fleet)


def test_paused_and_resumed_all_are(pair: PuppetStage) -> None:
    job_id = pair.submit(JOINT, roles=HAND_OVER)
    pair.play(3)
    assert pair.ask(m.PauseJob(pair.token(), parts(pair, job_id)[0], True)).reason is None
    pair.play(3)
    assert {p.stop for p in pair.puppets.values()} == {StopState.PAUSED}
    assert pair.job(job_id).status is JobStatus.PAUSED
    assert refused(pair.ask(m.PauseJob(pair.token(), job_id, True))) == "job-is-paused"
    pair.ask(m.PauseJob(pair.token(), job_id, False))
    assert pair.finish(job_id).status is JobStatus.FINISHED


def test_one_part_that_fails_fails_all_and_is_asked_for_again_as_one(pair: PuppetStage) -> None:
    job_id = pair.submit(JOINT, roles=HAND_OVER)
    cart = parts(pair, job_id)[1]
    follower = pair.submit(GO_TO, "yard", after=(job_id,))
    pair.reach(cart, "load")
    pair.turn()
    pair.puppets["r1"].end(ActionStatus.FAILED, "jammed")
    job = pair.finish(job_id)
    assert (job.status, job.reason and job.reason.code) == (JobStatus.FAILED, "action-failed")
    assert pair.job(follower).status is JobStatus.FAILED
    (alert,) = [a for a in pair.core.state.alerts.values() if "again" in a.answers]
    assert alert.subject == job_id
    pair.play(30)
    assert pair.answer(alert, "again").reason is None
    again = next(j for j in reversed(pair.core.state.jobs.values()) if j.parts)
    assert again.job_id != job_id
    assert pair.finish(again.job_id).status is JobStatus.FINISHED
    check(pair.fleet)


# Bad input


@pytest.mark.parametrize(
    ("roles", "code"),
    [
        ((), "wrong-roles"),
        ((Role(GO_TO, ("b",)),), "wrong-roles"),
        (9 * (Role(GO_TO, ("b",)),), "wrong-roles"),
        ((Role(GO_TO, ("b",)), Role(JOINT, ())), "role-is-joint"),
        ((Role(GO_TO, ("b",)), Role(GO_TO, ("mars",))), "no-such-place"),
        ((Role(GO_TO, ("b",)), Role(DELIVERY, ("c",))), "wrong-places"),
        ((Role(GO_TO, ("b",)), Role(GO_TO, ("c",), meet_at=("d",))), "meets-elsewhere"),
        ((Role(DELIVERY, ("b", "c"), meet_at=("c", "b")), Role(GO_TO, ("d",))), "meets-elsewhere"),
        ((Role(DELIVERY, ("b", "c"), meet_at=("b", "c")), Role(GO_TO, ("d",))), "meetings-differ"),
        ((Role(GO_TO, ("b",)), Role(GO_TO, ("b",))), "no-room-to-meet"),
        ((Role(MANIPULATION, ("b", "c")), Role(MANIPULATION, ("d", "a"))), "too-few-robots"),
        ((Role(GO_TO, ("b",)), Role(GO_TO, ("island",))), "unreachable"),
        ((Role(GO_TO, ("b",)), Role(DELIVERY, ("c", "d"), payload_kg=99)), "payload-too-heavy"),
        ((Role(GO_TO, ("b",)), Role(GO_TO, ("c",), robot_id="r9")), "no-such-robot"),
        ((Role(GO_TO, ("b",)), Role(DELIVERY, ("c", "d"), payload_kg=-1)), "bad-value"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(pair: PuppetStage, roles: tuple[Role, ...], code: str) -> None:
    assert refused(pair.try_submit(JOINT, roles=roles)) == code
    assert pair.core.state.jobs == {}


def test_other_jobs_have_no_roles_and_joint_ones_no_places(pair: PuppetStage) -> None:
    assert refused(pair.try_submit(GO_TO, "b", roles=HAND_OVER)) == "wrong-roles"
    assert refused(pair.try_submit(JOINT, "b", roles=HAND_OVER)) == "wrong-places"


def test_ids_of_parts_are_not_taken_twice(pair: PuppetStage) -> None:
    pair.submit(GO_TO, "b", job_id="mine.2")
    assert refused(pair.try_submit(JOINT, roles=HAND_OVER, job_id="mine")) == "job-exists"


def test_meetings_are_marked_on_legs() -> None:
    request = Request(JOINT, (), roles=CARRY)
    for role in CARRY:
        legs = [phase for phase in compose_part(request, role) if phase.action is None]
        assert [leg.meeting for leg in legs] == [1, 2]
        assert part_of(request, role).kind is MANIPULATION
    hands, cart = HAND_OVER
    marks = [phase.meeting for phase in compose_part(request, hands) if phase.action is None]
    assert marks == [0, 1]
    assert compose_part(request, cart)[0].meeting == 1
