# SPDX-License-Identifier: Apache-2.0
"""One run to be made: a map, robots of three speeds on it, where each is sent, and with what luck."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from suwon_fleet.bench.traffic.world import MEAN_DELAY, TICK_S
from suwon_fleet.core.robots.kind import Battery, Capability, Family, RobotKind
from suwon_fleet.core.sitemap import LaneKind, SiteMap
from suwon_fleet.traffic.roadmap import Ints, Roadmap, compile_roadmap

TICKS_PER_EDGE = (5, 10, 20)
GOALS = 512
"""Drawn for each robot; more than it can reach."""
RADIUS_M = 0.33


def robot_kind(name: str, speed_mps: float, radius_m: float) -> RobotKind:
    """A robot that starts and stops at once, as the bodies of this world do."""
    return RobotKind(
        id=name,
        family=Family.DELIVERY,
        length_m=1.6 * radius_m,
        width_m=1.2 * radius_m,
        height_m=1.0,
        radius_m=radius_m,
        mass_kg=30.0,
        payload_kg=10.0,
        max_speed_mps=speed_mps,
        indoor_speed_mps=speed_mps,
        acceleration_mps2=10.0,
        deceleration_mps2=10.0,
        turn_rate_radps=10.0,
        stopping_distance_m=0.1,
        max_slope=1.0,
        lane_kinds=frozenset(LaneKind),
        capabilities=frozenset(Capability),
        battery=Battery(500.0, 10.0, 100.0, 300.0),
    )


@dataclass(frozen=True)
class Case:
    """Robot `i` is of kind `kind[i]`, starts at vertex `start[i]`, and is sent to `goals[i]` in turn."""

    name: str
    site: SiteMap
    roadmap: Roadmap
    kind: Ints
    start: Ints
    goals: Ints
    delays: bool
    seed: int
    ticks: int

    @cached_property
    def edge_ticks(self) -> Ints:
        """(K, E) ticks each kind of robot needs for an edge."""
        times = np.where(np.isfinite(self.roadmap.edge_time), self.roadmap.edge_time, 0.0)
        return np.maximum(1, np.rint(times / TICK_S)).astype(np.int32)

    @cached_property
    def free_flow(self) -> float:
        """Tasks of all robots if none ever met another, by mean distance and mean delay."""
        factor = MEAN_DELAY if self.delays else 1.0
        used = _core(self.roadmap)
        edges = (self.roadmap.edge_from, self.roadmap.edge_to)
        tasks = 0.0
        for kind, ticks in enumerate(self.edge_ticks):
            graph = csr_array((ticks, edges), shape=2 * (self.roadmap.vertex_count,))
            apart = dijkstra(graph, indices=used)[:, used]
            mean = apart.sum() / (len(used) * (len(used) - 1))
            tasks += float((self.kind == kind).sum() * self.ticks / (mean * factor))
        return tasks


def make_case(
    name: str, site: SiteMap, robots: int, *, delays: bool, seed: int, ticks: int = 6000
) -> Case:
    """Robots of three speeds in equal parts at random places, each with its own random goals."""
    speeds = [1.0 / (TICK_S * ticks) for ticks in TICKS_PER_EDGE]
    kinds = [robot_kind(f"speed{i}", speed, RADIUS_M) for i, speed in enumerate(speeds)]
    roadmap = compile_roadmap(site, kinds)
    used = _core(roadmap)
    rng = np.random.default_rng(seed)
    start = rng.choice(used, robots, replace=False).astype(np.int32)
    kind = (np.arange(robots) % len(kinds)).astype(np.int32)
    goals = np.empty((robots, GOALS), dtype=np.int32)
    before = start
    for turn in range(GOALS):
        drawn = rng.integers(0, len(used) - 1, robots)
        drawn += drawn >= np.searchsorted(used, before)  # any but where the robot then is
        before = goals[:, turn] = used[drawn]
    return Case(name, site, roadmap, kind, start, goals, delays, seed, ticks)


def _core(roadmap: Roadmap) -> Ints:
    """Vertices of the largest part of the map in which every place can be reached from every other."""
    ends = (roadmap.edge_from, roadmap.edge_to)
    graph = csr_array((np.ones(len(ends[0])), ends), shape=2 * (roadmap.vertex_count,))
    _, part = connected_components(graph, connection="strong")
    return np.flatnonzero(part == np.bincount(part).argmax()).astype(np.int32)
