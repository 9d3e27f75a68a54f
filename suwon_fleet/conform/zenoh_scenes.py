# SPDX-License-Identifier: Apache-2.0
"""What a robot over Zenoh is put through besides: whom it heeds, what it answers, and broken links."""

from __future__ import annotations

import time
from typing import Any

import msgpack

from suwon_fleet.conform.exam import Exam
from suwon_fleet.conform.scenes import holds, kind_of_action, status_of
from suwon_fleet.conform.zenoh_subject import ZenohSubject
from suwon_fleet.core.robots.command import (
    Act,
    CancelAction,
    Grant,
    Pause,
    ReleaseStop,
    RequestStop,
    Resume,
    StopKind,
    Waypoint,
)
from suwon_fleet.core.robots.report import StopState
from suwon_fleet.wire.zenoh.keys import Channel

OF_ANSWERS = (
    *("answered", "duplicate", "expired", "older", "other-session", "new-owner", "old-owner"),
    *("unreadable", "newer-schema", "stop-any-session", "busy"),
)
_ANOTHER = "another-session"
_TRIES = 3
_LONG_AGO_NS = 60 * 10**9


def introducing(exam: Exam, subject: ZenohSubject) -> None:
    """Its factsheet and its token."""
    book = exam.book
    for _ in range(3):  # a question may find no way yet
        subject.ask_who()
        if exam.until(lambda: subject.sheet, exam.plan.patience_s / 3):
            break
    sheet, session = subject.sheet, exam.now.session
    if sheet is None:
        book.judge("factsheet", False, "asked for it, nothing came")
    else:
        seen = f"kind {sheet.kind!r}, session {sheet.session!r}, that of its states {session!r}"
        book.judge("factsheet", bool(sheet.kind) and sheet.session == session, seen)
    has_token(exam, subject)
    book.not_seen("it was there before us: start it after this program", "factsheet-first")


def has_token(exam: Exam, subject: ZenohSubject) -> None:
    """Whether its token is there."""
    token = subject.home.alive
    there = exam.until(lambda: token in subject.tokens)
    exam.book.judge("token", there, token if there else f"no {token}")


def heeding(exam: Exam, subject: ZenohSubject) -> None:
    """Commands heard again, too late, out of order, and for others; then a new owner."""
    _twice(exam, subject)
    _refused(exam, subject, "expired", expires_ns=time.time_ns() - _LONG_AGO_NS)
    _refused(exam, subject, "other-session", session=_ANOTHER)
    _refused(exam, subject, "older", sequence=subject.number - 10)
    before = subject.epoch
    subject.epoch, subject.number = before + 1, 0
    sent = subject.send(Resume(exam.robot_id))
    exam.until(lambda: sent.answers)
    exam.book.judge("new-owner", sent.refusal == "", f"answered {sent.refusal!r}")
    _refused(exam, subject, "old-owner", "other-session", epoch=before)


def _twice(exam: Exam, subject: ZenohSubject) -> None:
    """A pause that was ended, and a stop that was released, heard again."""
    stop_id = exam.new_id("stop")
    for first, end in (
        (Pause(exam.robot_id), Resume(exam.robot_id)),
        (
            RequestStop(exam.robot_id, stop_id, StopKind.PROTECTIVE),
            ReleaseStop(exam.robot_id, stop_id),
        ),
    ):
        sent = subject.send(first)
        exam.until(lambda: exam.now.stop is not StopState.NONE)
        exam.tell(end)
        exam.until(lambda: exam.now.stop is StopState.NONE)
        answers, refusal = len(sent.answers), sent.refusal
        subject.put(
            Channel.STOP if isinstance(first, RequestStop) else Channel.COMMAND, sent.payload
        )
        exam.until(lambda: len(sent.answers) > answers)  # noqa: B023
        free = exam.stays(lambda: exam.now.stop is StopState.NONE)
        same = len(sent.answers) > answers and sent.refusal == refusal
        seen = f"{type(first).__name__}: answered {sent.refusal!r}, stop {exam.now.stop}"
        exam.book.judge("duplicate", free and same, seen)
        if not free:
            exam.tell(end)
            exam.until(lambda: exam.now.stop is StopState.NONE)


def _refused(
    exam: Exam, subject: ZenohSubject, name: str, refusal: str = "", **ticket: Any
) -> None:
    """A pause that must not be heeded, and what is answered to it."""
    sent = subject.send(Pause(exam.robot_id), **ticket)
    exam.until(lambda: sent.answers)
    free = exam.stays(lambda: exam.now.stop is not StopState.PAUSED)
    seen = f"answered {sent.refusal!r}, stop {exam.now.stop}"
    exam.book.judge(name, free and sent.refusal == (refusal or name), seen)
    if not free:
        exam.tell(Resume(exam.robot_id))
        exam.until(lambda: exam.now.stop is StopState.NONE)


