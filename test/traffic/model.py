# SPDX-License-Identifier: Apache-2.0
"""Looks at every state a Coordinator and its robots can come to on a small graph.

A robot that was granted moves makes them one by one, when it likes: now, after all others, or never.
The judge knows vertices, lanes and what robots can do at all (`small_graphs.py`), and nothing of how
grants are made.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations, pairwise

from traffic.small_graphs import ROBOT, Edge, Placement, SmallGraph

from suwon_fleet.traffic import Coordinator

Path = tuple[int, ...]
"""Where a robot is, and the vertices it was granted from there."""


@dataclass(frozen=True, slots=True)
class State:
    """All that what comes next depends on: a plan depends on where it was made, and on nothing else."""

    paths: tuple[Path, ...]
    arrived: tuple[bool, ...]
    planned_from: tuple[Placement, tuple[bool, ...]]

    @property
    def is_still(self) -> bool:
        """Whether all robots stand at the end of what they were granted."""
        return all(len(path) == 1 for path in self.paths)


@dataclass
class Counts:
    """What an exploration has looked at."""

    problems: int = 0
    states: int = 0
    steps: int = 0

    def add(self, other: Counts) -> None:
        self.problems += other.problems
        self.states += other.states
        self.steps += other.steps


@dataclass
class Model:
    """One problem: robots at `start` that want to be at `goal`, once each."""

    graph: SmallGraph
    start: Placement
    goal: Placement
    fresh: Coordinator
    """Without robots; it is copied."""
    unruly: bool
    """Whether plans may be made anew at any time, not only when the Coordinator has nothing to do."""
    counts: Counts = field(default_factory=Counts)

    def explore(self) -> Counts:
        """Visit all states; raises AssertionError at the first that must not be."""
        can = self.graph.can_visit(self.start)
        self.can_arrive = tuple(goal in can[robot] for robot, goal in enumerate(self.goal))
        first, traffic = self._begin()
        coordinators = {first: traffic}
        follows: dict[State, list[State]] = {}
        queue = [first]
        while queue:
            state = queue.pop()
            traffic = coordinators.pop(state)
            follows[state] = []
            for orderly, (then, changed) in self._next(state, traffic):
                self.counts.steps += 1
                if orderly:
                    follows[state].append(then)
                if then not in follows and then not in coordinators:
                    coordinators[then] = changed
                    queue.append(then)
        self._check_it_ends(first, follows)
        self.counts.problems, self.counts.states = 1, len(follows)
        return self.counts

    def _begin(self) -> tuple[State, Coordinator]:
        traffic = _copy(self.fresh)
        for robot, vertex in enumerate(self.start):
            traffic.place(str(robot), ROBOT.id, [str(vertex)], 0)
        arrived = tuple(at == goal for at, goal in zip(self.start, self.goal, strict=True))
        for robot, goal in enumerate(self.goal):
            if not arrived[robot]:
                traffic.aim(str(robot), str(goal), urgency=0.0, now_ns=0)
        paths = tuple((vertex,) for vertex in self.start)
        return self._step(State(paths, arrived, (self.start, arrived)), traffic)

    def _next(
        self, state: State, traffic: Coordinator
    ) -> Iterator[tuple[bool, tuple[State, Coordinator]]]:
        """What can happen next; whether it does without anybody making plans anew."""
        for robot, path in enumerate(state.paths):
            if len(path) > 1:
                yield True, self._drive(state, _copy(traffic), robot)
        if all(state.arrived):
            return
        if state.is_still:
            yield True, self._plan_anew(state, _copy(traffic))
        elif self.unruly:
            yield False, self._plan_anew(state, _copy(traffic))

    def _drive(self, state: State, traffic: Coordinator, robot: int) -> tuple[State, Coordinator]:
        """A robot makes the next of its moves."""
        path = state.paths[robot][1:]
        passed = _index(traffic, robot) + 1
        traffic.release(str(robot), passed)
        assert _index(traffic, robot) == passed, "ground that was passed is freed"
        paths = (*state.paths[:robot], path, *state.paths[robot + 1 :])
        state = replace(state, paths=paths)
        if path == (self.goal[robot],) and not state.arrived[robot]:
            arrived = tuple(was or robot == number for number, was in enumerate(state.arrived))
            traffic.aim(str(robot), None, urgency=0.0, now_ns=0)
            state = State(paths, arrived, (_fronts(paths), arrived))
        return self._step(state, traffic)

    def _plan_anew(self, state: State, traffic: Coordinator) -> tuple[State, Coordinator]:
        for mobile in (False, True):  # a robot in manual mode for a moment
            traffic.set_mobile("0", mobile)
        return self._step(
            replace(state, planned_from=(_fronts(state.paths), state.arrived)), traffic
        )

    def _step(self, state: State, traffic: Coordinator) -> tuple[State, Coordinator]:
        """Let the Coordinator grant what it will, and see whether it may."""
        paths = list(state.paths)
        for extension in traffic.step(0):
            robot = int(extension.robot_id)
            path = (*paths[robot], *map(int, extension.vertices))
            assert set(pairwise(path)) <= self.graph.edges, "granted along lanes"
            paths[robot] = path
        then = replace(state, paths=tuple(paths))
        for one, other in combinations(map(_ground, paths), 2):
            clash = self.graph.clashes & {(a, b) for a in one for b in other}
            assert not clash, f"{self}: two robots may touch in {then}"
        return then, traffic

    def _check_it_ends(self, first: State, follows: dict[State, list[State]]) -> None:
        """However late anybody is, all that can arrive do: no state comes again, and the last is good.

        A state that follows only itself is where nobody gets on any more.
        """
        for state, after in follows.items():
            if state.is_still and all(then == state for then in after):
                assert state.arrived == self.can_arrive, f"{self}: nobody gets on in {state}"
        entered: dict[State, int] = {}
        trail: list[tuple[State, Iterator[State]]] = []
        for root in [first, *follows]:
            if root in entered:
                continue
            entered[root] = 1
            trail.append((root, iter(follows[root])))
            while trail:
                state, after = trail[-1]
                then = next(after, None)
                if then is None:
                    entered[state] = 2
                    trail.pop()
                elif then not in entered:
                    entered[then] = 1
                    trail.append((then, iter(follows[then])))
                else:
                    around = entered[then] == 1 and then != state
                    assert not around, f"{self}: robots move for ever round {then}"

    def __str__(self) -> str:
        return f"{sorted(self.graph.edges)} from {self.start} to {self.goal}"


def coordinator_of(graph: SmallGraph) -> Coordinator:
    return Coordinator(graph.site, [ROBOT])


def _copy(traffic: Coordinator) -> Coordinator:
    """A Coordinator in the same state; what never changes is shared."""
    fixed = ("roadmap", "_graph", "_routes", "_planner")
    memo = {id(part): part for name in fixed if (part := getattr(traffic, name, None)) is not None}
    return copy.deepcopy(traffic, memo)


def _index(traffic: Coordinator, robot: int) -> int:
    return int(traffic._ledger.held.first[traffic._squad.slots[str(robot)]])


def _fronts(paths: tuple[Path, ...]) -> Placement:
    return tuple(path[-1] for path in paths)


def _ground(path: Path) -> set[Edge]:
    return {(vertex, vertex) for vertex in path} | set(pairwise(path))
