# SPDX-License-Identifier: Apache-2.0
"""Jobs a scenario draws at random: what is asked for, where, and when."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

import numpy as np

from suwon_fleet.core.access import Network
from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.core.jobs import JobKind, JobRequest, Priority
from suwon_fleet.core.sitemap import Place, SiteMap
from suwon_fleet.sim.chance import stream
from suwon_fleet.sim.scenario.selection import Selection

SECOND = 1_000_000_000


class Ground:
    """Nodes among which a robot stands that can do a job and go from any of them to any other."""

    def __init__(self, nodes: Collection[str], network: Network) -> None:
        self._nodes, self._network = nodes, network
        self._near: dict[tuple[str, float], Collection[str]] = {}

    def holds(self, start: str, end: str, most_m: float) -> bool:
        """Whether a robot can go from one node to the other, and that is no farther than `most_m`."""
        if start not in self._nodes or end not in self._nodes or math.isinf(most_m):
            return start in self._nodes and end in self._nodes
        if (start, most_m) not in self._near:
            self._near[start, most_m] = self._network.ways_m(start, most_m)
        return end in self._near[start, most_m]


class Arrivals(StrEnum):
    """How requests are spread over their window."""

    EVEN = "even"
    """At equal distances, the first at the window's beginning."""
    RANDOM = "random"
    """Each at any time, which is a Poisson process of which the count is known."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A cell of an origin-destination matrix: how often jobs go so, relative to the other cells."""

    origin: str
    destination: str
    weight: float


@dataclass(frozen=True, slots=True)
class Demand:
    """Jobs of one kind. Times are seconds from the scenario's beginning, lengths metres.

    Delivery and manipulation go from a place of `origin` to one of `destination`, patrols over `stops`
    places of `origin` and go-to jobs to one of them. `most_trip_m` bounds the way from one place of a job
    to the next, `deadline_s` (range) counts from the request. With `per_hour` the count is drawn, too: a
    Poisson process of that rate. `pairs` stand for origin and destination: the origin-destination matrix.
    """

    id: str
    kind: JobKind
    count: int
    window_s: tuple[float, float]
    origin: Selection = field(default_factory=Selection)
    destination: Selection = field(default_factory=Selection)
    arrivals: Arrivals = Arrivals.RANDOM
    most_trip_m: float = math.inf
    stops: int = 3
    rounds: int = 1
    priorities: Mapping[Priority, float] = field(default_factory=lambda: {Priority.NORMAL: 1.0})
    """How often each comes, relative to the others."""
    deadline_s: tuple[float, float] | None = None
    payload_kg: tuple[float, float] = (0.0, 0.0)
    object: str = ""
    per_hour: float | None = None
    pairs: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class TimedJob:
    """A request and when it is made, nanoseconds from the scenario's beginning."""

    at_ns: int
    request: JobRequest


def draw(site: SiteMap, demand: Demand, grounds: Sequence[Ground], *, seed: int) -> list[TimedJob]:
    """The jobs of a demand in the order of their times; each can be done on one of `grounds`.

    Raises BadInput when no places fit.
    """
    random = stream(seed, "demand", demand.id)
    routes = _Matrix(site, demand, grounds) if demand.pairs else _Routes(site, demand, grounds)
    return [
        TimedJob(at_ns, _request(demand, number, at_ns, routes.draw(random), random))
        for number, at_ns in enumerate(_times(demand, random), start=1)
    ]


