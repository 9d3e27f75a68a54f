# SPDX-License-Identifier: Apache-2.0
"""A delivery robot's days, good and bad, walked through the table."""

from __future__ import annotations

import pytest
from core.robots.samples import SWAP_BATTERY, kind_of, ready
from core.robots.story import Story

from suwon_fleet.core.robots.ask import Ask
from suwon_fleet.core.robots.command import ActionKind
from suwon_fleet.core.robots.kind import Family
from suwon_fleet.core.robots.questions import is_immobile, may_act, may_drive, may_take_job
from suwon_fleet.core.robots.report import (
    Compartment,
    LiftSession,
    Navigation,
    OperatingMode,
    Power,
    StopState,
)
from suwon_fleet.core.robots.states import (
    BatteryLevel,
    Connection,
    Layer,
    Mission,
    Release,
    RobotStates,
)
from suwon_fleet.core.robots.table import Surprise
from suwon_fleet.core.robots.trigger import Trigger as On


def code(reason: object) -> str:
    return getattr(reason, "code", "")


@pytest.fixture
def robot() -> Story:
    return Story(Family.DELIVERY)


def drive(robot: Story) -> None:
    assert may_drive(robot.states) is None
    robot.tell(navigation=Navigation.MOVING)
    robot.tell(navigation=Navigation.STANDING)
    robot.fire(On.GOAL_REACHED)


def hand_over(robot: Story, kind: ActionKind, done: On) -> tuple[Ask, ...]:
    assert may_act(robot.states, kind) is None
    robot.know(unlock_asked=True)
    for lid in (Compartment.OPENING, Compartment.OPEN, Compartment.CLOSING):
        robot.tell(compartment=lid)
        assert code(may_drive(robot.states)) == "robot-lid-open"
        assert dict(robot.refused(done).facts)["guards"] == "lid-closed"
    robot.tell(compartment=Compartment.CLOSED)
    robot.know(unlock_asked=False)
    return robot.fire(done)


def fetch(robot: Story) -> None:
    assert may_take_job(robot.states) is None
    assert robot.fire(On.FETCH_STARTED) == (Ask.NAVIGATE,)
    assert code(may_take_job(robot.states)) == "robot-busy"
    drive(robot)
    assert hand_over(robot, ActionKind.LOAD, On.LOADED) == (Ask.NAVIGATE,)


def test_a_robot_joins() -> None:
    robot = Story(Family.DELIVERY, RobotStates.unheard(kind_of(Family.DELIVERY)))
    assert code(may_take_job(robot.states)) == "robot-not-online"
    robot.tell(mode=OperatingMode.STARTUP, compartment=Compartment.CLOSED, battery_soc=0.9)
    assert robot.states.connection is Connection.ONLINE
    assert code(may_take_job(robot.states)) == "robot-not-automatic"
    assert Ask.SHOW_AVAILABLE in robot.tell(mode=OperatingMode.AUTOMATIC)
    assert may_take_job(robot.states) is None


def test_a_delivery(robot: Story) -> None:
    fetch(robot)
    drive(robot)
    assert robot.states.mission is Mission.AT_DROPOFF
    assert hand_over(robot, ActionKind.UNLOAD, On.UNLOADED) == (Ask.FINISH_JOB,)
    assert robot.states == ready(Family.DELIVERY)


def test_nobody_comes_and_the_load_returns(robot: Story) -> None:
    fetch(robot)
    drive(robot)
    assert robot.due()[On.NO_SHOW] == 300.0
    robot.know(unlock_asked=True)
    robot.tell(compartment=Compartment.OPENING)
    robot.tell(compartment=Compartment.OPEN)
    assert robot.fire(On.NO_SHOW) == (Ask.CLOSE_LID, Ask.NAVIGATE)
    assert code(may_drive(robot.states)) == "robot-lid-open"
    robot.tell(compartment=Compartment.CLOSING)
    robot.tell(compartment=Compartment.CLOSED)
    robot.know(unlock_asked=False)
    drive(robot)
    assert robot.states.mission is Mission.AT_RETURN
    assert robot.fire(On.NO_SHOW) == (Ask.REQUEST_ASSIST,)
    assert hand_over(robot, ActionKind.UNLOAD, On.UNLOADED) == (Ask.FINISH_JOB,)


def test_nobody_comes_to_load(robot: Story) -> None:
    robot.fire(On.FETCH_STARTED)
    drive(robot)
    assert robot.fire(On.NO_SHOW) == (Ask.CLOSE_LID, Ask.REVIEW_JOB)
    assert robot.states.mission is Mission.IDLE


