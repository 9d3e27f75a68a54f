# SPDX-License-Identifier: Apache-2.0
"""What robots do of their own accord: charge, swap packs, park, and make way."""

from __future__ import annotations

from core.engine.invariants import check
from core.engine.puppets import PuppetStage

from suwon_fleet.core.engine import explain
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.jobs import JobKind, JobStatus
from suwon_fleet.core.robots.command import Act, ActionKind
from suwon_fleet.core.robots.report import ActionStatus, ControlMode, Posture, Power
from suwon_fleet.core.robots.states import Mission


def stage_of(**spawns: str) -> PuppetStage:
    kinds = {"r": "courier", "h": "helper"}
    return PuppetStage({name: (kinds[name[0]], at) for name, at in spawns.items()})


def mission(stage: PuppetStage, name: str) -> Mission:
    return stage.robot(name).states.mission


def test_a_low_robot_charges_and_leaves_for_a_job_it_can_do() -> None:
    stage = stage_of(r1="d")
    stage.puppets["r1"].soc = 0.25
    stage.play(60, until=lambda: mission(stage, "r1") is Mission.CHARGING)
    assert stage.robot("r1").path == ["charger2"]
    stage.puppets["r1"].soc = 0.6
    job_id = stage.submit(JobKind.GO_TO, "d")
    assert stage.finish(job_id).status is JobStatus.FINISHED
    assert stage.puppets["r1"].power is Power.DISCHARGING
    check(stage.fleet)


def test_a_robot_that_would_run_dry_is_not_chosen() -> None:
    """r2 is next to the job, and has too little charge for it and a charger after it."""
    stage = stage_of(r1="charger1", r2="c")
    stage.puppets["r2"].soc = 0.16
    job_id = stage.submit(JobKind.DELIVERY, "c", "d")
    assert stage.job(job_id).robot_id == "r1"
    assert mission(stage, "r2") is Mission.TO_DOCK


def test_a_job_waits_for_charge_rather_than_strand_a_robot() -> None:
    stage = stage_of(r1="c")
    stage.puppets["r1"].soc = 0.16
    job_id = stage.submit(JobKind.DELIVERY, "c", "d")
    stage.play(60, until=lambda: mission(stage, "r1") is Mission.CHARGING)
    assert stage.job(job_id).status is JobStatus.QUEUED
    stage.puppets["r1"].soc = 0.8
    assert stage.finish(job_id).status is JobStatus.FINISHED


def test_each_to_a_charger_of_its_own_and_the_third_waits_and_says_so() -> None:
    stage = stage_of(r1="b", r2="c", r3="d")
    for puppet in stage.puppets.values():
        puppet.soc = 0.2
    stage.play(80)
    at = [robot.path[-1] for robot in stage.core.state.robots.values()]
    assert sorted(at)[-2:] == ["charger1", "charger2"] or {"charger1", "charger2"} <= set(at)
    waiting = [name for name in stage.puppets if "no-free-charger" in stage.codes(name)]
    assert len(waiting) == 1
    charged = next(name for name in stage.puppets if mission(stage, name) is Mission.CHARGING)
    stage.puppets[charged].soc = 0.95
    stage.play(80, until=lambda: mission(stage, waiting[0]) is Mission.CHARGING)
    assert stage.codes(waiting[0]) == []


def test_docking_is_tried_three_times_then_people_are_asked() -> None:
    stage = stage_of(r1="a")
    puppet = stage.puppets["r1"]
    puppet.soc = 0.2
    for _ in range(60):
        puppet.drive()
        puppet.end(ActionStatus.FAILED, "misaligned")
        stage.turn()
    docks = {c.action_id for c in puppet.heard if isinstance(c, Act) and c.kind is ActionKind.DOCK}
    assert len(docks) == 3
    (alert,) = stage.alerts("r1")
    assert alert.answers == ("release", "remove")
    assert stage.answer(alert, "release").reason is None
    stage.play(20, until=lambda: mission(stage, "r1") is Mission.CHARGING)


