# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace

import pytest
from core.robots.samples import facts_for, ready, report_of

from suwon_fleet.core.errors import Broken, Rejected
from suwon_fleet.core.robots.ask import Ask
from suwon_fleet.core.robots.delivery import TABLE as DELIVERY
from suwon_fleet.core.robots.facts import Facts
from suwon_fleet.core.robots.humanoid import TABLE as HUMANOID
from suwon_fleet.core.robots.kind import Family
from suwon_fleet.core.robots.report import (
    Compartment,
    ControlMode,
    Navigation,
    OperatingMode,
    Posture,
    Power,
    StopState,
)
from suwon_fleet.core.robots.row import Row
from suwon_fleet.core.robots.states import (
    BatteryLevel,
    Connection,
    Layer,
    Mission,
    Release,
)
from suwon_fleet.core.robots.table import Followed, Table
from suwon_fleet.core.robots.tables import TABLES
from suwon_fleet.core.robots.trigger import Trigger

GOOD = facts_for(Family.DELIVERY)


def test_one_trigger_moves_several_layers() -> None:
    facts = replace(facts_for(Family.HUMANOID), tilt_rad=1.2, face_down=True)
    walking = ready(Family.HUMANOID).moved(
        {
            Layer.NAVIGATION: Navigation.MOVING,
            Layer.CONTROL: ControlMode.LOCOMOTION,
            Layer.POSTURE: Posture.WALKING,
        }
    )
    fired = HUMANOID.fire(walking, Trigger.FELL, facts)
    assert fired.states.control is ControlMode.FALLEN
    assert fired.states.posture is Posture.LYING_PRONE
    assert fired.states.navigation is Navigation.STANDING
    assert fired.states.release is Release.NEEDED
    assert {row.number for row in fired.rows} >= {11}
    assert fired.asks.count(Ask.REQUEST_ASSIST) == 1


def test_a_guard_that_says_no_keeps_every_layer() -> None:
    states = ready(Family.HUMANOID).moved({Layer.POSTURE: Posture.SITTING})
    reason = HUMANOID.can(states, Trigger.DEPARTED, facts_for(Family.HUMANOID))
    assert reason is not None
    assert reason.code == "robot-guards-refuse"
    assert dict(reason.facts) == {
        "trigger": "departed",
        "layer": "navigation",
        "state": "standing",
        "guards": "can-walk",
    }


def test_unknown_is_not_yes() -> None:
    reason = DELIVERY.can(ready(Family.DELIVERY), Trigger.FETCH_STARTED)
    assert reason is not None
    assert dict(reason.facts)["guards"] == "soc-above-reserve"


def test_rows_that_only_go_along_move_nothing_alone() -> None:
    states = ready(Family.DELIVERY).moved(
        {Layer.POWER: Power.CHARGING, Layer.MISSION: Mission.DOCKING}
    )
    with pytest.raises(Rejected, match="robot-not-from-here") as refused:
        DELIVERY.fire(states, Trigger.CHARGING_STARTED, GOOD)
    assert dict(refused.value.reason.facts)["states"] == "mission docking, power charging"


def test_a_trigger_of_another_family() -> None:
    with pytest.raises(Rejected, match="robot-trigger-unknown"):
        DELIVERY.fire(ready(Family.DELIVERY), Trigger.FELL, GOOD)


def test_firing_changes_no_state_it_was_given() -> None:
    states = ready(Family.DELIVERY)
    DELIVERY.fire(states, Trigger.FETCH_STARTED, GOOD)
    assert states == ready(Family.DELIVERY)


def test_timers_tell_what_time_brings() -> None:
    states = ready(Family.DELIVERY).moved({Layer.MISSION: Mission.AT_DROPOFF})
    timers = {(row.layer, row.trigger): row.after_s for row in DELIVERY.timers(states)}
    assert timers == {
        (Layer.CONNECTION, Trigger.COMMS_LOST): 2.7,
        (Layer.MISSION, Trigger.NO_SHOW): 300.0,
    }


@pytest.mark.parametrize("family", [*Family])
def test_what_time_brings_the_fleet_can_fire(family: Family) -> None:
    table = TABLES[family]
    for row in table.rows:
        if row.after_s is not None and row.layer.is_fleets:
            for source in row.sources:
                states = ready(family).moved({row.layer: source})
                assert row in table.timers(states)
                swapping = states.moved({Layer.MISSION: Mission.BATTERY_SWAP})
                assert any(
                    table.can(each, row.trigger, facts_for(family)) is None
                    for each in (states, swapping)
                )