def test_called_off_before_the_load(robot: Story) -> None:
    robot.fire(On.FETCH_STARTED)
    assert robot.fire(On.CANCELLED) == (Ask.FINISH_GROUND_THEN_STOP,)
    assert robot.states.mission is Mission.IDLE
    assert code(may_drive(robot.states)) == "robot-not-on-a-leg"


@pytest.mark.parametrize(
    ("loaded", "mission", "ask"),
    [
        (False, Mission.IDLE, Ask.CLOSE_LID),
        (True, Mission.AT_RETURN, Ask.UNLOAD),
        (None, Mission.AT_RETURN, Ask.UNLOAD),
    ],
)
def test_called_off_at_the_pickup(
    robot: Story, loaded: bool | None, mission: Mission, ask: Ask
) -> None:
    robot.fire(On.FETCH_STARTED)
    drive(robot)
    assert ask in robot.fire(On.CANCELLED, loaded=loaded)
    assert robot.states.mission is mission


def test_called_off_with_the_load_aboard(robot: Story) -> None:
    fetch(robot)
    assert Ask.NAVIGATE in robot.fire(On.CANCELLED)
    assert robot.states.mission is Mission.RETURNING
    assert code(robot.refused(On.CANCELLED)) == "robot-guards-refuse"


def test_a_patrol(robot: Story) -> None:
    robot.fire(On.ROUND_STARTED)
    drive(robot)
    assert may_act(robot.states, ActionKind.INSPECT) is None
    assert robot.fire(On.NEXT_STOP) == (Ask.NAVIGATE,)
    drive(robot)
    assert robot.fire(On.ROUND_DONE) == (Ask.FINISH_JOB,)
    assert robot.states.mission is Mission.IDLE


def test_a_robot_going_to_park_takes_a_job(robot: Story) -> None:
    robot.fire(On.PARKING_STARTED)
    robot.tell(navigation=Navigation.MOVING)
    assert may_take_job(robot.states) is None
    robot.fire(On.FETCH_STARTED)
    assert robot.states.mission is Mission.TO_PICKUP


def dock(robot: Story) -> None:
    assert robot.fire(On.CHARGE_DUE) == (Ask.NAVIGATE,)
    drive(robot)
    assert robot.states.mission is Mission.DOCKING
    assert may_act(robot.states, ActionKind.DOCK) is None


def test_low_charge_is_mended_after_the_leg(robot: Story) -> None:
    fetch(robot)
    robot.know(soc=0.25)
    assert robot.tell(battery_soc=0.25) == (Ask.CHARGE_AFTER_LEG,)
    assert robot.tell(battery_soc=0.25) == ()
    drive(robot)
    hand_over(robot, ActionKind.UNLOAD, On.UNLOADED)
    assert code(may_take_job(robot.states)) == "robot-battery-low"
    dock(robot)
    assert robot.fire(On.DOCK_FAILED, tries=1) == (Ask.DOCK,)
    robot.tell(power=Power.CHARGING)
    assert robot.states.mission is Mission.CHARGING
    assert code(may_drive(robot.states)) == "robot-not-on-a-leg"
    robot.refused(On.CHARGED, soc=0.5)
    assert Ask.CLOSE_ALERT in robot.tell(battery_soc=0.5)
    assert may_take_job(robot.states) is None
    assert robot.fire(On.JOB_WAITS, soc=0.5) == (Ask.UNDOCK,)
    assert may_act(robot.states, ActionKind.UNDOCK) is None
    assert dict(robot.refused(On.UNDOCKED).facts)["guards"] == "unplugged"
    robot.tell(power=Power.DISCHARGING)
    robot.fire(On.UNDOCKED)
    assert robot.states.mission is Mission.IDLE


def test_contacts_that_slip_are_docked_again(robot: Story) -> None:
    dock(robot)
    robot.tell(power=Power.CHARGING, battery_soc=0.4)
    assert robot.tell(power=Power.DISCHARGING) == (Ask.DOCK,)
    assert robot.states.mission is Mission.DOCKING


def test_full_robots_leave_the_charger(robot: Story) -> None:
    robot.tell(power=Power.CHARGING)
    assert robot.states.mission is Mission.CHARGING
    assert robot.fire(On.CHARGED, soc=0.9) == (Ask.UNDOCK,)
    assert robot.fire(On.UNDOCK_FAILED) == (Ask.REQUEST_ASSIST,)
    assert robot.states.mission is Mission.CHARGING


