# SPDX-License-Identifier: Apache-2.0
"""What comes into the engine and what goes out. Both sides are plain values.

Inputs are what links hear of robots, requests of people and findings of a check; every request carries a
`token` and is answered by exactly one Answer with the same token. Effects leave only after the events of
the same step are in the journal.
"""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import Struct

from suwon_fleet.core.errors import Reason
from suwon_fleet.core.federation.messages import Message
from suwon_fleet.core.jobs import JobRequest
from suwon_fleet.core.robots.command import RobotCommand, StopKind
from suwon_fleet.core.robots.report import Factsheet, RobotReport


@dataclass(frozen=True, slots=True)
class Announced:
    """A robot says who it is and how it stands."""

    factsheet: Factsheet
    report: RobotReport


class Reported(Struct, frozen=True, gc=False):
    """A robot tells how it stands."""

    report: RobotReport


@dataclass(frozen=True, slots=True)
class SubmitJob:
    token: str
    request: JobRequest


@dataclass(frozen=True, slots=True)
class CancelJob:
    token: str
    job_id: str
    requester: str = ""


@dataclass(frozen=True, slots=True)
class PauseJob:
    """Pause a job, or resume it."""

    token: str
    job_id: str
    paused: bool
    requester: str = ""


@dataclass(frozen=True, slots=True)
class StopRobots:
    """`scope` is robot, zone, site or all; `id` names the robot or zone."""

    token: str
    scope: str
    id: str
    kind: StopKind = StopKind.PROTECTIVE
    requester: str = ""
    reason: str = ""
    request_id: str = ""
    """Makes a request that is sent twice one request, and names the stop: see `stops.stop_named`."""
    told: tuple[str, ...] = ()
    """Robots that were told before the fleet came to decide it."""


@dataclass(frozen=True, slots=True)
class ReleaseRobots:
    """A person releases the stop `stop_id`, or without it all stops of `scope` and `id`."""

    token: str
    requester: str
    stop_id: str = ""
    scope: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class CommissionRobot:
    token: str
    robot_id: str
    commissioned: bool
    requester: str = ""


@dataclass(frozen=True, slots=True)
class RemoveRobot:
    """A person says that a robot has left the site."""

    token: str
    robot_id: str
    requester: str


@dataclass(frozen=True, slots=True)
class SetZone:
    token: str
    zone_id: str
    is_open: bool
    requester: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class GiveAway:
    """A person wants a zone to be another group's; with our own name, to stay ours."""

    token: str
    zone_id: str
    group: str
    requester: str = ""


@dataclass(frozen=True, slots=True)
class AnswerAlert:
    token: str
    alert_id: str
    answer: str
    requester: str


@dataclass(frozen=True, slots=True)
class Finding:
    """An independent check found what must not be, such as two robots on the same ground."""

    what: str
    robots: tuple[str, ...]
    detail: str


@dataclass(frozen=True, slots=True)
class Vanished:
    """A link is sure that a robot cannot be reached any more; otherwise that is known by its silence."""

    robot_id: str


@dataclass(frozen=True, slots=True)
class Noticed:
    """A link has something to tell people about `subject`, or that it `is_over`.

    The last fact of `reason` is in the words of whoever told it: what differs by it alone is the same.
    """

    level: int
    reason: Reason
    subject: str
    is_over: bool = False


Heard = Announced | Reported | Vanished | Noticed
"""What comes from robots' links."""


@dataclass(frozen=True, slots=True)
class PeerSaid:
    """The owner of another group tells us something."""

    peer: str
    message: Message


Input = (
    Heard
    | SubmitJob
    | CancelJob
    | PauseJob
    | StopRobots
    | ReleaseRobots
    | CommissionRobot
    | RemoveRobot
    | SetZone
    | GiveAway
    | AnswerAlert
    | Finding
    | PeerSaid
)


@dataclass(frozen=True, slots=True)
class Send:
    """Tell a robot. `epoch` says which of its owners does: a robot may heed the latest only."""

    command: RobotCommand
    epoch: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to the request with this token; `reason` is None when it was accepted."""

    token: str
    reason: Reason | None = None
    id: str = ""
    """Of the job or stop that was made or meant."""
    robot_ids: tuple[str, ...] = ()
    """Robots a stop or a release concerns."""


@dataclass(frozen=True, slots=True)
class Tell:
    """Tell the owner of another group; it may be lost, and is then told again."""

    peer: str
    message: Message


Effect = Send | Answer | Tell
