# SPDX-License-Identifier: Apache-2.0
"""Random walks hold every step to the invariants."""

from __future__ import annotations

from dataclasses import replace

import pytest
from core.robots import walks
from core.robots.samples import ROBOT_LAYERS, SOC, kind_of, ready, report_of
from hypothesis import given, settings
from hypothesis import strategies as st

from suwon_fleet.core.robots.facts import NOTHING_KNOWN, Facts
from suwon_fleet.core.robots.invariants import (
    INVARIANTS,
    WHATEVER_IS_REPORTED,
    Invariant,
    Step,
    a_safety_stop_needs_a_person,
    arms_act_only_from_balanced,
    drives_only_when_nothing_stops,
    drives_only_with_lid_closed,
    emergency_ends_at_the_robot,
    gets_up_only_from_damped,
    only_a_person_releases,
    walking_body_has_a_walking_controller,
    walks_only_from_balanced,
)
from suwon_fleet.core.robots.kind import Family
from suwon_fleet.core.robots.layers.energy import level_of
from suwon_fleet.core.robots.report import (
    Compartment,
    ControlMode,
    Navigation,
    Posture,
    StopState,
)
from suwon_fleet.core.robots.states import (
    BatteryLevel,
    Connection,
    Layer,
    Manipulation,
    Release,
    RobotStates,
)
from suwon_fleet.core.robots.table import Table
from suwon_fleet.core.robots.tables import TABLES
from suwon_fleet.core.robots.trigger import Trigger

FAMILIES = [*Family]
DELIVERY, HUMANOID = Family.DELIVERY, Family.HUMANOID
STARTS = [
    (family, start)
    for family in Family
    for start in (ready(family), RobotStates.unheard(kind_of(family)))
]


def next_possible(
    table: Table, states: RobotStates, facts: Facts, data: st.DataObject
) -> Trigger | None:
    """Some trigger that can fire here."""
    first = data.draw(st.integers(0, len(table.triggers) - 1))
    for trigger in (*table.triggers[first:], *table.triggers[:first]):
        if table.can(states, trigger, facts) is None:
            return trigger
    return None


@pytest.mark.parametrize(("family", "start"), STARTS)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_walks_through_the_table_keep_the_invariants(
    family: Family, start: RobotStates, data: st.DataObject
) -> None:
    table, states = TABLES[family], start
    for facts in data.draw(st.lists(walks.facts(family), min_size=2, max_size=4)):
        for _ in range(8):
            trigger = next_possible(table, states, facts, data)
            if trigger is None:
                break
            after = table.fire(states, trigger, facts).states
            step = Step(states, facts, after)
            broken = [invariant.__name__ for invariant in INVARIANTS if not invariant(step)]
            assert not broken, (broken, trigger, states, after)
            states = after


@pytest.mark.parametrize(("family", "start"), STARTS)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_no_report_makes_the_fleet_break_its_own_rules(
    family: Family, start: RobotStates, data: st.DataObject
) -> None:
    table, states = TABLES[family], start
    facts = data.draw(walks.facts(family))
    for _ in range(8):
        report = data.draw(walks.reports(states))
        followed = table.follow(states, report, facts)
        step = Step(states, replace(facts, soc=report.battery_soc), followed.states)
        assert all(invariant(step) for invariant in WHATEVER_IS_REPORTED)
        assert followed.states.connection is Connection.ONLINE
        for layer in ROBOT_LAYERS:
            assert followed.states.at(layer) is getattr(report, layer)
        for surprise in followed.surprises:
            assert states.at(surprise.layer) is surprise.before
            assert followed.states.at(surprise.layer) is surprise.told
        states = followed.states


@pytest.mark.parametrize("family", FAMILIES)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_a_robot_that_keeps_to_the_table_never_surprises(
    family: Family, data: st.DataObject
) -> None:
    table, states = TABLES[family], ready(family)
    for drawn in data.draw(st.lists(walks.facts(family), min_size=2, max_size=4)):
        for _ in range(8):
            facts = replace(drawn, soc=SOC[states.battery], battery=kind_of(family).battery)
            trigger = next_possible(table, states, facts, data)
            assert trigger is not None
            after = table.fire(states, trigger, facts).states
            followed = table.follow(states, report_of(after), facts)
            assert followed.surprises == (), (trigger, states, after)
            states = after


@given(soc=st.floats(0.0, 1.0) | st.none(), was=st.sampled_from(BatteryLevel))
def test_battery_levels_do_not_flicker(soc: float | None, was: BatteryLevel) -> None:
    battery = kind_of(Family.DELIVERY).battery
    level = level_of(soc, battery, was)
    assert level_of(soc, battery, level) is level


Change = dict[Layer, object]
MOVING: Change = {Layer.NAVIGATION: Navigation.MOVING}
LIMP: Change = {Layer.CONTROL: ControlMode.ZERO_TORQUE}

BAD_STEPS: list[tuple[Invariant, Family, Change, Change]] = [
    (drives_only_with_lid_closed, DELIVERY, {Layer.COMPARTMENT: Compartment.OPEN}, MOVING),
    (drives_only_when_nothing_stops, DELIVERY, {Layer.STOP: StopState.PAUSED}, MOVING),
    (
        emergency_ends_at_the_robot,
        DELIVERY,
        {Layer.STOP: StopState.EMERGENCY},
        {Layer.STOP: StopState.NONE},
    ),
    (
        emergency_ends_at_the_robot,
        DELIVERY,
        {Layer.STOP: StopState.EMERGENCY},
        {Layer.STOP: StopState.SAFE_HOLD},
    ),
    (
        only_a_person_releases,
        DELIVERY,
        {Layer.RELEASE: Release.NEEDED},
        {Layer.RELEASE: Release.GIVEN},
    ),
    (a_safety_stop_needs_a_person, DELIVERY, {}, {Layer.STOP: StopState.FATAL}),
    (a_safety_stop_needs_a_person, HUMANOID, {}, {Layer.CONTROL: ControlMode.FALLEN}),
    (gets_up_only_from_damped, HUMANOID, LIMP, {Layer.CONTROL: ControlMode.GETTING_UP}),
    (
        walks_only_from_balanced,
        HUMANOID,
        {Layer.CONTROL: ControlMode.STAND_LOCKED},
        {Layer.CONTROL: ControlMode.LOCOMOTION},
    ),
    (
        walks_only_from_balanced,
        HUMANOID,
        {Layer.MANIPULATION: Manipulation.GRASP},
        {Layer.POSTURE: Posture.WALKING},
    ),
    (arms_act_only_from_balanced, HUMANOID, LIMP, {Layer.CONTROL: ControlMode.MANIPULATING}),
    (walking_body_has_a_walking_controller, HUMANOID, LIMP, {Layer.POSTURE: Posture.WALKING}),
]


@pytest.mark.parametrize(("invariant", "family", "first", "then"), BAD_STEPS)
def test_invariants_say_no_to_bad_steps(
    invariant: Invariant, family: Family, first: Change, then: Change
) -> None:
    before = ready(family).moved(first)
    assert not invariant(Step(before, NOTHING_KNOWN, before.moved(then)))
    assert invariant(Step(before, NOTHING_KNOWN, before))
