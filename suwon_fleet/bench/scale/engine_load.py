# SPDX-License-Identifier: Apache-2.0
"""The whole fleet under load: reports and jobs through the engine and a journal on disk, as a node does."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from suwon_fleet.adapters.sqlite_journal import SqliteJournal
from suwon_fleet.bench.measure import Stopwatch
from suwon_fleet.bench.scale.light_robots import LightRobots
from suwon_fleet.bench.scale.starts import place_all
from suwon_fleet.core.engine.events import JobAssigned
from suwon_fleet.core.engine.messages import Answer, Input, SubmitJob
from suwon_fleet.core.errors import Broken
from suwon_fleet.core.jobs import JobKind, JobRequest
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.sitemap import SiteMap
from suwon_fleet.service.assemble import assemble
from suwon_fleet.service.pipeline import Pipeline
from suwon_fleet.traffic import Coordinator

TICK_MS = 100.0
JOINING_TICKS = 20
"""Robots join within so many ticks."""
FILLING_TICKS = 100
STOPS = 3
"""Of each job, a round; the first is mostly near the robot that gets it."""
AT_WORK = 0.6
"""Jobs come in so often that this share of the robots has one."""
_DRAWN = 50
"""Ways looked at to know how long a job takes."""


class EngineLoad:
    """Robots at work in a city: every tick jobs come in, robots report, and the fleet takes a turn.

    Time goes on by a tick for each turn, or by what the turn took when that was longer, as for a node
    that cannot keep up. `turns` has a lap for each turn; `to_assigned_ms` are wall times from when a job
    was handed in to when its assignment was in the journal, `to_granted_ms` those from when reports were
    handed in to when the grants that they made possible went out.
    """

    def __init__(
        self, site: SiteMap, kind: RobotKind, robots: int, *, seed: int, journal: Path
    ) -> None:
        self._random = np.random.default_rng(seed)
        self._journal = SqliteJournal(journal)
        core = assemble(site, {kind.id: kind})
        traffic = core.fleet.traffic
        self._stations = [place.id for place in site.places]
        legs_s = [traffic.travel_s(kind.id, *self._draw(2)) for _ in range(_DRAWN)]
        self._jobs_per_s = AT_WORK * robots / ((STOPS - 0.5) * float(np.mean(legs_s)))
        names = [f"robot-{number}" for number in range(robots)]
        rehearsal = Coordinator(site, [kind])
        vertices = place_all(rehearsal, kind.id, names, self._random)
        starts = {
            name: rehearsal.waypoint(kind.id, None, rehearsal.roadmap.vertex_names[vertex])
            for name, vertex in zip(names, vertices, strict=True)
        }
        self._link = LightRobots(kind, starts)
        self._pipeline = Pipeline(core, self._journal, self._link)
        self._now_ns = 0
        self.asked = 0
        self._handed_in: dict[str, float] = {}
        self._waited_ms = 0.0
        self.turns = Stopwatch()
        self.to_assigned_ms: list[float] = []
        self.to_granted_ms: list[float] = []

    @property
    def joined(self) -> int:
        """Robots in the fleet."""
        return len(self._pipeline.core.state.robots)

    @property
    def finished(self) -> int:
        """Jobs done."""
        return self._pipeline.core.state.tally.finished

    def join(self) -> None:
        """Let all robots join, some in each turn. Raises Broken when one cannot."""
        for share in range(JOINING_TICKS):
            self._turn([*self._link.announce(share, JOINING_TICKS)])
        if self.joined < len(self._link.robots):
            raise Broken(f"only {self.joined} of {len(self._link.robots)} robots have joined")
        self.turns = Stopwatch()
        self.to_granted_ms.clear()

    def run(self, turns: int) -> None:
        """Take so many turns: in the first few as many jobs come in as keep the fleet at work, then
        as many as end."""
        filling = min(FILLING_TICKS, turns)
        self._run(filling, AT_WORK * self.joined / FILLING_TICKS)
        self._run(turns - filling, self._jobs_per_s * TICK_MS / 1000)

    def _run(self, turns: int, jobs_per_turn: float) -> None:
        for _ in range(turns):
            self._turn([self._job() for _ in range(self._random.poisson(jobs_per_turn))])

    def close(self) -> None:
        """Close the journal."""
        self._journal.close()

    def _job(self) -> Input:
        self.asked += 1
        name = f"job-{self.asked}"
        return SubmitJob(name, JobRequest(JobKind.PATROL, self._draw(STOPS), name, name))

    def _draw(self, count: int) -> tuple[str, ...]:
        """So many stations, all different."""
        drawn = self._random.choice(len(self._stations), count, replace=False)
        return tuple(self._stations[number] for number in drawn.tolist())

    def _turn(self, inputs: list[Input]) -> None:
        self._link.advance(self._now_ns)
        self._link.grants_at.clear()
        begun = time.perf_counter()
        with self.turns.lap():
            outcome = self._pipeline.turn(self._now_ns, inputs)
        took_ms = self.turns.wall_ms[-1]
        self.to_granted_ms += [1000 * (at - begun) for at in self._link.grants_at]
        for effect in outcome.effects:
            if isinstance(effect, Answer) and effect.reason is None:
                self._handed_in[effect.id] = self._waited_ms
        for event in outcome.events:
            if isinstance(event, JobAssigned) and event.decision.job_id in self._handed_in:
                since_ms = self._handed_in.pop(event.decision.job_id)
                self.to_assigned_ms.append(self._waited_ms - since_ms + took_ms)
        passed_ms = max(TICK_MS, took_ms)
        self._waited_ms += passed_ms
        self._now_ns += round(passed_ms * 1e6)
