# SPDX-License-Identifier: Apache-2.0
"""Stop requests: of people, of the fleet itself, and their release by people.

The fleet requests and never performs an emergency stop. A request of scope `site` or `all` also holds
robots that join later.

Robots may be told of a request before it is decided and kept (:class:`.StopNow`). Should the fleet die
in between, they hold for a stop that no journal tells of: it is found then, and a person releases it.
"""

from __future__ import annotations

from collections.abc import Sequence

from suwon_fleet.core.engine import alerts, events, firing
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.fleet import WHOLE_FLEET, Fleet
from suwon_fleet.core.engine.state import RobotRecord, StopRecord
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.robots.command import ReleaseStop, RequestStop, StopKind
from suwon_fleet.core.robots.trigger import Trigger

SCOPES = ("robot", "zone", *WHOLE_FLEET)
_FLEET = "fleet"
"""Who requests a stop that no person requested."""
_NAMED = "stop."
FOUND_AFTER_S = 1.0
"""A robot may hear of a request before the fleet does: only after so long it is one nobody knows of."""


def stop_named(request_id: str) -> str:
    """The id of the stop that a request asks for."""
    return _NAMED + request_id


def stop(fleet: Fleet, order: m.StopRobots) -> None:
    """Request robots to stop and hold, until a person releases the request; twice asked is once done."""
    stop_id = stop_named(order.request_id) if order.request_id else fleet.next_id("stop")
    known = fleet.state.stops.get(stop_id)
    if stop_id in fleet.state.released or (known and not known.is_found):
        fleet.answer(order.token, id=stop_id, robot_ids=known.robot_ids if known else ())
        return
    chosen = in_scope(fleet, order.scope, order.id)
    if isinstance(chosen, Reason):
        fleet.answer(order.token, chosen)
        return
    told = [robot_id for robot_id in order.told if robot_id in fleet.state.robots]
    found = known.robot_ids if known else ()
    ids = tuple(dict.fromkeys([*(robot.robot_id for robot in chosen), *told, *found]))
    record = StopRecord(
        stop_id,
        order.scope,
        order.id,
        order.kind,
        ids,
        order.requester,
        order.reason,
        fleet.now_ns,
    )
    _request(fleet, record, told)
    for robot_id in found:
        alerts.close_of(fleet, robot_id, "stop-found")
    fleet.answer(order.token, id=stop_id, robot_ids=ids)


def _request(fleet: Fleet, stop: StopRecord, told: Sequence[str] = ()) -> None:
    """Decide it, and tell those who were not told yet."""
    fleet.emit(
        events.StopRequested(
            stop.at_ns,
            stop.stop_id,
            stop.scope,
            stop.id,
            stop.kind,
            stop.robot_ids,
            stop.requester,
            stop.reason,
        )
    )
    for robot_id in stop.robot_ids:
        fleet.sent_ns[robot_id, "stop"] = fleet.now_ns
        if robot_id not in told:
            fleet.send(RequestStop(robot_id, stop.stop_id, stop.kind))


def find(fleet: Fleet, robot: RobotRecord, stop_id: str) -> bool:
    """A robot holds for a stop. Whether that is one which nobody knows of, and no person has released."""
    is_nobodys = (
        stop_id.startswith(_NAMED)
        and stop_id not in fleet.state.released
        and not any(stop.stop_id == stop_id for stop in fleet.stops_of(robot.robot_id))
    )
    if not is_nobodys:
        fleet.strange_stops.pop(robot.robot_id, None)
        return False
    known, since_ns = fleet.strange_stops.setdefault(robot.robot_id, (stop_id, fleet.now_ns))
    if known != stop_id:
        fleet.strange_stops[robot.robot_id] = stop_id, fleet.now_ns
    elif fleet.seconds_since(since_ns) >= FOUND_AFTER_S and not _has_found(fleet, robot):
        fleet.emit(events.StopFound(fleet.now_ns, stop_id, robot.robot_id))
        reason = Reason.of("stop-found", robot=robot.robot_id, stop=stop_id)
        alerts.raise_alert(fleet, alerts.WARNING, reason, robot.robot_id)
    return True


