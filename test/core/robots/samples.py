# SPDX-License-Identifier: Apache-2.0
"""Robots in known states, and the reports they would send."""

from __future__ import annotations

from dataclasses import replace

from suwon_fleet.core.robots.facts import Facts
from suwon_fleet.core.robots.kind import Battery, Capability, Family, RobotKind
from suwon_fleet.core.robots.report import (
    Compartment,
    ControlMode,
    OperatingMode,
    Pose,
    Posture,
    RobotReport,
)
from suwon_fleet.core.robots.states import BatteryLevel, Connection, Layer, RobotStates
from suwon_fleet.core.sitemap import LaneKind

BATTERY = Battery(capacity_wh=1000.0, idle_w=50.0, drive_w=150.0, charge_w=400.0)
SWAP_BATTERY = replace(BATTERY, swap_s=180.0)
SOC = {
    BatteryLevel.UNKNOWN: None,
    BatteryLevel.ENOUGH: 0.8,
    BatteryLevel.LOW: 0.2,
    BatteryLevel.CRITICAL: 0.05,
}
ROBOT_LAYERS = tuple(layer for layer in Layer if not layer.is_fleets and layer is not Layer.BATTERY)


def kind_of(family: Family, *, battery: Battery | None = None, lids: int = 1) -> RobotKind:
    is_humanoid = family is Family.HUMANOID
    return RobotKind(
        id=family.value,
        family=family,
        length_m=0.8,
        width_m=0.6,
        height_m=1.0,
        radius_m=0.5,
        mass_kg=50.0,
        payload_kg=10.0,
        max_speed_mps=1.5,
        indoor_speed_mps=1.0,
        acceleration_mps2=1.0,
        deceleration_mps2=1.0,
        turn_rate_radps=1.0,
        stopping_distance_m=1.5,
        max_slope=0.1,
        lane_kinds=frozenset(LaneKind),
        capabilities=frozenset(Capability),
        battery=battery or (SWAP_BATTERY if is_humanoid else BATTERY),
        compartments=0 if is_humanoid else lids,
    )


def ready(family: Family) -> RobotStates:
    """Online, idle, nothing wrong; a humanoid balanced on its feet."""
    states = RobotStates.unheard(kind_of(family))
    changes = {
        Layer.CONNECTION: Connection.ONLINE,
        Layer.MODE: OperatingMode.AUTOMATIC,
        Layer.BATTERY: BatteryLevel.ENOUGH,
    }
    if family is Family.DELIVERY:
        return states.moved({**changes, Layer.COMPARTMENT: Compartment.CLOSED})
    on_feet = {Layer.CONTROL: ControlMode.BALANCED, Layer.POSTURE: Posture.STANDING}
    return states.moved({**changes, **on_feet})


def facts_for(family: Family) -> Facts:
    """All that helps a robot along, and nothing of what harms it."""
    return Facts(
        soc=0.95,
        battery=kind_of(family).battery,
        localized=True,
        healthy=True,
        tries=0,
        person="kim",
        acknowledged_at_robot=True,
        stop_held=False,
        unlock_asked=True,
        loaded=False,
        lift_door_open=True,
        lift_at_this_level=True,
        lift_session_is_mine=True,
        floor_clear=True,
        people_away=True,
        fault_clearable=True,
        arms_free=True,
        pack_ok=True,
    )


def report_of(states: RobotStates, **changes: object) -> RobotReport:
    """The report of a robot in these states."""
    layers = {layer.value: states.at(layer) for layer in ROBOT_LAYERS}
    told = {"battery_soc": SOC[states.battery], **layers, **changes}
    return RobotReport(
        robot_id="r1",
        sequence=1,
        stamp_ns=0,
        session="0",
        pose=Pose(0.0, 0.0),
        speed_mps=0.0,
        path_index=0,
        granted_index=0,
        **told,  # type: ignore[arg-type]
    )
