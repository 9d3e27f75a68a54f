# SPDX-License-Identifier: Apache-2.0
"""What robots say of themselves: factsheets and states."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Annotated, Any

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


class ActionBody(msgspec.Struct, array_like=True, frozen=True):
    """How the newest action stands."""

    action_id: Id
    status: ActionStatus
    result: Words = ""


class StateBody(msgspec.Struct, array_like=True, frozen=True):
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
    pose = _new(Pose)
    _set_x(pose, body.x_m)
    _set_y(pose, body.y_m)
    _set_yaw(pose, body.yaw_rad)
    _set_level(pose, body.level or GROUND)
    report: RobotReport = _new(RobotReport)
    _set_robot_id(report, body.robot_id)
    _set_sequence(report, message.seq)
    _set_stamp(report, message.stamp_ns)
    _set_session(report, body.session)
    _set_pose(report, pose)
    _set_speed(report, body.speed_mps)
    _set_path_index(report, body.path_index)
    _set_granted_index(report, body.granted_index)
    _set_battery(report, None if soc is None else charge_of(soc))
    _set_mode(report, body.mode)
    _set_navigation(report, body.navigation)
    _set_compartment(report, body.compartment)
    _set_lift(report, body.lift)
    _set_stop(report, body.stop)
    _set_power(report, body.power)
    _set_control(report, body.control)
    _set_posture(report, body.posture)
    _set_action(report, _action(body.action))
    _set_stop_id(report, body.stop_id)
    _set_faults(report, body.faults)
    return report


def _action(body: ActionBody | None) -> ActionReport | None:
    """None with an empty id, as over ROS."""
    if body is None or not body.action_id:
        return None
    return ActionReport(body.action_id, body.status, body.result)


def _setters(kind: type) -> list[Callable[[Any, Any], None]]:
    """What puts a value in each slot of a frozen dataclass, in order.

    Its own `__init__` takes four times as long, and states come by tens of thousands a second.
    """
    return [getattr(kind, field.name).__set__ for field in fields(kind)]


_new: Any = object.__new__
_set_x, _set_y, _set_yaw, _set_level = _setters(Pose)
(
    _set_robot_id,
    _set_sequence,
    _set_stamp,
    _set_session,
    _set_pose,
    _set_speed,
    _set_path_index,
    _set_granted_index,
    _set_battery,
    _set_mode,
    _set_navigation,
    _set_compartment,
    _set_lift,
    _set_stop,
    _set_power,
    _set_control,
    _set_posture,
    _set_action,
    _set_stop_id,
    _set_faults,
) = _setters(RobotReport)
