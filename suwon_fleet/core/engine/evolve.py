# SPDX-License-Identifier: Apache-2.0
"""What each event makes of the state. No decisions here: replaying a journal runs only this."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from suwon_fleet.core.engine import events as e
from suwon_fleet.core.engine.evolve_groups import GROUP_EVENTS
from suwon_fleet.core.engine.evolve_jobs import JOB_EVENTS
from suwon_fleet.core.engine.evolve_robots import ROBOT_EVENTS
from suwon_fleet.core.engine.index import put, take
from suwon_fleet.core.engine.state import AlertRecord, FleetState, StopRecord
from suwon_fleet.core.robots.command import StopKind

MOST_RELEASED = 256
"""Stops that were released are remembered for robots that have not heard of it."""


def evolve(state: FleetState, event: e.Event) -> None:
    """Change `state` by one event."""
    state.now_ns = event.at_ns
    _EVENTS[type(event)](state, event)


def _site_opened(state: FleetState, event: e.SiteOpened) -> None:
    state.site_id, state.site_hash = event.site_id, event.site_hash


def _state_kept(state: FleetState, event: e.StateKept) -> None:
    """It says what is so already."""


def _zone_set(state: FleetState, event: e.ZoneSet) -> None:
    state.set_zone(event.zone_id, event.is_open, event.reason)
    state.note_zone(event.zone_id, event.is_open, event.requester, event.reason)


def _stop_requested(state: FleetState, event: e.StopRequested) -> None:
    state.count("stop")
    stop = StopRecord(
        event.stop_id,
        event.scope,
        event.id,
        event.kind,
        event.robot_ids,
        event.requester,
        event.reason,
        event.at_ns,
    )
    if found := state.stops.get(event.stop_id):
        stop.confirmed, stop.confirmed_ns = found.confirmed, found.confirmed_ns
    state.stops[event.stop_id] = stop


def _stop_found(state: FleetState, event: e.StopFound) -> None:
    stop = state.stops.setdefault(
        event.stop_id,
        StopRecord(
            event.stop_id,
            "robot",
            event.robot_id,
            StopKind.PROTECTIVE,
            (),
            "",
            "",
            event.at_ns,
            is_found=True,
        ),
    )
    stop.robot_ids = (*stop.robot_ids, event.robot_id)


def _stop_confirmed(state: FleetState, event: e.StopConfirmed) -> None:
    stop = state.stops[event.stop_id]
    stop.confirmed = (*stop.confirmed, event.robot_id)
    stop.confirmed_ns = (*stop.confirmed_ns, event.at_ns)


def _stop_released(state: FleetState, event: e.StopReleased) -> None:
    del state.stops[event.stop_id]
    state.released.append(event.stop_id)
    del state.released[:-MOST_RELEASED]


def _alert_raised(state: FleetState, event: e.AlertRaised) -> None:
    state.count("alert")
    state.alerts[event.alert_id] = AlertRecord(
        event.alert_id, event.level, event.reason, event.subject, event.answers, event.at_ns
    )
    put(state.index.alerts, event.subject, event.alert_id)


def _alert_closed(state: FleetState, event: e.AlertClosed) -> None:
    """A person's answer to it also says that they have looked: what was tried may be tried again."""
    alert = state.alerts.pop(event.alert_id)
    take(state.index.alerts, alert.subject, alert.alert_id)
    if not event.answer:
        return
    if job := state.jobs.get(alert.subject):
        job.kept = alert.reason
    if robot := state.robots.get(alert.subject):
        robot.tries, robot.moved_ns = 0, event.at_ns


_EVENTS: Mapping[type, Callable[[FleetState, Any], None]] = {
    e.SiteOpened: _site_opened,
    e.StateKept: _state_kept,
    e.ZoneSet: _zone_set,
    e.StopRequested: _stop_requested,
    e.StopFound: _stop_found,
    e.StopConfirmed: _stop_confirmed,
    e.StopReleased: _stop_released,
    e.AlertRaised: _alert_raised,
    e.AlertClosed: _alert_closed,
    **JOB_EVENTS,
    **ROBOT_EVENTS,
    **GROUP_EVENTS,
}
