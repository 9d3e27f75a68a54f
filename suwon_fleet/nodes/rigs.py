# SPDX-License-Identifier: Apache-2.0
"""Real controllers beside the simulated robots: in lockstep with the world, or in a robot's place."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.node import Node

from suwon_fleet.adapters.ros.lockstep import RosTicks
from suwon_fleet.core.errors import BadInput, Problem, Unreachable
from suwon_fleet.nodes.judged_world import SECOND, JudgedWorld
from suwon_fleet.nodes.pace import POLL_S, SLIP_S
from suwon_fleet.nodes.parameters import Parameter
from suwon_fleet.nodes.statuses import OK, WARN, status
from suwon_fleet.nodes.zenoh_robots import listed
from suwon_fleet.ports import Answer, Place, Tick, TickLink
from suwon_fleet.sim.lockstep import Gate, Lockstep, Policy
from suwon_fleet.sim.scenario import Scenario
from suwon_fleet.sim.spread import Spread
from suwon_fleet.sim.world import STEP_NS, World

AGAIN_S = 0.2
"""A tick that is not answered is told again after so many wall seconds."""
_SOON_S, _LATER_S = 0.0002, 0.01
"""How often to look for answers, at first and when they take long."""

PARAMETERS = (
    Parameter(
        "lockstep",
        "",
        "Participants that must live through each step before the world makes it, separated by commas.",
    ),
    Parameter(
        "lockstep_policy",
        "wait",
        "What becomes of a step that is not answered in time: the world waits on, goes on without who"
        " is late, or ends.",
        choices=tuple(policy.value for policy in Policy),
    ),
    Parameter(
        "lockstep_deadline_s",
        1.0,
        "Wall seconds in which a step is to be answered.",
        within=(0.001, 3600.0),
    ),
    Parameter(
        "external",
        "",
        "Robots of the scenario that real controllers stand in for, separated by commas.",
    ),
    Parameter(
        "clock",
        "sim",
        "What the world's time is: its own, from zero on, or the wall's, for real robots beside it.",
        choices=("sim", "wall"),
    ),
    Parameter(
        "zenoh_listen",
        "",
        "Endpoints for controllers over Zenoh, separated by commas; the node joins them with each other.",
    ),
    Parameter(
        "zenoh_connect", "", "Endpoints of Zenoh routers by which controllers are met, as a client."
    ),
)


class Aborted(OSError):
    """A step was not answered in time, and the policy is to end then."""


@dataclass(frozen=True, slots=True)
class RigParameters:
    """What the simulator was told of controllers."""

    lockstep: tuple[str, ...]
    policy: Policy
    deadline_s: float
    external: frozenset[str]
    is_on_wall_clock: bool
    listen: list[str]
    connect: list[str]


def read(values: dict[str, Any], scenario: Scenario) -> RigParameters:
    """Those among a node's parameters. Raises BadInput for what does not go together."""
    external, wall = listed(values["external"]), values["clock"] == "wall"
    robots = scenario.world().robots if external else {}
    problems = [
        Problem("no-such-robot", "parameter external", f"no robot {name!r} is simulated", mend)
        for name in external
        if name not in robots
        for mend in [f"use {', '.join(list(robots)[:20])}"]
    ]
    lockstep = listed(values["lockstep"])
    if wall and (values["rate"] != 1.0 or lockstep):
        what = "the wall's clock waits for nobody"
        mend = "with clock wall use rate 1.0 and no lockstep"
        problems.append(Problem("bad-clock", "parameter clock", what, mend))
    if problems:
        raise BadInput(problems)
    return RigParameters(
        tuple(lockstep),
        Policy(values["lockstep_policy"]),
        values["lockstep_deadline_s"],
        frozenset(external),
        wall,
        listed(values["zenoh_listen"]),
        listed(values["zenoh_connect"]),
    )


class Lateness:
    """How much later than due steps are made, where the world keeps a rate."""

    def __init__(self, rate: float) -> None:
        self._step_s = STEP_NS / SECOND / rate if rate else 0.0
        self._late, self._overruns = Spread(), 0

    def note(self, late_s: float) -> None:
        """A step is made, so late."""
        if self._step_s:
            self._late.note(late_s)
            self._overruns += late_s > self._step_s

    def figures(self) -> dict[str, Any]:
        """What there is to report: an overrun is a step that came a whole step late."""
        return {"steps": self._late.count, "overruns": self._overruns, **self._late.figures()}

    def status(self) -> DiagnosticStatus:
        """For /diagnostics."""
        level = WARN if self._overruns else OK
        text = f"{self._overruns} steps came too late" if self._overruns else "in time"
        return status("simulator: pace", level, text, **self.figures())

    def last_words(self) -> Iterable[str]:
        """How it was, in a line."""
        if self._late.count:
            yield f"pace: {self._late.count} steps, {self._overruns} overruns; late by {_times(self._late)}"


