# SPDX-License-Identifier: Apache-2.0
"""What robots say of themselves: factsheets and states."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from suwon_fleet.core.robots.report import (
    ActionReport,
    ActionStatus,
    Compartment,
    ControlMode,
    Factsheet,
    LiftSession,
    Navigation,
    OperatingMode,
    Pose,
    Posture,
    Power,
    RobotReport,
    StopState,
    charge_of,
)
from suwon_fleet.core.sitemap import GROUND
from suwon_fleet.wire.zenoh.envelope import Codec, Id, Words

Coordinate = Annotated[float, Meta(ge=-1e8, le=1e8)]
"""Metres or radians. NaN and infinity are outside, as of every bounded number."""
Speed = Annotated[float, Meta(ge=-1e3, le=1e3)]
Index = Annotated[int, Meta(ge=-1, le=2**53)]
Share = Annotated[float, Meta(ge=-0.1, le=1.1)]
"""Of 0 to 1; a gauge may read a little over full."""


class FactsheetBody(msgspec.Struct, array_like=True, frozen=True):
    """Who a robot is."""

    robot_id: Id
    kind: Id
    session: Id
    vendor: Words = ""
    serial: Words = ""


class ActionBody(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """How the newest action stands."""

    action_id: Id
    status: ActionStatus
    result: Words = ""


class StateBody(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """How a robot stands; the envelope has its sequence and stamp. Fields left off have these values."""

    robot_id: Id
    session: Id
    x_m: Coordinate
    y_m: Coordinate
    yaw_rad: Coordinate
    level: Id
    speed_mps: Speed
    path_index: Index
    granted_index: Index
    battery_soc: Share | None = None
    mode: OperatingMode = OperatingMode.AUTOMATIC
    navigation: Navigation = Navigation.STANDING
    compartment: Compartment | None = None
    lift: LiftSession = LiftSession.NONE
    stop: StopState = StopState.NONE
    power: Power = Power.DISCHARGING
    control: ControlMode | None = None
    posture: Posture | None = None
    action: ActionBody | None = None
    stop_id: Id = ""
    faults: Annotated[tuple[Words, ...], Meta(max_length=100)] = ()


_FACTSHEET = Codec("factsheet", FactsheetBody)
_STATE = Codec("state", StateBody)


def encode_factsheet(sheet: Factsheet, seq: int, stamp_ns: int) -> bytes:
    """The bytes of a factsheet."""
    body = FactsheetBody(sheet.robot_id, sheet.kind, sheet.session, sheet.vendor, sheet.serial)
    return _FACTSHEET.encode(seq, stamp_ns, body)


def decode_factsheet(payload: bytes, where: str) -> Factsheet:
    """The factsheet that bytes are. Raises BadInput."""
    body = _FACTSHEET.decode(payload, where).body
    return Factsheet(body.robot_id, body.kind, body.session, body.vendor, body.serial)


def encode_state(report: RobotReport) -> bytes:
    """The bytes of a robot's state."""
    pose, action = report.pose, report.action
    body = StateBody(
        report.robot_id,
        report.session,
        pose.x_m,
        pose.y_m,
        pose.yaw_rad,
        pose.level,
        report.speed_mps,
        report.path_index,
        report.granted_index,
        report.battery_soc,
        report.mode,
        report.navigation,
        report.compartment,
        report.lift,
        report.stop,
        report.power,
        report.control,
        report.posture,
        ActionBody(action.action_id, action.status, action.result) if action else None,
        report.stop_id,
        report.faults,
    )
    return _STATE.encode(report.sequence, report.stamp_ns, body)


def decode_state(payload: bytes, where: str) -> RobotReport:
    """The state that bytes are. Raises BadInput."""
    message = _STATE.decode(payload, where)
    body = message.body
    soc = body.battery_soc
    return RobotReport(
        body.robot_id,
        message.seq,
        message.stamp_ns,
        body.session,
        Pose(body.x_m, body.y_m, body.yaw_rad, body.level or GROUND),
        body.speed_mps,
        body.path_index,
        body.granted_index,
        None if soc is None else charge_of(soc),
        body.mode,
        body.navigation,
        body.compartment,
        body.lift,
        body.stop,
        body.power,
        body.control,
        body.posture,
        _action(body.action),
        body.stop_id,
        body.faults,
    )


def _action(body: ActionBody | None) -> ActionReport | None:
    """None with an empty id, as over ROS."""
    if body is None or not body.action_id:
        return None
    return ActionReport(body.action_id, body.status, body.result)
