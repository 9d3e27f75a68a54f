# SPDX-License-Identifier: Apache-2.0
"""Robot commands as messages and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import suwon_fleet.msg as msg
from suwon_fleet.adapters.ros import fields
from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.core.robots.command import (
    Act,
    ActionKind,
    CancelAction,
    Grant,
    Pause,
    ReleaseStop,
    RequestStop,
    Resume,
    RobotCommand,
    StopKind,
    Waypoint,
)

_ACTIONS = fields.words(ActionKind)
_STOPS = fields.words(StopKind)


def batch_of(commands: Iterable[RobotCommand], at_ns: int) -> Any:
    """A RobotCommands message; it may be empty, and then tells how far the fleet has come."""
    batch = msg.RobotCommands(version=msg.RobotCommands.VERSION, stamp=fields.stamp(at_ns))
    batch.commands = [_message(command) for command in commands]
    return batch


def _message(command: RobotCommand) -> Any:
    message = msg.RobotCommand(robot_id=command.robot_id)
    match command:
        case Grant():
            message.verb, message.first_index = message.GRANT, command.first_index
            message.waypoints = [
                msg.Waypoint(
                    x=point.x_m,
                    y=point.y_m,
                    level=point.level,
                    speed_limit=point.speed_limit_mps,
                    lane=point.lane,
                    hold=point.hold_s,
                )
                for point in command.waypoints
            ]
        case Act():
            message.verb, message.action_id = message.ACT, command.action_id
            message.kind = command.kind.value
            message.param_names = [name for name, _ in command.params]
            message.param_values = [value for _, value in command.params]
        case CancelAction():
            message.verb, message.action_id = message.CANCEL_ACTION, command.action_id
        case RequestStop():
            message.verb, message.stop_id = message.REQUEST_STOP, command.stop_id
            message.kind = command.kind.value
        case ReleaseStop():
            message.verb, message.stop_id = message.RELEASE_STOP, command.stop_id
        case Pause():
            message.verb = message.PAUSE
        case Resume():
            message.verb = message.RESUME
    return message


def commands_in(batch: Any) -> tuple[list[RobotCommand], list[BadInput]]:
    """The commands of a RobotCommands message, and what is wrong with those left out."""
    commands: list[RobotCommand] = []
    wrong: list[BadInput] = []
    try:
        fields.version(batch.version, msg.RobotCommands.VERSION, "version")
    except BadInput as error:
        return commands, [error]
    for index, message in enumerate(batch.commands):
        try:
            commands.append(_command(message, f"commands[{index}]"))
        except BadInput as error:
            wrong.append(error)
    return commands, wrong


def _command(message: Any, at: str) -> RobotCommand:
    name = fields.robot_id(message.robot_id, f"{at}.robot_id")
    match message.verb:
        case msg.RobotCommand.GRANT:
            return Grant(name, message.first_index, _waypoints(message.waypoints, at))
        case msg.RobotCommand.ACT:
            kind = fields.word(_ACTIONS, message.kind, f"{at}.kind")
            if len(message.param_names) != len(message.param_values):
                what = "param_names and param_values differ in length"
                raise BadInput([Problem("uneven-params", at, what, "send one value for each name")])
            params = tuple(zip(message.param_names, message.param_values, strict=True))
            return Act(name, message.action_id, kind, params)
        case msg.RobotCommand.CANCEL_ACTION:
            return CancelAction(name, message.action_id)
        case msg.RobotCommand.REQUEST_STOP:
            kind_of_stop = fields.word(_STOPS, message.kind, f"{at}.kind")
            return RequestStop(name, message.stop_id, kind_of_stop)
        case msg.RobotCommand.RELEASE_STOP:
            return ReleaseStop(name, message.stop_id)
        case msg.RobotCommand.PAUSE:
            return Pause(name)
        case msg.RobotCommand.RESUME:
            return Resume(name)
    what = f"{message.verb[:40]!r} is no verb"
    raise BadInput([Problem("unknown-word", f"{at}.verb", what, "see RobotCommand.msg")])


def _waypoints(messages: Any, at: str) -> tuple[Waypoint, ...]:
    if not messages:
        what = "a grant without waypoints"
        raise BadInput([Problem("empty-grant", at, what, "send at least one waypoint")])
    return tuple(
        Waypoint(
            fields.finite(point.x, f"{at}.waypoints[{index}].x"),
            fields.finite(point.y, f"{at}.waypoints[{index}].y"),
            point.level,
            fields.a_number(point.speed_limit, f"{at}.waypoints[{index}].speed_limit"),
            point.lane,
            fields.finite(point.hold, f"{at}.waypoints[{index}].hold"),
        )
        for index, point in enumerate(messages)
    )
