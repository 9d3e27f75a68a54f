# SPDX-License-Identifier: Apache-2.0
"""Search problems on small maps, and a plain judge of their answers: positions, discs and lines."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Sequence

import numpy as np
import shapely

from suwon_fleet.core.access import CLEARANCE_M
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.sitemap import SiteMap
from suwon_fleet.traffic.conflicts import find_conflicts
from suwon_fleet.traffic.problem import Graph, Problem
from suwon_fleet.traffic.roadmap import Roadmap, compile_roadmap
from suwon_fleet.traffic.routes import Routes


class Case:
    """A roadmap and a problem on it; every robot that has a goal must be there at some time."""

    def __init__(
        self,
        site: SiteMap,
        kinds: Sequence[RobotKind],
        robots: Sequence[tuple[int, str, str | None]],
    ) -> None:
        """`robots` are (index of kind, start, goal)."""
        self.roadmap = compile_roadmap(site, kinds)
        conflicts = find_conflicts(self.roadmap)
        self.graph = Graph.of(self.roadmap, conflicts)
        self.routes = Routes(self.roadmap)
        at = self.roadmap.vertex_of
        count = len(robots)
        rows = np.zeros((count, self.roadmap.vertex_count), dtype=np.float32)
        for index, (kind, _, goal) in enumerate(robots):
            if goal is not None:
                rows[index] = self.routes.table[self.routes.to(kind, at[goal])]
        self.bounded = np.array([zone.capacity is not None for zone in site.zones], dtype=np.bool_)
        room = [10**6 if zone.capacity is None else zone.capacity for zone in site.zones]
        self.problem = Problem(
            start=np.array([at[start] for _, start, _ in robots], dtype=np.int32),
            kind=np.array([kind for kind, _, _ in robots], dtype=np.int32),
            aims=np.array([goal is not None for _, _, goal in robots], dtype=np.bool_),
            table=rows,
            row=np.arange(count, dtype=np.int32),
            until=np.array(
                [np.inf if goal is None else 0.0 for _, _, goal in robots], dtype=np.float32
            ),
            rank=np.arange(count, 0, -1, dtype=np.float64),
            is_open=self.routes.open,
            room=np.array(room, dtype=np.int32),
            bias=np.ones(len(self.roadmap.edge_from)),
            polite=False,
        )

    def judge(self, moves: np.ndarray) -> None:
        """Every move is one anybody may make, and in the end all have been content."""
        problem, graph = self.problem, self.graph
        at = problem.start.tolist()
        content = [problem.table[i, v] <= problem.until[i] for i, v in enumerate(at)]
        for robot, edge in moves.tolist():
            assert graph.edge_from[edge] == at[robot]
            assert may_drive(self.roadmap, problem, at, robot, edge)
            at[robot] = int(graph.edge_to[edge])
            content[robot] |= bool(problem.table[robot, at[robot]] <= problem.until[robot])
        assert all(content)

    def has_answer(self) -> bool:
        """Whether any order of moves makes all content, by looking at every one."""
        problem, graph = self.problem, self.graph
        start = tuple(problem.start.tolist())
        first = (start, self._content(start, (False,) * len(start)))
        seen, queue = {first}, deque([first])
        while queue:
            at, content = queue.popleft()
            if all(content):
                return True
            for robot, here in enumerate(at):
                for slot in range(graph.out_ptr[here], graph.out_ptr[here + 1]):
                    edge = int(graph.out_edges[slot])
                    if not may_drive(self.roadmap, problem, at, robot, edge):
                        continue
                    then = (*at[:robot], int(graph.edge_to[edge]), *at[robot + 1 :])
                    node = (then, self._content(then, content))
                    if node not in seen:
                        seen.add(node)
                        queue.append(node)
        return False

    def _content(self, at: Sequence[int], before: Sequence[bool]) -> tuple[bool, ...]:
        rows, until = self.problem.table, self.problem.until
        return tuple(
            was or bool(rows[robot, vertex] <= until[robot])
            for robot, (vertex, was) in enumerate(zip(at, before, strict=True))
        )


def may_drive(roadmap: Roadmap, problem: Problem, at: Sequence[int], robot: int, edge: int) -> bool:
    """Whether a robot may drive an edge past all others, who stand at `at`."""
    tail, head = int(roadmap.edge_from[edge]), int(roadmap.edge_to[edge])
    if not problem.is_open[problem.kind[robot], edge] or np.isinf(problem.table[robot, head]):
        return False
    way = shapely.LineString((roadmap.xy[tail], roadmap.xy[head]))
    for other, vertex in enumerate(at):
        pair = (roadmap.kinds[problem.kind[i]].radius_m for i in (robot, other))
        if other != robot and roadmap.level[vertex] == roadmap.level[tail]:
            reach = sum(pair) + CLEARANCE_M
            if way.distance(shapely.Point(roadmap.xy[vertex])) < reach:
                return False
    return not _is_full(roadmap, problem, at, robot, tail, head)


def _is_full(
    roadmap: Roadmap, problem: Problem, at: Sequence[int], robot: int, tail: int, head: int
) -> bool:
    def zones(vertex: int) -> set[int]:
        ptr, ids = roadmap.zone_ptr, roadmap.zone_ids
        return set(ids[ptr[vertex] : ptr[vertex + 1]].tolist())

    inside = list(itertools.chain.from_iterable(zones(v) for i, v in enumerate(at) if i != robot))
    before = list(itertools.chain.from_iterable(zones(int(v)) for v in problem.start))
    return any(
        inside.count(zone) >= problem.room[zone] + before.count(zone)
        for zone in zones(head) - zones(tail)
    )
