# SPDX-License-Identifier: Apache-2.0
"""What robots say besides their state: what happened, alarms, and answers to commands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from suwon_fleet.wire.zenoh.envelope import Codec, Count, Id, Words

Facts = Annotated[tuple[tuple[Id, Words], ...], Meta(max_length=100)]


@dataclass(frozen=True, slots=True)
class RobotEvent:
    """Something that happened to a robot; `sequence` counts them without a gap, session by session."""

    robot_id: str
    session: str
    sequence: int
    stamp_ns: int
    what: str
    facts: tuple[tuple[str, str], ...] = ()


class Grade(StrEnum):
    """How much an alarm matters."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Alarm:
    """What people should know at once, in the robot's own words; over when it comes with `is_on` false."""

    robot_id: str
    session: str
    sequence: int
    stamp_ns: int
    code: str
    grade: Grade
    text: str
    is_on: bool = True


class Refusal(StrEnum):
    """Why a robot does not do what it was told."""

    NONE = ""
    EXPIRED = "expired"
    OLDER = "older"
    """It has heard a later one."""
    OTHER_SESSION = "other-session"
    """Meant for the program that ran before, or for the owner before."""
    BUSY = "busy"
    UNABLE = "unable"
    UNREADABLE = "unreadable"
    NEWER_SCHEMA = "newer-schema"


@dataclass(frozen=True, slots=True)
class CommandAnswer:
    """A robot has heard a command; empty `refusal`: it does it, or has done it before.

    `of_sequence` is that of the command's envelope, the only name that an unreadable one has.
    """

    robot_id: str
    session: str
    sequence: int
    stamp_ns: int
    command_id: str
    of_sequence: int
    refusal: Refusal = Refusal.NONE
    detail: str = ""


class EventBody(msgspec.Struct, array_like=True, frozen=True):
    """On the wire."""

    robot_id: Id
    session: Id
    what: Id
    facts: Facts = ()


class AlarmBody(msgspec.Struct, array_like=True, frozen=True):
    """On the wire."""

    robot_id: Id
    session: Id
    code: Id
    grade: Grade
    text: Words
    is_on: bool = True


class AnswerBody(msgspec.Struct, array_like=True, frozen=True):
    """On the wire."""

    robot_id: Id
    session: Id
    command_id: Id
    of_sequence: Count
    refusal: Refusal = Refusal.NONE
    detail: Words = ""


_EVENT = Codec("event", EventBody)
_ALARM = Codec("alarm", AlarmBody)
_ANSWER = Codec("answer", AnswerBody)


def encode_event(event: RobotEvent) -> bytes:
    """The bytes of an event."""
    body = EventBody(event.robot_id, event.session, event.what, event.facts)
    return _EVENT.encode(event.sequence, event.stamp_ns, body)


def decode_event(payload: bytes, where: str) -> RobotEvent:
    """The event that bytes are. Raises BadInput."""
    told = _EVENT.decode(payload, where)
    body = told.body
    return RobotEvent(body.robot_id, body.session, told.seq, told.stamp_ns, body.what, body.facts)


def encode_alarm(alarm: Alarm) -> bytes:
    """The bytes of an alarm."""
    body = AlarmBody(
        alarm.robot_id, alarm.session, alarm.code, alarm.grade, alarm.text, alarm.is_on
    )
    return _ALARM.encode(alarm.sequence, alarm.stamp_ns, body)


def decode_alarm(payload: bytes, where: str) -> Alarm:
    """The alarm that bytes are. Raises BadInput."""
    told = _ALARM.decode(payload, where)
    body = told.body
    return Alarm(
        body.robot_id,
        body.session,
        told.seq,
        told.stamp_ns,
        body.code,
        body.grade,
        body.text,
        body.is_on,
    )


def encode_answer(answer: CommandAnswer) -> bytes:
    """The bytes of an answer."""
    body = AnswerBody(
        answer.robot_id,
        answer.session,
        answer.command_id,
        answer.of_sequence,
        answer.refusal,
        answer.detail,
    )
    return _ANSWER.encode(answer.sequence, answer.stamp_ns, body)


def decode_answer(payload: bytes, where: str) -> CommandAnswer:
    """The answer that bytes are. Raises BadInput."""
    told = _ANSWER.decode(payload, where)
    body = told.body
    return CommandAnswer(
        body.robot_id,
        body.session,
        told.seq,
        told.stamp_ns,
        body.command_id,
        body.of_sequence,
        body.refusal,
        body.detail,
    )
