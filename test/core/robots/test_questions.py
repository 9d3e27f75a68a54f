# SPDX-License-Identifier: Apache-2.0
"""Each thing that may be wrong with an able robot, and what it forbids."""

from __future__ import annotations

import pytest
from core.robots.samples import ready

from suwon_fleet.core.errors import Reason
from suwon_fleet.core.robots.command import ActionKind
from suwon_fleet.core.robots.kind import Family
from suwon_fleet.core.robots.questions import (
    is_driven_by_person,
    is_immobile,
    may_act,
    may_command,
    may_drive,
    may_take_job,
    needs_get_ready,
)
from suwon_fleet.core.robots.report import (
    Compartment,
    ControlMode,
    Navigation,
    OperatingMode,
    Posture,
    Power,
    StopState,
)
from suwon_fleet.core.robots.states import (
    LEGS,
    BatteryLevel,
    Connection,
    Layer,
    Manipulation,
    Mission,
    Release,
    RobotStates,
)

DELIVERY, HUMANOID = Family.DELIVERY, Family.HUMANOID
Change = tuple[Layer, object]


def on_a_leg(family: Family, *changes: Change) -> RobotStates:
    return ready(family).moved({Layer.MISSION: Mission.TO_PICKUP, **dict(changes)})


def code(reason: Reason | None) -> str | None:
    return reason.code if reason else None


@pytest.mark.parametrize("family", [*Family])
def test_nothing_is_wrong(family: Family) -> None:
    assert may_command(ready(family)) is None
    assert may_take_job(ready(family)) is None
    assert is_immobile(ready(family)) is None
    assert may_drive(on_a_leg(family)) is None
    assert not needs_get_ready(ready(family))
    assert not is_driven_by_person(ready(family))


@pytest.mark.parametrize("mission", [*Mission])
def test_only_legs_move(mission: Mission) -> None:
    states = ready(DELIVERY).moved({Layer.MISSION: mission})
    assert (may_drive(states) is None) == (mission in LEGS)


WRONGS: list[tuple[Family, Change, str, str | None, str | None]] = [
    # layer and state, why no driving, why no job, why immobile
    (
        DELIVERY,
        (Layer.CONNECTION, Connection.COMMS_LOST),
        *("robot-not-online",) * 3,
    ),
    (DELIVERY, (Layer.MODE, OperatingMode.INTERVENED), *("robot-not-automatic",) * 3),
    (DELIVERY, (Layer.MODE, OperatingMode.STARTUP), *("robot-not-automatic",) * 3),
    (DELIVERY, (Layer.STOP, StopState.FATAL), *("robot-stopped",) * 3),
    (DELIVERY, (Layer.RELEASE, Release.NEEDED), *("robot-needs-release",) * 3),
    (DELIVERY, (Layer.NAVIGATION, Navigation.ASSIST_NEEDED), *("robot-needs-assist",) * 3),
    (DELIVERY, (Layer.BATTERY, BatteryLevel.CRITICAL), *("robot-battery-critical",) * 3),
    (DELIVERY, (Layer.POWER, Power.SWAPPING), *("robot-battery-out",) * 3),
    (DELIVERY, (Layer.COMPARTMENT, Compartment.OPENING), *("robot-lid-open",) * 2, None),
    (DELIVERY, (Layer.POWER, Power.CHARGING), "robot-on-charger", None, None),
    (HUMANOID, (Layer.CONTROL, ControlMode.EXTERNAL_CTRL), *("robot-in-other-hands",) * 3),
    (HUMANOID, (Layer.CONTROL, ControlMode.FALLEN), *("robot-needs-care",) * 3),
    (
        HUMANOID,
        (Layer.CONTROL, ControlMode.DAMPED),
        "robot-not-balanced",
        None,
        "robot-not-balanced",
    ),
    (HUMANOID, (Layer.POSTURE, Posture.SITTING), "robot-not-balanced", None, None),
    (HUMANOID, (Layer.MANIPULATION, Manipulation.GRASP), *("robot-hands-busy",) * 2, None),
    (HUMANOID, (Layer.MANIPULATION, Manipulation.TRANSPORT), "", "robot-hands-busy", None),
    (HUMANOID, (Layer.CONTROL, ControlMode.MANIPULATING), "robot-hands-busy", None, None),
]


@pytest.mark.parametrize(("family", "change", "drive", "job", "immobile"), WRONGS)
def test_one_thing_is_wrong(
    family: Family, change: Change, drive: str, job: str | None, immobile: str | None
) -> None:
    idle = ready(family).moved(dict([change]))
    assert code(may_drive(on_a_leg(family, change))) == (drive or None)
    assert code(may_take_job(idle)) == job
    assert code(is_immobile(idle)) == immobile


def test_carrying_walks_from_manipulating() -> None:
    carries = (Layer.MANIPULATION, Manipulation.TRANSPORT)
    states = on_a_leg(HUMANOID, carries, (Layer.CONTROL, ControlMode.MANIPULATING))
    assert may_drive(states) is None


@pytest.mark.parametrize("battery", [BatteryLevel.LOW, BatteryLevel.UNKNOWN])
def test_jobs_need_charge_but_legs_are_finished(battery: BatteryLevel) -> None:
    change = (Layer.BATTERY, battery)
    assert code(may_take_job(ready(DELIVERY).moved(dict([change])))) == "robot-battery-low"
    assert may_drive(on_a_leg(DELIVERY, change)) is None


@pytest.mark.parametrize("family", [*Family])
@pytest.mark.parametrize("kind", [*ActionKind])
def test_every_action_has_its_moment_or_its_family(family: Family, kind: ActionKind) -> None:
    moments = [
        ready(family).moved({Layer.MISSION: mission, **change})
        for mission in Mission
        for change in (
            {},
            *({Layer.MANIPULATION: phase} for phase in Manipulation if family is HUMANOID),
            *({Layer.CONTROL: ControlMode.DAMPED} for _ in range(family is HUMANOID)),
        )
    ]
    codes = {code(may_act(states, kind)) for states in moments}
    assert None in codes or codes == {"robot-cannot"}
    assert len(codes) > 1 or codes == {"robot-cannot"}


@pytest.mark.parametrize("kind", [*ActionKind])
def test_no_action_while_moving_or_unreleased(kind: ActionKind) -> None:
    for change in (
        (Layer.NAVIGATION, Navigation.MOVING),
        (Layer.RELEASE, Release.NEEDED),
        (Layer.STOP, StopState.PROTECTIVE),
        (Layer.MODE, OperatingMode.SERVICE),
    ):
        for family in Family:
            for mission in Mission:
                states = ready(family).moved(dict([change, (Layer.MISSION, mission)]))
                assert may_act(states, kind) is not None


def test_a_reason_names_the_state() -> None:
    reason = may_drive(on_a_leg(DELIVERY, (Layer.STOP, StopState.SAFE_HOLD)))
    assert reason == Reason.of("robot-stopped", state="safe_hold")