def test_docking_given_up_waits_for_a_person(robot: Story) -> None:
    dock(robot)
    robot.refused(On.DOCK_FAILED, tries=3)
    assert robot.fire(On.DOCK_GIVEN_UP, tries=3) == (Ask.REQUEST_ASSIST,)
    assert code(may_take_job(robot.states)) == "robot-needs-release"
    assert "person-named" in dict(robot.refused(On.RELEASED_BY_PERSON).facts)["guards"]
    robot.fire(On.RELEASED_BY_PERSON, person="kim")
    assert may_take_job(robot.states) is None


def test_critical_charge_ends_motion(robot: Story) -> None:
    robot.fire(On.FETCH_STARTED)
    asks = robot.tell(battery_soc=0.05)
    assert asks == (Ask.FINISH_GROUND_THEN_STOP, Ask.REQUEST_ASSIST)
    assert code(may_drive(robot.states)) == "robot-battery-critical"
    assert code(is_immobile(robot.states)) == "robot-battery-critical"


def test_charge_untold_is_unknown(robot: Story) -> None:
    robot.tell(battery_soc=None)
    assert robot.states.battery is BatteryLevel.UNKNOWN
    assert code(may_take_job(robot.states)) == "robot-battery-low"
    assert dict(robot.refused(On.FETCH_STARTED, soc=None).facts)["guards"] == "soc-above-reserve"


def test_a_battery_changed_by_a_person(robot: Story) -> None:
    robot.tell(power=Power.SWAPPING)
    assert robot.states.mission is Mission.BATTERY_SWAP
    assert robot.due() == {On.COMMS_LOST: 2.7, On.SWAP_LATE: 300.0}
    assert robot.fire(On.COMMS_LOST) == ()
    assert robot.states.connection is Connection.OFFLINE
    robot.tell(power=Power.DISCHARGING, mode=OperatingMode.STARTUP)
    assert robot.states.mission is Mission.IDLE
    robot.tell(mode=OperatingMode.AUTOMATIC)
    assert may_take_job(robot.states) is None


def test_a_battery_swapped_at_a_charger(robot: Story) -> None:
    robot.know(battery=SWAP_BATTERY)
    robot.fire(On.CHARGE_DUE)
    robot.fire(On.GOAL_REACHED)
    assert may_act(robot.states, ActionKind.SWAP_BATTERY) is None
    robot.tell(power=Power.SWAPPING)
    assert robot.fire(On.SWAP_LATE) == (Ask.REQUEST_ASSIST,)
    assert robot.states.release is Release.NEEDED


def test_blocked_recovered_assisted_taken_over(robot: Story) -> None:
    robot.fire(On.FETCH_STARTED)
    robot.tell(navigation=Navigation.MOVING)
    robot.tell(navigation=Navigation.BLOCKED)
    assert robot.overdue() == {(Layer.NAVIGATION, On.PATIENCE_SPENT): 30.0}
    robot.tell(navigation=Navigation.MOVING)
    robot.tell(navigation=Navigation.RECOVERY)
    assert robot.tell(navigation=Navigation.ASSIST_NEEDED) == (Ask.REQUEST_ASSIST,)
    assert code(is_immobile(robot.states)) == "robot-needs-assist"
    robot.tell(mode=OperatingMode.INTERVENED)
    assert robot.states.mission is Mission.TO_PICKUP
    robot.tell(navigation=Navigation.MOVING)
    assert code(may_drive(robot.states)) == "robot-not-automatic"
    assert robot.fire(On.CANCELLED) == (Ask.FINISH_GROUND_THEN_STOP,)
    robot.tell(mode=OperatingMode.AUTOMATIC, navigation=Navigation.STANDING)
    assert may_take_job(robot.states) is None


def test_resuming_returns_to_what_was_before(robot: Story) -> None:
    fetch(robot)
    before = robot.states
    robot.tell(stop=StopState.PAUSED)
    assert code(may_drive(robot.states)) == "robot-stopped"
    robot.tell(stop=StopState.NONE)
    assert robot.states == before


def test_a_requested_stop_is_the_fleets_to_release(robot: Story) -> None:
    robot.fire(On.FETCH_STARTED)
    robot.know(stop_held=True)
    robot.tell(stop=StopState.PROTECTIVE)
    early = robot.hear(stop=StopState.NONE)
    assert early.surprises == (Surprise(Layer.STOP, StopState.PROTECTIVE, StopState.NONE),)
    robot.tell(stop=StopState.PROTECTIVE)
    robot.know(stop_held=False)
    robot.tell(stop=StopState.NONE)
    assert may_drive(robot.states) is None


