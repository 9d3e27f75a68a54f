# SPDX-License-Identifier: Apache-2.0
"""A long time of work in one process: does it need ever more memory, and is any job left lying?"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from suwon_fleet.adapters.sqlite_journal import SqliteJournal
from suwon_fleet.bench.measure import resident_mb
from suwon_fleet.core.engine import messages as m
from suwon_fleet.service.assemble import assemble
from suwon_fleet.service.fleet_service import FleetService
from suwon_fleet.sim.link import WorldLink
from suwon_fleet.sim.scenario import Scenario
from suwon_fleet.sim.world import World
from suwon_fleet.traffic import Coordinator

TURN_STEPS = 10
LOOK_EVERY_S = 300.0
WARM_SHARE = 0.25
"""Of the time at the beginning, in which caches fill; it does not count."""
STUCK_S = 4 * 3600.0
"""A job that was asked for so long ago and has not ended is stuck, if nobody is asked about it."""
_SECOND = 1_000_000_000


@dataclass(slots=True)
class Soaked:
    """What came of it."""

    hours: float = 0.0
    jobs: int = 0
    finished: int = 0
    stuck: int = 0
    memory: list[tuple[float, float]] = field(default_factory=list)
    """Hours of simulated time, and megabytes."""

    @property
    def slope_mb_h(self) -> float:
        """Megabytes more by the simulated hour, once it was warm."""
        warm = [one for one in self.memory if one[0] >= WARM_SHARE * self.hours]
        hours, mb = np.array(warm).T
        return float(np.polyfit(hours, mb, 1)[0])


class _Clock:
    def __init__(self, world: World) -> None:
        self._world = world

    def now_ns(self) -> int:
        return self._world.now_ns


def soak(scenario: Scenario, folder: Path, tell: Callable[[str], None]) -> Soaked:
    """Have the robots of a scenario do its jobs for as long as it lasts, with a journal in a file."""
    hours = scenario.duration_s / 3600.0
    world, soaked = scenario.world(), Soaked(hours)
    core = assemble(scenario.site, scenario.kinds)
    journal = SqliteJournal(folder / "soak.sqlite", sync="normal")
    service = FleetService(core, journal, WorldLink(world), _Clock(world))
    jobs = deque(scenario.jobs())
    assert isinstance(core.fleet.traffic, Coordinator)
    core.fleet.traffic.take_memory()  # a table that fills up in hours would look like a leak
    look_s = 0.0
    try:
        while (now_s := world.now_ns / _SECOND) < scenario.duration_s:
            while jobs and jobs[0].at_ns <= world.now_ns:
                service.ask(m.SubmitJob("", jobs.popleft().request))
                soaked.jobs += 1
            service.turn()
            for _ in range(TURN_STEPS):
                world.step()
            if now_s >= look_s:
                look_s += LOOK_EVERY_S
                for robot in world.robots.values():
                    robot.done.clear()  # what a judge of a short run would ask for
                soaked.memory.append((now_s / 3600, resident_mb()))
                tell(f"{now_s / 3600:.1f} of {hours:g} h, {resident_mb():.0f} MB")
    finally:
        service.close()
        journal.close()
    soaked.finished = core.state.tally.finished
    asked_about = {alert.subject for alert in core.state.alerts.values()}
    soaked.stuck = sum(
        core.fleet.seconds_since(job.submitted_ns) > STUCK_S and job.job_id not in asked_about
        for job in core.state.open_jobs
    )
    return soaked
