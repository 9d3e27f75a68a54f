# SPDX-License-Identifier: Apache-2.0
"""Robots, zones and alerts as messages."""

from __future__ import annotations

import math
from typing import Any

import shapely

import suwon_fleet.msg as msg
from suwon_fleet.adapters.ros import fields
from suwon_fleet.core.engine.explain import why_waits
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.state import AlertRecord, RobotRecord, StopRecord
from suwon_fleet.core.jobs import JobStatus
from suwon_fleet.core.robots.report import Pose
from suwon_fleet.core.sitemap import SiteMap
from suwon_fleet.core.texts import say


class ZoneFinder:
    """Tells the innermost zone of a pose: the smallest that holds it."""

    def __init__(self, site: SiteMap) -> None:
        shapes = [(zone, shapely.Polygon(zone.polygon)) for zone in site.zones]
        self._zones = sorted(shapes, key=lambda pair: (pair[1].area, pair[0].id))
        for _, shape in self._zones:
            shapely.prepare(shape)

    def zone_at(self, pose: Pose) -> str:
        """The id of the zone; empty outside all."""
        for zone, shape in self._zones:
            if zone.level in (None, pose.level) and shapely.contains_xy(shape, pose.x_m, pose.y_m):
                return zone.id
        return ""


def state_message(fleet: Fleet, zones: ZoneFinder, *, active: bool) -> Any:
    """The FleetState: all robots, and how many jobs stand how."""
    message = msg.FleetState(version=msg.FleetState.VERSION, stamp=fields.stamp(fleet.now_ns))
    message.site, message.active = fleet.site.id, active
    message.robots = [_robot(fleet, zones, robot) for robot in fleet.state.robots.values()]
    jobs = [job for job in fleet.state.jobs.values() if not job.part_of]
    open_jobs = [job for job in jobs if not job.status.is_over]
    tally = fleet.state.tally
    message.jobs_queued = sum(job.status is JobStatus.QUEUED for job in open_jobs)
    message.jobs_running = len(open_jobs) - message.jobs_queued
    message.jobs_finished, message.jobs_failed = tally.finished, tally.failed
    message.jobs_cancelled, message.jobs_refused = tally.cancelled, tally.refused
    return message


def _robot(fleet: Fleet, zones: ZoneFinder, robot: RobotRecord) -> Any:
    message, states = msg.RobotState(), robot.states
    message.robot_id, message.kind = robot.robot_id, robot.kind
    message.battery = math.nan
    if report := fleet.reports.get(robot.robot_id):
        pose = report.pose
        message.pose = msg.Pose2D(x=pose.x_m, y=pose.y_m, yaw=pose.yaw_rad, level=pose.level)
        message.zone, message.speed = zones.zone_at(pose), report.speed_mps
        message.stamp = fields.stamp(report.stamp_ns)
        if report.battery_soc is not None:
            message.battery = report.battery_soc
    message.connection, message.mode = states.connection.value, states.mode.value
    message.mission, message.navigation = states.mission.value, states.navigation.value
    message.compartment = states.compartment or ""
    message.lift, message.stop = states.lift.value, states.stop.value
    message.control, message.posture = states.control or "", states.posture or ""
    message.commissioned, message.job_id = robot.commissioned, robot.job_id
    if (job := fleet.job_of(robot)) and job.phase:
        message.phase = job.phase.name
    message.goal = robot.destination
    if why := why_waits(fleet, robot):
        message.waits = say(why, "en")
    message.granted_vertices = len(robot.path) - 1
    return message


def zones_message(fleet: Fleet) -> Any:
    """The Zones: which are open, and who is in them or was granted ground there."""
    message = msg.Zones(version=msg.Zones.VERSION, stamp=fields.stamp(fleet.now_ns))
    closed = fleet.closed_zones()
    inside: dict[str, list[str]] = {zone.id: [] for zone in fleet.site.zones}
    for robot in fleet.state.robots.values():
        for zone_id in {z for vertex in robot.path for z in fleet.traffic.zones_at(vertex)}:
            inside[zone_id].append(robot.robot_id)
    message.zones = [
        msg.ZoneState(
            zone_id=zone.id,
            kind=zone.kind.value,
            open=zone.id not in closed,
            capacity=zone.capacity or 0,
            robots=len(inside[zone.id]),
            speed_limit=zone.speed_limit_mps or 0.0,
            robot_ids=sorted(inside[zone.id]),
            owner=", ".join(fleet.border.ground.owners_of(zone.id)) if fleet.border else "",
            given_to=fleet.border.given_to(zone.id) if fleet.border else "",
        )
        for zone in fleet.site.zones
    ]
    return message


def alert_message(alert: AlertRecord, *, is_open: bool) -> Any:
    """An Alert that was raised, or is over."""
    message = msg.Alert(version=msg.Alert.VERSION, stamp=fields.stamp(alert.at_ns))
    message.level, message.alert_id = alert.level, alert.alert_id
    message.code, message.subject = alert.reason.code, alert.subject
    message.text_en, message.text_ko = say(alert.reason, "en"), say(alert.reason, "ko")
    message.answers, message.open = list(alert.answers), is_open
    return message


def stop_message(stop: StopRecord) -> Any:
    """The StopState of a request that holds robots."""
    heard_ns = dict(zip(stop.confirmed, stop.confirmed_ns, strict=False))
    asked = dict.fromkeys((*stop.robot_ids, *stop.confirmed))
    return msg.StopState(
        stop_id=stop.stop_id,
        scope=stop.scope,
        id=stop.id,
        kind=stop.kind.value,
        requester=stop.requester,
        reason=stop.reason,
        stamp=fields.stamp(stop.at_ns),
        robot_ids=list(asked),
        after=[
            (heard_ns[robot_id] - stop.at_ns) / fields.SECOND if robot_id in heard_ns else math.nan
            for robot_id in asked
        ],
    )
