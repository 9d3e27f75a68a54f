# SPDX-License-Identifier: Apache-2.0
"""The belt's morning with its owners in two network namespaces, and a bad line between them that breaks."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

pytest.importorskip("zenoh", reason="eclipse-zenoh is not installed")

from federation.site import Said, Told

from suwon_fleet.bench.bridge.proxy import FaultyProxy
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.jobs import JobKind, JobRequest
from suwon_fleet.core.robots.command import Grant
from suwon_fleet.resources import resource_path
from suwon_fleet.sim.scenario import load_scenario
from suwon_fleet.traffic import Checker

SOUTH, NORTH = ("suseo", "setec", "roads"), ("yangjae", "hanriver", "yongsan")
FAR = (("suseo.locker-1", "setec.info-desk"), ("setec.locker", "suseo.reception"))
"""Ways from one site to another that outdoor robots deliver along."""
SECOND = 1_000_000_000
RATE = 10
"""Simulated seconds a second: to robots and owners the line is as much slower, and longer broken."""
CUT_S, BETWEEN_S = 30.0, 20.0
CUTS = 3
LONGEST_S = 1800.0


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@contextmanager
def namespace(name: str, number: int) -> Iterator[str]:
    """A host of its own, at 10.77.`number`.2; we are at .1 of the same line."""
    line, far = f"{name}-0", f"{name}-1"
    ip("netns", "add", name)
    try:
        ip("link", "add", line, "type", "veth", "peer", "name", far, "netns", name)
        ip("addr", "add", f"10.77.{number}.1/24", "dev", line)
        ip("link", "set", line, "up")
        ip("-n", name, "addr", "add", f"10.77.{number}.2/24", "dev", far)
        ip("-n", name, "link", "set", far, "up")
        ip("-n", name, "link", "set", "lo", "up")
        yield line
    finally:
        ip("netns", "del", name)


@dataclass
class Place:
    """A process with some owners."""

    process: subprocess.Popen[bytes]
    names: tuple[str, ...]

    @classmethod
    def start(
        cls, host: str, folder: Path, listen: str, connect: str, names: tuple[str, ...]
    ) -> Place:
        command = ["ip", "netns", "exec", host, sys.executable, "-m", "federation.site"]
        process = subprocess.Popen(
            [*command, str(folder), listen, connect, *names],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
        )
        return cls(process, names)

    def tell(self, told: Told) -> None:
        assert self.process.stdin
        pickle.dump(told, self.process.stdin)
        self.process.stdin.flush()

    def hear(self) -> dict[str, Said]:
        assert self.process.stdout
        said: dict[str, Said] = pickle.load(self.process.stdout)
        return said

    def end(self) -> None:
        with self.process:
            assert self.process.stdin
            self.process.stdin.close()


@dataclass
class Day:
    """The world, who is asked for what when, and what must always hold."""

    places: list[Place]
    scenario: object = field(init=False)
    handed_over: int = 0
    waited: int = 0
    answers: int = 0
    commands: int = 0
    last: dict[str, Said] = field(default_factory=dict)

    def __post_init__(self) -> None:
        scenario = load_scenario(resource_path("sim/scenarios/belt_morning.yaml"))
        self.world = scenario.world()
        self.checker = Checker(
            scenario.site, {r.robot_id: r.kind for r in self.world.robots.values()}
        )
        jobs = [(job.at_ns, job.request) for job in scenario.jobs()]
        jobs += [(60 * SECOND, JobRequest(JobKind.DELIVERY, places)) for places in FAR]
        self.jobs = sorted(jobs, key=lambda job: job[0])
        self.asked = 0
        self._at: dict[str, str] = {}

    def turn(self) -> None:
        """A simulated second."""
        now_ns = self.world.now_ns
        sheets = {sheet.robot_id: sheet for sheet in self.world.factsheets()}
        robots = [(sheets[report.robot_id], report) for report in self.world.reports()]
        asked: dict[str, list[m.SubmitJob]] = {}
        while self.asked < len(self.jobs) and self.jobs[self.asked][0] <= now_ns:
            request = self.jobs[self.asked][1]
            self.asked += 1
            asked.setdefault(request.places[0].split(".")[0], []).append(
                m.SubmitJob(str(self.asked), request)
            )
        for robot in self.world.robots.values():
            self.checker.passed(robot.robot_id, int(self.world.bodies.reached[robot.row]))
        for place in self.places:
            place.tell(Told(now_ns, robots, asked))
        for place in self.places:
            self.last |= place.hear()
        for said in self.last.values():
            self._take(said)
        self._check_owners()
        for _ in range(10):
            self.world.step()
            self.checker.see(self.world.now_ns / SECOND, self.world.poses())

    def _take(self, said: Said) -> None:
        self.answers += len(said.answers)
        assert all(answer.reason is None for answer in said.answers)
        self.commands += len(said.commands)
        self.waited += said.ungranted
        for command in said.commands:
            if isinstance(command, Grant):
                self.checker.granted(command, self.world.now_ns / SECOND)
        self.world.command(said.commands)

    def _check_owners(self) -> None:
        """Never two who command a robot, never none who remember it."""
        for robot in self.world.robots:
            owners = [name for name, said in self.last.items() if robot in said.owns]
            assert len(owners) <= 1, (robot, owners)
            if owners:
                self.handed_over += self._at.get(robot, owners[0]) != owners[0]
                self._at[robot] = owners[0]
            elif robot in self._at:
                assert any(robot in said.parted for said in self.last.values()), robot

    @property
    def unfinished(self) -> int:
        return len(self.jobs) - self.asked + sum(said.unfinished for said in self.last.values())

    def doubled(self) -> list[str]:
        """Actions that were done twice, or by two robots."""
        done = [action_id for robot in self.world.robots.values() for action_id, _ in robot.done]
        return sorted({one for one in done if done.count(one) > 1})


@pytest.mark.longest
@pytest.mark.timeout(2100)
@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("ip"), reason="network namespaces need root and iproute2"
)
def test_a_morning_on_the_belt_while_the_line_between_its_owners_breaks(tmp_path: Path) -> None:
    mark = f"sf{os.getpid() % 100000}"
    with ExitStack() as stack:
        stack.enter_context(namespace(f"{mark}s", 61))
        line = stack.enter_context(namespace(f"{mark}n", 62))
        south = Place.start(f"{mark}s", tmp_path, "tcp/10.77.61.2:7447", "", SOUTH)
        stack.callback(south.end)
        proxy = stack.enter_context(
            FaultyProxy("tcp/10.77.61.2:7447", host="10.77.62.1", delay_s=0.2, lost=0.05)
        )
        north = Place.start(f"{mark}n", tmp_path, "", proxy.endpoint, NORTH)
        stack.callback(north.end)
        day = Day([south, north])
        day.turn()  # both are up
        began = time.monotonic()
        turns = cuts = 0
        while day.unfinished:
            elapsed_s = time.monotonic() - began
            assert elapsed_s < LONGEST_S, (day.unfinished, day.world.now_ns / SECOND)
            phase = (elapsed_s - BETWEEN_S) % (CUT_S + BETWEEN_S)
            is_cut = elapsed_s >= BETWEEN_S and phase < CUT_S
            if is_cut != (cuts % 2 == 1) and cuts < 2 * CUTS:
                ip("link", "set", line, "down" if is_cut else "up")
                cuts += 1
            day.turn()
            turns += 1
            time.sleep(max(0.0, began + turns / RATE - time.monotonic()))
        assert cuts == 2 * CUTS, "the day was over too soon"
        said = day.last.values()
        print(
            f"{len(day.jobs)} jobs, {day.handed_over} handovers, {day.commands} commands,"
            f" {day.world.now_ns / SECOND:.0f} s simulated in {elapsed_s:.0f} s,"
            f" {day.waited} robot seconds waited for a gate"
        )
        assert day.answers == len(day.jobs)
        assert sum(one.finished for one in said) == len(day.jobs)
        assert not day.doubled()
        assert not day.checker.violations
        assert day.handed_over >= 4
