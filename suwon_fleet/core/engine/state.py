# SPDX-License-Identifier: Apache-2.0
"""The durable state of a fleet. Only :mod:`.evolve` changes it, one event at a time."""

from __future__ import annotations

from dataclasses import dataclass, field

from suwon_fleet.core.dispatch import Decision
from suwon_fleet.core.engine.index import Index
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.jobs import JobRequest, JobStatus, Phase
from suwon_fleet.core.robots.command import ActionKind, StopKind
from suwon_fleet.core.robots.report import ActionStatus
from suwon_fleet.core.robots.states import RobotStates


@dataclass(slots=True)
class Action:
    """What a robot was last asked to do, and how it said that ended, in `result` in its own words.

    `laden_before` is what the robot's `laden` was when it began.
    """

    action_id: str
    kind: ActionKind
    params: tuple[tuple[str, str], ...]
    since_ns: int
    laden_before: bool | None = False
    status: ActionStatus = ActionStatus.RUNNING
    result: str = ""
    ended_ns: int = 0

    @property
    def stem(self) -> str:
        """Its id without the number: what it is part of."""
        return self.action_id.rpartition(".")[0]


@dataclass(slots=True)
class RobotRecord:
    """What the fleet remembers of a robot.

    `path[k]` is vertex `path_first + k` of its granted path: its ground, rear to front. `laden` is None
    while a hand-over runs; one that fails leaves things as they were before it. `since_ns` says, by
    layer of its states, when that layer last changed; `moved_ns`, when it last passed a vertex or was
    first granted one ahead.
    """

    robot_id: str
    kind: str
    session: str
    vendor: str
    serial: str
    states: RobotStates
    path: list[str]
    path_first: int = 0
    commissioned: bool = True
    job_id: str = ""
    destination: str = ""
    action: Action | None = None
    actions_begun: int = 0
    tries: int = 0
    """How often in a row the action at hand has been tried."""
    laden: bool | None = False
    moved_ns: int = 0
    since_ns: dict[str, int] = field(default_factory=dict)

    @property
    def front_index(self) -> int:
        return self.path_first + len(self.path) - 1

    @property
    def busy_action(self) -> Action | None:
        """The action it has not ended yet."""
        return self.action if self.action and not self.action.status.is_over else None


@dataclass(slots=True)
class JobRecord:
    """A job and how it stands. `ends_as` is what it becomes when its phases are done.

    `turned_at` is the phase at which it turned back: that one is over, and what follows undoes it.
    `kept` is the reason to call it off that a person has looked at, and kept it. `grasps` counts how
    often its object has been grasped for. `awaits` are the jobs that must finish before it begins,
    `followers` those that wait for it; `freed_ns` is when the last of `awaits` had finished. `moved` is
    why the robot that had it before has not any more. A joint job has `parts`, jobs that say what they
    are `part_of`; its status is what theirs come to.
    """

    job_id: str
    request: JobRequest
    phases: tuple[Phase, ...]
    submitted_ns: int
    status: JobStatus = JobStatus.QUEUED
    robot_id: str = ""
    phase_index: int = -1
    reason: Reason | None = None
    ends_as: JobStatus = JobStatus.FINISHED
    status_before_pause: JobStatus = JobStatus.QUEUED
    turned_at: int | None = None
    kept: Reason | None = None
    grasps: int = 0
    decisions: tuple[Decision, ...] = ()
    expected_end_ns: int = 0
    ended_ns: int = 0
    awaits: tuple[str, ...] = ()
    followers: list[str] = field(default_factory=list)
    freed_ns: int = 0
    moved: Reason | None = None
    part_of: str = ""
    parts: list[str] = field(default_factory=list)

    @property
    def phase(self) -> Phase | None:
        """The phase that runs, None before the first."""
        return self.phases[self.phase_index] if self.phase_index >= 0 else None

    @property
    def due_ns(self) -> int:
        """When it may begin, as far as is known: jobs it follows may end later."""
        return max(self.submitted_ns, self.request.earliest_start_ns, self.freed_ns)

    def is_due(self, now_ns: int) -> bool:
        """Whether it could begin now, had it a robot."""
        return self.status is JobStatus.QUEUED and not self.awaits and self.due_ns <= now_ns


@dataclass(slots=True)
class StopRecord:
    """A stop request that nobody has released yet."""

    stop_id: str
    scope: str
    id: str
    kind: StopKind
    robot_ids: tuple[str, ...]
    requester: str
    reason: str
    at_ns: int
    confirmed: tuple[str, ...] = ()
    confirmed_ns: tuple[int, ...] = ()
    """When each of those was heard to have carried it out."""
    is_found: bool = False
    """Nobody is known to have requested it: a robot was found to hold for it."""


@dataclass(slots=True)
class AlertRecord:
    alert_id: str
    level: int
    reason: Reason
    subject: str
    answers: tuple[str, ...]
    at_ns: int


@dataclass(slots=True)
class Tally:
    """How many jobs came to which end."""

    submitted: int = 0
    refused: int = 0
    finished: int = 0
    failed: int = 0
    cancelled: int = 0


@dataclass(slots=True)
class FleetState:
    """All of it. `answered` maps request ids to the job they made, or to why they were refused; when
    those were is in `refused_ns`.

    `released` are the newest stops that are over, for robots that have not heard of it.
    """

    site_id: str = ""
    site_hash: str = ""
    now_ns: int = 0
    robots: dict[str, RobotRecord] = field(default_factory=dict)
    jobs: dict[str, JobRecord] = field(default_factory=dict)
    stops: dict[str, StopRecord] = field(default_factory=dict)
    alerts: dict[str, AlertRecord] = field(default_factory=dict)
    closed_zones: dict[str, str] = field(default_factory=dict)
    open_zones: dict[str, str] = field(default_factory=dict)
    answered: dict[str, str | Reason] = field(default_factory=dict)
    refused_ns: dict[str, int] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    index: Index = field(default_factory=Index)
    released: list[str] = field(default_factory=list)

    @property
    def open_jobs(self) -> list[JobRecord]:
        """Jobs that are not over, in the order of submission."""
        return [self.jobs[job_id] for job_id in self.index.open_jobs]

    def set_zone(self, zone_id: str, is_open: bool, reason: str) -> None:
        """What people want of a zone now, whatever the map says."""
        one, other = self.closed_zones, self.open_zones
        if is_open:
            one, other = other, one
        one[zone_id] = reason
        other.pop(zone_id, None)

    def note_zone(self, zone_id: str, is_open: bool, requester: str, reason: str) -> None:
        """Note that a zone was opened or closed here, where others are to hear of it."""

    def note_end(self, job_id: str) -> bool:
        """Note that a job has ended; whether it counts here, as all do where one fleet owns the map."""
        return True

    def is_settled(self, job_id: str) -> bool:
        """Whether nobody else has still to be told of a job, or to tell of it."""
        return True

    def forget(self, job_id: str) -> None:
        """Strike out a job that has ended; what refers to it has ended too."""
        job = self.jobs.pop(job_id)
        for name in job.request.after:
            leader = self.jobs.get(name)
            if leader and job_id in leader.followers:
                leader.followers.remove(job_id)
        for name in job.followers:
            follower = self.jobs[name]
            follower.awaits = tuple(awaited for awaited in follower.awaits if awaited != job_id)
        if self.answered.get(job.request.request_id) == job_id:
            del self.answered[job.request.request_id]

    def count(self, what: str) -> None:
        """One more of what ids are numbered by."""
        self.counters[what] = self.counters.get(what, 0) + 1