def _has_found(fleet: Fleet, robot: RobotRecord) -> bool:
    """One is enough: whatever a robot makes up, it is held, and the journal does not grow."""
    return any(stop.is_found for stop in fleet.stops_of(robot.robot_id))


def request_own(fleet: Fleet, robot: RobotRecord, trigger: Trigger) -> None:
    """The fleet requests a stop by itself, such as of a robot whose lid was forced."""
    if not any(stop.requester == _FLEET for stop in fleet.stops_of(robot.robot_id)):
        id, kind = robot.robot_id, StopKind.PROTECTIVE
        stop_id, at_ns = fleet.next_id("stop"), fleet.now_ns
        _request(
            fleet, StopRecord(stop_id, "robot", id, kind, (id,), _FLEET, trigger.meaning, at_ns)
        )


def release_own(fleet: Fleet, robot: RobotRecord) -> None:
    """A person has released the robot: what the fleet requested by itself is over too."""
    for record in fleet.stops_of(robot.robot_id):
        if record.requester == _FLEET:
            _release(fleet, record, _FLEET)


def release(fleet: Fleet, order: m.ReleaseRobots) -> None:
    """A person lets robots go on; one held by its own emergency stop takes no notice."""
    if not order.requester:
        fleet.answer(order.token, Reason.of("person-needed"))
        return
    if order.stop_id:
        found = [s for s in fleet.state.stops.values() if s.stop_id == order.stop_id]
    else:
        scope = (order.scope, order.id)
        found = [s for s in fleet.state.stops.values() if (s.scope, s.id) == scope]
    freed = _free_robot(fleet, order) if order.scope == "robot" else []
    if not found and not freed:
        what = order.stop_id or f"{order.scope} {order.id}".strip()
        fleet.answer(order.token, Reason.of("no-such-stop", stop=what[:80] or "-"))
        return
    for record in found:
        freed += _release(fleet, record, order.requester)
    fleet.answer(order.token, id=order.stop_id, robot_ids=tuple(dict.fromkeys(freed)))


def _release(fleet: Fleet, record: StopRecord, requester: str) -> list[str]:
    """End one request; returns the robots that no other holds."""
    held = [r for r in fleet.state.robots if record in fleet.stops_of(r)]
    fleet.emit(events.StopReleased(fleet.now_ns, record.stop_id, requester))
    if record.is_found:
        for robot_id in record.robot_ids:
            alerts.close_of(fleet, robot_id, "stop-found")
    freed = [robot_id for robot_id in held if not fleet.stops_of(robot_id)]
    for robot_id in freed:
        fleet.send(ReleaseStop(robot_id, record.stop_id))
    return freed


def _free_robot(fleet: Fleet, order: m.ReleaseRobots) -> list[str]:
    """A person lets a robot go on after its own safety stop."""
    robot = fleet.state.robots.get(order.id)
    if robot is None or firing.why_not(
        fleet, robot, Trigger.RELEASED_BY_PERSON, person=order.requester
    ):
        return []
    firing.fire(fleet, robot, Trigger.RELEASED_BY_PERSON, person=order.requester)
    return [robot.robot_id]


def in_scope(fleet: Fleet, scope: str, id: str) -> list[RobotRecord] | Reason:
    """The robots a stop request is about, or why there are none. It only looks: on any thread."""
    everyone = list(fleet.state.robots.values())
    match scope:
        case "robot" if id in fleet.state.robots:
            return [fleet.state.robots[id]]
        case "robot":
            return Reason.of("no-such-robot", robot=id[:80])
        case "zone" if id in fleet.site.zone_by_id:
            return [robot for robot in everyone if fleet.touches_zone(robot, id)]
        case "zone":
            return Reason.of("no-such-zone", zone=id[:80])
        case "site" | "all":
            return everyone
        case _:
            return Reason.of("no-such-scope", scope=scope[:80], known=", ".join(SCOPES))