def test_an_emergency_stop_needs_its_acknowledgement_and_a_person(robot: Story) -> None:
    fetch(robot)
    robot.tell(navigation=Navigation.MOVING)
    asks = robot.tell(stop=StopState.EMERGENCY, navigation=Navigation.STANDING)
    assert {Ask.RAISE_ALERT, Ask.REQUEST_ASSIST} <= set(asks)
    refusal = dict(robot.refused(On.RELEASED_BY_PERSON, person="kim").facts)
    assert refusal["guards"] == "emergency-over"
    robot.tell(stop=StopState.SAFE_HOLD)
    assert code(may_drive(robot.states)) == "robot-stopped"
    assert robot.fire(On.RELEASED_BY_PERSON, person="kim") == (Ask.RESUME,)
    robot.tell(stop=StopState.NONE)
    assert may_drive(robot.states) is None
    assert robot.states.mission is Mission.TO_DROPOFF


@pytest.mark.parametrize(
    ("told", "surprising"),
    [
        ([StopState.NONE], True),
        ([StopState.SAFE_HOLD, StopState.NONE], True),
        ([StopState.SAFE_HOLD, StopState.FATAL, StopState.NONE], False),
    ],
)
def test_no_report_alone_ends_an_emergency_stop(
    robot: Story, told: list[StopState], surprising: bool
) -> None:
    robot.fire(On.FETCH_STARTED)
    robot.tell(stop=StopState.EMERGENCY)
    assert any(robot.hear(stop=stop).surprises for stop in told) is surprising
    assert code(may_drive(robot.states)) == "robot-needs-release"
    robot.fire(On.RELEASED_BY_PERSON, person="kim")
    assert may_drive(robot.states) is None


def test_silence_and_return(robot: Story) -> None:
    fetch(robot)
    assert robot.due()[On.COMMS_LOST] == 2.7
    asks = robot.fire(On.COMMS_LOST)
    assert asks[:2] == (Ask.FINISH_GROUND_THEN_STOP, Ask.SHOW_NOT_CONTACTABLE)
    assert code(may_drive(robot.states)) == "robot-not-online"
    assert robot.due()[On.NOT_LOCATED] == 600.0
    assert Ask.SHOW_NOT_LOCATED in robot.fire(On.NOT_LOCATED)
    assert robot.tell(navigation=Navigation.RECOVERY) == (Ask.CLOSE_ALERT,)
    robot.tell(navigation=Navigation.STANDING)
    assert may_drive(robot.states) is None


def test_signing_off(robot: Story) -> None:
    assert robot.fire(On.SIGNED_OFF) == (Ask.REVIEW_JOB,)
    assert code(is_immobile(robot.states)) == "robot-not-online"


def test_localisation_lost(robot: Story) -> None:
    robot.fire(On.FETCH_STARTED)
    assert Ask.REQUEST_ASSIST in robot.tell(stop=StopState.FATAL)
    robot.tell(stop=StopState.NONE)
    assert code(may_drive(robot.states)) == "robot-needs-release"
    robot.fire(On.RELEASED_BY_PERSON, person="kim")
    assert may_drive(robot.states) is None


def test_a_lid_open_that_nobody_unlocked_is_an_alarm(robot: Story) -> None:
    fetch(robot)
    asks = robot.tell(compartment=Compartment.OPEN)
    assert asks == (Ask.REQUEST_STOP, Ask.RAISE_ALERT, Ask.KEEP_VIDEO)
    assert robot.tell() == ()
    robot.tell(stop=StopState.ALARM)
    robot.tell(compartment=Compartment.CLOSED)
    assert code(may_drive(robot.states)) == "robot-stopped"
    robot.fire(On.RELEASED_BY_PERSON, person="kim")
    robot.tell(stop=StopState.NONE)
    assert may_drive(robot.states) is None


def test_an_unlock_on_the_way_is_a_surprise(robot: Story) -> None:
    fetch(robot)
    robot.know(unlock_asked=True)
    followed = robot.hear(compartment=Compartment.OPEN)
    assert followed.surprises == (
        Surprise(Layer.COMPARTMENT, Compartment.CLOSED, Compartment.OPEN),
    )
    assert robot.states.compartment is Compartment.OPEN


