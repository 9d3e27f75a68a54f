# SPDX-License-Identifier: Apache-2.0
"""The jobs of each robot in the order it will do them, and what that comes to."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from suwon_fleet.core.dispatch import Parts
from suwon_fleet.dispatch.problem import NO, Floats, Ints, Problem, Records, follow, price
from suwon_fleet.kernel import kernel, lean_kernel

SLOT = np.dtype(
    [
        ("after", np.int64),
        ("before", np.int64),
        ("robot", np.int64),
        ("end_s", float),
        ("soc", float),
        ("own", float),
        ("cost", float),
        ("charges", bool),
    ]
)
"""A job's neighbours in its queue, -1 for none, and who does it; when it ends and with what charge; what
it costs, and with all that follow it; whether the robot charges before it."""


class Queues(NamedTuple):
    """A linked list of jobs for each robot: `head` (R,) is its first, `slots` (J,) say what follows."""

    head: Ints
    slots: Records

    @classmethod
    def empty(cls, robots: int, jobs: int) -> Queues:
        """Nobody does anything."""
        slots = np.zeros(jobs, dtype=SLOT)
        slots["after"] = slots["before"] = slots["robot"] = NO
        slots["end_s"] = np.inf
        return cls(np.full(robots, NO, dtype=np.int64), slots)

    def lists(self) -> list[list[int]]:
        """The jobs of each robot, in order."""
        after = self.slots["after"].tolist()
        queues = []
        for job in self.head.tolist():
            jobs: list[int] = []
            while job != NO:
                jobs.append(job)
                job = after[job]
            queues.append(jobs)
        return queues

    def copy(self) -> Queues:
        return Queues(self.head.copy(), self.slots.copy())

    def take(self, other: Queues) -> None:
        """Become what another is."""
        self.head[:] = other.head
        self.slots[:] = other.slots


def reckon(problem: Problem, queues: Queues) -> Parts:
    """The parts of a plan."""
    planned = queues.slots["robot"] >= 0
    ends_s = queues.slots["end_s"][planned]
    late_s = np.maximum(0.0, ends_s - problem.jobs["slack_s"][planned]).sum()
    return Parts(
        int(planned.sum()),
        float(ends_s.mean()) if len(ends_s) else 0.0,
        float(late_s),
        float(_empty_s(problem, queues).sum(dtype=float)),
        float(total(problem, queues)),
    )


def _empty_s(problem: Problem, queues: Queues) -> Floats:
    """Seconds each planned job's robot drives to it."""
    (jobs,) = np.nonzero(queues.slots["robot"] >= 0)
    robot, before = queues.slots["robot"][jobs], queues.slots["before"][jobs]
    kind, last = problem.robots["kind"][robot], problem.jobs["last"][before]
    hops_s = problem.hop_s[kind, last, problem.jobs["origin"][jobs]]
    ways_s: Floats = np.where(before == NO, problem.first_s[robot, jobs], hops_s)
    return ways_s


@kernel
def total(problem: Problem, queues: Queues) -> float:
    """What the search makes small."""
    cost = 0.0
    for robot in range(len(queues.head)):
        cost += cost_from(queues, queues.head[robot])
    return cost


@kernel
def first_ends_s(problem: Problem, job: int) -> Floats:
    """When each robot would end a job it did next; infinite if it cannot, or must charge before."""
    ends_s = np.full(len(problem.robots), np.inf)
    for robot in range(len(problem.robots)):
        start = problem.robots[robot]
        end_s, _, charges = follow(problem, robot, NO, job, start.free_s, start.soc)
        if not charges:
            ends_s[robot] = end_s
    return ends_s


@lean_kernel
def rest(
    problem: Problem,
    slots: Records,
    robot: int,
    before: int,
    job: int,
    at_s: float,
    soc: float,
    most: float,
) -> float:
    """What the jobs from `job` on cost if a robot does them after `before`, which ends at `at_s`.

    They are not followed any further than to where they cost more than `most`.
    """
    cost = 0.0
    while job >= 0 and cost <= most:
        at_s, soc, _ = follow(problem, robot, before, job, at_s, soc)
        cost += price(problem, robot, before, job, at_s)
        before = job
        job = slots[job].after
    return cost


@lean_kernel
def cost_from(queues: Queues, job: int) -> float:
    """What a job and all that follow it cost as things are; nothing where there is none."""
    return queues.slots[job].cost if job >= 0 else 0.0


@lean_kernel
def leaves(problem: Problem, queues: Queues, robot: int, job: int) -> tuple[float, float]:
    """When and with what charge a robot ends a job of its, or sets out where there is none."""
    if job >= 0:
        return queues.slots[job].end_s, queues.slots[job].soc
    return problem.robots[robot].free_s, problem.robots[robot].soc


@lean_kernel
def renew(problem: Problem, queues: Queues, robot: int, before: int) -> None:
    """Reckon a robot's jobs after `before` (or all) anew from the order they are in."""
    at_s, soc = leaves(problem, queues, robot, before)
    job = queues.slots[before].after if before >= 0 else queues.head[robot]
    while job >= 0:
        at_s, soc, charges = follow(problem, robot, before, job, at_s, soc)
        slot = queues.slots[job]
        slot.end_s, slot.soc, slot.charges = at_s, soc, charges
        slot.before, slot.robot = before, robot
        slot.own = price(problem, robot, before, job, at_s)
        before = job
        job = slot.after
    cost = 0.0
    while before >= 0:
        slot = queues.slots[before]
        cost += slot.own
        slot.cost = cost
        before = slot.before
