# SPDX-License-Identifier: Apache-2.0
"""Everything that is remembered. The state of the fleet is what these, in order, make of it.

An event is a fact that has been decided: it holds what follows, not what was asked. It is in the
journal before anyone hears of it. Times are nanoseconds of the fleet's clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from suwon_fleet.core.dispatch import Decision
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.federation.events import GroupEvent
from suwon_fleet.core.jobs import JobRequest, JobStatus, Phase
from suwon_fleet.core.robots.command import ActionKind, StopKind
from suwon_fleet.core.robots.report import ActionStatus
from suwon_fleet.core.robots.states import RobotStates


@dataclass(frozen=True, slots=True)
class SiteOpened:
    """The fleet works on this map; a journal belongs to one map."""

    at_ns: int
    site_id: str
    site_hash: str


@dataclass(frozen=True, slots=True)
class JobAccepted:
    """A joint job is followed by its parts, which say what they are part of."""

    at_ns: int
    job_id: str
    request: JobRequest
    phases: tuple[Phase, ...]
    part_of: str = ""


@dataclass(frozen=True, slots=True)
class JobRefused:
    at_ns: int
    request: JobRequest
    reason: Reason


@dataclass(frozen=True, slots=True)
class JobAssigned:
    at_ns: int
    decision: Decision
    expected_end_ns: int


@dataclass(frozen=True, slots=True)
class JobUnassigned:
    """The robot gives the job back before it has fetched anything."""

    at_ns: int
    job_id: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class JobPhaseBegun:
    at_ns: int
    job_id: str
    index: int


@dataclass(frozen=True, slots=True)
class JobTurnedBack:
    """What was fetched is brought back; `phases` take the place of those still to come."""

    at_ns: int
    job_id: str
    phases: tuple[Phase, ...]
    reason: Reason
    ends_as: JobStatus


@dataclass(frozen=True, slots=True)
class JobPaused:
    at_ns: int
    job_id: str
    paused: bool
    requester: str


@dataclass(frozen=True, slots=True)
class JobEnded:
    at_ns: int
    job_id: str
    status: JobStatus
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class JobsForgotten:
    """Jobs that ended long ago, and requests refused as long ago, are in the journal alone from now on."""

    at_ns: int
    job_ids: tuple[str, ...]
    request_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RobotJoined:
    """A robot announced itself and stands at `vertex`, which is now its ground.

    A robot that worked for a fleet before goes on counting: `vertex` is vertex `index` of its path, and
    its next action is number `actions_begun` + 1, so that none has the id of one it remembers.
    """

    at_ns: int
    robot_id: str
    kind: str
    session: str
    vendor: str
    serial: str
    states: RobotStates
    vertex: str
    index: int = 0
    actions_begun: int = 0


@dataclass(frozen=True, slots=True)
class RobotRestarted:
    """A robot's program started anew: it has forgotten grants and actions, and stands at `vertex`.

    Between two vertices of its ground it keeps those `ahead`, and `vertex` is the one behind it.
    """

    at_ns: int
    robot_id: str
    session: str
    vertex: str
    ahead: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RobotRemoved:
    """A person says a robot is gone; its ground is free."""

    at_ns: int
    robot_id: str
    requester: str


@dataclass(frozen=True, slots=True)
class RobotCommissioned:
    at_ns: int
    robot_id: str
    commissioned: bool
    requester: str


@dataclass(frozen=True, slots=True)
class RobotChanged:
    """The robot's states after what happened to it (`triggers`, for the record)."""

    at_ns: int
    robot_id: str
    states: RobotStates
    triggers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DestinationSet:
    """Where a robot goes now; empty: nowhere. The place is reserved for it until that changes."""

    at_ns: int
    robot_id: str
    place: str


@dataclass(frozen=True, slots=True)
class GroundGranted:
    at_ns: int
    robot_id: str
    vertices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroundReleased:
    """The robot has passed all before path vertex `index`."""

    at_ns: int
    robot_id: str
    index: int


@dataclass(frozen=True, slots=True)
class ActionBegun:
    at_ns: int
    robot_id: str
    action_id: str
    kind: ActionKind
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ActionEnded:
    at_ns: int
    robot_id: str
    action_id: str
    status: ActionStatus
    result: str = ""


@dataclass(frozen=True, slots=True)
class LoadTaken:
    """A person has taken out what a robot carried."""

    at_ns: int
    robot_id: str
    requester: str


@dataclass(frozen=True, slots=True)
class StopRequested:
    at_ns: int
    stop_id: str
    scope: str
    id: str
    kind: StopKind
    robot_ids: tuple[str, ...]
    requester: str
    reason: str


@dataclass(frozen=True, slots=True)
class StopFound:
    """A robot holds for a stop request that nobody knows of any more: the fleet died before it was kept."""

    at_ns: int
    stop_id: str
    robot_id: str


@dataclass(frozen=True, slots=True)
class StopConfirmed:
    """A robot reports that it has carried out a stop request."""

    at_ns: int
    stop_id: str
    robot_id: str


@dataclass(frozen=True, slots=True)
class StopReleased:
    at_ns: int
    stop_id: str
    requester: str


@dataclass(frozen=True, slots=True)
class ZoneSet:
    at_ns: int
    zone_id: str
    is_open: bool
    requester: str
    reason: str


@dataclass(frozen=True, slots=True)
class AlertRaised:
    """Something a person should know, or decide by one of `answers`."""

    at_ns: int
    alert_id: str
    level: int
    reason: Reason
    subject: str
    answers: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class AlertClosed:
    at_ns: int
    alert_id: str
    answer: str = ""
    requester: str = ""


@dataclass(frozen=True, slots=True)
class StateKept:
    """All of the state, as it is here, in msgpack: a journal may be read from here on."""

    at_ns: int
    group: str
    cut: str
    state: bytes


Event = (
    SiteOpened
    | StateKept
    | JobAccepted
    | JobRefused
    | JobAssigned
    | JobUnassigned
    | JobPhaseBegun
    | JobTurnedBack
    | JobPaused
    | JobEnded
    | JobsForgotten
    | RobotJoined
    | RobotRestarted
    | RobotRemoved
    | RobotCommissioned
    | RobotChanged
    | DestinationSet
    | GroundGranted
    | GroundReleased
    | ActionBegun
    | ActionEnded
    | LoadTaken
    | StopRequested
    | StopFound
    | StopConfirmed
    | StopReleased
    | ZoneSet
    | AlertRaised
    | AlertClosed
    | GroupEvent
)