def test_docked_without_current_is_not_charging() -> None:
    stage = stage_of(r1="a")
    puppet = stage.puppets["r1"]
    puppet.soc = 0.2
    stage.play(20, until=lambda: mission(stage, "r1") is Mission.DOCKING)
    stage.turn()
    puppet.end()
    puppet.power = Power.DISCHARGING
    stage.wait(20)
    assert mission(stage, "r1") is Mission.DOCKING
    stage.wait(20)
    assert stage.codes("r1") == ["robot-event"]


def test_a_robot_that_cannot_leave_its_charger_keeps_no_job() -> None:
    stage = stage_of(r1="charger1", r2="d")
    puppet = stage.puppets["r1"]
    puppet.soc = 0.2
    stage.play(20, until=lambda: mission(stage, "r1") is Mission.CHARGING)
    puppet.soc = 0.8
    job_id = stage.submit(JobKind.DELIVERY, "a", "b")
    assert stage.job(job_id).robot_id == "r1"
    for _ in range(4):
        stage.turn()
        puppet.end(ActionStatus.FAILED, "latch")
    assert stage.codes("r1") == ["robot-event"]
    assert stage.finish(job_id).robot_id == "r2"


def test_a_humanoid_swaps_packs() -> None:
    stage = stage_of(h1="b")
    puppet = stage.puppets["h1"]
    puppet.soc = 0.15
    stage.play(60, until=lambda: mission(stage, "h1") is Mission.BATTERY_SWAP)
    stage.play(10, until=lambda: mission(stage, "h1") is Mission.IDLE)
    assert puppet.soc == 1.0
    job_id = stage.submit(JobKind.MANIPULATION, "table", "shelf")
    assert stage.finish(job_id).status is JobStatus.FINISHED


def test_a_humanoid_that_runs_low_on_the_way_gives_its_job_back_and_charges() -> None:
    stage = stage_of(h1="b", h2="yard")
    job_id = stage.submit(JobKind.MANIPULATION, "table", "shelf", robot_id="h1")
    stage.reach(job_id, "to_pickup")
    stage.puppets["h1"].soc = 0.15
    stage.play(60, until=lambda: stage.puppets["h1"].soc == 1.0)
    assert stage.finish(job_id).status is JobStatus.FINISHED


def test_idle_robots_park_and_come_back_for_a_job() -> None:
    stage = stage_of(r1="b")
    stage.play(80)
    assert stage.robot("r1").path == ["park1"]
    assert mission(stage, "r1") is Mission.IDLE
    assert stage.finish(stage.submit(JobKind.GO_TO, "d")).status is JobStatus.FINISHED


def test_a_parked_robot_that_sits_gets_up_to_make_way() -> None:
    stage = stage_of(h1="a2", r1="table")
    helper = stage.puppets["h1"]
    helper.control, helper.posture = ControlMode.DAMPED, Posture.SITTING
    job_id = stage.submit(JobKind.GO_TO, "d", robot_id="r1")
    assert stage.finish(job_id).status is JobStatus.FINISHED
    assert helper.control is ControlMode.BALANCED


def test_a_humanoid_that_does_not_get_up_gives_its_job_back_and_asks_for_help() -> None:
    stage = stage_of(h1="park1", h2="yard")
    sick = stage.puppets["h1"]
    sick.control, sick.posture = ControlMode.DAMPED, Posture.SITTING
    job_id = stage.submit(JobKind.MANIPULATION, "b", "table")
    assert stage.job(job_id).robot_id == "h1"
    for _ in range(12):
        stage.turn()
        sick.end(ActionStatus.FAILED, "servo")
    assert "action-failed" in stage.codes("h1")
    assert stage.finish(job_id).robot_id == "h2"


def test_a_parking_place_whose_zone_closes_is_left_for_another() -> None:
    stage = stage_of(r1="d")
    stage.ask(m.SetZone(stage.token(), "yard_zone", False))
    stage.play(80)
    assert mission(stage, "r1") is Mission.IDLE
    assert stage.robot("r1").path == ["park3"]


