# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sim.stage import KINDS, QUIET, Stage, grant, with_battery

from suwon_fleet.core.robots.command import (
    Act,
    ActionKind,
    CancelAction,
    Pause,
    ReleaseStop,
    RequestStop,
    Resume,
    RobotCommand,
    StopKind,
)
from suwon_fleet.core.robots.report import (
    Compartment,
    ControlMode,
    LiftSession,
    Navigation,
    Posture,
    Power,
    StopState,
)
from suwon_fleet.sim.people import People
from suwon_fleet.sim.robot import MOST_KNOWN

HANDS = [
    kind
    for kind in ActionKind
    if kind.value
    in ("approach", "perceive", "grasp", "verify", "lift_object", "place", "release", "retreat")
]
NOBODY = People(no_show=1.0, blocks_per_hour=0.0)


def seen(stage: Stage, read: Callable[[], object], until: Callable[[], bool]) -> list[object]:
    """The values something takes until something is so, each once where it changes."""
    values = [read()]

    def look() -> bool:
        if read() != values[-1]:
            values.append(read())
        return until()

    stage.until(look)
    return values


def is_over(stage: Stage) -> bool:
    return stage.action[0] in ("finished", "failed")


# As it stands at first


def test_a_delivery_robot_at_first() -> None:
    told = Stage().told
    assert (told.path_index, told.granted_index, told.action) == (-1, -1, None)
    assert (told.compartment, told.power) == (Compartment.CLOSED, Power.DISCHARGING)
    assert (told.control, told.posture) == (None, None)
    assert (told.navigation, told.lift) == (Navigation.STANDING, LiftSession.NONE)


def test_a_humanoid_at_first() -> None:
    told = Stage("humanoid").told
    assert (told.control, told.posture) == (ControlMode.DAMPED, Posture.SITTING)
    assert told.compartment is None


# Actions


@pytest.mark.parametrize("kind", [ActionKind.LOAD, ActionKind.UNLOAD])
def test_hands_over_with_its_lid(kind: ActionKind) -> None:
    stage = Stage()
    action_id = stage.act(kind)
    assert stage.action == ("running", "")
    lids = seen(stage, lambda: stage.told.compartment, lambda: is_over(stage))
    assert lids == ["closed", "opening", "open", "closing", "closed"]
    assert stage.action == ("finished", "")
    assert stage.robot.done == [(action_id, kind)]
    assert stage.world.now_ns / 1e9 == pytest.approx(2 + 10 + 2, abs=0.3)


def test_waits_for_ever_for_who_does_not_come() -> None:
    stage = Stage(people=NOBODY)
    action_id = stage.act(ActionKind.UNLOAD)
    stage.steps(1800)
    assert (stage.told.compartment, stage.action[0]) == (Compartment.OPEN, "running")
    stage.cancel(action_id)
    lids = seen(stage, lambda: stage.told.compartment, lambda: is_over(stage))
    assert lids == ["open", "closing", "closed"]
    assert stage.action == ("failed", "cancelled")
    assert stage.robot.done == []


def test_docks_charges_and_undocks() -> None:
    stage = Stage(soc=0.5)
    stage.act(ActionKind.DOCK)
    assert stage.until(lambda: is_over(stage)) == pytest.approx(8.0, abs=0.2)
    assert stage.told.power is Power.CHARGING
    before = stage.robot.soc
    stage.steps(60)
    battery = stage.robot.kind.battery
    assert stage.robot.soc - before == pytest.approx(battery.charge_w / 60 / battery.capacity_wh)
    stage.go()
    stage.steps(5)
    assert stage.told.pose.x_m == 0.0, "it must not drive off with the cable in"
    stage.act(ActionKind.UNDOCK)
    stage.until(lambda: is_over(stage))
    assert stage.told.power is Power.DISCHARGING
    stage.until(lambda: stage.told.path_index == 2)


def test_a_full_battery_stays_full() -> None:
    stage = Stage(soc=0.999, change=with_battery(charge_w=5000.0))
    stage.act(ActionKind.DOCK)
    stage.steps(60)
    assert stage.told.battery_soc == 1.0


def test_swaps_its_pack() -> None:
    stage = Stage("humanoid", soc=0.15)
    stage.get_up()
    stage.act(ActionKind.SWAP_BATTERY)
    stages = seen(
        stage, lambda: (stage.told.control, stage.told.power), lambda: stage.action[0] != "running"
    )
    assert stages == [
        ("balanced", "discharging"),
        ("swap_pose", "discharging"),
        ("swap_pose", "swapping"),
        ("balanced", "discharging"),
    ]
    assert stage.told.battery_soc == pytest.approx(1.0, abs=1e-3)
    assert stage.robot.can_go


