# SPDX-License-Identifier: Apache-2.0
"""Each fact that a step needs: known good it goes, unknown or bad it does not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from core.robots.samples import BATTERY, facts_for, kind_of, ready

from suwon_fleet.core.robots.kind import Family
from suwon_fleet.core.robots.report import (
    Compartment,
    ControlMode,
    LiftSession,
    Navigation,
    OperatingMode,
    Posture,
    Power,
    StopState,
)
from suwon_fleet.core.robots.states import Layer, Mission, Release
from suwon_fleet.core.robots.tables import TABLES
from suwon_fleet.core.robots.trigger import Trigger as On

DELIVERY, HUMANOID = Family.DELIVERY, Family.HUMANOID
Change = dict[Layer, object]

AT_DOOR: Change = {Layer.MISSION: Mission.AT_DROPOFF}
DOCKING: Change = {Layer.MISSION: Mission.DOCKING}
CHARGING: Change = {Layer.MISSION: Mission.CHARGING, Layer.POWER: Power.CHARGING}
WAITS: Change = {Layer.LIFT: LiftSession.WAITING}
RIDES: Change = {Layer.LIFT: LiftSession.RIDING}
LIES: Change = {Layer.CONTROL: ControlMode.DAMPED, Layer.POSTURE: Posture.LYING_PRONE}
FALLEN: Change = {Layer.CONTROL: ControlMode.FALLEN, Layer.POSTURE: Posture.LYING_PRONE}
OFF: Change = {Layer.CONTROL: ControlMode.OFF, Layer.POSTURE: Posture.UNKNOWN}
SWAPS: Change = {
    Layer.CONTROL: ControlMode.SWAP_POSE,
    Layer.POWER: Power.SWAPPING,
    Layer.MISSION: Mission.BATTERY_SWAP,
}

FACTS: list[tuple[Family, Change, On, str, object, object]] = [
    # family, where, trigger, fact, good, bad
    (DELIVERY, {Layer.MODE: OperatingMode.STARTUP}, On.READY, "localized", True, False),
    (DELIVERY, {Layer.MODE: OperatingMode.STARTUP}, On.READY, "healthy", True, False),
    (DELIVERY, {}, On.FETCH_STARTED, "soc", 0.5, 0.1),
    (DELIVERY, {}, On.ROUND_STARTED, "battery", BATTERY, None),
    (DELIVERY, AT_DOOR, On.UNLOCKED, "unlock_asked", True, False),
    (DELIVERY, DOCKING, On.DOCK_FAILED, "tries", 2, 3),
    (DELIVERY, DOCKING, On.DOCK_GIVEN_UP, "tries", 3, 2),
    (DELIVERY, CHARGING, On.CHARGED, "soc", 0.9, 0.89),
    (DELIVERY, CHARGING, On.JOB_WAITS, "soc", 0.2, 0.15),
    (DELIVERY, {Layer.NAVIGATION: Navigation.RECOVERY}, On.TRIES_SPENT, "tries", 3, 2),
    (DELIVERY, WAITS, On.LIFT_READY, "lift_door_open", True, False),
    (DELIVERY, WAITS, On.LIFT_READY, "lift_at_this_level", True, False),
    (DELIVERY, WAITS, On.LIFT_READY, "lift_session_is_mine", True, False),
    (DELIVERY, RIDES, On.LIFT_ARRIVED, "lift_door_open", True, False),
    (DELIVERY, RIDES, On.LIFT_ARRIVED, "lift_at_this_level", True, False),
    (DELIVERY, {Layer.STOP: StopState.PROTECTIVE}, On.STOP_RELEASED, "stop_held", False, True),
    (
        DELIVERY,
        {Layer.STOP: StopState.EMERGENCY},
        On.ACKNOWLEDGED,
        "acknowledged_at_robot",
        True,
        False,
    ),
    (DELIVERY, {Layer.STOP: StopState.FATAL}, On.POSITION_SET, "localized", True, False),
    (DELIVERY, {Layer.RELEASE: Release.NEEDED}, On.RELEASED_BY_PERSON, "person", "kim", ""),
    (HUMANOID, OFF, On.POWERED_ON, "on_gantry", True, False),
    (HUMANOID, LIES, On.LIE_TO_STAND, "floor_clear", True, False),
    (HUMANOID, LIES, On.LIE_TO_STAND, "tries", 1, 2),
    (HUMANOID, LIES, On.GET_UP_GIVEN_UP, "tries", 2, 1),
    (HUMANOID, FALLEN, On.FAULT_CLEARED, "fault_clearable", True, False),
    (HUMANOID, FALLEN, On.FAULT_CLEARED, "people_away", True, False),
    (HUMANOID, FALLEN, On.ASSIST_CALLED, "tries", 2, 1),
    (HUMANOID, {}, On.TASK_STARTED, "arms_free", True, False),
    (HUMANOID, {}, On.TASK_STARTED, "soc", 0.5, 0.1),
    (HUMANOID, {}, On.BEGIN_APPROACH, "soc", 0.5, 0.1),
    (HUMANOID, SWAPS, On.PACK_IN, "pack_ok", True, False),
]


@pytest.mark.parametrize(("family", "where", "trigger", "fact", "good", "bad"), FACTS)
def test_a_step_needs_its_facts(
    family: Family, where: Change, trigger: On, fact: str, good: object, bad: object
) -> None:
    states = ready(family).moved(where)
    facts = replace(facts_for(family), **{fact: good})  # type: ignore[arg-type]
    assert TABLES[family].can(states, trigger, facts) is None
    for value in (None, bad):
        without = replace(facts, **{fact: value})  # type: ignore[arg-type]
        refused = TABLES[family].can(states, trigger, without)
        assert refused is not None
        assert refused.code == "robot-guards-refuse"


@pytest.mark.parametrize(
    ("tilt_rad", "rate_radps", "falls"),
    [
        (1.01, 0.0, True),
        (1.0, 0.0, False),
        (0.0, 6.1, True),
        (0.0, 6.0, False),
        (1.01, None, True),
        (None, 6.1, True),
        (0.0, None, False),
        (None, None, False),
    ],
)
def test_when_a_humanoid_falls(
    tilt_rad: float | None, rate_radps: float | None, falls: bool
) -> None:
    facts = replace(facts_for(HUMANOID), tilt_rad=tilt_rad, body_rate_radps=rate_radps)
    assert (TABLES[HUMANOID].can(ready(HUMANOID), On.FELL, facts) is None) is falls


STATES: list[tuple[Family, Change, On, Change]] = [
    # family, where, trigger, and what of the state keeps it from happening
    (DELIVERY, {}, On.FETCH_STARTED, {Layer.COMPARTMENT: Compartment.OPEN}),
    (DELIVERY, {}, On.FETCH_STARTED, {Layer.STOP: StopState.PAUSED}),
    (DELIVERY, {}, On.FETCH_STARTED, {Layer.MODE: OperatingMode.MANUAL}),
    (DELIVERY, {}, On.FETCH_STARTED, {Layer.RELEASE: Release.NEEDED}),
    (DELIVERY, AT_DOOR, On.UNLOCKED, {Layer.NAVIGATION: Navigation.MOVING}),
    (DELIVERY, AT_DOOR, On.UNLOCKED, {Layer.MISSION: Mission.TO_DROPOFF}),
    (DELIVERY, AT_DOOR, On.UNLOADED, {Layer.COMPARTMENT: Compartment.CLOSING}),
    (
        DELIVERY,
        {Layer.MISSION: Mission.TO_STOP},
        On.GOAL_REACHED,
        {Layer.NAVIGATION: Navigation.MOVING},
    ),
    (DELIVERY, {}, On.DEPARTED, {Layer.COMPARTMENT: Compartment.CLOSING}),
    (DELIVERY, {}, On.DEPARTED, {Layer.STOP: StopState.PROTECTIVE}),
    (DELIVERY, {Layer.MISSION: Mission.UNDOCKING}, On.UNDOCKED, {Layer.POWER: Power.CHARGING}),
    (HUMANOID, {}, On.FETCH_STARTED, {Layer.CONTROL: ControlMode.MINOR_FAULT}),
    (HUMANOID, {}, On.DEPARTED, {Layer.POSTURE: Posture.SITTING}),
    (HUMANOID, {}, On.TASK_STARTED, {Layer.POSTURE: Posture.WALKING}),
    (HUMANOID, LIES, On.LIE_TO_STAND, {Layer.POSTURE: Posture.UNKNOWN}),
    (HUMANOID, LIES, On.POWERED_OFF, {Layer.POSTURE: Posture.STANDING}),
    (HUMANOID, {}, On.SWAP_POSED, {Layer.POSTURE: Posture.WALKING}),
]


@pytest.mark.parametrize(("family", "where", "trigger", "wrong"), STATES)
def test_a_step_needs_other_layers(
    family: Family, where: Change, trigger: On, wrong: Change
) -> None:
    states = ready(family).moved(where)
    assert TABLES[family].can(states, trigger, facts_for(family)) is None
    refused = TABLES[family].can(states.moved(wrong), trigger, facts_for(family))
    assert refused is not None


def test_a_kind_swaps_or_docks() -> None:
    states = ready(DELIVERY).moved({Layer.MISSION: Mission.TO_DOCK})
    for battery, mission in [
        (kind_of(DELIVERY).battery, Mission.DOCKING),
        (kind_of(HUMANOID).battery, Mission.BATTERY_SWAP),
    ]:
        facts = replace(facts_for(DELIVERY), battery=battery)
        assert TABLES[DELIVERY].fire(states, On.GOAL_REACHED, facts).states.mission is mission
