# SPDX-License-Identifier: Apache-2.0
"""The faults of a running world: begins and ends them at their times, and keeps them up meanwhile."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import numpy as np

from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.core.sitemap import PlaceKind, SiteMap
from suwon_fleet.sim.chance import stream
from suwon_fleet.sim.faults import work
from suwon_fleet.sim.faults.effects import Charger
from suwon_fleet.sim.faults.model import Fault, Targets
from suwon_fleet.sim.faults.radio import Radio

if TYPE_CHECKING:
    from suwon_fleet.sim.robot import SimRobot

MOST = 1000
"""Faults that may wait or work at once."""


@dataclass(frozen=True, slots=True)
class FaultChange:
    """A fault began with, or ended for, its targets; simulated nanoseconds."""

    at_ns: int
    fault_id: str
    is_over: bool
    targets: tuple[str, ...]


@dataclass(slots=True)
class Working:
    """A fault at work: with whom, until when, and its chance by target."""

    fault: Fault
    targets: tuple[str, ...]
    ends_ns: int | None
    chance: Mapping[str, np.random.Generator]
    lanes: frozenset[str]
    """Those it bars."""


_MADE_WITH = ("_site", "_robots", "_seed", "_step_ns")


class FaultBoard:
    """What is to go wrong and what does. Step it at the end of each step of its world."""

    def __init__(
        self, site: SiteMap, robots: Mapping[str, SimRobot], *, seed: int, step_ns: int
    ) -> None:
        self.radio = Radio()
        self.changes: list[FaultChange] = []
        """All there were, oldest first."""
        self._told = 0
        self._site, self._robots = site, robots
        self._seed, self._step_ns = seed, step_ns
        self._start_ns: int | None = None
        self._waiting: list[tuple[int, int, Fault]] = []
        self._working: dict[str, Working] = {}
        self._has_chargers = self._has_bars = False
        self._added = 0
        self.elapsed_ns = 0
        """Since the world's beginning."""

    def memory(self) -> dict[str, Any]:
        """All that changes of it as time goes on."""
        return {name: value for name, value in vars(self).items() if name not in _MADE_WITH}

    def recall(self, memory: dict[str, Any]) -> None:
        """Be again as when `memory` was told, of a copy of it."""
        vars(self).update(memory)

    def news(self) -> list[FaultChange]:
        """The changes since it was asked last; in a world taken up again, since it had been before."""
        new = self.changes[self._told :]
        self._told = len(self.changes)
        return new

    @property
    def is_quiet(self) -> bool:
        """Nothing more is to begin or to end."""
        lasting = all(one.ends_ns is None for one in self._working.values())
        return not self._waiting and lasting

    def next_id(self) -> str:
        """For a fault that was given none."""
        return f"injected-{self._added + 1}"

    def add(self, fault: Fault) -> None:
        """Have a fault happen. Raises BadInput when it cannot."""
        if problem := self._problem(fault):
            raise BadInput([problem])
        self._added += 1
        heapq.heappush(self._waiting, (fault.at_ns, self._added, fault))

    def _problem(self, fault: Fault) -> Problem | None:
        if fault.is_of_process:
            return not_in_process(fault)
        if fault.id in self._working or any(one.id == fault.id for _, _, one in self._waiting):
            what = f"there is a fault '{fault.id}' already"
            return Problem("duplicate-id", fault.id, what, "clear that one, or choose another id")
        if len(self._working) + len(self._waiting) >= MOST:
            return Problem("too-many", fault.id, f"{MOST} faults at once", "clear some")
        names = self._names(fault.of)
        for pattern in fault.targets:
            if not any(fnmatchcase(name, pattern) for name in names):
                some = ", ".join(sorted(names)[:5])
                mend = (
                    f"name a {fault.of}, such as {some}" if some else f"there is no {fault.of} here"
                )
                return Problem("no-target", fault.id, f"no {fault.of} is called '{pattern}'", mend)
        if fault.of is not Targets.ROBOT:
            return None
        return work.misfit(fault, [r for name, r in self._robots.items() if _is_meant(fault, name)])

    def _names(self, of: Targets) -> Iterable[str]:
        match of:
            case Targets.ROBOT:
                return self._robots
            case Targets.CHARGER:
                return [place.id for place in self._site.places_of(PlaceKind.CHARGER)]
            case Targets.LIFT:
                return [lift.id for lift in self._site.lifts]
            case Targets.DOOR:
                return [door.id for door in self._site.doors]

    def clear(self, fault_id: str) -> bool:
        """End a fault, or have it never begin; whether there was one of this id."""
        waiting = [entry for entry in self._waiting if entry[2].id != fault_id]
        if len(waiting) < len(self._waiting):
            self._waiting = waiting
            heapq.heapify(waiting)
            return True
        if fault_id not in self._working:
            return False
        self._end(fault_id)
        return True

    def clear_all(self) -> int:
        """End all faults and have those waiting never begin; how many there were."""
        count = len(self._waiting) + len(self._working)
        self._waiting.clear()
        for fault_id in list(self._working):
            self._end(fault_id)
        return count

    def step(self, now_ns: int) -> None:
        """The world has made a step, and it is now so late."""
        if self._start_ns is None:
            self._start_ns = now_ns - self._step_ns
        self.elapsed_ns = now_ns - self._start_ns
        if not (self._waiting or self._working or self._has_chargers or self._has_bars):
            return
        while self._waiting and self._waiting[0][0] <= self.elapsed_ns:
            self._begin(heapq.heappop(self._waiting)[2])
        for fault_id, one in list(self._working.items()):
            if one.ends_ns is not None and one.ends_ns <= self.elapsed_ns:
                self._end(fault_id)
        self._keep_up()

    def _keep_up(self) -> None:
        """What the faults at work do in every step."""
        dt_s = self._step_ns / 1e9
        chargers: dict[str, Charger] = {}
        for one in self._working.values():
            if isinstance(one.fault.effect, Charger):
                chargers |= dict.fromkeys(one.targets, one.fault.effect)
            for robot in filter(None, map(self._robots.get, one.targets)):
                work.keep_up(one.fault.effect, robot, dt_s)
        if chargers or self._has_chargers:
            work.trouble_at_chargers(chargers, self._robots, self._site)
        lanes = frozenset().union(*(one.lanes for one in self._working.values()))
        if lanes or self._has_bars:
            work.bar(self._robots, lanes)
        self._has_chargers, self._has_bars = bool(chargers), bool(lanes)
        for robot in self._robots.values():
            robot.ails.live(dt_s, wants=robot.wants_on)

    def _begin(self, fault: Fault) -> None:
        meant = [name for name in self._names(fault.of) if _is_meant(fault, name)]
        chance = {name: stream(self._seed, "fault", fault.id, name) for name in meant}
        hit = tuple(name for name in meant if chance[name].random() < fault.probability)
        ends_ns = None if fault.for_ns is None else fault.at_ns + fault.for_ns
        lanes = work.barred_lanes(fault, hit, self._site)
        self._working[fault.id] = Working(fault, hit, ends_ns, chance, lanes)
        self._note(fault.id, hit, is_over=False)
        for name in hit:
            if robot := self._robots.get(name):
                work.strike(fault.effect, robot, chance[name])
        self._refresh(hit)
        if work.is_momentary(fault.effect):
            self._end(fault.id)

    def _end(self, fault_id: str) -> None:
        one = self._working.pop(fault_id)
        self._refresh(one.targets)
        for name in one.targets:
            if robot := self._robots.get(name):
                work.relieve(one.fault.effect, robot)
        self._note(fault_id, one.targets, is_over=True)

    def _refresh(self, names: Iterable[str]) -> None:
        """Make anew what is wrong with these robots, and with their links."""
        for name in names:
            if robot := self._robots.get(name):
                effects = [
                    (one.fault.effect, one.chance[name])
                    for one in self._working.values()
                    if name in one.targets and one.fault.of is Targets.ROBOT
                ]
                work.ail(robot, effects)
                work.tune(self.radio, name, effects)

    def _note(self, fault_id: str, targets: tuple[str, ...], *, is_over: bool) -> None:
        at_ns = (self._start_ns or 0) + self.elapsed_ns
        self.changes.append(FaultChange(at_ns, fault_id, is_over, targets))


def not_in_process(fault: Fault) -> Problem:
    """Why a fault of a program cannot happen where all runs in one process."""
    what = f"{', '.join(fault.targets)} is no part of the simulated world"
    mend = "play the scenario through the real nodes: suwon-fleet demo --scenario FILE"
    return Problem("not-in-process", fault.id, what, mend)


def _is_meant(fault: Fault, name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in fault.targets)
