# SPDX-License-Identifier: Apache-2.0
"""What the fleet_manager tells everyone: states, jobs, alerts, decisions, the map."""

from __future__ import annotations

import json
from typing import Any

from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from std_msgs.msg import String
from visualization_msgs.msg import MarkerArray

import suwon_fleet.msg as msg
from suwon_fleet.adapters.ros import fleet as convert
from suwon_fleet.adapters.ros import jobs
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.sitemap import SiteMap
from suwon_fleet.nodes.markers import markers
from suwon_fleet.service.changes import Changes
from suwon_fleet.wire.maps import to_geojson

LATEST_QOS = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
"""Reliable; who comes late gets the newest."""
EVENTS_QOS = QoSProfile(depth=1000)
"""Reliable and volatile; services tell what was before (list_jobs, list_alerts, explain)."""
MARKERS_QOS = QoSProfile(depth=1)


class FleetTopics:
    """Publishers, open from `__init__` to `close`. On the node's thread."""

    def __init__(self, node: Node, site: SiteMap) -> None:
        self._node = node
        self._finder = convert.ZoneFinder(site)
        self._zones_told: list[Any] = []
        self._state = node.create_publisher(msg.FleetState, "state", LATEST_QOS)
        self._zones = node.create_publisher(msg.Zones, "zones", LATEST_QOS)
        self._map = node.create_publisher(String, "map", LATEST_QOS)
        self._jobs = node.create_publisher(msg.JobState, "jobs", EVENTS_QOS)
        self._decisions = node.create_publisher(msg.Decision, "decisions", EVENTS_QOS)
        self._alerts = node.create_publisher(msg.Alert, "alerts", EVENTS_QOS)
        self._markers = node.create_publisher(MarkerArray, "markers", MARKERS_QOS)
        self._map.publish(String(data=json.dumps(to_geojson(site), ensure_ascii=False)))

    def close(self) -> None:
        """Fall silent."""
        for publisher in (
            self._state,
            self._zones,
            self._map,
            self._jobs,
            self._decisions,
            self._alerts,
            self._markers,
        ):
            self._node.destroy_publisher(publisher)

    def tell(self, fleet: Fleet, changes: Changes) -> None:
        """What a turn changed."""
        for job_id in changes.jobs:
            self._jobs.publish(jobs.state_message(fleet, fleet.state.jobs[job_id]))
        for verdict in changes.verdicts:
            self._decisions.publish(
                jobs.decision_message(
                    fleet.now_ns,
                    verdict.what,
                    verdict.job_id,
                    verdict.robot_id,
                    verdict.reason,
                    verdict.candidates,
                )
            )
        for alert in changes.opened:
            self._alerts.publish(convert.alert_message(alert, is_open=True))
        for alert in changes.closed:
            self._alerts.publish(convert.alert_message(alert, is_open=False))

    def tell_state(self, fleet: Fleet, *, active: bool) -> None:
        """How all robots stand; the zones too, if that has changed."""
        state = convert.state_message(fleet, self._finder, active=active)
        self._state.publish(state)
        zones = convert.zones_message(fleet)
        if zones.zones != self._zones_told:
            self._zones_told = zones.zones
            self._zones.publish(zones)
        if self._markers.get_subscription_count():
            self._markers.publish(markers(fleet, state))
