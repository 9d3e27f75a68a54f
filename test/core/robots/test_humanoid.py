# SPDX-License-Identifier: Apache-2.0
"""A humanoid's days, good and bad, walked through the table."""

from __future__ import annotations

import pytest
from core.robots.samples import kind_of, ready
from core.robots.story import Story

from suwon_fleet.core.robots.ask import Ask
from suwon_fleet.core.robots.command import ActionKind
from suwon_fleet.core.robots.kind import Family
from suwon_fleet.core.robots.questions import (
    is_driven_by_person,
    is_immobile,
    may_act,
    may_drive,
    may_take_job,
    needs_get_ready,
)
from suwon_fleet.core.robots.report import (
    ControlMode,
    Navigation,
    OperatingMode,
    Posture,
    Power,
    StopState,
)
from suwon_fleet.core.robots.states import (
    Connection,
    Layer,
    Manipulation,
    Mission,
    RobotStates,
)
from suwon_fleet.core.robots.table import Surprise
from suwon_fleet.core.robots.trigger import Trigger as On


def code(reason: object) -> str:
    return getattr(reason, "code", "")


@pytest.fixture
def robot() -> Story:
    return Story(Family.HUMANOID)


def at_rest(control: ControlMode, posture: Posture) -> Story:
    change = {Layer.CONTROL: control, Layer.POSTURE: posture}
    return Story(Family.HUMANOID, ready(Family.HUMANOID).moved(change))


WALKS = {
    "navigation": Navigation.MOVING,
    "control": ControlMode.LOCOMOTION,
    "posture": Posture.WALKING,
}
STANDS = {
    "navigation": Navigation.STANDING,
    "control": ControlMode.BALANCED,
    "posture": Posture.STANDING,
}


def walk(robot: Story) -> None:
    assert may_drive(robot.states) is None
    robot.tell(**WALKS)
    robot.tell(**STANDS)
    robot.fire(On.GOAL_REACHED)


def act(robot: Story, kind: ActionKind, begins: On) -> None:
    assert may_act(robot.states, kind) is None
    robot.fire(begins)
    robot.tell(control=ControlMode.MANIPULATING)


def get_up(robot: Story) -> None:
    assert needs_get_ready(robot.states)
    assert code(may_drive(robot.states)) in {"robot-not-balanced", "robot-not-on-a-leg"}
    robot.tell(control=ControlMode.GETTING_UP)
    robot.tell(control=ControlMode.STAND_LOCKED, posture=Posture.STANDING)
    robot.tell(control=ControlMode.BALANCED)
    assert not needs_get_ready(robot.states)


def test_a_humanoid_joins_and_gets_ready() -> None:
    robot = Story(Family.HUMANOID, RobotStates.unheard(kind_of(Family.HUMANOID)))
    robot.tell(mode=OperatingMode.AUTOMATIC, battery_soc=0.9)
    assert code(may_act(robot.states, ActionKind.GET_READY)) == "robot-posture-unknown"
    robot.tell(posture=Posture.SITTING)
    assert may_act(robot.states, ActionKind.GET_READY) is None
    assert may_take_job(robot.states) is None
    robot.tell(control=ControlMode.ZERO_TORQUE)
    robot.tell(control=ControlMode.DAMPED)
    get_up(robot)


def test_getting_up_from_lying() -> None:
    get_up(at_rest(ControlMode.DAMPED, Posture.LYING_PRONE))


def test_getting_up_starts_from_damped_only() -> None:
    robot = at_rest(ControlMode.ZERO_TORQUE, Posture.SITTING)
    followed = robot.hear(control=ControlMode.STAND_LOCKED)
    assert followed.surprises == (
        Surprise(Layer.CONTROL, ControlMode.ZERO_TORQUE, ControlMode.STAND_LOCKED),
    )


def test_getting_up_fails_twice() -> None:
    robot = at_rest(ControlMode.DAMPED, Posture.LYING_SUPINE)
    for _ in range(2):
        robot.tell(control=ControlMode.GETTING_UP)
        assert robot.overdue()[Layer.CONTROL, On.GET_UP_FAILED] == 15.0
        robot.tell(control=ControlMode.DAMPED)
    robot.know(tries=2)
    assert Ask.REQUEST_ASSIST in robot.tell(control=ControlMode.ASSIST_NEEDED)
    robot.tell(control=ControlMode.DAMPED)
    assert code(may_act(robot.states, ActionKind.GET_READY)) == "robot-needs-release"


