# SPDX-License-Identifier: Apache-2.0
"""Real controllers beside the simulated robots: in lockstep with the world, or in a robot's place."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.node import Node

from suwon_fleet.adapters.ros.lockstep import RosTicks
from suwon_fleet.core.errors import BadInput, Problem, Unreachable
from suwon_fleet.nodes.judged_world import SECOND, JudgedWorld
from suwon_fleet.nodes.pace import POLL_S, SLIP_S
from suwon_fleet.nodes.rig_parameters import RigParameters
from suwon_fleet.nodes.statuses import OK, WARN, status
from suwon_fleet.ports import Answer, Place, Tick, TickLink
from suwon_fleet.sim.lockstep import Gate, Lockstep
from suwon_fleet.sim.world import STEP_NS, World

AGAIN_S = 0.2
"""A tick that is not answered is told again after so many wall seconds."""
_SOON_S, _LATER_S = 0.0002, 0.01
"""How often to look for answers, at first and when they take long."""


class Aborted(OSError):
    """A step was not answered in time, and the policy is to end then."""


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
        if self._links:
            yield self._of_links()
        if self.is_in_lockstep:
            yield from self._of_lockstep()

    def _of_links(self) -> DiagnosticStatus:
        unusable = sum(link.unusable for link in self._links)
        text = f"{unusable} messages could not be read" if unusable else "understood"
        level = WARN if unusable else OK
        return status("simulator: controllers", level, text, unusable=unusable)

    def _of_lockstep(self) -> Iterable[DiagnosticStatus]:
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
            yield f"lockstep with {name}: {counts}; answered in {one.times.in_words()}"

    def close(self) -> None:
        """Leave."""
        for link in self._links:
            link.close()


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
        return ZenohTicks(parameters.listen, parameters.connect, site, parameters.external)
    except Unreachable as error:
        mend = "start it first, or listen here (zenoh_listen)"
        where = "parameter zenoh_connect"
        raise BadInput([Problem("zenoh-unreachable", where, str(error), mend)]) from error
