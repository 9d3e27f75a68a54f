# SPDX-License-Identifier: Apache-2.0
"""A whole fleet at play in virtual time: core, traffic, dispatch, journal and the simulated world."""

from __future__ import annotations

from collections.abc import Callable

from core.engine.small import KINDS, fresh_core, small_site

from suwon_fleet.adapters.memory_journal import MemoryJournal
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.fleet import SECOND, Fleet
from suwon_fleet.core.engine.state import JobRecord, RobotRecord
from suwon_fleet.core.jobs import JobKind, JobRequest
from suwon_fleet.core.robots.command import Grant
from suwon_fleet.core.robots.report import Pose
from suwon_fleet.service.pipeline import Pipeline
from suwon_fleet.sim.link import WorldLink
from suwon_fleet.sim.people import People
from suwon_fleet.sim.robot import SimRobot
from suwon_fleet.sim.world import Spawn, World
from suwon_fleet.traffic import Checker

TURN_STEPS = 5
"""Steps of the world between two turns of the fleet."""

CALM = People(
    handover_min_s=5.0, handover_max_s=6.0, no_show=0.0, blocks_per_hour=0.0, grasp_failure=0.0
)
"""People who come at once and stand in nobody's way."""


class Stage:
    """A fleet at work. `spawns` maps robot ids to (kind, node) or (kind, node, charge)."""

    def __init__(
        self,
        spawns: dict[str, tuple[str, str] | tuple[str, str, float]],
        *,
        people: People = CALM,
        seed: int = 1,
    ) -> None:
        site = small_site()
        bodies = []
        for name, (kind, node, *soc) in spawns.items():
            at = site.node_by_id[str(node)]
            bodies.append(Spawn(name, kind, Pose(at.x_m, at.y_m), float(soc[0]) if soc else 0.9))
        self.world = World(site, KINDS, bodies, seed=seed, people=people)
        self.journal = MemoryJournal()
        self.core = fresh_core()
        self.pipeline = Pipeline(self.core, self.journal, WorldLink(self.world))
        self.checker = Checker(site, {name: KINDS[spawn[0]] for name, spawn in spawns.items()})
        self.answers: dict[str, m.Answer] = {}
        self.run(1)

    @property
    def fleet(self) -> Fleet:
        return self.core.fleet

    def robot(self, robot_id: str) -> RobotRecord:
        return self.core.state.robots[robot_id]

    def sim(self, robot_id: str) -> SimRobot:
        return self.world.robots[robot_id]

    def job(self, job_id: str) -> JobRecord:
        return self.core.state.jobs[job_id]

    def codes(self, subject: str) -> list[str]:
        """Reason codes of the open alerts about a subject."""
        return [a.reason.code for a in self.core.state.alerts.values() if a.subject == subject]

    def restart(self) -> None:
        """Kill the fleet's process and start it anew on its journal."""
        before = self.core.state_hash()
        self.core = fresh_core(self.journal.read())
        assert self.core.state_hash() == before
        self.pipeline = Pipeline(self.core, self.journal, WorldLink(self.world))

    def turn(self, *requests: m.Input) -> None:
        """One turn of the fleet, and the world up to the next."""
        outcome = self.pipeline.turn(self.world.now_ns, requests)
        for name, report in self.fleet.reports.items():
            self.checker.passed(name, report.path_index)
        for effect in outcome.effects:
            if isinstance(effect, m.Answer):
                assert effect.token not in self.answers, "answered twice"
                self.answers[effect.token] = effect
            elif isinstance(effect.command, Grant):
                self.checker.granted(effect.command, self.world.now_ns / SECOND)
        for _ in range(TURN_STEPS):
            self.world.step()
            poses = {name: self.world.pose_of(body) for name, body in self.world.robots.items()}
            self.checker.see(self.world.now_ns / SECOND, poses)

    def run(self, seconds: float, until: Callable[[], bool] | None = None) -> None:
        """Let time pass; with `until`, only as long as that is not so, and it must come to be."""
        end_ns = self.world.now_ns + int(seconds * SECOND)
        while self.world.now_ns < end_ns:
            if until and until():
                return
            self.turn()
        assert until is None or until(), "it did not happen in time"

    def ask(self, request: m.Input) -> m.Answer:
        """Hand in one request; returns its answer."""
        self.turn(request)
        return self.answers[request.token]  # type: ignore[union-attr]

    def submit(self, kind: JobKind, *places: str, **more: object) -> str:
        """Submit a job that is accepted; returns its id."""
        answer = self.try_submit(kind, *places, **more)
        assert answer.reason is None, answer.reason
        return answer.id

    def try_submit(self, kind: JobKind, *places: str, **more: object) -> m.Answer:
        request = JobRequest(kind, places, **more)  # type: ignore[arg-type]
        return self.ask(m.SubmitJob(self.token(), request))

    def token(self) -> str:
        return f"token-{len(self.answers) + 1}"

    def finish(self, job_id: str, within_s: float = 600) -> JobRecord:
        """Let time pass until a job is over."""
        self.run(within_s, lambda: self.job(job_id).status.is_over)
        return self.job(job_id)

    def reach(self, job_id: str, phase: str, within_s: float = 300) -> None:
        """Let time pass until a phase of a job has begun."""

        def begun() -> bool:
            now = self.job(job_id).phase
            return now is not None and now.name == phase

        self.run(within_s, begun)