def test_a_forced_lid(robot: Story) -> None:
    assert Ask.KEEP_VIDEO in robot.tell(compartment=Compartment.FORCED, stop=StopState.ALARM)
    assert robot.states.release is Release.NEEDED
    robot.tell(compartment=Compartment.CLOSED)


def test_a_person_in_charge_may_open_the_lid(robot: Story) -> None:
    robot.tell(mode=OperatingMode.SERVICE)
    assert robot.tell(compartment=Compartment.OPEN) == ()


def test_driving_with_the_lid_open_is_a_surprise(robot: Story) -> None:
    robot.fire(On.FETCH_STARTED)
    drive(robot)
    robot.know(unlock_asked=True)
    robot.tell(compartment=Compartment.OPEN)
    followed = robot.hear(navigation=Navigation.MOVING)
    assert followed.surprises == (
        Surprise(Layer.NAVIGATION, Navigation.STANDING, Navigation.MOVING),
    )


def test_lid_and_wheels_in_one_report_are_told_in_any_order(robot: Story) -> None:
    robot.fire(On.FETCH_STARTED)
    drive(robot)
    robot.know(unlock_asked=True)
    robot.tell(compartment=Compartment.OPEN)
    robot.tell(navigation=Navigation.MOVING, compartment=Compartment.CLOSED)
    robot.tell(navigation=Navigation.STANDING, compartment=Compartment.OPEN)


def test_maintenance_clears_the_order(robot: Story) -> None:
    robot.fire(On.FETCH_STARTED)
    assert robot.tell(mode=OperatingMode.SERVICE) == (Ask.CLEAR_JOB,)
    assert robot.states.mission is Mission.IDLE
    robot.tell(mode=OperatingMode.AUTOMATIC)
    fetch(robot)
    assert Ask.REQUEST_ASSIST in robot.tell(mode=OperatingMode.SERVICE)


def test_a_reboot_keeps_the_fleets_job(robot: Story) -> None:
    fetch(robot)
    assert robot.tell(mode=OperatingMode.STARTUP) == (Ask.TELL_AGAIN,)
    assert robot.states.mission is Mission.TO_DROPOFF
    robot.tell(mode=OperatingMode.AUTOMATIC)
    assert may_drive(robot.states) is None


def test_a_ride(robot: Story) -> None:
    robot.fire(On.ROUND_STARTED)
    assert robot.tell(lift=LiftSession.WAITING) == (Ask.CALL_LIFT,)
    assert robot.tell(lift=LiftSession.ENTERING) == (Ask.HOLD_LIFT_DOOR,)
    robot.tell(lift=LiftSession.RIDING)
    robot.tell(lift=LiftSession.LEAVING)
    assert robot.tell(lift=LiftSession.NONE) == (Ask.END_LIFT_SESSION,)


def test_entering_anothers_lift_is_a_surprise(robot: Story) -> None:
    robot.know(lift_session_is_mine=False)
    robot.tell(lift=LiftSession.WAITING)
    assert robot.hear(lift=LiftSession.ENTERING).surprises


def test_turning_back_before_a_lift_is_ordinary(robot: Story) -> None:
    robot.tell(lift=LiftSession.WAITING)
    robot.tell(lift=LiftSession.ENTERING)
    assert robot.tell(lift=LiftSession.WAITING) == (Ask.CALL_LIFT,)
    assert robot.tell(lift=LiftSession.NONE) == (Ask.END_LIFT_SESSION,)


def test_lifts_that_fail(robot: Story) -> None:
    robot.tell(lift=LiftSession.WAITING)
    assert (Layer.LIFT, On.LIFT_FAILED) in robot.overdue()
    robot.tell(lift=LiftSession.ENTERING)
    robot.tell(lift=LiftSession.RIDING)
    asks = robot.tell(navigation=Navigation.ASSIST_NEEDED)
    assert asks == (Ask.REQUEST_ASSIST,)
    assert code(is_immobile(robot.states)) == "robot-needs-assist"


def test_a_robot_without_a_lid_is_never_asked_to_open_one() -> None:
    robot = Story(Family.DELIVERY, ready(Family.DELIVERY).moved({Layer.COMPARTMENT: None}))
    robot.fire(On.FETCH_STARTED)
    drive(robot)
    assert code(may_act(robot.states, ActionKind.LOAD)) == "robot-cannot"


def test_what_a_robot_does_not_tell_stays(robot: Story) -> None:
    robot.tell(compartment=None)
    assert robot.states.compartment is Compartment.CLOSED
