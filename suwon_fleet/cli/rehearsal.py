# SPDX-License-Identifier: Apache-2.0
"""A scenario played by the real nodes: two processes over ROS, and jobs submitted at their times."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from suwon_fleet.adapters.ros.client import FleetClient, is_over
from suwon_fleet.adapters.sqlite_journal import SqliteJournal
from suwon_fleet.cli.processes import Processes, node_command
from suwon_fleet.cli.run_figures import RunFigures
from suwon_fleet.core.errors import Unreachable
from suwon_fleet.core.jobs import JobStatus
from suwon_fleet.service.assemble import assemble
from suwon_fleet.sim.faults.effects import Node
from suwon_fleet.sim.faults.model import Fault
from suwon_fleet.sim.scenario import Scenario, TimedJob

SECOND = 1_000_000_000
START_S = 300.0
"""How long the nodes may take to come up: the first time on a machine they compile for a minute."""
_NOTABLE = ("[ERROR]", "[FATAL]", "compiling the kernels")
"""What is shown of what the nodes say."""
ANSWER_S = 30.0
LOOK_S = 0.05
"""How often to look whether jobs are due or done."""
GONE_S = 1.0
SETTLE_S = 5.0
"""How long to wait for the judge's last word."""


@dataclass(frozen=True, slots=True)
class Play:
    """What is to be played: the scenario (and its file), the jobs of it, and how."""

    scenario: Scenario
    file: Path
    jobs: Sequence[TimedJob]
    rate: float
    journal: Path


@dataclass(frozen=True, slots=True)
class Progress:
    """How it stands; `wall_s` since the robots joined."""

    done: int
    jobs: int
    busy: int
    robots: int
    sim_s: float
    wall_s: float


@dataclass(frozen=True, slots=True)
class NotFinished:
    """A job that was refused or came to no good end."""

    request_id: str
    job_id: str
    status: str
    reason_en: str
    reason_ko: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(RunFigures):
    """What came of it. `setup_s` went by before all robots had joined, `wall_s` after that.

    `state_hash` is that of a fleet made from the journal alone, once the nodes had ended.
    """

    journal: str
    not_finished: tuple[NotFinished, ...]
    violations: tuple[str, ...]

    def facts(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)


def rehearse(play: Play, watch: Callable[[Progress], None]) -> tuple[Report, Any | None]:
    """Play a scenario in the ROS domain of this process; what came of it, and a job's Explain response.

    `watch` is called all the while. Raises ChildEnded when a node ends of itself, and Unreachable when
    the nodes do not come up or answer no more.
    """
    begun_s = time.monotonic()
    with Processes(_print_notable) as nodes, FleetClient(timeout_s=ANSWER_S) as client:
        for name in _nodes(play):
            _start(play, nodes, name)
        stage = _Stage(play, nodes, client, watch)
        try:
            stage.wait_for_robots()
            joined_s = time.monotonic()
            stage.perform()
            wall_s = time.monotonic() - joined_s
            facts, explanation = stage.outcome(), stage.explanation()
        except Unreachable:
            nodes.watch(GONE_S)  # a node that has just died says why
            raise
    report = Report(
        scenario=play.scenario.id,
        site=play.scenario.site.id,
        seed=play.scenario.seed,
        wall_s=round(wall_s, 3),
        setup_s=round(joined_s - begun_s, 3),
        state_hash=_replayed(play),
        journal=str(play.journal),
        **facts,
    )
    return report, explanation


def _nodes(play: Play) -> dict[str, dict[str, object]]:
    """The parameters of each node."""
    scenario = play.scenario
    manager: dict[str, object] = {
        "site": scenario.site_file,
        "journal": play.journal,
        "use_sim_time": True,
    }
    if scenario.robots_folder:
        manager["robots"] = scenario.robots_folder
    simulator = {"scenario": play.file, "seed": scenario.seed, "rate": play.rate}
    return {"fleet_manager": manager, "simulator": simulator}


def _start(play: Play, nodes: Processes, name: str) -> None:
    nodes.start(name, node_command(name, _nodes(play)[name]))


def _print_notable(name: str, line: str) -> None:
    if any(mark in line for mark in _NOTABLE):
        print(f"{name}: {line}", file=sys.stderr)


def _replayed(play: Play) -> str:
    journal = SqliteJournal(play.journal)
    try:
        return assemble(
            play.scenario.site, play.scenario.kinds, journal=journal.read()
        ).state_hash()
    finally:
        journal.close()