@pytest.mark.parametrize("kind", HANDS)
def test_uses_its_hands(kind: ActionKind) -> None:
    stage = Stage("humanoid")
    stage.get_up()
    action_id = stage.act(kind)
    modes = seen(stage, lambda: stage.told.control, lambda: is_over(stage))
    assert modes == ["balanced", "manipulating", "balanced"]
    assert stage.action == ("finished", "")
    assert stage.robot.done[-1] == (action_id, kind)


def test_a_grasp_may_not_hold() -> None:
    stage = Stage("humanoid", people=People(grasp_failure=1.0))
    stage.get_up()
    stage.act(ActionKind.GRASP)
    stage.until(lambda: is_over(stage))
    assert stage.action == ("finished", "")
    stage.act(ActionKind.VERIFY)
    stage.until(lambda: is_over(stage))
    assert stage.action == ("failed", "not held")
    assert [kind for _, kind in stage.robot.done] == [ActionKind.GET_READY, ActionKind.GRASP]


@pytest.mark.parametrize(
    ("begins", "passes"),
    [
        (ControlMode.OFF, ["off", "zero_torque", "damped", "getting_up"]),
        (ControlMode.ZERO_TORQUE, ["zero_torque", "damped", "getting_up"]),
        (ControlMode.FALLEN, ["fallen", "damped", "getting_up"]),
        (ControlMode.DAMPED, ["damped", "getting_up"]),
        (ControlMode.STAND_LOCKED, []),
    ],
)
def test_gets_ready_from_anywhere(begins: ControlMode, passes: list[str]) -> None:
    stage = Stage("humanoid")
    stage.robot.control = begins
    stage.act(ActionKind.GET_READY)
    modes = seen(stage, lambda: stage.told.control, lambda: is_over(stage))
    assert modes == [*passes, "stand_locked", "balanced"]
    assert stage.told.posture is Posture.STANDING
    assert stage.robot.can_go


@pytest.mark.parametrize("kind", list(ActionKind))
@pytest.mark.parametrize("after_s", [0.0, 0.1, 1.0, 2.1, 4.0, 6.5, 11.9, 12.1, 14.9])
def test_cancelled_in_any_step_it_ends_safely(kind: ActionKind, after_s: float) -> None:
    """Again and again, as a fleet does that is not answered: it must not begin anew each time."""
    humanoid = kind in (*HANDS, ActionKind.SWAP_BATTERY, ActionKind.GET_READY)
    stage = Stage("humanoid" if humanoid else "delivery_indoor")
    if humanoid and kind is not ActionKind.GET_READY:
        stage.get_up()
    stage.robot.done.clear()
    action_id = stage.act(kind)
    stage.steps(after_s)
    ended_before = is_over(stage)

    def cancelled() -> bool:
        stage.cancel(action_id)
        return is_over(stage)

    stage.until(cancelled, 190.0)
    if not ended_before:
        assert stage.action == ("failed", "cancelled")
        assert stage.robot.done == []
        lies = stage.told.control is ControlMode.DAMPED and kind is ActionKind.GET_READY
        assert stage.robot.can_go or lies


def test_cancelled_before_it_was_heard_of_it_is_not_begun() -> None:
    stage = Stage()
    stage.cancel("a1")
    stage.act(ActionKind.LOAD)
    stage.steps(5)
    assert stage.action == ("failed", "cancelled")
    assert stage.told.compartment is Compartment.CLOSED


def test_of_too_many_cancelled_actions_it_forgets_the_oldest() -> None:
    stage = Stage()
    for number in range(MOST_KNOWN + 1):
        stage.cancel(f"never begun {number}")
    assert list(stage.robot.actions) == [f"never begun {n}" for n in range(1, MOST_KNOWN + 1)]


def test_asked_again_it_acts_once() -> None:
    stage = Stage()
    for _ in range(200):
        stage.send(Act("r", "x", ActionKind.LOAD))
        stage.world.step()
    assert stage.robot.done == [("x", ActionKind.LOAD)]
    assert stage.action == ("finished", "")


def test_tells_of_the_action_it_was_asked_for_last() -> None:
    stage = Stage()
    for name in ("x", "y"):
        stage.send(Act("r", name, ActionKind.INSPECT))
        stage.until(lambda: is_over(stage))
    stage.send(Act("r", "x", ActionKind.INSPECT))
    assert stage.robot.action is not None
    assert stage.robot.action.action_id == "x"
    assert len(stage.robot.done) == 2