def rubbish(exam: Exam, subject: ZenohSubject) -> None:
    """What is no message, and what is one of a version to come."""
    now_ns, number = time.time_ns(), subject.number
    head = [exam.new_id("command"), exam.now.session, subject.epoch, now_ns + 10**10]
    strange, newer = [1, "dance", number + 1, now_ns, head], [2, "act", number + 2, now_ns, {}]
    subject.number += 2
    for channel in (Channel.COMMAND, Channel.STOP, Channel.GRANT):
        for junk in (
            b"",
            b"\xc1rubbish",
            b"\x95\x01",
            msgpack.packb({"stop": True}),
            b"\x00" * 70_000,
        ):
            subject.put(channel, junk)
    for name, message in (("unreadable", strange), ("newer-schema", newer)):
        subject.put(Channel.COMMAND, msgpack.packb(message))

        def answers() -> list[str]:
            return [a.refusal.value for a in subject.strays if a.of_sequence == message[2]]  # noqa: B023

        exam.until(answers)
        seen = f"answered {answers()} to {message[1]!r} of schema {message[0]}"
        exam.book.judge(name, name in answers(), seen)
    lives = exam.more(5)
    exam.book.judge(
        "rubbish", lives, f"state {exam.now.sequence} was the last" if not lives else ""
    )


def heeding_any_stop(exam: Exam, subject: ZenohSubject) -> None:
    """A stop request that was for the program before this one."""
    stop_id = exam.new_id("stop")
    subject.send(RequestStop(exam.robot_id, stop_id, StopKind.PROTECTIVE), session=_ANOTHER)
    stood = exam.until(lambda: holds(exam.now, stop_id))
    exam.book.judge("stop-any-session", stood, f"stop {exam.now.stop}")
    exam.tell(ReleaseStop(exam.robot_id, stop_id))
    exam.until(lambda: exam.now.stop is StopState.NONE)


def busy(exam: Exam, subject: ZenohSubject) -> None:
    """Two actions at a time. Where the network is slow the first may have ended before the second came."""
    for _ in range(_TRIES):
        kind, first, second = kind_of_action(exam.now), exam.new_id("action"), exam.new_id("action")
        exam.tell(Act(exam.robot_id, first, kind))
        exam.until(lambda: exam.now.action and exam.now.action.action_id == first)  # noqa: B023
        sent = subject.send(Act(exam.robot_id, second, kind))
        exam.until(lambda: sent.answers)  # noqa: B023
        exam.more(1)
        has_ended = status_of(exam.now, first).is_over
        for action_id in (first, second):
            exam.tell(CancelAction(exam.robot_id, action_id))
        exam.until(
            lambda: not exam.now.action or exam.now.action.status.is_over, exam.plan.action_s
        )
        if sent.refusal == "busy":
            break
    if has_ended and sent.refusal != "busy":
        exam.book.not_seen("its action had ended before the other came", "busy")
    else:
        exam.book.judge("busy", sent.refusal == "busy", f"answered {sent.refusal!r}")


def foreign_ground(exam: Exam, subject: ZenohSubject) -> None:
    """Ground that was for the program before this one; it is where the robot stands."""
    before, pose = exam.now.granted_index, exam.now.pose
    here = Waypoint(pose.x_m, pose.y_m, pose.level, exam.plan.speed_mps)
    subject.send(Grant(exam.robot_id, before + 1, (here,)), session=_ANOTHER)
    left = exam.stays(lambda: exam.now.granted_index == before)
    exam.book.judge("grant-session", left, f"granted_index {exam.now.granted_index} after {before}")


def breaking(exam: Exam, subject: ZenohSubject) -> None:
    """Its connection breaks, and can be made again."""
    if not subject.is_its_fleet:
        why = "it is connected to a router: give an endpoint of its own, where nobody listens"
        exam.book.not_seen(why, "reconnect", "events-replayed")
        return
    before, heard = exam.now, exam.watch.count
    subject.break_link()
    back = exam.until(lambda: exam.watch.count > heard, 2 * exam.plan.patience_s)
    knew = (before.session, before.path_index, before.granted_index, before.stop)
    now = exam.now
    knows = (now.session, now.path_index, now.granted_index, now.stop)
    seen = f"session, indexes, stop {knows}, before {knew}" if back else "it did not come back"
    exam.book.judge("reconnect", back and knows == knew, seen)
    exam.until(lambda: subject.events.is_heard_again)
    subject.events.judge_again()
