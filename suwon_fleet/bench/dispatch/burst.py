# SPDX-License-Identifier: Apache-2.0
"""From submit to assigned: many jobs at once, through the whole engine and a journal on disk."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from suwon_fleet.adapters.sqlite_journal import SqliteJournal
from suwon_fleet.bench.figure import Figure, Options
from suwon_fleet.bench.measure import Stopwatch, percentile, spread
from suwon_fleet.bench.scale.city_map import city
from suwon_fleet.bench.scale.light_robots import LightRobots
from suwon_fleet.bench.scale.starts import place_all
from suwon_fleet.core.engine.messages import Input, SubmitJob
from suwon_fleet.core.jobs import JobKind, JobRequest
from suwon_fleet.resources import resource_path
from suwon_fleet.service.assemble import assemble
from suwon_fleet.service.pipeline import Pipeline
from suwon_fleet.service.warm_up import settle, warm_up
from suwon_fleet.traffic import Coordinator
from suwon_fleet.wire.kinds import load_kinds

KIND = "delivery_outdoor"
ROBOTS, JOBS, QUICK_JOBS = 50, 1000, 200
BLOCKS, STATIONS = 16, 60
TURN_NS = 100_000_000
IN_TURNS = (1, 10)
"""All jobs come in one turn, or the burst lasts a second."""
MOST_TURNS = 50
ALL_TARGET_MS, P99_TARGET_MS = 2000.0, 100.0


def run(options: Options) -> Iterator[Figure]:
    """Measure bursts of all lengths, each seed a city and jobs of its own."""
    jobs = QUICK_JOBS if options.quick else JOBS
    warm_up(load_kinds(resource_path("config/robots"))[KIND], options.tell)
    for turns in IN_TURNS:
        watches = [Stopwatch() for _ in range(options.seeds)]
        waits_ms = [Burst(s, jobs).waits_ms(turns, watch) for s, watch in enumerate(watches)]
        case = f"{ROBOTS} robots, {jobs} jobs in {turns * TURN_NS / 1e9:g} s"
        cpu_ms = statistics.median(max(watch.cpu_ms) for watch in watches)
        p99_ms, last_ms = [percentile(w, 0.99) for w in waits_ms], [max(w) for w in waits_ms]
        yield _figure(case, "submit to assigned, p99", p99_ms, cpu_ms)
        yield _figure(case, "submit to assigned, the last", last_ms, cpu_ms)


def _figure(case: str, what: str, values_ms: list[float], cpu_ms: float) -> Figure:
    """`cpu_ms` is that of the longest turn."""
    is_last = what.endswith("last")
    return Figure(
        bench="dispatch",
        case=case,
        what=what,
        by="suwon_fleet",
        value=statistics.median(values_ms),
        unit="ms",
        spread=spread(values_ms),
        seeds=len(values_ms),
        target=ALL_TARGET_MS if is_last else P99_TARGET_MS,
        cpu_ms=cpu_ms,
        note="wall time until a job has its robot, or the robot it is planned for, and is in the journal",
    )


class Burst:
    """A fleet in a city, with nothing to do, and more jobs than it has robots."""

    def __init__(self, seed: int, jobs: int) -> None:
        random = np.random.default_rng(seed)
        kind = load_kinds(resource_path("config/robots"))[KIND]
        site = city(BLOCKS, STATIONS, seed=seed)
        names = [f"robot-{number}" for number in range(ROBOTS)]
        rehearsal = Coordinator(site, [kind])
        vertices = place_all(rehearsal, kind.id, names, random)
        starts = [rehearsal.roadmap.vertex_names[vertex] for vertex in vertices]
        self._link = LightRobots(
            kind,
            {
                name: rehearsal.waypoint(kind.id, None, start)
                for name, start in zip(names, starts, strict=True)
            },
        )
        self._core = assemble(site, {kind.id: kind})
        stations = [place.id for place in site.places]
        self._jobs: list[Input] = [
            SubmitJob(name, JobRequest(JobKind.DELIVERY, (stations[a], stations[b]), name, name))
            for name, (a, b) in (
                (f"job-{number}", random.choice(len(stations), 2, replace=False).tolist())
                for number in range(jobs)
            )
        ]

    def waits_ms(self, turns: int, watch: Stopwatch) -> list[float]:
        """How long each job waited for its robot to be named; a turn begins 0.1 s after the last, or
        when that is over."""
        with tempfile.TemporaryDirectory() as folder:
            journal = SqliteJournal(Path(folder) / "journal")
            waits = self._waits_ms(Pipeline(self._core, journal, self._link), turns, watch)
            journal.close()
        return waits

    def _waits_ms(self, pipeline: Pipeline, turns: int, watch: Stopwatch) -> list[float]:
        pipeline.turn(0, self._link.announce(0, 1))
        settle()  # as a fleet does before it begins
        each = -(-len(self._jobs) // turns)
        state, planned = pipeline.core.state, pipeline.core.fleet
        waits_ms = dict[str, float]()
        since_ms: dict[str, float] = {}
        now_ms = TURN_NS / 1e6
        for turn in range(MOST_TURNS):
            self._link.advance(round(now_ms * 1e6))
            news = self._jobs[turn * each : (turn + 1) * each]
            before = set(state.jobs)
            with watch.lap():
                pipeline.turn(round(now_ms * 1e6), news)
            since_ms |= {job_id: now_ms for job_id in state.jobs if job_id not in before}
            for job_id, since in since_ms.items():
                if job_id in planned.planned or state.jobs[job_id].robot_id:
                    waits_ms.setdefault(job_id, now_ms - since + watch.wall_ms[-1])
            if len(waits_ms) == len(self._jobs):
                return list(waits_ms.values())
            now_ms += max(TURN_NS / 1e6, watch.wall_ms[-1])
        raise RuntimeError(f"{len(self._jobs) - len(waits_ms)} jobs have no robot in sight")