def test_another_action_ends_the_one_at_hand_safely_and_begins_when_asked_again() -> None:
    stage = Stage(people=NOBODY)
    stage.act(ActionKind.UNLOAD)
    stage.steps(5)
    second = Act("r", "second", ActionKind.INSPECT)
    stage.send(second)
    assert stage.told.action is not None
    assert stage.told.action.action_id == "a1"
    stage.until(lambda: is_over(stage))
    assert stage.told.compartment is Compartment.CLOSED
    assert stage.action == ("failed", "cancelled")
    stage.send(second)
    stage.until(lambda: is_over(stage))
    assert stage.robot.done == [("second", ActionKind.INSPECT)]


def test_stands_while_it_acts() -> None:
    stage = Stage()
    stage.act(ActionKind.INSPECT)
    stage.go()
    stage.steps(14)
    assert stage.told.pose.x_m == 0.0
    stage.until(lambda: stage.told.path_index == 2)


# Stops


def test_a_requested_stop_is_carried_out_held_and_released() -> None:
    stage = Stage()
    stage.go()
    stage.steps(4)
    x, speed = stage.told.pose.x_m, stage.told.speed_mps
    assert speed > 0.9
    stage.stop()
    assert (stage.told.stop, stage.told.stop_id) == (StopState.PROTECTIVE, "")
    stage.until(lambda: stage.told.stop_id == "s1")
    assert stage.told.speed_mps == 0.0
    assert stage.told.pose.x_m - x <= stage.robot.kind.stopping_distance_m
    stage.steps(60)
    stage.release("another")
    stage.steps(60)
    assert stage.told.path_index < 2
    stage.release()
    assert (stage.told.stop, stage.told.stop_id) == (StopState.NONE, "")
    stage.until(lambda: stage.told.path_index == 2)


def test_the_newest_stop_counts() -> None:
    stage = Stage()
    stage.stop(stop_id="s1")
    stage.stop(stop_id="s2")
    assert stage.told.stop_id == "s2"
    stage.release("s1")
    assert stage.told.stop is StopState.PROTECTIVE
    stage.release("s2")
    assert stage.told.stop is StopState.NONE


@pytest.mark.parametrize("kind", [StopKind.PROTECTIVE, StopKind.SETTLE])
def test_a_stop_holds_what_a_delivery_robot_does(kind: StopKind) -> None:
    stage = Stage()
    stage.act(ActionKind.LOAD)
    stage.steps(1)
    stage.stop(kind)
    stage.steps(60)
    assert (stage.told.compartment, stage.action[0]) == (Compartment.OPENING, "running")
    stage.release()
    stage.until(lambda: is_over(stage))
    assert stage.action == ("finished", "")


def test_a_stop_lets_the_hands_sink_and_a_release_takes_them_up() -> None:
    stage = Stage("humanoid")
    stage.get_up()
    stage.act(ActionKind.GRASP)
    stage.steps(1)
    stage.stop()
    stage.steps(60)
    assert (stage.told.control, stage.action[0]) == (ControlMode.BALANCED, "running")
    stage.release()
    modes = seen(stage, lambda: stage.told.control, lambda: is_over(stage))
    assert modes == ["manipulating", "balanced"]
    assert stage.action == ("finished", "")


def test_a_humanoid_settles_before_it_confirms() -> None:
    stage = Stage("humanoid")
    stage.get_up()
    stage.act(ActionKind.GRASP)
    stage.steps(1)
    stage.stop(StopKind.SETTLE)
    assert stage.action == ("failed", "settled")
    modes = seen(stage, lambda: stage.told.control, lambda: stage.told.stop_id == "s1")
    assert modes == ["manipulating", "settling", "damped"]
    assert stage.told.posture is Posture.SITTING
    stage.stop(StopKind.SETTLE)
    stage.release()
    stage.steps(5)
    assert (stage.told.stop, stage.told.control) == (StopState.NONE, ControlMode.DAMPED)
    stage.get_up()
    assert stage.robot.can_go


def test_asked_to_settle_it_sits_down_once_however_often_it_is_asked() -> None:
    stage = Stage("humanoid")
    stage.get_up()

    def settled() -> bool:
        stage.stop(StopKind.SETTLE)
        return stage.told.stop_id == "s1"

    assert stage.until(settled) == pytest.approx(3.0, abs=0.2)