class Rigs:
    """All of them, by ROS and by Zenoh. Belongs to the thread that spins the node."""

    def __init__(
        self, node: Node, parameters: RigParameters, judged: JudgedWorld, fleet: str
    ) -> None:
        """Raises BadInput when they cannot be met."""
        self._parameters, self._judged = parameters, judged
        self._lockstep = Lockstep(parameters.lockstep, parameters.policy, parameters.deadline_s)
        self._run = f"{time.time_ns():x}"
        self._is_begun = False
        self._began_s = self._told_s = 0.0
        self._places: dict[str, Place] = {}
        self._links: list[TickLink] = []
        if parameters.lockstep or parameters.external:
            self._links.append(RosTicks(node, fleet, parameters.external))
        if parameters.listen or parameters.connect:
            self._links.append(_by_zenoh(parameters, judged.scenario.site.id))
        judged.hand_over(parameters.external)
        if parameters.is_on_wall_clock:
            judged.world.now_ns = _wall_ns()

    @property
    def is_in_lockstep(self) -> bool:
        """Whether there is anybody to wait for."""
        return bool(self._lockstep.participants)

    def keep_time(self, world: World) -> None:
        """On the wall's clock: a world that has fallen behind goes on from now."""
        if self._parameters.is_on_wall_clock and time.time_ns() - world.now_ns > SLIP_S * SECOND:
            world.now_ns = _wall_ns()

    def wait_s(self, now_s: float, sim_ns: int) -> float:
        """Wall seconds to wait before the step from `sim_ns` on; 0 when it may be made.

        Raises Aborted.
        """
        for link in self._links:
            for answer in link.answers():
                self._hear(answer, now_s)
            for robot_id, place in link.places():
                self._reported(robot_id, place)
        if not self.is_in_lockstep:
            return 0.0
        return self._lockstep_wait_s(now_s, sim_ns)

    def _lockstep_wait_s(self, now_s: float, sim_ns: int) -> float:
        lockstep = self._lockstep
        if not self._is_begun:
            if not lockstep.begin(now_s):
                return POLL_S
            self._is_begun, self._began_s = True, now_s
            self._tell(now_s, sim_ns)
        gate = lockstep.gate(now_s)
        if gate is Gate.ABORTED:
            late = ", ".join(lockstep.awaited)
            raise Aborted(
                f"{late} did not answer tick {lockstep.tick} in {lockstep.deadline_s:g} s"
            )
        if gate is Gate.CLOSED:
            if now_s - self._told_s >= AGAIN_S:
                self._tell(now_s, sim_ns)
            return min(_LATER_S, max(_SOON_S, (now_s - self._began_s) / 4))
        lockstep.end()
        self._is_begun = False
        for robot_id, place in self._places.items():
            self._judged.place(robot_id, place)
        self._places.clear()
        return 0.0

    def _tell(self, now_s: float, sim_ns: int) -> None:
        tick = Tick(self._run, self._lockstep.tick, sim_ns, STEP_NS)
        self._told_s = now_s
        for link in self._links:
            link.tell(tick, self._lockstep.late)

    def _hear(self, answer: Answer, now_s: float) -> None:
        name, place = answer.participant, answer.place
        if not answer.run:
            self._lockstep.join(name)
        elif answer.run == self._run:
            is_news = self._lockstep.answer(name, answer.tick, now_s)
            if is_news and place is not None and name in self._parameters.external:
                self._places[name] = place

    def _reported(self, robot_id: str, place: Place) -> None:
        """By a report to the fleet: where it is, unless ticks tell that, and how far on its path."""
        if robot_id not in self._parameters.external:
            return
        if robot_id in self._parameters.lockstep:
            pose = self._judged.world.pose_of(self._judged.world.robots[robot_id])
            place = Place(pose, place.speed_mps, place.path_index)
        self._judged.place(robot_id, place)

    # What there is to report

    def figures(self) -> dict[str, Any]:
        """Of the lockstep, for the summary."""
        return {"lockstep": self._lockstep.figures()} if self.is_in_lockstep else {}

    def statuses(self) -> Iterable[DiagnosticStatus]:
        """For /diagnostics."""
        if not self.is_in_lockstep:
            return
        lockstep, figures = self._lockstep, self._lockstep.figures()
        bad = lockstep.absent or figures["overruns"]
        text = f"{figures['ticks']} ticks, {figures['lost']} lost, {figures['overruns']} overruns"
        if lockstep.absent:
            text = f"waits for {', '.join(lockstep.absent)} to join"
        yield status(
            "simulator: lockstep",
            WARN if bad else OK,
            text,
            policy=lockstep.policy,
            deadline_s=lockstep.deadline_s,
            lost=figures["lost"],
        )
        for name, one in figures["participants"].items():
            away = lockstep.participants[name].is_away
            level = WARN if away or one["overruns"] else OK
            text = "does not answer" if away else "answers"
            yield status(f"simulator: lockstep: {name}", level, text, **one)

    def last_words(self) -> Iterable[str]:
        """How it was, a line for each participant."""
        for name, one in self._lockstep.participants.items():
            counts = f"{one.ticks} ticks, {one.lost} lost, {one.overruns} overruns"
            yield f"lockstep with {name}: {counts}; answered in {_times(one.times)}"

    def close(self) -> None:
        """Leave."""
        for link in self._links:
            link.close()


def _times(spread: Spread) -> str:
    half, nearly_all = spread.share_s(0.5) * 1e3, spread.share_s(0.99) * 1e3
    return f"{half:.1f} ms (p50), {nearly_all:.1f} ms (p99), {spread.most_s * 1e3:.1f} ms (most)"


def _wall_ns() -> int:
    """The wall's clock, at a step of the world."""
    now_ns = time.time_ns()
    return now_ns - now_ns % STEP_NS


def _by_zenoh(parameters: RigParameters, site: str) -> TickLink:
    try:
        from suwon_fleet.adapters.zenoh.lockstep import ZenohTicks
    except ModuleNotFoundError as error:
        what, mend = f"{error.name} is not installed", "pip install 'suwon-fleet[zenoh]'"
        raise BadInput([Problem("no-zenoh", "parameter zenoh_*", what, mend)]) from error
    try:
        return ZenohTicks(parameters.listen, parameters.connect, site)
    except Unreachable as error:
        mend = "start it first, or listen here (zenoh_listen)"
        where = "parameter zenoh_connect"
        raise BadInput([Problem("zenoh-unreachable", where, str(error), mend)]) from error