class _Stage:
    """The performance itself: what is due is submitted, until all jobs are over."""

    def __init__(
        self,
        play: Play,
        nodes: Processes,
        client: FleetClient,
        watch: Callable[[Progress], None],
    ) -> None:
        self._play, self._nodes, self._client, self._watch = play, nodes, client, watch
        self._clock_ns = client.follow_clock()
        self._robots = len(play.scenario.spawns())
        self._submitted = 0
        self._refused: list[NotFinished] = []
        self._begun_s = 0.0
        own = [fault for fault in play.scenario.faults if fault.is_of_process]
        self._faults = sorted(own, key=lambda fault: fault.at_ns)
        """Of programs, still to come."""

    def wait_for_robots(self) -> None:
        """Wait until all robots have joined. Raises Unreachable when they do not."""
        deadline_s = time.monotonic() + START_S
        while True:
            state = self._client.latest_state()
            joined = len(state.robots) if state else 0
            if joined >= self._robots:
                return
            if time.monotonic() > deadline_s:
                raise Unreachable(
                    f"{joined} of {self._robots} robots have joined after {START_S:.0f} s"
                )
            self._nodes.watch(LOOK_S)

    def perform(self) -> None:
        """Submit jobs at their times, until all are over or the scenario's time is."""
        self._begun_s = time.monotonic()
        last_ns = round(self._play.scenario.duration_s * SECOND)
        while self._clock_ns() < last_ns:
            while self._faults and self._faults[0].at_ns <= self._clock_ns():
                self._disturb(self._faults.pop(0))
            self._submit_due()
            progress = self._progress()
            self._watch(progress)
            if progress.done == progress.jobs:
                return
            self._nodes.watch(LOOK_S)

    def _disturb(self, fault: Fault) -> None:
        """Kill or pause programs; they go on after so many wall seconds, as the world waits for them."""
        assert isinstance(fault.effect, Node)
        for name in fault.targets:
            if fault.effect.kill:
                self._nodes.kill(name)
            else:
                self._nodes.pause(name, is_paused=True)
        self._nodes.watch((fault.for_ns or 0) / SECOND)
        for name in fault.targets:
            if fault.effect.kill:
                _start(self._play, self._nodes, name)
            else:
                self._nodes.pause(name, is_paused=False)

    def _submit_due(self) -> None:
        jobs, now_ns = self._play.jobs, self._clock_ns()
        until = self._submitted
        while until < len(jobs) and jobs[until].at_ns <= now_ns:
            until += 1
        asked = [job.request for job in jobs[self._submitted : until]]
        self._submitted = until
        for request, answer in zip(asked, self._client.submit(asked), strict=True):
            if not answer.accepted:
                why = answer.reason_en, answer.reason_ko
                self._refused.append(NotFinished(request.request_id, "", "refused", *why))

    def _progress(self) -> Progress:
        state = self._client.latest_state()
        assert state is not None
        over = state.jobs_finished + state.jobs_failed + state.jobs_cancelled
        return Progress(
            done=over + len(self._refused),
            jobs=len(self._play.jobs),
            busy=sum(bool(robot.job_id) for robot in state.robots),
            robots=self._robots,
            sim_s=self._clock_ns() / SECOND,
            wall_s=time.monotonic() - self._begun_s,
        )

    def outcome(self) -> dict[str, Any]:
        """What became of the jobs and what the judge in the simulator has seen."""
        jobs = self._client.jobs()
        by_status = [job.status for job in jobs]
        judged = self._last_word()
        bad = [job for job in jobs if job.status != JobStatus.FINISHED]
        return {
            "robots": self._robots,
            "jobs_submitted": self._submitted,
            "jobs_finished": by_status.count(JobStatus.FINISHED),
            "jobs_refused": len(self._refused),
            "jobs_failed": by_status.count(JobStatus.FAILED),
            "jobs_cancelled": by_status.count(JobStatus.CANCELLED),
            "jobs_unfinished": sum(not is_over(job) for job in jobs)
            + len(self._play.jobs)
            - self._submitted,
            "collisions": judged["collisions"],
            "deadlocks": judged["deadlocks"],
            "illegal_grants": judged["illegal"],
            "sim_s": judged["sim_s"],
            "not_finished": (
                *self._refused,
                *(NotFinished("", j.job_id, j.status, j.reason_en, j.reason_ko) for j in bad),
            ),
            "violations": tuple(judged["violations"]),
        }

    def _last_word(self) -> dict[str, Any]:
        """The judge's summary of the whole performance."""
        now_s, deadline_s = self._clock_ns() / SECOND, time.monotonic() + SETTLE_S
        judged = self._client.simulation()
        while judged["sim_s"] < now_s and time.monotonic() < deadline_s:
            self._nodes.watch(LOOK_S)
            judged = self._client.simulation()
        return judged

    def explanation(self) -> Any | None:
        """Why one of the jobs went as it did; an Explain response, None when none was accepted."""
        jobs = self._client.jobs([JobStatus.FINISHED], limit=1) or self._client.jobs(limit=1)
        return self._client.explain("job", jobs[0].job_id) if jobs else None
