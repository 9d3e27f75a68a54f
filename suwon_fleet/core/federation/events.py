# SPDX-License-Identifier: Apache-2.0
"""What the owner of a group remembers of others' robots and jobs, and of its own that go there.

Part of :data:`suwon_fleet.core.engine.events.Event`.
"""

from __future__ import annotations

from dataclasses import dataclass

from suwon_fleet.core.errors import Reason
from suwon_fleet.core.federation.cuts import Ownership
from suwon_fleet.core.federation.travel import CarriedJob, Resident, Traveller
from suwon_fleet.core.federation.zones import ZoneWord
from suwon_fleet.core.traffic import Gate


@dataclass(frozen=True, slots=True)
class GroupOpened:
    """The fleet owns one group of its map's zones; a journal belongs to one group of one cut."""

    at_ns: int
    group: str
    cut: str


@dataclass(frozen=True, slots=True)
class RobotOwned:
    """A robot that joined here is the group's from now on: whatever was said of it before is old."""

    at_ns: int
    robot_id: str
    epoch: int


@dataclass(frozen=True, slots=True)
class HandoverAsked:
    """A robot of ours nears a gate: its owner beyond is asked to let it in."""

    at_ns: int
    handover_id: str
    robot_id: str
    peer: str
    gate: Gate


@dataclass(frozen=True, slots=True)
class HandoverWithdrawn:
    """It does not go there after all; what may have been promised is void."""

    at_ns: int
    handover_id: str
    robot_id: str


@dataclass(frozen=True, slots=True)
class HandoverPromised:
    """The ground of a gate is kept for a robot of another group."""

    at_ns: int
    handover_id: str
    robot_id: str
    kind: str
    peer: str
    gate: Gate


@dataclass(frozen=True, slots=True)
class PromiseVoid:
    """It does not come; the ground is free again."""

    at_ns: int
    handover_id: str


@dataclass(frozen=True, slots=True)
class HandoverBegun:
    """What was asked is promised: from here on the robot goes through the gate and nowhere else."""

    at_ns: int
    handover_id: str
    robot_id: str


@dataclass(frozen=True, slots=True)
class RobotHandedOver:
    """The robot is through, and is commanded from here no more; its ground is still kept."""

    at_ns: int
    handover_id: str
    robot_id: str


@dataclass(frozen=True, slots=True)
class RobotTaken:
    """A robot of another group is ours, with its job."""

    at_ns: int
    handover_id: str
    robot_id: str
    robot: Traveller
    epoch: int
    job: CarriedJob | None = None


@dataclass(frozen=True, slots=True)
class HandoverClosed:
    """The next owner has it; its ground is free on our side."""

    at_ns: int
    handover_id: str
    robot_id: str


@dataclass(frozen=True, slots=True)
class JobForwarded:
    """A job that waits is another group's to do; those that have `looked` had no robot for it."""

    at_ns: int
    job_id: str
    peer: str
    looked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JobDelivered:
    """The other group has it."""

    at_ns: int
    job_id: str


@dataclass(frozen=True, slots=True)
class JobArrived:
    """Another group has sent a job."""

    at_ns: int
    job_id: str
    job: CarriedJob


@dataclass(frozen=True, slots=True)
class JobCameBack:
    """A job of ours has ended elsewhere: how, the next event says."""

    at_ns: int
    job_id: str


@dataclass(frozen=True, slots=True)
class JobEndHeard:
    """The group it was asked of knows how a job has ended."""

    at_ns: int
    job_id: str


@dataclass(frozen=True, slots=True)
class JobSeen:
    """A job of ours, that was sent elsewhere, has gone on to a third group."""

    at_ns: int
    job_id: str
    peer: str
    hops: int


@dataclass(frozen=True, slots=True)
class JobSeenHeard:
    """The group a job was asked of knows that it is here."""

    at_ns: int
    job_id: str


@dataclass(frozen=True, slots=True)
class JobCancelAsked:
    """A person calls off a job that is elsewhere: whoever has it is told."""

    at_ns: int
    job_id: str
    number: int
    requester: str


@dataclass(frozen=True, slots=True)
class JobCancelHeard:
    """A job here was called off where it was asked for; what became of that, events before this say."""

    at_ns: int
    job_id: str
    number: int
    requester: str
    refusal: Reason | None


@dataclass(frozen=True, slots=True)
class JobCancelSettled:
    """Whoever has a job has called it off, or says why not."""

    at_ns: int
    job_id: str
    refusal: Reason | None


@dataclass(frozen=True, slots=True)
class PlaceLeased:
    """A place of ours is kept for another group's robot till `ends_ns`: for the first time, or longer."""

    at_ns: int
    robot_id: str
    peer: str
    place: str
    asked_ns: int
    ends_ns: int


@dataclass(frozen=True, slots=True)
class LeaseEnded:
    """The robot has not come, and does not or is late: the place is free again."""

    at_ns: int
    robot_id: str


@dataclass(frozen=True, slots=True)
class ZoneHeard:
    """A zone was opened or closed at another owner."""

    at_ns: int
    word: ZoneWord


@dataclass(frozen=True, slots=True)
class ZoneGiving:
    """A person wants a zone of ours to be another group's: nobody is let in, nor moved inside."""

    at_ns: int
    zone_id: str
    peer: str
    gift: tuple[Ownership, ...]
    requester: str


@dataclass(frozen=True, slots=True)
class ZoneKept:
    """It is not given away after all."""

    at_ns: int
    zone_id: str


@dataclass(frozen=True, slots=True)
class ZoneGiven:
    """All inside stand: the zone and they are commanded from here no more; their ground is still kept."""

    at_ns: int
    zone_id: str
    robot_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ZoneTaken:
    """A zone of another group is ours, with all who are inside."""

    at_ns: int
    peer: str
    gift: tuple[Ownership, ...]
    residents: tuple[Resident, ...]


@dataclass(frozen=True, slots=True)
class ZoneGivenClosed:
    """The other group has it; what was kept there is free on our side."""

    at_ns: int
    zone_id: str


@dataclass(frozen=True, slots=True)
class OwnerHeard:
    """Others have given a zone one to the other."""

    at_ns: int
    word: Ownership


GroupEvent = (
    GroupOpened
    | RobotOwned
    | HandoverAsked
    | HandoverWithdrawn
    | HandoverPromised
    | PromiseVoid
    | HandoverBegun
    | RobotHandedOver
    | RobotTaken
    | HandoverClosed
    | JobForwarded
    | JobDelivered
    | JobArrived
    | JobCameBack
    | JobEndHeard
    | JobSeen
    | JobSeenHeard
    | JobCancelAsked
    | JobCancelHeard
    | JobCancelSettled
    | PlaceLeased
    | LeaseEnded
    | ZoneHeard
    | ZoneGiving
    | ZoneKept
    | ZoneGiven
    | ZoneTaken
    | ZoneGivenClosed
    | OwnerHeard
)
