# SPDX-License-Identifier: Apache-2.0
"""What of a robot and of a job goes along when another group takes them over."""

from __future__ import annotations

from dataclasses import dataclass, replace

from suwon_fleet.core.engine.state import Action, JobRecord, RobotRecord
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.jobs import JobRequest, JobStatus, Phase
from suwon_fleet.core.robots.states import RobotStates


@dataclass(frozen=True, slots=True)
class Traveller:
    """A robot that stands at `vertex`, which is vertex `index` of its path, and all that is known of it.

    The other fields are those of :class:`suwon_fleet.core.engine.state.RobotRecord`.
    """

    robot_id: str
    kind: str
    session: str
    vendor: str
    serial: str
    states: RobotStates
    vertex: str
    index: int
    commissioned: bool
    destination: str
    action: Action | None
    actions_begun: int
    tries: int
    laden: bool | None
    moved_ns: int
    since_ns: tuple[tuple[str, int], ...]

    @classmethod
    def of(cls, robot: RobotRecord) -> Traveller:
        """A robot of ours that stands at the end of its ground."""
        return cls(
            robot.robot_id,
            robot.kind,
            robot.session,
            robot.vendor,
            robot.serial,
            robot.states,
            robot.path[-1],
            robot.front_index,
            robot.commissioned,
            robot.destination,
            replace(robot.action) if robot.action else None,
            robot.actions_begun,
            robot.tries,
            robot.laden,
            robot.moved_ns,
            tuple(robot.since_ns.items()),
        )

    def record(self) -> RobotRecord:
        """The robot as its new owner knows it; its job and destination are entered apart."""
        return RobotRecord(
            self.robot_id,
            self.kind,
            self.session,
            self.vendor,
            self.serial,
            self.states,
            [self.vertex],
            self.index,
            self.commissioned,
            action=replace(self.action) if self.action else None,
            actions_begun=self.actions_begun,
            tries=self.tries,
            laden=self.laden,
            moved_ns=self.moved_ns,
            since_ns=dict(self.since_ns),
        )


@dataclass(frozen=True, slots=True)
class Called:
    """A job was called off where it was asked for, by the `number`-th such wish: what came of it."""

    number: int
    refusal: Reason | None


@dataclass(frozen=True, slots=True)
class CarriedJob:
    """A job on its way to another group. `hops` counts how often it has changed hands.

    `origin` is the group it was asked of, which is told of its end; those that have `looked` had no robot
    for it. `called` says whether people there have called it off. The other fields are those of
    :class:`suwon_fleet.core.engine.state.JobRecord`.
    """

    job_id: str
    origin: str
    hops: int
    looked: tuple[str, ...]
    request: JobRequest
    phases: tuple[Phase, ...]
    submitted_ns: int
    status: JobStatus
    phase_index: int
    reason: Reason | None
    ends_as: JobStatus
    turned_at: int | None
    kept: Reason | None
    grasps: int
    expected_end_ns: int
    freed_ns: int
    moved: Reason | None
    called: Called | None = None

    @classmethod
    def of(
        cls,
        job: JobRecord,
        origin: str,
        hops: int,
        looked: tuple[str, ...],
        called: Called | None,
    ) -> CarriedJob:
        """A job of ours that is neither over nor paused, nor a part of another."""
        return cls(
            job.job_id,
            origin,
            hops,
            looked,
            job.request,
            job.phases,
            job.submitted_ns,
            job.status,
            job.phase_index,
            job.reason,
            job.ends_as,
            job.turned_at,
            job.kept,
            job.grasps,
            job.expected_end_ns,
            job.freed_ns,
            job.moved,
            called,
        )

    def put_into(self, job: JobRecord) -> None:
        """Let a record say what this says."""
        job.status, job.phases, job.phase_index = self.status, self.phases, self.phase_index
        job.reason, job.ends_as, job.turned_at = self.reason, self.ends_as, self.turned_at
        job.kept, job.grasps, job.moved = self.kept, self.grasps, self.moved
        job.expected_end_ns, job.freed_ns = self.expected_end_ns, self.freed_ns


@dataclass(frozen=True, slots=True)
class Resident:
    """A robot that stands in a zone which becomes another group's, its next epoch, and its job."""

    robot: Traveller
    epoch: int
    job: CarriedJob | None
