# SPDX-License-Identifier: Apache-2.0
"""The whole examination of a robot over Zenoh."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import closing
from functools import partial

from suwon_fleet.adapters.zenoh.session import SessionSettings
from suwon_fleet.conform import scenes, zenoh_scenes
from suwon_fleet.conform.book import Book, Finding
from suwon_fleet.conform.clauses import Contract
from suwon_fleet.conform.exam import Exam, Plan
from suwon_fleet.conform.hearing import Hearing
from suwon_fleet.conform.watch import Watch
from suwon_fleet.conform.zenoh_subject import ZenohSubject
from suwon_fleet.wire.zenoh.keys import Address


def examine(
    settings: SessionSettings,
    robot_id: str,
    *,
    home: Address | None = None,
    plan: Plan,
    first_s: float,
    note: Callable[[str], None] = lambda _: None,
) -> list[Finding]:
    """What was found of each clause; `settings` connect to the endpoint. Raises BadInput, Unreachable."""
    book = Book(Contract.ZENOH)
    with closing(ZenohSubject(settings, Hearing(robot_id, book, home), robot_id, book)) as subject:
        exam = Exam(robot_id, subject, book, Watch(book), plan, secrets.token_hex(3))
        where = "listening, waiting" if subject.is_its_fleet else "connected, waiting"
        note(f"{where} for {robot_id}")
        met = exam.until(lambda: exam.watch.now, first_s)
        book.judge("state", met, f"none in {first_s:g} s" if not met else "")
        if met:
            subject.check_alone()
            _put_through(exam, subject, note)
        exam.watch.end()
        subject.end()
    return book.findings()


def _put_through(exam: Exam, subject: ZenohSubject, note: Callable[[str], None]) -> None:
    exam.more(10)
    zenoh_scenes.introducing(exam, subject)
    if not scenes.may_work(exam):
        exam.book.not_seen("it was not ready for work", *zenoh_scenes.OF_ANSWERS)
        return
    for name, scene in (
        ("pause and resume", partial(scenes.pausing, exam)),
        ("whom it heeds", partial(zenoh_scenes.heeding, exam, subject)),
        ("what cannot be read", partial(zenoh_scenes.rubbish, exam, subject)),
        ("stops of another session", partial(zenoh_scenes.heeding_any_stop, exam, subject)),
        ("an action", partial(scenes.acting, exam)),
        ("two actions at a time", partial(zenoh_scenes.busy, exam, subject)),
        ("ground of another session", partial(zenoh_scenes.foreign_ground, exam, subject)),
        ("ground and stops", partial(scenes.moving, exam)),
        ("a broken connection", partial(zenoh_scenes.breaking, exam, subject)),
        ("its token", partial(zenoh_scenes.has_token, exam, subject)),
    ):
        note(name)
        scene()
    exam.until(lambda: not subject.waiting)
