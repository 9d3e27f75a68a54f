# SPDX-License-Identifier: Apache-2.0
"""What the fleet tells a robot: commands, grants, stops, and that it cannot read what the robot says.

A grant needs no name, its path indexes are one. All else has an id, an end and an answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from msgspec import Meta

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
from suwon_fleet.wire.findings import shown
from suwon_fleet.wire.zenoh.envelope import SCHEMA, Codec, Count, Id, NewerSchema, head_of
from suwon_fleet.wire.zenoh.happenings import Facts
from suwon_fleet.wire.zenoh.keys import Channel
from suwon_fleet.wire.zenoh.reports import Coordinate


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a command carries besides what is to be done.

    `session` is the robot's program that it is for, `epoch` counts the owners the robot has had, and
    `sequence` what this owner has sent on one channel; a robot heeds the latest owner only, and of it
    nothing older than the last. `command_id` and `expires_ns` a grant does not have.
    """

    session: str
    epoch: int
    sequence: int
    stamp_ns: int
    command_id: str = ""
    expires_ns: int = 0


@dataclass(frozen=True, slots=True)
class Unread:
    """The fleet cannot use what the robot said on `channel`: its schema is newer than `known`."""

    channel: str
    of_sequence: int
    known: int = SCHEMA


class WaypointBody(msgspec.Struct, array_like=True, frozen=True):
    """On the wire; infinity is no limit of speed."""

    x_m: Coordinate
    y_m: Coordinate
    level: Id
    speed_limit_mps: Annotated[float, Meta(ge=0.0)]
    lane: Id = ""
    hold_s: Annotated[float, Meta(ge=0.0, le=1e6)] = 0.0


class GrantBody(msgspec.Struct, array_like=True, frozen=True):
    """On the wire."""

    session: Id
    epoch: Count
    first_index: Count
    waypoints: Annotated[tuple[WaypointBody, ...], Meta(min_length=1)]


class CommandBody(msgspec.Struct, array_like=True, frozen=True):
    """What all named commands begin with; `pause` and `resume` have nothing more."""

    command_id: Id
    session: Id
    epoch: Count
    expires_ns: Count


class ActBody(CommandBody, array_like=True, frozen=True):
    """On the wire."""

    action_id: Id
    action: ActionKind
    params: Facts = ()


class CancelBody(CommandBody, array_like=True, frozen=True):
    """On the wire."""

    action_id: Id


class RequestStopBody(CommandBody, array_like=True, frozen=True):
    """On the wire."""

    stop_id: Id
    stop: StopKind


class ReleaseStopBody(CommandBody, array_like=True, frozen=True):
    """On the wire."""

    stop_id: Id


class UnreadBody(msgspec.Struct, array_like=True, frozen=True):
    """On the wire."""

    channel: Id
    of_sequence: Count
    known: Count


_GRANT = Codec("grant", GrantBody)
_PAUSE, _RESUME = Codec("pause", CommandBody), Codec("resume", CommandBody)
_ACT, _CANCEL = Codec("act", ActBody), Codec("cancel_action", CancelBody)
_REQUEST_STOP = Codec("request_stop", RequestStopBody)
_RELEASE_STOP = Codec("release_stop", ReleaseStopBody)
_UNREAD = Codec("unread", UnreadBody)
_CODECS: dict[str, Codec[Any]] = {
    codec.kind: codec
    for codec in (_GRANT, _PAUSE, _RESUME, _ACT, _CANCEL, _REQUEST_STOP, _RELEASE_STOP, _UNREAD)
}


def channel_of(command: RobotCommand) -> Channel:
    """The channel a command goes by."""
    match command:
        case Grant():
            return Channel.GRANT
        case RequestStop() | ReleaseStop():
            return Channel.STOP
        case _:
            return Channel.COMMAND


def encode_command(command: RobotCommand, ticket: Ticket) -> bytes:
    """The bytes of a command; its robot is told by the key alone."""
    number, at_ns = ticket.sequence, ticket.stamp_ns
    head = (ticket.command_id, ticket.session, ticket.epoch, ticket.expires_ns)
    match command:
        case Grant():
            waypoints = tuple(
                WaypointBody(at.x_m, at.y_m, at.level, at.speed_limit_mps, at.lane, at.hold_s)
                for at in command.waypoints
            )
            grant = GrantBody(ticket.session, ticket.epoch, command.first_index, waypoints)
            return _GRANT.encode(number, at_ns, grant)
        case Act():
            act = ActBody(*head, command.action_id, command.kind, command.params)
            return _ACT.encode(number, at_ns, act)
        case CancelAction():
            return _CANCEL.encode(number, at_ns, CancelBody(*head, command.action_id))
        case RequestStop():
            stop = RequestStopBody(*head, command.stop_id, command.kind)
            return _REQUEST_STOP.encode(number, at_ns, stop)
        case ReleaseStop():
            return _RELEASE_STOP.encode(number, at_ns, ReleaseStopBody(*head, command.stop_id))
        case Pause():
            return _PAUSE.encode(number, at_ns, CommandBody(*head))
        case Resume():
            return _RESUME.encode(number, at_ns, CommandBody(*head))


def encode_unread(unread: Unread, seq: int, stamp_ns: int) -> bytes:
    """The bytes of the answer to what is of a newer schema."""
    body = UnreadBody(unread.channel, unread.of_sequence, unread.known)
    return _UNREAD.encode(seq, stamp_ns, body)


def decode_command(
    robot_id: str, payload: bytes, where: str
) -> tuple[RobotCommand | Unread, Ticket]:
    """The command that bytes are, and what it carries. Raises BadInput."""
    head = head_of(payload, where)
    kind, codec = head.kind, _CODECS.get(head.kind)
    if codec is None and head.schema > SCHEMA:
        raise NewerSchema(where, head)
    if codec is None:
        mend = f"use {', '.join(_CODECS)}"
        raise BadInput([Problem("unknown-command", where, f"no command {shown(kind)}", mend)])
    message = codec.decode(payload, where)
    body, number, at_ns = message.body, message.seq, message.stamp_ns
    if isinstance(body, UnreadBody):
        unread = Unread(body.channel, body.of_sequence, body.known)
        return unread, Ticket("", 0, number, at_ns)
    if isinstance(body, GrantBody):
        ticket = Ticket(body.session, body.epoch, number, at_ns)
        return Grant(robot_id, body.first_index, _waypoints(body.waypoints)), ticket
    ticket = Ticket(body.session, body.epoch, number, at_ns, body.command_id, body.expires_ns)
    return _command(robot_id, kind, body), ticket


def _waypoints(bodies: tuple[WaypointBody, ...]) -> tuple[Waypoint, ...]:
    return tuple(
        Waypoint(at.x_m, at.y_m, at.level, at.speed_limit_mps, at.lane, at.hold_s) for at in bodies
    )


def _command(robot_id: str, kind: str, body: CommandBody) -> RobotCommand:
    match body:
        case ActBody():
            return Act(robot_id, body.action_id, body.action, body.params)
        case CancelBody():
            return CancelAction(robot_id, body.action_id)
        case RequestStopBody():
            return RequestStop(robot_id, body.stop_id, body.stop)
        case ReleaseStopBody():
            return ReleaseStop(robot_id, body.stop_id)
        case _:
            return Pause(robot_id) if kind == _PAUSE.kind else Resume(robot_id)