def _times(demand: Demand, random: np.random.Generator) -> list[int]:
    first, last = demand.window_s
    count = demand.count
    if demand.per_hour is not None:
        count = int(random.poisson(demand.per_hour * (last - first) / 3600.0))
    if demand.arrivals is Arrivals.EVEN:
        moments = np.linspace(first, last, count, endpoint=False)
    else:
        moments = np.sort(random.uniform(first, last, count))
    return [round(float(moment) * 1000) * (SECOND // 1000) for moment in moments]


def _request(
    demand: Demand,
    number: int,
    at_ns: int,
    places: tuple[str, ...],
    random: np.random.Generator,
) -> JobRequest:
    weights = np.array(list(demand.priorities.values()))
    priority = random.choice(len(weights), p=weights / weights.sum())
    deadline_ns = 0
    if demand.deadline_s:
        deadline_ns = at_ns + round(float(random.uniform(*demand.deadline_s))) * SECOND
    return JobRequest(
        demand.kind,
        places,
        request_id=f"{demand.id}-{number}",
        rounds=demand.rounds if demand.kind is JobKind.PATROL else 1,
        payload_kg=round(float(random.uniform(*demand.payload_kg)), 1),
        object=demand.object,
        priority=list(demand.priorities)[priority],
        deadline_ns=deadline_ns,
        requester=demand.id,
    )


class _Routes:
    """The ways a job of a demand can go, place by place."""

    def __init__(self, site: SiteMap, demand: Demand, grounds: Sequence[Ground]) -> None:
        self._demand, self._grounds = demand, grounds
        origins = demand.origin.pick(site)
        is_trip = demand.kind in (JobKind.DELIVERY, JobKind.MANIPULATION)
        self._later = demand.destination.pick(site) if is_trip else origins
        self._length = {JobKind.GO_TO: 1, JobKind.PATROL: demand.stops}.get(demand.kind, 2)
        self._firsts = [[place] for place in origins if self._can_go_on([place])]
        if not self._firsts:
            raise BadInput([_no_places(demand, origins)])

    def draw(self, random: np.random.Generator) -> tuple[str, ...]:
        """One of the ways; each first place is as likely, and each next one among those it may be."""
        route = self._firsts[random.integers(len(self._firsts))]
        while len(route) < self._length:
            onward = [longer for longer in self._longer(route) if self._can_go_on(longer)]
            route = onward[random.integers(len(onward))]
        return tuple(place.id for place in route)

    def _can_go_on(self, route: list[Place]) -> bool:
        """Whether a robot can serve this route, and one that begins so and is long enough."""
        if not any(self._serves(ground, route) for ground in self._grounds):
            return False
        return len(route) == self._length or any(map(self._can_go_on, self._longer(route)))

    def _longer(self, route: list[Place]) -> Iterator[list[Place]]:
        been = {place.node for place in route}
        return ([*route, place] for place in self._later if place.node not in been)

    def _serves(self, ground: Ground, route: list[Place]) -> bool:
        nodes = [place.node for place in route]
        most_m = self._demand.most_trip_m
        return all(ground.holds(a, b, most_m) for a, b in pairwise([nodes[0], *nodes]))


class _Matrix:
    """Trips drawn from an origin-destination matrix, each of which some robot can do."""

    def __init__(self, site: SiteMap, demand: Demand, grounds: Sequence[Ground]) -> None:
        self._trips = [(pair.origin, pair.destination) for pair in demand.pairs]
        weights = np.array([pair.weight for pair in demand.pairs])
        self._shares = weights / weights.sum()
        at = {name: site.place_by_id[name].node for trip in self._trips for name in trip}
        impossible = [
            (start, end)
            for start, end in self._trips
            if not any(ground.holds(at[start], at[end], math.inf) for ground in grounds)
        ]
        if impossible:
            raise BadInput([_no_way(demand, *trip) for trip in impossible])

    def draw(self, random: np.random.Generator) -> tuple[str, ...]:
        """One of the trips, each as often as its weight says."""
        return self._trips[random.choice(len(self._trips), p=self._shares)]


def _no_way(demand: Demand, start: str, end: str) -> Problem:
    what = f"no robot of the fleets can do a {demand.kind} job from {start} to {end}"
    return Problem("no-places", demand.id, what, "drop that pair, or add a robot that can")


def _no_places(demand: Demand, origins: Sequence[Place]) -> Problem:
    what = f"no places for a {demand.kind} job that a robot of the fleets can do"
    mend = f"{len(origins)} places to begin at were looked at; widen the choice, or add robots"
    return Problem("no-places", demand.id, what, mend)
