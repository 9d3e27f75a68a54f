# SPDX-License-Identifier: Apache-2.0
"""The whole examination of a robot over ROS topics."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import closing
from functools import partial

from suwon_fleet.conform import scenes
from suwon_fleet.conform.book import Book, Finding
from suwon_fleet.conform.clauses import Contract
from suwon_fleet.conform.exam import Exam, Plan
from suwon_fleet.conform.ros_subject import RosSubject
from suwon_fleet.conform.watch import Watch
from suwon_fleet.core.robots.command import ReleaseStop, RequestStop, StopKind
from suwon_fleet.core.robots.report import StopState


def examine(
    namespace: str,
    robot_id: str,
    *,
    plan: Plan,
    first_s: float,
    note: Callable[[str], None] = lambda _: None,
) -> list[Finding]:
    """What was found of each clause. Raises BadInput."""
    book = Book(Contract.ROS)
    with closing(RosSubject(namespace, robot_id, book)) as subject:
        exam = Exam(robot_id, subject, book, Watch(book), plan, secrets.token_hex(3))
        note(f"waiting for {robot_id} in {namespace}")
        met = exam.until(lambda: exam.watch.now and subject.is_heard(), first_s)
        seen = "none" if exam.watch.now is None else "nobody hears robot_commands"
        book.judge("state", met, "" if met else f"{seen} in {first_s:g} s")
        if met:
            subject.check_alone()
            _put_through(exam, subject, note)
        exam.watch.end()
    return book.findings()


def _put_through(exam: Exam, subject: RosSubject, note: Callable[[str], None]) -> None:
    exam.more(10)
    _introducing(exam, subject)
    if not scenes.may_work(exam):
        return
    for name, scene in (
        ("pause and resume", partial(scenes.pausing, exam)),
        ("what is for others", partial(_others, exam)),
        ("what cannot be read", partial(_rubbish, exam, subject)),
        ("an action", partial(scenes.acting, exam)),
        ("ground and stops", partial(scenes.moving, exam)),
    ):
        note(name)
        subject.check_alone()
        scene()
    subject.check_alone()  # who has just come, or was found late: what was seen may be its doing


def _introducing(exam: Exam, subject: RosSubject) -> None:
    """It announces itself now and then."""
    told = exam.until(lambda: subject.sheet)
    session = exam.now.session
    sheet = subject.sheet
    seen = f"kind {sheet.kind!r}, session {sheet.session!r}" if sheet else "no report has its kind"
    exam.book.judge("factsheet", bool(told and sheet and sheet.session == session), seen)


def _others(exam: Exam) -> None:
    """All robots hear the same topic."""
    other = f"not-{exam.robot_id}"[:64]
    stop_id = exam.new_id("stop")
    exam.tell(RequestStop(other, stop_id, StopKind.PROTECTIVE))
    free = exam.stays(lambda: exam.now.stop is StopState.NONE)
    exam.book.judge("not-its-own", free, f"stop {exam.now.stop}")
    if not free:
        exam.tell(ReleaseStop(other, stop_id))
        exam.until(lambda: exam.now.stop is StopState.NONE)


def _rubbish(exam: Exam, subject: RosSubject) -> None:
    subject.tell_rubbish()
    lives = exam.more(5)
    exam.book.judge("rubbish", lives, "" if lives else f"report {exam.now.sequence} was the last")
