# SPDX-License-Identifier: Apache-2.0
"""Robot reports out of messages; `wire/cdr/fleet.py` writes them."""

from __future__ import annotations

import math
from typing import Any

import suwon_fleet.msg as msg
from suwon_fleet.adapters.ros import fields
from suwon_fleet.core.engine.messages import Announced, Reported
from suwon_fleet.core.errors import BadInput, Problem
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

_MODES = fields.words(OperatingMode)
_NAVIGATION = fields.words(Navigation)
_COMPARTMENT = fields.words(Compartment)
_LIFT = fields.words(LiftSession)
_STOP = fields.words(StopState)
_POWER = fields.words(Power)
_CONTROL = fields.words(ControlMode)
_POSTURE = fields.words(Posture)
_STATUS = fields.words(ActionStatus)

Heard = Announced | Reported


def heard_in(batch: Any) -> tuple[list[Heard], list[BadInput]]:
    """What a RobotReports message tells, and what is wrong with the reports left out."""
    heard: list[Heard] = []
    wrong: list[BadInput] = []
    try:
        fields.version(batch.version, msg.RobotReports.VERSION, "version")
    except BadInput as error:
        return heard, [error]
    for index, message in enumerate(batch.reports):
        try:
            heard.append(_heard(message, f"reports[{index}]"))
        except BadInput as error:
            wrong.append(error)
    return heard, wrong


def _heard(message: Any, at: str) -> Heard:
    name = fields.robot_id(message.robot_id, f"{at}.robot_id")
    report = _report(message, name, f"{at} ({name})")
    if message.kind:
        return Announced(Factsheet(name, message.kind, report.session), report)
    return Reported(report)


def _report(message: Any, robot_id: str, at: str) -> RobotReport:
    pose, battery = message.pose, message.battery
    return RobotReport(
        robot_id=robot_id,
        sequence=message.sequence,
        stamp_ns=fields.ns_of(message.stamp),
        session=message.session,
        pose=Pose(
            fields.finite(pose.x, f"{at}.pose.x"),
            fields.finite(pose.y, f"{at}.pose.y"),
            fields.finite(pose.yaw, f"{at}.pose.yaw"),
            pose.level or GROUND,
        ),
        speed_mps=fields.finite(message.speed, f"{at}.speed"),
        path_index=_index(message.path_index, f"{at}.path_index"),
        granted_index=_index(message.granted_index, f"{at}.granted_index"),
        battery_soc=None
        if math.isnan(battery)
        else charge_of(fields.finite(battery, f"{at}.battery")),
        mode=fields.word(_MODES, message.mode, f"{at}.mode"),
        navigation=fields.word(_NAVIGATION, message.navigation, f"{at}.navigation"),
        compartment=fields.word_or_none(_COMPARTMENT, message.compartment, f"{at}.compartment"),
        lift=fields.word(_LIFT, message.lift, f"{at}.lift"),
        stop=fields.word(_STOP, message.stop, f"{at}.stop"),
        power=fields.word(_POWER, message.power, f"{at}.power"),
        control=fields.word_or_none(_CONTROL, message.control, f"{at}.control"),
        posture=fields.word_or_none(_POSTURE, message.posture, f"{at}.posture"),
        action=_action(message.action, f"{at}.action"),
        stop_id=message.stop_id,
        faults=tuple(message.faults),
    )


def _index(value: int, where: str) -> int:
    """A path index; -1 is none yet."""
    if value < -1:
        raise BadInput([Problem("bad-index", where, f"is {value}", "send -1 or more")])
    return value


def _action(message: Any, at: str) -> ActionReport | None:
    if not message.action_id:
        return None
    status = fields.word(_STATUS, message.status, f"{at}.status")
    return ActionReport(message.action_id, status, message.result)
