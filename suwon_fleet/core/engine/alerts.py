# SPDX-License-Identifier: Apache-2.0
"""What people are told, and asked."""

from __future__ import annotations

from suwon_fleet.core.engine import events
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.messages import Noticed
from suwon_fleet.core.engine.state import AlertRecord
from suwon_fleet.core.errors import Reason

INFO, WARNING, ERROR = 0, 1, 2

SEEN = "seen"
"""A person knows; nothing is to be done."""
RELEASE = "release"
"""A person has looked: the robot may go on."""
REMOVE = "remove"
"""The robot is gone: free its ground."""
KEEP = "keep"
CANCEL = "cancel"
AGAIN = "again"
"""Submit the same job once more."""
NOTICE_ANSWERS = (SEEN,)
ASSIST_ANSWERS = (RELEASE, REMOVE)
JOB_ANSWERS = (KEEP, CANCEL)
FAILED_ANSWERS = (AGAIN, SEEN)


def raise_alert(
    fleet: Fleet,
    level: int,
    reason: Reason,
    subject: str,
    answers: tuple[str, ...] = NOTICE_ANSWERS,
) -> None:
    """Tell people, unless the very same is open already, or a person has kept the job in spite of it."""
    job = fleet.state.jobs.get(subject)
    if job and job.kept == reason:
        return
    if any(alert.reason == reason for alert in about(fleet, subject)):
        return
    alert_id = fleet.next_id("alert")
    fleet.emit(events.AlertRaised(fleet.now_ns, alert_id, level, reason, subject, answers))


def raise_once(
    fleet: Fleet,
    level: int,
    reason: Reason,
    subject: str,
    answers: tuple[str, ...] = NOTICE_ANSWERS,
) -> None:
    """Tell people, unless something of this kind about this subject is open already."""
    if not about(fleet, subject, reason.code):
        raise_alert(fleet, level, reason, subject, answers)


def notice(fleet: Fleet, told: Noticed) -> None:
    """Tell people what a link has noticed, or that it is over."""
    same = [
        alert
        for alert in about(fleet, told.subject, told.reason.code)
        if alert.reason.facts[:-1] == told.reason.facts[:-1]
    ]
    if told.is_over:
        for alert in same:
            close(fleet, alert)
    elif not same:
        raise_alert(fleet, told.level, told.reason, told.subject)


def about(fleet: Fleet, subject: str, *codes: str) -> list[AlertRecord]:
    """What is open about a subject, of some kinds or all."""
    ids = fleet.state.index.alerts.get(subject)
    if ids is None:  # mostly nothing is: it is asked of everybody every second
        return []
    open_now = [fleet.state.alerts[id] for id in ids]
    return [alert for alert in open_now if not codes or alert.reason.code in codes]


def close(fleet: Fleet, alert: AlertRecord) -> None:
    """What people were told of is over."""
    fleet.emit(events.AlertClosed(fleet.now_ns, alert.alert_id))


def close_of(fleet: Fleet, subject: str, *codes: str) -> None:
    """Close what is open about a subject, of some kinds or all."""
    for alert in about(fleet, subject, *codes):
        close(fleet, alert)


def needs_help(fleet: Fleet, robot_id: str) -> bool:
    """Whether a robot waits for a person to look at it."""
    return any(alert.answers == ASSIST_ANSWERS for alert in about(fleet, robot_id))
