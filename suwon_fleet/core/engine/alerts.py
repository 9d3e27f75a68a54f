# SPDX-License-Identifier: Apache-2.0
"""What people are told, and asked."""

from __future__ import annotations

from suwon_fleet.core.engine import events
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.errors import Reason

INFO, WARNING, ERROR = 0, 1, 2

RELEASE = "release"
"""A person has looked: the robot may go on."""
REMOVE = "remove"
"""The robot is gone: free its ground."""
KEEP = "keep"
CANCEL = "cancel"
ASSIST_ANSWERS = (RELEASE, REMOVE)
JOB_ANSWERS = (KEEP, CANCEL)


def raise_alert(
    fleet: Fleet, level: int, reason: Reason, subject: str, answers: tuple[str, ...] = ()
) -> None:
    """Tell people, unless the very same is open already."""
    if any(a.subject == subject and a.reason == reason for a in fleet.state.alerts.values()):
        return
    alert_id = fleet.next_id("alert")
    fleet.emit(events.AlertRaised(fleet.now_ns, alert_id, level, reason, subject, answers))


def raise_once(
    fleet: Fleet, level: int, reason: Reason, subject: str, answers: tuple[str, ...] = ()
) -> None:
    """Tell people, unless something of this kind about this subject is open already."""
    open_now = fleet.state.alerts.values()
    if not any(a.subject == subject and a.reason.code == reason.code for a in open_now):
        raise_alert(fleet, level, reason, subject, answers)


def close_of(fleet: Fleet, subject: str, code: str | None = None) -> None:
    """Close what is open about a subject (of one kind, or all): it is over."""
    for alert in list(fleet.state.alerts.values()):
        if alert.subject == subject and code in (None, alert.reason.code):
            fleet.emit(events.AlertClosed(fleet.now_ns, alert.alert_id))