def test_walking_and_standing(robot: Story) -> None:
    robot.fire(On.ROUND_STARTED)
    robot.tell(**WALKS)
    assert (Layer.CONTROL, On.HALTED) not in robot.overdue()  # it may walk for as long as it takes
    robot.tell(**{**STANDS, "navigation": Navigation.BLOCKED})
    robot.tell(**WALKS)
    robot.tell(**STANDS)


def test_walking_from_locked_joints_is_a_surprise() -> None:
    robot = at_rest(ControlMode.STAND_LOCKED, Posture.STANDING)
    surprises = robot.hear(posture=Posture.WALKING).surprises
    assert [surprise.layer for surprise in surprises] == [Layer.POSTURE]


def pick(robot: Story) -> None:
    act(robot, ActionKind.APPROACH, On.BEGIN_APPROACH)
    assert code(may_drive(robot.states)) == "robot-not-on-a-leg"
    act(robot, ActionKind.PERCEIVE, On.BEGIN_PERCEIVE)
    act(robot, ActionKind.GRASP, On.BEGIN_GRASP)
    act(robot, ActionKind.VERIFY, On.BEGIN_VERIFY)


def test_a_manipulation_with_a_second_try(robot: Story) -> None:
    robot.fire(On.FETCH_STARTED)
    walk(robot)
    pick(robot)
    robot.tell(control=ControlMode.RETRIABLE)
    robot.refused(On.BEGIN_GRASP, tries=3)
    assert code(may_act(robot.states, ActionKind.PLACE)) == ""
    robot.know(tries=1)
    act(robot, ActionKind.GRASP, On.BEGIN_GRASP)
    act(robot, ActionKind.VERIFY, On.BEGIN_VERIFY)
    assert dict(robot.refused(On.LOADED).facts)["guards"] == "hands-full"
    act(robot, ActionKind.LIFT_OBJECT, On.BEGIN_LIFT)
    robot.fire(On.BEGIN_TRANSPORT)
    assert robot.fire(On.LOADED) == (Ask.NAVIGATE,)
    assert may_drive(robot.states) is None
    assert Ask.WALK_SLOWLY in robot.tell(**WALKS)
    robot.tell(**STANDS)
    robot.fire(On.GOAL_REACHED)
    act(robot, ActionKind.PLACE, On.BEGIN_PLACE)
    act(robot, ActionKind.RELEASE, On.BEGIN_RELEASE)
    assert dict(robot.refused(On.UNLOADED).facts)["guards"] == "hands-at-rest"
    act(robot, ActionKind.RETREAT, On.BEGIN_RETREAT)
    robot.tell(control=ControlMode.BALANCED)
    robot.fire(On.HANDS_DONE)
    assert robot.fire(On.UNLOADED) == (Ask.FINISH_JOB,)
    assert robot.states == ready(Family.HUMANOID)


def test_a_grasp_given_up(robot: Story) -> None:
    robot.fire(On.FETCH_STARTED)
    walk(robot)
    pick(robot)
    robot.tell(control=ControlMode.RETRIABLE)
    act(robot, ActionKind.RETREAT, On.BEGIN_RETREAT)
    robot.tell(control=ControlMode.BALANCED)
    robot.fire(On.HANDS_DONE)
    robot.fire(On.CANCELLED)
    assert robot.states == ready(Family.HUMANOID)


def test_phases_come_in_order(robot: Story) -> None:
    robot.fire(On.FETCH_STARTED)
    walk(robot)
    assert code(may_act(robot.states, ActionKind.PLACE)) == "robot-wrong-phase"
    assert code(robot.refused(On.BEGIN_PLACE)) == "robot-not-from-here"
    robot.refused(On.BEGIN_APPROACH, soc=0.1)
    robot.tell(control=ControlMode.MINOR_FAULT)
    assert code(may_act(robot.states, ActionKind.APPROACH)) == "robot-not-balanced"


def test_no_charging_with_full_hands(robot: Story) -> None:
    robot.states = robot.states.moved({Layer.MANIPULATION: Manipulation.TRANSPORT})
    assert dict(robot.refused(On.CHARGE_DUE).facts)["guards"] == "hands-empty"


