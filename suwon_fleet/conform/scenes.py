# SPDX-License-Identifier: Apache-2.0
"""What every robot is put through, whatever it speaks: pauses, stops, actions, ground."""

from __future__ import annotations

import math

from suwon_fleet.conform.exam import Exam
from suwon_fleet.conform.watch import NOT_THERE_M, STANDS_MPS
from suwon_fleet.core.robots.command import (
    Act,
    ActionKind,
    CancelAction,
    Grant,
    Pause,
    ReleaseStop,
    RequestStop,
    Resume,
    StopKind,
    Waypoint,
)
from suwon_fleet.core.robots.report import (
    ActionStatus,
    Compartment,
    OperatingMode,
    RobotReport,
    StopState,
)

OF_MOTION = ("grant", "grant-again", "grant-gap", "grant-session", "reached", "overrun")
_OF_WORK = (
    *("pause", "resume", "stop", "no-self-resume", "stop-replaced", "release-other", "release"),
    *("action", "action-once", "cancel", "speed-limit", *OF_MOTION),
)
_ENOUGH = 10
"""Reports in which a stopped robot is watched."""


def may_work(exam: Exam) -> bool:
    """Whether it is ready to be told things; else says what was not seen for that."""
    now = exam.now
    if now.mode is OperatingMode.AUTOMATIC and now.stop is StopState.NONE:
        return True
    why = f"it is in mode {now.mode}, stop {now.stop}: let it be automatic, and release it"
    exam.book.not_seen(why, *_OF_WORK)
    return False


def pausing(exam: Exam) -> None:
    """A pause, and its end."""
    exam.tell(Pause(exam.robot_id))
    paused = exam.until(lambda: exam.now.stop is StopState.PAUSED)
    exam.book.judge("pause", paused, f"stop {exam.now.stop}")
    exam.tell(Resume(exam.robot_id))
    resumed = exam.until(lambda: exam.now.stop is StopState.NONE)
    exam.book.judge("resume", resumed, f"stop {exam.now.stop}")


def stopping(exam: Exam) -> None:
    """A stop that is held, another that takes its place, and the release."""
    book = exam.book
    first, second = exam.new_id("stop"), exam.new_id("stop")
    exam.tell(RequestStop(exam.robot_id, first, StopKind.PROTECTIVE))
    if not book.judge("stop", exam.until(lambda: holds(exam.now, first)), _standing(exam.now)):
        _let_go(exam, first)
        return
    exam.watch.holds(first)
    exam.tell(Resume(exam.robot_id))
    exam.more(_ENOUGH)
    exam.tell(RequestStop(exam.robot_id, second, StopKind.PROTECTIVE))
    replaced = exam.until(lambda: exam.now.stop_id == second)
    book.judge("stop-replaced", replaced, f"stop_id {exam.now.stop_id!r}")
    exam.watch.holds("")
    if exam.now.stop is StopState.PROTECTIVE:
        exam.tell(ReleaseStop(exam.robot_id, exam.new_id("stop")))
        kept = exam.stays(lambda: exam.now.stop is StopState.PROTECTIVE)
        book.judge("release-other", kept, _standing(exam.now))
    _let_go(exam, exam.now.stop_id or second)
    book.judge("release", exam.now.stop is StopState.NONE, _standing(exam.now))


def holds(report: RobotReport, stop_id: str) -> bool:
    """Whether it stands for a stop."""
    stands = abs(report.speed_mps) <= STANDS_MPS
    return stands and report.stop is StopState.PROTECTIVE and report.stop_id == stop_id


def _let_go(exam: Exam, stop_id: str) -> None:
    exam.tell(ReleaseStop(exam.robot_id, stop_id))
    exam.until(lambda: exam.now.stop is StopState.NONE)


def _standing(report: RobotReport) -> str:
    return f"stop {report.stop}, stop_id {report.stop_id!r}, {report.speed_mps:.2f} m/s"


def acting(exam: Exam) -> None:
    """An action to its end, the same again, and one that is called off."""
    book, kind = exam.book, kind_of_action(exam.now)
    action_id = exam.new_id("action")
    exam.tell(Act(exam.robot_id, action_id, kind))
    ended = exam.until(lambda: status_of(exam.now, action_id).is_over, exam.plan.action_s)
    seen = f"{kind}: {status_of(exam.now, action_id)}"
    if not book.judge("action", ended, seen):
        exam.tell(CancelAction(exam.robot_id, action_id))
        return
    end = status_of(exam.now, action_id)
    exam.tell(Act(exam.robot_id, action_id, kind))
    same = exam.stays(lambda: status_of(exam.now, action_id) is end and _is_shut(exam.now), 5)
    book.judge("action-once", same, f"{status_of(exam.now, action_id)} after {end}")
    exam.until(lambda: not exam.now.action or exam.now.action.status.is_over, exam.plan.action_s)
    _calling_off(exam, kind)


