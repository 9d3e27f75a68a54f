# SPDX-License-Identifier: Apache-2.0
"""What the engine asks of dispatch; implemented by :mod:`suwon_fleet.dispatch`.

What a burst of jobs makes thousands of are named tuples: they are made in a third of the time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.core.errors import Reason
from suwon_fleet.core.robots.kind import RobotKind

TravelTime = Callable[[str, str, str], float]
"""Seconds for a kind of robot (id) from a vertex to a vertex; infinite where there is no way."""


class Travel(Protocol):
    """Travel times, one by one and many at once."""

    def travel_s(self, kind: str, start: str, goal: str) -> float: ...

    def travel_table(
        self, kind: str, starts: Sequence[str], goals: Sequence[str]
    ) -> NDArray[np.float32]: ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """One robot weighed for one job. Times in seconds from now.

    `cost_s` is what robots are compared by; it, `pickup_s`, `work_s` and `soc_after` (charge left on
    arrival at the nearest charger after the job, 0..1) are None where `refusal` says why it cannot.
    """

    robot_id: str
    cost_s: float | None = None
    pickup_s: float | None = None
    work_s: float | None = None
    soc_after: float | None = None
    refusal: Reason | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Who gets a job, and who else might have: the first candidates, the chosen one before all.

    `unable` counts all free robots that could not do it, also those not among the candidates. The engine
    fills in `at_ns`, when it was made.
    """

    job_id: str
    robot_id: str
    candidates: tuple[Candidate, ...]
    reason: Reason
    unable: int = 0
    at_ns: int = 0


class Forecast(NamedTuple):
    """Who is to have a job and when it would end, in seconds from now, as things stand.

    `before` counts the jobs its robot is to do first, the one it is at included.
    """

    job_id: str
    robot_id: str
    before: int
    end_s: float


@dataclass(frozen=True, slots=True)
class Parts:
    """What a plan comes to, part by part; dispatch makes `total` small, in which each has its weight.

    Mean seconds until its jobs end, all seconds after deadlines and of driving without a load.
    """

    jobs: int
    completion_s: float
    late_s: float
    empty_s: float
    total: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What dispatch makes of a moment: `decisions` hold now, `forecasts` (of all jobs) until the next.

    `parts` tell what it comes to if there is anything in it.
    """

    decisions: tuple[Decision, ...] = ()
    forecasts: tuple[Forecast, ...] = ()
    parts: Parts | None = None


class Worker(NamedTuple):
    """A robot that could take a job: where it will be free, when, and how charged."""

    robot_id: str
    kind: RobotKind
    vertex: str
    free_in_s: float
    soc: float
    is_busy: bool = False
    """It has a job still: a job may wait for it, and is not given to it yet."""


class Errand(NamedTuple):
    """A job as dispatch sees it: the vertices it goes through and what it needs.

    `action_s` is spent at the vertices, `waited_s` since it could have started, `slack_s` is time to
    the deadline (infinite without one). `held_by` is the robot that has the job and is on its way to it:
    another may still take it.
    """

    job_id: str
    vertices: tuple[str, ...]
    action_s: float
    needs: str
    payload_kg: float
    priority: int
    waited_s: float
    slack_s: float
    robot_id: str = ""
    held_by: str = ""


class Dispatcher(Protocol):
    """Weighs robots for jobs. See :class:`suwon_fleet.dispatch.RollingHorizon`.

    Holders of jobs are among the workers as if they were free. A job stays with its holder, without a
    decision, unless another choice is better by more than the turning round is worth.
    """

    def weigh(self, errand: Errand, worker: Worker, travel_s: TravelTime) -> Candidate: ...

    def assign(
        self, errands: Sequence[Errand], workers: Sequence[Worker], travel: Travel
    ) -> Plan: ...