def carrying(robot: Story) -> None:
    robot.fire(On.FETCH_STARTED)
    walk(robot)
    pick(robot)
    robot.fire(On.BEGIN_TRANSPORT)
    robot.fire(On.LOADED)
    robot.tell(**WALKS)


def test_a_fall_and_getting_up_again(robot: Story) -> None:
    carrying(robot)
    asks = robot.tell(
        control=ControlMode.FALLEN, posture=Posture.LYING_PRONE, navigation=Navigation.STANDING
    )
    assert {Ask.BLOCK_ZONE, Ask.REPORT_LOAD_DROPPED, Ask.REVIEW_JOB} <= set(asks)
    assert robot.states.manipulation is Manipulation.NONE
    assert code(is_immobile(robot.states)) == "robot-needs-release"
    assert code(may_act(robot.states, ActionKind.GET_READY)) == "robot-needs-release"
    robot.fire(On.RELEASED_BY_PERSON, person="kim")
    assert code(is_immobile(robot.states)) == "robot-needs-care"
    assert may_act(robot.states, ActionKind.GET_READY) is None
    assert Ask.UNBLOCK_ZONE in robot.tell(control=ControlMode.DAMPED)
    get_up(robot)
    robot.fire(On.CANCELLED)
    assert robot.states == ready(Family.HUMANOID)


def test_a_body_that_lies_has_fallen_whatever_its_controller_says(robot: Story) -> None:
    assert Ask.BLOCK_ZONE in robot.tell(posture=Posture.LYING_SUPINE)
    assert code(may_take_job(robot.states)) == "robot-needs-release"


def test_a_fall_with_an_unknown_posture(robot: Story) -> None:
    robot.tell(control=ControlMode.FALLEN, posture=Posture.UNKNOWN)
    assert Ask.REQUEST_ASSIST in robot.tell(control=ControlMode.ASSIST_NEEDED)
    robot.tell(control=ControlMode.DAMPED, posture=Posture.SITTING)
    robot.fire(On.RELEASED_BY_PERSON, person="kim")
    get_up(robot)


def test_a_protective_stop_stands_and_holds(robot: Story) -> None:
    robot.fire(On.ROUND_STARTED)
    robot.tell(**WALKS)
    robot.know(stop_held=True)
    robot.tell(**STANDS, stop=StopState.PROTECTIVE)
    assert code(may_drive(robot.states)) == "robot-stopped"
    robot.know(stop_held=False)
    robot.tell(stop=StopState.NONE)
    assert may_drive(robot.states) is None


@pytest.mark.parametrize("posture", [Posture.SITTING, Posture.SQUAT])
def test_a_settle_stop_sits_before_power_goes(robot: Story, posture: Posture) -> None:
    robot.fire(On.ROUND_STARTED)
    robot.tell(**WALKS)
    robot.know(stop_held=True)
    robot.tell(
        stop=StopState.PROTECTIVE,
        navigation=Navigation.STANDING,
        control=ControlMode.SETTLING,
        posture=Posture.STANDING,
    )
    robot.tell(control=ControlMode.DAMPED, posture=posture)
    robot.know(stop_held=False)
    robot.tell(stop=StopState.NONE)
    get_up(robot)
    assert may_drive(robot.states) is None


def test_a_cut_of_a_standing_robot_is_a_fall(robot: Story) -> None:
    robot.fire(On.ROUND_STARTED)
    asks = robot.tell(stop=StopState.EMERGENCY, control=ControlMode.FALLEN, posture=Posture.UNKNOWN)
    assert Ask.BLOCK_ZONE in asks
    robot.refused(On.RELEASED_BY_PERSON, person="kim")
    robot.tell(stop=StopState.SAFE_HOLD)
    robot.fire(On.RELEASED_BY_PERSON, person="kim")
    robot.tell(stop=StopState.NONE, control=ControlMode.ASSIST_NEEDED)
    assert code(may_drive(robot.states)) == "robot-needs-release"


def test_a_cut_of_a_sitting_robot_makes_it_limp() -> None:
    robot = at_rest(ControlMode.DAMPED, Posture.SITTING)
    robot.tell(stop=StopState.EMERGENCY, control=ControlMode.ZERO_TORQUE)
    assert robot.states.posture is Posture.SITTING