def _calling_off(exam: Exam, kind: ActionKind) -> None:
    action_id = exam.new_id("action")
    exam.tell(Act(exam.robot_id, action_id, kind))
    exam.until(lambda: exam.now.action and exam.now.action.action_id == action_id)
    exam.tell(CancelAction(exam.robot_id, action_id))
    ended = exam.until(lambda: status_of(exam.now, action_id).is_over, exam.plan.action_s)
    status = status_of(exam.now, action_id)
    if status is ActionStatus.FINISHED:
        exam.book.not_seen("the action had finished before", "cancel")
        return
    seen = f"{status}, compartment {exam.now.compartment}"
    exam.book.judge("cancel", ended and _is_shut(exam.now), seen)


def kind_of_action(report: RobotReport) -> ActionKind:
    """What a robot of its sort can do without anything around it."""
    if report.compartment is not None:
        return ActionKind.LOAD
    return ActionKind.GET_READY if report.control is not None else ActionKind.INSPECT


def status_of(report: RobotReport, action_id: str) -> ActionStatus:
    """How it stands with an action; WAITING when it tells of another."""
    action = report.action
    return action.status if action and action.action_id == action_id else ActionStatus.WAITING


def _is_shut(report: RobotReport) -> bool:
    return report.compartment in (None, Compartment.CLOSED)


def moving(exam: Exam) -> None:
    """Half of the room, the rest with a stop on the way, and back; without room the stop alone."""
    if not exam.plan.room_m:
        exam.book.not_seen("it was given no room to drive", *OF_MOTION, "speed-limit")
        stopping(exam)
        return
    first = exam.now.granted_index + 1
    here, half, far = (_ahead(exam, share * exam.plan.room_m) for share in (0.0, 0.5, 1.0))
    if not _takes_ground(exam, first, here, half, far):
        stopping(exam)
        return
    exam.until(lambda: abs(exam.now.speed_mps) > STANDS_MPS or exam.now.path_index > first + 1)
    stopping(exam)
    exam.tell(Grant(exam.robot_id, first + 3, (half, here)))
    exam.book.judge("grant", _arrives(exam, first + 4, here), _place(exam.now))
    exam.more(_ENOUGH)


def _takes_ground(exam: Exam, first: int, here: Waypoint, half: Waypoint, far: Waypoint) -> bool:
    """Whether it was at `half`, and has taken the ground from there to `far`."""
    book = exam.book
    exam.tell(Grant(exam.robot_id, first, (here, half)))
    if not book.judge("grant", _arrives(exam, first + 1, half), _place(exam.now)):
        return False
    exam.subject.tell(Grant(exam.robot_id, first + 3, (half,)))
    left = exam.stays(lambda: exam.now.granted_index == first + 1)
    if not book.judge("grant-gap", left, f"granted_index {exam.now.granted_index}"):
        return False
    exam.tell(Grant(exam.robot_id, first, (here, half, far)))
    taken = exam.until(lambda: exam.now.granted_index != first + 1)
    taken = taken and exam.now.granted_index == first + 2
    seen = f"granted_index {exam.now.granted_index}, where {first + 2} is right"
    return book.judge("grant-again", taken, seen)


def _ahead(exam: Exam, metres: float) -> Waypoint:
    pose = exam.now.pose
    x_m = pose.x_m + metres * math.cos(pose.yaw_rad)
    y_m = pose.y_m + metres * math.sin(pose.yaw_rad)
    return Waypoint(x_m, y_m, pose.level, exam.plan.speed_mps)


def _arrives(exam: Exam, index: int, at: Waypoint) -> bool:
    """Whether it reaches a vertex in the time to turn round and to drive at a tenth of the limit."""
    time_s = 2 * exam.plan.patience_s + 10.0 * exam.plan.room_m / exam.plan.speed_mps
    return exam.until(lambda: exam.now.path_index == index and _is_at(exam.now, at), time_s)


def _is_at(report: RobotReport, at: Waypoint) -> bool:
    pose = report.pose
    return math.dist((pose.x_m, pose.y_m), (at.x_m, at.y_m)) <= NOT_THERE_M


def _place(report: RobotReport) -> str:
    at = f"({report.pose.x_m:.2f}, {report.pose.y_m:.2f})"
    return f"path_index {report.path_index} of {report.granted_index}, at {at}"
