# SPDX-License-Identifier: Apache-2.0
"""One run to be made: a map, robots of three speeds on it, where each is sent, and with what luck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from suwon_fleet.bench.traffic.world import MEAN_DELAY, NO, TICK_S, tasks_alone
from suwon_fleet.core.robots.kind import Battery, Capability, Family, RobotKind
from suwon_fleet.core.sitemap import LaneKind, SiteMap
from suwon_fleet.traffic.roadmap import Floats, Ints, Roadmap, compile_roadmap

TICKS_PER_EDGE = (5, 10, 20)
GOALS = 512
"""Drawn for each robot; more than it can reach."""
RADIUS_M = 0.33
CLEARANCE_M = 0.15
"""Between bodies at the start."""
DEATHS_PER_ROBOT = 0.02
"""In a run of ten minutes; 1 % an hour would be one in 600 robots."""
TOWED_AFTER = 600


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


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong in a run, by tick."""

    deaths: Mapping[int, int] = field(default_factory=dict)
    """The robot that dies where it is; people take it away `TOWED_AFTER` ticks later."""
    closures: Mapping[int, tuple[str, bool]] = field(default_factory=dict)
    """The zone that closes, or opens again."""
    late: bool = False
    """Messages are late, and some are lost and sent again."""


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
    faults: Faults
    seed: int
    ticks: int

    @cached_property
    def edge_ticks(self) -> Ints:
        """(K, E) ticks each kind of robot needs for an edge."""
        times = np.where(np.isfinite(self.roadmap.edge_time), self.roadmap.edge_time, 0.0)
        return np.maximum(1, np.rint(times / TICK_S)).astype(np.int32)

    @cached_property
    def free_flow(self) -> float:
        """Tasks if no robot ever met another, by mean distance and mean delay."""
        return self._alone[0]

    @cached_property
    def bound(self) -> int:
        """Tasks if each robot drove alone to its own goals, with its own delays: nobody can do more.

        It is less than `free_flow`, as a run does not end when a task does.
        """
        return int(tasks_alone(self.trips, self.ticks, self.seed, self.delays))

    @property
    def trips(self) -> Ints:
        """(N, goals) ticks that each robot drives to each of its goals, if nothing stops it."""
        return self._alone[1]

    @property
    def delay(self) -> float:
        """Ticks for one tick of driving, in the mean."""
        return MEAN_DELAY if self.delays else 1.0

    @cached_property
    def _alone(self) -> tuple[float, Ints]:
        used = _used(self.roadmap)
        place = np.full(self.roadmap.vertex_count, NO)
        place[used] = np.arange(len(used))
        stops = place[np.concatenate((self.start[:, None], self.goals), axis=1)]
        trips = np.zeros(self.goals.shape, dtype=np.int32)
        mean = 0.0
        apart: Floats | None = None
        for kind, ticks in enumerate(self.edge_ticks):
            mine = np.flatnonzero(self.kind == kind)
            ratio = ticks / self.edge_ticks[0]
            if apart is None or np.ptp(ratio) > 0:
                apart, ratio = self._apart(used, ticks), np.ones(1)
            each = apart.sum() / (len(used) * (len(used) - 1)) * ratio[0]
            mean += len(mine) * self.ticks / (each * self.delay)
            trips[mine] = np.rint(apart[stops[mine, :-1], stops[mine, 1:]] * ratio[0])
        return float(mean), trips

    def _apart(self, used: Ints, ticks: Ints) -> Floats:
        """Ticks between all pairs of vertices in use."""
        edges = (self.roadmap.edge_from, self.roadmap.edge_to)
        graph = csr_array((ticks, edges), shape=2 * (self.roadmap.vertex_count,))
        return np.asarray(dijkstra(graph, indices=used)[:, used])


def make_case(
    name: str,
    site: SiteMap,
    robots: int,
    *,
    delays: bool,
    seed: int,
    ticks: int = 6000,
    radii: Sequence[float] = (RADIUS_M,),
    faulty: bool = False,
) -> Case:
    """Robots of three speeds in equal parts at random places, each with its own random goals.

    Zones, where the map has any, are no robot's start or goal, for they may be closed.
    """
    shapes = [(ticks, radius) for radius in radii for ticks in TICKS_PER_EDGE]
    kinds = [
        robot_kind(f"kind{index}", 1.0 / (TICK_S * per_edge), radius)
        for index, (per_edge, radius) in enumerate(shapes)
    ]
    roadmap = compile_roadmap(site, kinds)
    used = _used(roadmap)
    rng = np.random.default_rng(seed)
    kind = (np.arange(robots) % len(kinds)).astype(np.int32)
    start = _places(roadmap, kind, rng.permutation(used))
    goals = np.empty((robots, GOALS), dtype=np.int32)
    before = start
    for turn in range(GOALS):
        drawn = rng.integers(0, len(used) - 1, robots)
        drawn += drawn >= np.searchsorted(used, before)  # any but where the robot then is
        before = goals[:, turn] = used[drawn]
    faults = _draw_faults(site, robots, ticks, rng) if faulty else Faults()
    return Case(name, site, roadmap, kind, start, goals, delays, faults, seed, ticks)


def _places(roadmap: Roadmap, kind: Ints, candidates: Ints) -> Ints:
    """A place for each robot, none too near another's."""
    places: list[int] = []
    for robot, mine in enumerate(kind):
        radii = [roadmap.kinds[mine].radius_m + roadmap.kinds[k].radius_m for k in kind[:robot]]
        for vertex in candidates:
            apart = np.hypot(*(roadmap.xy[places] - roadmap.xy[vertex]).T)
            if (apart > np.array(radii) + CLEARANCE_M).all():
                places.append(int(vertex))
                break
        else:
            raise ValueError(f"no room on {roadmap.site.id} for robot {robot} of {len(kind)}")
    return np.array(places, dtype=np.int32)


def _draw_faults(site: SiteMap, robots: int, ticks: int, rng: np.random.Generator) -> Faults:
    """Some robots die in the first two thirds of a run; zones are closed for its middle half."""
    count = max(1, round(DEATHS_PER_ROBOT * robots))
    when = rng.choice(np.arange(ticks // 10, 2 * ticks // 3), count, replace=False)
    who = rng.choice(robots, count, replace=False)
    closures = {}
    for number, zone in enumerate(site.zones):
        closures[ticks // 4 + number] = (zone.id, False)
        closures[3 * ticks // 4 + number] = (zone.id, True)
    deaths = dict(zip(when.tolist(), who.tolist(), strict=True))
    return Faults(deaths, closures, late=True)


def _used(roadmap: Roadmap) -> Ints:
    """Where robots start and are sent: the largest part of the map in which all can reach all."""
    ends = (roadmap.edge_from, roadmap.edge_to)
    graph = csr_array((np.ones(len(ends[0])), ends), shape=2 * (roadmap.vertex_count,))
    _, part = connected_components(graph, connection="strong")
    is_free = np.diff(roadmap.zone_ptr) == 0
    return np.flatnonzero((part == np.bincount(part).argmax()) & is_free).astype(np.int32)
