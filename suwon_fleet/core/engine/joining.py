# SPDX-License-Identifier: Apache-2.0
"""Who belongs to the fleet: robots join, start anew, are commissioned and leave."""

from __future__ import annotations

import itertools

import shapely

from suwon_fleet.core.engine import alerts, ending, events
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.fleet import SECOND, Fleet
from suwon_fleet.core.engine.state import RobotRecord
from suwon_fleet.core.engine.ways_out import withdraw
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.federation.events import RobotOwned
from suwon_fleet.core.robots.report import ActionStatus, Factsheet, Pose, RobotReport
from suwon_fleet.core.robots.states import RobotStates


def join(fleet: Fleet, factsheet: Factsheet, report: RobotReport) -> RobotRecord | None:
    """Take a robot into the fleet if its kind is known and it stands on free ground.

    A refusal is told to people once, and its factsheet kept: it joins when its reports say it may.
    """
    place = _joining_place(fleet, factsheet, report)
    if isinstance(place, Reason):
        fleet.factsheets[factsheet.robot_id] = factsheet
        _refuse(fleet, factsheet.robot_id, place, alerts.WARNING)
        return None
    forget_refusal(fleet, factsheet.robot_id)
    has_worked = report.granted_index >= 0
    index = report.path_index if has_worked else 0
    fleet.emit(
        events.RobotJoined(
            fleet.now_ns,
            factsheet.robot_id,
            factsheet.kind,
            factsheet.session,
            factsheet.vendor,
            factsheet.serial,
            RobotStates.unheard(fleet.kinds[factsheet.kind]),
            place,
            index,
            fleet.now_ns // SECOND if has_worked else 0,
        )
    )
    if fleet.border:
        known = fleet.border.state.epochs.get(factsheet.robot_id, 0)
        epoch = max(known + 1, fleet.now_ns // SECOND)
        fleet.emit(RobotOwned(fleet.now_ns, factsheet.robot_id, epoch))
    fleet.traffic.place(factsheet.robot_id, factsheet.kind, [place], index)
    return fleet.state.robots[factsheet.robot_id]


def _refuse(fleet: Fleet, robot_id: str, reason: Reason, level: int) -> None:
    before = fleet.strangers.get(robot_id)
    if before and before.code != reason.code:
        alerts.close_of(fleet, robot_id, before.code)
    fleet.strangers[robot_id] = reason
    alerts.raise_once(fleet, level, reason, robot_id)


def forget_refusal(fleet: Fleet, robot_id: str) -> None:
    """A robot has joined, or is another group's: forget why it could not join."""
    fleet.factsheets.pop(robot_id, None)
    if refused := fleet.strangers.pop(robot_id, None):
        alerts.close_of(fleet, robot_id, refused.code)


def _joining_place(fleet: Fleet, factsheet: Factsheet, report: RobotReport) -> Reason | str:
    """Why a robot cannot join, or the vertex where it does."""
    if factsheet.kind not in fleet.kinds:
        known = ", ".join(sorted(fleet.kinds))
        return Reason.of(
            "robot-kind-unknown", robot=factsheet.robot_id, kind=factsheet.kind, known=known
        )
    if report.granted_index > report.path_index:
        return Reason.of("robot-has-other-ground", robot=factsheet.robot_id)
    return _standing_place(fleet, factsheet.robot_id, factsheet.kind, report)


def _standing_place(fleet: Fleet, robot_id: str, kind: str, report: RobotReport) -> Reason | str:
    pose = report.pose
    vertex = fleet.traffic.locate(pose, fleet.settings.join_within_m)
    where = f"({pose.x_m:.2f}, {pose.y_m:.2f}) {pose.level}"
    if vertex is None:
        return Reason.of(
            "robot-off-the-map", robot=robot_id, where=where, within=fleet.settings.join_within_m
        )
    if owner := fleet.traffic.owner_near(kind, vertex):
        return Reason.of("robot-on-others-ground", robot=robot_id, where=where, owner=owner)
    return vertex


def restart(fleet: Fleet, robot: RobotRecord, report: RobotReport) -> bool:
    """A robot's program started anew: find where it stands; False when that is not possible yet."""
    held = (robot.path[:], robot.path_first)
    fleet.traffic.remove(robot.robot_id)
    ground = _kept_ground(fleet, robot, report.pose)
    if not ground:
        place = _standing_place(fleet, robot.robot_id, robot.kind, report)
        if isinstance(place, Reason):
            fleet.traffic.place(robot.robot_id, robot.kind, *held)
            fleet.stirred.add(robot.robot_id)  # traffic has forgotten what it wants
            _refuse(fleet, robot.robot_id, place, alerts.ERROR)
            return False
        ground = [place]
    forget_refusal(fleet, robot.robot_id)
    fleet.forget_sent(robot.robot_id)
    if action := robot.busy_action:
        fleet.emit(
            events.ActionEnded(
                fleet.now_ns, robot.robot_id, action.action_id, ActionStatus.FAILED, "restarted"
            )
        )
    destination = robot.destination
    first, *ahead = ground
    fleet.emit(
        events.RobotRestarted(fleet.now_ns, robot.robot_id, report.session, first, tuple(ahead))
    )
    fleet.traffic.place(robot.robot_id, robot.kind, ground, 0)
    if destination:
        fleet.emit(events.DestinationSet(fleet.now_ns, robot.robot_id, destination))
    return True


def _kept_ground(fleet: Fleet, robot: RobotRecord, pose: Pose) -> list[str]:
    """What a robot keeps of its ground if it stands on it: from the last vertex behind it on."""
    spots = [fleet.traffic.waypoint(robot.kind, None, vertex) for vertex in robot.path]
    here = shapely.Point(pose.x_m, pose.y_m)
    for index, (rear, ahead) in enumerate(itertools.pairwise(spots)):
        way = shapely.LineString([(rear.x_m, rear.y_m), (ahead.x_m, ahead.y_m)])
        is_level = rear.level == ahead.level == pose.level
        if is_level and way.distance(here) <= fleet.settings.join_within_m:
            return robot.path[index:]
    return []


def commission(fleet: Fleet, order: m.CommissionRobot) -> None:
    """Let a robot take jobs, or no more of them; it finishes the one it has."""
    if order.robot_id not in fleet.state.robots:
        fleet.answer(order.token, _why_not_ours(fleet, order.robot_id))
        return
    fleet.emit(
        events.RobotCommissioned(fleet.now_ns, order.robot_id, order.commissioned, order.requester)
    )
    fleet.dispatch_due = True
    fleet.answer(order.token, id=order.robot_id)


def remove(fleet: Fleet, order: m.RemoveRobot) -> None:
    """Free the ground of a robot that a person says is gone; its job goes to another."""
    robot = fleet.state.robots.get(order.robot_id)
    if robot is None:
        fleet.answer(order.token, _why_not_ours(fleet, order.robot_id))
    elif not order.requester:
        fleet.answer(order.token, Reason.of("person-needed"))
    else:
        leave(fleet, robot, order.requester)
        fleet.answer(order.token, id=order.robot_id)


def _why_not_ours(fleet: Fleet, robot_id: str) -> Reason:
    """A robot is unknown here, or its next owner has been told of it, and may have it by now."""
    if fleet.border and (peer := fleet.border.next_owner(robot_id)):
        return Reason.of("robot-handed-over", robot=robot_id, group=peer)
    return Reason.of("no-such-robot", robot=robot_id[:80])


def leave(fleet: Fleet, robot: RobotRecord, requester: str) -> None:
    """A robot is in the fleet no more; what it was doing is given up or goes to another."""
    if job := fleet.job_of(robot):
        reason = Reason.of("robot-removed", robot=robot.robot_id, requester=requester)
        ending.lose(fleet, job, robot, reason)
    alerts.close_of(fleet, robot.robot_id)
    fleet.traffic.remove(robot.robot_id)
    if fleet.border:
        fleet.border.forget(robot.robot_id)
        if leaving := fleet.border.state.leaving.get(robot.robot_id):
            withdraw(fleet, fleet.border, leaving)
    fleet.emit(events.RobotRemoved(fleet.now_ns, robot.robot_id, requester))
    fleet.forget_sent(robot.robot_id)
    fleet.reports.pop(robot.robot_id, None)
    fleet.waits.pop(robot.robot_id, None)
    fleet.dispatch_due = True