# Chargers are shared


def at_chargers(stage: PuppetStage) -> list[str]:
    """Robots that are at a charger or on their way to one."""
    there = (Mission.TO_DOCK, Mission.DOCKING, Mission.CHARGING)
    return [name for name in stage.puppets if mission(stage, name) in there]


def test_the_emptiest_has_the_first_choice_of_chargers() -> None:
    stage = stage_of(r1="b", r2="c", r3="a")
    for name, soc in (("r1", 0.2), ("r2", 0.12), ("r3", 0.25)):
        stage.puppets[name].soc = soc
    stage.play(3)
    going = set(at_chargers(stage))
    assert going == {"r1", "r2"}
    check(stage.fleet)


def test_a_charger_is_left_for_one_that_has_far_less() -> None:
    stage = stage_of(r1="charger1", r2="charger2", r3="d")
    charging = ("r1", "r2")
    for name in charging:
        stage.puppets[name].soc = 0.6
    stage.play(80, until=lambda: all(mission(stage, n) is Mission.CHARGING for n in charging))
    stage.puppets["r1"].soc = stage.puppets["r2"].soc = 0.7
    stage.puppets["r3"].soc = 0.12
    stage.play(120, until=lambda: mission(stage, "r3") is Mission.CHARGING)
    assert sum(mission(stage, name) is Mission.CHARGING for name in charging) == 1
    stage.restart()
    check(stage.fleet)


def test_a_charger_is_not_left_for_one_with_nearly_as_much() -> None:
    stage = stage_of(r1="charger1", r2="charger2", r3="d")
    for name in ("r1", "r2"):
        stage.puppets[name].soc = 0.5
    stage.play(80, until=lambda: at_chargers(stage) == ["r1", "r2"])
    stage.play(4)
    stage.puppets["r1"].soc = stage.puppets["r2"].soc = 0.5
    stage.puppets["r3"].soc = 0.25
    stage.play(40)
    assert "no-free-charger" in stage.codes("r3")
    assert [mission(stage, name) for name in ("r1", "r2")] == [Mission.CHARGING] * 2


def test_some_charge_ahead_when_later_there_will_not_be_chargers_for_all() -> None:
    """Five robots run low at the same time, and there are two chargers: two of them go early."""
    spots = {"r1": "a", "r2": "b", "r3": "c", "r4": "d", "r5": "yard"}
    stage = stage_of(**spots)
    for puppet in stage.puppets.values():
        puppet.soc = 0.31
    stage.fleet.ahead_ns = -(10**18)
    stage.play(3)
    going = at_chargers(stage)
    assert len(going) == 2
    job_id = stage.submit(JobKind.GO_TO, "d")
    stage.play(3)
    assert stage.job(job_id).robot_id not in ("", *going), "the others work"
    stage.restart()
    check(stage.fleet)


def test_with_chargers_enough_nobody_charges_ahead() -> None:
    stage = stage_of(r1="a", r2="d")
    for puppet in stage.puppets.values():
        puppet.soc = 0.35
    stage.fleet.ahead_ns = -(10**18)
    stage.play(3)
    assert {mission(stage, name) for name in stage.puppets} == {Mission.IDLE}


def test_why_a_robot_that_charges_ahead_is_not_free_is_told() -> None:
    stage = stage_of(r1="a", r2="b", r3="c", r4="d", r5="yard")
    for puppet in stage.puppets.values():
        puppet.soc = 0.31
    stage.fleet.ahead_ns = -(10**18)
    stage.play(3)
    going = at_chargers(stage)[0]
    stage.play(40, until=lambda: mission(stage, going) is Mission.CHARGING)
    stage.puppets[going].soc = 0.31
    stage.fleet.ahead_ns = -(10**18)
    stage.turn()
    told = explain.explain_robot(stage.fleet, going)
    assert told is not None
    assert any(reason.code == "robot-charges-ahead" for reason in told.reasons)
