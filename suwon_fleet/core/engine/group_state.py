# SPDX-License-Identifier: Apache-2.0
"""What the owner of one group remembers beside what any fleet does: who comes, who leaves, whose job it is.

Only :mod:`.evolve_groups` changes it. A fleet that owns the whole map has none of this.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from suwon_fleet.core.engine.state import FleetState
from suwon_fleet.core.federation.cuts import Ownership
from suwon_fleet.core.federation.messages import GiveZone, HandOver
from suwon_fleet.core.federation.travel import Called, CarriedJob
from suwon_fleet.core.federation.zones import ZoneWord
from suwon_fleet.core.traffic import Gate


class Stage(StrEnum):
    """How far a robot has got on its way to another group."""

    ASKED = "asked"
    """Its next owner was asked; nothing is granted yet, and all can be called off."""
    BEGUN = "begun"
    """It has been granted the gate, and goes through it whatever happens."""
    TOLD = "told"
    """It is through, and its next owner's as soon as that one hears of it. Nobody commands it till then."""


@dataclass(slots=True)
class Leaving:
    """A robot on its way to another group. `parting` is what `peer` is told from stage TOLD on."""

    handover_id: str
    robot_id: str
    peer: str
    gate: Gate
    stage: Stage = Stage.ASKED
    parting: HandOver | None = None


@dataclass(slots=True)
class Coming:
    """A robot of another group, for which the ground of a gate is kept."""

    handover_id: str
    robot_id: str
    kind: str
    peer: str
    gate: Gate


@dataclass(slots=True)
class Sent:
    """A job that another group has not heard of yet."""

    peer: str
    job: CarriedJob


@dataclass(slots=True)
class Calling:
    """People here have called off a job that is elsewhere; whether whoever has it has done so."""

    number: int
    requester: str
    is_done: bool = False


@dataclass(slots=True)
class Lease:
    """A place of ours that is kept for a robot of `peer`, who asked at `asked_ns` of its own time."""

    peer: str
    place: str
    asked_ns: int
    ends_ns: int


@dataclass(slots=True)
class Giving:
    """A zone that is to be `peer`'s since `at_ns`; `parting` is what that one is told once it is."""

    zone_id: str
    peer: str
    gift: tuple[Ownership, ...]
    requester: str
    at_ns: int
    parting: GiveZone | None = None

    @property
    def robot_ids(self) -> list[str]:
        """Robots that go with it."""
        residents = self.parting.residents if self.parting else ()
        return [resident.robot.robot_id for resident in residents]


@dataclass(slots=True)
class GroupState(FleetState):
    """The durable state of one group's owner.

    `cut` is a hash of how the map is divided, `opened_ns` when the journal was begun. `leaving` is by
    robot, `coming` by handover. `epochs` says by robot how often it has changed hands, and `hops` by job,
    as far as is known here: whatever is not newer has been heard before. `looked` are the groups that had
    no robot for a job. `origins` are the groups that foreign jobs here were asked of, `away` those where
    jobs are that were here; `sent` are jobs that were told and not heard yet, `owed` those whose end is.
    `unseen` are jobs here, by their hops, of which their origins do not know yet that they are.
    `calling` are jobs of ours, elsewhere, that people have called off; `called` those here that were called
    off where they were asked for. `leases` are places of ours, by the robot that each is kept for. `zones`
    is what was said last of zones, at whichever owner. `owners` are zones that were given away since the
    map was divided, and `giving` is one that we give now.
    """

    group: str = ""
    cut: str = ""
    opened_ns: int = 0
    leaving: dict[str, Leaving] = field(default_factory=dict)
    coming: dict[str, Coming] = field(default_factory=dict)
    epochs: dict[str, int] = field(default_factory=dict)
    hops: dict[str, int] = field(default_factory=dict)
    looked: dict[str, tuple[str, ...]] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    away: dict[str, str] = field(default_factory=dict)
    sent: dict[str, Sent] = field(default_factory=dict)
    owed: dict[str, str] = field(default_factory=dict)
    unseen: dict[str, int] = field(default_factory=dict)
    calling: dict[str, Calling] = field(default_factory=dict)
    called: dict[str, Called] = field(default_factory=dict)
    leases: dict[str, Lease] = field(default_factory=dict)
    zones: dict[str, ZoneWord] = field(default_factory=dict)
    owners: dict[str, Ownership] = field(default_factory=dict)
    giving: Giving | None = None

    def note_zone(self, zone_id: str, is_open: bool, requester: str, reason: str) -> None:
        """It was done here, and is news to all that is known of the zone."""
        before = self.zones.get(zone_id)
        number = before.number + 1 if before else 1
        self.zones[zone_id] = ZoneWord(zone_id, is_open, requester, reason, number, self.group)

    def note_end(self, job_id: str) -> bool:
        """Jobs count where they were asked for, and that group is told."""
        self.unseen.pop(job_id, None)
        self.calling.pop(job_id, None)
        self.called.pop(job_id, None)
        if job_id not in self.origins:
            return True
        self.owed[job_id] = self.origins[job_id]
        return False

    def is_settled(self, job_id: str) -> bool:
        """It is neither elsewhere nor on its way, and who asked for it has heard of its end."""
        return not any(job_id in one for one in (self.away, self.sent, self.owed, self.calling))

    def forget(self, job_id: str) -> None:
        """Its `hops` stay, as of one that only passed through: they tell it from a double of itself."""
        FleetState.forget(self, job_id)
        self.origins.pop(job_id, None)
        self.looked.pop(job_id, None)