def test_cut_power_ends_everything_and_only_a_person_at_the_robot_can_help() -> None:
    stage = Stage()
    stage.act(ActionKind.LOAD)
    stage.steps(1)
    stage.stop(StopKind.CUT)
    assert (stage.told.stop, stage.told.stop_id) == (StopState.EMERGENCY, "s1")
    assert stage.action == ("failed", "power cut")
    stage.release()
    stage.resume()
    stage.stop(stop_id="s2")
    assert (stage.told.stop, stage.told.stop_id) == (StopState.EMERGENCY, "s2")
    stage.release("s2")
    stage.go()
    stage.steps(20)
    assert stage.told.stop is StopState.EMERGENCY
    assert stage.told.pose.x_m == 0.0


def test_cut_power_makes_a_walking_humanoid_fall() -> None:
    stage = Stage("humanoid")
    stage.get_up()
    stage.go()
    stage.steps(4)
    stage.stop(StopKind.CUT)
    assert (stage.told.control, stage.told.posture) == (ControlMode.FALLEN, Posture.LYING_PRONE)
    assert stage.told.speed_mps == 0.0


def test_cut_power_leaves_a_sitting_humanoid_limp() -> None:
    stage = Stage("humanoid")
    stage.stop(StopKind.CUT)
    assert (stage.told.control, stage.told.posture) == (ControlMode.ZERO_TORQUE, Posture.SITTING)


def test_pause_and_resume() -> None:
    stage = Stage()
    stage.go()
    stage.steps(4)
    stage.pause()
    stage.pause()
    stage.until(lambda: stage.told.speed_mps == 0.0)
    stage.steps(60)
    assert (stage.told.stop, stage.told.navigation) == (StopState.PAUSED, Navigation.STANDING)
    stage.resume()
    stage.until(lambda: stage.told.path_index == 2)


def test_a_pause_holds_an_action_too() -> None:
    stage = Stage("humanoid")
    stage.get_up()
    stage.act(ActionKind.GRASP)
    stage.steps(1)
    stage.pause()
    stage.steps(60)
    assert stage.action[0] == "running"
    stage.resume()
    assert stage.until(lambda: is_over(stage)) <= 8.0
    assert stage.action == ("finished", "")


def test_a_stop_outranks_a_pause() -> None:
    stage = Stage()
    stage.pause()
    stage.stop()
    stage.resume()
    assert stage.told.stop is StopState.PROTECTIVE
    stage.pause()
    assert stage.told.stop is StopState.PROTECTIVE
    stage.release()
    assert stage.told.stop is StopState.NONE


# Driving


def test_a_humanoid_walks_only_once_it_stands() -> None:
    stage = Stage("humanoid")
    stage.go()
    stage.steps(5)
    assert stage.told.pose.x_m == 0.0
    stage.act(ActionKind.GET_READY)
    until = [("balanced", "standing"), ("locomotion", "walking"), ("balanced", "standing")]
    stage.until(lambda: is_over(stage))
    states = seen(
        stage,
        lambda: (stage.told.control, stage.told.posture),
        lambda: stage.told.path_index == 2 and stage.told.control is ControlMode.BALANCED,
    )
    assert states == until


def test_tells_that_it_moves() -> None:
    stage = Stage()
    stage.go()
    moods = seen(stage, lambda: stage.told.navigation, lambda: stage.told.path_index == 2)
    stage.steps(0.2)
    assert [*moods, stage.told.navigation] == ["moving", "standing"]


def test_people_stand_in_its_way_for_a_while() -> None:
    stage = Stage(people=People(blocks_per_hour=1800.0, block_min_s=2.0, block_max_s=3.0))
    stage.go()
    moods = seen(stage, lambda: stage.told.navigation, lambda: stage.told.path_index == 2)
    assert moods.count(Navigation.BLOCKED) >= 1
    assert Navigation.MOVING in moods


def test_rides_a_lift() -> None:
    stage = Stage()
    stage.go("abcde")
    sessions = seen(stage, lambda: stage.told.lift, lambda: stage.told.path_index == 4)
    assert sessions == ["none", "entering", "riding", "leaving", "none"]
    assert stage.told.pose.level == "L2"


def test_waits_for_a_lift_it_has_not_been_given_yet() -> None:
    """Its grant ends in front of the cabin, and goes on into it later."""
    stage = Stage()
    stage.pause()
    stage.go("abc")
    stage.resume()
    stage.until(lambda: stage.told.path_index == 1)
    stage.pause()
    stage.steps(10)
    assert stage.told.lift is LiftSession.WAITING


# Battery


