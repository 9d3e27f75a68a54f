# SPDX-License-Identifier: Apache-2.0
"""A scenario: a site, the robots on it, and the jobs that are asked of them, from one seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from suwon_fleet.core.access import Network
from suwon_fleet.core.jobs import NEEDS, JobKind
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.sitemap import SiteMap
from suwon_fleet.sim.faults import Fault
from suwon_fleet.sim.people import People
from suwon_fleet.sim.scenario.demand import Demand, Ground, TimedJob, draw
from suwon_fleet.sim.scenario.expect import Expectation
from suwon_fleet.sim.scenario.spawning import FleetPlan, spawn
from suwon_fleet.sim.world import Spawn, World


class Ends(StrEnum):
    """When a run is over, before its time is."""

    JOBS = "jobs"
    """When all jobs have ended."""
    TIME = "time"
    """Not before its time: what happens after the last job counts, too."""


@dataclass(frozen=True, slots=True)
class Operator:
    """A person who answers what the fleet asks of people, so long after it was asked."""

    after_s: float


@dataclass(frozen=True)
class Scenario:
    """What happens on a site. The same scenario gives the same robots and jobs every time.

    `duration_s` is when it ends at the latest; times count from its beginning. See docs/scenarios.md.
    """

    id: str
    site: SiteMap
    kinds: Mapping[str, RobotKind]
    seed: int
    duration_s: float
    fleets: tuple[FleetPlan, ...]
    timed: tuple[TimedJob, ...] = ()
    """Jobs the scenario names one by one."""
    demands: tuple[Demand, ...] = ()
    people: People = field(default_factory=People)
    operator: Operator | None = None
    """None: nobody answers."""
    ends: Ends = Ends.JOBS
    faults: tuple[Fault, ...] = ()
    expectations: tuple[Expectation, ...] = ()
    title: Mapping[str, str] = field(default_factory=dict)
    site_file: Path | None = None
    """Where `site` was read from; None when it was made in memory."""
    robots_folder: Path | None = None
    """Where `kinds` were read from; None for those we ship."""

    def spawns(self) -> list[Spawn]:
        """The robots at the beginning. Raises BadInput when they do not find room."""
        return list(self._spawns.values())

    def jobs(self) -> list[TimedJob]:
        """All jobs, by the time they are asked for. Raises BadInput when a demand fits no places."""
        drawn = [job for demand in self.demands for job in self.draw(demand)]
        return sorted((*self.timed, *drawn), key=lambda job: job.at_ns)

    def draw(self, demand: Demand) -> list[TimedJob]:
        """The jobs of one demand, such that a robot of the fleets can do each."""
        return draw(self.site, demand, list(self._grounds(demand.kind)), seed=self.seed)

    def world(self) -> World:
        """The simulated world at the beginning, at time 0, with the faults that it can have.

        Raises BadInput when one can happen to nobody.
        """
        world = World(self.site, self.kinds, self.spawns(), seed=self.seed, people=self.people)
        for fault in self.faults:
            if not fault.is_of_process:
                world.faults.add(fault)
        return world

    @cached_property
    def _spawns(self) -> dict[str, Spawn]:
        """The robots by the node they start on."""
        spawns: dict[str, Spawn] = {}
        for plan in self.fleets:
            taken = [(s.pose, self.kinds[s.kind].radius_m) for s in spawns.values()]
            spawns |= spawn(self.site, self.kinds[plan.kind], plan, seed=self.seed, taken=taken)
        return spawns

    def _grounds(self, job: JobKind) -> Iterator[Ground]:
        """The parts of the map in which robots stand that can do jobs of a kind."""
        for kind_id in sorted({plan.kind for plan in self.fleets}):
            kind = self.kinds[kind_id]
            if NEEDS[job] in kind.capabilities:
                network = Network(self.site, kind)
                part = network.part_of
                homes = {part[node] for node, s in self._spawns.items() if s.kind == kind_id}
                for home in sorted(homes):
                    yield Ground(frozenset(n for n in part if part[n] == home), network)
