# SPDX-License-Identifier: Apache-2.0
"""Every state and trigger of every layer: a row applies as told, or the refusal says why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

import pytest
from core.robots.samples import facts_for, ready

from suwon_fleet.core.errors import Rejected
from suwon_fleet.core.robots.facts import NOTHING_KNOWN, Facts
from suwon_fleet.core.robots.kind import Family
from suwon_fleet.core.robots.report import (
    Compartment,
    ControlMode,
    LiftSession,
    OperatingMode,
    Posture,
    Power,
    StopState,
)
from suwon_fleet.core.robots.row import Row
from suwon_fleet.core.robots.states import (
    Connection,
    Layer,
    Manipulation,
    Mission,
    Release,
    RobotStates,
)
from suwon_fleet.core.robots.table import Fired, Table
from suwon_fleet.core.robots.tables import REQUIREMENTS, TABLES
from suwon_fleet.core.robots.trigger import Trigger

FAMILIES = [*Family]
LAYERS = [(family, layer) for family, table in TABLES.items() for layer in table.machines]

GOOD = {family: facts_for(family) for family in Family}
BAD = Facts(
    soc=0.02,
    localized=False,
    healthy=False,
    tries=9,
    person="",
    acknowledged_at_robot=False,
    stop_held=True,
    unlock_asked=False,
    loaded=True,
    tilt_rad=1.5,
    body_rate_radps=0.0,
    face_down=True,
    posture_seen=Posture.SQUAT,
)


ROWS_OF: dict[Family, dict[tuple[Layer, Trigger], list[Row]]] = {
    family: defaultdict(list) for family in Family
}
for family, table in TABLES.items():
    for row in table.rows:
        ROWS_OF[family][row.layer, row.trigger].append(row)


def expected(table: Table, states: RobotStates, trigger: Trigger, facts: Facts) -> list[Row] | None:
    """What the rows, read as data, say: those that apply, or None for a refusal."""
    applying = []
    rows_of = ROWS_OF[table.family]
    for layer in Layer:
        rows = [row for row in rows_of[layer, trigger] if states.at(layer) in row.sources]
        yes = [row for row in rows if all(guard(states, facts) is True for guard in row.guards)]
        if not yes and any(not row.along for row in rows):
            return None
        applying += yes[:1]
    return None if all(row.along for row in applying) else applying


def assert_as_expected(table: Table, states: RobotStates, trigger: Trigger, facts: Facts) -> None:
    rows = expected(table, states, trigger, facts)
    if rows is not None:
        fired = table.fire(states, trigger, facts)
        assert list(fired.rows) == rows
        assert fired.states == states.moved({row.layer: row.dest for row in rows})
        assert set(fired.asks) == {ask for row in rows for ask in row.asks}
        return
    with pytest.raises(Rejected) as refused:
        table.fire(states, trigger, facts)
    reason = refused.value.reason
    said = dict(reason.facts)
    assert table.can(states, trigger, facts) == reason
    assert said["trigger"] == trigger
    if reason.code == "robot-guards-refuse":
        assert said["state"] == states.at(Layer(said["layer"]))
        assert said["guards"]
    elif reason.code == "robot-not-from-here":
        assert all(
            f"{m.layer} {states.at(m.layer)}" in said["states"] for m in table.machines_of[trigger]
        )
    else:
        assert reason.code == "robot-trigger-unknown"
        assert trigger not in table.triggers
        assert said["family"] == table.family


@pytest.mark.parametrize(("family", "layer"), LAYERS)
def test_every_state_and_trigger_of_a_layer(family: Family, layer: Layer) -> None:
    table, own = TABLES[family], TABLES[family].machines[layer].triggers
    idle, good = ready(family), GOOD[family]
    at_work = idle.moved({Layer.RELEASE: Release.NEEDED, Layer.MISSION: Mission.TO_DROPOFF})
    cases = [(idle, good, Trigger), (idle, NOTHING_KNOWN, own), (idle, BAD, own)]
    for start, facts, triggers in [*cases, (at_work, good, own)]:
        for state in type(start.at(layer)):
            for trigger in triggers:
                assert_as_expected(table, start.moved({layer: state}), trigger, facts)


@pytest.mark.parametrize("family", FAMILIES)
def test_no_state_of_a_layer_is_a_dead_end(family: Family) -> None:
    for machine in TABLES[family].machines.values():
        for state in {row.dest for row in machine.rows}:
            assert any(row.dest is not state for row in machine.leaving(state)), state


@pytest.mark.parametrize("family", FAMILIES)
def test_all_requirements_have_rows(family: Family) -> None:
    assert len(REQUIREMENTS[family]) == 23
    assert {row.number for row in TABLES[family].rows} - {None} == set(range(1, 24))


SITUATIONS: dict[Family, list[dict[Layer, object]]] = {
    Family.DELIVERY: [
        {Layer.MISSION: Mission.AT_DROPOFF},
        {Layer.MISSION: Mission.DOCKING},
        {Layer.MISSION: Mission.UNDOCKING},
        {Layer.MISSION: Mission.BATTERY_SWAP},
        {Layer.POWER: Power.CHARGING},
        {Layer.POWER: Power.SWAPPING},
        {Layer.POWER: Power.CHARGING, Layer.MODE: OperatingMode.SERVICE},
        {Layer.LIFT: LiftSession.RIDING},
    ],
    Family.HUMANOID: [
        {Layer.CONTROL: ControlMode.DAMPED, Layer.POSTURE: Posture.SITTING},
        {Layer.CONTROL: ControlMode.DAMPED, Layer.POSTURE: Posture.LYING_PRONE},
        {Layer.CONTROL: ControlMode.FALLEN, Layer.POSTURE: Posture.UNKNOWN},
        {Layer.CONTROL: ControlMode.GETTING_UP, Layer.POSTURE: Posture.SQUAT},
        {Layer.CONTROL: ControlMode.LOCOMOTION, Layer.POSTURE: Posture.WALKING},
        {Layer.CONTROL: ControlMode.MANIPULATING, Layer.MANIPULATION: Manipulation.TRANSPORT},
        {Layer.CONTROL: ControlMode.MANIPULATING, Layer.MANIPULATION: Manipulation.VERIFY},
        {Layer.CONTROL: ControlMode.SETTLING},
        {Layer.CONTROL: ControlMode.MINOR_FAULT},
        {Layer.CONTROL: ControlMode.SWAP_POSE, Layer.MISSION: Mission.BATTERY_SWAP},
        {Layer.LIFT: LiftSession.RIDING},
    ],
}
ANYWHERE: list[dict[Layer, object]] = [
    {},
    {Layer.MODE: OperatingMode.SERVICE},
    {Layer.CONNECTION: Connection.COMMS_LOST},
    {Layer.STOP: StopState.EMERGENCY},
]


def circumstances(family: Family) -> Iterator[tuple[RobotStates, Facts]]:
    good = GOOD[family]
    other = replace(good.battery, swap_s=None if good.battery.swap_s else 180.0)
    many_facts = [
        good,
        replace(good, soc=0.2),
        replace(good, soc=0.01),
        replace(good, soc=None),
        replace(good, battery=other),
        replace(good, tries=5, unlock_asked=False, loaded=True),
        replace(good, tilt_rad=1.5, face_down=True, loaded=True),
        replace(good, tilt_rad=1.5, face_down=False),
        replace(good, body_rate_radps=7.0),
        *(replace(good, posture_seen=posture) for posture in Posture),
    ]
    for change in [*ANYWHERE, *SITUATIONS[family]]:
        for facts in many_facts:
            yield ready(family).moved(change), facts


def fired_or_none(table: Table, states: RobotStates, row: Row, facts: Facts) -> Fired | None:
    try:
        return table.fire(states, row.trigger, facts)
    except Rejected:
        return None


@pytest.mark.parametrize("family", FAMILIES)
def test_every_row_can_fire(family: Family) -> None:
    table = TABLES[family]
    dead = {(row, source) for row in table.rows for source in row.sources}
    for states, facts in circumstances(family):
        for row, source in tuple(dead):
            fired = fired_or_none(table, states.moved({row.layer: source}), row, facts)
            if fired and row in fired.rows:
                dead.remove((row, source))
    assert [(row.layer, row.trigger.value, source, row.dest.value) for row, source in dead] == []


@pytest.mark.parametrize("family", FAMILIES)
def test_words_of_the_tables_are_all_used(family: Family) -> None:
    every_row = [row for table in TABLES.values() for row in table.rows]
    assert {row.trigger for row in every_row} == set(Trigger)
    assert {row.dest for row in TABLES[family].rows if row.layer is Layer.COMPARTMENT} == (
        set(Compartment) if family is Family.DELIVERY else set()
    )
