# SPDX-License-Identifier: Apache-2.0
"""Several fleets on one map in one process: each owns a group, and they talk over a network that loses,
doubles and delays what it is given. Any of them may be killed at any step of its turn.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

import msgspec
import numpy as np

from suwon_fleet.adapters.memory_journal import MemoryJournal
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.core import FleetCore
from suwon_fleet.core.engine.group_state import GroupState, Stage
from suwon_fleet.core.federation.events import GroupEvent
from suwon_fleet.core.federation.groups import Groups
from suwon_fleet.core.federation.messages import Message
from suwon_fleet.core.jobs import JobRequest, JobStatus
from suwon_fleet.core.robots.command import Grant
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.robots.report import Factsheet, RobotReport
from suwon_fleet.core.sitemap import SiteMap
from suwon_fleet.service.assemble import assemble
from suwon_fleet.sim.world import World
from suwon_fleet.traffic import Checker, GroupCoordinator

SECOND = 1_000_000_000


@dataclass(frozen=True)
class Trouble:
    """What goes wrong: chances (0..1), of a message and of a turn, and the longest delay in turns."""

    lost: float = 0.0
    doubled: float = 0.0
    late: int = 0
    killed: float = 0.0
    killed_at: float = 0.0
    """Of a turn in which something happens between groups."""


class Point(Enum):
    """When in a turn a process is killed."""

    UNWRITTEN = "before its events are in the journal"
    UNSENT = "before anything was sent"
    HALF_SENT = "before all was sent"


@dataclass
class Owner:
    """One group's fleet, and the journal that outlives it."""

    core: FleetCore
    journal: MemoryJournal = field(default_factory=MemoryJournal)

    @property
    def state(self) -> GroupState:
        assert isinstance(self.core.state, GroupState)
        return self.core.state