def test_going_limp_while_standing_is_a_surprise(robot: Story) -> None:
    assert robot.hear(control=ControlMode.ZERO_TORQUE).surprises


def test_faults(robot: Story) -> None:
    assert Ask.RAISE_ALERT in robot.tell(control=ControlMode.MINOR_FAULT)
    assert code(may_take_job(robot.states)) == "robot-needs-care"
    robot.tell(control=ControlMode.BALANCED)
    assert may_take_job(robot.states) is None
    robot.tell(control=ControlMode.MINOR_FAULT)
    assert Ask.REQUEST_ASSIST in robot.tell(
        control=ControlMode.MAJOR_FAULT, posture=Posture.UNKNOWN
    )
    robot.tell(control=ControlMode.DAMPED, posture=Posture.SITTING)
    assert code(may_act(robot.states, ActionKind.GET_READY)) == "robot-needs-release"
    robot.fire(On.RELEASED_BY_PERSON, person="kim")
    get_up(robot)


def test_a_robot_that_hears_nobody_settles(robot: Story) -> None:
    carrying(robot)
    assert robot.due()[On.COMMS_LOST] == 1.0
    assert Ask.SHOW_NOT_CONTACTABLE in robot.fire(On.COMMS_LOST)
    asks = robot.tell(
        control=ControlMode.DAMPED, posture=Posture.SITTING, navigation=Navigation.STANDING
    )
    assert {Ask.REPORT_LOAD_DROPPED, Ask.CLOSE_ALERT} <= set(asks)
    assert robot.states.connection is Connection.ONLINE
    get_up(robot)


def test_a_swap_of_packs(robot: Story) -> None:
    assert robot.tell(battery_soc=0.15) == (Ask.CHARGE_AFTER_LEG,)
    robot.fire(On.CHARGE_DUE)
    robot.tell(control=ControlMode.TO_SWAP)
    robot.tell(navigation=Navigation.MOVING, posture=Posture.WALKING)
    robot.tell(navigation=Navigation.STANDING, posture=Posture.STANDING)
    assert robot.fire(On.GOAL_REACHED) == (Ask.SWAP_BATTERY,)
    robot.tell(control=ControlMode.SWAP_POSE)
    robot.tell(power=Power.SWAPPING)
    assert robot.due()[On.SWAP_LATE] == 360.0
    robot.tell(power=Power.DISCHARGING, control=ControlMode.BALANCED, battery_soc=1.0)
    assert robot.states == ready(Family.HUMANOID)


def test_a_swap_that_fails(robot: Story) -> None:
    robot.fire(On.CHARGE_DUE)
    robot.fire(On.GOAL_REACHED)
    assert may_act(robot.states, ActionKind.SWAP_BATTERY) is None
    robot.tell(control=ControlMode.SWAP_POSE)
    assert Ask.REQUEST_ASSIST in robot.tell(control=ControlMode.ASSIST_NEEDED)
    assert robot.states.mission is Mission.IDLE
    assert code(may_take_job(robot.states)) == "robot-needs-release"


def test_a_swap_the_robot_only_says_is_done(robot: Story) -> None:
    robot.fire(On.CHARGE_DUE)
    robot.fire(On.GOAL_REACHED)
    robot.fire(On.SWAPPED)
    assert robot.states.mission is Mission.IDLE


def test_sitting_down_and_power_off(robot: Story) -> None:
    robot.tell(control=ControlMode.DAMPED, posture=Posture.SITTING)
    robot.tell(control=ControlMode.OFF)
    robot.tell(posture=Posture.LYING_SUPINE)
    assert may_act(robot.states, ActionKind.GET_READY) is None


def test_what_others_control_gets_no_command(robot: Story) -> None:
    robot.fire(On.ROUND_STARTED)
    assert Ask.CLEAR_JOB in robot.tell(control=ControlMode.EXTERNAL_CTRL, posture=Posture.UNKNOWN)
    assert is_driven_by_person(robot.states)
    assert code(may_drive(robot.states)) == "robot-in-other-hands"
    assert code(may_act(robot.states, ActionKind.GET_READY)) == "robot-in-other-hands"
    robot.tell(control=ControlMode.ZERO_TORQUE, posture=Posture.SITTING)
    assert code(may_act(robot.states, ActionKind.GET_READY)) == "robot-needs-release"
