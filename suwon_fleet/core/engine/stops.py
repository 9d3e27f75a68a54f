# SPDX-License-Identifier: Apache-2.0
"""Stop requests: of people, of the fleet itself, and their release by people.

The fleet requests and never performs an emergency stop. A request of scope `site` or `all` also holds
robots that join later.
"""

from __future__ import annotations

from suwon_fleet.core.engine import events, firing
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.fleet import WHOLE_FLEET, Fleet
from suwon_fleet.core.engine.state import RobotRecord, StopRecord
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.robots.command import ReleaseStop, RequestStop, StopKind
from suwon_fleet.core.robots.trigger import Trigger

SCOPES = ("robot", "zone", *WHOLE_FLEET)
_FLEET = "fleet"
"""Who requests a stop that no person requested."""


def stop(fleet: Fleet, order: m.StopRobots) -> None:
    """Request robots to stop and hold, until a person releases the request."""
    chosen = _in_scope(fleet, order.scope, order.id)
    if isinstance(chosen, Reason):
        fleet.answer(order.token, chosen)
        return
    ids = tuple(robot.robot_id for robot in chosen)
    stop_id = _request(fleet, order.scope, order.id, order.kind, ids, order.requester, order.reason)
    fleet.answer(order.token, id=stop_id, robot_ids=ids)


def _request(
    fleet: Fleet,
    scope: str,
    id: str,
    kind: StopKind,
    robot_ids: tuple[str, ...],
    requester: str,
    reason: str,
) -> str:
    stop_id = fleet.next_id("stop")
    fleet.emit(
        events.StopRequested(fleet.now_ns, stop_id, scope, id, kind, robot_ids, requester, reason)
    )
    for robot_id in robot_ids:
        fleet.sent_ns[robot_id, stop_id] = fleet.now_ns
        fleet.send(RequestStop(robot_id, stop_id, kind))
    return stop_id


def request_own(fleet: Fleet, robot: RobotRecord, trigger: Trigger) -> None:
    """The fleet requests a stop by itself, such as of a robot whose lid was forced."""
    if not any(stop.requester == _FLEET for stop in fleet.stops_of(robot.robot_id)):
        ids = (robot.robot_id,)
        _request(fleet, "robot", robot.robot_id, StopKind.PROTECTIVE, ids, _FLEET, trigger.meaning)


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


def _in_scope(fleet: Fleet, scope: str, id: str) -> list[RobotRecord] | Reason:
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
