# SPDX-License-Identifier: Apache-2.0
"""Jobs: what is asked for, the phases it is made of, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum
from functools import lru_cache

from suwon_fleet.core.robots.command import ActionKind
from suwon_fleet.core.robots.kind import Capability
from suwon_fleet.core.robots.trigger import Trigger


class JobKind(StrEnum):
    """What sort of work a job is."""

    DELIVERY = "delivery"
    PATROL = "patrol"
    GO_TO = "go_to"
    MANIPULATION = "manipulation"
    JOINT = "joint"
    """Several robots at once, each with a part of its own, that meet and work together."""


class JobStatus(StrEnum):
    """How a job stands."""

    QUEUED = "queued"
    ASSIGNED = "assigned"
    """A robot has it, and is not on its way yet (it leaves its charger, or gets up)."""
    RUNNING = "running"
    PAUSED = "paused"
    RETURNING = "returning"
    """What was fetched goes back to where it came from."""
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Nothing more will happen to it."""
        return self in (JobStatus.FINISHED, JobStatus.FAILED, JobStatus.CANCELLED)


class Priority(IntEnum):
    """How much a job matters beside others."""

    LOW = 0
    NORMAL = 1
    HIGH = 2
    URGENT = 3


@dataclass(frozen=True, slots=True)
class Role:
    """One robot's part in a joint job: a job by itself, but for the meetings.

    `meet_at` are those of its `places` at which it meets the others, in order; empty: the first. There
    all wait until the last has come, work, and go on when all are done.
    """

    kind: JobKind
    places: tuple[str, ...]
    meet_at: tuple[str, ...] = ()
    payload_kg: float = 0.0
    object: str = ""
    robot_id: str = ""

    @property
    def meetings(self) -> tuple[str, ...]:
        return self.meet_at or self.places[:1]


@dataclass(frozen=True, slots=True)
class JobRequest:
    """A job as its requester asks for it; times are nanoseconds of the fleet's clock.

    `places`: delivery and manipulation: from, to; patrol: its stops; go_to: one; joint: none, it has
    `roles`. `request_id` makes a request that is sent twice one request. `after` are ids of jobs that
    must have finished before.
    """

    kind: JobKind
    places: tuple[str, ...]
    request_id: str = ""
    job_id: str = ""
    rounds: int = 1
    payload_kg: float = 0.0
    object: str = ""
    priority: Priority = Priority.NORMAL
    earliest_start_ns: int = 0
    deadline_ns: int = 0
    robot_id: str = ""
    requester: str = ""
    after: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()


@dataclass(frozen=True, slots=True)
class Phase:
    """One step of a job: go to a place, or do something there.

    `enter` are the triggers that the robot's state table takes when the phase begins. A leg of a joint
    job's part may end at its team's meeting number `meeting`, counted from 1.
    """

    name: str
    place: str
    action: ActionKind | None = None
    enter: tuple[Trigger, ...] = ()
    meeting: int = 0


NEEDS = {
    JobKind.DELIVERY: Capability.DELIVER,
    JobKind.PATROL: Capability.PATROL,
    JobKind.GO_TO: Capability.GO_TO,
    JobKind.MANIPULATION: Capability.MANIPULATE,
}

ACTION_S = {
    ActionKind.LOAD: 30.0,
    ActionKind.UNLOAD: 30.0,
    ActionKind.INSPECT: 15.0,
    ActionKind.APPROACH: 6.0,
    ActionKind.PERCEIVE: 4.0,
    ActionKind.GRASP: 6.0,
    ActionKind.VERIFY: 2.0,
    ActionKind.LIFT_OBJECT: 3.0,
    ActionKind.PLACE: 6.0,
    ActionKind.RELEASE: 2.0,
    ActionKind.RETREAT: 4.0,
}
"""How long actions take, for estimates (assumptions)."""

_KNOWN_PHASES = 4096
_PICK = (
    ActionKind.APPROACH,
    ActionKind.PERCEIVE,
    ActionKind.GRASP,
    ActionKind.VERIFY,
    ActionKind.LIFT_OBJECT,
)
_PUT = (ActionKind.PLACE, ActionKind.RELEASE, ActionKind.RETREAT)


def compose(request: JobRequest) -> tuple[Phase, ...]:
    """The phases of a job; a joint one has none of its own, its parts have."""
    match request.kind:
        case JobKind.JOINT:
            return ()
        case JobKind.DELIVERY:
            start, end = request.places
            return (
                _go("to_pickup", start, Trigger.FETCH_STARTED),
                _act(ActionKind.LOAD, start),
                _go("to_dropoff", end, Trigger.LOADED),
                _act(ActionKind.UNLOAD, end),
            )
        case JobKind.MANIPULATION:
            start, end = request.places
            return (
                _go("to_pickup", start, Trigger.FETCH_STARTED),
                *(_act(kind, start) for kind in _PICK),
                _go("to_dropoff", end, Trigger.BEGIN_TRANSPORT, Trigger.LOADED),
                *(_act(kind, end) for kind in _PUT),
            )
        case JobKind.PATROL:
            stops = request.places * request.rounds
            return tuple(
                phase
                for number, stop in enumerate(stops)
                for phase in (
                    _go("to_stop", stop, Trigger.NEXT_STOP if number else Trigger.ROUND_STARTED),
                    _act(ActionKind.INSPECT, stop),
                )
            )
        case JobKind.GO_TO:
            return (_go("to_stop", request.places[0], Trigger.ROUND_STARTED),)


def part_of(request: JobRequest, role: Role) -> JobRequest:
    """The job that a role of a joint job is for its robot."""
    return JobRequest(
        role.kind,
        role.places,
        payload_kg=role.payload_kg,
        object=role.object,
        priority=request.priority,
        earliest_start_ns=request.earliest_start_ns,
        robot_id=role.robot_id,
        requester=request.requester,
    )


def compose_part(request: JobRequest, role: Role) -> tuple[Phase, ...]:
    """The phases of a role of a joint job, with the meetings marked on its legs."""
    ahead, phases = list(role.meetings), []
    for phase in compose(part_of(request, role)):
        if ahead and phase.action is None and phase.place == ahead[0]:
            ahead.pop(0)
            phase = replace(phase, meeting=len(role.meetings) - len(ahead))
        phases.append(phase)
    return tuple(phases)


def closing(kind: JobKind) -> tuple[Trigger, ...]:
    """Triggers of the robot's state table that end a job of a kind."""
    match kind:
        case JobKind.JOINT:
            return ()
        case JobKind.DELIVERY:
            return (Trigger.UNLOADED,)
        case JobKind.MANIPULATION:
            return (Trigger.HANDS_DONE, Trigger.UNLOADED)
        case JobKind.PATROL | JobKind.GO_TO:
            return (Trigger.ROUND_DONE,)


def return_phases(request: JobRequest) -> tuple[Phase, ...]:
    """What brings a load back to where it was fetched; the robot's states have turned already."""
    start = request.places[0]
    actions = _PUT if request.kind is JobKind.MANIPULATION else (ActionKind.UNLOAD,)
    return (_go("returning", start), *(_act(kind, start) for kind in actions))


# The phases of many jobs are the same few: each is made, and kept in memory, once.
@lru_cache(maxsize=_KNOWN_PHASES)
def _go(name: str, place: str, *enter: Trigger) -> Phase:
    return Phase(name, place, None, enter)


@lru_cache(maxsize=_KNOWN_PHASES)
def _act(kind: ActionKind, place: str) -> Phase:
    return Phase(kind.value, place, kind)
