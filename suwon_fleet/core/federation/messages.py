# SPDX-License-Identifier: Apache-2.0
"""What owners of groups tell each other.

All of it may be lost, doubled or late: what matters is told again until the answer to it has come, and
whoever hears a thing twice does it once.
"""

from __future__ import annotations

from dataclasses import dataclass

from suwon_fleet.core.errors import Reason
from suwon_fleet.core.federation.cuts import Ownership
from suwon_fleet.core.federation.travel import CarriedJob, Resident, Traveller
from suwon_fleet.core.federation.zones import ZoneWord
from suwon_fleet.core.jobs import JobStatus
from suwon_fleet.core.sitemap import PlaceKind
from suwon_fleet.core.traffic import Gate

OLD_EPOCH = "its epoch"
"""Why a robot may not come in that is known to have had a later owner than who asks."""
OLD_CUT = "the border"
"""Why a robot may not come in by a gate that is none by what is known here: one of both sides does not know
yet of a zone that was given away."""


@dataclass(frozen=True, slots=True)
class AskToEnter:
    """May this robot come in by this gate? Its new owner would be its `epoch`-th. Told till answered."""

    handover_id: str
    robot_id: str
    kind: str
    gate: Gate
    epoch: int


@dataclass(frozen=True, slots=True)
class Promise:
    """It may: the ground from the gate's first vertex to its last is kept for it. Told till it comes."""

    handover_id: str


@dataclass(frozen=True, slots=True)
class NotNow:
    """It may not yet, because of `who`: a robot that is near, a full zone, another that goes first,
    OLD_EPOCH or OLD_CUT.
    """

    handover_id: str
    who: str


@dataclass(frozen=True, slots=True)
class Withdraw:
    """It does not come: what was promised is free again. The answer to a promise nobody waits for."""

    handover_id: str


@dataclass(frozen=True, slots=True)
class HandOver:
    """It has come: it is yours, and so is its job. Told till it is taken."""

    handover_id: str
    robot: Traveller
    epoch: int
    job: CarriedJob | None


@dataclass(frozen=True, slots=True)
class Taken:
    """It is ours."""

    handover_id: str


@dataclass(frozen=True, slots=True)
class SendJob:
    """A job that begins on your ground is yours. Told till it is heard."""

    job: CarriedJob


@dataclass(frozen=True, slots=True)
class JobHeard:
    """The job is ours, for the `hops`-th time it has changed hands."""

    job_id: str
    hops: int


@dataclass(frozen=True, slots=True)
class JobOver:
    """A job that was asked of you has ended. Told till it is heard."""

    job_id: str
    status: JobStatus
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class JobOverHeard:
    """The end of a job is known where it was asked of."""

    job_id: str


@dataclass(frozen=True, slots=True)
class JobIsHere:
    """A job that was asked of you is here, the `hops`-th time it changed hands. Told till heard."""

    job_id: str
    hops: int


@dataclass(frozen=True, slots=True)
class JobIsHereHeard:
    """It is known where it was asked for."""

    job_id: str
    hops: int


@dataclass(frozen=True, slots=True)
class CancelThere:
    """A job that was asked of us is to be called off by whoever has it. Told till that one answers."""

    job_id: str
    number: int
    requester: str


@dataclass(frozen=True, slots=True)
class CancelHeard:
    """It was called off here, or why it could not be."""

    job_id: str
    number: int
    refusal: Reason | None


@dataclass(frozen=True, slots=True)
class AskPlace:
    """May a robot that is at `vertex` have a place of yours to charge or park at: any, or still `place`?

    Told again while it is on its way there. `asked_ns` is our time, and comes back with the answer.
    """

    robot_id: str
    kind: str
    vertex: str
    what: PlaceKind
    place: str
    asked_ns: int


@dataclass(frozen=True, slots=True)
class PlaceLent:
    """A place is kept for a robot for so long since that was asked."""

    robot_id: str
    place: str
    asked_ns: int
    for_s: float


@dataclass(frozen=True, slots=True)
class NoPlace:
    """There is none for it now."""

    robot_id: str
    asked_ns: int


@dataclass(frozen=True, slots=True)
class PlaceReturned:
    """The robot does not come. Told once: if that is lost, the time of the lease ends."""

    robot_id: str
    asked_ns: int


@dataclass(frozen=True, slots=True)
class ZonesTold:
    """Zones that were ever opened or closed, as far as is known here. Told till it is heard."""

    words: tuple[ZoneWord, ...]


@dataclass(frozen=True, slots=True)
class ZonesHeard:
    """The same as whoever was told knows it now."""

    words: tuple[ZoneWord, ...]


@dataclass(frozen=True, slots=True)
class GiveZone:
    """Zones of ours are yours, with all who are inside. Told till they are taken."""

    gift: tuple[Ownership, ...]
    residents: tuple[Resident, ...]


@dataclass(frozen=True, slots=True)
class ZoneIsTaken:
    """They are ours."""

    gift: tuple[Ownership, ...]


@dataclass(frozen=True, slots=True)
class CutTold:
    """Zones that were ever given away, as far as is known here. Told till it is heard."""

    owners: tuple[Ownership, ...]


@dataclass(frozen=True, slots=True)
class CutHeard:
    """The same as whoever was told knows it now."""

    owners: tuple[Ownership, ...]


Message = (
    AskToEnter
    | Promise
    | NotNow
    | Withdraw
    | HandOver
    | Taken
    | SendJob
    | JobHeard
    | JobOver
    | JobOverHeard
    | JobIsHere
    | JobIsHereHeard
    | CancelThere
    | CancelHeard
    | AskPlace
    | PlaceLent
    | NoPlace
    | PlaceReturned
    | ZonesTold
    | ZonesHeard
    | GiveZone
    | ZoneIsTaken
    | CutTold
    | CutHeard
)