def test_uses_its_battery_faster_when_it_drives() -> None:
    idle, driving = Stage(), Stage()
    driving.go()
    for stage in (idle, driving):
        stage.steps(8)
    battery = idle.robot.kind.battery
    assert 0.8 - idle.robot.soc == pytest.approx(battery.idle_w * 8 / 3600 / battery.capacity_wh)
    assert 0.8 - driving.robot.soc > 1.5 * (0.8 - idle.robot.soc)


def test_stands_when_its_battery_is_empty() -> None:
    stage = Stage(soc=0.0001)
    stage.go()
    stage.until(lambda: stage.told.battery_soc == 0.0)
    stage.until(lambda: stage.told.speed_mps == 0.0)
    x = stage.told.pose.x_m
    stage.steps(30)
    assert (stage.told.pose.x_m, stage.told.navigation) == (x, Navigation.STANDING)


# Faults


def test_silent_it_neither_hears_nor_tells_but_drives_on_to_the_end_of_its_grant() -> None:
    stage = Stage()
    stage.go("ab")
    before = stage.told.sequence
    stage.robot.is_silent = True
    assert stage.world.reports() == []
    assert stage.world.factsheets() == []
    stage.stop()
    stage.go("c", 2)
    stage.steps(30)
    stage.robot.is_silent = False
    assert stage.told.pose.x_m == pytest.approx(5.0)
    assert (stage.told.stop, stage.told.granted_index) == (StopState.NONE, 1)
    assert stage.told.sequence > before


def test_dead_it_stops_and_does_nothing_more() -> None:
    stage = Stage()
    stage.go()
    stage.steps(4)
    stage.robot.is_dead = True
    stage.until(lambda: stage.told.speed_mps == 0.0)
    x, soc = stage.told.pose.x_m, stage.told.battery_soc
    stage.act(ActionKind.LOAD)
    stage.steps(30)
    assert (stage.told.pose.x_m, stage.told.battery_soc) == (x, soc)
    assert stage.told.compartment is Compartment.CLOSED


def test_restarted_it_has_forgotten_its_path_and_ends_safely_what_it_did() -> None:
    stage = Stage(people=NOBODY)
    stage.go("ab")
    stage.until(lambda: stage.told.path_index == 1)
    stage.act(ActionKind.UNLOAD)
    stage.steps(5)
    session = stage.told.session
    stage.robot.restart()
    told = stage.told
    assert told.session != session
    assert (told.path_index, told.granted_index, told.action) == (-1, -1, None)
    assert told.pose.x_m == pytest.approx(5.0)
    stage.until(lambda: stage.told.compartment is Compartment.CLOSED)
    assert (stage.told.action, stage.robot.done) == (None, [])
    stage.go("bc")
    stage.until(lambda: stage.told.path_index == 1)
    stage.robot.restart()
    assert len({session, told.session, stage.told.session}) == 3


# Whatever comes


commands = st.one_of(
    st.builds(Act, st.just("r"), st.sampled_from("123456"), st.sampled_from(list(ActionKind))),
    st.builds(CancelAction, st.just("r"), st.sampled_from("123456")),
    st.builds(RequestStop, st.just("r"), st.sampled_from("st"), st.sampled_from(list(StopKind))),
    st.builds(ReleaseStop, st.just("r"), st.sampled_from("st")),
    st.sampled_from([Pause("r"), Resume("r"), grant("ab"), grant("abc"), grant("de", 3)]),
)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(sorted(KINDS)),
    st.lists(st.tuples(commands, st.integers(0, 60)), max_size=15),
)
def test_whatever_it_is_told_it_stays_sane(
    kind: str, orders: list[tuple[RobotCommand, int]]
) -> None:
    """Every command heard twice: it does no action twice, and moves only when it may."""
    stage = Stage(kind, people=QUIET)
    for command, steps in orders:
        stage.send(command)
        stage.send(command)
        for _ in range(steps):
            could, before = stage.robot.can_go, stage.told
            stage.world.step()
            now = stage.told
            assert 0.0 <= (now.battery_soc or 0.0) <= 1.0
            assert now.sequence == before.sequence + 1
            may_speed_up = could or stage.robot.can_go
            assert now.speed_mps <= before.speed_mps or may_speed_up
            if now.speed_mps > 0.0 and before.speed_mps == 0.0:
                assert now.compartment in (None, Compartment.CLOSED)
                assert now.power is Power.DISCHARGING
    names = [action_id for action_id, _ in stage.robot.done]
    assert len(names) == len(set(names))