def test_a_report_without_news_changes_nothing() -> None:
    states = ready(Family.DELIVERY)
    assert DELIVERY.follow(states, report_of(states), GOOD) == Followed(states)


def test_the_charge_is_the_reports_own() -> None:
    states = ready(Family.DELIVERY)
    followed = DELIVERY.follow(states, report_of(states, battery_soc=0.2), replace(GOOD, soc=0.9))
    assert followed.states.battery is BatteryLevel.LOW
    assert followed.surprises == ()


def test_without_its_kinds_thresholds_the_battery_stays() -> None:
    states = ready(Family.DELIVERY)
    report = report_of(states, battery_soc=0.01)
    assert DELIVERY.follow(states, report, Facts()).states.battery is BatteryLevel.ENOUGH


def test_an_unexplained_fall_needs_a_person_too() -> None:
    sitting = ready(Family.HUMANOID).moved(
        {Layer.CONTROL: ControlMode.DAMPED, Layer.POSTURE: Posture.SITTING}
    )
    report = report_of(sitting, control=ControlMode.FALLEN)
    followed = HUMANOID.follow(sitting, report, facts_for(Family.HUMANOID))
    assert [surprise.told for surprise in followed.surprises] == [ControlMode.FALLEN]
    assert followed.states.release is Release.NEEDED
    assert followed.asks == (Ask.REQUEST_ASSIST,)


def test_a_change_through_a_state_between() -> None:
    states = ready(Family.DELIVERY).moved({Layer.MISSION: Mission.AT_PICKUP})
    facts = replace(GOOD, unlock_asked=True)
    closing = DELIVERY.follow(states, report_of(states, compartment=Compartment.CLOSING), facts)
    assert [row.trigger for row in closing.rows] == [Trigger.UNLOCKED, Trigger.CLOSE_ASKED]


def test_a_longer_way_is_a_surprise_and_believed() -> None:
    states = ready(Family.HUMANOID).moved(
        {Layer.CONTROL: ControlMode.OFF, Layer.POSTURE: Posture.SITTING}
    )
    report = report_of(states, control=ControlMode.BALANCED)
    followed = HUMANOID.follow(states, report, facts_for(Family.HUMANOID))
    assert [surprise.layer for surprise in followed.surprises] == [Layer.CONTROL]
    assert followed.states.control is ControlMode.BALANCED


def test_what_happened_unheard_is_no_surprise() -> None:
    states = ready(Family.DELIVERY).moved({Layer.CONNECTION: Connection.COMMS_LOST})
    report = report_of(states, stop=StopState.SAFE_HOLD, mode=OperatingMode.SERVICE)
    followed = DELIVERY.follow(states, report, GOOD)
    assert followed.surprises == ()
    assert followed.states.connection is Connection.ONLINE
    assert followed.states.release is Release.NEEDED


def test_what_another_layer_shows_is_the_likeliest_cause() -> None:
    moving = ready(Family.DELIVERY).moved({Layer.NAVIGATION: Navigation.MOVING})
    stopped = report_of(moving, navigation=Navigation.STANDING, stop=StopState.EMERGENCY)
    followed = DELIVERY.follow(moving, stopped, GOOD)
    assert {row.trigger for row in followed.rows} == {Trigger.EMERGENCY_STOPPED}


def test_two_rows_for_one_step_are_our_mistake() -> None:
    row = Row(Layer.POWER, Trigger.PACK_IN, (Power.SWAPPING,), Power.DISCHARGING)
    with pytest.raises(Broken, match="pack_in swapping discharging"):
        Table(Family.DELIVERY, [row, replace(row, number=7)])


def test_no_word_of_ours_performs_an_emergency_stop() -> None:
    assert not [ask for ask in Ask if "emergency" in ask]
    stops = [trigger for trigger in Trigger if "emergency" in trigger]
    assert stops == [Trigger.EMERGENCY_STOPPED]
    for table in TABLES.values():
        for row in table.rows:
            assert row.trigger not in stops or row.along or not row.layer.is_fleets