class Realm:
    """All owners, the world they share, and a judge who sees the whole of it."""

    def __init__(
        self,
        site: SiteMap,
        kinds: Mapping[str, RobotKind],
        groups: Groups,
        world: World,
        *,
        seed: int = 1,
        trouble: Trouble | None = None,
        steps: int = 5,
    ) -> None:
        self.site, self.kinds, self.groups, self.world = site, kinds, groups, world
        self.trouble, self.steps = trouble or Trouble(), steps
        self.random = random.Random(seed)
        self.owners = {name: Owner(self._assemble(name, ())) for name in groups.names}
        self.checker = Checker(site, {r.robot_id: r.kind for r in world.robots.values()})
        self.answers: dict[str, m.Answer] = {}
        self.post: list[tuple[int, str, m.PeerSaid]] = []
        self.turns = self.kills = self.handed_over = 0
        self.asked: dict[str, list[m.Input]] = {name: [] for name in groups.names}
        self.killed_in: set[tuple[str, Point]] = set()
        self._known: dict[str, str] = {}
        self.removed: set[str] = set()
        """Robots that people have said are gone."""

    def _assemble(self, name: str, journal: Iterator[object] | tuple[()]) -> FleetCore:
        return assemble(
            self.site,
            self.kinds,
            journal=journal,
            groups=self.groups,
            own=name,  # type: ignore[arg-type]
        )

    # Turns

    def turn(self) -> None:
        """Every owner takes a turn, in another order each time; then the world goes on."""
        reports = self.world.reports()
        sheets = {sheet.robot_id: sheet for sheet in self.world.factsheets()}
        for robot in self.world.robots.values():
            self.checker.passed(robot.robot_id, int(self.world.bodies.reached[robot.row]))
        names = list(self.owners)
        self.random.shuffle(names)
        for name in names:
            self._turn_of(name, reports, sheets)
            self.check_owners()
        for _ in range(self.steps):
            self.world.step()
            self.checker.see(self.world.now_ns / SECOND, self.world.poses())
        self.turns += 1

    def _turn_of(
        self, name: str, reports: Sequence[RobotReport], sheets: Mapping[str, Factsheet]
    ) -> None:
        owner = self.owners[name]
        known = owner.state.robots
        inputs: list[m.Input] = [
            m.Reported(report)
            if report.robot_id in known
            else m.Announced(sheets[report.robot_id], report)
            for report in reports
        ]
        inputs += [said for due, to, said in self.post if to == name and due <= self.turns]
        self.post = [one for one in self.post if one[1] != name or one[0] > self.turns]
        inputs += self.asked[name]
        outcome = owner.core.step(self.world.now_ns, inputs)
        about = [type(one).__name__ for one in outcome.events if isinstance(one, GroupEvent)]
        chance = self.trouble.killed_at if about else self.trouble.killed
        dies = self._point(chance)
        if dies:
            self.kills += 1
            self.killed_in.update((one, dies) for one in about)
        if dies is Point.UNWRITTEN:
            self.restart(name)  # it is as if the turn had not been
            return
        self.asked[name] = []
        owner.journal.append(outcome.events)
        sent = outcome.effects
        if dies:
            sent = sent[: 0 if dies is Point.UNSENT else self.random.randint(0, len(sent))]
            self.restart(name)
        for effect in outcome.effects:
            if isinstance(effect, m.Answer):
                self.answers[effect.token] = effect
        for effect in sent:
            if isinstance(effect, m.Send):
                self.world.command([effect.command])
                if isinstance(effect.command, Grant):
                    self.checker.granted(effect.command, self.world.now_ns / SECOND)
            elif isinstance(effect, m.Tell):
                self._send(name, effect)

    def _point(self, chance: float) -> Point | None:
        """Where in this turn the process is killed, if it is."""
        if self.random.random() >= chance:
            return None
        return self.random.choice(list(Point))

    def _send(self, name: str, effect: m.Tell) -> None:
        trouble, chance = self.trouble, self.random
        said = m.PeerSaid(name, carried(effect.message))
        for _ in range(1 + (chance.random() < trouble.doubled)):
            if chance.random() >= trouble.lost:
                due = self.turns + 1 + chance.randint(0, trouble.late)
                self.post.append((due, effect.peer, said))

    def restart(self, name: str) -> None:
        """Kill an owner's process and start it anew on its journal."""
        owner = self.owners[name]
        owner.core = self._assemble(name, owner.journal.read())

    def run(self, seconds: float) -> None:
        """Let time pass."""
        end_ns = self.world.now_ns + round(seconds * SECOND)
        while self.world.now_ns < end_ns:
            self.turn()

    # Jobs

    def submit(self, name: str, request: JobRequest) -> None:
        """Ask an owner for a job; it answers in its next turn that is not lost."""
        self.asked[name].append(m.SubmitJob(f"{name} {len(self.answers)} {self.turns}", request))

    @property
    def unfinished(self) -> int:
        """Jobs that have not ended where they were asked for."""
        return sum(
            not job.status.is_over
            for name, owner in self.owners.items()
            for job in owner.state.jobs.values()
            if job.job_id not in owner.state.origins
        ) + sum(map(len, self.asked.values()))

    def finished(self) -> list[str]:
        """Ids of jobs that came to a good end, as their origins know it."""
        return [
            job.job_id
            for owner in self.owners.values()
            for job in owner.state.jobs.values()
            if job.job_id not in owner.state.origins and job.status is JobStatus.FINISHED
        ]

    # What must always hold

    def owners_of(self, robot_id: str) -> list[str]:
        """The groups that command a robot."""
        return [name for name, owner in self.owners.items() if robot_id in owner.state.robots]

    def check_owners(self) -> None:
        """Never two who command a robot, never none who remember it, and each job in one place."""
        for robot_id in self.world.robots:
            commanding = self.owners_of(robot_id)
            assert len(commanding) <= 1, f"{robot_id} has owners {commanding}"
            if commanding and self._known.get(robot_id) != commanding[0]:
                self.handed_over += robot_id in self._known
                self._known[robot_id] = commanding[0]
            if robot_id in self._known.keys() - self.removed and not commanding:
                told = [
                    owner.state.leaving[robot_id].stage is Stage.TOLD
                    for owner in self.owners.values()
                    if robot_id in owner.state.leaving
                ]
                gives = [owner.state.giving for owner in self.owners.values()]
                told += [True for giving in gives if giving and robot_id in giving.robot_ids]
                assert any(told), f"nobody remembers {robot_id}"
        self._check_ground()
        self._check_jobs()

    def _check_ground(self) -> None:
        """Never two who grant a piece of ground, never none who hold it."""
        grants, holds = [], []
        for owner in self.owners.values():
            ground = owner.core.fleet.traffic
            assert isinstance(ground, GroupCoordinator)
            is_own = ground.borders.vertex == ground.borders.names.index(ground.own)
            going = owner.state.giving
            holds.append(is_own)
            grants.append(is_own & ~ground.going if going and going.parting else is_own)
        assert np.sum(grants, axis=0).max() == 1, "ground has two owners"
        assert np.sum(holds, axis=0).min() >= 1, "ground has no owner"

    def _check_jobs(self) -> None:
        worked_at: dict[str, str] = {}
        for name, owner in self.owners.items():
            for robot in owner.state.robots.values():
                if robot.job_id:
                    other = worked_at.setdefault(robot.job_id, name)
                    assert other == name, f"{robot.job_id} is worked at by {other} and {name}"
                    job = owner.state.jobs[robot.job_id]
                    assert job.robot_id == robot.robot_id
        done: dict[str, str] = {}
        for robot_id, robot in self.world.robots.items():
            for action_id, kind in robot.done:
                stem = action_id.rpartition(".")[0]
                other = done.setdefault(stem, robot_id)
                assert other == robot_id, f"{kind} of {stem} was done by {other} and {robot_id}"

    def settle(self, seconds: float) -> None:
        """All is well from now on: every handover and every job comes to its end."""
        self.trouble = Trouble()
        end_ns = self.world.now_ns + round(seconds * SECOND)
        while self.world.now_ns < end_ns and self.unfinished:
            self.turn()
        self.run(10)
        assert not self.unfinished
        for name, owner in self.owners.items():
            state = owner.state
            assert not state.owed, name
            assert not state.sent, name
            before = owner.core.state_hash()
            replayed = self._assemble(name, owner.journal.read())
            assert replayed.state_hash() == before, name
            kept = self._assemble(name, [owner.core.snapshot()])
            assert kept.snapshot() == replayed.snapshot(), name


def carried(message: Message) -> Message:
    """A message as it comes out at the other end of a wire."""
    packed = msgspec.msgpack.encode(message)
    return msgspec.msgpack.decode(packed, type=type(message))
